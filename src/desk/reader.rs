//! Who reads, and by which settings.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::DeskError;
use super::flow::Flow;
use super::io::Io;
use crate::decide::Refusal;
use crate::ids::{DepartmentName, Key, Revision};
use crate::people::{Actor, Agent, Contact, Customer, Sight, Who, sight};
use crate::record::Record;
use crate::settings::Settings;
use crate::store::Wanted;
use crate::ticket::Ticket;
use crate::time::{Instant, whole_micros};

/// An actor who reads, and the settings: what decides what they see.
pub(super) struct Reader {
    pub(super) settings: Arc<Settings>,
    /// The revision of the settings.
    pub(super) settings_revision: Revision,
    actor: Actor,
    pub(super) agent: Option<Arc<Agent>>,
    /// The record of the contact who reads, or of the one that speaks for them.
    contact: Option<Arc<Contact>>,
    now: Instant,
}

impl Reader {
    pub(super) fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The time that it is for them.
    pub(super) fn now(&self) -> Instant {
        self.now
    }

    pub(super) fn who(&self) -> Who<'_> {
        let customer = |id| Customer { id, record: self.contact.as_deref() };
        match (&self.actor, &self.agent) {
            (_, Some(agent)) => Who::Agent(agent),
            (Actor::Customer(contact), None) => Who::Customer(customer(*contact)),
            (Actor::AutoResponder(contact), None) => Who::AutoResponder(customer(*contact)),
            (Actor::Guest(guest), None) => Who::Guest(*guest, self.now),
            // An agent has a record, or was refused.
            (Actor::Bot(_) | Actor::Agent(_), None) => Who::Bot,
            (Actor::Host | Actor::System, None) => Who::Host,
        }
    }

    /// How much of the ticket they see; `None`: to them it is not there.
    pub(super) fn sight(&self, ticket: &Ticket) -> Option<Sight> {
        sight(self.who(), ticket.sight(), self.settings.sight_policy())
    }

    pub(super) fn works_in(&self, department: &DepartmentName) -> bool {
        match self.who() {
            Who::Agent(agent) => agent.works_in(department),
            Who::Host | Who::System => true,
            Who::Customer(_) | Who::AutoResponder(_) | Who::Guest(..) | Who::Bot => false,
        }
    }
}

impl<I: Io> Flow<I> {
    /// Looks up who reads, and by which settings.
    pub(super) async fn reader(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Reader, DeskError> {
        let mut keys = vec![Key::settings(self.id)];
        match actor {
            Actor::Agent(id) => keys.push(Key::agent(self.id, *id)),
            Actor::Customer(id) | Actor::AutoResponder(id) => {
                keys.push(Key::contact(self.id, *id));
            }
            Actor::Bot(_) | Actor::Guest(_) | Actor::Host | Actor::System => {}
        }
        let found = self.io.load(self.id, &Wanted::records(keys)).await?;
        let mut records = found.records.into_iter();
        let in_force = records.next().flatten();
        let settings_revision = in_force.as_ref().map_or(Revision::ZERO, |record| record.revision);
        let settings = in_force.and_then(|record| record.settings().cloned());
        let settings = settings.ok_or(Refusal::NoSuchDesk)?;
        let who = records.next().flatten();
        let contact = who.as_ref().and_then(Record::contact).cloned();
        let contact = match contact {
            Some(contact) => self.speaks_for(contact).await?,
            None => None,
        };
        let agent = who.as_ref().and_then(Record::agent).cloned();
        let agent = agent.filter(|agent| agent.is_active());
        if matches!(actor, Actor::Agent(_)) && agent.is_none() {
            return Err(Refusal::NotAnAgent { actor: actor.clone() }.into());
        }
        let (actor, now) = (actor.clone(), whole_micros(now));
        Ok(Reader { settings, settings_revision, actor, agent, contact, now })
    }
}
