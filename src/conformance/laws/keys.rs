//! Unique keys: one owner each, and only the owner gives one up.

use crate::conformance::hand::{
    ALIKE, ANNA, BEN, DESK, ELSEWHERE, Hand, agent, elsewhere, email, guard, parts, ticket,
};
use crate::conformance::law::{Fault, Verdict, same, unless};
use crate::store::{CommitError, CommitParts};
use crate::{AgentId, ExternalRef, Key, KeyChange, UniqueKey};

fn mail() -> UniqueKey {
    email("desk@example.com")
}

fn take(by: Key) -> KeyChange {
    KeyChange::Take(mail(), by)
}

fn release(by: Key) -> KeyChange {
    KeyChange::Release(mail(), by)
}

/// One more event on these records, and these changes of keys.
fn changes(hand: Hand<'_>, on: &[(Key, u64)], keys: &[KeyChange]) -> Verdict<CommitParts> {
    let writes: Verdict<Vec<_>> = on.iter().map(|(key, from)| hand.write(*key, *from, 1)).collect();
    Ok(CommitParts { keys: keys.to_vec(), ..parts(writes?) })
}

/// Anna has the key.
async fn annas(hand: Hand<'_>) -> Verdict<(Key, Key)> {
    let (anna, ben) = (agent(ANNA), agent(BEN));
    hand.commit(changes(hand, &[(anna, 0)], &[take(anna)])?).await?;
    Ok((anna, ben))
}

async fn owned_by(hand: Hand<'_>, owner: Option<Key>) -> Verdict {
    same("the owner of the key", hand.owner(DESK, mail()).await?, owner)
}

pub(super) async fn a_key_has_one_owner(hand: Hand<'_>) -> Verdict {
    let (anna, ben) = annas(hand).await?;
    hand.taken(changes(hand, &[(ben, 0)], &[take(ben)])?, (mail(), anna)).await?;
    owned_by(hand, Some(anna)).await?;
    // Another key is another.
    let other = KeyChange::Take(email("ben@example.com"), ben);
    hand.commit(changes(hand, &[(ben, 0)], &[other])?).await?;
    owned_by(hand, Some(anna)).await
}

pub(super) async fn keys_are_told_apart_by_their_bytes(hand: Hand<'_>) -> Verdict {
    let mails = ALIKE.map(email);
    let external = |provider: &str, scope: &str, id: &str| {
        UniqueKey::from(ExternalRef::new(provider, scope, id))
    };
    // Each part of a reference counts, and an id may have what stands between the parts.
    let parts = [
        external("jira", "acme", "7"),
        external("jira", "acme", "7:7"),
        external("jira", "", "7"),
        external("jira", "", "acme:7"),
        external("shop", "acme", "7"),
    ];
    let ids = ALIKE.map(|id| external("shop", "a", id));
    let keys: Vec<(Key, UniqueKey)> = (1..)
        .zip(mails.into_iter().chain(parts).chain(ids))
        .map(|(id, key)| (agent(AgentId::from_u128(id)), key))
        .collect();
    for (by, key) in &keys {
        let taken = KeyChange::Take(key.clone(), *by);
        hand.commit(changes(hand, &[(*by, 0)], &[taken])?).await?;
    }
    for (by, key) in &keys {
        same(format!("who has {key:?}"), hand.owner(DESK, key.clone()).await?, Some(*by))?;
    }
    // One is given up, and no other.
    if let Some((by, key)) = keys.first() {
        let released = KeyChange::Release(key.clone(), *by);
        hand.commit(changes(hand, &[(*by, 1)], &[released])?).await?;
    }
    let all = keys.iter().map(|(_, key)| key.clone()).collect();
    let owners = hand.store().resolve(DESK, all).await?;
    same("who has one still", owners.iter().flatten().count(), keys.len() - 1)
}

pub(super) async fn an_owner_may_take_its_key_again(hand: Hand<'_>) -> Verdict {
    let (anna, ben) = annas(hand).await?;
    hand.commit(changes(hand, &[(anna, 1)], &[take(anna)])?).await?;
    hand.commit(changes(hand, &[(anna, 2)], &[release(anna), take(anna)])?).await?;
    owned_by(hand, Some(anna)).await?;
    hand.taken(changes(hand, &[(ben, 0)], &[take(ben)])?, (mail(), anna)).await
}

pub(super) async fn a_released_key_is_free(hand: Hand<'_>) -> Verdict {
    let (anna, ben) = annas(hand).await?;
    hand.commit(changes(hand, &[(anna, 1)], &[release(anna)])?).await?;
    owned_by(hand, None).await?;
    hand.commit(changes(hand, &[(ben, 0)], &[take(ben)])?).await?;
    owned_by(hand, Some(ben)).await
}

pub(super) async fn only_the_owner_releases_a_key(hand: Hand<'_>) -> Verdict {
    let (anna, ben) = annas(hand).await?;
    hand.commit(changes(hand, &[(ben, 0)], &[release(ben)])?).await?;
    owned_by(hand, Some(anna)).await?;
    let theft = [release(ben), take(ben)];
    hand.taken(changes(hand, &[(ben, 1)], &theft)?, (mail(), anna)).await
}

pub(super) async fn a_key_changes_hands_in_one_commit(hand: Hand<'_>) -> Verdict {
    let (anna, ben) = annas(hand).await?;
    let both = [(anna, 1), (ben, 0)];
    hand.commit(changes(hand, &both, &[release(anna), take(ben)])?).await?;
    owned_by(hand, Some(ben)).await?;
    // Releases count first, in whatever order they stand.
    let both = [(anna, 2), (ben, 1)];
    hand.commit(changes(hand, &both, &[take(anna), release(ben)])?).await?;
    owned_by(hand, Some(anna)).await
}

pub(super) async fn two_records_cannot_take_one_key_in_one_commit(hand: Hand<'_>) -> Verdict {
    let (anna, ben) = (agent(ANNA), agent(BEN));
    let both = changes(hand, &[(anna, 0), (ben, 0)], &[take(anna), take(ben)])?;
    let error = hand.refused(both).await?;
    let CommitError::KeyTaken { key, owner } = error else {
        return Err(Fault(format!("refused, but not for a key: {error}")));
    };
    same("the key", key, mail())?;
    unless("the owner is neither of the two", owner != anna && owner != ben)?;
    owned_by(hand, None).await
}

pub(super) async fn a_refused_commit_moves_no_key(hand: Hand<'_>) -> Verdict {
    let (anna, ben) = annas(hand).await?;
    let free = KeyChange::Take(email("ben@example.com"), ben);
    let handed = [release(anna), take(ben), free];
    let mut stale = changes(hand, &[(anna, 1), (ben, 0)], &handed)?;
    stale.guards.push(guard(ticket(1), 1));
    hand.stale(stale, (ticket(1), 1, 0)).await?;
    owned_by(hand, Some(anna)).await?;
    same("a free key", hand.owner(DESK, email("ben@example.com")).await?, None)
}

pub(super) async fn each_desk_has_its_own_keys(hand: Hand<'_>) -> Verdict {
    let (anna, _) = annas(hand).await?;
    let there = elsewhere(anna);
    same("the owner elsewhere", hand.owner(ELSEWHERE, mail()).await?, None)?;
    hand.commit(changes(hand, &[(there, 0)], &[take(there)])?).await?;
    same("the owner elsewhere", hand.owner(ELSEWHERE, mail()).await?, Some(there))?;
    owned_by(hand, Some(anna)).await
}
