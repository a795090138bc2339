//! Organisations: domains, groups, and the tickets of those who belong to them.

use helpdesk::command::{FollowUp, Open};
use helpdesk::matching::Listing;
use helpdesk::{
    Actor, Channel, Command, ContactId, ContactProfile, CustomerSight, Fact, OrganisationProfile,
    Requester, TicketId,
};

use super::{ACME, EVIL, LEA, code, contact, email, put, put_organisation, refused_put};
use crate::support::*;

const HERS: TicketId = TicketId::from_u128(0x4E5);

fn acme() -> OrganisationProfile {
    OrganisationProfile::new("Acme").domain("acme.example")
}

fn open(desk: &TestDesk, id: TicketId, who: ContactId) {
    desk.ok(&customer(who), Open::new(id, Requester::Contact(who), "words"));
}

#[test]
fn a_contact_belongs_to_the_organisation_of_their_domain() {
    let desk = TestDesk::new();
    put_organisation(&desk, ACME, acme().domain("Acme.Test"));
    let maria = ContactProfile::new("Maria").identity(email("maria@ACME.example"));
    put(&desk, MARIA, maria.clone());
    assert_eq!(contact(&desk, MARIA).organisation(), Some(ACME));
    assert!(put(&desk, MARIA, maria).is_no_op());
    // A subdomain is a domain of its own; what is said outright counts.
    let sub = ContactProfile::new("Otto").identity(email("otto@mail.acme.example"));
    put(&desk, OTTO, sub);
    assert_eq!(contact(&desk, OTTO).organisation(), None);
    put_organisation(&desk, EVIL, OrganisationProfile::new("Evil"));
    let lea = ContactProfile::new("Lea").identity(email("lea@acme.example")).organisation(EVIL);
    put(&desk, LEA, lea);
    assert_eq!(contact(&desk, LEA).organisation(), Some(EVIL));
    let nowhere = ContactProfile::new("Lea").organisation(helpdesk::OrganisationId::from_u128(1));
    assert_eq!(refused_put(&desk, LEA, nowhere), "no_such_organisation");
    let found = desk.desk.organisation_by_domain("ACME.test").unwrap().unwrap();
    assert_eq!(found.id(), ACME);
}

#[test]
fn a_domain_is_one_organisations() {
    let desk = TestDesk::new();
    put_organisation(&desk, ACME, acme());
    let evil = || OrganisationProfile::new("Evil").domain("ACME.EXAMPLE");
    let put_evil = || Command::PutOrganisation { id: EVIL, profile: evil() };
    assert_eq!(code(desk.run(&Actor::Host, put_evil())), "domain_taken");
    put_organisation(&desk, ACME, OrganisationProfile::new("Acme"));
    desk.ok(&Actor::Host, put_evil());
    assert!(put_organisation(&desk, EVIL, evil()).is_no_op());
    desk.verify();
}

#[test]
fn what_an_organisation_cannot_be_is_refused() {
    let mut draft = draft();
    draft.customer_groups = vec!["gold".into()];
    draft.limits.domains = 1;
    let desk = TestDesk::with(draft);
    let refused =
        |profile| code(desk.run(&Actor::Host, Command::PutOrganisation { id: ACME, profile }));
    assert_eq!(refused(OrganisationProfile::default()), "bad_name");
    assert_eq!(refused(acme().contract(" ")), "bad_name");
    assert_eq!(refused(OrganisationProfile::new("Acme").domain("a@b.example")), "bad_name");
    assert_eq!(refused(OrganisationProfile::new("Acme").domain("a..example")), "bad_name");
    assert_eq!(refused(acme().group("lead")), "unknown_name");
    assert_eq!(refused(acme().domain("acme.test")), "limit_exceeded");
    put_organisation(&desk, ACME, acme().group("gold").contract("premium"));
    let found = desk.desk.organisation(ACME).unwrap().unwrap();
    assert_eq!(
        (found.group().unwrap().as_str(), found.contract().unwrap().as_str()),
        ("gold", "premium")
    );
}

#[test]
fn who_may_say_what_an_organisation_is() {
    let desk = TestDesk::new();
    for actor in [agent(ANNA), agent(RHEA), agent(LIA), customer(LEA), bot()] {
        let put = Command::PutOrganisation { id: ACME, profile: acme() };
        assert_eq!(code(desk.run(&actor, put)), "forbidden", "{actor}");
    }
    for (actor, name) in [(agent(OWNER), "One"), (agent(ADMIN), "Two"), (Actor::Host, "Three")] {
        let profile = OrganisationProfile::new(name);
        desk.ok(&actor, Command::PutOrganisation { id: ACME, profile });
    }
}

