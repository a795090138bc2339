//! A record: its row, and what stands of it in other tables.

use std::collections::BTreeSet;

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::super::columns::{INDEXED, Indexed, indexed};
use super::super::error::Fault;
use super::super::tables::{integer, key_columns};
use super::Over;
use crate::ids::{Key, RecordKind, Revision, TicketNumber};
use crate::store::codec::{self, StoredHead};
use crate::store::sql::{Mark, Stands, differing, marks, rosters};
use crate::store::{Derived, Finding, Operation, Part, StoreErrorKind};

/// A row as it stands.
struct Stored {
    slot: i64,
    revision: i64,
    number: Option<i64>,
    head: StoredHead,
    wake: Option<i64>,
    visible: Option<i64>,
    indexed: Indexed,
}

impl Over<'_, '_> {
    pub(super) fn record(&mut self, key: Key) -> Result<(), Fault> {
        self.verified.records = self.verified.records.saturating_add(1);
        let history = self.tables.events(key, Revision::ZERO, Revision(u64::MAX), usize::MAX);
        let derived = history.and_then(|history| Ok(Derived::of(key, &history)?));
        let derived = match derived {
            Ok(derived) => derived,
            Err(fault) => {
                let error = fault.during(Operation::History);
                if error.kind() != StoreErrorKind::Unavailable {
                    self.unread = true;
                    self.found(Finding::History { key, error });
                    return Ok(());
                }
                return Err(Fault::Store(error));
            }
        };
        // The row may be all that is left of what is lost.
        if self.torn.contains(&key) {
            self.unread = true;
            return Ok(());
        }
        self.verified.events = self.verified.events.saturating_add(derived.revision.0);
        self.sum.add(&derived);
        match self.stored(key)? {
            Some(stored) => {
                self.row(&derived, &stored)?;
                if self.differs_beside(&derived, stored.slot)? {
                    self.differs(key, Part::Columns);
                    if self.mends {
                        self.put_beside(&derived, stored.slot)?;
                    }
                }
            }
            None => {
                self.differs(key, Part::Row);
                if self.mends {
                    let slot = self.insert(&derived)?;
                    self.put_beside(&derived, slot)?;
                }
            }
        }
        self.unique_keys(&derived)
    }

    fn stored(&self, key: Key) -> Result<Option<Stored>, Fault> {
        let text = "SELECT slot, revision, number, schema, head, wake_at, visible_at, category, \
                    done, department, standing, assignee, requester, organisation, due_at, status, \
                    priority, level, since \
                    FROM ~records WHERE desk = ?1 AND kind = ?2 AND id = ?3";
        self.tables.first(text, key_columns(&key), |row| {
            let mut indexed: Indexed = [const { Value::Null }; INDEXED];
            for (column, value) in (7..).zip(&mut indexed) {
                *value = row.get(column)?;
            }
            Ok(Stored {
                slot: row.get(0)?,
                revision: row.get(1)?,
                number: row.get(2)?,
                head: StoredHead { schema: row.get(3)?, head: row.get(4)? },
                wake: row.get(5)?,
                visible: row.get(6)?,
                indexed,
            })
        })
    }

    /// Compares a row with what follows from its history.
    fn row(&mut self, derived: &Derived, stored: &Stored) -> Result<(), Fault> {
        let wake = derived.next_wake.map(|at| at.timestamp_micros());
        let row = Stands {
            revision: stored.revision,
            numbered: stored.number.is_some(),
            head: &stored.head,
            columns: stored.indexed == indexed(&derived.columns),
            wake: stored.wake == wake && stored.visible.is_some() == wake.is_some(),
        };
        let (parts, ours) = differing(derived, &row);
        if self.mends && ours && parts.iter().any(|part| *part != Part::Number) {
            self.update(derived, stored.slot)?;
        }
        parts.into_iter().for_each(|part| self.differs(derived.key, part));
        Ok(())
    }

    fn update(&self, derived: &Derived, slot: i64) -> Result<(), Fault> {
        let head = codec::encode_head(&derived.head)?;
        let wake = derived.next_wake.map(|at| at.timestamp_micros());
        let text = "UPDATE ~records SET revision = ?2, schema = ?3, head = ?4, wake_at = ?5, \
                    visible_at = ?5 WHERE slot = ?1";
        let revision = integer(derived.revision.0);
        self.tables.execute(text, (slot, revision, head.schema, head.head, wake))?;
        let text = "UPDATE ~records SET category = ?, done = ?, department = ?, standing = ?, \
                    assignee = ?, requester = ?, organisation = ?, due_at = ?, status = ?, \
                    priority = ?, level = ?, since = ? WHERE slot = ?";
        let values = indexed(&derived.columns).into_iter().chain([Value::Integer(slot)]);
        self.tables.execute(text, params_from_iter(values))?;
        Ok(())
    }

