//! A store in memory: for tests, for small desks, and as the measure of other stores.
//!
//! One lock for everything. Every question is answered from an index, and a commit touches
//! only the indexes whose columns changed.

mod find;
mod hash;
mod index;
mod outbox;
mod queue;
mod shelf;
mod tallies;
mod texts;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use self::hash::IdMap;
use self::index::{Indexes, Wake, Wakes};
use self::outbox::{Leased, Outbox, Place};
use self::tallies::{Counters, Rosters};
use self::texts::Texts;
use super::scan::{self, Kept};
use super::{
    Claimed, Commit, CommitError, CommitParts, Due, DueRow, Entry, Found, Lease, LeaseToken,
    NewReceipt, Query, Receipt, Scope, Settlement, Store, StoreError, Touched, Wanted,
};
use crate::decide::{Columns, Counter, Erasure, KeyChange, UniqueKey, Write};
use crate::ids::{CommandId, DeskId, Key, RecordKind, Revision, TicketNumber};
use crate::record::{Event, Head, Record};

/// A store in memory: for tests, for small desks, and as the measure of other stores. Clones
/// share it; when the last is gone, so is what it held.
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
    rows: Vec<Row>,
    desks: IdMap<DeskId, DeskState>,
    /// Notices so far: the age of the next.
    notices: u64,
}

/// A record: its head, and its history as the commits wrote it.
#[derive(Debug)]
struct Row {
    key: Key,
    revision: Revision,
    number: Option<TicketNumber>,
    head: Head,
    columns: Option<Columns>,
    wake: Option<Wake>,
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

/// Everything of one desk; its rows are in the store's table.
#[derive(Debug, Default)]
struct DeskState {
    seq: u64,
    slots: IdMap<(RecordKind, Uuid), usize>,
    /// The slots of tickets; the first is number 1.
    tickets: Vec<usize>,
    keys: IdMap<UniqueKey, Key>,
    counters: Counters,
    rosters: Rosters,
    /// Of the commit that carried a command: its `seq`, and the digest.
    receipts: IdMap<CommandId, (u64, u64)>,
    log: Vec<Logged>,
    indexes: Indexes,
    wakes: Wakes,
    outbox: Outbox,
    texts: Texts,
}

/// A write, in the order of commits.
#[derive(Clone, Copy, Debug)]
struct Logged {
    seq: u64,
    slot: usize,
    /// Which part of the row's history.
    chunk: usize,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many tickets a desk has.
    pub fn tickets(&self, desk: DeskId) -> u64 {
        self.read().desks.get(&desk).map_or(0, |desk| desk.tickets.len() as u64)
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
        self.rows.get(self.desks.get(&key.desk)?.slot(key)?)
    }

    /// The desks that a scope names.
    fn in_scope(&self, scope: Scope) -> impl Iterator<Item = (DeskId, &DeskState)> {
        let (one, all) = match scope {
            Scope::One(id) => (self.desks.get(&id).map(|desk| (id, desk)), None),
            Scope::All => (None, Some(self.desks.iter().map(|(id, desk)| (*id, desk)))),
        };
        one.into_iter().chain(all.into_iter().flatten())
    }
}

/// Where in a desk's tickets a number is.
fn place_of(number: TicketNumber) -> Option<usize> {
    usize::try_from(number.0.checked_sub(1)?).ok()
}

impl DeskState {
    fn slot(&self, key: &Key) -> Option<usize> {
        self.slots.get(&(key.kind, key.id)).copied()
    }

    fn owner(&self, key: &UniqueKey, rows: &[Row]) -> Option<Key> {
        match key {
            UniqueKey::Number(number) => {
                rows.get(*self.tickets.get(place_of(*number)?)?).map(|row| row.key)
            }
            UniqueKey::AgentEmail(_)
            | UniqueKey::Identity(_)
            | UniqueKey::Domain(_)
            | UniqueKey::External(_) => self.keys.get(key).copied(),
        }
    }

