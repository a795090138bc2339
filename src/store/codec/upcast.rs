//! How older stored events are lifted to the form of this build, one schema number at a time.

use serde_json::{Map, Value};

use super::facts::{AGENT, SETTINGS, TAGS};
use super::{CodecError, SCHEMA, Stored, StoredEvent};
use crate::ids::Revision;

/// An event's facts.
type Facts = Map<String, Value>;

/// Lifts the facts of an event of this tag by one schema number; `None` where they are not what
/// that schema's builds wrote.
type Upcast = fn(tag: &str, facts: Facts) -> Option<Facts>;

/// One step for each schema number before this build's: from 0 to 1, from 1 to 2, and so on.
const UPCASTS: [Upcast; SCHEMA as usize] = [from_0];

/// The facts of an older event in the form of this build.
pub(super) fn lift(event: &StoredEvent) -> Result<Value, CodecError> {
    let damaged = || CodecError::damaged(Stored::Event).tagged(&event.tag);
    let mut facts: Facts =
        serde_json::from_str(&event.facts).map_err(|error| damaged().because(error))?;
    for upcast in UPCASTS.iter().skip(usize::from(event.schema)) {
        facts = upcast(&event.tag, facts).ok_or_else(damaged)?;
    }
    Ok(Value::Object(facts))
}

/// Schema 0 had the change below its kind and its name, `{"cause":…,"change":{"ticket":
/// {"assigned":{…}}}}`. Schema 1 has the name in a column, and the change beside the cause.
fn from_0(tag: &str, mut facts: Facts) -> Option<Facts> {
    let change = facts.remove("change")?;
    let (found, payload) = named(change)?;
    if found != tag {
        return None;
    }
    let whole = match tag {
        AGENT => Some("agent"),
        SETTINGS => Some("settings"),
        "ticket.opened" => Some("opening"),
        "ticket.status_changed" => Some("status"),
        // Of later builds, which serde may have written as plainly.
        "ticket.absorbed" => Some("merge"),
        "ticket.released" => Some("release"),
        "ticket.followers_left" => Some("left"),
        "ticket.split_off" | "ticket.merged_split" => Some("split"),
        "ticket.todo_added" | "ticket.todo_marked" => Some("todo"),
        "ticket.reminded" => Some("reminder"),
        "ticket.side_said" => Some("said"),
        "ticket.clocks_changed" => Some("clocks"),
        "ticket.not_delivered" => Some("undelivered"),
        _ => None,
    };
    match (whole, payload) {
        (Some(name), payload) => {
            facts.insert(name.to_owned(), payload);
        }
        (None, Value::Object(payload)) => facts.extend(payload),
        (None, Value::Null) => {}
        (None, Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            return None;
        }
    }
    Some(facts)
}

/// The tag of a change of schema 0, and what is below its name.
fn named(change: Value) -> Option<(&'static str, Value)> {
    let (kind, change) = only(change)?;
    match &*kind {
        "agent" => Some((AGENT, change)),
        "settings" => Some((SETTINGS, change)),
        "ticket" => {
            let (name, payload) = only(change)?;
            let tag = TAGS.iter().find(|tag| tag.strip_prefix("ticket.") == Some(&*name))?;
            Some((*tag, payload))
        }
        _ => None,
    }
}

/// The one name in an object, and what is below it; a name alone has nothing below it.
fn only(value: Value) -> Option<(String, Value)> {
    match value {
        Value::String(name) => Some((name, Value::Null)),
        Value::Object(fields) if fields.len() == 1 => fields.into_iter().next(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    }
}

/// Takes an event of schema 0 apart, which was one text, into the columns of today.
pub(super) fn from_plain(json: &str) -> Result<StoredEvent, CodecError> {
    let damaged = || CodecError::damaged(Stored::Event);
    let mut facts: Facts = serde_json::from_str(json).map_err(|error| damaged().because(error))?;
    let mut take = |name: &str| facts.remove(name).unwrap_or(Value::Null);
    let revision = take("revision").as_u64().ok_or_else(damaged)?;
    let at = serde_json::from_value(take("at")).map_err(|error| damaged().because(error))?;
    let personal = match take("personal") {
        Value::Null => None,
        personal => Some(personal.to_string()),
    };
    let change = facts.get("change").cloned().ok_or_else(damaged)?;
    let (tag, _) = named(change).ok_or_else(damaged)?;
    let facts = Value::Object(facts).to_string();
    Ok(StoredEvent {
        revision: Revision(revision),
        at,
        tag: tag.into(),
        schema: 0,
        facts,
        personal,
    })
}
