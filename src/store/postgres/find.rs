//! Listings: by which road the tickets of a page are found.
//!
//! A condition leaves shelves; of their tickets, the matcher decides. By number and by deadline, shelves
//! are walked from where the last page ended, and left where this one does; in the order of work, the
//! queues of departments are. In any other order all that they hold is looked through.

use uuid::Uuid;

use super::connection::Tables;
use super::error::Fault;
use super::shelf::{Stop, Walk, Way, everything};
use super::tables::RecordRow;
use super::turns::Queues;
use crate::matching::{Between, Deadlines, Narrow, SortKey, Turns};
use crate::record::Record;
use crate::store::sql::{Known, Shelf, deadlines, shelves};
use crate::store::{Query, scan};

/// So few tickets are sought out and put in order, rather than found by walking past others.
const FEW: usize = 64;

impl Tables<'_> {
    /// A page of a listing. In a transaction: as of one instant.
    pub(super) async fn find(&self, known: &Known, query: &Query) -> Result<Vec<Record>, Fault> {
        let narrow = query.narrow();
        if narrow.is_empty() || query.limit == 0 {
            return Ok(Vec::new());
        }
        let (found, deadlines) = (shelves(&narrow), deadlines(&narrow));
        let narrowed = found.is_some();
        let shelves = found.unwrap_or_else(everything);
        if shelves.is_empty() {
            return Ok(Vec::new());
        }
        let listing = Listing { tables: self, known, query, shelves, narrowed, deadlines };
        if let Some(turns) = query.order.by_turn() {
            return listing.by_turn(turns, &narrow).await;
        }
        match (query.order.by_number(), query.order.by_deadline()) {
            (_, Some(descending)) => listing.by_deadline(descending).await,
            (Some(descending), None) => listing.by_number(descending).await,
            (None, None) => listing.looked_through().await,
        }
    }
}

/// A listing that is asked for, and where to look.
struct Listing<'l> {
    tables: &'l Tables<'l>,
    known: &'l Known,
    query: &'l Query,
    shelves: Vec<Shelf>,
    /// Whether they are less than all of the desk's.
    narrowed: bool,
    deadlines: Deadlines,
}

