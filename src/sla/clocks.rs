//! All clocks of one subject: what happens to it goes in, what becomes of its clocks comes out.

use serde::{Deserialize, Serialize};

use super::apply::copy;
use super::change::{ClockChange, Clocked, Ending, Happened, OpenedBy};
use super::clock::{Clock, Telling};
use super::following::Reopening;
use super::metric::WhenDone;
use super::{Continued, Metric, Standing, Terms};
use crate::time::{self, Instant};
use crate::workflow::StatusCategory;

/// The clocks of one subject: the last run of each metric that ever began.
///
/// What happens is told in the order in which it happened; each telling first carries out what had
/// come due before it, so that nothing depends on how often anybody looks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Clocks {
    #[serde(deserialize_with = "time::truncated")]
    pub(super) opened_at: Instant,
    pub(super) opened_by: OpenedBy,
    pub(super) standing: Standing,
    pub(super) clocks: Vec<Clock>,
    /// Whether they were told of what they do not keep.
    #[serde(skip)]
    pub(super) short: bool,
}

impl Clocks {
    /// Without any clock yet: what the changes of an opening are applied to, to have its clocks
    /// again from what was recorded.
    ///
    /// ```
    /// use helpdesk::StatusCategory;
    /// use helpdesk::sla::{Clocks, OpenedBy, Standing, Terms};
    ///
    /// let at = "2026-03-02T09:00:00Z".parse()?;
    /// let new = Standing::new("new", StatusCategory::New);
    /// let (clocks, changes) = Clocks::opened(&Terms::none(), at, OpenedBy::Customer, new.clone());
    /// let mut again = Clocks::unopened(at, OpenedBy::Customer, new);
    /// changes.into_iter().for_each(|change| again.apply(change));
    /// assert_eq!(again, clocks);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn unopened(at: Instant, opened_by: OpenedBy, standing: Standing) -> Self {
        Self::standing(time::whole_micros(at), opened_by, standing, Vec::new())
    }

    /// The clocks of what was opened then, and what became of them.
    ///
    /// ```
    /// use helpdesk::sla::{Clocks, Metric, OpenedBy, Standing, Terms};
    /// use helpdesk::StatusCategory;
    ///
    /// let at = "2026-03-02T09:00:00Z".parse()?;
    /// let new = Standing::new("new", StatusCategory::New);
    /// let (asked, _) = Clocks::opened(&Terms::none(), at, OpenedBy::Customer, new.clone());
    /// assert!(asked.of(Metric::FirstResponse).is_some());
    /// // Whom an agent wrote to first does not wait for an answer, but for more.
    /// let (told, _) = Clocks::opened(&Terms::none(), at, OpenedBy::Agent, new);
    /// assert!(told.of(Metric::FirstResponse).is_none());
    /// assert!(told.of(Metric::PeriodicUpdate).is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn opened(
        terms: &Terms,
        at: Instant,
        opened_by: OpenedBy,
        standing: Standing,
    ) -> (Self, Vec<ClockChange>) {
        Self::opened_from(terms, at, opened_by, standing, None)
    }

    /// The same, where its total resolution goes on from that of another.
    pub(crate) fn opened_from(
        terms: &Terms,
        at: Instant,
        opened_by: OpenedBy,
        standing: Standing,
        continued: Option<Continued>,
    ) -> (Self, Vec<ClockChange>) {
        let at = time::whole_micros(at);
        let mut clocks = Self::unopened(at, opened_by, standing);
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
            match continued.filter(|_| metric == Metric::TotalResolution) {
                Some(from) => clocks.goes_on(terms, at, from, &mut changes),
                None => clocks.start(terms, metric, at, &mut changes),
            }
        }
        if clocks.standing.category.is_done() {
            clocks.done(terms, at, &mut changes);
        }
        (clocks, changes)
    }

    /// What becomes of the clocks by something that happened then. What had come due before it is
    /// told first.
    ///
    /// What is told late is taken for what it was, as far as the last runs of the clocks show: an
    /// answer ends what had begun by then and nothing that began later, and corrects the verdict
    /// of what has ended after it, by the terms that [judged](Terms::judging) it; what was told of a
    /// miss stays told. A question begins its clock when it was asked, unless an answer after it is
    /// known. An agent's update parts the silence that it falls into, and never goes back behind a
    /// later one. A move that is told late counts from the last instant at which anything began,
    /// stood still, ran on or ended: time never runs backwards.
    ///
    /// ```
    /// use helpdesk::sla::{Clocks, Happened, Metric, OpenedBy, Standing, Term, Terms, Verdict};
    /// use helpdesk::{Span, StatusCategory};
    ///
    /// let terms = Terms::none().with(Metric::FirstResponse, Term::within(Span::hours(1)));
    /// let new = Standing::new("new", StatusCategory::New);
    /// let opened = "2026-03-02T09:00:00Z".parse()?;
    /// let (mut clocks, _) = Clocks::opened(&terms, opened, OpenedBy::Customer, new);
    /// let verdict = |clocks: &Clocks| clocks.of(Metric::FirstResponse)?.ended()?.verdict;
    ///
    /// clocks.happened(&terms, "2026-03-02T12:00:00Z".parse()?, Happened::AgentReplied);
    /// assert_eq!(verdict(&clocks), Some(Verdict::Missed));
    /// // A call is logged in the afternoon: they had spoken in time.
    /// clocks.happened(&terms, "2026-03-02T09:30:00Z".parse()?, Happened::AgentReplied);
    /// assert_eq!(verdict(&clocks), Some(Verdict::Met));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn happened(&mut self, terms: &Terms, at: Instant, what: Happened) -> Vec<ClockChange> {
        let at = time::whole_micros(at);
        let mut changes = self.tick(terms, at);
        match what {
            Happened::CustomerWrote => self.customer_wrote(terms, at, &mut changes),
            Happened::AgentReplied => self.agent_replied(terms, at, &mut changes),
            Happened::Assigned => self.fulfil(terms, Metric::TimeToAssign, at, &mut changes),
            Happened::Moved(standing) => {
                let at = self.not_before(at);
                self.moved(terms, at, standing, Reopening::GoesOn, &mut changes);
            }
        }
        self.note_shortfall(terms);
        changes
    }

    /// A question has come to it that was asked then, elsewhere: unless an older one waits, or any
    /// where it yields to that, what waits for an answer has waited since.
    pub(crate) fn asked(
        &mut self,
        terms: &Terms,
        at: Instant,
        since: Instant,
        yields: bool,
    ) -> Vec<ClockChange> {
        let mut changes = self.tick(terms, at);
        match self.waiting() {
            Some(metric) => {
                let older = self.of(metric).is_some_and(|clock| since < clock.started_at);
                if older && !yields {
                    self.rebegin(terms, metric, at, since, &mut changes);
                    changes.extend(self.tick(terms, at));
                }
            }
            None => self.start(terms, Metric::NextResponse, since, &mut changes),
        }
        changes
    }

    /// A question is no longer its own: of what it has left to be answered, the oldest was asked
    /// then; or there is nothing left.
    pub(crate) fn left(
        &mut self,
        terms: &Terms,
        at: Instant,
        since: Option<Instant>,
    ) -> Vec<ClockChange> {
        let mut changes = self.tick(terms, at);
        match (self.waiting(), since) {
            (Some(metric), Some(since)) => {
                // Older ones have been void since the work was done.
                if self.of(metric).is_some_and(|clock| since > clock.started_at) {
                    self.rebegin(terms, metric, at, since, &mut changes);
                    changes.extend(self.tick(terms, at));
                }
            }
            (Some(metric), None) => self.end(terms, metric, at, Ending::Moved, &mut changes),
            (None, _) => {}
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
        self.moved(terms, at, standing, Reopening::GoesOn, &mut changes);
        changes
    }

    /// The work is taken up again, and its resolution counts from then on.
    pub(crate) fn taken_up_anew(
        &mut self,
        terms: &Terms,
        at: Instant,
        standing: Standing,
    ) -> Vec<ClockChange> {
        let mut changes = self.tick(terms, at);
        let at = self.not_before(at);
        self.moved(terms, at, standing, Reopening::Anew, &mut changes);
        changes
    }

    /// That instant, or the last at which anything began, stood still, ran on or ended.
    fn not_before(&self, at: Instant) -> Instant {
        self.clocks.iter().map(Clock::last_instant).fold(at, Instant::max)
    }

    /// Something has come to it that was owed since then already, elsewhere: where these clocks
    /// run, they count since the earlier of the two.
    pub(crate) fn owed(
        &mut self,
        terms: &Terms,
        at: Instant,
        since: impl Iterator<Item = (Metric, Instant)>,
    ) -> Vec<ClockChange> {
        self.begun_otherwise(terms, at, since, |since, began| since < began)
    }

    /// What it owes it has owed since then, and not since earlier, where something had come to it
    /// that is elsewhere now.
    pub(crate) fn owes(
        &mut self,
        terms: &Terms,
        at: Instant,
        since: impl Iterator<Item = (Metric, Instant)>,
    ) -> Vec<ClockChange> {
        self.begun_otherwise(terms, at, since, |since, began| since > began)
    }

    fn begun_otherwise(
        &mut self,
        terms: &Terms,
        at: Instant,
        since: impl Iterator<Item = (Metric, Instant)>,
        differs: impl Fn(Instant, Instant) -> bool,
    ) -> Vec<ClockChange> {
        let mut changes = self.tick(terms, at);
        for (metric, since) in since {
            let clock = self.of(metric).filter(|clock| clock.is_open());
            if clock.is_some_and(|clock| differs(since, clock.started_at)) {
                self.rebegin(terms, metric, at, since, &mut changes);
                changes.extend(self.tick(terms, at));
            }
        }
        changes
    }

    /// Other terms hold from then on: clocks that run keep their beginning and their pauses, and
    /// are measured anew from there, so that a deadline may turn out to have passed. Those that
    /// ended keep their deadlines and verdicts. What was told and does not lie ahead again stays
    /// told, where the new terms have it told alike; and where terms come back that held before, what
    /// was told under them is not told again: a miss under the same deadline, a warning and a level
    /// of the same instant under the same target.
    ///
    /// ```
    /// use helpdesk::sla::{Clocks, Metric, OpenedBy, Standing, Term, Terms};
    /// use helpdesk::{Span, StatusCategory};
    ///
    /// let promised = |hours| {
    ///     Terms::none().with(Metric::FirstResponse, Term::within(Span::hours(hours)))
    /// };
    /// let new = Standing::new("new", StatusCategory::New);
    /// let opened = "2026-03-02T09:00:00Z".parse()?;
    /// let (mut clocks, _) = Clocks::opened(&promised(8), opened, OpenedBy::Customer, new);
    /// clocks.retarget(&promised(8), &promised(2), "2026-03-02T10:30:00Z".parse()?);
    /// let due = clocks.of(Metric::FirstResponse).and_then(|clock| clock.due());
    /// assert_eq!(due, Some("2026-03-02T11:00:00Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn retarget(&mut self, before: &Terms, terms: &Terms, at: Instant) -> Vec<ClockChange> {
        let at = time::whole_micros(at);
        let mut changes = self.tick(before, at);
        self.stand(terms, at, &mut changes);
        for metric in Metric::ALL {
            let Some(clock) = self.of(metric) else { continue };
            // What it ran before the pauses that it keeps, is of the time before.
            let mut short = clock.condensed.is_some() && before.pace(metric) != terms.pace(metric);
            let due = if clock.is_open() {
                Some(clock.due_under(terms.of(metric)))
            } else if metric.when_done() == WhenDone::Interrupted {
                // It may run on some day, and tell, but for what it has told before.
                short |= terms.of(metric).is_some_and(|term| clock.lacks_due(term));
                short |= clock.condensed.is_some() && !clock.mentions.is_empty();
                Some(clock.due)
            } else {
                None
            };
            self.short |= short;
            if let Some(due) = due {
                self.tell_of(metric, before, terms, at, due, &mut changes);
            }
        }
        changes.extend(self.tick(terms, at));
        changes
    }

    /// What the clocks tell by themselves until now: warnings, misses and levels, each once, in
    /// the order of their instants. A miss is dated by its deadline, and told one microsecond
    /// later: at the deadline itself a clock is still met.
    ///
    /// ```
    /// use helpdesk::sla::{Clocked, Clocks, Metric, OpenedBy, Standing, Term, Terms, Warning};
    /// use helpdesk::{Span, StatusCategory};
    ///
    /// let term = Term::within(Span::hours(4)).warned(Warning::Percent(75));
    /// let terms = Terms::none().with(Metric::FirstResponse, term);
    /// let new = Standing::new("new", StatusCategory::New);
    /// let opened = "2026-03-02T09:00:00Z".parse()?;
    /// let (mut clocks, _) = Clocks::opened(&terms, opened, OpenedBy::Customer, new);
    ///
    /// assert_eq!(clocks.next_wake(), Some("2026-03-02T12:00:00Z".parse()?));
    /// // Nobody looked for a week; each has its own instant all the same.
    /// let told = clocks.tick(&terms, "2026-03-09T09:00:00Z".parse()?);
    /// let told: Vec<_> = told.iter().map(|it| (it.at.to_rfc3339(), it.what)).collect();
    /// assert_eq!(told, [
    ///     ("2026-03-02T12:00:00+00:00".to_owned(), Clocked::Warned { warning: 0 }),
    ///     ("2026-03-02T13:00:00+00:00".to_owned(), Clocked::Missed),
    /// ]);
    /// assert_eq!(clocks.next_wake(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tick(&mut self, terms: &Terms, now: Instant) -> Vec<ClockChange> {
        let now = time::whole_micros(now);
        let asleep = self.next_wake().is_none_or(|wake| wake > now);
        if asleep && terms.reported().is_empty() {
            self.note_shortfall(terms);
            return Vec::new();
        }
        let mut changes = self.tell(terms, now);
        // What woke and had nothing to tell was armed in other hours: before a change of the rules
        // of its zone, say. It is measured anew.
        for metric in Metric::ALL {
            let armed = self.of(metric).filter(|clock| clock.wakes_by(now));
            let Some(clock) = armed else { continue };
            let (due, told) = (clock.due_under(terms.of(metric)), clock.told);
            self.change(terms, metric, now, Clocked::Retargeted { due, told }, &mut changes);
        }
        changes.extend(self.tell(terms, now));
        changes
    }

    fn tell(&mut self, terms: &Terms, now: Instant) -> Vec<ClockChange> {
        let mut changes = Vec::new();
        self.hear(terms, now, &mut changes);
        let mut due: Vec<(Instant, Metric, Telling)> = Vec::new();
        for clock in self.clocks.iter().filter(|clock| clock.wakes_by(now)) {
            let Some(term) = terms.of(clock.metric) else { continue };
            let tellings = clock.tellings(term, now).into_iter();
            due.extend(tellings.map(|(at, telling)| (at, clock.metric, telling)));
        }
        due.sort_unstable();
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
            self.change(terms, metric, at, what, &mut changes);
        }
        self.note_shortfall(terms);
        changes
    }

    /// When the clocks next have something to tell, if nothing happens before: the one timer that
    /// a host sets. After [`tick`](Self::tick) at that instant the next one is later.
    pub fn next_wake(&self) -> Option<Instant> {
        self.clocks.iter().filter_map(|clock| clock.wake).min()
    }

    /// The last run of this metric, if one ever began.
    pub fn of(&self, metric: Metric) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.metric == metric)
    }

    /// The last run of each metric that ever began, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Clock> {
        self.clocks.iter()
    }

    pub(super) fn start(
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
        self.change(terms, metric, at, Clocked::Started { due, paused }, changes);
    }

    /// Ends this metric's clock, if it is open.
    pub(super) fn end(
        &mut self,
        terms: &Terms,
        metric: Metric,
        at: Instant,
        by: Ending,
        changes: &mut Vec<ClockChange>,
    ) {
        let Some(clock) = self.of(metric).filter(|clock| clock.is_open()) else { return };
        let (due, ended) = clock.judged(terms.of(metric), at, by);
        self.short |= clock.has_condensed(at);
        self.change(terms, metric, at, ended.change(due), changes);
    }

    pub(super) fn change(
        &mut self,
        terms: &Terms,
        metric: Metric,
        at: Instant,
        what: Clocked,
        changes: &mut Vec<ClockChange>,
    ) {
        let tells =
            matches!(what, Clocked::Warned { .. } | Clocked::Missed | Clocked::Escalated { .. });
        let told = self.of(metric).filter(|_| tells).zip(terms.of(metric));
        let target = told.and_then(|(clock, term)| term.span(clock.started_at));
        let mut change = ClockChange { metric, at, what, wake: None, target };
        self.apply(change);
        if let Some(clock) = self.clocks.iter_mut().find(|clock| clock.metric == metric) {
            clock.wake = clock.wakes_at(terms.of(metric));
            change.wake = clock.wake;
        }
        changes.push(change);
    }

    /// Copies what a change states: nothing is decided, so that what was recorded gives the same
    /// clocks everywhere. A change of a clock that there is not is left alone.
    pub fn apply(&mut self, change: ClockChange) {
        copy(&mut self.clocks, change);
    }

    /// Copies where the subject stands, where that was recorded by itself and not as a change of a
    /// clock.
    pub fn stands(&mut self, standing: Standing) {
        self.standing = standing;
    }

    /// Where their subject stood when they were last told of anything.
    pub(crate) fn standing_now(&self) -> &Standing {
        &self.standing
    }

    /// The clocks of what stood so when they were last told of anything.
    pub(crate) fn standing(
        opened_at: Instant,
        opened_by: OpenedBy,
        standing: Standing,
        clocks: Vec<Clock>,
    ) -> Self {
        Self { opened_at, opened_by, standing, clocks, short: false }
    }
}
