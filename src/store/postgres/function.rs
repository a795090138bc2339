//! The function in the database that is a commit.
//!
//! It locks what the commit names in the order of keys, looks whether everything holds, and only then
//! writes: so it writes all or nothing, whoever else writes at the same time. Each of its statements sees
//! what was committed before that, and what is locked stays: what was looked at holds when it is written.
//! What was not there to be locked, and is when it is written, breaks a unique index, and the whole call
//! with it; sent again, it sees it.
//!
//! It is one call, for which a client sends its commit once and waits once. It has the number of its form
//! in its name: a build that writes otherwise adds another beside it, and both may use the tables.

/// The call: `$1` is the desk's id, `$2` the commit as JSON, both texts. It answers with one row of one
/// text. `~` stands before the names of what is in the schema.
pub(super) const CALL: &str = "SELECT ~commit_1($1::text, $2::text)";

/// The function. A `record` in it is a row of the commit's, and what begins with `found` is of the tables.
pub(super) const FUNCTION: &str = r#"
CREATE FUNCTION ~commit_1(desk_text text, commit_text text) RETURNS text LANGUAGE plpgsql AS $function$
DECLARE
  desk_id CONSTANT uuid := desk_text::uuid;
  body CONSTANT jsonb := commit_text::jsonb;
  command_id CONSTANT uuid := (body->>'command')::uuid;
  seen jsonb;
  holds boolean := true;
  row_of record;
  found_revision bigint;
  found_number bigint;
  found_owner text;
  found_value bigint;
  revisions bigint[] := '{}';
  numbers_of bigint[] := '{}';
  owners text[] := '{}';
  counts bigint[] := '{}';
  were_there boolean[] := '{}';
  next_number bigint;
  place bigint;
  receipt text := '';
  answer text;
