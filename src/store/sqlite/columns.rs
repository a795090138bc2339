//! What is indexed of a record, as it stands in columns.

use std::collections::BTreeSet;

use rusqlite::types::Value;
use uuid::Uuid;

use super::tables::{EVERYBODY, id_or_null, text};
use crate::decide::{Columns, TicketColumns};
use crate::ids::{DepartmentName, OrganisationId, SlaLevelName};
use crate::people::{Follower, Requester};
use crate::subject::{ExternalRef, SubjectRef};

/// How many columns are indexed.
pub(super) const INDEXED: usize = 12;

/// Their values, in the order of [`indexed`].
pub(super) type Indexed = [Value; INDEXED];

/// A ticket that waits in a queue; one that somebody has taken; one that is finished.
pub(super) const QUEUED: i64 = 0;
pub(super) const TAKEN: i64 = 1;
pub(super) const FINISHED: i64 = 2;

/// How far a department is with a ticket. Its queue is looked at all day, however many people work
/// there: what they have taken stands apart.
fn standing(ticket: &TicketColumns) -> i64 {
    match (ticket.category.is_done(), ticket.assignee) {
        (true, _) => FINISHED,
        (false, None) => QUEUED,
        (false, Some(_)) => TAKEN,
    }
}

/// The columns category, done, department, standing, assignee, requester, organisation, `due_at`,
/// status, priority, level and since.
pub(super) fn indexed(columns: &Columns) -> Indexed {
    let mut none: Indexed = [const { Value::Null }; INDEXED];
    match columns {
        Columns::Ticket(ticket) => {
            let queued = ticket.queued.as_deref();
            [
                text(ticket.category.as_str()),
                Value::Integer(ticket.category.is_done().into()),
                department(ticket.department.as_ref()),
                Value::Integer(standing(ticket)),
                id_or_null(ticket.assignee.as_ref().map(|it| it.as_uuid())),
                requester(ticket.requester),
                organisation(ticket.organisation),
                ticket.sla_due_at.map_or(Value::Null, |at| Value::Integer(at.timestamp_micros())),
                queued.map_or(Value::Null, |it| text(it.status.as_str())),
                queued.map_or(Value::Null, |it| text(it.priority.as_str())),
                queued.map_or(Value::Null, |it| level(it.level.as_ref())),
                queued.map_or(Value::Null, |it| Value::Integer(it.since.timestamp_micros())),
            ]
        }
        Columns::Contact(contact) => {
            if let Some(place) = none.get_mut(6) {
                *place = organisation(contact.organisation);
            }
            none
        }
        Columns::Agent(_) | Columns::Organisation | Columns::Settings => none,
    }
}

/// A department; none is an empty text, which is the name of none, so that queues of both kinds are
/// walked alike.
pub(super) fn department(name: Option<&DepartmentName>) -> Value {
    text(name.map_or("", DepartmentName::as_str))
}

fn level(name: Option<&SlaLevelName>) -> Value {
    text(name.map_or("", SlaLevelName::as_str))
}

fn organisation(id: Option<OrganisationId>) -> Value {
    id_or_null(id.as_ref().map(|it| it.as_uuid()))
}

/// Who asks: which kind of person, then the id.
pub(super) fn requester(who: Requester) -> Value {
    match who {
        Requester::Contact(id) => person(0, id.as_uuid()),
        Requester::Agent(id) => person(1, id.as_uuid()),
    }
}

fn follower(who: Follower) -> Value {
    match who {
        Follower::Contact(id) => person(0, id.as_uuid()),
        Follower::Agent(id) => person(1, id.as_uuid()),
    }
}

fn person(kind: u8, id: &Uuid) -> Value {
    let mut value = vec![kind];
    value.extend_from_slice(id.as_bytes());
    Value::Blob(value)
}

/// One of several values that a ticket stands under. In the order of their kinds, then of their
/// bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark {
    /// What kind of value it is.
    pub(super) what: i64,
    /// The value.
    pub(super) value: Vec<u8>,
}

impl Mark {
    pub(super) fn follower(who: Follower) -> Self {
        let Value::Blob(value) = follower(who) else { return Self { what: 1, value: Vec::new() } };
        Self { what: 1, value }
    }

    pub(super) fn subject(subject: &SubjectRef) -> Self {
        Self { what: 2, value: subject.to_string().into_bytes() }
    }

    pub(super) fn external(reference: &ExternalRef) -> Self {
        Self { what: 3, value: reference.to_string().into_bytes() }
    }
}

/// All that a record stands under, beside its columns.
pub(super) fn marks(columns: &Columns) -> BTreeSet<Mark> {
    let Columns::Ticket(ticket) = columns else { return BTreeSet::new() };
    let followers = ticket.followers.iter().copied().map(Mark::follower);
    let subjects = ticket.subjects.iter().map(Mark::subject);
    followers.chain(subjects).chain(ticket.external_refs.iter().map(Mark::external)).collect()
}

/// The rosters that an agent stands on, by the name of the department.
pub(super) fn rosters(columns: &Columns) -> BTreeSet<&str> {
    let Columns::Agent(agent) = columns else { return BTreeSet::new() };
    let departments = agent.departments.iter().map(DepartmentName::as_str);
    departments.chain([EVERYBODY]).filter(|_| agent.can_own).collect()
}
