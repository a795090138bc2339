//! Random recurrences against an oracle that asks of every day whether the rule has it, and holidays
//! that are written as events and read back.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use helpdesk::CalendarDraft;
use helpdesk::sla::calendar::{Calendar, DayRule, Holiday};
use proptest::prelude::*;

use crate::event;

/// A recurrence as RFC 5545 has it.
#[derive(Clone, Debug)]
struct Recurrence {
    start: NaiveDate,
    interval: Option<i32>,
    months: Option<Vec<u32>>,
    month_days: Option<Vec<i64>>,
    weekdays: Option<Vec<(Option<i64>, Weekday)>>,
    count: Option<usize>,
    until: Option<NaiveDate>,
    more: Vec<NaiveDate>,
    without: Vec<NaiveDate>,
}

const WEEKDAYS: [(Weekday, &str); 7] = [
    (Weekday::Mon, "MO"),
    (Weekday::Tue, "TU"),
    (Weekday::Wed, "WE"),
    (Weekday::Thu, "TH"),
    (Weekday::Fri, "FR"),
    (Weekday::Sat, "SA"),
    (Weekday::Sun, "SU"),
];

fn name(weekday: Weekday) -> &'static str {
    WEEKDAYS[weekday.num_days_from_monday() as usize].1
}

/// A day's place in its month and the month's length, from the calendar alone.
fn month_of(date: NaiveDate) -> (i64, i64) {
    let first = date.with_day(1).unwrap();
    let next = first + TimeDelta::days(31);
    let length = (next.with_day(1).unwrap() - first).num_days();
    ((date - first).num_days() + 1, length)
}

impl Recurrence {
    fn has(&self, date: NaiveDate) -> bool {
        let (day, length) = month_of(date);
        let in_month = self.months.as_ref().is_none_or(|months| months.contains(&date.month()));
        let by_day = |days: &Vec<i64>| {
            days.iter().any(|of| *of == day || *of < 0 && length + 1 + *of == day)
        };
        let by_weekday = |days: &Vec<(Option<i64>, Weekday)>| {
            days.iter().any(|(nth, weekday)| {
                let (ordinal, last) = if self.months.is_some() {
                    ((day - 1) / 7 + 1, -((length - day) / 7 + 1))
                } else {
                    let year = NaiveDate::from_ymd_opt(date.year(), 1, 1).unwrap();
                    let next = NaiveDate::from_ymd_opt(date.year() + 1, 1, 1).unwrap();
                    ((date - year).num_days() / 7 + 1, -((next - date).num_days() - 1) / 7 - 1)
                };
                date.weekday() == *weekday && nth.is_none_or(|nth| nth == ordinal || nth == last)
            })
        };
        let own_day = self.weekdays.is_some() || self.month_days.is_some();
        (date.year() - self.start.year()) % self.interval.unwrap_or(1) == 0
            && in_month
            && self.month_days.as_ref().is_none_or(by_day)
            && self.weekdays.as_ref().is_none_or(by_weekday)
            && (own_day || date.day() == self.start.day())
            && (own_day || self.months.is_some() || date.month() == self.start.month())
    }

    /// Its days up to a last one, looked for day by day.
    fn days(&self, last: NaiveDate) -> BTreeSet<NaiveDate> {
        let until = self.until.map_or(last, |until| until.min(last));
        let mut days: BTreeSet<NaiveDate> = self
            .start
            .iter_days()
            .take_while(|date| *date <= until)
            .filter(|date| self.has(*date))
            .take(self.count.unwrap_or(usize::MAX))
            .collect();
        days.extend(&self.more);
        days.retain(|date| !self.without.contains(date));
        days
    }

    fn text(&self) -> String {
        let mut rule = "FREQ=YEARLY".to_owned();
        let mut part = |name: &str, values: Vec<String>| {
            if !values.is_empty() {
                rule.push_str(&format!(";{name}={}", values.join(",")));
            }
        };
        let listed = |values: &Option<Vec<i64>>| -> Vec<String> {
            values.iter().flatten().map(ToString::to_string).collect()
        };
        part("INTERVAL", self.interval.iter().map(ToString::to_string).collect());
        part("BYMONTH", self.months.iter().flatten().map(ToString::to_string).collect());
        part("BYMONTHDAY", listed(&self.month_days));
        let weekdays = self.weekdays.iter().flatten().map(|(nth, weekday)| {
            format!("{}{}", nth.map_or(String::new(), |nth| nth.to_string()), name(*weekday))
        });
        part("BYDAY", weekdays.collect());
        part("COUNT", self.count.iter().map(ToString::to_string).collect());
        part("UNTIL", self.until.iter().map(|date| date.format("%Y%m%d").to_string()).collect());
        let mut text = format!("DTSTART;VALUE=DATE:{}\nRRULE:{rule}", self.start.format("%Y%m%d"));
        for (property, dates) in [("RDATE", &self.more), ("EXDATE", &self.without)] {
            for date in dates {
                text.push_str(&format!("\n{property};VALUE=DATE:{}", date.format("%Y%m%d")));
            }
        }
        text
    }
}

