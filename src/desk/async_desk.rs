//! The desk over a store that is awaited.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::flow::{Flow, TRIES};
use super::io::Awaited;
use super::tick::every_desk;
use super::verbs::for_each_verb;
use super::{
    Activity, Adopted, ContactNotes, Delivery, DeskError, Dispatch, Each, Erased, HandedOver, Heir,
    Outcome, OwnerSlice, Page, Prepared, Relayed, Relaying, Row, SavedView, Service, SidePage,
    ThreadCursor, ThreadPage, Ticked, Timeline, TimelineCursor, Workload,
};
use crate::condition::View;
use crate::decide::{Call, Command, Context};
use crate::identity::Identity;
use crate::ids::{
    AgentId, ContactId, DepartmentName, DeskId, Key, OrganisationId, Reference, Revision, TicketId,
};
use crate::matching::{Cursor, Listing};
use crate::people::{
    Actor, Agent, AgentProfile, Contact, ContactProfile, Organisation, OrganisationProfile, Sight,
};
use crate::record::{Event, Record};
use crate::settings::Settings;
use crate::sla::Metric;
use crate::sla::policy::Audience;
use crate::store::{AsyncStore, Scope, Verified};
use crate::subject::ExternalRef;
use crate::ticket::command::{
    ApplyMacro, Assign, BlockContact, Close, CloseSide, ConfirmSolution, Edit, EraseContact,
    EraseTicket, Escalate, FollowUp, GrantAccess, Hold, Link, LogConversation, MarkSpam, MarkTodo,
    Merge, MergeContacts, Note, NoteContact, Open, Postpone, ProposeSolution, Redact,
    RejectSolution, Reopen, Reply, ReplySide, ReportUndelivered, Resolve, RevokeAccess,
    SetAvailability, SetStatus, Split, StartSide, Take, Transfer, Unassign, UndoContactMerge,
    UndoMerge, Unlink, UnmarkSpam,
};
use crate::ticket::{SideId, Ticket};

/// A help desk over a store that is awaited: [`Desk`](super::Desk), with futures.
///
/// The same methods, with the same meaning: what [`Desk`](super::Desk) says of each holds here
/// when its future is ready. Futures may move between threads where the store may be shared
/// between them. A command whose future is dropped half-way is carried out or not, never half;
/// with a command id ([`Context::once`]), sending it again does it once. A tick or a relay that is
/// dropped has done some of its tickets; what it had leased comes again when the lease ends.
///
/// ```
/// use helpdesk::command::{Open, Reply};
/// use helpdesk::store::{Inline, MemoryStore};
/// use helpdesk::{Actor, AsyncDesk, ContactId, DeskId, Requester, Settings, TicketId};
///
/// # async fn host() -> Result<(), helpdesk::DeskError> {
/// let now = "2026-03-02T09:00:00Z".parse().unwrap();
/// let store = Inline(MemoryStore::new()); // a host's own, most likely over a pool
/// let desk = AsyncDesk::create(store, DeskId::from_u128(1), Settings::default(), now).await?;
///
/// let (maria, id) = (ContactId::from_u128(7), TicketId::from_u128(1));
/// let open = Open::new(id, Requester::Contact(maria), "The printer is on fire");
/// let opened = desk.open(Actor::Customer(maria).at(now), open).await?;
/// assert_eq!(opened.reference().unwrap().to_string(), "HD-1");
///
/// desk.reply(Actor::Host.at(now), Reply::new(id, "We have heard you.")).await?;
/// assert_eq!(desk.ticket(id).await?.unwrap().message_count(), 2);
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(host()).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct AsyncDesk<S> {
    store: S,
    id: DeskId,
    tries: u32,
}

