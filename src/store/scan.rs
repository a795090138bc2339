//! What every store must do, answered from plain iterators: for a host's small store, which is
//! correct with these before it is fast.
//!
//! The whole of a store over a host's own maps is in `examples/own_store.rs`, in less than 150
//! lines. A store with indexes replaces one of these at a time, and has the conformance suite
//! to tell whether it still answers the same.
//!
//! | method | is answered by |
//! |---|---|
//! | [`load`](super::Store::load) | [`load()`] |
//! | [`resolve`](super::Store::resolve), [`receipt`](super::Store::receipt) | the host's own [`Kept`] |
//! | [`history`](super::Store::history) | the host's own table, in order |
//! | [`commit`](super::Store::commit) | [`check`], then [`receipt()`], [`owners`], [`waiting`] |
//! | [`find`](super::Store::find) | [`find()`] |
//! | [`scan`](super::Store::scan) | [`entries`] |
//! | [`due`](super::Store::due) | [`due()`] |
//! | [`claim`](super::Store::claim), [`settle`](super::Store::settle) | [`claim()`], [`settle()`] |

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{
    Claimed, CommitError, CommitParts, Due, DueRow, Entry, Found, Lease, LeaseToken, Query,
    Receipt, Rostered, Scope, Settlement, Touched, Wanted,
};
use crate::channel::Notice;
use crate::decide::{Columns, Counter, Expected, Guard, KeyChange, UniqueKey};
use crate::ids::{CommandId, DeskId, Key, Revision, TicketNumber};
use crate::matching::SortKey;
use crate::record::Record;

/// What a store keeps, as it is looked up by its key.
///
/// Answers cannot fail: a store that reads from a disk first reads what the commit names, and
/// then checks.
pub trait Kept {
    /// The receipt of the desk's command, if it was carried out.
    fn receipt(&self, desk: DeskId, command: CommandId) -> Option<Receipt>;

    /// The record under this key, if there is one.
    fn record(&self, key: &Key) -> Option<Record>;

    /// The record that has a unique key of the desk.
    fn owner(&self, desk: DeskId, key: &UniqueKey) -> Option<Key>;

    /// The value of a counter of the desk; 0 where nothing changed it.
    fn counter(&self, desk: DeskId, counter: &Counter) -> i64;
}

/// Whether everything holds that a commit rests on: all the checks of
/// [`Store::commit`](super::Store::commit), in their order. Nothing may change between this and
/// the writing.
///
/// ```
#[doc = include_str!("../example.txt")]
/// /// A store that keeps nothing but an address of Ben's.
/// struct Nothing;
///
/// impl scan::Kept for Nothing {
///     fn receipt(&self, _: DeskId, _: CommandId) -> Option<Receipt> {
///         None
///     }
///
///     fn record(&self, _: &Key) -> Option<Record> {
///         None
///     }
///
///     fn owner(&self, desk: DeskId, _: &UniqueKey) -> Option<Key> {
///         Some(Key::agent(desk, AgentId::from_u128(9)))
///     }
///
///     fn counter(&self, _: DeskId, _: &Counter) -> i64 {
///         0
///     }
/// }
///
/// let commit = |email| {
///     let profile = AgentProfile::new("Cleo").email(email);
///     let put = Command::PutAgent { id: AgentId::from_u128(10), profile };
///     desk.prepare(&Actor::Host.at(now).call(put)).map(|prepared| prepared.commit.unwrap())
/// };
/// let mut parts = commit("ben@example.com")?.into_parts();
/// parts.guards.clear();
/// let refused = scan::check(&parts, &Nothing).unwrap_err();
/// assert!(matches!(refused, CommitError::KeyTaken { .. }));
///
/// parts.keys.clear();
/// assert!(scan::check(&parts, &Nothing).is_ok());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
///
/// # Errors
///
/// [`CommitError`], with which the store answers; nothing is to be written then.
pub fn check(parts: &CommitParts, kept: &impl Kept) -> Result<(), CommitError> {
    let desk = parts.desk;
    if let Some(receipt) = parts.receipt.command.and_then(|id| kept.receipt(desk, id)) {
        return Err(CommitError::Seen(Box::new(receipt)));
    }
    let writes = parts.writes.iter().map(|write| match write.expected {
        Expected::New => (write.key, Revision::ZERO),
        Expected::At(revision) => (write.key, revision),
    });
    let guards = parts.guards.iter().map(|Guard { key, revision }| (*key, *revision));
    for (key, expected) in writes.chain(guards) {
        let found = kept.record(&key).map_or(Revision::ZERO, |record| record.revision);
        if found != expected {
            return Err(CommitError::Stale { key, expected, found });
        }
    }
    for change in &parts.keys {
        let KeyChange::Take(key, taker) = change else { continue };
        let gives_up = |owner: &Key| {
            parts.keys.iter().any(
                |change| matches!(change, KeyChange::Release(it, by) if it == key && by == owner),
            )
        };
        let rival = parts.keys.iter().find_map(|change| match change {
            KeyChange::Take(it, other) if it == key && other != taker => Some(*other),
            KeyChange::Take(..) | KeyChange::Release(..) => None,
        });
        let owner = kept.owner(desk, key).filter(|owner| owner != taker && !gives_up(owner));
        if let Some(owner) = owner.or(rival) {
            return Err(CommitError::KeyTaken { key: key.clone(), owner });
        }
    }
    for (index, change) in parts.counters.iter().enumerate() {
        let Some(ceiling) = change.ceiling.filter(|_| change.delta > 0) else { continue };
        let value = kept.counter(desk, &change.counter);
        // Several changes of one counter count together.
        let so_far = parts.counters.iter().take(index + 1);
        let same = so_far.filter(|other| other.counter == change.counter);
        let sum = same.fold(0_i64, |sum, other| sum.saturating_add(other.delta));
        if value.saturating_add(sum) > ceiling {
            let counter = change.counter.clone();
            return Err(CommitError::Over { counter, value, ceiling });
        }
    }
    Ok(())
}

