//! A store in a PostgreSQL database is a store like any other, whoever else uses the database; and
//! what a database can do to it, it says.
//!
//! Without a server the tests say aloud that they were skipped; `HELPDESK_POSTGRES` names one by a
//! connection string, and `HELPDESK_SKIP_NOTHING` makes a skip a failure.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that is wrong should stop"
)]

#[path = "../support/alike.rs"]
mod alike;
mod crashes;
mod damage;
#[path = "../support/found.rs"]
mod found;
mod histories;
mod hosts;
#[path = "../support/many.rs"]
mod many;
mod plans;
mod processes;
mod scene;
mod search;
mod server;
mod upkeep;
mod waits;
mod workers;

mod is_a_store {
    use crate::server::{block_on, server};

    // Without a server there is nothing to hold against the laws.
    fn run<T>(future: impl Future<Output = Result<(), T>>) -> Result<(), T> {
        if server().is_some() { block_on(future) } else { Ok(()) }
    }

    helpdesk::store_conformance!(async, run, || async {
        let schema = server().unwrap().schema();
        (schema.store().await, schema)
    });
}
