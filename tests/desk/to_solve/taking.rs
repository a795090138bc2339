//! Taking the next ticket: what is handed out, to whom, once.

use helpdesk::command::{Open, Reply, Resolve, SetStatus, Take};
use helpdesk::rules::{Action, Anchor, Assignment, TimeRule, ToStatus};
use helpdesk::store::{Inline, Store};
use helpdesk::{
    Actor, AgentProfile, AsyncDesk, Channel, CommandId, Key, Refusal, Requester, RoutingSettings,
    SettingsDraft, Span, TicketChange,
};

use super::*;

#[track_caller]
fn take_next(desk: &TestDesk, actor: &Actor) -> Option<u64> {
    let taken = desk.desk.take_next(desk.context(actor)).unwrap()?;
    Some(taken.reference().unwrap().number().0)
}

#[test]
fn the_first_in_the_order_is_taken_and_begun_until_nothing_is_left() {
    let desk = TestDesk::new();
    for (n, priority) in [(1, "low"), (2, "critical"), (3, "medium")] {
        given(&desk, n, priority);
    }
    opened(&desk, 4, Some("billing"), "critical");
    let anna = agent(ANNA);
    let taken: Vec<Option<u64>> = (0..4).map(|_| take_next(&desk, &anna)).collect();
    assert_eq!(taken, [Some(2), Some(3), Some(1), None]);
    for n in 1..=3 {
        let ticket = desk.ticket(ticket_id(n));
        assert_eq!((ticket.assignee(), ticket.status().name.as_str()), (Some(ANNA), "in_progress"));
    }
    assert_eq!(desk.load_of(ANNA), 3);
    desk.verify();
}

#[test]
fn whoever_has_no_room_is_refused_while_something_waits() {
    let desk = TestDesk::new();
    desk.put_agent(ANNA, profile(ANNA).capacity(1));
    assert_eq!(take_next(&desk, &agent(ANNA)), None, "nothing waits");
    given(&desk, 1, "low");
    given(&desk, 2, "low");
    assert_eq!(take_next(&desk, &agent(ANNA)), Some(1));
    let error = desk.desk.take_next(desk.context(&agent(ANNA))).unwrap_err();
    let over = Refusal::OverCapacity { agent: ANNA, load: 1, capacity: 1 };
    assert_eq!(error.refusal(), Some(&over));
    desk.ok(&agent(ANNA), Resolve::new(ticket_id(1), "solved"));
    assert_eq!(take_next(&desk, &agent(ANNA)), Some(2));
}

#[test]
fn a_command_that_comes_again_takes_no_other() {
    let desk = TestDesk::new();
    given(&desk, 1, "low");
    given(&desk, 2, "low");
    let once = || desk.context(&agent(ANNA)).once(CommandId::from_u128(7));
    let first = desk.desk.take_next(once()).unwrap().unwrap();
    assert!(!first.repeated);
    // Whatever happens to it in between.
    desk.ok(&agent(ANNA), Reply::new(ticket_id(1), "Unplug it."));
    let again = desk.desk.take_next(once()).unwrap().unwrap();
    assert!(again.repeated);
    assert_eq!(again.events, first.events);
    assert_eq!(desk.ticket(ticket_id(2)).assignee(), None);

    // Another's, and another command, under that id.
    let carl = desk.context(&agent(CARL)).once(CommandId::from_u128(7));
    let refused = desk.desk.take_next(carl).unwrap_err();
    assert_eq!(refused.refusal(), Some(&Refusal::CommandIdReused));
    let note = helpdesk::command::Note::new(ticket_id(1), "words");
    desk.desk.note(desk.context(&agent(ANNA)).once(CommandId::from_u128(8)), note).unwrap();
    let error =
        desk.desk.take_next(desk.context(&agent(ANNA)).once(CommandId::from_u128(8))).unwrap_err();
    assert_eq!(error.refusal(), Some(&Refusal::CommandIdReused));
    // And the other way round.
    let take = Take { ticket: ticket_id(2) };
    let error = desk.desk.take(once(), take).unwrap_err();
    assert_eq!(error.refusal(), Some(&Refusal::CommandIdReused));
}

