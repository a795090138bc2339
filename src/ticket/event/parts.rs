//! What an event says, whichever it is: its message, its move of status, its timers; and who sees
//! it.

use super::{StatusChange, TicketChange};
use crate::people::Sight;
use crate::ticket::{Message, Timers};

impl TicketChange {
    /// The message that this event added to the thread, if it did.
    pub fn message(&self) -> Option<&Message> {
        match self {
            Self::Opened(opened) => Some(&opened.message),
            Self::MessageAdded { message, .. } => Some(message),
            Self::AccessGranted { .. }
            | Self::AccessRevoked { .. }
            | Self::StatusChanged(_)
            | Self::ResolutionRecorded { .. }
            | Self::Assigned { .. }
            | Self::Unassigned { .. }
            | Self::Routed(_)
            | Self::TakenUp
            | Self::Transferred { .. }
            | Self::Escalated { .. }
            | Self::SubjectChanged { .. }
            | Self::CategoryChanged { .. }
            | Self::TagsChanged { .. }
            | Self::FieldChanged { .. }
            | Self::PriorityChanged { .. }
            | Self::ImpactChanged { .. }
            | Self::FollowersChanged { .. }
            | Self::AboutChanged { .. }
            | Self::ExternalRefsChanged { .. }
            | Self::Linked { .. }
            | Self::Unlinked { .. }
            | Self::TodoAdded(_)
            | Self::TodoMarked(_)
            | Self::Reminded(_)
            | Self::ClosingHeld { .. }
            | Self::FollowedUp { .. }
            | Self::MergedInto { .. }
            | Self::Absorbed(_)
            | Self::ReleasedFrom { .. }
            | Self::Released(_)
            | Self::FollowersLeft(_)
            | Self::SplitOff(_)
            | Self::MergedSplit(_)
            | Self::MemberWrote { .. }
            | Self::OpenAgeWarned
            | Self::OpenAgeOverdue
            | Self::TimersSet { .. }
            | Self::Redacted { .. }
            | Self::Held { .. }
            | Self::SolutionProposed { .. }
            | Self::SolutionConfirmed { .. }
            | Self::SolutionRejected { .. }
            | Self::SpamMarked { .. }
            | Self::SideSaid(_)
            | Self::SideClosed { .. }
            | Self::ClocksChanged(_)
            | Self::RuleAsked(_)
            | Self::ActionRefused { .. }
            | Self::CascadeStopped { .. }
            | Self::TimeRulesLookedAt(_)
            | Self::NotDelivered(_) => None,
        }
    }

    /// The move of status that this event states, if it does.
    pub fn status_change(&self) -> Option<&StatusChange> {
        match self {
            Self::StatusChanged(change)
            | Self::MergedInto { status: change, .. }
            | Self::ReleasedFrom { status: change, .. } => Some(change),
            Self::Opened(_)
            | Self::MessageAdded { .. }
            | Self::AccessGranted { .. }
            | Self::AccessRevoked { .. }
            | Self::ResolutionRecorded { .. }
            | Self::Assigned { .. }
            | Self::Unassigned { .. }
            | Self::Routed(_)
            | Self::TakenUp
            | Self::Transferred { .. }
            | Self::Escalated { .. }
            | Self::SubjectChanged { .. }
            | Self::CategoryChanged { .. }
            | Self::TagsChanged { .. }
            | Self::FieldChanged { .. }
            | Self::PriorityChanged { .. }
            | Self::ImpactChanged { .. }
            | Self::FollowersChanged { .. }
            | Self::AboutChanged { .. }
            | Self::ExternalRefsChanged { .. }
            | Self::Linked { .. }
            | Self::Unlinked { .. }
            | Self::TodoAdded(_)
            | Self::TodoMarked(_)
            | Self::Reminded(_)
            | Self::ClosingHeld { .. }
            | Self::FollowedUp { .. }
            | Self::Absorbed(_)
            | Self::Released(_)
            | Self::FollowersLeft(_)
            | Self::SplitOff(_)
            | Self::MergedSplit(_)
            | Self::MemberWrote { .. }
            | Self::OpenAgeWarned
            | Self::OpenAgeOverdue
            | Self::TimersSet { .. }
            | Self::Redacted { .. }
            | Self::Held { .. }
            | Self::SolutionProposed { .. }
            | Self::SolutionConfirmed { .. }
            | Self::SolutionRejected { .. }
            | Self::SpamMarked { .. }
            | Self::SideSaid(_)
            | Self::SideClosed { .. }
            | Self::ClocksChanged(_)
            | Self::RuleAsked(_)
            | Self::ActionRefused { .. }
            | Self::CascadeStopped { .. }
            | Self::TimeRulesLookedAt(_)
            | Self::NotDelivered(_) => None,
        }
    }

