//! What is refused, with the line and the reason.

use helpdesk::CalendarDraft;
use helpdesk::sla::calendar::icalendar::{self, Reason};

use crate::{event, file, holidays, refusal};

const DAY: &str = "DTSTART;VALUE=DATE:20200501";

#[test]
fn a_file_that_is_none_names_the_line_and_the_reason() {
    let whole = file("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20200501\nEND:VEVENT");
    for (file, expected) in [
        (String::new(), "line 1: found the end, expected `BEGIN:VCALENDAR`"),
        ("\n\n".to_owned(), "line 3: found the end, expected `BEGIN:VCALENDAR`"),
        (
            "<!DOCTYPE html>\n".to_owned(),
            "line 1: found `<!DOCTYPE html>`, expected a line such as `SUMMARY:Christmas`",
        ),
        ("BEGIN:VCARD\n".to_owned(), "line 1: found `BEGIN:VCARD`, expected `BEGIN:VCALENDAR`"),
        ("VERSION:2.0\n".to_owned(), "line 1: found `VERSION`, expected `BEGIN:VCALENDAR`"),
        (
            whole.replace("END:VEVENT", "END:VTODO"),
            "line 5: found `END:VTODO`, expected `END:VEVENT`",
        ),
        (
            whole.replace("END:VEVENT\r\n", ""),
            "line 5: found `END:VCALENDAR`, expected `END:VEVENT`",
        ),
        (whole.replace("END:VCALENDAR\r\n", ""), "line 6: found the end, expected `END:VCALENDAR`"),
        (format!("{whole}SUMMARY:x\n"), "line 7: found `SUMMARY`, expected `BEGIN:VCALENDAR`"),
        (
            whole.replace("VALUE=DATE:", "VALUE=DATE"),
            "line 4: found `DTSTART;VALUE=DATE20200501`, expected a line such as `SUMMARY:Christmas`",
        ),
        (
            whole.replace("DTSTART", "DT START"),
            "line 4: found `DT START;VALUE=DATE:20200501`, expected a line such as `SUMMARY:Christmas`",
        ),
        (whole.replace("2.0", "1.0"), "line 2: `VERSION` is `1.0`, expected `2.0`"),
        (
            whole.replace("VERSION:2.0", "CALSCALE:HEBREW"),
            "line 2: `CALSCALE` is `HEBREW`, expected `GREGORIAN`",
        ),
    ] {
        let fault = icalendar::events(file.as_bytes(), "Europe/Berlin").expect_err(&file);
        assert_eq!(fault.to_string(), expected, "{file}");
        assert_eq!(holidays(&file).unwrap_err().to_string(), format!("not holidays: {expected}"));
    }
}

#[test]
fn a_line_number_counts_the_lines_of_the_file_folded_and_blank_ones_too() {
    let file = "BEGIN:VCALENDAR\n\nBEGIN:VEVENT\nSUMMARY:a\n b\n c\n\nRRULE:FREQ=\n DAILY\n\
                DTSTART:20200101\nEND:VEVENT\nEND:VCALENDAR\n";
    let error = holidays(file).unwrap_err();
    assert_eq!(error.faults()[0].line(), 8);
    let mut bytes = file.as_bytes().to_vec();
    let place = file.find("DTSTART").unwrap();
    bytes[place] = 0xff;
    let fault = icalendar::events(&bytes, "Etc/UTC").unwrap_err();
    assert_eq!((fault.line(), fault.reason()), (10, &Reason::NotUtf8));
    assert_eq!(fault.to_string(), "line 10: this is not UTF-8");
}

