//! The checked rules of a calendar, and the open time that they give over any stretch of time.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;

use super::draft::{CalendarDraft, ScheduleDraft};
use super::holiday::{Holiday, Observed, date_numbered, day_number, weekday_index};
use super::hours::{DAY, WEEKDAYS, Week, Window};
use super::zone::{Offsets, Zone};

/// A stretch of time, half-open, in seconds since 1970: every edge of a calendar is a whole
/// second, for clocks show seconds and offsets are whole seconds.
pub(super) type Stretch = (i64, i64);

/// Where calendars begin: the first midnight of the year 1, UTC. Before it, they are closed.
pub(super) const START: i64 = -62_135_596_800;
/// Where calendars end: the last midnight of the year 9999, UTC. From it on, they are closed.
pub(super) const END: i64 = 253_402_300_800;

/// Every zone repeats its last rule for ever from this instant on, the beginning of the year
/// 2100; and stands still before the beginning of the year 1800.
const LAST_RULE: i64 = 4_102_444_800;
const FIRST_RULE: i64 = -5_364_662_400;

/// In so many days everything that comes again has come: the fifth Monday of a February may take
/// forty years.
const COMES_AGAIN: i64 = 45 * 366 * DAY;

/// How far an instant can lie from where its date lies in UTC: windows that begin on one day and
/// end on the next, offsets, and a day that a zone has skipped.
const DAYS_BEFORE: i64 = 4;
const DAYS_AFTER: i64 = 2;

#[derive(Clone, Debug)]
pub(super) struct Rules {
    schedules: Vec<Schedule>,
    /// Nothing happens only once before the first instant, and nothing after the second.
    once: Stretch,
    /// Before the first instant, and from the second on, all is as it is 400 years nearer.
    pub(super) again: Stretch,
}

/// One schedule of one zone, its windows in seconds on the clock since their day began.
#[derive(Clone, Debug)]
struct Schedule {
    zone: Zone,
    open: [Vec<Stretch>; 7],
    breaks: [Vec<Stretch>; 7],
    shifts: BTreeMap<i64, Vec<Stretch>>,
    extra: BTreeMap<i64, Vec<Stretch>>,
    date_breaks: BTreeMap<i64, Vec<Stretch>>,
    holidays: Holidays,
}

#[derive(Clone, Debug)]
struct Holidays {
    list: Vec<Holiday>,
    weekend: [bool; 7],
    /// The most days between the day of a rule and a day that its holiday takes.
    reach: i64,
}

/// What is taken out of a schedule's windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    Break,
    /// The holiday's place in its schedule.
    Holiday(usize),
}

/// What one schedule has over a stretch of time: its windows before anything is taken out, and
/// what is.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) windows: Vec<Stretch>,
    pub(super) cuts: Vec<(Stretch, Cut)>,
}

/// A business day: the first opening of its windows, and their last closing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day {
    pub(super) opens: i64,
    pub(super) closes: i64,
}

impl Rules {
    /// The rules of a draft that has been checked; a zone that is none makes them `None`.
    pub(super) fn of(draft: &CalendarDraft) -> Option<Self> {
        let schedules: Option<Vec<_>> = draft.schedules.iter().map(Schedule::of).collect();
        let years = draft.schedules.iter().flat_map(ScheduleDraft::years);
        let (mut first, mut last) = (FIRST_RULE, LAST_RULE);
        for year in years {
            // Averages do: a year's margin on each side is more than they are off.
            let begins = START + i64::from(year - 1) * 31_556_952;
            first = first.min(begins - 2 * 366 * DAY);
            last = last.max(begins + 4 * 366 * DAY);
        }
        let once = (first.max(START + COMES_AGAIN), last.min(END - COMES_AGAIN));
        let schedules = schedules?;
        // Easter comes again after millions of years only.
        let easter = |ends: fn(&Holiday) -> Option<i32>| {
            let holidays = schedules.iter().flat_map(|schedule| &schedule.holidays.list);
            holidays.into_iter().any(|holiday| holiday.on.is_easter() && ends(holiday).is_none())
        };
        let before = if easter(|holiday| holiday.since) { START } else { first - 366 * DAY };
        let after = if easter(|holiday| holiday.until) { END } else { last + 366 * DAY };
        Some(Self { schedules, once, again: (before, after) })
    }

