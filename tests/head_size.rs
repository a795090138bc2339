//! A ticket's head is small: every byte that it takes on the heap is counted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use std::alloc::System;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::command::{Open, Reply};
use helpdesk::sla::policy::{Audience, Obligation};
use helpdesk::sla::{Metric, SlaPolicy};
use helpdesk::store::{MemoryStore, codec};
use helpdesk::{
    Actor, AgentId, AgentProfile, ContactId, Desk, DeskId, Erasable, Event, FieldDef, FieldKind,
    FieldValue, Follower, Head, Key, Requester, Revision, SettingsDraft, Span, Tag, Ticket,
    TicketId, fold,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The allocator counts for all threads, so one test counts at a time.
static ALONE: Mutex<()> = Mutex::new(());

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
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
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

/// A ticket of a desk that promises something of every metric, and this among itself, too, after so
/// many questions and answers: the bytes that its head takes, and those of its text.
fn conversed(times: i64) -> (usize, usize) {
    let mut policy = SlaPolicy::new("standard");
    for audience in Audience::ALL {
        for metric in Metric::ALL {
            let it = Obligation { audience, ..Obligation::new(metric).within(Span::hours(8)) };
            policy = policy.obligation(it.paused_in("answered"));
        }
    }
    let draft = SettingsDraft { sla_policies: vec![policy], ..SettingsDraft::default() };
    let opened_at: DateTime<Utc> = "2026-03-02T09:00:00Z".parse().unwrap();
    let (id, maria, anna) =
        (TicketId::from_u128(1), ContactId::from_u128(7), AgentId::from_u128(8));
    let settings = draft.build().unwrap();
    let desk = Desk::create(MemoryStore::new(), DeskId::from_u128(1), settings, opened_at).unwrap();
    desk.put_agent(Actor::Host.at(opened_at), anna, AgentProfile::new("Anna")).unwrap();
    let open = Open::new(id, Requester::Contact(maria), "Help!");
    desk.open(Actor::Customer(maria).at(opened_at), open).unwrap();
    for time in 0..times {
        let now = opened_at + TimeDelta::hours(time);
        let half = now + TimeDelta::minutes(30);
        desk.reply(Actor::Agent(anna).at(now), Reply::new(id, "Unplug it.")).unwrap();
        desk.reply(Actor::Customer(maria).at(half), Reply::new(id, "It burns.")).unwrap();
    }
    let key = Key::ticket(desk.id(), id);
    let history = desk.history(key, Revision::ZERO, usize::MAX).unwrap();
    let (head, bytes) = kept(|| fold(key, &history).unwrap());
    assert_eq!(Some(&head), desk.record(key).unwrap().map(|record| record.head).as_ref());
    let Head::Ticket(ticket) = &head else { panic!("it is a ticket") };
    assert_eq!(ticket.clocks(Audience::Internal).unwrap().iter().count(), 8);
    (bytes, codec::encode_head(&head).unwrap().head.len())
}

#[test]
fn ten_thousand_questions_and_answers_leave_a_head_as_small_as_a_hundred() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (hundred, text_of_hundred) = conversed(100);
    let (many, text_of_many) = conversed(10_000);
    println!("{hundred} and {many} bytes, {text_of_hundred} and {text_of_many} in text");
    assert!(many < 24 << 10 && text_of_many < 32 << 10, "{many} bytes, {text_of_many} in text");
    // Each of the sixteen clocks has from 16 to 32 pauses, as it happens.
    assert!(many <= hundred && text_of_many < 2 * text_of_hundred, "{hundred} bytes before");
}
