//! Settings that were published since are adopted: by whom, ticket by ticket, and what becomes of
//! timers and clocks.

use crate::support::*;
use helpdesk::command::{LogConversation, MarkSpam, Merge, Reply, SaidBy, UndoMerge, UnmarkSpam};
use helpdesk::sla::policy::{Audience, Obligation};
use helpdesk::sla::{Clock, Clocked, Metric, SlaPolicy, Verdict};
use helpdesk::{
    Actor, Adopted, Channel, NoticeKind, Refusal, Rule, SettingsDraft, Span, Step, TicketChange,
    TicketId,
};

const SECOND: TicketId = TicketId::from_u128(0x72);
const THIRD: TicketId = TicketId::from_u128(0x73);

/// So many hours to the first and to the next answer, and three days to the end, pending aside.
fn promising(hours: u32) -> SettingsDraft {
    let within = |metric| Obligation::new(metric).within(Span::hours(hours));
    let end = Obligation::new(Metric::TotalResolution).within(Span::days(3));
    let policy = SlaPolicy::new("standard")
        .obligation(within(Metric::FirstResponse).remedy("a cake"))
        .obligation(within(Metric::NextResponse))
        .obligation(end.paused_in("pending"));
    SettingsDraft { sla_policies: vec![policy], open_age: None, ..draft() }
}

fn silent() -> SettingsDraft {
    SettingsDraft { open_age: None, ..draft() }
}

fn publish(desk: &TestDesk, draft: SettingsDraft) {
    desk.desk.publish(desk.context(&Actor::Host), draft.build().unwrap()).unwrap();
}

/// All of it, at once.
fn adopt(desk: &TestDesk) -> Adopted {
    let adopted = desk.desk.adopt(desk.now(), None, 1000).unwrap();
    assert!(adopted.failed.is_empty() && adopted.next.is_none());
    adopted
}

fn clock(desk: &TestDesk, id: TicketId, metric: Metric) -> Option<Clock> {
    desk.ticket(id).clocks(Audience::Customer)?.of(metric).cloned()
}

fn due(desk: &TestDesk, metric: Metric) -> Option<At> {
    clock(desk, TICKET, metric).and_then(|clock| clock.due())
}

#[test]
fn a_ticket_older_than_the_policies_is_measured_from_its_beginning() {
    let desk = TestDesk::with(silent());
    desk.given_request();
    desk.pass(hours(2));
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Have you tried it?"));
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), set_with_reason(TICKET, "pending", "information"));
    desk.advance_to(monday() + hours(12));
    desk.ok(&customer(MARIA), Reply::new(TICKET, "It burns again"));
    desk.pass(hours(1));
    publish(&desk, promising(4));
    // Publishing costs nothing; neither does it change anything on what is there.
    assert!(desk.ticket(TICKET).promised().is_none());
    let adopted = adopt(&desk);
    assert_eq!(adopted.outcomes.len(), 1);
    let event = desk.history(TICKET).pop().unwrap();
    assert_eq!((event.at, &event.cause.rule), (desk.now(), &Some(Rule::Adoption)));

    assert_eq!(due(&desk, Metric::NextResponse), Some(monday() + hours(16)));
    // It was pending for nine hours.
    assert_eq!(due(&desk, Metric::TotalResolution), Some(monday() + days(3) + hours(9)));
    // What ended before anything was promised is judged by nothing.
    let first = clock(&desk, TICKET, Metric::FirstResponse).unwrap();
    let ended = first.ended().unwrap();
    assert_eq!((ended.at, ended.verdict), (monday() + hours(2), None));
    desk.verify();

    // And the next answer is judged.
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Then use water"));
    let answered = clock(&desk, TICKET, Metric::NextResponse).unwrap();
    assert_eq!(answered.ended().unwrap().verdict, Some(Verdict::Met));
    desk.verify();
}

