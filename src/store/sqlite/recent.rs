//! What a connection last saw in the tables: true for as long as nobody else has written since.
//!
//! SQLite says whether somebody has (`PRAGMA data_version`), in the very transaction in which this is
//! asked; then all of it is forgotten. What the connection itself writes is learned once it is
//! committed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::columns::{Indexed, Mark};
use crate::decide::Counter;
use crate::ids::{DeskId, Key, Revision, TicketNumber};
use crate::record::{Head, Record};
use crate::store::{Found, Rostered, Wanted};

/// How many of a kind are kept: at most twice as many, and always the last so many that were looked
/// at.
const MOST: usize = 1024;

/// A record's row, as far as it is needed to read it or to write it anew.
#[derive(Debug)]
pub(super) struct Stood {
    pub(super) slot: i64,
    pub(super) revision: Revision,
    pub(super) number: Option<TicketNumber>,
    pub(super) visible_at: Option<i64>,
    pub(super) indexed: Indexed,
    /// `None`: nobody has read it.
    pub(super) head: Option<Head>,
    /// `None`: nobody has read them.
    pub(super) marks: Option<BTreeSet<Mark>>,
}

impl Stood {
    /// The record in this row, where its head was read.
    pub(super) fn record(&self, key: Key) -> Option<Record> {
        let Self { revision, number, head, .. } = self;
        Some(Record { key, revision: *revision, number: *number, head: head.clone()? })
    }
}

/// The greatest that a desk has given out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Last {
    /// Of the places of its commits.
    pub(super) seq: u64,
    /// Of the numbers of its tickets.
    pub(super) number: u64,
}

/// What a commit wrote.
#[derive(Debug)]
pub(super) struct Learned {
    pub(super) desk: DeskId,
    pub(super) last: Last,
    pub(super) records: Vec<(Key, Arc<Stood>)>,
    pub(super) counters: BTreeMap<Counter, i64>,
    /// Of which something was erased.
    pub(super) erased: Vec<Key>,
}

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Recent {
    version: Option<i64>,
    records: Few<Key, Option<Arc<Stood>>>,
    counters: Few<(DeskId, Counter), i64>,
    last: Few<DeskId, Last>,
}

impl Recent {
    /// Says of which state of the database the transaction is that has begun: what was seen of
    /// another is forgotten.
    pub(super) fn as_of(&mut self, version: i64) {
        if self.version != Some(version) {
            self.forget_all();
            self.version = Some(version);
        }
    }

    /// Forgets everything: a transaction was undone.
    pub(super) fn forget_all(&mut self) {
        *self = Self::default();
    }

    /// A record's row; the inner `None`: there is none.
    pub(super) fn record(&mut self, key: &Key) -> Option<Option<Arc<Stood>>> {
        self.records.get(key).cloned()
    }

    pub(super) fn keep_record(&mut self, key: Key, stood: Option<Arc<Stood>>) {
        self.records.put(key, stood);
    }

    /// Forgets a record's row, which is written without a commit.
    pub(super) fn forget_record(&mut self, key: &Key) {
        self.records.drop(key);
    }

    pub(super) fn counter(&mut self, desk: DeskId, counter: &Counter) -> Option<i64> {
        self.counters.get(&(desk, counter.clone())).copied()
    }

    pub(super) fn keep_counter(&mut self, desk: DeskId, counter: &Counter, value: i64) {
        self.counters.put((desk, counter.clone()), value);
    }

    /// All that is wanted, where all of it was seen. What another desk has is not there.
    pub(super) fn load(&mut self, desk: DeskId, wanted: &Wanted) -> Option<Found> {
        let Wanted { records, counters, roster: None, channel: _ } = wanted else { return None };
        let record = |key: &Key| match self.records.get(key).filter(|_| key.desk == desk)? {
            Some(stood) => stood.record(*key).map(Some),
            None => Some(None),
        };
        let records = records.iter().map(record).collect::<Option<_>>()?;
        let counters = counters.iter().map(|it| self.counter(desk, it)).collect::<Option<_>>()?;
        Some(Found { records, counters, roster: Rostered::default() })
    }

    pub(super) fn last(&mut self, desk: DeskId) -> Option<Last> {
        self.last.get(&desk).copied()
    }

    /// Learns what was committed.
    pub(super) fn learn(&mut self, learned: Learned) {
        let Learned { desk, last, records, counters, erased } = learned;
        self.last.put(desk, last);
        for key in &erased {
            self.records.drop(key);
        }
        for (key, stood) in records {
            self.records.put(key, Some(stood));
        }
        for (counter, value) in counters {
            self.counters.put((desk, counter), value);
        }
    }
}

/// The last few that were looked at.
#[derive(Debug)]
struct Few<K, V> {
    young: BTreeMap<K, V>,
    old: BTreeMap<K, V>,
}

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self { young: BTreeMap::new(), old: BTreeMap::new() }
    }
}

impl<K: Ord + Clone, V> Few<K, V> {
    fn get(&mut self, key: &K) -> Option<&V> {
        if let Some((key, value)) = self.old.remove_entry(key) {
            self.put(key, value);
        }
        self.young.get(key)
    }

    fn put(&mut self, key: K, value: V) {
        if self.young.len() >= MOST && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.old.remove(&key);
        self.young.insert(key, value);
    }

    fn drop(&mut self, key: &K) {
        self.young.remove(key);
        self.old.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::{Few, MOST};

    #[test]
    fn the_last_that_were_looked_at_are_kept_and_never_too_many() {
        let mut few = Few::default();
        few.put(0, "first");
        for key in 1..=3 * MOST {
            few.put(key, "later");
            // Who is looked at all the time stays.
            assert_eq!(few.get(&0), Some(&"first"));
            assert!(few.young.len() + few.old.len() <= 2 * MOST);
            assert!(few.young.keys().all(|key| !few.old.contains_key(key)));
        }
        assert_eq!(few.get(&1), None);
        assert_eq!(few.get(&(3 * MOST)), Some(&"later"));
    }

    #[test]
    fn what_is_put_anew_or_dropped_is_nowhere_as_it_was() {
        let mut few = Few::default();
        few.put(0, "old");
        for key in 1..=MOST {
            few.put(key, "later");
        }
        few.put(0, "new");
        assert_eq!(few.get(&0), Some(&"new"));
        few.put(MOST + 1, "later");
        few.drop(&1);
        few.drop(&0);
        assert_eq!(few.get(&0), None);
        assert_eq!(few.get(&1), None);
    }
}
