//! Which agent a ticket goes to: a pure function over a ticket, those who might have it, and a
//! [`Route`]; and a decision that explains itself.
//!
//! Usable without a desk: whoever keeps agents and loads of their own hands them in as
//! [`Candidate`]s. The same input gives the same decision, on every machine and in whatever order
//! the candidates come; input and decision are plain data, so that one can be kept beside the other
//! and replayed.
//!
//! ```
//! use helpdesk::rules::routing::{Candidate, Waiting, Why};
//! use helpdesk::rules::{Route, Strategy};
//! use helpdesk::AgentId;
//!
//! let now = "2026-03-02T09:00:00Z".parse()?;
//! let [anna, ben, carl] = [8, 9, 10].map(AgentId::from_u128);
//! let roster = [
//!     Candidate::new(anna).department("support").skill("networks", 5).open("email", 3),
//!     Candidate::new(ben).department("support").skill("networks", 2).open("email", 1),
//!     Candidate::new(carl).department("billing"),
//! ];
//! let route = Route::to("support").by(Strategy::LeastLoaded).skill("networks", 3);
//! let decision = route.decide(&Waiting::since(now, "email"), &roster, now);
//!
//! assert_eq!(decision.agent(), Some(anna));
//! assert_eq!(decision.dropped[0].to_string(), format!("{ben}: has `networks` at 2, and 3 is asked"));
//! assert_eq!(decision.dropped[1].to_string(), format!("{carl}: is in another department"));
//! assert_eq!(decision.why, Some(Why::Only));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How one is chosen
//!
//! 1. **Who can have it**: agents of the department (and, once it waited long enough, of the one
//!    that it overflows into) who are available, at work, able, speak the language, have room, and
//!    did not leave it lying before. Whoever cannot is named, with the first reason in this order.
//! 2. **Who comes before all others** ([`Sticky`]), if they can have it: liking never makes up for
//!    room, hours or skills.
//! 3. **The strategy** ranks the rest. Ties go to the one who was given something least lately,
//!    then to the lowest id.
//!
//! Nobody: it stays in the queue, and [`again_at`](Decision::again_at) says when looking again may
//! help without anything happening before.
//!
//! What is decided here is decided on the loads that were handed in. That no two decisions together
//! fill somebody beyond their capacity, the commit must see to.
//!
//! [`Route`]: crate::rules::Route
//! [`Sticky`]: crate::rules::Sticky

mod choose;
mod decision;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub(crate) use choose::{NEVER, Seen};
pub use decision::{Decision, Dropped, Ranked, Score, Unfit, Why};

use crate::ids::{AgentId, DepartmentName, LanguageTag, SkillName};
use crate::sla::Calendar;
use crate::time::{self, Span};

/// What must be known of a ticket that needs an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    /// Since when it waits for one: overflow counts from then.
    #[serde(deserialize_with = "time::truncated")]
    pub since: DateTime<Utc>,
    /// Its channel, as conditions write it: `email`, `social:mastodon`.
    pub channel: Arc<str>,
    /// The department that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentName>,
    /// The requester's language, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<LanguageTag>,
    /// Who had it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_agent: Option<AgentId>,
    /// Who was given it, and did not begin in time.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub left_lying_by: BTreeSet<AgentId>,
    /// How much work a ticket of each channel is; 1 where nothing is said.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<Arc<str>, u32>,
}

impl Waiting {
    /// A ticket of no department that came by this channel.
    pub fn since(since: DateTime<Utc>, channel: impl Into<Arc<str>>) -> Self {
        Self {
            since: time::whole_micros(since),
            channel: channel.into(),
            department: None,
            language: None,
            last_agent: None,
            left_lying_by: BTreeSet::new(),
            weights: BTreeMap::new(),
        }
    }

    /// How much work a ticket of this channel is.
    fn weight(&self, channel: &str) -> u64 {
        self.weights.get(channel).copied().unwrap_or(1).into()
    }
}

/// An agent who might have a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// Who.
    pub agent: AgentId,
    /// The departments that the agent works in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub departments: Vec<DepartmentName>,
    /// What the agent can do, and how well: 1 to 10.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub skills: BTreeMap<SkillName, u8>,
    /// The languages that the agent speaks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<LanguageTag>,
    /// Whether the agent takes work now. Default yes.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub available: bool,
    /// When the agent works. Default always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<Calendar>,
    /// How many unresolved tickets of each channel the agent owns.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub open: BTreeMap<Arc<str>, u32>,
    /// How much work the agent can have at once, each ticket counted by the weight of its channel.
    /// Default any amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// How many tickets of a channel the agent can have at once. Default any number of each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub most: BTreeMap<Arc<str>, u32>,
    /// When the agent was last given something. Default never.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub last_given_at: Option<DateTime<Utc>>,
    /// Since when the agent has no work, if that is so.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub idle_since: Option<DateTime<Utc>>,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_yes(yes: &bool) -> bool {
    *yes
}

impl Candidate {
    /// An agent who is available at all times, has no work, and can have any amount.
    pub fn new(agent: AgentId) -> Self {
        Self {
            agent,
            departments: Vec::new(),
            skills: BTreeMap::new(),
            languages: Vec::new(),
            available: true,
            calendar: None,
            open: BTreeMap::new(),
            capacity: None,
            most: BTreeMap::new(),
            last_given_at: None,
            idle_since: None,
        }
    }

    /// The same in one department more.
    #[must_use]
    pub fn department(mut self, department: impl Into<DepartmentName>) -> Self {
        self.departments.push(department.into());
        self
    }

    /// The same with this skill.
    #[must_use]
    pub fn skill(mut self, skill: impl Into<SkillName>, level: u8) -> Self {
        self.skills.insert(skill.into(), level);
        self
    }

    /// The same with so many open tickets of a channel.
    #[must_use]
    pub fn open(mut self, channel: impl Into<Arc<str>>, tickets: u32) -> Self {
        self.open.insert(channel.into(), tickets);
        self
    }

    /// The same with room for so much work at once.
    #[must_use]
    pub fn capacity(mut self, capacity: u32) -> Self {
        self.capacity = Some(capacity);
        self
    }
}

/// When something of a ticket that waits comes due.
fn due(since: DateTime<Utc>, after: Span) -> DateTime<Utc> {
    time::after(since, after)
}
