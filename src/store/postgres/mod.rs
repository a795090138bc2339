//! A store in a PostgreSQL database (12 or later): the stored form in columns, over connections of the
//! host's.
//!
//! # Where what is
//!
//! All tables stand in one schema, [`Options::schema`], beside a host's own. Ids are of the type `uuid`,
//! instants are microseconds since 1970, texts are compared byte by byte (`COLLATE "C"`) with U+0000
//! written as `\0`, and `\` as `\\`; heads, facts and personal payloads are the texts of
//! [`codec`](super::codec).
//!
//! | table | what is in it |
//! |---|---|
//! | `version` | the version of the tables |
//! | `desks` | the last number of a ticket of each desk |
//! | `records` | a row for each record: revision, number, head, indexed columns |
//! | `wakes` | when a record does something by itself, and until when somebody has it leased |
//! | `marks`, `rosters` | under what else tickets stand, and on which rosters agents do |
//! | `events` | a row for each event; the personal payload is a column that erasure makes null |
//! | `commits` | receipts, and the order of commits |
//! | `keys`, `counters` | who has a unique key; what was counted |
//! | `notices` | the outbox |
//! | `words` | in which tickets a word is, where somebody searches; and in which event it stands |
//! | `lists`, `ahead` | which commits are in `words`: all up to a place, and some beyond that |
//!
//! # What is durable when
//!
//! When a commit returns, it is as durable as the database's `synchronous_commit` says: on the disk, as
//! PostgreSQL is set up by default. It is one statement, and one round trip: [`commit_statement`], which
//! a host runs over another driver just as well. The statement calls a function (in PL/pgSQL) that
//! stands in the schema, with the number of its form in its name: builds that write otherwise have
//! another beside it.
//!
//! # Several at once
//!
//! Any number of processes may use the tables at once. A commit locks the records that it names, in the
//! order of their keys, then its unique keys and counters in the order of their names, then the desk's
//! number where it opens tickets. Where two would wait for each other, or make the same thing at the same
//! time, the database stops one; the store sends its statement again, a bounded number of times, and the
//! second answer says what the other one did. A commit that rests on there being no record keeps others
//! from making it, and from resting on the same, until it ends.
//!
//! Whoever asks what is due, or for notices, is given what nobody else is writing or leasing at that
//! moment. A [tick](crate::AsyncDesk::tick) that gets nothing for that reason says to come back in a second.
//!
//! The place of a commit ([`Receipt::seq`](super::Receipt::seq)) comes from a sequence, and not from a row that every commit of a
//! desk would wait for: so those that neither open a ticket nor move one between queues or owners reach the
//! disk side by side. One with a smaller place may become visible after one with a greater. Who follows a desk by its history reads each record's
//! revisions, or its notices; [`scan`](super::Store::scan) is no tail. Ticket numbers do come from a row, and none is
//! missing or there twice.
//!
//! # Search
//!
//! Who searches first reads what was committed since into lists of words, in transactions of their own: so
//! no commit pays for them, and where nobody searches there are none. One at a time does that on a desk;
//! others who search wait, where something is to be read. A commit that erases takes the words out of the
//! lists, and holds them until it is there: in a transaction of a host's own, it should come last. While
//! a transaction that writes stays open anywhere in the cluster, what was committed since it began is looked
//! through by each search.
//!
//! # Roles
//!
//! Whoever [migrates](migrate) owns what it makes. Another role that works with it needs `USAGE` on the
//! schema and its sequences, and `SELECT`, `INSERT`, `UPDATE` and `DELETE` on its tables; anybody may call
//! the function, and it may do what its caller may.
//!
//! # What is erased
//!
//! An erased payload is null in its row, and its words are deleted from the lists. PostgreSQL keeps the
//! old version of a row until it is vacuumed, and its write-ahead log until that is recycled; both, and
//! backups and replicas, are the host's to look after.
//!
//! # Roads not taken
//!
//! - *One statement with a part for each table*: the server spends more on a plan of some thirty parts
//!   than on the ten little ones that a commit needs.
//! - *Columns of type `jsonb`*: it refuses U+0000, and spells anew what a newer build wrote.
//! - *A transaction of many statements*: each is a round trip during which locks are held.
//! - *Leases in the rows of records*: each would write a head's row anew, and its indexes.

mod answer;
mod commit;
mod connection;
mod error;
mod find;
mod forms;
mod function;
mod lease;
mod lists;
mod options;
mod schema;
mod sending;
mod shelf;
mod tables;
mod texts;
mod turns;
mod upkeep;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use chrono::{DateTime, Utc};
use tokio_postgres::{Client, IsolationLevel, Transaction};

