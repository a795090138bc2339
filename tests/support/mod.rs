//! A desk for tests: with a clock that only moves when told, and somebody of every kind on it.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part of the kit")]

pub mod store;

use std::cell::Cell;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::command::{
    ApplyMacro, Assign, BlockContact, Close, CloseSide, ConfirmSolution, Edit, EraseContact,
    EraseTicket, Escalate, FollowUp, GrantAccess, Hold, Link, LogConversation, MarkSpam, MarkTodo,
    Merge, MergeContacts, Note, NoteContact, Open, Postpone, ProposeSolution, Redact,
    RejectSolution, Reopen, Reply, ReplySide, ReportUndelivered, Resolve, Resolving, RevokeAccess,
    SetAvailability, SetStatus, Split, StartSide, Take, Transfer, Unassign, UndoContactMerge,
    UndoMerge, Unlink, UnmarkSpam,
};
use helpdesk::matching::{Listing, Order, Place};
use helpdesk::store::{Entry, Lease, MemoryStore, Query, Scope, Store, Wanted};
use helpdesk::{
    Actor, AgentId, AgentProfile, Command, Condition, Confirmation, ContactId, Context, Counter,
    Department, Desk, DeskError, DeskId, Event, Key, LinkKind, Notice, NoticeId, NoticeKind,
    Outcome, Proposed, Recipient, Refusal, Requester, Revision, Role, Settings, SettingsDraft,
    Sort, Ticket, TicketChange, TicketId,
};

pub use self::store::TestStore;

pub type At = DateTime<Utc>;

/// Maria asks; Otto is another customer.
pub const MARIA: ContactId = ContactId::from_u128(0xC1);
pub const OTTO: ContactId = ContactId::from_u128(0xC2);
/// A third party, who asks for nothing.
pub const VENDOR: ContactId = ContactId::from_u128(0xC5);

/// The agents: one of each role, and a plain one in each department.
pub const OWNER: AgentId = AgentId::from_u128(0xA1);
pub const ADMIN: AgentId = AgentId::from_u128(0xA2);
/// Anna and Carl work in support, Ben in billing, Eva in engineering.
pub const ANNA: AgentId = AgentId::from_u128(0xA3);
pub const BEN: AgentId = AgentId::from_u128(0xA4);
pub const CARL: AgentId = AgentId::from_u128(0xA5);
pub const EVA: AgentId = AgentId::from_u128(0xA6);
/// Rhea and Rudi are restricted, in support; Lia is a light agent there.
pub const RHEA: AgentId = AgentId::from_u128(0xA7);
pub const RUDI: AgentId = AgentId::from_u128(0xA8);
pub const LIA: AgentId = AgentId::from_u128(0xA9);

pub const EVERY_AGENT: [AgentId; 9] = [OWNER, ADMIN, ANNA, BEN, CARL, EVA, RHEA, RUDI, LIA];

/// The ticket that most tests are about.
pub const TICKET: TicketId = TicketId::from_u128(0x71);

pub const STATUSES: [&str; 9] = [
    "new",
    "open",
    "in_progress",
    "answered",
    "pending",
    "suspended",
    "postponed",
    "resolved",
    "closed",
];

pub fn at(text: &str) -> At {
    text.parse().unwrap()
}

/// Monday morning: when every test begins.
pub fn monday() -> At {
    at("2026-03-02T09:00:00Z")
}

pub fn hours(hours: i64) -> TimeDelta {
    TimeDelta::hours(hours)
}

pub fn days(days: i64) -> TimeDelta {
    TimeDelta::days(days)
}

pub fn micro() -> TimeDelta {
    TimeDelta::microseconds(1)
}

pub fn ticket_id(n: u128) -> TicketId {
    TicketId::from_u128(n)
}

pub fn customer(contact: ContactId) -> Actor {
    Actor::Customer(contact)
}

pub fn agent(agent: AgentId) -> Actor {
    Actor::Agent(agent)
}

pub fn bot() -> Actor {
    Actor::Bot("helper".into())
}

pub fn auto_responder() -> Actor {
    Actor::AutoResponder(MARIA)
}

/// Settings under which solutions are proposed, and wait where others are waited for.
pub fn confirming(confirm_resolution: Confirmation) -> SettingsDraft {
    let mut draft = SettingsDraft { confirm_resolution, ..draft() };
    let (status, reason) = ("pending".into(), Some("confirmation".into()));
    draft.workflow.landmarks.proposed = Some(Proposed { status, reason });
    draft
}

/// Three departments, engineering a tier higher; everything else by default.
pub fn draft() -> SettingsDraft {
    SettingsDraft {
        departments: vec![
            Department::new("support"),
            Department::new("billing"),
            Department::new("engineering").tier(2),
        ],
        ..SettingsDraft::default()
    }
}

