//! An embeddable help desk: tickets, lifecycle, timers and conversations as a library. No
//! server, no API client.
//!
//! A host application gives it a command, the time and who acts; it answers with events, or
//! refuses with a reason. The host keeps its own database ([`Store`](store::Store)), its
//! channels (messages handed in, [`Notice`]s handed out), its users and its clock.
//!
//! ```
//! use helpdesk::command::{Open, Reply};
//! use helpdesk::store::MemoryStore;
//! use helpdesk::{
//!     Actor, AgentId, AgentProfile, ContactId, Desk, DeskId, Requester, Settings, TicketId,
//! };
//!
//! let now = "2026-03-02T09:00:00Z".parse().unwrap();
//! let desk = Desk::create(MemoryStore::new(), DeskId::from_u128(1), Settings::default(), now)?;
//! let (maria, anna) = (ContactId::from_u128(7), AgentId::from_u128(8));
//! desk.put_agent(Actor::Host.at(now), anna, AgentProfile::new("Anna"))?;
//!
//! let id = TicketId::v7(now, [42; 10]);
//! let request = Open::new(id, Requester::Contact(maria), "The printer is on fire");
//! let opened = desk.open(Actor::Customer(maria).at(now), request)?;
//! assert_eq!(opened.reference().unwrap().to_string(), "HD-1");
//! assert_eq!(opened.ticket().unwrap().status().name, "new");
//!
//! let answered = desk.reply(Actor::Agent(anna).at(now), Reply::new(id, "Unplug it."))?;
//! assert_eq!(answered.ticket().unwrap().status().name, "answered");
//!
//! let again = desk.reply(Actor::Customer(maria).at(now), Reply::new(id, "Still burning."))?;
//! assert_eq!(again.ticket().unwrap().status().name, "open");
//! # Ok::<(), helpdesk::DeskError>(())
//! ```
//!
//! # Two ways in
//!
//! - **A desk over a store.** [`Desk`] has a verb for each command, takes one struct that says
//!   what is to be done ([`command`]), and retries when somebody else was faster; [`AsyncDesk`]
//!   is the same, awaited. Bring a store of your own by its ten methods ([`store::Store`],
//!   [`store::AsyncStore`]), hold it against every law of stores (`conformance`), or use
//!   [`MemoryStore`](store::MemoryStore), `store::SqliteStore` (feature `sqlite`) or
//!   `store::PgStore` (feature `postgres`).
//! - **The pure core.** [`needs`] says what a decision must see, [`decide`] gives the decision
//!   or a [`Refusal`], [`fold`] makes a head of a history. No trait, no store, no I/O.
//!
//! What a host configures is one value: [`Settings`], built from a [`SettingsDraft`] in code or
//! in a file. Its [`Workflow`] is data, and so is every question about tickets: a [`Condition`],
//! which [`Desk::find`] answers as somebody sees it, a page at a time.
//!
//! # Architecture
//!
//! ```text
//!    Call { context: { now, actor, command_id?, correlation?, seen? }, command }
//!                               │
//!  host ──► desk ── needs(call, loaded) ──► load ──► store
//!                               │             (pure, a few rounds)
//!           decide(desk, call, loaded)  ──►  Refusal
//!                               │ writes, guards, keys, counters, notices, trace     pure
//!                               │
//!           Commit (one or more records, keys, counters, notices, a receipt)
//!                               │ one transaction
//!                             store
//!                               │
//!  host ◄── Outcome { records, events, trace, repeated, tries }
//!  host's timer ◄── next_wake ──► desk.tick(now)
//!  host's channels ◄── desk.relay: claim a notice, deliver it, settle it
//!  host's screens ◄── desk.find(actor, listing): condition and sight, as one matcher
//! ```
//!
//! Everything that has a life is a **record**: a ticket, an agent, a contact, an organisation,
//! the settings. It has a
//! history of [`Event`]s, numbered from 1 without gaps, and a head that folds them. `decide`
//! works things out and events state the results (the new status, the timers, the priority);
//! applying an event only copies. So a history folds to the same head on every machine and
//! under any later version of the rules. A decision goes through the same `apply`, one event
//! at a time: the head that it writes is the fold by construction.
//!
//! **The head is small.** It holds what rules need and never the thread, so a command on a
//! ticket with ten thousand messages costs what it costs on one with ten. What a reply never
//! touches is behind one [`Arc`](std::sync::Arc), shared between a ticket's heads.
//!
//! **Facts and what is personal are apart.** An event's facts never change. Texts, subjects and
//! names are its [`Personal`] payload, which can be erased without touching the facts; where
//! it was, the fold says [`Erasable::Erased`]. An erasure appends an event, and names in the same
//! commit the events whose payload the store makes null ([`Erasure`]): the only change ever made
//! to a history. The new head is the fold of what is left, so nothing of the words survives in it.
//!
//! **Time is an argument.** What a ticket does by itself (its [`Timers`]) is a function of its
//! anchors and the settings; nothing arms or cancels a timer by hand. Every command first
//! carries out what is due on its ticket, dated by the instant at which it was due, in the
//! same commit. So a reply at 11:00 finds the ticket that closed itself at 10:00 closed,
//! whether or not anybody ticked at 10:00, and no result depends on how often a host ticks. A
//! `now` behind what the ticket has seen is raised to that, and the claimed time is recorded.
//!
//! **Conflicts are found in the commit.** A commit names the revision that it expects of each
//! record it writes, and of each that its decision rests on ([`Guard`]); keys that only one
//! record may have ([`UniqueKey`]); and ceilings for counters ([`CounterChange`]), which is how
//! an agent's capacity holds against any number of processes. The desk decides anew on a
//! conflict, a bounded number of times.
//!
//! **The same command twice is done once.** A host names a command by [`Context::once`]; its
//! receipt is kept as long as the history. Receipts are asked first, so that the rules of today
//! never refuse what was accepted yesterday.
//!
//! **Rules act in the commit that sets them off.** What one command or one timer did to a ticket is a
//! turn; the host's own [`rules`] look at it, and what they do is the next turn, to a bounded depth.
//! They go through the same checks and the same `apply` as commands do, with the desk's own authority;
//! what is refused of one leaves nothing half done, and is an event. What only a rule turns out to need
//! (an agent whom it names) is asked for then, so that desks without rules load nothing for them.
//!
//! **What a desk does is written once.** It is an async function over a small trait that both
//! kinds of store fit. Over a [`store::Store`] every future is ready at once and is polled
//! through on the spot; over a [`store::AsyncStore`] it is awaited. No runtime is named, and the
//! two desks cannot come to differ.
//!
//! **What somebody sees is a condition.** A listing is the asked condition and the reader's
//! sight, as one matcher; a store may narrow it by its indexes, and the matcher decides. So no
//! filter, order or page tells anybody of what they may not see.
//!
//! **Whose turn it is follows from the ticket and the settings.** The order of work goes by the
//! earlier of two instants: when the first obligation is due, and when the patience of the priority
//! ends. Neither moves with the time at which it is asked for, so what comes in later goes behind.
//! Stores keep what it depends on, and no answer: new settings count at once, for every ticket.
//!
//! **One person may be several contacts.** A contact that was merged keeps its record and points
//! to the one that speaks for it, which lists all for whom it does; so each is one step away, and
//! nothing on a ticket is rewritten. Sight, blocks and organisations are those of the one who
//! speaks.
//!
//! **A merge moves nothing.** It is an event on each of the two tickets. The one that goes remembers
//! how it stood, so that undoing restores it; the one that goes on keeps what it waits for itself
//! apart from what others brought. Its thread is read from all their histories at once, in the
//! order in which things were recorded, and a message that was split off is shown where it went.
//!
//! **A side conversation is no part of the thread.** Its events are kinds of their own, so that what
//! is asked of messages is never asked of them. A third party comes in by one command and one road,
//! each for the conversation that they are the party of; every other road asks for sight of the
//! ticket, which they do not have.
//!
//! **Routing is part of the command.** What comes to wait for an owner is given to one by the host's
//! rules in the same commit, and the decision is an event that explains itself. It rests on loads
//! that are counters, so it holds against any number of processes: the commit refuses what would
//! lift a load above capacity, and the desk chooses anew.
//!
//! **The stored form is a promise.** `store::codec` (feature `json`) writes events under literal
//! tags with a schema number, for stores of hosts; golden files hold every build to
//! it. Every build reads what every earlier one wrote; what a newer one wrote is listed word for
//! word ([`Change::Newer`]), and never folded or decided on.
//!
//! ## Roads not taken
//!
//! - *Lifecycle as types* (`Ticket<Open>`): states come out of storage at run time, and hosts
//!   define their own. It is a table, checked when it is built.
//! - *A clock trait*: it hides an argument, and makes two calls in one command disagree.
//! - *Nested ids for numbers*: a ticket's number comes from a counter in the commit that opens
//!   it, never from `max + 1`, and stands in no event.
//! - *A store that is awaited, made to block*: it waits on a runtime for which its own thread may
//!   be needed. The adapters lead the other way.
//! - *Counting by query*: loads and backlogs are counters, changed in the commit that changes the
//!   tickets, so that a ceiling holds and a dashboard counts nothing.
//! - *One event a command*: a reply that reopens is a message, a move and perhaps a loss of
//!   the owner. They are three facts, in three events, of one cause.
//!
//! ## The map
//!
//! Imports point down this list; a test holds them to it.
//!
//! | module | what is there |
//! |---|---|
//! | `ids`, `identity`, `time`, `digest`, `value`, `subject`, `personal`, `problem` | names for things; instants and spans; what a ticket is about; what may be erased |
//! | [`condition`] | the language of views and listings, as data and as text |
//! | `people` | actors, authors, roles, agents, contacts, organisations; who may see and do what |
//! | `cause`, `workflow` | what caused a change; the lifecycle as data |
//! | [`matching`] | conditions checked, and asked of tickets; orders and cursors; whose turn it is |
//! | [`sla`] | calendars: business hours, and the time in them; clocks against what was promised, and why they show what they show |
//! | [`rules`] | a host's rules as data: routing, triggers, time rules, macros; what is wrong with them |
//! | `settings` | everything a host configures, checked as a whole |
//! | `ticket` | the head, its events and commands, how each event changes it |
//! | `record`, `channel` | histories and heads of every kind; notices |
//! | `decide` | the rules |
//! | [`store`] | what is asked of a database; the store in memory; the stored form |
//! | [`presence`] | who looks at a ticket and who writes on it |
//! | `desk` | load, decide, commit, try again; ticks; reading |
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `json` | `store::codec`, the stored form: what a store writes into columns and reads back |
//! | `regex` | conditions that test a text by regular expression |
//! | `postgres` | `store::PgStore`: a store in a PostgreSQL database; implies `json` |
//! | `sqlite` | `store::SqliteStore`: a store in a SQLite database; implies `json` |
//! | `sqlite-bundled` | the same, with SQLite compiled in; needs a C compiler; implies `sqlite` |
//! | `icalendar` | `sla::calendar::icalendar`: holidays out of iCalendar files |
//! | `schema` | `RulebookDraft::SCHEMA`: the JSON Schema of a rulebook's file, for editors |
//! | `tokio` | `store::Offload`: a store that blocks, for a host that awaits |
//! | `conformance` | for tests: the laws of a store, and of where presence is kept, as tests for a host's own; an independent model of the rules, to check a desk against; a desk whose clock moves when told, seeded ids, a store that fails on demand, random histories; implies `json` |
//! | `proptest` | those histories, settings, actors and calls as proptest strategies; implies `conformance` |

