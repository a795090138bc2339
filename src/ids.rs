//! Ids of everything that has a life, and the names by which settings speak of their parts.

mod reference;

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

pub use reference::{NotAReference, Reference};

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that the host made.
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            /// The id with this 128-bit value; handy in tests and examples.
            pub const fn from_u128(id: u128) -> Self {
                Self(Uuid::from_u128(id))
            }

            /// The UUID itself.
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match Uuid::try_parse(text) {
                    Ok(id) => Ok(Self(id)),
                    Err(_) => Err(NotAnId(text.chars().take(80).collect())),
                }
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    )*};
}

/// A text is not an id, which is a UUID.
///
/// ```
/// # use helpdesk::TicketId;
/// let id = TicketId::from_u128(7);
/// assert_eq!(id.to_string().parse(), Ok(id));
/// assert_eq!(
///     "7".parse::<TicketId>().unwrap_err().to_string(),
///     "`7` is not an id: expected a UUID"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an id: expected a UUID")]
pub struct NotAnId(String);

uuid_ids! {
    /// A desk: one tenant with its own settings, numbering, agents and tickets. Nothing crosses
    /// from one desk to another.
    DeskId;
    /// A ticket. The host makes it (UUIDv7 keeps a database's index compact); people read its
    /// [`Reference`].
    TicketId;
    /// A contact: somebody who asks for help. The host's own id of them; the desk may keep a
    /// record ([`Contact`](crate::Contact)), and needs none.
    ContactId;
    /// An organisation that contacts belong to.
    OrganisationId;
    /// An agent: somebody who helps.
    AgentId;
    /// Somebody who comes by a link to one ticket, without an account: a digest of the link's
    /// secret, which [`GuestId::of`] computes.
    GuestId;
    /// A command, named by the host so that sending it twice does it once: the id of a web
    /// request or of an incoming mail serves, made into a UUID. See [`Context::once`].
    ///
    /// [`Context::once`]: crate::Context::once
    CommandId;
}

impl TicketId {
    /// A UUIDv7 for `now` with ten bytes of randomness that the host supplies; the crate draws
    /// none. An id of a later millisecond sorts after it.
    ///
    /// ```
    /// # use helpdesk::TicketId;
    /// let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// let id = TicketId::v7(now, [7; 10]);
    /// assert_eq!(id.as_uuid().get_version_num(), 7);
    /// ```
    pub fn v7(now: chrono::DateTime<chrono::Utc>, entropy: [u8; 10]) -> Self {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &entropy).into_uuid())
    }

    /// The id of the ticket that a decision on this one opens: a function of the revision
    /// that opened it, so that deciding again gives the same id.
    pub(crate) fn follow_up(self, revision: Revision) -> Self {
        Self(Uuid::new_v5(&self.0, format!("{revision}/0").as_bytes()))
    }
}

impl CommandId {
    /// The command of this name, for one ticket of many.
    pub(crate) fn of(self, ticket: TicketId) -> Self {
        Self(Uuid::new_v5(&self.0, ticket.0.as_bytes()))
    }
}

impl ContactId {
    /// What a contact without a name is called: a function of the id.
    pub(crate) fn visitor(self) -> VisitorId {
        let digest = Uuid::new_v5(&self.0, b"visitor").simple().to_string();
        VisitorId::from(format!("visitor-{}", digest.get(..6).unwrap_or(&digest)))
    }
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// Short text, compared byte by byte, cheap to clone.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self(name.into())
            }
        }

        impl From<String> for $name {
            fn from(name: String) -> Self {
                Self(name.into())
            }
        }

        impl From<&$name> for $name {
            fn from(name: &$name) -> Self {
                name.clone()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                &*self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                &*self.0 == *other
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Arc::<str>::deserialize(deserializer).map(Self)
            }
        }
    )*};
}

names! {
    /// A status of the workflow, such as `open` or `in_progress`; 1 to 64 bytes.
    ///
    /// Any text can be made into a name; what cannot be one is refused where the settings are
    /// built. All names compare with plain text:
    ///
    /// ```
    /// # use helpdesk::StatusName;
    /// let name = StatusName::from("open");
    /// assert_eq!(name, "open");
    /// assert_ne!(name, "Open", "letter case counts");
    /// ```
    StatusName;
    /// Why a ticket waits, from the workflow's list, such as `vendor`; 1 to 64 bytes.
    ReasonName;
    /// A department of the settings, such as `billing`; 1 to 64 bytes.
    DepartmentName;
    /// What a ticket is about, from the settings' list, such as `technical`; 1 to 64 bytes.
    CategoryName;
    /// A step of the priority scale, such as `high`; 1 to 64 bytes. [`Priority`] has its rank.
    ///
    /// [`Priority`]: crate::Priority
    PriorityName;
    /// A step of the impact scale of the priority matrix: how many it touches; 1 to 64 bytes.
    ImpactName;
    /// A step of the urgency scale of the priority matrix: how soon it hurts; 1 to 64 bytes.
    UrgencyName;
    /// A typed custom field of the settings, such as `order_number`; 1 to 64 bytes.
    FieldName;
    /// How a ticket ended, from the settings' list, such as `solved`; 1 to 64 bytes.
    ResolutionCode;
    /// A free label on a ticket: 1 to 64 bytes, no blank at its edge, no control character.
    ///
    /// There is no list of those that exist. Checked by the command that adds it.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let mut edit = Edit::new(id);
    /// edit.add_tags = [Tag::from("printer"), Tag::from("fire")].into();
    /// let edited = desk.edit(agent.at(now), edit)?;
    /// assert_eq!(edited.ticket().unwrap().tags(), ["fire", "printer"]);
    ///
    /// let mut edit = Edit::new(id);
    /// edit.add_tags = [Tag::from(" printer")].into();
    /// let refused = desk.edit(agent.at(now), edit).unwrap_err();
    /// assert_eq!(refused.refusal().unwrap().code(), "bad_name");
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    Tag;
    /// The kind of one of the host's own objects, such as `order`; 1 to 64 bytes, with no colon and
    /// no slash in it. [`SubjectRef`](crate::SubjectRef) has an example.
    SubjectKind;
    /// What one of the host's objects has to do with a ticket, such as `disputed`; 1 to 64 bytes,
    /// with no colon and no slash in it.
    SubjectRole;
    /// Another system that has a name for a ticket, such as `jira`; 1 to 64 bytes, with no colon
    /// in it. [`ExternalRef`](crate::ExternalRef) has an example.
    ProviderName;
    /// The address or the form that received a request, such as `billing@example.com`; 1 to 254
    /// bytes.
    ReceivedAt;
    /// A view that is kept, such as `urgent`; 1 to 64 bytes.
    ViewName;
    /// What a contact without a name is called, such as `visitor-7f3a9c`.
    VisitorId;
    /// A group of customers, from the settings' list, such as `gold`; 1 to 64 bytes.
    CustomerGroupName;
    /// The contract of an organisation, such as `premium-2026`; 1 to 64 bytes.
    ContractName;
    /// A bot of the host, such as `greeter`; 1 to 64 bytes. It stands in every event of the bot's.
    BotName;
    /// The host's own correlation id, such as that of a web request, carried into events and
    /// notices; 1 to 254 bytes.
    Correlation;
}