pub fn profile(id: AgentId) -> AgentProfile {
    let (name, role, department) = match id {
        OWNER => ("Olga", Role::Owner, "support"),
        ADMIN => ("Adam", Role::Admin, "support"),
        ANNA => ("Anna", Role::Agent, "support"),
        BEN => ("Ben", Role::Agent, "billing"),
        CARL => ("Carl", Role::Agent, "support"),
        EVA => ("Eva", Role::Agent, "engineering"),
        RHEA => ("Rhea", Role::Restricted, "support"),
        RUDI => ("Rudi", Role::Restricted, "support"),
        LIA => ("Lia", Role::Light, "support"),
        other => panic!("nobody is {other}"),
    };
    AgentProfile::new(name).role(role).department(department)
}

/// A desk over a store of its own, with its people and a clock.
pub struct TestDesk {
    pub desk: Desk<TestStore>,
    pub store: TestStore,
    now: Cell<At>,
    _folder: Option<store::Folder>,
}

impl Default for TestDesk {
    fn default() -> Self {
        Self::new()
    }
}

impl TestDesk {
    /// With the kit's settings, and everybody registered.
    pub fn new() -> Self {
        Self::with(draft())
    }

    /// With these settings, and everybody registered.
    pub fn with(draft: SettingsDraft) -> Self {
        let desk = Self::without_people(draft);
        for id in EVERY_AGENT {
            desk.put_agent(id, profile(id));
        }
        desk
    }

    /// With these settings, and nobody registered.
    pub fn without_people(draft: SettingsDraft) -> Self {
        let (store, folder) = store::fresh();
        let desk = Self::in_store(store, DeskId::from_u128(1), draft.build().unwrap());
        Self { _folder: folder, ..desk }
    }

    /// With these settings, in this store, and everybody registered.
    pub fn in_memory(store: &MemoryStore, draft: SettingsDraft) -> Self {
        let store = Arc::new(store.clone());
        let desk = Self::in_store(store, DeskId::from_u128(1), draft.build().unwrap());
        EVERY_AGENT.into_iter().for_each(|id| drop(desk.put_agent(id, profile(id))));
        desk
    }

    /// Another desk in the store of this one, which is to be kept as long; nobody is registered there.
    pub fn beside(&self, id: DeskId, settings: Settings) -> Self {
        Self::in_store(self.store.clone(), id, settings)
    }

    fn in_store(store: TestStore, id: DeskId, settings: Settings) -> Self {
        let desk = Desk::create(store.clone(), id, settings, monday()).unwrap();
        Self { desk, store, now: Cell::new(monday()), _folder: None }
    }

    pub fn now(&self) -> At {
        self.now.get()
    }

    /// Lets time pass without anybody ticking.
    pub fn pass(&self, span: TimeDelta) -> At {
        self.now.set(self.now.get() + span);
        self.now.get()
    }

    pub fn set_now(&self, now: At) {
        self.now.set(now);
    }

    /// Lets time pass as a good host does: wakes the desk whenever it asked to be woken.
    pub fn advance_to(&self, until: At) {
        while let Some(wake) = self.desk.next_wake(self.now()).unwrap().filter(|at| *at <= until) {
            self.now.set(wake.max(self.now()));
            let ticked = self.desk.tick(self.now()).unwrap();
            assert!(ticked.failed.is_empty(), "{:?}", ticked.failed);
            assert!(ticked.next_wake.is_none_or(|next| next > wake), "the wake did not move on");
        }
        self.now.set(until);
    }

    pub fn context(&self, actor: &Actor) -> Context {
        actor.at(self.now())
    }

    /// Carries out a command now.
    pub fn run(&self, actor: &Actor, command: impl Into<Cmd>) -> Result<Outcome, DeskError> {
        self.desk.execute(&self.context(actor).call(command.into().0))
    }

    /// Carries out a command that must succeed.
    #[track_caller]
    pub fn ok(&self, actor: &Actor, command: impl Into<Cmd>) -> Outcome {
        match self.run(actor, command) {
            Ok(outcome) => outcome,
            Err(error) => panic!("not carried out: {error}"),
        }
    }

    /// Carries out a command that must be refused and change nothing.
    #[track_caller]
    pub fn refused(&self, actor: &Actor, command: impl Into<Cmd>) -> Refusal {
        let before = self.everything();
        let refusal = match self.run(actor, command) {
            Ok(outcome) => panic!("not refused, but {:?}", outcome.events),
            Err(DeskError::Refused(refusal)) => refusal,
            Err(error) => panic!("not refused, but {error}"),
        };
        assert_eq!(before, self.everything(), "a refused command changed something");
        refusal
    }

    pub fn put_agent(&self, id: AgentId, profile: AgentProfile) -> Outcome {
        self.desk.put_agent(self.context(&Actor::Host), id, profile).unwrap()
    }

