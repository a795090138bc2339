//! What clocks tell: by which promise, how often, and what is owed for it.

use helpdesk::command::{Edit, LogConversation, Merge, Reply, SaidBy, Split, UndoMerge};
use helpdesk::sla::policy::Obligation;
use helpdesk::sla::{Metric, SlaPolicy};
use helpdesk::{MessageRef, NoticeKind, Recipient, SettingsDraft, Span, SplitClocks, TicketId};

use crate::service::{SECOND, called, changed, clock, draft_with, today, told};
use crate::support::*;

/// For which misses something came to be owed.
fn owed_on(desk: &TestDesk, id: TicketId) -> Vec<Metric> {
    let remedies = changed(desk, id).into_iter().flat_map(|(_, _, changed)| changed.remedies);
    remedies.map(|remedy| remedy.metric).collect()
}

fn owed(desk: &TestDesk) -> Vec<Metric> {
    owed_on(desk, TICKET)
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

/// Four hours to the first answer and one to the next, each worth something.
fn worth_something() -> SettingsDraft {
    let within = |metric, hours| Obligation::new(metric).within(Span::hours(hours));
    draft_with([SlaPolicy::new("standard")
        .obligation(within(Metric::FirstResponse, 4).warn_at_percent(50).remedy("a cake"))
        .obligation(within(Metric::NextResponse, 1).remedy("a pie"))
        .obligation(within(Metric::TotalResolution, 5).remedy("a crate of apples"))])
}

#[test]
fn what_was_missed_is_not_missed_again_where_it_is_merged() {
    let desk = TestDesk::with(worth_something());
    desk.given_request();
    desk.advance_to(today("14:30:00"));
    assert_eq!(owed_on(&desk, TICKET), [Metric::FirstResponse, Metric::TotalResolution]);
    desk.ok(&customer(MARIA), request(SECOND));
    desk.notices();
    desk.ok(&agent(ANNA), Merge { ticket: TICKET, into: SECOND });
    assert_eq!(told(&desk), []);
    assert_eq!(owed_on(&desk, SECOND), []);
    let first = clock(&desk, SECOND, Metric::FirstResponse);
    assert_eq!(first.due(), Some(today("13:00:00")));
    assert!(first.told().missed() && first.told().warned(0));
    // Nor where the merge is undone.
    desk.set_now(today("15:00:00"));
    desk.ok(&agent(ANNA), UndoMerge { ticket: TICKET });
    assert_eq!(told(&desk), []);
    // What the other was asked itself is another question.
    assert!(!clock(&desk, SECOND, Metric::FirstResponse).told().missed());
    desk.advance_to(today("20:00:00"));
    assert_eq!(owed_on(&desk, SECOND), [Metric::FirstResponse, Metric::TotalResolution]);
    assert_eq!(owed_on(&desk, TICKET).len(), 2);
    desk.verify();
}

#[test]
fn what_was_missed_while_it_was_merged_is_not_missed_again_by_itself() {
    let desk = TestDesk::with(worth_something());
    desk.given_request();
    desk.set_now(today("10:00:00"));
    desk.ok(&customer(MARIA), request(SECOND));
    desk.ok(&agent(ANNA), Merge { ticket: TICKET, into: SECOND });
    desk.advance_to(today("13:30:00"));
    assert_eq!(owed_on(&desk, SECOND), [Metric::FirstResponse]);
    desk.notices();
    desk.ok(&agent(ANNA), UndoMerge { ticket: TICKET });
    assert_eq!(told(&desk), []);
    assert_eq!(owed_on(&desk, TICKET), []);
    assert!(clock(&desk, TICKET, Metric::FirstResponse).told().missed());
    desk.verify();
}

#[test]
fn what_was_missed_is_not_missed_again_where_it_is_split_off() {
    for rule in [SplitClocks::SinceAsked, SplitClocks::SinceSplit] {
        let mut draft = worth_something();
        draft.clock_rules.split = rule;
        let desk = TestDesk::with(draft);
        desk.given_request();
        desk.ok(&agent(ANNA), Reply::new(TICKET, "We look into it."));
        desk.set_now(today("10:00:00"));
        desk.ok(&customer(MARIA), Reply::new(TICKET, "And the invoice?"));
        let mut history = desk.history(TICKET).into_iter();
        let asked = history.rfind(|it| it.ticket_change().unwrap().message().is_some()).unwrap();
        desk.advance_to(today("13:30:00"));
        assert_eq!(owed_on(&desk, TICKET), [Metric::NextResponse]);
        desk.advance_to(today("15:00:00"));
        desk.notices();
        let message = MessageRef { ticket: TICKET, revision: asked.revision };
        desk.ok(&agent(ANNA), Split::new(TICKET, message, SECOND));
        let kinds: Vec<_> = told(&desk).into_iter().map(|(kind, _)| kind).collect();
        // It is due later there, as a first response: that is told when it has passed.
        let asked = [NoticeKind::SlaWarning, NoticeKind::SlaMissed];
        let missed = if rule == SplitClocks::SinceAsked { &asked[..] } else { &[] };
        assert_eq!(kinds, missed);
        desk.advance_to(today("19:30:00"));
        assert!(clock(&desk, SECOND, Metric::FirstResponse).told().missed());
        assert_eq!(owed_on(&desk, SECOND), [], "one cake is enough");
        desk.verify();
    }
}
