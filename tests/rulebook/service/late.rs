//! What is told of a ticket after the fact, where something else is promised since.

use chrono::TimeDelta;
use helpdesk::command::{LogConversation, Reply, SaidBy};
use helpdesk::sla::policy::{Audience, Obligation};
use helpdesk::sla::{Metric, SlaPolicy, Verdict};
use helpdesk::{Actor, NoticeKind, Recipient, Span};

use crate::service::{called, changed, clock, draft_with, today, told};
use crate::support::*;

fn answer() -> Obligation {
    Obligation::new(Metric::FirstResponse)
}

#[test]
fn an_answer_that_is_told_late_is_judged_by_what_was_promised_when_the_clock_ended() {
    // Two of four hours had run at eleven in the morning; by plain time it was overdue since night.
    let before = answer().within(Span::hours(4)).in_calendar("office").paused_in("pending");
    let policies = |obligation: Obligation| [SlaPolicy::new("standard").obligation(obligation)];
    let occurred_at = at("2026-03-03T10:00:00Z");
    for changes in [false, true] {
        let desk = TestDesk::with(draft_with(policies(before.clone())));
        desk.set_now(at("2026-03-02T16:00:00Z"));
        desk.ok(&customer(MARIA), request(TICKET));
        desk.set_now(at("2026-03-03T11:00:00Z"));
        desk.ok(&Actor::Host, set_with_reason(TICKET, "pending", "information"));
        desk.set_now(at("2026-03-03T12:00:00Z"));
        desk.ok(&Actor::Host, set_status(TICKET, "open"));
        desk.set_now(at("2026-03-03T16:00:00Z"));
        desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
        let ended = clock(&desk, TICKET, Metric::FirstResponse).ended().unwrap();
        assert_eq!(ended.verdict, Some(Verdict::Missed));
        if changes {
            desk.publish(draft_with(policies(answer().within(Span::hours(9)))));
            desk.desk.adopt(desk.now(), None, 10).unwrap();
        }
        let log = LogConversation { occurred_at, ..called(SaidBy::Agent(ANNA), "10:00:00") };
        desk.ok(&agent(ANNA), log);
        let ended = clock(&desk, TICKET, Metric::FirstResponse).ended().unwrap();
        assert_eq!((ended.verdict, ended.ran), (Some(Verdict::Met), Span::hours(2)));
        let service = desk.desk.service(&agent(ANNA), desk.now(), TICKET).unwrap();
        let first = service.of(Audience::Customer, Metric::FirstResponse).unwrap();
        assert_eq!(first.ledger().unwrap().ran(), Span::hours(2), "in the hours of then");
        desk.verify();
    }
}

#[test]
fn a_silence_that_is_parted_late_is_judged_by_what_was_promised_when_it_ended() {
    let update = |hours| {
        let update = Obligation::new(Metric::PeriodicUpdate).within(Span::hours(hours));
        draft_with([SlaPolicy::new("standard").obligation(update)])
    };
    let desk = TestDesk::with(update(4));
    desk.given_request();
    desk.ok(&agent(ANNA), Reply::new(TICKET, "We look into it."));
    desk.pass(hours(7));
    desk.ok(&agent(ANNA), resolve(TICKET));
    let silence = clock(&desk, TICKET, Metric::PeriodicUpdate);
    assert_eq!(silence.ended().unwrap().verdict, Some(Verdict::Missed));
    // Finished work is promised something shorter, and then an hour in between comes to light.
    desk.publish(update(1));
    desk.desk.adopt(desk.now(), None, 10).unwrap();
    desk.ok(&agent(ANNA), called(SaidBy::Agent(ANNA), "12:30:00"));
    let second = clock(&desk, TICKET, Metric::PeriodicUpdate);
    let ended = second.ended().unwrap();
    assert_eq!((second.number(), ended.target), (2, Some(Span::hours(4))));
    assert_eq!(ended.verdict, Some(Verdict::Void), "neither part was four hours long");
    let by = |desk: &TestDesk| {
        let ticket = desk.ticket(TICKET);
        ticket.measured_by(Audience::Customer, Metric::PeriodicUpdate).unwrap().settings
    };
    assert_ne!(by(&desk), desk.ticket(TICKET).promised().unwrap().settings);
    desk.verify();
}

#[test]
fn what_was_owed_is_not_where_it_turns_out_that_the_answer_came_in_time() {
    let answer = answer().within(Span::hours(4)).remedy("a cake");
    for answered in [false, true] {
        let policy = SlaPolicy::new("standard").obligation(answer.clone());
        let desk = TestDesk::with(draft_with([policy]));
        desk.given_request();
        desk.advance_to(today("14:00:00"));
        let owed = changed(&desk, TICKET).pop().unwrap().2.remedies;
        assert_eq!(owed.len(), 1);
        if answered {
            desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
        }
        desk.notices();
        // They had spoken too late, then they had spoken in time: by one microsecond.
        let at = |time: &str, micros: i64| LogConversation {
            occurred_at: today(time) + TimeDelta::microseconds(micros),
            ..called(SaidBy::Agent(ANNA), time)
        };
        if answered {
            desk.ok(&agent(ANNA), at("13:00:00", 1));
            assert_eq!(told(&desk), []);
        }
        desk.ok(&agent(ANNA), at("13:00:00", 0));
        assert_eq!(told(&desk), [(NoticeKind::RemedyWithdrawn, Recipient::Desk)]);
        let (_, _, last) = changed(&desk, TICKET).pop().unwrap();
        assert_eq!((last.withdrawn, last.remedies), (owed, Vec::new()));
        assert!(!desk.ticket(TICKET).has_missed());
        // Once.
        desk.ok(&agent(ANNA), called(SaidBy::Agent(ANNA), "12:00:00"));
        assert_eq!(told(&desk), []);
        desk.verify();
    }
}

#[test]
fn what_was_missed_and_put_off_later_is_owed_for_whenever_the_answer_comes() {
    let promising = |hours| {
        let answer = answer().within(Span::hours(hours)).remedy("a cake");
        draft_with([SlaPolicy::new("standard").obligation(answer)])
    };
    let desk = TestDesk::with(promising(1));
    desk.given_request();
    desk.advance_to(today("11:00:00"));
    desk.publish(promising(8));
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
    desk.desk.adopt(desk.now(), None, 10).unwrap();
    let withdrawn = changed(&desk, TICKET).into_iter().flat_map(|(_, _, it)| it.withdrawn);
    assert_eq!(withdrawn.count(), 0);
    desk.verify();
}
