//! What goes wrong with a database: while it is opened, and during the calls of a store. It is
//! judged by SQLite's result codes, never by the text of a message.

use std::path::PathBuf;

use rusqlite::ErrorCode;

use crate::store::codec::CodecError;
use crate::store::{CommitError, Operation, StoreError, StoreErrorKind};
use crate::ticket::ReplayError;

/// A SQLite database that could not be opened as a store, or whose tables could not be made.
///
/// ```
/// use helpdesk::store::sqlite::{Options, SqliteError, SqliteStore};
///
/// let options = Options::default();
/// # let name = format!("helpdesk-doc-missing-{}.db", std::process::id());
/// # let path = std::env::temp_dir().join(name);
/// let missing = SqliteStore::open(&path, options).unwrap_err();
/// assert!(matches!(missing, SqliteError::NoDatabase { .. }));
/// assert_eq!(
///     missing.to_string(),
///     format!("there is no database `{}`: `SqliteStore::migrate` makes one", path.display())
/// );
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqliteError {
    /// There is no such file.
    #[error("there is no database `{}`: `SqliteStore::migrate` makes one", path.display())]
    NoDatabase {
        /// Where it should be.
        path: PathBuf,
    },
    /// There is no table of a store in the database.
    #[error(
        "there are no tables of a store with the prefix `{prefix}`: run `SqliteStore::migrate`"
    )]
    Missing {
        /// How the names of the tables should begin.
        prefix: String,
    },
    /// An older build made the tables.
    #[error(
        "the tables are of version {found}, and this build needs {needed}: run \
         `SqliteStore::migrate`"
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
    /// The names of tables cannot begin so: letters, digits and underscores of ASCII are allowed,
    /// at most 40, the first no digit, and not `sqlite_`.
    #[error("the names of tables cannot begin with `{prefix}`")]
    Prefix {
        /// What was asked for.
        prefix: String,
    },
    /// The database could not be opened, read or written.
    #[error("the database could not be opened, read or written")]
    Database(#[from] rusqlite::Error),
}

impl SqliteError {
    /// Whether trying again may help: the database is locked, or could not be reached.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Database(error) if kind(error) == StoreErrorKind::Unavailable)
    }
}

/// What a call of the store failed on.
#[derive(Debug)]
pub(super) enum Fault {
    /// The database.
    Sqlite(rusqlite::Error),
    /// A column that could not be read or written.
    Codec(CodecError),
    /// A history that does not fold to a head.
    Replay(ReplayError),
    /// What is told already.
    Store(StoreError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
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
    /// The same as the failure of a store's call.
    pub(super) fn during(self, operation: Operation) -> StoreError {
        match self {
            Self::Sqlite(error) => StoreError::new(operation, kind(&error)).because(error),
            Self::Codec(error) => error.during(operation),
            Self::Store(error) => error,
            Self::Replay(error) => {
                let newer = matches!(error, ReplayError::Newer { .. });
                let kind = if newer { StoreErrorKind::Newer } else { StoreErrorKind::Corrupt };
                StoreError::new(operation, kind).because(error)
            }
        }
    }

    /// Whether a row was not written since another one has its unique key; nothing of it is written.
    pub(super) fn is_unique(&self) -> bool {
        let Self::Sqlite(rusqlite::Error::SqliteFailure(failure, _)) = self else { return false };
        failure.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE
    }

    /// The same as the failure of a commit.
    pub(super) fn committing(self) -> CommitError {
        self.during(Operation::Commit).into()
    }
}

/// What kind of failure it is.
fn kind(error: &rusqlite::Error) -> StoreErrorKind {
    use rusqlite::Error;
    match error {
        Error::SqliteFailure(failure, _) => match failure.code {
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::OperationInterrupted => StoreErrorKind::Unavailable,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreErrorKind::Corrupt,
            _ => StoreErrorKind::Backend,
        },
        // A column holds what no store writes there.
        Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::Utf8Error(..)
        | Error::InvalidColumnType(..)
        | Error::QueryReturnedNoRows => StoreErrorKind::Corrupt,
        _ => StoreErrorKind::Backend,
    }
}
