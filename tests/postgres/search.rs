//! What is found by words: the same in PostgreSQL and in memory, and what is found by reading every
//! thread word for word; whoever commits, searches and erases at the same time.

use std::time::Duration;

use helpdesk::command::{EraseTicket, Note, Redact, Reply, Split};
use helpdesk::matching::{Order, Place};
use helpdesk::store::postgres::tokio_postgres::Client;
use helpdesk::store::{AsyncTextStore, Commit, Operation, Query, StoreErrorKind, TextQuery};
use helpdesk::{
    Actor, AsyncDesk, Command, Condition, MessageRef, Revision, Search, Sight, TicketId,
};

use crate::scene::*;
use crate::server::{Schema, block_on, server};
use crate::{found, many};

/// How many histories; a fortieth of what `HELPDESK_STORED` says: each is compared with every thread, again
/// and again.
const HISTORIES: u64 = 10;

#[test]
fn what_is_found_is_what_is_read() {
    if server().is_none() {
        return;
    }
    let histories = many::wished(40 * HISTORIES) / 40;
    let one = |seed| {
        let schema = server().unwrap().schema();
        block_on(async { found::compare(schema.store().await, seed).await })
    };
    let hits = many::sum(histories, one);
    assert!(hits as u64 > histories * 50, "{hits} hits are no search");
}

fn search(words: &str) -> Search {
    Search::new(words.parse().unwrap())
}

/// The tickets that Anna finds, newest first.
async fn hits(desk: &Desk, words: &str) -> Vec<u128> {
    let page = desk.search(&ANNA, monday(), &search(words)).await.unwrap();
    page.hits.iter().map(|hit| hit.row.id().as_uuid().as_u128()).collect()
}

async fn prepared(desk: &Desk, ticket: u128, text: &str) -> Commit {
    let note = Command::Note(Note::new(TicketId::from_u128(ticket), text));
    desk.prepare(&ANNA.at(monday()).call(note)).await.unwrap().commit.unwrap()
}

async fn count(client: &Client, text: &str, schema: &Schema) -> i64 {
    let text = text.replace('~', &schema.table(""));
    client.query_one(&text, &[]).await.unwrap().get(0)
}

#[test]
fn what_is_committed_late_is_found_though_its_place_is_smaller() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        desk.open(Actor::Customer(MARIA).at(monday()), request(2)).await.unwrap();
        let (mut one, mut two) = (schema.client().await, schema.client().await);
        let mut first = one.transaction().await.unwrap();
        let early = desk.store().commit_in(&mut first, prepared(&desk, 1, "sparks").await).await;
        // Another transaction has a number, and a place much later.
        let mut second = two.transaction().await.unwrap();
        second.execute("SELECT txid_current()", &[]).await.unwrap();
        let early = early.unwrap().seq;
        let mut late = 0;
        for round in 0..4 {
            let context = ANNA.at(monday());
            let note = Note::new(TicketId::from_u128(2), format!("smoke {round}"));
            late = desk.note(context, note).await.unwrap().seq.unwrap();
            assert!(early < late);
            assert_eq!(hits(&desk, &format!("smoke {round}")).await, [2]);
            assert_eq!(hits(&desk, "sparks").await, [0; 0]);
        }
        first.commit().await.unwrap();
        assert_eq!(hits(&desk, "sparks").await, [1]);
        assert_eq!(hits(&desk, "smoke 0 3").await, [2]);
        let commit = prepared(&desk, 1, "embers").await;
        assert!(desk.store().commit_in(&mut second, commit).await.unwrap().seq > late);
        assert_eq!(hits(&desk, "embers").await, [0; 0]);
        desk.note(ANNA.at(monday()), Note::new(TicketId::from_u128(2), "ash")).await.unwrap();
        assert_eq!(hits(&desk, "ash").await, [2]);
        second.commit().await.unwrap();
        assert_eq!(hits(&desk, "embers").await, [1]);
        // When nobody is under way any more, nothing is remembered of what was read ahead.
        desk.note(ANNA.at(monday()), Note::new(TicketId::from_u128(2), "soot")).await.unwrap();
        let client = schema.client().await;
        for _ in 0..500 {
            assert_eq!(hits(&desk, "soot").await, [2]);
            if count(&client, "SELECT count(*) FROM ~ahead", &schema).await == 0 {
                return;
            }
            // Other tests have transactions under way in the same cluster.
            tokio::time::sleep(Duration::from_millis(20)).await;
            desk.note(ANNA.at(monday()), Note::new(TicketId::from_u128(2), "soot")).await.unwrap();
        }
        panic!("what was read ahead is remembered for ever");
    });
}

