//! What a commit rests on is checked; it is made as a whole, or not at all.

use crate::conformance::hand::{
    ANNA, BEN, DESK, Hand, MARIA, agent, at, command, email, guard, lift, notice, once, parts,
    rows, ticket,
};
use crate::conformance::law::{Fault, Verdict, same, unless};
use crate::store::{CommitError, CommitParts, Lease};
use crate::{
    Counter, CounterChange, Key, KeyChange, Requester, Revision, TicketNumber, UniqueKey, Write,
};

pub(super) async fn a_new_record_never_replaces(hand: Hand<'_>) -> Verdict {
    for key in [ticket(1), agent(ANNA), Key::settings(DESK)] {
        hand.given(&[(key, 0)]).await?;
        hand.stale(parts(vec![hand.write(key, 0, 2)?]), (key, 0, 1)).await?;
        hand.given(&[(key, 1)]).await?;
        hand.stale(parts(vec![hand.write(key, 0, 1)?]), (key, 0, 2)).await?;
    }
    Ok(())
}

pub(super) async fn a_write_at_another_revision_is_stale(hand: Hand<'_>) -> Verdict {
    let key = ticket(1);
    hand.given(&[(key, 0)]).await?;
    hand.stale(parts(vec![hand.write(key, 2, 1)?]), (key, 2, 1)).await?;
    hand.commit(parts(vec![hand.write(key, 1, 2)?])).await?;
    for expected in [1, 2, 4] {
        hand.stale(parts(vec![hand.write(key, expected, 1)?]), (key, expected, 3)).await?;
    }
    hand.given(&[(key, 3)]).await?;
    Ok(())
}

pub(super) async fn a_record_that_is_not_there_is_at_revision_zero(hand: Hand<'_>) -> Verdict {
    hand.given(&[(ticket(1), 0)]).await?;
    for key in [ticket(2), agent(BEN), Key { kind: agent(ANNA).kind, ..ticket(1) }] {
        hand.stale(parts(vec![hand.write(key, 1, 1)?]), (key, 1, 0)).await?;
    }
    Ok(())
}

pub(super) async fn a_guard_on_a_record_that_moved_is_stale(hand: Hand<'_>) -> Verdict {
    let anna = agent(ANNA);
    hand.given(&[(anna, 0)]).await?;
    hand.given(&[(anna, 1)]).await?;
    let guarded =
        |guards| Verdict::Ok(CommitParts { guards, ..parts(vec![hand.write(ticket(1), 0, 1)?]) });
    for expected in [1, 3] {
        hand.stale(guarded(vec![guard(anna, expected)])?, (anna, expected, 2)).await?;
    }
    hand.stale(guarded(vec![guard(anna, 2), guard(agent(BEN), 1)])?, (agent(BEN), 1, 0)).await
}

pub(super) async fn a_guard_at_zero_demands_that_there_is_no_record(hand: Hand<'_>) -> Verdict {
    let guards = || vec![guard(agent(ANNA), 0)];
    let write = hand.write(ticket(1), 0, 1)?;
    hand.commit(CommitParts { guards: guards(), ..parts(vec![write]) }).await?;
    same("a record that was only guarded", hand.record(agent(ANNA)).await?, None)?;
    hand.given(&[(agent(ANNA), 0)]).await?;
    let write = hand.write(ticket(1), 1, 1)?;
    let refused = CommitParts { guards: guards(), ..parts(vec![write]) };
    hand.stale(refused, (agent(ANNA), 0, 1)).await
}

pub(super) async fn a_guard_that_holds_lets_the_commit_through_unwritten(
    hand: Hand<'_>,
) -> Verdict {
    let anna = agent(ANNA);
    hand.given(&[(anna, 0)]).await?;
    let before = hand.record(anna).await?;
    for from in 0..2 {
        let guards = vec![guard(anna, 1)];
        let write = hand.write(ticket(1), from, 1)?;
        let receipt = hand.commit(CommitParts { guards, ..parts(vec![write]) }).await?;
        same("records that the commit touched", receipt.touched.len(), 1)?;
        same("the guarded record", hand.record(anna).await?, before.clone())?;
    }
    same("its history", hand.store().history(anna, Revision::ZERO, 9).await?.len(), 1)
}

/// A commit that has one of everything: two tickets and an agent, new; a key, two counters, two
/// notices, a command, a wake.
fn one_of_everything(hand: Hand<'_>) -> Verdict<CommitParts> {
    let waking = Write { next_wake: Some(at(1)), ..hand.write(ticket(1), 0, 2)? };
    Ok(CommitParts {
        keys: vec![KeyChange::Take(email("anna@example.com"), agent(ANNA))],
        counters: vec![
            lift(ANNA, 2, Some(2)),
            CounterChange { counter: Counter::Queued(None), delta: -1, ceiling: None },
        ],
        notices: vec![notice(ticket(1), 2, 0), notice(ticket(2), 1, 0)],
        receipt: once(1, 7),
        ..parts(vec![waking, hand.write(ticket(2), 0, 1)?, hand.write(agent(ANNA), 0, 1)?])
    })
}

