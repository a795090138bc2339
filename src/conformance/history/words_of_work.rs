//! What a random call says of how tickets hang together, and of what is to be done.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::draw::Draw;
use super::words::ticket_id;
use crate::command::*;
use crate::conformance::model::ModelTicket;
use crate::{AgentId, Command, LinkKind, Revision, TicketId, TodoId, TodoState};

impl Draw<'_> {
    /// A link of this ticket to another, or one taken back.
    pub(super) fn linking(&mut self, ticket: TicketId, known: &ModelTicket) -> Command {
        let links: Vec<(LinkKind, TicketId)> = known.links.iter().copied().collect();
        if self.random.percent(30)
            && let Some((kind, other)) = self.random.pick(&links).copied()
        {
            return if self.random.percent(70) {
                Command::Unlink(Unlink { ticket, kind, other })
            } else {
                Command::Link(Link { ticket, kind, other })
            };
        }
        // Under another parent, or above its own.
        let parent = links.iter().find(|(kind, _)| *kind == LinkKind::ChildOf);
        if let Some((_, parent)) = parent.copied()
            && self.random.percent(85)
        {
            let others = self.view.model.tickets().values();
            let others = others.filter(|it| it.merged_into.is_none()).map(|it| it.id);
            let others: Vec<_> = others.filter(|id| *id != parent && *id != ticket).collect();
            let below = self.random.pick(&others).copied().filter(|_| self.random.percent(90));
            let (kind, other) = match below {
                Some(other) => (LinkKind::ChildOf, other),
                None => (LinkKind::ParentOf, parent),
            };
            return Command::Link(Link { ticket, kind, other });
        }
        let others: Vec<TicketId> = self.view.model.tickets().keys().copied().collect();
        // What has a parent comes under no other.
        let tickets = self.view.model.tickets().values();
        let standing = tickets.filter(|it| it.merged_into.is_none());
        let parts = standing.filter(|it| it.id != ticket && it.parent().is_some());
        let parts: Vec<TicketId> = parts.map(|part| part.id).collect();
        if self.random.percent(85)
            && let Some(other) = self.random.pick(&parts).copied()
        {
            return Command::Link(Link { ticket, kind: LinkKind::ParentOf, other });
        }
        let other = match self.random.below(30) {
            0 => ticket,
            1 => ticket_id(99),
            _ => self.random.pick(&others).copied().unwrap_or(ticket),
        };
        let kind = self.one([
            LinkKind::ParentOf,
            LinkKind::ParentOf,
            LinkKind::ParentOf,
            LinkKind::ChildOf,
            LinkKind::ChildOf,
            LinkKind::Related,
            LinkKind::DuplicateOf,
            LinkKind::DuplicatedBy,
            LinkKind::CausedBy,
            LinkKind::Causes,
        ]);
        if self.random.percent(10) {
            return Command::Unlink(Unlink { ticket, kind, other });
        }
        Command::Link(Link { ticket, kind, other })
    }

    /// Agents whom a note mentions.
    pub(super) fn mentions(&mut self) -> BTreeSet<AgentId> {
        if self.random.percent(75) {
            return BTreeSet::new();
        }
        (0..self.random.below(4)).map(|_| self.agent()).collect()
    }

    /// What a note says is to be done.
    pub(super) fn todos(&mut self) -> Vec<NewTodo> {
        let count = self.one([0, 1, 1, 1, 2]);
        let draw = |draw: &mut Self| {
            let long = "t".repeat(41);
            let odd = draw.one(["", &long]).to_owned();
            let text = draw.one(["Call her", "Order toner", " Look again "]).to_owned();
            let text = draw.maybe(8, |_| odd).unwrap_or(text);
            let owner = draw.maybe(15, Self::agent);
            let minutes = draw.one([60, 600, 3_000, 9_000]);
            let minutes = draw.random.below(minutes) as i64 - 5;
            let remind_at = draw.maybe(70, |draw| draw.now + TimeDelta::minutes(minutes));
            NewTodo { text, owner, remind_at }
        };
        (0..count).map(|_| draw(self)).collect()
    }

    /// A to-do that is marked: one that there is, mostly.
    pub(super) fn mark(&mut self, ticket: TicketId, known: &ModelTicket) -> MarkTodo {
        let ids: Vec<TodoId> = known.todos.iter().filter_map(|todo| todo.id).collect();
        let none = TodoId(Revision(self.random.below(30) as u64));
        let known = self.random.pick(&ids).copied().filter(|_| self.random.percent(95));
        let (open, done) = (TodoState::Open, TodoState::Done);
        let state = self.one([open, open, done, done, done, TodoState::Dropped]);
        MarkTodo { ticket, todo: known.unwrap_or(none), state }
    }
}
