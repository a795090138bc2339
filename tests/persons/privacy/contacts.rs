//! A contact's own record is erased: with those that were merged, and nothing of it is left.

use std::collections::BTreeSet;

use helpdesk::command::{BlockContact, EraseContact, MergeContacts, NoteContact, UndoContactMerge};
use helpdesk::conformance::kit::Random;
use helpdesk::store::{Store, codec};
use helpdesk::{
    Actor, Columns, Command, ContactChange, ContactId, ContactProfile, Erasable, Event, FieldDef,
    FieldKind, FieldValue, Identity, Key, OrganisationId, OrganisationProfile, Refusal, Revision,
    SettingsDraft, UniqueKey,
};

use super::facts;
use crate::support::*;

const DOUBLE: ContactId = ContactId::from_u128(0xD0);
const THIRD: ContactId = ContactId::from_u128(0xD1);
const ACME: OrganisationId = OrganisationId::from_u128(0xACE);

fn address() -> Identity {
    Identity::email("maria@example.com")
}

fn maria() -> ContactProfile {
    ContactProfile {
        location: Some("Rome".into()),
        time_zone: Some("Europe/Rome".into()),
        language: Some("it".into()),
        ..ContactProfile::new("Maria").identity(address()).identity(Identity::phone("+39 06 698"))
    }
}

fn put(desk: &TestDesk, id: ContactId, profile: ContactProfile) {
    desk.ok(&Actor::Host, Command::PutContact { id, profile });
}

fn note(desk: &TestDesk, contact: ContactId, text: &str) {
    desk.ok(&agent(ANNA), NoteContact { contact, text: text.into() });
}

fn block(desk: &TestDesk, contact: ContactId) {
    desk.ok(&agent(ANNA), BlockContact { contact, blocked: true, reason: "advertises".into() });
}

fn forget(contact: ContactId) -> EraseContact {
    EraseContact::new(contact, "asked for")
}

fn history(desk: &TestDesk, contact: ContactId) -> Vec<Event> {
    desk.desk.history(Key::contact(desk.desk.id(), contact), Revision::ZERO, 999).unwrap()
}

fn personal(desk: &TestDesk, contact: ContactId) -> Vec<u64> {
    let history = history(desk, contact);
    history.iter().filter(|event| event.is_personal()).map(|event| event.revision.0).collect()
}

fn owner(desk: &TestDesk, identity: &Identity) -> Option<ContactId> {
    let keys = [UniqueKey::identity(identity)];
    desk.store.resolve(desk.desk.id(), &keys).unwrap()[0].and_then(|key| key.as_contact())
}

#[test]
fn whoever_is_forgotten_is_a_visitor_again_and_the_address_is_free() {
    let desk = TestDesk::new();
    put(&desk, MARIA, maria());
    note(&desk, MARIA, "Prefers the morning");
    let before = history(&desk, MARIA);
    let outcome = desk.ok(&agent(ADMIN), forget(MARIA));
    let told = outcome.records.iter().find_map(|record| record.contact()).unwrap();
    let contact = desk.desk.contact(MARIA).unwrap().unwrap();
    assert_eq!(*told, contact);
    assert!(contact.is_erased());
    assert_eq!((contact.name(), contact.identities().len()), (None, 0));
    assert!(contact.visitor().unwrap().as_str().starts_with("visitor-"));
    assert_eq!((contact.location(), contact.time_zone(), contact.language()), (None, None, None));
    assert!(contact.identity_kinds().is_empty());
    assert_eq!(contact.note_count(), 1, "that there was one is a fact");
    let notes = desk.desk.contact_notes(&agent(ANNA), desk.now(), MARIA, None, 9).unwrap().notes;
    assert_eq!((notes.len(), &notes[0].text), (1, &Erasable::Erased));

    let after = history(&desk, MARIA);
    assert_eq!(facts(&after[..before.len()]), facts(&before));
    let Some(ContactChange::Erased { revisions, visitor, bytes }) = after[2].contact_change()
    else {
        panic!("{after:?}")
    };
    assert_eq!((&revisions[..], *bytes), (&[Revision(1), Revision(2)][..], 9));
    assert_eq!(Some(visitor), contact.visitor());
    assert_eq!(after[2].personal.as_ref().unwrap().text.as_deref(), Some("asked for"));
    assert_eq!(personal(&desk, MARIA), [3], "why it was erased");

    assert_eq!(desk.desk.contact_by(&address()).unwrap(), None);
    put(&desk, OTTO, ContactProfile::new("Otto").identity(address()));
    assert_eq!(owner(&desk, &address()), Some(OTTO));
    desk.verify();
}

