//! The desk over a store that is awaited: the same desk, on any thread, over any adapter.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use crate::support::*;
use helpdesk::command::{MergeContacts, NoteContact, Open, Reply, Take};
use helpdesk::store::{AsyncStore, Inline, MemoryStore, Offload, StoreFuture};
use helpdesk::{
    Actor, AsyncDesk, Command, CommandId, ContactId, ContactProfile, Delivery, Desk, DeskId,
    Identity, OrganisationId, OrganisationProfile, Outcome, Relaying, Revision, Settings,
};

const DESK: DeskId = DeskId::from_u128(1);

fn on_tokio<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap()
        .block_on(future)
}

async fn life<S: AsyncStore>(desk: &AsyncDesk<S>) -> Vec<Outcome> {
    let now = monday();
    let (maria, anna) = (customer(MARIA), agent(ANNA));
    let once = CommandId::from_u128(5);
    let mut outcomes = vec![
        desk.put_agent(Actor::Host.at(now), ANNA, profile(ANNA)).await.unwrap(),
        desk.open(maria.at(now), request(TICKET)).await.unwrap(),
        desk.take(anna.at(now), Take { ticket: TICKET }).await.unwrap(),
        desk.reply(anna.at(now).once(once), reply(TICKET)).await.unwrap(),
        desk.reply(anna.at(now).once(once), reply(TICKET)).await.unwrap(),
        desk.resolve(anna.at(now), resolve(TICKET)).await.unwrap(),
    ];
    while let Some(wake) = desk.next_wake(now).await.unwrap() {
        outcomes.extend(desk.tick(wake).await.unwrap().outcomes);
    }
    outcomes.push(desk.reply(maria.at(now + days(9)), reply(TICKET)).await.unwrap());
    outcomes
}

/// The same life on a desk that is not awaited.
fn life_in_sync(desk: &Desk<MemoryStore>) -> Vec<Outcome> {
    let now = monday();
    let (maria, anna) = (customer(MARIA), agent(ANNA));
    let once = CommandId::from_u128(5);
    let mut outcomes = vec![
        desk.put_agent(Actor::Host.at(now), ANNA, profile(ANNA)).unwrap(),
        desk.open(maria.at(now), request(TICKET)).unwrap(),
        desk.take(anna.at(now), Take { ticket: TICKET }).unwrap(),
        desk.reply(anna.at(now).once(once), reply(TICKET)).unwrap(),
        desk.reply(anna.at(now).once(once), reply(TICKET)).unwrap(),
        desk.resolve(anna.at(now), resolve(TICKET)).unwrap(),
    ];
    while let Some(wake) = desk.next_wake(now).unwrap() {
        outcomes.extend(desk.tick(wake).unwrap().outcomes);
    }
    outcomes.push(desk.reply(maria.at(now + days(9)), reply(TICKET)).unwrap());
    outcomes
}

fn settings() -> Settings {
    draft().build().unwrap()
}

#[test]
fn the_same_life_over_every_adapter() {
    let plain = Desk::create(MemoryStore::new(), DESK, settings(), monday()).unwrap();
    let expected = life_in_sync(&plain);
    assert!(expected[4].repeated && !expected[3].repeated);

    let (inline, offload) = on_tokio(async {
        let store = Inline(MemoryStore::new());
        let inline = AsyncDesk::create(store, DESK, settings(), monday()).await.unwrap();
        let store = Offload::new(MemoryStore::new());
        let offload = AsyncDesk::create(store, DESK, settings(), monday()).await.unwrap();
        (life(&inline).await, life(&offload).await)
    });
    assert_eq!(inline, expected);
    assert_eq!(offload, expected);
}

