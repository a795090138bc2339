//! Looking a desk's rows over: whether they follow from its histories; and making them anew.

mod desk;
mod rows;

use std::collections::BTreeSet;

use chrono::DateTime;

use super::SqliteStore;
use super::error::Fault;
use super::tables::{Tables, bytes, desk_bytes, named, read_key};
use super::writer::WRITING;
use crate::ids::{DeskId, Key};
use crate::store::sql::kind_number;
use crate::store::upkeep::Sum;
use crate::store::{Finding, Health, Operation, Part, StoreError, Verified};

/// Tables of which some indexes are made anew before anything is looked at.
const TABLES: [&str; 9] = [
    "~records",
    "~marks",
    "~rosters",
    "~events",
    "~commits",
    "~keys",
    "~counters",
    "~notices",
    "~leases",
];

impl SqliteStore {
    /// Looks over all that is kept of a desk, as of one instant: that the database is whole, each
    /// history can be read and folds, and every row, unique key, counter and notice is what follows
    /// from the histories. Nothing changes, and nobody waits for it.
    ///
    /// It reads everything: what a backup costs.
    ///
    /// ```
    /// use helpdesk::store::sqlite::{Options, SqliteStore, rusqlite};
    /// use helpdesk::{Desk, DeskId, Settings};
    ///
    /// # let name = format!("helpdesk-doc-verify-{}.db", std::process::id());
    /// # let path = std::env::temp_dir().join(name);
    /// # let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// # SqliteStore::migrate(&path, &Options::default())?;
    /// let store = SqliteStore::open(&path, Options::default())?;
    /// let desk = Desk::create(store.clone(), DeskId::from_u128(1), Settings::default(), now)?;
    /// assert!(store.verify(desk.id())?.is_sound());
    ///
    /// let somebody = rusqlite::Connection::open(&path)?;
    /// somebody.execute("UPDATE helpdesk_records SET revision = 7", [])?;
    /// let found = store.verify(desk.id())?.findings;
    /// assert!(found[0].to_string().ends_with("its revision is not that of its history"));
    ///
    /// assert_eq!(store.repair(desk.id())?.findings.len(), 1);
    /// assert!(store.verify(desk.id())?.is_sound());
    /// # drop(somebody);
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the database could not be read at all, or a column is of a type that no
    /// store writes there. What else is damaged is a [`Finding`] and no error.
    pub fn verify(&self, desk: DeskId) -> Result<Verified, StoreError> {
        self.read(Operation::Upkeep, |tables| {
            let mut over = Over::new(tables, desk, false);
            over.database()?;
            over.look()
        })
    }

    /// Makes anew what follows from a desk's histories and differs from that, in one transaction:
    /// rows, indexes, unique keys, counters, and the order of notices. On return: what was found;
    /// of that, what [is derived](Finding::is_derived) is as it should be. Histories, receipts and
    /// notices are never written; nor is the row of a record of whose history a part is missing, nor
    /// a head that a newer build wrote; nor any counter where a history cannot be read.
    ///
    /// It reads everything, and whoever writes waits for it.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; nothing has changed then.
    pub fn repair(&self, desk: DeskId) -> Result<Verified, StoreError> {
        self.write(Operation::Upkeep, |tables| {
            for table in TABLES {
                let text = named(&format!("REINDEX {table}"), tables.prefix);
                tables.connection.execute_batch(&text)?;
            }
            // Whoever searches next reads the texts anew.
            tables.forget_lists(desk)?;
            let found = Over::new(tables, desk, true).look();
            // What was seen before is not what is there now.
            if let Some(recent) = tables.recent {
                recent.borrow_mut().forget_all();
            }
            found
        })
    }