#[test]
fn a_second_erasure_changes_nothing_unless_there_are_new_words() {
    let desk = TestDesk::new();
    put(&desk, MARIA, maria());
    desk.ok(&Actor::Host, forget(MARIA));
    let before = desk.everything();
    assert!(desk.ok(&Actor::Host, forget(MARIA)).is_no_op());
    assert_eq!(desk.everything(), before);

    note(&desk, MARIA, "She called again");
    assert_eq!(personal(&desk, MARIA), [2, 3]);
    assert!(!desk.ok(&Actor::Host, forget(MARIA)).is_no_op());
    assert_eq!(personal(&desk, MARIA), [2, 4]);

    // Put on record anew, she is known again; and forgotten again.
    put(&desk, MARIA, maria());
    let contact = desk.desk.contact(MARIA).unwrap().unwrap();
    assert_eq!((contact.name(), contact.is_erased()), (Some("Maria"), false));
    assert!(contact.visitor().is_some(), "it stands in what was said meanwhile");
    assert_eq!(owner(&desk, &address()), Some(MARIA));
    desk.ok(&Actor::Host, forget(MARIA));
    assert_eq!((owner(&desk, &address()), personal(&desk, MARIA)), (None, vec![2, 4, 6]));
    desk.verify();
}

#[test]
fn a_visitor_without_words_can_be_put_on_record_anew_after_erasure() {
    let desk = TestDesk::new();
    put(&desk, MARIA, ContactProfile::default());
    desk.ok(&Actor::Host, forget(MARIA));
    put(&desk, MARIA, ContactProfile::default());
    assert!(!desk.desk.contact(MARIA).unwrap().unwrap().is_erased());
    desk.verify();
}

#[test]
fn of_a_contact_without_a_record_there_is_nothing_to_erase() {
    let desk = TestDesk::new();
    desk.given_request();
    assert!(desk.ok(&Actor::Host, forget(MARIA)).is_no_op());
    assert_eq!(desk.desk.contact(MARIA).unwrap(), None);
}

/// Maria, known three times: the third was merged into the second, and that into her.
fn given_three_of_one() -> TestDesk {
    let desk = TestDesk::new();
    put(&desk, MARIA, maria());
    put(&desk, DOUBLE, ContactProfile::new("M.").identity(Identity::email("m@example.com")));
    put(&desk, THIRD, ContactProfile::new("Mary").identity(Identity::phone("+1 555 0100")));
    note(&desk, THIRD, "Calls from the car");
    desk.ok(&Actor::Host, MergeContacts { contact: THIRD, into: DOUBLE });
    desk.ok(&Actor::Host, MergeContacts { contact: DOUBLE, into: MARIA });
    put(&desk, OTTO, ContactProfile::new("Otto").identity(Identity::email("otto@example.com")));
    desk
}

#[test]
fn contacts_that_were_merged_are_forgotten_in_one_commit_whichever_is_named() {
    for named in [MARIA, DOUBLE, THIRD] {
        let desk = given_three_of_one();
        let outcome = desk.ok(&Actor::Host, forget(named));
        assert_eq!(outcome.events.len(), 3);
        for id in [MARIA, DOUBLE, THIRD] {
            let contact = desk.desk.contact(id).unwrap().unwrap();
            assert!(contact.is_erased() && contact.name().is_none(), "{id}");
            let last = history(&desk, id).last().unwrap().revision.0;
            assert_eq!(personal(&desk, id), [last]);
        }
        let addresses = [
            address(),
            Identity::email("m@example.com"),
            Identity::phone("+1 555 0100"),
            Identity::phone("+39 06 698"),
        ];
        assert!(addresses.iter().all(|it| owner(&desk, it).is_none()));
        // Who was merged into whom is a fact; Otto is somebody else.
        assert_eq!(desk.desk.contact(MARIA).unwrap().unwrap().ids().count(), 3);
        assert_eq!(owner(&desk, &Identity::email("otto@example.com")), Some(OTTO));
        assert_eq!(personal(&desk, OTTO), [1]);
        assert!(desk.ok(&Actor::Host, forget(DOUBLE)).is_no_op());
        desk.verify();
    }
}

