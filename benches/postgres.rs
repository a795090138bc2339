//! What a desk on PostgreSQL costs: one statement for each commit, beside the same commit by hand.
//!
//! `cargo bench --bench postgres`, or with a number of rounds: `-- 5`. A part of the `helpdesk` workload
//! (160 tickets × open, reply, close; every command with an id) by one client, and by eight at once on
//! one desk, each round on a desk of its own. By hand, a commit is what a careful host writes: a
//! transaction of many prepared statements, which locks, looks and writes, over the same tables and
//! indexes. Both on a server of the bench's own, without `fsync` and with it.

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

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use helpdesk::store::postgres::tokio_postgres::types::ToSql;
use helpdesk::store::postgres::tokio_postgres::{Client, Row, Statement};
use helpdesk::store::{
    AsyncStore, Claimed, Commit, CommitError, Due, Entry, Found, Lease, LeaseToken, PgStore, Query,
    Receipt, Scope, Settlement, StoreError, StoreFuture, Touched, Wanted, codec,
};
use helpdesk::{
    Actor, AgentProfile, AsyncDesk, Call, Columns, CommandId, DeskId, Event, Expected, Key,
    KeyChange, Record, Requester, Revision, Settings, TicketNumber, UniqueKey,
};
use uuid::Uuid;

use rounds::Contender;
use server::{Pool, Schema, Server};
use workload::{ANNA, start};

/// A connection with its statements prepared.
struct Prepared {
    client: Client,
    statements: HashMap<&'static str, Statement>,
}

impl Prepared {
    async fn run(
        &mut self,
        schema: &Schema,
        text: &'static str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Vec<Row> {
        if !self.statements.contains_key(text) {
            let named = text.replace('~', &schema.table(""));
            self.statements.insert(text, self.client.prepare(&named).await.unwrap());
        }
        self.client.query(&self.statements[text], values).await.unwrap()
    }
}

/// The same store, but for commits.
#[derive(Clone)]
struct ByHand {
    store: PgStore<Pool>,
    schema: Schema,
    idle: Arc<Mutex<Vec<Prepared>>>,
}

impl ByHand {
    async fn committed(&self, commit: Commit) -> Result<Receipt, CommitError> {
        let idle = self.idle.lock().unwrap().pop();
        let mut on = match idle {
            Some(on) => on,
            None => Prepared { client: self.schema.client().await, statements: HashMap::new() },
        };
        let result = self.written(&mut on, commit).await;
        let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
        on.run(&self.schema, end, &[]).await;
        self.idle.lock().unwrap().push(on);
        result
    }

