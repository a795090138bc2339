//! How shelves are walked: one statement reads the next tickets of all of them, in one order.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::commit::NOBODY;
use super::connection::{Tables, Value, get};
use super::error::Fault;
use super::forms::{column_text, integer, rows_at_most};
use super::tables::RecordRow;
use crate::ids::DeskId;
use crate::matching::Between;
use crate::store::sql::{Shelf, requester_bytes};
use crate::workflow::StatusCategory;

/// A ticket that a walk has come to.
pub(super) struct Stop {
    /// What it is in order by: its number, or its deadline; in the latter order, then its id.
    pub(super) first: i64,
    pub(super) id: Uuid,
    pub(super) row: RecordRow,
}

/// An order in which shelves are walked, and from where.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// By number, after this one; or down from it.
    Number { after: i64, descending: bool },
    /// By deadline and id, after these and to that deadline; or down from them.
    Deadline { after: (i64, Uuid), to: i64, descending: bool },
}

impl Way {
    /// All numbers after this one, or down from it.
    pub(super) fn numbers(after: Option<u64>, descending: bool) -> Self {
        let end = if descending { i64::MAX } else { i64::MIN };
        Self::Number { after: after.map_or(end, integer), descending }
    }

    /// All deadlines in this stretch; of the one that it begins with, those after this id.
    pub(super) fn deadlines(between: Between, id: Option<Uuid>, descending: bool) -> Self {
        let micros = |at: DateTime<Utc>| at.timestamp_micros();
        let from = between.from.map_or(i64::MIN, micros);
        let until = between.until.map_or(i64::MAX, micros);
        if descending {
            let after = (until.saturating_add(1), Uuid::nil());
            return Self::Deadline { after, to: from, descending };
        }
        let after = match id {
            Some(id) => (from, id),
            None => (from.saturating_sub(1), Uuid::max()),
        };
        Self::Deadline { after, to: until, descending }
    }

    /// From this ticket on.
    fn after(self, last: &Stop) -> Self {
        match self {
            Self::Number { descending, .. } => Self::Number { after: last.first, descending },
            Self::Deadline { to, descending, .. } => {
                Self::Deadline { after: (last.first, last.id), to, descending }
            }
        }
    }

    fn descending(self) -> bool {
        match self {
            Self::Number { descending, .. } | Self::Deadline { descending, .. } => descending,
        }
    }
}

/// Shelves under way: the tickets that stand on any of them, each once.
pub(super) struct Walk<'s> {
    shelves: &'s [Shelf],
    desk: DeskId,
    way: Way,
    read: std::vec::IntoIter<Stop>,
    chunk: usize,
    ended: bool,
    last: Option<(i64, Uuid)>,
}

/// How many rows are read at a time at most.
const MANY: usize = 512;

impl<'s> Walk<'s> {
    /// These shelves; as many rows at first.
    pub(super) fn new(shelves: &'s [Shelf], desk: DeskId, way: Way, chunk: usize) -> Self {
        let (read, chunk) = (Vec::new().into_iter(), chunk.clamp(16, MANY));
        Self { shelves, desk, way, read, chunk, ended: false, last: None }
    }

    /// The next ticket of all.
    pub(super) async fn next(&mut self, tables: &Tables<'_>) -> Result<Option<Stop>, Fault> {
        loop {
            let Some(stop) = self.read.next() else {
                if self.ended {
                    return Ok(None);
                }
                self.read_on(tables).await?;
                continue;
            };
            // Shelves of several columns may have the same ticket.
            let place = Some((stop.first, stop.id));
            if self.last != place {
                self.last = place;
                return Ok(Some(stop));
            }
        }
    }

