//! A store that looks itself over: what is damaged is found, by its name; what follows from
//! histories is made anew, and the rest is left as it is.

use std::time::Duration;

use helpdesk::command::{Assign, Note, Open, Redact, Reply, Split};
use helpdesk::store::postgres::{Options, PgStore};
use helpdesk::store::{AsyncStore, Finding, Lease, Operation, Part, Scope, StoreErrorKind};
use helpdesk::{
    Actor, AgentId, AgentProfile, AsyncDesk, ContactProfile, DeskId, Follower, Identity, Key,
    MessageRef, Requester, Revision, Search, Settings, TicketId,
};

use crate::scene::*;
use crate::server::{Pool, Schema, block_on, server};

/// The scene, with a contact who is known by an address, and a second ticket that has an owner.
async fn full(schema: &Schema) -> Desk {
    let desk = desk(schema).await;
    let now = monday();
    let maria = ContactProfile::new("Maria").identity(Identity::email("maria@example.com"));
    desk.put_contact(Actor::Host.at(now), MARIA, maria).await.unwrap();
    let mut second = Open::new(TicketId::from_u128(2), Requester::Contact(MARIA), "And smoke.");
    second.followers = [Follower::Agent(AgentId::from_u128(8))].into();
    desk.open(Actor::Customer(MARIA).at(now), second).await.unwrap();
    let assign = Assign::new(TicketId::from_u128(2), AgentId::from_u128(8));
    desk.assign(Actor::Host.at(now), assign).await.unwrap();
    desk
}

async fn run(schema: &Schema, change: &str) {
    let text = change.replace('~', &schema.table(""));
    schema.client().await.batch_execute(&text).await.unwrap();
}

/// The findings, in words.
fn found(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}

/// Everything that stands in the tables, but for lists of words.
async fn dump(schema: &Schema) -> Vec<String> {
    let client = schema.client().await;
    let mut lines = Vec::new();
    for table in [
        "desks", "records", "wakes", "marks", "rosters", "events", "commits", "keys", "counters",
        "notices",
    ] {
        // A counter that is zero is as one that is not there.
        let but = if table == "counters" { "WHERE value <> 0" } else { "" };
        let text = format!("SELECT t::text FROM {} t {but}", schema.table(table));
        for row in client.query(&text, &[]).await.unwrap() {
            lines.push(format!("{table} {}", row.get::<_, String>(0)));
        }
    }
    lines.sort();
    lines
}

async fn hits(desk: &Desk, words: &str) -> usize {
    let search = Search::new(words.parse().unwrap());
    desk.search(&ANNA, monday(), &search).await.unwrap().hits.len()
}

#[test]
fn a_desk_that_nobody_damaged_is_sound() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = full(&schema).await;
        let verified = desk.store().verify(DESK).await.unwrap();
        assert!(verified.is_sound(), "{:?}", verified.findings);
        // The settings, an agent, a contact and two tickets.
        assert_eq!(verified.records, 5);
        let generally = desk.verify_all().await.unwrap();
        assert!(generally.is_sound(), "{:?}", generally.findings);
        assert_eq!((generally.records, generally.events), (verified.records, verified.events));
        let before = dump(&schema).await;
        assert!(desk.store().repair(DESK).await.unwrap().is_sound());
        assert_eq!(dump(&schema).await, before, "nothing is written where nothing is wrong");
    });
}

