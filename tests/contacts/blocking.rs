//! Blocked senders: what they write is refused, and what is written to them is not.

use helpdesk::command::{BlockContact, LogConversation, MergeContacts, Open, Reply, SaidBy};
use helpdesk::{Actor, Channel, ContactId, Origin, Requester, TicketId};

use super::support::*;
use super::{LEA, code, contact};

fn block(desk: &TestDesk, contact: ContactId, blocked: bool) -> helpdesk::Outcome {
    let reason = "sends advertisements".into();
    desk.ok(&agent(RHEA), BlockContact { contact, blocked, reason })
}

fn new(requester: ContactId) -> Open {
    Open::new(TicketId::from_u128(0xB10C), Requester::Contact(requester), "Buy now!")
}

#[test]
fn a_blocked_contact_opens_nothing_and_replies_to_nothing() {
    let desk = TestDesk::new();
    desk.given_request();
    block(&desk, MARIA, true);
    let before = desk.everything();
    assert_eq!(code(desk.run(&customer(MARIA), new(MARIA))), "blocked");
    assert_eq!(code(desk.run(&customer(MARIA), reply(TICKET))), "blocked");
    assert_eq!(code(desk.run(&Actor::AutoResponder(MARIA), reply(TICKET))), "blocked");
    for actor in [Actor::Host, agent(ANNA), bot()] {
        assert_eq!(code(desk.run(&actor, new(MARIA))), "blocked", "{actor} on her behalf");
    }
    assert_eq!(desk.everything(), before);

    block(&desk, MARIA, false);
    desk.ok(&customer(MARIA), reply(TICKET));
    desk.ok(&customer(MARIA), new(MARIA));
}

#[test]
fn nobody_follows_up_for_a_blocked_contact() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.move_to(TICKET, "closed");
    block(&desk, MARIA, true);
    for actor in [customer(MARIA), Actor::Host, agent(ANNA)] {
        let follow_up = follow_up(TICKET, TicketId::from_u128(0xF));
        assert_eq!(code(desk.run(&actor, follow_up)), "blocked", "{actor}");
    }
}

#[test]
fn staff_still_reach_a_blocked_contact_and_log_what_was_said() {
    let desk = TestDesk::new();
    desk.given_request();
    block(&desk, MARIA, true);
    desk.ok(&agent(ANNA), reply(TICKET));
    let mut outreach = new(MARIA);
    outreach.origin = Origin::AgentReachedOut;
    desk.ok(&agent(ANNA), outreach);
    let (said_by, occurred_at) = (SaidBy::Requester, desk.now());
    let text = "She apologised".into();
    let log =
        LogConversation { ticket: TICKET, said_by, channel: Channel::Phone, occurred_at, text };
    desk.ok(&agent(ANNA), log);
    assert!(!desk.desk.find(&customer(MARIA), desk.now(), &everything()).unwrap().rows.is_empty());
}

fn everything() -> helpdesk::matching::Listing {
    helpdesk::matching::Listing::every()
}

#[test]
fn blocking_says_since_when_and_why_and_twice_changes_nothing() {
    let desk = TestDesk::new();
    let since = desk.now();
    assert!(!block(&desk, LEA, true).is_no_op());
    assert!(contact(&desk, LEA).visitor().is_some(), "nothing was on record of her");
    desk.pass(hours(1));
    assert!(block(&desk, LEA, true).is_no_op());
    let record = contact(&desk, LEA);
    let (at, reason) = record.blocked().unwrap();
    assert_eq!((at, reason.as_str()), (since, "sends advertisements"));
    assert!(!block(&desk, LEA, false).is_no_op());
    assert!(block(&desk, LEA, false).is_no_op());
    assert!(block(&desk, OTTO, false).is_no_op());
    assert_eq!(desk.desk.contact(OTTO).unwrap(), None, "no record for nothing");
    desk.verify();
}

#[test]
fn of_contacts_that_were_merged_the_block_of_the_one_who_speaks_counts() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&Actor::Host, MergeContacts { contact: MARIA, into: LEA });
    block(&desk, MARIA, true);
    assert!(contact(&desk, LEA).is_blocked() && !contact(&desk, MARIA).is_blocked());
    for who in [MARIA, LEA] {
        let reply = Reply::new(TICKET, "Buy!");
        assert_eq!(code(desk.run(&customer(who), reply)), "blocked");
    }
}

#[test]
fn who_may_block() {
    let desk = TestDesk::new();
    let block = |reason: &str| BlockContact { contact: LEA, blocked: true, reason: reason.into() };
    for actor in [agent(LIA), customer(LEA), bot(), Actor::AutoResponder(LEA), Actor::System] {
        assert_eq!(code(desk.run(&actor, block("why"))), "forbidden", "{actor}");
    }
    assert_eq!(code(desk.run(&agent(ANNA), block(" "))), "empty");
    desk.ok(&agent(RUDI), block("why"));
}
