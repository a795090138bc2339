//! The order of work: queues of departments, walked part by part, side by side. One statement reads on
//! in all parts of which nothing is in hand.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, VecDeque};

use tokio_postgres::types::Type;
use uuid::Uuid;

use super::connection::{Tables, get};
use super::error::Fault;
use super::forms::{column_text, read_text, rows_at_most};
use super::tables::RecordRow;
use crate::ids::{DepartmentName, DeskId};
use crate::matching::{TurnPlace, Turns};
use crate::store::Query;
use crate::store::sql::{Part, PartName};

/// How many rows of a part are read at first, and how many at most.
const FEW: usize = 16;
const MANY: usize = 256;

/// Queues under way.
pub(super) struct Queues {
    desk: DeskId,
    strands: Vec<Strand>,
    /// The next of each strand that has something in hand.
    heads: BinaryHeap<Reverse<Ahead>>,
    chunk: usize,
}

/// What a strand has come to: what is first in order is first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ahead {
    place: TurnPlace,
    id: Uuid,
    strand: usize,
    /// The turn comes by one road only, before the ticket is met on the other.
    its_turn: bool,
}

/// By which index a part of a queue is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Road {
    Due,
    Since,
}

/// A part of a queue under way, on one road.
struct Strand {
    part: Part,
    name: PartName,
    road: Road,
    /// After which deadline, since when and id it is read on; the deadline is none on the other road.
    cursor: (i64, i64, Uuid),
    read: VecDeque<(i64, Option<i64>, Uuid)>,
    ended: bool,
}

impl Strand {
    fn due(part: Part, name: &PartName) -> Option<Self> {
        let (due, since, id) = part.due()?;
        let cursor = (due, since, id.unwrap_or(Uuid::nil()));
        Some(Self::new(part, name, Road::Due, cursor))
    }

    fn since(part: Part, name: &PartName) -> Self {
        let cursor = match part.since() {
            (since, Some(id)) => (0, since, id),
            (since, None) => (0, since.saturating_sub(1), Uuid::max()),
        };
        Self::new(part, name, Road::Since, cursor)
    }

    fn new(part: Part, name: &PartName, road: Road, cursor: (i64, i64, Uuid)) -> Self {
        Self { part, name: name.clone(), road, cursor, read: VecDeque::new(), ended: false }
    }

    fn is_dry(&self) -> bool {
        self.read.is_empty() && !self.ended
    }

    fn next(&mut self, strand: usize) -> Option<Ahead> {
        let (first, second, id) = self.read.pop_front()?;
        let (place, its_turn) = match self.road {
            Road::Due => self.part.by_deadline(first, second.unwrap_or(i64::MIN)),
            Road::Since => self.part.by_waiting(first, second),
        };
        Some(Ahead { place, id, strand, its_turn })
    }
}

impl Queues {
    /// What waits in these departments (`None`: in all), whoever may see it, in the order of work:
    /// from where the last page ended.
    pub(super) async fn walk(
        tables: &Tables<'_>,
        turns: &Turns,
        query: &Query,
        departments: Option<&BTreeSet<Option<DepartmentName>>>,
    ) -> Result<Self, Fault> {
        let after = query.after.as_ref();
        let after = after.and_then(|after| Some((after.turn()?, *after.id().as_uuid())));
        let mut strands = Vec::new();
        for name in tables.parts(query.desk, departments).await? {
            if let Some(part) = Part::new(turns, &name, after) {
                strands.extend(Strand::due(part, &name));
                strands.push(Strand::since(part, &name));
            }
        }
        let mut queues = Self { desk: query.desk, strands, heads: BinaryHeap::new(), chunk: FEW };
        queues.read_on(tables).await?;
        for index in 0..queues.strands.len() {
            queues.go_on(index);
        }
        Ok(queues)
    }

    /// The next tickets, so many of them; whether there are no more.
    pub(super) async fn next(
        &mut self,
        tables: &Tables<'_>,
        wanted: usize,
    ) -> Result<(Vec<Uuid>, bool), Fault> {
        let mut ids = Vec::new();
        while ids.len() < wanted {
            let Some(Reverse(ahead)) = self.heads.pop() else { return Ok((ids, true)) };
            if ahead.its_turn {
                ids.push(ahead.id);
            }
            if self.strands.get(ahead.strand).is_some_and(Strand::is_dry) {
                self.read_on(tables).await?;
            }
            self.go_on(ahead.strand);
        }
        Ok((ids, false))
    }

