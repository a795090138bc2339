//! The desk: loads what a decision needs, commits what it decides, and tries again when
//! somebody else was faster.

mod activity;
mod adopt;
mod async_desk;
mod bulk;
mod contacts;
mod erase;
mod error;
mod external;
mod find;
mod flow;
mod io;
mod outcome;
mod person;
mod presence;
mod read;
mod reader;
mod rehearse;
mod relay;
mod routing;
mod search;
mod service;
mod settings;
mod shown;
mod sides;
mod telling;
mod thread;
mod tick;
mod timeline;
mod twice;
mod undelivered;
mod upkeep;
mod verbs;
mod work;
mod workload;

use chrono::{DateTime, Utc};

pub use activity::{Activity, PublicChange, PublicEvent};
pub use adopt::Adopted;
pub use async_desk::AsyncDesk;
pub use bulk::{Each, HandedOver, Heir};
pub use contacts::{ContactNote, ContactNotes};
pub use erase::Erased;
pub use error::{DeskError, DeskErrorKind};
pub use find::{Page, SavedView, ViewOwner};
pub use outcome::Outcome;
pub use presence::Attendance;
pub use relay::{Delivery, Dispatch, Relayed, Relaying};
pub use routing::{Backlog, RoutedWaiting};
pub use search::{Hit, Search, SearchCursor, SearchPage};
pub use service::{OwnerSlice, Service, ServiceClock};
pub use shown::{PublicTicket, Row, Shown};
pub use sides::{SidePage, SidePost};
pub use thread::{Post, ThreadCursor, ThreadPage};
pub use tick::Ticked;
pub use timeline::{Happening, Timeline, TimelineCursor, TimelineEntry};
pub use undelivered::Undelivered;
pub use work::{WorkEntry, WorkPage};
pub use workload::{AgentLoad, Workload};

use self::flow::{Flow, TRIES};
use self::io::{Direct, at_once};
use crate::decide::{Call, Refusal};
use crate::ids::DeskId;
use crate::settings::Settings;
use crate::store::{Commit, Store};

/// A help desk over a store.
///
/// A desk holds no state of its own: any number of them, in any number of processes, may
/// work on the same store at once. Every verb takes who acts and when (a [`Context`]), and one
/// struct that says what is to be done (a [command](crate::command)); it gives an [`Outcome`],
/// or a [`DeskError`] that says what a host can do about it.
///
/// What a desk reads out (records, histories, workloads) is as the store has it, with nobody's
/// eyes but the host's. [`find`](Self::find), [`views`](Self::views) and
/// [`thread`](Self::thread) take an actor, and hide what they may not see.
///
/// [`Context`]: crate::Context
///
/// ```
/// use helpdesk::command::{Open, Reply};
/// use helpdesk::store::MemoryStore;
/// use helpdesk::{Actor, ContactId, Desk, DeskId, Requester, Settings, TicketId};
///
/// let now = "2026-03-02T09:00:00Z".parse().unwrap();
/// let desk = Desk::create(MemoryStore::new(), DeskId::from_u128(1), Settings::default(), now)?;
///
/// let maria = ContactId::from_u128(7);
/// let id = TicketId::from_u128(1);
/// let open = Open::new(id, Requester::Contact(maria), "The printer is on fire");
/// let opened = desk.open(Actor::Customer(maria).at(now), open)?;
/// assert_eq!(opened.reference().unwrap().to_string(), "HD-1");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Desk<S> {
    store: S,
    id: DeskId,
    tries: u32,
}

/// The front half of a command: what would be written, and what would come of it.
///
/// A host with a transaction of its own prepares, opens it, commits [`commit`](Self::commit)
/// in it, and after a conflict ([`CommitError::is_conflict`](crate::store::CommitError::is_conflict)) rolls back and prepares again.
/// Nothing has changed until then, so preparing is also the dry run. [`Desk::prepare`] has an
/// example of both.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What is to be written; `None`: nothing, because nothing changes or because the command
    /// was carried out before.
    pub commit: Option<Commit>,
    /// What comes of it. Numbers of new tickets are known once the commit has a receipt.
    pub outcome: Outcome,
}

/// That there is a desk, whoever created it.
fn there(created: Result<(), DeskError>) -> Result<(), DeskError> {
    match created {
        Err(error) if error.refusal() == Some(&Refusal::DeskExists) => Ok(()),
        created => created,
    }
}

impl<S: Store> Desk<S> {
    /// Creates a desk in a store: done once, when a tenant comes to be. `now` dates the first
    /// settings.
    ///
    /// ```
    /// use helpdesk::store::MemoryStore;
    /// use helpdesk::{Desk, DeskId, Refusal, Settings};
    ///
    /// let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// let (store, id) = (MemoryStore::new(), DeskId::from_u128(1));
    /// let desk = Desk::create(store.clone(), id, Settings::default(), now)?;
    /// assert_eq!(desk.settings()?.reference_prefix().as_ref(), "HD");
    ///
    /// let again = Desk::create(store, id, Settings::default(), now).unwrap_err();
    /// assert_eq!(again.refusal(), Some(&Refusal::DeskExists));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::DeskExists`](crate::Refusal::DeskExists) where it exists already; [`DeskError::Store`].
    pub fn create(
        store: S,
        id: DeskId,
        settings: Settings,
        now: DateTime<Utc>,
    ) -> Result<Self, DeskError> {
        let desk = Self { store, id, tries: TRIES };
        at_once(desk.flow().create(settings, now))?;
        Ok(desk)
    }

