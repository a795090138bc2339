//! Commits and questions by chance: each is answered as the store in memory answers it.

use std::collections::BTreeMap;
use std::fmt::Debug;

use chrono::{DateTime, TimeDelta, Utc};

use super::find::every_ticket;
use crate::conformance::hand::{
    ANNA, BEN, DESK, ELSEWHERE, Hand, agent, at, command, elsewhere, email, notice, once, parts,
    ticket,
};
use crate::conformance::law::{Fault, Verdict, same, unless};
use crate::store::{
    AsyncStore, Claimed, Commit, CommitError, CommitParts, Inline, Lease, LeaseToken, MemoryStore,
    Receipt, Roster, Scope, Settlement, Wanted,
};
use crate::{
    Counter, CounterChange, DeskId, Erasure, Expected, Guard, Key, KeyChange, NoticeId, Revision,
    TicketNumber, UniqueKey, Write,
};

/// How many histories, and how many steps each.
const SEEDS: u64 = 8;
const STEPS: usize = 120;

pub(super) async fn random_commits_are_answered_as_in_memory(hand: Hand<'_>) -> Verdict {
    // One store throughout: each seed goes on where the last one stopped.
    let memory = Inline(MemoryStore::new());
    let mut twins = Twins {
        hand,
        memory: &memory,
        chance: Chance(0),
        erasing: Chance(0),
        places: BTreeMap::new(),
        numbers: BTreeMap::new(),
        claimed: Vec::new(),
        now: at(0),
    };
    for seed in 1..=SEEDS {
        twins.chance = Chance(seed);
        twins.erasing = Chance(!seed);
        for step in 0..STEPS {
            let done = twins.step().await;
            done.map_err(|Fault(found)| Fault(format!("seed {seed}, step {step}: {found}")))?;
        }
        twins.look_at_everything().await?;
    }
    Ok(())
}

/// Numbers that look like chance, and are the same every time (SplitMix64).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// An index below this.
    pub(super) fn index(&mut self, bound: usize) -> usize {
        usize::try_from(self.below(bound as u64)).unwrap_or(0)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }

    pub(super) fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let place = usize::try_from(self.below(from.len().max(1) as u64)).unwrap_or(0);
        from.get(place).cloned()
    }
}

/// The store under test and one in memory, which are asked the same.
struct Twins<'s> {
    hand: Hand<'s>,
    memory: &'s Inline<MemoryStore>,
    chance: Chance,
    /// For what is erased.
    erasing: Chance,
    /// The store's place of a commit, by memory's: gaps are allowed.
    places: BTreeMap<(DeskId, u64), u64>,
    /// The store's number of a ticket, by its key: gaps are allowed here, too.
    numbers: BTreeMap<Key, Option<TicketNumber>>,
    /// What is claimed in both, by the store's token and by memory's.
    claimed: Vec<(LeaseToken, LeaseToken)>,
    now: DateTime<Utc>,
}

const DESKS: [DeskId; 2] = [DESK, ELSEWHERE];

fn keys() -> Vec<Key> {
    let here = [ticket(1), ticket(2), ticket(3), agent(ANNA), agent(BEN), Key::settings(DESK)];
    here.into_iter().chain(here.map(elsewhere)).collect()
}

fn counters() -> [Counter; 5] {
    [
        Counter::Load(ANNA),
        Counter::Open(ANNA, "email".into()),
        Counter::Given(BEN),
        Counter::Unfinished(None),
        Counter::Queued(Some("support".into())),
    ]
}

fn mails() -> [UniqueKey; 2] {
    ["a@example.com", "b@example.com"].map(email)
}

