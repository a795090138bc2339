//! What waits when agents come back.

use helpdesk::{AgentProfile, Outcome};

use super::*;

/// Nobody was there overnight, and nine tickets came.
fn overnight(capacity: u32) -> TestDesk {
    let anna = in_support("Anna").capacity(capacity);
    let desk = desk(Route::to("support"), &[(ANNA, anna)]);
    away(&desk, ANNA, true);
    for n in 1..=9 {
        assert_eq!(asked(&desk, n, Channel::Email), None);
    }
    desk
}

#[test]
fn what_waits_goes_to_who_comes_back_until_they_are_full() {
    let desk = overnight(4);
    let back = desk.ok(&agent(ANNA), SetAvailability { agent: ANNA, available: true });
    let backlog = back.backlog.unwrap();
    assert_eq!(backlog.given, [1, 2, 3, 4].map(ticket_id), "the oldest first");
    assert_eq!((backlog.failed.len(), backlog.left), (0, Some(5)));
    assert_eq!(desk.load_of(ANNA), 4);
    assert!(desk.ok(&agent(ANNA), SetAvailability { agent: ANNA, available: true }).is_no_op());
}

#[test]
fn what_waits_goes_to_who_comes_to_have_room() {
    let desk = overnight(4);
    away(&desk, ANNA, false);
    let more = desk.put_agent(ANNA, in_support("Anna").capacity(6));
    assert_eq!(more.backlog.unwrap().given.len(), 2);
    let carl = desk.put_agent(CARL, in_support("Carl"));
    let backlog = carl.backlog.unwrap();
    assert_eq!((backlog.given.len(), backlog.left), (3, Some(0)));
    assert_eq!([ANNA, CARL].map(|it| desk.load_of(it)), [6, 3]);
    desk.verify();
}

#[test]
fn who_is_still_away_or_has_left_is_given_nothing() {
    let desk = overnight(4);
    assert!(desk.put_agent(ANNA, in_support("Anna").capacity(9)).backlog.is_none());
    let gone = AgentProfile { deactivated: true, ..in_support("Carl") };
    assert!(desk.put_agent(CARL, gone).backlog.is_none());
    assert_eq!(desk.load_of(ANNA), 0);
}

#[test]
fn what_waits_is_routed_a_page_at_a_time() {
    let desk = overnight(100);
    // Said by a profile that is not followed by routing: the agent is away.
    let mut draft = all(Route::to("support"));
    draft.rules.routing.clear();
    desk.publish(draft);
    away(&desk, ANNA, false);
    assert_eq!(desk.load_of(ANNA), 0);
    desk.publish(all(Route::to("support")));

    let (mut after, mut given, mut pages) = (None, Vec::new(), 0);
    loop {
        let page = desk.desk.route_waiting(desk.now(), Some("support".into()), after, 2).unwrap();
        assert!(page.failed.is_empty());
        given.extend(page.outcomes.iter().filter_map(Outcome::ticket).map(|it| it.id()));
        pages += 1;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(given, [1, 2, 3, 4, 5, 6, 7, 8, 9].map(ticket_id));
    assert!(pages >= 5);
    let none = desk.desk.route_waiting(desk.now(), None, None, 10).unwrap();
    assert!(none.outcomes.is_empty());
}
