//! Links between tickets, from either end, and what stands against them.

use crate::support::*;
use helpdesk::command::Unlink;
use helpdesk::store::{CommitError, Store};
use helpdesk::{
    Actor, Command, LinkKind, Refusal, Requester, TicketChange, TicketId, TicketLink, Visibility,
};

const ONE: TicketId = ticket(1);
const TWO: TicketId = ticket(2);
const THREE: TicketId = ticket(3);

const EVERY_KIND: [LinkKind; 7] = [
    LinkKind::ParentOf,
    LinkKind::ChildOf,
    LinkKind::Related,
    LinkKind::DuplicateOf,
    LinkKind::DuplicatedBy,
    LinkKind::CausedBy,
    LinkKind::Causes,
];

const fn ticket(n: u128) -> TicketId {
    TicketId::from_u128(n)
}

/// A desk with so many requests of Maria's.
fn given(requests: u128) -> TestDesk {
    let desk = TestDesk::new();
    for n in 1..=requests {
        desk.ok(&customer(MARIA), request(ticket(n)));
    }
    desk
}

#[test]
fn a_link_is_there_on_both_tickets_and_goes_from_both() {
    for kind in EVERY_KIND {
        let desk = given(2);
        desk.ok(&agent(ANNA), link(ONE, kind, TWO));
        assert_eq!(desk.ticket(ONE).links(), [TicketLink { kind, to: TWO }]);
        let inverse = kind.inverse();
        assert_eq!(desk.ticket(TWO).links(), [TicketLink { kind: inverse, to: ONE }]);
        assert!(desk.ok(&agent(ANNA), link(TWO, inverse, ONE)).is_no_op());

        desk.ok(&agent(CARL), Unlink { ticket: TWO, kind: inverse, other: ONE });
        assert!(desk.ticket(ONE).links().is_empty() && desk.ticket(TWO).links().is_empty());
        let again = Unlink { ticket: ONE, kind, other: TWO };
        assert!(desk.ok(&agent(CARL), again).is_no_op());
        desk.verify();
    }
}

#[test]
fn parent_and_children_are_told_from_other_links() {
    let desk = given(3);
    desk.ok(&agent(ANNA), link(ONE, LinkKind::ParentOf, THREE));
    desk.ok(&agent(ANNA), link(TWO, LinkKind::ChildOf, ONE));
    desk.ok(&agent(ANNA), link(TWO, LinkKind::Related, ONE));
    let parent = desk.ticket(ONE);
    assert_eq!(parent.children().collect::<Vec<_>>(), [TWO, THREE]);
    assert_eq!(parent.parent(), None);
    assert_eq!(desk.ticket(TWO).parent(), Some(ONE));
    assert_eq!(desk.ticket(TWO).links().len(), 2);
    assert_eq!(desk.find(&Actor::Host, &format!("parent = {ONE}"), "number"), [2, 3]);
    assert_eq!(desk.find(&Actor::Host, "parent is missing", "number"), [1]);
}

#[test]
fn a_ticket_has_one_parent_at_most() {
    let desk = given(3);
    desk.ok(&agent(ANNA), link(ONE, LinkKind::ParentOf, TWO));
    let has = Refusal::HasParent { ticket: TWO };
    assert_eq!(desk.refused(&agent(ANNA), link(THREE, LinkKind::ParentOf, TWO)), has);
    assert_eq!(desk.refused(&agent(ANNA), link(TWO, LinkKind::ChildOf, THREE)), has);
    desk.ok(&agent(ANNA), Unlink { ticket: ONE, kind: LinkKind::ParentOf, other: TWO });
    desk.ok(&agent(ANNA), link(TWO, LinkKind::ChildOf, THREE));
}

#[test]
fn no_ticket_comes_above_itself() {
    let desk = given(4);
    for n in 1..4 {
        desk.ok(&agent(ANNA), link(ticket(n), LinkKind::ParentOf, ticket(n + 1)));
    }
    let cycle = Refusal::LinkCycle { ticket: ONE };
    for n in 2..=4 {
        assert_eq!(desk.refused(&agent(ANNA), link(ticket(n), LinkKind::ParentOf, ONE)), cycle);
        assert_eq!(desk.refused(&agent(ANNA), link(ONE, LinkKind::ChildOf, ticket(n))), cycle);
    }
    let itself = desk.refused(&agent(ANNA), link(ONE, LinkKind::Related, ONE));
    assert_eq!(itself, Refusal::LinkToItself { ticket: ONE });
}

#[test]
fn three_links_at_once_make_no_ring() {
    let desk = given(3);
    let by = desk.context(&agent(ANNA));
    let prepare = |parent, child| {
        let call = by.clone().call(Command::Link(link(parent, LinkKind::ParentOf, child)));
        desk.desk.prepare(&call).unwrap().commit.unwrap()
    };
    // Each is right as things stand, and all three would be a ring.
    let links = [prepare(ONE, TWO), prepare(TWO, THREE), prepare(THREE, ONE)];
    let made = links.map(|commit| desk.store.commit(commit));
    assert!(made[0].is_ok());
    assert!(matches!(made[1], Err(CommitError::Stale { .. })), "{:?}", made[1]);
    assert!(matches!(made[2], Err(CommitError::Stale { .. })), "{:?}", made[2]);
}

