//! A store whose tables hold only what `store::codec` writes, as the columns of a database do:
//! every call decodes what it reads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use helpdesk::store::codec::{self, CodecErrorKind, StoredEvent, StoredHead};
use helpdesk::store::scan::{self, Kept, Waiting, Waking};
use helpdesk::store::{
    Claimed, Commit, CommitError, CommitParts, Due, Entry, Found, Lease, LeaseToken, Operation,
    Query, Receipt, Scope, Settlement, Store, StoreError, StoreErrorKind, Wanted,
};
use helpdesk::{
    Columns, CommandId, Counter, DeskId, Erasure, Event, Head, Key, Record, ReplayError, Revision,
    TicketNumber, UniqueKey, fold,
};

#[derive(Clone, Debug, Default)]
pub(crate) struct TextStore(Arc<Mutex<Tables>>);

#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) records: BTreeMap<Key, RecordRow>,
    pub(crate) events: BTreeMap<(Key, Revision), StoredEvent>,
    pub(crate) commits: BTreeMap<(DeskId, u64), CommitRow>,
    pub(crate) keys: BTreeMap<(DeskId, String), Option<Key>>,
    pub(crate) counters: BTreeMap<(DeskId, String), i64>,
    /// The oldest first.
    pub(crate) outbox: Vec<NoticeRow>,
    leases: u64,
}

#[derive(Debug)]
pub(crate) struct RecordRow {
    pub(crate) revision: Revision,
    number: Option<TicketNumber>,
    pub(crate) head: StoredHead,
    columns: Columns,
    wake: Option<Waking>,
}

#[derive(Debug)]
pub(crate) struct CommitRow {
    command: Option<CommandId>,
    digest: u64,
    pub(crate) touched: String,
}

#[derive(Debug)]
pub(crate) struct NoticeRow {
    ticket: Key,
    /// Of the event: by it a notice is erased, also one that this build cannot read.
    revision: Revision,
    number: TicketNumber,
    pub(crate) notice: String,
    attempts: u32,
    lease: Option<u64>,
    held_until: Option<DateTime<Utc>>,
}

impl TextStore {
    /// The tables, for whoever changes them by hand.
    pub(crate) fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    fn events(
        &self,
        key: Key,
        after: Revision,
        to: Revision,
        during: Operation,
    ) -> impl Iterator<Item = Result<Event, StoreError>> {
        let rows = self.events.range((key, after.next())..=(key, to));
        rows.map(move |(_, row)| codec::decode_event(row).map_err(|error| error.during(during)))
    }

    fn record(&self, key: &Key, during: Operation) -> Result<Option<Record>, StoreError> {
        let Some(row) = self.records.get(key) else { return Ok(None) };
        let head = match codec::decode_head(*key, &row.head) {
            Ok(head) => head,
            Err(error) if error.kind() == CodecErrorKind::Older => {
                self.folded(*key, row.revision, during)?
            }
            Err(error) => return Err(error.during(during)),
        };
        Ok(Some(Record { key: *key, revision: row.revision, number: row.number, head }))
    }

    /// A head that an older build wrote is made anew.
    fn folded(&self, key: Key, to: Revision, during: Operation) -> Result<Head, StoreError> {
        let events = self.events(key, Revision::ZERO, to, during);
        let events = events.collect::<Result<Vec<_>, _>>()?;
        fold(key, &events).map_err(|error| {
            let newer = matches!(error, ReplayError::Newer { .. });
            let kind = if newer { StoreErrorKind::Newer } else { StoreErrorKind::Corrupt };
            StoreError::new(during, kind).because(error)
        })
    }

    fn receipt(
        &self,
        desk: DeskId,
        command: CommandId,
        during: Operation,
    ) -> Result<Option<Receipt>, StoreError> {
        let mut own = self.commits.range((desk, 0)..=(desk, u64::MAX));
        let Some(((_, seq), row)) = own.find(|(_, row)| row.command == Some(command)) else {
            return Ok(None);
        };
        let touched = codec::decode_touched(&row.touched).map_err(|it| it.during(during))?;
        Ok(Some(Receipt { seq: *seq, command: row.command, digest: row.digest, touched }))
    }

