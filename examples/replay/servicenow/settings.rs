//! The settings that this log is replayed under, and who works at that desk.

use std::collections::{BTreeMap, BTreeSet};

use helpdesk::{
    AgentId, AgentProfile, AgentSight, ContactId, Department, FieldDef, FieldKind, PriorityMatrix,
    Reason, Settings, SettingsDraft, SettingsError, WaitsFor, WorkflowDraft,
};

use super::row::{IMPACTS, Log, Name, Names, PRIORITIES, State, URGENCIES};

/// The department of what the log says is no group's.
const NO_GROUP: &str = "no group";

/// The custom field that the subcategory is.
pub(super) const SUBCATEGORY: &str = "subcategory";

/// The code of a resolution that the log says nothing of.
pub(super) const NOT_STATED: &str = "not_stated";

/// What is special about these settings, for the reader of the JSON.
pub(super) const SAID: &str = "\
settings   written for this log; beside the default workflow:
  - auto-close and open age are off: the log's closes are rows, most of them of a system user
    five days after the resolution; its waits are long
  - Active is in_progress; Awaiting User Info is pending for `information`; Awaiting Vendor,
    Problem and Evidence are suspended for `vendor`, `problem` and `evidence`
  - groups are departments, and so is `no group`: the log takes incidents from their group
    again, and a ticket that had a department always has one
  - people and those who update rows are agents; the log has two lists of names for them, so
    nobody is known to be both. Everybody sees everything
  - the priority is what the matrix says of impact and urgency; the log never has impact 1 with
    urgency 3, which is ITIL's 3
  - `closed_code` has its last value in every row, so it is the resolution of the last close
    only; what was resolved or closed before is `not_stated`
";

/// The name that a group has as a department.
pub(super) fn department(names: &Names, group: Name) -> &str {
    group.known().map_or(NO_GROUP, |group| names.text(group))
}

/// The resolution code that a closed code is.
pub(super) fn resolution(names: &Names, closed_code: Name) -> &str {
    closed_code.known().map_or(NOT_STATED, |code| names.text(code))
}

/// The status that a state is, and the reason for waiting; `None`: the log means nothing by it.
pub(super) fn status(state: State) -> Option<(&'static str, Option<&'static str>)> {
    match state {
        State::New => Some(("new", None)),
        State::Active => Some(("in_progress", None)),
        State::AwaitingUserInfo => Some(("pending", Some("information"))),
        State::AwaitingVendor => Some(("suspended", Some("vendor"))),
        State::AwaitingProblem => Some(("suspended", Some("problem"))),
        State::AwaitingEvidence => Some(("suspended", Some("evidence"))),
        State::Resolved => Some(("resolved", None)),
        State::Closed => Some(("closed", None)),
        State::Invalid => None,
    }
}

/// The settings, with lists as the log shows them.
pub(super) fn of(log: &Log) -> Result<Settings, SettingsError> {
    let values = |of: &dyn Fn(&super::row::Row) -> Name| values(log, of);
    let subcategories = values(&|row| row.now.subcategory);
    let mut codes = values(&|row| row.closed_code);
    codes.push(NOT_STATED.to_owned());
    let mut groups = values(&|row| row.now.group);
    groups.push(NO_GROUP.to_owned());
    let options = subcategories.iter().map(|name| name.as_str().into()).collect();
    let field = FieldDef::new(SUBCATEGORY, FieldKind::Choice { options });
    SettingsDraft {
        reference_prefix: "INC".into(),
        workflow: workflow(),
        departments: groups.into_iter().map(Department::new).collect(),
        categories: values(&|row| row.now.category).into_iter().map(Into::into).collect(),
        priorities: PRIORITIES.map(Into::into).to_vec(),
        default_priority: "3 - Moderate".into(),
        priority_matrix: Some(matrix()),
        fields: if subcategories.is_empty() { Vec::new() } else { vec![field] },
        resolution_codes: codes.into_iter().map(Into::into).collect(),
        auto_close: None,
        open_age: None,
        agent_sight: AgentSight::All,
        ..SettingsDraft::default()
    }
    .build()
}

/// The log's own priority matrix.
fn matrix() -> PriorityMatrix {
    let [low, moderate, high, critical] = PRIORITIES;
    let rows = [[critical, high, moderate], [high, moderate, low], [moderate, low, low]];
    PriorityMatrix {
        impacts: IMPACTS.map(Into::into).to_vec(),
        urgencies: URGENCIES.map(Into::into).to_vec(),
        priorities: rows.map(|row| row.map(Into::into).to_vec()).to_vec(),
    }
}

/// The default workflow, with this log's reasons for waiting.
fn workflow() -> WorkflowDraft {
    let mut workflow = WorkflowDraft::default();
    for name in ["problem", "evidence"] {
        workflow.reasons.push(Reason { name: name.into(), waits_for: WaitsFor::ThirdParty });
    }
    let suspended = workflow.statuses.iter_mut().find(|status| status.name == "suspended");
    if let Some(suspended) = suspended {
        suspended.reasons.extend(["problem", "evidence"].map(Into::into));
    }
    workflow
}

/// The values of a column, those with the smaller number first.
fn values(log: &Log, of: &dyn Fn(&super::row::Row) -> Name) -> Vec<String> {
    let rows = log.cases.iter().flat_map(|case| &case.rows);
    let found: BTreeSet<Name> = rows.filter_map(|row| of(row).known()).collect();
    let mut texts: Vec<&str> = found.into_iter().map(|name| log.names.text(name)).collect();
    texts.sort_by_key(|text| (text.len(), *text));
    texts.into_iter().map(str::to_owned).collect()
}

/// Every agent, as the desk is to know them: those who own incidents with the groups in which
/// they do, and those who only update them.
pub(super) fn agents(log: &Log) -> impl Iterator<Item = (AgentId, AgentProfile)> {
    let mut agents: BTreeMap<Name, BTreeSet<&str>> = BTreeMap::new();
    for row in log.cases.iter().flat_map(|case| &case.rows) {
        agents.entry(row.updated_by).or_default();
        if let Some(person) = row.now.person.known() {
            let group = department(&log.names, row.now.group);
            agents.entry(person).or_default().insert(group);
        }
    }
    agents.into_iter().map(|(name, groups)| {
        let profile = AgentProfile::new(log.names.text(name));
        (agent(name), groups.into_iter().fold(profile, AgentProfile::department))
    })
}

pub(super) fn agent(name: Name) -> AgentId {
    AgentId::from_u128(1 + name.number())
}

pub(super) fn contact(name: Name) -> ContactId {
    ContactId::from_u128(1 + name.number())
}
