//! Whose work a ticket is: owners, departments, tiers.

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, DepartmentName, TicketId};

/// Gives a ticket to an agent. The status stays.
///
/// Refused: on a closed ticket; an agent who is not on record, has left, is a light one, or
/// does not work in the ticket's department; an agent without room, unless `over_capacity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Assign {
    /// Which ticket.
    pub ticket: TicketId,
    /// To whom.
    pub agent: AgentId,
    /// Give it even to an agent without room; recorded.
    pub over_capacity: bool,
}

impl Assign {
    /// Within the agent's capacity.
    pub fn new(ticket: TicketId, agent: AgentId) -> Self {
        Self { ticket, agent, over_capacity: false }
    }
}

/// Gives a ticket back to its department's queue. The status stays.
///
/// Refused: on a closed ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Unassign {
    /// Which ticket.
    pub ticket: TicketId,
}

/// Takes a ticket for oneself, and moves it as the workflow says (New, Open and Postponed to
/// In progress).
///
/// Refused: on a closed ticket; where another agent owns it; without room; where the agent
/// may not own it (see [`Assign`]); by anyone but an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Take {
    /// Which ticket.
    pub ticket: TicketId,
}

/// Moves a ticket to another department's queue, or to one of its agents. Everything on it
/// stays; so does the status.
///
/// Without an agent it is unassigned. To the department where it is, it is a no-op, or an
/// assignment where an agent is named. Refused: on a closed ticket; an unknown department; as
/// [`Assign`] for the agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Transfer {
    /// Which ticket.
    pub ticket: TicketId,
    /// To which department.
    pub department: DepartmentName,
    /// To whom in it.
    pub agent: Option<AgentId>,
}

/// Hands a ticket to a department of a higher tier, with a reason; counted.
///
/// A ticket without a department is on tier 0. Refused: on finished work; to a tier that is
/// not higher; without a reason; as [`Transfer`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Escalate {
    /// Which ticket.
    pub ticket: TicketId,
    /// To which department.
    pub department: DepartmentName,
    /// To whom in it.
    pub agent: Option<AgentId>,
    /// Why, for the colleagues.
    pub reason: String,
}
