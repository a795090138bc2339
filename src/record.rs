//! Records: everything that has a life is a history of events and a head that folds them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::cause::Cause;
use crate::ids::{
    AgentId, ContactId, Key, OrganisationId, RecordKind, Revision, TicketId, TicketNumber,
};
use crate::people::{Agent, AgentChange, Contact, ContactChange, Organisation, OrganisationChange};
use crate::personal::Personal;
use crate::settings::Settings;
use crate::ticket::{ReplayError, Stamp, Ticket, TicketChange};
use crate::time;

/// Something that happened to a record.
///
/// Facts never change once they are recorded. The personal payload may be erased, and
/// nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its place in the record's history, from 1.
    pub revision: Revision,
    /// When it took effect. A timer's event is dated by the timer, however late it was noticed.
    #[serde(deserialize_with = "time::truncated")]
    pub at: DateTime<Utc>,
    /// Who or what caused it; the events of one command share it.
    pub cause: Arc<Cause>,
    /// What happened.
    pub change: Change,
    /// What people wrote and are called; `None` where the event has nothing of the kind, or
    /// where it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal: Option<Box<Personal>>,
}

/// What happened, by kind of record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// To a ticket.
    Ticket(TicketChange),
    /// To an agent.
    Agent(AgentChange),
    /// To a contact.
    Contact(ContactChange),
    /// To an organisation.
    Organisation(OrganisationChange),
    /// To the desk's settings: these are the new ones.
    Settings(Arc<Settings>),
    /// Something that this build does not know: it is listed, and never guessed at.
    Newer(Box<Newer>),
}

/// What a newer build wrote of an event, as it stands in storage.
///
/// It is listed with the rest of the history and written back byte for byte. Who wants to know
/// what it means asks the newer build: [`fold`] refuses a history that has one
/// ([`ReplayError::Newer`]).
///
/// The event's [`cause`](Event::cause) is what this build can read of it. Where that is nothing,
/// it is the system under revision 0 of the settings, which no cause of a real event names.
/// [`Event::personal`] is empty, since nobody knows which part of the payload is what.
///
/// ```
#[doc = include_str!("example.txt")]
/// let key = Key::ticket(desk.id(), id);
/// let mut history = desk.history(key, Revision::ZERO, 1)?;
/// let (tag, facts) = ("ticket.merged".into(), r#"{"with":4}"#.into());
/// let change = Change::Newer(Box::new(Newer { tag, schema: 2, facts, personal: None }));
/// history.push(Event { revision: Revision(2), change, ..history[0].clone() });
///
/// let refused = fold(key, &history).unwrap_err();
/// assert!(matches!(refused, ReplayError::Newer { revision: Revision(2), .. }));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Newer {
    /// What happened, by its name in storage, such as `ticket.merged`.
    pub tag: Arc<str>,
    /// The schema number that it was written under.
    pub schema: u16,
    /// Its facts, as JSON text.
    pub facts: Arc<str>,
    /// Its personal payload, as JSON text; `None` where it has none, or where it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal: Option<Arc<str>>,
}

impl Event {
    /// What happened, if it happened to a ticket.
    pub fn ticket_change(&self) -> Option<&TicketChange> {
        match &self.change {
            Change::Ticket(change) => Some(change),
            Change::Agent(_)
            | Change::Contact(_)
            | Change::Organisation(_)
            | Change::Settings(_)
            | Change::Newer(_) => None,
        }
    }

    /// What happened, if it happened to a contact.
    pub fn contact_change(&self) -> Option<&ContactChange> {
        match &self.change {
            Change::Contact(change) => Some(change),
            Change::Ticket(_)
            | Change::Agent(_)
            | Change::Organisation(_)
            | Change::Settings(_)
            | Change::Newer(_) => None,
        }
    }

    /// Erases the personal payload, of a newer build's event too; facts stay as they are. What a
    /// store does to the events that a commit's [`Erasure`](crate::Erasure)s name.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let mut opening = desk.history(Key::ticket(desk.id(), id), Revision::ZERO, 1)?.remove(0);
    /// let change = opening.change.clone();
    /// assert!(opening.is_personal());
    ///
    /// opening.erase();
    /// assert!(!opening.is_personal() && opening.change == change);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    pub fn erase(&mut self) {
        self.personal = None;
        if let Change::Newer(newer) = &mut self.change {
            newer.personal = None;
        }
    }

    /// Whether it has a personal payload: something that may be erased.
    pub fn is_personal(&self) -> bool {
        let newer = matches!(&self.change, Change::Newer(newer) if newer.personal.is_some());
        newer || self.personal.is_some()
    }

    pub(crate) fn stamp(&self) -> Stamp<'_> {
        Stamp {
            revision: self.revision,
            at: self.at,
            cause: &self.cause,
            personal: self.personal.as_deref(),
        }
    }
}

/// A record as it stands, by kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Head {
    /// A ticket.
    Ticket(Arc<Ticket>),
    /// An agent.
    Agent(Arc<Agent>),
    /// A contact.
    Contact(Arc<Contact>),
    /// An organisation.
    Organisation(Arc<Organisation>),
    /// The desk's settings.
    Settings(Arc<InForce>),
}

/// Settings, and since when they are in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InForce {
    /// What is in force.
    pub settings: Arc<Settings>,
    /// Since when.
    #[serde(deserialize_with = "time::truncated")]
    pub since: DateTime<Utc>,
}

impl Head {
    /// When something last happened to the record: its time never runs backwards.
    pub fn updated_at(&self) -> DateTime<Utc> {
        match self {
            Self::Ticket(ticket) => ticket.updated_at(),
            Self::Agent(agent) => agent.updated_at(),
            Self::Contact(contact) => contact.updated_at(),
            Self::Organisation(organisation) => organisation.updated_at(),
            Self::Settings(in_force) => in_force.since,
        }
    }

