//! A clock in the model: S2, S4, S6 and S7 of the requirements, by adding and taking away.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::sla::policy::Obligation;
use crate::sla::{Calendar, Clock, Ending, Metric, Target, Verdict, Warning};
use crate::{
    PriorityName, ReasonName, Revision, Settings, SlaPolicyName, Span, StatusCategory, StatusName,
};

/// One run of a metric, from its beginning to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelClock {
    /// What it measures.
    pub metric: Metric,
    /// Which run of it, from 1.
    pub number: u32,
    /// When it began.
    pub began: DateTime<Utc>,
    /// From when until when it stood still, oldest first; the last may go on.
    pub still: Vec<(DateTime<Utc>, Option<DateTime<Utc>>)>,
    /// How it ended.
    pub ended: Option<ModelEnd>,
    /// What was promised when it ended: the policy, the priority, the settings.
    pub by: Option<ModelPromise>,
    /// What has been told of it.
    pub told: BTreeSet<Telling>,
    /// Whether a miss was ever told of this run.
    pub missed: bool,
    /// The deadline for whose miss something is owed.
    pub owed: Option<DateTime<Utc>>,
    /// Since when what was missed had been waited for.
    pub missed_since: BTreeSet<DateTime<Utc>>,
    /// What was ever told of it: the kind, when it came, and how much time it was given.
    pub ever: BTreeSet<(u8, DateTime<Utc>, Option<TimeDelta>)>,
}

/// What a clock has told of something that is another ticket's now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) metric: Metric,
    /// Since when it counts there.
    pub(super) since: DateTime<Utc>,
    /// By which deadline all was told that had come.
    pub(super) due: Option<DateTime<Utc>>,
    /// Whether any miss was told.
    pub(super) missed: bool,
}

/// A policy, a priority, and the settings under which they are read.
pub type ModelPromise = (Option<SlaPolicyName>, PriorityName, Revision);

/// How a clock ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the getters of `Ended`")]
pub struct ModelEnd {
    pub at: DateTime<Utc>,
    pub by: Ending,
    /// The deadline by which it was judged.
    pub due: Option<DateTime<Utc>>,
    pub verdict: Option<Verdict>,
    pub target: Option<TimeDelta>,
    pub ran: TimeDelta,
}

/// What a clock tells by itself, by its place in the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are those of `Clocked`")]
pub enum Telling {
    Warning(u8),
    Missed,
    Level(u8),
}

/// What is promised of a metric.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Terms<'s> {
    obligation: Option<&'s Obligation>,
    calendar: Option<&'s Calendar>,
    target: Option<Target>,
}

impl<'s> Terms<'s> {
    pub(super) fn of(
        settings: &'s Settings,
        obligation: Option<&'s Obligation>,
        priority: &PriorityName,
    ) -> Self {
        let calendar = obligation.and_then(|it| it.calendar.as_ref());
        let by_priority = obligation.and_then(|it| it.by_priority.get(priority).copied());
        Self {
            obligation,
            calendar: calendar.and_then(|name| settings.calendar(name)),
            target: by_priority.or(obligation.and_then(|it| it.within)),
        }
    }

    /// The same hours and pauses, of which nothing is promised.
    pub(super) fn without_target(self) -> Self {
        Self { target: None, ..self }
    }

    fn warnings(&self) -> Vec<Warning> {
        self.obligation.iter().flat_map(|it| &it.warnings).map(|warn| warn.at).collect()
    }

    fn levels(&self) -> Vec<Span> {
        self.obligation.iter().flat_map(|it| &it.levels).map(|level| level.after).collect()
    }

    /// Whether they differ in nothing.
    pub(super) fn are(&self, other: &Self) -> bool {
        let pauses = |terms: &Self| terms.obligation.map_or(&[][..], |it| &it.pauses).to_vec();
        self.target == other.target
            && self.calendar == other.calendar
            && pauses(self) == pauses(other)
            && self.warnings() == other.warnings()
            && self.levels() == other.levels()
    }

    /// Whether a metric's clock stands still there.
    pub(super) fn stops(
        &self,
        metric: Metric,
        status: &StatusName,
        reason: Option<&ReasonName>,
        category: StatusCategory,
    ) -> bool {
        use StatusCategory::{Closed, New, OnHold, Open, Resolved, Waiting};
        let not_counted = match metric {
            Metric::AgentWork => matches!(category, Waiting | OnHold | Resolved | Closed),
            Metric::RequesterWait => !matches!(category, New | Open | OnHold),
            _ => false,
        };
        let pauses = self.obligation.iter().flat_map(|it| &it.pauses);
        let mut here = pauses.filter(|pause| pause.status == *status);
        not_counted || here.any(|pause| pause.reason.is_none() || pause.reason.as_ref() == reason)
    }

