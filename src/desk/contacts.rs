//! What a desk tells of contacts and organisations, and the notes about a contact.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::flow::Flow;
use super::io::{Io, at_once};
use super::{Desk, DeskError, Outcome, TimelineCursor};
use crate::decide::{Command, Context, Refusal, UniqueKey};
use crate::identity::{Identity, normal_domain};
use crate::ids::{ContactId, Key, OrganisationId, Revision};
use crate::people::{
    Actor, Author, Contact, ContactChange, ContactProfile, Deed, Organisation, OrganisationProfile,
    may,
};
use crate::personal::Erasable;
use crate::record::{Event, Record};
use crate::store::Store;

/// A note about a contact; [`Desk::contact_notes`] gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContactNote {
    /// The contact whose record it is in: the one that was asked for, or one that was merged into
    /// it.
    pub contact: ContactId,
    /// Its place in that record's history; with the contact's id it names the note.
    pub revision: Revision,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Who wrote it.
    pub author: Author,
    /// What it says.
    pub text: Erasable<Arc<str>>,
}

/// A page of notes about a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContactNotes {
    /// The notes, oldest first.
    pub notes: Vec<ContactNote>,
    /// What the next page comes after; `None`: this is the last.
    pub next: Option<TimelineCursor>,
}

impl<S: Store> Desk<S> {
    /// Puts a contact on record, or says anew what a contact is.
    ///
    /// The profile is everything that there is to say: what it leaves out, the contact no longer
    /// has. Saying what is on record already changes nothing. A contact may ask for help without
    /// a record; with one, they are found by what they are recognised by
    /// ([`contact_by`](Self::contact_by)), and their tickets belong to their organisation. Tickets
    /// that they opened before stay as they are.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let visitor = ContactId::from_u128(70);
    /// desk.put_contact(agent.at(now), visitor, ContactProfile::default())?;
    /// let name = desk.contact(visitor)?.unwrap().visitor().unwrap().clone();
    /// assert!(name.as_str().starts_with("visitor-"));
    ///
    /// // It gets a name, and keeps the other.
    /// let otto = ContactProfile::new("Otto").identity(Identity::phone("+39 06 69812345"));
    /// desk.put_contact(agent.at(now), visitor, otto)?;
    /// let contact = desk.contact_by(&Identity::phone("+390669812345"))?.unwrap();
    /// assert_eq!((contact.name(), contact.visitor()), (Some("Otto"), Some(&name)));
    ///
    /// // What somebody is recognised by is theirs alone.
    /// let maria_too = ContactProfile::new("Maria").identity(Identity::phone("+39 0669812345"));
    /// let refused = desk.put_contact(agent.at(now), maria, maria_too).unwrap_err();
    /// assert_eq!(refused.refusal().unwrap().code(), "identity_taken");
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Desk::execute`]. Refused:
    ///
    /// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but owners, admins, agents and the
    ///   host.
    /// - [`BadName`](crate::Refusal::BadName): a name, an identity or a word about the contact
    ///   that cannot be one.
    /// - [`NoSuchOrganisation`](crate::Refusal::NoSuchOrganisation): an organisation that is not
    ///   on record.
    /// - [`Unknown`](crate::Refusal::Unknown), [`FieldInvalid`](crate::Refusal::FieldInvalid): a
    ///   custom field that the settings do not know, or a value that does not fit it.
    /// - [`LimitExceeded`](crate::Refusal::LimitExceeded): more identities than
    ///   [`Limits::identities`](crate::Limits::identities).
    /// - [`IdentityTaken`](crate::Refusal::IdentityTaken): an identity that another contact has.
    pub fn put_contact(
        &self,
        context: Context,
        id: ContactId,
        profile: ContactProfile,
    ) -> Result<Outcome, DeskError> {
        self.execute(&context.call(Command::PutContact { id, profile }))
    }

    /// Puts an organisation on record, or says anew what it is.
    ///
    /// The profile is everything that there is to say: what it leaves out, the organisation no
    /// longer has. Saying what is on record already changes nothing. Contacts who are put on
    /// record afterwards without an organisation belong to it by the domain of their e-mail
    /// address; those who are on record already stay as they are until they are put anew.
    ///
    /// Its customer group and its contract decide which SLA policy is a ticket's. Tickets that are
    /// promised something already stay with that until their next command, or until
    /// [`adopt`](Self::adopt) goes through them: then the policy is looked for anew, and what runs is
    /// measured by it from its beginning. What has ended keeps its verdict. A ticket's organisation
    /// is the one that its requester belonged to when it was opened.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let acme = OrganisationId::from_u128(5);
    /// let profile = OrganisationProfile::new("Acme").contract("premium").domain("acme.example");
    /// desk.put_organisation(Actor::Host.at(now), acme, profile)?;
    ///
    /// let profile = ContactProfile::new("Maria").identity(Identity::email("maria@ACME.example"));
    /// desk.put_contact(agent.at(now), maria, profile)?;
    /// assert_eq!(desk.contact(maria)?.unwrap().organisation(), Some(acme));
    ///
    /// let next = TicketId::from_u128(2);
    /// desk.open(customer.at(now), Open::new(next, Requester::Contact(maria), "And now smoke."))?;
    /// assert_eq!(desk.ticket(next)?.unwrap().organisation(), Some(acme));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// A contract that changes, and a ticket that waits:
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::sla::{Metric, policy::Obligation};
    ///
    /// let within = |hours| Obligation::new(Metric::FirstResponse).within(Span::hours(hours));
    /// let mut draft = SettingsDraft::default();
    /// draft.sla_policies = vec![
    ///     SlaPolicy::new("premium").contract("premium").obligation(within(1)),
    ///     SlaPolicy::new("standard").obligation(within(8)),
    /// ];
    /// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
    /// let acme = OrganisationId::from_u128(5);
    /// desk.put_organisation(Actor::Host.at(now), acme, OrganisationProfile::new("Acme"))?;
    /// let profile = ContactProfile::new("Maria").organisation(acme);
    /// desk.put_contact(agent.at(now), maria, profile)?;
    /// let next = TicketId::from_u128(2);
    /// desk.open(customer.at(now), Open::new(next, Requester::Contact(maria), "And now smoke."))?;
    ///
    /// let premium = OrganisationProfile::new("Acme").contract("premium");
    /// desk.put_organisation(Actor::Host.at(now), acme, premium)?;
    /// let due = || desk.ticket(next).map(|ticket| ticket.unwrap().sla_due_at());
    /// assert_eq!(due()?, Some(now + TimeDelta::hours(8)));
    /// desk.adopt(now, None, 100)?;
    /// assert_eq!(due()?, Some(now + TimeDelta::hours(1)));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Desk::execute`]. Refused:
    ///
    /// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but owners, admins and the host.
    /// - [`BadName`](crate::Refusal::BadName): a name, a contract or a domain that cannot be one.
    /// - [`Unknown`](crate::Refusal::Unknown), [`FieldInvalid`](crate::Refusal::FieldInvalid): a
    ///   customer group or a custom field that the settings do not know, or a value that does
    ///   not fit the field.
    /// - [`LimitExceeded`](crate::Refusal::LimitExceeded): more domains than
    ///   [`Limits::domains`](crate::Limits::domains).
    /// - [`DomainTaken`](crate::Refusal::DomainTaken): a domain that another organisation has.
    pub fn put_organisation(
        &self,
        context: Context,
        id: OrganisationId,
        profile: OrganisationProfile,
    ) -> Result<Outcome, DeskError> {
        self.execute(&context.call(Command::PutOrganisation { id, profile }))
    }

    /// A contact as its own record stands, also one that was merged into another, with nobody's
    /// eyes but the host's. `None` where there is no record.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`].
    pub fn contact(&self, id: ContactId) -> Result<Option<Arc<Contact>>, DeskError> {
        at_once(self.flow().contact(id))
    }

    /// An organisation as the record stands, with nobody's eyes but the host's. `None` where there
    /// is none.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`].
    pub fn organisation(&self, id: OrganisationId) -> Result<Option<Arc<Organisation>>, DeskError> {
        at_once(self.flow().organisation(id))
    }

    /// The contact who is recognised by this, such as by the address that a mail came from; of one
    /// that was merged, the contact that speaks for it. `None` where there is none.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let (address, double) = (Identity::email("maria@example.com"), ContactId::from_u128(70));
    /// let profile = ContactProfile::new("M.").identity(address.clone());
    /// desk.put_contact(agent.at(now), double, profile)?;
    /// assert_eq!(desk.contact_by(&address)?.unwrap().id(), double);
    ///
    /// desk.merge_contacts(agent.at(now), MergeContacts::new(double, maria))?;
    /// assert_eq!(desk.contact_by(&address)?.unwrap().id(), maria);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`].
    pub fn contact_by(&self, identity: &Identity) -> Result<Option<Arc<Contact>>, DeskError> {
        at_once(self.flow().contact_by(identity))
    }

    /// The organisation that has this e-mail domain, letter case aside. `None` where there is
    /// none.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let profile = OrganisationProfile::new("Acme").domain("acme.example");
    /// desk.put_organisation(Actor::Host.at(now), OrganisationId::from_u128(5), profile)?;
    /// assert_eq!(desk.organisation_by_domain("ACME.example")?.unwrap().name(), "Acme");
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`].
    pub fn organisation_by_domain(
        &self,
        domain: &str,
    ) -> Result<Option<Arc<Organisation>>, DeskError> {
        at_once(self.flow().organisation_by_domain(domain))
    }

    /// A page of the notes about a contact, of whatever record: those of the contact that speaks
    /// for it, and of all that were merged into that. Oldest first; empty where there is no
    /// record.
    ///
    /// On return: at most `limit` notes after the cursor, and the cursor of the next page if there
    /// is one. Notes have no index: of each record, the whole history is read, a page at a time.
    /// [`NoteContact`](crate::command::NoteContact) has an example.
    ///
    /// # Errors
    ///
    /// Refused: [`Forbidden`](crate::Refusal::Forbidden) for anyone but owners, admins, agents and
    /// the host; [`NotAnAgent`](crate::Refusal::NotAnAgent),
    /// [`NoSuchDesk`](crate::Refusal::NoSuchDesk). And [`DeskError::Store`].
    pub fn contact_notes(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        contact: ContactId,
        after: Option<TimelineCursor>,
        limit: usize,
    ) -> Result<ContactNotes, DeskError> {
        at_once(self.flow().contact_notes(actor, now, contact, after, limit))
    }
}

/// The most redirects that are followed: there is one, unless merges overtake each other.
const REDIRECTS: usize = 4;

impl<I: Io> Flow<I> {
    pub(super) async fn contact(&self, id: ContactId) -> Result<Option<Arc<Contact>>, DeskError> {
        let record = self.record(Key::contact(self.id, id)).await?;
        Ok(record.as_ref().and_then(Record::contact).cloned())
    }

    /// The contact that speaks for this one: itself, unless it was merged.
    pub(super) async fn speaks_for(
        &self,
        mut contact: Arc<Contact>,
    ) -> Result<Option<Arc<Contact>>, DeskError> {
        for _ in 0..REDIRECTS {
            let Some(into) = contact.merged_into() else { break };
            match self.contact(into).await? {
                Some(survivor) => contact = survivor,
                None => return Ok(None),
            }
        }
        Ok(Some(contact))
    }

    pub(super) async fn organisation(
        &self,
        id: OrganisationId,
    ) -> Result<Option<Arc<Organisation>>, DeskError> {
        let record = self.record(Key::organisation(self.id, id)).await?;
        Ok(record.as_ref().and_then(Record::organisation).cloned())
    }

    async fn owner(&self, key: UniqueKey) -> Result<Option<Key>, DeskError> {
        Ok(self.io.resolve(self.id, &[key]).await?.into_iter().next().flatten())
    }

    pub(super) async fn contact_by(
        &self,
        identity: &Identity,
    ) -> Result<Option<Arc<Contact>>, DeskError> {
        let owner = self.owner(UniqueKey::identity(identity)).await?;
        let Some(id) = owner.and_then(|key| key.as_contact()) else { return Ok(None) };
        match self.contact(id).await? {
            Some(contact) => self.speaks_for(contact).await,
            None => Ok(None),
        }
    }

    pub(super) async fn organisation_by_domain(
        &self,
        domain: &str,
    ) -> Result<Option<Arc<Organisation>>, DeskError> {
        let owner = self.owner(UniqueKey::Domain(normal_domain(domain))).await?;
        match owner.and_then(|key| key.as_organisation()) {
            Some(id) => self.organisation(id).await,
            None => Ok(None),
        }
    }

    pub(super) async fn contact_notes(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        contact: ContactId,
        after: Option<TimelineCursor>,
        limit: usize,
    ) -> Result<ContactNotes, DeskError> {
        let party = self.reader(actor, now).await?.who().party();
        if !may(party, Deed::KeepContacts, false) {
            let deed = Deed::KeepContacts.as_str();
            return Err(Refusal::Forbidden { party, deed }.into());
        }
        let survivor = match self.contact(contact).await? {
            Some(contact) => self.speaks_for(contact).await?,
            None => None,
        };
        // The first ones after the cursor, and one more, which tells whether there is a page more.
        let most = limit.saturating_add(1);
        let mut first: BTreeMap<TimelineCursor, ContactNote> = BTreeMap::new();
        for id in survivor.iter().flat_map(|contact| contact.ids()) {
            let mut from = Revision::ZERO;
            loop {
                let page =
                    self.io.history(Key::contact(self.id, id), from, super::read::PAGE).await?;
                let notes = page.iter().filter_map(|event| ContactNote::of(id, event));
                for note in notes.filter(|note| after.is_none_or(|after| note.place() > after)) {
                    first.insert(note.place(), note);
                    if first.len() > most {
                        first.pop_last();
                    }
                }
                match page.last() {
                    Some(last) if page.len() == super::read::PAGE => from = last.revision,
                    Some(_) | None => break,
                }
            }
        }
        let mut notes: Vec<ContactNote> = first.into_values().collect();
        let more = notes.len() > limit;
        notes.truncate(limit);
        let next = notes.last().filter(|_| more).map(ContactNote::place);
        Ok(ContactNotes { notes, next })
    }
}

impl ContactNote {
    fn of(contact: ContactId, event: &Event) -> Option<Self> {
        let ContactChange::Noted { author, .. } = event.contact_change()? else { return None };
        let text = event.personal.as_deref().and_then(|personal| personal.text.clone());
        Some(Self {
            contact,
            revision: event.revision,
            at: event.at,
            author: author.clone(),
            text: text.into(),
        })
    }

    fn place(&self) -> TimelineCursor {
        TimelineCursor { at: self.at, id: *self.contact.as_uuid(), revision: self.revision }
    }
}
