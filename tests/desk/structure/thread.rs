//! The thread over several histories: its order, its pages, and who reads what of it.

use super::*;

/// Three tickets of Maria's, merged in a chain, with words on each in turn.
fn chained() -> TestDesk {
    let desk = TestDesk::new();
    for id in [TICKET, SECOND, THIRD] {
        another(&desk, id);
    }
    for n in 0..30_u64 {
        desk.pass(micro());
        let ticket = [TICKET, SECOND, THIRD][(n % 3) as usize];
        desk.ok(&customer(MARIA), Reply::new(ticket, format!("{n}")));
        if n % 4 == 0 {
            desk.ok(&agent(ANNA), Note::new(ticket, "hm"));
        }
    }
    merge(&desk, TICKET, SECOND);
    merge(&desk, SECOND, THIRD);
    desk
}

#[test]
fn a_thread_is_in_the_order_in_which_things_were_recorded() {
    let desk = chained();
    let posts = desk.desk.thread(&agent(ANNA), desk.now(), THIRD, None, usize::MAX).unwrap().posts;
    assert_eq!(posts.len(), 3 + 30 + 8);
    assert!(posts.is_sorted_by_key(|post| (post.at, post.ticket, post.revision)));
    let said: Vec<&str> = posts.iter().map(|post| post.text.as_str()).collect();
    let numbers = said.iter().filter_map(|text| text.parse::<u64>().ok());
    assert!(numbers.eq(0..30));
}

#[test]
fn pages_join_to_the_whole_also_where_they_are_kept_as_json() {
    let desk = chained();
    for (actor, limit) in [(agent(ANNA), 1), (agent(ANNA), 7), (customer(MARIA), 4)] {
        let whole = desk.desk.thread(&actor, desk.now(), THIRD, None, usize::MAX).unwrap();
        assert_eq!(whole.next, None);
        let (mut posts, mut after) = (Vec::new(), None::<ThreadCursor>);
        loop {
            let page = desk.desk.thread(&actor, desk.now(), THIRD, after.clone(), limit).unwrap();
            posts.extend(page.posts);
            let Some(next) = page.next else { break };
            let kept = serde_json::to_string(&next).unwrap();
            assert_eq!(kept, format!("\"{next}\""), "in JSON, it is its text");
            assert_eq!(next.to_string().parse(), Ok(next.clone()));
            after = Some(serde_json::from_str(&kept).unwrap());
        }
        assert_eq!(posts, whole.posts);
    }
    assert_eq!(desk.desk.thread(&Actor::Host, desk.now(), THIRD, None, 0).unwrap().next, None);
}

#[test]
fn a_page_goes_on_where_it_was_though_tickets_come_and_go_between() {
    let desk = chained();
    let first = desk.desk.thread(&agent(ANNA), desk.now(), THIRD, None, 10).unwrap();
    let last = first.posts.last().unwrap();
    let place = (last.at, last.ticket, last.revision);
    undo(&desk, SECOND);
    merge(&desk, SECOND, THIRD);
    let id = ticket_id(0x74);
    desk.ok(&customer(MARIA), request(id));
    merge(&desk, id, THIRD);
    let rest = desk.desk.thread(&agent(ANNA), desk.now(), THIRD, first.next.clone(), 99).unwrap();
    let whole = desk.desk.thread(&agent(ANNA), desk.now(), THIRD, None, 99).unwrap();
    let later = whole.posts.into_iter().filter(|it| (it.at, it.ticket, it.revision) > place);
    assert_eq!(rest.posts, later.collect::<Vec<_>>());
}

#[test]
fn the_thread_of_a_merged_ticket_is_the_survivors_to_who_sees_that() {
    let desk = chained();
    let whole = desk.thread(&agent(ANNA), THIRD);
    assert_eq!(desk.thread(&agent(ANNA), TICKET), whole);
    // Out of Anna's sight: what she sees ends with the ticket before.
    desk.ok(&agent(ADMIN), transfer(THIRD, "billing"));
    let posts = desk.desk.thread(&agent(ANNA), desk.now(), TICKET, None, 99).unwrap().posts;
    assert!(posts.iter().all(|post| post.ticket != THIRD));
    assert!(posts.iter().any(|post| post.ticket == SECOND));
}

