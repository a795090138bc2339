//! Same seed, same bytes: a desk is a function of its calls.
use std::thread;

use crate::histories::run::Run;
use helpdesk::conformance::history::History;

/// Everything that a history leaves in its store: heads, histories, wakes.
fn bytes(seed: u64) -> String {
    let history = History::drawn(seed, 60);
    let mut run = Run::start(history.settings(), false).unwrap();
    for step in &history.steps {
        run.advance(*step, true).1.unwrap();
    }
    run.finish().unwrap();
    run.serialised()
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let all = |seeds: std::ops::Range<u64>| seeds.map(bytes).collect::<Vec<_>>();
    // Another thread has other hash seeds, other addresses, and other work before it.
    let there = thread::spawn(move || {
        bytes(4711);
        all(0..500)
    });
    let here = all(0..500);
    let there = there.join().unwrap();
    assert!(here.iter().map(String::len).sum::<usize>() > 1_000_000, "there is little to compare");
    for (seed, (here, there)) in here.iter().zip(&there).enumerate() {
        assert_eq!(here, there, "history {seed}");
    }
}

#[test]
fn another_seed_gives_other_bytes() {
    let mut all: Vec<String> = (0..50).map(bytes).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 50);
}
