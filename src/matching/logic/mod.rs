//! What conditions imply: cases of a condition, of which one holds wherever it does.

mod domain;
mod example;
mod left;

use std::collections::BTreeMap;

use super::Matcher;
use super::lexicon::{NameOf, Type};
use super::matcher::{Ask, Node, Probe, Typed};
use crate::condition::Fact;
use domain::Domain;

pub use example::Example;
pub(crate) use example::Sample;

/// The most cases of a condition that are looked at; of one with more, nothing is said.
const MOST_CASES: usize = 64;

/// Facts that hold together where a condition does: for each fact that is tested, what it may be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Case {
    domains: BTreeMap<Tested, Domain>,
    /// Which facts are tested, as bits that may coincide.
    mask: u64,
}

/// A fact as a test sees it: its type, and whether it is the one before the change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Tested {
    fact: Fact,
    of: &'static str,
    before: bool,
}

impl Matcher {
    /// The cases in which it matches: wherever it does, one of these holds, and the other way
    /// round as far as each test is taken by itself. None: it never does. `None`: too many.
    pub(crate) fn cases(&self) -> Option<Vec<Case>> {
        cases(&self.program.node, true)
    }
}

fn cases(node: &Node, truth: bool) -> Option<Vec<Case>> {
    match node {
        Node::Probe(probe) => {
            let case = Case::of(probe, truth);
            Some(if case.is_possible() { vec![case] } else { Vec::new() })
        }
        Node::Not(node) => cases(node, !truth),
        Node::Made(program) => cases(&program.node, truth),
        Node::All(nodes) | Node::Any(nodes) => {
            let all = matches!(node, Node::All(_)) == truth;
            let mut found = if all { vec![Case::default()] } else { Vec::new() };
            for node in nodes {
                let more = cases(node, truth)?;
                if all {
                    let pairs = found.iter().flat_map(|one| more.iter().map(|two| one.and(two)));
                    found = pairs.flatten().take(MOST_CASES + 1).collect();
                } else {
                    found.extend(more);
                }
                if found.len() > MOST_CASES {
                    return None;
                }
            }
            Some(found)
        }
    }
}

impl Case {
    /// What a test says, where it is true or else false.
    fn of(probe: &Probe, truth: bool) -> Self {
        let mut case = Self::default();
        let domain = Domain::of(&probe.ask, &probe.of, truth);
        match probe.fact {
            Fact::Status => case.narrow_category(&domain),
            Fact::StatusCategory => case.narrow_one(&Fact::Status, &Type::Status, &domain),
            _ => {}
        }
        case.narrow(&probe.fact, &probe.of, false, domain);
        if let (Ask::ChangedFrom(value), true) = (&probe.ask, truth) {
            let before = Domain::among(vec![value.clone()], &probe.of);
            case.narrow(&probe.fact, &probe.of, true, before);
        }
        case
    }

    /// A ticket's status is in the category that the settings gave it.
    fn narrow_category(&mut self, status: &Domain) {
        let of = Type::Name(NameOf::StatusCategory);
        self.narrow_one(&Fact::StatusCategory, &of, status);
        if let Some(statuses) = &status.only {
            let categories = statuses.iter().filter_map(|status| match status {
                Typed::Status(status) => Some(Typed::Name(status.category.as_str().into())),
                _ => None,
            });
            let categories = Domain::among(categories.collect(), &of);
            self.narrow(&Fact::StatusCategory, &of, false, categories);
        }
    }

    /// What has a value where another has, and only there.
    fn narrow_one(&mut self, fact: &Fact, of: &Type, other: &Domain) {
        if !other.missing {
            self.narrow(fact, of, false, Domain::present(of));
        }
        if !other.present {
            self.narrow(fact, of, false, Domain::missing(of));
        }
    }

    /// What a fact may be now.
    fn domain(&self, fact: &Fact, of: &Type) -> Option<&Domain> {
        let tested = Tested { fact: fact.clone(), of: of.word(), before: false };
        self.domains.get(&tested)
    }

    /// The same where this fact has some value.
    pub(crate) fn with_instant(mut self, fact: &Fact) -> Option<Self> {
        self.narrow(fact, &Type::Instant, false, Domain::present(&Type::Instant));
        self.is_possible().then_some(self)
    }

    fn narrow(&mut self, fact: &Fact, of: &Type, before: bool, domain: Domain) {
        let tested = Tested { fact: fact.clone(), of: of.word(), before };
        self.insert(tested, domain);
    }

    fn insert(&mut self, tested: Tested, domain: Domain) {
        // Any spreading of facts over bits will do.
        let name = tested.fact.to_string();
        let bit = name.bytes().fold(u32::from(tested.before), |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(byte.into())
        });
        self.mask |= 1 << (bit % 64);
        match self.domains.get_mut(&tested) {
            Some(known) => known.narrow(&domain),
            None => {
                self.domains.insert(tested, domain);
            }
        }
    }

    /// Where both hold; `None`: they never do.
    pub(crate) fn and(&self, other: &Self) -> Option<Self> {
        let mut both = self.clone();
        for (tested, domain) in &other.domains {
            both.insert(tested.clone(), domain.clone());
        }
        both.is_possible().then_some(both)
    }

    fn is_possible(&self) -> bool {
        self.domains.values().all(Domain::is_possible)
    }

    /// Whether the other holds wherever this does. Never said where it is not so; it may be so
    /// without being said.
    pub(crate) fn implies(&self, other: &Self) -> bool {
        other.mask & !self.mask == 0
            && other.domains.iter().all(|(tested, domain)| {
                self.domains.get(tested).is_some_and(|own| own.is_within(domain))
            })
    }
}
