//! What is due is leased, and said again when the lease ends.

use super::*;

#[test]
fn the_due_come_earliest_first_and_the_rest_is_said() {
    let hand = hand();
    let t = monday();
    let late = hand.given_wake(1, t + hours(3));
    let early = hand.given_wake(2, t + hours(1));
    hand.given_wake(3, t + hours(9));
    hand.given(4);
    let now = t + hours(3);
    assert_eq!(hand.due(t, t + hours(1), 9), (vec![], Some(t + hours(1))));
    assert_eq!(
        hand.due(now, now + hours(2), 9),
        (vec![(early, t + hours(1)), (late, t + hours(3))], Some(t + hours(9)))
    );
}

#[test]
fn what_is_leased_is_nobody_elses_until_the_lease_ends() {
    let hand = hand();
    let t = monday();
    let key = hand.given_wake(1, t);
    assert_eq!(hand.due(t, t + hours(1), 9).0, [(key, t)]);
    assert_eq!(hand.due(t + hours(1) - micro(), t + hours(9), 9), (vec![], Some(t + hours(1))));
    assert_eq!(hand.due(t + hours(1), t + hours(2), 9).0, [(key, t)]);
}

#[test]
fn a_limit_leaves_the_rest_due_and_zero_only_looks() {
    let hand = hand();
    let t = monday();
    let (one, two) = (hand.given_wake(1, t), hand.given_wake(2, t + micro()));
    let now = t + hours(1);
    assert_eq!(hand.due(now, now, 0), (vec![], Some(t)));
    assert_eq!(hand.due(now, now + hours(1), 1), (vec![(one, t)], Some(t + micro())));
    let next = Some(now + hours(1));
    assert_eq!(hand.due(now, now + hours(5), 9), (vec![(two, t + micro())], next));
}

#[test]
fn a_commit_ends_the_lease_and_sets_the_wake_anew() {
    let hand = hand();
    let t = monday();
    let key = hand.given_wake(1, t);
    hand.due(t, t + hours(9), 9);
    hand.committed(parts(vec![hand.wake(1, 1, Some(t + hours(1)))]));
    assert_eq!(hand.due(t + hours(1), t + hours(2), 9).0, [(key, t + hours(1))]);
    hand.committed(parts(vec![hand.wake(1, 2, None)]));
    assert_eq!(hand.due(t + hours(99), t + hours(100), 9), (vec![], None));
}

#[test]
fn a_wake_that_is_set_to_the_end_of_a_lease_is_the_new_one() {
    let hand = hand();
    let t = monday();
    let key = hand.given_wake(1, t);
    hand.due(t, t + hours(1), 9);
    hand.committed(parts(vec![hand.wake(1, 1, Some(t + hours(1)))]));
    assert_eq!(hand.due(t + hours(1), t + hours(2), 9).0, [(key, t + hours(1))]);
}

#[test]
fn a_scope_is_one_desk_or_all() {
    let hand = hand();
    let t = monday();
    let here = hand.given_wake(1, t + micro());
    let elsewhere = Key::ticket(ELSEWHERE, ticket_id(1));
    let write = Write { next_wake: Some(t), ..hand.write(elsewhere, 0, 1) };
    hand.committed(parts(vec![write]));
    let now = t + hours(1);
    let due = |scope, limit| {
        let due = hand.store.due(scope, now, Lease { until: now + hours(1), limit }).unwrap();
        (due.rows.iter().map(|row| row.key).collect::<Vec<_>>(), due.next)
    };
    assert_eq!(due(Scope::All, 0).1, Some(t));
    assert_eq!(due(Scope::One(DESK), 9), (vec![here], None));
    assert_eq!(due(Scope::All, 9), (vec![elsewhere], Some(now + hours(1))));
}
