//! What is wrong with rules that are each right: those that never come to anything, and those that
//! work against each other.
//!
//! [`Rulebook::analyse`] looks at a rulebook by itself, without any ticket, and names what it
//! finds, with the facts that show it ([`Example`]). It is for whoever writes rules to look at;
//! nothing is refused for it.
//!
//! ```
//! use helpdesk::rules::{Action, RulebookDraft, ToStatus, Trigger};
//! use helpdesk::Settings;
//!
//! let to = |status: &str| Action::SetStatus(ToStatus::new(status));
//! let mut draft = RulebookDraft::default();
//! draft.triggers = vec![
//!     Trigger::new("ping", "status changed to open".parse()?).then(to("in_progress")),
//!     Trigger::new("pong", "status changed to in_progress".parse()?).then(to("open")),
//!     Trigger::new("never", "priority = low and priority = high".parse()?).stop(),
//! ];
//! let rules = draft.build(&Settings::default().lexicon())?;
//! let findings: Vec<String> = rules.analyse().iter().map(ToString::to_string).collect();
//! assert_eq!(findings, [
//!     "`never` never fires: its condition contradicts itself",
//!     "`ping` and `pong` set each other off for ever, such as by status: in_progress (before: \
//!      answered)",
//! ]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it says, and what it does not
//!
//! What is found is so; what is so need not be found. Each test is taken by itself, but that a status
//! has its category: that what was resolved had been opened before, or that what somebody owns is
//! not queued, is not known here. An example names what matters, and may lack what every ticket has.
//! Not seen are contradictions inside regular expressions, conditions of more than 64 cases, and loops
//! that go by way of a timer, of an owner whom a strategy chooses, or of a count that grows with each
//! round. Where a rule asks for what only a desk can tell of what rules did before it (`queued`,
//! `waiting_since`, `overdue`, `sla_policy` and the like), nothing is said of what comes of it, so an
//! empty list does not mean that all was judged. Of rules that set one thing differently, 20,000 pairs
//! of cases are looked at; a rule that meets only what another one set is none of these.
//!
//! Actions are taken at their word: that a workflow refuses a move is not known here either. What
//! rules change for one event is looked at as one change by those that it sets off.

mod effects;
mod meeting;
mod reach;

use std::fmt;

use self::effects::Follow;
use super::{Action, Rulebook};
use crate::ids::RuleName;
use crate::matching::{Case, Example, Matcher, MatcherSet};

/// Something that rules should not be, though each is right by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// No ticket ever matches: the condition contradicts itself.
    NeverFires {
        /// The rule.
        rule: RuleName,
    },
    /// Whatever matches is taken by rules before it, which are the last that are looked at then.
    Shadowed {
        /// The rule.
        rule: RuleName,
        /// Those before it; one of them takes each ticket.
        by: Vec<RuleName>,
        /// A ticket that it matches, and one of them before it; `None`: none came to mind.
        example: Option<Example>,
    },
    /// Triggers that set each other off, or themselves, until the desk breaks it off.
    Loop {
        /// The triggers, in the order in which they take turns.
        rules: Vec<RuleName>,
        /// A change by which it begins.
        example: Example,
    },
    /// Two rules that set one thing differently for the same event; the later one has its way.
    Contradiction {
        /// The rule that is looked at first.
        rule: RuleName,
        /// The one after it.
        with: RuleName,
        /// What they set, such as `status` or `tag vip`.
        what: String,
        /// A ticket of which both do.
        example: Example,
    },
}

impl Finding {
    /// The rules that it is about.
    pub fn rules(&self) -> Vec<&RuleName> {
        match self {
            Self::NeverFires { rule } => vec![rule],
            Self::Shadowed { rule, by, .. } => std::iter::once(rule).chain(by).collect(),
            Self::Loop { rules, .. } => rules.iter().collect(),
            Self::Contradiction { rule, with, .. } => vec![rule, with],
        }
    }

