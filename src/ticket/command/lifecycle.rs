//! Where a ticket stands: statuses set by hand, postponing, finishing, reopening.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{ReasonName, ResolutionCode, StatusName, TicketId};

/// Moves a ticket to another status by hand. To the status it is in, it is a no-op, unless it
/// brings another reason, which is then recorded.
///
/// Who may make which move is said by the workflow's [transitions](crate::Transition).
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Unknown`](crate::Refusal::Unknown): a status that the workflow does not have.
/// - [`Closed`](crate::Refusal::Closed): on a closed ticket.
/// - [`NeedsCommand`](crate::Refusal::NeedsCommand): resolved and closed statuses ([`Resolve`],
///   [`Close`]) and the postponed one ([`Postpone`]), which need more than a name.
/// - [`NoTransition`](crate::Refusal::NoTransition): the workflow has no such transition; from
///   finished work to unfinished, only [`Reopen`] leads.
/// - [`TransitionForbidden`](crate::Refusal::TransitionForbidden): it has, and not for this
///   actor.
/// - [`FieldRequired`](crate::Refusal::FieldRequired): a required field without a value.
/// - [`ReasonRequired`](crate::Refusal::ReasonRequired),
///   [`ReasonNotTaken`](crate::Refusal::ReasonNotTaken): no reason where the status requires
///   one, or one that it does not take.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let reason = Some("vendor".into());
/// let set = SetStatus { ticket: id, status: "suspended".into(), reason };
/// let suspended = desk.set_status(agent.at(now), set)?;
///
/// let ticket = suspended.ticket().unwrap();
/// assert_eq!(ticket.status().category, StatusCategory::OnHold);
/// assert_eq!(ticket.reason().unwrap().as_str(), "vendor");
///
/// let set = SetStatus { ticket: id, status: "resolved".into(), reason: None };
/// let refused = desk.set_status(agent.at(now), set).unwrap_err();
/// assert_eq!(refused.to_string(), "the status `resolved` is reached by the command `resolve`");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SetStatus {
    /// Which ticket.
    pub ticket: TicketId,
    /// Where to.
    pub status: StatusName,
    /// Why it waits, of the reasons that the status takes.
    pub reason: Option<ReasonName>,
}

/// Puts a ticket aside until an instant; then it returns by itself, exactly once: to New if
/// nobody had answered it yet, else to Open. Postponing again moves the instant.
///
/// It may return earlier, by what people do: a customer's reply, an agent's answer, somebody
/// taking it.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Closed`](crate::Refusal::Closed): on a closed ticket.
/// - [`NotLater`](crate::Refusal::NotLater): an instant that is not later than now.
/// - [`Forbidden`](crate::Refusal::Forbidden): moving the instant, by who may not edit the
///   ticket.
/// - What [`SetStatus`] refuses for the transition, the reason and required fields.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let tomorrow = now + TimeDelta::days(1);
/// let reason = Some("look_again".into());
/// desk.postpone(agent.at(now), Postpone { ticket: id, until: tomorrow, reason })?;
/// assert_eq!(desk.next_wake(now)?, Some(tomorrow));
///
/// desk.tick(tomorrow)?;
/// assert_eq!(desk.ticket(id)?.unwrap().status().name, "new", "nobody had answered it");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Postpone {
    /// Which ticket.
    pub ticket: TicketId,
    /// Until when; later than now, whole microseconds.
    pub until: DateTime<Utc>,
    /// Why, of the reasons that the status takes.
    pub reason: Option<ReasonName>,
}

