//! What becomes of the events of a file.

use helpdesk::CalendarDraft;
use helpdesk::sla::calendar::icalendar::{self, Event};

use crate::{event, file, holidays, of};

#[test]
fn dates_over_one_day_or_several_are_whole_holidays() {
    assert_eq!(of("DTSTART;VALUE=DATE:20261225"), ["2026-12-25"]);
    assert_eq!(of("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261226"), ["2026-12-25"]);
    assert_eq!(
        of("DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20270102"),
        ["2026-12-24 to 2027-01-01"]
    );
    assert_eq!(of("DTSTART;VALUE=DATE:20261224\nDURATION:P1W2D"), ["2026-12-24 to 2027-01-01"]);
    // As some write them: the same day as its end, and dates without their kind.
    assert_eq!(of("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261225"), ["2026-12-25"]);
    assert_eq!(of("DTSTART:20261225\nDTEND:20261227"), ["2026-12-25 to 2026-12-26"]);
}

#[test]
fn times_take_the_part_of_the_day_that_they_are() {
    let zoned = ";TZID=Europe/Berlin";
    for zone in ["", zoned] {
        let of = |from: &str, to: &str| of(&format!("DTSTART{zone}:{from}\nDTEND{zone}:{to}"));
        assert_eq!(of("20261224T120000", "20261224T180030"), ["2026-12-24 12:00-18:00:30"]);
        assert_eq!(of("20261224T120000", "20261225T000000"), ["2026-12-24 12:00-24:00"]);
        assert_eq!(of("20261224T220000", "20261225T060000"), ["2026-12-24 22:00-06:00"]);
        assert_eq!(of("20261224T090000", "20261225T090000"), ["2026-12-24 09:00-09:00"]);
        // From midnight to midnight they are whole days.
        assert_eq!(of("20261224T000000", "20261226T000000"), ["2026-12-24 to 2026-12-25"]);
        // Longer than a day: the rest of the first, those between, and the beginning of the last.
        assert_eq!(
            of("20261224T120000", "20261227T060000"),
            ["2026-12-24 12:00-24:00", "2026-12-24 +1 for 2 days", "2026-12-24 +3 00:00-06:00"]
        );
        assert_eq!(
            of("20261224T120000", "20261225T130000"),
            ["2026-12-24 12:00-24:00", "2026-12-24 +1 00:00-13:00"]
        );
        assert_eq!(
            of("20261224T000000", "20261225T130000"),
            ["2026-12-24", "2026-12-24 +1 00:00-13:00"]
        );
    }
    assert_eq!(of("DTSTART:20261224T120000\nDURATION:PT1H30M"), ["2026-12-24 12:00-13:30"]);
}

#[test]
fn times_of_utc_are_local_ones_where_the_schedule_is_in_utc() {
    let mut draft: CalendarDraft = "zone Etc/UTC".parse().unwrap();
    let file = event("DTSTART:20261224T120000Z\nDTEND:20261224T130000Z");
    draft.schedules[0].import_icalendar(file.as_bytes()).unwrap();
    assert_eq!(draft.to_string(), "zone Etc/UTC\nholiday 2026-12-24 12:00-13:00\n");
}

#[test]
fn what_an_event_takes_is_closed_and_nothing_else() {
    let file = event(
        "DTSTART:20261224T120000
         DTEND:20261227T060000
         RRULE:FREQ=YEARLY;COUNT=2",
    );
    let mut draft: CalendarDraft = "zone Europe/Berlin; open always".parse().unwrap();
    draft.schedules[0].import_icalendar(file.as_bytes()).unwrap();
    let calendar = draft.build().unwrap();
    let at = |text: &str| text.parse().unwrap();
    for year in [2026, 2027] {
        let closes = calendar.next_close(at(&format!("{year}-06-01T00:00:00Z")));
        assert_eq!(closes, Some(at(&format!("{year}-12-24T11:00:00Z"))));
        let opens = calendar.next_open(closes.unwrap());
        assert_eq!(opens, Some(at(&format!("{year}-12-27T05:00:00Z"))));
    }
    assert_eq!(calendar.next_close(at("2028-01-01T00:00:00Z")), None);
}

