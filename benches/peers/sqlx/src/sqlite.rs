//! The workload on sqlite-es, a round for each line of input, answered by the seconds that it took.
//!
//! A line is `SYNCHRONOUS asks|trusts TICKETS PATH`: `normal` or `full`, whether the pool asks a
//! connection if it lives before each use, how many tickets, and where to put a new database.

use std::error::Error;
use std::time::Duration;

use cqrs_es::persist::PersistedEventStore;
use sqlite_es::SqliteEventRepository;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use crate::ticket::{self, Ticket};
use crate::workload::{self, Case};

/// Where its migration puts events.
const EVENTS: &str = "\
CREATE TABLE events
(
  aggregate_type text                          NOT NULL,
  aggregate_id   text                          NOT NULL,
  sequence       integer CHECK (sequence >= 0) NOT NULL,
  event_type     text                          NOT NULL,
  event_version  text                          NOT NULL,
  payload        text                          NOT NULL,
  metadata       text                          NOT NULL,
  PRIMARY KEY (aggregate_type, aggregate_id, sequence)
) STRICT";

pub(crate) fn serve() -> Result<(), Box<dyn Error>> {
    let cases = workload::helpdesk();
    let runtime = crate::runtime()?;
    println!("ready");
    for line in std::io::stdin().lines() {
        let line = line?;
        let parts: Vec<&str> = line.splitn(4, ' ').collect();
        let [synchronous, pool, tickets, path] = parts[..] else {
            return Err(format!("not a round: {line}").into());
        };
        let cases = cases.get(..tickets.parse()?).ok_or("more tickets than there are")?;
        // As `default_sqlite_pool` of sqlite-es opens it, but for the two that are said.
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(synchronous.parse::<SqliteSynchronous>()?)
            .foreign_keys(true);
        let pool = SqlitePoolOptions::new().max_connections(10).test_before_acquire(pool == "asks");
        let took =
            runtime.block_on(async { lived(pool.connect_with(options).await?, cases).await })?;
        println!("{}", took.as_secs_f64());
    }
    Ok(())
}

async fn lived(pool: SqlitePool, cases: &[Case]) -> Result<Duration, Box<dyn Error>> {
    sqlx::query(EVENTS).execute(&pool).await?;
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&pool).await?;
    assert_eq!(mode, "wal");
    let repository = SqliteEventRepository::new(pool.clone());
    let store = PersistedEventStore::<_, Ticket>::new_event_store(repository);
    let took = tokio::spawn(ticket::lived(store, ticket::lives(cases, 0))).await??;
    let events: i64 = sqlx::query_scalar("SELECT count(*) FROM events").fetch_one(&pool).await?;
    assert_eq!(events, 3 * cases.len() as i64);
    pool.close().await;
    Ok(took)
}
