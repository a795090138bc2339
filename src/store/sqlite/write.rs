//! A commit: what is looked up first, whether it may be written, and the writing.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rusqlite::{CachedStatement, ToSql};

use super::columns::{INDEXED, indexed};
use super::error::Fault;
use super::recent::{Last, Learned, Stood};
use super::tables::{
    Tables, bytes, desk_bytes, integer, key_columns, named, read_indexed, read_number,
    read_number_or_null,
};
use crate::channel::Notice;
use crate::decide::{Counter, CounterChange, Erasure, KeyChange, UniqueKey, Write};
use crate::ids::{CommandId, DeskId, Key, RecordKind, Revision, TicketNumber};
use crate::record::{Head, Record};
use crate::store::codec::{self, StoredEvent, StoredHead};
use crate::store::scan::{self, Kept};
use crate::store::sql::{Mark, marks, rosters};
use crate::store::{CommitError, CommitParts, Receipt, Touched};

/// What a commit names, looked up before it is checked: looking up may fail, checks may not.
struct Looked {
    standing: BTreeMap<Key, Arc<Stood>>,
    owners: BTreeMap<UniqueKey, Key>,
    counters: BTreeMap<Counter, i64>,
    /// Checks look at revisions and numbers, and never at a head: any will do, and none is read.
    any: Head,
}

impl Kept for Looked {
    fn receipt(&self, _: DeskId, _: CommandId) -> Option<Receipt> {
        // Asked for apart.
        None
    }

    fn record(&self, key: &Key) -> Option<Record> {
        let stood = self.standing.get(key)?;
        let (revision, number) = (stood.revision, stood.number);
        Some(Record { key: *key, revision, number, head: self.any.clone() })
    }

    fn owner(&self, _: DeskId, key: &UniqueKey) -> Option<Key> {
        self.owners.get(key).copied()
    }

    fn counter(&self, _: DeskId, counter: &Counter) -> i64 {
        self.counters.get(counter).copied().unwrap_or(0)
    }
}

/// A commit, with the texts that go into columns: they are made before anybody is held up.
pub(super) struct Written {
    parts: CommitParts,
    rows: Vec<(Vec<StoredEvent>, StoredHead)>,
    notices: Vec<String>,
}

impl Written {
    pub(super) fn of(parts: CommitParts) -> Result<Self, Fault> {
        let row = |write: &Write| {
            let events = write.events.iter().map(codec::encode_event).collect::<Result<_, _>>()?;
            Ok::<_, Fault>((events, codec::encode_head(&write.head)?))
        };
        let rows = parts.writes.iter().map(row).collect::<Result<_, _>>()?;
        let notices = parts.notices.iter().map(codec::encode_notice).collect::<Result<_, _>>()?;
        Ok(Self { parts, rows, notices })
    }

    /// Whether something is erased.
    pub(super) fn erases(&self) -> bool {
        !self.parts.erasures.is_empty()
    }
}

