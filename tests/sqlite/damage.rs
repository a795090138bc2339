//! What a store says where its database is locked, cannot be written, or is damaged; and that then
//! nothing is half written.

use std::error::Error;

use helpdesk::command::Reply;
use helpdesk::matching::Listing;
use helpdesk::store::sqlite::rusqlite::{self, Connection};
use helpdesk::store::sqlite::{Options, SqliteError, SqliteStore};
use helpdesk::store::{Lease, Operation, Scope, Store, StoreErrorKind};
use helpdesk::{
    About, Actor, AgentId, AgentProfile, Desk, DeskErrorKind, Head, Key, Relaying, Revision, Span,
    TicketId, TicketNumber, fold,
};

use crate::folder::Folder;
use crate::scene::*;

/// Rows of a table, as somebody else counts them.
fn rows(connection: &Connection, table: &str) -> i64 {
    let text = format!("SELECT count(*) FROM helpdesk_{table}");
    connection.query_row(&text, [], |row| row.get(0)).unwrap()
}

const TABLES: [&str; 9] =
    ["records", "marks", "rosters", "events", "commits", "keys", "counters", "notices", "leases"];

fn all_rows(connection: &Connection) -> Vec<i64> {
    TABLES.iter().map(|table| rows(connection, table)).collect()
}

#[test]
fn a_database_that_somebody_holds_is_unavailable_and_reading_goes_on() {
    let folder = Folder::new();
    desk(&folder);
    let mut options = Options::default();
    options.busy_timeout = Span::micros(20_000);
    let store = SqliteStore::open(folder.path(), options).unwrap();
    let desk = Desk::open_existing(store, DESK).unwrap();
    let other = folder.connection();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store_error(desk.reply(ANNA.at(monday()), Reply::new(TICKET, "Still there?")));
    assert_eq!((error.kind(), error.operation()), (StoreErrorKind::Unavailable, Operation::Commit));
    assert!(error.is_retryable());
    // The database's own error is kept.
    let source = error.source().unwrap().downcast_ref::<rusqlite::Error>().unwrap();
    assert_eq!(source.sqlite_error_code(), Some(rusqlite::ErrorCode::DatabaseBusy));
    // Who reads does not wait for who writes.
    assert_eq!(desk.ticket(TICKET).unwrap().unwrap().revision(), LAST);
    other.execute_batch("ROLLBACK").unwrap();
    desk.reply(ANNA.at(monday()), Reply::new(TICKET, "Still there?")).unwrap();
}

#[test]
fn a_database_that_cannot_be_written_is_read_and_every_write_refused() {
    let folder = Folder::new();
    drop(desk(&folder));
    // A newer format of writing, in the file's header: SQLite reads it, and does not write it.
    let mut file = std::fs::read(folder.path()).unwrap();
    file[18] = 3;
    std::fs::write(folder.path(), file).unwrap();
    let store = SqliteStore::open(folder.path(), Options::default()).unwrap();
    let desk = Desk::open_existing(store, DESK).unwrap();
    let reply = desk.reply(ANNA.at(monday()), Reply::new(TICKET, "Still there?"));
    let error = store_error(reply);
    assert_eq!((error.kind(), error.operation()), (StoreErrorKind::Backend, Operation::Commit));
    assert!(!error.is_retryable());
    assert_eq!(desk.ticket(TICKET).unwrap().unwrap().revision(), LAST);
    assert_eq!(desk.find(&ANNA, monday(), &Listing::every()).unwrap().rows.len(), 1);
    let refused = desk.store().claim(
        Scope::All,
        monday(),
        Lease { until: monday() + chrono::TimeDelta::minutes(1), limit: 9 },
    );
    assert_eq!(refused.unwrap_err().kind(), StoreErrorKind::Backend);
}

#[test]
fn a_file_that_is_no_database_is_not_opened() {
    let folder = Folder::new();
    std::fs::write(folder.path(), vec![b'x'; 8192]).unwrap();
    let refused = SqliteStore::open(folder.path(), Options::default()).unwrap_err();
    assert!(matches!(&refused, SqliteError::Database(_)), "{refused:?}");
    assert!(!refused.is_retryable());
    assert!(refused.source().is_some());
    let refused = SqliteStore::migrate(folder.path(), &Options::default()).unwrap_err();
    assert!(matches!(&refused, SqliteError::Database(_)), "{refused:?}");
}

