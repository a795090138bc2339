//! How a shelf is walked in the tables: in which, by which index, under which values.

use rusqlite::types::Value;

use super::columns::department;
use super::tables::{desk_bytes, id_or_null, text};
use crate::ids::{AgentId, DeskId};
use crate::store::sql::{Mark, Shelf, requester_bytes};

/// The table that a shelf is walked in, by which index, and what all rows of it have: a text with a
/// place for each value.
pub(super) struct Walked {
    pub(super) from: String,
    pub(super) slot: &'static str,
    pub(super) values: Vec<Value>,
    pub(super) column: &'static str,
}

/// How the shelf is walked: with a deadline by that, or all by number.
pub(super) fn walked(shelf: &Shelf, desk: DeskId, by_deadline: bool) -> Walked {
    let desk = Value::Blob(desk_bytes(desk).to_vec());
    let (index, condition, values): (&str, &str, Vec<Value>) = match shelf {
        Shelf::Everything => ("number", "", Vec::new()),
        Shelf::Category(category) => {
            ("category", "AND category = ? ", vec![text(category.as_str())])
        }
        Shelf::Requester(who) => {
            ("requester", "AND requester = ? ", vec![Value::Blob(requester_bytes(*who).to_vec())])
        }
        Shelf::Assignee(who, done) => (
            "assignee",
            "AND assignee IS ? AND done = ? ",
            vec![id_or_null(who.as_ref().map(AgentId::as_uuid)), Value::Integer((*done).into())],
        ),
        Shelf::Department(name, standing) => (
            "department",
            "AND department = ? AND standing = ? ",
            vec![department(name.as_ref()), Value::Integer(standing.number())],
        ),
        Shelf::Organisation(id) => {
            ("organisation", "AND organisation = ? ", vec![id_or_null(Some(id.as_uuid()))])
        }
        Shelf::Marked(Mark { what, value }) => {
            let values = [desk, Value::Integer(*what), Value::Blob(value.clone())];
            let marks = "~marks AS m WHERE m.desk = ? AND m.what = ? AND m.value = ? ";
            // By deadline, all that stand there are put in order.
            let joined = "~marks AS m JOIN ~records AS r ON r.slot = m.slot \
                          WHERE m.desk = ? AND m.what = ? AND m.value = ? \
                          AND r.due_at IS NOT NULL ";
            let from = if by_deadline { joined } else { marks };
            return Walked {
                from: from.to_owned(),
                slot: "m.slot",
                values: values.into(),
                column: if by_deadline { "r." } else { "m." },
            };
        }
    };
    let ordered = matches!(shelf, Shelf::Category(_) | Shelf::Assignee(..) | Shelf::Department(..));
    let due = if by_deadline && ordered { "_due" } else { "" };
    let ticket = match (shelf, by_deadline) {
        (Shelf::Everything, _) => "",
        (_, true) => "AND kind = 4 AND due_at IS NOT NULL ",
        (_, false) => "AND kind = 4 ",
    };
    let from =
        format!("~records INDEXED BY ~records_{index}{due} WHERE desk = ? {condition}{ticket}");
    let values = [desk].into_iter().chain(values).collect();
    Walked { from, slot: "slot", values, column: "" }
}
