//! What the memory store does beside keeping the laws of every store (`conformance.rs`).

use std::sync::Arc;

use crate::support::*;
use helpdesk::store::Store;
use helpdesk::{Actor, DeskId};

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
    let desk = TestDesk::without_people(draft());
    let id = desk.desk.id();
    assert_eq!(desk.store.tickets(id), 0);
    for n in 1..=3 {
        // Two hosts prepare the same opening; one of them is too late, and uses up no number.
        let call = customer(MARIA).at(monday()).call(Cmd::from(request(ticket_id(n))).0);
        let [first, second] = [0, 1].map(|_| desk.desk.prepare(&call).unwrap().commit.unwrap());
        desk.store.commit(first).unwrap();
        desk.store.commit(second).unwrap_err();
    }
    assert_eq!(desk.store.tickets(id), 3);
    assert_eq!(desk.store.tickets(DeskId::from_u128(2)), 0);
    assert_eq!(desk.find(&Actor::Host, "all()", ""), [1, 2, 3]);
}
