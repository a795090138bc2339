//! What other products have got wrong about rules, each as the sentence that it broke.

use chrono::TimeDelta;
use helpdesk::command::{Note, Open, Reply, Resolve, Resolving, SetAvailability, SetStatus};
use helpdesk::rules::{
    Action, Anchor, Assignment, Route, RoutingRule, TimeRule, ToStatus, Trigger,
};
use helpdesk::sla::Metric;
use helpdesk::sla::policy::{Obligation, SlaPolicy};
use helpdesk::store::{MemoryStore, Store, Wanted};
use helpdesk::{
    Actor, AgentId, AgentProfile, CommandId, Counter, Desk, Key, Requester, Revision, Rule,
    SettingsDraft, Span, Ticket, TicketChange, TicketId,
};

use super::{ANNA, ID, MARIA, day, desk_with, start};

const BEN: AgentId = AgentId::from_u128(9);

fn trigger(name: &str, when: &str) -> Trigger {
    Trigger::new(name, when.parse().unwrap())
}

/// A desk with these triggers, on which nothing has happened since its ticket was opened.
fn with_triggers(triggers: impl IntoIterator<Item = Trigger>) -> Desk<MemoryStore> {
    let desk = desk_with(SettingsDraft::default());
    let mut draft = SettingsDraft::default();
    draft.rules.triggers = triggers.into_iter().collect();
    desk.publish(Actor::Host.at(start()), draft.build().unwrap()).unwrap();
    desk
}

/// Settings that give everything that waits to whoever has the least.
fn routing() -> SettingsDraft {
    let mut draft = SettingsDraft::default();
    draft.rules.routing = vec![RoutingRule::new("all", Route::default())];
    draft
}

fn ticket(desk: &Desk<MemoryStore>) -> std::sync::Arc<Ticket> {
    desk.ticket(ID).unwrap().unwrap()
}

/// What happened to the ticket by rules.
fn by_rules(desk: &Desk<MemoryStore>) -> Vec<TicketChange> {
    let history = desk.history(Key::ticket(desk.id(), ID), Revision::ZERO, 1000).unwrap();
    let rules = history.iter().filter(|event| {
        matches!(event.cause.rule, Some(Rule::Trigger(_) | Rule::TimeRule(_) | Rule::Routing(_)))
    });
    rules.filter_map(|event| event.ticket_change().cloned()).collect()
}

fn load(desk: &Desk<MemoryStore>, agent: AgentId) -> Option<i64> {
    let wanted = Wanted::counters([Counter::Load(agent)]);
    desk.store().load(desk.id(), &wanted).unwrap().counters.first().copied()
}

fn set_status(desk: &Desk<MemoryStore>, status: &str) {
    let status = SetStatus { ticket: ID, status: status.into(), reason: None };
    desk.set_status(Actor::Host.at(start()), status).unwrap();
}

fn ask(desk: &Desk<MemoryStore>) {
    desk.reply(Actor::Customer(MARIA).at(start()), Reply::new(ID, "Hello?")).unwrap();
}

#[test]
fn rules_run_in_their_order_and_later_ones_see_what_earlier_ones_did() {
    let rules = [
        trigger("raise", "message.author = customer").then(Action::SetPriority("high".into())),
        trigger("label", "priority = high").then(Action::AddTag("seen".into())),
        trigger("lower", "tags contains seen and priority = high")
            .then(Action::SetPriority("low".into()))
            .stop(),
        trigger("never", "message.author = customer").then(Action::AddTag("late".into())),
    ];
    let desk = with_triggers(rules.clone());
    ask(&desk);
    assert_eq!(ticket(&desk).tags(), ["seen"]);
    assert_eq!(ticket(&desk).priority().name, "low");

    let [raise, label, lower, never] = rules;
    let desk = with_triggers([label, never, lower, raise]);
    ask(&desk);
    assert_eq!(ticket(&desk).tags().first().map(|tag| tag.as_str()), Some("late"));
}

#[test]
fn chained_rules_that_assign_leave_one_owner_and_one_load() {
    let give = |name: &str, when: &str, to| {
        trigger(name, when).then(Action::Assign(Assignment::agent(to)))
    };
    let desk = with_triggers([
        give("first", "message.author = customer", ANNA),
        give("second", "assignee changed", BEN),
    ]);
    desk.put_agent(Actor::Host.at(start()), BEN, AgentProfile::new("Ben").capacity(1)).unwrap();
    ask(&desk);
    assert_eq!(ticket(&desk).assignee(), Some(BEN));
    assert_eq!((load(&desk, ANNA), load(&desk, BEN)), (Some(0), Some(1)));
    ask(&desk);
    assert_eq!((load(&desk, ANNA), load(&desk, BEN)), (Some(0), Some(1)), "nor the next time");
}

#[test]
fn a_trigger_without_a_condition_is_refused() {
    let written =
        r#"{ "rules": { "triggers": [{ "name": "oops", "then": [{ "add_tag": "x" }] }] } }"#;
    let error = serde_json::from_str::<SettingsDraft>(written).unwrap_err();
    assert!(error.to_string().contains("missing field `when`"), "{error}");
}

#[test]
fn a_rule_does_not_fire_twice_for_one_change() {
    let desk = with_triggers([
        trigger("note", "status changed to open").then(Action::Note("it is open".into()))
    ]);
    set_status(&desk, "open");
    assert_eq!(ticket(&desk).note_count(), 1);
    // Nor for what happens while it is open, nor where the same command comes again.
    let once = Actor::Agent(ANNA).at(start()).once(CommandId::from_u128(7));
    for _ in 0..2 {
        desk.note(once.clone(), Note::new(ID, "mine")).unwrap();
    }
    desk.tick(day(1)).unwrap();
    assert_eq!(ticket(&desk).note_count(), 2);
}

