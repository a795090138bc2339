//! The same ten methods for databases that are awaited.

use std::future::Future;
use std::pin::Pin;

use chrono::{DateTime, Utc};

use super::{
    Claimed, Commit, CommitError, Due, Entry, Found, Lease, LeaseToken, Query, Receipt, Scope,
    Settlement, StoreError, Wanted,
};
use crate::decide::UniqueKey;
use crate::ids::{CommandId, DeskId, Key, Revision};
use crate::record::{Event, Record};

/// What an [`AsyncStore`] answers with: a boxed future, so that the trait is usable as `dyn`.
///
/// It may move to another thread while it waits, as on most runtimes futures do.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Persistence for desks over a database that is awaited: [`Store`](super::Store) with futures.
///
/// What is true when a call returns there is true here when its future is ready; each method
/// refers to its twin, which has the contract in full. Arguments are owned, so that a future
/// borrows nothing but the store. A store implements one of the two traits, never both; there
/// are adapters in the one direction that works: [`Inline`](super::Inline) and, for stores that
/// block, `Offload` (feature `tokio`).
///
/// A future that is dropped before it is ready may or may not have done what was asked, as when
/// a [`Store`](super::Store) is unavailable. A commit is all there or not at all, also then.
///
/// No runtime is named here. A method of a host's own store boxes an `async` block:
///
/// ```
/// use helpdesk::store::{Operation, StoreError, StoreErrorKind, StoreFuture};
/// # struct Pool;
/// # impl Pool { async fn ping(&self) -> Result<(), std::io::Error> { Ok(()) } }
///
/// fn ping(pool: &Pool) -> StoreFuture<'_, Result<(), StoreError>> {
///     Box::pin(async move {
///         let gone = StoreError::new(Operation::Load, StoreErrorKind::Unavailable);
///         pool.ping().await.map_err(|error| gone.because(error))
///     })
/// }
/// # let _ = ping(&Pool);
/// ```
pub trait AsyncStore {
    /// Reads records, counters and a roster as they are at one instant: [`Store::load`].
    ///
    /// [`Store::load`]: super::Store::load
    fn load(&self, desk: DeskId, wanted: Wanted) -> StoreFuture<'_, Result<Found, StoreError>>;

    /// Finds who has unique keys: [`Store::resolve`](super::Store::resolve).
    fn resolve(
        &self,
        desk: DeskId,
        keys: Vec<UniqueKey>,
    ) -> StoreFuture<'_, Result<Vec<Option<Key>>, StoreError>>;

    /// Reads a page of a record's history: [`Store::history`](super::Store::history).
    fn history(
        &self,
        key: Key,
        after: Revision,
        limit: usize,
    ) -> StoreFuture<'_, Result<Vec<Event>, StoreError>>;

    /// Writes a commit, all of it or nothing: [`Store::commit`](super::Store::commit).
    fn commit(&self, commit: Commit) -> StoreFuture<'_, Result<Receipt, CommitError>>;

    /// Finds the receipt of a command: [`Store::receipt`](super::Store::receipt).
    fn receipt(
        &self,
        desk: DeskId,
        command: CommandId,
    ) -> StoreFuture<'_, Result<Option<Receipt>, StoreError>>;

    /// Lists tickets: [`Store::find`](super::Store::find).
    fn find(&self, query: Query) -> StoreFuture<'_, Result<Vec<Record>, StoreError>>;

    /// Reads what was committed, commit by commit: [`Store::scan`](super::Store::scan).
    fn scan(
        &self,
        desk: DeskId,
        after: u64,
        limit: usize,
    ) -> StoreFuture<'_, Result<Vec<Entry>, StoreError>>;

    /// Leases records whose next wake has come: [`Store::due`](super::Store::due).
    fn due(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        lease: Lease,
    ) -> StoreFuture<'_, Result<Due, StoreError>>;

    /// Leases notices for delivery: [`Store::claim`](super::Store::claim).
    fn claim(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        lease: Lease,
    ) -> StoreFuture<'_, Result<Vec<Claimed>, StoreError>>;

    /// Settles a claimed notice: [`Store::settle`](super::Store::settle).
    fn settle(
        &self,
        token: LeaseToken,
        settlement: Settlement,
    ) -> StoreFuture<'_, Result<bool, StoreError>>;
}

/// `&S`, `Box<S>` and `Arc<S>` are stores where `S` is one.
macro_rules! forward {
    ($($through:ty),*) => {$(
        impl<S: AsyncStore + ?Sized> AsyncStore for $through {
            fn load(
                &self,
                desk: DeskId,
                wanted: Wanted,
            ) -> StoreFuture<'_, Result<Found, StoreError>> {
                (**self).load(desk, wanted)
            }

            fn resolve(
                &self,
                desk: DeskId,
                keys: Vec<UniqueKey>,
            ) -> StoreFuture<'_, Result<Vec<Option<Key>>, StoreError>> {
                (**self).resolve(desk, keys)
            }

            fn history(
                &self,
                key: Key,
                after: Revision,
                limit: usize,
            ) -> StoreFuture<'_, Result<Vec<Event>, StoreError>> {
                (**self).history(key, after, limit)
            }

            fn commit(&self, commit: Commit) -> StoreFuture<'_, Result<Receipt, CommitError>> {
                (**self).commit(commit)
            }

            fn receipt(
                &self,
                desk: DeskId,
                command: CommandId,
            ) -> StoreFuture<'_, Result<Option<Receipt>, StoreError>> {
                (**self).receipt(desk, command)
            }

            fn find(
                &self,
                query: Query,
            ) -> StoreFuture<'_, Result<Vec<Record>, StoreError>> {
                (**self).find(query)
            }

            fn scan(
                &self,
                desk: DeskId,
                after: u64,
                limit: usize,
            ) -> StoreFuture<'_, Result<Vec<Entry>, StoreError>> {
                (**self).scan(desk, after, limit)
            }

            fn due(
                &self,
                scope: Scope,
                now: DateTime<Utc>,
                lease: Lease,
            ) -> StoreFuture<'_, Result<Due, StoreError>> {
                (**self).due(scope, now, lease)
            }

            fn claim(
                &self,
                scope: Scope,
                now: DateTime<Utc>,
                lease: Lease,
            ) -> StoreFuture<'_, Result<Vec<Claimed>, StoreError>> {
                (**self).claim(scope, now, lease)
            }

            fn settle(
                &self,
                token: LeaseToken,
                settlement: Settlement,
            ) -> StoreFuture<'_, Result<bool, StoreError>> {
                (**self).settle(token, settlement)
            }
        }
    )*};
}

forward!(&S, Box<S>, std::sync::Arc<S>);
