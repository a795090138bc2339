//! A host's own workflow, end to end on a desk.

use helpdesk::command::{Close, Edit, Open, Resolve, Resolving, Take};
use helpdesk::{
    FieldDef, FieldKind, FieldValue, Landmarks, Origin, Party, Reason, Refusal, SettingsDraft,
    StatusCategory, StatusDraft, TicketId, Transition, WaitsFor, WorkflowDraft,
};

use crate::support::*;

/// Inbox, bench, vendor, shelf, fixed, done: a repair shop. The customer may close what is
/// fixed, and withdraw what is in the inbox; only owners and admins send work to the vendor;
/// what is fixed has a part number.
fn shop() -> SettingsDraft {
    let to = |names: &[&str]| names.iter().map(|name| Transition::to(*name)).collect();
    let and_customer = |name: &str| {
        let by = Party::STAFF.into_iter().chain([Party::Customer]).collect();
        Transition { to: name.into(), by }
    };
    let mut inbox = StatusDraft::new("inbox", StatusCategory::New);
    inbox.on_take = Some("bench".into());
    inbox.transitions = to(&["bench", "shelf", "fixed"]);
    inbox.transitions.push(and_customer("done"));
    let mut bench = StatusDraft::new("bench", StatusCategory::Open);
    bench.transitions = to(&["shelf", "fixed"]);
    let by = vec![Party::Owner, Party::Admin];
    bench.transitions.push(Transition { to: "vendor".into(), by });
    let mut vendor = StatusDraft::new("vendor", StatusCategory::OnHold);
    vendor.reasons = vec!["part".into(), "quote".into()];
    vendor.transitions = to(&["bench"]);
    let mut shelf = StatusDraft::new("shelf", StatusCategory::OnHold);
    shelf.transitions = to(&["bench"]);
    let mut fixed = StatusDraft::new("fixed", StatusCategory::Resolved);
    fixed.required_fields = vec!["part".into()];
    fixed.transitions = vec![and_customer("done")];
    let done = StatusDraft::new("done", StatusCategory::Closed);
    SettingsDraft {
        workflow: WorkflowDraft {
            statuses: vec![inbox, bench, vendor, shelf, fixed, done],
            reasons: ["part", "quote"]
                .map(|name| Reason { name: name.into(), waits_for: WaitsFor::ThirdParty })
                .to_vec(),
            landmarks: Landmarks {
                initial: "inbox".into(),
                outreach: "bench".into(),
                postponed: "shelf".into(),
                woken: "bench".into(),
                resolved: "fixed".into(),
                closed: "done".into(),
                reopened: "bench".into(),
                proposed: None,
            },
        },
        fields: vec![FieldDef::new("part", FieldKind::Text { max_bytes: 20 })],
        ..draft()
    }
}

fn part(ticket: TicketId, number: Option<&str>) -> Edit {
    let value = number.map(|number| FieldValue::Text(number.into()));
    Edit { fields: [("part".into(), value)].into(), ..Edit::new(ticket) }
}

#[test]
fn from_the_inbox_to_done() {
    let desk = TestDesk::with(shop());
    let ticket = desk.given_request();
    assert_eq!(desk.status(ticket), "inbox");
    desk.ok(&agent(ANNA), reply(ticket));
    assert_eq!(desk.status(ticket), "inbox", "this shop's table has no such move");
    desk.ok(&agent(ANNA), Take { ticket });
    assert_eq!(desk.status(ticket), "bench");

    let refusal = desk.refused(&agent(ANNA), set_with_reason(ticket, "vendor", "part"));
    assert_eq!(refusal.code(), "transition_forbidden");
    desk.ok(&agent(ADMIN), set_status(ticket, "vendor"));
    assert_eq!(desk.ticket(ticket).reason(), None, "a reason may be given, and need not");
    desk.ok(&agent(ADMIN), set_with_reason(ticket, "vendor", "quote"));
    assert_eq!(desk.ticket(ticket).reason().unwrap().as_str(), "quote");
    let refusal = desk.refused(&agent(ADMIN), set_status(ticket, "inbox"));
    assert_eq!(refusal.code(), "no_transition");
    desk.ok(&agent(ANNA), set_status(ticket, "bench"));

    let until = desk.now() + days(1);
    let aside = helpdesk::command::Postpone { ticket, until, reason: None };
    desk.ok(&agent(ANNA), aside);
    assert_eq!(desk.status(ticket), "shelf");
    desk.advance_to(until);
    assert_eq!(desk.status(ticket), "bench");

    // Not without the part's number.
    let refusal = desk.refused(&agent(ANNA), resolve(ticket));
    assert_eq!(refusal, Refusal::FieldRequired { status: "fixed".into(), field: "part".into() });
    desk.ok(&agent(ANNA), part(ticket, Some("4711")));
    desk.ok(&agent(ANNA), resolve(ticket));
    assert_eq!(desk.refused(&agent(ANNA), part(ticket, None)).code(), "field_required");
    desk.ok(&agent(ANNA), part(ticket, Some("4712")));

    // Maria closes it herself; nobody else's customer does.
    let close = Close { ticket, resolution: None };
    assert_eq!(desk.refused(&customer(OTTO), close.clone()).code(), "not_found");
    assert_eq!(desk.refused(&bot(), close.clone()).code(), "transition_forbidden");
    desk.ok(&customer(MARIA), close);
    assert_eq!(desk.status(ticket), "done");
    assert_eq!(desk.refused(&customer(MARIA), reopen(ticket)).code(), "forbidden");
    desk.ok(&customer(MARIA), reply(ticket));
    assert_eq!(desk.status(ticket), "bench");
    desk.verify();
}

