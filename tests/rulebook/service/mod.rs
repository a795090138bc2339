//! Service levels on a desk: which policy is a ticket's, how its clocks follow what happens, who is
//! told, and that nothing depends on how often the host ticks.

mod follow_ups;
mod late;
mod many_pauses;
mod named;
mod seen_by;
mod status;
mod structure;
mod told;

use crate::support::*;
use chrono::TimeDelta;
use helpdesk::command::{Assign, Edit, LogConversation, Reopen, Reply, SaidBy, SetStatus};
use helpdesk::sla::policy::{Audience, Obligation, SlaAction, Whom};
use helpdesk::sla::{Clock, ClockState, Clocked, Metric, SlaPolicy, Target, Verdict};
use helpdesk::{
    Actor, Calendar, Channel, ClocksChanged, ContactProfile, DeskCalendar, Fact, NoticeKind,
    OrganisationId, OrganisationProfile, Recipient, Remedy, Revision, Rule, SettingsDraft, Span,
    Step, TicketChange, TicketId, TimerKind,
};

const SECOND: TicketId = TicketId::from_u128(0x72);

fn office() -> Calendar {
    "zone Etc/UTC; open mon-fri 09:00-17:00".parse().unwrap()
}

/// Four office hours to the first answer, eight to the next; two business days to the end, but not
/// while it is pending.
fn standard() -> SlaPolicy {
    let office = |metric| Obligation::new(metric).in_calendar("office");
    SlaPolicy::new("standard")
        .level("basic")
        .obligation(
            office(Metric::FirstResponse)
                .within(Span::hours(4))
                .for_priority("critical", Span::hours(1))
                .warn_at_percent(50)
                .escalate_after(
                    Span::hours(1),
                    [
                        SlaAction::Notify(Whom::Agent(ADMIN)),
                        SlaAction::RaisePriority("critical".into()),
                    ],
                )
                .remedy("a cake"),
        )
        .obligation(office(Metric::NextResponse).within(Span::hours(8)))
        .obligation(
            office(Metric::TotalResolution).within(Target::BusinessDays(2)).paused_in("pending"),
        )
}

fn draft_with(policies: impl IntoIterator<Item = SlaPolicy>) -> SettingsDraft {
    SettingsDraft {
        calendars: vec![DeskCalendar::new("office", office().draft().clone())],
        sla_levels: vec!["basic".into(), "premium".into()],
        sla_policies: policies.into_iter().collect(),
        customer_groups: vec!["gold".into()],
        open_age: None,
        ..draft()
    }
}

fn desk() -> TestDesk {
    TestDesk::with(draft_with([standard()]))
}

fn clock(desk: &TestDesk, id: TicketId, metric: Metric) -> Clock {
    let clocks = desk.ticket(id).clocks(Audience::Customer).unwrap();
    clocks.of(metric).unwrap().clone()
}

fn due(desk: &TestDesk, metric: Metric) -> Option<At> {
    clock(desk, TICKET, metric).due()
}

/// What somebody said on the phone, logged after the fact.
fn called(said_by: SaidBy, time: &str) -> LogConversation {
    LogConversation::new(TICKET, said_by, Channel::Phone, today(time), "They spoke.")
}

/// Monday, 2 March 2026, at this time of day: the day of the request.
fn today(time: &str) -> At {
    at(&format!("2026-03-02T{time}Z"))
}

/// What became of the clocks, event by event, with who or what caused it and when.
fn changed(desk: &TestDesk, id: TicketId) -> Vec<(At, Option<Rule>, ClocksChanged)> {
    let history = desk.history(id);
    let changes = history.iter().filter_map(|event| match event.ticket_change()? {
        TicketChange::ClocksChanged(changed) => {
            Some((event.at, event.cause.rule.clone(), (**changed).clone()))
        }
        _ => None,
    });
    changes.collect()
}

