//! Checks calendars: every mistake, each with the path to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};

use super::draft::{CalendarDraft, ScheduleDraft};
use super::holiday::{DayRule, Holiday, Observed};
use super::hours::{WEEKDAYS, Week, Window, weekday_name};
use super::rules::Rules;
use super::table::Table;
use super::zone::Zone;
use super::{Calendar, CalendarError, Inner};
use crate::problem::{Mistake, Problems};

/// The most schedules that a calendar may join.
pub(super) const MOST_SCHEDULES: usize = 16;
/// The most windows that a day may have, from each of the lists that give windows.
pub(super) const MOST_WINDOWS: usize = 48;
/// The most dates that each of the lists by date may have.
pub(super) const MOST_DATES: usize = 10_000;
/// The most holidays that a schedule may have.
pub(super) const MOST_HOLIDAYS: usize = 2_000;
/// The most characters of a holiday's name.
pub(super) const MOST_NAME: usize = 200;

pub(super) fn check(draft: CalendarDraft) -> Result<Calendar, CalendarError> {
    let mut problems = Problems::none();
    limit("schedules", draft.schedules.len(), MOST_SCHEDULES, "schedules", &mut problems);
    if draft.schedules.is_empty() {
        problems.at("schedules", Mistake::Empty { what: "schedule" });
    }
    for (index, schedule) in draft.schedules.iter().enumerate() {
        check_schedule(&format!("schedules[{index}]"), schedule, &mut problems);
    }
    let rules = if problems.is_empty() { Rules::of(&draft) } else { None };
    match rules {
        Some(rules) if rules.opens_again() => {
            let table = Table::new();
            Ok(Calendar { inner: Arc::new(Inner { draft, rules, table }) })
        }
        Some(_) => {
            let mistake = "once the last of its dates is over it never opens again, so that no \
                           target could be reached";
            problems.at("schedules", Mistake::Contradiction(mistake));
            Err(CalendarError::of(problems))
        }
        None => Err(CalendarError::of(problems)),
    }
}

fn limit(path: &str, found: usize, most: usize, limit: &'static str, problems: &mut Problems) {
    if found > most {
        let (most, found) = (most as u64, found as u64);
        problems.at(path, Mistake::OverLimit { limit, most, found });
    }
}

fn check_schedule(path: &str, schedule: &ScheduleDraft, problems: &mut Problems) {
    if Zone::named(&schedule.zone).is_none() {
        let name: String = schedule.zone.chars().take(80).collect();
        problems.at(format!("{path}.zone"), Mistake::Unknown { what: "time zone", name });
    }
    let no_windows = |dates: &BTreeMap<NaiveDate, Vec<Window>>| dates.values().all(Vec::is_empty);
    if schedule.open.is_empty() && no_windows(&schedule.shifts) && no_windows(&schedule.extra) {
        problems.at(format!("{path}.open"), Mistake::Empty { what: "window" });
    }
    check_week(&format!("{path}.open"), &schedule.open, problems);
    check_week(&format!("{path}.breaks"), &schedule.breaks, problems);
    check_dates(&format!("{path}.date_breaks"), &schedule.date_breaks, problems);
    check_dates(&format!("{path}.shifts"), &schedule.shifts, problems);
    check_dates(&format!("{path}.extra"), &schedule.extra, problems);
    let holidays = format!("{path}.holidays");
    limit(&holidays, schedule.holidays.len(), MOST_HOLIDAYS, "holidays", problems);
    for (index, holiday) in schedule.holidays.iter().enumerate() {
        check_holiday(&format!("{holidays}[{index}]"), holiday, problems);
    }
    let weekend = format!("{path}.weekend");
    for (index, day) in schedule.weekend.iter().enumerate() {
        if schedule.weekend.iter().take(index).any(|other| other == day) {
            let name = weekday_name(*day).to_owned();
            problems.at(format!("{weekend}[{index}]"), Mistake::Twice { what: "weekday", name });
        }
    }
    let observed = schedule.holidays.iter().any(|holiday| holiday.observed != Observed::No);
    if observed && WEEKDAYS.iter().all(|day| schedule.weekend.contains(day)) {
        let mistake = "no day is left on which a holiday could be observed";
        problems.at(weekend, Mistake::Contradiction(mistake));
    }
}

