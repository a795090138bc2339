//! A store that counts its calls and fails when told.

use std::fmt;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::{
    AsyncStore, Claimed, Commit, CommitError, Due, Entry, Found, Lease, LeaseToken, Operation,
    Query, Receipt, Scope, Settlement, Store, StoreError, StoreErrorKind, StoreFuture, Wanted,
};
use crate::{
    CommandId, DeskId, Event, Expected, Key, KeyChange, Record, Revision, TicketNumber, UniqueKey,
};

/// A way in which a call on a [`FaultyStore`] fails.
///
/// [`Stale`](Self::Stale) and [`KeyTaken`](Self::KeyTaken) are answers that only a commit can
/// give. Where such a fault meets another call, that call does its work, and the fault is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing is done; the store is [unavailable](StoreErrorKind::Unavailable).
    Unavailable,
    /// What was asked is done, and the store is [unavailable](StoreErrorKind::Unavailable)
    /// before it has said so: the fault that commands are named for
    /// ([`Context::once`](crate::Context::once)).
    LostAnswer,
    /// Nothing is done; the database [refuses](StoreErrorKind::Backend) for a reason of its own.
    Backend,
    /// Nothing is done; the commit is told that the first record it writes is at another
    /// revision: somebody else was faster.
    Stale,
    /// Nothing is done; the commit is told that another record has a key that it takes. One that
    /// takes none is told so of a ticket's number, as when two openings draw the same one.
    KeyTaken,
}

impl Fault {
    /// Every fault there is.
    pub const ALL: [Self; 5] =
        [Self::Unavailable, Self::LostAnswer, Self::Backend, Self::Stale, Self::KeyTaken];
}

/// A store that counts its calls, and fails when told: to find out what a host does when its
/// database lets it down.
///
/// Around a [`Store`] it is a [`Store`], around an [`AsyncStore`] an [`AsyncStore`]. Clones
/// share the count and what is to fail, so that a test keeps one and gives the other to a desk.
///
/// ```
/// use helpdesk::conformance::kit::{Fault, FaultyStore};
/// use helpdesk::store::{MemoryStore, Operation};
/// use helpdesk::{Desk, DeskError, DeskId, Settings};
///
/// let now = "2026-03-02T09:00:00Z".parse().unwrap();
/// let store = FaultyStore::new(MemoryStore::new());
/// let desk = Desk::create(store.clone(), DeskId::from_u128(1), Settings::default(), now)?;
/// assert_eq!(store.calls(), [Operation::Load, Operation::Commit]);
///
/// store.fail(2, Fault::Unavailable);
/// assert!(desk.next_wake(now).is_ok());
/// let error = desk.next_wake(now).unwrap_err();
/// assert_eq!(error.to_string(), "the store is unavailable (`due`)");
/// assert!(desk.next_wake(now).is_ok());
/// # Ok::<(), DeskError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct FaultyStore<S> {
    store: S,
    plan: Arc<Mutex<Plan>>,
}

#[derive(Debug, Default)]
struct Plan {
    calls: Vec<Operation>,
    planned: Vec<Planned>,
    every: Option<Fault>,
}

#[derive(Debug)]
struct Planned {
    /// Of these calls; `None`: of all.
    of: Option<Operation>,
    /// How many are still to come before it.
    before: usize,
    what: What,
}

/// What happens at a call.
enum What {
    Fails(Fault),
    Meanwhile(Box<dyn FnOnce() + Send>),
}

impl fmt::Debug for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fails(fault) => fmt::Debug::fmt(fault, f),
            Self::Meanwhile(_) => f.write_str("Meanwhile"),
        }
    }
}

impl<S> FaultyStore<S> {
    /// This store; nothing fails yet.
    pub fn new(store: S) -> Self {
        Self { store, plan: Arc::default() }
    }

    /// The store that does the work. Its own calls are neither counted nor failed.
    pub fn inner(&self) -> &S {
        &self.store
    }

    /// Makes the `nth` call from now on fail, once: 1 is the next one. 0 counts as 1. Where
    /// several faults meet one call, the one that was asked for first is dealt, and all are
    /// spent.
    pub fn fail(&self, nth: usize, fault: Fault) {
        self.add(None, nth, What::Fails(fault));
    }

    /// Makes the `nth` call of one kind from now on fail, once: as [`fail`](Self::fail), where
    /// only these calls count.
    ///
    /// ```
    /// use helpdesk::command::Open;
    /// use helpdesk::conformance::kit::{Fault, FaultyStore, TestDesk};
    /// use helpdesk::store::{MemoryStore, Operation};
    /// use helpdesk::{Actor, DeskId, Requester, Settings};
    ///
    /// let store = FaultyStore::new(MemoryStore::new());
    /// let mut test = TestDesk::over(store.clone(), DeskId::from_u128(1), Settings::default())?;
    /// store.fail_at(Operation::Commit, 1, Fault::Stale);
    ///
    /// let maria = test.ids.contact();
    /// let open = Open::new(test.new_ticket(), Requester::Contact(maria), "It burns");
    /// let opened = test.desk().open(test.context(&Actor::Customer(maria)), open)?;
    /// assert_eq!(opened.tries, 2, "somebody else was faster; it decided anew");
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    pub fn fail_at(&self, operation: Operation, nth: usize, fault: Fault) {
        self.add(Some(operation), nth, What::Fails(fault));
    }

