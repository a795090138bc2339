//! What is promised of one subject: a target for each metric, what pauses it, what is told before
//! and after it is missed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Calendar, Clock, Metric, Reported, Target};
use crate::ids::{ReasonName, StatusName};
use crate::time::{Instant, Span, after};
use crate::workflow::StatusCategory;

/// In which time a clock runs.
///
/// ```
/// use helpdesk::Calendar;
/// use helpdesk::sla::Pace;
///
/// let office: Calendar = "zone Europe/Berlin; open mon-fri 09:00-17:00".parse()?;
/// assert_ne!(Pace::Open(office), Pace::Real);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Pace {
    /// All of it: plain seconds.
    #[default]
    Real,
    /// The open hours of a calendar.
    Open(Calendar),
}

impl Pace {
    /// The least instant not before `from` by which so much time has run; none, if that is beyond
    /// the end of time.
    pub(super) fn add(&self, from: Instant, amount: Span) -> Option<Instant> {
        match self {
            Self::Real => Some(after(from, amount)),
            Self::Open(calendar) => calendar.add(from, amount).ok(),
        }
    }

    /// How much time runs until the end of the nth business day; none where all time counts, and
    /// where there is no such day.
    pub(super) fn until_end_of_day(&self, from: Instant, days: u16) -> Option<Span> {
        match self {
            Self::Real => None,
            Self::Open(calendar) => {
                let end = calendar.end_of_business_day(from, days).ok()?;
                Some(self.between(from, end))
            }
        }
    }

    /// When time runs on, if it does not run then.
    pub(super) fn resumes_at(&self, now: Instant) -> Option<Instant> {
        match self {
            Self::Real => None,
            Self::Open(calendar) => calendar.next_open(now).filter(|opens| *opens > now),
        }
    }

    /// How much time ran between the two; nothing, if the second is the earlier one.
    pub(super) fn between(&self, from: Instant, to: Instant) -> Span {
        if to <= from {
            return Span::ZERO;
        }
        match self {
            Self::Real => Span::since(from, to),
            Self::Open(calendar) => Span::try_from(calendar.between(from, to)).unwrap_or_default(),
        }
    }
}

/// What is told of a clock before it is missed.
///
/// ```
/// use helpdesk::Span;
/// use helpdesk::sla::{Term, Warning};
///
/// let term = Term::within(Span::hours(4))
///     .warned(Warning::Percent(50))
///     .warned(Warning::Left(Span::minutes(30)));
/// assert_eq!(term.warnings.len(), 2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// When so much of the target has run, in percent; 1 to 99, and with any other number never.
    Percent(u8),
    /// When so much of it is left, in the clock's own time; where that is not less than the target,
    /// never.
    Left(Span),
}

/// What is promised of one metric.
///
/// ```
/// use helpdesk::sla::{Target, Term};
/// use helpdesk::{Calendar, Span};
///
/// let office: Calendar = "zone Europe/Berlin; open mon-fri 09:00-17:00".parse()?;
/// let term = Term::within(Target::BusinessDays(2))
///     .in_hours(&office)
///     .paused_in("pending")
///     .paused_for("postponed", "waits_for_customer")
///     .escalated(Span::ZERO)
///     .escalated(Span::hours(8));
/// assert_eq!((term.pauses.len(), term.levels.len()), (2, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Term {
    /// How much time may run; none: nothing is promised, and the clock runs without a deadline.
    pub target: Option<Target>,
    /// In which time.
    pub pace: Pace,
    /// The statuses in which its clock stands still, each alone or with one of its reasons.
    pub pauses: Vec<(StatusName, Option<ReasonName>)>,
    /// What is told before it is missed, each once.
    pub warnings: Vec<Warning>,
    /// How much more of its own time has run when each level of escalation is reached, after it was
    /// missed.
    pub levels: Vec<Span>,
}

impl Term {
    /// A target in all time, that nothing pauses, and of which nothing is told but a miss.
    pub fn within(target: impl Into<Target>) -> Self {
        Self { target: Some(target.into()), ..Self::default() }
    }