    /// The open time from one instant until another: in order, neither touching nor overlapping,
    /// cut to the stretch.
    pub(super) fn open(&self, within: Stretch) -> Vec<Stretch> {
        let mut all = Vec::new();
        for schedule in &self.schedules {
            let sheet = schedule.sheet(within);
            all.extend(sheet.open());
        }
        if self.schedules.len() > 1 {
            all = joined(all);
        }
        clip(&mut all, within);
        all
    }

    /// What each schedule has over a stretch of time and a little around it.
    pub(super) fn sheets(&self, within: Stretch) -> impl Iterator<Item = Sheet> + '_ {
        self.schedules.iter().map(move |schedule| schedule.sheet(within))
    }

    /// The changes of offset in each schedule's zone: the schedule's place, the instant, and the
    /// seconds east of UTC before and after it.
    pub(super) fn offset_changes(&self, within: Stretch) -> Vec<(usize, i64, i64, i64)> {
        let mut found = Vec::new();
        for (place, schedule) in self.schedules.iter().enumerate() {
            let offsets = schedule.zone.offsets(within.0 - 1, within.1);
            let changes = offsets.changes().filter(|(_, after)| after.since >= within.0);
            found.extend(changes.map(|(from, to)| (place, to.since, from.east, to.east)));
        }
        found.sort_by_key(|(place, at, ..)| (*at, *place));
        found
    }

    /// The business days that open within the stretch, by the first schedule. No day ends before
    /// the one before it does.
    pub(super) fn days(&self, within: Stretch) -> Vec<Day> {
        let Some(schedule) = self.schedules.first() else { return Vec::new() };
        let mut days: Vec<Day> = Vec::new();
        let mut latest = i64::MIN;
        for mut day in schedule.days((within.0 - 4 * DAY, within.1)) {
            latest = latest.max(day.closes);
            day.closes = latest;
            if within.0 <= day.opens && day.opens < within.1 {
                days.push(day);
            }
        }
        days
    }

    /// Whether there is any open time once everything that happens only once is over: then every
    /// target is reached, however long it is.
    pub(super) fn opens_again(&self) -> bool {
        let end = self.once.1 + COMES_AGAIN;
        let mut from = self.once.1;
        while from < end {
            if !self.open((from, from + 366 * DAY)).is_empty() {
                return true;
            }
            from += 366 * DAY;
        }
        false
    }

    /// From when on it never closes, if there is such an instant.
    pub(super) fn never_closes_after(&self) -> Option<i64> {
        let stretch = (self.once.1, self.once.1 + COMES_AGAIN);
        (self.open(stretch) == [stretch]).then_some(self.once.1)
    }

    /// Until when it has never been closed, if there is such an instant.
    pub(super) fn never_closed_before(&self) -> Option<i64> {
        let stretch = (self.once.0 - COMES_AGAIN, self.once.0);
        (self.open(stretch) == [stretch]).then_some(self.once.0)
    }
}

impl Schedule {
    fn of(draft: &ScheduleDraft) -> Option<Self> {
        let on_dates = |dates: &BTreeMap<chrono::NaiveDate, Vec<Window>>| {
            dates.iter().map(|(date, windows)| (day_number(*date), clocks(windows))).collect()
        };
        Some(Self {
            zone: Zone::named(&draft.zone)?,
            open: by_weekday(&draft.open),
            breaks: by_weekday(&draft.breaks),
            shifts: on_dates(&draft.shifts),
            extra: on_dates(&draft.extra),
            date_breaks: on_dates(&draft.date_breaks),
            holidays: Holidays::of(draft),
        })
    }

