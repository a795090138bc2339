//! Who is who: short names of agents and mail addresses of customers, as ids.
//!
//! The ids are the host's to choose. An agent's is their short name itself, so that it can be read
//! back; a contact's is computed from the address, so that who writes twice is one contact, also
//! where two processes open their first tickets at once.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::str::FromStr;

use helpdesk::{AgentId, CommandId, ContactId, TicketId};
use uuid::{Builder, Uuid};

use super::clock::Now;

/// An agent's short name: 1 to 16 bytes, which are the agent's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Handle(String);

impl Handle {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn id(&self) -> AgentId {
        let id = self.0.bytes().fold(0, |id: u128, byte| id << 8 | u128::from(byte));
        AgentId::from_u128(id)
    }

    /// The short name that this id is; of another host's agent, the id as it is.
    pub(crate) fn of(id: AgentId) -> String {
        let bytes = id.as_uuid().as_bytes().iter().copied().skip_while(|byte| *byte == 0);
        let name = String::from_utf8(bytes.collect()).ok().and_then(|name| name.parse().ok());
        name.map_or_else(|| id.to_string(), |Self(name)| name)
    }
}

impl FromStr for Handle {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        if (1..=16).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("`{text}` is no short name: 1 to 16 of a-z, 0-9, `.`, `_` and `-`"))
        }
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Host,
    Agent(Handle),
    /// By their mail address.
    Customer(String),
}

impl FromStr for Who {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "host" => Ok(Self::Host),
            Some(("agent", name)) => name.parse().map(Self::Agent),
            Some(("customer", mail)) if mail.contains('@') => Ok(Self::Customer(mail.to_owned())),
            _ => Err("expected `agent:NAME`, `customer:MAIL` or `host`".to_owned()),
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("host"),
            Self::Agent(Handle(name)) => write!(f, "agent:{name}"),
            Self::Customer(mail) => write!(f, "customer:{mail}"),
        }
    }
}

/// The id under which somebody with this address is put on record, if nobody is.
pub(crate) fn contact_id(mail: &str) -> ContactId {
    let name = format!("mailto:{}", mail.to_lowercase());
    ContactId::from_uuid(Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()))
}

/// The command of this name.
pub(crate) fn command_id(name: &str) -> CommandId {
    let named = || Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes());
    CommandId::from_uuid(Uuid::try_parse(name).unwrap_or_else(|_| named()))
}

/// The id of a ticket to be opened. A command that is sent again must name the same ticket, so where
/// the command has a name, that decides; version 8, as the crate keeps version 5 to itself.
pub(crate) fn ticket_id(now: Now, command: Option<CommandId>) -> TicketId {
    match command {
        Some(command) => {
            let named = Uuid::new_v5(command.as_uuid(), b"ticket");
            TicketId::from_uuid(Builder::from_custom_bytes(named.into_bytes()).into_uuid())
        }
        None => {
            let mut entropy = [0; 10];
            let random = RandomState::new();
            let drawn = random.hash_one(0).to_le_bytes().into_iter();
            let more = random.hash_one(1).to_le_bytes();
            entropy.iter_mut().zip(drawn.chain(more)).for_each(|(byte, drawn)| *byte = drawn);
            TicketId::v7(now, entropy)
        }
    }
}
