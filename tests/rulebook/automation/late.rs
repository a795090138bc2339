//! What rules did long before anybody looked, and what they did last.

use helpdesk::command::{Assign, Merge};
use helpdesk::rules::{Action, Anchor, Route, RoutingRule, TimeRule, ToStatus, Trigger};
use helpdesk::sla::policy::{Audience, Obligation};
use helpdesk::sla::{Metric, SlaPolicy, Verdict};
use helpdesk::{Span, TicketId};

use super::tags;
use crate::support::{
    ANNA, MARIA, TICKET, TestDesk, agent, customer, days, draft, monday, reply, request,
};

fn done(status: &str) -> Action {
    Action::SetStatus(ToStatus::new(status).resolution("solved"))
}

#[test]
fn clocks_and_triggers_see_what_routing_did_however_short_cascades_are() {
    let mut draft = draft();
    draft.limits.cascade_depth = 1;
    let assign = Obligation::new(Metric::TimeToAssign).within(Span::hours(1));
    draft.sla_policies = vec![SlaPolicy::new("standard").obligation(assign)];
    draft.rules.routing = vec![RoutingRule::new("all", Route::to("support"))];
    draft.rules.triggers = vec![
        Trigger::new("given", "assignee changed".parse().unwrap())
            .then(Action::AddTag("given".into())),
    ];
    let desk = TestDesk::with(draft);
    desk.given_request();
    let ticket = desk.ticket(TICKET);
    assert!(ticket.assignee().is_some());
    assert_eq!(tags(&desk, TICKET), ["given"]);
    let clocks = ticket.clocks(Audience::Customer).unwrap();
    let assigned = clocks.of(Metric::TimeToAssign).unwrap().ended().unwrap();
    assert_eq!((assigned.at, assigned.verdict), (monday(), Some(Verdict::Met)));
    desk.verify();
}

#[test]
fn two_routing_rules_do_not_hand_a_ticket_round() {
    let mut draft = draft();
    draft.rules.routing = vec![
        RoutingRule::new("there", Route::to("billing"))
            .when("department = support".parse().unwrap()),
        RoutingRule::new("back", Route::to("support")),
    ];
    let desk = TestDesk::with(draft);
    desk.given_request();
    let given = desk.changes(TICKET).into_iter();
    let given = given.filter(|it| matches!(it, helpdesk::TicketChange::Assigned { .. }));
    assert_eq!(given.count(), 1);
    desk.verify();
}

#[test]
fn who_had_what_a_rule_resolved_keeps_it_whether_or_not_anybody_ticked() {
    for ticks in [false, true] {
        let mut draft = draft();
        draft.rules.time_rules = vec![
            TimeRule::new("done", Anchor::LastAnsweredAt, Span::days(3)).then(done("resolved")),
        ];
        let desk = TestDesk::with(draft);
        desk.given_request();
        desk.ok(&agent(ANNA), Assign::new(TICKET, ANNA));
        desk.ok(&agent(ANNA), reply(TICKET));
        desk.pass(days(4));
        if ticks {
            desk.desk.tick(desk.now()).unwrap();
        }
        desk.ok(&customer(MARIA), reply(TICKET));
        let ticket = desk.ticket(TICKET);
        assert_eq!((ticket.reopen_count(), ticket.assignee()), (1, Some(ANNA)), "ticked: {ticks}");
        assert_eq!(desk.load_of(ANNA), 1);
        desk.verify();
    }
}

#[test]
fn a_rule_that_closed_what_others_were_merged_into_lets_all_of_it_be_erased_in_time() {
    const SECOND: TicketId = TicketId::from_u128(0x72);
    let mut draft = draft();
    draft.retention = Some(Span::days(1));
    draft.rules.time_rules =
        vec![TimeRule::new("old", Anchor::OpenedAt, Span::days(2)).then(done("closed"))];
    let desk = TestDesk::with(draft);
    desk.given_request();
    desk.ok(&customer(MARIA), request(SECOND));
    desk.ok(&agent(ANNA), Merge { ticket: TICKET, into: SECOND });
    desk.pass(days(10));
    let ticked = desk.desk.tick(desk.now()).unwrap();
    assert!(ticked.failed.is_empty(), "{ticked:?}");
    for id in [TICKET, SECOND] {
        assert!(desk.ticket(id).subject().known().is_none());
    }
    desk.verify();
}
