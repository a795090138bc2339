//! An owner was looked for by a rule.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::rules::routing::Decision;
use crate::time;

/// An owner was looked for by a rule, which the event's [`Cause`](crate::Cause) names. Where
/// somebody was found, the next events give them the ticket.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Routed {
    /// Since when it waits for an owner.
    #[serde(deserialize_with = "time::truncated")]
    pub waits_since: DateTime<Utc>,
    /// When routing looks again, where nobody was found and looking again may help.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub again_at: Option<DateTime<Utc>>,
    /// Who was chosen among whom, and why: of those who could have it the first 20, and of those
    /// who could not the first 20, with how many more there were. `None`: nobody was to be chosen,
    /// as the rule names a queue, or no rule is for the ticket any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}
