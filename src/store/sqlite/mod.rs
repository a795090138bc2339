//! A store in a SQLite database: the stored form in columns, in one file.
//!
//! # Where what is
//!
//! Each table's name begins with [`Options::table_prefix`]. Ids are blobs of 16 bytes, instants are
//! microseconds since 1970, texts are compared byte by byte; heads, facts and personal payloads are
//! the texts of [`codec`](super::codec).
//!
//! | table | what is in it |
//! |---|---|
//! | `schema` | the version of the tables |
//! | `records` | a row for each record: revision, number, head, indexed columns, next wake |
//! | `marks`, `rosters` | under what else tickets stand, and on which rosters agents do |
//! | `events` | a row for each event; the personal payload is a column that erasure makes null |
//! | `commits` | receipts, and the order of commits |
//! | `keys`, `counters` | who has a unique key; what was counted |
//! | `notices`, `leases` | the outbox, and the last lease of it |
//! | `words`, `texts` | in which tickets a word is, where somebody searches; and up to which commit |
//!
//! # What is durable when
//!
//! The database is in write-ahead mode: who reads waits for nobody. With [`Durability::Normal`], what
//! was committed outlives the process, and the last of it may be lost where the machine loses its
//! power; with [`Durability::Full`] it outlives that, too, and each commit waits for the disk.
//!
//! # What is erased
//!
//! An erased payload is null in its row, and SQLite writes zeros over where it was (`secure_delete`).
//! The write-ahead log holds it until it is written back: after a commit that erases, the store does
//! that, and where somebody reads at that very moment, after the next commit. Backups are the host's
//! to erase.
//!
//! # Roads not taken
//!
//! - *JSON columns with indexes on expressions*: what is indexed would change with the form of heads.
//! - *One table of records and events*: a page of a listing would walk past the events.
//! - *SQLite's own sums for counters*: they become floating-point numbers where they are too large.

mod columns;
mod error;
mod find;
mod known;
mod lease;
mod schema;
mod shelf;
mod strand;
mod tables;
mod texts;
mod turns;
mod upkeep;
mod write;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

pub use error::SqliteError;
pub use rusqlite;

use self::error::Fault;
use self::known::Known;
use self::tables::Tables;
use super::{
    Claimed, Commit, CommitError, Due, Entry, Found, Lease, LeaseToken, Operation, Query, Receipt,
    Scope, Settlement, Store, StoreError, Wanted,
};
use crate::decide::UniqueKey;
use crate::ids::{CommandId, DeskId, Key, Revision};
use crate::record::{Event, Record};
use crate::time::Span;

/// How many statements each connection keeps prepared.
const STATEMENTS: usize = 256;

/// A store in a SQLite database, for one process or several. Clones share it.
///
/// Commits are made one after the other; who reads waits for nobody, and sees what was committed
/// before. The tables are made by [`migrate`](Self::migrate), and only by that.
///
/// ```
/// use helpdesk::store::sqlite::{Options, SqliteStore};
/// use helpdesk::{Desk, DeskId, Settings};
///
/// # let name = format!("helpdesk-doc-{}.db", std::process::id());
/// # let path = std::env::temp_dir().join(name);
/// let now = "2026-03-02T09:00:00Z".parse().unwrap();
/// SqliteStore::migrate(&path, &Options::default())?;
/// let store = SqliteStore::open(&path, Options::default())?;
/// let desk = Desk::create(store, DeskId::from_u128(1), Settings::default(), now)?;
/// assert_eq!(desk.next_wake(now)?, None);
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SqliteStore {
    inner: Arc<Inner>,
}

/// How a [`SqliteStore`] treats its database.
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
    /// days; after that it is [`Unavailable`](super::StoreErrorKind::Unavailable). 5 seconds by
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

struct Inner {
    path: PathBuf,
    options: Options,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    known: Known,
    /// Whether the write-ahead log may hold what was erased.
    log_holds_erased: AtomicBool,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { path, options, .. } = &*self.inner;
        f.debug_struct("SqliteStore").field("path", path).field("options", options).finish()
    }
}

