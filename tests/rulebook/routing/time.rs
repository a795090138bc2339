//! What happens by itself: looking again, and taking away.

use chrono::TimeDelta;
use helpdesk::command::{Note, Reply, Take};
use helpdesk::rules::{Action, Anchor, Assignment, TimeRule, ToStatus, Trigger};
use helpdesk::{
    AgentProfile, Calendar, DeskCalendar, EventRef, NoticeKind, Recipient, Span, TimerKind,
    Unassigning,
};

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

#[test]
fn who_loses_it_for_not_beginning_is_told_and_so_is_its_queue() {
    for ticks in [true, false] {
        let desk = desk(Route::to("support").not_taken(Span::minutes(30)), &two());
        asked(&desk, 1, Channel::Email);
        desk.notices();
        desk.pass(minutes(30));
        if ticks {
            desk.desk.tick(desk.now()).unwrap();
        } else {
            // Also where it comes to light by what she does herself.
            desk.ok(&agent(ANNA), Note::new(ticket_id(1), "Not mine"));
        }
        let notices = desk.notices();
        let told: Vec<_> = notices.iter().map(|it| (it.kind, it.to.clone())).collect();
        let support = Recipient::Department("support".into());
        assert_eq!(
            told[..3],
            [
                (NoticeKind::Queued, support),
                (NoticeKind::NotTaken, Recipient::Agent(ANNA)),
                (NoticeKind::Assigned, Recipient::Agent(CARL)),
            ]
        );
        let lost = desk.history(ticket_id(1)).into_iter();
        let mut lost =
            lost.filter(|it| matches!(it.ticket_change(), Some(TicketChange::Unassigned { .. })));
        let lost = lost.next().unwrap().revision;
        assert_eq!((notices[0].id.revision, notices[1].id.revision), (lost, lost));
    }
}

#[test]
fn a_route_without_a_department_moves_nothing_before_it_overflows() {
    let route = Route::default().overflow(Span::minutes(15), "billing");
    let desk = desk(route, &[billing(BEN, "Ben")]);
    let mut open = request(ticket_id(1));
    open.department = None;
    desk.ok(&customer(MARIA), open.clone());
    assert_eq!(owner(&desk, 1), Some(BEN));
    assert_eq!(desk.ticket(ticket_id(1)).department(), None);

    away(&desk, BEN, true);
    open.id = ticket_id(2);
    desk.ok(&customer(MARIA), open);
    desk.pass(minutes(15));
    away(&desk, BEN, false);
    assert_eq!(owner(&desk, 2), Some(BEN));
    assert_eq!(desk.ticket(ticket_id(2)).department().unwrap(), &"billing");
}

/// Settings that route all tickets where they are, and that do this to those that are an hour old.
fn after_an_hour(route: Route, action: Action) -> SettingsDraft {
    let mut draft = all(route);
    draft.rules.time_rules =
        vec![TimeRule::new("hour", Anchor::OpenedAt, Span::hours(1)).then(action)];
    draft
}

#[test]
fn what_a_timer_moved_has_waited_since_the_timer() {
    let billing = Action::Assign(Assignment::department("billing"));
    let draft = after_an_hour(Route::default().overflow(Span::hours(4), "engineering"), billing);
    let desk = with(draft, &[(ANNA, in_support("Anna"))]);
    assert_eq!(asked(&desk, 1, Channel::Email), Some(ANNA));
    desk.pass(hours(3));
    desk.ok(&customer(MARIA), Reply::new(ticket_id(1), "Hello?"));
    let ticket = desk.ticket(ticket_id(1));
    assert_eq!((ticket.assignee(), ticket.department().unwrap().as_str()), (None, "billing"));
    assert_eq!(ticket.routing().since(), Some(monday() + hours(1)));
    assert_eq!(ticket.routing().again_at(), Some(monday() + hours(5)));
    assert_eq!(last_routed(&desk, ticket_id(1)).waits_since, monday() + hours(1));
    desk.verify();
}

/// The events from the first that routing made on, and what it was that made them.
fn routed_after(desk: &TestDesk, rule: &str) -> (Vec<Event>, Event) {
    let history = desk.history(ticket_id(1));
    let last = history.iter().rposition(|it| by_rule(it, rule)).unwrap();
    let first = history[..=last].iter().rposition(|it| !by_rule(it, rule)).unwrap();
    let parent = history[first + 1].cause.parent.expect("something set it off");
    assert_eq!(parent.key, desk.key(ticket_id(1)));
    let by = history.iter().find(|it| it.revision == parent.revision).unwrap().clone();
    (history[first + 1..=last].to_vec(), by)
}

