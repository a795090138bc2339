//! What a desk tells: records, histories, references.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::flow::Flow;
use super::io::{Io, at_once};
use super::{Desk, DeskError};
use crate::decide::UniqueKey;
use crate::ids::{AgentId, Key, Reference, Revision, TicketId};
use crate::people::{Actor, Agent};
use crate::record::{Event, Head, Record, fold};
use crate::store::{Store, Wanted};
use crate::ticket::{ReplayError, Ticket};

/// How many events are read at a time.
pub(super) const PAGE: usize = 500;

impl<S: Store> Desk<S> {
    /// A record as it stands, with nobody's eyes but the host's: nothing is hidden. `None`
    /// where there is none; another desk's is not there.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let record = desk.record(Key::ticket(desk.id(), id))?.unwrap();
    /// assert_eq!(record.number, Some(TicketNumber(1)));
    /// assert_eq!(record.revision, record.ticket().unwrap().revision());
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`].
    pub fn record(&self, key: Key) -> Result<Option<Record>, DeskError> {
        at_once(self.flow().record(key))
    }

    /// A ticket as it stands, with nobody's eyes but the host's. `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`].
    pub fn ticket(&self, id: TicketId) -> Result<Option<Arc<Ticket>>, DeskError> {
        at_once(self.flow().ticket(id))
    }

    /// An agent as the record stands, also one who has left. `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`].
    pub fn agent(&self, id: AgentId) -> Result<Option<Arc<Agent>>, DeskError> {
        at_once(self.flow().agent(id))
    }

    /// The ticket of this reference, such as one that somebody read out on the phone. `None`
    /// where there is none, where the actor does not see it, and where the prefix is not the
    /// desk's, now or once; letter case does not count. [`sight`](Self::sight) says how much of it
    /// the actor sees. One that has been merged keeps its reference; [`survivor`](Self::survivor)
    /// leads on.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// assert_eq!(desk.by_reference(&customer, now, &"hd-1".parse().unwrap())?, Some(id));
    /// assert_eq!(desk.by_reference(&customer, now, &"HD-2".parse().unwrap())?, None);
    ///
    /// let other = Actor::Customer(ContactId::from_u128(9));
    /// assert_eq!(desk.by_reference(&other, now, &"HD-1".parse().unwrap())?, None);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotAnAgent`](crate::Refusal::NotAnAgent); [`NoSuchDesk`](crate::Refusal::NoSuchDesk); [`DeskError::Store`].
    pub fn by_reference(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        reference: &Reference,
    ) -> Result<Option<TicketId>, DeskError> {
        at_once(self.flow().by_reference(actor, now, reference))
    }

    /// A page of a record's history, with nobody's eyes but the host's: the audit trail.
    ///
    /// On return: the events with a revision greater than `after` ([`Revision::ZERO`]: from the
    /// first), in order, at most `limit`; fewer means that there are no more.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// desk.take(agent.at(now), Take { ticket: id })?;
    ///
    /// let history = desk.history(Key::ticket(desk.id(), id), Revision::ZERO, 100)?;
    /// let changes: Vec<_> = history.iter().filter_map(Event::ticket_change).collect();
    /// assert!(matches!(
    ///     changes[..],
    ///     [
    ///         TicketChange::Opened(_),
    ///         TicketChange::Assigned { .. },
    ///         TicketChange::StatusChanged(_),
    ///     ]
    /// ));
    /// assert_eq!(history[1].cause.actor, agent);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`].
    pub fn history(
        &self,
        key: Key,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<Event>, DeskError> {
        at_once(self.flow().history(key, after, limit))
    }

    /// Folds a record's whole history and compares it with the stored head: the proof that a
    /// store has kept both. Gives the revision up to which they agree.
    ///
    /// Reads the whole history, so it costs what the history is long; for tests and nightly
    /// checks.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// desk.reply(agent.at(now), Reply::new(id, "Unplug it."))?;
    /// let revision = desk.verify(Key::ticket(desk.id(), id))?;
    /// assert_eq!(revision, desk.ticket(id)?.unwrap().revision());
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DeskError::Replay`] where they differ, where the history is one that no rules could
    /// have written, or where there is no such record; [`DeskError::Store`].
    pub fn verify(&self, key: Key) -> Result<Revision, DeskError> {
        at_once(self.flow().verify(key))
    }
}

impl<I: Io> Flow<I> {
    pub(super) async fn record(&self, key: Key) -> Result<Option<Record>, DeskError> {
        if key.desk != self.id {
            return Ok(None);
        }
        let found = self.io.load(self.id, &Wanted::records([key])).await?;
        Ok(found.records.into_iter().next().flatten())
    }

    pub(super) async fn ticket(&self, id: TicketId) -> Result<Option<Arc<Ticket>>, DeskError> {
        Ok(self.record(Key::ticket(self.id, id)).await?.and_then(|record| record.ticket().cloned()))
    }

    pub(super) async fn agent(&self, id: AgentId) -> Result<Option<Arc<Agent>>, DeskError> {
        Ok(self.record(Key::agent(self.id, id)).await?.and_then(|record| record.agent().cloned()))
    }

    pub(super) async fn by_reference(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        reference: &Reference,
    ) -> Result<Option<TicketId>, DeskError> {
        let reader = self.reader(actor, now).await?;
        if !self.settings().await?.is_prefix(reference.prefix()) {
            return Ok(None);
        }
        let key = UniqueKey::Number(reference.number());
        let owner = self.io.resolve(self.id, &[key]).await?.into_iter().next().flatten();
        let Some(id) = owner.as_ref().and_then(Key::as_ticket) else { return Ok(None) };
        let seen = self.ticket(id).await?.filter(|ticket| reader.sight(ticket).is_some());
        Ok(seen.map(|ticket| ticket.id()))
    }

    pub(super) async fn history(
        &self,
        key: Key,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<Event>, DeskError> {
        if key.desk != self.id {
            return Ok(Vec::new());
        }
        Ok(self.io.history(key, after, limit).await?)
    }

    pub(super) async fn verify(&self, key: Key) -> Result<Revision, DeskError> {
        let empty = || DeskError::Replay(ReplayError::Empty { key });
        let record = self.record(key).await?.ok_or_else(empty)?;
        let mut history = Vec::new();
        loop {
            let after = history.last().map_or(Revision::ZERO, |event: &Event| event.revision);
            let page = self.io.history(key, after, PAGE).await?;
            let done = page.len() < PAGE;
            history.extend(page);
            if done {
                break;
            }
        }
        // What was committed while the pages were read is not in the head.
        history.retain(|event| event.revision <= record.revision);
        let folded = fold(key, &history)?;
        let same = match (&folded, &record.head) {
            (Head::Ticket(folded), Head::Ticket(stored)) => folded == stored,
            (Head::Agent(folded), Head::Agent(stored)) => folded == stored,
            (Head::Contact(folded), Head::Contact(stored)) => folded == stored,
            (Head::Organisation(folded), Head::Organisation(stored)) => folded == stored,
            (Head::Settings(folded), Head::Settings(stored)) => folded == stored,
            _ => false,
        };
        let last = history.last().map_or(Revision::ZERO, |event| event.revision);
        if same && last == record.revision {
            Ok(record.revision)
        } else {
            Err(ReplayError::HeadDiffers { key, revision: record.revision }.into())
        }
    }
}
