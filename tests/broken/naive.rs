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
    Operation, Query, Receipt, Roster, Rostered, Scope, Settlement, Store, StoreError,
    StoreErrorKind, Touched, Wanted,
};
use helpdesk::{
    Columns, CommandId, Counter, DepartmentName, DeskId, Erasure, Event, Expected, FieldValue,
    Head, Key, KeyChange, Notice, Personal, Record, RecordKind, Revision, TicketColumns,
    TicketNumber, UniqueKey,
};

use super::{Bug, listing};

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

impl Store for Naive {
    fn load(&self, desk: DeskId, wanted: &Wanted) -> Result<Found, StoreError> {
        let asked = wanted.records.len() + wanted.counters.len();
        if self.has(Bug::LoadsPieceByPiece) && asked > 1 {
            // Each under a lock of its own.
            let roster = Wanted { roster: wanted.roster.clone(), ..Wanted::default() };
            let Found { mut records, mut counters, roster } = self.load(desk, &roster)?;
            for key in &wanted.records {
                thread::sleep(Duration::from_micros(20));
                records.extend(self.load(desk, &Wanted::records([*key]))?.records);
            }
            for counter in &wanted.counters {
                counters.extend(self.load(desk, &Wanted::counters([counter.clone()]))?.counters);
            }
            return Ok(Found { records, counters, roster });
        }
        let state = self.state();
        let own = |key: &Key| key.desk == desk || self.has(Bug::LoadCrossesDesks);
        let record = |key: &Key| {
            let row = state.rows.get(key).filter(|_| own(key))?;
            let mut record = row.record.clone();
            if self.has(Bug::HeadsAreStale) {
                record.head = row.before.clone().unwrap_or(record.head);
            }
            if self.has(Bug::LoadForgetsNumbers) {
                record.number = None;
            }
            Some(record)
        };
        let counter = |counter: &Counter| {
            let unset = i64::from(self.has(Bug::CountersBeginAtOne));
            state.counters.get(&self.counter(desk, counter)).copied().unwrap_or(unset)
        };
        let mut roster = Vec::new();
        for (key, row) in state.rows.iter().filter(|(key, _)| key.desk == desk) {
            let (Columns::Agent(columns), Some(wanted)) = (&row.columns, &wanted.roster) else {
                continue;
            };
            let here = match wanted {
                Roster::Everybody => true,
                Roster::Department(name) => {
                    let same = |it: &DepartmentName| self.folded(it) == self.folded(name);
                    columns.departments.iter().any(same)
                }
            };
            if here && (columns.can_own || self.has(Bug::RosterHasEverybody)) {
                let load = key.as_agent().map_or(0, |id| counter(&Counter::Load(id)));
                roster.push(Rostered { record: row.record.clone(), load });
            }
        }
        if self.has(Bug::RosterUnordered) {
            roster.reverse();
        }
        let mut records: Vec<_> = wanted.records.iter().map(record).collect();
        if self.has(Bug::AnswersWithoutGaps) {
            records.retain(Option::is_some);
        }
        Ok(Found { records, counters: wanted.counters.iter().map(counter).collect(), roster })
    }

    fn resolve(&self, desk: DeskId, keys: &[UniqueKey]) -> Result<Vec<Option<Key>>, StoreError> {
        let state = self.state();
        let owner = |key: &UniqueKey| match key {
            UniqueKey::Number(_) if self.has(Bug::NumbersResolveToNobody) => None,
            UniqueKey::Number(number) => {
                let mut rows = state.rows.values().map(|row| &row.record);
                let row = rows.find(|it| it.key.desk == desk && it.number == Some(*number));
                row.map(|record| record.key)
            }
            key => {
                let mut key = key.clone();
                self.collated(&mut key);
                state.keys.get(&(self.key_desk(desk), key)).copied()
            }
        };
        Ok(keys.iter().map(owner).collect())
    }

