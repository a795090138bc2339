//! What calendars answer where they have no answer, and what is wrong in a draft.

use std::fmt;

use crate::problem::{Problem, Problems};

/// The answer would lie beyond the years 1 to 9999, where calendars end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the calendar ends before so much of its time has passed")]
pub struct BeyondCalendar(());

impl BeyondCalendar {
    pub(super) const NEW: Self = Self(());
}

/// A calendar with mistakes in it: every one, each with the path to it.
///
/// ```
/// # use helpdesk::sla::calendar::{CalendarDraft, DayRule, Holiday, Week};
/// let mut draft = CalendarDraft::weekly("Europe/Berlin", Week::default());
/// draft.schedules[0].holidays.push(Holiday::on(DayRule::Yearly { month: 2, day: 30 }));
/// let error = draft.build().unwrap_err();
/// let paths: Vec<&str> = error.problems().iter().map(|problem| problem.path()).collect();
/// assert_eq!(paths, ["schedules[0].open", "schedules[0].holidays[0].on"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarError {
    problems: Vec<Problem>,
}

impl CalendarError {
    pub(super) fn of(problems: Problems) -> Self {
        Self { problems: problems.into_vec() }
    }

    /// The mistakes; at least one.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for CalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid calendar")?;
        for (index, problem) in self.problems.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { "; " })?;
            fmt::Display::fmt(problem, f)?;
        }
        Ok(())
    }
}

impl std::error::Error for CalendarError {}
