//! Holidays from iCalendar files (RFC 5545), as governments and calendar programs publish them.
//!
//! [`ScheduleDraft::import_icalendar`] takes a whole file in; [`events`] reads it, so that a host
//! can choose: public feeds list days on which nobody is off, too, and tell so in the description
//! or in the categories.
//!
//! # What is read
//!
//! | in the file | becomes |
//! |---|---|
//! | an event of dates (`VALUE=DATE`), over one day or several | a holiday of whole days, at most 366 |
//! | an event of times | whole days where it runs from midnight to midnight, else the part of its days that it takes; over more than 24 hours up to three holidays |
//! | `SUMMARY` | the holiday's name |
//! | `RRULE:FREQ=YEARLY` | the [rules](DayRule) that fall on the same days, from the year in which it begins |
//! | `RDATE`, `EXDATE`, an event that moves another by `RECURRENCE-ID` | the days that come of them |
//! | `STATUS:CANCELLED` | nothing; with a `RECURRENCE-ID`, that day of its series is none either |
//! | `TRANSP:TRANSPARENT`, `STATUS:TENTATIVE`, `CLASS`, alarms, to-dos, all the rest | not heeded: most feeds mark holidays as transparent, for a holiday keeps nobody busy |
//!
//! Times are local ones: without a time zone, or in the zone of the schedule. Those of another
//! zone or of UTC are refused, for they are at other local times in winter and in summer. A
//! `DURATION` in hours is counted on the clock.
//!
//! # Which recurrences
//!
//! Those that holidays have, exactly or not at all; what cannot be had is refused with its line and
//! the part of the rule that it is.
//!
//! | part | |
//! |---|---|
//! | `FREQ` | `YEARLY` only |
//! | `BYMONTH` | yes |
//! | `BYMONTHDAY` | yes; negative ones, too, but for `-29` in February |
//! | `BYDAY` with `BYMONTH` | yes: `4TH`, `-1MO`, or every `MO` of the month |
//! | `BYDAY` without `BYMONTH` | the first to the fourth and the last to the fourth last of a year |
//! | `BYDAY` with `BYMONTHDAY` | weekdays without a number, and seven days in a row: `BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8` |
//! | `COUNT`, `UNTIL` | yes |
//! | `INTERVAL` | with `COUNT` or `UNTIL`: each day becomes a holiday of its own |
//! | `WKST` | yes: it changes nothing here |
//! | others (`BYSETPOS`, `BYWEEKNO`, `BYYEARDAY`, `RSCALE` …) | refused |
//!
//! An event whose first day is none of its rule's is refused: what it means is not defined.
//!
//! # Limits
//!
//! A file has at most 4 MiB and 10,000 events, an event at most 1,000 days in `RDATE` and in
//! `EXDATE`, and gives at most 1,000 holidays. `COUNT` is at most 1,000.

mod event;
mod lines;
mod recurrence;
mod value;

use std::fmt;
use std::sync::Arc;

use super::draft::ScheduleDraft;
#[cfg(doc)]
use super::holiday::DayRule;
use super::holiday::Holiday;

/// The most bytes of a file.
const MOST_BYTES: usize = 4 << 20;
/// The most events of a file.
const MOST_EVENTS: usize = 10_000;
/// The most days in the `RDATE`s of an event, and in its `EXDATE`s, and holidays that it gives.
const MOST_DAYS: usize = 1_000;
/// The most occurrences that a `COUNT` may ask for.
const MOST_COUNTED: u32 = 1_000;

/// An event of a file, and the holidays that it comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The line of the file on which it begins, from 1.
    pub line: usize,
    /// Its `SUMMARY`: what people call it. The name of its holidays.
    pub name: Option<Arc<str>>,
    /// Its `DESCRIPTION`.
    pub description: Option<String>,
    /// Its `CATEGORIES`.
    pub categories: Vec<String>,
    /// The holidays; why it has none, where it cannot be one.
    pub holidays: Result<Vec<Holiday>, Fault>,
}

/// Reads the events of a file for a schedule in this time zone, in the file's order; those that are
/// cancelled are left out.
///
/// ```
/// use helpdesk::sla::calendar::icalendar;
///
/// let file = b"BEGIN:VCALENDAR
/// VERSION:2.0
/// BEGIN:VEVENT
/// DTSTART;VALUE=DATE:20261126
/// SUMMARY:Thanksgiving Day
/// DESCRIPTION:Public holiday
/// RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH
/// END:VEVENT
/// BEGIN:VEVENT
/// DTSTART;VALUE=DATE:20260214
/// SUMMARY:Valentine's Day
/// DESCRIPTION:Observance
/// RRULE:FREQ=YEARLY
/// END:VEVENT
/// END:VCALENDAR
/// ";
/// let mut holidays = Vec::new();
/// for event in icalendar::events(file, "America/New_York")? {
///     if event.description.as_deref() == Some("Public holiday") {
///         holidays.extend(event.holidays?);
///     }
/// }
/// assert_eq!(holidays.len(), 1);
/// assert_eq!(holidays[0].on.to_string(), "4th thu of nov");
/// assert_eq!(holidays[0].since, Some(2026));
/// # Ok::<(), icalendar::Fault>(())
/// ```
///
/// # Errors
///
/// [`Fault`], where the file is no iCalendar file. What is wrong with single events is told by
/// their [`holidays`](Event::holidays).
pub fn events(file: &[u8], zone: &str) -> Result<Vec<Event>, Fault> {
    Ok(event::read(&lines::components(lines::text(file)?)?, zone))
}

