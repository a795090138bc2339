//! Every command, every call of it, every fault.

use std::collections::BTreeSet;

use helpdesk::command::Note;
use helpdesk::conformance::kit::{COMMANDS, Fault, FaultyStore, command_name};
use helpdesk::store::{MemoryStore, Store};
use helpdesk::{
    Actor, Call, Desk, DeskError, Event, Key, Outcome, Record, Reference, Refusal, Revision,
};

use super::support::{hours, monday};
use super::world::{
    DESK, EVERY_TICKET, Everything, ONCE, Scene, accepted, done, everything, refused, world,
};
use super::{Host, KINDS, settings};

/// How often a host sends a call before it gives up.
const PATIENCE: usize = 5;

fn once(call: &Call) -> Call {
    Call { context: call.context.clone().once(ONCE), command: call.command.clone() }
}

/// Sends a call until it is answered. Says what came of it, and how often it was sent.
#[track_caller]
fn persist(host: &Host, call: &Call) -> (Outcome, usize) {
    for sent in 1..=PATIENCE {
        match host.execute(call) {
            Ok(outcome) => return (outcome, sent),
            Err(DeskError::Refused(refusal)) => panic!("refused: {refusal}"),
            Err(_) => {}
        }
    }
    panic!("it was sent {PATIENCE} times, and never answered")
}

/// How many calls a command makes on the store when nothing fails.
fn calls(call: &Call) -> usize {
    let (host, store) = Host::over(KINDS[0], world());
    host.execute(call).unwrap();
    store.take_calls().len()
}

/// What the sender of a command learns of it.
#[derive(Debug, PartialEq)]
struct Told {
    events: Vec<(Key, Vec<Event>)>,
    records: Vec<Record>,
    reference: Option<Reference>,
}

fn told(outcome: &Outcome) -> Told {
    let events = outcome.events.iter().map(|(key, events)| (*key, events.to_vec())).collect();
    let mut records = outcome.records.clone();
    records.sort_by_key(|record| record.key);
    Told { events, records, reference: outcome.reference() }
}

/// Two stores hold the same; what differs is printed, and no more.
#[track_caller]
fn same(after: &Everything, clean: &Everything, case: &str) {
    if after != clean {
        let (after, clean) = (format!("{after:#?}"), format!("{clean:#?}"));
        let first = after.lines().zip(clean.lines()).position(|(one, other)| one != other);
        let from = first.unwrap_or(0).saturating_sub(10);
        let around = |text: &str| text.lines().skip(from).take(20).collect::<Vec<_>>().join("\n");
        panic!("{case}: it left\n{}\nand not\n{}", around(&after), around(&clean));
    }
}

#[test]
fn every_command_is_tried() {
    let tried: BTreeSet<_> =
        accepted().iter().map(|scene| command_name(&scene.call.command)).collect();
    // Creating the desk has a test of its own.
    let all = COMMANDS.into_iter().filter(|name| *name != "create_desk").collect();
    assert_eq!(tried, all, "a command without a scene");
    let tried: BTreeSet<_> = COMMANDS.into_iter().collect();
    assert_eq!(tried.len(), COMMANDS.len());
}

#[test]
fn a_command_that_is_named_is_done_exactly_once_whatever_fails() {
    let (mut cases, mut sent_again) = (0, 0);
    for Scene { name, call } in accepted() {
        let call = once(&call);
        let clean = everything(&done(&call));
        let (host, _) = Host::over(KINDS[0], world());
        let first = told(&host.execute(&call).unwrap());
        // One fault at each call, then another at each of the next.
        let mut plans = Vec::new();
        for nth in 1..=calls(&call) {
            for fault in Fault::ALL {
                plans.push(vec![(nth, fault)]);
                for after in 1..=6 {
                    plans.extend(Fault::ALL.map(|then| vec![(nth, fault), (nth + after, then)]));
                }
            }
        }
        for plan in plans {
            for kind in KINDS {
                let (host, store) = Host::over(kind, world());
                for (nth, fault) in &plan {
                    store.fail(*nth, *fault);
                }
                let case = format!("{name}, with {plan:?}");
                let (outcome, sent) = persist(&host, &call);
                assert!(store.pending() < plan.len(), "{case}: the fault never came");
                store.mend();
                assert_eq!(told(&outcome), first, "{case}: the sender is told something else");
                // Once more, long after.
                let again = host.execute(&call).unwrap();
                assert!(again.repeated, "{case}: it is forgotten");
                assert_eq!(again.events, outcome.events, "{case}");
                same(&everything(store.inner()), &clean, &case);
                cases += 1;
                sent_again += usize::from(sent > 1);
            }
        }
    }
    println!("{cases} cases; in {sent_again} the host sent it again");
    assert!(cases > 10_000 && sent_again > 5_000);
}

#[test]
fn a_command_without_a_name_is_never_half_done() {
    let mut cases = 0;
    let before = everything(&world());
    for Scene { name, call } in accepted() {
        let clean = everything(&done(&call));
        for nth in 1..=calls(&call) {
            for fault in Fault::ALL {
                for kind in KINDS {
                    let (host, store) = Host::over(kind, world());
                    store.fail(nth, fault);
                    let case = format!("{name}, {fault:?} at call {nth}");
                    let result = host.execute(&call);
                    let after = everything(store.inner());
                    match result {
                        Ok(_) => same(&after, &clean, &format!("{case}: not done, and it says so")),
                        // The answer to the commit was lost: the one case that nobody can tell.
                        Err(_) if fault == Fault::LostAnswer && nth == calls(&call) => {
                            same(&after, &clean, &format!("{case}: half done"));
                        }
                        Err(_) => same(&after, &before, &format!("{case}: something is done")),
                    }
                    cases += 1;
                }
            }
        }
    }
    println!("{cases} cases");
}