pub(super) async fn what_a_commit_says_is_there_when_it_returns(hand: Hand<'_>) -> Verdict {
    let parts = one_of_everything(hand)?;
    let notices = parts.notices.clone();
    let receipt = hand.commit(parts).await?;
    for (key, revision) in [(ticket(1), 2), (ticket(2), 1), (agent(ANNA), 1)] {
        let record = hand.record(key).await?;
        same(format!("where {key} is"), record.map(|it| it.revision.0), Some(revision))?;
        let history = hand.store().history(key, Revision::ZERO, 9).await?;
        same(format!("events of {key}"), history.len() as u64, revision)?;
    }
    let owner = hand.owner(DESK, email("anna@example.com")).await?;
    same("the owner of the key", owner, Some(agent(ANNA)))?;
    same("one counter", hand.counter(DESK, Counter::Load(ANNA)).await?, 2)?;
    same("the other", hand.counter(DESK, Counter::Queued(None)).await?, -1)?;
    same("the receipt", hand.store().receipt(DESK, command(1)).await?, Some(receipt))?;
    same("entries of a scan", hand.store().scan(DESK, 0, 9).await?.len(), 3)?;
    let due = hand.due(at(1), Lease { until: at(2), limit: 9 }).await?;
    same("what is due", rows(&due), [(ticket(1), at(1))])?;
    same("notices", hand.outbox(DESK).await?, notices)
}

pub(super) async fn one_stale_record_lets_nothing_in(hand: Hand<'_>) -> Verdict {
    hand.given(&[(ticket(3), 0)]).await?;
    let mut refused = one_of_everything(hand)?;
    // The last of those that are written: all the others come first.
    refused.writes.push(hand.write(ticket(3), 4, 1)?);
    hand.stale(refused, (ticket(3), 4, 1)).await?;
    same("notices", hand.outbox(DESK).await?, [])?;
    let due = hand.due(at(9), Lease { until: at(10), limit: 9 }).await?;
    same("what is due", (rows(&due), due.next), (vec![], None))
}

pub(super) async fn a_refused_commit_changes_nothing(hand: Hand<'_>) -> Verdict {
    let first = one_of_everything(hand)?;
    let notices = first.notices.clone();
    hand.commit(first).await?;
    // Each is right but for one thing.
    let right = |receipt: u128| {
        Verdict::Ok(CommitParts {
            keys: vec![
                KeyChange::Release(email("anna@example.com"), agent(ANNA)),
                KeyChange::Take(email("ben@example.com"), agent(BEN)),
            ],
            counters: vec![lift(ANNA, -1, None), lift(BEN, 1, Some(5))],
            notices: vec![notice(ticket(1), 3, 0), notice(ticket(4), 1, 0)],
            receipt: once(receipt, 9),
            ..parts(vec![
                Write { next_wake: None, ..hand.write(ticket(1), 2, 1)? },
                Write { next_wake: Some(at(0)), ..hand.write(ticket(4), 0, 1)? },
                hand.write(agent(ANNA), 1, 1)?,
                hand.write(agent(BEN), 0, 1)?,
            ])
        })
    };
    let seen = hand.refused(right(1)?).await?;
    unless(format!("not seen: {seen}"), !matches!(seen, CommitError::Seen(_)))?;
    hand.stale(CommitParts { guards: vec![guard(ticket(2), 9)], ..right(2)? }, (ticket(2), 9, 1))
        .await?;
    let mut taken = right(2)?;
    taken.keys = vec![
        KeyChange::Take(email("ben@example.com"), agent(BEN)),
        KeyChange::Take(email("anna@example.com"), agent(BEN)),
    ];
    hand.taken(taken, (email("anna@example.com"), agent(ANNA))).await?;
    let mut over = right(2)?;
    over.counters.push(lift(ANNA, 2, Some(2)));
    hand.over(over, (Counter::Load(ANNA), 2, 2)).await?;
    let due = hand.due(at(1), Lease { until: at(2), limit: 9 }).await?;
    same("what is due", (rows(&due), due.next), (vec![(ticket(1), at(1))], None))?;
    same("notices", hand.outbox(DESK).await?, notices)
}

pub(super) async fn checks_come_in_their_order(hand: Hand<'_>) -> Verdict {
    let first = one_of_everything(hand)?;
    let receipt = hand.commit(first).await?;
    let (mail, ben) = (email("anna@example.com"), agent(BEN));
    let mut wrong = CommitParts {
        keys: vec![KeyChange::Take(mail.clone(), ben)],
        counters: vec![lift(ANNA, 1, Some(2))],
        guards: vec![guard(agent(ANNA), 5)],
        receipt: once(1, 0),
        ..parts(vec![hand.write(ben, 0, 1)?])
    };
    hand.seen(wrong.clone(), &receipt).await?;
    wrong.receipt = once(2, 0);
    hand.stale(wrong.clone(), (agent(ANNA), 5, 1)).await?;
    wrong.guards.clear();
    hand.taken(wrong.clone(), (mail, agent(ANNA))).await?;
    wrong.keys.clear();
    hand.over(wrong.clone(), (Counter::Load(ANNA), 2, 2)).await?;
    wrong.counters.clear();
    hand.commit(wrong).await?;
    Ok(())
}

pub(super) async fn a_commit_of_many_records_writes_each(hand: Hand<'_>) -> Verdict {
    let keys: Vec<Key> = (1..=40).map(ticket).collect();
    let opened: Vec<(Key, u64)> = keys.iter().map(|key| (*key, 0)).collect();
    let receipt = hand.given(&opened).await?;
    let touched: Vec<Key> = receipt.touched.iter().map(|one| one.key).collect();
    same("what was touched", &touched, &keys)?;
    let numbers = receipt.touched.iter().filter_map(|one| one.number);
    unless("numbers of one commit do not increase", !numbers.is_sorted_by(|a, b| a < b))?;
    for key in keys {
        let Some(record) = hand.record(key).await? else {
            return Err(Fault(format!("{key} was committed and is not there")));
        };
        let requester = record.ticket().map(|ticket| ticket.requester());
        same("who asks", requester, Some(Requester::Contact(MARIA)))?;
        let number = record.number.unwrap_or(TicketNumber(0));
        same("whose number", hand.owner(DESK, UniqueKey::Number(number)).await?, Some(key))?;
    }
    Ok(())
}
