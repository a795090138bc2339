//! What clocks tell: by which promise, how often, and what is owed for it.

use helpdesk::command::{LogConversation, Reply, SaidBy};
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
