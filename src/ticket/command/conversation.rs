//! What is said on a ticket: public messages, notes, conversations held elsewhere.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, TicketId};
use crate::ticket::{Attachment, Channel};

/// Adds a public message.
///
/// What it does follows from who writes ([`Author::part`](crate::Author::part)) and the
/// workflow's table. The requester's message reopens a resolved ticket; on a closed one the
/// reopening policy decides between reopening and a follow-up ticket, whose id the outcome
/// names. A human agent's message answers. Those of bots, auto-responders and the host move
/// nothing. A public message of requester or agent on a resolved ticket cancels its closing
/// by itself.
///
/// On reopening, the owner keeps the ticket if they may still own it and have room; else it
/// waits unassigned in its department's queue.
///
/// Refused: on a closed ticket, unless the requester or their auto-responder writes; by a
/// light agent; an empty text without attachments.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reply {
    /// Which ticket.
    pub ticket: TicketId,
    /// How it travelled; `None`: as the last public message did.
    pub channel: Option<Channel>,
    /// What is said.
    pub text: String,
    /// What comes with it.
    pub attachments: Vec<Attachment>,
}

impl Reply {
    /// A message over the channel that the conversation is on.
    pub fn new(ticket: TicketId, text: impl Into<String>) -> Self {
        Self { ticket, channel: None, text: text.into(), attachments: Vec::new() }
    }
}

/// Adds a note that only agents read. It moves nothing, answers nothing and cancels nothing;
/// allowed in every status.
///
/// Refused: by customers and auto-responders; an empty text without attachments.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Note {
    /// Which ticket.
    pub ticket: TicketId,
    /// What is noted.
    pub text: String,
    /// What comes with it.
    pub attachments: Vec<Attachment>,
}

impl Note {
    /// A note without attachments.
    pub fn new(ticket: TicketId, text: impl Into<String>) -> Self {
        Self { ticket, text: text.into(), attachments: Vec::new() }
    }
}

/// Logs what was said elsewhere, with the instant at which it was said: a phone call, a
/// meeting. A public message, as if it had arrived then.
///
/// It moves the status as a [`Reply`] of that person would, unless it was said before the
/// present status began (on finished work: before the ticket was resolved): the status has
/// taken later news into account. Late words still count as an answer, or as a question that
/// nobody has answered since.
///
/// Refused: by anyone but agents and the host; an instant later than now; as for [`Reply`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LogConversation {
    /// Which ticket.
    pub ticket: TicketId,
    /// Who said it.
    pub said_by: SaidBy,
    /// How.
    pub channel: Channel,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// What.
    pub text: String,
}

/// Who spoke in a conversation held elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SaidBy {
    /// Who asked.
    Requester,
    /// This agent, to the requester. The agent must be on record, and not be a light one.
    Agent(AgentId),
}
