//! A commit as the parameters of its statement.

use std::collections::BTreeMap;

use serde::Serialize;
use uuid::Uuid;

use super::connection::Named;
use super::error::{Fault, PgError};
use super::schema;
use super::statement::{STATEMENT, without};
use super::texts::{column_text, hex, key_text};
use crate::decide::{Columns, Counter, Erasure, Expected, KeyChange, UniqueKey, Write};
use crate::ids::{Key, RecordKind, Revision};
use crate::store::codec::{self, CodecError, StoredEvent};
use crate::store::sql::{kind_number, marks, requester_bytes, rosters, standing};
use crate::store::{Commit, CommitError, CommitParts, Touched};

/// The statement that is a commit, over the tables in this schema, for any driver: it takes
/// [`CommitParameters`], both of them texts, and answers with one row of one text, of which [`judge`](super::judge)
/// says what became of the commit. Run by itself, it is a transaction; run in one of the host's, it is
/// there when that is committed. Of a commit that has to be [first](CommitParameters::first) by another
/// statement, both are one transaction.
///
/// ```
/// let statement = helpdesk::store::postgres::commit_statement("helpdesk")?;
/// assert!(statement.contains(r#"INSERT INTO "helpdesk".events"#));
/// assert!(statement.contains("$2::text::jsonb") && !statement.contains("$3"));
/// # Ok::<(), helpdesk::store::postgres::PgError>(())
/// ```
///
/// # Errors
///
/// [`PgError::Schema`] where no schema can be named so.
pub fn commit_statement(schema: &str) -> Result<String, PgError> {
    schema::check_name(schema)?;
    Ok(Named::new(schema, false).named(STATEMENT))
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
    /// A statement without parameters that is to be run before, in the same transaction, which is `READ
    /// COMMITTED`: for the few commits that rest on a record's not being there, such as that of a contact
    /// when contacts are merged. It keeps others from making it, until the transaction ends.
    pub first: Option<String>,
}

impl CommitParameters {
    /// The parameters of this commit.
    ///
    /// # Errors
    ///
    /// [`CommitError::Store`] where something of it cannot be written as JSON, which nothing is that
    /// the crate's rules make.
    pub fn of(commit: &Commit) -> Result<Self, CommitError> {
        let (parameters, _) = Self::with(commit.parts(), None).map_err(Fault::committing)?;
        Ok(parameters)
    }

    /// The parameters of a commit, whose statement tells on this channel; and the statement, without
    /// what this commit has no need of.
    pub(super) fn with(
        parts: &CommitParts,
        channel: Option<&str>,
    ) -> Result<(Self, String), Fault> {
        let document = document(parts, channel)?;
        let statement = without(&document.idle());
        let commit = serde_json::to_string(&document).map_err(|it| Fault::Column(it.into()))?;
        Ok((Self { desk: parts.desk.to_string(), commit, first: first(parts) }, statement))
    }
}

/// Nobody else makes what is not to be there: whoever makes a record has its lock, which the statement
/// takes. Here they are taken before that, in the order of keys: what a statement sees is settled when
/// it begins, however long it waits.
fn first(parts: &CommitParts) -> Option<String> {
    if !parts.guards.iter().any(|guard| guard.revision == Revision::ZERO) {
        return None;
    }
    let asked = asked(parts).into_iter().filter(|(_, revision, _)| *revision == Revision::ZERO);
    let locks = asked.map(|(key, _, written)| {
        let (desk, kind, id) = (parts.desk, kind_number(key.kind), key.id);
        let shared = if written { "" } else { "_shared" };
        format!("pg_advisory_xact_lock{shared}(hashtextextended('{desk}{kind}{id}', {ADVISORY}))")
    });
    Some(format!("SELECT {}", locks.collect::<Vec<_>>().join(", ")))
}

/// A number of our own, of which nobody else makes a lock. It stands in the statement, too.
const ADVISORY: i64 = 7_454_128_806_132_474_211;

