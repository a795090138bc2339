//! Faults that users of help desks have met with, each by name, on a whole desk.

use chrono::TimeDelta;
use helpdesk::command::{MarkSpam, Redact, Reopen, Reply, UnmarkSpam};
use helpdesk::sla::policy::{Audience, Obligation};
use helpdesk::sla::{Metric, SlaPolicy, Target, Verdict};
use helpdesk::{
    Actor, Calendar, DeskCalendar, MessageRef, NoticeKind, Revision, SettingsDraft, Span,
};

use crate::service::{clock, desk, draft_with, due, standard, today, told};
use crate::support::*;

fn metrics(desk: &TestDesk) -> Vec<Metric> {
    let clocks = desk.ticket(TICKET).clocks(Audience::Customer).unwrap();
    clocks.iter().map(helpdesk::sla::Clock::metric).collect()
}

#[test]
fn there_is_no_next_response_before_the_first_one_is_given() {
    let desk = desk();
    desk.given_request();
    desk.set_now(today("12:00:00"));
    desk.ok(&customer(MARIA), Reply::new(TICKET, "It burns still."));
    assert!(!metrics(&desk).contains(&Metric::NextResponse));
    assert_eq!(due(&desk, Metric::FirstResponse), Some(today("13:00:00")), "it runs on");
    // Nor where the first answer is overdue.
    desk.set_now(today("15:00:00"));
    desk.ok(&customer(MARIA), Reply::new(TICKET, "Hello?"));
    assert!(!metrics(&desk).contains(&Metric::NextResponse));
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
    assert!(!metrics(&desk).contains(&Metric::NextResponse), "the answer is to all of it");
    desk.verify();
}

#[test]
fn there_is_no_next_response_after_the_work_is_done_nor_does_it_come_back_with_it() {
    let desk = desk();
    desk.given_request();
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
    desk.pass(hours(1));
    desk.ok(&customer(MARIA), Reply::new(TICKET, "It burns still."));
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), resolve(TICKET));
    let void = clock(&desk, TICKET, Metric::NextResponse).ended().unwrap();
    assert_eq!(void.verdict, Some(Verdict::Void));
    desk.notices();
    desk.advance_to(at("2026-03-05T09:00:00Z"));
    assert_eq!(told(&desk), [], "nothing is overdue that was not to be expected any more");
    desk.ok(&agent(ANNA), Reopen { ticket: TICKET, reason: "It burns still.".into() });
    let still = clock(&desk, TICKET, Metric::NextResponse);
    assert_eq!((still.number(), still.ended()), (1, Some(void)));
    desk.verify();
}

#[test]
fn a_tick_at_exactly_the_deadline_misses_nothing() {
    let desk = desk();
    desk.given_request();
    desk.set_now(today("13:00:00"));
    desk.desk.tick(desk.now()).unwrap();
    let kinds: Vec<NoticeKind> = told(&desk).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [NoticeKind::SlaWarning]);
    assert_eq!(desk.desk.next_wake(desk.now()).unwrap(), Some(desk.now() + micro()));
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
    let first = clock(&desk, TICKET, Metric::FirstResponse).ended().unwrap();
    assert_eq!(first.verdict, Some(Verdict::Met));
}

#[test]
fn a_deadline_across_a_change_of_clocks_is_not_an_hour_off() {
    // Clocks went forward on Sunday, 29 March 2026; the office has its hours by the wall.
    let berlin: Calendar = "zone Europe/Berlin; open mon-fri 09:00-17:00".parse().unwrap();
    let answer =
        Obligation::new(Metric::FirstResponse).in_calendar("office").within(Span::hours(2));
    let desk = TestDesk::with(SettingsDraft {
        calendars: vec![DeskCalendar::new("office", berlin.draft().clone())],
        ..draft_with([SlaPolicy::new("standard").obligation(answer)])
    });
    desk.set_now(at("2026-03-27T15:00:00Z"));
    desk.ok(&customer(MARIA), request(TICKET));
    let monday = at("2026-03-30T08:00:00Z");
    assert_eq!(due(&desk, Metric::FirstResponse), Some(monday), "ten o'clock of a summer's day");
}

#[test]
fn a_deadline_in_vancouver_after_the_change_of_2026_is_by_its_new_time() {
    let vancouver: Calendar = "zone America/Vancouver; open mon-fri 09:00-17:00".parse().unwrap();
    let answer =
        Obligation::new(Metric::FirstResponse).in_calendar("office").within(Span::hours(2));
    let desk = TestDesk::with(SettingsDraft {
        calendars: vec![DeskCalendar::new("office", vancouver.draft().clone())],
        ..draft_with([SlaPolicy::new("standard").obligation(answer)])
    });
    desk.set_now(at("2026-12-07T12:00:00Z"));
    desk.ok(&customer(MARIA), request(TICKET));
    // Seven hours behind for good, where earlier data has eight in winter.
    assert_eq!(due(&desk, Metric::FirstResponse), Some(at("2026-12-07T18:00:00Z")));
}

