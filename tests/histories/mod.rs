//! Random histories of a small desk: the run that checks laws, what it came across, and how a
//! failure is made short. The histories themselves are the library's, for hosts too.
#![allow(dead_code, reason = "each test uses its part of this")]

pub(crate) mod coverage;
pub(crate) mod laws;
pub(crate) mod ruled;
pub(crate) mod run;
pub(crate) mod service;
pub(crate) mod shrink;
