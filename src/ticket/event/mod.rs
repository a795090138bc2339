//! What can happen to a ticket: the facts of its history.
//!
//! Events carry results. A decision works out the new status, the timers, the priority; an
//! event states them; the head copies them. So a history folds to the same head on every
//! machine, under any later version of the rules.

mod agenda;
mod automation;
mod clocks;
mod moved;
mod opened;
mod parts;
mod redacted;
mod routed;
mod side;
mod structure;
mod undelivered;
mod words;

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use agenda::{Reminded, TodoAdded, TodoMarked};
pub use automation::{HostAsked, LookedAt, RuleAsked, TimeRulesLookedAt};
pub use clocks::{ClocksChanged, Intent, Remedy};
pub use moved::{Moved, StatusChange};
pub use opened::{Opened, Origin};
pub use redacted::RedactedBy;
pub use routed::Routed;
pub use side::{SideSaid, SideStarted};
pub use structure::{Absorbed, Brought, FollowersLeft, MergedSplit, Owed, Released, SplitOff};
pub use undelivered::NotDelivered;

use super::{Burden, LinkKind, Message, SideId, Timers};
use crate::ids::{
    AgentId, CategoryName, DepartmentName, FieldName, GuestId, ImpactName, ResolutionCode,
    Revision, RuleName, Tag, TicketId, UrgencyName,
};
use crate::people::{Actor, Follower, Grant};
use crate::settings::Priority;
use crate::subject::{About, ExternalRef};
use crate::time;
use crate::value::FieldFact;