#[test]
fn what_is_undone_is_never_found_and_holds_nothing_up() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let mut client = schema.client().await;
        let mut transaction = client.transaction().await.unwrap();
        let commit = prepared(&desk, 1, "sparks").await;
        desk.store().commit_in(&mut transaction, commit).await.unwrap();
        assert_eq!(hits(&desk, "sparks").await, [0; 0]);
        transaction.rollback().await.unwrap();
        assert_eq!(hits(&desk, "sparks").await, [0; 0]);
        desk.note(ANNA.at(monday()), Note::new(TICKET, "smoke")).await.unwrap();
        assert_eq!(hits(&desk, "smoke").await, [1]);
    });
}

/// Whether a word is anywhere in the tables.
async fn is_anywhere(client: &Client, schema: &Schema, word: &str) -> bool {
    let text = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = $1";
    for row in client.query(text, &[&schema.name]).await.unwrap() {
        let table: String = row.get(0);
        let text = format!("SELECT count(*) FROM ~{table} t WHERE t::text ILIKE '%{word}%'");
        if count(client, &text, schema).await > 0 {
            return true;
        }
    }
    false
}

#[test]
fn erased_words_are_gone_from_the_lists() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let client = schema.client().await;
        let said = desk
            .reply(Actor::Customer(MARIA).at(monday()), Reply::new(TICKET, "My code is Swordfish"))
            .await
            .unwrap();
        let said = said.events[0].1.iter().find(|event| event.personal.is_some()).unwrap().revision;
        desk.open(Actor::Customer(MARIA).at(monday()), request(2)).await.unwrap();
        assert_eq!(hits(&desk, "swordfish").await, [1]);
        // What was split off goes with what it was split off from, and its subject stays.
        let mut split = Split::new(TICKET, MessageRef::new(TICKET, said), TicketId::from_u128(3));
        split.subject = Some("Trout".into());
        desk.split(ANNA.at(monday()), split).await.unwrap();
        assert_eq!(hits(&desk, "swordfish trout").await, [3]);
        assert!(is_anywhere(&client, &schema, "swordfish").await);
        let redact = Redact::new(
            TicketId::from_u128(3),
            [MessageRef::new(TicketId::from_u128(3), Revision(1))],
            "a code",
        );
        desk.redact(Actor::Host.at(monday()), redact).await.unwrap();
        assert!(!is_anywhere(&client, &schema, "swordfish").await);
        assert_eq!(hits(&desk, "swordfish").await, [0; 0]);

        desk.note(ANNA.at(monday()), Note::new(TICKET, "His account is 4711-0815")).await.unwrap();
        assert_eq!(hits(&desk, "4711 0815 help").await, [1]);
        let erase = EraseTicket { ticket: TICKET, reason: "asked for".to_owned() };
        desk.erase_ticket(Actor::Host.at(monday()), erase).await.unwrap();
        assert!(!is_anywhere(&client, &schema, "0815").await);
        assert_eq!(hits(&desk, "burns").await, [2], "the other ticket is as it was");
    });
}