    async fn read_on(&mut self, tables: &Tables<'_>) -> Result<(), Fault> {
        let (text, arrays) = statement(self.shelves, self.way);
        let limit = rows_at_most(self.chunk);
        let (first, id, to) = match self.way {
            Way::Number { after, .. } => (after, Uuid::nil(), 0),
            Way::Deadline { after: (at, id), to, .. } => (at, id, to),
        };
        let mut values: Vec<Value<'_>> = vec![
            (self.desk.as_uuid(), Type::UUID),
            (&limit, Type::INT8),
            (&first, Type::INT8),
            (&id, Type::UUID),
            (&to, Type::INT8),
        ];
        values.extend(arrays.iter().map(Array::value));
        let rows = tables.all(&text, &values).await?;
        let stops = rows.iter().map(|row| {
            let record = RecordRow::read(row, self.desk, 1)?;
            Ok::<_, Fault>(Stop { first: get(row, 0)?, id: record.key.id, row: record })
        });
        let read = stops.collect::<Result<Vec<_>, _>>()?;
        self.ended = read.len() < self.chunk;
        self.chunk = self.chunk.saturating_mul(2).min(MANY);
        if let Some(last) = read.last() {
            self.way = self.way.after(last);
        }
        self.read = read.into_iter();
        Ok(())
    }
}

/// The shelves on which everything stands.
pub(super) fn everything() -> Vec<Shelf> {
    vec![Shelf::Everything]
}

/// Values of several shelves, as one parameter.
pub(super) enum Array {
    Uuids(Vec<Uuid>),
    Texts(Vec<String>),
    Bools(Vec<bool>),
    Smalls(Vec<i16>),
    Bytes(Vec<Vec<u8>>),
}

impl Array {
    pub(super) fn value(&self) -> Value<'_> {
        let (value, kind): (&(dyn ToSql + Sync), Type) = match self {
            Self::Uuids(it) => (it, Type::UUID_ARRAY),
            Self::Texts(it) => (it, Type::TEXT_ARRAY),
            Self::Bools(it) => (it, Type::BOOL_ARRAY),
            Self::Smalls(it) => (it, Type::INT2_ARRAY),
            Self::Bytes(it) => (it, Type::BYTEA_ARRAY),
        };
        (value, kind)
    }

    fn type_name(&self) -> &'static str {
        match self {
            Self::Uuids(_) => "uuid[]",
            Self::Texts(_) => "text[]",
            Self::Bools(_) => "boolean[]",
            Self::Smalls(_) => "smallint[]",
            Self::Bytes(_) => "bytea[]",
        }
    }
}

/// Which columns shelves of one kind are about, and their values.
type Group = (&'static [&'static str], Vec<Array>);

/// The shelves by their kinds.
fn groups(shelves: &[Shelf]) -> Vec<Group> {
    let (mut categories, mut requesters) = (Vec::new(), Vec::new());
    let (mut assignees, mut done) = (Vec::new(), Vec::new());
    let (mut departments, mut standings) = (Vec::new(), Vec::new());
    let (mut organisations, mut kinds, mut marks) = (Vec::new(), Vec::new(), Vec::new());
    let small = |number: i64| i16::try_from(number).unwrap_or(i16::MAX);
    for shelf in shelves {
        match shelf {
            Shelf::Everything => {
                let all = StatusCategory::ALL.map(|it| it.as_str().to_owned());
                categories.extend(all);
            }
            Shelf::Category(category) => categories.push(category.as_str().to_owned()),
            Shelf::Requester(who) => requesters.push(requester_bytes(*who).to_vec()),
            Shelf::Assignee(who, finished) => {
                assignees.push(who.as_ref().map_or(NOBODY, |it| *it.as_uuid()));
                done.push(*finished);
            }
            Shelf::Department(name, standing) => {
                let name = name.as_ref().map_or("", |it| it.as_str());
                departments.push(column_text(name).into_owned());
                standings.push(small(standing.number()));
            }
            Shelf::Organisation(id) => organisations.push(*id.as_uuid()),
            Shelf::Marked(mark) => {
                kinds.push(small(mark.what));
                marks.push(mark.value.clone());
            }
        }
    }
    let mut groups: Vec<Group> = Vec::new();
    if !categories.is_empty() {
        groups.push((&["category"], vec![Array::Texts(categories)]));
    }
    if !requesters.is_empty() {
        groups.push((&["requester"], vec![Array::Bytes(requesters)]));
    }
    if !assignees.is_empty() {
        let arrays = vec![Array::Uuids(assignees), Array::Bools(done)];
        groups.push((&["assignee", "done"], arrays));
    }
    if !departments.is_empty() {
        let arrays = vec![Array::Texts(departments), Array::Smalls(standings)];
        groups.push((&["department", "standing"], arrays));
    }
    if !organisations.is_empty() {
        groups.push((&["organisation"], vec![Array::Uuids(organisations)]));
    }
    if !marks.is_empty() {
        groups.push((&["what", "value"], vec![Array::Smalls(kinds), Array::Bytes(marks)]));
    }
    groups
}

