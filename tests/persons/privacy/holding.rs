//! Legal hold: while a ticket is held, nothing of it is erased.

use helpdesk::command::Hold;
use helpdesk::{Actor, Command, Refusal, SettingsDraft, Span};

use super::*;
use crate::support::*;

fn hold(hold: bool) -> Hold {
    Hold::new(TICKET, hold, "a lawsuit")
}

#[test]
fn nothing_of_a_held_ticket_is_erased_by_hand() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&agent(OWNER), hold(true));
    assert!(desk.ticket(TICKET).is_held());
    let held = Refusal::OnLegalHold { ticket: TICKET };
    assert_eq!(desk.refused(&Actor::Host, redact([1])), held);
    assert_eq!(desk.refused(&Actor::Host, erase(TICKET)), held);

    desk.ok(&agent(OWNER), hold(false));
    desk.ok(&Actor::Host, erase(TICKET));
    assert_eq!(personal(&desk, TICKET), [4]);
}

#[test]
fn holding_what_is_held_changes_nothing() {
    let desk = TestDesk::new();
    desk.given_request();
    assert!(desk.ok(&Actor::Host, hold(false)).is_no_op());
    desk.ok(&Actor::Host, hold(true));
    assert!(desk.ok(&Actor::Host, hold(true)).is_no_op());
    assert_eq!(desk.refused(&Actor::Host, Hold::new(TICKET, false, "")).code(), "empty");
}

#[test]
fn only_owners_admins_and_the_host_hold_and_release() {
    let desk = TestDesk::new();
    desk.given_request();
    for actor in [customer(MARIA), agent(ANNA), agent(RHEA), agent(LIA), bot(), Actor::System] {
        let code = desk.refused(&actor, hold(true)).code();
        assert!(code == "forbidden" || (actor == agent(RHEA) && code == "not_found"), "{code}");
    }
    desk.ok(&agent(ADMIN), hold(true));
}

#[test]
fn agents_find_what_is_held_and_customers_cannot_ask() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&customer(MARIA), request(ticket_id(2)));
    desk.ok(&Actor::Host, hold(true));
    assert_eq!(desk.find(&agent(ANNA), "held = true", "number"), [1]);
    assert_eq!(desk.find(&agent(ANNA), "held = false", "number"), [2]);
    let listing = helpdesk::matching::Listing::of("held = true".parse().unwrap());
    let refused = desk.desk.find(&customer(MARIA), desk.now(), &listing).unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), "not_public");
}

#[test]
fn a_hold_is_no_news_to_customers() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.notices();
    desk.ok(&Actor::Host, hold(true));
    assert_eq!(desk.notices(), []);
    let context = desk.context(&customer(MARIA)).having_seen(helpdesk::Revision(1));
    desk.desk.execute(&context.call(Command::Reply(reply(TICKET)))).unwrap();
}

#[test]
fn retention_waits_for_the_release_and_is_then_dated_by_its_own_instant() {
    let draft = SettingsDraft { retention: Some(Span::days(30)), ..draft() };
    let desk = TestDesk::with(draft);
    desk.given_status("closed");
    desk.ok(&Actor::Host, hold(true));
    assert_eq!(desk.ticket(TICKET).next_wake(), None);
    desk.advance_to(monday() + days(90));
    assert_eq!(personal(&desk, TICKET).first(), Some(&1), "the opening is still there");

    desk.ok(&Actor::Host, hold(false));
    let released = desk.now();
    assert_eq!(desk.ticket(TICKET).next_wake(), Some(monday() + days(30)), "long due");
    desk.pass(hours(1));
    assert_eq!(desk.desk.tick(desk.now()).unwrap().outcomes.len(), 1);
    assert_eq!(personal(&desk, TICKET), NONE);
    // No event is dated before what the ticket has seen.
    assert_eq!(erasures(&desk, TICKET)[0].0, released);
    desk.verify();
}
