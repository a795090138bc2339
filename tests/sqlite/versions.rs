//! Tables that are missing, older, newer, or named otherwise.

use helpdesk::store::sqlite::rusqlite::Connection;
use helpdesk::store::sqlite::{Options, SqliteError, SqliteStore};
use helpdesk::{Desk, Settings};

use crate::folder::Folder;
use crate::scene::*;

fn set_version(connection: &Connection, version: u32) {
    connection.execute("UPDATE helpdesk_schema SET version = ?1", [version]).unwrap();
}

fn named(prefix: &str) -> Options {
    let mut options = Options::default();
    options.table_prefix = prefix.to_owned();
    options
}

#[test]
fn without_tables_nothing_is_opened_and_nothing_is_made() {
    let folder = Folder::new();
    let missing = |it: SqliteError| {
        assert!(matches!(&it, SqliteError::Missing { prefix } if prefix == "helpdesk_"), "{it:?}");
        assert!(it.to_string().contains("SqliteStore::migrate"), "{it}");
    };
    let nowhere = SqliteStore::open(folder.path(), Options::default()).unwrap_err();
    assert!(matches!(&nowhere, SqliteError::NoDatabase { path } if *path == folder.path()));
    assert!(nowhere.to_string().contains("desk.db"), "{nowhere}");
    assert!(!folder.path().exists());
    folder.connection().execute_batch("CREATE TABLE orders (id TEXT)").unwrap();
    missing(SqliteStore::open(folder.path(), Options::default()).unwrap_err());
    let tables = "SELECT count(*) FROM sqlite_schema";
    let tables: i64 = folder.connection().query_row(tables, [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 1, "only the host's own");
}

#[test]
fn older_tables_are_refused_and_name_what_lifts_them() {
    let folder = Folder::new();
    folder.store();
    set_version(&folder.connection(), 0);
    let refused = SqliteStore::open(folder.path(), Options::default()).unwrap_err();
    assert!(matches!(refused, SqliteError::Older { found: 0, needed: 1 }), "{refused:?}");
    assert!(refused.to_string().contains("SqliteStore::migrate"), "{refused}");
}

#[test]
fn newer_tables_are_neither_opened_nor_migrated() {
    let folder = Folder::new();
    folder.store();
    set_version(&folder.connection(), 7);
    let refused = SqliteStore::open(folder.path(), Options::default()).unwrap_err();
    assert!(matches!(refused, SqliteError::Newer { found: 7, known: 1 }), "{refused:?}");
    let refused = SqliteStore::migrate(folder.path(), &Options::default()).unwrap_err();
    assert!(matches!(refused, SqliteError::Newer { found: 7, known: 1 }), "{refused:?}");
    assert!(!refused.is_retryable());
}

#[test]
fn migrating_again_changes_nothing() {
    let folder = Folder::new();
    let before = desk(&folder).ticket(TICKET).unwrap();
    for _ in 0..2 {
        SqliteStore::migrate(folder.path(), &Options::default()).unwrap();
    }
    let desk = Desk::open_existing(folder.store(), DESK).unwrap();
    assert_eq!(desk.ticket(TICKET).unwrap(), before);
}

#[test]
fn a_migration_that_fails_leaves_nothing() {
    let folder = Folder::new();
    // One of the names is taken.
    folder.connection().execute_batch("CREATE TABLE helpdesk_notices (id TEXT)").unwrap();
    let refused = SqliteStore::migrate(folder.path(), &Options::default()).unwrap_err();
    assert!(matches!(refused, SqliteError::Database(_)), "{refused:?}");
    let tables = "SELECT count(*) FROM sqlite_schema";
    let tables: i64 = folder.connection().query_row(tables, [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 1, "only the one that was there");
}

#[test]
fn stores_of_different_names_share_a_database_and_nothing_else() {
    let folder = Folder::new();
    let desk = desk(&folder);
    let theirs = folder.store_with(&named("theirs_"));
    let theirs = Desk::create(theirs, DESK, Settings::default(), monday()).unwrap();
    assert_eq!(theirs.ticket(TICKET).unwrap(), None);
    theirs.open(helpdesk::Actor::Customer(MARIA).at(monday()), request(1)).unwrap();
    assert_eq!(theirs.ticket(TICKET).unwrap().unwrap().revision().0, 1);
    assert_eq!(desk.ticket(TICKET).unwrap().unwrap().revision(), LAST);
}

#[test]
fn a_name_that_is_none_is_refused() {
    let folder = Folder::new();
    let long = "x".repeat(41);
    for prefix in ["a b", "1st", "x;--", "\"", "sqlite_", "Sqlite_x", "é", "a.b", "~", &long] {
        let refused = SqliteStore::migrate(folder.path(), &named(prefix)).unwrap_err();
        assert!(matches!(&refused, SqliteError::Prefix { prefix: it } if it == prefix));
        let refused = SqliteStore::open(folder.path(), named(prefix)).unwrap_err();
        assert!(matches!(&refused, SqliteError::Prefix { .. }), "{refused:?}");
    }
    assert!(!folder.path().exists());
    for prefix in ["", "_", "desk1_", &"x".repeat(40)] {
        folder.store_with(&named(prefix));
    }
}
