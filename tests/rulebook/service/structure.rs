//! Merging, undoing that, splitting and spam: what becomes of the clocks of the tickets.

use helpdesk::command::{MarkSpam, Merge, Reopen, Reply, Split, UndoMerge, UnmarkSpam};
use helpdesk::sla::policy::Audience;
use helpdesk::sla::{Metric, Verdict};
use helpdesk::{
    Actor, ClockRules, MergeClocks, MessageRef, NoticeKind, ReopenClocks, SettingsDraft, Span,
    SplitClocks, TicketChange, TicketId,
};

use crate::service::{SECOND, clock, desk, draft_with, due, standard, today, told};
use crate::support::*;

const THIRD: TicketId = TicketId::from_u128(0x73);
const RESOLUTIONS: [Metric; 2] = [Metric::FirstResolution, Metric::TotalResolution];

fn with_rules(clock_rules: ClockRules) -> SettingsDraft {
    SettingsDraft { clock_rules, ..draft_with([standard()]) }
}

fn survivors() -> ClockRules {
    ClockRules { merge: MergeClocks::Survivors, ..ClockRules::default() }
}

fn anew() -> ClockRules {
    ClockRules { reopen: ReopenClocks::Anew, ..ClockRules::default() }
}

fn reopen(ticket: TicketId) -> Reopen {
    Reopen { ticket, reason: "It burns still.".into() }
}

/// Since when the first and the total resolution of a ticket count.
fn resolved_since(desk: &TestDesk, id: TicketId) -> [At; 2] {
    RESOLUTIONS.map(|metric| clock(desk, id, metric).started_at())
}

/// Since when they count as judged now, of those that are promised.
fn judged_since(desk: &TestDesk, id: TicketId, metric: Metric) -> At {
    let judged = desk.desk.judged_now(&agent(ANNA), desk.now(), id).unwrap();
    judged.of(Audience::Customer, metric).unwrap().status.started_at
}

/// The message that was said last on the ticket.
fn last_message(desk: &TestDesk) -> MessageRef {
    let history = desk.history(TICKET);
    let said = |event: &&helpdesk::Event| {
        matches!(event.ticket_change(), Some(TicketChange::MessageAdded { .. }))
    };
    MessageRef { ticket: TICKET, revision: history.iter().rfind(said).unwrap().revision }
}

#[test]
fn a_merged_ticket_rests_and_goes_on_where_the_merge_is_undone() {
    let desk = desk();
    desk.given_request();
    desk.pass(hours(1));
    desk.ok(&customer(MARIA), request(SECOND));
    desk.ok(&agent(ANNA), Merge { ticket: TICKET, into: SECOND });
    assert_eq!(desk.ticket(TICKET).timers().sla, None, "no stale deadline");
    // The customer has waited since the earlier question.
    let survivor = clock(&desk, SECOND, Metric::FirstResponse);
    assert_eq!(
        (survivor.started_at(), survivor.due()),
        (monday(), Some(at("2026-03-02T13:00:00Z")))
    );
    desk.verify();

    desk.pass(hours(1));
    desk.ok(&agent(ANNA), UndoMerge { ticket: TICKET });
    assert_eq!(due(&desk, Metric::FirstResponse), Some(at("2026-03-02T13:00:00Z")));
    assert!(desk.ticket(TICKET).timers().sla.is_some());
    let survivor = clock(&desk, SECOND, Metric::FirstResponse);
    assert_eq!(survivor.started_at(), monday() + hours(1));
    assert_eq!(survivor.due(), Some(at("2026-03-02T14:00:00Z")));
    desk.verify();
}

#[test]
fn a_split_off_question_has_waited_since_it_was_asked() {
    let desk = desk();
    desk.given_request();
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
    desk.pass(hours(1));
    let asked = desk.now();
    let asked_in = desk.ok(&customer(MARIA), Reply::new(TICKET, "And the invoice?"));
    let message = MessageRef { ticket: TICKET, revision: asked_in.ticket().unwrap().revision() };
    let said = desk
        .history(TICKET)
        .into_iter()
        .rfind(|event| matches!(event.ticket_change(), Some(TicketChange::MessageAdded { .. })));
    let message = MessageRef { revision: said.unwrap().revision, ..message };
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), Split::new(TICKET, message, SECOND));
    let first = clock(&desk, SECOND, Metric::FirstResponse);
    assert_eq!((first.started_at(), first.due()), (asked, Some(asked + hours(4))));
    let next = clock(&desk, TICKET, Metric::NextResponse).ended().unwrap();
    assert_eq!(next.verdict, Some(Verdict::Void), "the question is the other ticket's");
    desk.verify();
}

