//! Notices that would tell one person twice, who is known under several ids.

use super::DeskError;
use super::flow::Flow;
use super::io::Io;
use super::read::PAGE;
use crate::channel::{Notice, NoticeId, NoticeKind};
use crate::ids::{ContactId, Key, Revision, TicketId};
use crate::people::{Customer, Follower, Requester};
use crate::record::Event;
use crate::ticket::{Ticket, TicketChange};

impl<I: Io> Flow<I> {
    /// Whether another notice of the same event came before, to the same person under another id:
    /// to who asks, who is told of every answer before any follower is, or to a follower who comes
    /// before.
    pub(super) async fn is_told_before(
        &self,
        notice: &Notice,
        ticket: &Ticket,
        customer: Customer<'_>,
    ) -> Result<bool, DeskError> {
        let Requester::Contact(asks) = ticket.requester() else { return Ok(false) };
        if notice.kind != NoticeKind::ReplyToCustomer || customer.id == asks {
            return Ok(false);
        }
        if customer.is(asks) {
            return Ok(true);
        }
        let followers = ticket.followers().iter().filter_map(|follower| match follower {
            Follower::Contact(contact) => Some(*contact),
            Follower::Agent(_) => None,
        });
        let before: Vec<ContactId> =
            followers.filter(|it| *it < customer.id && customer.is(*it)).collect();
        Ok(!before.is_empty() && self.followed_then(notice, before).await?)
    }

    /// Whether one of these followers followed when the notice was written, and has ever since. Who
    /// has left may have been told nothing: what was theirs was withheld while they did not follow.
    async fn followed_then(
        &self,
        notice: &Notice,
        followers: Vec<ContactId>,
    ) -> Result<bool, DeskError> {
        let NoticeId { ticket, revision, index: _ } = notice.id;
        let since = self.coming(ticket, revision, None).await?;
        let left = |it: &ContactId| since.iter().any(|coming| coming.lets_go(*it));
        let stayed: Vec<ContactId> = followers.into_iter().filter(|it| !left(it)).collect();
        // Whoever follows now, and neither came nor left since, did.
        let came = |it: &ContactId| since.iter().any(|coming| coming.names(*it));
        if !stayed.iter().all(came) {
            return Ok(true);
        }
        // Who is named since may have followed before, by a merge.
        let until = self.coming(ticket, Revision::ZERO, Some(revision)).await?;
        let followed = |it: &ContactId| {
            let last = until.iter().rev().find(|coming| coming.names(*it));
            last.is_some_and(|last| last.came.contains(&Follower::Contact(*it)))
        };
        Ok(stayed.iter().any(followed))
    }

    /// Who came to follow and who left in a part of the ticket's history.
    async fn coming(
        &self,
        ticket: TicketId,
        after: Revision,
        until: Option<Revision>,
    ) -> Result<Vec<Coming>, DeskError> {
        let key = Key::ticket(self.id, ticket);
        let (mut coming, mut after) = (Vec::new(), after);
        loop {
            let page = self.io.history(key, after, PAGE).await?;
            let wanted = |event: &&Event| until.is_none_or(|until| event.revision <= until);
            let changes = page.iter().take_while(wanted).filter_map(Event::ticket_change);
            coming.extend(changes.filter_map(Coming::of));
            match page.last().filter(|last| page.len() == PAGE && wanted(last)) {
                Some(last) => after = last.revision,
                None => return Ok(coming),
            }
        }
    }
}

/// Who came to follow a ticket by an event, and who left it.
struct Coming {
    came: Vec<Follower>,
    left: Vec<Follower>,
}

impl Coming {
    fn names(&self, contact: ContactId) -> bool {
        let contact = Follower::Contact(contact);
        self.came.contains(&contact) || self.left.contains(&contact)
    }

    fn lets_go(&self, contact: ContactId) -> bool {
        self.left.contains(&Follower::Contact(contact))
    }

    fn of(change: &TicketChange) -> Option<Self> {
        let (came, left) = match change {
            TicketChange::Opened(opened) => (&*opened.followers, &[][..]),
            TicketChange::FollowersChanged { added, removed } => (&**added, &**removed),
            TicketChange::Absorbed(absorbed) => (&*absorbed.followers, &[][..]),
            TicketChange::Released(released) => (&[][..], &*released.followers),
            TicketChange::FollowersLeft(left) => (&[][..], &*left.followers),
            TicketChange::MessageAdded { .. }
            | TicketChange::AccessGranted { .. }
            | TicketChange::AccessRevoked { .. }
            | TicketChange::StatusChanged(_)
            | TicketChange::ResolutionRecorded { .. }
            | TicketChange::Assigned { .. }
            | TicketChange::Unassigned { .. }
            | TicketChange::Routed(_)
            | TicketChange::TakenUp
            | TicketChange::Transferred { .. }
            | TicketChange::Escalated { .. }
            | TicketChange::SubjectChanged { .. }
            | TicketChange::CategoryChanged { .. }
            | TicketChange::TagsChanged { .. }
            | TicketChange::FieldChanged { .. }
            | TicketChange::PriorityChanged { .. }
            | TicketChange::ImpactChanged { .. }
            | TicketChange::AboutChanged { .. }
            | TicketChange::ExternalRefsChanged { .. }
            | TicketChange::Linked { .. }
            | TicketChange::Unlinked { .. }
            | TicketChange::TodoAdded(_)
            | TicketChange::TodoMarked(_)
            | TicketChange::Reminded(_)
            | TicketChange::ClosingHeld { .. }
            | TicketChange::ClocksChanged(_)
            | TicketChange::RuleAsked(_)
            | TicketChange::ActionRefused { .. }
            | TicketChange::CascadeStopped { .. }
            | TicketChange::TimeRulesLookedAt(_)
            | TicketChange::NotDelivered(_)
            | TicketChange::FollowedUp { .. }
            | TicketChange::MergedInto { .. }
            | TicketChange::ReleasedFrom { .. }
            | TicketChange::SplitOff(_)
            | TicketChange::MergedSplit(_)
            | TicketChange::MemberWrote { .. }
            | TicketChange::OpenAgeWarned
            | TicketChange::OpenAgeOverdue
            | TicketChange::TimersSet { .. }
            | TicketChange::Redacted { .. }
            | TicketChange::Held { .. }
            | TicketChange::SolutionProposed { .. }
            | TicketChange::SolutionConfirmed { .. }
            | TicketChange::SolutionRejected { .. }
            | TicketChange::SpamMarked { .. }
            | TicketChange::SideSaid(_)
            | TicketChange::SideClosed { .. } => return None,
        };
        Some(Self { came: came.to_vec(), left: left.to_vec() })
    }
}
