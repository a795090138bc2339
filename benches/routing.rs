//! What routing costs: one ticket among 1,000 agents.
//!
//! `cargo bench --bench routing`, or with a number of rounds: `-- 5`. A desk in memory has 1,000
//! agents of one department, half of them with a skill that is asked for, all with a capacity and a
//! calendar; one rule sends everything there, to the least loaded. What is timed is the decision on
//! opening a ticket ([`Desk::prepare`], which loads and decides and writes nothing), with the rule
//! and without it; looking again for one that waits; the pure choice by itself, over candidates
//! that are there; and all of it with ten agents.
//!
//! Aim: routing among 1,000 agents adds at most 20 µs to a decision. It is missed.
//!
//! Measured on a 2-core x86-64 server with few other jobs, Rust 1.95, 2026-11-27, 21 rounds: 32 µs among
//! 1,000, 3 µs among ten, beside 1.6 µs for opening without rules (before rosters were kept at hand:
//! 165 µs). The choice over candidates that a host hands in, each with a calendar of its own: 49 µs.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench that cannot go on has nothing to report"
)]

mod rounds;
#[allow(dead_code, reason = "shared by benches that do not use all of it")]
mod workload;

use chrono::{DateTime, Utc};
use helpdesk::command::Open;
use helpdesk::rules::routing::{Candidate, Waiting};
use helpdesk::rules::{Route, RoutingRule, Strategy};
use helpdesk::store::MemoryStore;
use helpdesk::{
    Actor, AgentId, AgentProfile, Calendar, Call, Command, ContactId, Department, Desk,
    DeskCalendar, DeskId, Requester, SettingsDraft, TicketId,
};

use rounds::{Contender, timed};

const AGENTS: usize = 1_000;
const TIMES: usize = 200;

fn now() -> DateTime<Utc> {
    "2026-03-02T10:00:00Z".parse().unwrap()
}

fn route() -> Route {
    Route::to("support").by(Strategy::LeastLoaded).skill("networks", 3)
}

fn somebody(n: usize) -> AgentId {
    AgentId::from_u128(n as u128 + 1)
}

fn calendar() -> Calendar {
    "zone Europe/Rome; open mon-fri 09:00-17:00".parse().unwrap()
}

fn desk(agents: usize, routed: bool) -> Desk<MemoryStore> {
    let mut draft = SettingsDraft {
        departments: vec![Department::new("support")],
        calendars: vec![DeskCalendar::new("office", calendar().draft().clone())],
        ..SettingsDraft::default()
    };
    if routed {
        draft.rules.routing = vec![RoutingRule::new("all", route())];
    }
    let settings = draft.build().unwrap();
    let desk = Desk::create(MemoryStore::new(), DeskId::from_u128(1), settings, now()).unwrap();
    for n in 0..agents {
        let profile = AgentProfile::new(format!("Agent {n}")).department("support");
        let profile = profile.capacity(20).calendar("office").skill("networks", 2 + n as u8 % 2);
        desk.put_agent(Actor::Host.at(now()), somebody(n), profile).unwrap();
    }
    // Everybody has something to do.
    if routed {
        for n in 0..agents {
            desk.execute(&open(1_000 + n as u128)).unwrap();
        }
    }
    desk
}

fn open(id: u128) -> Call {
    let maria = ContactId::from_u128(7);
    let mut open = Open::new(TicketId::from_u128(id), Requester::Contact(maria), "It burns");
    open.department = Some("support".into());
    Actor::Customer(maria).at(now()).call(Command::Open(open))
}

fn candidates(agents: usize) -> Vec<Candidate> {
    let calendar = calendar();
    let candidate = |n: usize| {
        let level = 2 + n as u8 % 2;
        let it = Candidate::new(somebody(n)).department("support").skill("networks", level);
        Candidate { calendar: Some(calendar.clone()), ..it.capacity(20).open("email", 1) }
    };
    (0..agents).map(candidate).collect()
}

fn main() {
    let rounds = rounds::rounds(11);
    let (plain, many, few) = (desk(AGENTS, false), desk(AGENTS, true), desk(10, true));
    let call = open(9);
    let (waiting, all) = (Waiting::since(now(), "email"), candidates(AGENTS));
    assert!(many.prepare(&call).unwrap().outcome.ticket().unwrap().assignee().is_some());
    assert!(route().decide(&waiting, &all, now()).agent().is_some());

    let mut contenders: Vec<Contender<'_>> = vec![
        ("opening, no rules", Box::new(|| timed(TIMES, || plain.prepare(&call).unwrap()))),
        ("opening, among 10", Box::new(|| timed(TIMES, || few.prepare(&call).unwrap()))),
        ("opening, among 1,000", Box::new(|| timed(TIMES, || many.prepare(&call).unwrap()))),
        ("the choice alone", Box::new(|| timed(TIMES, || route().decide(&waiting, &all, now())))),
    ];
    let times = rounds::in_turns(rounds, &mut contenders);
    for (name, time) in
        ["no rules", "among 10", "among 1,000", "the choice alone"].iter().zip(&times)
    {
        println!("{name:>16}  {:>8.2} µs", time.median() * 1e6 / TIMES as f64);
    }
    println!("among 1,000 by no rules: {}", times[2].by(&times[0]));
    let added = (times[2].median() - times[0].median()) * 1e6 / TIMES as f64;
    let met = if added <= 20.0 { "met" } else { "missed" };
    println!("routing among 1,000 adds {added:.1} µs to a decision; aim 20 µs: {met}");
}
