//! Side conversations in the model: T11 of the requirements. What is said with a third party is
//! apart from the customer's thread, and moves nothing.

use chrono::{DateTime, Utc};

use super::{Model, ModelTicket, Step};
use crate::command::StartSide;
use crate::{
    Actor, Author, Command, ContactId, Erasable, Event, Party, Revision, Side, SideId, TicketChange,
};

/// A conversation with a third party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelSide {
    /// The third party.
    pub with: ContactId,
    /// What it is about; empty where that is not said, or gone.
    pub subject: Option<String>,
    /// What was said: by whom, when, and its place in the history once the desk has told it.
    pub said: Vec<(Author, DateTime<Utc>, Revision)>,
    /// How much had been said when it was last closed.
    pub closed: Option<usize>,
}

impl ModelSide {
    /// Its name, once the desk has told it.
    pub fn id(&self) -> Option<SideId> {
        self.said.first().map(|(_, _, revision)| SideId(*revision))
    }

    /// Whether nothing was said since it was closed that a person would have to read.
    fn is_closed(&self) -> bool {
        self.closed.is_some_and(|closed| {
            let since = self.said.get(closed..).unwrap_or_default();
            since.iter().all(|(author, _, _)| matches!(author, Author::AutoResponder(_)))
        })
    }

    /// What there is to say of it.
    pub(super) fn summary(&self) -> String {
        let last = self.said.last().cloned();
        let this = (self.id(), self.with, self.subject.as_deref(), self.said.len(), last);
        format!("{this:?}, closed: {}", self.is_closed())
    }

    /// The same, as the desk has it.
    pub(super) fn summary_of(side: &Side) -> String {
        let last = (side.last_author().clone(), side.last_at(), side.last_message());
        let subject = side.subject().map(Erasable::as_str);
        let count = side.message_count() as usize;
        let this = (Some(side.id()), side.with(), subject, count, Some(last));
        format!("{this:?}, closed: {}", side.is_closed())
    }
}

impl Model {
    /// Where a third party writes on their own conversation: the last that was said on it. To them
    /// nothing else of the ticket is there.
    pub(super) fn heard_by_third_party(
        &self,
        actor: &Actor,
        ticket: &ModelTicket,
        command: &Command,
    ) -> Option<Revision> {
        let (Actor::Customer(who) | Actor::AutoResponder(who)) = actor else { return None };
        let Command::ReplySide(reply) = command else { return None };
        let side = ticket.sides.iter().find(|side| side.id() == Some(reply.side))?;
        let theirs = self.same_person(*who).contains(&side.with);
        side.said.last().filter(|_| theirs).map(|(_, _, revision)| *revision)
    }

    pub(super) fn beside(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, command: &Command) {
        let id = match command {
            Command::StartSide(start) => return self.start_side(step, ticket, start),
            Command::ReplySide(reply) => {
                self.words(step, &reply.text, &reply.attachments);
                reply.side
            }
            Command::CloseSide(close) => close.side,
            _ => return,
        };
        let found = ticket.sides.iter_mut().find(|side| side.id() == Some(id));
        let Some(side) = found else {
            step.require(false, "no_such_side");
            return;
        };
        if let Command::CloseSide(_) = command {
            if !side.is_closed() {
                side.closed = Some(side.said.len());
            }
            return;
        }
        self.hears(step, side.with);
        side.said.push((author(step.actor), step.now, Revision::ZERO));
        ticket.words.come(step.now);
    }

    fn start_side(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, start: &StartSide) {
        self.words(step, &start.text, &start.attachments);
        let subject = start.subject.as_ref().map(|subject| self.subject(step, subject));
        self.hears(step, start.with);
        let as_customer = Actor::Customer(start.with);
        let inside = self.sees(&as_customer, Party::Customer, step.now, ticket);
        step.require(!inside, "sees_ticket");
        let said = vec![(author(step.actor), step.now, Revision::ZERO)];
        ticket.sides.push(ModelSide { with: start.with, subject, said, closed: None });
        self.at_most(step, ticket.sides.len(), self.settings.limits().sides);
        ticket.words.come(step.now);
    }
}

impl ModelTicket {
    /// Learns the place of what was said last on a side conversation.
    pub(super) fn learn_side(&mut self, event: &Event) {
        if event.ticket_change().and_then(TicketChange::side_said).is_some() {
            let mut said = self.sides.iter_mut().flat_map(|side| &mut side.said);
            if let Some((_, _, place)) = said.find(|(_, _, place)| *place == Revision::ZERO) {
                *place = event.revision;
            }
        }
    }

    /// Forgets what a side conversation is about, whose first message is among these.
    pub(super) fn forget_sides(&mut self, gone: impl Fn(Revision) -> bool) {
        for side in &mut self.sides {
            if let (Some(SideId(first)), Some(subject)) = (side.id(), &mut side.subject)
                && gone(first)
            {
                subject.clear();
            }
        }
    }
}

fn author(actor: &Actor) -> Author {
    match actor {
        Actor::Customer(contact) => Author::Customer(*contact),
        Actor::AutoResponder(contact) => Author::AutoResponder(*contact),
        Actor::Agent(agent) => Author::Agent(*agent),
        Actor::Bot(name) => Author::Bot(name.clone()),
        Actor::Guest(_) | Actor::Host | Actor::System => Author::Host,
    }
}
