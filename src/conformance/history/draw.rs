//! Draws the next step of a history: who, when, what. Half of it makes sense.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::words::ticket_id;
use super::{Step, View, cast};
use crate::command::*;
use crate::condition::View as SavedView;
use crate::conformance::kit::Random;
use crate::conformance::model::ModelTicket;
use crate::{
    Actor, AgentId, Call, Command, CommandId, Condition, Context, Fact, GuestId, GuestRight,
    Reopening, Requester, Revision, Role, Sort, Span, TicketId,
};

/// The next step of a history, drawn from this seed.
pub(super) fn step(seed: u64, view: &View<'_>) -> Step {
    let mut random = Random::new(seed);
    let now = time(&mut random, view);
    if random.percent(6) {
        return Step::Tick(now);
    }
    if !view.named.is_empty()
        && random.percent(4)
        && let Some(mut call) = random.pick(view.named).cloned()
        && !matches!(call.command, Command::Adopt(_))
    {
        call.context.now = now;
        return Step::Call(Box::new(call));
    }
    Step::Call(Box::new(call(random, view, now)))
}

/// A call that is given now.
pub(super) fn call(random: Random, view: &View<'_>, now: DateTime<Utc>) -> Call {
    let mut draw = Draw { random, view, now };
    let (actor, command) = draw.command();
    let mut context = actor.at(now);
    draw.dress(&mut context, &command);
    context.call(command)
}

/// Somebody, of any kind.
pub(super) fn anybody(random: &mut Random) -> Actor {
    // One more agent than there are: somebody whom the desk does not know.
    let agent = |random: &mut Random| cast::agent(random.below(cast::AGENTS as usize + 1) as u128);
    let contact = |random: &mut Random| cast::contact(random.below(3) as u128);
    match random.below(100) {
        0..55 => Actor::Agent(agent(random)),
        55..72 => Actor::Customer(contact(random)),
        72..79 => Actor::Bot("sorter".into()),
        79 => Actor::Bot(random.one_of([" sorter", ""]).into()),
        80..85 => Actor::AutoResponder(contact(random)),
        85 => Actor::Guest(GuestId::from_u128(0x60)),
        86..97 => Actor::Host,
        _ => Actor::System,
    }
}

fn time(random: &mut Random, view: &View<'_>) -> DateTime<Utc> {
    let micros = |micros: i64| TimeDelta::microseconds(micros);
    let some = |random: &mut Random, most: i64| 1 + random.below(most as usize) as i64;
    let now = match random.below(100) {
        0..38 => view.clock,
        38..58 => view.clock + TimeDelta::minutes(some(random, 90)),
        58..68 => view.clock + TimeDelta::hours(some(random, 30)),
        68..74 => view.clock + TimeDelta::days(some(random, 6)),
        74..77 => view.clock + TimeDelta::days(some(random, 40)),
        77..92 => {
            // To an instant at which something changes, or just beside it.
            let instant = turning_point(random, view).unwrap_or(view.clock);
            let beside = random.one_of([0, 0, 0, -1, 1]);
            (instant + micros(beside)).max(view.clock)
        }
        92..97 if view.unruly => view.clock - TimeDelta::minutes(some(random, 4000)),
        _ => view.clock + micros(some(random, 3)),
    };
    // Hosts' clocks are finer than microseconds.
    if random.percent(10) { now + TimeDelta::nanoseconds(some(random, 999)) } else { now }
}

fn turning_point(random: &mut Random, view: &View<'_>) -> Option<DateTime<Utc>> {
    let tickets: Vec<&ModelTicket> = view.model.tickets().values().collect();
    if tickets.is_empty() {
        return None;
    }
    match random.below(3) {
        0 => view.model.next_wake(),
        1 => random.pick(&tickets)?.next_wake(),
        _ => match (view.model.settings().reopening(), random.pick(&tickets)?.closed_at) {
            (Reopening::Within(span), Some(closed)) => {
                Some(closed + TimeDelta::microseconds(span.as_micros()))
            }
            _ => None,
        },
    }
}

/// Draws one call.
pub(super) struct Draw<'a> {
    pub(super) random: Random,
    pub(super) view: &'a View<'a>,
    pub(super) now: DateTime<Utc>,
}

