//! Notices: claimed oldest first, settled once, and lost never.

use chrono::{DateTime, Utc};

use crate::conformance::hand::{
    DESK, ELSEWHERE, Hand, MICRO, at, elsewhere, guard, notice, parts, ticket, told,
};
use crate::conformance::law::{Verdict, same, unless};
use crate::store::{Claimed, CommitParts, Lease, LeaseToken, Scope, Settlement};
use crate::{AgentId, ContactId, Key, Notice, NoticeId, NoticeKind, Recipient, Requester};

fn lease(until: DateTime<Utc>) -> Lease {
    Lease { until, limit: 9 }
}

fn id(n: u128, index: u16) -> NoticeId {
    notice(ticket(n), 1, index).id
}

async fn settle(hand: Hand<'_>, claimed: &Claimed, settlement: Settlement) -> Verdict<bool> {
    Ok(hand.store().settle(claimed.token, settlement).await?)
}

async fn delivered(hand: Hand<'_>, claimed: &Claimed) -> Verdict {
    same("settled", settle(hand, claimed, Settlement::Delivered).await?, true)
}

async fn none_at(hand: Hand<'_>, now: DateTime<Utc>) -> Verdict {
    same(format!("claimed at {now}"), told(&hand.claim(now, lease(at(99))).await?), [])
}

pub(super) async fn of_each_ticket_the_oldest_notice_is_claimed(hand: Hand<'_>) -> Verdict {
    hand.given_notices(ticket(2), 3).await?;
    hand.given_notices(ticket(1), 1).await?;
    let claimed = hand.claim(at(1), lease(at(5))).await?;
    same("claimed", told(&claimed), [id(2, 0), id(1, 0)])?;
    none_at(hand, at(1)).await
}

pub(super) async fn a_settled_notice_is_followed_by_the_next(hand: Hand<'_>) -> Verdict {
    hand.given_notices(ticket(1), 3).await?;
    for index in 0..3 {
        let one = hand.claim_one(at(1)).await?;
        same("claimed", one.notice.id, id(1, index))?;
        none_at(hand, at(1)).await?;
        delivered(hand, &one).await?;
    }
    none_at(hand, at(2)).await?;
    none_at(hand, at(98)).await
}

pub(super) async fn a_later_notice_waits_for_the_one_that_is_out(hand: Hand<'_>) -> Verdict {
    hand.given_notices(ticket(1), 1).await?;
    let first = hand.claim_one(at(1)).await?;
    let write = hand.write(ticket(1), 1, 1)?;
    let later = notice(ticket(1), 2, 0);
    hand.commit(CommitParts { notices: vec![later.clone()], ..parts(vec![write]) }).await?;
    none_at(hand, at(1)).await?;
    delivered(hand, &first).await?;
    same("claimed then", hand.claim_one(at(1)).await?.notice, later)
}

pub(super) async fn notices_that_nobody_tried_come_by_age(hand: Hand<'_>) -> Verdict {
    for n in [3, 1, 4, 2] {
        hand.given_notices(ticket(n), 2).await?;
    }
    same("none asked for", hand.claim(at(1), Lease { until: at(5), limit: 0 }).await?, [])?;
    let mut all = Vec::new();
    for limit in [1, 2, 9] {
        let claimed = hand.claim(at(1), Lease { until: at(5), limit }).await?;
        unless(format!("more than {limit} were claimed"), claimed.len() > limit)?;
        all.extend(told(&claimed));
    }
    same("claimed, by and by", all, [id(3, 0), id(1, 0), id(4, 0), id(2, 0)])
}

/// One more event on a ticket, and this many notices of it.
async fn told_again(hand: Hand<'_>, n: u128, from: u64, notices: u16) -> Verdict {
    let write = hand.write(ticket(n), from, 1)?;
    let notices = (0..notices).map(|index| notice(ticket(n), from + 1, index)).collect();
    hand.commit(CommitParts { notices, ..parts(vec![write]) }).await?;
    Ok(())
}

pub(super) async fn a_busy_ticket_waits_its_turn(hand: Hand<'_>) -> Verdict {
    hand.given_notices(ticket(1), 1).await?;
    hand.given_notices(ticket(2), 1).await?;
    told_again(hand, 1, 1, 2).await?;
    hand.given_notices(ticket(3), 1).await?;
    told_again(hand, 2, 1, 1).await?;
    let [later, last] = [0, 1].map(|index| notice(ticket(1), 2, index).id);
    let again = notice(ticket(2), 2, 0).id;
    let mut order = Vec::new();
    for settlement in [Settlement::Delivered, Settlement::GivenUp].into_iter().cycle().take(6) {
        let one = hand.claim_one(at(1)).await?;
        order.push(one.notice.id);
        same("settled", settle(hand, &one, settlement).await?, true)?;
    }
    same("claimed one by one", order, [id(1, 0), id(2, 0), later, last, id(3, 0), again])?;
    none_at(hand, at(98)).await
}

