//! A commit as the parameters of its statement.

use std::collections::BTreeMap;

use serde::Serialize;
use uuid::Uuid;

use super::connection::Named;
use super::error::{Fault, PgError};
use super::forms::{column_text, hex, key_text};
use super::function::CALL;
use super::schema;
use crate::decide::{Columns, Counter, Erasure, Expected, KeyChange, UniqueKey, Write};
use crate::ids::{Key, RecordKind, Revision};
use crate::store::codec::{self, CodecError, StoredEvent};
use crate::store::sql::{kind_number, marks, requester_bytes, rosters, standing};
use crate::store::{Commit, CommitError, CommitParts, Touched};

/// The statement that is a commit, over the tables in this schema, for any driver: it takes
/// [`CommitParameters`], both of them texts, and answers with one row of one text, of which [`judge`](super::judge)
/// says what became of the commit. Run by itself, it is a transaction; run in one of the host's, it is
/// there when that is committed; where it was refused, its locks are held until the host goes back to a
/// savepoint before it, or ends. It notifies nobody: [`Options::channel`](super::Options::channel) is for
/// commits of a [`PgStore`](super::PgStore).
///
/// ```
/// let statement = helpdesk::store::postgres::commit_statement("helpdesk")?;
/// assert_eq!(statement, r#"SELECT "helpdesk".commit_1($1::text, $2::text)"#);
/// # Ok::<(), helpdesk::store::postgres::PgError>(())
/// ```
///
/// # Errors
///
/// [`PgError::Schema`] where no schema can be named so.
pub fn commit_statement(schema: &str) -> Result<String, PgError> {
    schema::check_name(schema)?;
    Ok(Named::new(schema, false).named(CALL))
}

/// What the [`commit_statement`] takes: two texts, which any driver can bind.
///
/// ```
/// # use helpdesk::command::Open;
/// # use helpdesk::store::MemoryStore;
/// # use helpdesk::*;
/// use helpdesk::store::postgres::CommitParameters;
/// # let now = "2026-03-02T09:00:00Z".parse().unwrap();
/// # let id = DeskId::from_u128(1);
/// # let desk = Desk::create(MemoryStore::new(), id, Settings::default(), now)?;
///
/// let who = Requester::Contact(ContactId::from_u128(7));
/// let open = Open::new(TicketId::from_u128(1), who, "Where is it?");
/// let commit = desk.prepare(&Actor::Host.at(now).call(Command::Open(open)))?.commit.unwrap();
///
/// let parameters = CommitParameters::of(&commit).unwrap();
/// assert_eq!(parameters.desk, id.to_string());
/// assert!(parameters.commit.starts_with('{'));
/// # Ok::<(), DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommitParameters {
    /// `$1`: the desk's id.
    pub desk: String,
    /// `$2`: the commit, as JSON.
    pub commit: String,
}

impl CommitParameters {
    /// The parameters of this commit.
    ///
    /// # Errors
    ///
    /// [`CommitError::Store`] where something of it cannot be written as JSON, which nothing is that
    /// the crate's rules make.
    pub fn of(commit: &Commit) -> Result<Self, CommitError> {
        Self::with(commit.parts(), None).map_err(Fault::committing)
    }

    /// The parameters of a commit, whose statement tells on this channel.
    pub(super) fn with(parts: &CommitParts, channel: Option<&str>) -> Result<Self, Fault> {
        let document = document(parts, channel)?;
        let commit = serde_json::to_string(&document).map_err(|it| Fault::Column(it.into()))?;
        Ok(Self { desk: parts.desk.to_string(), commit })
    }
}

/// A commit, as its statement reads it: what is empty is left out, so that nothing is done for it.
#[derive(Serialize)]
struct Document<'c> {
    command: Option<Uuid>,
    digest: i64,
    records: Vec<Asked>,
    /// How many tickets are opened.
    #[serde(skip_serializing_if = "is_zero")]
    opens: usize,
    writes: Vec<Written<'c>>,
    events: Vec<Appended>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    keys: Vec<KeyAsked>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    counters: Vec<Counted>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notices: Vec<Told>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    erasures: Vec<Erased>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'c str>,
}

/// A record that must be at a revision; all stand in the order of keys.
#[derive(Serialize)]
struct Asked {
    kind: i64,
    id: Uuid,
    expected: u64,
    written: bool,
}

/// What is written; `pos` is the place among the records.
#[derive(Serialize)]
struct Written<'c> {
    pos: usize,
    kind: i64,
    id: Uuid,
    expected: u64,
    revision: u64,
    schema: u16,
    head: String,
    wake: Option<i64>,
    #[serde(flatten)]
    columns: Indexed<'c>,
    marks: Vec<(i64, String)>,
    rosters: Vec<String>,
    /// The receipt's text of it, up to the number.
    touched: String,
}

