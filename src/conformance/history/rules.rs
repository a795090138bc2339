//! The rulebook of a random history: rules that move, hand over, write, and set each other off.

use crate::conformance::history::cast;
use crate::conformance::kit::Random;
use crate::rules::{
    Action, Anchor, Assignment, Destination, FieldChange, HostAction, Macro, Route, RoutingRule,
    RulebookDraft, Sticky, Strategy, TimeRule, ToStatus, Trigger,
};
use crate::sla::Metric;
use crate::sla::policy::{Obligation, SlaAction, SlaPolicy, Whom};
use crate::{
    Condition, DepartmentName, Fact, FieldValue, RoutingSettings, SettingsDraft, Span, Tag,
};

/// What a rule may ask of a ticket, at any time. All parse; a test holds the cast to it.
const STATES: [&str; 9] = [
    "priority >= high",
    "tags contains red",
    "not tags contains blue",
    "department = support",
    "status = open",
    "channel = email",
    "assignee is missing",
    "category = billing",
    "messages >= 0",
];

/// What a trigger may ask of a change.
const CHANGES: [&str; 12] = [
    "messages = 1",
    "status changed",
    "status changed to resolved",
    "status changed from new",
    "priority changed",
    "tags changed",
    "assignee changed",
    "department changed",
    "messages changed",
    "message.author = customer",
    "category changed",
    "field.plan changed",
];

fn condition(text: &str) -> Condition {
    text.parse().unwrap_or_else(|_| Condition::all([]))
}

/// Draws a rulebook, what a ticket weighs, and service levels that have everything done that a
/// level may.
pub(super) fn draw(draft: &mut SettingsDraft, random: &mut Random) {
    let mut rules = RulebookDraft::default();
    for n in 0..1 + random.below(5) {
        rules.triggers.push(trigger(random, n));
    }
    for n in 0..random.below(4) {
        rules.time_rules.push(time_rule(random, n));
    }
    for n in 0..random.below(3) {
        rules.routing.push(routing_rule(random, n));
    }
    let mut applied = Macro::new("close as spam");
    applied.then = actions(random);
    rules.macros.push(applied);
    draft.rules = rules;
    draft.limits.cascade_depth = random.one_of([1, 2, 10]);
    draft.routing = match random.below(3) {
        0 => RoutingSettings::default().weight("chat", 2).weight("email", 1),
        _ => RoutingSettings::default(),
    };
    let watched = |policy: &SlaPolicy| policy.name.as_str() == "watched";
    draft.sla_policies.retain(|policy| !watched(policy));
    if random.percent(40) {
        draft.sla_policies.insert(0, policy());
    }
}

/// A policy whose warnings and levels want all that they may.
fn policy() -> SlaPolicy {
    let obligation = |metric| {
        Obligation::new(metric).within(Span::hours(2)).warn_at_percent(50).escalate_after(
            Span::minutes(30),
            [
                SlaAction::RaisePriority("critical".into()),
                SlaAction::AddTag("late".into()),
                SlaAction::Escalate("vendors".into()),
                SlaAction::Notify(Whom::Desk),
            ],
        )
    };
    SlaPolicy::new("watched")
        .when(Fact::Priority.at_least("high"))
        .obligation(obligation(Metric::FirstResponse))
        .obligation(obligation(Metric::NextResponse))
}

fn department(random: &mut Random) -> DepartmentName {
    random.one_of(["support", "billing", "specialists", "vendors"]).into()
}

fn trigger(random: &mut Random, n: usize) -> Trigger {
    let change = condition(random.one_of(CHANGES));
    let when = match random.below(3) {
        0 => change,
        1 => Condition::all([change, condition(random.one_of(STATES))]),
        _ => Condition::any([change, condition(random.one_of(CHANGES))]),
    };
    let mut trigger = Trigger::new(format!("trigger {n}"), when);
    trigger.then = actions(random);
    trigger.stop = random.percent(20);
    trigger
}

fn time_rule(random: &mut Random, n: usize) -> TimeRule {
    let anchor = random.one_of([
        Anchor::OpenedAt,
        Anchor::StatusSince,
        Anchor::UnresolvedSince,
        Anchor::WaitingSince,
        Anchor::FirstAnsweredAt,
        Anchor::LastAskedAt,
        Anchor::LastAnsweredAt,
        Anchor::ResolvedAt,
        Anchor::ClosedAt,
        Anchor::ProposedAt,
    ]);
    let after = random.one_of([Span::minutes(30), Span::hours(4), Span::days(1), Span::days(3)]);
    let mut rule = TimeRule::new(format!("time rule {n}"), anchor, after);
    rule.when = condition(random.one_of(STATES));
    rule.then = actions(random);
    rule.stop = random.percent(20);
    rule
}

