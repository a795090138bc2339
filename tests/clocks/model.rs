//! A second opinion of clocks, written from the requirements: it keeps nothing but what happened,
//! and for every question walks over all units of time from the beginning, one after another.
//!
//! Of the crate it asks which units a calendar is open in; calendars have a walker of their own.

use std::collections::BTreeSet;

use helpdesk::StatusCategory;
use helpdesk::sla::{ClockState, Metric, OpenedBy};

mod fault;
mod ground;
mod walk;

pub(crate) use fault::Fault;
pub(crate) use ground::{Fact, Given, Ground, HORIZON, Promise, Promises, Status, UNIT, Warn};
use walk::Run;

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
}
