//! Where tickets are looked for: under one value of one indexed column, all of a condition's
//! alternatives on as few such shelves as is known to leave little.

use rusqlite::types::Value;

use super::columns::{FINISHED, Mark, QUEUED, TAKEN, department, requester};
use super::tables::{bytes, desk_bytes, id_or_null, text};
use crate::ids::DeskId;
use crate::matching::{Deadlines, Narrow};
use crate::workflow::StatusCategory;

/// The tickets of a desk that have one value in one column.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shelf {
    /// All there are.
    Everything,
    /// Those of one category.
    Category(StatusCategory),
    /// Those of one requester.
    Requester(Value),
    /// Those of one agent or of nobody, finished or not.
    Assignee(Value, bool),
    /// Those of one department or of none, and how far it is with them.
    Department(Value, i64),
    /// Those of one organisation.
    Organisation(Value),
    /// Those that stand under one of several values.
    Marked(Mark),
}

/// The table that a shelf is walked in, by which index, and what all rows of it have: a text with a
/// place for each value.
pub(super) struct Walked {
    pub(super) from: String,
    pub(super) slot: &'static str,
    pub(super) values: Vec<Value>,
    pub(super) column: &'static str,
}

impl Shelf {
    /// How the shelf is walked: with a deadline by that, or all by number.
    pub(super) fn walked(&self, desk: DeskId, by_deadline: bool) -> Walked {
        let desk = Value::Blob(desk_bytes(desk).to_vec());
        let (index, condition, values): (&str, &str, Vec<Value>) = match self {
            Self::Everything => ("number", "", Vec::new()),
            Self::Category(category) => {
                ("category", "AND category = ? ", vec![text(category.as_str())])
            }
            Self::Requester(who) => ("requester", "AND requester = ? ", vec![who.clone()]),
            Self::Assignee(who, done) => (
                "assignee",
                "AND assignee IS ? AND done = ? ",
                vec![who.clone(), Value::Integer((*done).into())],
            ),
            Self::Department(name, standing) => (
                "department",
                "AND department = ? AND standing = ? ",
                vec![name.clone(), Value::Integer(*standing)],
            ),
            Self::Organisation(id) => ("organisation", "AND organisation = ? ", vec![id.clone()]),
            Self::Marked(Mark { what, value }) => {
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
        let ordered = matches!(self, Self::Category(_) | Self::Assignee(..) | Self::Department(..));
        let due = if by_deadline && ordered { "_due" } else { "" };
        let ticket = match (self, by_deadline) {
            (Self::Everything, _) => "",
            (_, true) => "AND kind = 4 AND due_at IS NOT NULL ",
            (_, false) => "AND kind = 4 ",
        };
        let from =
            format!("~records INDEXED BY ~records_{index}{due} WHERE desk = ? {condition}{ticket}");
        let values = [desk].into_iter().chain(values).collect();
        Walked { from, slot: "slot", values, column: "" }
    }
}

/// The shelves on which everything stands that one of these alternatives allows, none twice.
/// `None`: one says nothing of any column, but perhaps of the deadline.
pub(super) fn shelves(narrow: &[Narrow]) -> Option<Vec<Shelf>> {
    let mut found: Vec<Shelf> = Vec::new();
    for one in narrow {
        for shelf in shelves_of(one)? {
            if !found.contains(&shelf) {
                found.push(shelf);
            }
        }
    }
    Some(found)
}

/// The shelves on which everything stands.
pub(super) fn everything(by_deadline: bool) -> Vec<Shelf> {
    if by_deadline {
        StatusCategory::ALL.map(Shelf::Category).into()
    } else {
        vec![Shelf::Everything]
    }
}

/// The shelves on which everything stands that this allows: those of the column that, on desks as
/// they are, leaves the least.
fn shelves_of(narrow: &Narrow) -> Option<Vec<Shelf>> {
    let Narrow {
        categories,
        requesters,
        assignees,
        departments,
        followers,
        organisations,
        subjects,
        external_refs,
        deadlines: _,
    } = narrow;
    let finished: Vec<bool> = [false, true]
        .into_iter()
        .filter(|done| {
            categories.as_ref().is_none_or(|set| set.iter().any(|it| it.is_done() == *done))
        })
        .collect();
    if let Some(set) = external_refs {
        return Some(set.iter().map(Mark::external).map(Shelf::Marked).collect());
    }
    if let Some(set) = subjects {
        return Some(set.iter().map(Mark::subject).map(Shelf::Marked).collect());
    }
    if let Some(set) = requesters {
        return Some(set.iter().map(|who| Shelf::Requester(requester(*who))).collect());
    }
    if let Some(set) = followers {
        return Some(set.iter().copied().map(Mark::follower).map(Shelf::Marked).collect());
    }
    let owned = assignees.as_ref().map(|set| {
        let keys = set.iter().flat_map(|who| finished.iter().map(move |done| (who, *done)));
        let id = |who: &Option<_>| id_or_null(who.as_ref().map(crate::ids::AgentId::as_uuid));
        keys.map(|(who, done)| Shelf::Assignee(id(who), done)).collect()
    });
    let of_nobody = assignees.as_ref().is_some_and(|set| set.contains(&None));
    if owned.is_some() && !of_nobody {
        return owned;
    }
    if let Some(set) = organisations
        && let Some(ids) = set.iter().copied().collect::<Option<Vec<_>>>()
    {
        let value = |id: &crate::ids::OrganisationId| Value::Blob(bytes(id.as_uuid()).to_vec());
        return Some(ids.iter().map(|id| Shelf::Organisation(value(id))).collect());
    }
    if let Some(set) = departments {
        let queued = assignees.as_ref().is_none_or(|owners| owners.contains(&None));
        let taken = assignees.as_ref().is_none_or(|owners| owners.iter().any(Option::is_some));
        let standings = [
            (QUEUED, queued && finished.contains(&false)),
            (TAKEN, taken && finished.contains(&false)),
            (FINISHED, finished.contains(&true)),
        ];
        let standings = standings.into_iter().filter_map(|(it, may_be)| may_be.then_some(it));
        let standings: Vec<i64> = standings.collect();
        let keys = set.iter().flat_map(|name| standings.iter().map(move |it| (name, *it)));
        return Some(
            keys.map(|(name, it)| Shelf::Department(department(name.as_ref()), it)).collect(),
        );
    }
    owned.or_else(|| {
        categories.as_ref().map(|set| set.iter().copied().map(Shelf::Category).collect())
    })
}

/// What every alternative says of the deadline, taken together.
pub(super) fn deadlines(narrow: &[Narrow]) -> Deadlines {
    let open = Deadlines { between: Some(crate::matching::Between::default()), none: true };
    let all = narrow.iter().map(|one| one.deadlines.unwrap_or(open));
    all.reduce(|one, two| one.or(two).unwrap_or(open)).unwrap_or(open)
}
