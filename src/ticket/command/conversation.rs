//! What is said on a ticket: public messages, notes, conversations held elsewhere.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, TicketId};
use crate::ticket::command::NewTodo;
use crate::ticket::{Attachment, Channel};

/// Adds a public message.
///
/// What it does follows from who writes ([`Author::part`](crate::Author::part)) and the
/// workflow's table:
///
/// - The requester's message asks, and so does that of every other contact who writes on their side:
///   one with a copy, a colleague, a guest's in their name. It reopens a resolved ticket, and a closed one within the
///   time of the [reopening policy](crate::Reopening). Later it goes to the ticket's latest
///   follow-up that its author sees, as if it had been sent there; where there is none, or that one
///   has been closed for too long as well, it opens a new one. Who [follows](crate::Follower) the
///   closed ticket follows the new one; a guest has there
///   [what they were granted](super::GrantAccess) on the closed one, and for as long; a colleague
///   sees it as they saw that. Where there may be no more follow-ups
///   ([`Limits::follow_ups`](crate::Limits::follow_ups)), the latest that its author sees takes it,
///   or else the latest, however long it has been closed; none that is spam. The outcome names it
///   ([`Step::WentToFollowUp`](crate::Step::WentToFollowUp),
///   [`Outcome::opened`](crate::Outcome::opened)).
/// - A human agent's message answers.
/// - Those of bots, auto-responders and the host move nothing: an absence notice must not
///   reopen work.
///
/// It is told to whose work the ticket is, if it asks, and to everybody else on the conversation:
/// requester and [followers](crate::Follower), but its author.
///
/// What a requester says on a ticket that is [marked as spam](super::MarkSpam) is kept, and nothing
/// follows from it. On a merged ticket it goes to the one that goes on in its place, whether or not
/// the actor sees that ([`Step::WentToSurvivor`](crate::Step::WentToSurvivor)); what is said on an
/// internal ticket that was merged into a customer's, as a note.
///
/// A public message of a contact or an agent on a resolved ticket cancels its closing by itself.
///
/// On reopening, the owner keeps the ticket if they may still own it and have room; else it
/// waits unassigned in its department's queue.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Closed`](crate::Refusal::Closed): on a closed ticket, unless a contact, the asking agent of
///   an internal one, or an auto-responder writes.
/// - [`Forbidden`](crate::Refusal::Forbidden): by a light agent, unless it is their own internal
///   ticket.
/// - [`Empty`](crate::Refusal::Empty): no text and no attachment.
/// - [`BadName`](crate::Refusal::BadName): a channel of the host's own, under no proper name.
///
/// # Examples
///
/// Whose turn it is follows from who wrote:
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let answered = desk.reply(agent.at(now), Reply::new(id, "Did you unplug it?"))?;
/// assert_eq!(answered.ticket().unwrap().status().name, "answered");
///
/// let asked = desk.reply(customer.at(now), Reply::new(id, "I did."))?;
/// assert_eq!(asked.ticket().unwrap().status().name, "open");
///
/// let away = Actor::AutoResponder(maria);
/// let automatic = desk.reply(away.at(now), Reply::new(id, "I am on holiday."))?;
/// assert_eq!(automatic.ticket().unwrap().status().name, "open");
/// assert_eq!(automatic.ticket().unwrap().message_count(), 4);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
///
/// A reply written on an old view of the ticket is refused, if the host says which view that
/// was; a reply sent twice under one id is carried out once:
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let seen = desk.ticket(id)?.unwrap().revision();
/// let once = CommandId::from_u128(99);
/// let answer = Reply::new(id, "Unplug it.");
/// let first = desk.reply(agent.at(now).once(once), answer.clone())?;
/// let again = desk.reply(agent.at(now).once(once), answer)?;
/// assert!(again.repeated && again.events == first.events);
///
/// let stale = desk.reply(agent.at(now).having_seen(seen), Reply::new(id, "Hello?"));
/// assert_eq!(stale.unwrap_err().refusal().unwrap().code(), "stale_view");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reply {
    /// Which ticket.
    pub ticket: TicketId,
    /// How it travelled; `None`: as the last public message did.
    pub channel: Option<Channel>,
    /// What is said; empty only beside an attachment.
    pub text: String,
    /// The files that come with it; what they hold stays with the host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