    /// The same in the open hours of a calendar.
    #[must_use]
    pub fn in_hours(mut self, calendar: &Calendar) -> Self {
        self.pace = Pace::Open(calendar.clone());
        self
    }

    /// The same with a clock that stands still in a status.
    #[must_use]
    pub fn paused_in(mut self, status: impl Into<StatusName>) -> Self {
        self.pauses.push((status.into(), None));
        self
    }

    /// The same with a clock that stands still in a status for a reason.
    #[must_use]
    pub fn paused_for(
        mut self,
        status: impl Into<StatusName>,
        reason: impl Into<ReasonName>,
    ) -> Self {
        self.pauses.push((status.into(), Some(reason.into())));
        self
    }

    /// The same with a warning.
    #[must_use]
    pub fn warned(mut self, warning: Warning) -> Self {
        self.warnings.push(warning);
        self
    }

    /// The same with a level of escalation that is reached so long after a miss.
    #[must_use]
    pub fn escalated(mut self, after: Span) -> Self {
        self.levels.push(after);
        self
    }

    /// How much time may run of a clock that began then.
    pub(super) fn span(&self, began: Instant) -> Option<Span> {
        match self.target? {
            Target::Within(span) => Some(span),
            Target::BusinessDays(days) => self.pace.until_end_of_day(began, days),
        }
    }

    /// The same hours and pauses, of which nothing is promised.
    fn without_target(self) -> Self {
        Self { target: None, warnings: Vec::new(), levels: Vec::new(), ..self }
    }

    /// How much time has run when this warning of a clock comes that began then; none where it
    /// would not come between the beginning and the deadline.
    pub(super) fn warned_at(&self, warning: Warning, began: Instant) -> Option<Span> {
        let target = self.span(began)?;
        match warning {
            Warning::Percent(percent @ 1..=99) => Some(target.part(u64::from(percent), 100)),
            Warning::Percent(_) => None,
            Warning::Left(left) => Some(target.less(left)).filter(|_| left < target),
        }
    }
}

/// What is promised of one subject, for each metric.
///
/// ```
/// use helpdesk::Span;
/// use helpdesk::sla::{Metric, Term, Terms};
///
/// let terms = Terms::none().with(Metric::FirstResponse, Term::within(Span::hours(4)));
/// assert!(terms.of(Metric::FirstResponse).is_some());
/// assert!(terms.of(Metric::NextResponse).is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Terms {
    /// By the place of the metric among all.
    terms: [Option<Term>; Metric::ALL.len()],
    /// By what runs that have ended were judged, by their numbers, where it was by other terms.
    judged: BTreeMap<Metric, (u32, Option<Term>)>,
    /// What was told elsewhere of what comes to these clocks.
    reported: Vec<Reported>,
}

impl Terms {
    /// Nothing is promised: the clocks run without deadlines.
    pub fn none() -> Self {
        Self::default()
    }

    /// The same with this promised of one metric, in place of what was.
    #[must_use]
    pub fn with(mut self, metric: Metric, term: Term) -> Self {
        if let Some(place) = self.terms.get_mut(metric as usize) {
            *place = Some(term);
        }
        self
    }

