//! Agents: who helps, in which role, in which departments, and how much at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::condition::View;
use crate::ids::{AgentId, DepartmentName, Revision};
use crate::people::Party;
use crate::personal::{Erasable, Personal};
use crate::time::{self, Instant};

/// What an agent is to the desk: which tickets they see, and what they may do.
///
/// | role | sees | works on tickets | settings and agents |
/// |---|---|---|---|
/// | Owner | all | yes | yes, owners too |
/// | Admin | all | yes | yes, owners aside |
/// | Agent | by [`AgentSight`](crate::AgentSight) | yes | |
/// | Restricted | their own, and what is [handed](crate::Desk::take_next) to them | yes | |
/// | Light | by [`AgentSight`](crate::AgentSight) | notes only | |
///
/// ```
#[doc = include_str!("../example.txt")]
/// let ben = AgentId::from_u128(9);
/// desk.put_agent(Actor::Host.at(now), ben, AgentProfile::new("Ben").role(Role::Light))?;
/// let ben = Actor::Agent(ben);
///
/// desk.note(ben.at(now), Note::new(id, "The vendor knows this one."))?;
/// let refused = desk.reply(ben.at(now), Reply::new(id, "Unplug it.")).unwrap_err();
/// assert_eq!(refused.to_string(), "light agent: may not write public messages");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees and does everything.
    Owner,
    /// Sees and does everything; may not make or unmake owners.
    Admin,
    /// Works on the tickets in sight.
    #[default]
    Agent,
    /// Works only on tickets assigned to them.
    Restricted,
    /// Reads tickets in sight and writes notes; never answers a customer or owns a ticket. May
    /// open an internal ticket and write on it.
    Light,
}

impl Role {
    /// The party this role plays in permissions.
    pub const fn party(self) -> Party {
        match self {
            Self::Owner => Party::Owner,
            Self::Admin => Party::Admin,
            Self::Agent => Party::Agent,
            Self::Restricted => Party::RestrictedAgent,
            Self::Light => Party::LightAgent,
        }
    }

    /// Whether this role settles the desk's own affairs: settings and agents.
    pub const fn governs(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}

/// What a host says of an agent: everything but the id. [`Desk::put_agent`] puts it on record.
///
/// [`Desk::put_agent`]: crate::Desk::put_agent
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AgentProfile {
    /// The name that colleagues read; 1 to 200 bytes.
    pub name: String,
    /// The agent's e-mail address: one agent of a desk has it, letter case aside.
    pub email: Option<String>,
    /// What the agent is to the desk.
    pub role: Role,
    /// The departments that the agent works in, each one that the settings know.
    pub departments: Vec<DepartmentName>,
    /// How many unresolved tickets the agent may own at once; `None`: any number.
    pub capacity: Option<u32>,
    /// Has left, or is not to act any more. What they own stays theirs until somebody moves it.
    pub deactivated: bool,
}

impl AgentProfile {
    /// An agent of this name, in role [`Role::Agent`], in no department yet.
    ///
    /// ```
    /// # use helpdesk::{AgentProfile, Role};
    /// let anna = AgentProfile::new("Anna").role(Role::Admin).department("billing").capacity(20);
    /// assert_eq!(anna.capacity, Some(20));
    /// ```
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The same agent in another role.
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// The same agent with this e-mail address.
    #[must_use]
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// The same agent, in one more department.
    #[must_use]
    pub fn department(mut self, department: impl Into<DepartmentName>) -> Self {
        self.departments.push(department.into());
        self
    }

    /// The same agent, with at most so many unresolved tickets at once.
    #[must_use]
    pub fn capacity(mut self, tickets: u32) -> Self {
        self.capacity = Some(tickets);
        self
    }

    /// What it says, with the views that the agent keeps: those are the agent's own affair.
    pub(crate) fn facts(&self, views: &[View]) -> AgentChange {
        // In order, each once.
        let departments: BTreeSet<_> = self.departments.iter().cloned().collect();
        AgentChange {
            role: self.role,
            departments: departments.into_iter().collect(),
            capacity: self.capacity,
            deactivated: self.deactivated,
            has_email: self.email.is_some(),
            views: views.to_vec(),
        }
    }