BEGIN
  IF command_id IS NOT NULL THEN
    SELECT jsonb_build_array(c.seq, c.digest, c.touched) INTO seen FROM ~commits c
    WHERE c.desk = desk_id AND c.command = command_id;
    IF seen IS NOT NULL THEN
      RETURN jsonb_build_object('open', false, 'seen', seen);
    END IF;
  END IF;

  FOR row_of IN SELECT a.* FROM jsonb_to_recordset(body->'records')
    AS a(kind smallint, id uuid, expected bigint, written boolean)
  LOOP
    IF row_of.written THEN
      SELECT r.revision, r.number INTO found_revision, found_number FROM ~records r
      WHERE r.desk = desk_id AND r.kind = row_of.kind AND r.id = row_of.id FOR NO KEY UPDATE;
    ELSE
      SELECT r.revision, r.number INTO found_revision, found_number FROM ~records r
      WHERE r.desk = desk_id AND r.kind = row_of.kind AND r.id = row_of.id FOR SHARE;
    END IF;
    IF found_revision IS NULL AND row_of.expected = 0 AND NOT row_of.written THEN
      -- What is not there cannot be locked: who would make it waits for this row, which nobody sees.
      INSERT INTO ~records (desk, kind, id, revision, schema, head)
      VALUES (desk_id, row_of.kind, row_of.id, 0, 0, '');
      DELETE FROM ~records r
      WHERE r.desk = desk_id AND r.kind = row_of.kind AND r.id = row_of.id;
    END IF;
    holds := holds AND coalesce(found_revision, 0) = row_of.expected;
    revisions := array_append(revisions, coalesce(found_revision, 0));
    numbers_of := array_append(numbers_of, found_number);
  END LOOP;

  IF holds AND body ? 'keys' THEN
    FOR row_of IN SELECT k.* FROM jsonb_to_recordset(body->'keys')
      AS k(name text, number bigint, taker text, releasers jsonb, rival boolean)
    LOOP
      IF row_of.number IS NULL THEN
        SELECT o.kind || ':' || o.id INTO found_owner FROM ~keys o
        WHERE o.desk = desk_id AND o.name = row_of.name FOR NO KEY UPDATE;
      ELSE
        SELECT r.kind || ':' || r.id INTO found_owner FROM ~records r
        WHERE r.desk = desk_id AND r.number = row_of.number;
      END IF;
      owners := array_append(owners, found_owner);
      holds := holds AND (row_of.taker IS NULL OR NOT row_of.rival AND (found_owner IS NULL
        OR found_owner = row_of.taker OR row_of.releasers @> to_jsonb(found_owner)));
    END LOOP;
  END IF;

  IF holds AND body ? 'counters' THEN
    FOR row_of IN SELECT c.* FROM jsonb_to_recordset(body->'counters')
      AS c(name text, delta bigint, room bigint)
    LOOP
      SELECT v.value INTO found_value FROM ~counters v
      WHERE v.desk = desk_id AND v.name = row_of.name FOR NO KEY UPDATE;
      were_there := array_append(were_there, found_value IS NOT NULL);
      found_value := coalesce(found_value, 0);
      counts := array_append(counts, found_value);
      holds := holds AND (row_of.room IS NULL OR found_value <= row_of.room);
    END LOOP;
  END IF;

  IF holds THEN
    -- Who has a place has a transaction's number from before that: so it is known of every place, some
    -- time after it was given, that its commit is there or never will be.
    PERFORM txid_current();
    place := nextval('~commit_seq');
    IF body ? 'opens' THEN
      INSERT INTO ~desks AS d (desk, numbers) VALUES (desk_id, (body->>'opens')::bigint)
      ON CONFLICT (desk) DO UPDATE SET numbers = d.numbers + excluded.numbers
      RETURNING d.numbers - (body->>'opens')::bigint INTO next_number;
    END IF;

    FOR row_of IN SELECT w.* FROM jsonb_to_recordset(body->'writes')
      AS w(pos integer, kind smallint, id uuid, expected bigint, revision bigint, schema integer,
        head text, wake bigint, category text, done boolean, department text, standing smallint,
        assignee uuid, requester text, organisation uuid, due_at bigint, status text, priority text,
        level text, since bigint, marks jsonb, rosters jsonb, touched text)
    LOOP
      IF row_of.expected = 0 THEN
        IF row_of.kind = 4 THEN
          next_number := next_number + 1;
          numbers_of[row_of.pos + 1] := next_number;
        END IF;
        INSERT INTO ~records (desk, kind, id, revision, number, schema, head, category, done,
          department, standing, assignee, requester, organisation, due_at, status, priority, level,
          since)
        VALUES (desk_id, row_of.kind, row_of.id, row_of.revision, numbers_of[row_of.pos + 1],
          row_of.schema, row_of.head, row_of.category, row_of.done, row_of.department,
          row_of.standing, row_of.assignee, decode(row_of.requester, 'hex'), row_of.organisation,
          row_of.due_at, row_of.status, row_of.priority, row_of.level, row_of.since);
      ELSE
        UPDATE ~records r SET revision = row_of.revision, schema = row_of.schema,
          head = row_of.head, category = row_of.category, done = row_of.done,
          department = row_of.department, standing = row_of.standing, assignee = row_of.assignee,
          requester = decode(row_of.requester, 'hex'), organisation = row_of.organisation,
          due_at = row_of.due_at, status = row_of.status, priority = row_of.priority,
          level = row_of.level, since = row_of.since
        WHERE r.desk = desk_id AND r.kind = row_of.kind AND r.id = row_of.id;
      END IF;
      receipt := receipt || ',' || row_of.touched
        || coalesce(numbers_of[row_of.pos + 1]::text, 'null') || '}';

      IF row_of.wake IS NOT NULL THEN
        INSERT INTO ~wakes AS x (desk, kind, id, wake_at, visible_at)
        VALUES (desk_id, row_of.kind, row_of.id, row_of.wake, row_of.wake)
        ON CONFLICT (desk, kind, id) DO UPDATE
          SET wake_at = excluded.wake_at, visible_at = excluded.visible_at
          WHERE (x.wake_at, x.visible_at) IS DISTINCT FROM (excluded.wake_at, excluded.visible_at);
      ELSIF row_of.expected > 0 THEN
        DELETE FROM ~wakes x
        WHERE x.desk = desk_id AND x.kind = row_of.kind AND x.id = row_of.id;
      END IF;

      IF row_of.kind = 4 THEN
        IF row_of.expected > 0 THEN
          DELETE FROM ~marks m WHERE m.desk = desk_id AND m.ticket = row_of.id AND NOT row_of.marks
            @> jsonb_build_array(jsonb_build_array(m.what, encode(m.value, 'hex')));
        END IF;
        IF row_of.marks <> '[]' THEN
          INSERT INTO ~marks (desk, what, value, number, ticket)
          SELECT desk_id, (n->>0)::smallint, decode(n->>1, 'hex'), numbers_of[row_of.pos + 1],
            row_of.id
          FROM jsonb_array_elements(row_of.marks) AS n
          ON CONFLICT DO NOTHING;
        END IF;
      ELSIF row_of.kind = 1 THEN
        IF row_of.expected > 0 THEN
          DELETE FROM ~rosters o WHERE o.desk = desk_id AND o.agent = row_of.id
            AND NOT row_of.rosters @> to_jsonb(o.department);
        END IF;
        INSERT INTO ~rosters (desk, department, agent)
        SELECT desk_id, n, row_of.id FROM jsonb_array_elements_text(row_of.rosters) AS n
        ON CONFLICT DO NOTHING;
      END IF;
    END LOOP;

    INSERT INTO ~events (desk, kind, id, revision, seq, at, tag, schema, facts, personal)
    SELECT desk_id, e.kind, e.id, e.revision, place, e.at, e.tag, e.schema, e.facts, e.personal
    FROM jsonb_to_recordset(body->'events')
      AS e(kind smallint, id uuid, revision bigint, at bigint, tag text, schema integer, facts text,
        personal text);

    IF body ? 'keys' THEN
      FOR row_of IN SELECT k.*, owners[k.nth] AS owner FROM ROWS FROM (
        jsonb_to_recordset(body->'keys') AS (name text, number bigint, taker text, releasers jsonb)
      ) WITH ORDINALITY AS k(name, number, taker, releasers, nth)
      LOOP
        IF row_of.number IS NOT NULL THEN
          -- It stands in the ticket's row.
          CONTINUE;
        ELSIF row_of.taker IS NULL THEN
          DELETE FROM ~keys o WHERE row_of.releasers @> to_jsonb(row_of.owner)
            AND o.desk = desk_id AND o.name = row_of.name;
        ELSIF row_of.owner IS NULL THEN
          INSERT INTO ~keys (desk, name, kind, id)
          VALUES (desk_id, row_of.name, split_part(row_of.taker, ':', 1)::smallint,
            split_part(row_of.taker, ':', 2)::uuid);
        ELSIF row_of.owner <> row_of.taker THEN
          UPDATE ~keys o SET kind = split_part(row_of.taker, ':', 1)::smallint,
            id = split_part(row_of.taker, ':', 2)::uuid
          WHERE o.desk = desk_id AND o.name = row_of.name;
        END IF;
      END LOOP;
    END IF;

    IF body ? 'counters' THEN
      FOR row_of IN SELECT c.name, were_there[c.nth] AS was_there,
          least(greatest(counts[c.nth]::numeric + c.delta, -9223372036854775808),
            9223372036854775807)::bigint AS becomes
        FROM ROWS FROM (jsonb_to_recordset(body->'counters') AS (name text, delta bigint))
          WITH ORDINALITY AS c(name, delta, nth)
      LOOP
        IF row_of.was_there THEN
          UPDATE ~counters v SET value = row_of.becomes
          WHERE v.desk = desk_id AND v.name = row_of.name;
        ELSE
          INSERT INTO ~counters (desk, name, value)
          VALUES (desk_id, row_of.name, row_of.becomes);
        END IF;
      END LOOP;
    END IF;

    IF body ? 'notices' THEN
      INSERT INTO ~notices (desk, ticket, revision, number, notice, attempts, held_until)
      SELECT desk_id, n.ticket, n.revision, coalesce(numbers_of[n.pos + 1], (
          SELECT r.number FROM ~records r WHERE r.desk = desk_id AND r.kind = 4 AND r.id = n.ticket
        ), 0), n.notice, 0, -9223372036854775808
      FROM jsonb_to_recordset(body->'notices')
        AS n(pos integer, ticket uuid, revision bigint, notice text);
    END IF;

    IF body ? 'erasures' THEN
      -- Who reads texts into lists of words holds this row, too: whoever comes second sees what the
      -- first one did.
      INSERT INTO ~lists AS l (desk, round, form, born, low) VALUES (desk_id, 0, 0, 0, 0)
      ON CONFLICT (desk) DO UPDATE SET round = l.round;
      DELETE FROM ~words w
      USING jsonb_to_recordset(body->'erasures') AS e(kind smallint, id uuid, revision bigint)
      WHERE e.kind = 4 AND w.desk = desk_id AND w.source = e.id AND w.source_revision = e.revision;
      UPDATE ~events v SET personal = NULL
      FROM jsonb_to_recordset(body->'erasures') AS e(kind smallint, id uuid, revision bigint)
      WHERE v.desk = desk_id AND v.kind = e.kind AND v.id = e.id AND v.revision = e.revision
        AND v.personal IS NOT NULL;
      -- In the order in which whoever settles locks them.
      PERFORM FROM ~notices n WHERE n.desk = desk_id AND n.ticket IN (
        SELECT e.id FROM jsonb_to_recordset(body->'erasures') AS e(kind smallint, id uuid)
        WHERE e.kind = 4) ORDER BY n.age FOR UPDATE;
      DELETE FROM ~notices n
      USING jsonb_to_recordset(body->'erasures') AS e(kind smallint, id uuid, revision bigint)
      WHERE e.kind = 4 AND n.desk = desk_id AND n.ticket = e.id AND n.revision = e.revision;
      -- What waited behind them waits no more.
      UPDATE ~notices n SET held_until = -9223372036854775808
      FROM jsonb_to_recordset(body->'erasures') AS e(kind smallint, id uuid)
        CROSS JOIN LATERAL (SELECT x.age FROM ~notices x
          WHERE e.kind = 4 AND x.desk = desk_id AND x.ticket = e.id ORDER BY x.age LIMIT 1) AS f
      WHERE n.age = f.age AND n.attempts = 0 AND n.held_until > -9223372036854775808;
    END IF;

    INSERT INTO ~commits (desk, seq, command, digest, touched)
    VALUES (desk_id, place, command_id, (body->>'digest')::bigint,
      '[' || substr(receipt, 2) || ']');
    IF body ? 'channel' THEN
      PERFORM pg_notify(body->>'channel', desk_text);
    END IF;
  ELSIF command_id IS NOT NULL THEN
    -- Who was waited for may have carried the same command out.
    SELECT jsonb_build_array(c.seq, c.digest, c.touched) INTO seen FROM ~commits c
    WHERE c.desk = desk_id AND c.command = command_id;
    IF seen IS NOT NULL THEN
      RETURN jsonb_build_object('open', false, 'seen', seen);
    END IF;
  END IF;

  answer := '{"open":' || holds || ',"seq":' || coalesce(place::text, 'null') || ',"records":[';
  FOR nth IN 1 .. cardinality(revisions) LOOP
    answer := answer || CASE WHEN nth > 1 THEN ',[' ELSE '[' END || revisions[nth] || ','
      || coalesce(numbers_of[nth]::text, 'null') || ']';
  END LOOP;
  IF NOT holds THEN
    answer := answer || '],"keys":' || to_jsonb(owners) || ',"counters":[' || array_to_string(counts, ',');
  END IF;
  RETURN answer || ']}';
END
$function$;
"#;
