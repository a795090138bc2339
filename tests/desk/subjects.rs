//! What tickets are about, and what other systems call them.

use crate::support::*;
use helpdesk::command::{Edit, EraseTicket, Hold, Open, Redact, Take};
use helpdesk::matching::Listing;
use helpdesk::store::{Store, codec};
use helpdesk::{
    About, Activity, Actor, AgentSight, ExternalRef, MessageRef, Refusal, Requester, Revision,
    SettingsDraft, Shown, Span, SubjectRef, TicketChange, TicketId, UniqueKey, Vocabulary,
};

fn order(id: &str) -> About {
    About::new("order", id)
}

fn theirs(id: &str) -> ExternalRef {
    ExternalRef::new("jira", "acme", id)
}

fn second() -> TicketId {
    ticket_id(2)
}

fn attaching(id: TicketId, about: impl IntoIterator<Item = About>) -> Edit {
    let mut edit = Edit::new(id);
    edit.add_about = about.into_iter().collect();
    edit
}

fn detaching(id: TicketId, about: impl IntoIterator<Item = About>) -> Edit {
    let mut edit = Edit::new(id);
    edit.remove_about = about.into_iter().collect();
    edit
}

fn claiming(id: TicketId, refs: impl IntoIterator<Item = ExternalRef>) -> Edit {
    let mut edit = Edit::new(id);
    edit.add_external_refs = refs.into_iter().collect();
    edit
}

fn giving_up(id: TicketId, refs: impl IntoIterator<Item = ExternalRef>) -> Edit {
    let mut edit = Edit::new(id);
    edit.remove_external_refs = refs.into_iter().collect();
    edit
}

/// Maria's request, and another of hers in billing, which Anna does not see.
fn given() -> TestDesk {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&customer(MARIA), Open { department: Some("billing".into()), ..request(second()) });
    desk
}

fn found(desk: &TestDesk, filter: &str) -> Vec<u64> {
    desk.find(&Actor::Host, filter, "number")
}

#[test]
fn an_object_may_have_several_roles_and_a_role_several_objects() {
    let desk = given();
    let all = [order("1"), order("1").role("cause"), order("1").role("disputed"), order("2")];
    desk.ok(&agent(ANNA), attaching(TICKET, all.clone()));
    assert_eq!(desk.ticket(TICKET).about(), all);
    desk.ok(&agent(ANNA), detaching(TICKET, [order("1").role("cause"), order("3")]));
    let left = [order("1"), order("1").role("disputed"), order("2")];
    assert_eq!(desk.ticket(TICKET).about(), left);
    // Nothing of it is new, and nothing that was to go was there.
    let mut edit = attaching(TICKET, [order("1")]);
    edit.remove_about = [order("1"), order("9")].into();
    assert!(desk.ok(&agent(ANNA), edit).is_no_op(), "one in both lists is attached");
    desk.verify();
}

#[test]
fn the_history_says_what_was_attached_and_detached() {
    let desk = given();
    desk.ok(&agent(ANNA), attaching(TICKET, [order("1"), order("2")]));
    let mut edit = detaching(TICKET, [order("1")]);
    edit.add_external_refs.insert(theirs("OPS-1"));
    desk.ok(&agent(ANNA), edit);
    let changes = desk.changes(TICKET);
    let (added, removed) = (vec![order("1"), order("2")], Vec::new());
    assert_eq!(changes[1], TicketChange::AboutChanged { added, removed });
    let (added, removed) = (Vec::new(), vec![order("1")]);
    assert_eq!(changes[2], TicketChange::AboutChanged { added, removed });
    let (added, removed) = (vec![theirs("OPS-1")], Vec::new());
    assert_eq!(changes[3], TicketChange::ExternalRefsChanged { added, removed });
}

