//! Erasures: what they name is gone, and nothing else.

use chrono::{DateTime, Utc};

use crate::conformance::hand::{
    ANNA, DESK, ELSEWHERE, Hand, agent, at, elsewhere, guard, notice, once, parts, ticket, told,
};
use crate::conformance::law::{Verdict, same, unless};
use crate::store::{Claimed, CommitParts, Lease, Settlement};
use crate::{Change, Erasure, Event, Key, Newer, Notice, NoticeId, Revision, Write};

pub(super) fn erasure(key: Key, revisions: &[u64]) -> Erasure {
    Erasure { key, revisions: revisions.iter().copied().map(Revision).collect() }
}

/// One more event on a record that is at this revision, in a commit that erases this.
async fn erase(hand: Hand<'_>, (key, at): (Key, u64), mut erasures: Vec<Erasure>) -> Verdict {
    erasures.sort_unstable_by_key(|erasure| erasure.key);
    hand.commit(CommitParts { erasures, ..parts(vec![hand.write(key, at, 1)?]) }).await?;
    Ok(())
}

/// A record's events as they were committed, so many of them, but for the payloads of these.
pub(super) fn without(hand: Hand<'_>, key: Key, events: u64, erased: &[u64]) -> Vec<Event> {
    let event = |revision| {
        let mut event = hand.kit.event(key, revision);
        if erased.contains(&revision) {
            event.personal = None;
        }
        event
    };
    (1..=events).map(event).collect()
}

/// A record's events, and they are the same in its history, page by page, and in the scan.
pub(super) async fn everywhere(hand: Hand<'_>, key: Key) -> Verdict<Vec<Event>> {
    let history = hand.store().history(key, Revision::ZERO, 99).await?;
    let mut paged = Vec::new();
    while let Some(event) =
        hand.store().history(key, Revision(paged.len() as u64), 1).await?.into_iter().next()
    {
        paged.push(event);
        unless("a history has no end", paged.len() > 99)?;
    }
    same(format!("the pages of {key}"), &paged, &history)?;
    let entries = hand.store().scan(key.desk, 0, usize::MAX).await?;
    let own = entries.iter().filter(|entry| entry.key == key);
    let scanned: Vec<Event> = own.flat_map(|entry| entry.events.to_vec()).collect();
    same(format!("the scan of {key}"), &scanned, &history)?;
    Ok(history)
}

pub(super) async fn what_was_erased_is_in_no_history_and_no_scan(hand: Hand<'_>) -> Verdict {
    // In commits of one event, and of several.
    hand.commit(parts(vec![hand.write(ticket(1), 0, 1)?])).await?;
    hand.commit(parts(vec![hand.write(ticket(1), 1, 3)?])).await?;
    erase(hand, (ticket(1), 4), vec![erasure(ticket(1), &[1, 3])]).await?;
    let found = everywhere(hand, ticket(1)).await?;
    let there: Vec<bool> = found.iter().map(|event| event.personal.is_some()).collect();
    same("which have a payload", there, [false, true, false, true, true])?;
    // And what came later is erased later.
    erase(hand, (ticket(1), 5), vec![erasure(ticket(1), &[2, 5])]).await?;
    let found = everywhere(hand, ticket(1)).await?;
    let there: Vec<bool> = found.iter().map(|event| event.personal.is_some()).collect();
    same("which still have one", there, [false, false, false, true, false, true])
}

pub(super) async fn an_erasure_leaves_facts_and_all_other_events(hand: Hand<'_>) -> Verdict {
    hand.commit(parts(vec![hand.write(ticket(1), 0, 4)?])).await?;
    let commit = CommitParts {
        erasures: vec![erasure(ticket(1), &[2, 4])],
        receipt: once(1, 7),
        ..parts(vec![hand.write(ticket(1), 4, 2)?])
    };
    let receipt = hand.commit(commit).await?;
    let expected = without(hand, ticket(1), 6, &[2, 4]);
    same("the history", everywhere(hand, ticket(1)).await?, expected)?;
    let record = hand.record(ticket(1)).await?;
    let head = record.map(|record| (record.revision, record.head));
    same("the record", head, Some((Revision(6), hand.kit.head(ticket(1), 6)?)))?;
    let kept = hand.store().receipt(DESK, crate::CommandId::from_u128(1)).await?;
    same("the receipt", kept, Some(receipt))
}

