//! Everything that a host configures, as one value that is checked as a whole.

mod analysis;
mod clock_rules;
mod confirmation;
mod department;
mod draft;
mod fields;
mod lexicon;
mod limits;
mod merging;
mod policies;
mod priority;
mod routing;
mod rules;
mod sla;
mod to_solve;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use analysis::SettingsFinding;
pub use clock_rules::{ClockRules, FollowUpClocks, MergeClocks, ReopenClocks, SplitClocks};
pub use confirmation::Confirmation;
pub use department::Department;
pub use draft::SettingsDraft;
pub use fields::{FieldDef, FieldKind, FieldProblem};
pub use limits::Limits;
pub(crate) use limits::MOST_CHAIN;
pub use merging::{MergeAcross, MergeWaiting, Merging};
pub use policies::{CloseBlocks, OpenAge, Reopening};
pub use priority::{Priority, PriorityMatrix};
pub(crate) use routing::Routes;
pub use routing::RoutingSettings;
pub use sla::DeskCalendar;
pub use to_solve::ToSolve;

use crate::condition::View;
use crate::ids::{
    CalendarName, CategoryName, CustomerGroupName, DepartmentName, FieldName, PriorityName,
    ResolutionCode,
};
use crate::matching::{Lexicon, Turns, check_views};
use crate::people::{AgentSight, CustomerSight, SightPolicy};
use crate::problem::{Mistake, Problem, Problems};
use crate::rules::Rulebook;
use crate::sla::Calendar;
use crate::sla::policy::{Gap, Policies};
use crate::time::Span;
use crate::workflow::{Around, Workflow, check};

/// Settings that have passed every check: everything that a host configures, as one value.
///
/// Made by [`SettingsDraft::build`], put in force by [`Desk::create`](crate::Desk::create) and
/// [`Desk::publish`](crate::Desk::publish). Serialised, they are their draft; read back, they
/// are checked again.
///
/// ```
/// # use helpdesk::{Settings, SettingsDraft};
/// let settings = Settings::default();
/// assert_eq!(settings.default_priority().name, "medium");
/// assert_eq!(settings.workflow().statuses().len(), 9);
///
/// // To change something, change the draft and build it again.
/// let changed = SettingsDraft { auto_close: None, ..settings.draft().clone() }.build()?;
/// assert_eq!(changed.auto_close(), None);
/// # Ok::<(), helpdesk::SettingsError>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "SettingsDraft", into = "SettingsDraft")]
pub struct Settings {
    draft: SettingsDraft,
    // What is looked up, made of the draft once.
    workflow: Workflow,
    prefix: Arc<str>,
    lexicon: Arc<Lexicon>,
    levels: Arc<sla::Levels>,
    rules: Arc<Rulebook>,
    turns: Turns,
    routes: Routes,
}

/// By what the host wrote: all the rest is made of that.
impl PartialEq for Settings {
    fn eq(&self, other: &Self) -> bool {
        self.draft == other.draft
    }
}

impl Eq for Settings {}

impl Default for Settings {
    fn default() -> Self {
        check_all(SettingsDraft::default(), &mut Problems::none())
    }
}

impl TryFrom<SettingsDraft> for Settings {
    type Error = SettingsError;

    fn try_from(draft: SettingsDraft) -> Result<Self, Self::Error> {
        draft.build()
    }
}

impl From<Settings> for SettingsDraft {
    fn from(settings: Settings) -> Self {
        settings.draft
    }
}

#[cfg(feature = "json")]
impl Settings {
    /// Settings that an earlier build accepted, whatever the checks of this one say: what was in
    /// force stays in force. Only what cannot be looked up at all is refused: a status, or what
    /// tickets are promised.
    pub(crate) fn accepted_before(draft: SettingsDraft) -> Result<Self, SettingsError> {
        let mut problems = Problems::none();
        let workflow = crate::workflow::check_lookups(draft.workflow.clone(), &mut problems);
        let lexicon = Arc::new(lexicon::of(&draft));
        let mut of_levels = Problems::none();
        let levels = Arc::new(sla::check_all(&draft, &lexicon, &mut of_levels));
        if problems.is_empty() && levels.lack_some(&draft) {
            problems = of_levels;
        }
        let rules = Arc::new(rules_of(&draft, &lexicon, &mut problems));
        if problems.is_empty() {
            let prefix = draft.reference_prefix.as_str().into();
            let (turns, routes) = (to_solve::turns(&draft), Routes::of(&rules));
            Ok(Self { workflow, prefix, lexicon, levels, rules, turns, routes, draft })
        } else {
            Err(SettingsError { problems: problems.into_vec() })
        }
    }
}

