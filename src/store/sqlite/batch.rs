//! Many commits in one transaction, for imports.

use std::cell::Cell;
use std::fmt;
use std::sync::PoisonError;

use chrono::{DateTime, Utc};

use super::SqliteStore;
use super::error::Fault;
use super::options::connect;
use super::tables::Tables;
use super::write::Written;
use super::writer::{WRITING, Writer};
use crate::decide::UniqueKey;
use crate::ids::{CommandId, DeskId, Key, Revision};
use crate::record::{Event, Record};
use crate::store::{
    Claimed, Commit, CommitError, Due, Entry, Found, Lease, LeaseToken, Operation, Query, Receipt,
    Scope, Settlement, Store, StoreError, StoreErrorKind, Wanted,
};

/// A store whose commits are all made at once: see [`SqliteStore::batch`].
///
/// It sees what was committed in it. Each of its calls writes all of what it writes, or nothing.
pub struct SqliteBatch<'s> {
    store: &'s SqliteStore,
    writer: &'s Writer,
    /// Whether something failed half way.
    undone: Cell<bool>,
}

impl fmt::Debug for SqliteBatch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteBatch").field("store", self.store).finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Makes many commits in one transaction, as imports want it: each costs a fraction of what it
    /// costs by itself, and with [`Durability::Full`](super::Durability::Full) the disk is waited for
    /// once.
    ///
    /// `work` gets a store to put a desk over. What is refused in it writes nothing, and the rest goes
    /// on. When `work` returns `Ok`, all of it is committed, durable and visible to everybody; until
    /// then nobody else sees any of it. When it returns an error or panics, or the database fails in the
    /// middle of a write, nothing of it was ever written.
    ///
    /// Nobody else writes meanwhile: commits through this store and others wait for
    /// [`Options::busy_timeout`](super::Options::busy_timeout), and are
    /// [`Unavailable`](StoreErrorKind::Unavailable) then, those of `work` itself too where it commits
    /// through anything but the batch. So a batch should be short: some hundred commands. Whoever reads
    /// waits for nobody.
    ///
    /// What leaves the process must not leave it on the word of a batch that is not committed yet:
    /// answers to people wait until it has returned, and notices are relayed outside of it.
    ///
    /// ```
    /// use helpdesk::command::Open;
    /// use helpdesk::store::sqlite::{Options, SqliteStore};
    /// use helpdesk::*;
    ///
    /// # let name = format!("helpdesk-doc-batch-{}.db", std::process::id());
    /// # let path = std::env::temp_dir().join(name);
    /// # let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// # SqliteStore::migrate(&path, &Options::default())?;
    /// # let store = SqliteStore::open(&path, Options::default())?;
    /// # let desk = Desk::create(store, DeskId::from_u128(1), Settings::default(), now)?;
    /// let old = ["The printer is on fire", "", "Where is my order?"];
    /// let mut left_out = Vec::new();
    /// desk.store().batch(|batch| {
    ///     let importing = Desk::open_existing(batch, desk.id())?;
    ///     for (n, text) in (1..).zip(old) {
    ///         let maria = Requester::Contact(ContactId::from_u128(7));
    ///         let open = Open::new(TicketId::from_u128(n), maria, text);
    ///         // Each by itself: what the desk refuses is left out, and the import goes on.
    ///         match importing.open(Actor::Host.at(now), open) {
    ///             Ok(_) => {}
    ///             Err(DeskError::Refused(why)) => left_out.push((n, why)),
    ///             Err(error) => return Err(error),
    ///         }
    ///     }
    ///     assert!(desk.ticket(TicketId::from_u128(1))?.is_none(), "nobody else sees it yet");
    ///     Ok::<_, DeskError>(())
    /// })?;
    /// assert!(desk.ticket(TicketId::from_u128(1))?.is_some());
    /// assert_eq!(left_out.len(), 1);
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// That of `work`; a [`StoreError`], as of a [commit](Operation::Commit), where the transaction
    /// could not be begun or committed. After [`Unavailable`](StoreErrorKind::Unavailable) it may have
    /// been committed: ask for the receipt of one of its commands.
    pub fn batch<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&SqliteBatch<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let failed = |fault: Fault| E::from(fault.during(Operation::Commit));
        // A connection of its own: what waits for a batch waits as it does for another process, with a
        // limit. One that failed is closed.
        let writer = self.batch_writer().map_err(failed)?;
        let begun = writer.begin(WRITING).map_err(failed)?;
        let batch = SqliteBatch { store: self, writer: &writer, undone: Cell::new(false) };
        let done = work(&batch)?;
        batch.going_on(Operation::Commit)?;
        begun.commit().map_err(failed)?;
        self.inner.empty_log(&writer.connection);
        *self.inner.batch.lock().unwrap_or_else(PoisonError::into_inner) = Some(writer);
        Ok(done)
    }

    fn batch_writer(&self) -> Result<Writer, Fault> {
        let idle = self.inner.batch.lock().unwrap_or_else(PoisonError::into_inner).take();
        match idle {
            Some(writer) => Ok(writer),
            None => Ok(Writer::new(connect(&self.inner.path, &self.inner.options, false)?)),
        }
    }
}

