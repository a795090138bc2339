//! What the memory store does beside keeping the laws of every store (`tests/conformance.rs`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "../support/mod.rs"]
mod support;

mod finding;

use std::sync::Arc;

use helpdesk::store::{
    Commit, CommitError, CommitParts, Filter, MemoryStore, NewReceipt, Query, Receipt, Store,
};
use helpdesk::{
    Columns, DeskId, Event, Expected, Head, Key, Requester, Revision, StatusCategory,
    TicketColumns, TicketNumber, Write,
};
use support::*;

const DESK: DeskId = DeskId::from_u128(1);

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

    fn numbers(&self, filter: Filter, after: Option<u64>, limit: usize) -> Vec<u64> {
        let after = after.map(TicketNumber);
        let found = self.store.find(&Query { desk: DESK, filter, after, limit }).unwrap();
        found.iter().map(|record| record.number.unwrap().0).collect()
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

#[test]
fn numbers_have_no_gaps_and_what_is_counted_is_what_was_opened() {
    let hand = hand();
    assert_eq!(hand.store.tickets(DESK), 0);
    for n in 1..=3 {
        hand.given(n);
        // A ticket that is there already: refused, and no number is used up.
        hand.commit(parts(vec![hand.write(ticket(n), 0, 1)])).unwrap_err();
    }
    assert_eq!(hand.store.tickets(DESK), 3);
    assert_eq!(hand.store.tickets(DeskId::from_u128(2)), 0);
    assert_eq!(hand.numbers(Filter::All, None, 9), [1, 2, 3]);
}
