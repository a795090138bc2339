//! Holidays out of iCalendar files, through the public interface: what becomes of what, what is
//! refused and how, random files, and rules against an oracle that looks at every day.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod hostile;
mod oracle;
mod reading;
mod refused;
mod rules;

use helpdesk::CalendarDraft;
use helpdesk::sla::calendar::icalendar::NotHolidays;

/// A file with these lines in a calendar.
fn file(lines: &str) -> String {
    let lines: String = lines.lines().map(|line| format!("{}\r\n", line.trim_start())).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{lines}END:VCALENDAR\r\n")
}

/// A file with one event of these lines; the first of them is line 4.
fn event(lines: &str) -> String {
    file(&format!("BEGIN:VEVENT\n{}\nEND:VEVENT\n", lines.trim()))
}

/// The holidays of a file for a schedule in Berlin, as text.
fn holidays(file: &str) -> Result<Vec<String>, NotHolidays> {
    let mut draft: CalendarDraft = "zone Europe/Berlin".parse().unwrap();
    draft.schedules[0].import_icalendar(file.as_bytes())?;
    let text = draft.to_string();
    let lines = text.lines().skip(1);
    Ok(lines.map(|line| line.strip_prefix("holiday ").unwrap().to_owned()).collect())
}

/// The holidays of one event.
fn of(lines: &str) -> Vec<String> {
    holidays(&event(lines)).unwrap_or_else(|error| panic!("{error}\n{lines}"))
}

/// Why an event is refused.
fn refusal(lines: &str) -> String {
    holidays(&event(lines)).expect_err(lines).to_string()
}
