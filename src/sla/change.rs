//! What happens to clocks: facts that come in, changes that come out.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Metric, Standing, Told};
use crate::time::{self, Instant, Span};

/// What is said of a clock that ended.
///
/// At its deadline it is met: equality counts for who answers, everywhere. A verdict is of the
/// instants only, never of when somebody looked.
///
/// ```
/// use helpdesk::sla::Verdict;
///
/// assert_eq!(Verdict::Met.to_string(), "met");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It ended at its deadline or before.
    Met,
    /// It ended after its deadline.
    Missed,
    /// What it waited for was not to be expected any more, and its deadline had not passed.
    Void,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Met => "met",
            Self::Missed => "missed",
            Self::Void => "void",
        })
    }
}

/// By what a clock ended: with a verdict that is void, the reason for it.
///
/// ```
/// use helpdesk::sla::{Clocks, Ending, Happened, Metric, OpenedBy, Standing, Terms};
/// use helpdesk::StatusCategory;
///
/// let at = "2026-03-02T09:00:00Z".parse()?;
/// let new = Standing::new("new", StatusCategory::New);
/// let (mut clocks, _) = Clocks::opened(&Terms::none(), at, OpenedBy::Customer, new);
/// let resolved = Standing::new("resolved", StatusCategory::Resolved);
/// clocks.happened(&Terms::none(), at, Happened::Moved(resolved));
/// let by = |metric| clocks.of(metric).unwrap().ended().unwrap().by;
/// assert_eq!(by(Metric::FirstResponse), Ending::Done);
/// assert_eq!(by(Metric::FirstResolution), Ending::Fulfilled);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ending {
    /// What it waited for came.
    Fulfilled,
    /// The work was done before that: it is void, or missed where its deadline had passed.
    Done,
    /// What it waited for belongs to another subject now: it is void.
    Moved,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fulfilled => "fulfilled",
            Self::Done => "the work was done",
            Self::Moved => "moved to another subject",
        })
    }
}

/// Who opened something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenedBy {
    /// Somebody who waits for an answer.
    Customer,
    /// An agent: there is nothing to be answered first.
    Agent,
}

/// What happened to a subject that clocks look at. What a note, a bot or an auto-reply says is
/// nothing of this.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Happened {
    /// The customer wrote.
    CustomerWrote,
    /// A human agent answered in public.
    AgentReplied,
    /// An agent became its owner.
    Assigned,
    /// It moved to another status.
    Moved(Standing),
}

/// What became of a clock: stated as a result, so that applying it only copies.
///
/// ```
/// use helpdesk::sla::{Clocked, Clocks, Happened, Metric, OpenedBy, Standing, Terms};
/// use helpdesk::StatusCategory;
///
/// let at = "2026-03-02T09:00:00Z".parse()?;
/// let new = Standing::new("new", StatusCategory::New);
/// let (mut clocks, _) = Clocks::opened(&Terms::none(), at, OpenedBy::Customer, new);
/// let changes = clocks.happened(&Terms::none(), at, Happened::AgentReplied);
/// let told: Vec<Metric> = changes.iter().map(|change| change.metric).collect();
/// assert_eq!(told, [Metric::FirstResponse, Metric::PeriodicUpdate]);
/// assert!(matches!(changes[0].what, Clocked::Ended { verdict: None, .. }), "none was promised");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ClockChange {
    /// Whose clock.
    pub metric: Metric,
    /// When it took effect; what is told by itself is dated by when its time had come, and a miss
    /// by the deadline.
    #[serde(deserialize_with = "time::truncated")]
    pub at: Instant,
    /// What happened.
    pub what: Clocked,
    /// When the clock tells something by itself after this, if nothing happens before.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub wake: Option<Instant>,
    /// Of a warning, a miss and a level: how much time the clock was given then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Span>,
}

/// What happened to a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clocked {
    /// A new one began.
    Started {
        /// Its deadline; none where nothing is promised, or where it stands still from the start.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "time::truncated_option"
        )]
        due: Option<Instant>,
        /// Whether it stands still from the start.
        #[serde(default)]
        paused: bool,
    },
    /// It stands still.
    Paused,
    /// It runs on, with this deadline.
    Resumed {
        /// Its deadline.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "time::truncated_option"
        )]
        due: Option<Instant>,
    },
    /// It is measured by other terms.
    Retargeted {
        /// Its deadline under them, which may lie in the past.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "time::truncated_option"
        )]
        due: Option<Instant>,
        /// What of what they have it tell has been told already.
        #[serde(default)]
        told: Told,
    },
    /// What it waits for was asked at another instant than was known.
    Rebegun {
        /// Since when it runs.
        #[serde(deserialize_with = "time::truncated")]
        since: Instant,
        /// Its deadline.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "time::truncated_option"
        )]
        due: Option<Instant>,
    },
    /// It ended; where it had ended already, it is known now to have ended earlier, and is judged
    /// anew. What was told of it is not unsaid.
    Ended {
        /// The deadline by which it was judged.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "time::truncated_option"
        )]
        due: Option<Instant>,
        /// What is said of it; nothing, where nothing was promised.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        verdict: Option<Verdict>,
        /// By what it ended.
        by: Ending,
        /// How much time it was given; none where nothing was promised.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<Span>,
        /// How much time it ran.
        ran: Span,
    },
    /// The work was taken up again, and it runs on; what was between is a pause.
    Reopened {
        /// Its deadline.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "time::truncated_option"
        )]
        due: Option<Instant>,
        /// Whether it stands still where it is now.
        #[serde(default)]
        paused: bool,
    },
    /// A warning came.
    Warned {
        /// Which, by its place in the terms, from 0.
        warning: u8,
    },
    /// Its deadline passed.
    Missed,
    /// A level of escalation was reached.
    Escalated {
        /// Which, by its place in the terms, from 0.
        level: u8,
    },
    /// Nothing: it keeps the pauses of a time no longer, but [what is known](super::Condensed) of
    /// it. The change is dated by the end of that time.
    Condensed {
        /// Until when, from the beginning of the clock.
        #[serde(deserialize_with = "time::truncated")]
        until: Instant,
        /// How much time ran by then.
        ran: Span,
        /// How much time it was given, where so much had run by then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<Span>,
        /// When that had run: its deadline.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "time::truncated_option"
        )]
        due: Option<Instant>,
    },
}
