//! Two desks in one store, with the same ids for everything: nothing crosses by any road.

use crate::support::*;
use helpdesk::command::{
    BlockContact, EraseContact, EraseTicket, MergeContacts, NoteContact, Open, Reply, Take,
};
use helpdesk::store::{Lease, Scope, Settlement, Store, Wanted};
use helpdesk::{
    About, Actor, Command, CommandId, ContactProfile, Counter, DeskId, ExternalRef, Identity, Key,
    OrganisationId, Revision, SettingsDraft, TicketNumber, UniqueKey,
};

const ACME: OrganisationId = OrganisationId::from_u128(0xACE);

const ONCE: CommandId = CommandId::from_u128(0x1D);

/// The same ids on both; on the left more happens.
fn given() -> (TestDesk, TestDesk) {
    let right = SettingsDraft { reference_prefix: "RT".into(), ..draft() };
    let left = TestDesk::without_people(draft());
    let right = left.beside(DeskId::from_u128(2), right.build().unwrap());
    for (desk, name) in [(&left, "left"), (&right, "right")] {
        for id in EVERY_AGENT {
            desk.put_agent(id, profile(id));
        }
        desk.put_agent(ANNA, profile(ANNA).email("anna@example.com"));
        let acme = helpdesk::OrganisationProfile::new(name).domain("acme.example");
        desk.ok(&Actor::Host, Command::PutOrganisation { id: ACME, profile: acme });
        let email = Identity::email("maria@acme.example");
        let maria = ContactProfile::new(format!("Maria {name}")).identity(email);
        desk.ok(&Actor::Host, Command::PutContact { id: MARIA, profile: maria });
        let external_refs = [ExternalRef::new("jira", "acme", "7")].into();
        let about = [About::new("order", "7")].into();
        let open = Open { about, external_refs, ..request(TICKET).subject(name) };
        desk.ok(&Actor::Host, open);
    }
    (left, right)
}

/// All that can be seen of a desk through its own doors.
fn all_of(desk: &TestDesk) -> String {
    let id = desk.desk.id();
    let filters = [
        "all()".to_owned(),
        "status_category = new".to_owned(),
        format!("requester = contact:{MARIA}"),
        format!("assignee = {ANNA}"),
        "queued = true and department = support".to_owned(),
        format!("organisation = {ACME}"),
        "about contains order:7".to_owned(),
        "external_refs contains jira:acme:7".to_owned(),
    ];
    let settings = desk.desk.settings().unwrap();
    let found: Vec<_> = filters
        .iter()
        .map(|filter| desk.store.find(&query(id, &settings, filter, "", 99)).unwrap())
        .collect();
    let keys = [
        UniqueKey::AgentEmail("anna@example.com".into()),
        UniqueKey::identity(&Identity::email("maria@acme.example")),
        UniqueKey::Domain("acme.example".into()),
        UniqueKey::from(ExternalRef::new("jira", "acme", "7")),
        UniqueKey::Number(TicketNumber(1)),
        UniqueKey::Number(TicketNumber(2)),
    ];
    let owners = desk.store.resolve(id, &keys).unwrap();
    let receipt = desk.store.receipt(id, ONCE).unwrap();
    let loads: Vec<i64> = EVERY_AGENT.into_iter().map(|agent| desk.load_of(agent)).collect();
    format!("{found:?} {owners:?} {receipt:?} {loads:?} {}", desk.everything())
}

