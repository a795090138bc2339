//! The tables of the store, and how they came about: a list of steps, of which each lifts them from
//! one version to the next.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::error::SqliteError;
use super::tables::named;

/// What lifts the tables from version `n` to `n + 1` stands at place `n`. Steps are only added.
const STEPS: [&str; 1] = [FIRST];

/// The version that this build reads and writes.
pub(super) const VERSION: u32 = STEPS.len() as u32;

/// Records have a slot of their own, by which indexes point to them: a row of some kilobytes in the
/// tree of a long key would make that tree deep. Everything else is kept by its key.
const FIRST: &str = "
CREATE TABLE ~schema (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL
);
INSERT INTO ~schema (one, version) VALUES (1, 0);
CREATE TABLE ~records (
    slot INTEGER PRIMARY KEY,
    desk BLOB NOT NULL,
    kind INTEGER NOT NULL,
    id BLOB NOT NULL,
    revision INTEGER NOT NULL,
    number INTEGER,
    schema INTEGER NOT NULL,
    head TEXT NOT NULL,
    category TEXT,
    done INTEGER,
    department TEXT,
    standing INTEGER,
    assignee BLOB,
    requester BLOB,
    organisation BLOB,
    due_at INTEGER,
    status TEXT,
    priority TEXT,
    level TEXT,
    since INTEGER,
    wake_at INTEGER,
    visible_at INTEGER
);
CREATE UNIQUE INDEX ~records_key ON ~records (desk, kind, id);
CREATE UNIQUE INDEX ~records_number ON ~records (desk, number) WHERE number IS NOT NULL;
CREATE INDEX ~records_category ON ~records (desk, category, number) WHERE kind = 4;
CREATE INDEX ~records_category_due ON ~records (desk, category, due_at, id)
    WHERE kind = 4 AND due_at IS NOT NULL;
CREATE INDEX ~records_assignee ON ~records (desk, assignee, done, number) WHERE kind = 4;
CREATE INDEX ~records_assignee_due ON ~records (desk, assignee, done, due_at, id)
    WHERE kind = 4 AND due_at IS NOT NULL;
CREATE INDEX ~records_department ON ~records (desk, department, standing, number)
    WHERE kind = 4;
CREATE INDEX ~records_department_due ON ~records (desk, department, standing, due_at, id)
    WHERE kind = 4 AND due_at IS NOT NULL;
CREATE INDEX ~records_requester ON ~records (desk, requester, number) WHERE kind = 4;
CREATE INDEX ~records_organisation ON ~records (desk, organisation, number)
    WHERE kind = 4 AND organisation IS NOT NULL;
CREATE INDEX ~records_turn_due
    ON ~records (desk, department, status, priority, level, due_at, since, id)
    WHERE kind = 4 AND status IS NOT NULL AND due_at IS NOT NULL;
CREATE INDEX ~records_turn_since
    ON ~records (desk, department, status, priority, level, since, id, due_at)
    WHERE kind = 4 AND status IS NOT NULL;
CREATE INDEX ~records_wake ON ~records (visible_at, desk, kind, id)
    WHERE visible_at IS NOT NULL;
CREATE INDEX ~records_desk_wake ON ~records (desk, visible_at, kind, id)
    WHERE visible_at IS NOT NULL;
