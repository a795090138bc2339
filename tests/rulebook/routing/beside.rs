//! Two tickets of one command, on both of which rules are due that look for an owner.

use helpdesk::command::{Edit, Merge, Take};
use helpdesk::rules::{Action, Anchor, Assignment, Strategy, TimeRule};
use helpdesk::{LinkKind, Span};

use super::*;

/// A desk on which an owner is looked for when a ticket is an hour old, with two that are older.
fn two_due(route: Route, agents: &[(AgentId, helpdesk::AgentProfile)]) -> TestDesk {
    let mut draft = draft();
    draft.rules.time_rules =
        vec![TimeRule::new("hour", Anchor::OpenedAt, Span::hours(1)).then(Action::Route(route))];
    let desk = with(draft, agents);
    for n in 1..=2 {
        assert_eq!(asked(&desk, n, Channel::Email), None);
    }
    desk.pass(hours(2));
    desk
}

fn linked(desk: &TestDesk) -> helpdesk::Outcome {
    desk.ok(&Actor::Host, link(ticket_id(1), LinkKind::Related, ticket_id(2)))
}

#[test]
fn the_last_room_of_an_agent_is_given_to_one_of_them() {
    let agents = [
        (ANNA, in_support("Anna").capacity(1)),
        (ANNA, in_support("Anna").channel_capacity("email", 1)),
    ];
    for agent in agents {
        let desk = two_due(Route::to("support"), &[agent]);
        assert_eq!(linked(&desk).tries, 1);
        assert_eq!([1, 2].map(|n| owner(&desk, n)), [Some(ANNA), None]);
        assert_eq!(desk.load_of(ANNA), 1);
        desk.verify();
    }
}

#[test]
fn each_of_them_takes_a_turn() {
    let least = Route::to("support").by(Strategy::LeastLoaded);
    let share = Route::to("support").by(Strategy::CapacityWeighted);
    let idle = Route::to("support").by(Strategy::MostIdle);
    for route in [Route::to("support"), least, share, idle] {
        let desk = two_due(route.clone(), &two());
        assert_eq!(linked(&desk).tries, 1, "{route:?}");
        assert_eq!([1, 2].map(|n| owner(&desk, n)), [Some(ANNA), Some(CARL)], "{route:?}");
        // The turns are over: it is the first one's again.
        for counted in [ANNA, CARL].map(Counter::Given) {
            assert!(counter(&desk, counted) > 0, "{route:?}");
        }
        desk.verify();
    }
}

#[test]
fn what_the_command_itself_does_counts_for_the_other_one() {
    // The one that is merged frees the room that the other is given.
    let desk = two_due(Route::to("support"), &[(ANNA, in_support("Anna").capacity(1))]);
    assert_eq!(desk.ok(&Actor::Host, Merge::new(ticket_id(1), ticket_id(2))).tries, 1);
    let load = i64::from(owner(&desk, 2).is_some());
    assert_eq!(desk.load_of(ANNA), load);
    desk.verify();
}

#[test]
fn a_reopening_by_a_merge_counts_what_the_merged_ticket_leaves() {
    let desk = with(draft(), &[(ANNA, in_support("Anna").capacity(1))]);
    asked(&desk, 1, Channel::Email);
    asked(&desk, 2, Channel::Email);
    desk.ok(&agent(ANNA), Take { ticket: ticket_id(2) });
    desk.ok(&agent(ANNA), resolve(ticket_id(2)));
    desk.ok(&agent(ANNA), Take { ticket: ticket_id(1) });
    desk.ok(&Actor::Host, Merge::new(ticket_id(1), ticket_id(2)));
    assert_eq!((owner(&desk, 2), desk.load_of(ANNA)), (Some(ANNA), 1));
    assert_eq!(desk.status(ticket_id(2)), "open");
    desk.verify();
}

