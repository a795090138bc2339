//! Prints the text form of calendars.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{NaiveDate, TimeDelta, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::condition::text::{is_plain, write_quoted};
use crate::sla::calendar::draft::{CalendarDraft, ScheduleDraft, is_weekend};
use crate::sla::calendar::holiday::{DayRule, Holiday, Observed};
use crate::sla::calendar::hours::{WEEKDAYS, Week, Window, weekday_name};
use crate::sla::calendar::{Calendar, CalendarSyntax};

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const ORDINALS: [&str; 5] = ["1st", "2nd", "3rd", "4th", "5th"];

/// The month of this name, from 1.
pub(super) fn month_named(name: &str) -> Option<u8> {
    let place = MONTHS.iter().position(|month| *month == name)?;
    u8::try_from(place + 1).ok()
}

/// The number of this ordinal, from 1.
pub(super) fn ordinal_named(name: &str) -> Option<i8> {
    let place = ORDINALS.iter().position(|ordinal| *ordinal == name)?;
    i8::try_from(place + 1).ok()
}

/// Prints the text form, a statement a line: a draft that passes the checks reads back the same.
///
/// ```
/// # use helpdesk::CalendarDraft;
/// let draft: CalendarDraft =
///     "zone Etc/UTC; open mon,tue 09:00-17:00; open wed 09:00-17:00; open sat-sun 10:00-12:00"
///         .parse()?;
/// assert_eq!(
///     draft.to_string(),
///     "zone Etc/UTC\nopen mon-wed 09:00-17:00\nopen sat-sun 10:00-12:00\n"
/// );
/// # Ok::<(), helpdesk::sla::calendar::CalendarSyntax>(())
/// ```
impl fmt::Display for CalendarDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.schedules.iter().try_for_each(|schedule| write_schedule(f, schedule))
    }
}

/// Prints the [text form](CalendarDraft#impl-Display-for-CalendarDraft).
impl fmt::Display for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.draft(), f)
    }
}

fn write_schedule(f: &mut fmt::Formatter<'_>, schedule: &ScheduleDraft) -> fmt::Result {
    f.write_str("zone ")?;
    if is_plain(&schedule.zone) {
        f.write_str(&schedule.zone)?;
    } else {
        write_quoted(f, &schedule.zone)?;
    }
    f.write_str("\n")?;
    if schedule.open == Week::always() {
        f.write_str("open always\n")?;
    } else {
        write_week(f, "open", &schedule.open)?;
    }
    write_week(f, "break", &schedule.breaks)?;
    write_dates(f, "break", "none", &schedule.date_breaks)?;
    write_dates(f, "shift", "closed", &schedule.shifts)?;
    write_dates(f, "extra", "none", &schedule.extra)?;
    for holiday in &schedule.holidays {
        write_holiday(f, holiday)?;
    }
    if !is_weekend(&schedule.weekend) {
        let days: Vec<&str> = schedule.weekend.iter().map(|day| weekday_name(*day)).collect();
        let days = if days.is_empty() { "none".to_owned() } else { days.join(", ") };
        writeln!(f, "weekend {days}")?;
    }
    Ok(())
}

/// A line for the days that have the same windows.
fn write_week(f: &mut fmt::Formatter<'_>, word: &str, week: &Week) -> fmt::Result {
    for (place, day) in WEEKDAYS.iter().enumerate() {
        let windows = week.day(*day);
        let told = WEEKDAYS.iter().take(place).any(|other| week.day(*other) == windows);
        if windows.is_empty() || told {
            continue;
        }
        let same = WEEKDAYS.into_iter().filter(|other| week.day(*other) == windows);
        write!(f, "{word} {} ", days(same))?;
        write_windows(f, windows)?;
    }
    Ok(())
}