    fn put(&mut self, seq: u64, write: Write, rows: &mut Vec<Row>) {
        let revision = write.revision();
        let Write { key, expected: _, events, head, columns, next_wake } = write;
        let slot = self.slot(&key).unwrap_or_else(|| {
            let slot = rows.len();
            self.slots.insert((key.kind, key.id), slot);
            let number = (key.kind == RecordKind::Ticket).then(|| {
                self.tickets.push(slot);
                TicketNumber(self.tickets.len() as u64)
            });
            rows.push(Row {
                key,
                revision,
                number,
                head: head.clone(),
                columns: None,
                wake: None,
                history: Vec::new(),
            });
            slot
        });
        let Some(row) = rows.get_mut(slot) else { return };
        match &columns {
            Columns::Ticket(after) => {
                let before = match &row.columns {
                    Some(Columns::Ticket(before)) => Some(before),
                    Some(_) | None => None,
                };
                let number = row.number.unwrap_or(TicketNumber(0));
                self.indexes.update((number, key.id), before, Some(after));
            }
            Columns::Agent(after) => {
                let before = match &row.columns {
                    Some(Columns::Agent(before)) => Some(before),
                    Some(_) | None => None,
                };
                self.rosters.enrol((key.id, slot), &mut self.counters, before, after);
            }
            Columns::Contact(_) | Columns::Organisation | Columns::Settings => {}
        }
        row.revision = revision;
        row.head = head;
        row.columns = Some(columns);
        self.wakes.set(slot, &mut row.wake, next_wake);
        self.log.push(Logged { seq, slot, chunk: row.history.len() });
        row.history.push(events);
    }

    /// Erases the payloads of events, and the notices of these.
    fn erase(&mut self, erasure: &Erasure, rows: &mut [Row]) {
        let erased = |revision: &Revision| erasure.revisions.binary_search(revision).is_ok();
        let slot = self.slot(&erasure.key);
        self.forget_texts(erasure, rows);
        if let Some(row) = slot.and_then(|slot| rows.get_mut(slot)) {
            for chunk in &mut row.history {
                let named = |event: &Event| event.is_personal() && erased(&event.revision);
                if chunk.iter().any(named) {
                    // Others may hold what was read before: theirs stays as it is.
                    let mut events = chunk.to_vec();
                    events.iter_mut().filter(|event| named(event)).for_each(Event::erase);
                    *chunk = events.into();
                }
            }
        }
        if let Some(ticket) = erasure.key.as_ticket() {
            self.outbox.erase(ticket, erased);
        }
    }

    /// What the commit wrote whose first write is here in the log.
    fn touched(&self, begin: usize, rows: &[Row]) -> Vec<Touched> {
        let log = self.log.get(begin..).unwrap_or(&[]);
        let seq = log.first().map(|logged| logged.seq);
        log.iter()
            .take_while(|logged| Some(logged.seq) == seq)
            .filter_map(|logged| {
                let row = rows.get(logged.slot)?;
                let events = row.history.get(logged.chunk)?;
                let to = events.last()?.revision;
                let from = Revision(to.0.saturating_sub(events.len() as u64));
                Some(Touched { key: row.key, from, to, number: row.number })
            })
            .collect()
    }

    fn receipt(&self, command: CommandId, rows: &[Row]) -> Option<Receipt> {
        let (seq, digest) = *self.receipts.get(&command)?;
        let begin = self.log.partition_point(|logged| logged.seq < seq);
        Some(Receipt { seq, command: Some(command), digest, touched: self.touched(begin, rows) })
    }
}

/// The desk of a commit, with the table that its rows are in.
struct KeptBy<'a> {
    desk: &'a DeskState,
    rows: &'a [Row],
}

impl Kept for KeptBy<'_> {
    fn receipt(&self, _: DeskId, command: CommandId) -> Option<Receipt> {
        self.desk.receipt(command, self.rows)
    }

    fn record(&self, key: &Key) -> Option<Record> {
        self.rows.get(self.desk.slot(key)?).map(Row::record)
    }

    fn owner(&self, _: DeskId, key: &UniqueKey) -> Option<Key> {
        self.desk.owner(key, self.rows)
    }

    fn counter(&self, _: DeskId, counter: &Counter) -> i64 {
        self.desk.counters.value(counter)
    }
}

impl Store for MemoryStore {
    fn load(&self, desk: DeskId, wanted: &Wanted) -> Result<Found, StoreError> {
        let state = self.read();
        let own = state.desks.get(&desk);
        // What another desk has is not there.
        let slot = |key: &Key| own.filter(|_| key.desk == desk)?.slot(key);
        let record = |key: &Key| state.rows.get(slot(key)?).map(Row::record);
        let counter = |counter: &Counter| own.map_or(0, |desk| desk.counters.value(counter));
        let roster = own.zip(wanted.roster.as_ref()).map(|(own, roster)| {
            own.rosters.listed(roster, wanted.channel.as_ref(), &own.counters, &state.rows)
        });
        Ok(Found {
            records: wanted.records.iter().map(record).collect(),
            counters: wanted.counters.iter().map(counter).collect(),
            roster: roster.unwrap_or_default(),
        })
    }