fn told(desk: &TestDesk) -> Vec<(NoticeKind, Recipient)> {
    let of_sla = |kind| {
        matches!(
            kind,
            NoticeKind::SlaWarning
                | NoticeKind::SlaMissed
                | NoticeKind::SlaEscalated
                | NoticeKind::RemedyDue
                | NoticeKind::RemedyWithdrawn
        )
    };
    let notices = desk.notices().into_iter().filter(|notice| of_sla(notice.kind));
    notices.map(|notice| (notice.kind, notice.to)).collect()
}

#[test]
fn a_request_is_promised_what_its_policy_says_from_its_opening_on() {
    let desk = desk();
    let outcome = desk.ok(&customer(MARIA), request(TICKET));
    assert!(outcome.trace.contains(&Step::Promised { policy: Some("standard".into()) }));
    let ticket = desk.ticket(TICKET);
    let promised = ticket.promised().unwrap();
    assert_eq!(promised.policy.as_ref().unwrap(), "standard");
    assert_eq!(promised.level.as_ref().unwrap().name.as_str(), "basic");
    assert_eq!(promised.settings, Revision(1));
    assert_eq!(due(&desk, Metric::FirstResponse), Some(at("2026-03-02T13:00:00Z")));
    assert_eq!(due(&desk, Metric::TotalResolution), Some(at("2026-03-03T17:00:00Z")));
    assert_eq!(ticket.sla_due_at(), Some(at("2026-03-02T13:00:00Z")));
    assert_eq!(ticket.timers().next(), Some((TimerKind::Sla, at("2026-03-02T11:00:00Z"))));
    assert_eq!(ticket.clocks(Audience::Internal), None, "nothing is promised among ourselves");
    desk.verify();
}

#[test]
fn a_desk_without_policies_has_no_clocks_and_no_events_of_them() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
    assert_eq!(desk.ticket(TICKET).promised(), None);
    assert_eq!(changed(&desk, TICKET), []);
}

#[test]
fn an_answer_ends_the_first_response_and_the_next_question_begins_another() {
    let desk = desk();
    desk.given_request();
    desk.pass(hours(2) - micro());
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
    let first = clock(&desk, TICKET, Metric::FirstResponse).ended().unwrap();
    assert_eq!((first.at, first.verdict), (desk.now(), Some(Verdict::Met)));

    desk.set_now(at("2026-03-02T16:00:00Z"));
    desk.ok(&customer(MARIA), Reply::new(TICKET, "It still burns."));
    assert_eq!(due(&desk, Metric::NextResponse), Some(at("2026-03-03T16:00:00Z")));
    assert_eq!(told(&desk), [], "half of the four hours had not passed");
    desk.verify();
}

#[test]
fn each_warning_miss_and_level_is_told_once_at_its_instant_and_a_miss_is_dated_by_the_deadline() {
    let desk = desk();
    desk.given_request();
    desk.ok(&agent(CARL), Assign { ticket: TICKET, agent: ANNA, over_capacity: false });
    desk.notices();
    desk.advance_to(at("2026-03-02T15:00:00Z"));
    let owner = Recipient::Agent(ANNA);
    assert_eq!(
        told(&desk),
        [
            (NoticeKind::SlaWarning, owner.clone()),
            (NoticeKind::SlaMissed, owner.clone()),
            (NoticeKind::RemedyDue, Recipient::Desk),
            (NoticeKind::SlaEscalated, Recipient::Agent(ADMIN)),
            (NoticeKind::SlaEscalated, owner),
        ]
    );
    let deadline = at("2026-03-02T13:00:00Z");
    let by_timer: Vec<_> = changed(&desk, TICKET).into_iter().skip(1).collect();
    let at_what = |(recorded, rule, changed): &(At, Option<Rule>, ClocksChanged)| {
        assert_eq!(*rule, Some(Rule::Sla));
        let [change] = changed.customer[..] else { panic!("{changed:?}") };
        assert_eq!(change.metric, Metric::FirstResponse);
        (*recorded, change.at, change.what)
    };
    let stated: Vec<_> = by_timer
        .iter()
        // The last is that they follow what the level raised.
        .filter(|(_, _, changed)| {
            let what = changed.customer[0].what;
            !matches!(what, Clocked::Ended { .. } | Clocked::Retargeted { .. })
        })
        .map(at_what)
        .collect();
    let (warned, escalated) = (at("2026-03-02T11:00:00Z"), at("2026-03-02T14:00:00Z"));
    assert_eq!(
        stated,
        [
            (warned, warned, Clocked::Warned { warning: 0 }),
            (deadline + micro(), deadline, Clocked::Missed),
            (escalated, escalated, Clocked::Escalated { level: 0 }),
        ]
    );
    assert_eq!(desk.ticket(TICKET).priority().name, "critical", "as the level wants it");
    let missed = by_timer.iter().find(|(at, ..)| *at == deadline + micro()).unwrap();
    let remedy = Remedy {
        metric: Metric::FirstResponse,
        audience: Audience::Customer,
        words: Some("a cake".into()),
    };
    assert_eq!(missed.2.remedies, [remedy]);
    let level = by_timer.iter().find(|(at, ..)| *at == escalated).unwrap();
    assert_eq!(level.2.intents.len(), 2, "what the policy wants done is recorded, and done");
    let of = (Some(Metric::FirstResponse), Audience::Customer);
    assert!(level.2.intents.iter().all(|intent| (intent.metric, intent.audience) == of));
    desk.verify();
}

