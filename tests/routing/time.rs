//! What happens by itself: looking again, and taking away.

use chrono::TimeDelta;
use helpdesk::command::{Note, Reply, Take};
use helpdesk::{AgentProfile, Calendar, DeskCalendar, Span, TimerKind, Unassigning};

use super::*;

fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

fn billing(id: AgentId, name: &str) -> (AgentId, AgentProfile) {
    (id, AgentProfile::new(name).department("billing"))
}

#[test]
fn it_overflows_into_another_department_after_a_while_and_is_in_that_one_then() {
    let route = Route::to("support").overflow(Span::minutes(15), "billing");
    let desk = desk(route, &[(ANNA, in_support("Anna").capacity(0)), billing(BEN, "Ben")]);
    assert_eq!(asked(&desk, 1, Channel::Email), None);
    let ticket = desk.ticket(ticket_id(1));
    let due = monday() + minutes(15);
    assert_eq!(ticket.timers().next(), Some((TimerKind::Routing, due)));
    assert_eq!(ticket.routing().since(), Some(monday()));
    desk.advance_to(due - micro());
    assert_eq!(owner(&desk, 1), None);
    desk.advance_to(due);
    let ticket = desk.ticket(ticket_id(1));
    assert_eq!(ticket.assignee(), Some(BEN));
    assert_eq!(ticket.department().unwrap(), &"billing");
    assert!(last_routed(&desk, ticket_id(1)).decision.unwrap().overflowed);
    assert_eq!(ticket.timers().routing, None);
    desk.verify();
}

#[test]
fn who_does_not_begin_in_time_loses_it_to_somebody_else() {
    let route = Route::to("support").not_taken(Span::minutes(30));
    let desk = desk(route, &two());
    assert_eq!(asked(&desk, 1, Channel::Email), Some(ANNA));
    let due = monday() + minutes(30);
    assert_eq!(desk.ticket(ticket_id(1)).routing().take_by(), Some(due));
    // A note is no beginning.
    desk.ok(&agent(ANNA), Note::new(ticket_id(1), "Not mine"));
    desk.advance_to(due - micro());
    assert_eq!(owner(&desk, 1), Some(ANNA));
    desk.advance_to(due);
    assert_eq!(owner(&desk, 1), Some(CARL));
    let lost = desk.changes(ticket_id(1)).into_iter().find_map(|change| match change {
        TicketChange::Unassigned { from, because, .. } => Some((from, because)),
        _ => None,
    });
    assert_eq!(lost, Some((ANNA, Unassigning::NotTaken)));
    // Nobody is left who did not leave it lying.
    desk.advance_to(due + minutes(30));
    assert_eq!(owner(&desk, 1), None);
    assert_eq!(desk.ticket(ticket_id(1)).routing().left_lying_by(), [ANNA, CARL]);
    assert_eq!(desk.ticket(ticket_id(1)).timers().routing, None);
    desk.verify();
}

#[test]
fn who_begins_in_time_keeps_it() {
    let begin: [fn(&TestDesk); 3] = [
        |desk| {
            desk.ok(&agent(ANNA), Take { ticket: ticket_id(1) });
        },
        |desk| {
            desk.ok(&agent(ANNA), Reply::new(ticket_id(1), "Unplug it."));
        },
        |desk| {
            desk.ok(&agent(ANNA), set_status(ticket_id(1), "open"));
        },
    ];
    for begin in begin {
        let desk = desk(Route::to("support").not_taken(Span::minutes(30)), &two());
        asked(&desk, 1, Channel::Email);
        begin(&desk);
        assert_eq!(desk.ticket(ticket_id(1)).timers().routing, None);
        desk.advance_to(monday() + hours(2));
        assert_eq!(owner(&desk, 1), Some(ANNA));
        desk.verify();
    }
}

#[test]
fn taking_what_is_under_way_already_is_recorded_as_a_beginning() {
    let desk = desk(Route::to("support").not_taken(Span::minutes(30)), &two());
    asked(&desk, 1, Channel::Email);
    desk.ok(&Actor::Host, set_status(ticket_id(1), "in_progress"));
    desk.ok(&agent(ANNA), Take { ticket: ticket_id(1) });
    assert_eq!(desk.changes(ticket_id(1)).last(), Some(&TicketChange::TakenUp));
    assert!(desk.ok(&agent(ANNA), Take { ticket: ticket_id(1) }).is_no_op());
    desk.advance_to(monday() + hours(2));
    assert_eq!(owner(&desk, 1), Some(ANNA));
}

