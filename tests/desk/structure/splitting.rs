//! What a split takes off, what the new ticket is, and what cannot be split.

use super::*;

const NEW: TicketId = TicketId::from_u128(0x7F);

fn asked_twice() -> TestDesk {
    let desk = TestDesk::new();
    desk.given_request();
    desk.pass(hours(1));
    desk.ok(&customer(MARIA), Reply::new(TICKET, "And my invoice is wrong."));
    desk.pass(hours(1));
    desk
}

fn split(desk: &TestDesk, ticket: TicketId, message: MessageRef) -> Outcome {
    desk.ok(&agent(ANNA), Split::new(ticket, message, NEW))
}

#[test]
fn the_new_ticket_waits_since_the_message_was_said() {
    let desk = asked_twice();
    desk.ok(&agent(ANNA), Edit { priority: Some("high".into()), ..Edit::new(TICKET) });
    desk.notices();
    let outcome = split(&desk, TICKET, message(TICKET, 2));
    let new = desk.ticket(NEW);
    assert_eq!(outcome.ticket().unwrap().id(), NEW);
    assert_eq!(new.split_from(), Some(message(TICKET, 2)));
    assert_eq!(new.subject().as_str(), "And my invoice is wrong.");
    assert_eq!(new.requester(), Requester::Contact(MARIA));
    assert_eq!((new.opened_at(), new.waiting_since()), (desk.now(), Some(monday() + hours(1))));
    assert_eq!((new.status().name.as_str(), new.priority().name.as_str()), ("new", "high"));
    assert_eq!(new.department().unwrap().as_str(), "support");
    assert_eq!(desk.ticket(TICKET).message_count(), 1);
    assert_eq!(desk.ticket(TICKET).last_asked_at(), Some(monday()));
    let told: Vec<_> = desk.notices().into_iter().map(|notice| notice.kind).collect();
    assert_eq!(told, [NoticeKind::TicketOpened]);
    desk.verify();
}

#[test]
fn its_words_stay_where_they_were_said_and_are_shown_once() {
    let desk = asked_twice();
    split(&desk, TICKET, message(TICKET, 2));
    assert_eq!(desk.thread(&customer(MARIA), TICKET), ["It burns"]);
    assert_eq!(desk.thread(&customer(MARIA), NEW), ["And my invoice is wrong."]);
    let opening = desk.history(NEW).remove(0);
    assert_eq!(opening.personal.unwrap().text, None, "the new history has no copy");
    // The relay finds them.
    let mut texts = Vec::new();
    desk.desk
        .relay(desk.now(), &Relaying::default(), |dispatch| {
            texts.extend(dispatch.text().map(|text| text.as_str().to_owned()));
            Delivery::Delivered
        })
        .unwrap();
    assert!(texts.contains(&"And my invoice is wrong.".to_owned()), "{texts:?}");
}

#[test]
fn the_old_ticket_no_longer_waits_for_what_was_split_off() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&agent(ANNA), reply(TICKET));
    desk.pass(hours(1));
    desk.ok(&customer(MARIA), Reply::new(TICKET, "One"));
    let one = desk.now();
    desk.pass(hours(1));
    desk.ok(&customer(MARIA), Reply::new(TICKET, "Two"));
    let history = desk.history(TICKET);
    let said: Vec<u64> = history
        .iter()
        .filter(|event| event.ticket_change().unwrap().message().is_some())
        .map(|event| event.revision.0)
        .collect();
    assert_eq!(desk.ticket(TICKET).waiting_since(), Some(one));
    split(&desk, TICKET, message(TICKET, said[2]));
    assert_eq!(desk.ticket(TICKET).waiting_since(), Some(desk.now()), "for the other");
    let last = Split::new(TICKET, message(TICKET, said[3]), ticket_id(0x80));
    desk.ok(&agent(ANNA), last);
    assert_eq!(desk.ticket(TICKET).waiting_since(), None);
    assert_eq!(desk.ticket(TICKET).last_asked_at(), Some(monday()));
}

#[test]
fn an_answer_that_is_split_off_has_answered_all_the_same() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&agent(ANNA), reply(TICKET));
    split(&desk, TICKET, message(TICKET, 2));
    let (old, new) = (desk.ticket(TICKET), desk.ticket(NEW));
    assert_eq!((old.waiting_since(), old.first_answered_at()), (None, Some(monday())));
    assert_eq!((new.status().name.as_str(), new.origin()), ("answered", Origin::AgentReachedOut));
    assert_eq!(new.waiting_since(), None);
}

#[test]
fn a_message_of_a_merged_ticket_is_split_off_the_survivor() {
    let desk = asked_twice();
    desk.ok(&customer(MARIA), request(SECOND));
    merge(&desk, TICKET, SECOND);
    another(&desk, THIRD);
    desk.ok(&agent(ANNA), reply(SECOND));
    merge(&desk, SECOND, THIRD);
    assert_eq!(desk.thread(&agent(ANNA), THIRD).len(), 5);
    let refused = desk.refused(&agent(ANNA), Split::new(SECOND, message(TICKET, 2), NEW));
    assert_eq!(refused, Refusal::Merged { into: Some(THIRD) });
    split(&desk, THIRD, message(TICKET, 2));
    assert_eq!(desk.thread(&agent(ANNA), THIRD).len(), 4);
    assert_eq!(desk.thread(&agent(ANNA), NEW), ["And my invoice is wrong."]);
    desk.verify();
}

