//! What is served: statuses and their ranks, what stands in a queue, and what an agent sees.

use helpdesk::command::{
    Assign, MarkSpam, Merge, Open, Postpone, Reply, Resolve, SetStatus, Unassign, UndoMerge,
    UnmarkSpam,
};
use helpdesk::{Actor, AgentSight, Requester, SettingsDraft, StatusName};

use super::*;

fn ranks(groups: &[&[&str]]) -> Vec<Vec<StatusName>> {
    groups.iter().map(|group| group.iter().map(|name| (*name).into()).collect()).collect()
}

#[test]
fn by_default_what_is_new_and_what_is_open_is_served() {
    let desk = TestDesk::new();
    for (n, status) in STATUSES.into_iter().enumerate().take(7) {
        let ticket = given(&desk, n as u128 + 1, "medium");
        desk.move_to(ticket, status);
    }
    let served = page(&desk, &Actor::Host).entries;
    let mut names: Vec<&str> = served.iter().map(|entry| entry.turn.status.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["in_progress", "new", "open"]);
    assert!(served.iter().all(|entry| entry.turn.rank == 0));
}

#[test]
fn a_rank_is_served_before_the_next_whatever_is_due() {
    let mut draft = draft();
    draft.to_solve.statuses = ranks(&[&["open"], &["in_progress", "new"], &["pending"]]);
    let desk = TestDesk::with(draft);
    for (n, status, priority) in [
        (1, "pending", "critical"),
        (2, "new", "critical"),
        (3, "in_progress", "low"),
        (4, "open", "low"),
        (5, "answered", "critical"),
    ] {
        let ticket = given(&desk, n, priority);
        desk.move_to(ticket, status);
    }
    assert_eq!(to_solve(&desk, &agent(ANNA)), [4, 2, 3, 1]);
    assert_eq!(turn(&desk, ticket_id(1)).rank, 2);
}

#[test]
fn what_is_postponed_is_not_served_until_it_returns() {
    let mut draft = draft();
    draft.to_solve.statuses = ranks(&[&["postponed", "new", "open"]]);
    let desk = TestDesk::with(draft);
    let ticket = given(&desk, 1, "medium");
    let postpone = Postpone::new(ticket, monday() + hours(2), "look_again");
    desk.ok(&agent(ANNA), postpone);
    desk.ok(&Actor::Host, Unassign { ticket });
    assert!(to_solve(&desk, &agent(ANNA)).is_empty());
    desk.advance_to(monday() + hours(3));
    assert_eq!(to_solve(&desk, &agent(ANNA)), [1]);
}

#[test]
fn only_what_nobody_owns_and_nothing_has_ended_is_served() {
    let desk = TestDesk::new();
    let [owned, done, spam, merged, free] = [1, 2, 3, 4, 5].map(|n| given(&desk, n, "medium"));
    desk.ok(&Actor::Host, Assign::new(owned, CARL));
    desk.ok(&Actor::Host, Resolve::new(done, "solved"));
    desk.ok(&Actor::Host, MarkSpam { ticket: spam });
    desk.ok(&Actor::Host, Merge::new(merged, free));
    assert_eq!(to_solve(&desk, &agent(ANNA)), [5]);

    // What comes back has a turn again.
    desk.ok(&Actor::Host, Unassign { ticket: owned });
    desk.ok(&customer(MARIA), Reply::new(done, "It is back."));
    desk.ok(&Actor::Host, UnmarkSpam { ticket: spam });
    desk.ok(&Actor::Host, UndoMerge { ticket: merged });
    assert_eq!(to_solve(&desk, &agent(ANNA)), [1, 2, 3, 4, 5]);
}