    /// Who sees that it happened: those whose sight of the ticket is at least this.
    ///
    /// What is said publicly, moves of the status, and what becomes of a proposed solution are for
    /// everybody on the ticket; everything else is for those who work on it.
    ///
    /// ```
    /// # use helpdesk::{Sight, TicketChange};
    /// assert_eq!(TicketChange::OpenAgeWarned.sight(), Sight::Full);
    /// ```
    pub fn sight(&self) -> Sight {
        match self {
            Self::StatusChanged(_)
            | Self::SolutionProposed { .. }
            | Self::SolutionConfirmed { .. }
            | Self::SolutionRejected { .. }
            | Self::MergedInto { .. }
            | Self::ReleasedFrom { .. } => Sight::Public,
            Self::Opened(opened) => opened.message.sight(),
            Self::MessageAdded { message, .. } => message.sight(),
            Self::AccessGranted { .. }
            | Self::AccessRevoked { .. }
            | Self::ResolutionRecorded { .. }
            | Self::Assigned { .. }
            | Self::Unassigned { .. }
            | Self::Routed(_)
            | Self::TakenUp
            | Self::Transferred { .. }
            | Self::Escalated { .. }
            | Self::SubjectChanged { .. }
            | Self::CategoryChanged { .. }
            | Self::TagsChanged { .. }
            | Self::FieldChanged { .. }
            | Self::PriorityChanged { .. }
            | Self::ImpactChanged { .. }
            | Self::FollowersChanged { .. }
            | Self::AboutChanged { .. }
            | Self::ExternalRefsChanged { .. }
            | Self::Linked { .. }
            | Self::Unlinked { .. }
            | Self::TodoAdded(_)
            | Self::TodoMarked(_)
            | Self::Reminded(_)
            | Self::ClosingHeld { .. }
            | Self::FollowedUp { .. }
            | Self::Absorbed(_)
            | Self::Released(_)
            | Self::FollowersLeft(_)
            | Self::SplitOff(_)
            | Self::MergedSplit(_)
            | Self::MemberWrote { .. }
            | Self::OpenAgeWarned
            | Self::OpenAgeOverdue
            | Self::TimersSet { .. }
            | Self::Redacted { .. }
            | Self::Held { .. }
            | Self::SpamMarked { .. }
            | Self::SideSaid(_)
            | Self::SideClosed { .. }
            | Self::ClocksChanged(_)
            | Self::RuleAsked(_)
            | Self::ActionRefused { .. }
            | Self::CascadeStopped { .. }
            | Self::TimeRulesLookedAt(_)
            | Self::NotDelivered(_) => Sight::Full,
        }
    }

    /// The timers that this event states.
    pub(crate) fn timers_mut(&mut self) -> Option<&mut Timers> {
        match self {
            Self::Opened(opened) => Some(&mut opened.timers),
            Self::StatusChanged(change)
            | Self::MergedInto { status: change, .. }
            | Self::ReleasedFrom { status: change, .. } => Some(&mut change.timers),
            Self::TimersSet { timers } => Some(timers),
            Self::MessageAdded { .. }
            | Self::AccessGranted { .. }
            | Self::AccessRevoked { .. }
            | Self::ResolutionRecorded { .. }
            | Self::Assigned { .. }
            | Self::Unassigned { .. }
            | Self::Routed(_)
            | Self::TakenUp
            | Self::Transferred { .. }
            | Self::Escalated { .. }
            | Self::SubjectChanged { .. }
            | Self::CategoryChanged { .. }
            | Self::TagsChanged { .. }
            | Self::FieldChanged { .. }
            | Self::PriorityChanged { .. }
            | Self::ImpactChanged { .. }
            | Self::FollowersChanged { .. }
            | Self::AboutChanged { .. }
            | Self::ExternalRefsChanged { .. }
            | Self::Linked { .. }
            | Self::Unlinked { .. }
            | Self::TodoAdded(_)
            | Self::TodoMarked(_)
            | Self::Reminded(_)
            | Self::ClosingHeld { .. }
            | Self::FollowedUp { .. }
            | Self::Absorbed(_)
            | Self::Released(_)
            | Self::FollowersLeft(_)
            | Self::SplitOff(_)
            | Self::MergedSplit(_)
            | Self::MemberWrote { .. }
            | Self::OpenAgeWarned
            | Self::OpenAgeOverdue
            | Self::Redacted { .. }
            | Self::Held { .. }
            | Self::SolutionProposed { .. }
            | Self::SolutionConfirmed { .. }
            | Self::SolutionRejected { .. }
            | Self::SpamMarked { .. }
            | Self::SideSaid(_)
            | Self::SideClosed { .. }
            | Self::ClocksChanged(_)
            | Self::RuleAsked(_)
            | Self::ActionRefused { .. }
            | Self::CascadeStopped { .. }
            | Self::TimeRulesLookedAt(_)
            | Self::NotDelivered(_) => None,
        }
    }
}
