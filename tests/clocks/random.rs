//! Cases from a seed: terms, and what happens under them, often exactly when something is due.

use helpdesk::sla::{
    ClockChange, Clocked, Clocks, Happened, Metric, OpenedBy, Pace, Standing, Target, Term, Terms,
    Warning,
};
use helpdesk::{Span, StatusCategory};

use crate::instant;
use crate::model::{Fact, Given, Ground, Promise, Promises, Status, UNIT, Warn};

const STATUSES: [Status; 8] = [
    ("new", None, StatusCategory::New),
    ("open", None, StatusCategory::Open),
    ("answered", None, StatusCategory::Waiting),
    ("pending", None, StatusCategory::Waiting),
    ("suspended", None, StatusCategory::OnHold),
    ("suspended", Some("vendor"), StatusCategory::OnHold),
    ("resolved", None, StatusCategory::Resolved),
    ("closed", None, StatusCategory::Closed),
];

const PAUSES: [(&str, Option<&str>); 5] = [
    ("pending", None),
    ("suspended", None),
    ("suspended", Some("vendor")),
    ("answered", None),
    ("new", None),
];

pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn draw(&mut self, below: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    pub(crate) fn one_in(&mut self, of: u64) -> bool {
        self.draw(of) == 0
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.draw(all.len() as u64) as usize]
    }

    fn units(&mut self) -> i64 {
        match self.draw(4) {
            0 => self.draw(4) as i64 * 15,
            1 => self.draw(90) as i64,
            _ => self.draw(1200) as i64,
        }
    }

    fn promise(&mut self, ground: &Ground) -> Promise {
        let pace = self.draw(ground.calendars.len() as u64 + 1) as usize;
        let target = match self.draw(8) {
            0 => None,
            // The first calendar's days are those of UTC.
            1 => Some(Given::BusinessDays(self.draw(3) as u16 + 1)).filter(|_| pace <= 1),
            _ => Some(Given::Units(self.units())),
        };
        let mut pauses: Vec<_> = (0..self.draw(3)).map(|_| self.of(&PAUSES)).collect();
        pauses.dedup();
        let mut warnings: Vec<Warn> = Vec::new();
        for _ in 0..self.draw(4) {
            let warning = match self.one_in(2) {
                true => Warn::Percent(self.of(&[10, 33, 50, 75, 90])),
                false => Warn::Left(self.of(&[10, 30, 60, 120])),
            };
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
        let mut levels: Vec<i64> =
            (0..self.draw(4)).map(|_| self.of(&[0, 15, 60, 240, 480])).collect();
        levels.sort_unstable();
        levels.dedup();
        Promise { target, pace: pace.checked_sub(1), pauses, warnings, levels }
    }

    fn promises(&mut self, ground: &Ground) -> Promises {
        Metric::ALL.into_iter().map(|_| self.promise(ground)).collect()
    }

    fn fact(&mut self, ground: &Ground, terms: &Promises) -> Fact {
        match self.draw(12) {
            0..=2 => Fact::Customer,
            3..=4 => Fact::Agent,
            5 => Fact::Assigned,
            6 => {
                // Some of it is as it was.
                let mut terms = terms.clone();
                for metric in Metric::ALL {
                    if self.one_in(3) {
                        terms[metric as usize] = self.promise(ground);
                    } else if self.one_in(3) {
                        terms[metric as usize].target = Some(Given::Units(self.units()));
                    }
                }
                Fact::Terms(terms)
            }
            _ => Fact::Moved(self.of(&STATUSES)),
        }
    }
}

/// What a case consists of.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) opened_at: i64,
    pub(crate) opened_by: OpenedBy,
    pub(crate) status: Status,
    pub(crate) terms: Promises,
    /// When, in units, and what.
    pub(crate) facts: Vec<(i64, Fact)>,
}

impl Case {
    pub(crate) fn draw(ground: &Ground, dice: &mut Dice) -> Self {
        Self::of_facts(ground, dice, 14)
    }

    /// With less than so many facts.
    pub(crate) fn of_facts(ground: &Ground, dice: &mut Dice, most: u64) -> Self {
        let opened_by = if dice.one_in(4) { OpenedBy::Agent } else { OpenedBy::Customer };
        let opened_at = dice.draw(3 * 1440) as i64;
        let status = if dice.one_in(3) { dice.of(&STATUSES) } else { STATUSES[0] };
        let mut case =
            Self { opened_at, opened_by, status, terms: dice.promises(ground), facts: Vec::new() };
        let mut played = Played::new(ground, &case);
        let mut now = opened_at;
        for _ in 0..dice.draw(most) {
            let dues: Vec<i64> = played
                .clocks
                .iter()
                .filter_map(|clock| clock.due())
                .map(|due| (due.timestamp_micros() - ground.start) / UNIT)
                .filter(|due| (now..now + 4 * 1440).contains(due))
                .collect();
            now = match dice.draw(5) {
                0 => now,
                1 | 2 if !dues.is_empty() => dice.of(&dues),
                3 if !dues.is_empty() => dice.of(&dues) + 1,
                _ => now + dice.units(),
            };
            let fact = dice.fact(ground, &played.promises);
            played.happens(now, &fact);
            case.facts.push((now, fact));
        }
        case
    }
}

