//! Tickets by what other systems call them.

use chrono::{DateTime, Utc};

use super::flow::Flow;
use super::io::{Io, at_once};
use super::{Desk, DeskError};
use crate::decide::UniqueKey;
use crate::ids::{Key, TicketId};
use crate::people::{Actor, Sight};
use crate::record::Record;
use crate::store::Store;
use crate::subject::ExternalRef;

impl<S: Store> Desk<S> {
    /// The ticket that another system calls so, in one look-up. `None` where there is none, and
    /// where the actor does not see all of it. To customers, guests and bots there is none, ever:
    /// what a ticket is called elsewhere is not public, and [`show`](Self::show) does not tell
    /// them. What brings the other system's news asks as the host.
    ///
    /// Where the ticket has been merged, it is the one that goes on in its place
    /// ([`survivor`](Self::survivor)), as a reply goes there, too; to an actor who does not see
    /// that one, the merged ticket itself. A host tells that it was led on by the reference: it
    /// stays the merged ticket's, and the one that is given does not list it among its
    /// [external references](crate::Ticket::external_refs). An [`Edit`](crate::command::Edit) of
    /// the merged ticket frees it, for another ticket to have.
    ///
    /// [`ExternalRef`] has an example.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotAnAgent`](crate::Refusal::NotAnAgent);
    /// [`Refusal::NoSuchDesk`](crate::Refusal::NoSuchDesk); [`DeskError::Store`].
    pub fn by_external(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        reference: &ExternalRef,
    ) -> Result<Option<TicketId>, DeskError> {
        at_once(self.flow().by_external(actor, now, reference))
    }
}

impl<I: Io> Flow<I> {
    pub(super) async fn by_external(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        reference: &ExternalRef,
    ) -> Result<Option<TicketId>, DeskError> {
        let reader = self.reader(actor, now).await?;
        if reader.who().is_outside() || !reference.is_clear() {
            return Ok(None);
        }
        let key = UniqueKey::from(reference.clone());
        let owner = self.io.resolve(self.id, &[key]).await?.into_iter().next().flatten();
        let Some(id) = owner.as_ref().and_then(Key::as_ticket) else { return Ok(None) };
        let record = self.record(Key::ticket(self.id, id)).await?;
        let ticket = record.as_ref().and_then(Record::ticket);
        // It may have been detached since the key was looked up.
        let theirs = ticket.filter(|ticket| ticket.external_refs().contains(reference));
        let Some(ticket) = theirs.filter(|ticket| reader.sight(ticket) == Some(Sight::Full)) else {
            return Ok(None);
        };
        if ticket.merged_into().is_none() {
            return Ok(Some(id));
        }
        let end = match self.survivor(id).await? {
            Some(end) => self.ticket(end).await?,
            None => None,
        };
        let seen = end.filter(|end| reader.sight(end) == Some(Sight::Full));
        Ok(Some(seen.map_or(id, |end| end.id())))
    }
}
