//! A worker's own connection: made when it is needed, made anew when it was closed, and listening.

use std::future::poll_fn;
use std::sync::Arc;

use helpdesk::store::postgres::tokio_postgres::{
    AsyncMessage, Client, Error, NoTls, connect as open,
};
use helpdesk::store::postgres::{Connection, Connections};
use tokio::sync::{Mutex, Notify, OwnedMappedMutexGuard, OwnedMutexGuard};

use super::CHANNEL;

/// One connection, which the calls of a worker take in turns. A host with more to do at once has a pool.
#[derive(Clone, Debug)]
pub(crate) struct Own {
    database: Arc<str>,
    connection: Arc<Mutex<Option<Connection>>>,
    hint: Arc<Notify>,
}

impl Own {
    /// To this database. Whoever waits for the hint is told where there is something to do.
    pub(crate) fn new(database: &str, hint: &Arc<Notify>) -> Self {
        Self { database: database.into(), connection: Arc::default(), hint: hint.clone() }
    }
}

impl Connections for Own {
    type Held = OwnedMappedMutexGuard<Option<Connection>, Connection>;
    type Error = Error;

    async fn get(&self) -> Result<Self::Held, Error> {
        let mut place = self.connection.clone().lock_owned().await;
        let connection = match place.take() {
            Some(connection) if !connection.is_closed() => connection,
            _ => Connection::new(connect(&self.database, &self.hint).await?),
        };
        Ok(OwnedMutexGuard::map(place, |place| place.insert(connection)))
    }
}

/// Connects, and listens. A host beyond a socket's or a private network's reach would use TLS here.
pub(crate) async fn connect(database: &str, hint: &Arc<Notify>) -> Result<Client, Error> {
    let (client, mut connection) = open(database, NoTls).await?;
    let hint = hint.clone();
    // The other half of the client: it ends when the client is dropped, or the connection closed.
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|cx| connection.poll_message(cx)).await {
            if let AsyncMessage::Notification(_) = message {
                hint.notify_one();
            }
        }
    });
    client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
    Ok(client)
}
