//! What is found by words in random histories: the same in a store and in memory, and what is found by
//! reading every thread word for word.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use helpdesk::conformance::history::{DESK, History, Step, cast};
use helpdesk::conformance::kit::Random;
use helpdesk::matching::{Listing, Words, words};
use helpdesk::store::{AsyncStore, AsyncTextStore, Inline, MemoryStore};
use helpdesk::{Actor, AsyncDesk, Search, Shown, TicketId};

/// The most commands of a history.
const STEPS: usize = 50;

/// What somebody reads on a ticket.
type Read = (TicketId, BTreeSet<String>);

/// What somebody reads, of every ticket that is listed to them, newest first.
async fn read<S: AsyncStore>(desk: &AsyncDesk<S>, who: &Actor, now: DateTime<Utc>) -> Vec<Read> {
    let every = Listing::every().sorted("number desc").unwrap().page(usize::MAX);
    let Ok(page) = desk.find(who, now, &every).await else { return Vec::new() };
    let mut read = Vec::new();
    for row in &page.rows {
        let id = row.id();
        let subject = match &row.shown {
            Shown::Full(ticket) => ticket.subject().known().cloned(),
            Shown::Public(ticket) => ticket.subject.known().cloned(),
            Shown::Status { .. } => None,
        };
        let mut all = subject.map(|subject| words(&subject)).unwrap_or_default();
        let thread = desk.thread(who, now, id, None, usize::MAX).await.unwrap();
        for post in thread.posts.iter().filter(|post| post.ticket == id) {
            all.extend(post.text.known().map(|text| words(text)).unwrap_or_default());
            all.extend(post.file_names.iter().flat_map(|name| words(name)));
        }
        read.push((id, all));
    }
    read
}

/// Page by page.
async fn found<S: AsyncTextStore>(
    desk: &AsyncDesk<S>,
    who: &Actor,
    now: DateTime<Utc>,
    sought: &Words,
) -> Vec<TicketId> {
    let mut search = Search::new(sought.clone()).page(2);
    let mut all = Vec::new();
    loop {
        let page = desk.search(who, now, &search).await.unwrap();
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

/// Lives a history on a store and in memory, and compares what is found in the one with what is read in
/// the other, now and then; how much was found.
pub(crate) async fn compare<S: AsyncTextStore>(store: S, seed: u64) -> usize {
    let history = History::drawn(seed, STEPS);
    let (settings, memory) = (history.settings(), Inline(MemoryStore::new()));
    let ours = AsyncDesk::create(store, DESK, settings.clone(), cast::start()).await.unwrap();
    let theirs = AsyncDesk::create(memory, DESK, settings, cast::start()).await.unwrap();
    let mut random = Random::new(seed ^ 0x5EA);
    let (mut clock, mut hits) = (cast::start(), 0);
    let steps = history.play();
    let last = steps.len().saturating_sub(1);
    for (index, step) in steps.into_iter().enumerate() {
        clock = clock.max(step.now());
        match step {
            Step::Call(call) => {
                drop((ours.execute(&call).await, theirs.execute(&call).await));
            }
            Step::Tick(now) => {
                drop((ours.tick(now).await.unwrap(), theirs.tick(now).await.unwrap()));
            }
        }
        // Now and then, and in the end: what was read into lists is changed after that.
        if index == last || random.below(12) == 0 {
            hits += compare_now(&ours, &theirs, clock, &mut random).await;
        }
    }
    hits
}

async fn compare_now<A: AsyncTextStore, B: AsyncTextStore>(
    ours: &AsyncDesk<A>,
    theirs: &AsyncDesk<B>,
    now: DateTime<Utc>,
    random: &mut Random,
) -> usize {
    let agents = (0..cast::AGENTS).map(|index| Actor::Agent(cast::agent(index)));
    let customers = (0..3).map(|index| Actor::Customer(cast::contact(index)));
    let everything = read(theirs, &Actor::Host, now).await;
    let known: Vec<String> = everything.iter().flat_map(|(_, words)| words.clone()).collect();
    let mut sought: Vec<Words> = vec!["nowhere".parse().unwrap(), "nowhere*".parse().unwrap()];
    for _ in 0..8 {
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
        let all = read(theirs, &who, now).await;
        // Who is nobody is told so on each road.
        if theirs.find(&who, now, &Listing::every()).await.is_err() {
            let search = Search::new(sought[0].clone());
            assert!(ours.search(&who, now, &search).await.is_err());
            continue;
        }
        for sought in &sought {
            let is_there = |there: &BTreeSet<String>| {
                sought.iter().all(|sought| there.iter().any(|word| sought.is(word)))
            };
            let expected = all.iter().filter(|(_, there)| is_there(there)).map(|(id, _)| *id);
            let expected: Vec<TicketId> = expected.collect();
            let found = found(ours, &who, now, sought).await;
            assert_eq!(found, expected, "{who:?} seeks {sought}");
            // What is told of each is the same, too.
            let search = Search::new(sought.clone());
            let ours = ours.search(&who, now, &search).await.unwrap();
            let theirs = theirs.search(&who, now, &search).await.unwrap();
            assert_eq!(ours, theirs, "{who:?} seeks {sought}");
            hits += expected.len();
        }
    }
    hits
}