impl<S: AsyncStore> AsyncDesk<S> {
    /// Creates a desk in a store: [`Desk::create`](super::Desk::create).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn create(
        store: S,
        id: DeskId,
        settings: Settings,
        now: DateTime<Utc>,
    ) -> Result<Self, DeskError> {
        let desk = Self { store, id, tries: TRIES };
        desk.flow().create(settings, now).await?;
        Ok(desk)
    }

    /// The desk in a store, created where there is none:
    /// [`Desk::create_or_open`](super::Desk::create_or_open).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn create_or_open(
        store: S,
        id: DeskId,
        settings: Settings,
        now: DateTime<Utc>,
    ) -> Result<Self, DeskError> {
        let desk = Self { store, id, tries: TRIES };
        super::there(desk.flow().create(settings, now).await)?;
        Ok(desk)
    }

    /// A desk that exists in a store: [`Desk::open_existing`](super::Desk::open_existing).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn open_existing(store: S, id: DeskId) -> Result<Self, DeskError> {
        let desk = Self { store, id, tries: TRIES };
        desk.flow().settings().await?;
        Ok(desk)
    }

    /// The same desk, deciding at most so often: [`Desk::tries`](super::Desk::tries).
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

    /// Carries out what is due on every desk in the store:
    /// [`Desk::tick_all`](super::Desk::tick_all).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn tick_all(store: &S, now: DateTime<Utc>) -> Result<Ticked, DeskError> {
        every_desk(Awaited(store)).tick(Scope::All, now).await
    }

    /// Carries out what is due: [`Desk::tick`](super::Desk::tick).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn tick(&self, now: DateTime<Utc>) -> Result<Ticked, DeskError> {
        self.flow().tick(Scope::One(self.id), now).await
    }

    /// Has tickets follow the settings in force: [`Desk::adopt`](super::Desk::adopt).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn adopt(
        &self,
        now: DateTime<Utc>,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Adopted, DeskError> {
        self.flow().adopt(now, after, limit).await
    }

    /// How the clocks of a ticket stand: [`Desk::service`](super::Desk::service).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn service(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
    ) -> Result<Service, DeskError> {
        self.flow().service(actor, now, ticket).await
    }

    /// How they would stand as judged now: [`Desk::judged_now`](super::Desk::judged_now).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn judged_now(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
    ) -> Result<Service, DeskError> {
        self.flow().judged_now(actor, now, ticket).await
    }

    /// Who had a ticket while a clock ran: [`Desk::owners`](super::Desk::owners).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn owners(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
        audience: Audience,
        metric: Metric,
    ) -> Result<Vec<OwnerSlice>, DeskError> {
        self.flow().owners(actor, now, ticket, (audience, metric)).await
    }

    /// When to call [`tick`](Self::tick) next: [`Desk::next_wake`](super::Desk::next_wake).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn next_wake(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, DeskError> {
        self.flow().next_wake(Scope::One(self.id), now).await
    }

    /// Delivers notices of every desk in the store: [`Desk::relay_all`](super::Desk::relay_all).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn relay_all<F: Future<Output = Delivery>>(
        store: &S,
        now: DateTime<Utc>,
        how: &Relaying,
        deliver: impl FnMut(Dispatch) -> F,
    ) -> Result<Relayed, DeskError> {
        every_desk(Awaited(store)).relay(Scope::All, now, how, deliver).await
    }

    /// Delivers notices: [`Desk::relay`](super::Desk::relay), with a delivery that is awaited.
    ///
    /// What the delivery needs is taken before its future is made, so that several may wait:
    ///
    /// ```
    /// # use helpdesk::store::{Inline, MemoryStore};
    /// # use helpdesk::{AsyncDesk, Delivery, DeskId, Dispatch, Relaying, Settings};
    /// # async fn send(_: String) -> bool { true }
    /// # async fn host() -> Result<(), helpdesk::DeskError> {
    /// # let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// # let store = Inline(MemoryStore::new());
    /// # let desk = AsyncDesk::create(store, DeskId::from_u128(1), Settings::default(), now).await?;
    /// let (mut seen, how) = (0, Relaying::default());
    /// let relayed = desk.relay(now, &how, |dispatch: Dispatch| {
    ///     seen += 1;
    ///     let mail = format!("[{}] …", dispatch.reference);
    ///     async move { if send(mail).await { Delivery::Delivered } else { Delivery::Failed } }
    /// });
    /// assert!(relayed.await?.is_empty());
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(host()).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn relay<F: Future<Output = Delivery>>(
        &self,
        now: DateTime<Utc>,
        how: &Relaying,
        deliver: impl FnMut(Dispatch) -> F,
    ) -> Result<Relayed, DeskError> {
        self.flow().relay(Scope::One(self.id), now, how, deliver).await
    }

    /// Gives one command for many tickets, one after the other:
    /// [`Desk::bulk`](super::Desk::bulk).
    pub async fn bulk<C: Into<Command>>(
        &self,
        context: Context,
        tickets: impl IntoIterator<Item = TicketId>,
        command: impl FnMut(TicketId) -> C,
    ) -> Vec<Each> {
        self.flow().bulk(context, tickets, command).await
    }

    pub(super) fn flow(&self) -> Flow<Awaited<'_, S>> {
        Flow { io: Awaited(&self.store), id: self.id, tries: self.tries }
    }
}

