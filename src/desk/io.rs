//! One way to ask either kind of store, so that what a desk does is written once.
//!
//! What a desk does is an `async` function over [`Io`]. Over a [`Store`] every future is ready
//! at once, so [`at_once`] runs it through without waiting; over an [`AsyncStore`] it is awaited.

use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use chrono::{DateTime, Utc};

use crate::decide::UniqueKey;
use crate::ids::{CommandId, DeskId, Key, Revision};
use crate::record::{Event, Record};
use crate::store::{
    AsyncStore, AsyncTextStore, Claimed, Commit, CommitError, Due, Entry, Found, Lease, LeaseToken,
    Query, Receipt, Scope, Settlement, Store, StoreError, TextHit, TextQuery, TextStore, Wanted,
};

/// A store that is asked on the spot.
#[derive(Debug)]
pub(super) struct Direct<'s, S: ?Sized>(pub(super) &'s S);

/// A store that is awaited.
#[derive(Debug)]
pub(super) struct Awaited<'s, S: ?Sized>(pub(super) &'s S);

impl<S: ?Sized> Clone for Direct<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: ?Sized> Copy for Direct<'_, S> {}

impl<S: ?Sized> Clone for Awaited<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: ?Sized> Copy for Awaited<'_, S> {}

macro_rules! io {
    ($($method:ident($($arg:ident: $type:ty as $owned:expr),*) -> $result:ty;)*) => {
        /// What a desk asks of a store of either kind.
        pub(super) trait Io: Copy {$(
            fn $method(&self, $($arg: $type),*) -> impl Future<Output = $result> + Send;
        )*}

        impl<S: Store + ?Sized> Io for Direct<'_, S> {$(
            fn $method(&self, $($arg: $type),*) -> impl Future<Output = $result> + Send {
                ready(self.0.$method($($arg),*))
            }
        )*}

        impl<S: AsyncStore + ?Sized> Io for Awaited<'_, S> {$(
            fn $method(&self, $($arg: $type),*) -> impl Future<Output = $result> + Send {
                self.0.$method($($owned),*)
            }
        )*}
    };
}

io! {
    load(desk: DeskId as desk, wanted: &Wanted as wanted.clone()) -> Result<Found, StoreError>;
    resolve(desk: DeskId as desk, keys: &[UniqueKey] as keys.to_vec())
        -> Result<Vec<Option<Key>>, StoreError>;
    history(key: Key as key, after: Revision as after, limit: usize as limit)
        -> Result<Vec<Event>, StoreError>;
    commit(commit: Commit as commit) -> Result<Receipt, CommitError>;
    receipt(desk: DeskId as desk, command: CommandId as command)
        -> Result<Option<Receipt>, StoreError>;
    find(query: &Query as query.clone()) -> Result<Vec<Record>, StoreError>;
    scan(desk: DeskId as desk, after: u64 as after, limit: usize as limit)
        -> Result<Vec<Entry>, StoreError>;
    due(scope: Scope as scope, now: DateTime<Utc> as now, lease: Lease as lease)
        -> Result<Due, StoreError>;
    claim(scope: Scope as scope, now: DateTime<Utc> as now, lease: Lease as lease)
        -> Result<Vec<Claimed>, StoreError>;
    settle(token: LeaseToken as token, settlement: Settlement as settlement)
        -> Result<bool, StoreError>;
}

/// Runs a future that waits for nothing: over a [`Direct`] store, all there is to await is ready.
pub(super) fn at_once<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        // Ready the first time; a loop only because a library does not panic.
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

/// What a desk asks of a store of either kind that finds tickets by what was said on them.
pub(super) trait TextIo: Io {
    fn texts(
        &self,
        query: &TextQuery,
    ) -> impl Future<Output = Result<Vec<TextHit>, StoreError>> + Send;
}

impl<S: TextStore + ?Sized> TextIo for Direct<'_, S> {
    fn texts(
        &self,
        query: &TextQuery,
    ) -> impl Future<Output = Result<Vec<TextHit>, StoreError>> + Send {
        ready(self.0.texts(query))
    }
}

impl<S: AsyncTextStore + ?Sized> TextIo for Awaited<'_, S> {
    fn texts(
        &self,
        query: &TextQuery,
    ) -> impl Future<Output = Result<Vec<TextHit>, StoreError>> + Send {
        self.0.texts(query.clone())
    }
}