    /// What is looked up of these records and of this command, read beforehand: reading may fail.
    fn read<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k Key>,
        during: Operation,
    ) -> Result<Read<'_>, StoreError> {
        let mut records = BTreeMap::new();
        for key in keys {
            records.extend(self.record(key, during)?.map(|record| (*key, record)));
        }
        Ok(Read { tables: self, records, receipt: None })
    }

    fn write(&mut self, parts: CommitParts) -> Result<Receipt, CommitError> {
        let refused = |error: codec::CodecError| error.during(Operation::Commit);
        let written = parts.writes.iter().map(|write| &write.key);
        let guarded = parts.guards.iter().map(|guard| &guard.key);
        let mut read = self.read(written.chain(guarded), Operation::Commit)?;
        if let Some(command) = parts.receipt.command {
            read.receipt = self.receipt(parts.desk, command, Operation::Commit)?;
        }
        scan::check(&parts, &read)?;
        let tickets = self.records.keys();
        let tickets = tickets.filter(|key| key.desk == parts.desk && key.as_ticket().is_some());
        let number = TicketNumber(tickets.count() as u64 + 1);
        let seq = self.commits.len() as u64 + 1;
        let receipt = scan::receipt(&parts, &read, seq, number);
        let owners = scan::owners(&parts, &receipt, &read);
        let touched = codec::encode_touched(&receipt.touched).map_err(refused)?;
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
        // Everything becomes text before anything is written.
        let mut heads = Vec::new();
        for (write, touched) in writes.iter().zip(&receipt.touched) {
            let events = write.events.iter().map(codec::encode_event);
            let events = events.collect::<Result<Vec<_>, _>>().map_err(refused)?;
            let row = RecordRow {
                revision: touched.to,
                number: touched.number,
                head: codec::encode_head(&write.head).map_err(refused)?,
                columns: write.columns.clone(),
                wake: write.next_wake.map(|at| Waking::new(write.key, at)),
            };
            heads.push((write.key, row, events));
        }
        let texts = notices.iter().map(|it| Ok((it.id, codec::encode_notice(it)?)));
        let texts = texts.collect::<Result<Vec<_>, _>>().map_err(refused)?;
        for (key, row, events) in heads {
            self.records.insert(key, row);
            self.events.extend(events.into_iter().map(|event| ((key, event.revision), event)));
        }
        for (key, owner) in owners {
            self.keys.insert((desk, codec::unique_key_text(&key)), owner);
        }
        for change in counters {
            let text = codec::counter_text(&change.counter);
            *self.counters.entry((desk, text)).or_default() += change.delta;
        }
        for (id, notice) in texts {
            let (ticket, revision) = (Key::ticket(desk, id.ticket), id.revision);
            let number = self.records.get(&ticket).and_then(|row| row.number);
            let number = number.unwrap_or(TicketNumber(0));
            let row = NoticeRow {
                ticket,
                revision,
                number,
                notice,
                attempts: 0,
                lease: None,
                held_until: None,
            };
            self.outbox.push(row);
        }
        for Erasure { key, revisions } in erasures {
            for revision in &revisions {
                if let Some(event) = self.events.get_mut(&(key, *revision)) {
                    event.personal = None;
                }
            }
            self.outbox.retain(|row| row.ticket != key || !revisions.contains(&row.revision));
        }
        let Receipt { command, digest, .. } = receipt;
        self.commits.insert((desk, seq), CommitRow { command, digest, touched });
        Ok(receipt)
    }
}

struct Read<'t> {
    tables: &'t Tables,
    records: BTreeMap<Key, Record>,
    receipt: Option<Receipt>,
}

impl Kept for Read<'_> {
    fn receipt(&self, _: DeskId, _: CommandId) -> Option<Receipt> {
        self.receipt.clone()
    }

    fn record(&self, key: &Key) -> Option<Record> {
        self.records.get(key).cloned()
    }

    fn owner(&self, desk: DeskId, key: &UniqueKey) -> Option<Key> {
        self.tables.keys.get(&(desk, codec::unique_key_text(key))).copied().flatten()
    }

    fn counter(&self, desk: DeskId, counter: &Counter) -> i64 {
        self.tables.counters.get(&(desk, codec::counter_text(counter))).copied().unwrap_or(0)
    }
}

