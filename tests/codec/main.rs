//! The stored form: what is promised of it, and held to it by golden files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that is wrong should stop"
)]

mod attached;
mod automation;
mod beside;
mod clocks;
mod confirming;
mod damaged;
mod deep;
mod forgotten;
mod golden;
mod guests;
mod histories_kept;
mod names;
mod newer;
mod people;
mod routing;
mod rules;
mod samples;
mod settings;
mod sides;
mod structure;
mod turns;
mod undelivered;
mod vocabulary;
mod work;

#[path = "../histories/mod.rs"]
mod histories;