#[test]
fn to_a_restricted_agent_what_is_first_is_handed() {
    let desk = TestDesk::new();
    given(&desk, 1, "low");
    given(&desk, 2, "critical");
    opened(&desk, 3, Some("billing"), "critical");
    let rhea = agent(RHEA);
    assert!(to_solve(&desk, &rhea).is_empty());
    assert_eq!(desk.refused(&rhea, Take { ticket: ticket_id(2) }).code(), "not_found");

    let once = || desk.context(&rhea).once(CommandId::from_u128(7));
    let taken = desk.desk.take_next(once()).unwrap().unwrap();
    assert_eq!(taken.ticket().unwrap().id(), ticket_id(2));
    assert_eq!(desk.find(&rhea, "all()", ""), [2]);
    assert_eq!(desk.status(ticket_id(2)), "in_progress");
    let events: Vec<_> = taken.all_events().collect();
    assert!(matches!(
        events[0].1.ticket_change(),
        Some(TicketChange::Assigned { to: RHEA, from: None, .. })
    ));
    assert_eq!(events[0].1.cause.actor, Actor::Host);
    assert_eq!(events.last().unwrap().1.cause.actor, rhea);

    // Again: the same, and what the agent did with it since stays.
    desk.ok(&rhea, SetStatus { ticket: ticket_id(2), status: "open".into(), reason: None });
    let again = desk.desk.take_next(once()).unwrap().unwrap();
    assert!(again.repeated);
    assert_eq!(desk.status(ticket_id(2)), "open");
    assert_eq!(desk.load_of(RHEA), 1);

    assert_eq!(take_next(&desk, &rhea), Some(1));
    assert_eq!(take_next(&desk, &rhea), None, "the third is another department's");
    desk.verify();
}

#[test]
fn a_restricted_agent_has_no_more_room_than_others() {
    let desk = TestDesk::new();
    desk.put_agent(RHEA, AgentProfile { capacity: Some(0), ..profile(RHEA) });
    given(&desk, 1, "low");
    let error = desk.desk.take_next(desk.context(&agent(RHEA))).unwrap_err();
    let over = Refusal::OverCapacity { agent: RHEA, load: 0, capacity: 0 };
    assert_eq!(error.refusal(), Some(&over));
    assert_eq!(desk.ticket(ticket_id(1)).assignee(), None);
}

#[test]
fn a_desk_that_is_awaited_does_the_same() {
    let desk = TestDesk::new();
    for (n, priority) in [(1, "low"), (2, "critical")] {
        given(&desk, n, priority);
    }
    let store = Inline(desk.store.clone());
    let id = desk.desk.id();
    let anna = agent(ANNA);
    helpdesk::conformance::on_the_spot(async {
        let awaited = AsyncDesk::open_existing(store, id).await.unwrap();
        let page = awaited.to_solve(&anna, desk.now(), None, 9).await.unwrap();
        assert_eq!(page, desk.desk.to_solve(&anna, desk.now(), None, 9).unwrap());
        let taken = awaited.take_next(desk.context(&anna)).await.unwrap().unwrap();
        assert_eq!(taken.ticket().unwrap().id(), ticket_id(2));
    });
    let wanted = helpdesk::store::Wanted::records([Key::ticket(id, ticket_id(2))]);
    let record = desk.store.load(id, &wanted).unwrap().records.remove(0).unwrap();
    assert_eq!(record.ticket().unwrap().assignee(), Some(ANNA));
}

/// Maria asks over this channel, in support.
fn by(desk: &TestDesk, n: u128, channel: Channel, priority: &str) {
    let mut open = Open::new(ticket_id(n), Requester::Contact(MARIA), "It burns.");
    open.channel = channel;
    open.department = Some("support".into());
    open.priority = Some(priority.into());
    desk.ok(&Actor::Host, open);
}

