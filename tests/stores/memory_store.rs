//! What the memory store does beside keeping the laws of every store (`conformance.rs`).

use std::sync::Arc;

use crate::support::*;
use helpdesk::matching::Listing;
use helpdesk::store::{MemoryStore, Store};
use helpdesk::{Actor, Desk, DeskId};

#[test]
fn clones_share_one_store_and_a_reference_is_a_store_too() {
    let desk = TestDesk::without_people(draft());
    let shared: Arc<dyn Store> = Arc::new(desk.store.clone());
    desk.given_request();
    let id = desk.desk.id();
    // The settings, and the ticket.
    assert_eq!(shared.scan(id, 0, 9).unwrap().len(), 2);
    assert_eq!(Store::scan(&&shared, id, 0, 9).unwrap().len(), 2);
}

#[test]
fn numbers_have_no_gaps_and_what_is_counted_is_what_was_opened() {
    let (store, id) = (MemoryStore::new(), DeskId::from_u128(1));
    let settings = draft().build().unwrap();
    let desk = Desk::create(store.clone(), id, settings, monday()).unwrap();
    assert_eq!(store.tickets(id), 0);
    for n in 1..=3 {
        // Two hosts prepare the same opening; one of them is too late, and uses up no number.
        let call = customer(MARIA).at(monday()).call(Cmd::from(request(ticket_id(n))).0);
        let [first, second] = [0, 1].map(|_| desk.prepare(&call).unwrap().commit.unwrap());
        store.commit(first).unwrap();
        store.commit(second).unwrap_err();
    }
    assert_eq!(store.tickets(id), 3);
    assert_eq!(store.tickets(DeskId::from_u128(2)), 0);
    let page = desk.find(&Actor::Host, monday(), &Listing::every()).unwrap();
    let mut numbers: Vec<u64> = page.rows.iter().map(|row| row.reference.number().0).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3]);
}
