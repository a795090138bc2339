//! Merges, splits and undoing, as a random history has them.

use super::draw::Draw;
use super::words::ticket_id;
use crate::command::{Merge, Split, UndoMerge};
use crate::conformance::model::ModelTicket;
use crate::{Command, MessageRef, Requester, Revision, TicketId};

impl Draw<'_> {
    /// What belongs together, or does not.
    pub(super) fn structure(&mut self, id: TicketId, ticket: &ModelTicket) -> Command {
        let tickets = self.view.model.tickets().values();
        let (merged, standing): (Vec<&ModelTicket>, Vec<&ModelTicket>) =
            tickets.partition(|ticket| ticket.merged_into.is_some());
        match self.random.below(100) {
            0..55 if standing.len() > 1 => self.merge(id, &standing),
            55..75 => {
                let some = self.random.pick(&merged).map(|ticket| ticket.id);
                let ticket = some.filter(|_| self.random.percent(90)).unwrap_or(id);
                Command::UndoMerge(UndoMerge { ticket })
            }
            _ => {
                let whole: Vec<&ModelTicket> =
                    standing.into_iter().filter(|ticket| !ticket.members.is_empty()).collect();
                let some = self.random.pick(&whole).filter(|_| self.random.percent(70));
                let (id, ticket) = some.map_or((id, ticket), |ticket| (ticket.id, ticket));
                Command::Split(Split {
                    ticket: id,
                    message: self.message(ticket),
                    id: self.new_id(),
                    subject: self.maybe(40, Self::subject),
                })
            }
        }
    }

    /// Two tickets of one requester, mostly.
    fn merge(&mut self, id: TicketId, standing: &[&ModelTicket]) -> Command {
        let pairs =
            standing.iter().flat_map(|one| standing.iter().map(move |other| (*one, *other)));
        let pairs: Vec<(TicketId, TicketId)> = pairs
            .filter(|(one, other)| one.id != other.id && one.requester == other.requester)
            .map(|(one, other)| (one.id, other.id))
            .collect();
        let every: Vec<TicketId> = self.view.model.tickets().keys().copied().collect();
        let any = self.random.pick(&every).copied().unwrap_or(id);
        let (ticket, into) = match self.random.below(100) {
            0..68 => self.random.pick(&pairs).copied().unwrap_or((id, any)),
            68 => (id, ticket_id(99)),
            69..78 => {
                let internal = |it: &&&ModelTicket| matches!(it.requester, Requester::Agent(_));
                let into: Vec<TicketId> =
                    standing.iter().filter(internal).map(|it| it.id).collect();
                (id, self.random.pick(&into).copied().unwrap_or(any))
            }
            // One that has been merged already leads on, or back.
            _ => (self.random.pick(standing).map_or(id, |ticket| ticket.id), any),
        };
        Command::Merge(Merge { ticket, into })
    }

    /// A message of the ticket's thread, mostly.
    fn message(&mut self, ticket: &ModelTicket) -> MessageRef {
        let tickets = self.view.model.tickets();
        let members = ticket.members.iter().filter_map(|member| tickets.get(&member.ticket));
        let grand = members.clone().flat_map(|member| &member.members);
        let grand = grand.filter_map(|member| tickets.get(&member.ticket));
        let sources: Vec<&ModelTicket> = [ticket].into_iter().chain(members).chain(grand).collect();
        let strangers: Vec<&ModelTicket> = tickets.values().collect();
        let among = if self.random.percent(95) { sources } else { strangers };
        let source = self.random.pick(&among).copied().unwrap_or(ticket);
        let said: Vec<Revision> = source.thread.iter().skip(1).map(|said| said.revision).collect();
        let revision = match self.random.below(20) {
            0 => Revision(self.random.below(12) as u64),
            1 => Revision(1),
            _ => self.random.pick(&said).copied().unwrap_or(Revision(2)),
        };
        MessageRef { ticket: source.id, revision }
    }
}
