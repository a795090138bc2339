//! Who may see and do what, how much an agent owns, and commands that come twice or too late.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "../support/mod.rs"]
mod support;

mod agents;
mod commands_that_come_again;
mod guests;
mod opening;
mod owning;
mod sight;

use std::fmt::Debug;
use std::str::FromStr;

use helpdesk::command::{Assign, Edit, Note, Open, Reply, Take, Transfer, Unassign};
use helpdesk::{
    Actor, AgentId, AgentProfile, AgentSight, Command, CommandId, ContactId, DeskError,
    DeskErrorKind, DeskId, Follower, GuestId, NotAnId, OrganisationId, Outcome, Party, Recipient,
    Refusal, RefusalKind, Requester, Revision, Role, SettingsDraft, TicketChange, TicketId,
    WorkflowDraft,
};
use support::*;

/// What a query or command of this actor on this ticket says.
fn code(error: DeskError) -> &'static str {
    error.refusal().unwrap().code()
}

#[test]
fn references_increase_and_find_their_ticket() {
    let desk = TestDesk::new();
    let mut references = Vec::new();
    for n in 1..=12 {
        let outcome = desk.ok(&customer(MARIA), request(ticket_id(n)));
        references.push(outcome.reference().unwrap());
    }
    let texts: Vec<String> = references.iter().map(ToString::to_string).collect();
    assert_eq!(texts[0], "HD-1");
    assert_eq!(texts[11], "HD-12");
    let find = |text: &str| desk.desk.by_reference(&text.parse().unwrap()).unwrap();
    assert_eq!(find("HD-12"), Some(ticket_id(12)));
    assert_eq!(find("HD-13"), None);
    assert_eq!(find("hd-12"), Some(ticket_id(12)), "people type in lower case");
    assert_eq!(find("XX-12"), None, "another desk's");
    let edit = Edit { subject: Some("Fax".into()), ..Edit::new(ticket_id(3)) };
    assert_eq!(desk.ok(&agent(ANNA), edit).reference().unwrap().to_string(), "HD-3");
    assert!("HD-".parse::<helpdesk::Reference>().is_err());
    assert!("HD-1x".parse::<helpdesk::Reference>().is_err());
}

#[test]
fn every_id_is_read_back_from_its_text() {
    fn there_and_back<T: FromStr<Err = NotAnId> + ToString + PartialEq + Debug>(id: T) {
        assert_eq!(id.to_string().parse(), Ok(id));
        for text in ["", "HD-1", "00000000-0000-0000-0000-00000000000"] {
            assert!(text.parse::<T>().is_err(), "{text}");
        }
    }
    let n = 0xfeed_0000_0000_0000_0000_0000_0000_0007;
    there_and_back(DeskId::from_u128(n));
    there_and_back(TicketId::from_u128(n));
    there_and_back(ContactId::from_u128(n));
    there_and_back(OrganisationId::from_u128(n));
    there_and_back(AgentId::from_u128(n));
    there_and_back(GuestId::from_u128(n));
    there_and_back(CommandId::from_u128(n));
}