#[test]
fn a_chain_rests_on_every_ticket_above() {
    let desk = given(4);
    desk.ok(&agent(ANNA), link(ONE, LinkKind::ParentOf, TWO));
    desk.ok(&agent(ANNA), link(TWO, LinkKind::ParentOf, THREE));
    let under_three = Command::Link(link(THREE, LinkKind::ParentOf, ticket(4)));
    let call = desk.context(&agent(ANNA)).call(under_three);
    let prepared = desk.desk.prepare(&call).unwrap().commit.unwrap();
    // Meanwhile the fourth comes to be above the first.
    desk.ok(&agent(CARL), link(ticket(4), LinkKind::ParentOf, ONE));
    assert!(matches!(desk.store.commit(prepared), Err(CommitError::Stale { .. })));
    let refused = desk.desk.execute(&call).unwrap_err();
    assert_eq!(refused.refusal(), Some(&Refusal::LinkCycle { ticket: ticket(4) }));
}

#[test]
fn links_and_levels_have_limits() {
    let mut draft = draft();
    (draft.limits.links, draft.limits.link_depth) = (2, 2);
    let desk = TestDesk::with(draft);
    for n in 1..=4 {
        desk.ok(&customer(MARIA), request(ticket(n)));
    }
    desk.ok(&agent(ANNA), link(ONE, LinkKind::ParentOf, TWO));
    desk.ok(&agent(ANNA), link(TWO, LinkKind::ParentOf, THREE));
    let deep = desk.refused(&agent(ANNA), link(THREE, LinkKind::ParentOf, ticket(4)));
    let limit = "link_depth";
    assert_eq!(deep, Refusal::LimitExceeded { limit, allowed: 2, found: 3 });
    let full = desk.refused(&agent(ANNA), link(ticket(4), LinkKind::Related, TWO));
    assert_eq!(full, Refusal::LimitExceeded { limit: "links", allowed: 2, found: 3 });
}

#[test]
fn both_tickets_must_be_in_sight() {
    let desk = given(1);
    let mut elsewhere = request(TWO);
    elsewhere.department = Some("billing".into());
    desk.ok(&customer(MARIA), elsewhere);
    let hidden = Refusal::NotFound { ticket: TWO };
    assert_eq!(desk.refused(&agent(ANNA), link(ONE, LinkKind::Related, TWO)), hidden);
    let missing = Refusal::NotFound { ticket: THREE };
    assert_eq!(desk.refused(&agent(ANNA), link(ONE, LinkKind::Related, THREE)), missing);
    desk.ok(&agent(ADMIN), link(ONE, LinkKind::Related, TWO));
    let back = Unlink { ticket: ONE, kind: LinkKind::Related, other: TWO };
    assert_eq!(desk.refused(&agent(ANNA), back), hidden);
}

#[test]
fn a_link_is_no_news_to_the_customer() {
    let desk = given(2);
    let seen = desk.ticket(ONE).revision();
    desk.ok(&agent(ANNA), link(ONE, LinkKind::Related, TWO));
    assert!(desk.notices().iter().all(|notice| notice.id.revision == seen), "nobody is told");
    assert_eq!(desk.thread(&customer(MARIA), ONE).len(), 1);
    // What she has read is still all that there is for her.
    let context = desk.context(&customer(MARIA)).having_seen(seen);
    desk.desk.reply(context, reply(ONE)).unwrap();
    let public = desk.changes(ONE);
    let public = public.iter().filter_map(TicketChange::message);
    assert!(public.map(|message| message.visibility).all(|it| it == Visibility::Public));
    assert_eq!(
        desk.refused(&customer(MARIA), link(ONE, LinkKind::Related, TWO)).code(),
        "forbidden"
    );
}

#[test]
fn an_internal_problem_is_linked_to_what_it_causes_and_closed_tickets_are_linked_too() {
    let desk = given(1);
    desk.move_to(ONE, "closed");
    let mut problem = request(TWO);
    problem.requester = Requester::Agent(CARL);
    desk.ok(&agent(CARL), problem);
    desk.ok(&agent(CARL), link(ONE, LinkKind::CausedBy, TWO));
    assert_eq!(desk.ticket(TWO).links(), [TicketLink { kind: LinkKind::Causes, to: ONE }]);
    assert_eq!(desk.status(ONE), "closed");
    // What was due on the other ticket came first.
    desk.pass(days(40));
    desk.ok(&agent(CARL), link(ONE, LinkKind::Related, TWO));
    assert!(desk.ticket(TWO).is_overdue());
    desk.verify();
}
