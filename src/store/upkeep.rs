//! Looking a store over: what follows from a history, and what was found to differ from it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, Utc};

use super::StoreError;
use crate::decide::{Columns, Counter, UniqueKey};
use crate::ids::{Key, RecordKind, Revision};
use crate::record::{Event, Head, fold};
use crate::ticket::ReplayError;

/// All that a store keeps beside a record's history, and that follows from it.
///
/// A store that looks itself over compares its row with this, and writes this where they differ.
///
/// ```
#[doc = include_str!("../example.txt")]
/// use helpdesk::store::Derived;
///
/// let key = Key::ticket(desk.id(), id);
/// let history = desk.history(key, Revision::ZERO, 100)?;
/// let derived = Derived::of(key, &history)?;
/// let record = desk.record(key)?.unwrap();
/// assert_eq!((derived.revision, &derived.head), (record.revision, &record.head));
/// assert_eq!(derived.counts[0], (Counter::Unfinished(None), 1));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Derived {
    /// Whose history.
    pub key: Key,
    /// How many events it has.
    pub revision: Revision,
    /// What it folds to.
    pub head: Head,
    /// What is indexed of that.
    pub columns: Columns,
    /// When it next does something by itself.
    pub next_wake: Option<DateTime<Utc>>,
    /// What it has alone, beside a ticket's number.
    pub keys: BTreeSet<UniqueKey>,
    /// What it counts for.
    pub counts: Vec<(Counter, i64)>,
}

impl Derived {
    /// What follows from a whole history.
    ///
    /// # Errors
    ///
    /// As [`fold`].
    pub fn of(key: Key, history: &[Event]) -> Result<Self, ReplayError> {
        let head = fold(key, history)?;
        Ok(Self {
            key,
            revision: history.last().map_or(Revision::ZERO, |event| event.revision),
            columns: Columns::of(&head),
            next_wake: head.next_wake(),
            keys: UniqueKey::of(&head),
            counts: Counter::of(&head),
            head,
        })
    }
}

/// What was looked over, and what was found.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Verified {
    /// How many records were looked over.
    pub records: u64,
    /// How many events they have.
    pub events: u64,
    /// What is not as it should be, at most [`MOST_FINDINGS`](Self::MOST_FINDINGS) of it.
    pub findings: Vec<Finding>,
    /// How many more findings there were.
    pub more: u64,
}

impl Verified {
    /// How many findings are told one by one.
    pub const MOST_FINDINGS: usize = 1_000;

    /// Whether nothing was found.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    pub(crate) fn found(&mut self, finding: Finding) {
        if self.findings.len() < Self::MOST_FINDINGS {
            self.findings.push(finding);
        } else {
            self.more = self.more.saturating_add(1);
        }
    }
}

/// Something in a store that is not as it should be.
///
/// What is [derived](Self::is_derived) can be made anew of histories; the rest only a backup has.
#[derive(Debug)]
#[non_exhaustive]
pub enum Finding {
    /// A history that cannot be read, or that does not fold.
    History {
        /// Whose.
        key: Key,
        /// What is the matter with it.
        error: StoreError,
    },
    /// A part of what a store keeps of a record does not follow from its history.
    Record {
        /// Which record.
        key: Key,
        /// Which part.
        part: Part,
    },
    /// A unique key is not where it should be.
    UniqueKey {
        /// Which key.
        key: UniqueKey,
        /// Who should have it by their history.
        should: Option<Key>,
        /// Who has it.
        has: Option<Key>,
    },
    /// A counter is not what the tickets come to.
    Counter {
        /// Which counter.
        counter: Counter,
        /// What they come to.
        should: i64,
        /// What it is at.
        is: i64,
    },
    /// Numbers of tickets do not go on after the greatest that there is.
    Numbers {
        /// The greatest number that a ticket has.
        should: u64,
        /// After which they go on.
        is: u64,
    },
    /// The log of commits names events that are not there, or cannot be read.
    Log {
        /// Which commit.
        seq: u64,
        /// Of which record; `None`: what the commit touched cannot be read.
        key: Option<Key>,
    },
    /// A notice in the outbox cannot be read, or stands out of order.
    Notice {
        /// Of which ticket.
        ticket: Key,
        /// Whether it is only its place, which follows from the others.
        order: bool,
    },
    /// The database says by itself that it is damaged.
    Database {
        /// In its own words.
        says: String,
    },
}

