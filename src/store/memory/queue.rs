//! What waits in the queues of departments, in the order of work.
//!
//! A strand is what has one status, priority and service level: in it, turns are in the order of
//! deadlines and, apart from that, in the order of waiting. A page walks the strands of the
//! departments that may be shown side by side.

use std::cmp::{Ordering, Reverse};
use std::collections::btree_set::Range;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::ops::Bound;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::hash::IdMap;
use crate::decide::{QueuedColumns, TicketColumns};
use crate::ids::{DepartmentName, PriorityName, SlaLevelName, StatusName, TicketNumber};
use crate::matching::{SortKey, TurnPlace, Turns, Waiting, WorkOrder};

/// The queues of a desk.
#[derive(Debug, Default)]
pub(super) struct Queues {
    departments: IdMap<Option<DepartmentName>, BTreeMap<Name, Strand>>,
}

type Name = (StatusName, PriorityName, Option<SlaLevelName>);

/// What has one status, priority and service level, in one department.
#[derive(Debug, Default)]
struct Strand {
    /// What has a deadline, by that.
    due: BTreeSet<Due>,
    /// All, by since when it waits.
    since: BTreeSet<Since>,
}

/// What says where a ticket stands, of its columns.
type What<'c> = (&'c Option<DepartmentName>, &'c QueuedColumns, Option<DateTime<Utc>>);

/// The deadline, since when it waits, which ticket; instants in microseconds.
type Due = (i64, i64, Uuid, TicketNumber);

/// Since when it waits, which ticket, and its deadline.
type Since = (i64, Uuid, TicketNumber, Option<i64>);

impl Queues {
    /// Moves a ticket from where it stood to where it should.
    pub(super) fn update<'c>(
        &mut self,
        (number, id): (TicketNumber, Uuid),
        before: Option<&'c TicketColumns>,
        after: Option<&'c TicketColumns>,
    ) {
        let what = |it: Option<&'c TicketColumns>| {
            let it = it?;
            Some((&it.department, it.queued.as_deref()?, it.sla_due_at))
        };
        let (before, after) = (what(before), what(after));
        if before == after {
            return;
        }
        let stands = |(department, queued, due): What<'c>| {
            let QueuedColumns { status, priority, level, since } = queued;
            let name = (status.clone(), priority.clone(), level.clone());
            let due = due.map(|at| at.timestamp_micros());
            (department.clone(), name, since.timestamp_micros(), due)
        };
        let (before, after) = (before.map(stands), after.map(stands));
        if let Some((department, name, since, due)) = before
            && let Some(strands) = self.departments.get_mut(&department)
            && let Some(strand) = strands.get_mut(&name)
        {
            strand.since.remove(&(since, id, number, due));
            due.map(|due| strand.due.remove(&(due, since, id, number)));
            // Names come and go, and each strand of them is looked at.
            if strand.since.is_empty() {
                strands.remove(&name);
            }
        }
        if let Some((department, name, since, due)) = after {
            let strands = self.departments.entry(department).or_default();
            let strand = strands.entry(name).or_default();
            strand.since.insert((since, id, number, due));
            due.map(|due| strand.due.insert((due, since, id, number)));
        }
    }

    fn strands(
        &self,
        departments: Option<&BTreeSet<Option<DepartmentName>>>,
    ) -> Vec<(&Name, &Strand)> {
        match departments {
            Some(names) => {
                names.iter().filter_map(|name| self.departments.get(name)).flatten().collect()
            }
            None => self.departments.values().flatten().collect(),
        }
    }

    /// How many wait in these departments; `None`: in all.
    pub(super) fn len(&self, departments: Option<&BTreeSet<Option<DepartmentName>>>) -> usize {
        self.strands(departments).into_iter().map(|(_, strand)| strand.since.len()).sum()
    }

    /// What waits in these departments (`None`: in all), whoever may see it, in the order of work:
    /// from this place on.
    pub(super) fn walk<'s>(
        &'s self,
        turns: &Turns,
        departments: Option<&BTreeSet<Option<DepartmentName>>>,
        after: Option<&SortKey>,
    ) -> impl Iterator<Item = TicketNumber> + use<'s> {
        let after = after.and_then(|after| Some((after.turn()?, *after.id().as_uuid())));
        let walk = |(name, strand)| Walk::new(turns, name, strand, after);
        let mut walks: Vec<Walk<'s>> =
            self.strands(departments).into_iter().filter_map(walk).collect();
        let mut heads = BinaryHeap::with_capacity(2 * walks.len());
        for (index, walk) in walks.iter_mut().enumerate() {
            for road in [Road::Due, Road::Since] {
                heads.extend(walk.next(road).map(|stop| Reverse((stop, index, road))));
            }
        }
        std::iter::from_fn(move || {
            loop {
                let Reverse((stop, index, road)) = heads.pop()?;
                let walk = walks.get_mut(index)?;
                heads.extend(walk.next(road).map(|stop| Reverse((stop, index, road))));
                if stop.its_turn {
                    return Some(stop.number);
                }
            }
        })
    }
}

