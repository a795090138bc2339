//! What a desk on SQLite costs: commands, beside the same rows written by hand, and what is asked for
//! all day.
//!
//! `cargo bench --bench sqlite`, or with a number of rounds: `-- 5`. The `helpdesk` workload (2,000
//! tickets × open, reply, close; every command with an id) on a new database in the folder for
//! temporary files, or in the one that `HELPDESK_BENCH_FOLDER` names; in turns with `by_hand`, which
//! writes the same rows into the same tables by prepared statements and pays for no decision and no
//! encoding. Then, on a desk with 2,000 open tickets, pages of 20 and the next ticket to solve.
//!
//! Measured on a quiet virtual machine of two cores, on its disk, medians of five rounds: 121 µs a command
//! with `Normal` (0.85 times as fast as by hand; half of the rounds are from 0.83 to 0.87), 260 µs with
//! `Full` (0.86; 0.85–0.87), 39 µs in batches of 100 (0.75; 0.71–0.78), 50 µs for the lean program, 3.8 µs
//! in memory. Beside other builds, the disk's mood is what `Full` measures: it was from 0.17 to 0.92.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench that cannot go on has nothing to report"
)]

mod by_hand;
#[allow(dead_code, reason = "shared by benches that do not use all of it")]
mod rounds;
#[allow(dead_code, reason = "shared by benches that do not use all of it")]
mod workload;

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use helpdesk::matching::Listing;
use helpdesk::store::sqlite::{Durability, Options, SqliteStore};
use helpdesk::store::{Lease, MemoryStore, Scope, Store};
use helpdesk::{Actor, AgentProfile, Call, Desk, DeskError, DeskId, Settings};

use by_hand::Step;
use rounds::Contender;
use workload::{ANNA, start};

const DESK: DeskId = DeskId::from_u128(1);

