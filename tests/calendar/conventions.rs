//! Every convention, as a test of its name.

use chrono::TimeDelta;
use helpdesk::sla::calendar::DayRule;
use helpdesk::{Calendar, Span};

use crate::{at, calendar};

fn office() -> Calendar {
    calendar("zone Etc/UTC; open mon-fri 09:00-17:00")
}

fn always(zone: &str) -> Calendar {
    calendar(&format!("zone {zone}; open always"))
}

fn hours(calendar: &Calendar, from: &str, to: &str) -> f64 {
    calendar.between(at(from), at(to)).num_seconds() as f64 / 3600.0
}

#[test]
fn windows_are_half_open() {
    let office = office();
    assert!(office.is_open(at("2026-03-02T09:00:00Z")));
    assert!(office.is_open(at("2026-03-02T16:59:59.999999Z")));
    assert!(!office.is_open(at("2026-03-02T17:00:00Z")));
    assert!(!office.is_open(at("2026-03-02T08:59:59.999999Z")));
}

#[test]
fn a_budget_that_runs_out_at_closing_ends_at_the_closing_instant() {
    let due = office().add(at("2026-03-02T09:00:00Z"), Span::hours(8)).unwrap();
    assert_eq!(due, at("2026-03-02T17:00:00Z"));
    let one_more = Span::hours(8).as_micros() + 1;
    let due = office().add(
        at("2026-03-02T09:00:00Z"),
        Span::try_from(TimeDelta::microseconds(one_more)).unwrap(),
    );
    assert_eq!(due.unwrap(), at("2026-03-03T09:00:00.000001Z"));
}

#[test]
fn zero_stays_where_it_is() {
    let saturday = at("2026-03-07T12:00:00Z");
    assert_eq!(office().add(saturday, Span::ZERO), Ok(saturday));
    assert_eq!(office().sub(saturday, Span::ZERO), Ok(saturday));
}

#[test]
fn instants_are_cut_to_whole_microseconds() {
    let odd = at("2026-03-02T16:59:59.123456789Z");
    assert_eq!(office().add(odd, Span::ZERO), Ok(at("2026-03-02T16:59:59.123456Z")));
    assert_eq!(office().next_open(odd), Some(at("2026-03-02T16:59:59.123456Z")));
    let left = office().between(odd, at("2026-03-02T18:00:00Z"));
    assert_eq!(left, TimeDelta::microseconds(876_544));
}

#[test]
fn between_reversed_is_negative() {
    assert_eq!(hours(&office(), "2026-03-03T10:00:00Z", "2026-03-02T16:00:00Z"), -2.0);
    assert_eq!(hours(&office(), "2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z"), 0.0);
}

#[test]
fn sub_ends_at_the_opening_and_not_at_the_closing_before() {
    let reached = office().sub(at("2026-03-03T12:00:00Z"), Span::hours(3)).unwrap();
    assert_eq!(reached, at("2026-03-03T09:00:00Z"));
    let reached = office().sub(at("2026-03-03T12:00:00Z"), Span::hours(4)).unwrap();
    assert_eq!(reached, at("2026-03-02T16:00:00Z"));
}

#[test]
fn touching_windows_are_one() {
    let two = calendar("zone Etc/UTC; open daily 09:00-12:00, 12:00-17:00");
    assert_eq!(two.next_close(at("2026-03-02T10:00:00Z")), Some(at("2026-03-02T17:00:00Z")));
    assert_eq!(two.previous_open(at("2026-03-02T16:00:00Z")), Some(at("2026-03-02T09:00:00Z")));
    let midnight = calendar("zone Etc/UTC; open mon 20:00-24:00; open tue 00:00-04:00");
    assert_eq!(midnight.next_close(at("2026-03-02T21:00:00Z")), Some(at("2026-03-03T04:00:00Z")));
    assert_eq!(midnight.windows(at("2026-03-02T00:00:00Z"), at("2026-03-04T00:00:00Z")).count(), 1);
}

#[test]
fn next_closing_is_after_the_instant_and_the_previous_ones_before_it() {
    let office = office();
    let (opens, closes) = (at("2026-03-03T09:00:00Z"), at("2026-03-03T17:00:00Z"));
    assert_eq!(office.next_close(closes), Some(at("2026-03-04T17:00:00Z")));
    assert_eq!(office.next_close(at("2026-03-03T16:59:59.999999Z")), Some(closes));
    assert_eq!(office.previous_open(opens), Some(at("2026-03-02T09:00:00Z")));
    assert_eq!(office.previous_open(at("2026-03-03T09:00:00.000001Z")), Some(opens));
    assert_eq!(office.previous_close(closes), Some(at("2026-03-02T17:00:00Z")));
    assert_eq!(office.previous_close(at("2026-03-03T17:00:00.000001Z")), Some(closes));
}