#[test]
fn the_customer_withdraws_a_request_and_says_how_it_ended() {
    let desk = TestDesk::with(shop());
    let ticket = desk.given_request();
    let resolution = Some(Resolving::new("withdrawn"));
    let bare = Close { ticket, resolution: None };
    assert_eq!(desk.refused(&customer(MARIA), bare).code(), "resolution_required");
    let resolving = Resolve { ticket, resolution: Resolving::new("solved") };
    assert_eq!(desk.refused(&customer(MARIA), resolving).code(), "transition_forbidden");
    desk.ok(&customer(MARIA), Close { ticket, resolution });
    assert_eq!(desk.status(ticket), "done");
    assert_eq!(desk.ticket(ticket).resolution().unwrap().by(), &customer(MARIA));
}

#[test]
fn from_the_bench_nobody_closes_directly_and_the_workflow_says_so() {
    let desk = TestDesk::with(shop());
    let ticket = desk.given_request();
    desk.ok(&agent(ANNA), Take { ticket });
    let expected = Refusal::NoTransition { from: "bench".into(), to: "done".into() };
    assert_eq!(desk.refused(&agent(OWNER), close(ticket)), expected);
}

#[test]
fn messages_and_timers_are_not_held_up_by_required_fields() {
    let mut settings = shop();
    settings.workflow.statuses[5].required_fields = vec!["part".into()];
    settings.workflow.statuses[1].required_fields = vec!["part".into()];
    settings.workflow.statuses[4].required_fields = Vec::new();
    settings.workflow.statuses[4].on_customer_reply = Some("bench".into());
    let desk = TestDesk::with(settings);
    let ticket = desk.given_request();
    desk.ok(&agent(ANNA), Take { ticket });
    assert_eq!(desk.status(ticket), "bench", "taking is not by hand");
    desk.ok(&agent(ANNA), resolve(ticket));
    assert_eq!(desk.refused(&agent(ANNA), close(ticket)).code(), "field_required");
    desk.ok(&customer(MARIA), reply(ticket));
    assert_eq!(desk.status(ticket), "bench", "nor is a message");
    desk.ok(&agent(ANNA), resolve(ticket));
    desk.advance_to(desk.now() + days(4));
    assert_eq!(desk.status(ticket), "done", "nor a timer");
}

#[test]
fn an_agents_outreach_starts_where_the_workflow_says() {
    let desk = TestDesk::with(shop());
    let open = Open { origin: Origin::AgentReachedOut, ..request(TICKET) };
    desk.ok(&agent(ANNA), open);
    assert_eq!(desk.status(TICKET), "bench");
}

#[test]
fn a_status_that_new_settings_have_dropped_strands_no_ticket() {
    let desk = TestDesk::new();
    let ids = [1, 2, 3].map(ticket_id);
    for id in ids {
        desk.ok(&customer(MARIA), request(id));
        desk.ok(&agent(ANNA), set_with_reason(id, "suspended", "vendor"));
    }
    desk.publish(shop());
    desk.ok(&agent(ANNA), reply(ids[0]));
    assert_eq!(desk.status(ids[0]), "suspended");
    desk.ok(&customer(MARIA), reply(ids[0]));
    assert_eq!(desk.status(ids[0]), "bench", "a customer's message gets attention");
    desk.ok(&agent(ANNA), set_status(ids[1], "bench"));
    let own = set_status(ids[2], "bench");
    assert_eq!(desk.refused(&customer(MARIA), own).code(), "transition_forbidden");
    let gone = set_with_reason(ids[1], "suspended", "vendor");
    assert_eq!(desk.refused(&agent(ANNA), gone).code(), "unknown_name");
    desk.ok(&agent(ANNA), close(ids[2]));
    desk.verify();
}
