//! What somebody does between the look at the queue and the taking.

use std::cell::RefCell;

use helpdesk::command::{Assign, Reply, SetStatus, Take, Transfer};
use helpdesk::store::{
    Claimed, Commit, CommitError, Due, Entry, Found, Lease, LeaseToken, Query, Receipt, Scope,
    Settlement, Store, StoreError, Wanted,
};
use helpdesk::{
    Actor, CommandId, Desk, DeskError, DeskId, Event, Key, Record, Revision, UniqueKey,
};

use super::*;

type Meddling<'t> = Box<dyn FnMut(usize) + 't>;

/// A store in which somebody does something after each look, which is told how many there were.
struct Meddled<'t> {
    store: TestStore,
    meddling: RefCell<(usize, Meddling<'t>)>,
}

macro_rules! as_it_is {
    ($($method:ident($($arg:ident: $type:ty),*) -> $result:ty;)*) => {$(
        fn $method(&self, $($arg: $type),*) -> $result {
            self.store.$method($($arg),*)
        }
    )*};
}

impl Store for Meddled<'_> {
    fn find(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        let found = self.store.find(query);
        let (looks, meddle) = &mut *self.meddling.borrow_mut();
        *looks += 1;
        meddle(*looks);
        found
    }

    as_it_is! {
        load(desk: DeskId, wanted: &Wanted) -> Result<Found, StoreError>;
        resolve(desk: DeskId, keys: &[UniqueKey]) -> Result<Vec<Option<Key>>, StoreError>;
        history(key: Key, after: Revision, limit: usize) -> Result<Vec<Event>, StoreError>;
        commit(commit: Commit) -> Result<Receipt, CommitError>;
        receipt(desk: DeskId, command: CommandId) -> Result<Option<Receipt>, StoreError>;
        scan(desk: DeskId, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError>;
        due(scope: Scope, now: At, lease: Lease) -> Result<Due, StoreError>;
        claim(scope: Scope, now: At, lease: Lease) -> Result<Vec<Claimed>, StoreError>;
        settle(token: LeaseToken, settlement: Settlement) -> Result<bool, StoreError>;
    }
}

/// What this agent gets where somebody meddles; and how many looks it took.
fn take_next(
    desk: &TestDesk,
    who: AgentId,
    meddle: impl FnMut(usize),
) -> (Result<Option<TicketId>, DeskError>, usize) {
    let store = Meddled {
        store: desk.store.clone(),
        meddling: RefCell::new((0, Box::new(meddle) as Meddling<'_>)),
    };
    let meddled = Desk::open_existing(store, desk.desk.id()).unwrap().tries(5);
    let taken = meddled.take_next(desk.context(&agent(who)));
    let looks = meddled.store().meddling.borrow().0;
    (taken.map(|taken| taken.map(|it| it.ticket().unwrap().id())), looks)
}

/// Something that is done once.
fn once(mut deed: impl FnMut()) -> impl FnMut(usize) {
    move |looks| {
        if looks == 1 {
            deed();
        }
    }
}

#[test]
fn whoever_finds_that_another_was_faster_gets_the_one_after() {
    let desk = TestDesk::new();
    let [first, second] = [1, 2].map(|n| given(&desk, n, "medium"));
    let faster = once(|| drop(desk.ok(&agent(CARL), Take { ticket: first })));
    let (taken, looks) = take_next(&desk, ANNA, faster);
    assert_eq!((taken.unwrap(), looks), (Some(second), 1));
    assert_eq!(desk.ticket(first).assignee(), Some(CARL));
}

#[test]
fn where_another_took_the_last_one_there_is_nothing() {
    for who in [ANNA, RHEA] {
        let desk = TestDesk::new();
        let last = given(&desk, 1, "medium");
        let faster = once(|| drop(desk.ok(&Actor::Host, Assign::new(last, CARL))));
        let (taken, _) = take_next(&desk, who, faster);
        assert_eq!(taken.unwrap(), None);
        assert_eq!(desk.ticket(last).assignee(), Some(CARL), "nobody's ticket is taken away");
    }
}

#[test]
fn what_was_written_to_in_between_is_looked_at_again_and_taken() {
    for who in [ANNA, RHEA] {
        let desk = TestDesk::new();
        let ticket = given(&desk, 1, "medium");
        let writes = once(|| drop(desk.ok(&customer(MARIA), Reply::new(ticket, "Hello?"))));
        let (taken, looks) = take_next(&desk, who, writes);
        assert_eq!((taken.unwrap(), looks), (Some(ticket), 2));
    }
}

#[test]
fn what_is_no_longer_served_is_not_taken() {
    for who in [ANNA, RHEA] {
        let desk = TestDesk::new();
        let [waits, moves] = [1, 2].map(|n| given(&desk, n, "medium"));
        let reason = Some("information".into());
        let set = SetStatus { ticket: waits, status: "pending".into(), reason };
        let meddle = once(|| {
            desk.ok(&Actor::Host, set.clone());
            desk.ok(&Actor::Host, Transfer::new(moves, "billing"));
        });
        let (taken, _) = take_next(&desk, who, meddle);
        assert_eq!(taken.unwrap(), None);
        assert_eq!(desk.ticket(waits).assignee(), None);
        assert_eq!(desk.ticket(moves).assignee(), None);
    }
}

#[test]
fn a_ticket_that_changes_at_every_look_is_given_up_after_so_many_tries() {
    let desk = TestDesk::new();
    let ticket = given(&desk, 1, "medium");
    let writes = |_| drop(desk.ok(&customer(MARIA), Reply::new(ticket, "Hello?")));
    let (taken, looks) = take_next(&desk, ANNA, writes);
    let Err(DeskError::Contended { tries: 5, last: CommitError::Stale { key, .. } }) = taken else {
        panic!("{taken:?}");
    };
    assert_eq!((key, looks), (desk.key(ticket), 5));
    assert_eq!(desk.ticket(ticket).assignee(), None);
}
