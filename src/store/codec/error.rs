//! Why something could not be read from storage, or written to it.

use std::error::Error;
use std::fmt;

use super::strict::Why;
use crate::store::{Operation, StoreError, StoreErrorKind};

/// Something could not be read from storage, or written to it: what, and what is the matter
/// with it.
///
/// ```
/// use std::error::Error;
///
/// use helpdesk::store::codec::{self, CodecErrorKind, Stored};
///
/// let error = codec::decode_notice(r#"{"id":{"ticket""#).unwrap_err();
/// assert_eq!(error.kind(), CodecErrorKind::Damaged);
/// assert_eq!(error.what(), Stored::Notice);
/// assert_eq!(error.to_string(), "the stored notice is damaged");
/// assert!(error.source().unwrap().to_string().starts_with("EOF while parsing"));
/// ```
#[derive(Debug)]
pub struct CodecError {
    kind: CodecErrorKind,
    what: Stored,
    tag: Option<Box<str>>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What is the matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CodecErrorKind {
    /// A newer build wrote it: its schema number is greater than this build's, or it has a name
    /// or a field that this build does not know. Nothing is wrong with it; this build is too
    /// old to read it.
    Newer,
    /// An older build wrote it, in a form that this one does not read: a head, to be folded
    /// anew from its history.
    Older,
    /// No build wrote this: somebody must look at it.
    Damaged,
    /// It cannot be written as JSON. Nothing that the crate's rules make is so.
    Unwritable,
}

/// What was to be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stored {
    /// An event: its facts, or its personal payload.
    Event,
    /// A record's head.
    Head,
    /// A notice.
    Notice,
    /// What a receipt says that its commit touched.
    Receipt,
    /// A unique key.
    UniqueKey,
    /// A counter.
    Counter,
}

impl Stored {
    /// What it is, in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Head => "head",
            Self::Notice => "notice",
            Self::Receipt => "receipt",
            Self::UniqueKey => "unique key",
            Self::Counter => "counter",
        }
    }
}

impl CodecError {
    pub(super) fn new(kind: CodecErrorKind, what: Stored) -> Self {
        Self { kind, what, tag: None, source: None }
    }

    pub(super) fn damaged(what: Stored) -> Self {
        Self::new(CodecErrorKind::Damaged, what)
    }

    pub(super) fn unwritable(what: Stored) -> impl Fn(serde_json::Error) -> Self {
        move |source| Self::new(CodecErrorKind::Unwritable, what).because(source)
    }

    pub(super) fn unreadable(what: Stored, why: Why, source: serde_json::Error) -> Self {
        let kind = match why {
            Why::Newer => CodecErrorKind::Newer,
            Why::Damaged => CodecErrorKind::Damaged,
        };
        Self::new(kind, what).because(source)
    }

    pub(super) fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    pub(super) fn tagged(mut self, tag: &str) -> Self {
        // A damaged column may hold anything, of any length.
        self.tag = Some(tag.chars().take(80).collect());
        self
    }

    /// The same as the failure of a store's call, with this as its source.
    ///
    /// ```
    /// use helpdesk::store::{Operation, StoreErrorKind, codec};
    ///
    /// let error = codec::decode_notice("").unwrap_err().during(Operation::Claim);
    /// assert_eq!(error.kind(), StoreErrorKind::Corrupt);
    /// assert_eq!(error.to_string(), "the store holds what no store wrote (`claim`)");
    /// ```
    pub fn during(self, operation: Operation) -> StoreError {
        let kind = match self.kind {
            CodecErrorKind::Newer => StoreErrorKind::Newer,
            // An old head is folded anew; a store that hands it out has not done so.
            CodecErrorKind::Older | CodecErrorKind::Damaged => StoreErrorKind::Corrupt,
            CodecErrorKind::Unwritable => StoreErrorKind::Backend,
        };
        StoreError::new(operation, kind).because(self)
    }

    /// What is the matter.
    pub fn kind(&self) -> CodecErrorKind {
        self.kind
    }

    /// What was to be read or written.
    pub fn what(&self) -> Stored {
        self.what
    }

    /// Its name in storage, such as `ticket.opened` for an event, or `agent` for a head.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the stored {}", self.what.as_str())?;
        if let Some(tag) = &self.tag {
            write!(f, " `{tag}`")?;
        }
        f.write_str(match self.kind {
            CodecErrorKind::Newer => " was written by a newer build",
            CodecErrorKind::Older => " was written by an older build",
            CodecErrorKind::Damaged => " is damaged",
            CodecErrorKind::Unwritable => " cannot be written as JSON",
        })
    }
}

impl Error for CodecError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn Error + 'static))
    }
}