    async fn written(&self, on: &mut Prepared, commit: Commit) -> Result<Receipt, CommitError> {
        let parts = commit.into_parts();
        let (desk, schema) = (*parts.desk.as_uuid(), &self.schema);
        on.run(schema, "BEGIN", &[]).await;
        let command = parts.receipt.command.map(|it| *it.as_uuid());
        if let Some(command) = command {
            let text = "SELECT seq FROM ~commits WHERE desk = $1 AND command = $2";
            assert!(on.run(schema, text, &[&desk, &command]).await.is_empty());
        }
        let mut numbers = Vec::new();
        for write in &parts.writes {
            let text = "SELECT revision, number FROM ~records \
                        WHERE desk = $1 AND kind = $2 AND id = $3 FOR NO KEY UPDATE";
            let rows = on.run(schema, text, &[&desk, &kind(&write.key), &write.key.id]).await;
            let found = rows.first().map_or(0, |row| row.get::<_, i64>(0)).cast_unsigned();
            stale(write.key, expected(write.expected), Revision(found))?;
            numbers.push(rows.first().and_then(|row| row.get::<_, Option<i64>>(1)));
        }
        for guard in &parts.guards {
            let text = "SELECT revision FROM ~records \
                        WHERE desk = $1 AND kind = $2 AND id = $3 FOR SHARE";
            let rows = on.run(schema, text, &[&desk, &kind(&guard.key), &guard.key.id]).await;
            let found = rows.first().map_or(0, |row| row.get::<_, i64>(0)).cast_unsigned();
            stale(guard.key, guard.revision, Revision(found))?;
        }
        for change in &parts.keys {
            if let KeyChange::Take(key, taker) = change {
                let text = "INSERT INTO ~keys (desk, name, kind, id) VALUES ($1, $2, $3, $4)";
                let name = codec::unique_key_text(key);
                on.run(schema, text, &[&desk, &name, &kind(taker), &taker.id]).await;
            }
        }
        let mut counters: Vec<_> = parts.counters.iter().collect();
        counters.sort_by_key(|change| codec::counter_text(&change.counter));
        for change in counters {
            let text = "INSERT INTO ~counters AS v (desk, name, value) VALUES ($1, $2, $3) \
                        ON CONFLICT (desk, name) DO UPDATE SET value = v.value + excluded.value \
                        RETURNING value";
            let name = codec::counter_text(&change.counter);
            on.run(schema, text, &[&desk, &name, &change.delta]).await;
        }
        let seq: i64 = on.run(schema, "SELECT nextval('~commit_seq')", &[]).await[0].get(0);
        let mut touched = Vec::new();
        for (write, number) in parts.writes.iter().zip(numbers) {
            let (kind, id) = (kind(&write.key), write.key.id);
            let new = write.expected == Expected::New;
            let number = match number {
                None if new && write.key.as_ticket().is_some() => {
                    let text = "INSERT INTO ~desks AS d (desk, numbers) VALUES ($1, 1) \
                                ON CONFLICT (desk) DO UPDATE SET numbers = d.numbers + 1 \
                                RETURNING numbers";
                    Some(on.run(schema, text, &[&desk]).await[0].get::<_, i64>(0))
                }
                number => number,
            };
            for event in write.events.iter() {
                let stored = codec::encode_event(event).unwrap();
                let text = "INSERT INTO ~events (desk, kind, id, revision, seq, at, tag, schema, \
                            facts, personal) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
                let revision = stored.revision.0.cast_signed();
                let (at, schema_) = (stored.at.timestamp_micros(), i32::from(stored.schema));
                let values: [&(dyn ToSql + Sync); 10] = [
                    &desk,
                    &kind,
                    &id,
                    &revision,
                    &seq,
                    &at,
                    &&*stored.tag,
                    &schema_,
                    &stored.facts,
                    &stored.personal,
                ];
                on.run(schema, text, &values).await;
            }
            self.record(on, desk, write, number).await;
            let from = expected(write.expected);
            let number = number.map(|it| TicketNumber(it.cast_unsigned()));
            touched.push(Touched { key: write.key, from, to: write.revision(), number });
        }
        for notice in &parts.notices {
            let text = "INSERT INTO ~notices (desk, ticket, revision, number, notice, attempts, \
                        held_until) VALUES ($1, $2, $3, $4, $5, 0, -9223372036854775808)";
            let number = touched[0].number.map_or(0, |it| it.0.cast_signed());
            let stored = codec::encode_notice(notice).unwrap();
            let (ticket, revision) =
                (*notice.id.ticket.as_uuid(), notice.id.revision.0.cast_signed());
            on.run(schema, text, &[&desk, &ticket, &revision, &number, &stored]).await;
        }
        let text = "INSERT INTO ~commits (desk, seq, command, digest, touched) \
                    VALUES ($1, $2, $3, $4, $5)";
        let digest = parts.receipt.digest.cast_signed();
        let stored = codec::encode_touched(&touched).unwrap();
        on.run(schema, text, &[&desk, &seq, &command, &digest, &stored]).await;
        let (seq, digest) = (seq.cast_unsigned(), digest.cast_unsigned());
        Ok(Receipt { seq, command: parts.receipt.command, digest, touched })
    }