#[test]
fn a_commit_that_erases_while_somebody_lists_is_sent_again_and_sees_the_words() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let client = schema.client().await;
        // With lists that are there, and with a desk that has none.
        for there in [false, true] {
            let secret = Note::new(TICKET, "swordfish");
            let noted = desk.note(ANNA.at(monday()), secret).await.unwrap();
            let noted = noted.records[0].revision.0;
            let mut other = schema.client().await;
            let holding = other.transaction().await.unwrap();
            // As somebody who lists does: the row is held, words are read, and written in the end.
            let hold = "INSERT INTO ~lists AS l (desk, round, form, born, low) \
                        VALUES ($1, 1, 1, 1, 0) ON CONFLICT (desk) DO UPDATE SET round = l.round + 1";
            let hold = hold.replace('~', &schema.table(""));
            assert_eq!(holding.execute(&hold, &[DESK.as_uuid()]).await.unwrap(), 1);
            let redact = Redact::new(TICKET, [MessageRef::new(TICKET, Revision(noted))], "a code");
            let redacting = desk.redact(Actor::Host.at(monday()), redact);
            let listing = async {
                tokio::time::sleep(Duration::from_millis(300)).await;
                let word = "INSERT INTO ~words (desk, word, note, number, revision, source, \
                            source_revision) VALUES ($1, 'swordfish', 1, 1, $2, $3, $2)";
                let word = word.replace('~', &schema.table(""));
                let noted = i64::try_from(noted).unwrap();
                let values: [&(dyn helpdesk::store::postgres::tokio_postgres::types::ToSql + Sync);
                    3] = [DESK.as_uuid(), &noted, TICKET.as_uuid()];
                holding.execute(&word, &values).await.unwrap();
                assert_eq!(
                    count(
                        &client,
                        "SELECT count(personal) FROM ~events WHERE personal LIKE \
                           '%swordfish%'",
                        &schema
                    )
                    .await,
                    1,
                    "it waits"
                );
                holding.commit().await.unwrap();
            };
            let (redacted, ()) = tokio::join!(redacting, listing);
            redacted.unwrap();
            assert!(!is_anywhere(&client, &schema, "swordfish").await, "{there}");
            // Whatever that somebody made of the lists, they are read anew.
            let anew = "UPDATE ~lists SET form = 0".replace('~', &schema.table(""));
            client.batch_execute(&anew).await.unwrap();
            assert_eq!(hits(&desk, "swordfish").await, [0; 0]);
            assert_eq!(hits(&desk, "burns help").await, [1]);
        }
    });
}

#[test]
fn who_searches_waits_for_who_erases_and_finds_nothing_of_it() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let client = schema.client().await;
        for round in 0..2 {
            let noted = desk.note(ANNA.at(monday()), Note::new(TICKET, "swordfish")).await.unwrap();
            let noted = noted.records[0].revision;
            let redact = Redact::new(TICKET, [MessageRef::new(TICKET, noted)], "a code");
            let redact = Actor::Host.at(monday()).call(Command::Redact(redact));
            let commit = desk.prepare(&redact).await.unwrap().commit.unwrap();
            let mut other = schema.client().await;
            let mut erasing = other.transaction().await.unwrap();
            desk.store().commit_in(&mut erasing, commit).await.unwrap();
            let searched = async {
                let found = hits(&desk, "swordfish").await;
                assert_eq!(found, [0; 0], "{round}");
            };
            let erased = async {
                tokio::time::sleep(Duration::from_millis(200)).await;
                erasing.commit().await.unwrap();
            };
            tokio::join!(searched, erased);
            assert!(!is_anywhere(&client, &schema, "swordfish").await, "{round}");
        }
    });
}

