//! What policies that are right may still lack: told as warnings, refused never.

use std::fmt;

use super::{Audience, SlaPolicy};
use crate::ids::{CalendarName, PriorityName};
use crate::sla::Metric;

/// Something that policies lack, with the path to it: a warning, as the settings are right.
///
/// [`Settings::gaps`](crate::Settings::gaps) lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    path: String,
    lack: Lack,
}

impl Gap {
    /// Where it is, such as `sla_policies[1].obligations[0]`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is lacking there.
    pub fn lack(&self) -> &Lack {
        &self.lack
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.lack)
    }
}

/// A kind of gap; its text form tells a host's operator what to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lack {
    /// Tickets that match no policy are promised nothing: the last one is not for all.
    NotForAll,
    /// No ticket ever gets to this policy: one before it is for all.
    NeverReached {
        /// The policy before it.
        behind: String,
    },
    /// Tickets of this priority are promised nothing of a metric that others are.
    NoTarget {
        /// The metric.
        metric: Metric,
        /// The priority.
        priority: PriorityName,
    },
    /// A promise of first responses without one of next responses: after the first answer, the
    /// customer may wait for ever.
    NoNextResponse,
    /// A calendar that no obligation uses.
    UnusedCalendar {
        /// The calendar.
        name: CalendarName,
    },
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotForAll => f.write_str(
                "no policy is for all tickets: those that match none are promised nothing",
            ),
            Self::NeverReached { behind } => {
                write!(f, "no ticket gets here: `{behind}` before it is for all")
            }
            Self::NoTarget { metric, priority } => {
                write!(f, "there is no target for the {metric} at priority `{priority}`")
            }
            Self::NoNextResponse => f.write_str(
                "first responses are promised and next responses are not: after the first answer \
                 nothing is",
            ),
            Self::UnusedCalendar { name } => write!(f, "no obligation uses the calendar `{name}`"),
        }
    }
}

/// What is lacking in policies that are right.
pub(crate) fn gaps(
    policies: &[SlaPolicy],
    path: &str,
    priorities: &[PriorityName],
    calendars: impl IntoIterator<Item = (String, CalendarName)>,
) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut at = |path: String, lack| gaps.push(Gap { path, lack });
    let for_all = policies.iter().position(SlaPolicy::is_for_all);
    if for_all.is_none() && !policies.is_empty() {
        at(path.to_owned(), Lack::NotForAll);
    }
    for (index, policy) in policies.iter().enumerate() {
        let path = format!("{path}[{index}]");
        if let Some(before) =
            for_all.filter(|before| *before < index).and_then(|it| policies.get(it))
        {
            at(path.clone(), Lack::NeverReached { behind: before.name.to_string() });
        }
        let promises = |metric| {
            Audience::ALL.iter().any(|audience| policy.promises(metric, *audience).is_some())
        };
        if promises(Metric::FirstResponse) && !promises(Metric::NextResponse) {
            at(path.clone(), Lack::NoNextResponse);
        }
        for (index, obligation) in policy.obligations.iter().enumerate() {
            let lacks = |priority: &&PriorityName| obligation.target(priority).is_none();
            for priority in priorities.iter().filter(lacks) {
                let (metric, priority) = (obligation.metric, priority.clone());
                at(format!("{path}.obligations[{index}]"), Lack::NoTarget { metric, priority });
            }
        }
    }
    for (path, name) in calendars {
        let uses = |policy: &SlaPolicy| {
            policy.obligations.iter().any(|it| it.calendar.as_ref() == Some(&name))
        };
        if !policies.iter().any(uses) {
            at(path, Lack::UnusedCalendar { name });
        }
    }
    gaps
}
