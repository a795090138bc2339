//! How work is counted that tickets make.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::SettingsDraft;
use crate::matching::channel_named;
use crate::problem::{Mistake, Problems};
use crate::rules::{Action, Destination, Route, Rulebook, Strategy};

/// How the work is counted that tickets make, against the
/// [capacity](crate::AgentProfile::capacity) of who owns them. To whom they go, the
/// [rules](crate::rules) say.
///
/// ```
/// use helpdesk::{RoutingSettings, SettingsDraft};
///
/// let routing = RoutingSettings::default().weight("chat", 3);
/// let settings = SettingsDraft { routing, ..SettingsDraft::default() }.build()?;
/// assert_eq!((settings.weight_of("chat"), settings.weight_of("email")), (3, 1));
///
/// let routing = RoutingSettings::default().weight("fax", 0);
/// let wrong = SettingsDraft { routing, ..SettingsDraft::default() }.build().unwrap_err();
/// let paths: Vec<&str> = wrong.problems().iter().map(|problem| problem.path()).collect();
/// assert_eq!(paths, ["routing.weights.fax", "routing.weights.fax"]);
/// # Ok::<(), helpdesk::SettingsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "how work is counted: a map")]
pub struct RoutingSettings {
    /// How much work a ticket of a channel is, by the channel as conditions write it (`email`,
    /// `social:mastodon`): 1 to 1,000. Default 1 each.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<Arc<str>, u32>,
}

impl RoutingSettings {
    /// The same with tickets of this channel counted so.
    #[must_use]
    pub fn weight(mut self, channel: impl Into<Arc<str>>, weight: u32) -> Self {
        self.weights.insert(channel.into(), weight);
        self
    }

    /// Whether it says nothing, which settings do not say.
    pub(super) fn is_default(&self) -> bool {
        self.weights.is_empty()
    }
}

pub(super) fn check(draft: &SettingsDraft, problems: &mut Problems) {
    for (channel, weight) in &draft.routing.weights {
        let path = format!("routing.weights.{channel}");
        if channel_named(channel).is_none() {
            let found = format!("`{channel}`");
            let expected = "a channel such as `email` or `social:mastodon`";
            problems.at(path.as_str(), Mistake::OutOfRange { found, expected });
        }
        if !(1..=1000).contains(weight) {
            let (found, expected) = (weight.to_string(), "1 to 1000");
            problems.at(path.as_str(), Mistake::OutOfRange { found, expected });
        }
    }
}

/// What the rules ask to be kept of who is given what.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Routes {
    /// Whether tickets are given to agents by rules.
    pub(crate) any: bool,
    /// Whether it matters since when somebody has no work.
    pub(crate) by_idleness: bool,
}

impl Routes {
    pub(super) fn of(rules: &Rulebook) -> Self {
        let draft = rules.draft();
        let destinations = draft.routing.iter().map(|rule| match &rule.to {
            Destination::Assign(_) => None,
            Destination::Route(route) => Some(route),
        });
        let triggers = draft.triggers.iter().flat_map(|rule| &rule.then);
        let time_rules = draft.time_rules.iter().flat_map(|rule| &rule.then);
        let macros = draft.macros.iter().flat_map(|rule| &rule.then);
        let actions = triggers.chain(time_rules).chain(macros).filter_map(|action| match action {
            Action::Route(route) => Some(Some(route)),
            Action::Assign(_) => Some(None),
            _ => None,
        });
        let mut found = Self::default();
        for route in destinations.chain(actions) {
            found.any = true;
            let idle = |route: &Route| route.by == Strategy::MostIdle;
            found.by_idleness |= route.is_some_and(idle);
        }
        found
    }
}
