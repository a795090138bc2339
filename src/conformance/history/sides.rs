//! Draws what is said with third parties.

use super::cast;
use super::draw::Draw;
use crate::command::*;
use crate::conformance::model::{ModelSide, ModelTicket};
use crate::{Actor, Command, ContactId, Revision, SideId, TicketId};

/// The third parties, beside contacts who ask: one whom no ticket knows otherwise.
const VENDOR: ContactId = ContactId::from_u128(0x5e);

impl Draw<'_> {
    /// A side conversation is started, goes on, or is closed; more often where there is one.
    pub(super) fn sides(&mut self, id: TicketId, ticket: &ModelTicket) -> Option<Command> {
        if !self.random.percent(if ticket.sides.is_empty() { 2 } else { 9 }) {
            return None;
        }
        let with = cast::contact(self.random.below(3) as u128);
        let with = self.one([VENDOR, VENDOR, with]);
        let some = self.random.pick(&ticket.sides).and_then(ModelSide::id);
        let side = some.filter(|_| self.random.percent(85)).unwrap_or(SideId(Revision(2)));
        let (text, attachments) = (self.text(), self.attachments());
        let start = if ticket.sides.is_empty() { 9 } else { 2 };
        Some(match self.random.below(12) {
            draw if draw < start => {
                let subject = self.maybe(50, Self::subject);
                Command::StartSide(StartSide { ticket: id, with, subject, text, attachments })
            }
            10..12 => Command::CloseSide(CloseSide { ticket: id, side }),
            _ => Command::ReplySide(ReplySide { ticket: id, side, text, attachments }),
        })
    }

    /// Who writes on a side conversation: mostly its third party.
    pub(super) fn third_party(&mut self, reply: &ReplySide, ticket: &ModelTicket) -> Option<Actor> {
        let side = ticket.sides.iter().find(|side| side.id() == Some(reply.side))?;
        match self.random.below(10) {
            0..4 => Some(Actor::Customer(side.with)),
            4 => Some(Actor::AutoResponder(side.with)),
            _ => None,
        }
    }
}
