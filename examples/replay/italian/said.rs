//! The status that the log says, worked out from its rows alone, and what explains another.

use super::row::Activity;

/// The rule in words, for the reader of the report.
pub(super) const SAID: &str = "\
the log's  status of a case is that of its last row that bears one: Closed is closed, Resolve
           ticket resolved, Wait pending, Require upgrade, Create SW anomaly and Schedule
           intervention suspended, Take in charge ticket in_progress; none: new. It is
           compared after every row, with the reason for waiting; at the end also the owner,
           who is whoever last took it in charge or brought it to another workgroup, the
           priority, the department, the fields and the number of reopenings
";

/// The status that the log says before the first row of a case.
pub(super) const FIRST: &str = "new";

/// The status that the log says after a row, from the one it said before.
pub(super) fn after(activity: Activity, before: &'static str) -> &'static str {
    match activity {
        Activity::Closed => "closed",
        Activity::ResolveTicket => "resolved",
        Activity::Wait => "pending",
        Activity::RequireUpgrade | Activity::CreateSwAnomaly | Activity::ScheduleIntervention => {
            "suspended"
        }
        Activity::TakeInCharge => "in_progress",
        Activity::InsertTicket
        | Activity::AssignSeriousness
        | Activity::ResolveSwAnomaly
        | Activity::Verified
        | Activity::Resolved
        | Activity::Invalid
        | Activity::Duplicate => before,
    }
}

/// The reason for waiting that the log says after a row, from the one it said before.
pub(super) fn reason(activity: Activity, before: Option<&'static str>) -> Option<&'static str> {
    match activity {
        Activity::Wait => Some("unknown"),
        Activity::RequireUpgrade => Some("product_upgrade"),
        Activity::CreateSwAnomaly => Some("defect"),
        Activity::ScheduleIntervention => Some("intervention"),
        Activity::Closed | Activity::ResolveTicket | Activity::TakeInCharge => None,
        Activity::InsertTicket
        | Activity::AssignSeriousness
        | Activity::ResolveSwAnomaly
        | Activity::Verified
        | Activity::Resolved
        | Activity::Invalid
        | Activity::Duplicate => before,
    }
}

/// A rule by which the desk's status is another than the log's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rule {
    /// Triage of finished work means that it is not finished: the ticket reopens, and the row
    /// names no status.
    TriageReopens,
    /// The defect that the ticket was suspended for is resolved: the desk's turn again, and the
    /// row names no status.
    DefectResolved,
}

impl Rule {
    pub(super) const ALL: [Self; 2] = [Self::TriageReopens, Self::DefectResolved];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::TriageReopens => "triage_reopens",
            Self::DefectResolved => "defect_resolved",
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::TriageReopens => "Assign seriousness on finished work reopens it",
            Self::DefectResolved => "Resolve SW anomaly ends the wait for the defect",
        }
    }

    /// The rule that explains a difference which this row brought about.
    pub(super) fn of(activity: Activity, said: &str, found: &str) -> Option<Self> {
        match (activity, said, found) {
            (Activity::AssignSeriousness, "resolved" | "closed", "open") => {
                Some(Self::TriageReopens)
            }
            (Activity::ResolveSwAnomaly, "suspended", "open") => Some(Self::DefectResolved),
            _ => None,
        }
    }
}
