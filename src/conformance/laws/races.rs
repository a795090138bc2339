//! Races: whatever happens at once, there is one winner, and nothing is counted twice.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::conformance::hand::{
    ANNA, DESK, Hand, agent, at, email, guard, lift, notice, once, parts, ticket, told,
};
use crate::conformance::law::{Fault, Verdict, same, unless};
use crate::conformance::poll::{given_up, turn};
use crate::store::{CommitError, CommitParts, Lease, Roster, Settlement, Wanted};
use crate::{AgentId, Counter, KeyChange, Revision, TicketNumber};

const RACERS: usize = 8;
const ROUNDS: u64 = 50;

/// What each racer brought home; fails where one did.
fn all<T>(brought: Vec<Verdict<T>>) -> Verdict<Vec<T>> {
    brought.into_iter().collect()
}

/// Whether a commit was made; a conflict is no fault.
fn won<T>(made: Result<T, CommitError>) -> Verdict<bool> {
    match made {
        Ok(_) => Ok(true),
        Err(error) if error.is_conflict() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn winners(won: &[bool]) -> usize {
    won.iter().filter(|won| **won).count()
}

pub(super) async fn one_writer_wins_each_round(hand: Hand<'_>) -> Verdict {
    let key = ticket(1);
    for round in 0..ROUNDS {
        let write = hand.write(key, round, 1)?;
        let won = all(hand
            .race(RACERS, |hand, _| {
                let write = write.clone();
                async move {
                    turn().await;
                    won(hand.commit(parts(vec![write])).await)
                }
            })
            .await)?;
        same(format!("winners of round {round}"), winners(&won), 1)?;
    }
    let history = hand.store().history(key, Revision::ZERO, usize::MAX).await?;
    let revisions = history.iter().map(|event| event.revision.0);
    unless("the history has gaps or doubles", !revisions.eq(1..=ROUNDS))?;
    same("the scan's length", hand.store().scan(DESK, 0, usize::MAX).await?.len() as u64, ROUNDS)
}

pub(super) async fn of_two_that_guard_each_other_one_wins(hand: Hand<'_>) -> Verdict {
    let keys = [agent(ANNA), ticket(1)];
    hand.given(&keys.map(|key| (key, 0))).await?;
    let (mut annas, mut tickets) = (1, 1);
    for round in 0..ROUNDS {
        let [anna, ticket] = keys;
        let writes = [hand.write(anna, annas, 1)?, hand.write(ticket, tickets, 1)?];
        let guards = [guard(ticket, tickets), guard(anna, annas)];
        let won = all(hand
            .race(2, |hand, racer| {
                let [first, second] = writes.clone();
                let write = if racer == 0 { first } else { second };
                let guards = guards.into_iter().filter(|guard| guard.key != write.key).collect();
                async move {
                    turn().await;
                    won(hand.commit(CommitParts { guards, ..parts(vec![write]) }).await)
                }
            })
            .await)?;
        same(format!("winners of round {round}"), winners(&won), 1)?;
        let first = won.first().copied().unwrap_or(false);
        annas += u64::from(first);
        tickets += u64::from(!first);
    }
    Ok(())
}

pub(super) async fn of_two_that_rule_each_other_out_one_wins(hand: Hand<'_>) -> Verdict {
    for round in 1..=ROUNDS {
        let keys = [agent(AgentId::from_u128(u128::from(round))), ticket(u128::from(round))];
        let won = all(hand
            .race(2, |hand, racer| async move {
                let [first, second] = keys;
                let (made, missing) = if racer == 0 { (first, second) } else { (second, first) };
                let (writes, guards) = (vec![hand.write(made, 0, 1)?], vec![guard(missing, 0)]);
                turn().await;
                won(hand.commit(CommitParts { guards, ..parts(writes) }).await)
            })
            .await)?;
        same(format!("winners of round {round}"), winners(&won), 1)?;
        for (key, won) in keys.into_iter().zip(won) {
            same(format!("whether {key} is there"), hand.record(key).await?.is_some(), won)?;
        }
    }
    Ok(())
}

/// Says that there is an end, however it came.
struct Ended<'a>(&'a AtomicBool);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

pub(super) async fn what_is_loaded_is_of_one_instant(hand: Hand<'_>) -> Verdict {
    let keys = [ticket(1), agent(ANNA), ticket(2)];
    let step = async |hand: Hand<'_>, from| {
        let writes = keys.iter().map(|key| hand.write(*key, from, 1)).collect::<Verdict<_>>()?;
        let counters = vec![lift(ANNA, 1, None)];
        hand.commit(CommitParts { counters, ..parts(writes) }).await?;
        Verdict::Ok(())
    };
    step(hand, 0).await?;
    let ended = AtomicBool::new(false);
    let (ended, step) = (&ended, &step);
    all(hand
        .race(4, |hand, racer| async move {
            if racer == 0 {
                let _ended = Ended(ended);
                for from in 1..ROUNDS {
                    turn().await;
                    step(hand, from).await?;
                }
                return Ok(());
            }
            while !ended.load(Ordering::Relaxed) {
                turn().await;
                let counters = vec![Counter::Load(ANNA)];
                let roster = Some(Roster::Everybody);
                let wanted = Wanted { counters, roster, ..Wanted::records(keys) };
                let found = hand.store().load(DESK, wanted).await?;
                let records = found.records.iter().flatten().map(|it| it.revision.0);
                let rostered = found.roster.records.iter().map(|it| it.revision.0);
                let loads = found.roster.tallies.iter().map(|it| it.load).chain(found.counters);
                let loads = loads.map(i64::unsigned_abs);
                let seen: Vec<u64> = records.chain(rostered).chain(loads).collect();
                let apart = seen.iter().any(|one| seen.first() != Some(one)) || seen.len() != 6;
                unless(format!("of several instants: {seen:?}"), apart)?;
            }
            Ok(())
        })
        .await)?;
    Ok(())
}

