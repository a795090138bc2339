//! The order of work: queues of departments, walked part by part, side by side.
//!
//! What has one department, status, priority and service level is in the order of turns by its
//! deadline and, apart from that, by since when it waits: so each part is walked by two indexes.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeSet, BinaryHeap};

use chrono::DateTime;
use uuid::Uuid;

use super::error::Fault;
use super::strand::{Name, Stop, Strand};
use super::tables::{Tables, desk_bytes};
use crate::ids::{DepartmentName, DeskId};
use crate::matching::{TurnPlace, Turns, Waiting, WorkOrder};
use crate::store::Query;

/// Queues under way.
pub(super) struct Queues {
    walks: Vec<Walk>,
    /// The next of each walk, on each road.
    heads: BinaryHeap<Reverse<Ahead>>,
}

/// What a walk has come to: what is first in order is first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ahead {
    place: TurnPlace,
    id: Uuid,
    walk: usize,
    road: Road,
    slot: i64,
    /// The turn comes by one road only, before the ticket is met on the other.
    its_turn: bool,
}

/// By which index a part of a queue is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Road {
    Due,
    Since,
}

/// A part of a queue under way.
struct Walk {
    /// A place in it, for what all its places have in common.
    place: TurnPlace,
    /// From when a ticket waits until its turn, but for a deadline; in microseconds.
    patience: i64,
    /// What has a deadline; `None`: deadlines do not count.
    due: Option<Strand>,
    since: Strand,
}

impl Queues {
    /// What waits in these departments (`None`: in all), whoever may see it, in the order of work:
    /// from where the last page ended.
    pub(super) fn walk(
        tables: &Tables<'_>,
        turns: &Turns,
        query: &Query,
        departments: Option<&BTreeSet<Option<DepartmentName>>>,
    ) -> Result<Self, Fault> {
        let after = query.after.as_ref();
        let after = after.and_then(|after| Some((after.turn()?, *after.id().as_uuid())));
        let names = names(tables, query.desk, departments)?;
        let walks = names.iter().filter_map(|name| Walk::new(turns, query.desk, name, after));
        let mut queues = Self { walks: walks.collect(), heads: BinaryHeap::new() };
        for index in 0..queues.walks.len() {
            for road in [Road::Due, Road::Since] {
                queues.go_on(tables, index, road)?;
            }
        }
        Ok(queues)
    }

    /// The row of the next ticket.
    pub(super) fn next(&mut self, tables: &Tables<'_>) -> Result<Option<i64>, Fault> {
        while let Some(Reverse(ahead)) = self.heads.pop() {
            self.go_on(tables, ahead.walk, ahead.road)?;
            if ahead.its_turn {
                return Ok(Some(ahead.slot));
            }
        }
        Ok(None)
    }

    fn go_on(&mut self, tables: &Tables<'_>, index: usize, road: Road) -> Result<(), Fault> {
        let Some(walk) = self.walks.get_mut(index) else { return Ok(()) };
        if let Some((place, stop, its_turn)) = walk.next(tables, road)? {
            let Stop { id, slot, .. } = stop;
            self.heads.push(Reverse(Ahead { place, id, walk: index, road, slot, its_turn }));
        }
        Ok(())
    }
}

