//! What may be asked of a ticket. Each command says what it does, and what it refuses.
//!
//! Every command is refused with [`Refusal::NotFound`](crate::Refusal::NotFound) where the
//! actor may not see the ticket, and with [`Refusal::Forbidden`](crate::Refusal::Forbidden)
//! where their role does not do such things. A command that would change nothing is accepted
//! and changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Attachment, Channel, Follower, Origin};
use crate::ids::{
    AgentId, CategoryName, DepartmentName, FieldName, ImpactName, PriorityName, ReasonName,
    ReceivedAt, ResolutionCode, StatusName, Tag, TicketId, UrgencyName,
};
use crate::people::Requester;
use crate::settings::FieldValue;

/// Opens a ticket.
///
/// A request by a contact starts in the workflow's `initial` status (New). One that an agent
/// opens by writing to a customer ([`Origin::AgentReachedOut`]) starts in `outreach`
/// (Answered): nobody owes it a first answer. A [`Requester::Agent`] makes it internal: seen
/// by agents only, the asking agent playing the customer's part.
///
/// An agent, a bot or the host may open in a contact's name: the first message is then the
/// contact's. Refused: an id in use; a requester whom the actor may not speak for (a customer
/// for another, an agent for another agent's internal ticket unless owner or admin); reaching
/// out by anyone but an agent (not a light one) or the host, or to an agent; an empty text
/// without attachments; names that the settings do not know.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Open {
    /// The new ticket's id, made by the host; a UUIDv7 keeps a database's index compact.
    pub id: TicketId,
    /// Who asks.
    pub requester: Requester,
    /// Who wrote first.
    pub origin: Origin,
    /// How the first message travelled.
    pub channel: Channel,
    /// The address or form that received it.
    pub received_at: Option<ReceivedAt>,
    /// The subject; `None`: derived from the text's first line, or `(no subject)`.
    pub subject: Option<String>,
    /// The first message.
    pub text: String,
    /// What came with it.
    pub attachments: Vec<Attachment>,
    /// Whose queue it goes to.
    pub department: Option<DepartmentName>,
    /// What it is about.
    pub category: Option<CategoryName>,
    /// How much it matters; `None`: from impact and urgency if both are given, else the
    /// default.
    pub priority: Option<PriorityName>,
    /// How many it touches.
    pub impact: Option<ImpactName>,
    /// How soon it hurts.
    pub urgency: Option<UrgencyName>,
    /// Labels.
    pub tags: BTreeSet<Tag>,
    /// Custom fields.
    pub fields: BTreeMap<FieldName, FieldValue>,
    /// Who is told beside the requester and the agents.
    pub followers: BTreeSet<Follower>,
}

impl Open {
    /// A request with nothing but a text, by e-mail; set further fields directly.
    pub fn new(id: TicketId, requester: Requester, text: impl Into<String>) -> Self {
        Self {
            id,
            requester,
            origin: Origin::CustomerWrote,
            channel: Channel::default(),
            received_at: None,
            subject: None,
            text: text.into(),
            attachments: Vec::new(),
            department: None,
            category: None,
            priority: None,
            impact: None,
            urgency: None,
            tags: BTreeSet::new(),
            fields: BTreeMap::new(),
            followers: BTreeSet::new(),
        }
    }

    /// The same request under this subject.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }
}

/// Adds a public message.
///
/// What it does follows from who writes ([`Author::part`](crate::Author::part)) and the
/// workflow's table. The requester's message reopens a resolved ticket, and a closed one
/// within the time of the reopening policy. Later it goes to the ticket's latest follow-up, as
/// if it had been sent there; where there is none, or that one has been closed for too long
/// as well, it opens a new one. The outcome names it. A human agent's message answers. Those of bots, auto-responders and the host move
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

/// Changes what is known of a ticket; allowed in every status.
///
/// Impact and urgency, once both are known, set the priority by the matrix whenever either
/// changes; a priority named in the same command wins. Refused whole if any part is: names
/// that the settings do not know, values that do not fit their field, more tags or followers
/// than the limits allow, an empty subject, clearing a field that the present status requires.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Edit {
    /// Which ticket.
    pub ticket: TicketId,
    /// A new subject.
    pub subject: Option<String>,
    /// What it is about.
    pub category: Patch<CategoryName>,
    /// Labels to add; those it has are left alone.
    pub add_tags: BTreeSet<Tag>,
    /// Labels to remove; those it has not are passed over. A tag in both lists is added.
    pub remove_tags: BTreeSet<Tag>,
    /// Custom fields: a value to set, `None` to clear.
    pub fields: BTreeMap<FieldName, Option<FieldValue>>,
    /// How much it matters.
    pub priority: Option<PriorityName>,
    /// How many it touches.
    pub impact: Patch<ImpactName>,
    /// How soon it hurts.
    pub urgency: Patch<UrgencyName>,
    /// Who is to be told beside requester and agents.
    pub follow: BTreeSet<Follower>,
    /// Who is not to be any more. One in both lists follows.
    pub unfollow: BTreeSet<Follower>,
}

