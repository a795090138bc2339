//! Who acts, who wrote, and whether it counts as an answer: one table, in one place.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::condition::Literal;
use crate::ids::{AgentId, BotName, ContactId, GuestId};
use crate::people::Role;

/// Who gives a command. The host authenticates; the crate authorises.
///
/// [`Actor::at`] says when, and begins a [`Context`](crate::Context):
///
/// ```
/// # use helpdesk::{Actor, AgentId};
/// let now = "2026-03-02T09:00:00Z".parse().unwrap();
/// let anna = Actor::Agent(AgentId::from_u128(8));
/// assert_eq!(anna.at(now).actor, anna);
/// assert_eq!(Actor::Bot("greeter".into()).to_string(), "bot greeter");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Actor {
    /// A contact: the customer.
    Customer(ContactId),
    /// An agent of the desk; the role comes from the agent's record.
    Agent(AgentId),
    /// A bot of the host, such as a chat assistant.
    Bot(BotName),
    /// A machine answering in a contact's name: an absence notice, a delivery report.
    AutoResponder(ContactId),
    /// Somebody who comes by a link to one ticket, without an account: see
    /// [`GrantAccess`](crate::command::GrantAccess).
    Guest(GuestId),
    /// The host application itself, trusted with everything but what only an agent can do for
    /// themselves ([`Take`](crate::command::Take)).
    Host,
    /// The crate's own timers, and its relay. A host does not act as this, except to tick, to route, and
    /// for a relay of its own to report what that gave up.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer(id) => write!(f, "customer {id}"),
            Self::Agent(id) => write!(f, "agent {id}"),
            Self::Bot(name) => write!(f, "bot {name}"),
            Self::AutoResponder(id) => write!(f, "auto-responder of {id}"),
            Self::Guest(id) => write!(f, "guest {id}"),
            Self::Host => f.write_str("the host"),
            Self::System => f.write_str("the system"),
        }
    }
}

/// The part that an actor plays in permissions: what a workflow's [transitions] name.
///
/// [transitions]: crate::Transition::by
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// A contact.
    Customer,
    /// An agent with role [`Role::Owner`].
    Owner,
    /// An agent with role [`Role::Admin`].
    Admin,
    /// An agent with role [`Role::Agent`].
    Agent,
    /// An agent with role [`Role::Restricted`].
    RestrictedAgent,
    /// An agent with role [`Role::Light`].
    LightAgent,
    /// A bot.
    Bot,
    /// A machine answering in a contact's name.
    AutoResponder,
    /// Somebody who comes by a link to one ticket.
    Guest,
    /// The host application.
    Host,
    /// The crate's own timers.
    System,
}

impl Party {
    /// Every party.
    pub const ALL: [Self; 11] = [
        Self::Customer,
        Self::Owner,
        Self::Admin,
        Self::Agent,
        Self::RestrictedAgent,
        Self::LightAgent,
        Self::Bot,
        Self::AutoResponder,
        Self::Guest,
        Self::Host,
        Self::System,
    ];

    /// Those who work on tickets: every agent but the light one, and the host.
    pub const STAFF: [Self; 5] =
        [Self::Owner, Self::Admin, Self::Agent, Self::RestrictedAgent, Self::Host];

    /// The party's name as settings write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Agent => "agent",
            Self::RestrictedAgent => "restricted_agent",
            Self::LightAgent => "light_agent",
            Self::Bot => "bot",
            Self::AutoResponder => "auto_responder",
            Self::Guest => "guest",
            Self::Host => "host",
            Self::System => "system",
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::RestrictedAgent => "restricted agent",
            Self::LightAgent => "light agent",
            Self::AutoResponder => "auto-responder",
            other => other.as_str(),
        })
    }
}

/// Who asks: a contact on a customer ticket, an agent on an internal one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Requester {
    /// A customer's request.
    Contact(ContactId),
    /// One agent's request to others: an internal ticket, which no customer ever sees.
    Agent(AgentId),
}

impl From<ContactId> for Requester {
    fn from(id: ContactId) -> Self {
        Self::Contact(id)
    }
}

impl From<AgentId> for Requester {
    fn from(id: AgentId) -> Self {
        Self::Agent(id)
    }
}

