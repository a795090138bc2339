//! The ticket: its head, which is what the rules need, and never the thread.

mod agenda;
mod apply;
pub mod command;
mod confirming;
mod event;
mod extras;
mod facts;
mod following;
mod links;
mod merging;
mod message;
mod refs;
mod routing;
mod sides;
mod sla;
mod strict;
mod time_rules;
mod timers;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use agenda::{Todo, TodoId, TodoState};
pub use apply::ReplayError;
pub(crate) use apply::Stamp;
pub use confirming::Proposal;
pub use event::{
    Absorbed, Brought, ClocksChanged, FollowersLeft, Heard, HostAsked, Intent, LookedAt,
    MergedSplit, Moved, NotDelivered, Opened, Origin, Owed, PriorityBy, RedactedBy, Released,
    Remedy, Reminded, Routed, RuleAsked, SideSaid, SideStarted, SplitOff, StatusChange,
    TicketChange, TimeRulesLookedAt, TodoAdded, TodoMarked, Unassigning,
};
pub use facts::Scene;
pub use links::{LinkKind, TicketLink};
pub(crate) use merging::{Member, waiting};
pub use message::{Attachment, AttachmentFacts, Channel, Message, MessageRef, Visibility};
pub(crate) use message::{REFERENCE_SLOT, derived_subject};
pub use routing::{Burden, RoutingState};
pub use sides::{Side, SideId};
pub(crate) use sla::Owing;
pub use sla::{Promised, SlaLevel};
pub use timers::{TimerKind, Timers};
pub(crate) use timers::{armed, retention_falls_due};

use self::extras::Extras;
use self::refs::Refs;
use self::strict::{HeadPriority, HeadStatus, HeadTimers};
use crate::ids::{
    AgentId, CategoryName, DepartmentName, FieldName, ImpactName, OrganisationId, ReasonName,
    ReceivedAt, ResolutionCode, Revision, Tag, TicketId, UrgencyName,
};
pub(crate) use crate::people::Follower;
use crate::people::{Actor, Grant, Requester, SightOf};
use crate::personal::Erasable;
use crate::settings::Priority;
use crate::time;
use crate::value::FieldValue;
use crate::workflow::{Status, StatusCategory};

/// A ticket as it stands: the fold of its history.
///
/// It is small, and stays small however long the conversation: what rules need is here, and
/// messages are in the history ([`Desk::thread`](crate::Desk::thread)). Getters only, so that
/// every ticket there is has come about by events.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let ticket = desk.ticket(id)?.unwrap();
/// assert_eq!(ticket.status().category, StatusCategory::New);
/// assert!(ticket.is_queued());
/// assert_eq!(ticket.waiting_since(), Some(now));
///
/// let later = now + TimeDelta::minutes(20);
/// let answered = desk.reply(agent.at(later), Reply::new(id, "Unplug it."))?;
/// let ticket = answered.ticket().unwrap();
/// assert_eq!(ticket.waiting_since(), None, "nobody waits for an answer");
/// assert_eq!(ticket.first_answered_at(), Some(later));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
// A head with a field that this build would drop is a newer build's.
#[serde(deny_unknown_fields)]
pub struct Ticket {
    // The hot part: what a reply may touch.
    id: TicketId,
    revision: Revision,
    /// The last event that somebody caused, and the last of those that its requester may see.
    acted_at: Revision,
    acted_publicly_at: Revision,
    requester: Requester,
    origin: Origin,
    #[serde(deserialize_with = "HeadStatus::deserialize")]
    status: Status,
    #[serde(deserialize_with = "time::truncated")]
    status_since: DateTime<Utc>,
    department: Option<DepartmentName>,
    assignee: Option<AgentId>,
    #[serde(deserialize_with = "HeadPriority::deserialize")]
    priority: Priority,
    channel: Channel,
    #[serde(deserialize_with = "time::truncated")]
    opened_at: DateTime<Utc>,
    #[serde(deserialize_with = "time::truncated")]
    updated_at: DateTime<Utc>,
    #[serde(deserialize_with = "time::truncated")]
    unresolved_since: DateTime<Utc>,
    #[serde(deserialize_with = "time::truncated_option")]
    waiting_since: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "time::truncated_option")]
    own_waiting_since: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "time::truncated_option")]
    first_answered_at: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "time::truncated_option")]
    last_asked_at: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "time::truncated_option")]
    last_answered_at: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "time::truncated_option")]
    resolved_at: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "time::truncated_option")]
    closed_at: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "time::truncated_option")]
    postponed_until: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "time::truncated_option")]
    personal_since: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "HeadTimers::deserialize")]
    timers: Timers,
    returns_to_new: bool,
    auto_close_cancelled: bool,
    open_age_warned: bool,
    overdue: bool,
    held: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    spam: bool,
    messages: u32,
    notes: u32,
    reopened: u32,
    escalated: u32,
    transferred: u32,
    /// What is promised of it, where anything is; shared between its heads until it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sla: Option<Arc<sla::TicketSla>>,
    /// What it is to its owner, where that was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "strict::burden")]
    burden: Option<Arc<Burden>>,
    // The rest: shared between the heads of a ticket until something in it changes.
    details: Arc<Details>,
}

