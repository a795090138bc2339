//! Heads as they are stored: what saves reading a whole history, and can always be made anew.

use std::marker::PhantomData;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer};
use serde::{Deserialize, Serialize};

use super::facts::InStorage;
use super::{CodecError, CodecErrorKind, HEAD_SCHEMA, Stored, roomy, strict, text};
use crate::ids::{Key, RecordKind};
use crate::people::{Agent, Contact, Organisation};
use crate::record::{Head, InForce};
use crate::settings::SettingsDraft;
use crate::ticket::Ticket;
use crate::time;

/// A head in columns: see [`encode_head`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredHead {
    /// The number of the form that it is written in; [`HEAD_SCHEMA`] is this build's.
    pub schema: u16,
    /// The head, as JSON text.
    pub head: String,
}

/// Writes a head.
///
/// ```
#[doc = include_str!("../../example.txt")]
/// use helpdesk::store::codec;
///
/// let record = desk.record(Key::ticket(desk.id(), id))?.unwrap();
/// let stored = codec::encode_head(&record.head).unwrap();
/// assert_eq!(codec::decode_head(record.key, &stored).unwrap(), record.head);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
///
/// # Errors
///
/// [`CodecErrorKind::Unwritable`], which no head of the crate's own making is.
pub fn encode_head(head: &Head) -> Result<StoredHead, CodecError> {
    #[derive(Serialize)]
    struct Force<'a> {
        settings: &'a SettingsDraft,
        since: DateTime<Utc>,
    }
    let written = match head {
        Head::Ticket(ticket) => roomy(&**ticket, 3000),
        Head::Agent(agent) => text(&**agent),
        Head::Contact(contact) => text(&**contact),
        Head::Organisation(organisation) => text(&**organisation),
        Head::Settings(in_force) => {
            text(&Force { settings: in_force.settings.draft(), since: in_force.since })
        }
    };
    let head = written.map_err(CodecError::unwritable(Stored::Head))?;
    Ok(StoredHead { schema: HEAD_SCHEMA, head })
}

/// Reads the head of this record.
///
/// A head of an older build is not read: it may lack what the rules of this build look at. Fold
/// the record's history ([`fold`](crate::fold)), use what that gives, and write it back.
///
/// # Errors
///
/// - [`CodecErrorKind::Newer`] where a newer build wrote it, by its schema number, or by a name
///   or a field that this build does not know, in whichever of its parts. It is never read by
///   half: what this build decided on it would be a guess, and what it wrote back would lack
///   what it dropped.
/// - [`CodecErrorKind::Older`] where an older build wrote it.
/// - [`CodecErrorKind::Damaged`] where it is no head, or another record's. A second name beside the one
///   of an enum (`{"contact":…,"agent":…}`) is damage: no build writes that.
pub fn decode_head(key: Key, stored: &StoredHead) -> Result<Head, CodecError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Force {
        settings: InStorage,
        #[serde(deserialize_with = "time::truncated")]
        since: DateTime<Utc>,
    }
    let tag = match key.kind {
        RecordKind::Ticket => "ticket",
        RecordKind::Agent => "agent",
        RecordKind::Settings => "settings",
        RecordKind::Contact => "contact",
        RecordKind::Organisation => "organisation",
    };
    if stored.schema != HEAD_SCHEMA {
        let newer = stored.schema > HEAD_SCHEMA;
        let kind = if newer { CodecErrorKind::Newer } else { CodecErrorKind::Older };
        return Err(CodecError::new(kind, Stored::Head).tagged(tag));
    }
    let text = &*stored.head;
    let another = || CodecError::damaged(Stored::Head);
    let head = match key.kind {
        RecordKind::Ticket => read::<Ticket>(Stored::Head, text).and_then(|ticket| {
            let own = Some(ticket.id()) == key.as_ticket();
            if own { Ok(Head::Ticket(Arc::new(ticket))) } else { Err(another()) }
        }),
        RecordKind::Agent => read::<Agent>(Stored::Head, text).and_then(|agent| {
            let own = Some(agent.id()) == key.as_agent();
            if own { Ok(Head::Agent(Arc::new(agent))) } else { Err(another()) }
        }),
        RecordKind::Settings => read::<Force>(Stored::Head, text).map(|force| {
            let settings = force.settings.0;
            Head::Settings(Arc::new(InForce { settings, since: force.since }))
        }),
        RecordKind::Contact => read::<Contact>(Stored::Head, text).and_then(|contact| {
            let own = Some(contact.id()) == key.as_contact();
            if own { Ok(Head::Contact(Arc::new(contact))) } else { Err(another()) }
        }),
        RecordKind::Organisation => {
            read::<Organisation>(Stored::Head, text).and_then(|organisation| {
                let own = Some(organisation.id()) == key.as_organisation();
                if own { Ok(Head::Organisation(Arc::new(organisation))) } else { Err(another()) }
            })
        }
    };
    head.map_err(|error| error.tagged(tag))
}

/// Reads a value that is one text; on failure, says whether a newer build wrote it.
pub(super) fn read<T: DeserializeOwned>(what: Stored, text: &str) -> Result<T, CodecError> {
    serde_json::from_str(text).map_err(|error| {
        CodecError::unreadable(what, strict::why(text, Any::<T>(PhantomData)), error)
    })
}

/// Reads anything.
struct Any<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Any<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::deserialize(deserializer)
    }
}
