//! Rules that run for the same event, or for one another's: played through on made-up tickets.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::effects::{Follow, carry_out, does_something, follow, follows_from, sets};
use super::{Finding, List, Looked};
use crate::condition::Fact;
use crate::matching::{Case, Example, Lexicon};

/// The most rounds of a cascade that are played.
const MOST_ROUNDS: usize = 24;
/// The most cases of a rule that a cascade is begun with.
const MOST_BEGUN: usize = 8;
/// The most pairs of cases that are looked at for contradictions.
const MOST_PAIRS: usize = 20_000;

/// What rules did for one event.
struct Round {
    /// The places of those that ran.
    ran: Vec<usize>,
    /// The ticket as they left it.
    left: Example,
}

impl List<'_> {
    /// What the rules do for one event, after what was done before it; `None`: it depends on what is
    /// not known here.
    fn round(&self, seen: &Example, done: &mut Follow, lexicon: &Lexicon) -> Option<Round> {
        let mut left = seen.clone();
        let (mut ran, mut place) = (Vec::new(), 0);
        loop {
            let next = self.set.next(&left, place);
            // What follows from what was done is not known any more.
            let end = next.map_or(self.rules.len(), |it| it + 1);
            if self.is_unsure(place..end, *done) {
                return None;
            }
            let Some(at) = next else { break };
            let rule = self.rules.get(at)?;
            ran.push(at);
            for action in rule.actions {
                if !carry_out(action, &mut left, lexicon) {
                    return None;
                }
                *done |= follow(action);
            }
            if rule.stop {
                break;
            }
            place = at + 1;
        }
        Some(Round { ran, left })
    }

    /// Whether one of these asks for what follows from what was done, and something depends on it.
    fn is_unsure(&self, places: Range<usize>, done: Follow) -> bool {
        let first = self.unsure.partition_point(|(place, _)| *place < places.start);
        let unsure = self.unsure.get(first..).unwrap_or_default().iter();
        let mut these = unsure.take_while(|(place, _)| *place < places.end);
        done != 0 && these.any(|(_, asked)| asked & done != 0)
    }
}

impl Looked<'_> {
    /// Whether anything depends on whether it matches.
    pub(super) fn matters(&self) -> bool {
        self.stop || self.actions.iter().any(does_something)
    }

    /// From what follows what it asks.
    pub(super) fn asked(&self) -> Follow {
        self.matcher.condition().facts().fold(0, |all, fact| all | follows_from(fact))
    }
}

/// Which triggers set each other off for ever.
pub(super) fn loops(list: &List<'_>, lexicon: &Lexicon, findings: &mut Vec<Finding>) {
    let mut known: BTreeSet<BTreeSet<usize>> = BTreeSet::new();
    for rule in list.rules.iter().filter(|rule| rule.actions.iter().any(does_something)) {
        for case in rule.cases.iter().flatten().take(MOST_BEGUN) {
            let example = case.example(lexicon).filter(|it| rule.matcher.matches(it));
            let Some(example) = example else { continue };
            let Some(places) = cascade(list, &example, lexicon) else { continue };
            if known.insert(places.iter().copied().collect()) {
                let named = places.iter().filter_map(|place| list.rules.get(*place));
                let rules = named.map(|rule| rule.name.clone()).collect();
                findings.push(Finding::Loop { rules, example });
            }
        }
    }
}

/// The rules that take turns for ever once this happened; `None`: it ends, or it is not known.
fn cascade(list: &List<'_>, example: &Example, lexicon: &Lexicon) -> Option<Vec<usize>> {
    let mut seen = vec![example.clone()];
    let mut rounds: Vec<Vec<usize>> = Vec::new();
    let mut done = 0;
    for _ in 0..MOST_ROUNDS {
        let now = seen.last()?;
        let Round { ran, left } = list.round(now, &mut done, lexicon)?;
        let mut next = left.after(now);
        for fact in [Fact::MessageText, Fact::MessageAuthor, Fact::MessageVisibility] {
            next.set(fact, None);
        }
        if next.is_unchanged() {
            return None;
        }
        let changed = |place: &usize| {
            let rule = list.rules.get(*place);
            rule.is_some_and(|rule| rule.actions.iter().any(does_something))
        };
        rounds.push(ran.into_iter().filter(changed).collect());
        if let Some(begun) = seen.iter().position(|it| *it == next) {
            let mut places = Vec::new();
            for place in rounds.into_iter().skip(begun).flatten() {
                if !places.contains(&place) {
                    places.push(place);
                }
            }
            // They take turns in a circle: it is told from the first of them on.
            let first = places.iter().min().and_then(|it| places.iter().position(|at| at == it));
            places.rotate_left(first.unwrap_or(0));
            return Some(places);
        }
        seen.push(next);
    }
    None
}

/// Which rules set one thing differently for the same event.
pub(super) fn contradictions(
    list: &List<'_>,
    together: impl Fn(usize, usize) -> bool,
    lexicon: &Lexicon,
    findings: &mut Vec<Finding>,
) {
    let mut setters: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
    for (place, rule) in list.rules.iter().enumerate() {
        for (what, value) in rule.actions.iter().flat_map(sets) {
            setters.entry(what).or_default().push((place, value));
        }
    }
    let mut left = MOST_PAIRS;
    let mut found = Vec::new();
    for (what, setters) in &setters {
        for (index, (one, first)) in setters.iter().enumerate() {
            for (two, second) in setters.iter().skip(index + 1) {
                if first == second || one == two || !together(*one, *two) {
                    continue;
                }
                let example = meeting(list, *one, *two, lexicon, &mut left);
                found.extend(example.map(|example| (*one, *two, what, example)));
            }
        }
    }
    found.sort_by_key(|(one, two, ..)| (*one, *two));
    for (one, two, what, example) in found {
        if let Some((one, two)) = list.rules.get(one).zip(list.rules.get(two)) {
            let (rule, with) = (one.name.clone(), two.name.clone());
            findings.push(Finding::Contradiction { rule, with, what: what.clone(), example });
        }
    }
}

/// A ticket for which both rules run.
fn meeting(
    list: &List<'_>,
    one: usize,
    two: usize,
    lexicon: &Lexicon,
    left: &mut usize,
) -> Option<Example> {
    let cases = |place: usize| list.rules.get(place)?.cases.as_ref();
    let (ones, twos) = (cases(one)?, cases(two)?);
    let mut pairs = ones.iter().flat_map(|one: &Case| twos.iter().map(move |two| (one, two)));
    pairs.find_map(|(first, second)| {
        *left = left.checked_sub(1)?;
        let example = first.and(second)?.example(lexicon)?;
        let Round { ran, .. } = list.round(&example, &mut 0, lexicon)?;
        (ran.contains(&one) && ran.contains(&two)).then_some(example)
    })
}
