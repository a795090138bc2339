//! Search: one statement leaps over the lists of all words, and over the shelves of the filter, to the
//! tickets that are on all of them.

use tokio_postgres::IsolationLevel;
use tokio_postgres::types::Type;

use super::PgStore;
use super::connection::{Connections, Tables, Value, anew, get};
use super::error::Fault;
use super::forms::{integer, number, rows_at_most};
use super::lists::{ReadOn, note};
use super::sending::TRIES;
use super::shelf::{Array, up_to};
use super::tables::RecordRow;
use crate::ids::Revision;
use crate::store::sql::{Shelf, shelves};
use crate::store::text::FORM;
use crate::store::{AsyncTextStore, Operation, StoreError, StoreFuture, TextHit, TextQuery};

/// How many candidates are asked for at a time, at least and at most.
const FEW: usize = 8;
const MANY: usize = 256;

impl<C: Connections> AsyncTextStore for PgStore<C> {
    fn texts(&self, query: TextQuery) -> StoreFuture<'_, Result<Vec<TextHit>, StoreError>> {
        Box::pin(async move {
            let found = anew(|| self.searched(&query)).await;
            found.map_err(|fault| fault.during(Operation::Texts))
        })
    }
}

impl<C: Connections> PgStore<C> {
    async fn searched(&self, query: &TextQuery) -> Result<Vec<TextHit>, Fault> {
        let (narrow, limit) = (query.query.narrow(), query.query.limit);
        let shelves = shelves(&narrow);
        let nowhere = narrow.is_empty() || shelves.as_ref().is_some_and(Vec::is_empty);
        if nowhere || limit == 0 {
            return Ok(Vec::new());
        }
        let mut from = match query.before {
            Some(before) => integer(before.0.saturating_sub(1)),
            None => i64::MAX,
        };
        let mut held = self.held().await?;
        let (mut hits, mut born, mut tries) = (Vec::new(), None, 0);
        let mut wanted = limit.clamp(FEW, MANY);
        while from > 0 {
            let tables = held.tables(&self.inner.named);
            let leaps = tables.leaps(query, shelves.as_deref(), born, from, wanted).await?;
            let (next, found) = match leaps {
                Leaps::Found { next, found, lists } => {
                    born = lists;
                    (next, found)
                }
                Leaps::Unread { .. } if tries == TRIES => {
                    return Err(Fault::Contended("lists of words are emptied again and again"));
                }
                Leaps::Unread { last } => {
                    tries += 1;
                    born = Some(self.read_all(&mut held, query, last).await?);
                    continue;
                }
            };
            for Candidate { row, places } in found {
                let record = tables.decoded(&self.inner.known, row).await?;
                if query.query.matches(&record) {
                    hits.push(TextHit { record, places });
                }
                if hits.len() == limit {
                    return Ok(hits);
                }
            }
            from = next;
            wanted = wanted.saturating_mul(2).min(MANY);
        }
        Ok(hits)
    }

    /// Reads all that was committed into the lists, piece by piece; which lists they are.
    async fn read_all(
        &self,
        held: &mut C::Held,
        query: &TextQuery,
        last: i64,
    ) -> Result<i64, Fault> {
        loop {
            let (client, prepared) = held.split();
            let level = IsolationLevel::ReadCommitted;
            let transaction = client.build_transaction().isolation_level(level).start().await?;
            let named = &self.inner.named;
            let tables = Tables::within(&transaction, Some(prepared), named);
            let ReadOn { all, born } = tables.read_on(query.query.desk, last).await?;
            transaction.commit().await?;
            if all {
                return Ok(born);
            }
        }
    }
}

/// A ticket in whose texts all words are.
struct Candidate {
    row: RecordRow,
    places: Vec<Revision>,
}

/// What the lists were asked, and what they say.
enum Leaps {
    /// There are commits that are not in them, up to this place.
    Unread { last: i64 },
    /// The next tickets; the number from which down there may be more, or 0; and which lists say so.
    Found { next: i64, found: Vec<Candidate>, lists: Option<i64> },
}

