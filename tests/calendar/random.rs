//! Calendars and instants from a seed.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc, Weekday};
use helpdesk::CalendarDraft;
use helpdesk::sla::calendar::{DayRule, Holiday, Observed, ScheduleDraft, TimeOfDay, Week, Window};

const ZONES: [&str; 16] = [
    "Etc/UTC",
    "America/New_York",
    "America/Vancouver",
    "America/Sao_Paulo",
    "America/Havana",
    "America/St_Johns",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Europe/Berlin",
    "Pacific/Chatham",
    "Pacific/Apia",
];

const WEEKDAYS: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn draw(&mut self, below: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    pub(crate) fn one_in(&mut self, of: u64) -> bool {
        self.draw(of) == 0
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.draw(all.len() as u64) as usize]
    }

    fn time(&mut self) -> TimeOfDay {
        // Edges like to lie where clocks change, and at midnight.
        let minute = match self.draw(4) {
            0 => self.draw(4 * 60),
            1 => 0,
            _ => self.draw(96) * 15,
        };
        TimeOfDay::hm(minute as u32 / 60, minute as u32 % 60).unwrap()
    }

    fn window(&mut self) -> Window {
        let to = if self.one_in(4) { TimeOfDay::MIDNIGHT_AFTER } else { self.time() };
        match self.draw(4) {
            0 => Window::ALL_DAY,
            1 => Window::new(TimeOfDay::hm(9, 0).unwrap(), TimeOfDay::hm(17, 30).unwrap()).unwrap(),
            _ => Window::new(self.time(), to).unwrap(),
        }
    }

    fn windows(&mut self) -> Vec<Window> {
        (0..=self.draw(2)).map(|_| self.window()).collect()
    }

    /// A short one, so that it does not take everything out.
    fn break_of(&mut self) -> Window {
        let from = self.draw(1440 - 60) as u32;
        let to = from + 5 + self.draw(55) as u32;
        let time = |minute: u32| TimeOfDay::hm(minute / 60, minute % 60).unwrap();
        Window::new(time(from), time(to)).unwrap()
    }

    fn date(&mut self) -> NaiveDate {
        NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + TimeDelta::days(self.draw(365 * 8) as i64)
    }

    fn rule(&mut self) -> DayRule {
        let weekday = self.of(&WEEKDAYS);
        let month = self.draw(12) as u8 + 1;
        let day = self.draw(28) as u8 + 1;
        match self.draw(7) {
            0 => DayRule::Yearly { month, day },
            1 => DayRule::Nth { nth: self.of(&[1, 2, 3, 4, 5, -1, -2]), weekday, month },
            2 => DayRule::OnOrAfter { weekday, month, day },
            3 => DayRule::OnOrBefore { weekday, month, day },
            4 => DayRule::Easter,
            5 => DayRule::OrthodoxEaster,
            _ => DayRule::Date(self.date()),
        }
    }

    pub(crate) fn holiday(&mut self, observed: Observed) -> Holiday {
        let mut holiday = Holiday::on(self.rule());
        if self.one_in(3) {
            holiday.plus_days = self.draw(9) as i16 - 4;
        }
        match self.draw(4) {
            0 => holiday.part = Some(self.window()),
            1 => holiday.days = self.draw(4) as u16 + 1,
            _ => holiday.observed = observed,
        }
        if self.one_in(4) {
            holiday.since = Some(2022);
        }
        if self.one_in(4) {
            holiday.until = Some(2025);
        }
        holiday
    }

    fn schedule(&mut self) -> ScheduleDraft {
        let mut schedule = ScheduleDraft::in_zone(self.of(&ZONES));
        for day in WEEKDAYS {
            if !self.one_in(4) {
                *schedule.open.day_mut(day) = self.windows();
            }
        }
        if schedule.open.is_empty() {
            schedule.open = Week::weekdays([self.window()]);
        }
        for day in WEEKDAYS {
            if self.one_in(4) {
                schedule.breaks.day_mut(day).push(self.break_of());
            }
        }
        for _ in 0..self.draw(40) {
            let (date, break_of) = (self.date(), self.break_of());
            schedule.date_breaks.entry(date).or_default().push(break_of);
        }
        for _ in 0..self.draw(60) {
            let date = self.date();
            let windows = if self.one_in(4) { Vec::new() } else { self.windows() };
            schedule.shifts.insert(date, windows);
        }
        for _ in 0..self.draw(60) {
            let (date, windows) = (self.date(), self.windows());
            schedule.extra.insert(date, windows);
        }
        let observed =
            self.of(&[Observed::No, Observed::Nearest, Observed::Next, Observed::NextIfSunday]);
        for _ in 0..self.draw(30) {
            let holiday = self.holiday(observed);
            schedule.holidays.push(holiday);
        }
        schedule
    }

    pub(crate) fn draft(&mut self) -> CalendarDraft {
        let schedules = if self.one_in(3) { 1 + self.draw(3) } else { 1 };
        CalendarDraft { schedules: (0..schedules).map(|_| self.schedule()).collect() }
    }

    /// An instant of the years 2020 to 2027: at a whole minute, second, or microsecond.
    pub(crate) fn instant(&mut self) -> DateTime<Utc> {
        let day = self.draw(365 * 8) as i64;
        let micros = match self.draw(3) {
            0 => self.draw(1440) as i64 * 60_000_000,
            1 => self.draw(86_400) as i64 * 1_000_000,
            _ => self.draw(86_400) as i64 * 1_000_000 + self.draw(1_000_000) as i64,
        };
        let first = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap();
        assert_eq!(first.year(), 2020);
        let day = first + TimeDelta::days(day);
        day.and_hms_opt(0, 0, 0).unwrap().and_utc() + TimeDelta::microseconds(micros)
    }

    /// A span: 90 of 100 up to 14 days, the others up to 60.
    pub(crate) fn span(&mut self) -> TimeDelta {
        let days = if self.draw(200) < 19 { 60 } else { 14 };
        let micros = self.draw(1 << 30) as i64 * days * 86_400_000 / (1 << 30) * 1_000;
        if self.one_in(2) {
            TimeDelta::microseconds(micros / 60_000_000 * 60_000_000)
        } else {
            TimeDelta::microseconds(micros + self.draw(1000) as i64)
        }
    }
}