    fn history(&self, key: Key, after: Revision, limit: usize) -> Result<Vec<Event>, StoreError> {
        let state = self.state();
        let row = match self.bug {
            Bug::HistoriesMix => state.rows.values().find(|row| row.record.key.id == key.id),
            _ => state.rows.get(&key),
        };
        let events = row.map_or(Vec::new(), |row| row.events.clone());
        let skipped = u64::from(self.has(Bug::PagesSkip) && after > Revision::ZERO);
        let again = u64::from(self.has(Bug::PagesRepeat) && after > Revision::ZERO);
        let after = after.0.saturating_add(skipped).saturating_sub(again);
        let limit = if self.has(Bug::ZeroIsNoLimit) && limit == 0 { usize::MAX } else { limit };
        let limit = if self.has(Bug::PagesAreShort) { limit.min(4) } else { limit };
        let later = events.into_iter().filter(|event| event.revision.0 > after);
        Ok(later.take(limit).collect())
    }

    fn commit(&self, commit: Commit) -> Result<Receipt, CommitError> {
        let mut parts = commit.into_parts();
        for change in &mut parts.keys {
            let (KeyChange::Take(key, _) | KeyChange::Release(key, _)) = change;
            self.collated(key);
        }
        let mut state = self.state();
        if let Err(error) = self.check(&state, &parts) {
            match self.bug {
                Bug::CommitsInPart => drop(self.write(&mut state, parts, 1)),
                Bug::RefusalsErase => self.erase(&mut state, &parts.erasures),
                Bug::RefusalsForget => {
                    for change in parts.keys {
                        if let KeyChange::Release(key, _) = change {
                            state.keys.remove(&(parts.desk, key));
                        }
                    }
                }
                Bug::RefusalsTell => self.tell(&mut state, parts.desk, parts.notices),
                Bug::RefusalsCount => {
                    for change in parts.counters {
                        *state.counters.entry((parts.desk, change.counter)).or_default() +=
                            change.delta;
                    }
                }
                Bug::RefusalsTakeKeys => {
                    for change in parts.keys {
                        if let KeyChange::Take(key, by) = change {
                            state.keys.entry((parts.desk, key)).or_insert(by);
                        }
                    }
                }
                Bug::RefusalsEndLeases => {
                    for write in parts.writes {
                        if let Some(Row { wake: Some((at, from)), .. }) =
                            state.rows.get_mut(&write.key)
                        {
                            *from = *at;
                        }
                    }
                }
                Bug::RefusalsAreRemembered => {
                    let seq = state.seq;
                    let (command, digest) = (parts.receipt.command, parts.receipt.digest);
                    let receipt = Receipt { seq, command, digest, touched: Vec::new() };
                    state.receipts.push((parts.desk, receipt));
                }
                _ => {}
            }
            return Err(error);
        }
        if self.has(Bug::CheckedThenWritten) {
            // The lock is let go between the check and the writing.
            drop(state);
            thread::sleep(Duration::from_micros(500));
            state = self.state();
        }
        if self.has(Bug::GuardsReadBefore) {
            // All is checked again but the guards.
            drop(state);
            thread::sleep(Duration::from_micros(500));
            state = self.state();
            self.check(&state, &CommitParts { guards: Vec::new(), ..parts.clone() })?;
        }
        let rows = if self.has(Bug::LongCommitsAreCut) { 16 } else { usize::MAX };
        if self.has(Bug::ErasingNothingFails) {
            let there = |erasure: &Erasure, revision: &Revision| {
                let row = state.rows.get(&erasure.key);
                let event = row.and_then(|row| row.events.get(revision.0 as usize - 1));
                event.is_some_and(Event::is_personal)
            };
            let all = |erasure: &Erasure| erasure.revisions.iter().all(|it| there(erasure, it));
            if !parts.erasures.iter().all(all) {
                let error = StoreError::new(Operation::Commit, StoreErrorKind::Backend);
                return Err(error.into());
            }
        }
        Ok(self.write(&mut state, parts, rows))
    }

