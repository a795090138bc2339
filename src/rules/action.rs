//! What a rule does to a ticket, as data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Route, Wording};
use crate::ids::{
    AgentId, CategoryName, DepartmentName, FieldName, HostActionName, PriorityName, ReasonName,
    ResolutionCode, StatusName, Tag,
};
use crate::sla::policy::Whom;
use crate::value::FieldValue;

/// Something that a rule does.
///
/// Each names a result, so what is so already is not done again. In a file each is a map of one
/// entry:
///
/// ```
/// use helpdesk::rules::Action;
///
/// let actions: Vec<Action> = serde_json::from_str(
///     r#"[
///         { "set_status": { "status": "pending", "reason": "information" } },
///         { "set_priority": "high" },
///         { "add_tag": "vip" },
///         { "set_field": { "field": "plan", "value": { "choice": "pro" } } },
///         { "assign": { "department": "billing" } },
///         { "notify": "department" },
///         { "reply": "We look into {reference}." },
///         { "host": { "name": "refund", "with": { "order": "{field.order}" } } }
///     ]"#,
/// )?;
/// assert_eq!(actions.len(), 8);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// Moves it to a status, where the workflow has a transition, whoever may make that by hand.
    /// What the settings keep from being finished, and what is finished, it leaves as it is.
    SetStatus(ToStatus),
    /// Gives it a priority.
    SetPriority(PriorityName),
    /// Says what it is about.
    SetCategory(CategoryName),
    /// Labels it.
    AddTag(Tag),
    /// Takes a label off.
    RemoveTag(Tag),
    /// Fills a custom field.
    SetField(FieldChange),
    /// Empties a custom field.
    ClearField(FieldName),
    /// Puts it into a department's queue, gives it to an agent, or both. No rule gives it to an agent
    /// who takes no work now ([`Refusal::Away`](crate::Refusal::Away)); a macro does, as a hand would.
    Assign(Assignment),
    /// Gives it to the agent whom a strategy chooses.
    Route(Route),
    /// Hands it to a department of a higher tier.
    Escalate(DepartmentName),
    /// Writes a note, which only agents read.
    Note(Wording),
    /// Writes to the requester and the followers, in the desk's own name: that answers nothing and
    /// moves no status. In a macro these are the agent's own words, and answer as such.
    ///
    /// Where an automatic message ([`Actor::AutoResponder`](crate::Actor::AutoResponder)) set the rule
    /// off, or what rules made of it, nothing is written, or two machines would write to each other for
    /// ever: the [trace](crate::Step::ReplyLeftOut) says so, and all else that the rule does is done.
    /// What comes by time is written.
    /// What is closed is written on no more: a rule that closes says its words before that.
    Reply(Wording),
    /// Tells somebody on the desk.
    Notify(Whom),
    /// Work of the host's own, recorded as an intent for the host to carry out.
    Host(HostAction),
}

/// Where a ticket is moved to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToStatus {
    /// The status.
    pub status: StatusName,
    /// Why it waits there. Default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonName>,
    /// How it ends, where that is a resolved or a closed status: a code from the settings' list.
    /// Unfinished work is not finished without one; of what is finished, how it ended stands. A rule
    /// that closes says one, or is for what is resolved: its condition asks for a resolved status (or
    /// what of all parts or of each alternative does), or its time runs from when it was resolved.
    /// Default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<ResolutionCode>,
}

impl ToStatus {
    /// This status, for no reason.
    pub fn new(status: impl Into<StatusName>) -> Self {
        Self { status: status.into(), reason: None, resolution: None }
    }

    /// The same for this reason.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<ReasonName>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The same as the end of the work, which it ends so.
    ///
    /// ```
    /// use helpdesk::rules::ToStatus;
    ///
    /// let solved = ToStatus::new("resolved").resolution("solved");
    /// assert_eq!(solved.resolution, Some("solved".into()));
    /// ```
    #[must_use]
    pub fn resolution(mut self, code: impl Into<ResolutionCode>) -> Self {
        self.resolution = Some(code.into());
        self
    }
}

/// What a custom field is filled with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldChange {
    /// The field.
    pub field: FieldName,
    /// What it is to hold, of the field's type. Whether a text is short enough and a number in its
    /// range is looked at when it is filled.
    pub value: FieldValue,
}

impl FieldChange {
    /// This value in this field.
    pub fn new(field: impl Into<FieldName>, value: FieldValue) -> Self {
        Self { field: field.into(), value }
    }
}

/// Whose a ticket becomes: a department's, an agent's, or an agent's in a department.
///
/// ```
/// use helpdesk::AgentId;
/// use helpdesk::rules::Assignment;
///
/// let anna = AgentId::from_u128(8);
/// let both = Assignment { agent: Some(anna), ..Assignment::department("billing") };
/// assert_eq!(Assignment::agent(anna).department, None);
/// # let _ = both;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// The department; left out: the one that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentName>,
    /// The agent; left out: it waits in the queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
}

impl Assignment {
    /// Into the queue of this department.
    pub fn department(department: impl Into<DepartmentName>) -> Self {
        Self { department: Some(department.into()), agent: None }
    }

    /// To this agent.
    pub fn agent(agent: AgentId) -> Self {
        Self { department: None, agent: Some(agent) }
    }
}

/// Work of the host's own: a name that the host knows, and what it is to be done with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostAction {
    /// What is to be done: 1 to 64 bytes.
    pub name: HostActionName,
    /// With what, by name; at most 20. Default nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, Wording>,
}

impl HostAction {
    /// Work of this name, with nothing.
    pub fn new(name: impl Into<HostActionName>) -> Self {
        Self { name: name.into(), with: BTreeMap::new() }
    }

    /// The same with this, too.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Wording>) -> Self {
        self.with.insert(name.into(), value.into());
        self
    }
}
