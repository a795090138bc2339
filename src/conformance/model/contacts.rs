//! Contacts and organisations in the model: P1 and C10 of the requirements.

use std::collections::{BTreeMap, BTreeSet};

use super::{ADDRESS, Changes, Model, NAME, Step, is_label};
use crate::command::{BlockContact, EraseContact, MergeContacts, NoteContact, UndoContactMerge};
use crate::{
    Actor, Command, Contact, ContactId, ContactProfile, Erasable, FieldDef, FieldName, FieldValue,
    Identity, Organisation, OrganisationId, OrganisationProfile,
};

/// The most bytes of what a person or an organisation is called.
const CALLED: usize = 200;

/// A contact as the model has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelContact {
    /// What the host said last, each identity once.
    pub profile: ContactProfile,
    /// The organisation that it was found to belong to then.
    pub organisation: Option<OrganisationId>,
    /// Whether it was ever without a name.
    pub was_visitor: bool,
    /// Whether it is blocked itself.
    pub blocked: bool,
    /// The notes that were written to its record, in order.
    pub notes: Vec<(Actor, String)>,
    /// The contact that it was merged into.
    pub into: Option<ContactId>,
    /// Whether what was said of it last is gone.
    pub erased: bool,
    /// Whether anything was said since all was erased.
    pub words: bool,
}

impl ModelContact {
    /// Somebody of whom nothing is known.
    fn visitor() -> Self {
        Self { was_visitor: true, words: true, ..Self::default() }
    }

    /// The same without what was said of it: a visitor, as on the first day.
    fn forgotten(&self) -> Self {
        Self {
            profile: ContactProfile::default(),
            organisation: None,
            was_visitor: true,
            erased: true,
            words: false,
            ..self.clone()
        }
    }
}

impl Model {
    /// The contacts on record.
    pub fn contacts(&self) -> &BTreeMap<ContactId, ModelContact> {
        &self.contacts
    }

    /// The organisations on record.
    pub fn organisations(&self) -> &BTreeMap<OrganisationId, OrganisationProfile> {
        &self.organisations
    }

    /// The contact that speaks for this one.
    pub fn speaks_for(&self, contact: ContactId) -> ContactId {
        let mut at = contact;
        while let Some(into) = self.contacts.get(&at).and_then(|contact| contact.into) {
            at = into;
        }
        at
    }

    /// All contacts for whom the same one speaks: all are one person.
    pub fn same_person(&self, contact: ContactId) -> BTreeSet<ContactId> {
        let who = self.speaks_for(contact);
        let others = self.contacts.keys().copied().filter(|other| self.speaks_for(*other) == who);
        others.chain([contact]).collect()
    }

    /// The organisation that a person belongs to.
    pub(super) fn belongs_to(&self, contact: ContactId) -> Option<OrganisationId> {
        self.contacts.get(&self.speaks_for(contact)).and_then(|contact| contact.organisation)
    }

    /// Refuses the words of a person who is blocked.
    pub(super) fn hears(&self, step: &mut Step<'_>, contact: ContactId) {
        let record = self.contacts.get(&self.speaks_for(contact));
        step.require(!record.is_some_and(|record| record.blocked), "blocked");
    }

    /// What is asked of contacts and organisations.
    pub(super) fn keep_people(&self, step: &mut Step<'_>, command: &Command) -> Changes {
        step.require(super::people::may(step.party, command, false), "forbidden");
        let mut changes = Changes::default();
        match command {
            Command::PutContact { id, profile } => {
                changes.contacts.push((*id, self.put_contact(step, *id, profile)));
            }
            Command::PutOrganisation { id, profile } => {
                changes.organisation = Some((*id, self.put_organisation(step, *id, profile)));
            }
            Command::MergeContacts(merge) => changes.contacts = self.merge_contacts(step, merge),
            Command::UndoContactMerge(UndoContactMerge { contact }) => {
                let known = self.contacts.get(contact).filter(|contact| contact.into.is_some());
                step.require(known.is_some(), "contact_not_merged");
                let alone = known.map(|known| ModelContact { into: None, ..known.clone() });
                changes.contacts.extend(alone.map(|alone| (*contact, alone)));
            }
            Command::BlockContact(BlockContact { contact, blocked, reason }) => {
                self.said(step, reason);
                let who = self.speaks_for(*contact);
                let was = self.contacts.get(&who).is_some_and(|record| record.blocked);
                if was != *blocked {
                    let blocked = *blocked;
                    let record = ModelContact { blocked, words: true, ..self.on_record(who) };
                    changes.contacts.push((who, record));
                }
            }
            Command::NoteContact(NoteContact { contact, text }) => {
                self.said(step, text);
                let who = self.speaks_for(*contact);
                let mut record = self.on_record(who);
                record.notes.push((step.actor.clone(), text.clone()));
                record.words = true;
                changes.contacts.push((who, record));
            }
            Command::EraseContact(EraseContact { contact, reason }) => {
                self.said(step, reason);
                // One person, however often they are known.
                for id in self.same_person(*contact) {
                    let known = self.contacts.get(&id).filter(|known| known.words);
                    changes.contacts.extend(known.map(|known| (id, known.forgotten())));
                }
            }
            _ => {}
        }
        changes
    }