    pub fn publish(&self, draft: SettingsDraft) -> Outcome {
        self.desk.publish(self.context(&Actor::Host), draft.build().unwrap()).unwrap()
    }

    // What the tests begin with.

    /// Maria's request in the support queue.
    pub fn given_request(&self) -> TicketId {
        self.ok(&customer(MARIA), request(TICKET));
        TICKET
    }

    /// Maria's ticket in this status, in support, owned by nobody; an hour old.
    ///
    /// The host moves it there, so nobody has answered it yet.
    pub fn given_status(&self, status: &str) -> TicketId {
        let ticket = self.given_request();
        self.move_to(ticket, status);
        ticket
    }

    /// Moves an unfinished ticket there by the host's hand, and lets an hour pass.
    pub fn move_to(&self, ticket: TicketId, status: &str) {
        let set = |status: &str, reason: Option<&str>| {
            let reason = reason.map(Into::into);
            self.ok(&Actor::Host, SetStatus { ticket, status: status.into(), reason });
        };
        match status {
            "new" => {}
            "open" | "in_progress" | "answered" => set(status, None),
            "pending" => set(status, Some("information")),
            "suspended" => set(status, Some("vendor")),
            "postponed" => {
                let until = self.now() + days(1);
                let reason = Some("look_again".into());
                self.ok(&Actor::Host, Postpone { ticket, until, reason });
            }
            "resolved" => {
                self.ok(&Actor::Host, resolve(ticket));
            }
            "closed" => {
                self.ok(&Actor::Host, close(ticket));
            }
            other => panic!("no test knows the status {other}"),
        }
        assert_eq!(self.status(ticket), status);
        self.pass(hours(1));
    }

    // What the tests look at.

    pub fn ticket(&self, id: TicketId) -> Arc<Ticket> {
        self.desk.ticket(id).unwrap().expect("there is such a ticket")
    }

    pub fn status(&self, id: TicketId) -> String {
        self.ticket(id).status().name.to_string()
    }

    pub fn key(&self, id: TicketId) -> Key {
        Key::ticket(self.desk.id(), id)
    }

    pub fn history(&self, id: TicketId) -> Vec<Event> {
        self.desk.history(self.key(id), Revision::ZERO, usize::MAX).unwrap()
    }

    pub fn changes(&self, id: TicketId) -> Vec<TicketChange> {
        self.history(id).iter().map(|event| event.ticket_change().unwrap().clone()).collect()
    }

    /// The texts that this actor reads in the ticket's thread.
    pub fn thread(&self, actor: &Actor, id: TicketId) -> Vec<String> {
        let page = self.desk.thread(actor, self.now(), id, None, usize::MAX).unwrap();
        page.posts.iter().map(|post| post.text.as_str().to_owned()).collect()
    }

    /// The numbers of the tickets that this actor finds, in order.
    #[track_caller]
    pub fn find(&self, actor: &Actor, filter: &str, sort: &str) -> Vec<u64> {
        let listing = Listing::of(filter.parse().unwrap()).sorted(sort).unwrap().page(usize::MAX);
        let page = self.desk.find(actor, self.now(), &listing).unwrap();
        assert_eq!(page.next, None);
        page.rows.iter().map(|row| row.reference.number().0).collect()
    }

    pub fn load_of(&self, agent: AgentId) -> i64 {
        let found =
            self.store.load(self.desk.id(), &Wanted::counters([Counter::Load(agent)])).unwrap();
        found.counters[0]
    }

    /// All that the store holds of this desk, but for the outbox: to show that nothing changed.
    pub fn everything(&self) -> String {
        everything(&self.store, self.desk.id())
    }

    /// Every notice that waits, in order. Settles them, so that each is seen once.
    pub fn notices(&self) -> Vec<helpdesk::Notice> {
        let mut notices = Vec::new();
        loop {
            let lease = Lease { until: self.now() + hours(1), limit: 1 };
            let claimed = self.store.claim(Scope::One(self.desk.id()), self.now(), lease).unwrap();
            let Some(claimed) = claimed.into_iter().next() else { return notices };
            notices.push(claimed.notice);
            assert!(
                self.store.settle(claimed.token, helpdesk::store::Settlement::Delivered).unwrap()
            );
        }
    }

    /// Head is fold, for every record of the desk.
    #[track_caller]
    pub fn verify(&self) {
        let entries = self.store.scan(self.desk.id(), 0, usize::MAX).unwrap();
        let mut keys: Vec<Key> = entries.iter().map(|entry| entry.key).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            self.desk.verify(key).unwrap();
        }
    }
}

