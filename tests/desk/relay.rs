//! The relay: notices come at least once, in order, again and again until they are given up.

use crate::support::*;
use chrono::TimeDelta;
use helpdesk::command::{Assign, Edit, MarkSpam, Merge, MergeContacts, Note, Open, UndoMerge};
use helpdesk::conformance::kit::{Fault, FaultyStore};
use helpdesk::store::{Lease, MemoryStore, Operation, Scope, Store};
use helpdesk::{
    Actor, AgentProfile, ContactId, Delivery, Desk, DeskId, Dispatch, Erasable, Follower,
    NoticeKind, Recipient, Relayed, Relaying, Requester, Span,
};

fn relay(desk: &TestDesk, deliver: impl FnMut(Dispatch) -> Delivery) -> Relayed {
    desk.desk.relay(desk.now(), &Relaying::default(), deliver).unwrap()
}

/// What is delivered until nothing is left, all of it.
fn drain(desk: &TestDesk) -> Vec<Dispatch> {
    let mut got = Vec::new();
    while !relay(desk, |dispatch| {
        got.push(dispatch);
        Delivery::Delivered
    })
    .is_empty()
    {}
    got
}

#[test]
fn a_dispatch_has_what_a_host_needs_to_deliver_it() {
    let desk = TestDesk::new();
    let ticket = desk.given_request();
    desk.ok(&agent(ANNA), reply(ticket));
    let got = drain(&desk);
    let kinds: Vec<_> = got.iter().map(|it| it.notice.kind).collect();
    assert_eq!(kinds, [NoticeKind::TicketOpened, NoticeKind::ReplyToCustomer]);
    let reply = &got[1];
    assert_eq!(reply.reference.to_string(), "HD-1");
    assert_eq!(reply.attempt, 1);
    assert_eq!(reply.text(), Some(Erasable::Known("words".into())));
    assert_eq!(reply.event.as_ref().unwrap().revision, reply.notice.id.revision);
    assert!(relay(&desk, |_| panic!("nothing is left")).is_empty());
}

#[test]
fn what_is_no_message_has_no_text() {
    let desk = TestDesk::new();
    let ticket = desk.given_request();
    drain(&desk);
    desk.ok(&agent(CARL), helpdesk::command::Assign::new(ticket, ANNA));
    desk.ok(&agent(CARL), Note::new(ticket, "between us"));
    desk.ok(&agent(CARL), Edit::new(ticket));
    let got = drain(&desk);
    assert_eq!(got.len(), 1);
    assert_eq!((got[0].notice.kind, got[0].text()), (NoticeKind::Assigned, None));
}

#[test]
fn a_failure_holds_up_its_own_ticket_and_no_other() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&agent(ANNA), reply(TICKET));
    desk.ok(&customer(MARIA), request(ticket_id(2)));

    let failed = relay(&desk, |dispatch| match dispatch.notice.id.ticket {
        TICKET => Delivery::Failed,
        _ => Delivery::Delivered,
    });
    let again = desk.now() + TimeDelta::minutes(1);
    assert_eq!(failed.delivered.len(), 1);
    assert_eq!(failed.retried.iter().map(|(_, at)| *at).collect::<Vec<_>>(), [again]);
    assert!(relay(&desk, |_| panic!("the answer waits for the opening")).is_empty());

    desk.set_now(again - micro());
    assert!(relay(&desk, |_| panic!("not yet")).is_empty());
    desk.set_now(again);
    let attempts: Vec<_> = drain(&desk).iter().map(|it| (it.notice.kind, it.attempt)).collect();
    assert_eq!(attempts, [(NoticeKind::TicketOpened, 2), (NoticeKind::ReplyToCustomer, 1)]);
}

#[test]
fn waits_double_up_to_the_longest_and_then_it_is_given_up() {
    let desk = TestDesk::new();
    desk.given_request();
    let how = Relaying { attempts: 5, longest_wait: Span::minutes(3), ..Relaying::default() };
    let mut waits = Vec::new();
    let given_up = loop {
        let step = desk.desk.relay(desk.now(), &how, |_| Delivery::Failed).unwrap();
        match step.retried.first() {
            Some((_, at)) => {
                waits.push((*at - desk.now()).num_minutes());
                desk.set_now(*at);
            }
            None => break step.given_up.len(),
        }
    };
    assert_eq!((waits, given_up), (vec![1, 2, 3, 3], 1));
    assert!(drain(&desk).is_empty(), "nobody will be told");
}