#[test]
fn a_damaged_page_is_corrupt_and_never_a_panic() {
    let folder = Folder::new();
    let desk = desk(&folder);
    for id in 2..60 {
        desk.open(Actor::Customer(MARIA).at(monday()), request(id)).unwrap();
    }
    drop(desk);
    folder.connection().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let whole = std::fs::read(folder.path()).unwrap();
    let pages = whole.len() / 4096;
    let mut corrupt = 0;
    // Each page but the first, by itself; the first says where everything is.
    for page in 1..pages {
        let mut file = whole.clone();
        file[page * 4096..page * 4096 + 64].fill(0xa5);
        std::fs::write(folder.path(), &file).unwrap();
        let Ok(store) = SqliteStore::open(folder.path(), Options::default()) else {
            corrupt += 1;
            continue;
        };
        let desk = match Desk::open_existing(store, DESK) {
            Ok(desk) => desk,
            Err(error) => {
                assert_eq!(error.kind(), DeskErrorKind::Alarm, "page {page}: {error:?}");
                corrupt += 1;
                continue;
            }
        };
        let kinds = [
            desk.ticket(TICKET).err(),
            desk.history(key(), Revision::ZERO, 100).err(),
            desk.find(&ANNA, monday(), &Listing::every()).err(),
            desk.reply(ANNA.at(monday()), Reply::new(TICKET, "Still there?")).err(),
            desk.relay(monday(), &Relaying::default(), |_| helpdesk::Delivery::Delivered).err(),
            desk.tick(monday()).err(),
        ];
        for error in kinds.into_iter().flatten() {
            assert_eq!(error.kind(), DeskErrorKind::Alarm, "page {page}: {error:?}");
            corrupt += 1;
        }
    }
    assert!(corrupt > 10, "{corrupt} failures of {pages} pages are none");
}

#[test]
fn without_a_table_every_call_says_so_and_nothing_is_half_written() {
    for table in TABLES {
        let folder = Folder::new();
        let desk = desk(&folder);
        let other = folder.connection();
        other.execute_batch(&format!("ALTER TABLE helpdesk_{table} RENAME TO gone")).unwrap();
        let counted = |connection: &Connection| -> Vec<i64> {
            let there = TABLES.iter().filter(|it| **it != table);
            let mut counted: Vec<i64> = there.map(|it| rows(connection, it)).collect();
            let gone = connection.query_row("SELECT count(*) FROM gone", [], |row| row.get(0));
            counted.push(gone.unwrap());
            counted
        };
        let before = counted(&other);
        let now = monday();
        let refused = match table {
            "leases" => {
                let lease = Lease { until: now + chrono::TimeDelta::minutes(1), limit: 9 };
                desk.store().claim(Scope::All, now, lease).unwrap_err()
            }
            "rosters" | "keys" => {
                let ben = AgentProfile::new("Ben").email("ben@example.com");
                store_error(desk.put_agent(Actor::Host.at(now), AgentId::from_u128(9), ben))
            }
            _ => {
                // With something to mark it by.
                let mut open = request(2);
                open.about = [About::new("order", "4711")].into();
                store_error(desk.open(Actor::Customer(MARIA).at(now), open))
            }
        };
        assert_eq!(refused.kind(), StoreErrorKind::Backend, "{table}: {refused:?}");
        assert!(refused.source().is_some());
        assert_eq!(counted(&other), before, "{table}");
        // It is put back, and all goes on.
        other.execute_batch(&format!("ALTER TABLE gone RENAME TO helpdesk_{table}")).unwrap();
        desk.reply(ANNA.at(monday()), Reply::new(TICKET, "Still there?")).unwrap();
        desk.verify(key()).unwrap();
        assert_eq!(desk.ticket(TicketId::from_u128(2)).unwrap(), None);
        let opened = desk.open(Actor::Customer(MARIA).at(now), request(2)).unwrap();
        assert_eq!(opened.records[0].number, Some(TicketNumber(2)), "no number is lost");
    }
}

