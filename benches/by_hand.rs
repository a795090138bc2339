//! What a desk writes into SQLite, written by hand: the same rows into the same tables, by plain
//! prepared statements. What they are is recorded beforehand, so nothing is decided or encoded here;
//! a head is read and its revision compared, as every program must that changes what it has read.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use helpdesk::store::sqlite::rusqlite::types::Value;
use helpdesk::store::sqlite::rusqlite::{
    Connection, OptionalExtension, Statement, params_from_iter,
};
use helpdesk::store::sqlite::{Durability, SqliteStore};
use helpdesk::{Call, Desk};

/// A row, column by column.
type Row = Vec<Value>;

/// What one command writes.
pub(crate) struct Step {
    /// Desk, kind and id of the record.
    key: Row,
    /// The revision that it has before; 0: there is none.
    before: i64,
    /// The row afterwards, from `desk` on.
    record: Row,
    /// Which of its columns are written; all, where it is new.
    changed: Vec<usize>,
    events: Vec<Row>,
    marks: Vec<Row>,
    counters: Vec<Row>,
    notices: Vec<Row>,
    receipt: Row,
}

/// The columns of a record from `desk` on, in the order of the table.
const COLUMNS: [&str; 21] = [
    "desk",
    "kind",
    "id",
    "revision",
    "number",
    "schema",
    "head",
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
    "wake_at",
    "visible_at",
];
const REVISION: usize = 3;
const HEAD: usize = 6;

fn rows(connection: &Connection, text: &str, values: &[Value]) -> Vec<Row> {
    let mut statement = connection.prepare_cached(text).unwrap();
    let columns = statement.column_count();
    let read = |row: &helpdesk::store::sqlite::rusqlite::Row<'_>| {
        (0..columns).map(|column| row.get(column)).collect()
    };
    let rows = statement.query_map(params_from_iter(values), read).unwrap();
    rows.map(Result::unwrap).collect()
}

fn integer(value: &Value) -> i64 {
    let Value::Integer(value) = value else { return 0 };
    *value
}

/// What these calls write, by what a store has written of each.
pub(crate) fn record(desk: &Desk<SqliteStore>, path: &Path, calls: Vec<Call>) -> Vec<Step> {
    let look = Connection::open(path).unwrap();
    let (mut before, mut counters) = (BTreeMap::<Vec<u8>, Row>::new(), Vec::new());
    let counted = || rows(&look, "SELECT desk, name, value FROM helpdesk_counters", &[]);
    let notified = || rows(&look, "SELECT max(age) FROM helpdesk_notices", &[]).remove(0).remove(0);
    let kept = || rows(&look, "SELECT count(*) FROM helpdesk_keys", &[]);
    let keys = kept();
    let mut notices = notified();
    let mut steps = Vec::with_capacity(calls.len());
    for call in calls {
        let outcome = desk.execute(&call).unwrap();
        assert_eq!(outcome.records.len(), 1, "a command of the workload writes one record");
        let of = outcome.records[0].key;
        let id = of.id.as_bytes().to_vec();
        let text = format!(
            "SELECT {} FROM helpdesk_records WHERE desk = ?1 AND kind = 4 AND id = ?2",
            COLUMNS.join(", ")
        );
        let place = [of.desk.as_uuid().as_bytes().to_vec(), id.clone()].map(Value::Blob);
        let record = rows(&look, &text, &place).remove(0);
        let old = before.insert(id.clone(), record.clone());
        let revision = old.as_ref().map_or(0, |old| integer(&old[REVISION]));
        let differs = |at: &usize| old.as_ref().is_none_or(|old| old[*at] != record[*at]);
        let changed = (0..COLUMNS.len()).filter(differs).collect();
        let of_record = [record[0].clone(), record[1].clone(), record[2].clone()];
        let events = "SELECT desk, kind, id, revision, seq, at, tag, schema, facts, personal \
                      FROM helpdesk_events WHERE desk = ?1 AND kind = ?2 AND id = ?3 \
                      AND revision > ?4";
        let since = [&of_record[..], &[Value::Integer(revision)]].concat();
        let new = counted();
        let marks = "SELECT desk, what, value, number, slot FROM helpdesk_marks";
        let marks = if old.is_none() { rows(&look, marks, &[]) } else { Vec::new() };
        let marks = marks.into_iter().filter(|row| row[3] == record[4]).collect();
        let noted = "SELECT desk, ticket, revision, number, notice, attempts, lease, held_until, \
                     oldest FROM helpdesk_notices WHERE age > ?1 ORDER BY age";
        let receipt = "SELECT desk, seq, command, digest, touched FROM helpdesk_commits \
                       ORDER BY seq DESC LIMIT 1";
        steps.push(Step {
            key: of_record.to_vec(),
            before: revision,
            events: rows(&look, events, &since),
            marks,
            counters: new.iter().filter(|row| !counters.contains(*row)).cloned().collect(),
            notices: rows(&look, noted, &[Value::Integer(integer(&notices))]),
            receipt: rows(&look, receipt, &[]).remove(0),
            changed,
            record,
        });
        counters = new;
        notices = notified();
    }
    assert_eq!(kept(), keys, "the workload takes no keys");
    steps
}

