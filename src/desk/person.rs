//! What there is of a person on a desk: the contacts that they are, and the tickets on which they
//! may have written.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::DeskError;
use super::flow::Flow;
use super::io::Io;
use super::read::PAGE;
use crate::channel::Recipient;
use crate::decide::{Command, Context, Refusal};
use crate::ids::{ContactId, Key, OrganisationId, Revision, TicketId};
use crate::matching::{Cursor, Order, held_matcher, merged_matcher, person_matcher};
use crate::people::{Actor, Author, ContactChange, CustomerSight, Deed, Requester, may};
use crate::record::{Change, Event, Record};
use crate::store::Query;
use crate::ticket::command::{EraseTicket, Redact};
use crate::ticket::{MessageRef, NotDelivered, Ticket, TicketChange};
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

    /// The tickets on which somebody may have written to whom this one was open: itself, all that it
    /// was ever merged into, and what follows it up, where words go that come too late; and so on of
    /// these.
    pub(super) async fn written_on(
        &self,
        ticket: &Arc<Ticket>,
    ) -> Result<Vec<Arc<Ticket>>, DeskError> {
        let mut tickets = vec![ticket.clone()];
        let mut place = 0;
        while let Some(at) = tickets.get(place).map(|ticket| ticket.id()) {
            place += 1;
            let mut into: BTreeSet<TicketId> = BTreeSet::new();
            self.each_event(Key::ticket(self.id, at), |event| {
                if let Some(
                    TicketChange::MergedInto { into: to, .. }
                    | TicketChange::FollowedUp { by: to, .. },
                ) = event.ticket_change()
                {
                    into.insert(*to);
                }
            })
            .await?;
            for id in into {
                let known = tickets.iter().any(|ticket| ticket.id() == id);
                tickets.extend(self.ticket(id).await?.filter(|_| !known));
            }
        }
        Ok(tickets)
    }

    /// What erases what there is of these contacts on a ticket: all of it, where they asked for
    /// it, else what they wrote; each message that was split off by itself, since the ticket that
    /// shows it may be on hold. Nothing: there is nothing of theirs.
    pub(super) async fn erasing(
        &self,
        ticket: &Ticket,
        ids: &[ContactId],
        reason: &str,
    ) -> Result<Vec<Command>, DeskError> {
        let id = ticket.id();
        if let Requester::Contact(asker) = ticket.requester()
            && ids.contains(&asker)
        {
            return Ok(vec![Command::EraseTicket(EraseTicket::new(id, reason))]);
        }
        let mut theirs: BTreeSet<Revision> = BTreeSet::new();
        self.each_event(Key::ticket(self.id, id), |event| {
            if event.is_personal() && is_by(event, ids) {
                theirs.insert(event.revision);
            }
        })
        .await?;
        let (elsewhere, own): (Vec<Revision>, Vec<Revision>) =
            theirs.into_iter().partition(|revision| ticket.has_split_off(*revision));
        let own = [own].into_iter().filter(|own| !own.is_empty());
        let each = own.chain(elsewhere.into_iter().map(|revision| vec![revision]));
        let redact = |revisions: Vec<Revision>| {
            let messages = revisions.into_iter().map(|revision| MessageRef::new(id, revision));
            Command::Redact(Redact::new(id, messages, reason))
        };
        Ok(each.map(redact).collect())
    }

    /// A ticket that the person asked for, and that is on legal hold, itself or as part of the
    /// conversation of one that is.
    pub(super) async fn held_of(
        &self,
        page: &PersonPage,
        now: DateTime<Utc>,
    ) -> Result<Option<TicketId>, DeskError> {
        let now = whole_micros(now);
        let order = || page.order.clone();
        let Some(filter) = held_matcher(page.ids.iter().copied()) else { return Ok(None) };
        let query = Query { desk: self.id, filter, order: order(), after: None, now, limit: 1 };
        let found = self.io.find(&query).await?;
        if let Some(ticket) = found.first().and_then(Record::ticket) {
            return Ok(Some(ticket.id()));
        }
        let Some(filter) = merged_matcher(page.ids.iter().copied()) else { return Ok(None) };
        let mut query =
            Query { desk: self.id, filter, order: order(), after: None, now, limit: PAGE };
        loop {
            let found = self.io.find(&query).await?;
            for ticket in found.iter().filter_map(Record::ticket) {
                let mut above = ticket.merged_into();
                while let Some(into) = above {
                    let Some(survivor) = self.ticket(into).await? else { break };
                    if survivor.is_held() {
                        return Ok(Some(into));
                    }
                    above = survivor.merged_into();
                }
            }
            let last = found.last().filter(|_| found.len() == PAGE);
            match last.and_then(|record| query.place(record)) {
                Some(place) => query.after = Some(place),
                None => return Ok(None),
            }
        }
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

/// Whether one of these contacts wrote or did this, or a machine or a guest in their name, or it is
/// of something that was not delivered to them.
fn is_by(event: &Event, ids: &[ContactId]) -> bool {
    let author = event.ticket_change().and_then(|change| change.message()).map(|it| &it.author);
    let wrote = match author {
        Some(Author::Customer(contact) | Author::AutoResponder(contact)) => ids.contains(contact),
        Some(Author::Agent(_) | Author::LightAgent(_) | Author::Bot(_) | Author::Host) | None => {
            false
        }
    };
    // What was answered in their name to what was sent to them.
    let told = match event.ticket_change() {
        Some(TicketChange::NotDelivered(NotDelivered { to: Recipient::Contact(to), .. })) => {
            ids.contains(to)
        }
        _ => false,
    };
    let did = match &event.cause.actor {
        Actor::Customer(contact) | Actor::AutoResponder(contact) => ids.contains(contact),
        Actor::Agent(_) | Actor::Bot(_) | Actor::Guest(_) | Actor::Host | Actor::System => false,
    };
    wrote || told || did
}