/// What somebody does to the tables, and what is said of it.
const DAMAGES: [(&str, &str); 27] = [
    (
        "UPDATE ~records SET revision = 9 WHERE number = 1",
        "its revision is not that of its history",
    ),
    (
        "UPDATE ~records SET head = '{}' WHERE number = 1",
        "its head is not what its history folds to",
    ),
    (
        r#"UPDATE ~records SET head = replace(head, '"answered"', '"pending"') WHERE number = 1"#,
        "its head is not what its history folds to",
    ),
    ("UPDATE ~records SET assignee = NULL WHERE number = 1", "its indexed columns"),
    ("UPDATE ~records SET category = 'closed' WHERE number = 1", "its indexed columns"),
    ("UPDATE ~records SET since = 7 WHERE number = 2", "its indexed columns"),
    ("UPDATE ~records SET requester = decode('00', 'hex') WHERE number = 2", "its indexed columns"),
    (
        "UPDATE ~records SET organisation = '00000000-0000-0000-0000-000000000000' WHERE kind = 2",
        "its indexed columns",
    ),
    (
        "UPDATE ~wakes SET wake_at = 5 WHERE id = (SELECT id FROM ~records WHERE number = 1)",
        "its next wake is not that of its head",
    ),
    ("DELETE FROM ~wakes", "its next wake"),
    (
        "INSERT INTO ~wakes SELECT desk, kind, id, 5, 5 FROM ~records WHERE kind = 2",
        "its next wake",
    ),
    (
        "INSERT INTO ~wakes SELECT desk, 4, md5('x')::uuid, 5, 5 FROM ~records WHERE kind = 2",
        "its next wake",
    ),
    ("DELETE FROM ~records WHERE number = 1", "its row is missing"),
    ("DELETE FROM ~records WHERE number = 2", "its row is missing"),
    ("DELETE FROM ~records WHERE kind = 1", "its row is missing"),
    ("DELETE FROM ~marks", "its indexed columns"),
    ("UPDATE ~marks SET number = number + 7", "its indexed columns"),
    ("UPDATE ~marks SET ticket = md5('x')::uuid", "its indexed columns"),
    ("DELETE FROM ~rosters", "its indexed columns"),
    ("UPDATE ~rosters SET department = 'nowhere'", "its indexed columns"),
    (
        "INSERT INTO ~rosters SELECT desk, '', md5('x')::uuid FROM ~records WHERE kind = 1",
        "its indexed columns",
    ),
    ("DELETE FROM ~keys WHERE name LIKE '%maria%'", "is nobody's and should be contact"),
    (
        "INSERT INTO ~keys SELECT desk, name || '.org', kind, id FROM ~keys \
         WHERE name LIKE '%maria%'",
        "and should be nobody's",
    ),
    (
        "UPDATE ~counters SET value = value + 3 WHERE name LIKE 'load%'; \
         DELETE FROM ~counters WHERE name LIKE 'unfinished%'",
        "and the tickets come to",
    ),
    ("UPDATE ~desks SET numbers = 1", "numbers go on after 1, and should after 2"),
    ("UPDATE ~desks SET numbers = 9", "numbers go on after 9, and should after 2"),
    (
        "DELETE FROM ~records; DELETE FROM ~wakes; DELETE FROM ~marks; DELETE FROM ~counters; \
         DELETE FROM ~keys; DELETE FROM ~rosters; DELETE FROM ~desks",
        "its row is missing",
    ),
];

#[test]
fn what_follows_from_histories_is_found_and_made_anew() {
    let Some(server) = server() else { return };
    block_on(async {
        for (damage, said) in DAMAGES {
            let schema = server.schema();
            let desk = full(&schema).await;
            let before = dump(&schema).await;
            run(&schema, damage).await;
            let damaged = dump(&schema).await;
            assert_ne!(damaged, before, "`{damage}` changes something");
            let findings = desk.store().verify(DESK).await.unwrap().findings;
            assert_eq!(dump(&schema).await, damaged, "`{damage}` is only looked at");
            let words = found(&findings);
            assert!(words.iter().any(|word| word.contains(said)), "`{damage}`: {words:#?}");
            assert!(findings.iter().all(Finding::is_derived), "`{damage}`: {words:#?}");
            let repaired = desk.store().repair(DESK).await.unwrap();
            assert_eq!(found(&repaired.findings), words, "`{damage}`");
            let left = desk.store().verify(DESK).await.unwrap();
            assert!(left.is_sound(), "`{damage}`: {:#?}", found(&left.findings));
            assert_eq!(dump(&schema).await, before, "`{damage}`");
            assert!(desk.verify_all().await.unwrap().is_sound(), "`{damage}`");
        }
    });
}

