//! Clocks, through the public interface: random timelines against a model that counts minute after
//! minute, the laws, and the conventions by name.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod agreement;
mod condensed;
mod conventions;
mod disorder;
mod late;
mod laws;
mod model;
mod random;
mod timeline;

use chrono::{DateTime, Utc};
use model::Ground;

/// An instant from RFC 3339.
fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap_or_else(|error| panic!("{text}: {error}")).to_utc()
}

/// An instant so many microseconds after the ground's start.
fn instant(ground: &Ground, micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(ground.start + micros).unwrap()
}

/// Days of which one is a holiday, and nights in which the clocks change.
fn ground() -> Ground {
    let calendar = |text: &str| text.parse().unwrap();
    Ground::new(vec![
        calendar(
            "zone Etc/UTC; open mon-fri 09:00-12:00, 13:00-17:30; holiday 2026-03-30 \"Day off\"",
        ),
        calendar("zone Europe/Berlin; open mon-sun 20:00-05:00; break mon-sun 23:00-23:20"),
    ])
}

/// How many cases, of so many that are asked for: `HELPDESK_CLOCKS` gives the percentage. Default
/// a tenth.
fn scaled(cases: usize) -> usize {
    let percent = std::env::var("HELPDESK_CLOCKS").ok();
    let percent = percent.map_or(10, |percent| percent.parse().expect("a percentage"));
    (cases * percent / 100).max(1)
}