#![cfg_attr(docsrs, feature(doc_cfg))]
// Examples print; a library never does.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod cause;
mod channel;
pub mod condition;
#[cfg(feature = "conformance")]
pub mod conformance;
mod decide;
mod desk;
mod digest;
mod identity;
mod ids;
pub mod matching;
mod people;
mod personal;
pub mod presence;
mod problem;
mod record;
pub mod rules;
mod settings;
pub mod sla;
pub mod store;
mod subject;
mod ticket;
mod time;
mod value;
mod workflow;

pub use cause::{Cause, EventRef, Rule};
pub use channel::{Notice, NoticeId, NoticeKind, Recipient};
pub use condition::{Condition, Fact, Sort};
pub use decide::{
    AgentColumns, Call, ChannelRoom, Columns, Command, ContactColumns, Context, Counter,
    CounterChange, Decision, Erasure, Expected, Explained, Guard, KeyChange, Loaded, MacroStopped,
    Needs, Passage, QueuedColumns, Refusal, RefusalKind, Stayed, Step, TicketColumns, UniqueKey,
    Vocabulary, Write, decide, needs,
};
pub use desk::{
    Activity, Adopted, AgentLoad, AsyncDesk, Attendance, Backlog, ContactNote, ContactNotes,
    Delivery, Desk, DeskError, DeskErrorKind, Dispatch, Each, Erased, HandedOver, Happening, Heir,
    Hit, Outcome, OwnerSlice, Page, Post, Prepared, PublicChange, PublicEvent, PublicTicket,
    Relayed, Relaying, RoutedWaiting, Row, SavedView, Search, SearchCursor, SearchPage, Service,
    ServiceClock, Shown, SidePage, SidePost, ThreadCursor, ThreadPage, Ticked, Timeline,
    TimelineCursor, TimelineEntry, Undelivered, ViewOwner, WorkEntry, WorkPage, Workload,
};
pub use identity::{Identity, IdentityKind};
pub use ids::{
    AgentId, BotName, CalendarName, CategoryName, CommandId, ContactId, ContractName, Correlation,
    CustomerGroupName, DepartmentName, DeskId, FieldName, GuestId, HostActionName, ImpactName, Key,
    LanguageTag, NotAReference, NotAnId, OrganisationId, PriorityName, ProviderName, ReasonName,
    ReceivedAt, RecordKind, Reference, ResolutionCode, Revision, RuleName, SkillName, SlaLevelName,
    SlaPolicyName, StatusName, SubjectKind, SubjectRole, Tag, TicketId, TicketNumber, UrgencyName,
    ViewName, VisitorId,
};
pub use people::{
    Actor, Agent, AgentChange, AgentProfile, AgentSight, Author, Contact, ContactChange,
    ContactFacts, ContactMember, ContactProfile, CustomerSight, Follower, Grant, GuestRight,
    Organisation, OrganisationChange, OrganisationProfile, Part, Party, Requester, Role, Sight,
    WeakSecret,
};
pub use personal::{Erasable, Personal};
pub use problem::{Mistake, Problem};
pub use record::{Change, Event, Head, InForce, Newer, Record, fold};
pub use rules::{Rulebook, RulebookDraft};
pub use settings::{
    ClockRules, CloseBlocks, Confirmation, Department, DeskCalendar, FieldDef, FieldKind,
    FieldProblem, FollowUpClocks, Limits, MergeAcross, MergeClocks, MergeWaiting, Merging, OpenAge,
    Priority, PriorityMatrix, ReopenClocks, Reopening, RoutingSettings, Settings, SettingsDraft,
    SettingsError, SettingsFinding, SplitClocks, ToSolve,
};
pub use sla::{Calendar, CalendarDraft, SlaPolicy};
pub use subject::{About, ExternalRef, SubjectRef};
pub use ticket::{
    Absorbed, Attachment, AttachmentFacts, Brought, Burden, Channel, ClocksChanged, FollowersLeft,
    Heard, HostAsked, Intent, LinkKind, LookedAt, MergedSplit, Message, MessageRef, Moved,
    NotDelivered, Opened, Origin, Owed, PriorityBy, Promised, Proposal, RedactedBy, Released,
    Remedy, Reminded, ReplayError, Resolution, Routed, RoutingState, RuleAsked, Scene, Side,
    SideId, SideSaid, SideStarted, SlaLevel, SplitOff, StatusChange, Ticket, TicketChange,
    TicketKind, TicketLink, TimeRulesLookedAt, TimerKind, Timers, Todo, TodoAdded, TodoId,
    TodoMarked, TodoState, Unassigning, Visibility, command,
};
pub use time::{NotASpan, OutOfSpan, Span};
pub use value::{FieldFact, FieldValue};
pub use workflow::{
    Landmarks, Proposed, Reason, Status, StatusCategory, StatusDraft, Transition, WaitsFor,
    Workflow, WorkflowDraft,
};

/// The README's examples run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
