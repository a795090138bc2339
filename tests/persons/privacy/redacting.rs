//! Redaction by hand, and erasing all of a ticket.

use helpdesk::command::{Edit, Note, Redact, Resolve, Resolving};
use helpdesk::matching::Listing;
use helpdesk::{
    Actor, Command, Delivery, Dispatch, Erasable, FieldDef, FieldKind, FieldValue, RedactedBy,
    Refusal, Relaying, Revision, SettingsDraft, TicketChange, TimerKind,
};

use super::*;
use crate::support::*;

/// Maria's ticket with a question, an answer and a note: events 1, 2, 3 (a move), 4.
fn given_a_thread() -> TestDesk {
    let desk = TestDesk::new();
    desk.given_request();
    desk.pass(hours(1));
    desk.ok(&agent(ANNA), reply(TICKET));
    desk.ok(&agent(ANNA), Note::new(TICKET, "between us"));
    desk
}

#[test]
fn a_redacted_message_keeps_its_place_and_loses_its_words() {
    let desk = given_a_thread();
    let (before, ticket) = (desk.history(TICKET), desk.ticket(TICKET));
    desk.ok(&agent(ADMIN), redact([2]));
    assert_eq!(desk.thread(&agent(ANNA), TICKET), ["It burns", "", "between us"]);
    assert_eq!(personal(&desk, TICKET), [1, 4, 5], "the last is the reason");
    let after = desk.history(TICKET);
    assert_eq!(facts(&after[..4]), facts(&before));
    let change =
        TicketChange::Redacted { revisions: vec![Revision(2)], by: RedactedBy::Hand, bytes: 8 };
    assert_eq!(after[4].ticket_change(), Some(&change));
    let redacted = desk.ticket(TICKET);
    assert_eq!(redacted.status(), ticket.status());
    assert_eq!(redacted.status_since(), ticket.status_since());
    assert_eq!(redacted.timers(), ticket.timers());
    assert_eq!(redacted.message_count(), ticket.message_count());
    assert_eq!(redacted.first_answered_at(), ticket.first_answered_at());
    assert_eq!(redacted.waiting_since(), ticket.waiting_since());
    desk.verify();
}

#[test]
fn redacting_twice_changes_nothing_the_second_time() {
    let desk = given_a_thread();
    desk.ok(&Actor::Host, redact([2, 3]));
    assert!(desk.ok(&Actor::Host, redact([2])).is_no_op());
    assert!(desk.ok(&Actor::Host, redact([3])).is_no_op(), "a move has no words");
    desk.ok(&Actor::Host, redact([2, 4]));
    assert_eq!(erasures(&desk, TICKET).last().unwrap().1, [4], "what was left of them");
    // The reasons are words, too.
    desk.ok(&Actor::Host, redact([5]));
    assert_eq!(personal(&desk, TICKET), [1, 6, 7]);
}

#[test]
fn the_opening_goes_with_its_subject_unless_that_was_changed_since() {
    let desk = given_a_thread();
    desk.ok(&Actor::Host, redact([1]));
    assert_eq!(*desk.ticket(TICKET).subject(), Erasable::Erased);

    let desk = given_a_thread();
    let renamed = Edit { subject: Some("Fax".into()), ..Edit::new(TICKET) };
    desk.ok(&agent(ANNA), renamed.clone());
    desk.ok(&Actor::Host, redact([1]));
    assert_eq!(desk.ticket(TICKET).subject().as_str(), "Fax");
    desk.ok(&Actor::Host, redact([5]));
    assert_eq!(*desk.ticket(TICKET).subject(), Erasable::Erased);
    // And the same words again are news.
    desk.ok(&agent(ANNA), renamed);
    assert_eq!(desk.ticket(TICKET).subject().as_str(), "Fax");
    desk.verify();
}

#[test]
fn erasing_all_takes_subject_texts_fields_resolution_and_reasons_and_leaves_facts() {
    let draft = SettingsDraft {
        fields: vec![
            FieldDef::new("name", FieldKind::Text { max_bytes: 40 }),
            FieldDef::new("seats", FieldKind::Integer { min: 1, max: 9 }),
        ],
        ..draft()
    };
    let desk = TestDesk::with(draft);
    desk.given_request();
    let mut edit = Edit::new(TICKET);
    edit.fields.insert("name".into(), Some(FieldValue::Text("Maria".into())));
    edit.fields.insert("seats".into(), Some(FieldValue::Integer(4)));
    desk.ok(&agent(ANNA), edit);
    let resolution = Resolving { text: "Maria's toner".into(), ..Resolving::new("solved") };
    desk.ok(&agent(ANNA), Resolve { ticket: TICKET, resolution });
    desk.ok(&agent(ANNA), reopen(TICKET));
    let before = desk.history(TICKET);
    desk.ok(&Actor::Host, erase(TICKET));

    let ticket = desk.ticket(TICKET);
    assert_eq!(*ticket.subject(), Erasable::Erased);
    assert_eq!(ticket.field(&"name".into()), Some(&Erasable::Erased));
    assert_eq!(ticket.field(&"seats".into()).unwrap().known(), Some(&FieldValue::Integer(4)));
    let resolution = ticket.resolution().unwrap();
    assert_eq!((resolution.code().as_str(), resolution.text()), ("solved", &Erasable::Erased));
    let after = desk.history(TICKET);
    assert_eq!(facts(&after[..before.len()]), facts(&before));
    assert_eq!(personal(&desk, TICKET), [after.len() as u64], "why it was done");
    assert!(desk.ok(&Actor::Host, erase(TICKET)).is_no_op());
    desk.verify();
}

