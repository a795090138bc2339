//! What may be erased, and what may not: redaction, erasing all of a ticket, legal hold.
//!
//! Facts are never erased: that something was said, when, by whom and how long it was stays on
//! record, and with it every count and every instant. Names in settings, tags, categories, the
//! values of fields that are neither free text nor personal by their definition, conditions of
//! views, and the ids, digests and storage keys that a host gives are facts: they are no place
//! for what may have to go.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::TicketId;
use crate::ticket::MessageRef;

/// Erases the words of some messages of a ticket's conversation: texts, names of files, and whatever else
/// their events have that is personal. In every status, closed too.
///
/// The words of the opening go with its subject and its personal fields, where these were not
/// changed since. Any event may be named; one that has nothing personal, or not any more, is
/// passed over, so that doing it twice changes nothing. The status, the clocks and the timers of
/// the lifecycle stay as they are; nobody is told; and notices of the erased events that nobody
/// has delivered yet go out of the outbox. What is left can be read by nobody any more, in no
/// history, scan, listing or head.
///
/// Each is named by where it is stored, as every [post](crate::Post::id) of the ticket's
/// [thread](crate::Desk::thread) says it: in the ticket's own history, or in that of any ticket that
/// is one conversation with it by [merges](crate::command::Merge), however far. So whoever has read
/// a post can redact it, by that name, on the ticket on which they have read it.
///
/// Words belong to the ticket whose conversation shows them. A message that was
/// [split off](crate::command::Split) may be named where it was said or as the first event of the
/// ticket that shows it: either way that ticket's opening is erased, its subject with it, and the
/// words where they are stored. The history of the ticket that shows them says so; what else is
/// erased, says the history that it is in.
///
/// The host keeps the bytes of attachments: [`Desk::erased_files`](crate::Desk::erased_files)
/// lists those that are to go.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by everybody but owners, admins and the host.
/// - [`OnLegalHold`](crate::Refusal::OnLegalHold): a ticket is on [`Hold`] that some of the words
///   belong to: the one that shows them, or one that this was merged into. Nothing is erased then.
/// - [`Empty`](crate::Refusal::Empty): no message, or no reason.
/// - [`NotAMessage`](crate::Refusal::NotAMessage): it names something of a ticket that is no part
///   of the conversation.
/// - [`NoSuchEvent`](crate::Refusal::NoSuchEvent): the history has no such revision.
/// - [`HistoryUnreadable`](crate::Refusal::HistoryUnreadable): a newer build has written to it.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// desk.reply(customer.at(now), Reply::new(id, "My card is 4929 1234 5678 9012."))?;
///
/// let card = desk.thread(&agent, now, id, None, 10)?.posts[1].id();
/// let redact = Redact::new(id, [card], "The number of a card.");
/// desk.redact(Actor::Host.at(now), redact.clone())?;
/// let thread = desk.thread(&agent, now, id, None, 10)?.posts;
/// assert_eq!(thread[1].text, Erasable::Erased);
/// assert_eq!(thread[1].message.bytes, 31, "that it was said is a fact");
///
/// // Nothing of it is left.
/// assert!(desk.redact(Actor::Host.at(now), redact)?.is_no_op());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Redact {
    /// The ticket whose thread shows them, or any that is one conversation with it.
    pub ticket: TicketId,
    /// The messages, or other events of these tickets; at least one.
    pub messages: BTreeSet<MessageRef>,
    /// Why, for the record; must not be empty. It is personal payload itself: erased by naming
    /// this command's event, or by the desk's retention.
    pub reason: String,
}

