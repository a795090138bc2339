//! A store that could not answer: which call, what kind of failure, and the database's own error.

use std::error::Error;
use std::fmt;

/// Which call on the store failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// [`Store::load`](super::Store::load)
    Load,
    /// [`Store::resolve`](super::Store::resolve)
    Resolve,
    /// [`Store::history`](super::Store::history)
    History,
    /// [`Store::commit`](super::Store::commit)
    Commit,
    /// [`Store::receipt`](super::Store::receipt)
    Receipt,
    /// [`Store::find`](super::Store::find)
    Find,
    /// [`Store::scan`](super::Store::scan)
    Scan,
    /// [`Store::due`](super::Store::due)
    Due,
    /// [`Store::claim`](super::Store::claim)
    Claim,
    /// [`Store::settle`](super::Store::settle)
    Settle,
    /// [`TextStore::texts`](super::TextStore::texts)
    Texts,
    /// Looking a store over, and making anew what follows from histories
    Upkeep,
    /// A call on a [`Presence`](crate::presence::Presence), which is no part of a store
    Presence,
}

impl Operation {
    /// The method's name; of a presence, that.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Resolve => "resolve",
            Self::History => "history",
            Self::Commit => "commit",
            Self::Receipt => "receipt",
            Self::Find => "find",
            Self::Scan => "scan",
            Self::Due => "due",
            Self::Claim => "claim",
            Self::Settle => "settle",
            Self::Texts => "texts",
            Self::Upkeep => "upkeep",
            Self::Presence => "presence",
        }
    }
}

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The database could not be reached, or did not answer in time. What was asked may have
    /// been done; asking again may help.
    Unavailable,
    /// What the database holds is not what a store wrote: somebody must look at it.
    Corrupt,
    /// What the database holds was written by a newer build of this crate: it is refused, never
    /// guessed at. Nothing is wrong with it; this build is too old.
    Newer,
    /// The database refused for a reason of its own, such as a full disk or a missing right.
    Backend,
}

/// A store could not answer: which call, what kind of failure, and the database's own error.
///
/// ```
/// use std::error::Error;
///
/// use helpdesk::store::{Operation, StoreError, StoreErrorKind};
///
/// let error = StoreError::new(Operation::Commit, StoreErrorKind::Unavailable)
///     .because("connection reset");
/// assert_eq!(error.to_string(), "the store is unavailable (`commit`)");
/// assert_eq!(error.source().unwrap().to_string(), "connection reset");
/// assert!(error.is_retryable());
/// ```
#[derive(Debug)]
pub struct StoreError {
    operation: Operation,
    kind: StoreErrorKind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl StoreError {
    /// A failure without an error behind it.
    pub fn new(operation: Operation, kind: StoreErrorKind) -> Self {
        Self { operation, kind, source: None }
    }

    /// The same failure, with the database's own error.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Which call failed.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// What kind of failure it was.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Whether trying again may help.
    pub fn is_retryable(&self) -> bool {
        self.kind == StoreErrorKind::Unavailable
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            StoreErrorKind::Unavailable => "is unavailable",
            StoreErrorKind::Corrupt => "holds what no store wrote",
            StoreErrorKind::Newer => "holds what a newer build wrote",
            StoreErrorKind::Backend => "failed",
        };
        write!(f, "the store {what} (`{}`)", self.operation.as_str())
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn Error + 'static))
    }
}
