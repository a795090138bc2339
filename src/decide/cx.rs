//! What every rule looks at, and the questions that most of them ask.

use std::cell::RefCell;
use std::sync::Arc;

use super::loaded::{Loaded, Needs, Passage};
use super::roster::{Roster, Rostered};
use super::{Call, Command, Counter, CounterChange, Refusal};
use crate::cause::Cause;
use crate::ids::{AgentId, DeskId, Key, Revision, TicketId};
use crate::people::{Actor, Agent, Deed, GuestRight, Party, Requester, Who, may, sight};
use crate::record::Event;
use crate::settings::Settings;
use crate::ticket::Ticket;
use crate::time::Instant;

/// What every rule looks at: the call, the settings in force, the actor, the time.
#[derive(Clone)]
pub(super) struct Cx<'a> {
    pub(super) desk: DeskId,
    pub(super) call: &'a Call,
    pub(super) loaded: &'a Loaded,
    pub(super) settings: &'a Arc<Settings>,
    pub(super) settings_revision: Revision,
    pub(super) who: Who<'a>,
    pub(super) now: Instant,
    /// What was needed, as only the decision knows, and is not loaded.
    pub(super) missing: &'a RefCell<Needs>,
    /// What the tickets at work have come to count for, each as far as it has told the others.
    pub(super) counted: &'a RefCell<Vec<(Key, CounterChange)>>,
    /// The same where the desk acts by itself, by rules of its own; `None`: this is that.
    pub(super) desks_own: Option<&'a Cx<'a>>,
}

impl<'a> Cx<'a> {
    /// A piece of a history that is only read where it must be; if it is not there, it is missing.
    pub(super) fn passage(&self, passage: Passage) -> Result<&'a [Event], Refusal> {
        self.loaded.passage(passage).ok_or_else(|| {
            self.missing.borrow_mut().passages.push(passage);
            Refusal::NotLoaded
        })
    }

    /// The same as the desk's own act.
    pub(super) fn as_desk(&'a self) -> &'a Cx<'a> {
        self.desks_own.unwrap_or(self)
    }

    /// Whether the desk acts by itself: then what it does is asked of the workflow and the settings,
    /// and nobody's role.
    pub(super) fn is_desk(&self) -> bool {
        self.desks_own.is_none()
    }

    /// An agent whom a rule turns out to name: the record.
    pub(super) fn needed_agent(&self, id: AgentId) -> Result<(), Refusal> {
        self.looked_up(Key::agent(self.desk, id))
    }

    /// A counter that is only read where it must be; if it is not there, it is missing.
    pub(super) fn counter(&self, counter: Counter) -> Result<i64, Refusal> {
        if self.loaded.knows_counter(&counter) {
            return Ok(self.loaded.counter(counter));
        }
        let mut missing = self.missing.borrow_mut();
        if !missing.counters.contains(&counter) {
            missing.counters.push(counter);
        }
        Err(Refusal::NotLoaded)
    }

    /// A record that is only looked at where it must be; if it was not asked for, it is missing.
    pub(super) fn looked_up(&self, key: Key) -> Result<(), Refusal> {
        if self.loaded.knows(key) {
            return Ok(());
        }
        let mut missing = self.missing.borrow_mut();
        if !missing.records.contains(&key) {
            missing.records.push(key);
        }
        Err(Refusal::NotLoaded)
    }

    /// The agents of a roster; if they are not there, they are missing.
    pub(super) fn roster(
        &self,
        roster: &Roster,
        channel: &Arc<str>,
    ) -> Result<&'a Rostered, Refusal> {
        if let Some(known) = self.loaded.roster(roster, channel) {
            return Ok(known);
        }
        let wanted = (roster.clone(), channel.clone());
        let mut missing = self.missing.borrow_mut();
        if !missing.rosters.contains(&wanted) {
            missing.rosters.push(wanted);
        }
        Err(Refusal::NotLoaded)
    }

    pub(super) fn party(&self) -> Party {
        self.who.party()
    }

    pub(super) fn is_tick(&self) -> bool {
        matches!(self.call.command, Command::Tick(_))
    }

    /// The cause of what happens by itself.
    pub(super) fn by_time(&self) -> Cause {
        Cause {
            actor: Actor::System,
            command: None,
            correlation: None,
            rule: None,
            parent: None,
            depth: 0,
            settings: self.settings_revision,
            actor_revision: None,
            claimed_at: None,
        }
    }

    /// The cause of what this call brings about, on a record whose time is `now`.
    pub(super) fn cause(&self, now: Instant) -> Cause {
        let context = &self.call.context;
        Cause {
            actor: context.actor.clone(),
            command: context.command_id,
            correlation: context.correlation.clone(),
            rule: None,
            parent: None,
            depth: 0,
            settings: self.settings_revision,
            actor_revision: match self.who {
                Who::Agent(agent) => Some(agent.revision()),
                Who::Customer(_)
                | Who::Bot
                | Who::AutoResponder(_)
                | Who::Guest(..)
                | Who::Host
                | Who::System => None,
            },
            claimed_at: (now > self.now).then_some(self.now),
        }
    }

    /// Whether the actor, where they say what they have seen of a record, has seen its last
    /// news, and nothing that is not there.
    pub(super) fn has_seen(&self, key: Key, news: Revision, last: Revision) -> Result<(), Refusal> {
        match self.call.context.seen {
            Some(seen) if seen < news || seen > last => {
                Err(Refusal::StaleView { key, seen, found: news })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The time that counts for a record: what it has seen is never later.
    pub(super) fn now_of(&self, key: Key) -> Instant {
        let record = self.loaded.record(key);
        record.map_or(self.now, |record| record.head.updated_at().max(self.now))
    }

    /// The ticket, if there is one and the actor may know of it.
    pub(super) fn visible(&self, id: TicketId) -> Result<&'a Ticket, Refusal> {
        let policy = self.settings.sight_policy();
        self.loaded
            .ticket(self.desk, id)
            .map(|ticket| &**ticket)
            .filter(|ticket| sight(self.who, ticket.sight(), policy).is_some())
            .ok_or(Refusal::NotFound { ticket: id })
    }

    /// Whether the actor's role does such things at all.
    pub(super) fn may(&self, deed: Deed, ticket: Option<&Ticket>) -> Result<(), Refusal> {
        if self.is_desk() {
            return Ok(());
        }
        let asker = ticket.is_some_and(|ticket| self.asks(ticket));
        // A guest may what was granted, and no more.
        let granted = match self.who {
            Who::Guest(guest, now) => ticket
                .and_then(|ticket| ticket.sight().grant(guest, now))
                .is_some_and(|grant| grant.rights.contains(&GuestRight::Reply)),
            _ => true,
        };
        if granted && may(self.party(), deed, asker) {
            Ok(())
        } else {
            Err(Refusal::Forbidden { party: self.party(), deed: deed.as_str() })
        }
    }

    /// Whether the actor is the one who asked.
    pub(super) fn asks(&self, ticket: &Ticket) -> bool {
        match self.who {
            Who::Agent(agent) => ticket.requester() == Requester::Agent(agent.id()),
            Who::Customer(customer) => match ticket.requester() {
                Requester::Contact(contact) => customer.is(contact),
                Requester::Agent(_) => false,
            },
            Who::Bot | Who::AutoResponder(_) | Who::Guest(..) | Who::Host | Who::System => false,
        }
    }

    /// The agent's record, if there is one.
    pub(super) fn agent(&self, id: AgentId) -> Option<&'a Agent> {
        self.loaded.agent(self.desk, id).map(|agent| &**agent)
    }
}