impl Edit {
    /// An edit that changes nothing yet; set its fields directly.
    pub fn new(ticket: TicketId) -> Self {
        Self {
            ticket,
            subject: None,
            category: Patch::Keep,
            add_tags: BTreeSet::new(),
            remove_tags: BTreeSet::new(),
            fields: BTreeMap::new(),
            priority: None,
            impact: Patch::Keep,
            urgency: Patch::Keep,
            follow: BTreeSet::new(),
            unfollow: BTreeSet::new(),
        }
    }
}

/// What to do with a value that may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Patch<T> {
    /// Leave it.
    #[default]
    Keep,
    /// Set it.
    Set(T),
    /// Remove it.
    Clear,
}

/// Gives a ticket to an agent. The status stays.
///
/// Refused: on a closed ticket; an agent who is not on record, has left, is a light one, or
/// does not work in the ticket's department; an agent without room, unless `over_capacity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Assign {
    /// Which ticket.
    pub ticket: TicketId,
    /// To whom.
    pub agent: AgentId,
    /// Give it even to an agent without room; recorded.
    pub over_capacity: bool,
}

impl Assign {
    /// Within the agent's capacity.
    pub fn new(ticket: TicketId, agent: AgentId) -> Self {
        Self { ticket, agent, over_capacity: false }
    }
}

/// Gives a ticket back to its department's queue. The status stays.
///
/// Refused: on a closed ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Unassign {
    /// Which ticket.
    pub ticket: TicketId,
}

/// Takes a ticket for oneself, and moves it as the workflow says (New, Open and Postponed to
/// In progress).
///
/// Refused: on a closed ticket; where another agent owns it; without room; where the agent
/// may not own it (see [`Assign`]); by anyone but an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Take {
    /// Which ticket.
    pub ticket: TicketId,
}

/// Moves a ticket to another department's queue, or to one of its agents. Everything on it
/// stays; so does the status.
///
/// Without an agent it is unassigned. To the department where it is, it is a no-op, or an
/// assignment where an agent is named. Refused: on a closed ticket; an unknown department; as
/// [`Assign`] for the agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Transfer {
    /// Which ticket.
    pub ticket: TicketId,
    /// To which department.
    pub department: DepartmentName,
    /// To whom in it.
    pub agent: Option<AgentId>,
}

/// Hands a ticket to a department of a higher tier, with a reason; counted.
///
/// A ticket without a department is on tier 0. Refused: on finished work; to a tier that is
/// not higher; without a reason; as [`Transfer`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Escalate {
    /// Which ticket.
    pub ticket: TicketId,
    /// To which department.
    pub department: DepartmentName,
    /// To whom in it.
    pub agent: Option<AgentId>,
    /// Why, for the colleagues.
    pub reason: String,
}

/// Moves a ticket to another status by hand. To the status it is in, it is a no-op, unless it
/// brings another reason, which is then recorded.
///
/// Refused: on a closed ticket; where the workflow has no such transition, or not for this
/// actor; a reason that
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
/// Refused: on a closed ticket; an instant that is not later than now; as [`SetStatus`] for the
/// transition, the reason and required fields; moving the instant, by who may not edit the
/// ticket.
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

/// Opens a ticket that follows up a closed one and is linked with it. It inherits requester,
/// subject, department, category, priority, impact and urgency; tags and custom fields do not
/// carry over.
///
/// The first message is the requester's if a customer, bot or the asking agent gives the
/// command, or if an agent or the host opens in their name. Refused: on a ticket that is not
/// closed; an id in use; an empty text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FollowUp {
    /// The closed ticket.
    pub ticket: TicketId,
    /// The new ticket's id, made by the host.
    pub id: TicketId,
    /// How the message travelled.
    pub channel: Channel,
    /// The first message of the new ticket.
    pub text: String,
}
