//! What a host writes of a lifecycle: statuses, transitions, reasons, landmarks, before checks.

use serde::{Deserialize, Serialize};

use super::StatusCategory;
use crate::ids::{FieldName, ReasonName, StatusName};
use crate::people::Party;

/// What a host writes: a workflow before its checks. The default is the one drawn at
/// [`Workflow`](crate::Workflow).
///
/// It is checked as part of the settings. Refused: a status that no ticket can reach, that has
/// no way out, or from which none leads to a closed one; names that are not defined, or twice;
/// a message or a timer that would move a ticket where a reason must be given; finished work
/// that is moved back by anything but reopening. Of a file, what is left out has its default.
///
/// # Examples
///
/// A host's own workflow, of six statuses:
///
/// ```
/// use helpdesk::StatusCategory::{Closed, New, OnHold, Open, Resolved, Waiting};
/// use helpdesk::{
///     Landmarks, Reason, SettingsDraft, StatusCategory, StatusDraft, Transition, WaitsFor,
///     WorkflowDraft,
/// };
///
/// /// A status that staff may leave for these others.
/// fn status(name: &str, category: StatusCategory, ways: &[&str]) -> StatusDraft {
///     let transitions = ways.iter().map(|to| Transition::to(*to)).collect();
///     StatusDraft { transitions, ..StatusDraft::new(name, category) }
/// }
///
/// let ways = ["ours", "theirs", "parked", "solved", "archived"];
/// let mut workflow = WorkflowDraft {
///     statuses: vec![
///         status("new", New, &ways),
///         status("ours", Open, &ways[1..]),
///         status("theirs", Waiting, &["ours", "parked", "solved", "archived"]),
///         status("parked", OnHold, &["ours", "theirs", "solved", "archived"]),
///         status("solved", Resolved, &["archived"]),
///         status("archived", Closed, &[]),
///     ],
///     reasons: vec![Reason { name: "vendor".into(), waits_for: WaitsFor::ThirdParty }],
///     landmarks: Landmarks {
///         initial: "new".into(),
///         outreach: "theirs".into(),
///         postponed: "parked".into(),
///         woken: "ours".into(),
///         resolved: "solved".into(),
///         closed: "archived".into(),
///         reopened: "ours".into(),
///         proposed: None,
///     },
/// };
/// // Whose turn it is, by who wrote.
/// for status in &mut workflow.statuses {
///     match status.category {
///         New | Open => status.on_agent_reply = Some("theirs".into()),
///         Waiting | OnHold | Resolved => status.on_customer_reply = Some("ours".into()),
///         Closed => {}
///     }
/// }
/// let settings = SettingsDraft { workflow, ..SettingsDraft::default() }.build()?;
/// assert_eq!(settings.workflow().status("parked").unwrap().category, OnHold);
/// # Ok::<(), helpdesk::SettingsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a workflow: a map")]
pub struct WorkflowDraft {
    /// The statuses, in the order in which people should read them; at least one of category
    /// new, on hold, open, resolved and closed each, since the landmarks need them.
    pub statuses: Vec<StatusDraft>,
    /// The reasons for which a ticket may wait, for statuses to name.
    pub reasons: Vec<Reason>,
    /// The statuses that the crate itself moves tickets to.
    pub landmarks: Landmarks,
}

/// One status of a [`WorkflowDraft`]: what it means, and where a ticket goes from there.
///
/// ```
#[doc = include_str!("../example.txt")]
/// // Nobody resolves a ticket without saying what was broken.
/// let mut draft = SettingsDraft::default();
/// draft.fields = vec![FieldDef::new("part", FieldKind::Text { max_bytes: 200 })];
/// let resolved = draft.workflow.statuses.iter_mut().find(|status| status.name == "resolved");
/// resolved.unwrap().required_fields = vec!["part".into()];
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
///
/// let resolve = Resolve { ticket: id, resolution: Resolving::new("solved") };
/// let refused = desk.resolve(agent.at(now), resolve).unwrap_err();
/// assert_eq!(refused.to_string(), "the status `resolved` requires the field `part`");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a status: a map with `name` and `category`")]
pub struct StatusDraft {
    /// The status's name: 1 to 64 bytes.
    pub name: StatusName,
    /// What it means to the rules.
    pub category: StatusCategory,
    /// The reasons that may be given on entering it; only for waiting and on hold.
    #[serde(default)]
    pub reasons: Vec<ReasonName>,
    /// Whether a reason must be given. Not on a status to which a message or a timer leads: they
    /// give none.
    #[serde(default)]
    pub reason_required: bool,
    /// Custom fields that must hold a value when somebody moves a ticket here by hand.
    /// Moves that a message or a timer makes are never held up.
    #[serde(default)]
    pub required_fields: Vec<FieldName>,
    /// Where a ticket may be moved from here by hand.
    #[serde(default)]
    pub transitions: Vec<Transition>,
    /// Where the requester's message moves a ticket; `None`: nowhere. Not for closed statuses,
    /// where the [reopening policy](crate::Reopening) says it.
    #[serde(default)]
    pub on_customer_reply: Option<StatusName>,
    /// Where an agent's public reply moves a ticket; `None`: nowhere. Not for finished work.
    #[serde(default)]
    pub on_agent_reply: Option<StatusName>,
    /// Where an agent's taking the ticket moves it; `None`: nowhere. Not for finished work.
    #[serde(default)]
    pub on_take: Option<StatusName>,
}

