//! People who want to be forgotten: all tickets of a requester, and agents who have left.

use helpdesk::command::{EraseContact, Hold, Open, Reply};
use helpdesk::store::{Inline, Store, Wanted};
use helpdesk::{
    Actor, AgentProfile, AsyncDesk, Attachment, Erasable, Key, Refusal, Requester, Revision,
    TicketId, UniqueKey,
};

use super::*;
use crate::support::*;

fn ids(range: std::ops::Range<u128>) -> Vec<TicketId> {
    range.map(ticket_id).collect()
}

#[test]
fn every_ticket_of_a_requester_is_erased_a_page_at_a_time_and_nobody_elses() {
    let desk = TestDesk::new();
    for id in ids(1..8) {
        desk.ok(&customer(MARIA), request(id));
    }
    desk.ok(&customer(OTTO), Open::new(ticket_id(50), Requester::Contact(OTTO), "Smoke"));
    let context = desk.context(&agent(ADMIN));
    let (mut after, mut pages, mut outcomes) = (None, 0, 0);
    loop {
        let erased =
            desk.desk.erase_requester(context.clone(), MARIA, "asked for", after, 3).unwrap();
        assert!(erased.failed.is_empty());
        (pages, outcomes) = (pages + 1, outcomes + erased.outcomes.len());
        after = erased.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((pages, outcomes), (3, 7));
    for id in ids(1..8) {
        assert_eq!(*desk.ticket(id).subject(), Erasable::Erased);
        assert_eq!(personal(&desk, id), [2]);
    }
    assert_eq!(personal(&desk, ticket_id(50)), [1]);
    // Doing it again changes nothing.
    let again = desk.desk.erase_requester(context.clone(), MARIA, "asked for", None, 99).unwrap();
    assert!(again.outcomes.iter().all(helpdesk::Outcome::is_no_op));
    desk.verify();
}

#[test]
fn a_held_ticket_is_told_and_holds_up_no_other() {
    let desk = TestDesk::new();
    for id in ids(1..4) {
        desk.ok(&customer(MARIA), request(id));
    }
    desk.ok(&Actor::Host, Hold::new(ticket_id(2), true, "a lawsuit"));
    let context = desk.context(&Actor::Host);
    let erased = desk.desk.erase_requester(context.clone(), MARIA, "asked for", None, 99).unwrap();
    let [(failed, why)] = &*erased.failed else { panic!("{:?}", erased.failed) };
    assert_eq!((*failed, why.refusal().unwrap().code()), (ticket_id(2), "on_legal_hold"));
    assert_eq!(personal(&desk, ticket_id(2)), [1, 2]);
    assert_eq!(personal(&desk, ticket_id(3)), [2]);
}

#[test]
fn who_may_not_erase_a_requester_is_refused_at_once() {
    let desk = TestDesk::new();
    desk.given_request();
    for actor in [customer(MARIA), agent(ANNA), bot()] {
        let context = desk.context(&actor);
        let error =
            desk.desk.erase_requester(context.clone(), MARIA, "asked for", None, 9).unwrap_err();
        assert_eq!(error.refusal().unwrap().code(), "forbidden");
    }
    let error = desk.desk.erase_requester(desk.context(&Actor::Host), MARIA, "", None, 9);
    assert_eq!(error.unwrap_err().refusal().unwrap().code(), "empty");
    assert_eq!(personal(&desk, TICKET), [1]);
}

/// Carl, who has an address, and has left.
fn given_carl_has_left() -> TestDesk {
    let desk = TestDesk::new();
    desk.put_agent(CARL, profile(CARL).email("carl@example.com"));
    let gone = profile(CARL).email("carl@example.com");
    desk.put_agent(CARL, AgentProfile { deactivated: true, ..gone });
    desk
}

fn erase_agent(desk: &TestDesk, actor: &Actor) -> Result<helpdesk::Outcome, Refusal> {
    let result = desk.desk.erase_agent(desk.context(actor), CARL);
    result.map_err(|error| error.refusal().unwrap().clone())
}

#[test]
fn an_agent_who_has_left_is_erased_from_every_event_and_the_address_is_free() {
    let desk = given_carl_has_left();
    let key = Key::agent(desk.desk.id(), CARL);
    let before = desk.desk.history(key, Revision::ZERO, 99).unwrap();
    erase_agent(&desk, &agent(ADMIN)).unwrap();
    let carl = desk.desk.agent(CARL).unwrap().unwrap();
    assert!(carl.is_erased());
    assert_eq!((carl.name(), carl.email()), ("", None));
    assert_eq!(carl.departments(), ["support"]);
    let after = desk.desk.history(key, Revision::ZERO, 99).unwrap();
    assert!(after.iter().all(|event| !event.is_personal()));
    assert_eq!(facts(&after[..before.len()]), facts(&before));
    let address = UniqueKey::AgentEmail("carl@example.com".into());
    assert_eq!(desk.store.resolve(desk.desk.id(), &[address]).unwrap(), [None]);
    assert!(erase_agent(&desk, &agent(ADMIN)).unwrap().is_no_op());
    desk.verify();
    let found = desk.store.load(desk.desk.id(), &Wanted::records([key])).unwrap();
    assert!(!format!("{found:?}").contains("Carl"));

    // Another has the address, and Carl comes back under a new one.
    desk.put_agent(BEN, profile(BEN).email("carl@example.com"));
    desk.put_agent(CARL, profile(CARL).email("carl.2@example.com"));
    assert_eq!(desk.desk.agent(CARL).unwrap().unwrap().name(), "Carl");
    desk.verify();
}

#[test]
fn who_is_active_unknown_or_an_owner_is_not_erased_like_that() {
    let desk = TestDesk::new();
    assert_eq!(erase_agent(&desk, &Actor::Host), Err(Refusal::StillActive { agent: CARL }));
    let desk = given_carl_has_left();
    let refused = |desk: &TestDesk, actor| erase_agent(desk, &actor).unwrap_err().code();
    assert_eq!(refused(&desk, agent(ANNA)), "forbidden");
    assert_eq!(refused(&desk, customer(MARIA)), "forbidden");
    let owner = AgentProfile { deactivated: true, role: helpdesk::Role::Owner, ..profile(CARL) };
    desk.put_agent(CARL, owner);
    assert_eq!(refused(&desk, agent(ADMIN)), "owners_only");
    let stranger = helpdesk::AgentId::from_u128(0xdead);
    let error = desk.desk.erase_agent(desk.context(&Actor::Host), stranger).unwrap_err();
    assert_eq!(error.refusal(), Some(&Refusal::NoSuchAgent { agent: stranger }));
}

#[test]
fn a_desk_that_is_awaited_erases_as_the_other_does() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&customer(MARIA), request(ticket_id(2)));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let store = Inline(desk.store.clone());
        let awaited = AsyncDesk::open_existing(store, desk.desk.id()).await.unwrap();
        let host = desk.context(&Actor::Host);
        let one = redact([1]);
        awaited.redact(host.clone(), one).await.unwrap();
        let erased =
            awaited.erase_requester(host.clone(), MARIA, "asked for", None, 9).await.unwrap();
        assert_eq!((erased.outcomes.len(), erased.failed.len()), (2, 0));
        assert!(erased.contact.unwrap().unwrap().is_no_op(), "she has no record");
        let profile = helpdesk::ContactProfile::new("Maria");
        awaited.put_contact(host.clone(), MARIA, profile).await.unwrap();
        let forget = EraseContact::new(MARIA, "asked for");
        let forgotten = awaited.erase_contact(host, forget).await.unwrap();
        assert!(forgotten.records[0].contact().unwrap().is_erased());
        let files = awaited.erased_files(TICKET).await.unwrap();
        assert!(files.is_empty(), "none came with the messages");
    });
    assert_eq!(personal(&desk, TICKET), [2]);
    assert_eq!(personal(&desk, ticket_id(2)), [2]);
    desk.verify();
}

#[test]
fn the_files_to_delete_are_those_of_erased_messages() {
    let desk = TestDesk::new();
    desk.given_request();
    for key in ["one", "two"] {
        let file = Attachment {
            name: "fire.jpg".into(),
            media_type: "image/jpeg".into(),
            bytes: 7,
            digest: None,
            key: key.into(),
        };
        let reply = Reply { attachments: vec![file], ..reply(TICKET) };
        desk.ok(&customer(MARIA), reply);
    }
    assert!(desk.desk.erased_files(TICKET).unwrap().is_empty());
    desk.ok(&Actor::Host, redact([3]));
    assert_eq!(*desk.desk.erased_files(TICKET).unwrap(), ["two".into()]);
    desk.ok(&Actor::Host, erase(TICKET));
    assert_eq!(*desk.desk.erased_files(TICKET).unwrap(), ["one".into(), "two".into()]);
}
