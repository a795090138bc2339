//! Random histories, lived in PostgreSQL and in memory: nobody can tell which is which.
//!
//! Each is a desk of its own, in tables that hold those of others before it: what is made of tables
//! once, such as plans of statements, is made once.

use helpdesk::DeskId;
use helpdesk::store::PgStore;
use helpdesk::store::postgres::tokio_postgres::Client;
use tokio::runtime::{Builder, Runtime};

use crate::alike::{self, Lived, May};
use crate::many;
use crate::server::{Pool, Schema, server};

/// How many histories; `HELPDESK_STORED` says another number.
const HISTORIES: u64 = 30;

/// Where one thread's histories are lived.
struct Place {
    runtime: Runtime,
    store: PgStore<Pool>,
    /// Somebody else's connection.
    client: Client,
    schema: Schema,
}

impl Place {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let schema = server().unwrap().schema();
        let store = runtime.block_on(schema.store());
        let client = runtime.block_on(schema.client());
        Self { runtime, store, client, schema }
    }

    /// Plays a history on both, and compares all that they say.
    async fn play(&self, seed: u64) -> usize {
        let desk = DeskId::from_u128(u128::from(seed));
        let may = May { leave_out_places: true, ..May::default() };
        let lived = Lived::live(self.store.clone(), may, desk, &alike::history(seed)).await;
        // Of each kind of history, every sixteenth: it takes longer than the rest.
        if seed % 32 < 2 {
            lived.same_listings().await;
        }
        lived.same_records().await;
        lived.same_rest().await;
        lived.same_leases().await;
        // What is due of this desk is not due to the next.
        let calm = format!("DELETE FROM {}", self.schema.table("wakes"));
        self.client.batch_execute(&calm).await.unwrap();
        lived.events().await
    }
}

#[test]
fn a_desk_in_postgres_is_a_desk_in_memory() {
    if server().is_none() {
        return;
    }
    let histories = many::wished(HISTORIES);
    let one = |place: &mut Place, seed| place.runtime.block_on(place.play(1000 + seed));
    let events = many::sum_in(histories, Place::new, one);
    assert!(events as u64 > histories * 10, "{events} events are no life");
}
