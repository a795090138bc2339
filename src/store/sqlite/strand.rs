//! What stands on one shelf, read a few rows at a time in an order, from where the last rows ended.

use std::collections::VecDeque;

use rusqlite::types::Value;

use super::error::Fault;
use super::shelf::walked;
use super::tables::{Tables, bytes, desk_bytes, read_id, text};
use crate::ids::DeskId;
use crate::matching::Between;
use crate::store::sql::{PartName, Shelf};
use uuid::Uuid;

/// How many rows are read first, and how many at most.
const FEW: i64 = 16;
const MANY: i64 = 256;

/// A ticket that a strand has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    /// What it is in order by: its number, its deadline, or since when it waits.
    pub(super) first: i64,
    /// Beside that: since when it waits, where the order is that of deadlines in a queue; its
    /// deadline, where it is that of waiting.
    pub(super) second: Option<i64>,
    /// Its id; that of none, in the order of numbers.
    pub(super) id: Uuid,
    /// Where its row is.
    pub(super) slot: i64,
}

/// By what a strand is in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Number,
    Deadline,
    /// By deadline, in a queue.
    Due,
    /// By since when it waits, in a queue.
    Since,
}

/// One shelf, or one part of a queue, under way.
pub(super) struct Strand {
    shape: Shape,
    /// The statement, which takes the values, where to go on, and how many rows.
    text: String,
    values: Vec<Value>,
    cursor: Vec<Value>,
    read: VecDeque<Stop>,
    chunk: i64,
    ended: bool,
}

/// What comes before every id, and after every one.
fn before_all() -> Value {
    Value::Blob(Vec::new())
}

fn after_all() -> Value {
    Value::Blob(vec![0xff; 17])
}

impl Strand {
    /// All of a shelf by number, after this one; or down from it.
    pub(super) fn by_number(
        shelf: &Shelf,
        desk: DeskId,
        after: Option<u64>,
        descending: bool,
    ) -> Self {
        let found = walked(shelf, desk, false);
        let (sign, way) = if descending { ("<", "DESC") } else { (">", "ASC") };
        let (slot, from, at) = (found.slot, found.from, found.column);
        let statement = format!(
            "SELECT {slot}, {at}number FROM {from}AND {at}number {sign} ? \
             ORDER BY {at}number {way} LIMIT ?"
        );
        let end = if descending { i64::MAX } else { i64::MIN };
        let after = after.map_or(end, super::tables::integer);
        Self::new(Shape::Number, statement, found.values, vec![Value::Integer(after)])
    }

    /// What has a deadline in this stretch, by that; of the deadline that the stretch begins with,
    /// those after this id.
    pub(super) fn by_deadline(
        shelf: &Shelf,
        desk: DeskId,
        between: Between,
        after: Option<Uuid>,
        descending: bool,
    ) -> Self {
        let found = walked(shelf, desk, true);
        let (sign, way, bound) = if descending { ("<", "DESC", ">=") } else { (">", "ASC", "<=") };
        let (slot, from, at) = (found.slot, found.from, found.column);
        let statement = format!(
            "SELECT {slot}, {at}due_at, {at}id FROM {from}AND {at}due_at {bound} ? \
             AND ({at}due_at, {at}id) {sign} (?, ?) \
             ORDER BY {at}due_at {way}, {at}id {way} LIMIT ?"
        );
        let from = between.from.map_or(i64::MIN, |at| at.timestamp_micros());
        let until = between.until.map_or(i64::MAX, |at| at.timestamp_micros());
        let mut values = found.values;
        let cursor = if descending {
            values.push(Value::Integer(from));
            vec![Value::Integer(until), after_all()]
        } else {
            values.push(Value::Integer(until));
            let id = after.map_or_else(before_all, |id| Value::Blob(bytes(&id).to_vec()));
            vec![Value::Integer(from), id]
        };
        Self::new(Shape::Deadline, statement, values, cursor)
    }

    /// What has a deadline in a part of a queue, by that; after this deadline, waiting and id.
    pub(super) fn due(desk: DeskId, name: &PartName, after: (i64, i64, Option<Uuid>)) -> Self {
        let statement = "SELECT slot, due_at, id, since FROM ~records \
                         INDEXED BY ~records_turn_due \
                         WHERE desk = ? AND department = ? AND status = ? AND priority = ? \
                         AND level = ? AND kind = 4 AND due_at IS NOT NULL \
                         AND (due_at, since, id) > (?, ?, ?) ORDER BY due_at, since, id LIMIT ?";
        let (due, since, id) = after;
        let id = id.map_or_else(before_all, |id| Value::Blob(bytes(&id).to_vec()));
        let cursor = vec![Value::Integer(due), Value::Integer(since), id];
        Self::new(Shape::Due, statement.to_owned(), values(name, desk), cursor)
    }