#[test]
fn an_answer_at_the_deadline_is_met_and_one_microsecond_later_it_is_missed() {
    for (late, verdict) in [(TimeDelta::zero(), Verdict::Met), (micro(), Verdict::Missed)] {
        let desk = desk();
        desk.given_request();
        desk.set_now(at("2026-03-02T13:00:00Z") + late);
        desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
        let ended = clock(&desk, TICKET, Metric::FirstResponse).ended().unwrap();
        assert_eq!(ended.verdict, Some(verdict));
        let missed = told(&desk).iter().any(|(kind, _)| *kind == NoticeKind::SlaMissed);
        assert_eq!(missed, verdict == Verdict::Missed);
    }
}

#[test]
fn a_late_resolution_is_missed_though_nobody_looked() {
    let desk = desk();
    desk.given_request();
    desk.set_now(at("2026-03-09T09:00:00Z"));
    desk.ok(&agent(ANNA), resolve(TICKET));
    let ended = clock(&desk, TICKET, Metric::TotalResolution).ended().unwrap();
    assert_eq!(ended.verdict, Some(Verdict::Missed));
    assert_eq!(due(&desk, Metric::TotalResolution), Some(at("2026-03-03T17:00:00Z")));
}

#[test]
fn a_pause_moves_the_deadline_by_what_the_clock_would_have_run_and_outlives_a_new_policy() {
    let desk = desk();
    desk.given_request();
    desk.pass(hours(1));
    let pend = |status: &str, reason: Option<&str>| SetStatus {
        ticket: TICKET,
        status: status.into(),
        reason: reason.map(Into::into),
    };
    desk.ok(&Actor::Host, pend("pending", Some("information")));
    assert_eq!(due(&desk, Metric::TotalResolution), None, "it stands still");
    desk.pass(hours(2));
    desk.ok(&Actor::Host, pend("open", None));
    let moved = at("2026-03-04T11:00:00Z");
    assert_eq!(due(&desk, Metric::TotalResolution), Some(moved));

    let mut longer = standard();
    longer.obligations[2].within = Some(Target::BusinessDays(3));
    desk.publish(draft_with([longer]));
    desk.ok(
        &Actor::Host,
        Edit { add_tags: [helpdesk::Tag::from("x")].into(), ..Edit::new(TICKET) },
    );
    assert_eq!(due(&desk, Metric::TotalResolution), Some(moved + days(1)), "two hours are kept");
    assert_eq!(desk.ticket(TICKET).promised().unwrap().settings, Revision(2));
    desk.verify();
}

