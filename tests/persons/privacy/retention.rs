//! Retention: so long after a ticket was closed, everything personal of it is erased by itself.

use helpdesk::command::{Note, Reopen};
use helpdesk::{
    Actor, Command, Mistake, RedactedBy, Rule, SettingsDraft, Span, Step, TicketChange, TimerKind,
};

use super::*;
use crate::support::*;

fn thirty_days() -> SettingsDraft {
    SettingsDraft { retention: Some(Span::days(30)), ..draft() }
}

/// Closed on Monday at nine; it is ten.
fn given_closed() -> TestDesk {
    let desk = TestDesk::with(thirty_days());
    desk.given_status("closed");
    desk
}

#[test]
fn a_closed_ticket_is_erased_at_its_instant_once() {
    let desk = given_closed();
    let due = monday() + days(30);
    assert_eq!(desk.ticket(TICKET).timers().next(), Some((TimerKind::Retention, due)));
    let before = desk.history(TICKET);
    desk.advance_to(due - micro());
    assert_eq!(personal(&desk, TICKET), [1, 2]);
    desk.advance_to(due + days(400));
    assert_eq!(personal(&desk, TICKET), NONE);
    assert_eq!(erasures(&desk, TICKET), [(due, vec![1, 2])]);
    let after = desk.history(TICKET);
    assert_eq!(facts(&after[..before.len()]), facts(&before));
    let last = after.last().unwrap();
    assert_eq!((&last.cause.actor, &last.cause.rule), (&Actor::System, &Some(Rule::Retention)));
    assert!(matches!(
        last.ticket_change(),
        Some(TicketChange::Redacted { by: RedactedBy::Retention, bytes: 0, .. })
    ));
    assert_eq!(desk.ticket(TICKET).next_wake(), None);
    desk.verify();
}

#[test]
fn without_retention_nothing_goes_by_itself() {
    let desk = TestDesk::new();
    desk.given_status("closed");
    desk.advance_to(monday() + days(5000));
    assert_eq!(personal(&desk, TICKET), [1, 2]);
}

#[test]
fn a_late_question_finds_the_words_erased_whether_or_not_anybody_ticked() {
    let late = monday() + days(60);
    for ticks in [false, true] {
        let desk = given_closed();
        if ticks {
            desk.advance_to(late);
        }
        desk.set_now(late);
        // Too late to reopen: it opens a follow-up, of which no word is the old one's.
        let outcome = desk.ok(&customer(MARIA), reply(TICKET));
        let fresh = outcome.opened().next().unwrap();
        assert!(!fresh.subject().as_str().contains("Printer"));
        assert_eq!(erasures(&desk, TICKET), [(monday() + days(30), vec![1, 2])]);
        let settled = outcome
            .trace
            .iter()
            .any(|step| matches!(step, Step::Settled { timer: TimerKind::Retention, .. }));
        assert_eq!(settled, !ticks);
        desk.verify();
    }
}

#[test]
fn a_ticket_that_closes_itself_and_is_long_due_does_both_at_once_in_order() {
    let desk = TestDesk::with(thirty_days());
    desk.given_status("resolved");
    desk.set_now(monday() + days(100));
    let ticked = desk.desk.tick(desk.now()).unwrap();
    assert!(ticked.failed.is_empty());
    let closed = monday() + days(4);
    assert_eq!(desk.ticket(TICKET).closed_at(), Some(closed));
    assert_eq!(erasures(&desk, TICKET)[0].0, closed + days(30));
    assert_eq!(personal(&desk, TICKET), NONE);
    desk.verify();
}

