//! Who owns how much.

use super::*;

#[test]
fn two_agents_take_and_the_second_is_refused() {
    let desk = TestDesk::new();
    let ticket = desk.given_request();
    desk.ok(&agent(ANNA), Take { ticket });
    let refusal = desk.refused(&agent(CARL), Take { ticket });
    assert_eq!(refusal, Refusal::AlreadyTaken { by: ANNA });
    assert_eq!((desk.load_of(ANNA), desk.load_of(CARL)), (1, 0));
}

#[test]
fn over_capacity_is_refused_unless_overridden_which_is_recorded() {
    let desk = TestDesk::new();
    desk.put_agent(ANNA, profile(ANNA).capacity(1));
    for n in 1..=3 {
        desk.ok(&customer(MARIA), request(ticket_id(n)));
    }
    let [one, two, three] = [1, 2, 3].map(ticket_id);
    desk.ok(&agent(ANNA), Take { ticket: one });
    let refusal = desk.refused(&agent(ANNA), Take { ticket: two });
    assert_eq!(refusal, Refusal::OverCapacity { agent: ANNA, load: 1, capacity: 1 });
    let assign = Assign::new(two, ANNA);
    assert_eq!(desk.refused(&agent(CARL), assign).code(), "over_capacity");
    let transfer = Transfer { agent: Some(ANNA), ..transfer(two, "support") };
    assert_eq!(desk.refused(&agent(CARL), transfer).code(), "over_capacity");
    desk.ok(&agent(CARL), Assign { over_capacity: true, ..assign });
    let assigned = desk.changes(two).pop().unwrap();
    let expected = assigned_to_anna(true);
    assert_eq!(assigned, expected);
    assert_eq!(desk.load_of(ANNA), 2);
    // Room comes back as work is finished, given back or passed on.
    desk.ok(&agent(ANNA), resolve(one));
    assert_eq!(desk.load_of(ANNA), 1);
    assert_eq!(desk.refused(&agent(ANNA), Take { ticket: three }).code(), "over_capacity");
    desk.ok(&agent(CARL), Assign::new(two, CARL));
    assert_eq!((desk.load_of(ANNA), desk.load_of(CARL)), (0, 1));
    desk.ok(&agent(ANNA), Take { ticket: three });
    desk.ok(&agent(ANNA), Unassign { ticket: three });
    assert_eq!(desk.load_of(ANNA), 0);
}

#[test]
fn an_override_that_was_not_needed_is_not_recorded_as_one() {
    let desk = TestDesk::new();
    desk.put_agent(ANNA, profile(ANNA).capacity(1));
    let ticket = desk.given_request();
    desk.ok(&agent(CARL), Assign { over_capacity: true, ..Assign::new(ticket, ANNA) });
    let expected = assigned_to_anna(false);
    assert_eq!(desk.changes(ticket).pop().unwrap(), expected);
}

#[test]
fn capacity_is_never_exceeded_by_an_override_that_is_not_recorded() {
    let desk = TestDesk::new();
    desk.put_agent(ANNA, profile(ANNA).capacity(1));
    for n in 1..=2 {
        desk.ok(&customer(MARIA), request(ticket_id(n)));
    }
    // Decided while Anna has room...
    let assign = Assign { over_capacity: true, ..Assign::new(ticket_id(1), ANNA) };
    let call = desk.context(&agent(CARL)).call(helpdesk::Command::Assign(assign));
    let prepared = desk.desk.prepare(&call).unwrap().commit.unwrap();
    // ...and committed when she has none.
    desk.ok(&agent(ANNA), Take { ticket: ticket_id(2) });
    let result = helpdesk::store::Store::commit(&desk.store, prepared);
    assert!(matches!(result, Err(helpdesk::store::CommitError::Over { .. })), "{result:?}");
}

#[test]
fn who_cannot_own_a_ticket_gets_none() {
    let desk = TestDesk::new();
    let ticket = desk.given_request();
    let refused = |to| desk.refused(&agent(ANNA), Assign::new(ticket, to)).code();
    assert_eq!(refused(LIA), "cannot_own");
    assert_eq!(refused(helpdesk::AgentId::from_u128(0xDEAD)), "cannot_own");
    assert_eq!(refused(BEN), "not_in_department");
    desk.put_agent(CARL, AgentProfile { deactivated: true, ..profile(CARL) });
    assert_eq!(refused(CARL), "cannot_own");
    desk.ok(&agent(ANNA), Assign::new(ticket, ANNA));
    assert!(desk.ok(&agent(ANNA), Assign::new(ticket, ANNA)).is_no_op());
    // With no department it may be anybody's.
    desk.ok(&customer(MARIA), Open { department: None, ..request(ticket_id(2)) });
    desk.ok(&agent(ANNA), Assign::new(ticket_id(2), BEN));
}

#[test]
fn finished_work_takes_up_nobodys_room() {
    let desk = TestDesk::new();
    desk.put_agent(ANNA, profile(ANNA).capacity(1));
    let id = desk.given_status("resolved");
    desk.ok(&agent(ANNA), Take { ticket: id });
    assert_eq!(desk.load_of(ANNA), 0);
    desk.ok(&customer(MARIA), request(ticket_id(2)));
    desk.ok(&agent(ANNA), Take { ticket: ticket_id(2) });
    assert_eq!(desk.load_of(ANNA), 1);
}

/// A ticket that came by mail becomes Anna's.
fn assigned_to_anna(over_capacity: bool) -> TicketChange {
    let burden = helpdesk::Burden { weight: 1, channel: Some("email".into()) };
    TicketChange::Assigned { to: ANNA, from: None, over_capacity, burden, take_by: None }
}