#[test]
fn a_member_whose_merge_is_undone_is_forgotten_alone() {
    let desk = given_three_of_one();
    desk.ok(&Actor::Host, UndoContactMerge { contact: DOUBLE });
    desk.ok(&Actor::Host, forget(THIRD));
    assert!(desk.desk.contact(DOUBLE).unwrap().unwrap().is_erased(), "with its own member");
    assert_eq!(desk.desk.contact(MARIA).unwrap().unwrap().name(), Some("Maria"));
    assert_eq!(owner(&desk, &address()), Some(MARIA));
}

#[test]
fn as_many_as_may_be_merged_are_forgotten_in_one_commit() {
    let desk = TestDesk::new();
    let members = desk.desk.settings().unwrap().limits().contact_merges;
    for n in 0..u128::from(members) {
        let id = ContactId::from_u128(0x1000 + n);
        let email = Identity::email(format!("{n}@example.com"));
        put(&desk, id, ContactProfile::new("Maria").identity(email));
        desk.ok(&Actor::Host, MergeContacts { contact: id, into: MARIA });
    }
    let outcome = desk.ok(&Actor::Host, forget(ContactId::from_u128(0x1007)));
    assert_eq!(outcome.events.len(), members as usize + 1);
    assert_eq!(owner(&desk, &Identity::email("49@example.com")), None);
    desk.verify();
}

#[test]
fn a_block_stays_without_its_reason_and_does_not_follow_the_address() {
    let desk = TestDesk::new();
    desk.given_request();
    put(&desk, MARIA, maria());
    block(&desk, MARIA);
    let since = desk.desk.contact(MARIA).unwrap().unwrap().blocked().unwrap().0;
    desk.pass(hours(1));
    desk.ok(&Actor::Host, forget(MARIA));
    let contact = desk.desk.contact(MARIA).unwrap().unwrap();
    assert_eq!(contact.blocked(), Some((since, &Erasable::Erased)));
    assert_eq!(desk.refused(&customer(MARIA), reply(TICKET)).code(), "blocked");
    // Whoever has the address now is somebody else to the desk.
    put(&desk, OTTO, ContactProfile::new("Otto").identity(address()));
    let open = helpdesk::command::Open::new(ticket_id(9), helpdesk::Requester::Contact(OTTO), "Hi");
    desk.ok(&customer(OTTO), open);
}

#[test]
fn whoever_is_forgotten_belongs_to_no_organisation() {
    let desk = TestDesk::new();
    let acme = OrganisationProfile::new("Acme").domain("example.com");
    desk.ok(&Actor::Host, Command::PutOrganisation { id: ACME, profile: acme });
    put(&desk, MARIA, maria());
    desk.given_request();
    assert_eq!(desk.desk.contact(MARIA).unwrap().unwrap().organisation(), Some(ACME));
    desk.ok(&Actor::Host, forget(MARIA));
    let record = desk.desk.record(Key::contact(desk.desk.id(), MARIA)).unwrap().unwrap();
    let Columns::Contact(columns) = Columns::of(&record.head) else { panic!("{record:?}") };
    assert_eq!(columns.organisation, None);
    assert_eq!(desk.ticket(TICKET).organisation(), Some(ACME), "whose request it was is a fact");
}

#[test]
fn who_may_erase_a_contact_and_what_it_takes() {
    let desk = TestDesk::new();
    put(&desk, MARIA, maria());
    let before = desk.everything();
    let others = [customer(MARIA), agent(ANNA), agent(RHEA), agent(LIA), bot(), auto_responder()];
    for actor in others {
        assert_eq!(desk.refused(&actor, forget(MARIA)).code(), "forbidden", "{actor}");
    }
    assert_eq!(
        desk.refused(&Actor::Host, EraseContact::new(MARIA, " ")),
        Refusal::Empty { what: "reason" }
    );
    let stale = desk.context(&Actor::Host).having_seen(Revision(7));
    let refused = desk.desk.erase_contact(stale, forget(MARIA)).unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), "stale_view");
    assert_eq!(desk.everything(), before);
    desk.ok(&agent(OWNER), forget(MARIA));
}

/// Everything that the store holds of the desk, in every form in which it may be written.
fn all(desk: &TestDesk) -> String {
    let mut all = format!("{:?}\n{}", desk.store, desk.everything());
    for entry in desk.store.scan(desk.desk.id(), 0, 9_999).unwrap() {
        all += &format!("{entry:?}");
        for event in entry.events.iter() {
            all += &format!("{:?}", codec::encode_event(event).unwrap());
        }
        let record = desk.desk.record(entry.key).unwrap().unwrap();
        all += &codec::encode_head(&record.head).unwrap().head;
    }
    all
}

