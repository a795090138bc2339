//! Unresolved tickets are warned about and flagged, and nothing else.

use super::*;

fn flags(desk: &TestDesk) -> (bool, bool) {
    let ticket = desk.ticket(TICKET);
    (ticket.open_age_warned(), ticket.is_overdue())
}

#[test]
fn warned_on_day_three_and_overdue_on_day_five_to_the_microsecond() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.notices();
    desk.advance_to(monday() + days(3) - micro());
    assert_eq!(flags(&desk), (false, false));
    desk.advance_to(monday() + days(3));
    assert_eq!(flags(&desk), (true, false));
    desk.advance_to(monday() + days(5) - micro());
    assert_eq!(flags(&desk), (true, false));
    desk.advance_to(monday() + days(5));
    assert_eq!(flags(&desk), (true, true));
    desk.advance_to(monday() + days(50));
    let expected = [
        (monday() + days(3), TicketChange::OpenAgeWarned),
        (monday() + days(5), TicketChange::OpenAgeOverdue),
    ];
    assert_eq!(fired(&desk, TICKET), expected);
    let told: Vec<_> = desk.notices().into_iter().map(|one| (one.kind, one.to)).collect();
    let queue = Recipient::Department("support".into());
    let expected =
        [(NoticeKind::OpenAgeWarning, queue.clone()), (NoticeKind::OpenAgeOverdue, queue)];
    assert_eq!(told, expected);
}

#[test]
fn answers_and_waiting_do_not_stop_the_count() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&agent(ANNA), reply(TICKET));
    desk.ok(&agent(ANNA), set_with_reason(TICKET, "suspended", "vendor"));
    desk.advance_to(monday() + days(5));
    assert_eq!(flags(&desk), (true, true));
}

#[test]
fn resolving_clears_it_and_reopening_counts_anew() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.advance_to(monday() + days(5));
    desk.ok(&agent(ANNA), resolve(TICKET));
    assert_eq!(flags(&desk), (false, false));
    desk.pass(days(1));
    desk.ok(&customer(MARIA), reply(TICKET));
    let reopened = desk.now();
    assert_eq!(desk.ticket(TICKET).unresolved_since(), reopened);
    assert_eq!(flags(&desk), (false, false));
    desk.advance_to(reopened + days(3) - micro());
    assert_eq!(flags(&desk), (false, false));
    desk.advance_to(reopened + days(5));
    assert_eq!(flags(&desk), (true, true));
    assert_eq!(fired(&desk, TICKET).len(), 4);
}

#[test]
fn warning_and_flag_at_one_instant_come_in_their_order() {
    let span = Span::days(1);
    let open_age = Some(OpenAge { warn: span, overdue: span });
    let desk = TestDesk::with(SettingsDraft { open_age, ..draft() });
    desk.given_request();
    desk.advance_to(monday() + days(1));
    let changes: Vec<_> = fired(&desk, TICKET).into_iter().map(|(_, change)| change).collect();
    assert_eq!(changes, [TicketChange::OpenAgeWarned, TicketChange::OpenAgeOverdue]);
}

#[test]
fn a_wake_at_the_instant_of_a_warning_comes_first() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&agent(ANNA), postpone(TICKET, monday() + days(3)));
    desk.advance_to(monday() + days(3));
    let fired = fired(&desk, TICKET);
    assert!(matches!(fired[0].1, TicketChange::StatusChanged(_)));
    assert_eq!(fired[1].1, TicketChange::OpenAgeWarned);
}
