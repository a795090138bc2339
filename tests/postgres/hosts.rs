//! Hosts with rows of their own, with a driver of their own, and several at once.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use helpdesk::command::{Assign, EraseTicket, Note, Reply};
use helpdesk::store::postgres::tokio_postgres::types::Type;
use helpdesk::store::postgres::tokio_postgres::{Client, SimpleQueryMessage};
use helpdesk::store::postgres::{CommitParameters, commit_statement, is_race, judge};
use helpdesk::store::{AsyncStore, Commit, CommitError, Lease, Scope, StoreErrorKind, Wanted};
use helpdesk::{
    Actor, AgentId, AgentProfile, AsyncDesk, Command, CommandId, Counter, DeskError, Erasable, Key,
    Revision, TicketId, TicketNumber,
};

use crate::scene::*;
use crate::server::{Schema, block_on, server};

async fn opening(desk: &Desk, id: u128) -> Commit {
    let open = Command::Open(request(id));
    let call = Actor::Customer(MARIA).at(monday()).call(open);
    desk.prepare(&call).await.unwrap().commit.unwrap()
}

async fn count(client: &Client, table: &str) -> i64 {
    let text = format!("SELECT count(*) FROM {table}");
    client.query_one(&text, &[]).await.unwrap().get(0)
}

/// A client with a table of the host's own.
async fn with_orders(schema: &Schema) -> (Client, String) {
    let client = schema.client().await;
    let orders = schema.table("orders");
    client.batch_execute(&format!("CREATE TABLE {orders} (id text)")).await.unwrap();
    (client, orders)
}

#[test]
fn a_commit_stands_or_falls_with_the_hosts_rows() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let (mut ours, orders) = with_orders(&schema).await;
        let second = TicketId::from_u128(2);
        let log = desk.store().scan(DESK, 0, 100).await.unwrap().len();
        for keep in [false, true] {
            let commit = opening(&desk, 2).await;
            let mut transaction = ours.transaction().await.unwrap();
            let order = format!("INSERT INTO {orders} VALUES ('4711')");
            transaction.execute(&order, &[]).await.unwrap();
            let receipt = desk.store().commit_in(&mut transaction, commit).await.unwrap();
            assert_eq!(receipt.touched[0].number, Some(TicketNumber(2)));
            assert_eq!(desk.ticket(second).await.unwrap(), None, "nobody sees it yet");
            if keep {
                transaction.commit().await.unwrap();
            } else {
                transaction.rollback().await.unwrap();
            }
            assert_eq!(desk.ticket(second).await.unwrap().is_some(), keep);
            assert_eq!(count(&ours, &orders).await, i64::from(keep));
            let now = desk.store().scan(DESK, 0, 100).await.unwrap().len();
            assert_eq!(now, log + usize::from(keep));
        }
    });
}

#[test]
fn a_refused_commit_leaves_the_hosts_transaction_as_it_was() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let (mut ours, orders) = with_orders(&schema).await;
        let commits = [opening(&desk, 2).await, opening(&desk, 2).await];
        let mut transaction = ours.transaction().await.unwrap();
        let order = format!("INSERT INTO {orders} VALUES ('4711')");
        transaction.execute(&order, &[]).await.unwrap();
        let [first, second] = commits;
        desk.store().commit_in(&mut transaction, first).await.unwrap();
        let refused = desk.store().commit_in(&mut transaction, second).await.unwrap_err();
        let CommitError::Stale { found, .. } = refused else { panic!("{refused:?}") };
        assert_eq!(found, Revision(1));
        transaction.execute(&order, &[]).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(count(&ours, &orders).await, 2);
        desk.verify(Key::ticket(DESK, TicketId::from_u128(2))).await.unwrap();
    });
}

#[test]
fn what_somebody_commits_meanwhile_is_said_in_the_hosts_transaction() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let (mut ours, orders) = with_orders(&schema).await;
        let mut theirs = schema.client().await;
        let commits = [opening(&desk, 2).await, opening(&desk, 2).await];
        let [first, second] = commits;
        let mut other = theirs.transaction().await.unwrap();
        desk.store().commit_in(&mut other, first).await.unwrap();
        let mut transaction = ours.transaction().await.unwrap();
        let order = format!("INSERT INTO {orders} VALUES ('4711')");
        transaction.execute(&order, &[]).await.unwrap();
        // It waits for the other one, breaks a unique index, and asks again.
        let (refused, committed) =
            tokio::join!(desk.store().commit_in(&mut transaction, second), async {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                other.commit().await
            });
        committed.unwrap();
        assert!(matches!(refused, Err(CommitError::Stale { .. })), "{refused:?}");
        transaction.commit().await.unwrap();
        assert_eq!(count(&ours, &orders).await, 1);
    });
}