impl Reply {
    /// A message over the channel that the conversation is on.
    pub fn new(ticket: TicketId, text: impl Into<String>) -> Self {
        Self { ticket, channel: None, text: text.into(), attachments: Vec::new() }
    }
}

/// Adds a note that only agents read, with what is to be done.
///
/// It moves nothing, answers nothing and cancels nothing; allowed in every status. No customer
/// ever sees it, or can tell that it is there. The agents whom it mentions are told. A to-do
/// that it adds stays on the ticket ([`Ticket::todos`](crate::Ticket::todos)) until it is
/// [dropped](crate::command::MarkTodo); its reminder comes exactly once, at its instant, also on
/// finished work.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by customers and auto-responders.
/// - [`Empty`](crate::Refusal::Empty): no text and no attachment; a to-do without words.
/// - [`CannotSee`](crate::Refusal::CannotSee): an agent who is mentioned, or is to do something,
///   is not on record, has left, or may not see the ticket.
/// - [`NotLater`](crate::Refusal::NotLater): a reminder that is not later than now.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let noted = desk.note(agent.at(now), Note::new(id, "Third fire this week."))?;
/// assert_eq!(noted.ticket().unwrap().status().name, "new");
///
/// assert_eq!(desk.thread(&agent, now, id, None, 10)?.posts.len(), 2);
/// assert_eq!(desk.thread(&customer, now, id, None, 10)?.posts.len(), 1);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Note {
    /// Which ticket.
    pub ticket: TicketId,
    /// What is noted; empty only beside an attachment.
    pub text: String,
    /// The files that come with it; what they hold stays with the host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Agents who are told of it; at most [`Limits::mentions`](crate::Limits::mentions).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub mentions: BTreeSet<AgentId>,
    /// What is to be done; at most [`Limits::todos`](crate::Limits::todos) on a ticket, those
    /// that are done included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub todos: Vec<NewTodo>,
}

impl Note {
    /// A note without anything beside its words.
    pub fn new(ticket: TicketId, text: impl Into<String>) -> Self {
        Self {
            ticket,
            text: text.into(),
            attachments: Vec::new(),
            mentions: BTreeSet::new(),
            todos: Vec::new(),
        }
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
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but the host and agents who are not
///   light ones.
/// - [`InTheFuture`](crate::Refusal::InTheFuture): an instant later than now.
/// - [`Blocked`](crate::Refusal::Blocked): words of a [blocked](crate::command::BlockContact)
///   requester that would open a new ticket, the old one being closed for too long. On a ticket
///   that there is, what they said may be logged, and counts as anybody's.
/// - [`CannotAnswer`](crate::Refusal::CannotAnswer): the agent who spoke is not on record, or is a
///   light one.
/// - [`Closed`](crate::Refusal::Closed): an agent's words, on a closed ticket.
/// - [`Empty`](crate::Refusal::Empty): an empty text.
///
/// # Examples
///
/// Anna called at 10:00 and writes it down at noon; the answer counts from 10:00:
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let (ten, noon) = (now + TimeDelta::hours(1), now + TimeDelta::hours(3));
/// let text = "Told her to unplug it.";
/// let call = LogConversation::new(id, SaidBy::Agent(anna), Channel::Phone, ten, text);
/// let logged = desk.log_conversation(agent.at(noon), call)?;
///
/// let ticket = logged.ticket().unwrap();
/// assert_eq!(ticket.status().name, "answered");
/// assert_eq!(ticket.first_answered_at(), Some(ten));
/// assert_eq!(ticket.updated_at(), noon);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LogConversation {
    /// Which ticket.
    pub ticket: TicketId,
    /// Who said it.
    pub said_by: SaidBy,
    /// How it was said.
    pub channel: Channel,
    /// When it was said; not later than now.
    pub occurred_at: DateTime<Utc>,
    /// What was said.
    pub text: String,
}

impl LogConversation {
    /// What this person said then, over that channel.
    pub fn new(
        ticket: TicketId,
        said_by: SaidBy,
        channel: Channel,
        occurred_at: DateTime<Utc>,
        text: impl Into<String>,
    ) -> Self {
        Self { ticket, said_by, channel, occurred_at, text: text.into() }
    }
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
