//! Commits and receipts: what is written at once, and the proof that it was.

use serde::{Deserialize, Serialize};

use super::{StoreError, StoreErrorKind};
use crate::channel::Notice;
use crate::decide::{
    Counter, CounterChange, Decision, Erasure, Guard, KeyChange, UniqueKey, Write,
};
use crate::ids::{CommandId, DeskId, Key, Revision, TicketNumber};

/// Everything that one command writes: all of it, or nothing.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let call = agent.at(now).call(Command::Take(Take { ticket: id }));
/// let commit = desk.prepare(&call)?.commit.unwrap();
///
/// // What a store does first. A duty that is added later breaks this line, not the data.
/// let CommitParts { desk: _, writes, guards, keys, counters, notices, receipt, erasures } =
///     commit.into_parts();
/// assert_eq!(writes[0].key.as_ticket(), Some(id));
/// assert_eq!(writes[0].expected, Expected::At(Revision(1)));
/// assert_eq!(guards[0].key.as_agent(), Some(anna), "the decision rests on her record");
/// assert_eq!(counters[0].counter, Counter::Load(anna));
/// assert!(keys.is_empty() && notices.is_empty() && receipt.command.is_none());
/// assert!(erasures.is_empty());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Commit {
    parts: CommitParts,
}

/// A commit taken apart. Exhaustive on purpose: a store that destructures it does not build
/// when there is a new duty.
#[derive(Clone, Debug)]
pub struct CommitParts {
    /// The desk whose commit this is; every key in it is of this desk.
    pub desk: DeskId,
    /// The records to write, in the order of their keys; at least one, none twice. A store that
    /// locks rows locks them in this order.
    pub writes: Vec<Write>,
    /// Records that must be at a revision, and are not written.
    pub guards: Vec<Guard>,
    /// Unique keys that change hands; releases count before takings.
    pub keys: Vec<KeyChange>,
    /// Counters to change.
    pub counters: Vec<CounterChange>,
    /// Notices for the outbox, in order.
    pub notices: Vec<Notice>,
    /// What to keep of the command.
    pub receipt: NewReceipt,
    /// What is erased of histories, in the order of their keys, none twice: of these events the
    /// personal payload, and the notices.
    pub erasures: Vec<Erasure>,
}

/// What a receipt says before the store has completed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewReceipt {
    /// The command, where the host named it; unique in its desk.
    pub command: Option<CommandId>,
    /// A stable digest of actor and command, by which a repetition is told from another command
    /// under the same id; 0 where there is no id.
    pub digest: u64,
}

impl Commit {
    /// A commit of these parts. The desk makes commits; hosts make them in tests of a store.
    pub fn from_parts(parts: CommitParts) -> Self {
        Self { parts }
    }

    pub(crate) fn of(desk: DeskId, decision: Decision, receipt: NewReceipt) -> Self {
        let Decision { writes, guards, keys, counters, notices, trace: _, erasures } = decision;
        let parts =
            CommitParts { desk, writes, guards, keys, counters, notices, receipt, erasures };
        Self { parts }
    }

    /// Takes the commit apart: what a store does first.
    pub fn into_parts(self) -> CommitParts {
        self.parts
    }

    /// The commit's parts.
    pub fn parts(&self) -> &CommitParts {
        &self.parts
    }
}

/// The proof of a commit, kept as long as the history.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let once = CommandId::from_u128(99);
/// desk.reply(agent.at(now).once(once), Reply::new(id, "Unplug it."))?;
///
/// // The message, and the move to Answered.
/// let receipt = desk.store().receipt(desk.id(), once)?.unwrap();
/// let Touched { key, from, to, number } = receipt.touched[0];
/// assert_eq!((key.as_ticket(), from, to), (Some(id), Revision(1), Revision(3)));
/// assert_eq!(number, Some(TicketNumber(1)));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Its place among the commits of its desk: increasing, gaps allowed.
    pub seq: u64,
    /// The command, where the host named it.
    pub command: Option<CommandId>,
    /// A stable digest of actor and command.
    pub digest: u64,
    /// The records that it wrote, in the order of their keys.
    pub touched: Vec<Touched>,
}

/// A record that a commit wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// Which record.
    pub key: Key,
    /// The revision before.
    pub from: Revision,
    /// The revision after.
    pub to: Revision,
    /// A ticket's number; `None` for other records.
    pub number: Option<TicketNumber>,
}

/// Why a commit was not made. Nothing has changed, unless
/// [`is_uncertain`](Self::is_uncertain).
///
/// ```
#[doc = include_str!("../example.txt")]
/// // Two people decide on the same state of the ticket; the first commit wins.
/// let take = agent.at(now).call(Command::Take(Take { ticket: id }));
/// let reply = customer.at(now).call(Command::Reply(Reply::new(id, "Hello?")));
/// let (first, second) = (desk.prepare(&take)?, desk.prepare(&reply)?);
/// desk.store().commit(first.commit.unwrap()).unwrap();
///
/// let error = desk.store().commit(second.commit.unwrap()).unwrap_err();
/// assert!(error.is_conflict());
/// let CommitError::Stale { expected, found, .. } = error else { panic!("it is stale") };
/// assert_eq!((expected, found), (Revision(1), Revision(3)));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// A record is not at the revision that the decision rests on.
    #[error("{key} was expected at revision {expected} and is at {found}")]
    Stale {
        /// Which record.
        key: Key,
        /// The revision that should be there; zero: no record.
        expected: Revision,
        /// The revision that is there; zero: no record.
        found: Revision,
    },
    /// Another record has a unique key.
    #[error("the key {key:?} belongs to {owner}")]
    KeyTaken {
        /// Which key.
        key: UniqueKey,
        /// Who has it.
        owner: Key,
    },
    /// A counter would be lifted above its ceiling.
    #[error("the counter {counter:?} is at {value} and would exceed {ceiling}")]
    Over {
        /// Which counter.
        counter: Counter,
        /// What it is.
        value: i64,
        /// The most it may be.
        ceiling: i64,
    },
    /// The command id came before; this is what became of it.
    #[error("the command was carried out before, as commit {}", .0.seq)]
    Seen(Box<Receipt>),
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CommitError {
    /// Whether deciding again, on fresh records, may succeed: somebody else was faster.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Stale { .. } | Self::KeyTaken { .. } | Self::Over { .. })
    }

    /// Whether the commit may have been made all the same: the store did not answer in time. Ask
    /// [`Store::receipt`](super::Store::receipt) before trying again.
    pub fn is_uncertain(&self) -> bool {
        matches!(self, Self::Store(error) if error.kind() == StoreErrorKind::Unavailable)
    }
}
