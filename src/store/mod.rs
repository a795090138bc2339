//! What a desk asks of a database: ten methods, each described by what is true when it
//! returns.
//!
//! A store keeps records (their events, head, index columns and next wake), unique keys,
//! counters, receipts and the outbox of notices. It decides nothing: it checks what a
//! [`Commit`] says must hold, and writes all of it or nothing.

mod adapters;
mod async_store;
#[cfg(feature = "json")]
pub mod codec;
mod commit;
mod error;
mod memory;
#[cfg(feature = "postgres")]
#[cfg_attr(docsrs, doc(cfg(feature = "postgres")))]
pub mod postgres;
mod query;
pub mod scan;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod sql;
#[cfg(feature = "sqlite")]
#[cfg_attr(docsrs, doc(cfg(feature = "sqlite")))]
pub mod sqlite;
pub(crate) mod text;
pub(crate) mod upkeep;

use chrono::{DateTime, Utc};

pub use adapters::Inline;
#[cfg(feature = "tokio")]
pub use adapters::Offload;
pub use async_store::{AsyncStore, StoreFuture};
pub use commit::{Commit, CommitError, CommitParts, NewReceipt, Receipt, Touched};
pub use error::{Operation, StoreError, StoreErrorKind};
pub use memory::MemoryStore;
#[cfg(feature = "postgres")]
pub use postgres::PgStore;
pub use query::{
    Claimed, Due, DueRow, Entry, Found, Lease, LeaseToken, Query, Scope, Settlement, Wanted,
};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use text::{AsyncTextStore, Spoken, TextHit, TextQuery, TextStore};
pub use upkeep::{Derived, Finding, Health, Part, Verified};

pub use crate::decide::{Roster, Rostered, Tally};

use crate::decide::UniqueKey;
use crate::ids::{CommandId, DeskId, Key, Revision};
use crate::record::{Event, Record};

/// Persistence for desks. Hosts bring their own, or use [`MemoryStore`].
///
/// Every method may be called from several threads and processes at once. No method has a
/// default: a new duty is one that every store takes on knowingly.
///
/// Every instant is an argument; a store reads no clock.
///
/// # What a store keeps
///
/// | what | under | and with it |
/// |---|---|---|
/// | records | [`Key`] | revision, head, [`Columns`](crate::Columns), next wake, lease; a ticket's number |
/// | events | key and revision | facts, and the personal payload in a column of its own |
/// | unique keys | desk and [`UniqueKey`] | the key of the record that has it |
/// | counters | desk and [`Counter`](crate::Counter) | a sum, changed only in commits |
/// | receipts | desk and `seq`; command id, unique | digest, what the commit touched |
/// | notices | key of the ticket, in order | the event's revision, by which they are erased; lease and attempts |
///
/// Heads, events and the rest are plain data (serde), for formats that say what they hold, as JSON
/// does; feature `json` has the form to write them in. A store never looks into a head: what it
/// indexes is in the columns.
///
/// What is kept comes back as it was given: texts with every character, U+0000 too, integers of
/// 64 bits, instants to the microsecond and to the year 9999. Keys, ids and names are the same
/// where their bytes are; a database's collation, which folds letter case or drops trailing
/// blanks, is none for them.
///
/// # Whether a store is one
///
/// Everything that is promised here is also a law that can be tried: feature `conformance`,
/// macro `store_conformance!`, a test for each.
///
/// # Examples
///
/// A desk works over any store, also one that is chosen at run time:
///
/// ```
/// use std::sync::Arc;
///
/// use helpdesk::store::{MemoryStore, Store, Wanted};
/// use helpdesk::{Desk, DeskId, Key, Revision, Settings};
///
/// let now = "2026-03-02T09:00:00Z".parse().unwrap();
/// let id = DeskId::from_u128(1);
/// let store: Arc<dyn Store + Send + Sync> = Arc::new(MemoryStore::new());
/// let desk = Desk::create(store.clone(), id, Settings::default(), now)?;
///
/// let found = store.load(id, &Wanted::records([Key::settings(id)]))?;
/// assert_eq!(found.records[0].as_ref().unwrap().revision, Revision(1));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
pub trait Store {
    /// Reads records and counters as they are at one instant.
    ///
    /// On return: `records` has, for each key in order, the record with every committed event
    /// in its head, or `None` where nothing was ever committed under that key, or it is another
    /// desk's; `counters` has, for each counter in order, the sum of all committed changes (0
    /// where there are none); `roster` has, in the order of their keys, the agents who can own
    /// tickets and whose columns name the department, each with the sums of
    /// their [`Load`](crate::Counter::Load), [`Given`](crate::Counter::Given),
    /// [`Freed`](crate::Counter::Freed) and, where a channel is named, their
    /// [`Open`](crate::Counter::Open) of that channel, else 0; and is empty where none was asked for.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store could not answer. Never for a record that is not there.
    fn load(&self, desk: DeskId, wanted: &Wanted) -> Result<Found, StoreError>;

