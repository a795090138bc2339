//! Wakes: due at their instant, leased to one, and set anew by every commit.

use chrono::{DateTime, TimeDelta, Utc};

use crate::conformance::hand::{
    DESK, ELSEWHERE, Hand, MICRO, at, elsewhere, guard, parts, rows, ticket,
};
use crate::conformance::law::{Verdict, same};
use crate::store::{CommitParts, Lease, Scope};
use crate::{Key, Write};

type Rows = Vec<(Key, DateTime<Utc>)>;

fn lease(until: DateTime<Utc>) -> Lease {
    Lease { until, limit: 9 }
}

/// What is leased, and what `next` says.
async fn due(
    hand: Hand<'_>,
    now: DateTime<Utc>,
    lease: Lease,
) -> Verdict<(Rows, Option<DateTime<Utc>>)> {
    let due = hand.due(now, lease).await?;
    Ok((rows(&due), due.next))
}

/// One more event on a ticket, after which it wakes then.
async fn set(hand: Hand<'_>, n: u128, from: u64, wake: Option<DateTime<Utc>>) -> Verdict {
    let write = Write { next_wake: wake, ..hand.write(ticket(n), from, 1)? };
    hand.commit(parts(vec![write])).await?;
    Ok(())
}

pub(super) async fn what_is_due_comes_earliest_first(hand: Hand<'_>) -> Verdict {
    // In an order that is neither that of the ids nor that of the commits.
    for (n, hour) in [(5, 3), (2, 1), (9, 2), (1, 9)] {
        hand.given_wake(ticket(n), at(hour)).await?;
    }
    hand.given(&[(ticket(7), 0)]).await?;
    let found = due(hand, at(3), lease(at(20))).await?;
    let expected = vec![(ticket(2), at(1)), (ticket(9), at(2)), (ticket(5), at(3))];
    same("what is due, and the next", found, (expected, Some(at(9))))
}

pub(super) async fn a_wake_is_due_at_its_instant(hand: Hand<'_>) -> Verdict {
    let wake = at(1) + MICRO;
    hand.given_wake(ticket(1), wake).await?;
    let before = due(hand, at(1), lease(at(5))).await?;
    same("a microsecond before", before, (vec![], Some(wake)))?;
    let then = due(hand, wake, lease(at(5))).await?;
    same("at its instant, to the microsecond", then, (vec![(ticket(1), wake)], None))
}

pub(super) async fn what_is_due_is_leased_to_one(hand: Hand<'_>) -> Verdict {
    hand.given_wake(ticket(1), at(1)).await?;
    hand.given_wake(ticket(2), at(2)).await?;
    let first = due(hand, at(1), lease(at(5))).await?;
    same("the first who asks", first, (vec![(ticket(1), at(1))], Some(at(2))))?;
    let second = due(hand, at(2), lease(at(6))).await?;
    same("the second", second, (vec![(ticket(2), at(2))], Some(at(5))))?;
    same("the third", due(hand, at(2), lease(at(7))).await?, (vec![], Some(at(5))))
}

pub(super) async fn a_lease_on_a_wake_ends_at_its_instant(hand: Hand<'_>) -> Verdict {
    hand.given_wake(ticket(1), at(1)).await?;
    due(hand, at(1), lease(at(5))).await?;
    let before = due(hand, at(5) - MICRO, lease(at(9))).await?;
    same("a microsecond before its end", before, (vec![], Some(at(5))))?;
    // What its holder did not finish is anybody's; it is due since when it was.
    let then = due(hand, at(5), lease(at(9))).await?;
    same("at its end", then, (vec![(ticket(1), at(1))], None))?;
    let later = due(hand, at(8), lease(at(19))).await?;
    same("under the second lease", later, (vec![], Some(at(9))))
}

pub(super) async fn a_lease_makes_no_wake_due_sooner(hand: Hand<'_>) -> Verdict {
    hand.given_wake(ticket(1), at(5)).await?;
    hand.given_wake(ticket(2), at(6)).await?;
    // Who leases has a clock that is ahead; the lease ends before the wake.
    let first = due(hand, at(5), lease(at(2))).await?;
    same("leased until before its wake", first, (vec![(ticket(1), at(5))], Some(at(6))))?;
    for now in [at(1), at(2), at(3), at(5) - MICRO] {
        same(format!("due at {now}"), due(hand, now, lease(at(9))).await?, (vec![], Some(at(5))))?;
    }
    let then = due(hand, at(5), lease(at(9))).await?;
    same("at its wake", then, (vec![(ticket(1), at(5))], Some(at(6))))
}

pub(super) async fn a_limit_leaves_the_rest_due(hand: Hand<'_>) -> Verdict {
    let [one, two, three] = [(1, at(1)), (2, at(1) + MICRO), (3, at(2))];
    for (n, wake) in [one, two, three] {
        hand.given_wake(ticket(n), wake).await?;
    }
    let now = at(4);
    let first = due(hand, now, Lease { until: at(5), limit: 1 }).await?;
    same("one of three", first, (vec![(ticket(1), one.1)], Some(two.1)))?;
    let second = due(hand, now, Lease { until: at(6), limit: 1 }).await?;
    same("the next", second, (vec![(ticket(2), two.1)], Some(three.1)))?;
    let third = due(hand, now, Lease { until: at(7), limit: 5 }).await?;
    same("the last", third, (vec![(ticket(3), three.1)], Some(at(5))))
}