#[test]
fn an_agent_is_offered_the_queues_of_their_departments_and_of_none() {
    let all = SettingsDraft { agent_sight: AgentSight::All, ..draft() };
    for settings in [draft(), all] {
        let desk = TestDesk::with(settings);
        for (n, department) in
            [(1, None), (2, Some("support")), (3, Some("billing")), (4, Some("engineering"))]
        {
            opened(&desk, n, department, "medium");
        }
        for (who, offered) in [
            (ANNA, vec![1, 2]),
            (BEN, vec![1, 3]),
            (EVA, vec![1, 4]),
            // Who sees all cannot take what is another department's.
            (OWNER, vec![1, 2]),
            (RHEA, vec![]),
        ] {
            assert_eq!(to_solve(&desk, &agent(who)), offered, "{who}");
        }
        assert_eq!(to_solve(&desk, &Actor::Host), [1, 2, 3, 4]);
        // Each can be taken by whom it is offered to.
        for who in [ANNA, BEN, EVA, OWNER] {
            for entry in page(&desk, &agent(who)).entries {
                let call = agent(who)
                    .at(desk.now())
                    .call(helpdesk::command::Take { ticket: entry.row.id() }.into());
                desk.desk.prepare(&call).unwrap();
            }
        }
    }
}

#[test]
fn what_an_agent_asked_for_in_another_department_is_not_offered_to_them() {
    let desk = TestDesk::new();
    let mut open = Open::new(ticket_id(1), Requester::Agent(ANNA), "My payslip.");
    open.department = Some("billing".into());
    desk.ok(&agent(ANNA), open);
    desk.ok(&Actor::Host, Unassign { ticket: ticket_id(1) });
    desk.ok(&Actor::Host, SetStatus { ticket: ticket_id(1), status: "open".into(), reason: None });
    assert_eq!(desk.find(&agent(ANNA), "all()", ""), [1]);
    assert!(to_solve(&desk, &agent(ANNA)).is_empty());
    assert_eq!(to_solve(&desk, &agent(BEN)), [1]);
}

#[test]
fn nobody_else_is_told_what_is_to_be_solved() {
    let desk = TestDesk::new();
    given(&desk, 1, "medium");
    let others = [customer(MARIA), agent(LIA), bot(), auto_responder()];
    for actor in others {
        let listed = desk.desk.to_solve(&actor, desk.now(), None, 9).unwrap_err();
        assert_eq!(listed.refusal().unwrap().code(), "forbidden", "{actor}");
        let taken = desk.desk.take_next(desk.context(&actor)).unwrap_err();
        assert_eq!(taken.refusal().unwrap().code(), "forbidden", "{actor}");
    }
    let taken = desk.desk.take_next(desk.context(&Actor::Host)).unwrap_err();
    assert_eq!(taken.refusal().unwrap().code(), "forbidden");
    let gone = Actor::Agent(helpdesk::AgentId::from_u128(0xFF));
    let error = desk.desk.to_solve(&gone, desk.now(), None, 9).unwrap_err();
    assert_eq!(error.refusal().unwrap().code(), "not_an_agent");
}

#[test]
fn a_page_of_none_is_empty_and_pages_of_any_length_join() {
    let desk = TestDesk::new();
    for n in 1..=7 {
        given(&desk, n, if n % 2 == 0 { "low" } else { "high" });
    }
    let whole = to_solve(&desk, &agent(ANNA));
    assert_eq!(whole.len(), 7);
    let none = desk.desk.to_solve(&agent(ANNA), desk.now(), None, 0).unwrap();
    assert_eq!((none.entries.len(), none.next), (0, None));
    for limit in 1..=8 {
        let (mut joined, mut after) = (Vec::new(), None);
        loop {
            let page = desk.desk.to_solve(&agent(ANNA), desk.now(), after.as_ref(), limit).unwrap();
            assert!(page.entries.len() <= limit);
            joined.extend(page.entries.iter().map(|entry| entry.row.reference.number().0));
            let Some(next) = page.next else { break };
            after = Some(next.to_string().parse().unwrap());
        }
        assert_eq!(joined, whole, "{limit} at a time");
    }
}
