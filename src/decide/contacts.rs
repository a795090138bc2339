//! Contacts: what they are, merging them, blocking them, notes about them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::checks::{self, bad_name, within};
use super::decision::{Columns, Decision, Expected, KeyChange, UniqueKey, Write};
use super::editing::Fields;
use super::said::author;
use super::{Cx, Refusal, Vocabulary, deed_of};
use crate::cause::Cause;
use crate::identity::{Identity, IdentityKind};
use crate::ids::{ContactId, Key, OrganisationId, Revision};
use crate::people::command::{BlockContact, MergeContacts, NoteContact, UndoContactMerge};
use crate::people::{Contact, ContactChange, ContactFacts, ContactMember, ContactProfile};
use crate::personal::Personal;
use crate::record::{Change, Event, Head};
use crate::time::Instant;

/// Puts a contact on record, or says anew what a contact is.
pub(super) fn put(
    cx: &Cx<'_>,
    id: ContactId,
    profile: &ContactProfile,
) -> Result<Decision, Refusal> {
    cx.may(deed_of(&cx.call.command), None)?;
    let mut life = Life::of(cx, id);
    life.has_seen()?;
    let identities = checked(cx, profile)?;
    let (organisation, by_domain) = organisation(cx, profile, &identities)?;
    let mut fields = Fields::default();
    for (field, value) in &profile.fields {
        let def = cx.settings.contact_field(field);
        fields.put(def, field, value)?;
    }
    let current = life.contact.as_ref();
    // Kept when it gets a name: it stands in what was said before.
    let former = current.and_then(|contact| contact.visitor().cloned());
    let visitor = former.or_else(|| profile.name.is_none().then(|| id.visitor()));
    let text = |text: &Option<String>| text.as_deref().map(Into::into);
    let facts = ContactFacts {
        visitor,
        has_name: profile.name.is_some(),
        identities: identities.iter().map(Identity::kind).collect(),
        organisation,
        by_domain,
        fields: fields.facts,
    };
    let personal = Personal {
        name: text(&profile.name),
        location: text(&profile.location),
        time_zone: text(&profile.time_zone),
        language: text(&profile.language),
        fields: fields.personal,
        identities,
        ..Personal::default()
    };
    if current.is_some_and(|contact| contact.is_as(&facts, &personal)) {
        return Ok(Decision::default());
    }
    let keys = keys(current, life.key, &personal.identities);
    for identity in &personal.identities {
        let owner = cx.loaded.owner(&UniqueKey::identity(identity));
        if owner.is_some_and(|owner| owner != life.key) {
            return Err(Refusal::IdentityTaken {
                kind: kind(identity.kind()),
                identity: identity.text().chars().take(80).collect(),
            });
        }
    }
    life.record(ContactChange::Described(facts), Some(personal));
    Ok(Decision { writes: life.write().into_iter().collect(), keys, ..Decision::default() })
}

fn kind(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::Email => "email",
        IdentityKind::Phone => "phone",
        IdentityKind::Social => "social",
        IdentityKind::Other => "other",
    }
}

/// The identities, each once, of a profile whose words are all in order.
fn checked(cx: &Cx<'_>, profile: &ContactProfile) -> Result<Vec<Identity>, Refusal> {
    type Problem = fn(&str) -> Option<&'static str>;
    let texts: [(Vocabulary, &Option<String>, Problem); 4] = [
        (Vocabulary::ContactName, &profile.name, checks::long_name_problem),
        (Vocabulary::Location, &profile.location, checks::long_name_problem),
        (Vocabulary::TimeZone, &profile.time_zone, time_zone_problem),
        (Vocabulary::Language, &profile.language, language_problem),
    ];
    for (what, text, problem) in texts {
        if let Some(text) = text
            && let Some(problem) = problem(text)
        {
            return Err(bad_name(what, text, problem));
        }
    }
    for identity in &profile.identities {
        if let Some(problem) = identity.problem() {
            return Err(bad_name(Vocabulary::Identity, identity.text(), problem));
        }
    }
    let identities = profile.distinct();
    within("identities", cx.settings.limits().identities, identities.len())?;
    Ok(identities)
}

/// The form of an IANA name: words of letters, digits, `_`, `+` and `-`, between slashes.
fn time_zone_problem(name: &str) -> Option<&'static str> {
    let letter = |b: u8| b.is_ascii_alphanumeric() || b"_+-".contains(&b);
    let words = name.split('/').all(|word| !word.is_empty() && word.bytes().all(letter));
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    (name.len() > 64 || !words || !begins).then_some("is no IANA time zone name")
}

