//! Many commits in one transaction.

use std::panic::{AssertUnwindSafe, catch_unwind};

use helpdesk::command::{EraseTicket, Note, Reply};
use helpdesk::store::sqlite::{Options, SqliteStore};
use helpdesk::store::{Operation, Store, StoreError, StoreErrorKind};
use helpdesk::{
    Actor, AgentId, AgentProfile, CommandId, Desk, DeskError, Key, Outcome, Record, RefusalKind,
    Revision, Span, TicketId, TicketNumber,
};

use crate::folder::Folder;
use crate::scene::*;

const HOST: Actor = Actor::Host;

fn commits(store: &SqliteStore) -> usize {
    let mut seqs: Vec<u64> =
        store.scan(DESK, 0, usize::MAX).unwrap().iter().map(|entry| entry.seq).collect();
    seqs.dedup();
    seqs.len()
}

fn ticket(id: u128) -> TicketId {
    TicketId::from_u128(id)
}

#[test]
fn what_is_refused_in_a_batch_writes_nothing_and_the_rest_is_kept() {
    let folder = Folder::new();
    let desk = desk(&folder);
    let before = commits(desk.store());
    let refused = desk.store().batch(|batch| {
        let batched = Desk::open_existing(batch, DESK)?;
        batched.open(Actor::Customer(MARIA).at(monday()), request(2))?;
        // There is a ticket with this id.
        let error = batched.open(Actor::Customer(MARIA).at(monday()), request(2)).unwrap_err();
        // A commit that the store refuses, after the desk has let it through.
        let call = Actor::Customer(MARIA).at(monday()).call(helpdesk::Command::Open(request(3)));
        let [first, again] = [(); 2].map(|()| batched.prepare(&call).unwrap().commit.unwrap());
        batch.commit(first).unwrap();
        assert!(batch.commit(again).unwrap_err().is_conflict());
        batched.note(ANNA.at(monday()), Note::new(TICKET, "Hm."))?;
        Ok::<_, DeskError>(error)
    });
    assert_eq!(refused.unwrap().refusal().unwrap().kind(), RefusalKind::Conflict);
    assert_eq!(commits(desk.store()), before + 3);
    let numbers = [1, 2, 3].map(|id| desk.ticket(ticket(id)).unwrap().unwrap());
    assert_eq!(numbers.map(|it| it.revision()), [Revision(LAST.0 + 1), Revision(1), Revision(1)]);
    for id in 1..4 {
        desk.verify(Key::ticket(DESK, ticket(id))).unwrap();
    }
}

#[test]
fn an_error_undoes_all_of_a_batch() {
    let folder = Folder::new();
    let desk = desk(&folder);
    let before = (commits(desk.store()), desk.ticket(TICKET).unwrap());
    let import = |fail: bool| {
        desk.store().batch(|batch| {
            let batched = Desk::open_existing(batch, DESK)?;
            let opened = batched.open(Actor::Customer(MARIA).at(monday()), request(2))?;
            assert_eq!(opened.records[0].number, Some(TicketNumber(2)));
            batched.note(ANNA.at(monday()), Note::new(TICKET, "Hm."))?;
            assert_eq!(batched.ticket(TICKET)?.unwrap().revision(), Revision(LAST.0 + 1));
            if fail {
                // There is no such ticket.
                batched.note(ANNA.at(monday()), Note::new(ticket(9), "Hm."))?;
            }
            Ok::<_, DeskError>(())
        })
    };
    for _ in 0..2 {
        assert!(matches!(import(true).unwrap_err(), DeskError::Refused(_)));
        assert_eq!((commits(desk.store()), desk.ticket(TICKET).unwrap()), before);
        assert_eq!(desk.ticket(ticket(2)).unwrap(), None);
    }
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        desk.store().batch(|batch| -> Result<(), DeskError> {
            let batched = Desk::open_existing(batch, DESK)?;
            batched.open(Actor::Customer(MARIA).at(monday()), request(2))?;
            panic!("an import that is wrong")
        })
    }));
    assert!(panicked.is_err());
    assert_eq!((commits(desk.store()), desk.ticket(TICKET).unwrap()), before);
    // What is batched after that starts from what is there.
    import(false).unwrap();
    assert_eq!(commits(desk.store()), before.0 + 2);
    desk.verify(Key::ticket(DESK, ticket(2))).unwrap();
    desk.verify(key()).unwrap();
}