/// All that a store holds of a desk, but for the outbox.
pub fn everything(store: &impl Store, desk: DeskId) -> String {
    let entries = store.scan(desk, 0, usize::MAX).unwrap();
    let mut keys: Vec<Key> = entries.iter().map(|entry| entry.key).collect();
    keys.sort();
    keys.dedup();
    let counters: Vec<Counter> = keys.iter().filter_map(Key::as_agent).map(Counter::Load).collect();
    let found = store.load(desk, &Wanted { records: keys, counters, ..Wanted::default() }).unwrap();
    let look = Lease { until: monday(), limit: 0 };
    let next = store.due(Scope::One(desk), monday(), look).unwrap().next;
    let entries: Vec<&Entry> = entries.iter().collect();
    format!("{entries:?}\n{found:?}\n{next:?}")
}

/// What a store is asked by these texts, by the host.
#[track_caller]
pub fn query(desk: DeskId, settings: &Settings, filter: &str, sort: &str, limit: usize) -> Query {
    let (filter, lexicon) = (filter.parse::<Condition>().unwrap(), settings.lexicon());
    Query {
        desk,
        filter: filter.check(&lexicon, Place::View).unwrap(),
        order: Order::check(&Sort::list(sort).unwrap(), &lexicon).unwrap(),
        after: None,
        now: monday(),
        limit,
    }
}

/// Any command, so that tests can write the struct and nothing around it.
pub struct Cmd(pub Command);

impl From<Command> for Cmd {
    fn from(command: Command) -> Self {
        Self(command)
    }
}

macro_rules! commands {
    ($($name:ident),*) => {$(
        impl From<$name> for Cmd {
            fn from(command: $name) -> Self {
                Self(Command::$name(command))
            }
        }
    )*};
}

commands!(
    MergeContacts,
    SetAvailability,
    UndoContactMerge,
    BlockContact,
    NoteContact,
    EraseContact,
    Open,
    Reply,
    Note,
    LogConversation,
    Edit,
    Link,
    Unlink,
    MarkTodo,
    Assign,
    Unassign,
    Take,
    Transfer,
    Escalate,
    SetStatus,
    Postpone,
    Resolve,
    Close,
    Reopen,
    FollowUp,
    GrantAccess,
    RevokeAccess,
    Redact,
    EraseTicket,
    Hold,
    ProposeSolution,
    ConfirmSolution,
    RejectSolution,
    MarkSpam,
    UnmarkSpam,
    Merge,
    UndoMerge,
    Split,
    StartSide,
    ReplySide,
    CloseSide,
    ApplyMacro,
    ReportUndelivered
);

/// Maria's request to support.
pub fn request(id: TicketId) -> Open {
    let mut open = Open::new(id, Requester::Contact(MARIA), "It burns").subject("Printer");
    open.department = Some("support".into());
    open
}

pub fn reply(ticket: TicketId) -> Reply {
    Reply::new(ticket, "words")
}

/// What Maria was to be sent of the opening.
pub fn not_sent(ticket: TicketId) -> Notice {
    let id = NoticeId { ticket, revision: Revision(1), index: 0 };
    let (kind, to) = (NoticeKind::ReplyToCustomer, Recipient::Contact(MARIA));
    Notice { id, kind, to, correlation: None }
}

pub fn propose(ticket: TicketId) -> ProposeSolution {
    ProposeSolution::new(ticket, "Unplug it", "solved")
}

pub fn resolve(ticket: TicketId) -> Resolve {
    Resolve { ticket, resolution: Resolving::new("solved") }
}

pub fn close(ticket: TicketId) -> Close {
    Close { ticket, resolution: Some(Resolving::new("solved")) }
}

pub fn reopen(ticket: TicketId) -> Reopen {
    Reopen { ticket, reason: "not solved at all".into() }
}

pub fn set_status(ticket: TicketId, status: &str) -> SetStatus {
    SetStatus { ticket, status: status.into(), reason: None }
}

pub fn set_with_reason(ticket: TicketId, status: &str, reason: &str) -> SetStatus {
    SetStatus { ticket, status: status.into(), reason: Some(reason.into()) }
}

pub fn link(ticket: TicketId, kind: LinkKind, other: TicketId) -> Link {
    Link { ticket, kind, other }
}

pub fn postpone(ticket: TicketId, until: At) -> Postpone {
    Postpone { ticket, until, reason: Some("look_again".into()) }
}

pub fn follow_up(ticket: TicketId, id: TicketId) -> FollowUp {
    FollowUp { ticket, id, channel: helpdesk::Channel::Email, text: "again".into() }
}

pub fn transfer(ticket: TicketId, department: &str) -> Transfer {
    Transfer { ticket, department: department.into(), agent: None }
}

pub fn escalate(ticket: TicketId, department: &str) -> Escalate {
    let reason = "beyond us".into();
    Escalate { ticket, department: department.into(), agent: None, reason }
}
