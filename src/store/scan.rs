//! What every store must do, answered from plain iterators: for a host's small store, which is
//! correct with these before it is fast.
//!
//! The whole of a store over a host's own maps is in `examples/own_store.rs`, in less than 150
//! lines. A store with indexes replaces one of these at a time, and has the conformance suite
//! to tell whether it still answers the same.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{CommitError, CommitParts, Due, DueRow, Lease, Query, Receipt, Touched};
use crate::decide::{Counter, Expected, Guard, KeyChange, UniqueKey};
use crate::ids::{CommandId, Key, Revision, TicketNumber};
use crate::matching::SortKey;
use crate::record::Record;

/// What a store keeps of a desk, as the checks of a commit ask for it.
pub trait Kept {
    /// The receipt of the command, if it was carried out.
    fn receipt(&self, command: CommandId) -> Option<Receipt>;

    /// The revision of a record; zero where there is none.
    fn revision(&self, key: &Key) -> Revision;

    /// The record that has a unique key.
    fn owner(&self, key: &UniqueKey) -> Option<Key>;

    /// The value of a counter; 0 where nothing changed it.
    fn counter(&self, counter: &Counter) -> i64;
}

/// Whether everything holds that a commit rests on: all the checks of
/// [`Store::commit`](super::Store::commit), in their order.
///
/// # Errors
///
/// [`CommitError`], with which the store answers; nothing is to be written then.
pub fn check(parts: &CommitParts, kept: &impl Kept) -> Result<(), CommitError> {
    if let Some(receipt) = parts.receipt.command.and_then(|command| kept.receipt(command)) {
        return Err(CommitError::Seen(Box::new(receipt)));
    }
    let writes = parts.writes.iter().map(|write| match write.expected {
        Expected::New => (write.key, Revision::ZERO),
        Expected::At(revision) => (write.key, revision),
    });
    let guards = parts.guards.iter().map(|Guard { key, revision }| (*key, *revision));
    for (key, expected) in writes.chain(guards) {
        let found = kept.revision(&key);
        if found != expected {
            return Err(CommitError::Stale { key, expected, found });
        }
    }
    for change in &parts.keys {
        let KeyChange::Take(key, taker) = change else { continue };
        let gives_up = |owner: &Key| {
            parts.keys.iter().any(
                |change| matches!(change, KeyChange::Release(it, by) if it == key && by == owner),
            )
        };
        let rival = parts.keys.iter().find_map(|change| match change {
            KeyChange::Take(it, other) if it == key && other != taker => Some(*other),
            KeyChange::Take(..) | KeyChange::Release(..) => None,
        });
        let owner = kept.owner(key).filter(|owner| owner != taker && !gives_up(owner));
        if let Some(owner) = owner.or(rival) {
            return Err(CommitError::KeyTaken { key: key.clone(), owner });
        }
    }
    for (index, change) in parts.counters.iter().enumerate() {
        let Some(ceiling) = change.ceiling.filter(|_| change.delta > 0) else { continue };
        let value = kept.counter(&change.counter);
        // Several changes of one counter count together.
        let so_far = parts.counters.iter().take(index + 1);
        let same = so_far.filter(|other| other.counter == change.counter);
        let sum = same.fold(0_i64, |sum, other| sum.saturating_add(other.delta));
        if value.saturating_add(sum) > ceiling {
            let counter = change.counter.clone();
            return Err(CommitError::Over { counter, value, ceiling });
        }
    }
    Ok(())
}

/// The receipt of a commit that gets this place; `number` says which number a ticket has.
pub fn receipt(
    seq: u64,
    parts: &CommitParts,
    number: impl Fn(&Key) -> Option<TicketNumber>,
) -> Receipt {
    let touched = parts.writes.iter().map(|write| {
        let from = match write.expected {
            Expected::New => Revision::ZERO,
            Expected::At(revision) => revision,
        };
        Touched { key: write.key, from, to: write.revision(), number: number(&write.key) }
    });
    let touched = touched.collect();
    Receipt { seq, command: parts.receipt.command, digest: parts.receipt.digest, touched }
}

/// Which of these records a listing shows, in its order: the answer of
/// [`Store::find`](super::Store::find).
///
/// Takes time for each record that matches, and space for two pages; a store with indexes hands in
/// what [`Query::narrow`] leaves.
pub fn find(records: impl IntoIterator<Item = Record>, query: &Query) -> Vec<Record> {
    let matching = records.into_iter().filter(|record| query.matches(record));
    let placed = matching.filter_map(|record| Some((query.place(&record)?, record)));
    first_in_order(placed, query).into_iter().map(|(_, record)| record).collect()
}

