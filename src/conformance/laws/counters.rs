//! Counters: sums of what commits changed, under ceilings that hold exactly.

use crate::conformance::hand::{
    ANNA, BEN, DESK, ELSEWHERE, Hand, elsewhere, guard, lift, parts, ticket,
};
use crate::conformance::law::{Verdict, same};
use crate::store::{CommitParts, Wanted};
use crate::{Counter, CounterChange};

/// A new ticket, with these changes.
fn changes(hand: Hand<'_>, n: u128, counters: &[CounterChange]) -> Verdict<CommitParts> {
    let write = hand.write(ticket(n), 0, 1)?;
    Ok(CommitParts { counters: counters.to_vec(), ..parts(vec![write]) })
}

async fn load_is(hand: Hand<'_>, value: i64) -> Verdict {
    same("the counter", hand.counter(DESK, Counter::Load(ANNA)).await?, value)
}

pub(super) async fn a_counter_is_the_sum_of_its_changes(hand: Hand<'_>) -> Verdict {
    let mut sum = 0;
    for (n, delta) in (1..).zip([1, 1, 5, -3, -9, 0, 2, 1 << 40]) {
        hand.commit(changes(hand, n, &[lift(ANNA, delta, None)])?).await?;
        sum += delta;
        load_is(hand, sum).await?;
    }
    Ok(())
}

pub(super) async fn a_ceiling_holds_exactly(hand: Hand<'_>) -> Verdict {
    let up = |by| [lift(ANNA, by, Some(3))];
    hand.over(changes(hand, 1, &up(4))?, (Counter::Load(ANNA), 0, 3)).await?;
    hand.commit(changes(hand, 1, &up(2))?).await?;
    hand.over(changes(hand, 2, &up(2))?, (Counter::Load(ANNA), 2, 3)).await?;
    hand.commit(changes(hand, 2, &up(1))?).await?;
    hand.over(changes(hand, 3, &up(1))?, (Counter::Load(ANNA), 3, 3)).await?;
    load_is(hand, 3).await?;
    // The ceiling is the change's, not the counter's.
    hand.commit(changes(hand, 3, &[lift(ANNA, 1, Some(4))])?).await?;
    hand.commit(changes(hand, 4, &[lift(ANNA, 5, None)])?).await?;
    load_is(hand, 9).await
}

pub(super) async fn changes_of_one_counter_count_together(hand: Hand<'_>) -> Verdict {
    let change = lift(ANNA, 1, Some(1));
    let over = (Counter::Load(ANNA), 0, 1);
    hand.over(changes(hand, 1, &[change.clone(), change.clone()])?, over).await?;
    // In the order in which they stand: down first makes room.
    hand.commit(changes(hand, 1, &[lift(ANNA, -1, None), change.clone(), change])?).await?;
    load_is(hand, 1).await?;
    // Another counter between them changes nothing.
    let apart = [lift(ANNA, 1, Some(3)), lift(BEN, 7, None), lift(ANNA, 1, Some(3))];
    hand.commit(changes(hand, 2, &apart)?).await?;
    load_is(hand, 3).await
}

pub(super) async fn a_counter_above_its_ceiling_may_fall(hand: Hand<'_>) -> Verdict {
    hand.commit(changes(hand, 1, &[lift(ANNA, 5, None)])?).await?;
    hand.commit(changes(hand, 2, &[lift(ANNA, -1, Some(2))])?).await?;
    hand.commit(changes(hand, 3, &[lift(ANNA, 0, Some(2))])?).await?;
    load_is(hand, 4).await?;
    hand.over(changes(hand, 4, &[lift(ANNA, 1, Some(2))])?, (Counter::Load(ANNA), 4, 2)).await
}

pub(super) async fn counters_are_told_apart(hand: Hand<'_>) -> Verdict {
    let counters = [
        Counter::Load(ANNA),
        Counter::Load(BEN),
        Counter::Unfinished(None),
        Counter::Unfinished(Some("support".into())),
        Counter::Unfinished(Some("none".into())),
        Counter::Queued(None),
        Counter::Queued(Some("support".into())),
        Counter::Queued(Some("Support".into())),
        Counter::Queued(Some("support desk".into())),
        Counter::Open(ANNA, "email".into()),
        Counter::Open(ANNA, "social:mastodon".into()),
        Counter::Open(ANNA, "social".into()),
        Counter::Open(BEN, "email".into()),
        Counter::Given(ANNA),
        Counter::Freed(ANNA),
    ];
    let changed: Vec<CounterChange> = (1..)
        .zip(&counters)
        .map(|(delta, counter)| CounterChange { counter: counter.clone(), delta, ceiling: None })
        .collect();
    hand.commit(changes(hand, 1, &changed)?).await?;
    let wanted = || Wanted::counters(counters.clone());
    let found = hand.store().load(DESK, wanted()).await?;
    same("counters", found.counters, (1..=15).collect::<Vec<i64>>())?;
    let found = hand.store().load(ELSEWHERE, wanted()).await?;
    same("another desk's", found.counters, [0; 15])?;
    // The same counter there has room of its own.
    let there = hand.write(elsewhere(ticket(1)), 0, 1)?;
    let counters = vec![lift(BEN, 2, Some(2))];
    hand.commit(CommitParts { counters, ..parts(vec![there]) }).await?;
    same("here", hand.counter(DESK, Counter::Load(BEN)).await?, 2)?;
    same("there", hand.counter(ELSEWHERE, Counter::Load(BEN)).await?, 2)
}

pub(super) async fn a_refused_commit_counts_nothing(hand: Hand<'_>) -> Verdict {
    hand.commit(changes(hand, 1, &[lift(ANNA, 1, None)])?).await?;
    let mut stale = changes(hand, 2, &[lift(ANNA, 1, None), lift(BEN, -1, None)])?;
    stale.guards.push(guard(ticket(1), 7));
    hand.stale(stale, (ticket(1), 7, 1)).await?;
    let over = [lift(BEN, -1, None), lift(ANNA, 5, None), lift(ANNA, 1, Some(6))];
    hand.over(changes(hand, 2, &over)?, (Counter::Load(ANNA), 1, 6)).await?;
    load_is(hand, 1).await?;
    same("the other", hand.counter(DESK, Counter::Load(BEN)).await?, 0)
}
