//! What the settings give to conditions: every name, and what it means.

use super::{FieldKind, SettingsDraft};
use crate::condition::MOST_BYTES;
use crate::ids::{ImpactName, UrgencyName};
use crate::matching::{FieldType, Lexicon};

/// The lexicon of settings, which may be under their checks still.
pub(super) fn of(draft: &SettingsDraft) -> Lexicon {
    let matrix = draft.priority_matrix.as_ref();
    let impacts: &[ImpactName] = matrix.map_or(&[], |matrix| &matrix.impacts);
    let urgencies: &[UrgencyName] = matrix.map_or(&[], |matrix| &matrix.urgencies);
    let statuses = draft.workflow.statuses.iter();
    let reasons = draft.workflow.reasons.iter();
    let departments = draft.departments.iter();
    let fields = draft.fields.iter();
    Lexicon {
        statuses: statuses.map(|status| (status.name.clone(), status.category)).collect(),
        reasons: reasons.map(|reason| reason.name.clone()).collect(),
        departments: departments.map(|department| department.name.clone()).collect(),
        categories: draft.categories.iter().cloned().collect(),
        priorities: draft.priorities.as_slice().into(),
        impacts: impacts.iter().cloned().collect(),
        urgencies: urgencies.iter().cloned().collect(),
        resolution_codes: draft.resolution_codes.iter().cloned().collect(),
        sla_policies: draft.sla_policies.iter().map(|policy| policy.name.clone()).collect(),
        sla_levels: draft.sla_levels.as_slice().into(),
        fields: fields.map(|field| (field.name.clone(), type_of(&field.kind))).collect(),
        depth: draft.limits.condition_depth,
        tests: draft.limits.condition_tests,
        items: draft.limits.condition_items,
        // Whatever an earlier build accepted: what is longer is no text of a condition.
        bytes: draft.limits.condition_bytes.min(MOST_BYTES as u32),
    }
}

fn type_of(kind: &FieldKind) -> FieldType {
    match kind {
        FieldKind::Text { .. } => FieldType::Text,
        FieldKind::Integer { .. } => FieldType::Integer,
        FieldKind::Boolean => FieldType::Boolean,
        FieldKind::Date => FieldType::Date,
        FieldKind::Choice { options } => FieldType::Choice(options.as_slice().into()),
    }
}
