//! Business hours on this crate and on its peers: the workloads of `benches/hours.rs`, in turns, with
//! the checksum of every result; and before it, random calendars, on which those whose words mean
//! the same must give the same answers.
//!
//! `cargo run --release -- calendar` here; `agree` in its place only compares.
//!
//! Measured on a 2-core x86-64 server, very busy with other jobs, so in time on the processor; Rust
//! 1.95, 2026-11-26, one run; ns an operation, and in brackets by helpdesk's beside it:
//!
//! | peer | add 8 h | between | add 2,000 h |
//! |---|---|---|---|
//! | helpdesk | 43 | 29 | 44 |
//! | ule-hours 0.1.2 | 441 (10) | 1,790 (63) | 37,200 (831) |
//! | opening-hours 2.1.4 | 1,750 (40) | 9,970 (347) | 242,000 (5,436) |
//! | workclock 0.1.4 | 2,680 (61) | 5,640 (197) | 94,400 (2,131) |

use std::error::Error;
use std::hint::black_box;

use cpu_time::ThreadTime;
use helpdesk::{Calendar, Span};

use crate::hours::{
    self, ADD_8, ADD_2000, BETWEEN, EIGHT_HOURS, TWO_THOUSAND_HOURS, checksum, pairs, starts,
};
use crate::{agreement, clocks, median, opening};

/// Adds seconds of open time, and measures them, in seconds since 1970.
pub(crate) trait Hours {
    const NAME: &'static str;
    /// How often each workload is measured, an odd number; the slow ones seldom.
    const ROUNDS: usize;

    fn add(&self, from: i64, seconds: i64) -> i64;
    fn between(&self, from: i64, to: i64) -> i64;
}

struct Ours(Calendar);

impl Hours for Ours {
    const NAME: &'static str = "helpdesk";
    const ROUNDS: usize = 1;

    fn add(&self, from: i64, seconds: i64) -> i64 {
        let seconds = Span::seconds(u32::try_from(seconds).unwrap());
        self.0.add(agreement::utc(from), seconds).unwrap().timestamp()
    }

    fn between(&self, from: i64, to: i64) -> i64 {
        self.0.between(agreement::utc(from), agreement::utc(to)).num_seconds()
    }
}

/// ns of the processor an operation of one round of a workload: add 8 h, between, add 2,000 h.
fn round<H: Hours>(hours: &H, workload: usize, starts: &[i64], pairs: &[(i64, i64)]) -> f64 {
    let mut results = Vec::with_capacity(starts.len());
    let begin = ThreadTime::now();
    match workload {
        0 => results.extend(starts.iter().map(|from| hours.add(*from, EIGHT_HOURS))),
        1 => results.extend(pairs.iter().map(|(from, to)| hours.between(*from, *to))),
        _ => results.extend(starts.iter().map(|from| hours.add(*from, TWO_THOUSAND_HOURS))),
    }
    let elapsed = begin.elapsed();
    let expected = [ADD_8, BETWEEN, ADD_2000][workload];
    assert_eq!(checksum(black_box(results)), expected, "{} workload {workload}", H::NAME);
    elapsed.as_secs_f64() * 1e9 / starts.len() as f64
}

/// Prints the medians of ours and of a peer's, measured in turns, and of theirs by ours.
fn measure<H: Hours>(ours: &Ours, peer: &H) {
    let (starts, pairs) = (starts(), pairs());
    print!("{:<14}", H::NAME);
    for workload in 0..3 {
        let (mut by_us, mut by_them, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..H::ROUNDS {
            // A round of ours is over soon, and one beside it is no more than a glance.
            let some = || round(ours, workload, &starts, &pairs);
            let mut before: Vec<f64> = std::iter::repeat_with(some).take(5).collect();
            let theirs = round(peer, workload, &starts, &pairs);
            before.extend(std::iter::repeat_with(some).take(6));
            let us = median(before);
            by_us.push(us);
            by_them.push(theirs);
            ratios.push(theirs / us);
        }
        let (us, them) = (median(by_us), median(by_them));
        print!(" {us:>6.0} {them:>9.0} {:>7.0}", median(ratios));
    }
    println!();
}

pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    agreement::check()?;
    let ours = Ours(hours::text().parse()?);
    println!(
        "ns of CPU an operation: helpdesk's, theirs, and theirs by helpdesk's; medians, in turns"
    );
    let workload = |name: &str| format!(" {name:>24}");
    println!("{:<14}{}{}{}", "", workload("add 8 h"), workload("between"), workload("add 2,000 h"));
    measure(&ours, &clocks::Workclock::workload()?);
    measure(&ours, &clocks::UleHours::workload()?);
    measure(&ours, &opening::OpeningHours::workload()?);
    Ok(())
}
