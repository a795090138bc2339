//! Connections: given by the host, with what pool and what TLS it likes.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::ops::DerefMut;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;
use tokio_postgres::types::{FromSql, ToSql, Type};
use tokio_postgres::{Client, Row, Statement, Transaction};

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
        let prepared = Some(&self.prepared);
        Tables { client: &self.client, prepared, named, one: None, in_transaction: false }
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
/// A pool is one of [`Connection`]s, each made over a client when the pool connects: what is prepared
/// on a connection is kept with it. It implements this in a few lines, its guard being the
/// [`Held`](Self::Held), something that derefs to the connection:
///
/// ```
/// use std::future::Future;
///
/// use helpdesk::store::postgres::{Connection, Connections};
/// # type Guard = Box<Connection>;
/// # type Gone = std::io::Error;
/// # struct Pool<T>(T);
/// # impl Pool<Connection> { async fn take(&self) -> Result<Guard, Gone> { Err(Gone::other("no")) } }
///
/// struct Ours(Pool<Connection>);
///
/// impl Connections for Ours {
///     type Held = Guard;
///     type Error = Gone;
///
///     fn get(&self) -> impl Future<Output = Result<Guard, Gone>> + Send {
///         self.0.take()
///     }
/// }
/// # let _ = |pool| Ours(pool);
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
pub(super) struct Prepared(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// Each with when it was last used.
    statements: HashMap<String, (u64, Statement)>,
    used: u64,
}

impl Prepared {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, text: &str) -> Option<Statement> {
        let Kept { statements, used } = &mut *self.kept();
        let (last, statement) = statements.get_mut(text)?;
        *used = used.saturating_add(1);
        *last = *used;
        Some(statement.clone())
    }

    fn keep(&self, text: &str, statement: Statement) {
        let Kept { statements, used } = &mut *self.kept();
        *used = used.saturating_add(1);
        // The one that was not used for longest makes room.
        if statements.len() >= STATEMENTS
            && let Some((oldest, _)) = statements.iter().min_by_key(|(_, (last, _))| *last)
        {
            let oldest = oldest.clone();
            statements.remove(&oldest);
        }
        statements.insert(text.to_owned(), (*used, statement));
    }

    fn forget_all(&self) {
        self.kept().statements.clear();
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
    pub(super) prepared: Option<&'c Prepared>,
    pub(super) named: &'c Named,
    /// Where only one statement may be carried out: whether one was.
    pub(super) one: Option<&'c AtomicBool>,
    /// Whether what fails ends more than itself.
    pub(super) in_transaction: bool,
}

impl<'c> Tables<'c> {
    /// The tables within a transaction; `None`: it is the host's own, and nothing is prepared.
    pub(super) fn within(
        transaction: &'c Transaction<'_>,
        prepared: Option<&'c Prepared>,
        named: &'c Named,
    ) -> Self {
        let client = transaction.client();
        Self { client, prepared, named, one: None, in_transaction: true }
    }

    /// Carries a statement out, and gives every row of its answer.
    pub(super) async fn all(&self, text: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Fault> {
        if self.one.is_some_and(|one| one.swap(true, Ordering::Relaxed)) {
            return Err(Fault::Another);
        }
        let text = self.named.named(text);
        let Some(prepared) = self.prepared.filter(|_| self.named.prepares) else {
            return Ok(self.client.query_typed(&text, values).await?);
        };
        let bound: Vec<&(dyn ToSql + Sync)> = values.iter().map(|(value, _)| *value).collect();
        if let Some(statement) = prepared.of(&text) {
            match self.client.query(&statement, &bound).await.map_err(Fault::from) {
                // What a migration made another, or a server forgot, is prepared anew; with all the
                // rest, of which the same may be true.
                Err(fault) if fault.is_of_prepared() => {
                    prepared.forget_all();
                    // In a transaction, it is the transaction that is to be begun anew.
                    if self.in_transaction {
                        return Err(fault);
                    }
                }
                found => return found,
            }
        }
        let types: Vec<Type> = values.iter().map(|(_, it)| it.clone()).collect();
        let statement = self.client.prepare_typed(&text, &types).await?;
        prepared.keep(&text, statement.clone());
        Ok(self.client.query(&statement, &bound).await?)
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

/// Carries out what is a transaction of its own; once more where statements that were prepared are not
/// there any more, and it was ended by that.
pub(super) async fn anew<T, F>(carried_out: impl Fn() -> F) -> Result<T, Fault>
where
    F: Future<Output = Result<T, Fault>>,
{
    match carried_out().await {
        Err(fault) if fault.is_of_prepared() => carried_out().await,
        found => found,
    }
}

/// Reads a column.
pub(super) fn get<'r, T: FromSql<'r>>(row: &'r Row, column: usize) -> Result<T, Fault> {
    row.try_get(column).map_err(|error| Fault::Column(error.into()))
}
