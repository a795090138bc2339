//! What is personal on tickets that were merged, and of messages that were split off.

use super::*;

const NEW: TicketId = TicketId::from_u128(0x79);

#[test]
fn what_is_erased_where_it_was_said_is_erased_in_every_thread() {
    let desk = TestDesk::new();
    desk.given_request();
    another(&desk, SECOND);
    desk.ok(&customer(MARIA), Reply::new(SECOND, "a secret"));
    desk.ok(&agent(ANNA), Split::new(SECOND, message(SECOND, 2), NEW));
    merge(&desk, SECOND, TICKET);
    assert_eq!(desk.thread(&customer(MARIA), NEW), ["a secret"]);
    let admin = agent(ADMIN);
    desk.ok(
        &admin,
        Redact::new(
            SECOND,
            [MessageRef::new(SECOND, Revision(1)), MessageRef::new(SECOND, Revision(2))],
            "not ours",
        ),
    );
    assert_eq!(desk.thread(&customer(MARIA), NEW), [""]);
    assert_eq!(desk.thread(&customer(MARIA), TICKET), ["It burns", ""]);
    desk.verify();
}

#[test]
fn activity_shows_a_split_off_message_where_it_is_now() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&customer(MARIA), Reply::new(TICKET, "and my invoice"));
    desk.ok(&agent(ANNA), Split::new(TICKET, message(TICKET, 2), NEW));
    let texts = |id| {
        let events = desk.desk.activity(&customer(MARIA), desk.now(), id, Revision::ZERO, 9);
        let posts = events.unwrap().into_iter().filter_map(|event| match event {
            Activity::Public(PublicEvent { what, .. }) => match what {
                PublicChange::Opened(post) | PublicChange::Said(post) => Some(post),
                _ => None,
            },
            Activity::Full(_) => None,
        });
        posts.map(|post| post.text.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(texts(TICKET), ["It burns"]);
    assert_eq!(texts(NEW), ["and my invoice"]);
}

#[test]
fn what_is_due_on_the_ticket_with_the_message_comes_before_the_split() {
    let mut settings = draft();
    settings.retention = Some(Span::days(700));
    let ways = [false, true].map(|ticks| {
        let desk = TestDesk::with(settings.clone());
        desk.given_request();
        another(&desk, SECOND);
        desk.ok(&customer(MARIA), Reply::new(SECOND, "a secret"));
        merge(&desk, SECOND, TICKET);
        desk.ok(&Actor::Host, close(TICKET));
        desk.pass(days(701));
        if ticks {
            desk.desk.tick(desk.now()).unwrap();
        }
        desk.ok(&agent(ANNA), Split::new(TICKET, message(SECOND, 2), NEW));
        desk.verify();
        desk.ticket(NEW)
    });
    assert_eq!(ways[0], ways[1]);
    assert_eq!(ways[0].subject().as_str(), "(no subject)");
}