pub(super) async fn an_erasure_is_of_one_record(hand: Hand<'_>) -> Verdict {
    // The same id under another kind, on another desk, and another id.
    let namesake = Key { id: ticket(1).id, ..agent(ANNA) };
    let others = [ticket(2), namesake, elsewhere(ticket(1)), agent(ANNA)];
    for key in [ticket(1)].into_iter().chain(others) {
        hand.commit(parts(vec![hand.write(key, 0, 2)?])).await?;
    }
    erase(hand, (ticket(1), 2), vec![erasure(ticket(1), &[1, 2])]).await?;
    same("erased", everywhere(hand, ticket(1)).await?, without(hand, ticket(1), 3, &[1, 2]))?;
    for key in others {
        same(format!("{key}"), everywhere(hand, key).await?, without(hand, key, 2, &[]))?;
    }
    // Of a record that the commit does not write, and of an agent.
    let both = vec![erasure(agent(ANNA), &[1, 2]), erasure(ticket(2), &[2])];
    erase(hand, (ticket(1), 3), both).await?;
    let (anna, second) = (agent(ANNA), ticket(2));
    same("an agent's", everywhere(hand, anna).await?, without(hand, anna, 2, &[1, 2]))?;
    same("another's", everywhere(hand, second).await?, without(hand, second, 2, &[2]))
}

pub(super) async fn erasing_what_is_not_there_changes_nothing(hand: Hand<'_>) -> Verdict {
    let mut bare = hand.write(ticket(1), 0, 2)?;
    let mut events = bare.events.to_vec();
    events.iter_mut().skip(1).for_each(|event| event.personal = None);
    bare.events = events.into();
    hand.commit(parts(vec![bare])).await?;
    let nothing = vec![
        erasure(ticket(1), &[1, 2, 9]),
        erasure(ticket(2), &[1]),
        erasure(Key::settings(DESK), &[1]),
    ];
    // Twice: the first has something to erase.
    erase(hand, (ticket(1), 2), nothing.clone()).await?;
    erase(hand, (ticket(1), 3), nothing).await?;
    same("the history", everywhere(hand, ticket(1)).await?, without(hand, ticket(1), 4, &[1, 2]))?;
    same("a record that is not there", everywhere(hand, ticket(2)).await?, [])?;
    // What comes at that revision later was never named.
    hand.commit(parts(vec![hand.write(ticket(2), 0, 1)?])).await?;
    same("came later", everywhere(hand, ticket(2)).await?, without(hand, ticket(2), 1, &[]))
}

pub(super) async fn a_refused_commit_erases_nothing(hand: Hand<'_>) -> Verdict {
    let told = CommitParts {
        notices: vec![notice(ticket(1), 1, 0)],
        receipt: once(1, 7),
        ..parts(vec![hand.write(ticket(1), 0, 2)?])
    };
    let receipt = hand.commit(told).await?;
    let erasures = || vec![erasure(ticket(1), &[1, 2])];
    let stale = CommitParts { erasures: erasures(), ..parts(vec![hand.write(ticket(1), 1, 1)?]) };
    hand.stale(stale, (ticket(1), 1, 2)).await?;
    let guarded = CommitParts {
        erasures: erasures(),
        guards: vec![guard(ticket(3), 1)],
        ..parts(vec![hand.write(ticket(1), 2, 1)?])
    };
    hand.stale(guarded, (ticket(3), 1, 0)).await?;
    let again = CommitParts {
        erasures: erasures(),
        receipt: once(1, 7),
        ..parts(vec![hand.write(ticket(1), 2, 1)?])
    };
    hand.seen(again, &receipt).await?;
    same("the history", everywhere(hand, ticket(1)).await?, without(hand, ticket(1), 2, &[]))?;
    same("notices", hand.outbox(DESK).await?, [notice(ticket(1), 1, 0)])
}

