//! What belongs together, and what does not: merging, undoing a merge, splitting.

use serde::{Deserialize, Serialize};

use crate::ids::TicketId;
use crate::ticket::MessageRef;

/// Merges a ticket into another, which goes on in its place.
///
/// Nothing is moved: each keeps its history, and the [thread](crate::Desk::thread) of the one
/// that goes on shows both. The merged ticket closes, whatever the workflow's transitions, and
/// burdens nobody. From then on what is said on it ([`Reply`](crate::command::Reply),
/// [`Note`](crate::command::Note), [`LogConversation`](crate::command::LogConversation)) goes to
/// the one that goes on, as if it had been said there; but not from those who state what they
/// [have seen](crate::Context::having_seen). What hangs on the merged ticket itself
/// stays with it: its to-dos, which remind still and are [marked](crate::command::MarkTodo) (and
/// may keep the one that goes on from [closing](crate::CloseBlocks), as its children may), its
/// links, which are [taken back](crate::command::Unlink), its guests, who read its own words and
/// are [shown out](crate::command::RevokeAccess), what is personal on it, which may be erased
/// there by hand, what was sent of it and [came back](crate::command::ReportUndelivered), and its
/// followers, tags, subjects and external references, which an
/// [`Edit`](crate::command::Edit) may take away, and add none. Everything else is refused. What the
/// merged ticket is called [elsewhere](crate::Desk::by_external) leads to the one that goes on.
/// Where `into` has been merged itself, its redirect is followed to the end.
///
/// The ticket that goes on keeps its own subject, owner, department, priority, tags and fields.
/// It takes:
///
/// - **The open question.** If the merged ticket is unfinished and waits for an answer, the other
///   waits since the earlier of both ([`MergeWaiting`](crate::MergeWaiting)), moves as on a
///   customer's reply, which reopens a resolved one, and its owner or queue is told. An owner who
///   is relieved of the merged ticket has that room for the reopened one.
/// - **What is owed.** Its [service levels](crate::sla) count since the earliest obligation that is
///   open on either, or stay as they are, as the desk's [`MergeClocks`](crate::MergeClocks) say.
/// - **The followers**, and the requester, if that is another person: nobody comes to follow what
///   they ask for, under another of their [merged](crate::command::MergeContacts) ids. Contacts
///   that follow an internal ticket do not come to follow a customer's.
///
/// An internal ticket may be merged into a customer's: what was said on it is read there as
/// notes, and asks nothing of anybody; so is what is said on it later.
///
/// # Privacy
///
/// Words belong to the ticket whose conversation shows them: what was merged is part of the
/// conversation of the one that goes on. The merged ticket has no retention of its own; its words
/// are erased with that one, when the time for that comes or by
/// [`EraseTicket`](crate::command::EraseTicket), in the same commit, and are protected by its legal
/// hold. One that is on [`Hold`](crate::command::Hold) itself is passed over, with all that was
/// merged into it; released, it goes when the other's time comes again, which is counted anew from
/// then where everything else was erased before. A hold comes along, now or later: where the
/// merged ticket is on hold, so is the one that goes on, since what is said to either is recorded
/// there.
///
/// [`UndoMerge`] takes it back.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`NotFound`](crate::Refusal::NotFound): the actor does not see one of the two, or the one
///   that `into` leads to.
/// - [`Merged`](crate::Refusal::Merged): the ticket has been merged already.
/// - [`MergeCycle`](crate::Refusal::MergeCycle): `into` is the ticket itself, or leads back to it.
/// - [`Spam`](crate::Refusal::Spam): one of the two is marked as spam.
/// - [`DifferentRequesters`](crate::Refusal::DifferentRequesters): two customers' tickets, or two
///   agents' internal ones.
/// - [`IntoInternal`](crate::Refusal::IntoInternal): a customer's ticket into an internal one.
/// - [`Closed`](crate::Refusal::Closed): the ticket that goes on is closed; reopen it first.
/// - [`LimitExceeded`](crate::Refusal::LimitExceeded): more than
///   [`Limits::merged`](crate::Limits::merged), [`merge_chain`](crate::Limits::merge_chain) or
///   [`followers`](crate::Limits::followers) allow.
/// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but the host and agents who are not
///   light ones.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let second = TicketId::from_u128(2);
/// let open = Open::new(second, Requester::Contact(maria), "Is anybody there?");
/// desk.open(customer.at(now), open)?;
///
/// desk.merge(agent.at(now), Merge::new(second, id))?;
/// assert_eq!(desk.ticket(second)?.unwrap().merged_into(), Some(id));
///
/// // A late reply to the merged ticket reaches the other.
/// let later = now + TimeDelta::minutes(5);
/// desk.reply(customer.at(later), Reply::new(second, "Hello?"))?;
/// let thread = desk.thread(&customer, now, id, None, 20)?;
/// let texts: Vec<&str> = thread.posts.iter().map(|post| post.text.as_str()).collect();
/// assert_eq!(texts, ["It burns. Help!", "Is anybody there?", "Hello?"]);
/// assert_eq!(thread.posts[2].message.addressed_to, Some(second));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Merge {
    /// The ticket that goes.
    pub ticket: TicketId,
    /// The ticket that goes on, or one that was merged into it.
    pub into: TicketId,
}

impl Merge {
    /// This ticket into that one.
    pub fn new(ticket: TicketId, into: TicketId) -> Self {
        Self { ticket, into }
    }
}

