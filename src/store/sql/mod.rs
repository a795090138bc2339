//! What the stores over SQL have in common: what is indexed of a record, which shelves a condition
//! leaves, in which parts the queues of departments are walked, and what rows are held against. No
//! statement and no driver.

mod known;
mod shelf;
mod turns;
mod upkeep;

use std::collections::BTreeSet;

use uuid::Uuid;

pub(in crate::store) use known::Known;
#[cfg(feature = "sqlite")]
pub(in crate::store) use shelf::everything;
pub(in crate::store) use shelf::{Shelf, deadlines, shelves};
pub(in crate::store) use turns::{Part, PartName};
pub(in crate::store) use upkeep::{Stands, counted, differing, miscounted};

use crate::decide::{Columns, TicketColumns};
use crate::ids::{DepartmentName, RecordKind};
use crate::people::{Follower, Requester};
use crate::subject::{ExternalRef, SubjectRef};

/// A kind as it stands in a column, the same for ever; in the order of keys.
pub(in crate::store) const fn kind_number(kind: RecordKind) -> i64 {
    match kind {
        RecordKind::Settings => 0,
        RecordKind::Agent => 1,
        RecordKind::Contact => 2,
        RecordKind::Organisation => 3,
        RecordKind::Ticket => 4,
    }
}

/// The kind that stands as this number.
pub(in crate::store) const fn kind_of(number: i64) -> Option<RecordKind> {
    match number {
        0 => Some(RecordKind::Settings),
        1 => Some(RecordKind::Agent),
        2 => Some(RecordKind::Contact),
        3 => Some(RecordKind::Organisation),
        4 => Some(RecordKind::Ticket),
        _ => None,
    }
}

/// How far a department is with a ticket. Its queue is looked at all day, however many people work
/// there: what they have taken stands apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Standing {
    /// It waits in the queue.
    Queued,
    /// Somebody has taken it.
    Taken,
    /// It is finished.
    Finished,
}

impl Standing {
    /// How it stands in a column, the same for ever.
    pub(in crate::store) const fn number(self) -> i64 {
        match self {
            Self::Queued => 0,
            Self::Taken => 1,
            Self::Finished => 2,
        }
    }
}

/// How far its department is with a ticket.
pub(in crate::store) fn standing(ticket: &TicketColumns) -> Standing {
    match (ticket.category.is_done(), ticket.assignee) {
        (true, _) => Standing::Finished,
        (false, None) => Standing::Queued,
        (false, Some(_)) => Standing::Taken,
    }
}

/// Who asks, as it stands in a column: which kind of person, then the id.
pub(in crate::store) fn requester_bytes(who: Requester) -> [u8; 17] {
    match who {
        Requester::Contact(id) => person(0, id.as_uuid()),
        Requester::Agent(id) => person(1, id.as_uuid()),
    }
}

fn person(kind: u8, id: &Uuid) -> [u8; 17] {
    let mut value = [kind; 17];
    for (place, byte) in value.iter_mut().skip(1).zip(id.as_bytes()) {
        *place = *byte;
    }
    value
}

/// One of several values that a ticket stands under. In the order of their kinds, then of their
/// bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Mark {
    /// What kind of value it is.
    pub(in crate::store) what: i64,
    /// The value.
    pub(in crate::store) value: Vec<u8>,
}

impl Mark {
    pub(in crate::store) fn follower(who: Follower) -> Self {
        let value = match who {
            Follower::Contact(id) => person(0, id.as_uuid()),
            Follower::Agent(id) => person(1, id.as_uuid()),
        };
        Self { what: 1, value: value.into() }
    }

    pub(in crate::store) fn subject(subject: &SubjectRef) -> Self {
        Self { what: 2, value: subject.to_string().into_bytes() }
    }

    pub(in crate::store) fn external(reference: &ExternalRef) -> Self {
        Self { what: 3, value: reference.to_string().into_bytes() }
    }
}

/// All that a record stands under, beside its columns.
pub(in crate::store) fn marks(columns: &Columns) -> BTreeSet<Mark> {
    let Columns::Ticket(ticket) = columns else { return BTreeSet::new() };
    let followers = ticket.followers.iter().copied().map(Mark::follower);
    let subjects = ticket.subjects.iter().map(Mark::subject);
    followers.chain(subjects).chain(ticket.external_refs.iter().map(Mark::external)).collect()
}

/// Under which name the roster of all stands: no department has an empty one.
pub(in crate::store) const EVERYBODY: &str = "";

/// The rosters that an agent stands on, by the name of the department.
pub(in crate::store) fn rosters(columns: &Columns) -> BTreeSet<&str> {
    let Columns::Agent(agent) = columns else { return BTreeSet::new() };
    let departments = agent.departments.iter().map(DepartmentName::as_str);
    departments.chain([EVERYBODY]).filter(|_| agent.can_own).collect()
}
