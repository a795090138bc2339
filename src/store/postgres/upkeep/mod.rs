//! Looking a desk's rows over: whether they follow from its histories; and making them anew.

mod desk;
mod rows;
mod words;

use std::collections::BTreeSet;

use tokio_postgres::IsolationLevel;
use tokio_postgres::types::Type;
use uuid::Uuid;

use self::words::Listed;
use super::connection::{Connections, Tables, anew, get};
use super::error::Fault;
use super::forms::{instant, key_of, kind_column};
use super::{PgStore, snapshot};
use crate::ids::{DeskId, Key};
use crate::store::upkeep::Sum;
use crate::store::{Finding, Health, Operation, Part, StoreError, Verified};

/// How many rows are read at a time.
const PAGE: i64 = 500;

impl<C: Connections> PgStore<C> {
    /// Looks over all that is kept of a desk, as of one instant: that each history can be read and
    /// folds, and every row, unique key, counter, number and notice is what follows from the histories;
    /// and where somebody searches, that words are listed as they were said. Nothing changes, and nobody
    /// waits for it.
    ///
    /// It reads everything: what a backup costs.
    ///
    /// ```no_run
    /// # use helpdesk::AsyncDesk;
    /// # use helpdesk::store::postgres::{PgStore, Single};
    /// # async fn look(desk: AsyncDesk<PgStore<Single>>) -> Result<(), Box<dyn std::error::Error>> {
    /// let verified = desk.store().verify(desk.id()).await?;
    /// for finding in &verified.findings {
    ///     eprintln!("{finding}");
    /// }
    /// if verified.findings.iter().any(|finding| finding.is_derived()) {
    ///     desk.store().repair(desk.id()).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the database could not be reached or read, or where a unique key or a record
    /// is of a kind that this build does not know. What else is damaged is a [`Finding`] and no error.
    pub async fn verify(&self, desk: DeskId) -> Result<Verified, StoreError> {
        let verified = anew(async || {
            let mut held = self.held().await?;
            let (client, prepared) = held.split();
            let transaction = snapshot(client).await?;
            let named = &self.inner.named;
            let tables = Tables::within(&transaction, Some(prepared), named);
            Over::new(&tables, desk, false).look().await
        });
        verified.await.map_err(|fault: Fault| fault.during(Operation::Upkeep))
    }

    /// Makes anew what follows from a desk's histories and differs from that, in one transaction: rows,
    /// unique keys, counters, the greatest number of a ticket; lists of words that are not as they should
    /// be are emptied, and read anew by whoever searches next. On return: what was found; of that, what
    /// [is derived](Finding::is_derived) is as it should be. Histories, receipts and notices are never
    /// written; nor is the row of a record of whose history a part is missing, nor a head that a newer
    /// build wrote; nor any counter where a history cannot be read.
    ///
    /// It reads everything, and whoever commits to these tables waits for it, on every desk. Indexes
    /// are PostgreSQL's to make anew (`REINDEX`).
    ///
    /// # Errors
    ///
    /// [`StoreError`]; nothing has changed then.
    pub async fn repair(&self, desk: DeskId) -> Result<Verified, StoreError> {
        let repaired = anew(async || {
            let mut held = self.held().await?;
            let (client, prepared) = held.split();
            let level = IsolationLevel::ReadCommitted;
            let transaction = client.build_transaction().isolation_level(level).start().await?;
            let named = &self.inner.named;
            let tables = Tables::within(&transaction, Some(prepared), named);
            // Every commit locks rows there before it holds anything else: whoever has not begun waits.
            let lock = named.named("LOCK TABLE ~records IN EXCLUSIVE MODE");
            transaction.batch_execute(&lock).await?;
            let found = Over::new(&tables, desk, true).look().await?;
            transaction.commit().await?;
            Ok(found)
        });
        repaired.await.map_err(|fault: Fault| fault.during(Operation::Upkeep))
    }

