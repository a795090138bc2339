//! A person who wants to be forgotten: all of their tickets, their words on others', their record.

use helpdesk::command::{Edit, EraseContact, GrantAccess, Hold, MergeContacts, Note, Open, Reply};
use helpdesk::matching::{Cursor, Listing};
use helpdesk::{
    Actor, Command, ContactId, ContactProfile, CustomerSight, Erased, Follower, GuestId,
    GuestRight, Identity, OrganisationId, OrganisationProfile, Requester, SettingsDraft, TicketId,
};

use super::*;
use crate::support::*;

const DOUBLE: ContactId = ContactId::from_u128(0xD0);
const ACME: OrganisationId = OrganisationId::from_u128(0xACE);
const OTHERS: TicketId = ticket(0x50);

const fn ticket(n: u128) -> TicketId {
    TicketId::from_u128(n)
}

fn page(desk: &TestDesk, contact: ContactId, after: Option<Cursor>, limit: usize) -> Erased {
    let context = desk.context(&agent(ADMIN));
    desk.desk.erase_requester(context.clone(), contact, "asked for", after, limit).unwrap()
}

/// All pages, in one; the tickets that failed.
fn forget(desk: &TestDesk, contact: ContactId, limit: usize) -> Vec<TicketId> {
    let (mut after, mut failed) = (None, Vec::new());
    loop {
        let erased = page(desk, contact, after, limit);
        assert!(erased.outcomes.len() + erased.failed.len() <= limit);
        failed.extend(erased.failed.into_iter().map(|(ticket, _)| ticket));
        assert_eq!(erased.contact.is_some(), erased.next.is_none(), "the record comes last");
        after = erased.next;
        if after.is_none() {
            return failed;
        }
    }
}

fn put(desk: &TestDesk, id: ContactId, name: &str) {
    let email = Identity::email(format!("{name}@acme.example"));
    let profile = ContactProfile::new(name).identity(email);
    desk.ok(&Actor::Host, Command::PutContact { id, profile });
}

fn others(desk: &TestDesk) {
    desk.ok(&customer(OTTO), Open::new(OTHERS, Requester::Contact(OTTO), "Smoke"));
}

fn copy(desk: &TestDesk, contact: ContactId) {
    let mut edit = Edit::new(OTHERS);
    edit.follow.insert(Follower::Contact(contact));
    desk.ok(&Actor::Host, edit);
}

#[test]
fn tickets_of_every_contact_that_a_person_is_are_erased_and_the_record_at_last() {
    for named in [MARIA, DOUBLE] {
        let desk = TestDesk::new();
        put(&desk, MARIA, "maria");
        for (id, who) in [(1, MARIA), (2, DOUBLE), (3, MARIA), (4, DOUBLE), (5, OTTO)] {
            desk.ok(&customer(who), Open::new(ticket(id), Requester::Contact(who), "Fire"));
        }
        desk.ok(&Actor::Host, MergeContacts { contact: DOUBLE, into: MARIA });
        let first = page(&desk, named, None, 2);
        assert!(first.contact.is_none() && !desk.desk.contact(MARIA).unwrap().unwrap().is_erased());
        let last = page(&desk, named, first.next, 2);
        assert!(last.next.is_none() && !last.contact.unwrap().unwrap().is_no_op());
        assert!(desk.desk.contact(MARIA).unwrap().unwrap().is_erased());
        for id in 1..5 {
            assert_eq!(personal(&desk, ticket(id)), [2]);
        }
        assert_eq!(personal(&desk, ticket(5)), [1], "somebody else's");
        // Once more, from the start.
        let again = page(&desk, named, None, 99);
        assert!(again.outcomes.iter().all(helpdesk::Outcome::is_no_op));
        assert!(again.contact.unwrap().unwrap().is_no_op());
        desk.verify();
    }
}

#[test]
fn what_they_wrote_on_a_ticket_that_they_follow_goes_and_nothing_else_of_it() {
    let desk = TestDesk::new();
    others(&desk);
    copy(&desk, MARIA);
    desk.ok(&customer(MARIA), Reply::new(OTHERS, "Mine"));
    desk.ok(&Actor::AutoResponder(MARIA), Reply::new(OTHERS, "I am away until Monday"));
    desk.ok(&customer(OTTO), Reply::new(OTHERS, "Not hers"));
    desk.ok(&agent(ANNA), Note::new(OTHERS, "Nor this"));
    let there = personal(&desk, OTHERS);
    let before = desk.thread(&agent(ANNA), OTHERS);
    assert_eq!(before, ["Smoke", "Mine", "I am away until Monday", "Not hers", "Nor this"]);
    assert!(forget(&desk, MARIA, 1).is_empty());
    let after = desk.thread(&agent(ANNA), OTHERS);
    assert_eq!(after, ["Smoke", "", "", "Not hers", "Nor this"]);
    // Two went, and the reason came.
    assert_eq!(personal(&desk, OTHERS).len(), there.len() - 1);
    assert_eq!(desk.ticket(OTHERS).followers(), [Follower::Contact(MARIA)], "an id is a fact");
    desk.verify();
}

#[test]
fn a_ticket_that_they_only_follow_is_left_as_it_was() {
    let desk = TestDesk::new();
    others(&desk);
    copy(&desk, MARIA);
    let before = desk.history(OTHERS);
    let erased = page(&desk, MARIA, None, 9);
    assert!(erased.outcomes.is_empty() && erased.failed.is_empty());
    assert_eq!(desk.history(OTHERS), before);
}

