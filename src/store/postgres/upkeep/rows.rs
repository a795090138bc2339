//! A record: its row, and what stands of it in other tables.

use std::collections::BTreeSet;

use serde_json::Value;
use tokio_postgres::types::Type;

use super::super::commit::indexed;
use super::super::connection::get;
use super::super::error::Fault;
use super::super::forms::{column_text, hex, integer, kind_column};
use super::super::tables::read_schema;
use super::Over;
use crate::ids::{Key, RecordKind, Revision};
use crate::store::codec::{self, StoredHead};
use crate::store::sql::{Stands, differing, marks, rosters};
use crate::store::{Derived, Finding, Operation, Part};

/// What stands of a record, whether it has a row or not.
const STANDS: &str = "SELECT r.revision, r.number, r.schema, r.head, jsonb_build_object(\
    'category', r.category, 'done', r.done, 'department', r.department, 'standing', r.standing, \
    'assignee', r.assignee, 'requester', encode(r.requester, 'hex'), \
    'organisation', r.organisation, 'due_at', r.due_at, 'status', r.status, \
    'priority', r.priority, 'level', r.level, 'since', r.since)::text, w.wake_at, \
    (SELECT jsonb_agg(jsonb_build_array(m.what, encode(m.value, 'hex'), m.number)) FROM ~marks m \
    WHERE m.desk = $1 AND m.ticket = $3 AND $2 = 4)::text, \
    (SELECT jsonb_agg(o.department) FROM ~rosters o \
    WHERE o.desk = $1 AND o.agent = $3 AND $2 = 1)::text \
    FROM (VALUES (1)) AS one (one) \
    LEFT JOIN ~records r ON r.desk = $1 AND r.kind = $2 AND r.id = $3 \
    LEFT JOIN ~wakes w ON w.desk = $1 AND w.kind = $2 AND w.id = $3";

/// Writes a row, where it is there or not. What has a number keeps it.
const PUT: &str = "INSERT INTO ~records AS r (desk, kind, id, revision, number, schema, head, \
    category, done, department, standing, assignee, requester, organisation, due_at, status, \
    priority, level, since) \
    SELECT $1, $2, $3, $4, $5, $6, $7, c.category, c.done, c.department, c.standing, c.assignee, \
    decode(c.requester, 'hex'), c.organisation, c.due_at, c.status, c.priority, c.level, c.since \
    FROM jsonb_to_record($8::text::jsonb) AS c(category text, done boolean, department text, \
    standing smallint, assignee uuid, requester text, organisation uuid, due_at bigint, \
    status text, priority text, level text, since bigint) \
    ON CONFLICT (desk, kind, id) DO UPDATE SET revision = excluded.revision, \
    schema = excluded.schema, head = excluded.head, category = excluded.category, \
    done = excluded.done, department = excluded.department, standing = excluded.standing, \
    assignee = excluded.assignee, requester = excluded.requester, \
    organisation = excluded.organisation, due_at = excluded.due_at, status = excluded.status, \
    priority = excluded.priority, level = excluded.level, since = excluded.since";

/// A row as it stands.
struct Row {
    revision: i64,
    number: Option<i64>,
    head: StoredHead,
    columns: Value,
}

/// All that stands of a record.
struct Found {
    row: Option<Row>,
    wake: Option<i64>,
    /// Kind, value in hexadecimal digits, and number of the ticket.
    marks: BTreeSet<(i64, String, i64)>,
    rosters: BTreeSet<String>,
}