/// A desk on which every word about every contact is told from every other.
struct Marked {
    desk: TestDesk,
    random: Random,
    words: Vec<(ContactId, String)>,
}

const CAST: [ContactId; 4] = [MARIA, OTTO, DOUBLE, THIRD];

impl Marked {
    fn new(seed: u64) -> Self {
        let field = FieldDef::new("badge", FieldKind::Text { max_bytes: 40 });
        let draft = SettingsDraft { contact_fields: vec![field], ..draft() };
        Self { desk: TestDesk::with(draft), random: Random::new(seed), words: Vec::new() }
    }

    fn word(&mut self, of: ContactId) -> String {
        let word = format!("zq{:04}word", self.words.len());
        self.words.push((of, word.clone()));
        word
    }

    /// All contacts that are one person with this one.
    fn person(&self, contact: ContactId) -> BTreeSet<ContactId> {
        let Some(record) = self.desk.desk.contact(contact).unwrap() else {
            return [contact].into();
        };
        let speaker = record.merged_into().unwrap_or(contact);
        self.desk.desk.contact(speaker).unwrap().unwrap().ids().collect()
    }

    /// Something that says something new of somebody, or makes one of two.
    fn go_on(&mut self) {
        let contact = self.random.pick(&CAST).copied().unwrap();
        let other = self.random.pick(&CAST).copied().unwrap();
        match self.random.below(9) {
            0..4 => {
                let mut profile = ContactProfile::new(self.word(contact));
                let email = Identity::email(format!("{}@example.com", self.word(contact)));
                profile = profile.identity(email);
                profile.identities.push(Identity::other("customer", self.word(contact)));
                profile.location = Some(self.word(contact));
                let badge = self.word(contact);
                profile.fields.insert("badge".into(), FieldValue::Text(badge.as_str().into()));
                put(&self.desk, contact, profile);
            }
            4 | 5 => {
                let text = self.word(contact);
                note(&self.desk, contact, &text);
            }
            6 => {
                let (blocked, reason) = (self.random.percent(50), self.word(contact));
                self.desk.ok(&agent(ANNA), BlockContact { contact, blocked, reason });
            }
            7 => {
                let merge = MergeContacts { contact, into: other };
                let _refused = self.desk.run(&Actor::Host, merge);
            }
            _ => {
                let _refused = self.desk.run(&Actor::Host, UndoContactMerge { contact });
            }
        }
        self.desk.pass(hours(1));
    }
}

#[test]
fn nothing_is_left_of_a_person_who_was_forgotten_and_nothing_of_others_is_gone() {
    let (mut forgotten, mut left) = (0, 0);
    for seed in 0..120 {
        let mut marked = Marked::new(seed);
        for _ in 0..4 + marked.random.below(14) {
            marked.go_on();
        }
        for _ in 0..3 {
            let named = marked.random.pick(&CAST).copied().unwrap();
            let person = marked.person(named);
            let before = all(&marked.desk);
            let there = |text: &str, word: &str| text.contains(word);
            // A note or a block is on the record of the one who spoke for them then: what a record
            // has is what goes, whoever it was about.
            let mut own = String::new();
            for id in &person {
                let record = marked.desk.desk.record(Key::contact(marked.desk.desk.id(), *id));
                own += &format!("{:?}{:?}", history(&marked.desk, *id), record.unwrap());
            }
            let facts_before: Vec<Vec<Event>> =
                CAST.iter().map(|id| facts(&history(&marked.desk, *id))).collect();
            marked.desk.ok(&Actor::Host, forget(named));
            let after = all(&marked.desk);
            for (_, word) in &marked.words {
                let expected = there(&before, word) && !there(&own, word);
                assert_eq!(there(&after, word), expected, "{word} in seed {seed}");
                forgotten += usize::from(there(&own, word));
                left += usize::from(expected);
            }
            for (id, facts_before) in CAST.iter().zip(&facts_before) {
                let now = facts(&history(&marked.desk, *id));
                assert_eq!(now[..facts_before.len()], facts_before[..], "facts, order and count");
            }
            marked.desk.verify();
            assert!(marked.desk.ok(&Actor::Host, forget(named)).is_no_op());
            marked.go_on();
        }
    }
    assert!(forgotten > 300 && left > 300, "{forgotten} went, {left} stayed");
}
