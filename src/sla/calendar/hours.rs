//! Times of day, windows of a day, and the windows of a week.

use std::fmt;
use std::str::FromStr;

use chrono::Weekday;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Seconds of a day of 24 hours.
pub(super) const DAY: i64 = 86_400;

/// A time of day on the clock, from `00:00` to `24:00`, to the second.
///
/// `24:00` is the midnight that ends the day: no minute before it is lost.
///
/// ```
/// # use helpdesk::sla::calendar::TimeOfDay;
/// let closing: TimeOfDay = "17:30".parse()?;
/// assert_eq!(closing, TimeOfDay::hm(17, 30).unwrap());
/// assert_eq!("09:00:30".parse::<TimeOfDay>()?.to_string(), "09:00:30");
/// assert_eq!("24:00".parse::<TimeOfDay>()?, TimeOfDay::MIDNIGHT_AFTER);
/// assert!("24:01".parse::<TimeOfDay>().is_err());
/// # Ok::<(), helpdesk::sla::calendar::NotHours>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(u32);

impl TimeOfDay {
    /// `00:00`, the midnight that begins the day.
    pub const MIDNIGHT: Self = Self(0);
    /// `24:00`, the midnight that ends the day.
    pub const MIDNIGHT_AFTER: Self = Self(86_400);

    /// This hour and minute; `None` beyond `24:00`.
    pub const fn hm(hour: u32, minute: u32) -> Option<Self> {
        Self::hms(hour, minute, 0)
    }

    /// This hour, minute and second; `None` beyond `24:00`.
    pub const fn hms(hour: u32, minute: u32, second: u32) -> Option<Self> {
        if hour > 24 || minute > 59 || second > 59 || (hour == 24 && minute + second > 0) {
            return None;
        }
        Some(Self(hour * 3600 + minute * 60 + second))
    }

    /// Seconds on the clock since the day began, 0 to 86,400.
    pub const fn seconds(self) -> u32 {
        self.0
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = (self.0 / 3600, self.0 / 60 % 60, self.0 % 60);
        write!(f, "{hour:02}:{minute:02}")?;
        if second > 0 { write!(f, ":{second:02}") } else { Ok(()) }
    }
}

/// A text is not a time of day such as `09:00`, or not a window such as `09:00-17:30`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct NotHours {
    text: String,
    expected: &'static str,
}

impl NotHours {
    fn new(text: &str, expected: &'static str) -> Self {
        Self { text: text.chars().take(80).collect(), expected }
    }
}

impl FromStr for TimeOfDay {
    type Err = NotHours;

    fn from_str(text: &str) -> Result<Self, NotHours> {
        let wrong = || NotHours::new(text, "a time of day such as `09:00`, at most `24:00`");
        let mut parts = text.split(':').map(|part| {
            let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            if digits { part.parse::<u32>().ok() } else { None }
        });
        let hour = parts.next().flatten().ok_or_else(wrong)?;
        let minute = parts.next().flatten().ok_or_else(wrong)?;
        let second = match parts.next() {
            None => 0,
            Some(second) => second.ok_or_else(wrong)?,
        };
        match parts.next() {
            None => Self::hms(hour, minute, second).ok_or_else(wrong),
            Some(_) => Err(wrong()),
        }
    }
}

/// A stretch of local time that begins on one day: `09:00-17:30`, or `22:00-06:00` past midnight.
///
/// It is half-open: its first instant belongs to it, its last does not. One whose end is not
/// later than its beginning runs past midnight and belongs to the day on which it begins; so
/// `09:00-09:00` is 24 hours on the clock.
///
/// ```
/// # use helpdesk::sla::calendar::Window;
/// let night: Window = "22:00-06:00".parse()?;
/// assert!(night.is_overnight());
/// assert!(!"22:00-24:00".parse::<Window>()?.is_overnight());
/// assert_eq!(Window::ALL_DAY.to_string(), "00:00-24:00");
/// // Nothing begins at the midnight that ends a day: that is the next day's `00:00`.
/// assert!("24:00-06:00".parse::<Window>().is_err());
/// # Ok::<(), helpdesk::sla::calendar::NotHours>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    from: TimeOfDay,
    to: TimeOfDay,
}

impl Window {
    /// From midnight to midnight.
    pub const ALL_DAY: Self = Self { from: TimeOfDay::MIDNIGHT, to: TimeOfDay::MIDNIGHT_AFTER };

    /// From one time of day to another; to that of the next day, where it is not later. `None`
    /// where it would begin at `24:00`.
    pub const fn new(from: TimeOfDay, to: TimeOfDay) -> Option<Self> {
        if from.0 >= TimeOfDay::MIDNIGHT_AFTER.0 { None } else { Some(Self { from, to }) }
    }