#[test]
fn many_that_write_search_and_erase_at_once_leave_no_erased_word() {
    const WRITERS: u128 = 3;
    const EACH: usize = 25;
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let ours = desk(&schema).await;
        for id in 2..=WRITERS + 1 {
            ours.open(Actor::Customer(MARIA).at(monday()), request(id)).await.unwrap();
        }
        let mut clients = tokio::task::JoinSet::new();
        for writer in 0..WRITERS {
            let desk = AsyncDesk::open_existing(schema.store().await, DESK).await.unwrap();
            clients.spawn(async move {
                let ticket = TicketId::from_u128(writer + 2);
                for n in 0..EACH {
                    let word = format!("secret{writer}x{n}");
                    let note = Note::new(ticket, format!("{word} stays"));
                    let noted = desk.note(ANNA.at(monday()), note).await.unwrap();
                    let noted = noted.records[0].revision;
                    assert_eq!(hits(&desk, &word).await, [writer + 2], "{word}");
                    let redact = Redact::new(ticket, [MessageRef::new(ticket, noted)], "a code");
                    desk.redact(Actor::Host.at(monday()), redact).await.unwrap();
                    assert_eq!(hits(&desk, &word).await, [0; 0], "{word}");
                    let note = Note::new(ticket, format!("kept{writer}x{n}"));
                    desk.note(ANNA.at(monday()), note).await.unwrap();
                }
            });
        }
        for searcher in 0..3 {
            let desk = AsyncDesk::open_existing(schema.store().await, DESK).await.unwrap();
            clients.spawn(async move {
                for n in 0..EACH * 2 {
                    let word = format!("kept{}x{}*", searcher % WRITERS, n / 2);
                    hits(&desk, &word).await;
                }
            });
        }
        clients.join_all().await;
        let client = schema.client().await;
        assert!(!is_anywhere(&client, &schema, "secret").await);
        for writer in 0..WRITERS {
            for n in 0..EACH {
                let word = format!("kept{writer}x{n}");
                assert_eq!(hits(&ours, &word).await, [writer + 2], "{word}");
            }
        }
    });
}

#[test]
fn lists_of_an_older_form_are_read_anew_and_of_a_newer_left_alone() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let client = schema.client().await;
        assert_eq!(hits(&desk, "unplug").await, [1]);
        let other = "UPDATE ~lists SET form = 0; UPDATE ~words SET word = 'x' || word";
        client.batch_execute(&other.replace('~', &schema.table(""))).await.unwrap();
        assert_eq!(hits(&desk, "unplug").await, [1]);
        assert_eq!(hits(&desk, "xunplug").await, [0; 0]);
        assert_eq!(count(&client, "SELECT form::bigint FROM ~lists", &schema).await, 1);
        // A newer build cuts words otherwise: what it finds, this one does not know.
        let newer = "UPDATE ~lists SET form = 999".replace('~', &schema.table(""));
        client.batch_execute(&newer).await.unwrap();
        let failed = desk.search(&ANNA, monday(), &search("unplug")).await;
        assert_eq!(kind(failed), StoreErrorKind::Newer);
        assert_eq!(count(&client, "SELECT form::bigint FROM ~lists", &schema).await, 999);
    });
}

#[test]
fn lists_that_come_from_another_database_are_read_on() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let client = schema.client().await;
        // Transactions had greater numbers there, or smaller ones.
        for xid in [i64::MAX, 3] {
            assert_eq!(hits(&desk, "unplug").await, [1]);
            let kept = format!("UPDATE ~lists SET next_low = low, next_xid = {xid}");
            client.batch_execute(&kept.replace('~', &schema.table(""))).await.unwrap();
            let word = format!("smoke{}", xid % 10);
            desk.note(ANNA.at(monday()), Note::new(TICKET, word.as_str())).await.unwrap();
            assert_eq!(hits(&desk, &word).await, [1]);
            let wrong = format!("SELECT count(*) FROM ~lists WHERE next_xid = {xid}");
            assert_eq!(count(&client, &wrong, &schema).await, 0);
        }
    });
}

#[test]
fn a_log_is_read_in_pieces_and_by_several_at_once() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        for n in 0..620 {
            let note = Note::new(TICKET, format!("round {n}"));
            desk.note(ANNA.at(monday()), note).await.unwrap();
        }
        let mut clients = tokio::task::JoinSet::new();
        for n in [0, 300, 619] {
            let desk = AsyncDesk::open_existing(schema.store().await, DESK).await.unwrap();
            clients.spawn(async move {
                assert_eq!(hits(&desk, &format!("round {n}")).await, [1], "{n}");
            });
        }
        clients.join_all().await;
        let client = schema.client().await;
        let rows = "SELECT count(*) FROM ~words WHERE word = 'round'";
        assert_eq!(count(&client, rows, &schema).await, 620);
    });
}

/// Words, in the texts of any ticket.
async fn sought(desk: &Desk, words: &str, sight: Sight) -> TextQuery {
    let lexicon = desk.settings().await.unwrap().lexicon();
    let query = Query {
        desk: DESK,
        filter: Condition::all([]).check(&lexicon, Place::View).unwrap(),
        order: Order::check(&[], &lexicon).unwrap(),
        after: None,
        limit: 5,
        now: monday(),
    };
    TextQuery { words: words.parse().unwrap(), sight, query, before: None }
}

