//! Departments: queues of their own, with the views of those who work in them.

use serde::{Deserialize, Serialize};

use crate::condition::View;
use crate::ids::DepartmentName;

/// A department: a queue of its own, on a tier.
///
/// ```
/// # use helpdesk::Department;
/// let departments = [Department::new("support"), Department::new("engineering").tier(2)];
/// assert!(departments[1].tier > departments[0].tier, "escalation leads there");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a department: a map with a `name`")]
pub struct Department {
    /// Its name: 1 to 64 bytes.
    pub name: DepartmentName,
    /// Its tier, 0 to 255: escalation leads to a higher one. Default 0.
    #[serde(default)]
    pub tier: u8,
    /// The views of those who work in it. Default none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<View>,
}

impl Department {
    /// A department of tier 0.
    pub fn new(name: impl Into<DepartmentName>) -> Self {
        Self { name: name.into(), tier: 0, views: Vec::new() }
    }

    /// The same department with one more view.
    #[must_use]
    pub fn view(mut self, view: View) -> Self {
        self.views.push(view);
        self
    }

    /// The same department on another tier.
    #[must_use]
    pub fn tier(mut self, tier: u8) -> Self {
        self.tier = tier;
        self
    }
}