#[test]
fn a_rule_that_closes_old_tickets_swallows_no_reply() {
    let done = || Action::SetStatus(ToStatus::new("closed").resolution("solved"));
    let rule = TimeRule::new("close", Anchor::StatusSince, Span::days(3))
        .when("status = pending".parse().unwrap())
        .then(done());
    let mut draft = SettingsDraft::default();
    draft.rules.time_rules = vec![rule];
    let desk = desk_with(draft);
    let wait =
        SetStatus { ticket: ID, status: "pending".into(), reason: Some("information".into()) };
    desk.set_status(Actor::Agent(ANNA).at(day(0)), wait.clone()).unwrap();
    // She answers before its time: it does not close when that comes.
    let in_time = day(3) - TimeDelta::microseconds(1);
    desk.reply(Actor::Customer(MARIA).at(in_time), Reply::new(ID, "Here it is")).unwrap();
    desk.tick(day(7)).unwrap();
    assert_eq!(ticket(&desk).status().name, "open");
    // And after it, though nobody ticked: it is closed as of then, and her words open it again.
    desk.set_status(Actor::Agent(ANNA).at(day(7)), wait).unwrap();
    desk.reply(Actor::Customer(MARIA).at(day(11)), Reply::new(ID, "Sorry, I was away")).unwrap();
    assert_eq!(ticket(&desk).status().name, "open");
    assert_eq!(ticket(&desk).reopen_count(), 1);
    assert_eq!(ticket(&desk).message_count(), 3);
}

#[test]
fn two_triggers_that_play_ping_pong_are_stopped_and_reported() {
    let to = |status: &str| Action::SetStatus(ToStatus::new(status));
    let desk = with_triggers([
        trigger("pong", "status changed to in_progress").then(to("open")),
        trigger("ping", "status changed to open").then(to("in_progress")),
    ]);
    set_status(&desk, "open");
    let history = desk.history(Key::ticket(desk.id(), ID), Revision::ZERO, 1000).unwrap();
    let stopped: Vec<&TicketChange> = history
        .iter()
        .filter_map(|event| event.ticket_change())
        .filter(|change| matches!(change, TicketChange::CascadeStopped { .. }))
        .collect();
    let [TicketChange::CascadeStopped { rules, depth }] = stopped[..] else {
        panic!("{stopped:?}")
    };
    assert_eq!(rules.iter().map(|it| it.as_str()).collect::<Vec<_>>(), ["ping", "pong"]);
    assert_eq!(u32::from(*depth), 10);
    let moves = by_rules(&desk);
    let moves = moves.iter().filter(|it| matches!(it, TicketChange::StatusChanged(_)));
    assert_eq!(moves.count(), 10, "as often as the settings let them");
}

#[test]
fn an_agent_who_is_away_is_given_no_work() {
    let desk = desk_with(SettingsDraft::default());
    desk.publish(Actor::Host.at(start()), routing().build().unwrap()).unwrap();
    let away = SetAvailability { agent: ANNA, available: false };
    desk.set_availability(Actor::Host.at(start()), away).unwrap();
    let open = |n: u128| {
        let open = Open::new(TicketId::from_u128(n), Requester::Contact(MARIA), "It smokes");
        desk.open(Actor::Customer(MARIA).at(start()), open).unwrap();
        desk.ticket(TicketId::from_u128(n)).unwrap().unwrap().assignee()
    };
    assert_eq!(open(2), None, "it waits");
    desk.put_agent(Actor::Host.at(start()), BEN, AgentProfile::new("Ben")).unwrap();
    assert_eq!([open(3), open(4), open(5)], [Some(BEN); 3], "whoever has less");
    assert_eq!(load(&desk, ANNA), Some(0));
}

#[test]
fn what_waited_is_given_out_when_an_agent_returns() {
    let desk = desk_with(SettingsDraft::default());
    let set = |available| {
        let set = SetAvailability { agent: ANNA, available };
        desk.set_availability(Actor::Host.at(start()), set).unwrap()
    };
    set(false);
    desk.publish(Actor::Host.at(start()), routing().build().unwrap()).unwrap();
    for n in 2..5 {
        let open = Open::new(TicketId::from_u128(n), Requester::Contact(MARIA), "It smokes");
        desk.open(Actor::Customer(MARIA).at(start()), open).unwrap();
    }
    assert_eq!(load(&desk, ANNA), Some(0));
    let back = set(true).backlog.unwrap();
    assert_eq!(back.given, [1, 2, 3, 4].map(TicketId::from_u128), "the oldest first");
    assert_eq!(load(&desk, ANNA), Some(4));
}

#[test]
fn what_becomes_of_clocks_sets_no_trigger_off() {
    let desk = desk_with(SettingsDraft::default());
    let mut draft = SettingsDraft::default();
    draft.rules.triggers = vec![trigger("any", "all()").then(Action::AddTag("any".into()))];
    let answer = Obligation::new(Metric::FirstResponse).within(Span::hours(4)).warn_at_percent(50);
    draft.sla_policies = vec![SlaPolicy::new("standard").obligation(answer)];
    draft.open_age = None;
    desk.publish(Actor::Host.at(start()), draft.build().unwrap()).unwrap();
    desk.adopt(start(), None, 100).unwrap();
    desk.tick(day(1)).unwrap();
    assert!(ticket(&desk).has_missed());
    assert!(ticket(&desk).tags().is_empty(), "a new promise, a warning and a miss");
    let resolution = Resolving::new("solved");
    desk.resolve(Actor::Agent(ANNA).at(day(1)), Resolve { ticket: ID, resolution }).unwrap();
    assert_eq!(ticket(&desk).tags(), ["any"], "a change of the ticket does");
}
