//! Draws what is said of solutions, and of spam.

use super::draw::Draw;
use crate::command::*;
use crate::conformance::model::ModelTicket;
use crate::{Command, TicketId};

impl Draw<'_> {
    /// A solution is proposed, confirmed or rejected; more often where one waits.
    pub(super) fn confirming(&mut self, id: TicketId, ticket: &ModelTicket) -> Option<Command> {
        let waits = ticket.offer.is_some();
        if !self.random.percent(if waits { 40 } else { 4 }) {
            return None;
        }
        Some(match self.random.below(if waits { 12 } else { 30 }) {
            0..5 => Command::ConfirmSolution(ConfirmSolution { ticket: id }),
            5..9 => {
                let text = self.maybe(60, Self::text);
                Command::RejectSolution(RejectSolution { ticket: id, text })
            }
            27.. => Command::ApplyMacro(ApplyMacro::new(id, "close as spam")),
            _ => Command::ProposeSolution(ProposeSolution {
                ticket: id,
                channel: self.maybe(20, Self::channel),
                text: self.text(),
                attachments: self.attachments(),
                resolution: self.resolving(ticket),
            }),
        })
    }

    /// A ticket is marked as spam; a marked one is mostly left alone.
    pub(super) fn spam(&mut self, id: TicketId, ticket: &ModelTicket) -> Option<Command> {
        if !self.random.percent(if ticket.spam { 20 } else { 1 }) {
            return None;
        }
        let mark = self.random.percent(if ticket.spam { 25 } else { 90 });
        Some(if mark {
            Command::MarkSpam(MarkSpam { ticket: id })
        } else {
            Command::UnmarkSpam(UnmarkSpam { ticket: id })
        })
    }
}
