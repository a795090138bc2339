//! Merges, splits and undoing, as a random history has them.

use super::cast;
use super::draw::Draw;
use super::words::ticket_id;
use crate::command::{Assign, Edit, Merge, Resolve, Split, UndoMerge};
use crate::conformance::model::ModelTicket;
use crate::{
    AgentProfile, Command, Follower, LinkKind, MessageRef, Requester, Revision, StatusCategory,
    TicketId,
};

impl Draw<'_> {
    /// What belongs together, or does not.
    pub(super) fn structure(&mut self, id: TicketId, ticket: &ModelTicket) -> Command {
        let tickets = self.view.model.tickets().values();
        let (merged, standing): (Vec<&ModelTicket>, Vec<&ModelTicket>) =
            tickets.partition(|ticket| ticket.merged_into.is_some());
        match self.random.below(100) {
            0..55 if standing.len() > 1 => self.merge(id, &standing),
            55..75 if !merged.is_empty() || self.random.percent(15) => {
                let some = self.random.pick(&merged).map(|ticket| ticket.id);
                let ticket = some.filter(|_| self.random.percent(90)).unwrap_or(id);
                Command::UndoMerge(UndoMerge { ticket })
            }
            _ => self.split(id, ticket, &standing),
        }
    }

    /// Something that was said, off the ticket or off what was merged into it; where nothing was,
    /// another command.
    fn split(&mut self, id: TicketId, ticket: &ModelTicket, standing: &[&ModelTicket]) -> Command {
        let talked = |ticket: &&ModelTicket| self.sources(ticket).iter().any(|it| has_words(it));
        let talked: Vec<&ModelTicket> = standing.iter().copied().filter(talked).collect();
        let whole = talked.iter().copied().filter(|ticket| !ticket.members.is_empty());
        let whole: Vec<&ModelTicket> = whole.collect();
        let some = match self.random.below(10) {
            0 => Some(ticket),
            1..6 if !whole.is_empty() => self.random.pick(&whole).copied(),
            _ => self.random.pick(&talked).copied(),
        };
        match some {
            Some(ticket) => Command::Split(Split {
                ticket: ticket.id,
                message: self.message(ticket),
                id: self.new_id(),
                subject: self.maybe(40, Self::subject),
            }),
            None => self.about(id, ticket),
        }
    }

    /// The histories that may have a message of this ticket's thread.
    fn sources<'t>(&'t self, ticket: &'t ModelTicket) -> Vec<&'t ModelTicket> {
        let tickets = self.view.model.tickets();
        let members = ticket.members.iter().filter_map(|member| tickets.get(&member.ticket));
        let grand = members.clone().flat_map(|member| &member.members);
        let grand = grand.filter_map(|member| tickets.get(&member.ticket));
        [ticket].into_iter().chain(members).chain(grand).collect()
    }

    /// Two tickets of one requester, mostly.
    fn merge(&mut self, id: TicketId, standing: &[&ModelTicket]) -> Command {
        let pairs =
            standing.iter().flat_map(|one| standing.iter().map(move |other| (*one, *other)));
        let pairs: Vec<(TicketId, TicketId)> = pairs
            .filter(|(one, other)| one.id != other.id && self.is_of_one(one, other))
            .map(|(one, other)| (one.id, other.id))
            .collect();
        let every: Vec<TicketId> = self.view.model.tickets().keys().copied().collect();
        let any = self.random.pick(&every).copied().unwrap_or(id);
        let (ticket, into) = match self.random.below(100) {
            0..68 => self.random.pick(&pairs).copied().unwrap_or((id, any)),
            68 => (id, ticket_id(99)),
            69..78 => {
                let internal = |it: &&&ModelTicket| matches!(it.requester, Requester::Agent(_));
                let into: Vec<TicketId> =
                    standing.iter().filter(internal).map(|it| it.id).collect();
                (id, self.random.pick(&into).copied().unwrap_or(any))
            }
            // One that has been merged already leads on, or back.
            _ => (self.random.pick(standing).map_or(id, |ticket| ticket.id), any),
        };
        Command::Merge(Merge { ticket, into })
    }

    /// Now and then a step towards a merge that takes one ticket from an owner, and reopens another
    /// for which they have room only by that: in so many steps that it would hardly come about.
    pub(super) fn relieving(&mut self) -> Option<Command> {
        if !self.random.percent(15) {
            return None;
        }
        let model = self.view.model;
        let tickets = || model.tickets().values();
        let resolved = tickets().filter(|it| it.category == StatusCategory::Resolved);
        let owned =
            resolved.filter(|it| it.owner.is_some_and(|id| model.agents().contains_key(&id)));
        let mut pairs = owned.flat_map(|into| tickets().map(move |ticket| (ticket, into)));
        let (ticket, into) = pairs.find(|(ticket, into)| {
            ticket.waiting_since().is_some() && !ticket.is_done() && self.is_of_one(ticket, into)
        })?;
        let owner = into.owner?;
        if ticket.owner != Some(owner) {
            let give = Assign { over_capacity: true, ..Assign::new(ticket.id, owner) };
            return Some(Command::Assign(give));
        }
        let full = u32::try_from(model.load(owner)).ok();
        let known = model.agents().get(&owner)?;
        if known.capacity != full {
            let profile = AgentProfile { capacity: full, ..known.clone() };
            return Some(Command::PutAgent { id: owner, profile });
        }
        Some(Command::Merge(Merge { ticket: ticket.id, into: into.id }))
    }

    /// Now and then a step towards a second merge that brings a follower whom another has brought,
    /// or away from one of two such merges.
    pub(super) fn gathering(&mut self) -> Option<Command> {
        if !self.random.percent(10) {
            return None;
        }
        let tickets = self.view.model.tickets();
        let open = |it: &&ModelTicket| it.merged_into.is_none() && !it.is_done();
        let pairs = tickets.values().filter(open).flat_map(|into| {
            let others = tickets.values().filter(open).filter(|other| other.id != into.id);
            others.filter(|other| self.is_of_one(other, into)).map(move |other| (into, other))
        });
        let brought = |into: &ModelTicket| into.members.iter().any(|it| !it.brought.is_empty());
        let (again, first): (Vec<_>, Vec<_>) = pairs.partition(|(into, _)| brought(into));
        let among = if again.is_empty() { &first } else { &again };
        let (into, other) = self.random.pick(among).copied()?;
        let by = into.members.iter().filter(|member| !member.brought.is_empty());
        let by: Vec<_> = by.map(|by| (by.ticket, by.brought.first().copied())).collect();
        let (member, who) = self.random.pick(&by).copied().unzip();
        if let Some(ticket) = member.filter(|_| self.random.percent(15)) {
            return Some(Command::UndoMerge(UndoMerge { ticket }));
        }
        let who = who.flatten().unwrap_or(Follower::Contact(cast::contact(3)));
        if other.followers.contains(&who) {
            return Some(Command::Merge(Merge { ticket: other.id, into: into.id }));
        }
        let follow = [who].into();
        Some(Command::Edit(Edit { follow, ..Edit::new(other.id) }))
    }

    /// Now and then a parent, or its child, is merged, and then what waits for the one or the other
    /// is finished.
    pub(super) fn entangling(&mut self) -> Option<Command> {
        if !self.random.percent(7) {
            return None;
        }
        let tickets = self.view.model.tickets();
        let families = tickets.values().flat_map(|parent| {
            let links = parent.links.iter().filter(|(kind, _)| *kind == LinkKind::ParentOf);
            links.filter_map(move |(_, child)| Some((parent, tickets.get(child)?)))
        });
        let (entangled, plain): (Vec<_>, Vec<_>) = families.partition(|(parent, child)| {
            parent.merged_into.is_some() || child.merged_into.is_some()
        });
        if let Some((mut end, _)) = self.random.pick(&entangled).copied() {
            while let Some(into) = end.merged_into {
                end = tickets.get(&into)?;
            }
            let resolution = self.resolving(end);
            return Some(Command::Resolve(Resolve { ticket: end.id, resolution }));
        }
        let (parent, child) = self.random.pick(&plain).copied()?;
        let goes = if self.random.percent(65) { child } else { parent };
        let into = tickets.values().find(|into| {
            let apart = into.id != parent.id && into.id != child.id;
            apart && into.merged_into.is_none() && !into.is_done() && self.is_of_one(goes, into)
        })?;
        Some(Command::Merge(Merge { ticket: goes.id, into: into.id }))
    }

    /// Whether one person asks on both, by whichever id.
    pub(super) fn is_of_one(&self, one: &ModelTicket, other: &ModelTicket) -> bool {
        match (one.requester, other.requester) {
            (Requester::Contact(one), Requester::Contact(other)) => {
                self.view.model.same_person(one).contains(&other)
            }
            (one, other) => one == other,
        }
    }

    /// A message of the ticket's thread, mostly.
    fn message(&mut self, ticket: &ModelTicket) -> MessageRef {
        let sources = self.sources(ticket).into_iter().filter(|source| has_words(source));
        let mut among: Vec<(TicketId, Vec<Revision>)> =
            sources.map(|source| (source.id, splittable(source).collect())).collect();
        if self.random.percent(5) {
            let every = self.view.model.tickets().values();
            among =
                every.map(|it| (it.id, it.thread.iter().map(|s| s.revision).collect())).collect();
        }
        let (source, said) = self.random.pick(&among).cloned().unwrap_or((ticket.id, Vec::new()));
        let revision = match self.random.below(24) {
            0 => Revision(self.random.below(12) as u64),
            1 => Revision(1),
            _ => self.random.pick(&said).copied().unwrap_or(Revision(2)),
        };
        MessageRef { ticket: source, revision }
    }
}

fn has_words(ticket: &ModelTicket) -> bool {
    splittable(ticket).next().is_some()
}

/// The messages that may be split off a ticket.
fn splittable(ticket: &ModelTicket) -> impl Iterator<Item = Revision> {
    let rest = ticket.thread.iter().skip(1);
    rest.filter(|said| said.public && !said.gone).map(|said| said.revision)
}
