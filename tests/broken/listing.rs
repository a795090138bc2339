//! The simple store's listings, with what can be wrong with them.

use std::cmp::Reverse;

use helpdesk::matching::{Between, Narrow, Order, SortKey, Turns};
use helpdesk::store::Query;
use helpdesk::{Columns, Record, Requester, Settings, TicketColumns};

use super::Bug;
use super::naive::{Row, State};

/// Whether a listing shows this ticket.
pub(crate) fn shows(bug: Bug, query: &Query, record: &Record, state: &State) -> bool {
    // What the columns allow, as the store has them.
    let admitted = || match state.rows.get(&record.key) {
        Some(Row { columns: Columns::Ticket(it), .. }) => {
            // In the order of work, what waits in a queue.
            let turns = query.order.by_turn();
            let place = |turns: &Turns| turns.place(it.waiting()?);
            let narrow = query.narrow();
            let most = if bug == Bug::FindTakesOneAlternative { 1 } else { narrow.len() };
            let waits = turns.is_none_or(|turns| place(turns).is_some());
            waits && narrow.iter().take(most).any(|one| admits(bug, one, it))
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
        Bug::FindShowsWithoutTurn if query.order.by_turn().is_some() => {
            let order = Order::check(&[], &Settings::default().lexicon()).unwrap();
            Query { order, ..query.clone() }.matches(record)
        }
        _ => query.matches(record) && admitted(),
    }
}

/// Whether an alternative admits a ticket with these columns.
fn admits(bug: Bug, narrow: &Narrow, it: &TicketColumns) -> bool {
    let lost = match bug {
        Bug::FindMissesOrganisations => narrow.organisations.is_some() && it.organisation.is_some(),
        Bug::FindMissesNoDepartment => narrow.departments.is_some() && it.department.is_none(),
        Bug::FindMissesAgentsWhoAsk => {
            narrow.requesters.is_some() && matches!(it.requester, Requester::Agent(_))
        }
        Bug::FindMissesNoDeadline => narrow.deadlines.is_some() && it.sla_due_at.is_none(),
        Bug::FindExcludesBounds => {
            let between = narrow.deadlines.and_then(|deadlines| deadlines.between);
            let ends = between.map(|Between { from, until }| [from, until]);
            let due = it.sla_due_at;
            due.is_some() && ends.is_some_and(|ends| ends.contains(&due))
        }
        _ => false,
    };
    !lost && narrow.admits(it.indexed())
}

/// Each ticket as often as there are alternatives that admit it.
fn repeated(query: &Query, records: Vec<Record>) -> Vec<Record> {
    let narrow = query.narrow();
    let times = |record: &Record| match Columns::of(&record.head) {
        Columns::Ticket(it) => narrow.iter().filter(|one| admits(Bug::None, one, &it)).count(),
        _ => 0,
    };
    records.into_iter().flat_map(|record| vec![record.clone(); times(&record)]).collect()
}

/// A page of what a listing shows.
pub(crate) fn page(bug: Bug, query: &Query, mut records: Vec<Record>) -> Vec<Record> {
    if bug == Bug::FindJoinsAlternatives {
        records = repeated(query, records);
    }
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
    if let Some(down) = query.order.by_deadline() {
        let due = |record: &Record| place(record).deadline();
        match bug {
            Bug::FindPutsNoDeadlineFirst => records.sort_by_key(|record| due(record).is_some()),
            Bug::FindTurnsTies if down => {
                records.sort_by_key(|record| {
                    (due(record).is_none(), Reverse(due(record)), Reverse(record.key.id))
                });
            }
            _ => {}
        }
    }
    if bug == Bug::FindTurnsByDeadline && query.order.by_turn().is_some() {
        let due = |record: &Record| record.ticket().unwrap().sla_due_at();
        records.sort_by_key(|record| (due(record).is_none(), due(record)));
    }
    if let Some(after) = &query.after {
        let comes = |record: &Record| {
            let here = place(record);
            let compared = query.order.compare(&here, after);
            if bug == Bug::FindSkipsTies
                && query.order.by_deadline().is_some()
                && here.deadline() == after.deadline()
            {
                return false;
            }
            let instant = |key: &SortKey| key.turn().map(|place| place.at_micros());
            if bug == Bug::FindSkipsTurns
                && query.order.by_turn().is_some()
                && instant(&here) == instant(after)
            {
                return false;
            }
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
