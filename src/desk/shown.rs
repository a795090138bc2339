//! A ticket as somebody sees it: whole, as customers do, or no more than its status.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::flow::Flow;
use super::io::{Io, at_once};
use super::reader::Reader;
use super::{Desk, DeskError};
use crate::decide::Refusal;
use crate::ids::{CategoryName, FieldName, Key, Reference, Revision, TicketId};
use crate::people::{Actor, Requester, Sight};
use crate::personal::Erasable;
use crate::record::Record;
use crate::settings::Settings;
use crate::store::{Store, Wanted};
use crate::ticket::{Channel, Origin, Proposal, Ticket};
use crate::value::FieldValue;
use crate::workflow::Status;

/// A ticket as somebody sees it; [`Desk::show`] gives one, [`Desk::find`] a page of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// What people call it, such as `HD-1042`.
    pub reference: Reference,
    /// What its reader sees of it.
    pub shown: Shown,
}

/// What somebody sees of a ticket, by their [`Sight`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Everything. Among its facts are ids of other tickets: those that it is linked with, that it
    /// follows up or is followed up by, and was merged with or split from. They are there whether
    /// or not the reader sees the other ticket, as bare ids; whatever is asked of that one by its
    /// id is answered by the reader's sight of it.
    Full(Arc<Ticket>),
    /// What its requester sees.
    Public(Box<PublicTicket>),
    /// Its status, and nothing else.
    Status {
        /// Which ticket this is.
        id: TicketId,
        /// Where it stands.
        status: Status,
    },
}

/// What a ticket's requester sees of it: what is said, when and in which status, and nothing of
/// who works on it, how, and why.
///
/// Its fields are the facts that are public ([`Fact::is_public`](crate::Fact::is_public)), by
/// which customers may also filter and sort; and what it follows up, to who sees that, too.
///
/// ```
#[doc = include_str!("../example.txt")]
/// desk.note(agent.at(now), Note::new(id, "Third fire this week."))?;
///
/// let row = desk.show(&customer, now, id)?;
/// assert_eq!(row.reference.to_string(), "HD-1");
/// let Shown::Public(ticket) = row.shown else { panic!("she is a customer") };
/// assert_eq!(ticket.status.name, "new");
/// assert_eq!(ticket.messages, 1, "the note is not hers to know of");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PublicTicket {
    /// Which ticket this is.
    pub id: TicketId,
    /// The last of its events that are news to a customer: what
    /// [`Context::having_seen`](crate::Context::having_seen) takes. It counts the others, too:
    /// for the host, not to be shown.
    pub revision: Revision,
    /// Who asks.
    pub requester: Requester,
    /// Who wrote first.
    pub origin: Origin,
    /// What it is called.
    pub subject: Erasable<Arc<str>>,
    /// Where it stands.
    pub status: Status,
    /// The channel of the last public message.
    pub channel: Channel,
    /// What it is about.
    pub category: Option<CategoryName>,
    /// The ticket that it follows up; `None`, too, where that one is not there to the reader.
    pub follows: Option<TicketId>,
    /// Public messages so far, the first one included.
    pub messages: u32,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// Since when somebody waits for an answer; `None`: nobody does.
    pub waiting_since: Option<DateTime<Utc>>,
    /// When a human agent first answered.
    pub first_answered_at: Option<DateTime<Utc>>,
    /// When the requester last wrote or spoke.
    pub last_asked_at: Option<DateTime<Utc>>,
    /// When a human agent last answered.
    pub last_answered_at: Option<DateTime<Utc>>,
    /// When it was last resolved; `None` while unresolved.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When it was closed; `None` while it is not.
    pub closed_at: Option<DateTime<Utc>>,
    /// Since when a proposed solution waits for the requester's word; `None`: none does.
    pub proposed_at: Option<DateTime<Utc>>,
    /// Its custom fields that are [public](crate::FieldDef::public), in order.
    pub fields: Vec<(FieldName, Erasable<FieldValue>)>,
}

impl PublicTicket {
    fn of(ticket: &Ticket, settings: &Settings) -> Self {
        let public = |name: &FieldName| settings.field(name).is_some_and(|field| field.public);
        Self {
            id: ticket.id(),
            revision: ticket.last_news(true),
            requester: ticket.requester(),
            origin: ticket.origin(),
            subject: ticket.subject().clone(),
            status: ticket.status().clone(),
            channel: ticket.channel().clone(),
            category: ticket.category().cloned(),
            follows: ticket.follows(),
            messages: ticket.message_count(),
            opened_at: ticket.opened_at(),
            waiting_since: ticket.waiting_since(),
            first_answered_at: ticket.first_answered_at(),
            last_asked_at: ticket.last_asked_at(),
            last_answered_at: ticket.last_answered_at(),
            resolved_at: ticket.resolved_at(),
            closed_at: ticket.closed_at(),
            proposed_at: ticket.proposal().map(Proposal::at),
            fields: ticket.fields().iter().filter(|(name, _)| public(name)).cloned().collect(),
        }
    }
}

impl Row {
    pub(super) fn of(record: &Record, sight: Sight, settings: &Settings) -> Option<Self> {
        let ticket = record.ticket()?;
        let reference = Reference::new(settings.reference_prefix().clone(), record.number?);
        let shown = match sight {
            Sight::Full => Shown::Full(ticket.clone()),
            Sight::Public => Shown::Public(Box::new(PublicTicket::of(ticket, settings))),
            Sight::Status => Shown::Status { id: ticket.id(), status: ticket.status().clone() },
        };
        Some(Self { reference, shown })
    }

