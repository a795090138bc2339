//! The `helpdesk` workload on sqlite-es and postgres-es, which are cqrs-es on databases through sqlx.
//!
//! `cargo run --release -- postgres` here, or with a number of rounds, compares with this crate on
//! PostgreSQL: see `postgres.rs`. `-- sqlite` is what `../src/sqlite.rs` runs: a round for each line.

#[path = "../../../rounds.rs"]
mod rounds;
#[allow(dead_code, reason = "shared with tests, which use all of it")]
#[path = "../../../../tests/postgres/server.rs"]
mod server;
#[path = "../../src/ticket.rs"]
mod ticket;
#[allow(dead_code, reason = "shared by benches that do not use all of it")]
#[path = "../../../workload.rs"]
mod workload;

mod postgres;
mod sqlite;

use std::error::Error;

use tokio::runtime::{Builder, Runtime};

fn main() -> Result<(), Box<dyn Error>> {
    match std::env::args().nth(1).as_deref() {
        Some("postgres") => postgres::run(),
        Some("sqlite") => sqlite::serve(),
        _ => Err("what to run: `postgres` or `sqlite`".into()),
    }
}

/// What both sides await on.
fn runtime() -> Result<Runtime, std::io::Error> {
    Builder::new_multi_thread().worker_threads(2).enable_all().build()
}
