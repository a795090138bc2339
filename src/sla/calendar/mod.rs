//! Business hours: when a desk works, and how much of its time lies between two instants.
//!
//! A [`CalendarDraft`] is what a host writes, in code, in a file or as text; [`Calendar`] is the
//! same thing after every check has passed. It needs no desk, reads no clock, and asks nothing of
//! the machine.
//!
//! ```
//! use helpdesk::{Calendar, Span};
//!
//! let calendar: Calendar = "
//!     zone Europe/Berlin
//!     open mon-fri 09:00-12:00, 13:00-17:30
//!     holiday 12-25 for 2 days \"Christmas\"
//!     holiday easter -2 \"Good Friday\"
//!     holiday 12-24 12:00-24:00
//! ".parse()?;
//!
//! // Four working hours from Maundy Thursday, 16:30: over a long weekend and a change of clocks.
//! let asked = "2024-03-28T15:30:00Z".parse()?;
//! let due = calendar.add(asked, Span::hours(4))?;
//! assert_eq!(due, "2024-04-01T10:00:00Z".parse::<chrono::DateTime<chrono::Utc>>()?);
//! assert_eq!(calendar.between(asked, due), Span::hours(4).into());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Conventions
//!
//! | question | answer |
//! |---|---|
//! | windows | half-open, in local time; `24:00` ends the day; one whose end is not later than its beginning runs past midnight and belongs to the day on which it begins |
//! | [`add`](Calendar::add) | the least instant with so much open time between: a budget that runs out at closing ends at the closing instant; zero stays where it is |
//! | [`sub`](Calendar::sub) | the greatest such instant before |
//! | [`between`](Calendar::between) | real time inside windows; reversed arguments give the negative |
//! | touching windows | are one |
//! | the closing instant | is not open; [`next_open`](Calendar::next_open) there is the next opening, and while open the instant itself |
//! | closings, and openings before | [`next_close`](Calendar::next_close) is the first after the instant; [`previous_open`](Calendar::previous_open) and [`previous_close`](Calendar::previous_close) are the last before it; around the clock there is none |
//! | a change of clocks in a window | each date is converted by itself, and real time counts: a day has the length that it has |
//! | an edge that the clock never shows | is later by the gap, also where a zone has skipped a whole date |
//! | an edge that it shows twice | the first time, for both edges |
//! | windows that overlap | are counted once |
//! | a holiday | takes its local date from midnight to midnight, and nothing else: a night shift that runs into it stops at midnight, and one that begins on it opens at the midnight after |
//! | holidays and breaks | win over windows, shifts and extra openings of their schedule |
//! | [business days](Calendar::end_of_business_day) | the nth that opens at or after the instant, until its last closing |
//! | several schedules | open whenever one of them is |
//! | beyond the years 1 to 9999, UTC | closed |
//!
//! # Limits
//!
//! A calendar has at most 16 schedules; a schedule 2,000 holidays, 10,000 dates in each of its
//! lists by date, and 48 windows in each of its lists for a day.
//!
//! # What it costs
//!
//! The rules are worked out into tables of open stretches when they are first asked about, 388
//! days at a time, and kept: all of the years 1900 to 2200, and of the rest at most 768, each of some
//! 15 kB. After that every question is an index into such a table, and a span over centuries takes a
//! few steps more than one over an hour. Years farther away are asked about by those 400 years
//! nearer, as often as it takes, for the Gregorian calendar comes again; only with Easter in it,
//! which does not, a calendar works out a year again that it has not kept. A calendar is one pointer,
//! cheap to clone, and may be asked from any number of threads; none waits for another but for the
//! first who compiles.
//!
//! # Roads not taken
//!
//! - *A table for a range of dates that the host chooses*: then something is always out of range,
//!   and a core without a clock could not move it.
//! - *The machine's zones*: two hosts would compute two deadlines. The bundled
//!   [version](Calendar::tzdata) can be read and is the same on every machine.
//! - *Business days as 24 hours*: a day is a date on which somebody works, and a target in such
//!   days is a field of its own.