#[test]
fn what_is_late_already_when_it_is_adopted_is_told_once_and_dated_by_its_deadline() {
    let desk = TestDesk::with(silent());
    desk.given_request();
    desk.pass(hours(9));
    publish(&desk, promising(4));
    adopt(&desk);
    let changed = desk.changes(TICKET).pop().unwrap();
    let TicketChange::ClocksChanged(changed) = changed else { panic!("{changed:?}") };
    let missed: Vec<_> = changed.customer.iter().filter(|it| it.what == Clocked::Missed).collect();
    assert_eq!(missed.len(), 1);
    assert_eq!((missed[0].metric, missed[0].at), (Metric::FirstResponse, monday() + hours(4)));
    let owed: Vec<_> = changed.remedies.iter().map(|remedy| remedy.metric).collect();
    assert_eq!(owed, [Metric::FirstResponse]);
    let told = |desk: &TestDesk| {
        desk.notices().iter().filter(|it| it.kind == NoticeKind::SlaMissed).count()
    };
    assert_eq!(told(&desk), 1);

    // Again, with nothing new: no commit, no word.
    let revision = desk.ticket(TICKET).revision();
    assert!(adopt(&desk).outcomes.is_empty());
    desk.pass(days(1));
    desk.desk.tick(desk.now()).unwrap();
    assert_eq!((desk.ticket(TICKET).revision(), told(&desk)), (revision, 0));
}

#[test]
fn a_new_target_holds_at_once_where_it_is_adopted_and_verdicts_stand() {
    let desk = TestDesk::with(promising(8));
    desk.given_request();
    desk.ok(&customer(MARIA), request(SECOND));
    desk.pass(hours(5));
    desk.ok(&agent(ANNA), Reply::new(SECOND, "Here"));
    publish(&desk, promising(4));
    desk.pass(hours(1));
    assert_eq!(due(&desk, Metric::FirstResponse), Some(monday() + hours(8)));
    let adopted = adopt(&desk);
    let promised = |outcome: &helpdesk::Outcome| {
        outcome.trace.iter().any(|step| matches!(step, Step::Promised { policy: Some(_) }))
    };
    assert!(adopted.outcomes.len() == 2 && adopted.outcomes.iter().all(promised));
    assert_eq!(due(&desk, Metric::FirstResponse), Some(monday() + hours(4)));
    assert!(desk.ticket(TICKET).has_missed());
    let answered = clock(&desk, SECOND, Metric::FirstResponse).unwrap();
    assert_eq!(answered.ended().unwrap().verdict, Some(Verdict::Met), "as it was judged then");
    desk.verify();
}

#[test]
fn finished_work_and_what_rests_is_promised_nothing_until_it_is_back() {
    let desk = TestDesk::with(silent());
    desk.given_request();
    let fourth = ticket_id(0x74);
    for id in [SECOND, THIRD, fourth] {
        desk.ok(&customer(MARIA), request(id));
    }
    desk.ok(&agent(ANNA), resolve(TICKET));
    desk.ok(&agent(ANNA), MarkSpam { ticket: SECOND });
    desk.ok(&agent(ANNA), Merge::new(fourth, THIRD));
    publish(&desk, promising(4));
    assert_eq!(adopt(&desk).outcomes.len(), 1, "the one that goes on");
    for id in [TICKET, SECOND, fourth] {
        assert!(desk.ticket(id).promised().is_none());
    }

    // Back, they are promised what they would have adopted.
    desk.pass(hours(1));
    desk.ok(&customer(MARIA), Reply::new(TICKET, "It still burns"));
    let next =
        clock(&desk, TICKET, Metric::NextResponse).or(clock(&desk, TICKET, Metric::FirstResponse));
    assert!(next.is_some_and(|clock| clock.due().is_some()));
    desk.ok(&agent(ANNA), UnmarkSpam { ticket: SECOND });
    assert_eq!(clock(&desk, SECOND, Metric::FirstResponse).unwrap().started_at(), monday());
    desk.ok(&agent(ANNA), UndoMerge { ticket: fourth });
    assert_eq!(clock(&desk, fourth, Metric::FirstResponse).unwrap().started_at(), monday());
    assert!(adopt(&desk).outcomes.is_empty());
    desk.verify();
}