/// The statement that reads the next rows of these shelves, and the values of the shelves, which stand
/// after the desk, the limit and where to go on.
fn statement(shelves: &[Shelf], way: Way) -> (String, Vec<Array>) {
    let descending = way.descending();
    let (sign, direction) = if descending { ("<", "DESC") } else { (">", "ASC") };
    let mut text = String::new();
    let mut all = Vec::new();
    for (columns, arrays) in groups(shelves) {
        if !text.is_empty() {
            text.push_str(" UNION ALL ");
        }
        let marked = columns.contains(&"what");
        let mut unnested = String::new();
        for array in &arrays {
            let comma = if unnested.is_empty() { "" } else { ", " };
            let place = all.len() + unnested.matches('$').count() + 6;
            let _ = write!(unnested, "{comma}${place}::{}", array.type_name());
        }
        let names = columns.join(", ");
        let (of, from) = if marked {
            let joined = "~marks m JOIN ~records r ON r.desk = $1 AND r.kind = 4 AND r.id = m.ticket \
                          WHERE m.desk = $1";
            ("m", joined)
        } else {
            ("r", "~records r WHERE r.desk = $1 AND r.kind = 4")
        };
        let (first, after, order) = match way {
            Way::Number { .. } => (
                format!("{of}.number"),
                format!(
                    "{of}.number {sign} $3 AND $4::uuid IS NOT NULL AND $5::bigint IS NOT NULL"
                ),
                format!("{of}.number {direction}"),
            ),
            Way::Deadline { .. } => {
                let bound = if descending { ">=" } else { "<=" };
                (
                    "r.due_at".to_owned(),
                    format!(
                        "r.due_at IS NOT NULL AND r.due_at {bound} $5 \
                         AND (r.due_at, r.id) {sign} ($3, $4)"
                    ),
                    format!("r.due_at {direction}, r.id {direction}"),
                )
            }
        };
        let equal: String =
            columns.iter().map(|column| format!(" AND {of}.{column} = v.{column}")).collect();
        let _ = write!(
            text,
            "SELECT s.* FROM unnest({unnested}) AS v ({names}) CROSS JOIN LATERAL \
             (SELECT {first} AS place, r.kind, r.id, r.revision, r.number, r.schema, r.head \
             FROM {from}{equal} AND {after} ORDER BY {order} LIMIT $2) s"
        );
        all.extend(arrays);
    }
    let _ = write!(text, " ORDER BY 1 {direction}, 3 {direction} LIMIT $2");
    (text, all)
}

/// What gives the greatest number on any of these shelves up to a bound, and the values of the shelves:
/// the first of them stands in this place. The desk stands in the first.
pub(super) fn up_to(shelves: &[Shelf], bound: &str, first: usize) -> (String, Vec<Array>) {
    let mut each = Vec::new();
    let mut all = Vec::new();
    for (columns, arrays) in groups(shelves) {
        let place = |nth: usize| first + all.len() + nth;
        let unnested: Vec<String> = arrays
            .iter()
            .enumerate()
            .map(|(nth, array)| format!("${}::{}", place(nth), array.type_name()))
            .collect();
        let from = match columns.contains(&"what") {
            true => "~marks k WHERE k.desk = $1",
            false => "~records k WHERE k.desk = $1 AND k.kind = 4",
        };
        let equal: String =
            columns.iter().map(|column| format!(" AND k.{column} = v.{column}")).collect();
        each.push(format!(
            "(SELECT max(s.number) FROM unnest({}) AS v ({}) CROSS JOIN LATERAL \
             (SELECT k.number FROM {from}{equal} AND k.number <= {bound} \
             ORDER BY k.number DESC LIMIT 1) s)",
            unnested.join(", "),
            columns.join(", ")
        ));
        all.extend(arrays);
    }
    (format!("greatest({})", each.join(", ")), all)
}
