//! Contacts: who asks for help, by which addresses they are known, and to whom they belong.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::identity::{Identity, IdentityKind};
use crate::ids::{ContactId, FieldName, OrganisationId, Revision, VisitorId};
use crate::people::Author;
use crate::personal::{Erasable, Personal};
use crate::time::{self, Instant};
use crate::value::{FieldFact, FieldValue};

/// What a host says of a contact: everything but the id. [`Desk::put_contact`] puts it on record.
///
/// Everything is optional: somebody who has just opened a chat is a contact, too.
///
/// [`Desk::put_contact`]: crate::Desk::put_contact
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ContactProfile {
    /// What they are called; 1 to 200 bytes. Without a name, a contact is a visitor.
    pub name: Option<String>,
    /// By what they are recognised, in the host's order. Each is one contact's; one that is
    /// written twice counts once.
    pub identities: Vec<Identity>,
    /// Where they are, in words; 1 to 200 bytes.
    pub location: Option<String>,
    /// Their time zone by its IANA name, such as `Europe/Rome`. Its form is checked, not whether
    /// there is such a zone.
    pub time_zone: Option<String>,
    /// Their language as a BCP 47 tag, such as `it` or `pt-BR`. Its form is checked.
    pub language: Option<String>,
    /// The organisation that they belong to. `None`: the one that has the domain of one of their
    /// e-mail addresses, if there is one.
    pub organisation: Option<OrganisationId>,
    /// Custom fields, as the settings define them
    /// ([`SettingsDraft::contact_fields`](crate::SettingsDraft::contact_fields)).
    pub fields: BTreeMap<FieldName, FieldValue>,
}

impl ContactProfile {
    /// A contact of this name, of whom nothing else is known.
    ///
    /// ```
    /// # use helpdesk::{ContactProfile, Identity};
    /// let maria = ContactProfile::new("Maria").identity(Identity::email("maria@example.com"));
    /// assert_eq!(maria.identities.len(), 1);
    /// assert_eq!(ContactProfile::default().name, None, "a visitor");
    /// ```
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }

    /// The same contact, recognised by one thing more.
    #[must_use]
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identities.push(identity);
        self
    }

    /// The same contact, of this organisation.
    #[must_use]
    pub fn organisation(mut self, organisation: OrganisationId) -> Self {
        self.organisation = Some(organisation);
        self
    }

    /// The identities, each once: of two that are the same, the first.
    pub(crate) fn distinct(&self) -> Vec<Identity> {
        let mut distinct: Vec<Identity> = Vec::with_capacity(self.identities.len());
        let mut seen = std::collections::BTreeSet::new();
        for identity in &self.identities {
            if seen.insert(identity.normal()) {
                distinct.push(identity.clone());
            }
        }
        distinct
    }
}

/// A contact as the record stands.
///
/// A contact may ask for help without a record: with one, the desk knows more of them. Put on
/// record with [`Desk::put_contact`](crate::Desk::put_contact), which also has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    id: ContactId,
    revision: Revision,
    #[serde(deserialize_with = "time::truncated")]
    updated_at: DateTime<Utc>,
    facts: ContactFacts,
    words: Erasable<Words>,
    blocked: Option<Blocked>,
    notes: u32,
    merged_into: Option<ContactId>,
    members: Vec<ContactMember>,
}

/// What may be erased of a contact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    name: Option<Arc<str>>,
    identities: Vec<Identity>,
    location: Option<Arc<str>>,
    time_zone: Option<Arc<str>>,
    language: Option<Arc<str>>,
    fields: Vec<(FieldName, FieldValue)>,
}

/// That a contact is blocked, since when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Blocked {
    #[serde(deserialize_with = "time::truncated")]
    since: DateTime<Utc>,
    reason: Erasable<Arc<str>>,
}

/// A contact that was merged into another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactMember {
    /// The contact that was merged.
    pub contact: ContactId,
    /// Into which one: the one that has the member, or another member of it.
    pub into: ContactId,
}

/// What an event states of a contact, beside what is personal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
// Each such event says everything anew: what this build passed over, its next event would lack.
#[serde(deny_unknown_fields)]
pub struct ContactFacts {
    /// What the contact is called without a name; `None` for one that had a name from the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitor: Option<VisitorId>,
    /// Whether a name is on record.
    pub has_name: bool,
    /// The kinds of the identities, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identities: Vec<IdentityKind>,
    /// The organisation that the contact belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// Whether the organisation was found by the domain of an e-mail address.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_domain: bool,
    /// The custom fields, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<(FieldName, FieldFact)>,
}