#[test]
fn spam_rests_and_what_was_no_spam_goes_on() {
    let desk = desk();
    desk.given_request();
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), MarkSpam { ticket: TICKET });
    let rested = clock(&desk, TICKET, Metric::TotalResolution);
    assert_eq!(rested.ended(), None, "spam is not resolved");
    desk.notices();
    desk.advance_to(at("2026-03-02T16:00:00Z"));
    assert_eq!(told(&desk), []);
    desk.ok(&agent(ANNA), UnmarkSpam { ticket: TICKET });
    let kinds: Vec<NoticeKind> = told(&desk).into_iter().map(|(kind, _)| kind).collect();
    assert!(kinds.contains(&NoticeKind::SlaMissed), "{kinds:?}");
    desk.verify();
}

#[test]
fn what_was_void_with_the_resolution_does_not_come_back_with_a_split() {
    let desk = desk();
    desk.given_request();
    desk.set_now(today("09:30:00"));
    desk.ok(&customer(MARIA), Reply::new(TICKET, "And the invoice?"));
    let message = last_message(&desk);
    desk.set_now(today("10:00:00"));
    desk.ok(&agent(ANNA), resolve(TICKET));
    desk.set_now(today("11:00:00"));
    desk.ok(&agent(ANNA), Split::new(TICKET, message, SECOND));
    let clocks = desk.ticket(TICKET).clocks(helpdesk::sla::policy::Audience::Customer).unwrap();
    assert_eq!(clocks.of(Metric::NextResponse), None, "nothing waits on finished work");
    let child = clock(&desk, SECOND, Metric::FirstResponse);
    assert_eq!((child.started_at(), child.ended()), (today("09:30:00"), None));
    desk.verify();
}

#[test]
fn a_merge_brings_its_question_and_not_what_was_void_before() {
    let desk = desk();
    desk.given_request();
    desk.set_now(today("10:00:00"));
    desk.ok(&agent(ANNA), resolve(TICKET));
    desk.ok(&agent(ANNA), Reopen { ticket: TICKET, reason: "It burns still.".into() });
    desk.set_now(today("12:00:00"));
    desk.ok(&customer(MARIA), Reply::new(TICKET, "It burns still."));
    assert_eq!(clock(&desk, TICKET, Metric::NextResponse).started_at(), today("12:00:00"));
    desk.set_now(today("13:00:00"));
    desk.ok(&customer(MARIA), request(SECOND));
    desk.ok(&agent(ANNA), Merge { ticket: SECOND, into: TICKET });
    assert_eq!(clock(&desk, TICKET, Metric::NextResponse).started_at(), today("12:00:00"));
    desk.ok(&agent(ANNA), UndoMerge { ticket: SECOND });
    assert_eq!(clock(&desk, TICKET, Metric::NextResponse).started_at(), today("12:00:00"));
    desk.verify();
}

#[test]
fn a_question_that_is_merged_into_answered_work_waits_since_it_was_asked() {
    let desk = desk();
    desk.given_request();
    desk.set_now(today("10:00:00"));
    desk.ok(&customer(MARIA), request(SECOND));
    desk.set_now(today("10:30:00"));
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
    desk.set_now(today("11:00:00"));
    desk.ok(&agent(ANNA), Merge { ticket: SECOND, into: TICKET });
    let next = clock(&desk, TICKET, Metric::NextResponse);
    assert_eq!((next.started_at(), next.ended()), (today("10:00:00"), None));
    desk.ok(&agent(ANNA), UndoMerge { ticket: SECOND });
    let ended = clock(&desk, TICKET, Metric::NextResponse).ended().unwrap();
    assert_eq!(ended.verdict, Some(Verdict::Void), "it waits elsewhere");
    assert_eq!(due(&desk, Metric::PeriodicUpdate), None, "none is promised");
}

#[test]
fn what_was_merged_is_forgotten_in_time_under_settings_that_its_clocks_never_saw() {
    let draft = SettingsDraft { retention: Some(Span::days(3)), ..draft_with([standard()]) };
    let desk = TestDesk::with(draft.clone());
    desk.given_request();
    desk.ok(&customer(MARIA), request(SECOND));
    desk.ok(&agent(ANNA), Merge { ticket: SECOND, into: TICKET });
    desk.ok(&agent(ANNA), close(TICKET));
    desk.publish(SettingsDraft { sla_policies: Vec::new(), ..draft });
    desk.advance_to(at("2026-03-06T09:00:00Z"));
    assert_eq!(desk.ticket(SECOND).personal_since(), None);
    desk.verify();
}

