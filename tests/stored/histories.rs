//! Random histories, lived on texts and in memory: nobody can tell which is which.

use helpdesk::conformance::history::{DESK, History, Step, cast};
use helpdesk::store::{Lease, MemoryStore, Roster, Scope, Store, Wanted, codec};
use helpdesk::{
    Counter, DepartmentName, Desk, DeskError, Key, Outcome, Record, Revision, Ticked, UniqueKey,
};

use crate::texts::TextStore;

/// How many histories; `HELPDESK_HISTORIES` says another number.
const HISTORIES: u64 = 200;

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

/// Plays a history on both, and compares all that they say.
fn play(seed: u64) -> usize {
    let history = History::drawn(seed, STEPS);
    let (text, memory) = (TextStore::default(), MemoryStore::new());
    let settings = history.settings();
    let ours = Desk::create(text.clone(), DESK, settings.clone(), cast::start()).unwrap();
    let theirs = Desk::create(memory.clone(), DESK, settings, cast::start()).unwrap();
    let mut clock = cast::start();
    let mut named = Vec::new();
    for step in history.play() {
        clock = clock.max(step.now());
        match step {
            Step::Call(call) => {
                let expected = came(theirs.execute(&call));
                assert_eq!(came(ours.execute(&call)), expected, "seed {seed}: {call:?}");
                named.extend(call.context.command_id);
            }
            Step::Tick(now) => {
                let (found, expected) = (ours.tick(now).unwrap(), theirs.tick(now).unwrap());
                assert_eq!(in_any_order(found), in_any_order(expected), "seed {seed}");
            }
        }
        let next = theirs.next_wake(clock).unwrap();
        assert_eq!(ours.next_wake(clock).unwrap(), next, "seed {seed}: the next wake");
    }
    same_records(&ours, &theirs);
    same_rest(&text, &memory);
    for command in named {
        let expected = memory.receipt(DESK, command).unwrap();
        assert_eq!(text.receipt(DESK, command).unwrap(), expected, "seed {seed}");
    }
    let lease = Lease { until: clock + chrono::TimeDelta::minutes(1), limit: usize::MAX };
    let due = |store: &dyn Store| {
        let mut due = store.due(Scope::All, clock, lease).unwrap();
        due.rows.sort_by_key(|row| row.key);
        due
    };
    assert_eq!(due(&text), due(&memory), "seed {seed}: what is due");
    let notices = |store: &dyn Store| {
        let claimed = store.claim(Scope::One(DESK), clock, lease).unwrap();
        let one = |it: helpdesk::store::Claimed| (it.token.key, it.notice, it.number, it.attempt);
        let mut notices: Vec<_> = claimed.into_iter().map(one).collect();
        notices.sort_by_key(|(ticket, ..)| *ticket);
        notices
    };
    assert_eq!(notices(&text), notices(&memory), "seed {seed}: notices");
    // What is a key in a column is one way to write it, and read.
    let tables = text.tables();
    for (_, counter) in tables.counters.keys() {
        assert_eq!(codec::counter_text(&codec::parse_counter(counter).unwrap()), *counter);
    }
    for (_, key) in tables.keys.keys() {
        assert_eq!(codec::unique_key_text(&codec::parse_unique_key(key).unwrap()), *key);
    }
    tables.events.len()
}

/// Heads and histories, and that the one is made of the other.
fn same_records(ours: &Desk<TextStore>, theirs: &Desk<MemoryStore>) {
    let keys: Vec<Key> = ours.store().tables().records.keys().copied().collect();
    let wanted = Wanted::records(keys.iter().copied());
    let found = ours.store().load(DESK, &wanted).unwrap().records;
    assert_eq!(found, theirs.store().load(DESK, &wanted).unwrap().records);
    for record in found.iter().flatten() {
        let Record { key, revision, number, .. } = record;
        let history = ours.history(*key, Revision::ZERO, usize::MAX).unwrap();
        assert_eq!(history, theirs.history(*key, Revision::ZERO, usize::MAX).unwrap());
        assert_eq!(ours.verify(*key).unwrap(), *revision);
        let mut unique: Vec<_> = number.map(UniqueKey::Number).into_iter().collect();
        let refs = record.ticket().map_or(&[][..], |ticket| ticket.external_refs());
        unique.extend(refs.iter().cloned().map(UniqueKey::from));
        let owners = ours.store().resolve(DESK, &unique).unwrap();
        assert!(owners.iter().all(|owner| *owner == Some(*key)));
    }
}

/// What belongs to the desk, and not to one record.
fn same_rest(text: &TextStore, memory: &MemoryStore) {
    let roster = Some(Roster::Everybody);
    let wanted = Wanted { records: Vec::new(), counters: counters(), roster, channel: None };
    assert_eq!(text.load(DESK, &wanted).unwrap(), memory.load(DESK, &wanted).unwrap());
    assert_eq!(
        text.tables().records.keys().filter(|key| key.as_ticket().is_some()).count() as u64,
        memory.tickets(DESK)
    );
    let entries = |store: &dyn Store| {
        let log = store.scan(DESK, 0, usize::MAX).unwrap();
        let mut entries: Vec<_> =
            log.into_iter().map(|it| (it.key, it.number, it.events)).collect();
        entries.sort_by_key(|(key, _, events)| (*key, events[0].revision));
        entries
    };
    assert_eq!(entries(text), entries(memory));
}

#[test]
fn a_desk_on_texts_is_a_desk_in_memory() {
    let wish = std::env::var("HELPDESK_HISTORIES").ok().map(|n| n.parse().expect("a number"));
    let histories = wish.map_or(HISTORIES, |wish: u64| wish.min(HISTORIES));
    let events: usize = (0..histories).map(play).sum();
    assert!(events as u64 > histories * 10, "{events} events are no life");
}
