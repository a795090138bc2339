//! Indexes over the columns of tickets, and the wheel of wakes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use chrono::{DateTime, Utc};

use crate::decide::Columns;
use crate::ids::{AgentId, DepartmentName, DeskId, Key, TicketNumber};
use crate::people::Requester;
use crate::store::{Due, DueRow, Filter, Lease, Query, Scope};
use crate::workflow::StatusCategory;

/// What a ticket is listed under. Each ticket stands under at most four of these.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shelf {
    All,
    Category(StatusCategory),
    Requester(Requester),
    Owner(AgentId),
    Queue(Option<DepartmentName>),
}

impl Shelf {
    fn of_filter(filter: &Filter) -> Self {
        match filter {
            Filter::All => Self::All,
            Filter::Category(category) => Self::Category(*category),
            Filter::Requester(requester) => Self::Requester(*requester),
            Filter::Owner(agent) => Self::Owner(*agent),
            Filter::Queue(department) => Self::Queue(department.clone()),
        }
    }
}

/// Where each ticket stands, by desk, shelf and number.
#[derive(Debug, Default)]
pub(super) struct Indexes {
    shelves: BTreeMap<(DeskId, Shelf), BTreeMap<TicketNumber, usize>>,
}

impl Indexes {
    /// Moves a ticket from the shelves it stood on to those it stands on now.
    pub(super) fn update(
        &mut self,
        key: Key,
        number: TicketNumber,
        slot: usize,
        before: &Columns,
        after: &Columns,
    ) {
        if before == after {
            return;
        }
        let (old, new) = (shelves(before), shelves(after));
        for shelf in old.iter().flatten() {
            if !new.iter().flatten().any(|kept| kept == shelf) {
                self.take_off(key.desk, shelf, number);
            }
        }
        for shelf in new.into_iter().flatten() {
            if !old.iter().flatten().any(|kept| *kept == shelf) {
                self.shelves.entry((key.desk, shelf)).or_default().insert(number, slot);
            }
        }
    }

    fn take_off(&mut self, desk: DeskId, shelf: &Shelf, number: TicketNumber) {
        let place = (desk, shelf.clone());
        if let Some(tickets) = self.shelves.get_mut(&place) {
            tickets.remove(&number);
            if tickets.is_empty() {
                self.shelves.remove(&place);
            }
        }
    }

    /// The slots of a page of tickets, by number.
    pub(super) fn find(&self, query: &Query) -> impl Iterator<Item = usize> {
        let shelf = self.shelves.get(&(query.desk, Shelf::of_filter(&query.filter)));
        let from = query.after.map_or(Bound::Unbounded, Bound::Excluded);
        shelf
            .into_iter()
            .flat_map(move |tickets| tickets.range((from, Bound::Unbounded)))
            .map(|(_, slot)| *slot)
            .take(query.limit)
    }
}

fn shelves(columns: &Columns) -> [Option<Shelf>; 5] {
    let Columns { category, department, assignee, requester } = columns;
    let unfinished = category.is_some_and(|category| !category.is_done());
    [
        category.map(|_| Shelf::All),
        category.map(Shelf::Category),
        requester.map(Shelf::Requester),
        assignee.filter(|_| unfinished).map(Shelf::Owner),
        (unfinished && assignee.is_none()).then(|| Shelf::Queue(department.clone())),
    ]
}

/// When each record next does something by itself.
#[derive(Debug, Default)]
pub(super) struct Wakes {
    /// By the instant from which a wake may be leased: its own, or the end of its lease.
    order: BTreeSet<(DateTime<Utc>, usize)>,
    /// By slot: what is in `order`, whose it is, and the wake itself.
    armed: HashMap<usize, Wake>,
}

#[derive(Clone, Copy, Debug)]
struct Wake {
    visible_at: DateTime<Utc>,
    key: Key,
    at: DateTime<Utc>,
}

impl Wakes {
    /// Sets or clears the next wake of a record, and ends any lease on it.
    pub(super) fn set(&mut self, slot: usize, key: Key, at: Option<DateTime<Utc>>) {
        let before = self.armed.get(&slot);
        if before.map(|wake| wake.at) == at && before.map(|wake| wake.visible_at) == at {
            return;
        }
        if let Some(wake) = before {
            self.order.remove(&(wake.visible_at, slot));
        }
        match at {
            Some(at) => {
                self.order.insert((at, slot));
                self.armed.insert(slot, Wake { visible_at: at, key, at });
            }
            None => {
                self.armed.remove(&slot);
            }
        }
    }

    pub(super) fn lease(&mut self, scope: Scope, now: DateTime<Utc>, lease: Lease) -> Due {
        let in_scope = |wake: &Wake| match scope {
            Scope::One(desk) => wake.key.desk == desk,
            Scope::All => true,
        };
        let mut rows = Vec::new();
        let mut next = None;
        for (visible_at, slot) in &self.order {
            let Some(wake) = self.armed.get(slot).filter(|wake| in_scope(wake)) else { continue };
            if *visible_at > now || rows.len() == lease.limit {
                next = Some(*visible_at);
                break;
            }
            rows.push((*slot, *wake));
        }
        for (slot, wake) in &rows {
            self.order.remove(&(wake.visible_at, *slot));
            self.order.insert((lease.until, *slot));
            let leased = Wake { visible_at: lease.until, ..*wake };
            self.armed.insert(*slot, leased);
        }
        Due {
            rows: rows.iter().map(|(_, wake)| DueRow { key: wake.key, at: wake.at }).collect(),
            next,
        }
    }
}