impl Tables<'_> {
    /// Checks and writes a commit, inside a transaction that writes. Where it is refused, nothing
    /// was written; after a fault, the caller undoes what was. What was written is to be learned once
    /// it is committed.
    pub(super) fn write(&self, written: Written) -> Result<(Receipt, Learned), CommitError> {
        let Some(any) = written.parts.writes.first().map(|write| write.head.clone()) else {
            // A commit has at least one record to write.
            return Err(Fault::from(rusqlite::Error::QueryReturnedNoRows).committing());
        };
        let looked = self.look_up(&written.parts, any).map_err(Fault::committing)?;
        let parts = &written.parts;
        let Some(command) = parts.receipt.command else {
            scan::check(parts, &looked)?;
            return self.put(written, &looked).map_err(Fault::committing);
        };
        // Whether it was carried out before is said first, and most were not: the index of commands
        // tells that of itself, before anything else is written.
        let desk = parts.desk;
        let refused = match scan::check(parts, &looked) {
            Ok(()) => match self.put(written, &looked) {
                Err(fault) if fault.is_unique() => fault.committing(),
                written => return written.map_err(Fault::committing),
            },
            Err(refused) => refused,
        };
        match self.receipt(desk, command).map_err(Fault::committing)? {
            Some(earlier) => Err(CommitError::Seen(Box::new(earlier))),
            None => Err(refused),
        }
    }

    fn look_up(&self, parts: &CommitParts, any: Head) -> Result<Looked, Fault> {
        let desk = parts.desk;
        let mut looked = Looked {
            standing: BTreeMap::new(),
            owners: BTreeMap::new(),
            counters: BTreeMap::new(),
            any,
        };
        let written = parts.writes.iter().map(|write| write.key);
        for key in written.chain(parts.guards.iter().map(|guard| guard.key)) {
            looked.standing.extend(self.standing(key)?.map(|it| (key, it)));
        }
        for change in &parts.keys {
            let (KeyChange::Take(key, _) | KeyChange::Release(key, _)) = change;
            looked.owners.extend(self.owner(desk, key)?.map(|owner| (key.clone(), owner)));
        }
        for CounterChange { counter, .. } in &parts.counters {
            looked.counters.insert(counter.clone(), self.counter(desk, counter)?);
        }
        Ok(looked)
    }

    fn standing(&self, key: Key) -> Result<Option<Arc<Stood>>, Fault> {
        if let Some(seen) = self.seen(&key) {
            return Ok(seen);
        }
        let text = "SELECT slot, revision, number, visible_at, category, done, department, \
                    standing, assignee, requester, organisation, due_at, status, priority, level, \
                    since FROM ~records WHERE desk = ?1 AND kind = ?2 AND id = ?3";
        let found = self.first(text, key_columns(&key), |row| {
            Ok(Arc::new(Stood {
                slot: row.get(0)?,
                revision: Revision(read_number(row, 1)?),
                number: read_number_or_null(row, 2)?.map(TicketNumber),
                visible_at: row.get(3)?,
                indexed: read_indexed(row, 4)?,
                head: None,
                marks: None,
            }))
        })?;
        self.saw(key, found.clone());
        Ok(found)
    }

    /// The greatest of what the desk has given out.
    fn last(&self, desk: DeskId) -> Result<Last, Fault> {
        let seen = self.recent.and_then(|recent| recent.borrow_mut().last(desk));
        if let Some(seen) = seen {
            return Ok(seen);
        }
        let greatest = |text: &'static str| {
            let found = self.first(text, [desk_bytes(desk)], |row| read_number(row, 0))?;
            Ok::<_, Fault>(found.unwrap_or(0))
        };
        let seq = "SELECT seq FROM ~commits WHERE desk = ?1 ORDER BY seq DESC LIMIT 1";
        let number = "SELECT number FROM ~records WHERE desk = ?1 AND number IS NOT NULL \
                      ORDER BY number DESC LIMIT 1";
        Ok(Last { seq: greatest(seq)?, number: greatest(number)? })
    }

    fn put(&self, written: Written, looked: &Looked) -> Result<(Receipt, Learned), Fault> {
        let Written { parts, rows, notices: texts } = written;
        let desk = parts.desk;
        let mut last = self.last(desk)?;
        let (seq, number) = (last.seq.saturating_add(1), last.number.saturating_add(1));
        let receipt = scan::receipt(&parts, looked, seq, TicketNumber(number));
        let owners = scan::owners(&parts, &receipt, looked);
        let touched = codec::encode_touched(&receipt.touched)?;
        let CommitParts {
            desk: _,
            writes,
            guards: _,
            keys: _,
            counters,
            notices,
            receipt: _,
            erasures,
        } = parts;
        let text = "INSERT INTO ~commits (desk, seq, command, digest, touched) \
                    VALUES (?1, ?2, ?3, ?4, ?5)";
        let command = receipt.command.as_ref().map(|it| bytes(it.as_uuid()));
        let digest = receipt.digest.cast_signed();
        self.execute(text, (desk_bytes(desk), integer(seq), command, digest, touched))?;
        let mut records = Vec::with_capacity(writes.len());
        for ((write, texts), touched) in writes.into_iter().zip(rows).zip(&receipt.touched) {
            let before = looked.standing.get(&touched.key);
            last.number = touched.number.map_or(last.number, |it| it.0.max(last.number));
            records.push((touched.key, self.put_record(seq, touched, write, texts, before)?));
        }
        for (key, owner) in owners {
            self.put_owner(desk, &key, owner)?;
        }
        let mut values = BTreeMap::new();
        for CounterChange { counter, delta, .. } in counters {
            // Here and not in SQL, whose sums become floating-point numbers where they are too large.
            let value = values.entry(counter);
            let value = value.or_insert_with_key(|counter| looked.counter(desk, counter));
            *value = value.saturating_add(delta);
        }
        for (counter, value) in &values {
            if *value == looked.counter(desk, counter) {
                continue;
            }
            self.put_counter(desk, counter, *value)?;
        }
        for (notice, text) in notices.iter().zip(texts) {
            let key = Key::ticket(desk, notice.id.ticket);
            let mut touched = receipt.touched.iter();
            let number = match touched.find(|touched| touched.key == key) {
                Some(touched) => touched.number,
                None => self.standing(key)?.and_then(|stood| stood.number),
            };
            self.put_notice(desk, notice, number, text)?;
        }
        for erasure in &erasures {
            self.erase(erasure)?;
        }
        last.seq = seq;
        let erased = erasures.into_iter().map(|erasure| erasure.key).collect();
        Ok((receipt, Learned { desk, last, records, counters: values, erased }))
    }

    fn put_record(
        &self,
        seq: u64,
        touched: &Touched,
        write: Write,
        (events, stored): (Vec<StoredEvent>, StoredHead),
        before: Option<&Arc<Stood>>,
    ) -> Result<Arc<Stood>, Fault> {
        let Touched { key, to, number, .. } = *touched;
        let (desk, kind, id) = key_columns(&key);
        let wake = write.next_wake.map(|at| at.timestamp_micros());
        let indexed = indexed(&write.columns);
        let StoredHead { schema, head } = &stored;
        let revision = integer(to.0);
        let slot = match before {
            Some(stood) => {
                let mut values: Vec<&dyn ToSql> = vec![&revision, schema, head, &wake];
                // An index is written only where one of its columns changes.
                let mut changed = 0_u16;
                if stood.visible_at != wake {
                    changed |= 1;
                    values.push(&wake);
                }
                for (place, (new, old)) in indexed.iter().zip(&stood.indexed).enumerate() {
                    if new != old {
                        changed |= 2 << place;
                        values.push(new);
                    }
                }
                values.push(&stood.slot);
                self.update(changed)?.execute(&*values)?;
                stood.slot
            }
            None => {
                let text = "INSERT INTO ~records (desk, kind, id, revision, number, schema, head, \
                            wake_at, visible_at, category, done, department, standing, assignee, \
                            requester, organisation, due_at, status, priority, level, since) \
                            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
                let number = number.map(|number| integer(number.0));
                let mut values: Vec<&dyn ToSql> =
                    vec![&desk, &kind, &id, &revision, &number, schema, head, &wake, &wake];
                values.extend(indexed.iter().map(|value| value as &dyn ToSql));
                self.statement(text)?.insert(&*values)?
            }
        };
        for event in events {
            let text = "INSERT INTO ~events (desk, kind, id, revision, seq, at, tag, schema, \
                        facts, personal) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
            let StoredEvent { revision, at, tag, schema, facts, personal } = event;
            let (revision, at) = (integer(revision.0), at.timestamp_micros());
            let place = (desk, kind, id, revision, integer(seq));
            let values = (at, &*tag, schema, facts, personal);
            let (a, b, c, d, e) = place;
            let (f, g, h, i, j) = values;
            self.execute(text, (a, b, c, d, e, f, g, h, i, j))?;
        }
        let marks = match key.kind {
            RecordKind::Ticket => {
                let marks = marks(&write.columns);
                let old = match before {
                    None => Cow::Owned(BTreeSet::new()),
                    Some(stood) => match &stood.marks {
                        Some(known) => Cow::Borrowed(known),
                        None => Cow::Owned(self.marks(slot)?),
                    },
                };
                self.put_marks(key.desk, slot, number, &old, &marks)?;
                Some(marks)
            }
            RecordKind::Agent => {
                self.put_rosters(&key, &rosters(&write.columns))?;
                None
            }
            RecordKind::Settings | RecordKind::Contact | RecordKind::Organisation => None,
        };
        let head = Some(write.head);
        let (revision, visible_at) = (to, wake);
        Ok(Arc::new(Stood { slot, revision, number, visible_at, indexed, head, marks }))
    }

    /// Writes a record of which these columns change: the first bit says when it is next due, each
    /// of the others one that is indexed.
    fn update(&self, changed: u16) -> Result<CachedStatement<'_>, Fault> {
        let known = self.texts.and_then(|texts| texts.borrow().updates.get(&changed).cloned());
        if let Some(text) = known {
            return self.prepared(&text);
        }
        let mut text =
            String::from("UPDATE ~records SET revision = ?, schema = ?, head = ?, wake_at = ?");
        let names = ["visible_at"].into_iter().chain(COLUMNS);
        for (_, name) in names.enumerate().filter(|(place, _)| changed & (1 << place) != 0) {
            text.push_str(", ");
            text.push_str(name);
            text.push_str(" = ?");
        }
        text.push_str(" WHERE slot = ?");
        let text = named(&text, self.prefix);
        if let Some(texts) = self.texts {
            texts.borrow_mut().updates.insert(changed, Arc::from(&*text));
        }
        self.prepared(&text)
    }

    fn marks(&self, slot: i64) -> Result<BTreeSet<Mark>, Fault> {
        let text = "SELECT what, value FROM ~marks WHERE slot = ?1";
        let marks =
            self.all(text, [slot], |row| Ok(Mark { what: row.get(0)?, value: row.get(1)? }))?;
        Ok(marks.into_iter().collect())
    }

    pub(super) fn put_marks(
        &self,
        desk: DeskId,
        slot: i64,
        number: Option<TicketNumber>,
        old: &BTreeSet<Mark>,
        new: &BTreeSet<Mark>,
    ) -> Result<(), Fault> {
        let (desk, number) = (desk_bytes(desk), number.map_or(0, |number| integer(number.0)));
        for Mark { what, value } in old.difference(new) {
            let text = "DELETE FROM ~marks \
                        WHERE desk = ?1 AND what = ?2 AND value = ?3 AND number = ?4";
            self.execute(text, (desk, what, value, number))?;
        }
        for Mark { what, value } in new.difference(old) {
            let text = "INSERT INTO ~marks (desk, what, value, number, slot) \
                        VALUES (?1, ?2, ?3, ?4, ?5)";
            self.execute(text, (desk, what, value, number, slot))?;
        }
        Ok(())
    }

    pub(super) fn put_rosters(&self, key: &Key, new: &BTreeSet<&str>) -> Result<(), Fault> {
        let (desk, _, agent) = key_columns(key);
        let text = "SELECT department FROM ~rosters WHERE desk = ?1 AND agent = ?2";
        let old: Vec<String> = self.all(text, (desk, agent), |row| row.get(0))?;
        let old: BTreeSet<&str> = old.iter().map(String::as_str).collect();
        for department in old.difference(new) {
            let text = "DELETE FROM ~rosters WHERE desk = ?1 AND department = ?2 AND agent = ?3";
            self.execute(text, (desk, department, agent))?;
        }
        for department in new.difference(&old) {
            let text = "INSERT INTO ~rosters (desk, department, agent) VALUES (?1, ?2, ?3)";
            self.execute(text, (desk, department, agent))?;
        }
        Ok(())
    }

    pub(super) fn put_owner(
        &self,
        desk: DeskId,
        key: &UniqueKey,
        owner: Option<Key>,
    ) -> Result<(), Fault> {
        // A ticket's number stands in its row.
        if matches!(key, UniqueKey::Number(_)) {
            return Ok(());
        }
        let (desk, name) = (desk_bytes(desk), codec::unique_key_text(key));
        match owner {
            Some(owner) => {
                let text = "INSERT INTO ~keys (desk, name, kind, id) VALUES (?1, ?2, ?3, ?4) \
                            ON CONFLICT (desk, name) \
                            DO UPDATE SET kind = excluded.kind, id = excluded.id";
                let (_, kind, id) = key_columns(&owner);
                self.execute(text, (desk, name, kind, id))?;
            }
            None => {
                let text = "DELETE FROM ~keys WHERE desk = ?1 AND name = ?2";
                self.execute(text, (desk, name))?;
            }
        }
        Ok(())
    }

    pub(super) fn put_counter(
        &self,
        desk: DeskId,
        counter: &Counter,
        value: i64,
    ) -> Result<(), Fault> {
        let text = "INSERT INTO ~counters (desk, name, value) VALUES (?1, ?2, ?3) \
                    ON CONFLICT (desk, name) DO UPDATE SET value = excluded.value";
        self.execute(text, (desk_bytes(desk), codec::counter_text(counter), value))?;
        Ok(())
    }

    fn put_notice(
        &self,
        desk: DeskId,
        notice: &Notice,
        number: Option<TicketNumber>,
        stored: String,
    ) -> Result<(), Fault> {
        let (desk, ticket) = (desk_bytes(desk), bytes(notice.id.ticket.as_uuid()));
        let text = "INSERT INTO ~notices (desk, ticket, revision, number, notice, attempts, lease, \
                    held_until, oldest) VALUES (?1, ?2, ?3, ?4, ?5, 0, NULL, ?6, NOT EXISTS \
                    (SELECT 1 FROM ~notices WHERE desk = ?1 AND ticket = ?2))";
        let (revision, number) =
            (integer(notice.id.revision.0), number.map_or(0, |number| integer(number.0)));
        self.execute(text, (desk, ticket, revision, number, stored, i64::MIN))?;
        Ok(())
    }

    /// Erases the payloads of events, and the notices of these.
    fn erase(&self, erasure: &Erasure) -> Result<(), Fault> {
        self.known.forget(&erasure.key);
        self.forget_texts(erasure)?;
        let (desk, kind, id) = key_columns(&erasure.key);
        for revision in &erasure.revisions {
            let revision = integer(revision.0);
            let text = "UPDATE ~events SET personal = NULL \
                        WHERE desk = ?1 AND kind = ?2 AND id = ?3 AND revision = ?4";
            self.execute(text, (desk, kind, id, revision))?;
            if erasure.key.kind == RecordKind::Ticket {
                let text = "DELETE FROM ~notices \
                            WHERE desk = ?1 AND ticket = ?2 AND revision = ?3";
                self.execute(text, (desk, id, revision))?;
            }
        }
        if erasure.key.kind == RecordKind::Ticket { self.promote(desk, id) } else { Ok(()) }
    }

    /// Lets the oldest notice of a ticket be claimed, after one that stood before it is gone.
    pub(super) fn promote(&self, desk: [u8; 16], ticket: [u8; 16]) -> Result<(), Fault> {
        let text = "UPDATE ~notices SET oldest = 1 WHERE oldest = 0 AND age = \
                    (SELECT min(age) FROM ~notices WHERE desk = ?1 AND ticket = ?2)";
        self.execute(text, (desk, ticket))?;
        Ok(())
    }
}

/// The names of the indexed columns, in the order of [`indexed`].
const COLUMNS: [&str; INDEXED] = [
    "category",
    "done",
    "department",
    "standing",
    "assignee",
    "requester",
    "organisation",
    "due_at",
    "status",
    "priority",
    "level",
    "since",
];
