//! What happens to a subject, and what becomes of its clocks by it.

use super::change::{ClockChange, Clocked, Ending, OpenedBy};
use super::clock::Clock;
use super::metric::WhenDone;
use super::{Clocks, Metric, Standing, Term, Terms};
use crate::time::Instant;

/// What total resolution does when the work is taken up again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reopening {
    GoesOn,
    Anew,
}

impl Clocks {
    /// The clock of the question that waits for an answer.
    pub(super) fn waiting(&self) -> Option<Metric> {
        let responses = [Metric::FirstResponse, Metric::NextResponse];
        responses.into_iter().find(|metric| self.of(*metric).is_some_and(Clock::is_open))
    }

    pub(super) fn customer_wrote(
        &mut self,
        terms: &Terms,
        at: Instant,
        changes: &mut Vec<ClockChange>,
    ) {
        let opening = self.opened_by == OpenedBy::Customer && at <= self.opened_at;
        if opening || self.is_answered_after(at) {
            return;
        }
        match self.waiting() {
            Some(Metric::NextResponse) => {
                let later = |clock: &&Clock| clock.started_at > at;
                if self.of(Metric::NextResponse).filter(later).is_some() {
                    self.rebegin(terms, Metric::NextResponse, at, at, changes);
                }
            }
            Some(_) => {}
            None => {
                self.start(terms, Metric::NextResponse, at, changes);
                // It was asked before the work was done, and that has settled it.
                let total = self.of(Metric::TotalResolution).and_then(|clock| clock.ended);
                if let Some(done) = total.filter(|done| done.at > at) {
                    self.end(terms, Metric::NextResponse, done.at, Ending::Done, changes);
                }
            }
        }
    }

    /// Whether an answer is known that came after this instant.
    fn is_answered_after(&self, at: Instant) -> bool {
        let responses = [Metric::FirstResponse, Metric::NextResponse];
        let mut ends = responses.into_iter().filter_map(|metric| self.of(metric)?.ended);
        let update = self.of(Metric::PeriodicUpdate).filter(|_| at >= self.opened_at);
        ends.any(|ended| ended.by == Ending::Fulfilled && ended.at > at)
            || update.is_some_and(|clock| clock.started_at > at)
    }

    pub(super) fn agent_replied(
        &mut self,
        terms: &Terms,
        at: Instant,
        changes: &mut Vec<ClockChange>,
    ) {
        self.fulfil(terms, Metric::FirstResponse, at, changes);
        self.fulfil(terms, Metric::NextResponse, at, changes);
        match self.of(Metric::PeriodicUpdate).cloned() {
            Some(silence) if silence.started_at > at => {}
            Some(silence) if silence.last_instant() > at => {
                self.fulfil(terms, Metric::PeriodicUpdate, at, changes);
                self.start_as(&terms.in_place_of(&silence), at, &silence, changes);
            }
            _ => {
                let done = self.of(Metric::FirstResolution).and_then(|clock| clock.ended);
                if done.is_some_and(|done| done.at > at) {
                    return;
                }
                self.fulfil(terms, Metric::PeriodicUpdate, at, changes);
                if !self.standing.category.is_done() {
                    self.start(terms, Metric::PeriodicUpdate, at, changes);
                }
            }
        }
    }

    /// A new run, of which is known where it has stood still since, and how it ended: as the one
    /// before it was thought to.
    fn start_as(
        &mut self,
        terms: &Terms,
        at: Instant,
        known: &Clock,
        changes: &mut Vec<ClockChange>,
    ) {
        self.short |= known.has_condensed(at);
        let metric = known.metric;
        let still = known.pauses.iter().map(|pause| (pause.from, Some(pause.until)));
        let still = still.chain(known.paused_since.map(|from| (from, None)));
        let mut still: Vec<_> = still.filter(|(_, until)| until.is_none_or(|it| it > at)).collect();
        let mut clock = Clock::begun(metric, 1, at);
        let paused = still.first().is_some_and(|(from, _)| *from <= at);
        clock.paused_since = paused.then_some(at);
        let due = clock.due_under(terms.of(metric));
        self.change(terms, metric, at, Clocked::Started { due, paused }, changes);
        if let Some((from, _)) = still.first_mut() {
            *from = at.max(*from);
        }
        for (from, until) in still {
            if from > at {
                self.change(terms, metric, from, Clocked::Paused, changes);
            }
            let Some((until, mut resumed)) = until.zip(self.of(metric).cloned()) else { break };
            resumed.resume(until);
            let due = resumed.due_under(terms.of(metric));
            self.change(terms, metric, until, Clocked::Resumed { due }, changes);
        }
        if let Some(ended) = known.ended {
            self.end(terms, metric, ended.at, ended.by, changes);
        }
    }

