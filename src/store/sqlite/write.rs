//! A commit: what is looked up first, whether it may be written, and the writing.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::types::Value;

use super::columns::{INDEXED, Indexed, indexed};
use super::error::Fault;
use super::tables::{Tables, bytes, desk_bytes, integer, key_columns, read_number};
use crate::channel::Notice;
use crate::decide::{Columns, Counter, Erasure, KeyChange, UniqueKey, Write};
use crate::ids::{CommandId, DeskId, Key, RecordKind, Revision, TicketNumber};
use crate::record::{Head, Record};
use crate::store::codec::{self, StoredEvent, StoredHead};
use crate::store::scan::{self, Kept};
use crate::store::sql::{Mark, marks, rosters};
use crate::store::{CommitError, CommitParts, Receipt, Touched};

/// What a row says that is not its head.
struct Standing {
    slot: i64,
    revision: Revision,
    number: Option<TicketNumber>,
    indexed: Indexed,
}

/// What a commit names, looked up before it is checked: looking up may fail, checks may not.
struct Looked {
    receipt: Option<Receipt>,
    standing: BTreeMap<Key, Standing>,
    owners: BTreeMap<UniqueKey, Key>,
    counters: BTreeMap<Counter, i64>,
    /// Checks look at revisions and numbers, and never at a head: any will do, and none is read.
    any: Head,
}

impl Kept for Looked {
    fn receipt(&self, _: DeskId, _: CommandId) -> Option<Receipt> {
        self.receipt.clone()
    }

    fn record(&self, key: &Key) -> Option<Record> {
        let Standing { revision, number, .. } = self.standing.get(key)?;
        Some(Record { key: *key, revision: *revision, number: *number, head: self.any.clone() })
    }

    fn owner(&self, _: DeskId, key: &UniqueKey) -> Option<Key> {
        self.owners.get(key).copied()
    }

    fn counter(&self, _: DeskId, counter: &Counter) -> i64 {
        self.counters.get(counter).copied().unwrap_or(0)
    }
}

/// A record's part of a commit, as it goes into columns.
struct Row {
    touched: Touched,
    events: Vec<StoredEvent>,
    head: StoredHead,
    columns: Columns,
    wake: Option<i64>,
}

