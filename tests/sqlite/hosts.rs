//! Hosts with rows of their own, and several at once.

use std::thread;

use helpdesk::command::{Note, Open, Take};
use helpdesk::store::sqlite::rusqlite::{Connection, TransactionBehavior};
use helpdesk::store::sqlite::{Options, SqliteStore};
use helpdesk::store::{Commit, CommitError, Store, StoreErrorKind, Wanted};
use helpdesk::{
    Actor, AgentId, AgentProfile, Command, ContactId, Counter, Department, Desk, DeskError, DeskId,
    Head, Key, Requester, Revision, SettingsDraft, TicketId, TicketNumber,
};

use crate::folder::Folder;
use crate::scene::*;

fn opening(desk: &Desk<SqliteStore>, id: u128) -> Commit {
    let open = Command::Open(request(id));
    desk.prepare(&Actor::Customer(MARIA).at(monday()).call(open)).unwrap().commit.unwrap()
}

fn orders(connection: &Connection) -> i64 {
    connection.query_row("SELECT count(*) FROM orders", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_commit_stands_or_falls_with_the_hosts_rows() {
    let folder = Folder::new();
    let desk = desk(&folder);
    let mut ours = folder.connection();
    ours.execute_batch("CREATE TABLE orders (id TEXT)").unwrap();
    let second = TicketId::from_u128(2);
    let log = desk.store().scan(DESK, 0, 100).unwrap().len();
    for keep in [false, true] {
        let commit = opening(&desk, 2);
        let transaction = ours.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        transaction.execute("INSERT INTO orders VALUES ('4711')", []).unwrap();
        let receipt = desk.store().commit_in(&transaction, commit).unwrap();
        assert_eq!(receipt.touched[0].number, Some(TicketNumber(2)));
        assert_eq!(desk.ticket(second).unwrap(), None, "nobody sees it yet");
        if keep {
            transaction.commit().unwrap();
        } else {
            transaction.rollback().unwrap();
        }
        assert_eq!(desk.ticket(second).unwrap().is_some(), keep);
        assert_eq!(orders(&ours), i64::from(keep));
        let now = desk.store().scan(DESK, 0, 100).unwrap().len();
        assert_eq!(now, log + usize::from(keep));
    }
}

#[test]
fn a_refused_commit_leaves_the_hosts_transaction_as_it_was() {
    let folder = Folder::new();
    let desk = desk(&folder);
    let mut ours = folder.connection();
    ours.execute_batch("CREATE TABLE orders (id TEXT)").unwrap();
    let commits = [opening(&desk, 2), opening(&desk, 2)];
    let transaction = ours.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    transaction.execute("INSERT INTO orders VALUES ('4711')", []).unwrap();
    let results = commits.map(|commit| desk.store().commit_in(&transaction, commit));
    assert!(results[0].is_ok());
    assert!(matches!(results[1], Err(CommitError::Stale { .. })), "{results:?}");
    transaction.execute("INSERT INTO orders VALUES ('4712')", []).unwrap();
    transaction.commit().unwrap();
    assert_eq!(orders(&ours), 2);
    assert_eq!(desk.ticket(TicketId::from_u128(2)).unwrap().unwrap().revision(), Revision(1));
    desk.verify(Key::ticket(DESK, TicketId::from_u128(2))).unwrap();
}

#[test]
fn a_commit_that_fails_half_way_leaves_nothing_in_the_hosts_transaction() {
    let folder = Folder::new();
    let desk = desk(&folder);
    let commit = opening(&desk, 2);
    let mut ours = folder.connection();
    ours.execute_batch(
        "CREATE TABLE orders (id TEXT); ALTER TABLE helpdesk_notices RENAME TO gone",
    )
    .unwrap();
    let transaction = ours.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    transaction.execute("INSERT INTO orders VALUES ('4711')", []).unwrap();
    let failed = desk.store().commit_in(&transaction, commit).unwrap_err();
    assert!(
        matches!(&failed, CommitError::Store(error) if error.kind() == StoreErrorKind::Backend),
        "{failed:?}"
    );
    transaction.commit().unwrap();
    assert_eq!(orders(&ours), 1);
    ours.execute_batch("ALTER TABLE gone RENAME TO helpdesk_notices").unwrap();
    assert_eq!(desk.ticket(TicketId::from_u128(2)).unwrap(), None);
    let numbered = desk.open(Actor::Customer(MARIA).at(monday()), request(2)).unwrap();
    assert_eq!(numbered.records[0].number, Some(TicketNumber(2)));
}

#[test]
fn a_transaction_that_began_by_reading_is_refused_where_somebody_was_faster() {
    let folder = Folder::new();
    let desk = desk(&folder);
    let commit = opening(&desk, 2);
    let mut ours = folder.connection();
    let transaction = ours.transaction().unwrap();
    let seen: i64 = transaction
        .query_row("SELECT count(*) FROM helpdesk_records", [], |row| row.get(0))
        .unwrap();
    assert_eq!(seen, 3);
    desk.note(ANNA.at(monday()), Note::new(TICKET, "Hm.")).unwrap();
    let refused = desk.store().commit_in(&transaction, commit).unwrap_err();
    assert!(refused.is_uncertain(), "{refused:?}");
    drop(transaction);
    assert_eq!(desk.ticket(TicketId::from_u128(2)).unwrap(), None);
}

#[test]
fn handles_on_one_file_commit_at_once_and_nothing_is_lost() {
    const HANDLES: u128 = 4;
    const EACH: u128 = 12;
    let folder = Folder::new();
    drop(desk(&folder));
    thread::scope(|scope| {
        for handle in 0..HANDLES {
            let path = folder.path();
            scope.spawn(move || {
                let store = SqliteStore::open(path, Options::default()).unwrap();
                let desk = Desk::open_existing(store, DESK).unwrap();
                for n in 0..EACH {
                    let id = TicketId::from_u128(100 + handle * EACH + n);
                    let who = Requester::Contact(ContactId::from_u128(7));
                    desk.open(Actor::Host.at(monday()), Open::new(id, who, "It burns")).unwrap();
                    // All write on one ticket, too: somebody is always faster.
                    let note = || Note::new(TICKET, format!("{handle}/{n}"));
                    while let Err(error) = desk.note(ANNA.at(monday()), note()) {
                        assert!(matches!(&error, DeskError::Contended { .. }), "{error:?}");
                    }
                }
            });
        }
    });
    let desk = Desk::open_existing(folder.store(), DESK).unwrap();
    let opened = (HANDLES * EACH) as u64;
    let log = desk.store().scan(DESK, 0, usize::MAX).unwrap();
    let mut numbers: Vec<u64> = log
        .iter()
        .filter(|entry| entry.events[0].revision == Revision(1))
        .filter_map(|entry| Some(entry.number?.0))
        .collect();
    assert!(log.windows(2).all(|two| two[0].seq <= two[1].seq));
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=opened + 1).collect::<Vec<_>>());
    let notes = desk.thread(&ANNA, monday(), TICKET, None, 200).unwrap().posts;
    assert_eq!(notes.len() as u64, 2 + opened);
    assert_eq!(desk.verify(key()).unwrap(), Revision(LAST.0 + opened));
}

