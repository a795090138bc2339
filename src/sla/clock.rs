//! One clock: when it ran, how far, and when it reaches what it is measured by.

use serde::{Deserialize, Serialize};

use super::{Metric, Pace, Term, Verdict};
use crate::time::{self, Instant, Span};

/// A time in which a clock stood still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// From when.
    #[serde(deserialize_with = "time::truncated")]
    pub from: Instant,
    /// Until when.
    #[serde(deserialize_with = "time::truncated")]
    pub until: Instant,
}

/// How a clock ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    /// When.
    #[serde(deserialize_with = "time::truncated")]
    pub at: Instant,
    /// What is said of it; nothing, where nothing was promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

/// A clock of one metric: one run of it, from its beginning to its end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    pub(super) metric: Metric,
    /// Which run of this metric it is, from 1.
    pub(super) number: u32,
    #[serde(deserialize_with = "time::truncated")]
    pub(super) started_at: Instant,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) pauses: Vec<Pause>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub(super) paused_since: Option<Instant>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub(super) due: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ended: Option<Ended>,
    #[serde(
        default,
        skip_serializing_if = "Told::is_nothing",
        deserialize_with = "HeadTold::deserialize"
    )]
    pub(super) told: Told,
}

/// What a clock keeps, where events may say more than this build knows.
#[derive(Deserialize)]
#[serde(remote = "Told", deny_unknown_fields)]
struct HeadTold {
    #[serde(default)]
    warnings: u32,
    #[serde(default)]
    missed: bool,
    #[serde(default)]
    levels: u32,
}

/// What has been told of a clock: each thing once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Told {
    /// A bit for each warning, by its place in the term.
    pub(super) warnings: u32,
    pub(super) missed: bool,
    /// A bit for each level, by its place in the term.
    pub(super) levels: u32,
}

impl Told {
    /// Whether the warning at this place of the term has been told.
    pub fn warned(self, place: u8) -> bool {
        self.warnings & bit(place) != 0
    }

    /// Whether the miss has been told.
    pub fn missed(self) -> bool {
        self.missed
    }

    /// Whether the level at this place of the term has been told.
    pub fn escalated(self, place: u8) -> bool {
        self.levels & bit(place) != 0
    }

    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

pub(super) fn bit(place: u8) -> u32 {
    1_u32.checked_shl(u32::from(place)).unwrap_or(0)
}

/// Something that a clock tells by itself when its time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Telling {
    /// The warning with this number, from 0.
    Warning(u8),
    Missed,
    /// The level with this number, from 0.
    Level(u8),
}

impl Clock {
    pub(super) fn begun(metric: Metric, number: u32, started_at: Instant) -> Self {
        Self {
            metric,
            number,
            started_at,
            pauses: Vec::new(),
            paused_since: None,
            due: None,
            ended: None,
            told: Told::default(),
        }
    }

    /// What it measures.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// Which run of its metric it is, from 1.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// When it began.
    pub fn started_at(&self) -> Instant {
        self.started_at
    }

    /// The deadline; none where nothing is promised, and none while the clock stands still before
    /// it has reached its target.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// What has been told of it.
    pub fn told(&self) -> Told {
        self.told
    }

    /// How it ended, if it has.
    pub fn ended(&self) -> Option<Ended> {
        self.ended
    }

    /// The times in which it stood still, in order; one that still lasts is not among them.
    pub fn pauses(&self) -> &[Pause] {
        &self.pauses
    }

    /// Since when it stands still, if it does.
    pub fn paused_since(&self) -> Option<Instant> {
        self.paused_since
    }

