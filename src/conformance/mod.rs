//! For tests, ours and those of hosts: what a desk is checked against, and what it is tested
//! with.
//!
//! | module | what is there |
//! |---|---|
//! | [`model`] | an independent model of the rules: give it and a desk the same calls, and compare |
//! | [`kit`] | a desk whose clock moves when told, seeded ids, a store that fails on demand |
//! | [`history`] | random histories of a small desk, from a seed |
//! | `strategies` | the same as proptest strategies (feature `proptest`) |
//!
//! Behind the feature `conformance`; no part of a program that runs.

pub mod history;
pub mod kit;
pub mod model;
#[cfg(feature = "proptest")]
#[cfg_attr(docsrs, doc(cfg(feature = "proptest")))]
pub mod strategies;
