//! What is wrong with policies that are each right: those that are never chosen, and tickets that are
//! promised nothing.
//!
//! [`Policies::analyse`] looks at policies by themselves, without any ticket, and names what it finds,
//! with the facts that show it ([`Example`]). It is for whoever writes policies to look at; nothing is
//! refused for it. [`Settings::analyse`](crate::Settings::analyse) looks at the rulebook, too.
//!
//! ```
//! use helpdesk::sla::policy::{Obligation, SlaPolicy};
//! use helpdesk::sla::Metric;
//! use helpdesk::{Fact, SettingsDraft, Span};
//!
//! let answer = || Obligation::new(Metric::FirstResponse).within(Span::hours(4));
//! let settings = SettingsDraft {
//!     sla_policies: vec![
//!         SlaPolicy::new("urgent").when(Fact::Priority.at_least("high")).obligation(answer()),
//!         SlaPolicy::new("slow").when(Fact::Priority.equals("low")).obligation(answer()),
//!         SlaPolicy::new("worst").when(Fact::Priority.equals("critical")).obligation(answer()),
//!     ],
//!     ..SettingsDraft::default()
//! }
//! .build()?;
//! let findings = settings.sla_policies().analyse(&settings.lexicon());
//! let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
//! assert_eq!(findings, [
//!     "`worst` is never chosen: `urgent` before it takes all, such as priority: critical",
//!     "no policy is for some tickets, such as priority: medium",
//! ]);
//! # Ok::<(), helpdesk::SettingsError>(())
//! ```
//!
//! # What it says, and what it does not
//!
//! What is found is so, of the names that the settings know: a ticket may bear one that they have
//! dropped since. Each test is taken by itself, but that a status has its category, and that every
//! ticket has a priority, a channel and the like: that what is resolved was answered before is not
//! known here. Where no policy is for some tickets, they are those of customers in no group and under
//! no contract, for whom the fewest policies are.
//!
//! Where there is too much to look at (conditions of more than 64 cases, of all policies together more
//! than 256 at a time or 20,000 pairs), or what is left is inside a regular expression, that is
//! [said](Finding::Unsure), but of a policy that may never be chosen. So policies of which nothing is
//! found leave no ticket without a policy, nor without what others of the same policy are promised.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Audience, Customer, Obligation, Policies, Promise};
use crate::condition::Fact;
use crate::ids::{PriorityName, SlaPolicyName};
use crate::matching::{Case, Example, Lexicon, Place};
use crate::sla::Metric;

/// The most pairs of cases that are looked at to find who is never chosen, and for whom no policy is.
const MOST_PAIRS: usize = 20_000;
/// The most groups and contracts of a policy, one by one, that are looked at.
const MOST_CUSTOMERS: usize = 100;

/// Something that policies should not be, though each is right by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// No ticket ever matches: the condition contradicts itself, or what every ticket has.
    NeverMatches {
        /// The policy.
        policy: SlaPolicyName,
    },
    /// Whatever matches, of whichever customer, is taken by policies before it.
    Shadowed {
        /// The policy.
        policy: SlaPolicyName,
        /// Those before it; one of them takes each ticket.
        by: Vec<SlaPolicyName>,
        /// A ticket that it matches, and one of them before it; `None`: none came to mind.
        example: Option<Example>,
    },
    /// Tickets to which a policy promises nothing of a metric that it promises to others: it has no
    /// target for their priority.
    NoTarget {
        /// The policy.
        policy: SlaPolicyName,
        /// The metric.
        metric: Metric,
        /// To whom it is promised of others.
        audience: Audience,
        /// The priority.
        priority: PriorityName,
        /// A ticket of this policy and priority.
        example: Example,
    },
    /// Tickets for which there is no policy.
    Uncovered {
        /// One of them.
        example: Example,
    },
    /// There was too much to look at: whether every ticket has a policy is not known, or, of a policy,
    /// whether there are tickets of it at a priority for which it lacks a target.
    Unsure {
        /// The policy; `None`: of all of them together.
        policy: Option<SlaPolicyName>,
    },
}

