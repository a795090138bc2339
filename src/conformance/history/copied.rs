//! What others than who asks do with a ticket that was closed long ago, as a random history has it.

use chrono::TimeDelta;

use super::cast;
use super::draw::Draw;
use crate::command::{Edit, Reply};
use crate::conformance::model::ModelTicket;
use crate::{Actor, Command, ContactId, Follower, Reopening, Requester};

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
            (Some(guest), _) if self.random.percent(40) => Actor::Guest(guest),
            (_, Some(copied)) if self.random.percent(70) => Actor::Customer(copied),
            (_, None) if self.random.percent(50) => {
                let follow = [Follower::Contact(anybody)].into();
                return Some((Actor::Host, Command::Edit(Edit { follow, ..Edit::new(ticket.id) })));
            }
            _ => Actor::Customer(anybody),
        };
        Some((actor, Command::Reply(Reply::new(ticket.id, self.text()))))
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
