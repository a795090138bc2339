//! Makes a failing history short: cuts it after the failure, then drops steps one by one.

use std::panic::{AssertUnwindSafe, catch_unwind};

use helpdesk::conformance::history::History;

use super::coverage::Coverage;
use super::run::{self, Broken};

/// Runs a history; a panic is a broken law too.
pub(crate) fn run(history: &History) -> Result<Coverage, (usize, Broken)> {
    let run = catch_unwind(AssertUnwindSafe(|| run::run(history)));
    run.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        let said = said.or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
        Err((history.steps.len(), format!("nothing panics: {}", said.unwrap_or_default())))
    })
}

/// The shortest history that this finds, and what it breaks.
pub(crate) fn shortest(history: &History) -> (History, Broken) {
    let mut shortest = history.clone();
    let Err((at, mut broken)) = run(&shortest) else {
        return (shortest, "it did not fail again: the run is not deterministic".to_owned());
    };
    shortest.steps.truncate(at);
    let mut index = shortest.steps.len();
    while index > 0 {
        index -= 1;
        let mut shorter = shortest.clone();
        shorter.steps.remove(index);
        if let Err((at, said)) = run(&shorter) {
            shorter.steps.truncate(at);
            index = index.min(shorter.steps.len());
            (shortest, broken) = (shorter, said);
        }
    }
    (shortest, broken)
}

/// Everything that somebody needs to know of a failure.
pub(crate) fn report(history: &History) -> String {
    let (shortest, broken) = shortest(history);
    let steps = run::told(&shortest);
    format!(
        "history {} broke a law:\n{broken}\n\nafter {} of its {} steps:\n  {steps}\n",
        history.seed,
        shortest.steps.len(),
        history.steps.len(),
    )
}
