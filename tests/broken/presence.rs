//! Places for presence, each with one bug, and the laws that find it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use helpdesk::conformance::on_the_spot;
use helpdesk::conformance::presence::{LAWS, check, check_async, run_all};
use helpdesk::presence::{Arrival, Doing, MemoryPresence, Presence, Present};
use helpdesk::store::{Inline, StoreError};
use helpdesk::{AgentId, Key};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bug {
    None,
    /// A lease counts at its end, too.
    EndCounts,
    /// Who comes again is there twice.
    Twice,
    /// Whoever comes to write writes.
    AllWrite,
    /// Nobody is taken over from.
    NobodyTakesOver,
    /// Leases never end for who comes to write.
    NeverEnds,
    /// Whoever leaves takes the others along.
    AllLeave,
    /// Nobody leaves.
    NobodyLeaves,
    /// Tickets are told apart by their ids, without the desk.
    DesksAreOne,
    /// In the order in which they came.
    AsTheyCame,
    /// What is there is read, and written later.
    ReadsThenWrites,
    /// Somebody is there from the start.
    Haunted,
}

/// Every bug, with the law that is there against it.
const BUGS: [(Bug, &str); 11] = [
    (Bug::Haunted, "nobody_is_anywhere_at_first"),
    (Bug::EndCounts, "who_comes_is_there_until_the_lease_ends"),
    (Bug::Twice, "who_comes_again_is_there_once"),
    (Bug::AllWrite, "one_writes_and_the_others_look_on"),
    (Bug::NobodyTakesOver, "one_writes_and_the_others_look_on"),
    (Bug::NeverEnds, "what_has_ended_holds_nobody_up"),
    (Bug::AllLeave, "who_leaves_is_gone_and_nobody_else"),
    (Bug::NobodyLeaves, "random_arrivals_are_answered_as_in_memory"),
    (Bug::DesksAreOne, "tickets_and_desks_are_apart"),
    (Bug::AsTheyCame, "agents_are_in_the_order_of_their_ids"),
    (Bug::ReadsThenWrites, "of_those_who_come_at_once_one_writes"),
];

struct Naive {
    bug: Bug,
    there: Mutex<BTreeMap<String, Vec<Present>>>,
}

impl Naive {
    fn new(bug: Bug) -> Self {
        Self { bug, there: Mutex::default() }
    }

    fn place(&self, ticket: Key) -> String {
        match self.bug {
            Bug::DesksAreOne => ticket.as_ticket().unwrap().to_string(),
            _ => format!("{ticket:?}"),
        }
    }
}

impl Presence for Naive {
    fn put(&self, ticket: Key, arrival: Arrival) -> Result<Vec<Present>, StoreError> {
        let place = self.place(ticket);
        let mut there = self.there.lock().unwrap().get(&place).cloned().unwrap_or_default();
        if self.bug == Bug::ReadsThenWrites {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        let mut all = self.there.lock().unwrap();
        if self.bug != Bug::ReadsThenWrites {
            there = all.get(&place).cloned().unwrap_or_default();
        }
        let mut arrives = arrival;
        match self.bug {
            Bug::AllWrite | Bug::AsTheyCame | Bug::Twice => {
                let before = there.len();
                there.retain(|it| it.counts_at(arrives.now));
                if self.bug != Bug::Twice || before > 4 {
                    there.retain(|it| it.agent != arrives.present.agent);
                }
                there.push(arrives.present);
                if self.bug != Bug::AsTheyCame {
                    there.sort_by_key(|it| it.agent);
                }
            }
            Bug::NeverEnds => {
                arrives.now = DateTime::UNIX_EPOCH;
                arrives.join(&mut there);
            }
            Bug::NobodyTakesOver => {
                arrives.take_over = false;
                arrives.join(&mut there);
            }
            _ => arrives.join(&mut there),
        }
        all.insert(place, there.clone());
        Ok(there)
    }

    fn remove(&self, ticket: Key, agent: AgentId) -> Result<(), StoreError> {
        let mut all = self.there.lock().unwrap();
        if let Some(there) = all.get_mut(&self.place(ticket)) {
            match self.bug {
                Bug::NobodyLeaves => {}
                Bug::AllLeave => there.clear(),
                _ => there.retain(|it| it.agent != agent),
            }
        }
        Ok(())
    }

    fn list(&self, ticket: Key, now: DateTime<Utc>) -> Result<Vec<Present>, StoreError> {
        let all = self.there.lock().unwrap();
        let there = all.get(&self.place(ticket)).cloned().unwrap_or_default();
        let counts = |it: &Present| match self.bug {
            Bug::EndCounts => it.until >= now,
            _ => it.counts_at(now),
        };
        if self.bug == Bug::Haunted && there.is_empty() {
            let agent = AgentId::from_u128(13);
            return Ok(vec![Present { agent, doing: Doing::Viewing, until: now }]);
        }
        Ok(there.into_iter().filter(counts).collect())
    }
}

#[test]
fn presence_without_a_bug_keeps_every_law() {
    assert!(run_all(MemoryPresence::new).is_empty());
    let broken = run_all(|| Naive::new(Bug::None));
    assert!(broken.is_empty(), "{broken:?}");
    for law in LAWS {
        on_the_spot(check_async(*law, async || Inline(MemoryPresence::new()))).unwrap();
    }
}

#[test]
fn every_bug_of_presence_is_found_by_the_law_against_it() {
    for (bug, name) in BUGS {
        let law = LAWS.iter().find(|law| law.name() == name).unwrap();
        let violation = check(*law, || Naive::new(bug)).expect_err(name);
        assert_eq!(violation.law().name(), name);
        assert!(!violation.found().is_empty() && !law.demands().is_empty(), "{violation}");
        let broken = run_all(|| Naive::new(bug));
        assert!(broken.iter().any(|it| it.law().name() == name), "{bug:?}: {broken:?}");
    }
    let shown: BTreeSet<&str> = BUGS.iter().map(|(_, law)| *law).collect();
    assert!(LAWS.iter().all(|law| shown.contains(law.name())), "nothing shows that one bites");
}

#[test]
fn presence_that_cannot_answer_is_told() {
    fn no_cache() -> MemoryPresence {
        panic!("connection refused")
    }
    let violation = check(LAWS[0], no_cache).unwrap_err();
    assert_eq!(violation.found(), "it panicked: connection refused");
}
