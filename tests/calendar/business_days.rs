//! Targets in business days: the nth that opens at or after an instant, until its last closing.

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::Calendar;

use crate::random::Dice;
use crate::{at, calendar, scaled};

fn office() -> Calendar {
    calendar("zone Etc/UTC; open mon-fri 09:00-12:00, 13:00-17:00")
}

fn end(calendar: &Calendar, from: &str, nth: u16) -> DateTime<Utc> {
    calendar.end_of_business_day(at(from), nth).unwrap()
}

#[test]
fn a_day_that_opens_at_the_instant_is_whole_and_one_under_way_is_not_used_up() {
    let office = office();
    assert_eq!(end(&office, "2026-03-05T08:59:59Z", 1), at("2026-03-05T17:00:00Z"));
    assert_eq!(end(&office, "2026-03-05T09:00:00Z", 1), at("2026-03-05T17:00:00Z"));
    assert_eq!(end(&office, "2026-03-05T09:00:00.000001Z", 1), at("2026-03-06T17:00:00Z"));
    assert_eq!(end(&office, "2026-03-05T16:59:00Z", 2), at("2026-03-09T17:00:00Z"));
}

#[test]
fn zero_is_the_end_of_the_day_under_way_also_at_lunch_and_else_of_the_next() {
    let office = office();
    assert_eq!(end(&office, "2026-03-05T10:00:00Z", 0), at("2026-03-05T17:00:00Z"));
    assert_eq!(end(&office, "2026-03-05T12:30:00Z", 0), at("2026-03-05T17:00:00Z"));
    assert_eq!(end(&office, "2026-03-05T08:00:00Z", 0), at("2026-03-05T17:00:00Z"));
    // The closing instant belongs to the day no more.
    assert_eq!(end(&office, "2026-03-05T17:00:00Z", 0), at("2026-03-06T17:00:00Z"));
    assert_eq!(end(&office, "2026-03-07T12:00:00Z", 0), at("2026-03-09T17:00:00Z"));
}

#[test]
fn a_night_or_a_weekend_is_as_good_as_the_next_opening() {
    let office = office();
    for from in ["2026-03-06T17:00:00Z", "2026-03-07T12:00:00Z", "2026-03-09T09:00:00Z"] {
        assert_eq!(end(&office, from, 1), at("2026-03-09T17:00:00Z"));
        assert_eq!(end(&office, from, 5), at("2026-03-13T17:00:00Z"));
    }
}

#[test]
fn a_whole_holiday_is_no_business_day_and_a_part_of_one_ends_it_earlier() {
    let office = calendar(
        "zone Etc/UTC; open mon-fri 09:00-17:00
         holiday 12-25 for 2 days; holiday 12-24 12:00-24:00; holiday 2026-12-28 00:00-20:00
         break 2026-12-29 16:00-17:00",
    );
    assert_eq!(end(&office, "2026-12-23T20:00:00Z", 1), at("2026-12-24T12:00:00Z"));
    // Monday has no open time left, and is none either.
    assert_eq!(end(&office, "2026-12-23T20:00:00Z", 2), at("2026-12-29T16:00:00Z"));
    assert_eq!(end(&office, "2026-12-25T10:00:00Z", 0), at("2026-12-29T16:00:00Z"));
}

#[test]
fn an_extra_opening_makes_a_business_day_and_a_closed_shift_takes_one() {
    let office = calendar(
        "zone Etc/UTC; open mon-fri 09:00-17:00
         extra 2026-03-07 10:00-12:00; shift 2026-03-09 closed; shift 2026-03-10 14:00-20:00",
    );
    assert_eq!(end(&office, "2026-03-06T12:00:00Z", 1), at("2026-03-07T12:00:00Z"));
    assert_eq!(end(&office, "2026-03-06T12:00:00Z", 2), at("2026-03-10T20:00:00Z"));
}