#[test]
fn a_customer_may_name_subjects_and_no_external_references() {
    let desk = given();
    let third = ticket_id(3);
    let mut open = request(third);
    open.about = [order("4711")].into();
    desk.ok(&customer(MARIA), open.clone());
    assert_eq!(desk.ticket(third).about(), [order("4711")]);

    open.id = ticket_id(4);
    open.external_refs = [theirs("OPS-1")].into();
    let refused = desk.refused(&customer(MARIA), open.clone());
    let told = "customer: may not attach external references";
    assert_eq!((refused.code(), refused.to_string()), ("forbidden", told.to_owned()));
    assert_eq!(desk.desk.ticket(open.id).unwrap(), None);
    // A light agent edits nothing either.
    let asks = Open { requester: Requester::Agent(LIA), ..open.clone() };
    assert_eq!(desk.refused(&agent(LIA), asks).code(), "forbidden");
    for (n, actor) in [(5, agent(ANNA)), (6, bot()), (7, Actor::Host)] {
        let external_refs = [theirs(&n.to_string())].into();
        desk.ok(&actor, Open { id: ticket_id(n), external_refs, ..open.clone() });
    }
    assert_eq!(desk.refused(&customer(MARIA), attaching(TICKET, [order("1")])).code(), "forbidden");
}

#[test]
fn customers_see_nothing_of_either_by_any_road() {
    let desk = given();
    let third = ticket_id(3);
    let mut open = request(third);
    open.about = [order("secret-order")].into();
    desk.ok(&customer(MARIA), open);
    desk.ok(&agent(ANNA), claiming(third, [theirs("secret-ref")]));
    desk.ok(&agent(ANNA), attaching(third, [order("secret-order-2")]));

    let maria = customer(MARIA);
    let row = desk.desk.show(&maria, desk.now(), third).unwrap();
    let Shown::Public(shown) = row.shown else { panic!("she is a customer") };
    let activity = desk.desk.activity(&maria, desk.now(), third, Revision::ZERO, 99).unwrap();
    assert!(activity.iter().all(|it| matches!(it, Activity::Public(_))));
    let page = desk.desk.find(&maria, desk.now(), &Listing::every()).unwrap();
    let told = format!("{shown:?} {activity:?} {page:?}");
    assert!(!told.contains("secret"), "{told}");

    for filter in ["about contains order:secret-order", "external_refs is present"] {
        let listing = Listing::of(filter.parse().unwrap());
        let error = desk.desk.find(&maria, desk.now(), &listing).unwrap_err();
        assert_eq!(error.refusal().unwrap().code(), "not_public");
    }
    // Her own ticket, and yet nobody told her what others call it.
    for actor in [maria, auto_responder()] {
        assert_eq!(desk.desk.by_external(&actor, desk.now(), &theirs("secret-ref")).unwrap(), None);
    }
    assert_eq!(
        desk.desk.by_external(&agent(ANNA), desk.now(), &theirs("secret-ref")).unwrap(),
        Some(third)
    );
}

#[test]
fn a_reference_is_one_tickets_and_each_of_its_parts_counts() {
    let desk = given();
    desk.ok(&agent(ANNA), claiming(TICKET, [theirs("OPS-1")]));
    let refused = desk.refused(&agent(OWNER), claiming(second(), [theirs("OPS-1")]));
    let taken =
        Refusal::ExternalRefTaken { reference: Box::new(theirs("OPS-1")), owner: Some(TICKET) };
    assert_eq!(refused, taken);
    let told =
        format!("the external reference `jira:acme:OPS-1` is in use, by the ticket `{TICKET}`");
    assert_eq!(refused.to_string(), told);
    let others = [
        ExternalRef::new("shop", "acme", "OPS-1"),
        ExternalRef::new("jira", "", "OPS-1"),
        ExternalRef::new("jira", "acme", "ops-1"),
        ExternalRef::new("jira", "", "acme:OPS-1"),
    ];
    desk.ok(&agent(OWNER), claiming(second(), others.clone()));
    for reference in &others {
        assert_eq!(
            desk.desk.by_external(&Actor::Host, desk.now(), reference).unwrap(),
            Some(second())
        );
    }
    assert_eq!(
        desk.desk.by_external(&Actor::Host, desk.now(), &theirs("OPS-1")).unwrap(),
        Some(TICKET)
    );
    // Its own ticket may have it again.
    assert!(desk.ok(&agent(ANNA), claiming(TICKET, [theirs("OPS-1")])).is_no_op());
    desk.verify();
}

