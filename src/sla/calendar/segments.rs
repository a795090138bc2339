//! What a stretch of time consists of: open windows, and why the rest is closed.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::rules::{Cut, END, START, Stretch, clip, joined, without};
use super::table::{Moment, into_range};
use super::{Calendar, moment, utc};

/// A stretch of open time, half-open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenWindow {
    /// Its first instant.
    pub from: DateTime<Utc>,
    /// The instant at which it closes.
    pub to: DateTime<Utc>,
}

/// The open windows of a stretch of time, in order; made by [`Calendar::windows`].
#[derive(Clone, Debug)]
pub struct Windows {
    calendar: Calendar,
    at: Moment,
    until: Moment,
}

impl Windows {
    pub(super) fn new(calendar: &Calendar, from: Moment, to: Moment) -> Self {
        Self { calendar: calendar.clone(), at: into_range(from), until: to }
    }
}

impl Iterator for Windows {
    type Item = OpenWindow;

    fn next(&mut self) -> Option<OpenWindow> {
        let inner = &self.calendar.inner;
        let (rules, table) = (&inner.rules, &inner.table);
        let from = table.asked(rules, self.at, |table, at| table.next_open(rules, at))?;
        if from >= self.until {
            return None;
        }
        let closes = table.asked(rules, from, |table, at| table.next_close(rules, at));
        let closes = closes.unwrap_or((END, 0));
        let to = closes.min(self.until);
        self.at = to;
        Some(OpenWindow { from: utc(from)?, to: utc(to)? })
    }
}

/// A stretch of time in which the calendar is in one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its first instant.
    pub from: DateTime<Utc>,
    /// The instant at which the next one begins.
    pub to: DateTime<Utc>,
    /// Open, or why not.
    pub state: SegmentState,
}

/// Whether a calendar is open, or why it is not.
///
/// Time is closed by a holiday or a break only where it would be open without; where several
/// schedules are joined, one that would be open is enough, and the first in their order tells the
/// reason. All the rest is plainly closed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SegmentState {
    /// Open.
    Open,
    /// No window is here.
    Closed,
    /// A holiday has taken out a window, or a part of it.
    Holiday {
        /// The holiday's name, if it has one.
        name: Option<Arc<str>>,
    },
    /// A break has.
    Break,
}

/// A change of the clocks in a calendar's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetChange {
    /// When.
    pub at: DateTime<Utc>,
    /// The place of the schedule whose zone it is.
    pub schedule: usize,
    /// Seconds east of UTC before it.
    pub before: i32,
    /// Seconds east of UTC from it on.
    pub after: i32,
}

/// What a stretch of time consists of, without gaps, in order; made by [`Calendar::segments`].
#[derive(Clone, Debug)]
pub struct Segments {
    calendar: Calendar,
    ahead: VecDeque<(Stretch, State)>,
    /// From where the rules have not been asked yet.
    at: i64,
    from: Moment,
    to: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Closed,
    /// Of a schedule, and its place there.
    Holiday(usize, usize),
    Break,
}

/// So much is worked out at once: 64 days.
const PAGE: i64 = 64 * 86_400;

impl Segments {
    pub(super) fn new(calendar: &Calendar, from: Moment, to: Moment) -> Self {
        Self { calendar: calendar.clone(), ahead: VecDeque::new(), at: from.0, from, to }
    }

    /// Works out the next page; nothing is ahead where the end is reached.
    fn fill(&mut self) {
        // The last second may be begun and not whole.
        let end = self.to.0 + i64::from(self.to.1 > 0);
        while self.ahead.len() < 2 && self.at < end {
            let page = (self.at, end.min(self.at.saturating_add(PAGE)));
            self.at = page.1;
            for (stretch, state) in self.states(page) {
                match self.ahead.back_mut() {
                    Some((last, same)) if *same == state && last.1 == stretch.0 => {
                        last.1 = stretch.1;
                    }
                    Some(_) | None => self.ahead.push_back((stretch, state)),
                }
            }
        }
    }

    /// The states of a page, without gaps.
    fn states(&self, page: Stretch) -> Vec<(Stretch, State)> {
        let known = (page.0.max(START), page.1.min(END));
        if known.0 >= known.1 {
            return vec![(page, State::Closed)];
        }
        let sheets: Vec<_> = self.calendar.inner.rules.sheets(known).collect();
        let mut open = joined(sheets.iter().flat_map(|sheet| sheet.open()).collect());
        clip(&mut open, known);
        let mut found: Vec<(Stretch, State)> =
            open.iter().map(|stretch| (*stretch, State::Open)).collect();
        let mut known = open;
        // A reason counts where no better one is known yet.
        let mut tell = |stretches: Vec<Stretch>, state: State| {
            let mut new = without(&joined(stretches), &known);
            clip(&mut new, page);
            found.extend(new.iter().map(|stretch| (*stretch, state)));
            known = joined(known.iter().copied().chain(new).collect());
        };
        for breaks in [false, true] {
            for (schedule, sheet) in sheets.iter().enumerate() {
                for (cut, why) in &sheet.cuts {
                    let state = match why {
                        Cut::Holiday(place) => State::Holiday(schedule, *place),
                        Cut::Break => State::Break,
                    };
                    if breaks == (state == State::Break) {
                        let mut here = sheet.windows.clone();
                        clip(&mut here, *cut);
                        tell(here, state);
                    }
                }
            }
        }
        tell(vec![page], State::Closed);
        found.sort_by_key(|(stretch, _)| *stretch);
        found
    }
}

impl Iterator for Segments {
    type Item = Segment;

    fn next(&mut self) -> Option<Segment> {
        self.fill();
        let ((from, to), state) = self.ahead.pop_front()?;
        let from = utc((from, 0).max(self.from))?;
        let to = utc((to, 0).min(self.to))?;
        let state = match state {
            State::Open => SegmentState::Open,
            State::Closed => SegmentState::Closed,
            State::Break => SegmentState::Break,
            State::Holiday(schedule, place) => {
                let schedule = self.calendar.draft().schedules.get(schedule);
                let holiday = schedule.and_then(|schedule| schedule.holidays.get(place));
                SegmentState::Holiday { name: holiday.and_then(|holiday| holiday.name.clone()) }
            }
        };
        Some(Segment { from, to, state })
    }
}

pub(super) fn offset_changes(
    calendar: &Calendar,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Vec<OffsetChange> {
    let (from, to) = (moment(from), moment(to));
    let first = (from.0 + i64::from(from.1 > 0)).max(START);
    let end = (to.0 + i64::from(to.1 > 0)).min(END);
    if first >= end {
        return Vec::new();
    }
    let changes = calendar.inner.rules.offset_changes((first, end)).into_iter();
    let seconds = |offset: i64| i32::try_from(offset).unwrap_or(0);
    changes
        .filter_map(|(schedule, at, before, after)| {
            let (before, after) = (seconds(before), seconds(after));
            Some(OffsetChange { at: utc((at, 0))?, schedule, before, after })
        })
        .collect()
}
