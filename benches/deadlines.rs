//! What a page of what falls due soonest costs, in a desk of 100,000 tickets and in one of 1,000,000,
//! in turns.
//!
//! `cargo bench --bench deadlines`, or with a number of rounds: `-- 5`. Both desks are built first.
//!
//! One ticket in ten is unfinished and has a deadline: 10,000, and 100,000; the others were closed.
//! Ten agents ask in turn, through [`Desk::find`] with what they may see, for a page of 50; each
//! works in one of 20 departments. The last listing is by another fact, and looks through the
//! backlog: what the others would cost without an index.
//!
//! The aim: a page by deadline costs at most twice as much in the large desk.
//!
//! Measured on a 2-core x86-64 server with little else to do, Rust 1.95, 2026-11-26, 21 rounds, in
//! the large desk: 17 µs of the whole desk, and as much deep in it, where what ties goes by priority,
//! and downwards; 31 µs within an agent's sight, 42 of a department's queue, 23 by bounds; ratios
//! 0.96 to 1.03: met. The backlog by another fact took 69 ms, 16.6 times as long as in the small one.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench that cannot go on has nothing to report"
)]

mod rounds;
#[allow(dead_code, reason = "shared by benches that do not use all of it")]
mod workload;

use std::hint::black_box;
use std::time::Duration;

use chrono::TimeDelta;
use helpdesk::command::{Close, Open, Resolving};
use helpdesk::matching::Listing;
use helpdesk::sla::Metric;
use helpdesk::sla::policy::Obligation;
use helpdesk::store::MemoryStore;
use helpdesk::{
    Actor, AgentId, AgentProfile, Condition, ContactId, Department, Desk, DeskId, Requester, Role,
    SettingsDraft, SlaPolicy, Sort, Span,
};

use rounds::Contender;
use workload::{Lcg, start};

const SIZES: [usize; 2] = [100_000, 1_000_000];
const DEPARTMENTS: usize = 20;
/// How many people ask in turn.
const ASKERS: usize = 10;
const PAGE: usize = 50;
const AIM: f64 = 2.0;

fn department(at: usize) -> String {
    format!("department-{}", at % DEPARTMENTS)
}

fn agent(at: usize) -> AgentId {
    AgentId::from_u128(1000 + at as u128)
}

fn owner(at: usize) -> AgentId {
    AgentId::from_u128(2000 + at as u128)
}

/// A desk of so many tickets; of ten, the last is unfinished, to be answered by its priority.
fn desk(size: usize) -> Desk<MemoryStore> {
    let answer = Obligation::new(Metric::FirstResponse)
        .within(Span::hours(24))
        .for_priority("high", Span::hours(8))
        .for_priority("critical", Span::hours(1));
    let draft = SettingsDraft {
        departments: (0..DEPARTMENTS).map(|at| Department::new(department(at))).collect(),
        sla_policies: vec![SlaPolicy::new("standard").obligation(answer)],
        ..SettingsDraft::default()
    };
    let settings = draft.build().unwrap();
    let desk = Desk::create(MemoryStore::new(), DeskId::from_u128(1), settings, start()).unwrap();
    for at in 0..ASKERS {
        let profile = AgentProfile::new("Anna").department(department(at));
        desk.put_agent(Actor::Host.at(start()), agent(at), profile).unwrap();
        let profile = AgentProfile::new("Olga").role(Role::Owner);
        desk.put_agent(Actor::Host.at(start()), owner(at), profile).unwrap();
    }
    let mut lcg = Lcg::new(8);
    let priorities = ["low", "medium", "high", "critical"];
    for at in 0..size {
        let now = start() + TimeDelta::seconds(at as i64);
        let id = lcg.ticket(now);
        let asks = ContactId::from_u128(1_000_000 + (at / 20) as u128);
        let mut open = Open::new(id, Requester::Contact(asks), "It burns.").subject("Printer");
        open.department = Some(department(lcg.draw(DEPARTMENTS as u64) as usize).into());
        open.priority = Some(priorities[lcg.draw(4) as usize].into());
        desk.open(Actor::Customer(asks).at(now), open).unwrap();
        if at % 10 < 9 {
            let close = Close { ticket: id, resolution: Some(Resolving::new("solved")) };
            desk.close(Actor::Host.at(now), close).unwrap();
        }
    }
    desk
}