    pub(super) fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    /// Whether it was past its deadline then; at the deadline it is not.
    pub(super) fn is_past_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| now > due)
    }

    /// The times in which it ran, in order; the last has no end while it runs.
    fn runs(&self) -> impl Iterator<Item = (Instant, Option<Instant>)> + '_ {
        let end = self.paused_since.or(self.ended.map(|ended| ended.at));
        let ends = self.pauses.iter().map(|pause| Some(pause.from)).chain([end]);
        let starts = [self.started_at].into_iter().chain(self.pauses.iter().map(|it| it.until));
        starts.zip(ends)
    }

    /// How much time ran until then, past the deadline too.
    pub(super) fn elapsed(&self, pace: &Pace, now: Instant) -> Span {
        self.runs()
            .map(|(from, to)| pace.between(from, to.map_or(now, |to| to.min(now))))
            .fold(Span::ZERO, Span::and)
    }

    /// The least instant by which so much time has run: in the past, or in the future of a clock
    /// that runs. None while it stands still before that, or if it is beyond the end of time.
    pub(super) fn reached(&self, pace: &Pace, amount: Span) -> Option<Instant> {
        let mut left = amount;
        for (from, to) in self.runs() {
            let Some(to) = to else { return pace.add(from, left) };
            let ran = pace.between(from, to);
            if ran >= left {
                return pace.add(from, left);
            }
            left = left.less(ran);
        }
        None
    }

    /// The deadline under this term.
    pub(super) fn due_under(&self, term: Option<&Term>) -> Option<Instant> {
        let term = term?;
        self.reached(&term.pace, term.span(self.started_at)?)
    }

    /// The deadline that a clock has which ends here: what it would be, if it ran on.
    pub(super) fn due_at_end(&self, term: Option<&Term>, end: Instant) -> Option<Instant> {
        let term = term?;
        let target = term.span(self.started_at)?;
        self.reached(&term.pace, target)
            .or_else(|| term.pace.add(end, target.less(self.elapsed(&term.pace, end))))
    }

    /// What this clock, with its deadline under another term, has told of what that term has it
    /// tell: what it told alike, and does not lie ahead again.
    pub(super) fn told_under(&self, before: &Term, term: &Term, at: Instant) -> Told {
        let fresh = Self { told: Told::default(), ..self.clone() };
        let mut told = Told::default();
        for (instant, telling) in fresh.tellings(Some(term)) {
            if instant > at {
                continue;
            }
            match telling {
                Telling::Missed => told.missed = self.told.missed,
                Telling::Warning(place) => {
                    let alike = same(&before.warnings, &term.warnings, place);
                    if alike.into_iter().any(|place| self.told.warned(place)) {
                        told.warnings |= bit(place);
                    }
                }
                Telling::Level(place) => {
                    let alike = same(&before.levels, &term.levels, place);
                    if alike.into_iter().any(|place| self.told.escalated(place)) {
                        told.levels |= bit(place);
                    }
                }
            }
        }
        told
    }

    /// What it will tell by itself and has not told: each with the instant at which its time has
    /// come.
    pub(super) fn tellings(&self, term: Option<&Term>) -> Vec<(Instant, Telling)> {
        let mut tellings = Vec::new();
        let Some(term) = term.filter(|_| self.is_open()) else { return tellings };
        for (number, warning) in (0_u8..32).zip(&term.warnings) {
            if !self.told.warned(number) {
                let at = term
                    .warned_at(*warning, self.started_at)
                    .and_then(|ran| self.reached(&term.pace, ran));
                tellings.extend(at.map(|at| (at, Telling::Warning(number))));
            }
        }
        // A clock is met at its deadline: what tells of a miss comes after it.
        let Some((due, missed_at)) = self.due.and_then(|due| Some((due, time::next_micro(due)?)))
        else {
            return tellings;
        };
        if !self.told.missed {
            tellings.push((missed_at, Telling::Missed));
        }
        for (number, level) in (0_u8..32).zip(&term.levels) {
            if !self.told.escalated(number) {
                let at = term.pace.add(due, *level).map(|at| at.max(missed_at));
                tellings.extend(at.map(|at| (at, Telling::Level(number))));
            }
        }
        tellings
    }
}

/// The places in `before` of what stands at this place of `now`.
fn same<T: PartialEq>(before: &[T], now: &[T], place: u8) -> Vec<u8> {
    let what = now.get(usize::from(place));
    (0_u8..32).zip(before).filter(|(_, it)| Some(*it) == what).map(|(place, _)| place).collect()
}
