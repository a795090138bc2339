//! Tables that are missing, older, newer or damaged; and that then nothing is half written.

use std::error::Error;

use chrono::TimeDelta;
use helpdesk::command::Reply;
use helpdesk::matching::Listing;
use helpdesk::store::postgres::{self, Options, PgError, Single};
use helpdesk::store::{AsyncStore, Lease, PgStore, Scope, StoreErrorKind};
use helpdesk::{
    Actor, AgentId, AgentProfile, AsyncDesk, ExternalRef, Head, Key, Revision, Search, Settings,
    TicketId, fold,
};

use crate::scene::*;
use crate::server::{Pool, Schema, block_on, server};

const TABLES: [&str; 10] = [
    "desks", "records", "wakes", "marks", "rosters", "events", "commits", "keys", "counters",
    "notices",
];

async fn run(schema: &Schema, change: &str) {
    let client = schema.client().await;
    let text = change.replace('~', &format!("\"{}\".", schema.name));
    client.batch_execute(&text).await.unwrap();
}

async fn opened(schema: &Schema) -> Result<PgStore<Pool>, PgError> {
    PgStore::open(Pool::new(&schema.dsn), schema.options()).await
}

#[test]
fn without_tables_nothing_is_opened_and_nothing_is_made() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        for _ in 0..2 {
            let refused = opened(&schema).await.unwrap_err();
            assert!(matches!(&refused, PgError::Missing { schema: it } if *it == schema.name));
            assert!(refused.to_string().contains("postgres::migrate"), "{refused}");
            // There is a schema, the second time, and nothing in it.
            run(&schema, &format!("CREATE SCHEMA IF NOT EXISTS \"{}\"", schema.name)).await;
        }
        schema.store().await;
        assert!(opened(&schema).await.is_ok());
    });
}

#[test]
fn older_and_newer_tables_are_refused() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        schema.store().await;
        run(&schema, "UPDATE ~version SET version = 0").await;
        let refused = opened(&schema).await.unwrap_err();
        assert!(matches!(refused, PgError::Older { found: 0, needed: 1 }), "{refused:?}");
        run(&schema, "UPDATE ~version SET version = 7").await;
        let refused = opened(&schema).await.unwrap_err();
        assert!(matches!(refused, PgError::Newer { found: 7, known: 1 }), "{refused:?}");
        let refused = postgres::migrate(&mut schema.client().await, &schema.options()).await;
        assert!(matches!(refused, Err(PgError::Newer { found: 7, known: 1 })), "{refused:?}");
    });
}

#[test]
fn migrating_again_and_at_once_changes_nothing() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let options = schema.options();
        let mut clients = Vec::new();
        for _ in 0..4 {
            clients.push(schema.client().await);
        }
        let [a, b, c, d] = &mut clients[..] else { panic!("four") };
        let all = tokio::join!(
            postgres::migrate(a, &options),
            postgres::migrate(b, &options),
            postgres::migrate(c, &options),
            postgres::migrate(d, &options)
        );
        assert!(matches!(all, (Ok(()), Ok(()), Ok(()), Ok(()))), "{all:?}");
        let before = desk(&schema).await.ticket(TICKET).await.unwrap();
        postgres::migrate(&mut clients[0], &options).await.unwrap();
        let desk = AsyncDesk::open_existing(schema.store().await, DESK).await.unwrap();
        assert_eq!(desk.ticket(TICKET).await.unwrap(), before);
    });
}

#[test]
fn a_name_that_is_none_is_refused() {
    let Some(server) = server() else { return };
    block_on(async {
        let long = "x".repeat(41);
        for name in ["", "a b", "1st", "x;--", "\"", "pg_x", "PG_x", "é", "a.b", "~", &long] {
            let mut options = Options::default();
            options.schema = name.to_owned();
            let schema = server.schema();
            let refused = postgres::migrate(&mut schema.client().await, &options).await;
            assert!(matches!(&refused, Err(PgError::Schema { schema }) if schema == name));
            let refused = PgStore::open(Pool::new(&schema.dsn), options).await;
            assert!(matches!(&refused, Err(PgError::Schema { .. })), "{refused:?}");
            assert!(postgres::commit_statement(name).is_err());
        }
    });
}