impl Settings {
    /// What the host wrote; change it and build it again.
    pub fn draft(&self) -> &SettingsDraft {
        &self.draft
    }

    /// The lifecycle.
    pub fn workflow(&self) -> &Workflow {
        &self.workflow
    }

    /// What stands before the number in a ticket's reference.
    pub fn reference_prefix(&self) -> &Arc<str> {
        &self.prefix
    }

    /// Whether references of this desk bear this prefix, or did once; in whichever letter case.
    pub fn is_prefix(&self, prefix: &str) -> bool {
        let mut former = self.draft.former_prefixes.iter();
        self.prefix.eq_ignore_ascii_case(prefix)
            || former.any(|former| former.eq_ignore_ascii_case(prefix))
    }

    /// How long after it was resolved a ticket closes by itself.
    pub fn auto_close(&self) -> Option<Span> {
        self.draft.auto_close
    }

    /// When a ticket that stays unresolved is warned about and flagged.
    pub fn open_age(&self) -> Option<OpenAge> {
        self.draft.open_age
    }

    /// How long after it was closed everything personal of a ticket is erased by itself.
    pub fn retention(&self) -> Option<Span> {
        self.draft.retention
    }

    /// Whether solutions are proposed to customers, who confirm or reject them.
    pub fn confirm_resolution(&self) -> Confirmation {
        self.draft.confirm_resolution
    }

    /// What a customer's reply to a closed ticket does.
    pub fn reopening(&self) -> Reopening {
        self.draft.reopening
    }

    /// What may be merged into what.
    pub fn merging(&self) -> Merging {
        self.draft.merging
    }

    /// What becomes of service levels by a merge, a split, a reopening and a follow-up.
    pub fn clock_rules(&self) -> ClockRules {
        self.draft.clock_rules
    }

    /// What keeps a ticket from being resolved and closed.
    pub fn close_blocks(&self) -> CloseBlocks {
        self.draft.close_blocks
    }

    /// Which tickets plain and light agents see beside their own.
    pub fn agent_sight(&self) -> AgentSight {
        self.draft.agent_sight
    }

    /// Which tickets customers see beside their own.
    pub fn customer_sight(&self) -> CustomerSight {
        self.draft.customer_sight
    }

    pub(crate) fn sight_policy(&self) -> SightPolicy {
        SightPolicy { agents: self.draft.agent_sight, customers: self.draft.customer_sight }
    }

    /// Caps on everything that could grow.
    pub fn limits(&self) -> &Limits {
        &self.draft.limits
    }

    /// The desk's own views.
    pub fn views(&self) -> &[View] {
        &self.draft.views
    }

    /// The department of this name.
    pub fn department(&self, name: &DepartmentName) -> Option<&Department> {
        self.draft.departments.iter().find(|department| department.name == *name)
    }

    /// The category of this name, if it is one.
    pub fn category(&self, name: &CategoryName) -> Option<&CategoryName> {
        self.draft.categories.iter().find(|category| *category == name)
    }

    /// The custom field of this name.
    pub fn field(&self, name: &FieldName) -> Option<&FieldDef> {
        self.draft.fields.iter().find(|field| field.name == *name)
    }

    /// The custom field of contacts of this name.
    pub fn contact_field(&self, name: &FieldName) -> Option<&FieldDef> {
        self.draft.contact_fields.iter().find(|field| field.name == *name)
    }

    /// The custom field of organisations of this name.
    pub fn organisation_field(&self, name: &FieldName) -> Option<&FieldDef> {
        self.draft.organisation_fields.iter().find(|field| field.name == *name)
    }

    /// The resolution code of this name, if it is one.
    pub fn resolution_code(&self, code: &ResolutionCode) -> Option<&ResolutionCode> {
        self.draft.resolution_codes.iter().find(|known| *known == code)
    }

