//! What is leased: records that will do something by themselves, and notices.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::super::{Claimed, Due, DueRow, Lease, LeaseToken, Scope, Settlement};
use super::Kept;
use crate::channel::Notice;
use crate::ids::{DeskId, Key, TicketNumber};

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

/// Leases what is due: the answer of [`Store::due`](super::super::Store::due). The rows that it leases
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

/// Leases notices: the answer of [`Store::claim`](super::super::Store::claim), from the whole outbox,
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

/// Settles a notice: the answer of [`Store::settle`](super::super::Store::settle). [`claim()`] has an
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