#[test]
fn what_only_a_backup_has_is_told_and_left_alone() {
    let damages = [
        ("DELETE FROM ~events WHERE kind = 4 AND revision = 2", "the history of ticket"),
        ("UPDATE ~events SET facts = '{' WHERE kind = 4 AND revision = 1", "the history of ticket"),
        ("UPDATE ~commits SET touched = '[' WHERE seq = 1", "what commit 1 touched cannot be read"),
        ("DELETE FROM ~events WHERE kind = 4 AND revision = 5", "names events of ticket"),
        ("DELETE FROM ~events WHERE kind = 4", "names events of ticket"),
        ("UPDATE ~notices SET notice = '{'", "cannot be read"),
        ("UPDATE ~records SET number = 7 WHERE number = 2", "its number does not lead to it"),
        ("UPDATE ~counters SET name = 'sum:' || name", "is no counter"),
    ];
    let Some(server) = server() else { return };
    block_on(async {
        for (damage, said) in damages {
            let schema = server.schema();
            let desk = full(&schema).await;
            run(&schema, damage).await;
            let findings = desk.store().verify(DESK).await.unwrap().findings;
            let words = found(&findings);
            assert!(words.iter().any(|word| word.contains(said)), "`{damage}`: {words:#?}");
            assert!(findings.iter().any(|it| !it.is_derived()), "`{damage}`: {words:#?}");
            let only_lost = !damage.contains("~counters") && !damage.contains("number = 7");
            // What is left of it is left as it is: it may be all that there is.
            let before = dump(&schema).await;
            desk.store().repair(DESK).await.unwrap();
            if only_lost {
                assert_eq!(dump(&schema).await, before, "`{damage}`");
                let counter = |it: &Finding| matches!(it, Finding::Counter { .. });
                assert!(!findings.iter().any(counter), "`{damage}`: {findings:?}");
            }
            let left = found(&desk.store().verify(DESK).await.unwrap().findings);
            assert!(left.iter().any(|word| word.contains(said)), "`{damage}`: {left:#?}");
        }
    });
}

#[test]
fn numbers_that_may_have_been_drawn_are_not_drawn_again() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = full(&schema).await;
        run(
            &schema,
            "UPDATE ~desks SET numbers = 9; UPDATE ~commits SET touched = '[' WHERE seq = 1",
        )
        .await;
        let findings = desk.store().repair(DESK).await.unwrap().findings;
        assert!(!findings.iter().any(|it| matches!(it, Finding::Numbers { .. })), "{findings:?}");
        let opened = desk.open(Actor::Customer(MARIA).at(monday()), request(3)).await.unwrap();
        assert_eq!(opened.records[0].number.unwrap().0, 10);
    });
}

#[test]
fn what_a_newer_build_wrote_is_neither_damage_nor_written_over() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = full(&schema).await;
        let newer = r#"UPDATE ~records SET head = replace(head, '{', '{"later":1,')
                       WHERE number = 1"#;
        run(&schema, newer).await;
        let before = dump(&schema).await;
        assert!(desk.store().verify(DESK).await.unwrap().is_sound());
        assert!(desk.store().repair(DESK).await.unwrap().is_sound());
        assert_eq!(dump(&schema).await, before);
        // An older head is folded where it is read.
        run(&schema, "UPDATE ~records SET schema = 0, head = 'of old' WHERE number = 2").await;
        assert!(desk.store().verify(DESK).await.unwrap().is_sound());
    });
}

/// What somebody does to the lists of words.
const MISHEARD: [&str; 6] = [
    "UPDATE ~words SET word = 'x' || word WHERE word = 'burns'",
    "DELETE FROM ~words WHERE word = 'burns'",
    "UPDATE ~words SET number = number + 7",
    "UPDATE ~words SET note = 1 - note WHERE word = 'burns'",
    "UPDATE ~words SET source = md5('x')::uuid WHERE word = 'burns'",
    "INSERT INTO ~words SELECT desk, word, note, number, revision, md5('x')::uuid, 1 FROM ~words",
];

