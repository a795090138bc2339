//! Orders of work, and what ties in them.

use helpdesk::command::{Edit, Escalate, Note, Reply, Transfer};
use helpdesk::matching::{TurnReason, WorkOrder};
use helpdesk::sla::Metric;
use helpdesk::sla::policy::Obligation;
use helpdesk::{Actor, Fact, SettingsDraft, SlaPolicy, Span};

use super::*;

fn answer(hours: u32) -> Obligation {
    Obligation::new(Metric::FirstResponse).within(Span::hours(hours))
}

/// Billing is answered within the hour, engineering within four days.
fn promising() -> SettingsDraft {
    let policy = |name: &str, department: &str, hours| {
        SlaPolicy::new(name).when(Fact::Department.equals(department)).obligation(answer(hours))
    };
    SettingsDraft {
        sla_levels: vec!["silver".into(), "gold".into()],
        sla_policies: vec![
            policy("billing", "billing", 1).level("silver"),
            policy("engineering", "engineering", 96).level("gold"),
        ],
        ..draft()
    }
}

#[test]
fn without_any_promise_tickets_sort_by_when_their_patience_ends() {
    let desk = TestDesk::new();
    for (n, priority) in [(1, "low"), (2, "medium"), (3, "high"), (4, "critical")] {
        given(&desk, n, priority);
    }
    assert_eq!(to_solve(&desk, &agent(ANNA)), [4, 3, 2, 1]);
    let ends = [64, 16, 4, 1].map(|span| monday() + hours(span));
    for (n, end) in [1, 2, 3, 4].into_iter().zip(ends) {
        let turn = turn(&desk, ticket_id(n));
        assert_eq!((turn.at, turn.because), (end, TurnReason::Patience), "{n}");
    }
}

#[test]
fn whoever_has_waited_long_enough_goes_before_what_is_more_urgent() {
    let desk = TestDesk::new();
    given(&desk, 1, "low");
    desk.set_now(monday() + hours(62));
    given(&desk, 2, "high");
    given(&desk, 3, "critical");
    // The low one's patience ends after 64 hours, the others' after 66 and 63.
    assert_eq!(to_solve(&desk, &agent(ANNA)), [3, 1, 2]);
}

#[test]
fn the_earlier_of_obligation_and_patience_counts() {
    let desk = TestDesk::with(promising());
    let promised = opened(&desk, 1, Some("billing"), "low");
    let patient = opened(&desk, 2, Some("engineering"), "high");
    let late = turn(&desk, promised);
    assert_eq!((late.at, late.because), (monday() + hours(1), TurnReason::Obligation));
    let soon = turn(&desk, patient);
    assert_eq!((soon.at, soon.because), (monday() + hours(4), TurnReason::Patience));
    assert_eq!(soon.level, None, "levels do not count in this order");
    assert_eq!(to_solve(&desk, &Actor::Host), [1, 2]);
}

#[test]
fn of_an_obligation_and_a_patience_at_one_instant_the_obligation_is_told() {
    let mut draft = promising();
    draft.to_solve.patience.insert("low".into(), Span::hours(1));
    let desk = TestDesk::with(draft);
    let ticket = opened(&desk, 1, Some("billing"), "low");
    assert_eq!(turn(&desk, ticket).because, TurnReason::Obligation);
}

#[test]
fn of_one_instant_the_higher_priority_comes_first_then_the_longest_wait_then_the_id() {
    let mut draft = draft();
    draft.to_solve.patience.insert("low".into(), Span::hours(3));
    draft.to_solve.patience.insert("medium".into(), Span::hours(2));
    draft.to_solve.patience.insert("high".into(), Span::hours(2));
    let desk = TestDesk::with(draft);
    given(&desk, 9, "low");
    desk.pass(hours(1));
    given(&desk, 8, "medium");
    given(&desk, 6, "high");
    given(&desk, 5, "high");
    // All at noon. Numbers are in the order of opening.
    assert_eq!(to_solve(&desk, &agent(ANNA)), [4, 3, 2, 1]);

    // Of one priority too, one may have waited longer.
    let mut draft = promising();
    draft.to_solve.patience.insert("medium".into(), Span::hours(2));
    let desk = TestDesk::with(draft);
    let patient = opened(&desk, 9, Some("support"), "medium");
    desk.pass(hours(1));
    let promised = opened(&desk, 3, Some("billing"), "medium");
    assert_eq!(turn(&desk, patient).at, turn(&desk, promised).at);
    assert_eq!(to_solve(&desk, &Actor::Host), [1, 2]);
}

