//! Blocked senders: what they write is refused, and what is written to them is not.

use helpdesk::command::{
    BlockContact, GrantAccess, LogConversation, MergeContacts, Open, Reply, SaidBy,
};
use helpdesk::{
    Actor, Channel, Command, ContactId, GuestId, GuestRight, Origin, Party, Requester, TicketId,
};

use super::{LEA, code, contact};
use crate::support::*;

fn block(desk: &TestDesk, contact: ContactId, blocked: bool) -> helpdesk::Outcome {
    let reason = "sends advertisements".into();
    desk.ok(&agent(RHEA), BlockContact { contact, blocked, reason })
}

fn new(requester: ContactId) -> Open {
    Open::new(TicketId::from_u128(0xB10C), Requester::Contact(requester), "Buy now!")
}

#[test]
fn what_a_blocked_contact_said_may_be_logged_and_opens_no_ticket() {
    let desk = TestDesk::new();
    desk.given_request();
    block(&desk, MARIA, true);
    let log = |desk: &TestDesk| LogConversation {
        ticket: TICKET,
        said_by: SaidBy::Requester,
        channel: Channel::Phone,
        occurred_at: desk.now(),
        text: "Buy now!".into(),
    };
    desk.ok(&agent(ANNA), log(&desk));
    desk.ok(&agent(ANNA), close(TICKET));
    desk.pass(days(1));
    desk.ok(&agent(ANNA), log(&desk));
    assert_eq!(desk.status(TICKET), "open", "there is a ticket, and an agent thinks it matters");
    desk.ok(&agent(ANNA), close(TICKET));
    // Closed for too long to reopen, it would go on in a new one.
    desk.pass(days(40));
    for actor in [agent(ANNA), Actor::Host] {
        assert_eq!(code(desk.run(&actor, log(&desk))), "blocked", "{actor}");
    }
    block(&desk, MARIA, false);
    assert_eq!(desk.ok(&agent(ANNA), log(&desk)).opened().count(), 1);
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

/// A desk whose workflow lets customers do everything to their tickets by hand, and Maria's
/// request on it, which a guest may write to in her name.
fn given_customers_may_everything() -> TestDesk {
    let mut draft = draft();
    for status in &mut draft.workflow.statuses {
        status.transitions.iter_mut().for_each(|way| way.by.push(Party::Customer));
    }
    let desk = TestDesk::with(draft);
    desk.given_request();
    let rights = [GuestRight::Reply].into();
    let until = desk.now() + days(9);
    desk.ok(
        &Actor::Host,
        GrantAccess { ticket: TICKET, guest: GUEST, contact: MARIA, rights, until },
    );
    desk
}

const GUEST: GuestId = GuestId::from_u128(0x60);

/// What only the asker does, by hand.
fn moves(desk: &TestDesk) -> Vec<Command> {
    vec![
        Command::SetStatus(set_status(TICKET, "open")),
        Command::Postpone(postpone(TICKET, desk.now() + days(1))),
        Command::Resolve(resolve(TICKET)),
        Command::Close(close(TICKET)),
    ]
}

#[test]
fn a_blocked_contact_moves_no_ticket_whatever_the_workflow_lets_customers_do() {
    let desk = given_customers_may_everything();
    block(&desk, MARIA, true);
    let before = desk.everything();
    for command in moves(&desk) {
        assert_eq!(code(desk.run(&customer(MARIA), command.clone())), "blocked", "{command:?}");
    }
    assert_eq!(code(desk.run(&Actor::Guest(GUEST), reply(TICKET))), "blocked");
    assert_eq!(desk.everything(), before);
    // To read is not to ask for anything.
    assert_eq!(desk.thread(&customer(MARIA), TICKET).len(), 1);

    for command in moves(&desk) {
        let desk = given_customers_may_everything();
        desk.ok(&customer(MARIA), command);
    }
}

#[test]
fn a_blocked_contact_is_refused_what_would_change_nothing_alike() {
    let desk = given_customers_may_everything();
    desk.ok(&customer(MARIA), set_status(TICKET, "open"));
    assert!(desk.ok(&customer(MARIA), set_status(TICKET, "open")).is_no_op());
    block(&desk, MARIA, true);
    assert_eq!(code(desk.run(&customer(MARIA), set_status(TICKET, "open"))), "blocked");
}

#[test]
fn of_a_ticket_that_a_blocked_contact_may_not_see_there_is_none() {
    let desk = TestDesk::new();
    desk.given_request();
    block(&desk, OTTO, true);
    assert_eq!(code(desk.run(&customer(OTTO), reply(TICKET))), "not_found");
    assert_eq!(code(desk.run(&customer(OTTO), resolve(TICKET))), "not_found");
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
