//! What most tickets have none of: kept apart in the head, so that those stay as small as they
//! were.

use serde::{Deserialize, Serialize};

use super::agenda::Todo;
use super::event::Opened;
use super::links::TicketLink;
use super::merging::Structure;
use super::sides::Side;
use super::time_rules::Looked;
use crate::people::Grant;

/// What most tickets have none of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Extras {
    /// In the order of their guests.
    pub(super) grants: Vec<Grant>,
    /// What merging and splitting left.
    pub(super) structure: Option<Box<Structure>>,
    /// In order.
    pub(super) links: Vec<TicketLink>,
    /// In the order in which they were added.
    pub(super) todos: Vec<Todo>,
    /// In the order in which they were started.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) sides: Vec<Side>,
    /// In the order of their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) looked: Vec<Looked>,
}

impl Default for Extras {
    fn default() -> Self {
        Self::NONE
    }
}

impl Extras {
    pub(super) const NONE: Self = Self {
        grants: Vec::new(),
        structure: None,
        links: Vec::new(),
        todos: Vec::new(),
        sides: Vec::new(),
        looked: Vec::new(),
    };

    /// Those of a new ticket, if it has any.
    pub(super) fn opened(opened: &Opened) -> Option<Box<Self>> {
        let structure = Structure::opened(opened)?;
        Some(Box::new(Self { structure: Some(structure), ..Self::NONE }))
    }

    /// Whether there is nothing in it, so that a ticket need not keep it.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::NONE
    }
}