/// The receipt of a commit that was checked. `seq` is its place, and `number` the number of the
/// first ticket that it opens.
///
/// ```
#[doc = include_str!("../example.txt")]
/// # struct One(Record);
/// # impl scan::Kept for One {
/// #     fn receipt(&self, _: DeskId, _: CommandId) -> Option<Receipt> { None }
/// #     fn record(&self, key: &Key) -> Option<Record> {
/// #         (self.0.key == *key).then(|| self.0.clone())
/// #     }
/// #     fn owner(&self, _: DeskId, _: &UniqueKey) -> Option<Key> { None }
/// #     fn counter(&self, _: DeskId, _: &Counter) -> i64 { 0 }
/// # }
/// # let kept = One(desk.record(Key::ticket(desk.id(), id))?.unwrap());
/// let next = TicketNumber(2);
/// let take = Command::Take(Take { ticket: id });
/// let prepared = desk.prepare(&agent.at(now).call(take))?;
/// let receipt = scan::receipt(prepared.commit.unwrap().parts(), &kept, 7, next);
/// assert_eq!(receipt.touched[0].number, Some(TicketNumber(1)), "it has it already");
///
/// let open = Open::new(TicketId::from_u128(2), Requester::Contact(maria), "Smoke, too.");
/// let prepared = desk.prepare(&customer.at(now).call(Command::Open(open)))?;
/// let receipt = scan::receipt(prepared.commit.unwrap().parts(), &kept, 8, next);
/// let Touched { from, to, number, .. } = receipt.touched[0];
/// assert_eq!((from, to, number), (Revision(0), Revision(1), Some(next)));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
pub fn receipt(
    parts: &CommitParts,
    kept: &impl Kept,
    seq: u64,
    mut number: TicketNumber,
) -> Receipt {
    let touched = parts.writes.iter().map(|write| {
        let key = write.key;
        let drawn = match kept.record(&key) {
            Some(record) => record.number,
            None => key.as_ticket().map(|_| {
                let drawn = number;
                number.0 += 1;
                drawn
            }),
        };
        let from = match write.expected {
            Expected::New => Revision::ZERO,
            Expected::At(revision) => revision,
        };
        Touched { key, from, to: write.revision(), number: drawn }
    });
    let touched = touched.collect();
    Receipt { seq, command: parts.receipt.command, digest: parts.receipt.digest, touched }
}

