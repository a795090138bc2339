//! What a desk in a database costs with 10,000 tickets and with 1,000,000, in turns: listings, whose turn
//! it is, and what is due.
//!
//! `cargo bench --bench grown`, or with a number of rounds: `-- 9`. It takes some minutes and 6 GB of
//! disk. The small desk is lived through commands: of ten tickets two wait in the queues of 20
//! departments, one has an owner, seven are closed and have something to do by themselves later. The large
//! one is the same with each ticket 99 times more, copied in the tables: a hundred times as much waits in
//! each queue and is asked by each customer. PostgreSQL is a server of the bench's own.
//!
//! The aim: at most twice the cost.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::panic,
    reason = "a bench that cannot go on has nothing to report"
)]

#[allow(dead_code, reason = "shared by benches that do not use all of it")]
mod rounds;
#[allow(dead_code, reason = "shared with tests, which use all of it")]
#[path = "../tests/postgres/server.rs"]
mod server;
#[allow(dead_code, reason = "shared by benches that do not use all of it")]
mod workload;

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::command::{Assign, Close, Open, Resolving};
use helpdesk::matching::Listing;
use helpdesk::store::sqlite::{Options, SqliteStore, rusqlite};
use helpdesk::store::{AsyncStore, Inline, Lease, Scope};
use helpdesk::{
    Actor, AgentId, AgentProfile, AsyncDesk, ContactId, Department, DeskId, Requester,
    SettingsDraft, TicketId,
};
use tokio::runtime::Runtime;

use rounds::Contender;
use server::{Schema, Server};
use workload::start;

const DESK: DeskId = DeskId::from_u128(1);
const SMALL: usize = 10_000;
const COPIES: usize = 99;
const DEPARTMENTS: usize = 20;
const CUSTOMERS: usize = 400;
const AIM: f64 = 2.0;

fn agent(at: usize) -> AgentId {
    AgentId::from_u128(1000 + (at % DEPARTMENTS) as u128)
}

fn department(at: usize) -> String {
    format!("department-{}", at % DEPARTMENTS)
}

/// The last two bytes of a ticket's id say which copy it is.
fn ticket(at: usize) -> TicketId {
    TicketId::from_u128((at as u128 + 1) << 16)
}

/// The small desk, lived.
async fn lived<S: AsyncStore>(store: S) -> AsyncDesk<S> {
    let departments = (0..DEPARTMENTS).map(|at| Department::new(department(at))).collect();
    let settings = SettingsDraft { departments, ..SettingsDraft::default() }.build().unwrap();
    let desk = AsyncDesk::create(store, DESK, settings, start()).await.unwrap();
    for at in 0..DEPARTMENTS {
        let profile = AgentProfile::new("Anna").department(department(at));
        desk.put_agent(Actor::Host.at(start()), agent(at), profile).await.unwrap();
    }
    for at in 0..SMALL {
        let now = start() + TimeDelta::seconds(at as i64);
        let asks = ContactId::from_u128(1_000_000 + (at % CUSTOMERS) as u128);
        let mut open = Open::new(ticket(at), Requester::Contact(asks), "It burns.").subject("Fire");
        // Neither who asks nor who owns goes along with how far it is.
        open.department = Some(department(at / 10).into());
        desk.open(Actor::Customer(asks).at(now), open).await.unwrap();
        if at % 10 < 2 {
            continue;
        }
        let owner = agent(at / 10);
        desk.assign(Actor::Host.at(now), Assign::new(ticket(at), owner)).await.unwrap();
        if at % 10 > 2 {
            let close = Close { ticket: ticket(at), resolution: Some(Resolving::new("solved")) };
            desk.close(Actor::Agent(owner).at(now), close).await.unwrap();
        }
    }
    desk
}

/// A folder that is gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("helpdesk-grown-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn on_sqlite(folder: &Folder, runtime: &Runtime, copies: usize) -> AsyncDesk<Inline<SqliteStore>> {
    let path = folder.0.join("desk.db");
    SqliteStore::migrate(&path, &Options::default()).unwrap();
    let store = SqliteStore::open(&path, Options::default()).unwrap();
    drop(runtime.block_on(lived(Inline(store))));
    let columns = "schema, category, done, department, standing, assignee, requester, \
                   organisation, due_at, status, priority, level, since, wake_at, visible_at";
    let text = |of: &str| {
        let parts = [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)];
        let parts = parts.map(|(from, length)| format!("substr({of}, {from}, {length})"));
        parts.join(" || '-' || ")
    };
    let copy = format!(
        "INSERT INTO helpdesk_records (desk, kind, id, revision, number, head, {columns})
         SELECT desk, 4, unhex(fresh), revision, number + ?1 * {SMALL}, replace(head, {}, {}), {columns}
         FROM (SELECT *, lower(hex(id)) AS old, substr(lower(hex(id)), 1, 28) || printf('%04x', ?1) AS fresh
               FROM helpdesk_records WHERE desk = ?2 AND number <= {SMALL} ORDER BY number)",
        text("old"),
        text("fresh"),
    );
    let database = rusqlite::Connection::open(&path).unwrap();
    for nth in 1..=copies {
        let desk = &DESK.as_uuid().as_bytes()[..];
        let copied = database.execute(&copy, rusqlite::params![nth as i64, desk]).unwrap();
        assert_eq!(copied, SMALL);
    }
    database.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let store = SqliteStore::open(&path, Options::default()).unwrap();
    runtime.block_on(AsyncDesk::open_existing(Inline(store), DESK)).unwrap()
}