    fn receipt(&self, desk: DeskId, command: CommandId) -> Result<Option<Receipt>, StoreError> {
        Ok(self.find_receipt(&self.state(), desk, command))
    }

    fn find(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        let state = self.state();
        let mut records: Vec<Record> = state
            .rows
            .values()
            .filter(|row| row.record.key.desk == query.desk || self.has(Bug::FindCrossesDesks))
            .filter(|row| matches!(row.columns, Columns::Ticket(_)))
            .map(|row| {
                let mut record = row.record.clone();
                if self.has(Bug::FindIsStale) {
                    record.head = row.before.clone().unwrap_or(record.head);
                }
                record
            })
            .collect();
        records.retain(|record| listing::shows(self.bug, query, record, &state));
        Ok(listing::page(self.bug, query, records))
    }

    fn scan(&self, desk: DeskId, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let state = self.state();
        let own = state.log.iter().filter(|(it, _)| *it == desk || self.has(Bug::ScanCrossesDesks));
        let mut entries: Vec<Entry> = own.map(|(_, entry)| entry.clone()).collect();
        match self.bug {
            Bug::ScanByRecord => entries.sort_by_key(|entry| entry.key),
            Bug::ScanHasLastEvents => {
                for entry in &mut entries {
                    entry.events = entry.events.last().cloned().into_iter().collect();
                }
            }
            Bug::ScanFromPlace => entries.retain(|entry| entry.seq >= after),
            _ => {}
        }
        if !self.has(Bug::ScanFromPlace) {
            entries.retain(|entry| entry.seq > after);
        }
        if self.has(Bug::ScanCountsRows) {
            entries.truncate(limit);
        }
        let mut places: Vec<u64> = entries.iter().map(|entry| entry.seq).collect();
        places.sort_unstable();
        places.dedup();
        places.truncate(limit);
        entries.retain(|entry| places.contains(&entry.seq));
        Ok(entries)
    }

    fn due(&self, scope: Scope, now: At, lease: Lease) -> Result<Due, StoreError> {
        let mut state = self.state();
        let mut waiting: Vec<(At, Key)> = Vec::new();
        for (key, row) in &state.rows {
            let Some((at, from)) = row.wake else { continue };
            if self.in_scope(scope, key.desk, Bug::DueCrossesDesks) {
                let free = self.has(Bug::WakesAreNotLeased);
                waiting.push((if free { at } else { from }, *key));
            }
        }
        if !self.has(Bug::DueById) {
            waiting.sort();
        }
        let limit = if self.has(Bug::LooksLease) { lease.limit.max(1) } else { lease.limit };
        let (mut rows, mut next) = (Vec::new(), None::<At>);
        for (from, key) in waiting {
            let ready = match self.bug {
                Bug::DueTooLate => from < now,
                Bug::DueTooEarly => from <= now + chrono::TimeDelta::microseconds(1),
                _ => from <= now,
            };
            if ready && rows.len() < limit {
                let Some(wake) = state.rows.get_mut(&key).and_then(|row| row.wake.as_mut()) else {
                    continue;
                };
                wake.1 = lease.until.max(wake.0);
                if self.has(Bug::LeaseEndsBeforeWake) {
                    wake.1 = lease.until;
                }
                if self.has(Bug::LeasesMoveWakes) {
                    wake.0 = lease.until;
                }
                rows.push(DueRow { key, at: wake.0 });
            } else if !self.has(Bug::NextIsToCome) || from > now {
                next = Some(next.map_or(from, |next| next.min(from)));
            }
        }
        if self.has(Bug::LeasesAreNotNext) {
            let leased = |row: &Row| row.wake.is_some_and(|(at, from)| from > at);
            let free = state.rows.values().filter(|row| !leased(row));
            next = free.filter_map(|row| row.wake.map(|(at, _)| at)).min();
        }
        Ok(Due { rows, next })
    }