#[test]
fn who_does_not_see_the_owner_learns_no_more_than_that_it_is_in_use() {
    let desk = given();
    desk.ok(&agent(BEN), claiming(second(), [theirs("OPS-1")]));
    let hidden = Refusal::ExternalRefTaken { reference: Box::new(theirs("OPS-1")), owner: None };
    for actor in [agent(ANNA), agent(CARL)] {
        assert!(desk.desk.show(&actor, desk.now(), second()).is_err());
        let refused = desk.refused(&actor, claiming(TICKET, [theirs("OPS-1")]));
        assert_eq!(refused, hidden);
        assert_eq!(refused.to_string(), "the external reference `jira:acme:OPS-1` is in use");
        let mut open = request(ticket_id(3));
        open.external_refs = [theirs("OPS-1")].into();
        assert_eq!(desk.refused(&actor, open), hidden);
        // And to look it up is to find nothing, as of what nobody has.
        assert_eq!(desk.desk.by_external(&actor, desk.now(), &theirs("OPS-1")).unwrap(), None);
        assert_eq!(desk.desk.by_external(&actor, desk.now(), &theirs("nobody's")).unwrap(), None);
    }
    desk.publish(SettingsDraft { agent_sight: AgentSight::All, ..draft() });
    let refused = desk.refused(&agent(ANNA), claiming(TICKET, [theirs("OPS-1")]));
    let taken =
        Refusal::ExternalRefTaken { reference: Box::new(theirs("OPS-1")), owner: Some(second()) };
    assert_eq!(refused, taken);
    assert_eq!(
        desk.desk.by_external(&agent(ANNA), desk.now(), &theirs("OPS-1")).unwrap(),
        Some(second())
    );
}

#[test]
fn a_bot_is_told_by_no_look_up_what_it_is_not_shown() {
    let desk = given();
    desk.ok(&Actor::Host, claiming(TICKET, [theirs("OPS-1")]));
    let shown = desk.desk.show(&bot(), desk.now(), TICKET).unwrap();
    assert!(!format!("{shown:?}").contains("OPS-1"));
    assert_eq!(desk.desk.by_external(&bot(), desk.now(), &theirs("OPS-1")).unwrap(), None);
    desk.ok(&customer(MARIA), request(ticket_id(3)));
    let refused = desk.refused(&bot(), claiming(ticket_id(3), [theirs("OPS-1")]));
    let reference = Box::new(theirs("OPS-1"));
    assert_eq!(refused, Refusal::ExternalRefTaken { reference, owner: None });
}

#[test]
fn a_reference_that_is_given_up_is_free_for_another_ticket() {
    let desk = given();
    desk.ok(&agent(OWNER), claiming(TICKET, [theirs("OPS-1"), theirs("OPS-2")]));
    desk.ok(&agent(OWNER), giving_up(TICKET, [theirs("OPS-1"), theirs("OPS-9")]));
    assert_eq!(desk.desk.by_external(&Actor::Host, desk.now(), &theirs("OPS-1")).unwrap(), None);
    desk.ok(&agent(OWNER), claiming(second(), [theirs("OPS-1")]));
    assert_eq!(
        desk.desk.by_external(&Actor::Host, desk.now(), &theirs("OPS-1")).unwrap(),
        Some(second())
    );
    assert_eq!(
        desk.desk.by_external(&Actor::Host, desk.now(), &theirs("OPS-2")).unwrap(),
        Some(TICKET)
    );
}

#[test]
fn two_who_claim_one_reference_at_once_do_not_both_get_it() {
    let desk = given();
    let call = |id| desk.context(&agent(OWNER)).call(claiming(id, [theirs("OPS-1")]).into());
    let [first, other] = [TICKET, second()].map(|id| desk.desk.prepare(&call(id)).unwrap());
    desk.store.commit(first.commit.unwrap()).unwrap();
    let lost = desk.store.commit(other.commit.unwrap()).unwrap_err();
    assert!(lost.is_conflict(), "{lost}");
    // Deciding anew says why.
    let refused = desk.refused(&agent(OWNER), claiming(second(), [theirs("OPS-1")]));
    assert_eq!(refused.code(), "external_ref_taken");
}