    /// The windows that begin on a day, as the clock shows them.
    fn windows(&self, day: i64) -> impl Iterator<Item = Stretch> + '_ {
        let weekly = || self.open.get(weekday_index(day));
        let own = self.shifts.get(&day).or_else(weekly);
        own.into_iter().chain(self.extra.get(&day)).flatten().copied()
    }

    fn sheet(&self, within: Stretch) -> Sheet {
        let (first, last) = days_of(within);
        let offsets = self.zone.offsets((first - 2) * DAY, (last + 3) * DAY);
        let at = |day: i64, (from, to): Stretch| {
            (offsets.instant(day * DAY + from), offsets.instant(day * DAY + to))
        };
        let mut windows = Vec::new();
        for day in first..=last {
            windows.extend(self.windows(day).map(|window| at(day, window)));
        }
        let windows = joined(windows);
        Sheet { windows, cuts: self.cuts(first, last, &offsets) }
    }

    /// What is taken out on these days, in order of beginning.
    fn cuts(&self, first: i64, last: i64, offsets: &Offsets) -> Vec<(Stretch, Cut)> {
        let at = |day: i64, (from, to): Stretch| {
            (offsets.instant(day * DAY + from), offsets.instant(day * DAY + to))
        };
        let mut cuts = Vec::new();
        if self.breaks.iter().any(|day| !day.is_empty()) {
            for day in first..=last {
                let weekly = self.breaks.get(weekday_index(day)).into_iter().flatten();
                cuts.extend(weekly.map(|span| (at(day, *span), Cut::Break)));
            }
        }
        for (day, spans) in self.date_breaks.range(first..=last) {
            cuts.extend(spans.iter().map(|span| (at(*day, *span), Cut::Break)));
        }
        for (day, place) in self.holidays.within(first, last) {
            let part = self.holidays.list.get(place).and_then(|holiday| holiday.part);
            let span = part.unwrap_or(Window::ALL_DAY).on_the_clock();
            cuts.push((at(day, span), Cut::Holiday(place)));
        }
        cuts.retain(|((from, to), _)| from < to);
        cuts.sort_by_key(|(stretch, _)| *stretch);
        cuts
    }

    fn days(&self, within: Stretch) -> Vec<Day> {
        let (first, last) = days_of(within);
        let offsets = self.zone.offsets((first - 2) * DAY, (last + 3) * DAY);
        let cuts = self.cuts(first, last + 2, &offsets);
        let cut = joined(cuts.iter().map(|(stretch, _)| *stretch).collect());
        let mut off: BTreeSet<i64> = BTreeSet::new();
        for (day, place) in self.holidays.within(first, last) {
            if self.holidays.list.get(place).is_some_and(Holiday::is_whole) {
                off.insert(day);
            }
        }
        let mut days = Vec::new();
        for day in (first..=last).filter(|day| !off.contains(day)) {
            let windows = self.windows(day).map(|(from, to)| {
                (offsets.instant(day * DAY + from), offsets.instant(day * DAY + to))
            });
            let left = without(&joined(windows.collect()), &cut);
            if let (Some((opens, _)), Some((_, closes))) = (left.first(), left.last()) {
                days.push(Day { opens: *opens, closes: *closes });
            }
        }
        days
    }
}

impl Sheet {
    /// The open time: the windows without what is taken out.
    pub(super) fn open(&self) -> Vec<Stretch> {
        if self.cuts.is_empty() {
            return self.windows.clone();
        }
        without(&self.windows, &joined(self.cuts.iter().map(|(stretch, _)| *stretch).collect()))
    }
}

impl Holidays {
    fn of(draft: &ScheduleDraft) -> Self {
        let list = draft.holidays.clone();
        let reach = list.iter().map(|holiday| {
            let observed = if holiday.observed == Observed::No { 0 } else { 15 };
            i64::from(holiday.plus_days.unsigned_abs()) + i64::from(holiday.days) + observed
        });
        let reach = reach.max().unwrap_or(0);
        let weekend = WEEKDAYS.map(|day| draft.weekend.contains(&day));
        Self { list, weekend, reach }
    }

    /// Which of them take which of these days.
    fn within(&self, first: i64, last: i64) -> Vec<(i64, usize)> {
        let mut found = Vec::new();
        if self.list.is_empty() {
            return found;
        }
        let year = |day: i64| date_numbered(day).map_or(1970, |date| date.year());
        let years = year(first - self.reach)..=year(last + self.reach);
        for year in years.clone() {
            found.extend(self.days_in(year));
        }
        if self.list.iter().any(|holiday| holiday.observed != Observed::No) {
            for year in years {
                self.observed_in(year, &mut found);
            }
        }
        found.retain(|(day, _)| (first..=last).contains(day));
        found
    }

