//! How a store treats its database, and connections that are made so.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::error::SqliteError;
use crate::time::Span;

/// How many statements each connection keeps prepared.
const STATEMENTS: usize = 256;

/// How many pages the write-ahead log may have before it is written back: most pages are written anew by
/// one command after the other, and go back once.
const LOG_PAGES: u32 = 4000;

/// How a [`SqliteStore`](super::SqliteStore) treats its database.
///
/// ```
/// use helpdesk::Span;
/// use helpdesk::store::sqlite::{Durability, Options};
///
/// let mut options = Options::default();
/// assert_eq!(options.table_prefix, "helpdesk_");
/// assert_eq!(options.durability, Durability::Normal);
/// options.durability = Durability::Full;
/// options.busy_timeout = Span::seconds(30);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// How the names of all tables and indexes begin: letters, digits and underscores of ASCII, at
    /// most 40, the first no digit. So the tables may stand beside a host's own, and a database may
    /// hold several stores. `helpdesk_` by default.
    pub table_prefix: String,
    /// When a commit is on the disk; [`Durability::Normal`] by default.
    pub durability: Durability,
    /// How long a call waits for other processes that write, in whole milliseconds, at most about 24
    /// days; after that it is [`Unavailable`](crate::store::StoreErrorKind::Unavailable). 5 seconds by
    /// default.
    pub busy_timeout: Span,
    /// How many connections that read are kept open while nobody needs them; 4 by default. As many as
    /// are needed at once are opened all the same.
    pub idle_readers: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            table_prefix: "helpdesk_".to_owned(),
            durability: Durability::Normal,
            busy_timeout: Span::seconds(5),
            idle_readers: 4,
        }
    }
}

/// When a commit is on the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Durability {
    /// With one of the next checkpoints: the end of the process loses nothing; a machine that loses
    /// its power may lose the last commits, each of them whole, and never damages the database.
    #[default]
    Normal,
    /// Before the call returns.
    Full,
}

/// Whether tables can be named so.
pub(super) fn check_prefix(options: &Options) -> Result<(), SqliteError> {
    let prefix = &*options.table_prefix;
    let allowed = prefix.len() <= 40
        && prefix.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
        && !prefix.starts_with(|it: char| it.is_ascii_digit())
        && !prefix.to_ascii_lowercase().starts_with("sqlite_");
    if allowed { Ok(()) } else { Err(SqliteError::Prefix { prefix: prefix.to_owned() }) }
}

/// How long a call waits, as SQLite is told.
pub(super) fn busy_millis(options: &Options) -> i64 {
    (options.busy_timeout.as_micros() / 1000).min(i32::MAX.into())
}

/// A connection with what all of them need.
pub(super) fn connect(
    path: &Path,
    options: &Options,
    create: bool,
) -> rusqlite::Result<Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if create {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "busy_timeout", busy_millis(options))?;
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    if mode != "wal" {
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    }
    let synchronous = match options.durability {
        Durability::Normal => "NORMAL",
        Durability::Full => "FULL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "secure_delete", true)?;
    // What SQLite notes down to undo a statement holds pages as they were: never in a file that nobody
    // erases.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}
