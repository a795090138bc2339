//! What is indexed of a record, as it stands in columns.

use rusqlite::types::Value;

use super::tables::{id_or_null, text};
use crate::decide::Columns;
use crate::ids::{DepartmentName, OrganisationId, SlaLevelName};
use crate::store::sql::{requester_bytes, standing};

/// How many columns are indexed.
pub(super) const INDEXED: usize = 12;

/// Their values, in the order of [`indexed`].
pub(super) type Indexed = [Value; INDEXED];

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
                Value::Integer(standing(ticket).number()),
                id_or_null(ticket.assignee.as_ref().map(|it| it.as_uuid())),
                Value::Blob(requester_bytes(ticket.requester).to_vec()),
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
