//! What a listing costs in a desk of 1,000 tickets and in one of 1,000,000, in turns.
//!
//! `cargo bench --bench find`, or with a number of rounds: `-- 5`. Both desks are built first, which
//! takes under half a minute; the peak of the process is 3,709 MiB.
//!
//! Both desks are at work in the same way; the large one has years of history and more people:
//!
//! | | 1,000 | 1,000,000 |
//! |---|---|---|
//! | departments, of 20 waiting in the queue each | 20 | 20 |
//! | agents, in one department each, of 30 unfinished tickets each | 10 | 500 |
//! | unfinished in all: the newest | 700 | 15,400 |
//! | closed | 300 | 984,600 |
//! | customers, of 20 tickets each | 50 | 50,000 |
//!
//! Ten agents and ten customers ask in turn, through [`Desk::find`] with what they may see, a
//! page of 20 each; "store" is [`Store::find`] alone, with the query prepared, as the host.
//!
//! The aim: a first page that an index answers costs at most twice as much in the large desk.
//! What has no aim looks at a part of the desk that grows with it, and says so: the backlog, and
//! a whole desk that is sorted by anything but the number.

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
use helpdesk::command::{Assign, Close, Open, Resolving};
use helpdesk::matching::{Listing, Order, Place};
use helpdesk::store::{MemoryStore, Query, Store};
use helpdesk::{
    Actor, AgentId, AgentProfile, Condition, ContactId, Department, Desk, DeskId, Requester, Role,
    SettingsDraft, Sort,
};

use rounds::Contender;
use workload::{Lcg, start};

const SIZES: [usize; 2] = [1000, 1_000_000];
const DEPARTMENTS: usize = 20;
const QUEUED: usize = 20;
const OWNED: usize = 30;
const TICKETS_A_CUSTOMER: usize = 20;
/// How many people ask in turn.
const ASKERS: usize = 10;
const AIM: f64 = 2.0;

const UNFINISHED: &str = "status_category in (new, open, waiting, on_hold)";

fn department(at: usize) -> String {
    format!("department-{}", at % DEPARTMENTS)
}

fn agent(at: usize) -> AgentId {
    AgentId::from_u128(1000 + at as u128)
}

fn customer(at: usize) -> ContactId {
    ContactId::from_u128(1_000_000 + at as u128)
}

/// A desk of so many tickets; the newest are unfinished.
fn desk(size: usize) -> Desk<MemoryStore> {
    let agents = (size / 2000).max(ASKERS);
    let departments = (0..DEPARTMENTS).map(|at| Department::new(department(at))).collect();
    let settings = SettingsDraft { departments, ..SettingsDraft::default() }.build().unwrap();
    let desk = Desk::create(MemoryStore::new(), DeskId::from_u128(1), settings, start()).unwrap();
    let host = || Actor::Host.at(start());
    for at in 0..agents {
        let profile = AgentProfile::new("Anna").department(department(at));
        desk.put_agent(host(), agent(at), profile).unwrap();
    }
    for at in 0..ASKERS {
        let profile = AgentProfile::new("Ivo").department(department(at)).role(Role::Restricted);
        desk.put_agent(host(), agent(9000 + at), profile).unwrap();
    }
    let words = workload::words();
    let mut lcg = Lcg::new(8);
    let priorities = ["low", "medium", "high", "critical"];
    let (queued, owned) = (DEPARTMENTS * QUEUED, agents * OWNED);
    for at in 0..size {
        let now = start() + TimeDelta::seconds(at as i64);
        let id = lcg.ticket(now);
        let draw: [&str; 8] = std::array::from_fn(|_| &*words[lcg.draw(300) as usize]);
        // Whoever asks, asks all over the years.
        let asks = customer(at % (size / TICKETS_A_CUSTOMER));
        let mut open = Open::new(id, Requester::Contact(asks), "It burns.").subject(draw.join(" "));
        let in_queue = at >= size - queued;
        let (owner, place) = (agent(at % agents), if in_queue { at } else { at % agents });
        open.department = Some(department(place).into());
        open.priority = Some(priorities[lcg.draw(4) as usize].into());
        desk.open(Actor::Customer(asks).at(now), open).unwrap();
        if !in_queue {
            desk.assign(Actor::Host.at(now), Assign::new(id, owner)).unwrap();
        }
        if at < size - queued - owned {
            let close = Close { ticket: id, resolution: Some(Resolving::new("solved")) };
            desk.close(Actor::Agent(owner).at(now), close).unwrap();
        }
    }
    desk
}

/// What is listed: by whom, what, in which order, and whether an index answers it.
struct Asked {
    name: &'static str,
    actor: fn(usize) -> Actor,
    filter: fn(usize) -> String,
    sort: &'static str,
    indexed: bool,
    /// From the middle of the listing, not from its beginning.
    deep: bool,
}

