//! What the host of a random desk knows of it: which tickets there are, who is who, and where what
//! was said stands now.

use std::collections::BTreeSet;

use helpdesk::matching::Listing;
use helpdesk::{Actor, ContactId, MessageRef, OrganisationId, Revision, Row, TicketId};

use crate::support::*;
use crate::world::{ACME, CONTACTS, DOUBLE, PIA, World};

impl World {
    pub fn tickets(&self) -> Vec<TicketId> {
        let every = Listing::every().sorted("number").unwrap().page(usize::MAX);
        let page = self.desk.desk.find(&Actor::Host, self.desk.now(), &every).unwrap();
        page.rows.iter().map(Row::id).collect()
    }

    /// Everybody whom the law is about.
    pub fn actors(&self) -> Vec<Actor> {
        let mut actors: Vec<Actor> = CONTACTS.map(Actor::Customer).to_vec();
        actors.extend([Actor::AutoResponder(OTTO), bot()]);
        actors.extend(EVERY_AGENT.map(Actor::Agent));
        actors.extend(self.guests.iter().map(|guest| Actor::Guest(*guest)));
        actors
    }

    /// All that this contact is known as.
    pub fn known_as(&self, contact: ContactId) -> Vec<ContactId> {
        match self.merged && [MARIA, DOUBLE].contains(&contact) {
            true => vec![MARIA, DOUBLE],
            false => vec![contact],
        }
    }

    pub fn belongs_to(&self, contact: ContactId) -> Option<OrganisationId> {
        [OTTO, PIA].contains(&contact).then_some(ACME)
    }

    /// The ticket where what was said there stands now.
    pub fn stands_at(&self, ticket: TicketId, revision: Revision) -> TicketId {
        let said = MessageRef { ticket, revision };
        let split = |id: &TicketId| self.desk.ticket(*id).split_from() == Some(said);
        self.tickets().into_iter().find(split).unwrap_or(ticket)
    }

    /// The ticket, and all that inherit from it: what follows it up or was split off it.
    pub fn heirs(&self, ticket: TicketId) -> BTreeSet<TicketId> {
        let mut heirs = BTreeSet::from([ticket]);
        loop {
            let before = heirs.len();
            for id in self.tickets() {
                let head = self.desk.ticket(id);
                let from = head.follows().or(head.split_from().map(|said| said.ticket));
                if from.is_some_and(|from| heirs.contains(&from)) {
                    heirs.insert(id);
                }
            }
            if heirs.len() == before {
                return heirs;
            }
        }
    }
}
