//! Notices: what somebody is to be told, written in the same commit as what happened.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{
    AgentId, CommandId, ContactId, Correlation, DepartmentName, DeskId, NotAnId, Revision,
    TicketId, number,
};
use crate::people::Sight;

/// Something that somebody is to be told, written in the same commit as what happened: neither
/// is there without the other. The words are the host's: the notice names the event, and the
/// event's payload has the text.
///
/// A host's relay [claims](crate::store::Store::claim) notices, delivers them over channels of
/// its own, and [settles](crate::store::Store::settle) them. A notice comes at least once; its
/// id is the same each time, so that whoever receives it can tell. Of each ticket, they come in
/// order.
///
/// # Examples
///
/// A relay:
///
/// ```
#[doc = include_str!("../example.txt")]
/// fn deliver(_: &Notice, _: TicketNumber, text: &str) -> bool {
///     // The host's mail goes here.
///     text == "It burns. Help!"
/// }
///
/// let (desk_id, store) = (desk.id(), desk.store());
/// let lease = Lease { until: now + TimeDelta::minutes(1), limit: 100 };
/// let mut delivered = Vec::new();
/// loop {
///     let claimed = store.claim(Scope::One(desk_id), now, lease)?;
///     if claimed.is_empty() {
///         break;
///     }
///     for Claimed { token, notice, number, attempt } in claimed {
///         let before = Revision(notice.id.revision.0 - 1);
///         let event = desk.history(Key::ticket(desk_id, notice.id.ticket), before, 1)?;
///         let personal = event.first().and_then(|event| event.personal.as_deref());
///         let text = personal.and_then(|personal| personal.text.as_deref()).unwrap_or("");
///         let settlement = match deliver(&notice, number, text) {
///             true => Settlement::Delivered,
///             false if attempt < 5 => Settlement::Retry(now + TimeDelta::minutes(5)),
///             false => Settlement::GivenUp,
///         };
///         store.settle(token, settlement)?;
///         delivered.push((notice.kind, notice.to));
///     }
/// }
/// // Maria's ticket has no department: whoever watches that queue is told.
/// assert_eq!(delivered, [(NoticeKind::TicketOpened, Recipient::Desk)]);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Notice {
    /// The same for every delivery of this notice.
    pub id: NoticeId,
    /// What happened.
    pub kind: NoticeKind,
    /// Who is to be told.
    pub to: Recipient,
    /// The host's own correlation id, from the command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<Correlation>,
}

/// Names a notice: the event that it tells of, and which of its notices it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NoticeId {
    /// The ticket.
    pub ticket: TicketId,
    /// The event's place in the ticket's history.
    pub revision: Revision,
    /// Which notice of that event, from 0.
    pub index: u16,
}

impl NoticeId {
    /// The id of the one command that [reports](crate::command::ReportUndelivered) this notice of
    /// the desk as not delivered: the same each time. Relays use it, too.
    ///
    /// What was reported under it is not kept again: said in the same words by the same actor it is
    /// [told again](crate::Outcome#structfield.repeated), and else refused
    /// ([`CommandIdReused`](crate::Refusal::CommandIdReused)).
    ///
    /// ```
    /// # use helpdesk::{DeskId, NoticeId, Revision, TicketId};
    /// let (one, two) = (DeskId::from_u128(1), DeskId::from_u128(2));
    /// let id = NoticeId { ticket: TicketId::from_u128(1), revision: Revision(2), index: 0 };
    /// assert_eq!(id.report_id(one), id.report_id(one));
    /// assert_ne!(id.report_id(one), id.report_id(two));
    /// assert_ne!(id.report_id(one), NoticeId { index: 1, ..id }.report_id(one));
    /// ```
    pub fn report_id(&self, desk: DeskId) -> CommandId {
        let name = format!("not delivered: {self}");
        CommandId::from_uuid(Uuid::new_v5(desk.as_uuid(), name.as_bytes()))
    }
}

impl NoticeKind {
    /// Whether the desk is told because a rule or a policy names it, or of what only it can mend, and
    /// not as the queue of what is in no department.
    pub(crate) fn is_the_desks(self) -> bool {
        matches!(
            self,
            Self::SlaWarning
                | Self::SlaEscalated
                | Self::RemedyDue
                | Self::RemedyWithdrawn
                | Self::RuleNotice
                | Self::HostAction
                | Self::ActionRefused
                | Self::CascadeStopped
        )
    }

