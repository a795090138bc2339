//! What agents have yet to do about a ticket, and when they are reminded of it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Ticket;
use crate::ids::{AgentId, NotAnId, Revision, number};
use crate::personal::Erasable;
use crate::time;

/// Names a to-do of a ticket: by the revision of the event that added it.
///
/// ```
/// # use helpdesk::{Revision, TodoId};
/// assert_eq!(TodoId(Revision(3)).to_string(), "3");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TodoId(pub Revision);

impl fmt::Display for TodoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for TodoId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        number("TodoId", text).map(|number| Self(Revision(number)))
    }
}

/// Where a to-do stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TodoState {
    /// It is yet to be done.
    Open,
    /// It is done, and stays on the ticket.
    Done,
    /// Nobody will do it: it is gone from the ticket, and only its history knows it.
    Dropped,
}

/// Something that agents have yet to do about a ticket, or have done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Todo {
    pub(super) id: TodoId,
    pub(super) text: Erasable<Arc<str>>,
    pub(super) owner: Option<AgentId>,
    #[serde(deserialize_with = "time::truncated_option")]
    pub(super) remind_at: Option<DateTime<Utc>>,
    pub(super) done: bool,
}

impl Todo {
    /// Which to-do of its ticket this is.
    pub fn id(&self) -> TodoId {
        self.id
    }

    /// What is to be done, with no blank at its edges.
    pub fn text(&self) -> &Erasable<Arc<str>> {
        &self.text
    }

    /// Who is to do it; `None`: whoever owns the ticket.
    pub fn owner(&self) -> Option<AgentId> {
        self.owner
    }

    /// When somebody is to be reminded of it, unless it is done by then; `None`: never, or not
    /// any more.
    pub fn remind_at(&self) -> Option<DateTime<Utc>> {
        self.remind_at
    }

    /// Whether it is done.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// When a reminder of it comes.
    pub(crate) fn pending(&self) -> Option<DateTime<Utc>> {
        self.remind_at.filter(|_| !self.done)
    }
}

impl Ticket {
    /// What is to be done about it, and what has been, in the order in which it was added.
    pub fn todos(&self) -> &[Todo] {
        &self.extras().todos
    }

    /// How many of its to-dos are yet to be done.
    pub fn open_todo_count(&self) -> u32 {
        let open = self.todos().iter().filter(|todo| !todo.done).count();
        u32::try_from(open).unwrap_or(u32::MAX)
    }

    /// The to-do of this id.
    pub(crate) fn todo(&self, id: TodoId) -> Option<&Todo> {
        self.todos().iter().find(|todo| todo.id == id)
    }

    /// When the next reminder comes, this one aside.
    pub(crate) fn next_reminder(&self, aside: Option<TodoId>) -> Option<DateTime<Utc>> {
        let others = self.todos().iter().filter(|todo| Some(todo.id) != aside);
        others.filter_map(Todo::pending).min()
    }
}
