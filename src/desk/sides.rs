//! A side conversation, page by page: to who works on the ticket, and to the third party.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::flow::Flow;
use super::io::{Io, at_once};
use super::read::PAGE;
use super::{Desk, DeskError};
use crate::decide::Refusal;
use crate::ids::{Key, Revision, TicketId};
use crate::people::{Actor, Author, Sight, Who};
use crate::personal::{Erasable, Personal};
use crate::record::{Event, Record};
use crate::store::Store;
use crate::ticket::{AttachmentFacts, Side, SideId, SideSaid, Ticket, TicketChange};

/// A message of a side conversation, with its words; [`Desk::side`] gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SidePost {
    /// Its place in the ticket's history. Other events have places, too: for the host, not to be
    /// shown.
    pub revision: Revision,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Who wrote it: the third party is the customer of their contact.
    pub author: Author,
    /// What it says; empty where only a file came.
    pub text: Erasable<Arc<str>>,
    /// What came with it.
    pub attachments: Vec<AttachmentFacts>,
    /// The names of its attachments, in their order; empty where they were erased.
    pub file_names: Vec<Arc<str>>,
}

impl SidePost {
    /// What an event says on this side conversation, if it does.
    fn of(event: &Event, id: SideId) -> Option<Self> {
        let TicketChange::SideSaid(said) = event.ticket_change()? else { return None };
        let SideSaid { side, started: _, author, bytes: _, attachments } = said;
        let personal = event.personal.as_deref();
        (*side == id).then(|| Self {
            revision: event.revision,
            at: event.at,
            author: author.clone(),
            text: personal.and_then(|personal| personal.text.clone()).into(),
            attachments: attachments.clone(),
            file_names: personal
                .map(|Personal { file_names, .. }| file_names.clone())
                .unwrap_or_default(),
        })
    }
}

/// A page of a side conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SidePage {
    /// What it is about; `None` where it was started without a subject.
    pub subject: Option<Erasable<Arc<str>>>,
    /// The messages, oldest first.
    pub posts: Vec<SidePost>,
    /// What the next page comes after; `None`: this is the last, or a page of none was asked for.
    pub next: Option<Revision>,
}

impl<S: Store> Desk<S> {
    /// A page of a side conversation: to those who see all of the ticket, and to its third party,
    /// for whom nothing else of the ticket is there.
    ///
    /// On return: the messages with a revision greater than `after` ([`Revision::ZERO`]: from the
    /// first), oldest first, at most `limit`, and what the next page comes after, if there is one.
    /// It is on no other road: [`Desk::thread`] does not have it, and [`Desk::activity`] tells of it
    /// to those who see everything. On a merged ticket it stays with that ticket.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let vendor = ContactId::from_u128(30);
    /// let start = StartSide::new(id, vendor, "Is model 7 known to burn?");
    /// let started = desk.start_side(agent.at(now), start)?;
    /// let side = started.ticket().unwrap().sides()[0].id();
    /// let their = Actor::Customer(vendor);
    /// desk.reply_side(their.at(now), ReplySide::new(id, side, "Only when plugged in."))?;
    ///
    /// let page = desk.side(&agent, now, id, side, Revision::ZERO, 1)?;
    /// assert_eq!(page.posts[0].text.as_str(), "Is model 7 known to burn?");
    /// let last = desk.side(&their, now, id, side, page.next.unwrap(), 1)?;
    /// assert_eq!(last.posts[0].text.as_str(), "Only when plugged in.");
    /// assert_eq!(last.next, None);
    ///
    /// // To Maria it is not there, nor can she tell that it is.
    /// let hers = desk.side(&customer, now, id, side, Revision::ZERO, 1).unwrap_err();
    /// let none = SideId(Revision(99));
    /// let nothing = desk.side(&customer, now, id, none, Revision::ZERO, 1).unwrap_err();
    /// assert_eq!(hers.refusal(), nothing.refusal());
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] where there is no such ticket, or the actor may not know of it;
    /// [`Refusal::Forbidden`] where they see the ticket, but not all of it, and are not the third
    /// party; [`Refusal::NoSuchSide`]; [`Refusal::NotAnAgent`]; [`DeskError::Store`].
    pub fn side(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
        side: SideId,
        after: Revision,
        limit: usize,
    ) -> Result<SidePage, DeskError> {
        at_once(self.flow().side(actor, now, ticket, side, after, limit))
    }
}

impl<I: Io> Flow<I> {
    pub(super) async fn side(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
        side: SideId,
        after: Revision,
        limit: usize,
    ) -> Result<SidePage, DeskError> {
        let (head, side) = self.readable_side(actor, now, ticket, side).await?;
        let mut page = SidePage { subject: side.subject().cloned(), posts: Vec::new(), next: None };
        let SideId(Revision(first)) = side.id();
        let mut after = after.max(Revision(first.saturating_sub(1)));
        while limit > 0 && after < side.last_message() {
            let events = self.io.history(Key::ticket(self.id, head.id()), after, PAGE).await?;
            let Some(last) = events.last() else { break };
            after = last.revision;
            for post in events.iter().filter_map(|event| SidePost::of(event, side.id())) {
                // What was said since the head was read is on a later page.
                if post.revision > side.last_message() {
                    break;
                }
                if page.posts.len() == limit {
                    page.next = page.posts.last().map(|post| post.revision);
                    return Ok(page);
                }
                page.posts.push(post);
            }
        }
        Ok(page)
    }

    /// The side conversation, if this actor may read it.
    async fn readable_side(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
        id: SideId,
    ) -> Result<(Arc<Ticket>, Side), DeskError> {
        let reader = self.reader(actor, now).await?;
        let record = self.record(Key::ticket(self.id, ticket)).await?;
        let head = record.as_ref().and_then(Record::ticket);
        let head = head.ok_or(Refusal::NotFound { ticket })?;
        let side = head.side(id);
        let seen = reader.sight(head);
        let side = match reader.who() {
            Who::Customer(customer) | Who::AutoResponder(customer) => {
                side.filter(|side| customer.is(side.with()))
            }
            Who::Agent(_) | Who::Host | Who::System => side.filter(|_| seen == Some(Sight::Full)),
            Who::Bot | Who::Guest(..) => None,
        };
        match (side, seen) {
            (Some(side), _) => Ok((head.clone(), side.clone())),
            (None, None) => Err(Refusal::NotFound { ticket }.into()),
            (None, Some(Sight::Full)) => Err(Refusal::NoSuchSide { ticket, side: id }.into()),
            // Whether there is one or not.
            (None, Some(Sight::Public | Sight::Status)) => {
                let party = reader.who().party();
                Err(Refusal::Forbidden { party, deed: "read side conversations" }.into())
            }
        }
    }
}
