//! Many who take at once: nobody gets what somebody else has, and nothing is left behind.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use helpdesk::command::Open;
use helpdesk::{Actor, AgentId, AgentProfile, CommandId, Requester, Role, TicketId};

use super::*;

/// Everybody takes until nothing is left: what each got.
fn race(desk: &TestDesk, agents: &[AgentId]) -> Vec<Vec<TicketId>> {
    let (shared, now) = (&desk.desk, desk.now());
    let line = Barrier::new(agents.len());
    thread::scope(|scope| {
        let run = |id: AgentId| {
            let line = &line;
            scope.spawn(move || {
                line.wait();
                let mut got = Vec::new();
                while let Some(taken) = shared.take_next(Actor::Agent(id).at(now)).unwrap() {
                    got.push(taken.ticket().unwrap().id());
                }
                got
            })
        };
        let threads: Vec<_> = agents.iter().map(|id| run(*id)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn crowd(desk: &TestDesk, agents: usize, role: Role) -> Vec<AgentId> {
    let ids: Vec<AgentId> = (0..agents).map(|n| AgentId::from_u128(0xB00 + n as u128)).collect();
    for id in &ids {
        desk.put_agent(*id, AgentProfile::new("Bo").role(role).department("support"));
    }
    ids
}

fn given_many(desk: &TestDesk, tickets: u128) {
    let priorities = ["low", "medium", "high", "critical"];
    for n in 1..=tickets {
        let mut open = Open::new(ticket_id(n), Requester::Contact(MARIA), "It burns.");
        open.department = (n % 3 > 0).then(|| "support".into());
        open.priority = Some(priorities[n as usize % 4].into());
        desk.ok(&Actor::Host, open);
    }
}

fn each_once(desk: &TestDesk, agents: &[AgentId], tickets: u128) {
    given_many(desk, tickets);
    let got = race(desk, agents);
    let all: BTreeSet<TicketId> = got.iter().flatten().copied().collect();
    assert_eq!(got.iter().map(Vec::len).sum::<usize>(), tickets as usize, "each is got once");
    assert_eq!(all.len(), tickets as usize, "none is got twice, and none is left");
    for (agent, got) in agents.iter().zip(&got) {
        assert_eq!(desk.load_of(*agent), got.len() as i64);
        for ticket in got {
            assert_eq!(desk.ticket(*ticket).assignee(), Some(*agent));
        }
    }
    assert!(to_solve(desk, &Actor::Host).is_empty());
}

#[test]
fn of_two_who_take_everything_nobody_gets_what_the_other_has() {
    let desk = TestDesk::new();
    let agents = crowd(&desk, 2, Role::Agent);
    each_once(&desk, &agents, 2000);
}

#[test]
fn of_eight_who_take_everything_nobody_gets_what_another_has() {
    let desk = TestDesk::new();
    let agents = crowd(&desk, 8, Role::Agent);
    each_once(&desk, &agents, 2000);
}

#[test]
fn of_restricted_agents_nobody_is_handed_what_another_has() {
    let desk = TestDesk::new();
    let agents = crowd(&desk, 4, Role::Restricted);
    each_once(&desk, &agents, 300);
    desk.verify();
}

#[test]
fn a_command_that_comes_in_many_times_at_once_takes_one_ticket() {
    let desk = TestDesk::new();
    given_many(&desk, 40);
    let (shared, now) = (&desk.desk, desk.now());
    for round in 0..20 {
        let line = Barrier::new(4);
        let got: BTreeSet<TicketId> = thread::scope(|scope| {
            let take = || {
                line.wait();
                let once = Actor::Agent(ANNA).at(now).once(CommandId::from_u128(900 + round));
                shared.take_next(once).unwrap().unwrap().ticket().unwrap().id()
            };
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(take)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(got.len(), 1, "{got:?}");
    }
    assert_eq!(desk.load_of(ANNA), 20);
}

#[test]
fn capacity_holds_however_many_take_for_one_agent() {
    let desk = TestDesk::new();
    desk.put_agent(ANNA, profile(ANNA).capacity(5));
    given_many(&desk, 40);
    let (shared, now) = (&desk.desk, desk.now());
    let line = Barrier::new(8);
    let taken: usize = thread::scope(|scope| {
        let take = || {
            line.wait();
            let mut taken = 0;
            loop {
                match shared.take_next(Actor::Agent(ANNA).at(now)) {
                    Ok(Some(_)) => taken += 1,
                    Ok(None) => panic!("something waits"),
                    Err(error) => {
                        assert_eq!(error.refusal().unwrap().code(), "over_capacity");
                        return taken;
                    }
                }
            }
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(take)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!((taken, desk.load_of(ANNA)), (5, 5));
}