#[test]
fn what_no_store_wrote_is_corrupt_whoever_reads_it() {
    let corrupt = [
        "UPDATE helpdesk_records SET head = substr(head, 1, 40) WHERE kind = 4",
        "UPDATE helpdesk_records SET head = x'00ff' WHERE kind = 4",
        "UPDATE helpdesk_records SET revision = -1 WHERE kind = 4",
        "UPDATE helpdesk_records SET revision = 'four' WHERE kind = 4",
        "UPDATE helpdesk_records SET schema = 70000 WHERE kind = 4",
    ];
    for change in corrupt {
        let folder = Folder::new();
        let desk = desk(&folder);
        folder.connection().execute_batch(change).unwrap();
        assert_eq!(kind(desk.ticket(TICKET)), StoreErrorKind::Corrupt, "{change}");
        // By every road.
        for sort in ["number", "sla_due_at", "updated_at"] {
            let listing = Listing::every().sorted(sort).unwrap();
            let listed = desk.find(&ANNA, monday(), &listing);
            assert_eq!(kind(listed), StoreErrorKind::Corrupt, "{change}, by {sort}");
        }
        let reply = desk.reply(ANNA.at(monday()), Reply::new(TICKET, "Still there?"));
        assert_eq!(kind(reply), StoreErrorKind::Corrupt, "{change}");
    }
    let folder = Folder::new();
    let desk = desk(&folder);
    let change = "UPDATE helpdesk_events SET facts = substr(facts, 1, 20) WHERE revision = 2";
    folder.connection().execute_batch(change).unwrap();
    assert_eq!(kind(desk.history(key(), Revision::ZERO, 100)), StoreErrorKind::Corrupt);
    assert_eq!(desk.history(key(), Revision::ZERO, 1).unwrap().len(), 1);
    let change = "UPDATE helpdesk_commits SET touched = 'x'";
    folder.connection().execute_batch(change).unwrap();
    let again = desk.reply(ANNA.at(monday()).once(ONCE), Reply::new(TICKET, "Unplug it."));
    assert_eq!(kind(again), StoreErrorKind::Corrupt);
    let change = "UPDATE helpdesk_notices SET notice = 'x'";
    folder.connection().execute_batch(change).unwrap();
    let lease = Lease { until: monday() + chrono::TimeDelta::minutes(1), limit: 9 };
    let claimed = desk.store().claim(Scope::All, monday(), lease);
    assert_eq!(claimed.unwrap_err().kind(), StoreErrorKind::Corrupt);
}

#[test]
fn an_older_head_is_made_anew_and_a_newer_one_is_never_written_over() {
    let folder = Folder::new();
    let desk = desk(&folder);
    let keys = [key(), Key::settings(DESK)];
    let heads: Vec<Head> = keys.iter().map(|it| desk.record(*it).unwrap().unwrap().head).collect();
    let other = folder.connection();
    other.execute_batch("UPDATE helpdesk_records SET schema = 0, head = 'of old'").unwrap();
    for (key, head) in keys.iter().zip(&heads) {
        assert_eq!(desk.record(*key).unwrap().unwrap().head, *head);
        let history = desk.history(*key, Revision::ZERO, 100).unwrap();
        assert_eq!(fold(*key, &history).unwrap(), *head);
    }
    desk.reply(ANNA.at(monday()), Reply::new(TICKET, "Still there?")).unwrap();
    let written = "SELECT schema FROM helpdesk_records WHERE kind = 4";
    let written: u16 = other.query_row(written, [], |row| row.get(0)).unwrap();
    assert_eq!(written, helpdesk::store::codec::HEAD_SCHEMA);

    let newer = "UPDATE helpdesk_records SET schema = 999 WHERE kind = 4";
    other.execute_batch(newer).unwrap();
    let reply = desk.reply(ANNA.at(monday()), Reply::new(TICKET, "Still there?"));
    assert_eq!(kind(reply), StoreErrorKind::Newer);
    let listed = desk.find(&ANNA, monday(), &Listing::every());
    assert_eq!(kind(listed), StoreErrorKind::Newer);
}

#[test]
fn a_newer_notice_is_left_to_the_newer_build_with_those_after_it() {
    let folder = Folder::new();
    let desk = desk(&folder);
    desk.open(Actor::Customer(MARIA).at(monday()), request(2)).unwrap();
    let newer = "UPDATE helpdesk_notices SET notice = replace(notice, 'ticket_opened', \
                 'ticket_framed') WHERE age = 1";
    assert_eq!(folder.connection().execute(newer, []).unwrap(), 1);
    let lease = Lease { until: monday() + chrono::TimeDelta::minutes(1), limit: 9 };
    let claimed = desk.store().claim(Scope::All, monday(), lease).unwrap();
    let tickets: Vec<_> = claimed.iter().map(|one| one.notice.id.ticket).collect();
    assert_eq!(tickets, [TicketId::from_u128(2)]);
}

#[test]
fn a_counter_stays_a_whole_number_however_large() {
    let folder = Folder::new();
    let desk = desk(&folder);
    let other = folder.connection();
    let counters = all_rows(&other)[6];
    let large = "UPDATE helpdesk_counters SET value = 9223372036854775807";
    assert_eq!(other.execute(large, []).unwrap(), counters as usize);
    desk.open(Actor::Customer(MARIA).at(monday()), request(2)).unwrap();
    let kinds = "SELECT count(*) FROM helpdesk_counters WHERE typeof(value) <> 'integer'";
    assert_eq!(other.query_row(kinds, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
}
