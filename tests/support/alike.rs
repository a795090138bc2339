//! Random histories, lived on a store and in memory: nobody can tell which is which.

use std::collections::BTreeSet;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::conformance::history::{History, Step, cast};
use helpdesk::matching::Listing;
use helpdesk::store::{
    AsyncStore, Claimed, Inline, Lease, MemoryStore, Receipt, Roster, Scope, Wanted,
};
use helpdesk::{
    Actor, AsyncDesk, CommandId, Counter, DepartmentName, DeskError, DeskId, Key, Outcome, Record,
    Revision, Ticked, TicketId, UniqueKey, fold,
};

/// The store that others are held against.
pub(crate) type Memory = Inline<MemoryStore>;

/// The most commands of a history.
pub(crate) const STEPS: usize = 60;

/// In what a store may differ from memory.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct May {
    /// Leave out places of commits.
    pub(crate) leave_out_places: bool,
    /// Give notices of several tickets in any order.
    pub(crate) mix_tickets: bool,
}

/// A history that was lived, and all that both stores say of it.
#[derive(Debug)]
pub(crate) struct Lived<S> {
    seed: u64,
    may: May,
    /// On the store.
    pub(crate) ours: AsyncDesk<S>,
    /// In memory.
    pub(crate) theirs: AsyncDesk<Memory>,
    /// The latest time that anybody named.
    pub(crate) clock: DateTime<Utc>,
    named: Vec<CommandId>,
}

/// Of every two histories, one is under settings with rules.
#[allow(dead_code, reason = "one store plays those without rules only")]
pub(crate) fn history(seed: u64) -> History {
    match seed % 2 {
        0 => History::drawn(seed, STEPS),
        _ => History::ruled(seed, STEPS),
    }
}

/// What a future comes to that waits for nothing.
#[allow(dead_code, reason = "one store is awaited")]
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(it) => it,
        Poll::Pending => panic!("a store that blocks is never waited for"),
    }
}

/// What came of a step, as far as the rules go.
fn came(may: May, result: Result<Outcome, DeskError>) -> Result<Outcome, String> {
    let mut outcome = result.map_err(|error| error.to_string())?;
    outcome.seq = outcome.seq.filter(|_| !may.leave_out_places);
    Ok(outcome)
}

/// What a tick did, and when to tick next. What is due at one instant is done in any order.
fn in_any_order(ticked: Ticked) -> (Vec<Outcome>, Option<DateTime<Utc>>) {
    assert!(ticked.failed.is_empty(), "{:?}", ticked.failed);
    let mut outcomes = ticked.outcomes;
    for outcome in &mut outcomes {
        outcome.seq = None;
    }
    outcomes.sort_by_key(|outcome| outcome.records.first().map(|record| record.key));
    (outcomes, ticked.next_wake)
}

/// Takes a step on both.
pub(crate) async fn step<S: AsyncStore>(
    may: May,
    ours: &AsyncDesk<S>,
    theirs: &AsyncDesk<Memory>,
    step: &Step,
) {
    match step {
        Step::Call(call) => {
            let (found, expected) = (ours.execute(call).await, theirs.execute(call).await);
            assert_eq!(came(may, found), came(may, expected), "{call:?}");
        }
        Step::Tick(now) => {
            let found = ours.tick(*now).await.unwrap();
            let expected = theirs.tick(*now).await.unwrap();
            assert_eq!(in_any_order(found), in_any_order(expected), "a tick at {now}");
        }
    }
}

/// Every counter that the cast can move.
fn counters() -> Vec<Counter> {
    let names = ["support", "billing", "specialists", "vendors"].map(DepartmentName::from);
    let departments = || names.clone().into_iter().map(Some).chain([None]);
    let loads = (0..cast::AGENTS).map(|index| Counter::Load(cast::agent(index)));
    let unfinished = departments().map(Counter::Unfinished);
    loads.chain(unfinished).chain(departments().map(Counter::Queued)).collect()
}

/// What is asked for.
const LISTINGS: [(&str, &str); 14] = [
    ("all()", ""),
    ("all()", "number desc"),
    ("all()", "sla_due_at"),
    ("all()", "sla_due_at desc"),
    ("all()", "updated_at desc"),
    ("status_category in (new, open)", "sla_due_at, priority desc"),
    ("assignee is missing", "number"),
    ("assignee is missing and department = support", "sla_due_at desc"),
    ("department in (support, billing)", "sla_due_at"),
    ("department is missing", "number desc"),
    ("sla_due_at is present", "number"),
    ("sla_due_at is missing", "sla_due_at"),
    ("status_category = closed or assignee is present", "number desc"),
    ("not department = support", "priority desc, subject"),
];

