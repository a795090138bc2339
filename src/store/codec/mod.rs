//! The stored form: what a store writes into columns, and reads back for ever.
//!
//! Stored events are a public promise. Every build reads what every earlier build wrote, and
//! lists what a later one wrote without guessing at it. Golden files in the crate's tests hold
//! each build to that, byte by byte.
//!
//! | what | how it is stored |
//! |---|---|
//! | an event | [`StoredEvent`]: revision, instant, tag, schema number, facts, personal payload |
//! | a head | [`StoredHead`]: schema number, the head |
//! | a notice | one text: [`encode_notice`] |
//! | a receipt | what it touched is one text, [`encode_touched`]; the rest is a column each |
//! | a unique key, a counter | one text: [`unique_key_text`], [`counter_text`] |
//!
//! The texts are JSON, for columns of a text type. A type that takes JSON apart is not the same:
//! PostgreSQL's `jsonb` refuses the character U+0000, which people can write, and spells anew
//! what a newer build wrote.
//!
//! # What may change between builds
//!
//! - **A field more**, which may be missing: builds that do not know it pass over it, and the
//!   schema number stays. What it means to be missing is what builds did before there was one.
//!   Settings, agents, contacts, organisations and heads are different: a field in them that a build does not know is one
//!   that it would decide without, and that would be lost where it says the whole anew. So
//!   settings and what describes a person or an organisation are listed as [`Change::Newer`], the
//!   latter also for its personal payload, and a head is [`Newer`](CodecErrorKind::Newer), in whichever of its parts the field is.
//! - **A tag or a name more** (an event, a channel, a reason to move, a fact, a test or a type of
//!   literal in a condition): the schema number stays.
//!   A build that does not know it lists the event as [`Change::Newer`] and does not fold it.
//! - **Another shape** of what there is: the schema number goes up by one, and an upcast lifts
//!   the older form. [`decode_event`] does so from every number down to 0.
//! - **Heads**, in whatever way: [`HEAD_SCHEMA`] goes up. Older heads are not read but folded
//!   anew from their history, of which they are only the memory.
//!
//! What was accepted stays accepted: stored settings are read without the checks of today,
//! which may be stricter than those that they passed.
//!
//! Instants are whole microseconds. What has more digits was not written by this crate; it is
//! cut, as every instant is on its way in.
//!
//! # Roads not taken
//!
//! - *A tag inside the JSON*: whoever reads must look at all of it before knowing what it is.
//!   Beside it, it is read in one pass, and an index by tag costs nothing.
//! - *A binary form*: smaller, and unreadable to whoever must look at a database at night.

mod error;
mod facts;
mod head;
mod names;
mod outbox;
mod strict;
mod upcast;

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeSeed;
use serde_json::Value;

pub use error::{CodecError, CodecErrorKind, Stored};
pub use facts::TAGS;
pub use head::{StoredHead, decode_head, encode_head};
pub use names::{counter_text, parse_counter, parse_unique_key, unique_key_text};
pub use outbox::{cloud_event, decode_notice, decode_touched, encode_notice, encode_touched};

use self::facts::Reading;
use crate::cause::Cause;
use crate::identity::Identity;
use crate::ids::{FieldName, Revision};
use crate::people::Actor;
use crate::personal::Personal;
use crate::record::{Change, Event, Newer};
use crate::time::whole_micros;
use crate::value::FieldValue;

/// The number of the form that this build writes events in.
pub const SCHEMA: u16 = 1;

/// The number of the form that this build reads and writes heads in.
pub const HEAD_SCHEMA: u16 = 2;

/// An event in columns: see [`encode_event`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its place in the record's history, from 1.
    pub revision: Revision,
    /// When it took effect, in whole microseconds.
    pub at: DateTime<Utc>,
    /// What happened, such as `ticket.message_added`; at most 64 bytes. [`TAGS`] lists them.
    pub tag: Cow<'static, str>,
    /// The number of the form that the facts are written in; [`SCHEMA`] is this build's.
    pub schema: u16,
    /// What never changes, as JSON text: the cause, and what happened.
    pub facts: String,
    /// What may be erased, as JSON text; `None` where there is nothing of the kind, or where it
    /// was erased. A column of its own: setting it to null erases it.
    pub personal: Option<String>,
}

