//! Ticks: how often they come changes nothing.

use super::*;

/// A story with every timer in it, ticked whenever `tick` says.
fn story(tick: impl Fn(&TestDesk, At)) -> String {
    let desk = TestDesk::new();
    for n in 1..=6 {
        desk.ok(&customer(MARIA), request(ticket_id(n)));
    }
    desk.ok(&agent(ANNA), postpone(ticket_id(1), monday() + days(2)));
    desk.ok(&agent(ANNA), reply(ticket_id(2)));
    desk.ok(&agent(ANNA), resolve(ticket_id(3)));
    desk.ok(&agent(ANNA), resolve(ticket_id(4)));
    desk.ok(&agent(ANNA), reply(ticket_id(4)));
    tick(&desk, monday() + days(4) + hours(5));
    desk.ok(&customer(MARIA), reply(ticket_id(3)));
    desk.ok(&customer(MARIA), reply(ticket_id(2)));
    tick(&desk, monday() + days(20));
    for n in 1..=6 {
        desk.ok(&bot(), reply(ticket_id(n)));
        desk.desk.verify(desk.key(ticket_id(n))).unwrap();
    }
    (1..=6).map(|n| format!("{:?}\n", desk.history(ticket_id(n)))).collect()
}

#[test]
fn one_tick_or_a_thousand_or_none_the_events_are_the_same() {
    let none = |desk: &TestDesk, until| desk.set_now(until);
    let one = |desk: &TestDesk, until| {
        desk.set_now(until);
        desk.desk.tick(until).map(drop).unwrap();
    };
    let thousand = |desk: &TestDesk, until| {
        while desk.now() < until {
            desk.set_now(until.min(desk.now() + hours(1)));
            desk.desk.tick(desk.now()).unwrap();
        }
    };
    let reference = story(|desk, until| desk.advance_to(until));
    assert_eq!(story(one), reference);
    assert_eq!(story(thousand), reference);
    assert_eq!(story(none), reference);
}

#[test]
fn what_ticks_wake_for_was_due_and_the_next_wake_is_later() {
    let desk = TestDesk::new();
    for n in 1..=20 {
        desk.ok(&customer(MARIA), request(ticket_id(n)));
        desk.pass(hours(7));
    }
    let mut wakes = 0;
    while let Some(wake) = desk.desk.next_wake(desk.now()).unwrap() {
        let ticked = desk.desk.tick(wake.max(desk.now())).unwrap();
        assert!(ticked.next_wake.is_none_or(|next| next > wake));
        assert!(!ticked.outcomes.is_empty());
        assert!(ticked.outcomes.iter().all(|outcome| !outcome.is_no_op()));
        desk.set_now(wake.max(desk.now()));
        wakes += 1;
    }
    assert!(wakes >= 20, "{wakes}");
    let changes: usize = (1..=20).map(|n| fired(&desk, ticket_id(n)).len()).sum();
    assert_eq!(changes, 40, "each warned once and flagged once");
}

#[test]
fn only_the_system_ticks() {
    let desk = TestDesk::new();
    let id = desk.given_status("resolved");
    desk.pass(days(30));
    for actor in [agent(OWNER), agent(ANNA), customer(MARIA), bot(), Actor::Host] {
        assert_eq!(desk.refused(&actor, Command::Tick(id)).code(), "forbidden");
    }
    desk.ok(&Actor::System, Command::Tick(id));
    assert_eq!(desk.status(id), "closed");
    assert!(desk.ok(&Actor::System, Command::Tick(id)).is_no_op());
    let unknown = Command::Tick(ticket_id(99));
    assert_eq!(desk.refused(&Actor::System, unknown).code(), "not_found");
}
