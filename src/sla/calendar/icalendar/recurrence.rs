//! What recurs every year, as the rules of holidays: exactly the same days, or none.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, Weekday};

use super::lines::Line;
use super::value::{When, digits, midnight, time, unsupported, wrong};
use super::{Fault, MOST_COUNTED, MOST_DAYS, Reason};
use crate::sla::calendar::holiday::{DayRule, date_numbered, day_number};
use crate::sla::calendar::hours::{DAY, weekday_name};
use crate::sla::calendar::zone::Zone;

const LAST_YEAR: i32 = 9999;
const A_RULE: &str = "a rule such as `FREQ=YEARLY;BYMONTH=11;BYDAY=4TH`";

/// A rule, and the years in which it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) on: DayRule,
    pub(super) plus_days: i16,
    pub(super) since: Option<i32>,
    pub(super) until: Option<i32>,
}

impl Run {
    pub(super) const fn once(date: NaiveDate) -> Self {
        Self { on: DayRule::Date(date), plus_days: 0, since: None, until: None }
    }

    /// Whether it falls on this date.
    pub(super) fn takes(&self, date: NaiveDate) -> bool {
        let year = date.year();
        self.since.is_none_or(|since| since <= year)
            && self.until.is_none_or(|until| year <= until)
            && Days { on: self.on, plus: self.plus_days }.date(year) == Some(date)
    }
}

/// A day of every year, or of those that have it. It never leaves the year of its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Days {
    on: DayRule,
    plus: i16,
}

impl Days {
    const fn on(on: DayRule) -> Self {
        Self { on, plus: 0 }
    }

    fn date(self, year: i32) -> Option<NaiveDate> {
        date_numbered(day_number(self.on.in_year(year)?) + i64::from(self.plus))
    }
}

/// The parts of an `RRULE`.
#[derive(Default)]
struct Parts {
    interval: Option<u32>,
    count: Option<u32>,
    until: Option<(When, bool)>,
    months: Option<Vec<u8>>,
    month_days: Option<Vec<i32>>,
    weekdays: Option<Vec<(Option<i32>, Weekday)>>,
}

/// The runs of an event's `RRULE`, but for the days that are excluded.
pub(super) fn runs(
    line: &Line<'_>,
    start: When,
    zone: &str,
    excluded: &BTreeSet<NaiveDate>,
) -> Result<Vec<Run>, Fault> {
    let parts = parts(line)?;
    let mut days: Vec<Days> = Vec::new();
    for day in all_days(line, start, &parts)? {
        if !days.contains(&day) {
            days.push(day);
        }
    }
    let first = start.date();
    if !days.iter().any(|day| day.date(first.year()) == Some(first)) {
        let why = "the event's first day is none of its days";
        return Err(unsupported(line, "RRULE", &line.value, why));
    }
    let in_time = |date: NaiveDate| match parts.until {
        Some(until) => is_until(start.on(date), until, zone),
        None => true,
    };
    if !in_time(first) {
        let why = "it ends before the event's first day";
        return Err(unsupported(line, "RRULE", &line.value, why));
    }
    let interval = parts.interval.unwrap_or(1);
    if interval > 1 {
        if parts.count.is_none() && parts.until.is_none() {
            let why = "without an end, only every year can";
            return Err(unsupported(line, "RRULE", &format!("INTERVAL={interval}"), why));
        }
        let dates = counted(&days, first, interval, parts.count, in_time);
        if dates.len() > MOST_DAYS {
            let (most, found) = (MOST_DAYS as u64, dates.len() as u64);
            let reason = Reason::OverLimit { limit: "days of an `RRULE`", most, found };
            return Err(Fault::new(line.number, reason));
        }
        return Ok(dates.into_iter().filter(|at| !excluded.contains(at)).map(Run::once).collect());
    }
    let dates = parts.count.map(|_| counted(&days, first, 1, parts.count, in_time));
    let mut runs = Vec::new();
    for day in days {
        let begins = first.year();
        let late = day.date(begins).is_some_and(|date| date < first);
        let since = begins + i32::from(late);
        let until = match &dates {
            Some(dates) => {
                let counts = |date: &&NaiveDate| day.date(date.year()) == Some(**date);
                let Some(last) = dates.iter().rev().find(counts) else { continue };
                Some(last.year())
            }
            None => parts.until.map(|(until, utc)| last_year(until, utc, since, day, in_time)),
        };
        split(day, since, until, excluded, &mut runs);
    }
    Ok(runs)
}

