//! What it costs a desk not to know its store: `dyn`, futures, and threads that may block.
//!
//! `cargo bench --bench stores`, or with a number of rounds: `-- 5`. The `helpdesk` workload
//! (2,000 tickets × open, reply, close; every command with an id) through each kind of desk over
//! a fresh [`MemoryStore`], in turns, round by round. Only carrying out the commands is timed. The
//! second line is the first once more: how far it is from 1 is what the noise makes of nothing.
//!
//! Beside a database all of this vanishes: a store in memory shows the overhead at its largest.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench that cannot go on has nothing to report"
)]

mod rounds;
#[allow(dead_code, reason = "shared by benches that do not use all of it")]
mod workload;

use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use helpdesk::store::{AsyncStore, Inline, MemoryStore, Offload, Store};
use helpdesk::{Actor, AgentProfile, AsyncDesk, Call, Desk, DeskId, Settings};
use tokio::runtime::{Builder, Runtime};

use rounds::Contender;
use workload::{ANNA, start};

const DESK: DeskId = DeskId::from_u128(1);

/// The workload on a store that is asked.
fn asked<S: Store>(store: S, calls: Vec<Call>) -> Duration {
    let desk = Desk::create(store, DESK, Settings::default(), start()).unwrap();
    desk.put_agent(Actor::Host.at(start()), ANNA, AgentProfile::new("Anna")).unwrap();
    let begin = Instant::now();
    for call in calls {
        black_box(desk.execute(&call).unwrap());
    }
    begin.elapsed()
}

/// The workload on a store that is awaited.
async fn awaited<S: AsyncStore + Send + Sync>(store: S, calls: Vec<Call>) -> Duration {
    let desk = AsyncDesk::create(store, DESK, Settings::default(), start()).await.unwrap();
    desk.put_agent(Actor::Host.at(start()), ANNA, AgentProfile::new("Anna")).await.unwrap();
    let begin = Instant::now();
    for call in calls {
        black_box(desk.execute(&call).await.unwrap());
    }
    begin.elapsed()
}

/// Polls a future over a store that is never waited for.
fn on_the_spot<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a store in memory made somebody wait"),
    }
}

/// As a task of a runtime, which is what a host's handler is.
fn as_task(runtime: &Runtime, calls: Vec<Call>) -> Duration {
    let task = runtime.spawn(awaited(Offload::new(MemoryStore::new()), calls));
    runtime.block_on(task).unwrap()
}

fn main() {
    let cases = workload::helpdesk();
    let calls = || workload::lives(&cases);
    let one_thread = Builder::new_current_thread().build().unwrap();
    let threads = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let shared = || -> Arc<dyn Store + Send + Sync> { Arc::new(MemoryStore::new()) };
    let awaited_shared =
        || -> Arc<dyn AsyncStore + Send + Sync> { Arc::new(Inline(MemoryStore::new())) };

    let mut spot: Vec<Contender<'_>> = vec![
        ("Desk<MemoryStore>", Box::new(|| asked(MemoryStore::new(), calls()))),
        ("  the same once more", Box::new(|| asked(MemoryStore::new(), calls()))),
        ("Desk<Arc<dyn Store>>", Box::new(|| asked(shared(), calls()))),
        (
            "AsyncDesk<Inline<MemoryStore>>",
            Box::new(|| on_the_spot(awaited(Inline(MemoryStore::new()), calls()))),
        ),
        (
            "AsyncDesk<Arc<dyn AsyncStore>>",
            Box::new(|| on_the_spot(awaited(awaited_shared(), calls()))),
        ),
    ];
    // Apart, lest what its threads leave behind is measured with those that have none.
    let mut threaded: Vec<Contender<'_>> = vec![
        ("Desk<MemoryStore>", Box::new(|| asked(MemoryStore::new(), calls()))),
        ("AsyncDesk<Offload>, one thread", Box::new(|| as_task(&one_thread, calls()))),
        ("AsyncDesk<Offload>, two workers", Box::new(|| as_task(&threads, calls()))),
    ];
    let rounds = rounds::rounds(21);
    let commands = calls().len();
    println!("helpdesk workload: {commands} commands, medians of {rounds} rounds, taken in turns");
    println!("ratio to the first, round by round; in brackets, where half of the rounds are");
    for contenders in [&mut spot, &mut threaded] {
        let times = rounds::in_turns(rounds, contenders);
        for ((name, _), took) in contenders.iter().zip(&times) {
            let micros = took.median() * 1e6 / commands as f64;
            println!("  {name:<32} {micros:>7.2} µs a command   ratio {}", took.by(&times[0]));
        }
    }
}
