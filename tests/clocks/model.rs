//! A second opinion of clocks, written from the requirements: it keeps nothing but what happened,
//! and for every question walks over all units of time from the beginning, one after another.
//!
//! Of the crate it asks which units a calendar is open in; calendars have a walker of their own.

use std::collections::BTreeSet;

use helpdesk::sla::{ClockState, Metric, OpenedBy};
use helpdesk::{Calendar, StatusCategory};

use crate::at;

/// The unit of time in which things happen and windows have their edges: a minute.
pub(crate) const UNIT: i64 = 60_000_000;
/// Units that are looked at: more than any clock of a case needs.
pub(crate) const HORIZON: usize = 70 * 1440;

/// The time in which cases happen.
pub(crate) struct Ground {
    pub(crate) start: i64,
    pub(crate) calendars: Vec<Calendar>,
    open: Vec<Vec<bool>>,
}

impl Ground {
    pub(crate) fn new(calendars: Vec<Calendar>) -> Self {
        let start = at("2026-03-26T00:00:00Z").timestamp_micros();
        let instant = |unit: usize| {
            chrono::DateTime::from_timestamp_micros(start + unit as i64 * UNIT).unwrap()
        };
        let open = calendars
            .iter()
            .map(|calendar| (0..HORIZON).map(|unit| calendar.is_open(instant(unit))).collect())
            .collect();
        Self { start, calendars, open }
    }

    /// Whether time of this pace runs in a unit.
    fn runs(&self, pace: Option<usize>, unit: i64) -> bool {
        pace.is_none_or(|pace| self.open[pace][unit as usize])
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Warn {
    Percent(u8),
    Left(i64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    Units(i64),
    BusinessDays(u16),
}

/// What is promised of a metric, in units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Promise {
    pub(crate) target: Option<Given>,
    pub(crate) pace: Option<usize>,
    pub(crate) pauses: Vec<(&'static str, Option<&'static str>)>,
    pub(crate) warnings: Vec<Warn>,
    pub(crate) levels: Vec<i64>,
}

/// A promise for each metric, in their order.
pub(crate) type Promises = Vec<Promise>;

/// A status, a reason to be in it, and what it means.
pub(crate) type Status = (&'static str, Option<&'static str>, StatusCategory);

#[derive(Clone, Debug)]
pub(crate) enum Fact {
    Customer,
    Agent,
    Assigned,
    Moved(Status),
    Terms(Promises),
}

/// What is wrong with a model on purpose, to see that a comparison with it bites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// What stood still before other terms came is counted under them.
    PauseLostOnRetarget,
    /// A clock is counted from when its terms came.
    CountedFromRetarget,
    /// What ended is judged by the terms of now.
    EndedJudgedAnew,
    /// What stood still counts.
    PausesCount,
    /// Where the terms change and the status does not, a clock stands still as it did.
    PausedByFormerTerms,
    /// A message before the first answer starts a clock.
    NextBeforeFirst,
    /// What is void goes on when the work is taken up again.
    VoidComesBack,
    /// What is past its deadline when the work is done is void.
    OverdueIsVoid,
    /// An answer at the deadline is late.
    EqualIsMissed,
    /// A clock that stands still is not missed, whatever its deadline.
    PausedIsNotMissed,
    /// The time between being done and being taken up again counts.
    ReopeningNotCredited,
    /// The first resolution runs on like the last one.
    FirstResolutionRestarts,
    /// Only the first answer begins an update.
    UpdateNotRestarted,
    /// A miss is told at the deadline.
    WakesAtDeadline,
    /// Levels count all time.
    LevelsInAllTime,
    /// Under other terms all is told again.
    TellsAgain,
    /// Under other terms nothing is told again.
    NeverTellsAgain,
    /// A warning longer before the deadline than there is time comes at the beginning.
    WarnsAtBeginning,
    /// What is used of a target is rounded.
    UsedIsRounded,
    /// The opening's message starts a clock, once the first answer is there.
    OpeningAsksTwice,
    /// An answer on finished work begins an update.
    UpdateOnFinishedWork,
}

impl Fault {
    pub(crate) const ALL: [Self; 21] = [
        Self::PauseLostOnRetarget,
        Self::CountedFromRetarget,
        Self::EndedJudgedAnew,
        Self::PausesCount,
        Self::PausedByFormerTerms,
        Self::NextBeforeFirst,
        Self::VoidComesBack,
        Self::OverdueIsVoid,
        Self::EqualIsMissed,
        Self::PausedIsNotMissed,
        Self::ReopeningNotCredited,
        Self::FirstResolutionRestarts,
        Self::UpdateNotRestarted,
        Self::WakesAtDeadline,
        Self::LevelsInAllTime,
        Self::TellsAgain,
        Self::NeverTellsAgain,
        Self::WarnsAtBeginning,
        Self::UsedIsRounded,
        Self::OpeningAsksTwice,
        Self::UpdateOnFinishedWork,
    ];
}

/// What is told, by its place in the terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tell {
    Warning(usize),
    Missed,
    Level(usize),
}