    /// Finds who has unique keys.
    ///
    /// On return: for each key in order, the record that has it, as of the last commit that
    /// took or released it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store could not answer.
    fn resolve(&self, desk: DeskId, keys: &[UniqueKey]) -> Result<Vec<Option<Key>>, StoreError>;

    /// Reads a page of a record's history.
    ///
    /// On return: the events with a revision greater than `after`, in order and without gaps,
    /// at most `limit` of them. Fewer than `limit` means that there are no more.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store could not answer.
    fn history(&self, key: Key, after: Revision, limit: usize) -> Result<Vec<Event>, StoreError>;

    /// Writes a commit, all of it or nothing.
    ///
    /// On `Ok`: everything is durable and visible to every later call; the receipt has a
    /// `seq` greater than that of every commit of the desk that returned before this one
    /// began, and than 0; opened tickets have a number greater than every earlier one of their
    /// desk, of which the first is 1, entered as a unique key. On `Err`: nothing has changed.
    ///
    /// The checks, in this order: the command id (`Seen`), the expected revisions and the
    /// guards (`Stale`; any one that is stale may be named), the unique keys (`KeyTaken`), the counters'
    /// ceilings (`Over`).
    ///
    /// - A command id is checked only where there is one; commits without one never meet.
    /// - A record that is not there is at revision zero; so a guard at zero demands that there
    ///   is none.
    /// - A unique key may be taken where nobody has it, where the taker has it, and where its
    ///   owner gives it up in the same commit; not by two records of one commit. A release by
    ///   a record that does not have the key changes nothing.
    /// - A ceiling holds for the counter's value after this change and those before it in the
    ///   commit, and only where the change is upwards: a counter above its ceiling may fall.
    /// - The commit's writes end the leases of what they write, and set its next wake.
    /// - The commit's erasures come last: of each event that they name the personal payload is
    ///   gone, of a newer build's event too ([`Event::erase`]), and so is each notice of such an
    ///   event that is not settled, leased or not. `history` and `scan` show the event without
    ///   it from then on; the lease of a notice that is gone settles nothing, and the next notice
    ///   of the ticket can be claimed. This is the only change that is ever made to a history:
    ///   facts, order and number of the events stay, and so do heads, receipts and other notices.
    ///   What has no payload, or is not there, is passed over. Backups and replicas are the
    ///   host's to erase.
    ///
    /// # Errors
    ///
    /// [`CommitError`]. After [`StoreErrorKind::Unavailable`] the commit may have happened:
    /// ask [`receipt`](Self::receipt) before trying again.
    fn commit(&self, commit: Commit) -> Result<Receipt, CommitError>;

    /// Finds the receipt of a command: whether it was carried out, and what it wrote.
    ///
    /// On return: the receipt of the commit that carried this command id, if one ever did.
    /// Receipts are kept as long as the history.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store could not answer.
    fn receipt(&self, desk: DeskId, command: CommandId) -> Result<Option<Receipt>, StoreError>;

    /// Lists tickets.
    ///
    /// On return: the tickets for which [`Query::matches`] is true, in the order, those that come
    /// strictly after `query.after` only, at most `query.limit`. Each as it is in the last
    /// commit. A store fetches by what [`Query::narrow`] says of the columns, or by anything
    /// else that finds the same; the matcher decides. Three orders are worth an index of their own:
    /// [by number](crate::matching::Order::by_number);
    /// [by deadline](crate::matching::Order::by_deadline), tickets without a deadline last, then
    /// by id; and [the order of work](crate::matching::Order::by_turn), which shows what waits in
    /// queues ([`TicketColumns::queued`](crate::TicketColumns::queued)).
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store could not answer.
    fn find(&self, query: &Query) -> Result<Vec<Record>, StoreError>;

