//! Random histories under rulebooks: triggers, time rules, macros, routing and levels that have
//! everything done, on all that people do to tickets. No model says what comes of it; the laws hold
//! whatever does: histories fold to their heads (1), machines answer nothing (6), a rule runs once
//! of each cause and cascades end (7), nobody has more than they can (10), counters are what the
//! tickets come to, a dry run is the run, and the same calls come to the same.
//!
//! By default 1,500 histories of up to 60 commands; `HELPDESK_RULED=n` runs n, and
//! `HELPDESK_RULED_SEED=n` the one of that seed.
use crate::histories::ruled::{self, Seen};
use helpdesk::conformance::history::{History, cast};
use helpdesk::conformance::kit::Random;

/// The most commands of a history.
const STEPS: usize = 60;

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a whole number"))
}

/// The fewest steps that still fail, and what they break.
fn shortest(mut history: History) -> String {
    let Err((mut at, mut broken)) = ruled::run(&history) else { return "it passes".to_owned() };
    history.steps.truncate(at);
    let mut index = history.steps.len();
    while index > 0 {
        index -= 1;
        let mut shorter = history.clone();
        shorter.steps.remove(index);
        if let Err(failure) = ruled::run(&shorter) {
            (at, broken) = failure;
            shorter.steps.truncate(at);
            index = index.min(shorter.steps.len());
            history = shorter;
        }
    }
    let rules = serde_json::to_string(&history.settings().draft().rules).unwrap();
    let seeds = &history.steps;
    format!("history {} broke a law after {at} of {seeds:?}:\n{broken}\n{rules}", history.seed)
}

#[test]
fn the_rulebooks_of_the_cast_build() {
    for seed in 0..500 {
        let mut random = Random::new(seed);
        let mut draft = cast::settings(&mut random);
        cast::rules(&mut draft, &mut random);
        let settings = draft.build().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert!(!settings.rules().triggers().is_empty());
    }
}

#[test]
fn the_laws_hold_whatever_rules_do() {
    if let Some(seed) = from_environment("HELPDESK_RULED_SEED") {
        let history = History::ruled(seed, STEPS);
        if ruled::run(&history).is_err() {
            panic!("{}", shortest(history));
        }
        return;
    }
    let histories = from_environment("HELPDESK_RULED").unwrap_or(1_500);
    let mut seen = Seen::default();
    for seed in 0..histories {
        let history = History::ruled(seed, STEPS);
        match ruled::run(&history) {
            Ok(one) => seen.add(&one),
            Err(_) => panic!("{}", shortest(history)),
        }
    }
    println!("{seen:#?}");
    if histories >= 1_500 {
        for what in [
            "a backlog was routed",
            "a rule gave somebody a ticket",
            "somebody was filled with a channel",
            "trigger: a cascade was stopped",
            "trigger: StatusChanged",
            "trigger: MessageAdded",
            "trigger: RuleAsked",
            "time rule: StatusChanged",
            "time rule: MessageAdded",
            "time rule: TimeRulesLookedAt",
        ] {
            let times = seen.0.get(what).copied().unwrap_or(0);
            assert!(times >= 20, "{what}: {times}");
        }
    }
}
