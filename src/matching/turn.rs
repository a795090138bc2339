//! The order in which tickets that wait in a queue are to be solved: whose turn it is, and why.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::{Facts, Value};
use crate::condition::Fact;
use crate::ids::{PriorityName, SlaLevelName, StatusName};
use crate::time::Span;

/// In which order tickets are to be solved, of one rank of statuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WorkOrder {
    /// By the instant at which the earliest obligation is due, or the patience of the ticket's
    /// priority ends, whichever comes first; what ties by priority, then by who waits longest.
    #[default]
    EarliestObligation,
    /// The higher service level first, however long others wait, and without one last; within a
    /// level as [`EarliestObligation`](Self::EarliestObligation).
    SlaLevel,
    /// By who waits longest for an answer; what ties by priority.
    LongestUnanswered,
}

/// The order of work under given settings: which tickets in a queue are served, and whose turn
/// comes first. [`Settings::turns`](crate::Settings::turns) makes it, and
/// [`Order::of_turns`](super::Order::of_turns) an order of listings.
///
/// A ticket has a turn while nobody owns it, it is not finished and not postponed, and its status
/// is served. Its turn follows from the ticket and these settings alone: it moves when one of them
/// changes, and never with the time at which it is asked for. So whoever has waited keeps their
/// place, and a ticket goes after those only whose instant is earlier.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let turns = desk.settings()?.turns().clone();
/// let ticket = desk.ticket(id)?.unwrap();
/// let turn = turns.turn(&Scene::of(&ticket, now)).unwrap();
/// assert_eq!(turn.at, now + TimeDelta::hours(16));
/// assert_eq!(
///     turn.to_string(),
///     "the patience of `medium` ends at 2026-03-03T01:00:00Z; `new`, waits since \
///      2026-03-02T09:00:00Z"
/// );
///
/// let taken = desk.take(agent.at(now), Take { ticket: id })?;
/// assert_eq!(turns.turn(&Scene::of(taken.ticket().unwrap(), now)), None);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turns {
    rules: Arc<Rules>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Rules {
    order: WorkOrder,
    /// Each with its rank.
    statuses: Vec<(StatusName, u16)>,
    /// The scale, lowest first.
    priorities: Vec<(PriorityName, Span)>,
    /// The scale, lowest first.
    levels: Vec<SlaLevelName>,
}

/// What decides on the turn of a ticket that waits in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting<'a> {
    /// Its status.
    pub status: &'a str,
    /// Its priority.
    pub priority: &'a str,
    /// The service level of its policy.
    pub level: Option<&'a str>,
    /// Since when somebody waits for an answer; where nobody does, since when it is unresolved.
    pub since: DateTime<Utc>,
    /// When the earliest of what it is promised falls due.
    pub sla_due_at: Option<DateTime<Utc>>,
}

impl<'a> Waiting<'a> {
    /// Of a ticket; `None`: it does not wait in a queue.
    fn of(facts: &'a (impl Facts + ?Sized)) -> Option<Self> {
        let name = |fact| match facts.value(&fact) {
            Value::Name(name) => Some(name),
            _ => None,
        };
        let instant = |fact| match facts.value(&fact) {
            Value::Instant(at) => Some(at),
            _ => None,
        };
        let Value::Status(status) = facts.value(&Fact::Status) else { return None };
        let queued = facts.value(&Fact::Queued) == Value::Boolean(true);
        if !queued || instant(Fact::PostponedUntil).is_some() {
            return None;
        }
        Some(Self {
            status: status.name.as_str(),
            priority: name(Fact::Priority)?,
            level: name(Fact::SlaLevel),
            since: instant(Fact::WaitingSince).or_else(|| instant(Fact::UnresolvedSince))?,
            sla_due_at: instant(Fact::SlaDueAt),
        })
    }
}

/// A turn as numbers, which are compared: of two, the lesser comes first. What ties in all of them
/// goes by the ticket's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TurnPlace {
    pub(super) rank: i64,
    /// Places below the highest service level; 0 where levels do not count.
    pub(super) level: i64,
    pub(super) at: i64,
    /// Places below the highest priority.
    pub(super) priority: i64,
    pub(super) since: i64,
}

impl TurnPlace {
    /// The rank of its status, the first being 0, and how many places below the highest its service
    /// level is, where that counts. Tickets that have both in common are in order by
    /// [`at_micros`](Self::at_micros).
    pub fn class(&self) -> (i64, i64) {
        (self.rank, self.level)
    }

    /// The same of another ticket in the same class and of the same priority, by its instants.
    pub(crate) fn at(self, at: i64, since: i64) -> Self {
        Self { at, since, ..self }
    }

    /// The instant that it is in order by, in microseconds since 1970.
    pub fn at_micros(&self) -> i64 {
        self.at
    }

    /// How many places below the highest its priority is: of one instant, the highest comes first.
    pub fn below_highest_priority(&self) -> i64 {
        self.priority
    }

    /// Since when it waits, in microseconds since 1970: of one instant and priority, the longest
    /// wait comes first.
    pub fn since_micros(&self) -> i64 {
        self.since
    }
}

impl Turns {
    pub(crate) fn new(
        order: WorkOrder,
        statuses: Vec<(StatusName, u16)>,
        priorities: Vec<(PriorityName, Span)>,
        levels: Vec<SlaLevelName>,
    ) -> Self {
        Self { rules: Arc::new(Rules { order, statuses, priorities, levels }) }
    }

    /// Its digest: of another order, another.
    pub(super) fn digest(&self) -> u64 {
        crate::digest::digest(&("turns", &*self.rules)).unwrap_or_default()
    }

