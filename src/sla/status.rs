//! How a clock stands at an instant.

use std::fmt;

use super::{Clock, Clocks, Metric, Term, Terms, Verdict};
use crate::time::{self, Instant, Span};

/// How a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClockState {
    /// It runs, and its deadline has not passed.
    Running,
    /// It stands still, and its deadline has not passed.
    Paused,
    /// It ended, and was met.
    Met,
    /// Its deadline has passed: it ended after that, or has not ended yet.
    Missed,
    /// It ended, since what it waited for was not to be expected any more.
    Void,
    /// It ended, and nothing had been promised.
    Ended,
}

impl ClockState {
    /// One word for it.
    ///
    /// ```
    /// # use helpdesk::sla::ClockState;
    /// assert_eq!(ClockState::Missed.to_string(), "missed");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Met => "met",
            Self::Missed => "missed",
            Self::Void => "void",
            Self::Ended => "ended",
        }
    }
}

impl fmt::Display for ClockState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How a clock stands at an instant: all that is asked of it, in one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClockStatus {
    /// What is measured.
    pub metric: Metric,
    /// How it stands.
    pub state: ClockState,
    /// When it began.
    pub started_at: Instant,
    /// When it ended; none while it is open.
    pub ended_at: Option<Instant>,
    /// The deadline; none where nothing is promised, and none while it stands still before that.
    pub due: Option<Instant>,
    /// How much time it is given, or was when it ended; business days as the open time that they
    /// are for this clock. None where nothing is promised.
    pub target: Option<Span>,
    /// How much time has run, past the deadline too.
    pub elapsed: Span,
    /// How much time may run until it is missed; none where nothing is promised.
    pub remaining: Option<Span>,
    /// How much of the target has run, in hundredths of a percent, cut: 99.999 % of a target is
    /// 9,999, and 10,000 is all of it.
    pub used: Option<u64>,
    /// When time runs on, if it does not run now for want of open hours.
    pub resumes_at: Option<Instant>,
}

impl ClockStatus {
    /// Whether anything is promised: whether there is a target. What is promised nothing is measured
    /// all the same, and is never missed.
    pub fn is_promised(&self) -> bool {
        self.target.is_some()
    }

    /// Whether what it waits for is yet to come: it runs or stands still.
    pub fn is_open(&self) -> bool {
        self.ended_at.is_none()
    }

    /// Whether it is late now: the deadline has passed, and what it waits for is yet to come. What
    /// came too late is missed, and not overdue any more. The age of a ticket is another matter:
    /// [`Ticket::is_overdue`](crate::Ticket::is_overdue).
    ///
    /// ```
    /// use helpdesk::sla::{ClockState, Clocks, Happened, Metric, OpenedBy, Standing, Term, Terms};
    /// use helpdesk::{Span, StatusCategory};
    ///
    /// let terms = Terms::none().with(Metric::FirstResponse, Term::within(Span::hours(4)));
    /// let new = Standing::new("new", StatusCategory::New);
    /// let opened = "2026-03-02T09:00:00Z".parse()?;
    /// let (mut clocks, _) = Clocks::opened(&terms, opened, OpenedBy::Customer, new);
    ///
    /// let two = "2026-03-02T14:00:00Z".parse()?;
    /// let late = clocks.status(&terms, Metric::FirstResponse, two).unwrap();
    /// assert_eq!((late.state, late.is_overdue()), (ClockState::Missed, true));
    /// clocks.happened(&terms, two, Happened::AgentReplied);
    /// let answered = clocks.status(&terms, Metric::FirstResponse, two).unwrap();
    /// assert_eq!((answered.state, answered.is_overdue()), (ClockState::Missed, false));
    ///
    /// let measured = clocks.status(&terms, Metric::TotalResolution, two).unwrap();
    /// assert!(measured.is_open() && !measured.is_promised());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_overdue(&self) -> bool {
        self.state == ClockState::Missed && self.is_open()
    }
}

impl Clocks {
    /// How the last run of this metric stands then, at or after the last that it was told of; none,
    /// if none ever began. What has ended stands as it was judged.
    ///
    /// ```
    /// use helpdesk::sla::{ClockState, Clocks, Metric, OpenedBy, Standing, Term, Terms};
    /// use helpdesk::{Span, StatusCategory};
    ///
    /// let terms = Terms::none().with(Metric::FirstResponse, Term::within(Span::hours(4)));
    /// let new = Standing::new("new", StatusCategory::New);
    /// let opened = "2026-03-02T09:00:00Z".parse()?;
    /// let (clocks, _) = Clocks::opened(&terms, opened, OpenedBy::Customer, new);
    /// let now = "2026-03-02T12:00:00Z".parse()?;
    /// let status = clocks.status(&terms, Metric::FirstResponse, now).unwrap();
    /// assert_eq!(status.state, ClockState::Running);
    /// assert_eq!((status.target, status.elapsed), (Some(Span::hours(4)), Span::hours(3)));
    /// assert_eq!(status.remaining, Some(Span::hours(1)));
    /// assert_eq!(status.used, Some(7_500), "75 %");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn status(&self, terms: &Terms, metric: Metric, now: Instant) -> Option<ClockStatus> {
        let clock = self.of(metric)?;
        let now = time::whole_micros(now);
        let nothing = Term::default();
        let term = terms.of(metric).unwrap_or(&nothing);
        let (target, elapsed) = match clock.ended() {
            Some(ended) => (ended.target, ended.ran),
            None => (term.span(clock.started_at()), clock.elapsed(&term.pace, now)),
        };
        let runs = clock.is_open() && clock.paused_since().is_none();
        Some(ClockStatus {
            metric,
            state: state(clock, now),
            started_at: clock.started_at(),
            ended_at: clock.ended().map(|ended| ended.at),
            due: clock.due(),
            target,
            elapsed,
            remaining: target.map(|target| target.less(elapsed)),
            used: target.map(|target| elapsed.parts_of(target, 10_000)),
            resumes_at: term.pace.resumes_at(now).filter(|_| runs),
        })
    }
}

fn state(clock: &Clock, now: Instant) -> ClockState {
    match clock.ended() {
        Some(ended) => match ended.verdict {
            Some(Verdict::Met) => ClockState::Met,
            Some(Verdict::Missed) => ClockState::Missed,
            Some(Verdict::Void) => ClockState::Void,
            None => ClockState::Ended,
        },
        None if clock.is_past_due(now) => ClockState::Missed,
        None if clock.paused_since().is_some() => ClockState::Paused,
        None => ClockState::Running,
    }
}
