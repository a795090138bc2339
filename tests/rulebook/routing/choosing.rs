//! Who is given what comes to wait.

use helpdesk::command::{Assign, Reply, Take, Transfer, Unassign};
use helpdesk::rules::routing::{Unfit, Why};
use helpdesk::rules::{Action, Assignment, Sticky, Strategy, Trigger};
use helpdesk::{Fact, NoticeKind, Recipient, Span, Step};

use super::*;

#[test]
fn what_is_opened_goes_to_an_agent_and_says_why() {
    let desk = desk(Route::to("support"), &two());
    assert_eq!(asked(&desk, 1, Channel::Email), Some(ANNA));
    let history = desk.history(ticket_id(1));
    let [opened, routed, assigned] = &history[..] else { panic!("{history:?}") };
    assert!(by_rule(routed, "all") && by_rule(assigned, "all"));
    assert_eq!(routed.cause.parent.unwrap().revision, opened.revision);
    assert_eq!(assigned.cause.parent.unwrap().revision, routed.revision);
    let decision = last_routed(&desk, ticket_id(1)).decision.unwrap();
    assert_eq!((decision.agent(), decision.why), (Some(ANNA), Some(Why::LowestId)));
    let told = desk.notices();
    let anna =
        |it: &&helpdesk::Notice| it.kind == NoticeKind::Assigned && it.to == Recipient::Agent(ANNA);
    assert_eq!(told.iter().filter(anna).count(), 1);
    desk.verify();
}

#[test]
fn without_rules_everything_waits_in_the_queue() {
    let desk = with(draft(), &two());
    assert_eq!(asked(&desk, 1, Channel::Email), None);
    assert_eq!(desk.changes(ticket_id(1)).len(), 1);
    assert!(desk.desk.route(desk.context(&Actor::Host), ticket_id(1)).unwrap().is_no_op());
    assert!(away(&desk, ANNA, true).backlog.is_none());
    assert!(away(&desk, ANNA, false).backlog.is_none());
    assert_eq!(desk.changes(ticket_id(1)).len(), 1);
}

#[test]
fn the_first_rule_that_matches_says_where_to() {
    let mut draft = draft();
    draft.rules.routing = vec![
        RoutingRule::new("fires", Assignment::agent(CARL)).when(Fact::Subject.contains("printer")),
        RoutingRule::new("others", Assignment::department("billing")),
    ];
    let desk = with(draft, &two());
    assert_eq!(asked(&desk, 1, Channel::Email), Some(CARL));
    let other = helpdesk::command::Open::new(
        ticket_id(2),
        helpdesk::Requester::Contact(MARIA),
        "A question",
    );
    desk.ok(&customer(MARIA), other);
    let ticket = desk.ticket(ticket_id(2));
    assert_eq!(ticket.department().unwrap(), &"billing");
    assert!(ticket.is_queued());
    let history = desk.history(ticket_id(2));
    assert!(by_rule(history.last().unwrap(), "others"));
}

#[test]
fn an_agent_whom_a_rule_names_and_who_cannot_have_it_is_not_given_it_and_it_says_why() {
    let mut draft = draft();
    draft.rules.routing = vec![RoutingRule::new("Carl's", Assignment::agent(CARL))];
    let desk = with(draft, &two());
    away(&desk, CARL, true);
    assert_eq!(asked(&desk, 1, Channel::Email), None);
    let decision = last_routed(&desk, ticket_id(1)).decision.unwrap();
    assert_eq!(decision.dropped.len(), 1, "nobody else is looked at");
    assert_eq!(decision.dropped[0].because, Unfit::Unavailable);
    // Of another department, and unheard of.
    for n in [BEN, AgentId::from_u128(0xFF)] {
        let mut draft = super::draft();
        draft.rules.routing = vec![RoutingRule::new("theirs", Assignment::agent(n))];
        let billing = helpdesk::AgentProfile::new("Ben").department("billing");
        let desk = with(draft, &[(BEN, billing)]);
        assert_eq!(asked(&desk, 1, Channel::Email), None);
        let decision = last_routed(&desk, ticket_id(1)).decision.unwrap();
        assert_eq!(decision.dropped[0].because, Unfit::OtherDepartment);
    }
}