fn on_postgres(
    schema: &Schema,
    runtime: &Runtime,
    copies: usize,
) -> AsyncDesk<helpdesk::store::PgStore<server::Pool>> {
    let store = runtime.block_on(schema.store());
    let desk = runtime.block_on(lived(store));
    let columns = "schema, category, done, department, standing, assignee, requester, \
                   organisation, due_at, status, priority, level, since";
    let copy = format!(
        "INSERT INTO ~records (desk, kind, id, revision, number, head, {columns})
         SELECT desk, 4, f.fresh, revision, number + n * {SMALL},
             replace(head, id::text, f.fresh::text), {columns}
         FROM generate_series(1, {copies}) n, ~records r,
             LATERAL (SELECT (left(r.id::text, 32) || lpad(to_hex(n), 4, '0'))::uuid AS fresh) f
         WHERE number <= {SMALL} ORDER BY n, number;
         INSERT INTO ~wakes (desk, kind, id, wake_at, visible_at)
         SELECT desk, kind, (left(id::text, 32) || lpad(to_hex(n), 4, '0'))::uuid, wake_at, visible_at
         FROM generate_series(1, {copies}) n, ~wakes WHERE kind = 4;
         ANALYZE"
    );
    runtime.block_on(async {
        let client = schema.client().await;
        client.batch_execute(&copy.replace('~', &schema.table(""))).await.unwrap();
        client.batch_execute("CHECKPOINT").await.unwrap();
    });
    desk
}

/// What is asked, by which of some people.
type Question = (&'static str, fn(usize) -> Asked);

enum Asked {
    Found(Actor, String, &'static str),
    Next(Actor),
    Due(DateTime<Utc>),
}

fn questions() -> Vec<Question> {
    vec![
        ("20 of all, newest first", |_| Asked::Found(Actor::Host, "all()".into(), "number desc")),
        ("20 of a department's queue", |at| {
            let queue = format!("department = {} and queued = true", department(at));
            Asked::Found(Actor::Agent(agent(at)), queue, "number")
        }),
        ("20 of an agent's own work", |at| {
            let mine = format!("assignee = agent:{} and status_category in (new, open)", agent(at));
            Asked::Found(Actor::Agent(agent(at)), mine, "number desc")
        }),
        ("a customer's own", |at| {
            let customer = ContactId::from_u128(1_000_000 + at as u128);
            Asked::Found(Actor::Customer(customer), "all()".into(), "number desc")
        }),
        ("the next ticket of an agent", |at| Asked::Next(Actor::Agent(agent(at)))),
        ("what is due, where nothing is", |_| Asked::Due(start())),
        ("what is due: 10 of many, leased", |_| Asked::Due(start() + TimeDelta::days(400))),
    ]
}

async fn ask<S: AsyncStore>(desk: &AsyncDesk<S>, asked: &Asked) {
    let now = start() + TimeDelta::days(30);
    match asked {
        Asked::Found(actor, filter, sort) => {
            let listing = Listing::of(filter.parse().unwrap()).sorted(sort).unwrap().page(20);
            let found = desk.find(actor, now, &listing).await.unwrap();
            assert!(!found.rows.is_empty(), "`{filter}` finds nothing");
            black_box(found);
        }
        Asked::Next(actor) => {
            let page = desk.to_solve(actor, now, None, 1).await.unwrap();
            assert_eq!(page.entries.len(), 1);
            black_box(page);
        }
        Asked::Due(now) => {
            let lease = Lease { until: *now + TimeDelta::days(4000), limit: 10 };
            black_box(desk.store().due(Scope::One(DESK), *now, lease).await.unwrap());
        }
    }
}

/// How many people ask in turn, and how often.
const ASKERS: usize = 20;

fn compared<S: AsyncStore>(
    name: &str,
    rounds: usize,
    runtime: &Runtime,
    desks: [&AsyncDesk<S>; 2],
) {
    println!("{name}: medians of {rounds} rounds, taken in turns, in microseconds");
    println!("  {:<34} {:>9} {:>9}   ratio", "", SMALL, SMALL * (1 + COPIES));
    for (what, of) in questions() {
        let asked: Vec<Asked> = (0..ASKERS).map(of).collect();
        let once = |desk: &AsyncDesk<S>| {
            let begin = Instant::now();
            runtime.block_on(async {
                for one in &asked {
                    ask(desk, one).await;
                }
            });
            begin.elapsed()
        };
        let mut contenders: Vec<Contender<'_>> =
            desks.iter().map(|desk| -> Contender<'_> { (what, Box::new(|| once(desk))) }).collect();
        let times = rounds::in_turns(rounds, &mut contenders);
        let each = |at: usize| times[at].median() * 1e6 / ASKERS as f64;
        let ratio = times[1].by(&times[0]);
        let verdict = rounds::verdict(&ratio, AIM);
        println!(
            "  {what:<34} {:>9.0} {:>9.0} {ratio}   at most {AIM}: {verdict}",
            each(0),
            each(1)
        );
    }
}

fn built<T>(what: &str, build: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let built = build();
    let took: Duration = begin.elapsed();
    println!("{what}: built in {:.0} s", took.as_secs_f64());
    built
}

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let rounds = rounds::rounds(9);
    {
        let folders = ["small", "large"].map(Folder::new);
        let small = built("SQLite, small", || on_sqlite(&folders[0], &runtime, 0));
        let large = built("SQLite, large", || on_sqlite(&folders[1], &runtime, COPIES));
        compared("SqliteStore", rounds, &runtime, [&small, &large]);
    }
    let server = Server::own(false).expect("there are no binaries of a PostgreSQL server");
    let schemas = [server.schema(), server.schema()];
    let small = built("PostgreSQL, small", || on_postgres(&schemas[0], &runtime, 0));
    let large = built("PostgreSQL, large", || on_postgres(&schemas[1], &runtime, COPIES));
    compared("PgStore", rounds, &runtime, [&small, &large]);
}
