//! What the first match of many rules costs: the `rules` workload, beside two floors.
//!
//! `cargo bench --bench rules`, or with a number of rounds: `-- 5`. 1,000 rules (the subject
//! contains a word, and two of: one of two tags, priority at least, channel equals) are asked of
//! 10,000 tickets; the first match wins, and the checksum of the answers is that of every peer.
//!
//! The floors are written by hand for this very shape of rule, over tickets that are plain structs:
//! a scan of all rules, cheap tests first; and one pass of an automaton over the subject, then the
//! few rules that it leaves.
//!
//! Beside them 10,000 rules of the same make over the same words, whose first match comes early;
//! the same with words of their own, of which most tickets match none; and the 1,000 rules without
//! the test of the subject.
//!
//! Measured on a 2-core x86-64 server, Rust 1.95, 2026-11-27, medians of 21 rounds: 0.87 µs a ticket,
//! the floor with an index 0.83 and the scan 6.3 (ratio to the floor 1.05); 10,000 rules 1.8 µs, with
//! rarer words 1.1; without text 0.25 µs, the scan of these 0.24. A set of 1,000 rules is made in 3 ms.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench that cannot go on has nothing to report"
)]

mod rounds;
mod ruleset;
#[allow(dead_code, reason = "shared by benches that do not use all of it")]
mod workload;

use std::hint::black_box;
use std::time::Duration;

use aho_corasick::AhoCorasick;
use helpdesk::Settings;
use helpdesk::matching::{MatcherSet, Place};

use rounds::{Contender, timed, verdict};
use ruleset::{CHECKSUM, Ticket, Typed, checksum, rules, tickets};

/// The floor: all rules in turn. The result is the place of the first, counted from 1; 0 for none.
fn scan(rules: &[Typed], ticket: &Ticket) -> usize {
    let holds = |rule: &Typed| {
        rule.rest(ticket) && rule.word.as_ref().is_none_or(|word| ticket.subject.contains(&**word))
    };
    rules.iter().position(holds).map_or(0, |at| at + 1)
}

/// The floor with an index: the words of the subject, then the rules that look for them.
struct Indexed<'a> {
    automaton: AhoCorasick,
    /// The places of the rules of each word.
    of_word: Vec<Vec<u32>>,
    rules: &'a [Typed],
}

impl<'a> Indexed<'a> {
    fn new(words: &[String], rules: &'a [Typed]) -> Self {
        let of_word = words.iter().map(|word| {
            let has = |rule: &Typed| rule.word.as_ref() == Some(word);
            (0..rules.len() as u32).filter(|at| has(&rules[*at as usize])).collect()
        });
        Self { automaton: AhoCorasick::new(words).unwrap(), of_word: of_word.collect(), rules }
    }

    fn first(&self, ticket: &Ticket) -> usize {
        let mut best = u32::MAX;
        for found in self.automaton.find_overlapping_iter(&ticket.subject) {
            for &at in &self.of_word[found.pattern().as_usize()] {
                if at < best && self.rules[at as usize].rest(ticket) {
                    best = at;
                    break;
                }
            }
        }
        if best == u32::MAX { 0 } else { best as usize + 1 }
    }
}

fn first(set: &MatcherSet, ticket: &Ticket) -> usize {
    set.first(ticket).map_or(0, |at| at + 1)
}

fn main() {
    let lexicon = Settings::default().lexicon();
    let words = workload::words();
    let tickets = tickets(&words);
    let set = |rules: &[Typed]| {
        let checked = rules.iter().map(|rule| rule.condition().check(&lexicon, Place::Rule));
        MatcherSet::new(checked.map(Result::unwrap))
    };
    let thousand = rules(&words, 1000);
    let ten_thousand = rules(&words, 10_000);
    // 3,000 words, so that each stands in as many rules as it does in the workload.
    let more: Vec<String> = words
        .iter()
        .flat_map(|word| {
            (0..10).map(move |at| match at {
                0 => word.clone(),
                at => format!("{word}{at}"),
            })
        })
        .collect();
    let rare = rules(&more, 10_000);
    let no_text: Vec<Typed> =
        rules(&words, 1000).into_iter().map(|rule| Typed { word: None, ..rule }).collect();
    let sets = [&thousand, &ten_thousand, &rare, &no_text].map(|rules| set(rules));
    let indexed = Indexed::new(&words, &thousand);

    let answers = |first: &dyn Fn(&Ticket) -> usize| checksum(tickets.iter().map(first));
    for (name, sum) in [
        ("the scan", answers(&|ticket| scan(&thousand, ticket))),
        ("the index", answers(&|ticket| indexed.first(ticket))),
        ("the set", answers(&|ticket| first(&sets[0], ticket))),
    ] {
        assert_eq!(sum, CHECKSUM, "{name}: this is not the workload, or an answer is wrong");
    }
    for (set, rules) in [(&sets[1], &ten_thousand), (&sets[2], &rare), (&sets[3], &no_text)] {
        let expected = answers(&|ticket| scan(rules, ticket));
        assert_eq!(answers(&|ticket| first(set, ticket)), expected);
    }

    // Each of the tickets, so many times.
    let each = |times: usize, first: &dyn Fn(&Ticket) -> usize| -> Duration {
        timed(times, || tickets.iter().map(|it| first(black_box(it))).sum::<usize>()) / times as u32
    };
    let mut contenders: Vec<Contender<'_>> = vec![
        ("floor: typed scan", Box::new(|| each(1, &|it| scan(&thousand, it)))),
        ("floor: words, then a few", Box::new(|| each(3, &|it| indexed.first(it)))),
        ("1,000 rules", Box::new(|| each(3, &|it| first(&sets[0], it)))),
        ("10,000 rules, same words", Box::new(|| each(3, &|it| first(&sets[1], it)))),
        ("10,000 rules, rarer words", Box::new(|| each(3, &|it| first(&sets[2], it)))),
        ("floor: no text, typed scan", Box::new(|| each(3, &|it| scan(&no_text, it)))),
        ("1,000 rules, no text", Box::new(|| each(3, &|it| first(&sets[3], it)))),
        ("all of 1,000 rules", Box::new(|| each(3, &|it| sets[0].all(it).len()))),
        (
            "make a set of 1,000 rules",
            Box::new(|| {
                // In the unit of the others: of one set.
                let matchers = sets[0].matchers();
                timed(1, || MatcherSet::new(matchers.iter().cloned())) * tickets.len() as u32
            }),
        ),
    ];
    let rounds = rounds::rounds(51);
    let times = rounds::in_turns(rounds, &mut contenders);
    println!("rules: medians of {rounds} rounds, taken in turns; ratio to the floor with an index");
    for ((name, _), took) in contenders.iter().zip(&times) {
        let micros = took.median() * 1e6 / tickets.len() as f64;
        println!("  {name:<28} {micros:>8.3} µs   ratio {}", took.by(&times[1]));
    }
    let [_, index, thousand, same, rare, scan, no_text, ..] = &times[..] else { return };
    for (aim, ratio, most) in [
        ("1,000 rules by the floor with an index", thousand.by(index), 2.0),
        ("10,000 rules by 1,000, same words", same.by(thousand), 3.0),
        ("10,000 rules by 1,000, rarer words", rare.by(thousand), 3.0),
        ("rules without text by the typed scan", no_text.by(scan), 2.0),
    ] {
        println!("  {aim}: {ratio}, aim {most:.1}: {}", verdict(&ratio, most));
    }
}
