//! One clock: when it ran, how far, and when it reaches what it is measured by.

use serde::{Deserialize, Serialize};

use super::mentions::Mention;
use super::{Clocked, Condensed, Ending, Metric, Pace, Term, Verdict};
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

/// How a clock ended, as it was judged then: terms that came later change nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    /// When.
    #[serde(deserialize_with = "time::truncated")]
    pub at: Instant,
    /// By what.
    pub by: Ending,
    /// What is said of it; nothing, where nothing was promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// How much time it was given; none where nothing was promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Span>,
    /// How much time it ran.
    pub ran: Span,
}

impl Ended {
    /// That it ended so, by this deadline.
    pub(super) fn change(self, due: Option<Instant>) -> Clocked {
        let Self { at: _, by, verdict, target, ran } = self;
        Clocked::Ended { due, verdict, by, target, ran }
    }
}

/// A clock of one metric: one run of it, from its beginning to its end.
///
/// ```
/// use helpdesk::sla::{Clocks, Happened, Metric, OpenedBy, Standing, Term, Terms};
/// use helpdesk::{Span, StatusCategory};
///
/// let term = Term::within(Span::hours(8)).paused_in("pending");
/// let terms = Terms::none().with(Metric::TotalResolution, term);
/// let new = Standing::new("new", StatusCategory::New);
/// let opened = "2026-03-02T09:00:00Z".parse()?;
/// let (mut clocks, _) = Clocks::opened(&terms, opened, OpenedBy::Customer, new);
/// let pending = Standing::new("pending", StatusCategory::Waiting);
/// clocks.happened(&terms, "2026-03-02T10:00:00Z".parse()?, Happened::Moved(pending));
/// let clock = clocks.of(Metric::TotalResolution).unwrap();
/// assert_eq!((clock.due(), clock.paused_since().is_some()), (None, true));
/// let open = Standing::new("open", StatusCategory::Open);
/// clocks.happened(&terms, "2026-03-02T12:00:00Z".parse()?, Happened::Moved(open));
/// let clock = clocks.of(Metric::TotalResolution).unwrap();
/// assert_eq!(clock.pauses().len(), 1);
/// assert_eq!(clock.due(), Some("2026-03-02T19:00:00Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    pub(super) metric: Metric,
    /// Which run of this metric it is, from 1.
    pub(super) number: u32,
    #[serde(deserialize_with = "time::truncated")]
    pub(super) started_at: Instant,
    /// What came before the pauses that it keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) condensed: Option<Condensed>,
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
    /// When it next tells something by itself.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub(super) wake: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ended: Option<Ended>,
    #[serde(
        default,
        skip_serializing_if = "Told::is_nothing",
        deserialize_with = "HeadTold::deserialize"
    )]
    pub(super) told: Told,
    /// What it told, under whatever terms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) mentions: Vec<Mention>,
    /// Since when what was asked was waited for, of which a miss was told, under whatever terms.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "time::truncated_all"
    )]
    pub(super) missed_since: Vec<Instant>,
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
    ever_missed: bool,
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
    /// Whether a miss was told of this run under any terms.
    pub(super) ever_missed: bool,
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

    /// Whether a miss of this run has been told under any terms: where later ones put the deadline
    /// off, it may be missed anew, and what is owed for a miss is owed once.
    pub fn ever_missed(self) -> bool {
        self.ever_missed
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
            condensed: None,
            pauses: Vec::new(),
            paused_since: None,
            due: None,
            wake: None,
            ended: None,
            told: Told::default(),
            mentions: Vec::new(),
            missed_since: Vec::new(),
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

    /// When it next tells something by itself, if nothing happens before; none where it stands
    /// still, has ended, or has told all.
    pub fn wake(&self) -> Option<Instant> {
        self.wake
    }

    /// What has been told of it.
    pub fn told(&self) -> Told {
        self.told
    }

    /// How it ended, if it has.
    pub fn ended(&self) -> Option<Ended> {
        self.ended
    }

    /// The times in which it stood still, in order; one that still lasts is not among them, nor are
    /// those of a time that is [condensed](Self::condensed).
    pub fn pauses(&self) -> &[Pause] {
        &self.pauses
    }

    /// Since when it stands still, if it does.
    pub fn paused_since(&self) -> Option<Instant> {
        self.paused_since
    }

    /// The last instant at which it began, stood still, ran on or ended.
    pub(super) fn last_instant(&self) -> Instant {
        let ran_on = self.pauses.last().map(|pause| pause.until);
        let ran_on = ran_on.or(self.condensed.map(|it| it.until));
        let ended = self.ended.map(|ended| ended.at);
        let instants = [ran_on, self.paused_since, ended].into_iter().flatten();
        instants.fold(self.started_at, Instant::max)
    }

    pub(super) fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    /// Whether it has something to tell by then.
    pub(super) fn wakes_by(&self, now: Instant) -> bool {
        self.wake.is_some_and(|wake| wake <= now)
    }

    /// Whether it was past its deadline then; at the deadline it is not.
    pub(super) fn is_past_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| now > due)
    }

    /// The times in which it ran since what is condensed, in order; the last has no end while it
    /// runs.
    fn runs(&self) -> impl Iterator<Item = (Instant, Option<Instant>)> + '_ {
        let end = self.paused_since.or(self.ended.map(|ended| ended.at));
        let ends = self.pauses.iter().map(|pause| Some(pause.from)).chain([end]);
        let first = self.condensed.map_or(self.started_at, |it| it.until);
        let starts = [first].into_iter().chain(self.pauses.iter().map(|it| it.until));
        starts.zip(ends)
    }

    /// How much time ran until then, past the deadline too; then is not before what it keeps.
    pub(super) fn elapsed(&self, pace: &Pace, now: Instant) -> Span {
        self.runs()
            .map(|(from, to)| pace.between(from, to.map_or(now, |to| to.min(now))))
            .fold(self.condensed.map_or(Span::ZERO, |it| it.ran), Span::and)
    }

    /// The least instant by which so much time has run: in the past, or in the future of a clock
    /// that runs. None while it stands still before that, or if it is beyond the end of time; or if
    /// it is condensed, and not the deadline.
    pub(super) fn reached(&self, pace: &Pace, amount: Span) -> Option<Instant> {
        if let Some(condensed) = self.condensed_by(amount) {
            return condensed.reached(amount);
        }
        let mut left = self.condensed.map_or(amount, |it| amount.less(it.ran));
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

    /// The deadline under this term, if it stands still and runs on from then.
    pub(super) fn due_resumed(&self, term: Option<&Term>, at: Instant) -> Option<Instant> {
        let term = term?;
        let target = term.span(self.started_at)?;
        let ran = self.elapsed(&term.pace, at);
        if ran < target {
            return term.pace.add(at, target.less(ran));
        }
        self.reached(&term.pace, target)
    }

    /// How it ends then, and the deadline by which that is judged: the one that it has, and where
    /// it stands still before it, what it would be, if it ran on.
    pub(super) fn judged(
        &self,
        term: Option<&Term>,
        at: Instant,
        by: Ending,
    ) -> (Option<Instant>, Ended) {
        let mut clock = self.clone();
        clock.end(at);
        let nothing = Term::default();
        let term = term.unwrap_or(&nothing);
        let target = self.ended.map_or_else(|| term.span(clock.started_at), |ended| ended.target);
        let ran = clock.elapsed(&term.pace, at);
        // What stood still later than that has moved it.
        let moved = self.paused_since.is_some_and(|since| since > at)
            || self.pauses.iter().any(|pause| pause.until > at);
        let due = self.due.filter(|_| !moved).or_else(|| {
            let target = target?;
            let reached = clock.reached(&term.pace, target);
            reached.or_else(|| term.pace.add(at, target.less(ran)))
        });
        let verdict = due.map(|due| match (by, at > due) {
            (Ending::Moved, _) | (Ending::Done, false) => Verdict::Void,
            (Ending::Fulfilled | Ending::Done, true) => Verdict::Missed,
            (Ending::Fulfilled, false) => Verdict::Met,
        });
        (due, Ended { at, by, verdict, target, ran })
    }

    /// What this clock has told of what another term has it tell: what it told alike, now or before
    /// other terms held meanwhile, and does not lie ahead again under that term.
    pub(super) fn told_under(&self, before: &Term, term: &Term, at: Instant) -> Told {
        // Where it has ended, it stands still since then.
        let paused_since = self.paused_since.or(self.ended.map(|ended| ended.at));
        let due = self.due_under(Some(term));
        let fresh = Self { told: Told::default(), ended: None, paused_since, due, ..self.clone() };
        // When the time of what is condensed had come is not known; that it had, is.
        let reached = |amount| {
            let condensed = fresh.condensed_by(amount).map(|it| it.until);
            condensed.or_else(|| fresh.reached(&term.pace, amount))
        };
        let mut told = Told { ever_missed: self.told.ever_missed, ..Told::default() };
        let target = term.span(self.started_at);
        for (came, telling) in fresh.tellings_by(term, at, reached) {
            let alike = match telling {
                Telling::Missed => self.told.missed,
                Telling::Warning(place) => {
                    let alike = same(&before.warnings, &term.warnings, place);
                    alike.into_iter().any(|place| self.told.warned(place))
                }
                Telling::Level(place) => {
                    let alike = same(&before.levels, &term.levels, place);
                    alike.into_iter().any(|place| self.told.escalated(place))
                }
            };
            if alike || self.has_mentioned(telling, came, due, target) {
                match telling {
                    Telling::Missed => told.missed = true,
                    Telling::Warning(place) => told.warnings |= bit(place),
                    Telling::Level(place) => told.levels |= bit(place),
                }
            }
        }
        told
    }

    /// The warnings that it has not told, each with the time that has run when it comes.
    pub(super) fn unwarned<'a>(&'a self, term: &'a Term) -> impl Iterator<Item = (u8, Span)> + 'a {
        let untold = (0_u8..32).zip(&term.warnings).filter(|(place, _)| !self.told.warned(*place));
        untold.filter_map(|(place, it)| Some((place, term.warned_at(*it, self.started_at)?)))
    }

    /// The levels that it has not told, each with the time that has run when it is reached.
    pub(super) fn unescalated<'a>(
        &'a self,
        term: &'a Term,
    ) -> impl Iterator<Item = (u8, Span)> + 'a {
        let target = term.span(self.started_at).into_iter();
        target.flat_map(|target| {
            let untold =
                (0_u8..32).zip(&term.levels).filter(|(place, _)| !self.told.escalated(*place));
            untold.map(move |(place, level)| (place, target.and(*level)))
        })
    }

    /// When its miss is told: a clock is met at its deadline, what tells of a miss comes after it.
    fn missed_at(&self) -> Option<Instant> {
        self.due.and_then(time::next_micro)
    }

    /// What it tells by itself until then and has not told: each with the instant at which its time
    /// has come.
    pub(super) fn tellings(&self, term: &Term, now: Instant) -> Vec<(Instant, Telling)> {
        self.tellings_by(term, now, |amount| self.reached(&term.pace, amount))
    }

    fn tellings_by(
        &self,
        term: &Term,
        now: Instant,
        reached: impl Fn(Span) -> Option<Instant>,
    ) -> Vec<(Instant, Telling)> {
        let mut tellings = Vec::new();
        if !self.is_open() {
            return tellings;
        }
        let ran = self.elapsed(&term.pace, now);
        let reached = |amount| reached(amount).filter(|at| *at <= now);
        for (place, amount) in self.unwarned(term).filter(|(_, amount)| *amount <= ran) {
            tellings.extend(reached(amount).map(|at| (at, Telling::Warning(place))));
        }
        let Some(missed_at) = self.missed_at().filter(|at| *at <= now) else { return tellings };
        if !self.told.missed {
            tellings.push((missed_at, Telling::Missed));
        }
        for (place, amount) in self.unescalated(term).filter(|(_, amount)| *amount <= ran) {
            let at = reached(amount).map(|at| at.max(missed_at));
            tellings.extend(at.map(|at| (at, Telling::Level(place))));
        }
        tellings
    }

    /// When it next tells something by itself under this term.
    pub(super) fn wakes_at(&self, term: Option<&Term>) -> Option<Instant> {
        let term = term?;
        if !self.is_open() {
            return None;
        }
        let warning = self.unwarned(term).map(|(_, amount)| amount).min();
        let warning = warning.and_then(|amount| self.reached(&term.pace, amount));
        // No level is told before the miss.
        let other = self.missed_at().and_then(|missed_at| {
            if !self.told.missed {
                return Some(missed_at);
            }
            let level = self.unescalated(term).map(|(_, amount)| amount).min()?;
            self.reached(&term.pace, level).map(|at| at.max(missed_at))
        });
        [warning, other].into_iter().flatten().min()
    }
}

/// The places in `before` of what stands at this place of `now`.
fn same<T: PartialEq>(before: &[T], now: &[T], place: u8) -> Vec<u8> {
    let what = now.get(usize::from(place));
    (0_u8..32).zip(before).filter(|(_, it)| Some(*it) == what).map(|(place, _)| place).collect()
}