    async fn record(
        &self,
        on: &mut Prepared,
        desk: Uuid,
        write: &helpdesk::Write,
        number: Option<i64>,
    ) {
        let schema = &self.schema;
        let (kind, id, revision) =
            (kind(&write.key), write.key.id, write.revision().0.cast_signed());
        let head = codec::encode_head(&write.head).unwrap();
        let form = i32::from(head.schema);
        let ticket = match &write.columns {
            Columns::Ticket(ticket) => Some(ticket),
            _ => None,
        };
        let queued = ticket.and_then(|it| it.queued.as_deref());
        let category = ticket.map(|it| it.category.as_str());
        let done = ticket.map(|it| it.category.is_done());
        let department =
            ticket.map(|it| it.department.as_ref().map_or("", |name| name.as_str()).to_owned());
        let standing: Option<i16> = ticket.map(|it| match (it.category.is_done(), it.assignee) {
            (true, _) => 2,
            (false, None) => 0,
            (false, Some(_)) => 1,
        });
        let assignee = ticket.map(|it| it.assignee.map_or(Uuid::nil(), |id| *id.as_uuid()));
        let requester = ticket.map(|it| {
            let (kind, id) = match it.requester {
                Requester::Contact(id) => (0, *id.as_uuid()),
                Requester::Agent(id) => (1, *id.as_uuid()),
            };
            [&[kind][..], id.as_bytes()].concat()
        });
        let organisation = ticket.and_then(|it| it.organisation).map(|it| *it.as_uuid());
        let due_at = ticket.and_then(|it| it.sla_due_at).map(|at| at.timestamp_micros());
        let status = queued.map(|it| it.status.as_str());
        let priority = queued.map(|it| it.priority.as_str());
        let level = queued.map(|it| it.level.as_ref().map_or("", |name| name.as_str()).to_owned());
        let since = queued.map(|it| it.since.timestamp_micros());
        let values: [&(dyn ToSql + Sync); 19] = [
            &desk,
            &kind,
            &id,
            &revision,
            &number,
            &form,
            &head.head,
            &category,
            &done,
            &department,
            &standing,
            &assignee,
            &requester,
            &organisation,
            &due_at,
            &status,
            &priority,
            &level,
            &since,
        ];
        let text = if write.expected == Expected::New {
            "INSERT INTO ~records (desk, kind, id, revision, number, schema, head, category, done, \
             department, standing, assignee, requester, organisation, due_at, status, priority, \
             level, since) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
             $15, $16, $17, $18, $19)"
        } else {
            "UPDATE ~records SET revision = $4, number = $5, schema = $6, head = $7, \
             category = $8, done = $9, department = $10, standing = $11, assignee = $12, \
             requester = $13, organisation = $14, due_at = $15, status = $16, priority = $17, \
             level = $18, since = $19 WHERE desk = $1 AND kind = $2 AND id = $3"
        };
        on.run(schema, text, &values).await;
        if let Columns::Agent(_) = &write.columns {
            let text = "INSERT INTO ~rosters (desk, department, agent) VALUES ($1, '', $2)";
            on.run(schema, text, &[&desk, &id]).await;
        }
        match write.next_wake {
            Some(at) => {
                let text = "INSERT INTO ~wakes (desk, kind, id, wake_at, visible_at) \
                            VALUES ($1, $2, $3, $4, $4) ON CONFLICT (desk, kind, id) DO UPDATE \
                            SET wake_at = excluded.wake_at, visible_at = excluded.visible_at";
                on.run(schema, text, &[&desk, &kind, &id, &at.timestamp_micros()]).await;
            }
            None if write.expected != Expected::New => {
                let text = "DELETE FROM ~wakes WHERE desk = $1 AND kind = $2 AND id = $3";
                on.run(schema, text, &[&desk, &kind, &id]).await;
            }
            None => {}
        }
    }
}

fn kind(key: &Key) -> i16 {
    use helpdesk::RecordKind;
    match key.kind {
        RecordKind::Settings => 0,
        RecordKind::Agent => 1,
        RecordKind::Contact => 2,
        RecordKind::Organisation => 3,
        _ => 4,
    }
}

fn expected(expected: Expected) -> Revision {
    match expected {
        Expected::New => Revision::ZERO,
        Expected::At(revision) => revision,
    }
}

fn stale(key: Key, expected: Revision, found: Revision) -> Result<(), CommitError> {
    if found == expected { Ok(()) } else { Err(CommitError::Stale { key, expected, found }) }
}

