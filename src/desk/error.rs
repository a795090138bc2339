//! Why a desk did not do what it was asked: the sum of everything below it.

use crate::decide::Refusal;
use crate::store::{CommitError, StoreError};
use crate::ticket::ReplayError;

/// Why a desk did not do what it was asked.
///
/// [`kind`](Self::kind) says what a host does with it; [`refusal`](Self::refusal) has the rule
/// that says no.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let error = desk.close(agent.at(now), Close { ticket: id, resolution: None }).unwrap_err();
/// assert_eq!(error.to_string(), "closing unresolved work needs a resolution");
///
/// let shown = match error.kind() {
///     DeskErrorKind::Refused => error.refusal().map_or("", Refusal::code),
///     DeskErrorKind::Retry => "try again in a moment",
///     _ => "something is broken; we have been told",
/// };
/// assert_eq!(shown, "resolution_required");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeskError {
    /// The rules say no. Nothing has changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Others changed the same records every time. Nothing has changed; trying later may help.
    #[error("others were faster {tries} times")]
    Contended {
        /// How often it was decided.
        tries: u32,
        /// What stood against the last try.
        #[source]
        last: CommitError,
    },
    /// The store could not answer; [`StoreError::is_retryable`] says whether it may later.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What the store holds is not what the rules could have written.
    #[error(transparent)]
    Replay(#[from] ReplayError),
}

/// What a host does with a [`DeskError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeskErrorKind {
    /// Show it: the rules say no.
    Refused,
    /// Try again: somebody else was faster, or the store is not there.
    Retry,
    /// Raise an alarm.
    Alarm,
}

/// For hosts that commit what [`Desk::prepare`](crate::Desk::prepare) gave them.
impl From<CommitError> for DeskError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Store(error) => Self::Store(error),
            last => Self::Contended { tries: 1, last },
        }
    }
}

impl DeskError {
    /// What a host does with it: show it, try again, or raise an alarm.
    pub fn kind(&self) -> DeskErrorKind {
        match self {
            Self::Refused(_) => DeskErrorKind::Refused,
            Self::Contended { .. } => DeskErrorKind::Retry,
            Self::Store(error) if error.is_retryable() => DeskErrorKind::Retry,
            Self::Store(_) | Self::Replay(_) => DeskErrorKind::Alarm,
        }
    }

    /// The refusal, if the rules say no.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Contended { .. } | Self::Store(_) | Self::Replay(_) => None,
        }
    }
}
