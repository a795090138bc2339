//! Instants in whole microseconds UTC, and spans of time with an ISO 8601 text form.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant; in public signatures it is written out.
pub(crate) type Instant = DateTime<Utc>;

/// The instant cut to whole microseconds, as every instant is when it enters the crate.
pub(crate) fn whole_micros(instant: Instant) -> Instant {
    // Most are already, and few lie in a leap second.
    let nanos = instant.timestamp_subsec_nanos();
    if nanos < 1_000_000_000 && nanos.is_multiple_of(1000) {
        return instant;
    }
    DateTime::from_timestamp_micros(instant.timestamp_micros()).unwrap_or(instant)
}

/// Reads a stored instant, cut to whole microseconds as every instant is that enters the crate.
pub(crate) fn truncated<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Instant, D::Error> {
    Instant::deserialize(deserializer).map(whole_micros)
}

/// Reads a stored instant that may be absent, cut to whole microseconds.
pub(crate) fn truncated_option<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Instant>, D::Error> {
    Ok(Option::<Instant>::deserialize(deserializer)?.map(whole_micros))
}

/// Reads stored instants, each cut to whole microseconds.
pub(crate) fn truncated_all<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Instant>, D::Error> {
    let all = Vec::<Instant>::deserialize(deserializer)?;
    Ok(all.into_iter().map(whole_micros).collect())
}

/// The instant a span after another; the latest instant there is, where it would lie beyond.
pub(crate) fn after(instant: Instant, span: Span) -> Instant {
    instant
        .checked_add_signed(TimeDelta::microseconds(span.as_micros()))
        .unwrap_or_else(|| whole_micros(DateTime::<Utc>::MAX_UTC))
}

/// The instant right after another; none after the last one.
pub(crate) fn next_micro(instant: Instant) -> Option<Instant> {
    instant.checked_add_signed(TimeDelta::microseconds(1))
}

/// A length of time: whole microseconds, never negative, up to about 292,000 years.
///
/// Its text form is ISO 8601 in hours, minutes and seconds, so that no reader has to guess
/// how long a day is: four calendar days are `PT96H`.
///
/// ```
/// # use helpdesk::Span;
/// assert_eq!(Span::days(4).to_string(), "PT96H");
/// assert_eq!("PT1H30M".parse(), Ok(Span::minutes(90)));
/// assert_eq!("PT0.5S".parse(), Ok(Span::micros(500_000)));
/// assert!("P4D".parse::<Span>().is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(i64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// So many microseconds: up to 71 minutes.
    pub const fn micros(micros: u32) -> Self {
        Self(micros as i64)
    }

    /// So many seconds: up to 136 years.
    pub const fn seconds(seconds: u32) -> Self {
        Self(seconds as i64 * 1_000_000)
    }

    /// So many minutes: up to 8,000 years.
    pub const fn minutes(minutes: u32) -> Self {
        Self(minutes as i64 * 60_000_000)
    }

    /// So many hours; at most 2,400 million of them, as many as there are in [`days`](Self::days).
    pub const fn hours(hours: u32) -> Self {
        let hours = if hours > 2_400_000_000 { 2_400_000_000 } else { hours };
        Self(hours as i64 * 3_600_000_000)
    }

    /// So many calendar days of 24 hours; at most 100 million of them, 274,000 years.
    pub const fn days(days: u32) -> Self {
        let days = if days > 100_000_000 { 100_000_000 } else { days };
        Self(days as i64 * 86_400_000_000)
    }

    /// So many times as long; the longest span there is, where that would be longer.
    pub(crate) const fn times(self, times: u64) -> Self {
        let times = if times > i64::MAX as u64 { i64::MAX } else { times as i64 };
        Self(self.0.saturating_mul(times))
    }

    /// The time from one instant to another; nothing, if the other is not later.
    pub(crate) fn since(from: Instant, to: Instant) -> Self {
        let micros = to.timestamp_micros().saturating_sub(from.timestamp_micros());
        Self(micros.max(0))
    }

    /// Both together; the longest span there is, where that would be longer.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What is left of it when the other is taken away: nothing, if that is all.
    pub(crate) const fn less(self, other: Self) -> Self {
        let left = self.0.saturating_sub(other.0);
        Self(if left < 0 { 0 } else { left })
    }

    /// The least span that is at least so many of so many parts of it.
    pub(crate) fn part(self, parts: u64, of: u64) -> Self {
        let of = i128::from(of.max(1));
        let whole = i128::from(self.0).saturating_mul(i128::from(parts));
        let part = whole.div_euclid(of) + i128::from(whole.rem_euclid(of) != 0);
        Self(i64::try_from(part).unwrap_or(i64::MAX))
    }

    /// How many of so many parts of the other it is, cut; all of them, of nothing.
    pub(crate) fn parts_of(self, other: Self, parts: u64) -> u64 {
        let whole = i128::from(self.0).saturating_mul(i128::from(parts));
        let Some(part) = whole.checked_div(i128::from(other.0)) else { return parts };
        u64::try_from(part).unwrap_or(u64::MAX)
    }

    /// The length in microseconds, such as for chrono's `TimeDelta::microseconds`.
    pub const fn as_micros(self) -> i64 {
        self.0
    }
}

