//! Business hours, through the public interface: the conventions by name, random calendars against
//! a walker that looks at every minute, the laws, and every change of clocks there is.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may fail"
)]

mod agreement;
mod business_days;
mod conventions;
mod ends;
mod laws;
mod random;
mod refused;
mod segments;
mod text_form;
mod walker;
mod zones;

use chrono::{DateTime, Utc};
use helpdesk::Calendar;

/// A calendar from its text.
fn calendar(text: &str) -> Calendar {
    text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// An instant from RFC 3339.
fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap_or_else(|error| panic!("{text}: {error}")).to_utc()
}

/// How many cases, of so many that are asked for: `HELPDESK_CALENDAR` gives the percentage, and CI
/// asks for all of them. Default a tenth.
fn scaled(cases: usize) -> usize {
    let percent = std::env::var("HELPDESK_CALENDAR").ok();
    let percent = percent.map_or(10, |percent| percent.parse().expect("a percentage"));
    (cases * percent / 100).max(1)
}