impl Draw<'_> {
    pub(super) fn one<T: Clone, const N: usize>(&mut self, from: [T; N]) -> T {
        self.random.one_of(from)
    }

    /// Something, so many times in a hundred.
    pub(super) fn maybe<T>(
        &mut self,
        chance: usize,
        draw: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        if self.random.percent(chance) { Some(draw(self)) } else { None }
    }

    /// The id that sends it once, and the revision that was seen.
    fn dress(&mut self, context: &mut Context, command: &Command) {
        match self.random.below(100) {
            0..25 => context.command_id = Some(CommandId::from_u128(self.random.number().into())),
            25..28 if !self.view.named.is_empty() => {
                let named = self.random.pick(self.view.named);
                context.command_id = named.and_then(|call| call.context.command_id);
            }
            _ => {}
        }
        context.correlation = self.maybe(5, |draw| draw.one(["request 7", "", "a\nb"]).into());
        let tickets = self.view.model.tickets();
        let Some(ticket) = command.ticket().and_then(|id| tickets.get(&id)) else { return };
        let Revision(revision) = ticket.revision;
        context.seen = match self.random.below(100) {
            0..14 => Some(Revision(revision)),
            14..18 => Some(Revision(revision.saturating_sub(1 + self.random.below(3) as u64))),
            18 => Some(Revision(revision + 1)),
            _ => None,
        };
    }

    pub(super) fn agent(&mut self) -> AgentId {
        // One more than there are: somebody whom the desk does not know.
        cast::agent(self.random.below(cast::AGENTS as usize + 1) as u128)
    }

    fn anybody(&mut self) -> Actor {
        anybody(&mut self.random)
    }

    /// Somebody who may do this on this ticket, mostly.
    fn somebody(&mut self, command: &Command, ticket: &ModelTicket) -> Actor {
        if let Command::ReplySide(reply) = command
            && let Some(actor) = self.third_party(reply, ticket)
        {
            return actor;
        }
        let asks = matches!(
            command,
            Command::Reply(_)
                | Command::FollowUp(_)
                | Command::ConfirmSolution(_)
                | Command::RejectSolution(_)
        );
        let erases =
            matches!(command, Command::Redact(_) | Command::EraseTicket(_) | Command::Hold(_));
        match self.random.below(100) {
            0..15 => return self.anybody(),
            15..22 => return Actor::Host,
            22..65 if matches!(command, Command::Tick(_) | Command::Adopt(_)) => {
                return Actor::System;
            }
            22..65 if erases => return Actor::Host,
            22..85 if matches!(command, Command::ReportUndelivered(_)) => return self.sender(),
            // Who sees every ticket.
            22..75 if matches!(command, Command::Link(_)) => return Actor::Host,
            22..65 if !asks => {}
            _ => match (ticket.requester, self.random.below(8)) {
                (_, 0) => return Actor::Bot("sorter".into()),
                (_, 6) if asks && !ticket.guests.is_empty() => {
                    return ticket.guests.keys().next().map_or(Actor::Host, |it| Actor::Guest(*it));
                }
                (Requester::Contact(contact), 1) => return Actor::AutoResponder(contact),
                (Requester::Contact(contact), 2) => return Actor::Customer(contact),
                (Requester::Contact(contact), 3..6) if asks => return Actor::Customer(contact),
                (Requester::Agent(agent), 2..6) if asks => return Actor::Agent(agent),
                _ => {}
            },
        }
        let among_all = Actor::Agent(cast::agent(self.random.below(4) as u128));
        ticket.owner.filter(|_| self.random.percent(60)).map_or(among_all, Actor::Agent)
    }

    fn command(&mut self) -> (Actor, Command) {
        let tickets: Vec<&ModelTicket> = self.view.model.tickets().values().collect();
        let (Some(first), Some(newest)) = (tickets.first(), tickets.last()) else {
            return (self.anybody(), Command::Open(self.open()));
        };
        if tickets.len() < 7 && self.random.percent(9) {
            return (self.anybody(), Command::Open(self.open()));
        }
        if self.random.percent(6) {
            return self.governing();
        }
        if self.random.percent(9) {
            return self.people();
        }
        if let Some(step) =
            self.relieving().or_else(|| self.entangling()).or_else(|| self.gathering())
        {
            return (Actor::Host, step);
        }
        if let Some(step) = self.copied().or_else(|| self.copies()).or_else(|| self.parting()) {
            return step;
        }
        // That an owner loses what reopens is rare, or it would not be put to the test.
        let orphan = tickets.iter().find(|ticket| self.is_orphan(ticket));
        if let Some(orphan) = orphan.filter(|_| self.random.percent(25)) {
            let actor = match orphan.requester {
                Requester::Contact(contact) => Actor::Customer(contact),
                Requester::Agent(agent) => Actor::Agent(agent),
            };
            return (actor, Command::Reply(Reply::new(orphan.id, self.text())));
        }
        // And that work is to be done on what they might finish, customers and bots seldom find.
        let unfinished = tickets.iter().find(|ticket| self.is_unfinished(ticket));
        if let Some(ticket) = unfinished.filter(|_| self.random.percent(15)) {
            let actor = match ticket.requester {
                Requester::Contact(contact) if self.random.percent(50) => Actor::Customer(contact),
                Requester::Contact(_) | Requester::Agent(_) => Actor::Bot("sorter".into()),
            };
            let (id, resolution) = (ticket.id, self.resolving(ticket));
            let command = match ticket.is_done() {
                true => Command::Close(Close { ticket: id, resolution: Some(resolution) }),
                false => Command::Resolve(Resolve { ticket: id, resolution }),
            };
            return (actor, command);
        }
        // Two tickets out of three times the newest or the first: histories get long.
        let ticket = match self.random.below(3) {
            0 => first,
            1 => newest,
            _ => self.random.pick(&tickets).unwrap_or(first),
        };
        let mut id = ticket.id;
        if self.random.percent(2) {
            id = ticket_id(99);
        }
        let command = match self.late() {
            Some(late) => late,
            None if self.random.percent(16) => self.structure(id, ticket),
            None => self.about(id, ticket),
        };
        (self.somebody(&command, ticket), command)
    }

    /// Whether it is finished work that may reopen, and whose owner has left or has no room.
    fn is_orphan(&self, ticket: &ModelTicket) -> bool {
        let reopens = ticket.is_done() && ticket.merged_into.is_none() && !ticket.spam;
        let Some(owner) = ticket.owner.filter(|_| reopens) else { return false };
        let agent = self.view.model.agents().get(&owner);
        agent.is_some_and(|agent| {
            let load = self.view.model.load(owner);
            agent.deactivated || agent.capacity.is_some_and(|room| load >= i64::from(room))
        })
    }

    /// Whether there is work to be done on what a host might let customers and bots finish.
    fn is_unfinished(&self, ticket: &ModelTicket) -> bool {
        let blocks = self.view.model.settings().draft().close_blocks;
        let status = ["open", "resolved"].contains(&ticket.status.as_str());
        let todos = blocks.todos && ticket.todos.iter().any(|todo| !todo.done);
        let theirs = matches!(ticket.requester, Requester::Contact(_));
        status && todos && theirs && ticket.merged_into.is_none()
    }

    pub(super) fn about(&mut self, id: TicketId, ticket: &ModelTicket) -> Command {
        if !ticket.guests.is_empty() && self.random.percent(6) {
            return self.guests(id, ticket);
        }
        if self.random.percent(7) {
            return self.erasing(id, ticket);
        }
        if let Some(command) = self.confirming(id, ticket).or_else(|| self.spam(id, ticket)) {
            return command;
        }
        if let Some(command) = self.sides(id, ticket) {
            return command;
        }
        let parent = ticket.links.iter().any(|(kind, _)| *kind == crate::LinkKind::ParentOf);
        let several = self.view.model.tickets().len() > 1;
        match self.random.below(100) {
            0..8 if several => return self.linking(id, ticket),
            8..11 if !ticket.todos.is_empty() || self.random.percent(10) => {
                return Command::MarkTodo(self.mark(id, ticket));
            }
            11..14 => return Command::Note(Note { todos: self.todos(), ..Note::new(id, "to do") }),
            14..22 if !ticket.links.is_empty() => return self.linking(id, ticket),
            24..30 if parent => {
                let resolution = self.resolving(ticket);
                return Command::Resolve(Resolve { ticket: id, resolution });
            }
            // Whose owner may keep it, or not.
            30..40 if ticket.is_done() && ticket.owner.is_some() => {
                return Command::Reopen(Reopen { ticket: id, reason: self.text() });
            }
            _ => {}
        }
        match self.random.below(100) {
            0..24 => Command::Reply(Reply {
                ticket: id,
                channel: self.maybe(20, Self::channel),
                text: self.text(),
                attachments: self.attachments(),
            }),
            24..26 => self.guests(id, ticket),
            26..28 => {
                let (text, attachments) = (self.text(), self.attachments());
                let (mentions, todos) = (self.mentions(), self.todos());
                Command::Note(Note { ticket: id, text, attachments, mentions, todos })
            }
            28..34 => Command::LogConversation(self.log(id, ticket)),
            34..43 if ticket.merged_into.is_some() && self.random.percent(70) => {
                Command::Edit(self.less(id, ticket))
            }
            34..43 => Command::Edit(self.edit(id, ticket)),
            43..49 => {
                let (agent, over_capacity) = (self.agent(), self.random.percent(15));
                Command::Assign(Assign { ticket: id, agent, over_capacity })
            }
            49..51 => Command::Unassign(Unassign { ticket: id }),
            51..57 => Command::Take(Take { ticket: id }),
            57..61 => {
                let (department, agent) = (self.department(), self.maybe(40, Self::agent));
                Command::Transfer(Transfer { ticket: id, department, agent })
            }
            61..65 => Command::Escalate(Escalate {
                ticket: id,
                department: self.one(["specialists", "vendors", "support", "nowhere"]).into(),
                agent: self.maybe(40, Self::agent),
                reason: self.text(),
            }),
            65..74 => Command::SetStatus(SetStatus {
                ticket: id,
                status: self.status(ticket).into(),
                reason: self.maybe(60, Self::reason),
            }),
            74..80 => {
                let until = match ticket.postponed_until {
                    Some(until) if self.random.percent(30) => until,
                    _ => self.now + TimeDelta::minutes(self.random.below(9000) as i64 - 200),
                };
                let reason = match &ticket.reason {
                    Some(reason) if self.random.percent(30) => Some(reason.clone()),
                    _ if self.random.percent(60) => Some("look_again".into()),
                    _ => self.maybe(60, Self::reason),
                };
                Command::Postpone(Postpone { ticket: id, until, reason })
            }
            80..87 => Command::Resolve(Resolve { ticket: id, resolution: self.resolving(ticket) }),
            87..92 => {
                let resolution = self.maybe(65, |draw| draw.resolving(ticket));
                Command::Close(Close { ticket: id, resolution })
            }
            92..95 => Command::Reopen(Reopen { ticket: id, reason: self.text() }),
            95..98 => Command::FollowUp(FollowUp {
                ticket: id,
                id: self.new_id(),
                channel: self.channel(),
                text: self.text(),
            }),
            98 if ticket.has_all_clocks_or_none(self.view.model.settings()) => Command::Adopt(id),
            _ if self.random.percent(30) => Command::Route(id),
            _ if self.random.percent(70) => self.undelivered(id, ticket),
            _ => Command::Tick(id),
        }
    }

    pub(super) fn guest(&mut self) -> GuestId {
        GuestId::from_u128(0x60 + self.random.below(4) as u128)
    }

    /// Lets a guest in, or out.
    fn guests(&mut self, ticket: TicketId, model: &ModelTicket) -> Command {
        if self.random.percent(if model.guests.is_empty() { 8 } else { 50 }) {
            // One who was let in, if there is one.
            let known = model.guests.keys().next().copied();
            let guest = known.unwrap_or_else(|| self.guest());
            return Command::RevokeAccess(RevokeAccess { ticket, guest });
        }
        let guest = self.guest();
        let contact = match model.requester {
            Requester::Contact(contact) if self.random.percent(70) => contact,
            _ => cast::contact(self.random.below(3) as u128),
        };
        let rights = [GuestRight::Status, GuestRight::View, GuestRight::Reply];
        let rights = rights.into_iter().filter(|_| self.random.percent(75)).collect();
        let until = self.now + TimeDelta::minutes(self.random.below(9000) as i64 - 200);
        Command::GrantAccess(GrantAccess { ticket, guest, contact, rights, until })
    }

    fn governing(&mut self) -> (Actor, Command) {
        let actor = match self.random.below(10) {
            0..4 => Actor::Host,
            4..7 => Actor::Agent(cast::agent(self.random.below(2) as u128)),
            _ => self.anybody(),
        };
        if !self.view.unruly || self.random.percent(3) {
            return (actor, Command::CreateDesk(Arc::new(self.view.model.settings().clone())));
        }
        if self.random.percent(35) {
            let mut draft = self.view.model.settings().draft().clone();
            cast::policies(&mut draft, &mut self.random);
            if !draft.rules.triggers.is_empty() {
                cast::rules(&mut draft, &mut self.random);
            }
            return (actor, Command::PublishSettings(Arc::new(draft.build().unwrap_or_default())));
        }
        if self.random.percent(15) {
            return (actor, Command::SaveViews(self.views()));
        }
        // Those who own something, mostly: what may reopen, rather.
        let owned = self.view.model.tickets().values().filter(|ticket| ticket.owner.is_some());
        let (done, open): (Vec<_>, Vec<_>) = owned.partition(|ticket| ticket.is_done());
        let owned = if done.is_empty() || self.random.percent(30) { open } else { done };
        let owners: Vec<AgentId> = owned.iter().filter_map(|ticket| ticket.owner).collect();
        let mut index = self.random.below(cast::AGENTS as usize + 1) as u128;
        if !owners.is_empty()
            && self.random.percent(70)
            && let Some(owner) = self.random.pick(&owners).copied()
        {
            index = (0..=cast::AGENTS).find(|index| cast::agent(*index) == owner).unwrap_or(index);
        }
        let id = cast::agent(index);
        if self.random.percent(10) {
            let by = if self.random.percent(40) { Actor::Agent(id) } else { actor };
            let set = SetAvailability { agent: id, available: self.random.percent(50) };
            return (by, Command::SetAvailability(set));
        }
        if self.random.percent(14) {
            // Sometimes one of whom nobody has heard.
            let nobody = cast::agent(cast::AGENTS + 9);
            let id = if self.random.percent(10) { nobody } else { id };
            return (actor, Command::EraseAgent(id));
        }
        let mut profile = match self.view.model.agents().get(&id) {
            Some(known) => known.clone(),
            None => cast::profile(index),
        };
        if owners.contains(&id) && self.random.percent(20) {
            profile.deactivated = true;
            return (Actor::Host, Command::PutAgent { id, profile });
        }
        match self.random.below(10) {
            0..3 => profile.deactivated = !profile.deactivated,
            3 => {
                let roles = [Role::Owner, Role::Agent, Role::Agent, Role::Restricted, Role::Light];
                profile.role = self.one(roles);
            }
            4 => profile.departments = (0..3).map(|_| self.department()).collect(),
            5 => profile.capacity = self.one([None, Some(0), Some(1), Some(2), Some(5)]),
            6 => {
                let long = format!("{}@example.com", "x".repeat(300));
                let addresses =
                    ["Two@Example.com", "owner@example.com", "new@example.com", "", "a\tb", &long];
                profile.email = self.maybe(80, |draw| draw.one(addresses).to_owned());
            }
            7 => profile.name = self.one(["", " Edge", "Anna", "Ben\u{7}"]).to_owned(),
            _ => profile = cast::profile(index),
        }
        (actor, Command::PutAgent { id, profile })
    }

    /// Views of an agent's own; some are wrong.
    fn views(&mut self) -> Vec<SavedView> {
        let draw = |draw: &mut Self| {
            let name = draw.one(["mine", "urgent", "old", "queue", ""]);
            let by = draw.one([Fact::Number, Fact::WaitingSince, Fact::Priority, Fact::Tags]);
            let filter = match draw.random.below(5) {
                0 => Fact::Assignee.equals("me"),
                1 => Fact::Priority.at_least(draw.one(["high", "highest"])),
                2 => Fact::OpenedAt.older(Span::days(3)),
                3 => Condition::not(Fact::Department.is_in(["support", "nowhere"])),
                _ => Fact::Queued.equals(true),
            };
            SavedView { name: name.into(), filter, sort: vec![Sort::descending(by)] }
        };
        (0..self.random.below(4)).map(|_| draw(self)).collect()
    }
}
