//! A rulebook: what a host writes, and the same with every name looked up.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::check::check;
use super::{Compiled, Macro, RoutingRule, TimeRule, Trigger};
use crate::matching::Lexicon;
use crate::problem::{Problem, Problems};

/// What a host writes: rules before their checks, in code or in a file. Default none.
///
/// A JSON Schema of the file lies beside the code, for editors that help with writing it: as
/// `RulebookDraft::SCHEMA`, with the feature `schema`.
///
/// ```
/// use helpdesk::Settings;
/// use helpdesk::rules::RulebookDraft;
///
/// let draft: RulebookDraft = serde_json::from_str(
///     r#"{
///         "routing": [
///             { "name": "refunds", "when": "subject contains refund",
///               "to": { "assign": { "agent": "00000000-0000-0000-0000-000000000008" } } }
///         ],
///         "triggers": [
///             { "name": "urgent", "when": "priority changed to critical",
///               "then": [{ "notify": "desk" }] }
///         ],
///         "time_rules": [
///             { "name": "remind", "anchor": "last_answered_at", "after": "PT72H",
///               "when": "status_category = waiting",
///               "then": [{ "reply": "Is {reference} still a problem?" }] }
///         ],
///         "macros": [
///             { "name": "close as spam", "then": [{ "set_priority": "low" }, { "add_tag": "spam" }] }
///         ]
///     }"#,
/// )?;
/// let rules = draft.build(&Settings::default().lexicon())?;
/// assert_eq!(rules.triggers().len(), 1);
///
/// let mut draft = rules.draft().clone();
/// draft.triggers[0].when = "priority changed to crtical".parse()?;
/// assert_eq!(
///     draft.build(&Settings::default().lexicon()).unwrap_err().to_string(),
///     "invalid rulebook: triggers[0].when.changed_to: there is no priority `crtical`"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RulebookDraft {
    /// Where tickets go: the first that matches; at most 10,000.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub routing: Vec<RoutingRule>,
    /// What follows from changes, in this order; at most 10,000.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
    /// What follows from the passing of time, in this order; at most 1,000.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub time_rules: Vec<TimeRule>,
    /// What agents do by hand; at most 1,000.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub macros: Vec<Macro>,
}

impl RulebookDraft {
    /// The JSON Schema (2020-12) of a rulebook's file. Names that only settings know, and what
    /// texts of conditions mean, it leaves to [`build`](Self::build).
    ///
    /// ```
    /// # use helpdesk::RulebookDraft;
    /// let schema: serde_json::Value = serde_json::from_str(RulebookDraft::SCHEMA)?;
    /// assert!(schema["properties"]["time_rules"].is_object());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[cfg(feature = "schema")]
    #[cfg_attr(docsrs, doc(cfg(feature = "schema")))]
    pub const SCHEMA: &str = include_str!("rulebook.schema.json");

    /// Whether there is no rule of any kind.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { routing, triggers, time_rules, macros } = self;
        routing.is_empty() && triggers.is_empty() && time_rules.is_empty() && macros.is_empty()
    }

    /// Looks every name up and refuses contradictions. What only a workflow and its settings know (no
    /// transition leads to a status, a status takes no such reason, work ends without a resolution),
    /// [`SettingsDraft::build`](crate::SettingsDraft::build) checks.
    ///
    /// # Errors
    ///
    /// [`RulebookError`] lists the mistakes, each with the path to it.
    pub fn build(self, lexicon: &Lexicon) -> Result<Rulebook, RulebookError> {
        let mut problems = Problems::none();
        let rules = check(self, lexicon, &mut problems);
        if problems.is_empty() {
            Ok(rules)
        } else {
            Err(RulebookError { problems: problems.into_vec() })
        }
    }
}

/// Rules that have passed every check, each kind in its order. Serialised, they are their draft.
///
/// Made by [`RulebookDraft::build`].
#[derive(Clone, Debug)]
pub struct Rulebook {
    pub(super) draft: RulebookDraft,
    pub(super) routing: Compiled<RoutingRule>,
    pub(super) triggers: Compiled<Trigger>,
    pub(super) time_rules: Compiled<TimeRule>,
    pub(super) macros: Compiled<Macro>,
    /// What its names mean.
    pub(super) lexicon: Arc<Lexicon>,
}

/// By what the host wrote: all the rest is made of that.
impl PartialEq for Rulebook {
    fn eq(&self, other: &Self) -> bool {
        self.draft == other.draft
    }
}

impl Eq for Rulebook {}

impl Serialize for Rulebook {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.draft.serialize(serializer)
    }
}

impl Rulebook {
    /// No rules.
    pub(crate) fn none(lexicon: &Lexicon) -> Self {
        check(RulebookDraft::default(), lexicon, &mut Problems::none())
    }

    /// What the host wrote; change it and build it again.
    pub fn draft(&self) -> &RulebookDraft {
        &self.draft
    }

    /// Where tickets go.
    pub fn routing(&self) -> &Compiled<RoutingRule> {
        &self.routing
    }

    /// What follows from changes.
    pub fn triggers(&self) -> &Compiled<Trigger> {
        &self.triggers
    }

    /// What follows from the passing of time.
    pub fn time_rules(&self) -> &Compiled<TimeRule> {
        &self.time_rules
    }

    /// What agents do by hand.
    pub fn macros(&self) -> &Compiled<Macro> {
        &self.macros
    }
}

/// A rulebook with mistakes in it: every one, each with the path to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulebookError {
    problems: Vec<Problem>,
}

impl RulebookError {
    /// The mistakes; at least one.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for RulebookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid rulebook")?;
        for (index, problem) in self.problems.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { "; " })?;
            fmt::Display::fmt(problem, f)?;
        }
        Ok(())
    }
}

impl std::error::Error for RulebookError {}
