//! What an event comes to: its days, their parts, and what is excepted from them.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;

use super::lines::{Component, Line};
use super::recurrence::{Run, runs};
use super::value::{When, duration, list, midnight, plain, unsupported, when, whens, wrong};
use super::{Event, Fault, MOST_DAYS, Reason};
use crate::sla::calendar::check::MOST_NAME;
use crate::sla::calendar::holiday::{Holiday, Observed};
use crate::sla::calendar::hours::{DAY, TimeOfDay, Window};

/// The longest that an event may last, in days.
const LONGEST: i64 = 366;

/// The properties of an event that matter here.
#[derive(Default)]
struct Properties<'a, 'b> {
    start: Option<&'b Line<'a>>,
    end: Option<&'b Line<'a>>,
    duration: Option<&'b Line<'a>>,
    rule: Option<&'b Line<'a>>,
    of_series: Option<&'b Line<'a>>,
    uid: Option<&'b Line<'a>>,
    summary: Option<&'b Line<'a>>,
    description: Option<&'b Line<'a>>,
    status: Option<&'b Line<'a>>,
    more: Vec<&'b Line<'a>>,
    without: Vec<&'b Line<'a>>,
    categories: Vec<String>,
}

/// A day of a series that another event moves or cancels: the series, and the line that says so.
struct Moved<'a, 'b> {
    uid: &'b str,
    by: &'b Line<'a>,
}

/// What an event takes of the days from its first one on.
#[derive(Clone, Copy)]
struct Piece {
    plus_days: i64,
    days: i64,
    part: Option<Window>,
}

