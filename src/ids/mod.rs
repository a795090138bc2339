//! Ids of everything that has a life, and the names by which settings speak of their parts.

mod names;
mod parse;
mod reference;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use names::{
    BotName, CalendarName, CategoryName, ContractName, Correlation, CustomerGroupName,
    DepartmentName, FieldName, HostActionName, ImpactName, LanguageTag, PriorityName, ProviderName,
    ReasonName, ReceivedAt, ResolutionCode, RuleName, SkillName, SlaLevelName, SlaPolicyName,
    StatusName, SubjectKind, SubjectRole, Tag, UrgencyName, ViewName, VisitorId,
};
pub(crate) use names::{label_problem, name_problem};
pub use parse::NotAnId;
pub(crate) use parse::number;
pub use reference::{NotAReference, Reference, TicketNumber};

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

        /// Reads what `Display` writes, in either letter case, and the other text forms of a UUID.
        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let id = Uuid::try_parse(text);
                id.map(Self).map_err(|_| NotAnId::of(stringify!($name), "a UUID", text))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    )*};
}

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
    /// request or of an incoming mail serves, made into a UUID: [`CommandId::named`]. See
    /// [`Context::once`].
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

    /// The id of the ticket that this command opens: the same each time it is sent, as it must be for
    /// a command with an id. A UUID of version 8, for hosts that keep no id of the ticket between two
    /// tries.
    ///
    /// ```
    /// use helpdesk::{CommandId, TicketId};
    ///
    /// let mail = CommandId::named("<4711@example.com>");
    /// assert_eq!(TicketId::of(mail), TicketId::of(mail));
    /// assert_ne!(TicketId::of(mail), TicketId::of(CommandId::named("<4712@example.com>")));
    /// ```
    pub fn of(command: CommandId) -> Self {
        // No version 5: such ids are the desk's own.
        let id = Uuid::new_v5(&command.0, b"ticket");
        Self(uuid::Builder::from_custom_bytes(id.into_bytes()).into_uuid())
    }

    /// The id of the ticket that a decision on this one opens: a function of the revision
    /// that opened it, so that deciding again gives the same id.
    pub(crate) fn follow_up(self, revision: Revision) -> Self {
        Self(Uuid::new_v5(&self.0, format!("{revision}/0").as_bytes()))
    }
}

/// The space of commands that are named by a text.
const COMMANDS: Uuid = Uuid::from_u128(0x9a1b_6f0e_52d4_4c37_b8e1_0d73_c5f2_4a96);

impl CommandId {
    /// The command of this name: what the host has that is the same each time it is sent, such as the
    /// id of a request, or the sender and the `Message-ID` of a mail, which alone is anybody's to choose. The
    /// same text is the same id, in every version.
    ///
    /// ```
    /// use helpdesk::CommandId;
    ///
    /// let mail = CommandId::named("maria@example.com <4711@example.com>");
    /// assert_eq!(mail, CommandId::named("maria@example.com <4711@example.com>"));
    /// assert_eq!(mail.to_string(), "b01dde5d-6e2d-58d0-8540-790c65d16390");
    /// ```
    pub fn named(text: &str) -> Self {
        Self(Uuid::new_v5(&COMMANDS, text.as_bytes()))
    }

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

impl FromStr for Revision {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        number("Revision", text).map(Self)
    }
}