/// A connection as a store's.
fn connect(path: &Path, durability: Durability) -> Connection {
    let connection = Connection::open(path).unwrap();
    let synchronous = if durability == Durability::Full { "FULL" } else { "NORMAL" };
    connection
        .execute_batch(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; \
             PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; \
             PRAGMA wal_autocheckpoint = 4000; PRAGMA busy_timeout = 5000"
        ))
        .unwrap();
    connection
}

fn places(count: usize) -> String {
    vec!["?"; count].join(", ")
}

/// Writes these steps into the tables of a store, so many in a transaction.
pub(crate) fn same_rows(
    path: &Path,
    durability: Durability,
    steps: &[Step],
    each: usize,
) -> Duration {
    let connection = connect(path, durability);
    let prepared = |text: &str| connection.prepare(text).unwrap();
    let insert = |table: &str, columns: &str, count: usize| {
        prepared(&format!("INSERT INTO helpdesk_{table} ({columns}) VALUES ({})", places(count)))
    };
    let mut begin = prepared("BEGIN IMMEDIATE");
    let mut commit = prepared("COMMIT");
    let mut read = prepared(
        "SELECT slot, revision, head FROM helpdesk_records WHERE desk = ? AND kind = ? AND id = ?",
    );
    let mut new = insert("records", &COLUMNS.join(", "), COLUMNS.len());
    let mut updates: BTreeMap<&[usize], Statement<'_>> = BTreeMap::new();
    for step in steps.iter().filter(|step| step.before > 0) {
        updates.entry(&step.changed).or_insert_with(|| {
            let set: Vec<_> =
                step.changed.iter().map(|at| format!("{} = ?", COLUMNS[*at])).collect();
            let set = set.join(", ");
            prepared(&format!("UPDATE helpdesk_records SET {set} WHERE slot = ? AND revision = ?"))
        });
    }
    let events = "desk, kind, id, revision, seq, at, tag, schema, facts, personal";
    let mut event = insert("events", events, 10);
    let mut mark = insert("marks", "desk, what, value, number, slot", 5);
    let mut counter = prepared(
        "INSERT INTO helpdesk_counters (desk, name, value) VALUES (?, ?, ?) \
         ON CONFLICT (desk, name) DO UPDATE SET value = excluded.value",
    );
    let notices = "desk, ticket, revision, number, notice, attempts, lease, held_until, oldest";
    let mut notice = insert("notices", notices, 9);
    let mut receipt = insert("commits", "desk, seq, command, digest, touched", 5);
    let start = Instant::now();
    for steps in steps.chunks(each) {
        begin.execute([]).unwrap();
        for step in steps {
            let found = read
                .query_row(params_from_iter(&step.key), |row| {
                    let head = row.get_ref(2)?.as_str()?.len();
                    Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, std::hint::black_box(head)))
                })
                .optional()
                .unwrap();
            assert_eq!(found.map_or(0, |(_, revision, _)| revision), step.before);
            let written = match found {
                None => new.execute(params_from_iter(&step.record)).unwrap(),
                Some((slot, revision, _)) => {
                    let place = [Value::Integer(slot), Value::Integer(revision)];
                    let values = step.changed.iter().map(|at| &step.record[*at]).chain(&place);
                    let update = updates.get_mut(&*step.changed).unwrap();
                    update.execute(params_from_iter(values)).unwrap()
                }
            };
            assert_eq!(written, 1);
            for (statement, rows) in [
                (&mut event, &step.events),
                (&mut mark, &step.marks),
                (&mut counter, &step.counters),
                (&mut notice, &step.notices),
            ] {
                for row in rows {
                    statement.execute(params_from_iter(row)).unwrap();
                }
            }
            receipt.execute(params_from_iter(&step.receipt)).unwrap();
        }
        commit.execute([]).unwrap();
    }
    start.elapsed()
}

