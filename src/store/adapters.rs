//! A store that blocks, as one that is awaited: on the spot, or on threads that may block.
//!
//! There is none the other way round: a store that is awaited, made to block, waits on a
//! runtime for which its own thread may be needed, and then nothing moves any more.

use std::future::ready;

use chrono::{DateTime, Utc};

use super::{
    AsyncStore, AsyncTextStore, Claimed, Commit, CommitError, Due, Entry, Found, Lease, LeaseToken,
    Query, Receipt, Scope, Settlement, Store, StoreError, StoreFuture, TextHit, TextQuery,
    TextStore, Wanted,
};
use crate::decide::UniqueKey;
use crate::ids::{CommandId, DeskId, Key, Revision};
use crate::record::{Event, Record};

/// A [`Store`] as an [`AsyncStore`], asked on the spot: every future is ready at once.
///
/// For stores that answer from memory. One that waits for a disk or a network would hold up
/// everything else on the thread: that is what `Offload` is for (feature `tokio`).
///
/// ```
/// use helpdesk::store::{Inline, MemoryStore};
/// use helpdesk::{AsyncDesk, DeskId, Settings};
///
/// # async fn start() -> Result<(), helpdesk::DeskError> {
/// let now = "2026-03-02T09:00:00Z".parse().unwrap();
/// let store = Inline(MemoryStore::new());
/// let desk = AsyncDesk::create(store, DeskId::from_u128(1), Settings::default(), now).await?;
/// assert_eq!(desk.next_wake(now).await?, None);
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(start()).unwrap();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Inline<S>(pub S);

/// A [`Store`] that blocks, as an [`AsyncStore`]: each call runs on a thread of tokio's that may
/// block. To be awaited on a tokio runtime.
///
/// Clones share the store. A call whose future is dropped still runs to its end.
///
/// ```
/// use helpdesk::store::{MemoryStore, Offload};
/// use helpdesk::{AsyncDesk, DeskId, Settings};
///
/// # async fn start() -> Result<(), helpdesk::DeskError> {
/// let now = "2026-03-02T09:00:00Z".parse().unwrap();
/// let store = Offload::new(MemoryStore::new());
/// let desk = AsyncDesk::create(store, DeskId::from_u128(1), Settings::default(), now).await?;
/// assert_eq!(desk.next_wake(now).await?, None);
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(start()).unwrap();
/// ```
#[cfg(feature = "tokio")]
#[cfg_attr(docsrs, doc(cfg(feature = "tokio")))]
#[derive(Debug)]
pub struct Offload<S>(std::sync::Arc<S>);

#[cfg(feature = "tokio")]
impl<S> Clone for Offload<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

#[cfg(feature = "tokio")]
impl<S> Offload<S> {
    /// This store, off the runtime's own threads.
    pub fn new(store: S) -> Self {
        Self(std::sync::Arc::new(store))
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.0
    }
}

#[cfg(feature = "tokio")]
impl<S: Store + Send + Sync + 'static> Offload<S> {
    fn run<T, E>(
        &self,
        operation: super::Operation,
        call: impl FnOnce(&S) -> Result<T, E> + Send + 'static,
    ) -> StoreFuture<'_, Result<T, E>>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let store = self.0.clone();
        Box::pin(async move {
            let called = tokio::task::spawn_blocking(move || call(&store)).await;
            called.unwrap_or_else(|error| {
                // The runtime shut down, or the store panicked: what was asked may have been done.
                let kind = super::StoreErrorKind::Unavailable;
                Err(StoreError::new(operation, kind).because(error).into())
            })
        })
    }
}

macro_rules! adapt {
    ($($method:ident / $operation:ident
        ($($arg:ident: $type:ty as $passed:expr),*) -> $result:ty;)*) => {
        impl<S: Store> AsyncStore for Inline<S> {$(
            fn $method(&self, $($arg: $type),*) -> StoreFuture<'_, $result> {
                Box::pin(ready(self.0.$method($($passed),*)))
            }
        )*}

        #[cfg(feature = "tokio")]
        impl<S: Store + Send + Sync + 'static> AsyncStore for Offload<S> {$(
            fn $method(&self, $($arg: $type),*) -> StoreFuture<'_, $result> {
                self.run(super::Operation::$operation, move |store| {
                    store.$method($($passed),*)
                })
            }
        )*}
    };
}

adapt! {
    load / Load(desk: DeskId as desk, wanted: Wanted as &wanted) -> Result<Found, StoreError>;
    resolve / Resolve(desk: DeskId as desk, keys: Vec<UniqueKey> as &keys)
        -> Result<Vec<Option<Key>>, StoreError>;
    history / History(key: Key as key, after: Revision as after, limit: usize as limit)
        -> Result<Vec<Event>, StoreError>;
    commit / Commit(commit: Commit as commit) -> Result<Receipt, CommitError>;
    receipt / Receipt(desk: DeskId as desk, command: CommandId as command)
        -> Result<Option<Receipt>, StoreError>;
    find / Find(query: Query as &query) -> Result<Vec<Record>, StoreError>;
    scan / Scan(desk: DeskId as desk, after: u64 as after, limit: usize as limit)
        -> Result<Vec<Entry>, StoreError>;
    due / Due(scope: Scope as scope, now: DateTime<Utc> as now, lease: Lease as lease)
        -> Result<Due, StoreError>;
    claim / Claim(scope: Scope as scope, now: DateTime<Utc> as now, lease: Lease as lease)
        -> Result<Vec<Claimed>, StoreError>;
    settle / Settle(token: LeaseToken as token, settlement: Settlement as settlement)
        -> Result<bool, StoreError>;
}

impl<S: TextStore> AsyncTextStore for Inline<S> {
    fn texts(&self, query: TextQuery) -> StoreFuture<'_, Result<Vec<TextHit>, StoreError>> {
        Box::pin(ready(self.0.texts(&query)))
    }
}

#[cfg(feature = "tokio")]
impl<S: TextStore + Send + Sync + 'static> AsyncTextStore for Offload<S> {
    fn texts(&self, query: TextQuery) -> StoreFuture<'_, Result<Vec<TextHit>, StoreError>> {
        self.run(super::Operation::Texts, move |store| store.texts(&query))
    }
}
