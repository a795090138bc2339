//! Whether an event came with words of somebody, by its facts alone.

use super::TicketChange;
use crate::value::FieldFact;

impl TicketChange {
    /// Whether something personal is there since this event that its ticket's retention is for;
    /// whether or not it has been erased meanwhile. Only facts count: so what a ticket shows
    /// nobody, as a message that was split off, makes no difference to it once it is erased.
    pub(crate) fn brings_words(&self) -> bool {
        match self {
            Self::Opened(_)
            | Self::MessageAdded { .. }
            | Self::ResolutionRecorded { .. }
            | Self::SubjectChanged { .. }
            | Self::TodoAdded(_)
            | Self::SolutionProposed { .. }
            | Self::SideSaid(_)
            // What is said on a member, and what it came with, goes with the survivor's own.
            | Self::Absorbed(_)
            | Self::MemberWrote { .. } => true,
            Self::StatusChanged(moved) => moved.bytes > 0,
            Self::Escalated { bytes, .. } => *bytes > 0,
            Self::NotDelivered(what) => what.bytes > 0,
            Self::RuleAsked(asked) => asked.host.iter().any(|it| !it.with.is_empty()),
            Self::FieldChanged { to, .. } => *to == Some(FieldFact::Personal),
            Self::Redacted { bytes, .. } | Self::Held { bytes, .. } => *bytes > 0,
            Self::AccessGranted { .. }
            | Self::AccessRevoked { .. }
            | Self::Assigned { .. }
            | Self::Unassigned { .. }
            | Self::Routed(_)
            | Self::TakenUp
            | Self::Transferred { .. }
            | Self::CategoryChanged { .. }
            | Self::TagsChanged { .. }
            | Self::PriorityChanged { .. }
            | Self::ImpactChanged { .. }
            | Self::FollowersChanged { .. }
            | Self::AboutChanged { .. }
            | Self::ExternalRefsChanged { .. }
            | Self::Linked { .. }
            | Self::Unlinked { .. }
            | Self::TodoMarked(_)
            | Self::Reminded(_)
            | Self::ClosingHeld { .. }
            | Self::FollowedUp { .. }
            | Self::MergedInto { .. }
            | Self::ReleasedFrom { .. }
            | Self::Released(_)
            | Self::FollowersLeft(_)
            | Self::SplitOff(_)
            | Self::MergedSplit(_)
            | Self::OpenAgeWarned
            | Self::OpenAgeOverdue
            | Self::TimersSet { .. }
            | Self::SolutionConfirmed { .. }
            | Self::SolutionRejected { .. }
            | Self::SpamMarked { .. }
            | Self::SideClosed { .. }
            | Self::ClocksChanged(_)
            | Self::ActionRefused { .. }
            | Self::CascadeStopped { .. }
            | Self::TimeRulesLookedAt(_) => false,
        }
    }
}
