//! What happened over all of a contact's tickets, as somebody may see it.

use helpdesk::command::{MergeContacts, Note, Open, Take};
use helpdesk::conformance::kit::{FaultyStore, Random};
use helpdesk::{
    Actor, ContactId, Desk, Happening, Requester, Revision, TicketId, Timeline, TimelineCursor,
    TimelineEntry,
};

use super::LEA;
use crate::support::*;

fn id(n: u128) -> TicketId {
    TicketId::from_u128(0x1000 + n)
}

fn page(desk: &TestDesk, actor: &Actor, who: ContactId, limit: usize) -> Timeline {
    desk.desk.timeline(actor, desk.now(), who, None, limit).unwrap()
}

/// All of it, so much at a time, with each cursor handed out as text.
fn all(desk: &TestDesk, actor: &Actor, who: ContactId, limit: usize) -> Vec<TimelineEntry> {
    let (mut entries, mut after) = (Vec::new(), None::<TimelineCursor>);
    loop {
        let found = desk.desk.timeline(actor, desk.now(), who, after, limit).unwrap();
        assert!(found.entries.len() <= limit);
        entries.extend(found.entries);
        let Some(next) = found.next else { return entries };
        after = Some(next.to_string().parse().unwrap());
        let kept = serde_json::to_string(&next).unwrap();
        assert_eq!(serde_json::from_str::<TimelineCursor>(&kept).ok(), after, "and as JSON");
    }
}

/// By the other road: every ticket in sight, its thread and its moves, sorted.
fn expected(desk: &TestDesk, actor: &Actor, who: &[ContactId], tickets: u128) -> Vec<String> {
    let mut told = Vec::new();
    for ticket in (0..tickets).map(id) {
        let Some(head) = desk.desk.ticket(ticket).unwrap() else { continue };
        let asked = who.iter().any(|who| head.requester() == Requester::Contact(*who));
        let Ok(thread) = desk.desk.thread(actor, desk.now(), ticket, None, usize::MAX) else {
            continue;
        };
        if !asked {
            continue;
        }
        told.extend(thread.posts.iter().map(|post| (post.at, ticket, post.revision)));
        let history = desk.desk.history(desk.key(ticket), Revision::ZERO, usize::MAX).unwrap();
        let moves = history.iter().filter(|event| {
            matches!(event.ticket_change(), Some(helpdesk::TicketChange::StatusChanged(_)))
        });
        told.extend(moves.map(|event| (event.at, ticket, event.revision)));
    }
    told.sort();
    told.iter().map(|told| format!("{told:?}")).collect()
}

fn places(entries: &[TimelineEntry]) -> Vec<String> {
    let places = entries.iter().map(|entry| (entry.at, entry.ticket, entry.revision));
    places.map(|place| format!("{place:?}")).collect()
}

#[test]
fn a_timeline_is_every_thread_and_every_move_in_order() {
    for seed in 0..6 {
        let desk = TestDesk::new();
        let mut random = Random::new(seed);
        for _ in 0..120 {
            // Often at one instant.
            desk.pass(hours(random.below(3) as i64));
            let ticket = id(random.below(14) as u128);
            let who = random.one_of([MARIA, LEA, OTTO]);
            let actor = random.one_of([customer(who), agent(ANNA), agent(OWNER), Actor::Host]);
            let command: Cmd = match random.below(6) {
                0 => Open::new(ticket, Requester::Contact(who), "words").into(),
                1 => Note::new(ticket, "between us").into(),
                2 => Take { ticket }.into(),
                3 => resolve(ticket).into(),
                _ => reply(ticket).into(),
            };
            drop(desk.run(&actor, command));
        }
        desk.ok(&Actor::Host, MergeContacts { contact: LEA, into: MARIA });
        let both = [MARIA, LEA];
        for actor in [customer(MARIA), agent(ANNA), agent(RHEA), Actor::Host, bot()] {
            let expected = expected(&desk, &actor, &both, 14);
            for limit in [1, 2, 3, 7, 1000] {
                let found = all(&desk, &actor, MARIA, limit);
                assert_eq!(places(&found), expected, "{actor}, {limit} at a time, seed {seed}");
                assert_eq!(all(&desk, &actor, LEA, limit), found, "the same person");
            }
        }
        assert!(!all(&desk, &Actor::Host, MARIA, 9).is_empty());
        assert!(all(&desk, &customer(OTTO), MARIA, 9).is_empty(), "not his");
    }
}

#[test]
fn a_customer_reads_no_note_and_nothing_of_others() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&agent(ANNA), Note::new(TICKET, "between us"));
    desk.ok(&agent(ANNA), reply(TICKET));
    let said = |actor: &Actor| {
        let entries = page(&desk, actor, MARIA, 20).entries;
        let posts = entries.iter().filter(|entry| matches!(entry.what, Happening::Said(_)));
        posts.count()
    };
    assert_eq!((said(&agent(ANNA)), said(&customer(MARIA)), said(&bot())), (3, 2, 2));
    assert_eq!((said(&agent(BEN)), said(&customer(OTTO))), (0, 0), "not in sight");
}

#[test]
fn no_more_is_read_of_long_threads_than_the_page_takes() {
    let desk = TestDesk::new();
    desk.given_request();
    for n in 0..3000 {
        desk.pass(hours(1));
        let actor = if n % 2 == 0 { agent(ANNA) } else { customer(MARIA) };
        desk.ok(&actor, reply(TICKET));
    }
    let store = FaultyStore::new(desk.store.clone());
    let host = Desk::open_existing(store.clone(), desk.desk.id()).unwrap();
    let first = host.timeline(&Actor::Host, desk.now(), MARIA, None, 10).unwrap();
    assert_eq!(first.entries.len(), 10);
    store.take_calls();
    let calls = |after| {
        host.timeline(&Actor::Host, desk.now(), MARIA, after, 10).unwrap();
        store.take_calls().len()
    };
    let everything = page(&desk, &Actor::Host, MARIA, usize::MAX);
    assert!(everything.entries.len() > 3000 && everything.next.is_none());
    let last = &everything.entries[everything.entries.len() - 20];
    // As of another ticket, so that the place has to be looked for.
    let text = format!("{}.{}.1", last.at.timestamp_micros(), "0".repeat(32));
    let near_the_end = Some(text.parse().unwrap());
    assert!(calls(None) <= 6);
    assert!(calls(near_the_end) <= 6 + 14, "a search by halves, and no thread as a whole");
    assert_eq!(page(&desk, &Actor::Host, MARIA, 0).entries.len(), 0);
}
