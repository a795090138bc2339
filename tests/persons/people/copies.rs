//! Who gives copies of a ticket, and who gives them up.

use super::*;

fn names(follow: &[Follower], unfollow: &[Follower]) -> Edit {
    let list = |list: &[Follower]| list.iter().copied().collect();
    Edit { follow: list(follow), unfollow: list(unfollow), ..Edit::new(TICKET) }
}

/// A colleague of Maria's.
const LEA: ContactId = ContactId::from_u128(0xD7);

/// Maria's ticket, of which Otto has a copy; Lea and the vendor are on record.
fn given() -> TestDesk {
    let desk = TestDesk::new();
    desk.given_request();
    let (acme, parts) = (OrganisationId::from_u128(5), OrganisationId::from_u128(6));
    for (id, name) in [(acme, "Acme"), (parts, "Parts")] {
        let profile = OrganisationProfile::new(name);
        desk.ok(&Actor::Host, Command::PutOrganisation { id, profile });
    }
    for (id, organisation) in [(MARIA, acme), (LEA, acme), (VENDOR, parts)] {
        let profile = ContactProfile::new("Somebody").organisation(organisation);
        desk.ok(&Actor::Host, Command::PutContact { id, profile });
    }
    desk.ok(&agent(ANNA), names(&[Follower::Contact(OTTO)], &[]));
    desk
}

#[test]
fn who_has_a_copy_gives_it_up_under_whichever_id_and_reads_no_more() {
    let desk = given();
    let double = ContactId::from_u128(0xD0);
    desk.ok(&agent(ANNA), MergeContacts::new(double, OTTO));
    desk.ok(&customer(double), names(&[], &[Follower::Contact(OTTO)]));
    assert!(desk.ticket(TICKET).followers().is_empty());
    let refused = desk.refused(&customer(OTTO), reply(TICKET));
    assert_eq!(refused, Refusal::NotFound { ticket: TICKET });
}

#[test]
fn who_asks_gives_copies_to_their_colleagues() {
    let desk = given();
    let lea = Follower::Contact(LEA);
    desk.ok(&customer(MARIA), names(&[lea], &[]));
    assert_eq!(desk.ticket(TICKET).followers(), [OTTO, LEA].map(Follower::Contact));
    assert_eq!(desk.thread(&customer(LEA), TICKET), ["It burns"]);
    assert!(desk.ok(&customer(MARIA), names(&[lea], &[])).is_no_op());
    // Under another id of theirs, they are who they are.
    let double = ContactId::from_u128(0xD0);
    desk.ok(&agent(ANNA), MergeContacts::new(double, MARIA));
    assert!(desk.ok(&customer(double), names(&[lea], &[])).is_no_op());
}

#[test]
fn who_asks_does_not_learn_who_else_is_on_record() {
    let desk = given();
    let gone = ContactId::from_u128(0xD1);
    let alone = ContactId::from_u128(0xD2);
    for (id, profile) in [
        (gone, ContactProfile::new("Lea").organisation(OrganisationId::from_u128(5))),
        (alone, ContactProfile::new("Alone")),
    ] {
        desk.ok(&Actor::Host, Command::PutContact { id, profile });
    }
    desk.ok(&agent(ANNA), MergeContacts::new(gone, LEA));
    let nobody = ContactId::from_u128(0xE0);
    let said = |who| desk.refused(&customer(MARIA), names(&[Follower::Contact(who)], &[]));
    for who in [VENDOR, OTTO, gone, alone] {
        assert_eq!(said(who), said(nobody), "{who}");
    }
    // Nor does who is of no organisation, of others who are of none.
    desk.ok(&Actor::Host, Command::PutContact { id: MARIA, profile: ContactProfile::new("M") });
    for who in [alone, LEA, MARIA] {
        assert_eq!(said(who), said(nobody), "{who}");
    }
}

#[test]
fn contacts_name_nobody_else_and_edit_nothing_else() {
    let desk = given();
    let (otto, vendor) = (Follower::Contact(OTTO), Follower::Contact(VENDOR));
    let nobody = Follower::Contact(ContactId::from_u128(0xE0));
    let tagged = Edit { add_tags: ["vip".into()].into(), ..names(&[], &[otto]) };
    for (who, edit) in [
        (MARIA, names(&[nobody], &[])),
        (MARIA, names(&[Follower::Agent(ANNA)], &[])),
        (MARIA, names(&[Follower::Contact(LEA)], &[otto])),
        (OTTO, names(&[Follower::Contact(LEA)], &[])),
        (OTTO, names(&[otto], &[])),
        (OTTO, tagged),
        (OTTO, Edit::new(TICKET)),
    ] {
        assert_eq!(desk.refused(&customer(who), edit).code(), "forbidden");
    }
    for actor in [auto_responder(), agent(LIA)] {
        assert_eq!(desk.refused(&actor, names(&[], &[otto])).code(), "forbidden");
    }
    // Whoever does not see it does not learn that it is there.
    let refused = desk.refused(&customer(VENDOR), names(&[], &[vendor]));
    assert_eq!(refused, Refusal::NotFound { ticket: TICKET });
    // The desk needs no record of whom it names.
    desk.ok(&agent(ANNA), names(&[nobody], &[]));
}
