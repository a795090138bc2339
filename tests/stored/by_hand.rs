//! Rows that somebody changed by hand: erased, newer, older, damaged.

use chrono::{DateTime, Utc};
use helpdesk::command::{Note, Open, Reply, Take};
use helpdesk::matching::Listing;
use helpdesk::store::codec::{self, StoredEvent, StoredHead};
use helpdesk::store::{Lease, Operation, Scope, Store, StoreError, StoreErrorKind};
use helpdesk::{
    Actor, AgentId, AgentProfile, Change, CommandId, ContactId, Delivery, Desk, DeskError,
    DeskErrorKind, DeskId, Erasable, Head, Key, Relaying, ReplayError, Requester, Revision,
    Settings, TicketId, fold,
};

use crate::texts::TextStore;

const DESK: DeskId = DeskId::from_u128(1);
const TICKET: TicketId = TicketId::from_u128(1);
const MARIA: ContactId = ContactId::from_u128(7);
const ANNA: Actor = Actor::Agent(AgentId::from_u128(8));
const ONCE: CommandId = CommandId::from_u128(99);

fn monday() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn key() -> Key {
    Key::ticket(DESK, TICKET)
}

/// A desk with a ticket that was opened, taken and answered: the last by a command with an id.
fn desk() -> Desk<TextStore> {
    let now = monday();
    let desk = Desk::create(TextStore::default(), DESK, Settings::default(), now).unwrap();
    let anna = AgentProfile::new("Anna").email("anna@example.com");
    desk.put_agent(Actor::Host.at(now), AgentId::from_u128(8), anna).unwrap();
    let open = Open::new(TICKET, Requester::Contact(MARIA), "It burns. Help!").subject("Fire");
    desk.open(Actor::Customer(MARIA).at(now), open).unwrap();
    desk.take(ANNA.at(now), Take { ticket: TICKET }).unwrap();
    desk.reply(ANNA.at(now).once(ONCE), Reply::new(TICKET, "Unplug it.")).unwrap();
    desk
}

/// What the store said, of which call; nothing else may have gone wrong.
fn store_error<T: std::fmt::Debug>(result: Result<T, DeskError>) -> (StoreErrorKind, Operation) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), DeskErrorKind::Alarm);
    match &error {
        DeskError::Store(error) => (error.kind(), error.operation()),
        other => panic!("{other:?}"),
    }
}

fn kind<T: std::fmt::Debug>(result: Result<T, StoreError>) -> StoreErrorKind {
    result.unwrap_err().kind()
}

/// Makes it a text that no build wrote.
fn damage(text: &mut String) {
    text.truncate(text.len() / 2);
}

#[test]
fn what_is_erased_is_erased_and_all_else_is_as_it_was() {
    let desk = desk();
    let before = desk.history(key(), Revision::ZERO, 100).unwrap();
    let head = desk.ticket(TICKET).unwrap().unwrap();
    for ((of, _), row) in &mut desk.store().tables().events {
        if *of == key() {
            row.personal = None;
        }
    }
    // A head remembers what was erased until it is made anew: `verify` tells on it.
    let told = desk.verify(key()).unwrap_err();
    assert!(matches!(told, DeskError::Replay(ReplayError::HeadDiffers { .. })), "{told:?}");
    desk.store().tables().records.get_mut(&key()).unwrap().head.schema = 0;
    assert_eq!(desk.verify(key()).unwrap(), head.revision());

    let after = desk.history(key(), Revision::ZERO, 100).unwrap();
    let facts = before.iter().cloned().map(|mut event| {
        event.personal = None;
        event
    });
    assert_eq!(after, facts.collect::<Vec<_>>());
    let erased = desk.ticket(TICKET).unwrap().unwrap();
    assert_eq!(*erased.subject(), Erasable::Erased);
    assert_eq!(erased.status(), head.status());
    assert_eq!(erased.assignee(), head.assignee());
    assert_eq!(erased.message_count(), head.message_count());
    assert_eq!(erased.next_wake(), head.next_wake());
    assert_eq!(erased.updated_at(), head.updated_at());
    let thread = desk.thread(&ANNA, monday(), TICKET, None, 10).unwrap().posts;
    assert_eq!(thread.len(), 2);
    assert!(thread.iter().all(|post| post.text == Erasable::Erased));

    // The ticket lives on, and what is said from now on is there.
    desk.reply(ANNA.at(monday()), Reply::new(TICKET, "Anybody?")).unwrap();
    let thread = desk.thread(&ANNA, monday(), TICKET, None, 10).unwrap().posts;
    assert_eq!(thread[2].text.as_str(), "Anybody?");
    desk.verify(key()).unwrap();
}

