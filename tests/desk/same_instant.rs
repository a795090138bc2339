//! What is said at one instant, by clocks too coarse to tell: the order of recording counts.

use chrono::{DateTime, Utc};
use helpdesk::command::{Open, Reply};
use helpdesk::store::MemoryStore;
use helpdesk::{
    Actor, AgentId, AgentProfile, ContactId, Desk, DeskId, Requester, Settings, TicketId,
};

const TICKET: TicketId = TicketId::from_u128(1);
const MARIA: Actor = Actor::Customer(ContactId::from_u128(7));
const ANNA: Actor = Actor::Agent(AgentId::from_u128(8));

fn desk(now: DateTime<Utc>) -> Desk<MemoryStore> {
    let id = DeskId::from_u128(1);
    let desk = Desk::create(MemoryStore::new(), id, Settings::default(), now).unwrap();
    let anna = AgentProfile::new("Anna");
    desk.put_agent(Actor::Host.at(now), AgentId::from_u128(8), anna).unwrap();
    let requester = Requester::Contact(ContactId::from_u128(7));
    desk.open(MARIA.at(now), Open::new(TICKET, requester, "It burns")).unwrap();
    desk
}

#[test]
fn a_question_right_after_the_answer_waits_for_another() {
    let now = "2026-03-02T09:00:00Z".parse().unwrap();
    let desk = desk(now);
    desk.reply(ANNA.at(now), Reply::new(TICKET, "Did you unplug it?")).unwrap();
    desk.reply(MARIA.at(now), Reply::new(TICKET, "Yes. And now?")).unwrap();
    let ticket = desk.ticket(TICKET).unwrap().unwrap();
    assert_eq!(ticket.status().name, "open");
    assert_eq!(ticket.waiting_since(), Some(now));
}

#[test]
fn an_answer_right_after_the_question_answers_it() {
    let now = "2026-03-02T09:00:00Z".parse().unwrap();
    let desk = desk(now);
    desk.reply(MARIA.at(now), Reply::new(TICKET, "Hello?")).unwrap();
    desk.reply(ANNA.at(now), Reply::new(TICKET, "Did you unplug it?")).unwrap();
    let ticket = desk.ticket(TICKET).unwrap().unwrap();
    assert_eq!(ticket.status().name, "answered");
    assert_eq!(ticket.waiting_since(), None);
}