#[test]
fn what_cannot_be_a_name_or_an_id_is_refused_and_said_which() {
    let desk = given();
    let before = desk.everything();
    let long = "x".repeat(65);
    let subjects = [
        (About::new("a:b", "1"), Vocabulary::SubjectKind),
        (About::new("a/b", "1"), Vocabulary::SubjectKind),
        (About::new("", "1"), Vocabulary::SubjectKind),
        (About::new(&*long, "1"), Vocabulary::SubjectKind),
        (order("1").role("a:b"), Vocabulary::SubjectRole),
        (order("1").role(""), Vocabulary::SubjectRole),
        (order(""), Vocabulary::SubjectId),
        (order(" 1"), Vocabulary::SubjectId),
        (order("a\nb"), Vocabulary::SubjectId),
    ];
    for (about, which) in subjects {
        match desk.refused(&agent(ANNA), attaching(TICKET, [about.clone()])) {
            Refusal::BadName { what, .. } => assert_eq!(what, which, "{about}"),
            other => panic!("{about}: {other}"),
        }
        let open = Open { about: [about].into(), ..request(ticket_id(3)) };
        assert_eq!(desk.refused(&customer(MARIA), open).code(), "bad_name");
    }
    let references = [
        (ExternalRef::new("a:b", "", "1"), Vocabulary::Provider),
        (ExternalRef::new("", "", "1"), Vocabulary::Provider),
        (ExternalRef::new("jira", "a:b", "1"), Vocabulary::ExternalScope),
        (ExternalRef::new("jira", " a", "1"), Vocabulary::ExternalScope),
        (ExternalRef::new("jira", "", ""), Vocabulary::ExternalId),
    ];
    for (reference, which) in references {
        match desk.refused(&agent(ANNA), claiming(TICKET, [reference.clone()])) {
            Refusal::BadName { what, .. } => assert_eq!(what, which, "{reference}"),
            other => panic!("{reference}: {other}"),
        }
        assert_eq!(desk.desk.by_external(&Actor::Host, desk.now(), &reference).unwrap(), None);
    }
    assert_eq!(desk.everything(), before);
}

#[test]
fn a_reference_that_is_read_as_another_finds_nothing() {
    let desk = given();
    desk.ok(&agent(ANNA), claiming(TICKET, [ExternalRef::new("a", "b", "c:1")]));
    // In a store of texts, both are the key `external:a:b:c:1`.
    let twin = ExternalRef::new("a:b", "c", "1");
    assert_eq!(twin.to_string(), "a:b:c:1");
    assert_eq!(desk.desk.by_external(&Actor::Host, desk.now(), &twin).unwrap(), None);
}

#[test]
fn limits_refuse_and_cut_nothing() {
    let mut settings = draft();
    settings.limits.about = 2;
    settings.limits.external_refs = 1;
    settings.limits.object_id_bytes = 4;
    let desk = TestDesk::with(settings);
    desk.given_request();
    let refused = |edit: Edit| desk.refused(&agent(ANNA), edit);
    let over = |limit, allowed, found| Refusal::LimitExceeded { limit, allowed, found };
    desk.ok(&agent(ANNA), attaching(TICKET, [order("1"), order("2")]));
    assert_eq!(refused(attaching(TICKET, [order("3")])), over("about", 2, 3));
    assert_eq!(refused(attaching(TICKET, [order("12345")])), over("about", 2, 3));
    let mut swap = attaching(TICKET, [order("3")]);
    swap.remove_about = [order("1")].into();
    desk.ok(&agent(ANNA), swap);
    let mut long = attaching(TICKET, [order("12345")]);
    long.remove_about = [order("2")].into();
    assert_eq!(refused(long), over("object_id_bytes", 4, 5));
    let two = claiming(TICKET, [theirs("1"), theirs("2")]);
    assert_eq!(refused(two), over("external_refs", 1, 2));
    for reference in [theirs("12345"), ExternalRef::new("jira", "acme.", "1")] {
        assert_eq!(refused(claiming(TICKET, [reference])), over("object_id_bytes", 4, 5));
    }
    desk.ok(&agent(ANNA), claiming(TICKET, [theirs("1234")]));
    // A lower limit asks nobody to make room.
    let mut lower = draft();
    (lower.limits.about, lower.limits.external_refs) = (1, 0);
    desk.publish(lower);
    desk.ok(&agent(ANNA), detaching(TICKET, [order("9"), order("3")]));
    assert_eq!(desk.ticket(TICKET).about(), [order("2")]);
    for bytes in [0, 1001] {
        let mut wrong = draft();
        wrong.limits.object_id_bytes = bytes;
        let told = wrong.build().unwrap_err().to_string();
        assert!(told.contains("limits.object_id_bytes"), "{told}");
    }
}

