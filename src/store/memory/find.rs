//! Listings: by which road the tickets of a page are found.
//!
//! A condition leaves shelves, those of the columns that it narrows to the least; of their tickets,
//! the matcher decides. By number and by deadline, a shelf is walked from where the last page ended,
//! and left where this one does; in the order of work, the queues of departments are. In any other order all that it holds is looked through, or, where
//! the condition is about the deadline, all that has one between its bounds.

use uuid::Uuid;

use super::shelf::{self, Shelf};
use super::{DeskState, Row, place_of, scan};
use crate::ids::TicketNumber;
use crate::matching::{Between, Deadlines, Narrow, SortKey, Turns};
use crate::record::Record;
use crate::store::Query;

pub(super) fn find(desk: &DeskState, rows: &[Row], query: &Query) -> Vec<Record> {
    let narrow = query.narrow();
    if narrow.is_empty() || query.limit == 0 {
        return Vec::new();
    }
    let listing = Listing {
        desk,
        rows,
        query,
        shelves: desk.indexes.shelves(&narrow),
        deadlines: deadlines(&narrow),
    };
    if let Some(turns) = query.order.by_turn() {
        return listing.by_turn(turns, &narrow);
    }
    match (query.order.by_number(), query.order.by_deadline()) {
        (_, Some(descending)) => listing.by_deadline(descending),
        (Some(descending), None) => listing.by_number(descending),
        (None, None) => listing.looked_through(),
    }
}

/// What every alternative says of the deadline, taken together.
fn deadlines(narrow: &[Narrow]) -> Deadlines {
    let open = Deadlines { between: Some(Between::default()), none: true };
    let all = narrow.iter().map(|one| one.deadlines.unwrap_or(open));
    all.reduce(|one, two| one.or(two).unwrap_or(open)).unwrap_or(open)
}

/// A listing that is asked for, and where to look.
struct Listing<'s> {
    desk: &'s DeskState,
    rows: &'s [Row],
    query: &'s Query,
    /// `None`: all of the desk's.
    shelves: Option<Vec<&'s Shelf>>,
    deadlines: Deadlines,
}