/// The events of a file that are not cancelled.
pub(super) fn read(components: &[Component<'_>], zone: &str) -> Vec<Event> {
    let all: Vec<_> = components.iter().map(|event| (event, Properties::of(event))).collect();
    let moved: Vec<Moved<'_, '_>> = all
        .iter()
        .filter_map(|(_, read)| {
            let read = read.as_ref().ok()?;
            Some(Moved { uid: read.uid?.value.trim(), by: read.of_series? })
        })
        .collect();
    let mut series: Vec<(&str, usize)> =
        moved.iter().enumerate().map(|(place, moved)| (moved.uid, place)).collect();
    series.sort_unstable();
    let mut events = Vec::new();
    for (component, read) in &all {
        let (line, holidays) = (component.line, |properties: &Properties<'_, '_>| {
            let uid = properties.uid.filter(|_| properties.of_series.is_none());
            let first = uid.map(|uid| series.partition_point(|(of, _)| *of < uid.value.trim()));
            let of = series.get(first.unwrap_or(series.len())..).unwrap_or(&[]).iter();
            let own = of.take_while(|(of, _)| uid.is_some_and(|uid| uid.value.trim() == *of));
            let own: Vec<&Line<'_>> =
                own.filter_map(|(_, place)| moved.get(*place)).map(|moved| moved.by).collect();
            properties.holidays(component.line, &own, zone)
        });
        let mut event = Event {
            line,
            name: None,
            description: None,
            categories: Vec::new(),
            holidays: Ok(Vec::new()),
        };
        match read {
            Err(fault) => event.holidays = Err(fault.clone()),
            Ok(properties) => {
                if properties.is_cancelled() {
                    continue;
                }
                event.name = properties.name();
                event.description = properties.description.map(|line| plain(&line.value));
                event.categories.clone_from(&properties.categories);
                event.holidays = holidays(properties);
            }
        }
        events.push(event);
    }
    events
}

impl<'a, 'b> Properties<'a, 'b> {
    fn of(event: &'b Component<'a>) -> Result<Self, Fault> {
        let mut read = Self::default();
        for line in &event.lines {
            let (place, property) = match &*line.name {
                "DTSTART" => (&mut read.start, "DTSTART"),
                "DTEND" => (&mut read.end, "DTEND"),
                "DURATION" => (&mut read.duration, "DURATION"),
                "RRULE" => (&mut read.rule, "RRULE"),
                "RECURRENCE-ID" => (&mut read.of_series, "RECURRENCE-ID"),
                "UID" => (&mut read.uid, "UID"),
                "SUMMARY" => (&mut read.summary, "SUMMARY"),
                "DESCRIPTION" => (&mut read.description, "DESCRIPTION"),
                "STATUS" => (&mut read.status, "STATUS"),
                "RDATE" => {
                    read.more.push(line);
                    continue;
                }
                "EXDATE" => {
                    read.without.push(line);
                    continue;
                }
                "CATEGORIES" => {
                    read.categories.extend(list(&line.value));
                    continue;
                }
                "EXRULE" => {
                    let why = "days that are excepted can only be listed, by `EXDATE`";
                    return Err(unsupported(line, "EXRULE", &line.value, why));
                }
                _ => continue,
            };
            if place.replace(line).is_some() {
                return Err(Fault::new(line.number, Reason::Twice { property }));
            }
        }
        Ok(read)
    }

    fn is_cancelled(&self) -> bool {
        self.status.is_some_and(|line| line.value.trim().eq_ignore_ascii_case("CANCELLED"))
    }

    fn name(&self) -> Option<Arc<str>> {
        let name = plain(&self.summary?.value);
        let name = name.trim();
        (!name.is_empty()).then(|| name.into())
    }

    fn holidays(
        &self,
        begins: usize,
        moved: &[&Line<'_>],
        zone: &str,
    ) -> Result<Vec<Holiday>, Fault> {
        let name = self.name();
        if let (Some(line), Some(name)) = (self.summary, &name)
            && name.chars().count() > MOST_NAME
        {
            let (most, found) = (MOST_NAME as u64, name.chars().count() as u64);
            let reason = Reason::OverLimit { limit: "characters of a name", most, found };
            return Err(Fault::new(line.number, reason));
        }
        let Some(line) = self.start else {
            return Err(Fault::new(begins, Reason::Missing { property: "DTSTART" }));
        };
        let start = when(line, "DTSTART", zone)?;
        let length = self.length(line, start, zone)?;
        if let Some(line) = self.of_series {
            when(line, "RECURRENCE-ID", zone)?;
            if let Some(range) = line.param("RANGE") {
                let why = "only single days of a series can be moved";
                return Err(unsupported(line, "RECURRENCE-ID", &format!("RANGE={range}"), why));
            }
            if let Some(rule) = self.rule {
                let why = "one day of a series does not recur";
                return Err(unsupported(rule, "RRULE", &rule.value, why));
            }
        }
        let mut without = self.others(&self.without, "EXDATE", start, zone)?;
        without.extend(self.others(moved, "RECURRENCE-ID", start, zone)?);
        let excluded: BTreeSet<NaiveDate> = without
            .iter()
            .filter(|when| when.second() == start.second())
            .map(|when| when.date())
            .collect();
        let runs = match self.rule {
            Some(line) => runs(line, start, zone, &excluded)?,
            None if excluded.contains(&start.date()) => Vec::new(),
            None => vec![Run::once(start.date())],
        };
        let mut of: Vec<(i64, Run)> = runs.into_iter().map(|run| (start.second(), run)).collect();
        for when in self.others(&self.more, "RDATE", start, zone)? {
            let told = of.iter().any(|(at, run)| *at == when.second() && run.takes(when.date()));
            if !told && !without.contains(&when) {
                of.push((when.second(), Run::once(when.date())));
            }
        }
        let mut holidays = Vec::new();
        for (second, run) in of {
            for piece in pieces(second, length) {
                holidays.push(holiday(&run, piece, name.clone()));
            }
        }
        if holidays.len() > MOST_DAYS {
            let (most, found) = (MOST_DAYS as u64, holidays.len() as u64);
            let limit = "holidays of an event";
            return Err(Fault::new(begins, Reason::OverLimit { limit, most, found }));
        }
        Ok(holidays)
    }

    /// How long it lasts, in seconds on the clock: more than none.
    fn length(&self, from: &Line<'_>, start: When, zone: &str) -> Result<i64, Fault> {
        let (line, property, length) = match (self.end, self.duration) {
            (Some(_), Some(line)) => {
                return Err(unsupported(line, "DURATION", &line.value, "there is a `DTEND`, too"));
            }
            (Some(line), None) => {
                let end = when(line, "DTEND", zone)?;
                if !end.is_like(start) {
                    return Err(wrong(line, "DTEND", "of the kind that `DTSTART` is"));
                }
                let seconds = |when: When| match when {
                    When::Date(date) => midnight(date).and_utc().timestamp(),
                    When::Time(time) => time.and_utc().timestamp(),
                };
                let length = seconds(end) - seconds(start);
                // Many write a single day so.
                let one_day = length == 0 && matches!(start, When::Date(_));
                (line, "DTEND", if one_day { DAY } else { length })
            }
            (None, Some(line)) => {
                let dates = matches!(start, When::Date(_));
                (line, "DURATION", duration(line, dates)?)
            }
            (None, None) => match start {
                When::Date(_) => return Ok(DAY),
                When::Time(_) => return Err(wrong(from, "DTSTART", "a `DTEND` beside it")),
            },
        };
        if length <= 0 {
            return Err(wrong(line, property, "later than `DTSTART`"));
        }
        if length > LONGEST * DAY {
            let (most, found) = (LONGEST as u64, (length as u64).div_ceil(DAY as u64));
            let reason = Reason::OverLimit { limit: "days of one event", most, found };
            return Err(Fault::new(line.number, reason));
        }
        Ok(length)
    }

    /// The days or times of the lines of a property, which are of the kind of the event's own.
    fn others(
        &self,
        lines: &[&Line<'_>],
        property: &'static str,
        start: When,
        zone: &str,
    ) -> Result<Vec<When>, Fault> {
        let mut all = Vec::new();
        for line in lines {
            let found = whens(line, property, zone)?;
            if !found.iter().all(|when| when.is_like(start)) {
                return Err(wrong(line, property, "of the kind that `DTSTART` is"));
            }
            all.extend(found);
            if all.len() > MOST_DAYS {
                let (most, found) = (MOST_DAYS as u64, all.len() as u64);
                let reason = Reason::OverLimit { limit: "days of one property", most, found };
                return Err(Fault::new(line.number, reason));
            }
        }
        Ok(all)
    }
}

/// The parts of days and the whole days that a stretch of local time takes.
fn pieces(second: i64, length: i64) -> Vec<Piece> {
    let end = second + length;
    let whole =
        |plus_days: i64, until: i64| Piece { plus_days, days: until - plus_days, part: None };
    let part = |plus_days: i64, from: i64, to: i64| {
        let clock = |second: i64| {
            let second = u32::try_from(second).unwrap_or(0);
            TimeOfDay::hms(second / 3600, second / 60 % 60, second % 60)
        };
        let window = clock(from).zip(clock(to)).and_then(|(from, to)| Window::new(from, to));
        Piece { plus_days, days: 1, part: window }
    };
    let (days, rest) = (end / DAY, end % DAY);
    if second == 0 && rest == 0 {
        return vec![whole(0, days)];
    }
    if length <= DAY {
        return vec![part(0, second, if end > DAY { end - DAY } else { end })];
    }
    let first_whole = i64::from(second > 0);
    let mut pieces = Vec::new();
    if second > 0 {
        pieces.push(part(0, second, DAY));
    }
    if days > first_whole {
        pieces.push(whole(first_whole, days));
    }
    if rest > 0 {
        pieces.push(part(days, 0, rest));
    }
    pieces
}

fn holiday(run: &Run, piece: Piece, name: Option<Arc<str>>) -> Holiday {
    Holiday {
        name,
        on: run.on,
        plus_days: run.plus_days.saturating_add(i16::try_from(piece.plus_days).unwrap_or(0)),
        days: u16::try_from(piece.days).unwrap_or(1),
        part: piece.part,
        observed: Observed::No,
        since: run.since,
        until: run.until,
    }
}
