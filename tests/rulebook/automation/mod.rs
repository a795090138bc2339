//! What a desk's own rules do: triggers, time rules, macros, and what service levels want done.

mod actions;
mod cascades;
mod late;
mod levels;
mod macros;
mod named;
mod random;
mod time_rules;

use crate::support::{TestDesk, draft};
use helpdesk::rules::{Action, TimeRule, ToStatus, Trigger};
use helpdesk::{
    Cause, Event, FieldDef, FieldKind, Rule, RuleName, SettingsDraft, Step, TicketChange, TicketId,
};

/// The kit's settings, with a field of each kind that rules fill.
fn with_fields() -> SettingsDraft {
    let mut draft = draft();
    draft.fields = vec![
        FieldDef::new("plan", FieldKind::Choice { options: vec!["free".into(), "pro".into()] }),
        FieldDef::new("order", FieldKind::Text { max_bytes: 20 }),
        FieldDef::new("seats", FieldKind::Integer { min: 0, max: 9 }),
    ];
    draft
}

/// A desk with these triggers.
fn with_triggers(triggers: impl IntoIterator<Item = Trigger>) -> TestDesk {
    let mut draft = with_fields();
    draft.rules.triggers = triggers.into_iter().collect();
    TestDesk::with(draft)
}

/// A desk with these time rules.
fn with_time_rules(rules: impl IntoIterator<Item = TimeRule>) -> TestDesk {
    let mut draft = with_fields();
    draft.rules.time_rules = rules.into_iter().collect();
    TestDesk::with(draft)
}

fn trigger(name: &str, when: &str) -> Trigger {
    Trigger::new(name, when.parse().unwrap())
}

fn tag(name: &str) -> Action {
    Action::AddTag(name.into())
}

fn to(status: &str) -> Action {
    Action::SetStatus(ToStatus::new(status))
}

fn tags(desk: &TestDesk, ticket: TicketId) -> Vec<String> {
    desk.ticket(ticket).tags().iter().map(ToString::to_string).collect()
}

/// The events that rules of this name made.
fn by_rule(desk: &TestDesk, ticket: TicketId, name: &str) -> Vec<Event> {
    let name = RuleName::from(name);
    let is = |cause: &Cause| match &cause.rule {
        Some(Rule::Trigger(it) | Rule::TimeRule(it) | Rule::Macro(it)) => *it == name,
        _ => false,
    };
    desk.history(ticket).into_iter().filter(|event| is(&event.cause)).collect()
}

/// The places and the codes of the actions that were refused.
fn refusals(desk: &TestDesk, ticket: TicketId) -> Vec<(u16, String)> {
    let refused = |change: TicketChange| match change {
        TicketChange::ActionRefused { action, code } => Some((action, code.to_string())),
        _ => None,
    };
    desk.changes(ticket).into_iter().filter_map(refused).collect()
}

/// The rules that matched, by name, in order.
fn matched(trace: &[Step]) -> Vec<String> {
    let name = |step: &Step| match step {
        Step::RuleMatched { rule: Rule::Trigger(name) | Rule::TimeRule(name) } => {
            Some(name.to_string())
        }
        _ => None,
    };
    trace.iter().filter_map(name).collect()
}
