//! The facts of to-dos.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::AgentId;
use crate::ticket::{TodoId, TodoState};
use crate::time;

/// The facts of a to-do that was added; its words are the personal payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TodoAdded {
    /// Who is to do it; `None`: whoever owns the ticket.
    pub owner: Option<AgentId>,
    /// When somebody is to be reminded of it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub remind_at: Option<DateTime<Utc>>,
    /// Bytes of the words.
    pub bytes: u32,
}

/// The facts of a to-do that was done, opened again, or dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TodoMarked {
    /// Which.
    pub todo: TodoId,
    /// Where it stands now.
    pub state: TodoState,
    /// When somebody is to be reminded of it from now on, while it is open.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub remind_at: Option<DateTime<Utc>>,
}

/// The facts of a reminder that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reminded {
    /// Of which to-do.
    pub todo: TodoId,
    /// When the next reminder on the ticket comes.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub next: Option<DateTime<Utc>>,
}