impl<'s> Listing<'s> {
    fn row(&self, number: TicketNumber) -> Option<&'s Row> {
        self.rows.get(*self.desk.tickets.get(place_of(number)?)?)
    }

    /// The ticket of this number with its place, if the page may show it.
    fn shown(&self, number: TicketNumber) -> Option<(SortKey, Record)> {
        let record = self.row(number)?.record();
        if !self.query.matches(&record) {
            return None;
        }
        let place = self.query.place(&record)?;
        let after = |after: &SortKey| self.query.order.compare(&place, after).is_gt();
        self.query.after.as_ref().is_none_or(after).then_some((place, record))
    }

    fn everywhere(&self) -> Vec<&'s Shelf> {
        self.shelves.clone().unwrap_or_else(|| self.desk.indexes.everything())
    }

    /// The numbers of all that may be shown: from this one on, or down from it.
    fn numbers(
        &self,
        from: Option<TicketNumber>,
        descending: bool,
    ) -> Box<dyn Iterator<Item = TicketNumber> + 's> {
        match &self.shelves {
            Some(shelves) => Box::new(shelf::by_number(shelves.clone(), from, descending)),
            None => Box::new(self.desk.numbers(from, descending)),
        }
    }

    /// The numbers of all that may be shown, in no order, where they have a deadline.
    fn due(&self) -> Option<impl Iterator<Item = TicketNumber> + 's> {
        let between = self.deadlines.between.filter(|_| !self.deadlines.none)?;
        let due = shelf::by_deadline(self.everywhere(), between, Uuid::nil(), false);
        Some(due.map(|(_, _, number)| number))
    }

    fn looked_through(&self) -> Vec<Record> {
        let numbers: Box<dyn Iterator<Item = TicketNumber>> = match self.due() {
            Some(due) => Box::new(due),
            None => self.numbers(None, false),
        };
        scan::find(numbers.filter_map(|number| self.row(number)).map(Row::record), self.query)
    }

    fn by_number(&self, descending: bool) -> Vec<Record> {
        let from = match &self.query.after {
            // A cursor that names no number: whatever comes after it is looked for.
            Some(after) if after.number().is_none() => return self.looked_through(),
            after => after.as_ref().and_then(SortKey::number),
        };
        let all = |with_deadline| -> usize {
            self.everywhere().iter().map(|shelf| shelf.len(with_deadline)).sum()
        };
        // Where so few have a deadline that a page of them is found later by walking than all of them
        // by looking, they are sought out and put in order.
        let (with, either) = (all(true), all(false));
        let walk = self.query.limit.saturating_mul(either);
        if !self.deadlines.none && with.saturating_mul(with) <= walk {
            return self.looked_through();
        }
        let shown = self.numbers(from, descending).filter_map(|number| self.shown(number));
        shown.take(self.query.limit).map(|(_, record)| record).collect()
    }

    fn by_turn(&self, turns: &Turns, narrow: &[Narrow]) -> Vec<Record> {
        let queues = &self.desk.indexes.queues;
        let named = |one: &Narrow| one.departments.clone();
        let departments: Option<Vec<_>> = narrow.iter().map(named).collect();
        let departments = departments.map(|each| each.into_iter().flatten().collect());
        let departments = departments.as_ref();
        // Where so few may be shown that a page of them is found later by walking than all of them by
        // looking, they are sought out and put in order.
        let few: usize = self.everywhere().iter().map(|shelf| shelf.len(false)).sum();
        if few.saturating_mul(few) <= self.query.limit.saturating_mul(queues.len(departments)) {
            return self.looked_through();
        }
        let walk = queues.walk(turns, departments, self.query.after.as_ref());
        let shown = walk.filter_map(|number| self.shown(number));
        shown.take(self.query.limit).map(|(_, record)| record).collect()
    }

    fn by_deadline(&self, descending: bool) -> Vec<Record> {
        let limit = self.query.limit;
        let mut page = self.with_deadline(descending);
        if page.len() < limit && self.deadlines.none {
            // What has no deadline comes last, however many there are.
            let without = |row: &&Row| row.due_at().is_none();
            let rest = self.numbers(None, false).filter_map(|number| self.row(number));
            let query = Query { limit: limit - page.len(), ..self.query.clone() };
            page.extend(scan::find(rest.filter(without).map(Row::record), &query));
        }
        page
    }

    /// The part of the page that has deadlines.
    fn with_deadline(&self, descending: bool) -> Vec<Record> {
        let Some(mut between) = self.deadlines.between else { return Vec::new() };
        if let Some(after) = &self.query.after {
            // After one without a deadline there is none that has one.
            let Some(at) = after.deadline() else { return Vec::new() };
            if descending {
                between.until = Some(between.until.map_or(at, |until| until.min(at)));
            } else {
                between.from = between.from.max(Some(at));
            }
        }
        // By deadline alone the shelf has the very order; else what ties is put in it.
        let exact = !descending && self.query.order.sorts().len() == 1;
        let compare = |(one, _): &(SortKey, Record), (two, _): &(SortKey, Record)| {
            self.query.order.compare(one, two)
        };
        let mut page: Vec<(SortKey, Record)> = Vec::new();
        let (mut last, mut tied) = (None, 0);
        // Of those that tie with the last page's end, the first that it did not have.
        let after = self.query.after.as_ref().filter(|_| exact);
        let first = after.map_or(Uuid::nil(), |after| *after.id().as_uuid());
        for (at, _, number) in shelf::by_deadline(self.everywhere(), between, first, descending) {
            let full = page.len() >= self.query.limit;
            if full && (exact || last != Some(at)) {
                break;
            }
            if last != Some(at) {
                page.get_mut(tied..).unwrap_or_default().sort_unstable_by(compare);
                (last, tied) = (Some(at), page.len());
            }
            page.extend(self.shown(number));
        }
        page.get_mut(tied..).unwrap_or_default().sort_unstable_by(compare);
        page.into_iter().take(self.query.limit).map(|(_, record)| record).collect()
    }
}

impl Row {
    fn due_at(&self) -> Option<i64> {
        match &self.columns {
            Some(super::Columns::Ticket(ticket)) => Some(ticket.sla_due_at?.timestamp_micros()),
            Some(_) | None => None,
        }
    }
}

impl DeskState {
    /// The numbers of all tickets: from this one on, or down from it.
    fn numbers(
        &self,
        from: Option<TicketNumber>,
        descending: bool,
    ) -> impl Iterator<Item = TicketNumber> {
        let last = self.tickets.len() as u64;
        let from = from.map_or(if descending { last } else { 1 }, |from| from.0);
        let (mut up, mut down) = (from.max(1)..=last, 1..=from.min(last));
        std::iter::from_fn(move || if descending { down.next_back() } else { up.next() })
            .map(TicketNumber)
    }
}
