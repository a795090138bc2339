//! The workload on this crate: a desk in memory, every command with an id and a receipt.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::command::{Close, Open, Reply, Resolving};
use helpdesk::store::MemoryStore;
use helpdesk::{
    Actor, AgentId, AgentProfile, Call, Command, CommandId, ContactId, Desk, DeskId, Requester,
    Settings, TicketId,
};

use crate::workload::{Case, Lcg};

pub(crate) fn run(cases: &[Case]) -> Result<Duration, Box<dyn Error>> {
    let start: DateTime<Utc> = "2026-03-02T09:00:00Z".parse()?;
    let desk = DeskId::from_u128(1);
    let desk = Desk::create(MemoryStore::new(), desk, Settings::default(), start)?;
    let anna = AgentId::from_u128(8);
    desk.put_agent(Actor::Host.at(start), anna, AgentProfile::new("Anna"))?;
    let calls = calls(cases, start, &Actor::Agent(anna));

    let begin = Instant::now();
    for call in calls {
        black_box(desk.execute(&call)?);
    }
    let elapsed = begin.elapsed();
    assert_eq!(desk.store().tickets(desk.id()), cases.len() as u64);
    Ok(elapsed)
}

fn calls(cases: &[Case], start: DateTime<Utc>, anna: &Actor) -> Vec<Call> {
    let mut ids = Lcg::new(7);
    let mut id = |now| TicketId::v7(now, std::array::from_fn(|_| ids.draw(256) as u8));
    let mut calls = Vec::with_capacity(3 * cases.len());
    for (at, case) in cases.iter().enumerate() {
        let now = start + TimeDelta::minutes(at as i64);
        let ticket = id(now);
        let contact = ContactId::from_u128(u128::from(case.from));
        let open =
            Open::new(ticket, Requester::Contact(contact), &*case.body).subject(&*case.subject);
        let reply = Reply::new(ticket, &*case.reply);
        let close = Close { ticket, resolution: Some(Resolving::new("solved")) };
        for (actor, command) in [
            (Actor::Customer(contact), Command::Open(open)),
            (anna.clone(), Command::Reply(reply)),
            (anna.clone(), Command::Close(close)),
        ] {
            let once = CommandId::from_uuid(*id(now).as_uuid());
            calls.push(actor.at(now).once(once).call(command));
        }
    }
    calls
}