#[test]
fn tickets_are_found_by_what_they_are_about() {
    let desk = given();
    let third = ticket_id(3);
    desk.ok(&Actor::Host, request(third));
    desk.ok(&Actor::Host, attaching(TICKET, [order("7"), About::new("asset", "a:1/2")]));
    desk.ok(&Actor::Host, attaching(second(), [order("7").role("cause")]));
    desk.ok(&Actor::Host, attaching(third, [order("8").role("cause")]));
    assert_eq!(found(&desk, "about contains order:7"), [1, 2]);
    assert_eq!(found(&desk, "about contains order"), [1, 2, 3]);
    assert_eq!(found(&desk, "about contains cause/order"), [2, 3]);
    assert_eq!(found(&desk, "about contains cause/order:7"), [2]);
    assert_eq!(found(&desk, "about contains asset:a:1/2"), [1]);
    assert_eq!(found(&desk, "about contains asset:a"), [0; 0]);
    assert_eq!(found(&desk, "not about contains order:7"), [3]);
    // What is seen is what an agent may see.
    assert_eq!(desk.find(&agent(BEN), "about contains order:7", "number"), [2]);
    assert_eq!(desk.find(&agent(ANNA), "about contains order:7", "number"), [1]);

    desk.ok(&Actor::Host, detaching(TICKET, [order("7")]));
    assert_eq!(found(&desk, "about contains order:7"), [2]);
    desk.ok(&Actor::Host, detaching(TICKET, [About::new("asset", "a:1/2")]));
    assert_eq!(found(&desk, "about is missing"), [1]);
}

#[test]
fn tickets_are_found_by_what_others_call_them() {
    let desk = given();
    desk.ok(&Actor::Host, claiming(TICKET, [theirs("OPS-1"), ExternalRef::new("shop", "", "a:7")]));
    desk.ok(&Actor::Host, claiming(second(), [theirs("OPS-2")]));
    assert_eq!(found(&desk, "external_refs contains jira:acme:OPS-1"), [1]);
    assert_eq!(found(&desk, "external_refs contains jira:acme"), [1, 2]);
    assert_eq!(found(&desk, "external_refs contains jira"), [1, 2]);
    assert_eq!(found(&desk, "external_refs contains shop::a:7"), [1]);
    assert_eq!(found(&desk, "external_refs contains shop:"), [1]);
    assert_eq!(found(&desk, "external_refs contains jira:"), [0; 0]);
    assert_eq!(found(&desk, "external_refs contains jira:acme:ops-1"), [0; 0]);
    // Code writes what text writes.
    let filter = helpdesk::Fact::ExternalRefs.contains(&theirs("OPS-1"));
    assert_eq!(filter.to_string(), "external_refs contains jira:acme:OPS-1");
    let filter = helpdesk::Fact::About.contains(&SubjectRef::new("order", "4711"));
    assert_eq!(filter.to_string(), "about contains order:4711");
    let filter = helpdesk::Fact::About.contains(&order("7 1").role("cause"));
    assert_eq!(filter.to_string(), "about contains \"cause/order:7 1\"");
}

#[test]
fn a_follow_up_is_about_the_same_and_is_called_nothing_yet() {
    let desk = given();
    desk.ok(&agent(ANNA), attaching(TICKET, [order("7").role("cause")]));
    desk.ok(&agent(ANNA), claiming(TICKET, [theirs("OPS-1")]));
    desk.ok(&agent(ANNA), close(TICKET));
    let next = ticket_id(9);
    desk.ok(&customer(MARIA), follow_up(TICKET, next));
    assert_eq!(desk.ticket(next).about(), [order("7").role("cause")]);
    assert_eq!(desk.ticket(next).external_refs(), []);
    assert_eq!(
        desk.desk.by_external(&Actor::Host, desk.now(), &theirs("OPS-1")).unwrap(),
        Some(TICKET)
    );
    assert_eq!(found(&desk, "about contains order:7"), [1, 3]);
    desk.verify();
}

