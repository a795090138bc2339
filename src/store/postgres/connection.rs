//! Connections: given by the host, with what pool and what TLS it likes.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::ops::DerefMut;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;
use tokio_postgres::types::{FromSql, ToSql, Type};
use tokio_postgres::{Client, Row, Statement};

use super::error::Fault;

/// How many statements a connection keeps prepared at most; more than there are.
const STATEMENTS: usize = 256;

/// A connection to the database, with the statements that were prepared on it.
pub struct Connection {
    client: Client,
    prepared: Prepared,
}

impl Connection {
    /// A connection over this client, whose other half (the future that
    /// [`tokio_postgres::connect`](https://docs.rs/tokio-postgres/latest/tokio_postgres/fn.connect.html)
    /// gives beside it) the host keeps running.
    pub fn new(client: Client) -> Self {
        Self { client, prepared: Prepared::default() }
    }

    /// The client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The client, for a transaction of the host's own.
    pub fn client_mut(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Whether it is closed: a pool drops it then.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// The client, and what is prepared on it.
    pub(super) fn split(&mut self) -> (&mut Client, &Prepared) {
        (&mut self.client, &self.prepared)
    }

    pub(super) fn tables<'c>(&'c self, named: &'c Named) -> Tables<'c> {
        Tables { client: &self.client, prepared: Some(&self.prepared), named, one: None }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("closed", &self.is_closed()).finish_non_exhaustive()
    }
}

/// Where a store gets its connections: a pool of the host's, or a [`Single`] one.
///
/// A call takes one connection, and drops what it was given when it is done; who gave it takes it
/// back then, or closes it where [it is closed](Connection::is_closed). Nobody else may use it in
/// between: some calls are transactions.
///
/// A pool implements this in a few lines, its guard being the [`Held`](Self::Held):
///
/// ```
/// use std::future::Future;
///
/// use helpdesk::store::postgres::{Connection, Connections};
/// # struct Pool;
/// # type Guard = Box<Connection>;
/// # type Gone = std::io::Error;
/// # impl Pool { async fn take(&self) -> Result<Guard, Gone> { Err(Gone::other("no")) } }
///
/// struct Ours(Pool);
///
/// impl Connections for Ours {
///     type Held = Guard;
///     type Error = Gone;
///
///     fn get(&self) -> impl Future<Output = Result<Guard, Gone>> + Send {
///         self.0.take()
///     }
/// }
/// # let _ = Ours(Pool).get();
/// ```
pub trait Connections: Send + Sync {
    /// A connection that is this call's until it is dropped.
    type Held: DerefMut<Target = Connection> + Send + Sync;

    /// Why there is none.
    type Error: Into<Box<dyn Error + Send + Sync>>;

    /// Gives a connection. Waits where all are in use.
    ///
    /// # Errors
    ///
    /// Where there is none to be had: the store is
    /// [`Unavailable`](crate::store::StoreErrorKind::Unavailable) then.
    fn get(&self) -> impl Future<Output = Result<Self::Held, Self::Error>> + Send;
}

impl<C: Connections> Connections for Arc<C> {
    type Held = C::Held;
    type Error = C::Error;

    fn get(&self) -> impl Future<Output = Result<Self::Held, Self::Error>> + Send {
        (**self).get()
    }
}

/// One connection, which calls take in turns. Clones share it.
///
/// When it is closed, every call is unavailable: it is for tools and tests, and for hosts with little
/// to do.
#[derive(Clone, Debug)]
pub struct Single(Arc<tokio::sync::Mutex<Connection>>);

impl Single {
    /// The connection over this client.
    pub fn new(client: Client) -> Self {
        Self(Arc::new(tokio::sync::Mutex::new(Connection::new(client))))
    }
}

impl Connections for Single {
    type Held = OwnedMutexGuard<Connection>;
    type Error = std::convert::Infallible;

    async fn get(&self) -> Result<Self::Held, Self::Error> {
        Ok(self.0.clone().lock_owned().await)
    }
}

/// The statements that were prepared on a connection.
#[derive(Default)]
pub(super) struct Prepared(Mutex<HashMap<String, Statement>>);

impl Prepared {
    fn of(&self, text: &str) -> Option<Statement> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(text).cloned()
    }

    fn keep(&self, text: String, statement: Statement) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= STATEMENTS {
            kept.clear();
        }
        kept.insert(text, statement);
    }

    fn forget(&self, text: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(text);
    }
}

/// How the tables are named, and whether statements are prepared.
#[derive(Clone, Debug)]
pub(super) struct Named {
    /// What stands before the name of each table: the schema, quoted, and a dot.
    pub(super) prefix: String,
    /// Whether statements are prepared, and kept so.
    pub(super) prepares: bool,
}

impl Named {
    pub(super) fn new(schema: &str, prepares: bool) -> Self {
        Self { prefix: format!("\"{schema}\"."), prepares }
    }

    /// A statement with the names of the tables in it: each stands as `~name`.
    pub(super) fn named(&self, text: &str) -> String {
        text.replace('~', &self.prefix)
    }
}

/// A value for a statement, and its type in the database.
pub(super) type Value<'v> = (&'v (dyn ToSql + Sync), Type);

/// The store's tables, seen through one connection.
#[derive(Clone, Copy)]
pub(super) struct Tables<'c> {
    pub(super) client: &'c Client,
    /// `None`: it is the host's own transaction, and nothing is prepared.
    pub(super) prepared: Option<&'c Prepared>,
    pub(super) named: &'c Named,
    /// Where only one statement may be carried out: whether one was.
    pub(super) one: Option<&'c AtomicBool>,
}

impl Tables<'_> {
    /// Carries a statement out, and gives every row of its answer.
    pub(super) async fn all(&self, text: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Fault> {
        if self.one.is_some_and(|one| one.swap(true, Ordering::Relaxed)) {
            return Err(Fault::Another);
        }
        let text = self.named.named(text);
        let Some(prepared) = self.prepared.filter(|_| self.named.prepares) else {
            return Ok(self.client.query_typed(&text, values).await?);
        };
        let statement = match prepared.of(&text) {
            Some(statement) => statement,
            None => {
                let types: Vec<Type> = values.iter().map(|(_, it)| it.clone()).collect();
                let statement = self.client.prepare_typed(&text, &types).await?;
                prepared.keep(text.clone(), statement.clone());
                statement
            }
        };
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|(value, _)| *value).collect();
        let found = self.client.query(&statement, &values).await;
        // What a migration made another, or a server forgot, is prepared anew the next time.
        if let Err(error) = &found
            && matches!(error.code().map(|it| it.code()), Some("0A000" | "26000"))
        {
            prepared.forget(&text);
        }
        Ok(found?)
    }

    /// The first row of the answer, if there is one.
    pub(super) async fn first(
        &self,
        text: &str,
        values: &[Value<'_>],
    ) -> Result<Option<Row>, Fault> {
        Ok(self.all(text, values).await?.into_iter().next())
    }
}

/// Reads a column.
pub(super) fn get<'r, T: FromSql<'r>>(row: &'r Row, column: usize) -> Result<T, Fault> {
    row.try_get(column).map_err(|error| Fault::Column(error.into()))
}