/// What keeps a text from being a name, if anything.
pub(crate) fn name_problem(name: &str) -> Option<&'static str> {
    if name.len() > 64 { Some("is longer than 64 bytes") } else { label_problem(name) }
}

/// What keeps a text of any length from being the name of something.
pub(crate) fn label_problem(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("is empty")
    } else if name.trim() != name {
        Some("has a blank at its edge")
    } else if name.chars().any(char::is_control) {
        Some("has a control character")
    } else {
        None
    }
}

/// The kinds of record that a store keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordKind {
    /// The desk's settings; its id is the desk's.
    Settings,
    /// An agent.
    Agent,
    /// A contact.
    Contact,
    /// An organisation.
    Organisation,
    /// A ticket.
    Ticket,
}

/// Names one record in a store: whose it is, what it is, which one.
///
/// ```
/// # use helpdesk::{DeskId, Key, TicketId};
/// let (desk, id) = (DeskId::from_u128(1), TicketId::from_u128(2));
/// let key = Key::ticket(desk, id);
/// assert_eq!(key.as_ticket(), Some(id));
/// assert_eq!(key.as_agent(), None);
/// assert_eq!(key.to_string(), "ticket 00000000-0000-0000-0000-000000000002");
/// ```
///
/// Keys are ordered; a store that locks rows locks them in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The desk that the record belongs to.
    pub desk: DeskId,
    /// What kind of record it is.
    pub kind: RecordKind,
    /// Which one.
    pub id: Uuid,
}

impl Key {
    /// The key of a ticket.
    pub const fn ticket(desk: DeskId, id: TicketId) -> Self {
        Self { desk, kind: RecordKind::Ticket, id: id.0 }
    }

    /// The key of an agent.
    pub const fn agent(desk: DeskId, id: AgentId) -> Self {
        Self { desk, kind: RecordKind::Agent, id: id.0 }
    }

    /// The key of a contact.
    pub const fn contact(desk: DeskId, id: ContactId) -> Self {
        Self { desk, kind: RecordKind::Contact, id: id.0 }
    }

    /// The key of an organisation.
    pub const fn organisation(desk: DeskId, id: OrganisationId) -> Self {
        Self { desk, kind: RecordKind::Organisation, id: id.0 }
    }

    /// The key of the desk's settings.
    pub const fn settings(desk: DeskId) -> Self {
        Self { desk, kind: RecordKind::Settings, id: desk.0 }
    }

    /// The ticket that this key names, if it names one.
    pub fn as_ticket(&self) -> Option<TicketId> {
        (self.kind == RecordKind::Ticket).then_some(TicketId(self.id))
    }

    /// The agent that this key names, if it names one.
    pub fn as_agent(&self) -> Option<AgentId> {
        (self.kind == RecordKind::Agent).then_some(AgentId(self.id))
    }

    /// The contact that this key names, if it names one.
    pub fn as_contact(&self) -> Option<ContactId> {
        (self.kind == RecordKind::Contact).then_some(ContactId(self.id))
    }

    /// The organisation that this key names, if it names one.
    pub fn as_organisation(&self) -> Option<OrganisationId> {
        (self.kind == RecordKind::Organisation).then_some(OrganisationId(self.id))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            RecordKind::Settings => "settings",
            RecordKind::Agent => "agent",
            RecordKind::Contact => "contact",
            RecordKind::Organisation => "organisation",
            RecordKind::Ticket => "ticket",
        };
        write!(f, "{kind} {}", self.id)
    }
}

/// How many events a record has; the first event is revision 1, and there are no gaps. Also an
/// event's place in its record.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Revision(pub u64);

impl Revision {
    /// Before the first event.
    pub const ZERO: Self = Self(0);

    /// The revision after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The number in a ticket's human reference: unique in its desk, increasing from 1. An opening
/// that failed may leave a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TicketNumber(pub u64);

impl fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