#[test]
fn a_split_that_takes_no_question_ends_no_wait() {
    let desk = desk();
    desk.given_request();
    desk.ok(&Actor::Bot("sorter".into()), Reply::new(TICKET, "We have it."));
    let message = last_message(&desk);
    desk.ok(&agent(ANNA), Split::new(TICKET, message, SECOND));
    assert_eq!(clock(&desk, TICKET, Metric::FirstResponse).ended(), None);
    // A ticket on which nobody asks anything: it is to be answered all the same.
    assert_eq!(desk.ticket(SECOND).waiting_since(), None);
    desk.ok(&Actor::Bot("sorter".into()), Reply::new(SECOND, "We have it."));
    let third = helpdesk::TicketId::from_u128(0x73);
    let said = MessageRef { ticket: SECOND, revision: desk.ticket(SECOND).revision() };
    desk.ok(&agent(ANNA), Split::new(SECOND, said, third));
    assert_eq!(clock(&desk, SECOND, Metric::FirstResponse).ended(), None);
}

#[test]
fn a_question_that_was_split_off_while_its_ticket_was_merged_does_not_wait_there_afterwards() {
    let desk = desk();
    desk.given_request();
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
    desk.set_now(today("10:00:00"));
    desk.ok(&customer(MARIA), Reply::new(TICKET, "And the invoice?"));
    let message = last_message(&desk);
    let third = helpdesk::TicketId::from_u128(0x73);
    desk.ok(&customer(MARIA), request(third));
    desk.ok(&agent(ANNA), Merge { ticket: TICKET, into: third });
    desk.set_now(today("11:00:00"));
    desk.ok(&agent(ANNA), Split::new(third, message, SECOND));
    desk.ok(&agent(ANNA), UndoMerge { ticket: TICKET });
    let ended = clock(&desk, TICKET, Metric::NextResponse).ended().unwrap();
    assert_eq!(ended.verdict, Some(Verdict::Void), "the question is the other ticket's");
    desk.verify();
}

#[test]
fn a_survivor_is_to_be_resolved_since_the_earlier_opening_until_the_merge_is_undone() {
    let desk = desk();
    desk.given_request();
    let owed = due(&desk, Metric::TotalResolution);
    desk.set_now(at("2026-03-03T10:00:00Z"));
    desk.ok(&customer(MARIA), request(SECOND));
    let own = clock(&desk, SECOND, Metric::TotalResolution);
    assert!(own.due() > owed);
    desk.ok(&agent(ANNA), Merge { ticket: TICKET, into: SECOND });
    assert_eq!(resolved_since(&desk, SECOND), [monday(); 2]);
    assert_eq!(clock(&desk, SECOND, Metric::TotalResolution).due(), owed);
    assert_eq!(judged_since(&desk, SECOND, Metric::TotalResolution), monday());
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), UndoMerge { ticket: TICKET });
    assert_eq!(clock(&desk, SECOND, Metric::TotalResolution), own);
    assert_eq!(resolved_since(&desk, SECOND), [own.started_at(); 2]);
    assert_eq!(resolved_since(&desk, TICKET), [monday(); 2]);
    desk.verify();
}

#[test]
fn of_several_merges_the_earliest_opening_counts_that_is_left() {
    let desk = desk();
    desk.given_request();
    for (id, time) in [(SECOND, "09:30:00"), (THIRD, "10:00:00")] {
        desk.set_now(today(time));
        desk.ok(&customer(MARIA), request(id));
    }
    desk.ok(&agent(ANNA), Merge { ticket: TICKET, into: THIRD });
    desk.ok(&agent(ANNA), Merge { ticket: SECOND, into: THIRD });
    assert_eq!(resolved_since(&desk, THIRD), [monday(); 2]);
    desk.ok(&agent(ANNA), UndoMerge { ticket: TICKET });
    assert_eq!(resolved_since(&desk, THIRD), [today("09:30:00"); 2]);
    // What has come to a ticket goes on with it.
    let fourth = TicketId::from_u128(0x74);
    desk.set_now(today("10:30:00"));
    desk.ok(&customer(MARIA), request(fourth));
    desk.ok(&agent(ANNA), Merge { ticket: THIRD, into: fourth });
    assert_eq!(resolved_since(&desk, fourth), [today("09:30:00"); 2]);
    desk.verify();
}