/// The last year whose day is not too late.
fn last_year(
    until: When,
    utc: bool,
    since: i32,
    day: Days,
    in_time: impl Fn(NaiveDate) -> bool,
) -> i32 {
    let late = |year: i32| day.date(year).is_some_and(|date| !in_time(date));
    let mut year = (until.date().year() + i32::from(utc)).min(LAST_YEAR);
    while year >= since && late(year) {
        year -= 1;
    }
    year
}

/// A day's years without those in which it is excluded.
fn split(
    day: Days,
    since: i32,
    until: Option<i32>,
    excluded: &BTreeSet<NaiveDate>,
    runs: &mut Vec<Run>,
) {
    let mut from = since;
    let last = until.unwrap_or(LAST_YEAR);
    let mut push = |from: i32, until: i32, ends: Option<i32>| {
        if from > until {
            return;
        }
        runs.push(match day.date(from) {
            Some(date) if from == until => Run::once(date),
            Some(_) | None => {
                Run { on: day.on, plus_days: day.plus, since: Some(from), until: ends }
            }
        });
    };
    for date in excluded {
        let year = date.year();
        if (from..=last).contains(&year) && day.date(year) == Some(*date) {
            push(from, year - 1, Some(year - 1));
            from = year + 1;
        }
    }
    push(from, last, until);
}

/// The days from the first on, so many or until the end, in every so many years.
fn counted(
    days: &[Days],
    first: NaiveDate,
    interval: u32,
    count: Option<u32>,
    in_time: impl Fn(NaiveDate) -> bool,
) -> BTreeSet<NaiveDate> {
    let mut found = BTreeSet::new();
    let most = count.map_or(MOST_DAYS + 1, |count| count as usize);
    let interval = usize::try_from(interval).unwrap_or(usize::MAX);
    for year in (first.year()..=LAST_YEAR).step_by(interval) {
        let dates: BTreeSet<NaiveDate> = days.iter().filter_map(|day| day.date(year)).collect();
        for date in dates.into_iter().filter(|date| *date >= first) {
            if found.len() >= most || !in_time(date) {
                return found;
            }
            found.insert(date);
        }
    }
    found
}

/// Whether a day of the event is not after the rule's end. Of days, the end's date counts; of
/// times, the instant where the end is one of UTC.
fn is_until(when: When, (until, utc): (When, bool), zone: &str) -> bool {
    match (when, until) {
        (When::Time(local), When::Time(until)) => {
            let seconds = |time: chrono::NaiveDateTime| time.and_utc().timestamp();
            let zone = if utc { Zone::named(zone) } else { None };
            match zone {
                Some(zone) => {
                    let at = seconds(local);
                    zone.offsets(at - 2 * DAY, at + 2 * DAY).instant(at) <= seconds(until)
                }
                None => local <= until,
            }
        }
        (When::Time(local), When::Date(until)) => local.date() <= until,
        (When::Date(date), until) => midnight(date) <= midnight(until.date()),
    }
}

