//! Who waits for whom, and for how long.

use std::time::Duration;

use chrono::TimeDelta;
use helpdesk::command::{Merge, Note, Postpone, Reply};
use helpdesk::store::{AsyncStore, Commit, CommitError, Lease, Scope, Settlement};
use helpdesk::{Actor, Command, ContactId, ContactProfile, DeskId, Key, Revision, TicketId};

use crate::scene::*;
use crate::server::{block_on, server};

async fn prepared(desk: &Desk, actor: &Actor, command: impl Into<Command>) -> Commit {
    let call = actor.at(monday()).call(command.into());
    desk.prepare(&call).await.unwrap().commit.unwrap()
}

/// Whether something is not ready in a while: it waits for somebody.
async fn waits<T>(future: impl Future<Output = T> + Unpin) -> bool {
    tokio::time::timeout(Duration::from_millis(150), future).await.is_err()
}

#[test]
fn what_is_due_and_is_being_written_is_asked_for_again_in_a_second() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let back = monday() + TimeDelta::hours(1);
        let postpone = Postpone::new(TICKET, back, "look_again");
        desk.postpone(ANNA.at(monday()), postpone).await.unwrap();
        let later = Postpone::new(TICKET, back + TimeDelta::hours(1), "look_again");
        let later = prepared(&desk, &ANNA, later).await;
        let mut ours = schema.client().await;
        let mut transaction = ours.transaction().await.unwrap();
        desk.store().commit_in(&mut transaction, later).await.unwrap();
        // A host's timer loop: it does not spin while the transaction is open.
        let ticked = desk.tick(back).await.unwrap();
        assert!(ticked.outcomes.is_empty() && ticked.failed.is_empty(), "{ticked:?}");
        assert_eq!(ticked.next_wake, Some(back + TimeDelta::seconds(1)));
        // Who only asks is told what is due.
        assert_eq!(desk.next_wake(back).await.unwrap(), Some(back));
        transaction.rollback().await.unwrap();
        let ticked = desk.tick(back + TimeDelta::seconds(1)).await.unwrap();
        assert_eq!(ticked.outcomes.len(), 1);
        let look = Lease { until: back, limit: 1 };
        let nothing = desk.store().due(Scope::One(DeskId::from_u128(9)), back, look).await.unwrap();
        assert_eq!(nothing.next, None);
    });
}

#[test]
fn what_waits_behind_a_notice_that_is_held_is_not_looked_at_by_each_claim() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let client = schema.client().await;
        // What a claim walks over.
        let walked = async || {
            let text =
                format!("SELECT count(*) FROM {}.notices WHERE held_until <= $1", schema.name);
            let now = monday().timestamp_micros();
            client.query_one(&text, &[&now]).await.unwrap().get::<_, i64>(0)
        };
        for n in 0..5 {
            let hello = Reply::new(TICKET, format!("{n}"));
            desk.reply(Actor::Customer(MARIA).at(monday()), hello).await.unwrap();
        }
        let waiting = walked().await;
        assert!(waiting > 5, "{waiting}");
        let lease = Lease { until: monday() + TimeDelta::minutes(5), limit: 10 };
        let store = desk.store();
        let claim = async |at| store.claim(Scope::All, at, lease).await.unwrap();
        let [first] = &claim(monday()).await[..] else { panic!() };
        assert_eq!(walked().await, 0);
        // One that comes meanwhile is looked at once.
        desk.note(ANNA.at(monday()), Note::new(TICKET, "late")).await.unwrap();
        let hello = Reply::new(TICKET, "one more");
        desk.reply(Actor::Customer(MARIA).at(monday()), hello).await.unwrap();
        assert_eq!(walked().await, 1);
        assert!(claim(monday()).await.is_empty());
        assert_eq!(walked().await, 0);
        // What is settled frees the next at once, and no other.
        assert!(store.settle(first.token, Settlement::Delivered).await.unwrap());
        assert_eq!(walked().await, 1);
        let [second] = &claim(monday()).await[..] else { panic!() };
        let later = monday() + TimeDelta::hours(1);
        assert!(store.settle(second.token, Settlement::Retry(later)).await.unwrap());
        assert!(claim(later - TimeDelta::minutes(1)).await.is_empty());
        let mut told = vec![first.notice.id, second.notice.id];
        loop {
            let [next] = &claim(later).await[..] else { break };
            told.push(next.notice.id);
            assert!(store.settle(next.token, Settlement::GivenUp).await.unwrap());
        }
        told.dedup();
        assert_eq!(told.len() as i64, waiting + 1);
        assert!(told.is_sorted());
    });
}

