//! What the stored form costs beside `serde_json` on the same bytes: a message of 300 bytes, and
//! the head of the ticket that it was said on.
//!
//! The peers are the structs that one would write by hand for exactly these texts, and, for the
//! event, the one text that serde makes of it as a whole.
//!
//! Measured on a 2-core x86-64 server shared with other jobs, Rust 1.95, 2026-11-25; medians of
//! one run. Compare ratios: the machine was never quiet.
//!
//! | what | time | by hand | ratio | one text |
//! |---|---|---|---|---|
//! | event, encode | 0.47 µs | 0.46 µs | 1.03 | 0.67 µs |
//! | event, decode | 0.69 µs | 0.58 µs | 1.19 | 0.85 µs |
//! | head, encode | 2.17 µs | 1.95 µs | 1.11 | |
//! | head, decode | 2.20 µs | 2.35 µs | 0.93 | |
//!
//! Encode and decode together: event 1.12, head 1.02; the aim is 1.2.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench that cannot go on has nothing to report"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::Criterion;
use helpdesk::command::{Open, Reply, Take};
use helpdesk::store::MemoryStore;
use helpdesk::store::codec;
use helpdesk::{
    Actor, AgentId, AgentProfile, Cause, CommandId, ContactId, Desk, DeskId, Event, Head, Heard,
    Key, Message, Personal, Requester, Revision, Settings, Ticket, TicketChange, TicketId,
};
use serde::{Deserialize, Serialize};

/// The facts of a message, written by hand.
#[derive(Serialize)]
struct Writing<'a> {
    cause: &'a Cause,
    message: &'a Message,
    heard: &'a Heard,
}

/// The same, read.
#[derive(Deserialize)]
struct Reading {
    cause: Arc<Cause>,
    message: Message,
    heard: Heard,
}

/// A ticket that was opened, taken and answered: its key, its history, its head.
fn ticket() -> (Key, Vec<Event>, Head) {
    let now = "2026-03-02T09:00:00.123456Z".parse().unwrap();
    let desk =
        Desk::create(MemoryStore::new(), DeskId::from_u128(1), Settings::default(), now).unwrap();
    let (maria, anna) = (ContactId::from_u128(7), AgentId::from_u128(8));
    desk.put_agent(Actor::Host.at(now), anna, AgentProfile::new("Anna")).unwrap();
    let (customer, agent) = (Actor::Customer(maria), Actor::Agent(anna));
    let id = TicketId::v7(now, [42; 10]);
    let once = |n| CommandId::from_u128(n);
    let open = Open::new(id, Requester::Contact(maria), "It burns. ".repeat(30)).subject("Printer");
    desk.open(customer.at(now).once(once(1)), open).unwrap();
    desk.take(agent.at(now).once(once(2)), Take { ticket: id }).unwrap();
    let reply = Reply::new(id, "Unplug it. ".repeat(27));
    desk.reply(agent.at(now).once(once(3)).correlated("mail-17"), reply).unwrap();
    let key = Key::ticket(desk.id(), id);
    let history = desk.history(key, Revision::ZERO, 100).unwrap();
    (key, history, desk.record(key).unwrap().unwrap().head)
}

fn events(criterion: &mut Criterion, history: &[Event]) {
    let message =
        |event: &&Event| matches!(event.ticket_change(), Some(TicketChange::MessageAdded { .. }));
    let event = history.iter().find(message).unwrap();
    let stored = codec::encode_event(event).unwrap();
    let plain = serde_json::to_string(event).unwrap();
    let TicketChange::MessageAdded { message, heard } = event.ticket_change().unwrap() else {
        return;
    };
    let by_hand = |event: &Event| {
        let facts = Writing { cause: &event.cause, message, heard };
        let personal = event.personal.as_deref().map(|text| serde_json::to_string(text).unwrap());
        (serde_json::to_string(&facts).unwrap(), personal)
    };
    assert_eq!(by_hand(event), (stored.facts.clone(), stored.personal.clone()));

    let mut group = criterion.benchmark_group("event");
    group.bench_function("encode", |bencher| {
        bencher.iter(|| codec::encode_event(black_box(event)).unwrap());
    });
    group.bench_function("encode, by hand", |bencher| bencher.iter(|| by_hand(black_box(event))));
    group.bench_function("encode, one text", |bencher| {
        bencher.iter(|| serde_json::to_string(black_box(event)).unwrap());
    });
    group.bench_function("decode", |bencher| {
        bencher.iter(|| codec::decode_event(black_box(&stored)).unwrap());
    });
    group.bench_function("decode, by hand", |bencher| {
        bencher.iter(|| {
            let stored = black_box(&stored);
            let Reading { cause, message, heard } = serde_json::from_str(&stored.facts).unwrap();
            let personal = stored.personal.as_deref();
            let personal: Option<Box<Personal>> =
                personal.map(|text| serde_json::from_str(text).unwrap());
            (cause, TicketChange::MessageAdded { message, heard }, personal)
        });
    });
    group.bench_function("decode, one text", |bencher| {
        bencher.iter(|| serde_json::from_str::<Event>(black_box(&plain)).unwrap());
    });
    group.finish();
}

fn heads(criterion: &mut Criterion, key: Key, head: &Head) {
    let stored = codec::encode_head(head).unwrap();
    let Head::Ticket(ticket) = head else { return };
    let mut group = criterion.benchmark_group("head");
    group.bench_function("encode", |bencher| {
        bencher.iter(|| codec::encode_head(black_box(head)).unwrap());
    });
    group.bench_function("encode, by hand", |bencher| {
        bencher.iter(|| serde_json::to_string(&**black_box(ticket)).unwrap());
    });
    group.bench_function("decode", |bencher| {
        bencher.iter(|| codec::decode_head(key, black_box(&stored)).unwrap());
    });
    group.bench_function("decode, by hand", |bencher| {
        bencher.iter(|| {
            let ticket: Ticket = serde_json::from_str(black_box(&stored.head)).unwrap();
            Head::Ticket(Arc::new(ticket))
        });
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args()
        .without_plots();
    let (key, history, head) = ticket();
    events(&mut criterion, &history);
    heads(&mut criterion, key, &head);
    criterion.final_summary();
}
