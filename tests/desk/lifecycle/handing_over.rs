//! Transfers, escalations, owners and reasons.

use super::*;

#[test]
fn escalation_leads_to_a_higher_tier_with_a_reason_and_is_counted() {
    let desk = TestDesk::new();
    let ticket = desk.given_request();
    desk.ok(&agent(ANNA), Take { ticket });
    let refusal = desk.refused(&agent(ANNA), escalate(ticket, "billing"));
    assert_eq!(refusal.code(), "not_higher_tier", "the same tier");
    let bare = Escalate { reason: " ".into(), ..escalate(ticket, "engineering") };
    assert_eq!(desk.refused(&agent(ANNA), bare).code(), "empty");
    assert_eq!(desk.refused(&agent(ANNA), escalate(ticket, "nasa")).code(), "unknown_name");
    desk.ok(&agent(ANNA), escalate(ticket, "engineering"));
    let head = desk.ticket(ticket);
    assert_eq!(head.department().unwrap().as_str(), "engineering");
    assert_eq!((head.escalation_count(), head.transfer_count()), (1, 0));
    assert_eq!(head.assignee(), None);
    assert_eq!(head.status().name, "in_progress");
    let refusal = desk.refused(&agent(EVA), escalate(ticket, "engineering"));
    assert_eq!(refusal.code(), "not_higher_tier");
}

#[test]
fn escalation_may_name_an_agent_of_the_department() {
    let desk = TestDesk::new();
    let ticket = desk.given_request();
    let to = |agent| Escalate { agent: Some(agent), ..escalate(ticket, "engineering") };
    assert_eq!(desk.refused(&agent(ANNA), to(CARL)).code(), "not_in_department");
    assert_eq!(desk.refused(&agent(ANNA), to(LIA)).code(), "cannot_own");
    desk.ok(&agent(ANNA), to(EVA));
    assert_eq!(desk.ticket(ticket).assignee(), Some(EVA));
    assert_eq!(desk.load_of(EVA), 1);
}

#[test]
fn a_transfer_keeps_everything_but_the_owner() {
    let desk = TestDesk::new();
    let ticket = desk.given_request();
    desk.ok(&agent(ANNA), Take { ticket });
    desk.ok(&agent(ANNA), Note::new(ticket, "known since May"));
    let before = desk.ticket(ticket);
    desk.ok(&agent(ANNA), transfer(ticket, "billing"));
    let after = desk.ticket(ticket);
    assert_eq!(after.department().unwrap().as_str(), "billing");
    assert_eq!((after.assignee(), after.transfer_count()), (None, 1));
    assert_eq!(after.status(), before.status());
    assert_eq!(after.timers(), before.timers());
    assert_eq!(desk.thread(&agent(BEN), ticket), ["It burns", "known since May"]);
    assert_eq!((desk.load_of(ANNA), desk.load_of(BEN)), (0, 0));
    // Now it is out of her sight.
    assert_eq!(desk.refused(&agent(ANNA), reply(ticket)).code(), "not_found");
}

#[test]
fn a_transfer_to_where_it_is_does_nothing_or_assigns() {
    let desk = TestDesk::new();
    let ticket = desk.given_request();
    desk.ok(&agent(ANNA), Take { ticket });
    assert!(desk.ok(&agent(ANNA), transfer(ticket, "support")).is_no_op());
    let to = Transfer { agent: Some(CARL), ..transfer(ticket, "support") };
    desk.ok(&agent(ANNA), to);
    let head = desk.ticket(ticket);
    assert_eq!((head.assignee(), head.transfer_count()), (Some(CARL), 0));
    assert_eq!((desk.load_of(ANNA), desk.load_of(CARL)), (0, 1));
}

#[test]
fn an_owner_in_both_departments_may_be_named_in_the_new_one() {
    let desk = TestDesk::new();
    desk.put_agent(ANNA, profile(ANNA).department("billing").capacity(1));
    let ticket = desk.given_request();
    desk.ok(&agent(ANNA), Take { ticket });
    desk.ok(&agent(ANNA), Transfer { agent: Some(ANNA), ..transfer(ticket, "billing") });
    assert_eq!(desk.ticket(ticket).assignee(), Some(ANNA), "her own load is no obstacle");
    assert_eq!(desk.load_of(ANNA), 1);
}

#[test]
fn queued_is_nobodys_and_unfinished() {
    let desk = TestDesk::new();
    let ticket = desk.given_request();
    assert!(desk.ticket(ticket).is_queued());
    desk.ok(&agent(ANNA), Assign::new(ticket, CARL));
    assert!(!desk.ticket(ticket).is_queued());
    desk.ok(&agent(ANNA), Unassign { ticket });
    assert!(desk.ticket(ticket).is_queued());
    assert!(desk.ok(&agent(ANNA), Unassign { ticket }).is_no_op());
    desk.ok(&agent(ANNA), resolve(ticket));
    assert!(!desk.ticket(ticket).is_queued());
}

#[test]
fn a_reason_belongs_to_its_status_and_goes_with_it() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    let anna = agent(ANNA);
    assert_eq!(desk.refused(&anna, set_status(id, "pending")).code(), "reason_required");
    let vendor = set_with_reason(id, "pending", "vendor");
    assert_eq!(desk.refused(&anna, vendor).code(), "reason_not_taken");
    let open = set_with_reason(id, "open", "vendor");
    assert_eq!(desk.refused(&anna, open).code(), "reason_not_taken");
    desk.ok(&anna, set_with_reason(id, "pending", "information"));
    let since = desk.ticket(id).status_since();
    desk.pass(hours(1));
    // The same status with another reason: recorded, and the status is as old as before.
    desk.ok(&anna, set_with_reason(id, "pending", "confirmation"));
    assert_eq!(desk.ticket(id).reason().unwrap().as_str(), "confirmation");
    assert_eq!(desk.ticket(id).status_since(), since);
    assert!(desk.ok(&anna, set_with_reason(id, "pending", "confirmation")).is_no_op());
    assert!(desk.ok(&anna, set_status(id, "pending")).is_no_op());
    desk.ok(&customer(MARIA), reply(id));
    assert_eq!((desk.status(id).as_str(), desk.ticket(id).reason()), ("open", None));
}

#[test]
fn an_unknown_status_is_refused_by_name() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    let refusal = desk.refused(&agent(ANNA), set_status(id, "limbo"));
    assert_eq!(refusal.code(), "unknown_name");
    assert!(refusal.to_string().contains("`limbo`"));
}