#[test]
fn words_that_are_listed_otherwise_than_they_were_said_are_listed_anew() {
    let Some(server) = server() else { return };
    block_on(async {
        for damage in MISHEARD {
            let schema = server.schema();
            let desk = full(&schema).await;
            let reply = Reply::new(TICKET, "swordfish");
            let said = desk.reply(Actor::Customer(MARIA).at(monday()), reply).await.unwrap();
            let said = said.events[0].1.iter().find(|event| event.personal.is_some()).unwrap();
            assert_eq!(hits(&desk, "burns").await, 1);
            let third = TicketId::from_u128(3);
            let mut split = Split::new(TICKET, MessageRef::new(TICKET, said.revision), third);
            split.subject = Some("Trout".to_owned());
            desk.split(ANNA.at(monday()), split).await.unwrap();
            // Of what is not in the lists yet, nothing is missing there.
            let verified = desk.store().verify(DESK).await.unwrap();
            assert!(verified.is_sound(), "{:#?}", found(&verified.findings));
            assert_eq!(hits(&desk, "swordfish").await, 1);
            let verified = desk.store().verify(DESK).await.unwrap();
            assert!(verified.is_sound(), "{:#?}", found(&verified.findings));
            assert!(desk.store().repair(DESK).await.unwrap().is_sound());
            run(&schema, damage).await;
            let findings = desk.store().verify(DESK).await.unwrap().findings;
            let misheard = |it: &Finding| matches!(it, Finding::Record { part: Part::Words, .. });
            assert!(!findings.is_empty(), "`{damage}`");
            assert!(findings.iter().all(misheard), "`{damage}`: {findings:?}");
            let repaired = desk.store().repair(DESK).await.unwrap();
            assert_eq!(found(&repaired.findings), found(&findings), "`{damage}`");
            assert!(desk.store().verify(DESK).await.unwrap().is_sound(), "`{damage}`");
            assert_eq!((hits(&desk, "burns").await, hits(&desk, "xburns").await), (1, 0));
            assert!(desk.store().verify(DESK).await.unwrap().is_sound(), "`{damage}`");
            // What is erased is not missed.
            let redact = Redact::new(third, [MessageRef::new(third, Revision(1))], "a code");
            desk.redact(Actor::Host.at(monday()), redact).await.unwrap();
            let verified = desk.store().verify(DESK).await.unwrap();
            assert!(verified.is_sound(), "{:#?}", found(&verified.findings));
        }
    });
}

#[test]
fn who_commits_waits_for_who_repairs() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = full(&schema).await;
        let mut client = schema.client().await;
        let mut writing = client.transaction().await.unwrap();
        let note = helpdesk::Command::Note(Note::new(TICKET, "Hm."));
        let commit = desk.prepare(&ANNA.at(monday()).call(note)).await.unwrap().commit.unwrap();
        desk.store().commit_in(&mut writing, commit).await.unwrap();
        // Looking waits for nobody; repairing sees what was under way.
        let verified = desk.store().verify(DESK).await.unwrap();
        assert!(verified.is_sound(), "{:?}", verified.findings);
        let committed = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            writing.commit().await.unwrap();
        };
        let (repaired, ()) = tokio::join!(desk.store().repair(DESK), committed);
        let repaired = repaired.unwrap();
        assert!(repaired.is_sound(), "{:?}", repaired.findings);
        assert_eq!(repaired.events, verified.events + 1);
        // And while everybody writes, nothing is found and nothing is lost.
        let mut clients = tokio::task::JoinSet::new();
        for writer in 0..3_u128 {
            let desk = AsyncDesk::open_existing(schema.store().await, DESK).await.unwrap();
            clients.spawn(async move {
                for n in 0..20 {
                    let id = 100 + writer * 100 + n;
                    desk.open(Actor::Customer(MARIA).at(monday()), request(id)).await.unwrap();
                    hits(&desk, "burns help").await;
                }
            });
        }
        for _ in 0..10 {
            let verified = desk.store().verify(DESK).await.unwrap();
            assert!(verified.is_sound(), "{:#?}", found(&verified.findings));
            let repaired = desk.store().repair(DESK).await.unwrap();
            assert!(repaired.is_sound(), "{:#?}", found(&repaired.findings));
            // What is to be mended is what every opening writes: none of the two ends the other.
            let wrong = "UPDATE ~counters SET value = value + 7 WHERE name LIKE 'queued%'";
            client.batch_execute(&wrong.replace('~', &schema.table(""))).await.unwrap();
            let repaired = desk.store().repair(DESK).await.unwrap();
            assert_eq!(repaired.findings.len(), 1, "{:#?}", found(&repaired.findings));
        }
        clients.join_all().await;
        let verified = desk.store().verify(DESK).await.unwrap();
        assert!(verified.is_sound(), "{:#?}", found(&verified.findings));
    });
}

