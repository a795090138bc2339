//! What is wrong with settings that are right: rules and policies that come to nothing, tickets that
//! are promised nothing.

use std::fmt;

use super::Settings;
use crate::matching::Example;
use crate::rules::analysis as of_rules;
use crate::sla::policy::analysis as of_policies;

/// Something in settings that should not be, though nothing in them is wrong by itself: what
/// [`Settings::analyse`] finds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingsFinding {
    /// In the rulebook.
    Rules(of_rules::Finding),
    /// In the SLA policies.
    Policies(of_policies::Finding),
}

impl SettingsFinding {
    /// Facts that show it.
    pub fn example(&self) -> Option<&Example> {
        match self {
            Self::Rules(finding) => finding.example(),
            Self::Policies(finding) => finding.example(),
        }
    }
}

impl fmt::Display for SettingsFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rules(finding) => write!(f, "rules: {finding}"),
            Self::Policies(finding) => write!(f, "sla_policies: {finding}"),
        }
    }
}

impl Settings {
    /// What is wrong in the rulebook and in the SLA policies, though each rule and each policy is
    /// right: what never comes to anything, what works against each other
    /// ([of rules](crate::rules::analysis)), and which tickets are promised nothing
    /// ([of policies](crate::sla::policy::analysis)); with an example, for whoever writes settings to
    /// look at. Nothing is refused for it.
    ///
    /// It takes longer than building the settings, so it is for where they are written.
    /// [`gaps`](Self::gaps) costs nothing, and sees only what needs no look at conditions.
    ///
    /// ```
    /// use helpdesk::rules::{Assignment, RoutingRule};
    /// use helpdesk::sla::policy::{Obligation, SlaPolicy};
    /// use helpdesk::sla::Metric;
    /// use helpdesk::{AgentId, Fact, SettingsDraft, Span};
    ///
    /// let mut draft = SettingsDraft::default();
    /// let anna = AgentId::from_u128(8);
    /// draft.rules.routing = vec![
    ///     RoutingRule::new("all", Assignment::agent(anna)),
    ///     RoutingRule::new("mail", Assignment::agent(anna)).when(Fact::Channel.equals("email")),
    /// ];
    /// let answer = Obligation::new(Metric::NextResponse).within(Span::hours(4));
    /// draft.sla_policies =
    ///     vec![SlaPolicy::new("ours").when(Fact::Kind.equals("customer")).obligation(answer)];
    ///
    /// let findings = draft.build()?.analyse();
    /// let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
    /// assert_eq!(findings, [
    ///     "rules: `mail` is never reached: `all` before it takes all, such as channel: email",
    ///     "sla_policies: no policy is for some tickets, such as kind: internal",
    /// ]);
    /// # Ok::<(), helpdesk::SettingsError>(())
    /// ```
    pub fn analyse(&self) -> Vec<SettingsFinding> {
        let rules = self.rules.analyse().into_iter().map(SettingsFinding::Rules);
        let policies = self.levels.policies.analyse(&self.lexicon).into_iter();
        rules.chain(policies.map(SettingsFinding::Policies)).collect()
    }
}