    /// In which order tickets are served, of one rank of statuses.
    pub fn order(&self) -> WorkOrder {
        self.rules.order
    }

    /// The statuses that are served, each with its rank: 0 is served first.
    pub fn statuses(&self) -> impl Iterator<Item = (&StatusName, u16)> {
        self.rules.statuses.iter().map(|(name, rank)| (name, *rank))
    }

    /// The rank of this status; `None`: it is not served.
    pub fn rank(&self, status: &str) -> Option<u16> {
        self.statuses().find(|(name, _)| **name == *status).map(|(_, rank)| rank)
    }

    /// How long a ticket of this priority waits at most before it is its turn, but for those whose
    /// turn comes earlier; of one that is no longer on the scale, as long as the lowest.
    pub fn patience(&self, priority: &str) -> Span {
        let scale = &self.rules.priorities;
        let known = scale.iter().find(|(name, _)| *name == *priority).or(scale.first());
        known.map_or(Span::ZERO, |(_, patience)| *patience)
    }

    /// Where a ticket stands that waits in a queue; `None`: its status is not served.
    ///
    /// The instant is the lesser of two: when its earliest obligation is due, and when the patience
    /// of its priority ends, counted from when it began to wait. So a store finds the first of what
    /// has one status, one priority and one service level in two of its indexes, by
    /// `sla_due_at` and by since when tickets wait.
    pub fn place(&self, waiting: Waiting<'_>) -> Option<TurnPlace> {
        self.placed(waiting).map(|(place, _)| place)
    }

    fn placed(&self, waiting: Waiting<'_>) -> Option<(TurnPlace, TurnReason)> {
        let Waiting { status, priority, level, since, sla_due_at } = waiting;
        let below = |known: Option<usize>, scale: usize| -> i64 {
            let below = known.map_or(scale, |place| scale.saturating_sub(place + 1));
            i64::try_from(below).unwrap_or(i64::MAX)
        };
        let rules = &*self.rules;
        let level = match rules.order {
            WorkOrder::SlaLevel => {
                let known = level.and_then(|it| rules.levels.iter().position(|name| *name == *it));
                below(known, rules.levels.len())
            }
            WorkOrder::EarliestObligation | WorkOrder::LongestUnanswered => 0,
        };
        let since = since.timestamp_micros();
        let patience = since.saturating_add(self.patience(priority).as_micros());
        let due = sla_due_at.map(|at| at.timestamp_micros());
        let (at, because) = match (rules.order, due) {
            (WorkOrder::LongestUnanswered, _) => (since, TurnReason::LongestWait),
            (_, Some(due)) if due <= patience => (due, TurnReason::Obligation),
            (_, _) => (patience, TurnReason::Patience),
        };
        let scale = rules.priorities.iter();
        let place = TurnPlace {
            rank: self.rank(status)?.into(),
            level,
            at,
            priority: below(scale.clone().position(|(name, _)| *name == *priority), scale.len()),
            since,
        };
        Some((place, because))
    }

    /// The turn of a ticket, and why it is then; `None`: it has none.
    pub fn turn(&self, facts: &(impl Facts + ?Sized)) -> Option<Turn> {
        let waiting = Waiting::of(facts)?;
        let (place, because) = self.placed(waiting)?;
        let level = waiting.level.filter(|_| self.rules.order == WorkOrder::SlaLevel);
        let at = DateTime::from_timestamp_micros(place.at).unwrap_or(DateTime::<Utc>::MAX_UTC);
        Some(Turn {
            status: waiting.status.into(),
            rank: self.rank(waiting.status)?,
            level: level.map(SlaLevelName::from),
            at,
            because,
            priority: waiting.priority.into(),
            waiting_since: waiting.since,
        })
    }

    /// Where a ticket stands; `None`: it has no turn.
    pub(super) fn place_of(&self, facts: &(impl Facts + ?Sized)) -> Option<TurnPlace> {
        self.place(Waiting::of(facts)?)
    }
}

/// Why a ticket stands where it does in the order of work; as text, a line for whoever asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Turn {
    /// Its status.
    pub status: StatusName,
    /// The rank of that status: all of one rank are served before any of the next.
    pub rank: u16,
    /// Its service level, where levels count ([`WorkOrder::SlaLevel`]); `None`: it has none.
    pub level: Option<SlaLevelName>,
    /// The instant that it is in order by.
    pub at: DateTime<Utc>,
    /// What happens at that instant.
    pub because: TurnReason,
    /// Its priority: of one instant, the higher comes first.
    pub priority: PriorityName,
    /// Since when somebody waits for an answer; where nobody does, since when it is unresolved.
    pub waiting_since: DateTime<Utc>,
}

/// What happens at the instant by which a ticket is in the order of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TurnReason {
    /// The earliest obligation is due.
    Obligation,
    /// The patience of its priority ends.
    Patience,
    /// It began to wait: [`WorkOrder::LongestUnanswered`].
    LongestWait,
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let Self { status, rank, level, at, because, priority, waiting_since } = self;
        match because {
            TurnReason::Obligation => {
                write!(f, "an obligation is due at {}; priority `{priority}`, ", text(*at))?;
            }
            TurnReason::Patience => {
                write!(f, "the patience of `{priority}` ends at {}; ", text(*at))?;
            }
            TurnReason::LongestWait => write!(f, "the longest wait comes first; ")?,
        }
        if let Some(level) = level {
            write!(f, "service level `{level}`, ")?;
        }
        write!(f, "`{status}`")?;
        if *rank > 0 {
            write!(f, " (rank {rank})")?;
        }
        write!(f, ", waits since {}", text(*waiting_since))
    }
}