#[test]
fn the_higher_service_level_comes_first_however_long_others_wait() {
    let mut draft = promising();
    draft.to_solve.order = WorkOrder::SlaLevel;
    let desk = TestDesk::with(draft);
    opened(&desk, 1, Some("support"), "critical");
    opened(&desk, 2, Some("billing"), "critical");
    desk.pass(days(3));
    opened(&desk, 3, Some("engineering"), "low");
    opened(&desk, 4, Some("engineering"), "high");
    assert_eq!(to_solve(&desk, &Actor::Host), [4, 3, 2, 1]);
    let turn = turn(&desk, ticket_id(4));
    assert_eq!(turn.level.as_ref().unwrap().as_str(), "gold");
    assert_eq!(
        turn.to_string(),
        "the patience of `high` ends at 2026-03-05T13:00:00Z; service level `gold`, `new`, waits \
         since 2026-03-05T09:00:00Z"
    );
}

#[test]
fn the_longest_unanswered_comes_first_whatever_is_due() {
    let mut draft = promising();
    draft.to_solve.order = WorkOrder::LongestUnanswered;
    let desk = TestDesk::with(draft);
    opened(&desk, 1, Some("engineering"), "low");
    desk.pass(hours(1));
    opened(&desk, 2, Some("billing"), "critical");
    opened(&desk, 3, Some("support"), "low");
    assert_eq!(to_solve(&desk, &Actor::Host), [1, 2, 3]);
    let turn = turn(&desk, ticket_id(1));
    assert_eq!((turn.at, turn.because), (monday(), TurnReason::LongestWait));
    assert!(turn.to_string().starts_with("the longest wait comes first; `new`"));
}

#[test]
fn a_turn_moves_with_priority_department_promise_and_question() {
    let desk = TestDesk::with(promising());
    let ticket = opened(&desk, 1, Some("support"), "low");
    assert_eq!(turn(&desk, ticket).at, monday() + hours(64));

    desk.ok(&Actor::Host, Edit { priority: Some("high".into()), ..Edit::new(ticket) });
    assert_eq!(turn(&desk, ticket).at, monday() + hours(4));

    desk.ok(&Actor::Host, Transfer::new(ticket, "billing"));
    assert_eq!(turn(&desk, ticket).because, TurnReason::Obligation);
    assert!(to_solve(&desk, &agent(BEN)) == [1] && to_solve(&desk, &agent(ANNA)).is_empty());

    desk.ok(&Actor::Host, Escalate::new(ticket, "engineering", "It needs a look inside."));
    assert_eq!(turn(&desk, ticket).at, monday() + hours(4));
    assert_eq!(to_solve(&desk, &agent(EVA)), [1]);

    // Answered, it is not served; asked again, it waits anew.
    desk.ok(&agent(EVA), Reply::new(ticket, "Unplug it."));
    assert!(to_solve(&desk, &agent(EVA)).is_empty());
    desk.pass(hours(30));
    desk.ok(&customer(MARIA), Reply::new(ticket, "And now?"));
    let again = turn(&desk, ticket);
    assert_eq!((again.at, again.waiting_since), (monday() + hours(34), monday() + hours(30)));
}

#[test]
fn what_says_nothing_to_the_customer_moves_no_turn() {
    let desk = TestDesk::new();
    let ticket = given(&desk, 1, "medium");
    let before = turn(&desk, ticket);
    desk.pass(hours(5));
    desk.ok(&agent(ANNA), Note::new(ticket, "The old one."));
    desk.ok(&customer(MARIA), Reply::new(ticket, "Hello?"));
    desk.ok(&auto_responder(), Reply::new(ticket, "I am away."));
    assert_eq!(turn(&desk, ticket), before);
}

#[test]
fn new_settings_count_at_once_and_end_a_listing_under_way() {
    let desk = TestDesk::new();
    given(&desk, 1, "low");
    given(&desk, 2, "high");
    let anna = agent(ANNA);
    let first = desk.desk.to_solve(&anna, desk.now(), None, 1).unwrap();
    let mut patient = draft();
    patient.to_solve.patience.insert("high".into(), Span::hours(100));
    desk.publish(patient);
    assert_eq!(to_solve(&desk, &anna), [1, 2]);
    let error = desk.desk.to_solve(&anna, desk.now(), first.next.as_ref(), 1).unwrap_err();
    assert_eq!(error.refusal().unwrap().code(), "cursor_mismatch");
}