#[test]
fn settings_and_agents_are_as_another_handle_committed_them() {
    let folder = Folder::new();
    let (ours, theirs) = (desk(&folder), Desk::open_existing(folder.store(), DESK).unwrap());
    let anna = AgentId::from_u128(8);
    for round in 0..3 {
        let name = format!("Anna {round}");
        ours.put_agent(Actor::Host.at(monday()), anna, AgentProfile::new(&*name)).unwrap();
        let draft = SettingsDraft {
            departments: vec![Department::new(&*format!("d{round}"))],
            ..SettingsDraft::default()
        };
        let settings = draft.build().unwrap();
        ours.publish(Actor::Host.at(monday()), settings.clone()).unwrap();
        for desk in [&ours, &theirs] {
            let record = desk.record(Key::agent(DESK, anna)).unwrap().unwrap();
            let Head::Agent(agent) = &record.head else { panic!("she is an agent") };
            assert_eq!(agent.name(), name);
            assert_eq!(desk.settings().unwrap().draft(), settings.draft());
        }
    }
}

#[test]
fn handles_that_take_turns_never_fall_behind() {
    let folder = Folder::new();
    let desks = [desk(&folder), Desk::open_existing(folder.store(), DESK).unwrap()];
    let load = Counter::Load(AgentId::from_u128(8));
    let mut seqs = vec![0];
    for round in 0..6_u64 {
        let desk = &desks[(round % 2) as usize];
        let id = TicketId::from_u128(u128::from(round) + 2);
        let opened = desk.open(Actor::Customer(MARIA).at(monday()), request(id_of(id))).unwrap();
        assert_eq!(opened.records[0].number, Some(TicketNumber(round + 2)));
        let taken = desk.take(ANNA.at(monday()), Take { ticket: id }).unwrap();
        let noted = desk.note(ANNA.at(monday()), Note::new(TICKET, "Hm.")).unwrap();
        seqs.extend([&opened, &taken, &noted].map(|outcome| outcome.seq.unwrap()));
        assert_eq!([&opened, &taken, &noted].map(|outcome| outcome.tries), [1, 1, 1]);
        for desk in &desks {
            assert_eq!(desk.ticket(TICKET).unwrap().unwrap().revision(), noted_at(round));
            let counters = Wanted::counters([load.clone()]);
            let found = desk.store().load(DESK, &counters).unwrap();
            assert_eq!(found.counters, [2 + round as i64]);
        }
    }
    assert!(seqs.windows(2).all(|two| two[0] < two[1]), "{seqs:?}");
}

fn id_of(ticket: TicketId) -> u128 {
    ticket.as_uuid().as_u128()
}

fn noted_at(round: u64) -> Revision {
    Revision(LAST.0 + 1 + round)
}

#[test]
fn what_a_host_commits_by_itself_is_known_at_once() {
    let folder = Folder::new();
    let desk = desk(&folder);
    let mut ours = folder.connection();
    for round in 0..3 {
        let commit = opening(&desk, 10 + round);
        let transaction = ours.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        let theirs = desk.store().commit_in(&transaction, commit).unwrap();
        transaction.commit().unwrap();
        assert_eq!(theirs.touched[0].number, Some(TicketNumber(2 * round as u64 + 2)));
        let id = TicketId::from_u128(10 + round);
        assert_eq!(desk.ticket(id).unwrap().unwrap().revision(), Revision(1));
        let own = desk.open(Actor::Customer(MARIA).at(monday()), request(20 + round)).unwrap();
        assert_eq!(own.records[0].number, Some(TicketNumber(2 * round as u64 + 3)));
        assert!(own.seq.unwrap() > theirs.seq);
    }
}

#[test]
fn what_another_desk_has_is_not_there_however_often_it_is_read() {
    let folder = Folder::new();
    let desk = desk(&folder);
    let other = DeskId::from_u128(2);
    for _ in 0..2 {
        assert!(desk.ticket(TICKET).unwrap().is_some());
        let found = desk.store().load(other, &Wanted::records([key()])).unwrap();
        assert_eq!(found.records, [None]);
    }
}