fn routing_rule(random: &mut Random, n: usize) -> RoutingRule {
    let to: Destination = match random.below(4) {
        0 => Assignment::department(department(random)).into(),
        _ => route(random).into(),
    };
    RoutingRule::new(format!("routing {n}"), to).when(condition(random.one_of(STATES)))
}

fn route(random: &mut Random) -> Route {
    let mut route = match random.below(3) {
        0 => Route::default(),
        _ => Route::to(department(random)),
    };
    route = route.by(random.one_of([
        Strategy::RoundRobin,
        Strategy::LeastLoaded,
        Strategy::CapacityWeighted,
        Strategy::MostIdle,
    ]));
    if random.percent(30) {
        route = route.sticky(Sticky::LastAgent);
    }
    let over = department(random);
    if random.percent(30) && route.department.as_ref() != Some(&over) {
        route = route.overflow(Span::hours(1), over);
    }
    if random.percent(30) {
        route = route.not_taken(Span::minutes(30));
    }
    route
}

/// One to three things to do, each to something else.
fn actions(random: &mut Random) -> Vec<Action> {
    let mut actions: Vec<Action> = Vec::new();
    for _ in 0..1 + random.below(3) {
        let action = action(random);
        if !actions.iter().any(|it| about(it) == about(&action)) {
            actions.push(action);
        }
    }
    actions
}

/// What of a ticket an action is about: a rule says it once.
fn about(action: &Action) -> u8 {
    match action {
        Action::SetStatus(_) => 0,
        Action::SetPriority(_) => 1,
        Action::SetCategory(_) => 2,
        Action::AddTag(_) | Action::RemoveTag(_) => 3,
        Action::SetField(_) | Action::ClearField(_) => 4,
        Action::Assign(_) | Action::Route(_) | Action::Escalate(_) => 5,
        Action::Note(_) => 6,
        Action::Reply(_) => 7,
        Action::Notify(_) => 8,
        Action::Host(_) => 9,
    }
}

fn action(random: &mut Random) -> Action {
    let tag = |random: &mut Random| Tag::from(random.one_of(["red", "blue"]));
    match random.below(16) {
        0 => {
            let status = random.one_of(["open", "in_progress", "answered", "closed"]);
            let to = ToStatus::new(status);
            Action::SetStatus(if status == "closed" { to.resolution("solved") } else { to })
        }
        1 => Action::SetStatus(ToStatus::new("pending").reason("information")),
        2 => Action::SetStatus(ToStatus::new("resolved").resolution("solved")),
        3 => Action::SetPriority(random.one_of(["low", "high", "critical"]).into()),
        4 => Action::SetCategory(random.one_of(["billing", "technical"]).into()),
        5 | 6 => Action::AddTag(tag(random)),
        7 => Action::RemoveTag(tag(random)),
        8 => {
            let plan = FieldValue::Choice(random.one_of(["free", "pro"]).into());
            Action::SetField(FieldChange::new("plan", plan))
        }
        9 => Action::ClearField("plan".into()),
        10 => match random.below(3) {
            0 => Action::Assign(Assignment::department(department(random))),
            _ => Action::Assign(Assignment::agent(cast::agent(random.below(8) as u128))),
        },
        11 => Action::Route(route(random)),
        12 => Action::Escalate(random.one_of(["specialists", "vendors"]).into()),
        13 => Action::Note(random.one_of(["Looked at", "It is {status}", "{field.plan}"]).into()),
        14 => Action::Reply(random.one_of(["We got {reference}", "Dear {requester.name}"]).into()),
        _ => match random.below(2) {
            0 => Action::Notify(random.one_of([Whom::Assignee, Whom::Department, Whom::Desk])),
            _ => Action::Host(HostAction::new("refund").with("plan", "{priority}")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{CHANGES, STATES};
    use crate::Condition;

    #[test]
    fn what_rules_ask_parses() {
        for text in STATES.iter().chain(&CHANGES) {
            let parsed = text.parse::<Condition>();
            assert!(parsed.is_ok(), "{text}: {}", parsed.unwrap_err());
        }
    }
}
