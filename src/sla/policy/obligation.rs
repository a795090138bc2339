//! One obligation of a policy: the target of a metric, what pauses it, what is told before and
//! after it is missed.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{
    AgentId, CalendarName, DepartmentName, PriorityName, ReasonName, StatusName, Tag,
};
use crate::sla::{Metric, Target, Warning};
use crate::time::Span;

/// To whom something is promised.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// To the customer, who may be shown it.
    #[default]
    Customer,
    /// Among ourselves: an operational level that customers are never shown, reported apart.
    Internal,
}

impl Audience {
    /// Both, in the order in which they are told.
    pub const ALL: [Self; 2] = [Self::Customer, Self::Internal];

    /// The name that settings write.
    ///
    /// ```
    /// # use helpdesk::sla::policy::Audience;
    /// assert_eq!(Audience::Internal.to_string(), "internal");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Internal => "internal",
        }
    }

    fn is_customer(&self) -> bool {
        *self == Self::Customer
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A target for one metric, to one audience.
///
/// ```
/// use helpdesk::Span;
/// use helpdesk::sla::policy::{Obligation, SlaAction, Whom};
/// use helpdesk::sla::Metric;
///
/// // Among ourselves: an owner within a quarter of an hour, or the department is told.
/// let obligation = Obligation::new(Metric::TimeToAssign)
///     .within(Span::minutes(15))
///     .internal()
///     .escalate_after(Span::ZERO, [SlaAction::Notify(Whom::Department)]);
/// assert_eq!(obligation.levels.len(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an obligation: a map with a `metric`")]
pub struct Obligation {
    /// What is measured.
    pub metric: Metric,
    /// To whom it is promised. Default to the customer.
    #[serde(default, skip_serializing_if = "Audience::is_customer")]
    pub audience: Audience,
    /// The target for every priority that has none of its own. Default none: then those are
    /// promised nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Target>,
    /// Targets of their own. Default none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_priority: BTreeMap<PriorityName, Target>,
    /// In whose open hours it is measured, pauses too: a calendar of the settings. Default none:
    /// all time counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarName>,
    /// Where the clock stands still. Default nowhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<PausedIn>,
    /// What is told before it is missed, each once; at most 16. Default nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warn>,
    /// What follows once it is missed, each once, later ones after earlier ones; at most 16.
    /// Default nothing: that it was missed is told anyway.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<EscalationLevel>,
    /// What the customer is owed when it is missed, in the host's own words; 1 to 200 bytes. Then
    /// a miss records once that it is due. Default nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Obligation {
    /// One of this metric to the customer, without a target yet, in all time.
    pub fn new(metric: Metric) -> Self {
        Self {
            metric,
            audience: Audience::Customer,
            within: None,
            by_priority: BTreeMap::new(),
            calendar: None,
            pauses: Vec::new(),
            warnings: Vec::new(),
            levels: Vec::new(),
            remedy: None,
        }
    }

    /// The same with this target for every priority that has none of its own.
    #[must_use]
    pub fn within(mut self, target: impl Into<Target>) -> Self {
        self.within = Some(target.into());
        self
    }

    /// The same with a target of its own for one priority.
    #[must_use]
    pub fn for_priority(
        mut self,
        priority: impl Into<PriorityName>,
        target: impl Into<Target>,
    ) -> Self {
        self.by_priority.insert(priority.into(), target.into());
        self
    }

    /// The same in the open hours of a calendar.
    #[must_use]
    pub fn in_calendar(mut self, calendar: impl Into<CalendarName>) -> Self {
        self.calendar = Some(calendar.into());
        self
    }

    /// The same among ourselves.
    #[must_use]
    pub fn internal(mut self) -> Self {
        self.audience = Audience::Internal;
        self
    }

    /// The same with a clock that stands still in a status.
    #[must_use]
    pub fn paused_in(mut self, status: impl Into<StatusName>) -> Self {
        self.pauses.push(PausedIn { status: status.into(), reason: None });
        self
    }

    /// The same with a clock that stands still in a status for a reason.
    #[must_use]
    pub fn paused_for(
        mut self,
        status: impl Into<StatusName>,
        reason: impl Into<ReasonName>,
    ) -> Self {
        self.pauses.push(PausedIn { status: status.into(), reason: Some(reason.into()) });
        self
    }

    /// The same with a warning when so much of the target has run, in percent.
    #[must_use]
    pub fn warn_at_percent(mut self, percent: u8) -> Self {
        self.warnings.push(Warn { at: Warning::Percent(percent), then: Vec::new() });
        self
    }

    /// The same with a warning when so much of the target is left.
    #[must_use]
    pub fn warn_with_left(mut self, left: Span) -> Self {
        self.warnings.push(Warn { at: Warning::Left(left), then: Vec::new() });
        self
    }

    /// The same with a level of escalation so long after it was missed.
    #[must_use]
    pub fn escalate_after(
        mut self,
        after: Span,
        then: impl IntoIterator<Item = SlaAction>,
    ) -> Self {
        self.levels.push(EscalationLevel { after, then: then.into_iter().collect() });
        self
    }

    /// The same with what the customer is owed when it is missed.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// The target for a priority, if anything is promised.
    pub fn target(&self, priority: &PriorityName) -> Option<Target> {
        self.by_priority.get(priority).copied().or(self.within)
    }
}

/// Where a clock stands still: in a status, whatever it waits for, or in it for one reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a pause: a map with a `status`")]
pub struct PausedIn {
    /// The status.
    pub status: StatusName,
    /// For which reason only. Default for all, and for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonName>,
}

/// What is told before a target is missed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a warning: a map with `at`")]
pub struct Warn {
    /// When.
    pub at: Warning,
    /// What is to be done beside that. Default nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<SlaAction>,
}

/// A level of escalation: what follows some time after a target was missed. Not to be confused with
/// a [service level](super#two-kinds-of-level), a step of the desk's scale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a level of escalation: a map with `after`")]
pub struct EscalationLevel {
    /// How long after, in the time of the obligation; more than the level before. Default at
    /// once.
    #[serde(default)]
    pub after: Span,
    /// What is to be done. Default nothing but that it is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<SlaAction>,
}

/// What is to be done when a warning or a level of escalation comes.
///
/// It is recorded as an intent, with the event of the warning or the level; telling is done by
/// a notice, and the rest right after that event:
/// [how](super#what-a-warning-or-a-level-wants-done).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SlaAction {
    /// Tell somebody.
    Notify(Whom),
    /// Raise the ticket to this priority, if it is lower.
    RaisePriority(PriorityName),
    /// Label the ticket.
    AddTag(Tag),
    /// Hand the ticket to a department of a higher tier.
    Escalate(DepartmentName),
}

/// Who is to be told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Whom {
    /// The owner; where there is none, the department.
    Assignee,
    /// The ticket's department; where it has none, the desk.
    Department,
    /// The desk.
    Desk,
    /// An agent.
    Agent(AgentId),
}