/// Resolves a ticket and records how. On a resolved ticket it records another resolution, or
/// starts a cancelled closing anew; with nothing new it is a no-op.
///
/// From then on the ticket closes by itself after the settings'
/// [`auto_close`](crate::SettingsDraft::auto_close), unless requester or agent write again.
/// Nobody is told of it: write to the requester before, where they should know; or ask for their
/// word ([`ProposeSolution`](super::ProposeSolution)).
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Closed`](crate::Refusal::Closed): on a closed ticket.
/// - [`Unknown`](crate::Refusal::Unknown): a code that the settings do not know.
/// - [`NoTransition`](crate::Refusal::NoTransition),
///   [`TransitionForbidden`](crate::Refusal::TransitionForbidden),
///   [`FieldRequired`](crate::Refusal::FieldRequired): as [`SetStatus`].
/// - [`ConfirmationRequired`](crate::Refusal::ConfirmationRequired): a customer's unfinished
///   ticket, by a plain or restricted agent, where the settings have customers
///   [confirm](crate::Confirmation::Required).
/// - [`Forbidden`](crate::Refusal::Forbidden): on a resolved ticket, by who may not edit it.
/// - [`OpenChildren`](crate::Refusal::OpenChildren), [`OpenTodos`](crate::Refusal::OpenTodos): the
///   settings keep it from being finished while these are not
///   ([`CloseBlocks`](crate::CloseBlocks)). To who does not see everything it is
///   [`StillWorkedOn`](crate::Refusal::StillWorkedOn), whichever it is.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let text = "Print from the web page.".to_owned();
/// let resolution = Resolving { code: "workaround".into(), text };
/// let resolved = desk.resolve(agent.at(now), Resolve { ticket: id, resolution })?;
///
/// let ticket = resolved.ticket().unwrap();
/// assert_eq!(ticket.resolution().unwrap().code().as_str(), "workaround");
/// assert_eq!(ticket.timers().auto_close, Some(now + TimeDelta::days(4)));
///
/// // The customer disagrees.
/// let again = desk.reply(customer.at(now), Reply::new(id, "There is no web page."))?;
/// assert_eq!(again.ticket().unwrap().status().name, "open");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
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
/// ticket one may be, and replaces the one on record.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`ResolutionRequired`](crate::Refusal::ResolutionRequired): unresolved work without a
///   resolution.
/// - [`Unknown`](crate::Refusal::Unknown): a code that the settings do not know.
/// - [`NoTransition`](crate::Refusal::NoTransition),
///   [`TransitionForbidden`](crate::Refusal::TransitionForbidden),
///   [`FieldRequired`](crate::Refusal::FieldRequired): as [`SetStatus`].
/// - [`OpenChildren`](crate::Refusal::OpenChildren), [`OpenTodos`](crate::Refusal::OpenTodos): the
///   settings keep it from being finished while these are not
///   ([`CloseBlocks`](crate::CloseBlocks)). To who does not see everything it is
///   [`StillWorkedOn`](crate::Refusal::StillWorkedOn), whichever it is.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let close = Close { ticket: id, resolution: None };
/// let refused = desk.close(agent.at(now), close).unwrap_err();
/// assert_eq!(refused.refusal(), Some(&Refusal::ResolutionRequired));
///
/// let close = Close { ticket: id, resolution: Some(Resolving::new("duplicate")) };
/// let closed = desk.close(agent.at(now), close)?;
/// assert_eq!(closed.ticket().unwrap().closed_at(), Some(now));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Close {
    /// Which ticket.
    pub ticket: TicketId,
    /// How it ended; `None` only on a resolved ticket, which keeps the one it has.
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
    ///
    /// ```
    /// # use helpdesk::command::Resolving;
    /// assert_eq!(Resolving::new("solved").text, "");
    /// ```
    pub fn new(code: impl Into<ResolutionCode>) -> Self {
        Self { code: code.into(), text: String::new() }
    }
}

/// Reopens finished work by hand, with a reason, at any time.
///
/// The owner keeps it if they may still own it and have room, as on a customer's reply. The
/// resolution stays on record until another takes its place. What becomes of its
/// [service levels](crate::sla), the desk's [`ReopenClocks`](crate::ReopenClocks) say, however it
/// is reopened.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`NotFinished`](crate::Refusal::NotFinished): on unfinished work.
/// - [`Spam`](crate::Refusal::Spam): on what is marked as spam
///   ([`UnmarkSpam`](super::UnmarkSpam)).
/// - [`Forbidden`](crate::Refusal::Forbidden): by customers, whose reply reopens, and by bots,
///   auto-responders and light agents.
/// - [`Empty`](crate::Refusal::Empty): no reason.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let resolution = Some(Resolving::new("solved"));
/// desk.close(agent.at(now), Close { ticket: id, resolution })?;
///
/// let later = now + TimeDelta::days(90);
/// let reason = "The vendor has recalled the fix.".to_owned();
/// let reopened = desk.reopen(agent.at(later), Reopen { ticket: id, reason })?;
///
/// let ticket = reopened.ticket().unwrap();
/// assert_eq!(ticket.status().name, "open");
/// assert_eq!(ticket.reopen_count(), 1);
/// assert_eq!(ticket.unresolved_since(), later);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reopen {
    /// Which ticket.
    pub ticket: TicketId,
    /// Why, for the colleagues; must not be empty.
    pub reason: String,
}

impl SetStatus {
    /// To this status, without a reason.
    pub fn new(ticket: TicketId, status: impl Into<StatusName>) -> Self {
        Self { ticket, status: status.into(), reason: None }
    }

    /// The same, for this reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<ReasonName>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

impl Postpone {
    /// Until then, for this reason.
    pub fn new(ticket: TicketId, until: DateTime<Utc>, reason: impl Into<ReasonName>) -> Self {
        Self { ticket, until, reason: Some(reason.into()) }
    }
}

impl Resolve {
    /// With this code, without words.
    pub fn new(ticket: TicketId, code: impl Into<ResolutionCode>) -> Self {
        Self { ticket, resolution: Resolving::new(code) }
    }
}

impl Close {
    /// With this code, without words.
    pub fn new(ticket: TicketId, code: impl Into<ResolutionCode>) -> Self {
        Self { ticket, resolution: Some(Resolving::new(code)) }
    }
}

impl Reopen {
    /// For this reason.
    pub fn new(ticket: TicketId, reason: impl Into<String>) -> Self {
        Self { ticket, reason: reason.into() }
    }
}
