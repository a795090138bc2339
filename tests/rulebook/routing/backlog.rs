//! What waits when agents come back.

use chrono::TimeDelta;
use helpdesk::store::Store as _;
use helpdesk::{AgentProfile, Command, CommandId, Outcome, Span};

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
    let again = desk.ok(&agent(ANNA), SetAvailability { agent: ANNA, available: true });
    assert!(again.is_no_op() && again.backlog.is_none());
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

/// Nobody in support has room; Ben, in billing, to where it overflows, is away.
fn overflowing(to: Route) -> TestDesk {
    let ben = AgentProfile::new("Ben").department("billing");
    let to = to.overflow(Span::minutes(15), "billing");
    let desk = desk(to, &[(ANNA, in_support("Anna").capacity(0)), (BEN, ben)]);
    away(&desk, BEN, true);
    desk
}

#[test]
fn what_would_overflow_to_who_comes_back_is_given_to_them() {
    for route in [Route::to("support"), Route::default()] {
        let desk = overflowing(route);
        for n in 1..=2 {
            assert_eq!(asked(&desk, n, Channel::Email), None);
        }
        desk.advance_to(monday() + hours(1));
        assert_eq!(asked(&desk, 3, Channel::Email), None);
        assert_eq!(desk.ticket(ticket_id(1)).timers().routing, None, "looking again is no help");
        let back = away(&desk, BEN, false);
        assert_eq!(back.backlog.unwrap().given, [1, 2].map(ticket_id));
        assert_eq!([1, 2, 3].map(|n| owner(&desk, n)), [Some(BEN), Some(BEN), None]);
        // The third has not waited long enough.
        desk.advance_to(monday() + hours(1) + TimeDelta::minutes(15));
        assert_eq!(owner(&desk, 3), Some(BEN));
        desk.verify();
    }
}

#[test]
fn what_would_overflow_is_given_until_they_are_full() {
    let desk = overflowing(Route::to("support"));
    for n in 1..=4 {
        asked(&desk, n, Channel::Email);
    }
    desk.advance_to(monday() + hours(1));
    desk.put_agent(BEN, AgentProfile::new("Ben").department("billing").capacity(3));
    let back = away(&desk, BEN, false).backlog.unwrap();
    assert_eq!(back.given, [1, 2, 3].map(ticket_id));
    assert_eq!(desk.load_of(BEN), 3);
}

#[test]
fn what_waits_for_more_than_one_page_is_given_to_who_comes_back() {
    let desk = desk(Route::to("support"), &[(ANNA, in_support("Anna"))]);
    away(&desk, ANNA, true);
    for n in 1..=120 {
        asked(&desk, n, Channel::Email);
    }
    let backlog = away(&desk, ANNA, false).backlog.unwrap();
    assert_eq!((backlog.given.len(), backlog.left), (120, Some(0)));
}

#[test]
fn a_command_that_comes_again_gives_what_the_first_one_left() {
    let desk = overnight(4);
    let set = SetAvailability { agent: ANNA, available: true };
    let context = desk.context(&agent(ANNA)).once(CommandId::from_u128(7));
    let call = context.call(Command::SetAvailability(set));
    // It is committed, and whoever was to go on with what waits does not.
    let prepared = desk.desk.prepare(&call).unwrap();
    desk.store.commit(prepared.commit.unwrap()).unwrap();
    assert_eq!(desk.load_of(ANNA), 0);
    let again = desk.desk.execute(&call).unwrap();
    assert!(again.repeated);
    assert_eq!(again.backlog.unwrap().given, [1, 2, 3, 4].map(ticket_id));
    // And once more, when nobody is there any more.
    away(&desk, ANNA, true);
    assert!(desk.desk.execute(&call).unwrap().backlog.is_none());
}

#[test]
fn a_department_that_the_settings_dropped_keeps_nothing_of_others_waiting() {
    let desk = overnight(9);
    desk.put_agent(ANNA, in_support("Anna").department("billing").capacity(9));
    let mut draft = all(Route::to("support"));
    draft.departments.retain(|known| known.name != "billing");
    desk.publish(draft);
    let backlog = away(&desk, ANNA, false).backlog.unwrap();
    assert_eq!(backlog.given.len(), 9);
    assert_eq!(desk.load_of(ANNA), 9);
}

#[test]
fn who_comes_back_has_no_queue_routed_that_leads_to_others() {
    let route = Route::to("support").overflow(Span::hours(9), "engineering");
    let ben = AgentProfile::new("Ben").department("billing");
    let desk = desk(route, &[(ANNA, in_support("Anna").capacity(1)), (BEN, ben)]);
    away(&desk, BEN, true);
    assert_eq!([1, 2].map(|n| asked(&desk, n, Channel::Email)), [Some(ANNA), None]);
    // She has room again, and nobody has looked since.
    desk.ok(&agent(ANNA), resolve(ticket_id(1)));
    let backlog = away(&desk, BEN, false).backlog.unwrap();
    assert!(backlog.given.is_empty());
    assert_eq!(owner(&desk, 2), None);
}
