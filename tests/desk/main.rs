//! What a desk does: every command and question, by the public interface.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]
#![allow(unreachable_pub, reason = "modules of a test")]

#[path = "../support/mod.rs"]
mod support;

mod adopting;
mod agenda;
mod async_desk;
mod bulk;
mod conversation;
mod fields;
mod follow_ups;
mod handing_over;
mod lifecycle;
mod linking;
mod presence;
mod relay;
mod same_instant;
mod search;
mod structure;
mod subjects;
mod tenants;
mod threads;
mod timers;
mod to_solve;
mod undelivered;
mod views;
mod workload;