/// All of them together; the longest span there is, where that would be longer.
///
/// ```
/// # use helpdesk::Span;
/// let slices = [Span::minutes(40), Span::minutes(50)];
/// assert_eq!(slices.into_iter().sum::<Span>(), Span::minutes(90));
/// ```
impl std::iter::Sum for Span {
    fn sum<I: Iterator<Item = Self>>(spans: I) -> Self {
        spans.fold(Self::ZERO, Self::and)
    }
}

impl From<Span> for TimeDelta {
    fn from(span: Span) -> Self {
        Self::microseconds(span.0)
    }
}

/// A negative length is no span, and neither is one of more microseconds than there are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a span is neither negative nor longer than 292,000 years")]
pub struct OutOfSpan(());

/// In whole microseconds: what is less is cut off.
///
/// ```
/// # use helpdesk::Span;
/// use chrono::TimeDelta;
///
/// assert_eq!(Span::try_from(TimeDelta::minutes(90)), Ok(Span::minutes(90)));
/// assert!(Span::try_from(TimeDelta::minutes(-90)).is_err());
/// ```
impl TryFrom<TimeDelta> for Span {
    type Error = OutOfSpan;

    fn try_from(length: TimeDelta) -> Result<Self, OutOfSpan> {
        match length.num_microseconds() {
            Some(micros) if length >= TimeDelta::zero() => Ok(Self(micros)),
            Some(_) | None => Err(OutOfSpan(())),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, rest) = (self.0 / 3_600_000_000, self.0 % 3_600_000_000);
        let (minutes, rest) = (rest / 60_000_000, rest % 60_000_000);
        let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
        f.write_str("PT")?;
        if hours > 0 {
            write!(f, "{hours}H")?;
        }
        if minutes > 0 {
            write!(f, "{minutes}M")?;
        }
        if micros > 0 {
            let fraction = format!("{micros:06}");
            write!(f, "{seconds}.{}S", fraction.trim_end_matches('0'))
        } else if seconds > 0 || self.0 == 0 {
            write!(f, "{seconds}S")
        } else {
            Ok(())
        }
    }
}

/// A text is not a span such as `PT4H` or `PT1H30M`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a duration such as `PT4H30M`: {why}")]
pub struct NotASpan {
    text: String,
    why: &'static str,
}

impl std::str::FromStr for Span {
    type Err = NotASpan;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_span(text)
            .map(Self)
            .map_err(|why| NotASpan { text: text.chars().take(80).collect(), why })
    }
}

fn parse_span(text: &str) -> Result<i64, &'static str> {
    let mut rest = text.strip_prefix("PT").ok_or(
        "it must start with `PT`, in hours, minutes and seconds (a calendar day is `PT24H`)",
    )?;
    if rest.is_empty() {
        return Err("it names no length");
    }
    let mut total: i64 = 0;
    let mut units: &[(char, i64)] = &[('H', 3_600_000_000), ('M', 60_000_000), ('S', 1_000_000)];
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_ascii_alphabetic()).ok_or("a number has no unit")?;
        let (number, tail) = rest.split_at(end);
        let unit = tail.chars().next().ok_or("a number has no unit")?;
        let place = units
            .iter()
            .position(|(name, _)| *name == unit)
            .ok_or("its units must be H, M, S, in this order, each once")?;
        let (_, micros) = units.get(place).ok_or("it has an unknown unit")?;
        let (whole, fraction) = match number.split_once('.') {
            Some((_, "")) => return Err("a fraction has no digits"),
            Some((whole, fraction)) if unit == 'S' => (whole, fraction),
            Some(_) => return Err("only seconds may have a fraction"),
            None => (number, ""),
        };
        if whole.is_empty() || !whole.bytes().all(|b| b.is_ascii_digit()) {
            return Err("a number is missing or not made of digits");
        }
        let whole: i64 = whole.parse().map_err(|_| "a number is too large")?;
        if fraction.len() > 6 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return Err("a fraction has at most six digits");
        }
        let fraction: i64 = format!("{fraction:0<6}").parse().map_err(|_| "a bad fraction")?;
        total = whole
            .checked_mul(*micros)
            .and_then(|part| part.checked_add(if unit == 'S' { fraction } else { 0 }))
            .and_then(|part| part.checked_add(total))
            .ok_or("it is too long")?;
        units = units.get(place + 1..).unwrap_or(&[]);
        rest = tail.get(1..).unwrap_or("");
    }
    Ok(total)
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn no_constructor_overflows() {
        let longest = [
            Span::micros(u32::MAX),
            Span::seconds(u32::MAX),
            Span::minutes(u32::MAX),
            Span::hours(u32::MAX),
            Span::days(u32::MAX),
        ];
        for span in longest {
            assert!(span > Span::ZERO);
            assert_eq!(span.to_string().parse(), Ok(span));
        }
        assert_eq!(Span::hours(u32::MAX), Span::days(u32::MAX));
    }
}
