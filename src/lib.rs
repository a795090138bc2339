//! An embeddable help desk: a library, no server, no API client.

// Examples print; a library never does.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod cause;
mod channel;
#[cfg(feature = "conformance")]
pub mod conformance;
mod decide;
mod desk;
mod digest;
mod ids;
mod people;
mod personal;
mod problem;
mod record;
mod settings;
pub mod store;
mod ticket;
mod time;
mod workflow;

pub use cause::{Cause, Rule};
pub use channel::{Notice, NoticeId, NoticeKind, Recipient};
pub use decide::{
    Call, Columns, Command, Context, Counter, CounterChange, Decision, Expected, Guard, KeyChange,
    Loaded, Needs, Refusal, RefusalKind, Stayed, Step, UniqueKey, Vocabulary, Write, decide, needs,
};
pub use desk::{Desk, DeskError, DeskErrorKind, Outcome, Post, Prepared, Ticked};
pub use ids::{
    AgentId, BotName, CategoryName, CommandId, ContactId, Correlation, DepartmentName, DeskId,
    FieldName, ImpactName, Key, NotAReference, OrganisationId, PriorityName, ReasonName,
    ReceivedAt, RecordKind, Reference, ResolutionCode, Revision, StatusName, Tag, TicketId,
    TicketNumber, UrgencyName,
};
pub use people::{
    Actor, Agent, AgentChange, AgentProfile, AgentSight, Author, Part, Party, Requester, Role,
};
pub use personal::{Erasable, Personal};
pub use problem::{Mistake, Problem};
pub use record::{Change, Event, Head, Record, fold};
pub use settings::{
    Department, FieldDef, FieldKind, FieldProblem, FieldValue, Limits, OpenAge, Priority,
    PriorityMatrix, Reopening, Settings, SettingsDraft, SettingsError,
};
pub use ticket::{
    Attachment, AttachmentFacts, Channel, FieldFact, Follower, Message, Moved, Opened, Origin,
    PriorityBy, ReplayError, Resolution, StatusChange, Ticket, TicketChange, TicketKind, TimerKind,
    Timers, Unassigning, Visibility, command,
};
pub use time::{NotASpan, Span};
pub use workflow::{
    Landmarks, Reason, Status, StatusCategory, StatusDraft, Transition, WaitsFor, Workflow,
    WorkflowDraft,
};