    /// All of a part of a queue, by since when it waits; after this instant and id.
    pub(super) fn since(desk: DeskId, name: &PartName, after: (i64, Option<Uuid>)) -> Self {
        let statement = "SELECT slot, since, id, due_at FROM ~records \
                         INDEXED BY ~records_turn_since \
                         WHERE desk = ? AND department = ? AND status = ? AND priority = ? \
                         AND level = ? AND kind = 4 \
                         AND (since, id) > (?, ?) ORDER BY since, id LIMIT ?";
        let (since, id) = after;
        let id = id.map_or_else(before_all, |id| Value::Blob(bytes(&id).to_vec()));
        let cursor = vec![Value::Integer(since), id];
        Self::new(Shape::Since, statement.to_owned(), values(name, desk), cursor)
    }

    fn new(shape: Shape, text: String, values: Vec<Value>, cursor: Vec<Value>) -> Self {
        Self { shape, text, values, cursor, read: VecDeque::new(), chunk: FEW, ended: false }
    }

    /// The next ticket, which stays the next.
    pub(super) fn peek(&mut self, tables: &Tables<'_>) -> Result<Option<Stop>, Fault> {
        if self.read.is_empty() && !self.ended {
            self.read_on(tables)?;
        }
        Ok(self.read.front().copied())
    }

    /// The next ticket.
    pub(super) fn next(&mut self, tables: &Tables<'_>) -> Result<Option<Stop>, Fault> {
        let next = self.peek(tables)?;
        self.read.pop_front();
        Ok(next)
    }

    fn read_on(&mut self, tables: &Tables<'_>) -> Result<(), Fault> {
        let limit = Value::Integer(self.chunk);
        let values = self.values.iter().chain(&self.cursor).cloned().chain([limit]);
        let shape = self.shape;
        let read = tables.all(&self.text, rusqlite::params_from_iter(values), |row| {
            let second = matches!(shape, Shape::Due | Shape::Since);
            Ok(Stop {
                slot: row.get(0)?,
                first: row.get(1)?,
                id: if shape == Shape::Number { Uuid::nil() } else { read_id(row, 2)? },
                second: if second { row.get(3)? } else { None },
            })
        })?;
        self.ended = i64::try_from(read.len()).unwrap_or(i64::MAX) < self.chunk;
        self.chunk = self.chunk.saturating_mul(2).min(MANY);
        if let Some(last) = read.last() {
            let id = Value::Blob(bytes(&last.id).to_vec());
            let first = Value::Integer(last.first);
            self.cursor = match shape {
                Shape::Number => vec![first],
                Shape::Deadline | Shape::Since => vec![first, id],
                Shape::Due => vec![first, Value::Integer(last.second.unwrap_or(i64::MIN)), id],
            };
        }
        self.read = read.into();
        Ok(())
    }
}

fn values(name: &PartName, desk: DeskId) -> Vec<Value> {
    let PartName { department, status, priority, level } = name;
    let names = [department, status, priority, level].map(|name| text(name));
    [Value::Blob(desk_bytes(desk).to_vec())].into_iter().chain(names).collect()
}

/// Several strands as one, each ticket once.
pub(super) struct Merged {
    strands: Vec<Strand>,
    descending: bool,
}

impl Merged {
    pub(super) fn new(strands: Vec<Strand>, descending: bool) -> Self {
        Self { strands, descending }
    }

    /// The next ticket of all.
    pub(super) fn next(&mut self, tables: &Tables<'_>) -> Result<Option<Stop>, Fault> {
        let place = |stop: &Stop| (stop.first, stop.id);
        let mut best: Option<Stop> = None;
        for strand in &mut self.strands {
            let Some(stop) = strand.peek(tables)? else { continue };
            let sooner = best.as_ref().is_none_or(|best| {
                if self.descending {
                    place(&stop) > place(best)
                } else {
                    place(&stop) < place(best)
                }
            });
            if sooner {
                best = Some(stop);
            }
        }
        let Some(best) = best else { return Ok(None) };
        // Shelves of several columns may have the same ticket.
        for strand in &mut self.strands {
            if strand.peek(tables)?.is_some_and(|stop| place(&stop) == place(&best)) {
                strand.next(tables)?;
            }
        }
        Ok(Some(best))
    }
}