#[test]
fn a_new_priority_measures_from_the_beginning_and_what_has_passed_already_is_told_at_once() {
    let desk = desk();
    desk.given_request();
    desk.pass(TimeDelta::minutes(90));
    desk.ok(&agent(ANNA), Edit { priority: Some("critical".into()), ..Edit::new(TICKET) });
    assert_eq!(due(&desk, Metric::FirstResponse), Some(at("2026-03-02T10:00:00Z")));
    let kinds: Vec<NoticeKind> = told(&desk).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [NoticeKind::SlaWarning, NoticeKind::SlaMissed, NoticeKind::RemedyDue]);
}

#[test]
fn who_makes_a_ticket_urgent_is_told_that_it_is_late_by_that() {
    let desk = desk();
    desk.given_request();
    desk.ok(&agent(ANNA), helpdesk::command::Take { ticket: TICKET });
    desk.notices();
    desk.pass(TimeDelta::minutes(90));
    desk.ok(&agent(ANNA), Edit { priority: Some("critical".into()), ..Edit::new(TICKET) });
    assert!(told(&desk).contains(&(NoticeKind::SlaMissed, Recipient::Agent(ANNA))));
}

#[test]
fn verdicts_stand_whatever_is_published_later() {
    let desk = desk();
    desk.given_request();
    desk.pass(hours(3));
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
    let mut strict = standard();
    strict.obligations[0].within = Some(Span::hours(1).into());
    strict.obligations[0].warnings.clear();
    desk.publish(draft_with([strict]));
    desk.pass(hours(1));
    desk.ok(&customer(MARIA), Reply::new(TICKET, "Thanks."));
    let first = clock(&desk, TICKET, Metric::FirstResponse);
    assert_eq!(first.ended().unwrap().verdict, Some(Verdict::Met));
    assert_eq!(first.due(), Some(at("2026-03-02T13:00:00Z")));
}

#[test]
fn what_was_due_under_the_former_settings_is_told_as_they_had_it() {
    let desk = desk();
    desk.given_request();
    desk.set_now(at("2026-03-02T12:00:00Z"));
    // The warning of 11:00 has not been noticed yet; the new policy has none.
    let mut quiet = standard();
    quiet.obligations[0].warnings.clear();
    desk.publish(draft_with([quiet]));
    desk.notices();
    desk.desk.tick(desk.now()).unwrap();
    assert_eq!(told(&desk), [(NoticeKind::SlaWarning, Recipient::Department("support".into()))]);
    assert_eq!(desk.ticket(TICKET).promised().unwrap().settings, Revision(1), "a tick adopts none");
}

#[test]
fn the_policy_is_that_of_the_ticket_as_it_is_and_of_whom_asks() {
    let acme = OrganisationId::from_u128(0xAC);
    let premium = SlaPolicy::new("premium")
        .level("premium")
        .group("gold")
        .obligation(Obligation::new(Metric::FirstResponse).within(Span::minutes(15)));
    let urgent = SlaPolicy::new("urgent")
        .when(Fact::Priority.at_least("high"))
        .obligation(Obligation::new(Metric::FirstResponse).within(Span::hours(1)));
    let desk = TestDesk::with(draft_with([premium, urgent, standard()]));
    let host = |desk: &TestDesk| desk.context(&Actor::Host);
    let profile = OrganisationProfile::new("Acme").group("gold");
    desk.desk.put_organisation(host(&desk), acme, profile).unwrap();
    let otto = ContactProfile { organisation: Some(acme), ..ContactProfile::new("Otto") };
    desk.desk.put_contact(host(&desk), OTTO, otto).unwrap();

    let policy = |id| desk.ticket(id).promised().unwrap().policy.clone().unwrap().to_string();
    desk.ok(&customer(MARIA), request(TICKET));
    assert_eq!(policy(TICKET), "standard");
    let mut hers = request(SECOND);
    hers.requester = helpdesk::Requester::Contact(OTTO);
    desk.ok(&customer(OTTO), hers);
    assert_eq!(policy(SECOND), "premium");
    assert_eq!(
        clock(&desk, SECOND, Metric::FirstResponse).due(),
        Some(monday() + TimeDelta::minutes(15))
    );

    desk.ok(&agent(ANNA), Edit { priority: Some("high".into()), ..Edit::new(TICKET) });
    assert_eq!(policy(TICKET), "urgent");
    assert_eq!(due(&desk, Metric::FirstResponse), Some(monday() + hours(1)));
    assert_eq!(due(&desk, Metric::TotalResolution), None, "under a policy without that target");
}