    fn on_record(&self, contact: ContactId) -> ModelContact {
        self.contacts.get(&contact).cloned().unwrap_or_else(ModelContact::visitor)
    }

    fn said(&self, step: &mut Step<'_>, text: &str) {
        step.require(!text.trim().is_empty(), "empty");
        self.at_most(step, text.len(), self.settings.limits().text_bytes);
    }

    fn merge_contacts(
        &self,
        step: &mut Step<'_>,
        merge: &MergeContacts,
    ) -> Vec<(ContactId, ModelContact)> {
        let (contact, into) = (merge.contact, self.speaks_for(merge.into));
        let record = self.on_record(contact);
        if record.into.is_some() {
            step.require(self.speaks_for(contact) == into, "contact_merged");
            return Vec::new();
        }
        if contact == into {
            step.require(false, "merge_into_self");
            return Vec::new();
        }
        // All but the one that speaks are its members.
        let members = self.same_person(contact).len() + self.same_person(into).len() - 1;
        self.at_most(step, members, self.settings.limits().contact_merges);
        let merged = ModelContact { into: Some(into), ..record };
        vec![(contact, merged), (into, self.on_record(into))]
    }

    fn put_contact(
        &self,
        step: &mut Step<'_>,
        id: ContactId,
        profile: &ContactProfile,
    ) -> ModelContact {
        let before = self.contacts.get(&id);
        let mut profile = profile.clone();
        for text in [&profile.name, &profile.location].into_iter().flatten() {
            step.require(is_label(text, CALLED), "bad_name");
        }
        let zone = profile.time_zone.as_deref().is_none_or(is_zone);
        step.require(zone && profile.language.as_deref().is_none_or(is_language), "bad_name");
        step.require(profile.identities.iter().all(is_identity), "bad_name");
        let mut distinct: Vec<Identity> = Vec::new();
        for identity in profile.identities.drain(..) {
            if !distinct.iter().any(|other| is_same(other, &identity)) {
                distinct.push(identity);
            }
        }
        profile.identities = distinct;
        self.at_most(step, profile.identities.len(), self.settings.limits().identities);
        let others = self.contacts.iter().filter(|(other, _)| **other != id);
        let mut theirs = others.flat_map(|(_, other)| &other.profile.identities);
        let taken = theirs.any(|it| profile.identities.iter().any(|other| is_same(it, other)));
        step.require(!taken, "identity_taken");
        self.custom(step, &self.settings.draft().contact_fields, &profile.fields);
        let organisation = match profile.organisation {
            Some(organisation) => {
                let known = self.organisations.contains_key(&organisation);
                step.require(known, "no_such_organisation");
                Some(organisation)
            }
            None => profile.identities.iter().find_map(|identity| self.by_domain(identity)),
        };
        ModelContact {
            organisation,
            erased: false,
            words: true,
            was_visitor: profile.name.is_none() || before.is_some_and(|before| before.was_visitor),
            profile,
            ..before.cloned().unwrap_or_default()
        }
    }

    fn by_domain(&self, identity: &Identity) -> Option<OrganisationId> {
        let Identity::Email(address) = identity else { return None };
        let (_, domain) = address.rsplit_once('@')?;
        let has = |profile: &OrganisationProfile| {
            profile.domains.iter().any(|known| known.to_lowercase() == domain.to_lowercase())
        };
        self.organisations.iter().find(|(_, profile)| has(profile)).map(|(id, _)| *id)
    }

    fn put_organisation(
        &self,
        step: &mut Step<'_>,
        id: OrganisationId,
        profile: &OrganisationProfile,
    ) -> OrganisationProfile {
        let mut profile = profile.clone();
        step.require(is_label(&profile.name, CALLED), "bad_name");
        if let Some(group) = &profile.group {
            let known = self.settings.draft().customer_groups.contains(group);
            step.require(known, "unknown_name");
        }
        if let Some(contract) = &profile.contract {
            step.require(is_label(contract.as_str(), NAME), "bad_name");
        }
        step.require(profile.domains.iter().all(|domain| is_domain(domain)), "bad_name");
        profile.domains = profile.domains.iter().map(|domain| domain.to_lowercase()).collect();
        self.at_most(step, profile.domains.len(), self.settings.limits().domains);
        let mut others = self.organisations.iter().filter(|(other, _)| **other != id);
        let taken = others.any(|(_, other)| !other.domains.is_disjoint(&profile.domains));
        step.require(!taken, "domain_taken");
        self.custom(step, &self.settings.draft().organisation_fields, &profile.fields);
        profile
    }

