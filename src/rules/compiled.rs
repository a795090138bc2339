//! Rules of one kind with their conditions checked, ready to be asked of tickets.

use std::sync::Arc;

use crate::ids::RuleName;
use crate::matching::{Facts, Matcher, MatcherSet};

/// Rules of one kind, in their order, asked of tickets all at once ([`MatcherSet`]). Cheap to
/// clone.
///
/// ```
/// use helpdesk::Settings;
/// use helpdesk::rules::{Assignment, RoutingRule, RulebookDraft};
///
/// let mut draft = RulebookDraft::default();
/// let anna = helpdesk::AgentId::from_u128(8);
/// draft.routing.push(RoutingRule::new("all to Anna", Assignment::agent(anna)));
/// let rules = draft.build(&Settings::default().lexicon())?;
/// assert_eq!(rules.routing().len(), 1);
/// assert!(rules.routing().named(&"all to Anna".into()).is_some());
/// # Ok::<(), helpdesk::rules::RulebookError>(())
/// ```
#[derive(Debug)]
pub struct Compiled<R> {
    rules: Arc<[R]>,
    set: MatcherSet,
}

/// A kind of rule.
pub(super) trait Named {
    fn name(&self) -> &RuleName;
}

impl<R> Clone for Compiled<R> {
    fn clone(&self) -> Self {
        Self { rules: self.rules.clone(), set: self.set.clone() }
    }
}

impl<R> Compiled<R> {
    /// These rules, each with its matcher.
    pub(super) fn new(rules: Vec<R>, matchers: Vec<Matcher>) -> Self {
        Self { rules: rules.into(), set: MatcherSet::new(matchers) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rules, in their order.
    pub fn rules(&self) -> &[R] {
        &self.rules
    }

    /// What their conditions became, in the same order.
    pub fn matchers(&self) -> &MatcherSet {
        &self.set
    }

    /// The first that matches.
    pub fn first(&self, facts: &(impl Facts + ?Sized)) -> Option<&R> {
        self.rules.get(self.set.first(facts)?)
    }

    /// The first that matches of those at this place and after it, counted from 0, with its place:
    /// where each rule is to see what those before it changed.
    pub fn next(&self, facts: &(impl Facts + ?Sized), from: usize) -> Option<(usize, &R)> {
        let place = self.set.next(facts, from)?;
        Some((place, self.rules.get(place)?))
    }

    /// All that match, in their order.
    pub fn all(&self, facts: &(impl Facts + ?Sized)) -> Vec<&R> {
        self.set.all(facts).into_iter().filter_map(|place| self.rules.get(place)).collect()
    }
}

#[expect(private_bounds, reason = "the kinds of rules are the crate's own")]
impl<R: Named> Compiled<R> {
    /// The rule of this name.
    pub fn named(&self, name: &RuleName) -> Option<&R> {
        self.rules.iter().find(|rule| rule.name() == name)
    }
}