#[test]
fn a_ticket_that_reopened_is_due_anew_from_its_last_close() {
    let desk = given_closed();
    desk.advance_to(monday() + days(10));
    desk.ok(&agent(ANNA), Reopen::new(TICKET, "it is back"));
    assert_eq!(desk.ticket(TICKET).timers().retention, None);
    desk.advance_to(monday() + days(20));
    desk.ok(&Actor::Host, close(TICKET));
    desk.advance_to(monday() + days(400));
    assert_eq!(erasures(&desk, TICKET)[0].0, monday() + days(50));
    assert_eq!(erasures(&desk, TICKET).len(), 1);

    // And once more, of what came since only.
    desk.ok(&agent(ANNA), Reopen::new(TICKET, "and again"));
    desk.ok(&Actor::Host, close(TICKET));
    let last = desk.history(TICKET).len() as u64;
    desk.advance_to(monday() + days(800));
    let again = erasures(&desk, TICKET);
    assert_eq!(again.len(), 2);
    assert_eq!(again[1].0, monday() + days(430));
    assert!(again[1].1.iter().all(|revision| *revision > again[0].1.len() as u64), "{again:?}");
    assert!(again[1].1.iter().all(|revision| *revision <= last));
    desk.verify();
}

#[test]
fn words_that_come_after_the_erasure_go_in_their_turn() {
    let desk = given_closed();
    desk.advance_to(monday() + days(40));
    desk.ok(&agent(ANNA), Note::new(TICKET, "a thought"));
    let noted =
        desk.history(TICKET).iter().rev().find(|event| event.is_personal()).unwrap().clone();
    desk.advance_to(monday() + days(400));
    let all = erasures(&desk, TICKET);
    assert_eq!(all[1], (noted.at + days(30), vec![noted.revision.0]));
    assert_eq!(personal(&desk, TICKET), NONE);
}

#[test]
fn the_reason_for_an_erasure_by_hand_goes_with_the_rest() {
    let desk = given_closed();
    desk.ok(&Actor::Host, erase(TICKET));
    assert_eq!(personal(&desk, TICKET), [4]);
    desk.advance_to(monday() + days(400));
    assert_eq!(personal(&desk, TICKET), NONE);
    assert_eq!(erasures(&desk, TICKET).len(), 2);
    desk.verify();
}

#[test]
fn new_settings_reach_a_ticket_at_its_next_command() {
    let desk = TestDesk::new();
    desk.given_status("closed");
    desk.publish(thirty_days());
    assert_eq!(desk.ticket(TICKET).next_wake(), None);
    desk.ok(&agent(ANNA), Note::new(TICKET, "a thought"));
    assert_eq!(desk.ticket(TICKET).next_wake(), Some(monday() + days(30)));
}

#[test]
fn a_retention_of_no_time_is_refused_with_its_path() {
    let zero = SettingsDraft { retention: Some(Span::ZERO), ..draft() };
    let error = zero.build().unwrap_err();
    let [problem] = error.problems() else { panic!("{error}") };
    assert_eq!(problem.path(), "retention");
    assert!(matches!(problem.mistake(), Mistake::OutOfRange { .. }));
}

#[test]
fn a_decision_that_was_not_given_the_history_says_so() {
    let desk = given_closed();
    let call = Actor::System.at(monday() + days(60)).call(Command::Tick(TICKET));
    let mut loaded = helpdesk::Loaded::default();
    for _ in 0..3 {
        let needs = helpdesk::needs(desk.desk.id(), &call, &loaded);
        for key in needs.records {
            loaded.add_record(key, desk.desk.record(key).unwrap());
        }
        if let [passage] = *needs.passages {
            assert_eq!((passage.after.0, passage.to.0), (0, 3), "the whole history");
            let refused = helpdesk::decide(desk.desk.id(), &call, &loaded).unwrap_err();
            assert_eq!(refused, helpdesk::Refusal::NotLoaded);
            // A part of it is not it.
            let part = desk.history(TICKET)[..2].to_vec();
            let mut short = loaded.clone();
            short.add_passage(passage, part);
            let refused = helpdesk::decide(desk.desk.id(), &call, &short).unwrap_err();
            assert_eq!(refused, helpdesk::Refusal::NotLoaded);
            loaded.add_passage(passage, desk.history(TICKET));
        }
    }
    let decided = helpdesk::decide(desk.desk.id(), &call, &loaded).unwrap();
    assert_eq!(decided.erasures.len(), 1);
    assert_eq!(decided.erasures[0].revisions.len(), 2);
}
