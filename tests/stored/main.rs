//! A store that keeps nothing but what the codec writes is a store like any other; and what a
//! database does to texts, or a newer build writes into them, is never guessed at.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that is wrong should stop"
)]

#[path = "../support/alike.rs"]
mod alike;
mod by_hand;
mod histories;
mod texts;

mod is_a_store {
    helpdesk::store_conformance!(sync, super::texts::TextStore::default);
}
