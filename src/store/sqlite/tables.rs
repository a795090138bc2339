//! The tables as they are read: a record, a history, who has a key, what a counter is, a receipt, a
//! roster, what was committed.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rusqlite::types::{FromSqlError, Type, Value, ValueRef};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row};
use uuid::Uuid;

use super::columns::{INDEXED, Indexed};
use super::error::Fault;

use super::recent::{Recent, Stood};
use crate::decide::{Counter, UniqueKey};
use crate::ids::{AgentId, CommandId, DeskId, Key, Revision, TicketNumber};
use crate::record::{Event, Head, Record, fold};
use crate::store::codec::{self, CodecErrorKind, StoredEvent, StoredHead};
use crate::store::sql::{EVERYBODY, Known, kind_number, kind_of};
use crate::store::{Entry, Found, Receipt, Roster, Rostered, Tally, Wanted};

/// A statement with the names of the tables in it: each stands as `~name`.
pub(super) fn named(statement: &str, prefix: &str) -> String {
    statement.replace('~', prefix)
}

/// The store's tables, seen through one connection.
#[derive(Clone, Copy)]
pub(super) struct Tables<'c> {
    pub(super) connection: &'c Connection,
    pub(super) prefix: &'c str,
    pub(super) known: &'c Known,
    /// What the connection last saw; `None`: it is not kept.
    pub(super) recent: Option<&'c RefCell<Recent>>,
    /// Statements of this connection, with the names of the tables in them; `None`: not kept.
    pub(super) texts: Option<&'c RefCell<Texts>>,
}

/// Statements with the names of the tables in them, each by where it stands in the program.
#[derive(Debug, Default)]
pub(super) struct Texts {
    fixed: BTreeMap<(usize, usize), Arc<str>>,
    /// How a record is written of which these columns change.
    pub(super) updates: BTreeMap<u16, Arc<str>>,
}

/// An id as it stands in a column.
pub(super) fn bytes(id: &Uuid) -> [u8; 16] {
    *id.as_bytes()
}

/// A desk's id as it stands in a column.
pub(super) fn desk_bytes(desk: DeskId) -> [u8; 16] {
    bytes(desk.as_uuid())
}

/// A key as it stands in three columns.
pub(super) fn key_columns(key: &Key) -> ([u8; 16], i64, [u8; 16]) {
    (desk_bytes(key.desk), kind_number(key.kind), bytes(&key.id))
}

/// A number as it stands in a column. There are never so many as not to fit.
pub(super) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// How many rows at most, as it stands in a statement.
pub(super) fn rows_at_most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Reads an id.
pub(super) fn read_id(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    row.get(column).map(Uuid::from_bytes)
}

/// Reads a number that is never negative.
pub(super) fn read_number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

/// Reads a number that is never negative, or nothing.
pub(super) fn read_number_or_null(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<u64>> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        _ => read_number(row, column).map(Some),
    }
}

/// Reads an instant.
pub(super) fn read_instant(row: &Row<'_>, column: usize) -> rusqlite::Result<DateTime<Utc>> {
    let micros: i64 = row.get(column)?;
    DateTime::from_timestamp_micros(micros)
        .ok_or(rusqlite::Error::IntegralValueOutOfRange(column, micros))
}

/// Reads a kind and an id, which stand side by side, as a key of the desk.
pub(super) fn read_key(row: &Row<'_>, desk: DeskId, column: usize) -> rusqlite::Result<Key> {
    let number = row.get(column)?;
    let Some(kind) = kind_of(number) else {
        let error = Box::new(FromSqlError::OutOfRange(number));
        return Err(rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, error));
    };
    Ok(Key { desk, kind, id: read_id(row, column + 1)? })
}

/// Reads the indexed columns, from this one on.
pub(super) fn read_indexed(row: &Row<'_>, column: usize) -> rusqlite::Result<Indexed> {
    let mut indexed: Indexed = [const { Value::Null }; INDEXED];
    for (column, value) in (column..).zip(&mut indexed) {
        *value = row.get(column)?;
    }
    Ok(indexed)
}

