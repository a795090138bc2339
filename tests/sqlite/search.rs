//! What is found by words: the same in SQLite and in memory, and what is found by reading every thread
//! word for word.

use helpdesk::command::Open;
use helpdesk::store::sqlite::SqliteStore;
use helpdesk::store::{Inline, StoreErrorKind};
use helpdesk::{Actor, ContactId, Desk, Requester, Search, SearchPage, TicketId};

use crate::alike::at_once;
use crate::folder::Folder;
use crate::{found, many, scene};

/// How many histories; a tenth of what `HELPDESK_STORED` says.
const HISTORIES: u64 = 20;

#[test]
fn what_is_found_is_what_is_read() {
    let histories = many::wished(10 * HISTORIES) / 10;
    let one = |seed| {
        let folder = Folder::new();
        at_once(found::compare(Inline(folder.store()), seed))
    };
    let hits = many::sum(histories, one);
    assert!(hits as u64 > histories * 50, "{hits} hits are no search");
}

/// Of the tickets of many, one customer has asked twice: everybody says the same words.
fn crowd(folder: &Folder) -> Desk<SqliteStore> {
    let desk = scene::desk(folder);
    for n in 2..=60 {
        let who = if n % 30 == 0 { scene::MARIA } else { ContactId::from_u128(1000 + n) };
        let open = Open::new(TicketId::from_u128(n), Requester::Contact(who), "It burns. Help!");
        desk.open(Actor::Customer(who).at(scene::monday()), open).unwrap();
    }
    desk
}

#[test]
fn who_sees_little_looks_at_little_however_frequent_the_words_are() {
    let folder = Folder::new();
    let desk = crowd(&folder);
    let search = Search::new("burns help".parse().unwrap());
    let maria = Actor::Customer(scene::MARIA);
    let ids = |page: &SearchPage| page.hits.iter().map(|hit| hit.row.id()).collect::<Vec<_>>();
    let theirs = [60, 30, 1].map(TicketId::from_u128);
    assert_eq!(ids(&desk.search(&maria, scene::monday(), &search).unwrap()), theirs);
    // Whoever looks at a ticket of somebody else finds it damaged.
    let damage =
        "UPDATE helpdesk_records SET head = 'gone' WHERE kind = 4 AND number NOT IN (1, 30, 60)";
    assert_eq!(folder.connection().execute(damage, []).unwrap(), 57);
    let desk = Desk::open_existing(folder.store(), scene::DESK).unwrap();
    assert_eq!(ids(&desk.search(&maria, scene::monday(), &search).unwrap()), theirs);
    let all = desk.search(&scene::ANNA, scene::monday(), &search);
    assert_eq!(scene::kind(all), StoreErrorKind::Corrupt);
    let mine =
        search.among("requester = contact:00000000-0000-0000-0000-000000000007".parse().unwrap());
    assert_eq!(ids(&desk.search(&scene::ANNA, scene::monday(), &mine).unwrap()), theirs);
}

#[test]
fn lists_that_another_build_made_are_made_anew_or_left_to_it() {
    let folder = Folder::new();
    let desk = crowd(&folder);
    let search = Search::new("unplug".parse().unwrap());
    let found = || desk.search(&scene::ANNA, scene::monday(), &search).map(|page| page.hits.len());
    assert_eq!(found().unwrap(), 1);
    let database = folder.connection();
    // An older build cut words otherwise.
    let older = "UPDATE helpdesk_texts SET form = form - 1; UPDATE helpdesk_words SET word = 'un' WHERE word = 'unplug'";
    database.execute_batch(older).unwrap();
    assert_eq!(found().unwrap(), 1);
    let old = "SELECT count(*) FROM helpdesk_words WHERE word = 'un'";
    assert_eq!(database.query_row(old, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    // A newer one does: what it finds, this one does not know.
    database.execute_batch("UPDATE helpdesk_texts SET form = form + 1").unwrap();
    assert_eq!(scene::kind(found()), StoreErrorKind::Newer);
}
