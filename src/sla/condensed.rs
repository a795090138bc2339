//! What a clock knows of the time before the pauses that it keeps: how long it ran, and whether it
//! had reached its target.
//!
//! A clock that stands still every day gathers pauses, and few things ask for the single ones: other
//! hours in which it is to run, and what is told so late that it falls among them. For all else
//! their sum does. What needs them is told from the whole clocks, which follow from all changes.

use serde::{Deserialize, Serialize};

use super::change::{ClockChange, Clocked};
use super::clock::Clock;
use super::metric::WhenDone;
use super::{Clocks, Term, Terms};
use crate::time::{self, Instant, Span};

/// What a clock knows of a time of which it does not keep the pauses, by the term that it is
/// measured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condensed {
    /// Until when, from the beginning of the clock.
    #[serde(deserialize_with = "time::truncated")]
    pub until: Instant,
    /// How much time ran by then.
    pub ran: Span,
    /// How much time it was given, where so much had run by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Span>,
    /// When that had run: its deadline.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub due: Option<Instant>,
}

impl Condensed {
    /// Whether so much time had run by then.
    fn is_past(self, amount: Span) -> bool {
        amount <= self.ran
    }

    /// The instant by which so much time had run, which is known of the target alone.
    pub(super) fn reached(self, amount: Span) -> Option<Instant> {
        self.due.filter(|_| self.target == Some(amount))
    }

    fn change(self) -> Clocked {
        let Self { until, ran, target, due } = self;
        Clocked::Condensed { until, ran, target, due }
    }
}

impl Clock {
    /// What it knows of the time before the pauses that it keeps; `None`: it keeps all.
    pub fn condensed(&self) -> Option<Condensed> {
        self.condensed
    }

    /// Whether it does not keep what was then.
    pub(super) fn has_condensed(&self, at: Instant) -> bool {
        self.condensed.is_some_and(|it| at < it.until)
    }

    /// What had run by then, where that is before the pauses that it keeps.
    pub(super) fn condensed_by(&self, amount: Span) -> Option<Condensed> {
        self.condensed.filter(|it| it.is_past(amount))
    }

    /// Whether it does not know when it reached what this term gives it.
    pub(super) fn lacks_due(&self, term: &Term) -> bool {
        let Some(condensed) = self.condensed else { return false };
        let target = term.span(self.started_at);
        target.is_some_and(|target| condensed.is_past(target)) && condensed.target != target
    }

    /// Whether it has something to tell of which it does not know when its time had come.
    pub(super) fn lacks(&self, term: &Term) -> bool {
        let known = |amount| self.condensed_by(amount).is_none();
        self.is_open()
            && (self.lacks_due(term)
                || !self.unwarned(term).all(|(_, amount)| known(amount))
                || !self.unescalated(term).all(|(_, amount)| known(amount)))
    }

    /// What is known of the time until then.
    fn until(&self, term: Option<&Term>, until: Instant) -> Condensed {
        let nothing = Term::default();
        let term = term.unwrap_or(&nothing);
        let ran = self.elapsed(&term.pace, until);
        // What has ended for good is judged by what it was given then.
        let judged = self.ended.filter(|_| self.metric.when_done() != WhenDone::Interrupted);
        let target = judged.map_or_else(|| term.span(self.started_at), |ended| ended.target);
        let target = target.filter(|target| *target <= ran);
        let due = target.and_then(|target| self.reached(&term.pace, target));
        Condensed { until, ran, target, due }
    }
}