#[test]
fn a_ticket_is_of_the_organisation_that_its_requester_belonged_to() {
    let desk = TestDesk::new();
    put_organisation(&desk, ACME, acme());
    put_organisation(&desk, EVIL, OrganisationProfile::new("Evil"));
    put(&desk, MARIA, ContactProfile::new("Maria").organisation(ACME));
    open(&desk, HERS, MARIA);
    open(&desk, TICKET, OTTO);
    put(&desk, MARIA, ContactProfile::new("Maria").organisation(EVIL));
    assert_eq!(desk.ticket(HERS).organisation(), Some(ACME), "tickets stay as they are");

    let theirs = Listing::of(Fact::Organisation.equals(ACME));
    let page = desk.desk.find(&agent(OWNER), desk.now(), &theirs).unwrap();
    let found: Vec<_> = page.rows.iter().map(|row| row.id()).collect();
    assert_eq!(found, [HERS]);

    // What continues it is of the same.
    desk.move_to(HERS, "closed");
    let id = TicketId::from_u128(0xF0);
    let (channel, text) = (Channel::Email, "again".into());
    desk.ok(&customer(MARIA), FollowUp { ticket: HERS, id, channel, text });
    assert_eq!(desk.ticket(id).organisation(), Some(ACME));
}

#[test]
fn colleagues_see_each_others_tickets_where_the_settings_say_so() {
    let mut draft = draft();
    let desk = TestDesk::with(draft.clone());
    put_organisation(&desk, ACME, acme());
    for (who, name) in [(MARIA, "Maria"), (LEA, "Lea")] {
        put(&desk, who, ContactProfile::new(name).organisation(ACME));
    }
    open(&desk, HERS, MARIA);
    desk.ok(&agent(ANNA), helpdesk::command::Note::new(HERS, "between us"));
    let thread = |who: &Actor| Some(desk.desk.thread(who, desk.now(), HERS, None, 9).ok()?.posts);
    assert!(thread(&customer(LEA)).is_none());

    draft.customer_sight = CustomerSight::Organisation;
    desk.publish(draft);
    assert_eq!(thread(&customer(LEA)).unwrap().len(), 1, "and no note");
    assert!(thread(&customer(OTTO)).is_none());
    desk.ok(&customer(LEA), reply(HERS));
    let said = thread(&customer(MARIA)).unwrap();
    assert_eq!(said[1].message.author, helpdesk::Author::Customer(LEA));

    // Whoever leaves sees no more than their own.
    put(&desk, LEA, ContactProfile::new("Lea"));
    assert!(thread(&customer(LEA)).is_none());
}

#[test]
fn a_colleague_who_follows_up_speaks_for_themselves() {
    let mut draft = draft();
    draft.customer_sight = CustomerSight::Organisation;
    let desk = TestDesk::with(draft);
    put_organisation(&desk, ACME, acme());
    for (who, name) in [(MARIA, "Maria"), (LEA, "Lea")] {
        put(&desk, who, ContactProfile::new(name).organisation(ACME));
    }
    open(&desk, HERS, MARIA);
    desk.move_to(HERS, "closed");
    // Whether a matter goes on is for who asked to say; what a colleague writes is not lost.
    let id = TicketId::from_u128(0xF0);
    let refused = desk.refused(&customer(LEA), follow_up(HERS, id));
    assert_eq!(refused.code(), "forbidden");
    desk.advance_to(desk.now() + days(31));
    desk.ok(&customer(LEA), reply(HERS));
    let id = desk.ticket(HERS).followed_up_by()[0];
    assert_eq!(desk.ticket(id).requester(), Requester::Contact(MARIA));
    let said = desk.desk.thread(&agent(OWNER), desk.now(), id, None, 1).unwrap().posts;
    assert_eq!(said[0].message.author, helpdesk::Author::Customer(LEA));
}

#[test]
fn an_internal_ticket_is_of_no_organisation() {
    let desk = TestDesk::new();
    put_organisation(&desk, ACME, acme());
    desk.ok(&agent(ANNA), Open::new(HERS, Requester::Agent(ANNA), "words"));
    assert_eq!(desk.ticket(HERS).organisation(), None);
}