#[test]
fn in_round_robin_nobody_gets_more_than_one_more_than_another() {
    let mut agents = two();
    agents.push((DORA, in_support("Dora")));
    let desk = desk(Route::to("support"), &agents);
    for n in 1..=50 {
        // All of one instant, then each later than the one before.
        if n > 25 {
            desk.pass(chrono::TimeDelta::seconds(1));
        }
        asked(&desk, n, Channel::Email).unwrap();
        let loads = [ANNA, CARL, DORA].map(|agent| desk.load_of(agent));
        let (least, most) = (loads.iter().min().unwrap(), loads.iter().max().unwrap());
        assert!(most - least <= 1, "{loads:?} after {n}");
    }
}

#[test]
fn the_least_loaded_is_never_busier_than_another() {
    let desk = desk(Route::to("support").by(Strategy::LeastLoaded), &two());
    for n in 1..=20 {
        let before = [ANNA, CARL].map(|agent| desk.load_of(agent));
        let chosen = asked(&desk, n, Channel::Email).unwrap();
        let theirs = before[usize::from(chosen == CARL)];
        assert_eq!(theirs, *before.iter().min().unwrap());
        if n % 3 == 0 {
            desk.ok(&Actor::Host, resolve(ticket_id(n)));
        }
    }
}

#[test]
fn who_has_been_without_work_for_longest_comes_first() {
    let desk = desk(Route::to("support").by(Strategy::MostIdle), &two());
    assert_eq!(asked(&desk, 1, Channel::Email), Some(ANNA));
    desk.pass(hours(1));
    assert_eq!(asked(&desk, 2, Channel::Email), Some(CARL));
    desk.pass(hours(1));
    desk.ok(&agent(CARL), resolve(ticket_id(2)));
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), resolve(ticket_id(1)));
    desk.pass(hours(1));
    assert_eq!(asked(&desk, 3, Channel::Email), Some(CARL), "idle for two hours");
    assert_eq!(asked(&desk, 4, Channel::Email), Some(ANNA));
}

#[test]
fn skills_and_languages_are_asked_for() {
    let route = Route::to("support").skill("networks", 3).same_language();
    let agents = [
        (ANNA, in_support("Anna").skill("networks", 5).language("de")),
        (CARL, in_support("Carl").skill("networks", 3).language("it").language("de")),
        (DORA, in_support("Dora").skill("networks", 2).language("it")),
    ];
    let desk = desk(route, &agents);
    speaks(&desk, "it-CH");
    for n in 1..=3 {
        assert_eq!(asked(&desk, n, Channel::Email), Some(CARL));
    }
    let dropped = last_routed(&desk, ticket_id(3)).decision.unwrap().dropped;
    let said: Vec<String> = dropped.iter().map(|it| it.because.to_string()).collect();
    assert_eq!(said, ["does not speak `it-CH`", "has `networks` at 2, and 3 is asked"]);
}

#[test]
fn another_department_without_an_heir_is_routed_anew_and_one_with_an_heir_is_not() {
    let mut draft = draft();
    draft.rules.routing = vec![RoutingRule::new("all", Route::default())];
    let mut agents = two();
    agents.push((BEN, helpdesk::AgentProfile::new("Ben").department("billing")));
    let desk = with(draft, &agents);
    assert_eq!(asked(&desk, 1, Channel::Email), Some(ANNA));
    desk.ok(&agent(ANNA), transfer(ticket_id(1), "billing"));
    assert_eq!(owner(&desk, 1), Some(BEN));
    let back = Transfer { agent: Some(CARL), ..transfer(ticket_id(1), "support") };
    desk.ok(&agent(BEN), back);
    assert_eq!(owner(&desk, 1), Some(CARL));
    assert!(!by_rule(desk.history(ticket_id(1)).last().unwrap(), "all"));
    desk.verify();
}

