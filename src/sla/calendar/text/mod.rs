//! The text form of calendars, both ways, and where in a text something is wrong.

mod parse;
mod print;
mod token;

use super::CalendarError;
use crate::condition::text::{inside, place, shortened};

/// A text is not a calendar: where, what is there, and what should be.
///
/// ```
/// # use helpdesk::CalendarDraft;
/// let text = "zone Europe/Berlin\nopen mon-fri 09:00-25:00";
/// let wrong = text.parse::<CalendarDraft>().unwrap_err();
/// assert_eq!((wrong.offset(), wrong.line(), wrong.column()), (32, 2, 14));
/// assert_eq!(
///     wrong.to_string(),
///     "line 2, column 14: found `09:00-25:00`, expected a window such as `09:00-17:30`"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: found {found}, expected {expected}")]
pub struct CalendarSyntax {
    offset: usize,
    line: usize,
    column: usize,
    found: String,
    expected: &'static str,
}

impl CalendarSyntax {
    /// Where, in bytes from the beginning.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// In which line, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// At which character of the line, from 1.
    pub fn column(&self) -> usize {
        self.column
    }

    /// What is there, in backticks, shortened.
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What should be there.
    pub fn expected(&self) -> &'static str {
        self.expected
    }

    /// The same of a text inside a file.
    pub(crate) fn inside(&self, what: &str) -> String {
        inside(what, (self.line, self.column), &self.found, self.expected)
    }

    fn at(text: &str, offset: usize, found: &str, expected: &'static str) -> Self {
        let (line, column) = place(text, offset);
        Self {
            offset,
            line,
            column,
            found: match found {
                "" => "the end".to_owned(),
                "\n" => "the end of the line".to_owned(),
                found => format!("`{}`", shortened(found)),
            },
            expected,
        }
    }
}

/// A text is not a calendar that can be used: it cannot be read, or it was read and does not pass
/// the checks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotACalendar {
    /// It cannot be read.
    #[error(transparent)]
    Syntax(#[from] CalendarSyntax),
    /// It does not pass the checks.
    #[error(transparent)]
    Invalid(#[from] CalendarError),
}