#[test]
fn around_the_clock_there_is_no_opening_and_no_closing() {
    for zone in ["Etc/UTC", "Europe/Berlin", "Africa/Casablanca"] {
        let always = always(zone);
        for instant in [at("1970-01-01T00:00:00Z"), at("2026-03-29T01:00:00Z")] {
            assert_eq!(always.next_close(instant), None);
            assert_eq!(always.previous_open(instant), None);
            assert_eq!(always.previous_close(instant), None);
            assert_eq!(always.next_open(instant), Some(instant));
        }
    }
}

#[test]
fn around_the_clock_with_one_holiday_opens_and_closes_once() {
    let nearly = calendar("zone Etc/UTC; open always; holiday 2026-12-25");
    let (closes, opens) = (at("2026-12-25T00:00:00Z"), at("2026-12-26T00:00:00Z"));
    assert_eq!(nearly.next_close(at("1990-01-01T00:00:00Z")), Some(closes));
    assert_eq!(nearly.next_close(closes), None);
    assert_eq!(nearly.previous_open(at("2090-01-01T00:00:00Z")), Some(opens));
    assert_eq!(nearly.previous_close(at("2090-01-01T00:00:00Z")), Some(closes));
    assert_eq!(nearly.previous_close(closes), None);
}

#[test]
fn at_the_closing_instant_the_next_opening_is_that_of_the_next_window() {
    let office = office();
    assert_eq!(office.next_open(at("2026-03-06T17:00:00Z")), Some(at("2026-03-09T09:00:00Z")));
    let inside = at("2026-03-06T16:59:59.999999Z");
    assert_eq!(office.next_open(inside), Some(inside));
}

#[test]
fn a_window_past_midnight_belongs_to_the_day_it_begins_on() {
    let night = calendar("zone Etc/UTC; open fri 22:00-06:00");
    assert!(night.is_open(at("2026-03-07T05:59:00Z")), "Saturday morning");
    assert!(!night.is_open(at("2026-03-06T05:00:00Z")), "Friday morning");
    let whole = calendar("zone Etc/UTC; open fri 09:00-09:00");
    assert_eq!(hours(&whole, "2026-03-06T00:00:00Z", "2026-03-09T00:00:00Z"), 24.0);
}