/// The form of a BCP 47 tag: subtags of one to eight letters and digits, the first of letters.
pub(super) fn language_problem(tag: &str) -> Option<&'static str> {
    let subtag = |it: &str| {
        (1..=8).contains(&it.len()) && it.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let first = tag.split('-').next().unwrap_or(tag);
    let language = first.len() >= 2 && first.bytes().all(|byte| byte.is_ascii_alphabetic());
    (tag.len() > 64 || !language || !tag.split('-').all(subtag))
        .then_some("is no BCP 47 language tag")
}

/// The organisation that the contact belongs to, and whether a domain says so.
fn organisation(
    cx: &Cx<'_>,
    profile: &ContactProfile,
    identities: &[Identity],
) -> Result<(Option<OrganisationId>, bool), Refusal> {
    if let Some(organisation) = profile.organisation {
        return match cx.loaded.organisation(cx.desk, organisation) {
            Some(_) => Ok((Some(organisation), false)),
            None => Err(Refusal::NoSuchOrganisation { organisation }),
        };
    }
    let mut domains = identities.iter().filter_map(Identity::domain);
    let found = domains.find_map(|domain| {
        cx.loaded.owner(&UniqueKey::Domain(domain)).and_then(|key| key.as_organisation())
    });
    Ok((found, found.is_some()))
}

/// The keys that change hands where a contact comes to be recognised by these.
fn keys(current: Option<&Contact>, key: Key, identities: &[Identity]) -> Vec<KeyChange> {
    let former = current.map_or(&[][..], Contact::identities);
    let former: BTreeSet<UniqueKey> = former.iter().map(UniqueKey::identity).collect();
    let now: BTreeSet<UniqueKey> = identities.iter().map(UniqueKey::identity).collect();
    let released = former.difference(&now).map(|it| KeyChange::Release(it.clone(), key));
    let taken = now.difference(&former).map(|it| KeyChange::Take(it.clone(), key));
    released.chain(taken).collect()
}

/// Merges a contact into another.
pub(super) fn merge(cx: &Cx<'_>, merge: &MergeContacts) -> Result<Decision, Refusal> {
    let MergeContacts { contact, into } = *merge;
    cx.may(deed_of(&cx.call.command), None)?;
    let mut merged = Life::of(cx, contact);
    merged.has_seen()?;
    let into = merged_into(cx, into).unwrap_or(into);
    match merged_into(cx, contact) {
        Some(former) if former == into => return Ok(Decision::default()),
        Some(into) => return Err(Refusal::ContactMerged { contact, into }),
        None if contact == into => return Err(Refusal::MergeIntoSelf { contact }),
        None => {}
    }
    let mut survivor = Life::of(cx, into);
    let own = merged.contact.as_ref().map_or(&[][..], Contact::members);
    let mut members = vec![ContactMember { contact, into }];
    members.extend_from_slice(own);
    let before = survivor.contact.as_ref().map_or(0, |contact| contact.members().len());
    within("contact_merges", cx.settings.limits().contact_merges, before + members.len())?;
    let told: Vec<ContactId> = own.iter().map(|member| member.contact).collect();
    merged.record(ContactChange::MergedInto { into }, None);
    members.sort_unstable();
    survivor.record(ContactChange::Absorbed { members }, None);
    let lives = told.into_iter().map(|member| redirected(cx, member, into));
    Ok(together(lives.chain([merged, survivor])))
}

/// Undoes a merge.
pub(super) fn undo_merge(cx: &Cx<'_>, undo: &UndoContactMerge) -> Result<Decision, Refusal> {
    let contact = undo.contact;
    cx.may(deed_of(&cx.call.command), None)?;
    let mut merged = Life::of(cx, contact);
    merged.has_seen()?;
    let into = merged_into(cx, contact).ok_or(Refusal::ContactNotMerged { contact })?;
    let mut survivor = Life::of(cx, into);
    let members =
        survivor.contact.as_ref().map(|survivor| survivor.members_of(contact)).unwrap_or_default();
    let mut contacts: Vec<ContactId> = members.iter().map(|member| member.contact).collect();
    let lives: Vec<Life<'_>> = contacts.iter().map(|it| redirected(cx, *it, contact)).collect();
    contacts.push(contact);
    contacts.sort_unstable();
    survivor.record(ContactChange::Released { contacts }, None);
    merged.record(ContactChange::MergeUndone { members }, None);
    Ok(together(lives.into_iter().chain([merged, survivor])))
}

/// The contact that speaks for this one, where it was merged.
fn merged_into(cx: &Cx<'_>, contact: ContactId) -> Option<ContactId> {
    cx.loaded.contact(cx.desk, contact).and_then(|contact| contact.merged_into())
}

/// A contact that came with another, which speaks for it no longer, or again.
fn redirected<'a>(cx: &'a Cx<'a>, contact: ContactId, into: ContactId) -> Life<'a> {
    let mut life = Life::of(cx, contact);
    life.record(ContactChange::MergedInto { into }, None);
    life
}