    fn resolve(&self, desk: DeskId, keys: &[UniqueKey]) -> Result<Vec<Option<Key>>, StoreError> {
        let state = self.read();
        let desk = state.desks.get(&desk);
        Ok(keys.iter().map(|key| desk?.owner(key, &state.rows)).collect())
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
        let State { rows, desks, notices: told } = &mut *state;
        let desk = desks.entry(parts.desk).or_default();
        scan::check(&parts, &KeptBy { desk, rows })?;
        let CommitParts { desk: _, writes, guards: _, keys, counters, notices, receipt, erasures } =
            parts;
        desk.seq += 1;
        let (seq, begin) = (desk.seq, desk.log.len());
        for write in writes {
            desk.put(seq, write, rows);
        }
        for change in &keys {
            // Only who has a key can give it up.
            if let KeyChange::Release(key, by) = change
                && desk.keys.get(key) == Some(by)
            {
                desk.keys.remove(key);
            }
        }
        for change in keys {
            if let KeyChange::Take(key, taker) = change {
                desk.keys.insert(key, taker);
            }
        }
        for change in counters {
            desk.counters.add(change.counter, change.delta);
        }
        for notice in notices {
            *told += 1;
            desk.outbox.push(*told, notice);
        }
        for erasure in erasures {
            desk.erase(&erasure, rows);
        }
        let NewReceipt { command, digest } = receipt;
        if let Some(command) = command {
            desk.receipts.insert(command, (seq, digest));
        }
        Ok(Receipt { seq, command, digest, touched: desk.touched(begin, rows) })
    }

    fn receipt(&self, desk: DeskId, command: CommandId) -> Result<Option<Receipt>, StoreError> {
        let state = self.read();
        Ok(state.desks.get(&desk).and_then(|desk| desk.receipt(command, &state.rows)))
    }

    fn find(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        let state = self.read();
        let desk = state.desks.get(&query.desk);
        Ok(desk.map_or(Vec::new(), |desk| find::find(desk, &state.rows, query)))
    }

    fn scan(&self, desk: DeskId, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let state = self.read();
        let Some(log) = state.desks.get(&desk).map(|desk| &desk.log) else {
            return Ok(Vec::new());
        };
        let begin = log.partition_point(|logged| logged.seq <= after);
        let mut commits = 0;
        let mut last = after;
        let mut entries = Vec::new();
        for Logged { seq, slot, chunk } in log.get(begin..).unwrap_or(&[]) {
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
        let mut state = self.write();
        // Of each desk as many as may be leased, and the one after them.
        let first = lease.limit.saturating_add(1);
        let earliest = state.in_scope(scope).flat_map(|(_, desk)| desk.wakes.iter().take(first));
        let mut wakes: Vec<(DateTime<Utc>, usize)> = earliest.collect();
        wakes.sort_unstable();
        let due = wakes.partition_point(|(visible_at, _)| *visible_at <= now).min(lease.limit);
        let next = wakes.get(due).map(|(visible_at, _)| *visible_at);
        let State { rows, desks, .. } = &mut *state;
        let mut leased = Vec::with_capacity(due);
        for (_, slot) in wakes.drain(..due) {
            let Some(row) = rows.get_mut(slot) else { continue };
            let Some(desk) = desks.get_mut(&row.key.desk) else { continue };
            let Some(wake) = &mut row.wake else { continue };
            desk.wakes.lease(slot, wake, lease);
            leased.push(DueRow { key: row.key, at: wake.at });
        }
        Ok(Due { rows: leased, next })
    }

    fn claim(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        lease: Lease,
    ) -> Result<Vec<Claimed>, StoreError> {
        let mut state = self.write();
        let mut ready: Vec<(Place, Key)> = Vec::new();
        for (id, desk) in state.in_scope(scope) {
            let oldest = desk.outbox.ready(now).take(lease.limit);
            ready.extend(oldest.map(|(place, ticket)| (place, Key::ticket(id, ticket))));
        }
        ready.sort_unstable();
        ready.truncate(lease.limit);
        let State { rows, desks, .. } = &mut *state;
        let mut claimed = Vec::with_capacity(ready.len());
        for (_, key) in ready {
            let (Some(desk), Some(ticket)) = (desks.get_mut(&key.desk), key.as_ticket()) else {
                continue;
            };
            let row = desk.slot(&key).and_then(|slot| rows.get(slot));
            let number = row.and_then(|row| row.number).unwrap_or(TicketNumber(0));
            if let Some(Leased { notice, lease, attempt }) = desk.outbox.claim(ticket, lease) {
                let token = LeaseToken { key, lease };
                claimed.push(Claimed { token, notice, number, attempt });
            }
        }
        Ok(claimed)
    }

    fn settle(&self, token: LeaseToken, settlement: Settlement) -> Result<bool, StoreError> {
        let mut state = self.write();
        let Some(desk) = state.desks.get_mut(&token.key.desk) else { return Ok(false) };
        let ticket = token.key.as_ticket();
        Ok(ticket.is_some_and(|ticket| desk.outbox.settle(ticket, token.lease, settlement)))
    }
}
