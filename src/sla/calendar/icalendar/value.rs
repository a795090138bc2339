//! The values of properties: days, times, durations and texts.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::lines::Line;
use super::{Fault, Reason};
use crate::condition::text::shortened;
use crate::sla::calendar::hours::DAY;

const A_DAY: &str = "a date such as `20261225`, or a time such as `20261224T120000`";
const A_DURATION: &str = "a length such as `P1D`, `P2W` or `PT12H`";

/// A day, or a local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Date(NaiveDate),
    Time(NaiveDateTime),
}

impl When {
    pub(super) fn date(self) -> NaiveDate {
        match self {
            Self::Date(date) => date,
            Self::Time(time) => time.date(),
        }
    }

    /// Seconds since midnight.
    pub(super) fn second(self) -> i64 {
        match self {
            Self::Date(_) => 0,
            Self::Time(time) => (time - midnight(time.date())).num_seconds(),
        }
    }

    /// The same time on another date.
    pub(super) fn on(self, date: NaiveDate) -> Self {
        match self {
            Self::Date(_) => Self::Date(date),
            Self::Time(time) => Self::Time(date.and_time(time.time())),
        }
    }

    pub(super) fn is_like(self, other: Self) -> bool {
        matches!((self, other), (Self::Date(_), Self::Date(_)) | (Self::Time(_), Self::Time(_)))
    }
}

pub(super) fn midnight(date: NaiveDate) -> NaiveDateTime {
    date.and_time(NaiveTime::MIN)
}

pub(super) fn wrong(line: &Line<'_>, property: &'static str, expected: &'static str) -> Fault {
    let found = shortened(&line.value);
    Fault::new(line.number, Reason::Value { property, found, expected })
}

pub(super) fn unsupported(
    line: &Line<'_>,
    property: &'static str,
    part: &str,
    why: &'static str,
) -> Fault {
    let part = shortened(part);
    Fault::new(line.number, Reason::Unsupported { property, part, why })
}

/// The days or times of a property, with commas between.
pub(super) fn whens(
    line: &Line<'_>,
    property: &'static str,
    zone: &str,
) -> Result<Vec<When>, Fault> {
    let kind = line.param("VALUE").map(str::to_ascii_uppercase);
    if kind.as_deref() == Some("PERIOD") {
        let why = "days and times can, and periods cannot";
        return Err(unsupported(line, property, "VALUE=PERIOD", why));
    }
    if let Some(other) = line.param("TZID").filter(|other| *other != zone) {
        let why = "times must be without a time zone, or in that of the schedule";
        return Err(unsupported(line, property, &format!("TZID={other}"), why));
    }
    let dates_only = kind.as_deref() == Some("DATE");
    let when = |text: &str| {
        let text = text.trim();
        if text.ends_with(['Z', 'z']) && text.contains(['T', 't']) && !is_utc(zone) {
            let why = "its local time is not the same all year; times must be local ones";
            return Err(unsupported(line, property, text, why));
        }
        match time(text) {
            Some((when, _)) if !dates_only || matches!(when, When::Date(_)) => Ok(when),
            Some(_) | None => Err(wrong(line, property, A_DAY)),
        }
    };
    line.value.split(',').map(when).collect()
}

/// The one day or time of a property.
pub(super) fn when(line: &Line<'_>, property: &'static str, zone: &str) -> Result<When, Fault> {
    match *whens(line, property, zone)? {
        [when] => Ok(when),
        _ => Err(wrong(line, property, A_DAY)),
    }
}

fn is_utc(zone: &str) -> bool {
    matches!(zone, "Etc/UTC" | "UTC" | "Etc/UCT" | "UCT" | "Etc/Zulu" | "Zulu")
}

/// A date or a time, and whether it is one of UTC.
pub(super) fn time(text: &str) -> Option<(When, bool)> {
    let (text, utc) = match text.strip_suffix(['Z', 'z']) {
        Some(text) => (text, true),
        None => (text, false),
    };
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    if date.len() != 8 || (utc && time.is_none()) {
        return None;
    }
    let year = i32::try_from(digits(date.get(..4)?)?).ok().filter(|year| *year > 0)?;
    let date = NaiveDate::from_ymd_opt(year, digits(date.get(4..6)?)?, digits(date.get(6..)?)?)?;
    let Some(time) = time else { return Some((When::Date(date), false)) };
    if time.len() != 6 {
        return None;
    }
    let (hour, minute, second) = (time.get(..2)?, time.get(2..4)?, time.get(4..)?);
    let time = date.and_hms_opt(digits(hour)?, digits(minute)?, digits(second)?)?;
    Some((When::Time(time), utc))
}

/// A number of up to nine digits.
pub(super) fn digits(text: &str) -> Option<u32> {
    let all = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if all { text.parse().ok() } else { None }
}

/// A length in seconds; that of days alone, where only days may be.
pub(super) fn duration(line: &Line<'_>, days_only: bool) -> Result<i64, Fault> {
    let value = line.value.trim();
    let value = value.strip_prefix('+').unwrap_or(value);
    let length = value.strip_prefix(['P', 'p']).and_then(length);
    match length {
        Some(length) if !days_only || length % DAY == 0 => Ok(length),
        Some(_) | None => Err(wrong(line, "DURATION", A_DURATION)),
    }
}

fn length(text: &str) -> Option<i64> {
    let (days, time) = match text.split_once(['T', 't']) {
        Some((days, time)) if !time.is_empty() => (days, time),
        Some(_) => return None,
        None if text.is_empty() => return None,
        None => (text, ""),
    };
    let days = sum(days, &[('W', 7 * DAY), ('D', DAY)])?;
    Some(days + sum(time, &[('H', 3600), ('M', 60), ('S', 1)])?)
}

/// Numbers, each with its unit after it, in the units' order.
fn sum(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut sum = 0;
    for (unit, seconds) in units {
        let ends = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, rest) = text.split_at(ends);
        if let Some(rest) = rest.strip_prefix([*unit, unit.to_ascii_lowercase()]) {
            sum += i64::from(digits(number)?) * seconds;
            text = rest;
        }
    }
    text.is_empty().then_some(sum)
}

/// A text without its escapes.
pub(super) fn plain(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(other) => text.push(other),
                None => text.push('\\'),
            },
            plain => text.push(plain),
        }
    }
    text
}

/// Texts with commas between, without their escapes.
pub(super) fn list(value: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut begins = 0;
    let mut escaped = false;
    for (at, c) in value.char_indices() {
        if c == ',' && !escaped {
            texts.push(plain(value.get(begins..at).unwrap_or("")));
            begins = at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    texts.push(plain(value.get(begins..).unwrap_or("")));
    texts.retain(|text| !text.trim().is_empty());
    texts
}