#[test]
fn nobody_sees_a_batch_before_its_end_but_who_is_in_it() {
    let folder = Folder::new();
    let ours = desk(&folder);
    let theirs = Desk::open_existing(folder.store(), DESK).unwrap();
    let once = CommandId::from_u128(5);
    let note = || Note::new(TICKET, "Hm.");
    let answer = ours.store().batch(|batch| {
        let batched = Desk::open_existing(batch, DESK)?;
        let noted = batched.note(ANNA.at(monday()).once(once), note())?;
        assert!(!noted.repeated);
        assert!(batched.note(ANNA.at(monday()).once(once), note())?.repeated);
        assert!(batched.store().receipt(DESK, once)?.is_some());
        assert_eq!(batched.ticket(TICKET)?.unwrap().revision(), Revision(LAST.0 + 1));
        let number = helpdesk::UniqueKey::Number(TicketNumber(1));
        assert_eq!(batched.store().resolve(DESK, &[number])?, [Some(key())]);
        for outside in [&ours, &theirs] {
            assert_eq!(outside.ticket(TICKET)?.unwrap().revision(), LAST);
            assert_eq!(outside.store().receipt(DESK, once)?, None);
        }
        Ok::<_, DeskError>(4711)
    });
    assert_eq!(answer.unwrap(), 4711);
    for outside in [&ours, &theirs] {
        assert_eq!(outside.ticket(TICKET).unwrap().unwrap().revision(), Revision(LAST.0 + 1));
        assert!(outside.note(ANNA.at(monday()).once(once), note()).unwrap().repeated);
    }
}

#[test]
fn who_commits_beside_a_batch_waits_for_its_end_and_not_for_ever() {
    let folder = Folder::new();
    drop(desk(&folder));
    let mut options = Options::default();
    options.busy_timeout = Span::micros(20_000);
    let store = SqliteStore::open(folder.path(), options).unwrap();
    let desk = Desk::open_existing(store, DESK).unwrap();
    let unavailable = |error: &StoreError| {
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error:?}");
        assert_eq!(error.operation(), Operation::Commit);
    };
    let done = desk.store().batch(|batch| {
        let batched = Desk::open_existing(batch, DESK)?;
        batched.note(ANNA.at(monday()), Note::new(TICKET, "Inside."))?;
        unavailable(&store_error(desk.note(ANNA.at(monday()), Note::new(TICKET, "Outside."))));
        let another = desk.store().batch(|_| Ok::<_, StoreError>(()));
        unavailable(&another.unwrap_err());
        batched.note(ANNA.at(monday()), Note::new(TICKET, "Inside."))?;
        Ok::<_, DeskError>(())
    });
    done.unwrap();
    desk.note(ANNA.at(monday()), Note::new(TICKET, "Outside.")).unwrap();
    assert_eq!(desk.verify(key()).unwrap(), Revision(LAST.0 + 3));
}

#[test]
fn a_write_that_fails_half_way_undoes_all_of_a_batch_whatever_it_says() {
    let folder = Folder::new();
    let desk = desk(&folder);
    let before = commits(desk.store());
    let other = folder.connection();
    other.execute_batch("ALTER TABLE helpdesk_notices RENAME TO gone").unwrap();
    fn put<S: Store>(desk: &Desk<S>, id: u128) -> Result<Outcome, DeskError> {
        let ben = AgentProfile::new("Ben");
        desk.put_agent(HOST.at(monday()), AgentId::from_u128(id), ben)
    }
    let failed = desk.store().batch(|batch| {
        let batched = Desk::open_existing(batch, DESK)?;
        put(&batched, 9)?;
        // Records and events come first, notices later.
        let opened = batched.open(Actor::Customer(MARIA).at(monday()), request(2));
        assert_eq!(kind(opened), StoreErrorKind::Backend);
        assert_eq!(kind(put(&batched, 10)), StoreErrorKind::Backend);
        assert_eq!(kind(batched.ticket(TICKET)), StoreErrorKind::Backend);
        Ok::<_, DeskError>(())
    });
    assert_eq!(kind(failed), StoreErrorKind::Backend);
    other.execute_batch("ALTER TABLE gone RENAME TO helpdesk_notices").unwrap();
    assert_eq!(commits(desk.store()), before);
    for id in [9, 10] {
        let agent = desk.record(Key::agent(DESK, AgentId::from_u128(id))).unwrap();
        assert!(agent.is_none());
    }
    desk.store()
        .batch(|batch| {
            let batched = Desk::open_existing(batch, DESK)?;
            put(&batched, 9)?;
            batched.open(Actor::Customer(MARIA).at(monday()), request(2))
        })
        .unwrap();
    let number = desk.record(Key::ticket(DESK, ticket(2))).unwrap();
    assert_eq!(number.and_then(|record: Record| record.number), Some(TicketNumber(2)));
}

#[test]
fn what_a_batch_erases_is_gone_from_the_files_when_it_has_returned() {
    let folder = Folder::new();
    let desk = desk(&folder);
    let secret = "my account is 4711-0815";
    let holds = || folder.bytes().windows(secret.len()).any(|it| it == secret.as_bytes());
    desk.reply(Actor::Customer(MARIA).at(monday()), Reply::new(TICKET, secret)).unwrap();
    assert!(holds());
    desk.store()
        .batch(|batch| {
            let batched = Desk::open_existing(batch, DESK)?;
            let erase = EraseTicket { ticket: TICKET, reason: "asked for".to_owned() };
            batched.erase_ticket(HOST.at(monday()), erase)
        })
        .unwrap();
    assert!(!holds());
}
