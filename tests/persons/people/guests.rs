//! Guests: who comes by a link sees one ticket, as much of it as was granted, and no longer.

use helpdesk::command::{GrantAccess, RevokeAccess};
use helpdesk::matching::Listing;
use helpdesk::{Author, Grant, GuestId, GuestRight, Message, Shown, Sight};

use super::*;

const GUEST: GuestId = GuestId::from_u128(0x60);

fn granted(desk: &TestDesk, id: TicketId, rights: &[GuestRight]) -> Actor {
    let rights = rights.iter().copied().collect();
    let until = desk.now() + days(2);
    let grant = GrantAccess { ticket: id, guest: GUEST, contact: MARIA, rights, until };
    desk.ok(&agent(ANNA), grant);
    Actor::Guest(GUEST)
}

fn read(desk: &TestDesk, actor: &Actor, id: TicketId) -> Result<usize, &'static str> {
    let thread = desk.desk.thread(actor, desk.now(), id, None, 99);
    thread.map(|thread| thread.posts.len()).map_err(code)
}

#[test]
fn each_right_is_what_it_says_and_no_more() {
    use GuestRight::{Reply as Write, Status, View};
    let cases: [(&[GuestRight], Result<usize, &str>, bool); 4] = [
        (&[Status], Err("forbidden"), false),
        (&[View], Ok(1), false),
        (&[Write], Err("forbidden"), true),
        (&[View, Write], Ok(1), true),
    ];
    for (rights, reads, writes) in cases {
        let desk = TestDesk::new();
        let id = desk.given_request();
        let guest = granted(&desk, id, rights);
        desk.ok(&agent(ANNA), Note::new(id, "between us"));
        let row = desk.desk.show(&guest, desk.now(), id).unwrap();
        assert_eq!(row.status().name, "new", "{rights:?}");
        assert_eq!(matches!(row.shown, Shown::Public(_)), reads.is_ok());
        assert_eq!(read(&desk, &guest, id), reads, "{rights:?}");
        let written = desk.desk.reply(desk.context(&guest), reply(id));
        assert_eq!(written.is_ok(), writes, "{rights:?}");
        for command in [Command::from(resolve(id)), Note::new(id, "?").into(), Command::Tick(id)] {
            assert_eq!(desk.refused(&guest, command).code(), "forbidden");
        }
    }
}

#[test]
fn a_guest_writes_in_the_name_of_the_grants_contact() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    desk.ok(&agent(ANNA), reply(id));
    let guest = granted(&desk, id, &[GuestRight::Reply]);
    let replied = desk.ok(&guest, reply(id));
    assert_eq!(replied.ticket().unwrap().status().name, "open", "it asks");
    let (_, event) = replied.all_events().next().unwrap();
    assert_eq!(event.cause.actor, guest);
    let message: &Message = event.ticket_change().unwrap().message().unwrap();
    assert_eq!(message.author, Author::Customer(MARIA));
}

#[test]
fn a_grant_ends_at_its_instant_and_the_ticket_with_it() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    let guest = granted(&desk, id, &[GuestRight::View, GuestRight::Reply]);
    desk.pass(days(2) - micro());
    assert_eq!(desk.desk.sight(&guest, desk.now(), id).unwrap(), Sight::Public);
    desk.pass(micro());
    let gone = desk.desk.sight(&guest, desk.now(), id).unwrap_err();
    let never = desk.desk.sight(&guest, desk.now(), ticket_id(99)).unwrap_err();
    assert_eq!(gone.refusal(), Some(&Refusal::NotFound { ticket: id }));
    assert_eq!(never.refusal(), Some(&Refusal::NotFound { ticket: ticket_id(99) }));
    assert_eq!(desk.refused(&guest, reply(id)).code(), "not_found");
    assert_eq!(read(&desk, &guest, id), Err("not_found"));
}

#[test]
fn a_guest_lists_nothing_and_comes_to_no_other_ticket() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    desk.ok(&customer(MARIA), request(ticket_id(2)));
    let guest = granted(&desk, id, &[GuestRight::View]);
    let listed = desk.desk.find(&guest, desk.now(), &Listing::every()).unwrap_err();
    assert_eq!(code(listed), "forbidden");
    assert!(desk.desk.views(&guest, desk.now()).unwrap().is_empty());
    assert_eq!(read(&desk, &guest, ticket_id(2)), Err("not_found"));
    assert_eq!(desk.refused(&guest, request(ticket_id(3))).code(), "forbidden");
}

#[test]
fn a_grant_is_said_anew_ended_and_dropped_when_its_time_is_over() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    let guest = granted(&desk, id, &[GuestRight::View]);
    let until = desk.now() + days(2);
    let grant = |guest, right, until| GrantAccess {
        ticket: id,
        guest,
        contact: MARIA,
        rights: [right].into(),
        until,
    };
    assert!(desk.ok(&agent(ANNA), grant(GUEST, GuestRight::View, until)).is_no_op());
    desk.ok(&agent(ANNA), grant(GUEST, GuestRight::Status, until));
    assert_eq!(read(&desk, &guest, id), Err("forbidden"));
    desk.ok(&agent(ANNA), RevokeAccess { ticket: id, guest: GUEST });
    assert_eq!(read(&desk, &guest, id), Err("not_found"));
    assert!(desk.ok(&agent(ANNA), RevokeAccess { ticket: id, guest: GUEST }).is_no_op());

    let other = GuestId::from_u128(0x61);
    desk.ok(&agent(ANNA), grant(GUEST, GuestRight::View, until));
    desk.pass(days(3));
    desk.ok(&agent(ANNA), grant(other, GuestRight::View, desk.now() + days(1)));
    let ticket = desk.desk.ticket(id).unwrap().unwrap();
    let known: Vec<GuestId> = ticket.grants().iter().map(|grant: &Grant| grant.guest).collect();
    assert_eq!(known, [other], "a head does not collect what has ended");
}

#[test]
fn grants_are_refused_where_they_make_no_sense() {
    let mut draft = draft();
    draft.limits.guests = 1;
    let desk = TestDesk::with(draft);
    let id = desk.given_request();
    let internal = Open { requester: Requester::Agent(ANNA), ..request(ticket_id(2)) };
    desk.ok(&agent(ANNA), internal);
    let grant = |ticket, guest, rights: &[GuestRight], until| GrantAccess {
        ticket,
        guest: GuestId::from_u128(guest),
        contact: MARIA,
        rights: rights.iter().copied().collect(),
        until,
    };
    let (now, later, view) = (desk.now(), desk.now() + days(1), &[GuestRight::View]);
    desk.ok(&agent(ANNA), grant(id, 1, view, later));
    let cases = [
        (grant(id, 2, view, later), "limit_exceeded"),
        (grant(id, 1, &[], later), "empty"),
        (grant(id, 1, view, now), "not_later"),
        (grant(ticket_id(2), 1, view, later), "internal"),
    ];
    for (grant, why) in cases {
        assert_eq!(desk.refused(&agent(ANNA), grant).code(), why);
    }
    let lia = desk.refused(&agent(LIA), grant(id, 1, &[GuestRight::Status], later));
    assert_eq!(lia.code(), "forbidden");
}
