//! A store that looks itself over: what is damaged is found, by its name; what follows from
//! histories is made anew, and the rest is left as it is.

use helpdesk::command::{Assign, Open};
use helpdesk::store::sqlite::SqliteStore;
use helpdesk::store::{Finding, Operation, Part, Store, StoreErrorKind};
use helpdesk::{
    Actor, AgentId, AgentProfile, ContactProfile, Desk, Follower, Identity, Key, Requester,
    TicketId,
};

use crate::folder::Folder;
use crate::scene::*;

/// The scene, with a contact who is known by an address, and a second ticket that has an owner.
fn full(folder: &Folder) -> Desk<SqliteStore> {
    let desk = desk(folder);
    let now = monday();
    let maria = ContactProfile::new("Maria").identity(Identity::email("maria@example.com"));
    desk.put_contact(Actor::Host.at(now), MARIA, maria).unwrap();
    let mut second = Open::new(TicketId::from_u128(2), Requester::Contact(MARIA), "And smoke.");
    second.followers = [Follower::Agent(AgentId::from_u128(8))].into();
    desk.open(Actor::Customer(MARIA).at(now), second).unwrap();
    desk.assign(Actor::Host.at(now), Assign::new(TicketId::from_u128(2), AgentId::from_u128(8)))
        .unwrap();
    desk
}

/// The findings, in words.
fn found(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}

/// Everything that stands in the tables, but for slots and leases.
fn dump(folder: &Folder) -> Vec<String> {
    let connection = folder.connection();
    let mut lines = Vec::new();
    for table in ["records", "marks", "rosters", "events", "commits", "keys", "counters", "notices"]
    {
        let text = format!("SELECT * FROM helpdesk_{table}");
        let mut statement = connection.prepare(&text).unwrap();
        let columns: Vec<String> = (0..statement.column_count())
            .map(|index| statement.column_name(index).unwrap().to_owned())
            .collect();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values = columns.iter().enumerate().filter(|(_, name)| *name != "slot");
            let values = values.map(|(index, name)| format!("{name}={:?}", row.get_ref(index)));
            lines.push(format!("{table} {}", values.collect::<Vec<_>>().join(" ")));
        }
    }
    lines.sort();
    // A counter that is zero is as one that is not there.
    lines.retain(|line| !(line.starts_with("counters") && line.contains("value=Ok(Integer(0))")));
    lines
}

#[test]
fn a_desk_that_nobody_damaged_is_sound() {
    let folder = Folder::new();
    let desk = full(&folder);
    let verified = desk.store().verify(DESK).unwrap();
    assert!(verified.is_sound(), "{:?}", verified.findings);
    // The settings, an agent, a contact and two tickets.
    assert_eq!(verified.records, 5);
    let generally = desk.verify_all().unwrap();
    assert!(generally.is_sound(), "{:?}", generally.findings);
    assert_eq!((generally.records, generally.events), (verified.records, verified.events));
    let before = dump(&folder);
    assert!(desk.store().repair(DESK).unwrap().is_sound());
    assert_eq!(dump(&folder), before, "nothing is written where nothing is wrong");
}

/// What somebody does to the tables, and what is said of it.
const DAMAGES: [(&str, &[&str]); 23] = [
    (
        "UPDATE ~records SET revision = 9 WHERE number = 1",
        &["its revision is not that of its history"],
    ),
    (
        "UPDATE ~records SET head = '{}' WHERE number = 1",
        &["its head is not what its history folds to"],
    ),
    (
        r#"UPDATE ~records SET head = replace(head, '"answered"', '"pending"') WHERE number = 1"#,
        &["its head is not what its history folds to"],
    ),
    ("UPDATE ~records SET assignee = NULL WHERE number = 1", &["its indexed columns"]),
    ("UPDATE ~records SET category = 'closed' WHERE number = 1", &["its indexed columns"]),
    ("UPDATE ~records SET organisation = zeroblob(16) WHERE kind = 2", &["its indexed columns"]),
    (
        "UPDATE ~records SET wake_at = 5 WHERE number = 1",
        &["its next wake is not that of its head"],
    ),
    ("UPDATE ~records SET visible_at = NULL WHERE number = 1", &["its next wake"]),
    ("DELETE FROM ~records WHERE number = 1", &["its row is missing"]),
    ("DELETE FROM ~records WHERE number = 2", &["its row is missing"]),
    ("DELETE FROM ~records WHERE kind = 1", &["its row is missing"]),
    ("DELETE FROM ~marks", &["its indexed columns"]),
    ("UPDATE ~marks SET number = number + 7", &["its indexed columns"]),
    ("DELETE FROM ~rosters", &["its indexed columns"]),
    ("UPDATE ~rosters SET department = 'nowhere'", &["its indexed columns"]),
    ("DELETE FROM ~keys WHERE name LIKE '%maria%'", &["is nobody's and should be contact"]),
    (
        "UPDATE ~keys SET kind = 1, id = zeroblob(16) WHERE name LIKE '%maria%'",
        &["should be contact"],
    ),
    (
        "INSERT INTO ~keys SELECT desk, name || '.org', kind, id FROM ~keys WHERE name LIKE '%maria%'",
        &["and should be nobody's"],
    ),
    (
        "UPDATE ~counters SET value = value + 3 WHERE name LIKE 'load%'",
        &["and the tickets come to"],
    ),
    ("DELETE FROM ~counters WHERE name LIKE 'unfinished%'", &["and the tickets come to"]),
    ("UPDATE ~notices SET oldest = 0", &["are out of order"]),
    ("UPDATE ~notices SET oldest = 1", &["are out of order"]),
    (
        "DELETE FROM ~records; DELETE FROM ~marks; DELETE FROM ~counters; DELETE FROM ~keys",
        &["its row is missing"],
    ),
];

