//! The settings that this log is replayed under, and who works at that desk.

use std::collections::{BTreeMap, BTreeSet};

use helpdesk::{
    AgentId, AgentProfile, ContactId, Department, FieldDef, FieldKind, Reason, Settings,
    SettingsDraft, SettingsError, WaitsFor, WorkflowDraft,
};

use super::row::{Column, Log, Row};

/// Columns that become custom fields: the column, the field, what a value is called.
pub(super) const FIELDS: [(Column, &str, &str); 6] = [
    (Column::Customer, "customer", "customer"),
    (Column::Product, "product", "product"),
    (Column::ResponsibleSection, "responsible_section", "section"),
    (Column::ServiceLevel, "service_level", "level"),
    (Column::ServiceType, "service_type", "type"),
    (Column::SupportSection, "support_section", "section"),
];

/// What is special about these settings, for the reader of the JSON.
pub(super) const SAID: &str = "\
settings   written for this log; beside the default workflow:
  - auto-close and open age are off: the log's closes are rows, its waits are long
  - `Wait` names no reason: pending for `unknown` (counted as waiting for the customer)
  - `Require upgrade`, `Create SW anomaly` and `Schedule intervention` suspend a ticket for
    `product_upgrade`, `defect` and `intervention`; the log has no date for an intervention,
    so it is not a postponement
  - a link to a defect is a note, until there are links
  - taking a pending or suspended ticket puts it in progress, as the log does
  - workgroups are departments; resources are agents of those they act in, the automatic
    closers (Value 5 and Value 3) too, because they also insert, take and wait; each sees
    the tickets of its workgroups, which is the default
  - `seriousness_2` is the priority; its values are anonymous, so the order means nothing
  - `seriousness` is the same everywhere and is left out, as are the two Variant columns
  - a requester cannot change: a later customer is kept in the field `customer`
";

/// A value of the log as a name in settings: `Value 3` of a workgroup is `workgroup 3`.
pub(super) fn named(kind: &str, value: &str) -> String {
    match value.strip_prefix("Value ") {
        Some(number) => format!("{kind} {number}"),
        None => format!("{kind} {value}"),
    }
}

/// The settings, with scales as the log shows them.
pub(super) fn of(log: &Log) -> Result<Settings, SettingsError> {
    let priorities = values(log, Column::Seriousness2, "seriousness");
    let default = SettingsDraft::default();
    let fields = FIELDS.map(|(column, field, kind)| {
        let kind = match column {
            // There are hundreds of customers, and no list of them.
            Column::Customer | Column::Product => FieldKind::Text { max_bytes: 64 },
            _ => FieldKind::Choice {
                options: values(log, column, kind)
                    .iter()
                    .map(|name| name.as_str().into())
                    .collect(),
            },
        };
        FieldDef::new(field, kind)
    });
    SettingsDraft {
        reference_prefix: "IT".into(),
        workflow: workflow(),
        departments: values(log, Column::Workgroup, "workgroup")
            .into_iter()
            .map(Department::new)
            .collect(),
        categories: Vec::new(),
        default_priority: priorities.first().map_or("low", String::as_str).into(),
        priorities: if priorities.is_empty() {
            vec!["low".into()]
        } else {
            priorities.into_iter().map(Into::into).collect()
        },
        priority_matrix: None,
        fields: if log.cases.is_empty() { Vec::new() } else { fields.to_vec() },
        resolution_codes: ["solved", "duplicate", "invalid"].map(Into::into).to_vec(),
        auto_close: None,
        open_age: None,
        ..default
    }
    .build()
}

/// The default workflow with this log's reasons, and its way of taking a ticket up again.
fn workflow() -> WorkflowDraft {
    let mut workflow = WorkflowDraft::default();
    for (name, waits_for) in [
        ("unknown", WaitsFor::Customer),
        ("product_upgrade", WaitsFor::ThirdParty),
        ("intervention", WaitsFor::Desk),
    ] {
        workflow.reasons.push(Reason { name: name.into(), waits_for });
    }
    for status in &mut workflow.statuses {
        let reasons: &[&str] = match status.name.as_str() {
            "pending" => &["unknown"],
            "suspended" => &["defect", "product_upgrade", "intervention"],
            _ => continue,
        };
        status.reasons = reasons.iter().map(|reason| (*reason).into()).collect();
        status.on_take = Some("in_progress".into());
    }
    workflow
}

/// The values of a column, those with the smaller number first, as names.
fn values(log: &Log, column: Column, kind: &str) -> Vec<String> {
    let rows = log.cases.iter().flat_map(|case| &case.rows);
    let values: BTreeSet<&str> = rows.map(|row| row.get(column)).collect();
    let mut values: Vec<&str> = values.into_iter().collect();
    values.sort_by_key(|value| (value.len(), *value));
    values.into_iter().map(|value| named(kind, value)).collect()
}

/// Who works at the desk, and who asks it, by the log's names.
#[derive(Debug, Default)]
pub(super) struct People {
    agents: BTreeMap<String, (AgentId, BTreeSet<String>)>,
    customers: BTreeMap<String, ContactId>,
}

impl People {
    pub(super) fn of(log: &Log) -> Self {
        let mut people = Self::default();
        for row in log.cases.iter().flat_map(|case| &case.rows) {
            people.meet(row);
        }
        people
    }

    fn meet(&mut self, row: &Row) {
        let next = AgentId::from_u128(1 + self.agents.len() as u128);
        let agent = self.agents.entry(row.resource().to_owned());
        let (_, departments) = agent.or_insert_with(|| (next, BTreeSet::new()));
        departments.insert(named("workgroup", row.get(Column::Workgroup)));
        let next = ContactId::from_u128(1 + self.customers.len() as u128);
        self.customers.entry(row.get(Column::Customer).to_owned()).or_insert(next);
    }

    /// Every agent, as the desk is to know them.
    pub(super) fn agents(&self) -> impl Iterator<Item = (AgentId, AgentProfile)> {
        self.agents.iter().map(|(resource, (id, departments))| {
            let profile = AgentProfile::new(named("resource", resource));
            (
                *id,
                departments.iter().fold(profile, |profile, name| profile.department(name.as_str())),
            )
        })
    }

    pub(super) fn agent(&self, resource: &str) -> Option<AgentId> {
        self.agents.get(resource).map(|(id, _)| *id)
    }

    pub(super) fn customer(&self, customer: &str) -> Option<ContactId> {
        self.customers.get(customer).copied()
    }
}
