//! Priority: an ordered scale of the host's, and ITIL's matrix of impact and urgency.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::SettingsDraft;
use crate::ids::{ImpactName, PriorityName, UrgencyName};
use crate::problem::{Mistake, Problems};

/// A step of the priority scale; `rank` compares two.
///
/// ```
/// # use helpdesk::Settings;
/// let settings = Settings::default();
/// let high = settings.priority(&"high".into()).unwrap();
/// assert_eq!(high.rank, 2);
/// assert!(high.rank > settings.default_priority().rank);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Priority {
    /// The step's name.
    pub name: PriorityName,
    /// Its place on the scale, 0 to 99: 0 is the lowest.
    pub rank: u8,
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.name, f)
    }
}

/// Priority from impact and urgency, as ITIL has it: how many it touches, and how soon it
/// hurts.
///
/// The default has three steps each, high first: high and high is critical, low and low is low.
///
/// ```
/// # use helpdesk::PriorityMatrix;
/// let matrix = PriorityMatrix::default();
/// let priority = matrix.priority(&"high".into(), &"medium".into()).unwrap();
/// assert_eq!(priority.as_str(), "high");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a priority matrix: a map")]
pub struct PriorityMatrix {
    /// The impact scale: a row each, in the host's order.
    pub impacts: Vec<ImpactName>,
    /// The urgency scale: a column each, in the host's order.
    pub urgencies: Vec<UrgencyName>,
    /// A row for each impact, in it a priority for each urgency, all of the settings' scale.
    pub priorities: Vec<Vec<PriorityName>>,
}

impl Default for PriorityMatrix {
    fn default() -> Self {
        let rows =
            [["critical", "high", "medium"], ["high", "medium", "low"], ["medium", "low", "low"]];
        Self {
            impacts: ["high", "medium", "low"].map(ImpactName::from).to_vec(),
            urgencies: ["high", "medium", "low"].map(UrgencyName::from).to_vec(),
            priorities: rows.map(|row| row.map(PriorityName::from).to_vec()).to_vec(),
        }
    }
}

impl PriorityMatrix {
    /// The priority of this impact and urgency, if both are on their scales.
    pub fn priority(&self, impact: &ImpactName, urgency: &UrgencyName) -> Option<&PriorityName> {
        let row = self.impacts.iter().position(|known| known == impact)?;
        let column = self.urgencies.iter().position(|known| known == urgency)?;
        self.priorities.get(row)?.get(column)
    }
}

pub(super) fn check(draft: &SettingsDraft, problems: &mut Problems) {
    problems.names("priority", draft.priorities.iter().map(PriorityName::as_str), |index| {
        format!("priorities[{index}]")
    });
    let count = draft.priorities.len();
    if count == 0 || count > 100 {
        problems.at(
            "priorities",
            Mistake::OutOfRange { found: count.to_string(), expected: "1 to 100 priorities" },
        );
    }
    let known = |name: &PriorityName| draft.priorities.contains(name);
    let unknown =
        |name: &PriorityName| Mistake::Unknown { what: "priority", name: name.to_string() };
    if !known(&draft.default_priority) {
        problems.at("default_priority", unknown(&draft.default_priority));
    }
    let Some(matrix) = &draft.priority_matrix else { return };
    problems.names("impact", matrix.impacts.iter().map(ImpactName::as_str), |index| {
        format!("priority_matrix.impacts[{index}]")
    });
    problems.names("urgency", matrix.urgencies.iter().map(UrgencyName::as_str), |index| {
        format!("priority_matrix.urgencies[{index}]")
    });
    let columns = matrix.urgencies.len();
    if matrix.priorities.len() != matrix.impacts.len()
        || matrix.priorities.iter().any(|row| row.len() != columns)
    {
        problems.at(
            "priority_matrix.priorities",
            Mistake::Contradiction(
                "there must be a row for each impact, with a priority for each urgency",
            ),
        );
    }
    for (row, priorities) in matrix.priorities.iter().enumerate() {
        for (column, name) in priorities.iter().enumerate().filter(|(_, name)| !known(name)) {
            problems.at(format!("priority_matrix.priorities[{row}][{column}]"), unknown(name));
        }
    }
}