impl Finding {
    /// The policies that it is about; none, where it is about all of them.
    pub fn policies(&self) -> Vec<&SlaPolicyName> {
        match self {
            Self::NeverMatches { policy } | Self::NoTarget { policy, .. } => vec![policy],
            Self::Shadowed { policy, by, .. } => std::iter::once(policy).chain(by).collect(),
            Self::Uncovered { .. } => Vec::new(),
            Self::Unsure { policy } => policy.iter().collect(),
        }
    }

    /// Facts that show it.
    pub fn example(&self) -> Option<&Example> {
        match self {
            Self::NeverMatches { .. } | Self::Unsure { .. } => None,
            Self::Shadowed { example, .. } => example.as_ref(),
            Self::NoTarget { example, .. } | Self::Uncovered { example } => Some(example),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeverMatches { policy } => {
                write!(f, "`{policy}` is never chosen: no ticket matches its condition")
            }
            Self::Shadowed { policy, by, example } => {
                let names: Vec<String> = by.iter().map(|name| format!("`{name}`")).collect();
                let takes = if by.len() == 1 { "takes" } else { "take" };
                let names = names.join(" and ");
                write!(f, "`{policy}` is never chosen: {names} before it {takes} all")?;
                match example {
                    Some(example) => write!(f, ", such as {example}"),
                    None => Ok(()),
                }
            }
            Self::NoTarget { policy, metric, audience, example, .. } => {
                let whom = match audience {
                    Audience::Customer => "",
                    Audience::Internal => " among ourselves",
                };
                write!(
                    f,
                    "`{policy}` has no target for the {metric}{whom} of some of its tickets"
                )?;
                write!(f, ", such as {example}")
            }
            Self::Uncovered { example } => {
                write!(f, "no policy is for some tickets, such as {example}")
            }
            Self::Unsure { policy: Some(policy) } => write!(
                f,
                "whether `{policy}` lacks a target that some ticket needs is not known: there is too \
                 much to look at"
            ),
            Self::Unsure { policy: None } => f.write_str(
                "whether every ticket has a policy is not known: there is too much to look at",
            ),
        }
    }
}

/// A policy as it is looked at.
struct Looked<'a> {
    promise: &'a Promise,
    /// The cases in which its condition holds, and those in which it does not; `None`: too many.
    cases: Option<Vec<Case>>,
    without: Option<Vec<Case>>,
}

/// All of them, with what is known of every ticket.
struct Look<'a> {
    policies: &'a Policies,
    lexicon: &'a Lexicon,
    every: Case,
    all: Vec<Looked<'a>>,
}

/// Which tickets get to a policy.
enum Reach {
    /// None does, for whichever customer.
    None,
    /// This one.
    Shown(Example),
    Unknown,
}

impl Policies {
    /// Which policies are never chosen, and which tickets are promised nothing: as
    /// [`analysis`](crate::sla::policy::analysis) says, with an example, in the order of the policies.
    /// The lexicon is that of the settings that the policies are of. Of no policies nothing is found:
    /// then nothing is measured.
    pub fn analyse(&self, lexicon: &Lexicon) -> Vec<Finding> {
        if self.is_empty() {
            return Vec::new();
        }
        let facts = self.iter().flat_map(|it| it.policy.when.facts());
        let every = Case::of_every(facts, lexicon);
        let all = self.iter().map(|promise| Looked::new(promise, lexicon)).collect();
        let look = Look { policies: self, lexicon, every, all };
        let mut findings = Vec::new();
        let (mut of_chosen, mut of_targets) = (MOST_PAIRS, MOST_PAIRS);
        for (place, it) in look.all.iter().enumerate() {
            match look.never_chosen(place, it, &mut of_chosen) {
                Some(finding) => findings.push(finding),
                None => look.targets(place, it, &mut of_targets, &mut findings),
            }
        }
        findings.extend(look.uncovered());
        findings
    }
}