macro_rules! twins {
    ($($what:literal, $name:ident($($arg:ident: $type:ty),*) -> $result:ty;)*) => {
        /// What a desk does and tells, as [`Desk`](super::Desk) does.
        impl<S: AsyncStore> AsyncDesk<S> {$(
            #[doc = concat!($what, ": [`Desk::", stringify!($name), "`](super::Desk::",
                stringify!($name), ").")]
            ///
            /// # Errors
            ///
            /// As there.
            pub async fn $name(&self, $($arg: $type),*) -> Result<$result, DeskError> {
                self.flow().$name($($arg),*).await
            }
        )*}
    };
}

twins! {
    "The front half of a command", prepare(call: &Call) -> Prepared;
    "Carries out a command", execute(call: &Call) -> Outcome;
    "The settings in force", settings() -> Arc<Settings>;
    "The settings as they were published", settings_at(revision: Revision) -> Arc<Settings>;
    "A record as it stands", record(key: Key) -> Option<Record>;
    "A ticket as it stands", ticket(id: TicketId) -> Option<Arc<Ticket>>;
    "An agent as the record stands", agent(id: AgentId) -> Option<Arc<Agent>>;
    "A contact as its own record stands", contact(id: ContactId) -> Option<Arc<Contact>>;
    "An organisation as the record stands",
        organisation(id: OrganisationId) -> Option<Arc<Organisation>>;
    "The contact who is recognised by this",
        contact_by(identity: &Identity) -> Option<Arc<Contact>>;
    "The organisation that has this e-mail domain",
        organisation_by_domain(domain: &str) -> Option<Arc<Organisation>>;
    "A page of the notes about a contact",
        contact_notes(
            actor: &Actor,
            now: DateTime<Utc>,
            contact: ContactId,
            after: Option<TimelineCursor>,
            limit: usize
        ) -> ContactNotes;
    "A page of what happened over all tickets of a contact",
        timeline(
            actor: &Actor,
            now: DateTime<Utc>,
            contact: ContactId,
            after: Option<TimelineCursor>,
            limit: usize
        ) -> Timeline;
    "The ticket of a reference",
        by_reference(actor: &Actor, now: DateTime<Utc>, reference: &Reference) -> Option<TicketId>;
    "The ticket that another system calls so",
        by_external(
            actor: &Actor, now: DateTime<Utc>, reference: &ExternalRef
        ) -> Option<TicketId>;
    "A page of a record's history",
        history(key: Key, after: Revision, limit: usize) -> Vec<Event>;
    "A page of the tickets that this actor may see",
        find(actor: &Actor, now: DateTime<Utc>, listing: &Listing) -> Page;
    "A ticket as this actor sees it",
        show(actor: &Actor, now: DateTime<Utc>, ticket: TicketId) -> Row;
    "How much of a ticket this actor sees",
        sight(actor: &Actor, now: DateTime<Utc>, ticket: TicketId) -> Sight;
    "A page of what happened to a ticket, as this actor sees it",
        activity(
            actor: &Actor, now: DateTime<Utc>, ticket: TicketId, after: Revision, limit: usize
        ) -> Vec<Activity>;
    "A page of a side conversation, as this actor may read it",
        side(
            actor: &Actor, now: DateTime<Utc>, ticket: TicketId, side: SideId, after: Revision,
            limit: usize
        ) -> SidePage;
    "Hands over the open work of an agent",
        hand_over(
            context: Context, from: AgentId, to: Heir, after: Option<Cursor>, limit: usize
        ) -> HandedOver;
    "The views that this actor may use",
        views(actor: &Actor, now: DateTime<Utc>) -> Vec<SavedView>;
    "A page of a ticket's thread, as this actor may see it",
        thread(
            actor: &Actor, now: DateTime<Utc>, ticket: TicketId, after: Option<ThreadCursor>,
            limit: usize
        ) -> ThreadPage;
    "The ticket that goes on in the place of this one", survivor(ticket: TicketId) -> Option<TicketId>;
    "How much there is to do in a department",
        workload(department: Option<DepartmentName>) -> Workload;
    "Holds a record's head against its history", verify(key: Key) -> Revision;
    "Erases everything personal of a requester's tickets, a page at a time",
        erase_requester(
            context: Context,
            contact: ContactId,
            reason: &str,
            after: Option<Cursor>,
            limit: usize
        ) -> Erased;
    "The files whose names were erased", erased_files(ticket: TicketId) -> Vec<Arc<str>>;
}