/// Undoes a merge: the merged ticket stands again as it stood.
///
/// It has its status, its timers, counted from where they were, and its question back; and the
/// [solution](crate::command::ProposeSolution) that waited for the customer's word waits for it
/// again, however long ago it was proposed, as no timer ends one. Its owner
/// keeps it if they may still own it and have room, as on reopening. What would have been due in
/// the meantime is carried out by its next command or tick. Of what was taken away or erased since,
/// nothing comes back.
///
/// What was said since the merge stays with the ticket that had gone on, whichever of the two it
/// was addressed to. That ticket waits for what was asked on itself, and on what is still merged into
/// it; its status stays. Whom the merge made a follower of it, the requester of the merged ticket
/// too, follows it no more: unless they follow by another merge as well, or an
/// [`Edit`](crate::command::Edit) has named them a follower since. Who followed before, does so
/// still. The same holds for what follows that ticket up, where their late words opened it and they
/// followed that ticket by the merge only; for what follows that up in turn; and for what any of
/// these has been merged into, also where they were taken off the one that was merged.
///
/// The retention of the one that stands again counts as if it had been its own all the time. Where
/// the ticket that had gone on is on legal hold, this one is, too: it comes out of a conversation
/// that is, and no way leads round a hold.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`NotFound`](crate::Refusal::NotFound): the actor does not see the ticket that it was merged
///   into.
/// - [`NotMerged`](crate::Refusal::NotMerged): it is not merged.
/// - [`Merged`](crate::Refusal::Merged): the ticket that it was merged into has been merged
///   itself; undo that first.
/// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but the host and agents who are not
///   light ones.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let second = TicketId::from_u128(2);
/// let open = Open::new(second, Requester::Contact(maria), "Is anybody there?");
/// let before = desk.open(customer.at(now), open)?;
/// desk.merge(agent.at(now), Merge::new(second, id))?;
///
/// let undone = desk.undo_merge(agent.at(now), UndoMerge { ticket: second })?;
/// let ticket = undone.ticket().unwrap();
/// assert_eq!(ticket.merged_into(), None);
/// assert_eq!(ticket.status(), before.ticket().unwrap().status());
/// assert_eq!(ticket.timers(), before.ticket().unwrap().timers());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UndoMerge {
    /// The ticket that was merged.
    pub ticket: TicketId,
}

/// Splits a public message off into a ticket of its own.
///
/// The message is not copied: it stays in the history where it was said, and is shown in the new
/// ticket's thread instead of the old one's. It may be in the history of a ticket that was merged
/// into this one, if the actor sees that ticket.
///
/// The new ticket's requester is the contact who wrote the message, or that of the ticket where
/// it was said; so what was said on an internal ticket stays internal. It starts as new, or, with
/// an agent's message, as reached out, and waits since the message was said. Like a follow-up it
/// inherits department, category, priority, impact, urgency and subjects.
///
/// The old ticket no longer waits for an answer to the message, and no longer counts it. An
/// answer that is split off has answered all the same. The old ticket's status and channel stay.
///
/// Splitting reads the whole history that the message is in.
///
/// # Privacy
///
/// Words belong to the ticket whose conversation shows them: the message is the new ticket's. That
/// one's retention and its [`EraseTicket`](crate::command::EraseTicket) erase it also where it is
/// stored, in the same commit; the old one's leave it alone. A
/// [`Redact`](crate::command::Redact) that names it, there or as the new ticket's first event,
/// erases it in both, with the subject that was made of it, and the new ticket's history says so.
/// The new ticket's legal hold protects it. What is split off a conversation that is on hold is on
/// hold from the start; each is released by itself.
///
/// Since when the message is to be answered, where it asks, the desk's
/// [`SplitClocks`](crate::SplitClocks) say.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`NotAMessage`](crate::Refusal::NotAMessage): it names no public message of the ticket's
///   thread, one that has been split off, or one of a merged ticket that the actor does not see.
/// - [`OpeningMessage`](crate::Refusal::OpeningMessage): the message that a ticket was opened
///   with.
/// - [`Merged`](crate::Refusal::Merged): on a merged ticket; split the message off the one that
///   goes on.
/// - [`IdTaken`](crate::Refusal::IdTaken), [`ReservedId`](crate::Refusal::ReservedId): the new id.
/// - [`Empty`](crate::Refusal::Empty): a subject of blanks.
/// - [`LimitExceeded`](crate::Refusal::LimitExceeded): more than
///   [`Limits::splits`](crate::Limits::splits).
/// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but the host and agents who are not
///   light ones.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let text = "By the way: my invoice is wrong.";
/// desk.reply(customer.at(now), Reply::new(id, text))?;
/// let thread = desk.thread(&agent, now, id, None, 10)?;
///
/// let new = TicketId::from_u128(2);
/// let split = Split::new(id, thread.posts[1].id(), new);
/// let opened = desk.split(agent.at(now), split)?;
/// assert_eq!(opened.ticket().unwrap().subject().as_str(), text);
///
/// let thread = desk.thread(&customer, now, new, None, 10)?;
/// assert_eq!(thread.posts[0].text.as_str(), text);
/// assert_eq!(desk.thread(&customer, now, id, None, 10)?.posts.len(), 1);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Split {
    /// The ticket whose thread shows the message.
    pub ticket: TicketId,
    /// The message.
    pub message: MessageRef,
    /// The new ticket's id, made by the host.
    pub id: TicketId,
    /// The new ticket's subject; `None`: from the message's text, as [`Open`] does.
    ///
    /// [`Open`]: crate::command::Open
    pub subject: Option<String>,
}

impl Split {
    /// Under a subject from the message's text.
    pub fn new(ticket: TicketId, message: MessageRef, id: TicketId) -> Self {
        Self { ticket, message, id, subject: None }
    }
}
