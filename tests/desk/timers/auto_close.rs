//! Resolved tickets close by themselves, unless somebody writes.

use super::*;

/// Anna answered and resolved; gives the instant of resolving.
fn given_resolved(desk: &TestDesk) -> At {
    desk.given_request();
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), reply(TICKET));
    desk.ok(&agent(ANNA), resolve(TICKET));
    desk.now()
}

#[test]
fn it_closes_exactly_four_days_after_it_was_resolved_and_not_a_microsecond_before() {
    let desk = TestDesk::new();
    let due = given_resolved(&desk) + days(4);
    assert_eq!(desk.desk.next_wake(desk.now()).unwrap(), Some(due));
    desk.set_now(due - micro());
    assert!(desk.desk.tick(desk.now()).unwrap().outcomes.is_empty());
    assert_eq!(desk.status(TICKET), "resolved");
    desk.set_now(due);
    desk.desk.tick(desk.now()).unwrap();
    let ticket = desk.ticket(TICKET);
    assert_eq!(ticket.status().name, "closed");
    assert_eq!((ticket.closed_at(), ticket.next_wake()), (Some(due), None));
    assert_eq!(moves(&desk, TICKET, Moved::AutoClosed), [(due, "closed".into())]);
    let last = desk.history(TICKET).pop().unwrap();
    assert_eq!(last.cause.rule, Some(Rule::AutoClose));
}

#[test]
fn a_late_tick_dates_the_closing_by_when_it_was_due() {
    let desk = TestDesk::new();
    let due = given_resolved(&desk) + days(4);
    desk.pass(days(100));
    desk.desk.tick(desk.now()).unwrap();
    assert_eq!(desk.ticket(TICKET).closed_at(), Some(due));
}

#[test]
fn a_command_finds_the_ticket_closed_though_nobody_ticked() {
    let desk = TestDesk::new();
    let due = given_resolved(&desk) + days(4);
    desk.set_now(due + hours(1));
    let outcome = desk.ok(&customer(MARIA), reply(TICKET));
    let settled = Step::Settled { timer: TimerKind::AutoClose, due };
    assert!(outcome.trace.contains(&settled));
    assert_eq!(desk.status(TICKET), "open", "within the window it reopens");
    assert_eq!(moves(&desk, TICKET, Moved::AutoClosed), [(due, "closed".into())]);
    assert_eq!(desk.ticket(TICKET).reopen_count(), 1);
    desk.verify();
}

#[test]
fn a_public_reply_of_an_agent_cancels_it() {
    let desk = TestDesk::new();
    given_resolved(&desk);
    desk.ok(&agent(CARL), reply(TICKET));
    let ticket = desk.ticket(TICKET);
    assert_eq!(ticket.status().name, "resolved");
    assert!(ticket.auto_close_cancelled());
    assert_eq!(ticket.next_wake(), None);
    desk.advance_to(monday() + days(400));
    assert_eq!(desk.status(TICKET), "resolved");
    desk.verify();
}

#[test]
fn a_reply_of_the_customer_that_does_not_reopen_cancels_it() {
    let mut settings = draft();
    let resolved = settings.workflow.statuses.iter_mut().find(|one| one.name == "resolved");
    resolved.unwrap().on_customer_reply = None;
    let desk = TestDesk::with(settings);
    given_resolved(&desk);
    desk.ok(&customer(MARIA), reply(TICKET));
    desk.advance_to(monday() + days(400));
    assert_eq!(desk.status(TICKET), "resolved");
    assert!(desk.ticket(TICKET).auto_close_cancelled());
}

#[test]
fn a_call_after_it_was_resolved_cancels_it_and_one_before_does_not() {
    for (ago, cancels) in [(hours(0), true), (hours(2), true), (hours(3), false)] {
        let desk = TestDesk::new();
        given_resolved(&desk);
        desk.pass(hours(2));
        let log = LogConversation {
            ticket: TICKET,
            said_by: SaidBy::Agent(ANNA),
            channel: Channel::Phone,
            occurred_at: desk.now() - ago,
            text: "all fine?".into(),
        };
        desk.ok(&agent(ANNA), log);
        assert_eq!(desk.ticket(TICKET).auto_close_cancelled(), cancels, "{ago} ago");
    }
}

#[test]
fn no_note_bot_auto_reply_or_host_cancels_it() {
    let desk = TestDesk::new();
    let due = given_resolved(&desk) + days(4);
    desk.ok(&agent(ANNA), Note::new(TICKET, "hm"));
    for actor in [bot(), auto_responder(), Actor::Host] {
        desk.ok(&actor, reply(TICKET));
    }
    desk.ok(&agent(ANNA), Edit { subject: Some("Fax".into()), ..Edit::new(TICKET) });
    desk.ok(&agent(CARL), Take { ticket: TICKET });
    assert_eq!(desk.ticket(TICKET).next_wake(), Some(due));
    desk.advance_to(due);
    assert_eq!(desk.status(TICKET), "closed");
}

#[test]
fn resolving_again_starts_a_cancelled_closing_anew() {
    let desk = TestDesk::new();
    given_resolved(&desk);
    desk.ok(&agent(ANNA), reply(TICKET));
    let again = desk.pass(hours(5));
    desk.ok(&agent(ANNA), resolve(TICKET));
    assert_eq!(desk.ticket(TICKET).next_wake(), Some(again + days(4)));
    desk.verify();
}

#[test]
fn it_is_counted_anew_after_a_reopening() {
    let desk = TestDesk::new();
    given_resolved(&desk);
    desk.pass(days(3));
    desk.ok(&customer(MARIA), reply(TICKET));
    desk.pass(days(2));
    let resolution = Resolving::new("workaround");
    desk.ok(&agent(ANNA), Resolve { ticket: TICKET, resolution });
    assert_eq!(desk.ticket(TICKET).next_wake(), Some(desk.now() + days(4)));
}

#[test]
fn without_the_policy_it_never_closes_by_itself() {
    let desk = TestDesk::with(SettingsDraft { auto_close: None, ..draft() });
    given_resolved(&desk);
    assert_eq!(desk.desk.next_wake(desk.now()).unwrap(), None);
    desk.pass(days(4000));
    desk.ok(&bot(), reply(TICKET));
    assert_eq!(desk.status(TICKET), "resolved");
}