    /// How the store is: whether it can be written, and whether somebody ticks and relays. It looks at
    /// a few rows, and may be asked all day.
    ///
    /// ```no_run
    /// # use helpdesk::store::postgres::{PgStore, Single};
    /// # async fn look(store: PgStore<Single>) -> Result<(), Box<dyn std::error::Error>> {
    /// let health = store.health().await?;
    /// println!("the first record wakes at {:?}", health.next_wake);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be read, or cannot be written now, as a replica cannot.
    pub async fn health(&self) -> Result<Health, StoreError> {
        let health = async {
            let held = self.held().await?;
            let tables = held.tables(&self.inner.named);
            // A row is locked, which is a write, and passed over where somebody has it locked.
            let text = "WITH written AS MATERIALIZED (\
                        SELECT one FROM ~version FOR NO KEY UPDATE SKIP LOCKED) \
                        SELECT (SELECT count(*) FROM written), \
                        (SELECT w.visible_at FROM ~wakes w ORDER BY w.visible_at LIMIT 1), \
                        EXISTS (SELECT FROM ~notices)";
            let Some(row) = tables.first(text, &[]).await? else {
                return Err(Fault::Column("a question has no answer".into()));
            };
            let wake: Option<i64> = get(&row, 1)?;
            let next_wake = wake.map(instant).transpose()?;
            Ok(Health { next_wake, waiting: get(&row, 2)? })
        };
        health.await.map_err(|fault: Fault| fault.during(Operation::Upkeep))
    }
}

/// A desk that is being looked over.
struct Over<'t> {
    tables: &'t Tables<'t>,
    desk: DeskId,
    /// Whether what is derived is made anew.
    mends: bool,
    verified: Verified,
    sum: Sum,
    /// How many unique keys the records have.
    keys: i64,
    /// The greatest number of a ticket, and whether all of them are known.
    greatest: (i64, bool),
    /// Records of whose histories a part is missing, or whose number is not that of their receipts.
    torn: BTreeSet<Key>,
    /// Whether a history could not be read: what counters should be is not known then.
    unread: bool,
    /// What is in the lists of words; `None`: there are none, or of another form.
    listed: Option<Listed>,
    /// How many rows of words were looked at.
    words: i64,
}

impl<'t> Over<'t> {
    fn new(tables: &'t Tables<'t>, desk: DeskId, mends: bool) -> Self {
        Self {
            tables,
            desk,
            mends,
            verified: Verified::default(),
            sum: Sum::default(),
            keys: 0,
            greatest: (0, true),
            torn: BTreeSet::new(),
            unread: false,
            listed: None,
            words: 0,
        }
    }

    fn found(&mut self, finding: Finding) {
        self.verified.found(finding);
    }

    fn differs(&mut self, key: Key, part: Part) {
        self.found(Finding::Record { key, part });
    }

    async fn look(mut self) -> Result<Verified, Fault> {
        self.log().await?;
        self.listed = self.read_listed().await?;
        self.left_over().await?;
        let mut last = (-1, Uuid::nil());
        loop {
            let keys = self.next_keys(last).await?;
            let Some(key) = keys.last() else { break };
            last = (kind_column(key), key.id);
            for key in keys {
                self.record(key).await?;
            }
        }
        self.superfluous_keys().await?;
        self.counters().await?;
        self.numbers().await?;
        self.notices().await?;
        self.left_words().await?;
        Ok(self.verified)
    }

    /// The next keys after this one that have a row, or events.
    async fn next_keys(&self, last: (i16, Uuid)) -> Result<Vec<Key>, Fault> {
        let text = "(SELECT r.kind, r.id FROM ~records r \
                    WHERE r.desk = $1 AND (r.kind, r.id) > ($2, $3) ORDER BY r.kind, r.id LIMIT $4) \
                    UNION \
                    (SELECT DISTINCT e.kind, e.id FROM ~events e \
                    WHERE e.desk = $1 AND (e.kind, e.id) > ($2, $3) ORDER BY e.kind, e.id LIMIT $4) \
                    ORDER BY 1, 2 LIMIT $4";
        let values = [
            (self.desk.as_uuid() as _, Type::UUID),
            (&last.0 as _, Type::INT2),
            (&last.1 as _, Type::UUID),
            (&PAGE as _, Type::INT8),
        ];
        let rows = self.tables.all(text, &values).await?;
        rows.iter().map(|row| key_of(self.desk, get(row, 0)?, get(row, 1)?)).collect()
    }
}