/// What a reply never touches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Details {
    subject: Erasable<Arc<str>>,
    received_at: Option<ReceivedAt>,
    category: Option<CategoryName>,
    impact: Option<ImpactName>,
    urgency: Option<UrgencyName>,
    reason: Option<ReasonName>,
    organisation: Option<OrganisationId>,
    // Apart, as unfinished tickets mostly have none.
    resolution: Option<Box<Resolution>>,
    follows: Option<TicketId>,
    tags: Vec<Tag>,
    fields: Vec<(FieldName, Erasable<FieldValue>)>,
    followers: Vec<Follower>,
    followed_up_by: Vec<TicketId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proposal: Option<Box<Proposal>>,
    refs: Option<Box<Refs>>,
    /// What most tickets have none of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    extras: Option<Box<Extras>>,
}

/// How a ticket ended; kept when it reopens, until another takes its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    code: ResolutionCode,
    text: Erasable<Arc<str>>,
    by: Actor,
    #[serde(deserialize_with = "time::truncated")]
    at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confirmed_by: Option<Actor>,
}

impl Resolution {
    /// The code, from the settings' list of that time.
    pub fn code(&self) -> &ResolutionCode {
        &self.code
    }

    /// In words; empty where none were given.
    pub fn text(&self) -> &Erasable<Arc<str>> {
        &self.text
    }

    /// Who recorded it, or proposed it.
    pub fn by(&self) -> &Actor {
        &self.by
    }

    /// Who confirmed that it is one, where it was proposed; `None`: nobody was asked.
    pub fn confirmed_by(&self) -> Option<&Actor> {
        self.confirmed_by.as_ref()
    }

    /// When it was recorded, or confirmed.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }
}

/// Whose a ticket is: a customer's, or the agents' own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketKind {
    /// A customer's request.
    Customer,
    /// One agent's request to others, seen by agents only.
    Internal,
}

