//! The tables as they are read: records, a history, who has a key, what a counter is, a receipt, a
//! roster, what was committed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::connection::{Tables, get};
use super::error::Fault;
use super::forms::{
    column_text, instant, integer, key_of, kind_column, number, read_text, rows_at_most,
};
use crate::decide::UniqueKey;
use crate::ids::{CommandId, DeskId, Key, RecordKind, Revision, TicketNumber};
use crate::record::{Event, Head, Record, fold};
use crate::store::codec::{self, CodecErrorKind, StoredEvent, StoredHead};
use crate::store::sql::{EVERYBODY, Known};
use crate::store::{Entry, Found, Receipt, Roster, Tally, Touched, Wanted};

/// A record as its row has it.
pub(super) struct RecordRow {
    pub(super) key: Key,
    revision: Revision,
    number: Option<TicketNumber>,
    head: StoredHead,
}

impl RecordRow {
    /// Reads the columns kind, id, revision, number, schema and head, from this one on.
    pub(super) fn read(row: &Row, desk: DeskId, column: usize) -> Result<Self, Fault> {
        let drawn: Option<i64> = get(row, column + 3)?;
        Ok(Self {
            key: key_of(desk, get(row, column)?, get(row, column + 1)?)?,
            revision: Revision(number(get(row, column + 2)?)?),
            number: drawn.map(number).transpose()?.map(TicketNumber),
            head: StoredHead { schema: read_schema(row, column + 4)?, head: get(row, column + 5)? },
        })
    }
}