/// What is indexed of a record.
#[derive(Default, Serialize)]
pub(super) struct Indexed<'c> {
    category: Option<&'c str>,
    done: Option<bool>,
    department: Option<String>,
    standing: Option<i64>,
    assignee: Option<Uuid>,
    requester: Option<String>,
    organisation: Option<Uuid>,
    due_at: Option<i64>,
    status: Option<String>,
    priority: Option<String>,
    level: Option<String>,
    since: Option<i64>,
}

#[derive(Serialize)]
struct Appended {
    kind: i64,
    id: Uuid,
    revision: u64,
    at: i64,
    tag: String,
    schema: u16,
    facts: String,
    personal: Option<String>,
}

#[derive(Serialize)]
struct KeyAsked {
    name: String,
    /// A ticket's number stands in its row.
    number: Option<u64>,
    taker: Option<String>,
    releasers: Vec<String>,
    rival: bool,
}

#[derive(Serialize)]
struct Counted {
    name: String,
    delta: i64,
    /// The most that the counter may be before; `None`: anything.
    room: Option<i64>,
}

#[derive(Serialize)]
struct Told {
    /// Where its ticket is among the records; `None`: it is none of them.
    pos: Option<usize>,
    ticket: Uuid,
    revision: u64,
    notice: String,
}

#[derive(Serialize)]
struct Erased {
    kind: i64,
    id: Uuid,
    revision: u64,
}

/// Nobody owns it: an id that nobody has, so that it is found as others are.
pub(super) const NOBODY: Uuid = Uuid::nil();

pub(super) fn indexed(columns: &Columns) -> Indexed<'_> {
    match columns {
        Columns::Ticket(ticket) => {
            let queued = ticket.queued.as_deref();
            let name = |name: Option<&str>| column_text(name.unwrap_or_default()).into_owned();
            Indexed {
                category: Some(ticket.category.as_str()),
                done: Some(ticket.category.is_done()),
                department: Some(name(ticket.department.as_ref().map(|it| it.as_str()))),
                standing: Some(standing(ticket).number()),
                assignee: Some(ticket.assignee.as_ref().map_or(NOBODY, |it| *it.as_uuid())),
                requester: Some(hex(&requester_bytes(ticket.requester))),
                organisation: ticket.organisation.as_ref().map(|it| *it.as_uuid()),
                due_at: ticket.sla_due_at.map(|at| at.timestamp_micros()),
                status: queued.map(|it| name(Some(it.status.as_str()))),
                priority: queued.map(|it| name(Some(it.priority.as_str()))),
                level: queued.map(|it| name(it.level.as_ref().map(|it| it.as_str()))),
                since: queued.map(|it| it.since.timestamp_micros()),
            }
        }
        Columns::Contact(contact) => Indexed {
            organisation: contact.organisation.as_ref().map(|it| *it.as_uuid()),
            ..Indexed::default()
        },
        Columns::Agent(_) | Columns::Organisation | Columns::Settings => Indexed::default(),
    }
}

fn expected(write: &Write) -> Revision {
    match write.expected {
        Expected::New => Revision::ZERO,
        Expected::At(revision) => revision,
    }
}

/// What is asked of records: each as it is named, in the order of keys, what is written before what is
/// only looked at.
pub(super) fn asked(parts: &CommitParts) -> Vec<(Key, Revision, bool)> {
    let writes = parts.writes.iter().map(|write| (write.key, expected(write), true));
    let guards = parts.guards.iter().map(|guard| (guard.key, guard.revision, false));
    let mut asked: Vec<_> = writes.chain(guards).collect();
    asked.sort_unstable_by_key(|(key, revision, written)| (*key, !*written, *revision));
    asked.dedup();
    asked
}

/// The unique keys of a commit, in the order of their texts.
pub(super) fn keys(parts: &CommitParts) -> BTreeMap<String, &UniqueKey> {
    let keys = parts.keys.iter().map(|change| {
        let (KeyChange::Take(key, _) | KeyChange::Release(key, _)) = change;
        (codec::unique_key_text(key), key)
    });
    keys.collect()
}

/// The counters of a commit, in the order of their texts.
pub(super) fn counters(parts: &CommitParts) -> BTreeMap<String, &Counter> {
    let counters = parts.counters.iter();
    counters.map(|change| (codec::counter_text(&change.counter), &change.counter)).collect()
}

fn counted(parts: &CommitParts) -> Vec<Counted> {
    let one = |(name, counter): (String, &Counter)| {
        let (mut delta, mut room) = (0_i64, None::<i64>);
        for change in parts.counters.iter().filter(|change| change.counter == *counter) {
            // Several changes of one counter count together.
            delta = delta.saturating_add(change.delta);
            if let Some(ceiling) = change.ceiling.filter(|_| change.delta > 0) {
                let least = ceiling.saturating_sub(delta);
                room = Some(room.map_or(least, |room| room.min(least)));
            }
        }
        Counted { name: column_text(&name).into_owned(), delta, room }
    };
    counters(parts).into_iter().map(one).collect()
}

