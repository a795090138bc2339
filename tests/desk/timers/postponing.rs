//! Tickets that are put aside come back, once.

use super::*;

#[test]
fn a_postponed_ticket_returns_to_new_if_it_was_new_else_to_open_exactly_once() {
    for (from, back) in [
        ("new", "new"),
        ("open", "open"),
        ("in_progress", "open"),
        ("answered", "open"),
        ("pending", "open"),
        ("suspended", "open"),
    ] {
        let desk = TestDesk::new();
        let id = desk.given_status(from);
        let until = desk.now() + days(1);
        desk.ok(&agent(ANNA), postpone(id, until));
        assert_eq!(desk.ticket(id).postponed_until(), Some(until));
        desk.advance_to(until - micro());
        assert_eq!(desk.status(id), "postponed");
        desk.advance_to(until);
        assert_eq!(desk.status(id), back, "from {from}");
        assert_eq!(desk.ticket(id).postponed_until(), None);
        desk.advance_to(until + days(30));
        assert_eq!(moves(&desk, id, Moved::Woken), [(until, back.to_owned())]);
        desk.verify();
    }
}

#[test]
fn postponing_again_moves_the_instant_and_it_still_returns_to_new() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    let (first, second) = (monday() + days(1), monday() + days(2));
    desk.ok(&agent(ANNA), postpone(id, first));
    desk.ok(&agent(ANNA), postpone(id, second));
    assert!(desk.ok(&agent(ANNA), postpone(id, second)).is_no_op());
    desk.advance_to(first);
    assert_eq!(desk.status(id), "postponed");
    desk.advance_to(second);
    assert_eq!(moves(&desk, id, Moved::Woken), [(second, "new".into())]);
}

#[test]
fn postponed_anew_in_a_later_life_it_returns_to_open() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    desk.ok(&agent(ANNA), postpone(id, monday() + days(1)));
    desk.ok(&agent(ANNA), reply(id));
    assert_eq!(desk.status(id), "answered");
    desk.ok(&agent(ANNA), postpone(id, monday() + days(1)));
    desk.advance_to(monday() + days(1));
    assert_eq!(desk.status(id), "open");
}

#[test]
fn a_customers_reply_wakes_it_early_and_it_does_not_wake_again() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    desk.ok(&agent(ANNA), postpone(id, monday() + days(2)));
    desk.pass(hours(1));
    desk.ok(&customer(MARIA), reply(id));
    assert_eq!(desk.status(id), "open");
    assert_eq!(desk.ticket(id).postponed_until(), None);
    desk.advance_to(monday() + days(3));
    assert_eq!(moves(&desk, id, Moved::Woken), []);
}

#[test]
fn no_bot_or_auto_reply_wakes_it() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    desk.ok(&agent(ANNA), postpone(id, monday() + days(1)));
    for actor in [bot(), auto_responder(), Actor::Host] {
        desk.ok(&actor, reply(id));
    }
    assert_eq!(desk.status(id), "postponed");
}

#[test]
fn until_an_instant_that_is_not_later_is_refused() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    desk.pass(hours(1));
    for until in [desk.now(), desk.now() - days(1), at("1969-01-01T00:00:00Z")] {
        assert_eq!(desk.refused(&agent(ANNA), postpone(id, until)).code(), "not_later");
    }
    // Less than a microsecond later is not later.
    let sliver = chrono::TimeDelta::nanoseconds(999);
    let refusal = desk.refused(&agent(ANNA), postpone(id, desk.now() + sliver));
    assert_eq!(refusal.code(), "not_later");
    desk.ok(&agent(ANNA), postpone(id, desk.now() + micro()));
}

#[test]
fn a_reason_says_whom_it_waits_for() {
    let desk = TestDesk::new();
    let ticket = desk.given_request();
    let until = monday() + days(1);
    let bare = Postpone { ticket, until, reason: None };
    assert_eq!(desk.refused(&agent(ANNA), bare.clone()).code(), "reason_required");
    let other = Postpone { reason: Some("vendor".into()), ..bare };
    assert_eq!(desk.refused(&agent(ANNA), other).code(), "reason_not_taken");
}
