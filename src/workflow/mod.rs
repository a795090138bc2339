//! The lifecycle as data: statuses over fixed categories, the moves between them, and who
//! may make each.
//!
//! A [`WorkflowDraft`] is what a host writes, in code or in a file; [`Workflow`] is the same
//! thing after every check has passed, and draws the default one.

mod check;
mod draft;
mod standard;

use std::fmt;

use serde::{Deserialize, Serialize};

#[cfg(feature = "json")]
pub(crate) use check::check_lookups;
pub(crate) use check::{Around, check};
pub use draft::{Landmarks, Proposed, Reason, StatusDraft, Transition, WaitsFor, WorkflowDraft};

use crate::condition::Literal;
use crate::ids::{FieldName, ReasonName, StatusName};
use crate::people::Party;

/// What a status means to every rule in the crate, whatever a host calls it.
///
/// Statuses are the host's, categories are fixed: rules, clocks and reports look at the
/// category, so a host may have five kinds of waiting and every rule still knows what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusCategory {
    /// Nobody has answered yet.
    New,
    /// It is the desk's turn.
    Open,
    /// It is the customer's turn.
    Waiting,
    /// It waits for a third party, or for a later day: nobody's turn.
    OnHold,
    /// Done, unless the customer disagrees: their message reopens it, and after a while it closes
    /// by itself.
    Resolved,
    /// Done. Only reopening leads back.
    Closed,
}

impl StatusCategory {
    /// Every category, in the order of a ticket's life.
    pub const ALL: [Self; 6] =
        [Self::New, Self::Open, Self::Waiting, Self::OnHold, Self::Resolved, Self::Closed];

    /// Whether the work is done: resolved or closed.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Resolved | Self::Closed)
    }

    /// The category's name as settings write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Waiting => "waiting",
            Self::OnHold => "on_hold",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for StatusCategory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// As conditions write it.
impl From<StatusCategory> for Literal {
    fn from(category: StatusCategory) -> Self {
        category.as_str().into()
    }
}

/// A ticket's status: the host's name for it, and what it means.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Status {
    /// The name in the workflow.
    pub name: StatusName,
    /// What it means to the rules.
    pub category: StatusCategory,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.name, f)
    }
}

/// A workflow that has passed every check; part of [`Settings`](crate::Settings).
///
/// The default is the one most desks need. What moves a ticket, beside hands:
///
/// | from | customer's reply | agent's public reply | taken by an agent |
/// |---|---|---|---|
/// | New | | Answered | In progress |
/// | Open | | Answered | In progress |
/// | In progress | | Answered | |
/// | Answered | Open | | |
/// | Pending | Open | | |
/// | Suspended | Open | | |
/// | Postponed | Open | Answered | In progress |
/// | Resolved | Open | | |
/// | Closed | the reopening policy | refused: reopen first | refused |
///
/// Pending waits for the customer, Suspended for a third party, Postponed for a later day; all
/// three need a reason. By hand, staff ([`Party::STAFF`]) may go from any unfinished status to
/// any other but New, and from Resolved to Closed.
///
/// ```
/// # use helpdesk::Workflow;
/// let workflow = Workflow::default();
/// let names: Vec<String> = workflow.statuses().map(|status| status.to_string()).collect();
/// assert_eq!(names[..4], ["new", "open", "in_progress", "answered"]);
/// let (reasons, required) = workflow.reasons(&"pending".into());
/// assert_eq!(reasons, ["information", "confirmation"]);
/// assert!(required);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workflow {
    statuses: Vec<StatusRule>,
    landmarks: [usize; 7],
    proposed: Option<usize>,
    draft: WorkflowDraft,
}

/// A status with its references looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
struct StatusRule {
    status: Status,
    on_customer_reply: Option<usize>,
    on_agent_reply: Option<usize>,
    on_take: Option<usize>,
}

/// A landmark, as an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Landmark {
    Initial,
    Outreach,
    Postponed,
    Woken,
    Resolved,
    Closed,
    Reopened,
}

/// Why a move by hand is not to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoWay {
    /// The workflow has no such transition.
    Missing,
    /// It has, for others.
    NotYours,
}

