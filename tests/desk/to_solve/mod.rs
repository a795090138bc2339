//! To solve: whose turn it is, who may take it, and that nobody gets what somebody else has.

mod ageing;
mod meddled;
mod oracle;
mod orders;
mod racing;
mod served;
mod settings;
mod taking;

use crate::support::*;
use helpdesk::command::Open;
use helpdesk::matching::Turn;
use helpdesk::{Actor, AgentId, Requester, TicketId, WorkPage};

/// The numbers of the tickets that this actor may solve, in order.
#[track_caller]
fn to_solve(desk: &TestDesk, actor: &Actor) -> Vec<u64> {
    let page = page(desk, actor);
    assert_eq!(page.next, None);
    page.entries.iter().map(|entry| entry.row.reference.number().0).collect()
}

#[track_caller]
fn page(desk: &TestDesk, actor: &Actor) -> WorkPage {
    desk.desk.to_solve(actor, desk.now(), None, usize::MAX).unwrap()
}

/// The turn of this ticket, in the order that the host is told.
#[track_caller]
fn turn(desk: &TestDesk, id: TicketId) -> Turn {
    let page = page(desk, &Actor::Host);
    let entry = page.entries.into_iter().find(|entry| entry.row.id() == id);
    entry.expect("it has a turn").turn
}

/// Opens a ticket of Maria's in support, of this priority.
fn given(desk: &TestDesk, n: u128, priority: &str) -> TicketId {
    opened(desk, n, Some("support"), priority)
}

fn opened(desk: &TestDesk, n: u128, department: Option<&str>, priority: &str) -> TicketId {
    let mut open = Open::new(ticket_id(n), Requester::Contact(MARIA), "It burns.");
    open.department = department.map(Into::into);
    open.priority = Some(priority.into());
    desk.ok(&Actor::Host, open);
    ticket_id(n)
}