#[test]
fn a_refused_commit_gives_its_locks_back() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let mut ours = schema.client().await;
        let refused = prepared(&desk, &ANNA, Note::new(TICKET, "late")).await;
        desk.note(ANNA.at(monday()), Note::new(TICKET, "faster")).await.unwrap();
        let mut transaction = ours.transaction().await.unwrap();
        let refused = desk.store().commit_in(&mut transaction, refused).await.unwrap_err();
        assert!(matches!(refused, CommitError::Stale { .. }), "{refused:?}");
        // The transaction is open, and holds up nobody.
        let free = tokio::time::timeout(
            Duration::from_secs(20),
            desk.note(ANNA.at(monday()), Note::new(TICKET, "meanwhile")),
        );
        free.await.expect("somebody waits for what was refused").unwrap();
        // What is written does hold it.
        let written = prepared(&desk, &ANNA, Note::new(TICKET, "ours")).await;
        desk.store().commit_in(&mut transaction, written).await.unwrap();
        let note = desk.note(ANNA.at(monday()), Note::new(TICKET, "after"));
        let mut note = Box::pin(note);
        assert!(waits(&mut note).await);
        transaction.commit().await.unwrap();
        note.await.unwrap();
        desk.verify(key()).await.unwrap();
    });
}

#[test]
fn a_commit_that_is_given_up_leaves_the_hosts_transaction_as_it_was() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        let before = desk.ticket(TICKET).await.unwrap().unwrap().revision();
        let (one, two) = (
            prepared(&desk, &ANNA, Note::new(TICKET, "one")).await,
            prepared(&desk, &ANNA, Note::new(TICKET, "two")).await,
        );
        let (mut ours, mut theirs) = (schema.client().await, schema.client().await);
        let orders = schema.table("orders");
        ours.batch_execute(&format!("CREATE TABLE {orders} (id text)")).await.unwrap();
        let mut holds = theirs.transaction().await.unwrap();
        desk.store().commit_in(&mut holds, one).await.unwrap();

        let mut transaction = ours.transaction().await.unwrap();
        let order = format!("INSERT INTO {orders} VALUES ('4711')");
        transaction.execute(&order, &[]).await.unwrap();
        let given_up = desk.store().commit_in(&mut transaction, two);
        assert!(waits(Box::pin(given_up)).await);
        // What it waits for is undone: it could be made, and is not.
        holds.rollback().await.unwrap();
        transaction.execute(&order, &[]).await.unwrap();
        transaction.commit().await.unwrap();
        let text = format!("SELECT count(*) FROM {orders}");
        assert_eq!(ours.query_one(&text, &[]).await.unwrap().get::<_, i64>(0), 2);
        assert_eq!(desk.ticket(TICKET).await.unwrap().unwrap().revision(), before);
        desk.note(ANNA.at(monday()), Note::new(TICKET, "three")).await.unwrap();
        desk.verify(key()).await.unwrap();
    });
}

#[test]
fn what_rests_on_there_being_no_record_keeps_others_from_making_it() {
    let Some(server) = server() else { return };
    block_on(async {
        let schema = server.schema();
        let desk = desk(&schema).await;
        desk.open(Actor::Customer(MARIA).at(monday()), request(2)).await.unwrap();
        let merge = Merge::new(TicketId::from_u128(2), TICKET);
        let commit = prepared(&desk, &ANNA, merge).await;
        let parts = commit.clone().into_parts();
        let rests = parts.guards.iter().any(|guard| guard.revision == Revision::ZERO);
        assert!(rests, "it rests on there being no record of Maria's");
        let mut ours = schema.client().await;
        let mut transaction = ours.transaction().await.unwrap();
        desk.store().commit_in(&mut transaction, commit).await.unwrap();

        let make = |id| {
            let profile = ContactProfile::new("Maria");
            desk.put_contact(Actor::Host.at(monday()), id, profile)
        };
        let mut maria = Box::pin(make(MARIA));
        assert!(waits(&mut maria).await);
        // Nobody else waits.
        make(ContactId::from_u128(70)).await.unwrap();
        transaction.commit().await.unwrap();
        maria.await.unwrap();

        desk.verify(Key::contact(DESK, MARIA)).await.unwrap();
    });
}
