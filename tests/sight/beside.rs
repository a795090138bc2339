//! Side conversations of a random desk, and the road to them.

use helpdesk::command::{CloseSide, ReplySide, StartSide};
use helpdesk::{Actor, ContactId, Revision, Side, SideId, TicketId};

use crate::roads::Haul;
use crate::support::*;
use crate::world::{CONTACTS, World};

impl World {
    /// Something happens beside a ticket: with one who has nothing to do with it, as a rule.
    pub fn beside(&mut self, ticket: TicketId) {
        let sides: Vec<(SideId, ContactId)> =
            self.desk.ticket(ticket).sides().iter().map(|side| (side.id(), side.with())).collect();
        let (new, any) = (self.random.percent(45), self.random.pick(&sides).copied());
        let desk = self.random.one_of([agent(OWNER), bot(), Actor::Host]);
        match any {
            Some((side, with)) if !new => {
                let theirs = [customer(with), customer(with), Actor::AutoResponder(with), desk];
                let author = self.random.one_of(theirs);
                let text = self.beside_text();
                self.run(&author, ReplySide::new(ticket, side, text));
                if self.random.percent(20) {
                    self.run(&agent(OWNER), CloseSide { ticket, side });
                }
            }
            _ => {
                let with = self.random.one_of(CONTACTS);
                let (subject, text) = (self.beside_text(), self.beside_text());
                self.run(&desk, StartSide::new(ticket, with, text).subject(subject));
            }
        }
    }

    /// The contact with whom a side conversation is.
    pub fn third_party(&self, ticket: TicketId, side: SideId) -> Option<ContactId> {
        self.desk.ticket(ticket).side(side).map(Side::with)
    }

    /// Whether somebody is the third party of anything beside this ticket.
    pub fn is_third_party(&self, actor: &Actor, ticket: TicketId) -> bool {
        let (Actor::Customer(contact) | Actor::AutoResponder(contact)) = actor else {
            return false;
        };
        let ids = self.known_as(*contact);
        self.desk.ticket(ticket).sides().iter().any(|side| ids.contains(&side.with()))
    }

    /// Its side conversations, and one that there is not.
    pub fn sides(&self, ticket: TicketId) -> Vec<SideId> {
        let head = self.desk.desk.ticket(ticket).unwrap();
        let sides = head.iter().flat_map(|head| head.sides()).map(Side::id);
        sides.chain([SideId(Revision(9_999))]).collect()
    }
}

impl Haul {
    /// Every side conversation of a ticket, to its end.
    pub fn sides(&mut self, world: &World, actor: &Actor, ticket: TicketId) {
        let (desk, now) = (&world.desk.desk, world.desk.now());
        for side in world.sides(ticket) {
            let mut after = Revision::ZERO;
            loop {
                let page = desk.side(actor, now, ticket, side, after, 2);
                self.push(format!("side {side} of {ticket}"), &[ticket], format!("{page:?}"));
                let Some(next) = page.ok().and_then(|page| page.next) else { break };
                after = next;
            }
        }
    }
}