impl Tables<'_> {
    /// A record with its head read. One that an older build wrote is made anew: of its events up to
    /// its revision, which are the same at every later instant, but for what was erased since.
    pub(super) async fn decoded(&self, known: &Known, row: RecordRow) -> Result<Record, Fault> {
        let RecordRow { key, revision, number, head: stored } = row;
        let head = match known.of(&key, &stored) {
            Some(head) => head,
            None => match codec::decode_head(key, &stored) {
                Ok(head) => {
                    known.keep(key, stored, &head);
                    head
                }
                Err(error) if error.kind() == CodecErrorKind::Older => {
                    self.folded(key, revision).await?
                }
                Err(error) => return Err(error.into()),
            },
        };
        Ok(Record { key, revision, number, head })
    }

    async fn folded(&self, key: Key, to: Revision) -> Result<Head, Fault> {
        Ok(fold(key, &self.events(key, Revision::ZERO, to, usize::MAX).await?)?)
    }

    /// A record's events after one revision and up to another, in order.
    pub(super) async fn events(
        &self,
        key: Key,
        after: Revision,
        to: Revision,
        limit: usize,
    ) -> Result<Vec<Event>, Fault> {
        let text = "SELECT revision, at, tag, schema, facts, personal FROM ~events \
                    WHERE desk = $1 AND kind = $2 AND id = $3 AND revision > $4 AND revision <= $5 \
                    ORDER BY revision LIMIT $6";
        let (kind, limit) = (kind_column(&key), rows_at_most(limit));
        let (after, to) = (integer(after.0), integer(to.0));
        let values = [
            (key.desk.as_uuid() as _, Type::UUID),
            (&kind as _, Type::INT2),
            (&key.id as _, Type::UUID),
            (&after as _, Type::INT8),
            (&to as _, Type::INT8),
            (&limit as _, Type::INT8),
        ];
        self.all(text, &values).await?.iter().map(|row| read_event(row, 0)).collect()
    }

    /// Who has unique keys.
    pub(super) async fn owners(
        &self,
        desk: DeskId,
        keys: &[UniqueKey],
    ) -> Result<Vec<Option<Key>>, Fault> {
        let (mut names, mut numbers) = (Vec::new(), Vec::new());
        for key in keys {
            let number = match key {
                UniqueKey::Number(number) => Some(integer(number.0)),
                _ => None,
            };
            numbers.push(number);
            names.push(column_text(&codec::unique_key_text(key)).into_owned());
        }
        let text = "SELECT k.nth, o.kind, o.id \
                    FROM unnest($2::text[]) WITH ORDINALITY AS k (name, nth) \
                    JOIN ~keys o ON o.desk = $1 AND o.name = k.name \
                    UNION ALL \
                    SELECT k.nth, r.kind, r.id \
                    FROM unnest($3::bigint[]) WITH ORDINALITY AS k (number, nth) \
                    JOIN ~records r ON r.desk = $1 AND r.number = k.number";
        let values = [
            (desk.as_uuid() as _, Type::UUID),
            (&names as _, Type::TEXT_ARRAY),
            (&numbers as _, Type::INT8_ARRAY),
        ];
        let mut owners = vec![None; keys.len()];
        for row in self.all(text, &values).await? {
            let key = key_of(desk, get(&row, 1)?, get(&row, 2)?)?;
            if let Some(owner) = owners.get_mut(place(&row, 0)?) {
                *owner = Some(key);
            }
        }
        Ok(owners)
    }

    /// The receipt of a command.
    pub(super) async fn receipt(
        &self,
        desk: DeskId,
        command: CommandId,
    ) -> Result<Option<Receipt>, Fault> {
        let text = "SELECT seq, digest, touched FROM ~commits WHERE desk = $1 AND command = $2";
        let values = [(desk.as_uuid() as _, Type::UUID), (command.as_uuid() as _, Type::UUID)];
        let Some(row) = self.first(text, &values).await? else { return Ok(None) };
        let touched = codec::decode_touched(get(&row, 2)?)?;
        let digest = get::<i64>(&row, 1)?.cast_unsigned();
        Ok(Some(Receipt { seq: number(get(&row, 0)?)?, command: Some(command), digest, touched }))
    }

    /// Records, counters and a roster, by one statement: as of one instant.
    pub(super) async fn load(
        &self,
        known: &Known,
        desk: DeskId,
        wanted: &Wanted,
    ) -> Result<Found, Fault> {
        let Wanted { records, counters, roster, channel } = wanted;
        // What another desk has is not there.
        let own = |key: &&Key| key.desk == desk;
        let kinds: Vec<i16> = records.iter().filter(own).map(kind_column).collect();
        let ids: Vec<Uuid> = records.iter().filter(own).map(|key| key.id).collect();
        let name = |name: &str| column_text(name).into_owned();
        let names: Vec<String> =
            counters.iter().map(|counter| name(&codec::counter_text(counter))).collect();
        let channel = channel.as_deref().map(name);
        let roster = roster.as_ref().map(|roster| match roster {
            Roster::Department(of) => name(of.as_str()),
            Roster::Everybody => EVERYBODY.to_owned(),
        });
        let values = [
            (desk.as_uuid() as _, Type::UUID),
            (&kinds as _, Type::INT2_ARRAY),
            (&ids as _, Type::UUID_ARRAY),
            (&names as _, Type::TEXT_ARRAY),
            (&roster as _, Type::TEXT),
            (&channel as _, Type::TEXT),
        ];
        let text = if roster.is_some() { LOAD_WITH_ROSTER } else { LOAD };
        // Each of these may stand in several places of what is asked for.
        let mut found = BTreeMap::new();
        let (mut values_of, mut listed) = (vec![0; counters.len()], Vec::new());
        for row in self.all(text, &values).await? {
            match get::<i16>(&row, 0)? {
                0 => {
                    let record = self.decoded(known, RecordRow::read(&row, desk, 2)?).await?;
                    found.insert(record.key, record);
                }
                1 => {
                    if let Some(value) = values_of.get_mut(place(&row, 1)?) {
                        *value = get(&row, 8)?;
                    }
                }
                _ => {
                    let tally = Tally {
                        load: get(&row, 8)?,
                        open: get(&row, 9)?,
                        given: get(&row, 10)?,
                        freed: get(&row, 11)?,
                    };
                    let row = RecordRow::read(&row, desk, 2)?;
                    listed.push((self.decoded(known, row).await?, tally));
                }
            }
        }
        listed.sort_unstable_by_key(|(record, _)| record.key);
        Ok(Found {
            records: records.iter().map(|key| found.get(key).cloned()).collect(),
            counters: values_of,
            roster: listed.into_iter().collect(),
        })
    }

    /// What was committed after a place. In a transaction: as of one instant.
    pub(super) async fn log(
        &self,
        desk: DeskId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, Fault> {
        let text = "SELECT seq, touched FROM ~commits WHERE desk = $1 AND seq > $2 \
                    ORDER BY seq LIMIT $3";
        let values = [
            (desk.as_uuid() as _, Type::UUID),
            (&integer(after) as _, Type::INT8),
            (&rows_at_most(limit) as _, Type::INT8),
        ];
        let mut touched = Vec::new();
        for row in self.all(text, &values).await? {
            let seq = number(get(&row, 0)?)?;
            let all = codec::decode_touched(get(&row, 1)?)?;
            touched.extend(all.into_iter().map(|one| (seq, one)));
        }
        self.entries(desk, touched).await
    }

    /// What commits did to records, with the events.
    pub(super) async fn entries(
        &self,
        desk: DeskId,
        touched: Vec<(u64, Touched)>,
    ) -> Result<Vec<Entry>, Fault> {
        let kinds: Vec<i16> = touched.iter().map(|(_, one)| kind_column(&one.key)).collect();
        let ids: Vec<Uuid> = touched.iter().map(|(_, one)| one.key.id).collect();
        let from: Vec<i64> = touched.iter().map(|(_, one)| integer(one.from.0)).collect();
        let to: Vec<i64> = touched.iter().map(|(_, one)| integer(one.to.0)).collect();
        let text = "SELECT t.nth, e.revision, e.at, e.tag, e.schema, e.facts, e.personal \
                    FROM unnest($2::smallint[], $3::uuid[], $4::bigint[], $5::bigint[]) \
                    WITH ORDINALITY AS t (kind, id, after, upto, nth) \
                    CROSS JOIN LATERAL (SELECT * FROM ~events e WHERE e.desk = $1 \
                    AND e.kind = t.kind AND e.id = t.id AND e.revision > t.after \
                    AND e.revision <= t.upto ORDER BY e.revision) e ORDER BY t.nth, e.revision";
        let values = [
            (desk.as_uuid() as _, Type::UUID),
            (&kinds as _, Type::INT2_ARRAY),
            (&ids as _, Type::UUID_ARRAY),
            (&from as _, Type::INT8_ARRAY),
            (&to as _, Type::INT8_ARRAY),
        ];
        let mut events: Vec<Vec<Event>> = vec![Vec::new(); touched.len()];
        for row in self.all(text, &values).await? {
            if let Some(events) = events.get_mut(place(&row, 0)?) {
                events.push(read_event(&row, 1)?);
            }
        }
        let entries = touched.into_iter().zip(events);
        let entries = entries.map(|((seq, one), events)| Entry {
            seq,
            key: one.key,
            number: one.number,
            events: events.into(),
        });
        Ok(entries.collect())
    }
}

