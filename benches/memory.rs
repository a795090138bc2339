//! What a million tickets take in memory, stage by stage.
//!
//! `cargo bench --bench memory`, or with a number of tickets: `-- 100000`. Each ticket is one
//! of the `helpdesk` workload (60 words asked, 40 answered): opened, answered, closed, every
//! command with an id. Nothing is thrown away: the desk holds every head, history, index,
//! timer and receipt. Notices are delivered after each stage.
//!
//! Measured on an x86-64 server, Rust 1.95, 2026-11-25, with a million tickets:
//!
//! | each ticket | bytes on the heap | of them texts |
//! |---|---|---|
//! | opened | 2,862 | 542 |
//! | and answered | 4,093 | 861 |
//! | and closed | 4,774 | 861 |
//!
//! Peak of the whole process: 4,830 MiB. A typical head (5 tags, 3 fields, 2 followers) takes 930
//! bytes beside the history that its texts are in: `tests/head_size.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench that cannot go on has nothing to report"
)]

#[allow(dead_code, reason = "shared by benches that do not use all of it")]
mod workload;

use std::alloc::System;

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::command::{Close, Open, Reply, Resolving};
use helpdesk::store::{Lease, MemoryStore, Scope, Settlement, Store};
use helpdesk::{
    Actor, AgentId, AgentProfile, Command, CommandId, ContactId, Desk, DeskId, Requester, Settings,
    TicketId,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use workload::{Case, Lcg};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const ANNA: AgentId = AgentId::from_u128(8);

fn start() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

/// Bytes in use on the heap.
fn in_use() -> usize {
    let stats = COUNTING.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// The most that the process ever held of the machine's memory, where the system says so.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<usize>().ok()? * 1024)
}

/// What is done to a ticket at each stage.
#[derive(Clone, Copy)]
enum Stage {
    Opened,
    Answered,
    Closed,
}

impl Stage {
    fn command(self, id: TicketId, case: &Case) -> (Actor, Command) {
        let contact = ContactId::from_u128(u128::from(case.from));
        match self {
            Self::Opened => {
                let open = Open::new(id, Requester::Contact(contact), &*case.body);
                (Actor::Customer(contact), Command::Open(open.subject(&*case.subject)))
            }
            Self::Answered => (Actor::Agent(ANNA), Command::Reply(Reply::new(id, &*case.reply))),
            Self::Closed => {
                let close = Close { ticket: id, resolution: Some(Resolving::new("solved")) };
                (Actor::Agent(ANNA), Command::Close(close))
            }
        }
    }
}

/// Delivers every notice.
fn deliver(desk: &Desk<MemoryStore>) {
    let lease = Lease { until: start() + TimeDelta::days(2), limit: 1000 };
    loop {
        let claimed = desk.store().claim(Scope::One(desk.id()), start(), lease).unwrap();
        if claimed.is_empty() {
            break;
        }
        for claimed in claimed {
            desk.store().settle(claimed.token, Settlement::Delivered).unwrap();
        }
    }
}

fn main() {
    let asked = std::env::args().skip(1).find_map(|arg| arg.parse().ok());
    let tickets: usize = asked.unwrap_or(1_000_000);
    let cases = workload::helpdesk();
    let texts = |text: fn(&Case) -> usize| {
        (0..tickets).map(|at| text(&cases[at % cases.len()])).sum::<usize>()
    };
    let mut ids = Lcg::new(7);
    let mut id = || TicketId::v7(start(), std::array::from_fn(|_| ids.draw(256) as u8));
    let named: Vec<TicketId> = (0..tickets).map(|_| id()).collect();

    let before = in_use();
    let desk = DeskId::from_u128(1);
    let desk = Desk::create(MemoryStore::new(), desk, Settings::default(), start()).unwrap();
    desk.put_agent(Actor::Host.at(start()), ANNA, AgentProfile::new("Anna")).unwrap();
    let mut held = 0;
    println!("{tickets} tickets: bytes a ticket on the heap, and how many of them are its texts");
    for (stage, name, texts) in [
        (Stage::Opened, "opened", texts(|case| case.subject.len() + case.body.len())),
        (Stage::Answered, "answered", texts(|case| case.reply.len())),
        (Stage::Closed, "closed", 0),
    ] {
        for (at, ticket) in named.iter().enumerate() {
            let (actor, command) = stage.command(*ticket, &cases[at % cases.len()]);
            let command_id = CommandId::from_uuid(*id().as_uuid());
            desk.execute(&actor.at(start()).once(command_id).call(command)).unwrap();
        }
        deliver(&desk);
        held += texts;
        let bytes = in_use() - before;
        println!("  {name:<9} {:>6} of them texts {:>5}", bytes / tickets, held / tickets);
    }
    if let Some(peak) = peak() {
        println!("  peak of the process: {} MiB, of them texts {} MiB", peak >> 20, held >> 20);
    }
}