fn check_week(path: &str, week: &Week, problems: &mut Problems) {
    for day in WEEKDAYS {
        let path = format!("{path}.{}", weekday_name(day));
        limit(&path, week.day(day).len(), MOST_WINDOWS, "windows", problems);
    }
}

fn check_dates(path: &str, dates: &BTreeMap<NaiveDate, Vec<Window>>, problems: &mut Problems) {
    limit(path, dates.len(), MOST_DATES, "dates", problems);
    for (date, windows) in dates {
        let path = format!("{path}.{date}");
        check_year(&path, date.year(), problems);
        limit(&path, windows.len(), MOST_WINDOWS, "windows", problems);
    }
}

fn check_year(path: &str, year: i32, problems: &mut Problems) {
    range(path, i64::from(year), 1, 9999, "a year from 1 to 9999", problems);
}

fn range(
    path: &str,
    found: i64,
    least: i64,
    most: i64,
    expected: &'static str,
    problems: &mut Problems,
) {
    if !(least..=most).contains(&found) {
        problems.at(path, Mistake::OutOfRange { found: found.to_string(), expected });
    }
}

fn check_holiday(path: &str, holiday: &Holiday, problems: &mut Problems) {
    check_rule(&format!("{path}.on"), holiday.on, problems);
    let plus = i64::from(holiday.plus_days);
    range(&format!("{path}.plus_days"), plus, -366, 366, "-366 to 366 days", problems);
    let days = i64::from(holiday.days);
    range(&format!("{path}.days"), days, 1, 366, "1 to 366 days", problems);
    for (name, year) in [("since", holiday.since), ("until", holiday.until)] {
        if let Some(year) = year {
            check_year(&format!("{path}.{name}"), year, problems);
        }
    }
    if let (Some(since), Some(until)) = (holiday.since, holiday.until)
        && since > until
    {
        let mistake = "it ends before it begins";
        problems.at(format!("{path}.until"), Mistake::Contradiction(mistake));
    }
    if holiday.observed != Observed::No && (holiday.days != 1 || holiday.part.is_some()) {
        let mistake = "only a holiday of one whole day can be observed on another";
        problems.at(format!("{path}.observed"), Mistake::Contradiction(mistake));
    }
    if let Some(name) = &holiday.name {
        limit(
            &format!("{path}.name"),
            name.chars().count(),
            MOST_NAME,
            "characters of a holiday's name",
            problems,
        );
    }
}

fn check_rule(path: &str, rule: DayRule, problems: &mut Problems) {
    // A year with a 29th of February, or one without.
    let exists = |year: i32, month: u8, day: u8| {
        NaiveDate::from_ymd_opt(year, u32::from(month), u32::from(day)).is_some()
    };
    let mut out = |found: String, expected: &'static str| {
        problems.at(path, Mistake::OutOfRange { found, expected });
    };
    match rule {
        DayRule::Date(date) => check_year(path, date.year(), problems),
        DayRule::Yearly { month, day } if !exists(2000, month, day) => {
            out(format!("{month:02}-{day:02}"), "a date such as `12-25`");
        }
        DayRule::Nth { nth, month, .. } if nth == 0 || !(-5..=5).contains(&nth) || month == 0 => {
            out(format!("{nth} in month {month}"), "1 to 5, or -1 to -5, in month 1 to 12");
        }
        DayRule::Nth { month, .. } if month > 12 => {
            out(format!("month {month}"), "1 to 12");
        }
        DayRule::OnOrAfter { month, day, .. } | DayRule::OnOrBefore { month, day, .. }
            if !exists(2001, month, day) =>
        {
            out(format!("{month:02}-{day:02}"), "a date that every year has, such as `05-24`");
        }
        DayRule::Yearly { .. }
        | DayRule::Nth { .. }
        | DayRule::OnOrAfter { .. }
        | DayRule::OnOrBefore { .. }
        | DayRule::Easter
        | DayRule::OrthodoxEaster => {}
    }
}
