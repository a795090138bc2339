//! Who may see and do what, how much an agent owns, and commands that come twice or too late.

mod agents;
mod commands_that_come_again;
mod copies;
mod guests;
mod opening;
mod owning;
mod sight;

use crate::support::*;
use helpdesk::command::{Assign, Edit, MergeContacts, Note, Open, Reply, Take, Transfer, Unassign};
use helpdesk::{
    Actor, AgentProfile, AgentSight, Command, CommandId, ContactId, ContactProfile, DeskError,
    DeskErrorKind, DeskId, Follower, GuestId, NotAnId, NoticeId, OrganisationId,
    OrganisationProfile, Outcome, Party, Recipient, Refusal, RefusalKind, Requester, Revision,
    Role, SettingsDraft, SideId, TicketChange, TicketId, TicketNumber, TodoId, WorkflowDraft,
};

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
    let seen_by = |actor: &Actor, text: &str| {
        desk.desk.by_reference(actor, desk.now(), &text.parse().unwrap()).unwrap()
    };
    let find = |text: &str| seen_by(&Actor::Host, text);
    assert_eq!(find("HD-12"), Some(ticket_id(12)));
    assert_eq!(find("HD-13"), None);
    assert_eq!(find("XX-12"), None, "another desk's");
    assert_eq!(find("hd-12"), Some(ticket_id(12)), "as somebody typed it");
    assert_eq!(find("Hd-13"), None);
    assert_eq!(seen_by(&customer(MARIA), "HD-12"), Some(ticket_id(12)), "her own");
    assert_eq!(seen_by(&customer(OTTO), "HD-12"), None, "nobody else's");
    let edit = Edit { subject: Some("Fax".into()), ..Edit::new(ticket_id(3)) };
    assert_eq!(desk.ok(&agent(ANNA), edit).reference().unwrap().to_string(), "HD-3");
    assert!("HD-".parse::<helpdesk::Reference>().is_err());
    assert!("HD-1x".parse::<helpdesk::Reference>().is_err());
}

#[test]
fn every_id_is_read_back_from_its_text_and_nothing_else_is() {
    fn kept<T>(id: T)
    where
        T: std::str::FromStr<Err = NotAnId> + ToString + PartialEq + std::fmt::Debug,
    {
        let text = id.to_string();
        assert_eq!(text.parse(), Ok(id));
        for wrong in ["", "7a", "-7", "+7", " 7", "HD-7", &format!("{text}/"), &format!("{text} ")]
        {
            let error = wrong.parse::<T>().unwrap_err();
            let name = std::any::type_name::<T>().rsplit("::").next().unwrap();
            assert_eq!(error.kind(), name);
            assert!(
                error.to_string().starts_with(&format!("`{wrong}` is not a `{name}`")),
                "{error}"
            );
        }
    }
    kept(TICKET);
    kept(MARIA);
    kept(ANNA);
    kept(DeskId::from_u128(1));
    kept(OrganisationId::from_u128(u128::MAX));
    kept(GuestId::from_u128(3));
    kept(CommandId::from_u128(4));
    kept(Revision(5));
    kept(TicketNumber(u64::MAX));
    kept(SideId(Revision(6)));
    kept(TodoId(Revision(7)));
    kept(NoticeId { ticket: TICKET, revision: Revision(8), index: 9 });
    let past = format!("{TICKET}/8/65536");
    assert_eq!(past.parse::<NoticeId>().unwrap_err().kind(), "NoticeId");
}