impl Tables<'_> {
    /// Checks and writes a commit, inside a transaction that writes. Where it is refused, nothing
    /// was written; after a fault, the caller undoes what was.
    pub(super) fn write(&self, parts: CommitParts) -> Result<Receipt, CommitError> {
        let Some(any) = parts.writes.first().map(|write| write.head.clone()) else {
            // A commit has at least one record to write.
            return Err(Fault::from(rusqlite::Error::QueryReturnedNoRows).committing());
        };
        let looked = self.look_up(&parts, any).map_err(Fault::committing)?;
        scan::check(&parts, &looked)?;
        self.put(parts, looked).map_err(Fault::committing)
    }

    fn look_up(&self, parts: &CommitParts, any: Head) -> Result<Looked, Fault> {
        let desk = parts.desk;
        let mut looked = Looked {
            receipt: None,
            standing: BTreeMap::new(),
            owners: BTreeMap::new(),
            counters: BTreeMap::new(),
            any,
        };
        if let Some(command) = parts.receipt.command {
            looked.receipt = self.receipt(desk, command)?;
        }
        let written = parts.writes.iter().map(|write| write.key);
        for key in written.chain(parts.guards.iter().map(|guard| guard.key)) {
            looked.standing.extend(self.standing(&key)?.map(|it| (key, it)));
        }
        for change in &parts.keys {
            let (KeyChange::Take(key, _) | KeyChange::Release(key, _)) = change;
            looked.owners.extend(self.owner(desk, key)?.map(|owner| (key.clone(), owner)));
        }
        for change in &parts.counters {
            if change.ceiling.is_some() {
                let value = self.counter(desk, &change.counter)?;
                looked.counters.insert(change.counter.clone(), value);
            }
        }
        Ok(looked)
    }

    fn standing(&self, key: &Key) -> Result<Option<Standing>, Fault> {
        let text = "SELECT slot, revision, number, category, done, department, standing, assignee, \
                    requester, organisation, due_at, status, priority, level, since \
                    FROM ~records WHERE desk = ?1 AND kind = ?2 AND id = ?3";
        self.first(text, key_columns(key), |row| {
            let mut indexed: Indexed = [const { Value::Null }; INDEXED];
            for (column, value) in (3..).zip(&mut indexed) {
                *value = row.get(column)?;
            }
            Ok(Standing {
                slot: row.get(0)?,
                revision: Revision(read_number(row, 1)?),
                number: match row.get_ref(2)? {
                    rusqlite::types::ValueRef::Null => None,
                    _ => Some(TicketNumber(read_number(row, 2)?)),
                },
                indexed,
            })
        })
    }

    /// What comes after the greatest of a desk's.
    fn next(&self, desk: DeskId, greatest: &str) -> Result<u64, Fault> {
        let found = self.first(greatest, [desk_bytes(desk)], |row| read_number(row, 0))?;
        Ok(found.unwrap_or(0).saturating_add(1))
    }

    fn put(&self, parts: CommitParts, looked: Looked) -> Result<Receipt, Fault> {
        let desk = parts.desk;
        let last = "SELECT seq FROM ~commits WHERE desk = ?1 ORDER BY seq DESC LIMIT 1";
        let seq = self.next(desk, last)?;
        let last = "SELECT number FROM ~records WHERE desk = ?1 AND number IS NOT NULL \
                    ORDER BY number DESC LIMIT 1";
        let number = TicketNumber(self.next(desk, last)?);
        let receipt = scan::receipt(&parts, &looked, seq, number);
        let owners = scan::owners(&parts, &receipt, &looked);
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
        // Everything becomes text before anything is written.
        let rows = writes.into_iter().zip(&receipt.touched).map(|(write, touched)| {
            let Write { key: _, expected: _, events, head, columns, next_wake } = write;
            let events = events.iter().map(codec::encode_event).collect::<Result<_, _>>()?;
            let head = codec::encode_head(&head)?;
            let wake = next_wake.map(|at| at.timestamp_micros());
            Ok::<_, Fault>(Row { touched: *touched, events, head, columns, wake })
        });
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        let texts = notices.iter().map(codec::encode_notice).collect::<Result<Vec<_>, _>>()?;
        for row in rows {
            let before = looked.standing.get(&row.touched.key);
            self.put_record(seq, row, before)?;
        }
        for (key, owner) in owners {
            self.put_owner(desk, &key, owner)?;
        }
        for change in counters {
            // Here and not in SQL, whose sums become floating-point numbers where they are too large.
            let value = self.counter(desk, &change.counter)?.saturating_add(change.delta);
            self.put_counter(desk, &change.counter, value)?;
        }
        for (notice, text) in notices.iter().zip(texts) {
            self.put_notice(desk, notice, text)?;
        }
        for erasure in erasures {
            self.erase(&erasure)?;
        }
        let text = "INSERT INTO ~commits (desk, seq, command, digest, touched) \
                    VALUES (?1, ?2, ?3, ?4, ?5)";
        let command = receipt.command.as_ref().map(|it| bytes(it.as_uuid()));
        let digest = receipt.digest.cast_signed();
        self.execute(text, (desk_bytes(desk), integer(seq), command, digest, touched))?;
        Ok(receipt)
    }

    fn put_record(&self, seq: u64, row: Row, before: Option<&Standing>) -> Result<(), Fault> {
        let Row { touched, events, head, columns, wake } = row;
        let Touched { key, to, number, .. } = touched;
        let (desk, kind, id) = key_columns(&key);
        let new = indexed(&columns);
        let slot = match before {
            Some(Standing { slot, indexed: old, .. }) => {
                let text = "UPDATE ~records SET revision = ?2, schema = ?3, head = ?4, \
                            wake_at = ?5, visible_at = ?5 WHERE slot = ?1";
                self.execute(text, (slot, integer(to.0), head.schema, head.head, wake))?;
                // An index is written only where one of its columns changes.
                if *old != new {
                    self.put_indexed(*slot, new)?;
                }
                *slot
            }
            None => {
                let text = "INSERT INTO ~records (desk, kind, id, revision, number, schema, head, \
                            wake_at, visible_at, category, done, department, standing, assignee, \
                            requester, organisation, due_at, status, priority, level, since) \
                            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
                let or_null = |it: Option<i64>| it.map_or(Value::Null, Value::Integer);
                let values = [
                    Value::Blob(desk.to_vec()),
                    Value::Integer(kind),
                    Value::Blob(id.to_vec()),
                    Value::Integer(integer(to.0)),
                    or_null(number.map(|number| integer(number.0))),
                    Value::Integer(head.schema.into()),
                    Value::Text(head.head),
                    or_null(wake),
                    or_null(wake),
                ];
                let mut statement = self.statement(text)?;
                statement.insert(rusqlite::params_from_iter(values.into_iter().chain(new)))?
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
        match key.kind {
            RecordKind::Ticket => self.put_marks(key.desk, slot, number, marks(&columns)),
            RecordKind::Agent => self.put_rosters(&key, &rosters(&columns)),
            RecordKind::Settings | RecordKind::Contact | RecordKind::Organisation => Ok(()),
        }
    }

    pub(super) fn put_indexed(&self, slot: i64, new: Indexed) -> Result<(), Fault> {
        let text = "UPDATE ~records SET category = ?, done = ?, department = ?, standing = ?, \
                    assignee = ?, requester = ?, organisation = ?, due_at = ?, status = ?, \
                    priority = ?, level = ?, since = ? WHERE slot = ?";
        let values = new.into_iter().chain([Value::Integer(slot)]);
        self.execute(text, rusqlite::params_from_iter(values))?;
        Ok(())
    }

    pub(super) fn put_marks(
        &self,
        desk: DeskId,
        slot: i64,
        number: Option<TicketNumber>,
        new: BTreeSet<Mark>,
    ) -> Result<(), Fault> {
        let text = "SELECT what, value FROM ~marks WHERE slot = ?1";
        let old =
            self.all(text, [slot], |row| Ok(Mark { what: row.get(0)?, value: row.get(1)? }))?;
        let old: BTreeSet<Mark> = old.into_iter().collect();
        let (desk, number) = (desk_bytes(desk), number.map_or(0, |number| integer(number.0)));
        for Mark { what, value } in old.difference(&new) {
            let text = "DELETE FROM ~marks \
                        WHERE desk = ?1 AND what = ?2 AND value = ?3 AND number = ?4";
            self.execute(text, (desk, what, value, number))?;
        }
        for Mark { what, value } in new.difference(&old) {
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

    fn put_notice(&self, desk: DeskId, notice: &Notice, stored: String) -> Result<(), Fault> {
        let (desk, kind, ticket) = key_columns(&Key::ticket(desk, notice.id.ticket));
        let text = "SELECT number FROM ~records WHERE desk = ?1 AND kind = ?2 AND id = ?3";
        let number: Option<Option<i64>> =
            self.first(text, (desk, kind, ticket), |row| row.get(0))?;
        let earlier = "SELECT 1 FROM ~notices WHERE desk = ?1 AND ticket = ?2 LIMIT 1";
        let earlier = self.first(earlier, (desk, ticket), |_| Ok(()))?.is_some();
        let text = "INSERT INTO ~notices (desk, ticket, revision, number, notice, attempts, lease, \
                    held_until, oldest) VALUES (?1, ?2, ?3, ?4, ?5, 0, NULL, ?6, ?7)";
        let (revision, number) = (integer(notice.id.revision.0), number.flatten().unwrap_or(0));
        self.execute(text, (desk, ticket, revision, number, stored, i64::MIN, !earlier))?;
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
