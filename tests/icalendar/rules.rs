//! Which rules of holidays come of which recurrences.

use crate::of;

/// An event that begins on a date, and its rule; and the holidays that come of it.
#[track_caller]
fn rule(start: &str, rule: &str, expected: &[&str]) {
    let found = of(&format!("DTSTART;VALUE=DATE:{start}\nRRULE:{rule}"));
    assert_eq!(found, expected, "{start} {rule}");
}

#[test]
fn every_year_on_the_same_date() {
    rule("20201225", "FREQ=YEARLY", &["12-25 since 2020"]);
    rule("20201225", "FREQ=YEARLY;INTERVAL=1;WKST=SU", &["12-25 since 2020"]);
    rule("20201225", "BYMONTH=12;FREQ=YEARLY;BYMONTHDAY=25", &["12-25 since 2020"]);
    rule("20200229", "FREQ=YEARLY", &["02-29 since 2020"]);
}

#[test]
fn days_of_months_are_holidays_of_their_own() {
    // Those before the first day begin a year later.
    rule(
        "20200501",
        "FREQ=YEARLY;BYMONTH=1,5,11",
        &["01-01 since 2021", "05-01 since 2020", "11-01 since 2020"],
    );
    // The 31st of June is never.
    rule("20200531", "FREQ=YEARLY;BYMONTH=5,6", &["05-31 since 2020"]);
    rule("20201231", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-1", &["12-31 since 2020"]);
    rule("20200228", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-2", &["03-01 -2 since 2020"]);
    let every_month = of("DTSTART;VALUE=DATE:20200113\nRRULE:FREQ=YEARLY;BYMONTHDAY=13");
    assert_eq!(every_month.len(), 12);
}

#[test]
fn nth_weekdays_of_months_and_of_the_year() {
    rule("20201126", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", &["4th thu of nov since 2020"]);
    rule("20200525", "FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", &["last mon of may since 2020"]);
    rule(
        "20200120",
        "FREQ=YEARLY;BYMONTH=1,2;BYDAY=+3MO",
        &["3rd mon of jan since 2020", "3rd mon of feb since 2020"],
    );
    rule("20200106", "FREQ=YEARLY;BYDAY=1MO", &["1st mon of jan since 2020"]);
    rule("20201225", "FREQ=YEARLY;BYDAY=-1FR", &["last fri of dec since 2020"]);
    let fridays = of("DTSTART;VALUE=DATE:20200807\nRRULE:FREQ=YEARLY;BYMONTH=8;BYDAY=FR");
    assert_eq!(fridays.len(), 5);
    assert_eq!(fridays[4], "5th fri of aug since 2020");
}

#[test]
fn a_weekday_in_seven_days_in_a_row() {
    rule(
        "20201103",
        "FREQ=YEARLY;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        &["tue on or after 11-02 since 2020"],
    );
    rule(
        "20200620",
        "FREQ=YEARLY;BYMONTH=6;BYDAY=SA;BYMONTHDAY=26,20,21,22,23,24,25",
        &["sat on or after 06-20 since 2020"],
    );
}

#[test]
fn an_end_is_the_last_year_that_still_has_its_day() {
    rule("20200501", "FREQ=YEARLY;UNTIL=20230501", &["05-01 since 2020 until 2023"]);
    rule("20200501", "FREQ=YEARLY;UNTIL=20230430", &["05-01 since 2020 until 2022"]);
    // Of days, the end's date counts, whatever stands after it.
    rule("20200501", "FREQ=YEARLY;UNTIL=20230501T000000Z", &["05-01 since 2020 until 2023"]);
    rule("20200501", "FREQ=YEARLY;UNTIL=20200501", &["2020-05-01"]);
    rule("20200501", "FREQ=YEARLY;COUNT=1", &["2020-05-01"]);
    rule("20200501", "FREQ=YEARLY;COUNT=4", &["05-01 since 2020 until 2023"]);
    // The count is of all its days together, in their order.
    rule(
        "20200501",
        "FREQ=YEARLY;BYMONTH=1,5,11;COUNT=4",
        &["2021-01-01", "05-01 since 2020 until 2021", "2020-11-01"],
    );
    // A leap day's fourth is twelve years on.
    rule("20200229", "FREQ=YEARLY;COUNT=4", &["02-29 since 2020 until 2032"]);
}

#[test]
fn an_end_of_utc_is_an_instant() {
    let times = |until: &str| {
        of(&format!(
            "DTSTART;TZID=Europe/Berlin:20200701T120000
             DTEND;TZID=Europe/Berlin:20200701T130000
             RRULE:FREQ=YEARLY;UNTIL={until}"
        ))
    };
    let (two, three) =
        (["07-01 12:00-13:00 since 2020 until 2021"], ["07-01 12:00-13:00 since 2020 until 2022"]);
    // In July, noon in Berlin is ten o'clock.
    assert_eq!(times("20220701T095959Z"), two);
    assert_eq!(times("20220701T100000Z"), three);
    assert_eq!(times("20220701T115959"), two);
    assert_eq!(times("20220701T120000"), three);
    assert_eq!(times("20220701"), three);
    // An instant of the old year may be one of the new one here.
    let new_year = of("DTSTART:20200101T000000
         DURATION:PT1H
         RRULE:FREQ=YEARLY;UNTIL=20211231T230000Z");
    assert_eq!(new_year, ["01-01 00:00-01:00 since 2020 until 2022"]);
}

#[test]
fn every_other_year_with_an_end_is_a_list_of_dates() {
    rule("20200501", "FREQ=YEARLY;INTERVAL=2;COUNT=3", &["2020-05-01", "2022-05-01", "2024-05-01"]);
    rule("20200501", "FREQ=YEARLY;INTERVAL=4;UNTIL=20241231", &["2020-05-01", "2024-05-01"]);
    // Inauguration days: years without one are not counted.
    rule("20000229", "FREQ=YEARLY;INTERVAL=50;COUNT=2", &["2000-02-29", "2400-02-29"]);
}
