//! Moves by hand: along the workflow's transitions, and finishing, postponing, reopening.

use super::agenda::unblocked;
use super::checks::{self, not_asked, not_closed, reason as reason_in_words};
use super::spam::no_spam;
use super::work::Work;
use super::{Refusal, Vocabulary};
use crate::channel::NoticeKind;
use crate::ids::{ReasonName, StatusName};
use crate::people::{Deed, Party};
use crate::personal::Personal;
use crate::ticket::command::{Close, Postpone, Reopen, Resolve, Resolving, SetStatus};
use crate::ticket::{Moved, TicketChange};
use crate::time::whole_micros;
use crate::workflow::{Landmark, NoWay, Status, StatusCategory};

/// Moves the ticket to a status by name.
pub(super) fn set_status(work: &mut Work<'_>, set: &SetStatus) -> Result<(), Refusal> {
    let workflow = work.cx.settings.workflow();
    let known = workflow.status(set.status.as_str());
    let to = known.ok_or_else(|| checks::unknown(Vocabulary::Status, set.status.as_str()))?;
    not_closed(work)?;
    let command = match to.category {
        StatusCategory::Resolved => Some("resolve"),
        StatusCategory::Closed => Some("close"),
        _ if to.name == workflow.landmark(Landmark::Postponed).name => Some("postpone"),
        StatusCategory::New
        | StatusCategory::Open
        | StatusCategory::Waiting
        | StatusCategory::OnHold => None,
    };
    if let Some(command) = command {
        return Err(Refusal::NeedsCommand { status: to.name.clone(), command });
    }
    let stays = work.ticket.status().name == to.name;
    if stays && (set.reason.is_none() || set.reason.as_ref() == work.ticket.reason()) {
        return Ok(());
    }
    may_enter_or_stay(work, to)?;
    check_reason(work, &to.name, set.reason.as_ref())?;
    let mut change = work.move_to(to.clone(), Moved::ByHand);
    change.reason = set.reason.clone();
    work.moved(change, None, None);
    Ok(())
}

/// Puts the ticket aside until an instant.
pub(super) fn postpone(work: &mut Work<'_>, postpone: &Postpone) -> Result<(), Refusal> {
    let until = whole_micros(postpone.until);
    not_closed(work)?;
    let to = work.cx.settings.workflow().landmark(Landmark::Postponed);
    let stays = work.ticket.status().name == to.name;
    may_enter_or_stay(work, &to)?;
    if until <= work.now {
        return Err(Refusal::NotLater { instant: until, now: work.now });
    }
    check_reason(work, &to.name, postpone.reason.as_ref())?;
    let same = work.ticket.postponed_until() == Some(until)
        && work.ticket.reason() == postpone.reason.as_ref();
    if stays && same {
        return Ok(());
    }
    let mut change = work.move_to(to, Moved::Postponed);
    change.reason = postpone.reason.clone();
    change.until = Some(until);
    change.returns_to_new = if stays {
        work.ticket.returns_to_new()
    } else {
        work.ticket.status().category == StatusCategory::New
    };
    work.moved(change, None, None);
    Ok(())
}

/// Resolves the ticket.
pub(super) fn resolve(work: &mut Work<'_>, resolve: &Resolve) -> Result<(), Refusal> {
    not_closed(work)?;
    let to = work.cx.settings.workflow().landmark(Landmark::Resolved);
    if work.ticket.status().category == StatusCategory::Resolved {
        work.cx.may(Deed::Edit, Some(&work.ticket))?;
        check_resolution(work, &resolve.resolution)?;
        let same = is_recorded(work, &resolve.resolution);
        if !same || work.ticket.auto_close_cancelled() {
            unblocked(work)?;
            record_resolution(work, &resolve.resolution)?;
        }
        return Ok(());
    }
    not_asked(work)?;
    may_enter(work, &to)?;
    unblocked(work)?;
    record_resolution(work, &resolve.resolution)?;
    work.moved(work.move_to(to, Moved::Resolved), None, None);
    Ok(())
}

/// Closes the ticket.
pub(super) fn close(work: &mut Work<'_>, close: &Close) -> Result<(), Refusal> {
    let status = work.ticket.status();
    if status.category == StatusCategory::Closed {
        // Closed already; but how it ended is not rewritten behind anybody's back.
        let Some(resolution) = &close.resolution else { return Ok(()) };
        check_resolution(work, resolution)?;
        return if is_recorded(work, resolution) { Ok(()) } else { not_closed(work) };
    }
    let to = work.cx.settings.workflow().landmark(Landmark::Closed);
    may_enter(work, &to)?;
    unblocked(work)?;
    let status = work.ticket.status();
    match &close.resolution {
        None if !status.category.is_done() => return Err(Refusal::ResolutionRequired),
        Some(resolution) if !status.category.is_done() || !is_recorded(work, resolution) => {
            record_resolution(work, resolution)?;
        }
        Some(_) | None => {}
    }
    work.moved(work.move_to(to, Moved::Closed), None, None);
    Ok(())
}