#[test]
fn what_no_index_knows_is_sought_to_the_last_ticket() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        desk.note(ANNA.at(monday()), Note::new(TICKET, "Hm.")).await.unwrap();
        for id in 2..60 {
            desk.open(Actor::Customer(MARIA).at(monday()), request(id)).await.unwrap();
        }
        desk.note(ANNA.at(monday()), Note::new(TicketId::from_u128(30), "Hm.")).await.unwrap();
        let search = search("burns help").among("notes > 0".parse().unwrap());
        for (limit, ids) in [(1, &[30][..]), (2, &[30, 1]), (9, &[30, 1])] {
            let page = desk.search(&ANNA, monday(), &search.clone().page(limit)).await.unwrap();
            let found = page.hits.iter().map(|hit| hit.row.id().as_uuid().as_u128());
            assert_eq!(found.collect::<Vec<_>>(), ids);
            assert_eq!(page.next.is_some(), limit == 1);
        }
    });
}

#[test]
fn a_search_that_is_too_long_for_one_statement_goes_on_in_the_next() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        for id in 2..=150 {
            desk.open(Actor::Customer(MARIA).at(monday()), request(id)).await.unwrap();
        }
        assert_eq!(hits(&desk, "unplug").await, [1]);
        // Of very many words on one half of the tickets, and one on the other, only the first has both.
        let client = schema.client().await;
        let lists = "
            DELETE FROM ~words WHERE word = 'burns' AND number % 2 = 1 AND number > 1;
            INSERT INTO ~words SELECT r.desk, 'zz' || n, 0, r.number, 1, r.id, 1
                FROM generate_series(0, 33000) n
                JOIN ~records r ON r.kind = 4 AND r.number = 2 * (n % 75) + 1;
            ANALYZE ~words;
        ";
        client.batch_execute(&lists.replace('~', &schema.table(""))).await.unwrap();
        let asked = sought(&desk, "zz* burns", Sight::Public).await;
        let found = desk.store().texts(asked).await.unwrap();
        let numbers: Vec<_> = found.iter().map(|hit| hit.record.number.unwrap().0).collect();
        assert_eq!(numbers, [1]);
        assert_eq!(found[0].places, [Revision(1)]);
    });
}

#[test]
fn without_its_tables_a_search_says_so_and_the_desk_goes_on() {
    let Some(server) = server() else { return };
    block_on(async {
        for table in ["words", "lists", "ahead"] {
            let schema = server.schema();
            let desk = desk(&schema).await;
            let client = schema.client().await;
            let gone = format!("ALTER TABLE {} RENAME TO gone", schema.table(table));
            client.batch_execute(&gone).await.unwrap();
            let error = store_error(desk.search(&ANNA, monday(), &search("help")).await);
            let said = (error.kind(), error.operation());
            assert_eq!(said, (StoreErrorKind::Backend, Operation::Texts), "{table}");
            desk.note(ANNA.at(monday()), Note::new(TICKET, "Hm.")).await.unwrap();
            let back = format!("ALTER TABLE {} RENAME TO {table}", schema.table("gone"));
            client.batch_execute(&back).await.unwrap();
            assert_eq!(hits(&desk, "help hm").await, [1]);
        }
    });
}

#[test]
fn a_desk_on_which_nobody_searches_has_no_lists() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let client = schema.client().await;
        for table in ["words", "lists", "ahead"] {
            let text = format!("SELECT count(*) FROM ~{table}");
            assert_eq!(count(&client, &text, &schema).await, 0, "{table}");
        }
        // A desk that is none has none, whoever asks.
        let mut asked = sought(&desk, "help", Sight::Full).await;
        asked.query.desk = helpdesk::DeskId::from_u128(99);
        assert_eq!(desk.store().texts(asked).await.unwrap(), []);
        assert_eq!(count(&client, "SELECT count(*) FROM ~lists", &schema).await, 0);
    });
}
