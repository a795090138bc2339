//! The lifecycle's policies: how old open work may get, and what reopens closed work.

use serde::{Deserialize, Serialize};

use super::SettingsDraft;
use crate::problem::{Mistake, Problems};
use crate::time::Span;

/// How long a ticket may stay unresolved, counted from its opening or its last reopening.
///
/// Flags and notices only: nothing here ever closes or hides a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OpenAge {
    /// When it is warned about. Default three calendar days.
    pub warn: Span,
    /// When it is flagged as overdue. Default five calendar days.
    pub overdue: Span,
}

impl Default for OpenAge {
    fn default() -> Self {
        Self { warn: Span::days(3), overdue: Span::days(5) }
    }
}

/// What a customer's reply to a closed ticket does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reopening {
    /// It reopens the ticket, however long ago it was closed.
    Always,
    /// It reopens the ticket until so long after it was last closed (that instant
    /// included), and later opens a follow-up ticket linked with it. Default 30 days.
    Within(Span),
}

impl Default for Reopening {
    fn default() -> Self {
        Self::Within(Span::days(30))
    }
}

pub(super) fn check(draft: &SettingsDraft, problems: &mut Problems) {
    if draft.auto_close == Some(Span::ZERO) {
        problems.at(
            "auto_close",
            Mistake::OutOfRange {
                found: Span::ZERO.to_string(),
                expected: "longer than nothing; leave it out to never close by itself",
            },
        );
    }
    if let Some(age) = draft.open_age {
        if age.warn == Span::ZERO {
            problems.at(
                "open_age.warn",
                Mistake::OutOfRange {
                    found: Span::ZERO.to_string(),
                    expected: "longer than nothing",
                },
            );
        }
        if age.overdue < age.warn {
            problems.at(
                "open_age",
                Mistake::Contradiction("a ticket would be overdue before it is warned about"),
            );
        }
    }
}