/// Something that happened to a contact's record.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContactChange {
    /// It came to be, or what is said of the contact changed: this is all of it. What is
    /// personal of it is the personal payload.
    Described(ContactFacts),
    /// Somebody wrote a note about the contact. The text is the personal payload.
    Noted {
        /// Who wrote it.
        author: Author,
        /// Bytes of the text.
        bytes: u32,
    },
    /// The contact was blocked. The reason is the personal payload.
    Blocked {
        /// Bytes of the reason.
        bytes: u32,
    },
    /// The contact is no longer blocked. The reason is the personal payload.
    Unblocked {
        /// Bytes of the reason.
        bytes: u32,
    },
    /// The contact is another's now: it was merged, or the one that it was merged into was.
    MergedInto {
        /// The contact that speaks for it; never one that was merged itself.
        into: ContactId,
    },
    /// Others were merged into this contact.
    Absorbed {
        /// All that this one has now beside those that it had.
        members: Vec<ContactMember>,
    },
    /// A merge into this contact was undone.
    Released {
        /// Those that it no longer has, in order.
        contacts: Vec<ContactId>,
    },
    /// The contact stands for itself again.
    MergeUndone {
        /// Those that had been merged into it, and are its own again.
        members: Vec<ContactMember>,
    },
    /// What is personal of the record was erased, and the contact is a visitor from now on. The
    /// reason is the personal payload.
    Erased {
        /// The events whose payload it was, in order.
        revisions: Vec<Revision>,
        /// What the contact is called from now on.
        visitor: VisitorId,
        /// Bytes of the reason.
        bytes: u32,
    },
}

impl Contact {
    /// Which contact this is.
    pub fn id(&self) -> ContactId {
        self.id
    }

