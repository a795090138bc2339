//! Solutions that are proposed, and what the customer says to them.

use super::agenda::unblocked;
use super::conversation::heard;
use super::lifecycle::{check_resolution, lacks_nothing, may_enter_or_stay};
use super::said::{Said, author};
use super::work::Work;
use super::{Refusal, checks};
use crate::channel::NoticeKind;
use crate::ids::Revision;
use crate::people::{Deed, Part};
use crate::personal::Personal;
use crate::settings::Confirmation;
use crate::ticket::command::{ProposeSolution, RejectSolution};
use crate::ticket::{Moved, Proposal, TicketChange, Visibility};
use crate::workflow::Landmark;

/// Puts a solution to the customer.
pub(super) fn propose(work: &mut Work<'_>, propose: &ProposeSolution) -> Result<(), Refusal> {
    let cx = work.cx;
    let workflow = cx.settings.workflow();
    if cx.asks(&work.ticket) {
        let (party, deed) = (cx.party(), Deed::Propose.as_str());
        return Err(Refusal::Forbidden { party, deed });
    }
    let on = cx.settings.confirm_resolution() != Confirmation::Off;
    let (to, reason) = workflow.proposed().filter(|_| on).ok_or(Refusal::ConfirmationOff)?;
    checks::not_closed(work)?;
    checks::unfinished(work)?;
    let status = work.ticket.status();
    let stays = status.name == to.name && work.ticket.reason() == reason;
    may_enter_or_stay(work, &to)?;
    // The customer's word must not wait for a field that only agents fill in.
    lacks_nothing(work, &workflow.landmark(Landmark::Resolved))?;
    // Nor for what only they know of.
    unblocked(work)?;
    let bytes = check_resolution(work, &propose.resolution)?;
    let author = author(cx, Some(&work.ticket))?;
    let channel = propose.channel.clone().unwrap_or_else(|| work.ticket.channel().clone());
    let (text, attachments) = (&propose.text, &propose.attachments);
    let said = Said { author, channel, occurred_at: None, text, attachments, addressed_to: None };
    let message = say(work, &said)?;
    let mut change = work.move_to(to, Moved::Proposed);
    change.reason = reason.cloned();
    if !stays {
        work.moved(change, None, None);
    }
    let code = propose.resolution.code.clone();
    let words = Some(propose.resolution.text.as_str().into());
    let change = TicketChange::SolutionProposed { code, bytes, message };
    work.record(change, Some(Personal { text: words, ..Personal::default() }));
    Ok(())
}

/// The message in which a solution is put to the customer.
fn say(work: &mut Work<'_>, said: &Said<'_>) -> Result<Revision, Refusal> {
    let part = said.author.part(work.ticket.requester());
    let (message, personal) = said.message(work.cx, part, Visibility::Public)?;
    let heard = heard(&work.ticket, part, work.now);
    work.record(TicketChange::MessageAdded { message, heard }, Some(personal));
    work.notify_requester(NoticeKind::SolutionProposed);
    work.notify_followers(NoticeKind::ReplyToCustomer);
    Ok(work.ticket.revision())
}

/// The solution that the customer's word is about.
fn standing<'t>(work: &'t Work<'_>) -> Result<&'t Proposal, Refusal> {
    let status = &work.ticket.status().name;
    work.ticket.proposal().ok_or_else(|| Refusal::NoProposal { status: status.clone() })
}

/// The customer says that it is one.
pub(super) fn confirm(work: &mut Work<'_>) -> Result<(), Refusal> {
    let proposal = standing(work)?;
    let change = TicketChange::SolutionConfirmed {
        code: proposal.code().clone(),
        proposed_by: proposal.by().clone(),
        proposal: proposal.revision(),
    };
    work.record(change, None);
    work.notify_workers(NoticeKind::SolutionConfirmed);
    let to = work.cx.settings.workflow().landmark(Landmark::Resolved);
    work.moved(work.move_to(to, Moved::Confirmed), None, None);
    Ok(())
}

/// The customer says that it is none.
pub(super) fn reject(work: &mut Work<'_>, reject: &RejectSolution) -> Result<(), Refusal> {
    let cx = work.cx;
    standing(work)?;
    if let Some(text) = &reject.text {
        let author = author(cx, Some(&work.ticket))?;
        let channel = work.ticket.channel().clone();
        let said =
            Said { author, channel, occurred_at: None, text, attachments: &[], addressed_to: None };
        let (message, personal) = said.message(cx, Part::Asks, Visibility::Public)?;
        let heard = heard(&work.ticket, Part::Asks, work.now);
        work.record(TicketChange::MessageAdded { message, heard }, Some(personal));
        work.notify_others(work.ticket.revision(), &said.author);
    }
    let heard = heard(&work.ticket, Part::Asks, work.now);
    work.record(TicketChange::SolutionRejected { heard }, None);
    work.notify_workers(NoticeKind::SolutionRejected);
    let to = cx.settings.workflow().landmark(Landmark::Reopened);
    work.moved(work.move_to(to, Moved::Rejected), None, None);
    Ok(())
}
