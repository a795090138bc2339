//! What becomes of clocks in the model by what is new on a ticket: S2 and S11 of the requirements.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::clocks::{ModelClock, Report, Terms};
use super::{ModelTicket, Voice};
use crate::sla::{Ending, Metric};
use crate::{
    ClockRules, Origin, ReasonName, ReopenClocks, SplitClocks, StatusCategory, StatusName,
};

/// Something that is new on a ticket.
#[derive(Clone, Copy, Debug)]
pub(super) enum New {
    Asks,
    /// A question of then waits, of which nothing was seen while the ticket was taken for spam; or
    /// it was, and the work has settled it.
    Waits,
    Answers,
    Assigned,
    /// A question came that was asked then, and yields to others or not.
    Comes(DateTime<Utc>, bool),
    /// A question went; what is left was asked then.
    Goes(Option<DateTime<Utc>>),
    /// Its first and its total resolution have been owed since then, where that is earlier.
    OwesMore((Option<DateTime<Utc>>, Option<DateTime<Utc>>)),
    /// They have been owed since then, where that is later.
    OwesLess(DateTime<Utc>, DateTime<Utc>),
    Moves,
    /// Its clocks rested, and do no longer.
    IsBack,
}

/// The clocks of one audience while something happens to them.
pub(super) struct Following<'t, 's> {
    pub(super) clocks: &'t mut BTreeMap<Metric, ModelClock>,
    pub(super) terms: BTreeMap<Metric, Terms<'s>>,
    /// What was promised of what had ended before.
    pub(super) past: BTreeMap<Metric, Terms<'s>>,
    pub(super) ticket: &'t ModelTicket,
    pub(super) standing: (StatusName, Option<ReasonName>, StatusCategory),
    pub(super) rules: ClockRules,
    /// What was told elsewhere of what comes.
    pub(super) reports: Vec<Report>,
    /// What was missed for which a remedy is owed.
    pub(super) remedies: Vec<Metric>,
    /// What is not owed after all.
    pub(super) withdrawn: Vec<Metric>,
}