#[test]
fn what_is_promised_among_ourselves_has_clocks_of_its_own() {
    let internal = standard()
        .obligation(Obligation::new(Metric::TimeToAssign).within(Span::minutes(15)).internal());
    let desk = TestDesk::with(draft_with([internal]));
    desk.given_request();
    desk.pass(TimeDelta::minutes(20));
    desk.ok(&agent(CARL), Assign { ticket: TICKET, agent: ANNA, over_capacity: false });
    let clocks = desk.ticket(TICKET).clocks(Audience::Internal).unwrap();
    let ended = clocks.of(Metric::TimeToAssign).unwrap().ended().unwrap();
    assert_eq!(ended.verdict, Some(Verdict::Missed));
    let customer = clock(&desk, TICKET, Metric::TimeToAssign).ended().unwrap();
    assert_eq!(customer.verdict, None, "nothing of this is promised to the customer");
}

#[test]
fn a_status_says_how_a_clock_stands_now() {
    let desk = desk();
    desk.given_request();
    let settings = desk.desk.settings().unwrap();
    let promise = settings.sla_policies().named(&"standard".into()).unwrap();
    let terms = promise.terms(Audience::Customer, &"medium".into());
    let clocks = desk.ticket(TICKET).clocks(Audience::Customer).unwrap();
    let status = clocks.status(terms, Metric::FirstResponse, monday() + hours(1)).unwrap();
    assert_eq!(status.state, ClockState::Running);
    assert_eq!((status.elapsed, status.remaining), (Span::hours(1), Some(Span::hours(3))));
}

#[test]
fn the_ledger_of_what_has_ended_is_of_the_hours_in_which_it_was_judged_whatever_is_promised_since()
{
    let urgent = SlaPolicy::new("urgent")
        .when(Fact::Priority.at_least("critical"))
        .obligation(Obligation::new(Metric::FirstResponse).within(Span::hours(1)))
        .obligation(Obligation::new(Metric::TotalResolution).within(Span::hours(30)));
    // Nobody raises it but by hand.
    let standard = || {
        let mut policy = standard();
        policy.obligations.iter_mut().for_each(|it| it.levels.clear());
        policy
    };
    let desk = TestDesk::with(draft_with([urgent, standard()]));
    desk.given_request();
    desk.ok(&agent(CARL), Assign { ticket: TICKET, agent: ANNA, over_capacity: false });
    desk.advance_to(at("2026-03-03T09:30:00Z"));
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
    desk.ok(&agent(ANNA), Edit { priority: Some("critical".into()), ..Edit::new(TICKET) });

    let ran = |metric| {
        let (now, host) = (desk.now(), Actor::Host);
        let service = desk.desk.service(&host, now, TICKET).unwrap();
        let clock = service.of(Audience::Customer, metric).unwrap();
        let owners = desk.desk.owners(&host, now, TICKET, Audience::Customer, metric).unwrap();
        let had: i64 = owners.iter().map(|slice| slice.ran.as_micros()).sum();
        let ledger = clock.ledger().unwrap().ran();
        assert_eq!((had, ledger), (ledger.as_micros(), clock.status.elapsed));
        (ledger, clock.explained().unwrap().ran())
    };
    let answered = (Span::minutes(8 * 60 + 30), Span::hours(4));
    assert_eq!(ran(Metric::FirstResponse), answered, "in office hours, as it was promised then");
    assert_eq!(ran(Metric::TotalResolution), (Span::minutes(24 * 60 + 30), Span::hours(30)));
    desk.verify();

    // Also when there are other settings, and another promise once more.
    desk.publish(draft_with([]));
    desk.ok(&agent(ANNA), Edit { priority: Some("low".into()), ..Edit::new(TICKET) });
    assert_eq!(ran(Metric::FirstResponse), answered);
    let by = |metric| desk.ticket(TICKET).measured_by(Audience::Customer, metric).cloned().unwrap();
    assert_eq!(by(Metric::FirstResponse).policy, Some("standard".into()));
    assert_eq!(by(Metric::TotalResolution).policy, None);

    // Taken up again, it is measured by what is promised now.
    desk.publish(draft_with([standard()]));
    desk.ok(&agent(ANNA), resolve(TICKET));
    desk.ok(&agent(ANNA), Edit { priority: Some("critical".into()), ..Edit::new(TICKET) });
    assert_eq!(by(Metric::TotalResolution).priority, 0, "it was low when it was resolved");
    desk.ok(&agent(ANNA), Reopen { ticket: TICKET, reason: "It burns still.".into() });
    assert_eq!(by(Metric::TotalResolution), *desk.ticket(TICKET).promised().unwrap());
    desk.verify();
}