#[test]
fn a_channel_that_is_none_is_refused() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        schema.store().await;
        for name in ["", "a\0b", &"é".repeat(32)] {
            let mut options = schema.options();
            options.channel = Some(name.to_owned());
            let refused = PgStore::open(Pool::new(&schema.dsn), options).await;
            assert!(matches!(&refused, Err(PgError::Channel { channel }) if channel == name));
        }
        let mut options = schema.options();
        options.channel = Some("a channel; of \"mine\"".repeat(3));
        let store = PgStore::open(Pool::new(&schema.dsn), options).await.unwrap();
        AsyncDesk::create(store, DESK, Settings::default(), monday()).await.unwrap();
    });
}

#[test]
fn a_database_that_cannot_keep_every_text_is_refused() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let client = schema.client().await;
        let made = "CREATE DATABASE narrow ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' \
                    TEMPLATE template0";
        client.batch_execute("DROP DATABASE IF EXISTS narrow").await.unwrap();
        client.batch_execute(made).await.unwrap();
        let narrow = format!("{} dbname=narrow", schema.dsn);
        let mut there = crate::server::client(&narrow).await.unwrap();
        let refused = postgres::migrate(&mut there, &schema.options()).await.unwrap_err();
        assert!(matches!(&refused, PgError::Encoding { encoding } if encoding == "LATIN1"));
        assert!(!refused.is_retryable());
        let refused = PgStore::open(Pool::new(&narrow), schema.options()).await.unwrap_err();
        assert!(matches!(&refused, PgError::Encoding { .. }), "{refused:?}");
    });
}

#[test]
fn what_was_prepared_and_is_gone_is_prepared_anew() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        drop(desk(&schema).await);
        let single = Single::new(schema.client().await);
        let store = PgStore::open(single.clone(), schema.options()).await.unwrap();
        let desk = AsyncDesk::open_existing(store, DESK).await.unwrap();
        let (now, lease) = (monday(), Lease { until: monday(), limit: 0 });
        let by_turn = Listing::every().sorted("number").unwrap();
        let table = schema.table("events");
        for round in 0..2_u32 {
            for call in 0..10_u32 {
                let held = postgres::Connections::get(&single).await.unwrap();
                // As a pooler does it that knows nothing of prepared statements, or a migration.
                match round {
                    0 => held.client().batch_execute("DEALLOCATE ALL").await.unwrap(),
                    _ => {
                        let text = format!("ALTER TABLE {table} ADD COLUMN later{call} integer");
                        held.client().batch_execute(&text).await.unwrap();
                    }
                }
                drop(held);
                match call {
                    0 | 9 => {
                        let reply = Reply::new(TICKET, "Still there?");
                        desk.reply(ANNA.at(now), reply).await.unwrap();
                    }
                    1 => drop(desk.store().due(Scope::All, now, lease).await.unwrap()),
                    2 => {
                        let one = Lease { until: now, limit: 1 };
                        assert_eq!(
                            desk.store().claim(Scope::All, now, one).await.unwrap().len(),
                            1
                        );
                    }
                    3 => assert_eq!(desk.find(&ANNA, now, &by_turn).await.unwrap().rows.len(), 1),
                    4 => drop(desk.to_solve(&ANNA, now, None, 3).await.unwrap()),
                    5 => assert!(!desk.store().scan(DESK, 0, 9).await.unwrap().is_empty()),
                    6 => assert!(desk.verify(key()).await.unwrap() >= LAST),
                    7 => {
                        let search = Search::new("burns".parse().unwrap());
                        assert_eq!(desk.search(&ANNA, now, &search).await.unwrap().hits.len(), 1);
                    }
                    _ => {
                        assert!(desk.store().verify(DESK).await.unwrap().is_sound());
                        let held = postgres::Connections::get(&single).await.unwrap();
                        held.client().batch_execute("DEALLOCATE ALL").await.unwrap();
                        drop(held);
                        assert!(desk.store().repair(DESK).await.unwrap().is_sound());
                    }
                }
            }
        }
    });
}

