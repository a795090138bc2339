//! Samples of what hangs together with a ticket: links.

use helpdesk::{Actor, Change, Event, LinkKind, Personal, TicketChange, TicketId};

use crate::samples::{ANNA, bare_opening, event, plain};

pub(crate) const LINKS: [LinkKind; 7] = [
    LinkKind::ParentOf,
    LinkKind::ChildOf,
    LinkKind::Related,
    LinkKind::DuplicateOf,
    LinkKind::DuplicatedBy,
    LinkKind::CausedBy,
    LinkKind::Causes,
];

/// A ticket to which all of it happens, in no order of reason.
pub(crate) fn history() -> Vec<Event> {
    let mut changes: Vec<(TicketChange, Option<Personal>)> = Vec::new();
    let other = |place: usize| TicketId::from_u128(0x80 + place as u128);
    for (place, kind) in LINKS.into_iter().enumerate() {
        changes.push((TicketChange::Linked { to: other(place), kind }, None));
    }
    changes.push((TicketChange::Unlinked { to: other(2), kind: LinkKind::Related }, None));
    let events = changes.into_iter().enumerate().map(|(place, (change, personal))| {
        event(place as u64 + 2, plain(Actor::Agent(ANNA)), Change::Ticket(change), personal)
    });
    [bare_opening()].into_iter().chain(events).collect()
}
