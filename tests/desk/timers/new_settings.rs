//! Timers under settings that change.

use super::*;

#[test]
fn a_ticket_keeps_its_timers_until_its_next_command_and_adopts_the_new_ones_then() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    desk.ok(&agent(ANNA), resolve(id));
    desk.publish(SettingsDraft { auto_close: Some(Span::days(7)), ..draft() });
    assert_eq!(desk.ticket(id).next_wake(), Some(monday() + days(4)));
    desk.pass(hours(1));
    let outcome = desk.ok(&agent(ANNA), Note::new(id, "hm"));
    assert!(outcome.trace.iter().any(|step| matches!(step, Step::Adopted { .. })));
    let last = desk.history(id).pop().unwrap();
    assert_eq!(last.cause.rule, Some(Rule::Adoption));
    assert_eq!(desk.ticket(id).next_wake(), Some(monday() + days(7)));
    let again = desk.ok(&agent(ANNA), Note::new(id, "hm"));
    assert!(!again.trace.iter().any(|step| matches!(step, Step::Adopted { .. })));
    desk.verify();
}

#[test]
fn an_untouched_ticket_goes_by_the_settings_that_armed_it() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    desk.ok(&agent(ANNA), resolve(id));
    desk.publish(SettingsDraft { auto_close: None, ..draft() });
    desk.advance_to(monday() + days(4));
    assert_eq!(desk.status(id), "closed");
}

#[test]
fn a_due_that_new_settings_put_into_the_past_fires_and_time_does_not_run_back() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    desk.ok(&agent(ANNA), resolve(id));
    let now = desk.pass(days(2));
    desk.publish(SettingsDraft { auto_close: Some(Span::days(1)), ..draft() });
    desk.ok(&agent(ANNA), Note::new(id, "hm"));
    assert_eq!(desk.ticket(id).next_wake(), Some(monday() + days(1)));
    desk.advance_to(now);
    assert_eq!(moves(&desk, id, Moved::AutoClosed), [(now, "closed".into())]);
    let history = desk.history(id);
    assert!(history.is_sorted_by_key(|event| event.at));
    desk.verify();
}

#[test]
fn every_event_names_the_settings_that_it_was_decided_under() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    desk.publish(SettingsDraft { auto_close: None, ..draft() });
    desk.ok(&agent(ANNA), reply(id));
    let history = desk.history(id);
    let settings: Vec<u64> = history.iter().map(|event| event.cause.settings.0).collect();
    assert_eq!(settings, [1, 2, 2]);
    assert!(desk.publish(SettingsDraft { auto_close: None, ..draft() }).is_no_op());
}
