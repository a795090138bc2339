//! Connections that end, servers that are killed, transactions that are to be begun anew: every command
//! that was acknowledged is there exactly once.
//!
//! By default each happens 3 times; `HELPDESK_CRASHED=n` has each happen n times.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use helpdesk::command::{Link, Note, Reply, Unlink};
use helpdesk::store::postgres::tokio_postgres::Client;
use helpdesk::store::postgres::tokio_postgres::types::Type;
use helpdesk::store::postgres::{CommitParameters, commit_statement, is_race};
use helpdesk::store::{AsyncStore, Commit, CommitError, PgStore, StoreErrorKind};
use helpdesk::{
    Actor, AsyncDesk, Command, CommandId, DeskError, Key, LinkKind, Revision, TicketId,
};

use crate::scene::*;
use crate::server::{Pool, Schema, Server, block_on, server};

/// How often each happens.
fn rounds() -> u64 {
    let wish = std::env::var("HELPDESK_CRASHED").ok();
    wish.map_or(3, |wish| wish.parse().expect("a whole number"))
}

fn text(client: u64, n: u64) -> String {
    format!("{client}/{n}")
}

fn command(client: u64, n: u64) -> CommandId {
    CommandId::from_u128(1_000_000 * u128::from(client + 1) + u128::from(n))
}

/// What a client did: which of its replies were acknowledged, and how often nobody knew.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    acknowledged: u64,
    failures: u64,
}