pub(super) async fn a_limit_of_zero_only_looks(hand: Hand<'_>) -> Verdict {
    hand.given_wake(ticket(1), at(2)).await?;
    hand.given_wake(ticket(2), at(1)).await?;
    for now in [at(0), at(1), at(9)] {
        let looked = due(hand, now, Lease { until: at(99), limit: 0 }).await?;
        same("a look", looked, (vec![], Some(at(1))))?;
    }
    same("leased after all the looking", due(hand, at(9), lease(at(10))).await?.0.len(), 2)
}

pub(super) async fn next_is_the_earliest_of_all_the_others(hand: Hand<'_>) -> Verdict {
    hand.given_wake(ticket(1), at(1)).await?;
    hand.given_wake(ticket(2), at(8)).await?;
    same("leased, not next", due(hand, at(1), lease(at(5))).await?.1, Some(at(8)))?;
    same("the end of a lease", due(hand, at(2), lease(at(9))).await?.1, Some(at(5)))?;
    hand.given_wake(ticket(3), at(4)).await?;
    same("a new wake", due(hand, at(2), lease(at(9))).await?.1, Some(at(4)))?;
    hand.given_wake(ticket(4), at(-7)).await?;
    let look = Lease { until: at(9), limit: 0 };
    same("one that is overdue", due(hand, at(2), look).await?.1, Some(at(-7)))
}

pub(super) async fn a_commit_sets_the_next_wake(hand: Hand<'_>) -> Verdict {
    set(hand, 1, 0, Some(at(3))).await?;
    set(hand, 1, 1, Some(at(1))).await?;
    same("earlier", due(hand, at(0), lease(at(9))).await?.1, Some(at(1)))?;
    set(hand, 1, 2, Some(at(6))).await?;
    same("later", due(hand, at(5), lease(at(9))).await?, (vec![], Some(at(6))))?;
    set(hand, 1, 3, None).await?;
    same("never", due(hand, at(9), lease(at(10))).await?, (vec![], None))?;
    set(hand, 1, 4, Some(at(7))).await?;
    same("again", due(hand, at(7), lease(at(9))).await?, (vec![(ticket(1), at(7))], None))
}

pub(super) async fn a_commit_ends_the_lease_on_a_wake(hand: Hand<'_>) -> Verdict {
    for (n, after) in [(1, at(1)), (2, at(2)), (3, at(50))] {
        hand.given_wake(ticket(n), at(1)).await?;
        due(hand, at(1), lease(at(50))).await?;
        // To the same instant, to a later one, and to the end of the lease.
        set(hand, n, 1, Some(after)).await?;
        let (found, _) = due(hand, after, lease(after + TimeDelta::days(99))).await?;
        same(format!("set anew to {after}"), found, [(ticket(n), after)])?;
    }
    // Guarded is not written: the lease of such a record goes on.
    hand.given_wake(ticket(4), at(51)).await?;
    due(hand, at(51), lease(at(60))).await?;
    let guards = vec![guard(ticket(4), 1)];
    let write = hand.write(ticket(5), 0, 1)?;
    hand.commit(CommitParts { guards, ..parts(vec![write]) }).await?;
    same("of a guarded record", due(hand, at(59), lease(at(99))).await?.0, [])
}

pub(super) async fn a_refused_commit_leaves_wakes_and_leases(hand: Hand<'_>) -> Verdict {
    hand.given_wake(ticket(1), at(1)).await?;
    due(hand, at(1), lease(at(5))).await?;
    let write = Write { next_wake: Some(at(2)), ..hand.write(ticket(1), 1, 1)? };
    let refused = CommitParts { guards: vec![guard(ticket(2), 1)], ..parts(vec![write]) };
    hand.stale(refused, (ticket(2), 1, 0)).await?;
    same("under the lease", due(hand, at(4), lease(at(9))).await?, (vec![], Some(at(5))))?;
    same("after it", due(hand, at(5), lease(at(9))).await?.0, [(ticket(1), at(1))])
}

pub(super) async fn what_is_due_is_one_desks_or_everybodys(hand: Hand<'_>) -> Verdict {
    let there = elsewhere(ticket(1));
    hand.given_wake(ticket(1), at(2)).await?;
    hand.given_wake(there, at(1)).await?;
    let ask = async |scope, limit| {
        let due = hand.store().due(scope, at(3), Lease { until: at(4), limit }).await?;
        Verdict::Ok((rows(&due), due.next))
    };
    same("a look at all", ask(Scope::All, 0).await?, (vec![], Some(at(1))))?;
    same("a look here", ask(Scope::One(DESK), 0).await?, (vec![], Some(at(2))))?;
    same("here", ask(Scope::One(DESK), 9).await?, (vec![(ticket(1), at(2))], None))?;
    same("all", ask(Scope::All, 9).await?, (vec![(there, at(1))], Some(at(4))))?;
    same("elsewhere", ask(Scope::One(ELSEWHERE), 9).await?, (vec![], Some(at(4))))
}
