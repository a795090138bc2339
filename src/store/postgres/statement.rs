//! The one statement that is a commit.
//!
//! It locks what the commit names in the order of keys, then looks whether everything holds, and every
//! one of its writes asks that first (`placed` is empty where something does not hold): so it writes all
//! or nothing, whoever else writes at the same time. What was not there when it began, and is when it
//! writes, breaks a unique index, and the whole statement with it; sent again, it sees it.
//!
//! The planner takes a list in JSON for a hundred rows, and would rather read small tables whole. Each
//! list is cut at its own length, which takes nothing away, and makes it count with ten.

/// The statement: `$1` is the desk's id, `$2` the commit as JSON, both texts. It answers with one row of
/// one text. `~` stands before the names of the tables.
pub(super) const STATEMENT: &str = r#"
WITH doc AS MATERIALIZED (SELECT $2::text::jsonb AS it),
seen AS MATERIALIZED (
  SELECT c.seq, c.digest, c.touched FROM ~commits c
  WHERE c.desk = $1::text::uuid AND c.command = (SELECT (it->>'command')::uuid FROM doc)
),
asked AS MATERIALIZED (
  SELECT a.* FROM doc, jsonb_to_recordset(it->'records')
    AS a(pos integer, kind smallint, id uuid, expected bigint, written boolean)
  WHERE NOT EXISTS (SELECT FROM seen)
  ORDER BY a.pos LIMIT (SELECT jsonb_array_length(it->'records') FROM doc)
),
locked AS MATERIALIZED (
  SELECT a.pos, a.kind, a.id, a.expected, a.written, w.number,
    coalesce(w.revision, g.revision, 0) AS revision
  FROM asked a
  LEFT JOIN LATERAL (
    SELECT r.revision, r.number FROM ~records r
    WHERE r.desk = $1::text::uuid AND r.kind = a.kind AND r.id = a.id AND a.written
    FOR NO KEY UPDATE OF r
  ) w ON true
  LEFT JOIN LATERAL (
    SELECT r.revision FROM ~records r
    WHERE r.desk = $1::text::uuid AND r.kind = a.kind AND r.id = a.id AND NOT a.written
    FOR SHARE OF r
  ) g ON true
  LEFT JOIN LATERAL (
    SELECT pg_advisory_xact_lock(hashtextextended($1::text || a.kind || a.id, 7454128806132474211))
    WHERE a.written AND a.expected = 0
  ) m ON true
),
standing AS MATERIALIZED (
  SELECT coalesce(bool_and(l.revision = l.expected), false) AS ok FROM locked l
),
named AS MATERIALIZED (
  SELECT k.*, coalesce(o.owner, b.owner) AS owner
  FROM standing s CROSS JOIN doc CROSS JOIN LATERAL jsonb_to_recordset(it->'keys')
    AS k(pos integer, name text, number bigint, taker text, releasers jsonb, rival boolean)
  LEFT JOIN LATERAL (
    SELECT o.kind || ':' || o.id AS owner FROM ~keys o
    WHERE o.desk = $1::text::uuid AND o.name = k.name FOR NO KEY UPDATE OF o
  ) o ON true
  LEFT JOIN LATERAL (
    SELECT r.kind || ':' || r.id AS owner FROM ~records r
    WHERE r.desk = $1::text::uuid AND r.number = k.number
  ) b ON true
  WHERE s.ok LIMIT (SELECT jsonb_array_length(it->'keys') FROM doc)
),
keyed AS MATERIALIZED (
  SELECT s.ok AND NOT EXISTS (
    SELECT FROM named k WHERE k.taker IS NOT NULL AND (k.rival OR NOT
      (k.owner IS NULL OR k.owner = k.taker OR k.releasers @> to_jsonb(k.owner)))
  ) AS ok FROM standing s
),
counted AS MATERIALIZED (
  SELECT c.*, coalesce(v.value, 0) AS value
  FROM keyed s CROSS JOIN doc CROSS JOIN LATERAL jsonb_to_recordset(it->'counters')
    AS c(pos integer, name text, delta bigint, room bigint)
  LEFT JOIN LATERAL (
    SELECT v.value FROM ~counters v
    WHERE v.desk = $1::text::uuid AND v.name = c.name FOR NO KEY UPDATE OF v
  ) v ON true
  WHERE s.ok LIMIT (SELECT jsonb_array_length(it->'counters') FROM doc)
),
gate AS MATERIALIZED (
  SELECT s.ok AND NOT EXISTS (SELECT FROM counted c WHERE c.value > c.room) AS open FROM keyed s
),
placed AS MATERIALIZED (SELECT nextval('~commit_seq') AS seq FROM gate WHERE open),
opened AS MATERIALIZED (
  SELECT l.pos, row_number() OVER (ORDER BY l.pos) AS nth FROM locked l
  WHERE l.written AND l.expected = 0 AND l.kind = 4
),
drawn AS (
  INSERT INTO ~desks AS d (desk, numbers)
  SELECT $1::text::uuid, count(*) FROM placed, opened HAVING count(*) > 0
  ON CONFLICT (desk) DO UPDATE SET numbers = d.numbers + excluded.numbers
  RETURNING d.numbers
),
written AS MATERIALIZED (
  SELECT w.*, p.seq, coalesce(l.number,
    (SELECT numbers FROM drawn) - (SELECT count(*) FROM opened) + o.nth) AS number
  FROM placed p CROSS JOIN doc CROSS JOIN LATERAL jsonb_to_recordset(it->'writes')
    AS w(pos integer, kind smallint, id uuid, expected bigint, revision bigint, schema integer,
      head text, wake bigint, category text, done boolean, department text, standing smallint,
      assignee uuid, requester text, organisation uuid, due_at bigint, status text, priority text,
      level text, since bigint, marks jsonb, rosters jsonb, touched text)
  JOIN locked l ON l.pos = w.pos LEFT JOIN opened o ON o.pos = w.pos
  LIMIT (SELECT jsonb_array_length(it->'writes') FROM doc)
),
inserted AS (
  INSERT INTO ~records (desk, kind, id, revision, number, schema, head, category, done,
    department, standing, assignee, requester, organisation, due_at, status, priority, level, since)
  SELECT $1::text::uuid, w.kind, w.id, w.revision, w.number, w.schema, w.head, w.category, w.done,
    w.department, w.standing, w.assignee, decode(w.requester, 'hex'), w.organisation, w.due_at,
    w.status, w.priority, w.level, w.since
  FROM written w WHERE w.expected = 0
  RETURNING 1
),
updated AS (
  UPDATE ~records r SET revision = w.revision, schema = w.schema, head = w.head,
    category = w.category, done = w.done, department = w.department, standing = w.standing,
    assignee = w.assignee, requester = decode(w.requester, 'hex'),
    organisation = w.organisation, due_at = w.due_at, status = w.status, priority = w.priority,
    level = w.level, since = w.since
  FROM written w
  WHERE w.expected > 0 AND r.desk = $1::text::uuid AND r.kind = w.kind AND r.id = w.id
  RETURNING 1
),
appended AS (
  INSERT INTO ~events (desk, kind, id, revision, seq, at, tag, schema, facts, personal)
  SELECT $1::text::uuid, e.kind, e.id, e.revision, p.seq, e.at, e.tag, e.schema, e.facts, e.personal
  FROM placed p CROSS JOIN doc CROSS JOIN LATERAL jsonb_to_recordset(it->'events')
    AS e(kind smallint, id uuid, revision bigint, at bigint, tag text, schema integer, facts text,
      personal text)
),
woken AS (
  INSERT INTO ~wakes AS x (desk, kind, id, wake_at, visible_at)
  SELECT $1::text::uuid, w.kind, w.id, w.wake, w.wake FROM written w WHERE w.wake IS NOT NULL
  ON CONFLICT (desk, kind, id) DO UPDATE
    SET wake_at = excluded.wake_at, visible_at = excluded.visible_at
    WHERE (x.wake_at, x.visible_at) IS DISTINCT FROM (excluded.wake_at, excluded.visible_at)
),
calmed AS (
  DELETE FROM ~wakes x USING written w
  WHERE w.wake IS NULL AND w.expected > 0
    AND x.desk = $1::text::uuid AND x.kind = w.kind AND x.id = w.id
),
unmarked AS (
  DELETE FROM ~marks m USING written w
  WHERE w.kind = 4 AND w.expected > 0 AND m.desk = $1::text::uuid AND m.ticket = w.id
    AND NOT w.marks @> jsonb_build_array(jsonb_build_array(m.what, encode(m.value, 'hex')))
),
marked AS (
  INSERT INTO ~marks (desk, what, value, number, ticket)
  SELECT $1::text::uuid, (n->>0)::smallint, decode(n->>1, 'hex'), w.number, w.id
  FROM written w CROSS JOIN LATERAL jsonb_array_elements(w.marks) AS n
  WHERE w.kind = 4
  ON CONFLICT DO NOTHING
),
unlisted AS (
  DELETE FROM ~rosters o USING written w
  WHERE w.kind = 1 AND w.expected > 0 AND o.desk = $1::text::uuid AND o.agent = w.id
    AND NOT w.rosters @> to_jsonb(o.department)
),
listed AS (
  INSERT INTO ~rosters (desk, department, agent)
  SELECT $1::text::uuid, n, w.id
  FROM written w CROSS JOIN LATERAL jsonb_array_elements_text(w.rosters) AS n
  WHERE w.kind = 1
  ON CONFLICT DO NOTHING
),
taken AS (
  INSERT INTO ~keys (desk, name, kind, id)
  SELECT $1::text::uuid, k.name, split_part(k.taker, ':', 1)::smallint,
    split_part(k.taker, ':', 2)::uuid
  FROM placed, named k
  WHERE k.taker IS NOT NULL AND k.owner IS NULL AND k.number IS NULL
),
handed AS (
  UPDATE ~keys o SET kind = split_part(k.taker, ':', 1)::smallint,
    id = split_part(k.taker, ':', 2)::uuid
  FROM placed, named k
  WHERE k.owner <> k.taker AND k.number IS NULL
    AND o.desk = $1::text::uuid AND o.name = k.name
),
released AS (
  DELETE FROM ~keys o USING placed, named k
  WHERE k.taker IS NULL AND k.number IS NULL AND k.releasers @> to_jsonb(k.owner)
    AND o.desk = $1::text::uuid AND o.name = k.name
),
counts AS (
  INSERT INTO ~counters AS v (desk, name, value)
  SELECT $1::text::uuid, c.name, c.delta FROM placed, counted c ORDER BY c.pos
  ON CONFLICT (desk, name) DO UPDATE
    SET value = least(greatest(v.value::numeric + excluded.value, -9223372036854775808),
      9223372036854775807)::bigint
    WHERE NOT EXISTS (
      SELECT FROM counted c WHERE c.name = excluded.name AND v.value > c.room)
  RETURNING 1
),
told AS (
  INSERT INTO ~notices (desk, ticket, revision, number, notice, attempts, held_until)
  SELECT $1::text::uuid, n.ticket, n.revision, coalesce(w.number, b.number, 0), n.notice, 0,
    -9223372036854775808
  FROM placed CROSS JOIN doc CROSS JOIN LATERAL jsonb_to_recordset(it->'notices')
    AS n(pos integer, ticket uuid, revision bigint, notice text)
  LEFT JOIN written w ON w.kind = 4 AND w.id = n.ticket
  LEFT JOIN LATERAL (
    SELECT r.number FROM ~records r
    WHERE r.desk = $1::text::uuid AND r.kind = 4 AND r.id = n.ticket AND w.id IS NULL
  ) b ON true
  ORDER BY n.pos
),
erasing AS MATERIALIZED (
  SELECT e.* FROM placed CROSS JOIN doc CROSS JOIN LATERAL jsonb_to_recordset(it->'erasures')
    AS e(kind smallint, id uuid, revision bigint)
  LIMIT (SELECT jsonb_array_length(it->'erasures') FROM doc)
),
erased AS (
  UPDATE ~events v SET personal = NULL FROM erasing e
  WHERE v.desk = $1::text::uuid AND v.kind = e.kind AND v.id = e.id AND v.revision = e.revision
    AND v.personal IS NOT NULL
),
untold AS (
  DELETE FROM ~notices n USING erasing e
  WHERE e.kind = 4 AND n.desk = $1::text::uuid AND n.ticket = e.id AND n.revision = e.revision
),
receipted AS (
  INSERT INTO ~commits (desk, seq, command, digest, touched)
  SELECT $1::text::uuid, p.seq, (it->>'command')::uuid, (it->>'digest')::bigint,
    '[' || (SELECT string_agg(w.touched || coalesce(w.number::text, 'null') || '}', ','
      ORDER BY w.pos) FROM written w) || ']'
  FROM placed p CROSS JOIN doc
)
SELECT jsonb_build_object(
  'open', g.open,
  'seq', (SELECT seq FROM placed),
  'seen', (SELECT jsonb_build_array(s.seq, s.digest, s.touched) FROM seen s),
  'records', (
    SELECT jsonb_agg(jsonb_build_array(l.pos, l.revision, coalesce(l.number, w.number)))
    FROM locked l LEFT JOIN written w ON w.pos = l.pos),
  'keys', (SELECT jsonb_agg(jsonb_build_array(k.pos, k.owner)) FROM named k),
  'counters', (SELECT jsonb_agg(jsonb_build_array(c.pos, c.value)) FROM counted c),
  'whole', 1 / CASE
    WHEN g.open AND (
      (SELECT count(*) FROM inserted) + (SELECT count(*) FROM updated)
        <> (SELECT count(*) FROM written)
      OR (SELECT count(*) FROM counts) <> (SELECT count(*) FROM counted))
    THEN 0 ELSE 1 END,
  'notified', (
    SELECT count(pg_notify(it->>'channel', $1::text)) FROM placed CROSS JOIN doc
    WHERE it->>'channel' IS NOT NULL)
)::text AS answer FROM gate g"#;

/// The same without these of its parts, which have nothing to do: each part that writes costs, also
/// where it writes nothing. What others ask of them is answered by nothing.
pub(super) fn without(parts: &[&str]) -> String {
    const END: &str = "\n),\n";
    let mut text = String::with_capacity(STATEMENT.len());
    for (nth, part) in STATEMENT.split(END).enumerate() {
        let name = part.split(" AS ").next().unwrap_or_default();
        let stub = match name {
            _ if !parts.contains(&name) => part,
            "drawn" => "drawn AS (SELECT 0::bigint AS numbers WHERE false",
            "inserted" => "inserted AS (SELECT 1 WHERE false",
            "updated" => "updated AS (SELECT 1 WHERE false",
            "counts" => "counts AS (SELECT 1 WHERE false",
            _ => continue,
        };
        if nth > 0 {
            text.push_str(END);
        }
        text.push_str(stub);
    }
    text
}
