//! What brings finished work back, and whose it is then.

use super::*;

/// Closed, and this long ago.
fn closed_since(desk: &TestDesk, span: chrono::TimeDelta) {
    desk.given_request();
    desk.ok(&agent(ANNA), close(TICKET));
    desk.pass(span);
}

#[test]
fn the_last_instant_of_the_window_reopens() {
    let desk = TestDesk::new();
    closed_since(&desk, days(30));
    desk.ok(&customer(MARIA), reply(TICKET));
    let ticket = desk.ticket(TICKET);
    assert_eq!((ticket.status().name.as_str(), ticket.reopen_count()), ("open", 1));
    assert_eq!((ticket.closed_at(), ticket.resolved_at()), (None, None));
}

#[test]
fn a_microsecond_later_opens_a_linked_follow_up() {
    let desk = TestDesk::new();
    closed_since(&desk, days(30) + micro());
    let outcome = desk.ok(&customer(MARIA), reply(TICKET));
    let opened = outcome.opened().next().unwrap().clone();
    assert_eq!(desk.status(TICKET), "closed");
    assert_eq!(opened.follows(), Some(TICKET));
    assert_eq!(desk.ticket(TICKET).followed_up_by(), [opened.id()]);
    assert_eq!(opened.status().name, "new");
    assert_eq!(desk.thread(&customer(MARIA), opened.id()), ["words"]);
    assert_eq!(desk.thread(&customer(MARIA), TICKET), ["It burns"]);
    desk.verify();
}

#[test]
fn the_window_counts_from_the_last_close() {
    let desk = TestDesk::new();
    closed_since(&desk, days(20));
    desk.ok(&customer(MARIA), reply(TICKET));
    desk.ok(&agent(ANNA), close(TICKET));
    desk.pass(days(29));
    desk.ok(&customer(MARIA), reply(TICKET));
    assert_eq!(desk.status(TICKET), "open");
}

#[test]
fn without_a_window_it_reopens_without_limit() {
    let settings = SettingsDraft { reopening: Reopening::Always, ..draft() };
    let desk = TestDesk::with(settings);
    closed_since(&desk, days(10_000));
    desk.ok(&customer(MARIA), reply(TICKET));
    assert_eq!(desk.status(TICKET), "open");
}

#[test]
fn a_window_of_nothing_is_the_instant_of_closing() {
    let reopening = Reopening::Within(Span::ZERO);
    let desk = TestDesk::with(SettingsDraft { reopening, ..draft() });
    closed_since(&desk, chrono::TimeDelta::zero());
    desk.ok(&customer(MARIA), reply(TICKET));
    assert_eq!(desk.status(TICKET), "open");
}

#[test]
fn an_agent_reopens_by_hand_at_any_time_with_a_reason() {
    let desk = TestDesk::new();
    closed_since(&desk, days(1000));
    let empty = Reopen { ticket: TICKET, reason: "  ".into() };
    assert_eq!(desk.refused(&agent(ANNA), empty).code(), "empty");
    desk.ok(&agent(ANNA), reopen(TICKET));
    let ticket = desk.ticket(TICKET);
    assert_eq!((ticket.status().name.as_str(), ticket.reopen_count()), ("open", 1));
    let last = desk.history(TICKET).pop().unwrap();
    assert_eq!(last.personal.unwrap().text.as_deref(), Some("not solved at all"));
    let Some(TicketChange::StatusChanged(change)) = desk.changes(TICKET).pop() else {
        panic!("it moved last")
    };
    assert_eq!(change.because, Moved::Reopened);
}

#[test]
fn an_auto_reply_never_reopens_and_never_changes_the_owner() {
    for status in ["resolved", "closed"] {
        let desk = TestDesk::new();
        desk.given_request();
        desk.ok(&agent(ANNA), Take { ticket: TICKET });
        desk.move_to(TICKET, status);
        desk.put_agent(ANNA, helpdesk::AgentProfile { deactivated: true, ..profile(ANNA) });
        let timers = desk.ticket(TICKET).timers();
        for _ in 0..3 {
            desk.pass(hours(1));
            desk.ok(&auto_responder(), reply(TICKET));
        }
        let ticket = desk.ticket(TICKET);
        assert_eq!(ticket.status().name, *status);
        assert_eq!(ticket.assignee(), Some(ANNA));
        assert_eq!(ticket.timers(), timers);
    }
}

/// Anna resolved her ticket; then this happens to her; then Maria writes.
fn reopened_after(desk: &TestDesk, happens: impl Fn(&TestDesk)) -> Option<Unassigning> {
    desk.given_request();
    desk.ok(&agent(ANNA), Take { ticket: TICKET });
    desk.ok(&agent(ANNA), resolve(TICKET));
    happens(desk);
    desk.ok(&customer(MARIA), reply(TICKET));
    assert_eq!(desk.status(TICKET), "open");
    assert_eq!(desk.ticket(TICKET).department().unwrap().as_str(), "support");
    desk.verify();
    let dropped = desk.changes(TICKET).into_iter().find_map(|change| match change {
        TicketChange::Unassigned { because, .. } => Some(because),
        _ => None,
    });
    let owner = if dropped.is_none() { Some(ANNA) } else { None };
    assert_eq!(desk.ticket(TICKET).assignee(), owner);
    assert_eq!(desk.ticket(TICKET).is_queued(), owner.is_none());
    dropped
}

