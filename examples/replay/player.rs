//! Gives commands to a desk and counts what comes of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use helpdesk::store::MemoryStore;
use helpdesk::{Call, Desk, DeskError, DeskId, Outcome, Refusal, Settings, Ticket, TicketId};

/// A desk at work on commands that others made up.
#[derive(Debug)]
pub(super) struct Player {
    pub(super) desk: Desk<MemoryStore>,
    pub(super) tally: Tally,
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
        Ok(Self { desk, tally: Tally::default(), busy: Duration::ZERO })
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