mod again;
mod check;
mod draft;
mod edges;
mod error;
mod holiday;
mod hours;
#[cfg(feature = "icalendar")]
pub mod icalendar;
mod rules;
mod segments;
mod table;
mod text;
mod weekdays;
mod zone;

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

pub use draft::{CalendarDraft, ScheduleDraft};
pub use error::{BeyondCalendar, CalendarError};
pub use holiday::{DayRule, Holiday, Observed};
pub use hours::{NotHours, TimeOfDay, Week, Window};
pub use segments::{OffsetChange, OpenWindow, Segment, SegmentState, Segments, Windows};
pub use text::{CalendarSyntax, NotACalendar};

use crate::time::Span;
use rules::Rules;
use table::{Moment, Table};

/// When a desk works: business hours that have passed every check.
///
/// Made by [`CalendarDraft::build`], or read from [text](Calendar#impl-FromStr-for-Calendar) or
/// data. Serialised, it is its draft; read back, it is checked again. A clone is the same calendar
/// and shares its tables.
///
/// ```
/// use helpdesk::Calendar;
/// use helpdesk::sla::calendar::{CalendarDraft, ScheduleDraft, Week};
///
/// // Two places, one desk: it follows the sun.
/// let calendar: Calendar = "
///     zone Europe/Berlin
///     open mon-fri 08:00-17:00
///     zone America/Vancouver
///     open mon-fri 08:00-17:00
/// ".parse()?;
/// assert!(calendar.is_open("2026-07-01T07:00:00Z".parse()?), "morning in Berlin");
/// assert!(calendar.is_open("2026-07-01T22:00:00Z".parse()?), "afternoon in Vancouver");
/// assert!(!calendar.is_open("2026-07-01T03:00:00Z".parse()?), "night in both");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "CalendarDraft", into = "CalendarDraft")]
pub struct Calendar {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    draft: CalendarDraft,
    rules: Rules,
    table: Table,
}

/// By what the host wrote: all the rest is made of that.
impl PartialEq for Calendar {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner) || self.inner.draft == other.inner.draft
    }
}

impl Eq for Calendar {}

impl fmt::Debug for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Calendar").field(&self.inner.draft).finish()
    }
}

impl TryFrom<CalendarDraft> for Calendar {
    type Error = CalendarError;

    fn try_from(draft: CalendarDraft) -> Result<Self, CalendarError> {
        draft.build()
    }
}

impl From<Calendar> for CalendarDraft {
    fn from(calendar: Calendar) -> Self {
        calendar.inner.draft.clone()
    }
}

impl Calendar {
    /// What the host wrote; change it and build it again.
    pub fn draft(&self) -> &CalendarDraft {
        &self.inner.draft
    }

