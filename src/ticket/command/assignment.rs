//! Whose work a ticket is: owners, departments, tiers.

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, DepartmentName, TicketId};

/// Gives a ticket to an agent. The status stays.
///
/// An agent's load is the unfinished work that they own, each ticket counted by the weight of its
/// channel ([`RoutingSettings`](crate::RoutingSettings)), 1 where nothing is said. It is checked in the
/// commit, so capacity holds however many processes assign at once.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by customers, bots, auto-responders and light
///   agents.
/// - [`Closed`](crate::Refusal::Closed): on a closed ticket.
/// - [`CannotOwn`](crate::Refusal::CannotOwn): an agent who is not on record, has left, or is a
///   light one.
/// - [`NotInDepartment`](crate::Refusal::NotInDepartment): an agent who does not work in the
///   ticket's department.
/// - [`OverCapacity`](crate::Refusal::OverCapacity) and
///   [`OverChannelCapacity`](crate::Refusal::OverChannelCapacity): an agent without room, unless
///   `over_capacity`.
///
/// # Examples
///
/// Ben has room for one ticket. A second is given to him knowingly, or not at all:
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let ben = AgentId::from_u128(9);
/// desk.put_agent(Actor::Host.at(now), ben, AgentProfile::new("Ben").capacity(1))?;
/// desk.assign(agent.at(now), Assign::new(id, ben))?;
///
/// let second = TicketId::from_u128(2);
/// desk.open(customer.at(now), Open::new(second, Requester::Contact(maria), "And the fax."))?;
/// let refused = desk.assign(agent.at(now), Assign::new(second, ben)).unwrap_err();
/// assert_eq!(
///     refused.refusal(),
///     Some(&Refusal::OverCapacity { agent: ben, load: 1, capacity: 1 })
/// );
///
/// let anyway = Assign { over_capacity: true, ..Assign::new(second, ben) };
/// let assigned = desk.assign(agent.at(now), anyway)?;
/// assert_eq!(assigned.ticket().unwrap().assignee(), Some(ben));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Assign {
    /// Which ticket.
    pub ticket: TicketId,
    /// To whom.
    pub agent: AgentId,
    /// Give it even to an agent without room. It is recorded where capacity was exceeded.
    #[serde(default)]
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
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by customers, bots, auto-responders and light
///   agents.
/// - [`Closed`](crate::Refusal::Closed): on a closed ticket.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// desk.take(agent.at(now), Take { ticket: id })?;
/// let given_back = desk.unassign(agent.at(now), Unassign { ticket: id })?;
///
/// let ticket = given_back.ticket().unwrap();
/// assert!(ticket.is_queued());
/// assert_eq!(ticket.status().name, "in_progress");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Unassign {
    /// Which ticket.
    pub ticket: TicketId,
}

/// Takes a ticket for oneself, and moves it as the workflow says (New, Open and Postponed to
/// In progress).
///
/// Of two agents who take a ticket at once, one gets it and the other is refused.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but an agent who is not a light one.
/// - [`Closed`](crate::Refusal::Closed): on a closed ticket.
/// - [`AlreadyTaken`](crate::Refusal::AlreadyTaken): another agent owns it.
/// - [`OverCapacity`](crate::Refusal::OverCapacity) and
///   [`OverChannelCapacity`](crate::Refusal::OverChannelCapacity): the agent has no room.
/// - [`NotInDepartment`](crate::Refusal::NotInDepartment): the agent sees the ticket and does
///   not work in its department.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let ben = AgentId::from_u128(9);
/// desk.put_agent(Actor::Host.at(now), ben, AgentProfile::new("Ben"))?;
///
/// let taken = desk.take(agent.at(now), Take { ticket: id })?;
/// assert_eq!(taken.ticket().unwrap().assignee(), Some(anna));
/// assert_eq!(taken.ticket().unwrap().status().name, "in_progress");
///
/// let too_late = desk.take(Actor::Agent(ben).at(now), Take { ticket: id }).unwrap_err();
/// assert_eq!(too_late.refusal(), Some(&Refusal::AlreadyTaken { by: anna }));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Take {
    /// Which ticket.
    pub ticket: TicketId,
}

