//! Commands of side conversations: starting one with a third party, writing on it, closing it.

use serde::{Deserialize, Serialize};

use crate::ids::{ContactId, TicketId};
use crate::ticket::{Attachment, SideId};

/// Starts a conversation with a third party, such as a vendor, apart from the customer's thread.
///
/// The third party is a contact like any other: a block, a merge and an erasure hold for them.
/// They are sent the message ([`NoticeKind::SideMessage`](crate::NoticeKind::SideMessage)),
/// [read](crate::Desk::side) this conversation and [answer](ReplySide) on it; the rest of the
/// ticket is not there for them. Its requester, its followers and its guests never learn that there
/// is such a conversation.
///
/// It moves nothing and answers nothing: the status, the clocks and the channel of the ticket are
/// those of the talk with its customer. Allowed in every status. Where the ticket is to wait for
/// the third party, [`SetStatus`](crate::command::SetStatus) says so.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by customers, guests, auto-responders and light
///   agents.
/// - [`Blocked`](crate::Refusal::Blocked): the contact is blocked, and nobody would hear them.
/// - [`SeesTicket`](crate::Refusal::SeesTicket): the contact sees the ticket, and is no third
///   party.
/// - [`Empty`](crate::Refusal::Empty): no text and no attachment, or an empty subject.
/// - [`LimitExceeded`](crate::Refusal::LimitExceeded): more side conversations on the ticket than
///   [`Limits::sides`](crate::Limits::sides).
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let vendor = ContactId::from_u128(30);
/// let start = StartSide::new(id, vendor, "Is model 7 known to burn?").subject("Model 7");
/// let started = desk.start_side(agent.at(now), start)?;
/// let side = started.ticket().unwrap().sides()[0].id();
///
/// // The vendor reads that, and nothing else of the ticket.
/// let their = Actor::Customer(vendor);
/// let page = desk.side(&their, now, id, side, Revision::ZERO, 10)?;
/// assert_eq!(page.posts[0].text.as_str(), "Is model 7 known to burn?");
/// let refused = desk.show(&their, now, id).unwrap_err();
/// assert_eq!(refused.refusal(), Some(&Refusal::NotFound { ticket: id }));
///
/// // Maria does not know of it.
/// assert_eq!(desk.thread(&customer, now, id, None, 10)?.posts.len(), 1);
/// assert!(desk.side(&customer, now, id, side, Revision::ZERO, 10).is_err());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StartSide {
    /// Which ticket.
    pub ticket: TicketId,
    /// The third party.
    pub with: ContactId,
    /// What it is about, to the third party: the ticket's own subject is not shown to them.
    pub subject: Option<String>,
    /// What is said; empty only beside an attachment.
    pub text: String,
    /// The files that come with it; what they hold stays with the host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

impl StartSide {
    /// A conversation that begins with these words, without a subject.
    pub fn new(ticket: TicketId, with: ContactId, text: impl Into<String>) -> Self {
        Self { ticket, with, subject: None, text: text.into(), attachments: Vec::new() }
    }

    /// The same, with a subject.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }
}

/// Writes on a side conversation: the desk to the third party, or the third party to the desk.
///
/// What the desk writes is sent to the third party
/// ([`NoticeKind::SideMessage`](crate::NoticeKind::SideMessage)). What the third party writes,
/// which the host hands in as [`Actor::Customer`](crate::Actor::Customer) of that contact, is told
/// to the ticket's owner or queue ([`NoticeKind::SideReplied`](crate::NoticeKind::SideReplied)).
/// An automatic reply of theirs ([`Actor::AutoResponder`](crate::Actor::AutoResponder)) is kept, and
/// told to nobody.
///
/// It moves nothing, in every status: an answer that comes when the ticket is closed is kept and
/// told, and a ticket that waits for the third party goes on waiting until somebody has read it. On
/// a merged ticket it is kept where the conversation is, and those are told, too, whose work the
/// ticket is that goes on. Whatever is said on a closed side conversation, automatic replies aside,
/// opens that again.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`NotFound`](crate::Refusal::NotFound), or [`Forbidden`](crate::Refusal::Forbidden) to who
///   sees the ticket: by customers, guests and auto-responders, but for the third party, whether
///   or not there is such a conversation. Forbidden to light agents.
/// - [`NoSuchSide`](crate::Refusal::NoSuchSide): the ticket has no such side conversation.
/// - [`Blocked`](crate::Refusal::Blocked): the third party is blocked.
/// - [`Empty`](crate::Refusal::Empty): no text and no attachment.
/// - [`StaleView`](crate::Refusal::StaleView): of the third party, where they have not seen the
///   last message of this conversation.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let vendor = ContactId::from_u128(30);
/// let start = StartSide::new(id, vendor, "Is model 7 known to burn?");
/// let started = desk.start_side(agent.at(now), start)?;
/// let side = started.ticket().unwrap().sides()[0].id();
///
/// let yes = ReplySide::new(id, side, "Only when it is plugged in.");
/// let answered = desk.reply_side(Actor::Customer(vendor).at(now), yes)?;
/// let ticket = answered.ticket().unwrap();
/// assert_eq!(ticket.sides()[0].last_author(), &Author::Customer(vendor));
/// assert_eq!(ticket.status().name, "new", "it is nothing to Maria's ticket");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReplySide {
    /// Which ticket.
    pub ticket: TicketId,
    /// Which of its side conversations.
    pub side: SideId,
    /// What is said; empty only beside an attachment.
    pub text: String,
    /// The files that come with it; what they hold stays with the host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

impl ReplySide {
    /// A message without attachments.
    pub fn new(ticket: TicketId, side: SideId, text: impl Into<String>) -> Self {
        Self { ticket, side, text: text.into(), attachments: Vec::new() }
    }
}

/// Closes a side conversation: nothing more is expected of it. One that is closed stays so.
///
/// Nobody is told, and nothing is refused for it: what is said on it later is kept and told as
/// before, and opens it again.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by customers, guests, auto-responders and light
///   agents.
/// - [`NoSuchSide`](crate::Refusal::NoSuchSide): the ticket has no such side conversation.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let start = StartSide::new(id, ContactId::from_u128(30), "Is model 7 known to burn?");
/// let started = desk.start_side(agent.at(now), start)?;
/// let side = started.ticket().unwrap().sides()[0].id();
///
/// let closed = desk.close_side(agent.at(now), CloseSide::new(id, side))?;
/// assert!(closed.ticket().unwrap().sides()[0].is_closed());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CloseSide {
    /// Which ticket.
    pub ticket: TicketId,
    /// Which of its side conversations.
    pub side: SideId,
}

impl CloseSide {
    /// The side conversation of the ticket is closed.
    pub fn new(ticket: TicketId, side: SideId) -> Self {
        Self { ticket, side }
    }
}
