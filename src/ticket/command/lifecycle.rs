//! Where a ticket stands: statuses set by hand, postponing, finishing, reopening.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{ReasonName, ResolutionCode, StatusName, TicketId};

/// Moves a ticket to another status by hand. To the status it is in, it is a no-op, unless it
/// brings another reason, which is then recorded.
///
/// Refused: where the workflow has no such transition, or not for this actor; a reason that
/// the status does not take, or none where it requires one; a required field without a value;
/// resolved and closed statuses ([`Resolve`], [`Close`]) and the postponed one ([`Postpone`]),
/// which need more than a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SetStatus {
    /// Which ticket.
    pub ticket: TicketId,
    /// Where to.
    pub status: StatusName,
    /// Why it waits.
    pub reason: Option<ReasonName>,
}

/// Puts a ticket aside until an instant; then it returns by itself, exactly once: to New if
/// nobody had answered it yet, else to Open. Postponing again moves the instant.
///
/// Refused: an instant that is not later than now; as [`SetStatus`] for the transition, the
/// reason and required fields.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Postpone {
    /// Which ticket.
    pub ticket: TicketId,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Why.
    pub reason: Option<ReasonName>,
}

/// Resolves a ticket and records how. On a resolved ticket it records another resolution, or
/// starts a cancelled closing anew; with nothing new it is a no-op.
///
/// Refused: on a closed ticket; as [`SetStatus`] for the transition and required fields; an
/// unknown code.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Resolve {
    /// Which ticket.
    pub ticket: TicketId,
    /// How it ended.
    pub resolution: Resolving,
}

/// Closes a ticket. On a closed one it is a no-op.
///
/// Closing unresolved work records a resolution too, so one must be given; on a resolved
/// ticket one may be. Refused: as [`Resolve`]; unresolved work without a resolution.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Close {
    /// Which ticket.
    pub ticket: TicketId,
    /// How it ended.
    pub resolution: Option<Resolving>,
}

/// How a ticket ended, as a command says it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Resolving {
    /// The code, from the settings' list.
    pub code: ResolutionCode,
    /// In words; may be empty.
    pub text: String,
}

impl Resolving {
    /// A code without words.
    pub fn new(code: impl Into<ResolutionCode>) -> Self {
        Self { code: code.into(), text: String::new() }
    }
}

/// Reopens finished work by hand, with a reason, at any time.
///
/// The owner keeps it if they may still own it and have room, as on a customer's reply.
/// Refused: on unfinished work; without a reason; by customers (their reply reopens).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reopen {
    /// Which ticket.
    pub ticket: TicketId,
    /// Why, for the colleagues.
    pub reason: String,
}
