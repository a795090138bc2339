//! What is wrong in a value that a host configured, and where in it.

use std::fmt;

use crate::ids::name_problem;

/// One mistake in settings, with the path to it.
///
/// ```
/// # use helpdesk::{SettingsDraft, Mistake};
/// let mut draft = SettingsDraft::default();
/// draft.workflow.statuses[1].on_take = Some("in_progres".into());
/// let error = draft.build().unwrap_err();
/// let problem = &error.problems()[0];
/// assert_eq!(problem.path(), "workflow.statuses[1].on_take");
/// assert_eq!(problem.mistake(), &Mistake::Unknown { what: "status", name: "in_progres".into() });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    path: String,
    mistake: Mistake,
}

impl Problem {
    /// Where it is, such as `workflow.statuses[1].on_take`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong there.
    pub fn mistake(&self) -> &Mistake {
        &self.mistake
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.mistake)
    }
}

/// A kind of mistake in settings; its text form tells a host's operator what to mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mistake {
    /// A name that cannot be one.
    #[error("the name `{name}` {why}")]
    BadName {
        /// The name.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A second definition of the same name.
    #[error("the {what} `{name}` is defined twice")]
    Twice {
        /// What kind of thing it is.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A reference to something that is not defined.
    #[error("there is no {what} `{name}`")]
    Unknown {
        /// What kind of thing it should be.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A list that must hold something is empty.
    #[error("there must be at least one {what}")]
    Empty {
        /// What it should hold.
        what: &'static str,
    },
    /// A landmark names a status of a category that cannot serve.
    #[error("the status `{status}` is {found}, and this must be {expected}")]
    WrongCategory {
        /// The status.
        status: String,
        /// Its category.
        found: &'static str,
        /// Which categories can serve.
        expected: &'static str,
    },
    /// No ticket can ever get here.
    #[error("no ticket can ever reach the status `{status}`")]
    Unreachable {
        /// The status.
        status: String,
    },
    /// A ticket here can go nowhere.
    #[error("the status `{status}` has no way out")]
    NoExit {
        /// The status.
        status: String,
    },
    /// A ticket here can never be closed.
    #[error("no way leads from the status `{status}` to a closed one")]
    NeverCloses {
        /// The status.
        status: String,
    },
    /// Something that this category of status cannot have.
    #[error("a status of category {category} cannot have {what}")]
    NotHere {
        /// The status's category.
        category: &'static str,
        /// What it cannot have.
        what: &'static str,
    },
    /// A move that nobody makes by hand leads where something must be given by hand.
    #[error("`{status}` requires a reason, and a move that nobody makes by hand gives none")]
    ReasonOutOfReach {
        /// The status.
        status: String,
    },
    /// Tickets that nobody postponed until an instant would never return.
    #[error("only postponing leads to `{status}`: it says until when")]
    NeverReturns {
        /// The status.
        status: String,
    },
    /// A transition that leads where it starts.
    #[error("a transition leads to its own status")]
    ToItself,
    /// A transition that nobody may make.
    #[error("nobody may make this transition")]
    NobodyMay,
    /// A number out of its range.
    #[error("{found} is out of range: {expected}")]
    OutOfRange {
        /// What is there.
        found: String,
        /// What may be there.
        expected: &'static str,
    },
    /// A value that is not of the kind that belongs there.
    #[error("`{found}` is not {expected}")]
    NotA {
        /// What is there, shortened.
        found: String,
        /// What should be there.
        expected: &'static str,
    },
    /// A test that a fact does not have.
    #[error("`{fact}` cannot be tested with `{test}`")]
    NoSuchTest {
        /// The fact.
        fact: String,
        /// The test, as data names it.
        test: &'static str,
    },
    /// Something in a condition that belongs elsewhere.
    #[error("`{what}` can be used in {place} only")]
    OnlyIn {
        /// What it is.
        what: String,
        /// Where it belongs.
        place: &'static str,
    },
    /// A policy that depends on what follows from it.
    #[error("`{fact}` follows from the policy, and cannot decide on it")]
    FollowsFromIt {
        /// What it asks for.
        fact: String,
    },
    /// More than a limit of the settings allows.
    #[error("the limit `{limit}` is {most}, and this would be {found}")]
    OverLimit {
        /// The limit's name.
        limit: &'static str,
        /// What it allows.
        most: u64,
        /// What is there.
        found: u64,
    },
    /// A regular expression that cannot be used.
    #[error("the regular expression cannot be used: {why}")]
    BadPattern {
        /// What is wrong with it.
        why: String,
    },
    /// Something that the crate was built without.
    #[error("the crate was built without the feature `{feature}`, which this needs")]
    NeedsFeature {
        /// The Cargo feature.
        feature: &'static str,
    },
    /// Two values that cannot both be right.
    #[error("{0}")]
    Contradiction(&'static str),
}

/// Collects problems while walking a value, keeping track of where it is.
#[derive(Debug)]
pub(crate) struct Problems {
    found: Vec<Problem>,
}

impl Problems {
    pub(crate) fn none() -> Self {
        Self { found: Vec::new() }
    }

    pub(crate) fn at(&mut self, path: impl Into<String>, mistake: Mistake) {
        self.found.push(Problem { path: path.into(), mistake });
    }

    /// The mistakes of a part, at this path.
    pub(crate) fn below(&mut self, path: &str, problems: &[Problem]) {
        let moved = problems.iter().map(|Problem { path: inner, mistake }| Problem {
            path: if inner.is_empty() { path.to_owned() } else { format!("{path}.{inner}") },
            mistake: mistake.clone(),
        });
        self.found.extend(moved);
    }

    /// Whether this part of the value is free of mistakes.
    pub(crate) fn none_below(&self, part: &str) -> bool {
        !self.found.iter().any(|problem| problem.path.starts_with(part))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(crate) fn into_vec(self) -> Vec<Problem> {
        self.found
    }

    /// Checks that names are names, and that none is defined twice.
    pub(crate) fn names<'a>(
        &mut self,
        what: &'static str,
        names: impl IntoIterator<Item = &'a str>,
        path: impl Fn(usize) -> String,
    ) {
        let mut seen = std::collections::BTreeSet::new();
        for (index, name) in names.into_iter().enumerate() {
            if let Some(why) = name_problem(name) {
                self.at(path(index), Mistake::BadName { name: name.to_owned(), why });
            }
            if !seen.insert(name) {
                self.at(path(index), Mistake::Twice { what, name: name.to_owned() });
            }
        }
    }
}