impl SqliteStore {
    /// Opens a store whose tables are there. Makes none: that is what [`migrate`](Self::migrate) is
    /// for.
    ///
    /// # Errors
    ///
    /// - [`SqliteError::Missing`], [`SqliteError::Older`] and [`SqliteError::Newer`] where the tables
    ///   are not those that this build knows;
    /// - [`SqliteError::Prefix`];
    /// - [`SqliteError::Database`] where the database could not be opened or read.
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, SqliteError> {
        let path = path.as_ref();
        check_prefix(&options)?;
        if !path.exists() {
            return Err(SqliteError::Missing { prefix: options.table_prefix });
        }
        let writer = connect(path, &options, false)?;
        schema::check(&writer, &options.table_prefix)?;
        let inner = Inner {
            path: path.to_owned(),
            options,
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            known: Known::default(),
            log_holds_erased: AtomicBool::new(false),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Makes the tables of a store, or lifts older ones to this build's version, in one transaction.
    /// Where they are there already, nothing changes. The database is made where there is none.
    ///
    /// While older builds still use the tables, ask for it only where the notes of the new version
    /// say that they may.
    ///
    /// # Errors
    ///
    /// - [`SqliteError::Newer`] where a newer build made the tables: nothing changes;
    /// - [`SqliteError::Prefix`];
    /// - [`SqliteError::Database`] where the database could not be opened, read or written.
    pub fn migrate(path: impl AsRef<Path>, options: &Options) -> Result<(), SqliteError> {
        check_prefix(options)?;
        let mut connection = connect(path.as_ref(), options, true)?;
        schema::migrate(&mut connection, &options.table_prefix)
    }

    /// Writes a commit in a transaction of the host's own, with rows of its own: all of it is there
    /// when that is committed, and nothing of it when it is not. The transaction must be one on this
    /// store's database, and should be
    /// [immediate](rusqlite::TransactionBehavior::Immediate): one that begins by reading is refused
    /// where somebody else was faster. Erasures want `PRAGMA secure_delete = ON` on its connection, and
    /// are gone from the write-ahead log after the store's next commit of its own.
    ///
    /// Whoever commits in this way decides by [`Desk::prepare`](crate::Desk::prepare).
    ///
    /// ```
    /// use helpdesk::command::Open;
    /// use helpdesk::store::sqlite::{Options, SqliteStore, rusqlite};
    /// use helpdesk::*;
    ///
    /// # let name = format!("helpdesk-doc-commit-in-{}.db", std::process::id());
    /// # let path = std::env::temp_dir().join(name);
    /// # let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// # SqliteStore::migrate(&path, &Options::default())?;
    /// # let store = SqliteStore::open(&path, Options::default())?;
    /// # let desk = Desk::create(store, DeskId::from_u128(1), Settings::default(), now)?;
    /// let mut ours = rusqlite::Connection::open(&path)?;
    /// ours.execute_batch("CREATE TABLE orders (id TEXT, ticket TEXT)")?;
    ///
    /// let id = TicketId::v7(now, [42; 10]);
    /// let open = Open::new(id, Requester::Contact(ContactId::from_u128(7)), "Where is it?");
    /// let call = Actor::Host.at(now).call(Command::Open(open));
    /// let commit = desk.prepare(&call)?.commit.unwrap();
    ///
    /// let transaction =
    ///     ours.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    /// desk.store().commit_in(&transaction, commit)?;
    /// transaction.execute("INSERT INTO orders VALUES ('4711', ?1)", [id.to_string()])?;
    /// assert!(desk.ticket(id)?.is_none(), "it is not committed");
    /// transaction.commit()?;
    /// assert!(desk.ticket(id)?.is_some());
    /// # drop(ours);
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Store::commit`]; nothing of the commit is written then, and the transaction may go on.
    pub fn commit_in(
        &self,
        transaction: &Transaction<'_>,
        commit: Commit,
    ) -> Result<Receipt, CommitError> {
        let tables = self.tables(transaction);
        let parts = commit.into_parts();
        let erases = !parts.erasures.is_empty();
        let batch = |text: &str| {
            let done = transaction.execute_batch(text);
            done.map_err(|error| Fault::from(error).committing())
        };
        batch("SAVEPOINT helpdesk_commit")?;
        let result = tables.write(parts);
        let ended = match &result {
            Ok(_) => batch("RELEASE helpdesk_commit"),
            Err(_) => batch("ROLLBACK TO helpdesk_commit; RELEASE helpdesk_commit"),
        };
        // After some failures SQLite has undone the whole transaction by itself.
        if !transaction.is_autocommit() {
            ended?;
        }
        self.owe(erases && result.is_ok());
        result
    }

    /// Notes that something was erased.
    fn owe(&self, erased: bool) {
        self.inner.log_holds_erased.fetch_or(erased, Ordering::AcqRel);
    }

    fn tables<'c>(&'c self, connection: &'c Connection) -> Tables<'c> {
        let Inner { options, known, .. } = &*self.inner;
        Tables { connection, prefix: &options.table_prefix, known }
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        // A transaction that was not committed is undone when it is dropped: what is behind the lock
        // is whole.
        self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads as of one instant.
    fn read<T>(
        &self,
        during: Operation,
        work: impl FnOnce(&Tables<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let read = || -> Result<T, Fault> {
            let idle = self.readers().pop();
            let mut reader = match idle {
                Some(reader) => reader,
                None => self.reader()?,
            };
            let transaction = reader.transaction()?;
            let found = work(&self.tables(&transaction))?;
            transaction.commit()?;
            // After a failure it is closed.
            let mut readers = self.readers();
            if readers.len() < self.inner.options.idle_readers {
                readers.push(reader);
            }
            Ok(found)
        };
        read().map_err(|fault| fault.during(during))
    }

    fn reader(&self) -> Result<Connection, rusqlite::Error> {
        let reader = connect(&self.inner.path, &self.inner.options, false)?;
        reader.pragma_update(None, "query_only", true)?;
        Ok(reader)
    }

    /// Writes all of it, or nothing.
    fn write<T>(
        &self,
        during: Operation,
        work: impl Fn(&Tables<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let mut writer = self.writer();
        let mut write = || -> Result<T, Fault> {
            let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&self.tables(&transaction))?;
            transaction.commit()?;
            Ok(done)
        };
        write().map_err(|fault| fault.during(during))
    }

    /// Writes the log back into the database and empties it, where it may hold what was erased.
    fn empty_log(&self, writer: &Connection) {
        let owed = &self.inner.log_holds_erased;
        if !owed.load(Ordering::Acquire) {
            return;
        }
        // Nobody is waited for: what fails here is tried again after the next commit.
        let patience = |millis: i64| writer.pragma_update(None, "busy_timeout", millis);
        let emptied = patience(0).and_then(|()| {
            writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        });
        let waits = patience(busy_millis(&self.inner.options));
        if emptied.is_ok_and(|busy: i64| busy == 0) && waits.is_ok() {
            owed.store(false, Ordering::Release);
        }
    }
}

/// Whether tables can be named so.
fn check_prefix(options: &Options) -> Result<(), SqliteError> {
    let prefix = &*options.table_prefix;
    let allowed = prefix.len() <= 40
        && prefix.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
        && !prefix.starts_with(|it: char| it.is_ascii_digit())
        && !prefix.to_ascii_lowercase().starts_with("sqlite_");
    if allowed { Ok(()) } else { Err(SqliteError::Prefix { prefix: prefix.to_owned() }) }
}

fn busy_millis(options: &Options) -> i64 {
    (options.busy_timeout.as_micros() / 1000).min(i32::MAX.into())
}

/// A connection with what all of them need.
fn connect(path: &Path, options: &Options, create: bool) -> Result<Connection, rusqlite::Error> {
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
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

impl Store for SqliteStore {
    fn load(&self, desk: DeskId, wanted: &Wanted) -> Result<Found, StoreError> {
        self.read(Operation::Load, |tables| tables.load(desk, wanted))
    }

    fn resolve(&self, desk: DeskId, keys: &[UniqueKey]) -> Result<Vec<Option<Key>>, StoreError> {
        self.read(Operation::Resolve, |tables| {
            keys.iter().map(|key| tables.owner(desk, key)).collect()
        })
    }

    fn history(&self, key: Key, after: Revision, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.read(Operation::History, |tables| tables.events(key, after, Revision(u64::MAX), limit))
    }

    fn commit(&self, commit: Commit) -> Result<Receipt, CommitError> {
        let parts = commit.into_parts();
        let erases = !parts.erasures.is_empty();
        let mut writer = self.writer();
        let failed = |error: rusqlite::Error| Fault::from(error).committing();
        let transaction =
            writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let receipt = self.tables(&transaction).write(parts)?;
        transaction.commit().map_err(failed)?;
        self.owe(erases);
        self.empty_log(&writer);
        Ok(receipt)
    }

    fn receipt(&self, desk: DeskId, command: CommandId) -> Result<Option<Receipt>, StoreError> {
        self.read(Operation::Receipt, |tables| tables.receipt(desk, command))
    }

    fn find(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        self.read(Operation::Find, |tables| tables.find(query))
    }

    fn scan(&self, desk: DeskId, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.read(Operation::Scan, |tables| tables.log(desk, after, limit))
    }

    fn due(&self, scope: Scope, now: DateTime<Utc>, lease: Lease) -> Result<Due, StoreError> {
        // Whoever only looks, or looks in vain, holds nobody up.
        let (woken, next) =
            self.read(Operation::Due, |tables| tables.waking(scope, now, lease.limit))?;
        if woken.is_empty() {
            return Ok(Due { rows: Vec::new(), next });
        }
        self.write(Operation::Due, |tables| tables.lease(scope, now, lease))
    }

    fn claim(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        lease: Lease,
    ) -> Result<Vec<Claimed>, StoreError> {
        let first = lease.limit.min(1);
        let ready = self.read(Operation::Claim, |tables| tables.ready(scope, now, first))?;
        if ready.is_empty() {
            return Ok(Vec::new());
        }
        self.write(Operation::Claim, |tables| tables.claim(scope, now, lease))
    }

    fn settle(&self, token: LeaseToken, settlement: Settlement) -> Result<bool, StoreError> {
        self.write(Operation::Settle, |tables| tables.settle(token, settlement))
    }
}

#[cfg(test)]
mod plans;