impl ScheduleDraft {
    /// Adds the holidays of an iCalendar file: of all its events. [What is read](super::icalendar)
    /// says what becomes of what. Its times are to be in the schedule's time zone.
    ///
    /// ```
    /// use helpdesk::CalendarDraft;
    ///
    /// let mut draft: CalendarDraft = "zone Europe/London; open mon-fri 09:00-17:00".parse()?;
    /// let file = b"BEGIN:VCALENDAR\r
    /// VERSION:2.0\r
    /// BEGIN:VEVENT\r
    /// DTSTART;VALUE=DATE:20251225\r
    /// DTEND;VALUE=DATE:20251227\r
    /// SUMMARY:Christmas\\, and Boxing Day\r
    /// RRULE:FREQ=YEARLY\r
    /// END:VEVENT\r
    /// END:VCALENDAR\r
    /// ";
    /// draft.schedules[0].import_icalendar(file)?;
    /// assert_eq!(
    ///     draft.to_string().lines().last(),
    ///     Some(r#"holiday 12-25 for 2 days since 2025 "Christmas, and Boxing Day""#)
    /// );
    ///
    /// let weekly = b"BEGIN:VCALENDAR
    /// BEGIN:VEVENT
    /// DTSTART;VALUE=DATE:20250103
    /// RRULE:FREQ=WEEKLY
    /// END:VEVENT
    /// END:VCALENDAR
    /// ";
    /// assert_eq!(
    ///     draft.schedules[0].import_icalendar(weekly).unwrap_err().to_string(),
    ///     "not holidays: line 4: `FREQ=WEEKLY` in `RRULE` cannot be had: only `FREQ=YEARLY` can"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotHolidays`], where the file is no iCalendar file, or has an event that cannot be a
    /// holiday; then nothing is added. The limits of a schedule are checked when the
    /// [draft is built](super::CalendarDraft::build).
    pub fn import_icalendar(&mut self, file: &[u8]) -> Result<(), NotHolidays> {
        let events =
            events(file, &self.zone).map_err(|fault| NotHolidays { faults: vec![fault] })?;
        let (mut holidays, mut faults) = (Vec::new(), Vec::new());
        for event in events {
            match event.holidays {
                Ok(found) => holidays.extend(found),
                Err(fault) => faults.push(fault),
            }
        }
        if !faults.is_empty() {
            return Err(NotHolidays { faults });
        }
        self.holidays.extend(holidays);
        Ok(())
    }
}

/// A file cannot be taken in: what is wrong with the file, or with each of its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotHolidays {
    faults: Vec<Fault>,
}

impl NotHolidays {
    /// What is wrong, in the order of the file's events; at least one.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl fmt::Display for NotHolidays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not holidays")?;
        for (index, fault) in self.faults.iter().enumerate() {
            write!(f, "{}{fault}", if index == 0 { ": " } else { "; " })?;
        }
        Ok(())
    }
}

impl std::error::Error for NotHolidays {}

/// What is wrong in a file, and on which line.
///
/// ```
/// # use helpdesk::sla::calendar::icalendar;
/// let fault = icalendar::events(b"BEGIN:VCALENDAR\nEND:VEVENT\n", "Etc/UTC").unwrap_err();
/// assert_eq!(fault.line(), 2);
/// assert_eq!(fault.to_string(), "line 2: found `END:VEVENT`, expected `END:VCALENDAR`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct Fault {
    line: usize,
    reason: Reason,
}

impl Fault {
    fn new(line: usize, reason: Reason) -> Self {
        Self { line, reason }
    }

    /// The line, from 1; of a folded one, where it begins.
    pub fn line(&self) -> usize {
        self.line
    }

    /// What is wrong there.
    pub fn reason(&self) -> &Reason {
        &self.reason
    }
}

/// Why a file, or an event, gives no holidays.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The file is not in UTF-8 from this line on.
    #[error("this is not UTF-8")]
    NotUtf8,
    /// The file is not made of components and content lines.
    #[error("found {found}, expected {expected}")]
    Syntax {
        /// What is there, in backticks, shortened; or `the end`.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// A property's value is none.
    #[error("`{property}` is `{found}`, expected {expected}")]
    Value {
        /// The property.
        property: &'static str,
        /// Its value, shortened.
        found: String,
        /// What it should be.
        expected: &'static str,
    },
    /// The event lacks a property.
    #[error("the event has no `{property}`")]
    Missing {
        /// The property.
        property: &'static str,
    },
    /// A property stands twice in one event.
    #[error("`{property}` stands here a second time")]
    Twice {
        /// The property.
        property: &'static str,
    },
    /// It is understood, and cannot be expressed as a holiday.
    #[error("`{part}` in `{property}` cannot be had: {why}")]
    Unsupported {
        /// The property.
        property: &'static str,
        /// The part of it, shortened.
        part: String,
        /// Why not.
        why: &'static str,
    },
    /// There is more than is allowed.
    #[error("at most {most} {limit} are allowed, and here are {found}")]
    OverLimit {
        /// Of what.
        limit: &'static str,
        /// How many are allowed.
        most: u64,
        /// How many there are.
        found: u64,
    },
}