/// A commit, as its statement reads it.
#[derive(Serialize)]
struct Document<'c> {
    command: Option<Uuid>,
    digest: i64,
    records: Vec<Asked>,
    writes: Vec<Written<'c>>,
    events: Vec<Appended>,
    keys: Vec<KeyAsked>,
    counters: Vec<Counted>,
    notices: Vec<Told>,
    erasures: Vec<Erased>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'c str>,
}

impl Document<'_> {
    /// The parts of the statement that have nothing to do.
    fn idle(&self) -> Vec<&'static str> {
        let (new, old) =
            (|it: &&Written<'_>| it.expected == 0, |it: &&Written<'_>| it.expected > 0);
        let of = |kind| move |it: &&Written<'_>| it.kind == kind_number(kind);
        let writes = || self.writes.iter();
        let (ticket, agent) = (of(RecordKind::Ticket), of(RecordKind::Agent));
        let parts: [(&[&str], bool); 12] = [
            (&["taken", "handed", "released"], self.keys.is_empty()),
            (&["counts"], self.counters.is_empty()),
            (&["told"], self.notices.is_empty()),
            (&["erasing", "erased", "untold"], self.erasures.is_empty()),
            (&["inserted"], !writes().any(|it| new(&it))),
            (&["drawn"], !writes().any(|it| new(&it) && ticket(&it))),
            (&["updated"], !writes().any(|it| old(&it))),
            (&["woken"], writes().all(|it| it.wake.is_none())),
            (&["calmed"], !writes().any(|it| old(&it) && it.wake.is_none())),
            (&["unmarked"], !writes().any(|it| old(&it) && ticket(&it))),
            (&["marked"], writes().all(|it| it.marks.is_empty())),
            (&["listed", "unlisted"], !writes().any(|it| agent(&it))),
        ];
        let idle = parts.iter().filter(|(_, idle)| *idle);
        idle.flat_map(|(names, _)| names.iter().copied()).collect()
    }
}

/// A record that must be at a revision; `pos` is its place in the order of keys.
#[derive(Serialize)]
struct Asked {
    pos: usize,
    kind: i64,
    id: Uuid,
    expected: u64,
    written: bool,
}

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
struct Indexed<'c> {
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
    pos: usize,
    name: String,
    /// A ticket's number stands in its row.
    number: Option<u64>,
    taker: Option<String>,
    releasers: Vec<String>,
    rival: bool,
}

#[derive(Serialize)]
struct Counted {
    pos: usize,
    name: String,
    delta: i64,
    /// The most that the counter may be before; `None`: anything.
    room: Option<i64>,
}

#[derive(Serialize)]
struct Told {
    pos: usize,
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

fn indexed(columns: &Columns) -> Indexed<'_> {
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
    let one = |(pos, (name, counter)): (usize, (String, &Counter))| {
        let (mut delta, mut room) = (0_i64, None::<i64>);
        for change in parts.counters.iter().filter(|change| change.counter == *counter) {
            // Several changes of one counter count together.
            delta = delta.saturating_add(change.delta);
            if let Some(ceiling) = change.ceiling.filter(|_| change.delta > 0) {
                let least = ceiling.saturating_sub(delta);
                room = Some(room.map_or(least, |room| room.min(least)));
            }
        }
        Counted { pos, name: column_text(&name).into_owned(), delta, room }
    };
    counters(parts).into_iter().enumerate().map(one).collect()
}

fn named(parts: &CommitParts) -> Vec<KeyAsked> {
    let one = |(pos, (name, key)): (usize, (String, &UniqueKey))| {
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
        KeyAsked { pos, name, number, taker, releasers, rival }
    };
    keys(parts).into_iter().enumerate().map(one).collect()
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
        records.push(Asked { pos, kind, id: key.id, expected: revision.0, written });
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
    let told = told.enumerate().map(|(pos, notice)| {
        let (ticket, revision) = (*notice.id.ticket.as_uuid(), notice.id.revision.0);
        Ok(Told { pos, ticket, revision, notice: codec::encode_notice(notice)? })
    });
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
