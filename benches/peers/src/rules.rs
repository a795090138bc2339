//! The `rules` workload on this crate and on datalogic-rs: the first match of 1,000 rules, in turns.
//!
//! `cargo run --release -- rules` here. The peer is given each rule with its cheap tests first, and
//! tickets that are parsed beforehand; both must come to the checksum of every peer.
//!
//! Measured on a 2-core x86-64 server, very busy with other jobs, so in time on the processor; Rust
//! 1.95, 2026-11-26, one run, µs a ticket: helpdesk 2.2, datalogic-rs 5.4 40, 18 times as long.

use std::error::Error;
use std::hint::black_box;

use cpu_time::ThreadTime;
use datalogic_rs::{DataValue, Engine, Logic, ParsedData, bumpalo::Bump};
use helpdesk::Settings;
use helpdesk::matching::{MatcherSet, Place};

use crate::ruleset::{CHANNELS, CHECKSUM, Ticket, Typed, checksum, rules, tickets};
use crate::{median, workload};

/// How often each is measured, an odd number.
const ROUNDS: usize = 11;

/// A rule in JSONLogic.
fn logic(rule: &Typed) -> String {
    let mut tests = Vec::new();
    if let Some(least) = rule.at_least {
        tests.push(format!(r#"{{">=":[{{"var":"priority"}},{least}]}}"#));
    }
    if let Some(channel) = rule.channel {
        let channel = CHANNELS[usize::from(channel)];
        tests.push(format!(r#"{{"===":[{{"var":"channel"}},"{channel}"]}}"#));
    }
    if let Some([one, two]) = &rule.tags {
        let has = |tag: &str| format!(r#"{{"in":["{tag}",{{"var":"tags"}}]}}"#);
        tests.push(format!(r#"{{"or":[{},{}]}}"#, has(one), has(two)));
    }
    if let Some(word) = &rule.word {
        tests.push(format!(r#"{{"in":["{word}",{{"var":"subject"}}]}}"#));
    }
    format!(r#"{{"and":[{}]}}"#, tests.join(","))
}

/// A ticket in JSON.
fn data(ticket: &Ticket) -> String {
    let tags: Vec<String> = ticket.tags.iter().map(|tag| format!("\"{tag}\"")).collect();
    format!(
        r#"{{"subject":"{}","tags":[{}],"priority":{},"channel":"{}"}}"#,
        ticket.subject,
        tags.join(","),
        ticket.priority,
        CHANNELS[usize::from(ticket.channel)],
    )
}

fn first(engine: &Engine, rules: &[Logic], ticket: &ParsedData, arena: &mut Bump) -> usize {
    arena.reset();
    let arena = &*arena;
    let holds =
        |rule: &Logic| matches!(engine.evaluate(rule, ticket, arena), Ok(DataValue::Bool(true)));
    rules.iter().position(holds).map_or(0, |at| at + 1)
}

pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let words = workload::words();
    let (rules, tickets) = (rules(&words, 1000), tickets(&words));
    let lexicon = Settings::default().lexicon();
    let checked = rules.iter().map(|rule| rule.condition().check(&lexicon, Place::Rule));
    let set = MatcherSet::new(checked.collect::<Result<Vec<_>, _>>()?);
    let engine = Engine::new();
    let compiled = rules.iter().map(|rule| engine.compile(logic(rule).as_str()));
    let compiled: Vec<Logic> = compiled.collect::<Result<_, _>>()?;
    let parsed = tickets.iter().map(|ticket| ParsedData::from_json(&data(ticket)));
    let parsed: Vec<ParsedData> = parsed.collect::<Result<_, _>>()?;

    let mut arena = Bump::new();
    let ours = || checksum(tickets.iter().map(|it| set.first(it).map_or(0, |at| at + 1)));
    let mut theirs = || checksum(parsed.iter().map(|it| first(&engine, &compiled, it, &mut arena)));
    assert_eq!((ours(), theirs()), (CHECKSUM, CHECKSUM), "an answer is wrong");

    let micros = |once: &mut dyn FnMut() -> u128| {
        let begin = ThreadTime::now();
        black_box(once());
        begin.elapsed().as_secs_f64() * 1e6 / tickets.len() as f64
    };
    let (mut of_ours, mut of_theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        of_ours.push(micros(&mut || ours()));
        of_theirs.push(micros(&mut theirs));
    }
    let (ours, theirs) = (median(of_ours), median(of_theirs));
    println!("rules: the first match of 1,000, \u{b5}s of the processor a ticket");
    println!("  helpdesk          {ours:>8.2}");
    println!("  datalogic-rs 5.4  {theirs:>8.2}   {:.0} times as long", theirs / ours);
    Ok(())
}
