//! All clocks of one subject: what happens to it goes in, what becomes of its clocks comes out.

use serde::{Deserialize, Serialize};

use super::change::{ClockChange, Clocked, Happened, OpenedBy, Verdict};
use super::clock::{Clock, Ended, Pause, Telling, bit};
use super::metric::WhenDone;
use super::{Metric, Standing, Term, Terms};
use crate::time::{self, Instant};
use crate::workflow::StatusCategory;

/// The clocks of one subject: the last run of each metric that ever began.
///
/// What happens is told in the order in which it happened; each telling first carries out what had
/// come due before it, so that nothing depends on how often anybody looks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Clocks {
    #[serde(deserialize_with = "time::truncated")]
    opened_at: Instant,
    opened_by: OpenedBy,
    standing: Standing,
    clocks: Vec<Clock>,
}

impl Clocks {
    /// The clocks of what was opened then, and what became of them.
    pub fn opened(
        terms: &Terms,
        at: Instant,
        opened_by: OpenedBy,
        standing: Standing,
    ) -> (Self, Vec<ClockChange>) {
        let at = time::whole_micros(at);
        let mut clocks = Self { opened_at: at, opened_by, standing, clocks: Vec::new() };
        let first = match opened_by {
            OpenedBy::Customer => Metric::FirstResponse,
            OpenedBy::Agent => Metric::PeriodicUpdate,
        };
        let mut changes = Vec::new();
        let always = [
            Metric::FirstResolution,
            Metric::TotalResolution,
            Metric::AgentWork,
            Metric::RequesterWait,
            Metric::TimeToAssign,
        ];
        for metric in [first].into_iter().chain(always) {
            clocks.start(terms, metric, at, &mut changes);
        }
        if clocks.standing.category.is_done() {
            clocks.done(terms, at, &mut changes);
        }
        (clocks, changes)
    }

    /// What becomes of the clocks by something that happened then.
    pub fn happened(&mut self, terms: &Terms, at: Instant, what: Happened) -> Vec<ClockChange> {
        let at = time::whole_micros(at);
        let mut changes = self.tick(terms, at);
        match what {
            Happened::CustomerWrote => self.customer_wrote(terms, at, &mut changes),
            Happened::AgentReplied => self.agent_replied(terms, at, &mut changes),
            Happened::Assigned => self.end(terms, Metric::TimeToAssign, at, false, &mut changes),
            Happened::Moved(standing) => self.moved(terms, at, standing, &mut changes),
        }
        changes
    }

    /// What waits for an answer is a question of then, whatever waited before; or none.
    pub(crate) fn waits(
        &mut self,
        terms: &Terms,
        at: Instant,
        since: Option<Instant>,
    ) -> Vec<ClockChange> {
        let mut changes = self.tick(terms, at);
        let response = |metric: &Metric| self.is_open(*metric);
        let open = [Metric::FirstResponse, Metric::NextResponse].into_iter().find(response);
        match (open, since) {
            (Some(metric), Some(since)) => {
                let Some(clock) = self.of(metric).filter(|clock| clock.started_at != since) else {
                    return changes;
                };
                let begun = Clock { started_at: since, ..clock.clone() };
                let due = begun.due_under(terms.of(metric));
                self.change(metric, at, Clocked::Rebegun { since, due }, &mut changes);
                changes.extend(self.tick(terms, at));
            }
            (Some(metric), None) => {
                let due = self.of(metric).and_then(|clock| clock.due);
                let verdict = due.map(|_| Verdict::Void);
                self.change(metric, at, Clocked::Ended { due, verdict }, &mut changes);
            }
            (None, Some(since)) => {
                self.start(terms, Metric::NextResponse, since, &mut changes);
            }
            (None, None) => {}
        }
        changes
    }

    /// It is back from where its clocks rested, and stands so now.
    pub(crate) fn back(
        &mut self,
        terms: &Terms,
        at: Instant,
        standing: Standing,
    ) -> Vec<ClockChange> {
        let mut changes = self.tick(terms, at);
        // Where they rested nothing was seen: whether the work was done, they say themselves.
        let done = self.of(Metric::TotalResolution).is_some_and(|clock| !clock.is_open());
        let category = if done { StatusCategory::Resolved } else { StatusCategory::Open };
        self.standing.category = category;
        self.moved(terms, at, standing, &mut changes);
        changes
    }

    fn customer_wrote(&mut self, terms: &Terms, at: Instant, changes: &mut Vec<ClockChange>) {
        let opening = self.opened_by == OpenedBy::Customer && at == self.opened_at;
        let waits = self.is_open(Metric::FirstResponse) || self.is_open(Metric::NextResponse);
        if !opening && !waits {
            self.start(terms, Metric::NextResponse, at, changes);
        }
    }

