//! How tickets come to be: a request, an agent reaching out, a follow-up.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::{
    CategoryName, DepartmentName, FieldName, ImpactName, PriorityName, ReceivedAt, Tag, TicketId,
    UrgencyName,
};
use crate::people::Requester;
use crate::subject::{About, ExternalRef};
use crate::ticket::{Attachment, Channel, Follower, Origin};
use crate::value::FieldValue;

/// Opens a ticket.
///
/// A request by a contact starts in the workflow's `initial` status (New). One that an agent
/// opens by writing to a customer ([`Origin::AgentReachedOut`]) starts in `outreach`
/// (Answered): nobody owes it a first answer. A [`Requester::Agent`] makes it internal: seen
/// by agents only, the asking agent playing the customer's part.
///
/// An agent, a bot or the host may open in a contact's name: the first message is then the
/// contact's. The ticket gets its number, and with it its reference, in the commit.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`IdTaken`](crate::Refusal::IdTaken): the desk has a ticket of this id.
/// - [`ReservedId`](crate::Refusal::ReservedId): an id of UUID version 5.
/// - [`Forbidden`](crate::Refusal::Forbidden): a requester whom the actor may not speak for (a
///   customer for another, a light agent for a contact, an agent for another agent's internal
///   ticket unless owner or admin); reaching out by anyone but the host or an agent who is not
///   a light one; reaching out to an agent; an external reference by anyone who may not
///   [edit](crate::command::Edit) tickets.
/// - [`CannotOwn`](crate::Refusal::CannotOwn): the asking agent of an internal ticket is not on
///   record.
/// - [`Empty`](crate::Refusal::Empty): no text and no attachment; a subject of blanks.
/// - [`Unknown`](crate::Refusal::Unknown), [`BadName`](crate::Refusal::BadName): names that the
///   settings do not know, and what cannot be a name at all.
/// - [`FieldInvalid`](crate::Refusal::FieldInvalid): a value that does not fit its field.
/// - [`ExternalRefTaken`](crate::Refusal::ExternalRefTaken): another ticket has this external
///   reference.
/// - [`CannotSee`](crate::Refusal::CannotSee): an agent who is to follow it is not on record, has
///   left, or would not see it.
///
/// # Examples
///
/// A customer asks, with nothing but a text:
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let request = Requester::Contact(maria);
/// let open = Open::new(TicketId::from_u128(2), request, "No signal.\nSince noon.");
/// let opened = desk.open(customer.at(now), open)?;
///
/// let ticket = opened.ticket().unwrap();
/// assert_eq!(ticket.subject().as_str(), "No signal.");
/// assert_eq!(ticket.priority().name, "medium");
/// assert_eq!(opened.reference().unwrap().to_string(), "HD-2");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
///
/// An agent writes to a customer first; everything that is known is set at once:
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let mut open = Open::new(TicketId::from_u128(2), Requester::Contact(maria), "It is back.")
///     .subject("Your line");
/// open.origin = Origin::AgentReachedOut;
/// open.category = Some("technical".into());
/// open.impact = Some("low".into());
/// open.urgency = Some("high".into());
/// open.tags = ["outage".into()].into();
/// let opened = desk.open(agent.at(now), open)?;
///
/// let ticket = opened.ticket().unwrap();
/// assert_eq!(ticket.status().name, "answered");
/// assert_eq!(ticket.priority().name, "medium", "by the matrix of impact and urgency");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Open {
    /// The new ticket's id, made by the host; a UUIDv7 keeps a database's index compact.
    pub id: TicketId,
    /// Who asks.
    pub requester: Requester,
    /// Who wrote first: default the requester.
    pub origin: Origin,
    /// How the first message travelled: default e-mail.
    pub channel: Channel,
    /// The address or form that received it; 1 to 254 bytes.
    pub received_at: Option<ReceivedAt>,
    /// The subject; `None`: the text's first line, cut at a word where it is longer than 80
    /// characters, or `(no subject)` where there is no text.
    pub subject: Option<String>,
    /// The first message; empty only beside an attachment.
    pub text: String,
    /// The files that came with it; what they hold stays with the host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Whose queue it goes to; `None`: the queue without a department, which every agent sees.
    pub department: Option<DepartmentName>,
    /// What it is about, from the settings' list.
    pub category: Option<CategoryName>,
    /// How much it matters; `None`: from impact and urgency if both are given, else the
    /// settings' default.
    pub priority: Option<PriorityName>,
    /// How many it touches, on the scale of the priority matrix.
    pub impact: Option<ImpactName>,
    /// How soon it hurts, on the scale of the priority matrix.
    pub urgency: Option<UrgencyName>,
    /// Labels; each 1 to 64 bytes, with no list of those that exist.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<Tag>,
    /// Custom fields, each of a kind that the settings define. Fields that a status requires
    /// are not asked for at the opening.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<FieldName, FieldValue>,
    /// Who is told of public messages beside the requester; on an internal ticket only agents
    /// are.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub followers: BTreeSet<Follower>,
    /// Subjects: which of the host's objects it is about, and in which roles. A customer may name
    /// them too (the host vouches for what it hands in), and does not see them on the ticket.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub about: BTreeSet<About>,
    /// What other systems call it, and no other ticket; not for customers to say.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub external_refs: BTreeSet<ExternalRef>,
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
            about: BTreeSet::new(),
            external_refs: BTreeSet::new(),
        }
    }

    /// The same request under this subject.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }
}

/// Opens a ticket that follows up a closed one and is linked with it.
///
/// It inherits requester, subject, department, category, priority, impact and urgency, as far
/// as the settings still know them, and its subjects: it is about the same objects. Tags, custom
/// fields and followers do not carry over: they were said of the former request. Nor do external
/// references, which stay the former ticket's.
///
/// The first message is the requester's, whoever gives the command. A requester's [`Reply`] to
/// a ticket that has been closed for too long to reopen does the same by itself; so does that of
/// anybody else who may write on it: they read what they wrote as they read the closed ticket, and
/// who follows that one is told the answer.
///
/// [`Reply`]: crate::command::Reply
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Spam`](crate::Refusal::Spam): on what is marked as spam; to its requester, that is
///   [`Forbidden`](crate::Refusal::Forbidden).
/// - [`NotClosed`](crate::Refusal::NotClosed): the ticket is not closed; reply or reopen.
/// - [`IdTaken`](crate::Refusal::IdTaken): the desk has a ticket of the new id.
/// - [`LimitExceeded`](crate::Refusal::LimitExceeded): the ticket has as many follow-ups as
///   [`Limits::follow_ups`](crate::Limits::follow_ups) allows.
/// - [`Empty`](crate::Refusal::Empty): an empty text.
/// - [`CannotOwn`](crate::Refusal::CannotOwn): the asking agent of an internal ticket is not on
///   record.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let resolution = Some(Resolving::new("solved"));
/// desk.close(agent.at(now), Close { ticket: id, resolution })?;
///
/// let new = TicketId::from_u128(2);
/// let text = "The replacement burns, too.".to_owned();
/// let follow_up = FollowUp { ticket: id, id: new, channel: Channel::Phone, text };
/// let followed = desk.follow_up(agent.at(now), follow_up)?;
///
/// assert_eq!(followed.ticket().unwrap().follows(), Some(id));
/// assert_eq!(desk.ticket(id)?.unwrap().followed_up_by(), [new]);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
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

impl FollowUp {
    /// By e-mail.
    pub fn new(ticket: TicketId, id: TicketId, text: impl Into<String>) -> Self {
        Self { ticket, id, channel: Channel::default(), text: text.into() }
    }
}
