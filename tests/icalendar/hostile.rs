//! Whatever a file is made of, it is read or refused.

use helpdesk::sla::calendar::icalendar;
use proptest::prelude::*;

use crate::{event, file};

const WORDS: [&str; 62] = [
    "BEGIN:VCALENDAR",
    "END:VCALENDAR",
    "BEGIN:VEVENT",
    "END:VEVENT",
    "VERSION:2.0",
    "DTSTART",
    "DTEND",
    "DURATION",
    "RRULE",
    "RDATE",
    "EXDATE",
    "RECURRENCE-ID",
    "UID",
    "SUMMARY",
    "STATUS",
    "CANCELLED",
    ":",
    ":",
    ":",
    ";",
    ";",
    "=",
    ",",
    "\"",
    "\\",
    "\r\n",
    "\r\n",
    "\r\n",
    "\n",
    "\r\n ",
    "\n\t",
    "\r",
    " ",
    "VALUE=DATE",
    "VALUE=PERIOD",
    "TZID=Etc/UTC",
    "FREQ=YEARLY",
    "INTERVAL=",
    "COUNT=",
    "UNTIL=",
    "BYMONTH=",
    "BYMONTHDAY=",
    "BYDAY=",
    "WKST=MO",
    "MO",
    "-1SU",
    "5FR",
    "20200229",
    "99991231",
    "00010101",
    "20200101T000000",
    "20201231T235959Z",
    "P1D",
    "PT36H",
    "P1W",
    "-29",
    "31",
    "1",
    "2",
    "1000",
    "é",
    "\u{feff}",
];

fn read(bytes: &[u8]) {
    match icalendar::events(bytes, "Etc/UTC") {
        Ok(events) => {
            for event in events {
                match event.holidays {
                    Ok(holidays) => assert!(holidays.len() <= 1_000),
                    Err(fault) => assert!(fault.line() > 0),
                }
            }
        }
        Err(fault) => {
            let lines = 2 + bytes.iter().filter(|byte| **byte == b'\n').count();
            assert!((1..=lines).contains(&fault.line()), "{fault}");
        }
    }
}

fn words(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..most)
        .prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read(&bytes);
        read(&[b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", &bytes[..], b"\nEND:VEVENT\nEND:VCALENDAR"].concat());
    }

    #[test]
    fn any_words_are_read_or_refused(words in words(60)) {
        read(words.as_bytes());
        read(event(&words).as_bytes());
    }

    #[test]
    fn any_rule_is_read_or_refused(rule in words(16), start in "(0001|2020|9999)(0101|0229|1231)") {
        read(event(&format!("DTSTART:{start}\nRRULE:FREQ=YEARLY;{rule}")).as_bytes());
    }

    #[test]
    fn a_file_with_some_bytes_changed_is_read_or_refused(
        changes in prop::collection::vec((0_usize..400, any::<u8>()), 0..8),
    ) {
        let mut bytes = event(
            "DTSTART;TZID=Etc/UTC:20200501T120000\nDTEND;TZID=\"Etc/UTC\":20200503T120000
             SUMMARY:Labour\r\n  Day\nUID:1\nRRULE:FREQ=YEARLY;BYMONTH=5,6;BYMONTHDAY=1,-3;COUNT=9
             EXDATE;TZID=Etc/UTC:20210501T120000,20220501T120000\nRDATE:20240229T000000Z",
        ).into_bytes();
        for (place, byte) in changes {
            let length = bytes.len();
            bytes[place % length] = byte;
        }
        read(&bytes);
    }
}

#[test]
fn a_file_that_asks_for_as_much_as_it_may_is_read() {
    // The rarest days, counted to the end of time; every day of every month; as many days excepted.
    let rare = "BEGIN:VEVENT\nDTSTART:20240229\nRRULE:FREQ=YEARLY;COUNT=1000\nEND:VEVENT\n";
    read(file(&rare.repeat(1_000)).as_bytes());
    let days: Vec<String> = (1..=31).map(|day| day.to_string()).collect();
    let excepted = vec!["20250101"; 1_000].join(",");
    let every = format!(
        "BEGIN:VEVENT\nDTSTART:20240101\nRRULE:FREQ=YEARLY;COUNT=1000;BYMONTHDAY={}\nEXDATE:{excepted}\nEND:VEVENT\n",
        days.join(",")
    );
    read(file(&every.repeat(400)).as_bytes());
    let quotes = format!("BEGIN:VEVENT\nDTSTART;{}:1\nEND:VEVENT\n", "\"\r;=".repeat(100_000));
    read(file(&quotes).as_bytes());
}
