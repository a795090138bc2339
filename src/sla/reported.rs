//! What was told elsewhere of what comes to clocks: it is not told of it again.

use super::change::{ClockChange, Clocked};
use super::clock::{Clock, Telling, bit};
use super::{Clocks, Metric, Terms};
use crate::time::Instant;

/// What a clock has told of something that other clocks measure from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reported {
    pub(crate) metric: Metric,
    /// Since when the others count it.
    pub(crate) since: Instant,
    /// The deadline under which everything was told whose time has come.
    pub(crate) due: Option<Instant>,
    /// Whether a miss was told under any: what is owed for it is not owed again.
    pub(crate) missed: bool,
}

impl Reported {
    /// What this clock has told of what others measure since then, if anything.
    pub(crate) fn by(clock: &Clock, since: Instant) -> Option<Self> {
        let told = clock.told;
        let said = told.ever_missed || told.warnings != 0 || told.levels != 0;
        let (metric, due) = (clock.metric, clock.due);
        said.then_some(Self { metric, since, due, missed: told.ever_missed })
    }

    /// Whether that clock measures what this is of.
    fn is_of(&self, clock: &Clock) -> bool {
        let response = |metric| matches!(metric, Metric::FirstResponse | Metric::NextResponse);
        let alike =
            self.metric == clock.metric || (response(self.metric) && response(clock.metric));
        alike && self.since == clock.started_at && clock.is_open()
    }
}

impl Clocks {
    /// Takes for told what was told elsewhere.
    pub(super) fn hear(&mut self, terms: &Terms, now: Instant, changes: &mut Vec<ClockChange>) {
        for reported in terms.reported() {
            let Some(clock) = self.clocks.iter().find(|clock| reported.is_of(clock)) else {
                continue;
            };
            let (metric, due, mut told) = (clock.metric, clock.due, clock.told);
            told.ever_missed |= reported.missed;
            let come = terms.of(metric).filter(|_| due.is_some() && due == reported.due);
            for (_, telling) in come.into_iter().flat_map(|term| clock.tellings(term, now)) {
                match telling {
                    Telling::Warning(place) => told.warnings |= bit(place),
                    Telling::Missed => told.missed = true,
                    Telling::Level(place) => told.levels |= bit(place),
                }
            }
            if told != clock.told {
                self.change(terms, metric, now, Clocked::Retargeted { due, told }, changes);
            }
        }
    }
}