/// Who has which unique key after a commit that was checked, its tickets' numbers included;
/// `None`: nobody has it any more. Keys that stay with whom they are with are left out.
pub fn owners(
    parts: &CommitParts,
    receipt: &Receipt,
    kept: &impl Kept,
) -> BTreeMap<UniqueKey, Option<Key>> {
    let mut owners = BTreeMap::new();
    for change in &parts.keys {
        // Only who has a key can give it up.
        if let KeyChange::Release(key, by) = change
            && kept.owner(parts.desk, key) == Some(*by)
        {
            owners.insert(key.clone(), None);
        }
    }
    for change in &parts.keys {
        if let KeyChange::Take(key, taker) = change {
            owners.insert(key.clone(), Some(*taker));
        }
    }
    let opened = receipt.touched.iter().filter(|touched| touched.from == Revision::ZERO);
    let numbers = opened.filter_map(|it| Some((UniqueKey::Number(it.number?), Some(it.key))));
    owners.extend(numbers);
    owners
}

/// The answer of [`Store::load`](super::Store::load). `agents` is where the roster is looked for:
/// records and their columns in the order of their keys, all there are or fewer.
pub fn load<'r>(
    desk: DeskId,
    wanted: &Wanted,
    kept: &impl Kept,
    agents: impl IntoIterator<Item = &'r (Record, Columns)>,
) -> Found {
    // What another desk has is not there.
    let record = |key: &Key| kept.record(key).filter(|_| key.desk == desk);
    let mut found = Found {
        records: wanted.records.iter().map(record).collect(),
        counters: wanted.counters.iter().map(|counter| kept.counter(desk, counter)).collect(),
        roster: Vec::new(),
    };
    let Some(roster) = &wanted.roster else { return found };
    let listed =
        |(record, columns): &&(Record, Columns)| record.key.desk == desk && roster.lists(columns);
    for (record, _) in agents.into_iter().filter(listed) {
        let load = record.key.as_agent().map_or(0, |id| kept.counter(desk, &Counter::Load(id)));
        found.roster.push(Rostered { record: record.clone(), load });
    }
    found
}

/// Which of these records a listing shows, in its order: the answer of
/// [`Store::find`](super::Store::find).
///
/// Takes time and space for each record that matches; a store with indexes hands in what
/// [`Query::narrow`] leaves. Records that are no tickets, or another desk's, are passed over.
///
/// ```
#[doc = include_str!("../example.txt")]
/// use helpdesk::matching::{Order, Place};
///
/// let lexicon = desk.settings()?.lexicon();
/// let query = Query {
///     desk: desk.id(),
///     filter: Condition::all([]).check(&lexicon, Place::View).unwrap(),
///     order: Order::check(&[], &lexicon).unwrap(),
///     after: None,
///     now,
///     limit: 20,
/// };
/// let wanted = Wanted::records([Key::settings(desk.id()), Key::ticket(desk.id(), id)]);
/// let everything = desk.store().load(desk.id(), &wanted)?.records;
/// let found = scan::find(everything.into_iter().flatten(), &query);
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].key.as_ticket(), Some(id));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
pub fn find(records: impl IntoIterator<Item = Record>, query: &Query) -> Vec<Record> {
    let matching = records.into_iter().filter(|record| query.matches(record));
    let placed = matching.filter_map(|record| Some((query.place(&record)?, record)));
    first_in_order(placed, query).into_iter().map(|(_, record)| record).collect()
}

/// The first of a page, in order, of what matches.
pub(super) fn first_in_order<T>(
    placed: impl Iterator<Item = (SortKey, T)>,
    query: &Query,
) -> Vec<(SortKey, T)> {
    let order = &query.order;
    let after = |place: &SortKey| {
        query.after.as_ref().is_none_or(|after| order.compare(place, after).is_gt())
    };
    let mut page: Vec<(SortKey, T)> = placed.filter(|(place, _)| after(place)).collect();
    if query.limit == 0 {
        page.clear();
    } else if page.len() > query.limit {
        // Only what is shown needs to be sorted.
        page.select_nth_unstable_by(query.limit - 1, |(a, _), (b, _)| order.compare(a, b));
        page.truncate(query.limit);
    }
    page.sort_unstable_by(|(a, _), (b, _)| order.compare(a, b));
    page
}

