//! Every run of every clock, from the events alone: each once, however often its metric began anew.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use chrono::{DateTime, Utc};
use helpdesk::sla::policy::Audience;
use helpdesk::sla::{
    Clock, ClockChange, Clocked, Clocks, Ending, Metric, OpenedBy, Standing, Verdict,
};
use helpdesk::store::{MemoryStore, Store};
use helpdesk::{
    ClocksChanged, Desk, Promised, Settings, SlaPolicyName, StatusCategory, TicketChange, TicketId,
};

/// How many commits are read at a time.
const PAGE: usize = 1000;

/// What became of a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    Met,
    /// Its deadline passed, whether it has ended since or not.
    Missed,
    Void,
    /// It has not ended, and its deadline has not passed.
    Open,
}

/// One run of a clock of which something was promised.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) audience: Audience,
    pub(super) metric: Metric,
    /// The place on the desk's scale of the priority by which it was judged.
    pub(super) priority: u8,
    pub(super) fate: Fate,
    /// How long it took, if what it waited for came: on the clock, and on the wall; microseconds.
    pub(super) took: Option<(i64, i64)>,
    /// Whether it is the one that the head keeps: no other of its metric began after it.
    pub(super) is_last: bool,
}

/// What was told and recorded beside the verdicts.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) warnings: u64,
    pub(super) misses: u64,
    pub(super) levels: u64,
    pub(super) remedies: u64,
    pub(super) intents: u64,
}

/// A ticket's clocks, as its events have them.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) promised: Option<Promised>,
    clocks: [Clocks; 2],
    /// The priority under which the last run of each clock ended.
    judged: BTreeMap<(Audience, Metric), u8>,
    /// How many runs of each metric began.
    began: BTreeMap<(Audience, Metric), u32>,
}

/// What the events of a desk say of its clocks.
#[derive(Debug, Default)]
pub(super) struct Runs {
    pub(super) all: Vec<Run>,
    pub(super) told: Told,
    pub(super) courses: BTreeMap<TicketId, Course>,
    came: BTreeSet<(Audience, Metric)>,
    /// Tickets by the policy that is theirs at the end.
    pub(super) policies: BTreeMap<Option<SlaPolicyName>, u64>,
}

impl Runs {
    /// Reads the desk's history once.
    pub(super) fn of(
        desk: &Desk<MemoryStore>,
        settings: &Settings,
        end: DateTime<Utc>,
    ) -> Result<Self, Box<dyn Error>> {
        let (mut runs, mut after) = (Self::default(), 0);
        loop {
            let page = desk.store().scan(desk.id(), after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            for entry in &page {
                let Some(id) = entry.key.as_ticket() else { continue };
                let changes = entry.events.iter().filter_map(|event| event.ticket_change());
                for change in changes {
                    if let TicketChange::ClocksChanged(changed) = change {
                        runs.follow(id, changed);
                    }
                }
            }
        }
        let mut last = Vec::new();
        for course in runs.courses.values() {
            let policy = course.promised.as_ref().and_then(|it| it.policy.clone());
            *runs.policies.entry(policy).or_default() += 1;
            for audience in Audience::ALL {
                for clock in course.clocks(audience).iter() {
                    last.extend(course.last(settings, audience, clock, end));
                }
            }
        }
        runs.all.extend(last);
        let came = runs.all.iter().filter(|run| run.took.is_some());
        runs.came = came.map(|run| (run.audience, run.metric)).collect();
        Ok(runs)
    }

    fn follow(&mut self, id: TicketId, changed: &ClocksChanged) {
        let course = self.courses.entry(id).or_insert_with(|| Course::new(changed));
        self.told.remedies += changed.remedies.len() as u64;
        self.told.intents += changed.intents.len() as u64;
        for audience in Audience::ALL {
            for change in changed.of(audience) {
                self.all.extend(course.follow(audience, change));
                match change.what {
                    Clocked::Warned { .. } => self.told.warnings += 1,
                    Clocked::Missed => self.told.misses += 1,
                    Clocked::Escalated { .. } => self.told.levels += 1,
                    _ => {}
                }
            }
        }
        // What the event says of clocks that ended was judged by what was promised before.
        if let Some(promised) = &changed.promised {
            course.promised = Some(promised.clone());
        }
    }

    /// Whether what this metric waits for ever came: in a log without words, no answer does.
    pub(super) fn comes(&self, audience: Audience, metric: Metric) -> bool {
        self.came.contains(&(audience, metric))
    }

    /// How many runs became of it what they did.
    pub(super) fn count(&self, fate: Fate) -> u64 {
        self.all.iter().filter(|run| run.fate == fate).count() as u64
    }
}

impl Course {
    fn new(first: &ClocksChanged) -> Self {
        // Where and by whom it was opened is nothing to clocks that only copy.
        let none = || {
            let standing = Standing::new("new", StatusCategory::New);
            Clocks::unopened(DateTime::UNIX_EPOCH, OpenedBy::Customer, standing)
        };
        let (judged, began) = (BTreeMap::new(), BTreeMap::new());
        Self { promised: first.promised.clone(), clocks: [none(), none()], judged, began }
    }

