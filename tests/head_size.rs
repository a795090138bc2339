//! A ticket's head is small: every byte that it takes on the heap is counted.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use std::alloc::System;
use std::sync::Arc;

use helpdesk::command::Open;
use helpdesk::store::MemoryStore;
use helpdesk::{
    Actor, AgentId, AgentProfile, ContactId, Desk, DeskId, Erasable, Event, FieldDef, FieldKind,
    FieldValue, Follower, Head, Key, Requester, Revision, SettingsDraft, Tag, Ticket, TicketId,
    fold,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const SUBJECT: &str = "The printer on the third floor is on fire";
const PLACE: &str = "between the plants";

/// Five tags, three fields, two followers.
fn typical() -> (Arc<Ticket>, Vec<Event>) {
    let now = "2026-03-02T09:00:00Z".parse().unwrap();
    let draft = SettingsDraft {
        fields: vec![
            FieldDef::new("floor", FieldKind::Integer { min: 0, max: 99 }),
            FieldDef::new("insured", FieldKind::Boolean),
            FieldDef::new("place", FieldKind::Text { max_bytes: 200 }),
        ],
        departments: vec![helpdesk::Department::new("facilities").tier(1)],
        ..SettingsDraft::default()
    };
    let settings = draft.build().unwrap();
    let desk = Desk::create(MemoryStore::new(), DeskId::from_u128(1), settings, now).unwrap();
    let (maria, anna) = (ContactId::from_u128(7), AgentId::from_u128(8));
    desk.put_agent(Actor::Host.at(now), anna, AgentProfile::new("Anna").department("facilities"))
        .unwrap();
    let id = TicketId::from_u128(1);
    let mut open = Open::new(id, Requester::Contact(maria), "Help!").subject(SUBJECT);
    open.tags = ["printer", "fire", "urgent", "floor-3", "hardware"].map(Tag::from).into();
    open.fields = [
        ("floor".into(), FieldValue::Integer(3)),
        ("insured".into(), FieldValue::Boolean(true)),
        ("place".into(), FieldValue::Text(PLACE.into())),
    ]
    .into();
    open.followers = [Follower::Contact(ContactId::from_u128(9)), Follower::Agent(anna)].into();
    open.department = Some("facilities".into());
    open.category = Some("technical".into());
    let opened = desk.open(Actor::Customer(maria).at(now), open).unwrap();
    let history = desk.history(Key::ticket(desk.id(), id), Revision::ZERO, 10).unwrap();
    (opened.ticket().unwrap().clone(), history)
}

/// Bytes that are on the heap after this and were not before.
fn kept<T>(make: impl FnOnce() -> T) -> (T, usize) {
    let region = Region::new(COUNTING);
    let value = make();
    let change = region.change();
    (value, change.bytes_allocated - change.bytes_deallocated)
}

#[test]
fn a_typical_head_takes_less_than_a_kibibyte_without_its_texts() {
    let (ticket, history) = typical();
    assert_eq!((ticket.tags().len(), ticket.fields().len(), ticket.followers().len()), (5, 3, 2));
    assert_eq!(ticket.subject().known().map(|subject| &**subject), Some(SUBJECT));
    let note = FieldValue::Text(PLACE.into());
    assert!(ticket.fields().iter().any(|(_, value)| *value == Erasable::Known(note.clone())));

    // Texts, tags and names are the history's; the head only points to them.
    let key = Key::ticket(DeskId::from_u128(1), ticket.id());
    let (folded, bytes) = kept(|| fold(key, &history).unwrap());
    assert_eq!(folded, Head::Ticket(ticket));
    println!("a typical head takes {bytes} bytes beside the history that its texts are in");
    assert!(bytes < 1024, "{bytes} bytes");
}
