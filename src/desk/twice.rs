//! Notices that would tell one person twice, who is known under several ids.

use super::DeskError;
use super::flow::Flow;
use super::io::Io;
use super::read::PAGE;
use crate::channel::{Notice, NoticeKind};
use crate::ids::{ContactId, Key};
use crate::people::{Customer, Follower, Requester};
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

    /// Whether one of these followers followed when the notice was written: none but those came
    /// since of whom the history says so.
    async fn followed_then(
        &self,
        notice: &Notice,
        mut followers: Vec<ContactId>,
    ) -> Result<bool, DeskError> {
        let key = Key::ticket(self.id, notice.id.ticket);
        let mut after = notice.id.revision;
        loop {
            let page = self.io.history(key, after, PAGE).await?;
            for change in page.iter().filter_map(|event| event.ticket_change()) {
                let came = match change {
                    TicketChange::FollowersChanged { added, .. } => added,
                    TicketChange::Absorbed(absorbed) => &absorbed.followers,
                    TicketChange::Opened(_)
                    | TicketChange::MessageAdded { .. }
                    | TicketChange::AccessGranted { .. }
                    | TicketChange::AccessRevoked { .. }
                    | TicketChange::StatusChanged(_)
                    | TicketChange::ResolutionRecorded { .. }
                    | TicketChange::Assigned { .. }
                    | TicketChange::Unassigned { .. }
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
                    | TicketChange::FollowedUp { .. }
                    | TicketChange::MergedInto { .. }
                    | TicketChange::ReleasedFrom { .. }
                    | TicketChange::Released(_)
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
                    | TicketChange::SideClosed { .. }
                    | TicketChange::ClocksChanged(_) => continue,
                };
                followers.retain(|it| !came.contains(&Follower::Contact(*it)));
            }
            match page.last().filter(|_| page.len() == PAGE && !followers.is_empty()) {
                Some(last) => after = last.revision,
                None => return Ok(!followers.is_empty()),
            }
        }
    }
}