fn parts(line: &Line<'_>) -> Result<Parts, Fault> {
    let mut named = BTreeMap::new();
    for part in line.value.trim().split(';').filter(|part| !part.is_empty()) {
        let Some((name, value)) = part.split_once('=') else {
            return Err(wrong(line, "RRULE", A_RULE));
        };
        let twice = named.insert(name.to_ascii_uppercase(), value.to_ascii_uppercase());
        if twice.is_some() {
            return Err(wrong(line, "RRULE", "a rule with each part once"));
        }
    }
    match named.get("FREQ") {
        None => return Err(wrong(line, "RRULE", A_RULE)),
        Some(freq) if freq != "YEARLY" => {
            let part = format!("FREQ={freq}");
            return Err(unsupported(line, "RRULE", &part, "only `FREQ=YEARLY` can"));
        }
        Some(_) => {}
    }
    let mut parts = Parts::default();
    for (name, value) in &named {
        let part = || format!("{name}={value}");
        match name.as_str() {
            "FREQ" => {}
            "WKST" => {
                weekday(value).ok_or_else(|| wrong(line, "RRULE", "`WKST=MO` or another day"))?;
            }
            "INTERVAL" => {
                let interval = digits(value).filter(|interval| *interval > 0);
                let expected = "a rule with an `INTERVAL` of 1 or more";
                parts.interval = Some(interval.ok_or_else(|| wrong(line, "RRULE", expected))?);
            }
            "COUNT" => {
                let expected = "a rule with a `COUNT` of 1 or more";
                let count = digits(value).filter(|count| *count > 0);
                let count = count.ok_or_else(|| wrong(line, "RRULE", expected))?;
                if count > MOST_COUNTED {
                    let (most, found) = (MOST_COUNTED.into(), count.into());
                    let reason = Reason::OverLimit { limit: "days by `COUNT`", most, found };
                    return Err(Fault::new(line.number, reason));
                }
                parts.count = Some(count);
            }
            "UNTIL" => {
                let expected = "a rule with an `UNTIL` such as `20301231`";
                parts.until = Some(time(value).ok_or_else(|| wrong(line, "RRULE", expected))?);
            }
            "BYMONTH" => {
                let expected = "a rule with months from 1 to 12";
                let months = numbers(value, 1..=12).and_then(|months| {
                    months.into_iter().map(|month| u8::try_from(month).ok()).collect()
                });
                parts.months = Some(months.ok_or_else(|| wrong(line, "RRULE", expected))?);
            }
            "BYMONTHDAY" => {
                let expected = "a rule with days of months from 1 to 31, or -1 to -31";
                let days = numbers(value, -31..=31).filter(|days| !days.contains(&0));
                parts.month_days = Some(days.ok_or_else(|| wrong(line, "RRULE", expected))?);
            }
            "BYDAY" => {
                let expected = "a rule with days of weeks such as `MO`, `4TH` or `-1MO`";
                let days: Option<Vec<_>> = value.split(',').map(nth_weekday).collect();
                parts.weekdays = Some(days.ok_or_else(|| wrong(line, "RRULE", expected))?);
            }
            _ => {
                let why = "holidays have no such rule";
                return Err(unsupported(line, "RRULE", &part(), why));
            }
        }
    }
    if parts.count.is_some() && parts.until.is_some() {
        return Err(wrong(line, "RRULE", "a rule with one of `COUNT` and `UNTIL`"));
    }
    Ok(parts)
}

/// The days of every year on which it falls.
fn all_days(line: &Line<'_>, start: When, parts: &Parts) -> Result<Vec<Days>, Fault> {
    let first = start.date();
    let of_first = (first.month() as u8, first.day() as i32);
    let every_month: Vec<u8> = (1..=12).collect();
    let months = parts.months.as_ref();
    let mut days = Vec::new();
    match (&parts.weekdays, &parts.month_days) {
        (None, None) => {
            for month in months.unwrap_or(&vec![of_first.0]) {
                days.extend(day_of_month(line, *month, of_first.1)?);
            }
        }
        (None, Some(of_month)) => {
            for month in months.unwrap_or(&every_month) {
                for day in of_month {
                    days.extend(day_of_month(line, *month, *day)?);
                }
            }
        }
        (Some(weekdays), None) => {
            for (nth, weekday) in weekdays {
                days.extend(nth_of(line, *nth, *weekday, months)?);
            }
        }
        (Some(weekdays), Some(of_month)) => {
            for month in months.unwrap_or(&every_month) {
                for (nth, weekday) in weekdays {
                    days.push(in_a_row(line, *month, of_month, *nth, *weekday)?);
                }
            }
        }
    }
    Ok(days)
}

/// A day of a month, from its beginning or, negative, from its end; none where no year has it.
fn day_of_month(line: &Line<'_>, month: u8, day: i32) -> Result<Option<Days>, Fault> {
    let longest = i32::from(longest(month));
    if day.abs() > longest {
        return Ok(None);
    }
    if day > 0 || month != 2 {
        let day = if day > 0 { day } else { longest + 1 + day };
        let day = u8::try_from(day).unwrap_or(1);
        return Ok(Some(Days::on(DayRule::Yearly { month, day })));
    }
    if day == -29 {
        let why = "it is the first of February in leap years only";
        return Err(unsupported(line, "RRULE", "BYMONTHDAY=-29", why));
    }
    // The end of February moves; the day after it does not.
    let plus = i16::try_from(day).unwrap_or(0);
    Ok(Some(Days { on: DayRule::Yearly { month: 3, day: 1 }, plus }))
}