/// A place in a list, counted from 1 in its column.
fn place(row: &Row, column: usize) -> Result<usize, Fault> {
    let nth: i64 = get(row, column)?;
    Ok(usize::try_from(nth.saturating_sub(1)).unwrap_or(usize::MAX))
}

/// The number of a form, in two bytes: builds count to no more.
pub(super) fn read_schema(row: &Row, column: usize) -> Result<u16, Fault> {
    u16::try_from(get::<i32>(row, column)?).map_err(|error| Fault::Column(error.into()))
}

/// Reads the columns revision, at, tag, schema, facts and personal, from this one on.
fn read_event(row: &Row, column: usize) -> Result<Event, Fault> {
    let stored = StoredEvent {
        revision: Revision(number(get(row, column)?)?),
        at: instant(get(row, column + 1)?)?,
        tag: Cow::Owned(read_text(get(row, column + 2)?)),
        schema: read_schema(row, column + 3)?,
        facts: get(row, column + 4)?,
        personal: get(row, column + 5)?,
    };
    Ok(codec::decode_event(&stored)?)
}

macro_rules! load {
    ($more:literal) => {
        concat!(
            "SELECT 0::smallint, k.nth, r.kind, r.id, r.revision, r.number, r.schema, r.head, \
             NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint \
             FROM unnest($2::smallint[], $3::uuid[]) WITH ORDINALITY AS k (kind, id, nth) \
             JOIN ~records r ON r.desk = $1 AND r.kind = k.kind AND r.id = k.id \
             UNION ALL \
             SELECT 1::smallint, k.nth, NULL, NULL, NULL, NULL, NULL, NULL, c.value, NULL, NULL, NULL \
             FROM unnest($4::text[]) WITH ORDINALITY AS k (name, nth) \
             JOIN ~counters c ON c.desk = $1 AND c.name = k.name ",
            $more
        )
    };
}

/// Records and counters.
const LOAD: &str = load!("WHERE $5::text IS NULL OR $6::text IS NULL");

/// The same, and a roster.
const LOAD_WITH_ROSTER: &str = load!(
    "UNION ALL \
     SELECT 2::smallint, 0, r.kind, r.id, r.revision, r.number, r.schema, r.head, \
     coalesce(l.value, 0), coalesce(o.value, 0), coalesce(g.value, 0), coalesce(f.value, 0) \
     FROM ~rosters a JOIN ~records r ON r.desk = $1 AND r.kind = 1 AND r.id = a.agent \
     LEFT JOIN ~counters l ON l.desk = $1 AND l.name = 'load:' || a.agent \
     LEFT JOIN ~counters o ON o.desk = $1 AND o.name = 'open:' || a.agent || ':' || $6::text \
     LEFT JOIN ~counters g ON g.desk = $1 AND g.name = 'given:' || a.agent \
     LEFT JOIN ~counters f ON f.desk = $1 AND f.name = 'freed:' || a.agent \
     WHERE a.desk = $1 AND a.department = $5::text"
);

/// Agents are asked for by their kind, which stands in the statement.
const _: () = assert!(crate::store::sql::kind_number(RecordKind::Agent) == 1);