#[test]
fn a_step_says_when_to_come_back_for_what_it_leaves_unsettled() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&customer(MARIA), request(ticket_id(2)));
    let nothing = relay(&desk, |_| Delivery::Delivered);
    assert_eq!((nothing.delivered.len(), nothing.retry_at), (2, None));

    desk.ok(&customer(MARIA), request(ticket_id(3)));
    let failed = relay(&desk, |_| Delivery::Failed);
    let soon = desk.now() + TimeDelta::minutes(1);
    assert_eq!(failed.retry_at, Some(soon));
    desk.set_now(soon);
    desk.ok(&customer(MARIA), request(ticket_id(4)));
    let mixed = relay(&desk, |_| Delivery::Failed);
    assert_eq!(mixed.retried.len(), 2);
    assert_eq!(mixed.retry_at, Some(desk.now() + TimeDelta::minutes(1)), "the earliest of both");
    let impossible = |_| Delivery::Impossible;
    desk.set_now(desk.now() + TimeDelta::minutes(2));
    let given_up = relay(&desk, impossible);
    assert_eq!((given_up.given_up.len(), given_up.retry_at), (2, None));
}

#[test]
fn what_a_store_that_is_away_leaves_unsettled_comes_when_its_lease_ends() {
    let now: chrono::DateTime<chrono::Utc> = "2026-03-02T09:00:00Z".parse().unwrap();
    let store = FaultyStore::new(MemoryStore::new());
    let id = DeskId::from_u128(1);
    let desk = Desk::create(store.clone(), id, draft().build().unwrap(), now).unwrap();
    desk.open(customer(MARIA).at(now), request(TICKET)).unwrap();
    store.fail_at(Operation::Settle, 1, Fault::Unavailable);
    let relayed = desk.relay(now, &Relaying::default(), |_| Delivery::Delivered).unwrap();
    assert_eq!((relayed.failed.len(), relayed.delivered.len()), (1, 0));
    let end = now + TimeDelta::minutes(5);
    assert_eq!(relayed.retry_at, Some(end));
    let again = desk.relay(end, &Relaying::default(), |_| Delivery::Delivered).unwrap();
    assert_eq!((again.delivered.len(), again.retry_at), (1, None));
}

#[test]
fn what_cannot_be_delivered_is_given_up_at_once_and_the_next_one_comes() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&agent(ANNA), reply(TICKET));
    assert_eq!(relay(&desk, |_| Delivery::Impossible).given_up.len(), 1);
    assert_eq!(drain(&desk)[0].notice.kind, NoticeKind::ReplyToCustomer);
}

#[test]
fn a_relay_that_took_too_long_settles_nothing() {
    let desk = TestDesk::new();
    desk.given_request();
    let late = relay(&desk, |_| {
        // In the meantime another relay finds the lease over, and takes the notice.
        let lease = Lease { until: desk.now() + hours(2), limit: 1 };
        let scope = Scope::One(desk.desk.id());
        assert_eq!(desk.store.claim(scope, desk.now() + hours(1), lease).unwrap().len(), 1);
        Delivery::Delivered
    });
    assert_eq!((late.delivered.len(), late.late.len()), (0, 1));
    assert_eq!(late.retry_at, None, "it is the other's to settle");
    desk.pass(hours(2));
    assert_eq!(drain(&desk)[0].attempt, 3, "at least once, and here for the third time");
}

#[test]
fn one_relay_delivers_for_every_desk_each_under_its_own_reference() {
    let under =
        |prefix: &str| helpdesk::SettingsDraft { reference_prefix: prefix.into(), ..draft() };
    let one = TestDesk::without_people(under("ONE"));
    let two = one.beside(helpdesk::DeskId::from_u128(2), under("TWO").build().unwrap());
    one.given_request();
    two.given_request();
    let mut got = Vec::new();
    let step = helpdesk::Desk::relay_all(&one.store, one.now(), &Relaying::default(), |dispatch| {
        got.push((dispatch.desk, dispatch.reference.to_string()));
        Delivery::Delivered
    });
    assert_eq!(step.unwrap().delivered.len(), 2);
    got.sort();
    assert_eq!(got, [(one.desk.id(), "ONE-1".into()), (two.desk.id(), "TWO-1".into())]);
}

#[test]
fn attempts_that_never_come_to_an_end_count_too() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&agent(ANNA), reply(TICKET));
    // A relay that dies each time between claiming and settling.
    let scope = Scope::One(desk.desk.id());
    for _ in 0..12 {
        let lease = Lease { until: desk.now() + hours(1), limit: 1 };
        assert_eq!(desk.store.claim(scope, desk.now(), lease).unwrap().len(), 1);
        desk.pass(hours(1));
    }
    let step = relay(&desk, |dispatch| panic!("it came for the {}th time", dispatch.attempt));
    assert_eq!(step.given_up.len(), 1);
    assert_eq!(drain(&desk).len(), 1, "the next notice of the ticket is not held up");
}