#[test]
fn a_store_is_chosen_at_run_time_and_its_futures_move_between_threads() {
    fn moves<T: Send>(future: T) -> T {
        future
    }
    on_tokio(async {
        let store: Arc<dyn AsyncStore + Send + Sync> = Arc::new(Offload::new(MemoryStore::new()));
        let desk = AsyncDesk::create(store, DESK, settings(), monday()).await.unwrap();
        desk.open(customer(MARIA).at(monday()), request(TICKET)).await.unwrap();
        let tasks: Vec<_> = (0..8)
            .map(|n| {
                let desk = desk.clone();
                tokio::spawn(async move {
                    let note = helpdesk::command::Note::new(TICKET, format!("note {n}"));
                    desk.note(Actor::Host.at(monday()), note).await.unwrap();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let ticket = desk.ticket(TICKET).await.unwrap().unwrap();
        assert_eq!((ticket.note_count(), ticket.revision()), (8, Revision(9)));

        // Every kind of future may move, the relay's too where the host's delivery may.
        let call = Actor::Host.at(monday()).call(Command::Reply(reply(TICKET)));
        moves(desk.prepare(&call)).await.unwrap();
        moves(desk.tick(monday())).await.unwrap();
        moves(desk.thread(&Actor::Host, monday(), TICKET, None, 9)).await.unwrap();
        moves(desk.verify(desk.key())).await.unwrap();
        let relaying = Relaying::default();
        let relay = desk.relay(monday(), &relaying, |_| async { Delivery::Delivered });
        assert_eq!(moves(relay).await.unwrap().delivered.len(), 1);
    });
}

trait TheTicket {
    fn key(&self) -> helpdesk::Key;
}

impl<S: AsyncStore> TheTicket for AsyncDesk<S> {
    fn key(&self) -> helpdesk::Key {
        helpdesk::Key::ticket(self.id(), TICKET)
    }
}

/// A store whose every future is pending once before it answers.
struct Hesitant {
    inner: Inline<MemoryStore>,
    polls: AtomicUsize,
}

impl Hesitant {
    fn later<'a, T: Send + 'a>(&'a self, future: StoreFuture<'a, T>) -> StoreFuture<'a, T> {
        let mut future = future;
        let mut asked = false;
        Box::pin(std::future::poll_fn(move |context: &mut Context<'_>| {
            self.polls.fetch_add(1, Ordering::Relaxed);
            if asked {
                return future.as_mut().poll(context);
            }
            asked = true;
            context.waker().wake_by_ref();
            Poll::Pending
        }))
    }
}

macro_rules! hesitate {
    ($($method:ident($($arg:ident: $type:ty),*) -> $result:ty;)*) => {
        impl AsyncStore for Hesitant {$(
            fn $method(&self, $($arg: $type),*) -> StoreFuture<'_, $result> {
                self.later(self.inner.$method($($arg),*))
            }
        )*}
    };
}

use helpdesk::store::{
    Claimed, Commit, CommitError, Due, Entry, Found, Lease, LeaseToken, Query, Receipt, Scope,
    Settlement, StoreError, Wanted,
};
use helpdesk::{Event, Key, Record, UniqueKey};

hesitate! {
    load(desk: DeskId, wanted: Wanted) -> Result<Found, StoreError>;
    resolve(desk: DeskId, keys: Vec<UniqueKey>) -> Result<Vec<Option<Key>>, StoreError>;
    history(key: Key, after: Revision, limit: usize) -> Result<Vec<Event>, StoreError>;
    commit(commit: Commit) -> Result<Receipt, CommitError>;
    receipt(desk: DeskId, command: CommandId) -> Result<Option<Receipt>, StoreError>;
    find(query: Query) -> Result<Vec<Record>, StoreError>;
    scan(desk: DeskId, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError>;
    due(scope: Scope, now: At, lease: Lease) -> Result<Due, StoreError>;
    claim(scope: Scope, now: At, lease: Lease) -> Result<Vec<Claimed>, StoreError>;
    settle(token: LeaseToken, settlement: Settlement) -> Result<bool, StoreError>;
}

#[test]
fn a_desk_awaits_a_store_that_takes_its_time() {
    let plain = Desk::create(MemoryStore::new(), DESK, settings(), monday()).unwrap();
    let expected = life_in_sync(&plain);
    let store = Hesitant { inner: Inline(MemoryStore::new()), polls: AtomicUsize::new(0) };
    let desk =
        on_tokio(async { AsyncDesk::create(store, DESK, settings(), monday()).await.unwrap() });
    assert_eq!(on_tokio(life(&desk)), expected);
    assert!(desk.store().polls.load(Ordering::Relaxed) > 20, "it did wait");
}

#[test]
fn a_future_that_is_dropped_leaves_all_or_nothing() {
    on_tokio(async {
        // However often it is polled before it is dropped, the ticket is there whole or not.
        let mut whole = 0;
        for most in 0..40 {
            let store = Hesitant { inner: Inline(MemoryStore::new()), polls: AtomicUsize::new(0) };
            let desk = AsyncDesk::create(store, DESK, settings(), monday()).await.unwrap();
            let open = Open::new(TICKET, helpdesk::Requester::Contact(MARIA), "words");
            {
                let mut opening = Box::pin(desk.open(customer(MARIA).at(monday()), open));
                let mut context = Context::from_waker(std::task::Waker::noop());
                for _ in 0..most {
                    if opening.as_mut().poll(&mut context).is_ready() {
                        break;
                    }
                }
            }
            match desk.ticket(TICKET).await.unwrap() {
                Some(_) => {
                    desk.verify(desk.key()).await.unwrap();
                    let how = Relaying::default();
                    let relay = desk.relay(monday(), &how, |_| async { Delivery::Delivered });
                    assert_eq!(relay.await.unwrap().delivered.len(), 1);
                    whole += 1;
                }
                None => {
                    let reply = Reply::new(TICKET, "words");
                    desk.reply(customer(MARIA).at(monday()), reply).await.unwrap_err();
                }
            }
        }
        assert!(whole > 0 && whole < 40, "both happened: {whole}");
    });
}

#[test]
fn one_timer_for_every_desk_in_a_store() {
    on_tokio(async {
        let store = Arc::new(Inline(MemoryStore::new()));
        for id in 1..=3 {
            let id = DeskId::from_u128(id);
            let desk = AsyncDesk::create(store.clone(), id, settings(), monday()).await.unwrap();
            desk.open(customer(MARIA).at(monday()), request(TICKET)).await.unwrap();
        }
        let ticked = AsyncDesk::tick_all(&store, monday() + days(3)).await.unwrap();
        assert_eq!((ticked.outcomes.len(), ticked.failed.len()), (3, 0));
        assert_eq!(ticked.next_wake, Some(monday() + days(5)));
    });
}

#[test]
fn what_is_known_of_people_is_told_by_the_awaited_desk_too() {
    on_tokio(async {
        let store = Inline(MemoryStore::new());
        let desk = AsyncDesk::create(store, DESK, settings(), monday()).await.unwrap();
        let (host, now) = (helpdesk::Actor::Host, monday());
        let (acme, double) = (OrganisationId::from_u128(6), ContactId::from_u128(0xD0));
        let profile = OrganisationProfile::new("Acme").domain("acme.example");
        desk.put_organisation(host.at(now), acme, profile).await.unwrap();
        let email = Identity::email("maria@acme.example");
        let profile = ContactProfile::new("Maria").identity(email.clone());
        desk.put_contact(host.at(now), double, profile).await.unwrap();
        desk.merge_contacts(host.at(now), MergeContacts { contact: double, into: MARIA })
            .await
            .unwrap();
        let note = NoteContact { contact: double, text: "in the morning".into() };
        desk.note_contact(host.at(now), note).await.unwrap();
        desk.open(
            customer(double).at(now),
            Open::new(TICKET, helpdesk::Requester::Contact(double), "words"),
        )
        .await
        .unwrap();

        assert_eq!(desk.contact_by(&email).await.unwrap().unwrap().id(), MARIA);
        assert_eq!(desk.contact(double).await.unwrap().unwrap().organisation(), Some(acme));
        assert_eq!(desk.organisation(acme).await.unwrap().unwrap().name(), "Acme");
        let by_domain = desk.organisation_by_domain("acme.example").await.unwrap();
        assert_eq!(by_domain.unwrap().id(), acme);
        let notes = desk.contact_notes(&host, now, MARIA, None, 9).await.unwrap();
        assert_eq!(notes.notes[0].text.as_str(), "in the morning");
        let timeline = desk.timeline(&customer(MARIA), now, MARIA, None, 9).await.unwrap();
        assert_eq!(timeline.entries.len(), 1);
    });
}
