//! Marking as spam, and taking the mark back.

use super::Refusal;
use super::work::Work;
use crate::channel::NoticeKind;
use crate::people::{Deed, Party, Requester};
use crate::ticket::{Moved, TicketChange};
use crate::workflow::{Landmark, StatusCategory};

/// Marks the ticket, and closes it. Nobody is told.
pub(super) fn mark(work: &mut Work<'_>) -> Result<(), Refusal> {
    if matches!(work.ticket.requester(), Requester::Agent(_)) {
        return Err(Refusal::Internal);
    }
    if work.ticket.is_spam() {
        return Ok(());
    }
    work.record(TicketChange::SpamMarked { spam: true }, None);
    if work.ticket.status().category != StatusCategory::Closed {
        let to = work.cx.settings.workflow().landmark(Landmark::Closed);
        work.moved(work.move_to(to, Moved::MarkedSpam), None, None);
    }
    Ok(())
}

/// Takes the mark back, and puts the ticket where somebody sees it.
pub(super) fn unmark(work: &mut Work<'_>) -> Result<(), Refusal> {
    if !work.ticket.is_spam() {
        return Ok(());
    }
    work.record(TicketChange::SpamMarked { spam: false }, None);
    let to = work.cx.settings.workflow().landmark(Landmark::Reopened);
    work.moved(work.move_to(to, Moved::UnmarkedSpam), None, None);
    work.settle_owner()?;
    work.notify_workers(NoticeKind::Reopened);
    Ok(())
}

/// Refuses what would go on with spam. Whoever asked does not learn of the mark.
pub(super) fn no_spam(work: &Work<'_>, deed: Deed) -> Result<(), Refusal> {
    match work.cx.party() {
        _ if !work.ticket.is_spam() => Ok(()),
        party @ Party::Customer => Err(Refusal::Forbidden { party, deed: deed.as_str() }),
        _ => Err(Refusal::Spam),
    }
}
