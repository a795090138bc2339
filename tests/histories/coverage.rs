//! What a run of histories came across, so that a generator that has gone dull is noticed.

use std::collections::BTreeMap;

use helpdesk::{Change, Event, TicketChange};

/// How often each thing happened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Coverage {
    pub(crate) histories: u64,
    pub(crate) steps: u64,
    pub(crate) events: u64,
    pub(crate) repeated: u64,
    pub(crate) no_ops: u64,
    pub(crate) ticks: u64,
    pub(crate) refusals: BTreeMap<&'static str, u64>,
    pub(crate) changes: BTreeMap<String, u64>,
}

impl Coverage {
    pub(crate) fn add(&mut self, other: &Self) {
        self.histories += other.histories;
        self.steps += other.steps;
        self.events += other.events;
        self.repeated += other.repeated;
        self.no_ops += other.no_ops;
        self.ticks += other.ticks;
        for (code, count) in &other.refusals {
            *self.refusals.entry(code).or_default() += count;
        }
        for (change, count) in &other.changes {
            *self.changes.entry(change.clone()).or_default() += count;
        }
    }

    pub(crate) fn event(&mut self, event: &Event) {
        self.events += 1;
        let name = match &event.change {
            Change::Ticket(change) => kind(change),
            Change::Agent(_) => "agent".to_owned(),
            Change::Settings(_) => "settings".to_owned(),
            other => format!("{other:?}"),
        };
        *self.changes.entry(name).or_default() += 1;
    }
}

fn kind(change: &TicketChange) -> String {
    match change {
        TicketChange::StatusChanged(moved) => format!("moved: {:?}", moved.because),
        TicketChange::MessageAdded(message) => {
            format!("message: {:?} {:?}", message.visibility, message.part)
        }
        TicketChange::Unassigned { because, .. } => format!("unassigned: {because:?}"),
        change => {
            let name = format!("{change:?}");
            name.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
        }
    }
}
