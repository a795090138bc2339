//! One person, known twice: merging contacts, and taking it back.

use helpdesk::command::{MergeContacts, Open, Reply, UndoContactMerge};
use helpdesk::conformance::kit::Random;
use helpdesk::conformance::model::{Model, Prediction};
use helpdesk::matching::Listing;
use helpdesk::{
    Actor, Command, ContactChange, ContactId, ContactMember, ContactProfile, Key, Requester,
    Revision, TicketId,
};

use super::{ACME, EVIL, LEA, code, contact, email, put, put_organisation};
use crate::support::*;

const CHAT: TicketId = TicketId::from_u128(0xC4A7);

fn merge(desk: &TestDesk, contact: ContactId, into: ContactId) {
    desk.ok(&agent(ANNA), MergeContacts { contact, into });
    desk.verify();
}

fn undo(desk: &TestDesk, contact: ContactId) {
    desk.ok(&agent(ANNA), UndoContactMerge { contact });
    desk.verify();
}

fn refused(desk: &TestDesk, contact: ContactId, into: ContactId) -> &'static str {
    code(desk.run(&agent(ANNA), MergeContacts { contact, into }))
}

fn sees(desk: &TestDesk, who: ContactId) -> Vec<TicketId> {
    let page = desk.desk.find(&customer(who), desk.now(), &Listing::every()).unwrap();
    let mut seen: Vec<_> = page.rows.iter().map(|row| row.id()).collect();
    seen.sort();
    seen
}

/// Maria's request, and another of Lea's.
fn given() -> TestDesk {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&customer(LEA), Open::new(CHAT, Requester::Contact(LEA), "Hello?"));
    desk
}

#[test]
fn whoever_acts_as_one_of_the_two_sees_the_tickets_of_both() {
    let desk = given();
    assert_eq!((sees(&desk, MARIA).len(), sees(&desk, LEA).len()), (1, 1));
    let before = desk.ticket(CHAT);
    merge(&desk, LEA, MARIA);
    assert_eq!(sees(&desk, MARIA), sees(&desk, LEA));
    assert_eq!(sees(&desk, MARIA).len(), 2);
    assert_eq!(desk.ticket(CHAT), before, "nothing on a ticket is rewritten");
    assert!(sees(&desk, OTTO).is_empty());

    desk.ok(&customer(MARIA), Reply::new(CHAT, "It is me"));
    desk.ok(&customer(LEA), reply(TICKET));
    undo(&desk, LEA);
    assert_eq!((sees(&desk, MARIA).len(), sees(&desk, LEA).len()), (1, 1));
}

#[test]
fn redirects_end_at_one_who_was_not_merged() {
    let desk = TestDesk::new();
    merge(&desk, LEA, MARIA);
    merge(&desk, MARIA, OTTO);
    for id in [LEA, MARIA] {
        assert_eq!(contact(&desk, id).merged_into(), Some(OTTO));
        assert!(contact(&desk, id).members().is_empty());
    }
    let mut members =
        [ContactMember { contact: LEA, into: MARIA }, ContactMember { contact: MARIA, into: OTTO }];
    members.sort();
    assert_eq!(contact(&desk, OTTO).members(), members);

    // Undone, Maria has Lea again.
    undo(&desk, MARIA);
    assert_eq!(contact(&desk, LEA).merged_into(), Some(MARIA));
    assert_eq!(contact(&desk, MARIA).ids().collect::<Vec<_>>(), [MARIA, LEA]);
    assert_eq!(contact(&desk, OTTO).ids().collect::<Vec<_>>(), [OTTO]);
}

#[test]
fn the_first_of_a_chain_leaves_it_alone() {
    let desk = TestDesk::new();
    merge(&desk, LEA, MARIA);
    merge(&desk, MARIA, OTTO);
    undo(&desk, LEA);
    assert_eq!(contact(&desk, LEA).merged_into(), None);
    assert_eq!(contact(&desk, OTTO).ids().collect::<Vec<_>>(), [OTTO, MARIA]);
}

#[test]
fn merges_make_no_circle() {
    let desk = TestDesk::new();
    assert_eq!(refused(&desk, LEA, LEA), "merge_into_self");
    merge(&desk, LEA, MARIA);
    assert_eq!(refused(&desk, MARIA, LEA), "merge_into_self");
    assert_eq!(refused(&desk, LEA, OTTO), "contact_merged");
    merge(&desk, MARIA, OTTO);
    assert_eq!(refused(&desk, OTTO, LEA), "merge_into_self");
    let again = desk.ok(&agent(ANNA), MergeContacts { contact: LEA, into: MARIA });
    assert!(again.is_no_op(), "they are one already");
    let refusal = desk.run(&agent(ANNA), UndoContactMerge { contact: OTTO });
    assert_eq!(code(refusal), "contact_not_merged");
}

#[test]
fn a_contact_that_was_merged_into_stands_for_what_is_merged_into_it_later() {
    let desk = TestDesk::new();
    merge(&desk, LEA, MARIA);
    merge(&desk, OTTO, LEA);
    assert_eq!(contact(&desk, OTTO).merged_into(), Some(MARIA), "Lea is Maria");
    assert_eq!(contact(&desk, MARIA).members().len(), 2);
    // It was merged into Maria, and stays hers.
    undo(&desk, LEA);
    assert_eq!(contact(&desk, OTTO).merged_into(), Some(MARIA));
}