#[test]
fn what_follows_from_histories_is_found_and_made_anew() {
    for (damage, said) in DAMAGES {
        let folder = Folder::new();
        let desk = full(&folder);
        let before = dump(&folder);
        let changed = folder.connection();
        changed.execute_batch(&damage.replace('~', "helpdesk_")).unwrap();
        drop(changed);
        assert_ne!(dump(&folder), before, "`{damage}` changes something");
        let findings = desk.store().verify(DESK).unwrap().findings;
        let words = found(&findings);
        for said in said {
            assert!(words.iter().any(|word| word.contains(said)), "`{damage}`: {words:#?}");
        }
        assert!(findings.iter().all(Finding::is_derived), "`{damage}`: {words:#?}");
        let repaired = desk.store().repair(DESK).unwrap();
        assert_eq!(found(&repaired.findings), words, "`{damage}`");
        let left = desk.store().verify(DESK).unwrap();
        assert!(left.is_sound(), "`{damage}`: {:#?}", found(&left.findings));
        assert_eq!(dump(&folder), before, "`{damage}`");
        assert!(desk.verify_all().unwrap().is_sound(), "`{damage}`");
    }
}

#[test]
fn what_only_a_backup_has_is_told_and_left_alone() {
    let damages = [
        ("DELETE FROM ~events WHERE kind = 4 AND revision = 2", "the history of ticket"),
        ("UPDATE ~events SET facts = '{' WHERE kind = 4 AND revision = 1", "the history of ticket"),
        ("UPDATE ~commits SET touched = '[' WHERE seq = 1", "what commit 1 touched cannot be read"),
        ("DELETE FROM ~events WHERE kind = 4 AND revision = 5", "names events of ticket"),
        ("UPDATE ~notices SET notice = '{'", "cannot be read"),
        ("UPDATE ~records SET number = 7 WHERE number = 2", "its number does not lead to it"),
    ];
    for (damage, said) in damages {
        let folder = Folder::new();
        let desk = full(&folder);
        folder.connection().execute_batch(&damage.replace('~', "helpdesk_")).unwrap();
        let findings = desk.store().verify(DESK).unwrap().findings;
        let words = found(&findings);
        assert!(words.iter().any(|word| word.contains(said)), "`{damage}`: {words:#?}");
        assert!(findings.iter().any(|finding| !finding.is_derived()), "`{damage}`: {words:#?}");
        // What is left of it is left as it is: it may be all that there is.
        let before = dump(&folder);
        desk.store().repair(DESK).unwrap();
        assert_eq!(dump(&folder), before, "`{damage}`");
        let generally = desk.verify_all().unwrap().findings;
        let counter = |it: &Finding| matches!(it, Finding::Counter { .. });
        assert!(!generally.iter().chain(&findings).any(counter), "`{damage}`: {generally:?}");
        let left = found(&desk.store().verify(DESK).unwrap().findings);
        assert!(left.iter().any(|word| word.contains(said)), "`{damage}`: {left:#?}");
    }
}

#[test]
fn a_desk_is_looked_over_through_any_store_and_says_the_same() {
    let folder = Folder::new();
    let desk = full(&folder);
    let damage = r#"UPDATE helpdesk_records SET head = replace(head, '"answered"', '"pending"')
                    WHERE number = 1"#;
    folder.connection().execute_batch(damage).unwrap();
    let findings = desk.verify_all().unwrap().findings;
    assert!(
        matches!(findings[..], [Finding::Record { key, part: Part::Head }] if key == self::key()),
        "{findings:?}"
    );
    let folder = Folder::new();
    let desk = full(&folder);
    let damage = "UPDATE helpdesk_counters SET value = 9 WHERE name LIKE 'load%'";
    folder.connection().execute_batch(damage).unwrap();
    let findings = desk.verify_all().unwrap().findings;
    assert!(matches!(findings[..], [Finding::Counter { is: 9, should: 2, .. }]), "{findings:?}");
}

