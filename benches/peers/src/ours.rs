//! The workload on this crate: a desk in memory, every command with an id and a receipt.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use helpdesk::store::MemoryStore;
use helpdesk::{Actor, AgentProfile, Desk, DeskId, Settings};

use crate::workload::{self, ANNA, Case, start};

pub(crate) fn run(cases: &[Case]) -> Result<Duration, Box<dyn Error>> {
    let desk = DeskId::from_u128(1);
    let desk = Desk::create(MemoryStore::new(), desk, Settings::default(), start())?;
    desk.put_agent(Actor::Host.at(start()), ANNA, AgentProfile::new("Anna"))?;
    let calls = workload::lives(cases);

    let begin = Instant::now();
    for call in calls {
        black_box(desk.execute(&call)?);
    }
    let elapsed = begin.elapsed();
    assert_eq!(desk.store().tickets(desk.id()), cases.len() as u64);
    Ok(elapsed)
}