fn dates() -> impl Strategy<Value = NaiveDate> {
    (0_i64..365 * 12).prop_map(|day| first() + TimeDelta::days(day))
}

fn first() -> NaiveDate {
    NaiveDate::from_ymd_opt(2000, 1, 1).unwrap()
}

fn weekday() -> impl Strategy<Value = Weekday> {
    prop::sample::select(WEEKDAYS.map(|(day, _)| day).to_vec())
}

/// Days of the kinds that holidays have, most of them.
fn recurrences() -> impl Strategy<Value = Recurrence> {
    let months = prop::option::of(prop::collection::vec(1_u32..=12, 1..4));
    let month_days = prop::collection::vec(prop_oneof![1_i64..=31, -31_i64..=-1], 1..4);
    let row = (1_i64..=25).prop_map(|first| (first..first + 7).collect::<Vec<_>>());
    let nth = prop::option::of(prop_oneof![1_i64..=5, -5_i64..=-1]);
    let weekdays = prop::collection::vec((nth, weekday()), 1..3);
    let plain = weekday().prop_map(|day| vec![(None, day)]);
    let days = prop_oneof![
        Just((None, None)),
        month_days.prop_map(|days| (Some(days), None)),
        weekdays.prop_map(|days| (None, Some(days))),
        (row, plain).prop_map(|(row, day)| (Some(row), Some(day))),
    ];
    let interval = prop::option::weighted(0.3, 1_i32..4);
    let ends = prop_oneof![
        Just((None, None)),
        (1_usize..30).prop_map(|count| (Some(count), None)),
        dates().prop_map(|until| (None, Some(until))),
    ];
    let some = || prop::collection::vec(0_usize..60, 0..5);
    (dates(), months, days, interval, ends, some(), some(), prop::collection::vec(dates(), 0..3))
        .prop_map(|(from, months, (month_days, weekdays), interval, ends, without, more, odd)| {
            let mut one = Recurrence {
                start: from,
                interval,
                months,
                month_days,
                weekdays,
                count: ends.0,
                until: ends.1,
                more: odd.clone(),
                without: odd.into_iter().skip(1).collect(),
            };
            // It begins with a day of its own, where it has one soon; some of its days are
            // excepted, and some are told twice.
            let unbound = Recurrence {
                interval: None,
                count: None,
                until: None,
                more: Vec::new(),
                without: Vec::new(),
                ..one.clone()
            };
            let mut soon = from.iter_days().take(3_000);
            one.start = soon.find(|date| unbound.has(*date)).unwrap_or(from);
            let own: Vec<NaiveDate> = one.days(last()).into_iter().collect();
            one.without.extend(without.iter().filter_map(|place| own.get(*place)));
            one.more.extend(more.iter().filter_map(|place| own.get(*place)));
            one
        })
}

fn last() -> NaiveDate {
    NaiveDate::from_ymd_opt(2040, 12, 31).unwrap()
}

fn draft() -> CalendarDraft {
    "zone Etc/UTC; open always".parse().unwrap()
}

/// The days of the years 1999 to 2040 on which a calendar is closed at noon.
fn closed(calendar: &Calendar) -> BTreeSet<NaiveDate> {
    let noon = |date: NaiveDate| date.and_hms_opt(12, 0, 0).unwrap().and_utc();
    let from = NaiveDate::from_ymd_opt(1999, 1, 1).unwrap();
    let days = from.iter_days().take_while(|date| *date <= last());
    days.filter(|date| !calendar.is_open(noon(*date))).collect()
}

#[test]
fn a_recurrence_is_refused_or_has_the_days_that_an_oracle_finds_one_by_one() {
    let (mut read, mut refused) = (0, 0);
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..600 {
        let tree = recurrences().new_tree(&mut runner).unwrap();
        let recurrence = proptest::strategy::ValueTree::current(&tree);
        let text = recurrence.text();
        let mut draft = draft();
        match draft.schedules[0].import_icalendar(event(&text).as_bytes()) {
            Ok(()) => {
                read += 1;
                let days = recurrence.days(last());
                assert_eq!(closed(&draft.build().unwrap()), days, "{text}");
            }
            Err(_) => refused += 1,
        }
    }
    assert!(read > 2 * refused, "{read} read, {refused} refused");
}

