//! What is erased is in no file of the database any more.

use helpdesk::command::{EraseTicket, Reply};
use helpdesk::{Actor, Erasable, Revision, Search, TicketId};

use crate::folder::Folder;
use crate::scene::*;

fn holds(folder: &Folder, words: &str) -> bool {
    folder.bytes().windows(words.len()).any(|it| it == words.as_bytes())
}

#[test]
fn erased_words_are_gone_from_the_files() {
    let folder = Folder::new();
    let desk = desk(&folder);
    let secret = "my account is 4711-0815";
    // Long enough to stand on pages of its own, too.
    let long = format!("{secret} {}", "and so on ".repeat(2000));
    for text in [secret, &long] {
        desk.reply(Actor::Customer(MARIA).at(monday()), Reply::new(TICKET, text)).unwrap();
    }
    // Others, before and after.
    for id in 2..40 {
        desk.open(Actor::Customer(MARIA).at(monday()), request(id)).unwrap();
    }
    assert!(holds(&folder, secret));
    // Somebody searches: the words stand in lists, too.
    let search = Search::new("4711 0815".parse().unwrap());
    assert_eq!(desk.search(&ANNA, monday(), &search).unwrap().hits.len(), 1);
    let erase = EraseTicket { ticket: TICKET, reason: "asked for".to_owned() };
    desk.erase_ticket(Actor::Host.at(monday()), erase).unwrap();
    assert!(!holds(&folder, secret));
    assert!(!holds(&folder, "4711"));
    assert!(!holds(&folder, "0815"));
    assert_eq!(desk.search(&ANNA, monday(), &search).unwrap().hits.len(), 0);

    let personal = "SELECT count(personal) FROM helpdesk_events WHERE id = ?1 AND revision < 6";
    let id = TICKET.as_uuid().as_bytes().as_slice();
    let connection = folder.connection();
    assert_eq!(connection.query_row(personal, [id], |row| row.get::<_, i64>(0)).unwrap(), 0);
    let thread = desk.thread(&ANNA, monday(), TICKET, None, 10).unwrap().posts;
    assert!(thread.iter().all(|post| post.text == Erasable::Erased));
    assert!(desk.verify(key()).unwrap() > Revision(6));
    let other = desk.thread(&ANNA, monday(), TicketId::from_u128(2), None, 10).unwrap().posts;
    assert_eq!(other[0].text.as_str(), "It burns. Help!");
}

#[test]
fn what_somebody_still_reads_is_gone_after_the_next_commit() {
    let folder = Folder::new();
    let desk = desk(&folder);
    let secret = "my account is 4711-0815";
    desk.reply(Actor::Customer(MARIA).at(monday()), Reply::new(TICKET, secret)).unwrap();
    let mut other = folder.connection();
    let reading = other.transaction().unwrap();
    let count = "SELECT count(*) FROM helpdesk_events";
    let events: i64 = reading.query_row(count, [], |row| row.get(0)).unwrap();
    let erase = EraseTicket { ticket: TICKET, reason: "asked for".to_owned() };
    desk.erase_ticket(Actor::Host.at(monday()), erase).unwrap();
    // Who began to read before it goes on as before.
    assert!(holds(&folder, secret));
    assert_eq!(reading.query_row(count, [], |row| row.get::<_, i64>(0)).unwrap(), events);
    reading.commit().unwrap();
    desk.open(Actor::Customer(MARIA).at(monday()), request(2)).unwrap();
    assert!(!holds(&folder, secret));
}
