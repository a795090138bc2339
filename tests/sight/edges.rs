//! What the random desks found, one by one.

use helpdesk::command::{Edit, FollowUp, GrantAccess, Note, Open, Reply, Split};
use helpdesk::matching::Listing;
use helpdesk::{
    Actor, Delivery, FieldDef, FieldKind, FieldValue, Follower, GuestId, GuestRight, Happening,
    MessageRef, Recipient, Relaying, Revision, SettingsDraft, Shown, TicketId,
};

use crate::support::*;

const OTHER: TicketId = TicketId::from_u128(0x72);

#[test]
fn a_bot_learns_by_no_listing_what_it_does_not_see() {
    let fields = vec![
        FieldDef::new("shown", FieldKind::Text { max_bytes: 9 }).public(),
        FieldDef::new("kept", FieldKind::Text { max_bytes: 9 }),
    ];
    let desk = TestDesk::with(SettingsDraft { fields, ..draft() });
    let secret = FieldValue::Text("secret".into());
    let fields = [("kept".into(), secret)].into();
    desk.ok(&Actor::Host, Open { fields, ..request(TICKET) });
    desk.ok(&Actor::Host, request(OTHER));

    let find = |filter: &str, sort: &str| {
        let listing = Listing::of(filter.parse().unwrap()).sorted(sort).unwrap().page(1);
        desk.desk.find(&bot(), desk.now(), &listing)
    };
    for (filter, sort) in [
        ("field.kept contains secret", ""),
        ("all()", "field.kept"),
        ("notes > 0", ""),
        ("assignee is missing", ""),
        ("external_refs is present", ""),
    ] {
        let refused = find(filter, sort).unwrap_err();
        assert_eq!(refused.refusal().unwrap().code(), "not_public", "{filter}, {sort}");
    }
    let page = find("subject contains Printer and field.shown is missing", "number").unwrap();
    assert_eq!(page.rows.len(), 1);
}

/// Maria's ticket, closed, and the one that follows it up, of which Otto has a copy and a guest
/// the link.
fn followed_up(desk: &TestDesk) -> [Actor; 2] {
    let former = desk.given_request();
    desk.ok(&Actor::Host, close(former));
    desk.ok(&Actor::Host, FollowUp::new(former, OTHER, "again"));
    let follow = [Follower::Contact(OTTO)].into();
    desk.ok(&Actor::Host, Edit { follow, ..Edit::new(OTHER) });
    let (guest, rights) = (GuestId::from_u128(0x60), [GuestRight::View].into());
    let until = desk.now() + days(2);
    desk.ok(&Actor::Host, GrantAccess { ticket: OTHER, guest, contact: MARIA, rights, until });
    [customer(OTTO), Actor::Guest(guest)]
}

#[test]
fn a_ticket_does_not_name_the_one_it_follows_up_to_who_may_not_know_of_that() {
    let desk = TestDesk::new();
    let others = followed_up(&desk);
    let follows = |actor: &Actor| match desk.desk.show(actor, desk.now(), OTHER).unwrap().shown {
        Shown::Public(ticket) => ticket.follows,
        shown => panic!("{actor} sees {shown:?}"),
    };
    assert_eq!(follows(&customer(MARIA)), Some(TICKET), "both are hers");
    for actor in &others {
        assert_eq!(follows(actor), None, "{actor}");
    }
    let page = desk.desk.find(&others[0], desk.now(), &Listing::every()).unwrap();
    assert_eq!(page.rows.len(), 1);
    assert!(!format!("{page:?}").contains(&TICKET.to_string()));
    let page = desk.desk.find(&customer(MARIA), desk.now(), &Listing::every()).unwrap();
    assert!(format!("{page:?}").contains(&format!("follows: Some({TICKET:?})")));
    // Nor can it be guessed.
    for listing in [
        Listing::of("follows is present".parse().unwrap()),
        Listing::every().sorted("follows").unwrap(),
    ] {
        let refused = desk.desk.find(&others[0], desk.now(), &listing).unwrap_err();
        assert_eq!(refused.refusal().unwrap().code(), "not_public");
    }
}

#[test]
fn who_does_not_see_where_a_message_was_split_off_to_is_not_told_of_it_any_more() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    desk.ok(&Actor::Host, Edit { follow: [Follower::Contact(OTTO)].into(), ..Edit::new(id) });
    desk.ok(&agent(ANNA), Reply::new(id, "for both"));
    let second = desk.ok(&agent(ANNA), Reply::new(id, "for Maria"));
    let revision = second.all_events().next().map(|(_, event)| event.revision).unwrap();
    // There are events between the message and the split.
    for n in 0..20 {
        desk.ok(&agent(ANNA), Note::new(id, format!("note {n}")));
    }
    desk.ok(&agent(ANNA), Split::new(id, MessageRef { ticket: id, revision }, OTHER));

    let mut told = Vec::new();
    let mut send = |dispatch: helpdesk::Dispatch| {
        if let Recipient::Contact(contact) = dispatch.notice.to {
            told.push((contact, dispatch.text().unwrap().as_str().to_owned()));
        }
        Delivery::Delivered
    };
    let mut withheld = 0;
    loop {
        let relayed = desk.desk.relay(desk.now(), &Relaying::default(), &mut send).unwrap();
        withheld += relayed.withheld.len();
        if relayed.is_empty() {
            break;
        }
    }
    let expected = [(MARIA, "for both"), (OTTO, "for both"), (MARIA, "for Maria")];
    assert_eq!(told, expected.map(|(contact, text)| (contact, text.to_owned())));
    assert_eq!(withheld, 1);
}

#[test]
fn a_timeline_has_the_words_of_what_was_split_off() {
    let desk = TestDesk::new();
    let id = desk.given_request();
    desk.ok(&customer(MARIA), Reply::new(id, "and the scanner"));
    let message = MessageRef { ticket: id, revision: Revision(2) };
    desk.ok(&agent(ANNA), Split::new(id, message, OTHER));
    for actor in [customer(MARIA), agent(ANNA)] {
        let page = desk.desk.timeline(&actor, desk.now(), MARIA, None, 99).unwrap();
        let said = page.entries.iter().filter_map(|entry| match &entry.what {
            Happening::Said(post) => Some((entry.ticket, post.text.as_str())),
            _ => None,
        });
        let said: Vec<_> = said.collect();
        assert_eq!(said, [(id, "It burns"), (OTHER, "and the scanner")], "{actor}");
    }
}
