//! The live workload: counters that never differ from the tickets that they count.

use crate::support::*;
use helpdesk::command::{Assign, Take};
use helpdesk::{Actor, AgentProfile, DeskError, Role, Workload};

fn workload(desk: &TestDesk, department: &str) -> Workload {
    desk.desk.workload(Some(department.into())).unwrap()
}

fn counts(desk: &TestDesk, department: &str) -> (u64, u64) {
    let Workload { unfinished, queued, .. } = workload(desk, department);
    (unfinished, queued)
}

#[test]
fn every_step_of_a_life_is_counted_where_it_happens() {
    let desk = TestDesk::new();
    assert_eq!(counts(&desk, "support"), (0, 0));
    let ticket = desk.given_request();
    assert_eq!(counts(&desk, "support"), (1, 1));

    desk.ok(&agent(ANNA), Take { ticket });
    assert_eq!(counts(&desk, "support"), (1, 0));

    desk.ok(&agent(ANNA), transfer(ticket, "billing"));
    assert_eq!(counts(&desk, "support"), (0, 0));
    assert_eq!(counts(&desk, "billing"), (1, 1), "it lost its owner on the way");

    desk.ok(&agent(BEN), Take { ticket });
    desk.ok(&agent(BEN), resolve(ticket));
    assert_eq!(counts(&desk, "billing"), (0, 0), "finished work burdens nobody");

    desk.ok(&customer(MARIA), reply(ticket));
    assert_eq!(counts(&desk, "billing"), (1, 0), "reopened, and Ben has it still");
    desk.ok(&agent(BEN), resolve(ticket));
    desk.ok(&agent(BEN), close(ticket));
    assert_eq!(counts(&desk, "billing"), (0, 0));
}

#[test]
fn tickets_without_a_department_are_counted_by_themselves() {
    let desk = TestDesk::new();
    let mut open = request(TICKET);
    open.department = None;
    desk.ok(&customer(MARIA), open);
    assert_eq!(counts(&desk, "support"), (0, 0));
    let none = desk.desk.workload(None).unwrap();
    assert_eq!((none.unfinished, none.queued), (1, 1));
    assert_eq!(none.agents.len(), 8, "all but the light agent can own it");
}

#[test]
fn the_roster_has_those_who_can_own_and_how_much_they_have() {
    let desk = TestDesk::new();
    let ticket = desk.given_request();
    desk.put_agent(ANNA, profile(ANNA).capacity(3));
    desk.ok(&agent(CARL), Assign::new(ticket, ANNA));
    let agents = workload(&desk, "support").agents;
    let told: Vec<_> = agents.iter().map(|it| (it.agent.id(), it.load, it.room())).collect();
    let free = |agent| (agent, 0, None);
    let expected =
        [free(OWNER), free(ADMIN), (ANNA, 1, Some(2)), free(CARL), free(RHEA), free(RUDI)];
    assert_eq!(told, expected, "neither the light agent nor those of other departments");

    desk.put_agent(CARL, AgentProfile { deactivated: true, ..profile(CARL) });
    desk.put_agent(RHEA, profile(RHEA).role(Role::Light));
    desk.put_agent(EVA, profile(EVA).department("support"));
    let agents = workload(&desk, "support").agents;
    let ids: Vec<_> = agents.iter().map(|it| it.agent.id()).collect();
    assert_eq!(ids, [OWNER, ADMIN, ANNA, EVA, RUDI], "who left, who came");
}

#[test]
fn of_a_department_that_nobody_knows_there_is_no_workload() {
    let desk = TestDesk::new();
    let ask = |name: &str| desk.desk.workload(Some(name.into()));
    let unknown = |name: &str| match ask(name) {
        Err(DeskError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    let refusal = unknown("suport");
    assert_eq!(refusal.to_string(), "the settings know no department `suport`");
    // One that the settings have dropped is known as long as it has work.
    desk.given_request();
    let mut fewer = draft();
    fewer.departments.retain(|department| department.name != "support");
    desk.publish(fewer);
    assert_eq!(counts(&desk, "support"), (1, 1));
    desk.ok(&Actor::Host, resolve(TICKET));
    assert_eq!(unknown("support").code(), "unknown_name");
}