/// By which index a strand is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Road {
    Due,
    Since,
}

/// A ticket that a walk has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Stop {
    place: TurnPlace,
    id: Uuid,
    number: TicketNumber,
    /// Whether it is the ticket's turn, which comes by one road only, before it is met on the other.
    its_turn: bool,
}

/// A strand under way.
struct Walk<'s> {
    /// A place in it, for what all its places have in common.
    place: TurnPlace,
    /// From when a ticket waits until its turn, but for a deadline; in microseconds.
    patience: i64,
    /// Whether deadlines count.
    deadlines: bool,
    due: Range<'s, Due>,
    since: Range<'s, Since>,
}

impl<'s> Walk<'s> {
    /// `None`: nothing of it comes after that.
    fn new(
        turns: &Turns,
        (status, priority, level): &Name,
        strand: &'s Strand,
        after: Option<(TurnPlace, Uuid)>,
    ) -> Option<Self> {
        let priority = priority.as_str();
        let place = turns.place(Waiting {
            status: status.as_str(),
            priority,
            level: level.as_ref().map(SlaLevelName::as_str),
            since: DateTime::UNIX_EPOCH,
            sla_due_at: None,
        })?;
        let (patience, deadlines) = match turns.order() {
            WorkOrder::LongestUnanswered => (0, false),
            _ => (turns.patience(priority).as_micros(), true),
        };
        let (mut due, mut since) = (Bound::Unbounded, Bound::Unbounded);
        if let Some((last, id)) = after.filter(|(last, _)| last.class() >= place.class()) {
            if last.class() > place.class() {
                return None;
            }
            let (at, began) = (last.at_micros(), last.at_micros().saturating_sub(patience));
            let first = |at: i64| (at, i64::MIN, Uuid::nil(), TicketNumber(0));
            let began_first = |at: i64| (at, Uuid::nil(), TicketNumber(0), None);
            let priorities = place.below_highest_priority().cmp(&last.below_highest_priority());
            // Of the very instant: nothing, the rest, or everything.
            due = match priorities {
                Ordering::Less => Bound::Included(first(at.saturating_add(1))),
                Ordering::Equal => {
                    Bound::Excluded((at, last.since_micros(), id, TicketNumber(u64::MAX)))
                }
                Ordering::Greater => Bound::Included(first(at)),
            };
            since = match priorities.then(began.cmp(&last.since_micros())) {
                Ordering::Less => Bound::Included(began_first(began.saturating_add(1))),
                Ordering::Equal => {
                    Bound::Excluded((began, id, TicketNumber(u64::MAX), Some(i64::MAX)))
                }
                Ordering::Greater => Bound::Included(began_first(began)),
            };
        }
        if !deadlines {
            due = Bound::Excluded((i64::MAX, i64::MAX, Uuid::max(), TicketNumber(u64::MAX)));
        }
        let due = strand.due.range((due, Bound::Unbounded));
        let since = strand.since.range((since, Bound::Unbounded));
        Some(Self { place, patience, deadlines, due, since })
    }

    fn next(&mut self, road: Road) -> Option<Stop> {
        let ends = |since: i64| since.saturating_add(self.patience);
        let (at, since, id, number, its_turn) = match road {
            Road::Due => {
                let (due, since, id, number) = *self.due.next()?;
                (due, since, id, number, due <= ends(since))
            }
            Road::Since => {
                let (since, id, number, due) = *self.since.next()?;
                let ends = ends(since);
                let its_turn = !self.deadlines || due.is_none_or(|due| due > ends);
                (ends, since, id, number, its_turn)
            }
        };
        Some(Stop { place: self.place.at(at, since), id, number, its_turn })
    }
}
