//! Plain text with slots for what is known of a ticket when it is written.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::{FieldName, name_problem};
use crate::problem::Mistake;

/// Plain text with slots, such as `{reference}`, that are filled when it is written; a brace that
/// is meant as one is doubled.
///
/// Any text can be made into one; building a rulebook refuses what has a slot that does not exist.
///
/// ```
/// use helpdesk::rules::{Slot, Wording};
///
/// let text = Wording::from("We look into {reference}. {{Not a slot}}");
/// let filled = text.fill(|slot| match slot {
///     Slot::Reference => Some("HD-7".into()),
///     _ => None,
/// });
/// assert_eq!(filled.as_deref(), Ok("We look into HD-7. {Not a slot}"));
///
/// let missing = Wording::from("Dear {requester.name}").fill(|_| None).unwrap_err();
/// assert_eq!(missing.to_string(), "nothing is known for `{requester.name}`");
/// ```
///
/// | slot | what it is filled with |
/// |---|---|
/// | `reference`, `subject`, `status`, `priority`, `category`, `department` | the ticket's own |
/// | `requester.name`, `assignee.name` | the name of who asks, and of who owns it |
/// | `message.text` | the message that set a trigger off; in triggers only |
/// | `field.NAME` | what a custom field holds |
///
/// What is written into a reply is told to its reader, whoever may see it elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wording(Arc<str>);

/// What a slot is filled with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Slot {
    /// The ticket's reference, such as `HD-1042`. A ticket gets its number with the commit that opens
    /// it: what a rule writes at the opening itself, and what it asks of the host then, is kept with the
    /// slot open, and names the reference to whoever reads it, is sent it or is to do it.
    Reference,
    /// Its subject.
    Subject,
    /// Its status, by name.
    Status,
    /// Its priority, by name.
    Priority,
    /// What it is about, by name.
    Category,
    /// Its department, by name.
    Department,
    /// The name of who asks.
    RequesterName,
    /// The name of who owns it.
    AssigneeName,
    /// The text of the message that set a trigger off.
    MessageText,
    /// What a custom field holds.
    Field(FieldName),
}

/// A part of a text with slots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WordingPart<'a> {
    /// To be written as it is.
    Text(&'a str),
    /// To be filled.
    Slot(Slot),
}

/// A slot of a text for which nothing is known: an error, and never a blank.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("nothing is known for `{{{slot}}}`")]
pub struct MissingSlot {
    /// The slot.
    pub slot: Slot,
}

impl Wording {
    /// The text as it was written, slots and all.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its parts, in order; a slot that does not exist, and a brace without its other, are text.
    pub fn parts(&self) -> impl Iterator<Item = WordingPart<'_>> {
        parts(&self.0).map(|part| part.unwrap_or_else(|odd| WordingPart::Text(odd.text)))
    }

    /// The text with its slots filled.
    ///
    /// # Errors
    ///
    /// [`MissingSlot`] names the first for which there is nothing.
    pub fn fill<'v>(
        &self,
        mut value: impl FnMut(&Slot) -> Option<Cow<'v, str>>,
    ) -> Result<String, MissingSlot> {
        let mut filled = String::with_capacity(self.0.len());
        for part in self.parts() {
            match part {
                WordingPart::Text(text) => filled.push_str(text),
                WordingPart::Slot(slot) => match value(&slot) {
                    Some(value) => filled.push_str(&value),
                    None => return Err(MissingSlot { slot }),
                },
            }
        }
        Ok(filled)
    }

    /// What is wrong with its braces, one by one.
    pub(super) fn mistakes(&self) -> impl Iterator<Item = Mistake> {
        parts(&self.0).filter_map(Result::err).map(|odd| odd.mistake)
    }
}

/// A piece of a text that is no part of one.
struct Odd<'a> {
    text: &'a str,
    mistake: Mistake,
}

fn parts(text: &str) -> impl Iterator<Item = Result<WordingPart<'_>, Odd<'_>>> {
    let mut left = text;
    std::iter::from_fn(move || {
        let brace = left.find(['{', '}']).unwrap_or(left.len());
        if left.is_empty() {
            return None;
        }
        if brace > 0 {
            let (plain, rest) = left.split_at(brace);
            left = rest;
            return Some(Ok(WordingPart::Text(plain)));
        }
        for (doubled, brace) in [("{{", "{"), ("}}", "}")] {
            if let Some(rest) = left.strip_prefix(doubled) {
                left = rest;
                return Some(Ok(WordingPart::Text(brace)));
            }
        }
        let odd = |text, found: &str, expected| {
            let mistake = Mistake::NotA { found: found.to_owned(), expected };
            Some(Err(Odd { text, mistake }))
        };
        let end = left.find('}').filter(|end| !left.get(1..*end).is_none_or(|it| it.contains('{')));
        let Some(end) = end else {
            let (brace, rest) = left.split_at(1);
            left = rest;
            return odd(brace, brace, "one of a pair: a brace in a text is written twice");
        };
        let (whole, rest) = left.split_at(end + 1);
        left = rest;
        let name = whole.trim_start_matches('{').trim_end_matches('}');
        match Slot::named(name) {
            Some(slot) => Some(Ok(WordingPart::Slot(slot))),
            None => {
                let mistake = Mistake::Unknown { what: "slot", name: name.to_owned() };
                Some(Err(Odd { text: whole, mistake }))
            }
        }
    })
}

const NAMES: [(Slot, &str); 9] = [
    (Slot::Reference, "reference"),
    (Slot::Subject, "subject"),
    (Slot::Status, "status"),
    (Slot::Priority, "priority"),
    (Slot::Category, "category"),
    (Slot::Department, "department"),
    (Slot::RequesterName, "requester.name"),
    (Slot::AssigneeName, "assignee.name"),
    (Slot::MessageText, "message.text"),
];

impl Slot {
    /// The slot of this name, as a text has it between its braces.
    ///
    /// ```
    /// use helpdesk::rules::Slot;
    ///
    /// assert_eq!(Slot::named("requester.name"), Some(Slot::RequesterName));
    /// assert_eq!(Slot::named("field.order"), Some(Slot::Field("order".into())));
    /// assert_eq!(Slot::named("mood"), None);
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        match name.strip_prefix("field.") {
            Some(field) => name_problem(field).is_none().then(|| Self::Field(field.into())),
            None => NAMES.iter().find(|(_, known)| *known == name).map(|(slot, _)| slot.clone()),
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(f, "field.{name}"),
            built_in => {
                let name = NAMES.iter().find(|(slot, _)| slot == built_in);
                f.write_str(name.map_or("", |(_, name)| name))
            }
        }
    }
}

impl From<&str> for Wording {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Wording {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