#[test]
fn it_waits_until_somebodys_hours_begin() {
    let mut draft = all(Route::to("support"));
    let office: Calendar = "zone Europe/Rome; open mon-fri 10:00-17:00".parse().unwrap();
    draft.calendars = vec![DeskCalendar::new("office", office.draft().clone())];
    let desk = with(draft, &[(ANNA, in_support("Anna").calendar("office"))]);
    desk.set_now(at("2026-03-02T18:00:00Z"));
    assert_eq!(asked(&desk, 1, Channel::Email), None);
    let opens = at("2026-03-03T09:00:00Z");
    assert_eq!(desk.ticket(ticket_id(1)).timers().next(), Some((TimerKind::Routing, opens)));
    desk.advance_to(opens);
    assert_eq!(owner(&desk, 1), Some(ANNA));
}

#[test]
fn a_late_tick_gives_it_to_who_is_there_then_and_says_so() {
    let route = Route::to("support").not_taken(Span::minutes(30));
    let desk = desk(route, &two());
    assert_eq!(asked(&desk, 1, Channel::Email), Some(ANNA));
    let dora = in_support("Dora");
    desk.set_now(monday() + hours(4));
    away(&desk, CARL, true);
    desk.put_agent(DORA, dora);
    desk.set_now(monday() + hours(5));
    let ticked = desk.desk.tick(desk.now()).unwrap();
    assert!(ticked.failed.is_empty());
    let ticket = desk.ticket(ticket_id(1));
    assert_eq!(ticket.assignee(), Some(DORA), "Carl is away by now, and Dora is there");
    assert_eq!(last_routed(&desk, ticket_id(1)).decision.unwrap().at, desk.now());
    // It has waited since the time was up, not since somebody looked.
    let history = desk.history(ticket_id(1));
    let lost = history
        .iter()
        .find(|event| matches!(event.ticket_change(), Some(TicketChange::Unassigned { .. })));
    assert_eq!(lost.unwrap().at, monday() + minutes(30));
    assert_eq!(last_routed(&desk, ticket_id(1)).waits_since, monday() + minutes(30));
    assert_eq!(ticket.routing().take_by(), Some(desk.now() + minutes(30)));
}

#[test]
fn a_command_finds_what_time_has_taken_away() {
    let desk = desk(Route::to("support").not_taken(Span::minutes(30)), &two());
    asked(&desk, 1, Channel::Email);
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), Reply::new(ticket_id(1), "Unplug it."));
    assert_eq!(owner(&desk, 1), Some(CARL), "the time was up before she wrote");
    desk.verify();
}

#[test]
fn what_is_taken_when_it_is_time_to_look_again_is_not_routed() {
    let route = Route::to("support").overflow(Span::minutes(15), "billing");
    let desk = desk(route, &[(ANNA, in_support("Anna")), billing(BEN, "Ben")]);
    away(&desk, ANNA, true);
    asked(&desk, 1, Channel::Email);
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), Take { ticket: ticket_id(1) });
    assert_eq!(owner(&desk, 1), Some(ANNA));
    assert_eq!(desk.ticket(ticket_id(1)).timers().routing, None);
}

#[test]
fn no_timer_spins_once_the_rules_are_gone() {
    let route = Route::to("support").overflow(Span::minutes(15), "billing");
    let desk = desk(route, &[(ANNA, in_support("Anna").capacity(0)), billing(BEN, "Ben")]);
    asked(&desk, 1, Channel::Email);
    desk.publish(draft());
    // Fails where the wake does not move on.
    desk.advance_to(monday() + hours(1));
    let ticket = desk.ticket(ticket_id(1));
    assert_eq!((ticket.assignee(), ticket.timers().routing), (None, None));
    desk.verify();
}

#[test]
fn looking_in_vain_again_records_nothing_more() {
    let desk = desk(Route::to("support"), &[(ANNA, in_support("Anna").capacity(0))]);
    asked(&desk, 1, Channel::Email);
    let before = desk.changes(ticket_id(1)).len();
    for _ in 0..3 {
        desk.pass(minutes(5));
        let routed = desk.desk.route(desk.context(&Actor::Host), ticket_id(1)).unwrap();
        assert!(routed.is_no_op());
        assert!(!routed.trace.is_empty(), "why is told all the same");
    }
    assert_eq!(desk.changes(ticket_id(1)).len(), before);
}