    /// Does this just before the `nth` call from now on: what somebody else does meanwhile. The
    /// call then finds what they left.
    ///
    /// ```
    /// use helpdesk::command::{Open, Reply};
    /// use helpdesk::conformance::kit::{FaultyStore, TestDesk};
    /// use helpdesk::store::MemoryStore;
    /// use helpdesk::{Actor, CommandId, Desk, DeskId, Requester, Settings};
    ///
    /// let store = FaultyStore::new(MemoryStore::new());
    /// let mut test = TestDesk::over(store.clone(), DeskId::from_u128(1), Settings::default())?;
    /// let (maria, id) = (test.ids.contact(), test.new_ticket());
    /// let customer = test.context(&Actor::Customer(maria));
    /// test.desk().open(customer.clone(), Open::new(id, Requester::Contact(maria), "It burns"))?;
    ///
    /// // The same web request twice, at the same time: this one has looked for its receipt when
    /// // the other is carried out.
    /// let (once, reply) = (test.ids.command(), Reply::new(id, "Still burning."));
    /// let other = Desk::open_existing(store.inner().clone(), DeskId::from_u128(1))?;
    /// let (there, same) = (customer.clone().once(once), reply.clone());
    /// store.meanwhile(2, move || drop(other.reply(there, same)));
    /// let outcome = test.desk().reply(customer.once(once), reply)?;
    /// assert!(outcome.repeated);
    /// assert_eq!(test.desk().ticket(id)?.unwrap().message_count(), 2);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    pub fn meanwhile(&self, nth: usize, act: impl FnOnce() + Send + 'static) {
        self.add(None, nth, What::Meanwhile(Box::new(act)));
    }

    /// Makes every call fail from now on, until [`mend`](Self::mend).
    ///
    /// ```
    /// use helpdesk::conformance::kit::{Fault, FaultyStore};
    /// use helpdesk::store::MemoryStore;
    /// use helpdesk::{Desk, DeskError, DeskId, Settings};
    ///
    /// let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// let store = FaultyStore::new(MemoryStore::new());
    /// let desk = Desk::create(store.clone(), DeskId::from_u128(1), Settings::default(), now)?;
    /// store.fail_every(Fault::Unavailable);
    /// assert!(desk.settings().is_err() && desk.tick(now).is_err());
    /// store.mend();
    /// assert!(desk.settings().is_ok() && desk.tick(now).is_ok());
    /// # Ok::<(), DeskError>(())
    /// ```
    pub fn fail_every(&self, fault: Fault) {
        self.plan().every = Some(fault);
    }

    /// Forgets everything that has not come yet.
    pub fn mend(&self) {
        let mut plan = self.plan();
        plan.planned.clear();
        plan.every = None;
    }

    /// How much of what was planned for a single call has not come yet.
    pub fn pending(&self) -> usize {
        self.plan().planned.len()
    }

    /// The calls so far, in order, those that failed included.
    pub fn calls(&self) -> Vec<Operation> {
        self.plan().calls.clone()
    }

    /// The calls so far, which are counted anew from here.
    ///
    /// ```
    /// # use helpdesk::conformance::kit::FaultyStore;
    /// # use helpdesk::store::{MemoryStore, Operation};
    /// # use helpdesk::{Desk, DeskId, Settings};
    /// # let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// let store = FaultyStore::new(MemoryStore::new());
    /// let desk = Desk::create(store.clone(), DeskId::from_u128(1), Settings::default(), now)?;
    /// assert_eq!(store.take_calls().len(), 2);
    /// desk.settings()?;
    /// assert_eq!(store.calls(), [Operation::Load]);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    pub fn take_calls(&self) -> Vec<Operation> {
        std::mem::take(&mut self.plan().calls)
    }

    fn add(&self, of: Option<Operation>, nth: usize, what: What) {
        self.plan().planned.push(Planned { of, before: nth.saturating_sub(1), what });
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        // No code panics while it holds the lock, so the plan behind it is whole.
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call, and says how it is to fail.
    fn meets(&self, operation: Operation) -> Option<Fault> {
        let mut plan = self.plan();
        plan.calls.push(operation);
        let mut fault = plan.every;
        let mut acts = Vec::new();
        for mut planned in std::mem::take(&mut plan.planned) {
            if planned.of.is_none_or(|of| of == operation) {
                if planned.before == 0 {
                    match planned.what {
                        What::Fails(first) => fault = fault.or(Some(first)),
                        What::Meanwhile(act) => acts.push(act),
                    }
                    continue;
                }
                planned.before -= 1;
            }
            plan.planned.push(planned);
        }
        // What others do may be calls on this store.
        drop(plan);
        acts.into_iter().for_each(|act| act());
        fault
    }
}

/// What becomes of a call.
enum Fate<T> {
    /// It does its work, and its answer is heard.
    Answered,
    /// It does its work, and this is heard in its place.
    Lost(T),
    /// It does nothing, and this is heard.
    Failed(T),
}

