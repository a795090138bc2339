//! Listings: by which road the tickets of a page are found.
//!
//! A condition leaves shelves; of their tickets, the matcher decides. By number and by deadline,
//! shelves are walked side by side from where the last page ended, and left where this one does; in
//! the order of work, the queues of departments are. In any other order all that they hold is looked
//! through.

use uuid::Uuid;

use super::error::Fault;
use super::strand::{Merged, Stop, Strand};
use super::tables::{RecordRow, Tables, read_key};
use super::turns::Queues;
use crate::matching::{Between, Deadlines, Narrow, SortKey, Turns};
use crate::record::Record;
use crate::store::sql::{Shelf, deadlines, everything, shelves};
use crate::store::{Query, scan};

/// So few tickets are sought out and put in order, rather than found by walking past others.
const FEW: usize = 64;

impl Tables<'_> {
    /// A page of a listing.
    pub(super) fn find(&self, query: &Query) -> Result<Vec<Record>, Fault> {
        let narrow = query.narrow();
        if narrow.is_empty() || query.limit == 0 {
            return Ok(Vec::new());
        }
        let (shelves, deadlines) = (shelves(&narrow), deadlines(&narrow));
        let listing = Listing { tables: self, query, shelves, deadlines };
        if let Some(turns) = query.order.by_turn() {
            return listing.by_turn(turns, &narrow);
        }
        match (query.order.by_number(), query.order.by_deadline()) {
            (_, Some(descending)) => listing.by_deadline(descending),
            (Some(descending), None) => listing.by_number(descending),
            (None, None) => listing.looked_through(),
        }
    }
}

/// A listing that is asked for, and where to look.
struct Listing<'l> {
    tables: &'l Tables<'l>,
    query: &'l Query,
    /// `None`: all of the desk's.
    shelves: Option<Vec<Shelf>>,
    deadlines: Deadlines,
}

