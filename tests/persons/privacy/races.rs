//! Erasures against everything else that happens at once.

use std::thread;

use helpdesk::command::{EraseContact, MergeContacts, NoteContact, Reply};
use helpdesk::conformance::kit::FaultyStore;
use helpdesk::store::MemoryStore;
use helpdesk::{Actor, ContactId, ContactProfile, Desk, Erasable, Identity, Revision};

use super::*;
use crate::support::*;

#[test]
fn redactions_and_replies_that_race_lose_nothing_and_erase_what_they_name() {
    for round in 0..20 {
        let desk = TestDesk::new();
        desk.given_request();
        let now = desk.now();
        let other = || Desk::open_existing(desk.store.clone(), desk.desk.id()).unwrap();
        thread::scope(|scope| {
            for writer in 0..3 {
                let theirs = other();
                scope.spawn(move || {
                    for n in 0..8 {
                        let reply = Reply::new(TICKET, format!("words {writer} {n}"));
                        theirs.reply(customer(MARIA).at(now), reply).unwrap();
                    }
                });
            }
            let eraser = other();
            scope.spawn(move || {
                for _ in 0..8 {
                    eraser.erase_ticket(Actor::Host.at(now), erase(TICKET)).unwrap();
                }
            });
        });
        desk.verify();
        assert_eq!(desk.ticket(TICKET).message_count(), 25, "round {round}");
        assert_eq!(*desk.ticket(TICKET).subject(), Erasable::Erased);
        // What an erasure names has no payload; what none names has all of it.
        let named: Vec<u64> =
            erasures(&desk, TICKET).into_iter().flat_map(|(_, revisions)| revisions).collect();
        let posts = desk.desk.thread(&Actor::Host, desk.now(), TICKET, None, 99).unwrap().posts;
        for post in posts {
            let erased = post.text == Erasable::Erased;
            assert_eq!(erased, named.contains(&post.revision.0), "{}", post.revision);
        }
    }
}

#[test]
fn a_reply_that_comes_between_the_reading_and_the_commit_is_kept_and_the_erasure_decided_anew() {
    let (store, id) = (FaultyStore::new(MemoryStore::new()), helpdesk::DeskId::from_u128(1));
    let desk = Desk::create(store.clone(), id, draft().build().unwrap(), monday()).unwrap();
    desk.open(customer(MARIA).at(monday()), request(TICKET)).unwrap();
    store.take_calls();
    desk.prepare(&Actor::Host.at(monday()).call(helpdesk::Command::EraseTicket(erase(TICKET))))
        .unwrap();
    let calls = store.take_calls().len();
    for nth in 1..=calls + 1 {
        let other = Desk::open_existing(store.inner().clone(), id).unwrap();
        // Or there would be nothing to erase, and nothing to commit.
        other.reply(customer(MARIA).at(monday()), reply(TICKET)).unwrap();
        let before = other.history(helpdesk::Key::ticket(id, TICKET), Revision::ZERO, 999).unwrap();
        store.meanwhile(nth, move || {
            other.reply(customer(MARIA).at(monday()), reply(TICKET)).unwrap();
        });
        desk.erase_ticket(Actor::Host.at(monday()), erase(TICKET)).unwrap();
        let key = helpdesk::Key::ticket(id, TICKET);
        let after = desk.history(key, Revision::ZERO, 999).unwrap();
        assert!(after.len() > before.len());
        desk.verify(key).unwrap();
        let words = desk.thread(&Actor::Host, monday(), TICKET, None, 99).unwrap().posts;
        assert!(words.iter().all(|post| post.text == Erasable::Erased), "before call {nth}");
    }
}

#[test]
fn a_merge_or_a_note_that_comes_between_the_reading_and_the_commit_is_erased_too_or_kept_whole() {
    let double = ContactId::from_u128(0xD0);
    let id = helpdesk::DeskId::from_u128(1);
    let put = |desk: &Desk<MemoryStore>, contact, name: &str| {
        let profile = ContactProfile::new(name).identity(Identity::email(format!("{name}@a.test")));
        desk.put_contact(Actor::Host.at(monday()), contact, profile).unwrap();
    };
    let forget = || EraseContact::new(MARIA, "asked for");
    let mut decided_anew = 0;
    // After the settings and her record there is the history, and then the commit.
    for nth in 1..=6 {
        for merges in [true, false] {
            let store = FaultyStore::new(MemoryStore::new());
            let desk = Desk::create(store.clone(), id, draft().build().unwrap(), monday()).unwrap();
            let other = Desk::open_existing(store.inner().clone(), id).unwrap();
            put(&other, MARIA, "maria");
            put(&other, double, "m");
            store.take_calls();
            store.meanwhile(nth, move || {
                let host = Actor::Host.at(monday());
                if merges {
                    let merge = MergeContacts { contact: double, into: MARIA };
                    other.merge_contacts(host, merge).unwrap();
                } else {
                    let text = "meanwhile".to_owned();
                    other.note_contact(host, NoteContact { contact: MARIA, text }).unwrap();
                }
            });
            let outcome = desk.erase_contact(Actor::Host.at(monday()), forget()).unwrap();
            decided_anew += usize::from(outcome.tries > 1);
            let came = store.pending() == 0;
            store.mend();
            let (maria, other) =
                (desk.contact(MARIA).unwrap().unwrap(), desk.contact(double).unwrap().unwrap());
            assert!(maria.is_erased(), "call {nth}");
            assert_eq!(other.is_erased(), merges && came, "call {nth}: one person or two");
            // What was there at the commit is gone.
            let history =
                desk.history(helpdesk::Key::contact(id, MARIA), Revision::ZERO, 99).unwrap();
            let personal = history.iter().filter(|event| event.is_personal()).count();
            assert_eq!(personal, 1, "call {nth}: why it was erased");
            for contact in [MARIA, double] {
                desk.verify(helpdesk::Key::contact(id, contact)).unwrap();
            }
        }
    }
    assert!(decided_anew > 0, "nothing ever came between");
}
