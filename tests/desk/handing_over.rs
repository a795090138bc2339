//! Handing a ticket to those who have it already.

use helpdesk::command::{Assign, Open, Transfer};
use helpdesk::store::MemoryStore;
use helpdesk::{
    Actor, AgentId, AgentProfile, ContactId, Department, Desk, DeskId, Requester, SettingsDraft,
    TicketId,
};

#[test]
fn an_owner_who_has_left_is_given_nothing_by_a_transfer_to_where_the_ticket_is() {
    let now = "2026-03-02T09:00:00Z".parse().unwrap();
    let departments = vec![Department::new("support")];
    let settings = SettingsDraft { departments, ..SettingsDraft::default() }.build().unwrap();
    let desk = Desk::create(MemoryStore::new(), DeskId::from_u128(1), settings, now).unwrap();
    let (host, anna, ticket) = (Actor::Host, AgentId::from_u128(8), TicketId::from_u128(1));
    let mut profile = AgentProfile::new("Anna").department("support");
    desk.put_agent(host.at(now), anna, profile.clone()).unwrap();
    let requester = Requester::Contact(ContactId::from_u128(7));
    let mut open = Open::new(ticket, requester, "It burns");
    open.department = Some("support".into());
    desk.open(host.at(now), open).unwrap();
    desk.assign(host.at(now), Assign::new(ticket, anna)).unwrap();
    profile.deactivated = true;
    desk.put_agent(host.at(now), anna, profile).unwrap();

    // Neither changes anything, so neither is refused: a transfer here is an assignment.
    let assigned = desk.assign(host.at(now), Assign::new(ticket, anna)).unwrap();
    assert!(assigned.is_no_op());
    let transfer = Transfer { ticket, department: "support".into(), agent: Some(anna) };
    assert!(desk.transfer(host.at(now), transfer).unwrap().is_no_op());
}
