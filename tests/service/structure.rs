//! Merging, undoing that, splitting and spam: what becomes of the clocks of the tickets.

use helpdesk::command::{MarkSpam, Merge, Reopen, Reply, Split, UndoMerge, UnmarkSpam};
use helpdesk::sla::{Metric, Verdict};
use helpdesk::{Actor, MessageRef, NoticeKind, SettingsDraft, Span, TicketChange};

use crate::support::*;
use crate::{SECOND, clock, desk, draft_with, due, standard, today, told};

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