impl Listing<'_> {
    async fn record(&self, row: RecordRow) -> Result<Record, Fault> {
        self.tables.decoded(self.known, row).await
    }

    /// The ticket with its place, if the page may show it.
    async fn shown(&self, row: RecordRow) -> Result<Option<(SortKey, Record)>, Fault> {
        let record = self.record(row).await?;
        if !self.query.matches(&record) {
            return Ok(None);
        }
        let Some(place) = self.query.place(&record) else { return Ok(None) };
        let after = |after: &SortKey| self.query.order.compare(&place, after).is_gt();
        Ok(self.query.after.as_ref().is_none_or(after).then_some((place, record)))
    }

    /// All that may be shown, by number: after this one, or down from it.
    fn numbers(&self, after: Option<u64>, descending: bool) -> Walk<'_> {
        let way = Way::numbers(after, descending);
        Walk::new(&self.shelves, self.query.desk, way, self.query.limit.saturating_add(1))
    }

    /// All that may be shown and have a deadline in this stretch, by that.
    fn due(&self, between: Between, after: Option<Uuid>, descending: bool) -> Walk<'_> {
        let way = Way::deadlines(between, after, descending);
        Walk::new(&self.shelves, self.query.desk, way, self.query.limit.saturating_add(1))
    }

    /// The first of a page in any order, of all that a walk comes to: a few of them in hand at a time.
    async fn sorted(&self, query: &Query, mut walk: Walk<'_>) -> Result<Vec<Record>, Fault> {
        let mut page: Vec<Record> = Vec::new();
        let room = query.limit.saturating_mul(2).max(FEW);
        while let Some(stop) = walk.next(self.tables).await? {
            page.push(self.record(stop.row).await?);
            if page.len() > room {
                page = scan::find(page, query);
            }
        }
        Ok(scan::find(page, query))
    }

    async fn looked_through(&self) -> Result<Vec<Record>, Fault> {
        let walk = match self.deadlines.between.filter(|_| !self.deadlines.none) {
            Some(between) => self.due(between, None, false),
            None => self.numbers(None, false),
        };
        self.sorted(self.query, walk).await
    }

    /// All that a walk comes to, if that is few.
    async fn few(&self, mut walk: Walk<'_>) -> Result<Option<Vec<Stop>>, Fault> {
        let mut stops = Vec::new();
        while let Some(stop) = walk.next(self.tables).await? {
            if stops.len() == FEW {
                return Ok(None);
            }
            stops.push(stop);
        }
        Ok(Some(stops))
    }

    /// The page, of these.
    async fn of(&self, stops: Vec<Stop>) -> Result<Vec<Record>, Fault> {
        let mut records = Vec::with_capacity(stops.len());
        for stop in stops {
            records.push(self.record(stop.row).await?);
        }
        Ok(scan::find(records, self.query))
    }

    async fn by_number(&self, descending: bool) -> Result<Vec<Record>, Fault> {
        let after = match &self.query.after {
            // A cursor that names no number: whatever comes after it is looked for.
            Some(after) if after.number().is_none() => return self.looked_through().await,
            after => after.as_ref().and_then(SortKey::number),
        };
        if let Some(between) = self.deadlines.between.filter(|_| !self.deadlines.none)
            && let Some(stops) = self.few(self.due(between, None, false)).await?
        {
            return self.of(stops).await;
        }
        let mut walk = self.numbers(after.map(|number| number.0), descending);
        let mut page = Vec::new();
        while page.len() < self.query.limit {
            let Some(stop) = walk.next(self.tables).await? else { break };
            page.extend(self.shown(stop.row).await?.map(|(_, record)| record));
        }
        Ok(page)
    }

    async fn by_turn(&self, turns: &Turns, narrow: &[Narrow]) -> Result<Vec<Record>, Fault> {
        let named = |one: &Narrow| one.departments.clone();
        let departments: Option<Vec<_>> = narrow.iter().map(named).collect();
        let departments = departments.map(|each| each.into_iter().flatten().collect());
        // What is apart from the queues is sought out where it is few.
        let apart = |shelf: &Shelf| match shelf {
            Shelf::Everything | Shelf::Category(_) | Shelf::Department(..) => false,
            Shelf::Assignee(who, _) => who.is_some(),
            Shelf::Requester(_) | Shelf::Organisation(_) | Shelf::Marked(_) => true,
        };
        if self.narrowed
            && self.shelves.iter().all(apart)
            && let Some(stops) = self.few(self.numbers(None, false)).await?
        {
            return self.of(stops).await;
        }
        let query = self.query;
        let mut walk = Queues::walk(self.tables, turns, query, departments.as_ref()).await?;
        let mut page = Vec::new();
        let mut wanted = query.limit.clamp(4, 256);
        while page.len() < query.limit {
            let (ids, ended) = walk.next(self.tables, wanted).await?;
            for row in self.tables.tickets(query.desk, &ids).await? {
                if page.len() < query.limit {
                    page.extend(self.shown(row).await?.map(|(_, record)| record));
                }
            }
            if ended {
                break;
            }
            wanted = wanted.saturating_mul(2).min(256);
        }
        Ok(page)
    }

    async fn by_deadline(&self, descending: bool) -> Result<Vec<Record>, Fault> {
        let limit = self.query.limit;
        let mut page = self.with_deadline(descending).await?;
        if page.len() < limit && self.deadlines.none {
            // What has no deadline comes last, however many there are.
            let query = Query { limit: limit - page.len(), ..self.query.clone() };
            let mut walk = self.numbers(None, false);
            let mut rest: Vec<Record> = Vec::new();
            while let Some(stop) = walk.next(self.tables).await? {
                let record = self.record(stop.row).await?;
                if query.place(&record).is_some_and(|place| place.deadline().is_none()) {
                    rest.push(record);
                }
                if rest.len() > query.limit.saturating_mul(2).max(FEW) {
                    rest = scan::find(rest, &query);
                }
            }
            page.extend(scan::find(rest, &query));
        }
        Ok(page)
    }

    /// The part of the page that has deadlines.
    async fn with_deadline(&self, descending: bool) -> Result<Vec<Record>, Fault> {
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
        while let Some(stop) = walk.next(self.tables).await? {
            let full = page.len() >= self.query.limit;
            if full && (exact || last != Some(stop.first)) {
                break;
            }
            if last != Some(stop.first) {
                page.get_mut(tied..).unwrap_or_default().sort_unstable_by(compare);
                (last, tied) = (Some(stop.first), page.len());
            }
            page.extend(self.shown(stop.row).await?);
        }
        page.get_mut(tied..).unwrap_or_default().sort_unstable_by(compare);
        Ok(page.into_iter().take(self.query.limit).map(|(_, record)| record).collect())
    }
}