pub(super) async fn what_is_tried_again_comes_after_what_is_new(hand: Hand<'_>) -> Verdict {
    for n in 1..=4 {
        hand.given_notices(ticket(n), 2).await?;
    }
    for again in [Some(at(4)), None, Some(at(1) + MICRO)] {
        // The second is claimed, and nobody says what came of it: its lease ends at 2.
        let one = hand.claim_one(at(1)).await?;
        if let Some(again) = again {
            same("settled", settle(hand, &one, Settlement::Retry(again)).await?, true)?;
        }
    }
    hand.given_notices(ticket(5), 1).await?;
    let claimed = hand.claim(at(4), lease(at(9))).await?;
    same("claimed", told(&claimed), [4, 5, 3, 2, 1].map(|n| id(n, 0)))
}

pub(super) async fn a_lease_on_a_notice_ends_at_its_instant(hand: Hand<'_>) -> Verdict {
    hand.given_notices(ticket(1), 2).await?;
    let first = hand.claim(at(1), lease(at(5))).await?;
    none_at(hand, at(5) - MICRO).await?;
    let second = hand.claim(at(5), lease(at(9))).await?;
    same("claimed again", told(&second), [id(1, 0)])?;
    let tokens = |claimed: &[Claimed]| claimed.iter().map(|it| it.token).collect::<Vec<_>>();
    unless("two leases have one token", tokens(&first) == tokens(&second))?;
    none_at(hand, at(9) - MICRO).await
}

pub(super) async fn a_stale_token_settles_nothing(hand: Hand<'_>) -> Verdict {
    hand.given_notices(ticket(1), 2).await?;
    let first = hand.claim_one(at(1)).await?;
    let second = hand.claim_one(at(2)).await?;
    for settlement in [Settlement::Delivered, Settlement::GivenUp, Settlement::Retry(at(0))] {
        same("settled with it", settle(hand, &first, settlement).await?, false)?;
    }
    // The lease that counts goes on, and settles.
    none_at(hand, at(2)).await?;
    delivered(hand, &second).await?;
    same("claimed then", hand.claim_one(at(2)).await?.notice.id, id(1, 1))
}

pub(super) async fn a_token_of_nothing_settles_nothing(hand: Hand<'_>) -> Verdict {
    hand.given_notices(ticket(1), 1).await?;
    hand.given_notices(elsewhere(ticket(1)), 1).await?;
    for key in [ticket(1), ticket(2), elsewhere(ticket(2))] {
        for lease in [0, u64::MAX >> 1] {
            let token = LeaseToken { key, lease };
            let settled = hand.store().settle(token, Settlement::Delivered).await?;
            same("settled by a token that no claim gave", settled, false)?;
        }
    }
    let here = hand.claim_one(at(1)).await?;
    let there = LeaseToken { key: elsewhere(ticket(2)), ..here.token };
    same("on another ticket", hand.store().settle(there, Settlement::Delivered).await?, false)?;
    same("still there", hand.outbox(ELSEWHERE).await?.len(), 1)?;
    delivered(hand, &here).await
}

pub(super) async fn a_notice_is_settled_once(hand: Hand<'_>) -> Verdict {
    hand.given_notices(ticket(1), 2).await?;
    let first = hand.claim_one(at(1)).await?;
    delivered(hand, &first).await?;
    same("again", settle(hand, &first, Settlement::Delivered).await?, false)?;
    let second = hand.claim_one(at(1)).await?;
    same("claimed then", second.notice.id, id(1, 1))?;
    same("with its token", settle(hand, &second, Settlement::Retry(at(3))).await?, true)?;
    same("again", settle(hand, &second, Settlement::GivenUp).await?, false)?;
    same("it is still there", hand.claim_one(at(3)).await?.notice.id, id(1, 1))
}

