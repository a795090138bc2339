//! To-dos, reminders and mentions in the model, and what closing waits for: T6, T8 and L6.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Model, ModelTicket, Step};
use crate::command::{MarkTodo, NewTodo};
use crate::{AgentId, LinkKind, Party, TicketId, Timers, TodoId, TodoState};

/// A to-do as the model keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the getters of `Todo`")]
pub struct ModelTodo {
    /// What only the desk knows, until it has said so.
    pub id: Option<TodoId>,
    pub text: String,
    pub owner: Option<AgentId>,
    pub remind_at: Option<DateTime<Utc>>,
    pub done: bool,
}

/// How a ticket stands, as far as others may have to wait for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Whether the work is finished.
    pub done: bool,
    /// The ticket that it was merged into.
    pub into: Option<TicketId>,
    /// How much is to be done.
    pub todos: usize,
    /// Its parts.
    pub children: BTreeSet<TicketId>,
}

impl Model {
    /// Whether an agent may read what is noted on a ticket.
    pub(super) fn reads(&self, step: &mut Step<'_>, ticket: &ModelTicket, agent: AgentId) {
        let actor = crate::Actor::Agent(agent);
        let reads =
            self.party(&actor).is_some_and(|party| self.sees(&actor, party, step.now, ticket));
        step.require(reads, "cannot_see");
    }

    pub(super) fn plan(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, todos: &[NewTodo]) {
        let limits = self.settings.limits();
        if !todos.is_empty() {
            self.at_most(step, ticket.todos.len() + todos.len(), limits.todos);
        }
        for todo in todos {
            let text = todo.text.trim().to_owned();
            step.require(!text.is_empty(), "empty");
            self.at_most(step, text.len(), limits.subject_bytes);
            if let Some(owner) = todo.owner {
                self.reads(step, ticket, owner);
            }
            let remind_at = todo
                .remind_at
                .map(|at| DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at));
            step.require(remind_at.is_none_or(|at| at > step.now), "not_later");
            let (owner, done) = (todo.owner, false);
            ticket.todos.push(ModelTodo { id: None, text, owner, remind_at, done });
        }
    }

    pub(super) fn mark(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, mark: &MarkTodo) {
        let place = ticket.todos.iter().position(|todo| todo.id == Some(mark.todo));
        step.require(place.is_some(), "no_such_todo");
        let Some(place) = place else { return };
        if mark.state == TodoState::Dropped {
            ticket.todos.remove(place);
            return;
        }
        let done = mark.state == TodoState::Done;
        if let Some(todo) = ticket.todos.get_mut(place)
            && todo.done != done
        {
            todo.done = done;
            // A reminder whose instant passed while it was done is none any more.
            todo.remind_at = todo.remind_at.filter(|at| done || *at > step.now);
        }
    }

    /// Whether anything unfinished stands against finishing a ticket.
    pub(super) fn waits(&self, step: &mut Step<'_>, ticket: &ModelTicket) {
        let (children, todos) = self.unfinished(ticket, |it| it.picture());
        let blocks = self.settings.draft().close_blocks;
        // What is to be done is for who works on it.
        let tells = |code| match step.party {
            Party::Customer | Party::Guest | Party::AutoResponder | Party::Bot => "still_worked_on",
            _ => code,
        };
        let (child, todo) = (tells("open_children"), tells("open_todos"));
        step.require(!(blocks.children && children), child);
        step.require(!(blocks.todos && todos), todo);
    }

    /// Whether something unfinished kept a ticket from closing by itself at an instant.
    fn was_held(&self, ticket: &ModelTicket, at: DateTime<Utc>) -> bool {
        let (children, todos) = self.unfinished(ticket, |it| it.before(at));
        let blocks = self.settings.draft().close_blocks;
        (blocks.todos && todos) || (blocks.children && children)
    }

    /// Whether a ticket has unfinished children, and whether it has open to-dos: those of what was
    /// merged into it are its own. `look` says how others stand, or stood.
    fn unfinished(
        &self,
        ticket: &ModelTicket,
        look: impl Fn(&ModelTicket) -> Picture,
    ) -> (bool, bool) {
        let mut all = ticket.picture();
        for member in self.behind(ticket) {
            let Picture { todos, children, .. } = look(member);
            all.todos += todos;
            all.children.extend(children);
        }
        let open = |child: &TicketId| {
            let mut end = (*child, look(self.tickets.get(child)?));
            while let Some(into) = end.1.into {
                end = (into, look(self.tickets.get(&into)?));
            }
            // What was merged into the ticket is no work beside it.
            Some(end.0 != ticket.id && !end.1.done)
        };
        (all.children.iter().any(|child| open(child) == Some(true)), all.todos > 0)
    }

    /// Everything that was merged into a ticket, near or far.
    fn behind(&self, ticket: &ModelTicket) -> Vec<&ModelTicket> {
        let members = ticket.members.iter().filter_map(|member| self.tickets.get(&member.ticket));
        members.flat_map(|member| [vec![member], self.behind(member)].concat()).collect()
    }

    /// Does everything that is due on a ticket by now, in order. What is erased with it of others
    /// is given back.
    #[must_use]
    pub(super) fn settle(&self, ticket: &mut ModelTicket, now: DateTime<Utc>) -> Vec<ModelTicket> {
        let mut parts: Vec<ModelTicket> = Vec::new();
        while let Some(due) = ticket.next_wake().filter(|due| *due <= now) {
            let held = self.was_held(ticket, due);
            let words = ticket.words.since().is_some();
            self.fire(ticket, due, held);
            if words && ticket.words.since().is_none() {
                for member in self.conversation(ticket) {
                    let place = parts.iter().position(|part| part.id == member.id);
                    let mut part =
                        place.map_or_else(|| member.clone(), |place| parts.remove(place));
                    self.settle_alone(&mut part, due - TimeDelta::microseconds(1));
                    part.forget_in_time(due);
                    parts.push(part);
                }
            }
        }
        parts
    }

    /// Does what is due on a merged ticket, of which nothing is erased by itself.
    pub(super) fn settle_alone(&self, ticket: &mut ModelTicket, now: DateTime<Utc>) {
        while let Some(due) = ticket.next_wake().filter(|due| *due <= now) {
            self.fire(ticket, due, false);
        }
    }

    /// Does the first thing that is due at this instant, and has the clocks follow. Theirs comes
    /// last of what is due together.
    fn fire(&self, ticket: &mut ModelTicket, due: DateTime<Utc>, held: bool) {
        let others = Timers { sla: None, ..ticket.timers };
        let before = ticket.pledge.clone();
        if others.next().is_some_and(|(_, at)| at <= due) {
            ticket.fire(&self.settings, due, held);
            self.follow(ticket, ticket.updated_at, false);
            // An event of its own, if it states anything.
            let states = before.zip(ticket.pledge.as_ref());
            let states = states.is_some_and(|(before, pledge)| pledge.differs(&before));
            ticket.revision.0 += u64::from(states);
        } else {
            self.tell(ticket, due);
            ticket.updated_at = due.max(ticket.updated_at);
            ticket.revision.0 += 1;
        }
        ticket.timers.sla = ticket.service_wake();
    }
}