    /// Which ticket it is.
    pub fn id(&self) -> TicketId {
        match &self.shown {
            Shown::Full(ticket) => ticket.id(),
            Shown::Public(ticket) => ticket.id,
            Shown::Status { id, .. } => *id,
        }
    }

    /// Where it stands.
    pub fn status(&self) -> &Status {
        match &self.shown {
            Shown::Full(ticket) => ticket.status(),
            Shown::Public(ticket) => &ticket.status,
            Shown::Status { status, .. } => status,
        }
    }

    /// What it is called; `None` where its reader sees no more than its status.
    pub fn subject(&self) -> Option<&Erasable<Arc<str>>> {
        match &self.shown {
            Shown::Full(ticket) => Some(ticket.subject()),
            Shown::Public(ticket) => Some(&ticket.subject),
            Shown::Status { .. } => None,
        }
    }

    fn public(&self) -> Option<&PublicTicket> {
        match &self.shown {
            Shown::Public(ticket) => Some(ticket),
            Shown::Full(_) | Shown::Status { .. } => None,
        }
    }

    /// The whole ticket, where its reader sees all of it.
    pub fn ticket(&self) -> Option<&Arc<Ticket>> {
        match &self.shown {
            Shown::Full(ticket) => Some(ticket),
            Shown::Public(_) | Shown::Status { .. } => None,
        }
    }
}

impl<S: Store> Desk<S> {
    /// How much of a ticket this actor sees. [`Sight`] has an example.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] where there is no such ticket, or the actor may not know of it;
    /// [`Refusal::NotAnAgent`]; [`Refusal::NoSuchDesk`]; [`DeskError::Store`].
    pub fn sight(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
    ) -> Result<Sight, DeskError> {
        at_once(self.flow().sight(actor, now, ticket))
    }

    /// A ticket as this actor sees it.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let row = desk.show(&agent, now, id)?;
    /// assert_eq!(row.ticket().unwrap().requester(), Requester::Contact(maria));
    ///
    /// // A customer sees less of it, and somebody else's ticket is not there.
    /// assert!(desk.show(&customer, now, id)?.ticket().is_none());
    /// let stranger = Actor::Customer(ContactId::from_u128(70));
    /// let refused = desk.show(&stranger, now, id).unwrap_err();
    /// assert_eq!(refused.refusal(), Some(&Refusal::NotFound { ticket: id }));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] where there is no such ticket, or the actor may not know of it;
    /// [`Refusal::NotAnAgent`]; [`Refusal::NoSuchDesk`]; [`DeskError::Store`].
    pub fn show(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
    ) -> Result<Row, DeskError> {
        at_once(self.flow().show(actor, now, ticket))
    }
}

impl<I: Io> Flow<I> {
    pub(super) async fn sight(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
    ) -> Result<Sight, DeskError> {
        let reader = self.reader(actor, now).await?;
        Ok(self.seen(&reader, ticket).await?.1)
    }

    pub(super) async fn show(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
    ) -> Result<Row, DeskError> {
        let reader = self.reader(actor, now).await?;
        let (record, sight) = self.seen(&reader, ticket).await?;
        let mut row = Row::of(&record, sight, &reader.settings);
        self.unname(&reader, row.as_mut_slice()).await?;
        row.ok_or_else(|| Refusal::NotFound { ticket }.into())
    }

    /// Takes out of what customers see the tickets that are not there to the reader.
    pub(super) async fn unname(&self, reader: &Reader, rows: &mut [Row]) -> Result<(), DeskError> {
        let keys: Vec<Key> = rows
            .iter()
            .filter_map(|row| Some(Key::ticket(self.id, row.public()?.follows?)))
            .collect();
        if keys.is_empty() {
            return Ok(());
        }
        let found = self.io.load(self.id, &Wanted::records(keys)).await?;
        let records = found.records.into_iter().flatten();
        let seen: Vec<TicketId> = records
            .filter_map(|record| {
                let ticket = record.ticket()?;
                reader.sight(ticket).map(|_| ticket.id())
            })
            .collect();
        for row in rows {
            if let Shown::Public(ticket) = &mut row.shown {
                ticket.follows = ticket.follows.filter(|former| seen.contains(former));
            }
        }
        Ok(())
    }

    /// As [`seen`](Self::seen), of a reader who may read what is said on it.
    pub(super) async fn readable(
        &self,
        reader: &Reader,
        ticket: TicketId,
    ) -> Result<(Record, Sight), DeskError> {
        match self.seen(reader, ticket).await? {
            (_, Sight::Status) => {
                let party = reader.who().party();
                Err(Refusal::Forbidden { party, deed: "read messages" }.into())
            }
            seen => Ok(seen),
        }
    }

    /// The ticket's record, and how much of it this reader sees.
    pub(super) async fn seen(
        &self,
        reader: &Reader,
        ticket: TicketId,
    ) -> Result<(Record, Sight), DeskError> {
        let record = self.record(Key::ticket(self.id, ticket)).await?;
        let seen = record.and_then(|record| {
            let sight = reader.sight(record.ticket()?)?;
            Some((record, sight))
        });
        seen.ok_or_else(|| Refusal::NotFound { ticket }.into())
    }
}