impl SqliteBatch<'_> {
    /// Reads, in the batch's transaction.
    fn read<T>(
        &self,
        during: Operation,
        work: impl FnOnce(&Tables<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        self.going_on(during)?;
        work(&self.writer.tables(&self.store.inner)).map_err(|fault| fault.during(during))
    }

    /// Writes, in the batch's transaction. A refusal comes before anything is written; after a fault
    /// half of it may be, and the whole transaction is undone.
    fn write<T, E: From<StoreError>>(
        &self,
        during: Operation,
        work: impl FnOnce(&Tables<'_>) -> Result<T, E>,
        is_fault: impl FnOnce(&E) -> bool,
    ) -> Result<T, E> {
        self.going_on(during)?;
        let result = work(&self.writer.tables(&self.store.inner));
        if result.as_ref().is_err_and(is_fault) {
            self.undone.set(true);
        }
        result
    }

    /// That nothing has failed half way.
    fn going_on(&self, during: Operation) -> Result<(), StoreError> {
        // After some failures SQLite has undone the transaction by itself: then each call would be one
        // of its own.
        if self.undone.get() || self.writer.connection.is_autocommit() {
            return Err(StoreError::new(during, StoreErrorKind::Backend).because(UNDONE));
        }
        Ok(())
    }
}

/// Why nothing more is done.
const UNDONE: &str = "a write failed half way, and the batch is undone";

impl Store for SqliteBatch<'_> {
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
        let written = Written::of(commit.into_parts()).map_err(Fault::committing)?;
        let erases = written.erases();
        let (receipt, learned) = self.write(
            Operation::Commit,
            |tables| tables.write(written),
            |error| matches!(error, CommitError::Store(_)),
        )?;
        self.writer.recent.borrow_mut().learn(learned);
        // Owed a little early: then the log is emptied once too often, and never too seldom.
        self.store.inner.owe(erases);
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
        let due = |tables: &Tables<'_>| tables.lease(scope, now, lease);
        self.write(Operation::Due, |tables| due(tables).map_err(during(Operation::Due)), |_| true)
    }

    fn claim(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        lease: Lease,
    ) -> Result<Vec<Claimed>, StoreError> {
        let claim = |tables: &Tables<'_>| tables.claim(scope, now, lease);
        let failed = during(Operation::Claim);
        self.write(Operation::Claim, |tables| claim(tables).map_err(failed), |_| true)
    }

    fn settle(&self, token: LeaseToken, settlement: Settlement) -> Result<bool, StoreError> {
        let settle = |tables: &Tables<'_>| tables.settle(token, settlement);
        let failed = during(Operation::Settle);
        self.write(Operation::Settle, |tables| settle(tables).map_err(failed), |_| true)
    }
}

fn during(operation: Operation) -> impl FnOnce(Fault) -> StoreError {
    move |fault| fault.during(operation)
}