#[test]
fn what_had_been_resolved_before_brings_no_first_resolution() {
    let desk = desk();
    desk.given_request();
    desk.set_now(today("09:30:00"));
    desk.ok(&customer(MARIA), request(SECOND));
    desk.ok(&agent(ANNA), resolve(TICKET));
    desk.ok(&agent(ANNA), reopen(TICKET));
    desk.ok(&agent(ANNA), Merge { ticket: TICKET, into: SECOND });
    assert_eq!(resolved_since(&desk, SECOND), [today("09:30:00"), monday()]);
    desk.verify();
}

#[test]
fn finished_work_neither_owes_what_was_merged_into_it_nor_brings_what_it_owed() {
    let desk = desk();
    desk.given_request();
    desk.set_now(today("10:00:00"));
    desk.ok(&customer(MARIA), request(SECOND));
    desk.ok(&customer(MARIA), request(THIRD));
    desk.ok(&agent(ANNA), resolve(SECOND));
    desk.set_now(today("11:00:00"));
    // Its question takes the finished work up again.
    desk.ok(&agent(ANNA), Merge { ticket: TICKET, into: SECOND });
    assert_eq!(clock(&desk, SECOND, Metric::TotalResolution).ended(), None);
    assert_eq!(resolved_since(&desk, SECOND), [today("10:00:00"); 2]);
    desk.ok(&agent(ANNA), UndoMerge { ticket: TICKET });
    desk.ok(&agent(ANNA), resolve(TICKET));
    desk.ok(&agent(ANNA), Merge { ticket: TICKET, into: THIRD });
    assert_eq!(resolved_since(&desk, THIRD), [today("10:00:00"); 2]);
    desk.verify();
}

#[test]
fn a_merge_that_is_undone_while_the_work_is_finished_is_no_more_when_it_is_taken_up_again() {
    let desk = desk();
    desk.given_request();
    desk.set_now(today("10:00:00"));
    desk.ok(&customer(MARIA), request(SECOND));
    desk.ok(&agent(ANNA), Merge { ticket: TICKET, into: SECOND });
    desk.set_now(today("11:00:00"));
    desk.ok(&agent(ANNA), resolve(SECOND));
    desk.ok(&agent(ANNA), UndoMerge { ticket: TICKET });
    let total = |desk: &TestDesk| clock(desk, SECOND, Metric::TotalResolution);
    assert_eq!(total(&desk).started_at(), monday(), "it was judged so");
    desk.set_now(today("12:00:00"));
    desk.ok(&agent(ANNA), reopen(SECOND));
    assert_eq!(total(&desk).started_at(), today("10:00:00"));
    assert_eq!(judged_since(&desk, SECOND, Metric::TotalResolution), today("10:00:00"));
    desk.verify();
}

#[test]
fn where_the_survivors_clocks_go_on_a_question_waits_from_its_merge_on() {
    let desk = TestDesk::with(with_rules(survivors()));
    desk.given_request();
    desk.set_now(today("09:30:00"));
    desk.ok(&customer(MARIA), request(SECOND));
    desk.ok(&customer(MARIA), request(THIRD));
    desk.ok(&agent(ANNA), Reply::new(THIRD, "Unplug it."));
    let next = |desk: &TestDesk| clock(desk, THIRD, Metric::NextResponse);
    desk.set_now(today("10:00:00"));
    desk.ok(&agent(ANNA), Merge { ticket: TICKET, into: THIRD });
    desk.set_now(today("11:00:00"));
    desk.ok(&agent(ANNA), Merge { ticket: SECOND, into: THIRD });
    assert_eq!(next(&desk).started_at(), today("10:00:00"));
    assert_eq!(resolved_since(&desk, THIRD), [today("09:30:00"); 2]);
    assert_eq!(desk.ticket(THIRD).waiting_since(), Some(monday()), "they have waited since");
    desk.ok(&agent(ANNA), UndoMerge { ticket: TICKET });
    assert_eq!(next(&desk).started_at(), today("11:00:00"));
    assert_eq!(judged_since(&desk, THIRD, Metric::NextResponse), today("11:00:00"));
    desk.ok(&agent(ANNA), UndoMerge { ticket: SECOND });
    assert_eq!(next(&desk).ended().unwrap().verdict, Some(Verdict::Void));
    // One that waits already waits on.
    desk.ok(&customer(MARIA), Reply::new(THIRD, "It burns still."));
    desk.set_now(today("12:00:00"));
    desk.ok(&agent(ANNA), Merge { ticket: TICKET, into: THIRD });
    assert_eq!(next(&desk).started_at(), today("11:00:00"));
    desk.verify();
}

