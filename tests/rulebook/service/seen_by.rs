//! How clocks stand, to whom: staff sees all of it, customers what is promised to them, and who may
//! not look is told so, or that there is no such ticket.

use helpdesk::command::{Assign, GrantAccess, MarkSpam, Merge, Reply, Take, UndoMerge};
use helpdesk::sla::policy::{Audience, Obligation};
use helpdesk::sla::{ClockState, EntryState, Metric};
use helpdesk::{Actor, DeskError, GuestId, GuestRight, Span};

use crate::service::{SECOND, desk, draft_with, standard, today};
use crate::support::*;

const GUEST: GuestId = GuestId::from_u128(0x60);

/// The standard, and a quarter of an hour until somebody has it, among ourselves.
fn both() -> TestDesk {
    let assigned = Obligation::new(Metric::TimeToAssign).within(Span::minutes(15)).internal();
    TestDesk::with(draft_with([standard().obligation(assigned)]))
}

fn refused<T>(result: Result<T, DeskError>) -> &'static str {
    match result {
        Err(DeskError::Refused(refusal)) => refusal.code(),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it is told"),
    }
}

#[test]
fn staff_sees_every_clock_and_customers_those_of_what_is_promised_to_them() {
    let desk = both();
    desk.given_request();
    let now = today("10:00:00");
    let ours = desk.desk.service(&agent(ANNA), now, TICKET).unwrap();
    assert_eq!(ours.policy.as_ref().unwrap(), "standard");
    assert_eq!(ours.level.as_ref().unwrap().as_str(), "basic");
    let assigned = ours.of(Audience::Internal, Metric::TimeToAssign).unwrap();
    assert_eq!(
        (assigned.status.state, assigned.status.due),
        (ClockState::Missed, Some(today("09:15:00")))
    );
    let unpromised = ours.of(Audience::Customer, Metric::RequesterWait).unwrap();
    assert_eq!((unpromised.status.elapsed, unpromised.status.due), (Span::hours(1), None));

    let theirs = desk.desk.service(&customer(MARIA), now, TICKET).unwrap();
    assert_eq!((&theirs.policy, &theirs.level), (&None, &None), "names of policies are ours");
    let told: Vec<_> =
        theirs.clocks.iter().map(|clock| (clock.audience, clock.status.metric)).collect();
    let promised = [Metric::FirstResponse, Metric::TotalResolution];
    assert_eq!(told, promised.map(|metric| (Audience::Customer, metric)));
    let first = theirs.of(Audience::Customer, Metric::FirstResponse).unwrap();
    assert_eq!((first.status.due, first.status.used), (Some(today("13:00:00")), Some(2_500)));
}

#[test]
fn who_sees_a_status_only_is_refused_and_to_who_sees_nothing_there_is_no_such_ticket() {
    let desk = both();
    desk.given_request();
    desk.ok(
        &Actor::Host,
        GrantAccess {
            ticket: TICKET,
            guest: GUEST,
            contact: MARIA,
            rights: [GuestRight::Status].into(),
            until: desk.now() + days(1),
        },
    );
    let now = desk.now();
    let guest = Actor::Guest(GUEST);
    assert_eq!(refused(desk.desk.service(&guest, now, TICKET)), "forbidden");
    for actor in [customer(MARIA), guest] {
        assert_eq!(refused(desk.desk.judged_now(&actor, now, TICKET)), "forbidden");
        let metric = Metric::FirstResponse;
        let owners = desk.desk.owners(&actor, now, TICKET, Audience::Customer, metric);
        assert_eq!(refused(owners), "forbidden");
    }
    for actor in [customer(OTTO), agent(BEN)] {
        assert_eq!(refused(desk.desk.service(&actor, now, TICKET)), "not_found");
        assert_eq!(refused(desk.desk.judged_now(&actor, now, TICKET)), "not_found");
    }
}

#[test]
fn what_rests_shows_no_clocks_to_anybody_and_shows_them_when_it_is_back() {
    let desk = desk();
    desk.given_request();
    desk.ok(&customer(MARIA), request(SECOND));
    desk.ok(&agent(ANNA), Merge { ticket: TICKET, into: SECOND });
    let count = |actor: Actor, id| desk.desk.service(&actor, desk.now(), id).unwrap().clocks.len();
    assert_eq!(count(agent(ANNA), TICKET), 0);
    assert_eq!(desk.ticket(TICKET).sla_due_at(), None, "no stale deadline");
    desk.ok(&agent(ANNA), UndoMerge { ticket: TICKET });
    assert_eq!(count(customer(MARIA), TICKET), 2);
    assert!(desk.ticket(TICKET).sla_due_at().is_some());
    desk.ok(&agent(ANNA), MarkSpam { ticket: TICKET });
    assert_eq!(count(agent(ANNA), TICKET), 0);
    assert_eq!(desk.ticket(TICKET).sla_due_at(), None);
}

