//! The workload on this crate's store in PostgreSQL and on postgres-es: a part of it (200 tickets × open,
//! reply, close), by one client, in turns, on a server of the program's own, without `fsync` and with it.
//!
//! Each round is on a desk of its own, and on tickets of its own there, in tables that grow alike. The
//! pool of postgres-es asks a connection if it lives before each use, which is a way to the server and
//! back; so it is measured twice, as it is shipped, and with a pool that trusts its connections, as this
//! crate's side does.
//!
//! What each keeps of a command: postgres-es its event, as JSON, in one row of one table, which it reads
//! back with the ticket's whole history for the next; no head, index, receipt, notice or next wake, and
//! no rule of a help desk. This crate keeps and checks those.
//!
//! Measured on a virtual machine of two cores that others were building on, PostgreSQL 15, Rust 1.95,
//! 2026-11-27; µs a command, medians of 9 rounds and of 41 in another run, and theirs by ours in brackets:
//!
//! | `fsync` | helpdesk | postgres-es 0.5, as shipped | a pool that trusts |
//! |---|---|---|---|
//! | off | 866; 1,332 | 358; 508 (0.41; 0.42) | 253; 479 (0.28; 0.36) |
//! | on | 1,271; 1,359 | 532; 791 (0.44; 0.59) | 480; 656 (0.37; 0.50) |
//!
//! The aim, 2.0, is not met.

use std::cell::Cell;
use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use cqrs_es::persist::PersistedEventStore;
use helpdesk::store::PgStore;
use helpdesk::store::postgres::tokio_postgres::Config;
use helpdesk::store::postgres::tokio_postgres::config::Host;
use helpdesk::{Actor, AgentProfile, AsyncDesk, DeskId, Settings};
use postgres_es::PostgresEventRepository;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode};

use crate::rounds::{self, Contender};
use crate::server::{Pool, Schema, Server};
use crate::ticket::{self, Ticket};
use crate::workload::{self, ANNA, Case, start};

const TICKETS: usize = 200;

/// Where its script puts events.
const EVENTS: &str = "\
CREATE TABLE events
(
    aggregate_type text                         NOT NULL,
    aggregate_id   text                         NOT NULL,
    sequence       bigint CHECK (sequence >= 0) NOT NULL,
    event_type     text                         NOT NULL,
    event_version  text                         NOT NULL,
    payload        json                         NOT NULL,
    metadata       json                         NOT NULL,
    PRIMARY KEY (aggregate_type, aggregate_id, sequence)
)";

pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let cases = workload::helpdesk();
    for fsync in [false, true] {
        compared(fsync, rounds::rounds(9), &cases[..TICKETS])?;
    }
    Ok(())
}

fn compared(fsync: bool, rounds: usize, cases: &[Case]) -> Result<(), Box<dyn Error>> {
    let runtime = crate::runtime()?;
    let server = Server::own(fsync).ok_or("there are no binaries of a PostgreSQL server")?;
    let schema = server.schema();
    let store = runtime.block_on(schema.store());
    let asking = runtime.block_on(pool(&server, true))?;
    let trusting = runtime.block_on(pool(&server, false))?;
    runtime.block_on(sqlx::query(EVENTS).execute(&asking))?;
    let (desks, first) = (Cell::new(1), Cell::new(0));
    let ours = || {
        desks.set(desks.get() + 1);
        let desk = DeskId::from_u128(desks.get());
        runtime.block_on(ours(store.clone(), &schema, desk, cases)).unwrap()
    };
    let theirs = |pool: &PgPool| {
        let took = runtime.block_on(theirs(pool.clone(), first.get(), cases)).unwrap();
        first.set(first.get() + cases.len());
        took
    };
    let mut contenders: Vec<Contender<'_>> = vec![
        ("helpdesk, PgStore", Box::new(ours)),
        ("postgres-es, as shipped", Box::new(|| theirs(&asking))),
        ("postgres-es, a pool that trusts", Box::new(|| theirs(&trusting))),
    ];
    let (commands, sync) = (3 * cases.len(), if fsync { "on" } else { "off" });
    println!("{commands} commands, fsync {sync}, medians of {rounds} rounds, taken in turns");
    let times = rounds::in_turns(rounds, &mut contenders);
    for ((name, _), took) in contenders.iter().zip(&times) {
        print!("  {name:<32} {:>7.0} µs a command", took.median() * 1e6 / commands as f64);
        println!("   theirs by ours {}", took.by(&times[0]));
    }
    // Before the server goes.
    drop(contenders);
    runtime.block_on(async {
        asking.close().await;
        trusting.close().await;
    });
    Ok(())
}

async fn pool(server: &Server, asks: bool) -> Result<PgPool, Box<dyn Error>> {
    let config: Config = server.dsn.parse()?;
    let Some(Host::Unix(folder)) = config.get_hosts().first() else {
        return Err("the server is not reached by a socket".into());
    };
    let options = PgConnectOptions::new_without_pgpass()
        .socket(folder)
        .port(5432)
        .username("helpdesk")
        .database("postgres")
        .ssl_mode(PgSslMode::Disable);
    // As `default_postgress_pool` of postgres-es makes it.
    let pool = PgPoolOptions::new().max_connections(10).test_before_acquire(asks);
    Ok(pool.connect_with(options).await?)
}

async fn ours(
    store: PgStore<Pool>,
    schema: &Schema,
    id: DeskId,
    cases: &[Case],
) -> Result<Duration, Box<dyn Error>> {
    let desk = AsyncDesk::create(store, id, Settings::default(), start()).await?;
    desk.put_agent(Actor::Host.at(start()), ANNA, AgentProfile::new("Anna")).await?;
    let calls = workload::lives(cases);
    let took = tokio::spawn(async move {
        let begin = Instant::now();
        for call in &calls {
            black_box(desk.execute(call).await.unwrap());
        }
        begin.elapsed()
    });
    let took = took.await?;
    let kept = format!(
        "SELECT count(*) FROM {} WHERE desk = $1 AND command IS NOT NULL",
        schema.table("commits")
    );
    let kept: i64 = schema.client().await.query_one(&kept, &[id.as_uuid()]).await?.get(0);
    assert_eq!(kept, 3 * cases.len() as i64);
    Ok(took)
}

async fn theirs(pool: PgPool, first: usize, cases: &[Case]) -> Result<Duration, Box<dyn Error>> {
    let repository = PostgresEventRepository::new(pool.clone());
    let store = PersistedEventStore::<_, Ticket>::new_event_store(repository);
    let took = tokio::spawn(ticket::lived(store, ticket::lives(cases, first))).await??;
    let events: i64 = sqlx::query_scalar("SELECT count(*) FROM events").fetch_one(&pool).await?;
    assert_eq!(events, 3 * (first + cases.len()) as i64);
    Ok(took)
}
