//! The hand that makes commits: a store under test, and what its records look like.

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::sync::{Arc, Barrier};
use std::thread;

use chrono::{DateTime, TimeDelta, Utc};

use super::law::{Fault, Verdict, same, unless};
use super::laws::find::every_ticket;
use super::poll::{on_the_spot, together};
use crate::command::{Note, Open};
use crate::store::{
    AsyncStore, Claimed, Commit, CommitError, CommitParts, Due, Lease, MemoryStore, NewReceipt,
    Receipt, Roster, Scope, Settlement, Wanted,
};
use crate::{
    Actor, AgentChange, AgentId, AgentProfile, Change, Columns, CommandId, ContactId,
    ContactProfile, Counter, CounterChange, Desk, DeskId, Event, Expected, Guard, Head, Identity,
    Key, KeyChange, Notice, NoticeId, NoticeKind, Personal, Recipient, Record, RecordKind,
    Requester, Revision, Settings, TicketId, TicketNumber, UniqueKey, Write, fold,
};

/// The desk that most cases are about, and another in the same store.
pub(super) const DESK: DeskId = DeskId::from_u128(1);
pub(super) const ELSEWHERE: DeskId = DeskId::from_u128(2);
pub(super) const ANNA: AgentId = AgentId::from_u128(0xA1);
pub(super) const BEN: AgentId = AgentId::from_u128(0xA2);
pub(super) const MARIA: ContactId = ContactId::from_u128(0xC1);

/// Names that are the same to a collation, and to nobody who compares bytes.
pub(super) const ALIKE: [&str; 9] =
    ["café", "Café", "CAFÉ", "cafe\u{301}", "cafe", "café ", " café", "café\0", "café\u{200b}"];

/// So many hours after a Monday morning.
pub(super) fn at(hours: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_514) + TimeDelta::hours(9 + hours)
}

/// The smallest difference between two instants.
pub(super) const MICRO: TimeDelta = TimeDelta::microseconds(1);

pub(super) fn ticket(n: u128) -> Key {
    Key::ticket(DESK, TicketId::from_u128(n))
}

pub(super) fn agent(id: AgentId) -> Key {
    Key::agent(DESK, id)
}

pub(super) fn contact(id: ContactId) -> Key {
    Key::contact(DESK, id)
}

/// The same record's name on the other desk.
pub(super) fn elsewhere(key: Key) -> Key {
    Key { desk: ELSEWHERE, ..key }
}

pub(super) fn email(address: &str) -> UniqueKey {
    UniqueKey::AgentEmail(address.into())
}

pub(super) fn lift(agent: AgentId, delta: i64, ceiling: Option<i64>) -> CounterChange {
    CounterChange { counter: Counter::Load(agent), delta, ceiling }
}

pub(super) fn command(n: u128) -> CommandId {
    CommandId::from_u128(n)
}

pub(super) fn once(n: u128, digest: u64) -> NewReceipt {
    NewReceipt { command: Some(command(n)), digest }
}

pub(super) fn guard(key: Key, revision: u64) -> Guard {
    Guard { key, revision: Revision(revision) }
}

/// A notice of this event of a ticket.
pub(super) fn notice(key: Key, revision: u64, index: u16) -> Notice {
    let ticket = TicketId::from_uuid(key.id);
    Notice {
        id: NoticeId { ticket, revision: Revision(revision), index },
        kind: NoticeKind::CustomerWrote,
        to: Recipient::Department("support".into()),
        correlation: Some("request 4711".into()),
    }
}

/// A commit of these writes, brought in order, and nothing else.
pub(super) fn parts(mut writes: Vec<Write>) -> CommitParts {
    writes.sort_unstable_by_key(|write| write.key);
    CommitParts {
        desk: writes.first().map_or(DESK, |write| write.key.desk),
        writes,
        guards: Vec::new(),
        keys: Vec::new(),
        counters: Vec::new(),
        notices: Vec::new(),
        receipt: NewReceipt { command: None, digest: 0 },
        erasures: Vec::new(),
    }
}

/// What records are made of: events as the rules write them, one of each kind.
pub(super) struct Kit {
    opened: Event,
    noted: Event,
    registered: Event,
    described: Event,
    configured: Event,
}