fn named(parts: &CommitParts) -> Vec<KeyAsked> {
    let one = |(name, key): (String, &UniqueKey)| {
        let (mut taker, mut releasers, mut rival) = (None, Vec::new(), false);
        for change in &parts.keys {
            match change {
                KeyChange::Take(it, by) if it == key => {
                    rival |= taker.is_some_and(|taker| taker != *by);
                    taker = Some(*by);
                }
                KeyChange::Release(it, by) if it == key => releasers.push(key_text(by)),
                KeyChange::Take(..) | KeyChange::Release(..) => {}
            }
        }
        let number = match key {
            UniqueKey::Number(number) => Some(number.0.min(i64::MAX.unsigned_abs())),
            _ => None,
        };
        let (name, taker) = (column_text(&name).into_owned(), taker.as_ref().map(key_text));
        KeyAsked { name, number, taker, releasers, rival }
    };
    keys(parts).into_iter().map(one).collect()
}

fn document<'c>(parts: &'c CommitParts, channel: Option<&'c str>) -> Result<Document<'c>, Fault> {
    let CommitParts {
        desk: _,
        writes,
        guards: _,
        keys: _,
        counters: _,
        notices,
        receipt,
        erasures,
    } = parts;
    let erased = |key: Key, revision: Revision| {
        let mut of = erasures.iter().filter(|it| it.key == key);
        of.any(|it| it.revisions.contains(&revision))
    };
    let asked = asked(parts);
    let mut records = Vec::with_capacity(asked.len());
    let mut places = BTreeMap::new();
    for (pos, (key, revision, written)) in asked.into_iter().enumerate() {
        if written {
            places.insert(key, pos);
        }
        let kind = kind_number(key.kind);
        records.push(Asked { kind, id: key.id, expected: revision.0, written });
    }
    let mut rows = Vec::with_capacity(writes.len());
    let mut events = Vec::new();
    for write in writes {
        let Write { key, expected: _, events: appended, head, columns, next_wake } = write;
        let kind = kind_number(key.kind);
        for event in appended.iter() {
            let StoredEvent { revision, at, tag, schema, facts, personal } =
                codec::encode_event(event)?;
            events.push(Appended {
                kind,
                id: key.id,
                revision: revision.0,
                at: at.timestamp_micros(),
                tag: column_text(&tag).into_owned(),
                schema,
                facts,
                personal: personal.filter(|_| !erased(*key, revision)),
            });
        }
        let head = codec::encode_head(head)?;
        let (from, to) = (expected(write), write.revision());
        rows.push(Written {
            pos: places.get(key).copied().unwrap_or(usize::MAX),
            kind,
            id: key.id,
            expected: from.0,
            revision: to.0,
            schema: head.schema,
            head: head.head,
            wake: next_wake.map(|at| at.timestamp_micros()),
            columns: indexed(columns),
            marks: marks(columns).iter().map(|mark| (mark.what, hex(&mark.value))).collect(),
            rosters: rosters(columns).iter().map(|it| column_text(it).into_owned()).collect(),
            touched: touched(Touched { key: *key, from, to, number: None })?,
        });
    }
    let told = notices.iter().filter(|notice| {
        let id = notice.id;
        !erased(Key::ticket(parts.desk, id.ticket), id.revision)
    });
    let told = told.map(|notice| {
        let (ticket, revision) = (*notice.id.ticket.as_uuid(), notice.id.revision.0);
        let pos = places.get(&Key::ticket(parts.desk, notice.id.ticket)).copied();
        Ok(Told { pos, ticket, revision, notice: codec::encode_notice(notice)? })
    });
    // Numbers, and the receipt, go by the order of keys.
    rows.sort_unstable_by_key(|row: &Written<'_>| row.pos);
    let opens =
        |row: &&Written<'_>| row.expected == 0 && row.kind == kind_number(RecordKind::Ticket);
    let opens = rows.iter().filter(opens).count();
    let told: Vec<Told> = told.collect::<Result<_, CodecError>>()?;
    let erasures = erasures.iter().flat_map(|Erasure { key, revisions }| {
        let of = (kind_number(key.kind), key.id);
        revisions.iter().map(move |it| Erased { kind: of.0, id: of.1, revision: it.0 })
    });
    // Somebody waits for notices, or for a wake that comes before all others.
    let tells = !told.is_empty() || writes.iter().any(|write| write.next_wake.is_some());
    Ok(Document {
        command: receipt.command.as_ref().map(|it| *it.as_uuid()),
        digest: receipt.digest.cast_signed(),
        records,
        opens,
        writes: rows,
        events,
        keys: named(parts),
        counters: counted(parts),
        notices: told,
        erasures: erasures.collect(),
        channel: channel.filter(|_| tells),
    })
}

/// The receipt's text of one record, up to its number, which the statement draws.
fn touched(one: Touched) -> Result<String, Fault> {
    let text = codec::encode_touched(&[one])?;
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix("null}]"));
    inner.map(str::to_owned).ok_or_else(|| Fault::Column("a receipt does not end so".into()))
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}