/// What is listed: by whom, what, in which order; from the middle, or from the beginning.
struct Asked {
    name: &'static str,
    actor: fn(usize) -> Actor,
    filter: fn(usize) -> String,
    sort: &'static str,
    deep: bool,
    aim: bool,
}

fn listings() -> Vec<Asked> {
    let all: fn(usize) -> Actor = |at| Actor::Agent(owner(at));
    let some: fn(usize) -> Actor = |at| Actor::Agent(agent(at));
    let every: fn(usize) -> String = |_| String::new();
    let asked =
        |name, actor, filter, sort| Asked { name, actor, filter, sort, deep: false, aim: true };
    vec![
        asked("soonest due, of the whole desk", all, every, "sla_due_at"),
        Asked { deep: true, ..asked("the same, deep in it", all, every, "sla_due_at") },
        asked("the same, what ties by priority", all, every, "sla_due_at, priority desc"),
        asked("soonest due, within an agent's sight", some, every, "sla_due_at"),
        asked(
            "soonest due, of a department's queue",
            some,
            |at| format!("department = {} and queued = true", department(at)),
            "sla_due_at",
        ),
        asked("latest due", all, |_| "sla_due_at is present".into(), "sla_due_at desc"),
        asked(
            "due in the first hour, by waiting_since",
            all,
            |_| "sla_due_at <= 2026-03-02T11:00:00Z".into(),
            "waiting_since",
        ),
        Asked {
            aim: false,
            ..asked(
                "the backlog, by waiting_since",
                all,
                |_| "status_category in (new, open, waiting, on_hold)".into(),
                "waiting_since",
            )
        },
    ]
}

impl Asked {
    fn listing(&self, at: usize, desk: &Desk<MemoryStore>) -> Listing {
        let filter = match &*(self.filter)(at) {
            "" => Condition::all([]),
            text => text.parse().unwrap(),
        };
        let sort = Sort::list(self.sort).unwrap();
        let listing = Listing { filter, sort, after: None, limit: PAGE };
        if !self.deep {
            return listing;
        }
        // A page that ends at the middle of all deadlines hands out its cursor.
        let due = desk.store().tickets(desk.id()) as usize / 10;
        let half = Listing { limit: due / 2 + 7 * at, ..listing.clone() };
        let page = desk.find(&(self.actor)(at), start(), &half).unwrap();
        listing.after(page.next.unwrap())
    }
}

/// One listing by each asker, on one desk.
fn contender<'d>(asked: &Asked, desk: &'d Desk<MemoryStore>) -> Contender<'d> {
    let now = start() + TimeDelta::days(400);
    let lists = |at| ((asked.actor)(at), asked.listing(at, desk));
    let calls: Vec<(Actor, Listing)> = (0..ASKERS).map(lists).collect();
    for (actor, listing) in &calls {
        assert_eq!(desk.find(actor, now, listing).unwrap().rows.len(), PAGE, "{}", asked.name);
    }
    // What takes milliseconds needs no repetition.
    let times = if asked.aim { 20 } else { 1 };
    let each = (times * calls.len()) as u32;
    let ask = move || -> Duration {
        let all = || {
            for (actor, listing) in &calls {
                black_box(desk.find(actor, now, listing).unwrap());
            }
        };
        rounds::timed(times, all) / each
    };
    ("desk", Box::new(ask))
}

fn main() {
    let desks = SIZES.map(desk);
    let rounds = rounds::rounds(21);
    println!("a page of {PAGE}: µs in a desk of 100,000, of 1,000,000; ratio of {rounds} rounds");
    for asked in listings() {
        let rounds = if asked.aim { rounds } else { rounds.min(5) };
        let mut both: Vec<Contender<'_>> =
            desks.iter().map(|desk| contender(&asked, desk)).collect();
        let times = rounds::in_turns(rounds, &mut both);
        let ratio = times[1].by(&times[0]);
        let verdict = if asked.aim { rounds::verdict(&ratio, AIM) } else { "no aim: scans" };
        println!(
            "{:<40} {:>9.2} {:>12.2}   ratio {ratio}   {verdict}",
            asked.name,
            times[0].median() * 1e6,
            times[1].median() * 1e6,
        );
    }
}
