//! Tickets under one value of one column: by number, and those with a deadline by that.

use std::collections::BTreeSet;
use std::hash::Hash;
use std::iter::Peekable;
use std::ops::Bound;

use uuid::Uuid;

use super::hash::IdMap;
use crate::ids::TicketNumber;
use crate::matching::Between;

/// Tickets under one value of one column, in order.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    numbers: BTreeSet<TicketNumber>,
    deadlines: BTreeSet<Deadline>,
}

/// The place of a ticket in the order of deadlines: in microseconds, then by id.
pub(super) type Deadline = (i64, Uuid, TicketNumber);

/// A ticket that is moved, with its deadline before and after.
#[derive(Clone, Copy)]
pub(super) struct Moving {
    pub(super) number: TicketNumber,
    pub(super) id: Uuid,
    pub(super) due: (Option<i64>, Option<i64>),
}

impl Moving {
    fn before(&self) -> Option<Deadline> {
        self.due.0.map(|due| (due, self.id, self.number))
    }

    fn after(&self) -> Option<Deadline> {
        self.due.1.map(|due| (due, self.id, self.number))
    }
}

impl Shelf {
    /// How many stand here, or of these those with a deadline.
    pub(super) fn len(&self, with_deadline: bool) -> usize {
        if with_deadline { self.deadlines.len() } else { self.numbers.len() }
    }
}

/// What stands on these shelves, each ticket once, by number: from this one on, or down from it.
pub(super) fn by_number<'s>(
    shelves: Vec<&'s Shelf>,
    from: Option<TicketNumber>,
    descending: bool,
) -> impl Iterator<Item = TicketNumber> + 's {
    let from = from.map_or(Bound::Unbounded, Bound::Included);
    let bounds = if descending { (Bound::Unbounded, from) } else { (from, Bound::Unbounded) };
    let ranges = shelves.into_iter().map(move |shelf| shelf.numbers.range(bounds).copied());
    merged(ranges, descending)
}

/// What stands on these shelves with a deadline in this stretch, each ticket once: the earliest
/// first, of one deadline by id; or the latest first, of one deadline by id downwards. Of the
/// deadline that the stretch begins with, those from `first` on.
pub(super) fn by_deadline<'s>(
    shelves: Vec<&'s Shelf>,
    between: Between,
    first: Uuid,
    descending: bool,
) -> impl Iterator<Item = Deadline> + 's {
    let first = |micros: i64| (micros, first, TicketNumber(0));
    let last = |micros: i64| (micros, Uuid::max(), TicketNumber(u64::MAX));
    let from = between.from.map(|at| first(at.timestamp_micros()));
    let until = between.until.map(|at| last(at.timestamp_micros()));
    // A range that ends before it begins is none.
    let empty = from.zip(until).is_some_and(|(from, until)| from > until);
    let shelves = if empty { Vec::new() } else { shelves };
    let bound = |end: Option<Deadline>| end.map_or(Bound::Unbounded, Bound::Included);
    let bounds = (bound(from), bound(until));
    merged(shelves.into_iter().map(move |shelf| shelf.deadlines.range(bounds).copied()), descending)
}

/// These in one order, each thing once.
fn merged<'s, T: Copy + Ord + 's>(
    ranges: impl Iterator<Item = impl DoubleEndedIterator<Item = T> + 's>,
    descending: bool,
) -> impl Iterator<Item = T> + 's {
    let walk = |range| -> Peekable<Box<dyn Iterator<Item = T> + 's>> {
        let walk: Box<dyn Iterator<Item = T>> = way(range, descending);
        walk.peekable()
    };
    let mut walks: Vec<_> = ranges.map(walk).collect();
    std::iter::from_fn(move || {
        let heads = walks.iter_mut().filter_map(|walk| walk.peek().copied());
        let next = if descending { heads.max() } else { heads.min() }?;
        // Shelves of several columns may have the same ticket.
        for walk in &mut walks {
            walk.next_if_eq(&next);
        }
        Some(next)
    })
}

fn way<'s, T>(
    range: impl DoubleEndedIterator<Item = T> + 's,
    descending: bool,
) -> Box<dyn Iterator<Item = T> + 's> {
    if descending { Box::new(range.rev()) } else { Box::new(range) }
}

/// Moves a ticket that stands on several shelves at once.
pub(super) fn shift_each<K: Eq + Hash + Clone>(
    shelves: &mut IdMap<K, Shelf>,
    ticket: Moving,
    before: &[K],
    after: &[K],
) {
    for gone in before.iter().filter(|it| !after.contains(it)) {
        shift(shelves, ticket, Some(gone.clone()), None);
    }
    for here in after {
        let stood = before.contains(here).then(|| here.clone());
        shift(shelves, ticket, stood, Some(here.clone()));
    }
}

/// Moves a ticket from one shelf to another, or on its shelf; touches only what changed.
pub(super) fn shift<K: Eq + Hash>(
    shelves: &mut IdMap<K, Shelf>,
    ticket: Moving,
    from: Option<K>,
    to: Option<K>,
) {
    let (before, after) = (ticket.before(), ticket.after());
    let stays = from == to;
    if stays && before == after {
        return;
    }
    if let Some(from) = from
        && let Some(shelf) = shelves.get_mut(&from)
    {
        // An empty shelf stays: what stood there once will stand there again.
        if !stays {
            shelf.numbers.remove(&ticket.number);
        }
        if let Some(before) = before {
            shelf.deadlines.remove(&before);
        }
    }
    if let Some(to) = to {
        let shelf = shelves.entry(to).or_default();
        if !stays {
            shelf.numbers.insert(ticket.number);
        }
        if let Some(after) = after {
            shelf.deadlines.insert(after);
        }
    }
}