#[test]
fn two_senders_of_one_command_have_it_done_once_and_are_told_the_same() {
    let mut cases = 0;
    for Scene { name, call } in accepted() {
        let call = once(&call);
        let clean = everything(&done(&call));
        for nth in 1..=calls(&call) {
            for kind in KINDS {
                let (host, store) = Host::over(kind, world());
                let other = Desk::open_existing(store.inner().clone(), DESK).unwrap();
                let theirs = call.clone();
                store.meanwhile(nth, move || {
                    assert!(!other.execute(&theirs).unwrap().repeated);
                });
                let case = format!("{name}, the other before call {nth}");
                let outcome = host.execute(&call).unwrap_or_else(|error| panic!("{case}: {error}"));
                assert!(outcome.repeated, "{case}: it is done twice");
                assert!(!outcome.is_no_op(), "{case}: it tells nothing of what was done");
                same(&everything(store.inner()), &clean, &format!("{case}: not as done once"));
                cases += 1;
            }
        }
    }
    println!("{cases} cases");
}

#[test]
fn what_another_sender_did_is_not_taken_for_ones_own() {
    for Scene { name, call } in accepted() {
        let call = once(&call);
        let nth = calls(&call);
        for kind in KINDS {
            // A third writes, the other sender of the command is faster, and then the store is
            // away while this one commits: the receipt that it finds is the other's.
            let (host, store) = Host::over(kind, world());
            let other = Desk::open_existing(store.inner().clone(), DESK).unwrap();
            let mut theirs = call.clone();
            store.meanwhile(nth, move || {
                for ticket in EVERY_TICKET {
                    let note = Note::new(ticket, "meanwhile");
                    other.note(Actor::Host.at(theirs.context.now), note).unwrap();
                }
                theirs.context.now += hours(1) / 2;
                other.execute(&theirs).unwrap();
            });
            store.fail(nth, Fault::Unavailable);
            let outcome = host.execute(&call).unwrap();
            for (key, events) in &outcome.events {
                let before = Revision(events[0].revision.0 - 1);
                let stored = store.inner().history(*key, before, events.len()).unwrap();
                assert_eq!(**events, *stored, "{name}: it tells of events that never happened");
            }
        }
    }
}

#[test]
fn what_is_refused_stays_refused_and_changes_nothing_whatever_fails() {
    let mut cases = 0;
    let before = everything(&world());
    for (Scene { name, call }, code) in refused() {
        let call = once(&call);
        let (host, store) = Host::over(KINDS[0], world());
        let refusal = host.execute(&call).unwrap_err();
        assert_eq!(refusal.refusal().map(Refusal::code), Some(code), "{name}");
        let calls = store.take_calls().len();
        for nth in 1..=calls {
            for fault in Fault::ALL {
                for kind in KINDS {
                    let (host, store) = Host::over(kind, world());
                    store.fail(nth, fault);
                    let case = format!("{name}, {fault:?} at call {nth}");
                    let mut error = host.execute(&call).expect_err(&case);
                    if error.refusal().is_none() {
                        error = host.execute(&call).expect_err(&case);
                    }
                    assert_eq!(error.refusal().map(Refusal::code), Some(code), "{case}");
                    same(
                        &everything(store.inner()),
                        &before,
                        &format!("{case}: it changed something"),
                    );
                    cases += 1;
                }
            }
        }
    }
    println!("{cases} cases");
    assert!(cases > 100);
}

#[test]
fn a_desk_is_created_once_whatever_fails() {
    let clean = MemoryStore::new();
    Desk::create(clean.clone(), DESK, settings(), monday()).unwrap();
    let clean = everything(&clean);
    for nth in 1..=2 {
        for fault in Fault::ALL {
            let store = FaultyStore::new(MemoryStore::new());
            store.fail(nth, fault);
            // The host cannot name it, so that it is there already is an answer, too.
            let create = || Desk::create(store.clone(), DESK, settings(), monday());
            let desk = create().or_else(|_| create()).or_else(|error| {
                assert_eq!(error.refusal(), Some(&Refusal::DeskExists), "{fault:?} at {nth}");
                Desk::open_existing(store.clone(), DESK)
            });
            assert_eq!(desk.unwrap().settings().unwrap().draft(), settings().draft());
            assert_eq!(
                store.inner().history(Key::settings(DESK), Revision::ZERO, 9).unwrap().len(),
                1
            );
            same(&everything(store.inner()), &clean, &format!("{fault:?} at {nth}"));
        }
    }
}

#[test]
fn a_store_that_stays_away_is_an_error_in_bounded_time() {
    for Scene { name, call } in accepted() {
        for call in [call.clone(), once(&call)] {
            for fault in Fault::ALL {
                for kind in KINDS {
                    let (host, store) = Host::over(kind, world());
                    store.fail_every(fault);
                    let error = host.execute(&call).expect_err(name);
                    assert!(error.refusal().is_none(), "{name}: {error}");
                    let calls = store.take_calls().len();
                    assert!(calls <= 200, "{name}: {calls} calls with {fault:?}");
                    store.mend();
                    host.execute(&call).unwrap();
                    same(&everything(store.inner()), &everything(&done(&call)), name);
                }
            }
        }
    }
}