#[test]
fn what_routing_does_after_a_timer_is_the_timers_doing() {
    for ticks in [true, false] {
        let desk = desk(Route::to("support").not_taken(Span::minutes(30)), &two());
        asked(&desk, 1, Channel::Email);
        desk.pass(hours(1));
        if ticks {
            desk.desk.tick(desk.now()).unwrap();
        } else {
            let seen = desk.ticket(ticket_id(1)).revision();
            let context = desk.context(&customer(MARIA)).having_seen(seen);
            desk.desk.reply(context, Reply::new(ticket_id(1), "Hello?")).unwrap();
        }
        let (events, by) = routed_after(&desk, "all");
        assert!(
            matches!(
                by.ticket_change(),
                Some(TicketChange::Unassigned { because: Unassigning::NotTaken, .. })
            ),
            "{by:?}"
        );
        assert_eq!(events.len(), 2);
        for (place, event) in events.iter().enumerate() {
            let cause = &event.cause;
            assert_eq!((&cause.actor, cause.command), (&Actor::System, None));
            assert_eq!(cause.depth as usize, by.cause.depth as usize + 1 + place);
            assert_eq!(event.at, desk.now(), "whoever is there now has it");
        }
        let before = EventRef { key: desk.key(ticket_id(1)), revision: events[0].revision };
        assert_eq!(events[1].cause.parent, Some(before));
    }
}

#[test]
fn what_routing_does_when_it_is_time_to_look_again_is_nobodys_doing() {
    let route = Route::to("support").overflow(Span::minutes(15), "billing");
    let desk = desk(route, &[(ANNA, in_support("Anna").capacity(0)), billing(BEN, "Ben")]);
    asked(&desk, 1, Channel::Email);
    desk.pass(hours(1));
    desk.ok(&customer(MARIA), Reply::new(ticket_id(1), "Hello?"));
    assert_eq!(owner(&desk, 1), Some(BEN));
    let history = desk.history(ticket_id(1));
    let routed = history.iter().find(|it| by_rule(it, "all") && it.at == desk.now()).unwrap();
    assert_eq!((&routed.cause.actor, routed.cause.parent), (&Actor::System, None));
    desk.verify();
}

#[test]
fn what_a_command_makes_wait_is_routed_by_that_command() {
    let desk = desk(Route::default(), &[(ANNA, in_support("Anna")), billing(BEN, "Ben")]);
    asked(&desk, 1, Channel::Email);
    desk.ok(&agent(ANNA), transfer(ticket_id(1), "billing"));
    let (events, by) = routed_after(&desk, "all");
    assert_eq!(by.cause.actor, agent(ANNA));
    assert!(events.iter().all(|event| event.cause.actor == agent(ANNA)));
}

#[test]
fn what_rules_do_when_the_owner_notes_something_is_no_beginning() {
    let mut draft = all(Route::to("support").not_taken(Span::minutes(30)));
    draft.rules.triggers = vec![
        Trigger::new("noted", "notes changed".parse().unwrap())
            .then(Action::SetStatus(ToStatus::new("open"))),
    ];
    let desk = with(draft, &two());
    assert_eq!(asked(&desk, 1, Channel::Email), Some(ANNA));
    desk.ok(&agent(ANNA), Note::new(ticket_id(1), "Not mine"));
    assert_eq!(desk.status(ticket_id(1)), "open");
    assert_eq!(desk.ticket(ticket_id(1)).routing().take_by(), Some(monday() + minutes(30)));
    desk.advance_to(monday() + minutes(30));
    assert_eq!(owner(&desk, 1), Some(CARL));
    desk.verify();
}

#[test]
fn who_loses_it_is_told_so_though_they_see_it_no_more() {
    let route = Route::to("support").not_taken(Span::minutes(30));
    let restricted = in_support("Anna").role(helpdesk::Role::Restricted);
    let desk = desk(route, &[(ANNA, restricted), (CARL, in_support("Carl"))]);
    assert_eq!(asked(&desk, 1, Channel::Email), Some(ANNA));
    desk.advance_to(monday() + minutes(30));
    assert_eq!(owner(&desk, 1), Some(CARL));
    let mut told = Vec::new();
    let mut deliver = |dispatch: helpdesk::Dispatch| {
        if dispatch.notice.kind == NoticeKind::NotTaken {
            told.push(dispatch.notice.to);
        }
        helpdesk::Delivery::Delivered
    };
    let relaying = helpdesk::Relaying::default();
    while !desk.desk.relay(desk.now(), &relaying, &mut deliver).unwrap().is_empty() {}
    assert_eq!(told, [Recipient::Agent(ANNA)]);
}
