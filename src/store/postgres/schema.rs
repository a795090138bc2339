//! The tables of the store, and how they came about: a list of steps, of which each lifts them from
//! one version to the next.

use tokio_postgres::Client;

use super::connection::Named;
use super::error::PgError;
use super::function::FUNCTION;

/// What lifts the tables from version `n` to `n + 1` stands at place `n`. Steps are only added.
const STEPS: [&[&str]; 1] = [&[FIRST, FUNCTION]];

/// The version that this build reads and writes.
pub(super) const VERSION: u32 = STEPS.len() as u32;

/// Texts are compared byte by byte. Room is left on the pages of what is changed in place, so that a
/// change that moves no indexed column writes no index.
const FIRST: &str = r#"
CREATE TABLE ~version (
    one smallint PRIMARY KEY CHECK (one = 1),
    version integer NOT NULL
);
INSERT INTO ~version (one, version) VALUES (1, 0);
CREATE SEQUENCE ~commit_seq;
CREATE SEQUENCE ~lease_seq;
CREATE TABLE ~desks (
    desk uuid PRIMARY KEY,
    numbers bigint NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE ~records (
    desk uuid NOT NULL,
    kind smallint NOT NULL,
    id uuid NOT NULL,
    revision bigint NOT NULL,
    number bigint,
    schema integer NOT NULL,
    head text NOT NULL,
    category text COLLATE "C",
    done boolean,
    department text COLLATE "C",
    standing smallint,
    assignee uuid,
    requester bytea,
    organisation uuid,
    due_at bigint,
    status text COLLATE "C",
    priority text COLLATE "C",
    level text COLLATE "C",
    since bigint,
    PRIMARY KEY (desk, kind, id)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX records_number ON ~records (desk, number) WHERE number IS NOT NULL;
CREATE INDEX records_category ON ~records (desk, category, number) WHERE kind = 4;
CREATE INDEX records_category_due ON ~records (desk, category, due_at, id)
    WHERE kind = 4 AND due_at IS NOT NULL;
CREATE INDEX records_assignee ON ~records (desk, assignee, done, number) WHERE kind = 4;
CREATE INDEX records_assignee_due ON ~records (desk, assignee, done, due_at, id)
    WHERE kind = 4 AND due_at IS NOT NULL;
CREATE INDEX records_department ON ~records (desk, department, standing, number)
    WHERE kind = 4;
CREATE INDEX records_department_due ON ~records (desk, department, standing, due_at, id)
    WHERE kind = 4 AND due_at IS NOT NULL;
CREATE INDEX records_requester ON ~records (desk, requester, number) WHERE kind = 4;
CREATE INDEX records_organisation ON ~records (desk, organisation, number)
    WHERE kind = 4 AND organisation IS NOT NULL;
CREATE INDEX records_turn_due
    ON ~records (desk, department, status, priority, level, due_at, since, id)
    WHERE kind = 4 AND status IS NOT NULL AND due_at IS NOT NULL;
CREATE INDEX records_turn_since
    ON ~records (desk, department, status, priority, level, since, id, due_at)
    WHERE kind = 4 AND status IS NOT NULL;
CREATE TABLE ~wakes (
    desk uuid NOT NULL,
    kind smallint NOT NULL,
    id uuid NOT NULL,
    wake_at bigint NOT NULL,
    visible_at bigint NOT NULL,
    PRIMARY KEY (desk, kind, id)
);
CREATE INDEX wakes_all ON ~wakes (visible_at, desk, kind, id);
CREATE INDEX wakes_desk ON ~wakes (desk, visible_at, kind, id);
CREATE TABLE ~marks (
    desk uuid NOT NULL,
    what smallint NOT NULL,
    value bytea NOT NULL,
    number bigint NOT NULL,
    ticket uuid NOT NULL,
    PRIMARY KEY (desk, what, value, number)
);
CREATE INDEX marks_ticket ON ~marks (desk, ticket);
CREATE TABLE ~rosters (
    desk uuid NOT NULL,
    department text COLLATE "C" NOT NULL,
    agent uuid NOT NULL,
    PRIMARY KEY (desk, department, agent)
);
CREATE INDEX rosters_agent ON ~rosters (desk, agent);
CREATE TABLE ~events (
    desk uuid NOT NULL,
    kind smallint NOT NULL,
    id uuid NOT NULL,
    revision bigint NOT NULL,
    seq bigint NOT NULL,
    at bigint NOT NULL,
    tag text COLLATE "C" NOT NULL,
    schema integer NOT NULL,
    facts text NOT NULL,
    personal text,
    PRIMARY KEY (desk, kind, id, revision)
);
CREATE TABLE ~commits (
    desk uuid NOT NULL,
    seq bigint NOT NULL,
    command uuid,
    digest bigint NOT NULL,
    touched text NOT NULL,
    PRIMARY KEY (desk, seq)
);
CREATE UNIQUE INDEX commits_command ON ~commits (desk, command) WHERE command IS NOT NULL;
CREATE TABLE ~keys (
    desk uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    kind smallint NOT NULL,
    id uuid NOT NULL,
    PRIMARY KEY (desk, name)
);
CREATE TABLE ~counters (
    desk uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    value bigint NOT NULL,
    PRIMARY KEY (desk, name)
) WITH (fillfactor = 50);
CREATE TABLE ~notices (
    age bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    desk uuid NOT NULL,
    ticket uuid NOT NULL,
    revision bigint NOT NULL,
    number bigint NOT NULL,
    notice text NOT NULL,
    attempts integer NOT NULL,
    lease bigint,
    held_until bigint NOT NULL
);
CREATE INDEX notices_ticket ON ~notices (desk, ticket, age);
CREATE INDEX notices_all ON ~notices (held_until, age);
CREATE INDEX notices_desk ON ~notices (desk, held_until, age);
CREATE TABLE ~words (
    desk uuid NOT NULL,
    word text COLLATE "C" NOT NULL,
    note smallint NOT NULL,
    number bigint NOT NULL,
    revision bigint NOT NULL,
    source uuid NOT NULL,
    source_revision bigint NOT NULL,
    PRIMARY KEY (desk, word, note, number, revision, source)
);
CREATE INDEX words_source ON ~words (desk, source, source_revision);
CREATE TABLE ~lists (
    desk uuid PRIMARY KEY,
    round bigint NOT NULL,
    form integer NOT NULL,
    born bigint NOT NULL,
    low bigint NOT NULL,
    next_low bigint,
    next_xid bigint
) WITH (fillfactor = 50);
CREATE TABLE ~ahead (
    desk uuid NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (desk, seq)
);
"#;

/// Whether a schema can be named so.
pub(super) fn check_name(schema: &str) -> Result<(), PgError> {
    let allowed = !schema.is_empty()
        && schema.len() <= 40
        && schema.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
        && !schema.starts_with(|it: char| it.is_ascii_digit())
        && !schema.to_ascii_lowercase().starts_with("pg_");
    if allowed { Ok(()) } else { Err(PgError::Schema { schema: schema.to_owned() }) }
}

/// Whether a channel can be named so. The database would refuse a commit that notifies it.
pub(super) fn check_channel(channel: &str) -> Result<(), PgError> {
    let allowed = (1..=63).contains(&channel.len()) && !channel.contains('\0');
    if allowed { Ok(()) } else { Err(PgError::Channel { channel: channel.to_owned() }) }
}

/// Whether the database can keep every text.
async fn check_encoding(client: &Client) -> Result<(), PgError> {
    let row = client.query_typed_one("SELECT current_setting('server_encoding')", &[]).await?;
    let encoding: String = row.try_get(0)?;
    if encoding == "UTF8" { Ok(()) } else { Err(PgError::Encoding { encoding }) }
}

/// The version of the tables; `None`: there are none.
async fn version(client: &Client, named: &Named) -> Result<Option<u32>, PgError> {
    let there = "SELECT to_regclass($1) IS NOT NULL";
    let table = named.named("~version");
    let text = tokio_postgres::types::Type::TEXT;
    let there = client.query_typed_one(there, &[(&table, text)]).await?;
    if !there.try_get::<_, bool>(0)? {
        return Ok(None);
    }
    let found = named.named("SELECT version FROM ~version WHERE one = 1");
    let Some(row) = client.query_typed_opt(&found, &[]).await? else { return Ok(None) };
    let version: i32 = row.try_get(0)?;
    Ok(Some(u32::try_from(version).unwrap_or(0)))
}

/// Whether the tables are those that this build knows.
pub(super) async fn check(client: &Client, schema: &str) -> Result<(), PgError> {
    check_name(schema)?;
    check_encoding(client).await?;
    match version(client, &Named::new(schema, false)).await? {
        None => Err(PgError::Missing { schema: schema.to_owned() }),
        Some(found) if found < VERSION => Err(PgError::Older { found, needed: VERSION }),
        Some(found) if found > VERSION => Err(PgError::Newer { found, known: VERSION }),
        Some(_) => Ok(()),
    }
}

/// Makes the schema and its tables, or lifts them to this build's version: all of it, or nothing.
pub(super) async fn migrate(client: &mut Client, schema: &str) -> Result<(), PgError> {
    check_name(schema)?;
    check_encoding(client).await?;
    let named = Named::new(schema, false);
    let transaction = client.transaction().await?;
    // One at a time: a number of our own, of which nobody else makes anything.
    transaction.batch_execute("SELECT pg_advisory_xact_lock(7454128806132474211)").await?;
    // Who may use a schema that is there need not be one who may make schemas.
    let there = "SELECT to_regnamespace($1) IS NOT NULL";
    let quoted = format!("\"{schema}\"");
    let text = tokio_postgres::types::Type::TEXT;
    let there = transaction.query_typed_one(there, &[(&quoted, text)]).await?;
    if !there.try_get::<_, bool>(0)? {
        transaction.batch_execute(&format!("CREATE SCHEMA {quoted}")).await?;
    }
    let found = version(transaction.client(), &named).await?.unwrap_or(0);
    if found > VERSION {
        return Err(PgError::Newer { found, known: VERSION });
    }
    let missing = usize::try_from(found).unwrap_or(usize::MAX);
    for part in STEPS.iter().skip(missing).copied().flatten() {
        transaction.batch_execute(&named.named(part)).await?;
    }
    let reached = format!("UPDATE ~version SET version = {VERSION} WHERE one = 1");
    transaction.batch_execute(&named.named(&reached)).await?;
    transaction.commit().await?;
    Ok(())
}