#[test]
fn without_a_table_every_call_says_so_and_nothing_is_half_written() {
    let Some(server) = server() else { return };
    block_on(async {
        for table in TABLES {
            let schema = server.schema();
            let desk = desk(&schema).await;
            run(&schema, &format!("ALTER TABLE ~{table} RENAME TO gone")).await;
            let now = monday();
            let before = desk.store().scan(DESK, 0, 100).await.map(|log| log.len()).ok();
            let mut open = request(2);
            open.external_refs = [ExternalRef::new("jira", "acme", "OPS-17")].into();
            let refused = store_error(match table {
                "rosters" => {
                    let ben = AgentProfile::new("Ben");
                    desk.put_agent(Actor::Host.at(now), AgentId::from_u128(9), ben).await
                }
                _ => desk.open(Actor::Host.at(now), open).await,
            });
            assert_eq!(refused.kind(), StoreErrorKind::Backend, "{table}: {refused:?}");
            assert!(refused.source().is_some());
            let after = desk.store().scan(DESK, 0, 100).await.map(|log| log.len()).ok();
            assert_eq!(after, before);
            // It is put back, and all goes on.
            run(&schema, &format!("ALTER TABLE ~gone RENAME TO {table}")).await;
            assert_eq!(desk.ticket(TicketId::from_u128(2)).await.unwrap(), None);
            desk.reply(ANNA.at(now), Reply::new(TICKET, "Still there?")).await.unwrap();
            desk.verify(key()).await.unwrap();
        }
    });
}

#[test]
fn what_no_store_wrote_is_corrupt_whoever_reads_it() {
    let Some(server) = server() else { return };
    block_on(async {
        let corrupt = [
            "UPDATE ~records SET head = substr(head, 1, 40) WHERE kind = 4",
            "UPDATE ~records SET revision = -1 WHERE kind = 4",
            "UPDATE ~records SET schema = 70000 WHERE kind = 4",
        ];
        for change in corrupt {
            let schema = server.schema();
            let desk = desk(&schema).await;
            run(&schema, change).await;
            assert_eq!(kind(desk.ticket(TICKET).await), StoreErrorKind::Corrupt, "{change}");
            // By every road.
            for sort in ["number", "sla_due_at", "updated_at"] {
                let listing = Listing::every().sorted(sort).unwrap();
                let listed = desk.find(&ANNA, monday(), &listing).await;
                assert_eq!(kind(listed), StoreErrorKind::Corrupt, "{change}, by {sort}");
            }
            let reply = desk.reply(ANNA.at(monday()), Reply::new(TICKET, "Still there?")).await;
            assert_eq!(kind(reply), StoreErrorKind::Corrupt, "{change}");
        }
        let schema = server.schema();
        let desk = desk(&schema).await;
        run(&schema, "UPDATE ~events SET facts = substr(facts, 1, 20) WHERE revision = 2").await;
        let history = desk.history(key(), Revision::ZERO, 100).await;
        assert_eq!(kind(history), StoreErrorKind::Corrupt);
        run(&schema, "UPDATE ~commits SET touched = 'x'").await;
        let again = desk.reply(ANNA.at(monday()).once(ONCE), Reply::new(TICKET, "Unplug it."));
        assert_eq!(kind(again.await), StoreErrorKind::Corrupt);
        run(&schema, "UPDATE ~notices SET notice = 'x'").await;
        let lease = Lease { until: monday() + TimeDelta::minutes(1), limit: 9 };
        let claimed = desk.store().claim(Scope::All, monday(), lease).await;
        assert_eq!(claimed.unwrap_err().kind(), StoreErrorKind::Corrupt);
    });
}