    /// How much of the time counts that lies between.
    fn counts(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        match self.calendar {
            _ if to <= from => TimeDelta::zero(),
            Some(calendar) => calendar.between(from, to),
            None => to - from,
        }
    }

    pub(super) fn later(&self, from: DateTime<Utc>, by: TimeDelta) -> Option<DateTime<Utc>> {
        match self.calendar {
            Some(calendar) => calendar.add(from, Span::try_from(by).ok()?).ok(),
            None => from.checked_add_signed(by),
        }
    }
}

impl ModelClock {
    pub(super) fn begun(metric: Metric, number: u32, began: DateTime<Utc>) -> Self {
        let (still, told, ever) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        let missed_since = BTreeSet::new();
        let (ended, by, missed, owed) = (None, None, false, None);
        Self { metric, number, began, still, ended, by, told, missed, owed, missed_since, ever }
    }

    pub(super) fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    pub(super) fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.ended.as_ref().map(|ended| ended.at)
    }

    /// The last instant at which it began, stood still, ran on or ended.
    pub(super) fn last(&self) -> DateTime<Utc> {
        let still = self.still.iter().map(|(from, until)| until.unwrap_or(*from));
        still.chain(self.ended_at()).fold(self.began, Ord::max)
    }

    /// When it stood still or had ended; what has no end goes on.
    fn stood(&self) -> Vec<(DateTime<Utc>, Option<DateTime<Utc>>)> {
        let ended = self.ended.iter().map(|ended| (ended.at, None));
        self.still.iter().copied().chain(ended).collect()
    }

    /// How much time it did not run until then, that would have counted.
    fn lost(&self, terms: &Terms<'_>, until: DateTime<Utc>) -> TimeDelta {
        let spans = self.stood();
        let lost = spans
            .iter()
            .map(|(from, to)| terms.counts(*from, to.map_or(until, |to| to.min(until))));
        lost.sum()
    }

    pub(super) fn ran(&self, terms: &Terms<'_>, until: DateTime<Utc>) -> TimeDelta {
        terms.counts(self.began, until) - self.lost(terms, until)
    }

    /// When it has run so long: as long after the beginning as that and all that it has lost until
    /// then. `None`: it stands still before.
    fn reaches(&self, terms: &Terms<'_>, amount: TimeDelta) -> Option<DateTime<Utc>> {
        let mut at = terms.later(self.began, amount)?;
        loop {
            // What it is not yet far enough in before, it has lost whole.
            let mut lost = TimeDelta::zero();
            for (from, to) in self.stood().into_iter().filter(|(from, _)| *from < at) {
                lost += terms.counts(from, to?);
            }
            let with_lost = terms.later(self.began, amount + lost)?;
            if with_lost == at {
                return Some(at);
            }
            at = with_lost;
        }
    }

    fn target(&self, terms: &Terms<'_>) -> Option<TimeDelta> {
        match terms.target? {
            Target::Within(span) => Some(span.into()),
            Target::BusinessDays(days) => {
                let end = terms.calendar?.end_of_business_day(self.began, days).ok()?;
                Some(terms.counts(self.began, end))
            }
        }
    }

    pub(super) fn due(&self, terms: &Terms<'_>) -> Option<DateTime<Utc>> {
        match &self.ended {
            Some(ended) => ended.due,
            None => self.reaches(terms, self.target(terms)?),
        }
    }

    /// All that it tells by itself, and when.
    fn tellings(&self, terms: &Terms<'_>) -> Vec<(DateTime<Utc>, Telling)> {
        let Some(target) = self.target(terms) else { return Vec::new() };
        let mut tellings = Vec::new();
        for (place, warning) in (0..).zip(terms.warnings()) {
            let ran = match warning {
                // The first microsecond by which so much has run.
                Warning::Percent(percent) => {
                    let micros = target.num_microseconds().unwrap_or(i64::MAX);
                    let part = micros.saturating_mul(percent.into()).saturating_add(99);
                    TimeDelta::microseconds(part / 100)
                }
                Warning::Left(left) => target - TimeDelta::from(left),
            };
            if ran > TimeDelta::zero() || matches!(warning, Warning::Percent(_)) {
                tellings.extend(self.reaches(terms, ran).map(|at| (at, Telling::Warning(place))));
            }
        }
        let Some(due) = self.reaches(terms, target) else { return tellings };
        let missed = due + TimeDelta::microseconds(1);
        tellings.push((missed, Telling::Missed));
        for (place, level) in (0..).zip(terms.levels()) {
            let at = self.reaches(terms, target + TimeDelta::from(level));
            tellings.extend(at.map(|at| (at.max(missed), Telling::Level(place))));
        }
        tellings
    }

    /// Tells what its time has come for. Whether a remedy is owed for that: a run owes one once.
    pub(super) fn tell(&mut self, terms: &Terms<'_>, now: DateTime<Utc>) -> bool {
        let mut first = false;
        if self.is_open() {
            for (at, telling) in self.tellings(terms).into_iter().filter(|(at, _)| *at <= now) {
                if self.told.insert(telling) {
                    self.ever.insert(self.once(terms, at, telling));
                    first |= telling == Telling::Missed && !self.missed;
                }
            }
        }
        if first {
            self.is_missed();
        }
        let owes = first && terms.obligation.is_some_and(|it| it.remedy.is_some());
        if owes {
            self.owed = self.due(terms);
        }
        owes
    }

    /// What has come by then was told elsewhere, a miss only if it was.
    pub(super) fn goes_on(&mut self, terms: &Terms<'_>, at: DateTime<Utc>, missed: bool) {
        let come = self.tellings(terms).into_iter().filter(|(came, _)| *came <= at);
        let told = come.map(|(_, telling)| telling);
        self.told = told.filter(|it| missed || matches!(it, Telling::Warning(_))).collect();
        if missed {
            self.is_missed();
        }
    }

    fn is_missed(&mut self) {
        if !self.missed {
            self.missed = true;
            self.missed_since.insert(self.began);
        }
    }

    /// What another clock told of what this one measures now is told.
    pub(super) fn hear(&mut self, terms: &Terms<'_>, report: &Report, now: DateTime<Utc>) {
        let response = |metric| matches!(metric, Metric::FirstResponse | Metric::NextResponse);
        let of_this =
            report.metric == self.metric || (response(report.metric) && response(self.metric));
        if !of_this || report.since != self.began || !self.is_open() {
            return;
        }
        if report.missed {
            self.is_missed();
        }
        if report.due.is_some() && report.due == self.due(terms) {
            let come = self.tellings(terms).into_iter().filter(|(at, _)| *at <= now);
            self.told.extend(come.map(|(_, telling)| telling));
        }
    }

    /// What is told once of a run, whatever holds meanwhile: a miss under one deadline, a warning
    /// or a level that comes at one instant under one target.
    fn once(
        &self,
        terms: &Terms<'_>,
        at: DateTime<Utc>,
        telling: Telling,
    ) -> (u8, DateTime<Utc>, Option<TimeDelta>) {
        match telling {
            Telling::Warning(_) => (0, at, self.target(terms)),
            Telling::Missed => (1, at, None),
            Telling::Level(_) => (2, at, self.target(terms)),
        }
    }

    /// When it next tells something.
    pub(super) fn wake(&self, terms: &Terms<'_>) -> Option<DateTime<Utc>> {
        let tellings = if self.is_open() { self.tellings(terms) } else { Vec::new() };
        let untold = tellings.into_iter().filter(|(_, telling)| !self.told.contains(telling));
        untold.map(|(at, _)| at).min()
    }

    /// What it has told stays told where the new terms say the same, and its time has come.
    pub(super) fn retell(&mut self, before: &Terms<'_>, terms: &Terms<'_>, now: DateTime<Utc>) {
        let (warnings, levels) = (before.warnings(), before.levels());
        let (new_warnings, new_levels) = (terms.warnings(), terms.levels());
        let was_told = |telling: Telling| match telling {
            Telling::Missed => self.told.contains(&Telling::Missed),
            Telling::Warning(place) => {
                let what = new_warnings.get(usize::from(place));
                let mut same = (0..).zip(&warnings).filter(|(_, it)| Some(*it) == what);
                same.any(|(place, _)| self.told.contains(&Telling::Warning(place)))
            }
            Telling::Level(place) => {
                let what = new_levels.get(usize::from(place));
                let mut same = (0..).zip(&levels).filter(|(_, it)| Some(*it) == what);
                same.any(|(place, _)| self.told.contains(&Telling::Level(place)))
            }
        };
        let tellings = self.tellings(terms).into_iter();
        let come = tellings.filter(|(at, _)| *at <= now);
        let told = come.filter(|(at, telling)| {
            was_told(*telling) || self.ever.contains(&self.once(terms, *at, *telling))
        });
        self.told = told.map(|(_, telling)| telling).collect();
    }

    /// Stands still from then on, or no longer.
    pub(super) fn stand(&mut self, still: bool, at: DateTime<Utc>) {
        match self.still.last_mut() {
            Some((_, until @ None)) if !still => *until = Some(at),
            Some((_, None)) => {}
            _ if still => self.still.push((at, None)),
            _ => {}
        }
    }

    /// Ends; where it had ended later, it is judged anew.
    pub(super) fn end(&mut self, terms: &Terms<'_>, at: DateTime<Utc>, by: Ending) {
        let ended = self.ended.take();
        let stood_later =
            self.still.iter().any(|(from, until)| *from > at || until.is_some_and(|it| it > at));
        for (_, until) in &mut self.still {
            *until = Some(until.map_or(at, |until| until.min(at)));
        }
        self.still.retain(|(from, until)| Some(*from) < *until);
        let target = match &ended {
            Some(ended) => ended.target,
            None => self.target(terms),
        };
        let due = match ended {
            Some(ended) if !stood_later => ended.due,
            _ => target.and_then(|target| self.reaches(terms, target)),
        };
        let ran = self.ran(terms, at);
        let verdict = due.map(|due| match by {
            Ending::Moved => Verdict::Void,
            _ if at > due => Verdict::Missed,
            Ending::Done => Verdict::Void,
            Ending::Fulfilled => Verdict::Met,
        });
        self.ended = Some(ModelEnd { at, by, due, verdict, target, ran });
    }

    /// Runs on; what was between is lost.
    pub(super) fn reopen(&mut self, at: DateTime<Utc>) {
        if let Some(ended) = self.ended.take() {
            self.still.push((ended.at, Some(at)));
            self.by = None;
        }
    }

    /// Has run since another instant.
    pub(super) fn begin_at(&mut self, began: DateTime<Utc>) {
        if began > self.began {
            // What was asked before went elsewhere, and what is owed for it.
            self.missed = self.missed_since.contains(&began);
        }
        self.began = began;
        for (from, _) in &mut self.still {
            *from = began.max(*from);
        }
        self.still.retain(|(from, until)| until.is_none_or(|until| *from < until));
    }

    /// In what a clock of the desk differs.
    pub(super) fn differs(&self, terms: &Terms<'_>, desk: &Clock) -> Option<String> {
        let mut still: Vec<_> =
            desk.pauses().iter().map(|pause| (pause.from, Some(pause.until))).collect();
        still.extend(desk.paused_since().map(|from| (from, None)));
        let ended = desk.ended().map(|ended| ModelEnd {
            at: ended.at,
            by: ended.by,
            due: desk.due(),
            verdict: ended.verdict,
            target: ended.target.map(TimeDelta::from),
            ran: ended.ran.into(),
        });
        let places = 0..32_u8;
        let warnings = places.clone().filter(|it| desk.told().warned(*it)).map(Telling::Warning);
        let levels = places.filter(|it| desk.told().escalated(*it)).map(Telling::Level);
        let missed = desk.told().missed().then_some(Telling::Missed);
        let (metric, number, began) = (desk.metric(), desk.number(), desk.started_at());
        let told = warnings.chain(missed).chain(levels).collect();
        let missed = desk.told().ever_missed();
        let bare = Self::begun(metric, number, began);
        let desk_has = Self { still, ended, told, missed, ..bare.clone() };
        let Self { by, owed, missed_since, ever, .. } = bare;
        let mut model = Self { by, owed, missed_since, ever, ..self.clone() };
        model.still.retain(|(from, until)| until.is_none_or(|until| *from < until));
        if let Some(condensed) = desk.condensed() {
            // Of the pauses before, the desk only says how much time ran between them.
            let ran = self.ran(terms, condensed.until);
            if ran != condensed.ran.into() {
                return Some(format!("the desk has {condensed:?}, by which {ran} ran"));
            }
            for (from, _) in &mut model.still {
                *from = condensed.until.max(*from);
            }
            model.still.retain(|(from, until)| until.is_none_or(|until| *from < until));
        }
        let (due, desk_due) = (self.due(terms), desk.due());
        (desk_has != model || due != desk_due).then(|| {
            format!("the desk has {desk_has:?}, due {desk_due:?}, the model {model:?}, due {due:?}")
        })
    }
}
