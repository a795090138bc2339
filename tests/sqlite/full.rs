//! A disk that is full: what does not fit is refused in the store's words, what was committed stays,
//! and once there is room again everything goes on.

use std::path::Path;
use std::process::Command;

use helpdesk::store::sqlite::{Options, SqliteStore};
use helpdesk::store::{Operation, Store, StoreErrorKind};
use helpdesk::{Actor, Desk, Settings};

use crate::folder::Folder;
use crate::scene::*;

/// Runs a test of this program on a small disk in that folder, which only it sees. Whether there can
/// be one.
fn on_a_small_disk(test: &str, folder: &Path) -> bool {
    let script = r#"mount -t tmpfs -o size=700k none "$1" || exit 99; shift; exec "$@""#;
    let done = Command::new("unshare")
        .args(["-rm", "sh", "-c", script, "sh"])
        .arg(folder)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"])
        .env("HELPDESK_FULL_FOLDER", folder)
        .output();
    let Ok(done) = done else { return false };
    let said = String::from_utf8_lossy(&done.stdout);
    let there = said.contains("#small");
    assert!(!there || done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
    there
}

/// What happens on the small disk. It is no test of its own: the next one starts it.
#[test]
#[ignore = "it is started by `a_full_disk_loses_nothing_and_is_told`"]
fn child() {
    let Some(folder) = std::env::var_os("HELPDESK_FULL_FOLDER") else { return };
    println!("#small");
    let path = Path::new(&folder).join("desk.db");
    let ballast = Path::new(&folder).join("ballast");
    SqliteStore::migrate(&path, &Options::default()).unwrap();
    let store = SqliteStore::open(&path, Options::default()).unwrap();
    let desk = Desk::create(store, DESK, Settings::default(), monday()).unwrap();
    std::fs::write(&ballast, vec![0; 100_000]).unwrap();
    let mut committed = 0;
    let error = loop {
        match desk.open(Actor::Customer(MARIA).at(monday()), request(committed + 1)) {
            Ok(_) => committed += 1,
            error => break store_error(error),
        }
        assert!(committed < 10_000, "the disk is not that large");
    };
    assert!(committed > 0, "something fits");
    assert_eq!(error.operation(), Operation::Commit);
    assert!(
        matches!(error.kind(), StoreErrorKind::Backend | StoreErrorKind::Unavailable),
        "{error:?}"
    );
    // Again and again: it is refused, and what is there is there.
    for _ in 0..3 {
        let refused = desk.open(Actor::Customer(MARIA).at(monday()), request(committed + 1));
        store_error(refused);
    }
    let tickets = |store: &SqliteStore| {
        let log = store.scan(DESK, 0, usize::MAX).unwrap();
        log.iter().filter(|entry| entry.number.is_some()).count() as u128
    };
    assert_eq!(tickets(desk.store()), committed);
    assert!(desk.store().verify(DESK).unwrap().is_sound());
    std::fs::remove_file(&ballast).unwrap();
    desk.open(Actor::Customer(MARIA).at(monday()), request(committed + 1)).unwrap();
    assert_eq!(tickets(desk.store()), committed + 1);
    drop(desk);
    let store = SqliteStore::open(&path, Options::default()).unwrap();
    assert!(store.verify(DESK).unwrap().is_sound());
    assert_eq!(tickets(&store), committed + 1);
}

#[test]
fn a_full_disk_loses_nothing_and_is_told() {
    let folder = Folder::new();
    if !on_a_small_disk("full::child", folder.path().parent().unwrap()) {
        let required = std::env::var_os("HELPDESK_SKIP_NOTHING").is_some();
        assert!(!required, "no small disk can be mounted here");
        eprintln!("SKIPPED: no small disk can be mounted here");
    }
}