impl Over<'_> {
    pub(super) async fn record(&mut self, key: Key) -> Result<(), Fault> {
        self.verified.records = self.verified.records.saturating_add(1);
        let all = Revision(u64::MAX);
        let history = match self.tables.events(key, Revision::ZERO, all, usize::MAX).await {
            Ok(history) => Derived::of(key, &history).map(|it| (it, history)).map_err(Fault::from),
            // The database could not be asked.
            Err(fault @ (Fault::Postgres(_) | Fault::Connection(_))) => return Err(fault),
            Err(fault) => Err(fault),
        };
        let (derived, history) = match history {
            Ok(read) => read,
            Err(fault) => {
                self.unread = true;
                let error = fault.during(Operation::History);
                self.found(Finding::History { key, error });
                return Ok(());
            }
        };
        // The row may be all that is left of what is lost.
        if self.torn.contains(&key) {
            self.unread = true;
            return Ok(());
        }
        self.verified.events = self.verified.events.saturating_add(derived.revision.0);
        self.sum.add(&derived);
        let stands = self.stands(key).await?;
        self.compare(&derived, stands).await?;
        self.unique_keys(&derived).await?;
        self.said(&derived, &history).await
    }

    async fn stands(&self, key: Key) -> Result<Found, Fault> {
        let values = [
            (key.desk.as_uuid() as _, Type::UUID),
            (&kind_column(&key) as _, Type::INT2),
            (&key.id as _, Type::UUID),
        ];
        let Some(row) = self.tables.first(STANDS, &values).await? else {
            return Err(Fault::Column("a question has no answer".into()));
        };
        let parsed = |error: serde_json::Error| Fault::Column(error.into());
        let list = |column: usize| -> Result<String, Fault> {
            Ok(get::<Option<String>>(&row, column)?.unwrap_or_else(|| "[]".to_owned()))
        };
        let (marks, rosters) = (list(6)?, list(7)?);
        let stands = match get::<Option<i64>>(&row, 0)? {
            None => None,
            Some(revision) => Some(Row {
                revision,
                number: get(&row, 1)?,
                // A form that no build has is none that can be read.
                head: StoredHead { schema: read_schema(&row, 2).unwrap_or(0), head: get(&row, 3)? },
                columns: serde_json::from_str(get(&row, 4)?).map_err(parsed)?,
            }),
        };
        Ok(Found {
            row: stands,
            wake: get(&row, 5)?,
            marks: serde_json::from_str(&marks).map_err(parsed)?,
            rosters: serde_json::from_str(&rosters).map_err(parsed)?,
        })
    }

    /// Compares what stands of a record with what follows from its history.
    async fn compare(&mut self, derived: &Derived, found: Found) -> Result<(), Fault> {
        let key = derived.key;
        let Found { row, wake, marks: stand, rosters: on } = found;
        let wakes = derived.next_wake.map(|at| at.timestamp_micros());
        let (number, mut parts, ours) = match &row {
            Some(row) => {
                let should = serde_json::to_value(indexed(&derived.columns));
                let should = should.map_err(|error| Fault::Column(error.into()))?;
                let stands = Stands {
                    revision: row.revision,
                    numbered: row.number.is_some(),
                    head: &row.head,
                    columns: row.columns == should,
                    wake: wake == wakes,
                };
                let (parts, ours) = differing(derived, &stands);
                (row.number, parts, ours)
            }
            None => (self.drawn(key).await?, vec![Part::Row], true),
        };
        let written = parts.iter().any(|it| !matches!(it, Part::Number | Part::Wake));
        if self.mends && ours && written {
            self.put_row(derived, number).await?;
        }
        if self.mends && ours && wake != wakes {
            self.put_wake(key, wakes).await?;
        }
        let marked = marks(&derived.columns);
        let at = number.unwrap_or(0);
        let marked = marked.iter().map(|mark| (mark.what, hex(&mark.value), at));
        let (marked, rosters): (BTreeSet<_>, BTreeSet<_>) = (
            marked.collect(),
            rosters(&derived.columns).iter().map(|it| column_text(it).into_owned()).collect(),
        );
        if stand != marked || on != rosters {
            if self.mends && ours {
                self.put_beside(key, &marked, &rosters).await?;
            }
            if row.is_some() && !parts.contains(&Part::Columns) {
                parts.push(Part::Columns);
            }
        }
        parts.into_iter().for_each(|part| self.differs(key, part));
        Ok(())
    }

    /// A ticket's number, of the receipt of its opening.
    pub(super) async fn drawn(&self, key: Key) -> Result<Option<i64>, Fault> {
        if key.kind != RecordKind::Ticket {
            return Ok(None);
        }
        let text = "SELECT c.touched FROM ~events e JOIN ~commits c \
                    ON c.desk = e.desk AND c.seq = e.seq \
                    WHERE e.desk = $1 AND e.kind = $2 AND e.id = $3 AND e.revision = 1";
        let values = [
            (key.desk.as_uuid() as _, Type::UUID),
            (&kind_column(&key) as _, Type::INT2),
            (&key.id as _, Type::UUID),
        ];
        let Some(row) = self.tables.first(text, &values).await? else { return Ok(None) };
        let touched = codec::decode_touched(get(&row, 0)?)?;
        let number = touched.into_iter().find(|it| it.key == key).and_then(|it| it.number);
        Ok(number.map(|number| integer(number.0)))
    }

    async fn put_row(&self, derived: &Derived, number: Option<i64>) -> Result<(), Fault> {
        let key = derived.key;
        let head = codec::encode_head(&derived.head)?;
        let columns = serde_json::to_string(&indexed(&derived.columns));
        let columns = columns.map_err(|error| Fault::Column(error.into()))?;
        let values = [
            (key.desk.as_uuid() as _, Type::UUID),
            (&kind_column(&key) as _, Type::INT2),
            (&key.id as _, Type::UUID),
            (&integer(derived.revision.0) as _, Type::INT8),
            (&number as _, Type::INT8),
            (&i32::from(head.schema) as _, Type::INT4),
            (&head.head as _, Type::TEXT),
            (&columns as _, Type::TEXT),
        ];
        self.tables.all(PUT, &values).await?;
        Ok(())
    }

    pub(super) async fn put_wake(&self, key: Key, wake: Option<i64>) -> Result<(), Fault> {
        let kind = kind_column(&key);
        let mut values = vec![
            (key.desk.as_uuid() as _, Type::UUID),
            (&kind as _, Type::INT2),
            (&key.id as _, Type::UUID),
        ];
        let text = match &wake {
            Some(wake) => {
                values.push((wake as _, Type::INT8));
                "INSERT INTO ~wakes (desk, kind, id, wake_at, visible_at) \
                 VALUES ($1, $2, $3, $4, $4) ON CONFLICT (desk, kind, id) \
                 DO UPDATE SET wake_at = excluded.wake_at, visible_at = excluded.visible_at"
            }
            None => "DELETE FROM ~wakes WHERE desk = $1 AND kind = $2 AND id = $3",
        };
        self.tables.all(text, &values).await?;
        Ok(())
    }

    /// Writes marks and rosters anew.
    pub(super) async fn put_beside(
        &self,
        key: Key,
        marks: &BTreeSet<(i64, String, i64)>,
        rosters: &BTreeSet<String>,
    ) -> Result<(), Fault> {
        let (desk, id) = ((key.desk.as_uuid() as _, Type::UUID), (&key.id as _, Type::UUID));
        match key.kind {
            RecordKind::Ticket => {
                let text = "DELETE FROM ~marks WHERE desk = $1 AND ticket = $2";
                self.tables.all(text, &[desk.clone(), id.clone()]).await?;
                let marks = serde_json::to_string(marks);
                let marks = marks.map_err(|error| Fault::Column(error.into()))?;
                // Where somebody else's stands in its place, that one's history says so, too.
                let text = "INSERT INTO ~marks (desk, ticket, what, value, number) \
                            SELECT $1, $2, (m->>0)::smallint, decode(m->>1, 'hex'), (m->>2)::bigint \
                            FROM jsonb_array_elements($3::text::jsonb) AS m \
                            ON CONFLICT (desk, what, value, number) \
                            DO UPDATE SET ticket = excluded.ticket";
                self.tables.all(text, &[desk, id, (&marks as _, Type::TEXT)]).await?;
            }
            RecordKind::Agent => {
                let text = "DELETE FROM ~rosters WHERE desk = $1 AND agent = $2";
                self.tables.all(text, &[desk.clone(), id.clone()]).await?;
                let rosters: Vec<&str> = rosters.iter().map(String::as_str).collect();
                let text = "INSERT INTO ~rosters (desk, agent, department) \
                            SELECT $1, $2, o FROM unnest($3::text[]) AS o";
                self.tables.all(text, &[desk, id, (&rosters as _, Type::TEXT_ARRAY)]).await?;
            }
            RecordKind::Settings | RecordKind::Contact | RecordKind::Organisation => {}
        }
        Ok(())
    }
}
