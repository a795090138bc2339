//! What a host configures: workflows, policies, routing and rules, and what they do.

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

mod automation;
mod routing;
mod rules;
mod service;
mod settings_file;
mod sla_analysis;
mod sla_policies;
mod workflow;
