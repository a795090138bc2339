//! A small desk: a ticket that was opened, taken and answered.

use chrono::{DateTime, Utc};
use helpdesk::command::{Open, Reply, Take};
use helpdesk::store::{PgStore, StoreError, StoreErrorKind};
use helpdesk::{
    Actor, AgentId, AgentProfile, AsyncDesk, CommandId, ContactId, DeskError, DeskId, Key,
    Requester, Revision, Settings, TicketId,
};

use crate::server::{Pool, Schema};

pub(crate) const DESK: DeskId = DeskId::from_u128(1);
pub(crate) const TICKET: TicketId = TicketId::from_u128(1);
pub(crate) const MARIA: ContactId = ContactId::from_u128(7);
pub(crate) const ANNA: Actor = Actor::Agent(AgentId::from_u128(8));
pub(crate) const ONCE: CommandId = CommandId::from_u128(99);

/// The ticket's revision: it was opened, assigned, moved, answered and moved.
pub(crate) const LAST: Revision = Revision(5);

pub(crate) type Desk = AsyncDesk<PgStore<Pool>>;

pub(crate) fn monday() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

pub(crate) fn key() -> Key {
    Key::ticket(DESK, TICKET)
}

/// Maria asks, on the ticket with this id.
pub(crate) fn request(id: u128) -> Open {
    Open::new(TicketId::from_u128(id), Requester::Contact(MARIA), "It burns. Help!").subject("Fire")
}

/// The last command has an id.
pub(crate) async fn desk(schema: &Schema) -> Desk {
    let now = monday();
    let store = schema.store().await;
    let desk = AsyncDesk::create(store, DESK, Settings::default(), now).await.unwrap();
    let anna = AgentProfile::new("Anna").email("anna@example.com");
    desk.put_agent(Actor::Host.at(now), AgentId::from_u128(8), anna).await.unwrap();
    desk.open(Actor::Customer(MARIA).at(now), request(1)).await.unwrap();
    desk.take(ANNA.at(now), Take { ticket: TICKET }).await.unwrap();
    desk.reply(ANNA.at(now).once(ONCE), Reply::new(TICKET, "Unplug it.")).await.unwrap();
    desk
}

/// What the store said; nothing else may have gone wrong.
pub(crate) fn store_error<T: std::fmt::Debug>(result: Result<T, DeskError>) -> StoreError {
    match result.unwrap_err() {
        DeskError::Store(error) => error,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn kind<T: std::fmt::Debug>(result: Result<T, DeskError>) -> StoreErrorKind {
    store_error(result).kind()
}