/// Reopens finished work.
pub(super) fn reopen(work: &mut Work<'_>, reopen: &Reopen) -> Result<(), Refusal> {
    let status = work.ticket.status();
    if !status.category.is_done() {
        return Err(Refusal::NotFinished { status: status.name.clone() });
    }
    no_spam(work, Deed::Reopen)?;
    let (bytes, _) = reason_in_words(work, &reopen.reason)?;
    let to = work.cx.settings.workflow().landmark(Landmark::Reopened);
    let mut change = work.move_to(to, Moved::Reopened);
    change.bytes = bytes;
    work.moved(change, None, Some(&reopen.reason));
    work.settle_owner();
    work.notify_workers(NoticeKind::Reopened);
    Ok(())
}

/// As [`may_enter`]; where the ticket is there already, whoever may edit it may say more of it.
pub(super) fn may_enter_or_stay(work: &Work<'_>, to: &Status) -> Result<(), Refusal> {
    if work.ticket.status().name == to.name {
        work.cx.may(Deed::Edit, Some(&work.ticket))
    } else {
        may_enter(work, to)
    }
}

/// Whether the actor may move the ticket there by hand, and it has what it needs there.
fn may_enter(work: &Work<'_>, to: &Status) -> Result<(), Refusal> {
    let cx = work.cx;
    let workflow = cx.settings.workflow();
    let from = &work.ticket.status().name;
    if work.ticket.status().category.is_done() && !to.category.is_done() {
        // Only reopening leads back, whatever a workflow has dropped since.
        return Err(Refusal::NoTransition { from: from.clone(), to: to.name.clone() });
    }
    // Who asked may do on an internal ticket what a customer may on theirs.
    let as_customer =
        cx.asks(&work.ticket) && workflow.way(from, &to.name, Party::Customer).is_ok();
    let way = if as_customer { Ok(()) } else { workflow.way(from, &to.name, cx.party()) };
    // The desk's own rules may whatever somebody may.
    let way = way.or_else(|no_way| match no_way {
        NoWay::NotYours if cx.is_desk() => Ok(()),
        NoWay::NotYours | NoWay::Missing => Err(no_way),
    });
    way.map_err(|no_way| match no_way {
        NoWay::Missing => Refusal::NoTransition { from: from.clone(), to: to.name.clone() },
        NoWay::NotYours => Refusal::TransitionForbidden {
            from: from.clone(),
            to: to.name.clone(),
            party: cx.party(),
        },
    })?;
    lacks_nothing(work, to)
}

/// Whether the ticket has what a status requires.
pub(super) fn lacks_nothing(work: &Work<'_>, to: &Status) -> Result<(), Refusal> {
    let workflow = work.cx.settings.workflow();
    let mut required = workflow.required_fields(&to.name).iter();
    match required.find(|field| work.ticket.field(field).is_none()) {
        Some(field) => {
            Err(Refusal::FieldRequired { status: to.name.clone(), field: field.clone() })
        }
        None => Ok(()),
    }
}

fn check_reason(
    work: &Work<'_>,
    status: &StatusName,
    reason: Option<&ReasonName>,
) -> Result<(), Refusal> {
    let (taken, required) = work.cx.settings.workflow().reasons(status);
    match reason {
        Some(reason) if !taken.contains(reason) => Err(Refusal::ReasonNotTaken {
            status: status.clone(),
            reason: reason.as_str().chars().take(80).collect(),
        }),
        None if required => Err(Refusal::ReasonRequired { status: status.clone() }),
        Some(_) | None => Ok(()),
    }
}

pub(super) fn check_resolution(work: &Work<'_>, resolution: &Resolving) -> Result<u32, Refusal> {
    let settings = work.cx.settings;
    if settings.resolution_code(&resolution.code).is_none() {
        return Err(checks::unknown(Vocabulary::ResolutionCode, resolution.code.as_str()));
    }
    checks::within("resolution_bytes", settings.limits().resolution_bytes, resolution.text.len())
}

fn record_resolution(work: &mut Work<'_>, resolution: &Resolving) -> Result<(), Refusal> {
    let bytes = check_resolution(work, resolution)?;
    // On a resolved ticket it is resolved anew.
    let restarts_closing = work.ticket.status().category == StatusCategory::Resolved;
    let code = resolution.code.clone();
    let change = TicketChange::ResolutionRecorded { code, bytes, restarts_closing };
    let text = Some(resolution.text.as_str().into());
    work.record(change, Some(Personal { text, ..Personal::default() }));
    Ok(())
}

/// Whether this resolution is the one on record.
fn is_recorded(work: &Work<'_>, resolution: &Resolving) -> bool {
    work.ticket.resolution().is_some_and(|known| {
        *known.code() == resolution.code
            && known.text().known().is_some_and(|text| **text == *resolution.text)
    })
}
