//! What a host writes: settings before their checks.

use serde::{Deserialize, Serialize};

use super::{
    ClockRules, CloseBlocks, Confirmation, Department, DeskCalendar, FieldDef, Limits, Merging,
    OpenAge, PriorityMatrix, Reopening, RoutingSettings, Settings, SettingsError, ToSolve,
    check_all,
};
use crate::condition::View;
use crate::ids::{CategoryName, CustomerGroupName, PriorityName, ResolutionCode, SlaLevelName};
use crate::people::{AgentSight, CustomerSight};
use crate::problem::Problems;
use crate::rules::RulebookDraft;
use crate::sla::SlaPolicy;
use crate::time::Span;
use crate::workflow::WorkflowDraft;

/// What a host writes: settings before their checks, in code or in a file. Every part has a
/// default, and the default as a whole is a desk that works.
///
/// ```
/// # use helpdesk::{SettingsDraft, Span};
/// let draft = SettingsDraft { auto_close: Some(Span::days(7)), ..SettingsDraft::default() };
/// let settings = draft.build()?;
/// assert_eq!(settings.auto_close(), Some(Span::days(7)));
/// # Ok::<(), helpdesk::SettingsError>(())
/// ```
///
/// In a file, times are in hours, minutes and seconds ([`Span`]). A part that is misspelt is
/// refused, and so is what the checks find:
///
/// ```
/// use helpdesk::{Settings, Span};
///
/// let settings: Settings = serde_json::from_str(
///     r#"{
///         "reference_prefix": "ACME",
///         "departments": [{ "name": "support" }, { "name": "engineering", "tier": 2 }],
///         "auto_close": "PT168H",
///         "reopening": { "within": "PT336H" },
///         "agent_sight": "all",
///         "views": [{ "name": "urgent", "filter": "priority >= high", "sort": "waiting_since" }]
///     }"#,
/// )?;
/// assert_eq!(settings.auto_close(), Some(Span::days(7)));
///
/// let wrong = serde_json::from_str::<Settings>(r#"{ "default_priority": "urgent" }"#);
/// assert_eq!(
///     wrong.unwrap_err().to_string(),
///     "invalid settings: default_priority: there is no priority `urgent`"
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "settings: a map")]
pub struct SettingsDraft {
    /// What stands before the number in a ticket's reference; 1 to 16 letters and digits.
    /// Default `HD`.
    pub reference_prefix: String,
    /// Prefixes that the desk had before: references that bear them still lead to their tickets.
    pub former_prefixes: Vec<String>,
    /// The lifecycle. Default: the one of nine statuses that [`Workflow`](crate::Workflow) draws.
    pub workflow: WorkflowDraft,
    /// The departments. Default none: then tickets have none.
    pub departments: Vec<Department>,
    /// What tickets are about. Default technical, billing, pre-sales, product, complaint. May be
    /// empty: then tickets have no category.
    pub categories: Vec<CategoryName>,
    /// The priority scale, lowest first; 1 to 100 steps. Default low, medium, high, critical.
    pub priorities: Vec<PriorityName>,
    /// The priority of a ticket that nobody gave one. Default medium.
    pub default_priority: PriorityName,
    /// Priority from impact and urgency, as ITIL has it; `None`: impact and urgency are not
    /// used. Default three by three.
    pub priority_matrix: Option<PriorityMatrix>,
    /// Typed custom fields of tickets. Default none.
    pub fields: Vec<FieldDef>,
    /// How a ticket may end; at least one. Default solved, workaround, duplicate, invalid,
    /// withdrawn, not_solved.
    pub resolution_codes: Vec<ResolutionCode>,
    /// How long after it was resolved a ticket closes by itself, in calendar time; `None`:
    /// never. Default four days; a public message of requester or agent cancels it.
    pub auto_close: Option<Span>,
    /// When a ticket that stays unresolved is warned about and flagged, in calendar time;
    /// `None`: never. Default after three and five days.
    pub open_age: Option<OpenAge>,
    /// What a customer's reply to a closed ticket does. Default: it reopens within 30 days.
    pub reopening: Reopening,
    /// What may be merged into what. Default: tickets of one requester, and the earliest open
    /// question counts.
    #[serde(skip_serializing_if = "Merging::is_default")]
    pub merging: Merging,
    /// What keeps a ticket from being resolved and closed. Default nothing.
    #[serde(skip_serializing_if = "CloseBlocks::is_none")]
    pub close_blocks: CloseBlocks,
    /// Which tickets plain and light agents see beside their own. Default those of their
    /// departments and those of none.
    pub agent_sight: AgentSight,
    /// The desk's own views, which all its agents may use. Default none.
    pub views: Vec<View>,
    /// Which tickets customers see beside their own. Default none.
    #[serde(skip_serializing_if = "CustomerSight::is_own")]
    pub customer_sight: CustomerSight,
    /// Typed custom fields of contacts. Default none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contact_fields: Vec<FieldDef>,
    /// Typed custom fields of organisations. Default none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub organisation_fields: Vec<FieldDef>,
    /// The groups that organisations may be in. Default none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub customer_groups: Vec<CustomerGroupName>,
    /// Caps on everything that could grow.
    pub limits: Limits,
    /// How long after it was closed everything personal of a ticket is erased by itself, in
    /// calendar time; `None`: never. Default never. It counts from the last closing, or, where
    /// the ticket was erased since, from the first words that came after that. A ticket on legal
    /// hold is passed over. As all timers do, it follows new settings at a ticket's next command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<Span>,
    /// Whether solutions are proposed to customers, who confirm or reject them. Default off.
    #[serde(skip_serializing_if = "Confirmation::is_off")]
    pub confirm_resolution: Confirmation,
    /// When the desk works, by name; at most 100. Default none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calendars: Vec<DeskCalendar>,
    /// The scale of service levels, lowest first; at most 100 steps. Default none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sla_levels: Vec<SlaLevelName>,
    /// What is promised to whom: the first that matches a ticket is its policy; at most 1,000.
    /// Default none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sla_policies: Vec<SlaPolicy>,
    /// What becomes of service levels by a merge, a split, a reopening and a follow-up. Default:
    /// the earliest open obligation counts, a question has waited since it was asked, reopened work
    /// goes on, and a follow-up begins anew.
    #[serde(skip_serializing_if = "ClockRules::is_default")]
    pub clock_rules: ClockRules,
    /// What tickets do by the desk's own [rules](crate::rules). Default none.
    #[serde(skip_serializing_if = "RulebookDraft::is_empty")]
    pub rules: RulebookDraft,
    /// Which tickets are to be solved next, and in which order. Default: new and open ones, by the
    /// earliest obligation or the end of their patience, whichever comes first.
    #[serde(skip_serializing_if = "ToSolve::is_default")]
    pub to_solve: ToSolve,
    /// How the work is counted that tickets make. Default: each is 1.
    #[serde(skip_serializing_if = "RoutingSettings::is_default")]
    pub routing: RoutingSettings,
}

