//! A store in memory: for tests, for small desks, and as the measure of other stores.
//!
//! One lock for everything. Every question is answered from an index, and a commit touches
//! only the indexes whose columns changed.

mod index;
mod outbox;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use chrono::{DateTime, Utc};

use self::index::{Indexes, Wakes};
use self::outbox::Outbox;
use super::{
    Claimed, Commit, CommitError, CommitParts, Due, Entry, Found, Lease, LeaseToken, Query,
    Receipt, Scope, Settlement, Store, StoreError, Touched,
};
use crate::decide::{Columns, Counter, Expected, KeyChange, UniqueKey, Write};
use crate::ids::{CommandId, DeskId, Key, RecordKind, Revision, TicketNumber};
use crate::record::{Event, Head, Record};

/// A store in memory. Clones share it.
///
/// ```
/// use helpdesk::{Actor, Desk, DeskId, Settings, store::MemoryStore};
///
/// let now = "2026-03-02T09:00:00Z".parse().unwrap();
/// let store = MemoryStore::new();
/// let desk = Desk::create(store.clone(), DeskId::from_u128(1), Settings::default(), now)?;
/// assert_eq!(store.tickets(desk.id()), 0);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    state: Arc<RwLock<State>>,
}

#[derive(Debug, Default)]
struct State {
    slots: HashMap<Key, usize>,
    rows: Vec<Row>,
    desks: HashMap<DeskId, DeskState>,
    keys: HashMap<(DeskId, UniqueKey), Key>,
    counters: HashMap<(DeskId, Counter), i64>,
    receipts: HashMap<(DeskId, CommandId), Receipt>,
    indexes: Indexes,
    wakes: Wakes,
    outbox: Outbox,
}

/// A record: its head, and its history as the commits wrote it.
#[derive(Debug)]
struct Row {
    key: Key,
    revision: Revision,
    number: Option<TicketNumber>,
    head: Head,
    columns: Columns,
    history: Vec<Arc<[Event]>>,
}

impl Row {
    fn record(&self) -> Record {
        Record {
            key: self.key,
            revision: self.revision,
            number: self.number,
            head: self.head.clone(),
        }
    }
}

#[derive(Debug, Default)]
struct DeskState {
    seq: u64,
    number: u64,
    /// Every write in order: the commit, the row, and which of the row's histories.
    log: Vec<(u64, usize, usize)>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many tickets a desk has.
    pub fn tickets(&self, desk: DeskId) -> u64 {
        self.read().desks.get(&desk).map_or(0, |desk| desk.number)
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        // No code panics while it holds the lock, so the state behind it is whole.
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn row(&self, key: &Key) -> Option<&Row> {
        self.rows.get(*self.slots.get(key)?)
    }

    fn revision(&self, key: &Key) -> Revision {
        self.row(key).map_or(Revision::ZERO, |row| row.revision)
    }

    /// Whether everything that the commit rests on holds.
    fn check(&self, parts: &CommitParts) -> Result<(), CommitError> {
        if let Some(command) = parts.receipt.command
            && let Some(receipt) = self.receipts.get(&(parts.desk, command))
        {
            return Err(CommitError::Seen(Box::new(receipt.clone())));
        }
        for write in &parts.writes {
            let expected = match write.expected {
                Expected::New => Revision::ZERO,
                Expected::At(revision) => revision,
            };
            self.fresh(write.key, expected)?;
        }
        for guard in &parts.guards {
            self.fresh(guard.key, guard.revision)?;
        }
        for change in &parts.keys {
            let KeyChange::Take(key, taker) = change else { continue };
            let gives_up = |owner: &Key| {
                parts.keys.iter().any(|change| {
                    matches!(change, KeyChange::Release(it, by) if it == key && by == owner)
                })
            };
            let owner = self.keys.get(&(parts.desk, key.clone()));
            let rival = parts.keys.iter().find_map(|change| match change {
                KeyChange::Take(it, other) if it == key && other != taker => Some(other),
                KeyChange::Take(..) | KeyChange::Release(..) => None,
            });
            let owner = owner.filter(|owner| *owner != taker && !gives_up(owner)).or(rival);
            if let Some(owner) = owner {
                return Err(CommitError::KeyTaken { key: key.clone(), owner: *owner });
            }
        }
        let mut lifted: HashMap<Counter, i64> = HashMap::new();
        for change in &parts.counters {
            let value = self.counters.get(&(parts.desk, change.counter)).copied().unwrap_or(0);
            let sum = lifted.entry(change.counter).or_default();
            *sum = sum.saturating_add(change.delta);
            let Some(ceiling) = change.ceiling.filter(|_| change.delta > 0) else { continue };
            if value.saturating_add(*sum) > ceiling {
                return Err(CommitError::Over { counter: change.counter, value, ceiling });
            }
        }
        Ok(())
    }

    fn fresh(&self, key: Key, expected: Revision) -> Result<(), CommitError> {
        let found = self.revision(&key);
        if found == expected { Ok(()) } else { Err(CommitError::Stale { key, expected, found }) }
    }

    fn put(&mut self, seq: u64, write: Write) -> Touched {
        let to = write.revision();
        let Write { key, expected: _, events, head, columns, next_wake } = write;
        let slot = match self.slots.get(&key) {
            Some(slot) => *slot,
            None => {
                let number = (key.kind == RecordKind::Ticket).then(|| {
                    let desk = self.desks.entry(key.desk).or_default();
                    desk.number += 1;
                    TicketNumber(desk.number)
                });
                if let Some(number) = number {
                    self.keys.insert((key.desk, UniqueKey::Number(number)), key);
                }
                let slot = self.rows.len();
                self.slots.insert(key, slot);
                self.rows.push(Row {
                    key,
                    revision: Revision::ZERO,
                    number,
                    head: head.clone(),
                    columns: Columns::default(),
                    history: Vec::new(),
                });
                slot
            }
        };
        let touched = Touched { key, from: self.revision(&key), to, number: None };
        let Some(row) = self.rows.get_mut(slot) else { return touched };
        if let Some(number) = row.number {
            self.indexes.update(key, number, slot, &row.columns, &columns);
        }
        row.revision = to;
        row.head = head;
        row.columns = columns;
        row.history.push(events);
        let chunk = row.history.len() - 1;
        let number = row.number;
        self.desks.entry(key.desk).or_default().log.push((seq, slot, chunk));
        self.wakes.set(slot, key, next_wake);
        Touched { number, ..touched }
    }
}

impl Store for MemoryStore {
    fn load(
        &self,
        desk: DeskId,
        records: &[Key],
        counters: &[Counter],
    ) -> Result<Found, StoreError> {
        let state = self.read();
        Ok(Found {
            records: records.iter().map(|key| state.row(key).map(Row::record)).collect(),
            counters: counters
                .iter()
                .map(|counter| state.counters.get(&(desk, *counter)).copied().unwrap_or(0))
                .collect(),
        })
    }