#[test]
fn names_are_read_over_folds_and_escapes_in_any_case_and_with_any_line_ends() {
    let lines = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME;X=\"a:b\":Feier\r\n tage\r\n\r\n\
                 begin:vevent\r\ndtstart;value=date:2026\r\n\t1225\r\n\
                 Summary;LANGUAGE=de:Erster Weih\r\n nachtstag\\, früh\\; und \\\\ spät\\nwie immer \r\n\
                 end:VEVENT\r\nEND:VCALENDAR";
    let expected = [r#"2026-12-25 "Erster Weihnachtstag, früh; und \\ spät\nwie immer""#];
    assert_eq!(holidays(lines).unwrap(), expected);
    assert_eq!(holidays(&lines.replace("\r\n", "\n")).unwrap(), expected);
    assert_eq!(holidays(&format!("\u{feff}{lines}\r\n\r\n")).unwrap(), expected);
    assert_eq!(of("DTSTART;VALUE=DATE:20261225\nSUMMARY: "), ["2026-12-25"]);
}

#[test]
fn what_is_no_event_is_passed_over() {
    let file = file(
        "BEGIN:VTIMEZONE
         TZID:Europe/Berlin
         BEGIN:STANDARD
         DTSTART:19701025T030000
         RRULE:FREQ=MONTHLY
         END:STANDARD
         END:VTIMEZONE
         BEGIN:VTODO
         DTSTART;VALUE=DATE:20260101
         END:VTODO
         BEGIN:VEVENT
         DTSTART;VALUE=DATE:20260102
         BEGIN:VALARM
         DTSTART;VALUE=DATE:20260103
         SUMMARY:Wake up
         DURATION:PT15M
         END:VALARM
         END:VEVENT",
    );
    assert_eq!(holidays(&file).unwrap(), ["2026-01-02"]);
    // A file may have several calendars, and a calendar no event.
    let two = format!("{file}{}", event("DTSTART;VALUE=DATE:20260104"));
    assert_eq!(holidays(&two).unwrap(), ["2026-01-02", "2026-01-04"]);
    assert_eq!(holidays("BEGIN:VCALENDAR\nEND:VCALENDAR\n").unwrap(), [] as [&str; 0]);
}

#[test]
fn a_transparent_or_tentative_event_is_a_holiday_and_a_cancelled_one_is_not() {
    for status in ["TRANSP:TRANSPARENT", "STATUS:TENTATIVE", "STATUS:CONFIRMED", "CLASS:PRIVATE"] {
        assert_eq!(of(&format!("DTSTART;VALUE=DATE:20260501\n{status}")), ["2026-05-01"]);
    }
    // Whatever else is in it.
    let file = event("STATUS:cancelled\nRRULE:FREQ=WEEKLY");
    assert_eq!(holidays(&file).unwrap(), [] as [&str; 0]);
    assert_eq!(icalendar::events(file.as_bytes(), "Etc/UTC"), Ok(Vec::new()));
}

#[test]
fn days_are_added_to_a_series_and_taken_from_it() {
    let series = "DTSTART;VALUE=DATE:20200501\nRRULE:FREQ=YEARLY";
    assert_eq!(
        of(&format!("{series}\nEXDATE;VALUE=DATE:20220501,20230501\nEXDATE:20250501")),
        ["05-01 since 2020 until 2021", "2024-05-01", "05-01 since 2026"]
    );
    // Its first day, the day before it, one that is none of its days: nothing stays but the rest.
    assert_eq!(
        of(&format!("{series};COUNT=3\nEXDATE;VALUE=DATE:20200501,20190501,20210502")),
        ["05-01 since 2021 until 2022"]
    );
    assert_eq!(
        of(&format!("{series};UNTIL=20220430\nRDATE;VALUE=DATE:20300101,20210501,20300101")),
        ["05-01 since 2020 until 2021", "2030-01-01"]
    );
    assert_eq!(
        of(
            "DTSTART;VALUE=DATE:20200501\nRDATE;VALUE=DATE:20200502,20200503\nEXDATE;VALUE=DATE:20200501,20200503"
        ),
        ["2020-05-02"]
    );
    // Of times, the time counts, too.
    assert_eq!(
        of("DTSTART:20200501T120000\nDURATION:PT1H\nEXDATE:20200501T130000\nRDATE:20200502T140000"),
        ["2020-05-01 12:00-13:00", "2020-05-02 14:00-15:00"]
    );
}

#[test]
fn a_day_of_a_series_is_moved_or_cancelled_by_another_event() {
    let series = |more: &str| {
        file(&format!(
            "BEGIN:VEVENT
             UID:moved@example.org
             RECURRENCE-ID;VALUE=DATE:20210501
             DTSTART;VALUE=DATE:20210503
             SUMMARY:Labour Day, on Monday
             END:VEVENT
             BEGIN:VEVENT
             UID:moved@example.org
             DTSTART;VALUE=DATE:20200501
             RRULE:FREQ=YEARLY
             SUMMARY:Labour Day
             END:VEVENT
             BEGIN:VEVENT
             UID:other@example.org
             DTSTART;VALUE=DATE:20200501
             RRULE:FREQ=YEARLY
             END:VEVENT
             {more}"
        ))
    };
    let moved = [
        r#"2021-05-03 "Labour Day, on Monday""#,
        r#"2020-05-01 "Labour Day""#,
        r#"05-01 since 2022 "Labour Day""#,
        "05-01 since 2020",
    ];
    assert_eq!(holidays(&series("")).unwrap(), moved);
    let cancelled = series(
        "BEGIN:VEVENT
         UID:other@example.org
         RECURRENCE-ID;VALUE=DATE:20200501
         STATUS:CANCELLED
         END:VEVENT",
    );
    assert_eq!(holidays(&cancelled).unwrap()[3], "05-01 since 2021");
}

#[test]
fn a_host_chooses_among_events_by_what_the_file_says_of_them() {
    let file = file(
        "BEGIN:VEVENT
         DTSTART;VALUE=DATE:20260214
         SUMMARY:Valentine's Day
         DESCRIPTION:Observance\\nTo hide observances\\, go to settings
         CATEGORIES:Observance,a\\,b
         CATEGORIES:c
         END:VEVENT
         BEGIN:VEVENT
         DTSTART;VALUE=DATE:20260105
         RRULE:FREQ=WEEKLY
         SUMMARY:Team meeting
         END:VEVENT",
    );
    let events = icalendar::events(file.as_bytes(), "Etc/UTC").unwrap();
    let [Event { line: 3, name, description, categories, holidays: Ok(found) }, meeting] =
        &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!(name.as_deref(), Some("Valentine's Day"));
    assert_eq!(description.as_deref(), Some("Observance\nTo hide observances, go to settings"));
    assert_eq!(categories, &["Observance", "a,b", "c"]);
    assert_eq!(found.len(), 1);
    // What cannot be a holiday is told of it alone.
    assert_eq!(meeting.name.as_deref(), Some("Team meeting"));
    assert_eq!(meeting.holidays.as_ref().unwrap_err().line(), 12);
}