#[test]
fn rules_that_holidays_do_not_have_are_refused_by_name() {
    for (rule, expected) in [
        (
            "FREQ=MONTHLY;BYDAY=1MO",
            "`FREQ=MONTHLY` in `RRULE` cannot be had: only `FREQ=YEARLY` can",
        ),
        (
            "FREQ=YEARLY;BYSETPOS=-1;BYDAY=MO",
            "`BYSETPOS=-1` in `RRULE` cannot be had: holidays have no such rule",
        ),
        (
            "FREQ=YEARLY;BYWEEKNO=20",
            "`BYWEEKNO=20` in `RRULE` cannot be had: holidays have no such rule",
        ),
        (
            "FREQ=YEARLY;BYYEARDAY=100",
            "`BYYEARDAY=100` in `RRULE` cannot be had: holidays have no such rule",
        ),
        (
            "FREQ=YEARLY;RSCALE=HEBREW",
            "`RSCALE=HEBREW` in `RRULE` cannot be had: holidays have no such rule",
        ),
        (
            "FREQ=YEARLY;BYEASTER=0",
            "`BYEASTER=0` in `RRULE` cannot be had: holidays have no such rule",
        ),
        (
            "FREQ=YEARLY;BYDAY=FR",
            "`BYDAY=FR` in `RRULE` cannot be had: without a month it is every week's",
        ),
        (
            "FREQ=YEARLY;BYDAY=20MO",
            "`BYDAY=20MO` in `RRULE` cannot be had: holidays count weekdays within a month",
        ),
        (
            "FREQ=YEARLY;BYMONTH=5;BYDAY=6FR",
            "`BYDAY=6FR` in `RRULE` cannot be had: no month has so many of them",
        ),
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-29",
            "`BYMONTHDAY=-29` in `RRULE` cannot be had: it is the first of February in leap years only",
        ),
        (
            "FREQ=YEARLY;BYDAY=FR;BYMONTHDAY=13",
            "`BYMONTHDAY with BYDAY` in `RRULE` cannot be had: only with seven days in a row that every year has, and without a number",
        ),
        (
            "FREQ=YEARLY;BYMONTH=2;BYDAY=FR;BYMONTHDAY=23,24,25,26,27,28,29",
            "`BYMONTHDAY with BYDAY` in `RRULE` cannot be had: only with seven days in a row that every year has, and without a number",
        ),
        (
            "FREQ=YEARLY;INTERVAL=2",
            "`INTERVAL=2` in `RRULE` cannot be had: without an end, only every year can",
        ),
        (
            "FREQ=YEARLY;UNTIL=20200430",
            "`FREQ=YEARLY;UNTIL=20200430` in `RRULE` cannot be had: it ends before the event's first day",
        ),
        (
            "FREQ=YEARLY;BYMONTH=6",
            "`FREQ=YEARLY;BYMONTH=6` in `RRULE` cannot be had: the event's first day is none of its days",
        ),
        ("FREQ=YEARLY;COUNT=1001", "at most 1000 days by `COUNT` are allowed, and here are 1001"),
        (
            "FREQ=YEARLY;INTERVAL=2;UNTIL=99991231",
            "at most 1000 days of an `RRULE` are allowed, and here are 1001",
        ),
        (
            "BYMONTH=5",
            "`RRULE` is `BYMONTH=5`, expected a rule such as `FREQ=YEARLY;BYMONTH=11;BYDAY=4TH`",
        ),
        (
            "FREQ=YEARLY;COUNT",
            "`RRULE` is `FREQ=YEARLY;COUNT`, expected a rule such as `FREQ=YEARLY;BYMONTH=11;BYDAY=4TH`",
        ),
        (
            "FREQ=YEARLY;COUNT=0",
            "`RRULE` is `FREQ=YEARLY;COUNT=0`, expected a rule with a `COUNT` of 1 or more",
        ),
        (
            "FREQ=YEARLY;COUNT=2;COUNT=2",
            "`RRULE` is `FREQ=YEARLY;COUNT=2;COUNT=2`, expected a rule with each part once",
        ),
        (
            "FREQ=YEARLY;COUNT=2;UNTIL=20220101",
            "`RRULE` is `FREQ=YEARLY;COUNT=2;UNTIL=20220101`, expected a rule with one of `COUNT` and `UNTIL`",
        ),
        (
            "FREQ=YEARLY;INTERVAL=-1",
            "`RRULE` is `FREQ=YEARLY;INTERVAL=-1`, expected a rule with an `INTERVAL` of 1 or more",
        ),
        (
            "FREQ=YEARLY;UNTIL=never",
            "`RRULE` is `FREQ=YEARLY;UNTIL=never`, expected a rule with an `UNTIL` such as `20301231`",
        ),
        (
            "FREQ=YEARLY;BYMONTH=13",
            "`RRULE` is `FREQ=YEARLY;BYMONTH=13`, expected a rule with months from 1 to 12",
        ),
        (
            "FREQ=YEARLY;BYMONTHDAY=0",
            "`RRULE` is `FREQ=YEARLY;BYMONTHDAY=0`, expected a rule with days of months from 1 to 31, or -1 to -31",
        ),
        (
            "FREQ=YEARLY;BYDAY=4XX",
            "`RRULE` is `FREQ=YEARLY;BYDAY=4XX`, expected a rule with days of weeks such as `MO`, `4TH` or `-1MO`",
        ),
        (
            "FREQ=YEARLY;WKST=ME",
            "`RRULE` is `FREQ=YEARLY;WKST=ME`, expected `WKST=MO` or another day",
        ),
    ] {
        let expected = format!("not holidays: line 5: {expected}");
        let told = refusal(&format!("{DAY}\nRRULE:{rule}"));
        assert_eq!(told, expected);
    }
}

