//! The time: this machine's, unless the command line says another.

use std::time::SystemTime;

use chrono::{DateTime, Utc};

pub(crate) type Now = DateTime<Utc>;

pub(crate) fn read_now(text: &str) -> Result<Now, String> {
    let instant = DateTime::parse_from_rfc3339(text);
    let refused = |error| format!("{error}; expected an instant such as 2026-03-02T09:00:00Z");
    instant.map(Into::into).map_err(refused)
}

/// The crate reads no clock; a host does.
pub(crate) fn now() -> Now {
    SystemTime::now().into()
}