#[test]
fn a_closed_ticket_is_erased_and_stays_closed() {
    let desk = TestDesk::new();
    desk.given_status("closed");
    let before = desk.ticket(TICKET);
    desk.ok(&agent(OWNER), erase(TICKET));
    let ticket = desk.ticket(TICKET);
    assert_eq!((ticket.status(), ticket.closed_at()), (before.status(), before.closed_at()));
    // A question reopens it as ever.
    desk.ok(&customer(MARIA), reply(TICKET));
    assert_eq!(desk.status(TICKET), "open");
}

#[test]
fn what_follows_up_an_erased_ticket_has_a_subject_of_its_own() {
    let desk = TestDesk::new();
    desk.given_status("closed");
    desk.ok(&Actor::Host, erase(TICKET));
    let fresh = ticket_id(0xF);
    desk.ok(&customer(MARIA), follow_up(TICKET, fresh));
    let subject = desk.ticket(fresh).subject().as_str().to_owned();
    assert!(!subject.is_empty() && !subject.contains("Printer"), "{subject}");
}

#[test]
fn who_may_not_erase_is_refused() {
    let desk = given_a_thread();
    for actor in [customer(MARIA), agent(ANNA), agent(LIA), bot(), Actor::System] {
        assert_eq!(desk.refused(&actor, redact([1])).code(), "forbidden");
        assert_eq!(desk.refused(&actor, erase(TICKET)).code(), "forbidden");
    }
    // And who may not see the ticket does not learn that there is one.
    assert_eq!(desk.refused(&customer(OTTO), erase(TICKET)).code(), "not_found");
}

#[test]
fn what_cannot_be_erased_is_refused() {
    let desk = given_a_thread();
    let host = Actor::Host;
    assert_eq!(desk.refused(&host, redact([])).code(), "empty");
    assert_eq!(
        desk.refused(&host, Redact::new(TICKET, [MessageRef::new(TICKET, Revision(1))], " "))
            .code(),
        "empty"
    );
    for wrong in [0, 5, u64::MAX] {
        let refusal = desk.refused(&host, redact([1, wrong]));
        let key = desk.key(TICKET);
        assert_eq!(refusal, Refusal::NoSuchEvent { key, revision: Revision(wrong) });
    }
    let long = "x".repeat(5_000_000);
    assert_eq!(
        desk.refused(&host, Redact::new(TICKET, [MessageRef::new(TICKET, Revision(1))], long))
            .code(),
        "limit_exceeded"
    );
}

#[test]
fn an_erasure_is_no_news_to_customers_and_tells_nobody() {
    let desk = given_a_thread();
    desk.notices();
    desk.ok(&Actor::Host, erase(TICKET));
    assert_eq!(desk.notices(), []);
    let context = desk.context(&customer(MARIA)).having_seen(Revision(3));
    desk.desk.execute(&context.call(Command::Reply(reply(TICKET)))).unwrap();
}

#[test]
fn a_notice_of_an_erased_message_never_goes_out() {
    let desk = given_a_thread();
    let mut sent = Vec::new();
    desk.ok(&Actor::Host, redact([1]));
    desk.ok(&customer(MARIA), reply(TICKET));
    let mut send = |dispatch: Dispatch| {
        sent.push((dispatch.notice.id.revision.0, dispatch.text().is_some()));
        Delivery::Delivered
    };
    while !desk.desk.relay(desk.now(), &Relaying::default(), &mut send).unwrap().is_empty() {}
    assert!(sent.iter().all(|(revision, words)| *revision != 1 && *words), "{sent:?}");
    assert!(sent.iter().any(|(revision, _)| *revision == 2), "{sent:?}");
}

#[test]
fn what_is_due_comes_first() {
    let desk = TestDesk::new();
    desk.given_status("resolved");
    desk.pass(days(9));
    let outcome = desk.ok(&Actor::Host, erase(TICKET));
    assert_eq!(desk.status(TICKET), "closed");
    let settled = outcome
        .trace
        .iter()
        .any(|step| matches!(step, helpdesk::Step::Settled { timer: TimerKind::AutoClose, .. }));
    assert!(settled, "{:?}", outcome.trace);
    desk.verify();
}

#[test]
fn an_erased_subject_is_found_by_nobody() {
    let desk = given_a_thread();
    let listing = || Listing::of("subject contains printer".parse().unwrap());
    let found =
        |desk: &TestDesk| desk.desk.find(&Actor::Host, desk.now(), &listing()).unwrap().rows.len();
    assert_eq!(found(&desk), 1);
    desk.ok(&Actor::Host, redact([1]));
    assert_eq!(found(&desk), 0);
}

#[test]
fn a_long_history_is_erased_whole() {
    // Longer than a page of history, which is 500 events.
    let desk = TestDesk::new();
    desk.given_request();
    for _ in 0..600 {
        desk.ok(&agent(ANNA), Note::new(TICKET, "a thought"));
    }
    desk.ok(&Actor::Host, erase(TICKET));
    assert_eq!(erasures(&desk, TICKET)[0].1.len(), 601);
    assert_eq!(personal(&desk, TICKET), [602]);
    desk.verify();
}
