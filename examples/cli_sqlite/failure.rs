//! What goes wrong, and by which exit code it is told.

use std::error::Error;
use std::fmt;
use std::io;

use helpdesk::store::sqlite::SqliteError;
use helpdesk::{DeskError, DeskErrorKind};
use serde_json::{Value, json};

/// Why a command was not carried out.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The rules say no: exit code 1.
    Refused {
        /// The refusal, for programs.
        code: &'static str,
        /// The refusal, for people.
        text: String,
    },
    /// The command line is not one: exit code 2. The text says what is wrong, and where.
    Usage(String),
    /// The database could not be read or written, or holds what it should not: exit code 3.
    Store {
        /// Whether sending the command again may help.
        again: bool,
        /// What failed, with its cause.
        text: String,
    },
}

impl Failure {
    /// There is no such ticket, or who asks may not know of it.
    pub(crate) fn no_ticket(name: &str) -> Self {
        Self::Refused { code: "not_found", text: format!("there is no ticket `{name}`") }
    }

    /// A mistake in an argument, with its place.
    pub(crate) fn argument(name: &str, problem: impl fmt::Display) -> Self {
        Self::Usage(format!("{name}: {problem}"))
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Refused { .. } => 1,
            Self::Usage(_) => 2,
            Self::Store { .. } => 3,
        }
    }

    /// Stable: what programs read.
    pub(crate) fn json(&self) -> Value {
        let (code, text) = self.parts();
        json!({ "error": { "code": code, "text": text } })
    }

    fn parts(&self) -> (&str, &str) {
        match self {
            Self::Refused { code, text } => (code, text),
            Self::Usage(text) => ("usage", text),
            Self::Store { again: true, text } => ("try_again", text),
            Self::Store { again: false, text } => ("store", text),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (code, text) = self.parts();
        write!(f, "{code}: {text}")
    }
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
        match error.refusal() {
            Some(refusal) => Self::Refused { code: refusal.code(), text: refusal.to_string() },
            None => Self::Store {
                again: error.kind() == DeskErrorKind::Retry,
                text: with_causes(&error),
            },
        }
    }
}

impl From<SqliteError> for Failure {
    fn from(error: SqliteError) -> Self {
        match error {
            // What the error advises is for programmers.
            SqliteError::NoDatabase { .. } | SqliteError::Missing { .. } => {
                let text = "there is no help desk in this file: run `init`".to_owned();
                Self::Store { again: false, text }
            }
            error => Self::Store { again: error.is_retryable(), text: with_causes(&error) },
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Store { again: false, text: format!("could not write the answer: {error}") }
    }
}

/// An error in one line: `Display` of each, from the outermost to the first cause.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