macro_rules! forwarded {
    ($($name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {$(
        fn $name(&self, $($argument: $type),*) -> StoreFuture<'_, Result<$result, StoreError>> {
            self.store.$name($($argument),*)
        }
    )*};
}

impl AsyncStore for ByHand {
    forwarded! {
        load(desk: DeskId, wanted: Wanted) -> Found;
        resolve(desk: DeskId, keys: Vec<UniqueKey>) -> Vec<Option<Key>>;
        history(key: Key, after: Revision, limit: usize) -> Vec<Event>;
        receipt(desk: DeskId, command: CommandId) -> Option<Receipt>;
        find(query: Query) -> Vec<Record>;
        scan(desk: DeskId, after: u64, limit: usize) -> Vec<Entry>;
        due(scope: Scope, now: DateTime<Utc>, lease: Lease) -> Due;
        claim(scope: Scope, now: DateTime<Utc>, lease: Lease) -> Vec<Claimed>;
        settle(token: LeaseToken, settlement: Settlement) -> bool;
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, Result<Receipt, CommitError>> {
        Box::pin(self.committed(commit))
    }
}

/// How long commits took, and nothing else of what a desk does.
struct Timed<S> {
    store: S,
    spent: Arc<Mutex<Duration>>,
}

impl<S: AsyncStore + Sync> AsyncStore for Timed<S> {
    forwarded! {
        load(desk: DeskId, wanted: Wanted) -> Found;
        resolve(desk: DeskId, keys: Vec<UniqueKey>) -> Vec<Option<Key>>;
        history(key: Key, after: Revision, limit: usize) -> Vec<Event>;
        receipt(desk: DeskId, command: CommandId) -> Option<Receipt>;
        find(query: Query) -> Vec<Record>;
        scan(desk: DeskId, after: u64, limit: usize) -> Vec<Entry>;
        due(scope: Scope, now: DateTime<Utc>, lease: Lease) -> Due;
        claim(scope: Scope, now: DateTime<Utc>, lease: Lease) -> Vec<Claimed>;
        settle(token: LeaseToken, settlement: Settlement) -> bool;
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, Result<Receipt, CommitError>> {
        Box::pin(async move {
            let begin = Instant::now();
            let result = self.store.commit(commit).await;
            *self.spent.lock().unwrap() += begin.elapsed();
            result
        })
    }
}

/// The workload on a store, by so many clients at once, each with tickets of its own. How long it took;
/// by one client, how long its commits did.
async fn lived<S: AsyncStore + Clone + Send + Sync + 'static>(
    store: &S,
    lives: &[Vec<Call>],
    clients: usize,
) -> Duration {
    static NEXT: Mutex<u128> = Mutex::new(1);
    let id = {
        let mut next = NEXT.lock().unwrap();
        *next += 1;
        DeskId::from_u128(*next)
    };
    let desk = AsyncDesk::create(store.clone(), id, Settings::default(), start()).await.unwrap();
    desk.put_agent(Actor::Host.at(start()), ANNA, AgentProfile::new("Anna")).await.unwrap();
    let begin = Instant::now();
    let spent = Arc::new(Mutex::new(Duration::ZERO));
    let mut running = tokio::task::JoinSet::new();
    for client in 0..clients {
        let lives: Vec<Vec<Call>> = lives.iter().skip(client).step_by(clients).cloned().collect();
        let timed = Timed { store: store.clone(), spent: spent.clone() };
        running.spawn(async move {
            let desk = AsyncDesk::open_existing(timed, id).await.unwrap();
            for call in lives.iter().flatten() {
                black_box(desk.execute(call).await.unwrap());
            }
        });
    }
    running.join_all().await;
    if clients == 1 { *spent.lock().unwrap() } else { begin.elapsed() }
}

fn compared(fsync: bool, rounds: usize, lives: &[Vec<Call>]) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let server = Server::own(fsync).expect("there are no binaries of a PostgreSQL server");
    let schema = server.schema();
    let store = runtime.block_on(schema.store());
    let hand = ByHand { store: store.clone(), schema, idle: Arc::default() };
    let on = |clients| runtime.block_on(lived(&store, lives, clients));
    let by_hand = |clients| runtime.block_on(lived(&hand, lives, clients));
    let mut contenders: Vec<Contender<'_>> = vec![
        ("PgStore, one client", Box::new(|| on(1))),
        ("by hand, one client", Box::new(|| by_hand(1))),
        ("PgStore, eight clients", Box::new(|| on(8))),
        ("by hand, eight clients", Box::new(|| by_hand(8))),
    ];
    let commands = lives.iter().flatten().count();
    let sync = if fsync { "on" } else { "off" };
    println!("{commands} commands, fsync {sync}, medians of {rounds} rounds, taken in turns");
    let times = rounds::in_turns(rounds, &mut contenders);
    for ((name, _), took) in contenders.iter().zip(&times) {
        let each = took.median() * 1e6 / commands as f64;
        let what = if name.ends_with("one client") { "a commit" } else { "a command, all told" };
        println!("  {name:<28} {each:>8.0} µs {what}");
    }
    println!("how fast the store is, where the same commits by hand are 1");
    for (what, one, two, least) in [("one client", 0, 1, 1.2), ("eight clients", 2, 3, 1.0)] {
        let ratio = times[two].by(&times[one]);
        let verdict = if ratio.median >= least { "met" } else { "missed" };
        println!("  {what:<28} {ratio}   at least {least}: {verdict}");
    }
}

fn main() {
    let cases = workload::helpdesk();
    let lives: Vec<Vec<Call>> =
        workload::lives(&cases[..160]).chunks(3).map(<[Call]>::to_vec).collect();
    let rounds = rounds::rounds(5);
    for fsync in [false, true] {
        compared(fsync, rounds, &lives);
    }
}