/// A folder that is gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::var_os("HELPDESK_BENCH_FOLDER").map(PathBuf::from);
        let folder = folder.unwrap_or_else(std::env::temp_dir);
        let path = folder.join(format!("helpdesk-bench-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self) -> PathBuf {
        self.0.join("desk.db")
    }

    fn store(&self, durability: Durability) -> SqliteStore {
        let path = self.path();
        let mut options = Options::default();
        options.durability = durability;
        SqliteStore::migrate(&path, &options).unwrap();
        SqliteStore::open(&path, options).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn desk<S: Store>(store: S) -> Desk<S> {
    let desk = Desk::create(store, DESK, Settings::default(), start()).unwrap();
    desk.put_agent(Actor::Host.at(start()), ANNA, AgentProfile::new("Anna")).unwrap();
    desk
}

/// The workload on a store.
fn lived<S: Store>(store: S, calls: Vec<Call>) -> Duration {
    let desk = desk(store);
    let begin = Instant::now();
    for call in calls {
        black_box(desk.execute(&call).unwrap());
    }
    begin.elapsed()
}

fn on_sqlite(durability: Durability, calls: Vec<Call>) -> Duration {
    let folder = Folder::new();
    lived(folder.store(durability), calls)
}

/// So many commands in a transaction.
fn in_batches(calls: Vec<Call>, each: usize) -> Duration {
    let folder = Folder::new();
    let desk = desk(folder.store(Durability::Normal));
    let begin = Instant::now();
    for calls in calls.chunks(each) {
        let batch = desk.store().batch(|batch| {
            let desk = Desk::open_existing(batch, DESK)?;
            for call in calls {
                black_box(desk.execute(call)?);
            }
            Ok::<_, DeskError>(())
        });
        batch.unwrap();
    }
    begin.elapsed()
}

/// The same rows, in tables that begin alike.
fn by_hand(durability: Durability, steps: &[Step], each: usize) -> Duration {
    let folder = Folder::new();
    drop(desk(folder.store(durability)));
    by_hand::same_rows(&folder.path(), durability, steps, each)
}

fn lean(steps: &[Step]) -> Duration {
    by_hand::lean(&Folder::new().path(), steps)
}

/// What the workload writes.
fn recorded(calls: Vec<Call>) -> Vec<Step> {
    let folder = Folder::new();
    let desk = desk(folder.store(Durability::Normal));
    by_hand::record(&desk, &folder.path(), calls)
}

/// How long it takes, of many times.
fn each(what: &str, mut ask: impl FnMut()) {
    let mut times: Vec<Duration> = (0..200)
        .map(|_| {
            let begin = Instant::now();
            ask();
            begin.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("  {what:<44} {:>8.0} µs", times[100].as_secs_f64() * 1e6);
}

fn main() {
    let cases = workload::helpdesk();
    let calls = || workload::lives(&cases);
    let steps = recorded(calls());
    const BATCH: usize = 100;
    let (normal, full) = (Durability::Normal, Durability::Full);
    let mut contenders: Vec<Contender<'_>> = vec![
        ("SqliteStore, Normal", Box::new(|| on_sqlite(normal, calls()))),
        ("  by hand", Box::new(|| by_hand(normal, &steps, 1))),
        ("SqliteStore, Full", Box::new(|| on_sqlite(full, calls()))),
        ("  by hand", Box::new(|| by_hand(full, &steps, 1))),
        ("SqliteStore, Normal, 100 in a batch", Box::new(|| in_batches(calls(), BATCH))),
        ("  by hand", Box::new(|| by_hand(normal, &steps, BATCH))),
        ("a lean program by hand, Normal", Box::new(|| lean(&steps))),
        ("MemoryStore", Box::new(|| lived(MemoryStore::new(), calls()))),
    ];
    let rounds = rounds::rounds(5);
    let commands = steps.len();
    println!("helpdesk workload: {commands} commands, medians of {rounds} rounds, taken in turns");
    let times = rounds::in_turns(rounds, &mut contenders);
    for ((name, _), took) in contenders.iter().zip(&times) {
        println!("  {name:<44} {:>8.1} µs a command", took.median() * 1e6 / commands as f64);
    }
    println!("how fast the store is, where the same rows by hand are 1: medians of the rounds");
    for (what, at, aim) in [
        ("Normal, a transaction for each command", 0, 0.7),
        ("Full, a transaction for each command", 2, 0.9),
        ("Normal, 100 commands in a transaction", 4, 0.6),
    ] {
        let ratio = times[at + 1].by(&times[at]);
        let met = if ratio.median >= aim { "met" } else { "missed" };
        println!("  {what:<44} {ratio}   at least {aim}: {met}");
    }

    let folder = Folder::new();
    let desk = desk(folder.store(Durability::Normal));
    // The openings alone.
    for call in calls().into_iter().step_by(3) {
        desk.execute(&call).unwrap();
    }
    let (host, agent, now) = (Actor::Host, Actor::Agent(ANNA), start());
    println!("a desk with {} open tickets, medians of 200", cases.len());
    for (filter, sort) in [
        ("all()", "number desc"),
        ("status_category = new", "number"),
        ("assignee is missing", "sla_due_at"),
        ("requester = contact:00000000-0000-0000-0000-000000000007", "number"),
    ] {
        let listing = Listing::of(filter.parse().unwrap()).sorted(sort).unwrap().page(20);
        each(
            &format!("20 of `{}`, by {sort}", filter.chars().take(20).collect::<String>()),
            || {
                black_box(desk.find(&host, now, &listing).unwrap());
            },
        );
    }
    each("the next ticket to solve", || {
        black_box(desk.to_solve(&agent, now, None, 1).unwrap());
    });
    each("the settings", || {
        black_box(desk.settings().unwrap());
    });
    let lease = Lease { until: now, limit: 10 };
    each("what is due, where nothing is", || {
        black_box(desk.store().due(Scope::All, now, lease).unwrap());
    });
}
