//! Erasing what is personal of many tickets, and what a host has to delete in its turn.

use std::sync::Arc;

use super::flow::Flow;
use super::io::{Io, at_once};
use super::read::PAGE;
use super::{Desk, DeskError, Outcome, Row};
use crate::condition::Fact;
use crate::decide::{Command, Context, Refusal};
use crate::ids::{ContactId, Key, Revision, TicketId};
use crate::matching::{Cursor, Listing};
use crate::record::Event;
use crate::store::Store;
use crate::ticket::TicketChange;
use crate::ticket::command::EraseTicket;

/// What came of a page of [`Desk::erase_requester`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Erased {
    /// What came of each ticket; where there was nothing to erase any more, nothing.
    pub outcomes: Vec<Outcome>,
    /// The tickets of which nothing was erased, and why: on legal hold
    /// ([`Refusal::OnLegalHold`]), unreadable, or the store failed. They are to be done again.
    pub failed: Vec<(TicketId, DeskError)>,
    /// What the next page comes after; `None`: this was the last.
    pub next: Option<Cursor>,
}

impl<S: Store> Desk<S> {
    /// Erases everything personal of the tickets that a contact asked for, at most `limit` of
    /// them after the cursor: for a person who wants to be forgotten.
    ///
    /// Each ticket is an [`EraseTicket`] and a commit of its own, so that stopping half-way
    /// leaves every ticket whole; doing a page again changes nothing. What fails for one ticket,
    /// such as its legal hold, holds up no other. The context's command id and seen revision are
    /// not used: there are many commands.
    ///
    /// Customers write on their own tickets only, so there is nothing of theirs elsewhere; what
    /// others wrote about them on other tickets is for a [`Redact`](crate::command::Redact) by
    /// somebody who reads it. Ids of contacts are facts, and stay. Subjects and external references
    /// are detached.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let (host, mut after) = (Actor::Host.at(now), None);
    /// loop {
    ///     let erased = desk.erase_requester(&host, maria, "Asked for on 1 March.", after, 100)?;
    ///     assert!(erased.failed.is_empty());
    ///     after = erased.next;
    ///     if after.is_none() {
    ///         break;
    ///     }
    /// }
    /// assert_eq!(*desk.ticket(id)?.unwrap().subject(), Erasable::Erased);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::Forbidden`] by everybody but owners, admins and the host, [`Refusal::Empty`]
    /// without a reason; as [`Desk::find`].
    pub fn erase_requester(
        &self,
        context: &Context,
        contact: ContactId,
        reason: &str,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Erased, DeskError> {
        at_once(self.flow().erase_requester(context, contact, reason, after, limit))
    }

    /// The keys under which the host keeps the bytes of files whose message was erased, by hand
    /// or by itself: for the host to delete them. The crate never had them.
    ///
    /// Reads the whole history. It gives the same as often as it is asked, so that a host that
    /// stops half-way deletes the rest later: ask after every outcome with a
    /// [`TicketChange::Redacted`](crate::TicketChange::Redacted).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let photo = Attachment {
    ///     name: "fire.jpg".into(),
    ///     media_type: "image/jpeg".into(),
    ///     bytes: 240_000,
    ///     digest: None,
    ///     key: "uploads/1f3a".into(),
    /// };
    /// let reply = Reply { attachments: vec![photo], ..Reply::new(id, "See for yourself.") };
    /// desk.reply(customer.at(now), reply)?;
    /// assert!(desk.erased_files(id)?.is_empty());
    ///
    /// desk.redact(Actor::Host.at(now), Redact::new(id, [Revision(2)], "A face is in it."))?;
    /// assert_eq!(*desk.erased_files(id)?, ["uploads/1f3a".into()]);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`].
    pub fn erased_files(&self, ticket: TicketId) -> Result<Vec<Arc<str>>, DeskError> {
        at_once(self.flow().erased_files(ticket))
    }
}

impl<I: Io> Flow<I> {
    pub(super) async fn erase_requester(
        &self,
        context: &Context,
        contact: ContactId,
        reason: &str,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Erased, DeskError> {
        let filter = Fact::Requester.equals(format!("contact:{contact}"));
        let listing = Listing { after, limit, ..Listing::of(filter) };
        let page = self.find(&context.actor, context.now, &listing).await?;
        let mut erased = Erased { outcomes: Vec::new(), failed: Vec::new(), next: page.next };
        let context = Context { command_id: None, seen: None, ..context.clone() };
        for id in page.rows.iter().map(Row::id) {
            let command = Command::EraseTicket(EraseTicket::new(id, reason));
            match self.execute(&context.clone().call(command)).await {
                Ok(outcome) => erased.outcomes.push(outcome),
                // These would be said of every ticket.
                Err(error @ DeskError::Refused(_)) if is_of_all(&error) => return Err(error),
                Err(error) => erased.failed.push((id, error)),
            }
        }
        Ok(erased)
    }

    pub(super) async fn erased_files(&self, ticket: TicketId) -> Result<Vec<Arc<str>>, DeskError> {
        let (key, mut after) = (Key::ticket(self.id, ticket), Revision::ZERO);
        let mut files = Vec::new();
        loop {
            let page = self.history(key, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(files) };
            after = last.revision;
            // What came with files had their names, until it was erased.
            let erased = page.iter().filter(|event| !event.is_personal());
            // What was split off another ticket is there still, or was erased there.
            let own = erased.filter_map(Event::ticket_change).filter(|change| match change {
                TicketChange::Opened(opened) => opened.split_from.is_none(),
                _ => true,
            });
            files.extend(own.flat_map(TicketChange::attachments).map(|file| file.key.clone()));
            if page.len() < PAGE {
                return Ok(files);
            }
        }
    }
}

/// Whether a refusal is of the actor or the reason, and not of one ticket.
fn is_of_all(error: &DeskError) -> bool {
    matches!(
        error.refusal(),
        Some(
            Refusal::Forbidden { .. }
                | Refusal::Empty { .. }
                | Refusal::LimitExceeded { .. }
                | Refusal::BadName { .. }
                | Refusal::NotAnAgent { .. }
        )
    )
}