impl Kit {
    pub(super) fn new() -> Verdict<Self> {
        let (now, id) = (at(0), TicketId::from_u128(1));
        let desk = Desk::create(MemoryStore::new(), DESK, Settings::default(), now)?;
        let profile = AgentProfile::new("Anna").email("anna@example.com");
        desk.put_agent(Actor::Host.at(now), ANNA, profile)?;
        let maria = ContactProfile::new("Maria").identity(Identity::phone("+39 06 698"));
        desk.put_contact(Actor::Host.at(now), MARIA, maria)?;
        let open = Open::new(id, Requester::Contact(MARIA), "It burns.\n\"Help!\" – Марія 🔥");
        desk.open(Actor::Customer(MARIA).at(now).correlated("mail 7"), open.subject("Printer"))?;
        desk.note(Actor::Agent(ANNA).at(now).once(command(1)), Note::new(id, "The old one."))?;
        let event = |key, after| {
            let event = desk.history(key, after, 1)?.into_iter().next();
            event.ok_or_else(|| Fault(format!("the kit has no event of {key}")))
        };
        Ok(Self {
            opened: event(ticket(1), Revision::ZERO)?,
            noted: event(ticket(1), Revision(1))?,
            registered: event(agent(ANNA), Revision::ZERO)?,
            described: event(contact(MARIA), Revision::ZERO)?,
            configured: event(Key::settings(DESK), Revision::ZERO)?,
        })
    }

    /// The event that any record of this key has at this revision. Its words name it.
    pub(super) fn event(&self, key: Key, revision: u64) -> Event {
        let kind = match key.kind {
            RecordKind::Ticket if revision == 1 => &self.opened,
            RecordKind::Ticket => &self.noted,
            RecordKind::Agent => &self.registered,
            RecordKind::Contact => &self.described,
            RecordKind::Settings | RecordKind::Organisation => &self.configured,
        };
        let mut personal = kind.personal.clone();
        if let Some(Personal { text: Some(text), .. }) = personal.as_deref_mut() {
            *text = format!("{text} ({key}, {revision})").into();
        }
        if let (RecordKind::Contact, Some(personal)) = (key.kind, personal.as_deref_mut()) {
            personal.location = Some(format!("{key}, {revision}").into());
        }
        let minutes = i64::try_from(revision).unwrap_or(0);
        let at = at(0) + TimeDelta::minutes(minutes) + MICRO;
        Event { revision: Revision(revision), at, personal, ..kind.clone() }
    }

    /// What those events fold to.
    pub(super) fn head(&self, key: Key, revision: u64) -> Verdict<Head> {
        let history: Vec<Event> =
            (1..=revision).map(|revision| self.event(key, revision)).collect();
        Ok(fold(key, &history)?)
    }
}

/// The store under test, by the road that it may be reached on.
#[derive(Clone, Copy)]
pub(super) enum Access<'s> {
    /// From any thread.
    Shared(&'s (dyn AsyncStore + Sync)),
    /// From this task.
    Alone(&'s dyn AsyncStore),
}

/// The store under test, in a hand that knows how to make commits.
#[derive(Clone, Copy)]
pub(super) struct Hand<'s> {
    pub(super) access: Access<'s>,
    pub(super) kit: &'s Kit,
}