#[test]
fn the_survivor_no_longer_waits_for_a_members_question_that_was_split_off() {
    let desk = asked_twice();
    desk.ok(&agent(ANNA), reply(TICKET));
    desk.ok(&customer(MARIA), Reply::new(TICKET, "Still wrong."));
    let asked = desk.history(TICKET).into_iter().rev();
    let mut asked = asked.filter(|event| event.ticket_change().unwrap().message().is_some());
    let revision = asked.next().unwrap().revision;
    let early = desk.now();
    another(&desk, SECOND);
    let late = desk.now();
    merge(&desk, TICKET, SECOND);
    assert_eq!(desk.ticket(SECOND).waiting_since(), Some(early));
    split(&desk, SECOND, MessageRef { ticket: TICKET, revision });
    assert_eq!(desk.ticket(SECOND).waiting_since(), Some(late));
    // Nor does the merged one, once it stands again.
    undo(&desk, TICKET);
    assert_eq!(desk.ticket(TICKET).waiting_since(), None);
    assert_eq!(desk.ticket(SECOND).waiting_since(), Some(late));
}

#[test]
fn what_is_said_on_an_internal_ticket_stays_internal() {
    let desk = TestDesk::new();
    desk.given_request();
    internal(&desk, SECOND);
    desk.ok(&agent(CARL), Reply::new(SECOND, "And who knows scanners?"));
    merge(&desk, SECOND, TICKET);
    split(&desk, TICKET, message(SECOND, 2));
    assert_eq!(desk.ticket(NEW).requester(), Requester::Agent(CARL));
    let read = desk.desk.thread(&customer(MARIA), desk.now(), NEW, None, 9);
    assert_eq!(read.unwrap_err().refusal().unwrap().code(), "not_found");
}

#[test]
fn only_public_messages_of_the_thread_are_split_off_and_each_once() {
    let desk = asked_twice();
    desk.ok(&agent(ANNA), Note::new(TICKET, "hm"));
    desk.ok(&customer(MARIA), request(SECOND));
    desk.ok(&customer(MARIA), reply(SECOND));
    let refused = |desk: &TestDesk, named: MessageRef| {
        desk.refused(&agent(ANNA), Split::new(TICKET, named, ticket_id(0x80))).code()
    };
    let nowhere = message(ticket_id(99), 2);
    for named in [message(TICKET, 0), message(TICKET, 3), message(TICKET, 99), nowhere] {
        assert_eq!(refused(&desk, named), "not_a_message");
    }
    assert_eq!(refused(&desk, message(SECOND, 2)), "not_a_message", "of another ticket");
    assert_eq!(refused(&desk, message(TICKET, 1)), "opening_message");
    split(&desk, TICKET, message(TICKET, 2));
    assert_eq!(refused(&desk, message(TICKET, 2)), "not_a_message", "it is gone");
    let again = Split::new(SECOND, message(SECOND, 2), NEW);
    assert_eq!(desk.refused(&agent(ANNA), again).code(), "id_taken");
}

#[test]
fn splits_have_a_limit() {
    let limits = Limits { splits: 1, ..Limits::default() };
    let desk = TestDesk::with(SettingsDraft { limits, ..draft() });
    desk.given_request();
    for _ in 0..2 {
        desk.ok(&bot(), reply(TICKET));
    }
    split(&desk, TICKET, message(TICKET, 2));
    let refused = desk.refused(&agent(ANNA), Split::new(TICKET, message(TICKET, 3), SECOND));
    let (limit, allowed, found) = ("splits", 1, 2);
    assert_eq!(refused, Refusal::LimitExceeded { limit, allowed, found });
}

#[test]
fn who_does_not_see_a_merged_ticket_splits_nothing_off_it() {
    let desk = TestDesk::new();
    desk.given_request();
    another(&desk, SECOND);
    desk.ok(&customer(MARIA), Reply::new(SECOND, "a secret of billing"));
    desk.ok(&agent(ADMIN), transfer(SECOND, "billing"));
    desk.ok(&agent(ADMIN), Merge::new(SECOND, TICKET));
    assert_eq!(desk.thread(&agent(ANNA), TICKET), ["It burns"]);
    // As if there were no such message, or no such event, or no such ticket.
    for named in [message(SECOND, 2), message(SECOND, 99), message(THIRD, 2)] {
        let refused = desk.refused(&agent(ANNA), Split::new(TICKET, named, NEW));
        let MessageRef { ticket, revision } = named;
        assert_eq!(refused, Refusal::NotAMessage { ticket, message: revision });
    }
    desk.ok(&agent(ADMIN), Split::new(TICKET, message(SECOND, 2), NEW));
}