pub(super) async fn a_retry_waits_for_its_instant(hand: Hand<'_>) -> Verdict {
    hand.given_notices(ticket(1), 2).await?;
    let first = hand.claim_one(at(1)).await?;
    let again = at(5) + MICRO;
    same("settled", settle(hand, &first, Settlement::Retry(again)).await?, true)?;
    // The later notices of its ticket wait with it; another ticket's do not.
    hand.given_notices(ticket(2), 1).await?;
    let others = hand.claim(at(5), lease(at(9))).await?;
    same("a microsecond before", told(&others), [id(2, 0)])?;
    same("at its instant", told(&hand.claim(again, lease(at(9))).await?), [id(1, 0)])
}

pub(super) async fn attempts_are_counted_by_notice(hand: Hand<'_>) -> Verdict {
    hand.given_notices(ticket(1), 2).await?;
    for attempt in 1..=3 {
        let one = hand.claim_one(at(1)).await?;
        same("attempt", (one.notice.id, one.attempt), (id(1, 0), attempt))?;
        same("settled", settle(hand, &one, Settlement::Retry(at(1))).await?, true)?;
    }
    // A lease that nobody settles is an attempt, too.
    same("attempt", hand.claim_one(at(1)).await?.attempt, 4)?;
    let last = hand.claim_one(at(2)).await?;
    same("attempt", last.attempt, 5)?;
    delivered(hand, &last).await?;
    let next = hand.claim_one(at(2)).await?;
    same("of the next notice", (next.notice.id, next.attempt), (id(1, 1), 1))
}

pub(super) async fn a_notice_that_is_given_up_frees_the_next(hand: Hand<'_>) -> Verdict {
    hand.given_notices(ticket(1), 2).await?;
    let first = hand.claim_one(at(1)).await?;
    same("settled", settle(hand, &first, Settlement::GivenUp).await?, true)?;
    same("claimed then", hand.claim_one(at(1)).await?.notice.id, id(1, 1))?;
    none_at(hand, at(1)).await
}

pub(super) async fn notices_come_as_they_were_written(hand: Hand<'_>) -> Verdict {
    let plain = notice(ticket(1), 1, 0);
    let recipients = [
        Recipient::Desk,
        Recipient::Department("support desk".into()),
        Recipient::Agent(AgentId::from_u128(7)),
        Recipient::Contact(ContactId::from_u128(7)),
    ];
    let kinds = [NoticeKind::TicketOpened, NoticeKind::Assigned, NoticeKind::OpenAgeOverdue];
    let mut notices = Vec::new();
    for (index, to) in (0..).zip(recipients) {
        for kind in kinds {
            let id = NoticeId { index: index * 3 + kind as u16 % 3, ..plain.id };
            let correlation = (index % 2 == 0).then(|| "mail 7 „ß“".into());
            notices.push(Notice { id, kind, to: to.clone(), correlation });
        }
    }
    let write = hand.write(ticket(1), 0, 1)?;
    hand.commit(CommitParts { notices: notices.clone(), ..parts(vec![write]) }).await?;
    same("notices", hand.outbox(DESK).await?, notices)
}

pub(super) async fn a_refused_commit_tells_nobody(hand: Hand<'_>) -> Verdict {
    hand.given_notices(ticket(1), 1).await?;
    let refused = CommitParts {
        notices: vec![notice(ticket(1), 2, 0), notice(ticket(2), 1, 0)],
        guards: vec![guard(ticket(3), 1)],
        ..parts(vec![hand.write(ticket(1), 1, 1)?, hand.write(ticket(2), 0, 1)?])
    };
    hand.stale(refused, (ticket(3), 1, 0)).await?;
    same("notices", hand.outbox(DESK).await?, [notice(ticket(1), 1, 0)])
}

pub(super) async fn a_claim_is_one_desks_or_everybodys(hand: Hand<'_>) -> Verdict {
    hand.given_notices(ticket(1), 1).await?;
    hand.given_notices(elsewhere(ticket(1)), 1).await?;
    let keys = async |scope| {
        let claimed = hand.store().claim(scope, at(1), lease(at(5))).await?;
        let keys = claimed.iter().map(|one| one.token.key);
        Verdict::Ok(keys.collect::<Vec<Key>>())
    };
    same("elsewhere", keys(Scope::One(ELSEWHERE)).await?, [elsewhere(ticket(1))])?;
    same("all the rest", keys(Scope::All).await?, [ticket(1)])?;
    same("here", keys(Scope::One(DESK)).await?, [])?;
    let open = hand.record(ticket(1)).await?;
    let requester = open.and_then(|record| record.ticket().map(|ticket| ticket.requester()));
    unless("the ticket is not there", !matches!(requester, Some(Requester::Contact(_))))
}