    /// The version of the IANA time zone database by which this build computes, such as `2026f`.
    /// It belongs to every answer: under another version the same question may have another one,
    /// for a government may have changed its clocks.
    ///
    /// ```
    /// # use helpdesk::Calendar;
    /// assert!(Calendar::tzdata() >= "2026e");
    /// ```
    pub fn tzdata() -> &'static str {
        zone::tzdata()
    }

    /// The names of all time zones that a calendar can be in.
    ///
    /// ```
    /// # use helpdesk::Calendar;
    /// assert!(Calendar::zones().any(|zone| zone == "America/Vancouver"));
    /// ```
    pub fn zones() -> impl Iterator<Item = &'static str> {
        zone::names()
    }

    /// When so much open time will have passed: the least instant at or after `from` with
    /// `between(from, it) = amount`.
    ///
    /// An amount that runs out exactly at closing ends at the closing instant, not at the next
    /// opening. No amount stays where it is, open or not. `from` is cut to whole microseconds.
    ///
    /// ```
    /// # use helpdesk::{Calendar, Span};
    /// let calendar: Calendar = "zone Etc/UTC; open mon-fri 09:00-17:00".parse()?;
    /// let friday = "2026-03-06T16:00:00Z".parse()?;
    /// assert_eq!(calendar.add(friday, Span::hours(1))?.to_rfc3339(), "2026-03-06T17:00:00+00:00");
    /// assert_eq!(calendar.add(friday, Span::hours(2))?.to_rfc3339(), "2026-03-09T10:00:00+00:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`BeyondCalendar`] where that would be after the year 9999.
    #[inline]
    pub fn add(&self, from: DateTime<Utc>, amount: Span) -> Result<DateTime<Utc>, BeyondCalendar> {
        let Inner { rules, table, .. } = &*self.inner;
        let amount = amount.as_micros();
        let due = table.asked(rules, moment(from), |table, from| table.add(rules, from, amount));
        due.and_then(utc).ok_or(BeyondCalendar::NEW)
    }

    /// When so much open time had yet to pass: the greatest instant at or before `from` with
    /// `between(it, from) = amount`. The mirror of [`add`](Self::add): an amount that runs out
    /// exactly at an opening ends there, not at the closing before.
    ///
    /// ```
    /// # use helpdesk::{Calendar, Span};
    /// let calendar: Calendar = "zone Etc/UTC; open mon-fri 09:00-17:00".parse()?;
    /// let monday = "2026-03-09T10:00:00Z".parse()?;
    /// assert_eq!(calendar.sub(monday, Span::hours(1))?.to_rfc3339(), "2026-03-09T09:00:00+00:00");
    /// assert_eq!(calendar.sub(monday, Span::hours(2))?.to_rfc3339(), "2026-03-06T16:00:00+00:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`BeyondCalendar`] where that would be before the year 1.
    #[inline]
    pub fn sub(&self, from: DateTime<Utc>, amount: Span) -> Result<DateTime<Utc>, BeyondCalendar> {
        let Inner { rules, table, .. } = &*self.inner;
        let amount = amount.as_micros();
        let start = table.asked(rules, moment(from), |table, from| table.sub(rules, from, amount));
        start.and_then(utc).ok_or(BeyondCalendar::NEW)
    }

    /// The open time from one instant until another, to the microsecond; negative where the second
    /// is the earlier one.
    ///
    /// ```
    /// # use helpdesk::Calendar;
    /// # use chrono::TimeDelta;
    /// let calendar: Calendar = "zone Etc/UTC; open mon-fri 09:00-17:00".parse()?;
    /// let (friday, monday) = ("2026-03-06T16:00:00Z".parse()?, "2026-03-09T10:00:00Z".parse()?);
    /// assert_eq!(calendar.between(friday, monday), TimeDelta::hours(2));
    /// assert_eq!(calendar.between(monday, friday), TimeDelta::hours(-2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        let Inner { rules, table, .. } = &*self.inner;
        let (from, to) = (moment(from), moment(to));
        TimeDelta::microseconds(if from <= to {
            table.between(rules, from, to)
        } else {
            -table.between(rules, to, from)
        })
    }

    /// Whether it is open at this instant. The opening instant is open; the closing instant is not.
    ///
    /// ```
    /// # use helpdesk::Calendar;
    /// let calendar: Calendar = "zone Etc/UTC; open mon-fri 09:00-17:00".parse()?;
    /// assert!(calendar.is_open("2026-03-06T09:00:00Z".parse()?));
    /// assert!(!calendar.is_open("2026-03-06T17:00:00Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.inner.table.is_open(&self.inner.rules, moment(at))
    }

    /// The first instant at or after this one at which it is open: while open the instant itself.
    /// `None` where that would be after the year 9999.
    ///
    /// ```
    /// # use helpdesk::Calendar;
    /// let calendar: Calendar = "zone Etc/UTC; open mon-fri 09:00-17:00".parse()?;
    /// let closing = "2026-03-06T17:00:00Z".parse()?;
    /// assert_eq!(calendar.next_open(closing), Some("2026-03-09T09:00:00Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next_open(&self, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let Inner { rules, table, .. } = &*self.inner;
        table.asked(rules, moment(from), |table, at| table.next_open(rules, at)).and_then(utc)
    }

    /// The first closing after this instant; `None` where it never closes again.
    ///
    /// ```
    /// # use helpdesk::Calendar;
    /// let calendar: Calendar = "zone Etc/UTC; open mon-fri 09:00-17:00".parse()?;
    /// let closing = "2026-03-06T17:00:00Z".parse()?;
    /// assert_eq!(calendar.next_close(closing), Some("2026-03-09T17:00:00Z".parse()?));
    /// let always: Calendar = "zone Etc/UTC; open always".parse()?;
    /// assert_eq!(always.next_close(closing), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next_close(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let Inner { rules, table, .. } = &*self.inner;
        table.asked(rules, moment(after), |table, at| table.next_close(rules, at)).and_then(utc)
    }

    /// The last opening before this instant; `None` where it had never been closed.
    ///
    /// ```
    /// # use helpdesk::Calendar;
    /// let calendar: Calendar = "zone Etc/UTC; open mon-fri 09:00-17:00".parse()?;
    /// let opening = "2026-03-09T09:00:00Z".parse()?;
    /// assert_eq!(calendar.previous_open(opening), Some("2026-03-06T09:00:00Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn previous_open(&self, before: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let Inner { rules, table, .. } = &*self.inner;
        table.asked(rules, moment(before), |table, at| table.previous_open(rules, at)).and_then(utc)
    }

    /// The last closing before this instant; `None` where it had never been closed.
    ///
    /// ```
    /// # use helpdesk::Calendar;
    /// let calendar: Calendar = "zone Etc/UTC; open mon-fri 09:00-17:00".parse()?;
    /// let closing = "2026-03-09T17:00:00Z".parse()?;
    /// assert_eq!(calendar.previous_close(closing), Some("2026-03-06T17:00:00Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn previous_close(&self, before: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let Inner { rules, table, .. } = &*self.inner;
        table
            .asked(rules, moment(before), |table, at| table.previous_close(rules, at))
            .and_then(utc)
    }

    /// The end of the nth business day: for targets such as "within two business days".
    ///
    /// A **business day** is a date of the first schedule that has open time in the windows which
    /// begin on it, and is no holiday all day. It opens at the first opening of those windows and
    /// ends at their last closing, be it after midnight; a night shift is the day's on which it
    /// begins. No day ends before the one before it does.
    ///
    /// **The nth** is counted from the first that opens at or after `from`. A request that comes
    /// while a business day is under way does not use that day up, and one that comes at night or
    /// on a Sunday is as good as one at the next opening. So whoever is promised n business days
    /// leaves the desk n whole ones, whenever they ask.
    ///
    /// **Zero** is the end of the same business day: of the one that is under way, or, where none
    /// is, of the first that opens.
    ///
    /// ```
    /// # use helpdesk::Calendar;
    /// let calendar: Calendar = "zone Etc/UTC; open mon-fri 09:00-17:00".parse()?;
    /// let end = |from: &str, days| {
    ///     let end = calendar.end_of_business_day(from.parse().unwrap(), days).unwrap();
    ///     end.format("%a %H:%M").to_string()
    /// };
    /// assert_eq!(end("2026-03-05T10:00:00Z", 0), "Thu 17:00");
    /// assert_eq!(end("2026-03-05T10:00:00Z", 1), "Fri 17:00");
    /// assert_eq!(end("2026-03-05T10:00:00Z", 2), "Mon 17:00");
    /// // Before opening, the whole day is still to come.
    /// assert_eq!(end("2026-03-05T08:00:00Z", 1), "Thu 17:00");
    /// assert_eq!(end("2026-03-07T12:00:00Z", 1), "Mon 17:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`BeyondCalendar`] where that would be after the year 9999, or where the first schedule has
    /// no business day left.
    pub fn end_of_business_day(
        &self,
        from: DateTime<Utc>,
        nth: u16,
    ) -> Result<DateTime<Utc>, BeyondCalendar> {
        let Inner { rules, table, .. } = &*self.inner;
        let end =
            table.asked(rules, moment(from), |table, from| table.end_of_day(rules, from, nth));
        end.and_then(utc).ok_or(BeyondCalendar::NEW)
    }

    /// The open windows from one instant until another, in order, the first and the last cut to
    /// them. Touching windows are one. Nothing, where `to` is not later.
    ///
    /// ```
    /// # use helpdesk::Calendar;
    /// let calendar: Calendar = "zone Etc/UTC; open mon-fri 09:00-17:00".parse()?;
    /// let (friday, monday) = ("2026-03-06T16:00:00Z".parse()?, "2026-03-09T10:00:00Z".parse()?);
    /// let lengths: Vec<i64> = calendar
    ///     .windows(friday, monday)
    ///     .map(|window| (window.to - window.from).num_minutes())
    ///     .collect();
    /// assert_eq!(lengths, [60, 60]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn windows(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Windows {
        Windows::new(self, moment(from), moment(to))
    }

    /// What the time from one instant until another consists of, without gaps: open time, and why
    /// the rest is closed. Made from the rules, not from the tables: for explanations, some
    /// microseconds a week.
    ///
    /// ```
    /// # use helpdesk::Calendar;
    /// use helpdesk::sla::calendar::SegmentState;
    ///
    /// let calendar: Calendar = "zone Etc/UTC
    ///     open mon-fri 09:00-17:00
    ///     break mon-fri 12:00-13:00
    ///     holiday 2026-03-06 \"Founders' day\"".parse()?;
    /// let (thursday, friday) = ("2026-03-05T11:00:00Z".parse()?, "2026-03-06T12:00:00Z".parse()?);
    /// let told: Vec<SegmentState> =
    ///     calendar.segments(thursday, friday).map(|segment| segment.state).collect();
    /// use SegmentState::{Break, Closed, Holiday, Open};
    /// let name = Some("Founders' day".into());
    /// assert_eq!(told, [Open, Break, Open, Closed, Holiday { name }]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn segments(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Segments {
        Segments::new(self, moment(from), moment(to))
    }

    /// The changes of the clocks in the zones of its schedules, from one instant on and before
    /// another, in order.
    ///
    /// ```
    /// # use helpdesk::Calendar;
    /// let calendar: Calendar = "zone Europe/Berlin; open always".parse()?;
    /// let changes = calendar.offset_changes("2026-01-01T00:00:00Z".parse()?, "2027-01-01T00:00:00Z".parse()?);
    /// let hours: Vec<i32> = changes.iter().map(|change| change.after / 3600).collect();
    /// assert_eq!(hours, [2, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn offset_changes(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<OffsetChange> {
        segments::offset_changes(self, from, to)
    }
}

/// The instant in seconds and whole microseconds; a leap second is the one after it.
#[inline]
fn moment(instant: DateTime<Utc>) -> Moment {
    let (seconds, micros) = (instant.timestamp(), i64::from(instant.timestamp_subsec_micros()));
    if micros < 1_000_000 { (seconds, micros) } else { (seconds + 1, micros - 1_000_000) }
}

#[inline]
fn utc((seconds, micros): Moment) -> Option<DateTime<Utc>> {
    // The end of a second may be told as its millionth microsecond.
    let whole = seconds + micros / 1_000_000;
    DateTime::from_timestamp(whole, (micros % 1_000_000) as u32 * 1000)
}