/// The crate's own clocks through a case.
pub(crate) struct Played<'a> {
    ground: &'a Ground,
    pub(crate) clocks: Clocks,
    promises: Promises,
    pub(crate) terms: Terms,
    /// All that became of them, with the moves between.
    pub(crate) changes: Vec<Recorded>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Recorded {
    Change(ClockChange),
    Moved(Standing),
}

impl<'a> Played<'a> {
    pub(crate) fn new(ground: &'a Ground, case: &Case) -> Self {
        let terms = terms(ground, &case.terms);
        let opened_at = instant(ground, case.opened_at * UNIT);
        let (clocks, changes) =
            Clocks::opened(&terms, opened_at, case.opened_by, standing(case.status));
        let changes = changes.into_iter().map(Recorded::Change).collect();
        Self { ground, clocks, promises: case.terms.clone(), terms, changes }
    }

    /// What became of the clocks by it is said, too.
    pub(crate) fn happens(&mut self, at: i64, fact: &Fact) -> Vec<ClockChange> {
        let at = instant(self.ground, at * UNIT);
        let changes = match fact {
            Fact::Customer => self.clocks.happened(&self.terms, at, Happened::CustomerWrote),
            Fact::Agent => self.clocks.happened(&self.terms, at, Happened::AgentReplied),
            Fact::Assigned => self.clocks.happened(&self.terms, at, Happened::Assigned),
            Fact::Moved(status) => {
                let standing = standing(*status);
                self.changes.push(Recorded::Moved(standing.clone()));
                self.clocks.happened(&self.terms, at, Happened::Moved(standing))
            }
            Fact::Terms(promises) => {
                let next = terms(self.ground, promises);
                let changes = self.clocks.retarget(&self.terms, &next, at);
                (self.terms, self.promises) = (next, promises.clone());
                changes
            }
        };
        self.changes.extend(changes.iter().copied().map(Recorded::Change));
        changes
    }

    pub(crate) fn ticks(&mut self, micros: i64) {
        let changes = self.clocks.tick(&self.terms, instant(self.ground, micros));
        self.changes.extend(changes.into_iter().map(Recorded::Change));
    }

    /// What was told by the clocks themselves.
    pub(crate) fn told(&self) -> Vec<(i64, Metric, Clocked)> {
        let told = self.changes.iter().filter_map(|recorded| match recorded {
            Recorded::Change(change) => Some(*change),
            Recorded::Moved(_) => None,
        });
        told.filter(|change| {
            use Clocked::{Escalated, Missed, Warned};
            matches!(change.what, Warned { .. } | Missed | Escalated { .. })
        })
        .map(|it| (it.at.timestamp_micros() - self.ground.start, it.metric, it.what))
        .collect()
    }
}

pub(crate) fn standing((name, reason, category): Status) -> Standing {
    Standing { reason: reason.map(Into::into), ..Standing::new(name, category) }
}

fn span(units: i64) -> Span {
    Span::minutes(units as u32)
}

/// The same terms as the crate has them.
fn terms(ground: &Ground, promises: &Promises) -> Terms {
    Metric::ALL.into_iter().zip(promises).fold(Terms::none(), |terms, (metric, promise)| {
        let pace = promise.pace.map(|pace| Pace::Open(ground.calendars[pace].clone()));
        let warning = |warn: &Warn| match *warn {
            Warn::Percent(percent) => Warning::Percent(percent),
            Warn::Left(units) => Warning::Left(span(units)),
        };
        let pauses = promise.pauses.iter();
        let term = Term {
            target: promise.target.map(|given| match given {
                Given::Units(units) => Target::Within(span(units)),
                Given::BusinessDays(days) => Target::BusinessDays(days),
            }),
            pace: pace.unwrap_or_default(),
            pauses: pauses.map(|(name, why)| ((*name).into(), why.map(Into::into))).collect(),
            warnings: promise.warnings.iter().map(warning).collect(),
            levels: promise.levels.iter().map(|units| span(*units)).collect(),
        };
        terms.with(metric, term)
    })
}