/// Blocks a contact, or lifts the block.
pub(super) fn block(cx: &Cx<'_>, block: &BlockContact) -> Result<Decision, Refusal> {
    cx.may(deed_of(&cx.call.command), None)?;
    Life::of(cx, block.contact).has_seen()?;
    let (bytes, personal) = words(cx, "reason", &block.reason)?;
    let mut life = Life::of(cx, merged_into(cx, block.contact).unwrap_or(block.contact));
    let is_blocked = life.contact.as_ref().is_some_and(Contact::is_blocked);
    if is_blocked != block.blocked {
        let change = if block.blocked {
            ContactChange::Blocked { bytes }
        } else {
            ContactChange::Unblocked { bytes }
        };
        life.record(change, Some(personal));
    }
    Ok(together([life]))
}

/// Writes a note about a contact.
pub(super) fn note(cx: &Cx<'_>, note: &NoteContact) -> Result<Decision, Refusal> {
    cx.may(deed_of(&cx.call.command), None)?;
    Life::of(cx, note.contact).has_seen()?;
    let (bytes, personal) = words(cx, "note", &note.text)?;
    let mut life = Life::of(cx, merged_into(cx, note.contact).unwrap_or(note.contact));
    life.record(ContactChange::Noted { author: author(cx, None)?, bytes }, Some(personal));
    Ok(together([life]))
}

/// Words that must be there.
pub(super) fn words(
    cx: &Cx<'_>,
    what: &'static str,
    text: &str,
) -> Result<(u32, Personal), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::Empty { what });
    }
    let bytes = within("text_bytes", cx.settings.limits().text_bytes, text.len())?;
    Ok((bytes, Personal { text: Some(text.into()), ..Personal::default() }))
}

/// A contact's record while it is decided on: every change goes through the same `apply` that
/// replays histories.
pub(super) struct Life<'a> {
    cx: &'a Cx<'a>,
    id: ContactId,
    pub(super) key: Key,
    pub(super) contact: Option<Contact>,
    expected: Expected,
    now: Instant,
    cause: Arc<Cause>,
    events: Vec<Event>,
}

impl<'a> Life<'a> {
    pub(super) fn of(cx: &'a Cx<'a>, id: ContactId) -> Self {
        let key = Key::contact(cx.desk, id);
        let contact = cx.loaded.contact(cx.desk, id).map(|contact| Contact::clone(contact));
        let now = cx.now_of(key);
        Self {
            cx,
            id,
            key,
            expected: contact.as_ref().map_or(Expected::New, |it| Expected::At(it.revision())),
            contact,
            now,
            cause: Arc::new(cx.cause(now)),
            events: Vec::new(),
        }
    }

    pub(super) fn has_seen(&self) -> Result<(), Refusal> {
        let revision = self.contact.as_ref().map_or(Revision::ZERO, Contact::revision);
        self.cx.has_seen(self.key, revision, revision)
    }

    /// Appends an event and applies it. What is not on record yet comes to be first: of somebody
    /// of whom nothing is known, a visitor.
    pub(super) fn record(&mut self, change: ContactChange, personal: Option<Personal>) {
        match (&mut self.contact, change) {
            (Some(contact), change) => {
                let revision = contact.revision().next();
                contact.apply(revision, self.now, &change, personal.as_ref());
                self.push(revision, change, personal);
            }
            (None, ContactChange::Described(facts)) => {
                let contact = Contact::described(self.id, self.now, &facts, personal.as_ref());
                self.contact = Some(contact);
                self.push(Revision(1), ContactChange::Described(facts), personal);
            }
            (None, change) => {
                let visitor = Some(self.id.visitor());
                let facts = ContactFacts { visitor, ..ContactFacts::default() };
                self.record(ContactChange::Described(facts), Some(Personal::default()));
                self.record(change, personal);
            }
        }
    }

    fn push(&mut self, revision: Revision, change: ContactChange, personal: Option<Personal>) {
        self.events.push(Event {
            revision,
            at: self.now,
            cause: self.cause.clone(),
            change: Change::Contact(change),
            personal: personal.map(Box::new),
        });
    }

    /// What is to be written, if anything is.
    pub(super) fn write(self) -> Option<Write> {
        let head = Head::Contact(Arc::new(self.contact.filter(|_| !self.events.is_empty())?));
        Some(Write {
            key: self.key,
            expected: self.expected,
            events: self.events.into(),
            columns: Columns::of(&head),
            next_wake: None,
            head,
        })
    }
}

fn together<'a>(lives: impl IntoIterator<Item = Life<'a>>) -> Decision {
    let mut writes: Vec<Write> = lives.into_iter().filter_map(Life::write).collect();
    writes.sort_unstable_by_key(|write| write.key);
    Decision { writes, ..Decision::default() }
}