impl StoredEvent {
    /// An event of schema 0, from before there were columns: the one text that serde made of
    /// an [`Event`], with all that it has.
    ///
    /// ```
    /// # use helpdesk::store::codec::{self, StoredEvent};
    /// # use helpdesk::{Event, TicketChange};
    /// let text = r#"{"revision":2,"at":"2026-03-02T09:00:00Z",
    ///     "cause":{"actor":"system","settings":1},"change":{"ticket":"open_age_warned"}}"#;
    /// let stored = StoredEvent::from_plain(text).unwrap();
    /// assert_eq!((stored.schema, &*stored.tag), (0, "ticket.open_age_warned"));
    ///
    /// let event = codec::decode_event(&stored).unwrap();
    /// assert_eq!(event.ticket_change(), Some(&TicketChange::OpenAgeWarned));
    /// assert_eq!(codec::encode_event(&event).unwrap().schema, codec::SCHEMA);
    /// ```
    ///
    /// # Errors
    ///
    /// [`CodecErrorKind::Damaged`] where it is no such text.
    pub fn from_plain(json: &str) -> Result<Self, CodecError> {
        upcast::from_plain(json)
    }
}

/// Writes an event. What a newer build wrote ([`Change::Newer`]) is written as it came.
///
/// ```
#[doc = include_str!("../../example.txt")]
/// use helpdesk::store::codec;
///
/// let event = &desk.history(Key::ticket(desk.id(), id), Revision::ZERO, 1)?[0];
/// let mut stored = codec::encode_event(event).unwrap();
/// assert_eq!(stored.tag, "ticket.opened");
/// assert!(!stored.facts.contains("burns"), "what people wrote is not in the facts");
/// assert_eq!(codec::decode_event(&stored).unwrap(), *event);
///
/// stored.personal = None;
/// assert_eq!(codec::decode_event(&stored).unwrap().change, event.change);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
///
/// # Errors
///
/// [`CodecErrorKind::Unwritable`], which no event of the crate's own making is.
pub fn encode_event(event: &Event) -> Result<StoredEvent, CodecError> {
    let unwritable = CodecError::unwritable(Stored::Event);
    let (tag, facts) = facts::write(&event.cause, &event.change).map_err(&unwritable)?;
    let (schema, personal) = match &event.change {
        Change::Newer(newer) => (newer.schema, newer.personal.as_deref().map(str::to_owned)),
        Change::Ticket(_)
        | Change::Agent(_)
        | Change::Contact(_)
        | Change::Organisation(_)
        | Change::Settings(_) => {
            let personal = event.personal.as_deref().map(text);
            (SCHEMA, personal.transpose().map_err(&unwritable)?)
        }
    };
    Ok(StoredEvent { revision: event.revision, at: event.at, tag, schema, facts, personal })
}

/// Writes a value as JSON text. There is room for most, so that what is written all day is not moved
/// while it grows.
fn text<T: serde::Serialize + ?Sized>(value: &T) -> serde_json::Result<String> {
    roomy(value, 1000)
}

fn roomy<T: serde::Serialize + ?Sized>(value: &T, room: usize) -> serde_json::Result<String> {
    let mut bytes = Vec::with_capacity(room);
    serde_json::to_writer(&mut bytes, value)?;
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
}

/// Reads an event, of this build or of an earlier one.
///
/// An event that a later build wrote is not an error: it is there, and listed, as
/// [`Change::Newer`]. It is one by its schema number, by its tag, by a name in it that this build
/// does not know, or by a field that this build does not know in settings or in what describes a person or an organisation.
///
/// ```
/// use helpdesk::store::codec::{self, StoredEvent};
/// use helpdesk::{Change, DeskId, Key, ReplayError, Revision, TicketId, fold};
///
/// let stored = StoredEvent {
///     revision: Revision(1),
///     at: "2026-03-02T09:00:00Z".parse().unwrap(),
///     tag: "ticket.merged".into(),
///     schema: 2,
///     facts: r#"{"cause":{"actor":"host","settings":1},"with":[4]}"#.to_owned(),
///     personal: None,
/// };
/// let event = codec::decode_event(&stored).unwrap();
/// let Change::Newer(newer) = &event.change else { panic!("nobody knows it") };
/// assert_eq!(*newer.facts, stored.facts);
/// assert_eq!(codec::encode_event(&event).unwrap(), stored);
///
/// let key = Key::ticket(DeskId::from_u128(1), TicketId::from_u128(2));
/// assert!(matches!(fold(key, [&event]), Err(ReplayError::Newer { .. })));
/// ```
///
/// # Errors
///
/// [`CodecErrorKind::Damaged`] where no build wrote this.
pub fn decode_event(stored: &StoredEvent) -> Result<Event, CodecError> {
    if stored.revision == Revision::ZERO {
        return Err(CodecError::damaged(Stored::Event).tagged(&stored.tag));
    }
    match read(stored) {
        Ok((cause, change, personal)) => Ok(Event {
            revision: stored.revision,
            at: whole_micros(stored.at),
            cause,
            change,
            personal,
        }),
        Err(error) if error.kind() == CodecErrorKind::Newer => listed(stored),
        Err(error) => Err(error.tagged(&stored.tag)),
    }
}

