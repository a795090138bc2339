//! The memory store keeps desks apart, and answers for all of them in order.

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::command::{Open, Reply};
use helpdesk::matching::{Order, Place};
use helpdesk::store::{Lease, MemoryStore, Query, Scope, Settlement, Store};
use helpdesk::{
    Actor, CommandId, Condition, ContactId, Desk, DeskId, Key, Requester, Revision, Settings,
    TicketId, TicketNumber, UniqueKey,
};

fn start() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn at(minutes: i64) -> DateTime<Utc> {
    start() + TimeDelta::minutes(minutes)
}

const MARIA: ContactId = ContactId::from_u128(7);

/// Three desks with three tickets each, opened in turns, a minute apart.
fn three_desks() -> (MemoryStore, Vec<Desk<MemoryStore>>) {
    let store = MemoryStore::new();
    let create = |id| {
        let id = DeskId::from_u128(id);
        Desk::create(store.clone(), id, Settings::default(), start()).unwrap()
    };
    let desks: Vec<_> = (1..=3).map(create).collect();
    for minute in 0..9 {
        let desk = &desks[minute as usize % 3];
        let id = TicketId::from_u128(minute);
        let open = Open::new(id, Requester::Contact(MARIA), "It burns.");
        desk.open(Actor::Customer(MARIA).at(at(minute as i64)), open).unwrap();
    }
    (store, desks)
}

#[test]
fn what_is_due_on_all_desks_comes_earliest_first() {
    let (store, _) = three_desks();
    let warned = |minute| at(minute) + TimeDelta::days(3);
    let now = warned(5);
    let lease = Lease { until: now + TimeDelta::hours(1), limit: 4 };
    let due = store.due(Scope::All, now, lease).unwrap();
    let found: Vec<_> = due.rows.iter().map(|row| (row.at, row.key.desk)).collect();
    let expected: Vec<_> =
        (0..4).map(|minute| (warned(minute), DeskId::from_u128(minute as u128 % 3 + 1))).collect();
    assert_eq!(found, expected);
    // The fifth is due too, but beyond the limit.
    assert_eq!(due.next, Some(warned(4)));
    let rest = store.due(Scope::All, now, lease).unwrap();
    assert_eq!(rest.rows.iter().map(|row| row.at).collect::<Vec<_>>(), [warned(4), warned(5)]);
    assert_eq!(rest.next, Some(warned(6)));
}

#[test]
fn what_is_due_on_one_desk_is_not_held_up_by_another() {
    let (store, desks) = three_desks();
    let look = Lease { until: at(0), limit: 0 };
    for (number, desk) in desks.iter().enumerate() {
        let next = store.due(Scope::One(desk.id()), at(0), look).unwrap().next;
        assert_eq!(next, Some(at(number as i64) + TimeDelta::days(3)));
    }
}

#[test]
fn notices_of_all_desks_come_in_the_order_of_their_commits() {
    let (store, _) = three_desks();
    let lease = Lease { until: at(60), limit: 5 };
    let claimed = store.claim(Scope::All, at(10), lease).unwrap();
    let tickets: Vec<_> = claimed.iter().map(|claimed| claimed.notice.id.ticket).collect();
    assert_eq!(tickets, (0..5).map(TicketId::from_u128).collect::<Vec<_>>());
    let numbers: Vec<_> = claimed.iter().map(|claimed| claimed.number.0).collect();
    assert_eq!(numbers, [1, 1, 1, 2, 2]);
    assert_eq!(store.claim(Scope::All, at(10), lease).unwrap().len(), 4);
    for claimed in claimed {
        assert!(store.settle(claimed.token, Settlement::Delivered).unwrap());
        assert!(!store.settle(claimed.token, Settlement::Delivered).unwrap());
    }
}

#[test]
fn numbers_and_listings_are_each_desks_own() {
    let (store, desks) = three_desks();
    for (place, desk) in desks.iter().enumerate() {
        assert_eq!(store.tickets(desk.id()), 3);
        let expected: Vec<_> = (0..3)
            .map(|round| Key::ticket(desk.id(), TicketId::from_u128(3 * round + place as u128)))
            .collect();
        let numbers: Vec<_> =
            (0..=4).map(|number| UniqueKey::Number(TicketNumber(number))).collect();
        let owners = store.resolve(desk.id(), &numbers).unwrap();
        assert_eq!(owners[0], None);
        assert_eq!(owners[1..4], expected.iter().copied().map(Some).collect::<Vec<_>>());
        assert_eq!(owners[4], None);
        let lexicon = Settings::default().lexicon();
        let hers = format!("requester = contact:{MARIA}");
        for filter in ["number > 1", &hers, "queued = true and department is missing"] {
            let filter: Condition = filter.parse().unwrap();
            let query = Query {
                desk: desk.id(),
                filter: filter.check(&lexicon, Place::View).unwrap(),
                order: Order::check(&[], &lexicon).unwrap(),
                after: None,
                now: start(),
                limit: 10,
            };
            let found = store.find(&query).unwrap();
            let keys: Vec<_> = found.iter().map(|record| record.key).collect();
            assert_eq!(keys, expected[usize::from(filter.to_string() == "number > 1")..]);
        }
    }
}

#[test]
fn a_receipt_says_later_what_the_commit_said() {
    let (store, desks) = three_desks();
    let (desk, id) = (&desks[0], TicketId::from_u128(0));
    let command = CommandId::from_u128(5);
    let reply = Reply::new(id, "It still burns.");
    let outcome = desk.reply(Actor::Customer(MARIA).at(at(20)).once(command), reply).unwrap();
    for minute in 21..25 {
        let more = Reply::new(id, "And still.");
        desk.reply(Actor::Customer(MARIA).at(at(minute)), more).unwrap();
    }
    let receipt = store.receipt(desk.id(), command).unwrap().unwrap();
    assert_eq!(Some(receipt.seq), outcome.seq);
    assert_eq!(receipt.touched.len(), 1);
    let touched = receipt.touched[0];
    assert_eq!((touched.key, touched.number), (Key::ticket(desk.id(), id), Some(TicketNumber(1))));
    assert_eq!((touched.from, touched.to), (Revision(1), Revision(2)));
    assert_eq!(store.receipt(desks[1].id(), command).unwrap(), None);
}
