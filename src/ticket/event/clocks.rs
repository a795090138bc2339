//! The facts of service levels: what became of a ticket's clocks.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::sla::policy::{Audience, SlaAction};
use crate::sla::{ClockChange, Metric};
use crate::ticket::Promised;
use crate::time;

/// What became of the clocks of a ticket by what happened before it, or by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ClocksChanged {
    /// What is promised since, and under which settings, where that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promised: Option<Promised>,
    /// What became of the clocks of what is promised to the customer, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub customer: Vec<ClockChange>,
    /// What became of those of what is promised among ourselves, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub internal: Vec<ClockChange>,
    /// For which misses the customer is owed something now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<Metric>,
    /// What their policy wants done now: recorded, and carried out by whoever reads it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub intents: Vec<SlaAction>,
    /// When one of them next tells something by itself.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::truncated_option")]
    pub wake: Option<DateTime<Utc>>,
}

impl ClocksChanged {
    /// What became of the clocks of an audience, in order.
    pub fn of(&self, audience: Audience) -> &[ClockChange] {
        match audience {
            Audience::Customer => &self.customer,
            Audience::Internal => &self.internal,
        }
    }

    pub(crate) fn of_mut(&mut self, audience: Audience) -> &mut Vec<ClockChange> {
        match audience {
            Audience::Customer => &mut self.customer,
            Audience::Internal => &mut self.internal,
        }
    }
}
