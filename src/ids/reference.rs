//! What people call a ticket: the desk's prefix and its number.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::TicketNumber;

/// A ticket's human reference, such as `HD-1042`: what people read out, and what stands in a
/// subject line. [`Desk::by_reference`](crate::Desk::by_reference) finds the ticket, in whatever
/// letter case the prefix is written; as a value, a reference keeps the case that it was given.
///
/// ```
/// # use helpdesk::{Reference, TicketNumber};
/// let reference = Reference::new("HD", TicketNumber(1042));
/// assert_eq!(reference.to_string(), "HD-1042");
/// assert_eq!("HD-1042".parse(), Ok(reference));
/// assert!("1042".parse::<Reference>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
