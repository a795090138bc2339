//! Connections that end and servers that are killed: every command that was acknowledged is there
//! exactly once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use helpdesk::command::Reply;
use helpdesk::store::{AsyncStore, PgStore, StoreErrorKind};
use helpdesk::{Actor, AsyncDesk, CommandId, DeskError, Revision};

use crate::scene::*;
use crate::server::{Pool, Schema, Server, block_on, server};

/// Replies one after the other, each under an id of its own, until it is told to stop; each until it is
/// acknowledged. How many.
async fn replies(schema: &Schema, client: u128, stop: Arc<AtomicBool>) -> (u64, u64) {
    let (mut acknowledged, mut failures) = (0, 0);
    let store = PgStore::open(Pool::new(&schema.dsn), schema.options()).await.unwrap();
    let desk = AsyncDesk::open_existing(store, DESK).await.unwrap();
    while !stop.load(Ordering::Relaxed) {
        let id = CommandId::from_u128(1_000_000 * (client + 1) + u128::from(acknowledged));
        loop {
            let context = Actor::Customer(MARIA).at(monday()).once(id);
            match desk.reply(context, Reply::new(TICKET, format!("{client}/{acknowledged}"))).await
            {
                Ok(_) => break,
                Err(DeskError::Contended { .. }) => {}
                Err(DeskError::Store(error)) => {
                    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error:?}");
                    failures += 1;
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        acknowledged += 1;
    }
    (acknowledged, failures)
}

/// What was acknowledged is there, once, and nothing else is.
async fn told_once(desk: &Desk, told: &[(u64, u64)]) {
    let acknowledged: u64 = told.iter().map(|(acknowledged, _)| acknowledged).sum();
    assert!(acknowledged > 0);
    let mut posts = Vec::new();
    let mut after = None;
    loop {
        let page = desk.thread(&ANNA, monday(), TICKET, after, 100).await.unwrap();
        posts.extend(page.posts.iter().map(|post| post.text.as_str().to_owned()));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(posts.len() as u64, 2 + acknowledged);
    for (client, (count, _)) in told.iter().enumerate() {
        for n in 0..*count {
            let text = format!("{client}/{n}");
            assert_eq!(posts.iter().filter(|it| **it == text).count(), 1, "{text}");
            let id = 1_000_000 * (client as u128 + 1) + u128::from(n);
            let receipt = desk.store().receipt(DESK, CommandId::from_u128(id)).await.unwrap();
            assert!(receipt.is_some());
        }
    }
    assert!(desk.verify(key()).await.unwrap() > Revision(LAST.0 + acknowledged));
}

#[test]
fn connections_that_end_in_the_middle_lose_and_double_nothing() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let ours = desk(&schema).await;
        let (stop, killed) = (Arc::new(AtomicBool::new(false)), AtomicU64::new(0));
        let killer = async {
            let client = schema.client().await;
            let text = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                        WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' \
                        AND query LIKE '%' || $1 || '%' AND random() < 0.7";
            for _ in 0..25 {
                tokio::time::sleep(Duration::from_millis(40)).await;
                let row = client.query_one(text, &[&schema.name]).await.unwrap();
                killed.fetch_add(row.get::<_, i64>(0).cast_unsigned(), Ordering::Relaxed);
            }
            stop.store(true, Ordering::Relaxed);
        };
        let client = |n| replies(&schema, n, stop.clone());
        let (a, b, c, ()) = tokio::join!(client(0), client(1), client(2), killer);
        assert!(killed.load(Ordering::Relaxed) > 10);
        assert!(a.1 + b.1 + c.1 > 0, "nobody noticed");
        told_once(&ours, &[a, b, c]).await;
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
        let stop = Arc::new(AtomicBool::new(false));
        let killer = async {
            for _ in 0..3 {
                tokio::time::sleep(Duration::from_millis(400)).await;
                tokio::task::block_in_place(|| own.kill_and_start());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            stop.store(true, Ordering::Relaxed);
        };
        let spawned = |n: u128| {
            let (schema, stop) = (schema.clone(), stop.clone());
            tokio::spawn(async move { replies(&schema, n, stop).await })
        };
        let (one, two) = (spawned(0), spawned(1));
        killer.await;
        let told = [one.await.unwrap(), two.await.unwrap()];
        assert!(told[0].1 + told[1].1 > 0, "nobody noticed");
        let ours = AsyncDesk::open_existing(schema.store().await, DESK).await.unwrap();
        told_once(&ours, &told).await;
    });
}