    /// How the store is: whether it can be written, and whether somebody ticks and relays. It looks
    /// at a few rows, and may be asked all day.
    ///
    /// ```
    /// # use helpdesk::store::sqlite::{Options, SqliteStore};
    /// # let name = format!("helpdesk-doc-health-{}.db", std::process::id());
    /// # let path = std::env::temp_dir().join(name);
    /// # SqliteStore::migrate(&path, &Options::default())?;
    /// let store = SqliteStore::open(&path, Options::default())?;
    /// let health = store.health()?;
    /// assert_eq!((health.next_wake, health.waiting), (None, false));
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be read, or cannot be written now: a database that is locked,
    /// as by a batch under way, or read-only. A full disk is told by the first commit that does not fit.
    pub fn health(&self) -> Result<Health, StoreError> {
        let writer = self.writer();
        let look = || -> Result<Health, Fault> {
            let begun = writer.begin(WRITING)?;
            let tables = writer.tables(&self.inner);
            // A row is written as it is, and that undone.
            tables.execute("UPDATE ~leases SET last = last WHERE one = 1", [])?;
            let wake = "SELECT visible_at FROM ~records INDEXED BY ~records_wake \
                        WHERE visible_at IS NOT NULL ORDER BY visible_at LIMIT 1";
            let wake: Option<i64> = tables.first(wake, [], |row| row.get(0))?;
            let waiting = "SELECT 1 FROM ~notices INDEXED BY ~notices_ready \
                           WHERE oldest = 1 LIMIT 1";
            let waiting = tables.first(waiting, [], |_| Ok(()))?.is_some();
            drop(begun);
            Ok(Health { next_wake: wake.and_then(DateTime::from_timestamp_micros), waiting })
        };
        look().map_err(|fault| fault.during(Operation::Upkeep))
    }
}

/// A desk that is being looked over.
struct Over<'t, 'c> {
    tables: &'t Tables<'c>,
    desk: DeskId,
    /// Whether what is derived is made anew.
    mends: bool,
    verified: Verified,
    sum: Sum,
    /// How many unique keys the records have.
    keys: i64,
    /// Records of whose histories a part is missing, or whose number is not that of their receipts.
    torn: BTreeSet<Key>,
    /// Whether a history could not be read: what counters should be is not known then.
    unread: bool,
}

impl<'t, 'c> Over<'t, 'c> {
    fn new(tables: &'t Tables<'c>, desk: DeskId, mends: bool) -> Self {
        let (verified, sum) = (Verified::default(), Sum::default());
        let torn = BTreeSet::new();
        Self { tables, desk, mends, verified, sum, keys: 0, torn, unread: false }
    }

    fn found(&mut self, finding: Finding) {
        self.verified.found(finding);
    }

    fn differs(&mut self, key: Key, part: Part) {
        self.found(Finding::Record { key, part });
    }

    /// What SQLite says of the file.
    fn database(&mut self) -> Result<(), Fault> {
        let mut statement = self.tables.connection.prepare("PRAGMA integrity_check(100)")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let says: String = row.get(0)?;
            if says != "ok" {
                self.found(Finding::Database { says });
            }
        }
        Ok(())
    }

    fn look(mut self) -> Result<Verified, Fault> {
        self.log()?;
        let mut last = None;
        while let Some(key) = self.next_key(last)? {
            self.record(key)?;
            last = Some(key);
        }
        self.superfluous_keys()?;
        self.counters()?;
        self.notices()?;
        Ok(self.verified)
    }

    /// The first key after this one that has a row, or events.
    fn next_key(&self, last: Option<Key>) -> Result<Option<Key>, Fault> {
        let desk = desk_bytes(self.desk);
        let (kind, id) = last.map_or((-1, [0; 16]), |key| (kind_number(key.kind), bytes(&key.id)));
        let next = |text: &'static str| {
            self.tables.first(text, (desk, kind, id), |row| read_key(row, self.desk, 0))
        };
        let one = "SELECT kind, id FROM ~records WHERE desk = ?1 AND (kind, id) > (?2, ?3) \
                   ORDER BY kind, id LIMIT 1";
        let other = "SELECT kind, id FROM ~events WHERE desk = ?1 AND (kind, id) > (?2, ?3) \
                     ORDER BY kind, id LIMIT 1";
        let (one, other) = (next(one)?, next(other)?);
        Ok(one.into_iter().chain(other).min())
    }
}