/// The answer of [`Store::scan`](super::Store::scan), from entries in the order in which they
/// were committed; other desks' are passed over.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let log = desk.store().scan(desk.id(), 0, usize::MAX)?;
/// assert_eq!(log.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2, 3]);
/// let page = scan::entries(&log, desk.id(), 1, 1);
/// assert_eq!(page[0].key.as_agent(), Some(anna));
/// assert_eq!(page.len(), 1);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
pub fn entries<'e>(
    log: impl IntoIterator<Item = &'e Entry>,
    desk: DeskId,
    after: u64,
    limit: usize,
) -> Vec<Entry> {
    let later = log.into_iter().filter(|entry| entry.key.desk == desk && entry.seq > after);
    let mut commits = BTreeSet::new();
    let shown = later.take_while(|entry| {
        commits.insert(entry.seq);
        commits.len() <= limit
    });
    shown.cloned().collect()
}

/// A record that will do something by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waking {
    /// Which record.
    pub key: Key,
    /// When.
    pub at: DateTime<Utc>,
    /// Until when somebody has it leased; `None`: nobody has.
    pub leased_until: Option<DateTime<Utc>>,
}

impl Waking {
    /// A wake that nobody has leased: what a commit sets.
    pub const fn new(key: Key, at: DateTime<Utc>) -> Self {
        Self { key, at, leased_until: None }
    }
}

/// Leases what is due: the answer of [`Store::due`](super::Store::due). The rows that it leases
/// have `leased_until` set; they are to be kept so.
///
/// ```
/// use chrono::TimeDelta;
/// use helpdesk::store::{Lease, Scope, scan};
/// use helpdesk::{DeskId, Key, TicketId};
///
/// let now = "2026-03-02T09:00:00Z".parse().unwrap();
/// let key = |n| Key::ticket(DeskId::from_u128(1), TicketId::from_u128(n));
/// let lease = Lease { until: now + TimeDelta::minutes(1), limit: 10 };
/// let (soon, held) = (now + TimeDelta::hours(1), now + TimeDelta::seconds(9));
/// let mut waking = [
///     scan::Waking::new(key(1), soon),
///     scan::Waking { key: key(2), at: now, leased_until: Some(held) },
///     scan::Waking::new(key(3), now),
/// ];
/// let due = scan::due(&mut waking, Scope::All, now, lease);
/// assert_eq!(due.rows.iter().map(|row| row.key).collect::<Vec<_>>(), [key(3)]);
/// assert_eq!(due.next, Some(held));
/// assert_eq!(waking[2].leased_until, Some(lease.until));
/// ```
pub fn due<'w>(
    rows: impl IntoIterator<Item = &'w mut Waking>,
    scope: Scope,
    now: DateTime<Utc>,
    lease: Lease,
) -> Due {
    let leasable = |row: &Waking| row.leased_until.map_or(row.at, |until| until.max(row.at));
    let own = rows.into_iter().filter(|row| scope.has(row.key.desk));
    let mut rows: Vec<&mut Waking> = own.collect();
    rows.sort_by_key(|row| (leasable(row), row.key));
    let due = rows.partition_point(|row| leasable(row) <= now).min(lease.limit);
    let next = rows.get(due).map(|row| leasable(row));
    let leased = rows.into_iter().take(due).map(|row| {
        row.leased_until = Some(lease.until);
        DueRow { key: row.key, at: row.at }
    });
    Due { rows: leased.collect(), next }
}

/// A notice that is not settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The ticket that it is about.
    pub ticket: Key,
    /// The ticket's number.
    pub number: TicketNumber,
    /// The notice.
    pub notice: Notice,
    /// How often it was claimed.
    pub attempts: u32,
    /// The lease that it is under; `None`: it was not claimed, or was given back.
    pub lease: Option<u64>,
    /// Until when it is leased, or from when it is to be tried again; `None`: it may be claimed.
    pub held_until: Option<DateTime<Utc>>,
}

