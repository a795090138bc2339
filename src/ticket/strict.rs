//! What a head has in common with events, read strictly: in an event, a field that a newer build
//! added is passed over; in a head, it would be dropped when the head is written anew.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};

use super::{Burden, Promised, SlaLevel, Timers};
use crate::ids::{
    ContractName, CustomerGroupName, PriorityName, Revision, SlaLevelName, SlaPolicyName,
    StatusName,
};
use crate::settings::Priority;
use crate::time;
use crate::workflow::{Status, StatusCategory};

#[derive(Deserialize)]
#[serde(remote = "Status", deny_unknown_fields)]
pub(super) struct HeadStatus {
    name: StatusName,
    category: StatusCategory,
}

#[derive(Deserialize)]
#[serde(remote = "Priority", deny_unknown_fields)]
pub(super) struct HeadPriority {
    name: PriorityName,
    rank: u8,
}

#[derive(Deserialize)]
#[serde(remote = "Timers", deny_unknown_fields)]
pub(super) struct HeadTimers {
    #[serde(default, deserialize_with = "time::truncated_option")]
    wake: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "time::truncated_option")]
    auto_close: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "time::truncated_option")]
    open_age_warning: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "time::truncated_option")]
    open_age_overdue: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "time::truncated_option")]
    retention: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "time::truncated_option")]
    reminder: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "time::truncated_option")]
    sla: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "time::truncated_option")]
    rules: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "time::truncated_option")]
    routing: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
#[serde(remote = "Burden", deny_unknown_fields)]
struct HeadBurden {
    weight: u32,
    #[serde(default)]
    channel: Option<Arc<str>>,
}

pub(super) fn burden<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Arc<Burden>>, D::Error> {
    #[derive(Deserialize)]
    struct Kept(#[serde(with = "HeadBurden")] Burden);
    let burden = Option::<Kept>::deserialize(deserializer)?;
    Ok(burden.map(|Kept(burden)| Arc::new(burden)))
}

#[derive(Deserialize)]
#[serde(remote = "Promised", deny_unknown_fields)]
pub(super) struct HeadPromised {
    #[serde(default)]
    policy: Option<SlaPolicyName>,
    #[serde(default, deserialize_with = "level")]
    level: Option<SlaLevel>,
    priority: u8,
    settings: Revision,
    #[serde(default)]
    group: Option<CustomerGroupName>,
    #[serde(default)]
    contract: Option<ContractName>,
}

#[derive(Deserialize)]
#[serde(remote = "SlaLevel", deny_unknown_fields)]
struct HeadLevel {
    name: SlaLevelName,
    rank: u8,
}

fn level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SlaLevel>, D::Error> {
    #[derive(Deserialize)]
    struct Level(#[serde(with = "HeadLevel")] SlaLevel);
    let level = Option::<Level>::deserialize(deserializer)?;
    Ok(level.map(|Level(level)| level))
}