    /// The desk in a store, created where there is none: for a host that does the same at each start.
    /// Where there is one, its settings stay as they are.
    ///
    /// ```
    /// use helpdesk::store::MemoryStore;
    /// use helpdesk::{Desk, DeskId, Settings};
    ///
    /// let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// let (store, id) = (MemoryStore::new(), DeskId::from_u128(1));
    /// for _start in 0..2 {
    ///     let desk = Desk::create_or_open(store.clone(), id, Settings::default(), now)?;
    ///     assert_eq!(desk.settings()?.reference_prefix().as_ref(), "HD");
    /// }
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`]; [`DeskError::Contended`] where others write the same settings again and again.
    pub fn create_or_open(
        store: S,
        id: DeskId,
        settings: Settings,
        now: DateTime<Utc>,
    ) -> Result<Self, DeskError> {
        let desk = Self { store, id, tries: TRIES };
        there(at_once(desk.flow().create(settings, now)))?;
        Ok(desk)
    }

    /// A desk that exists in a store: done at every start of a host.
    ///
    /// ```
    /// use helpdesk::store::MemoryStore;
    /// use helpdesk::{Desk, DeskId, Refusal, Settings};
    ///
    /// # let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// let store = MemoryStore::new();
    /// Desk::create(store.clone(), DeskId::from_u128(1), Settings::default(), now)?;
    ///
    /// let desk = Desk::open_existing(store.clone(), DeskId::from_u128(1))?;
    /// assert_eq!(desk.id(), DeskId::from_u128(1));
    ///
    /// let other = Desk::open_existing(store, DeskId::from_u128(2)).unwrap_err();
    /// assert_eq!(other.refusal(), Some(&Refusal::NoSuchDesk));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::NoSuchDesk`](crate::Refusal::NoSuchDesk) where it does not; [`DeskError::Store`].
    pub fn open_existing(store: S, id: DeskId) -> Result<Self, DeskError> {
        let desk = Self { store, id, tries: TRIES };
        desk.settings()?;
        Ok(desk)
    }

    /// The same desk, deciding at most so often when others keep changing the same records;
    /// then a command fails with [`DeskError::Contended`]. Default 32; 0 counts as 1.
    #[must_use]
    pub fn tries(mut self, tries: u32) -> Self {
        self.tries = tries.max(1);
        self
    }

    /// Which desk this is.
    pub fn id(&self) -> DeskId {
        self.id
    }

    /// The store that it works on.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// The front half of a command: loads, decides, writes nothing.
    ///
    /// # Examples
    ///
    /// The dry run (may she, and what would come of it?), and then the commit, as a host does
    /// it that has a transaction of its own:
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let call = agent.at(now).call(Command::Take(Take { ticket: id }));
    /// let Prepared { commit, mut outcome } = desk.prepare(&call)?;
    /// assert_eq!(outcome.ticket().unwrap().status().name, "in_progress");
    /// assert_eq!(desk.ticket(id)?.unwrap().status().name, "new", "nothing has changed");
    ///
    /// if let Some(commit) = commit {
    ///     // On `CommitError::is_conflict`: roll back, and prepare again.
    ///     let receipt = desk.store().commit(commit).unwrap();
    ///     outcome.complete(&receipt);
    /// }
    /// assert_eq!(desk.ticket(id)?.unwrap().status().name, "in_progress");
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DeskError::Refused`] where the rules say no; [`DeskError::Store`].
    pub fn prepare(&self, call: &Call) -> Result<Prepared, DeskError> {
        at_once(self.flow().prepare(call))
    }

    /// Carries out a command: prepares, commits, and prepares again where somebody else was
    /// faster.
    ///
    /// The verbs (such as [`reply`](Self::reply)) are shorter; this takes any [`Command`](crate::Command), for
    /// hosts that hold commands as values.
    ///
    /// # Examples
    ///
    /// A command that has an id is carried out once, however often it is sent:
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let context = agent.at(now).once(CommandId::from_u128(99));
    /// let call = context.call(Command::Reply(Reply::new(id, "Unplug it.")));
    /// let first = desk.execute(&call)?;
    /// let again = desk.execute(&call)?;
    ///
    /// assert!(!first.repeated && again.repeated);
    /// assert_eq!(first.events, again.events);
    /// assert_eq!(desk.ticket(id)?.unwrap().message_count(), 2);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DeskError::Refused`] where the rules say no; [`DeskError::Contended`] where others
    /// were faster every time; [`DeskError::Store`]. In each case nothing has changed, but for
    /// a [`DeskError::Store`] that says the store is unavailable: then it may have. A command
    /// with an id is sent again until it is answered, and is done once.
    pub fn execute(&self, call: &Call) -> Result<Outcome, DeskError> {
        at_once(self.flow().execute(call))
    }

    fn flow(&self) -> Flow<Direct<'_, S>> {
        Flow { io: Direct(&self.store), id: self.id, tries: self.tries }
    }
}
