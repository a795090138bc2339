//! What erases, and what forbids it, as a random history has it.

use super::draw::Draw;
use super::words::ticket_id;
use crate::command::{EraseTicket, Hold, Redact};
use crate::conformance::model::ModelTicket;
use crate::{Command, MessageRef, Revision, TicketId};

impl Draw<'_> {
    /// What comes to a merged ticket when all was erased of the one that stands for it: mostly,
    /// where there is one.
    pub(super) fn late(&mut self) -> Option<Command> {
        let tickets = self.view.model.tickets();
        let late = tickets.values().filter(|it| {
            let into = it.merged_into.and_then(|into| tickets.get(&into));
            into.is_some_and(|into| into.words.since().is_none())
        });
        let late: Vec<&ModelTicket> = late.collect();
        if late.is_empty() || self.random.percent(40) {
            return None;
        }
        let ticket = self.random.pick(&late).copied()?;
        Some(Command::Hold(Hold::new(ticket.id, !ticket.held, self.text())))
    }

    /// What erases, and what forbids it: of a ticket whose words others show, or that shows those
    /// of others, mostly.
    pub(super) fn erasing(&mut self, id: TicketId, ticket: &ModelTicket) -> Command {
        let tickets = self.view.model.tickets();
        let woven: Vec<&ModelTicket> = tickets.values().filter(|it| is_woven(it)).collect();
        let other = self.random.pick(&woven).copied().filter(|_| self.random.percent(60));
        let (id, ticket) = other.map_or((id, ticket), |other| (other.id, other));
        match self.random.below(10) {
            0..5 => Command::Redact(Redact::new(id, self.redacted(ticket), self.text())),
            5..7 => Command::EraseTicket(EraseTicket::new(id, self.text())),
            _ => {
                // Held ones are mostly released.
                let hold = if ticket.held { self.random.percent(25) } else { true };
                Command::Hold(Hold::new(id, hold, self.text()))
            }
        }
    }

    /// Events of a conversation: those of the ticket that is named, and of another that is one with
    /// it, mostly.
    fn redacted(&mut self, ticket: &ModelTicket) -> Vec<MessageRef> {
        let mut messages = self.redacted_of(ticket);
        let tickets = self.view.model.tickets();
        let mut beside: Vec<TicketId> = ticket.members.iter().map(|it| it.ticket).collect();
        beside.extend(ticket.merged_into);
        beside.extend(ticket.split_from.map(|said| said.ticket));
        let end = ticket.merged_into.and_then(|into| tickets.get(&into)?.merged_into);
        beside.extend(end);
        if beside.is_empty() || self.random.percent(4) {
            beside = tickets.keys().copied().collect();
            beside.push(ticket_id(99));
            beside.retain(|_| self.random.percent(10));
        }
        let some = self.random.pick(&beside).copied().filter(|_| self.random.percent(60));
        match some.map(|id| (id, tickets.get(&id))) {
            Some((_, Some(other))) => messages.extend(self.redacted_of(other)),
            Some((id, None)) => messages.push(MessageRef::new(id, Revision(1))),
            None => {}
        }
        // Where the first message of a ticket was said that was split off.
        if self.random.percent(20) {
            messages.extend(ticket.split_from);
        }
        messages
    }

    /// Events of a ticket: more often those whose words are stored, or shown, elsewhere.
    fn redacted_of(&mut self, ticket: &ModelTicket) -> Vec<MessageRef> {
        let most = ticket.revision.0 as usize;
        let mut messages: Vec<Revision> = (0..self.random.below(4))
            .map(|_| Revision(1 + self.random.below(most.max(1)) as u64))
            .collect();
        let gone = ticket.thread.iter().filter(|said| said.gone).map(|said| said.revision);
        let gone: Vec<Revision> = gone.collect();
        if self.random.percent(50) {
            messages.extend(self.random.pick(&gone));
        }
        if ticket.split_from.is_some() && self.random.percent(50) {
            messages.push(Revision(1));
        }
        if self.random.percent(8) {
            messages.push(self.one([Revision::ZERO, Revision(most as u64 + 1)]));
        }
        messages.into_iter().map(|revision| MessageRef::new(ticket.id, revision)).collect()
    }
}

/// Whether a ticket's words and those of others are in one conversation.
fn is_woven(ticket: &ModelTicket) -> bool {
    ticket.merged_into.is_some()
        || !ticket.members.is_empty()
        || ticket.split_from.is_some()
        || ticket.thread.iter().any(|said| said.gone)
}
