//! Rules that no ticket matches, and rules that no ticket gets to.

use std::collections::BTreeSet;

use super::effects::{self, may_change};
use super::{Finding, List, Looked};
use crate::condition::Fact;
use crate::matching::{Case, Example, Lexicon};

/// Which rules of a list never fire, and which are never reached; only those are looked at for the
/// same event that are looked at together.
pub(super) fn look(
    list: &List<'_>,
    together: impl Fn(usize, usize) -> bool,
    lexicon: &Lexicon,
    findings: &mut Vec<Finding>,
) {
    for (place, rule) in list.rules.iter().enumerate() {
        let Some(cases) = &rule.cases else { continue };
        if cases.is_empty() {
            findings.push(Finding::NeverFires { rule: rule.name.clone() });
            continue;
        }
        let before = list.rules.iter().enumerate().take(place);
        let stops: Vec<(usize, &Looked<'_>)> =
            before.filter(|(at, it)| it.stop && together(*at, place)).collect();
        let mut by = BTreeSet::new();
        let all = cases.iter().all(|case| {
            let takes =
                |it: &Looked<'_>| it.cases.iter().flatten().any(|other| case.implies(other));
            let first = stops.iter().find(|(at, it)| takes(it) && stays(list, *at, place));
            by.extend(first.map(|(at, _)| *at));
            first.is_some()
        });
        if all {
            let takers: Vec<&Looked<'_>> = by.iter().filter_map(|at| list.rules.get(*at)).collect();
            let example = cases.iter().find_map(|case| shown(case, rule, &takers, lexicon));
            findings.push(Finding::Shadowed {
                rule: rule.name.clone(),
                by: takers.iter().map(|it| it.name.clone()).collect(),
                example,
            });
        }
    }
}

/// Whether nothing between two rules changes what the later one asks: else it may match once they
/// ran, though it did not when the earlier one was looked at.
fn stays(list: &List<'_>, from: usize, to: usize) -> bool {
    let Some(rule) = list.rules.get(to) else { return false };
    let asked: Vec<&Fact> = rule.matcher.condition().facts().collect();
    let between = list.rules.iter().take(to).skip(from + 1);
    let mut actions = between.flat_map(|it| it.actions);
    !actions.any(|action| {
        effects::does_something(action) && asked.iter().any(|fact| may_change(action, fact))
    })
}

/// A ticket that the rule matches, and one of the others, too.
fn shown(
    case: &Case,
    rule: &Looked<'_>,
    takers: &[&Looked<'_>],
    lexicon: &Lexicon,
) -> Option<Example> {
    let example = case.example(lexicon)?;
    let taken = takers.iter().any(|it| it.matcher.matches(&example));
    (taken && rule.matcher.matches(&example)).then_some(example)
}
