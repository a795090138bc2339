//! Who follows a ticket by which merge, and by nothing else.

use serde::{Deserialize, Serialize};

use super::Ticket;
use super::apply::merge_sorted;
use crate::ids::TicketId;
use crate::people::Follower;
use crate::ticket::{FollowersLeft, Opened};

/// Somebody who follows since a ticket was merged, and because of it: into this one, or into one
/// that this one follows up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Came {
    pub(super) with: TicketId,
    pub(super) follower: Follower,
    /// Whether they were taken off by hand since: what they came to follow by following this, they
    /// follow by the merge still.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    gone: bool,
}

impl Came {
    pub(super) fn new(with: TicketId, follower: Follower) -> Self {
        Self { with, follower, gone: false }
    }
}

/// Who follows a new ticket by which merges into the one that it follows up.
pub(super) fn came_at_opening(opened: &Opened) -> Vec<Came> {
    let each = opened.by_merges.iter();
    let mut came: Vec<Came> = each.map(|(follower, with)| Came::new(*with, *follower)).collect();
    came.sort_by_key(|came| (came.with, came.follower));
    came
}

impl Ticket {
    /// Whether somebody follows it by a merge, and would not without.
    pub(crate) fn follows_by_merge(&self, follower: &Follower) -> bool {
        self.merges_of(*follower).next().is_some()
    }

    /// Who would follow it no more if this ticket were not merged into it, in order.
    pub(crate) fn follow_by(&self, member: TicketId) -> Vec<Follower> {
        let by = |came: &&Came| came.with == member;
        let (its, others): (Vec<&Came>, Vec<&Came>) = self.following().partition(by);
        let stays = |follower: &Follower| others.iter().any(|came| came.follower == *follower);
        let its = its.into_iter().map(|came| came.follower);
        its.filter(|follower| !stays(follower)).collect()
    }

    /// The merges by which alone somebody follows it, in order: none, where they follow by
    /// themselves, or do not.
    pub(crate) fn merges_of(&self, follower: Follower) -> impl Iterator<Item = TicketId> {
        self.following().filter(move |came| came.follower == follower).map(|came| came.with)
    }

    /// The follow-ups that somebody came to follow by merges only, by which they followed this one.
    pub(crate) fn lent_to(&self) -> &[TicketId] {
        self.structure().map_or(&[], |structure| &structure.lent_to)
    }

    pub(super) fn lend_to(&mut self, follow_up: TicketId) {
        self.edit_structure(|structure| structure.lent_to.push(follow_up));
    }

    /// Whether somebody follows it by a merge, and nothing else, or did until they were taken off.
    pub(crate) fn has_come_by_merge(&self) -> bool {
        !self.came().is_empty()
    }

    /// Whether this one does, or did.
    pub(crate) fn came_by_merge(&self, follower: &Follower) -> bool {
        self.came().iter().any(|came| came.follower == *follower)
    }

    /// Who leaves it, where this ticket is not merged any more by which they came; of these alone,
    /// where they are named.
    pub(crate) fn leaving(
        &self,
        ticket: TicketId,
        among: Option<&[Follower]>,
    ) -> Option<FollowersLeft> {
        let goes = |came: &&Came| {
            came.with == ticket && among.is_none_or(|among| among.contains(&came.follower))
        };
        let (its, rest): (Vec<&Came>, Vec<&Came>) = self.came().iter().partition(goes);
        let stays = |it: &Follower| rest.iter().any(|came| came.follower == *it && !came.gone);
        let (left_before, its): (Vec<&Came>, Vec<&Came>) = its.into_iter().partition(|it| it.gone);
        let left_before: Vec<_> = left_before.into_iter().map(|came| came.follower).collect();
        let its = its.into_iter().map(|came| came.follower);
        let (follow_still, followers): (Vec<_>, Vec<_>) = its.partition(stays);
        let any = [&followers, &follow_still, &left_before].iter().any(|some| !some.is_empty());
        any.then_some(FollowersLeft { ticket, followers, follow_still, left_before })
    }

    fn came(&self) -> &[Came] {
        self.structure().map_or(&[], |structure| &structure.came)
    }

    /// Who follows it by which merge, and was not taken off.
    fn following(&self) -> impl Iterator<Item = &Came> {
        self.came().iter().filter(|came| !came.gone)
    }

    /// Who comes to follow by themselves, does so by no merge. Who is taken off, may have come to
    /// follow others by following this.
    pub(super) fn follow(&mut self, added: &[Follower], removed: &[Follower]) {
        merge_sorted(&mut self.edit().followers, added, removed);
        let named = |it: &Follower| added.contains(it) || removed.contains(it);
        if self.came().iter().any(|came| named(&came.follower)) {
            self.edit_structure(|structure| {
                structure.came.retain(|came| !added.contains(&came.follower));
                for came in &mut structure.came {
                    came.gone |= removed.contains(&came.follower);
                }
            });
        }
    }

    pub(super) fn let_go(&mut self, left: &FollowersLeft) {
        let FollowersLeft { ticket, followers, follow_still, left_before } = left;
        self.edit_structure(|structure| {
            let named = |it: &Follower| {
                [followers, follow_still, left_before].iter().any(|some| some.contains(it))
            };
            structure.came.retain(|came| came.with != *ticket || !named(&came.follower));
        });
        if !followers.is_empty() {
            merge_sorted(&mut self.edit().followers, &[], followers);
        }
    }
}
