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
//! The database is in write-ahead mode: who reads waits for nobody (but whoever searches may write the
//! lists of words first, and waits as others who write do), and the log is written back about
//! every 16 MB. With [`Durability::Normal`], what was committed outlives the process, and the last of it
//! may be lost where the machine loses its power; with [`Durability::Full`] it outlives that, too, and
//! each commit waits for the disk.
//!
//! # What is erased
//!
//! An erased payload is null in its row, and SQLite writes zeros over where it was (`secure_delete`).
//! The write-ahead log holds it until it is written back: after a commit that erases, the store does
//! that, and where somebody reads at that very moment, after the next commit. Backups are the host's
//! to erase.
//!
//! # Several processes
//!
//! What a connection has just read or written it need not read again. It asks SQLite, in the
//! transaction in which it is about to use that, whether anybody else has written since
//! (`PRAGMA data_version`), and then forgets all of it; so nobody is answered with what was.
//!
//! # Roads not taken
//!
//! - *JSON columns with indexes on expressions*: what is indexed would change with the form of heads.
//! - *One table of records and events*: a page of a listing would walk past the events.
//! - *`secure_delete = FAST`*: it leaves what stood on pages of its own, as long texts do.
//! - *A savepoint for each command of a batch*: SQLite copies each page for it before it changes it.
//!   What is refused is refused before anything is written; a database that fails in the middle undoes
//!   the batch.
//! - *SQLite's own sums for counters*: they become floating-point numbers where they are too large.

mod batch;
mod columns;
mod error;
mod find;
mod lease;
mod options;
#[cfg(feature = "conformance")]
mod plans;
mod recent;
mod schema;
mod shelf;
mod strand;
mod tables;
mod texts;
mod turns;
mod upkeep;
mod write;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Transaction};

pub use batch::SqliteBatch;
pub use error::SqliteError;
pub use options::{Durability, Options};
#[cfg(feature = "conformance")]
#[cfg_attr(docsrs, doc(cfg(feature = "conformance")))]
pub use plans::{Plan, plans};
pub use rusqlite;

use self::error::Fault;
use self::options::{busy_millis, check_prefix, connect};
use self::tables::Tables;
use self::write::Written;
use self::writer::{READING, WRITING, Writer};
use super::sql::Known;
use super::{
    Claimed, Commit, CommitError, Due, Entry, Found, Lease, LeaseToken, Operation, Query, Receipt,
    Scope, Settlement, Store, StoreError, Wanted,
};
use crate::decide::UniqueKey;
use crate::ids::{CommandId, DeskId, Key, Revision};
use crate::record::{Event, Record};

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

struct Inner {
    path: PathBuf,
    options: Options,
    writer: Mutex<Writer>,
    readers: Mutex<Vec<Connection>>,
    /// One that batches have used, until the next batch.
    batch: Mutex<Option<Writer>>,
    known: Known,
    /// Whether the write-ahead log may hold what was erased.
    log_holds_erased: AtomicBool,
}

impl Inner {
    fn tables<'c>(&'c self, connection: &'c Connection) -> Tables<'c> {
        let Self { options, known, .. } = self;
        Tables { connection, prefix: &options.table_prefix, known, recent: None, texts: None }
    }

    /// Notes that something was erased.
    fn owe(&self, erased: bool) {
        self.log_holds_erased.fetch_or(erased, Ordering::AcqRel);
    }