CREATE TABLE ~marks (
    desk BLOB NOT NULL,
    what INTEGER NOT NULL,
    value NOT NULL,
    number INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    PRIMARY KEY (desk, what, value, number)
) WITHOUT ROWID;
CREATE INDEX ~marks_slot ON ~marks (slot);
CREATE TABLE ~rosters (
    desk BLOB NOT NULL,
    department TEXT NOT NULL,
    agent BLOB NOT NULL,
    PRIMARY KEY (desk, department, agent)
) WITHOUT ROWID;
CREATE INDEX ~rosters_agent ON ~rosters (desk, agent);
CREATE TABLE ~events (
    desk BLOB NOT NULL,
    kind INTEGER NOT NULL,
    id BLOB NOT NULL,
    revision INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    tag TEXT NOT NULL,
    schema INTEGER NOT NULL,
    facts TEXT NOT NULL,
    personal TEXT,
    PRIMARY KEY (desk, kind, id, revision)
) WITHOUT ROWID;
CREATE TABLE ~commits (
    desk BLOB NOT NULL,
    seq INTEGER NOT NULL,
    command BLOB,
    digest INTEGER NOT NULL,
    touched TEXT NOT NULL,
    PRIMARY KEY (desk, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX ~commits_command ON ~commits (desk, command) WHERE command IS NOT NULL;
CREATE TABLE ~keys (
    desk BLOB NOT NULL,
    name TEXT NOT NULL,
    kind INTEGER NOT NULL,
    id BLOB NOT NULL,
    PRIMARY KEY (desk, name)
) WITHOUT ROWID;
CREATE TABLE ~counters (
    desk BLOB NOT NULL,
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (desk, name)
) WITHOUT ROWID;
CREATE TABLE ~notices (
    age INTEGER PRIMARY KEY,
    desk BLOB NOT NULL,
    ticket BLOB NOT NULL,
    revision INTEGER NOT NULL,
    number INTEGER NOT NULL,
    notice TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    lease INTEGER,
    held_until INTEGER NOT NULL,
    oldest INTEGER NOT NULL
);
CREATE INDEX ~notices_ticket ON ~notices (desk, ticket, age);
CREATE INDEX ~notices_ready ON ~notices (held_until, age) WHERE oldest = 1;
CREATE INDEX ~notices_desk_ready ON ~notices (desk, held_until, age) WHERE oldest = 1;
CREATE TABLE ~leases (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    last INTEGER NOT NULL
);
INSERT INTO ~leases (one, last) VALUES (1, 0);
CREATE TABLE ~words (
    desk BLOB NOT NULL,
    word TEXT NOT NULL,
    number INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    note INTEGER NOT NULL,
    PRIMARY KEY (desk, word, number, revision)
) WITHOUT ROWID;
CREATE TABLE ~texts (
    desk BLOB PRIMARY KEY,
    form INTEGER NOT NULL,
    seq INTEGER NOT NULL
) WITHOUT ROWID;
";

/// The version of the tables; `None`: there are none.
fn version(connection: &Connection, prefix: &str) -> Result<Option<u32>, SqliteError> {
    let there = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    let table = named("~schema", prefix);
    let there = connection.query_row(there, [table], |_| Ok(())).optional()?;
    if there.is_none() {
        return Ok(None);
    }
    let version = named("SELECT version FROM ~schema WHERE one = 1", prefix);
    Ok(connection.query_row(&version, [], |row| row.get(0)).optional()?)
}

/// Whether the tables are those that this build knows.
pub(super) fn check(connection: &Connection, prefix: &str) -> Result<(), SqliteError> {
    match version(connection, prefix)? {
        None => Err(SqliteError::Missing { prefix: prefix.to_owned() }),
        Some(found) if found < VERSION => Err(SqliteError::Older { found, needed: VERSION }),
        Some(found) if found > VERSION => Err(SqliteError::Newer { found, known: VERSION }),
        Some(_) => Ok(()),
    }
}

/// Makes the tables, or lifts them to this build's version: all of it, or nothing.
pub(super) fn migrate(connection: &mut Connection, prefix: &str) -> Result<(), SqliteError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction, prefix)?.unwrap_or(0);
    if found > VERSION {
        return Err(SqliteError::Newer { found, known: VERSION });
    }
    let missing = usize::try_from(found).unwrap_or(usize::MAX);
    for step in STEPS.iter().skip(missing) {
        transaction.execute_batch(&named(step, prefix))?;
    }
    let reached = named("UPDATE ~schema SET version = ?1 WHERE one = 1", prefix);
    transaction.execute(&reached, [VERSION])?;
    transaction.commit()?;
    Ok(())
}
