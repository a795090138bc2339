//! Looking a whole desk over: whether all that its store keeps follows from the histories.

use std::collections::BTreeMap;

use super::flow::Flow;
use super::io::{Io, at_once};
use super::read::PAGE;
use super::{Desk, DeskError};
use crate::decide::UniqueKey;
use crate::ids::{Key, Revision};
use crate::record::{Event, Record};
use crate::store::upkeep::Sum;
use crate::store::{
    Derived, Entry, Finding, Operation, Part, Store, StoreError, StoreErrorKind, Verified, Wanted,
};
use crate::ticket::ReplayError;

impl<S: Store> Desk<S> {
    /// Looks the whole desk over: that each history can be read and folds to the head that is kept;
    /// that numbers and unique keys lead to whom they should; that the counters are what the tickets
    /// come to; that the log of commits names what is there. It works on any store, and sees what a
    /// store hands out; the `verify` of a store in a database looks at its tables, too, and its
    /// `repair` makes anew what follows from histories.
    ///
    /// It reads everything: what a backup costs. What is committed meanwhile is not looked at, and
    /// where something is, the counters are not compared.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let verified = desk.verify_all()?;
    /// assert!(verified.is_sound(), "{:?}", verified.findings);
    /// assert_eq!((verified.records, verified.events), (3, 3));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store could not be asked; what it holds that is damaged is a
    /// [`Finding`] and no error.
    pub fn verify_all(&self) -> Result<Verified, DeskError> {
        at_once(self.flow().verify_all())
    }
}

/// A failure of a call, or what is damaged.
fn damaged<T>(result: Result<T, StoreError>) -> Result<Result<T, StoreError>, StoreError> {
    match result {
        Err(error) if error.kind() == StoreErrorKind::Unavailable => Err(error),
        other => Ok(other),
    }
}

/// A history that does not fold, as an error of the store that has it.
fn unfolded(error: ReplayError) -> StoreError {
    let kind = match error {
        ReplayError::Newer { .. } => StoreErrorKind::Newer,
        _ => StoreErrorKind::Corrupt,
    };
    StoreError::new(Operation::History, kind).because(error)
}

impl<I: Io> Flow<I> {
    pub(super) async fn verify_all(&self) -> Result<Verified, DeskError> {
        let (mut verified, mut sum) = (Verified::default(), Sum::default());
        // What was looked at, at which revision; and whether it is all that there is.
        let (mut looked, mut whole) = (BTreeMap::new(), true);
        let mut after = 0;
        loop {
            let entries = match damaged(self.io.scan(self.id, after, PAGE).await)? {
                Ok(entries) => entries,
                // Which commit it is, one at a time tells.
                Err(_) => match damaged(self.io.scan(self.id, after, 1).await)? {
                    Ok(entries) => entries,
                    Err(error) => {
                        verified.found(Finding::Database { says: said(&error) });
                        return Ok(verified);
                    }
                },
            };
            let Some(last) = entries.last().map(|entry| entry.seq) else { break };
            for Entry { seq, key, events, .. } in entries {
                match events.first().map(|event| event.revision) {
                    None => verified.found(Finding::Log { seq, key: Some(key) }),
                    Some(Revision(1)) => {
                        let read = self.look_over(key, &mut verified, &mut sum).await?;
                        whole &= read.is_some();
                        looked.extend(read.map(|revision| (key, revision)));
                    }
                    Some(_) => {}
                }
                let last = events.last().map(|event| event.revision);
                whole &= looked.get(&key).copied() >= last;
            }
            after = last;
        }
        // What moved on, or could not be read, counts for what nobody knows.
        if whole {
            self.compare_counters(after, &mut verified, &sum).await?;
        }
        Ok(verified)
    }

    async fn look_over(
        &self,
        key: Key,
        verified: &mut Verified,
        sum: &mut Sum,
    ) -> Result<Option<Revision>, DeskError> {
        verified.records = verified.records.saturating_add(1);
        let record = match damaged(self.io.load(self.id, &Wanted::records([key])).await)? {
            Ok(found) => found.records.into_iter().next().flatten(),
            Err(error) if error.kind() == StoreErrorKind::Newer => {
                verified.found(Finding::History { key, error });
                return Ok(None);
            }
            Err(_) => {
                verified.found(Finding::Record { key, part: Part::Head });
                return Ok(None);
            }
        };
        let Some(record) = record else {
            verified.found(Finding::Record { key, part: Part::Row });
            return Ok(None);
        };
        let history = match damaged(self.history_to(key, record.revision).await)? {
            Ok(history) => history,
            Err(error) => {
                verified.found(Finding::History { key, error });
                return Ok(None);
            }
        };
        verified.events = verified.events.saturating_add(history.len() as u64);
        let derived = match Derived::of(key, &history) {
            Ok(derived) => derived,
            Err(error) => {
                verified.found(Finding::History { key, error: unfolded(error) });
                return Ok(None);
            }
        };
        if derived.revision != record.revision {
            verified.found(Finding::Record { key, part: Part::Revision });
        }
        if derived.head != record.head {
            verified.found(Finding::Record { key, part: Part::Head });
        }
        self.compare_keys(&record, &derived, verified).await?;
        sum.add(&derived);
        Ok(Some(record.revision))
    }

    async fn history_to(&self, key: Key, to: Revision) -> Result<Vec<Event>, StoreError> {
        let mut history: Vec<Event> = Vec::new();
        loop {
            let after = history.last().map_or(Revision::ZERO, |event| event.revision);
            let page = self.io.history(key, after, PAGE).await?;
            let goes_on = page.last().is_some_and(|last| last.revision > after);
            let done = page.len() < PAGE || !goes_on;
            history.extend(page.into_iter().filter(|event| event.revision <= to));
            if done || after >= to {
                return Ok(history);
            }
        }
    }

    async fn compare_keys(
        &self,
        record: &Record,
        derived: &Derived,
        verified: &mut Verified,
    ) -> Result<(), DeskError> {
        let key = record.key;
        let number = record.number.map(UniqueKey::Number);
        let keys: Vec<UniqueKey> = derived.keys.iter().cloned().chain(number).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let owners = self.io.resolve(self.id, &keys).await?;
        for (unique, has) in keys.into_iter().zip(owners) {
            if has == Some(key) {
                continue;
            }
            verified.found(match unique {
                UniqueKey::Number(_) => Finding::Record { key, part: Part::Number },
                unique => Finding::UniqueKey { key: unique, should: Some(key), has },
            });
        }
        Ok(())
    }

    async fn compare_counters(
        &self,
        last: u64,
        verified: &mut Verified,
        sum: &Sum,
    ) -> Result<(), DeskError> {
        let counters = sum.counters().keys().cloned();
        let found = self.io.load(self.id, &Wanted::counters(counters)).await?;
        if !self.io.scan(self.id, last, 1).await?.is_empty() {
            return Ok(());
        }
        for ((counter, should), is) in sum.counters().iter().zip(found.counters) {
            if *should != is {
                let counter = counter.clone();
                verified.found(Finding::Counter { counter, should: *should, is });
            }
        }
        Ok(())
    }
}

/// An error with what is behind it.
fn said(error: &StoreError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