    fn agent_replied(&mut self, terms: &Terms, at: Instant, changes: &mut Vec<ClockChange>) {
        for metric in [Metric::FirstResponse, Metric::NextResponse, Metric::PeriodicUpdate] {
            self.end(terms, metric, at, false, changes);
        }
        if !self.standing.category.is_done() {
            self.start(terms, Metric::PeriodicUpdate, at, changes);
        }
    }

    fn moved(
        &mut self,
        terms: &Terms,
        at: Instant,
        standing: Standing,
        changes: &mut Vec<ClockChange>,
    ) {
        let was_done = self.standing.category.is_done();
        let is_done = standing.category.is_done();
        self.standing = standing;
        if !was_done && is_done {
            self.done(terms, at, changes);
        }
        if was_done && !is_done {
            self.taken_up(terms, at, changes);
        }
        self.stand(terms, at, changes);
    }

    /// The work is done: what waited for that ends, and what is not to be expected any more.
    fn done(&mut self, terms: &Terms, at: Instant, changes: &mut Vec<ClockChange>) {
        for metric in Metric::ALL {
            let void = metric.when_done() == WhenDone::Void;
            self.end(terms, metric, at, void, changes);
        }
    }

    /// The work is taken up again.
    fn taken_up(&mut self, terms: &Terms, at: Instant, changes: &mut Vec<ClockChange>) {
        for metric in Metric::ALL {
            let interrupted = metric.when_done() == WhenDone::Interrupted;
            let Some(mut clock) = self.of(metric).filter(|_| interrupted).cloned() else {
                continue;
            };
            clock.reopen(at);
            let paused = terms.pauses(metric, &self.standing);
            clock.paused_since = paused.then_some(at);
            let due = clock.due_under(terms.of(metric));
            self.change(metric, at, Clocked::Reopened { due, paused }, changes);
        }
    }

    /// Clocks stand still or run on, as it stands now.
    fn stand(&mut self, terms: &Terms, at: Instant, changes: &mut Vec<ClockChange>) {
        for metric in Metric::ALL {
            let Some(clock) = self.of(metric).filter(|clock| clock.is_open()) else { continue };
            match (clock.paused_since.is_some(), terms.pauses(metric, &self.standing)) {
                (false, true) => self.change(metric, at, Clocked::Paused, changes),
                (true, false) => {
                    let mut resumed = clock.clone();
                    resumed.resume(at);
                    let due = resumed.due_under(terms.of(metric));
                    self.change(metric, at, Clocked::Resumed { due }, changes);
                }
                (true, true) | (false, false) => {}
            }
        }
    }

    /// Other terms hold from then on: clocks that run keep their beginning and their pauses, and
    /// are measured anew. Those that ended keep their deadlines and verdicts.
    pub fn retarget(&mut self, before: &Terms, terms: &Terms, at: Instant) -> Vec<ClockChange> {
        let at = time::whole_micros(at);
        let mut changes = self.tick(before, at);
        self.stand(terms, at, &mut changes);
        for metric in Metric::ALL {
            let Some(clock) = self.of(metric).filter(|clock| clock.is_open()) else { continue };
            let due = clock.due_under(terms.of(metric));
            let nothing = Term::default();
            let was = before.of(metric).unwrap_or(&nothing);
            let is = terms.of(metric).unwrap_or(&nothing);
            let told = Clock { due, ..clock.clone() }.told_under(was, is, at);
            if (due, told) != (clock.due, clock.told) {
                self.change(metric, at, Clocked::Retargeted { due, told }, &mut changes);
            }
        }
        changes.extend(self.tick(terms, at));
        changes
    }

    /// What the clocks tell by themselves until now: warnings, misses and levels, each once, in
    /// the order of their instants.
    pub fn tick(&mut self, terms: &Terms, now: Instant) -> Vec<ClockChange> {
        let now = time::whole_micros(now);
        let mut due: Vec<(Instant, Metric, Telling)> =
            self.tellings(terms).filter(|(at, ..)| *at <= now).collect();
        due.sort_unstable();
        let mut changes = Vec::new();
        for (at, metric, telling) in due {
            let (at, what) = match telling {
                Telling::Warning(warning) => (at, Clocked::Warned { warning }),
                Telling::Level(level) => (at, Clocked::Escalated { level }),
                // It is dated by the deadline, and told one microsecond later.
                Telling::Missed => {
                    let due = self.of(metric).and_then(|clock| clock.due);
                    (due.unwrap_or(at), Clocked::Missed)
                }
            };
            self.change(metric, at, what, &mut changes);
        }
        changes
    }

    /// When the clocks next have something to tell.
    pub fn next_wake(&self, terms: &Terms) -> Option<Instant> {
        self.tellings(terms).map(|(at, ..)| at).min()
    }