pub(super) async fn a_newer_builds_words_are_erased(hand: Hand<'_>) -> Verdict {
    let newer = |words: Option<&str>| {
        let (tag, facts) = ("ticket.sung".into(), r#"{"cause":7,"loud":true}"#.into());
        let personal = words.map(Into::into);
        Box::new(Newer { tag, schema: 9, facts, personal })
    };
    let change = Change::Newer(newer(Some(r#"{"song":"O sole mio"}"#)));
    hand.commit(parts(vec![hand.write(ticket(1), 0, 1)?])).await?;
    let event = Event { change, personal: None, ..hand.kit.event(ticket(1), 2) };
    let write = Write { events: [event].into(), ..hand.write(ticket(1), 1, 1)? };
    hand.commit(parts(vec![write])).await?;
    erase(hand, (ticket(1), 2), vec![erasure(ticket(1), &[2])]).await?;
    let found = everywhere(hand, ticket(1)).await?;
    let second = found.into_iter().nth(1).map(|event| event.change);
    same("what a newer build wrote", second, Some(Change::Newer(newer(None))))
}

/// Notices of the first three events of a ticket, two of the second.
fn four(key: Key) -> Vec<Notice> {
    [(1, 0), (2, 0), (2, 1), (3, 0)].map(|(revision, index)| notice(key, revision, index)).into()
}

async fn given_four(hand: Hand<'_>, key: Key) -> Verdict {
    let write = hand.write(key, 0, 3)?;
    hand.commit(CommitParts { notices: four(key), ..parts(vec![write]) }).await?;
    Ok(())
}

fn ids(notices: &[Notice]) -> Vec<NoticeId> {
    notices.iter().map(|notice| notice.id).collect()
}

pub(super) async fn notices_of_erased_events_are_gone(hand: Hand<'_>) -> Verdict {
    let keys = [ticket(1), ticket(2), elsewhere(ticket(1))];
    for key in keys {
        given_four(hand, key).await?;
    }
    erase(hand, (ticket(1), 3), vec![erasure(ticket(1), &[1, 2])]).await?;
    let third = notice(ticket(1), 3, 0).id;
    let here: Vec<NoticeId> = [third].into_iter().chain(ids(&four(ticket(2)))).collect();
    let mut found = ids(&hand.outbox(DESK).await?);
    found.sort_unstable();
    same("of this desk", found, here)?;
    same("of the other", hand.outbox(ELSEWHERE).await?, four(keys[2]))?;
    // All of them, and then one that comes later.
    given_four(hand, ticket(3)).await?;
    erase(hand, (ticket(3), 3), vec![erasure(ticket(3), &[1, 2, 3])]).await?;
    same("of a ticket without", hand.outbox(DESK).await?, [])?;
    let later = notice(ticket(3), 5, 0);
    let write = hand.write(ticket(3), 4, 1)?;
    hand.commit(CommitParts { notices: vec![later.clone()], ..parts(vec![write]) }).await?;
    same("came later", hand.outbox(DESK).await?, [later])
}

fn lease(until: DateTime<Utc>) -> Lease {
    Lease { until, limit: 9 }
}

async fn settles(hand: Hand<'_>, claimed: &Claimed) -> Verdict<bool> {
    Ok(hand.store().settle(claimed.token, Settlement::Delivered).await?)
}

pub(super) async fn a_lease_on_an_erased_notice_settles_nothing(hand: Hand<'_>) -> Verdict {
    given_four(hand, ticket(1)).await?;
    let first = hand.claim_one(at(1)).await?;
    erase(hand, (ticket(1), 3), vec![erasure(ticket(1), &[1])]).await?;
    same("the lease of what is gone", settles(hand, &first).await?, false)?;
    let claimed = hand.claim(at(1), lease(at(5))).await?;
    same("claimed at once", told(&claimed), [notice(ticket(1), 2, 0).id])?;
    same("its claims", claimed.first().map(|one| one.attempt), Some(1))?;
    same("the old lease", settles(hand, &first).await?, false)?;
    // One that waits goes; the one that is out stays out.
    erase(hand, (ticket(1), 4), vec![erasure(ticket(1), &[3])]).await?;
    same("while it is out", told(&hand.claim(at(2), lease(at(6))).await?), [])?;
    for one in &claimed {
        same("its own lease", settles(hand, one).await?, true)?;
    }
    let last = hand.claim_one(at(3)).await?;
    same("the next", last.notice.id, notice(ticket(1), 2, 1).id)?;
    same("the last lease", settles(hand, &last).await?, true)?;
    same("in the end", told(&hand.claim(at(98), lease(at(99))).await?), [])
}