    /// The same, where this run was judged by other terms when it ended: what is told late corrects
    /// its verdict by those, and says nothing of what was promised since.
    ///
    /// ```
    /// use helpdesk::sla::{Clocks, Happened, Metric, OpenedBy, Standing, Term, Terms, Verdict};
    /// use helpdesk::{Span, StatusCategory};
    ///
    /// let promised = |hours| {
    ///     Terms::none().with(Metric::FirstResponse, Term::within(Span::hours(hours)))
    /// };
    /// let new = Standing::new("new", StatusCategory::New);
    /// let opened = "2026-03-02T09:00:00Z".parse()?;
    /// let (mut clocks, _) = Clocks::opened(&promised(4), opened, OpenedBy::Customer, new);
    /// let answered = "2026-03-02T15:00:00Z".parse()?;
    /// clocks.happened(&promised(4), answered, Happened::AgentReplied);
    ///
    /// clocks.retarget(&promised(4), &promised(1), answered);
    /// let ended = clocks.of(Metric::FirstResponse).unwrap();
    /// let terms = promised(1).judging(ended, &promised(4));
    /// // They had spoken before that: in the third of four hours.
    /// clocks.happened(&terms, "2026-03-02T11:30:00Z".parse()?, Happened::AgentReplied);
    /// let ended = clocks.of(Metric::FirstResponse).and_then(|clock| clock.ended()).unwrap();
    /// assert_eq!(ended.verdict, Some(Verdict::Met));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn judging(mut self, ended: &Clock, by: &Self) -> Self {
        let metric = ended.metric();
        self.judged.insert(metric, (ended.number(), by.of(metric).cloned()));
        self
    }

    /// Whether this run was judged by other terms.
    pub(super) fn judges(&self, clock: &Clock) -> bool {
        let run = self.judged.get(&clock.metric()).map(|(run, _)| *run);
        run == Some(clock.number()) && !clock.is_open()
    }

    /// What was promised of this run: when it ended, where it has.
    pub(super) fn of_run(&self, clock: &Clock) -> Option<&Term> {
        match self.judged.get(&clock.metric()).filter(|_| self.judges(clock)) {
            Some((_, term)) => term.as_ref(),
            None => self.of(clock.metric()),
        }
    }

    /// The same, where this was told elsewhere of what comes to the clocks.
    pub(crate) fn reporting(mut self, reported: impl IntoIterator<Item = Reported>) -> Self {
        self.reported.extend(reported);
        self
    }

    pub(super) fn reported(&self) -> &[Reported] {
        &self.reported
    }

    /// The same for what goes on in the place of this run: of what was promised nothing, nothing is
    /// promised afterwards.
    pub(super) fn in_place_of(&self, clock: &Clock) -> Cow<'_, Self> {
        let unpromised = clock.ended().is_some_and(|ended| ended.target.is_none());
        if !self.judges(clock) && !unpromised {
            return Cow::Borrowed(self);
        }
        let mut terms = self.terms.clone();
        if let Some(place) = terms.get_mut(clock.metric() as usize) {
            let term = self.of_run(clock).cloned();
            *place = if unpromised { term.map(Term::without_target) } else { term };
        }
        Cow::Owned(Self { terms, judged: BTreeMap::new(), reported: Vec::new() })
    }

    /// What is promised of one metric.
    pub fn of(&self, metric: Metric) -> Option<&Term> {
        self.terms.get(metric as usize)?.as_ref()
    }

    /// In which time this metric's clock runs.
    pub(super) fn pace(&self, metric: Metric) -> &Pace {
        self.of(metric).map_or(&Pace::Real, |term| &term.pace)
    }

    /// The same without deadlines: what stands still by them does, and nothing is promised.
    pub(crate) fn without_targets(&self) -> Self {
        let mut terms = self.terms.clone();
        for term in &mut terms {
            *term = term.take().map(Term::without_target);
        }
        Self { terms, judged: BTreeMap::new(), reported: Vec::new() }
    }

    /// Whether this metric's clock stands still where the ticket stands.
    pub(super) fn pauses(&self, metric: Metric, standing: &Standing) -> bool {
        let by_policy = self.of(metric).is_some_and(|term| {
            term.pauses.iter().any(|(status, reason)| {
                *status == standing.status && (reason.is_none() || *reason == standing.reason)
            })
        });
        by_policy || !metric.runs_in(standing.category)
    }
}

/// Where a subject stands: what clocks ask of its status.
///
/// ```
/// use helpdesk::StatusCategory;
/// use helpdesk::sla::Standing;
///
/// let plain = Standing::new("suspended", StatusCategory::OnHold);
/// let why = Standing { reason: Some("vendor".into()), ..plain.clone() };
/// assert_ne!(plain, why);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Standing {
    /// The status.
    pub status: StatusName,
    /// For what it waits, if it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonName>,
    /// What the status means.
    pub category: StatusCategory,
}

impl Standing {
    /// In a status without a reason.
    pub fn new(status: impl Into<StatusName>, category: StatusCategory) -> Self {
        Self { status: status.into(), reason: None, category }
    }
}
