//! Merging, undoing a merge, splitting; and where commands on merged tickets lead.

mod leaving;
mod merge;
mod reports;
mod split;

pub(super) use merge::{merge, undo};
pub(super) use split::split;

use super::decision::Guard;
use super::step::Step;
use super::work::Work;
use super::{Command, Cx, Refusal};
use crate::ids::{Key, TicketId};
use crate::people::sight;
use crate::settings::MOST_CHAIN;
use crate::ticket::{Ticket, retention_falls_due};

/// A redirect, followed to its end.
pub(super) struct Followed<'a> {
    /// Where it begins.
    pub(super) start: &'a Ticket,
    /// Where it ends: there itself, if that has not been merged.
    pub(super) end: &'a Ticket,
    /// Every ticket on the way, the end aside: that it leads on must still hold.
    pub(super) hops: Vec<Guard>,
}

impl<'a> Cx<'a> {
    /// Follows a ticket's redirect to the end.
    pub(super) fn follow(&self, start: &'a Ticket) -> Result<Followed<'a>, Refusal> {
        let (mut end, mut hops) = (start, Vec::new());
        for _ in 0..=MOST_CHAIN {
            let Some(into) = end.merged_into() else { return Ok(Followed { start, end, hops }) };
            let key = Key::ticket(self.desk, end.id());
            hops.push(Guard { key, revision: end.revision() });
            end = self.loaded.ticket(self.desk, into).ok_or(Refusal::NotLoaded)?;
        }
        Err(Refusal::NotLoaded)
    }

    /// The ticket at the end of this one's redirect, whether or not the actor sees it.
    pub(super) fn end_of(&self, ticket: TicketId) -> Result<TicketId, Refusal> {
        let ticket = self.loaded.ticket(self.desk, ticket).ok_or(Refusal::NotLoaded)?;
        self.follow(ticket).map(|followed| followed.end.id())
    }

    pub(super) fn sees(&self, ticket: &Ticket) -> bool {
        sight(self.who, ticket.sight(), self.settings.sight_policy()).is_some()
    }

    /// The refusal of what cannot be done on a merged ticket.
    fn merged(&self, ticket: &'a Ticket) -> Refusal {
        match self.follow(ticket) {
            Ok(followed) => Refusal::Merged {
                into: Some(followed.end.id()).filter(|_| self.sees(followed.end)),
            },
            Err(refusal) => refusal,
        }
    }
}

impl Work<'_> {
    /// Refuses what cannot be done on a merged ticket.
    pub(super) fn not_merged(&self) -> Result<(), Refusal> {
        match self.before.filter(|ticket| ticket.merged_into().is_some()) {
            Some(merged) => Err(self.cx.merged(merged)),
            None => Ok(()),
        }
    }
}

/// The ticket that a command on this merged one works on: what is said goes to the ticket that
/// goes on in its place.
pub(super) fn redirected<'a>(cx: &'a Cx<'a>, ticket: &'a Ticket) -> Result<Work<'a>, Refusal> {
    match &cx.call.command {
        // Whoever says what they have seen has seen this ticket, and not what they would answer.
        Command::Reply(_) | Command::Note(_) | Command::LogConversation(_)
            if cx.call.context.seen.is_some() =>
        {
            Err(cx.merged(ticket))
        }
        Command::Reply(_) | Command::Note(_) | Command::LogConversation(_) => {
            let Followed { end, hops, .. } = cx.follow(ticket)?;
            let mut work = Work::on(cx, end);
            hops.into_iter().for_each(|hop| work.guard(hop));
            work.addressed = Some(ticket);
            work.trace(Step::WentToSurvivor { ticket: end.id() });
            Ok(work)
        }
        // Or nobody could be unfollowed, nor what it is called elsewhere be freed.
        Command::Edit(edit) if edit.only_takes_away() => beneath(cx, ticket),
        // What is personal on it is there still, and so are its guests, to-dos and links.
        Command::Tick(_)
        | Command::Adopt(_)
        | Command::UndoMerge(_)
        | Command::Redact(_)
        | Command::EraseTicket(_)
        | Command::Hold(_)
        | Command::RevokeAccess(_)
        | Command::MarkTodo(_)
        | Command::Unlink(_)
        // A late answer of a third party is never lost.
        | Command::ReplySide(_)
        | Command::CloseSide(_)
        // Nor is what became of what was sent.
        | Command::ReportUndelivered(_) => beneath(cx, ticket),
        Command::GrantAccess(_)
        | Command::Edit(_)
        | Command::Link(_)
        | Command::Assign(_)
        | Command::Unassign(_)
        | Command::Take(_)
        | Command::Transfer(_)
        | Command::Escalate(_)
        | Command::SetStatus(_)
        | Command::Postpone(_)
        | Command::Resolve(_)
        | Command::Close(_)
        | Command::Reopen(_)
        | Command::FollowUp(_)
        | Command::Merge(_)
        | Command::Split(_)
        | Command::Open(_)
        | Command::ProposeSolution(_)
        | Command::ConfirmSolution(_)
        | Command::RejectSolution(_)
        | Command::MarkSpam(_)
        | Command::UnmarkSpam(_)
        | Command::StartSide(_)
        | Command::ApplyMacro(_)
        | Command::PutContact { .. }
        | Command::PutOrganisation { .. }
        | Command::MergeContacts(_)
        | Command::UndoContactMerge(_)
        | Command::BlockContact(_)
        | Command::NoteContact(_)
        | Command::Route(_)
        | Command::SetAvailability(_)
        | Command::PutAgent { .. }
        | Command::EraseAgent(_)
        | Command::EraseContact(_)
        | Command::SaveViews(_)
        | Command::CreateDesk(_)
        | Command::PublishSettings(_) => Err(cx.merged(ticket)),
    }
}

/// A merged ticket itself. Where all is due to be erased of the conversation that it is part of,
/// that comes first, whether or not anybody has ticked.
fn beneath<'a>(cx: &'a Cx<'a>, ticket: &'a Ticket) -> Result<Work<'a>, Refusal> {
    let Followed { end, .. } = cx.follow(ticket)?;
    if cx.is_tick() || !retention_falls_due(end, cx.settings, cx.now) {
        return Ok(Work::on(cx, ticket));
    }
    let mut survivor = Work::on(cx, end);
    survivor.settle()?;
    if survivor.ticket.personal_since().is_some() {
        // Something kept it from closing.
        return Ok(Work::on(cx, ticket));
    }
    let mut work = survivor.part(ticket);
    work.with.push(survivor);
    Ok(work)
}
