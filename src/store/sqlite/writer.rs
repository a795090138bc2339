//! A connection that writes, with what it last saw, and its transactions.

use std::cell::RefCell;

use rusqlite::Connection;

use super::Inner;
use super::error::Fault;
use super::recent::Recent;
use super::tables::{Tables, Texts};

/// How a transaction begins that only reads.
pub(super) const READING: &str = "BEGIN";
/// How one begins that writes.
pub(super) const WRITING: &str = "BEGIN IMMEDIATE";

/// A connection that writes.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) recent: RefCell<Recent>,
    texts: RefCell<Texts>,
}

impl Writer {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, recent: RefCell::default(), texts: RefCell::default() }
    }

    /// The store's tables, seen through this connection. To be asked inside of a transaction.
    pub(super) fn tables<'c>(&'c self, store: &'c Inner) -> Tables<'c> {
        let (recent, texts) = (Some(&self.recent), Some(&self.texts));
        Tables { recent, texts, ..store.tables(&self.connection) }
    }

    /// Begins a transaction, and forgets what somebody else may have changed since the last one.
    pub(super) fn begin(&self, how: &str) -> Result<Begun<'_>, Fault> {
        self.run(how)?;
        let begun = Begun { writer: self, open: true };
        self.look()?;
        Ok(begun)
    }

    /// Forgets what somebody else may have changed since. What is known then is all of this instant.
    pub(super) fn look(&self) -> Result<(), Fault> {
        let mut version = self.connection.prepare_cached("PRAGMA data_version")?;
        let version = version.query_row([], |row| row.get(0))?;
        self.recent.borrow_mut().as_of(version);
        Ok(())
    }

    /// Does this in a transaction of its own: all of it, or nothing.
    pub(super) fn within<T>(
        &self,
        how: &str,
        store: &Inner,
        work: impl FnOnce(&Tables<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let begun = self.begin(how)?;
        let done = work(&self.tables(store))?;
        begun.commit()?;
        Ok(done)
    }

    /// Carries out a statement that has neither values nor rows.
    pub(super) fn run(&self, text: &str) -> Result<(), Fault> {
        self.connection.prepare_cached(text)?.execute([])?;
        Ok(())
    }
}

/// A transaction that has begun: undone where it is dropped before it is committed.
pub(super) struct Begun<'c> {
    writer: &'c Writer,
    open: bool,
}

impl Begun<'_> {
    pub(super) fn commit(mut self) -> Result<(), Fault> {
        self.writer.run("COMMIT")?;
        self.open = false;
        Ok(())
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        self.writer.recent.borrow_mut().forget_all();
        // After some failures SQLite has undone it by itself.
        if !self.writer.connection.is_autocommit() {
            // What cannot be undone is, when the connection is closed.
            let _ = self.writer.run("ROLLBACK");
        }
    }
}