#[test]
fn a_change_of_clocks_in_a_window_counts_real_time() {
    let berlin = calendar("zone Europe/Berlin; open daily 00:00-06:00");
    assert_eq!(hours(&berlin, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"), 5.0);
    assert_eq!(hours(&berlin, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"), 7.0);
}

#[test]
fn an_edge_that_the_clock_never_shows_is_later_by_the_gap() {
    let opens = calendar("zone Europe/Berlin; open daily 02:30-06:00");
    assert_eq!(opens.next_open(at("2026-03-29T00:00:00Z")), Some(at("2026-03-29T01:30:00Z")));
    let closes = calendar("zone Europe/Berlin; open daily 01:00-02:30");
    assert_eq!(closes.next_close(at("2026-03-29T00:30:00Z")), Some(at("2026-03-29T01:30:00Z")));
}

#[test]
fn an_edge_that_the_clock_shows_twice_is_the_first_time() {
    let berlin = calendar("zone Europe/Berlin; open daily 02:15-02:45");
    assert_eq!(hours(&berlin, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"), 0.5);
    assert_eq!(berlin.next_open(at("2026-10-24T22:00:00Z")), Some(at("2026-10-25T00:15:00Z")));
    let over = calendar("zone Europe/Berlin; open daily 02:15-03:00");
    assert_eq!(hours(&over, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"), 1.75);
}

#[test]
fn windows_that_come_to_overlap_are_counted_once() {
    // The first closes at 03:30 of the new time; the second has opened by then.
    let berlin = calendar("zone Europe/Berlin; open daily 01:00-02:30, 03:00-04:00");
    assert_eq!(hours(&berlin, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"), 2.0);
    let overlapping = calendar("zone Etc/UTC; open daily 09:00-13:00, 12:00-17:00");
    assert_eq!(hours(&overlapping, "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"), 8.0);
}

#[test]
fn a_night_shift_that_runs_into_a_holiday_stops_at_midnight() {
    let nights = calendar("zone Etc/UTC; open daily 22:00-06:00; holiday 2026-12-25");
    assert_eq!(nights.next_close(at("2026-12-24T23:00:00Z")), Some(at("2026-12-25T00:00:00Z")));
}

#[test]
fn a_night_shift_that_begins_on_a_holiday_opens_at_the_midnight_after() {
    let nights = calendar("zone Etc/UTC; open daily 22:00-06:00; holiday 2026-12-25");
    assert_eq!(nights.next_open(at("2026-12-25T00:00:00Z")), Some(at("2026-12-26T00:00:00Z")));
    assert_eq!(nights.next_close(at("2026-12-25T12:00:00Z")), Some(at("2026-12-26T06:00:00Z")));
}

#[test]
fn a_holiday_is_from_midnight_to_midnight_of_its_zone() {
    let pacific = calendar("zone America/Los_Angeles; open always; holiday 2010-07-15");
    assert!(pacific.is_open(at("2010-07-14T23:59:59-07:00")));
    assert!(!pacific.is_open(at("2010-07-15T00:00:00-07:00")));
    assert!(!pacific.is_open(at("2010-07-15T23:59:59.999999-07:00")));
    assert!(pacific.is_open(at("2010-07-16T00:00:00-07:00")));
}

#[test]
fn a_holiday_with_a_change_of_clocks_is_as_long_as_its_day() {
    let berlin = calendar("zone Europe/Berlin; open always; holiday 2026-03-29");
    assert_eq!(hours(&berlin, "2026-03-28T00:00:00Z", "2026-03-31T00:00:00Z"), 72.0 - 23.0);
    // Where midnight is missing, the day begins an hour later.
    let brazil = calendar("zone America/Sao_Paulo; open always; holiday 2018-11-04");
    assert_eq!(brazil.next_close(at("2018-11-03T00:00:00Z")), Some(at("2018-11-04T03:00:00Z")));
    assert_eq!(brazil.next_open(at("2018-11-04T12:00:00Z")), Some(at("2018-11-05T02:00:00Z")));
}

#[test]
fn holidays_and_breaks_win_over_shifts_and_extra_openings() {
    let calendar = calendar(
        "zone Etc/UTC; open mon-fri 09:00-17:00
         shift 2026-03-02 06:00-20:00; extra 2026-03-07 09:00-12:00
         break 2026-03-02 12:00-13:00; break daily 10:00-10:30
         holiday 2026-03-07; holiday 2026-03-03 15:00-24:00",
    );
    assert_eq!(hours(&calendar, "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"), 12.5);
    assert_eq!(hours(&calendar, "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z"), 5.5);
    assert_eq!(hours(&calendar, "2026-03-07T00:00:00Z", "2026-03-08T00:00:00Z"), 0.0);
}

#[test]
fn a_shift_takes_the_place_of_its_dates_weekly_windows_only() {
    let calendar = calendar(
        "zone Etc/UTC; open daily 22:00-02:00; shift 2026-03-03 10:00-12:00
         shift 2026-03-05 closed",
    );
    let day = |date: &str, next: &str| {
        hours(&calendar, &format!("{date}T00:00:00Z"), &format!("{next}T00:00:00Z"))
    };
    assert_eq!(day("2026-03-03", "2026-03-04"), 4.0, "the night before runs on; then 10 to 12");
    assert_eq!(day("2026-03-04", "2026-03-05"), 2.0, "no night runs into it");
    assert_eq!(day("2026-03-05", "2026-03-06"), 2.0, "what the night before left");
    assert_eq!(day("2026-03-06", "2026-03-07"), 2.0);
}

#[test]
fn extra_openings_are_beside_the_weekly_windows() {
    let calendar = calendar("zone Etc/UTC; open mon 09:00-12:00; extra 2026-03-02 11:00-14:00");
    assert_eq!(hours(&calendar, "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"), 5.0);
    assert_eq!(hours(&calendar, "2026-03-09T00:00:00Z", "2026-03-10T00:00:00Z"), 3.0);
}

#[test]
fn schedules_are_joined_each_with_its_own_zone_and_holidays() {
    let sun = calendar(
        "zone Europe/Berlin; open mon-fri 09:00-17:00; holiday 2026-05-01
         zone America/New_York; open mon-fri 09:00-17:00; holiday 2026-07-03",
    );
    // 07:00 to 15:00 UTC, and 13:00 to 21:00.
    assert_eq!(hours(&sun, "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z"), 14.0);
    assert_eq!(hours(&sun, "2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z"), 8.0);
    assert_eq!(hours(&sun, "2026-07-03T00:00:00Z", "2026-07-04T00:00:00Z"), 8.0);
    assert_eq!(sun.next_close(at("2026-06-01T08:00:00Z")), Some(at("2026-06-01T21:00:00Z")));
}

#[test]
fn the_second_counts() {
    let odd = calendar("zone Etc/UTC; open daily 09:00:30-09:00:45");
    assert_eq!(
        odd.add(at("2026-03-02T00:00:00Z"), Span::seconds(20)),
        Ok(at("2026-03-03T09:00:35Z"))
    );
}

#[test]
fn a_leap_second_is_the_second_after_it() {
    let always = always("Etc/UTC");
    let leap = at("2016-12-31T23:59:60.5Z");
    assert_eq!(always.add(leap, Span::seconds(1)), Ok(at("2017-01-01T00:00:01.5Z")));
}

#[test]
fn no_minute_is_lost_at_midnight_around_the_clock() {
    let two = calendar("zone Etc/UTC; open daily 22:00-24:00, 00:00-22:00");
    let daily = calendar("zone Etc/UTC; open daily 00:00-24:00");
    for calendar in [always("Etc/UTC"), daily, two] {
        let midnight = at("2026-03-03T00:00:00Z");
        for micros in [-60_000_000, -1, 0, 1, 60_000_000] {
            assert!(calendar.is_open(midnight + TimeDelta::microseconds(micros)));
        }
        let minute = Span::minutes(1);
        let last = midnight - TimeDelta::minutes(1);
        assert_eq!(calendar.add(last, minute), Ok(midnight));
        assert_eq!(calendar.add(midnight, minute), Ok(midnight + TimeDelta::minutes(1)));
        assert_eq!(hours(&calendar, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"), 8760.0);
        // A day at a time, a year long.
        let mut now = at("2026-01-01T12:00:00Z");
        for _ in 0..365 {
            now = calendar.add(now, Span::hours(24)).unwrap();
        }
        assert_eq!(now, at("2027-01-01T12:00:00Z"));
    }
}

#[test]
fn a_split_shift_is_two_windows_of_one_day() {
    let split = calendar("zone Etc/UTC; open mon-fri 09:00-12:00, 13:00-17:30");
    let monday = |time: &str| at(&format!("2026-03-02T{time}:00Z"));
    let add = |from: &str, minutes: u32| split.add(monday(from), Span::minutes(minutes)).unwrap();
    assert_eq!(add("09:00", 180), monday("12:00"));
    assert_eq!(add("09:00", 181), monday("13:01"));
    // Asked at lunch, time begins when lunch is over.
    assert_eq!(add("12:30", 1), monday("13:01"));
    assert_eq!(add("11:00", 60 + 270), monday("17:30"));
    assert_eq!(add("11:00", 60 + 271), at("2026-03-03T09:01:00Z"));
    assert_eq!(hours(&split, "2026-03-02T11:00:00Z", "2026-03-02T14:00:00Z"), 2.0);
    assert_eq!(hours(&split, "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"), 7.5);
    assert_eq!(split.next_close(monday("10:00")), Some(monday("12:00")));
    assert_eq!(split.next_open(monday("12:00")), Some(monday("13:00")));
    // In whatever order they are written.
    let other = calendar("zone Etc/UTC; open mon-fri 13:00-17:30; open mon-fri 09:00-12:00");
    assert_eq!(hours(&other, "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"), 7.5);
}

#[test]
fn orthodox_easter_is_that_of_the_julian_calendar() {
    let rule = DayRule::OrthodoxEaster;
    for (year, month, day) in [
        (1900, 4, 22),
        (1983, 5, 8),
        (2000, 4, 30),
        (2010, 4, 4),
        (2024, 5, 5),
        (2026, 4, 12),
        (2050, 4, 17),
        (2099, 4, 12),
        // From the year 2100 on, the calendars are fourteen days apart.
        (2100, 5, 2),
    ] {
        assert_eq!(rule.in_year(year), chrono::NaiveDate::from_ymd_opt(year, month, day), "{year}");
    }
    let athens = calendar(
        "zone Europe/Athens; open mon-fri 08:00-16:00
         holiday orthodox easter -2 \"Good Friday\"; holiday orthodox easter +1",
    );
    assert_eq!(athens.next_open(at("2024-05-02T20:00:00Z")), Some(at("2024-05-07T05:00:00Z")));
}

#[test]
fn the_years_of_a_rule_are_those_of_the_date_that_it_names() {
    let text = "zone Etc/UTC; open always; holiday fri on or before 01-04 since 2022 until 2022";
    let calendar = calendar(text);
    assert!(calendar.is_open(at("2021-01-01T12:00:00Z")));
    assert!(!calendar.is_open(at("2021-12-31T12:00:00Z")), "on or before 4 January 2022");
    assert!(calendar.is_open(at("2022-12-30T12:00:00Z")), "on or before 4 January 2023");
}
