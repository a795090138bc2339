//! Letting people in to one ticket, by a link.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{ContactId, GuestId, TicketId};
use crate::people::GuestRight;

/// Lets a guest in to a ticket, until an instant: somebody who comes by a link, without an
/// account. What they may do takes the place of what they might before.
///
/// Whoever has the secret of the link is the guest ([`GuestId::of`]). They see one ticket, as
/// much of it as their rights say, and nothing else is there for them; when the grant has ended,
/// neither is the ticket. Of a follow-up that their words open, because they come too late, they see
/// as much, and as long: it has the same grant, which has to be revoked there as well.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but agents who work on tickets, and the
///   host.
/// - [`Internal`](crate::Refusal::Internal): on an internal ticket, which is for agents only.
/// - [`Empty`](crate::Refusal::Empty): no rights.
/// - [`NotLater`](crate::Refusal::NotLater): a grant that has ended already.
/// - [`LimitExceeded`](crate::Refusal::LimitExceeded): more guests at once than
///   [`Limits::guests`](crate::Limits::guests).
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let guest = GuestId::of(&[0x5e; 16]).unwrap(); // The link has the 16 random bytes.
/// let (rights, until) = ([GuestRight::View, GuestRight::Reply], now + TimeDelta::days(7));
/// let grant = GrantAccess::new(id, guest, maria, rights, until);
/// desk.grant_access(agent.at(now), grant)?;
///
/// let guest = Actor::Guest(guest);
/// desk.reply(guest.at(now), Reply::new(id, "It burns still."))?;
/// assert_eq!(desk.show(&guest, now, id)?.status().name, "new");
///
/// let too_late = desk.show(&guest, now + TimeDelta::days(7), id).unwrap_err();
/// assert_eq!(too_late.refusal(), Some(&Refusal::NotFound { ticket: id }));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GrantAccess {
    /// Which ticket.
    pub ticket: TicketId,
    /// Who comes by the link.
    pub guest: GuestId,
    /// In whose name they write.
    pub contact: ContactId,
    /// What they may do; at least one.
    pub rights: BTreeSet<GuestRight>,
    /// Until when; later than now.
    pub until: DateTime<Utc>,
}

impl GrantAccess {
    /// A guest who may do this on the ticket, in the contact's name, until then.
    pub fn new(
        ticket: TicketId,
        guest: GuestId,
        contact: ContactId,
        rights: impl IntoIterator<Item = GuestRight>,
        until: DateTime<Utc>,
    ) -> Self {
        Self { ticket, guest, contact, rights: rights.into_iter().collect(), until }
    }
}

/// Ends what a guest was granted on a ticket.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
/// [`Forbidden`](crate::Refusal::Forbidden) by anyone but agents who work on tickets, and the host.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let guest = GuestId::of(&[0x5e; 16]).unwrap();
/// let (rights, until) = ([GuestRight::Status], now + TimeDelta::days(7));
/// let grant = GrantAccess::new(id, guest, maria, rights, until);
/// desk.grant_access(agent.at(now), grant)?;
/// assert!(desk.show(&Actor::Guest(guest), now, id).is_ok());
///
/// desk.revoke_access(agent.at(now), RevokeAccess::new(id, guest))?;
/// assert!(desk.show(&Actor::Guest(guest), now, id).is_err());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RevokeAccess {
    /// Which ticket.
    pub ticket: TicketId,
    /// Whose access ends.
    pub guest: GuestId,
}

impl RevokeAccess {
    /// The guest's access to the ticket ends.
    pub fn new(ticket: TicketId, guest: GuestId) -> Self {
        Self { ticket, guest }
    }
}