#[test]
fn the_last_agent_keeps_it_if_still_eligible() {
    let desk = TestDesk::new();
    assert_eq!(reopened_after(&desk, |_| {}), None);
    assert_eq!(desk.load_of(ANNA), 1);
}

#[test]
fn an_agent_who_left_loses_it() {
    let left = helpdesk::AgentProfile { deactivated: true, ..profile(ANNA) };
    let desk = TestDesk::new();
    let lost = reopened_after(&desk, |desk| drop(desk.put_agent(ANNA, left.clone())));
    assert_eq!(lost, Some(Unassigning::NotEligible));
    assert_eq!(desk.load_of(ANNA), 0);
}

#[test]
fn an_agent_who_moved_to_another_department_loses_it() {
    let moved = helpdesk::AgentProfile { departments: vec!["billing".into()], ..profile(ANNA) };
    let desk = TestDesk::new();
    let lost = reopened_after(&desk, |desk| drop(desk.put_agent(ANNA, moved.clone())));
    assert_eq!(lost, Some(Unassigning::NotEligible));
}

#[test]
fn an_agent_who_became_a_light_one_loses_it() {
    let light = profile(ANNA).role(helpdesk::Role::Light);
    let desk = TestDesk::new();
    let lost = reopened_after(&desk, |desk| drop(desk.put_agent(ANNA, light.clone())));
    assert_eq!(lost, Some(Unassigning::NotEligible));
}

#[test]
fn an_agent_without_room_loses_it_and_load_stays_within_capacity() {
    let desk = TestDesk::new();
    let lost = reopened_after(&desk, |desk| {
        desk.put_agent(ANNA, profile(ANNA).capacity(1));
        desk.ok(&customer(MARIA), request(ticket_id(2)));
        desk.ok(&agent(ANNA), Take { ticket: ticket_id(2) });
    });
    assert_eq!(lost, Some(Unassigning::AtCapacity));
    assert_eq!(desk.load_of(ANNA), 1);
}

#[test]
fn by_hand_the_owner_is_treated_alike() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&agent(ANNA), Take { ticket: TICKET });
    desk.ok(&agent(ANNA), close(TICKET));
    desk.put_agent(ANNA, profile(ANNA).capacity(0));
    desk.ok(&agent(CARL), reopen(TICKET));
    assert_eq!(desk.ticket(TICKET).assignee(), None);
    assert_eq!(desk.load_of(ANNA), 0);
}

#[test]
fn a_follow_up_by_hand_inherits_what_it_should_and_no_more() {
    let desk = TestDesk::with(SettingsDraft {
        fields: vec![helpdesk::FieldDef::new("vip", helpdesk::FieldKind::Boolean)],
        ..draft()
    });
    let open = Open {
        category: Some("billing".into()),
        impact: Some("high".into()),
        urgency: Some("high".into()),
        tags: ["a".into()].into(),
        fields: [("vip".into(), helpdesk::FieldValue::Boolean(true))].into(),
        ..request(TICKET)
    };
    desk.ok(&customer(MARIA), open);
    desk.ok(&agent(ANNA), Take { ticket: TICKET });
    desk.ok(&agent(ANNA), close(TICKET));
    let new = ticket_id(2);
    let outcome = desk.ok(&agent(ANNA), follow_up(TICKET, new));
    let ticket = outcome.ticket().unwrap();
    assert_eq!((ticket.id(), ticket.follows()), (new, Some(TICKET)));
    assert_eq!(ticket.requester(), Requester::Contact(MARIA));
    assert_eq!(ticket.subject().as_str(), "Printer");
    assert_eq!(ticket.department().unwrap().as_str(), "support");
    assert_eq!(ticket.category().unwrap().as_str(), "billing");
    assert_eq!(ticket.priority().name.as_str(), "critical");
    assert_eq!(
        (ticket.impact().unwrap().as_str(), ticket.urgency().unwrap().as_str()),
        ("high", "high")
    );
    assert!(ticket.tags().is_empty() && ticket.fields().is_empty());
    assert_eq!(ticket.assignee(), None);
    assert_eq!(ticket.waiting_since(), Some(desk.now()), "Maria's words, and they ask");
    assert_eq!(desk.ticket(TICKET).followed_up_by(), [new]);
    assert_eq!(desk.refused(&customer(MARIA), follow_up(TICKET, new)).code(), "id_taken");
    desk.verify();
}
