//! Nothing starves: whatever comes in, a ticket is served after those at most that come before it
//! at one instant, fixed when it began to wait.

use chrono::TimeDelta;
use helpdesk::command::Open;
use helpdesk::{Actor, Requester, TicketId};
use proptest::prelude::*;

use super::*;

/// What comes in, how many minutes after the one before, and how many are taken then.
fn arrivals() -> impl Strategy<Value = Vec<(i64, usize, usize)>> {
    proptest::collection::vec((0_i64..600, 0_usize..4, 0_usize..3), 1..60)
}

const HOURS: [i64; 4] = [64, 16, 4, 1];
const PRIORITIES: [&str; 4] = ["low", "medium", "high", "critical"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_ticket_is_served_after_those_at_most_whose_patience_ends_before_its_own(
        arrivals in arrivals(),
    ) {
        let desk = TestDesk::new();
        // Each with the instant at which its patience ends, and how many went before it.
        let mut came: Vec<(TicketId, At, usize)> = Vec::new();
        let mut served: Vec<TicketId> = Vec::new();
        for (n, (minutes, priority, taken)) in arrivals.into_iter().enumerate() {
            let now = desk.pass(TimeDelta::minutes(minutes));
            let id = ticket_id(n as u128 + 1);
            let mut open = Open::new(id, Requester::Contact(MARIA), "It burns.");
            open.department = Some("support".into());
            open.priority = Some(PRIORITIES[priority].into());
            desk.ok(&Actor::Host, open);
            came.push((id, now + TimeDelta::hours(HOURS[priority]), served.len()));
            for _ in 0..taken {
                let taken = desk.desk.take_next(agent(ANNA).at(now)).unwrap();
                served.extend(taken.map(|taken| taken.ticket().unwrap().id()));
            }
        }
        while let Some(taken) = desk.desk.take_next(agent(ANNA).at(desk.now())).unwrap() {
            served.push(taken.ticket().unwrap().id());
        }
        prop_assert_eq!(served.len(), came.len());
        for (id, ends, before) in &came {
            let place = served.iter().position(|other| other == id).unwrap();
            let ahead = served[*before..place].iter();
            for other in ahead {
                let (_, theirs, _) = came.iter().find(|(one, ..)| one == other).unwrap();
                prop_assert!(theirs <= ends, "{} went before {}", other, id);
            }
            // The bound: what could go before it has come in before its patience ended.
            let could = came.iter().filter(|(one, theirs, _)| one != id && theirs <= ends).count();
            prop_assert!(place - before <= could);
        }
    }
}

#[test]
fn a_patient_ticket_is_served_though_urgent_ones_come_in_faster_than_they_are_solved() {
    let desk = TestDesk::new();
    given(&desk, 1, "low");
    let mut served_at = None;
    // Every half an hour two come in, and one is taken.
    for n in 0..400 {
        let now = desk.pass(TimeDelta::minutes(30));
        given(&desk, 2 * n + 10, "critical");
        given(&desk, 2 * n + 11, "critical");
        let taken = desk.desk.take_next(agent(ANNA).at(now)).unwrap().unwrap();
        if taken.ticket().unwrap().id() == ticket_id(1) {
            served_at = Some(now);
            break;
        }
    }
    // What came in within 63 hours goes before it, 252 at one every half an hour: no more.
    let served_at = served_at.expect("it is never served");
    assert!(served_at <= monday() + hours(64) + hours(64), "{served_at}");
}
