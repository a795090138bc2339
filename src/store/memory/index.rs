//! Indexes over the columns of a desk's tickets, and the wheel of its wakes.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::hash::IdMap;
use crate::decide::{AgentColumns, TicketColumns};
use crate::ids::{AgentId, DepartmentName, TicketNumber};
use crate::people::Requester;
use crate::store::{Filter, Lease, Roster};
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
    rosters: IdMap<Roster, BTreeMap<Uuid, usize>>,
}

impl Indexes {
    /// Moves a ticket from where it stands to where it should; touches only what changed.
    pub(super) fn update(
        &mut self,
        number: TicketNumber,
        before: Option<&TicketColumns>,
        after: Option<&TicketColumns>,
    ) {
        if before == after {
            return;
        }
        let category = |it: &TicketColumns| it.category;
        shift(&mut self.categories, number, before.map(category), after.map(category));
        let requester = |it: &TicketColumns| it.requester;
        shift(&mut self.requesters, number, before.map(requester), after.map(requester));
        shift(&mut self.owners, number, before.and_then(owner), after.and_then(owner));
        shift(&mut self.queues, number, before.and_then(queue), after.and_then(queue));
    }

    /// Moves an agent, whose row is in this slot, from the rosters where it stands to those
    /// where it should.
    pub(super) fn enrol(
        &mut self,
        (agent, slot): (Uuid, usize),
        before: Option<&AgentColumns>,
        after: Option<&AgentColumns>,
    ) {
        if before == after {
            return;
        }
        for roster in before.into_iter().flat_map(rosters) {
            self.rosters.entry(roster).or_default().remove(&agent);
        }
        for roster in after.into_iter().flat_map(rosters) {
            self.rosters.entry(roster).or_default().insert(agent, slot);
        }
    }

    /// The slots of a roster's agents, in the order of their ids.
    pub(super) fn roster(&self, roster: &Roster) -> impl Iterator<Item = usize> {
        self.rosters.get(roster).into_iter().flat_map(BTreeMap::values).copied()
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

/// The rosters that an agent stands on.
fn rosters(columns: &AgentColumns) -> impl Iterator<Item = Roster> {
    let departments = columns.departments.iter().cloned().map(Roster::Department);
    departments.chain([Roster::Everybody]).filter(|_| columns.can_own)
}

/// Who owns it, being unfinished.
fn owner(columns: &TicketColumns) -> Option<AgentId> {
    columns.assignee.filter(|_| !columns.category.is_done())
}

/// Where it waits, being unfinished and nobody's.
fn queue(columns: &TicketColumns) -> Option<Option<DepartmentName>> {
    let queued = !columns.category.is_done() && columns.assignee.is_none();
    queued.then(|| columns.department.clone())
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
