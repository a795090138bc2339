//! What only settings know of rules: actions that would be refused of every ticket, and closing work of
//! which nobody says how it ended.

use super::SettingsDraft;
use crate::condition::{Condition, Fact, Is, Literal, Test};
use crate::problem::{Mistake, Problems};
use crate::rules::{Action, Anchor, FieldChange, ToStatus, Wording};
use crate::settings::{FieldKind, FieldProblem};
use crate::workflow::{Landmark, StatusCategory, Workflow};

/// Finds actions that no ticket could have carried out, and those that close what may be unresolved
/// without a resolution. Every name in them is right.
pub(super) fn check(draft: &SettingsDraft, workflow: &Workflow, problems: &mut Problems) {
    let rules = &draft.rules;
    // Whether the rule is only for work of which it is known how it ended.
    let ended = |when| asks_for_the_resolved(when, workflow);
    let triggers = rules.triggers.iter().map(|rule| (ended(&rule.when), &rule.then));
    let timed = rules.time_rules.iter().map(|rule| {
        let since = matches!(rule.anchor, Anchor::ResolvedAt | Anchor::ClosedAt);
        (since || ended(&rule.when), &rule.then)
    });
    let by_hand = rules.macros.iter().map(|rule| (ended(&rule.when), &rule.then));
    let of = |list: &'static str| move |(rule, (ended, then))| (list, rule, ended, then);
    let all = triggers.enumerate().map(of("triggers"));
    let all = all.chain(timed.enumerate().map(of("time_rules")));
    for (list, rule, ended, then) in all.chain(by_hand.enumerate().map(of("macros"))) {
        for (place, action) in then.iter().enumerate() {
            let path = format!("rules.{list}[{rule}].then[{place}]");
            match action {
                Action::SetStatus(to) => {
                    status(to, workflow, ended, &format!("{path}.set_status"), problems);
                }
                Action::SetField(change) => {
                    field(change, draft, &format!("{path}.set_field.value"), problems);
                }
                Action::Note(text) => words(text, draft, &format!("{path}.note"), problems),
                Action::Reply(text) => words(text, draft, &format!("{path}.reply"), problems),
                Action::Host(work) => {
                    for (name, text) in &work.with {
                        words(text, draft, &format!("{path}.host.with.{name}"), problems);
                    }
                }
                Action::SetPriority(_)
                | Action::SetCategory(_)
                | Action::AddTag(_)
                | Action::RemoveTag(_)
                | Action::ClearField(_)
                | Action::Assign(_)
                | Action::Route(_)
                | Action::Escalate(_)
                | Action::Notify(_) => {}
            }
        }
    }
}

/// Whether a condition holds of nothing but what is resolved, or of less: of what it names, that is
/// said by itself.
fn asks_for_the_resolved(when: &Condition, workflow: &Workflow) -> bool {
    match when {
        Condition::All(all) => all.iter().any(|it| asks_for_the_resolved(it, workflow)),
        Condition::Any(any) => {
            !any.is_empty() && any.iter().all(|it| asks_for_the_resolved(it, workflow))
        }
        Condition::Test(test) => of_the_resolved(test, workflow),
        Condition::Not(_) => false,
    }
}

/// Whether such a test holds of nothing but what is resolved.
fn of_the_resolved(test: &Test, workflow: &Workflow) -> bool {
    let resolved = |literal: &Literal| {
        let Literal::Text(name) = literal else { return false };
        match test.fact {
            Fact::StatusCategory => **name == *StatusCategory::Resolved.as_str(),
            Fact::Status => {
                let known = workflow.status(name);
                known.is_some_and(|it| it.category == StatusCategory::Resolved)
            }
            _ => false,
        }
    };
    match &test.is {
        Is::Equal(literal) | Is::ChangedTo(literal) => resolved(literal),
        Is::In(literals) => !literals.is_empty() && literals.iter().all(resolved),
        _ => false,
    }
}

/// `ended`: the rule is only for work of which it is known how it ended.
fn status(to: &ToStatus, workflow: &Workflow, ended: bool, path: &str, problems: &mut Problems) {
    let ToStatus { status, reason, resolution } = to;
    let Some(known) = workflow.status(status.as_str()) else { return };
    let statuses = workflow.draft().statuses.iter();
    let mut ways = statuses.flat_map(|from| &from.transitions);
    if !ways.any(|way| way.to == *status) {
        let mistake = Mistake::Contradiction("no transition leads to this status");
        problems.at(format!("{path}.status"), mistake);
        return;
    }
    if workflow.landmark(Landmark::Postponed).name == *status {
        let status = status.to_string();
        problems.at(format!("{path}.status"), Mistake::NeverReturns { status });
        return;
    }
    let ends = known.category == StatusCategory::Resolved
        || (known.category == StatusCategory::Closed && !ended);
    if ends && resolution.is_none() {
        let mistake = Mistake::Contradiction("work does not end without a resolution");
        problems.at(format!("{path}.resolution"), mistake);
    }
    let (taken, required) = workflow.reasons(status);
    match reason {
        Some(reason) if !taken.contains(reason) => {
            let mistake = Mistake::Contradiction("the status does not take this reason");
            problems.at(format!("{path}.reason"), mistake);
        }
        None if required => {
            let mistake = Mistake::Contradiction("the status requires a reason");
            problems.at(format!("{path}.reason"), mistake);
        }
        Some(_) | None => {}
    }
}

fn field(change: &FieldChange, draft: &SettingsDraft, path: &str, problems: &mut Problems) {
    let FieldChange { field, value } = change;
    let known = draft.fields.iter().find(|known| known.name == *field);
    let Some(kind) = known.map(|known| &known.kind) else { return };
    match (kind.accepts(value), kind) {
        (Err(FieldProblem::TooLong), FieldKind::Text { .. }) => {
            let mistake = Mistake::Contradiction("the text is longer than the field takes");
            problems.at(path, mistake);
        }
        (Err(FieldProblem::OutOfRange), _) => {
            let mistake = Mistake::Contradiction("the number is out of the field's range");
            problems.at(path, mistake);
        }
        // What is of another type, or no option, the rulebook has found.
        (Ok(()) | Err(_), _) => {}
    }
}

/// A text that is too long as it is written; slots may make it longer still.
fn words(text: &Wording, draft: &SettingsDraft, path: &str, problems: &mut Problems) {
    let (most, found) = (u64::from(draft.limits.text_bytes), text.as_str().len() as u64);
    if found > most {
        problems.at(path, Mistake::OverLimit { limit: "text_bytes", most, found });
    }
}