    /// How much of a ticket must be in somebody's sight, to be told of this.
    pub(crate) fn sight(self) -> Sight {
        match self {
            Self::ReplyToCustomer | Self::SolutionProposed => Sight::Public,
            Self::TicketOpened
            | Self::CustomerWrote
            | Self::Assigned
            | Self::Queued
            | Self::Reopened
            | Self::Woken
            | Self::OpenAgeWarning
            | Self::OpenAgeOverdue
            | Self::SolutionConfirmed
            | Self::SolutionRejected
            | Self::Merged
            | Self::Reminder
            | Self::ClosingHeld
            | Self::Mentioned
            | Self::SideMessage
            | Self::SideReplied
            | Self::SlaWarning
            | Self::SlaMissed
            | Self::SlaEscalated
            | Self::RemedyDue
            | Self::RemedyWithdrawn
            | Self::RuleNotice
            | Self::HostAction
            | Self::ActionRefused
            | Self::CascadeStopped
            | Self::NotTaken
            | Self::NotDelivered => Sight::Full,
        }
    }
}

impl fmt::Display for NoticeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.ticket, self.revision, self.index)
    }
}

impl FromStr for NoticeId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || NotAnId::of("NoticeId", "a ticket's id, a revision and an index", text);
        let mut parts = text.split('/');
        let parts = (parts.next(), parts.next(), parts.next(), parts.next());
        let (Some(ticket), Some(revision), Some(index), None) = parts else {
            return Err(refuse());
        };
        let index = number("NoticeId", index).ok().and_then(|index| u16::try_from(index).ok());
        match (ticket.parse(), revision.parse(), index) {
            (Ok(ticket), Ok(revision), Some(index)) => Ok(Self { ticket, revision, index }),
            (_, _, _) => Err(refuse()),
        }
    }
}

/// What a notice tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoticeKind {
    /// A ticket came in: to its department's queue.
    TicketOpened,
    /// The requester wrote, or somebody else on their side (a contact with a copy, a colleague, a
    /// guest): to the owner, or to the queue. Others on the conversation get the same message as
    /// [`ReplyToCustomer`](Self::ReplyToCustomer).
    CustomerWrote,
    /// There is a public message for the requester and the followers: from an agent, a bot or
    /// the host; or from one of themselves, or a colleague or a guest, to all of them but its author
    /// and the owner. Of an internal ticket, agents only. What was said elsewhere and logged, has
    /// been heard.
    ReplyToCustomer,
    /// Somebody else gave this ticket to the agent.
    Assigned,
    /// The ticket came to the department, and nobody there owns it.
    Queued,
    /// The ticket was reopened by hand, or stands by itself again after a merge, unfinished: to
    /// the owner, or to the queue.
    Reopened,
    /// The ticket is back from being postponed: to the owner, or to the queue.
    Woken,
    /// The ticket has been unresolved for long: to the owner, or to the queue.
    OpenAgeWarning,
    /// The ticket has been unresolved for too long: to the owner, or to the queue.
    OpenAgeOverdue,
    /// A solution was proposed, which is to be confirmed or rejected: to the requester. Followers
    /// get the same message as [`ReplyToCustomer`](Self::ReplyToCustomer).
    SolutionProposed,
    /// The requester confirmed the solution: to the owner, or to the queue.
    SolutionConfirmed,
    /// The requester rejected the solution: to the owner, or to the queue. Their words, if any, are
    /// in the event before.
    SolutionRejected,
    /// A ticket that waits for an answer was merged into this one: to the owner, or to the
    /// queue.
    Merged,
    /// A to-do's reminder came: to the first of these who sees the ticket: who is to do it, the
    /// owner of the ticket that goes on where it was merged, its own owner; else to the queue: of
    /// the one that goes on, if that sees this one, or its own.
    Reminder,
    /// The ticket was to close by itself, and something unfinished keeps it: to the owner, or to
    /// the queue.
    ClosingHeld,
    /// A note mentions the agent.
    Mentioned,
    /// There is a message for the third party of a side conversation: to that contact, who sees
    /// nothing else of the ticket. [`Dispatch::side`](crate::Dispatch::side) says which
    /// conversation it is.
    SideMessage,
    /// The third party of a side conversation wrote: to the owner, or to the queue; on a merged
    /// ticket, also to those of the ticket that goes on.
    SideReplied,
    /// A deadline of the ticket's service levels comes near: to the owner, or to the queue, and to
    /// whom its policy names. Of which clock, and of which others at that instant, its event says:
    /// [`ClocksChanged`](crate::ClocksChanged) shows how to read that.
    SlaWarning,
    /// A deadline of its service levels has passed: to the owner, or to the queue. Of which clock,
    /// its event says, likewise.
    SlaMissed,
    /// A level of escalation was reached, some time after a deadline had passed: to the owner, or
    /// to the queue, and to whom its policy names. Of which clock, and which level, its event says,
    /// likewise.
    SlaEscalated,
    /// A deadline has passed for which the customer is owed something: to the desk. The event says
    /// what, and for which metrics: [`ClocksChanged::remedies`](crate::ClocksChanged::remedies).
    RemedyDue,
    /// It has turned out that what was missed had come in time, and what was to be owed for it is
    /// not: to the desk. The event says what.
    RemedyWithdrawn,
    /// A rule of the desk wants somebody told: to whom it names. Which rule, the event's cause says.
    RuleNotice,
    /// A rule of the desk, or a macro, wants work of the host's own done. It is for the host's relay
    /// to do, and for nobody to read; it is addressed to the desk. Which work, the event says:
    /// [`RuleAsked::host`](crate::RuleAsked::host).
    HostAction,
    /// An action of a rule that the desk carries out by itself was refused: to the desk. Which
    /// action and why, the event says: [`TicketChange::ActionRefused`](crate::TicketChange::ActionRefused).
    ActionRefused,
    /// Triggers set each other off, and the desk broke it off: to the desk. Which, the event says:
    /// [`TicketChange::CascadeStopped`](crate::TicketChange::CascadeStopped).
    CascadeStopped,
    /// The ticket is the agent's no more: a rule had given it to them, and they did not begin in
    /// time. To that agent; the queue is told, too, also where somebody else is found at once.
    NotTaken,
    /// Something was not delivered to a contact: to the owner, or to the queue; on a merged ticket,
    /// also to those of the ticket that goes on. What it was, the event says:
    /// [`TicketChange::NotDelivered`](crate::TicketChange::NotDelivered). That something was not
    /// delivered to an agent, to a department or to the desk, nobody is told, this included.
    NotDelivered,
}