pub(super) async fn a_ceiling_holds_under_many_writers(hand: Hand<'_>) -> Verdict {
    const CEILING: i64 = 10;
    for round in 1_u64..=5 {
        let counted = AgentId::from_u128(u128::from(round));
        let owned: i64 = all(hand
            .race(RACERS, |hand, racer| async move {
                let mut owned = 0;
                for n in 0..8 {
                    let id = round * 1_000 + racer * 100 + n;
                    let write = hand.write(ticket(u128::from(id)), 0, 1)?;
                    let counters = vec![lift(counted, 1, Some(CEILING))];
                    turn().await;
                    if won(hand.commit(CommitParts { counters, ..parts(vec![write]) }).await)? {
                        owned += 1;
                    }
                }
                Ok(owned)
            })
            .await)?
        .into_iter()
        .sum();
        same("commits that were let through", owned, CEILING)?;
        same("the counter", hand.counter(DESK, Counter::Load(counted)).await?, CEILING)?;
    }
    Ok(())
}

pub(super) async fn a_key_is_taken_by_one_of_many(hand: Hand<'_>) -> Verdict {
    for round in 0..10 {
        let mail = email(&format!("{round}@example.com"));
        let won = all(hand
            .race(RACERS, |hand, racer| {
                let mail = mail.clone();
                async move {
                    let key = agent(AgentId::from_u128(u128::from(round * 100 + racer + 1)));
                    let write = hand.write(key, 0, 1)?;
                    let keys = vec![KeyChange::Take(mail, key)];
                    turn().await;
                    won(hand.commit(CommitParts { keys, ..parts(vec![write]) }).await)
                }
            })
            .await)?;
        same("who got the key", winners(&won), 1)?;
        let owner = hand.owner(DESK, mail.clone()).await?;
        let winner = won
            .iter()
            .position(|won| *won)
            .map(|racer| agent(AgentId::from_u128(u128::from(round) * 100 + racer as u128 + 1)));
        same("who has it", owner, winner)?;
    }
    Ok(())
}

