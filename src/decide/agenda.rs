//! To-dos, reminders, mentions; and that a ticket is not finished while the settings keep it.

use std::sync::Arc;

use super::Refusal;
use super::blocks::Blocks;
use super::checks::within;
use super::decision::Guard;
use super::work::Work;
use crate::channel::{NoticeKind, Recipient};
use crate::ids::{AgentId, Key, TicketId};
use crate::people::{AgentSight, Follower, Sight, Who, sight};
use crate::personal::Personal;
use crate::ticket::command::{MarkTodo, NewTodo};
use crate::ticket::{Reminded, Ticket, TicketChange, Todo, TodoAdded, TodoMarked, TodoState};
use crate::time::{Instant, whole_micros};

/// The to-dos of a note, checked; each with what people wrote.
pub(super) fn new_todos(
    work: &mut Work<'_>,
    todos: &[NewTodo],
) -> Result<Vec<(TodoAdded, Personal)>, Refusal> {
    if todos.is_empty() {
        return Ok(Vec::new());
    }
    let limits = work.cx.settings.limits();
    within("todos", limits.todos, work.ticket.todos().len() + todos.len())?;
    let mut added = Vec::with_capacity(todos.len());
    for NewTodo { text, owner, remind_at } in todos {
        let text: Arc<str> = text.trim().into();
        if text.is_empty() {
            return Err(Refusal::Empty { what: "to-do" });
        }
        let bytes = within("subject_bytes", limits.subject_bytes, text.len())?;
        let remind_at = remind_at.map(whole_micros);
        if let Some(instant) = remind_at.filter(|at| *at <= work.now) {
            return Err(Refusal::NotLater { instant, now: work.now });
        }
        if let Some(owner) = owner {
            reads(work, *owner)?;
        }
        let personal = Personal { text: Some(text), ..Personal::default() };
        added.push((TodoAdded { owner: *owner, remind_at, bytes }, personal));
    }
    Ok(added)
}

/// Nobody follows a ticket that they do not see, or they would be told of nothing.
pub(super) fn follow<'f>(
    work: &mut Work<'_>,
    followers: impl IntoIterator<Item = &'f Follower>,
) -> Result<(), Refusal> {
    followers.into_iter().try_for_each(|follower| match follower {
        Follower::Agent(agent) => reads(work, *agent),
        Follower::Contact(_) => Ok(()),
    })
}

/// A note never reaches somebody who may not read it. That they may rests on their record.
pub(super) fn reads(work: &mut Work<'_>, agent: AgentId) -> Result<(), Refusal> {
    if !is_reader(work, agent) {
        return Err(Refusal::CannotSee { agent });
    }
    Ok(())
}

fn is_reader(work: &mut Work<'_>, id: AgentId) -> bool {
    let cx = work.cx;
    let Some(agent) = cx.agent(id) else { return false };
    work.guard(Guard { key: Key::agent(cx.desk, id), revision: agent.revision() });
    agent.is_active()
        && sight(Who::Agent(agent), work.ticket.sight(), cx.settings.sight_policy()).is_some()
}

/// Says where a to-do stands.
pub(super) fn mark(work: &mut Work<'_>, mark: &MarkTodo) -> Result<(), Refusal> {
    let MarkTodo { ticket: _, todo: id, state } = *mark;
    let todo = work.ticket.todo(id).ok_or(Refusal::NoSuchTodo { todo: id })?;
    let (same, remind_at) = match state {
        // What it was to remind of in the meantime has passed.
        TodoState::Open => (!todo.is_done(), todo.remind_at().filter(|at| *at > work.now)),
        TodoState::Done => (todo.is_done(), todo.remind_at()),
        TodoState::Dropped => (false, None),
    };
    if !same {
        let marked = TodoMarked { todo: id, state, remind_at };
        work.record(TicketChange::TodoMarked(marked), None);
    }
    Ok(())
}

/// Refuses to finish a ticket that the settings keep from it. Who does not see everything learns
/// no more than that.
pub(super) fn unblocked(work: &mut Work<'_>) -> Result<(), Refusal> {
    let blocks = match work.dated {
        Some(at) => Blocks::at(work, at),
        None => Blocks::now(work),
    };
    let sight = sight(work.cx.who, work.ticket.sight(), work.cx.settings.sight_policy());
    match (blocks.count(), blocks.todos) {
        (0, 0) => Ok(()),
        _ if sight < Some(Sight::Full) => Err(Refusal::StillWorkedOn),
        (0, count) => Err(Refusal::OpenTodos { count }),
        (count, _) => {
            // Of those that are not for them they learn only how many there are.
            let cx = work.cx;
            let seen = |child: &&TicketId| {
                cx.loaded.ticket(cx.desk, **child).is_some_and(|it| cx.sees(it))
            };
            let first = blocks.children.iter().find(seen).copied();
            Err(Refusal::OpenChildren { count, first })
        }
    }
}

impl Work<'_> {
    /// The first reminder that is due then. Somebody is told who may know of the ticket: the
    /// to-do's owner, or whoever works on it.
    pub(super) fn remind(&mut self, due: Instant, fire: impl FnOnce(&mut Self, TicketChange)) {
        let reminded = self.ticket.todos().iter().find(|todo| todo.pending() == Some(due));
        let Some((todo, owner)) = reminded.map(|todo: &Todo| (todo.id(), todo.owner())) else {
            return;
        };
        let next = self.ticket.next_reminder(Some(todo));
        fire(self, TicketChange::Reminded(Reminded { todo, next }));
        let to = self.reminded(owner);
        self.notify(NoticeKind::Reminder, to);
    }

    /// Of the to-do's owner, the owner of the ticket that goes on in its place where it was merged,
    /// and its own owner: the first who may know of it. Else the queue of the ticket that goes on,
    /// where that may, or its own.
    fn reminded(&mut self, owner: Option<AgentId>) -> Recipient {
        let cx = self.cx;
        let merged = self.loaded().filter(|ticket| ticket.merged_into().is_some());
        let survivor = merged.and_then(|ticket| cx.follow(ticket).ok()).map(|followed| {
            followed.hops.into_iter().for_each(|hop| self.guard(hop));
            // Whose work it is rests on who owns it.
            let (key, revision) =
                (Key::ticket(cx.desk, followed.end.id()), followed.end.revision());
            self.guard(Guard { key, revision });
            followed.end
        });
        let owners = [owner, survivor.and_then(Ticket::assignee), self.ticket.assignee()];
        for agent in owners.into_iter().flatten() {
            if is_reader(self, agent) {
                return Recipient::Agent(agent);
            }
        }
        let policy = cx.settings.sight_policy();
        let theirs = survivor.filter(|end| {
            policy.agents == AgentSight::All
                || self.ticket.department().is_none_or(|own| end.department() == Some(own))
        });
        theirs.map_or_else(|| self.queue(), Work::queue_of)
    }
}
