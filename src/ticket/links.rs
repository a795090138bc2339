//! Links between tickets, each with a meaning, and each seen from both ends.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Ticket;
use crate::ids::TicketId;

/// What a ticket is to another. Each has an inverse, which is what the other is to it.
///
/// ```
/// use helpdesk::LinkKind;
///
/// assert_eq!(LinkKind::ParentOf.inverse(), LinkKind::ChildOf);
/// assert_eq!(LinkKind::Related.inverse(), LinkKind::Related);
/// assert_eq!(LinkKind::CausedBy.to_string(), "caused by");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LinkKind {
    /// It is made of the other, among others; a ticket has at most one parent.
    ParentOf,
    /// It is a part of the other.
    ChildOf,
    /// It has to do with the other.
    Related,
    /// It says what the other says; that one goes on.
    DuplicateOf,
    /// The other says what it says; this one goes on.
    DuplicatedBy,
    /// The other is the problem behind it.
    CausedBy,
    /// It is the problem behind the other.
    Causes,
}

impl LinkKind {
    /// What the other ticket is to this one.
    pub fn inverse(self) -> Self {
        match self {
            Self::ParentOf => Self::ChildOf,
            Self::ChildOf => Self::ParentOf,
            Self::Related => Self::Related,
            Self::DuplicateOf => Self::DuplicatedBy,
            Self::DuplicatedBy => Self::DuplicateOf,
            Self::CausedBy => Self::Causes,
            Self::Causes => Self::CausedBy,
        }
    }
}

impl fmt::Display for LinkKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ParentOf => "parent of",
            Self::ChildOf => "child of",
            Self::Related => "related to",
            Self::DuplicateOf => "duplicate of",
            Self::DuplicatedBy => "duplicated by",
            Self::CausedBy => "caused by",
            Self::Causes => "causes",
        })
    }
}

/// A link of a ticket, as it sees it: it is `kind` `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketLink {
    /// What this ticket is to the other.
    pub kind: LinkKind,
    /// The other ticket.
    pub to: TicketId,
}

impl Ticket {
    /// Its links to other tickets, in order of kind, then of id.
    pub fn links(&self) -> &[TicketLink] {
        &self.extras().links
    }

    /// The ticket that it is a part of.
    pub fn parent(&self) -> Option<TicketId> {
        self.linked(LinkKind::ChildOf).next()
    }

    /// The tickets that it is made of, in order of id.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let part = TicketId::from_u128(2);
    /// desk.open(customer.at(now), Open::new(part, Requester::Contact(maria), "The toner, too."))?;
    /// let linked = desk.link(agent.at(now), Link { ticket: id, kind: LinkKind::ParentOf, other: part })?;
    ///
    /// let children: Vec<TicketId> = linked.ticket().unwrap().children().collect();
    /// assert_eq!(children, [part]);
    /// assert_eq!(desk.ticket(part)?.unwrap().parent(), Some(id));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    pub fn children(&self) -> impl Iterator<Item = TicketId> {
        self.linked(LinkKind::ParentOf)
    }

    fn linked(&self, kind: LinkKind) -> impl Iterator<Item = TicketId> {
        self.links().iter().filter(move |link| link.kind == kind).map(|link| link.to)
    }
}