#[test]
fn a_batch_is_at_most_so_many_and_a_batch_of_none_is_one() {
    let desk = TestDesk::new();
    for n in 1..=5 {
        desk.ok(&customer(MARIA), request(ticket_id(n)));
    }
    let step = |batch| {
        let how = Relaying { batch, ..Relaying::default() };
        desk.desk.relay(desk.now(), &how, |_| Delivery::Delivered).unwrap().delivered.len()
    };
    assert_eq!((step(2), step(0), step(9)), (2, 1, 2));
}

/// A notice waits in the outbox; who it is for may lose sight of the ticket meanwhile.
#[test]
fn nobody_is_told_of_what_they_do_not_see_any_more() {
    let desk = TestDesk::new();
    let ticket = desk.given_request();
    drain(&desk);
    let everybody = [Follower::Contact(OTTO), Follower::Agent(CARL)];
    let follow = |follow: &[Follower], unfollow: &[Follower]| Edit {
        follow: follow.iter().copied().collect(),
        unfollow: unfollow.iter().copied().collect(),
        ..Edit::new(ticket)
    };
    desk.ok(&Actor::Host, follow(&everybody, &[]));
    desk.ok(&agent(ANNA), reply(ticket));
    desk.ok(&Actor::Host, Assign::new(ticket, ANNA));
    // Otto loses his copy, Carl works elsewhere, Anna leaves, all before the mail goes out.
    desk.ok(&Actor::Host, follow(&[], &everybody[..1]));
    desk.put_agent(CARL, AgentProfile::new("Carl").department("billing"));
    desk.put_agent(ANNA, AgentProfile { deactivated: true, ..profile(ANNA) });

    let (mut told, mut withheld) = (Vec::new(), 0);
    loop {
        let relayed = relay(&desk, |dispatch| {
            told.push((dispatch.notice.kind, dispatch.notice.to));
            Delivery::Delivered
        });
        withheld += relayed.withheld.len();
        if relayed.is_empty() {
            break;
        }
    }
    assert_eq!(told, [(NoticeKind::ReplyToCustomer, Recipient::Contact(MARIA))]);
    assert_eq!(withheld, 3);
}

#[test]
fn a_queue_is_not_told_of_what_has_left_it() {
    let desk = TestDesk::new();
    let ticket = desk.given_request();
    desk.ok(&agent(ANNA), transfer(ticket, "billing"));
    let told: Vec<_> = drain(&desk).into_iter().map(|it| (it.notice.kind, it.notice.to)).collect();
    assert_eq!(told, [(NoticeKind::Queued, Recipient::Department("billing".into()))]);
}

#[test]
fn nobody_is_told_of_a_new_ticket_that_turned_out_to_be_spam() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&customer(MARIA), reply(TICKET));
    follow(&desk, &[OTTO]);
    desk.ok(&customer(OTTO), reply(TICKET));
    desk.ok(&agent(ANNA), MarkSpam { ticket: TICKET });
    let (to, withheld) = told(&desk);
    assert_eq!(to, [Recipient::Department("support".into())], "of what Otto wrote");
    assert_eq!(withheld, 3, "that it came in, her words, and his words to her");
}

#[test]
fn spam_is_its_senders_under_whichever_id_they_wrote() {
    let desk = TestDesk::new();
    desk.given_request();
    one_person(&desk, DOUBLES[0], MARIA);
    drain(&desk);
    desk.ok(&customer(DOUBLES[0]), reply(TICKET));
    desk.ok(&agent(ANNA), MarkSpam { ticket: TICKET });
    assert_eq!(told(&desk), (Vec::new(), 1), "of her words nobody is told");
    // And where the ticket came under an id that is another's now.
    let desk = TestDesk::new();
    desk.ok(&customer(DOUBLES[0]), Open::new(TICKET, Requester::Contact(DOUBLES[0]), "Buy!"));
    drain(&desk);
    desk.ok(&customer(DOUBLES[0]), reply(TICKET));
    one_person(&desk, DOUBLES[0], MARIA);
    desk.ok(&customer(MARIA), reply(TICKET));
    desk.ok(&agent(ANNA), MarkSpam { ticket: TICKET });
    assert_eq!(told(&desk), (Vec::new(), 2));
}

#[test]
fn nobody_is_told_of_a_merge_that_has_been_undone() {
    for undone in [true, false] {
        let desk = TestDesk::new();
        desk.given_request();
        desk.ok(&customer(MARIA), request(ticket_id(2)));
        drain(&desk);
        desk.ok(&agent(ANNA), Merge::new(ticket_id(2), TICKET));
        if undone {
            desk.ok(&agent(ANNA), UndoMerge { ticket: ticket_id(2) });
        }
        let kinds: Vec<_> = drain(&desk).into_iter().map(|it| it.notice.kind).collect();
        assert_eq!(kinds.contains(&NoticeKind::Merged), !undone);
    }
}