    /// The step of the priority scale of this name.
    pub fn priority(&self, name: &PriorityName) -> Option<Priority> {
        let rank = self.draft.priorities.iter().position(|priority| priority == name)?;
        Some(Priority { name: name.clone(), rank: u8::try_from(rank).unwrap_or(u8::MAX) })
    }

    /// The place of this priority on the scale; the length of the scale, if it is not on it.
    pub(crate) fn place_of_priority(&self, name: &PriorityName) -> u8 {
        let priorities = &self.draft.priorities;
        let place = priorities.iter().position(|priority| priority == name);
        u8::try_from(place.unwrap_or(priorities.len())).unwrap_or(u8::MAX)
    }

    /// The priority of a ticket that nobody gave one.
    pub fn default_priority(&self) -> Priority {
        self.priority(&self.draft.default_priority)
            .unwrap_or(Priority { name: self.draft.default_priority.clone(), rank: 0 })
    }

    /// The calendar of this name.
    pub fn calendar(&self, name: &CalendarName) -> Option<&Calendar> {
        self.levels.calendars.get(name)
    }

    /// What is promised to whom.
    pub fn sla_policies(&self) -> &Policies {
        &self.levels.policies
    }

    /// What the policies lack, though they are right: for whoever writes them to look at. What only a
    /// look at their conditions shows, [`analyse`](Self::analyse) finds.
    ///
    /// ```
    /// use helpdesk::sla::policy::{Obligation, SlaPolicy};
    /// use helpdesk::sla::Metric;
    /// use helpdesk::{Fact, SettingsDraft, Span};
    ///
    /// let answer = Obligation::new(Metric::FirstResponse).within(Span::hours(4));
    /// let mut draft = SettingsDraft::default();
    /// draft.sla_policies.push(
    ///     SlaPolicy::new("urgent").when(Fact::Priority.at_least("high")).obligation(answer),
    /// );
    /// let settings = draft.build()?;
    /// let gaps: Vec<String> = settings.gaps().iter().map(ToString::to_string).collect();
    /// assert_eq!(gaps, [
    ///     "sla_policies: no policy is for all tickets: those that match none are promised nothing",
    ///     "sla_policies[0]: first responses are promised and next responses are not: after the \
    ///      first answer nothing is",
    /// ]);
    /// # Ok::<(), helpdesk::SettingsError>(())
    /// ```
    pub fn gaps(&self) -> &[Gap] {
        &self.levels.gaps
    }

    /// What tickets do by the desk's own rules.
    ///
    /// ```
    /// use helpdesk::rules::RoutingRule;
    /// use helpdesk::rules::Assignment;
    /// use helpdesk::{AgentId, SettingsDraft};
    ///
    /// let mut draft = SettingsDraft::default();
    /// let anna = AgentId::from_u128(8);
    /// draft.rules.routing.push(RoutingRule::new("all to Anna", Assignment::agent(anna)));
    /// assert_eq!(draft.build()?.rules().routing().len(), 1);
    /// # Ok::<(), helpdesk::SettingsError>(())
    /// ```
    pub fn rules(&self) -> &Rulebook {
        &self.rules
    }

    /// In which order tickets are to be solved.
    ///
    /// ```
    /// # use helpdesk::{Settings, Span};
    /// let settings = Settings::default();
    /// let served: Vec<&str> = settings.turns().statuses().map(|(name, _)| name.as_str()).collect();
    /// assert_eq!(served, ["new", "open", "in_progress"]);
    /// assert_eq!(settings.turns().patience("medium"), Span::hours(16));
    /// ```
    pub fn turns(&self) -> &Turns {
        &self.turns
    }

    /// How much work a ticket of this channel is, which is named as conditions write it.
    pub fn weight_of(&self, channel: &str) -> u32 {
        self.draft.routing.weights.get(channel).copied().unwrap_or(1)
    }

    pub(crate) fn routes(&self) -> Routes {
        self.routes
    }

    /// What the names in conditions mean under these settings.
    pub fn lexicon(&self) -> Arc<Lexicon> {
        self.lexicon.clone()
    }

    /// Priority from impact and urgency.
    pub fn priority_matrix(&self) -> Option<&PriorityMatrix> {
        self.draft.priority_matrix.as_ref()
    }
}