/// A holiday as an event writes it, of the kinds that can be had exactly.
fn written(holiday: &Holiday) -> String {
    let since = holiday.since.unwrap();
    let on_years = (since..).filter_map(|year| holiday.on.in_year(year));
    let begins = on_years.clone().next().unwrap();
    let rule = match holiday.on {
        DayRule::Date(_) => String::new(),
        DayRule::Yearly { month, day } => format!(";BYMONTH={month};BYMONTHDAY={day}"),
        DayRule::Nth { nth, weekday, month } => {
            format!(";BYMONTH={month};BYDAY={nth}{}", name(weekday))
        }
        DayRule::OnOrAfter { weekday, month, day } => {
            let days: Vec<String> = (day..day + 7).map(|day| day.to_string()).collect();
            format!(";BYMONTH={month};BYDAY={};BYMONTHDAY={}", name(weekday), days.join(","))
        }
        DayRule::OnOrBefore { .. } | DayRule::Easter | DayRule::OrthodoxEaster => {
            panic!("iCalendar has no such rule")
        }
    };
    let until = match holiday.until {
        Some(until) => format!(";UNTIL={until}1231"),
        None => String::new(),
    };
    let name = holiday.name.as_deref().unwrap_or("");
    let escaped = name.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;");
    let escaped = escaped.replace('\n', "\\n");
    let (from, to) = match holiday.part {
        None => {
            let to = begins + TimeDelta::days(holiday.days.into());
            (begins.format(";VALUE=DATE:%Y%m%d"), to.format(";VALUE=DATE:%Y%m%d"))
        }
        Some(part) => {
            let at = |seconds: u32| {
                let time =
                    begins.and_hms_opt(0, 0, 0).unwrap() + TimeDelta::seconds(seconds.into());
                time.format(":%Y%m%dT%H%M%S")
            };
            (at(part.from().seconds()), at(part.to().seconds()))
        }
    };
    // Folded wherever it is long, in the midst of words.
    let long = format!("SUMMARY:{escaped}");
    let mut folded = String::new();
    for (place, c) in long.chars().enumerate() {
        if place > 0 && place % 20 == 0 {
            folded.push_str("\r\n ");
        }
        folded.push(c);
    }
    format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART{from}\r\nDTEND{to}\r\nRRULE:FREQ=YEARLY{rule}{until}\r\n\
         {folded}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

fn rules() -> impl Strategy<Value = DayRule> {
    let month = 1_u8..=12;
    let nth = prop_oneof![1_i8..=5, -5_i8..=-1];
    prop_oneof![
        (month.clone(), 1_u8..=29).prop_map(|(month, day)| DayRule::Yearly { month, day }),
        (nth, weekday(), month.clone()).prop_map(|(nth, weekday, month)| DayRule::Nth {
            nth,
            weekday,
            month
        }),
        (weekday(), month, 1_u8..=22).prop_map(|(weekday, month, day)| DayRule::OnOrAfter {
            weekday,
            month,
            day
        }),
    ]
}

fn holidays() -> impl Strategy<Value = Holiday> {
    let name = prop::option::of("[ -~äß…\n]{1,60}[a-z]");
    let part = prop::option::of((0_u32..23 * 60, 1_u32..60).prop_map(|(from, long)| {
        let hm = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
        format!("{}-{}", hm(from), hm(from + long)).parse().unwrap()
    }));
    (rules(), name, part, 1_u16..5, 2000_i32..2030, prop::option::of(45_i32..80)).prop_map(
        |(on, name, part, days, since, lasts)| Holiday {
            name: name.map(|name| name.trim().into()),
            days: if part.is_some() { 1 } else { days },
            part,
            // The year of its first day, as that is where an event begins.
            since: (since..).find(|year| on.in_year(*year).is_some()),
            until: lasts.map(|lasts| since + lasts),
            ..Holiday::on(on)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_holiday_written_as_an_event_is_read_back_the_same(holiday in holidays()) {
        let mut draft = draft();
        draft.schedules[0].import_icalendar(written(&holiday).as_bytes()).unwrap();
        prop_assert_eq!(&draft.schedules[0].holidays, &[holiday]);
    }
}
