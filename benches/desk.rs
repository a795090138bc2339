//! What a command costs on a desk in memory: at work, on long threads, on large desks, on time.
//!
//! Every measurement is a fixed number of commands on fresh tickets, so that growth distorts
//! nothing. Large desks are built once, and each measurement takes tickets of its own.
//!
//! Measured on a 2-core x86-64 server shared with other jobs, Rust 1.95, 2026-11-25; the medians
//! of two runs. Compare ratios: the machine is never quite quiet.
//!
//! | what | time a command | beside | ratio | aim |
//! |---|---|---|---|---|
//! | 2,000 tickets × create, reply, close | 1.40, 1.44 µs | | | 1.2 µs: missed |
//! | reply on a thread of 10,000 messages | 2.3, 2.4 µs | 1.9, 2.0 µs on one of 10 | 1.2 | 1.3: met |
//! | 1,000 hot tickets among 100,000 | 3.0 µs | 1.4 µs among 1,000 | 2.1 | 4: met |
//! | 1,000 hot tickets among 1,000,000 | 3.4, 3.7 µs | 1.4 µs among 1,000 | 2.4, 2.6 | 4: met |
//! | tick, 1,000 due among 1,000,000 | 5.5, 3.9 µs | 1.2 µs among 1,000 | 4.5, 3.4 | by the due: met |

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench that cannot go on has nothing to report"
)]

mod groups;
#[allow(dead_code, reason = "shared by benches that do not use all of it")]
mod workload;

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use criterion::{BenchmarkId, Criterion};
use helpdesk::command::{Close, Open, Reply, Resolving};
use helpdesk::store::MemoryStore;
use helpdesk::{
    Actor, AgentId, AgentProfile, Call, Command, CommandId, ContactId, Desk, DeskId, Requester,
    Settings, TicketId,
};

use workload::{Case, Lcg};

/// Who answers.
const ANNA: Actor = Actor::Agent(AgentId::from_u128(8));

/// A desk in memory with one agent, and the generator of its ids.
struct Bench {
    desk: Desk<MemoryStore>,
    ids: Lcg,
}

fn start() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn minutes(minutes: usize) -> chrono::TimeDelta {
    chrono::TimeDelta::minutes(minutes as i64)
}

impl Bench {
    fn new() -> Self {
        let id = DeskId::from_u128(1);
        let desk = Desk::create(MemoryStore::new(), id, Settings::default(), start()).unwrap();
        let anna = AgentProfile::new("Anna");
        desk.put_agent(Actor::Host.at(start()), AgentId::from_u128(8), anna).unwrap();
        Self { desk, ids: Lcg::new(7) }
    }

    fn random(&mut self) -> [u8; 10] {
        std::array::from_fn(|_| self.ids.draw(256) as u8)
    }

    /// A call with an id, so that a receipt is kept.
    fn call(&mut self, actor: Actor, now: DateTime<Utc>, command: Command) -> Call {
        // As hosts make them: in order of time, with ten random bytes.
        let id = CommandId::from_uuid(*TicketId::v7(now, self.random()).as_uuid());
        actor.at(now).once(id).call(command)
    }

    /// Opens a ticket with a short text; gives its id.
    fn open(&mut self, now: DateTime<Utc>) -> TicketId {
        let id = TicketId::v7(now, self.random());
        let contact = ContactId::from_u128(u128::from(self.ids.draw(500)));
        let open = Open::new(id, Requester::Contact(contact), "It burns.").subject("Printer");
        let call = self.call(Actor::Customer(contact), now, Command::Open(open));
        self.desk.execute(&call).unwrap();
        id
    }

    /// The customer's and the agent's next message on each of these tickets.
    fn exchange(&mut self, tickets: &[TicketId], now: DateTime<Utc>) -> Vec<Call> {
        let mut calls = Vec::with_capacity(2 * tickets.len());
        for id in tickets {
            let ticket = self.desk.ticket(*id).unwrap().unwrap();
            let Requester::Contact(contact) = ticket.requester() else { continue };
            let asks = Command::Reply(Reply::new(*id, "It still burns."));
            let answers = Command::Reply(Reply::new(*id, "Did you unplug it?"));
            calls.push(self.call(Actor::Customer(contact), now, asks));
            calls.push(self.call(ANNA, now, answers));
        }
        calls
    }

    /// Carries out calls, and says how long that took.
    fn run(&self, calls: Vec<Call>) -> Duration {
        let begin = Instant::now();
        for call in calls {
            black_box(self.desk.execute(&call).unwrap());
        }
        begin.elapsed()
    }
}

/// Every ticket of the workload: opened, answered, closed.
fn lives(bench: &mut Bench, cases: &[Case]) -> Vec<Call> {
    let mut calls = Vec::with_capacity(3 * cases.len());
    for (at, case) in cases.iter().enumerate() {
        let now = start() + minutes(at);
        let id = TicketId::v7(now, bench.random());
        let contact = ContactId::from_u128(u128::from(case.from));
        let open = Open::new(id, Requester::Contact(contact), &*case.body).subject(&*case.subject);
        let reply = Reply::new(id, &*case.reply);
        let close = Close { ticket: id, resolution: Some(Resolving::new("solved")) };
        calls.push(bench.call(Actor::Customer(contact), now, Command::Open(open)));
        calls.push(bench.call(ANNA, now, Command::Reply(reply)));
        calls.push(bench.call(ANNA, now, Command::Close(close)));
    }
    calls
}