/// The first of a page, in order, of what matches.
pub(super) fn first_in_order<T>(
    placed: impl Iterator<Item = (SortKey, T)>,
    query: &Query,
) -> Vec<(SortKey, T)> {
    let order = &query.order;
    let after = |place: &SortKey| {
        query.after.as_ref().is_none_or(|after| order.compare(place, after).is_gt())
    };
    let mut page: Vec<(SortKey, T)> = Vec::new();
    // Twice a page at a time: what cannot be shown any more is not kept, and cutting costs little
    // for each that is looked at.
    let room = query.limit.saturating_mul(2);
    for one in placed.filter(|(place, _)| after(place)) {
        page.push(one);
        if page.len() > room {
            cut(&mut page, query);
        }
    }
    cut(&mut page, query);
    page.sort_unstable_by(|(a, _), (b, _)| order.compare(a, b));
    page
}

/// Keeps the first of a page, in no order.
fn cut<T>(page: &mut Vec<(SortKey, T)>, query: &Query) {
    if query.limit == 0 {
        page.clear();
    } else if page.len() > query.limit {
        page.select_nth_unstable_by(query.limit - 1, |(a, _), (b, _)| query.order.compare(a, b));
        page.truncate(query.limit);
    }
}

/// A record that will do something by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waking {
    /// Which record.
    pub key: Key,
    /// When.
    pub at: DateTime<Utc>,
    /// Until when somebody has it leased; `None`: nobody has.
    pub leased_until: Option<DateTime<Utc>>,
}

/// Which of these to lease, and when to look again: the answer of
/// [`Store::due`](super::Store::due). The store then marks the rows as leased until
/// `lease.until`.
///
/// ```
/// use chrono::TimeDelta;
/// use helpdesk::store::{Lease, scan};
/// use helpdesk::{DeskId, Key, TicketId};
///
/// let now = "2026-03-02T09:00:00Z".parse().unwrap();
/// let key = |n| Key::ticket(DeskId::from_u128(1), TicketId::from_u128(n));
/// let lease = Lease { until: now + TimeDelta::minutes(1), limit: 10 };
/// let (soon, held) = (now + TimeDelta::hours(1), now + TimeDelta::seconds(9));
/// let waking = [
///     scan::Waking { key: key(1), at: soon, leased_until: None },
///     scan::Waking { key: key(2), at: now, leased_until: Some(held) },
///     scan::Waking { key: key(3), at: now, leased_until: None },
/// ];
/// let due = scan::due(waking, now, lease);
/// assert_eq!(due.rows.iter().map(|row| row.key).collect::<Vec<_>>(), [key(3)]);
/// assert_eq!(due.next, Some(held));
/// ```
pub fn due(rows: impl IntoIterator<Item = Waking>, now: DateTime<Utc>, lease: Lease) -> Due {
    let leasable = |row: &Waking| row.leased_until.map_or(row.at, |until| until.max(row.at));
    let mut rows: Vec<Waking> = rows.into_iter().collect();
    rows.sort_by_key(|row| (leasable(row), row.key));
    let due = rows.partition_point(|row| leasable(row) <= now).min(lease.limit);
    let next = rows.get(due).map(leasable);
    rows.truncate(due);
    Due { rows: rows.iter().map(|row| DueRow { key: row.key, at: row.at }).collect(), next }
}

/// A notice that is not settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The ticket that it is about.
    pub ticket: Key,
    /// Its age among the store's notices: a later one has a greater number.
    pub age: u64,
    /// Until when it is leased, or from when it is to be tried again; `None`: it may be claimed.
    pub held_until: Option<DateTime<Utc>>,
}

/// Which of these to lease, by age: the answer of [`Store::claim`](super::Store::claim), of each
/// ticket at most the oldest. The store then holds them until `lease.until` under a token each.
///
/// ```
/// use chrono::TimeDelta;
/// use helpdesk::store::{Lease, scan};
/// use helpdesk::{DeskId, Key, TicketId};
///
/// let now = "2026-03-02T09:00:00Z".parse().unwrap();
/// let ticket = |n| Key::ticket(DeskId::from_u128(1), TicketId::from_u128(n));
/// let lease = Lease { until: now + TimeDelta::minutes(1), limit: 10 };
/// let waiting = [
///     scan::Waiting { ticket: ticket(1), age: 1, held_until: Some(lease.until) },
///     scan::Waiting { ticket: ticket(1), age: 2, held_until: None },
///     scan::Waiting { ticket: ticket(2), age: 3, held_until: None },
///     scan::Waiting { ticket: ticket(2), age: 4, held_until: None },
/// ];
/// assert_eq!(scan::claim(waiting, now, lease), [3]);
/// ```
pub fn claim(
    rows: impl IntoIterator<Item = Waiting>,
    now: DateTime<Utc>,
    lease: Lease,
) -> Vec<u64> {
    let mut oldest: BTreeMap<Key, Waiting> = BTreeMap::new();
    for row in rows {
        let first = oldest.entry(row.ticket).or_insert(row);
        if row.age < first.age {
            *first = row;
        }
    }
    let mut ready: Vec<Waiting> = oldest.into_values().collect();
    ready.retain(|row| row.held_until.is_none_or(|until| until <= now));
    // Those that were held come after those that never were, the longest free first.
    ready.sort_by_key(|row| (row.held_until, row.age));
    ready.iter().take(lease.limit).map(|row| row.age).collect()
}