#[test]
fn a_commit_that_fails_half_way_leaves_nothing_in_the_hosts_transaction() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let commit = opening(&desk, 2).await;
        let (mut ours, orders) = with_orders(&schema).await;
        let notices = schema.table("notices");
        ours.batch_execute(&format!("ALTER TABLE {notices} RENAME TO gone")).await.unwrap();
        let mut transaction = ours.transaction().await.unwrap();
        let order = format!("INSERT INTO {orders} VALUES ('4711')");
        transaction.execute(&order, &[]).await.unwrap();
        let failed = desk.store().commit_in(&mut transaction, commit).await.unwrap_err();
        assert!(
            matches!(&failed, CommitError::Store(it) if it.kind() == StoreErrorKind::Backend),
            "{failed:?}"
        );
        transaction.commit().await.unwrap();
        assert_eq!(count(&ours, &orders).await, 1);
        let gone = schema.table("gone");
        ours.batch_execute(&format!("ALTER TABLE {gone} RENAME TO notices")).await.unwrap();
        let numbered = desk.open(Actor::Customer(MARIA).at(monday()), request(2)).await.unwrap();
        assert_eq!(numbered.records[0].number, Some(TicketNumber(2)));
    });
}

#[test]
fn two_that_wait_for_each_other_are_told_apart_from_what_fails() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        desk.open(Actor::Customer(MARIA).at(monday()), request(2)).await.unwrap();
        let note = async |ticket: u128| {
            let note = Command::Note(Note::new(TicketId::from_u128(ticket), "Hm."));
            desk.prepare(&ANNA.at(monday()).call(note)).await.unwrap().commit.unwrap()
        };
        let (mut one, mut two) = (schema.client().await, schema.client().await);
        let mut first = one.transaction().await.unwrap();
        let mut second = two.transaction().await.unwrap();
        desk.store().commit_in(&mut first, note(1).await).await.unwrap();
        desk.store().commit_in(&mut second, note(2).await).await.unwrap();
        let crossing = [note(2).await, note(1).await];
        let [of_first, of_second] = crossing;
        let one = async {
            let result = desk.store().commit_in(&mut first, of_first).await;
            first.rollback().await.unwrap();
            result
        };
        let two = async {
            let result = desk.store().commit_in(&mut second, of_second).await;
            second.rollback().await.unwrap();
            result
        };
        let (one, two) = tokio::join!(one, two);
        let failed = [one, two].into_iter().filter_map(Result::err).collect::<Vec<_>>();
        assert_eq!(failed.len(), 1, "{failed:?}");
        let CommitError::Store(error) = &failed[0] else { panic!("{failed:?}") };
        assert_eq!(error.kind(), StoreErrorKind::Unavailable);
        let source = std::error::Error::source(error).unwrap();
        let source =
            source.downcast_ref::<helpdesk::store::postgres::tokio_postgres::Error>().unwrap();
        assert_eq!(source.code().map(|it| it.code()), Some("40P01"));
        assert!(is_race("40P01"));
    });
}

#[test]
fn any_driver_runs_the_statement() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let client = schema.client().await;
        let statement = commit_statement(&schema.name).unwrap();

        // With texts that are bound.
        let (commit, again) = (opening(&desk, 2).await, opening(&desk, 2).await);
        let send = async |commit: &Commit| -> String {
            let CommitParameters { desk, commit, .. } = CommitParameters::of(commit).unwrap();
            let values = [(&desk as _, Type::TEXT), (&commit as _, Type::TEXT)];
            client.query_typed_one(&statement, &values).await.unwrap().get(0)
        };
        let receipt = judge(&commit, &send(&commit).await).unwrap();
        assert_eq!(receipt.touched[0].number, Some(TicketNumber(2)));
        let refused = judge(&again, &send(&again).await).unwrap_err();
        assert!(matches!(refused, CommitError::Stale { .. }), "{refused:?}");

        // With texts that stand in the statement.
        let commit = opening(&desk, 3).await;
        let parameters = CommitParameters::of(&commit).unwrap();
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let text = statement
            .replace("$1", &quoted(&parameters.desk))
            .replace("$2", &quoted(&parameters.commit));
        let rows = client.simple_query(&text).await.unwrap();
        let answer = rows.iter().find_map(|row| match row {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        let receipt = judge(&commit, answer.unwrap()).unwrap();
        assert_eq!(receipt.touched[0].number, Some(TicketNumber(3)));
        for id in [2, 3] {
            desk.verify(Key::ticket(DESK, TicketId::from_u128(id))).await.unwrap();
        }
    });
}