#[test]
fn an_older_head_is_made_anew_and_a_newer_one_is_never_written_over() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let keys = [key(), Key::settings(DESK)];
        let mut heads: Vec<Head> = Vec::new();
        for key in keys {
            heads.push(desk.record(key).await.unwrap().unwrap().head);
        }
        run(&schema, "UPDATE ~records SET schema = 0, head = 'of old'").await;
        for (key, head) in keys.iter().zip(&heads) {
            assert_eq!(desk.record(*key).await.unwrap().unwrap().head, *head);
            let history = desk.history(*key, Revision::ZERO, 100).await.unwrap();
            assert_eq!(fold(*key, &history).unwrap(), *head);
        }
        let listed = desk.find(&ANNA, monday(), &Listing::every()).await.unwrap();
        assert_eq!(listed.rows.len(), 1);
        desk.reply(ANNA.at(monday()), Reply::new(TICKET, "Still there?")).await.unwrap();
        run(&schema, "UPDATE ~records SET schema = 999 WHERE kind = 4").await;
        let reply = desk.reply(ANNA.at(monday()), Reply::new(TICKET, "Still there?")).await;
        assert_eq!(kind(reply), StoreErrorKind::Newer);
        let listed = desk.find(&ANNA, monday(), &Listing::every()).await;
        assert_eq!(kind(listed), StoreErrorKind::Newer);
    });
}

#[test]
fn a_newer_notice_is_left_to_the_newer_build_with_those_after_it() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        desk.open(Actor::Customer(MARIA).at(monday()), request(2)).await.unwrap();
        let newer = "UPDATE ~notices SET notice = replace(notice, 'ticket_opened', \
                     'ticket_framed') WHERE age = (SELECT min(age) FROM ~notices)";
        run(&schema, newer).await;
        for limit in [1, 9] {
            let lease = Lease { until: monday() + TimeDelta::minutes(1), limit };
            let now = monday() + TimeDelta::hours(i64::try_from(limit).unwrap());
            let claimed = desk.store().claim(Scope::All, now, lease).await.unwrap();
            let tickets: Vec<_> = claimed.iter().map(|one| one.notice.id.ticket).collect();
            assert_eq!(tickets, [TicketId::from_u128(2)]);
        }
    });
}

#[test]
fn stores_of_different_schemas_share_a_database_and_nothing_else() {
    let Some(server) = server() else { return };
    block_on(async {
        let (ours, theirs) = (server.schema(), server.schema());
        let desk = desk(&ours).await;
        // Nothing prepared, and one connection.
        let mut options = theirs.options();
        options.prepares = false;
        let mut client = theirs.client().await;
        postgres::migrate(&mut client, &options).await.unwrap();
        let store = PgStore::open(Single::new(client), options).await.unwrap();
        let theirs = AsyncDesk::create(store, DESK, Settings::default(), monday()).await.unwrap();
        assert_eq!(theirs.ticket(TICKET).await.unwrap(), None);
        theirs.open(Actor::Customer(MARIA).at(monday()), request(1)).await.unwrap();
        let ben = AgentProfile::new("Ben").email("ben@example.com");
        theirs.put_agent(Actor::Host.at(monday()), AgentId::from_u128(9), ben).await.unwrap();
        assert_eq!(theirs.ticket(TICKET).await.unwrap().unwrap().revision().0, 1);
        let listed = theirs.find(&Actor::Host, monday(), &Listing::every()).await.unwrap();
        assert_eq!(listed.rows.len(), 1);
        assert_eq!(desk.ticket(TICKET).await.unwrap().unwrap().revision(), LAST);
    });
}

#[test]
fn a_connection_that_ended_is_unavailable_and_the_next_call_has_another() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let ours = desk(&schema).await;
        let mut client = schema.client().await;
        let options = schema.options();
        postgres::migrate(&mut client, &options).await.unwrap();
        let pid: i32 = client.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
        let single = PgStore::open(Single::new(client), options).await.unwrap();
        let desk = AsyncDesk::open_existing(single, DESK).await.unwrap();
        let other = schema.client().await;
        other.execute("SELECT pg_terminate_backend($1)", &[&pid]).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let refused = store_error(desk.ticket(TICKET).await);
        assert_eq!(refused.kind(), StoreErrorKind::Unavailable);
        assert!(refused.is_retryable() && refused.source().is_some());
        // A pool gives another one.
        ours.ticket(TICKET).await.unwrap();
    });
}