#[test]
fn properties_that_are_wrong_name_themselves_and_their_line() {
    for (lines, expected) in [
        ("SUMMARY:x", "line 3: the event has no `DTSTART`"),
        (
            "DTSTART;VALUE=DATE:20200501\nSUMMARY:x\nDTSTART;VALUE=DATE:20200501",
            "line 6: `DTSTART` stands here a second time",
        ),
        (
            "DTSTART;VALUE=DATE:20200231",
            "line 4: `DTSTART` is `20200231`, expected a date such as `20261225`, or a time such as `20261224T120000`",
        ),
        (
            "DTSTART;VALUE=DATE:00000101",
            "line 4: `DTSTART` is `00000101`, expected a date such as `20261225`, or a time such as `20261224T120000`",
        ),
        (
            "DTSTART;VALUE=DATE:20200501T000000",
            "line 4: `DTSTART` is `20200501T000000`, expected a date such as `20261225`, or a time such as `20261224T120000`",
        ),
        (
            "DTSTART;VALUE=DATE:20200501,20200502",
            "line 4: `DTSTART` is `20200501,20200502`, expected a date such as `20261225`, or a time such as `20261224T120000`",
        ),
        (
            "DTSTART:2020-05-01",
            "line 4: `DTSTART` is `2020-05-01`, expected a date such as `20261225`, or a time such as `20261224T120000`",
        ),
        (
            "DTSTART:20200501T120000",
            "line 4: `DTSTART` is `20200501T120000`, expected a `DTEND` beside it",
        ),
        (
            "DTSTART:20200501T120000\nDTEND:20200501T120000",
            "line 5: `DTEND` is `20200501T120000`, expected later than `DTSTART`",
        ),
        (
            "DTSTART:20200501T120000\nDTEND;VALUE=DATE:20200502",
            "line 5: `DTEND` is `20200502`, expected of the kind that `DTSTART` is",
        ),
        (
            "DTSTART;VALUE=DATE:20200501\nDTEND;VALUE=DATE:20200430",
            "line 5: `DTEND` is `20200430`, expected later than `DTSTART`",
        ),
        (
            "DTSTART;VALUE=DATE:20200501\nDTEND;VALUE=DATE:20210503",
            "line 5: at most 366 days of one event are allowed, and here are 367",
        ),
        (
            "DTSTART;VALUE=DATE:20200501\nDURATION:PT1H",
            "line 5: `DURATION` is `PT1H`, expected a length such as `P1D`, `P2W` or `PT12H`",
        ),
        (
            "DTSTART;VALUE=DATE:20200501\nDURATION:-P1D",
            "line 5: `DURATION` is `-P1D`, expected a length such as `P1D`, `P2W` or `PT12H`",
        ),
        (
            "DTSTART:20200501T120000\nDURATION:PT",
            "line 5: `DURATION` is `PT`, expected a length such as `P1D`, `P2W` or `PT12H`",
        ),
        (
            "DTSTART;VALUE=DATE:20200501\nDTEND;VALUE=DATE:20200502\nDURATION:P1D",
            "line 6: `P1D` in `DURATION` cannot be had: there is a `DTEND`, too",
        ),
        (
            "DTSTART:20200501T120000Z\nDURATION:PT1H",
            "line 4: `20200501T120000Z` in `DTSTART` cannot be had: its local time is not the same all year; times must be local ones",
        ),
        (
            "DTSTART;TZID=\"America/New_York\":20200501T120000\nDURATION:PT1H",
            "line 4: `TZID=America/New_York` in `DTSTART` cannot be had: times must be without a time zone, or in that of the schedule",
        ),
        (
            "DTSTART;VALUE=DATE:20200501\nRDATE;VALUE=PERIOD:20200501T000000/P1D",
            "line 5: `VALUE=PERIOD` in `RDATE` cannot be had: days and times can, and periods cannot",
        ),
        (
            "DTSTART;VALUE=DATE:20200501\nEXDATE:20200501T000000",
            "line 5: `EXDATE` is `20200501T000000`, expected of the kind that `DTSTART` is",
        ),
        (
            "DTSTART;VALUE=DATE:20200501\nEXRULE:FREQ=YEARLY",
            "line 5: `FREQ=YEARLY` in `EXRULE` cannot be had: days that are excepted can only be listed, by `EXDATE`",
        ),
        (
            "DTSTART;VALUE=DATE:20200501\nRECURRENCE-ID;RANGE=THISANDFUTURE:20200501",
            "line 5: `RANGE=THISANDFUTURE` in `RECURRENCE-ID` cannot be had: only single days of a series can be moved",
        ),
        (
            "DTSTART;VALUE=DATE:20200501\nRECURRENCE-ID:20200501\nRRULE:FREQ=YEARLY",
            "line 6: `FREQ=YEARLY` in `RRULE` cannot be had: one day of a series does not recur",
        ),
    ] {
        assert_eq!(refusal(lines), format!("not holidays: {expected}"), "{lines}");
    }
    let long = format!("{DAY}\nSUMMARY:{}", "é".repeat(201));
    let expected =
        "not holidays: line 5: at most 200 characters of a name are allowed, and here are 201";
    assert_eq!(refusal(&long), expected);
}

