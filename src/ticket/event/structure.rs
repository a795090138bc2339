//! The facts of merging and splitting.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{Revision, TicketId};
use crate::people::Follower;
use crate::time;

/// The facts of a merge, in the history of the ticket that goes on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Absorbed {
    /// The ticket that was merged into this one.
    pub ticket: TicketId,
    /// When the oldest question was asked that is unanswered now.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub waiting_since: Option<DateTime<Utc>>,
    /// What the merged ticket asks; `None`: it waits for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brings: Option<Brought>,
    /// Since when the merged ticket is to be resolved, where this one is to be resolved since then,
    /// if it was opened later; `None`: its clocks stay as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owed: Option<Owed>,
    /// Whether the ticket, being resolved, does not close by itself any more.
    #[serde(default)]
    pub cancels_closing: bool,
    /// Who follows this ticket since, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub followers: Vec<Follower>,
    /// Who would have come to follow it, and follows it by another merge already, in order: they
    /// follow until both are undone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follow_still: Vec<Follower>,
    /// How many tickets came: the merged one, and all that had been merged into it.
    pub tickets: u32,
    /// How many merges lie, one upon another, between this ticket and the farthest of them: 1
    /// where nothing had been merged into the merged one.
    pub chain: u32,
}

/// The questions that a merged ticket brings to the one that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Brought {
    /// When the oldest was asked that nobody has answered.
    #[serde(deserialize_with = "time::truncated")]
    pub since: DateTime<Utc>,
    /// When the newest was asked.
    #[serde(deserialize_with = "time::truncated")]
    pub newest: DateTime<Utc>,
    /// Whether they count only where the ticket has no open question of its own
    /// ([`MergeWaiting::Survivor`](crate::MergeWaiting::Survivor)).
    #[serde(default)]
    pub yields: bool,
    /// Since when they are to be answered, where that is not since they were asked
    /// ([`MergeClocks::Survivors`](crate::MergeClocks::Survivors)).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub counts_from: Option<DateTime<Utc>>,
}

/// Since when a merged ticket is to be resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Owed {
    /// Since when its first resolution counts; `None`: it has been resolved before.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub first: Option<DateTime<Utc>>,
    /// Since when its total resolution counts.
    #[serde(deserialize_with = "time::truncated")]
    pub total: DateTime<Utc>,
}

/// The facts of the end of a merge, in the history of the ticket that had gone on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Released {
    /// The ticket that stands by itself again.
    pub ticket: TicketId,
    /// When the oldest question was asked that is unanswered now.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub waiting_since: Option<DateTime<Utc>>,
    /// Who followed this ticket by the merge, and does not any more, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub followers: Vec<Follower>,
}

/// The facts of who leaves a ticket because of a merge that was undone elsewhere: they had come to
/// follow it by their late words on a ticket that they followed by that merge.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FollowersLeft {
    /// The ticket by whose merge they followed.
    pub ticket: TicketId,
    /// Who followed by that alone, and does not any more, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub followers: Vec<Follower>,
    /// Who follows by another merge still, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follow_still: Vec<Follower>,
    /// Who had followed by it until they were taken off by hand, in order: they had come to follow
    /// by that what this ticket was merged into, and follow that no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_before: Vec<Follower>,
}

/// What a split means to a ticket that goes on in the place of the one with the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MergedSplit {
    /// The ticket that the message was split off, or into which that had been merged.
    pub ticket: TicketId,
    /// What that ticket still asks here; `None`: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brings: Option<Brought>,
    /// When the oldest question was asked that is unanswered now.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub waiting_since: Option<DateTime<Utc>>,
}

/// The facts of a split, in the history that has the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SplitOff {
    /// The message: its place in this history.
    pub message: Revision,
    /// The new ticket, which shows the message from now on.
    pub to: TicketId,
    /// When the oldest question was asked that is unanswered now.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub waiting_since: Option<DateTime<Utc>>,
    /// The same, but for what was asked on tickets that were merged into this one.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub own_waiting_since: Option<DateTime<Utc>>,
    /// When the requester last wrote, of what is still here.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub last_asked_at: Option<DateTime<Utc>>,
}
