//! Runs files of cases against the crate: questions about business hours and their answers, and
//! timelines of tickets with what their clocks showed.
//!
//! ```sh
//! cargo run --release --example sla_cases -- FILE.json...
//! ```
//!
//! A host that keeps the answers of the system it comes from can see here, before it switches,
//! whether this one gives the same. A file is a list of cases, of either kind. One of a calendar
//! says its hours (`tz`, `hours`, `holidays`, `breaks`, `shifts`), a question (`op`, `from`, `to`,
//! `seconds`) and what is `expected`. One of clocks has a `calendar`, a `policy` with targets in
//! minutes, the `statuses` and their categories, the `events` in their order, and what is `expected`
//! after which of them: due instants, states and seconds elapsed. It prints a line for each case that failed and for each that was skipped, and last
//! how many passed. Exit status 1 where a case failed, 2 where a file could not be read.

mod calendar;
mod json;
mod timeline;

use std::process::ExitCode;

use json::{At, Json, Wrong};

/// What became of a case.
pub(crate) enum Outcome {
    Passed,
    Failed { id: String, expected: String, found: String },
    Skipped { id: String, reason: String },
}

/// A case that was read, of one of the kinds that files hold.
enum Case {
    Calendar(calendar::Case),
    Timeline(timeline::Case),
}

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        eprintln!("usage: sla_cases FILE.json...");
        return ExitCode::from(2);
    }
    let (mut passed, mut failed, mut skipped, mut unread) = (0, 0, 0, false);
    for file in &files {
        let cases = match read(file) {
            Ok(cases) => cases,
            Err(mistakes) => {
                for Wrong { path, why } in mistakes {
                    eprintln!("{file}: {path}: {why}");
                }
                unread = true;
                continue;
            }
        };
        for case in cases {
            let outcome = match case {
                Case::Calendar(case) => case.run(),
                Case::Timeline(case) => case.run(),
            };
            match outcome {
                Outcome::Passed => passed += 1,
                Outcome::Failed { id, expected, found } => {
                    println!("{id}: expected {expected}, found {found}");
                    failed += 1;
                }
                Outcome::Skipped { id, reason } => {
                    println!("{id}: skipped, {reason}");
                    skipped += 1;
                }
            }
        }
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    match (unread, failed) {
        (true, _) => ExitCode::from(2),
        (false, 0) => ExitCode::SUCCESS,
        (false, _) => ExitCode::from(1),
    }
}

/// The cases of a file, or what is wrong in it, one mistake a case.
fn read(file: &str) -> Result<Vec<Case>, Vec<Wrong>> {
    let whole = |why: String| vec![Wrong { path: "the whole file".to_owned(), why }];
    let text = std::fs::read_to_string(file).map_err(|error| whole(error.to_string()))?;
    let json: Json = serde_json::from_str(&text).map_err(|error| whole(error.to_string()))?;
    let list = At::root(&json).list().map_err(|wrong| vec![wrong])?;
    let (mut cases, mut mistakes) = (Vec::new(), Vec::new());
    for case in &list {
        match read_case(case) {
            Ok(case) => cases.push(case),
            Err(wrong) => mistakes.push(wrong),
        }
    }
    if mistakes.is_empty() { Ok(cases) } else { Err(mistakes) }
}

fn read_case(case: &At<'_>) -> Result<Case, Wrong> {
    match (case.has("op"), case.has("events")) {
        (true, false) => Ok(Case::Calendar(calendar::read(case)?)),
        (false, true) => Ok(Case::Timeline(timeline::read(case)?)),
        (false, false) => {
            case.entries()?;
            case.wrong("it has neither `op`, as calendars have, nor `events`, as timelines have")
        }
        (true, true) => case.wrong("it has both `op` and `events`"),
    }
}