#[test]
fn every_event_that_is_refused_is_told_and_nothing_is_added() {
    let file = file(
        "BEGIN:VEVENT
         DTSTART;VALUE=DATE:20200501
         END:VEVENT
         BEGIN:VEVENT
         DTSTART;VALUE=DATE:20200501
         RRULE:FREQ=DAILY
         END:VEVENT
         BEGIN:VEVENT
         END:VEVENT",
    );
    let before: CalendarDraft = "zone Etc/UTC; open always; holiday 12-25".parse().unwrap();
    let mut draft = before.clone();
    let error = draft.schedules[0].import_icalendar(file.as_bytes()).unwrap_err();
    let lines: Vec<usize> = error.faults().iter().map(icalendar::Fault::line).collect();
    assert_eq!(lines, [8, 10]);
    assert_eq!(draft, before);
}

#[test]
fn more_than_the_limits_is_refused_and_never_cut() {
    let over = |file: &[u8]| match icalendar::events(file, "Etc/UTC").unwrap_err().reason() {
        Reason::OverLimit { limit, most, found } => (*limit, *most, *found),
        other => panic!("{other}"),
    };
    let bytes = vec![b'\n'; (4 << 20) + 1];
    assert_eq!(over(&bytes), ("bytes", 4 << 20, (4 << 20) + 1));
    let events = "BEGIN:VEVENT\nDTSTART:20200501\nEND:VEVENT\n";
    assert_eq!(over(file(&events.repeat(10_001)).as_bytes()), ("events", 10_000, 10_001));
    let all = icalendar::events(file(&events.repeat(10_000)).as_bytes(), "Etc/UTC").unwrap();
    assert_eq!(all.len(), 10_000);
    let deep = "BEGIN:X\n".repeat(16);
    assert_eq!(over(file(&deep).as_bytes()), ("components in one another", 16, 17));
    let dates = |count: usize| vec!["20200502"; count].join(",");
    let more = |count| holidays(&event(&format!("{DAY}\nRDATE:{}", dates(count))));
    assert_eq!(more(1_000).unwrap().len(), 2);
    let expected =
        "not holidays: line 5: at most 1000 days of one property are allowed, and here are 1001";
    assert_eq!(more(1_001).unwrap_err().to_string(), expected);
}