    /// Facts that show it.
    pub fn example(&self) -> Option<&Example> {
        match self {
            Self::NeverFires { .. } => None,
            Self::Shadowed { example, .. } => example.as_ref(),
            Self::Loop { example, .. } | Self::Contradiction { example, .. } => Some(example),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |rules: &[RuleName]| {
            let names: Vec<String> = rules.iter().map(|name| format!("`{name}`")).collect();
            names.join(" and ")
        };
        match self {
            Self::NeverFires { rule } => {
                write!(f, "`{rule}` never fires: its condition contradicts itself")
            }
            Self::Shadowed { rule, by, example } => {
                let takes = if by.len() == 1 { "takes" } else { "take" };
                write!(f, "`{rule}` is never reached: {} before it {takes} all", names(by))?;
                match example {
                    Some(example) => write!(f, ", such as {example}"),
                    None => Ok(()),
                }
            }
            Self::Loop { rules, example } => {
                let each = if rules.len() == 1 { "itself" } else { "each other" };
                let set = if rules.len() == 1 { "sets" } else { "set" };
                write!(f, "{} {set} {each} off for ever, such as by {example}", names(rules))
            }
            Self::Contradiction { rule, with, what, example } => {
                write!(f, "`{rule}` and `{with}` set the {what} differently, such as of {example}")
            }
        }
    }
}

/// A rule as it is looked at: when it matches, and what comes of that.
struct Looked<'a> {
    name: &'a RuleName,
    /// The cases in which it matches; `None`: too many to say.
    cases: Option<Vec<Case>>,
    matcher: &'a Matcher,
    actions: &'a [Action],
    /// Whether no rule after it is looked at.
    stop: bool,
}

/// Rules that are looked at one after the other for the same event.
struct List<'a> {
    rules: Vec<Looked<'a>>,
    set: &'a MatcherSet,
    /// The places of those on which something depends, and which ask for what follows from changes,
    /// each with what that follows from.
    unsure: Vec<(usize, Follow)>,
}

impl<'a> List<'a> {
    fn new(rules: Vec<Looked<'a>>, set: &'a MatcherSet) -> Self {
        let places = rules.iter().enumerate().filter(|(_, rule)| rule.matters());
        let asked = places.map(|(place, rule)| (place, rule.asked()));
        let unsure = asked.filter(|(_, asked)| *asked != 0).collect();
        Self { rules, set, unsure }
    }
}

impl Rulebook {
    /// Which rules never come to anything, and which work against each other: as
    /// [`analysis`](crate::rules::analysis) says, with an example. In the order of the rules,
    /// routing first.
    ///
    /// It takes time in proportion to the square of how many rules there are: a thousand are looked
    /// at in well under a second.
    pub fn analyse(&self) -> Vec<Finding> {
        let routing = self.routing.rules().iter().zip(self.routing.matchers().matchers());
        let routing = routing.map(|(rule, matcher)| Looked {
            name: &rule.name,
            cases: matcher.cases(),
            matcher,
            actions: &[],
            stop: true,
        });
        let triggers = self.triggers.rules().iter().zip(self.triggers.matchers().matchers());
        let triggers = triggers.map(|(rule, matcher)| Looked {
            name: &rule.name,
            cases: matcher.cases(),
            matcher,
            actions: &rule.then,
            stop: rule.stop,
        });
        let timed = self.time_rules.rules().iter().zip(self.time_rules.matchers().matchers());
        let timed = timed.map(|(rule, matcher)| Looked {
            name: &rule.name,
            // Without the instant its time never comes.
            cases: matcher.cases().map(|cases| {
                let anchor = rule.anchor.fact();
                cases.into_iter().filter_map(|case| case.with_instant(&anchor)).collect()
            }),
            matcher,
            actions: &rule.then,
            stop: rule.stop,
        });
        let macros = self.macros.rules().iter().zip(self.macros.matchers().matchers());
        let mut findings = Vec::new();
        let routing = List::new(routing.collect(), self.routing.matchers());
        let triggers = List::new(triggers.collect(), self.triggers.matchers());
        let timed = List::new(timed.collect(), self.time_rules.matchers());
        let together = |one: usize, two: usize| {
            let at = |place: usize| self.time_rules.rules().get(place);
            at(one)
                .zip(at(two))
                .is_some_and(|(one, two)| (one.anchor, one.after) == (two.anchor, two.after))
        };
        let lexicon = &self.lexicon;
        reach::look(&routing, |_, _| true, lexicon, &mut findings);
        reach::look(&triggers, |_, _| true, lexicon, &mut findings);
        reach::look(&timed, together, lexicon, &mut findings);
        for (rule, matcher) in macros {
            if matcher.cases().is_some_and(|cases| cases.is_empty()) {
                findings.push(Finding::NeverFires { rule: rule.name.clone() });
            }
        }
        meeting::loops(&triggers, lexicon, &mut findings);
        meeting::contradictions(&triggers, |_, _| true, lexicon, &mut findings);
        meeting::contradictions(&timed, together, lexicon, &mut findings);
        findings
    }
}