#[test]
fn no_more_are_merged_into_one_than_the_limit_says() {
    let mut draft = draft();
    draft.limits.contact_merges = 2;
    let desk = TestDesk::with(draft);
    let id = |n: u128| ContactId::from_u128(0x100 + n);
    merge(&desk, id(1), id(2));
    merge(&desk, id(3), id(4));
    assert_eq!(refused(&desk, id(2), id(4)), "limit_exceeded");
    merge(&desk, id(5), id(4));
    assert_eq!(refused(&desk, id(6), id(4)), "limit_exceeded");
}

#[test]
fn identities_stay_where_they_are_and_lead_to_the_one_who_speaks() {
    let desk = TestDesk::new();
    put(&desk, LEA, ContactProfile::new("Lea").identity(email("lea@example.com")));
    put(&desk, MARIA, ContactProfile::new("Maria").identity(email("maria@example.com")));
    merge(&desk, LEA, MARIA);
    let by = |address: &str| desk.desk.contact_by(&email(address)).unwrap().unwrap().id();
    assert_eq!((by("lea@example.com"), by("maria@example.com")), (MARIA, MARIA));
    assert_eq!(contact(&desk, LEA).identities(), [email("lea@example.com")]);

    // What came since stays with whom it was said of.
    let more = ContactProfile::new("Maria").identity(email("new@example.com"));
    put(&desk, MARIA, more);
    undo(&desk, LEA);
    assert_eq!((by("lea@example.com"), by("new@example.com")), (LEA, MARIA));
    assert_eq!(desk.desk.contact_by(&email("maria@example.com")).unwrap(), None);
}

#[test]
fn the_organisation_of_the_one_who_speaks_counts() {
    let desk = TestDesk::new();
    for id in [ACME, EVIL] {
        put_organisation(&desk, id, helpdesk::OrganisationProfile::new("An organisation"));
    }
    put(&desk, LEA, ContactProfile::new("Lea").organisation(EVIL));
    put(&desk, MARIA, ContactProfile::new("Maria").organisation(ACME));
    merge(&desk, LEA, MARIA);
    desk.ok(&customer(LEA), Open::new(CHAT, Requester::Contact(LEA), "Hello?"));
    assert_eq!(desk.ticket(CHAT).organisation(), Some(ACME));
    undo(&desk, LEA);
    assert_eq!(contact(&desk, LEA).organisation(), Some(EVIL));
    assert_eq!(desk.ticket(CHAT).organisation(), Some(ACME), "as it was when it was opened");
}

#[test]
fn a_merge_is_told_to_all_whom_it_concerns_in_one_commit() {
    let desk = TestDesk::new();
    merge(&desk, LEA, MARIA);
    let outcome = desk.ok(&Actor::Host, MergeContacts { contact: MARIA, into: OTTO });
    let mut keys: Vec<Key> = outcome.events.iter().map(|(key, _)| *key).collect();
    keys.sort();
    let mut expected = [LEA, MARIA, OTTO].map(|id| Key::contact(desk.desk.id(), id));
    expected.sort();
    assert_eq!(keys, expected);
    // Somebody who was not on record comes to be, as a visitor.
    let history = desk.desk.history(Key::contact(desk.desk.id(), OTTO), Revision::ZERO, 9);
    assert_eq!(history.unwrap().len(), 2);
    assert!(contact(&desk, OTTO).visitor().is_some());
}

#[test]
fn who_may_merge() {
    let desk = TestDesk::new();
    for actor in [agent(RHEA), agent(LIA), customer(MARIA), bot(), Actor::System] {
        let merge = MergeContacts { contact: LEA, into: MARIA };
        assert_eq!(code(desk.run(&actor, merge)), "forbidden", "{actor}");
        let undo = Command::UndoContactMerge(UndoContactMerge { contact: LEA });
        assert_eq!(code(desk.run(&actor, undo)), "forbidden", "{actor}");
    }
}

#[test]
fn however_contacts_are_merged_and_parted_the_model_says_the_same() {
    let mut draft = draft();
    draft.limits.contact_merges = 4;
    let (mut deepest, mut parted) = (0, 0);
    for seed in 0..150 {
        let desk = TestDesk::with(draft.clone());
        let mut model = Model::new(draft.clone().build().unwrap());
        let mut random = Random::new(seed);
        let mut any = || ContactId::from_u128(random.below(7) as u128);
        for step in 0..50 {
            let (contact, into) = (any(), any());
            let command = match step % 3 {
                2 => Command::UndoContactMerge(UndoContactMerge { contact }),
                _ => Command::MergeContacts(MergeContacts { contact, into }),
            };
            let call = desk.context(&Actor::Host).call(command);
            let predicted = model.apply(&call);
            match desk.desk.execute(&call) {
                Ok(outcome) => {
                    assert_eq!(outcome.is_no_op(), predicted == Prediction::NoOp, "{call:?}");
                    let undone = outcome.all_events().any(|(_, event)| {
                        let change = event.contact_change();
                        matches!(change, Some(ContactChange::MergeUndone { members }) if !members.is_empty())
                    });
                    parted += u32::from(undone);
                }
                Err(error) => {
                    let code = error.refusal().unwrap().code();
                    assert_eq!(predicted, Prediction::Refused([code].into()), "{call:?}");
                }
            }
            for id in model.contacts().keys() {
                let record = super::contact(&desk, *id);
                assert_eq!(model.contact_differences(&record), [""; 0], "seed {seed}");
                deepest = deepest.max(record.members().len());
            }
        }
        desk.verify();
    }
    assert_eq!(deepest, 4);
    assert!(parted > 20, "{parted}");
}
