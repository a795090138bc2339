//! Random histories, lived in PostgreSQL and in memory: nobody can tell which is which.

use chrono::{DateTime, Utc};
use helpdesk::conformance::history::{DESK, History, Step, cast};
use helpdesk::matching::Listing;
use helpdesk::store::{
    AsyncStore, Inline, Lease, MemoryStore, PgStore, Receipt, Roster, Scope, Wanted,
};
use helpdesk::{
    Actor, AsyncDesk, Counter, DepartmentName, DeskError, Key, Outcome, Record, Revision, Ticked,
    TicketId, UniqueKey,
};

use crate::many;
use crate::server::{Pool, block_on, server};

type Text = PgStore<Pool>;
type Memory = Inline<MemoryStore>;

/// How many histories; a fifth of what `HELPDESK_STORED` says.
const HISTORIES: u64 = 30;

/// The most commands of a history.
const STEPS: usize = 60;

/// What came of a step, as far as the rules go.
fn came(result: Result<Outcome, DeskError>) -> Result<Outcome, String> {
    result.map_err(|error| error.to_string())
}

/// What a tick did. What is due at one instant is done in any order.
fn in_any_order(ticked: Ticked) -> Vec<Outcome> {
    assert!(ticked.failed.is_empty(), "{:?}", ticked.failed);
    let mut outcomes = ticked.outcomes;
    for outcome in &mut outcomes {
        outcome.seq = None;
    }
    outcomes.sort_by_key(|outcome| outcome.records.first().map(|record| record.key));
    outcomes
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

/// What everybody sees, in every order.
async fn same_listings(ours: &AsyncDesk<Text>, theirs: &AsyncDesk<Memory>, now: DateTime<Utc>) {
    let agents = (0..cast::AGENTS).map(|index| Actor::Agent(cast::agent(index)));
    let customers = (0..2).map(|index| Actor::Customer(cast::contact(index)));
    for who in agents.chain(customers).chain([Actor::Host]) {
        for of in LISTINGS {
            let expected = pages(theirs, &who, now, of).await;
            assert_eq!(pages(ours, &who, now, of).await, expected, "{who:?} asks for {of:?}");
        }
        assert_eq!(
            turns(ours, &who, now).await,
            turns(theirs, &who, now).await,
            "the turns of {who:?}"
        );
    }
}

/// Plays a history on both, and compares all that they say.
async fn play(seed: u64) -> usize {
    let history = match seed % 2 {
        0 => History::drawn(seed, STEPS),
        _ => History::ruled(seed, STEPS),
    };
    let schema = server().unwrap().schema();
    let (text, memory) = (schema.store().await, Inline(MemoryStore::new()));
    let settings = history.settings();
    let ours =
        AsyncDesk::create(text.clone(), DESK, settings.clone(), cast::start()).await.unwrap();
    let theirs = AsyncDesk::create(memory.clone(), DESK, settings, cast::start()).await.unwrap();
    let mut clock = cast::start();
    let mut named = Vec::new();
    for step in history.play() {
        clock = clock.max(step.now());
        match step {
            Step::Call(call) => {
                let expected = came(theirs.execute(&call).await);
                assert_eq!(came(ours.execute(&call).await), expected, "seed {seed}: {call:?}");
                named.extend(call.context.command_id);
            }
            Step::Tick(now) => {
                let (found, expected) =
                    (ours.tick(now).await.unwrap(), theirs.tick(now).await.unwrap());
                assert_eq!(in_any_order(found), in_any_order(expected), "seed {seed}");
            }
        }
        let next = theirs.next_wake(clock).await.unwrap();
        assert_eq!(ours.next_wake(clock).await.unwrap(), next, "seed {seed}: the next wake");
    }
    // Of each kind of history, every fourth: it takes longer than the rest.
    if seed % 8 < 2 {
        same_listings(&ours, &theirs, clock).await;
    }
    same_records(&ours, &theirs).await;
    same_rest(&text, &memory).await;
    for command in named {
        let expected = memory.receipt(DESK, command).await.unwrap();
        let found = text.receipt(DESK, command).await.unwrap();
        // Places are apart: those of a sequence have gaps.
        let bare = |it: Option<Receipt>| it.map(|it| Receipt { seq: 0, ..it });
        assert_eq!(bare(found), bare(expected), "seed {seed}");
    }
    let lease = Lease { until: clock + chrono::TimeDelta::minutes(1), limit: usize::MAX };
    let due = async |store: &dyn AsyncStore| {
        let mut due = store.due(Scope::All, clock, lease).await.unwrap();
        due.rows.sort_by_key(|row| row.key);
        due
    };
    assert_eq!(due(&text).await, due(&memory).await, "seed {seed}: what is due");
    let notices = async |store: &dyn AsyncStore| {
        let claimed = store.claim(Scope::One(DESK), clock, lease).await.unwrap();
        let one = |it: helpdesk::store::Claimed| (it.token.key, it.notice, it.number, it.attempt);
        claimed.into_iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(notices(&text).await, notices(&memory).await, "seed {seed}: notices");
    let log = text.scan(DESK, 0, usize::MAX).await.unwrap();
    log.iter().map(|entry| entry.events.len()).sum()
}

/// Whatever was ever written.
async fn keys(store: &Text) -> Vec<Key> {
    let log = store.scan(DESK, 0, usize::MAX).await.unwrap();
    let keys: std::collections::BTreeSet<Key> = log.iter().map(|entry| entry.key).collect();
    keys.into_iter().collect()
}

/// Heads and histories, and that the one is made of the other.
async fn same_records(ours: &AsyncDesk<Text>, theirs: &AsyncDesk<Memory>) {
    let keys = keys(ours.store()).await;
    let wanted = Wanted::records(keys.iter().copied());
    let found = ours.store().load(DESK, wanted.clone()).await.unwrap().records;
    assert_eq!(found, theirs.store().load(DESK, wanted).await.unwrap().records);
    for record in found.iter().flatten() {
        let Record { key, revision, number, .. } = record;
        let history = ours.history(*key, Revision::ZERO, usize::MAX).await.unwrap();
        assert_eq!(history, theirs.history(*key, Revision::ZERO, usize::MAX).await.unwrap());
        assert_eq!(ours.verify(*key).await.unwrap(), *revision);
        let mut unique: Vec<_> = number.map(UniqueKey::Number).into_iter().collect();
        let refs = record.ticket().map_or(&[][..], |ticket| ticket.external_refs());
        unique.extend(refs.iter().cloned().map(UniqueKey::from));
        let owners = ours.store().resolve(DESK, unique).await.unwrap();
        assert!(owners.iter().all(|owner| *owner == Some(*key)));
    }
}

/// What belongs to the desk, and not to one record.
async fn same_rest(text: &Text, memory: &Memory) {
    let roster = Some(Roster::Everybody);
    let wanted = Wanted { records: Vec::new(), counters: counters(), roster, channel: None };
    assert_eq!(
        text.load(DESK, wanted.clone()).await.unwrap(),
        memory.load(DESK, wanted).await.unwrap()
    );
    let tickets = keys(text).await.iter().filter(|key| key.as_ticket().is_some()).count();
    assert_eq!(tickets as u64, memory.0.tickets(DESK));
    let entries = async |store: &dyn AsyncStore| {
        let log = store.scan(DESK, 0, usize::MAX).await.unwrap();
        let mut entries: Vec<_> =
            log.into_iter().map(|it| (it.key, it.number, it.events)).collect();
        entries.sort_by_key(|(key, _, events)| (*key, events[0].revision));
        entries
    };
    assert_eq!(entries(text).await, entries(memory).await);
}

#[test]
fn a_desk_in_postgres_is_a_desk_in_memory() {
    if server().is_none() {
        return;
    }
    let histories = many::wished(5 * HISTORIES) / 5;
    let events = many::sum(histories, |seed| block_on(play(1000 + seed)));
    assert!(events as u64 > histories * 10, "{events} events are no life");
}
