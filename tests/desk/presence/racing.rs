//! Many who ask at once: one writes.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use helpdesk::AgentProfile;

use super::*;

fn crowd(desk: &TestDesk) -> Vec<AgentId> {
    let ids: Vec<AgentId> = (0..8).map(|n| AgentId::from_u128(0xB00 + n)).collect();
    for id in &ids {
        desk.put_agent(*id, AgentProfile::new("Bo").department("support"));
    }
    ids
}

/// What everybody is told who does this at once.
fn at_once<T: Send>(agents: &[AgentId], ask: impl Fn(AgentId) -> T + Sync) -> Vec<T> {
    let line = Barrier::new(agents.len());
    let (line, ask) = (&line, &ask);
    thread::scope(|scope| {
        let run = |id: AgentId| {
            scope.spawn(move || {
                line.wait();
                ask(id)
            })
        };
        let threads: Vec<_> = agents.iter().map(|id| run(*id)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn of_eight_who_begin_at_once_one_writes_and_the_others_are_told_who() {
    let (desk, presence) = given();
    let agents = crowd(&desk);
    let shared = &desk.desk;
    for round in 0..200 {
        let now = monday() + hours(round);
        let told = at_once(&agents, |id| {
            (id, shared.begin_reply(&presence, &agent(id), now, TICKET).unwrap())
        });
        let holders: Vec<AgentId> =
            told.iter().filter(|(_, told)| told.holds()).map(|(id, _)| *id).collect();
        assert_eq!(holders.len(), 1, "{holders:?}");
        for (id, told) in &told {
            let writes = if *id == holders[0] { None } else { Some(holders[0]) };
            assert_eq!(told.replying().map(|it| it.agent), writes);
        }
    }
}

#[test]
fn of_eight_who_take_over_at_once_the_last_writes() {
    let (desk, presence) = given();
    let agents = crowd(&desk);
    let shared = &desk.desk;
    for round in 0..200 {
        let now = monday() + hours(round);
        at_once(&agents, |id| {
            let over = shared.take_over_reply(&presence, &agent(id), now, TICKET).unwrap();
            assert!(over.holds());
        });
        let there = presence.list(desk.key(TICKET), now).unwrap();
        let writes = there.iter().filter(|present| present.doing == Doing::Replying).count();
        assert_eq!((there.len(), writes), (8, 1));
    }
}

#[test]
fn whoever_comes_and_goes_at_once_leaves_nobody_behind() {
    let (desk, presence) = given();
    let agents = crowd(&desk);
    let shared = &desk.desk;
    for round in 0..100 {
        let now = monday() + hours(round);
        let held = at_once(&agents, |id| {
            let began = shared.begin_reply(&presence, &agent(id), now, TICKET).unwrap();
            shared.leave(&presence, &agent(id), now, TICKET).unwrap();
            began.holds()
        });
        assert!(held.contains(&true));
        let there = presence.list(desk.key(TICKET), now).unwrap();
        assert_eq!(there.iter().map(|it| it.agent).collect::<BTreeSet<_>>(), BTreeSet::new());
    }
}