impl<'s> Following<'_, 's> {
    fn terms(&self, metric: Metric) -> Terms<'s> {
        self.terms.get(&metric).copied().unwrap_or_default()
    }

    /// What was promised of its last run: when it ended, where it has.
    fn terms_of_run(&self, metric: Metric) -> Terms<'s> {
        let judged = self.clocks.get(&metric).is_some_and(|clock| clock.by.is_some());
        let past = self.past.get(&metric).filter(|_| judged);
        past.copied().unwrap_or_else(|| self.terms(metric))
    }

    fn stops(&self, metric: Metric) -> bool {
        let (status, reason, category) = &self.standing;
        self.terms(metric).stops(metric, status, reason.as_ref(), *category)
    }

    fn is_done(&self) -> bool {
        matches!(self.standing.2, StatusCategory::Resolved | StatusCategory::Closed)
    }

    pub(super) fn tell(&mut self, now: DateTime<Utc>) {
        for (metric, clock) in &mut *self.clocks {
            let terms = self.terms.get(metric).copied().unwrap_or_default();
            for report in &self.reports {
                clock.hear(&terms, report, now);
            }
            if clock.tell(&terms, now) {
                self.remedies.push(*metric);
            }
        }
    }

    fn begin(&mut self, metric: Metric, at: DateTime<Utc>) {
        let number = self.clocks.get(&metric).map_or(0, |clock| clock.number) + 1;
        let mut clock = ModelClock::begun(metric, number, at);
        clock.stand(self.stops(metric), at);
        self.clocks.insert(metric, clock);
    }

    fn end(&mut self, metric: Metric, at: DateTime<Utc>, by: Ending) {
        let terms = self.terms(metric);
        if let Some(clock) = self.clocks.get_mut(&metric).filter(|clock| clock.is_open()) {
            clock.end(&terms, at, by);
        }
        if by == Ending::Fulfilled {
            self.withdraw(metric, at);
        }
    }

    /// What was missed came then; where that is not after the deadline, nothing is owed.
    fn withdraw(&mut self, metric: Metric, at: DateTime<Utc>) {
        let Some(clock) = self.clocks.get_mut(&metric) else { return };
        if clock.ended_at() == Some(at) && clock.owed.is_some_and(|due| at <= due) {
            clock.owed = None;
            self.withdrawn.push(metric);
        }
    }

    /// What it waits for came at that instant, as is known now.
    fn comes_about(&mut self, metric: Metric, at: DateTime<Utc>) {
        let terms = self.terms_of_run(metric);
        let Some(clock) = self.clocks.get_mut(&metric).filter(|clock| clock.began <= at) else {
            return;
        };
        let moved = clock.ended.as_ref().is_some_and(|ended| ended.by == Ending::Moved);
        if clock.is_open() || (clock.ended_at() > Some(at) && !moved) {
            clock.end(&terms, at, Ending::Fulfilled);
            self.withdraw(metric, at);
        }
    }

    fn ended_at(&self, metric: Metric) -> Option<DateTime<Utc>> {
        self.clocks.get(&metric).and_then(ModelClock::ended_at)
    }

    /// The clock of the question that waits.
    fn waits(&mut self) -> Option<&mut ModelClock> {
        let (mut first, mut next) = (None, None);
        for (metric, clock) in self.clocks.iter_mut().filter(|(_, clock)| clock.is_open()) {
            match metric {
                Metric::FirstResponse => first = Some(clock),
                Metric::NextResponse => next = Some(clock),
                _ => {}
            }
        }
        first.or(next)
    }

    /// Its clocks begin; that of total resolution goes on from elsewhere, if it says so.
    pub(super) fn opened(
        &mut self,
        now: DateTime<Utc>,
        continued: Option<&(DateTime<Utc>, TimeDelta, bool)>,
    ) {
        let at = self.ticket.opened_at;
        for metric in Metric::ALL {
            let begins = match metric {
                Metric::FirstResponse => self.ticket.origin == Origin::CustomerWrote,
                Metric::PeriodicUpdate => self.ticket.origin == Origin::AgentReachedOut,
                Metric::NextResponse => false,
                _ => true,
            };
            if begins {
                self.begin(metric, at);
            }
        }
        if let Some((since, ran, missed)) = continued {
            let terms = self.terms(Metric::TotalResolution);
            let mut clock = ModelClock::begun(Metric::TotalResolution, 1, *since);
            let ran_until = terms.later(*since, *ran).map_or(at, |until| until.min(at));
            let stops = self.stops(Metric::TotalResolution);
            if stops || ran_until < at {
                clock.still.push((ran_until, (!stops).then_some(at)));
            }
            clock.goes_on(&terms, at, *missed);
            self.clocks.insert(Metric::TotalResolution, clock);
        }
        let first = self.ticket.thread.first();
        let waits_anew =
            self.ticket.split_from.is_some() && self.rules.split == SplitClocks::SinceSplit;
        let since = first.filter(|said| said.voice == Voice::Asks && said.at < at && !waits_anew);
        if let Some(said) = since {
            self.happens(now, New::Comes(said.at, false), now);
        }
    }

    pub(super) fn happens(&mut self, at: DateTime<Utc>, what: New, now: DateTime<Utc>) {
        self.tell(at);
        match what {
            New::Asks => self.asks(at),
            New::Waits => {
                let known = self.clocks.get(&Metric::NextResponse);
                let known = known.filter(|clock| clock.began == at);
                let end = known.and_then(|clock| clock.ended.as_ref());
                if end.is_none_or(|end| end.by != Ending::Done) {
                    self.asks(at);
                }
            }
            New::Answers => self.answers(at),
            New::Assigned => self.comes_about(Metric::TimeToAssign, at),
            New::Comes(since, yields) => match self.waits() {
                Some(clock) if since < clock.began && !yields => {
                    clock.begin_at(since);
                    self.tell(now);
                }
                Some(_) => {}
                None => self.begin(Metric::NextResponse, since),
            },
            New::Goes(left) => {
                let Some(clock) = self.waits() else { return };
                let metric = clock.metric;
                match left {
                    None => self.end(metric, at, Ending::Moved),
                    Some(since) if since > clock.began => {
                        clock.begin_at(since);
                        let terms = self.terms(metric);
                        if let Some(clock) = self.clocks.get_mut(&metric) {
                            clock.retell(&terms, &terms, at);
                        }
                        self.tell(now);
                    }
                    Some(_) => {}
                }
            }
            // By two hosts' clocks something may have begun later.
            New::Moves => {
                let at = self.clocks.values().map(ModelClock::last).fold(at, Ord::max);
                self.moves(at, self.rules.reopen);
            }
            New::IsBack => self.moves(at, ReopenClocks::Continue),
            New::OwesMore((first, total)) => {
                for (metric, since) in
                    [(Metric::FirstResolution, first), (Metric::TotalResolution, total)]
                {
                    let open = self.clocks.get_mut(&metric).filter(|clock| clock.is_open());
                    if let Some((clock, since)) = open.zip(since)
                        && since < clock.began
                    {
                        clock.begin_at(since);
                        self.tell(now);
                    }
                }
            }
            New::OwesLess(first, total) => {
                for (metric, since) in
                    [(Metric::FirstResolution, first), (Metric::TotalResolution, total)]
                {
                    let terms = self.terms(metric);
                    let open = self.clocks.get_mut(&metric).filter(|clock| clock.is_open());
                    if let Some(clock) = open.filter(|clock| since > clock.began) {
                        clock.begin_at(since);
                        clock.retell(&terms, &terms, at);
                        self.tell(now);
                    }
                }
            }
        }
    }

    fn asks(&mut self, at: DateTime<Utc>) {
        let ticket = self.ticket;
        if ticket.origin == Origin::CustomerWrote && at <= ticket.opened_at {
            // That is the request itself.
            return;
        }
        match self.waits() {
            Some(clock) => {
                if clock.metric == Metric::NextResponse && at < clock.began {
                    clock.begin_at(at);
                }
            }
            None => {
                self.begin(Metric::NextResponse, at);
                // Finished work has settled what was asked before.
                if let Some(done) = self.ended_at(Metric::TotalResolution).filter(|it| *it > at) {
                    self.end(Metric::NextResponse, done, Ending::Done);
                }
            }
        }
    }

    fn answers(&mut self, at: DateTime<Utc>) {
        self.comes_about(Metric::FirstResponse, at);
        self.comes_about(Metric::NextResponse, at);
        let update = self.clocks.get(&Metric::PeriodicUpdate).cloned();
        if let Some(silence) = update.filter(|clock| clock.last() > at) {
            if silence.began <= at {
                // It parts a silence. What stood still since, did so of the second part.
                self.comes_about(Metric::PeriodicUpdate, at);
                let mut second = ModelClock { number: silence.number + 1, ..silence };
                let ended = second.ended.take();
                second.told.clear();
                (second.missed, second.owed) = (false, None);
                second.ever.clear();
                second.missed_since.clear();
                second.begin_at(at);
                let terms = self.terms_of_run(Metric::PeriodicUpdate);
                if let Some(ended) = ended {
                    // Of what was promised nothing, nothing is promised afterwards.
                    let unpromised = ended.target.is_none();
                    let terms = if unpromised { terms.without_target() } else { terms };
                    second.end(&terms, ended.at, ended.by);
                }
                self.clocks.insert(Metric::PeriodicUpdate, second);
            }
            return;
        }
        if self.ended_at(Metric::FirstResolution) > Some(at) {
            return;
        }
        self.end(Metric::PeriodicUpdate, at, Ending::Fulfilled);
        if !self.is_done() {
            self.begin(Metric::PeriodicUpdate, at);
        }
    }

    fn moves(&mut self, at: DateTime<Utc>, reopen: ReopenClocks) {
        let ticket = self.ticket;
        self.standing = (ticket.status.clone(), ticket.reason.clone(), ticket.category);
        let was_done = self.ended_at(Metric::TotalResolution).is_some();
        let goes_on = [Metric::TotalResolution, Metric::AgentWork, Metric::RequesterWait];
        if self.is_done() && !was_done {
            for metric in Metric::ALL {
                let by = match metric {
                    Metric::FirstResponse
                    | Metric::NextResponse
                    | Metric::PeriodicUpdate
                    | Metric::TimeToAssign => Ending::Done,
                    _ => Ending::Fulfilled,
                };
                self.end(metric, at, by);
            }
        }
        if was_done && !self.is_done() {
            for metric in goes_on {
                if metric == Metric::TotalResolution && reopen == ReopenClocks::Anew {
                    self.begin(metric, at);
                    continue;
                }
                if let Some(clock) = self.clocks.get_mut(&metric) {
                    clock.reopen(at);
                }
            }
        }
        self.stand(at);
    }

    fn stand(&mut self, at: DateTime<Utc>) {
        for metric in Metric::ALL {
            let stops = self.stops(metric);
            if let Some(clock) = self.clocks.get_mut(&metric).filter(|clock| clock.is_open()) {
                clock.stand(stops, at);
            }
        }
    }

    /// Other terms hold from now on.
    pub(super) fn turn_to(&mut self, terms: BTreeMap<Metric, Terms<'s>>, now: DateTime<Utc>) {
        self.tell(now);
        let before = std::mem::replace(&mut self.terms, terms);
        self.stand(now);
        for (metric, clock) in &mut *self.clocks {
            let tells = clock.is_open()
                || matches!(
                    metric,
                    Metric::TotalResolution | Metric::AgentWork | Metric::RequesterWait
                );
            let of = |terms: &BTreeMap<Metric, Terms<'s>>| {
                terms.get(metric).copied().unwrap_or_default()
            };
            if tells {
                clock.retell(&of(&before), &of(&self.terms), now);
            }
        }
        self.tell(now);
    }

    pub(super) fn wake(&self) -> Option<DateTime<Utc>> {
        let wakes = self.clocks.iter().map(|(metric, clock)| clock.wake(&self.terms(*metric)));
        wakes.flatten().min()
    }
}