    /// When the record next does something by itself.
    pub fn next_wake(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Ticket(ticket) => ticket.next_wake(),
            Self::Agent(_) | Self::Contact(_) | Self::Organisation(_) | Self::Settings(_) => None,
        }
    }
}

/// A record as a store hands it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Which record.
    pub key: Key,
    /// How many events it has.
    pub revision: Revision,
    /// A ticket's number; nothing else has one.
    pub number: Option<TicketNumber>,
    /// The record as it stands.
    pub head: Head,
}

impl Record {
    /// The ticket, if this is one.
    pub fn ticket(&self) -> Option<&Arc<Ticket>> {
        match &self.head {
            Head::Ticket(ticket) => Some(ticket),
            _ => None,
        }
    }

    /// The agent, if this is one.
    pub fn agent(&self) -> Option<&Arc<Agent>> {
        match &self.head {
            Head::Agent(agent) => Some(agent),
            _ => None,
        }
    }

    /// The contact, if this is one.
    pub fn contact(&self) -> Option<&Arc<Contact>> {
        match &self.head {
            Head::Contact(contact) => Some(contact),
            _ => None,
        }
    }

    /// The organisation, if this is one.
    pub fn organisation(&self) -> Option<&Arc<Organisation>> {
        match &self.head {
            Head::Organisation(organisation) => Some(organisation),
            _ => None,
        }
    }

    /// The settings, if these are they.
    pub fn settings(&self) -> Option<&Arc<Settings>> {
        match &self.head {
            Head::Settings(in_force) => Some(&in_force.settings),
            _ => None,
        }
    }
}

/// Folds a whole history into the head that it makes: how a record is had from its events.
///
/// Nothing is decided here: events state results, and folding copies them. So the same history
/// folds to the same head on every machine and under any later version of the rules.
///
/// ```
#[doc = include_str!("example.txt")]
/// desk.reply(agent.at(now), Reply::new(id, "Unplug it."))?;
///
/// let key = Key::ticket(desk.id(), id);
/// let history = desk.history(key, Revision::ZERO, 100)?;
/// assert_eq!(fold(key, &history)?, desk.record(key)?.unwrap().head);
///
/// // The ticket as it was before the answer.
/// let Head::Ticket(before) = fold(key, &history[..1])? else { panic!("it is a ticket") };
/// assert_eq!(before.status().name, "new");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
///
/// # Errors
///
/// [`ReplayError`] where the history is one that no rules could have written: empty, with a gap,
/// out of order, or of another kind of record than the key; and where a newer build has written
/// an event of it that this one does not know.
pub fn fold<'a>(
    key: Key,
    history: impl IntoIterator<Item = &'a Event>,
) -> Result<Head, ReplayError> {
    let mut head = None;
    let mut last = Revision::ZERO;
    for event in history {
        let expected = last.next();
        if event.revision != expected {
            return Err(ReplayError::OutOfOrder { key, expected, found: event.revision });
        }
        last = event.revision;
        head = Some(step(key, head, event)?);
    }
    head.ok_or(ReplayError::Empty { key })
}

pub(crate) fn step(key: Key, head: Option<Head>, event: &Event) -> Result<Head, ReplayError> {
    let revision = event.revision;
    match (head, &event.change, key.kind) {
        // Whatever it changed is not in the head: a fold that skips it is a guess.
        (_, Change::Newer(newer), _) => {
            Err(ReplayError::Newer { key, revision, tag: newer.tag.clone() })
        }
        (None, Change::Ticket(TicketChange::Opened(opened)), RecordKind::Ticket) => {
            let id = TicketId::from_uuid(key.id);
            Ok(Head::Ticket(Arc::new(Ticket::opened(id, event.stamp(), opened))))
        }
        (None, Change::Ticket(_), RecordKind::Ticket)
        | (Some(_), Change::Ticket(TicketChange::Opened(_)), RecordKind::Ticket) => {
            Err(ReplayError::WrongOpening { key, revision })
        }
        (Some(Head::Ticket(mut ticket)), Change::Ticket(change), RecordKind::Ticket) => {
            Arc::make_mut(&mut ticket).apply(event.stamp(), change);
            Ok(Head::Ticket(ticket))
        }
        (_, Change::Agent(change), RecordKind::Agent) => {
            let id = AgentId::from_uuid(key.id);
            let personal = event.personal.as_deref();
            let at = event.at;
            Ok(Head::Agent(Arc::new(Agent::after(id, revision, at, change, personal))))
        }
        (None, Change::Contact(ContactChange::Described(facts)), RecordKind::Contact) => {
            let id = ContactId::from_uuid(key.id);
            let personal = event.personal.as_deref();
            Ok(Head::Contact(Arc::new(Contact::described(id, event.at, facts, personal))))
        }
        (None, Change::Contact(_), RecordKind::Contact) => {
            Err(ReplayError::WrongOpening { key, revision })
        }
        (Some(Head::Contact(mut contact)), Change::Contact(change), RecordKind::Contact) => {
            let personal = event.personal.as_deref();
            Arc::make_mut(&mut contact).apply(revision, event.at, change, personal);
            Ok(Head::Contact(contact))
        }
        (_, Change::Organisation(change), RecordKind::Organisation) => {
            let id = OrganisationId::from_uuid(key.id);
            let personal = event.personal.as_deref();
            let head = Organisation::after(id, revision, event.at, change, personal);
            Ok(Head::Organisation(Arc::new(head)))
        }
        (_, Change::Settings(settings), RecordKind::Settings) => {
            Ok(Head::Settings(Arc::new(InForce { settings: settings.clone(), since: event.at })))
        }
        _ => Err(ReplayError::WrongKind { key, revision }),
    }
}