impl<'a> Looked<'a> {
    fn new(promise: &'a Promise, lexicon: &Lexicon) -> Self {
        let real = |cases| Case::real(cases, lexicon);
        let cases = promise.matcher.cases().map(real);
        Self { promise, cases, without: promise.matcher.cases_without().map(real) }
    }

    /// The customers for whom it is, as far as policies tell them apart. Where it asks for no group, a
    /// customer of none stands for all: the fewest policies before it are for them.
    fn customers(&self) -> Option<Vec<Customer<'a>>> {
        let policy = &self.promise.policy;
        let groups: Vec<_> = policy.groups.iter().map(Some).collect();
        let contracts: Vec<_> = policy.contracts.iter().map(Some).collect();
        let groups = if groups.is_empty() { vec![None] } else { groups };
        let contracts = if contracts.is_empty() { vec![None] } else { contracts };
        let each = groups.iter().flat_map(|group| {
            contracts.iter().map(|contract| Customer { group: *group, contract: *contract })
        });
        let few = groups.len().saturating_mul(contracts.len()) <= MOST_CUSTOMERS;
        few.then(|| each.collect())
    }

    /// The priorities at which an obligation promises nothing.
    fn lacks(&self, obligation: &Obligation) -> Vec<&'a PriorityName> {
        let priorities = self.promise.priorities.iter();
        priorities.filter(|priority| obligation.target(priority).is_none()).collect()
    }
}

