//! Guests: who is let in to one ticket, and what they may do there.

use super::Refusal;
use super::checks::within;
use super::work::Work;
use crate::people::{Grant, Requester};
use crate::ticket::TicketChange;
use crate::ticket::command::{GrantAccess, RevokeAccess};
use crate::time::whole_micros;

/// Lets a guest in, or says anew what they may do.
pub(super) fn grant(work: &mut Work<'_>, wanted: &GrantAccess) -> Result<(), Refusal> {
    if let Requester::Agent(_) = work.ticket.requester() {
        return Err(Refusal::Internal);
    }
    if wanted.rights.is_empty() {
        return Err(Refusal::Empty { what: "list of rights" });
    }
    let until = whole_micros(wanted.until);
    if until <= work.now {
        return Err(Refusal::NotLater { instant: until, now: work.now });
    }
    let GrantAccess { ticket: _, guest, contact, rights, until: _ } = wanted;
    let grant = Grant { guest: *guest, contact: *contact, rights: rights.clone(), until };
    let known = work.ticket.grants();
    if known.contains(&grant) {
        return Ok(());
    }
    let others = known.iter().filter(|known| known.guest != *guest && known.holds(work.now));
    within("guests", work.cx.settings.limits().guests, others.count() + 1)?;
    work.record(TicketChange::AccessGranted { grant }, None);
    Ok(())
}

/// Ends what a guest was granted.
pub(super) fn revoke(work: &mut Work<'_>, revoke: &RevokeAccess) {
    let guest = revoke.guest;
    let known = work.ticket.grants().iter().find(|known| known.guest == guest);
    // What has ended by itself needs no ending.
    if known.is_some_and(|known| known.holds(work.now)) {
        work.record(TicketChange::AccessRevoked { guest }, None);
    }
}