    /// How many events the record has.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// When something last happened to the record.
    pub fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at
    }

    /// What they are called; `None` for a visitor, empty where it was erased.
    pub fn name(&self) -> Option<&str> {
        let name = self.words.known().and_then(|words| words.name.as_deref());
        self.facts.has_name.then(|| name.unwrap_or(""))
    }

    /// What a contact without a name is called, such as `visitor-7f3a9c`; kept when it gets a
    /// name. `None` for one that had a name from the first. Readable, not unique: the id is.
    pub fn visitor(&self) -> Option<&VisitorId> {
        self.facts.visitor.as_ref()
    }

    /// By what they are recognised, as it was given; none where it was erased.
    pub fn identities(&self) -> &[Identity] {
        self.words.known().map_or(&[], |words| &words.identities)
    }

    /// The kinds of the identities on record, erased ones included.
    pub fn identity_kinds(&self) -> &[IdentityKind] {
        &self.facts.identities
    }

    /// Where they are, in words; `None` where nothing is said, or it was erased.
    pub fn location(&self) -> Option<&str> {
        self.words.known().and_then(|words| words.location.as_deref())
    }

    /// The IANA name of their time zone; `None` where nothing is said, or it was erased.
    pub fn time_zone(&self) -> Option<&str> {
        self.words.known().and_then(|words| words.time_zone.as_deref())
    }

    /// Their language as a BCP 47 tag; `None` where nothing is said, or it was erased.
    pub fn language(&self) -> Option<&str> {
        self.words.known().and_then(|words| words.language.as_deref())
    }

    /// The organisation that they belong to.
    pub fn organisation(&self) -> Option<OrganisationId> {
        self.facts.organisation
    }

    /// What this custom field holds; `None`: nothing.
    pub fn field(&self, name: &FieldName) -> Option<Erasable<FieldValue>> {
        let (_, fact) = self.facts.fields.iter().find(|(known, _)| known == name)?;
        let words = self.words.known().map_or(&[][..], |words| &words.fields);
        Some(field_value(name, fact, words))
    }

    /// Whether what is personal of the contact was erased, and they were not put on record anew.
    pub fn is_erased(&self) -> bool {
        self.words.known().is_none()
    }

    /// Whether what the contact asks for is refused.
    pub fn is_blocked(&self) -> bool {
        self.blocked.is_some()
    }

    /// Since when the contact is blocked, and why; `None` where it is not.
    pub fn blocked(&self) -> Option<(DateTime<Utc>, &Erasable<Arc<str>>)> {
        self.blocked.as_ref().map(|blocked| (blocked.since, &blocked.reason))
    }

    /// How many notes the record has; those of its members are in theirs.
    pub fn note_count(&self) -> u32 {
        self.notes
    }

    /// The contact that speaks for this one, which was merged; never one that was merged itself.
    pub fn merged_into(&self) -> Option<ContactId> {
        self.merged_into
    }

    /// All that were merged into this one, also by way of each other, in the order of their ids.
    pub fn members(&self) -> &[ContactMember] {
        &self.members
    }

    /// The contact's own id, and those of all its members: whoever is meant by one of these is
    /// this contact.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let double = ContactId::from_u128(70);
    /// desk.merge_contacts(agent.at(now), MergeContacts::new(double, maria))?;
    ///
    /// let contact = desk.contact(maria)?.unwrap();
    /// assert_eq!(contact.ids().collect::<Vec<_>>(), [maria, double]);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    pub fn ids(&self) -> impl Iterator<Item = ContactId> + '_ {
        [self.id].into_iter().chain(self.members.iter().map(|member| member.contact))
    }

    /// What is on record of the contact, and what is personal of it, if it was not erased.
    pub(crate) fn is_as(&self, facts: &ContactFacts, personal: &Personal) -> bool {
        self.facts == *facts && self.words == Erasable::Known(Words::of(personal))
    }

    /// Those that came with this one when it was merged, also by way of each other.
    pub(crate) fn members_of(&self, contact: ContactId) -> Vec<ContactMember> {
        let mut found: Vec<ContactMember> = Vec::new();
        loop {
            let before = found.len();
            for member in &self.members {
                let below =
                    member.into == contact || found.iter().any(|it| it.contact == member.into);
                if below && !found.contains(member) {
                    found.push(*member);
                }
            }
            if found.len() == before {
                break;
            }
        }
        found.sort_unstable();
        found
    }

    /// The head after the event by which the record came to be.
    pub(crate) fn described(
        id: ContactId,
        at: Instant,
        facts: &ContactFacts,
        personal: Option<&Personal>,
    ) -> Self {
        Self {
            id,
            revision: Revision(1),
            updated_at: at,
            facts: facts.clone(),
            words: personal.map(Words::of).into(),
            blocked: None,
            notes: 0,
            merged_into: None,
            members: Vec::new(),
        }
    }

    /// Applies an event. Nothing is decided here.
    pub(crate) fn apply(
        &mut self,
        revision: Revision,
        at: Instant,
        change: &ContactChange,
        personal: Option<&Personal>,
    ) {
        self.revision = revision;
        self.updated_at = at;
        match change {
            ContactChange::Described(facts) => {
                self.facts = facts.clone();
                self.words = personal.map(Words::of).into();
            }
            ContactChange::Noted { .. } => self.notes = self.notes.saturating_add(1),
            ContactChange::Blocked { .. } => {
                let reason = personal.and_then(|personal| personal.text.clone()).into();
                self.blocked = Some(Blocked { since: at, reason });
            }
            ContactChange::Unblocked { .. } => self.blocked = None,
            ContactChange::MergedInto { into } => {
                self.merged_into = Some(*into);
                self.members.clear();
            }
            ContactChange::Absorbed { members } => {
                self.members.extend(members);
                self.members.sort_unstable();
            }
            ContactChange::Released { contacts } => {
                self.members.retain(|member| !contacts.contains(&member.contact));
            }
            ContactChange::MergeUndone { members } => {
                self.merged_into = None;
                self.members.clone_from(members);
            }
            ContactChange::Erased { visitor, .. } => {
                self.facts =
                    ContactFacts { visitor: Some(visitor.clone()), ..ContactFacts::default() };
                self.words = Erasable::Erased;
                if let Some(blocked) = &mut self.blocked {
                    blocked.reason = Erasable::Erased;
                }
            }
        }
    }
}

impl Words {
    fn of(personal: &Personal) -> Self {
        Self {
            name: personal.name.clone(),
            identities: personal.identities.clone(),
            location: personal.location.clone(),
            time_zone: personal.time_zone.clone(),
            language: personal.language.clone(),
            fields: personal.fields.clone(),
        }
    }
}

/// What a custom field holds, of which this is stated.
pub(super) fn field_value(
    name: &FieldName,
    fact: &FieldFact,
    personal: &[(FieldName, FieldValue)],
) -> Erasable<FieldValue> {
    match fact {
        FieldFact::Value(value) => Erasable::Known(value.clone()),
        FieldFact::Personal => {
            personal.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).into()
        }
    }
}