fn check_prefix(prefix: &str, path: &str, problems: &mut Problems) {
    if prefix.is_empty() || prefix.len() > 16 || !prefix.bytes().all(|b| b.is_ascii_alphanumeric())
    {
        let found = format!("`{prefix}`");
        let expected = "1 to 16 ASCII letters and digits";
        problems.at(path, Mistake::OutOfRange { found, expected });
    }
}

fn check_all(draft: SettingsDraft, problems: &mut Problems) -> Settings {
    check_prefix(&draft.reference_prefix, "reference_prefix", problems);
    for (index, prefix) in draft.former_prefixes.iter().enumerate() {
        check_prefix(prefix, &format!("former_prefixes[{index}]"), problems);
    }
    problems.names(
        "department",
        draft.departments.iter().map(|department| department.name.as_str()),
        |index| format!("departments[{index}].name"),
    );
    problems.names("category", draft.categories.iter().map(CategoryName::as_str), |index| {
        format!("categories[{index}]")
    });
    problems.names(
        "resolution code",
        draft.resolution_codes.iter().map(ResolutionCode::as_str),
        |index| format!("resolution_codes[{index}]"),
    );
    if draft.resolution_codes.is_empty() {
        problems.at("resolution_codes", Mistake::Empty { what: "resolution code" });
    }
    priority::check(&draft, problems);
    fields::check("fields", &draft.fields, problems);
    fields::check("contact_fields", &draft.contact_fields, problems);
    fields::check("organisation_fields", &draft.organisation_fields, problems);
    problems.names(
        "customer group",
        draft.customer_groups.iter().map(CustomerGroupName::as_str),
        |index| format!("customer_groups[{index}]"),
    );
    policies::check(&draft, problems);
    to_solve::check(&draft, problems);
    limits::check(&draft.limits, problems);
    routing::check(&draft, problems);
    let lexicon = Arc::new(lexicon::of(&draft));
    check_views(&draft.views, &lexicon, "views", problems);
    for (index, department) in draft.departments.iter().enumerate() {
        let path = format!("departments[{index}].views");
        check_views(&department.views, &lexicon, &path, problems);
    }
    let levels = Arc::new(sla::check_all(&draft, &lexicon, problems));
    let fields: Vec<FieldName> = draft.fields.iter().map(|field| field.name.clone()).collect();
    let around = Around {
        fields: &fields,
        auto_close: draft.auto_close.is_some(),
        confirms: draft.confirm_resolution != Confirmation::Off,
    };
    let workflow = check(draft.workflow.clone(), around, problems);
    let rules = Arc::new(rules_of(&draft, &lexicon, problems));
    // What leads where is known once every name is right.
    if problems.is_empty() {
        rules::check(&draft, &workflow, problems);
    }
    let prefix = draft.reference_prefix.as_str().into();
    let (turns, routes) = (to_solve::turns(&draft), Routes::of(&rules));
    Settings { workflow, prefix, lexicon, levels, rules, turns, routes, draft }
}

/// The rules, with every name looked up; none where they have mistakes.
fn rules_of(draft: &SettingsDraft, lexicon: &Lexicon, problems: &mut Problems) -> Rulebook {
    match draft.rules.clone().build(lexicon) {
        Ok(rules) => rules,
        Err(error) => {
            problems.below("rules", error.problems());
            Rulebook::none(lexicon)
        }
    }
}

/// Settings with mistakes in them: every one, each with the path to it.
///
/// ```
/// # use helpdesk::SettingsDraft;
/// let mut draft = SettingsDraft::default();
/// draft.reference_prefix = "HELP DESK".into();
/// draft.resolution_codes.clear();
/// let error = draft.build().unwrap_err();
/// let paths: Vec<&str> = error.problems().iter().map(|problem| problem.path()).collect();
/// assert_eq!(paths, ["reference_prefix", "resolution_codes"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    problems: Vec<Problem>,
}

impl SettingsError {
    /// The mistakes; at least one.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl std::fmt::Display for SettingsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("invalid settings")?;
        for (index, problem) in self.problems.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { "; " })?;
            std::fmt::Display::fmt(problem, f)?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingsError {}
