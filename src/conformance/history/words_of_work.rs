//! What a random call says of how tickets hang together.

use super::draw::Draw;
use super::words::ticket_id;
use crate::command::*;
use crate::conformance::model::ModelTicket;
use crate::{Command, LinkKind, TicketId};

impl Draw<'_> {
    /// A link of this ticket to another, or one taken back.
    pub(super) fn linking(&mut self, ticket: TicketId, known: &ModelTicket) -> Command {
        let links: Vec<(LinkKind, TicketId)> = known.links.iter().copied().collect();
        if self.random.percent(30)
            && let Some((kind, other)) = self.random.pick(&links).copied()
        {
            return if self.random.percent(70) {
                Command::Unlink(Unlink { ticket, kind, other })
            } else {
                Command::Link(Link { ticket, kind, other })
            };
        }
        let others: Vec<TicketId> = self.view.model.tickets().keys().copied().collect();
        let other = match self.random.below(30) {
            0 => ticket,
            1 => ticket_id(99),
            _ => self.random.pick(&others).copied().unwrap_or(ticket),
        };
        let kind = self.one([
            LinkKind::ParentOf,
            LinkKind::ParentOf,
            LinkKind::ParentOf,
            LinkKind::ChildOf,
            LinkKind::ChildOf,
            LinkKind::Related,
            LinkKind::DuplicateOf,
            LinkKind::DuplicatedBy,
            LinkKind::CausedBy,
            LinkKind::Causes,
        ]);
        if self.random.percent(10) {
            return Command::Unlink(Unlink { ticket, kind, other });
        }
        Command::Link(Link { ticket, kind, other })
    }
}
