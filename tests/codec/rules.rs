//! Samples of the desk's own rules: settings that have some, and what they did.

use std::sync::Arc;

use helpdesk::rules::{
    Action, Anchor, Assignment, Macro, RoutingRule, RulebookDraft, TimeRule, Trigger,
};
use helpdesk::{Actor, Change, ClockRules, Condition, Event, FollowUpClocks, SettingsDraft, Span};

use crate::samples::{ANNA, event, plain};

/// Settings that have the clocks of follow-ups go on, and rules of every kind.
pub(crate) fn settings() -> Event {
    let clock_rules = ClockRules { follow_up: FollowUpClocks::Continue, ..ClockRules::default() };
    let rules = RulebookDraft {
        routing: vec![RoutingRule::new("all", Assignment::agent(ANNA))],
        triggers: vec![Trigger::new("stop", Condition::all([])).stop()],
        time_rules: vec![TimeRule::new("old", Anchor::OpenedAt, Span::hours(1)).stop()],
        macros: vec![Macro::new("tag").then(Action::AddTag("tagged".into()))],
    };
    let draft = SettingsDraft { clock_rules, rules, ..SettingsDraft::default() };
    event(1, plain(Actor::Host), Change::Settings(Arc::new(draft.build().unwrap())), None)
}