#[test]
fn a_clock_shows_of_what_its_time_consists_and_why_its_deadline_is_the_deadline() {
    let desk = desk();
    desk.given_request();
    desk.set_now(today("16:30:00"));
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
    desk.set_now(today("16:45:00"));
    desk.ok(&customer(MARIA), Reply::new(TICKET, "It burns still."));
    let service = desk.desk.service(&customer(MARIA), at("2026-03-03T09:30:00Z"), TICKET).unwrap();
    let next = service.of(Audience::Customer, Metric::NextResponse).unwrap();
    let ledger = next.ledger().unwrap();
    assert_eq!(ledger.ran(), Span::minutes(45));
    let parts: Vec<_> =
        ledger.entries().iter().map(|it| (it.from, it.to, it.state.clone())).collect();
    assert_eq!(parts.len(), 3, "{ledger}");
    assert_eq!((parts[0].0, parts[0].1), (today("16:45:00"), today("17:00:00")));
    assert_eq!(parts[0].2, EntryState::Ran);
    assert_eq!((parts[2].0, &parts[2].2), (at("2026-03-03T09:00:00Z"), &EntryState::Ran));
    let explained = next.explained().unwrap();
    assert_eq!(explained.ran(), Span::hours(8), "it sums to the target");
    assert_eq!(explained.entries().last().unwrap().to, next.status.due.unwrap());
}

#[test]
fn each_second_of_a_miss_was_somebodys_and_the_slices_add_up() {
    let desk = desk();
    desk.given_request();
    desk.set_now(today("10:00:00"));
    desk.ok(&agent(ANNA), Take { ticket: TICKET });
    desk.set_now(today("12:00:00"));
    desk.ok(&agent(ANNA), Assign::new(TICKET, CARL));
    // What the owner does in between makes no slice of its own.
    desk.set_now(today("12:30:00"));
    desk.ok(&agent(CARL), helpdesk::command::Note::new(TICKET, "I look at it."));
    desk.set_now(today("14:30:00"));
    desk.ok(&agent(CARL), Reply::new(TICKET, "Unplug it."));
    let asked = (Audience::Customer, Metric::FirstResponse);
    let owners = |now| desk.desk.owners(&agent(ADMIN), now, TICKET, asked.0, asked.1).unwrap();
    let told: Vec<_> = owners(today("16:00:00")).iter().map(|it| (it.owner, it.ran)).collect();
    assert_eq!(
        told,
        [(None, Span::hours(1)), (Some(ANNA), Span::hours(2)), (Some(CARL), Span::minutes(150)),]
    );
    let slices = owners(today("16:00:00"));
    assert!(slices.windows(2).all(|pair| pair[0].to == pair[1].from), "{slices:?}");
    assert_eq!((slices[0].from, slices[2].to), (monday(), today("14:30:00")), "until it ended");
    let first = crate::service::clock(&desk, TICKET, Metric::FirstResponse).ended().unwrap();
    assert_eq!(slices.iter().map(|slice| slice.ran).sum::<Span>(), first.ran);
    let never = desk.desk.owners(
        &agent(ADMIN),
        today("16:00:00"),
        TICKET,
        Audience::Internal,
        Metric::FirstResponse,
    );
    assert_eq!(never.unwrap(), []);
}

#[test]
fn judged_now_is_by_what_is_promised_now_and_records_nothing() {
    let desk = desk();
    desk.given_request();
    desk.set_now(today("12:00:00"));
    desk.ok(&agent(ANNA), Reply::new(TICKET, "Unplug it."));
    let mut strict = standard();
    strict.obligations[0].within = Some(Span::hours(1).into());
    strict.obligations[0].warnings.clear();
    desk.publish(draft_with([strict]));
    let before = desk.ticket(TICKET).revision();
    let now = today("13:00:00");
    let state = |service: helpdesk::Service| {
        let first = service.of(Audience::Customer, Metric::FirstResponse).unwrap();
        (first.status.state, first.status.due)
    };
    let then = desk.desk.service(&agent(ANNA), now, TICKET).unwrap();
    assert_eq!(state(then), (ClockState::Met, Some(today("13:00:00"))));
    let judged = desk.desk.judged_now(&agent(ANNA), now, TICKET).unwrap();
    assert_eq!(state(judged), (ClockState::Missed, Some(today("10:00:00"))));
    assert_eq!(desk.ticket(TICKET).revision(), before);
}