impl Listing<'_> {
    /// The ticket in a slot.
    fn record(&self, slot: i64) -> Result<Option<Record>, Fault> {
        let text = "SELECT kind, id, revision, number, schema, head FROM ~records WHERE slot = ?1";
        let row = self.tables.first(text, [slot], |row| {
            Ok((read_key(row, self.query.desk, 0)?, RecordRow::read(row, 2)?))
        })?;
        row.map(|(key, row)| self.tables.decoded(key, row)).transpose()
    }

    /// The ticket in a slot with its place, if the page may show it.
    fn shown(&self, slot: i64) -> Result<Option<(SortKey, Record)>, Fault> {
        let Some(record) = self.record(slot)? else { return Ok(None) };
        if !self.query.matches(&record) {
            return Ok(None);
        }
        let Some(place) = self.query.place(&record) else { return Ok(None) };
        let after = |after: &SortKey| self.query.order.compare(&place, after).is_gt();
        Ok(self.query.after.as_ref().is_none_or(after).then_some((place, record)))
    }

    /// All that may be shown, by number: after this one, or down from it.
    fn numbers(&self, after: Option<u64>, descending: bool) -> Merged {
        let shelves = self.shelves.clone().unwrap_or_else(|| everything(false));
        let strand = |shelf| Strand::by_number(shelf, self.query.desk, after, descending);
        Merged::new(shelves.iter().map(strand).collect(), descending)
    }

    /// All that may be shown and have a deadline in this stretch, by that.
    fn due(&self, between: Between, after: Option<Uuid>, descending: bool) -> Merged {
        let shelves = self.shelves.clone().unwrap_or_else(|| everything(true));
        let desk = self.query.desk;
        let strand = |shelf| Strand::by_deadline(shelf, desk, between, after, descending);
        Merged::new(shelves.iter().map(strand).collect(), descending)
    }

    /// The first of a page in any order, of all that a walk comes to.
    fn sorted(
        &self,
        query: &Query,
        mut next: impl FnMut() -> Result<Option<Record>, Fault>,
    ) -> Result<Vec<Record>, Fault> {
        let mut fault = None;
        let records = std::iter::from_fn(|| match next() {
            Ok(record) => record,
            Err(error) => {
                fault = Some(error);
                None
            }
        });
        let page = scan::find(records, query);
        fault.map_or(Ok(page), Err)
    }

    fn looked_through(&self) -> Result<Vec<Record>, Fault> {
        let mut walk = match self.deadlines.between.filter(|_| !self.deadlines.none) {
            Some(between) => self.due(between, None, false),
            None => self.numbers(None, false),
        };
        self.sorted(self.query, || {
            // A row that is gone between two steps there is none: both are of one instant.
            let Some(stop) = walk.next(self.tables)? else { return Ok(None) };
            self.record(stop.slot)
        })
    }

    /// All that a walk comes to, if that is few.
    fn few(&self, mut walk: Merged) -> Result<Option<Vec<Stop>>, Fault> {
        let mut stops = Vec::new();
        while let Some(stop) = walk.next(self.tables)? {
            if stops.len() == FEW {
                return Ok(None);
            }
            stops.push(stop);
        }
        Ok(Some(stops))
    }

    /// The page, of these.
    fn of(&self, stops: Vec<Stop>) -> Result<Vec<Record>, Fault> {
        let mut stops = stops.into_iter();
        self.sorted(self.query, || match stops.next() {
            Some(stop) => self.record(stop.slot),
            None => Ok(None),
        })
    }

    fn by_number(&self, descending: bool) -> Result<Vec<Record>, Fault> {
        let after = match &self.query.after {
            // A cursor that names no number: whatever comes after it is looked for.
            Some(after) if after.number().is_none() => return self.looked_through(),
            after => after.as_ref().and_then(SortKey::number),
        };
        if let Some(between) = self.deadlines.between.filter(|_| !self.deadlines.none)
            && let Some(stops) = self.few(self.due(between, None, false))?
        {
            return self.of(stops);
        }
        let mut walk = self.numbers(after.map(|number| number.0), descending);
        let mut page = Vec::new();
        while page.len() < self.query.limit {
            let Some(stop) = walk.next(self.tables)? else { break };
            page.extend(self.shown(stop.slot)?.map(|(_, record)| record));
        }
        Ok(page)
    }

    fn by_turn(&self, turns: &Turns, narrow: &[Narrow]) -> Result<Vec<Record>, Fault> {
        let named = |one: &Narrow| one.departments.clone();
        let departments: Option<Vec<_>> = narrow.iter().map(named).collect();
        let departments = departments.map(|each| each.into_iter().flatten().collect());
        // What is apart from the queues is sought out where it is few.
        let apart = |shelf: &Shelf| match shelf {
            Shelf::Everything | Shelf::Category(_) | Shelf::Department(..) => false,
            Shelf::Assignee(who, _) => who.is_some(),
            Shelf::Requester(_) | Shelf::Organisation(_) | Shelf::Marked(_) => true,
        };
        if self.shelves.as_ref().is_some_and(|shelves| shelves.iter().all(apart))
            && let Some(stops) = self.few(self.numbers(None, false))?
        {
            return self.of(stops);
        }
        let query = self.query;
        let mut walk = Queues::walk(self.tables, turns, query, departments.as_ref())?;
        let mut page = Vec::new();
        while page.len() < query.limit {
            let Some(slot) = walk.next(self.tables)? else { break };
            page.extend(self.shown(slot)?.map(|(_, record)| record));
        }
        Ok(page)
    }

    fn by_deadline(&self, descending: bool) -> Result<Vec<Record>, Fault> {
        let limit = self.query.limit;
        let mut page = self.with_deadline(descending)?;
        if page.len() < limit && self.deadlines.none {
            // What has no deadline comes last, however many there are.
            let mut walk = self.numbers(None, false);
            let query = Query { limit: limit - page.len(), ..self.query.clone() };
            page.extend(self.sorted(&query, || {
                loop {
                    let Some(stop) = walk.next(self.tables)? else { return Ok(None) };
                    if !self.has_deadline(stop.slot)? {
                        return self.record(stop.slot);
                    }
                }
            })?);
        }
        Ok(page)
    }

    fn has_deadline(&self, slot: i64) -> Result<bool, Fault> {
        let text = "SELECT due_at IS NOT NULL FROM ~records WHERE slot = ?1";
        Ok(self.tables.first(text, [slot], |row| row.get(0))?.unwrap_or(false))
    }

    /// The part of the page that has deadlines.
    fn with_deadline(&self, descending: bool) -> Result<Vec<Record>, Fault> {
        let Some(mut between) = self.deadlines.between else { return Ok(Vec::new()) };
        if let Some(after) = &self.query.after {
            // After one without a deadline there is none that has one.
            let Some(at) = after.deadline() else { return Ok(Vec::new()) };
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
        // Of those that tie with the last page's end, the first that it did not have; where the
        // stretch begins with that end.
        let after = self.query.after.as_ref().filter(|_| exact);
        let after = after.filter(|after| after.deadline() == between.from);
        let first = after.map(|after| *after.id().as_uuid());
        let mut walk = self.due(between, first, descending);
        while let Some(stop) = walk.next(self.tables)? {
            let full = page.len() >= self.query.limit;
            if full && (exact || last != Some(stop.first)) {
                break;
            }
            if last != Some(stop.first) {
                page.get_mut(tied..).unwrap_or_default().sort_unstable_by(compare);
                (last, tied) = (Some(stop.first), page.len());
            }
            page.extend(self.shown(stop.slot)?);
        }
        page.get_mut(tied..).unwrap_or_default().sort_unstable_by(compare);
        Ok(page.into_iter().take(self.query.limit).map(|(_, record)| record).collect())
    }
}
