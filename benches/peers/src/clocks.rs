//! workclock and ule-hours: the calendar of the workloads, and calendars from drafts of this crate.

use std::error::Error;

use chrono::{Datelike, NaiveDate, Weekday};
use helpdesk::sla::calendar::{Holiday, ScheduleDraft, Window};
use jiff::civil::{Date, Time, Weekday as Day};
use jiff::{SignedDuration, Timestamp};
use workclock::{Break, Holidays, Schedule, Weekdays, WorkDay};

use crate::calendar::Hours;
use crate::hours::{HOLIDAYS, WINDOWS, ZONE};

/// The weekdays of both sides.
const DAYS: [(Weekday, Day); 7] = [
    (Weekday::Mon, Day::Monday),
    (Weekday::Tue, Day::Tuesday),
    (Weekday::Wed, Day::Wednesday),
    (Weekday::Thu, Day::Thursday),
    (Weekday::Fri, Day::Friday),
    (Weekday::Sat, Day::Saturday),
    (Weekday::Sun, Day::Sunday),
];

fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

/// The dates that holidays take in the years that are asked about.
fn dates(holidays: &[Holiday]) -> Vec<Date> {
    let of = |holiday: &Holiday| -> Vec<NaiveDate> {
        let years = (2018..=2032).filter(|year| {
            holiday.since.is_none_or(|since| since <= *year)
                && holiday.until.is_none_or(|until| *year <= until)
        });
        let firsts = years.filter_map(|year| holiday.on.in_year(year));
        let first_day = chrono::TimeDelta::days(holiday.plus_days.into());
        firsts.flat_map(|first| (first + first_day).iter_days().take(holiday.days.into())).collect()
    };
    let all = holidays.iter().flat_map(of);
    all.map(|date| Date::new(date.year() as i16, date.month() as i8, date.day() as i8).unwrap())
        .collect()
}

/// A time of day; the midnight that ends a day is that which begins the next.
fn time(seconds: u32) -> Time {
    let part = |number: u32| i8::try_from(number).unwrap();
    Time::new(part(seconds / 3600 % 24), part(seconds / 60 % 60), part(seconds % 60), 0).unwrap()
}

pub(crate) struct Workclock(Schedule);

impl Workclock {
    pub(crate) fn workload() -> Result<Self, Box<dyn Error>> {
        let mut schedule = ScheduleDraft::in_zone(ZONE);
        schedule.open =
            helpdesk::sla::calendar::Week::weekdays(WINDOWS.map(|window| window.parse().unwrap()));
        schedule.holidays = holidays()?;
        Self::of(&schedule)
    }

    /// A schedule without dates of its own.
    pub(crate) fn of(draft: &ScheduleDraft) -> Result<Self, Box<dyn Error>> {
        let mut builder = Schedule::builder().time_zone(&draft.zone);
        for (ours, theirs) in DAYS {
            let days: Weekdays = [theirs].into_iter().collect();
            let times =
                |window: &Window| (time(window.from().seconds()), time(window.to().seconds()));
            for (from, to) in draft.open.day(ours).iter().map(times) {
                builder = builder.rule(WorkDay::new(from, to, days));
            }
            for (from, to) in draft.breaks.day(ours).iter().map(times) {
                builder = builder.rule(Break::new(from, to, days));
            }
        }
        Ok(Self(builder.rule(Holidays::new(dates(&draft.holidays))).build()?))
    }
}

impl Hours for Workclock {
    const NAME: &'static str = "workclock";
    const ROUNDS: usize = 3;

    fn add(&self, from: i64, seconds: i64) -> i64 {
        let seconds = SignedDuration::from_secs(seconds);
        self.0.add(timestamp(from), seconds).unwrap().as_second()
    }

    fn between(&self, from: i64, to: i64) -> i64 {
        self.0.between(timestamp(from), timestamp(to)).as_secs()
    }
}

pub(crate) struct UleHours(ule_hours::Schedule);

impl UleHours {
    pub(crate) fn workload() -> Result<Self, Box<dyn Error>> {
        let mut schedule = ScheduleDraft::in_zone(ZONE);
        schedule.open =
            helpdesk::sla::calendar::Week::weekdays(WINDOWS.map(|window| window.parse().unwrap()));
        schedule.holidays = holidays()?;
        Self::of(&schedule)
    }

    /// A schedule without dates of its own and without breaks, its windows in order.
    pub(crate) fn of(draft: &ScheduleDraft) -> Result<Self, Box<dyn Error>> {
        let mut builder = ule_hours::Schedule::builder(&draft.zone)?;
        for (ours, theirs) in DAYS {
            let windows: Vec<String> =
                draft.open.day(ours).iter().map(ToString::to_string).collect();
            builder = builder.open([theirs], &windows.join(", "))?;
        }
        for date in dates(&draft.holidays) {
            builder = builder.closed_on(date);
        }
        Ok(Self(builder.build()))
    }
}

fn holidays() -> Result<Vec<Holiday>, Box<dyn Error>> {
    let mut holidays = Vec::new();
    for date in HOLIDAYS {
        holidays.push(Holiday::on(date.parse()?));
    }
    Ok(holidays)
}

impl Hours for UleHours {
    const NAME: &'static str = "ule-hours";
    const ROUNDS: usize = 3;

    fn add(&self, from: i64, seconds: i64) -> i64 {
        let seconds = SignedDuration::from_secs(seconds);
        self.0.add(timestamp(from), seconds).unwrap().as_second()
    }

    fn between(&self, from: i64, to: i64) -> i64 {
        self.0.between(timestamp(from), timestamp(to)).as_secs()
    }
}
