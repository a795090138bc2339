//! What others than who asks do with a ticket that was closed long ago, as a random history has it.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::cast;
use super::draw::Draw;
use crate::command::{Close, Edit, GrantAccess, Merge, Reply, Resolving, UndoMerge};
use crate::conformance::model::ModelTicket;
use crate::{Actor, Command, ContactId, Follower, GuestRight, Reopening, Requester};

impl Draw<'_> {
    /// Now and then somebody with a copy, a colleague or a guest writes where only a follow-up takes
    /// it, or comes to have a copy of it: too rare by chance to be put to the test.
    pub(super) fn copied(&mut self) -> Option<(Actor, Command)> {
        if !self.random.percent(5) {
            return None;
        }
        let tickets = self.view.model.tickets().values().filter(|ticket| self.is_past(ticket));
        let past: Vec<&ModelTicket> = tickets.collect();
        let ticket = self.random.pick(&past).copied()?;
        let copies = ticket.followers.iter().filter_map(|follower| match follower {
            Follower::Contact(contact) => Some(*contact),
            Follower::Agent(_) => None,
        });
        let copies: Vec<ContactId> = copies.collect();
        let guest = ticket.guests.keys().next().copied();
        let anybody = cast::contact(self.random.below(cast::CONTACTS as usize) as u128);
        let actor = match (guest, self.random.pick(&copies).copied()) {
            (Some(guest), _) if self.random.percent(60) => Actor::Guest(guest),
            (None, _) if self.random.percent(30) => {
                // For longer than others are let in: or nobody would be there so late.
                let (guest, until) = (self.guest(), self.now + TimeDelta::days(90));
                let mut rights = BTreeSet::from([GuestRight::Reply]);
                rights.extend(self.maybe(70, |_| GuestRight::View));
                let ticket = ticket.id;
                let grant = GrantAccess { ticket, guest, contact: anybody, rights, until };
                return Some((Actor::Host, Command::GrantAccess(grant)));
            }
            (_, Some(copied)) if self.random.percent(70) => Actor::Customer(copied),
            (_, None) if self.random.percent(50) => {
                let follow = [Follower::Contact(anybody)].into();
                return Some((Actor::Host, Command::Edit(Edit { follow, ..Edit::new(ticket.id) })));
            }
            _ => Actor::Customer(anybody),
        };
        Some((actor, Command::Reply(Reply::new(ticket.id, self.text()))))
    }

    /// Now and then a step towards late words of somebody who follows by a merge only, or that merge
    /// is undone when they have opened a follow-up, which has gone on by itself, or been merged: in
    /// so many steps that it would hardly come about.
    pub(super) fn parting(&mut self) -> Option<(Actor, Command)> {
        let tickets = self.view.model.tickets();
        let lent = |it: &&ModelTicket| !(it.lent.is_empty() && it.dropped.is_empty());
        let lent: Vec<&ModelTicket> = tickets.values().filter(lent).collect();
        if let Some(ticket) = self.random.pick(&lent).copied() {
            if !self.random.percent(25) {
                return None;
            }
            let (by, lent) = ticket.lent.iter().chain(&ticket.dropped).next().copied()?;
            // As themselves, by whichever id.
            let person = self.view.model.same_person(Self::contact_of(lent)?);
            let person: Vec<ContactId> = person.into_iter().collect();
            let follower = self.random.pick(&person).copied()?;
            let others = tickets.values().filter(|other| {
                let stands = other.merged_into.is_none() && !other.is_done();
                stands && other.id != ticket.id && self.is_of_one(other, ticket)
            });
            let others: Vec<&ModelTicket> = others.collect();
            let other = self.random.pick(&others).copied();
            let followed = others.iter().find(|other| other.followers.contains(&lent));
            let resolution = Some(Resolving::new("solved"));
            // Whoever came along where it was merged into leaves it, and not what it was merged into.
            let merged = ticket.merged_into.is_some() && ticket.followers.contains(&lent);
            if merged && self.random.percent(30) {
                let edit = Edit { unfollow: [lent].into(), ..Edit::new(ticket.id) };
                return Some((Actor::Host, Command::Edit(edit)));
            }
            return Some(match (self.random.below(10), other) {
                (0..3, _) => (Actor::Host, Command::UndoMerge(UndoMerge { ticket: by })),
                (3..5, Some(into)) => (Actor::Host, Command::Merge(Merge::new(ticket.id, into.id))),
                // What brings them there once more.
                (5..8, Some(other)) if !ticket.is_done() => match followed {
                    Some(other) => (Actor::Host, Command::Merge(Merge::new(other.id, ticket.id))),
                    None => {
                        let edit = Edit { follow: [lent].into(), ..Edit::new(other.id) };
                        (Actor::Host, Command::Edit(edit))
                    }
                },
                (8, _) => (Actor::Host, Command::Close(Close { ticket: ticket.id, resolution })),
                _ => {
                    let reply = Reply::new(ticket.id, self.text());
                    (Actor::Customer(follower), Command::Reply(reply))
                }
            });
        }
        let brought = tickets.values().filter(|it| it.merged_into.is_none()).filter_map(|it| {
            let mut brought = it.members.iter().flat_map(|member| &member.brought);
            Some((it, brought.find_map(|follower| Self::contact_of(*follower))?))
        });
        let brought: Vec<(&ModelTicket, ContactId)> = brought.collect();
        let (ticket, follower) = self.random.pick(&brought).copied()?;
        let past = self.is_past(ticket);
        let closes = !past && !ticket.is_done();
        if past && self.random.percent(40) {
            let reply = Reply::new(ticket.id, self.text());
            return Some((Actor::Customer(follower), Command::Reply(reply)));
        }
        let resolution = Some(Resolving::new("solved"));
        let close = Command::Close(Close { ticket: ticket.id, resolution });
        (closes && self.random.percent(8)).then_some((Actor::Host, close))
    }

    fn contact_of(follower: Follower) -> Option<ContactId> {
        match follower {
            Follower::Contact(contact) => Some(contact),
            Follower::Agent(_) => None,
        }
    }

    /// Now and then a contact gives a copy, or gives up theirs; mostly as they may.
    pub(super) fn copies(&mut self) -> Option<(Actor, Command)> {
        if !self.random.percent(1) {
            return None;
        }
        let tickets: Vec<&ModelTicket> = self.view.model.tickets().values().collect();
        let ticket = self.random.pick(&tickets).copied()?;
        let contact =
            |draw: &mut Self| cast::contact(draw.random.below(cast::CONTACTS as usize) as u128);
        let (one, other) = (contact(self), contact(self));
        let copies: Vec<Follower> = ticket.followers.iter().copied().collect();
        let mut edit = Edit::new(ticket.id);
        let actor = match (ticket.requester, self.random.pick(&copies).copied()) {
            (_, Some(follower @ Follower::Contact(copied))) if self.random.percent(60) => {
                edit.unfollow.insert(follower);
                if self.random.percent(15) { one } else { copied }
            }
            (Requester::Contact(asks), _) => {
                edit.follow.insert(Follower::Contact(other));
                if self.random.percent(25) { one } else { asks }
            }
            (Requester::Agent(_), _) => one,
        };
        if self.random.percent(8) {
            edit = self.edit(ticket.id, ticket);
        }
        Some((Actor::Customer(actor), Command::Edit(edit)))
    }

    /// Whether a customer's ticket, or where that went on, has been closed for too long to reopen.
    fn is_past(&self, ticket: &ModelTicket) -> bool {
        let tickets = self.view.model.tickets();
        let mut end = ticket;
        while let Some(into) = end.merged_into.and_then(|into| tickets.get(&into)) {
            end = into;
        }
        let theirs = matches!(ticket.requester, Requester::Contact(_)) && !end.spam;
        match (self.view.model.settings().reopening(), end.closed_at) {
            (Reopening::Within(span), Some(closed)) => {
                theirs && self.now > closed + TimeDelta::microseconds(span.as_micros())
            }
            (Reopening::Within(_), None) | (Reopening::Always, _) => false,
        }
    }
}
