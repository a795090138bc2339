//! Linking tickets, and taking links back.

use serde::{Deserialize, Serialize};

use crate::ids::TicketId;
use crate::ticket::LinkKind;

/// Links a ticket to another: it is `kind` `other`, and the other the inverse of it.
///
/// Allowed in every status of both; agents see it on both tickets, customers on neither. A link
/// that there is already changes nothing. One ticket may be several things to another.
///
/// A link is a fact of each of the two: who sees all of one reads the bare id of the other there,
/// also where they do not see that, and by that id they get at nothing of it.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`NotFound`](crate::Refusal::NotFound): either ticket is not there, or not for the actor to
///   see.
/// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but staff and the host.
/// - [`LinkToItself`](crate::Refusal::LinkToItself): a ticket to itself.
/// - [`HasParent`](crate::Refusal::HasParent): the child has another parent.
/// - [`LinkCycle`](crate::Refusal::LinkCycle): the child is above the parent already.
/// - [`LimitExceeded`](crate::Refusal::LimitExceeded): more links on either than
///   [`Limits::links`](crate::Limits::links), or more parents above the child, one above the
///   other, than [`Limits::link_depth`](crate::Limits::link_depth).
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let outage = TicketId::from_u128(2);
/// let asked = Requester::Agent(anna);
/// desk.open(agent.at(now), Open::new(outage, asked, "The whole floor is without power"))?;
/// desk.link(agent.at(now), Link::new(id, LinkKind::CausedBy, outage))?;
///
/// let problem = desk.ticket(outage)?.unwrap();
/// assert_eq!(problem.links(), [TicketLink { kind: LinkKind::Causes, to: id }]);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Link {
    /// Which ticket.
    pub ticket: TicketId,
    /// What it is to the other.
    pub kind: LinkKind,
    /// The other ticket.
    pub other: TicketId,
}

impl Link {
    /// The ticket is this to the other.
    pub fn new(ticket: TicketId, kind: LinkKind, other: TicketId) -> Self {
        Self { ticket, kind, other }
    }
}

/// Takes a link between two tickets back, from both.
///
/// A link that is not there changes nothing.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`NotFound`](crate::Refusal::NotFound): either ticket is not there, or not for the actor to
///   see.
/// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but staff and the host.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let other = TicketId::from_u128(2);
/// desk.open(customer.at(now), Open::new(other, Requester::Contact(maria), "Once more"))?;
/// desk.link(agent.at(now), Link::new(other, LinkKind::DuplicateOf, id))?;
///
/// // From whichever end.
/// let unlink = Unlink::new(id, LinkKind::DuplicatedBy, other);
/// let unlinked = desk.unlink(agent.at(now), unlink)?;
/// assert!(unlinked.ticket().unwrap().links().is_empty());
/// assert!(desk.ticket(other)?.unwrap().links().is_empty());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Unlink {
    /// Which ticket.
    pub ticket: TicketId,
    /// What it is to the other.
    pub kind: LinkKind,
    /// The other ticket.
    pub other: TicketId,
}

impl Unlink {
    /// The ticket is this to the other no more.
    pub fn new(ticket: TicketId, kind: LinkKind, other: TicketId) -> Self {
        Self { ticket, kind, other }
    }
}