/// How a clock stands, in microseconds since the ground's start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) state: ClockState,
    pub(crate) started_at: i64,
    pub(crate) due: Option<i64>,
    pub(crate) elapsed: i64,
    pub(crate) remaining: Option<i64>,
    pub(crate) used: Option<u64>,
    pub(crate) resumes_at: Option<i64>,
}

/// One run of a clock: by which facts it began and ended, and the times of being done in between.
#[derive(Clone, Debug)]
struct Run {
    begun: i64,
    ended: Option<End>,
    done: Vec<(i64, i64)>,
    number: usize,
}

#[derive(Clone, Copy, Debug)]
struct End {
    at: i64,
    /// How many facts had happened with it.
    facts: usize,
    fulfilled: bool,
}

pub(crate) struct Model<'a> {
    ground: &'a Ground,
    fault: Option<Fault>,
    opened_at: i64,
    opened_by: OpenedBy,
    /// The status and the terms of the opening, and all that happened since.
    first: (Status, Promises),
    facts: Vec<(i64, Fact)>,
    told: Vec<(usize, BTreeSet<Tell>)>,
    /// Of each metric, what was ever told: of which run, when it came, under which target.
    ever: Vec<BTreeSet<(usize, Tell, i64, i64)>>,
    /// What was told: when, of what, and what.
    pub(crate) tellings: Vec<(i64, Metric, Tell)>,
}

fn is_done(status: Status) -> bool {
    matches!(status.2, StatusCategory::Resolved | StatusCategory::Closed)
}