/// What becomes of a call that meets this fault, where a conflict may answer it.
fn fate<T, E: From<StoreError>>(
    operation: Operation,
    fault: Option<Fault>,
    conflict: impl FnOnce(Fault) -> Option<E>,
) -> Fate<Result<T, E>> {
    let error = |kind, why: &str| Err(StoreError::new(operation, kind).because(why).into());
    match fault {
        None => Fate::Answered,
        Some(Fault::Unavailable) => {
            Fate::Failed(error(StoreErrorKind::Unavailable, "the test made it fail"))
        }
        Some(Fault::LostAnswer) => {
            Fate::Lost(error(StoreErrorKind::Unavailable, "the test lost the answer"))
        }
        Some(Fault::Backend) => {
            Fate::Failed(error(StoreErrorKind::Backend, "the test made it fail"))
        }
        Some(fault @ (Fault::Stale | Fault::KeyTaken)) => {
            conflict(fault).map_or(Fate::Answered, |error| Fate::Failed(Err(error)))
        }
    }
}

/// The conflict that a commit is told of.
fn conflict(commit: &Commit, fault: Fault) -> Option<CommitError> {
    let parts = commit.parts();
    let first = parts.writes.first()?;
    match fault {
        Fault::Stale => {
            let expected = match first.expected {
                Expected::New => Revision::ZERO,
                Expected::At(revision) => revision,
            };
            Some(CommitError::Stale { key: first.key, expected, found: expected.next() })
        }
        Fault::KeyTaken => {
            let taken = parts.keys.iter().find_map(|change| match change {
                KeyChange::Take(key, _) => Some(key.clone()),
                KeyChange::Release(..) => None,
            });
            let key = taken.unwrap_or(UniqueKey::Number(TicketNumber(u64::MAX)));
            // Somebody whom the test does not know.
            Some(CommitError::KeyTaken { key, owner: Key { id: Uuid::max(), ..first.key } })
        }
        Fault::Unavailable | Fault::LostAnswer | Fault::Backend => None,
    }
}

macro_rules! calls {
    ($($method:ident / $operation:ident
        ($($arg:ident: $type:ty | $owned:ty),*) -> $result:ty, conflict $conflict:expr;)*) => {
        impl<S: Store> Store for FaultyStore<S> {$(
            fn $method(&self, $($arg: $type),*) -> $result {
                let fault = self.meets(Operation::$operation);
                match fate(Operation::$operation, fault, $conflict) {
                    Fate::Answered => self.store.$method($($arg),*),
                    Fate::Lost(answer) => {
                        drop(self.store.$method($($arg),*));
                        answer
                    }
                    Fate::Failed(answer) => answer,
                }
            }
        )*}

        impl<S: AsyncStore> AsyncStore for FaultyStore<S> {$(
            fn $method(&self, $($arg: $owned),*) -> StoreFuture<'_, $result> {
                let fault = self.meets(Operation::$operation);
                match fate(Operation::$operation, fault, $conflict) {
                    Fate::Answered => self.store.$method($($arg),*),
                    Fate::Lost(answer) => {
                        let asked = self.store.$method($($arg),*);
                        Box::pin(async move {
                            drop(asked.await);
                            answer
                        })
                    }
                    Fate::Failed(answer) => Box::pin(ready(answer)),
                }
            }
        )*}
    };
}

calls! {
    load / Load(desk: DeskId | DeskId, wanted: &Wanted | Wanted)
        -> Result<Found, StoreError>, conflict |_| None;
    resolve / Resolve(desk: DeskId | DeskId, keys: &[UniqueKey] | Vec<UniqueKey>)
        -> Result<Vec<Option<Key>>, StoreError>, conflict |_| None;
    history / History(key: Key | Key, after: Revision | Revision, limit: usize | usize)
        -> Result<Vec<Event>, StoreError>, conflict |_| None;
    commit / Commit(commit: Commit | Commit)
        -> Result<Receipt, CommitError>, conflict |fault| conflict(&commit, fault);
    receipt / Receipt(desk: DeskId | DeskId, command: CommandId | CommandId)
        -> Result<Option<Receipt>, StoreError>, conflict |_| None;
    find / Find(query: &Query | Query) -> Result<Vec<Record>, StoreError>, conflict |_| None;
    scan / Scan(desk: DeskId | DeskId, after: u64 | u64, limit: usize | usize)
        -> Result<Vec<Entry>, StoreError>, conflict |_| None;
    due / Due(scope: Scope | Scope, now: DateTime<Utc> | DateTime<Utc>, lease: Lease | Lease)
        -> Result<Due, StoreError>, conflict |_| None;
    claim / Claim(scope: Scope | Scope, now: DateTime<Utc> | DateTime<Utc>, lease: Lease | Lease)
        -> Result<Vec<Claimed>, StoreError>, conflict |_| None;
    settle / Settle(token: LeaseToken | LeaseToken, settlement: Settlement | Settlement)
        -> Result<bool, StoreError>, conflict |_| None;
}
