//! What may be merged into what, and whose question counts afterwards.

use serde::{Deserialize, Serialize};

/// What may be merged into what, and whose question counts afterwards.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let mut draft = SettingsDraft::default();
/// draft.merging.waiting = MergeWaiting::Survivor;
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
///
/// let (later, second) = (now + TimeDelta::hours(1), TicketId::from_u128(2));
/// let open = Open::new(second, Requester::Contact(maria), "It still burns.");
/// desk.open(customer.at(later), open)?;
/// desk.merge(agent.at(later), Merge::new(id, second))?;
/// assert_eq!(desk.ticket(second)?.unwrap().waiting_since(), Some(later));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "rules for merging: a map")]
pub struct Merging {
    /// Whose tickets may be merged with each other. Default those of one requester.
    pub across: MergeAcross,
    /// Since when the ticket that goes on waits for an answer. Default since the earliest
    /// question that is open on either.
    pub waiting: MergeWaiting,
}

impl Merging {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Whose customers' tickets may be merged with each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MergeAcross {
    /// Those of one requester.
    #[default]
    SameRequester,
    /// Those of one requester, and those of requesters who belonged to one organisation when they
    /// asked. Both then get the answers. Each reads what was said on the ticket that goes on, and
    /// of what was merged into it no more than what they may see by themselves
    /// ([`CustomerSight`](crate::CustomerSight)).
    SameOrganisation,
}

/// Since when a ticket waits for an answer after another was merged into it.
///
/// No question is lost either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MergeWaiting {
    /// Since the earliest question that is open on either.
    #[default]
    EarliestObligation,
    /// Since its own, where it has an open question of its own; else since the other's.
    Survivor,
}
