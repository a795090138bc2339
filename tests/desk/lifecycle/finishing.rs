//! Resolving and closing, and the record of how it ended.

use super::*;

#[test]
fn closing_unresolved_work_requires_a_resolution() {
    let desk = TestDesk::new();
    let ticket = desk.given_request();
    let bare = || Close { ticket, resolution: None };
    assert_eq!(desk.refused(&agent(ANNA), bare()), Refusal::ResolutionRequired);
    desk.ok(&agent(ANNA), resolve(ticket));
    desk.ok(&agent(ANNA), bare());
    assert_eq!(desk.status(ticket), "closed");
    let resolution = desk.ticket(ticket).resolution().cloned().unwrap();
    assert_eq!(resolution.code().as_str(), "solved");
}

#[test]
fn a_resolution_says_how_in_words_by_whom_and_when_and_is_kept_when_it_reopens() {
    let desk = TestDesk::new();
    let ticket = desk.given_request();
    let resolution = Resolving { code: "workaround".into(), text: "Use the other one".into() };
    let resolved = desk.pass(hours(3));
    desk.ok(&agent(ANNA), Resolve { ticket, resolution });
    desk.pass(hours(1));
    desk.ok(&customer(MARIA), reply(ticket));
    let head = desk.ticket(ticket);
    assert_eq!(head.status().name, "open");
    let resolution = head.resolution().unwrap();
    assert_eq!(resolution.code().as_str(), "workaround");
    assert_eq!(resolution.text().as_str(), "Use the other one");
    assert_eq!((resolution.by(), resolution.at()), (&agent(ANNA), resolved));
    desk.ok(&agent(CARL), resolve(ticket));
    assert_eq!(desk.ticket(ticket).resolution().unwrap().code().as_str(), "solved");
}

#[test]
fn closing_directly_records_the_resolution_too() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    let now = desk.pass(hours(1));
    desk.ok(&agent(ANNA), close(id));
    let ticket = desk.ticket(id);
    assert_eq!(ticket.resolution().unwrap().code().as_str(), "solved");
    assert_eq!((ticket.resolved_at(), ticket.closed_at()), (Some(now), Some(now)));
    let recorded =
        |change: &TicketChange| matches!(change, TicketChange::ResolutionRecorded { .. });
    assert_eq!(desk.changes(id).iter().filter(|change| recorded(change)).count(), 1);
}

#[test]
fn an_unknown_resolution_code_is_refused() {
    let desk = TestDesk::new();
    let ticket = desk.given_request();
    let resolution = Resolving::new("by magic");
    let refusal = desk.refused(&agent(ANNA), Resolve { ticket, resolution: resolution.clone() });
    assert_eq!(refusal.code(), "unknown_name");
    desk.ok(&agent(ANNA), resolve(ticket));
    let close = Close { ticket, resolution: Some(resolution) };
    assert_eq!(desk.refused(&agent(ANNA), close).code(), "unknown_name");
}

#[test]
fn resolving_again_with_nothing_new_changes_nothing() {
    let desk = TestDesk::new();
    let id = desk.given_status("resolved");
    assert!(desk.ok(&agent(ANNA), resolve(id)).is_no_op());
    desk.ok(&agent(ANNA), close(id));
    assert!(desk.ok(&agent(ANNA), close(id)).is_no_op());
}
