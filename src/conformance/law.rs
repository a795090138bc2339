//! A law of stores, and what is said of one that does not hold.

use std::error::Error;
use std::fmt;
use std::pin::Pin;

use super::hand::Hand;

/// A sentence that is true of every store, and the case that shows it.
///
/// ```
/// use helpdesk::conformance::{LAWS, laws};
///
/// let law = laws::a_new_record_never_replaces();
/// assert_eq!(law.about(), "commit");
/// assert!(LAWS.iter().any(|one| one.name() == law.name()));
/// println!("{law}");
/// ```
#[derive(Clone, Copy)]
pub struct Law {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) demands: &'static str,
    pub(super) case: for<'s> fn(Hand<'s>) -> Pin<Box<dyn Future<Output = Verdict> + 's>>,
}

impl Law {
    /// Its name: the sentence in short, and the name of its test.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it is about: a method of the store, or a matter that concerns several.
    pub fn about(&self) -> &'static str {
        self.about
    }

    /// What it demands, in full.
    pub fn demands(&self) -> &'static str {
        self.demands.trim_start()
    }
}

impl fmt::Debug for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Law").field("name", &self.name).field("about", &self.about).finish()
    }
}

/// The sentence: `commit: a new record never replaces`.
impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.about, self.name.replace('_', " "))
    }
}

/// A law that a store does not keep: which, and what was found instead.
///
/// ```
/// use helpdesk::conformance::{check, laws};
/// use helpdesk::store::MemoryStore;
///
/// fn no_database() -> MemoryStore {
///     panic!("connection refused")
/// }
/// let law = laws::an_empty_store_has_nothing();
/// let violation = check(law, no_database).unwrap_err();
/// assert_eq!(violation.law().name(), "an_empty_store_has_nothing");
/// assert_eq!(violation.found(), "it panicked: connection refused");
/// ```
#[derive(Clone, Debug)]
pub struct Violation {
    pub(super) law: Law,
    pub(super) found: String,
}

impl Violation {
    /// The law.
    pub fn law(&self) -> Law {
        self.law
    }

    /// What was found.
    pub fn found(&self) -> &str {
        &self.found
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { law, found } = self;
        write!(f, "the store breaks `{}`\n demands: {}\n   found: {found}", law.name, law.demands())
    }
}

impl Error for Violation {}

/// What a case comes to.
pub(super) type Verdict<T = ()> = Result<T, Fault>;

/// What was found where something else should be.
#[derive(Debug)]
pub(super) struct Fault(pub(super) String);

/// An error that no case expects. With what is behind it: a database's own words help most.
impl<E: Error> From<E> for Fault {
    fn from(error: E) -> Self {
        let mut words = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            words = format!("{words}: {error}");
            source = error.source();
        }
        Self(words)
    }
}

/// Holds what was found against what should be.
pub(super) fn same<A, B>(what: impl fmt::Display, found: A, expected: B) -> Verdict
where
    A: PartialEq<B> + fmt::Debug,
    B: fmt::Debug,
{
    if found == expected {
        return Ok(());
    }
    let (found, expected) = (format!("{found:?}"), format!("{expected:?}"));
    let differs = found.chars().zip(expected.chars()).position(|(one, other)| one != other);
    let (found, expected) = (part(&found, differs), part(&expected, differs));
    Err(Fault(format!("{what}: {found}, and not {expected}")))
}

/// The part of a long text around the place that matters: a record is a page.
fn part(text: &str, place: Option<usize>) -> String {
    const LONG: usize = 400;
    let skipped = place.unwrap_or(0).saturating_sub(LONG / 4);
    let shown: String = text.chars().skip(skipped).take(LONG).collect();
    let before = if skipped > 0 { "…" } else { "" };
    let after = if text.chars().count() > skipped + LONG { "…" } else { "" };
    format!("{before}{shown}{after}")
}

/// Holds a condition; `what` is what is wrong where it fails.
pub(super) fn unless(what: impl fmt::Display, wrong: bool) -> Verdict {
    if wrong { Err(Fault(what.to_string())) } else { Ok(()) }
}
