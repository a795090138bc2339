//! What warnings and levels of service levels want done is done, once, right after they came.

use helpdesk::rules::Action;
use helpdesk::sla::Metric;
use helpdesk::sla::policy::{Obligation, SlaAction, SlaPolicy, Whom};
use helpdesk::{
    Actor, Event, NoticeKind, PriorityBy, Recipient, Rule, SettingsDraft, Span, TicketChange,
};

use super::{by_rule, refusals, tag, tags, trigger, with_fields};
use crate::support::{ANNA, MARIA, TICKET, TestDesk, agent, customer, days, hours, monday, reply};

fn with_level(then: impl IntoIterator<Item = SlaAction>) -> SettingsDraft {
    let answer = Obligation::new(Metric::FirstResponse)
        .within(Span::hours(4))
        .escalate_after(Span::hours(1), then);
    let mut draft = with_fields();
    draft.sla_policies = vec![SlaPolicy::new("standard").obligation(answer)];
    draft
}

fn all() -> [SlaAction; 4] {
    [
        SlaAction::Notify(Whom::Agent(ANNA)),
        SlaAction::RaisePriority("critical".into()),
        SlaAction::AddTag("late".into()),
        SlaAction::Escalate("engineering".into()),
    ]
}

/// What service levels did, aside from what became of clocks.
fn done(desk: &TestDesk) -> Vec<Event> {
    let mut history = desk.history(TICKET);
    history.retain(|event| {
        let clocks = matches!(event.ticket_change(), Some(TicketChange::ClocksChanged(_)));
        event.cause.rule == Some(Rule::Sla) && !clocks
    });
    history
}

#[test]
fn a_level_does_what_it_names_as_of_its_instant_and_once() {
    let due = monday() + hours(5);
    for late in [hours(0), hours(7), days(20)] {
        let desk = TestDesk::with(with_level(all()));
        desk.given_request();
        desk.set_now(due + late);
        desk.desk.tick(desk.now()).unwrap();
        let ticket = desk.ticket(TICKET);
        assert_eq!(ticket.priority().name, "critical");
        assert_eq!(ticket.department().unwrap(), "engineering");
        assert_eq!(tags(&desk, TICKET), ["late"]);
        let done = done(&desk);
        assert_eq!(done.len(), 3, "{done:#?}");
        let level = desk.history(TICKET).into_iter().find(|event| match event.ticket_change() {
            Some(TicketChange::ClocksChanged(changed)) => !changed.intents.is_empty(),
            _ => false,
        });
        let level = level.unwrap();
        for event in &done {
            assert_eq!((event.at, event.cause.actor.clone()), (due, Actor::System));
            assert_eq!(event.cause.parent.unwrap().revision, level.revision);
        }
        let Some(TicketChange::PriorityChanged { by, .. }) = done[0].ticket_change() else {
            panic!("{done:?}")
        };
        assert_eq!(*by, PriorityBy::Rule);
        desk.advance_to(desk.now() + days(30));
        assert_eq!(self::done(&desk).len(), 3, "once");
        desk.verify();
    }
}

#[test]
fn a_level_never_lowers_and_does_nothing_twice() {
    let wanted = [SlaAction::RaisePriority("medium".into()), SlaAction::AddTag("late".into())];
    let desk = TestDesk::with(with_level(wanted));
    desk.given_request();
    let mut edit = helpdesk::command::Edit::new(TICKET);
    edit.priority = Some("high".into());
    edit.add_tags.insert("late".into());
    desk.ok(&agent(ANNA), edit);
    desk.advance_to(monday() + hours(6));
    assert_eq!(desk.ticket(TICKET).priority().name, "high");
    assert!(done(&desk).is_empty());
}

#[test]
fn what_is_refused_of_a_level_is_recorded_and_the_rest_is_done() {
    let mut draft =
        with_level([SlaAction::Escalate("billing".into()), SlaAction::AddTag("late".into())]);
    draft.limits.tags = 9;
    let desk = TestDesk::with(draft);
    desk.given_request();
    desk.notices();
    desk.advance_to(monday() + hours(6));
    assert_eq!(refusals(&desk, TICKET), [(0, "not_higher_tier".to_owned())]);
    assert_eq!(tags(&desk, TICKET), ["late"]);
    let told = desk.notices();
    let told: Vec<_> = told.iter().filter(|it| it.kind == NoticeKind::ActionRefused).collect();
    assert_eq!((told.len(), &told[0].to), (1, &Recipient::Desk));
}

#[test]
fn triggers_see_what_a_level_did_and_not_that_a_clock_moved() {
    let mut draft = with_level(all());
    draft.rules.triggers = vec![
        trigger("any", "all()").then(tag("any")),
        trigger("late", "tags contains late and priority changed").then(tag("seen")),
    ];
    let desk = TestDesk::with(draft);
    desk.given_request();
    assert_eq!(tags(&desk, TICKET), ["any"]);
    let before = by_rule(&desk, TICKET, "any").len();
    // The deadline passes: nobody changed the ticket.
    let ticked = desk.desk.tick(monday() + hours(4) + crate::support::micro()).unwrap();
    let trace = ticked.outcomes.iter().flat_map(|outcome| &outcome.trace);
    assert_eq!(super::matched(&trace.cloned().collect::<Vec<_>>()), Vec::<String>::new());
    assert!(desk.ticket(TICKET).has_missed());
    assert_eq!(by_rule(&desk, TICKET, "any").len(), before);
    // The level does something.
    desk.set_now(monday() + hours(5));
    desk.desk.tick(desk.now()).unwrap();
    assert_eq!(tags(&desk, TICKET), ["any", "late", "seen"]);
}

#[test]
fn clocks_follow_what_rules_changed() {
    let mut draft = with_fields();
    let answer = Obligation::new(Metric::FirstResponse)
        .within(Span::hours(8))
        .for_priority("critical", Span::hours(1));
    draft.sla_policies = vec![SlaPolicy::new("standard").obligation(answer)];
    let critical = Action::SetPriority("critical".into());
    draft.rules.triggers = vec![
        trigger("urgent", "message.text contains burns").then(critical),
        // Already at the opening, conditions see what is promised.
        trigger("promised", "sla_policy = standard").then(tag("promised")),
    ];
    let desk = TestDesk::with(draft);
    desk.given_request();
    assert_eq!(desk.ticket(TICKET).sla_due_at(), Some(monday() + hours(1)));
    assert_eq!(tags(&desk, TICKET), ["promised"]);
    desk.ok(&customer(MARIA), reply(TICKET));
    desk.verify();
}