#[test]
fn who_is_full_on_one_channel_gets_the_first_of_another() {
    for who in [ANNA, RHEA] {
        let desk = TestDesk::new();
        desk.put_agent(who, profile(who).channel_capacity("chat", 1));
        // More of them than are looked at together.
        for n in 1..=20 {
            by(&desk, n, Channel::Chat, "critical");
        }
        by(&desk, 21, Channel::Email, "low");
        by(&desk, 22, Channel::Email, "low");
        assert_eq!(take_next(&desk, &agent(who)), Some(1));
        assert_eq!(take_next(&desk, &agent(who)), Some(21));
        let once = || desk.context(&agent(who)).once(CommandId::from_u128(7));
        let taken = desk.desk.take_next(once()).unwrap().unwrap();
        assert_eq!(taken.ticket().unwrap().id(), ticket_id(22));
        let again = desk.desk.take_next(once()).unwrap().unwrap();
        assert!(again.repeated);
        let error = desk.desk.take_next(desk.context(&agent(who))).unwrap_err();
        assert_eq!(error.refusal().unwrap().code(), "over_channel_capacity");
        assert_eq!(desk.load_of(who), 3);
    }
}

#[test]
fn who_has_no_room_for_what_is_much_gets_what_is_little() {
    let routing = RoutingSettings::default().weight("chat", 3);
    let desk = TestDesk::with(SettingsDraft { routing, ..draft() });
    desk.put_agent(ANNA, profile(ANNA).capacity(2));
    by(&desk, 1, Channel::Chat, "critical");
    by(&desk, 2, Channel::Email, "low");
    assert_eq!(take_next(&desk, &agent(ANNA)), Some(2));
    let error = desk.desk.take_next(desk.context(&agent(ANNA))).unwrap_err();
    let over = Refusal::OverCapacity { agent: ANNA, load: 1, capacity: 2 };
    assert_eq!(error.refusal(), Some(&over));
}

#[test]
fn no_more_than_so_many_are_tried() {
    let desk = TestDesk::new();
    desk.put_agent(ANNA, profile(ANNA).channel_capacity("chat", 0));
    for n in 1..=64 {
        by(&desk, n, Channel::Chat, "critical");
    }
    by(&desk, 65, Channel::Email, "low");
    let error = desk.desk.take_next(desk.context(&agent(ANNA))).unwrap_err();
    assert_eq!(error.refusal().unwrap().code(), "over_channel_capacity");
    desk.ok(&Actor::Host, Resolve::new(ticket_id(1), "solved"));
    assert_eq!(take_next(&desk, &agent(ANNA)), Some(65));
}

/// A desk on which this is done to every ticket an hour after it was opened, and nobody ticks; with
/// one ticket that is older than that, and as many others.
fn after_an_hour(action: Action, others: u128) -> TestDesk {
    let mut draft = draft();
    draft.rules.time_rules =
        vec![TimeRule::new("hour", Anchor::OpenedAt, Span::hours(1)).then(action)];
    let desk = TestDesk::with(draft);
    given(&desk, 1, "critical");
    desk.pass(hours(2));
    for n in 0..others {
        given(&desk, n + 2, "low");
    }
    desk
}

#[test]
fn what_a_rule_that_is_due_gives_to_somebody_else_or_ends_is_passed_over() {
    let end = ToStatus::new("closed").resolution("solved");
    for action in [
        Action::Assign(Assignment::agent(CARL)),
        Action::Assign(Assignment::department("billing")),
        Action::SetStatus(end),
    ] {
        for who in [ANNA, RHEA] {
            let desk = after_an_hour(action.clone(), 1);
            assert_eq!(take_next(&desk, &agent(who)), Some(2), "{action:?}");
            assert_eq!(take_next(&desk, &agent(who)), None, "{action:?}");
            let desk = after_an_hour(action.clone(), 0);
            assert_eq!(take_next(&desk, &agent(who)), None, "{action:?}");
            desk.desk.tick(desk.now()).unwrap();
            let given = desk.ticket(ticket_id(1)).assignee();
            let expected = matches!(&action, Action::Assign(it) if it.agent.is_some());
            assert_eq!(given, expected.then_some(CARL), "{action:?}");
            desk.verify();
        }
    }
}
