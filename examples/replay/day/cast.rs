//! The generated day's desk: its settings, its departments, who works there, who asks.

use helpdesk::{
    AgentId, AgentProfile, ContactId, Department, Role, Settings, SettingsDraft, SettingsError,
};

/// The departments, with their tiers.
pub(super) const DEPARTMENTS: [(&str, u8); 3] =
    [("first_line", 0), ("billing", 0), ("second_line", 1)];

pub(super) const FIRST_LINE: usize = 0;
pub(super) const BILLING: usize = 1;
pub(super) const SECOND_LINE: usize = 2;

/// How many people there are who may write.
pub(super) const CONTACTS: u32 = 400;

/// Somebody at the desk.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: &'static str,
    /// The department; `None`: all of them.
    pub(super) department: Option<usize>,
    pub(super) role: Role,
    /// How many unresolved tickets at once.
    pub(super) capacity: Option<u32>,
}

const fn agent(name: &'static str, department: usize, capacity: u32) -> Member {
    Member { name, department: Some(department), role: Role::Agent, capacity: Some(capacity) }
}

/// Twelve agents, a lead, and somebody from the product team who only reads and notes.
pub(super) const MEMBERS: [Member; 14] = [
    Member { name: "Ida", department: None, role: Role::Admin, capacity: None },
    Member { name: "Sam", department: None, role: Role::Light, capacity: None },
    agent("Anna", FIRST_LINE, 25),
    agent("Boris", FIRST_LINE, 25),
    agent("Chen", FIRST_LINE, 25),
    agent("Dora", FIRST_LINE, 25),
    agent("Emil", FIRST_LINE, 25),
    agent("Fatma", FIRST_LINE, 25),
    // New at the desk.
    agent("Gus", FIRST_LINE, 5),
    agent("Hana", BILLING, 20),
    agent("Ivo", BILLING, 20),
    agent("Jana", SECOND_LINE, 15),
    agent("Karl", SECOND_LINE, 15),
    agent("Lea", SECOND_LINE, 15),
];

/// Where the lead and the reader stand among the members.
pub(super) const LEAD: usize = 0;
pub(super) const READER: usize = 1;

impl Member {
    /// Whether they own tickets of this department; the lead only helps out.
    pub(super) fn serves(&self, department: usize) -> bool {
        self.department == Some(department)
    }

    pub(super) fn profile(&self) -> AgentProfile {
        let profile = AgentProfile::new(self.name).role(self.role);
        let profile = DEPARTMENTS
            .iter()
            .enumerate()
            .filter(|(index, _)| self.department.is_none_or(|own| own == *index))
            .fold(profile, |profile, (_, (name, _))| profile.department(*name));
        match self.capacity {
            Some(tickets) => profile.capacity(tickets),
            None => profile,
        }
    }
}

pub(super) fn agent_id(member: usize) -> AgentId {
    AgentId::from_u128(1 + member as u128)
}

/// The member who is this agent.
pub(super) fn member(agent: AgentId) -> Option<usize> {
    (0..MEMBERS.len()).find(|member| agent_id(*member) == agent)
}

pub(super) fn contact_id(contact: u32) -> ContactId {
    ContactId::from_u128(1000 + u128::from(contact))
}

pub(super) fn department(index: usize) -> &'static str {
    DEPARTMENTS.get(index).map_or("", |(name, _)| name)
}

pub(super) fn department_of(name: &str) -> Option<usize> {
    DEPARTMENTS.iter().position(|(known, _)| *known == name)
}

/// The defaults, with departments: auto-close after four days, open age of three and five.
pub(super) fn settings() -> Result<Settings, SettingsError> {
    SettingsDraft {
        departments: DEPARTMENTS.map(|(name, tier)| Department::new(name).tier(tier)).to_vec(),
        ..SettingsDraft::default()
    }
    .build()
}
