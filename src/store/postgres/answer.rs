//! What the statement of a commit answered, and what that says.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::commit::{asked, counters, keys};
use super::error::Fault;
use super::forms::parse_key;
use crate::decide::{Counter, UniqueKey};
use crate::ids::{CommandId, DeskId, Key, Revision, TicketNumber};
use crate::record::{Head, Record};
use crate::store::codec;
use crate::store::scan::{self, Kept};
use crate::store::{
    Commit, CommitError, CommitParts, Operation, Receipt, StoreError, StoreErrorKind,
};

/// What became of a commit, by the text with which the [`commit_statement`](super::commit_statement) answered.
///
/// A statement that failed answered nothing: [`is_race`](super::is_race) says whether it is to be sent
/// again.
///
/// # Errors
///
/// [`CommitError`], as of [`Store::commit`](crate::store::Store::commit); nothing was written then.
pub fn judge(commit: &Commit, answer: &str) -> Result<Receipt, CommitError> {
    judged(commit.parts(), answer)
}

pub(super) fn judged(parts: &CommitParts, answer: &str) -> Result<Receipt, CommitError> {
    let damaged = |error: serde_json::Error| Fault::Column(error.into()).committing();
    let answer: Answer = serde_json::from_str(answer).map_err(damaged)?;
    let open = answer.open;
    let (seq, looked) = Looked::of(parts, answer).map_err(Fault::committing)?;
    match (open, seq) {
        (true, Some(seq)) => Ok(scan::receipt(parts, &looked, seq, TicketNumber(0))),
        _ => {
            scan::check(parts, &looked)?;
            // The statement saw what these checks do not see: another build's, or a table by hand.
            Err(StoreError::new(Operation::Commit, StoreErrorKind::Backend)
                .because("the statement refused a commit that holds")
                .into())
        }
    }
}

/// What the statement answers.
#[derive(Deserialize)]
struct Answer {
    open: bool,
    seq: Option<u64>,
    seen: Option<(u64, i64, String)>,
    /// The revision and the number of each record, in the order of keys; so are the others.
    #[serde(default)]
    records: Vec<(u64, Option<u64>)>,
    #[serde(default)]
    keys: Vec<Option<String>>,
    #[serde(default)]
    counters: Vec<i64>,
}

/// What the statement found, as the checks look at it.
struct Looked {
    receipt: Option<Receipt>,
    records: BTreeMap<Key, (Revision, Option<TicketNumber>)>,
    owners: BTreeMap<UniqueKey, Key>,
    counters: BTreeMap<Counter, i64>,
    /// Checks look at revisions and numbers, and never at a head: any will do.
    any: Head,
}

impl Looked {
    fn of(parts: &CommitParts, answer: Answer) -> Result<(Option<u64>, Self), Fault> {
        let Some(any) = parts.writes.first().map(|write| write.head.clone()) else {
            // A commit has at least one record to write.
            return Err(Fault::Column("a commit writes nothing".into()));
        };
        let Answer { open: _, seq, seen, records, keys: owned, counters: values } = answer;
        let receipt = seen.map(|(seq, digest, touched)| {
            let touched = codec::decode_touched(&touched)?;
            let command = parts.receipt.command;
            Ok::<_, Fault>(Receipt { seq, command, digest: digest.cast_unsigned(), touched })
        });
        let mut looked = Self {
            receipt: receipt.transpose()?,
            records: BTreeMap::new(),
            owners: BTreeMap::new(),
            counters: BTreeMap::new(),
            any,
        };
        for ((key, ..), (revision, number)) in asked(parts).into_iter().zip(records) {
            looked.records.entry(key).or_insert((Revision(revision), number.map(TicketNumber)));
        }
        for (key, owner) in keys(parts).into_values().zip(owned) {
            if let Some(owner) = owner {
                looked.owners.insert(key.clone(), parse_key(parts.desk, &owner)?);
            }
        }
        for (counter, value) in counters(parts).into_values().zip(values) {
            looked.counters.insert(counter.clone(), value);
        }
        Ok((seq, looked))
    }
}

impl Kept for Looked {
    fn receipt(&self, _: DeskId, _: CommandId) -> Option<Receipt> {
        self.receipt.clone()
    }

    fn record(&self, key: &Key) -> Option<Record> {
        let (revision, number) = *self.records.get(key)?;
        Some(Record { key: *key, revision, number, head: self.any.clone() })
    }

    fn owner(&self, _: DeskId, key: &UniqueKey) -> Option<Key> {
        self.owners.get(key).copied()
    }

    fn counter(&self, _: DeskId, counter: &Counter) -> i64 {
        self.counters.get(counter).copied().unwrap_or(0)
    }
}
