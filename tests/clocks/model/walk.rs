//! The walk over all units of time: in which of them a clock ran, and how much that makes.

use helpdesk::StatusCategory;
use helpdesk::sla::{Metric, OpenedBy};

use super::ground::{Fact, Given, HORIZON, Promise, UNIT};
use super::{Fault, Model, is_done};

/// One run of a clock: by which facts it began and ended, and the times of being done in between.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) begun: i64,
    pub(super) ended: Option<End>,
    pub(super) done: Vec<(i64, i64)>,
    pub(super) number: usize,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) at: i64,
    /// How many facts had happened with it.
    pub(super) facts: usize,
    pub(super) fulfilled: bool,
}

impl Model<'_> {
    /// The time that a run is given, in microseconds.
    pub(super) fn target(&self, terms: &Promise, run: &Run) -> Option<i64> {
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
    pub(super) fn reached(&self, ticks: &[i64], run: &Run, micros: i64) -> Option<i64> {
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
    pub(super) fn counted(
        &self,
        metric: Metric,
        run: &Run,
        facts: usize,
        until: Option<i64>,
    ) -> Vec<i64> {
        self.counted_past(metric, run, facts, until, 0)
    }

    /// The same, at least until a unit: then no more than are asked about.
    pub(super) fn counted_past(
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
    pub(super) fn stands_still(&self, metric: Metric, unit: i64, facts: usize) -> bool {
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
    pub(super) fn goes_on(&self, metric: Metric) -> bool {
        match metric {
            Metric::TotalResolution | Metric::AgentWork | Metric::RequesterWait => true,
            Metric::FirstResolution => self.is(Fault::FirstResolutionRestarts),
            Metric::FirstResponse | Metric::NextResponse => self.is(Fault::VoidComesBack),
            Metric::PeriodicUpdate | Metric::TimeToAssign => false,
        }
    }

    /// The last run of a metric after so many facts.
    pub(super) fn run(&self, metric: Metric, facts: usize) -> Option<Run> {
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