impl Clocks {
    /// Keeps at most so many pauses of each clock, and of the time before them what it takes to go
    /// on under these terms, by which the clocks are measured: verdicts, deadlines and elapsed times
    /// stay what they are, to the microsecond. Of a clock that has more, half as many are kept, and
    /// at least one; what has something to tell still is left as it is.
    ///
    /// Clocks keep everything by themselves: this is for what lives long and is stored whole, such
    /// as the head of a ticket. Some things cannot be told of condensed clocks, and
    /// [`fell_short`](Self::fell_short) says when; so whoever condenses keeps the changes, too, from
    /// which the whole clocks can be had.
    ///
    /// ```
    /// use helpdesk::sla::{Clocks, Happened, Metric, OpenedBy, Standing, Term, Terms};
    /// use helpdesk::{Span, StatusCategory};
    /// # use chrono::{DateTime, TimeDelta, Utc};
    ///
    /// let term = Term::within(Span::hours(100)).paused_in("pending");
    /// let terms = Terms::none().with(Metric::TotalResolution, term);
    /// let open = Standing::new("open", StatusCategory::Open);
    /// let pending = Standing::new("pending", StatusCategory::Waiting);
    /// let mut now: DateTime<Utc> = "2026-03-02T09:00:00Z".parse()?;
    /// let (mut clocks, _) = Clocks::opened(&terms, now, OpenedBy::Customer, open.clone());
    /// for standing in [pending, open].into_iter().cycle().take(20) {
    ///     now += TimeDelta::hours(1);
    ///     clocks.happened(&terms, now, Happened::Moved(standing));
    /// }
    /// let pauses = |clocks: &Clocks| clocks.of(Metric::TotalResolution).unwrap().pauses().len();
    /// let status = |clocks: &Clocks| clocks.status(&terms, Metric::TotalResolution, now);
    ///
    /// let whole = clocks.clone();
    /// clocks.condense(&terms, 4);
    /// assert_eq!((pauses(&whole), pauses(&clocks)), (10, 2));
    /// assert_eq!(status(&clocks), status(&whole));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn condense(&mut self, terms: &Terms, most: usize) {
        for change in self.condensing(None, terms, most) {
            self.apply(change);
        }
    }

    /// What condenses clocks that have more pauses than that; and where these have been told of
    /// what they did not keep, what the whole ones know of the time before their pauses now.
    pub(crate) fn condensing(
        &self,
        whole: Option<&Self>,
        terms: &Terms,
        most: usize,
    ) -> Vec<ClockChange> {
        let kept = (most / 2).max(1);
        let condensing = self.clocks.iter().filter_map(|clock| {
            let metric = clock.metric;
            let term = terms.of(metric);
            let gone = clock.pauses.len().saturating_sub(kept);
            let too_many = clock.pauses.len() > most.max(1);
            let last = clock.pauses.get(gone.saturating_sub(1)).filter(|_| too_many);
            let told_anew = clock.condensed.filter(|_| whole.is_some());
            // What has ended before is known until then.
            let told_anew =
                told_anew.map(|it| clock.ended.map_or(it.until, |ended| ended.at.min(it.until)));
            let until = last.map(|pause| pause.until).or(told_anew)?;
            let condensed = whole.unwrap_or(self).of(metric)?.until(term, until);
            let mut then = clock.clone();
            then.condense(condensed);
            let lacks = term.is_some_and(|term| then.lacks(term));
            if clock.condensed == Some(condensed) || (lacks && told_anew.is_none()) {
                return None;
            }
            let (what, wake) = (condensed.change(), clock.wake);
            Some(ClockChange { metric, at: until, what, wake, target: None })
        });
        condensing.collect()
    }

    /// Whether something was told of [condensed](Self::condense) clocks that they did not keep what
    /// they needed for: other terms that count other time, or reach a target or a warning then; or
    /// something that happened among the pauses that they do not keep. What became of them by that
    /// is not right, and is to be had from the whole clocks instead: those to which all changes are
    /// applied, but for [`Clocked::Condensed`].
    ///
    /// ```
    /// use helpdesk::sla::{Clocks, Happened, Metric, OpenedBy, Standing, Term, Terms};
    /// use helpdesk::{Calendar, Span, StatusCategory};
    /// # use chrono::{DateTime, TimeDelta, Utc};
    ///
    /// let promised = |term: Term| {
    ///     Terms::none().with(Metric::TotalResolution, term.paused_in("pending"))
    /// };
    /// let before = promised(Term::within(Span::hours(100)));
    /// let open = Standing::new("open", StatusCategory::Open);
    /// let pending = Standing::new("pending", StatusCategory::Waiting);
    /// let mut now: DateTime<Utc> = "2026-03-02T09:00:00Z".parse()?;
    /// let (mut whole, _) = Clocks::opened(&before, now, OpenedBy::Customer, open.clone());
    /// for standing in [pending, open].into_iter().cycle().take(20) {
    ///     now += TimeDelta::hours(1);
    ///     whole.happened(&before, now, Happened::Moved(standing));
    /// }
    /// let mut clocks = whole.clone();
    /// clocks.condense(&before, 4);
    ///
    /// // More time, and nothing of it has run before: they know enough.
    /// let longer = promised(Term::within(Span::hours(200)));
    /// let mut retargeted = clocks.clone();
    /// let changes = retargeted.retarget(&before, &longer, now);
    /// assert!(!retargeted.fell_short());
    /// assert_eq!(changes, whole.clone().retarget(&before, &longer, now));
    ///
    /// // What ran of it in open hours, only the whole ones know.
    /// let office: Calendar = "zone Etc/UTC; open mon-fri 09:00-17:00".parse()?;
    /// let in_hours = promised(Term::within(Span::hours(100)).in_hours(&office));
    /// clocks.retarget(&before, &in_hours, now);
    /// assert!(clocks.fell_short());
    /// whole.retarget(&before, &in_hours, now);
    /// assert!(!whole.fell_short());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fell_short(&self) -> bool {
        self.short
    }

    /// Notes what they would tell of which they do not know when its time had come.
    pub(super) fn note_shortfall(&mut self, terms: &Terms) {
        let mut condensed = self.clocks.iter().filter(|clock| clock.condensed.is_some());
        self.short |= condensed.any(|it| terms.of(it.metric).is_some_and(|term| it.lacks(term)));
    }
}
