//! A store in a SQLite database is a store like any other; and what a database can do to it, it
//! says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that is wrong should stop"
)]

#[path = "../support/alike.rs"]
mod alike;
mod batches;
mod damage;
mod erased;
mod folder;
#[path = "../support/found.rs"]
mod found;
mod full;
mod histories;
mod hosts;
mod killed;
#[path = "../support/many.rs"]
mod many;
mod plans;
mod scene;
mod search;
mod upkeep;
mod versions;

mod is_a_store {
    use crate::folder::Folder;

    helpdesk::store_conformance!(sync, || {
        let folder = Folder::new();
        (folder.store(), folder)
    });
}

mod is_a_store_under_another_name {
    use helpdesk::store::sqlite::{Durability, Options};

    use crate::folder::Folder;

    helpdesk::store_conformance!(sync, || {
        let folder = Folder::new();
        let mut options = Options::default();
        options.table_prefix = "Their_desk2".to_owned();
        options.durability = Durability::Full;
        options.idle_readers = 0;
        (folder.store_with(&options), folder)
    });
}
