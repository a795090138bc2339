//! What there is of a person on a desk: the contacts that they are, and the tickets on which they
//! may have written.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::DeskError;
use super::flow::Flow;
use super::io::Io;
use super::read::PAGE;
use crate::decide::{Command, Context, Refusal};
use crate::ids::{ContactId, Key, OrganisationId, Revision, TicketId};
use crate::matching::{Cursor, Order, held_matcher, person_matcher};
use crate::people::{Actor, Author, ContactChange, CustomerSight, Deed, Requester, may};
use crate::record::{Change, Event, Record};
use crate::store::Query;
use crate::ticket::Ticket;
use crate::ticket::command::{EraseTicket, Redact};
use crate::time::whole_micros;

/// A page of the tickets on which a person may have written.
pub(super) struct PersonPage {
    /// All contacts that the person is.
    pub(super) ids: Vec<ContactId>,
    pub(super) tickets: Vec<Record>,
    order: Order,
    pub(super) next: Option<Cursor>,
}

impl<I: Io> Flow<I> {
    /// The tickets of a person, for somebody who may erase what is personal of them.
    pub(super) async fn person_page(
        &self,
        context: &Context,
        contact: ContactId,
        reason: &str,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<PersonPage, DeskError> {
        let reader = self.reader(&context.actor, context.now).await?;
        let party = reader.who().party();
        // These see every ticket.
        if !may(party, Deed::Erase, false) {
            return Err(Refusal::Forbidden { party, deed: Deed::Erase.as_str() }.into());
        }
        if reason.trim().is_empty() {
            return Err(Refusal::Empty { what: "reason" }.into());
        }
        let survivor = match self.contact(contact).await? {
            Some(record) => self.speaks_for(record).await?,
            None => None,
        };
        let mut ids: Vec<ContactId> = survivor.iter().flat_map(|contact| contact.ids()).collect();
        if !ids.contains(&contact) {
            ids.push(contact);
        }
        let colleagues = self.organisations_of(&ids).await?;
        let order = Order::check(&[], &reader.settings.lexicon());
        let order = order.map_err(|problems| Refusal::BadCondition { problems })?;
        let after = match &after {
            Some(cursor) => Some(order.resume(cursor).map_err(|_| Refusal::CursorMismatch)?),
            None => None,
        };
        let Some(filter) = person_matcher(&ids, colleagues.into_iter()) else {
            return Ok(PersonPage { ids, tickets: Vec::new(), order, next: None });
        };
        let now = whole_micros(context.now);
        // One more tells whether there is another page.
        let most = limit.max(1);
        let limit = most.saturating_add(1);
        let query = Query { desk: self.id, filter, order, after, now, limit };
        let mut tickets = self.io.find(&query).await?;
        let more = tickets.len() > most;
        tickets.truncate(most);
        let last = tickets.last().filter(|_| more).and_then(|record| query.place(record));
        let next = last.map(|place| query.order.cursor(&place));
        Ok(PersonPage { ids, tickets, order: query.order, next })
    }

    /// The organisations on whose tickets they may have written: every one that their records ever
    /// named, if colleagues ever saw each other's.
    async fn organisations_of(
        &self,
        ids: &[ContactId],
    ) -> Result<BTreeSet<OrganisationId>, DeskError> {
        let mut organisations = BTreeSet::new();
        let mut colleagues = false;
        self.each_event(Key::settings(self.id), |event| {
            if let Change::Settings(settings) = &event.change {
                colleagues |= settings.sight_policy().customers == CustomerSight::Organisation;
            }
        })
        .await?;
        if colleagues {
            for id in ids {
                self.each_event(Key::contact(self.id, *id), |event| {
                    if let Some(ContactChange::Described(facts)) = event.contact_change() {
                        organisations.extend(facts.organisation);
                    }
                })
                .await?;
            }
        }
        Ok(organisations)
    }

    /// What erases what there is of these contacts on a ticket: all of it, where they asked for
    /// it, else what they wrote. `None`: there is nothing of theirs.
    pub(super) async fn erasing(
        &self,
        ticket: &Ticket,
        ids: &[ContactId],
        reason: &str,
    ) -> Result<Option<Command>, DeskError> {
        let id = ticket.id();
        if let Requester::Contact(asker) = ticket.requester()
            && ids.contains(&asker)
        {
            return Ok(Some(Command::EraseTicket(EraseTicket::new(id, reason))));
        }
        let mut theirs: BTreeSet<Revision> = BTreeSet::new();
        self.each_event(Key::ticket(self.id, id), |event| {
            if event.is_personal() && is_by(event, ids) {
                theirs.insert(event.revision);
            }
        })
        .await?;
        let redact = || Command::Redact(Redact::new(id, theirs.iter().copied(), reason));
        Ok((!theirs.is_empty()).then(redact))
    }

    /// A ticket that the person asked for, and that is on legal hold.
    pub(super) async fn held_of(
        &self,
        page: &PersonPage,
        now: DateTime<Utc>,
    ) -> Result<Option<TicketId>, DeskError> {
        let Some(filter) = held_matcher(page.ids.iter().copied()) else { return Ok(None) };
        let (order, now) = (page.order.clone(), whole_micros(now));
        let query = Query { desk: self.id, filter, order, after: None, now, limit: 1 };
        let found = self.io.find(&query).await?;
        Ok(found.first().and_then(Record::ticket).map(|ticket| ticket.id()))
    }

    /// Looks at every event of a history, a page at a time.
    async fn each_event(&self, key: Key, mut look: impl FnMut(&Event)) -> Result<(), DeskError> {
        let mut after = Revision::ZERO;
        loop {
            let page = self.io.history(key, after, PAGE).await?;
            page.iter().for_each(&mut look);
            match page.last() {
                Some(last) if page.len() == PAGE => after = last.revision,
                Some(_) | None => return Ok(()),
            }
        }
    }
}

/// Whether one of these contacts wrote or did this, or a machine or a guest in their name.
fn is_by(event: &Event, ids: &[ContactId]) -> bool {
    let author = event.ticket_change().and_then(|change| change.message()).map(|it| &it.author);
    let wrote = match author {
        Some(Author::Customer(contact) | Author::AutoResponder(contact)) => ids.contains(contact),
        Some(Author::Agent(_) | Author::LightAgent(_) | Author::Bot(_) | Author::Host) | None => {
            false
        }
    };
    let did = match &event.cause.actor {
        Actor::Customer(contact) | Actor::AutoResponder(contact) => ids.contains(contact),
        Actor::Agent(_) | Actor::Bot(_) | Actor::Guest(_) | Actor::Host | Actor::System => false,
    };
    wrote || did
}