/// As conditions write it.
impl From<Requester> for Literal {
    fn from(requester: Requester) -> Self {
        match requester {
            Requester::Contact(id) => id.into(),
            Requester::Agent(id) => id.into(),
        }
    }
}

/// Somebody who is told of public messages on a ticket beside its requester: of answers, and of what
/// others than they themselves write on the requester's side.
///
/// A contact comes to see the ticket by following it; an agent has to see it already
/// ([`CannotSee`](crate::Refusal::CannotSee)).
///
/// ```
#[doc = include_str!("../example.txt")]
/// let mut edit = Edit::new(id);
/// edit.follow.insert(Follower::Contact(ContactId::from_u128(70)));
/// let edited = desk.edit(agent.at(now), edit)?;
/// assert_eq!(edited.ticket().unwrap().followers().len(), 1);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Follower {
    /// A contact: a carbon copy. Not told of internal tickets.
    Contact(ContactId),
    /// An agent.
    Agent(AgentId),
}

impl From<Requester> for Follower {
    fn from(requester: Requester) -> Self {
        match requester {
            Requester::Contact(id) => Self::Contact(id),
            Requester::Agent(id) => Self::Agent(id),
        }
    }
}

/// Who wrote a message, by type, so that what counts as an answer is one table
/// ([`part`](Self::part)).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Author {
    /// A contact.
    Customer(ContactId),
    /// A human agent.
    Agent(AgentId),
    /// A light agent, who writes notes.
    LightAgent(AgentId),
    /// A bot of the host.
    Bot(BotName),
    /// A machine answering in a contact's name.
    AutoResponder(ContactId),
    /// The host application.
    Host,
}

impl Author {
    pub(crate) fn of_agent(id: AgentId, role: Role) -> Self {
        match role {
            Role::Owner | Role::Admin | Role::Agent | Role::Restricted => Self::Agent(id),
            Role::Light => Self::LightAgent(id),
        }
    }

    /// What kind of author it is, in one word, as conditions write it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Customer(_) => "customer",
            Self::Agent(_) => "agent",
            Self::LightAgent(_) => "light_agent",
            Self::Bot(_) => "bot",
            Self::AutoResponder(_) => "auto_responder",
            Self::Host => "host",
        }
    }

    /// The part that a public message by this author plays in a conversation.
    ///
    /// This is the one table that says what counts: only a human agent answers, and every contact
    /// asks: who asked, and whoever else writes on their side (with a copy, as a colleague, as a
    /// guest in somebody's name), since no customer's word may be lost. On an internal ticket the
    /// asking agent plays the customer's part.
    ///
    /// ```
    /// # use helpdesk::{AgentId, Author, ContactId, Part, Requester};
    /// let (maria, anna) = (ContactId::from_u128(1), AgentId::from_u128(2));
    /// let asked_by = Requester::Contact(maria);
    /// assert_eq!(Author::Customer(maria).part(asked_by), Part::Asks);
    /// assert_eq!(Author::Customer(ContactId::from_u128(9)).part(asked_by), Part::Asks);
    /// assert_eq!(Author::Agent(anna).part(asked_by), Part::Answers);
    /// assert_eq!(Author::AutoResponder(maria).part(asked_by), Part::Neither);
    /// assert_eq!(Author::Agent(anna).part(Requester::Agent(anna)), Part::Asks);
    /// ```
    pub fn part(&self, requester: Requester) -> Part {
        match (self, requester) {
            (Self::Agent(id) | Self::LightAgent(id), Requester::Agent(asker)) if *id == asker => {
                Part::Asks
            }
            (Self::Customer(_), _) => Part::Asks,
            (Self::Agent(_), _) => Part::Answers,
            (Self::LightAgent(_) | Self::Bot(_) | Self::AutoResponder(_) | Self::Host, _) => {
                Part::Neither
            }
        }
    }
}

/// What a public message does to the conversation: whose turn it is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// It asks: it waits for an answer.
    Asks,
    /// It answers what was asked.
    Answers,
    /// It does neither: bots, auto-replies, the host, light agents, and every note.
    Neither,
}
