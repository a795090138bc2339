//! How long something may take: a length of time, or a number of business days.

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::Span;

/// How long something may take.
///
/// In data a length of time is text, and business days are a field of their own:
///
/// ```
/// use helpdesk::Span;
/// use helpdesk::sla::Target;
///
/// let hours: Target = serde_json::from_str(r#""PT4H""#)?;
/// assert_eq!(hours, Target::Within(Span::hours(4)));
/// let days: Target = serde_json::from_str(r#"{ "business_days": 3 }"#)?;
/// assert_eq!(days, Target::BusinessDays(3));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// So much time: of the calendar's open hours, or of all time where there is no calendar.
    Within(Span),
    /// By the end of the nth business day, 1 to 10,000: the nth date on which the calendar opens
    /// at or after the beginning, until its last closing. What is left of the time until then is
    /// open time like any other, and pauses move it.
    BusinessDays(u16),
}

impl From<Span> for Target {
    fn from(span: Span) -> Self {
        Self::Within(span)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Within(span) => fmt::Display::fmt(span, f),
            Self::BusinessDays(1) => f.write_str("1 business day"),
            Self::BusinessDays(days) => write!(f, "{days} business days"),
        }
    }
}

const DAYS: &str = "business_days";

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Within(span) => span.serialize(serializer),
            Self::BusinessDays(days) => {
                let mut object = serializer.serialize_struct("Target", 1)?;
                object.serialize_field(DAYS, days)?;
                object.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reading;

        impl<'de> Visitor<'de> for Reading {
            type Value = Target;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration such as `PT4H`, or `{ \"business_days\": 3 }`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Target, E> {
                text.parse().map(Target::Within).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Target, A::Error> {
                let mut days = None;
                while let Some(name) = map.next_key::<String>()? {
                    match name.as_str() {
                        DAYS if days.is_some() => return Err(A::Error::duplicate_field(DAYS)),
                        DAYS => days = Some(map.next_value()?),
                        _ => return Err(A::Error::unknown_field(&name, &[DAYS])),
                    }
                }
                days.map(Target::BusinessDays).ok_or_else(|| A::Error::missing_field(DAYS))
            }
        }

        deserializer.deserialize_any(Reading)
    }
}