/// The rows that a commit's notices make in the outbox, after those that are there. Ask once its
/// records are written.
pub fn waiting(desk: DeskId, notices: Vec<Notice>, kept: &impl Kept) -> Vec<Waiting> {
    let row = |notice: Notice| {
        let ticket = Key::ticket(desk, notice.id.ticket);
        let number = kept.record(&ticket).and_then(|record| record.number);
        let number = number.unwrap_or(TicketNumber(0));
        Waiting { ticket, number, notice, attempts: 0, lease: None, held_until: None }
    };
    notices.into_iter().map(row).collect()
}

/// Leases notices: the answer of [`Store::claim`](super::Store::claim), from the whole outbox,
/// the oldest first. `last` is the last lease that was given, and becomes that of this call. The
/// rows that it leases say so; they are to be kept so.
///
/// ```
/// use chrono::TimeDelta;
/// use helpdesk::store::{Lease, Scope, Settlement, scan};
/// use helpdesk::*;
///
/// let now = "2026-03-02T09:00:00Z".parse().unwrap();
/// let row = |ticket, revision| scan::Waiting {
///     ticket: Key::ticket(DeskId::from_u128(1), TicketId::from_u128(ticket)),
///     number: TicketNumber(1),
///     notice: Notice {
///         id: NoticeId {
///             ticket: TicketId::from_u128(ticket),
///             revision: Revision(revision),
///             index: 0,
///         },
///         kind: NoticeKind::CustomerWrote,
///         to: Recipient::Department("support".into()),
///         correlation: None,
///     },
///     attempts: 0,
///     lease: None,
///     held_until: None,
/// };
/// let mut outbox = vec![row(1, 1), row(1, 2), row(2, 1)];
/// let lease = Lease { until: now + TimeDelta::minutes(1), limit: 10 };
/// let mut last = 0;
/// let claimed = scan::claim(&mut outbox, Scope::All, now, lease, &mut last);
/// assert_eq!(claimed.len(), 2, "of each ticket the oldest");
/// assert!(scan::claim(&mut outbox, Scope::All, now, lease, &mut last).is_empty());
///
/// assert!(scan::settle(&mut outbox, claimed[0].token, Settlement::Delivered));
/// assert!(!scan::settle(&mut outbox, claimed[0].token, Settlement::Delivered));
/// assert_eq!(outbox[0].notice.id.revision, Revision(2));
/// ```
pub fn claim<'w>(
    outbox: impl IntoIterator<Item = &'w mut Waiting>,
    scope: Scope,
    now: DateTime<Utc>,
    lease: Lease,
    last: &mut u64,
) -> Vec<Claimed> {
    let mut tickets = BTreeSet::new();
    let own = outbox.into_iter().filter(|row| scope.has(row.ticket.desk));
    let oldest = own.filter(|row| tickets.insert(row.ticket));
    let free = oldest.filter(|row| row.held_until.is_none_or(|until| until <= now));
    let mut ready: Vec<&mut Waiting> = free.collect();
    // Those that were held come after those that never were, the longest free first.
    ready.sort_by_key(|row| row.held_until);
    let leased = ready.into_iter().take(lease.limit).map(|row| {
        *last += 1;
        row.lease = Some(*last);
        row.held_until = Some(lease.until);
        row.attempts = row.attempts.saturating_add(1);
        Claimed {
            token: LeaseToken { key: row.ticket, lease: *last },
            notice: row.notice.clone(),
            number: row.number,
            attempt: row.attempts,
        }
    });
    leased.collect()
}

/// Settles a notice: the answer of [`Store::settle`](super::Store::settle). [`claim()`] has an
/// example.
pub fn settle(outbox: &mut Vec<Waiting>, token: LeaseToken, settlement: Settlement) -> bool {
    let own = |row: &Waiting| row.ticket == token.key && row.lease == Some(token.lease);
    let Some(place) = outbox.iter().position(own) else { return false };
    match settlement {
        Settlement::Delivered | Settlement::GivenUp => drop(outbox.remove(place)),
        Settlement::Retry(at) => {
            if let Some(row) = outbox.get_mut(place) {
                row.lease = None;
                row.held_until = Some(at);
            }
        }
    }
    true
}
