//! Laws 1, 2, 6 and 7 over random histories of all commands and actors, on a real desk beside
//! the independent model.
//!
//! One run checks all of them at every step of every history: the desk does what the model
//! says and leaves what the model has (every ticket, every agent's load, the next wake);
//! histories fold to their heads (1); statuses move only as the workflow allows to whoever
//! moved them, and what is refused changes not a byte (2); machines and notes satisfy nobody
//! (6); every timer fires once, and a repeated command does nothing (7).
//!
//! By default 20,000 histories of up to 60 commands. For a million:
//!
//! ```text
//! HELPDESK_HISTORIES=1000000 cargo test --release --test laws
//! ```
//!
//! `HELPDESK_SEED=n` runs the one history of that seed, and a failure prints its seed beside
//! the shortest part of it that still fails.
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::histories::coverage::Coverage;
use crate::histories::shrink;
use helpdesk::conformance::history::History;

/// The most commands of a history.
const STEPS: usize = 60;

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a whole number"))
}

/// Runs the histories of these seeds on every processor; the first one that fails is told.
fn run_all(histories: u64) -> Coverage {
    let next = AtomicU64::new(0);
    let failed = AtomicU64::new(u64::MAX);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let worker = || {
        let mut coverage = Coverage::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= histories || failed.load(Ordering::Relaxed) < seed {
                return coverage;
            }
            match shrink::run(&History::drawn(seed, STEPS)) {
                Ok(one) => coverage.add(&one),
                Err(_) => {
                    failed.fetch_min(seed, Ordering::Relaxed);
                }
            }
        }
    };
    let coverage = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().fold(Coverage::default(), |mut all, worker| {
            all.add(&worker.join().expect("a worker's own panic"));
            all
        })
    });
    let failed = failed.into_inner();
    if failed < u64::MAX {
        panic!("{}", shrink::report(&History::drawn(failed, STEPS)));
    }
    coverage
}

#[test]
fn desk_and_model_agree_and_every_law_holds() {
    if let Some(seed) = from_environment("HELPDESK_SEED") {
        let history = History::drawn(seed, STEPS);
        if shrink::run(&history).is_err() {
            panic!("{}", shrink::report(&history));
        }
        return;
    }
    let histories = from_environment("HELPDESK_HISTORIES").unwrap_or(20_000);
    let coverage = run_all(histories);
    println!("{coverage:#?}");
    if histories >= 20_000 {
        coverage.is_wide();
    }
}