#[test]
fn whatever_happens_on_one_desk_leaves_the_other_as_it_was() {
    let (left, right) = given();
    let before = all_of(&right);
    assert!(!before.contains("left"), "not a word of the other");

    left.ok(&customer(MARIA), request(ticket_id(2)));
    left.ok(&agent(ANNA), Take { ticket: TICKET });
    left.desk.reply(left.context(&agent(ANNA)).once(ONCE), reply(TICKET)).unwrap();
    left.ok(&agent(ANNA), escalate(TICKET, "engineering"));
    left.ok(&agent(EVA), close(TICKET));
    left.ok(&agent(EVA), follow_up(TICKET, ticket_id(3)));
    left.put_agent(ANNA, profile(ANNA).capacity(0).email("a@example.com"));
    left.publish(SettingsDraft { auto_close: None, ..draft() });
    left.ok(&agent(ANNA), MergeContacts { contact: OTTO, into: MARIA });
    left.ok(&agent(ANNA), NoteContact { contact: OTTO, text: "left".into() });
    let reason = "left".to_owned();
    left.ok(&agent(ANNA), BlockContact { contact: MARIA, blocked: true, reason });
    let acme = helpdesk::OrganisationProfile::new("left");
    left.ok(&Actor::Host, Command::PutOrganisation { id: ACME, profile: acme });
    left.ok(&Actor::Host, EraseTicket::new(TICKET, "she asked for it"));
    let host = left.context(&Actor::Host);
    let maria = ContactProfile::new("left").identity(Identity::email("maria@acme.example"));
    left.desk.erase_requester(host.clone(), MARIA, "she asked for it", None, 99).unwrap();
    let gone = profile(ANNA).email("a@example.com");
    left.put_agent(ANNA, helpdesk::AgentProfile { deactivated: true, ..gone });
    left.desk.erase_agent(host, ANNA).unwrap();
    left.ok(&Actor::Host, Command::PutContact { id: MARIA, profile: maria });
    left.ok(&Actor::Host, EraseContact::new(MARIA, "she asked for it"));
    left.advance_to(monday() + days(90));

    assert_eq!(all_of(&right), before);
    left.verify();
    right.verify();
}

#[test]
fn records_and_histories_of_one_id_are_each_desks_own() {
    let (left, right) = given();
    left.ok(&agent(ANNA), reply(TICKET));
    assert_eq!(left.status(TICKET), "answered");
    assert_eq!(right.status(TICKET), "new");
    assert_eq!(left.ticket(TICKET).subject().as_str(), "left");
    assert_eq!(right.ticket(TICKET).subject().as_str(), "right");
    assert_eq!((left.history(TICKET).len(), right.history(TICKET).len()), (3, 1));
    assert_eq!(right.thread(&agent(ANNA), TICKET), ["It burns"]);
}

#[test]
fn a_ticket_of_the_other_desk_is_not_there() {
    let (left, right) = given();
    left.ok(&customer(MARIA), request(ticket_id(2)));
    assert_eq!(right.refused(&agent(OWNER), reply(ticket_id(2))).code(), "not_found");
    let read = right.desk.thread(&agent(OWNER), right.now(), ticket_id(2), None, 9);
    assert_eq!(read.unwrap_err().refusal().unwrap().code(), "not_found");
    assert_eq!(right.desk.ticket(ticket_id(2)).unwrap(), None);
    let (now, reference) = (right.now(), "HD-2".parse().unwrap());
    assert_eq!(right.desk.by_reference(&agent(OWNER), now, &reference).unwrap(), None);
    assert_eq!(left.desk.by_reference(&agent(OWNER), now, &reference).unwrap(), Some(ticket_id(2)));

    let theirs = ExternalRef::new("jira", "acme", "8");
    let open = Open { external_refs: [theirs.clone()].into(), ..request(ticket_id(3)) };
    left.ok(&Actor::Host, open.clone());
    assert_eq!(right.desk.by_external(&Actor::Host, right.now(), &theirs).unwrap(), None);
    right.ok(&Actor::Host, Open { id: ticket_id(4), ..open });
    assert_eq!(
        left.desk.by_external(&Actor::Host, left.now(), &theirs).unwrap(),
        Some(ticket_id(3))
    );
}