impl Tables<'_> {
    /// The next candidates, from a number down: at most so many. Where the lists were [born](ReadOn) so,
    /// they are known to have all.
    async fn leaps(
        &self,
        query: &TextQuery,
        shelves: Option<&[Shelf]>,
        born: Option<i64>,
        from: i64,
        wanted: usize,
    ) -> Result<Leaps, Fault> {
        let (text, arrays) = statement(shelves);
        let desk = query.query.desk;
        let words: Vec<&str> = query.words.iter().map(|word| word.as_str()).collect();
        let open: Vec<bool> = query.words.iter().map(|word| word.is_open()).collect();
        let (note, wanted) = (note(query.sight), rows_at_most(wanted));
        let places = rows_at_most(TextHit::MOST_PLACES);
        let mut values: Vec<Value<'_>> = vec![
            (desk.as_uuid(), Type::UUID),
            (&words, Type::TEXT_ARRAY),
            (&open, Type::BOOL_ARRAY),
            (&FORM, Type::INT4),
            (&born, Type::INT8),
            (&note, Type::INT2),
            (&from, Type::INT8),
            (&wanted, Type::INT8),
            (&places, Type::INT8),
        ];
        values.extend(arrays.iter().map(Array::value));
        let (mut next, mut lists, mut found) = (0, None, Vec::new());
        for row in self.all(&text, &values).await? {
            if !get::<bool>(&row, 0)? {
                return Ok(Leaps::Unread { last: get(&row, 2)? });
            }
            (next, lists) = (get(&row, 1)?, get(&row, 3)?);
            let Some(places) = get::<Option<Vec<i64>>>(&row, 4)? else { continue };
            let places = places.into_iter().map(|place| Ok(Revision(number(place)?)));
            let places = places.collect::<Result<_, Fault>>()?;
            found.push(Candidate { row: RecordRow::read(&row, desk, 5)?, places });
        }
        Ok(Leaps::Found { next, found, lists })
    }
}

/// Where the values of shelves stand: after those that each statement has.
const SHELVES: usize = 10;

/// The statement for these shelves, and their values.
///
/// | place | value |
/// |---|---|
/// | 1 | the desk |
/// | 2, 3 | the words, and whether words count that only begin so |
/// | 4, 5 | the form of lists; which lists are known to have all that counts |
/// | 6 | who reads: the greatest note |
/// | 7, 8 | from which number down; how many tickets at most |
/// | 9 | how many places of a word |
///
/// A list is of one word and one note; `leap` asks each for its greatest number up to the one that is
/// looked at. What a list answered last stays its answer for all numbers down to that, so it is asked
/// only when it is passed. Where all words and a shelf have the number, it is a hit; else the smallest
/// of their answers is looked at next. The work of one statement has a bound: what is left is asked for
/// by the next.
fn statement(shelves: Option<&[Shelf]>) -> (String, Vec<Array>) {
    let (shelf, arrays) = match shelves {
        Some(shelves) => up_to(shelves, "l.top", SHELVES),
        None => ("l.top".to_owned(), Vec::new()),
    };
    (STATEMENT.replace("{shelf}", &shelf), arrays)
}

