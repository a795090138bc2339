//! What a desk is checked against: an independent model of the rules.
//!
//! Behind the feature `conformance`. It is for tests, ours and those of hosts: give the same
//! calls to a desk and to a [`model::Model`], and compare.

pub mod model;
