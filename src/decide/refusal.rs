//! Why the rules say no: which rule, in which state, with a code that never changes.

use chrono::{DateTime, Utc};

use crate::condition::Fact;
use crate::ids::{AgentId, DepartmentName, FieldName, Key, Revision, StatusName, TicketId};
use crate::matching::ConditionError;
use crate::people::{Actor, Party};
use crate::settings::FieldProblem;
use crate::workflow::StatusCategory;

/// The rules say no. Nothing has changed.
///
/// [`code`](Self::code) is stable, for programs; the text form names the rule and the state,
/// for people; [`kind`](Self::kind) maps to a response.
///
/// # Examples
///
/// Some refusals are worth an answer of their own:
///
/// ```
#[doc = include_str!("../example.txt")]
/// let ben = AgentId::from_u128(9);
/// desk.put_agent(Actor::Host.at(now), ben, AgentProfile::new("Ben"))?;
/// desk.take(Actor::Agent(ben).at(now), Take { ticket: id })?;
///
/// let error = desk.take(agent.at(now), Take { ticket: id }).unwrap_err();
/// let answer = match error.refusal() {
///     Some(Refusal::AlreadyTaken { by }) => desk.agent(*by)?.unwrap().name().to_owned(),
///     Some(refusal) => refusal.to_string(),
///     None => return Err(error),
/// };
/// assert_eq!(answer, "Ben");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no such ticket, or the actor may not know of it: one and the same, so that
    /// nobody learns what exists by asking.
    #[error("there is no ticket `{ticket}`")]
    NotFound {
        /// The ticket that was named.
        ticket: TicketId,
    },
    /// The desk has no settings yet.
    #[error("there is no such desk")]
    NoSuchDesk,
    /// The desk has settings already, and was to be created.
    #[error("the desk exists already")]
    DeskExists,
    /// The acting agent is not on record, or has left.
    #[error("{actor} is not an active agent of this desk")]
    NotAnAgent {
        /// Who acted.
        actor: Actor,
    },
    /// This actor's role does not do such things, or not here.
    #[error("{party}: may not {deed}")]
    Forbidden {
        /// The part that the actor plays.
        party: Party,
        /// What was to be done.
        deed: &'static str,
    },
    /// Somebody has done something since the actor looked.
    #[error("the actor saw revision {seen} of {key}, and {found} is news to them")]
    StaleView {
        /// What the actor looked at.
        key: Key,
        /// The revision that they saw.
        seen: Revision,
        /// The last revision that they might have seen.
        found: Revision,
    },
    /// Ids of version 5 are the crate's own, computed from other ids.
    #[error("the id `{id}` is of version 5, which is reserved")]
    ReservedId {
        /// The id.
        id: TicketId,
    },
    /// The decision needs what was not loaded: see [`needs`](crate::needs).
    #[error("what the decision needs has not been loaded")]
    NotLoaded,
    /// A status of this name exists, and its tickets live by its category.
    #[error("the status `{status}` is {found}, and cannot become {wanted}")]
    StatusRedefined {
        /// The status.
        status: StatusName,
        /// The category that it has.
        found: StatusCategory,
        /// The category that it was to have.
        wanted: StatusCategory,
    },
    /// A ticket of this id exists, and another was to be opened under it.
    #[error("the id `{id}` is in use")]
    IdTaken {
        /// The id.
        id: TicketId,
    },
    /// The same command id came before with another command or actor.
    #[error("the command id came before with another command")]
    CommandIdReused,
    /// The ticket is closed, and this needs it open: reopen it first.
    #[error("the ticket is closed (`{status}`): reopen it first")]
    Closed {
        /// The ticket's status.
        status: StatusName,
    },
    /// The ticket is not finished, and this is for finished work.
    #[error("the ticket is not finished: it is `{status}`")]
    NotFinished {
        /// The ticket's status.
        status: StatusName,
    },
    /// The ticket is finished, and this is for unfinished work.
    #[error("the ticket is finished: it is `{status}`")]
    Finished {
        /// The ticket's status.
        status: StatusName,
    },
    /// The ticket is not closed, and only a closed one is followed up.
    #[error("the ticket is not closed: it is `{status}`")]
    NotClosed {
        /// The ticket's status.
        status: StatusName,
    },
    /// The workflow has no such transition.
    #[error("the workflow has no way from `{from}` to `{to}`")]
    NoTransition {
        /// The ticket's status.
        from: StatusName,
        /// Where it was to go.
        to: StatusName,
    },
    /// The workflow has this transition, for others.
    #[error("{party}: may not move a ticket from `{from}` to `{to}`")]
    TransitionForbidden {
        /// The ticket's status.
        from: StatusName,
        /// Where it was to go.
        to: StatusName,
        /// The part that the actor plays.
        party: Party,
    },
    /// This status takes more than a name: it has a command of its own.
    #[error("the status `{status}` is reached by the command `{command}`")]
    NeedsCommand {
        /// The status.
        status: StatusName,
        /// The command that leads there.
        command: &'static str,
    },
    /// The status requires a reason.
    #[error("the status `{status}` requires a reason")]
    ReasonRequired {
        /// The status.
        status: StatusName,
    },
    /// The status does not take this reason.
    #[error("the status `{status}` does not take the reason `{reason}`")]
    ReasonNotTaken {
        /// The status.
        status: StatusName,
        /// The reason that was given.
        reason: String,
    },
    /// Closing unresolved work records how it ended.
    #[error("closing unresolved work needs a resolution")]
    ResolutionRequired,
    /// The status requires this field to hold a value.
    #[error("the status `{status}` requires the field `{field}`")]
    FieldRequired {
        /// The status.
        status: StatusName,
        /// The field.
        field: FieldName,
    },
    /// A value does not fit its field.
    #[error("the field `{field}` does not take this value: {problem}")]
    FieldInvalid {
        /// The field.
        field: FieldName,
        /// Why not.
        problem: FieldProblem,
    },
    /// The settings in force do not know this name.
    #[error("the settings know no {what} `{name}`")]
    Unknown {
        /// What kind of thing it should name.
        what: Vocabulary,
        /// The name.
        name: String,
    },
    /// A name that cannot be one.
    #[error("the {what} `{name}` {problem}")]
    BadName {
        /// What kind of thing it names.
        what: Vocabulary,
        /// The name, its first 80 characters at most.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The instant is not later than now.
    #[error("{instant} is not later than {now}")]
    NotLater {
        /// The instant that was given.
        instant: DateTime<Utc>,
        /// Now.
        now: DateTime<Utc>,
    },
    /// Something cannot have occurred after now.
    #[error("{instant} is later than {now}")]
    InTheFuture {
        /// The instant that was given.
        instant: DateTime<Utc>,
        /// Now.
        now: DateTime<Utc>,
    },
    /// There is nothing in it.
    #[error("the {what} is empty")]
    Empty {
        /// What is empty.
        what: &'static str,
    },
    /// More than the settings allow, in the limit's own unit (bytes, or a number of things).
    #[error("the limit `{limit}` is {allowed}, and this would be {found}")]
    LimitExceeded {
        /// The limit's name in [`Limits`](crate::Limits), such as `tags`.
        limit: &'static str,
        /// What is allowed.
        allowed: u64,
        /// What it would be.
        found: u64,
    },
    /// Another agent owns the ticket.
    #[error("agent `{by}` owns the ticket")]
    AlreadyTaken {
        /// Who owns it.
        by: AgentId,
    },
    /// The agent is not on record, has left, or is a light one; or, where somebody's words are
    /// logged or an internal ticket is opened, the one who speaks or asks is not on record.
    #[error("agent `{agent}` cannot own tickets")]
    CannotOwn {
        /// The agent.
        agent: AgentId,
    },
    /// The agent is not on record, or is a light one: their words are no answer.
    #[error("agent `{agent}` cannot speak on tickets")]
    CannotAnswer {
        /// The agent.
        agent: AgentId,
    },
    /// The agent does not work in the ticket's department.
    #[error("agent `{agent}` does not work in the department `{department}`")]
    NotInDepartment {
        /// The agent.
        agent: AgentId,
        /// The department.
        department: DepartmentName,
    },
    /// The agent has no room.
    #[error("agent `{agent}` owns {load} of {capacity} tickets")]
    OverCapacity {
        /// The agent.
        agent: AgentId,
        /// How many unresolved tickets the agent owns.
        load: i64,
        /// How many they may.
        capacity: u32,
    },
    /// Escalation leads to a higher tier.
    #[error("the department `{to}` is on tier {tier}, which is not above {from}")]
    NotHigherTier {
        /// The ticket's tier.
        from: u8,
        /// The department that was named.
        to: DepartmentName,
        /// Its tier.
        tier: u8,
    },
    /// Another agent has this e-mail address.
    #[error("another agent has this e-mail address")]
    EmailTaken,
    /// A condition, an order or a view with mistakes in it.
    #[error("{problems}")]
    BadCondition {
        /// The mistakes, each with its path.
        problems: ConditionError,
    },
    /// A customer lists by what customers see only.
    #[error("a customer may not filter or sort by `{fact}`")]
    NotPublic {
        /// By what it was.
        fact: Fact,
    },
    /// The cursor is of another order, or the scale of priorities has changed since.
    #[error("the cursor is of another order: begin the listing anew")]
    CursorMismatch,
    /// Owners are made, changed and unmade only by owners and the host.
    #[error("{party}: may not make, change or unmake owners")]
    OwnersOnly {
        /// The part that the actor plays.
        party: Party,
    },
}