/// A part of what a store keeps of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Part {
    /// The row is missing.
    Row,
    /// How many events it has.
    Revision,
    /// A ticket's number: by it, somebody else is found or nobody.
    Number,
    /// The head.
    Head,
    /// What is indexed.
    Columns,
    /// When it next does something by itself.
    Wake,
    /// A ticket's words, in the lists by which texts are searched.
    Words,
}

impl Finding {
    /// Whether it follows from histories, and can be made anew.
    pub fn is_derived(&self) -> bool {
        match self {
            Self::Record { part, .. } => *part != Part::Number,
            Self::UniqueKey { .. } | Self::Counter { .. } | Self::Numbers { .. } => true,
            Self::Notice { order, .. } => *order,
            Self::History { .. } | Self::Log { .. } | Self::Database { .. } => false,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |owner: &Option<Key>| owner.map_or("nobody".to_owned(), |key| key.to_string());
        match self {
            Self::History { key, error } => write!(f, "the history of {key}: {error}"),
            Self::Record { key, part } => {
                let part = match part {
                    Part::Row => "row is missing",
                    Part::Revision => "revision is not that of its history",
                    Part::Number => "number does not lead to it",
                    Part::Head => "head is not what its history folds to",
                    Part::Columns => "indexed columns are not those of its head",
                    Part::Wake => "next wake is not that of its head",
                    Part::Words => "words are listed otherwise than they were said",
                };
                write!(f, "{key}: its {part}")
            }
            Self::UniqueKey { key, should, has } => {
                write!(f, "the key {key:?} is {}'s and should be {}'s", named(has), named(should))
            }
            Self::Counter { counter, should, is } => {
                write!(f, "the counter {counter:?} is at {is}, and the tickets come to {should}")
            }
            Self::Numbers { should, is } => {
                write!(f, "numbers go on after {is}, and should after {should}")
            }
            Self::Log { seq, key: Some(key) } => {
                write!(f, "commit {seq} names events of {key} that are not there")
            }
            Self::Log { seq, key: None } => write!(f, "what commit {seq} touched cannot be read"),
            Self::Notice { ticket, order: true } => {
                write!(f, "notices of {ticket} are out of order")
            }
            Self::Notice { ticket, order: false } => {
                write!(f, "a notice of {ticket} cannot be read")
            }
            Self::Database { says } => write!(f, "the database: {says}"),
        }
    }
}

/// How a store is, beside that it answers and can be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// When the first record does something by itself, of all desks; where that is long past, nobody
    /// [ticks](crate::Desk::tick).
    pub next_wake: Option<DateTime<Utc>>,
    /// Whether there are notices in the outbox, those that are put off until a next try among them.
    /// Where there are some each time, nobody [relays](crate::Desk::relay) them, or they come faster than
    /// they are told, or somebody cannot be told for a while.
    pub waiting: bool,
}

/// What the records of a desk come to, taken together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sum {
    counters: BTreeMap<Counter, i64>,
}

impl Sum {
    /// One more record.
    pub(crate) fn add(&mut self, derived: &Derived) {
        if derived.key.kind == RecordKind::Ticket {
            for (counter, count) in &derived.counts {
                let sum = self.counters.entry(counter.clone()).or_insert(0);
                *sum = sum.saturating_add(*count);
            }
        }
        // Of whom nothing is counted, nothing should be.
        if let Some(agent) = derived.key.as_agent() {
            self.counters.entry(Counter::Load(agent)).or_insert(0);
        }
    }

    /// What each counter should be at, of those that follow from tickets.
    pub(crate) fn counters(&self) -> &BTreeMap<Counter, i64> {
        &self.counters
    }
}
