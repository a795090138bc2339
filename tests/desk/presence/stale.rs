//! What rests on a stale view is refused, and what has happened since is told to who may know.

use helpdesk::command::{Note, Reply};
use helpdesk::{Activity, PublicChange, Refusal};

use super::*;

#[test]
fn a_reply_on_a_stale_view_is_refused_with_what_has_happened_since() {
    let (desk, presence) = given();
    let seen = begin(&desk, &presence, ANNA).seen;
    desk.ok(&agent(CARL), Note::new(TICKET, "It is the toner."));
    desk.ok(&customer(MARIA), Reply::new(TICKET, "It is out."));
    let reply = Reply::new(TICKET, "Unplug it.");
    let context = || desk.context(&agent(ANNA));
    let error = desk.desk.reply(context().having_seen(seen), reply.clone()).unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.code(), "stale_view");

    let since = desk.desk.since_seen(&agent(ANNA), desk.now(), refusal, 20).unwrap();
    let words: Vec<&str> = since
        .iter()
        .map(|activity| match activity {
            Activity::Full(event) => event.personal.as_ref().unwrap().text.as_deref().unwrap(),
            Activity::Public(_) => panic!("she is an agent"),
        })
        .collect();
    assert_eq!(words, ["It is the toner.", "It is out."]);
    assert_eq!(desk.desk.since_seen(&agent(ANNA), desk.now(), refusal, 1).unwrap(), since[..1]);

    // Having read it, she quotes what she saw last, and is heard.
    let seen = since.last().unwrap().revision();
    desk.desk.reply(context().having_seen(seen), reply).unwrap();
}

#[test]
fn a_customer_is_told_of_what_customers_see() {
    let (desk, _) = given();
    let seen = desk.ticket(TICKET).revision();
    desk.ok(&agent(CARL), Note::new(TICKET, "It is the toner."));
    desk.ok(&agent(CARL), Reply::new(TICKET, "Unplug it."));
    let context = desk.context(&customer(MARIA)).having_seen(seen);
    let error = desk.desk.reply(context, Reply::new(TICKET, "And?")).unwrap_err();
    let refusal = error.refusal().unwrap();
    let since = desk.desk.since_seen(&customer(MARIA), desk.now(), refusal, 20).unwrap();
    let said = since.iter().filter_map(|activity| match activity {
        Activity::Public(event) => match &event.what {
            PublicChange::Said(post) => Some(post.text.as_str().to_owned()),
            _ => None,
        },
        Activity::Full(_) => panic!("she is a customer"),
    });
    assert_eq!(said.collect::<Vec<_>>(), ["Unplug it."]);
    // Another, who may not know of the ticket, is told nothing with that refusal.
    let error = desk.desk.since_seen(&customer(OTTO), desk.now(), refusal, 20).unwrap_err();
    assert_eq!(error.refusal().unwrap().code(), "not_found");
}

#[test]
fn of_any_other_refusal_nothing_has_happened_since() {
    let (desk, _) = given();
    let refusal = Refusal::NotFound { ticket: TICKET };
    assert_eq!(desk.desk.since_seen(&agent(ANNA), desk.now(), &refusal, 20).unwrap(), []);
    let key = Key::ticket(DeskId::from_u128(2), TICKET);
    let revision = desk.ticket(TICKET).revision();
    let elsewhere = Refusal::StaleView { key, seen: helpdesk::Revision::ZERO, found: revision };
    assert_eq!(desk.desk.since_seen(&agent(ANNA), desk.now(), &elsewhere, 20).unwrap(), []);
}