/// 2,000 tickets × create, reply, close.
fn helpdesk(criterion: &mut Criterion) {
    let cases = workload::helpdesk();
    let mut group = groups::group(criterion, "helpdesk", 3 * cases.len());
    group.sample_size(30);
    group.bench_function("create, reply, close", |bencher| {
        bencher.iter_custom(|times| {
            let once = |_| {
                let mut bench = Bench::new();
                let calls = lives(&mut bench, &cases);
                bench.run(calls)
            };
            (0..times).map(once).sum()
        });
    });
    group.finish();
}

/// A question and an answer on each of 100 threads: long ones cost what short ones do.
///
/// Both kinds are in one desk of a million messages, so that nothing but their length differs.
fn threads(criterion: &mut Criterion) {
    const THREADS: usize = 100;
    fn grown(bench: &mut Bench, messages: usize) -> Vec<TicketId> {
        let tickets: Vec<TicketId> = (0..THREADS).map(|_| bench.open(start())).collect();
        for _ in 0..messages / 2 {
            let calls = bench.exchange(&tickets, start());
            bench.run(calls);
        }
        tickets
    }
    let mut bench = Bench::new();
    let long = grown(&mut bench, 10_000);
    let mut group = groups::group(criterion, "reply on a thread of", 2 * THREADS);
    group.bench_function(BenchmarkId::from_parameter("10 messages"), |bencher| {
        bencher.iter_custom(|times| {
            let once = |_| {
                let short = grown(&mut bench, 10);
                let calls = bench.exchange(&short, start());
                bench.run(calls)
            };
            (0..times).map(once).sum()
        });
    });
    group.bench_function(BenchmarkId::from_parameter("10,000 messages"), |bencher| {
        bencher.iter_custom(|times| {
            let once = |_| {
                // As with the short ones, they were at work a moment ago.
                let calls = bench.exchange(&long, start());
                bench.run(calls);
                let calls = bench.exchange(&long, start());
                bench.run(calls)
            };
            (0..times).map(once).sum()
        });
    });
    group.finish();
}

/// A desk whose tickets were opened in 1,000 different minutes, in no order of time.
struct Large {
    bench: Bench,
    tickets: Vec<TicketId>,
    /// Sets of 1,000 tickets that were at work already.
    used: usize,
    /// Minutes that were ticked already.
    ticked: usize,
}

/// How many tickets are at work, or due.
const HOT: usize = 1000;

impl Large {
    fn of(size: usize) -> Self {
        let mut bench = Bench::new();
        let sets = (size / HOT).max(1);
        let tickets = (0..size).map(|at| bench.open(start() + minutes(at % sets))).collect();
        Self { bench, tickets, used: 0, ticked: 0 }
    }

    fn sets(&self) -> usize {
        self.tickets.len() / HOT
    }

    /// A question and an answer on each of 1,000 tickets from all over the desk, which are
    /// hot: they were at work a moment ago.
    fn work(&mut self) -> Duration {
        let set = self.used % self.sets();
        self.used += 1;
        let hot: Vec<TicketId> =
            self.tickets.iter().skip(set).step_by(self.sets()).copied().collect();
        let now = start() + minutes(HOT);
        let calls = self.bench.exchange(&hot, now);
        self.bench.run(calls);
        let calls = self.bench.exchange(&hot, now);
        self.bench.run(calls)
    }

    /// A tick for which the tickets of one minute are due: to be warned about on day 3, and,
    /// when all have been, to be flagged on day 5.
    fn tick(&mut self) -> Duration {
        let (round, minute) = (self.ticked / self.sets(), self.ticked % self.sets());
        let now = start() + chrono::TimeDelta::days([3, 5][round]) + minutes(minute);
        self.ticked += 1;
        let begin = Instant::now();
        let ticked = self.bench.desk.tick(now).unwrap();
        let elapsed = begin.elapsed();
        assert_eq!(ticked.outcomes.len(), HOT, "each minute's tickets are due");
        elapsed
    }
}

/// A hot set of 1,000 tickets in desks of different sizes, and 1,000 due among them.
fn sizes(criterion: &mut Criterion) {
    let sizes = [(1000, "1,000"), (100_000, "100,000"), (1_000_000, "1,000,000")];
    for (size, name) in sizes {
        let mut large = Large::of(size);
        let fresh = |large: &mut Large| {
            // A small desk is as quickly built anew.
            if size == HOT {
                *large = Large::of(size);
            }
        };
        let mut hot = groups::group(criterion, "1,000 hot tickets in a desk of", 2 * HOT);
        hot.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter_custom(|times| {
                let once = |_| {
                    fresh(&mut large);
                    large.work()
                };
                (0..times).map(once).sum()
            });
        });
        hot.finish();
        if size == 100_000 {
            continue;
        }
        let mut due = groups::group(criterion, "tick with 1,000 due among", HOT);
        due.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter_custom(|times| {
                let once = |_| {
                    fresh(&mut large);
                    large.tick()
                };
                (0..times).map(once).sum()
            });
        });
        due.finish();
    }
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args().without_plots();
    helpdesk(&mut criterion);
    threads(&mut criterion);
    sizes(&mut criterion);
    criterion.final_summary();
}