#[test]
fn an_agent_of_the_other_desk_is_a_stranger() {
    let left = TestDesk::without_people(draft());
    let right = left.beside(DeskId::from_u128(2), draft().build().unwrap());
    left.put_agent(ANNA, profile(ANNA));
    left.given_request();
    right.given_request();
    left.ok(&agent(ANNA), reply(TICKET));
    assert_eq!(right.refused(&agent(ANNA), reply(TICKET)).code(), "not_an_agent");
    let assign = helpdesk::command::Assign::new(TICKET, ANNA);
    let host = helpdesk::Actor::Host;
    assert_eq!(right.refused(&host, assign).code(), "cannot_own");
}

#[test]
fn addresses_numbers_loads_and_command_ids_are_each_desks_own() {
    let (left, right) = given();
    let anna = Key::agent(left.desk.id(), ANNA);
    let mail = [UniqueKey::AgentEmail("anna@example.com".into())];
    assert_eq!(left.store.resolve(left.desk.id(), &mail).unwrap(), [Some(anna)]);
    let anna = Key::agent(right.desk.id(), ANNA);
    assert_eq!(right.store.resolve(right.desk.id(), &mail).unwrap(), [Some(anna)]);

    let second = |desk: &TestDesk| {
        let outcome = desk.ok(&customer(MARIA), request(ticket_id(2)));
        outcome.reference().unwrap().to_string()
    };
    assert_eq!((second(&left), second(&right)), ("HD-2".into(), "RT-2".into()));

    left.ok(&agent(ANNA), Take { ticket: TICKET });
    assert_eq!((left.load_of(ANNA), right.load_of(ANNA)), (1, 0));
    let counters = [Counter::Load(ANNA)];
    assert_eq!(
        right.store.load(right.desk.id(), &Wanted::counters(counters)).unwrap().counters,
        [0]
    );

    // The same command id with another command: each desk remembers its own.
    let say = |desk: &TestDesk, text: &str| {
        let context = desk.context(&customer(MARIA)).once(ONCE);
        desk.desk.reply(context, Reply::new(TICKET, text)).unwrap().repeated
    };
    assert!(!say(&left, "to the left"));
    assert!(!say(&right, "to the right"));
    assert!(say(&left, "to the left"));
    assert_eq!(right.thread(&customer(MARIA), TICKET), ["It burns", "to the right"]);
}

#[test]
fn timers_and_notices_go_to_who_asks_for_that_desk() {
    let (left, right) = given();
    left.pass(days(5));
    right.pass(days(5));
    let ticked = left.desk.tick(left.now()).unwrap();
    assert_eq!(ticked.outcomes.len(), 1);
    assert!(left.ticket(TICKET).is_overdue());
    assert!(!right.ticket(TICKET).is_overdue());
    assert_eq!(right.desk.next_wake(right.now()).unwrap(), Some(monday() + days(3)));

    let lease = Lease { until: left.now() + hours(1), limit: 99 };
    let mine = left.store.claim(Scope::One(left.desk.id()), left.now(), lease).unwrap();
    assert_eq!(mine.len(), 1);
    assert!(mine.iter().all(|one| one.token.key.desk == left.desk.id()));
    // A token says whose notice it settles; the other desk's, of the same ticket id, stays.
    let mut forged = mine[0].token;
    forged.key.desk = right.desk.id();
    assert!(!left.store.settle(forged, Settlement::Delivered).unwrap());
    assert!(left.store.settle(mine[0].token, Settlement::Delivered).unwrap());
    let theirs = right.store.claim(Scope::One(right.desk.id()), right.now(), lease).unwrap();
    assert_eq!(theirs.len(), 1);
    assert!(theirs.iter().all(|one| one.token.key.desk == right.desk.id()));
}

#[test]
fn a_key_of_the_other_desk_opens_nothing() {
    let (left, right) = given();
    let key = right.key(TICKET);
    assert_eq!(left.desk.record(key).unwrap(), None);
    assert!(left.desk.history(key, Revision::ZERO, 9).unwrap().is_empty());
    assert!(left.desk.verify(key).is_err());
    assert!(right.desk.record(key).unwrap().is_some());
}
