//! Notices: what somebody is to be told, written in the same commit as what happened.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, ContactId, Correlation, DepartmentName, Revision, TicketId};

/// Something that somebody is to be told. The words are the host's: the notice names the
/// event, and the event's payload has the text.
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

impl fmt::Display for NoticeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.ticket, self.revision, self.index)
    }
}

/// What a notice tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoticeKind {
    /// A ticket came in: to its department's queue.
    TicketOpened,
    /// The requester wrote: to the owner, or to the queue.
    CustomerWrote,
    /// There is a public message for the requester and the followers.
    ReplyToCustomer,
    /// Somebody else gave this ticket to the agent.
    Assigned,
    /// The ticket came to the department, and nobody there owns it.
    Queued,
    /// The ticket has been unresolved for long.
    OpenAgeWarning,
    /// The ticket has been unresolved for too long.
    OpenAgeOverdue,
}

/// Who is to be told.
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