    fn custom(
        &self,
        step: &mut Step<'_>,
        known: &[FieldDef],
        fields: &BTreeMap<FieldName, FieldValue>,
    ) {
        for (name, value) in fields {
            match known.iter().find(|field| field.name == *name) {
                Some(field) => step.require(field.kind.accepts(value).is_ok(), "field_invalid"),
                None => step.require(false, "unknown_name"),
            }
        }
    }

    /// Everything in which a contact of the desk differs from the model's; empty where they agree.
    pub fn contact_differences(&self, contact: &Contact) -> Vec<String> {
        let id = contact.id();
        let Some(model) = self.contacts.get(&id) else {
            return vec![format!("the model has no contact {id}")];
        };
        let profile = &model.profile;
        let ours: BTreeSet<ContactId> = contact.members().iter().map(|it| it.contact).collect();
        let theirs = match model.into {
            Some(_) => BTreeSet::new(),
            None => self.same_person(id).into_iter().filter(|other| *other != id).collect(),
        };
        let into = model.into.map(|_| self.speaks_for(id));
        let fields = profile.fields.iter().all(|(name, value)| {
            contact.field(name).as_ref() == Some(&Erasable::Known(value.clone()))
        });
        let agree = [
            ("name", contact.name() == profile.name.as_deref()),
            ("identities", contact.identities() == profile.identities),
            ("location", contact.location() == profile.location.as_deref()),
            ("time zone", contact.time_zone() == profile.time_zone.as_deref()),
            ("language", contact.language() == profile.language.as_deref()),
            ("organisation", contact.organisation() == model.organisation),
            ("visitor", contact.visitor().is_some() == model.was_visitor),
            ("fields", fields),
            ("erased", contact.is_erased() == model.erased),
            ("blocked", contact.is_blocked() == model.blocked),
            ("notes", contact.note_count() as usize == model.notes.len()),
            ("merged into", contact.merged_into() == into),
            ("members", ours == theirs),
        ];
        let wrong = agree.into_iter().filter(|(_, agrees)| !agrees);
        wrong.map(|(what, _)| format!("{what}: {contact:?} and {model:?}")).collect()
    }

    /// Everything in which an organisation of the desk differs from the model's; empty where they
    /// agree.
    pub fn organisation_differences(&self, organisation: &Organisation) -> Vec<String> {
        let Some(model) = self.organisations.get(&organisation.id()) else {
            return vec![format!("the model has no organisation {}", organisation.id())];
        };
        let fields = model.fields.iter().all(|(name, value)| {
            organisation.field(name).as_ref() == Some(&Erasable::Known(value.clone()))
        });
        let domains = organisation.domains().iter().map(|domain| domain.to_string());
        let agree = organisation.name() == model.name
            && organisation.group() == model.group.as_ref()
            && organisation.contract() == model.contract.as_ref()
            && domains.eq(model.domains.iter().cloned())
            && fields;
        if agree { Vec::new() } else { vec![format!("{organisation:?} and {model:?}")] }
    }
}

fn is_same(one: &Identity, other: &Identity) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let lower = |text: &str| text.to_lowercase();
    match (one, other) {
        (Identity::Email(one), Identity::Email(other)) => lower(one) == lower(other),
        (Identity::Phone(one), Identity::Phone(other)) => digits(one) == digits(other),
        (
            Identity::Social { network, handle },
            Identity::Social { network: there, handle: name },
        ) => lower(network) == lower(there) && lower(handle) == lower(name),
        (one, other) => one == other,
    }
}

fn is_identity(identity: &Identity) -> bool {
    match identity {
        Identity::Email(address) => {
            let mut halves = address.rsplitn(2, '@');
            let (at, who) = (halves.next(), halves.next());
            is_label(address, ADDRESS) && at != Some("") && who.is_some_and(|who| !who.is_empty())
        }
        Identity::Phone(number) => {
            let digits = number.chars().filter(char::is_ascii_digit).count();
            let inside = number.chars().skip(1).all(|c| c.is_ascii_digit() || " .-/()".contains(c));
            is_label(number, NAME)
                && number.starts_with('+')
                && inside
                && (3..=15).contains(&digits)
        }
        Identity::Social { network: kind, handle: value } | Identity::Other { kind, value } => {
            is_label(kind, NAME) && !kind.contains(':') && is_label(value, ADDRESS)
        }
    }
}

fn is_zone(name: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || ['_', '+', '-', '/'].contains(&c);
    name.len() <= NAME
        && name.chars().next().is_some_and(|first| first.is_ascii_alphabetic())
        && name.chars().all(inside)
        && !name.contains("//")
        && !name.ends_with('/')
}

fn is_language(tag: &str) -> bool {
    let parts: Vec<&str> = tag.split('-').collect();
    let plain = |part: &&str| {
        !part.is_empty() && part.len() <= 8 && part.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let letters = |part: &&str| part.len() > 1 && part.chars().all(|c| c.is_ascii_alphabetic());
    tag.len() <= NAME && parts.iter().all(plain) && parts.first().is_some_and(letters)
}

fn is_domain(domain: &str) -> bool {
    domain.len() <= 253
        && domain
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-'))
}
