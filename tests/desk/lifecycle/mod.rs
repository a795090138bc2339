//! A ticket's life, sentence by sentence: answered, reopened, resolved, closed, handed over.

mod answers;
mod confirming;
mod finishing;
mod handing_over;
mod reopening;
mod spam;

use crate::support::*;
use helpdesk::command::{
    Assign, Close, Edit, Escalate, Note, Open, Reopen, Resolve, Resolving, Take, Transfer, Unassign,
};
use helpdesk::{
    Actor, Moved, OpenAge, Origin, Refusal, Reopening, Requester, SettingsDraft, Span, Stayed,
    Step, TicketChange, TicketKind, Unassigning,
};

fn reach_out() -> Open {
    Open { origin: Origin::AgentReachedOut, ..request(TICKET) }
}

#[test]
fn no_timer_ever_closes_or_hides_an_unresolved_ticket() {
    let unresolved = ["new", "open", "in_progress", "answered", "pending", "suspended"];
    for status in unresolved {
        let desk = TestDesk::new();
        let id = desk.given_status(status);
        let open_age = OpenAge::default();
        assert_eq!(open_age.overdue, Span::days(5));
        desk.advance_to(monday() + days(4000));
        assert_eq!(desk.status(id), status);
        desk.verify();
    }
}

#[test]
fn a_refused_command_does_not_even_carry_out_what_is_due() {
    let desk = TestDesk::new();
    let id = desk.given_status("resolved");
    desk.pass(days(10));
    assert_eq!(desk.refused(&agent(ANNA), reply(id)).code(), "closed", "it auto-closed before");
    assert_eq!(desk.status(id), "resolved", "as far as anybody recorded");
    desk.ok(&agent(ANNA), Edit { subject: Some("Fax".into()), ..Edit::new(id) });
    assert_eq!(desk.status(id), "closed");
}
