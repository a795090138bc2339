//! What a clock remembers of what it told under terms that it has left since, so that nothing is told
//! again when they come back.

use serde::{Deserialize, Serialize};

use super::change::{ClockChange, Clocked};
use super::clock::{Clock, Telling};
use crate::time::{self, Instant, Span};

/// How much of that is remembered of a clock: of more, the oldest is forgotten. Heads are stored with
/// it, and folds apply it: it is part of the stored form.
const MOST: usize = 64;

/// Something that a clock told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mention {
    what: Mentioned,
    /// When its time had come; of a miss, the deadline.
    #[serde(deserialize_with = "time::truncated")]
    at: Instant,
    /// How much time the clock was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mentioned {
    Warning,
    Missed,
    Level,
}

impl Mention {
    /// What a change tells, if it tells anything.
    fn of(change: &ClockChange) -> Option<Self> {
        let what = match change.what {
            Clocked::Warned { .. } => Mentioned::Warning,
            Clocked::Missed => Mentioned::Missed,
            Clocked::Escalated { .. } => Mentioned::Level,
            Clocked::Started { .. }
            | Clocked::Paused
            | Clocked::Resumed { .. }
            | Clocked::Retargeted { .. }
            | Clocked::Rebegun { .. }
            | Clocked::Ended { .. }
            | Clocked::Reopened { .. }
            | Clocked::Condensed { .. } => return None,
        };
        Some(Self { what, at: change.at, target: change.target })
    }
}

impl Clock {
    /// Remembers what a change tells.
    pub(super) fn mention(&mut self, change: &ClockChange) {
        let Some(mention) = Mention::of(change) else { return };
        self.mentions.retain(|known| *known != mention);
        let more = self.mentions.len().saturating_sub(MOST - 1);
        self.mentions.drain(..more);
        self.mentions.push(mention);
    }

    /// Remembers that a miss was told of what it waits for.
    pub(super) fn note_missed(&mut self) {
        self.missed_since.retain(|since| *since != self.started_at);
        let more = self.missed_since.len().saturating_sub(MOST - 1);
        self.missed_since.drain(..more);
        self.missed_since.push(self.started_at);
    }

    /// Whether it has told this before, which came then and is measured by this target: a miss by
    /// its deadline, whatever the target.
    pub(super) fn has_mentioned(
        &self,
        telling: Telling,
        at: Instant,
        due: Option<Instant>,
        target: Option<Span>,
    ) -> bool {
        let told = |what, at| self.mentions.contains(&Mention { what, at, target });
        match telling {
            Telling::Warning(_) => told(Mentioned::Warning, at),
            Telling::Level(_) => told(Mentioned::Level, at),
            Telling::Missed => {
                let missed = self.mentions.iter().filter(|it| it.what == Mentioned::Missed);
                missed.into_iter().any(|it| Some(it.at) == due)
            }
        }
    }
}