/// Maria and Otto of one organisation, who see each other's tickets.
fn given_colleagues() -> TestDesk {
    let draft = SettingsDraft { customer_sight: CustomerSight::Organisation, ..draft() };
    let desk = TestDesk::with(draft);
    let acme = OrganisationProfile::new("Acme").domain("acme.example");
    desk.ok(&Actor::Host, Command::PutOrganisation { id: ACME, profile: acme });
    put(&desk, MARIA, "maria");
    put(&desk, OTTO, "otto");
    others(&desk);
    desk.ok(&customer(MARIA), Reply::new(OTHERS, "Mine"));
    desk
}

#[test]
fn what_they_wrote_on_colleagues_tickets_goes_whatever_they_are_now() {
    let desk = given_colleagues();
    // She has changed sides, and the desk its mind.
    let profile = ContactProfile::new("Maria").identity(Identity::email("maria@evil.example"));
    desk.ok(&Actor::Host, Command::PutContact { id: MARIA, profile });
    desk.publish(draft());
    assert_eq!(desk.refused(&customer(MARIA), reply(OTHERS)).code(), "not_found");
    assert!(forget(&desk, MARIA, 9).is_empty());
    assert_eq!(desk.thread(&agent(ANNA), OTHERS), ["Smoke", ""]);
    // Found again though her record is erased, and nothing is left to do.
    assert!(page(&desk, MARIA, None, 9).outcomes.is_empty());
    desk.verify();
}

#[test]
fn where_the_record_was_erased_first_the_words_are_still_found() {
    let desk = given_colleagues();
    desk.ok(&Actor::Host, EraseContact::new(MARIA, "asked for"));
    assert!(forget(&desk, MARIA, 9).is_empty());
    assert_eq!(desk.thread(&agent(ANNA), OTHERS), ["Smoke", ""]);
}

#[test]
fn what_a_guest_wrote_in_their_name_goes_from_tickets_that_they_follow() {
    let desk = TestDesk::new();
    others(&desk);
    copy(&desk, MARIA);
    let (guest, rights) = (GuestId::from_u128(0x60), [GuestRight::Reply].into());
    let until = desk.now() + days(9);
    desk.ok(&Actor::Host, GrantAccess { ticket: OTHERS, guest, contact: MARIA, rights, until });
    desk.ok(&Actor::Guest(guest), Reply::new(OTHERS, "For her"));
    forget(&desk, MARIA, 9);
    assert_eq!(desk.thread(&agent(ANNA), OTHERS), ["Smoke", ""]);
}

#[test]
fn a_hold_on_a_ticket_of_theirs_keeps_the_record_until_it_is_released() {
    let desk = TestDesk::new();
    put(&desk, MARIA, "maria");
    desk.ok(&customer(MARIA), request(ticket(1)));
    desk.ok(&customer(MARIA), request(ticket(2)));
    desk.ok(&Actor::Host, Hold::new(ticket(1), true, "a lawsuit"));
    // The held one is on the first page, the record on the last.
    let first = page(&desk, MARIA, None, 1);
    assert_eq!(first.failed.len(), 1);
    let last = page(&desk, MARIA, first.next, 1);
    assert_eq!((last.outcomes.len(), last.failed.len()), (1, 0));
    let why = last.contact.unwrap().unwrap_err();
    assert_eq!(why.refusal().unwrap().code(), "on_legal_hold");
    assert_eq!(desk.desk.contact(MARIA).unwrap().unwrap().name(), Some("maria"));

    desk.ok(&Actor::Host, Hold::new(ticket(1), false, "settled"));
    assert!(forget(&desk, MARIA, 1).is_empty());
    assert!(desk.desk.contact(MARIA).unwrap().unwrap().is_erased());
}

#[test]
fn a_hold_on_anothers_ticket_keeps_their_words_there_and_not_the_record() {
    let desk = TestDesk::new();
    put(&desk, MARIA, "maria");
    others(&desk);
    copy(&desk, MARIA);
    desk.ok(&customer(MARIA), Reply::new(OTHERS, "Mine"));
    desk.ok(&Actor::Host, Hold::new(OTHERS, true, "a lawsuit"));
    let erased = page(&desk, MARIA, None, 9);
    assert_eq!((erased.failed.len(), erased.failed[0].0), (1, OTHERS));
    erased.contact.unwrap().unwrap();
    assert!(desk.desk.contact(MARIA).unwrap().unwrap().is_erased());
    assert_eq!(desk.thread(&agent(ANNA), OTHERS), ["Smoke", "Mine"]);
}

#[test]
fn a_page_of_none_is_one_of_one() {
    let desk = TestDesk::new();
    put(&desk, MARIA, "maria");
    desk.ok(&customer(MARIA), request(ticket(1)));
    desk.ok(&customer(MARIA), request(ticket(2)));
    let first = page(&desk, MARIA, None, 0);
    assert_eq!((first.outcomes.len(), first.contact.is_none()), (1, true));
    assert!(first.next.is_some());
}

#[test]
fn a_cursor_of_another_listing_is_refused() {
    let desk = TestDesk::new();
    for id in 1..4 {
        desk.ok(&customer(MARIA), request(ticket(id)));
    }
    let sorted = Listing::every().sorted("opened_at").unwrap().page(1);
    let other = desk.desk.find(&Actor::Host, desk.now(), &sorted).unwrap().next;
    let host = desk.context(&Actor::Host);
    let refused =
        desk.desk.erase_requester(host.clone(), MARIA, "asked for", other, 9).unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), "cursor_mismatch");
    let words = "x".repeat(10_000_000);
    let refused = desk.desk.erase_requester(host.clone(), MARIA, &words, None, 9).unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), "limit_exceeded");
}
