//! The memory store keeps each promise of the `Store` trait, under commits made by hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "../support/mod.rs"]
mod support;

mod commits;
mod finding;
mod outbox;
mod reading;
mod wakes;

use std::sync::Arc;

use helpdesk::store::{
    Claimed, Commit, CommitError, CommitParts, Filter, Lease, MemoryStore, NewReceipt, Query,
    Receipt, Roster, Scope, Settlement, Store, Wanted,
};
use helpdesk::{
    AgentId, Columns, CommandId, Counter, CounterChange, DeskId, Event, Expected, Guard, Head, Key,
    KeyChange, Notice, NoticeId, NoticeKind, Recipient, Record, Requester, Revision,
    StatusCategory, TicketColumns, TicketNumber, UniqueKey, Write,
};
use support::*;

const DESK: DeskId = DeskId::from_u128(1);
const ELSEWHERE: DeskId = DeskId::from_u128(2);

/// A store, and what a ticket's records look like: the store never looks inside.
struct Hand {
    store: MemoryStore,
    event: Event,
    head: Head,
}

fn hand() -> Hand {
    let desk = TestDesk::without_people(draft());
    let id = desk.given_request();
    let event = desk.history(id).remove(0);
    Hand { store: MemoryStore::new(), event, head: Head::Ticket(desk.ticket(id)) }
}

fn ticket(n: u128) -> Key {
    Key::ticket(DESK, ticket_id(n))
}

fn email(address: &str) -> UniqueKey {
    UniqueKey::AgentEmail(address.into())
}

fn columns(category: StatusCategory) -> Columns {
    let requester = Requester::Contact(MARIA);
    Columns::Ticket(TicketColumns { category, department: None, assignee: None, requester })
}

fn parts(writes: Vec<Write>) -> CommitParts {
    CommitParts {
        desk: writes.first().map_or(DESK, |write| write.key.desk),
        writes,
        guards: Vec::new(),
        keys: Vec::new(),
        counters: Vec::new(),
        notices: Vec::new(),
        receipt: NewReceipt { command: None, digest: 0 },
    }
}

fn notice(key: Key, revision: u64) -> Notice {
    let ticket = key.as_ticket().unwrap();
    Notice {
        id: NoticeId { ticket, revision: Revision(revision), index: 0 },
        kind: NoticeKind::TicketOpened,
        to: Recipient::Desk,
        correlation: None,
    }
}

fn lift(agent: AgentId, delta: i64, ceiling: Option<i64>) -> CounterChange {
    CounterChange { counter: Counter::Load(agent), delta, ceiling }
}

fn command(n: u128, digest: u64) -> NewReceipt {
    NewReceipt { command: Some(CommandId::from_u128(n)), digest }
}

impl Hand {
    /// So many events on a record that should be at this revision; 0: that should not exist.
    fn write(&self, key: Key, at: u64, events: u64) -> Write {
        let event = |revision| Event { revision: Revision(revision), ..self.event.clone() };
        Write {
            key,
            expected: if at == 0 { Expected::New } else { Expected::At(Revision(at)) },
            events: (at + 1..=at + events).map(event).collect(),
            head: self.head.clone(),
            columns: columns(StatusCategory::New),
            next_wake: None,
        }
    }

    fn commit(&self, parts: CommitParts) -> Result<Receipt, CommitError> {
        self.store.commit(Commit::from_parts(parts))
    }

    #[track_caller]
    fn committed(&self, parts: CommitParts) -> Receipt {
        self.commit(parts).unwrap()
    }

    /// Opens a ticket with one event.
    fn given(&self, n: u128) -> Key {
        self.committed(parts(vec![self.write(ticket(n), 0, 1)]));
        ticket(n)
    }

    /// Opens a ticket that wakes then.
    fn given_wake(&self, n: u128, at: At) -> Key {
        self.committed(parts(vec![self.wake(n, 0, Some(at))]));
        ticket(n)
    }

    fn wake(&self, n: u128, revision: u64, at: Option<At>) -> Write {
        Write { next_wake: at, ..self.write(ticket(n), revision, 1) }
    }

    /// The commit fails, and nothing whatever has changed.
    #[track_caller]
    fn refused(&self, parts: CommitParts) -> CommitError {
        let keys: Vec<UniqueKey> = parts
            .keys
            .iter()
            .map(|change| match change {
                KeyChange::Take(key, _) | KeyChange::Release(key, _) => key.clone(),
            })
            .collect();
        let counters: Vec<Counter> =
            parts.counters.iter().map(|change| change.counter.clone()).collect();
        let records: Vec<Key> = parts.writes.iter().map(|write| write.key).collect();
        let wanted = Wanted { records, counters, roster: Some(Roster::Everybody) };
        let look = || {
            let found = self.store.load(DESK, &wanted).unwrap();
            let owners = self.store.resolve(DESK, &keys).unwrap();
            let receipt = parts.receipt.command.map(|id| self.store.receipt(DESK, id).unwrap());
            let tickets = self.store.tickets(DESK);
            format!("{found:?} {owners:?} {receipt:?} {tickets} {}", everything(&self.store, DESK))
        };
        let before = look();
        let error = self.commit(parts.clone()).expect_err("it was to be refused");
        assert_eq!(look(), before, "a refused commit changed something");
        error
    }

    fn claim(&self, now: At, until: At, limit: usize) -> Vec<Claimed> {
        self.store.claim(Scope::One(DESK), now, Lease { until, limit }).unwrap()
    }

    fn due(&self, now: At, until: At, limit: usize) -> (Vec<(Key, At)>, Option<At>) {
        let due = self.store.due(Scope::One(DESK), now, Lease { until, limit }).unwrap();
        (due.rows.iter().map(|row| (row.key, row.at)).collect(), due.next)
    }

    fn numbers(&self, filter: Filter, after: Option<u64>, limit: usize) -> Vec<u64> {
        let after = after.map(TicketNumber);
        let found = self.store.find(&Query { desk: DESK, filter, after, limit }).unwrap();
        found.iter().map(|record| record.number.unwrap().0).collect()
    }
}

#[track_caller]
fn assert_stale(error: CommitError, key: Key, expected: u64, found: u64) {
    match error {
        CommitError::Stale { key: k, expected: e, found: f } => {
            assert_eq!((k, e, f), (key, Revision(expected), Revision(found)));
        }
        other => panic!("not stale, but {other}"),
    }
}

#[test]
fn clones_share_one_store_and_a_reference_is_a_store_too() {
    let hand = hand();
    let shared: Arc<dyn Store> = Arc::new(hand.store.clone());
    hand.given(1);
    assert_eq!(shared.scan(DESK, 0, 9).unwrap().len(), 1);
    assert_eq!(Store::scan(&&shared, DESK, 0, 9).unwrap().len(), 1);
}