impl ModelTicket {
    /// When the next reminder comes.
    pub(super) fn next_reminder(&self) -> Option<DateTime<Utc>> {
        let open = self.todos.iter().filter(|todo| !todo.done);
        open.filter_map(|todo| todo.remind_at).min()
    }

    /// The first of the to-dos whose reminder comes at this instant has been reminded of.
    pub(super) fn reminded(&mut self, due: DateTime<Utc>) {
        let mut open = self.todos.iter_mut().filter(|todo| !todo.done);
        if let Some(todo) = open.find(|todo| todo.remind_at == Some(due)) {
            todo.remind_at = None;
        }
    }

    /// How it stands, for others that wait for it.
    pub(super) fn picture(&self) -> Picture {
        let children = self.links.iter().filter(|(kind, _)| *kind == LinkKind::ParentOf);
        Picture {
            done: self.is_done(),
            into: self.merged_into,
            todos: self.todos.iter().filter(|todo| !todo.done).count(),
            children: children.map(|(_, id)| *id).collect(),
        }
    }

    /// How it stood just before an instant; before there was such a ticket, nothing was open.
    fn before(&self, at: DateTime<Utc>) -> Picture {
        let before = self.pictures.iter().rfind(|(since, _)| *since < at);
        let none = || Picture { done: true, into: None, todos: 0, children: BTreeSet::new() };
        before.map_or_else(none, |(_, picture)| picture.clone())
    }

    /// Keeps how it stands now, if that is something new.
    pub(super) fn keep_picture(&mut self) {
        let picture = self.picture();
        if self.pictures.last().is_none_or(|(_, last)| *last != picture) {
            self.pictures.push((self.updated_at, picture));
        }
    }
}