    /// Reads what was committed on a desk, commit by commit.
    ///
    /// On return: the writes of commits with a `seq` greater than `after`, in order, those of one
    /// commit in the order of their keys, at most `limit` commits' worth. Not for tailing: on some stores a commit with a smaller `seq`
    /// may become visible later.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store could not answer.
    fn scan(&self, desk: DeskId, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// Leases records whose next wake has come.
    ///
    /// On return: at most `lease.limit` records whose next wake is at or before `now`, the one
    /// that could be leased earliest first, none of them leased to somebody else until after
    /// `now`; each is leased until `lease.until`. `next` is the earliest instant at which one of
    /// all the others can be leased: its wake, or the end of its lease where that is later. A
    /// lease that ends before the wake (clocks differ) makes nothing due sooner. The lease is a
    /// hint that saves work; only the revision makes anything right.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store could not answer.
    fn due(&self, scope: Scope, now: DateTime<Utc>, lease: Lease) -> Result<Due, StoreError>;

    /// Leases notices for delivery.
    ///
    /// On return: at most `lease.limit` notices, of each ticket at most the oldest that is not
    /// settled, none of them leased until after `now`; each leased until `lease.until` under a
    /// token of its own. Those that nobody tried yet come first, by age: a ticket's place is
    /// that of its oldest notice that is not settled. The others come after them, by the instant
    /// from which they may be claimed again: that of a retry, or the end of a lease.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store could not answer.
    fn claim(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        lease: Lease,
    ) -> Result<Vec<Claimed>, StoreError>;

    /// Settles a claimed notice: says what became of it.
    ///
    /// On `Ok(true)`: delivered or given up, and gone from the outbox; or to be tried again at
    /// the given instant. On `Ok(false)`: the token is not that of the notice's present lease,
    /// and nothing has changed.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store could not answer.
    fn settle(&self, token: LeaseToken, settlement: Settlement) -> Result<bool, StoreError>;
}

macro_rules! forward {
    ($($through:ty),*) => {$(
        impl<S: Store + ?Sized> Store for $through {
            fn load(&self, desk: DeskId, wanted: &Wanted) -> Result<Found, StoreError> {
                (**self).load(desk, wanted)
            }

            fn resolve(
                &self,
                desk: DeskId,
                keys: &[UniqueKey],
            ) -> Result<Vec<Option<Key>>, StoreError> {
                (**self).resolve(desk, keys)
            }

            fn history(
                &self,
                key: Key,
                after: Revision,
                limit: usize,
            ) -> Result<Vec<Event>, StoreError> {
                (**self).history(key, after, limit)
            }

            fn commit(&self, commit: Commit) -> Result<Receipt, CommitError> {
                (**self).commit(commit)
            }

            fn receipt(
                &self,
                desk: DeskId,
                command: CommandId,
            ) -> Result<Option<Receipt>, StoreError> {
                (**self).receipt(desk, command)
            }

            fn find(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
                (**self).find(query)
            }

            fn scan(
                &self,
                desk: DeskId,
                after: u64,
                limit: usize,
            ) -> Result<Vec<Entry>, StoreError> {
                (**self).scan(desk, after, limit)
            }

            fn due(
                &self,
                scope: Scope,
                now: DateTime<Utc>,
                lease: Lease,
            ) -> Result<Due, StoreError> {
                (**self).due(scope, now, lease)
            }

            fn claim(
                &self,
                scope: Scope,
                now: DateTime<Utc>,
                lease: Lease,
            ) -> Result<Vec<Claimed>, StoreError> {
                (**self).claim(scope, now, lease)
            }

            fn settle(
                &self,
                token: LeaseToken,
                settlement: Settlement,
            ) -> Result<bool, StoreError> {
                (**self).settle(token, settlement)
            }
        }
    )*};
}

forward!(&S, Box<S>, std::rc::Rc<S>, std::sync::Arc<S>);