/// The nth weekdays of months, or of the year.
fn nth_of(
    line: &Line<'_>,
    nth: Option<i32>,
    weekday: Weekday,
    months: Option<&Vec<u8>>,
) -> Result<Vec<Days>, Fault> {
    let rule = |nth: i8, month: u8| Days::on(DayRule::Nth { nth, weekday, month });
    let small = |most: i32| {
        let few = nth.filter(|nth| nth.abs() <= most).and_then(|nth| i8::try_from(nth).ok());
        few.ok_or_else(|| {
            let why = match (nth, months) {
                (None, _) => "without a month it is every week's",
                (Some(_), None) => "holidays count weekdays within a month",
                (Some(_), Some(_)) => "no month has so many of them",
            };
            let nth = nth.map(|nth| nth.to_string()).unwrap_or_default();
            let day: String = weekday_name(weekday).chars().take(2).collect();
            let part = format!("BYDAY={nth}{}", day.to_ascii_uppercase());
            unsupported(line, "RRULE", &part, why)
        })
    };
    match (months, nth) {
        (Some(months), None) => {
            let of = |month: &u8| (1..=5).map(|nth| rule(nth, *month)).collect::<Vec<_>>();
            Ok(months.iter().flat_map(of).collect())
        }
        (Some(months), Some(_)) => {
            let nth = small(5)?;
            Ok(months.iter().map(|month| rule(nth, *month)).collect())
        }
        (None, _) => {
            let nth = small(4)?;
            Ok(vec![rule(nth, if nth > 0 { 1 } else { 12 })])
        }
    }
}

/// The one such weekday in seven days in a row.
fn in_a_row(
    line: &Line<'_>,
    month: u8,
    days: &[i32],
    nth: Option<i32>,
    weekday: Weekday,
) -> Result<Days, Fault> {
    let days: BTreeSet<i32> = days.iter().copied().collect();
    let shortest = if month == 2 { 28 } else { i32::from(longest(month)) };
    let first = days.first().copied().unwrap_or(0);
    let row = days.len() == 7 && days.last() == Some(&(first + 6));
    match u8::try_from(first) {
        Ok(day) if row && nth.is_none() && day > 0 && first + 6 <= shortest => {
            Ok(Days::on(DayRule::OnOrAfter { weekday, month, day }))
        }
        Ok(_) | Err(_) => {
            let why = "only with seven days in a row that every year has, and without a number";
            Err(unsupported(line, "RRULE", "BYMONTHDAY with BYDAY", why))
        }
    }
}

/// How many days a month has, in leap years.
fn longest(month: u8) -> u8 {
    match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Numbers with commas between, each within a range.
fn numbers(value: &str, within: RangeInclusive<i32>) -> Option<Vec<i32>> {
    value.split(',').map(|text| signed(text).filter(|number| within.contains(number))).collect()
}

fn signed(text: &str) -> Option<i32> {
    let (sign, number) = match text.strip_prefix('-') {
        Some(number) => (-1, number),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    i32::try_from(digits(number)?).ok().map(|number| sign * number)
}

/// `MO`, `4TH` or `-1MO`.
fn nth_weekday(text: &str) -> Option<(Option<i32>, Weekday)> {
    let (nth, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let nth = if nth.is_empty() { None } else { Some(signed(nth).filter(|nth| *nth != 0)?) };
    Some((nth, weekday(day)?))
}

fn weekday(text: &str) -> Option<Weekday> {
    match text {
        "MO" => Some(Weekday::Mon),
        "TU" => Some(Weekday::Tue),
        "WE" => Some(Weekday::Wed),
        "TH" => Some(Weekday::Thu),
        "FR" => Some(Weekday::Fri),
        "SA" => Some(Weekday::Sat),
        "SU" => Some(Weekday::Sun),
        _ => None,
    }
}
