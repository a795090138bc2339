//! To-dos: what a note may add, and how one is done.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, TicketId};
use crate::ticket::{TodoId, TodoState};

/// A to-do, as a [`Note`](crate::command::Note) adds it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NewTodo {
    /// What is to be done; no more bytes than [`Limits::subject_bytes`](crate::Limits::subject_bytes).
    pub text: String,
    /// Who is to do it; `None`: whoever owns the ticket.
    pub owner: Option<AgentId>,
    /// When they are reminded of it, unless it is done by then; `None`: never. Who is reminded where
    /// they have left, or see the ticket no more:
    /// [`NoticeKind::Reminder`](crate::NoticeKind::Reminder).
    pub remind_at: Option<DateTime<Utc>>,
}

impl NewTodo {
    /// A to-do for whoever owns the ticket, without a reminder.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), owner: None, remind_at: None }
    }
}

/// Says that a to-do is done, is open after all, or will not be done.
///
/// Allowed in every status of the ticket, and to everybody who may write notes. A reminder of it
/// does not come while it is done, nor later if its instant has passed by then. Saying what is so
/// already changes nothing.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by customers and auto-responders.
/// - [`NoSuchTodo`](crate::Refusal::NoSuchTodo): the ticket has no such to-do, or it was dropped.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let mut note = Note::new(id, "She is out until noon.");
/// let remind_at = Some(now + TimeDelta::hours(3));
/// note.todos.push(NewTodo { remind_at, ..NewTodo::new("Call her back") });
/// let noted = desk.note(agent.at(now), note)?;
///
/// let ticket = noted.ticket().unwrap();
/// let todo = &ticket.todos()[0];
/// assert_eq!(todo.text().as_str(), "Call her back");
/// assert_eq!(ticket.next_wake(), remind_at);
///
/// let done = MarkTodo::new(id, todo.id(), TodoState::Done);
/// let marked = desk.mark_todo(agent.at(now), done)?;
/// assert_eq!(marked.ticket().unwrap().open_todo_count(), 0);
/// assert_eq!(marked.ticket().unwrap().timers().reminder, None, "nobody needs reminding");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MarkTodo {
    /// Which ticket.
    pub ticket: TicketId,
    /// Which of its to-dos.
    pub todo: TodoId,
    /// Where it stands now.
    pub state: TodoState,
}

impl MarkTodo {
    /// The to-do of the ticket stands so from now on.
    pub fn new(ticket: TicketId, todo: TodoId, state: TodoState) -> Self {
        Self { ticket, todo, state }
    }
}
