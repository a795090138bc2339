//! What a host writes: calendars before their checks.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::check::check;
use super::holiday::{DayRule, Holiday};
use super::hours::{Week, Window};
use super::{Calendar, CalendarError};

/// What a host writes: a calendar before its checks, in code, in a file, or as
/// [text](CalendarDraft#impl-FromStr-for-CalendarDraft).
///
/// Several schedules are joined: it is open whenever one of them is, each in its own time zone and
/// with its own holidays, so that a desk follows the sun.
///
/// ```
/// # use helpdesk::sla::calendar::{CalendarDraft, ScheduleDraft, Week};
/// let berlin = ScheduleDraft {
///     open: Week::weekdays(["09:00-17:30".parse()?]),
///     ..ScheduleDraft::in_zone("Europe/Berlin")
/// };
/// let calendar = CalendarDraft { schedules: vec![berlin] }.build()?;
/// assert!(calendar.is_open("2026-03-02T08:00:00Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// In a file, windows are texts such as `22:00-06:00`, and days of holidays are texts as
/// [`DayRule`] has them. What is misspelt is refused, and so is what the checks find:
///
/// ```
/// use helpdesk::Calendar;
///
/// let calendar: Calendar = serde_json::from_str(
///     r#"{ "schedules": [{
///         "zone": "America/New_York",
///         "open": { "mon": ["09:00-12:00", "13:00-17:30"], "tue": ["22:00-06:00"] },
///         "breaks": { "mon": ["10:00-10:15"] },
///         "holidays": [
///             { "on": "2026-12-24", "part": "12:00-24:00" },
///             { "on": "07-04", "observed": "nearest", "name": "Independence Day" },
///             { "on": "easter", "plus_days": -2 }
///         ],
///         "shifts": { "2026-11-27": ["10:00-14:00"] },
///         "extra": { "2026-11-28": ["10:00-14:00"] },
///         "date_breaks": { "2026-06-01": ["14:00-15:00"] }
///     }] }"#,
/// )?;
///
/// let wrong = serde_json::from_str::<Calendar>(
///     r#"{ "schedules": [{ "zone": "Berlin", "open": { "mon": ["09:00-17:00"] } }] }"#,
/// );
/// assert_eq!(
///     wrong.unwrap_err().to_string(),
///     "invalid calendar: schedules[0].zone: there is no time zone `Berlin`"
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a calendar: a map with `schedules`")]
pub struct CalendarDraft {
    /// The schedules, 1 to 16 of them. Business days are those of the first.
    pub schedules: Vec<ScheduleDraft>,
}

/// The hours of one place: windows in its local time, and what is taken out of them.
///
/// Holidays and breaks win over every window, whatever gave it. Where they meet, a closed stretch
/// is a holiday's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a schedule: a map with a `zone`")]
pub struct ScheduleDraft {
    /// The IANA time zone, such as `Europe/Berlin`, spelt as the database spells it.
    pub zone: String,
    /// The windows of each weekday. Default none.
    #[serde(default, skip_serializing_if = "Week::is_empty")]
    pub open: Week,
    /// What is taken out of each weekday: a lunch break. Default nothing.
    #[serde(default, skip_serializing_if = "Week::is_empty")]
    pub breaks: Week,
    /// What is taken out of single dates. Default nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub date_breaks: BTreeMap<NaiveDate, Vec<Window>>,
    /// Windows of single dates that take the place of the weekly ones; none: nothing begins on
    /// that date. Default none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shifts: BTreeMap<NaiveDate, Vec<Window>>,
    /// Windows of single dates beside the weekly ones. Default none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<NaiveDate, Vec<Window>>,
    /// Days on which nobody works, or not all day. Default none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Holiday>,
    /// The weekend, for holidays that are [observed](super::Observed) on another day. It closes
    /// nothing. Default Saturday and Sunday.
    #[serde(default = "weekend", skip_serializing_if = "is_weekend", with = "super::weekdays")]
    pub weekend: Vec<Weekday>,
}

pub(super) fn weekend() -> Vec<Weekday> {
    vec![Weekday::Sat, Weekday::Sun]
}

pub(super) fn is_weekend(days: &[Weekday]) -> bool {
    *days == [Weekday::Sat, Weekday::Sun]
}

impl CalendarDraft {
    /// A calendar of one schedule in this zone that is open in these windows every week.
    ///
    /// ```
    /// # use helpdesk::sla::calendar::{CalendarDraft, Week};
    /// let day_and_night = CalendarDraft::weekly("Etc/UTC", Week::always()).build()?;
    /// assert!(day_and_night.is_open("2026-12-25T00:00:00Z".parse().unwrap()));
    /// # Ok::<(), helpdesk::sla::calendar::CalendarError>(())
    /// ```
    pub fn weekly(zone: impl Into<String>, open: Week) -> Self {
        Self { schedules: vec![ScheduleDraft { open, ..ScheduleDraft::in_zone(zone) }] }
    }

    /// Checks everything, and makes a calendar of it.
    ///
    /// # Errors
    ///
    /// [`CalendarError`] lists every mistake with its path. Refused are: a zone that the database
    /// does not have; no schedule, or one without any window; dates and rules that are none; a
    /// calendar that, once all its dates are over, never opens again, for no target could be
    /// reached then; and more of anything than [the limits](super) allow.
    pub fn build(self) -> Result<Calendar, CalendarError> {
        check(self)
    }
}

impl ScheduleDraft {
    /// A schedule in this zone, without a window yet.
    pub fn in_zone(zone: impl Into<String>) -> Self {
        Self {
            zone: zone.into(),
            open: Week::default(),
            breaks: Week::default(),
            date_breaks: BTreeMap::new(),
            shifts: BTreeMap::new(),
            extra: BTreeMap::new(),
            holidays: Vec::new(),
            weekend: weekend(),
        }
    }

    /// The years in which something happens only once, begins, or ends.
    pub(super) fn years(&self) -> impl Iterator<Item = i32> + '_ {
        let dates = [&self.date_breaks, &self.shifts, &self.extra];
        let dates = dates.into_iter().flat_map(|dates| dates.keys().map(Datelike::year));
        let holidays = self.holidays.iter().flat_map(|holiday| {
            let date = match holiday.on {
                DayRule::Date(date) => Some(date.year()),
                DayRule::Yearly { .. }
                | DayRule::Nth { .. }
                | DayRule::OnOrAfter { .. }
                | DayRule::OnOrBefore { .. }
                | DayRule::Easter
                | DayRule::OrthodoxEaster => None,
            };
            [date, holiday.since, holiday.until].into_iter().flatten()
        });
        dates.chain(holidays)
    }
}