impl Default for SettingsDraft {
    fn default() -> Self {
        let names = |names: &[&'static str]| names.iter().map(|name| (*name).into()).collect();
        Self {
            reference_prefix: "HD".into(),
            former_prefixes: Vec::new(),
            workflow: WorkflowDraft::default(),
            departments: Vec::new(),
            categories: ["technical", "billing", "pre-sales", "product", "complaint"]
                .map(CategoryName::from)
                .to_vec(),
            priorities: names(&["low", "medium", "high", "critical"]),
            default_priority: "medium".into(),
            priority_matrix: Some(PriorityMatrix::default()),
            fields: Vec::new(),
            resolution_codes: [
                "solved",
                "workaround",
                "duplicate",
                "invalid",
                "withdrawn",
                "not_solved",
            ]
            .map(ResolutionCode::from)
            .to_vec(),
            auto_close: Some(Span::days(4)),
            open_age: Some(OpenAge::default()),
            reopening: Reopening::default(),
            merging: Merging::default(),
            close_blocks: CloseBlocks::default(),
            agent_sight: AgentSight::default(),
            views: Vec::new(),
            customer_sight: CustomerSight::default(),
            contact_fields: Vec::new(),
            organisation_fields: Vec::new(),
            customer_groups: Vec::new(),
            limits: Limits::default(),
            retention: None,
            confirm_resolution: Confirmation::Off,
            calendars: Vec::new(),
            sla_levels: Vec::new(),
            sla_policies: Vec::new(),
            clock_rules: ClockRules::default(),
            rules: RulebookDraft::default(),
            to_solve: ToSolve::default(),
            routing: RoutingSettings::default(),
        }
    }
}

impl SettingsDraft {
    /// Checks everything, each part against the others, and gives settings that a desk can run
    /// on.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] lists the mistakes, each with the path to it. What leads where in a
    /// workflow is looked at once every name in it is right.
    pub fn build(self) -> Result<Settings, SettingsError> {
        let mut problems = Problems::none();
        let settings = check_all(self, &mut problems);
        if problems.is_empty() {
            Ok(settings)
        } else {
            Err(SettingsError { problems: problems.into_vec() })
        }
    }
}
