//! Scans: what was committed, commit by commit.

use crate::conformance::hand::{
    ANNA, BEN, DESK, ELSEWHERE, Hand, agent, elsewhere, guard, lift, parts, ticket,
};
use crate::conformance::law::{Verdict, same};
use crate::store::{CommitParts, Entry};
use crate::{DeskId, Event, Key};

/// Four commits, the second of three records; their places.
async fn four(hand: Hand<'_>) -> Verdict<Vec<u64>> {
    let three = vec![
        hand.write(ticket(1), 1, 2)?,
        hand.write(ticket(2), 0, 1)?,
        hand.write(agent(ANNA), 0, 1)?,
    ];
    let mut places = vec![hand.given(&[(ticket(1), 0)]).await?.seq];
    // What beside records is in a commit is not in a scan.
    let counters = vec![lift(BEN, 1, None)];
    places.push(hand.commit(CommitParts { counters, ..parts(three) }).await?.seq);
    let refused = CommitParts {
        guards: vec![guard(ticket(1), 1)],
        ..parts(vec![hand.write(ticket(9), 0, 1)?])
    };
    hand.stale(refused, (ticket(1), 1, 3)).await?;
    hand.given(&[(elsewhere(ticket(1)), 0)]).await?;
    places.push(hand.given(&[(ticket(3), 0)]).await?.seq);
    places.push(hand.given(&[(ticket(2), 1)]).await?.seq);
    Ok(places)
}

async fn read(
    hand: Hand<'_>,
    desk: DeskId,
    after: u64,
    limit: usize,
) -> Verdict<Vec<(Key, usize)>> {
    let entries = hand.store().scan(desk, after, limit).await?;
    Ok(entries.iter().map(|entry| (entry.key, entry.events.len())).collect())
}

pub(super) async fn a_scan_reads_commits_in_order(hand: Hand<'_>) -> Verdict {
    let places = four(hand).await?;
    let entries = hand.store().scan(DESK, 0, 99).await?;
    let seen: Vec<u64> = entries.iter().map(|entry| entry.seq).collect();
    let [one, two, three, four] = *places else { return same("places", places, [0]) };
    same("places", seen, [one, two, two, two, three, four])?;
    let keys: Vec<Key> = entries.iter().map(|entry| entry.key).collect();
    let (t1, t2, t3) = (ticket(1), ticket(2), ticket(3));
    same("records, of one commit in the order of keys", keys, [t1, agent(ANNA), t1, t2, t3, t2])
}

pub(super) async fn the_limit_of_a_scan_counts_commits(hand: Hand<'_>) -> Verdict {
    four(hand).await?;
    for (limit, entries) in [(0, 0), (1, 1), (2, 4), (3, 5), (4, 6), (5, 6), (usize::MAX, 6)] {
        let found = read(hand, DESK, 0, limit).await?.len();
        same(format!("entries of at most {limit} commits"), found, entries)?;
    }
    Ok(())
}

pub(super) async fn a_scan_goes_on_after_a_place(hand: Hand<'_>) -> Verdict {
    let places = four(hand).await?;
    let whole = read(hand, DESK, 0, 99).await?;
    for limit in 1..=5 {
        let mut all: Vec<Entry> = Vec::new();
        loop {
            let after = all.last().map_or(0, |entry| entry.seq);
            let page = hand.store().scan(DESK, after, limit).await?;
            if page.is_empty() || all.len() > 20 {
                break;
            }
            all.extend(page);
        }
        let joined: Vec<_> = all.iter().map(|entry| (entry.key, entry.events.len())).collect();
        same(format!("pages of {limit} commits"), &joined, &whole)?;
    }
    let last = places.last().copied().unwrap_or(0);
    for after in [last, last + 1, u64::MAX] {
        same(format!("after {after}"), read(hand, DESK, after, 9).await?, [])?;
    }
    Ok(())
}

pub(super) async fn a_scan_has_the_events_as_committed(hand: Hand<'_>) -> Verdict {
    four(hand).await?;
    for entry in hand.store().scan(DESK, 0, 99).await? {
        let from = entry.events.first().map_or(0, |event| event.revision.0);
        let revisions = from..from + entry.events.len() as u64;
        let written: Vec<Event> = revisions.map(|it| hand.kit.event(entry.key, it)).collect();
        same(format!("events of {} from {from}", entry.key), &*entry.events, &*written)?;
    }
    // Each event of the desk once.
    let entries = hand.store().scan(DESK, 0, 99).await?;
    let mut events: Vec<_> = entries
        .iter()
        .flat_map(|entry| entry.events.iter().map(|event| (entry.key, event.revision.0)))
        .collect();
    events.sort_unstable();
    let [t1, t2, t3] = [1, 2, 3].map(ticket);
    let all = [(agent(ANNA), 1), (t1, 1), (t1, 2), (t1, 3), (t2, 1), (t2, 2), (t3, 1)];
    same("all events", events, all)
}

pub(super) async fn a_scan_sees_one_desk(hand: Hand<'_>) -> Verdict {
    four(hand).await?;
    let there = elsewhere(ticket(1));
    same("elsewhere", read(hand, ELSEWHERE, 0, 99).await?, [(there, 1)])?;
    let here = read(hand, DESK, 0, 99).await?;
    same("here", here.iter().filter(|(key, _)| key.desk != DESK).count(), 0)?;
    same("on a desk that is not there", read(hand, DeskId::from_u128(3), 0, 99).await?, [])
}
