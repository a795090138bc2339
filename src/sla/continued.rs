//! A total resolution that goes on where that of another subject had got to.

use serde::{Deserialize, Serialize};

use super::change::{ClockChange, Clocked};
use super::clock::{Clock, Telling, Told, bit};
use super::{Clocks, Metric, Terms};
use crate::time::{self, Instant, Span};

/// How far a total resolution had got that goes on elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Continued {
    /// When it began.
    #[serde(deserialize_with = "time::truncated")]
    pub since: Instant,
    /// How much time it ran, in the hours in which it was measured.
    pub ran: Span,
    /// Whether a miss was told of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub missed: bool,
}

impl Continued {
    /// How far this clock had got, if it has ended.
    pub(crate) fn of(clock: &Clock) -> Option<Self> {
        let ran = clock.ended?.ran;
        Some(Self { since: clock.started_at, ran, missed: clock.told.ever_missed })
    }
}

impl Clocks {
    /// Its total resolution goes on from there: as if all of its time had run at once and it had
    /// stood still since then. What had come by then was told there, a miss only if it was.
    pub(super) fn goes_on(
        &mut self,
        terms: &Terms,
        at: Instant,
        from: Continued,
        changes: &mut Vec<ClockChange>,
    ) {
        let metric = Metric::TotalResolution;
        let since = from.since.min(at);
        let stood = terms.pace(metric).add(since, from.ran).map_or(at, |stood| stood.min(at));
        let due = Clock::begun(metric, 1, since).due_under(terms.of(metric));
        self.change(terms, metric, since, Clocked::Started { due, paused: false }, changes);
        self.change(terms, metric, stood, Clocked::Paused, changes);
        if !terms.pauses(metric, &self.standing) {
            let clock = self.of(metric);
            let due = clock.and_then(|clock| clock.due_resumed(terms.of(metric), at));
            self.change(terms, metric, at, Clocked::Resumed { due }, changes);
        }
        let Some(clock) = self.of(metric) else { return };
        let mut told = Told { ever_missed: from.missed, ..Told::default() };
        let tellings = terms.of(metric).map(|term| clock.tellings(term, at));
        for (_, telling) in tellings.into_iter().flatten() {
            match telling {
                Telling::Warning(place) => told.warnings |= bit(place),
                Telling::Missed => told.missed = from.missed,
                Telling::Level(place) if from.missed => told.levels |= bit(place),
                Telling::Level(_) => {}
            }
        }
        if told != clock.told {
            let due = clock.due;
            self.change(terms, metric, at, Clocked::Retargeted { due, told }, changes);
        }
    }
}
