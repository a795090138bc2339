//! Holidays: on which days they fall, by date or by rule.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::hours::Window;

/// A day, or some days, on which nobody works, or not all day.
///
/// ```
/// # use helpdesk::sla::calendar::{DayRule, Holiday, Observed};
/// let good_friday = Holiday { plus_days: -2, ..Holiday::on(DayRule::Easter) };
/// let new_year = Holiday {
///     observed: Observed::Next,
///     name: Some("New Year's Day".into()),
///     ..Holiday::on("01-01".parse()?)
/// };
/// let eve = Holiday { part: Some("12:00-24:00".parse()?), ..Holiday::on("12-24".parse()?) };
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a holiday: a map with `on`")]
pub struct Holiday {
    /// What people call it. Default nothing; at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// The day, or the rule by which it falls.
    pub on: DayRule,
    /// So many days after the day of the rule; negative: before it. At most 366 either way.
    /// Default 0. Good Friday is Easter and −2.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub plus_days: i16,
    /// How many days it lasts, 1 to 366. Default 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub days: u16,
    /// Which part of each of its days it takes; `None`, the default: the whole local date, from
    /// midnight to midnight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Window>,
    /// What happens where it falls on a weekend. Default nothing more.
    #[serde(default, skip_serializing_if = "Observed::is_no")]
    pub observed: Observed,
    /// The first year in which its rule holds: that of the date which the rule names, so that the
    /// Friday on or before 4 January, since 2022, falls on 31 December 2021 first. Default: it
    /// always did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i32>,
    /// The last year in which its rule holds. Default: it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i32>,
}

const fn one() -> u16 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
const fn is_one(days: &u16) -> bool {
    *days == 1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
const fn is_zero(days: &i16) -> bool {
    *days == 0
}

/// The day on which a holiday falls.
///
/// As text, and as data:
///
/// | text | falls on |
/// |---|---|
/// | `2026-12-25` | this one date |
/// | `12-25` | this date, every year; `02-29` in leap years only |
/// | `4th thu of nov`, `last mon of may` | the nth, or the last, such day of the month; a fifth only where there is one |
/// | `mon on or before 05-24` | the last Monday up to that date, every year |
/// | `sat on or after 06-20` | the first Saturday from that date on, every year |
/// | `easter` | Easter Sunday of the western churches |
/// | `orthodox easter` | that of the eastern churches, by its date in the civil calendar |
///
/// ```
/// # use helpdesk::sla::calendar::DayRule;
/// let thanksgiving: DayRule = "4th thu of nov".parse()?;
/// assert_eq!(
///     thanksgiving,
///     DayRule::Nth { nth: 4, weekday: chrono::Weekday::Thu, month: 11 }
/// );
/// assert_eq!(thanksgiving.in_year(2026), chrono::NaiveDate::from_ymd_opt(2026, 11, 26));
/// # Ok::<(), helpdesk::sla::calendar::CalendarSyntax>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DayRule {
    /// One date of one year.
    Date(NaiveDate),
    /// The same date of every year.
    Yearly {
        /// 1 to 12.
        month: u8,
        /// 1 to 31, as the month has them; 29 in February falls in leap years only.
        day: u8,
    },
    /// The nth such weekday of a month.
    Nth {
        /// 1 to 5; or −1 for the last, down to −5.
        nth: i8,
        /// The weekday.
        weekday: Weekday,
        /// 1 to 12.
        month: u8,
    },
    /// The first such weekday from a date on.
    OnOrAfter {
        /// The weekday.
        weekday: Weekday,
        /// 1 to 12.
        month: u8,
        /// 1 to 31, as the month has them every year.
        day: u8,
    },
    /// The last such weekday up to a date.
    OnOrBefore {
        /// The weekday.
        weekday: Weekday,
        /// 1 to 12.
        month: u8,
        /// 1 to 31, as the month has them every year.
        day: u8,
    },
    /// Easter Sunday of the western churches, by the Gregorian computus.
    Easter,
    /// Easter Sunday of the eastern churches, by the Julian computus.
    OrthodoxEaster,
}

/// What happens where a holiday falls on a weekend. The day itself stays closed in any case, as
/// nobody who lists Christmas expects to be open on it; these add a day.
///
/// The weekend is Saturday and Sunday, or what the schedule says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observed {
    /// Nothing more.
    #[default]
    No,
    /// The nearest weekday is closed, too: the Friday before a Saturday, the Monday after a
    /// Sunday, as for federal holidays of the United States.
    Nearest,
    /// The next weekday that is no whole holiday itself is closed, too, as for bank holidays of
    /// the United Kingdom: Christmas on a Saturday and Boxing Day on a Sunday give Monday and
    /// Tuesday.
    Next,
    /// As `next`, but only from a Sunday, as in South Africa.
    NextIfSunday,
}

impl Observed {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
    const fn is_no(&self) -> bool {
        matches!(self, Self::No)
    }

    /// The name, as settings and the text form write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Nearest => "nearest",
            Self::Next => "next",
            Self::NextIfSunday => "next_if_sunday",
        }
    }
}