impl StatusDraft {
    /// A status with no way in or out yet.
    pub fn new(name: impl Into<StatusName>, category: StatusCategory) -> Self {
        Self {
            name: name.into(),
            category,
            reasons: Vec::new(),
            reason_required: false,
            required_fields: Vec::new(),
            transitions: Vec::new(),
            on_customer_reply: None,
            on_agent_reply: None,
            on_take: None,
        }
    }
}

/// A move by hand that a workflow allows, and to whom.
///
/// ```
#[doc = include_str!("../example.txt")]
/// // Customers of this desk may close what they have asked.
/// let mut draft = SettingsDraft::default();
/// for status in &mut draft.workflow.statuses {
///     let closing = status.transitions.iter_mut().filter(|transition| transition.to == "closed");
///     closing.for_each(|transition| transition.by.push(Party::Customer));
/// }
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
///
/// let close = Close { ticket: id, resolution: Some(Resolving::new("withdrawn")) };
/// let closed = desk.close(customer.at(now), close)?;
/// assert_eq!(closed.ticket().unwrap().status().name, "closed");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a transition: a map")]
pub struct Transition {
    /// The status it leads to.
    pub to: StatusName,
    /// Who may make it; at least one. Left out in a file: [`Party::STAFF`].
    #[serde(default = "staff")]
    pub by: Vec<Party>,
}

fn staff() -> Vec<Party> {
    Party::STAFF.to_vec()
}

impl Transition {
    /// A move that all who work on tickets may make ([`Party::STAFF`]).
    pub fn to(status: impl Into<StatusName>) -> Self {
        Self { to: status.into(), by: staff() }
    }
}

/// A reason for which a ticket may wait; reasons are reported on.
///
/// ```
/// # use helpdesk::{Reason, SettingsDraft, WaitsFor};
/// let mut draft = SettingsDraft::default();
/// draft
///     .workflow
///     .reasons
///     .push(Reason { name: "customs".into(), waits_for: WaitsFor::ThirdParty });
/// let suspended = draft.workflow.statuses.iter_mut().find(|status| status.name == "suspended");
/// suspended.unwrap().reasons.push("customs".into());
///
/// let settings = draft.build()?;
/// assert_eq!(settings.workflow().waits_for(&"customs".into()), Some(WaitsFor::ThirdParty));
/// # Ok::<(), helpdesk::SettingsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a reason: a map with a `name`")]
pub struct Reason {
    /// The reason's name: 1 to 64 bytes.
    pub name: ReasonName,
    /// Whom the ticket waits for.
    pub waits_for: WaitsFor,
}

/// Whom a waiting ticket waits for. Decides, later, whether clocks pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// The customer.
    Customer,
    /// Somebody outside the desk who is not the customer.
    ThirdParty,
    /// The desk itself: an agent looks again later.
    Desk,
}

/// The statuses that the crate itself moves tickets to.
///
/// None of those where a ticket starts, wakes or reopens may require a reason: nobody is there
/// to give one.
///
/// ```
/// # use helpdesk::SettingsDraft;
/// // Reopened work goes straight back to work.
/// let mut draft = SettingsDraft::default();
/// draft.workflow.landmarks.reopened = "in_progress".into();
/// assert!(draft.build().is_ok());
///
/// let mut draft = SettingsDraft::default();
/// draft.workflow.landmarks.reopened = "answered".into();
/// assert_eq!(
///     draft.build().unwrap_err().problems()[0].to_string(),
///     "workflow.landmarks.reopened: the status `answered` is waiting, and this must be open"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "landmarks: a map")]
pub struct Landmarks {
    /// Where a request starts; its category is new. Default `new`.
    pub initial: StatusName,
    /// Where a ticket starts that an agent opened by writing to a customer; its category is
    /// open, waiting or on hold. Default `answered`.
    pub outreach: StatusName,
    /// Where postponing leads; its category is on hold. Default `postponed`.
    pub postponed: StatusName,
    /// Where a postponed ticket returns to, unless it was in a status of category new: then
    /// it returns to `initial`. Its category is open. Default `open`.
    pub woken: StatusName,
    /// Where resolving leads; its category is resolved. Default `resolved`.
    pub resolved: StatusName,
    /// Where closing leads, by hand or by itself; its category is closed. Default `closed`.
    pub closed: StatusName,
    /// Where reopening leads, and rejecting a proposed solution; its category is open. Default
    /// `open`.
    pub reopened: StatusName,
    /// Where a ticket waits for its customer's word on a proposed solution; there must be one
    /// where [solutions are confirmed](crate::Confirmation). Default none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed: Option<Proposed>,
}

/// Where a ticket waits for its customer's word on a proposed solution.
///
/// It must be left by other ways than the customer's word, as every status: nothing waits for
/// ever for somebody who never answers.
///
/// A status for itself, or one that tickets wait in for other reasons as well:
///
/// ```
/// # use helpdesk::{Confirmation, Proposed, SettingsDraft};
/// let mut draft = SettingsDraft::default();
/// draft.confirm_resolution = Confirmation::Offered;
/// assert_eq!(
///     draft.clone().build().unwrap_err().problems()[0].to_string(),
///     "workflow.landmarks.proposed: there must be at least one status for proposals, as \
///      `confirm_resolution` is on"
/// );
///
/// let reason = Some("confirmation".into());
/// draft.workflow.landmarks.proposed = Some(Proposed { status: "pending".into(), reason });
/// assert!(draft.build().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "where a proposed solution waits: a map")]
pub struct Proposed {
    /// Which status; its category is waiting.
    pub status: StatusName,
    /// Why it waits there, of the reasons that the status takes; not `None` where it requires
    /// one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonName>,
}
