//! A store as simple as the contract allows, which can be told to get one thing wrong.
//!
//! It shares nothing with `MemoryStore`: lists are walked from end to end, under one lock. With
//! `Bug::None` it keeps every law.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Utc};
use helpdesk::store::{
    Claimed, Commit, CommitError, CommitParts, Due, DueRow, Entry, Found, Lease, LeaseToken,
    Operation, Query, Receipt, Roster, Scope, Settlement, Store, StoreError, StoreErrorKind, Tally,
    Touched, Wanted,
};
use helpdesk::{
    Columns, CommandId, Counter, DepartmentName, DeskId, Erasure, Event, Expected, FieldValue,
    Head, Key, KeyChange, Notice, Personal, Record, RecordKind, Revision, TicketColumns,
    TicketNumber, UniqueKey,
};

use super::{Bug, listing};

mod store;

type At = DateTime<Utc>;

#[derive(Debug)]
pub(crate) struct Naive {
    bug: Bug,
    state: Mutex<State>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) rows: BTreeMap<Key, Row>,
    keys: BTreeMap<(DeskId, UniqueKey), Key>,
    counters: BTreeMap<(DeskId, Counter), i64>,
    receipts: Vec<(DeskId, Receipt)>,
    log: Vec<(DeskId, Entry)>,
    outbox: Vec<Waiting>,
    numbers: BTreeMap<DeskId, u64>,
    told: u64,
    seq: u64,
    leases: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Row {
    record: Record,
    before: Option<Head>,
    pub(crate) columns: Columns,
    events: Vec<Event>,
    /// When it is due, and from when on it may be leased.
    wake: Option<(At, At)>,
}

#[derive(Clone, Debug)]
struct Waiting {
    key: Key,
    notice: Notice,
    age: u64,
    from: At,
    lease: u64,
    attempt: u32,
}

impl Naive {
    pub(crate) fn new(bug: Bug) -> Self {
        Self { bug, state: Mutex::default() }
    }