impl Twins<'_> {
    async fn step(&mut self) -> Verdict {
        match self.chance.below(12) {
            0..=5 => self.commit().await,
            6 => self.due().await,
            7 | 8 => self.claim().await,
            9 | 10 => self.settle().await,
            _ => {
                self.now += TimeDelta::minutes(1 + self.chance.below(90) as i64);
                self.look_at_everything().await
            }
        }
    }

    async fn revision(&self, key: Key) -> Verdict<u64> {
        let found = self.memory.load(key.desk, Wanted::records([key])).await?;
        let record = found.records.into_iter().next().flatten();
        Ok(record.map_or(0, |record| record.revision.0))
    }

    /// A commit that is mostly right.
    async fn parts(&mut self) -> Verdict<CommitParts> {
        let desk = self.chance.pick(&DESKS).unwrap_or(DESK);
        let mut left: Vec<Key> = keys().into_iter().filter(|key| key.desk == desk).collect();
        let mut writes: Vec<Write> = Vec::new();
        for _ in 0..=self.chance.below(3) {
            let key = self.chance.pick(&left).unwrap_or(ticket(1));
            left.retain(|other| *other != key);
            let at = self.revision(key).await?;
            let events = 1 + self.chance.below(3);
            let mut write = self.hand.write(key, at, events)?;
            if self.chance.one_in(12) {
                let off = at + self.chance.below(3);
                write.expected = Expected::At(Revision(off.saturating_sub(1)));
            }
            if self.chance.one_in(30) {
                write.expected = Expected::New;
            }
            if write.key.as_ticket().is_some() && self.chance.one_in(2) {
                // To the microsecond, so that no two fall together.
                let micros = self.chance.below(6 * 3_600_000_000) as i64;
                write.next_wake = Some(self.now + TimeDelta::microseconds(micros));
            }
            writes.push(write);
        }
        writes.sort_unstable_by_key(|write| write.key);
        let mut commit = parts(writes);
        if self.chance.one_in(3) {
            let key = self.chance.pick(&left).unwrap_or(ticket(1));
            let mut revision = Revision(self.revision(key).await?);
            match self.chance.below(12) {
                0 => revision = Revision::ZERO,
                1 => revision.0 += 1,
                _ => {}
            }
            commit.guards.push(Guard { key, revision });
        }
        for _ in 0..self.chance.below(3) {
            let key = self.chance.pick(&mails()).unwrap_or(email("c"));
            let by = self.chance.pick(&commit.writes).map_or(ticket(1), |write| write.key);
            if self.chance.one_in(2) {
                let owner = self.memory.resolve(desk, vec![key.clone()]).await?.pop().flatten();
                let owner = owner.filter(|_| !self.chance.one_in(4));
                commit.keys.push(KeyChange::Release(key.clone(), owner.unwrap_or(by)));
            }
            if self.chance.one_in(2) {
                commit.keys.push(KeyChange::Take(key, by));
            }
        }
        for _ in 0..self.chance.below(3) {
            commit.counters.push(CounterChange {
                counter: self.chance.pick(&counters()).unwrap_or(Counter::Load(BEN)),
                delta: self.chance.below(6) as i64 - 2,
                ceiling: self.chance.one_in(2).then(|| self.chance.below(12) as i64),
            });
        }
        for write in &commit.writes {
            let mut index = 0;
            while write.key.as_ticket().is_some() && self.chance.one_in(2) {
                commit.notices.push(notice(write.key, write.revision().0, index));
                index += 1;
            }
        }
        if self.erasing.one_in(4) {
            let mut named: Vec<Key> = (0..2).filter_map(|_| self.erasing.pick(&keys())).collect();
            named.retain(|key| key.desk == desk);
            named.sort_unstable();
            named.dedup();
            for key in named {
                let last = self.revision(key).await?;
                let mut revisions = Vec::new();
                for revision in (1..=last).rev().take(6) {
                    if self.erasing.one_in(2) {
                        revisions.insert(0, Revision(revision));
                    }
                }
                commit.erasures.push(Erasure { key, revisions });
            }
        }
        if self.chance.one_in(2) {
            commit.receipt = once(u128::from(self.chance.below(40)), self.chance.below(9));
        }
        Ok(commit)
    }

    /// Everything that is stale about a commit: any one may be named.
    async fn stale(&self, parts: &CommitParts) -> Verdict<Vec<(Key, Revision, Revision)>> {
        let written = parts.writes.iter().map(|write| match write.expected {
            Expected::New => (write.key, Revision::ZERO),
            Expected::At(revision) => (write.key, revision),
        });
        let guarded = parts.guards.iter().map(|guard| (guard.key, guard.revision));
        let mut stale = Vec::new();
        for (key, expected) in written.chain(guarded) {
            let found = Revision(self.revision(key).await?);
            if found != expected {
                stale.push((key, expected, found));
            }
        }
        Ok(stale)
    }

    async fn commit(&mut self) -> Verdict {
        let parts = self.parts().await?;
        let all_stale = self.stale(&parts).await?;
        let desk = parts.desk;
        let expected = self.memory.commit(Commit::from_parts(parts.clone())).await;
        let found = self.hand.commit(parts).await;
        match (found, expected) {
            (Ok(found), Ok(expected)) => {
                for one in &found.touched {
                    let number = self.numbers.entry(one.key).or_insert(one.number);
                    same("the number of a ticket", one.number, *number)?;
                }
                self.places.insert((desk, expected.seq), found.seq);
                self.receipts(desk, Some(found), Some(expected))
            }
            (Err(CommitError::Seen(found)), Err(CommitError::Seen(expected))) => {
                self.receipts(desk, Some(*found), Some(*expected))
            }
            (Err(CommitError::Stale { key, expected, found }), Err(CommitError::Stale { .. })) => {
                let named = (key, expected, found);
                unless(format!("{named:?} is not stale"), !all_stale.contains(&named))
            }
            // Where several keys or counters stand against it, any one may be named.
            (Err(CommitError::KeyTaken { .. }), Err(CommitError::KeyTaken { .. }))
            | (Err(CommitError::Over { .. }), Err(CommitError::Over { .. })) => Ok(()),
            (Err(CommitError::Store(error)), _) => Err(error.into()),
            (found, expected) => {
                Err(Fault(format!("a commit came to {found:?}, and not {expected:?}")))
            }
        }
    }

    /// The store's receipt is memory's, but for the gaps.
    fn receipts(&self, desk: DeskId, found: Option<Receipt>, expected: Option<Receipt>) -> Verdict {
        let expected = expected.map(|mut receipt| {
            receipt.seq = self.place(desk, receipt.seq);
            for one in &mut receipt.touched {
                one.number = self.number(one.key);
            }
            receipt
        });
        same("a receipt", found, expected)
    }

    fn place(&self, desk: DeskId, place: u64) -> u64 {
        self.places.get(&(desk, place)).copied().unwrap_or(0)
    }

    fn number(&self, key: Key) -> Option<TicketNumber> {
        self.numbers.get(&key).copied().flatten()
    }

    fn scope(&mut self) -> Scope {
        let scopes = [Scope::All, Scope::One(DESK), Scope::One(ELSEWHERE)];
        self.chance.pick(&scopes).unwrap_or(Scope::All)
    }

    /// A lease on all there is: which of several are taken first is another law. Some have
    /// ended before they began.
    fn lease(&mut self) -> Lease {
        let minutes = self.chance.below(240) as i64 - 80;
        Lease { until: self.now + TimeDelta::minutes(minutes), limit: 1_000 }
    }

    async fn due(&mut self) -> Verdict {
        self.due_at(self.now).await?;
        // By a clock that is behind.
        let behind = TimeDelta::minutes(self.chance.below(120) as i64);
        self.due_at(self.now - behind).await
    }

    async fn due_at(&mut self, now: DateTime<Utc>) -> Verdict {
        let (scope, lease) = (self.scope(), self.lease());
        let mut found = self.hand.store().due(scope, now, lease).await?;
        let mut expected = self.memory.due(scope, now, lease).await?;
        // Leases may end together, and then in any order.
        found.rows.sort_unstable_by_key(|row| row.key);
        expected.rows.sort_unstable_by_key(|row| row.key);
        same("due", found, expected)
    }

    async fn claim(&mut self) -> Verdict {
        let (scope, lease) = (self.scope(), self.lease());
        let mut found = self.hand.store().claim(scope, self.now, lease).await?;
        let mut expected = self.memory.claim(scope, self.now, lease).await?;
        let place = |one: &Claimed| -> (Key, NoticeId) { (one.token.key, one.notice.id) };
        found.sort_unstable_by_key(place);
        expected.sort_unstable_by_key(place);
        let tokens = found.iter().zip(&expected).map(|(ours, theirs)| (ours.token, theirs.token));
        self.claimed.extend(tokens);
        for one in &mut expected {
            one.number = self.number(one.token.key).unwrap_or(TicketNumber(0));
        }
        let claims = |claimed: Vec<Claimed>| {
            let one = |it: Claimed| (it.token.key, it.notice, it.number, it.attempt);
            claimed.into_iter().map(one).collect::<Vec<_>>()
        };
        same("claimed", claims(found), claims(expected))
    }

    /// Any token that was ever claimed, stale or not.
    async fn settle(&mut self) -> Verdict {
        let recent = self.claimed.len().saturating_sub(6);
        let recent = self.claimed.get(recent..).unwrap_or(&[]).to_vec();
        let Some((ours, theirs)) = self.chance.pick(&recent) else { return Ok(()) };
        let again = self.now + TimeDelta::minutes(self.chance.below(60) as i64);
        let ways = [Settlement::Delivered, Settlement::GivenUp, Settlement::Retry(again)];
        let way = self.chance.pick(&ways).unwrap_or(Settlement::Delivered);
        let found = self.hand.store().settle(ours, way).await?;
        same("settled", found, self.memory.settle(theirs, way).await?)
    }

    async fn look_at_everything(&self) -> Verdict {
        let (store, memory) = (self.hand.store(), self.memory);
        for desk in DESKS {
            let wanted = || Wanted {
                records: keys(),
                counters: counters().into(),
                roster: Some(Roster::Everybody),
                channel: Some("email".into()),
            };
            let found = store.load(desk, wanted()).await?;
            let mut expected = memory.load(desk, wanted()).await?;
            for record in expected.records.iter_mut().flatten() {
                record.number = self.number(record.key);
            }
            same("loaded", found, expected)?;
            let owners = store.resolve(desk, mails().into()).await?;
            same("owners", owners, memory.resolve(desk, mails().into()).await?)?;
            for id in (0..40).map(command) {
                let found = store.receipt(desk, id).await?;
                self.receipts(desk, found, memory.receipt(desk, id).await?)?;
            }
            self.pages(desk).await?;
            for key in keys().into_iter().filter(|key| key.desk == desk) {
                let (after, limit) = (Revision(3), 5);
                let found = store.history(key, after, limit).await?;
                same("a history", found, memory.history(key, after, limit).await?)?;
            }
        }
        Ok(())
    }

    /// What is read in pages: a listing, and a scan of the last commits.
    async fn pages(&self, desk: DeskId) -> Verdict {
        let (store, memory) = (self.hand.store(), self.memory);
        let found = store.find(every_ticket(desk, None, 9)?).await?;
        let mut expected = memory.find(every_ticket(desk, None, 9)?).await?;
        for record in &mut expected {
            record.number = self.number(record.key);
        }
        same("found", found, expected)?;
        let newest = memory.scan(desk, 0, usize::MAX).await?.last().map_or(0, |entry| entry.seq);
        let after = newest.saturating_sub(5);
        let entries = memory.scan(desk, after, 4).await?;
        let expected = entries.iter().map(|entry| {
            (self.place(desk, entry.seq), entry.key, self.number(entry.key), entry.events.clone())
        });
        let entries = store.scan(desk, self.place(desk, after), 4).await?;
        let found = entries.iter().map(|it| (it.seq, it.key, it.number, it.events.clone()));
        equal("scanned", found.collect(), expected.collect())
    }
}

/// [`same`], for lists too long to be printed twice.
fn equal<T: PartialEq + Debug>(what: &str, found: Vec<T>, expected: Vec<T>) -> Verdict {
    let differs = found.iter().zip(&expected).find(|(found, expected)| found != expected);
    if let Some((found, expected)) = differs {
        return same(what, found, expected);
    }
    same(format!("{what}, how many"), found.len(), expected.len())
}