#[test]
fn work_that_is_taken_up_again_is_promised_what_it_would_have_adopted() {
    let back = |adopts: bool| {
        let desk = TestDesk::with(silent());
        desk.given_request();
        desk.pass(hours(1));
        desk.ok(&agent(ANNA), Reply::new(TICKET, "Have you tried water?"));
        desk.ok(&agent(ANNA), resolve(TICKET));
        publish(&desk, if adopts { silent() } else { promising(4) });
        desk.pass(hours(1));
        desk.ok(&customer(MARIA), Reply::new(TICKET, "It burns again"));
        if adopts {
            publish(&desk, promising(4));
            adopt(&desk);
        }
        desk.verify();
        desk.ticket(TICKET).clocks(Audience::Customer).unwrap().iter().cloned().collect::<Vec<_>>()
    };
    let clocks = back(false);
    assert_eq!(clocks, back(true));
    let next = clocks.iter().find(|clock| clock.metric() == Metric::NextResponse).unwrap();
    assert_eq!(next.due(), Some(monday() + hours(6)));
}

#[test]
fn work_that_closes_by_itself_before_it_is_taken_up_is_back_whoever_looked() {
    let back = |looks: bool| {
        let desk = TestDesk::with(silent());
        desk.given_request();
        desk.ok(&agent(ANNA), resolve(TICKET));
        publish(&desk, promising(4));
        desk.pass(days(30));
        if looks {
            desk.desk.tick(desk.now()).unwrap();
        }
        desk.ok(&agent(ANNA), reopen(TICKET));
        desk.verify();
        desk.ticket(TICKET)
            .clocks(Audience::Customer)
            .map(|it| it.iter().cloned().collect::<Vec<_>>())
    };
    assert!(back(true).is_some());
    assert_eq!(back(true), back(false));
}

#[test]
fn what_is_told_late_of_a_time_before_the_policies_is_judged_by_nothing() {
    let desk = TestDesk::with(silent());
    desk.given_request();
    desk.set_now(monday() + hours(1));
    desk.ok(&agent(ANNA), Reply::new(TICKET, "We are looking"));
    desk.set_now(monday() + hours(7));
    desk.ok(&agent(ANNA), resolve(TICKET));
    let hourly = Obligation::new(Metric::PeriodicUpdate).within(Span::hours(1));
    let policy = SlaPolicy::new("standard").obligation(hourly);
    publish(&desk, SettingsDraft { sla_policies: vec![policy], ..silent() });
    desk.set_now(monday() + hours(8));
    desk.ok(&customer(MARIA), Reply::new(TICKET, "It burns again"));
    let silence = clock(&desk, TICKET, Metric::PeriodicUpdate).unwrap();
    assert_eq!(silence.ended().unwrap().verdict, None);

    // An agent had called in between: both parts of the silence were promised nothing.
    let said_at = monday() + hours(4);
    let log =
        LogConversation::new(TICKET, SaidBy::Agent(ANNA), Channel::Phone, said_at, "They spoke.");
    desk.ok(&agent(ANNA), log);
    let second = clock(&desk, TICKET, Metric::PeriodicUpdate).unwrap();
    assert_eq!((second.number(), second.ended().unwrap().verdict), (2, None));
    assert!(!desk.ticket(TICKET).has_missed());
    desk.verify();
}

#[test]
fn finished_work_is_left_alone_however_often_settings_are_adopted() {
    let desk = TestDesk::with(promising(4));
    desk.given_request();
    desk.ok(&agent(ANNA), close(TICKET));
    let before = (desk.ticket(TICKET).revision(), desk.ticket(TICKET).updated_at());
    for hours in [5, 6, 7] {
        desk.pass(days(1));
        publish(&desk, promising(hours));
        assert!(adopt(&desk).outcomes.is_empty());
    }
    assert_eq!((desk.ticket(TICKET).revision(), desk.ticket(TICKET).updated_at()), before);
    // Taken up again, it is promised what holds then.
    desk.ok(&agent(ANNA), reopen(TICKET));
    let promised = desk.ticket(TICKET).promised().unwrap().settings;
    assert_eq!(promised.0, 4);
    desk.verify();
}