    fn has(&self, bug: Bug) -> bool {
        self.bug == bug
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn in_scope(&self, scope: Scope, desk: DeskId, crossing: Bug) -> bool {
        match scope {
            Scope::One(one) => one == desk || self.has(crossing),
            Scope::All => !self.has(Bug::AllIsNobody),
        }
    }

    fn check(&self, state: &State, parts: &CommitParts) -> Result<(), CommitError> {
        let seen = || {
            let receipt =
                parts.receipt.command.and_then(|id| self.find_receipt(state, parts.desk, id));
            let receipt = receipt.filter(|it| {
                !self.has(Bug::SeenOnlyBySameDigest) || it.digest == parts.receipt.digest
            });
            receipt.map_or(Ok(()), |receipt| Err(CommitError::Seen(Box::new(receipt))))
        };
        if !self.has(Bug::CommandsUnchecked) && !self.has(Bug::SeenLast) {
            seen()?;
        }
        if self.has(Bug::CommitsWithoutCommandMeet) && parts.receipt.command.is_none() {
            let earlier = state.receipts.iter().find(|(desk, it)| {
                *desk == parts.desk
                    && it.command.is_none()
                    && it.touched.len() == parts.writes.len()
            });
            if let Some((_, earlier)) = earlier {
                return Err(CommitError::Seen(Box::new(earlier.clone())));
            }
        }
        for write in &parts.writes {
            let expected = match write.expected {
                Expected::New if self.has(Bug::NewReplaces) => continue,
                Expected::New => Revision::ZERO,
                Expected::At(_) if self.has(Bug::RevisionsUnchecked) => continue,
                Expected::At(revision) => revision,
            };
            self.stale(state, write.key, expected)?;
        }
        for guard in &parts.guards {
            let ignored = self.has(Bug::GuardsIgnored)
                || self.has(Bug::GuardAtZeroIgnored) && guard.revision == Revision::ZERO;
            if !ignored {
                self.stale(state, guard.key, guard.revision)?;
            }
        }
        if self.has(Bug::CeilingsBeforeKeys) {
            self.ceilings(state, parts)?;
        }
        self.keys(state, parts)?;
        self.ceilings(state, parts)?;
        if self.has(Bug::SeenLast) {
            seen()?;
        }
        Ok(())
    }

    fn stale(&self, state: &State, key: Key, expected: Revision) -> Result<(), CommitError> {
        let mut found = state.rows.get(&key).map_or(Revision::ZERO, |row| row.record.revision);
        if self.has(Bug::MissingIsAnything) && found == Revision::ZERO {
            return Ok(());
        }
        if self.has(Bug::OlderIsStaleOnly) && expected > found {
            return Ok(());
        }
        if found == expected {
            return Ok(());
        }
        if self.has(Bug::FoundIsExpected) {
            found = expected;
        }
        Err(CommitError::Stale { key, expected, found })
    }

    fn keys(&self, state: &State, parts: &CommitParts) -> Result<(), CommitError> {
        let released = |key: &UniqueKey, owner: &Key| {
            parts.keys.iter().any(|change| match change {
                KeyChange::Release(it, by) => {
                    it == key && (by == owner || self.has(Bug::AnybodyReleases))
                }
                KeyChange::Take(..) => false,
            })
        };
        for (place, change) in parts.keys.iter().enumerate() {
            let KeyChange::Take(key, taker) = change else { continue };
            let owner = state.keys.get(&(self.key_desk(parts.desk), key.clone())).copied();
            let owner = owner.filter(|owner| {
                let own = owner == taker && !self.has(Bug::OwnersCannotRetake);
                let handed = released(key, owner) && !self.has(Bug::KeysNeverChangeHands);
                !own && !handed && !self.has(Bug::DuplicateKeys)
            });
            let rival = parts.keys.iter().take(place).find_map(|other| match other {
                KeyChange::Take(it, by) if it == key && by != taker => Some(*by),
                _ => None,
            });
            let rival = rival.filter(|_| !self.has(Bug::TwoTakersInOneCommit));
            if let Some(owner) = owner.or(rival) {
                return Err(CommitError::KeyTaken { key: key.clone(), owner });
            }
        }
        Ok(())
    }

    fn key_desk(&self, desk: DeskId) -> DeskId {
        if self.has(Bug::KeysCrossDesks) { DeskId::from_u128(0) } else { desk }
    }

    fn ceilings(&self, state: &State, parts: &CommitParts) -> Result<(), CommitError> {
        let mut sums: BTreeMap<&Counter, i64> = BTreeMap::new();
        for change in &parts.counters {
            let place = self.counter(parts.desk, &change.counter);
            let value = state.counters.get(&place).copied().unwrap_or(0);
            let sum = sums.entry(&change.counter).or_default();
            if self.has(Bug::ChangesCountAlone) {
                *sum = 0;
            }
            *sum += change.delta;
            let Some(ceiling) = change.ceiling else { continue };
            let lax = match self.bug {
                Bug::CeilingTooHigh => 1,
                Bug::CeilingTooLow => -1,
                Bug::CeilingsIgnored => 1_000_000,
                _ => 0,
            };
            let upwards = change.delta > 0 || self.has(Bug::NothingFallsFromAbove);
            if upwards && value + *sum > ceiling + lax {
                let counter = change.counter.clone();
                return Err(CommitError::Over { counter, value, ceiling });
            }
        }
        Ok(())
    }

    fn counter(&self, desk: DeskId, counter: &Counter) -> (DeskId, Counter) {
        let desk = if self.has(Bug::CountersCrossDesks) { DeskId::from_u128(0) } else { desk };
        let counter = match counter {
            Counter::Queued(None) if self.has(Bug::NoDepartmentIsTheFirst) => {
                Counter::Queued(Some("support".into()))
            }
            other => other.clone(),
        };
        (desk, counter)
    }

    /// What can happen to texts and numbers on their way to a disk.
    fn spoil(&self, personal: &mut Personal) {
        if self.has(Bug::NulsDropped) {
            for words in [&mut personal.subject, &mut personal.text, &mut personal.name] {
                *words = words.as_ref().map(|words| words.replace('\0', "").into());
            }
        }
        for (_, value) in &mut personal.fields {
            if let (FieldValue::Integer(number), Bug::IntegersAreFloats) = (value, self.bug) {
                *number = *number as f64 as i64;
            }
        }
    }

    /// A unique key, as a column with a collation has it.
    fn collated(&self, key: &mut UniqueKey) {
        if let UniqueKey::AgentEmail(words) = key {
            match self.bug {
                Bug::KeysFoldCase => *words = words.to_lowercase().into(),
                Bug::KeysLoseBlanks => *words = words.trim_end().into(),
                _ => {}
            }
        }
        if let (UniqueKey::External(reference), Bug::ScopesAreIgnored) = (key, self.bug) {
            reference.scope = "".into();
        }
    }

    /// A name of a department, likewise.
    fn folded(&self, name: &DepartmentName) -> String {
        match self.bug {
            Bug::RostersFoldCase => name.as_str().to_lowercase(),
            Bug::RostersLoseBlanks => name.as_str().trim_end().into(),
            _ => name.as_str().into(),
        }
    }

    fn find_receipt(&self, state: &State, desk: DeskId, id: CommandId) -> Option<Receipt> {
        let mut receipts = state.receipts.iter().filter(|(owner, receipt)| {
            let own = *owner == desk || self.has(Bug::CommandsCrossDesks);
            own && receipt.command.is_some_and(|command| match self.bug {
                Bug::CommandsByHalf => {
                    command.as_uuid().as_u64_pair().1 == id.as_uuid().as_u64_pair().1
                }
                _ => command == id,
            })
        });
        receipts.next().map(|(_, receipt)| receipt.clone())
    }

    fn write(&self, state: &mut State, parts: CommitParts, rows: usize) -> Receipt {
        let CommitParts { desk, writes, guards, keys, counters, notices, receipt, erasures } =
            parts;
        if self.has(Bug::GuardsEndLeases) {
            for guard in &guards {
                if let Some(Row { wake: Some((at, from)), .. }) = state.rows.get_mut(&guard.key) {
                    *from = *at;
                }
            }
        }
        if !self.has(Bug::PlacesRepeat) || state.seq == 0 {
            state.seq += 1;
        }
        let seq = state.seq;
        let mut touched = Vec::new();
        if self.has(Bug::GuardsAreTouched) {
            touched.extend(guards.iter().map(|guard| {
                let (key, revision) = (guard.key, guard.revision);
                Touched { key, from: revision, to: revision, number: None }
            }));
        }
        for write in writes.into_iter().take(rows) {
            let to = write.revision();
            let old = state.rows.get(&write.key).cloned();
            let from = Revision(to.0 - write.events.len() as u64);
            let mut number = old.as_ref().and_then(|row| row.record.number);
            let counted = write.key.kind == RecordKind::Ticket || self.has(Bug::AgentsAreNumbered);
            let counted =
                counted && !(self.has(Bug::AtZeroIsNotNumbered) && write.expected != Expected::New);
            if old.is_none() && counted {
                let counts =
                    if self.has(Bug::NumbersCrossDesks) { DeskId::from_u128(0) } else { desk };
                let next = state.numbers.entry(counts).or_default();
                *next += 1;
                if self.has(Bug::NumbersReused) && *next > 2 {
                    *next = 2;
                }
                number = Some(TicketNumber(*next));
            }
            touched.push(Touched { key: write.key, from, to, number });
            let mut events = old.as_ref().map_or(Vec::new(), |row| row.events.clone());
            if matches!(write.expected, Expected::New) {
                events.clear();
            }
            events.extend(write.events.iter().cloned().map(|mut event| {
                if self.has(Bug::EmptyTextsVanish) {
                    event.personal = event.personal.filter(|it| **it != Default::default());
                }
                if self.has(Bug::InstantsEndIn2262) {
                    event.at = event.at.min(DateTime::from_timestamp_nanos(i64::MAX));
                }
                if let Some(personal) = event.personal.as_deref_mut() {
                    self.spoil(personal);
                }
                if self.has(Bug::WholeMilliseconds) {
                    let millis = event.at.timestamp_millis();
                    event.at = DateTime::from_timestamp_millis(millis).unwrap();
                }
                event
            }));
            let leased = old.as_ref().and_then(|row| row.wake);
            let last = match self.bug {
                Bug::WakesEndIn2262 => DateTime::from_timestamp_nanos(i64::MAX),
                _ => At::MAX_UTC,
            };
            let wake = write.next_wake.map(|at| (at.min(last), at.min(last)));
            let wake = match self.bug {
                Bug::WakeNotSet if old.is_some() => leased,
                Bug::WakeNotCleared => wake.or(leased),
                Bug::CommitsKeepLeases => wake.map(|(at, _)| {
                    (at, leased.map_or(at, |(due, from)| if from > due { from } else { at }))
                }),
                _ => wake,
            };
            let before = old.as_ref().map(|row| row.record.head.clone());
            let columns = match old {
                Some(old) if self.has(Bug::ColumnsStay) => old.columns,
                Some(Row { columns: Columns::Ticket(old), .. })
                    if self.has(Bug::DepartmentsStay) =>
                {
                    match write.columns {
                        Columns::Ticket(new) => {
                            Columns::Ticket(TicketColumns { department: old.department, ..new })
                        }
                        other => other,
                    }
                }
                Some(Row { columns: Columns::Ticket(old), .. }) if self.has(Bug::FollowersStay) => {
                    match write.columns {
                        Columns::Ticket(new) => {
                            Columns::Ticket(TicketColumns { followers: old.followers, ..new })
                        }
                        other => other,
                    }
                }
                Some(Row { columns: Columns::Ticket(old), .. }) if self.has(Bug::DeadlinesStay) => {
                    match write.columns {
                        Columns::Ticket(new) => {
                            Columns::Ticket(TicketColumns { sla_due_at: old.sla_due_at, ..new })
                        }
                        other => other,
                    }
                }
                Some(Row { columns: Columns::Ticket(old), .. }) if self.has(Bug::TurnsStay) => {
                    match write.columns {
                        Columns::Ticket(new) => {
                            Columns::Ticket(TicketColumns { queued: old.queued, ..new })
                        }
                        other => other,
                    }
                }
                Some(Row { columns: Columns::Ticket(old), .. }) if self.has(Bug::SubjectsStay) => {
                    match write.columns {
                        Columns::Ticket(new) => {
                            Columns::Ticket(TicketColumns { subjects: old.subjects, ..new })
                        }
                        other => other,
                    }
                }
                Some(Row { columns: Columns::Ticket(old), .. })
                    if self.has(Bug::ExternalRefsStay) =>
                {
                    match write.columns {
                        Columns::Ticket(new) => Columns::Ticket(TicketColumns {
                            external_refs: old.external_refs,
                            ..new
                        }),
                        other => other,
                    }
                }
                _ => write.columns,
            };
            let record = Record { key: write.key, revision: to, number, head: write.head };
            state.rows.insert(write.key, Row { record, before, columns, events, wake });
            let entry = Entry { seq, key: write.key, number, events: write.events };
            state.log.push((desk, entry));
        }
        for change in &keys {
            if let KeyChange::Release(key, by) = change {
                let place = (self.key_desk(desk), key.clone());
                let owned = state.keys.get(&place) == Some(by) || self.has(Bug::AnybodyReleases);
                let kept = self.has(Bug::KeysNeverReleased)
                    || self.has(Bug::TheForgottenKeepKeys) && !erasures.is_empty();
                if owned && !kept {
                    state.keys.remove(&place);
                }
            }
        }
        for change in keys {
            if let KeyChange::Take(key, by) = change {
                state.keys.insert((self.key_desk(desk), key), by);
            }
        }
        for change in counters {
            let value = state.counters.entry(self.counter(desk, &change.counter)).or_default();
            *value += change.delta;
            if self.has(Bug::CountersNeverNegative) {
                *value = (*value).max(0);
            }
        }
        self.tell(state, desk, notices);
        let mut erasures = erasures;
        if self.has(Bug::UnwrittenWordsStay) {
            erasures.retain(|it| touched.iter().any(|touched| touched.key == it.key));
        }
        self.erase(state, &erasures);
        if self.has(Bug::TouchedUnordered) {
            touched.reverse();
        }
        let receipt = Receipt { seq, command: receipt.command, digest: receipt.digest, touched };
        if !self.has(Bug::ReceiptsLost) {
            let mut kept = receipt.clone();
            if self.has(Bug::ReceiptsWithoutNumbers) {
                kept.touched.iter_mut().for_each(|touched| touched.number = None);
            }
            state.receipts.push((desk, kept));
        }
        receipt
    }

    fn erase(&self, state: &mut State, erasures: &[Erasure]) {
        if self.has(Bug::ErasuresIgnored) {
            return;
        }
        let erased = |key: &Key, revision: Revision| {
            let of = |it: &&Erasure| match self.bug {
                Bug::ErasuresCrossDesks => it.key.id == key.id && it.key.kind == key.kind,
                Bug::ErasuresCrossKinds => it.key.id == key.id && it.key.desk == key.desk,
                _ => it.key == *key,
            };
            let last = erasures.len().saturating_sub(1);
            let all = erasures.iter().enumerate();
            let named = all.filter(|(place, it)| match self.bug {
                Bug::ContactsKeepWords => it.key.kind != RecordKind::Contact,
                Bug::LastErasureLost => last == 0 || *place < last,
                _ => true,
            });
            named.map(|(_, it)| it).filter(of).any(|it| match self.bug {
                Bug::ErasesAllBefore => it.revisions.last() >= Some(&revision),
                _ => it.revisions.contains(&revision),
            })
        };
        let strike = |key: &Key, event: &mut Event| {
            if erased(key, event.revision) {
                match self.bug {
                    Bug::NewerWordsStay => event.personal = None,
                    Bug::ErasesFacts => event.at = At::UNIX_EPOCH,
                    _ => event.erase(),
                }
            }
        };
        if !self.has(Bug::HistoryKeepsWords) {
            for (key, row) in &mut state.rows {
                row.events.iter_mut().for_each(|event| strike(key, event));
                if self.has(Bug::ErasedEventsVanish) {
                    row.events.retain(|event| !erased(key, event.revision));
                }
            }
        }
        if !self.has(Bug::ScanKeepsWords) {
            for (_, entry) in &mut state.log {
                let mut events = entry.events.to_vec();
                events.iter_mut().for_each(|event| strike(&entry.key, event));
                entry.events = events.into();
            }
        }
        let goes = |waiting: &Waiting| match self.bug {
            Bug::ErasedNoticesStay => false,
            Bug::LeasedNoticesStay => {
                waiting.lease == 0 && erased(&waiting.key, waiting.notice.id.revision)
            }
            Bug::AllNoticesGo => erasures.iter().any(|it| it.key == waiting.key),
            _ => erased(&waiting.key, waiting.notice.id.revision),
        };
        state.outbox.retain(|waiting| !goes(waiting));
    }

    fn tell(&self, state: &mut State, desk: DeskId, mut notices: Vec<Notice>) {
        match self.bug {
            Bug::LastNoticeLost if notices.len() > 1 => drop(notices.pop()),
            Bug::NoticesReversed => notices.reverse(),
            Bug::CorrelationLost => notices.iter_mut().for_each(|it| it.correlation = None),
            _ => {}
        }
        for notice in notices {
            let key = Key::ticket(desk, notice.id.ticket);
            state.told += 1;
            let mut age = state.told;
            if self.has(Bug::TicketsKeepTheirAge) {
                let older = state.outbox.iter().find(|waiting| waiting.key == key);
                age = older.map_or(age, |older| older.age);
            }
            let waiting = Waiting { key, notice, age, from: At::MIN_UTC, lease: 0, attempt: 0 };
            state.outbox.push(waiting);
        }
    }
}