#[test]
fn the_room_that_one_of_them_leaves_is_given_to_the_other_whichever_is_named() {
    for named in [1, 2] {
        let mut draft =
            all(Route::to("support").skill("networks", 1).overflow(Span::minutes(15), "billing"));
        draft.rules.time_rules = vec![
            TimeRule::new("hour", Anchor::OpenedAt, Span::hours(1))
                .when("tags contains move".parse().unwrap())
                .then(Action::Assign(Assignment::agent(CARL))),
        ];
        // No rule routes to Carl, and one names him.
        let able = in_support("Anna").capacity(1).skill("networks", 1);
        let agents = [(ANNA, able), (CARL, in_support("Carl"))];
        let desk = with(draft, &agents);
        assert_eq!([1, 2].map(|n| asked(&desk, n, Channel::Email)), [Some(ANNA), None]);
        let mut edit = Edit::new(ticket_id(1));
        edit.add_tags.insert("move".into());
        desk.ok(&Actor::Host, edit);
        desk.pass(hours(2));
        let (one, other) = (ticket_id(named), ticket_id(3 - named));
        let done = desk.ok(&Actor::Host, link(one, LinkKind::Related, other));
        assert_eq!(done.tries, 1);
        assert_eq!([1, 2].map(|n| owner(&desk, n)), [Some(CARL), Some(ANNA)]);
        assert_eq!((desk.load_of(ANNA), desk.load_of(CARL)), (1, 1));
        desk.verify();
    }
}

#[test]
fn one_agent_may_be_given_and_lose_several_at_once() {
    // All of them to one.
    let desk = two_due(Route::to("support"), &[(ANNA, in_support("Anna"))]);
    assert_eq!(linked(&desk).tries, 1);
    assert_eq!([1, 2].map(|n| owner(&desk, n)), [Some(ANNA); 2]);

    // And all of them from one, where it matters since when somebody is without work.
    let mut draft = all(Route::to("support").by(Strategy::MostIdle).skill("networks", 1));
    let carl = Action::Assign(Assignment::agent(CARL));
    draft.rules.time_rules =
        vec![TimeRule::new("hour", Anchor::OpenedAt, Span::hours(1)).then(carl)];
    // No rule routes to Carl, and one names him.
    let able = in_support("Anna").skill("networks", 1);
    let desk = with(draft, &[(ANNA, able), (CARL, in_support("Carl"))]);
    assert_eq!([1, 2].map(|n| asked(&desk, n, Channel::Email)), [Some(ANNA); 2]);
    desk.pass(hours(2));
    assert_eq!(linked(&desk).tries, 1);
    assert_eq!([1, 2].map(|n| owner(&desk, n)), [Some(CARL); 2]);
    assert!(counter(&desk, Counter::Freed(ANNA)) > 0);
    desk.verify();
}

#[test]
fn what_a_merged_ticket_was_given_in_the_same_command_takes_up_nobodys_room() {
    let mut draft = draft();
    draft.rules.time_rules = vec![
        TimeRule::new("hour", Anchor::OpenedAt, Span::hours(1))
            .when("status = new".parse().unwrap())
            .then(Action::Route(Route::to("support"))),
    ];
    let desk = with(draft, &[(ANNA, in_support("Anna").capacity(1))]);
    asked(&desk, 1, Channel::Email);
    asked(&desk, 2, Channel::Email);
    desk.ok(&agent(ANNA), Take { ticket: ticket_id(2) });
    desk.ok(&agent(ANNA), resolve(ticket_id(2)));
    desk.pass(hours(2));
    desk.ok(&Actor::Host, Merge::new(ticket_id(1), ticket_id(2)));
    assert_eq!((owner(&desk, 2), desk.load_of(ANNA)), (Some(ANNA), 1));
    desk.verify();
}

#[test]
fn what_one_of_them_takes_up_is_counted_once() {
    let mut draft = all(Route::to("support").overflow(Span::minutes(15), "billing"));
    draft.rules.time_rules = vec![
        TimeRule::new("hour", Anchor::OpenedAt, Span::hours(1))
            .when("tags contains move".parse().unwrap())
            .then(Action::Assign(Assignment::agent(ANNA))),
    ];
    let desk = with(draft.clone(), &[(ANNA, in_support("Anna").capacity(2))]);
    away(&desk, ANNA, true);
    assert_eq!([1, 2].map(|n| asked(&desk, n, Channel::Email)), [None, None]);
    let mut edit = Edit::new(ticket_id(1));
    edit.add_tags.insert("move".into());
    desk.ok(&Actor::Host, edit);
    // She is back, and nobody looks.
    let rules = std::mem::take(&mut draft.rules);
    desk.publish(draft.clone());
    away(&desk, ANNA, false);
    desk.publish(SettingsDraft { rules, ..draft });
    desk.pass(hours(2));
    assert_eq!(linked(&desk).tries, 1);
    assert_eq!([1, 2].map(|n| owner(&desk, n)), [Some(ANNA); 2]);
    assert_eq!(desk.load_of(ANNA), 2);
}