fn listings() -> Vec<Asked> {
    let plain: fn(usize) -> Actor = |at| Actor::Agent(agent(at));
    let mine: fn(usize) -> String = |at| format!("assignee = agent:{} and {UNFINISHED}", agent(at));
    let every: fn(usize) -> String = |_| String::new();
    let asked =
        |name, actor, filter, sort| Asked { name, actor, filter, sort, indexed: true, deep: false };
    let scans = |asked| Asked { indexed: false, ..asked };
    vec![
        asked("mine, by number", plain, mine, ""),
        asked("mine, by priority desc, waiting_since", plain, mine, "priority desc, waiting_since"),
        asked(
            "a department's queue, by waiting_since",
            plain,
            |at| format!("department = {} and queued = true", department(at)),
            "waiting_since",
        ),
        asked("a customer's own", |at| Actor::Customer(customer(at)), every, ""),
        asked(
            "a customer's, as an agent asks",
            plain,
            |at| format!("requester = contact:{}", customer(at)),
            "opened_at desc",
        ),
        Asked { deep: true, ..asked("everything, by number, deep in it", plain, every, "") },
        asked(
            "everything, by number, of a restricted agent",
            |at| Actor::Agent(agent(9000 + at)),
            every,
            "",
        ),
        scans(asked(
            "the backlog, by waiting_since",
            plain,
            |_| UNFINISHED.into(),
            "waiting_since",
        )),
        scans(asked(
            "the backlog, subject contains a word",
            plain,
            |at| format!("{UNFINISHED} and subject contains {}", workload::words()[at]),
            "waiting_since",
        )),
        scans(asked("everything, by updated_at desc", plain, every, "updated_at desc")),
    ]
}

impl Asked {
    fn listing(&self, at: usize, desk: &Desk<MemoryStore>) -> Listing {
        let filter = match &*(self.filter)(at) {
            "" => Condition::all([]),
            text => text.parse().unwrap(),
        };
        let sort = if self.sort.is_empty() { Vec::new() } else { Sort::list(self.sort).unwrap() };
        let listing = Listing { filter, sort, after: None, limit: 20 };
        if !self.deep {
            return listing;
        }
        // The cursor of a ticket in the middle, which only a page that ends there hands out.
        let middle = desk.store().tickets(desk.id()) / 2 + 7 * at as u64;
        let near = Listing::of(format!("number >= {middle}").parse().unwrap()).page(1);
        let page = desk.find(&Actor::Host, start(), &near).unwrap();
        listing.after(page.next.unwrap())
    }
}

/// One listing by each asker, on one desk: through the desk, and through its store alone.
fn contenders<'d>(asked: &Asked, desk: &'d Desk<MemoryStore>) -> [Contender<'d>; 2] {
    let lexicon = desk.settings().unwrap().lexicon();
    let now = start() + TimeDelta::days(400);
    let lists = |at| ((asked.actor)(at), asked.listing(at, desk));
    let calls: Vec<(Actor, Listing)> = (0..ASKERS).map(lists).collect();
    let query = |(_, listing): &(Actor, Listing)| {
        let order = Order::check(&listing.sort, &lexicon).unwrap();
        let after = listing.after.as_ref().map(|cursor| order.resume(cursor).unwrap());
        let filter = listing.filter.check(&lexicon, Place::View).unwrap();
        Query { desk: desk.id(), filter, order, after, now, limit: 21 }
    };
    let queries: Vec<Query> = calls.iter().map(query).collect();
    // What takes milliseconds needs no repetition.
    let times = if asked.indexed { 20 } else { 1 };
    let through_desk = in_turn(times, calls, move |(actor, listing)| {
        black_box(desk.find(actor, now, listing).unwrap());
    });
    let through_store = in_turn(times, queries, move |query| {
        black_box(desk.store().find(query).unwrap());
    });
    [("desk", through_desk), ("store", through_store)]
}

/// Asks all of these so often; the time of one.
fn in_turn<'d, T: 'd>(
    times: usize,
    asked: Vec<T>,
    ask: impl Fn(&T) + 'd,
) -> Box<dyn FnMut() -> Duration + 'd> {
    let each = (times * asked.len()) as u32;
    Box::new(move || rounds::timed(times, || asked.iter().for_each(&ask)) / each)
}

fn main() {
    let desks = SIZES.map(desk);
    let rounds = rounds::rounds(21);
    println!(
        "a page of 20: µs in a desk of 1,000, of 1,000,000; ratio, medians of {rounds} rounds"
    );
    for asked in listings() {
        let rounds = if asked.indexed { rounds } else { rounds.min(5) };
        let mut both: Vec<Contender<'_>> =
            desks.iter().flat_map(|desk| contenders(&asked, desk)).collect();
        let times = rounds::in_turns(rounds, &mut both);
        println!("{}", asked.name);
        for through in 0..2 {
            let (small, large) = (&times[through], &times[through + 2]);
            let ratio = large.by(small);
            let verdict =
                if asked.indexed { rounds::verdict(&ratio, AIM) } else { "no aim: scans" };
            println!(
                "  {:<6} {:>9.2} {:>12.2}   ratio {ratio}   {verdict}",
                both[through].0,
                small.median() * 1e6,
                large.median() * 1e6,
            );
        }
    }
}