const STATEMENT: &str = "
WITH RECURSIVE state AS MATERIALIZED (
  SELECT CASE
    WHEN l.born IS NULL THEN (
      SELECT c.seq FROM ~commits c WHERE c.desk = $1 ORDER BY c.seq LIMIT 1) IS NULL
    WHEN l.born = $5 THEN true
    ELSE (
      SELECT c.seq FROM ~commits c WHERE c.desk = $1 AND c.seq > l.low
        AND NOT EXISTS (SELECT FROM ~ahead a WHERE a.desk = $1 AND a.seq = c.seq)
      ORDER BY c.seq LIMIT 1) IS NULL
    END AS ready, l.born
  FROM (VALUES (1)) AS one (one)
  LEFT JOIN ~lists l ON l.desk = $1 AND l.form = $4
),
sought AS MATERIALIZED (
  SELECT s.place, s.word, s.open
  FROM state CROSS JOIN unnest($2::text[], $3::boolean[]) WITH ORDINALITY AS s (word, open, place)
  WHERE state.ready
),
opened (place, prefix, word) AS (
  SELECT s.place, s.word, (
    SELECT w.word FROM ~words w WHERE w.desk = $1 AND w.word >= s.word ORDER BY w.word LIMIT 1)
  FROM sought s WHERE s.open
  UNION ALL
  SELECT o.place, o.prefix, (
    SELECT w.word FROM ~words w WHERE w.desk = $1 AND w.word > o.word ORDER BY w.word LIMIT 1)
  FROM opened o WHERE starts_with(o.word, o.prefix)
),
meant (place, word) AS (
  SELECT s.place, s.word FROM sought s WHERE NOT s.open
  UNION ALL
  SELECT o.place, o.word FROM opened o WHERE starts_with(o.word, o.prefix)
),
list AS MATERIALIZED (
  SELECT (row_number() OVER ())::integer AS nth, m.place, m.word, n.note
  FROM meant m CROSS JOIN (VALUES (0::smallint), (1::smallint)) AS n (note) WHERE n.note <= $6
),
bounds AS MATERIALIZED (
  SELECT count(*)::integer AS lists, count(DISTINCT place) = cardinality($2::text[]) AS all_there,
    greatest(64, 2000000 / greatest(count(*), 1)) AS steps
  FROM list
),
leap (step, next, told, hit, hits) AS (
  SELECT 0::bigint, CASE WHEN b.all_there THEN $7::bigint ELSE 0 END,
    array_fill(9223372036854775807, ARRAY[b.lists]), NULL::bigint, 0::bigint
  FROM bounds b
  UNION ALL
  SELECT p.step + 1, CASE WHEN a.number = p.next THEN a.number - 1 ELSE a.number END, a.told,
    CASE WHEN a.number = p.next THEN a.number END, p.hits + (a.number = p.next)::integer
  FROM leap p CROSS JOIN LATERAL (
    WITH answer AS MATERIALIZED (
      SELECT i.nth, i.place, CASE WHEN p.told[i.nth] <= p.next THEN p.told[i.nth] ELSE coalesce((
        SELECT w.number FROM ~words w
        WHERE w.desk = $1 AND w.word = i.word AND w.note = i.note AND w.number <= p.next
        ORDER BY w.number DESC LIMIT 1), 0) END AS number
      FROM list i
    ),
    lowest AS MATERIALIZED (
      SELECT min(e.number) AS top
      FROM (SELECT max(a.number) AS number FROM answer a GROUP BY a.place) e
    )
    SELECT (SELECT array_agg(a.number ORDER BY a.nth) FROM answer a) AS told,
      coalesce({shelf}, 0) AS number
    FROM lowest l
  ) a
  WHERE p.next > 0 AND p.hits < $8 AND p.step < (SELECT steps FROM bounds)
)
SELECT s.ready, (SELECT p.next FROM leap p ORDER BY p.step DESC LIMIT 1) AS next,
  CASE WHEN NOT s.ready THEN coalesce((
    SELECT c.seq FROM ~commits c WHERE c.desk = $1 ORDER BY c.seq DESC LIMIT 1), 0) END AS last,
  s.born, h.places, h.kind, h.id, h.revision, h.number, h.schema, h.head
FROM state s LEFT JOIN (
  SELECT r.*, e.places FROM leap p
  CROSS JOIN LATERAL (
    SELECT r.kind, r.id, r.revision, r.number, r.schema, r.head FROM ~records r
    WHERE r.desk = $1 AND r.number = p.hit LIMIT 1
  ) r
  CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT e.revision ORDER BY e.revision DESC) AS places
    FROM (SELECT DISTINCT i.place FROM list i) o CROSS JOIN LATERAL (
      SELECT DISTINCT e.revision FROM list i CROSS JOIN LATERAL (
        SELECT w.revision FROM ~words w
        WHERE w.desk = $1 AND w.word = i.word AND w.note = i.note AND w.number = p.hit
        ORDER BY w.revision DESC LIMIT $9
      ) e
      WHERE i.place = o.place AND p.told[i.nth] = p.hit
      ORDER BY e.revision DESC LIMIT $9
    ) e
  ) e
  WHERE p.hit IS NOT NULL
) h ON true
ORDER BY h.number DESC";
