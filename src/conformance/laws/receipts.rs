//! Receipts: a command is carried out once, and what it did is said for ever.

use crate::conformance::hand::{
    ANNA, DESK, ELSEWHERE, Hand, agent, command, elsewhere, guard, once, parts, ticket,
};
use crate::conformance::law::{Verdict, same, unless};
use crate::store::{CommitParts, NewReceipt, Touched};
use crate::{Key, Revision};

/// One more event on a record, by this command.
fn by(hand: Hand<'_>, key: Key, from: u64, receipt: NewReceipt) -> Verdict<CommitParts> {
    Ok(CommitParts { receipt, ..parts(vec![hand.write(key, from, 1)?]) })
}

pub(super) async fn a_receipt_is_kept(hand: Hand<'_>) -> Verdict {
    let first = hand.commit(by(hand, ticket(1), 0, once(1, u64::MAX))?).await?;
    same("its command", first.command, Some(command(1)))?;
    same("its digest", first.digest, u64::MAX)?;
    let second = hand.commit(by(hand, ticket(1), 1, once(2, 7))?).await?;
    for from in 2..6 {
        hand.given(&[(ticket(1), from)]).await?;
    }
    same("the first", hand.store().receipt(DESK, command(1)).await?, Some(first))?;
    same("the second", hand.store().receipt(DESK, command(2)).await?, Some(second))?;
    same("of no command", hand.store().receipt(DESK, command(3)).await?, None)
}

pub(super) async fn a_receipt_says_what_was_touched(hand: Hand<'_>) -> Verdict {
    hand.commit(parts(vec![hand.write(ticket(2), 0, 2)?])).await?;
    let writes = vec![
        hand.write(ticket(1), 0, 3)?,
        hand.write(ticket(2), 2, 1)?,
        hand.write(agent(ANNA), 0, 1)?,
    ];
    let receipt = hand.commit(CommitParts { receipt: once(1, 0), ..parts(writes) }).await?;
    let [one, two] = [ticket(1), ticket(2)]
        .map(async |key| Verdict::Ok(hand.record(key).await?.and_then(|it| it.number)));
    let touched =
        |key, from, to, number| Touched { key, from: Revision(from), to: Revision(to), number };
    let expected = vec![
        touched(agent(ANNA), 0, 1, None),
        touched(ticket(1), 0, 3, one.await?),
        touched(ticket(2), 2, 3, two.await?),
    ];
    same("what was touched", &receipt.touched, &expected)?;
    let kept = hand.store().receipt(DESK, command(1)).await?;
    same("as it is kept", kept.map(|it| it.touched), Some(expected))
}

pub(super) async fn a_command_is_carried_out_once(hand: Hand<'_>) -> Verdict {
    let first = hand.commit(by(hand, ticket(1), 0, once(1, 7))?).await?;
    // Again, later, as something else, and with another digest.
    hand.seen(by(hand, ticket(1), 0, once(1, 7))?, &first).await?;
    hand.given(&[(ticket(1), 1)]).await?;
    hand.seen(by(hand, ticket(1), 2, once(1, 7))?, &first).await?;
    hand.seen(by(hand, ticket(2), 0, once(1, 8))?, &first).await?;
    // Another command is another, whatever its digest.
    hand.commit(by(hand, ticket(2), 0, once(2, 7))?).await?;
    Ok(())
}

pub(super) async fn commands_are_told_apart_by_all_their_bits(hand: Hand<'_>) -> Verdict {
    let ids = [1, 1 << 127, 1 << 64, 1 << 63, u128::from(u64::MAX), u128::MAX, u128::MAX << 64, 0];
    let mut receipts = Vec::new();
    for (from, id) in (0..).zip(ids) {
        same("of a command to come", hand.store().receipt(DESK, command(id)).await?, None)?;
        receipts.push(hand.commit(by(hand, ticket(1), from, once(id, from))?).await?);
    }
    for (id, receipt) in ids.into_iter().zip(receipts) {
        same("a receipt", hand.store().receipt(DESK, command(id)).await?, Some(receipt))?;
    }
    Ok(())
}

pub(super) async fn commits_without_a_command_never_meet(hand: Hand<'_>) -> Verdict {
    for from in 0..3 {
        let receipt = hand.given(&[(ticket(1), from)]).await?;
        same("the command of a commit without one", receipt.command, None)?;
    }
    Ok(())
}

pub(super) async fn a_refused_command_is_not_remembered(hand: Hand<'_>) -> Verdict {
    let mut stale = by(hand, ticket(1), 0, once(1, 7))?;
    stale.guards.push(guard(agent(ANNA), 1));
    hand.stale(stale, (agent(ANNA), 1, 0)).await?;
    same("its receipt", hand.store().receipt(DESK, command(1)).await?, None)?;
    let receipt = hand.commit(by(hand, ticket(1), 0, once(1, 9))?).await?;
    same("the digest of what was carried out", receipt.digest, 9)?;
    same("the receipt", hand.store().receipt(DESK, command(1)).await?, Some(receipt))
}

pub(super) async fn places_increase(hand: Hand<'_>) -> Verdict {
    let mut places = Vec::new();
    for n in 0..6 {
        places.push(hand.given(&[(ticket(1), n)]).await?.seq);
        places.push(hand.commit(by(hand, agent(ANNA), n, once(u128::from(n), 0))?).await?.seq);
        // Neither a refusal nor another desk sets them back.
        hand.stale(by(hand, ticket(2), 9, once(99, 0))?, (ticket(2), 9, 0)).await?;
        hand.given(&[(elsewhere(ticket(1)), n)]).await?;
    }
    // A scan after 0 begins with the first.
    unless("a commit has place 0", places.contains(&0))?;
    unless(format!("not increasing: {places:?}"), !places.is_sorted_by(|a, b| a < b))
}

pub(super) async fn a_command_of_another_desk_is_another(hand: Hand<'_>) -> Verdict {
    let here = hand.commit(by(hand, ticket(1), 0, once(1, 7))?).await?;
    same("there", hand.store().receipt(ELSEWHERE, command(1)).await?, None)?;
    let there = hand.commit(by(hand, elsewhere(ticket(1)), 0, once(1, 8))?).await?;
    same("here", hand.store().receipt(DESK, command(1)).await?, Some(here))?;
    same("there", hand.store().receipt(ELSEWHERE, command(1)).await?, Some(there))
}
