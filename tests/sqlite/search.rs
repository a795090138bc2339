//! What is found by words: the same in SQLite and in memory, and what is found by reading every thread
//! word for word.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use helpdesk::command::Open;
use helpdesk::conformance::history::{DESK, History, Step, cast};
use helpdesk::conformance::kit::Random;
use helpdesk::matching::{Listing, Words, words};
use helpdesk::store::sqlite::SqliteStore;
use helpdesk::store::{MemoryStore, Store, StoreErrorKind, TextStore};
use helpdesk::{Actor, ContactId, Desk, Requester, Search, SearchPage, Shown, TicketId};

use crate::folder::Folder;
use crate::{many, scene};

/// How many histories; a tenth of what `HELPDESK_STORED` says.
const HISTORIES: u64 = 20;

/// The most commands of a history.
const STEPS: usize = 60;

/// What somebody reads on a ticket.
type Read = (TicketId, BTreeSet<String>);

/// What somebody reads, of every ticket that is listed to them, newest first.
fn read<S: Store>(desk: &Desk<S>, who: &Actor, now: DateTime<Utc>) -> Vec<Read> {
    let every = Listing::every().sorted("number desc").unwrap().page(usize::MAX);
    let Ok(page) = desk.find(who, now, &every) else { return Vec::new() };
    let read = page.rows.iter().map(|row| {
        let id = row.id();
        let subject = match &row.shown {
            Shown::Full(ticket) => ticket.subject().known().cloned(),
            Shown::Public(ticket) => ticket.subject.known().cloned(),
            Shown::Status { .. } => None,
        };
        let mut all = subject.map(|subject| words(&subject)).unwrap_or_default();
        let thread = desk.thread(who, now, id, None, usize::MAX).unwrap();
        for post in thread.posts.iter().filter(|post| post.ticket == id) {
            all.extend(post.text.known().map(|text| words(text)).unwrap_or_default());
            all.extend(post.file_names.iter().flat_map(|name| words(name)));
        }
        (id, all)
    });
    read.collect()
}

/// Page by page.
fn found<S: TextStore>(
    desk: &Desk<S>,
    who: &Actor,
    now: DateTime<Utc>,
    sought: &Words,
) -> Vec<TicketId> {
    let mut search = Search::new(sought.clone()).page(2);
    let mut all = Vec::new();
    loop {
        let page = desk.search(who, now, &search).unwrap();
        assert!(page.hits.len() <= 2);
        for hit in &page.hits {
            all.push(hit.row.id());
            // What is shown of it has a word in it.
            let any = |text: &str| {
                words(text).iter().any(|word| sought.iter().any(|sought| sought.is(word)))
            };
            for post in &hit.posts {
                let names = post.file_names.iter().any(|name| any(name));
                assert!(names || any(post.text.known().unwrap()), "{sought}: {post:?}");
            }
            assert!(hit.in_subject || !hit.posts.is_empty(), "{sought}");
        }
        match page.next {
            Some(next) => search = search.after(next),
            None => return all,
        }
    }
}

fn compare(seed: u64) -> usize {
    let history = History::drawn(seed, STEPS);
    let folder = Folder::new();
    let settings = history.settings();
    let ours = Desk::create(folder.store(), DESK, settings.clone(), cast::start()).unwrap();
    let theirs = Desk::create(MemoryStore::new(), DESK, settings, cast::start()).unwrap();
    let mut random = Random::new(seed ^ 0x5EA);
    let (mut clock, mut hits) = (cast::start(), 0);
    let steps = history.play();
    let last = steps.len().saturating_sub(1);
    for (index, step) in steps.into_iter().enumerate() {
        clock = clock.max(step.now());
        match step {
            Step::Call(call) => {
                let _ = (ours.execute(&call), theirs.execute(&call));
            }
            Step::Tick(now) => drop((ours.tick(now).unwrap(), theirs.tick(now).unwrap())),
        }
        // Now and then, and in the end: what was read into lists is changed after that.
        if index == last || random.below(12) == 0 {
            hits += compare_now(&ours, &theirs, clock, &mut random);
        }
    }
    hits
}

fn compare_now<A: TextStore, B: TextStore>(
    ours: &Desk<A>,
    theirs: &Desk<B>,
    now: DateTime<Utc>,
    random: &mut Random,
) -> usize {
    let agents = (0..cast::AGENTS).map(|index| Actor::Agent(cast::agent(index)));
    let customers = (0..3).map(|index| Actor::Customer(cast::contact(index)));
    let everything = read(theirs, &Actor::Host, now);
    let known: Vec<String> = everything.iter().flat_map(|(_, words)| words.clone()).collect();
    let mut sought: Vec<Words> = vec!["nowhere".parse().unwrap()];
    for _ in 0..12 {
        if known.is_empty() {
            break;
        }
        let mut text = String::new();
        for _ in 0..=random.below(3) {
            let word = &known[random.below(known.len())];
            match random.below(3) {
                0 => text.extend(word.chars().take(2).chain("* ".chars())),
                _ => text.extend(word.chars().chain(" ".chars())),
            }
        }
        sought.extend(text.parse::<Words>());
    }
    let mut hits = 0;
    for who in agents.chain(customers).chain([Actor::Host]) {
        let all = read(theirs, &who, now);
        // Who is nobody is told so on each road.
        if theirs.find(&who, now, &Listing::every()).is_err() {
            assert!(theirs.search(&who, now, &Search::new(sought[0].clone())).is_err());
            continue;
        }
        for sought in &sought {
            let is_there = |there: &BTreeSet<String>| {
                sought.iter().all(|sought| there.iter().any(|word| sought.is(word)))
            };
            let expected = all.iter().filter(|(_, there)| is_there(there)).map(|(id, _)| *id);
            let expected: Vec<TicketId> = expected.collect();
            assert_eq!(found(theirs, &who, now, sought), expected, "{who:?} seeks {sought}");
            assert_eq!(found(ours, &who, now, sought), expected, "{who:?} seeks {sought}");
            hits += expected.len();
        }
    }
    hits
}

#[test]
fn what_is_found_is_what_is_read() {
    let histories = many::wished(10 * HISTORIES) / 10;
    let hits = many::sum(histories, compare);
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