macro_rules! copied {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {$(
        $(#[$doc])*
        pub fn $name(&self) -> $type {
            self.$name
        }
    )*};
}

impl Ticket {
    copied! {
        /// Which ticket this is.
        id: TicketId;
        /// How many events its history has.
        revision: Revision;
        /// Who asks.
        requester: Requester;
        /// Who wrote first.
        origin: Origin;
        /// Since when it is in its status.
        status_since: DateTime<Utc>;
        /// Who owns it; `None`: nobody, it waits in its queue.
        assignee: Option<AgentId>;
        /// When it was opened.
        opened_at: DateTime<Utc>;
        /// When something last happened on it. Time on a ticket never goes back: what is asked
        /// of it at an earlier instant is dated by this one.
        updated_at: DateTime<Utc>;
        /// Since when it is unresolved: its opening, or its last reopening. Open age counts
        /// from here; meaningless on finished work.
        unresolved_since: DateTime<Utc>;
        /// When the oldest question was asked that no human agent has answered; `None`: nobody
        /// waits. Where an answer was logged late, before several questions, it is the newest
        /// of those. What tickets asked that were merged into this one counts; on a merged
        /// ticket nobody waits, but on the survivor.
        waiting_since: Option<DateTime<Utc>>;
        /// When a human agent first answered; an opening by an agent answers nothing.
        first_answered_at: Option<DateTime<Utc>>;
        /// When the requester last wrote or spoke, or rejected a solution.
        last_asked_at: Option<DateTime<Utc>>;
        /// When a human agent last answered, or opened the conversation.
        last_answered_at: Option<DateTime<Utc>>;
        /// When it was last resolved, or closed without that; `None` while unresolved.
        resolved_at: Option<DateTime<Utc>>;
        /// When it was closed; `None` while it is not.
        closed_at: Option<DateTime<Utc>>;
        /// Until when it is postponed; `None` while it is not.
        postponed_until: Option<DateTime<Utc>>;
        /// Since when there may be something personal on it or on what was merged into it: since its
        /// opening, or since the first that came after everything was erased. `None`: nothing has
        /// come since.
        personal_since: Option<DateTime<Utc>>;
        /// What it will do by itself.
        timers: Timers;
        /// Whether somebody wrote after it was resolved, so that it does not close by itself.
        auto_close_cancelled: bool;
        /// Whether it was warned about for its age, since it last became unresolved.
        open_age_warned: bool;
    }

    /// Its status: the host's name for it, and the category that says what it means.
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// Whose queue it is in; `None`: the queue without a department.
    pub fn department(&self) -> Option<&DepartmentName> {
        self.department.as_ref()
    }

    /// How much it matters.
    pub fn priority(&self) -> &Priority {
        &self.priority
    }

    /// The channel of the last public message.
    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    /// Whether it has been unresolved for too long, and is flagged.
    pub fn is_overdue(&self) -> bool {
        self.overdue
    }

    /// Whether it is on legal hold: nothing of it is erased, by hand or by itself.
    pub fn is_held(&self) -> bool {
        self.held
    }

    /// Whether it is marked as spam: closed, and deaf to what is said on it.
    pub fn is_spam(&self) -> bool {
        self.spam
    }

    /// Public messages so far, the first one included; neither those of tickets that were merged
    /// into this one, nor those that were split off.
    pub fn message_count(&self) -> u32 {
        self.messages
    }

    /// Notes so far.
    pub fn note_count(&self) -> u32 {
        self.notes
    }

    /// How often it was reopened, by a reply or by hand.
    pub fn reopen_count(&self) -> u32 {
        self.reopened
    }

    /// How often it was escalated.
    pub fn escalation_count(&self) -> u32 {
        self.escalated
    }

    /// How often it moved to another department, escalations aside.
    pub fn transfer_count(&self) -> u32 {
        self.transferred
    }

    /// What it is called, with no blank at its edges.
    pub fn subject(&self) -> &Erasable<Arc<str>> {
        &self.details.subject
    }

    /// The address or form that received it.
    pub fn received_at(&self) -> Option<&ReceivedAt> {
        self.details.received_at.as_ref()
    }

    /// What it is about.
    pub fn category(&self) -> Option<&CategoryName> {
        self.details.category.as_ref()
    }

    /// How many it touches.
    pub fn impact(&self) -> Option<&ImpactName> {
        self.details.impact.as_ref()
    }

    /// How soon it hurts.
    pub fn urgency(&self) -> Option<&UrgencyName> {
        self.details.urgency.as_ref()
    }

    /// Why it waits, in its present status; `None` where no reason was given.
    pub fn reason(&self) -> Option<&ReasonName> {
        self.details.reason.as_ref()
    }

    /// How it ended, the last time it did.
    pub fn resolution(&self) -> Option<&Resolution> {
        self.details.resolution.as_deref()
    }

    /// The organisation that the requester belonged to when it was opened, by their record. An
    /// internal ticket has none.
    pub fn organisation(&self) -> Option<OrganisationId> {
        self.details.organisation
    }

    /// The ticket that this one follows up.
    pub fn follows(&self) -> Option<TicketId> {
        self.details.follows
    }

    /// The tickets that follow this one up, oldest first.
    pub fn followed_up_by(&self) -> &[TicketId] {
        &self.details.followed_up_by
    }

    /// Labels, in order.
    pub fn tags(&self) -> &[Tag] {
        &self.details.tags
    }

    /// Custom fields that hold something, in order.
    pub fn fields(&self) -> &[(FieldName, Erasable<FieldValue>)] {
        &self.details.fields
    }

    /// What this custom field holds; `None`: nothing.
    pub fn field(&self, name: &FieldName) -> Option<&Erasable<FieldValue>> {
        self.details.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Who is told beside requester and agents, in order.
    pub fn followers(&self) -> &[Follower] {
        &self.details.followers
    }

    /// Who was let in to it by a link, in the order of their ids; also those whose time has
    /// ended since somebody was last let in.
    pub fn grants(&self) -> &[Grant] {
        &self.extras().grants
    }

    fn extras(&self) -> &Extras {
        static NONE: Extras = Extras::NONE;
        self.details.extras.as_deref().unwrap_or(&NONE)
    }

    /// Whose it is: a customer's, or the agents' own.
    pub fn kind(&self) -> TicketKind {
        match self.requester {
            Requester::Contact(_) => TicketKind::Customer,
            Requester::Agent(_) => TicketKind::Internal,
        }
    }

    /// Whether it waits for somebody to take it: nobody owns it, and it is not finished.
    pub fn is_queued(&self) -> bool {
        self.assignee.is_none() && !self.status.category.is_done()
    }

    /// The owner whose capacity it takes up: of unfinished work only.
    pub fn burdens(&self) -> Option<AgentId> {
        self.assignee.filter(|_| !self.status.category.is_done())
    }

    /// When it next does something by itself.
    pub fn next_wake(&self) -> Option<DateTime<Utc>> {
        self.timers.next().map(|(_, at)| at)
    }

    /// The last event that is news to somebody: what the ticket did by itself is nobody's
    /// doing, and to a customer, nothing happened that customers do not see.
    pub(crate) fn last_news(&self, public_only: bool) -> Revision {
        if public_only { self.acted_publicly_at } else { self.acted_at }
    }

    pub(crate) fn set_timers(&mut self, timers: Timers) {
        self.timers = timers;
    }

    pub(crate) fn sight(&self) -> SightOf<'_> {
        SightOf {
            requester: self.requester,
            assignee: self.assignee,
            department: self.department.as_ref(),
            followers: &self.details.followers,
            organisation: self.details.organisation,
            grants: &self.extras().grants,
        }
    }

    /// Whether the postponed ticket returns to where new tickets are.
    pub(crate) fn returns_to_new(&self) -> bool {
        self.returns_to_new
    }

    /// What was said from this instant on is news to the present status: it began before, or,
    /// on finished work, the ticket was resolved before.
    pub(crate) fn news_from(&self) -> DateTime<Utc> {
        match self.status.category {
            StatusCategory::Resolved | StatusCategory::Closed => {
                self.resolved_at.unwrap_or(self.status_since)
            }
            StatusCategory::New
            | StatusCategory::Open
            | StatusCategory::Waiting
            | StatusCategory::OnHold => self.status_since,
        }
    }
}
