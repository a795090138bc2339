//! People who are forgotten: several records and their keys, in one commit.

use super::erasing::{erasure, everywhere, without};
use crate::conformance::hand::{DESK, Hand, contact, elsewhere, guard, parts};
use crate::conformance::law::{Verdict, same};
use crate::store::CommitParts;
use crate::{ContactId, Identity, Key, KeyChange, UniqueKey};

/// Three contacts, of whom the first two are one person.
fn three() -> [Key; 3] {
    [1, 2, 3].map(|n| contact(ContactId::from_u128(n)))
}

/// By what a contact is recognised.
fn address(of: Key) -> UniqueKey {
    UniqueKey::identity(&Identity::email(format!("{}@example.com", of.id.simple())))
}

/// The three with two events each, a namesake of the first on the other desk, and their keys.
async fn given_three(hand: Hand<'_>) -> Verdict<[Key; 3]> {
    let keys = three();
    let [first, _, _] = keys;
    for key in keys.into_iter().chain([elsewhere(first)]) {
        let taken = vec![KeyChange::Take(address(key), key)];
        hand.commit(CommitParts { keys: taken, ..parts(vec![hand.write(key, 0, 2)?]) }).await?;
    }
    Ok(keys)
}

/// The first two are forgotten.
fn forgetting(hand: Hand<'_>, [first, second, _]: [Key; 3]) -> Verdict<CommitParts> {
    let both = [first, second];
    let writes: Verdict<Vec<_>> = both.iter().map(|key| hand.write(*key, 2, 1)).collect();
    Ok(CommitParts {
        keys: both.iter().map(|key| KeyChange::Release(address(*key), *key)).collect(),
        erasures: both.iter().map(|key| erasure(*key, &[1, 2])).collect(),
        ..parts(writes?)
    })
}

pub(super) async fn a_person_is_forgotten_in_one_commit(hand: Hand<'_>) -> Verdict {
    let keys = given_three(hand).await?;
    let [first, second, third] = keys;
    hand.commit(forgetting(hand, keys)?).await?;
    for key in [first, second] {
        let left = without(hand, key, 3, &[1, 2]);
        same(format!("{key}"), everywhere(hand, key).await?, left)?;
        same(format!("who has {key}'s"), hand.owner(DESK, address(key)).await?, None)?;
    }
    // Others are as they were.
    for key in [third, elsewhere(first)] {
        same(format!("{key}"), everywhere(hand, key).await?, without(hand, key, 2, &[]))?;
        same(format!("who has {key}'s"), hand.owner(key.desk, address(key)).await?, Some(key))?;
    }
    let taken = vec![KeyChange::Take(address(first), third)];
    hand.commit(CommitParts { keys: taken, ..parts(vec![hand.write(third, 2, 1)?]) }).await?;
    same("who has the first's", hand.owner(DESK, address(first)).await?, Some(third))
}

pub(super) async fn a_refused_commit_forgets_nobody(hand: Hand<'_>) -> Verdict {
    let keys = given_three(hand).await?;
    let [first, second, third] = keys;
    let guards = vec![guard(third, 1)];
    let commit = CommitParts { guards, ..forgetting(hand, keys)? };
    hand.stale(commit, (third, 1, 2)).await?;
    for key in [first, second] {
        same(format!("{key}"), everywhere(hand, key).await?, without(hand, key, 2, &[]))?;
        same(format!("who has {key}'s"), hand.owner(DESK, address(key)).await?, Some(key))?;
    }
    Ok(())
}
