//! Cases: a fresh store for each law, and a verdict whatever the store does.

use super::hand::{Access, Hand, Kit};
use super::law::{Law, Verdict, Violation};
use super::poll::{caught, on_the_spot};
use super::report::Report;
use super::{LAWS, law};
use crate::store::{AsyncStore, Inline, Store};

/// What a case begins with: a store that blocks, new and empty; alone, or in a pair with
/// something that is dropped after it, such as the folder that it is in.
pub trait Case {
    /// The store. The laws are tried from several threads, as a host's would.
    type Store: Store + Sync;
    /// What is dropped after it.
    type Guard;

    /// Takes the two apart.
    fn open(self) -> (Self::Store, Self::Guard);
}

impl<S: Store + Sync> Case for S {
    type Store = S;
    type Guard = ();

    fn open(self) -> (S, ()) {
        (self, ())
    }
}

impl<S: Store + Sync, G> Case for (S, G) {
    type Store = S;
    type Guard = G;

    fn open(self) -> (S, G) {
        self
    }
}

/// [`Case`], with a store that is awaited.
pub trait AsyncCase {
    /// The store.
    type Store: AsyncStore;
    /// What is dropped after it.
    type Guard;

    /// Takes the two apart.
    fn open(self) -> (Self::Store, Self::Guard);
}

impl<S: AsyncStore> AsyncCase for S {
    type Store = S;
    type Guard = ();

    fn open(self) -> (S, ()) {
        (self, ())
    }
}

impl<S: AsyncStore, G> AsyncCase for (S, G) {
    type Store = S;
    type Guard = G;

    fn open(self) -> (S, G) {
        self
    }
}

/// Holds a store that blocks against one law: what a test made by
/// [`store_conformance!`](crate::store_conformance!) does.
///
/// ```
/// use helpdesk::conformance::{check, laws};
/// use helpdesk::store::MemoryStore;
///
/// check(laws::one_writer_wins_each_round(), MemoryStore::new).unwrap();
/// ```
///
/// # Errors
///
/// [`Violation`], also where the store could not answer, or panicked.
pub fn check<C: Case>(law: Law, make: impl FnOnce() -> C) -> Result<(), Violation> {
    let case = caught(async {
        // Declared first, and so dropped last, whatever happens.
        let (guard, store);
        (store, guard) = make().open();
        let store = Inline(store);
        let verdict = tried(law, Access::Shared(&store)).await;
        drop(store);
        drop(guard);
        verdict
    });
    verdict(law, on_the_spot(case))
}

/// Holds a store that is awaited against one law: [`check`], with futures.
///
/// # Errors
///
/// As there.
pub async fn check_async<C: AsyncCase, F: Future<Output = C>>(
    law: Law,
    make: impl FnOnce() -> F,
) -> Result<(), Violation> {
    let case = caught(async {
        let (guard, store);
        (store, guard) = make().await.open();
        let verdict = tried(law, Access::Alone(&store)).await;
        drop(store);
        drop(guard);
        verdict
    });
    verdict(law, case.await)
}

async fn tried(law: Law, access: Access<'_>) -> Verdict {
    let kit = Kit::new()?;
    (law.case)(Hand { access, kit: &kit }).await
}

fn verdict(law: Law, came: Result<Verdict, String>) -> Result<(), Violation> {
    let found = match came {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(law::Fault(found))) | Err(found) => found,
    };
    Err(Violation { law, found })
}

/// Holds a store that blocks against every law; `make` makes a new, empty one for each.
///
/// ```
/// use helpdesk::conformance::run_all;
/// use helpdesk::store::MemoryStore;
///
/// let report = run_all(MemoryStore::new);
/// println!("{report}");
/// assert!(report.is_clean());
/// ```
pub fn run_all<C: Case>(make: impl Fn() -> C) -> Report {
    let line = |law: &Law| (*law, check(*law, &make).err());
    Report { lines: LAWS.iter().map(line).collect() }
}

/// Holds a store that is awaited against every law.
///
/// ```
/// use helpdesk::conformance::run_all_async;
/// use helpdesk::store::{MemoryStore, Offload};
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let report = run_all_async(async || Offload::new(MemoryStore::new())).await;
/// assert!(report.is_clean(), "{report}");
/// # });
/// ```
pub async fn run_all_async<C: AsyncCase, F: Future<Output = C>>(make: impl Fn() -> F) -> Report {
    let mut report = Report::default();
    for law in LAWS {
        report.lines.push((*law, check_async(*law, &make).await.err()));
    }
    report
}