/// Erases everything personal of a ticket up to now: subject, texts, names of files, personal
/// fields, resolutions and reasons in words. In every status, closed too.
///
/// As [`Redact`] with all the ticket's events, but that reasons for erasing stay: its own, and
/// those that were given before. So doing it twice changes nothing.
///
/// Words belong to the ticket whose conversation shows them. What was
/// [merged](crate::command::Merge) into it is erased with it, in the same commit, but for what is
/// on hold itself; so is the message that it was [split off](crate::command::Split) with, where that
/// is stored. What was split off the ticket is another's, and stays.
///
/// Its subjects and its external references are detached, so that nothing of the host's leads to it
/// any more, and another ticket may have the references. That they were attached stays on record,
/// as all facts do. The desk's retention erases words, and detaches nothing.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by everybody but owners, admins and the host.
/// - [`OnLegalHold`](crate::Refusal::OnLegalHold): the ticket is on [`Hold`], or one that it was
///   merged into.
/// - [`Empty`](crate::Refusal::Empty): no reason.
/// - [`HistoryUnreadable`](crate::Refusal::HistoryUnreadable): a newer build has written to it.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let erase = EraseTicket::new(id, "Maria asked for it.");
/// let erased = desk.erase_ticket(Actor::Host.at(now), erase.clone())?;
/// let ticket = erased.ticket().unwrap();
/// assert_eq!(*ticket.subject(), Erasable::Erased);
/// assert_eq!((ticket.status().name.as_str(), ticket.message_count()), ("new", 1));
///
/// assert!(desk.erase_ticket(Actor::Host.at(now), erase)?.is_no_op());
/// desk.verify(Key::ticket(desk.id(), id))?;
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EraseTicket {
    /// Which ticket.
    pub ticket: TicketId,
    /// Why, for the record of each ticket that is erased with it, so also for who sees one of them
    /// alone; must not be empty.
    pub reason: String,
}

/// Puts a ticket on legal hold, or releases it. In every status.
///
/// While it is held nothing of it is erased: [`Redact`] and [`EraseTicket`] are refused, and the
/// desk's retention does not run; released, it is due at its former instant.
///
/// Words belong to the ticket whose conversation shows them: a hold protects also what was
/// [merged](crate::command::Merge) into the ticket, and the message that it was
/// [split off](crate::command::Split) with, wherever that is stored; and not what was split off it
/// before, nor what follows it up, which is held by a hold of its own. No way leads round a hold:
/// what is split off a ticket on hold, what it is merged into or has been merged into already,
/// where what is said to it is recorded, and what comes out of it by
/// [`UndoMerge`](crate::command::UndoMerge) is on hold as well
/// ([`TicketChange::Held`](crate::TicketChange::Held) without a reason), and has a release of its
/// own.
///
/// Agents see that a ticket is held ([`Ticket::is_held`](crate::Ticket::is_held),
/// [`Fact::Held`](crate::Fact::Held)), customers do not.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by everybody but owners, admins and the host.
/// - [`Empty`](crate::Refusal::Empty): no reason.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// desk.hold(Actor::Host.at(now), Hold::new(id, true, "Case 12 O 7/26."))?;
/// let erase = EraseTicket::new(id, "Maria asked for it.");
/// let refused = desk.erase_ticket(Actor::Host.at(now), erase.clone()).unwrap_err();
/// assert_eq!(refused.refusal(), Some(&Refusal::OnLegalHold { ticket: id }));
///
/// desk.hold(Actor::Host.at(now), Hold::new(id, false, "It is settled."))?;
/// desk.erase_ticket(Actor::Host.at(now), erase)?;
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hold {
    /// Which ticket.
    pub ticket: TicketId,
    /// Whether it is to be on hold.
    pub hold: bool,
    /// Why, for the record; must not be empty.
    pub reason: String,
}

impl Redact {
    /// On this ticket, these messages, for this reason.
    pub fn new(
        ticket: TicketId,
        messages: impl IntoIterator<Item = MessageRef>,
        reason: impl Into<String>,
    ) -> Self {
        Self { ticket, messages: messages.into_iter().collect(), reason: reason.into() }
    }
}

impl EraseTicket {
    /// All of this ticket, for this reason.
    pub fn new(ticket: TicketId, reason: impl Into<String>) -> Self {
        Self { ticket, reason: reason.into() }
    }
}

impl Hold {
    /// On hold or released, for this reason.
    pub fn new(ticket: TicketId, hold: bool, reason: impl Into<String>) -> Self {
        Self { ticket, hold, reason: reason.into() }
    }
}
