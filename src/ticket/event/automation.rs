//! The facts of a desk's own rules: what they ask for, what they looked at, and what was refused.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{HostActionName, RuleName};
use crate::personal::Personal;
use crate::sla::policy::Whom;
use crate::time;

/// What a rule asks of others, when its actions were carried out: the event's cause names the rule.
///
/// Whom it wants told is told by notices of this event
/// ([`NoticeKind::RuleNotice`](crate::NoticeKind::RuleNotice)). Work of the host's own
/// ([`NoticeKind::HostAction`](crate::NoticeKind::HostAction)) is for the host to do,
/// [exactly once](crate::rules#work-of-the-hosts-own-exactly-once).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleAsked {
    /// Who is to be told, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notify: Vec<Whom>,
    /// Work of the host's own, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub host: Vec<HostAsked>,
}

/// Work of the host's own that a rule asks for. What it is to be done with is the event's personal
/// payload: [`values`](Self::values) has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HostAsked {
    /// What is to be done.
    pub name: HostActionName,
    /// The names of what it is to be done with, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<Arc<str>>,
    /// The place of the first of them among the values of the event, from 0.
    #[serde(default)]
    pub first: u32,
    /// The names of those in whose values `{reference}` stands for the ticket's reference, in order:
    /// the rule acted when the ticket was opened, which gets its number in that very commit. Readers
    /// ([`Desk::activity`](crate::Desk::activity), [`Dispatch::event`](crate::Dispatch::event)) have it
    /// filled in; in the history it stands as it was written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Arc<str>>,
}

impl HostAsked {
    /// What it is to be done with, by name, out of the payload of its event; `None` where that has
    /// been erased.
    ///
    /// ```
    /// use helpdesk::{HostAsked, Personal};
    ///
    /// let with = vec!["order".into()];
    /// let refund = HostAsked { name: "refund".into(), with, first: 0, references: Vec::new() };
    /// let personal = Personal { values: vec!["A-17".into()], ..Personal::default() };
    /// assert_eq!(refund.values(Some(&personal)), Some(vec![("order", "A-17")]));
    /// assert_eq!(refund.values(None), None);
    /// ```
    pub fn values<'a>(&'a self, personal: Option<&'a Personal>) -> Option<Vec<(&'a str, &'a str)>> {
        let first = usize::try_from(self.first).ok()?;
        let values = personal.map_or(&[][..], |personal| &personal.values);
        let values = match self.with.len() {
            0 => &[][..],
            _ => values.get(first..first.checked_add(self.with.len())?)?,
        };
        Some(self.with.iter().zip(values).map(|(name, value)| (&**name, &**value)).collect())
    }
}

/// The time of some time rules had come, and they were looked at, whether or not they matched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct TimeRulesLookedAt {
    /// Which, in the order of the settings, each with the instant from which its time ran: none is
    /// looked at twice for the same instant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<LookedAt>,
    /// Those of which the ticket need not know any more that they were looked at, in order: the
    /// settings have dropped them, or their time runs from another instant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forgotten: Vec<RuleName>,
    /// When the time of the next comes.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::truncated_option")]
    pub next: Option<DateTime<Utc>>,
}

/// A time rule, and the instant of the ticket from which its time ran.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LookedAt {
    /// The rule.
    pub rule: RuleName,
    /// The instant.
    #[serde(deserialize_with = "time::truncated")]
    pub anchor: DateTime<Utc>,
}