pub(super) async fn a_command_is_carried_out_by_one_of_many(hand: Hand<'_>) -> Verdict {
    for round in 0..10 {
        let came = all(hand
            .race(RACERS, |hand, racer| async move {
                // Each on a record of its own: only the command can meet.
                let write = hand.write(ticket(u128::from(round * 100 + racer + 1)), 0, 1)?;
                let receipt = once(u128::from(round) + 1, 7);
                turn().await;
                match hand.commit(CommitParts { receipt, ..parts(vec![write]) }).await {
                    Ok(receipt) => Ok((true, receipt)),
                    Err(CommitError::Seen(receipt)) => Ok((false, *receipt)),
                    Err(error) => Err(Fault::from(error)),
                }
            })
            .await)?;
        same("who carried it out", came.iter().filter(|(won, _)| *won).count(), 1)?;
        let first = came.first().map(|(_, receipt)| receipt);
        let same_receipt = came.iter().all(|(_, receipt)| Some(receipt) == first);
        unless("there are two receipts of one command", !same_receipt)?;
    }
    Ok(())
}

pub(super) async fn numbers_are_unique_under_many_openers(hand: Hand<'_>) -> Verdict {
    let numbers = all(hand
        .race(RACERS, |hand, racer| async move {
            let mut numbers: Vec<TicketNumber> = Vec::new();
            for n in 0..10 {
                let key = ticket(u128::from(racer * 100 + n + 1));
                turn().await;
                let receipt = hand.given(&[(key, 0)]).await?;
                numbers.extend(receipt.touched.iter().filter_map(|one| one.number));
            }
            Ok(numbers)
        })
        .await)?;
    let sorted = numbers.iter().all(|own| own.is_sorted_by(|a, b| a < b));
    unless("a later ticket has a smaller number", !sorted)?;
    let mut every: Vec<TicketNumber> = numbers.into_iter().flatten().collect();
    every.sort_unstable();
    every.dedup();
    same("numbers, each once", every.len(), RACERS * 10)?;
    let entries = hand.store().scan(DESK, 0, usize::MAX).await?;
    let mut places: Vec<u64> = entries.iter().map(|entry| entry.seq).collect();
    places.dedup();
    unless("a scan is not in order", !places.is_sorted())?;
    same("places, each once", places.len(), RACERS * 10)
}

pub(super) async fn what_is_due_is_leased_by_one_of_many(hand: Hand<'_>) -> Verdict {
    for n in 1..=10 {
        hand.given_wake(ticket(n), at(1)).await?;
    }
    for round in 0..10 {
        // Each round begins where the leases of the last one end.
        let (now, until) = (at(2 + round), at(3 + round));
        let mut leased: Vec<_> = all(hand
            .race(RACERS, |hand, _| async move {
                let mut leased = Vec::new();
                loop {
                    turn().await;
                    let due = hand.due(now, Lease { until, limit: 1 }).await?;
                    let Some(row) = due.rows.first() else { return Ok(leased) };
                    leased.push(row.key);
                    unless("leases without end", leased.len() > 100)?;
                }
            })
            .await)?
        .into_iter()
        .flatten()
        .collect();
        leased.sort_unstable();
        same("leased, each to one", leased, (1..=10).map(ticket).collect::<Vec<_>>())?;
    }
    Ok(())
}

pub(super) async fn a_notice_is_claimed_by_one_of_many(hand: Hand<'_>) -> Verdict {
    for n in 1..=10 {
        hand.given_notices(ticket(n), 4).await?;
    }
    // First each claims and holds what it got: however the racers come, no two have the same.
    let held = all(hand
        .race(RACERS, |hand, _| async move {
            turn().await;
            hand.claim(at(1), Lease { until: at(2), limit: 1 }).await
        })
        .await)?
    .concat();
    let distinct: BTreeSet<_> = held.iter().map(|one| one.notice.id).collect();
    same("notices under two leases", held.len() - distinct.len(), 0)?;
    let first = held.len();
    for one in held {
        let settled = hand.store().settle(one.token, Settlement::Delivered).await?;
        unless("a claim under lease does not settle", !settled)?;
    }
    let mut delivered: Vec<_> = all(hand
        .race(RACERS, |hand, _| async move {
            let mut delivered = Vec::new();
            loop {
                turn().await;
                let claimed = hand.claim(at(1), Lease { until: at(2), limit: 1 }).await?;
                let Some(one) = claimed.first() else { return Ok(delivered) };
                delivered.push(one.notice.id);
                unless("claims without end", delivered.len() > 200)?;
                turn().await;
                let settled = hand.store().settle(one.token, Settlement::Delivered).await?;
                unless("a claim under lease does not settle", !settled)?;
            }
        })
        .await)?
    .into_iter()
    .flatten()
    .collect();
    delivered.sort_unstable();
    let before = delivered.len();
    delivered.dedup();
    same("notices that came twice", before - delivered.len(), 0)?;
    // Who finds nothing to claim stops, though a later notice may yet come free.
    let left = hand.outbox(DESK).await?.len();
    same("notices in all", first + delivered.len() + left, 40)
}

