//! Many histories, on every processor.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// How many histories: as many as `HELPDESK_STORED` says, or this.
pub(crate) fn wished(otherwise: u64) -> u64 {
    let wish = std::env::var("HELPDESK_STORED").ok();
    wish.map_or(otherwise, |wish| wish.parse().expect("a whole number"))
}

/// What comes of each, for the seeds from 0 on, taken together.
#[allow(dead_code, reason = "histories of some stores have a place")]
pub(crate) fn sum(histories: u64, one: impl Fn(u64) -> usize + Sync) -> usize {
    sum_in(histories, || (), |(), seed| one(seed))
}

/// The same, where each thread has a place of its own for its histories.
pub(crate) fn sum_in<P>(
    histories: u64,
    place: impl Fn() -> P + Sync,
    one: impl Fn(&mut P, u64) -> usize + Sync,
) -> usize {
    let next = AtomicU64::new(0);
    let worker = || {
        let (mut place, mut sum) = (place(), 0);
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= histories {
                return sum;
            }
            sum += one(&mut place, seed);
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        // Whoever panics has told why.
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    })
}
