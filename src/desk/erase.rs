//! Erasing what is personal of somebody, over all tickets, and what a host has to delete in its
//! turn.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::flow::Flow;
use super::io::{Io, at_once};
use super::person::PersonPage;
use super::read::PAGE;
use super::{Desk, DeskError, Outcome};
use crate::decide::{Command, Context, Refusal};
use crate::ids::{ContactId, Key, Revision, TicketId};
use crate::matching::Cursor;
use crate::people::command::EraseContact;
use crate::record::{Event, Record};
use crate::store::Store;
use crate::ticket::{Ticket, TicketChange};

/// What came of a page of [`Desk::erase_requester`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Erased {
    /// What came of each ticket on which there was something of theirs; where it was erased already,
    /// an outcome of which nothing came ([`is_no_op`](Outcome::is_no_op)).
    pub outcomes: Vec<Outcome>,
    /// The tickets of which nothing was erased, and why: on legal hold
    /// ([`Refusal::OnLegalHold`]), unreadable, or the store failed. They are to be done again.
    pub failed: Vec<(TicketId, DeskError)>,
    /// What came of the person's own record, which the last page erases; `None`: more pages are to
    /// come. An error says why it was left as it was, to be done again: a ticket that they asked
    /// for is on legal hold, or was merged into one that is, which keeps who they are
    /// ([`Refusal::OnLegalHold`]), a history is unreadable, or the store failed.
    pub contact: Option<Result<Outcome, DeskError>>,
    /// What the next page comes after; `None`: this was the last.
    pub next: Option<Cursor>,
}

impl<S: Store> Desk<S> {
    /// Erases everything personal of a person who wants to be forgotten, a page of at most `limit`
    /// tickets after the cursor, at least one, and what these were merged into: of the tickets that
    /// they asked for, all; on others, what they wrote; and on the last page their own record.
    ///
    /// A person is all contacts that were merged: whichever of them is named, all are meant.
    /// Tickets of theirs are erased by [`EraseTicket`](crate::command::EraseTicket), their words on
    /// others by [`Redact`](crate::command::Redact), the record by [`EraseContact`]; each is a
    /// commit of its own, so that stopping half-way leaves everything whole. Doing a page again changes nothing, and a run from the start does what
    /// failed before and what came since. What fails for one ticket, such as its legal hold, holds
    /// up no other. The context's command id and seen revision are not used: there are many
    /// commands.
    ///
    /// Subjects and external references are detached.
    ///
    /// # What is found
    ///
    /// Authors have no index. Of tickets that others asked for, those are read, each to its end,
    /// that the person follows now, and, where the desk's settings ever let colleagues see each
    /// other's tickets ([`CustomerSight::Organisation`](crate::CustomerSight::Organisation)), those
    /// of every organisation that their record ever named. There, what they wrote goes, what a
    /// machine or a guest wrote in their name, what their side said of what could not be delivered to
    /// them, and the payloads of what they did. So it goes with every ticket that one of all these is
    /// merged into, or once was, and with what follows one up: what was said on the one is recorded
    /// on the other. What they wrote and was split off goes with the ticket that shows it. With a
    /// ticket of theirs goes what others wrote there, or on what was merged into it. Not found is what
    /// they wrote, and what their side said of what did not reach them,
    ///
    /// - on a ticket that they followed once, and do not follow any more;
    /// - as a guest was let in for them ([`GrantAccess`](crate::command::GrantAccess)) to a ticket
    ///   that is none of the above;
    /// - on a side conversation ([`StartSide`](crate::command::StartSide)) of a ticket that is none
    ///   of the above;
    /// - under another id that was not merged, or is not any more.
    ///
    /// That, and what others wrote about them, is for a redaction by somebody who reads it. Ids of
    /// contacts are facts, and stay, as do those of followers.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let (why, mut after) = ("Asked for on 1 March.", None);
    /// loop {
    ///     let erased = desk.erase_requester(Actor::Host.at(now), maria, why, after, 100)?;
    ///     assert!(erased.failed.is_empty());
    ///     after = erased.next;
    ///     if let Some(contact) = erased.contact {
    ///         assert!(contact?.is_no_op(), "she never had a record");
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
    /// without a reason, [`Refusal::LimitExceeded`] by too long a one,
    /// [`Refusal::CursorMismatch`] by a cursor of another listing, [`Refusal::NotAnAgent`],
    /// [`Refusal::NoSuchDesk`]; [`DeskError::Store`] where the tickets cannot be found. What is
    /// refused, or fails, of one ticket or of the record, is told in the page.
    pub fn erase_requester(
        &self,
        context: Context,
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
    /// let message = desk.thread(&agent, now, id, None, 10)?.posts[1].id();
    /// desk.redact(Actor::Host.at(now), Redact::new(id, [message], "A face is in it."))?;
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
        context: Context,
        contact: ContactId,
        reason: &str,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Erased, DeskError> {
        let page = self.person_page(&context, contact, reason, after, limit).await?;
        let mut erased = Erased {
            outcomes: Vec::new(),
            failed: Vec::new(),
            contact: None,
            next: page.next.clone(),
        };
        let context = Context { command_id: None, seen: None, ..context };
        // Of several of theirs that were merged into one, that is looked at once.
        let mut seen: BTreeSet<TicketId> = BTreeSet::new();
        for ticket in page.tickets.iter().filter_map(Record::ticket) {
            let written_on = match self.written_on(ticket).await {
                Ok(tickets) => tickets,
                Err(error) => {
                    erased.failed.push((ticket.id(), error));
                    continue;
                }
            };
            for ticket in written_on.into_iter().filter(|ticket| seen.insert(ticket.id())) {
                self.erase_on(&ticket, &page, &context, reason, &mut erased).await?;
            }
        }
        if erased.next.is_none() {
            let done = match self.held_of(&page, context.now).await {
                Ok(Some(ticket)) => Err(Refusal::OnLegalHold { ticket }.into()),
                Ok(None) => {
                    let command = Command::EraseContact(EraseContact::new(contact, reason));
                    self.execute(&context.call(command)).await
                }
                Err(error) => Err(error),
            };
            match done {
                Err(error @ DeskError::Refused(_)) if is_of_all(&error) => return Err(error),
                done => erased.contact = Some(done),
            }
        }
        Ok(erased)
    }

    /// Erases what there is of a person on one ticket.
    async fn erase_on(
        &self,
        ticket: &Ticket,
        page: &PersonPage,
        context: &Context,
        reason: &str,
        erased: &mut Erased,
    ) -> Result<(), DeskError> {
        let id = ticket.id();
        let commands = match self.erasing(ticket, &page.ids, reason).await {
            Ok(commands) => commands,
            Err(error) => {
                erased.failed.push((id, error));
                return Ok(());
            }
        };
        for command in commands {
            match self.execute(&context.clone().call(command)).await {
                Ok(outcome) => erased.outcomes.push(outcome),
                // These would be said of every ticket.
                Err(error @ DeskError::Refused(_)) if is_of_all(&error) => return Err(error),
                Err(error) => erased.failed.push((id, error)),
            }
        }
        Ok(())
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
            let erased = erased.filter_map(Event::ticket_change);
            files.extend(erased.flat_map(TicketChange::attachments).map(|file| file.key.clone()));
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