type Read = (Arc<Cause>, Change, Option<Box<Personal>>);

fn read(stored: &StoredEvent) -> Result<Read, CodecError> {
    let reading = Reading { tag: &stored.tag };
    let (cause, change) = if stored.schema == SCHEMA {
        from_text(reading, &stored.facts).map_err(|error| {
            CodecError::unreadable(Stored::Event, strict::why(&stored.facts, reading), error)
        })?
    } else if stored.schema < SCHEMA {
        let facts = upcast::lift(stored)?;
        reading.deserialize(&facts).map_err(|error| {
            CodecError::unreadable(Stored::Event, strict::why_value(&facts, reading), error)
        })?
    } else {
        return Err(CodecError::new(CodecErrorKind::Newer, Stored::Event));
    };
    let personal = stored.personal.as_deref().map(|text| match &*stored.tag {
        facts::AGENT | facts::CONTACT | facts::ORGANISATION => {
            head::read::<WholePersonal>(Stored::Event, text).map(Personal::from)
        }
        _ => head::read(Stored::Event, text),
    });
    Ok((cause, change, personal.transpose()?.map(Box::new)))
}

/// A personal payload without a field that this build does not know: each event that describes a
/// person says it anew.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct WholePersonal {
    subject: Option<Arc<str>>,
    text: Option<Arc<str>>,
    name: Option<Arc<str>>,
    email: Option<Arc<str>>,
    identities: Vec<Identity>,
    location: Option<Arc<str>>,
    time_zone: Option<Arc<str>>,
    language: Option<Arc<str>>,
    file_names: Vec<Arc<str>>,
    fields: Vec<(FieldName, FieldValue)>,
    values: Vec<Arc<str>>,
}

impl From<WholePersonal> for Personal {
    fn from(known: WholePersonal) -> Self {
        let WholePersonal {
            subject,
            text,
            name,
            email,
            identities,
            location,
            time_zone,
            language,
            file_names,
            fields,
            values,
        } = known;
        Self {
            subject,
            text,
            name,
            email,
            identities,
            location,
            time_zone,
            language,
            file_names,
            fields,
            values,
        }
    }
}

fn from_text<'de, S: DeserializeSeed<'de>>(
    seed: S,
    text: &'de str,
) -> Result<S::Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = seed.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// What a newer build wrote, as it stands, if it is JSON at all.
fn listed(stored: &StoredEvent) -> Result<Event, CodecError> {
    /// The one part of the facts that every build so far has had in the same place.
    #[derive(Deserialize)]
    struct Why {
        cause: Arc<Cause>,
    }
    let damaged = |error| CodecError::damaged(Stored::Event).tagged(&stored.tag).because(error);
    let is_json = |text: &str| serde_json::from_str::<Value>(text).map(drop);
    is_json(&stored.facts).map_err(damaged)?;
    stored.personal.as_deref().map_or(Ok(()), is_json).map_err(damaged)?;
    let cause = serde_json::from_str(&stored.facts).map(|Why { cause }| cause);
    let newer = Newer {
        tag: (*stored.tag).into(),
        schema: stored.schema,
        facts: (*stored.facts).into(),
        personal: stored.personal.as_deref().map(Into::into),
    };
    Ok(Event {
        revision: stored.revision,
        at: whole_micros(stored.at),
        cause: cause.unwrap_or_else(|_| Arc::new(unknown_cause())),
        change: Change::Newer(Box::new(newer)),
        personal: None,
    })
}

/// A cause that says nothing: no event was ever decided under revision 0 of the settings.
fn unknown_cause() -> Cause {
    Cause {
        actor: Actor::System,
        command: None,
        correlation: None,
        rule: None,
        parent: None,
        depth: 0,
        settings: Revision::ZERO,
        actor_revision: None,
        claimed_at: None,
    }
}