impl Workflow {
    /// What the host wrote.
    pub fn draft(&self) -> &WorkflowDraft {
        &self.draft
    }

    /// The statuses, in the host's order.
    pub fn statuses(&self) -> impl ExactSizeIterator<Item = &Status> {
        self.statuses.iter().map(|rule| &rule.status)
    }

    /// The status of this name.
    pub fn status(&self, name: &str) -> Option<&Status> {
        self.rule(name).map(|rule| &rule.status)
    }

    /// The status that the crate itself moves tickets to, for this purpose.
    pub(crate) fn landmark(&self, landmark: Landmark) -> Status {
        let index = self.landmarks.get(landmark as usize).copied().unwrap_or(0);
        self.at(index)
    }

    /// The status in which a ticket waits for its customer's word on a solution, and the reason
    /// that it waits for.
    pub(crate) fn proposed(&self) -> Option<(Status, Option<&ReasonName>)> {
        let reason = self.draft.landmarks.proposed.as_ref()?.reason.as_ref();
        Some((self.at(self.proposed?), reason))
    }

    fn at(&self, index: usize) -> Status {
        // Every index was looked up by the checks; the fallback is never taken.
        self.statuses.get(index).map_or_else(
            || Status { name: StatusName::from(""), category: StatusCategory::Open },
            |rule| rule.status.clone(),
        )
    }

    fn rule(&self, name: &str) -> Option<&StatusRule> {
        self.statuses.iter().find(|rule| rule.status.name == *name)
    }

    fn written(&self, name: &StatusName) -> Option<&StatusDraft> {
        self.draft.statuses.iter().find(|status| status.name == *name)
    }

    /// Where the requester's message moves a ticket from this status. From one that the
    /// workflow has dropped since, a message that the desk waits for still gets its attention.
    pub(crate) fn on_customer_reply(&self, from: &Status) -> Option<Status> {
        match self.rule(from.name.as_str()) {
            Some(rule) => rule.on_customer_reply.map(|to| self.at(to)),
            None => match from.category {
                StatusCategory::Waiting | StatusCategory::OnHold | StatusCategory::Resolved => {
                    Some(self.landmark(Landmark::Reopened))
                }
                StatusCategory::New | StatusCategory::Open | StatusCategory::Closed => None,
            },
        }
    }

    /// Where an agent's public reply moves a ticket from this status.
    pub(crate) fn on_agent_reply(&self, from: &StatusName) -> Option<Status> {
        self.rule(from.as_str())?.on_agent_reply.map(|to| self.at(to))
    }

    /// Where taking moves a ticket from this status.
    pub(crate) fn on_take(&self, from: &StatusName) -> Option<Status> {
        self.rule(from.as_str())?.on_take.map(|to| self.at(to))
    }

    /// Whether this party may move a ticket by hand from one status to another. From one that
    /// the workflow has dropped since, staff may move it anywhere: no ticket is stuck.
    pub(crate) fn way(
        &self,
        from: &StatusName,
        to: &StatusName,
        party: Party,
    ) -> Result<(), NoWay> {
        let Some(status) = self.written(from) else {
            return if Party::STAFF.contains(&party) { Ok(()) } else { Err(NoWay::NotYours) };
        };
        let transition = status
            .transitions
            .iter()
            .find(|transition| transition.to == *to)
            .ok_or(NoWay::Missing)?;
        if transition.by.contains(&party) { Ok(()) } else { Err(NoWay::NotYours) }
    }

    /// The reasons that may be given on entering this status, and whether one must be. None for
    /// a status that the workflow does not have.
    pub fn reasons(&self, status: &StatusName) -> (&[ReasonName], bool) {
        self.written(status)
            .map_or((&[], false), |status| (status.reasons.as_slice(), status.reason_required))
    }

    /// Whom a ticket waits for that gave this reason.
    pub fn waits_for(&self, reason: &ReasonName) -> Option<WaitsFor> {
        self.draft.reasons.iter().find(|known| known.name == *reason).map(|known| known.waits_for)
    }

    /// The fields that must hold a value when somebody moves a ticket to this status by hand.
    pub fn required_fields(&self, status: &StatusName) -> &[FieldName] {
        self.written(status).map_or(&[], |status| status.required_fields.as_slice())
    }
}
