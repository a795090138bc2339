//! The simple store's listings, with what can be wrong with them.

use helpdesk::store::Query;
use helpdesk::{Columns, Record};

use super::Bug;
use super::naive::{Row, State};

/// Whether a listing shows this ticket.
pub(crate) fn shows(bug: Bug, query: &Query, record: &Record, state: &State) -> bool {
    // What the columns allow, as the store has them.
    let admitted = || match state.rows.get(&record.key) {
        Some(Row { columns: Columns::Ticket(it), .. }) => {
            let department = it.department.as_ref();
            let mut narrow = query.narrow().into_iter();
            narrow.any(|one| one.admits(it.category, it.requester, it.assignee, department))
        }
        _ => false,
    };
    match bug {
        Bug::FindIgnoresConditions => true,
        Bug::FindByIndexAlone => admitted(),
        Bug::FindCrossesDesks => {
            let here = Query { desk: record.key.desk, ..query.clone() };
            here.matches(record)
        }
        _ => query.matches(record) && admitted(),
    }
}

/// A page of what a listing shows.
pub(crate) fn page(bug: Bug, query: &Query, mut records: Vec<Record>) -> Vec<Record> {
    let place = |record: &Record| query.place(record).unwrap();
    let in_order = |records: &mut Vec<Record>| {
        records.sort_by(|one, two| query.order.compare(&place(one), &place(two)));
    };
    match bug {
        Bug::FindById => records.sort_by_key(|record| record.key.id),
        Bug::FindByNumber => records.sort_by_key(|record| record.number),
        _ => in_order(&mut records),
    }
    let down = query.order.sorts().first().is_some_and(|sort| sort.descending);
    if bug == Bug::FindAscendsOnly && down {
        records.reverse();
    }
    if let Some(after) = &query.after {
        let comes = |record: &Record| {
            let compared = query.order.compare(&place(record), after);
            if bug == Bug::FindRepeats { compared.is_ge() } else { compared.is_gt() }
        };
        let mut later: Vec<Record> = records.into_iter().filter(comes).collect();
        if bug == Bug::FindSkips && !later.is_empty() {
            later.remove(0);
        }
        records = later;
    }
    if bug == Bug::FindSortsThePage {
        records.sort_by_key(|record| record.number);
        records.truncate(query.limit);
        in_order(&mut records);
    }
    records.truncate(query.limit);
    records
}
