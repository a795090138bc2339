//! Who answers whom, and what that makes of the status.

use super::*;

#[test]
fn back_and_forth_until_closed() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    let statuses = |actor: &Actor| {
        desk.pass(hours(1));
        desk.ok(actor, reply(id));
        desk.status(id)
    };
    let (maria, anna) = (customer(MARIA), agent(ANNA));
    assert_eq!(desk.status(id), "new");
    assert_eq!(statuses(&anna), "answered");
    assert_eq!(statuses(&maria), "open");
    assert_eq!(statuses(&anna), "answered");
    assert_eq!(statuses(&maria), "open");
    desk.ok(&anna, resolve(id));
    desk.ok(&anna, close(id));
    assert_eq!(desk.status(id), "closed");
    desk.verify();
}

#[test]
fn a_second_customer_message_leaves_new() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    desk.pass(hours(1));
    let outcome = desk.ok(&customer(MARIA), reply(id));
    assert_eq!(desk.status(id), "new");
    let stayed = Step::Stayed { status: "new".into(), because: Stayed::NoMove };
    assert!(outcome.trace.contains(&stayed));
    assert_eq!(desk.ticket(id).waiting_since(), Some(monday()), "the oldest question counts");
}

#[test]
fn an_agents_outreach_starts_as_answered_and_owes_no_first_answer() {
    let desk = TestDesk::new();
    desk.ok(&agent(ANNA), reach_out());
    let ticket = desk.ticket(TICKET);
    assert_eq!(ticket.status().name, "answered");
    assert_eq!(ticket.origin(), Origin::AgentReachedOut);
    assert_eq!((ticket.first_answered_at(), ticket.waiting_since()), (None, None));
    // What starts with the customer's first reply is an answer to that.
    let asked = desk.pass(hours(1));
    desk.ok(&customer(MARIA), reply(TICKET));
    assert_eq!(desk.status(TICKET), "open");
    assert_eq!(desk.ticket(TICKET).waiting_since(), Some(asked));
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), reply(TICKET));
    let ticket = desk.ticket(TICKET);
    assert_eq!((ticket.first_answered_at(), ticket.waiting_since()), (None, None));
}

#[test]
fn only_a_human_agent_answers() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    desk.pass(hours(1));
    for actor in [bot(), auto_responder(), Actor::Host] {
        let outcome = desk.ok(&actor, reply(id));
        let stayed = Step::Stayed { status: "new".into(), because: Stayed::DoesNotCount };
        assert!(outcome.trace.contains(&stayed), "{actor}");
    }
    for actor in [agent(ANNA), agent(LIA), bot(), Actor::Host] {
        desk.ok(&actor, Note::new(id, "hm"));
    }
    let ticket = desk.ticket(id);
    assert_eq!(ticket.status().name, "new");
    assert_eq!((ticket.first_answered_at(), ticket.last_answered_at()), (None, None));
    assert_eq!(ticket.waiting_since(), Some(monday()));
    assert_eq!((ticket.message_count(), ticket.note_count()), (4, 4));
}

#[test]
fn on_an_internal_ticket_the_asking_agent_plays_the_customers_part() {
    let desk = TestDesk::new();
    let open = Open { department: None, ..request(TICKET) };
    let open = Open { requester: Requester::Agent(BEN), ..open };
    desk.ok(&agent(BEN), open);
    let (ben, anna) = (agent(BEN), agent(ANNA));
    assert_eq!(desk.ticket(TICKET).kind(), TicketKind::Internal);
    assert_eq!(desk.ticket(TICKET).waiting_since(), Some(monday()));
    desk.ok(&ben, reply(TICKET));
    assert_eq!(desk.status(TICKET), "new", "his second question leaves it new");
    let answered = desk.pass(hours(1));
    desk.ok(&anna, reply(TICKET));
    assert_eq!(desk.status(TICKET), "answered");
    assert_eq!(desk.ticket(TICKET).first_answered_at(), Some(answered));
    desk.ok(&ben, reply(TICKET));
    assert_eq!(desk.status(TICKET), "open");
    desk.ok(&anna, resolve(TICKET));
    desk.ok(&ben, reply(TICKET));
    assert_eq!(desk.status(TICKET), "open", "his reply reopens");
    // No customer knows of it.
    assert_eq!(desk.refused(&customer(MARIA), reply(TICKET)).code(), "not_found");
    assert_eq!(desk.refused(&bot(), reply(TICKET)).code(), "not_found");
    desk.verify();
}

#[test]
fn a_light_agent_may_ask_and_answer_back_on_their_own_internal_ticket_only() {
    let desk = TestDesk::new();
    let open = |id| Open { requester: Requester::Agent(LIA), ..request(ticket_id(id)) };
    desk.ok(&agent(LIA), open(1));
    desk.ok(&agent(ANNA), reply(ticket_id(1)));
    desk.ok(&agent(LIA), reply(ticket_id(1)));
    assert_eq!(desk.status(ticket_id(1)), "open");
    assert_eq!(desk.refused(&agent(LIA), resolve(ticket_id(1))).code(), "transition_forbidden");
    desk.ok(&customer(MARIA), request(TICKET));
    assert_eq!(desk.refused(&agent(LIA), reply(TICKET)).code(), "forbidden");
    assert_eq!(desk.refused(&agent(LIA), request(ticket_id(2))).code(), "forbidden");
}