    /// What this metric's clock waits for came then. One that began later does not end by it; one
    /// that ended later had ended by it.
    pub(super) fn fulfil(
        &mut self,
        terms: &Terms,
        metric: Metric,
        at: Instant,
        changes: &mut Vec<ClockChange>,
    ) {
        let Some(clock) = self.of(metric).filter(|clock| clock.started_at <= at) else { return };
        let ends = match clock.ended {
            None => true,
            Some(ended) => ended.at > at && ended.by != Ending::Moved,
        };
        if ends {
            let (due, ended) = clock.judged(terms.of_run(clock), at, Ending::Fulfilled);
            // What ran before the pauses that it keeps, is of the terms of now.
            let otherwise = clock.condensed.is_some() && terms.judges(clock);
            self.short |= clock.has_condensed(at) || otherwise;
            self.change(terms, metric, at, ended.change(due), changes);
        }
    }

    /// This metric's clock runs since another instant. What was told stays told where it began
    /// earlier; where it began later, what of it lies ahead again is told anew.
    pub(super) fn rebegin(
        &mut self,
        terms: &Terms,
        metric: Metric,
        at: Instant,
        since: Instant,
        changes: &mut Vec<ClockChange>,
    ) {
        let Some(mut clock) = self.of(metric).cloned() else { return };
        self.short |= clock.has_condensed(since);
        let later = since > clock.started_at;
        clock.begin(since);
        let due = clock.due_under(terms.of(metric));
        self.change(terms, metric, at, Clocked::Rebegun { since, due }, changes);
        if later {
            self.tell_of(metric, terms, terms, at, due, changes);
        }
    }

    /// The clock has this deadline, and has told what it told alike before and what does not lie
    /// ahead.
    pub(super) fn tell_of(
        &mut self,
        metric: Metric,
        before: &Terms,
        terms: &Terms,
        at: Instant,
        due: Option<Instant>,
        changes: &mut Vec<ClockChange>,
    ) {
        let Some(clock) = self.of(metric) else { return };
        let nothing = Term::default();
        let was = before.of(metric).unwrap_or(&nothing);
        let is = terms.of(metric).unwrap_or(&nothing);
        let told = clock.told_under(was, is, at);
        let mut anew = clock.clone();
        (anew.due, anew.told) = (due, told);
        let wake = anew.wakes_at(terms.of(metric));
        if (due, told, wake) != (clock.due, clock.told, clock.wake) {
            self.change(terms, metric, at, Clocked::Retargeted { due, told }, changes);
        }
    }

    pub(super) fn moved(
        &mut self,
        terms: &Terms,
        at: Instant,
        standing: Standing,
        reopening: Reopening,
        changes: &mut Vec<ClockChange>,
    ) {
        let was_done = self.standing.category.is_done();
        let is_done = standing.category.is_done();
        self.standing = standing;
        if !was_done && is_done {
            self.done(terms, at, changes);
        }
        if was_done && !is_done {
            self.taken_up(terms, at, reopening, changes);
        }
        self.stand(terms, at, changes);
    }

    /// The work is done: what waited for that ends, and what is not to be expected any more.
    pub(super) fn done(&mut self, terms: &Terms, at: Instant, changes: &mut Vec<ClockChange>) {
        for metric in Metric::ALL {
            let by = match metric.when_done() {
                WhenDone::Void => Ending::Done,
                WhenDone::Fulfilled | WhenDone::Interrupted => Ending::Fulfilled,
            };
            self.end(terms, metric, at, by, changes);
        }
    }

    /// The work is taken up again.
    fn taken_up(
        &mut self,
        terms: &Terms,
        at: Instant,
        reopening: Reopening,
        changes: &mut Vec<ClockChange>,
    ) {
        for metric in Metric::ALL {
            if metric == Metric::TotalResolution && reopening == Reopening::Anew {
                self.start(terms, metric, at, changes);
                continue;
            }
            let interrupted = metric.when_done() == WhenDone::Interrupted;
            let Some(mut clock) = self.of(metric).filter(|_| interrupted).cloned() else {
                continue;
            };
            clock.reopen(at);
            let paused = terms.pauses(metric, &self.standing);
            clock.paused_since = paused.then_some(at);
            let due = clock.due_under(terms.of(metric));
            self.change(terms, metric, at, Clocked::Reopened { due, paused }, changes);
        }
    }

    /// Clocks stand still or run on, as it stands now.
    pub(super) fn stand(&mut self, terms: &Terms, at: Instant, changes: &mut Vec<ClockChange>) {
        for metric in Metric::ALL {
            let Some(clock) = self.of(metric).filter(|clock| clock.is_open()) else { continue };
            match (clock.paused_since.is_some(), terms.pauses(metric, &self.standing)) {
                (false, true) => self.change(terms, metric, at, Clocked::Paused, changes),
                (true, false) => {
                    let due = clock.due_resumed(terms.of(metric), at);
                    self.change(terms, metric, at, Clocked::Resumed { due }, changes);
                }
                (true, true) | (false, false) => {}
            }
        }
    }
}
