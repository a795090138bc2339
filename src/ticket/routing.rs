//! What a ticket is to its owner, and how it stands with routing.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Message, StatusChange, Ticket, Unassigning, Visibility};
use crate::cause::{Cause, Rule};
use crate::ids::AgentId;
use crate::people::{Actor, Author};
use crate::time::{self, Instant};

/// How much work a ticket is to its owner, and of which channel: fixed when it is assigned, so that
/// what an owner has to do is a sum over their tickets, whatever the settings say later.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Burden {
    /// How much work it is: 1 to 1,000.
    pub weight: u32,
    /// The channel among whose tickets it is counted, as conditions write it; `None`: none, as it
    /// was assigned before that was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Arc<str>>,
}

impl Default for Burden {
    fn default() -> Self {
        Self::PLAIN
    }
}

impl Burden {
    /// What is not said.
    const PLAIN: Self = Self { weight: 1, channel: None };

    pub(crate) fn is_plain(&self) -> bool {
        *self == Self::PLAIN
    }
}

/// How a ticket stands with routing: since when it waits for an owner, who had it, and who is to
/// begin until when. Of tickets that [rules](crate::rules) never gave to anybody, nothing is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoutingState {
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    since: Option<DateTime<Utc>>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    again_at: Option<DateTime<Utc>>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    take_by: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_agent: Option<AgentId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    left_lying_by: Vec<AgentId>,
}

impl RoutingState {
    const NONE: Self = Self {
        since: None,
        again_at: None,
        take_by: None,
        last_agent: None,
        left_lying_by: Vec::new(),
    };

    /// Since when it waits for an owner; `None`: it has one, or routing never looked for any.
    pub fn since(&self) -> Option<DateTime<Utc>> {
        self.since
    }

    /// When routing looks again, where that may help though nothing happens before.
    pub fn again_at(&self) -> Option<DateTime<Utc>> {
        self.again_at
    }

    /// Until when its owner is to begin, before somebody else is looked for; `None`: they have
    /// begun, or have any time.
    pub fn take_by(&self) -> Option<DateTime<Utc>> {
        self.take_by
    }

    /// Who had it last.
    pub fn last_agent(&self) -> Option<AgentId> {
        self.last_agent
    }

    /// Who gave it back, or did not begin in time, since somebody last began to work on it; in the
    /// order of their ids. Routing does not give it to them again.
    pub fn left_lying_by(&self) -> &[AgentId] {
        &self.left_lying_by
    }
}

impl Ticket {
    /// What it is to its owner; to nobody, where it has none.
    pub fn burden(&self) -> &Burden {
        static PLAIN: Burden = Burden::PLAIN;
        self.burden.as_deref().unwrap_or(&PLAIN)
    }

    /// How it stands with routing.
    pub fn routing(&self) -> &RoutingState {
        static NONE: RoutingState = RoutingState::NONE;
        self.extras().routing.as_deref().unwrap_or(&NONE)
    }

    /// When routing does something by itself: looks for somebody again, or for somebody else.
    pub(crate) fn routes_at(&self) -> Option<Instant> {
        let routing = self.routing();
        if self.status.category.is_done() || self.spam {
            return None;
        }
        self.assignee.map_or(routing.again_at, |_| routing.take_by)
    }

    /// Whether it waits for somebody who has to be found.
    pub(crate) fn waits_for_owner(&self) -> bool {
        self.is_queued() && !self.spam && self.merged_into().is_none()
    }

    fn edit_routing(&mut self, change: impl FnOnce(&mut RoutingState)) {
        self.edit_extras(|extras| {
            let mut routing = extras.routing.take().unwrap_or_default();
            change(&mut routing);
            extras.routing = Some(routing).filter(|routing| **routing != RoutingState::NONE);
        });
        self.timers.routing = self.routes_at();
    }

    pub(super) fn assigned(&mut self, to: AgentId, burden: &Burden, take_by: Option<Instant>) {
        self.assignee = Some(to);
        self.burden = (!burden.is_plain()).then(|| Arc::new(burden.clone()));
        if take_by.is_some() || self.extras().routing.is_some() {
            self.edit_routing(|routing| {
                (routing.since, routing.again_at, routing.take_by) = (None, None, take_by);
            });
        }
    }

    pub(super) fn unassigned(
        &mut self,
        from: AgentId,
        because: Unassigning,
        since: Option<Instant>,
    ) {
        self.assignee = None;
        self.burden = None;
        if since.is_none() && self.extras().routing.is_none() {
            return;
        }
        self.edit_routing(|routing| {
            (routing.since, routing.again_at, routing.take_by) = (since, None, None);
            routing.last_agent = Some(from);
            if matches!(because, Unassigning::ByHand | Unassigning::NotTaken)
                && let Err(place) = routing.left_lying_by.binary_search(&from)
            {
                routing.left_lying_by.insert(place, from);
            }
        });
    }

    /// Routing found nobody.
    pub(super) fn routed(&mut self, waits_since: Instant, again_at: Option<Instant>) {
        self.edit_routing(|routing| {
            (routing.since, routing.again_at) = (Some(waits_since), again_at);
        });
    }

    /// The owner has begun: nobody else is looked for.
    pub(super) fn taken_up(&mut self) {
        if self.extras().routing.is_some() {
            self.edit_routing(|routing| {
                routing.take_by = None;
                routing.left_lying_by.clear();
            });
        }
    }

    /// A move of the status: where the owner made it, they have begun, and not where rules made it of
    /// what the owner did; finished work is nobody's to begin.
    pub(super) fn moved_by(&mut self, cause: &Cause, change: &StatusChange) {
        let Some(owner) = self.assignee else {
            if change.to.category.is_done() && self.extras().routing.is_some() {
                self.edit_routing(|routing| (routing.since, routing.again_at) = (None, None));
            }
            return;
        };
        let by_hand = !cause.rule.as_ref().is_some_and(Rule::is_desks_own);
        if (by_hand && cause.actor == Actor::Agent(owner)) || change.to.category.is_done() {
            self.taken_up();
        }
    }

    /// Something was said: where the owner said it to the customer, they have begun.
    pub(super) fn said_by(&mut self, message: &Message) {
        if let Some(owner) = self.assignee
            && message.author == Author::Agent(owner)
            && message.visibility == Visibility::Public
        {
            self.taken_up();
        }
    }
}
