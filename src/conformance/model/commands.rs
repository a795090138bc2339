//! Which part of the model carries out which command.

use super::{Model, ModelTicket, Step};
use crate::Command;

impl Model {
    pub(super) fn carry_out(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        command: &Command,
    ) {
        match command {
            Command::Reply(reply) => self.reply(step, ticket, reply),
            Command::Note(note) => self.note(step, ticket, note),
            Command::LogConversation(log) => self.log(step, ticket, log),
            Command::GrantAccess(grant) => self.grant(step, ticket, grant),
            Command::RevokeAccess(revoke) => Self::revoke(step, ticket, revoke),
            Command::Edit(edit) => self.edit(step, ticket, edit),
            Command::Link(link) => self.link(step, ticket, link),
            Command::Unlink(unlink) => self.unlink(step, ticket, unlink),
            Command::MarkTodo(mark) => self.mark(step, ticket, mark),
            Command::Assign(assign) => self.assign(step, ticket, assign),
            Command::Unassign(_) => self.unassign(step, ticket),
            Command::Take(_) => self.take(step, ticket),
            Command::Transfer(transfer) => self.transfer(step, ticket, transfer),
            Command::Escalate(escalate) => self.escalate(step, ticket, escalate),
            Command::SetStatus(set) => self.set_status(step, ticket, set),
            Command::Postpone(postpone) => self.postpone(step, ticket, postpone),
            Command::Resolve(resolve) => self.resolve(step, ticket, resolve),
            Command::Close(close) => self.close(step, ticket, close),
            Command::Reopen(reopen) => self.reopen(step, ticket, reopen),
            Command::FollowUp(follow_up) => self.follow_up(step, ticket, follow_up),
            Command::Redact(redact) => self.redact(step, ticket, redact),
            Command::EraseTicket(erase) => self.erase_ticket(step, ticket, erase),
            Command::Hold(hold) => self.hold(step, ticket, hold),
            Command::ProposeSolution(propose) => self.propose(step, ticket, propose),
            Command::ConfirmSolution(_) => self.confirm(step, ticket),
            Command::RejectSolution(reject) => self.reject(step, ticket, reject),
            Command::MarkSpam(_) => self.mark_spam(step, ticket),
            Command::UnmarkSpam(_) => self.unmark_spam(step, ticket),
            Command::Merge(merge) => self.merge(step, ticket, merge),
            Command::UndoMerge(_) => self.undo_merge(step, ticket),
            Command::Split(split) => self.split(step, ticket, split),
            Command::StartSide(_) | Command::ReplySide(_) | Command::CloseSide(_) => {
                self.beside(step, ticket, command);
            }
            Command::ReportUndelivered(report) => self.report_undelivered(step, ticket, report),
            // Histories have no rulebooks yet that could name one.
            Command::ApplyMacro(_) => step.require(false, "unknown_name"),
            // A tick is only what comes before every command.
            Command::Tick(_) | Command::Adopt(_) => {}
            // The model knows desks without routing rules.
            Command::Route(_) => {}
            // These are about no ticket that exists.
            Command::Open(_)
            | Command::PutAgent { .. }
            | Command::SetAvailability(_)
            | Command::SaveViews(_)
            | Command::PutContact { .. }
            | Command::PutOrganisation { .. }
            | Command::MergeContacts(_)
            | Command::UndoContactMerge(_)
            | Command::BlockContact(_)
            | Command::NoteContact(_)
            | Command::CreateDesk(_)
            | Command::PublishSettings(_)
            | Command::EraseAgent(_)
            | Command::EraseContact(_) => {}
        }
    }
}