    fn go_on(&mut self, index: usize) {
        let ahead = self.strands.get_mut(index).and_then(|strand| strand.next(index));
        self.heads.extend(ahead.map(Reverse));
    }

    /// Reads on in every part of which nothing is in hand.
    async fn read_on(&mut self, tables: &Tables<'_>) -> Result<(), Fault> {
        for road in [Road::Due, Road::Since] {
            let dry = |strand: &&mut Strand| strand.road == road && strand.is_dry();
            let mut dry: Vec<&mut Strand> = self.strands.iter_mut().filter(dry).collect();
            if !dry.is_empty() {
                tables.read_parts(self.desk, road, &mut dry, self.chunk).await?;
            }
        }
        self.chunk = self.chunk.saturating_mul(2).min(MANY);
        Ok(())
    }
}

const DUE: &str = "SELECT u.nth, s.id, s.due_at, s.since \
     FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], \
     $8::uuid[]) WITH ORDINALITY AS u (department, status, priority, level, due_at, since, id, nth) \
     CROSS JOIN LATERAL (SELECT r.id, r.due_at, r.since FROM ~records r \
     WHERE r.desk = $1 AND r.kind = 4 AND r.department = u.department AND r.status = u.status \
     AND r.priority = u.priority AND r.level = u.level AND r.due_at IS NOT NULL \
     AND (r.due_at, r.since, r.id) > (u.due_at, u.since, u.id) \
     ORDER BY r.due_at, r.since, r.id LIMIT $9) s ORDER BY u.nth, s.due_at, s.since, s.id";

const SINCE: &str = "SELECT u.nth, s.id, s.since, s.due_at \
     FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], \
     $8::uuid[]) WITH ORDINALITY AS u (department, status, priority, level, due_at, since, id, nth) \
     CROSS JOIN LATERAL (SELECT r.id, r.due_at, r.since FROM ~records r \
     WHERE r.desk = $1 AND r.kind = 4 AND r.department = u.department AND r.status = u.status \
     AND r.priority = u.priority AND r.level = u.level AND (r.since, r.id) > (u.since, u.id) \
     ORDER BY r.since, r.id LIMIT $9) s ORDER BY u.nth, s.since, s.id";

/// The names of all parts, found by leaps, one for each: not by reading what waits there.
const ALL_PARTS: &str = "WITH RECURSIVE part AS (\
     (SELECT r.department, r.status, r.priority, r.level FROM ~records r \
     WHERE r.desk = $1 AND r.kind = 4 AND r.status IS NOT NULL AND $2::text[] IS NULL \
     ORDER BY r.department, r.status, r.priority, r.level LIMIT 1) \
     UNION ALL SELECT n.* FROM part p CROSS JOIN LATERAL (\
     SELECT r.department, r.status, r.priority, r.level FROM ~records r \
     WHERE r.desk = $1 AND r.kind = 4 AND r.status IS NOT NULL \
     AND (r.department, r.status, r.priority, r.level) \
     > (p.department, p.status, p.priority, p.level) \
     ORDER BY r.department, r.status, r.priority, r.level LIMIT 1) n) SELECT * FROM part";

/// The same, of these departments.
const PARTS: &str = "SELECT x.* FROM unnest($2::text[]) AS d (name) CROSS JOIN LATERAL (\
     WITH RECURSIVE part AS (\
     (SELECT r.department, r.status, r.priority, r.level FROM ~records r \
     WHERE r.desk = $1 AND r.kind = 4 AND r.status IS NOT NULL AND r.department = d.name \
     ORDER BY r.status, r.priority, r.level LIMIT 1) \
     UNION ALL SELECT n.* FROM part p CROSS JOIN LATERAL (\
     SELECT r.department, r.status, r.priority, r.level FROM ~records r \
     WHERE r.desk = $1 AND r.kind = 4 AND r.status IS NOT NULL AND r.department = d.name \
     AND (r.status, r.priority, r.level) > (p.status, p.priority, p.level) \
     ORDER BY r.status, r.priority, r.level LIMIT 1) n) SELECT * FROM part) x";