/// What a small program would do: a head with three indexed columns, one event, a receipt; one
/// transaction each.
pub(crate) fn lean(path: &Path, steps: &[Step]) -> Duration {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
             CREATE TABLE tickets (slot INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE,
                 revision INTEGER NOT NULL, head TEXT NOT NULL, status TEXT, assignee BLOB,
                 due_at INTEGER);
             CREATE INDEX tickets_status ON tickets (status);
             CREATE INDEX tickets_assignee ON tickets (assignee);
             CREATE INDEX tickets_due ON tickets (due_at);
             CREATE TABLE events (ticket BLOB NOT NULL, revision INTEGER NOT NULL,
                 facts TEXT NOT NULL, personal TEXT, PRIMARY KEY (ticket, revision)) WITHOUT ROWID;
             CREATE TABLE receipts (command BLOB PRIMARY KEY, touched TEXT NOT NULL) WITHOUT ROWID;",
        )
        .unwrap();
    let prepared = |text: &str| connection.prepare(text).unwrap();
    let mut begin = prepared("BEGIN IMMEDIATE");
    let mut commit = prepared("COMMIT");
    let mut read = prepared("SELECT slot, revision, head FROM tickets WHERE id = ?");
    let mut new = prepared(
        "INSERT INTO tickets (id, revision, head, status, assignee, due_at) \
         VALUES (?, ?, ?, ?, ?, ?)",
    );
    let mut update = prepared(
        "UPDATE tickets SET revision = ?, head = ?, status = ?, assignee = ?, due_at = ? \
         WHERE slot = ? AND revision = ?",
    );
    let mut event =
        prepared("INSERT INTO events (ticket, revision, facts, personal) VALUES (?, ?, ?, ?)");
    let mut receipt = prepared("INSERT INTO receipts (command, touched) VALUES (?, ?)");
    let start = Instant::now();
    for step in steps {
        begin.execute([]).unwrap();
        let (id, row) = (&step.key[2], &step.record);
        let found = read
            .query_row([id], |row| {
                let head = row.get_ref(2)?.as_str()?.len();
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, std::hint::black_box(head)))
            })
            .optional()
            .unwrap();
        let values = [&row[REVISION], &row[HEAD], &row[7], &row[11], &row[14]];
        let written = match found {
            None => new.execute(params_from_iter([id].into_iter().chain(values))).unwrap(),
            Some((slot, revision, _)) => {
                let place = [Value::Integer(slot), Value::Integer(revision)];
                update.execute(params_from_iter(values.into_iter().chain(&place))).unwrap()
            }
        };
        assert_eq!(written, 1);
        let first = &step.events[0];
        event.execute(params_from_iter([id, &first[3], &first[8], &first[9]])).unwrap();
        receipt.execute(params_from_iter([&step.receipt[2], &step.receipt[4]])).unwrap();
        commit.execute([]).unwrap();
    }
    start.elapsed()
}
