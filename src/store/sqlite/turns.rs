//! The order of work: queues of departments, walked part by part, side by side.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use uuid::Uuid;

use super::error::Fault;
use super::strand::{Stop, Strand};
use super::tables::{Tables, desk_bytes};
use crate::ids::{DepartmentName, DeskId};
use crate::matching::{TurnPlace, Turns};
use crate::store::Query;
use crate::store::sql::{Part, PartName};

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
    part: Part,
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
        name: &PartName,
        after: Option<(TurnPlace, Uuid)>,
    ) -> Option<Self> {
        let part = Part::new(turns, name, after)?;
        let due = part.due().map(|after| Strand::due(desk, name, after));
        Some(Self { part, due, since: Strand::since(desk, name, part.since()) })
    }

    fn next(
        &mut self,
        tables: &Tables<'_>,
        road: Road,
    ) -> Result<Option<(TurnPlace, Stop, bool)>, Fault> {
        let strand = match (road, &mut self.due) {
            (Road::Due, Some(due)) => due,
            (Road::Due, None) => return Ok(None),
            (Road::Since, _) => &mut self.since,
        };
        let Some(stop) = strand.next(tables)? else { return Ok(None) };
        let (place, its_turn) = match road {
            Road::Due => self.part.by_deadline(stop.first, stop.second.unwrap_or(i64::MIN)),
            Road::Since => self.part.by_waiting(stop.first, stop.second),
        };
        Ok(Some((place, stop, its_turn)))
    }
}

/// The parts of these departments' queues; `None`: of all. Found by leaps, one for each part: not by
/// reading what waits there.
fn names(
    tables: &Tables<'_>,
    desk: DeskId,
    departments: Option<&BTreeSet<Option<DepartmentName>>>,
) -> Result<Vec<PartName>, Fault> {
    let mut names = Vec::new();
    match departments {
        Some(departments) => {
            for department in departments {
                let department = department.as_ref().map_or("", DepartmentName::as_str);
                let first = PartName::nothing(department);
                leap(tables, desk, first, Some(department), &mut names)?;
            }
        }
        None => leap(tables, desk, PartName::nothing(""), None, &mut names)?,
    }
    Ok(names)
}

fn leap(
    tables: &Tables<'_>,
    desk: DeskId,
    mut last: PartName,
    within: Option<&str>,
    names: &mut Vec<PartName>,
) -> Result<(), Fault> {
    let text = "SELECT department, status, priority, level FROM ~records \
                INDEXED BY ~records_turn_since \
                WHERE desk = ?1 AND kind = 4 AND status IS NOT NULL \
                AND (department, status, priority, level, since) > (?2, ?3, ?4, ?5, ?6) \
                ORDER BY department, status, priority, level LIMIT 1";
    loop {
        let PartName { department, status, priority, level } = &last;
        // After the last of the part: without a column of its tickets, all of them would be passed.
        let values = (desk_bytes(desk), department, status, priority, level, i64::MAX);
        let next = tables.first(text, values, |row| {
            Ok(PartName {
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
