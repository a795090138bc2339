//! Indexes over the columns of a desk's tickets, and the wheel of its wakes.

use std::collections::BTreeSet;
use std::hash::Hash;

use chrono::{DateTime, Utc};

use super::hash::IdMap;
use crate::decide::Columns;
use crate::ids::{AgentId, DepartmentName, TicketNumber};
use crate::people::Requester;
use crate::store::{Filter, Lease};
use crate::workflow::StatusCategory;

/// Tickets under one value of one column, in order.
type Shelf = BTreeSet<TicketNumber>;

/// Which tickets stand under which value of which column.
#[derive(Debug, Default)]
pub(super) struct Indexes {
    categories: IdMap<StatusCategory, Shelf>,
    requesters: IdMap<Requester, Shelf>,
    owners: IdMap<AgentId, Shelf>,
    queues: IdMap<Option<DepartmentName>, Shelf>,
}

impl Indexes {
    /// Moves a ticket from where it stands to where it should; touches only what changed.
    pub(super) fn update(&mut self, number: TicketNumber, before: &Columns, after: &Columns) {
        if before == after {
            return;
        }
        shift(&mut self.categories, number, before.category, after.category);
        shift(&mut self.requesters, number, before.requester, after.requester);
        shift(&mut self.owners, number, owner(before), owner(after));
        shift(&mut self.queues, number, queue(before), queue(after));
    }

    /// The tickets that a filter asks for, if it is on a column and any are.
    fn shelf(&self, filter: &Filter) -> Option<&Shelf> {
        match filter {
            Filter::All => None,
            Filter::Category(category) => self.categories.get(category),
            Filter::Requester(requester) => self.requesters.get(requester),
            Filter::Owner(agent) => self.owners.get(agent),
            Filter::Queue(department) => self.queues.get(department),
        }
    }

    /// The tickets from this number on that a filter on a column asks for, in order.
    pub(super) fn find(
        &self,
        filter: &Filter,
        from: TicketNumber,
    ) -> impl Iterator<Item = TicketNumber> {
        self.shelf(filter).into_iter().flat_map(move |shelf| shelf.range(from..)).copied()
    }
}

fn unfinished(columns: &Columns) -> bool {
    columns.category.is_some_and(|category| !category.is_done())
}

/// Who owns it, being unfinished.
fn owner(columns: &Columns) -> Option<AgentId> {
    columns.assignee.filter(|_| unfinished(columns))
}

/// Where it waits, being unfinished and nobody's.
fn queue(columns: &Columns) -> Option<Option<DepartmentName>> {
    (unfinished(columns) && columns.assignee.is_none()).then(|| columns.department.clone())
}

fn shift<K: Eq + Hash>(
    shelves: &mut IdMap<K, Shelf>,
    number: TicketNumber,
    from: Option<K>,
    to: Option<K>,
) {
    if from == to {
        return;
    }
    if let Some(from) = from
        && let Some(shelf) = shelves.get_mut(&from)
    {
        // An empty shelf stays: what stood there once will stand there again.
        shelf.remove(&number);
    }
    if let Some(to) = to {
        shelves.entry(to).or_default().insert(number);
    }
}

/// When each of a desk's records next does something by itself.
#[derive(Debug, Default)]
pub(super) struct Wakes {
    /// By the instant from which a wake may be leased: its own, or the end of its lease.
    order: BTreeSet<(DateTime<Utc>, usize)>,
}

/// What is armed of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wake {
    /// The instant under which it stands in the order.
    visible_at: DateTime<Utc>,
    /// When it is due.
    pub(super) at: DateTime<Utc>,
}

impl Wakes {
    /// Sets or clears the next wake of a record, and ends any lease on it.
    pub(super) fn set(&mut self, slot: usize, wake: &mut Option<Wake>, at: Option<DateTime<Utc>>) {
        let before = *wake;
        if before == at.map(|at| Wake { visible_at: at, at }) {
            return;
        }
        if let Some(wake) = before {
            self.order.remove(&(wake.visible_at, slot));
        }
        if let Some(at) = at {
            self.order.insert((at, slot));
        }
        *wake = at.map(|at| Wake { visible_at: at, at });
    }

    /// Puts a due wake off until its lease ends.
    pub(super) fn lease(&mut self, slot: usize, wake: &mut Wake, lease: Lease) {
        self.order.remove(&(wake.visible_at, slot));
        self.order.insert((lease.until, slot));
        wake.visible_at = lease.until;
    }

    /// What may be leased, and when: earliest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (DateTime<Utc>, usize)> {
        self.order.iter().copied()
    }
}
