//! Ticks under faults: what fails is reported and blocks nobody, and comes again.

use chrono::TimeDelta;
use helpdesk::conformance::kit::{AdvanceError, Fault, FaultyStore, TestDesk};
use helpdesk::store::{Commit, MemoryStore, Operation, Store};
use helpdesk::{Actor, DeskError, Key, Span};

use super::support::{days, draft, micro, monday};
use super::world::{DESK, Everything, LATER, everything, noon, world};
use super::{Host, KINDS};

/// Ticks as a host's timer does, until nothing is due: a minute after what failed.
fn ticked(host: &Host) -> usize {
    let mut now = noon();
    for ticks in 1..10 {
        match host.tick(now) {
            Ok(ticked) if ticked.failed.is_empty() && ticked.next_wake > Some(noon() + days(1)) => {
                return ticks;
            }
            Ok(_) | Err(_) => now += TimeDelta::minutes(1),
        }
    }
    panic!("it never comes to rest")
}

#[test]
fn whatever_fails_in_a_tick_blocks_nobody_and_comes_again() {
    let (host, store) = Host::over(KINDS[0], world());
    assert_eq!(host.tick(noon()).unwrap().outcomes.len(), LATER.len());
    let calls = store.take_calls();
    let clean = sorted(everything(store.inner()));
    assert!(clean != sorted(everything(&world())));
    let mut cases = 0;
    for nth in 1..=calls.len() {
        for fault in Fault::ALL {
            for kind in KINDS {
                let (host, store) = Host::over(kind, world());
                store.fail(nth, fault);
                let case = format!("{fault:?} at call {nth}, {:?}", calls[nth - 1]);
                match host.tick(noon()) {
                    // Only where the store could not say what is due.
                    Err(error) => {
                        assert!(
                            nth == 1 && matches!(error, DeskError::Store(_)),
                            "{case}: {error}"
                        );
                    }
                    // It could not say when something is due next: what was done is told.
                    Ok(ticked) if nth == calls.len() => {
                        assert_eq!(calls[nth - 1], Operation::Due);
                        assert_eq!(ticked.outcomes.len(), LATER.len(), "{case}");
                        assert!(ticked.failed.is_empty(), "{case}");
                    }
                    Ok(ticked) => {
                        let conflict = matches!(fault, Fault::Stale | Fault::KeyTaken);
                        assert_eq!(ticked.failed.len(), usize::from(!conflict), "{case}");
                        let done = ticked.outcomes.len() + ticked.failed.len();
                        assert_eq!(done, LATER.len(), "{case}: somebody was held up");
                        for (key, error) in ticked.failed {
                            assert!(LATER.contains(&key.as_ticket().unwrap()), "{case}");
                            assert!(matches!(error, DeskError::Store(_)), "{case}: {error}");
                        }
                    }
                }
                ticked(&host);
                assert!(sorted(everything(store.inner())) == clean, "{case}");
                cases += 1;
            }
        }
    }
    println!("{cases} cases");
    assert!(cases >= calls.len() * 10);
}

/// With commits and notices in one order: which ticket's came first depends on which of them
/// failed.
fn sorted(mut everything: Everything) -> Everything {
    everything.commits.sort();
    everything.notices.sort_by_key(|notice| notice.id);
    everything
}

#[test]
fn a_test_desk_says_what_failed_and_goes_on_from_there() {
    let store = FaultyStore::new(world());
    let desk = helpdesk::Desk::open_existing(store.clone(), DESK).unwrap();
    let mut test = TestDesk::at(desk, monday() + TimeDelta::hours(1));
    store.fail_at(Operation::Commit, 2, Fault::Backend);
    let error = test.advance_by(Span::hours(5)).unwrap_err();
    let AdvanceError::Failed { at, key, error } = error else { panic!("{error}") };
    assert_eq!((at, test.now()), (noon(), noon()));
    assert_eq!(key, Key::ticket(DESK, LATER[1]));
    assert_eq!(error.to_string(), "the store failed (`commit`)");

    let happened = test.advance_by(Span::hours(5)).unwrap();
    assert_eq!(happened.len(), 1, "the others are awake");
    assert_eq!(happened[0].ticket().unwrap().id(), LATER[1]);
    assert_eq!(happened[0].all_events().next().unwrap().1.at, noon(), "dated by when it was due");
    assert_eq!(test.now(), noon() + TimeDelta::hours(5));

    store.fail_at(Operation::Due, 1, Fault::Unavailable);
    let error = test.advance_by(Span::hours(1)).unwrap_err();
    assert_eq!(error.to_string(), "the store is unavailable (`due`)");
    let error = test.advance_to(monday()).unwrap_err();
    assert!(matches!(error, AdvanceError::Backwards { now } if now == test.now()));
}

#[test]
fn a_test_desk_notices_a_store_whose_wakes_are_wrong() {
    let settings = draft().build().unwrap();
    let mut test = TestDesk::over(MemoryStore::new(), DESK, settings).unwrap();
    let (contact, id) = (test.ids.contact(), test.new_ticket());
    let open = helpdesk::command::Open::new(id, helpdesk::Requester::Contact(contact), "It burns");
    let call = test.context(&Actor::Host).call(helpdesk::Command::Open(open));
    let mut parts = test.desk().prepare(&call).unwrap().commit.unwrap().into_parts();
    parts.writes[0].next_wake = Some(monday() + micro());
    test.store().commit(Commit::from_parts(parts)).unwrap();

    let error = test.advance_by(Span::hours(1)).unwrap_err();
    assert!(matches!(error, AdvanceError::Stuck { at } if at == monday() + micro()), "{error}");
}