#[test]
fn one_message_is_erased_and_the_others_are_not() {
    let desk = desk();
    let head = desk.ticket(TICKET).unwrap().unwrap();
    let message = {
        let mut tables = desk.store().tables();
        let said = |row: &&mut StoredEvent| row.tag == "ticket.message_added";
        let row = tables.events.values_mut().find(said).unwrap();
        row.personal = None;
        row.revision
    };
    desk.verify(key()).unwrap();
    let thread = desk.thread(&ANNA, monday(), TICKET, None, 10).unwrap().posts;
    assert_eq!(thread[0].text.as_str(), "It burns. Help!");
    assert_eq!((thread[1].revision, &thread[1].text), (message, &Erasable::Erased));
    assert_eq!(desk.ticket(TICKET).unwrap().unwrap(), head, "no head has what a message says");
}

#[test]
fn a_newer_event_is_listed_verbatim_and_never_folded() {
    let newer = |revision, schema, tag: &'static str| StoredEvent {
        revision,
        at: monday(),
        tag: tag.into(),
        schema,
        facts: r#"{ "cause" : {"actor":"host","settings":1},  "with":[4] }"#.to_owned(),
        personal: Some(r#"{"odour": "smoke"}"#.to_owned()),
    };
    for (schema, tag) in [
        (codec::SCHEMA, "ticket.merged"),
        (codec::SCHEMA + 1, "ticket.merged"),
        (codec::SCHEMA + 1, "ticket.assigned"),
    ] {
        let desk = desk();
        let revision = desk.ticket(TICKET).unwrap().unwrap().revision().next();
        let row = newer(revision, schema, tag);
        {
            let mut tables = desk.store().tables();
            tables.events.insert((key(), revision), row.clone());
            tables.records.get_mut(&key()).unwrap().revision = revision;
        }
        let history = desk.history(key(), Revision::ZERO, 100).unwrap();
        let last = history.last().unwrap();
        let Change::Newer(listed) = &last.change else { panic!("nobody knows {tag}") };
        assert_eq!((&*listed.tag, listed.schema, &*listed.facts), (tag, schema, &*row.facts));
        assert_eq!(listed.personal.as_deref(), row.personal.as_deref());
        assert_eq!(codec::encode_event(last).unwrap(), row);
        assert_eq!(last.cause.actor, Actor::Host);
        // Who reads the thread reads on.
        assert_eq!(desk.thread(&ANNA, monday(), TICKET, None, 10).unwrap().posts.len(), 2);

        let refused = desk.verify(key()).unwrap_err();
        assert_eq!(refused.kind(), DeskErrorKind::Alarm);
        let DeskError::Replay(refused) = refused else { panic!("{refused:?}") };
        assert_eq!(refused, ReplayError::Newer { key: key(), revision, tag: tag.into() });
        // A head is not made of it, either.
        desk.store().tables().records.get_mut(&key()).unwrap().head.schema = 0;
        let read = desk.ticket(TICKET);
        assert_eq!(store_error(read), (StoreErrorKind::Newer, Operation::Load));
    }
}