#[test]
fn without_a_table_it_says_so() {
    let Some(server) = server() else { return };
    block_on(async {
        for table in ["records", "wakes", "events", "commits", "keys", "desks", "lists"] {
            let schema = server.schema();
            let desk = full(&schema).await;
            run(&schema, &format!("ALTER TABLE ~{table} RENAME TO gone")).await;
            for result in [desk.store().verify(DESK).await, desk.store().repair(DESK).await] {
                let error = result.unwrap_err();
                let said = (error.kind(), error.operation());
                assert_eq!(said, (StoreErrorKind::Backend, Operation::Upkeep), "{table}");
            }
        }
    });
}

#[test]
fn health_is_told_of_a_store_that_can_be_written() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let empty = schema.store().await.health().await.unwrap();
        assert_eq!((empty.next_wake, empty.waiting), (None, false));
        let desk = full(&schema).await;
        let health = desk.store().health().await.unwrap();
        assert!(health.waiting, "nobody relayed the first answer");
        let lease = Lease { until: monday(), limit: 0 };
        let due = desk.store().due(Scope::All, monday(), lease).await.unwrap();
        assert!(due.next.is_some());
        assert_eq!(health.next_wake, due.next);
        // Who asks at the same time waits for nobody.
        let mut client = schema.client().await;
        let holding = client.transaction().await.unwrap();
        let lock = format!("SELECT one FROM {} FOR UPDATE", schema.table("version"));
        holding.execute(&lock, &[]).await.unwrap();
        assert_eq!(desk.store().health().await.unwrap(), health);
        drop(holding);
        // A database that can only be read.
        let dsn = format!("{} options='-c default_transaction_read_only=on'", schema.dsn);
        let options: Options = schema.options();
        let store = PgStore::open(Pool::new(&dsn), options).await.unwrap();
        let error = store.health().await.unwrap_err();
        let said = (error.kind(), error.operation());
        assert_eq!(said, (StoreErrorKind::Unavailable, Operation::Upkeep));
    });
}

#[test]
fn two_desks_in_one_schema_are_looked_over_apart() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = full(&schema).await;
        let other = DeskId::from_u128(2);
        let store = desk.store().clone();
        let second = AsyncDesk::create(store, other, Settings::default(), monday()).await.unwrap();
        let anna = AgentProfile::new("Anna");
        second.put_agent(Actor::Host.at(monday()), AgentId::from_u128(8), anna).await.unwrap();
        run(&schema, "UPDATE ~records SET revision = 9 WHERE number = 1").await;
        assert!(desk.store().verify(other).await.unwrap().is_sound());
        let findings = desk.store().verify(DESK).await.unwrap().findings;
        assert!(
            matches!(findings[..], [Finding::Record { key, part: Part::Revision }]
                if key == Key::ticket(DESK, TICKET)),
            "{findings:?}"
        );
        assert_eq!(desk.store().repair(other).await.unwrap().records, 2);
        assert!(!desk.store().verify(DESK).await.unwrap().is_sound());
    });
}

#[test]
fn the_keys_of_who_has_lost_a_history_stay_theirs() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = full(&schema).await;
        run(&schema, "DELETE FROM ~events WHERE kind = 2").await;
        assert!(!desk.store().repair(DESK).await.unwrap().is_sound());
        let text = "SELECT count(*) FROM ~keys WHERE name LIKE '%maria%'".to_owned();
        let text = text.replace('~', &schema.table(""));
        let left = schema.client().await.query_one(&text, &[]).await.unwrap();
        assert_eq!(left.get::<_, i64>(0), 1);
    });
}

#[test]
fn what_is_damaged_is_told_of_also_where_somebody_searches() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = full(&schema).await;
        assert_eq!(hits(&desk, "burns help").await, 1);
        run(&schema, "UPDATE ~commits SET touched = '[' WHERE touched LIKE '%\"number\":2%'").await;
        let verified = desk.store().verify(DESK).await.unwrap();
        assert!(!verified.is_sound());
        desk.store().repair(DESK).await.unwrap();
    });
}
