//! Which time rules a ticket waits for, and which have been looked at.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Ticket, TimeRulesLookedAt};
use crate::ids::RuleName;
use crate::matching::Value;
use crate::rules::{Anchor, TimeRule};
use crate::settings::Settings;
use crate::time::{self, Instant, after};

/// A time rule that was looked at, and the instant from which its time ran. A head has one of each
/// rule at most, until the time of another comes and the ticket need not know it any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Looked {
    pub(super) rule: RuleName,
    #[serde(deserialize_with = "time::truncated")]
    pub(super) anchor: DateTime<Utc>,
}

impl Ticket {
    /// The instant from which the time of a rule runs, where the ticket has it.
    fn anchor(&self, anchor: Anchor) -> Option<Instant> {
        match self.value(&anchor.fact()) {
            Value::Instant(instant) => Some(instant),
            _ => None,
        }
    }

    /// The time rules for which it waits still: the place of each in the settings, the instant from
    /// which its time runs, and when that has come. None of what is part of another ticket, or spam.
    pub(crate) fn waits_for(
        &self,
        settings: &Settings,
    ) -> impl Iterator<Item = (usize, Instant, Instant)> {
        let rules = settings.rules().time_rules().rules();
        let rules = if self.spam || self.merged_into().is_some() { &[] } else { rules };
        rules.iter().enumerate().filter_map(|(place, rule)| {
            let anchor = self.anchor(rule.anchor)?;
            let due = after(anchor, rule.after);
            (!self.has_looked(rule, anchor)).then_some((place, anchor, due))
        })
    }

    /// When the time of the next rule comes for which it waits.
    pub(crate) fn next_time_rule(&self, settings: &Settings) -> Option<Instant> {
        self.waits_for(settings).map(|(_, _, due)| due).min()
    }

    fn has_looked(&self, rule: &TimeRule, anchor: Instant) -> bool {
        let looked = &self.extras().looked;
        let place = looked.binary_search_by(|it| it.rule.cmp(&rule.name)).ok();
        place.and_then(|place| looked.get(place)).is_some_and(|it| it.anchor == anchor)
    }

    /// The rules that were looked at of which it need not know that any more, in order.
    pub(crate) fn need_not_know(&self, settings: &Settings) -> Vec<RuleName> {
        let rules = settings.rules().time_rules();
        let stale = |it: &&Looked| {
            let rule = rules.named(&it.rule);
            rule.and_then(|rule| self.anchor(rule.anchor)) != Some(it.anchor)
        };
        self.extras().looked.iter().filter(stale).map(|it| it.rule.clone()).collect()
    }

    pub(super) fn look(&mut self, looked: &TimeRulesLookedAt) {
        self.edit_extras(|extras| {
            let known = &mut extras.looked;
            let named = |it: &Looked| looked.rules.iter().any(|new| new.rule == it.rule);
            known.retain(|it| !looked.forgotten.contains(&it.rule) && !named(it));
            let new = looked.rules.iter();
            known.extend(new.map(|it| Looked { rule: it.rule.clone(), anchor: it.anchor }));
            known.sort_unstable_by(|one, other| one.rule.cmp(&other.rule));
        });
        self.timers.rules = looked.next;
    }
}
