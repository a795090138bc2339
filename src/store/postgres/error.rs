//! What goes wrong with a database: while its tables are made or looked at, and during the calls of a
//! store. It is judged by SQLSTATE, never by the text of a message.

use std::error::Error;

use crate::store::codec::CodecError;
use crate::store::{CommitError, Operation, StoreError, StoreErrorKind};
use crate::ticket::ReplayError;

/// Tables of a store that could not be made, or are not those that this build knows.
///
/// ```
/// use helpdesk::store::postgres::PgError;
///
/// let missing = PgError::Missing { schema: "helpdesk".to_owned() };
/// assert_eq!(
///     missing.to_string(),
///     "there are no tables of a store in the schema `helpdesk`: run `postgres::migrate`"
/// );
/// assert!(!missing.is_retryable());
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PgError {
    /// There is no such schema, or no table of a store in it.
    #[error("there are no tables of a store in the schema `{schema}`: run `postgres::migrate`")]
    Missing {
        /// The schema's name.
        schema: String,
    },
    /// An older build made the tables.
    #[error(
        "the tables are of version {found}, and this build needs {needed}: run `postgres::migrate`"
    )]
    Older {
        /// The version of the tables.
        found: u32,
        /// The version of this build.
        needed: u32,
    },
    /// A newer build made the tables: this one is too old, and nothing is wrong with them.
    #[error("the tables are of version {found}, which a newer build made; this one knows {known}")]
    Newer {
        /// The version of the tables.
        found: u32,
        /// The version of this build.
        known: u32,
    },
    /// A schema cannot be named so: letters, digits and underscores of ASCII are allowed, 1 to 40, the
    /// first no digit, and not `pg_`.
    #[error("a schema cannot be named `{schema}`")]
    Schema {
        /// What was asked for.
        schema: String,
    },
    /// A channel cannot be named so: 1 to 63 bytes are allowed, and no U+0000.
    #[error("a channel cannot be named {channel:?}: it is to have 1 to 63 bytes, and no U+0000")]
    Channel {
        /// What was asked for.
        channel: String,
    },
    /// The database does not keep its texts in UTF-8, and so cannot keep every text.
    #[error("the database keeps its texts in {encoding}, and has to keep them in UTF8")]
    Encoding {
        /// What it keeps them in.
        encoding: String,
    },
    /// No connection was given.
    #[error("no connection to the database was given")]
    Connection(#[source] Box<dyn Error + Send + Sync>),
    /// The database could not be reached, read or written.
    #[error("the database could not be reached, read or written")]
    Database(#[from] tokio_postgres::Error),
}

impl PgError {
    /// Whether trying again may help: the database could not be reached, or is busy.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Connection(_) => true,
            Self::Database(error) => kind(error) == StoreErrorKind::Unavailable,
            _ => false,
        }
    }
}

/// Whether a commit's statement failed because somebody else did something at the same time, by the
/// SQLSTATE of its failure: sent again, it says what became of it.
///
/// | SQLSTATE | what happened |
/// |---|---|
/// | 23505 | somebody else made the same record, took the same key, carried the same command out, or counted first |
/// | 40001, 40P01 | the transaction must be begun anew |
///
/// The first may be sent again in the same transaction, from a savepoint before the statement.
///
/// ```
/// use helpdesk::store::postgres::is_race;
///
/// assert!(is_race("23505") && is_race("40P01"));
/// assert!(!is_race("42P01"), "a table is not there");
/// ```
pub fn is_race(sqlstate: &str) -> bool {
    matches!(sqlstate, "23505" | "40001" | "40P01")
}

/// What a call of the store failed on.
#[derive(Debug)]
pub(super) enum Fault {
    /// A second statement is needed where only one may be carried out: it is to be done in a
    /// transaction.
    Another,
    /// Others did something at the same time, again and again.
    Contended(&'static str),
    /// A newer build wrote what this one does not know.
    Newer(&'static str),
    /// The host gave no connection.
    Connection(Box<dyn Error + Send + Sync>),
    /// The database.
    Postgres(tokio_postgres::Error),
    /// A column that holds what no store writes there.
    Column(Box<dyn Error + Send + Sync>),
    /// A column that could not be read or written.
    Codec(CodecError),
    /// A history that does not fold to a head.
    Replay(ReplayError),
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

impl From<CodecError> for Fault {
    fn from(error: CodecError) -> Self {
        Self::Codec(error)
    }
}

impl From<ReplayError> for Fault {
    fn from(error: ReplayError) -> Self {
        Self::Replay(error)
    }
}

impl Fault {
    /// The SQLSTATE of the database's answer, if it was one.
    pub(super) fn sqlstate(&self) -> Option<&str> {
        match self {
            Self::Postgres(error) => error.code().map(|code| code.code()),
            _ => None,
        }
    }

    /// Whether what was prepared is gone, or is of tables that were changed since: prepared anew, it is
    /// carried out.
    pub(super) fn is_of_prepared(&self) -> bool {
        matches!(self.sqlstate(), Some("26000" | "0A000"))
    }

    /// The same as the failure of a store's call.
    pub(super) fn during(self, operation: Operation) -> StoreError {
        match self {
            Self::Connection(error) => {
                StoreError::new(operation, StoreErrorKind::Unavailable).because(error)
            }
            Self::Postgres(error) => StoreError::new(operation, kind(&error)).because(error),
            Self::Column(error) => {
                StoreError::new(operation, StoreErrorKind::Corrupt).because(error)
            }
            Self::Contended(what) => {
                StoreError::new(operation, StoreErrorKind::Unavailable).because(what)
            }
            Self::Newer(what) => StoreError::new(operation, StoreErrorKind::Newer).because(what),
            Self::Another => StoreError::new(operation, StoreErrorKind::Backend),
            Self::Codec(error) => error.during(operation),
            Self::Replay(error) => {
                let newer = matches!(error, ReplayError::Newer { .. });
                let kind = if newer { StoreErrorKind::Newer } else { StoreErrorKind::Corrupt };
                StoreError::new(operation, kind).because(error)
            }
        }
    }

    /// The same as the failure of a commit.
    pub(super) fn committing(self) -> CommitError {
        self.during(Operation::Commit).into()
    }
}

/// What kind of failure it is.
fn kind(error: &tokio_postgres::Error) -> StoreErrorKind {
    // Without an answer of the database's, the connection failed.
    let Some(code) = error.code().map(|code| code.code()) else {
        return StoreErrorKind::Unavailable;
    };
    match code {
        // Begun anew, it may succeed; the database ends, begins, or has no room for one more; a
        // statement that was prepared is gone, or is of other tables.
        // So is a replica, until it is promoted, which cannot be written.
        "25006" | "40001" | "40P01" | "55P03" | "57014" | "57P01" | "57P02" | "57P03" | "57P05"
        | "25P03" | "53300" | "53200" | "0A000" | "26000" => StoreErrorKind::Unavailable,
        "XX001" | "XX002" => StoreErrorKind::Corrupt,
        code if code.starts_with("08") => StoreErrorKind::Unavailable,
        _ => StoreErrorKind::Backend,
    }
}