impl Look<'_> {
    /// Those before a place that are for this customer.
    fn before(&self, place: usize, customer: Customer<'_>) -> Vec<usize> {
        let before = self.all.iter().enumerate().take(place);
        before.filter(|(_, it)| it.promise.is_of(customer)).map(|(at, _)| at).collect()
    }

    /// The policy's tickets, whoever asks.
    fn own(&self, it: &Looked<'_>) -> Option<Vec<Case>> {
        let mut all = usize::MAX;
        Case::both(std::slice::from_ref(&self.every), it.cases.as_ref()?, self.lexicon, &mut all)
    }

    /// Takes out of cases what these policies are for; gives what is left, and which of them took
    /// something. One whose condition is too long is passed over, and leaves too much.
    fn left(
        &self,
        cases: Vec<Case>,
        takers: &[usize],
        pairs: &mut usize,
    ) -> Option<(Vec<Case>, Vec<usize>)> {
        let (mut left, mut took) = (cases, Vec::new());
        for at in takers {
            let Some(taker) = self.all.get(*at) else { continue };
            if left.is_empty() {
                break;
            }
            if let (Some(cases), Some(without)) = (&taker.cases, &taker.without)
                && !Case::both(&left, cases, self.lexicon, pairs)?.is_empty()
            {
                left = Case::both(&left, without, self.lexicon, pairs)?;
                took.push(*at);
            }
        }
        Some((left, took))
    }

    /// Of these policies, those that together take all of the cases; `None`: they do not, or it is
    /// not known.
    fn takers(
        &self,
        cases: &[Case],
        before: &[usize],
        pairs: &mut usize,
    ) -> Option<BTreeSet<usize>> {
        let takes = |case: &Case, at: &usize| {
            let cases = self.all.get(*at).and_then(|it| it.cases.as_ref());
            cases.into_iter().flatten().any(|other| case.implies(other))
        };
        let one_by_one = cases.iter().map(|case| before.iter().find(|at| takes(case, at)).copied());
        if let Some(by) = one_by_one.collect::<Option<BTreeSet<usize>>>() {
            return Some(by);
        }
        let (left, mut took) = self.left(cases.to_vec(), before, pairs)?;
        if !left.is_empty() {
            return None;
        }
        // Without those that are not needed for it.
        for at in took.clone().into_iter().rev() {
            let rest: Vec<usize> = took.iter().copied().filter(|it| *it != at).collect();
            if let Some((left, _)) = self.left(cases.to_vec(), &rest, pairs)
                && left.is_empty()
            {
                took = rest;
            }
        }
        Some(took.into_iter().collect())
    }

    fn never_chosen(&self, place: usize, it: &Looked<'_>, pairs: &mut usize) -> Option<Finding> {
        let policy = it.promise.name().clone();
        let own = self.own(it)?;
        if own.is_empty() {
            return Some(Finding::NeverMatches { policy });
        }
        let mut by = BTreeSet::new();
        for customer in it.customers()? {
            by.extend(self.takers(&own, &self.before(place, customer), pairs)?);
        }
        let by: Vec<&Looked<'_>> = by.iter().filter_map(|at| self.all.get(*at)).collect();
        let mut examples = own.iter().filter_map(|case| case.example(self.lexicon));
        let example = examples.find(|example| {
            let takes = |it: &Looked<'_>| it.promise.matcher.matches(example);
            takes(it) && by.iter().any(|it| takes(it))
        });
        let by = by.iter().map(|it| it.promise.name().clone()).collect();
        Some(Finding::Shadowed { policy, by, example })
    }

    /// For which of its tickets a policy lacks a target that others of them have.
    fn targets(
        &self,
        place: usize,
        it: &Looked<'_>,
        pairs: &mut usize,
        findings: &mut Vec<Finding>,
    ) {
        let mut known: BTreeMap<&PriorityName, Reach> = BTreeMap::new();
        let mut unsure = false;
        for obligation in &it.promise.policy.obligations {
            for priority in it.lacks(obligation) {
                let reach =
                    known.entry(priority).or_insert_with(|| self.reach(place, it, priority, pairs));
                match reach {
                    Reach::None => {}
                    Reach::Shown(example) => findings.push(Finding::NoTarget {
                        policy: it.promise.name().clone(),
                        metric: obligation.metric,
                        audience: obligation.audience,
                        priority: priority.clone(),
                        example: example.clone(),
                    }),
                    Reach::Unknown => unsure = true,
                }
            }
        }
        if unsure {
            findings.push(Finding::Unsure { policy: Some(it.promise.name().clone()) });
        }
    }

    /// Which tickets of this priority get to a policy.
    fn reach(
        &self,
        place: usize,
        it: &Looked<'_>,
        priority: &PriorityName,
        pairs: &mut usize,
    ) -> Reach {
        let of = Fact::Priority.equals(priority.as_str()).check(self.lexicon, Place::Rule);
        let of = of.ok().and_then(|matcher| matcher.cases());
        let own =
            self.own(it).zip(of).and_then(|(own, of)| Case::both(&own, &of, self.lexicon, pairs));
        let (Some(own), Some(customers)) = (own, it.customers()) else { return Reach::Unknown };
        let mut unknown = false;
        for customer in customers {
            match self.left(own.clone(), &self.before(place, customer), pairs) {
                Some((left, _)) if left.is_empty() => {}
                Some((left, _)) => match self.example(&left, customer, Some(it.promise)) {
                    Some(example) => return Reach::Shown(example),
                    None => unknown = true,
                },
                None => unknown = true,
            }
        }
        if unknown { Reach::Unknown } else { Reach::None }
    }

    /// Whether there are tickets without a policy.
    fn uncovered(&self) -> Option<Finding> {
        // The fewest policies are for them.
        let customer = Customer::default();
        let policies = self.before(self.all.len(), customer);
        let mut pairs = MOST_PAIRS;
        let unsure = Some(Finding::Unsure { policy: None });
        let Some((left, _)) = self.left(vec![self.every.clone()], &policies, &mut pairs) else {
            return unsure;
        };
        if left.is_empty() {
            return None;
        }
        let example = self.example(&left, customer, None);
        example.map(|example| Finding::Uncovered { example }).or(unsure)
    }

    /// A ticket of one of these cases whose policy is this one, or none.
    fn example(
        &self,
        cases: &[Case],
        customer: Customer<'_>,
        of: Option<&Promise>,
    ) -> Option<Example> {
        let mut examples = cases.iter().filter_map(|case| case.example(self.lexicon));
        examples.find(|example| {
            self.policies.of(example, customer).map(Promise::name) == of.map(Promise::name)
        })
    }
}
