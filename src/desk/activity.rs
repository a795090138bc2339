//! What happened to a ticket, event by event, as somebody sees it.

use chrono::{DateTime, Utc};

use super::flow::Flow;
use super::io::{Io, at_once};
use super::read::PAGE;
use super::thread::{Post, refer};
use super::{Desk, DeskError};
use crate::ids::{Key, Reference, Revision, TicketId};
use crate::people::{Actor, Sight};
use crate::record::Event;
use crate::store::Store;
use crate::ticket::{Ticket, TicketChange};
use crate::workflow::Status;

/// An event of a ticket, as somebody sees it; [`Desk::activity`] lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activity {
    /// All of it: what changed, who caused it and by which rule; with the ticket's reference where a
    /// rule's words name it.
    Full(Box<Event>),
    /// What customers see of it.
    Public(PublicEvent),
}

/// What a customer sees of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PublicEvent {
    /// Its place in the ticket's history. Hidden events have places, too: for the host, not to be
    /// shown.
    pub revision: Revision,
    /// When it took effect.
    pub at: DateTime<Utc>,
    /// What happened.
    pub what: PublicChange,
}

/// What customers see to have happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicChange {
    /// The ticket was opened, with this message.
    Opened(Box<Post>),
    /// Something was said.
    Said(Box<Post>),
    /// Its status changed. By whom, and for which reason, is not theirs to know.
    Moved {
        /// Before.
        from: Status,
        /// Now.
        to: Status,
    },
    /// A solution was proposed, in these words: it is to be confirmed or rejected.
    SolutionProposed {
        /// The message's place in the ticket's history.
        message: Revision,
    },
    /// The requester confirmed the solution.
    SolutionConfirmed,
    /// The requester rejected the solution.
    SolutionRejected,
}

impl Activity {
    /// The event, if it is one that this sight has.
    fn of(ticket: &Ticket, event: Event, sight: Sight) -> Option<Self> {
        match sight {
            Sight::Full => Some(Self::Full(Box::new(event))),
            Sight::Public => PublicEvent::of(ticket, &event).map(Self::Public),
            Sight::Status => None,
        }
    }

    /// Its place in the ticket's history.
    pub fn revision(&self) -> Revision {
        match self {
            Self::Full(event) => event.revision,
            Self::Public(event) => event.revision,
        }
    }

    /// When it took effect.
    pub fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Full(event) => event.at,
            Self::Public(event) => event.at,
        }
    }
}

impl PublicEvent {
    fn of(ticket: &Ticket, event: &Event) -> Option<Self> {
        let change = event.ticket_change().filter(|change| change.sight() <= Sight::Public)?;
        let what = match (change, change.status_change()) {
            (_, Some(moved)) => {
                PublicChange::Moved { from: moved.from.clone(), to: moved.to.clone() }
            }
            // What was split off is shown where it is now.
            _ if ticket.has_split_off(event.revision) => return None,
            (TicketChange::SolutionProposed { message, .. }, None) => {
                PublicChange::SolutionProposed { message: *message }
            }
            (TicketChange::SolutionConfirmed { .. }, None) => PublicChange::SolutionConfirmed,
            (TicketChange::SolutionRejected { .. }, None) => PublicChange::SolutionRejected,
            (change, None) => {
                let mut post = Box::new(Post::of(ticket.id(), event)?);
                // Another ticket, of which they may not know.
                post.message.addressed_to = None;
                match change {
                    TicketChange::Opened(_) => PublicChange::Opened(post),
                    _ => PublicChange::Said(post),
                }
            }
        };
        Some(Self { revision: event.revision, at: event.at, what })
    }
}

impl<S: Store> Desk<S> {
    /// A page of what happened to a ticket, as this actor sees it: the audit trail to those who
    /// work on it, and to its requester what is said, where it moved, and what became of solutions.
    ///
    /// On return: the events with a revision greater than `after` ([`Revision::ZERO`]: from
    /// the first), oldest first, at most `limit`; fewer means that there are no more.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// desk.take(agent.at(now), Take { ticket: id })?;
    ///
    /// // She learns that it is being worked on, and not by whom.
    /// let hers = desk.activity(&customer, now, id, Revision::ZERO, 20)?;
    /// assert_eq!(hers.len(), 2);
    /// let Activity::Public(last) = &hers[1] else { panic!("she is a customer") };
    /// assert!(matches!(&last.what, PublicChange::Moved { to, .. } if to.name == "in_progress"));
    ///
    /// assert_eq!(desk.activity(&agent, now, id, Revision::ZERO, 20)?.len(), 3);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`](crate::Refusal::NotFound) where there is no such ticket, or the actor
    /// may not know of it; [`NotAnAgent`](crate::Refusal::NotAnAgent); [`DeskError::Store`].
    pub fn activity(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<Activity>, DeskError> {
        at_once(self.flow().activity(actor, now, ticket, after, limit))
    }
}

impl<I: Io> Flow<I> {
    pub(super) async fn activity(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
        mut after: Revision,
        limit: usize,
    ) -> Result<Vec<Activity>, DeskError> {
        let reader = self.reader(actor, now).await?;
        let (record, sight) = self.readable(&reader, ticket).await?;
        let Some(head) = record.ticket() else { return Ok(Vec::new()) };
        let mut shown = Vec::new();
        while shown.len() < limit {
            let page = self.io.history(Key::ticket(self.id, ticket), after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.revision;
            let more = page.len() == PAGE;
            for event in page {
                // Where the words of a ticket are that was split off another.
                let source = match sight {
                    Sight::Public => self.source(&event).await?,
                    Sight::Full | Sight::Status => None,
                };
                let mut seen = Activity::of(head, event, sight);
                if let (Some(Activity::Public(event)), Some(source)) = (&mut seen, source)
                    && let PublicChange::Opened(post) = &mut event.what
                {
                    post.say(source.personal.as_deref());
                }
                if let Some(Activity::Full(event)) = &mut seen
                    && let Some(number) = record.number
                {
                    let prefix = reader.settings.reference_prefix().clone();
                    refer(event, &Reference::new(prefix, number));
                }
                if let Some(Activity::Public(event)) = &mut seen
                    && let PublicChange::Said(post) = &mut event.what
                {
                    self.refer(&reader.settings, post).await?;
                }
                shown.extend(seen.filter(|_| shown.len() < limit));
            }
            if !more {
                break;
            }
        }
        Ok(shown)
    }
}
