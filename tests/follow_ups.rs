//! What becomes of a question on a ticket that has been closed for too long.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::command::{Close, Open, Reopen, Reply, Resolving};
use helpdesk::store::MemoryStore;
use helpdesk::{
    Actor, AgentId, AgentProfile, Channel, ContactId, Desk, DeskId, Outcome, Requester, Settings,
    Step, TicketId,
};

const OLD: TicketId = TicketId::from_u128(1);
const MARIA: Actor = Actor::Customer(ContactId::from_u128(7));
const ANNA: Actor = Actor::Agent(AgentId::from_u128(8));

fn day(days: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-03-02T09:00:00Z".parse().unwrap();
    start + TimeDelta::days(days)
}

/// A ticket that was opened and closed on day 0; the window for reopening is 30 days.
fn desk() -> Desk<MemoryStore> {
    let id = DeskId::from_u128(1);
    let desk = Desk::create(MemoryStore::new(), id, Settings::default(), day(0)).unwrap();
    let anna = AgentProfile::new("Anna");
    desk.put_agent(Actor::Host.at(day(0)), AgentId::from_u128(8), anna).unwrap();
    let requester = Requester::Contact(ContactId::from_u128(7));
    let open = Open::new(OLD, requester, "It burns").subject("Printer on fire");
    desk.open(MARIA.at(day(0)), open).unwrap();
    close(&desk, OLD, 0);
    desk
}

fn close(desk: &Desk<MemoryStore>, ticket: TicketId, on: i64) {
    let resolution = Some(Resolving::new("solved"));
    desk.close(ANNA.at(day(on)), Close { ticket, resolution }).unwrap();
}

fn write(desk: &Desk<MemoryStore>, on: i64) -> Outcome {
    desk.reply(MARIA.at(day(on)), Reply::new(OLD, "Again!")).unwrap()
}

fn follow_ups(desk: &Desk<MemoryStore>) -> Vec<TicketId> {
    desk.ticket(OLD).unwrap().unwrap().followed_up_by().to_vec()
}

#[test]
fn the_first_late_question_opens_a_follow_up_that_inherits() {
    let desk = desk();
    let outcome = write(&desk, 31);
    let opened = outcome.opened().next().unwrap();
    assert_eq!(follow_ups(&desk), [opened.id()]);
    assert_eq!(opened.follows(), Some(OLD));
    assert_eq!(opened.subject().as_str(), "Printer on fire");
    assert_eq!(opened.status().name, "new");
    assert_eq!(outcome.ticket().unwrap().id(), OLD);
    assert_eq!(outcome.ticket().unwrap().message_count(), 1, "the old thread has no part of it");
}

#[test]
fn the_next_one_joins_the_follow_up_instead_of_opening_another() {
    let desk = desk();
    write(&desk, 31);
    let outcome = write(&desk, 32);
    assert_eq!(outcome.opened().count(), 0);
    let [follow_up] = follow_ups(&desk)[..] else { panic!("one follow-up") };
    assert_eq!(desk.ticket(follow_up).unwrap().unwrap().message_count(), 2);
    assert!(outcome.trace.contains(&Step::WentToFollowUp { ticket: follow_up }));
    assert_eq!(outcome.ticket().unwrap().id(), OLD, "the ticket that was named is there");
}

#[test]
fn it_travels_as_the_conversation_that_it_joins_does() {
    let desk = desk();
    let by_phone = Reply { channel: Some(Channel::Phone), ..Reply::new(OLD, "Again!") };
    desk.reply(MARIA.at(day(31)), by_phone).unwrap();
    write(&desk, 32);
    let [follow_up] = follow_ups(&desk)[..] else { panic!("one follow-up") };
    assert_eq!(*desk.ticket(follow_up).unwrap().unwrap().channel(), Channel::Phone);
}

#[test]
fn it_reopens_a_follow_up_that_was_closed_lately() {
    let desk = desk();
    write(&desk, 31);
    let [follow_up] = follow_ups(&desk)[..] else { panic!("one follow-up") };
    close(&desk, follow_up, 40);
    write(&desk, 41);
    let ticket = desk.ticket(follow_up).unwrap().unwrap();
    assert_eq!((ticket.status().name.as_str(), ticket.reopen_count()), ("open", 1));
}

#[test]
fn a_follow_up_that_was_closed_long_ago_is_followed_by_another_of_the_old_ticket() {
    let desk = desk();
    write(&desk, 31);
    let [first] = follow_ups(&desk)[..] else { panic!("one follow-up") };
    close(&desk, first, 40);
    write(&desk, 80);
    let [_, second] = follow_ups(&desk)[..] else { panic!("two follow-ups") };
    assert_eq!(desk.ticket(second).unwrap().unwrap().follows(), Some(OLD));
    write(&desk, 81);
    assert_eq!(desk.ticket(second).unwrap().unwrap().message_count(), 2);
    assert_eq!(follow_ups(&desk), [first, second]);
}

#[test]
fn a_follow_up_that_closed_itself_unnoticed_counts_as_closed_then() {
    let desk = desk();
    write(&desk, 31);
    let [follow_up] = follow_ups(&desk)[..] else { panic!("one follow-up") };
    let resolution = Resolving::new("solved");
    let resolve = helpdesk::command::Resolve { ticket: follow_up, resolution };
    desk.resolve(ANNA.at(day(32)), resolve).unwrap();
    // It closed itself on day 36, and nobody ticked; 30 days later is day 66.
    let outcome = write(&desk, 67);
    assert_eq!(outcome.opened().count(), 1);
}

#[test]
fn reopened_by_hand_the_old_ticket_takes_the_question_itself() {
    let desk = desk();
    write(&desk, 31);
    desk.reopen(ANNA.at(day(33)), Reopen { ticket: OLD, reason: "belongs here".into() }).unwrap();
    write(&desk, 34);
    assert_eq!(desk.ticket(OLD).unwrap().unwrap().message_count(), 2);
}
