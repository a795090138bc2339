//! Service levels: the time in which a desk works, and what is promised in it.
//!
//! A [`Calendar`] says when somebody works. It is a value of its own: no desk, store or ticket is
//! needed for it.

pub mod calendar;

pub use calendar::{Calendar, CalendarDraft};