/// A record as its row has it.
pub(super) struct RecordRow {
    revision: Revision,
    number: Option<TicketNumber>,
    head: StoredHead,
}

impl RecordRow {
    /// Reads the columns revision, number, schema and head, from this one on.
    pub(super) fn read(row: &Row<'_>, column: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            revision: Revision(read_number(row, column)?),
            number: read_number_or_null(row, column + 1)?.map(TicketNumber),
            head: StoredHead { schema: row.get(column + 2)?, head: row.get(column + 3)? },
        })
    }
}

impl<'c> Tables<'c> {
    /// A statement, prepared once for each connection.
    pub(super) fn statement(&self, text: &'static str) -> Result<CachedStatement<'c>, Fault> {
        let Some(texts) = self.texts else { return self.composed(text) };
        let place = (text.as_ptr().addr(), text.len());
        let mut texts = texts.borrow_mut();
        let named = texts.fixed.entry(place).or_insert_with(|| named(text, self.prefix).into());
        self.prepared(named)
    }

    /// A statement that is put together of pieces.
    pub(super) fn composed(&self, text: &str) -> Result<CachedStatement<'c>, Fault> {
        self.prepared(&named(text, self.prefix))
    }

    /// A statement in which the names of the tables stand.
    pub(super) fn prepared(&self, text: &str) -> Result<CachedStatement<'c>, Fault> {
        #[cfg(feature = "conformance")]
        super::plans::note(self.connection, text);
        Ok(self.connection.prepare_cached(text)?)
    }

    /// Carries a statement out.
    pub(super) fn execute(
        &self,
        text: &'static str,
        values: impl rusqlite::Params,
    ) -> Result<usize, Fault> {
        Ok(self.statement(text)?.execute(values)?)
    }

    /// The first row, if there is one.
    pub(super) fn first<T>(
        &self,
        text: &'static str,
        values: impl rusqlite::Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Fault> {
        Ok(self.statement(text)?.query_row(values, read).optional()?)
    }

    /// Every row.
    pub(super) fn all<T>(
        &self,
        text: &str,
        values: impl rusqlite::Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Fault> {
        let mut statement = self.composed(text)?;
        let rows = statement.query_map(values, read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The record under a key.
    pub(super) fn record(&self, key: Key) -> Result<Option<Record>, Fault> {
        if self.recent.is_some() {
            return self.record_of_row(key);
        }
        let text = "SELECT revision, number, schema, head FROM ~records \
                    WHERE desk = ?1 AND kind = ?2 AND id = ?3";
        let row = self.first(text, key_columns(&key), |row| RecordRow::read(row, 0))?;
        row.map(|row| self.decoded(key, row)).transpose()
    }

    /// The record under a key, with all of its row kept: who reads it will soon write it.
    fn record_of_row(&self, key: Key) -> Result<Option<Record>, Fault> {
        match self.seen(&key) {
            Some(None) => return Ok(None),
            Some(Some(stood)) if stood.head.is_some() => return Ok(stood.record(key)),
            Some(Some(_)) | None => {}
        }
        let text = "SELECT revision, number, schema, head, slot, visible_at, category, done, \
                    department, standing, assignee, requester, organisation, due_at, status, \
                    priority, level, since \
                    FROM ~records WHERE desk = ?1 AND kind = ?2 AND id = ?3";
        let row = self.first(text, key_columns(&key), |row| {
            let stood = (row.get(4)?, row.get(5)?, read_indexed(row, 6)?);
            Ok((RecordRow::read(row, 0)?, stood))
        })?;
        let Some((row, (slot, visible_at, indexed))) = row else {
            self.saw(key, None);
            return Ok(None);
        };
        let record = self.decoded(key, row)?;
        let Record { revision, number, head, .. } = &record;
        let (revision, number, head) = (*revision, *number, Some(head.clone()));
        let stood = Stood { slot, revision, number, visible_at, indexed, head, marks: None };
        self.saw(key, Some(Arc::new(stood)));
        Ok(Some(record))
    }

    /// What was seen of a record's row; the inner `None`: there is none.
    pub(super) fn seen(&self, key: &Key) -> Option<Option<Arc<Stood>>> {
        self.recent?.borrow_mut().record(key)
    }

    /// Keeps what was seen of a record's row.
    pub(super) fn saw(&self, key: Key, stood: Option<Arc<Stood>>) {
        if let Some(recent) = self.recent {
            recent.borrow_mut().keep_record(key, stood);
        }
    }

    /// A record with its head read. One that an older build wrote is made anew.
    pub(super) fn decoded(&self, key: Key, row: RecordRow) -> Result<Record, Fault> {
        let RecordRow { revision, number, head: stored } = row;
        let head = match self.known.of(&key, &stored) {
            Some(head) => head,
            None => match codec::decode_head(key, &stored) {
                Ok(head) => {
                    self.known.keep(key, stored, &head);
                    head
                }
                Err(error) if error.kind() == CodecErrorKind::Older => {
                    self.folded(key, revision)?
                }
                Err(error) => return Err(error.into()),
            },
        };
        Ok(Record { key, revision, number, head })
    }

    fn folded(&self, key: Key, to: Revision) -> Result<Head, Fault> {
        Ok(fold(key, &self.events(key, Revision::ZERO, to, usize::MAX)?)?)
    }

    /// A record's events after one revision and up to another, in order.
    pub(super) fn events(
        &self,
        key: Key,
        after: Revision,
        to: Revision,
        limit: usize,
    ) -> Result<Vec<Event>, Fault> {
        let (desk, kind, id) = key_columns(&key);
        let text = "SELECT revision, at, tag, schema, facts, personal FROM ~events \
                    WHERE desk = ?1 AND kind = ?2 AND id = ?3 AND revision > ?4 AND revision <= ?5 \
                    ORDER BY revision LIMIT ?6";
        let values = (desk, kind, id, integer(after.0), integer(to.0), rows_at_most(limit));
        let mut statement = self.statement(text)?;
        let mut rows = statement.query(values)?;
        let mut events = Vec::new();
        while let Some(row) = rows.next()? {
            let stored = StoredEvent {
                revision: Revision(read_number(row, 0)?),
                at: read_instant(row, 1)?,
                tag: Cow::Owned(row.get(2)?),
                schema: row.get(3)?,
                facts: row.get(4)?,
                personal: row.get(5)?,
            };
            events.push(codec::decode_event(&stored)?);
        }
        Ok(events)
    }

    /// Who has a unique key.
    pub(super) fn owner(&self, desk: DeskId, key: &UniqueKey) -> Result<Option<Key>, Fault> {
        if let UniqueKey::Number(number) = key {
            let text = "SELECT kind, id FROM ~records WHERE desk = ?1 AND number = ?2";
            let values = (desk_bytes(desk), integer(number.0));
            return self.first(text, values, |row| read_key(row, desk, 0));
        }
        let text = "SELECT kind, id FROM ~keys WHERE desk = ?1 AND name = ?2";
        let values = (desk_bytes(desk), codec::unique_key_text(key));
        self.first(text, values, |row| read_key(row, desk, 0))
    }

    /// The value of a counter; 0 where nothing changed it.
    pub(super) fn counter(&self, desk: DeskId, counter: &Counter) -> Result<i64, Fault> {
        let seen = self.recent.and_then(|recent| recent.borrow_mut().counter(desk, counter));
        if let Some(seen) = seen {
            return Ok(seen);
        }
        let text = "SELECT value FROM ~counters WHERE desk = ?1 AND name = ?2";
        let values = (desk_bytes(desk), codec::counter_text(counter));
        let value = self.first(text, values, |row| row.get(0))?.unwrap_or(0);
        if let Some(recent) = self.recent {
            recent.borrow_mut().keep_counter(desk, counter, value);
        }
        Ok(value)
    }

    /// The receipt of a command.
    pub(super) fn receipt(
        &self,
        desk: DeskId,
        command: CommandId,
    ) -> Result<Option<Receipt>, Fault> {
        let text = "SELECT seq, digest, touched FROM ~commits WHERE desk = ?1 AND command = ?2";
        let values = (desk_bytes(desk), bytes(command.as_uuid()));
        let row = self.first(text, values, |row| {
            Ok((read_number(row, 0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?))
        })?;
        let Some((seq, digest, touched)) = row else { return Ok(None) };
        let touched = codec::decode_touched(&touched)?;
        Ok(Some(Receipt { seq, command: Some(command), digest: digest.cast_unsigned(), touched }))
    }

    /// Records, counters and a roster.
    pub(super) fn load(&self, desk: DeskId, wanted: &Wanted) -> Result<Found, Fault> {
        // What another desk has is not there.
        let record = |key: &Key| if key.desk == desk { self.record(*key) } else { Ok(None) };
        let counter = |counter| self.counter(desk, counter);
        Ok(Found {
            records: wanted.records.iter().map(record).collect::<Result<_, _>>()?,
            counters: wanted.counters.iter().map(counter).collect::<Result<_, _>>()?,
            roster: match &wanted.roster {
                Some(roster) => self.roster(desk, roster, wanted)?,
                None => Rostered::default(),
            },
        })
    }

    fn roster(&self, desk: DeskId, roster: &Roster, wanted: &Wanted) -> Result<Rostered, Fault> {
        let department = match roster {
            Roster::Department(name) => name.as_str(),
            Roster::Everybody => EVERYBODY,
        };
        let text = "SELECT agent FROM ~rosters WHERE desk = ?1 AND department = ?2 ORDER BY agent";
        let values = (desk_bytes(desk), department);
        let agents = self.all(text, values, |row| read_id(row, 0).map(AgentId::from_uuid))?;
        let listed = agents.into_iter().map(|id| {
            let count = |counter| self.counter(desk, &counter);
            let open = wanted.channel.as_ref().map(|it| count(Counter::Open(id, it.clone())));
            let tally = Tally {
                load: count(Counter::Load(id))?,
                open: open.transpose()?.unwrap_or(0),
                given: count(Counter::Given(id))?,
                freed: count(Counter::Freed(id))?,
            };
            let record = self.record(Key::agent(desk, id))?;
            Ok::<_, Fault>(record.map(|record| (record, tally)))
        });
        let listed = listed.collect::<Result<Vec<_>, _>>()?;
        Ok(listed.into_iter().flatten().collect())
    }

    /// What was committed after a place.
    pub(super) fn log(&self, desk: DeskId, after: u64, limit: usize) -> Result<Vec<Entry>, Fault> {
        let text = "SELECT seq, touched FROM ~commits WHERE desk = ?1 AND seq > ?2 \
                    ORDER BY seq LIMIT ?3";
        let values = (desk_bytes(desk), integer(after), rows_at_most(limit));
        let commits =
            self.all(text, values, |row| Ok((read_number(row, 0)?, row.get::<_, String>(1)?)))?;
        let mut entries = Vec::new();
        for (seq, touched) in commits {
            for one in codec::decode_touched(&touched)? {
                let events = self.events(one.key, one.from, one.to, usize::MAX)?;
                let events = events.into();
                entries.push(Entry { seq, key: one.key, number: one.number, events });
            }
        }
        Ok(entries)
    }
}

/// A text, or nothing, as it stands in a column.
pub(super) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// An id, or nothing, as it stands in a column.
pub(super) fn id_or_null(id: Option<&Uuid>) -> Value {
    id.map_or(Value::Null, |id| Value::Blob(bytes(id).to_vec()))
}