#[test]
fn a_question_after_an_answer_that_is_logged_late_waits_since_it_was_asked() {
    let desk = desk();
    desk.given_request();
    desk.set_now(at("2026-03-02T10:00:00Z"));
    desk.ok(&customer(MARIA), Reply::new(TICKET, "It burns still."));
    desk.advance_to(at("2026-03-02T14:00:00Z"));
    assert!(desk.ticket(TICKET).has_missed(), "nobody knew of the call");
    desk.ok(&agent(ANNA), called(SaidBy::Agent(ANNA), "09:30:00"));
    let first = clock(&desk, TICKET, Metric::FirstResponse).ended().unwrap();
    assert_eq!((first.at, first.verdict), (at("2026-03-02T09:30:00Z"), Some(Verdict::Met)));
    let next = clock(&desk, TICKET, Metric::NextResponse);
    assert_eq!((next.started_at(), next.ended()), (at("2026-03-02T10:00:00Z"), None));
    assert_eq!(next.due(), Some(at("2026-03-03T10:00:00Z")));
    desk.verify();

    // Another call is remembered; it answered what was asked before it.
    desk.ok(&agent(ANNA), called(SaidBy::Agent(ANNA), "11:00:00"));
    let next = clock(&desk, TICKET, Metric::NextResponse);
    let ended = next.ended().unwrap();
    assert_eq!((ended.at, ended.verdict), (at("2026-03-02T11:00:00Z"), Some(Verdict::Met)));
    assert_eq!(next.number(), 1, "nothing waits");
    desk.verify();
}

#[test]
fn a_question_that_had_been_answered_when_it_was_logged_waits_for_nothing() {
    let desk = desk();
    desk.given_request();
    desk.set_now(today("10:00:00"));
    desk.ok(&agent(ANNA), resolve(TICKET));
    desk.set_now(today("10:30:00"));
    desk.ok(&agent(ANNA), Reply::new(TICKET, "As I said: unplug it."));
    desk.set_now(today("11:00:00"));
    desk.ok(&agent(ANNA), called(SaidBy::Requester, "10:15:00"));
    assert_eq!(desk.ticket(TICKET).waiting_since(), None);
    let clocks = desk.ticket(TICKET).clocks(Audience::Customer).unwrap();
    assert_eq!(clocks.of(Metric::NextResponse), None);
}

#[test]
fn without_a_promise_among_ourselves_there_are_no_clocks_of_one_however_long_it_goes_on() {
    let desk = desk();
    desk.given_request();
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
    desk.pass(hours(1));
    desk.ok(&customer(MARIA), Reply::new(TICKET, "It burns still."));
    assert_eq!(desk.ticket(TICKET).clocks(Audience::Internal), None);
}
