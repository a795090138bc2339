//! A desk that routes: requests come in, agents come and go, and rules say who gets what.
//!
//! `cargo run --release --example routing` is a generated day. With a file it is one of three real
//! logs, whose columns say which; with `italian`, `servicenow` or `mendeley`, the log of this name
//! in the folder HELPDESK_DATA. Its requests come in as they did, with their categories, priorities
//! and words, to a desk that is made up; work on them ends when the log says so.
//!
//! It prints how the work was shared out, how often anybody had more than they can have, and one
//! decision explained. It fails where that ever happened.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example that cannot go on has nothing to show"
)]

mod day;
mod desk;
mod feed;
#[path = "../replay/input.rs"]
#[allow(dead_code, reason = "the replay reads more by it")]
mod input;
mod italian;
mod mendeley;
mod servicenow;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use desk::Shift;
use feed::Feed;

/// The logs: their names, and their files in the folder.
const LOGS: [(&str, &str); 3] = [
    ("italian", "helpdesk_italian_finale.csv"),
    ("servicenow", "uci498_servicenow_incident_event_log.csv"),
    ("mendeley", "text/mendeley_helpdesk_comments.csv"),
];

fn main() -> ExitCode {
    let shift = feed().and_then(Shift::of);
    match shift.and_then(|shift| Ok((shift.tell()?, shift.too_much))) {
        Ok(((), 0)) => ExitCode::SUCCESS,
        Ok(((), _)) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("routing: {error}");
            ExitCode::from(2)
        }
    }
}

/// What was asked for.
fn feed() -> Result<Feed, Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1);
    let Some(arg) = args.next() else { return Ok(day::feed()) };
    if args.next().is_some() {
        return Err("one log at a time".into());
    }
    let known = LOGS.into_iter().find(|(name, _)| arg == *name);
    let Some((_, file)) = known else { return read(Path::new(&arg)) };
    let folder = std::env::var_os("HELPDESK_DATA").map(PathBuf::from);
    let folder = folder.ok_or("logs by name are in the folder HELPDESK_DATA, which is not set")?;
    read(&input::compressed_or_not(folder.join(file)))
}

fn read(path: &Path) -> Result<Feed, Box<dyn Error>> {
    let header = input::header(path)?;
    let is = |known: &[&str]| header.iter().eq(known.iter().map(|name| name.as_bytes()));
    if is(&italian::HEADER) {
        italian::feed(path)
    } else if is(&servicenow::HEADER) {
        servicenow::feed(path)
    } else if is(&mendeley::HEADER) {
        mendeley::feed(path)
    } else {
        Err(format!("{}: its columns are those of no log that is known", path.display()).into())
    }
}