    pub(crate) fn personal(&self) -> Personal {
        Personal {
            name: Some(self.name.as_str().into()),
            email: self.email.as_deref().map(Into::into),
            ..Personal::default()
        }
    }
}

/// An agent as the record stands: who helps, in which role, where, and how much at once.
///
/// Registered with [`Desk::put_agent`](crate::Desk::put_agent), which also has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    id: AgentId,
    revision: Revision,
    #[serde(deserialize_with = "time::truncated")]
    updated_at: DateTime<Utc>,
    name: Erasable<Arc<str>>,
    email: Option<Erasable<Arc<str>>>,
    facts: AgentChange,
}

impl Agent {
    /// Which agent this is.
    pub fn id(&self) -> AgentId {
        self.id
    }

    /// How many events the record has.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// When the host last said something new of the agent.
    pub fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at
    }

    /// The name that colleagues read; empty where it was erased.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The agent's e-mail address, as it was given; `None` where there is none, empty where it
    /// was erased.
    pub fn email(&self) -> Option<&str> {
        self.email.as_ref().map(Erasable::as_str)
    }

    /// Whether the agent's name was erased, and with it the address.
    pub fn is_erased(&self) -> bool {
        self.name.known().is_none()
    }

    /// What the agent is to the desk.
    pub fn role(&self) -> Role {
        self.facts.role
    }

    /// The departments that the agent works in.
    pub fn departments(&self) -> &[DepartmentName] {
        &self.facts.departments
    }

    /// How many unresolved tickets the agent may own at once; `None`: any number.
    pub fn capacity(&self) -> Option<u32> {
        self.facts.capacity
    }

    /// The views that the agent keeps, in the agent's order.
    pub fn views(&self) -> &[View] {
        &self.facts.views
    }

    /// What an event states that changes nothing but the views.
    pub(crate) fn with_views(&self, views: &[View]) -> (AgentChange, Personal) {
        let facts = AgentChange { views: views.to_vec(), ..self.facts.clone() };
        let email = self.email.as_ref().and_then(Erasable::known).cloned();
        let personal = Personal { name: self.name.known().cloned(), email, ..Personal::default() };
        (facts, personal)
    }

    /// What an event states that takes the name and the address away.
    pub(crate) fn nameless(&self) -> AgentChange {
        AgentChange { has_email: false, ..self.facts.clone() }
    }

    /// Whether the agent may act.
    pub fn is_active(&self) -> bool {
        !self.facts.deactivated
    }

    /// Whether the agent works in this department.
    pub fn works_in(&self, department: &DepartmentName) -> bool {
        self.facts.departments.contains(department)
    }

    /// Whether the agent can own a ticket of this department, load aside.
    ///
    /// Light agents own nothing. A ticket with no department can be anybody's.
    pub fn can_own(&self, department: Option<&DepartmentName>) -> bool {
        self.is_active()
            && self.role() != Role::Light
            && department.is_none_or(|department| self.works_in(department))
    }

    /// The head that an event leaves behind. An agent's event says everything anew, so the
    /// head is the last event.
    pub(crate) fn after(
        id: AgentId,
        revision: Revision,
        updated_at: Instant,
        change: &AgentChange,
        personal: Option<&Personal>,
    ) -> Self {
        let name = personal.and_then(|personal| personal.name.clone());
        let email = personal.and_then(|personal| personal.email.clone());
        Self {
            id,
            revision,
            updated_at,
            name: name.into(),
            email: change.has_email.then(|| email.into()),
            facts: change.clone(),
        }
    }

    /// Whether this profile says what is on record already.
    pub(crate) fn is_as(&self, profile: &AgentProfile) -> bool {
        self.facts == profile.facts(&self.facts.views)
            && self.name.known().is_some_and(|name| **name == *profile.name)
            && self.email() == profile.email.as_deref()
    }
}

/// An agent was registered, or what the host says of one changed.
///
/// The name and the address are the event's personal payload.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
// Each event says everything anew: what this build passed over, its next event would lack.
#[serde(deny_unknown_fields)]
pub struct AgentChange {
    /// What the agent is to the desk.
    pub role: Role,
    /// The departments that the agent works in.
    pub departments: Vec<DepartmentName>,
    /// How many unresolved tickets the agent may own at once.
    pub capacity: Option<u32>,
    /// Has left.
    pub deactivated: bool,
    /// Whether an e-mail address is on record.
    pub has_email: bool,
    /// The views that the agent keeps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<View>,
}