#[test]
fn eight_clients_number_tickets_without_a_gap() {
    const CLIENTS: u128 = 8;
    const EACH: u128 = 12;
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let ours = desk(&schema).await;
        let mut clients = tokio::task::JoinSet::new();
        for client in 0..CLIENTS {
            let store = schema.store().await;
            clients.spawn(async move {
                let desk = AsyncDesk::open_existing(store, DESK).await.unwrap();
                for n in 0..EACH {
                    let id = 100 + client * EACH + n;
                    desk.open(Actor::Customer(MARIA).at(monday()), request(id)).await.unwrap();
                    // All write on one ticket, too: somebody is always faster.
                    let note = || Note::new(TICKET, format!("{client}/{n}"));
                    while let Err(error) = desk.note(ANNA.at(monday()), note()).await {
                        assert!(matches!(&error, DeskError::Contended { .. }), "{error:?}");
                    }
                }
            });
        }
        clients.join_all().await;
        let opened = (CLIENTS * EACH) as u64;
        let log = ours.store().scan(DESK, 0, usize::MAX).await.unwrap();
        let first = log.iter().filter(|entry| entry.events[0].revision == Revision(1));
        let mut numbers: Vec<u64> = first.filter_map(|entry| Some(entry.number?.0)).collect();
        assert!(log.windows(2).all(|two| two[0].seq <= two[1].seq));
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=opened + 1).collect::<Vec<_>>());
        assert_eq!(ours.verify(key()).await.unwrap(), Revision(LAST.0 + opened));
        let counted = Wanted::counters([Counter::Unfinished(None), Counter::Queued(None)]);
        let counted = ours.store().load(DESK, counted).await.unwrap().counters;
        assert_eq!(counted, [opened as i64 + 1, opened as i64]);
    });
}

#[test]
fn eight_clients_fill_an_agent_to_the_last_place_and_no_further() {
    const CAPACITY: u32 = 5;
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let ours = desk(&schema).await;
        let ben = AgentId::from_u128(9);
        let profile = AgentProfile::new("Ben").capacity(CAPACITY);
        ours.put_agent(Actor::Host.at(monday()), ben, profile).await.unwrap();
        for id in 100..140 {
            ours.open(Actor::Customer(MARIA).at(monday()), request(id)).await.unwrap();
        }
        let mut clients = tokio::task::JoinSet::new();
        for client in 0..8_u128 {
            let store = schema.store().await;
            clients.spawn(async move {
                let desk = AsyncDesk::open_existing(store, DESK).await.unwrap();
                let mut assigned = 0;
                for n in 0..5 {
                    let ticket = TicketId::from_u128(100 + client * 5 + n);
                    let assign = || Assign { ticket, agent: ben, over_capacity: false };
                    loop {
                        match desk.assign(Actor::Host.at(monday()), assign()).await {
                            Ok(_) => assigned += 1,
                            Err(DeskError::Contended { .. }) => continue,
                            Err(DeskError::Refused(it)) => assert_eq!(it.code(), "over_capacity"),
                            Err(error) => panic!("{error:?}"),
                        }
                        break;
                    }
                }
                assigned
            });
        }
        let assigned: u32 = clients.join_all().await.into_iter().sum();
        assert_eq!(assigned, CAPACITY);
        let wanted = Wanted::counters([Counter::Load(ben)]);
        let load = ours.store().load(DESK, wanted).await.unwrap().counters;
        assert_eq!(load, [i64::from(CAPACITY)]);
    });
}

