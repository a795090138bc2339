//! What clocks tell: by which promise, how often, and what is owed for it.

use helpdesk::command::{Edit, LogConversation, Reply, SaidBy};
use helpdesk::sla::policy::Obligation;
use helpdesk::sla::{Metric, SlaPolicy};
use helpdesk::{NoticeKind, Recipient, Span};

use crate::support::*;
use crate::{called, changed, clock, draft_with, today, told};

/// For which misses something came to be owed.
fn owed(desk: &TestDesk) -> Vec<Metric> {
    changed(desk, TICKET).into_iter().flat_map(|(_, _, changed)| changed.remedies).collect()
}

#[test]
fn what_was_missed_before_something_else_was_promised_is_owed_for_as_it_was_promised_then() {
    let next = |hours| Obligation::new(Metric::NextResponse).within(Span::hours(hours));
    let policy = |next| draft_with([SlaPolicy::new("standard").obligation(next)]);
    let desk = TestDesk::with(policy(next(1)));
    desk.given_request();
    desk.ok(&agent(ANNA), Reply::new(TICKET, "We look into it."));
    desk.publish(policy(next(8).remedy("a cake").escalate_after(Span::ZERO, [])));
    desk.set_now(today("12:00:00"));
    desk.notices();
    // A call at ten was to be answered within an hour, for which nothing was owed.
    let log: LogConversation = called(SaidBy::Requester, "10:00:00");
    desk.ok(&agent(ANNA), log);
    let next = clock(&desk, TICKET, Metric::NextResponse);
    assert_eq!((next.due(), next.told().missed()), (Some(today("18:00:00")), false));
    let queue = Recipient::Department("support".into());
    assert_eq!(told(&desk), [(NoticeKind::SlaMissed, queue)]);
    assert_eq!(owed(&desk), []);
    desk.verify();
}

#[test]
fn promises_that_take_turns_tell_a_warning_a_miss_and_a_level_once_each() {
    let answer = Obligation::new(Metric::FirstResponse)
        .within(Span::hours(8))
        .for_priority("critical", Span::hours(1))
        .warn_at_percent(50)
        .escalate_after(Span::minutes(30), [])
        .remedy("a cake");
    let desk = TestDesk::with(draft_with([SlaPolicy::new("standard").obligation(answer)]));
    desk.given_request();
    desk.notices();
    desk.pass(hours(2));
    let prioritised = |priority: &str| {
        let edit = Edit { priority: Some(priority.into()), ..Edit::new(TICKET) };
        desk.ok(&agent(ANNA), edit);
        told(&desk).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>()
    };
    let all = [
        NoticeKind::SlaWarning,
        NoticeKind::SlaMissed,
        NoticeKind::SlaEscalated,
        NoticeKind::RemedyDue,
    ];
    assert_eq!(prioritised("critical"), all);
    for _ in 0..3 {
        assert_eq!(prioritised("medium"), []);
        assert!(!clock(&desk, TICKET, Metric::FirstResponse).told().missed());
        assert_eq!(prioritised("critical"), []);
        assert!(clock(&desk, TICKET, Metric::FirstResponse).told().missed());
    }
    assert_eq!(owed(&desk), [Metric::FirstResponse]);
    desk.verify();
}

#[test]
fn a_promise_that_is_gone_and_comes_back_tells_nothing_again() {
    let answer = Obligation::new(Metric::FirstResponse).within(Span::hours(1)).warn_at_percent(50);
    let promising = || draft_with([SlaPolicy::new("standard").obligation(answer.clone())]);
    let desk = TestDesk::with(promising());
    desk.given_request();
    desk.advance_to(today("11:00:00"));
    desk.notices();
    for settings in [draft_with([]), promising(), draft_with([]), promising()] {
        desk.publish(settings);
        desk.desk.adopt(desk.now(), None, 10).unwrap();
    }
    assert_eq!(told(&desk), []);
    assert!(desk.ticket(TICKET).has_missed());
    desk.verify();
}