#[test]
fn what_is_given_back_by_hand_waits_and_does_not_go_back_to_who_gave_it_back() {
    let desk = desk(Route::to("support"), &two());
    assert_eq!(asked(&desk, 1, Channel::Email), Some(ANNA));
    desk.ok(&agent(ANNA), Unassign { ticket: ticket_id(1) });
    assert_eq!(owner(&desk, 1), None);
    assert_eq!(desk.ticket(ticket_id(1)).routing().left_lying_by(), [ANNA]);
    away(&desk, CARL, true);
    desk.desk.route(desk.context(&Actor::Host), ticket_id(1)).unwrap();
    assert_eq!(owner(&desk, 1), None, "Anna gave it back, and Carl is away");
    away(&desk, CARL, false);
    assert_eq!(owner(&desk, 1), Some(CARL));
    desk.ok(&agent(CARL), Take { ticket: ticket_id(1) });
    assert!(desk.ticket(ticket_id(1)).routing().left_lying_by().is_empty());
    desk.verify();
}

#[test]
fn who_had_it_last_comes_first_if_they_can_have_it_and_not_otherwise() {
    let route = Route::to("support").sticky(Sticky::LastAgent);
    for is_away in [false, true] {
        let desk = desk(route.clone(), &two());
        asked(&desk, 1, Channel::Email);
        asked(&desk, 2, Channel::Email);
        assert_eq!([1, 2].map(|n| owner(&desk, n)), [Some(ANNA), Some(CARL)]);
        // Carl's turn is over; Anna's would come.
        desk.put_agent(CARL, in_support("Carl").capacity(0));
        desk.ok(&agent(CARL), resolve(ticket_id(2)));
        desk.put_agent(CARL, in_support("Carl").capacity(0).skill("x", 1));
        desk.ok(&customer(MARIA), Reply::new(ticket_id(2), "Still broken"));
        // Carl had no room when it came back: somebody else has it.
        assert_eq!(owner(&desk, 2), Some(ANNA));
        desk.put_agent(CARL, in_support("Carl"));
        away(&desk, CARL, is_away);
        desk.ok(&agent(ANNA), resolve(ticket_id(2)));
        desk.put_agent(ANNA, in_support("Anna").capacity(1));
        desk.ok(&customer(MARIA), Reply::new(ticket_id(2), "And again"));
        let expected = if is_away { None } else { Some(CARL) };
        assert_eq!(owner(&desk, 2), expected, "Anna was last, and has no room");
    }
}

#[test]
fn a_hand_assigns_whatever_the_rules_say() {
    let desk = desk(Route::to("support"), &two());
    asked(&desk, 1, Channel::Email);
    away(&desk, CARL, true);
    desk.ok(&agent(ANNA), Assign::new(ticket_id(1), CARL));
    assert_eq!(owner(&desk, 1), Some(CARL));
}

#[test]
fn what_was_decided_is_what_is_explained() {
    let agents: Vec<_> = (0..60)
        .map(|n| {
            let profile = in_support(&format!("A{n}"));
            (AgentId::from_u128(0x1000 + n), if n % 2 == 0 { profile } else { profile.capacity(0) })
        })
        .collect();
    let desk = desk(Route::to("support").by(Strategy::LeastLoaded), &agents);
    let mut draft = all(Route::to("support").by(Strategy::LeastLoaded));
    draft.rules.routing.clear();
    desk.publish(draft);
    assert_eq!(asked(&desk, 1, Channel::Email), None);
    desk.publish(all(Route::to("support").by(Strategy::LeastLoaded)));

    let explained = desk.desk.explain_routing(desk.now(), ticket_id(1)).unwrap().unwrap();
    let whole = explained.decision.unwrap();
    assert_eq!((whole.ranked.len(), whole.dropped.len()), (30, 30));
    assert_eq!((whole.more_ranked, whole.more_dropped), (0, 0));
    assert_eq!(owner(&desk, 1), None, "explaining changes nothing");
    let again = desk.desk.explain_routing(desk.now(), ticket_id(1)).unwrap().unwrap();
    assert_eq!(again.decision.unwrap(), whole);

    desk.desk.route(desk.context(&Actor::Host), ticket_id(1)).unwrap();
    let recorded = last_routed(&desk, ticket_id(1)).decision.unwrap();
    assert_eq!(recorded.agent(), whole.agent());
    assert_eq!((recorded.ranked.len(), recorded.more_ranked), (20, 10));
    assert_eq!((recorded.dropped.len(), recorded.more_dropped), (20, 10));
    assert_eq!(recorded.ranked[..], whole.ranked[..20]);
    assert_eq!(recorded.dropped[..], whole.dropped[..20]);
}