#[test]
fn of_many_that_make_the_same_thing_at_once_one_does() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let ours = desk(&schema).await;
        for round in 0..6_u128 {
            // The same ticket, the same command, the same address.
            let (mut new, mut once, mut keys) = (
                tokio::task::JoinSet::new(),
                tokio::task::JoinSet::new(),
                tokio::task::JoinSet::new(),
            );
            let mut prepared = Vec::new();
            for client in 0..8_u128 {
                let open = opening(&ours, 100 + round).await;
                let put = Command::PutAgent {
                    id: AgentId::from_u128(1000 + round * 8 + client),
                    profile: AgentProfile::new("Ben").email(format!("ben{round}@example.com")),
                };
                let put = ours.prepare(&Actor::Host.at(monday()).call(put)).await.unwrap();
                let desk = AsyncDesk::open_existing(ours.store().clone(), DESK).await.unwrap();
                prepared.push((open, put.commit.unwrap(), desk));
            }
            for (open, put, desk) in prepared {
                let store = ours.store().clone();
                new.spawn(async move { store.commit(open).await });
                once.spawn(async move {
                    let context = Actor::Customer(MARIA).at(monday());
                    let context = context.once(CommandId::from_u128(1000 + round));
                    desk.reply(context, Reply::new(TICKET, "Still there?")).await
                });
                let store = ours.store().clone();
                keys.spawn(async move { store.commit(put).await });
            }
            let (mut made, mut stale) = (0, 0);
            for result in new.join_all().await {
                match result {
                    Ok(_) => made += 1,
                    Err(CommitError::Stale { found: Revision(1), .. }) => stale += 1,
                    Err(error) => panic!("{error:?}"),
                }
            }
            assert_eq!((made, stale), (1, 7));
            let replies = once.join_all().await;
            let fresh = replies.iter().filter(|it| !it.as_ref().unwrap().repeated).count();
            assert_eq!(fresh, 1);
            let (mut taken, mut owned) = (0, 0);
            for result in keys.join_all().await {
                match result {
                    Ok(_) => taken += 1,
                    Err(CommitError::KeyTaken { .. }) => owned += 1,
                    Err(error) => panic!("{error:?}"),
                }
            }
            assert_eq!((taken, owned), (1, 7));
        }
        let thread = ours.thread(&ANNA, monday(), TICKET, None, 100).await.unwrap().posts;
        assert_eq!(thread.len(), 2 + 6);
    });
}

#[test]
fn what_is_leased_at_once_is_leased_to_one_each() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let ours = desk(&schema).await;
        for id in 100..160 {
            ours.open(Actor::Customer(MARIA).at(monday()), request(id)).await.unwrap();
            let reply = Reply::new(TicketId::from_u128(id), "Unplug it.");
            ours.reply(ANNA.at(monday()), reply).await.unwrap();
        }
        let late = monday() + TimeDelta::days(60);
        let lease = Lease { until: late + TimeDelta::minutes(5), limit: 7 };
        let mut clients = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let store = schema.store().await;
            clients.spawn(async move {
                let (mut woken, mut claimed) = (Vec::new(), Vec::new());
                // Somebody else may be leasing all that is left, and give it back.
                for _ in 0..20 {
                    let due = store.due(Scope::One(DESK), late, lease).await.unwrap();
                    woken.extend(due.rows.into_iter().map(|row| row.key));
                    claimed.extend(store.claim(Scope::All, late, lease).await.unwrap());
                }
                (woken, claimed)
            });
        }
        let (mut woken, mut claimed) = (Vec::new(), Vec::new());
        for (keys, notices) in clients.join_all().await {
            woken.extend(keys);
            claimed.extend(notices);
        }
        let each: BTreeSet<Key> = woken.iter().copied().collect();
        assert_eq!((each.len(), woken.len()), (61, 61));
        let tickets: BTreeSet<Key> = claimed.iter().map(|one| one.token.key).collect();
        let leases: BTreeSet<u64> = claimed.iter().map(|one| one.token.lease).collect();
        assert_eq!((tickets.len(), leases.len(), claimed.len()), (61, 61, 61));
    });
}

#[test]
fn erased_words_are_gone_from_the_rows() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let reply = Reply::new(TICKET, "my account is 4711-0815");
        desk.reply(Actor::Customer(MARIA).at(monday()), reply).await.unwrap();
        desk.open(Actor::Customer(MARIA).at(monday()), request(2)).await.unwrap();
        let erase = EraseTicket { ticket: TICKET, reason: "asked for".to_owned() };
        desk.erase_ticket(Actor::Host.at(monday()), erase).await.unwrap();
        let client = schema.client().await;
        for table in ["events", "records", "notices", "commits", "keys", "marks"] {
            let text = format!(
                "SELECT count(*) FROM {} t WHERE t::text LIKE '%4711-0815%'",
                schema.table(table)
            );
            let found: i64 = client.query_one(&text, &[]).await.unwrap().get(0);
            assert_eq!(found, 0, "{table}");
        }
        let thread = desk.thread(&ANNA, monday(), TICKET, None, 10).await.unwrap().posts;
        assert!(thread.iter().all(|post| post.text == Erasable::Erased));
        desk.verify(key()).await.unwrap();
        let other = desk.thread(&ANNA, monday(), TicketId::from_u128(2), None, 10).await.unwrap();
        assert_eq!(other.posts[0].text.as_str(), "It burns. Help!");
    });
}
