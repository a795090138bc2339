//! The clocks of a ticket from its history: as if these terms had held from the beginning, or as
//! they came to be, with every pause.

use crate::ids::Key;
use crate::record::{Event, Head, step};
use crate::sla::policy::Audience;
use crate::sla::{Clock, ClockChange, Clocked, Clocks, Terms, copy};
use crate::ticket::{ReplayError, TicketChange};

use super::seen::Seen;

/// The clocks after all that the history tells, and every change that led to them.
///
/// `None`: the history is empty. Nothing is told here that clocks tell by themselves after the last
/// event: [`Clocks::tick`] does that.
pub(crate) fn recount<'e>(
    key: Key,
    history: impl IntoIterator<Item = &'e Event>,
    terms: &Terms,
    audience: Audience,
) -> Result<Option<(Clocks, Vec<ClockChange>)>, ReplayError> {
    let (mut head, mut waited) = (None, None);
    let mut counted: Option<(Clocks, Vec<ClockChange>)> = None;
    for event in history {
        let next = step(key, head, event)?;
        if let Head::Ticket(ticket) = &next {
            let (clocks, changes) = counted.get_or_insert_with(|| {
                let (at, by) = (ticket.opened_at(), ticket.opened_by());
                let continued = match event.ticket_change() {
                    Some(TicketChange::Opened(opened)) => opened.continued(audience),
                    _ => None,
                };
                Clocks::opened_from(terms, at, by, ticket.standing(), continued)
            });
            // What it does while it is part of another, or spam, they do not see.
            let rests = ticket.clocks_rest();
            let seen = if rests { Vec::new() } else { Seen::of(event, ticket, waited) };
            waited = ticket.clocks_wait_since();
            for (at, seen) in seen {
                changes.extend(seen.change(clocks, terms, at));
            }
        }
        head = Some(next);
    }
    Ok(counted)
}

/// The clocks as the history states them, of which nothing is condensed.
pub(crate) fn recorded<'e>(
    history: impl IntoIterator<Item = &'e Event>,
    audience: Audience,
) -> Vec<Clock> {
    let mut clocks = Vec::new();
    let changed = history.into_iter().filter_map(|event| match event.ticket_change() {
        Some(TicketChange::ClocksChanged(changed)) => Some(changed),
        _ => None,
    });
    for change in changed.flat_map(|changed| changed.of(audience)) {
        if !matches!(change.what, Clocked::Condensed { .. }) {
            copy(&mut clocks, *change);
        }
    }
    clocks
}
