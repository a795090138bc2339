//! What personal payloads were erased for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What personal payloads were erased for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RedactedBy {
    /// Somebody chose these events: see [`Redact`](crate::command::Redact).
    Hand,
    /// All of the ticket was to go: see [`EraseTicket`](crate::command::EraseTicket).
    Request,
    /// The ticket had been closed for as long as the settings keep what is personal.
    Retention,
}

impl fmt::Display for RedactedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hand => "somebody chose what goes",
            Self::Request => "all of it was to go",
            Self::Retention => "it had been closed long enough",
        })
    }
}
