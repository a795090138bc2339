//! What only settings know of rules: actions that would be refused of every ticket.

use super::SettingsDraft;
use crate::problem::{Mistake, Problems};
use crate::rules::{Action, FieldChange, ToStatus, Wording};
use crate::settings::{FieldKind, FieldProblem};
use crate::workflow::{Landmark, StatusCategory, Workflow};

/// Finds actions that no ticket could have carried out. Every name in them is right.
pub(super) fn check(draft: &SettingsDraft, workflow: &Workflow, problems: &mut Problems) {
    let rules = &draft.rules;
    let triggers = rules.triggers.iter().map(|rule| &rule.then).enumerate();
    let timed = rules.time_rules.iter().map(|rule| &rule.then).enumerate();
    let by_hand = rules.macros.iter().map(|rule| &rule.then).enumerate();
    let of = |list: &'static str| move |(rule, then)| (list, rule, then);
    let all = triggers.map(of("triggers")).chain(timed.map(of("time_rules")));
    for (list, rule, then) in all.chain(by_hand.map(of("macros"))) {
        for (place, action) in then.iter().enumerate() {
            let path = format!("rules.{list}[{rule}].then[{place}]");
            match action {
                Action::SetStatus(to) => {
                    status(to, workflow, &format!("{path}.set_status"), problems);
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

fn status(to: &ToStatus, workflow: &Workflow, path: &str, problems: &mut Problems) {
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
    if known.category == StatusCategory::Resolved && resolution.is_none() {
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