    fn tellings<'a>(
        &'a self,
        terms: &'a Terms,
    ) -> impl Iterator<Item = (Instant, Metric, Telling)> + 'a {
        self.clocks.iter().flat_map(|clock| {
            let tellings = clock.tellings(terms.of(clock.metric)).into_iter();
            tellings.map(|(at, telling)| (at, clock.metric, telling))
        })
    }

    /// The last run of this metric, if one ever began.
    pub fn of(&self, metric: Metric) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.metric == metric)
    }

    /// The last run of each metric that ever began, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Clock> {
        self.clocks.iter()
    }

    fn is_open(&self, metric: Metric) -> bool {
        self.of(metric).is_some_and(Clock::is_open)
    }

    fn start(
        &mut self,
        terms: &Terms,
        metric: Metric,
        at: Instant,
        changes: &mut Vec<ClockChange>,
    ) {
        let mut clock = Clock::begun(metric, 1, at);
        let paused = terms.pauses(metric, &self.standing);
        clock.paused_since = paused.then_some(at);
        let due = clock.due_under(terms.of(metric));
        self.change(metric, at, Clocked::Started { due, paused }, changes);
    }

    /// Ends this metric's clock, if it is open. Where it is to be void, it still is missed when its
    /// deadline has passed.
    fn end(
        &mut self,
        terms: &Terms,
        metric: Metric,
        at: Instant,
        void: bool,
        changes: &mut Vec<ClockChange>,
    ) {
        let Some(clock) = self.of(metric).filter(|clock| clock.is_open()) else { return };
        let due = clock.due.or_else(|| clock.due_at_end(terms.of(metric), at));
        let verdict = due.map(|due| match (at > due, void) {
            (true, _) => Verdict::Missed,
            (false, true) => Verdict::Void,
            (false, false) => Verdict::Met,
        });
        self.change(metric, at, Clocked::Ended { due, verdict }, changes);
    }

    fn change(
        &mut self,
        metric: Metric,
        at: Instant,
        what: Clocked,
        changes: &mut Vec<ClockChange>,
    ) {
        let change = ClockChange { metric, at, what };
        self.apply(change);
        changes.push(change);
    }

    /// Copies what a change states. A change of a clock that there is not is left alone.
    pub fn apply(&mut self, change: ClockChange) {
        copy(&mut self.clocks, change);
    }

    /// The clocks of what stood so when they were last told of anything.
    pub(crate) fn standing(
        opened_at: Instant,
        opened_by: OpenedBy,
        standing: Standing,
        clocks: Vec<Clock>,
    ) -> Self {
        Self { opened_at, opened_by, standing, clocks }
    }
}

/// Copies what a change states.
pub(crate) fn copy(clocks: &mut Vec<Clock>, change: ClockChange) {
    let ClockChange { metric, at, what } = change;
    if let Clocked::Started { due, paused } = what {
        let number = clocks
            .iter()
            .find(|clock| clock.metric == metric)
            .map_or(1, |before| before.number.saturating_add(1));
        let mut clock = Clock::begun(metric, number, at);
        clock.due = due;
        clock.paused_since = paused.then_some(at);
        clocks.retain(|clock| clock.metric != metric);
        let place = clocks.partition_point(|clock| clock.metric < metric);
        clocks.insert(place, clock);
        return;
    }
    let Some(clock) = clocks.iter_mut().find(|clock| clock.metric == metric) else {
        return;
    };
    match what {
        Clocked::Started { .. } => {}
        Clocked::Paused => {
            clock.paused_since = Some(at);
            clock.due = clock.due.filter(|due| *due <= at);
        }
        Clocked::Resumed { due } => {
            clock.resume(at);
            clock.due = due;
        }
        Clocked::Retargeted { due, told } => {
            clock.due = due;
            clock.told = told;
        }
        Clocked::Rebegun { since, due } => {
            clock.started_at = since;
            clock.pauses.retain(|pause| pause.from >= since);
            clock.due = due;
        }
        Clocked::Ended { due, verdict } => {
            clock.resume(at);
            clock.due = due;
            clock.ended = Some(Ended { at, verdict });
        }
        Clocked::Reopened { due, paused } => {
            clock.reopen(at);
            clock.paused_since = paused.then_some(at);
            clock.due = due;
        }
        Clocked::Warned { warning } => clock.told.warnings |= bit(warning),
        Clocked::Missed => clock.told.missed = true,
        Clocked::Escalated { level } => clock.told.levels |= bit(level),
    }
}

impl Clock {
    /// Closes the pause that lasts, if one does.
    fn resume(&mut self, at: Instant) {
        let since = self.paused_since.take();
        self.pauses.extend(since.filter(|from| *from < at).map(|from| Pause { from, until: at }));
    }

    /// Takes its end back: what was between is a pause.
    fn reopen(&mut self, at: Instant) {
        let ended = self.ended.take().map(|ended| ended.at);
        self.pauses.extend(ended.filter(|from| *from < at).map(|from| Pause { from, until: at }));
    }
}
