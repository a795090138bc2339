//! The settings that the conversations are replayed under, and who takes part in them.

use std::collections::{BTreeMap, BTreeSet};

use helpdesk::{
    AgentId, AgentProfile, ContactId, FieldDef, FieldKind, Settings, SettingsDraft, SettingsError,
};

use super::read::{Log, Role, person};

/// The log's scale, the least first.
pub(super) const PRIORITIES: [&str; 5] = ["Low", "Medium", "High", "Highest", "Blocker"];

/// The custom field that the project is.
pub(super) const PROJECT: &str = "project";

/// The code of every resolution: the log says nothing of any.
pub(super) const NOT_STATED: &str = "not_stated";

/// What is special about these settings, for the reader of the JSON.
pub(super) const SAID: &str = "\
settings   written for this log; beside the default workflow:
  - auto-close and open age are off: an issue is resolved when its last turn ends, and never
    closed
  - types are categories; the project is a custom field; there are no departments
  - agents are the assignees of turns, the authors of notes, and those who write as assignee;
    each may own any number of tickets
  - contacts are the reporters; a name with a blank at its end is that without it
";

/// The settings, with lists as the log shows them.
pub(super) fn of(log: &Log) -> Result<Settings, SettingsError> {
    let kinds: BTreeSet<&str> = log.issues.iter().map(|issue| issue.kind.as_str()).collect();
    let others = log.issues.iter().map(|issue| issue.priority.as_str());
    let others: BTreeSet<&str> = others.filter(|name| !PRIORITIES.contains(name)).collect();
    SettingsDraft {
        reference_prefix: "ISSUE".into(),
        categories: kinds.into_iter().map(Into::into).collect(),
        // An excerpt of somebody's own may have others; they matter most.
        priorities: PRIORITIES.into_iter().chain(others).map(Into::into).collect(),
        default_priority: "Medium".into(),
        priority_matrix: None,
        fields: vec![FieldDef::new(PROJECT, FieldKind::Text { max_bytes: 64 })],
        resolution_codes: vec![NOT_STATED.into()],
        auto_close: None,
        open_age: None,
        ..SettingsDraft::default()
    }
    .build()
}

/// Who takes part in the conversations.
#[derive(Debug, Default)]
pub(super) struct People {
    agents: BTreeMap<String, AgentId>,
    contacts: BTreeMap<String, ContactId>,
}

impl People {
    pub(super) fn of(log: &Log) -> Self {
        let mut people = Self::default();
        for issue in &log.issues {
            let next = ContactId::from_u128(1 + people.contacts.len() as u128);
            people.contacts.entry(person(&issue.reporter).to_owned()).or_insert(next);
            let owners = issue.turns.iter().filter_map(|turn| turn.assignee.as_deref()).map(person);
            let writers = issue.comments.iter().filter_map(|comment| {
                let staff = comment.role == Role::Assignee
                    || (comment.role == Role::Others && comment.private);
                staff.then(|| person(&comment.author))
            });
            for name in owners.chain(writers) {
                let next = AgentId::from_u128(1 + people.agents.len() as u128);
                people.agents.entry(name.to_owned()).or_insert(next);
            }
        }
        people
    }

    /// Every agent, as the desk is to know them.
    pub(super) fn agents(&self) -> impl Iterator<Item = (AgentId, AgentProfile)> {
        self.agents.iter().map(|(name, id)| (*id, AgentProfile::new(name)))
    }

    pub(super) fn agent(&self, name: &str) -> Option<AgentId> {
        self.agents.get(person(name)).copied()
    }

    pub(super) fn contact(&self, name: &str) -> Option<ContactId> {
        self.contacts.get(person(name)).copied()
    }
}