    /// Writes the log back into the database and empties it, where it may hold what was erased.
    fn empty_log(&self, writer: &Connection) {
        let owed = &self.log_holds_erased;
        if !owed.swap(false, Ordering::AcqRel) {
            return;
        }
        // Nobody is waited for: what fails here is tried again after the next commit.
        let patience = |millis: i64| writer.pragma_update(None, "busy_timeout", millis);
        let emptied = patience(0).and_then(|()| {
            writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        });
        let waits = patience(busy_millis(&self.options));
        if !emptied.is_ok_and(|busy: i64| busy == 0) || waits.is_err() {
            owed.store(true, Ordering::Release);
        }
    }
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
    /// - [`SqliteError::NoDatabase`] where there is no such file;
    /// - [`SqliteError::Missing`], [`SqliteError::Older`] and [`SqliteError::Newer`] where the tables
    ///   are not those that this build knows;
    /// - [`SqliteError::Prefix`];
    /// - [`SqliteError::Database`] where the database could not be opened or read.
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, SqliteError> {
        let path = path.as_ref();
        check_prefix(&options)?;
        if !path.exists() {
            return Err(SqliteError::NoDatabase { path: path.to_owned() });
        }
        let writer = connect(path, &options, false)?;
        schema::check(&writer, &options.table_prefix)?;
        let inner = Inner {
            path: path.to_owned(),
            options,
            writer: Mutex::new(Writer::new(writer)),
            readers: Mutex::default(),
            batch: Mutex::default(),
            known: Known::default(),
            // Somebody may have erased and gone while others read.
            log_holds_erased: AtomicBool::new(true),
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
    /// store's database, which is not asked, and should be
    /// [immediate](rusqlite::TransactionBehavior::Immediate): where it began by reading, and somebody has
    /// written since, SQLite lets it write no more. The store is
    /// [`Unavailable`](crate::store::StoreErrorKind::Unavailable) then; the transaction is to be dropped and
    /// begun anew, and nothing in it is uncertain before its own commit.
    ///
    /// Until it ends, it is the one that writes: whoever is asked for anything else that writes, this
    /// desk too, waits for it, and fails where that lasts
    /// [too long](Options::busy_timeout). Erasures want `PRAGMA secure_delete = ON` on its connection, and
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
        let tables = self.inner.tables(transaction);
        let written = Written::of(commit.into_parts()).map_err(Fault::committing)?;
        let erases = written.erases();
        let batch = |text: &str| {
            let done = transaction.execute_batch(text);
            done.map_err(|error| Fault::from(error).committing())
        };
        batch("SAVEPOINT helpdesk_commit")?;
        let result = tables.write(written).map(|(receipt, _)| receipt);
        let ended = match &result {
            Ok(_) => batch("RELEASE helpdesk_commit"),
            Err(_) => batch("ROLLBACK TO helpdesk_commit; RELEASE helpdesk_commit"),
        };
        // After some failures SQLite has undone the whole transaction by itself.
        if !transaction.is_autocommit() {
            ended?;
        }
        self.inner.owe(erases && result.is_ok());
        result
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        // A transaction that was not committed is undone when it is dropped: what is behind the lock
        // is whole.
        self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection that writes, for what is soon read, unless somebody uses it: it knows the most.
    fn idle_writer(&self) -> Option<MutexGuard<'_, Writer>> {
        match self.inner.writer.try_lock() {
            Ok(writer) => Some(writer),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
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
            let found = work(&self.inner.tables(&transaction))?;
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
        work: impl FnOnce(&Tables<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let done = self.writer().within(WRITING, &self.inner, work);
        done.map_err(|fault| fault.during(during))
    }
}

impl Store for SqliteStore {
    fn load(&self, desk: DeskId, wanted: &Wanted) -> Result<Found, StoreError> {
        let Some(writer) = self.idle_writer() else {
            return self.read(Operation::Load, |tables| tables.load(desk, wanted));
        };
        let found = || -> Result<Found, Fault> {
            writer.look()?;
            let seen = writer.recent.borrow_mut().load(desk, wanted);
            match seen {
                Some(found) => Ok(found),
                None => writer.within(READING, &self.inner, |tables| tables.load(desk, wanted)),
            }
        };
        found().map_err(|fault| fault.during(Operation::Load))
    }

    fn resolve(&self, desk: DeskId, keys: &[UniqueKey]) -> Result<Vec<Option<Key>>, StoreError> {
        let owners = |tables: &Tables<'_>| keys.iter().map(|key| tables.owner(desk, key)).collect();
        let Some(writer) = self.idle_writer() else { return self.read(Operation::Resolve, owners) };
        let found = writer.within(READING, &self.inner, owners);
        found.map_err(|fault| fault.during(Operation::Resolve))
    }

    fn history(&self, key: Key, after: Revision, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.read(Operation::History, |tables| tables.events(key, after, Revision(u64::MAX), limit))
    }

    fn commit(&self, commit: Commit) -> Result<Receipt, CommitError> {
        let written = Written::of(commit.into_parts()).map_err(Fault::committing)?;
        let erases = written.erases();
        let writer = self.writer();
        let begun = writer.begin(WRITING).map_err(Fault::committing)?;
        let (receipt, learned) = writer.tables(&self.inner).write(written)?;
        begun.commit().map_err(Fault::committing)?;
        writer.recent.borrow_mut().learn(learned);
        self.inner.owe(erases);
        self.inner.empty_log(&writer.connection);
        Ok(receipt)
    }

    fn receipt(&self, desk: DeskId, command: CommandId) -> Result<Option<Receipt>, StoreError> {
        let Some(writer) = self.idle_writer() else {
            return self.read(Operation::Receipt, |tables| tables.receipt(desk, command));
        };
        // One statement is a transaction of itself.
        let found = writer.tables(&self.inner).receipt(desk, command);
        found.map_err(|fault| fault.during(Operation::Receipt))
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
