//! What is known of a ticket: subject, category, tags, fields, priority, followers.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::{CategoryName, FieldName, ImpactName, PriorityName, Tag, TicketId, UrgencyName};
use crate::settings::FieldValue;
use crate::ticket::Follower;

/// Changes what is known of a ticket; allowed in every status.
///
/// Impact and urgency, once both are known, set the priority by the matrix whenever either
/// changes; a priority named in the same command wins. Refused whole if any part is: names
/// that the settings do not know, values that do not fit their field, more tags or followers
/// than the limits allow, an empty subject, clearing a field that the present status requires.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Edit {
    /// Which ticket.
    pub ticket: TicketId,
    /// A new subject.
    pub subject: Option<String>,
    /// What it is about.
    pub category: Patch<CategoryName>,
    /// Labels to add; those it has are left alone.
    pub add_tags: BTreeSet<Tag>,
    /// Labels to remove; those it has not are passed over. A tag in both lists is added.
    pub remove_tags: BTreeSet<Tag>,
    /// Custom fields: a value to set, `None` to clear.
    pub fields: BTreeMap<FieldName, Option<FieldValue>>,
    /// How much it matters.
    pub priority: Option<PriorityName>,
    /// How many it touches.
    pub impact: Patch<ImpactName>,
    /// How soon it hurts.
    pub urgency: Patch<UrgencyName>,
    /// Who is to be told beside requester and agents.
    pub follow: BTreeSet<Follower>,
    /// Who is not to be any more. One in both lists follows.
    pub unfollow: BTreeSet<Follower>,
}

impl Edit {
    /// An edit that changes nothing yet; set its fields directly.
    pub fn new(ticket: TicketId) -> Self {
        Self {
            ticket,
            subject: None,
            category: Patch::Keep,
            add_tags: BTreeSet::new(),
            remove_tags: BTreeSet::new(),
            fields: BTreeMap::new(),
            priority: None,
            impact: Patch::Keep,
            urgency: Patch::Keep,
            follow: BTreeSet::new(),
            unfollow: BTreeSet::new(),
        }
    }
}

/// What to do with a value that may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Patch<T> {
    /// Leave it.
    #[default]
    Keep,
    /// Set it.
    Set(T),
    /// Remove it.
    Clear,
}