#[test]
fn a_newer_head_stops_every_command_on_it_and_is_not_written_over() {
    // By its number, and by a field that this build does not know.
    let numbered = |head: &mut StoredHead| head.schema += 1;
    let with_more = |head: &mut StoredHead| head.head.insert_str(1, r#""odour":"smoke","#);
    for newer in [numbered as fn(&mut StoredHead), with_more] {
        let desk = desk();
        let now = monday();
        newer(&mut desk.store().tables().records.get_mut(&key()).unwrap().head);
        let kept = desk.store().tables().records[&key()].head.clone();

        let load = (StoreErrorKind::Newer, Operation::Load);
        let reply = desk.reply(ANNA.at(now), Reply::new(TICKET, "Still there?"));
        assert_eq!(store_error(reply), load);
        assert_eq!(store_error(desk.note(ANNA.at(now), Note::new(TICKET, "Hm."))), load);
        assert_eq!(store_error(desk.take(ANNA.at(now), Take { ticket: TICKET })), load);
        assert_eq!(store_error(desk.ticket(TICKET)), load);
        assert_eq!(store_error(desk.verify(key())), load);
        let listed = desk.find(&ANNA, now, &Listing::every());
        assert_eq!(store_error(listed), (StoreErrorKind::Newer, Operation::Find));
        assert_eq!(desk.store().tables().records[&key()].head, kept);

        // Nobody is in the way of the other tickets.
        let open = Open::new(TicketId::from_u128(2), Requester::Contact(MARIA), "And smoke.");
        desk.open(Actor::Customer(MARIA).at(now), open).unwrap();
    }
}

#[test]
fn newer_settings_stop_the_desk() {
    let desk = desk();
    desk.store().tables().records.get_mut(&Key::settings(DESK)).unwrap().head.schema += 1;
    let open = Open::new(TicketId::from_u128(2), Requester::Contact(MARIA), "And smoke.");
    let opened = desk.open(Actor::Customer(MARIA).at(monday()), open);
    assert_eq!(store_error(opened), (StoreErrorKind::Newer, Operation::Load));
    assert_eq!(store_error(desk.settings()), (StoreErrorKind::Newer, Operation::Load));
}

#[test]
fn an_older_head_is_made_anew_of_its_history() {
    let desk = desk();
    let keys: Vec<Key> = desk.store().tables().records.keys().copied().collect();
    let heads: Vec<Head> =
        keys.iter().map(|key| desk.record(*key).unwrap().unwrap().head).collect();
    for row in desk.store().tables().records.values_mut() {
        row.head = StoredHead { schema: 0, head: "of old".to_owned() };
    }
    for (key, head) in keys.iter().zip(&heads) {
        assert_eq!(desk.record(*key).unwrap().unwrap().head, *head);
        let history = desk.history(*key, Revision::ZERO, 100).unwrap();
        assert_eq!(fold(*key, &history).unwrap(), *head);
    }
    desk.reply(ANNA.at(monday()), Reply::new(TICKET, "Still there?")).unwrap();
    assert_eq!(desk.store().tables().records[&key()].head.schema, codec::HEAD_SCHEMA);
}

#[test]
fn a_damaged_text_is_corrupt_whoever_reads_it() {
    let corrupt = |operation| (StoreErrorKind::Corrupt, operation);
    let now = monday();

    let with_head = desk();
    damage(&mut with_head.store().tables().records.get_mut(&key()).unwrap().head.head);
    let reply = with_head.reply(ANNA.at(now), Reply::new(TICKET, "Still there?"));
    assert_eq!(store_error(reply), corrupt(Operation::Load));
    let listed = with_head.find(&ANNA, now, &Listing::every());
    assert_eq!(store_error(listed), corrupt(Operation::Find));

    let with_facts = desk();
    damage(&mut with_facts.store().tables().events.get_mut(&(key(), Revision(2))).unwrap().facts);
    let history = with_facts.history(key(), Revision::ZERO, 100);
    assert_eq!(store_error(history), corrupt(Operation::History));
    assert_eq!(store_error(with_facts.verify(key())), corrupt(Operation::History));
    let scanned = with_facts.store().scan(DESK, 0, usize::MAX);
    assert_eq!(kind(scanned), StoreErrorKind::Corrupt);
    // What stands before it can be read; what comes after, too.
    assert_eq!(with_facts.history(key(), Revision::ZERO, 1).unwrap().len(), 1);
    assert!(!with_facts.history(key(), Revision(2), 100).unwrap().is_empty());

    let with_words = desk();
    let mut words = with_words.store().tables().events[&(key(), Revision(1))].clone();
    damage(words.personal.as_mut().unwrap());
    with_words.store().tables().events.insert((key(), Revision(1)), words);
    let thread = with_words.thread(&ANNA, monday(), TICKET, None, 10);
    assert_eq!(store_error(thread), corrupt(Operation::History));

    let with_receipt = desk();
    with_receipt.store().tables().commits.values_mut().for_each(|row| damage(&mut row.touched));
    let again = with_receipt.reply(ANNA.at(now).once(ONCE), Reply::new(TICKET, "Unplug it."));
    assert_eq!(store_error(again), corrupt(Operation::Receipt));

    let with_notice = desk();
    damage(&mut with_notice.store().tables().outbox[0].notice);
    let lease = Lease { until: now + chrono::TimeDelta::minutes(1), limit: 9 };
    assert_eq!(kind(with_notice.store().claim(Scope::All, now, lease)), StoreErrorKind::Corrupt);
}

#[test]
fn a_newer_notice_is_left_to_the_newer_build_with_those_after_it() {
    let desk = desk();
    let now = monday();
    let open = Open::new(TicketId::from_u128(2), Requester::Contact(MARIA), "And smoke.");
    desk.open(Actor::Customer(MARIA).at(now), open).unwrap();
    let lease = Lease { until: now + chrono::TimeDelta::minutes(1), limit: 9 };
    {
        let mut tables = desk.store().tables();
        let notice = &mut tables.outbox[0].notice;
        *notice = notice.replacen("ticket_opened", "ticket_framed", 1);
    }
    let claimed = desk.store().claim(Scope::All, now, lease).unwrap();
    let tickets: Vec<_> = claimed.iter().map(|one| one.notice.id.ticket).collect();
    assert_eq!(tickets, [TicketId::from_u128(2)]);
}

#[test]
fn an_event_that_cannot_be_read_holds_up_the_notices_of_no_other_ticket() {
    let desk = desk();
    for n in 2..=5 {
        let open = Open::new(TicketId::from_u128(n), Requester::Contact(MARIA), "It burns");
        desk.open(Actor::Customer(MARIA).at(monday()), open).unwrap();
    }
    damage(&mut desk.store().tables().events.get_mut(&(key(), Revision(1))).unwrap().facts);

    let how = Relaying { attempts: 3, ..Relaying::default() };
    let (mut now, mut delivered, mut failed, mut given_up) = (monday(), 0, 0, 0);
    for _ in 0..20 {
        let step = desk.relay(now, &how, |dispatch| {
            assert!(dispatch.event.is_some(), "what cannot be read is not delivered");
            Delivery::Delivered
        });
        let step = step.unwrap();
        for (id, error) in &step.failed {
            assert_eq!((id.ticket, id.revision), (TICKET, Revision(1)));
            assert_eq!(error.kind(), DeskErrorKind::Alarm);
        }
        delivered += step.delivered.len();
        failed += step.failed.len();
        given_up += step.given_up.len();
        now += chrono::TimeDelta::minutes(6);
    }
    assert!(delivered >= 4, "{delivered} of the others' notices were delivered");
    assert_eq!((failed, given_up), (3, 1), "tried three times, and told each time");
}