/// Page by page, as somebody sees it; or why this one is not told.
async fn pages<S: AsyncStore>(
    desk: &AsyncDesk<S>,
    who: &Actor,
    now: DateTime<Utc>,
    (filter, sort): (&str, &str),
) -> Result<Vec<Vec<TicketId>>, String> {
    let mut listing = Listing::of(filter.parse().unwrap()).page(3);
    if !sort.is_empty() {
        listing = listing.sorted(sort).unwrap();
    }
    let mut pages = Vec::new();
    loop {
        let page = desk.find(who, now, &listing).await.map_err(|it| it.to_string())?;
        pages.push(page.rows.iter().map(|row| row.id()).collect());
        match page.next {
            Some(next) => listing = listing.after(next),
            None => return Ok(pages),
        }
    }
}

/// Whose turn it is, page by page; or why this one is not told.
async fn turns<S: AsyncStore>(
    desk: &AsyncDesk<S>,
    who: &Actor,
    now: DateTime<Utc>,
) -> Result<Vec<Vec<TicketId>>, String> {
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let page = desk.to_solve(who, now, after.as_ref(), 3).await.map_err(|it| it.to_string())?;
        pages.push(page.entries.iter().map(|entry| entry.row.id()).collect());
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(pages),
        }
    }
}

/// Whatever was ever written to a desk.
async fn keys<S: AsyncStore>(desk: &AsyncDesk<S>) -> Vec<Key> {
    let log = desk.store().scan(desk.id(), 0, usize::MAX).await.unwrap();
    let keys: BTreeSet<Key> = log.iter().map(|entry| entry.key).collect();
    keys.into_iter().collect()
}

impl<S: AsyncStore> Lived<S> {
    /// Creates the desk on both.
    pub(crate) async fn begin(store: S, may: May, desk: DeskId, history: &History) -> Self {
        let (settings, now) = (history.settings(), cast::start());
        let memory = Inline(MemoryStore::new());
        let ours = AsyncDesk::create(store, desk, settings.clone(), now).await.unwrap();
        let theirs = AsyncDesk::create(memory, desk, settings, now).await.unwrap();
        Self { seed: history.seed, may, ours, theirs, clock: now, named: Vec::new() }
    }

    /// The same, and lives the history.
    pub(crate) async fn live(store: S, may: May, desk: DeskId, history: &History) -> Self {
        let mut lived = Self::begin(store, may, desk, history).await;
        for one in history.play() {
            lived.clock = lived.clock.max(one.now());
            step(may, &lived.ours, &lived.theirs, &one).await;
            if let Step::Call(call) = one {
                lived.named.extend(call.context.command_id);
                let next = lived.theirs.next_wake(lived.clock).await.unwrap();
                let found = lived.ours.next_wake(lived.clock).await.unwrap();
                assert_eq!(found, next, "seed {}: the next wake", lived.seed);
            }
        }
        lived
    }

    /// What everybody sees, in every order.
    #[allow(dead_code, reason = "one store has no indexes that may be wrong")]
    pub(crate) async fn same_listings(&self) {
        let Self { seed, ours, theirs, clock, .. } = self;
        let agents = (0..cast::AGENTS).map(|index| Actor::Agent(cast::agent(index)));
        let customers = (0..2).map(|index| Actor::Customer(cast::contact(index)));
        for who in agents.chain(customers).chain([Actor::Host]) {
            for of in LISTINGS {
                let expected = pages(theirs, &who, *clock, of).await;
                let found = pages(ours, &who, *clock, of).await;
                assert_eq!(found, expected, "seed {seed}: {who:?} asks for {of:?}");
            }
            let expected = turns(theirs, &who, *clock).await;
            let found = turns(ours, &who, *clock).await;
            assert_eq!(found, expected, "seed {seed}: the turns of {who:?}");
        }
    }