impl<'s> Hand<'s> {
    pub(super) fn store(&self) -> &'s dyn AsyncStore {
        match self.access {
            Access::Shared(store) => store,
            Access::Alone(store) => store,
        }
    }

    /// The same work by so many at once: each in a thread of its own where the store may be
    /// shared between threads, otherwise as futures that take turns. What each brought home.
    pub(super) async fn race<T: Send, F: Future<Output = T>>(
        self,
        racers: usize,
        work: impl Fn(Hand<'s>, u64) -> F + Sync,
    ) -> Vec<T> {
        let numbers = 0..racers as u64;
        let Access::Shared(store) = self.access else {
            return together(numbers.map(|n| work(self, n))).await;
        };
        let (line, work, kit) = (&Barrier::new(racers), &work, self.kit);
        thread::scope(|scope| {
            let run = |n| {
                scope.spawn(move || {
                    line.wait();
                    on_the_spot(work(Hand { access: Access::Shared(store), kit }, n))
                })
            };
            let threads: Vec<_> = numbers.map(run).collect();
            let ended = threads.into_iter().map(thread::ScopedJoinHandle::join);
            ended.map(|came| came.unwrap_or_else(|panic| resume_unwind(panic))).collect()
        })
    }

    /// So many events on a record that should be at this revision; 0: that should not exist.
    pub(super) fn write(&self, key: Key, from: u64, events: u64) -> Verdict<Write> {
        let head = self.kit.head(key, from + events)?;
        Ok(Write {
            key,
            expected: if from == 0 { Expected::New } else { Expected::At(Revision(from)) },
            events: (from + 1..=from + events).map(|it| self.kit.event(key, it)).collect(),
            columns: Columns::of(&head),
            head,
            next_wake: None,
        })
    }

    /// One event that says this of an agent.
    pub(super) fn profile(
        &self,
        key: Key,
        from: u64,
        change: impl FnOnce(&mut AgentChange),
    ) -> Verdict<Write> {
        let mut event = self.kit.event(key, from + 1);
        if let Change::Agent(facts) = &mut event.change {
            change(facts);
        }
        // An agent's last event says everything, so the fold of it alone is the head but for
        // its revision.
        let mut history: Vec<Event> = (1..=from).map(|it| self.kit.event(key, it)).collect();
        history.push(event.clone());
        let head = fold(key, &history)?;
        let columns = Columns::of(&head);
        Ok(Write { events: [event].into(), head, columns, ..self.write(key, from, 1)? })
    }

    pub(super) async fn commit(&self, parts: CommitParts) -> Result<Receipt, CommitError> {
        self.store().commit(Commit::from_parts(parts)).await
    }

    /// One more event on each of these records, the first of those that are at 0.
    pub(super) async fn given(&self, records: &[(Key, u64)]) -> Verdict<Receipt> {
        let mut writes = Vec::new();
        for (key, from) in records {
            writes.push(self.write(*key, *from, 1)?);
        }
        Ok(self.commit(parts(writes)).await?)
    }

    /// A new ticket that wakes then.
    pub(super) async fn given_wake(&self, key: Key, wake: DateTime<Utc>) -> Verdict {
        let write = Write { next_wake: Some(wake), ..self.write(key, 0, 1)? };
        self.commit(parts(vec![write])).await?;
        Ok(())
    }

    /// A new ticket with this many notices of its opening.
    pub(super) async fn given_notices(&self, key: Key, notices: u16) -> Verdict {
        let notices = (0..notices).map(|index| notice(key, 1, index)).collect();
        let told = CommitParts { notices, ..parts(vec![self.write(key, 0, 1)?]) };
        self.commit(told).await?;
        Ok(())
    }

    pub(super) async fn record(&self, key: Key) -> Verdict<Option<Record>> {
        let found = self.store().load(key.desk, Wanted::records([key])).await?;
        Ok(found.records.into_iter().next().flatten())
    }

    pub(super) async fn counter(&self, desk: DeskId, counter: Counter) -> Verdict<i64> {
        let found = self.store().load(desk, Wanted::counters([counter])).await?;
        found.counters.first().copied().ok_or_else(|| Fault("no value for a counter".into()))
    }

    pub(super) async fn owner(&self, desk: DeskId, key: UniqueKey) -> Verdict<Option<Key>> {
        let owners = self.store().resolve(desk, vec![key]).await?;
        owners.first().copied().ok_or_else(|| Fault("no answer for a unique key".into()))
    }

    pub(super) async fn due(&self, now: DateTime<Utc>, lease: Lease) -> Verdict<Due> {
        Ok(self.store().due(Scope::One(DESK), now, lease).await?)
    }

    pub(super) async fn claim(&self, now: DateTime<Utc>, lease: Lease) -> Verdict<Vec<Claimed>> {
        Ok(self.store().claim(Scope::One(DESK), now, lease).await?)
    }

    /// Claims one notice until an hour later; there must be one.
    pub(super) async fn claim_one(&self, now: DateTime<Utc>) -> Verdict<Claimed> {
        let lease = Lease { until: now + TimeDelta::hours(1), limit: 1 };
        let claimed = self.claim(now, lease).await?.into_iter().next();
        claimed.ok_or_else(|| Fault(format!("no notice can be claimed at {now}")))
    }

    /// Every notice of the desk, in the order in which they come when each is delivered.
    pub(super) async fn outbox(&self, desk: DeskId) -> Verdict<Vec<Notice>> {
        let mut notices = Vec::new();
        let (now, until) = (at(9_000), at(9_001));
        loop {
            let lease = Lease { until, limit: 1 };
            let claimed = self.store().claim(Scope::One(desk), now, lease).await?;
            let Some(Claimed { token, notice, .. }) = claimed.into_iter().next() else {
                return Ok(notices);
            };
            notices.push(notice);
            unless("a notice that is delivered comes again and again", notices.len() > 1_000)?;
            let settled = self.store().settle(token, Settlement::Delivered).await?;
            same("a token of this moment settles", settled, true)?;
        }
    }

    /// All that can be read of both desks without changing anything, and what a commit of
    /// these parts would change.
    async fn everything(&self, parts: &CommitParts) -> Verdict<String> {
        let mut seen = String::new();
        for desk in [DESK, ELSEWHERE] {
            let entries = self.store().scan(desk, 0, usize::MAX).await?;
            let written = parts.writes.iter().map(|write| write.key);
            let keys: BTreeSet<Key> =
                entries.iter().map(|entry| entry.key).chain(written).collect();
            for key in &keys {
                let history = self.store().history(*key, Revision::ZERO, usize::MAX).await?;
                seen += &format!("{history:?}");
            }
            let counters = parts.counters.iter().map(|change| change.counter.clone()).collect();
            let records = keys.into_iter().collect();
            let wanted =
                Wanted { records, counters, roster: Some(Roster::Everybody), channel: None };
            let found = self.store().load(desk, wanted).await?;
            let taken = parts.keys.iter().map(|change| match change {
                KeyChange::Take(key, _) | KeyChange::Release(key, _) => key.clone(),
            });
            let numbers = (1..20).map(|number| UniqueKey::Number(TicketNumber(number)));
            let owners = self.store().resolve(desk, taken.chain(numbers).collect()).await?;
            let mut receipt = None;
            if let Some(command) = parts.receipt.command {
                receipt = self.store().receipt(desk, command).await?;
            }
            let listed = self.store().find(every_ticket(desk, None, usize::MAX)?).await?;
            let look = Lease { until: at(0), limit: 0 };
            let next = self.store().due(Scope::One(desk), at(0), look).await?.next;
            seen += &format!("{entries:?} {found:?} {owners:?} {receipt:?} {listed:?} {next:?}");
        }
        Ok(seen)
    }

    /// A commit that must fail, and change nothing that can be read.
    pub(super) async fn refused(&self, parts: CommitParts) -> Verdict<CommitError> {
        let before = self.everything(&parts).await?;
        let Err(error) = self.commit(parts.clone()).await else {
            return Err(Fault("a commit that must be refused was made".into()));
        };
        if self.everything(&parts).await? != before {
            return Err(Fault(format!("refused ({error}), and yet something has changed")));
        }
        Ok(error)
    }

    /// A commit that is refused because this record is not there, or elsewhere in its history.
    pub(super) async fn stale(
        &self,
        parts: CommitParts,
        (key, expected, found): (Key, u64, u64),
    ) -> Verdict {
        let stale = (key, Revision(expected), Revision(found));
        match self.refused(parts).await? {
            CommitError::Stale { key, expected, found } => {
                same("stale", (key, expected, found), stale)
            }
            other => Err(Fault(format!("refused, but not as stale: {other}"))),
        }
    }

    /// A commit that is refused because this record has the key.
    pub(super) async fn taken(&self, parts: CommitParts, by: (UniqueKey, Key)) -> Verdict {
        match self.refused(parts).await? {
            CommitError::KeyTaken { key, owner } => same("taken", (key, owner), by),
            other => Err(Fault(format!("refused, but not for a key: {other}"))),
        }
    }

    /// A commit that is refused because this counter is at this value, under this ceiling.
    pub(super) async fn over(
        &self,
        parts: CommitParts,
        (counter, value, ceiling): (Counter, i64, i64),
    ) -> Verdict {
        let over = (counter, value, ceiling);
        match self.refused(parts).await? {
            CommitError::Over { counter, value, ceiling } => {
                same("over", (counter, value, ceiling), over)
            }
            other => Err(Fault(format!("refused, but not for a counter: {other}"))),
        }
    }

    /// A commit that is refused because its command has this receipt.
    pub(super) async fn seen(&self, parts: CommitParts, receipt: &Receipt) -> Verdict {
        match self.refused(parts).await? {
            CommitError::Seen(seen) => same("the receipt that was seen", &*seen, receipt),
            other => Err(Fault(format!("refused, but not as seen: {other}"))),
        }
    }
}

/// The keys of what is due, and when each was.
pub(super) fn rows(due: &Due) -> Vec<(Key, DateTime<Utc>)> {
    due.rows.iter().map(|row| (row.key, row.at)).collect()
}

/// Which notices were claimed.
pub(super) fn told(claimed: &[Claimed]) -> Vec<NoticeId> {
    claimed.iter().map(|one| one.notice.id).collect()
}

/// An erased or shared text, for a payload made by hand.
pub(super) fn text(words: &str) -> Option<Arc<str>> {
    Some(words.into())
}
