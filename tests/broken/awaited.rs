//! A store that is awaited, and waits in a place that matters.

use std::future::poll_fn;
use std::task::Poll;

use chrono::{DateTime, Utc};
use helpdesk::store::{
    AsyncStore, Claimed, Commit, CommitError, CommitParts, Due, Entry, Found, Inline, Lease,
    LeaseToken, NewReceipt, Query, Receipt, Scope, Settlement, StoreError, StoreFuture, Wanted,
};
use helpdesk::{CommandId, DeskId, Event, Expected, Key, Record, Revision, UniqueKey};

use super::Bug;
use super::naive::Naive;

/// Where a commit waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Before it begins, as every database does.
    WaitsBefore,
    /// Between the check of the revisions and the writing.
    ChecksThenWaits,
    /// Between one record and the next.
    WaitsBetweenWrites,
}

#[derive(Debug)]
pub(crate) struct Awaited {
    step: Step,
    inner: Inline<Naive>,
}

impl Awaited {
    pub(crate) fn new(step: Step) -> Self {
        let bug = if step == Step::ChecksThenWaits { Bug::RevisionsUnchecked } else { Bug::None };
        Self { step, inner: Inline(Naive::new(bug)) }
    }

    async fn checked(&self, parts: &CommitParts) -> Result<(), CommitError> {
        for write in &parts.writes {
            let wanted = Wanted::records([write.key]);
            let record = self.inner.load(parts.desk, wanted).await?.records.remove(0);
            let found = record.map_or(Revision::ZERO, |record| record.revision);
            match write.expected {
                Expected::At(expected) if expected != found => {
                    return Err(CommitError::Stale { key: write.key, expected, found });
                }
                Expected::At(_) | Expected::New => {}
            }
        }
        Ok(())
    }
}

/// Something else has its turn.
async fn wait() {
    let mut waited = false;
    poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl AsyncStore for Awaited {
    fn commit(&self, commit: Commit) -> StoreFuture<'_, Result<Receipt, CommitError>> {
        Box::pin(async move {
            match self.step {
                Step::WaitsBefore => wait().await,
                Step::ChecksThenWaits => {
                    self.checked(commit.parts()).await?;
                    wait().await;
                }
                Step::WaitsBetweenWrites => {
                    let mut parts = commit.into_parts();
                    let last = parts.writes.pop();
                    for write in std::mem::take(&mut parts.writes) {
                        let one = CommitParts {
                            desk: parts.desk,
                            writes: vec![write],
                            guards: Vec::new(),
                            keys: Vec::new(),
                            counters: Vec::new(),
                            notices: Vec::new(),
                            receipt: NewReceipt { command: None, digest: 0 },
                            erasures: Vec::new(),
                        };
                        self.inner.commit(Commit::from_parts(one)).await?;
                        wait().await;
                    }
                    parts.writes.extend(last);
                    return self.inner.commit(Commit::from_parts(parts)).await;
                }
            }
            self.inner.commit(commit).await
        })
    }

    fn load(&self, desk: DeskId, wanted: Wanted) -> StoreFuture<'_, Result<Found, StoreError>> {
        self.inner.load(desk, wanted)
    }

    fn resolve(
        &self,
        desk: DeskId,
        keys: Vec<UniqueKey>,
    ) -> StoreFuture<'_, Result<Vec<Option<Key>>, StoreError>> {
        self.inner.resolve(desk, keys)
    }

    fn history(
        &self,
        key: Key,
        after: Revision,
        limit: usize,
    ) -> StoreFuture<'_, Result<Vec<Event>, StoreError>> {
        self.inner.history(key, after, limit)
    }

    fn receipt(
        &self,
        desk: DeskId,
        command: CommandId,
    ) -> StoreFuture<'_, Result<Option<Receipt>, StoreError>> {
        self.inner.receipt(desk, command)
    }

    fn find(&self, query: Query) -> StoreFuture<'_, Result<Vec<Record>, StoreError>> {
        self.inner.find(query)
    }

    fn scan(
        &self,
        desk: DeskId,
        after: u64,
        limit: usize,
    ) -> StoreFuture<'_, Result<Vec<Entry>, StoreError>> {
        self.inner.scan(desk, after, limit)
    }

    fn due(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        lease: Lease,
    ) -> StoreFuture<'_, Result<Due, StoreError>> {
        self.inner.due(scope, now, lease)
    }

    fn claim(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
        lease: Lease,
    ) -> StoreFuture<'_, Result<Vec<Claimed>, StoreError>> {
        self.inner.claim(scope, now, lease)
    }

    fn settle(
        &self,
        token: LeaseToken,
        settlement: Settlement,
    ) -> StoreFuture<'_, Result<bool, StoreError>> {
        self.inner.settle(token, settlement)
    }
}
