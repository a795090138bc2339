//! What will happen to a ticket by itself, and when.
//!
//! Timers are a function of a ticket's anchors (when it was resolved, since when it is
//! unresolved, until when it is postponed) and the settings: nothing arms or cancels one by
//! hand, so none can be forgotten.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Ticket;
use crate::settings::Settings;
use crate::time::{self, Instant, after};
use crate::workflow::StatusCategory;

/// What a ticket will do by itself, and when. `None`: it will not.
///
/// A function of the ticket's anchors (when it was resolved, since when it is unresolved, until
/// when it is postponed) and the settings: nothing arms or cancels one by hand, so none can be
/// forgotten.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let timers = desk.ticket(id)?.unwrap().timers();
/// assert_eq!(timers.open_age_warning, Some(now + TimeDelta::days(3)));
/// assert_eq!(timers.next(), Some((TimerKind::OpenAgeWarning, now + TimeDelta::days(3))));
///
/// let resolve = Resolve { ticket: id, resolution: Resolving::new("solved") };
/// desk.resolve(agent.at(now), resolve)?;
/// let timers = desk.ticket(id)?.unwrap().timers();
/// assert_eq!(timers.next(), Some((TimerKind::AutoClose, now + TimeDelta::days(4))));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Timers {
    /// It returns from being postponed.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::truncated_option")]
    pub wake: Option<DateTime<Utc>>,
    /// It closes, being resolved.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::truncated_option")]
    pub auto_close: Option<DateTime<Utc>>,
    /// It is warned about, being unresolved for long.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::truncated_option")]
    pub open_age_warning: Option<DateTime<Utc>>,
    /// It is flagged as overdue, being unresolved for too long.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::truncated_option")]
    pub open_age_overdue: Option<DateTime<Utc>>,
    /// What is personal of it, and of what was merged into it, is erased, it having been closed for
    /// so long. A merged ticket has none of its own.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::truncated_option")]
    pub retention: Option<DateTime<Utc>>,
    /// Somebody is reminded of a to-do; also on finished work.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::truncated_option")]
    pub reminder: Option<DateTime<Utc>>,
    /// A clock of its service levels tells something: a warning, a miss, a level of escalation.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::truncated_option")]
    pub sla: Option<DateTime<Utc>>,
    /// The time of one of the desk's own [time rules](crate::rules::TimeRule) comes.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::truncated_option")]
    pub rules: Option<DateTime<Utc>>,
}

/// The kinds of timer, in the order in which they fire at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TimerKind {
    /// A postponed ticket returns.
    Wake,
    /// A resolved ticket closes.
    AutoClose,
    /// An unresolved ticket is warned about.
    OpenAgeWarning,
    /// An unresolved ticket is flagged as overdue.
    OpenAgeOverdue,
    /// What is personal of a closed ticket is erased.
    Retention,
    /// Somebody is reminded of a to-do.
    Reminder,
    /// A clock of its service levels tells something.
    Sla,
    /// The time of one of the desk's own rules has come.
    TimeRule,
}

impl fmt::Display for TimerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wake => "return from being postponed",
            Self::AutoClose => "closing after being resolved",
            Self::OpenAgeWarning => "the warning for its age",
            Self::OpenAgeOverdue => "the flag for its age",
            Self::Retention => "erasing what is personal",
            Self::Reminder => "the reminder of a to-do",
            Self::Sla => "what a clock of the service levels tells",
            Self::TimeRule => "the time of a rule",
        })
    }
}

impl Timers {
    /// Every armed timer, in the fixed order of kinds.
    pub fn iter(&self) -> impl Iterator<Item = (TimerKind, DateTime<Utc>)> {
        [
            (TimerKind::Wake, self.wake),
            (TimerKind::AutoClose, self.auto_close),
            (TimerKind::OpenAgeWarning, self.open_age_warning),
            (TimerKind::OpenAgeOverdue, self.open_age_overdue),
            (TimerKind::Retention, self.retention),
            (TimerKind::Reminder, self.reminder),
            (TimerKind::Sla, self.sla),
            (TimerKind::TimeRule, self.rules),
        ]
        .into_iter()
        .filter_map(|(kind, at)| at.map(|at| (kind, at)))
    }

    /// The timer that fires next: the earliest, and of those at one instant the first kind.
    pub fn next(&self) -> Option<(TimerKind, DateTime<Utc>)> {
        // The kinds come in order, so of those at one instant the first stays.
        let mut next = None;
        for (kind, at) in self.iter() {
            if next.is_none_or(|(_, earliest)| at < earliest) {
                next = Some((kind, at));
            }
        }
        next
    }
}

/// The timers that a ticket as it stands has under these settings.
pub(crate) fn armed(ticket: &Ticket, settings: &Settings) -> Timers {
    // What was merged into another does nothing more by itself, but that it reminds: that is a
    // promise to agents. Its words go with those of the conversation that shows them.
    if ticket.merged_into().is_some() {
        return Timers { reminder: ticket.next_reminder(None), ..Timers::default() };
    }
    let category = ticket.status().category;
    let retention = retained(ticket)
        .zip(ticket.closed_at())
        .zip(settings.retention())
        .filter(|_| category == StatusCategory::Closed)
        .map(|((personal_since, closed_at), span)| after(closed_at.max(personal_since), span));
    let unresolved = !category.is_done();
    let age = settings.open_age().filter(|_| unresolved);
    let since = ticket.unresolved_since();
    let at = |armed: bool, at: Instant| armed.then_some(at);
    Timers {
        wake: ticket.postponed_until().filter(|_| unresolved),
        auto_close: settings
            .auto_close()
            .zip(ticket.resolved_at())
            .filter(|_| category == StatusCategory::Resolved && !ticket.auto_close_cancelled())
            .map(|(span, resolved_at)| after(resolved_at, span)),
        open_age_warning: age.and_then(|age| at(!ticket.open_age_warned(), after(since, age.warn))),
        open_age_overdue: age.and_then(|age| at(!ticket.is_overdue(), after(since, age.overdue))),
        retention,
        reminder: ticket.next_reminder(None),
        // Stated by what becomes of the clocks, and none of a ticket whose clocks rest.
        sla: ticket.timers().sla.filter(|_| !ticket.clocks_rest()),
        rules: ticket.next_time_rule(settings),
    }
}

/// Since when there is something personal on the ticket that may go when its time has come.
fn retained(ticket: &Ticket) -> Option<Instant> {
    ticket.personal_since().filter(|_| !ticket.is_held())
}

/// Whether the ticket's retention is due by this instant, or will be once what else is due has
/// been carried out: erasing needs the history, which is to be read before.
pub(crate) fn retention_falls_due(ticket: &Ticket, settings: &Settings, now: Instant) -> bool {
    let now = now.max(ticket.updated_at());
    let timers = ticket.timers();
    let closes = timers.auto_close.filter(|_| retained(ticket).is_some());
    let once_closed = closes
        .zip(settings.retention())
        .map(|(closes, span)| after(closes.max(ticket.updated_at()), span));
    [timers.retention, once_closed].into_iter().flatten().any(|due| due <= now)
}
