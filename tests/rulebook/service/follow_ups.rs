//! What the clocks of a ticket do that follows up a closed one: anew, or on from where they were.

use helpdesk::command::{FollowUp, Reply};
use helpdesk::sla::policy::{Audience, Obligation};
use helpdesk::sla::{Clock, Metric, SlaPolicy, Verdict};
use helpdesk::{
    ClockRules, FollowUpClocks, NoticeKind, ReopenClocks, Reopening, SettingsDraft, Span,
    StatusCategory, TicketChange,
};

use crate::service::{SECOND, clock, draft_with};
use crate::support::*;

/// Eight office hours to the end, a warning after four, a cake where they are missed.
fn eight_hours() -> SlaPolicy {
    let end = Obligation::new(Metric::TotalResolution).in_calendar("office");
    let end = end.within(Span::hours(8)).paused_in("pending").warn_at_percent(50);
    SlaPolicy::new("standard").obligation(end.remedy("a cake"))
}

fn draft_of(follow_up: FollowUpClocks) -> SettingsDraft {
    let clock_rules = ClockRules { follow_up, ..ClockRules::default() };
    SettingsDraft { clock_rules, ..draft_with([eight_hours()]) }
}

/// A desk on which a ticket was closed after so many office hours of Monday.
fn closed_after(ran: i64, follow_up: FollowUpClocks) -> TestDesk {
    let desk = TestDesk::with(draft_of(follow_up));
    desk.given_request();
    desk.pass(hours(ran));
    desk.ok(&agent(ANNA), close(TICKET));
    desk
}

fn total(desk: &TestDesk) -> Clock {
    clock(desk, SECOND, Metric::TotalResolution)
}

fn follow_up(desk: &TestDesk) {
    desk.ok(&customer(MARIA), FollowUp::new(TICKET, SECOND, "It burns again."));
}

/// What the follow-up has told.
fn told(desk: &TestDesk) -> Vec<NoticeKind> {
    let notices = desk.notices().into_iter();
    let of_it = notices.filter(|notice| notice.id.ticket == SECOND);
    let kinds = of_it.map(|notice| notice.kind);
    let of_sla = |kind: &NoticeKind| {
        matches!(kind, NoticeKind::SlaWarning | NoticeKind::SlaMissed | NoticeKind::RemedyDue)
    };
    kinds.filter(of_sla).collect()
}

#[test]
fn by_default_a_follow_up_begins_anew() {
    let desk = closed_after(3, FollowUpClocks::Anew);
    desk.pass(days(70));
    follow_up(&desk);
    assert_eq!(total(&desk).started_at(), desk.now());
    desk.verify();
}

#[test]
fn what_had_run_on_the_closed_ticket_has_run_and_nothing_since() {
    let desk = closed_after(3, FollowUpClocks::Continue);
    // Monday at noon, ten weeks later.
    desk.pass(days(70));
    follow_up(&desk);
    let clock = total(&desk);
    assert_eq!(clock.started_at(), monday());
    // Five hours are left, which end on Monday.
    assert_eq!(clock.due(), Some(desk.now() + hours(5)));
    assert_eq!(clock.pauses().len(), 1);
    // The others are its own.
    let first = crate::service::clock(&desk, SECOND, Metric::FirstResolution);
    assert_eq!(first.started_at(), desk.now());
    // Its warning had not come on the closed ticket, so it comes here.
    desk.pass(hours(1));
    desk.desk.tick(desk.now()).unwrap();
    assert_eq!(told(&desk), [NoticeKind::SlaWarning]);
    desk.verify();
    // The ledger adds up over both.
    let judged = desk.desk.judged_now(&agent(ANNA), desk.now(), SECOND).unwrap();
    let judged = judged.of(Audience::Customer, Metric::TotalResolution).unwrap();
    assert_eq!(judged.status.started_at, monday());
    assert_eq!(judged.status.elapsed, Span::hours(4));
    assert_eq!(judged.ledger().unwrap().ran(), Span::hours(4));
}

#[test]
fn pauses_of_the_closed_ticket_do_not_count() {
    let desk = TestDesk::with(draft_of(FollowUpClocks::Continue));
    desk.given_request();
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), set_with_reason(TICKET, "pending", "information"));
    desk.pass(hours(2));
    desk.ok(&agent(ANNA), set_status(TICKET, "open"));
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), close(TICKET));
    desk.pass(days(70) - hours(4));
    follow_up(&desk);
    // Two of eight hours had run.
    assert_eq!(total(&desk).due(), Some(desk.now() + hours(6)));
    desk.verify();
}

#[test]
fn what_was_missed_is_not_missed_again_nor_owed_twice() {
    let desk = TestDesk::with(draft_of(FollowUpClocks::Continue));
    desk.given_request();
    desk.pass(days(2));
    desk.ok(&agent(ANNA), close(TICKET));
    let ended = clock(&desk, TICKET, Metric::TotalResolution).ended().unwrap();
    assert_eq!(ended.verdict, Some(Verdict::Missed));
    desk.pass(days(70));
    follow_up(&desk);
    desk.pass(days(1));
    desk.desk.tick(desk.now()).unwrap();
    assert_eq!(told(&desk), []);
    assert!(total(&desk).told().missed());
    // It is late all the same, and ends as such.
    desk.ok(&agent(ANNA), close(SECOND));
    assert_eq!(total(&desk).ended().unwrap().verdict, Some(Verdict::Missed));
    desk.verify();
}

#[test]
fn what_was_not_missed_there_and_is_late_under_a_stricter_policy_is_told() {
    let desk = closed_after(3, FollowUpClocks::Continue);
    let mut draft = draft_of(FollowUpClocks::Continue);
    draft.sla_policies[0].obligations[0].within = Some(Span::hours(2).into());
    desk.publish(draft);
    desk.pass(days(70));
    follow_up(&desk);
    assert_eq!(told(&desk), [NoticeKind::SlaMissed, NoticeKind::RemedyDue]);
    desk.verify();
}

#[test]
fn a_follow_up_that_is_reopened_keeps_what_it_goes_on_from() {
    let desk = closed_after(3, FollowUpClocks::Continue);
    desk.pass(days(70));
    follow_up(&desk);
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), close(SECOND));
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), reopen(SECOND));
    let clock = total(&desk);
    // Four hours are left: three of Monday, and the first of Tuesday.
    assert_eq!((clock.started_at(), clock.due()), (monday(), Some(desk.now() + hours(20))));
    desk.verify();
}

#[test]
fn words_that_come_too_late_open_such_a_follow_up_too() {
    let mut draft = draft_of(FollowUpClocks::Continue);
    draft.reopening = Reopening::Within(Span::hours(1));
    draft.clock_rules.reopen = ReopenClocks::Anew;
    let desk = TestDesk::with(draft);
    desk.given_request();
    desk.pass(hours(3));
    desk.ok(&agent(ANNA), close(TICKET));
    desk.pass(days(70));
    let said = desk.ok(&customer(MARIA), Reply::new(TICKET, "It burns again."));
    let by = |event: &helpdesk::Event| match event.ticket_change() {
        Some(TicketChange::FollowedUp { by, .. }) => Some(*by),
        _ => None,
    };
    let id = said.all_events().find_map(|(_, event)| by(event)).unwrap();
    let clock = clock(&desk, id, Metric::TotalResolution);
    assert_eq!((clock.started_at(), clock.due()), (monday(), Some(desk.now() + hours(5))));
    assert_eq!(desk.ticket(id).status().category, StatusCategory::New);
    desk.verify();
}
