//! Notes about contacts: agents only, and they survive a merge.

use helpdesk::command::{MergeContacts, NoteContact, UndoContactMerge};
use helpdesk::{Actor, Author, ContactId};

use super::{LEA, code, contact};
use crate::support::*;

fn note(desk: &TestDesk, contact: ContactId, text: &str) {
    desk.ok(&agent(ANNA), NoteContact { contact, text: text.into() });
}

fn read(desk: &TestDesk, contact: ContactId, page: usize) -> Vec<String> {
    let (mut texts, mut after) = (Vec::new(), None);
    loop {
        let found =
            desk.desk.contact_notes(&agent(ANNA), desk.now(), contact, after, page).unwrap();
        assert!(found.notes.len() <= page);
        texts.extend(found.notes.iter().map(|note| note.text.as_str().to_owned()));
        after = found.next;
        if after.is_none() {
            return texts;
        }
    }
}

#[test]
fn notes_of_all_that_were_merged_are_read_together_in_order() {
    let desk = TestDesk::new();
    for (who, text) in [(MARIA, "one"), (LEA, "two"), (MARIA, "three"), (OTTO, "not hers")] {
        note(&desk, who, text);
        desk.pass(hours(1));
    }
    desk.ok(&Actor::Host, MergeContacts { contact: LEA, into: MARIA });
    note(&desk, LEA, "four");
    for page in [1, 2, 3, 9] {
        assert_eq!(read(&desk, MARIA, page), ["one", "two", "three", "four"]);
        assert_eq!(read(&desk, LEA, page), ["one", "two", "three", "four"]);
    }
    // What was said of the one who speaks for both stays there.
    assert_eq!(contact(&desk, LEA).note_count(), 1);
    desk.ok(&Actor::Host, UndoContactMerge { contact: LEA });
    assert_eq!(read(&desk, LEA, 9), ["two"]);
    assert_eq!(read(&desk, MARIA, 9), ["one", "three", "four"]);
    desk.verify();
}

#[test]
fn notes_at_one_instant_are_each_read_once() {
    let desk = TestDesk::new();
    desk.ok(&Actor::Host, MergeContacts { contact: LEA, into: MARIA });
    desk.ok(&Actor::Host, UndoContactMerge { contact: LEA });
    for number in 0..7 {
        note(&desk, [MARIA, LEA][number % 2], &number.to_string());
    }
    desk.ok(&Actor::Host, MergeContacts { contact: LEA, into: MARIA });
    for page in 1..9 {
        let mut found = read(&desk, MARIA, page);
        found.sort();
        assert_eq!(found, ["0", "1", "2", "3", "4", "5", "6"]);
    }
}

#[test]
fn no_customer_ever_reads_or_writes_one() {
    let desk = TestDesk::new();
    note(&desk, MARIA, "difficult");
    let all = |actor: &Actor| desk.desk.contact_notes(actor, desk.now(), MARIA, None, 9);
    for actor in [customer(MARIA), Actor::AutoResponder(MARIA), bot(), agent(LIA), agent(RHEA)] {
        let error = all(&actor).unwrap_err();
        assert_eq!(error.refusal().unwrap().code(), "forbidden", "{actor}");
        let note = NoteContact { contact: MARIA, text: "words".into() };
        assert_eq!(code(desk.run(&actor, note)), "forbidden", "{actor}");
    }
    let page = all(&agent(OWNER)).unwrap();
    assert_eq!(page.notes[0].author, Author::Agent(ANNA));
    assert_eq!(all(&Actor::Host).unwrap(), page);
    let empty = NoteContact { contact: MARIA, text: "\n".into() };
    assert_eq!(code(desk.run(&agent(ANNA), empty)), "empty");
}

#[test]
fn of_whom_nothing_is_on_record_there_are_no_notes() {
    let desk = TestDesk::new();
    assert!(read(&desk, LEA, 9).is_empty());
    let none = desk.desk.contact_notes(&agent(ANNA), desk.now(), LEA, None, 0).unwrap();
    assert_eq!((none.notes.len(), none.next), (0, None));
}
