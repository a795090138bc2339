//! Spam: what is marked so is closed, and stays closed whatever is said on it.

use serde::{Deserialize, Serialize};

use crate::ids::TicketId;

/// Marks a customer's ticket as spam. It is closed, whatever its status and whatever the
/// workflow's transitions and required fields say, without a resolution, and nobody is told. On
/// a ticket that is marked already it is a no-op.
///
/// What its customer says after that is kept in the thread, and changes nothing: it reopens
/// nothing, opens no follow-up, and nobody is told of it. What others say on it, who have a copy, are
/// colleagues, or asked on a ticket that was merged into it, moves nothing either, but those who work
/// on it are told ([`NoticeKind::CustomerWrote`](crate::NoticeKind::CustomerWrote)): they sent no
/// spam, and perhaps the mark is a mistake. Notices to contacts that still wait in
/// the outbox are withheld. To the customer the ticket is closed: of the mark they learn nothing.
/// As other closed tickets it is out of queues and counters, and under retention and legal hold;
/// [`Fact::Spam`](crate::Fact::Spam) finds it.
///
/// All who work on tickets mark spam, and bots, which is what a filter for spam is.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Internal`](crate::Refusal::Internal): the ticket is the agents' own.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let marked = desk.mark_spam(agent.at(now), MarkSpam { ticket: id })?;
/// assert_eq!(marked.ticket().unwrap().status().name, "closed");
///
/// let again = desk.reply(customer.at(now), Reply::new(id, "Buy now!"))?;
/// let ticket = again.ticket().unwrap();
/// assert_eq!((ticket.status().name.as_str(), ticket.message_count()), ("closed", 2));
/// assert_eq!(
///     again.trace,
///     [Step::Stayed { status: "closed".into(), because: Stayed::Spam }]
/// );
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MarkSpam {
    /// Which ticket.
    pub ticket: TicketId,
}

/// Takes a mark as spam back: it was a mistake. The ticket goes where
/// [reopening leads](crate::Landmarks::reopened), with its history and with what was said
/// meanwhile, also where it was finished before it was marked: somebody should look at it. On a
/// ticket without the mark it is a no-op.
///
/// It does not count as a reopening; its open age counts from now. The owner keeps it if they may
/// still own it and have room, as on reopening; else it waits unassigned in its queue.
///
/// # Refused
///
/// Nothing beside what is [refused everywhere](crate::command#refused-everywhere).
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// desk.mark_spam(agent.at(now), MarkSpam { ticket: id })?;
/// let back = desk.unmark_spam(agent.at(now), UnmarkSpam { ticket: id })?;
///
/// let ticket = back.ticket().unwrap();
/// assert_eq!(ticket.status().name, "open");
/// assert_eq!(ticket.reopen_count(), 0);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UnmarkSpam {
    /// Which ticket.
    pub ticket: TicketId,
}