/// The kinds of name that settings define.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Vocabulary {
    /// A status.
    Status,
    /// A reason for waiting.
    Reason,
    /// A department.
    Department,
    /// A category.
    Category,
    /// A priority.
    Priority,
    /// An impact.
    Impact,
    /// An urgency.
    Urgency,
    /// A custom field.
    Field,
    /// A resolution code.
    ResolutionCode,
    /// A tag.
    Tag,
    /// An agent's name.
    AgentName,
    /// An address or form that receives requests.
    ReceivedAt,
    /// A channel of the host's own.
    Channel,
    /// An e-mail address.
    Email,
    /// A bot.
    Bot,
    /// The host's own correlation id.
    Correlation,
}

impl std::fmt::Display for Vocabulary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Status => "status",
            Self::Reason => "reason",
            Self::Department => "department",
            Self::Category => "category",
            Self::Priority => "priority",
            Self::Impact => "impact",
            Self::Urgency => "urgency",
            Self::Field => "field",
            Self::ResolutionCode => "resolution code",
            Self::Tag => "tag",
            Self::AgentName => "agent's name",
            Self::ReceivedAt => "receiving address",
            Self::Channel => "channel",
            Self::Email => "e-mail address",
            Self::Bot => "bot",
            Self::Correlation => "correlation id",
        })
    }
}

