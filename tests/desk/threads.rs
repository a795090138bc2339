//! Many threads on one desk: nothing is lost, nothing is doubled, nobody gets too much.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::support::*;
use helpdesk::command::{Assign, Edit, Note, Reply, Take, Unassign};
use helpdesk::store::Store;
use helpdesk::{
    Actor, AgentId, CommandId, Desk, DeskError, ExternalRef, Revision, TicketChange, TicketId,
    TicketNumber,
};

const THREADS: u64 = 8;

/// Runs the same work in every thread, and gives back what each brought home.
fn in_threads<T: Send>(
    desk: &Desk<TestStore>,
    work: impl Fn(Desk<TestStore>, u64) -> T + Sync,
) -> Vec<T> {
    thread::scope(|scope| {
        let work = &work;
        let spawn = |n| {
            let desk = desk.clone();
            scope.spawn(move || work(desk, n))
        };
        let threads: Vec<_> = (0..THREADS).map(spawn).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn eight_threads_on_fifty_tickets_lose_no_message_and_double_none() {
    const COMMANDS: u64 = 2_000;
    const TICKETS: u64 = 50;
    let kit = TestDesk::new();
    for n in 0..TICKETS {
        kit.ok(&customer(MARIA), request(ticket_id(u128::from(n) + 1)));
    }
    let contended = AtomicUsize::new(0);
    let acknowledged = in_threads(&kit.desk, |desk, thread| {
        let mut acknowledged: Vec<(TicketId, String)> = Vec::new();
        for n in 0..COMMANDS {
            let turn = n * THREADS + thread;
            let id = ticket_id(u128::from(turn * 7 % TICKETS) + 1);
            // Clocks that differ from thread to thread, and run.
            let now = monday() + chrono::TimeDelta::seconds((n * 3 + thread * 40) as i64);
            let words = format!("{thread}/{n}");
            let name = CommandId::from_u128(u128::from(turn) + 1);
            let by = |actor: &helpdesk::Actor| actor.at(now).once(name);
            let say = || Reply::new(id, &*words);
            let (result, spoke) = match turn / THREADS % 8 {
                0 | 1 => (desk.reply(by(&customer(MARIA)), say()), true),
                2 | 3 => (desk.reply(by(&agent(ANNA)), say()), true),
                4 => (desk.reply(by(&bot()), say()), true),
                5 => (desk.note(by(&agent(LIA)), Note::new(id, &*words)), true),
                6 => (desk.resolve(by(&agent(CARL)), resolve(id)), false),
                _ => {
                    let add_tags = [format!("tag {}", turn % 40).into()].into();
                    (desk.edit(by(&agent(ANNA)), Edit { add_tags, ..Edit::new(id) }), false)
                }
            };
            match result {
                Ok(_) if spoke => acknowledged.push((id, words)),
                Ok(_) => {}
                Err(DeskError::Contended { .. }) => {
                    contended.fetch_add(1, Ordering::Relaxed);
                }
                Err(error) => panic!("{error}"),
            }
        }
        acknowledged
    });

    let mut expected: BTreeMap<TicketId, Vec<String>> = BTreeMap::new();
    for (id, words) in acknowledged.into_iter().flatten() {
        expected.entry(id).or_default().push(words);
    }
    let said: usize = expected.values().map(Vec::len).sum();
    let lost_races = contended.into_inner();
    assert_eq!(expected.len() as u64, TICKETS);
    assert!(said + lost_races >= (THREADS * COMMANDS * 6 / 8) as usize);
    for (id, mut words) in expected {
        let history = kit.history(id);
        let revisions = history.iter().map(|event| event.revision);
        assert!(revisions.eq((1..=history.len() as u64).map(Revision)), "contiguous");
        assert!(history.is_sorted_by_key(|event| event.at), "no ticket's time runs back");
        let mut found = kit.thread(&helpdesk::Actor::Host, id);
        found.remove(0);
        found.sort();
        words.sort();
        assert_eq!(found, words, "each acknowledged message once, and no other");
        assert_eq!(kit.desk.verify(kit.key(id)).unwrap().0, history.len() as u64);
    }
    let entries = kit.store.scan(kit.desk.id(), 0, usize::MAX).unwrap();
    assert!(entries.is_sorted_by_key(|entry| entry.seq));
}

#[test]
fn assigning_in_eight_threads_never_exceeds_capacity_at_any_commit() {
    const CAPACITY: i64 = 7;
    const TICKETS: u64 = 80;
    let agents = [ANNA, CARL, OWNER];
    let kit = TestDesk::new();
    for id in agents {
        kit.put_agent(id, profile(id).capacity(CAPACITY as u32));
    }
    for n in 0..TICKETS {
        kit.ok(&customer(MARIA), request(ticket_id(u128::from(n) + 1)));
    }
    let now = monday();
    in_threads(&kit.desk, |desk, thread| {
        let mut won = 0;
        for n in 0..600 {
            let turn = n * THREADS + thread;
            let ticket = ticket_id(u128::from(turn * 11 % TICKETS) + 1);
            let to = agents[(turn * 5 % 3) as usize];
            let admin = agent(ADMIN).at(now);
            let result = match turn % 7 {
                0..=2 => desk.assign(admin, Assign::new(ticket, to)),
                3 => desk.take(agent(to).at(now), Take { ticket }),
                4 => desk.unassign(admin, Unassign { ticket }),
                5 => desk.resolve(admin, resolve(ticket)),
                _ => desk.reply(customer(MARIA).at(now), reply(ticket)),
            };
            match result {
                Ok(_) => won += 1,
                Err(DeskError::Refused(refusal)) => {
                    assert!(matches!(refusal.code(), "over_capacity" | "already_taken"));
                }
                Err(DeskError::Contended { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        assert!(won > 100, "{won}");
    });

    // Commit by commit: who owned how many unfinished tickets.
    let mut owners: HashMap<TicketId, (Option<AgentId>, bool)> = HashMap::new();
    let mut peak = 0;
    let entries = kit.store.scan(kit.desk.id(), 0, usize::MAX).unwrap();
    for entry in entries {
        let Some(id) = entry.key.as_ticket() else { continue };
        let (owner, done) = owners.entry(id).or_default();
        for event in &*entry.events {
            match event.ticket_change().unwrap() {
                TicketChange::Assigned { to, over_capacity, .. } => {
                    assert!(!over_capacity);
                    *owner = Some(*to);
                }
                TicketChange::Unassigned { .. } => *owner = None,
                TicketChange::StatusChanged(change) => *done = change.to.category.is_done(),
                _ => {}
            }
        }
        for id in agents {
            let load = owners.values().filter(|state| **state == (Some(id), false)).count() as i64;
            assert!(load <= CAPACITY, "{id} owned {load}");
            peak = peak.max(load);
        }
    }
    assert_eq!(peak, CAPACITY, "the race came to the ceiling");
    for id in agents {
        let theirs = format!("assignee = {id} and not status_category in (resolved, closed)");
        let owned = kit.find(&Actor::Host, &theirs, "").len() as i64;
        assert_eq!(kit.load_of(id), owned);
    }
    kit.verify();
}

#[test]
fn one_ticket_is_taken_by_one_of_eight() {
    for _ in 0..50 {
        let kit = TestDesk::new();
        let ticket = kit.given_request();
        let takers = [OWNER, ADMIN, ANNA, CARL];
        let won = in_threads(&kit.desk, |desk, thread| {
            let taker = takers[thread as usize % 4];
            let events = desk.take(agent(taker).at(monday()), Take { ticket });
            events.is_ok_and(|outcome| !outcome.is_no_op())
        });
        assert_eq!(won.iter().filter(|won| **won).count(), 1);
    }
}

#[test]
fn one_command_sent_by_eight_threads_is_done_once() {
    let kit = TestDesk::new();
    let id = kit.given_request();
    for n in 0..200 {
        let name = CommandId::from_u128(n + 1);
        let outcomes = in_threads(&kit.desk, |desk, _| {
            let context = customer(MARIA).at(monday()).once(name);
            desk.reply(context, Reply::new(id, format!("{n}"))).unwrap()
        });
        assert_eq!(outcomes.iter().filter(|outcome| !outcome.repeated).count(), 1);
        assert!(outcomes.iter().all(|outcome| outcome.seq == outcomes[0].seq));
    }
    assert_eq!(kit.ticket(id).message_count(), 201);
}

#[test]
fn numbers_are_unique_and_increase_in_every_thread() {
    let kit = TestDesk::new();
    let numbers = in_threads(&kit.desk, |desk, thread| {
        let mut numbers = Vec::new();
        for n in 0..100 {
            let id = ticket_id(u128::from(thread) * 1000 + n + 1);
            let outcome = desk.open(customer(MARIA).at(monday()), request(id)).unwrap();
            numbers.push(outcome.reference().unwrap().number());
        }
        numbers
    });
    assert!(numbers.iter().all(|one| one.is_sorted()));
    let mut all: Vec<TicketNumber> = numbers.into_iter().flatten().collect();
    all.sort();
    assert!(all.into_iter().eq((1..=800).map(TicketNumber)));
}

#[test]
fn a_reference_that_eight_claim_at_once_becomes_one_tickets_time_after_time() {
    const ROUNDS: u128 = 60;
    let kit = TestDesk::new();
    for n in 0..u128::from(THREADS) {
        kit.ok(&customer(MARIA), request(ticket_id(n + 1)));
    }
    let reference = |round: u128| ExternalRef::new("jira", "acme", round.to_string());
    let won = in_threads(&kit.desk, |desk, thread| {
        let id = ticket_id(u128::from(thread) + 1);
        let mut won = Vec::new();
        for round in 0..ROUNDS {
            let mut edit = Edit::new(id);
            edit.add_external_refs = [reference(round)].into();
            // There is room for few: what is older goes in the same commit.
            edit.remove_external_refs = won.iter().copied().map(reference).collect();
            edit.remove_external_refs.retain(|it| *it != reference(round));
            match desk.edit(Actor::Host.at(monday()), edit) {
                Ok(_) => won.push(round),
                Err(DeskError::Refused(refusal)) => {
                    assert_eq!(refusal.code(), "external_ref_taken")
                }
                Err(error) => panic!("{error}"),
            }
        }
        (id, won)
    });
    // One who gave a reference up made room for one who came later.
    let last: BTreeMap<TicketId, u128> =
        won.iter().filter_map(|(id, won)| Some((*id, *won.last()?))).collect();
    for (id, round) in &last {
        let found = kit.desk.by_external(&Actor::Host, kit.now(), &reference(*round)).unwrap();
        assert_eq!(found, Some(*id));
        assert_eq!(kit.ticket(*id).external_refs(), [reference(*round)]);
    }
    let held = (0..ROUNDS).filter(|round| {
        kit.desk.by_external(&Actor::Host, kit.now(), &reference(*round)).unwrap().is_some()
    });
    assert_eq!(held.count(), last.len(), "nobody has a key that is not on their ticket");
    kit.verify();
}
