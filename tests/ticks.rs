//! One tick or a thousand: the same commands leave the same events, however often the host's
//! timer goes off in between.
//!
//! Under a fixed roster and fixed settings, with a clock that does not run backwards (a tick is
//! a command too, and what it has seen counts), without repeated command ids and stale views.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that is wrong should stop"
)]

mod histories;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::conformance::history::{DESK, History, Step, cast};
use helpdesk::conformance::kit::Random;
use helpdesk::store::{MemoryStore, Store};
use helpdesk::{Call, Desk, Event, Key, Revision};
use histories::run::Run;

/// The calls of a history, as they came about on a desk that never ticks.
fn script(history: &History) -> Vec<Call> {
    let mut run = Run::start(history.settings(), false).unwrap();
    let mut calls = Vec::new();
    for seed in &history.steps {
        let Step::Call(mut call) = run.draw(*seed, false) else { continue };
        // A revision that somebody saw is one more or less for every tick.
        call.context.seen = None;
        // A command that changes nothing is remembered only where it found something due.
        if run.named.iter().any(|named| named.context.command_id == call.context.command_id) {
            call.context.command_id = None;
        }
        run.take(&Step::Call(call.clone())).unwrap();
        calls.push(*call);
    }
    calls
}

fn desk(history: &History) -> Desk<MemoryStore> {
    let desk = Desk::create(MemoryStore::new(), DESK, history.settings(), cast::start()).unwrap();
    for call in cast::hire() {
        desk.execute(&call).unwrap();
    }
    desk
}

/// Ticks until nothing is due any more at this instant.
fn rest(desk: &Desk<MemoryStore>, now: DateTime<Utc>) {
    while desk.tick(now).unwrap().next_wake.is_some_and(|wake| wake <= now) {}
}

fn events(desk: &Desk<MemoryStore>) -> BTreeMap<Key, Vec<Event>> {
    let written = desk.store().scan(DESK, 0, usize::MAX).unwrap();
    let keys = written.into_iter().map(|entry| entry.key);
    keys.map(|key| (key, desk.history(key, Revision::ZERO, usize::MAX).unwrap())).collect()
}

/// Ticks at every wake between two instants, and at some more.
fn tick_between(
    desk: &Desk<MemoryStore>,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    random: &mut Random,
) -> u64 {
    let gap = (to - from).num_microseconds().unwrap_or(0).max(0) as usize;
    let mut instants: Vec<_> = (0..random.below(4))
        .map(|_| from + TimeDelta::microseconds(random.below(gap + 1) as i64))
        .collect();
    instants.sort();
    instants.push(to);
    let mut ticks = 0;
    for instant in instants {
        while let Some(wake) = desk.next_wake(from).unwrap().filter(|wake| *wake <= instant) {
            desk.tick(wake).unwrap();
            ticks += 1;
        }
        // Nothing is due: this one must do nothing.
        assert!(desk.tick(instant).unwrap().outcomes.is_empty());
        ticks += 1;
    }
    ticks
}

#[test]
fn one_tick_or_a_thousand_the_same_events() {
    let (mut ticks, mut fired, mut all) = (0, 0, 0);
    for seed in 0..3_000 {
        let history = History::drawn(seed, 60);
        let calls = script(&history);
        let Some(last) = calls.last().map(|call| call.context.now) else { continue };
        let end = last + TimeDelta::days(100);

        let (quiet, busy) = (desk(&history), desk(&history));
        let mut random = Random::new(seed ^ 0x71c5);
        let mut clock = cast::start();
        for call in &calls {
            let now = call.context.now;
            ticks += tick_between(&busy, (clock, now), &mut random);
            clock = now;
            let verdict = |desk: &Desk<MemoryStore>| {
                let result = desk.execute(call);
                result.map(|_| ()).map_err(|error| error.refusal().map(helpdesk::Refusal::code))
            };
            assert_eq!(verdict(&quiet), verdict(&busy), "history {seed}: {call:#?}");
        }
        ticks += tick_between(&busy, (clock, end), &mut random);
        rest(&quiet, end);
        rest(&busy, end);

        let (quiet, busy) = (events(&quiet), events(&busy));
        assert_eq!(quiet.keys().collect::<Vec<_>>(), busy.keys().collect::<Vec<_>>());
        for (key, history) in &quiet {
            let pairs = history.iter().zip(&busy[key]);
            for (quiet, busy) in pairs {
                assert_eq!(quiet, busy, "history {seed}, {key}");
            }
            assert_eq!(history.len(), busy[key].len(), "history {seed}, {key}");
            let by_timer = |event: &&Event| event.cause.actor == helpdesk::Actor::System;
            fired += history.iter().filter(by_timer).count();
            all += history.len();
        }
    }
    println!("{all} events, {fired} of them by timers, over {ticks} ticks");
    assert!(fired > 5_000 && ticks > 100_000, "{fired} by timers, {ticks} ticks");
}
