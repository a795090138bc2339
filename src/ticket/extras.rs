//! What most tickets have none of: kept apart in the head, so that those stay as small as they
//! were.

use serde::{Deserialize, Serialize};

use super::agenda::Todo;
use super::links::TicketLink;

/// What most tickets have none of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Extras {
    /// In order.
    pub(super) links: Vec<TicketLink>,
    /// In the order in which they were added.
    pub(super) todos: Vec<Todo>,
}

impl Default for Extras {
    fn default() -> Self {
        Self::NONE
    }
}

impl Extras {
    pub(super) const NONE: Self = Self { links: Vec::new(), todos: Vec::new() };

    /// Whether there is nothing in it, so that a ticket need not keep it.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::NONE
    }
}
