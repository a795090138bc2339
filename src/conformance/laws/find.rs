//! Listings: what is found is as last committed, page by page, and of one desk.

use crate::conformance::hand::{DESK, ELSEWHERE, Hand, elsewhere, parts, ticket};
use crate::conformance::law::{Verdict, same};
use crate::store::{Filter, Query};
use crate::{DeskId, Key, Revision, TicketNumber};

/// Every ticket of a desk: the one listing that the other laws look at.
pub(in crate::conformance) fn every_ticket(
    desk: DeskId,
    after: Option<TicketNumber>,
    limit: usize,
) -> Query {
    Query { desk, filter: Filter::All, after, limit }
}

/// Seven tickets, whose ids go down while their numbers go up.
async fn seven(hand: Hand<'_>) -> Verdict<Vec<Key>> {
    let keys: Vec<Key> = (1..=7).rev().map(ticket).collect();
    for key in &keys {
        hand.given(&[(*key, 0)]).await?;
    }
    Ok(keys)
}

pub(super) async fn what_is_found_is_as_last_committed(hand: Hand<'_>) -> Verdict {
    seven(hand).await?;
    hand.commit(parts(vec![hand.write(ticket(3), 1, 4)?])).await?;
    for record in hand.store().find(every_ticket(DESK, None, 99)).await? {
        let revision = if record.key == ticket(3) { 5 } else { 1 };
        same(format!("where {} is", record.key), record.revision, Revision(revision))?;
        let loaded = hand.record(record.key).await?;
        same(format!("{} as loaded", record.key), loaded, Some(record))?;
    }
    Ok(())
}

pub(super) async fn pages_of_a_listing_join_to_the_whole(hand: Hand<'_>) -> Verdict {
    let keys = seven(hand).await?;
    for limit in 1..=8 {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = hand.store().find(every_ticket(DESK, after, limit)).await?;
            after = page.last().and_then(|record| record.number);
            all.extend(page.iter().map(|record| record.key));
            if page.len() != limit || all.len() > 20 {
                break;
            }
        }
        same(format!("pages of {limit}"), &all, &keys)?;
    }
    same("at most none", hand.store().find(every_ticket(DESK, None, 0)).await?, [])?;
    let last = Some(TicketNumber(u64::MAX));
    same("after the last", hand.store().find(every_ticket(DESK, last, 9)).await?, [])
}

pub(super) async fn a_listing_shows_one_desk(hand: Hand<'_>) -> Verdict {
    seven(hand).await?;
    hand.given(&[(elsewhere(ticket(4)), 0)]).await?;
    let keys = async |desk| {
        let found = hand.store().find(every_ticket(desk, None, 99)).await?;
        Verdict::Ok(found.iter().map(|record| record.key).collect::<Vec<Key>>())
    };
    same("elsewhere", keys(ELSEWHERE).await?, [elsewhere(ticket(4))])?;
    same("here", keys(DESK).await?, (1..=7).rev().map(ticket).collect::<Vec<_>>())?;
    same("on a desk that is not there", keys(DeskId::from_u128(3)).await?, [])
}