#[test]
fn obligations_among_ourselves_that_came_later_begin_when_they_are_adopted() {
    let desk = TestDesk::with(promising(4));
    desk.given_request();
    desk.pass(hours(1));
    let mut draft = promising(4);
    let inside = Obligation::new(Metric::TimeToAssign).within(Span::hours(2)).internal();
    draft.sla_policies[0] = draft.sla_policies[0].clone().obligation(inside);
    publish(&desk, draft);
    adopt(&desk);
    let inside = desk.ticket(TICKET).clocks(Audience::Internal).unwrap();
    let assign = inside.of(Metric::TimeToAssign).unwrap();
    assert_eq!(assign.due(), Some(monday() + hours(2)));
    desk.verify();
}

#[test]
fn a_page_of_none_is_one_of_one() {
    let desk = TestDesk::with(silent());
    desk.given_request();
    desk.ok(&customer(MARIA), request(SECOND));
    publish(&desk, promising(4));
    let first = desk.desk.adopt(desk.now(), None, 0).unwrap();
    assert_eq!(first.outcomes.len(), 1);
    let second = desk.desk.adopt(desk.now(), first.next, 0).unwrap();
    assert_eq!(second.outcomes.len(), 1);
}

#[test]
fn pages_follow_one_another_and_timers_of_closed_tickets_are_set_anew() {
    let desk = TestDesk::with(silent());
    desk.given_request();
    for id in [SECOND, THIRD] {
        desk.ok(&customer(MARIA), request(id));
    }
    for id in [TICKET, SECOND, THIRD] {
        desk.ok(&Actor::Host, close(id));
    }
    publish(&desk, SettingsDraft { retention: Some(Span::days(30)), ..silent() });
    let mut after = None;
    let mut pages = Vec::new();
    loop {
        let adopted = desk.desk.adopt(desk.now(), after, 2).unwrap();
        pages.push(adopted.outcomes.len());
        after = adopted.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(pages, [2, 1]);
    for id in [TICKET, SECOND, THIRD] {
        assert_eq!(desk.ticket(id).timers().retention, Some(monday() + days(30)));
    }
}

#[test]
fn a_cursor_of_another_list_is_refused_and_nothing_is_done() {
    let desk = TestDesk::with(silent());
    desk.given_request();
    desk.ok(&customer(MARIA), request(SECOND));
    let listing = helpdesk::matching::Listing::every().sorted("opened_at").unwrap().page(1);
    let cursor = desk.desk.find(&Actor::Host, desk.now(), &listing).unwrap().next;
    publish(&desk, promising(4));
    let refused = desk.desk.adopt(desk.now(), cursor, 10).unwrap_err();
    assert_eq!(refused.refusal(), Some(&Refusal::CursorMismatch));
    assert!(desk.ticket(TICKET).promised().is_none());
}

#[test]
fn what_was_merged_before_there_were_policies_is_to_be_resolved_since_the_earlier_opening() {
    let desk = TestDesk::with(silent());
    desk.given_request();
    desk.pass(hours(1));
    desk.ok(&customer(MARIA), request(SECOND));
    desk.ok(&agent(ANNA), Merge { ticket: TICKET, into: SECOND });
    publish(&desk, promising(4));
    adopt(&desk);
    let total = clock(&desk, SECOND, Metric::TotalResolution).unwrap();
    assert_eq!((total.started_at(), total.due()), (monday(), Some(monday() + hours(72))));
    desk.ok(&agent(ANNA), UndoMerge { ticket: TICKET });
    let total = clock(&desk, SECOND, Metric::TotalResolution).unwrap();
    assert_eq!(total.started_at(), monday() + hours(1));
    desk.verify();
}