    /// Heads and histories, that the one is made of the other, and whom unique keys lead to.
    pub(crate) async fn same_records(&self) {
        let Self { seed, ours, theirs, .. } = self;
        let desk = ours.id();
        let wanted = Wanted::records(keys(theirs).await);
        let found = ours.store().load(desk, wanted.clone()).await.unwrap().records;
        assert_eq!(found, theirs.store().load(desk, wanted).await.unwrap().records, "seed {seed}");
        let (mut unique, mut owners) = (Vec::new(), Vec::new());
        for record in found.iter().flatten() {
            let Record { key, revision, number, head } = record;
            let history = ours.history(*key, Revision::ZERO, usize::MAX).await.unwrap();
            assert_eq!(history, theirs.history(*key, Revision::ZERO, usize::MAX).await.unwrap());
            assert_eq!(fold(*key, &history).unwrap(), *head, "seed {seed}: {key}");
            assert_eq!(history.last().unwrap().revision, *revision, "seed {seed}: {key}");
            let refs = record.ticket().map_or(&[][..], |ticket| ticket.external_refs());
            unique.extend(number.map(UniqueKey::Number));
            unique.extend(refs.iter().cloned().map(UniqueKey::from));
            owners.resize(unique.len(), Some(*key));
        }
        assert_eq!(ours.store().resolve(desk, unique).await.unwrap(), owners, "seed {seed}");
    }

    /// What belongs to the desk, and not to one record; and what was committed.
    pub(crate) async fn same_rest(&self) {
        let Self { seed, ours, theirs, .. } = self;
        let (desk, text, memory) = (ours.id(), ours.store(), theirs.store());
        let roster = Some(Roster::Everybody);
        let wanted = Wanted { records: Vec::new(), counters: counters(), roster, channel: None };
        let expected = memory.load(desk, wanted.clone()).await.unwrap();
        assert_eq!(text.load(desk, wanted).await.unwrap(), expected, "seed {seed}");
        let entries = async |store: &dyn AsyncStore| {
            let log = store.scan(desk, 0, usize::MAX).await.unwrap();
            let mut entries: Vec<_> =
                log.into_iter().map(|it| (it.key, it.number, it.events)).collect();
            entries.sort_by_key(|(key, _, events)| (*key, events[0].revision));
            entries
        };
        let found = entries(text).await;
        assert_eq!(found, entries(memory).await, "seed {seed}");
        let tickets: BTreeSet<Key> = found.iter().map(|(key, ..)| *key).collect();
        let tickets = tickets.iter().filter(|key| key.as_ticket().is_some()).count();
        assert_eq!(tickets as u64, memory.0.tickets(desk), "seed {seed}");
        // Places of which some are left out say nothing.
        let place = |it: Receipt| match self.may.leave_out_places {
            true => Receipt { seq: 0, ..it },
            false => it,
        };
        for command in &self.named {
            let expected = memory.receipt(desk, *command).await.unwrap().map(place);
            let found = text.receipt(desk, *command).await.unwrap().map(place);
            assert_eq!(found, expected, "seed {seed}");
        }
    }

    /// What is leased: of the whole store what is due, and the desk's notices.
    pub(crate) async fn same_leases(&self) {
        let Self { seed, clock, ours, theirs, .. } = self;
        let (desk, now) = (ours.id(), *clock);
        let lease = Lease { until: now + TimeDelta::minutes(1), limit: usize::MAX };
        let due = async |store: &dyn AsyncStore| {
            let mut due = store.due(Scope::All, now, lease).await.unwrap();
            due.rows.sort_by_key(|row| row.key);
            due
        };
        assert_eq!(due(ours.store()).await, due(theirs.store()).await, "seed {seed}: what is due");
        let notices = async |store: &dyn AsyncStore| {
            let claimed = store.claim(Scope::One(desk), now, lease).await.unwrap();
            let one = |it: Claimed| (it.token.key, it.notice, it.number, it.attempt);
            let mut notices: Vec<_> = claimed.into_iter().map(one).collect();
            if self.may.mix_tickets {
                notices.sort_by_key(|(ticket, ..)| *ticket);
            }
            notices
        };
        let expected = notices(theirs.store()).await;
        assert_eq!(notices(ours.store()).await, expected, "seed {seed}: notices");
    }

    /// How many events there are.
    #[allow(dead_code, reason = "one store counts its rows")]
    pub(crate) async fn events(&self) -> usize {
        let log = self.ours.store().scan(self.ours.id(), 0, usize::MAX).await.unwrap();
        log.iter().map(|entry| entry.events.len()).sum()
    }
}