macro_rules! verbs {
    ($($(#[$doc:meta])* $verb:ident: $command:ident;)*) => {
        /// One verb for each command, as on [`Desk`](super::Desk).
        impl<S: AsyncStore> AsyncDesk<S> {$(
            $(#[$doc])*
            ///
            /// # Errors
            ///
            /// As [`Desk::execute`](super::Desk::execute); what is refused is said at the command.
            pub async fn $verb(
                &self,
                context: Context,
                command: $command,
            ) -> Result<Outcome, DeskError> {
                self.execute(&context.call(Command::$command(command))).await
            }
        )*}
    };
}

for_each_verb!(verbs);

impl<S: AsyncStore> AsyncDesk<S> {
    /// Registers an agent, or says anew what an agent is:
    /// [`Desk::put_agent`](super::Desk::put_agent).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn put_agent(
        &self,
        context: Context,
        id: AgentId,
        profile: AgentProfile,
    ) -> Result<Outcome, DeskError> {
        self.execute(&context.call(Command::PutAgent { id, profile })).await
    }

    /// Erases what an agent is called: [`Desk::erase_agent`](super::Desk::erase_agent).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn erase_agent(&self, context: Context, id: AgentId) -> Result<Outcome, DeskError> {
        self.execute(&context.call(Command::EraseAgent(id))).await
    }

    /// Keeps an agent's own views: [`Desk::save_views`](super::Desk::save_views).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn save_views(
        &self,
        context: Context,
        views: Vec<View>,
    ) -> Result<Outcome, DeskError> {
        self.execute(&context.call(Command::SaveViews(views))).await
    }

    /// Puts a contact on record, or says anew what a contact is:
    /// [`Desk::put_contact`](super::Desk::put_contact).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn put_contact(
        &self,
        context: Context,
        id: ContactId,
        profile: ContactProfile,
    ) -> Result<Outcome, DeskError> {
        self.execute(&context.call(Command::PutContact { id, profile })).await
    }

    /// Puts an organisation on record, or says anew what it is:
    /// [`Desk::put_organisation`](super::Desk::put_organisation).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn put_organisation(
        &self,
        context: Context,
        id: OrganisationId,
        profile: OrganisationProfile,
    ) -> Result<Outcome, DeskError> {
        self.execute(&context.call(Command::PutOrganisation { id, profile })).await
    }

    /// Looks the whole desk over: [`Desk::verify_all`](super::Desk::verify_all).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn verify_all(&self) -> Result<Verified, DeskError> {
        self.flow().verify_all().await
    }

    /// Puts settings in force: [`Desk::publish`](super::Desk::publish).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn publish(
        &self,
        context: Context,
        settings: Settings,
    ) -> Result<Outcome, DeskError> {
        self.execute(&context.call(Command::PublishSettings(Arc::new(settings)))).await
    }
}