    fn resolve(&self, desk: DeskId, keys: &[UniqueKey]) -> Result<Vec<Option<Key>>, StoreError> {
        let state = self.read();
        Ok(keys.iter().map(|key| state.keys.get(&(desk, key.clone())).copied()).collect())
    }

    fn history(&self, key: Key, after: Revision, limit: usize) -> Result<Vec<Event>, StoreError> {
        let state = self.read();
        let Some(row) = state.row(&key) else { return Ok(Vec::new()) };
        // Chunks are in order, so the first that reaches beyond `after` is found by halving.
        let begin = row
            .history
            .partition_point(|chunk| chunk.last().is_none_or(|event| event.revision <= after));
        let chunks = row.history.get(begin..).unwrap_or(&[]);
        Ok(chunks
            .iter()
            .flat_map(|chunk| chunk.iter())
            .filter(|event| event.revision > after)
            .take(limit)
            .cloned()
            .collect())
    }

    fn commit(&self, commit: Commit) -> Result<Receipt, CommitError> {
        let parts = commit.into_parts();
        let mut state = self.write();
        state.check(&parts)?;
        let CommitParts { desk, writes, guards: _, keys, counters, notices, receipt } = parts;
        let desk_state = state.desks.entry(desk).or_default();
        desk_state.seq += 1;
        let seq = desk_state.seq;
        let touched = writes.into_iter().map(|write| state.put(seq, write)).collect();
        for change in &keys {
            if let KeyChange::Release(key, by) = change {
                let place = (desk, key.clone());
                // Only who has a key can give it up.
                if state.keys.get(&place) == Some(by) {
                    state.keys.remove(&place);
                }
            }
        }
        for change in keys {
            if let KeyChange::Take(key, taker) = change {
                state.keys.insert((desk, key), taker);
            }
        }
        for change in counters {
            let value = state.counters.entry((desk, change.counter)).or_default();
            *value = value.saturating_add(change.delta);
        }
        for notice in notices {
            let key = Key::ticket(desk, notice.id.ticket);
            let number = state.row(&key).and_then(|row| row.number);
            state.outbox.push(key, number.unwrap_or(TicketNumber(0)), notice);
        }
        let receipt = Receipt { seq, command: receipt.command, digest: receipt.digest, touched };
        if let Some(command) = receipt.command {
            state.receipts.insert((desk, command), receipt.clone());
        }
        Ok(receipt)
    }

    fn receipt(&self, desk: DeskId, command: CommandId) -> Result<Option<Receipt>, StoreError> {
        Ok(self.read().receipts.get(&(desk, command)).cloned())
    }

    fn find(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        let state = self.read();
        let slots = state.indexes.find(query);
        Ok(slots.filter_map(|slot| state.rows.get(slot)).map(Row::record).collect())
    }

    fn scan(&self, desk: DeskId, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let state = self.read();
        let Some(log) = state.desks.get(&desk).map(|desk| &desk.log) else {
            return Ok(Vec::new());
        };
        let begin = log.partition_point(|(seq, _, _)| *seq <= after);
        let mut commits = 0;
        let mut last = after;
        let mut entries = Vec::new();
        for (seq, slot, chunk) in log.get(begin..).unwrap_or(&[]) {
            if *seq != last {
                commits += 1;
                last = *seq;
            }
            if commits > limit {
                break;
            }
            let Some(row) = state.rows.get(*slot) else { continue };
            let Some(events) = row.history.get(*chunk) else { continue };
            entries.push(Entry {
                seq: *seq,
                key: row.key,
                number: row.number,
                events: events.clone(),
            });
        }
        Ok(entries)
    }

    fn due(&self, scope: Scope, now: DateTime<Utc>, lease: Lease) -> Result<Due, StoreError> {
        Ok(self.write().wakes.lease(scope, now, lease))
    }

    fn claim(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        lease: Lease,
    ) -> Result<Vec<Claimed>, StoreError> {
        Ok(self.write().outbox.claim(scope, now, lease))
    }

    fn settle(&self, token: LeaseToken, settlement: Settlement) -> Result<bool, StoreError> {
        Ok(self.write().outbox.settle(token, settlement))
    }
}