/// Something that happened to a ticket: one line of its audit trail.
///
/// States results, never instructions: the new status, the timers, who chose the priority.
/// [`Desk::history`](crate::Desk::history) has an example.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TicketChange {
    /// It was opened; the first message is part of this.
    Opened(Box<Opened>),
    /// Something was said on it, or noted.
    MessageAdded {
        /// What, by whom.
        message: Message,
        /// What it did to the conversation.
        heard: Heard,
    },
    /// A guest was let in to it.
    AccessGranted {
        /// Who, in whose name, what they may do, and until when.
        grant: Grant,
    },
    /// What a guest was granted was ended.
    AccessRevoked {
        /// Whose access ended.
        guest: GuestId,
    },
    /// Its status changed.
    StatusChanged(StatusChange),
    /// How it ended was recorded; the words are the personal payload.
    ResolutionRecorded {
        /// The code from the settings' list.
        code: ResolutionCode,
        /// Bytes of the words beside it.
        bytes: u32,
        /// Whether the time to its closing by itself begins anew.
        restarts_closing: bool,
    },
    /// It got an owner, or another.
    Assigned {
        /// The new owner.
        to: AgentId,
        /// The owner before.
        from: Option<AgentId>,
        /// Whether the owner's capacity was knowingly exceeded.
        over_capacity: bool,
        /// What it is to the owner. Older events do not say so.
        #[serde(default, skip_serializing_if = "Burden::is_plain")]
        burden: Burden,
        /// Until when the owner is to begin, before routing looks for somebody else.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "time::truncated_option"
        )]
        take_by: Option<DateTime<Utc>>,
    },
    /// It lost its owner.
    Unassigned {
        /// The owner before.
        from: AgentId,
        /// Why.
        because: Unassigning,
        /// Since when it waits for an owner, where rules look for one.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "time::truncated_option"
        )]
        waits_since: Option<DateTime<Utc>>,
    },
    /// An owner was looked for by a rule.
    Routed(Box<Routed>),
    /// Its owner, to whom a rule gave it, has begun to work on it without another trace of that.
    TakenUp,
    /// It moved to another department's queue.
    Transferred {
        /// The department before.
        from: Option<DepartmentName>,
        /// The department now.
        to: DepartmentName,
    },
    /// It was handed to a higher tier; the reason in words is the personal payload.
    Escalated {
        /// The department before.
        from: Option<DepartmentName>,
        /// The department now.
        to: DepartmentName,
        /// The tier of the department now.
        tier: u8,
        /// Bytes of the reason.
        bytes: u32,
    },
    /// Its subject changed; the subject is the personal payload.
    SubjectChanged {
        /// Bytes of the new subject.
        bytes: u32,
    },
    /// What it is about changed.
    CategoryChanged {
        /// Before.
        from: Option<CategoryName>,
        /// Now.
        to: Option<CategoryName>,
    },
    /// Its tags changed.
    TagsChanged {
        /// The tags that it did not have, in order.
        added: Vec<Tag>,
        /// The tags that it had, in order.
        removed: Vec<Tag>,
    },
    /// A custom field changed.
    FieldChanged {
        /// Which.
        field: FieldName,
        /// What it holds now; `None`: nothing.
        to: Option<FieldFact>,
    },
    /// Its priority changed.
    PriorityChanged {
        /// Before.
        from: Priority,
        /// Now.
        to: Priority,
        /// What chose it.
        by: PriorityBy,
    },
    /// Its impact or its urgency changed.
    ImpactChanged {
        /// Its impact now.
        impact: Option<ImpactName>,
        /// Its urgency now.
        urgency: Option<UrgencyName>,
    },
    /// Who follows it changed.
    FollowersChanged {
        /// Those who did not follow, or only by a merge, in order.
        added: Vec<Follower>,
        /// Those who did, in order.
        removed: Vec<Follower>,
    },
    /// Which of the host's objects it is about changed.
    AboutChanged {
        /// The subjects that it did not have, in order.
        added: Vec<About>,
        /// The subjects that it had, in order.
        removed: Vec<About>,
    },
    /// What other systems call it changed.
    ExternalRefsChanged {
        /// The references that it did not have, in order.
        added: Vec<ExternalRef>,
        /// The references that it had, in order.
        removed: Vec<ExternalRef>,
    },
    /// It was linked to another ticket, which has the inverse of it.
    Linked {
        /// The other ticket.
        to: TicketId,
        /// What this one is to it.
        kind: LinkKind,
    },
    /// A link was taken back.
    Unlinked {
        /// The other ticket.
        to: TicketId,
        /// What this one was to it.
        kind: LinkKind,
    },
    /// There is something to be done about it; what, is the personal payload.
    TodoAdded(TodoAdded),
    /// A to-do was done, opened again, or dropped.
    TodoMarked(TodoMarked),
    /// Somebody was reminded of a to-do.
    Reminded(Reminded),
    /// It was to close by itself, and stays resolved: something is unfinished on which closing
    /// waits.
    ClosingHeld {
        /// How many of its children.
        children: u32,
        /// How many of its to-dos.
        todos: u32,
    },
    /// A ticket was opened that follows this one up.
    FollowedUp {
        /// The new ticket.
        by: TicketId,
        /// Whether somebody follows the new one by merges only, by which they followed this one:
        /// where one of these is undone, they leave. Older events do not say so.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_merges: bool,
    },
    /// It was merged into another ticket, and closed by that.
    MergedInto {
        /// The ticket that goes on in its place.
        into: TicketId,
        /// The move that closed it.
        status: StatusChange,
    },
    /// Another ticket was merged into this one.
    Absorbed(Absorbed),
    /// Its merge was undone: it stands again as it stood.
    ReleasedFrom {
        /// The ticket that it had been merged into.
        from: TicketId,
        /// The move back to where it was.
        status: StatusChange,
    },
    /// The merge of another ticket into this one was undone.
    Released(Released),
    /// A merge was undone by which some followed it who had come from the ticket that it follows up.
    FollowersLeft(FollowersLeft),
    /// One of its messages was split off into a new ticket.
    SplitOff(SplitOff),
    /// A message was split off a ticket that had been merged into this one.
    MergedSplit(MergedSplit),
    /// Something personal came to a ticket that had been merged into this one, whose retention
    /// counts for both.
    MemberWrote {
        /// The merged ticket.
        ticket: TicketId,
    },
    /// It has been unresolved for long, and was warned about.
    OpenAgeWarned,
    /// It has been unresolved for too long, and is flagged.
    OpenAgeOverdue,
    /// Its timers changed for a reason that is not another event's: a public reply cancelled
    /// the closing, or the settings changed.
    TimersSet {
        /// The timers now.
        timers: Timers,
    },
    /// The personal payloads of earlier events were erased; the reason in words is this event's
    /// own payload.
    Redacted {
        /// Of which events: those that had a payload, in order.
        revisions: Vec<Revision>,
        /// What it was done for.
        by: RedactedBy,
        /// Bytes of the reason; 0 where there is none.
        bytes: u32,
    },
    /// It was put on legal hold, or released; the reason in words is the personal payload. It was
    /// put on hold without one where it came out of, or took in, what is on hold.
    Held {
        /// Whether it is on hold now.
        held: bool,
        /// Bytes of the reason; 0 where there is none.
        bytes: u32,
    },
    /// A solution was proposed to its customer; how the ticket ends if it is confirmed, in words,
    /// is the personal payload.
    SolutionProposed {
        /// How it ends then: the code from the settings' list.
        code: ResolutionCode,
        /// Bytes of the words beside it.
        bytes: u32,
        /// The message in which it was put to the customer.
        message: Revision,
    },
    /// The customer confirmed the proposed solution, which is how the ticket ended.
    SolutionConfirmed {
        /// The code that was proposed.
        code: ResolutionCode,
        /// Who proposed it.
        proposed_by: Actor,
        /// The event that proposed it, and has the words.
        proposal: Revision,
    },
    /// The customer rejected the proposed solution.
    SolutionRejected {
        /// What it did to the conversation: a rejection asks, also without words.
        heard: Heard,
    },
    /// It was marked as spam, or the mark was taken back.
    SpamMarked {
        /// Whether it is marked now.
        spam: bool,
    },
    /// Something was said to a third party, or by them, apart from the thread.
    SideSaid(SideSaid),
    /// A side conversation was closed.
    SideClosed {
        /// Which one.
        side: SideId,
    },
    /// Something became of the clocks of its service levels, by what happened before this or by
    /// themselves.
    ClocksChanged(Box<ClocksChanged>),
    /// A rule of the desk asks something of others.
    RuleAsked(RuleAsked),
    /// The rules of the desk refused an action of one of them: nothing of it was done.
    ActionRefused {
        /// Its place among the actions of the rule that the cause names, from 0; for a warning or a
        /// level of escalation, among the intents of the event before.
        action: u16,
        /// Why: the [code](crate::Refusal::code) of the refusal.
        code: Arc<str>,
    },
    /// Triggers set each other off, further than the settings let them
    /// ([`Limits::cascade_depth`](crate::Limits::cascade_depth)): nothing more was done.
    CascadeStopped {
        /// Those that went round, in the order in which they did.
        rules: Vec<RuleName>,
        /// How many times one had set off the next.
        depth: u8,
    },
    /// The time of some time rules had come.
    TimeRulesLookedAt(TimeRulesLookedAt),
    /// Somebody was to be told of something, and was not.
    NotDelivered(NotDelivered),
}

