//! Laws over random histories of all commands and actors.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]
#![allow(unreachable_pub, reason = "modules of a test")]

#[path = "../histories/mod.rs"]
mod histories;

mod determinism;
mod model;
mod ruled;
mod ticks;
