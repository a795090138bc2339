//! Ticket numbers: increasing, each desk's own, and the same wherever a ticket is read.

use crate::conformance::hand::{
    ANNA, DESK, ELSEWHERE, Hand, agent, at, command, elsewhere, guard, notice, once, parts, ticket,
};
use crate::conformance::law::{Verdict, same, unless};
use crate::conformance::laws::find::every_ticket;
use crate::store::{CommitParts, Lease, Receipt};
use crate::{Expected, Key, Revision, TicketNumber, UniqueKey, Write};

fn numbers(receipt: &Receipt) -> Vec<Option<TicketNumber>> {
    receipt.touched.iter().map(|one| one.number).collect()
}

pub(super) async fn numbers_increase_in_the_order_of_commits(hand: Hand<'_>) -> Verdict {
    let mut all = Vec::new();
    // Ids that go down, so that their order is not that of the numbers.
    for n in [9, 7, 8, 3] {
        all.extend(numbers(&hand.given(&[(ticket(n), 0)]).await?));
        // A refused opening may leave a gap, and nothing worse.
        let refused = CommitParts {
            guards: vec![guard(agent(ANNA), 1)],
            ..parts(vec![hand.write(ticket(20 + n), 0, 1)?])
        };
        hand.stale(refused, (agent(ANNA), 1, 0)).await?;
    }
    all.extend(numbers(&hand.given(&[(ticket(1), 0), (ticket(2), 0)]).await?));
    // To expect revision zero is to expect nothing, in other words.
    let expected = Expected::At(Revision::ZERO);
    let write = Write { expected, ..hand.write(ticket(4), 0, 1)? };
    all.extend(numbers(&hand.commit(parts(vec![write])).await?));
    same("the first number", all.first(), Some(&Some(TicketNumber(1))))?;
    unless(format!("not increasing: {all:?}"), !all.is_sorted_by(|a, b| a < b))
}

pub(super) async fn a_number_is_a_unique_key_of_its_ticket(hand: Hand<'_>) -> Verdict {
    for n in 1..=3 {
        hand.given(&[(ticket(n), 0)]).await?;
        // A later commit leaves the number where it is.
        hand.given(&[(ticket(n), 1)]).await?;
    }
    for n in 1..=3 {
        let Some(record) = hand.record(ticket(n)).await? else { continue };
        let number = record.number.unwrap_or(TicketNumber(0));
        same("whose", hand.owner(DESK, UniqueKey::Number(number)).await?, Some(ticket(n)))?;
    }
    for nobodys in [0, 4, u64::MAX] {
        let owner = hand.owner(DESK, UniqueKey::Number(TicketNumber(nobodys))).await?;
        same(format!("whose is {nobodys}"), owner, None)?;
    }
    Ok(())
}

pub(super) async fn only_tickets_have_numbers(hand: Hand<'_>) -> Verdict {
    let settings = Key::settings(DESK);
    let receipt = hand.given(&[(agent(ANNA), 0), (settings, 0)]).await?;
    same("numbers of an agent and of settings", numbers(&receipt), [None, None])?;
    for key in [agent(ANNA), settings] {
        let number = hand.record(key).await?.and_then(|record| record.number);
        same(format!("the number of {key}"), number, None)?;
    }
    let opened = hand.given(&[(ticket(1), 0)]).await?;
    same("the first ticket's", numbers(&opened), [Some(TicketNumber(1))])
}

pub(super) async fn each_desk_counts_its_own_tickets(hand: Hand<'_>) -> Verdict {
    let mut here = Vec::new();
    for n in 1..=3 {
        here.extend(numbers(&hand.given(&[(ticket(n), 0)]).await?));
    }
    let there = hand.given(&[(elsewhere(ticket(5)), 0)]).await?;
    same("the first there", numbers(&there), [Some(TicketNumber(1))])?;
    here.extend(numbers(&hand.given(&[(ticket(4), 0)]).await?));
    unless(format!("not increasing: {here:?}"), !here.is_sorted_by(|a, b| a < b))?;
    let first = UniqueKey::Number(TicketNumber(1));
    same("whose here", hand.owner(DESK, first.clone()).await?, Some(ticket(1)))?;
    same("whose there", hand.owner(ELSEWHERE, first).await?, Some(elsewhere(ticket(5))))
}

pub(super) async fn a_number_is_the_same_wherever_it_is_read(hand: Hand<'_>) -> Verdict {
    hand.given(&[(ticket(7), 0), (ticket(8), 0)]).await?;
    let opening = CommitParts {
        notices: vec![notice(ticket(3), 1, 0)],
        receipt: once(1, 0),
        ..parts(vec![hand.write(ticket(3), 0, 1)?])
    };
    let opened = hand.commit(opening).await?;
    let [number] = *numbers(&opened) else { return same("touched", opened.touched, []) };
    unless("an opened ticket has no number", number.is_none())?;
    let later = hand.given(&[(ticket(3), 1)]).await?;
    same("a later receipt", numbers(&later), [number])?;
    let kept = hand.store().receipt(DESK, command(1)).await?;
    same("a receipt that is asked for", kept.map(|it| numbers(&it)), Some(vec![number]))?;
    let loaded = hand.record(ticket(3)).await?.and_then(|record| record.number);
    same("the record", loaded, number)?;
    let found = hand.store().find(every_ticket(DESK, None, 9)?).await?;
    let found = found.iter().find(|record| record.key == ticket(3));
    same("a listing", found.and_then(|record| record.number), number)?;
    let entries = hand.store().scan(DESK, 0, 9).await?;
    let scanned = entries.iter().filter(|entry| entry.key == ticket(3)).map(|entry| entry.number);
    same("a scan", scanned.collect::<Vec<_>>(), [number, number])?;
    let claimed = hand.claim(at(1), Lease { until: at(2), limit: 9 }).await?;
    same("a notice", claimed.first().map(|claimed| claimed.number), number)
}
