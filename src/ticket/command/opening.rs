//! How tickets come to be: a request, an agent reaching out, a follow-up.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::{
    CategoryName, DepartmentName, FieldName, ImpactName, PriorityName, ReceivedAt, Tag, TicketId,
    UrgencyName,
};
use crate::people::Requester;
use crate::settings::FieldValue;
use crate::ticket::{Attachment, Channel, Follower, Origin};

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
/// out by anyone but an agent (not a light one) or the host, or to an agent; an empty text;
/// names that the settings do not know.
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
    /// The subject; `None`: derived from the text's first line.
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