/// In plain words: what somebody is to be told, such as `the reply`.
impl fmt::Display for NoticeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TicketOpened => "the notice that the ticket came in",
            Self::CustomerWrote => "the notice of the customer's message",
            Self::ReplyToCustomer => "the reply",
            Self::Assigned => "the notice of the assignment",
            Self::Queued => "the notice that the ticket was queued",
            Self::Reopened => "the notice that the ticket was reopened",
            Self::Woken => "the notice that the ticket is back",
            Self::OpenAgeWarning => "the warning of the ticket's age",
            Self::OpenAgeOverdue => "the notice that the ticket is overdue",
            Self::SolutionProposed => "the proposed solution",
            Self::SolutionConfirmed => "the notice that the solution was confirmed",
            Self::SolutionRejected => "the notice that the solution was rejected",
            Self::Merged => "the notice of the merge",
            Self::Reminder => "the reminder",
            Self::ClosingHeld => "the notice that the ticket does not close",
            Self::Mentioned => "the note",
            Self::SideMessage => "the message on a side conversation",
            Self::SideReplied => "the notice of the third party's message",
            Self::SlaWarning => "the warning of a deadline",
            Self::SlaMissed => "the notice of a missed deadline",
            Self::SlaEscalated => "the escalation of a missed deadline",
            Self::RemedyDue => "the notice of what is owed",
            Self::RemedyWithdrawn => "the notice of what is not owed any more",
            Self::RuleNotice => "the notice of a rule",
            Self::HostAction => "the work for the host",
            Self::ActionRefused => "the notice of a refused action",
            Self::CascadeStopped => "the notice of stopped triggers",
            Self::NotTaken => "the notice that the ticket was not taken",
            Self::NotDelivered => "the notice of what was not delivered",
        })
    }
}

/// Who is to be told. Addresses are the host's to know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Recipient {
    /// A contact.
    Contact(ContactId),
    /// An agent.
    Agent(AgentId),
    /// Everybody in a department.
    Department(DepartmentName),
    /// Everybody who watches the queue without a department.
    Desk,
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contact(id) => write!(f, "contact {id}"),
            Self::Agent(id) => write!(f, "agent {id}"),
            Self::Department(name) => write!(f, "the department {name}"),
            Self::Desk => f.write_str("the desk"),
        }
    }
}
