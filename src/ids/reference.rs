//! What people call a ticket: its reference, of a prefix and a number.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{NotAnId, number};

/// The number in a ticket's human reference: unique in its desk, increasing from 1. An opening
/// that failed may leave a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TicketNumber(pub u64);

impl fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for TicketNumber {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        number("TicketNumber", text).map(Self)
    }
}

/// A ticket's human reference, such as `HD-1042`: what people read out, and what stands in a
/// subject line. [`Desk::by_reference`](crate::Desk::by_reference) finds the ticket.
///
/// ```
/// # use helpdesk::{Reference, TicketNumber};
/// let reference = Reference::new("HD", TicketNumber(1042));
/// assert_eq!(reference.to_string(), "HD-1042");
/// assert_eq!("HD-1042".parse(), Ok(reference));
/// assert!("1042".parse::<Reference>().is_err());
/// ```
///
/// Letter case in the prefix does not count: people write it as they like.
///
/// ```
/// # use helpdesk::Reference;
/// let written: Reference = "hd-1042".parse()?;
/// assert_eq!(written, "HD-1042".parse()?);
/// assert_eq!(written.to_string(), "hd-1042", "it is shown as it was written");
/// # Ok::<(), helpdesk::NotAReference>(())
/// ```
#[derive(Clone, Debug, Eq)]
pub struct Reference {
    prefix: Arc<str>,
    number: TicketNumber,
}

impl Reference {
    /// Joins the desk's prefix and a ticket's number.
    pub fn new(prefix: impl Into<Arc<str>>, number: TicketNumber) -> Self {
        Self { prefix: prefix.into(), number }
    }

    /// The desk's prefix, such as `HD`.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The ticket's number.
    pub fn number(&self) -> TicketNumber {
        self.number
    }
}

impl PartialEq for Reference {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number && self.prefix.eq_ignore_ascii_case(&other.prefix)
    }
}

impl Hash for Reference {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
        self.prefix.bytes().for_each(|byte| state.write_u8(byte.to_ascii_lowercase()));
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.prefix, self.number)
    }
}

/// A text is not a ticket reference such as `HD-1042`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a ticket reference: expected a prefix, a hyphen and a number")]
pub struct NotAReference(String);

impl FromStr for Reference {
    type Err = NotAReference;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || NotAReference(text.chars().take(80).collect());
        let (prefix, number) = text.trim().rsplit_once('-').ok_or_else(refuse)?;
        let digits = number.bytes().all(|b| b.is_ascii_digit());
        match number.parse() {
            Ok(number) if digits && !prefix.is_empty() => {
                Ok(Self::new(prefix, TicketNumber(number)))
            }
            _ => Err(refuse()),
        }
    }
}
