//! The texts of rules, filled with what is known of a ticket.

use std::borrow::Cow;

use crate::decide::Refusal;
use crate::decide::checks::within;
use crate::decide::decision::Guard;
use crate::decide::work::Work;
use crate::ids::{Key, Reference};
use crate::people::Requester;
use crate::personal::Erasable;
use crate::record::Record;
use crate::rules::{Slot, Wording, WordingPart};
use crate::ticket::REFERENCE_SLOT;
use crate::value::FieldValue;

/// The text with its slots filled; `message` is the place of what set the rule off; `reference`: what
/// stands for a reference that is not known.
fn filled(
    work: &mut Work<'_>,
    text: &Wording,
    message: Option<usize>,
    reference: Option<&'static str>,
) -> Result<String, Refusal> {
    for part in text.parts() {
        let WordingPart::Slot(slot) = part else { continue };
        let Some(person) = person(work, &slot) else { continue };
        work.cx.looked_up(person)?;
        // Or what was erased meanwhile could be written anew.
        if let Some(record) = work.cx.loaded.record(person) {
            work.guard(Guard { key: person, revision: record.revision });
        }
    }
    let filled = text.fill(|slot| match slot {
        Slot::Reference => value(work, slot, message).or(reference.map(Cow::Borrowed)),
        slot => value(work, slot, message),
    })?;
    within("text_bytes", work.cx.settings.limits().text_bytes, filled.len())?;
    Ok(filled)
}

/// The text with its slots filled; and whether it names a reference that is not known yet: then that is
/// put in where the words are read. `message` is the place of what set the rule off.
pub(super) fn said(
    work: &mut Work<'_>,
    text: &Wording,
    message: Option<usize>,
) -> Result<(String, bool), Refusal> {
    let refers = text.parts().any(|part| part == WordingPart::Slot(Slot::Reference));
    if work.loaded().is_some() || !refers {
        return Ok((filled(work, text, message, None)?, false));
    }
    Ok((filled(work, text, message, Some(REFERENCE_SLOT))?, true))
}

/// Whose name a slot is filled with.
fn person(work: &Work<'_>, slot: &Slot) -> Option<Key> {
    let desk = work.cx.desk;
    match slot {
        Slot::RequesterName => Some(match work.ticket.requester() {
            Requester::Contact(contact) => Key::contact(desk, contact),
            Requester::Agent(agent) => Key::agent(desk, agent),
        }),
        Slot::AssigneeName => work.ticket.assignee().map(|agent| Key::agent(desk, agent)),
        Slot::Reference
        | Slot::Subject
        | Slot::Status
        | Slot::Priority
        | Slot::Category
        | Slot::Department
        | Slot::MessageText
        | Slot::Field(_) => None,
    }
}

/// What a slot is filled with; nothing where that would be a blank.
fn value<'v>(work: &'v Work<'_>, slot: &Slot, message: Option<usize>) -> Option<Cow<'v, str>> {
    let ticket = &work.ticket;
    let value: Option<Cow<'v, str>> = match slot {
        Slot::Reference => {
            let number = work.cx.loaded.record(work.key).and_then(|record| record.number);
            let prefix = work.cx.settings.reference_prefix();
            number.map(|number| Reference::new(prefix.clone(), number).to_string().into())
        }
        Slot::Subject => ticket.subject().known().map(|text| Cow::Borrowed(&**text)),
        Slot::Status => Some(ticket.status().name.as_str().into()),
        Slot::Priority => Some(ticket.priority().name.as_str().into()),
        Slot::Category => ticket.category().map(|name| name.as_str().into()),
        Slot::Department => ticket.department().map(|name| name.as_str().into()),
        Slot::RequesterName | Slot::AssigneeName => {
            let record = person(work, slot).and_then(|key| work.cx.loaded.record(key));
            record.and_then(name).map(Cow::Borrowed)
        }
        Slot::MessageText => {
            let event = message.and_then(|place| work.events.get(place));
            let personal = event.and_then(|event| event.personal.as_deref());
            personal.and_then(|personal| personal.text.as_deref()).map(Cow::Borrowed)
        }
        Slot::Field(field) => ticket.field(field).and_then(Erasable::known).map(written),
    };
    value.filter(|text| !text.trim().is_empty())
}

fn name(record: &Record) -> Option<&str> {
    let contact = record.contact().and_then(|contact| contact.name());
    contact.or_else(|| record.agent().map(|agent| agent.name()))
}

fn written(value: &FieldValue) -> Cow<'_, str> {
    match value {
        FieldValue::Text(text) => Cow::Borrowed(text),
        FieldValue::Choice(word) => Cow::Borrowed(word),
        FieldValue::Integer(number) => number.to_string().into(),
        FieldValue::Boolean(true) => "yes".into(),
        FieldValue::Boolean(false) => "no".into(),
        FieldValue::Date(date) => date.to_string().into(),
    }
}
