//! The part of an event that may be erased, and what a reader sees where it was.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::identity::Identity;
use crate::ids::FieldName;
use crate::value::FieldValue;

/// What people wrote and what they are called: everything in an event that privacy may
/// later ask to erase. It is kept apart from the event's facts, which never change.
///
/// What a host gives names to is facts, and no place for what is personal: ids, correlation ids,
/// tags, names in settings, receiving addresses, conditions of views, the digests and storage keys
/// of attachments, and values of fields that are neither free text nor
/// [personal](crate::FieldDef::personal) by their definition.
///
/// ```
#[doc = include_str!("example.txt")]
/// let opening = &desk.history(Key::ticket(desk.id(), id), Revision::ZERO, 1)?[0];
/// let personal = opening.personal.as_deref().unwrap();
/// assert_eq!(personal.text.as_deref(), Some("It burns. Help!"));
///
/// // The facts know how long the text was, and nothing else of it.
/// let facts = opening.ticket_change().unwrap().message().unwrap();
/// assert_eq!(facts.bytes, 15);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Personal {
    /// A ticket's subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Arc<str>>,
    /// The text of a message, of a note, of a resolution, or of a reason given in words; of a notice
    /// that was not delivered, what the recipient's side said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Arc<str>>,
    /// The name of a person or an organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// A person's e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Arc<str>>,
    /// The addresses, numbers and names by which a person is recognised.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identities: Vec<Identity>,
    /// Where a person is, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Arc<str>>,
    /// The IANA name of a person's time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<Arc<str>>,
    /// A person's language, as a BCP 47 tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Arc<str>>,
    /// The names of the attached files, in the order of the attachments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub file_names: Vec<Arc<str>>,
    /// Custom fields that hold free text, or are about a person by their definition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<(FieldName, FieldValue)>,
    /// What work of the host's own is to be done with that a rule asks for, in the order of
    /// [`HostAsked::with`](crate::HostAsked::with), action by action.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Arc<str>>,
}

/// Something that privacy may erase: what it is, or that it was.
///
/// The fold over an event whose payload is gone says so, and changes nothing else:
///
/// ```
#[doc = include_str!("example.txt")]
/// let key = Key::ticket(desk.id(), id);
/// let mut history = desk.history(key, Revision::ZERO, 10)?;
/// history[0].personal = None;
///
/// let Head::Ticket(ticket) = fold(key, &history)? else { panic!("it is a ticket") };
/// assert_eq!(*ticket.subject(), Erasable::Erased);
/// assert_eq!(ticket.subject().as_str(), "");
/// assert_eq!(ticket.message_count(), 1);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Erasable<T> {
    /// It is on record.
    Known(T),
    /// It was on record, and has been erased.
    Erased,
}

impl<T> Erasable<T> {
    /// The value, where it has not been erased.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Erased => None,
        }
    }
}

impl<T> From<Option<T>> for Erasable<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Erased, Self::Known)
    }
}

impl Erasable<Arc<str>> {
    /// The text, or nothing where it has been erased.
    pub fn as_str(&self) -> &str {
        self.known().map_or("", |text| text)
    }
}
