//! Cases of a calendar: a question about business hours, and its answer.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use helpdesk::sla::calendar::{
    CalendarDraft, DayRule, Holiday, ScheduleDraft, TimeOfDay, Week, Window,
};
use helpdesk::{Calendar, Span};

use crate::Outcome;
use crate::json::{At, Wrong};

/// A case that was read; running it cannot fail but by its answer.
pub(crate) struct Case {
    id: String,
    draft: CalendarDraft,
    question: Question,
}

enum Question {
    Add { from: DateTime<Utc>, amount: Span, expected: DateTime<Utc> },
    Between { from: DateTime<Utc>, to: DateTime<Utc>, expected: i64 },
    IsOpen { at: DateTime<Utc>, expected: bool },
    NextOpen { from: DateTime<Utc>, expected: DateTime<Utc> },
}

/// Reads a case; a field that is not known is a mistake.
pub(crate) fn read(case: &At<'_>) -> Result<Case, Wrong> {
    let mut id = None;
    let mut schedule = ScheduleDraft::in_zone("");
    let mut zoned = false;
    let (mut op, mut from, mut to, mut seconds, mut expected) = (None, None, None, None, None);
    for (field, at) in case.entries()? {
        match field {
            "id" => id = Some(at.text()?.to_owned()),
            "source" | "note" => {
                at.text()?;
            }
            "tags" => {
                for tag in at.list()? {
                    tag.text()?;
                }
            }
            "tz" => (schedule.zone, zoned) = (at.text()?.to_owned(), true),
            "hours" => schedule.open = hours(&at)?,
            "holidays" => schedule.holidays = holidays(&at)?,
            "breaks" => schedule.date_breaks = dates(&at)?,
            "shifts" => schedule.shifts = dates(&at)?,
            "op" => op = Some(at),
            "from" => from = Some(instant(&at)?),
            "to" => to = Some(instant(&at)?),
            "seconds" => seconds = Some(amount(&at)?),
            "expected" => expected = Some(at),
            _ => return at.wrong("this field is not known"),
        }
    }
    let missing = |field: &str| Wrong {
        path: case.path.clone(),
        why: format!("the field `{field}` is missing"),
    };
    if !zoned {
        return Err(missing("tz"));
    }
    let op = op.ok_or_else(|| missing("op"))?;
    let from = from.ok_or_else(|| missing("from"))?;
    let expected = expected.ok_or_else(|| missing("expected"))?;
    let question = match op.text()? {
        "add" => Question::Add {
            from,
            amount: seconds.ok_or_else(|| missing("seconds"))?,
            expected: instant(&expected)?,
        },
        "between" => Question::Between {
            from,
            to: to.ok_or_else(|| missing("to"))?,
            expected: expected.micros()?,
        },
        "is_open" => Question::IsOpen { at: from, expected: expected.boolean()? },
        "next_open" => Question::NextOpen { from, expected: instant(&expected)? },
        _ => return op.wrong("it is none of `add`, `between`, `is_open` and `next_open`"),
    };
    let id = id.unwrap_or_else(|| case.path.clone());
    Ok(Case { id, draft: CalendarDraft { schedules: vec![schedule] }, question })
}

impl Case {
    pub(crate) fn run(self) -> Outcome {
        let id = self.id;
        let calendar = match self.draft.build() {
            Ok(calendar) => calendar,
            Err(refused) => return Outcome::Skipped { id, reason: refused.to_string() },
        };
        let (expected, found) = answer(&calendar, self.question);
        if expected == found { Outcome::Passed } else { Outcome::Failed { id, expected, found } }
    }
}

/// What was expected, and what came out.
fn answer(calendar: &Calendar, question: Question) -> (String, String) {
    let told = |at: DateTime<Utc>| at.to_rfc3339();
    match question {
        Question::Add { from, amount, expected } => {
            let found = calendar.add(from, amount);
            (told(expected), found.map_or_else(|error| error.to_string(), told))
        }
        Question::Between { from, to, expected } => {
            let found = calendar.between(from, to).num_microseconds();
            (seconds(Some(expected)), seconds(found))
        }
        Question::IsOpen { at, expected } => {
            (expected.to_string(), calendar.is_open(at).to_string())
        }
        Question::NextOpen { from, expected } => {
            let found = calendar.next_open(from);
            (told(expected), found.map_or_else(|| "never".to_owned(), told))
        }
    }
}

fn seconds(micros: Option<i64>) -> String {
    micros.map_or_else(|| "too much".to_owned(), |micros| format!("{} s", micros as f64 / 1e6))
}

pub(crate) fn hours(at: &At<'_>) -> Result<Week, Wrong> {
    let mut week = Week::default();
    for (day, at) in at.entries()? {
        let windows = windows(&at)?;
        match day {
            "mon" => week.mon = windows,
            "tue" => week.tue = windows,
            "wed" => week.wed = windows,
            "thu" => week.thu = windows,
            "fri" => week.fri = windows,
            "sat" => week.sat = windows,
            "sun" => week.sun = windows,
            _ => return at.wrong("it is no weekday such as `mon`"),
        }
    }
    Ok(week)
}

pub(crate) fn holidays(at: &At<'_>) -> Result<Vec<Holiday>, Wrong> {
    let dates = at.list()?;
    dates.iter().map(|at| Ok(Holiday::on(DayRule::Date(date(at, at.text()?)?)))).collect()
}

fn dates(at: &At<'_>) -> Result<BTreeMap<NaiveDate, Vec<Window>>, Wrong> {
    at.entries()?.iter().map(|(day, at)| Ok((date(at, day)?, windows(at)?))).collect()
}

fn date(at: &At<'_>, text: &str) -> Result<NaiveDate, Wrong> {
    match text.parse::<NaiveDate>() {
        Ok(date) if date.to_string() == text => Ok(date),
        Ok(_) | Err(_) => at.wrong(format!("`{text}` is not a date such as `2026-12-25`")),
    }
}

fn windows(at: &At<'_>) -> Result<Vec<Window>, Wrong> {
    at.list()?.iter().map(window).collect()
}

fn window(at: &At<'_>) -> Result<Window, Wrong> {
    let edges = at.list()?;
    let [open, close] = &*edges else { return at.wrong("it is not an opening and a closing") };
    match Window::new(time(open)?, time(close)?) {
        Some(window) => Ok(window),
        None => open.wrong("a window cannot begin at `24:00`"),
    }
}

fn time(at: &At<'_>) -> Result<TimeOfDay, Wrong> {
    at.text()?
        .parse()
        .or_else(|error: helpdesk::sla::calendar::NotHours| at.wrong(error.to_string()))
}

pub(crate) fn instant(at: &At<'_>) -> Result<DateTime<Utc>, Wrong> {
    let text = at.text()?;
    match DateTime::parse_from_rfc3339(text) {
        Ok(instant) => Ok(instant.to_utc()),
        Err(error) => at.wrong(format!("`{text}` is not an RFC 3339 instant: {error}")),
    }
}

fn amount(at: &At<'_>) -> Result<Span, Wrong> {
    let amount = chrono::TimeDelta::microseconds(at.micros()?);
    Span::try_from(amount).or_else(|error| at.wrong(error.to_string()))
}