impl Tables<'_> {
    /// The parts of these departments' queues; `None`: of all.
    async fn parts(
        &self,
        desk: DeskId,
        departments: Option<&BTreeSet<Option<DepartmentName>>>,
    ) -> Result<Vec<PartName>, Fault> {
        let name = |it: &Option<DepartmentName>| {
            column_text(it.as_ref().map_or("", DepartmentName::as_str)).into_owned()
        };
        let names: Option<Vec<String>> =
            departments.map(|departments| departments.iter().map(name).collect());
        let text = if names.is_some() { PARTS } else { ALL_PARTS };
        let values = [(desk.as_uuid() as _, Type::UUID), (&names as _, Type::TEXT_ARRAY)];
        let rows = self.all(text, &values).await?;
        let part = |row| {
            Ok(PartName {
                department: read_text(get(row, 0)?),
                status: read_text(get(row, 1)?),
                priority: read_text(get(row, 2)?),
                level: read_text(get(row, 3)?),
            })
        };
        rows.iter().map(part).collect()
    }

    async fn read_parts(
        &self,
        desk: DeskId,
        road: Road,
        dry: &mut [&mut Strand],
        chunk: usize,
    ) -> Result<(), Fault> {
        let texts = |of: fn(&PartName) -> &str| -> Vec<String> {
            dry.iter().map(|strand| column_text(of(&strand.name)).into_owned()).collect()
        };
        let departments = texts(|name| &name.department);
        let (statuses, priorities) = (texts(|name| &name.status), texts(|name| &name.priority));
        let levels = texts(|name| &name.level);
        let dues: Vec<i64> = dry.iter().map(|strand| strand.cursor.0).collect();
        let sinces: Vec<i64> = dry.iter().map(|strand| strand.cursor.1).collect();
        let ids: Vec<Uuid> = dry.iter().map(|strand| strand.cursor.2).collect();
        let values = [
            (desk.as_uuid() as _, Type::UUID),
            (&departments as _, Type::TEXT_ARRAY),
            (&statuses as _, Type::TEXT_ARRAY),
            (&priorities as _, Type::TEXT_ARRAY),
            (&levels as _, Type::TEXT_ARRAY),
            (&dues as _, Type::INT8_ARRAY),
            (&sinces as _, Type::INT8_ARRAY),
            (&ids as _, Type::UUID_ARRAY),
            (&rows_at_most(chunk) as _, Type::INT8),
        ];
        let text = match road {
            Road::Due => DUE,
            Road::Since => SINCE,
        };
        for row in self.all(text, &values).await? {
            let nth = usize::try_from(get::<i64>(&row, 0)?).unwrap_or(0);
            let Some(strand) = nth.checked_sub(1).and_then(|nth| dry.get_mut(nth)) else {
                continue;
            };
            let (id, first): (Uuid, i64) = (get(&row, 1)?, get(&row, 2)?);
            let second: Option<i64> = get(&row, 3)?;
            strand.cursor = match road {
                Road::Due => (first, second.unwrap_or(i64::MIN), id),
                Road::Since => (0, first, id),
            };
            strand.read.push_back((first, second, id));
        }
        for strand in dry {
            strand.ended = strand.read.len() < chunk;
        }
        Ok(())
    }

    /// These tickets, in this order.
    pub(super) async fn tickets(
        &self,
        desk: DeskId,
        ids: &[Uuid],
    ) -> Result<Vec<RecordRow>, Fault> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let text = "SELECT r.kind, r.id, r.revision, r.number, r.schema, r.head \
                    FROM unnest($2::uuid[]) WITH ORDINALITY AS k (id, nth) \
                    JOIN ~records r ON r.desk = $1 AND r.kind = 4 AND r.id = k.id ORDER BY k.nth";
        let values = [(desk.as_uuid() as _, Type::UUID), (&ids as _, Type::UUID_ARRAY)];
        self.all(text, &values).await?.iter().map(|row| RecordRow::read(row, desk, 0)).collect()
    }
}
