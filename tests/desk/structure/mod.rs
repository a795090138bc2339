//! Merging, undoing a merge, splitting, and the thread over them.

mod beside;
mod erasing;
mod law;
mod leaving;
mod merging;
mod named;
mod people;
mod splitting;
mod thread;
mod undoing;
mod waiting;

pub(crate) use crate::support::*;
pub(crate) use helpdesk::command::*;
pub(crate) use helpdesk::*;

/// Another ticket of Maria's, and a third.
pub(crate) const SECOND: TicketId = TicketId::from_u128(0x72);
pub(crate) const THIRD: TicketId = TicketId::from_u128(0x73);

/// A ticket of Maria's in support, opened an hour later.
pub(crate) fn another(desk: &TestDesk, id: TicketId) {
    desk.pass(hours(1));
    desk.ok(&customer(MARIA), request(id));
}

/// Carl's internal ticket.
pub(crate) fn internal(desk: &TestDesk, id: TicketId) {
    let mut open = Open::new(id, Requester::Agent(CARL), "Who knows printers?");
    open.department = Some("support".into());
    desk.ok(&agent(CARL), open);
}

pub(crate) fn merge(desk: &TestDesk, ticket: TicketId, into: TicketId) -> Outcome {
    desk.ok(&agent(ANNA), Merge::new(ticket, into))
}

pub(crate) fn undo(desk: &TestDesk, ticket: TicketId) -> Outcome {
    desk.ok(&agent(ANNA), UndoMerge { ticket })
}

pub(crate) fn message(ticket: TicketId, revision: u64) -> MessageRef {
    MessageRef { ticket, revision: Revision(revision) }
}