pub use answer::judge;
pub use commit::{CommitParameters, commit_statement};
pub use connection::{Connection, Connections, Single};
pub use error::{PgError, is_race};
pub use options::Options;
pub use tokio_postgres;

use self::connection::{Named, Tables, anew};
use self::error::Fault;
use super::sql::Known;
use super::{
    AsyncStore, Claimed, Commit, CommitError, Due, Entry, Found, Lease, LeaseToken, Operation,
    Query, Receipt, Scope, Settlement, StoreError, StoreFuture, Wanted,
};
use crate::decide::UniqueKey;
use crate::ids::{CommandId, DeskId, Key, Revision};
use crate::record::{Event, Record};

/// A store in a PostgreSQL database, for any number of processes. Clones share it.
///
/// The tables are made by [`migrate`], and only by that.
///
/// ```no_run
/// use helpdesk::store::postgres::{self, Options, PgStore, Single};
/// use helpdesk::{AsyncDesk, DeskId, Settings};
///
/// # async fn start(
/// #     mut client: postgres::tokio_postgres::Client,
/// # ) -> Result<(), Box<dyn std::error::Error>> {
/// # let now = "2026-03-02T09:00:00Z".parse()?;
/// let options = Options::default();
/// postgres::migrate(&mut client, &options).await?;
/// let store = PgStore::open(Single::new(client), options).await?;
/// let desk = AsyncDesk::create(store, DeskId::from_u128(1), Settings::default(), now).await?;
/// assert_eq!(desk.next_wake(now).await?, None);
/// # Ok(())
/// # }
/// ```
pub struct PgStore<C> {
    inner: Arc<Inner<C>>,
}

struct Inner<C> {
    connections: C,
    options: Options,
    named: Named,
    known: Known,
}

impl<C> Clone for PgStore<C> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<C> fmt::Debug for PgStore<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgStore").field("options", &self.inner.options).finish_non_exhaustive()
    }
}

/// Makes the schema of a store with its tables, or lifts older ones to this build's version, in one
/// transaction. Where they are there already, nothing changes. Who asks at the same time waits.
///
/// While older builds still use the tables, ask for it only where the notes of the new version say that
/// they may.
///
/// # Errors
///
/// - [`PgError::Newer`] where a newer build made the tables: nothing changes;
/// - [`PgError::Schema`] and [`PgError::Encoding`];
/// - [`PgError::Database`] where the database could not be reached, read or written.
pub async fn migrate(client: &mut Client, options: &Options) -> Result<(), PgError> {
    schema::migrate(client, &options.schema).await
}

impl<C: Connections> PgStore<C> {
    /// Opens a store whose tables are there. Makes none: that is what [`migrate`] is for.
    ///
    /// # Errors
    ///
    /// - [`PgError::Missing`], [`PgError::Older`] and [`PgError::Newer`] where the tables are not those
    ///   that this build knows;
    /// - [`PgError::Schema`], [`PgError::Channel`] and [`PgError::Encoding`];
    /// - [`PgError::Connection`] and [`PgError::Database`] where the database could not be reached or
    ///   read.
    pub async fn open(connections: C, options: Options) -> Result<Self, PgError> {
        schema::check_name(&options.schema)?;
        options.channel.as_deref().map_or(Ok(()), schema::check_channel)?;
        let held = connections.get().await.map_err(|error| PgError::Connection(error.into()))?;
        schema::check(held.client(), &options.schema).await?;
        drop(held);
        let named = Named::new(&options.schema, options.prepares);
        let inner = Inner { connections, options, named, known: Known::default() };
        Ok(Self { inner: Arc::new(inner) })
    }

    async fn held(&self) -> Result<C::Held, Fault> {
        self.inner.connections.get().await.map_err(|error| Fault::Connection(error.into()))
    }

    /// Reads as of one instant: by one statement where that is enough, else in a transaction.
    async fn found(&self, query: &Query) -> Result<Vec<Record>, Fault> {
        let Inner { named, known, .. } = &*self.inner;
        let mut held = self.held().await?;
        if query.order.by_turn().is_none() {
            let asked = AtomicBool::new(false);
            let tables = Tables { one: Some(&asked), ..held.tables(named) };
            match tables.find(known, query).await {
                Err(Fault::Another) => {}
                found => return found,
            }
        }
        let (client, prepared) = held.split();
        let transaction = snapshot(client).await?;
        let tables = Tables::within(&transaction, Some(prepared), named);
        tables.find(known, query).await
    }

    async fn scanned(&self, desk: DeskId, after: u64, limit: usize) -> Result<Vec<Entry>, Fault> {
        let mut held = self.held().await?;
        let (client, prepared) = held.split();
        let transaction = snapshot(client).await?;
        let named = &self.inner.named;
        let tables = Tables::within(&transaction, Some(prepared), named);
        tables.log(desk, after, limit).await
    }

