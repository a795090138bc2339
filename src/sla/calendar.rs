//! Stub until the calendar is joined.
use crate::time::{Instant, Span, after};
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar;
impl Calendar {
    pub fn add(&self, from: Instant, amount: Span) -> Option<Instant> { Some(after(from, amount)) }
    pub fn open_between(&self, from: Instant, to: Instant) -> Span { Span::since(from, to) }
    pub fn next_open(&self, now: Instant) -> Option<Instant> { Some(now) }
}