    fn claim(&self, scope: Scope, now: At, lease: Lease) -> Result<Vec<Claimed>, StoreError> {
        let mut state = self.state();
        let State { outbox, rows, leases, .. } = &mut *state;
        let mut claimed = Vec::new();
        let newest_first = self.has(Bug::NewestTicketsFirst);
        let mut places: Vec<usize> = (0..outbox.len()).collect();
        places.sort_by_key(|place| match self.bug {
            Bug::RetriesKeepTheirPlace => (At::MIN_UTC, outbox[*place].age),
            _ => (outbox[*place].from, outbox[*place].age),
        });
        if newest_first {
            places.reverse();
        }
        for place in places {
            let first = outbox[..place].iter().all(|older| older.key != outbox[place].key)
                || self.has(Bug::EveryNoticeIsOut);
            let waiting = &mut outbox[place];
            let own = self.in_scope(scope, waiting.key.desk, Bug::ClaimCrossesDesks);
            if !own || !first {
                continue;
            }
            let ready = match self.bug {
                Bug::ClaimsLinger => waiting.from < now,
                Bug::ClaimsAreNotLeased => true,
                _ => waiting.from <= now,
            };
            let full = claimed.len() >= lease.limit && !self.has(Bug::ClaimsWithoutLimit);
            if !ready || full {
                continue;
            }
            if !self.has(Bug::TokensRepeat) || waiting.lease == 0 {
                *leases += 1;
                waiting.lease = *leases;
            }
            waiting.attempt += 1;
            waiting.from = lease.until;
            let number = rows.get(&waiting.key).and_then(|row| row.record.number);
            claimed.push(Claimed {
                token: LeaseToken { key: waiting.key, lease: waiting.lease },
                notice: waiting.notice.clone(),
                number: number.unwrap_or(TicketNumber(0)),
                attempt: if self.has(Bug::EveryAttemptIsTheFirst) { 1 } else { waiting.attempt },
            });
        }
        Ok(claimed)
    }

    fn settle(&self, token: LeaseToken, settlement: Settlement) -> Result<bool, StoreError> {
        let mut state = self.state();
        let mut looked = false;
        if self.has(Bug::SettlesAfterALook) {
            let own = |it: &Waiting| it.key == token.key && it.lease == token.lease;
            looked = token.lease != 0 && state.outbox.iter().any(own);
            drop(state);
            thread::sleep(Duration::from_millis(2));
            state = self.state();
        }
        let attempts = state.outbox.iter().map(|it| (it.key, it.attempt)).collect::<Vec<_>>();
        let place = state.outbox.iter().position(|waiting| {
            waiting.key == token.key
                && match self.bug {
                    Bug::StaleTokensSettle => waiting.lease != 0,
                    Bug::AnyTokenSettles => true,
                    Bug::SettlesAfterALook => looked,
                    _ => waiting.lease == token.lease && token.lease != 0,
                }
        });
        let Some(place) = place else { return Ok(self.has(Bug::SettlingTwiceIsFine)) };
        match settlement {
            Settlement::Delivered if self.has(Bug::DeliveredStays) => {}
            Settlement::Delivered => drop(state.outbox.remove(place)),
            Settlement::GivenUp if self.has(Bug::GivenUpStays) => {
                state.outbox[place].from = At::MAX_UTC;
            }
            Settlement::GivenUp => drop(state.outbox.remove(place)),
            Settlement::Retry(at) => {
                let waiting = &mut state.outbox[place];
                waiting.from = if self.has(Bug::RetriesAtOnce) { At::MIN_UTC } else { at };
                if !self.has(Bug::RetriesKeepTokens) {
                    waiting.lease = 0;
                }
                if self.has(Bug::RetriesGoLast) {
                    let waiting = state.outbox.remove(place);
                    state.outbox.push(waiting);
                }
                return Ok(true);
            }
        }
        if self.has(Bug::AttemptsOfTheTicket) {
            let before = attempts.get(place).map_or(0, |(_, attempt)| *attempt);
            if let Some(next) = state.outbox.iter_mut().find(|it| it.key == token.key) {
                next.attempt = before;
            }
        }
        Ok(true)
    }
}
