//! Workflows and settings: what is refused and where, and a host's own at work.

mod json;
mod own;
mod proposals;
mod refused_settings;
mod refused_workflows;
mod standard;

use crate::support::draft;
use helpdesk::{Mistake, Problem, SettingsDraft, StatusDraft, WorkflowDraft};

/// The mistakes in the kit's settings after this change, with their paths.
fn mistakes(change: impl FnOnce(&mut SettingsDraft)) -> Vec<(String, Mistake)> {
    let mut settings = draft();
    change(&mut settings);
    let error = settings.build().expect_err("it was to be refused");
    let text = |problem: &Problem| (problem.path().to_owned(), problem.mistake().clone());
    error.problems().iter().map(text).collect()
}

/// The one mistake in the kit's settings after this change.
#[track_caller]
fn mistake(change: impl FnOnce(&mut SettingsDraft)) -> (String, Mistake) {
    let mut all = mistakes(change);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[track_caller]
fn assert_mistake(path: &str, mistake: Mistake, change: impl FnOnce(&mut SettingsDraft)) {
    assert_eq!(self::mistake(change), (path.to_owned(), mistake));
}

fn unknown(what: &'static str, name: &str) -> Mistake {
    Mistake::Unknown { what, name: name.into() }
}

fn twice(what: &'static str, name: &str) -> Mistake {
    Mistake::Twice { what, name: name.into() }
}

fn status<'a>(workflow: &'a mut WorkflowDraft, name: &str) -> &'a mut StatusDraft {
    workflow.statuses.iter_mut().find(|status| status.name == *name).unwrap()
}