/// What a host does with a refusal: the four kinds, as HTTP has them.
///
/// ```
/// use helpdesk::{Refusal, RefusalKind};
///
/// fn status(refusal: &Refusal) -> u16 {
///     match refusal.kind() {
///         RefusalKind::NotFound => 404,
///         RefusalKind::Forbidden => 403,
///         RefusalKind::Conflict => 409,
///         RefusalKind::Invalid => 422,
///     }
/// }
/// assert_eq!(status(&Refusal::NoSuchDesk), 404);
/// assert_eq!(status(&Refusal::EmailTaken), 409);
/// assert_eq!(status(&Refusal::ResolutionRequired), 422);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// There is no such thing, as far as the actor may know: HTTP's 404.
    NotFound,
    /// Not by this actor: 403.
    Forbidden,
    /// Not in this state: 409.
    Conflict,
    /// Not like this, in any state: 422.
    Invalid,
}

impl Refusal {
    /// A stable code, for programs: it never changes, also where the text does.
    ///
    /// ```
    /// # use helpdesk::Refusal;
    /// assert_eq!(Refusal::ResolutionRequired.code(), "resolution_required");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not_found",
            Self::NoSuchDesk => "no_such_desk",
            Self::DeskExists => "desk_exists",
            Self::NotAnAgent { .. } => "not_an_agent",
            Self::Forbidden { .. } => "forbidden",
            Self::StaleView { .. } => "stale_view",
            Self::ReservedId { .. } => "reserved_id",
            Self::NotLoaded => "not_loaded",
            Self::StatusRedefined { .. } => "status_redefined",
            Self::IdTaken { .. } => "id_taken",
            Self::CommandIdReused => "command_id_reused",
            Self::Closed { .. } => "closed",
            Self::NotFinished { .. } => "not_finished",
            Self::Finished { .. } => "finished",
            Self::NotClosed { .. } => "not_closed",
            Self::NoTransition { .. } => "no_transition",
            Self::TransitionForbidden { .. } => "transition_forbidden",
            Self::NeedsCommand { .. } => "needs_command",
            Self::ReasonRequired { .. } => "reason_required",
            Self::ReasonNotTaken { .. } => "reason_not_taken",
            Self::ResolutionRequired => "resolution_required",
            Self::FieldRequired { .. } => "field_required",
            Self::FieldInvalid { .. } => "field_invalid",
            Self::Unknown { .. } => "unknown_name",
            Self::BadName { .. } => "bad_name",
            Self::NotLater { .. } => "not_later",
            Self::InTheFuture { .. } => "in_the_future",
            Self::Empty { .. } => "empty",
            Self::LimitExceeded { .. } => "limit_exceeded",
            Self::AlreadyTaken { .. } => "already_taken",
            Self::CannotOwn { .. } => "cannot_own",
            Self::CannotAnswer { .. } => "cannot_answer",
            Self::NotInDepartment { .. } => "not_in_department",
            Self::OverCapacity { .. } => "over_capacity",
            Self::NotHigherTier { .. } => "not_higher_tier",
            Self::EmailTaken => "email_taken",
            Self::BadCondition { .. } => "bad_condition",
            Self::NotPublic { .. } => "not_public",
            Self::CursorMismatch => "cursor_mismatch",
            Self::OwnersOnly { .. } => "owners_only",
        }
    }

    /// What a host does with it; [`RefusalKind`] has an example.
    pub fn kind(&self) -> RefusalKind {
        match self {
            Self::NotFound { .. } | Self::NoSuchDesk => RefusalKind::NotFound,
            Self::NotAnAgent { .. }
            | Self::Forbidden { .. }
            | Self::TransitionForbidden { .. }
            | Self::NotPublic { .. }
            | Self::OwnersOnly { .. } => RefusalKind::Forbidden,
            Self::DeskExists
            | Self::StaleView { .. }
            | Self::StatusRedefined { .. }
            | Self::IdTaken { .. }
            | Self::CommandIdReused
            | Self::Closed { .. }
            | Self::NotFinished { .. }
            | Self::Finished { .. }
            | Self::NotClosed { .. }
            | Self::NoTransition { .. }
            | Self::FieldRequired { .. }
            | Self::AlreadyTaken { .. }
            | Self::CannotOwn { .. }
            | Self::CannotAnswer { .. }
            | Self::NotInDepartment { .. }
            | Self::OverCapacity { .. }
            | Self::NotHigherTier { .. }
            | Self::EmailTaken => RefusalKind::Conflict,
            Self::NeedsCommand { .. }
            | Self::ReservedId { .. }
            | Self::NotLoaded
            | Self::ReasonRequired { .. }
            | Self::ReasonNotTaken { .. }
            | Self::ResolutionRequired
            | Self::FieldInvalid { .. }
            | Self::Unknown { .. }
            | Self::BadName { .. }
            | Self::NotLater { .. }
            | Self::InTheFuture { .. }
            | Self::Empty { .. }
            | Self::BadCondition { .. }
            | Self::CursorMismatch
            | Self::LimitExceeded { .. } => RefusalKind::Invalid,
        }
    }
}