/// Weekdays, those in a row as a range.
fn days(of: impl Iterator<Item = Weekday>) -> String {
    let mut runs: Vec<(Weekday, Weekday)> = Vec::new();
    for day in of {
        match runs.last_mut() {
            Some((_, last)) if last.succ() == day => *last = day,
            Some(_) | None => runs.push((day, day)),
        }
    }
    let runs: Vec<String> = runs
        .into_iter()
        .map(|(first, last)| match (first, last) {
            (Weekday::Mon, Weekday::Sun) => "daily".to_owned(),
            (first, last) if first == last => weekday_name(first).to_owned(),
            (first, last) => format!("{}-{}", weekday_name(first), weekday_name(last)),
        })
        .collect();
    runs.join(", ")
}

fn write_dates(
    f: &mut fmt::Formatter<'_>,
    word: &str,
    none: &str,
    dates: &BTreeMap<NaiveDate, Vec<Window>>,
) -> fmt::Result {
    for (date, windows) in dates {
        write!(f, "{word} {date} ")?;
        if windows.is_empty() {
            writeln!(f, "{none}")?;
        } else {
            write_windows(f, windows)?;
        }
    }
    Ok(())
}

fn write_windows(f: &mut fmt::Formatter<'_>, windows: &[Window]) -> fmt::Result {
    for (place, window) in windows.iter().enumerate() {
        write!(f, "{}{window}", if place == 0 { "" } else { ", " })?;
    }
    f.write_str("\n")
}

fn write_holiday(f: &mut fmt::Formatter<'_>, holiday: &Holiday) -> fmt::Result {
    write!(f, "holiday {}", holiday.on)?;
    if holiday.plus_days != 0 {
        write!(f, " {:+}", holiday.plus_days)?;
    }
    if holiday.days != 1 {
        let more = TimeDelta::days(i64::from(holiday.days) - 1);
        match holiday.on {
            DayRule::Date(first)
                if holiday.plus_days == 0
                    && let Some(last) = first.checked_add_signed(more) =>
            {
                write!(f, " to {last}")?;
            }
            _ => write!(f, " for {} days", holiday.days)?,
        }
    }
    if let Some(part) = holiday.part {
        write!(f, " {part}")?;
    }
    if holiday.observed != Observed::No {
        write!(f, " observed {}", holiday.observed.as_str())?;
    }
    if let Some(since) = holiday.since {
        write!(f, " since {since}")?;
    }
    if let Some(until) = holiday.until {
        write!(f, " until {until}")?;
    }
    if let Some(name) = &holiday.name {
        f.write_str(" ")?;
        write_quoted(f, name)?;
    }
    f.write_str("\n")
}

impl fmt::Display for DayRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Date(date) => fmt::Display::fmt(&date, f),
            Self::Yearly { month, day } => write!(f, "{month:02}-{day:02}"),
            Self::Nth { nth, weekday, month } => {
                let name = |names: &[&'static str], place: u8| {
                    let place = usize::from(place).checked_sub(1);
                    place.and_then(|place| names.get(place).copied()).unwrap_or("?")
                };
                if nth != -1 {
                    write!(f, "{} ", name(&ORDINALS, nth.unsigned_abs()))?;
                }
                let last = if nth < 0 { "last " } else { "" };
                write!(f, "{last}{} of {}", weekday_name(weekday), name(&MONTHS, month))
            }
            Self::OnOrAfter { weekday, month, day } => {
                write!(f, "{} on or after {month:02}-{day:02}", weekday_name(weekday))
            }
            Self::OnOrBefore { weekday, month, day } => {
                write!(f, "{} on or before {month:02}-{day:02}", weekday_name(weekday))
            }
            Self::Easter => f.write_str("easter"),
            Self::OrthodoxEaster => f.write_str("orthodox easter"),
        }
    }
}

/// As data it is its text.
impl Serialize for DayRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DayRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|error: CalendarSyntax| {
            serde::de::Error::custom(error.inside("not the day of a holiday"))
        })
    }
}
