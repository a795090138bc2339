//! Weekdays as data: `["sat", "sun"]`.

use chrono::Weekday;
use serde::{Deserialize, Deserializer, Serializer};

use super::hours::{weekday_name, weekday_named};

pub(super) fn serialize<S: Serializer>(days: &[Weekday], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(days.iter().map(|day| weekday_name(*day)))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Weekday>, D::Error> {
    let names = Vec::<std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
    let days = names.iter().map(|name| {
        weekday_named(name).ok_or_else(|| {
            let short: String = name.chars().take(80).collect();
            serde::de::Error::custom(format!("`{short}` is not a weekday such as `mon`"))
        })
    });
    days.collect()
}
