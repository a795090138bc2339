//! What is erased with a decision, and what is left without it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Refusal;
use crate::ids::{Key, Revision};
use crate::record::{Event, Head, fold};
use crate::ticket::Ticket;

/// Events whose personal payload is erased: the only change that is ever made to a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// Whose history.
    pub key: Key,
    /// Which events, in order, none twice.
    pub revisions: Vec<Revision>,
}

/// What a history of any kind folds to without the personal payloads of these events.
pub(super) fn without<'e>(
    key: Key,
    history: impl Iterator<Item = &'e Event>,
    erased: &BTreeSet<Revision>,
) -> Result<Head, Refusal> {
    let mut left: Vec<Event> = history.cloned().collect();
    left.iter_mut().filter(|event| erased.contains(&event.revision)).for_each(Event::erase);
    fold(key, &left).map_err(|why| Refusal::HistoryUnreadable { why })
}

/// The erasures of a ticket's own events, and of where its first message was said.
pub(super) fn erasures(
    key: Key,
    ticket: &Ticket,
    erased: BTreeSet<Revision>,
) -> impl Iterator<Item = Erasure> {
    let source = ticket.split_from().filter(|_| erased.contains(&Revision(1)));
    let source = source.map(|said| Erasure {
        key: Key::ticket(key.desk, said.ticket),
        revisions: vec![said.revision],
    });
    let own = Erasure { key, revisions: erased.into_iter().collect() };
    [own].into_iter().filter(|own| !own.revisions.is_empty()).chain(source)
}

/// The same, in the order of their keys, each key once.
pub(super) fn by_key(erasures: &mut Vec<Erasure>) {
    erasures.sort_by_key(|erasure| erasure.key);
    erasures.dedup_by(|next, kept| {
        let same = next.key == kept.key;
        if same {
            kept.revisions.append(&mut next.revisions);
            kept.revisions.sort_unstable();
            kept.revisions.dedup();
        }
        same
    });
}