/// Moves a ticket to another department's queue, or to one of its agents. Everything on it
/// stays; so does the status.
///
/// Without an agent it is unassigned. To the department where it is, it is a no-op, or an
/// assignment where an agent is named.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by customers, auto-responders and light agents.
/// - [`Closed`](crate::Refusal::Closed): on a closed ticket.
/// - [`Unknown`](crate::Refusal::Unknown): a department that the settings do not know.
/// - [`CannotOwn`](crate::Refusal::CannotOwn),
///   [`NotInDepartment`](crate::Refusal::NotInDepartment),
///   [`OverCapacity`](crate::Refusal::OverCapacity): for the agent, as [`Assign`].
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let mut draft = SettingsDraft::default();
/// draft.departments = vec![Department::new("support"), Department::new("billing")];
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
///
/// let transfer = Transfer { ticket: id, department: "billing".into(), agent: None };
/// let transferred = desk.transfer(agent.at(now), transfer)?;
/// assert_eq!(transferred.ticket().unwrap().department().unwrap().as_str(), "billing");
///
/// // Anna works in no department: what lies in one is out of her sight.
/// let gone = desk.take(agent.at(now), Take { ticket: id }).unwrap_err();
/// assert_eq!(gone.refusal(), Some(&Refusal::NotFound { ticket: id }));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Transfer {
    /// Which ticket.
    pub ticket: TicketId,
    /// To which department.
    pub department: DepartmentName,
    /// To whom in it; `None`: to its queue.
    pub agent: Option<AgentId>,
}

/// Hands a ticket to a department of a higher tier, with a reason; counted.
///
/// A ticket without a department is on tier 0. The status stays, and so does everything on the
/// ticket: the new department reads the whole history. Without a named agent its owner loses
/// it, and, where they see their own departments only
/// ([`AgentSight`](crate::AgentSight)), sight of it too.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by customers, auto-responders and light agents.
/// - [`Finished`](crate::Refusal::Finished): on finished work.
/// - [`Unknown`](crate::Refusal::Unknown): a department that the settings do not know.
/// - [`NotHigherTier`](crate::Refusal::NotHigherTier): one whose tier is not higher; transfer
///   leads there.
/// - [`Empty`](crate::Refusal::Empty): no reason.
/// - [`CannotOwn`](crate::Refusal::CannotOwn),
///   [`NotInDepartment`](crate::Refusal::NotInDepartment),
///   [`OverCapacity`](crate::Refusal::OverCapacity): for the agent, as [`Assign`].
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let mut draft = SettingsDraft::default();
/// draft.departments = vec![Department::new("engineering").tier(2)];
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
///
/// let department = "engineering".into();
/// let reason = "Needs a look inside.".to_owned();
/// let escalate = Escalate { ticket: id, department, agent: None, reason };
/// let escalated = desk.escalate(agent.at(now), escalate)?;
/// assert_eq!(escalated.ticket().unwrap().escalation_count(), 1);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Escalate {
    /// Which ticket.
    pub ticket: TicketId,
    /// To which department; its tier must be higher than that of the present one.
    pub department: DepartmentName,
    /// To whom in it; `None`: to its queue.
    pub agent: Option<AgentId>,
    /// Why, for the colleagues; must not be empty.
    pub reason: String,
}

impl Transfer {
    /// To this department's queue.
    pub fn new(ticket: TicketId, department: impl Into<DepartmentName>) -> Self {
        Self { ticket, department: department.into(), agent: None }
    }
}

impl Escalate {
    /// To this department's queue, for this reason.
    pub fn new(
        ticket: TicketId,
        department: impl Into<DepartmentName>,
        reason: impl Into<String>,
    ) -> Self {
        Self { ticket, department: department.into(), agent: None, reason: reason.into() }
    }
}