impl Walk {
    /// `None`: nothing of it comes after that.
    fn new(
        turns: &Turns,
        desk: DeskId,
        name: &Name,
        after: Option<(TurnPlace, Uuid)>,
    ) -> Option<Self> {
        let priority = name.priority.as_str();
        let place = turns.place(Waiting {
            status: &name.status,
            priority,
            level: Some(name.level.as_str()).filter(|level| !level.is_empty()),
            since: DateTime::UNIX_EPOCH,
            sla_due_at: None,
        })?;
        let (patience, deadlines) = match turns.order() {
            WorkOrder::LongestUnanswered => (0, false),
            _ => (turns.patience(priority).as_micros(), true),
        };
        let (mut due, mut since) = ((i64::MIN, i64::MIN, None), (i64::MIN, None));
        if let Some((last, id)) = after.filter(|(last, _)| last.class() >= place.class()) {
            if last.class() > place.class() {
                return None;
            }
            let (at, began) = (last.at_micros(), last.at_micros().saturating_sub(patience));
            let priorities = place.below_highest_priority().cmp(&last.below_highest_priority());
            // Of the very instant: nothing, the rest, or everything.
            due = match priorities {
                Ordering::Less => (at.saturating_add(1), i64::MIN, None),
                Ordering::Equal => (at, last.since_micros(), Some(id)),
                Ordering::Greater => (at, i64::MIN, None),
            };
            since = match priorities.then(began.cmp(&last.since_micros())) {
                Ordering::Less => (began.saturating_add(1), None),
                Ordering::Equal => (began, Some(id)),
                Ordering::Greater => (began, None),
            };
        }
        Some(Self {
            place,
            patience,
            due: deadlines.then(|| Strand::due(desk, name, due)),
            since: Strand::since(desk, name, since),
        })
    }

    fn next(
        &mut self,
        tables: &Tables<'_>,
        road: Road,
    ) -> Result<Option<(TurnPlace, Stop, bool)>, Fault> {
        let ends = |since: i64| since.saturating_add(self.patience);
        let deadlines = self.due.is_some();
        let strand = match (road, &mut self.due) {
            (Road::Due, Some(due)) => due,
            (Road::Due, None) => return Ok(None),
            (Road::Since, _) => &mut self.since,
        };
        let Some(stop) = strand.next(tables)? else { return Ok(None) };
        let (at, since, its_turn) = match road {
            Road::Due => {
                let (due, since) = (stop.first, stop.second.unwrap_or(i64::MIN));
                (due, since, due <= ends(since))
            }
            Road::Since => {
                let (since, due) = (stop.first, stop.second);
                let ends = ends(since);
                (ends, since, !deadlines || due.is_none_or(|due| due > ends))
            }
        };
        Ok(Some((self.place.at(at, since), stop, its_turn)))
    }
}

/// The parts of these departments' queues; `None`: of all. Found by leaps, one for each part: not by
/// reading what waits there.
fn names(
    tables: &Tables<'_>,
    desk: DeskId,
    departments: Option<&BTreeSet<Option<DepartmentName>>>,
) -> Result<Vec<Name>, Fault> {
    let mut names = Vec::new();
    match departments {
        Some(departments) => {
            for department in departments {
                let department = department.as_ref().map_or("", DepartmentName::as_str);
                let first = Name::nothing(department);
                leap(tables, desk, first, Some(department), &mut names)?;
            }
        }
        None => leap(tables, desk, Name::nothing(""), None, &mut names)?,
    }
    Ok(names)
}

impl Name {
    /// What comes before every part of this department's queue: no status has an empty name.
    fn nothing(department: &str) -> Self {
        let none = String::new;
        Self { department: department.to_owned(), status: none(), priority: none(), level: none() }
    }
}

fn leap(
    tables: &Tables<'_>,
    desk: DeskId,
    mut last: Name,
    within: Option<&str>,
    names: &mut Vec<Name>,
) -> Result<(), Fault> {
    let text = "SELECT department, status, priority, level FROM ~records \
                INDEXED BY ~records_turn_since \
                WHERE desk = ?1 AND kind = 4 AND status IS NOT NULL \
                AND (department, status, priority, level) > (?2, ?3, ?4, ?5) \
                ORDER BY department, status, priority, level LIMIT 1";
    loop {
        let Name { department, status, priority, level } = &last;
        let values = (desk_bytes(desk), department, status, priority, level);
        let next = tables.first(text, values, |row| {
            Ok(Name {
                department: row.get(0)?,
                status: row.get(1)?,
                priority: row.get(2)?,
                level: row.get(3)?,
            })
        })?;
        let Some(next) = next else { return Ok(()) };
        if within.is_some_and(|department| department != next.department) {
            return Ok(());
        }
        names.push(next.clone());
        last = next;
    }
}