    /// The days that the rules give in their year.
    fn days_in(&self, year: i32) -> impl Iterator<Item = (i64, usize)> + '_ {
        self.list.iter().enumerate().flat_map(move |(place, holiday)| {
            let days = holiday.first_day(year).map(|day| (day, day + i64::from(holiday.days)));
            let (from, to) = days.unwrap_or((0, 0));
            (from..to).map(move |day| (day, place))
        })
    }

    /// The days that are off because a holiday of this year falls on a weekend.
    fn observed_in(&self, year: i32, found: &mut Vec<(i64, usize)>) {
        // A year's days depend on those around it, and on what is observed at the end of the year
        // before, which is worked out from that year alone.
        let mut taken: BTreeSet<i64> = (year - 2..=year + 1)
            .flat_map(|year| self.days_in(year))
            .filter(|(_, place)| self.list.get(*place).is_some_and(Holiday::is_whole))
            .map(|(day, _)| day)
            .collect();
        for of in [year - 1, year] {
            let mut days: Vec<(i64, usize)> = self.days_in(of).collect();
            days.sort_unstable();
            for (day, place) in days {
                let Some(holiday) = self.list.get(place) else { continue };
                let Some(instead) = self.instead(holiday.observed, day, &taken) else { continue };
                taken.insert(instead);
                if of == year {
                    found.push((instead, place));
                }
            }
        }
    }

    /// The weekday on which a holiday on this day is observed as well.
    fn instead(&self, observed: Observed, day: i64, taken: &BTreeSet<i64>) -> Option<i64> {
        let weekend = |day: i64| self.weekend.get(weekday_index(day)).copied().unwrap_or(false);
        if !weekend(day) {
            return None;
        }
        let next = || (day + 1..day + 15).find(|day| !weekend(*day) && !taken.contains(day));
        match observed {
            Observed::No => None,
            Observed::Nearest => {
                (1..7).flat_map(|away| [day + away, day - away]).find(|day| !weekend(*day))
            }
            Observed::Next => next(),
            Observed::NextIfSunday if weekday_index(day) == 6 => next(),
            Observed::NextIfSunday => None,
        }
    }
}

fn by_weekday(week: &Week) -> [Vec<Stretch>; 7] {
    WEEKDAYS.map(|day| clocks(week.day(day)))
}

fn clocks(windows: &[Window]) -> Vec<Stretch> {
    windows.iter().map(|window| window.on_the_clock()).collect()
}

/// The dates whose windows can reach into a stretch of time.
fn days_of((from, to): Stretch) -> Stretch {
    (from.div_euclid(DAY) - DAYS_BEFORE, to.div_euclid(DAY) + DAYS_AFTER)
}

/// Stretches in order, with those made one that touch or overlap; empty ones are dropped.
pub(super) fn joined(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.retain(|(from, to)| from < to);
    if !stretches.is_sorted() {
        stretches.sort_unstable();
    }
    stretches.dedup_by(|next, last| {
        let one = next.0 <= last.1;
        if one {
            last.1 = last.1.max(next.1);
        }
        one
    });
    stretches
}

/// What is left of stretches when others are taken out; both joined.
pub(super) fn without(stretches: &[Stretch], cuts: &[Stretch]) -> Vec<Stretch> {
    let mut left = Vec::with_capacity(stretches.len() + cuts.len());
    let mut cuts = cuts.iter().peekable();
    for (from, to) in stretches {
        let mut from = *from;
        while cuts.next_if(|(_, ends)| *ends <= from).is_some() {}
        while let Some((begins, ends)) = cuts.peek() {
            if begins >= to {
                break;
            }
            if *begins > from {
                left.push((from, *begins));
            }
            from = from.max(*ends);
            if ends > to {
                break;
            }
            cuts.next();
        }
        if from < *to {
            left.push((from, *to));
        }
    }
    left
}

/// Cuts joined stretches to what lies within one.
pub(super) fn clip(stretches: &mut Vec<Stretch>, within: Stretch) {
    stretches.retain_mut(|(from, to)| {
        *from = (*from).max(within.0);
        *to = (*to).min(within.1);
        from < to
    });
}