    /// When it begins.
    pub const fn from(self) -> TimeOfDay {
        self.from
    }

    /// When it ends, on the same day or the next.
    pub const fn to(self) -> TimeOfDay {
        self.to
    }

    /// Whether it runs past midnight.
    pub const fn is_overnight(self) -> bool {
        self.to.0 <= self.from.0
    }

    /// Its beginning and end in seconds on the clock since its day began.
    pub(super) fn on_the_clock(self) -> (i64, i64) {
        let next_day = if self.is_overnight() { DAY } else { 0 };
        (i64::from(self.from.0), i64::from(self.to.0) + next_day)
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from, self.to)
    }
}

impl FromStr for Window {
    type Err = NotHours;

    fn from_str(text: &str) -> Result<Self, NotHours> {
        let wrong = || NotHours::new(text, "a window such as `09:00-17:30`");
        let (from, to) = text.split_once('-').ok_or_else(wrong)?;
        Self::new(from.parse()?, to.parse()?).ok_or_else(wrong)
    }
}

/// Hours are data as they are text.
macro_rules! as_text {
    ($($name:ident)*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

as_text! { TimeOfDay Window }

/// Every day of the week, in order.
pub(super) const WEEKDAYS: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

/// A day of the week as settings write it.
pub(super) const fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "mon",
        Weekday::Tue => "tue",
        Weekday::Wed => "wed",
        Weekday::Thu => "thu",
        Weekday::Fri => "fri",
        Weekday::Sat => "sat",
        Weekday::Sun => "sun",
    }
}

/// The day of the week of this name.
pub(super) fn weekday_named(name: &str) -> Option<Weekday> {
    WEEKDAYS.into_iter().find(|day| weekday_name(*day) == name)
}

/// The windows of each day of the week; a day without any is closed.
///
/// ```
/// # use helpdesk::sla::calendar::Week;
/// let week = Week::weekdays(["09:00-12:00".parse()?, "13:00-17:30".parse()?]);
/// assert_eq!(week.fri.len(), 2);
/// assert!(week.sat.is_empty());
/// # Ok::<(), helpdesk::sla::calendar::NotHours>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a week: a map of days")]
pub struct Week {
    /// Monday's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mon: Vec<Window>,
    /// Tuesday's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tue: Vec<Window>,
    /// Wednesday's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wed: Vec<Window>,
    /// Thursday's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub thu: Vec<Window>,
    /// Friday's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fri: Vec<Window>,
    /// Saturday's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sat: Vec<Window>,
    /// Sunday's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sun: Vec<Window>,
}

impl Week {
    /// The same windows on all seven days.
    pub fn daily(windows: impl IntoIterator<Item = Window>) -> Self {
        Self::of(&WEEKDAYS, windows)
    }

    /// The same windows from Monday to Friday.
    pub fn weekdays(windows: impl IntoIterator<Item = Window>) -> Self {
        use Weekday::{Fri, Mon, Thu, Tue, Wed};
        Self::of(&[Mon, Tue, Wed, Thu, Fri], windows)
    }

    /// Around the clock, every day.
    pub fn always() -> Self {
        Self::daily([Window::ALL_DAY])
    }

    /// The same windows on these days.
    pub fn of(days: &[Weekday], windows: impl IntoIterator<Item = Window>) -> Self {
        let windows: Vec<Window> = windows.into_iter().collect();
        let mut week = Self::default();
        for day in days {
            week.day_mut(*day).clone_from(&windows);
        }
        week
    }

    /// The windows of this day.
    pub fn day(&self, day: Weekday) -> &[Window] {
        match day {
            Weekday::Mon => &self.mon,
            Weekday::Tue => &self.tue,
            Weekday::Wed => &self.wed,
            Weekday::Thu => &self.thu,
            Weekday::Fri => &self.fri,
            Weekday::Sat => &self.sat,
            Weekday::Sun => &self.sun,
        }
    }

    /// The windows of this day, to change them.
    pub fn day_mut(&mut self, day: Weekday) -> &mut Vec<Window> {
        match day {
            Weekday::Mon => &mut self.mon,
            Weekday::Tue => &mut self.tue,
            Weekday::Wed => &mut self.wed,
            Weekday::Thu => &mut self.thu,
            Weekday::Fri => &mut self.fri,
            Weekday::Sat => &mut self.sat,
            Weekday::Sun => &mut self.sun,
        }
    }

    /// Whether no day has a window.
    pub fn is_empty(&self) -> bool {
        WEEKDAYS.into_iter().all(|day| self.day(day).is_empty())
    }
}