impl<'a> Model<'a> {
    pub(crate) fn opened(
        ground: &'a Ground,
        fault: Option<Fault>,
        opened_at: i64,
        opened_by: OpenedBy,
        first: (Status, Promises),
    ) -> Self {
        Self {
            ground,
            fault,
            opened_at,
            opened_by,
            first,
            facts: Vec::new(),
            told: vec![(0, BTreeSet::new()); 8],
            ever: vec![BTreeSet::new(); 8],
            tellings: Vec::new(),
        }
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    pub(crate) fn happens(&mut self, at: i64, fact: Fact) {
        self.tell_until(at * UNIT);
        let before = self.terms(self.facts.len()).clone();
        self.facts.push((at, fact));
        if let Some((_, Fact::Terms(terms))) = self.facts.last() {
            let terms = terms.clone();
            for metric in Metric::ALL {
                self.forget(metric, &before, &terms, at * UNIT);
            }
            self.tell_until(at * UNIT);
        }
    }

    /// Under other terms, what lies ahead again and what they do not say alike is not told yet.
    fn forget(&mut self, metric: Metric, before: &Promises, terms: &Promises, now: i64) {
        let Some(run) = self.run(metric, self.facts.len()) else { return };
        let over = run.ended.is_some() && !self.goes_on(metric);
        if over || self.is(Fault::NeverTellsAgain) {
            return;
        }
        let place = metric as usize;
        let (number, was) = self.told[place].clone();
        let (before, terms) = (&before[place], &terms[place]);
        let standing = Run { ended: None, ..run.clone() };
        // One that has ended stands still since then.
        let until = run.ended.map(|end| end.at);
        let tells = self.tells(metric, &standing, until);
        let kept = tells.into_iter().filter(|(at, tell)| {
            let alike = |old: &Tell| match (*old, *tell) {
                (Tell::Warning(old), Tell::Warning(new)) => {
                    before.warnings[old] == terms.warnings[new]
                }
                (Tell::Level(old), Tell::Level(new)) => before.levels[old] == terms.levels[new],
                (Tell::Missed, Tell::Missed) => true,
                _ => false,
            };
            let known = || self.ever[place].contains(&self.once(metric, &run, *at, *tell));
            *at <= now && (was.iter().any(alike) || known())
        });
        let kept = match self.is(Fault::TellsAgain) {
            true => BTreeSet::new(),
            false => kept.map(|(_, tell)| tell).collect(),
        };
        self.told[place] = (number, kept);
    }

    /// Tells what its time has come for until then.
    pub(crate) fn tell_until(&mut self, now: i64) {
        let mut new = Vec::new();
        for metric in Metric::ALL {
            for (at, tell) in self.untold(metric) {
                if at <= now {
                    new.push((at, metric, tell));
                    self.told[metric as usize].1.insert(tell);
                    let run = self.run(metric, self.facts.len()).unwrap();
                    let once = self.once(metric, &run, at, tell);
                    self.ever[metric as usize].insert(once);
                }
            }
        }
        new.sort_unstable();
        for (at, metric, tell) in new {
            let dated = match tell {
                Tell::Missed => self.due(metric).unwrap(),
                Tell::Warning(_) | Tell::Level(_) => at,
            };
            self.tellings.push((dated, metric, tell));
        }
    }

    /// What is told once of a run, whichever terms come and go: a miss under one deadline, a warning
    /// or a level of one instant under one target.
    fn once(&self, metric: Metric, run: &Run, at: i64, tell: Tell) -> (usize, Tell, i64, i64) {
        let terms = &self.terms(self.facts.len())[metric as usize];
        let target = self.target(terms, run).unwrap_or_default();
        match tell {
            Tell::Warning(_) => (run.number, Tell::Warning(0), at, target),
            Tell::Missed => (run.number, Tell::Missed, at, 0),
            Tell::Level(_) => (run.number, Tell::Level(0), at, target),
        }
    }

    pub(crate) fn next_wake(&mut self) -> Option<i64> {
        Metric::ALL.into_iter().flat_map(|it| self.untold(it)).map(|(at, _)| at).min()
    }

    /// What the running clock of a metric has yet to tell, and when.
    fn untold(&mut self, metric: Metric) -> Vec<(i64, Tell)> {
        let Some(run) = self.run(metric, self.facts.len()) else { return Vec::new() };
        let (number, told) = &mut self.told[metric as usize];
        if *number != run.number {
            (*number, *told) = (run.number, BTreeSet::new());
        }
        let told = told.clone();
        if run.ended.is_some() {
            return Vec::new();
        }
        let mut tells = self.tells(metric, &run, None);
        tells.retain(|(_, tell)| !told.contains(tell));
        tells
    }

    /// All that a run tells, and when its time comes; none of what lies after `until`.
    fn tells(&self, metric: Metric, run: &Run, until: Option<i64>) -> Vec<(i64, Tell)> {
        let terms = &self.terms(self.facts.len())[metric as usize];
        let Some(target) = self.target(terms, run) else { return Vec::new() };
        let ticks = self.counted(metric, run, self.facts.len(), until);
        let reached = |micros: i64| self.reached(&ticks, run, micros);
        let mut tells = Vec::new();
        for (place, warning) in terms.warnings.iter().enumerate() {
            let ran = match *warning {
                Warn::Percent(percent) => (target * i64::from(percent) + 99) / 100,
                Warn::Left(left) if left * UNIT < target => target - left * UNIT,
                Warn::Left(_) if self.is(Fault::WarnsAtBeginning) => 0,
                Warn::Left(_) => continue,
            };
            tells.extend(reached(ran).map(|at| (at, Tell::Warning(place))));
        }
        let Some(due) = reached(target) else { return tells };
        let missed = if self.is(Fault::WakesAtDeadline) { due } else { due + 1 };
        tells.push((missed, Tell::Missed));
        for (place, level) in terms.levels.iter().enumerate() {
            let at = match self.is(Fault::LevelsInAllTime) {
                true => Some(due + level * UNIT),
                false => reached(target + level * UNIT),
            };
            tells.extend(at.map(|at| (at.max(missed), Tell::Level(place))));
        }
        tells
    }

    /// Whether the last run of a metric has not ended.
    pub(crate) fn is_open(&self, metric: Metric) -> bool {
        self.run(metric, self.facts.len()).is_some_and(|run| run.ended.is_none())
    }

    /// How one stands then, with what had happened until now.
    pub(crate) fn view(&self, metric: Metric, now: i64) -> Option<View> {
        let run = self.run(metric, self.facts.len())?;
        let judged = run.ended.filter(|_| !self.is(Fault::EndedJudgedAnew));
        let facts = judged.map_or(self.facts.len(), |end| end.facts);
        let terms = &self.terms(facts)[metric as usize];
        let target = self.target(terms, &run);
        let ticks = self.counted_past(metric, &run, facts, None, now / UNIT);
        let due = target.and_then(|target| self.reached(&ticks, &run, target));
        let end = run.ended.map_or(now, |end| end.at * UNIT);
        let elapsed = ticks.iter().map(|unit| (end - unit * UNIT).clamp(0, UNIT)).sum::<i64>();
        let past = |at: i64| match self.is(Fault::EqualIsMissed) {
            true => due.is_some_and(|due| at >= due),
            false => due.is_some_and(|due| at > due),
        };
        let paused = self.stands_still(metric, now / UNIT, self.facts.len());
        let state = match run.ended {
            Some(_) if target.is_none() => ClockState::Ended,
            Some(end) if end.fulfilled && past(end.at * UNIT) => ClockState::Missed,
            Some(end) if end.fulfilled => ClockState::Met,
            Some(end) if past(end.at * UNIT) && !self.is(Fault::OverdueIsVoid) => {
                ClockState::Missed
            }
            Some(_) => ClockState::Void,
            None if paused && self.is(Fault::PausedIsNotMissed) => ClockState::Paused,
            None if past(now) => ClockState::Missed,
            None if paused => ClockState::Paused,
            None => ClockState::Running,
        };
        let opens = (now / UNIT..HORIZON as i64).find(|unit| self.ground.runs(terms.pace, *unit));
        let resumes_at = opens.map(|unit| unit * UNIT).filter(|opens| *opens > now);
        let round = if self.is(Fault::UsedIsRounded) { target.map_or(0, |it| it / 2) } else { 0 };
        Some(View {
            state,
            started_at: run.begun * UNIT,
            due,
            elapsed,
            remaining: target.map(|target| (target - elapsed).max(0)),
            used: target.map(|target| match target {
                0 => 10_000,
                target => ((elapsed * 10_000 + round) / target) as u64,
            }),
            resumes_at: resumes_at.filter(|_| run.ended.is_none() && !paused),
        })
    }

    fn due(&self, metric: Metric) -> Option<i64> {
        self.view(metric, 0)?.due
    }

    /// The terms after so many facts.
    fn terms(&self, facts: usize) -> &Promises {
        let terms = self.facts[..facts].iter().rev().find_map(|(_, fact)| match fact {
            Fact::Terms(terms) => Some(terms),
            _ => None,
        });
        terms.unwrap_or(&self.first.1)
    }

    /// The time that a run is given, in microseconds.
    fn target(&self, terms: &Promise, run: &Run) -> Option<i64> {
        match terms.target? {
            Given::Units(units) => Some(units * UNIT),
            Given::BusinessDays(days) => {
                // In all time there are no business days.
                let pace = terms.pace?;
                let opens = |unit: i64| {
                    self.ground.runs(Some(pace), unit) && !self.ground.runs(Some(pace), unit - 1)
                };
                let of_day = |day: i64| (day * 1440).max(1)..(day + 1) * 1440;
                let counts = |day: &i64| of_day(*day).find(|unit| opens(*unit)) >= Some(run.begun);
                let day = (run.begun / 1440..).filter(counts).nth(usize::from(days) - 1).unwrap();
                let until = of_day(day).rev().find(|unit| self.ground.runs(Some(pace), *unit));
                let open = (run.begun..=until?).filter(|unit| self.ground.runs(Some(pace), *unit));
                Some(open.count() as i64 * UNIT)
            }
        }
    }

    /// The least instant by which so much has been counted.
    fn reached(&self, ticks: &[i64], run: &Run, micros: i64) -> Option<i64> {
        if micros == 0 {
            return Some(run.begun * UNIT);
        }
        let (whole, part) = ((micros / UNIT) as usize, micros % UNIT);
        match part {
            0 => ticks.get(whole - 1).map(|unit| (unit + 1) * UNIT),
            part => ticks.get(whole).map(|unit| unit * UNIT + part),
        }
    }

    /// The units in which a run's clock runs, after so many facts: up to its end, and from there
    /// on as if it ran on; or no more of them than until a given one.
    fn counted(&self, metric: Metric, run: &Run, facts: usize, until: Option<i64>) -> Vec<i64> {
        self.counted_past(metric, run, facts, until, 0)
    }

    /// The same, at least until a unit: then no more than are asked about.
    fn counted_past(
        &self,
        metric: Metric,
        run: &Run,
        facts: usize,
        until: Option<i64>,
        least: i64,
    ) -> Vec<i64> {
        let terms = &self.terms(facts)[metric as usize];
        let most = self.target(terms, run).unwrap_or(0) / UNIT;
        let most = (most + terms.levels.iter().max().unwrap_or(&0) + 1) as usize;
        let pace = self.terms(facts)[metric as usize].pace;
        let last_terms = self.facts[..facts].iter().rev().find_map(|(at, fact)| match fact {
            Fact::Terms(_) => Some(*at),
            _ => None,
        });
        let since = last_terms.filter(|_| self.is(Fault::CountedFromRetarget));
        let lost = last_terms.filter(|_| self.is(Fault::PauseLostOnRetarget));
        let runs = |unit: i64| {
            if run.ended.is_some_and(|end| unit >= end.at) {
                return true;
            }
            let done = run.done.iter().any(|(from, to)| (*from..*to).contains(&unit));
            let counts = lost.is_some_and(|lost| unit < lost)
                || !self.stands_still(metric, unit, facts)
                || self.is(Fault::PausesCount);
            counts
                && (!done || self.is(Fault::ReopeningNotCredited))
                && since.is_none_or(|since| unit >= since)
        };
        let until = until.unwrap_or(run.begun + 40 * 1440).min(HORIZON as i64);
        // Whether it stands still changes only where something happens.
        let mut edges: Vec<i64> = self.facts.iter().map(|(at, _)| *at).collect();
        edges.extend([run.begun, until]);
        edges.retain(|edge| (run.begun..=until).contains(edge));
        edges.sort_unstable();
        let mut counted = Vec::new();
        for span in edges.windows(2).filter(|span| span[0] < span[1] && runs(span[0])) {
            for unit in span[0]..span[1] {
                if unit > least && counted.len() >= most {
                    return counted;
                }
                if self.ground.runs(pace, unit) {
                    counted.push(unit);
                }
            }
        }
        counted
    }

    /// Whether a metric's clock stands still in a unit, by the status and the terms of then.
    fn stands_still(&self, metric: Metric, unit: i64, facts: usize) -> bool {
        let (mut status, mut terms) = (self.first.0, &self.first.1);
        for (_, fact) in self.facts[..facts].iter().filter(|(at, _)| *at <= unit) {
            match fact {
                Fact::Moved(to) => status = *to,
                Fact::Terms(_) if self.is(Fault::PausedByFormerTerms) => {}
                Fact::Terms(new) => terms = new,
                Fact::Customer | Fact::Agent | Fact::Assigned => {}
            }
        }
        use StatusCategory::{New, OnHold, Open};
        let turn = match metric {
            Metric::AgentWork => [New, Open].contains(&status.2),
            Metric::RequesterWait => [New, Open, OnHold].contains(&status.2),
            _ => true,
        };
        let pauses = &terms[metric as usize].pauses;
        let named = pauses
            .iter()
            .any(|(name, reason)| *name == status.0 && (reason.is_none() || *reason == status.1));
        named || !turn
    }

    /// Whether the metric's clock runs on when finished work is taken up again.
    fn goes_on(&self, metric: Metric) -> bool {
        match metric {
            Metric::TotalResolution | Metric::AgentWork | Metric::RequesterWait => true,
            Metric::FirstResolution => self.is(Fault::FirstResolutionRestarts),
            Metric::FirstResponse | Metric::NextResponse => self.is(Fault::VoidComesBack),
            Metric::PeriodicUpdate | Metric::TimeToAssign => false,
        }
    }

    /// The last run of a metric after so many facts.
    fn run(&self, metric: Metric, facts: usize) -> Option<Run> {
        let mut run: Option<Run> = None;
        let by_customer = self.opened_by == OpenedBy::Customer;
        let begin = |run: &mut Option<Run>, at| {
            let number = run.as_ref().map_or(0, |run| run.number) + 1;
            *run = Some(Run { begun: at, ended: None, done: Vec::new(), number });
        };
        let end = |run: &mut Option<Run>, at, facts, fulfilled| {
            if let Some(run) = run
                && run.ended.is_none()
            {
                run.ended = Some(End { at, facts, fulfilled });
            }
        };
        match metric {
            Metric::FirstResponse if !by_customer => {}
            Metric::NextResponse => {}
            Metric::PeriodicUpdate if by_customer => {}
            _ => begin(&mut run, self.opened_at),
        }
        let resolution = matches!(
            metric,
            Metric::FirstResolution
                | Metric::TotalResolution
                | Metric::AgentWork
                | Metric::RequesterWait
        );
        let mut first_open = by_customer && !is_done(self.first.0);
        let mut status = self.first.0;
        if is_done(status) {
            end(&mut run, self.opened_at, 0, resolution);
        }
        for (number, (at, fact)) in (1..).zip(&self.facts[..facts]) {
            let at = *at;
            match (metric, fact) {
                (_, Fact::Moved(to)) => {
                    if !is_done(status) && is_done(*to) {
                        end(&mut run, at, number, resolution);
                        first_open = false;
                    }
                    let goes_on = is_done(status) && !is_done(*to) && self.goes_on(metric);
                    if let Some(run) = run.as_mut().filter(|_| goes_on)
                        && let Some(done) = run.ended.take_if(|it| resolution || !it.fulfilled)
                    {
                        run.done.push((done.at, at));
                    }
                    status = *to;
                }
                (Metric::FirstResponse, Fact::Agent) => end(&mut run, at, number, true),
                (Metric::NextResponse, Fact::Customer) => {
                    let opening =
                        by_customer && at == self.opened_at && !self.is(Fault::OpeningAsksTwice);
                    let open = run.as_ref().is_some_and(|run| run.ended.is_none());
                    let first = first_open && !self.is(Fault::NextBeforeFirst);
                    if !open && !first && !opening {
                        begin(&mut run, at);
                    }
                }
                (Metric::NextResponse, Fact::Agent) => {
                    end(&mut run, at, number, true);
                    first_open = false;
                }
                (Metric::PeriodicUpdate, Fact::Agent) => {
                    if self.is(Fault::UpdateNotRestarted) && run.is_some() {
                        continue;
                    }
                    end(&mut run, at, number, true);
                    if !is_done(status) || self.is(Fault::UpdateOnFinishedWork) {
                        begin(&mut run, at);
                    }
                }
                (Metric::TimeToAssign, Fact::Assigned) => end(&mut run, at, number, true),
                _ => {}
            }
        }
        run
    }
}