#[test]
fn what_a_newer_build_wrote_is_neither_damage_nor_written_over() {
    let folder = Folder::new();
    let desk = full(&folder);
    let newer = r#"UPDATE helpdesk_records SET head = replace(head, '{', '{"later":1,')
                   WHERE number = 1"#;
    folder.connection().execute_batch(newer).unwrap();
    let before = dump(&folder);
    assert!(desk.store().verify(DESK).unwrap().is_sound());
    assert!(desk.store().repair(DESK).unwrap().is_sound());
    assert_eq!(dump(&folder), before);
    let findings = desk.verify_all().unwrap().findings;
    let [Finding::History { key, error }] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!((*key, error.kind()), (self::key(), StoreErrorKind::Newer));
}

#[test]
fn a_damaged_page_is_told_in_the_words_of_the_database() {
    let folder = Folder::new();
    drop(full(&folder));
    folder.connection().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let mut bytes = std::fs::read(folder.path()).unwrap();
    let store = folder.store();
    drop(store);
    // The page in which the second index begins.
    let root: i64 = folder
        .connection()
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'helpdesk_records_category'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let page = 4096 * (usize::try_from(root).unwrap() - 1);
    bytes[page..page + 64].fill(0xFF);
    std::fs::write(folder.path(), bytes).unwrap();
    let store = SqliteStore::open(folder.path(), Default::default()).unwrap();
    let findings = match store.verify(DESK) {
        Ok(verified) => verified.findings,
        Err(error) => {
            assert_eq!(
                (error.kind(), error.operation()),
                (StoreErrorKind::Corrupt, Operation::Upkeep)
            );
            return;
        }
    };
    assert!(findings.iter().any(|it| matches!(it, Finding::Database { .. })), "{findings:?}");
}

#[test]
fn health_is_told_of_a_store_that_can_be_written() {
    let folder = Folder::new();
    let desk = full(&folder);
    let health = desk.store().health().unwrap();
    assert!(health.waiting, "nobody relayed the first answer");
    assert_eq!(health.next_wake, desk.store().due_at());
    let other = folder.connection();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut options = helpdesk::store::sqlite::Options::default();
    options.busy_timeout = helpdesk::Span::micros(1_000);
    let store = SqliteStore::open(folder.path(), options).unwrap();
    assert_eq!(store.health().unwrap_err().kind(), StoreErrorKind::Unavailable);
}

trait DueAt {
    fn due_at(&self) -> Option<chrono::DateTime<chrono::Utc>>;
}

impl DueAt for SqliteStore {
    /// When the first record wakes, as `due` tells it.
    fn due_at(&self) -> Option<chrono::DateTime<chrono::Utc>> {
        use helpdesk::store::{Lease, Scope};
        let lease = Lease { until: monday(), limit: 0 };
        self.due(Scope::All, monday(), lease).unwrap().next
    }
}

#[test]
fn two_desks_in_one_file_are_looked_over_apart() {
    let folder = Folder::new();
    let desk = full(&folder);
    let other = helpdesk::DeskId::from_u128(2);
    let second =
        Desk::create(desk.store().clone(), other, helpdesk::Settings::default(), monday()).unwrap();
    second
        .put_agent(Actor::Host.at(monday()), AgentId::from_u128(8), AgentProfile::new("Anna"))
        .unwrap();
    let damage = "UPDATE helpdesk_records SET revision = 9 WHERE number = 1";
    folder.connection().execute_batch(damage).unwrap();
    assert!(desk.store().verify(other).unwrap().is_sound());
    let findings = desk.store().verify(DESK).unwrap().findings;
    assert!(
        matches!(findings[..], [Finding::Record { key, part: Part::Revision }] if key == Key::ticket(DESK, TICKET)),
        "{findings:?}"
    );
}

#[test]
fn the_keys_of_who_has_lost_a_history_stay_theirs() {
    let folder = Folder::new();
    let desk = full(&folder);
    let database = folder.connection();
    assert!(database.execute("DELETE FROM helpdesk_events WHERE kind = 2", []).unwrap() > 0);
    assert!(!desk.store().repair(DESK).unwrap().is_sound());
    let text = "SELECT count(*) FROM helpdesk_keys WHERE name LIKE '%maria%'";
    assert_eq!(database.query_row(text, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
}
