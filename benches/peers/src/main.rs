//! The `helpdesk` workload on this crate and on cqrs-es, side by side, in one run.
//!
//! `cargo run --release` here. Both get the same texts in the same order and are timed in
//! turns, over fresh state each time. Building the commands is not timed, on either side.
//!
//! What each keeps of a command: cqrs-es its events, and nothing else; it loads a ticket by
//! cloning and replaying its whole history. This crate its events, the ticket's head, the
//! index columns, the next wake, the notices and a receipt, and it checks who may do what.
//!
//! The memory store of cqrs-es prints two lines a command. So it is measured twice: as it is
//! shipped, printing to the null device, and, which is the figure to compare with, as a copy
//! of it that does not print.
//!
//! Measured on a 2-core x86-64 server shared with other jobs, Rust 1.95, 2026-11-25; the medians
//! of 101 rounds:
//!
//! | peer | commands/s | helpdesk's by theirs |
//! |---|---|---|
//! | helpdesk | 694,000 | |
//! | cqrs-es 0.5, as shipped, printing | 1,082,000 | 0.64 |
//! | cqrs-es 0.5, not printing | 2,226,000 | 0.31 |
//!
//! The aim, 1.0, is not met.
//!
//! Business hours are measured apart, by `cargo run --release -- calendar`: see `calendar.rs`; and
//! rules by `-- rules`: see `rules.rs`. cqrs-es on databases is measured beside this crate's stores in
//! them: on SQLite by `--features sqlite -- sqlite`, see `sqlite.rs`, on PostgreSQL in `sqlx/`.

#[path = "../../hours.rs"]
mod hours;
#[path = "../../../tests/calendar/random.rs"]
mod random;
#[cfg(feature = "sqlite")]
#[path = "../../rounds.rs"]
mod rounds;
#[path = "../../ruleset.rs"]
mod ruleset;
#[path = "../../workload.rs"]
mod workload;

mod agreement;
mod calendar;
mod clocks;
mod cqrs;
mod opening;
mod ours;
mod rules;
#[cfg(feature = "sqlite")]
mod sqlite;
mod ticket;

use std::error::Error;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How often each is timed. Odd, so that there is a median.
const ROUNDS: usize = 101;

fn main() -> Result<(), Box<dyn Error>> {
    match std::env::args().nth(1).as_deref() {
        Some("measure") => return measure(),
        Some("agree") => return agreement::check(),
        Some("calendar") => return calendar::run(),
        Some("rules") => return rules::run(),
        #[cfg(feature = "sqlite")]
        Some("sqlite") => return sqlite::run(),
        #[cfg(not(feature = "sqlite"))]
        Some("sqlite") => return Err("it is built with `--features sqlite`".into()),
        _ => {}
    }
    // What the peer prints goes nowhere; the results go to standard error.
    let this = std::env::current_exe()?;
    let status = Command::new(this).arg("measure").stdout(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err("the measurement failed".into()) }
}

fn measure() -> Result<(), Box<dyn Error>> {
    let cases = workload::helpdesk();
    let commands = 3 * cases.len();
    let (mut ours, mut quiet, mut shipped) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(ours::run(&cases)?);
        quiet.push(cqrs::run_quiet(&cases)?);
        shipped.push(cqrs::run_shipped(&cases)?);
    }
    eprintln!("helpdesk workload: {commands} commands, medians of {ROUNDS} rounds, taken in turns");
    let rate = |times: &[Duration]| commands as f64 / median(seconds(times));
    eprintln!("  helpdesk              {:>9.0} commands/s", rate(&ours));
    for (name, theirs) in [("cqrs-es, not printing", &quiet), ("cqrs-es, as shipped", &shipped)] {
        // Of each round by itself: what slows the machine down slows both.
        let ratios =
            seconds(theirs).into_iter().zip(seconds(&ours)).map(|(theirs, ours)| theirs / ours);
        let ratio = median(ratios.collect());
        eprintln!("  {name:<21} {:>9.0} commands/s   ratio {ratio:.2}", rate(theirs));
    }
    Ok(())
}

fn seconds(times: &[Duration]) -> Vec<f64> {
    times.iter().map(Duration::as_secs_f64).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
