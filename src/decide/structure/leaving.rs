//! Who leaves what follows a ticket up, where the merge is undone by which they followed that.

use crate::decide::work::Work;
use crate::decide::{Refusal, Step};
use crate::ids::TicketId;
use crate::people::Follower;
use crate::ticket::{FollowersLeft, TicketChange};

/// Somebody follows a ticket by this one no more, nor what follows that up.
struct Leaving {
    /// The ticket by whose merge they follow.
    by: TicketId,
    /// Who; `None`: whoever does.
    who: Option<Vec<Follower>>,
    /// The tickets to look at, with all of their follow-ups that somebody follows by merges.
    places: Vec<TicketId>,
}

/// The merge of the ticket at work into the survivor is undone: who came to follow what follows
/// that one up, by their late words, because they followed it by that merge, leaves. So they do
/// where such a follow-up has been merged since.
pub(super) fn leave<'a>(work: &mut Work<'a>, survivor: &mut Work<'a>) -> Result<(), Refusal> {
    let cx = work.cx;
    let places = survivor.ticket.lent_to().to_vec();
    let mut open = vec![Leaving { by: work.ticket.id(), who: None, places }];
    while let Some(Leaving { by, who, mut places }) = open.pop() {
        while let Some(id) = places.pop() {
            let ticket = cx.loaded.ticket(cx.desk, id).ok_or(Refusal::NotLoaded)?;
            places.extend(ticket.lent_to());
            // Nobody comes by a merge while one is undone.
            if ticket.leaving(by, who.as_deref()).is_none() {
                continue;
            }
            let left = if id == work.ticket.id() {
                take_leave(work, by, who.as_deref())
            } else if id == survivor.ticket.id() {
                take_leave(survivor, by, who.as_deref())
            } else {
                if cx.follow(ticket)?.end.id() != survivor.ticket.id() {
                    work.settle_above(ticket)?;
                }
                let part = survivor.take_part(id);
                let mut part = part.unwrap_or_else(|| work.part(ticket));
                part.settle()?;
                let left = take_leave(&mut part, by, who.as_deref());
                work.with_part(part);
                left
            };
            if let Some((followers, Some(into))) = left {
                open.push(Leaving { by: id, who: Some(followers), places: vec![into] });
            }
        }
    }
    Ok(())
}

/// Who follows a ticket no more by any merge, and where it was merged into.
fn take_leave(
    part: &mut Work<'_>,
    by: TicketId,
    who: Option<&[Follower]>,
) -> Option<(Vec<Follower>, Option<TicketId>)> {
    let left: FollowersLeft = part.ticket.leaving(by, who)?;
    let (mut gone, before) = (left.followers.clone(), left.left_before.clone());
    part.trace(Step::FollowersLeft { ticket: part.ticket.id(), followers: gone.clone() });
    part.record(TicketChange::FollowersLeft(left), None);
    // Who was taken off this one by hand may follow what it was merged into, by no other merge.
    gone.extend(before.into_iter().filter(|follower| !part.ticket.came_by_merge(follower)));
    (!gone.is_empty()).then_some((gone, part.ticket.merged_into()))
}
