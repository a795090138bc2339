//! Notices: claimed in order, settled once, delivered at least once.

use super::*;

/// A ticket with notices on these revisions.
fn told(hand: &Hand, n: u128, revisions: &[u64]) -> Key {
    let notices = revisions.iter().map(|revision| notice(ticket(n), *revision)).collect();
    hand.committed(CommitParts { notices, ..parts(vec![hand.write(ticket(n), 0, 1)]) });
    ticket(n)
}

fn told_of(claimed: &[Claimed]) -> Vec<(u128, u64)> {
    let id = |claimed: &Claimed| claimed.notice.id;
    claimed.iter().map(|one| (id(one).ticket.as_uuid().as_u128(), id(one).revision.0)).collect()
}

#[test]
fn of_each_ticket_only_the_oldest_notice_is_out() {
    let hand = hand();
    let t = monday();
    told(&hand, 1, &[1, 2]);
    told(&hand, 2, &[1]);
    let claimed = hand.claim(t, t + hours(1), 9);
    assert_eq!(told_of(&claimed), [(1, 1), (2, 1)]);
    assert_eq!((claimed[0].number, claimed[0].attempt), (TicketNumber(1), 1));
    assert_ne!(claimed[0].token, claimed[1].token);
    assert!(hand.claim(t, t + hours(1), 9).is_empty(), "the second waits for the first");
    assert!(hand.store.settle(claimed[0].token, Settlement::Delivered).unwrap());
    assert_eq!(told_of(&hand.claim(t, t + hours(1), 9)), [(1, 2)]);
}

#[test]
fn a_limit_leaves_the_rest_and_older_tickets_come_first() {
    let hand = hand();
    let t = monday();
    for n in 1..=3 {
        told(&hand, n, &[1]);
    }
    assert!(hand.claim(t, t + hours(1), 0).is_empty());
    assert_eq!(told_of(&hand.claim(t, t + hours(1), 2)), [(1, 1), (2, 1)]);
    assert_eq!(told_of(&hand.claim(t, t + hours(1), 2)), [(3, 1)]);
}

#[test]
fn what_is_not_settled_in_time_comes_again_under_another_token() {
    let hand = hand();
    let t = monday();
    told(&hand, 1, &[1]);
    let first = hand.claim(t, t + hours(1), 9).remove(0);
    assert!(hand.claim(t + hours(1) - micro(), t + hours(2), 9).is_empty());
    let second = hand.claim(t + hours(1), t + hours(2), 9).remove(0);
    assert_eq!(second.notice, first.notice, "the same notice, with the same id");
    assert_eq!(second.attempt, 2);
    assert_ne!(second.token, first.token);
    for settlement in [Settlement::Delivered, Settlement::GivenUp, Settlement::Retry(t)] {
        assert!(!hand.store.settle(first.token, settlement).unwrap(), "a stale token");
    }
    assert!(hand.claim(t + hours(1), t + hours(2), 9).is_empty(), "still leased");
    assert!(hand.store.settle(second.token, Settlement::Delivered).unwrap());
    assert!(!hand.store.settle(second.token, Settlement::Delivered).unwrap(), "only once");
    assert!(hand.claim(t + hours(99), t + hours(100), 9).is_empty());
}

#[test]
fn a_retry_comes_at_its_instant_and_holds_up_later_notices_of_its_ticket_only() {
    let hand = hand();
    let t = monday();
    told(&hand, 1, &[1, 2]);
    let first = hand.claim(t, t + hours(1), 9).remove(0);
    assert!(hand.store.settle(first.token, Settlement::Retry(t + hours(5))).unwrap());
    told(&hand, 2, &[1]);
    assert_eq!(told_of(&hand.claim(t + hours(5) - micro(), t + hours(6), 9)), [(2, 1)]);
    let again = hand.claim(t + hours(5), t + hours(6), 9);
    assert_eq!(told_of(&again), [(1, 1)]);
    assert_eq!(again[0].attempt, 2);
    assert!(hand.store.settle(again[0].token, Settlement::GivenUp).unwrap());
    let next = hand.claim(t + hours(5), t + hours(9), 9);
    assert_eq!(told_of(&next), [(1, 2)]);
    assert_eq!(next[0].attempt, 1, "tries are counted by notice");
}

#[test]
fn a_notice_of_a_later_commit_waits_behind_the_leased_one() {
    let hand = hand();
    let t = monday();
    let key = told(&hand, 1, &[1]);
    let first = hand.claim(t, t + hours(1), 9).remove(0);
    let later = CommitParts { notices: vec![notice(key, 2)], ..parts(vec![hand.write(key, 1, 1)]) };
    hand.committed(later);
    assert!(hand.claim(t, t + hours(1), 9).is_empty());
    assert!(hand.store.settle(first.token, Settlement::Delivered).unwrap());
    assert_eq!(told_of(&hand.claim(t, t + hours(1), 9)), [(1, 2)]);
}

#[test]
fn a_scope_is_one_desk_or_all() {
    let hand = hand();
    let t = monday();
    told(&hand, 1, &[1]);
    let elsewhere = Key::ticket(ELSEWHERE, ticket_id(7));
    let notices = vec![notice(elsewhere, 1)];
    hand.committed(CommitParts { notices, ..parts(vec![hand.write(elsewhere, 0, 1)]) });
    let lease = Lease { until: t + hours(1), limit: 9 };
    let there = hand.store.claim(Scope::One(ELSEWHERE), t, lease).unwrap();
    assert_eq!(told_of(&there), [(7, 1)]);
    assert_eq!(told_of(&hand.store.claim(Scope::All, t, lease).unwrap()), [(1, 1)]);
}