pub(super) async fn a_token_settles_for_one_of_many(hand: Hand<'_>) -> Verdict {
    for round in 1..=10 {
        hand.given_notices(ticket(round), 3).await?;
        for index in 0..3 {
            let one = hand.claim_one(at(1)).await?;
            same("claimed", one.notice.id, notice(ticket(round), 1, index).id)?;
            let settled = all(hand
                .race(RACERS, |hand, _| async move {
                    turn().await;
                    Ok(hand.store().settle(one.token, Settlement::Delivered).await?)
                })
                .await)?;
            same("who settled it", winners(&settled), 1)?;
        }
    }
    Ok(())
}

pub(super) async fn a_lapsed_lease_settles_or_is_claimed_again(hand: Hand<'_>) -> Verdict {
    for round in 1..=u128::from(ROUNDS) {
        hand.given_notices(ticket(round), 2).await?;
        let old = hand.claim_one(at(1)).await?.token;
        let mut came = all(hand
            .race(2, |hand, racer| async move {
                turn().await;
                if racer == 0 {
                    let settled = hand.store().settle(old, Settlement::Delivered).await?;
                    return Ok((settled, Vec::new()));
                }
                Ok((false, hand.claim(at(2), Lease { until: at(3), limit: 1 }).await?))
            })
            .await)?;
        let settled = came.iter().any(|(settled, _)| *settled);
        let claimed = came.pop().map_or(Vec::new(), |(_, claimed)| claimed);
        let [first, second] = [0, 1].map(|index| notice(ticket(round), 1, index).id);
        // Who claims while the other settles may find nothing yet.
        let right = match *told(&claimed) {
            [] => settled,
            [one] => one == if settled { second } else { first },
            _ => false,
        };
        unless(format!("settled: {settled}, and claimed: {:?}", told(&claimed)), !right)?;
        let mut gone = usize::from(settled);
        for one in claimed {
            let settled = hand.store().settle(one.token, Settlement::Delivered).await?;
            same("the new lease settles", settled, true)?;
            gone += 1;
        }
        same("what is left", hand.outbox(DESK).await?.len(), 2 - gone)?;
    }
    Ok(())
}

pub(super) async fn a_commit_that_is_given_up_is_whole_or_not_there(hand: Hand<'_>) -> Verdict {
    // Asked so often, at whatever the store waits for by then.
    for asked in 0..12 {
        let id = 10 * asked as u128;
        let keys = [agent(AgentId::from_u128(id + 1)), ticket(id + 1), ticket(id + 2)];
        let writes = keys.iter().map(|key| hand.write(*key, 0, 1));
        let counters = vec![lift(AgentId::from_u128(id + 1), 1, None)];
        let commit = CommitParts { counters, ..parts(writes.collect::<Verdict<_>>()?) };
        let came = given_up(hand.commit(commit), asked).await;
        // It may yet be made; but what is loaded is of one instant.
        for _ in 0..20 {
            let counters = vec![Counter::Load(AgentId::from_u128(id + 1))];
            let wanted = Wanted { counters, ..Wanted::records(keys) };
            let found = hand.store().load(DESK, wanted).await?;
            let there = found.records.iter().flatten().count();
            unless(
                format!("{there} of 3 records are there, and the counter is {:?}", found.counters),
                (there, &*found.counters) != (0, &[0]) && (there, &*found.counters) != (3, &[1]),
            )?;
            unless("it was made, and is not there", matches!(came, Some(Ok(_))) && there == 0)?;
            turn().await;
        }
    }
    Ok(())
}
