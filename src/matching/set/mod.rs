//! Many matchers asked at once: which is the first that a ticket matches, and which are all.

mod bits;
mod column;
mod entry;
mod plan;
mod words;

use std::fmt;
use std::sync::Arc;

use super::matcher::Node;
use super::{Facts, Matcher};
use crate::ids::AgentId;
use column::Columns;
use entry::Entries;

/// Matchers in their order, asked together: the rules of a desk, a thousand or ten thousand of
/// them. It answers exactly as asking each in turn does, and hardly slower than asking a few.
///
/// What all the conditions test is looked up once for a ticket, whatever their number: its
/// priority, its tags, the words of its subject. That leaves a few of them, of which only what
/// cannot be looked up is asked. Cheap to clone; made once for many tickets.
///
/// ```
#[doc = include_str!("../../example.txt")]
/// use helpdesk::matching::{MatcherSet, Place};
///
/// let lexicon = Settings::default().lexicon();
/// let rules = ["subject contains help", "priority >= high", "channel = email", "any()"];
/// let matchers = rules.map(|rule| {
///     rule.parse::<Condition>().unwrap().check(&lexicon, Place::Rule).unwrap()
/// });
/// let rules = MatcherSet::new(matchers);
///
/// let ticket = desk.ticket(id)?.unwrap();
/// assert_eq!(&**ticket.subject().known().unwrap(), "It burns. Help!");
/// let scene = Scene::of(&ticket, now);
/// assert_eq!(rules.first(&scene), Some(0));
/// assert_eq!(rules.all(&scene), [0, 2], "it came by e-mail");
/// assert_eq!(rules.next(&scene, 1), Some(2));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
///
/// # How
///
/// - *What a ticket has one of* (status, priority, category, channel, a word of a list): for each
///   value the set of conditions that it lets through.
/// - *What it has many of, or what has many values* (tags, people, words in a text): each condition
///   that must have one of some stands in the entries of the one test that the fewest tickets are
///   likely to pass. The words of a text are found in one pass of an Aho–Corasick automaton, over
///   the text as it is folded everywhere else.
/// - *The rest* (numbers and instants that are compared, regular expressions, what changed) is
///   asked of those that are left.
#[derive(Clone)]
pub struct MatcherSet {
    inner: Arc<Inner>,
}

struct Inner {
    matchers: Vec<Matcher>,
    columns: Columns,
    entries: Entries,
    /// What is still to be asked of each, once it was looked up.
    rest: Vec<Rest>,
}

/// What is still to be asked of a matcher, all of it: nothing, of most.
struct Rest {
    nodes: Vec<Node>,
    me: Option<AgentId>,
}

impl MatcherSet {
    /// These, in this order.
    pub fn new(matchers: impl IntoIterator<Item = Matcher>) -> Self {
        let matchers: Vec<Matcher> = matchers.into_iter().collect();
        let plans = matchers.iter().map(|matcher| plan::of(&matcher.program));
        let (mut columns, mut entries, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        for (plan, matcher) in plans.zip(&matchers) {
            columns.push(plan.columns);
            entries.push(plan.entry);
            rest.push(Rest { nodes: plan.rest, me: matcher.me });
        }
        let columns = Columns::new(&columns, matchers.len());
        let entries = Entries::new(entries);
        Self { inner: Arc::new(Inner { matchers, columns, entries, rest }) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.inner.matchers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.inner.matchers.is_empty()
    }

    /// The matchers, in their order.
    pub fn matchers(&self) -> &[Matcher] {
        &self.inner.matchers
    }

    /// The place of the first that this matches, counted from 0.
    pub fn first(&self, facts: &(impl Facts + ?Sized)) -> Option<usize> {
        self.next(facts, 0)
    }

    /// The place of the first that this matches, of those at this place and after it: where what
    /// a rule changed must be seen by those that follow, each is asked of the ticket as it is then.
    pub fn next(&self, facts: &(impl Facts + ?Sized), from: usize) -> Option<usize> {
        let mut found = None;
        self.inner.search(facts, from, |place| {
            found = Some(place);
            true
        });
        found
    }

    /// The places of all that this matches, in their order.
    pub fn all(&self, facts: &(impl Facts + ?Sized)) -> Vec<usize> {
        let mut found = Vec::new();
        self.inner.search(facts, 0, |place| {
            found.push(place);
            false
        });
        found
    }
}

impl Inner {
    /// Tells of each that this matches, from a place on, until told that it is enough.
    fn search(
        &self,
        facts: &(impl Facts + ?Sized),
        from: usize,
        mut enough: impl FnMut(usize) -> bool,
    ) {
        bits::with_space(self.matchers.len(), |left| {
            self.entries.mark(facts, left);
            self.columns.keep(facts, left);
            for place in bits::places(left, from) {
                let Some(rest) = self.rest.get(place) else { return };
                if rest.nodes.iter().all(|node| node.matches(facts, rest.me)) && enough(place) {
                    return;
                }
            }
        });
    }
}

impl fmt::Debug for MatcherSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let conditions = self.matchers().iter().map(|it| it.condition().to_string());
        f.debug_tuple("MatcherSet").field(&conditions.collect::<Vec<_>>()).finish()
    }
}
