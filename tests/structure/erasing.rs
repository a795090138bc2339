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
    desk.ok(&admin, Redact::new(SECOND, [Revision(1), Revision(2)], "not ours"));
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
fn the_words_of_a_merged_ticket_go_in_their_time() {
    let mut settings = draft();
    settings.retention = Some(Span::days(700));
    let desk = TestDesk::with(settings);
    desk.given_request();
    another(&desk, SECOND);
    merge(&desk, SECOND, TICKET);
    let gone = desk.now() + days(700);
    assert_eq!(desk.ticket(SECOND).timers().retention, Some(gone));
    // The other is not closed yet: its words stay.
    desk.pass(days(700));
    desk.desk.tick(desk.now()).unwrap();
    assert_eq!(desk.thread(&customer(MARIA), TICKET), ["It burns", ""]);
    desk.verify();
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

#[test]
fn a_file_of_a_split_off_message_is_erased_where_it_was_said() {
    let desk = TestDesk::new();
    desk.given_request();
    let invoice = Attachment {
        name: "invoice.pdf".into(),
        media_type: "application/pdf".into(),
        bytes: 9,
        digest: None,
        key: "uploads/7".into(),
    };
    let attachments = vec![invoice];
    desk.ok(&customer(MARIA), Reply { attachments, ..Reply::new(TICKET, "my invoice") });
    desk.ok(&agent(ANNA), Split::new(TICKET, message(TICKET, 2), NEW));
    desk.ok(&agent(ADMIN), Redact::new(NEW, [Revision(1)], "its subject"));
    assert!(desk.desk.erased_files(NEW).unwrap().is_empty());
    desk.ok(&agent(ADMIN), Redact::new(TICKET, [Revision(2)], "not ours"));
    assert_eq!(desk.desk.erased_files(TICKET).unwrap().len(), 1);
    assert!(desk.desk.erased_files(NEW).unwrap().is_empty());
}
