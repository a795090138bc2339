//! Who gives copies of a ticket, and who gives them up.

use super::*;

fn names(follow: &[Follower], unfollow: &[Follower]) -> Edit {
    let list = |list: &[Follower]| list.iter().copied().collect();
    Edit { follow: list(follow), unfollow: list(unfollow), ..Edit::new(TICKET) }
}

/// Maria's ticket, of which Otto has a copy; the vendor is on record.
fn given() -> TestDesk {
    let desk = TestDesk::new();
    desk.given_request();
    let profile = ContactProfile::new("Vendor");
    desk.ok(&Actor::Host, Command::PutContact { id: VENDOR, profile });
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
fn who_asks_gives_a_copy_to_whoever_is_on_record() {
    let desk = given();
    desk.ok(&customer(MARIA), names(&[Follower::Contact(VENDOR)], &[]));
    assert_eq!(desk.ticket(TICKET).followers(), [OTTO, VENDOR].map(Follower::Contact));
    assert_eq!(desk.thread(&customer(VENDOR), TICKET), ["It burns"]);
    assert!(desk.ok(&customer(MARIA), names(&[Follower::Contact(VENDOR)], &[])).is_no_op());
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
        (MARIA, names(&[vendor], &[otto])),
        (OTTO, names(&[vendor], &[])),
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