#[test]
fn an_erased_ticket_is_about_nothing_and_its_references_are_free() {
    let desk = given();
    desk.ok(&agent(OWNER), attaching(TICKET, [order("7")]));
    desk.ok(&agent(OWNER), claiming(TICKET, [theirs("OPS-1")]));
    desk.ok(&agent(OWNER), Redact::new(TICKET, [MessageRef::new(TICKET, Revision(1))], "a secret"));
    assert_eq!(found(&desk, "about contains order:7"), [1], "words were erased, and nothing else");

    let erase = EraseTicket::new(TICKET, "she asked for it");
    desk.ok(&agent(OWNER), Hold::new(TICKET, true, "a lawsuit"));
    assert_eq!(desk.refused(&agent(OWNER), erase.clone()).code(), "on_legal_hold");
    assert_eq!(
        desk.desk.by_external(&Actor::Host, desk.now(), &theirs("OPS-1")).unwrap(),
        Some(TICKET)
    );
    desk.ok(&agent(OWNER), Hold::new(TICKET, false, "settled"));
    desk.ok(&agent(OWNER), erase.clone());
    let ticket = desk.ticket(TICKET);
    assert_eq!((ticket.about(), ticket.external_refs()), (&[][..], &[][..]));
    assert_eq!(found(&desk, "about contains order:7"), [0; 0]);
    let key = [UniqueKey::from(theirs("OPS-1"))];
    assert_eq!(desk.store.resolve(desk.desk.id(), &key).unwrap(), [None]);
    desk.ok(&agent(OWNER), claiming(second(), [theirs("OPS-1")]));
    assert!(desk.ok(&agent(OWNER), erase.clone()).is_no_op(), "erasing twice changes nothing");
    // That it was attached is a fact, and stays.
    let attached = desk.changes(TICKET);
    assert!(attached.iter().any(|it| matches!(it, TicketChange::AboutChanged { added, .. }
        if *added == [order("7")])));

    // What was attached since goes again, with nothing else to erase.
    desk.ok(&agent(OWNER), attaching(TICKET, [order("7")]));
    desk.ok(&agent(OWNER), erase);
    assert_eq!(desk.ticket(TICKET).about(), []);
    desk.verify();
}

#[test]
fn retention_erases_words_and_what_a_ticket_is_called_stays_its_own() {
    // Else whether another may be called so would depend on how often the host ticks.
    let desk = TestDesk::with(SettingsDraft { retention: Some(Span::days(3)), ..draft() });
    desk.given_request();
    desk.ok(&agent(ANNA), attaching(TICKET, [order("7")]));
    desk.ok(&agent(ANNA), claiming(TICKET, [theirs("OPS-1")]));
    desk.ok(&agent(ANNA), close(TICKET));
    desk.pass(days(3));
    let third = ticket_id(3);
    desk.ok(&agent(ANNA), request(third));
    for ticked in [false, true] {
        let refused = desk.refused(&agent(ANNA), claiming(third, [theirs("OPS-1")]));
        assert_eq!(refused.code(), "external_ref_taken", "ticked: {ticked}");
        desk.desk.tick(desk.now()).unwrap();
    }
    assert_eq!(desk.ticket(TICKET).personal_since(), None);
    assert_eq!(desk.ticket(TICKET).about(), [order("7")]);
    desk.ok(&agent(ANNA), giving_up(TICKET, [theirs("OPS-1")]));
    desk.ok(&agent(ANNA), claiming(third, [theirs("OPS-1")]));
    desk.verify();
}

#[test]
fn both_stay_through_the_life_of_a_ticket() {
    let desk = given();
    desk.ok(&agent(ANNA), attaching(TICKET, [order("7")]));
    desk.ok(&agent(ANNA), claiming(TICKET, [theirs("OPS-1")]));
    desk.ok(&agent(ANNA), Take { ticket: TICKET });
    desk.ok(&agent(ANNA), close(TICKET));
    // In every status, closed too.
    desk.ok(&agent(ANNA), attaching(TICKET, [order("8")]));
    desk.ok(&customer(MARIA), reply(TICKET));
    assert_eq!(desk.ticket(TICKET).about(), [order("7"), order("8")]);
    assert_eq!(desk.ticket(TICKET).external_refs(), [theirs("OPS-1")]);
    desk.verify();
}

#[test]
fn every_key_is_one_text_and_the_text_that_key() {
    for reference in
        [theirs("OPS-1"), ExternalRef::new("a", "", ":"), ExternalRef::new("a", "b", "::c")]
    {
        let key = UniqueKey::from(reference);
        let text = codec::unique_key_text(&key);
        assert_eq!(codec::parse_unique_key(&text).unwrap(), key);
    }
    assert!(codec::parse_unique_key("external:jira:OPS-1").is_err(), "there is no scope in it");
}
