//! The kit for hosts' tests does what it says: histories are as wide as promised, what fails is
//! made short, and a store fails as it is told.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that is wrong should stop"
)]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use helpdesk::conformance::history::{self, DESK, History, Step, cast};
use helpdesk::conformance::kit::{
    COMMANDS, Fault, FaultyStore, Ids, Random, TestDesk, command_name,
};
use helpdesk::conformance::strategies;
use helpdesk::store::{Inline, MemoryStore, Operation};
use helpdesk::{Actor, AsyncDesk, Desk, DeskError, DeskErrorKind, Settings, SettingsDraft};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestError, TestRunner};

#[test]
fn the_casts_settings_always_build_and_are_of_many_kinds() {
    let (mut own, mut kinds) = (0, BTreeSet::new());
    for seed in 0..2_000 {
        let draft = cast::settings(&mut Random::new(seed));
        kinds.insert(format!("{:?}", (draft.auto_close, draft.open_age, draft.reopening)));
        own += usize::from(draft.workflow != SettingsDraft::default().workflow);
        draft.build().unwrap_or_else(|error| panic!("settings {seed}: {error}"));
        // What a history changes in its course builds, too.
        let mut draft = cast::settings(&mut Random::new(seed));
        cast::policies(&mut draft, &mut Random::new(!seed));
        draft.build().unwrap_or_else(|error| panic!("settings {seed}, changed: {error}"));
    }
    assert!(own > 600 && kinds.len() > 30, "{own} of their own, {} kinds", kinds.len());
}

#[test]
fn everybody_and_every_command_comes_and_half_of_it_makes_sense() {
    let mut runner = TestRunner::deterministic();
    let strategy = strategies::histories(60);
    let (mut commands, mut actors) = (BTreeMap::new(), BTreeSet::new());
    let (mut calls, mut done, mut ticks) = (0, 0, 0);
    for _ in 0..300 {
        let history = strategy.new_tree(&mut runner).unwrap().current();
        let test = TestDesk::over(MemoryStore::new(), DESK, history.settings()).unwrap();
        for step in history.play() {
            let Step::Call(call) = step else {
                test.desk().tick(step.now()).unwrap();
                ticks += 1;
                continue;
            };
            calls += 1;
            *commands.entry(command_name(&call.command)).or_insert(0) += 1;
            let kind = format!("{:?}", call.context.actor);
            actors.insert(kind.split('(').next().unwrap().to_owned());
            match test.desk().execute(&call) {
                Ok(_) => done += 1,
                Err(DeskError::Refused(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
    assert_eq!(actors.len(), 7, "{actors:?}");
    let rare = COMMANDS.iter().filter(|name| commands.get(*name).copied().unwrap_or(0) < 5);
    assert_eq!(rare.collect::<Vec<_>>(), Vec::<&&str>::new());
    assert!(ticks > 100 && 2 * done > calls, "{done} of {calls} were done");
    let drawn: BTreeSet<_> = (0..200).map(history::actor).collect();
    assert!(drawn.contains(&Actor::System) && drawn.contains(&Actor::Host));
}

#[test]
fn a_history_that_fails_is_made_short_by_dropping_steps() {
    // A law that does not hold: nobody ever takes a ticket.
    let takes = |step: &Step| match step {
        Step::Call(call) => command_name(&call.command) == "take",
        Step::Tick(_) => false,
    };
    let lengths = RefCell::new(Vec::new());
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRunner::deterministic().rng().clone());
    let result = runner.run(&strategies::histories(60), |history| {
        let taken = history.play().iter().any(takes);
        if taken {
            lengths.borrow_mut().push(history.steps.len());
        }
        proptest::prop_assert!(!taken);
        Ok(())
    });
    let Err(TestError::Fail(_, shortest)) = result else { panic!("{result:?}") };
    let lengths = lengths.into_inner();
    assert!(shortest.steps.len() <= 5 && lengths[0] > 10, "{lengths:?}");
    // The steps that are left are those that it had.
    assert!(shortest.play().iter().any(takes));
}

#[test]
fn a_history_is_the_same_every_time() {
    for seed in 0..50 {
        let history = History::drawn(seed, 60);
        assert_eq!(history.play(), History::drawn(seed, 60).play());
        assert_eq!(history.play().len(), cast::hire().len() + history.steps.len());
        assert!(history.play().iter().all(|step| !step.to_string().is_empty()));
    }
}

#[test]
fn ids_of_a_seed_are_distinct_and_sort_by_their_time() {
    let mut ids = Ids::seeded(1);
    let tickets: Vec<_> = (0..1000)
        .map(|minute| ids.ticket(cast::start() + chrono::TimeDelta::minutes(minute)))
        .collect();
    assert!(tickets.is_sorted());
    let others: BTreeSet<_> = (0..1000).map(|_| ids.uuid()).collect();
    assert_eq!(others.len(), 1000);
    assert!(others.iter().all(|id| id.get_version_num() == 4));
}

#[test]
fn faults_come_at_their_call_and_only_once() {
    let store = FaultyStore::new(MemoryStore::new());
    let desk = Desk::create(store.clone(), DESK, Settings::default(), cast::start()).unwrap();
    store.fail_at(Operation::Load, 2, Fault::Backend);
    store.fail(3, Fault::Unavailable);
    store.fail(3, Fault::Backend);
    assert_eq!(store.pending(), 3);

    assert!(desk.settings().is_ok());
    assert!(desk.next_wake(cast::start()).is_ok());
    // The second load is the third call: the fault that was asked for first.
    let error = desk.settings().unwrap_err();
    assert_eq!(error.kind(), DeskErrorKind::Alarm);
    assert_eq!(store.pending(), 0);
    assert!(desk.settings().is_ok());

    // A conflict is no answer to a question.
    store.fail(1, Fault::Stale);
    assert!(desk.settings().is_ok());
    assert_eq!(store.pending(), 0);
    store.fail(2, Fault::Unavailable);
    store.mend();
    assert!(desk.settings().is_ok() && desk.settings().is_ok());
}

#[test]
fn a_store_that_is_awaited_fails_in_the_same_ways() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(every_fault_of_a_commit());
}

async fn every_fault_of_a_commit() {
    let store = FaultyStore::new(Inline(MemoryStore::new()));
    let (settings, now) = (Settings::default(), cast::start());
    let desk = AsyncDesk::create(store.clone(), DESK, settings.clone(), now).await.unwrap();
    assert_eq!(store.take_calls(), [Operation::Load, Operation::Commit]);
    let publish = |close: u32| {
        let auto_close = Some(helpdesk::Span::days(close));
        SettingsDraft { auto_close, ..SettingsDraft::default() }.build().unwrap()
    };
    for (days, fault) in (1..).zip([Fault::Stale, Fault::KeyTaken]) {
        store.fail_at(Operation::Commit, 1, fault);
        let outcome = desk.publish(Actor::Host.at(now), publish(days)).await.unwrap();
        assert_eq!(outcome.tries, 2, "{fault:?}");
    }
    for (days, fault, there) in
        [(5, Fault::Unavailable, 2), (6, Fault::Backend, 2), (7, Fault::LostAnswer, 7)]
    {
        store.fail_at(Operation::Commit, 1, fault);
        desk.publish(Actor::Host.at(now), publish(days)).await.unwrap_err();
        let found = desk.settings().await.unwrap().auto_close();
        assert_eq!(found, Some(helpdesk::Span::days(there)), "{fault:?}");
    }
}