impl Holiday {
    /// A whole day by this rule, once a year, or once.
    pub const fn on(rule: DayRule) -> Self {
        Self {
            name: None,
            on: rule,
            plus_days: 0,
            days: 1,
            part: None,
            observed: Observed::No,
            since: None,
            until: None,
        }
    }

    /// Whether it takes whole dates.
    pub(super) const fn is_whole(&self) -> bool {
        self.part.is_none()
    }

    /// The number of its first day in the year of its rule.
    pub(super) fn first_day(&self, year: i32) -> Option<i64> {
        if self.since.is_some_and(|since| year < since)
            || self.until.is_some_and(|until| year > until)
        {
            return None;
        }
        Some(day_number(self.on.in_year(year)?) + i64::from(self.plus_days))
    }
}

impl DayRule {
    /// Whether the moon has a say in it; all others come again every 400 years.
    pub(super) const fn is_easter(self) -> bool {
        match self {
            Self::Easter | Self::OrthodoxEaster => true,
            Self::Date(_)
            | Self::Yearly { .. }
            | Self::Nth { .. }
            | Self::OnOrAfter { .. }
            | Self::OnOrBefore { .. } => false,
        }
    }

    /// The date on which it falls in this year, if it does.
    pub fn in_year(self, year: i32) -> Option<NaiveDate> {
        let date =
            |month: u8, day: u8| NaiveDate::from_ymd_opt(year, u32::from(month), u32::from(day));
        match self {
            Self::Date(date) => (date.year() == year).then_some(date),
            Self::Yearly { month, day } => date(month, day),
            Self::Nth { nth, weekday, month } => {
                let first = date(month, 1)?;
                let ahead = i64::from(ahead(first.weekday(), weekday));
                let day = if nth > 0 {
                    day_number(first) + ahead + 7 * (i64::from(nth) - 1)
                } else {
                    let next = if month == 12 {
                        NaiveDate::from_ymd_opt(year.checked_add(1)?, 1, 1)?
                    } else {
                        date(month + 1, 1)?
                    };
                    let behind = i64::from(ahead_or_week(weekday, next.weekday()));
                    day_number(next) - behind + 7 * (i64::from(nth) + 1)
                };
                date_numbered(day).filter(|found| found.month() == u32::from(month))
            }
            Self::OnOrAfter { weekday, month, day } => {
                let from = date(month, day)?;
                date_numbered(day_number(from) + i64::from(ahead(from.weekday(), weekday)))
            }
            Self::OnOrBefore { weekday, month, day } => {
                let until = date(month, day)?;
                date_numbered(day_number(until) - i64::from(ahead(weekday, until.weekday())))
            }
            Self::Easter => easter(year),
            Self::OrthodoxEaster => orthodox_easter(year),
        }
    }
}

/// How many days from one weekday to the next of another, 0 to 6.
fn ahead(from: Weekday, to: Weekday) -> u32 {
    (7 + to.num_days_from_monday() - from.num_days_from_monday()) % 7
}

/// The same, 1 to 7.
fn ahead_or_week(from: Weekday, to: Weekday) -> u32 {
    match ahead(from, to) {
        0 => 7,
        days => days,
    }
}

/// Easter Sunday in the Gregorian calendar: the anonymous algorithm of 1876, also known by the
/// names of Meeus, Jones and Butcher.
fn easter(year: i32) -> Option<NaiveDate> {
    let golden = year.rem_euclid(19);
    let (century, of_century) = (year.div_euclid(100), year.rem_euclid(100));
    let moon = (century + 8).div_euclid(25);
    let sun = (century - moon + 1).div_euclid(3);
    let epact = (19 * golden + century - century.div_euclid(4) - sun + 15).rem_euclid(30);
    let week = (32 + 2 * century.rem_euclid(4) + 2 * (of_century / 4) - epact - of_century % 4)
        .rem_euclid(7);
    let late = (golden + 11 * epact + 22 * week) / 451;
    let sum = epact + week - 7 * late + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(sum / 31).ok()?, u32::try_from(sum % 31 + 1).ok()?)
}

/// Easter Sunday in the Julian calendar, by Meeus, as a date of the Gregorian one.
fn orthodox_easter(year: i32) -> Option<NaiveDate> {
    let moon = (19 * year.rem_euclid(19) + 15).rem_euclid(30);
    let week = (2 * year.rem_euclid(4) + 4 * year.rem_euclid(7) - moon + 34).rem_euclid(7);
    let sum = moon + week + 114;
    // The day that the Gregorian calendar calls so; the Julian one is behind by some days.
    let named = NaiveDate::from_ymd_opt(
        year,
        u32::try_from(sum / 31).ok()?,
        u32::try_from(sum % 31 + 1).ok()?,
    )?;
    let behind = year.div_euclid(100) - year.div_euclid(400) - 2;
    date_numbered(day_number(named) + i64::from(behind))
}

/// Days since 1970-01-01.
pub(super) fn day_number(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}

/// The date so many days after 1970-01-01.
pub(super) fn date_numbered(day: i64) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(day + 719_163).ok()?)
}

/// The weekday of a numbered day, from Monday = 0.
pub(super) fn weekday_index(day: i64) -> usize {
    usize::try_from((day + 3).rem_euclid(7)).unwrap_or(0)
}
