//! What is measured: eight clocks, each with its beginning and its end.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::workflow::StatusCategory;

/// What is measured of a ticket, or of anything else that is opened, answered and resolved.
///
/// Only what a human agent says in public answers anything: notes, bots and auto-replies neither
/// start nor end a clock.
///
/// ```
/// use helpdesk::StatusCategory;
/// use helpdesk::sla::Metric;
///
/// assert_eq!(Metric::FirstResponse.to_string(), "first response");
/// assert!(Metric::AgentWork.runs_in(StatusCategory::Open));
/// assert!(!Metric::AgentWork.runs_in(StatusCategory::Waiting), "it is not the desk's turn");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// From the opening by a customer to the first answer. What an agent opened has none.
    FirstResponse,
    /// From the oldest message of the customer that nobody has answered to the next answer; not
    /// while the first response is open, which that answer ends.
    NextResponse,
    /// From an answer to the next one: how long the customer hears nothing. What an agent opened
    /// begins with it. It ends when the work is done, and begins anew with the next answer.
    PeriodicUpdate,
    /// From the opening to the first time that the work is done, for good.
    FirstResolution,
    /// From the opening to the last time that the work is done: reopened, it runs on, and the time
    /// between is taken out.
    TotalResolution,
    /// The time in which it was the desk's turn: new and open.
    AgentWork,
    /// The time in which the customer waited: new, open and on hold.
    RequesterWait,
    /// From the opening to the first owner.
    TimeToAssign,
}

impl Metric {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 8] = [
        Self::FirstResponse,
        Self::NextResponse,
        Self::PeriodicUpdate,
        Self::FirstResolution,
        Self::TotalResolution,
        Self::AgentWork,
        Self::RequesterWait,
        Self::TimeToAssign,
    ];

    /// The name that settings write.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstResponse => "first_response",
            Self::NextResponse => "next_response",
            Self::PeriodicUpdate => "periodic_update",
            Self::FirstResolution => "first_resolution",
            Self::TotalResolution => "total_resolution",
            Self::AgentWork => "agent_work",
            Self::RequesterWait => "requester_wait",
            Self::TimeToAssign => "time_to_assign",
        }
    }

    /// Whether its clock runs at all while the ticket is in a status of this category; a policy
    /// may pause it in more.
    pub const fn runs_in(self, category: StatusCategory) -> bool {
        match self {
            Self::AgentWork => matches!(category, StatusCategory::New | StatusCategory::Open),
            Self::RequesterWait => !matches!(
                category,
                StatusCategory::Waiting | StatusCategory::Resolved | StatusCategory::Closed
            ),
            Self::FirstResponse
            | Self::NextResponse
            | Self::PeriodicUpdate
            | Self::FirstResolution
            | Self::TotalResolution
            | Self::TimeToAssign => true,
        }
    }

    /// What becomes of its clock when the work is done.
    pub(crate) const fn when_done(self) -> WhenDone {
        match self {
            Self::FirstResponse
            | Self::NextResponse
            | Self::PeriodicUpdate
            | Self::TimeToAssign => WhenDone::Void,
            Self::FirstResolution => WhenDone::Fulfilled,
            Self::TotalResolution | Self::AgentWork | Self::RequesterWait => WhenDone::Interrupted,
        }
    }
}

/// What becomes of a clock when the work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhenDone {
    /// What it waited for is not to be expected any more.
    Void,
    /// That is what it waited for.
    Fulfilled,
    /// That is what it waited for, and it runs on when the work is taken up again.
    Interrupted,
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FirstResponse => "first response",
            Self::NextResponse => "next response",
            Self::PeriodicUpdate => "periodic update",
            Self::FirstResolution => "first resolution",
            Self::TotalResolution => "total resolution",
            Self::AgentWork => "agent work time",
            Self::RequesterWait => "requester wait time",
            Self::TimeToAssign => "time to assign",
        })
    }
}
