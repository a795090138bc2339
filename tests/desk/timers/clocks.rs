//! Clocks that are behind, too fine, or at the end of time.

use super::*;

#[test]
fn a_clock_that_is_behind_is_raised_and_what_it_claimed_is_recorded() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    let latest = desk.pass(hours(2));
    desk.ok(&agent(ANNA), reply(id));
    let claimed = latest - hours(1);
    desk.set_now(claimed);
    let outcome = desk.ok(&customer(MARIA), reply(id));
    assert!(outcome.trace.contains(&Step::TimeRaised { claimed, to: latest }));
    let events: Vec<&Event> = outcome.all_events().map(|(_, event)| event).collect();
    assert_eq!(events.len(), 2, "the message, and the move");
    for event in events {
        assert_eq!((event.at, event.cause.claimed_at), (latest, Some(claimed)));
    }
    assert_eq!(desk.ticket(id).last_asked_at(), Some(latest));
    // A clock that is right claims nothing.
    desk.set_now(latest);
    let outcome = desk.ok(&agent(ANNA), reply(id));
    assert!(outcome.all_events().all(|(_, event)| event.cause.claimed_at.is_none()));
    desk.verify();
}

#[test]
fn a_clock_that_is_behind_finds_what_was_due_by_the_tickets_own_time() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    desk.ok(&agent(ANNA), postpone(id, monday() + hours(2)));
    desk.pass(hours(1));
    desk.ok(&bot(), reply(id));
    desk.set_now(monday());
    // Half an hour ahead of the claimed time, and half an hour behind the ticket's.
    let refusal = desk.refused(&agent(ANNA), postpone(id, monday() + hours(1)));
    assert_eq!(refusal.code(), "not_later");
}

#[test]
fn instants_are_cut_to_whole_microseconds() {
    let desk = TestDesk::new();
    desk.set_now(monday() + chrono::TimeDelta::nanoseconds(1_999));
    let id = desk.given_request();
    assert_eq!(desk.ticket(id).opened_at(), monday() + micro());
}

#[test]
fn an_instant_at_the_end_of_time_is_no_panic() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    desk.ok(&agent(ANNA), postpone(id, chrono::DateTime::<chrono::Utc>::MAX_UTC));
    desk.set_now(chrono::DateTime::<chrono::Utc>::MAX_UTC);
    desk.ok(&agent(ANNA), resolve(id));
    desk.desk.tick(desk.now()).unwrap();
    desk.set_now(chrono::DateTime::<chrono::Utc>::MIN_UTC);
    desk.ok(&agent(ANNA), Note::new(id, "before the beginning"));
    desk.verify();
}
