//! What the model cannot foresee and learns from the desk: places in histories, and ids that a
//! decision gives.

use super::Model;
use crate::{Actor, Outcome, TodoId};

impl Model {
    /// Learns what only the desk knows: how many events each ticket has, and which id it gave
    /// to a follow-up ticket that a reply opened.
    pub fn learn(&mut self, outcome: &Outcome) {
        for record in &outcome.records {
            let Some(id) = record.key.as_ticket() else { continue };
            if !self.tickets.contains_key(&id)
                && let Some((parent, mut ticket)) = self.unnamed.take()
            {
                ticket.id = id;
                self.tickets.insert(id, ticket);
                if let Some(parent) = self.tickets.get_mut(&parent) {
                    parent.followed_up_by.push(id);
                }
            }
            let Some(ticket) = self.tickets.get_mut(&id) else { continue };
            ticket.revision = record.revision;
            let own = outcome.all_events().filter(|(key, _)| *key == record.key);
            ticket.learn_words(own.map(|(_, event)| event));
            // Somebody's doing is news; to customers, what is said publicly and moves.
            let events = outcome.all_events().filter(|(key, _)| *key == record.key);
            for (_, event) in events.filter(|(_, event)| event.cause.actor != Actor::System) {
                ticket.news = event.revision;
                let change = event.ticket_change();
                if let Some(crate::TicketChange::TodoAdded(_)) = change {
                    let mut unnamed = ticket.todos.iter_mut().filter(|todo| todo.id.is_none());
                    let todo = unnamed.next();
                    todo.into_iter().for_each(|todo| todo.id = Some(TodoId(event.revision)));
                }
                let message = change.and_then(crate::TicketChange::message);
                let said = message.is_some_and(|it| it.visibility == crate::Visibility::Public);
                let told = change.is_some_and(|change| {
                    matches!(
                        change,
                        crate::TicketChange::SolutionProposed { .. }
                            | crate::TicketChange::SolutionConfirmed { .. }
                            | crate::TicketChange::SolutionRejected { .. }
                    ) || change.status_change().is_some()
                });
                if said || told {
                    ticket.public_news = event.revision;
                }
            }
            // Each message has its place in the history.
            let events = outcome.all_events().filter(|(key, _)| *key == record.key);
            for (_, event) in events {
                if event.ticket_change().is_some_and(|change| change.message().is_some())
                    && let Some(said) = ticket.thread.iter_mut().find(|said| said.is_unplaced())
                {
                    said.revision = event.revision;
                }
            }
        }
    }
}
