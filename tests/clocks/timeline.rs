//! A timeline written by hand: what happens, under which terms, and how a clock stands then.

use helpdesk::sla::{
    Clock, ClockChange, ClockState, ClockStatus, Clocked, Clocks, Happened, Metric, OpenedBy,
    Standing, Term, Terms,
};
use helpdesk::{Calendar, StatusCategory};

use crate::at;

/// Monday, 2 March 2026, at this time of day.
pub(crate) fn monday(time: &str) -> chrono::DateTime<chrono::Utc> {
    at(&format!("2026-03-02T{time}Z"))
}

pub(crate) fn office() -> Calendar {
    "zone Etc/UTC; open mon-fri 09:00-17:00".parse().unwrap()
}

pub(crate) struct Timeline {
    pub(crate) terms: Terms,
    pub(crate) clocks: Clocks,
    changes: Vec<ClockChange>,
}

impl Timeline {
    /// Opened by a customer on Monday at 09:00.
    pub(crate) fn of(metric: Metric, term: Term) -> Self {
        Self::under(Terms::none().with(metric, term), OpenedBy::Customer)
    }

    pub(crate) fn under(terms: Terms, by: OpenedBy) -> Self {
        let new = Standing::new("new", StatusCategory::New);
        let (clocks, changes) = Clocks::opened(&terms, monday("09:00:00"), by, new);
        Self { terms, clocks, changes }
    }

    fn happens(&mut self, time: &str, what: Happened) -> &mut Self {
        self.changes.extend(self.clocks.happened(&self.terms, monday(time), what));
        self
    }

    pub(crate) fn asked(&mut self, time: &str) -> &mut Self {
        self.happens(time, Happened::CustomerWrote)
    }

    pub(crate) fn answered(&mut self, time: &str) -> &mut Self {
        self.happens(time, Happened::AgentReplied)
    }

    pub(crate) fn moved(&mut self, time: &str, status: &str) -> &mut Self {
        let category = match status {
            "open" => StatusCategory::Open,
            "pending" => StatusCategory::Waiting,
            "resolved" => StatusCategory::Resolved,
            other => panic!("no status {other}"),
        };
        self.happens(time, Happened::Moved(Standing::new(status, category)))
    }

    pub(crate) fn retarget(&mut self, time: &str, metric: Metric, term: Term) -> &mut Self {
        let terms = self.terms.clone().with(metric, term);
        self.changes.extend(self.clocks.retarget(&self.terms, &terms, monday(time)));
        self.terms = terms;
        self
    }

    pub(crate) fn tick(&mut self, time: &str) -> &mut Self {
        self.changes.extend(self.clocks.tick(&self.terms, monday(time)));
        self
    }

    pub(crate) fn clock(&self, metric: Metric) -> &Clock {
        self.clocks.of(metric).unwrap()
    }

    pub(crate) fn due(&self, metric: Metric) -> Option<chrono::DateTime<chrono::Utc>> {
        self.clock(metric).due()
    }

    pub(crate) fn status(&self, metric: Metric, time: &str) -> ClockStatus {
        self.clocks.status(&self.terms, metric, monday(time)).unwrap()
    }

    pub(crate) fn state(&self, metric: Metric, time: &str) -> ClockState {
        self.status(metric, time).state
    }

    /// What the clocks told by themselves so far.
    pub(crate) fn told(&self) -> Vec<(chrono::DateTime<chrono::Utc>, Clocked)> {
        use Clocked::{Escalated, Missed, Warned};
        let told = |it: &&ClockChange| matches!(it.what, Warned { .. } | Missed | Escalated { .. });
        self.changes.iter().filter(told).map(|it| (it.at, it.what)).collect()
    }
}