/// Replies one after the other, each under an id of its own, until it is told to stop; each until it is
/// acknowledged.
async fn replies(desk: &Desk, client: u64, ended: &AtomicU64, stop: &AtomicBool) -> Told {
    let mut told = Told::default();
    while !stop.load(Ordering::Relaxed) {
        let n = told.acknowledged;
        loop {
            let context = Actor::Customer(MARIA).at(monday()).once(command(client, n));
            match desk.reply(context, Reply::new(TICKET, text(client, n))).await {
                Ok(_) => break,
                Err(DeskError::Contended { .. }) => {}
                Err(DeskError::Store(error)) => {
                    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error:?}");
                    told.failures += 1;
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        told.acknowledged += 1;
        ended.fetch_add(1, Ordering::Relaxed);
    }
    told
}

/// Waits until so many more replies were acknowledged.
async fn wait_for(ended: &AtomicU64, more: u64) {
    let enough = ended.load(Ordering::Relaxed) + more;
    while ended.load(Ordering::Relaxed) < enough {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// What was acknowledged is there, once; nothing else is, no revision is missing, and heads are what
/// their histories come to.
async fn told_once(desk: &Desk, told: &[Told]) {
    let acknowledged: u64 = told.iter().map(|told| told.acknowledged).sum();
    assert!(acknowledged > 0);
    let mut posts = BTreeMap::<String, u64>::new();
    let mut after = None;
    loop {
        let page = desk.thread(&ANNA, monday(), TICKET, after, 100).await.unwrap();
        for post in &page.posts {
            *posts.entry(post.text.as_str().to_owned()).or_default() += 1;
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(posts.values().sum::<u64>(), 2 + acknowledged);
    for (client, told) in told.iter().enumerate() {
        for n in 0..told.acknowledged {
            let text = text(client as u64, n);
            assert_eq!(posts.get(&text), Some(&1), "{text}");
            let receipt = desk.store().receipt(DESK, command(client as u64, n)).await.unwrap();
            assert!(receipt.is_some(), "{text}");
        }
    }
    let mut last = BTreeMap::<Key, Revision>::new();
    for entry in desk.store().scan(DESK, 0, usize::MAX).await.unwrap() {
        let last = last.entry(entry.key).or_default();
        for event in entry.events.iter() {
            assert_eq!(event.revision, last.next(), "{}", entry.key);
            *last = event.revision;
        }
    }
    assert!(last[&key()] > Revision(LAST.0 + acknowledged));
    for (key, last) in last {
        assert_eq!(desk.record(key).await.unwrap().unwrap().revision, last);
    }
    let verified = desk.verify_all().await.unwrap();
    assert!(verified.is_sound(), "{:?}", verified.findings);
}

/// Two clients that reply while this is done to their server.
async fn with_replies(schema: &Schema, doing: impl AsyncFnOnce(&AtomicU64)) -> [Told; 2] {
    let (stop, ended) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    // Opened before anything is done to the server: who opens a desk does not try again.
    let opened = async || {
        let store = PgStore::open(Pool::new(&schema.dsn), schema.options()).await.unwrap();
        AsyncDesk::open_existing(store, DESK).await.unwrap()
    };
    let spawned = |desk: Desk, client| {
        let (stop, ended) = (stop.clone(), ended.clone());
        tokio::spawn(async move { replies(&desk, client, &ended, &stop).await })
    };
    let (one, two) = (spawned(opened().await, 0), spawned(opened().await, 1));
    doing(&ended).await;
    stop.store(true, Ordering::Relaxed);
    [one.await.unwrap(), two.await.unwrap()]
}

#[test]
fn connections_that_end_in_the_middle_lose_and_double_nothing() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let ours = desk(&schema).await;
        let mut killed = 0;
        let told = with_replies(&schema, async |ended| {
            let client = schema.client().await;
            let text = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                        WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' \
                        AND query LIKE '%' || $1 || '%' AND state = 'active'";
            while killed < rounds() {
                tokio::time::sleep(Duration::from_millis(3)).await;
                let row = client.query_one(text, &[&schema.name]).await.unwrap();
                killed += row.get::<_, i64>(0).cast_unsigned();
                wait_for(ended, 1).await;
            }
        });
        let told = told.await;
        assert!(told[0].failures + told[1].failures > 0, "nobody noticed");
        told_once(&ours, &told).await;
    });
}

#[test]
fn a_server_that_is_killed_keeps_what_it_acknowledged() {
    if std::env::var_os("HELPDESK_POSTGRES").is_some() || server().is_none() {
        // Somebody else's server is not ours to kill.
        return;
    }
    let mut own = Server::own(true).unwrap();
    block_on(async {
        let schema = own.schema();
        drop(desk(&schema).await);
        let told = with_replies(&schema, async |ended| {
            for _ in 0..rounds() {
                wait_for(ended, 8).await;
                tokio::task::block_in_place(|| own.kill_and_start());
            }
            wait_for(ended, 2).await;
        });
        let told = told.await;
        assert!(told[0].failures + told[1].failures > 0, "nobody noticed");
        let ours = AsyncDesk::open_existing(schema.store().await, DESK).await.unwrap();
        told_once(&ours, &told).await;
    });
}

async fn prepared(desk: &Desk, command: impl Into<Command>) -> Commit {
    let call = ANNA.at(monday()).call(command.into());
    desk.prepare(&call).await.unwrap().commit.unwrap()
}

/// Waits until so many on this schema wait for a lock.
async fn are_waiting(many: i64, schema: &Schema, client: &Client) {
    let text = "SELECT count(*) FROM pg_stat_activity \
                WHERE wait_event_type = 'Lock' AND query LIKE '%\"' || $1 || '\"%'";
    while client.query_one(text, &[&schema.name]).await.unwrap().get::<_, i64>(0) < many {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[test]
fn whoever_is_chosen_to_give_way_begins_anew() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let second = TicketId::from_u128(2);
        desk.open(Actor::Customer(MARIA).at(monday()), request(2)).await.unwrap();
        let looking = schema.client().await;
        let mut theirs = schema.client().await;
        let deadlocks = async || {
            let text = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
            looking.query_one(text, &[]).await.unwrap().get::<_, i64>(0)
        };
        let before = deadlocks().await;
        for round in 0..rounds() {
            // Somebody has the second ticket, and then wants the first; a link takes both in order.
            let (of_second, of_first) = (
                prepared(&desk, Note::new(second, format!("{round}"))).await,
                prepared(&desk, Note::new(TICKET, format!("{round}"))).await,
            );
            let mut transaction = theirs.transaction().await.unwrap();
            desk.store().commit_in(&mut transaction, of_second).await.unwrap();
            let link = async {
                let id = CommandId::from_u128(u128::from(7_000 + round));
                let context = ANNA.at(monday()).once(id);
                let (from, kind, to) = (TICKET, LinkKind::Related, second);
                match round % 2 {
                    0 => desk.link(context, Link::new(from, kind, to)).await,
                    _ => desk.unlink(context, Unlink::new(from, kind, to)).await,
                }
            };
            let other = async {
                are_waiting(1, &schema, &looking).await;
                let done = desk.store().commit_in(&mut transaction, of_first).await;
                match done {
                    Ok(_) => transaction.commit().await.unwrap(),
                    // Who began to wait first gives way, unless nobody looked for long.
                    Err(CommitError::Store(error)) => {
                        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error:?}");
                        transaction.rollback().await.unwrap();
                    }
                    Err(error) => panic!("{error:?}"),
                }
            };
            let (linked, ()) = tokio::join!(link, other);
            let linked = linked.unwrap();
            assert_eq!((linked.repeated, linked.events.len()), (false, 2), "round {round}");
        }
        // Of what a connection met it tells from time to time, when it is used.
        for _ in 0..100 {
            if deadlocks().await > before {
                break;
            }
            desk.ticket(TICKET).await.unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(deadlocks().await > before, "nobody waited for another");
        let verified = desk.verify_all().await.unwrap();
        assert!(verified.is_sound(), "{:?}", verified.findings);
    });
}

#[test]
fn under_any_isolation_whoever_was_slower_begins_anew() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let looking = schema.client().await;
        let mut theirs = schema.client().await;
        let statement = commit_statement(&schema.name).unwrap();
        for round in 0..rounds() {
            let level = ["repeatable read", "serializable"][round as usize % 2];
            let strict = async || {
                let client = schema.client().await;
                let text = format!("SET default_transaction_isolation = '{level}'");
                client.batch_execute(&text).await.unwrap();
                client
            };
            let ours = helpdesk::store::postgres::Single::new(strict().await);
            let ours = PgStore::open(ours, schema.options()).await.unwrap();
            let ours = AsyncDesk::open_existing(ours, DESK).await.unwrap();
            let by_hand = strict().await;
            let commit = prepared(&desk, Note::new(TICKET, "by hand")).await;
            let faster = prepared(&desk, Note::new(TICKET, format!("{round}/faster"))).await;

            let mut transaction = theirs.transaction().await.unwrap();
            desk.store().commit_in(&mut transaction, faster).await.unwrap();
            let id = CommandId::from_u128(u128::from(8_000 + round));
            let slower = Reply::new(TICKET, format!("{round}/slower"));
            let slower = ours.reply(ANNA.at(monday()).once(id), slower);
            let CommitParameters { desk: id, commit, .. } = CommitParameters::of(&commit).unwrap();
            let values = [(&id as _, Type::TEXT), (&commit as _, Type::TEXT)];
            let by_hand = by_hand.query_typed_one(&statement, &values);
            let other = async {
                are_waiting(2, &schema, &looking).await;
                transaction.commit().await.unwrap();
            };
            let (slower, by_hand, ()) = tokio::join!(slower, by_hand, other);
            // What anybody else is told: the store asks again by itself.
            let refused = by_hand.unwrap_err();
            assert_eq!(refused.code().map(|it| it.code()), Some("40001"), "{refused:?}");
            assert!(is_race("40001"));
            assert_eq!(slower.unwrap().tries, 2, "round {round}");
        }
        // In a host's own transaction, the host begins it anew.
        let commit = prepared(&desk, Note::new(TICKET, "late")).await;
        theirs
            .batch_execute("SET default_transaction_isolation = 'repeatable read'")
            .await
            .unwrap();
        let mut transaction = theirs.transaction().await.unwrap();
        transaction.batch_execute("SELECT 1").await.unwrap();
        desk.note(ANNA.at(monday()), Note::new(TICKET, "faster")).await.unwrap();
        let refused = desk.store().commit_in(&mut transaction, commit).await.unwrap_err();
        let CommitError::Store(error) = refused else { panic!("{refused:?}") };
        assert_eq!(error.kind(), StoreErrorKind::Unavailable);
        drop(transaction);

        let posts = desk.thread(&ANNA, monday(), TICKET, None, 1000).await.unwrap().posts;
        assert_eq!(posts.len() as u64, 2 + 2 * rounds() + 1);
        desk.verify(key()).await.unwrap();
    });
}
