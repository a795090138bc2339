//! What may be erased: redaction by hand, all of a ticket, retention, legal hold, people. Law 3:
//! facts, order, count and every instant stay; of the words nothing is left anywhere.

mod contacts;
mod elsewhere;
mod holding;
mod people;
mod persons;
mod races;
mod redacting;
mod retention;
mod traces;

use crate::support::*;
use helpdesk::command::{EraseTicket, Redact};
use helpdesk::{Event, MessageRef, Revision, TicketChange, TicketId};

/// No event.
const NONE: [u64; 0] = [];

fn redact(messages: impl IntoIterator<Item = u64>) -> Redact {
    let of = |revision| MessageRef::new(TICKET, Revision(revision));
    Redact::new(TICKET, messages.into_iter().map(of), "a secret")
}

fn erase(ticket: TicketId) -> EraseTicket {
    EraseTicket::new(ticket, "she asked for it")
}

/// Which events of the ticket still have a personal payload.
fn personal(desk: &TestDesk, id: TicketId) -> Vec<u64> {
    let events = desk.history(id);
    events.iter().filter(|event| event.is_personal()).map(|event| event.revision.0).collect()
}

/// What is erased never: an event without its payload.
fn facts(history: &[Event]) -> Vec<Event> {
    let mut facts = history.to_vec();
    facts.iter_mut().for_each(Event::erase);
    facts
}

/// The erasures of a ticket: when, and of which events.
fn erasures(desk: &TestDesk, id: TicketId) -> Vec<(At, Vec<u64>)> {
    let history = desk.history(id);
    let erasures = history.iter().filter_map(|event| match event.ticket_change()? {
        TicketChange::Redacted { revisions, .. } => {
            Some((event.at, revisions.iter().map(|revision| revision.0).collect()))
        }
        _ => None,
    });
    erasures.collect()
}
