//! The facts of a move from one status to another.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::ReasonName;
use crate::ticket::Timers;
use crate::time;
use crate::workflow::Status;

/// The facts of a change of status.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StatusChange {
    /// Before.
    pub from: Status,
    /// Now.
    pub to: Status,
    /// What moved it.
    pub because: Moved,
    /// Why it waits, from the workflow's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonName>,
    /// Until when it is postponed.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub until: Option<DateTime<Utc>>,
    /// Whether it returns, from being postponed, to where new tickets are.
    #[serde(default)]
    pub returns_to_new: bool,
    /// Whether total resolution begins a new run by it
    /// ([`ReopenClocks::Anew`](crate::ReopenClocks::Anew)).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub clocks_anew: bool,
    /// Bytes of the reason in words, which is the personal payload.
    #[serde(default)]
    pub bytes: u32,
    /// What the ticket will do by itself from now on.
    #[serde(default)]
    pub timers: Timers,
}

/// What moved a ticket from one status to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Moved {
    /// Somebody set it.
    ByHand,
    /// Somebody postponed the ticket.
    Postponed,
    /// Somebody resolved the ticket.
    Resolved,
    /// Somebody closed the ticket.
    Closed,
    /// Somebody reopened the ticket.
    Reopened,
    /// The requester wrote, or another contact on their side.
    CustomerReplied,
    /// An agent answered.
    AgentReplied,
    /// An agent took the ticket.
    Taken,
    /// The instant came until which the ticket was postponed.
    Woken,
    /// It had been resolved long enough.
    AutoClosed,
    /// Somebody proposed a solution.
    Proposed,
    /// The requester confirmed the solution.
    Confirmed,
    /// The requester rejected the solution.
    Rejected,
    /// Somebody marked the ticket as spam.
    MarkedSpam,
    /// Somebody took the mark back.
    UnmarkedSpam,
    /// It was merged into another ticket.
    Merged,
    /// A ticket that waits for an answer was merged into it.
    Absorbed,
    /// Its merge was undone.
    Released,
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ByHand => "it was set",
            Self::Postponed => "it was postponed",
            Self::Resolved => "it was resolved",
            Self::Closed => "it was closed",
            Self::Reopened => "it was reopened",
            Self::CustomerReplied => "the customer wrote",
            Self::AgentReplied => "an agent answered",
            Self::Taken => "an agent took it",
            Self::Woken => "the instant came until which it was postponed",
            Self::AutoClosed => "it had been resolved long enough",
            Self::Proposed => "a solution was proposed",
            Self::Confirmed => "the requester confirmed the solution",
            Self::Rejected => "the requester rejected the solution",
            Self::MarkedSpam => "somebody marked it as spam",
            Self::UnmarkedSpam => "it is no spam after all",
            Self::Merged => "it was merged into another",
            Self::Absorbed => "a ticket that waits was merged into it",
            Self::Released => "its merge was undone",
        })
    }
}