impl Store for TextStore {
    fn load(&self, desk: DeskId, wanted: &Wanted) -> Result<Found, StoreError> {
        let tables = self.tables();
        let own = wanted.records.iter().filter(|key| key.desk == desk);
        let read = tables.read(own, Operation::Load)?;
        let mut agents = Vec::new();
        for (key, row) in tables.records.iter().filter(|(key, _)| key.desk == desk) {
            if wanted.roster.as_ref().is_some_and(|roster| roster.lists(&row.columns)) {
                let record = tables.record(key, Operation::Load)?;
                agents.extend(record.map(|record| (record, row.columns.clone())));
            }
        }
        Ok(scan::load(desk, wanted, &read, &agents))
    }

    fn resolve(&self, desk: DeskId, keys: &[UniqueKey]) -> Result<Vec<Option<Key>>, StoreError> {
        let tables = self.tables();
        let read = tables.read([], Operation::Resolve)?;
        Ok(keys.iter().map(|key| read.owner(desk, key)).collect())
    }

    fn history(&self, key: Key, after: Revision, limit: usize) -> Result<Vec<Event>, StoreError> {
        let tables = self.tables();
        tables.events(key, after, Revision(u64::MAX), Operation::History).take(limit).collect()
    }

    fn commit(&self, commit: Commit) -> Result<Receipt, CommitError> {
        self.tables().write(commit.into_parts())
    }

    fn receipt(&self, desk: DeskId, command: CommandId) -> Result<Option<Receipt>, StoreError> {
        self.tables().receipt(desk, command, Operation::Receipt)
    }

    fn find(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        let tables = self.tables();
        let own = tables.records.keys().filter(|key| key.desk == query.desk);
        let read = tables.read(own.filter(|key| key.as_ticket().is_some()), Operation::Find)?;
        Ok(scan::find(read.records.into_values(), query))
    }

    fn scan(&self, desk: DeskId, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let tables = self.tables();
        let later = tables.commits.range((desk, after.saturating_add(1))..=(desk, u64::MAX));
        let mut entries = Vec::new();
        for ((_, seq), row) in later.take(limit) {
            let touched = codec::decode_touched(&row.touched);
            for one in touched.map_err(|error| error.during(Operation::Scan))? {
                let events = tables.events(one.key, one.from, one.to, Operation::Scan);
                let events = events.collect::<Result<_, _>>()?;
                entries.push(Entry { seq: *seq, key: one.key, number: one.number, events });
            }
        }
        Ok(entries)
    }

    fn due(&self, scope: Scope, now: DateTime<Utc>, lease: Lease) -> Result<Due, StoreError> {
        let mut tables = self.tables();
        let wakes = tables.records.values_mut().filter_map(|row| row.wake.as_mut());
        Ok(scan::due(wakes, scope, now, lease))
    }

    fn claim(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        lease: Lease,
    ) -> Result<Vec<Claimed>, StoreError> {
        let Tables { outbox, leases, .. } = &mut *self.tables();
        let (mut rows, mut waiting, mut newer) = (Vec::new(), Vec::new(), BTreeSet::new());
        for row in outbox.iter_mut().filter(|row| scope.has(row.ticket.desk)) {
            let notice = match codec::decode_notice(&row.notice) {
                // Left to the newer build, with the ticket's later ones.
                _ if newer.contains(&row.ticket) => continue,
                Err(error) if error.kind() == CodecErrorKind::Newer => {
                    newer.insert(row.ticket);
                    continue;
                }
                notice => notice.map_err(|error| error.during(Operation::Claim))?,
            };
            let NoticeRow { ticket, number, attempts, lease, held_until, .. } = *row;
            waiting.push(Waiting { ticket, number, notice, attempts, lease, held_until });
            rows.push(row);
        }
        let claimed = scan::claim(&mut waiting, scope, now, lease, leases);
        for (row, waiting) in rows.into_iter().zip(waiting) {
            let Waiting { attempts, lease, held_until, .. } = waiting;
            (row.attempts, row.lease, row.held_until) = (attempts, lease, held_until);
        }
        Ok(claimed)
    }

    fn settle(&self, token: LeaseToken, settlement: Settlement) -> Result<bool, StoreError> {
        let outbox = &mut self.tables().outbox;
        let own = |row: &NoticeRow| row.ticket == token.key && row.lease == Some(token.lease);
        let Some(place) = outbox.iter().position(own) else { return Ok(false) };
        match settlement {
            Settlement::Delivered | Settlement::GivenUp => drop(outbox.remove(place)),
            Settlement::Retry(at) => {
                (outbox[place].lease, outbox[place].held_until) = (None, Some(at));
            }
        }
        Ok(true)
    }
}
