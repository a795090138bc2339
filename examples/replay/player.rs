//! Gives commands to a desk and counts what comes of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use helpdesk::store::{MemoryStore, Store, Wanted};
use helpdesk::{
    Call, Counter, Desk, DeskError, DeskId, Outcome, Refusal, Settings, Ticked, Ticket, TicketId,
};

use super::rules::Acted;

/// A desk at work on commands that others made up.
#[derive(Debug)]
pub(super) struct Player {
    pub(super) desk: Desk<MemoryStore>,
    pub(super) tally: Tally,
    /// What rules did beside the commands.
    pub(super) acted: Acted,
    busy: Duration,
}

/// What came of the commands so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) commands: u64,
    pub(super) accepted: u64,
    /// Accepted, and changed nothing.
    pub(super) no_ops: u64,
    /// Accepted, because it was carried out before.
    pub(super) repeated: u64,
    /// By the refusal's code, with the words of the first.
    pub(super) refused: BTreeMap<&'static str, (u64, String)>,
}

impl Tally {
    pub(super) fn refusals(&self) -> u64 {
        self.refused.values().map(|(count, _)| count).sum()
    }
}

impl Player {
    pub(super) fn new(settings: Settings, now: DateTime<Utc>) -> Result<Self, DeskError> {
        let desk = Desk::create(MemoryStore::new(), DeskId::from_u128(1), settings, now)?;
        let (tally, acted) = (Tally::default(), Acted::default());
        Ok(Self { desk, tally, acted, busy: Duration::ZERO })
    }

    /// Gives a command; a refusal is an answer, anything else that goes wrong is an error.
    pub(super) fn give(&mut self, call: &Call) -> Result<Result<Outcome, Refusal>, DeskError> {
        let begun = Instant::now();
        let answer = self.desk.execute(call);
        self.busy += begun.elapsed();
        self.tally.commands += 1;
        match answer {
            Ok(outcome) => {
                self.tally.accepted += 1;
                self.tally.no_ops += u64::from(outcome.is_no_op());
                self.tally.repeated += u64::from(outcome.repeated);
                self.follow(&outcome)?;
                Ok(Ok(outcome))
            }
            Err(DeskError::Refused(refusal)) => {
                let entry = self.tally.refused.entry(refusal.code());
                entry.or_insert_with(|| (0, refusal.to_string())).0 += 1;
                Ok(Err(refusal))
            }
            Err(error) => Err(error),
        }
    }

    /// Lets the desk do what is due.
    pub(super) fn tick(&mut self, now: DateTime<Utc>) -> Result<Ticked, DeskError> {
        let ticked = self.desk.tick(now)?;
        for outcome in &ticked.outcomes {
            self.follow(outcome)?;
        }
        Ok(ticked)
    }

    /// Whoever is given something by a rule has room for it.
    fn follow(&mut self, outcome: &Outcome) -> Result<(), DeskError> {
        for agent in self.acted.follow(outcome) {
            let (store, desk) = (self.desk.store(), self.desk.id());
            let load = store.load(desk, &Wanted::counters([Counter::Load(agent)]))?;
            let profile = self.desk.agent(agent)?;
            let most = profile.and_then(|it| it.capacity()).map_or(i64::MAX, i64::from);
            let has = load.counters.first().copied().unwrap_or(0);
            self.acted.over_capacity += u64::from(has > most);
        }
        Ok(())
    }

    /// Commands that were refused though no rule had changed their ticket.
    pub(super) fn refused_as_the_log_stands(&self) -> u64 {
        self.tally.refusals() - self.acted.refusals
    }

    /// A ticket as it stands.
    pub(super) fn ticket(&mut self, id: TicketId) -> Result<Option<Arc<Ticket>>, DeskError> {
        let begun = Instant::now();
        let ticket = self.desk.ticket(id);
        self.busy += begun.elapsed();
        ticket
    }

    /// How long the desk was at work, the player's own work aside.
    pub(super) fn pace(&self) -> String {
        let seconds = self.busy.as_secs_f64();
        let pace = if seconds > 0.0 { self.tally.commands as f64 / seconds } else { 0.0 };
        format!(
            "{} commands in {seconds:.3} s of desk time, {pace:.0} a second",
            self.tally.commands
        )
    }
}