#[test]
fn a_step_more_on_the_scale_of_priorities_gives_nobody_the_target_of_another() {
    let answer = Obligation::new(Metric::FirstResponse)
        .within(Span::hours(7))
        .for_priority("low", Span::hours(6))
        .for_priority("medium", Span::hours(2));
    let policy = SlaPolicy::new("standard").obligation(answer);
    let desk = TestDesk::with(draft_with([policy.clone()]));
    desk.given_request();
    assert_eq!(due(&desk, Metric::FirstResponse), Some(today("11:00:00")));
    let mut more = draft_with([policy]);
    more.priorities.insert(0, "lowest".into());
    desk.publish(more.clone());
    desk.desk.adopt(desk.now(), None, 10).unwrap();
    assert_eq!(due(&desk, Metric::FirstResponse), Some(today("11:00:00")));
    let judged = desk.desk.judged_now(&agent(ANNA), desk.now(), TICKET).unwrap();
    let first = judged.of(Audience::Customer, Metric::FirstResponse).unwrap();
    assert_eq!(first.status.due, Some(today("11:00:00")));

    // And at a priority that is no more, there is what is promised at any.
    more.priorities = vec!["high".into()];
    more.default_priority = "high".into();
    more.priority_matrix = None;
    more.sla_policies[0].obligations[0].by_priority.clear();
    desk.publish(more);
    desk.desk.adopt(desk.now(), None, 10).unwrap();
    assert_eq!(due(&desk, Metric::FirstResponse), Some(today("16:00:00")));
    desk.verify();
}

#[test]
fn a_wait_that_is_missed_anew_under_longer_terms_is_owed_for_once() {
    let promising = |hours| {
        let mut policy = standard();
        policy.obligations[0].within = Some(Span::hours(hours).into());
        policy.obligations[0].warnings.clear();
        draft_with([policy])
    };
    let desk = TestDesk::with(promising(1));
    desk.given_request();
    desk.advance_to(today("10:30:00"));
    let count = |kind| told(&desk).iter().filter(|(told, _)| *told == kind).count();
    assert_eq!(count(NoticeKind::RemedyDue), 1);
    desk.publish(promising(4));
    desk.desk.adopt(desk.now(), None, 10).unwrap();
    assert!(!desk.ticket(TICKET).has_missed(), "there is time again");
    desk.notices();
    desk.advance_to(today("13:30:00"));
    let kinds: Vec<NoticeKind> = told(&desk).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [NoticeKind::SlaMissed]);
    desk.verify();
    // The next wait is another.
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
    assert!(!clock(&desk, TICKET, Metric::TotalResolution).told().ever_missed());
}

#[test]
fn verdicts_outlive_the_words_that_they_were_about() {
    let desk = desk();
    desk.given_request();
    desk.set_now(today("14:00:00"));
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
    let late = clock(&desk, TICKET, Metric::FirstResponse);
    assert_eq!(late.ended().unwrap().verdict, Some(Verdict::Missed));
    let clocks = desk.ticket(TICKET).clocks(Audience::Customer);
    let history = desk.history(TICKET);
    let said = history
        .iter()
        .filter(|event| event.ticket_change().is_some_and(|change| change.message().is_some()));
    let words: Vec<MessageRef> = said
        .map(|event| MessageRef::new(TICKET, event.revision))
        .chain([MessageRef::new(TICKET, Revision(1))])
        .collect();
    desk.ok(&agent(ADMIN), Redact::new(TICKET, words, "a secret"));
    assert_eq!(desk.ticket(TICKET).clocks(Audience::Customer), clocks);
    desk.ok(&Actor::Host, helpdesk::command::EraseTicket::new(TICKET, "she asked for it"));
    assert_eq!(desk.ticket(TICKET).clocks(Audience::Customer), clocks);
    let judged = desk.desk.judged_now(&agent(ADMIN), desk.now(), TICKET).unwrap();
    let first = judged.of(Audience::Customer, Metric::FirstResponse).unwrap();
    assert_eq!(first.status.due, late.due(), "also what is counted from the history again");
    desk.verify();
}

#[test]
fn counting_anew_is_no_change_of_the_ticket() {
    let desk = desk();
    desk.given_request();
    let mut longer = standard();
    longer.obligations[2].within = Some(Target::BusinessDays(3));
    desk.publish(draft_with([longer]));
    desk.notices();
    let read = desk.ticket(TICKET).revision();
    desk.pass(TimeDelta::minutes(5));
    let adopted = desk.desk.adopt(desk.now(), None, 10).unwrap();
    assert_eq!(adopted.outcomes.len(), 1);
    assert_eq!(desk.notices(), [], "nobody is told");
    assert!(desk.ticket(TICKET).revision() > read);
    // No view of it is stale by that.
    let reader = agent(ANNA).at(desk.now()).having_seen(read);
    desk.desk.reply(reader, Reply::new(TICKET, "Unplug it.")).unwrap();
}

#[test]
fn a_question_that_was_asked_while_its_ticket_was_taken_for_spam_has_waited_since() {
    let desk = desk();
    desk.given_request();
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), MarkSpam { ticket: TICKET });
    let asked = today("11:00:00");
    desk.set_now(asked);
    desk.ok(&customer(MARIA), Reply::new(TICKET, "It burns still."));
    assert_eq!(desk.ticket(TICKET).waiting_since(), Some(asked));
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), UnmarkSpam { ticket: TICKET });
    let next = clock(&desk, TICKET, Metric::NextResponse);
    assert_eq!((next.started_at(), next.ended()), (asked, None));
    assert_eq!(next.due(), Some(at("2026-03-03T11:00:00Z")));
    desk.verify();
}