#[test]
fn of_internal_members_a_customer_does_not_even_learn_that_they_are_there() {
    let desk = TestDesk::new();
    desk.given_request();
    internal(&desk, SECOND);
    desk.ok(&customer(MARIA), reply(TICKET));
    merge(&desk, SECOND, TICKET);
    let page = desk.desk.thread(&customer(MARIA), desk.now(), TICKET, None, 1).unwrap();
    let kept = serde_json::to_string(&page.next.unwrap()).unwrap();
    assert!(!kept.contains(&SECOND.to_string()), "{kept}");
}

#[test]
fn a_follower_of_the_survivor_reads_nothing_of_what_was_merged_out_of_their_sight() {
    let desk = TestDesk::new();
    let mut open = request(TICKET);
    open.followers = [Follower::Contact(OTTO)].into();
    desk.ok(&customer(MARIA), open);
    another(&desk, SECOND);
    merge(&desk, SECOND, TICKET);
    desk.pass(micro());
    desk.ok(&customer(MARIA), Reply::new(SECOND, "late"));

    let posts = |actor: &Actor, id| {
        desk.desk.thread(actor, desk.now(), id, None, 99).map(|page| page.posts)
    };
    let his = posts(&customer(OTTO), TICKET).unwrap();
    assert!(his.iter().all(|post| post.ticket == TICKET));
    assert_eq!(his.len(), 2);
    assert!(his.iter().all(|post| post.message.addressed_to.is_none()), "he knows of no other");
    assert!(posts(&customer(OTTO), SECOND).is_err());
    let hers = posts(&customer(MARIA), TICKET).unwrap();
    assert_eq!(hers.len(), 3);
    assert_eq!(hers.last().unwrap().message.addressed_to, Some(SECOND));

    let happened =
        |actor: &Actor| desk.desk.activity(actor, desk.now(), TICKET, Revision::ZERO, 99).unwrap();
    let told = format!("{:?}", happened(&customer(OTTO)));
    assert!(!told.contains(&SECOND.to_string()), "{told}");
    assert!(happened(&agent(ANNA)).len() > happened(&customer(OTTO)).len());
}

#[test]
fn a_guest_reads_the_one_ticket_whatever_was_merged() {
    let desk = TestDesk::new();
    desk.given_request();
    another(&desk, SECOND);
    let guest = Actor::Guest(GuestId::from_u128(0x60));
    let until = desk.now() + days(9);
    for ticket in [TICKET, SECOND] {
        let rights = [GuestRight::View, GuestRight::Reply].into();
        let guest = GuestId::from_u128(0x60);
        desk.ok(&agent(ANNA), GrantAccess { ticket, guest, contact: MARIA, rights, until });
    }
    merge(&desk, SECOND, TICKET);
    desk.ok(&guest, Reply::new(SECOND, "words"));
    for (id, said) in [(TICKET, 2), (SECOND, 1)] {
        let posts = desk.desk.thread(&guest, desk.now(), id, None, 99).unwrap().posts;
        assert_eq!(posts.len(), said);
        assert!(posts.iter().all(|post| post.ticket == id));
    }
    assert_eq!(
        desk.refused(
            &agent(ANNA),
            GrantAccess {
                ticket: SECOND,
                guest: GuestId::from_u128(0x61),
                contact: MARIA,
                rights: [GuestRight::View].into(),
                until,
            }
        )
        .code(),
        "merged"
    );
    desk.ok(&agent(ANNA), RevokeAccess { ticket: SECOND, guest: GuestId::from_u128(0x60) });
    assert!(desk.desk.thread(&guest, desk.now(), SECOND, None, 99).is_err());
}
