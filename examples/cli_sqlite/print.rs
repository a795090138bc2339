//! What a command answers: one JSON document for programs, lines and tables for people.

use std::sync::Arc;

use chrono::SecondsFormat;
use helpdesk::{Erasable, Outcome, Requester, Row, Shown};
use serde_json::{Value, json};

use super::clock::Now;
use super::failure::Failure;
use super::host::Host;
use super::people::Handle;

/// An answer, in both forms.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) json: Value,
    pub(crate) text: String,
    /// Whether some of it failed, as it says: exit code 3.
    pub(crate) partly: bool,
}

/// As instants are written: to the second where they are whole.
pub(crate) fn instant(at: Now) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Words of somebody else's, for a terminal: what would steer it is not passed on.
pub(crate) fn words(text: &Erasable<Arc<str>>) -> String {
    let shown = |c: char| if c.is_control() && c != '\n' { '\u{fffd}' } else { c };
    text.known().map_or_else(|| "(erased)".to_owned(), |text| text.chars().map(shown).collect())
}

/// The first line of them, for a table.
pub(crate) fn first_line(text: &Erasable<Arc<str>>) -> String {
    words(text).lines().next().unwrap_or_default().to_owned()
}

/// A ticket, as whoever asked sees it. Whoever sees less has fewer names in it.
pub(crate) fn ticket(host: &Host, row: &Row) -> Result<Value, Failure> {
    let mut told = json!({
        "id": row.id().to_string(),
        "reference": row.reference.to_string(),
        "status": row.status().name.as_str(),
        "category": row.status().category.as_str(),
    });
    let more = match &row.shown {
        Shown::Full(ticket) => json!({
            "subject": ticket.subject().known(),
            "requester": requester(host, ticket.requester())?,
            "opened_at": instant(ticket.opened_at()),
            "waiting_since": ticket.waiting_since().map(instant),
            "priority": ticket.priority().name.as_str(),
            "assignee": ticket.assignee().map(Handle::of),
            "due_at": ticket.sla_due_at().map(instant),
        }),
        Shown::Public(ticket) => json!({
            "subject": ticket.subject.known(),
            "requester": requester(host, ticket.requester)?,
            "opened_at": instant(ticket.opened_at),
            "waiting_since": ticket.waiting_since.map(instant),
        }),
        Shown::Status { .. } => Value::Null,
    };
    if let (Value::Object(told), Value::Object(more)) = (&mut told, more) {
        told.extend(more);
    }
    Ok(told)
}

fn requester(host: &Host, requester: Requester) -> Result<String, Failure> {
    match requester {
        Requester::Agent(id) => Ok(format!("agent:{}", Handle::of(id))),
        Requester::Contact(id) => host.contact(id),
    }
}

/// The cells of a ticket's line in a table.
pub(crate) fn cells(row: &Row) -> Vec<String> {
    let ticket = row.ticket();
    let text = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    vec![
        row.reference.to_string(),
        row.status().name.to_string(),
        text(ticket.map(|ticket| ticket.priority().name.to_string())),
        text(ticket.and_then(|ticket| ticket.assignee()).map(Handle::of)),
        text(ticket.and_then(|ticket| ticket.sla_due_at()).map(instant)),
        text(row.subject().map(first_line)),
    ]
}

/// What the cells of a ticket's line are.
pub(crate) const HEADS: [&str; 6] = ["ticket", "status", "priority", "owner", "due", "subject"];

/// Lines whose columns stand one below the other.
pub(crate) fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let wide = |column: usize, head: &str| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).fold(head.chars().count(), usize::max)
    };
    let widths: Vec<usize> = heads.iter().enumerate().map(|(at, head)| wide(at, head)).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells = cells.zip(&widths).map(|(cell, wide)| format!("{cell:<wide$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        format!("{}\n", line.trim_end())
    };
    let mut text = line(&mut heads.iter().copied());
    rows.iter().for_each(|row| text.push_str(&line(&mut row.iter().map(String::as_str))));
    text
}

/// What came of a command on a ticket, as whoever gave it sees the ticket afterwards.
pub(crate) fn done(host: &Host, outcome: &Outcome) -> Result<Answer, Failure> {
    // A reply to what was closed long ago opens another ticket: that is where it is.
    let about = outcome.opened().next().or(outcome.ticket()).map(|ticket| ticket.id());
    let Some(id) = about else { return Ok(Answer::default()) };
    let row = host.desk.show(&host.actor, host.now, id)?;
    let changed = !outcome.is_no_op();
    let json = json!({
        "ticket": ticket(host, &row)?,
        "changed": changed,
        "repeated": outcome.repeated,
    });
    let how = match (outcome.repeated, changed) {
        (true, _) => " (was done before)",
        (false, false) => " (nothing changed)",
        (false, true) => "",
    };
    Ok(Answer { json, text: format!("{}: {}{how}\n", row.reference, row.status()), partly: false })
}
