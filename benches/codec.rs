//! What the stored form costs beside `serde_json` on the same bytes: a message of 300 bytes, and
//! the head of the ticket that it was said on.
//!
//! The peers are the structs that one would write by hand for exactly these texts, and, for the
//! event, the one text that serde makes of it as a whole.
//!
//! `cargo bench --bench codec`, or with a number of rounds: `-- 5`. All are timed in turns, round by
//! round. The aim: encode and decode together take at most 1.2 times as long as by hand.
//!
//! Measured on a 2-core x86-64 server shared with other jobs, Rust 1.95, 2026-11-25; medians of
//! 201 rounds.
//!
//! | what | time | by hand | ratio | one text |
//! |---|---|---|---|---|
//! | event, encode | 0.52 µs | 0.44 µs | 1.20 | 0.68 µs |
//! | event, decode | 0.63 µs | 0.55 µs | 1.13 | 0.83 µs |
//! | head, encode | 2.30 µs | 2.33 µs | 0.98 | |
//! | head, decode | 2.25 µs | 2.21 µs | 1.02 | |
//!
//! Encode and decode together: event 1.16, head 1.00; the aim is 1.2.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench that cannot go on has nothing to report"
)]

mod rounds;
#[allow(dead_code, reason = "shared by benches that do not use all of it")]
mod workload;

use std::hint::black_box;
use std::sync::Arc;

use helpdesk::command::{Open, Reply, Take};
use helpdesk::store::MemoryStore;
use helpdesk::store::codec;
use helpdesk::{
    Actor, AgentId, AgentProfile, Cause, CommandId, ContactId, Desk, DeskId, Event, Head, Heard,
    Key, Message, Personal, Requester, Revision, Settings, Ticket, TicketChange, TicketId,
};
use serde::{Deserialize, Serialize};

use rounds::{Contender, Times, in_turns, timed, verdict};

/// How often each is done in a round.
const TIMES: usize = 1000;

const AIM: f64 = 1.2;

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

/// Times of encode, encode by hand, decode, decode by hand, and of what else there is.
type Timed = Vec<Times>;

fn events(rounds: usize, history: &[Event]) -> Timed {
    let message =
        |event: &&Event| matches!(event.ticket_change(), Some(TicketChange::MessageAdded { .. }));
    let event = history.iter().find(message).unwrap();
    let stored = codec::encode_event(event).unwrap();
    let plain = serde_json::to_string(event).unwrap();
    let Some(TicketChange::MessageAdded { message, heard }) = event.ticket_change() else {
        return Vec::new();
    };
    let write = |event: &Event| {
        let facts = Writing { cause: &event.cause, message, heard };
        let personal = event.personal.as_deref().map(|text| serde_json::to_string(text).unwrap());
        (serde_json::to_string(&facts).unwrap(), personal)
    };
    assert_eq!(write(event), (stored.facts.clone(), stored.personal.clone()));
    let read = || {
        let stored = black_box(&stored);
        let Reading { cause, message, heard } = serde_json::from_str(&stored.facts).unwrap();
        let personal = stored.personal.as_deref();
        let personal: Option<Box<Personal>> =
            personal.map(|text| serde_json::from_str(text).unwrap());
        (cause, TicketChange::MessageAdded { message, heard }, personal)
    };
    let read_one = || serde_json::from_str::<Event>(black_box(&plain)).unwrap();
    let mut contenders: [Contender<'_>; 6] = [
        ("encode", Box::new(|| timed(TIMES, || codec::encode_event(black_box(event))))),
        ("by hand", Box::new(|| timed(TIMES, || write(black_box(event))))),
        ("decode", Box::new(|| timed(TIMES, || codec::decode_event(black_box(&stored))))),
        ("by hand", Box::new(|| timed(TIMES, read))),
        ("one text", Box::new(|| timed(TIMES, || serde_json::to_string(black_box(event))))),
        ("one text", Box::new(|| timed(TIMES, read_one))),
    ];
    in_turns(rounds, &mut contenders)
}

fn heads(rounds: usize, key: Key, head: &Head) -> Timed {
    let stored = codec::encode_head(head).unwrap();
    let Head::Ticket(ticket) = head else { return Vec::new() };
    let read = || {
        let ticket: Ticket = serde_json::from_str(black_box(&stored.head)).unwrap();
        Head::Ticket(Arc::new(ticket))
    };
    let mut contenders: [Contender<'_>; 4] = [
        ("encode", Box::new(|| timed(TIMES, || codec::encode_head(black_box(head))))),
        ("by hand", Box::new(|| timed(TIMES, || serde_json::to_string(&**black_box(ticket))))),
        ("decode", Box::new(|| timed(TIMES, || codec::decode_head(key, black_box(&stored))))),
        ("by hand", Box::new(|| timed(TIMES, read))),
    ];
    in_turns(rounds, &mut contenders)
}

fn main() {
    let rounds = rounds::rounds(301);
    let (key, history, head) = ticket();
    println!("the stored form: µs, by hand; ratio, medians of {rounds} rounds, taken in turns");
    let micros = |times: &Times| times.median() * 1e6 / TIMES as f64;
    for (name, times) in [("event", events(rounds, &history)), ("head", heads(rounds, key, &head))]
    {
        for (verb, pair) in ["encode", "decode"].into_iter().zip(times.chunks(2)) {
            let (ours, by_hand) = (micros(&pair[0]), micros(&pair[1]));
            println!(
                "  {name:<5} {verb}  {ours:>6.2} {by_hand:>6.2}   ratio {}",
                pair[0].by(&pair[1])
            );
        }
        if let [.., encode, decode] = &times[4..] {
            let (encode, decode) = (micros(encode), micros(decode));
            println!("  {name:<5} as one text: encode {encode:.2}, decode {decode:.2}");
        }
        let together = times[0].and(&times[2]).by(&times[1].and(&times[3]));
        let verdict = verdict(&together, AIM);
        println!("  {name:<5} together               ratio {together}   aim {AIM}: {verdict}");
    }
}
