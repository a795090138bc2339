//! Agents: who helps, in which role, in which departments, and how much at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::condition::View;
use crate::ids::{AgentId, CalendarName, DepartmentName, LanguageTag, Revision, SkillName};
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
    /// How much unresolved work the agent may own at once, each ticket counted by the
    /// [weight](crate::RoutingSettings::weights) of its channel, which is 1 where the settings say
    /// nothing; `None`: any amount.
    pub capacity: Option<u32>,
    /// Has left, or is not to act any more. What they own stays theirs until somebody moves it.
    pub deactivated: bool,
    /// What the agent can do, and how well: each 1 to 10; at most 100. Default nothing.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub skills: BTreeMap<SkillName, u8>,
    /// The languages that the agent speaks, as BCP 47 tags such as `it` or `pt-BR`; at most 100.
    /// Their form is checked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<LanguageTag>,
    /// When the agent works: a calendar of the settings. Default always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarName>,
    /// How many unresolved tickets of a channel the agent may own at once, by the channel as
    /// conditions write it (`email`, `social:mastodon`); at most 100. Default any number of each.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub channel_capacity: BTreeMap<Arc<str>, u32>,
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

    /// The same agent, with at most so much unresolved work at once.
    #[must_use]
    pub fn capacity(mut self, work: u32) -> Self {
        self.capacity = Some(work);
        self
    }

    /// The same agent, with this skill at this level: 1 to 10.
    #[must_use]
    pub fn skill(mut self, skill: impl Into<SkillName>, level: u8) -> Self {
        self.skills.insert(skill.into(), level);
        self
    }

    /// The same agent, who speaks one more language.
    #[must_use]
    pub fn language(mut self, language: impl Into<LanguageTag>) -> Self {
        self.languages.push(language.into());
        self
    }

    /// The same agent, at work in the hours of this calendar of the settings.
    #[must_use]
    pub fn calendar(mut self, calendar: impl Into<CalendarName>) -> Self {
        self.calendar = Some(calendar.into());
        self
    }

    /// The same agent, with at most so many unresolved tickets of this channel at once.
    #[must_use]
    pub fn channel_capacity(mut self, channel: impl Into<Arc<str>>, tickets: u32) -> Self {
        self.channel_capacity.insert(channel.into(), tickets);
        self
    }

    /// What it says, with what is the agent's own affair: the views that they keep, and whether
    /// they are there.
    pub(crate) fn facts(&self, known: Option<&Agent>) -> AgentChange {
        // In order, each once.
        let departments: BTreeSet<_> = self.departments.iter().cloned().collect();
        let languages: BTreeSet<_> = self.languages.iter().cloned().collect();
        AgentChange {
            role: self.role,
            departments: departments.into_iter().collect(),
            capacity: self.capacity,
            deactivated: self.deactivated,
            has_email: self.email.is_some(),
            views: known.map_or_else(Vec::new, |known| known.facts.views.clone()),
            skills: self.skills.clone(),
            languages: languages.into_iter().collect(),
            calendar: self.calendar.clone(),
            channel_capacity: self.channel_capacity.clone(),
            unavailable: known.is_some_and(|known| known.facts.unavailable),
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

    /// How much unresolved work the agent may own at once; `None`: any amount.
    pub fn capacity(&self) -> Option<u32> {
        self.facts.capacity
    }

    /// How many unresolved tickets of a channel the agent may own at once, by channel; of one that
    /// is not named any number.
    pub fn channel_capacity(&self) -> &BTreeMap<Arc<str>, u32> {
        &self.facts.channel_capacity
    }

    /// What the agent can do, and how well: each 1 to 10.
    pub fn skills(&self) -> &BTreeMap<SkillName, u8> {
        &self.facts.skills
    }

    /// The languages that the agent speaks, in order.
    pub fn languages(&self) -> &[LanguageTag] {
        &self.facts.languages
    }

    /// The calendar of the settings by which the agent works; `None`: at any time.
    pub fn calendar(&self) -> Option<&CalendarName> {
        self.facts.calendar.as_ref()
    }

    /// Whether the agent takes work: what [`SetAvailability`](crate::command::SetAvailability)
    /// says. Default yes.
    pub fn is_available(&self) -> bool {
        !self.facts.unavailable
    }

    /// The views that the agent keeps, in the agent's order.
    pub fn views(&self) -> &[View] {
        &self.facts.views
    }

    /// What an event states that changes nothing but the views.
    pub(crate) fn with_views(&self, views: &[View]) -> (AgentChange, Personal) {
        (AgentChange { views: views.to_vec(), ..self.facts.clone() }, self.personal())
    }

    /// What an event states that changes nothing but whether the agent takes work.
    pub(crate) fn with_availability(&self, available: bool) -> (AgentChange, Personal) {
        (AgentChange { unavailable: !available, ..self.facts.clone() }, self.personal())
    }

    /// What is known of the agent's name and address.
    fn personal(&self) -> Personal {
        let email = self.email.as_ref().and_then(Erasable::known).cloned();
        Personal { name: self.name.known().cloned(), email, ..Personal::default() }
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
        self.facts == profile.facts(Some(self))
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
    /// What the agent can do, and how well: 1 to 10.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub skills: BTreeMap<SkillName, u8>,
    /// The languages that the agent speaks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<LanguageTag>,
    /// The calendar by which the agent works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarName>,
    /// How many unresolved tickets of a channel the agent may own at once.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub channel_capacity: BTreeMap<Arc<str>, u32>,
    /// Whether the agent takes no work.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unavailable: bool,
}