/// What a message did to the conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Heard {
    /// When the oldest question was asked that is unanswered now.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::truncated_option")]
    pub waiting_since: Option<DateTime<Utc>>,
    /// The same, but for what was asked on tickets that were merged into this one; stated where
    /// there are any.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::truncated_option")]
    pub own_waiting_since: Option<DateTime<Utc>>,
    /// Whether this is the first answer, or one logged late that was earlier than the first.
    pub answers_first: bool,
    /// Whether the ticket, being resolved, does not close by itself any more.
    pub cancels_closing: bool,
}

/// Why a ticket lost its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unassigning {
    /// Somebody released it.
    ByHand,
    /// It moved to another department.
    Transferred,
    /// It reopened, and its owner may not own it any more.
    NotEligible,
    /// It reopened, and its owner has no room.
    AtCapacity,
    /// A rule gave it to its owner, who did not begin in time.
    NotTaken,
}

/// What chose a priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PriorityBy {
    /// Nobody: it is the default.
    Default,
    /// Somebody.
    Hand,
    /// The matrix of impact and urgency.
    Matrix,
    /// The ticket that this one follows up.
    Inherited,
    /// A rule of the desk, or a warning or a level of escalation of its service levels.
    Rule,
}

impl fmt::Display for Unassigning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ByHand => "somebody released it",
            Self::Transferred => "it moved to another department",
            Self::NotEligible => "they may not own it any more",
            Self::AtCapacity => "they have no room",
            Self::NotTaken => "they did not begin in time",
        })
    }
}