#[test]
fn a_business_day_ends_by_the_clock_of_its_zone_when_clocks_change() {
    let berlin = calendar("zone Europe/Berlin; open mon-fri 09:00-17:00");
    // 17:00 is 16:00 UTC in winter, and 15:00 in summer.
    assert_eq!(end(&berlin, "2026-03-27T07:00:00Z", 1), at("2026-03-27T16:00:00Z"));
    assert_eq!(end(&berlin, "2026-03-27T07:00:00Z", 2), at("2026-03-30T15:00:00Z"));
    assert_eq!(end(&berlin, "2026-10-23T06:00:00Z", 1), at("2026-10-23T15:00:00Z"));
    assert_eq!(end(&berlin, "2026-10-23T06:00:00Z", 2), at("2026-10-26T16:00:00Z"));
    // A day whose closing the clock never shows, and one whose closing it shows twice.
    let nights = calendar("zone Europe/Berlin; open sat 20:00-02:30");
    assert_eq!(end(&nights, "2026-03-28T12:00:00Z", 1), at("2026-03-29T01:30:00Z"));
    assert_eq!(end(&nights, "2026-10-24T12:00:00Z", 1), at("2026-10-25T00:30:00Z"));
}

#[test]
fn a_night_shift_is_of_the_day_on_which_it_begins() {
    let nights = calendar("zone Etc/UTC; open daily 22:00-06:00; holiday 2026-12-25");
    assert_eq!(end(&nights, "2026-12-22T20:00:00Z", 1), at("2026-12-23T06:00:00Z"));
    assert_eq!(end(&nights, "2026-12-23T03:00:00Z", 0), at("2026-12-23T06:00:00Z"));
    assert_eq!(end(&nights, "2026-12-23T03:00:00Z", 1), at("2026-12-24T06:00:00Z"));
    // It stops where a holiday begins; that of the holiday is none.
    assert_eq!(end(&nights, "2026-12-24T12:00:00Z", 1), at("2026-12-25T00:00:00Z"));
    assert_eq!(end(&nights, "2026-12-24T12:00:00Z", 2), at("2026-12-27T06:00:00Z"));
}

#[test]
fn around_the_clock_every_date_is_a_business_day() {
    let always = calendar("zone Europe/Berlin; open always");
    assert_eq!(end(&always, "2026-03-28T12:00:00Z", 0), at("2026-03-28T23:00:00Z"));
    assert_eq!(end(&always, "2026-03-28T12:00:00Z", 1), at("2026-03-29T22:00:00Z"));
    assert_eq!(end(&always, "2026-03-28T23:00:00Z", 1), at("2026-03-29T22:00:00Z"));
}

#[test]
fn business_days_are_those_of_the_first_schedule() {
    let sun = calendar(
        "zone Etc/UTC; open mon-thu 09:00-17:00
         zone America/New_York; open daily 09:00-17:00",
    );
    assert_eq!(end(&sun, "2026-03-05T12:00:00Z", 1), at("2026-03-09T17:00:00Z"));
}

#[test]
fn any_number_of_business_days_can_be_asked_for_until_the_calendar_ends() {
    let office = office();
    let monday = at("2026-01-05T09:00:00Z");
    let weeks = i64::from(u16::MAX) / 5;
    assert_eq!(u16::MAX % 5, 0, "whole weeks");
    let friday = monday + TimeDelta::weeks(weeks - 1) + TimeDelta::days(4) + TimeDelta::hours(8);
    assert_eq!(office.end_of_business_day(monday, u16::MAX), Ok(friday));
    // The last of the year 9999 is a Friday.
    assert_eq!(end(&office, "9999-12-30T12:00:00Z", 1), at("9999-12-31T17:00:00Z"));
    let beyond = office.end_of_business_day(at("9999-12-30T12:00:00Z"), 2).unwrap_err();
    assert_eq!(beyond.to_string(), "the calendar ends before so much of its time has passed");
}

#[test]
fn each_business_day_is_the_first_after_the_one_before_it() {
    for number in 0..scaled(400) as u64 {
        let mut dice = Dice::new(70_000 + number);
        let calendar = dice.draft().build().unwrap();
        let from = dice.instant();
        let ends = |from, nth| calendar.end_of_business_day(from, nth).unwrap();
        let all: Vec<DateTime<Utc>> = (1..40).map(|nth| ends(from, nth)).collect();
        assert!(all.is_sorted() && all[0] > from, "{from}\n{calendar}");
        assert!(ends(from, 0) <= all[0] && ends(from, 0) > from, "{from}\n{calendar}");
        // Whoever asks later, by less than a day, loses at most that day.
        let later = from + TimeDelta::minutes(dice.draw(1440) as i64);
        for nth in 1..39 {
            let asked = ends(later, nth);
            assert!(asked >= all[usize::from(nth) - 1], "{from}, {later}, {nth}\n{calendar}");
        }
    }
}
