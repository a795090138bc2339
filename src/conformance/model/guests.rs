//! Guests in the model: P5 of the requirements.

use std::collections::BTreeSet;

use chrono::{DateTime, SubsecRound, Utc};

use super::{Model, ModelTicket, Step};
use crate::command::{GrantAccess, RevokeAccess};
use crate::{ContactId, GuestId, GuestRight, Requester};

/// What a guest was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// In whose name.
    pub contact: ContactId,
    /// What.
    pub rights: BTreeSet<GuestRight>,
    /// Until when.
    pub until: DateTime<Utc>,
}

impl Model {
    pub(super) fn grant(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, grant: &GrantAccess) {
        let internal = matches!(ticket.requester, Requester::Agent(_));
        step.require(!internal, "internal");
        step.require(!grant.rights.is_empty(), "empty");
        let until = grant.until.trunc_subsecs(6);
        step.require(until > step.now, "not_later");
        let (contact, rights) = (grant.contact, grant.rights.clone());
        let admission = Admission { contact, rights, until };
        if ticket.guests.get(&grant.guest) == Some(&admission) {
            return;
        }
        // Whoever's time is over is no guest any more.
        ticket.guests.retain(|_, known| known.until > step.now);
        ticket.guests.insert(grant.guest, admission);
        self.at_most(step, ticket.guests.len(), self.settings.limits().guests);
    }

    pub(super) fn revoke(step: &Step<'_>, ticket: &mut ModelTicket, revoke: &RevokeAccess) {
        if ticket.admission(revoke.guest, step.now).is_some() {
            ticket.guests.remove(&revoke.guest);
        }
    }
}

impl ModelTicket {
    /// What a guest was granted, as long as it holds.
    pub fn admission(&self, guest: GuestId, now: DateTime<Utc>) -> Option<&Admission> {
        self.guests.get(&guest).filter(|known| known.until > now)
    }
}