    async fn claimed(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        lease: Lease,
    ) -> Result<Vec<Claimed>, Fault> {
        if lease.limit == 0 {
            return Ok(Vec::new());
        }
        let mut held = self.held().await?;
        let (client, prepared) = held.split();
        let level = IsolationLevel::ReadCommitted;
        let transaction = client.build_transaction().isolation_level(level).start().await?;
        let named = &self.inner.named;
        let tables = Tables::within(&transaction, Some(prepared), named);
        let claimed = tables.claim(scope, now, lease).await?;
        transaction.commit().await?;
        Ok(claimed)
    }
}

/// A transaction that reads as of one instant. It is left by dropping it, which waits for nothing.
async fn snapshot(client: &mut Client) -> Result<Transaction<'_>, tokio_postgres::Error> {
    let level = IsolationLevel::RepeatableRead;
    client.build_transaction().isolation_level(level).read_only(true).start().await
}

impl<C: Connections> AsyncStore for PgStore<C> {
    fn load(&self, desk: DeskId, wanted: Wanted) -> StoreFuture<'_, Result<Found, StoreError>> {
        Box::pin(async move {
            let loaded = async {
                let held = self.held().await?;
                held.tables(&self.inner.named).load(&self.inner.known, desk, &wanted).await
            };
            loaded.await.map_err(|fault: Fault| fault.during(Operation::Load))
        })
    }

    fn resolve(
        &self,
        desk: DeskId,
        keys: Vec<UniqueKey>,
    ) -> StoreFuture<'_, Result<Vec<Option<Key>>, StoreError>> {
        Box::pin(async move {
            let owners = async {
                let held = self.held().await?;
                held.tables(&self.inner.named).owners(desk, &keys).await
            };
            owners.await.map_err(|fault: Fault| fault.during(Operation::Resolve))
        })
    }

    fn history(
        &self,
        key: Key,
        after: Revision,
        limit: usize,
    ) -> StoreFuture<'_, Result<Vec<Event>, StoreError>> {
        Box::pin(async move {
            let events = async {
                let held = self.held().await?;
                let tables = held.tables(&self.inner.named);
                tables.events(key, after, Revision(u64::MAX), limit).await
            };
            events.await.map_err(|fault: Fault| fault.during(Operation::History))
        })
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, Result<Receipt, CommitError>> {
        Box::pin(self.written(commit.into_parts()))
    }

    fn receipt(
        &self,
        desk: DeskId,
        command: CommandId,
    ) -> StoreFuture<'_, Result<Option<Receipt>, StoreError>> {
        Box::pin(async move {
            let receipt = async {
                let held = self.held().await?;
                held.tables(&self.inner.named).receipt(desk, command).await
            };
            receipt.await.map_err(|fault: Fault| fault.during(Operation::Receipt))
        })
    }

    fn find(&self, query: Query) -> StoreFuture<'_, Result<Vec<Record>, StoreError>> {
        Box::pin(async move {
            let found = anew(|| self.found(&query)).await;
            found.map_err(|fault| fault.during(Operation::Find))
        })
    }

    fn scan(
        &self,
        desk: DeskId,
        after: u64,
        limit: usize,
    ) -> StoreFuture<'_, Result<Vec<Entry>, StoreError>> {
        Box::pin(async move {
            let entries = anew(|| self.scanned(desk, after, limit)).await;
            entries.map_err(|fault| fault.during(Operation::Scan))
        })
    }

    fn due(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        lease: Lease,
    ) -> StoreFuture<'_, Result<Due, StoreError>> {
        Box::pin(async move {
            let due = async {
                let held = self.held().await?;
                held.tables(&self.inner.named).lease(scope, now, lease).await
            };
            due.await.map_err(|fault: Fault| fault.during(Operation::Due))
        })
    }

    fn claim(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        lease: Lease,
    ) -> StoreFuture<'_, Result<Vec<Claimed>, StoreError>> {
        Box::pin(async move {
            let claimed = anew(|| self.claimed(scope, now, lease)).await;
            claimed.map_err(|fault| fault.during(Operation::Claim))
        })
    }

    fn settle(
        &self,
        token: LeaseToken,
        settlement: Settlement,
    ) -> StoreFuture<'_, Result<bool, StoreError>> {
        Box::pin(async move {
            let settled = async {
                let held = self.held().await?;
                held.tables(&self.inner.named).settle(token, settlement).await
            };
            settled.await.map_err(|fault: Fault| fault.during(Operation::Settle))
        })
    }
}