/// Settings under which a change of tags has an owner looked for anew, by the least work.
fn anew() -> SettingsDraft {
    let route = Route::to("support").by(Strategy::LeastLoaded);
    let mut draft = all(route.clone());
    draft.rules.triggers =
        vec![Trigger::new("anew", "tags changed".parse().unwrap()).then(Action::Route(route))];
    draft
}

fn tag(desk: &TestDesk, n: u128) -> helpdesk::Outcome {
    let mut edit = helpdesk::command::Edit::new(ticket_id(n));
    edit.add_tags.insert("again".into());
    desk.ok(&Actor::Host, edit)
}

#[test]
fn what_an_owner_has_already_is_no_work_more_to_them() {
    let desk = with(anew(), &two());
    assert_eq!([1, 2].map(|n| asked(&desk, n, Channel::Email)), [Some(ANNA), Some(CARL)]);
    let before = desk.changes(ticket_id(2)).len();
    tag(&desk, 2);
    assert_eq!(owner(&desk, 2), Some(CARL), "without it he has nothing, and Anna has one");
    assert_eq!(desk.changes(ticket_id(2)).len(), before + 1, "it is not given to him again");

    // Nor does it take up the room that they have for it.
    for anna in [in_support("Anna").capacity(1), in_support("Anna").channel_capacity("email", 1)] {
        let desk = with(anew(), &[(ANNA, anna)]);
        assert_eq!(asked(&desk, 1, Channel::Email), Some(ANNA));
        let chosen: Vec<_> = tag(&desk, 1)
            .trace
            .iter()
            .filter_map(|step| match step {
                Step::Routed { decision, .. } => Some(decision.agent()),
                _ => None,
            })
            .collect();
        assert_eq!(chosen, [Some(ANNA)]);
    }
}

#[test]
fn what_waits_and_is_moved_by_hand_is_routed_where_it_comes() {
    let mut draft = all(Route::default());
    draft.rules.routing = vec![RoutingRule::new("all", Route::default())];
    let ben = helpdesk::AgentProfile::new("Ben").department("billing");
    let desk = with(draft, &[(ANNA, in_support("Anna").capacity(0)), (BEN, ben)]);
    assert_eq!(asked(&desk, 1, Channel::Email), None);
    desk.ok(&Actor::Host, transfer(ticket_id(1), "billing"));
    assert_eq!(owner(&desk, 1), Some(BEN));
}

#[test]
fn a_queue_is_told_of_what_a_route_brings_to_it_where_nobody_can_have_it() {
    let desk = desk(Route::to("billing"), &two());
    assert_eq!(asked(&desk, 1, Channel::Email), None);
    let told = desk.notices().into_iter().filter(|it| it.kind == NoticeKind::Queued);
    let told: Vec<_> = told.map(|it| it.to).collect();
    assert_eq!(told, [Recipient::Department("billing".into())]);
}

#[test]
fn who_works_in_both_departments_is_looked_at_once() {
    let route = Route::to("support").overflow(Span::minutes(15), "billing");
    let both = in_support("Anna").department("billing");
    let desk = desk(route, &[(ANNA, both)]);
    away(&desk, ANNA, true);
    assert_eq!(asked(&desk, 1, Channel::Email), None);
    desk.pass(hours(1));
    away(&desk, ANNA, false);
    let decision = last_routed(&desk, ticket_id(1)).decision.unwrap();
    assert!(decision.overflowed);
    assert_eq!((decision.ranked.len(), decision.dropped.len()), (1, 0));
}