    pub(super) fn clocks(&self, audience: Audience) -> &Clocks {
        let [customer, internal] = &self.clocks;
        match audience {
            Audience::Customer => customer,
            Audience::Internal => internal,
        }
    }

    /// How many runs of this metric began.
    pub(super) fn began(&self, audience: Audience, metric: Metric) -> u32 {
        self.began.get(&(audience, metric)).copied().unwrap_or(0)
    }

    /// Applies a change; gives the run that is over for good by it, if one is.
    fn follow(&mut self, audience: Audience, change: &ClockChange) -> Option<Run> {
        let at = (audience, change.metric);
        let over = match change.what {
            Clocked::Started { .. } => {
                *self.began.entry(at).or_default() += 1;
                self.clocks(audience).of(change.metric).and_then(|it| self.ended(audience, it))
            }
            Clocked::Ended { .. } => {
                self.judged.insert(at, self.priority());
                None
            }
            _ => None,
        };
        let [customer, internal] = &mut self.clocks;
        match audience {
            Audience::Customer => customer,
            Audience::Internal => internal,
        }
        .apply(*change);
        over
    }

    fn priority(&self) -> u8 {
        self.promised.as_ref().map_or(0, |promised| promised.priority)
    }

    /// A run that has ended, if anything was promised of it.
    fn ended(&self, audience: Audience, clock: &Clock) -> Option<Run> {
        let ended = clock.ended()?;
        let metric = clock.metric();
        let fate = match ended.verdict? {
            Verdict::Met => Fate::Met,
            Verdict::Missed => Fate::Missed,
            Verdict::Void => Fate::Void,
        };
        let wall = ended.at.signed_duration_since(clock.started_at()).num_microseconds()?;
        let took = (ended.by == Ending::Fulfilled).then_some((ended.ran.as_micros(), wall));
        let priority = self.judged.get(&(audience, metric)).copied().unwrap_or(self.priority());
        Some(Run { audience, metric, priority, fate, took, is_last: false })
    }

    /// The last run of a metric, as it stands in the end, if anything is promised of it.
    fn last(
        &self,
        settings: &Settings,
        audience: Audience,
        clock: &Clock,
        end: DateTime<Utc>,
    ) -> Option<Run> {
        if clock.ended().is_some() {
            return self.ended(audience, clock).map(|run| Run { is_last: true, ..run });
        }
        let (metric, priority) = (clock.metric(), self.priority());
        let promise = settings.sla_policies().named(self.promised.as_ref()?.policy.as_ref()?)?;
        let name = settings.draft().priorities.get(usize::from(priority))?;
        promise.terms(audience, name).of(metric)?.target?;
        let past = clock.due().is_some_and(|due| due < end);
        let fate = if past { Fate::Missed } else { Fate::Open };
        Some(Run { audience, metric, priority, fate, took: None, is_last: true })
    }
}