    /// Writes a row that is missing. A ticket's number stands in the receipt of its opening.
    fn insert(&self, derived: &Derived) -> Result<i64, Fault> {
        let (desk, kind, id) = key_columns(&derived.key);
        let seq = "SELECT seq FROM ~events WHERE desk = ?1 AND kind = ?2 AND id = ?3 \
                   ORDER BY revision LIMIT 1";
        let seq: Option<i64> = self.tables.first(seq, (desk, kind, id), |row| row.get(0))?;
        let touched = "SELECT touched FROM ~commits WHERE desk = ?1 AND seq = ?2";
        let touched: Option<String> = self.tables.first(touched, (desk, seq), |row| row.get(0))?;
        let touched = touched.map(|text| codec::decode_touched(&text)).transpose()?;
        let mut all = touched.into_iter().flatten();
        let number: Option<TicketNumber> =
            all.find(|it| it.key == derived.key).and_then(|it| it.number);
        let head = codec::encode_head(&derived.head)?;
        // Under what it stood stands still, by the place of the row that is gone.
        let stood = "DELETE FROM ~marks WHERE desk = ?1 AND number = ?2";
        self.tables.execute(stood, (desk, number.map(|number| integer(number.0))))?;
        let text = "INSERT INTO ~records (desk, kind, id, revision, number, schema, head) \
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let number = number.map(|number| integer(number.0));
        let (revision, schema) = (integer(derived.revision.0), head.schema);
        let values = (desk, kind, id, revision, number, schema, head.head);
        let slot = self.tables.statement(text)?.insert(values)?;
        self.update(derived, slot)?;
        Ok(slot)
    }

    /// Whether what stands of a record in other tables does not follow from its history.
    fn differs_beside(&self, derived: &Derived, slot: i64) -> Result<bool, Fault> {
        let key = derived.key;
        Ok(match key.kind {
            RecordKind::Ticket => {
                let number = self.number(slot)?;
                let text = "SELECT what, value, number FROM ~marks WHERE slot = ?1";
                let stand = self.tables.all(text, [slot], |row| {
                    let mark = Mark { what: row.get(0)?, value: row.get(1)? };
                    Ok((mark, row.get::<_, Option<i64>>(2)?))
                })?;
                let misplaced = stand.iter().any(|(_, at)| *at != number);
                let stand: BTreeSet<Mark> = stand.into_iter().map(|(mark, _)| mark).collect();
                misplaced || stand != marks(&derived.columns)
            }
            RecordKind::Agent => {
                let (desk, _, agent) = key_columns(&key);
                let text = "SELECT department FROM ~rosters WHERE desk = ?1 AND agent = ?2";
                let stand: Vec<String> = self.tables.all(text, (desk, agent), |row| row.get(0))?;
                let stand: BTreeSet<&str> = stand.iter().map(String::as_str).collect();
                stand != rosters(&derived.columns)
            }
            RecordKind::Settings | RecordKind::Contact | RecordKind::Organisation => false,
        })
    }

    fn put_beside(&self, derived: &Derived, slot: i64) -> Result<(), Fault> {
        match derived.key.kind {
            RecordKind::Ticket => {
                self.tables.execute("DELETE FROM ~marks WHERE slot = ?1", [slot])?;
                let number = self.number(slot)?.and_then(|number| u64::try_from(number).ok());
                let number = number.map(TicketNumber);
                self.tables.put_marks(
                    self.desk,
                    slot,
                    number,
                    &BTreeSet::new(),
                    &marks(&derived.columns),
                )
            }
            RecordKind::Agent => self.tables.put_rosters(&derived.key, &rosters(&derived.columns)),
            RecordKind::Settings | RecordKind::Contact | RecordKind::Organisation => Ok(()),
        }
    }

    fn number(&self, slot: i64) -> Result<Option<i64>, Fault> {
        let text = "SELECT number FROM ~records WHERE slot = ?1";
        let number: Option<Option<i64>> = self.tables.first(text, [slot], |row| row.get(0))?;
        Ok(number.flatten())
    }
}