#[test]
fn a_merge_is_undone_by_the_rules_by_which_it_was_done() {
    let desk = desk();
    desk.given_request();
    desk.set_now(today("10:00:00"));
    desk.ok(&customer(MARIA), request(SECOND));
    desk.ok(&agent(ANNA), Merge { ticket: TICKET, into: SECOND });
    desk.publish(with_rules(survivors()));
    desk.set_now(today("11:00:00"));
    desk.ok(&customer(MARIA), request(THIRD));
    desk.ok(&agent(ANNA), Merge { ticket: SECOND, into: THIRD });
    assert_eq!(resolved_since(&desk, THIRD), [today("11:00:00"); 2]);
    desk.ok(&agent(ANNA), UndoMerge { ticket: SECOND });
    assert_eq!(resolved_since(&desk, SECOND), [monday(); 2]);
    assert_eq!(judged_since(&desk, SECOND, Metric::TotalResolution), monday());
    desk.ok(&agent(ANNA), UndoMerge { ticket: TICKET });
    assert_eq!(resolved_since(&desk, SECOND), [today("10:00:00"); 2]);
    desk.verify();
}

#[test]
fn a_split_off_question_waits_since_the_split_where_that_is_the_rule() {
    let rules = ClockRules { split: SplitClocks::SinceSplit, ..ClockRules::default() };
    for (rules, since) in [(rules, "11:00:00"), (ClockRules::default(), "10:00:00")] {
        let desk = TestDesk::with(with_rules(rules));
        desk.given_request();
        desk.set_now(today("10:00:00"));
        desk.ok(&customer(MARIA), Reply::new(TICKET, "And the invoice?"));
        let message = last_message(&desk);
        desk.set_now(today("11:00:00"));
        desk.ok(&agent(ANNA), Split::new(TICKET, message, SECOND));
        assert_eq!(clock(&desk, SECOND, Metric::FirstResponse).started_at(), today(since));
        assert_eq!(judged_since(&desk, SECOND, Metric::FirstResponse), today(since));
        assert_eq!(resolved_since(&desk, SECOND), [today("11:00:00"); 2]);
        assert_eq!(desk.ticket(SECOND).waiting_since(), Some(today("10:00:00")));
        desk.verify();
    }
}

#[test]
fn reopened_work_goes_on_or_is_to_be_resolved_anew_and_never_first() {
    for (rules, run, since) in [(ClockRules::default(), 1, "09:00:00"), (anew(), 2, "12:00:00")] {
        let desk = TestDesk::with(with_rules(rules));
        desk.given_request();
        desk.set_now(today("10:00:00"));
        desk.ok(&agent(ANNA), resolve(TICKET));
        let first = clock(&desk, TICKET, Metric::FirstResolution);
        desk.set_now(today("12:00:00"));
        desk.ok(&agent(ANNA), reopen(TICKET));
        let total = clock(&desk, TICKET, Metric::TotalResolution);
        assert_eq!((total.number(), total.started_at()), (run, today(since)));
        assert_eq!(judged_since(&desk, TICKET, Metric::TotalResolution), today(since));
        assert_eq!(clock(&desk, TICKET, Metric::FirstResolution), first);
        assert_eq!(clock(&desk, TICKET, Metric::RequesterWait).number(), 1);
        desk.verify();
    }
}

#[test]
fn a_merge_into_what_counts_anew_is_taken_back_to_the_reopening() {
    let desk = TestDesk::with(with_rules(anew()));
    desk.given_request();
    desk.ok(&customer(MARIA), request(SECOND));
    desk.ok(&agent(ANNA), resolve(SECOND));
    desk.set_now(today("12:00:00"));
    desk.ok(&customer(MARIA), Reply::new(SECOND, "It burns still."));
    let total = |desk: &TestDesk| clock(desk, SECOND, Metric::TotalResolution);
    let own = total(&desk);
    assert_eq!((own.number(), own.started_at()), (2, today("12:00:00")));
    desk.ok(&agent(ANNA), Merge { ticket: TICKET, into: SECOND });
    assert_eq!(total(&desk).started_at(), monday());
    desk.ok(&agent(ANNA), UndoMerge { ticket: TICKET });
    assert_eq!(total(&desk), own);
    // What was no spam was not reopened by that.
    desk.ok(&agent(ANNA), resolve(SECOND));
    desk.ok(&agent(ANNA), MarkSpam { ticket: SECOND });
    desk.ok(&agent(ANNA), UnmarkSpam { ticket: SECOND });
    assert_eq!((total(&desk).number(), total(&desk).ended()), (2, None));
    desk.verify();
}
