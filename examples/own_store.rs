//! A host's own store, whole: ten methods over its own maps and lists, with `store::scan` for the
//! rules. What it does not do: it has no indexes, so most answers walk all there is; and it has
//! no disk, so what it holds ends with it. Over a database, `store::codec` says what to write.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use helpdesk::command::{Open, Reply};
use helpdesk::matching::Listing;
use helpdesk::store::scan::{self, Kept, Waiting, Waking};
use helpdesk::store::*;
use helpdesk::*;

type At = DateTime<Utc>;

/// A store in a few tables, under one lock.
#[derive(Debug, Default)]
pub struct OwnStore(Mutex<Tables>);

#[derive(Debug, Default)]
struct Tables {
    records: BTreeMap<Key, (Record, Columns)>,
    wakes: BTreeMap<Key, Option<Waking>>,
    /// Every write of every commit, in order: the histories of all records.
    log: Vec<Entry>,
    owners: BTreeMap<(DeskId, UniqueKey), Option<Key>>,
    counters: BTreeMap<(DeskId, Counter), i64>,
    receipts: BTreeMap<(DeskId, CommandId), Receipt>,
    /// The oldest first.
    outbox: Vec<Waiting>,
    leases: u64,
}

impl OwnStore {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        // No code panics while it holds the lock, so the tables behind it are whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept for Tables {
    fn receipt(&self, desk: DeskId, command: CommandId) -> Option<Receipt> {
        self.receipts.get(&(desk, command)).cloned()
    }

    fn record(&self, key: &Key) -> Option<Record> {
        self.records.get(key).map(|(record, _)| record.clone())
    }

    fn owner(&self, desk: DeskId, key: &UniqueKey) -> Option<Key> {
        self.owners.get(&(desk, key.clone())).copied().flatten()
    }

    fn counter(&self, desk: DeskId, counter: &Counter) -> i64 {
        self.counters.get(&(desk, counter.clone())).copied().unwrap_or(0)
    }
}

impl Store for OwnStore {
    fn load(&self, desk: DeskId, wanted: &Wanted) -> Result<Found, StoreError> {
        let tables = &*self.tables();
        Ok(scan::load(desk, wanted, tables, tables.records.values()))
    }

    fn resolve(&self, desk: DeskId, keys: &[UniqueKey]) -> Result<Vec<Option<Key>>, StoreError> {
        let tables = self.tables();
        Ok(keys.iter().map(|key| tables.owner(desk, key)).collect())
    }

    fn history(&self, key: Key, after: Revision, limit: usize) -> Result<Vec<Event>, StoreError> {
        let log = &self.tables().log;
        let events = log.iter().filter(|entry| entry.key == key).flat_map(|it| &*it.events);
        Ok(events.filter(|event| event.revision > after).take(limit).cloned().collect())
    }

    fn commit(&self, commit: Commit) -> Result<Receipt, CommitError> {
        let parts = commit.into_parts();
        let tables = &mut *self.tables();
        scan::check(&parts, tables)?;
        // From here on nothing fails: all of it is written.
        let ticket = |key: &&Key| key.desk == parts.desk && key.as_ticket().is_some();
        let number = TicketNumber(tables.records.keys().filter(ticket).count() as u64 + 1);
        let seq = tables.log.last().map_or(1, |entry| entry.seq + 1);
        let receipt = scan::receipt(&parts, tables, seq, number);
        let owners = scan::owners(&parts, &receipt, tables);
        let CommitParts {
            desk,
            writes,
            guards: _,
            keys: _,
            counters,
            notices,
            receipt: _,
            erasures,
        } = parts;
        for (write, &Touched { key, to, number, .. }) in writes.into_iter().zip(&receipt.touched) {
            let record = Record { key, revision: to, number, head: write.head };
            tables.records.insert(key, (record, write.columns));
            tables.wakes.insert(key, write.next_wake.map(|at| Waking::new(key, at)));
            tables.log.push(Entry { seq, key, number, events: write.events });
        }
        tables.owners.extend(owners.into_iter().map(|(key, owner)| ((desk, key), owner)));
        for CounterChange { counter, delta, ceiling: _ } in counters {
            let value = tables.counters.entry((desk, counter)).or_default();
            *value = value.saturating_add(delta);
        }
        tables.outbox.extend(scan::waiting(desk, notices, tables));
        scan::erase(&mut tables.log, &mut tables.outbox, &erasures);
        tables.receipts.extend(receipt.command.map(|id| ((desk, id), receipt.clone())));
        Ok(receipt)
    }

    fn receipt(&self, desk: DeskId, command: CommandId) -> Result<Option<Receipt>, StoreError> {
        Ok(self.tables().receipt(desk, command))
    }

    fn find(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        Ok(scan::find(self.tables().records.values().map(|(record, _)| record.clone()), query))
    }

    fn scan(&self, desk: DeskId, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        Ok(scan::entries(&self.tables().log, desk, after, limit))
    }

    fn due(&self, scope: Scope, now: At, lease: Lease) -> Result<Due, StoreError> {
        Ok(scan::due(self.tables().wakes.values_mut().flatten(), scope, now, lease))
    }

    fn claim(&self, scope: Scope, now: At, lease: Lease) -> Result<Vec<Claimed>, StoreError> {
        let Tables { outbox, leases, .. } = &mut *self.tables();
        Ok(scan::claim(outbox, scope, now, lease, leases))
    }

    fn settle(&self, token: LeaseToken, settlement: Settlement) -> Result<bool, StoreError> {
        Ok(scan::settle(&mut self.tables().outbox, token, settlement))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let report = conformance::run_all(OwnStore::default);
    println!("{report}\n");
    if !report.is_clean() {
        return Err("it is not a store yet".into());
    }

    let now = "2026-03-02T09:00:00Z".parse()?;
    let desk = Desk::create(OwnStore::default(), DeskId::from_u128(1), Settings::default(), now)?;
    let (maria, id) = (ContactId::from_u128(7), TicketId::from_u128(1));
    let request = Open::new(id, Requester::Contact(maria), "It burns. Help!").subject("Fire");
    let opened = desk.open(Actor::Customer(maria).at(now), request)?;
    println!("opened {}", opened.reference().ok_or("it has a number")?);
    desk.reply(Actor::Customer(maria).at(now), Reply::new(id, "It is out now."))?;
    let found = desk.find(&Actor::Host, now, &Listing::every())?;
    for ticket in found.tickets() {
        println!("found {}, messages: {}", ticket.subject().as_str(), ticket.message_count());
    }
    Ok(())
}