/// Maria under other ids.
const DOUBLES: [ContactId; 2] = [ContactId::from_u128(0xD0), ContactId::from_u128(0xD1)];

/// Who is told of an answer, and to whom it is not sent again.
fn told_of_answer(desk: &TestDesk) -> (Vec<Recipient>, usize) {
    drain(desk);
    desk.ok(&agent(ANNA), reply(TICKET));
    told(desk)
}

fn told(desk: &TestDesk) -> (Vec<Recipient>, usize) {
    let (mut to, mut withheld) = (Vec::new(), 0);
    loop {
        let relayed = relay(desk, |dispatch| {
            to.push(dispatch.notice.to);
            Delivery::Delivered
        });
        withheld += relayed.withheld.len();
        if relayed.is_empty() {
            return (to, withheld);
        }
    }
}

fn follow(desk: &TestDesk, followers: &[ContactId]) {
    let follow = followers.iter().copied().map(Follower::Contact).collect();
    desk.ok(&agent(ANNA), Edit { follow, ..Edit::new(TICKET) });
}

fn one_person(desk: &TestDesk, contact: ContactId, into: ContactId) {
    desk.ok(&agent(ANNA), MergeContacts { contact, into });
}

#[test]
fn one_person_is_told_once_under_however_many_ids() {
    let desk = TestDesk::new();
    desk.given_request();
    follow(&desk, &DOUBLES);
    follow(&desk, &[OTTO]);
    let everybody = [MARIA, OTTO, DOUBLES[0], DOUBLES[1]].map(Recipient::Contact);
    assert_eq!(told_of_answer(&desk), (everybody.into(), 0), "nobody knows better yet");
    // Who asks is told, and not the same person as a follower.
    one_person(&desk, DOUBLES[0], MARIA);
    let three = [MARIA, OTTO, DOUBLES[1]].map(Recipient::Contact);
    assert_eq!(told_of_answer(&desk), (three.into(), 1));
    // Of two followers who are one person, the first is.
    one_person(&desk, DOUBLES[1], OTTO);
    let two = [MARIA, OTTO].map(Recipient::Contact);
    assert_eq!(told_of_answer(&desk), (two.into(), 2));
}

#[test]
fn whoever_came_to_follow_since_was_not_told_before() {
    let desk = TestDesk::new();
    desk.given_request();
    follow(&desk, &[DOUBLES[1]]);
    one_person(&desk, DOUBLES[1], DOUBLES[0]);
    drain(&desk);
    desk.ok(&agent(ANNA), reply(TICKET));
    // Before the notices go out: of the answer, only the id that followed then is told.
    follow(&desk, &[DOUBLES[0]]);
    let two = [MARIA, DOUBLES[1]].map(Recipient::Contact);
    assert_eq!(told(&desk), (two.into(), 0));
    let (to, withheld) = told_of_answer(&desk);
    assert_eq!((to, withheld), ([MARIA, DOUBLES[0]].map(Recipient::Contact).into(), 1));
}

#[test]
fn whoever_followed_by_a_merge_and_was_named_since_was_told_before() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&customer(MARIA), request(ticket_id(2)));
    let edit = Edit { follow: [Follower::Contact(OTTO)].into(), ..Edit::new(ticket_id(2)) };
    desk.ok(&agent(ANNA), edit);
    desk.ok(&agent(ANNA), Merge::new(ticket_id(2), TICKET));
    follow(&desk, &[DOUBLES[1]]);
    drain(&desk);
    desk.ok(&agent(ANNA), reply(TICKET));
    // Before the notices go out, he is named by hand, and found to be the other one.
    follow(&desk, &[OTTO]);
    one_person(&desk, DOUBLES[1], OTTO);
    assert_eq!(told(&desk), ([MARIA, OTTO].map(Recipient::Contact).into(), 1));
}

#[test]
fn whose_notice_was_withheld_while_they_did_not_follow_is_told_under_the_other_id() {
    let desk = TestDesk::new();
    desk.given_request();
    follow(&desk, &[OTTO, DOUBLES[1]]);
    drain(&desk);
    desk.ok(&agent(ANNA), reply(TICKET));
    let unfollow = [Follower::Contact(OTTO)].into();
    desk.ok(&agent(ANNA), Edit { unfollow, ..Edit::new(TICKET) });
    // Maria's goes out, Otto's does not.
    let one = Relaying { batch: 1, ..Relaying::default() };
    for withheld in [0, 1] {
        let relayed = desk.desk.relay(desk.now(), &one, |_| Delivery::Delivered).unwrap();
        assert_eq!((relayed.delivered.len(), relayed.withheld.len()), (1 - withheld, withheld));
    }
    follow(&desk, &[OTTO]);
    one_person(&desk, DOUBLES[1], OTTO);
    assert_eq!(told(&desk), ([Recipient::Contact(DOUBLES[1])].into(), 0));
}
