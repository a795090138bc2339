//! The default workflow, as the table at [`Workflow`] draws it.

use super::{
    Landmarks, Reason, StatusCategory, StatusDraft, Transition, WaitsFor, Workflow, WorkflowDraft,
    check::{Around, check},
};
use crate::ids::{ReasonName, StatusName};
use crate::problem::Problems;

impl Default for WorkflowDraft {
    fn default() -> Self {
        let reasons = [
            ("information", WaitsFor::Customer),
            ("confirmation", WaitsFor::Customer),
            ("vendor", WaitsFor::ThirdParty),
            ("defect", WaitsFor::ThirdParty),
            ("third_party", WaitsFor::ThirdParty),
            ("look_again", WaitsFor::Desk),
            ("customer_unavailable", WaitsFor::Customer),
        ];
        Self {
            statuses: vec![
                new(),
                open(),
                in_progress(),
                answered(),
                pending(),
                suspended(),
                postponed(),
                resolved(),
                StatusDraft::new("closed", StatusCategory::Closed),
            ],
            reasons: reasons
                .map(|(name, waits_for)| Reason { name: name.into(), waits_for })
                .to_vec(),
            landmarks: Landmarks::default(),
        }
    }
}

impl Default for Landmarks {
    fn default() -> Self {
        Self {
            initial: "new".into(),
            outreach: "answered".into(),
            postponed: "postponed".into(),
            woken: "open".into(),
            resolved: "resolved".into(),
            closed: "closed".into(),
            reopened: "open".into(),
            proposed: None,
        }
    }
}

impl Default for Workflow {
    fn default() -> Self {
        let mut problems = Problems::none();
        check(
            WorkflowDraft::default(),
            Around { fields: &[], auto_close: true, confirms: false },
            &mut problems,
        )
    }
}

fn new() -> StatusDraft {
    StatusDraft {
        on_agent_reply: to("answered"),
        on_take: to("in_progress"),
        ..unresolved("new", StatusCategory::New)
    }
}

fn open() -> StatusDraft {
    StatusDraft {
        on_agent_reply: to("answered"),
        on_take: to("in_progress"),
        ..unresolved("open", StatusCategory::Open)
    }
}

fn in_progress() -> StatusDraft {
    StatusDraft {
        on_agent_reply: to("answered"),
        ..unresolved("in_progress", StatusCategory::Open)
    }
}

fn answered() -> StatusDraft {
    StatusDraft { on_customer_reply: to("open"), ..unresolved("answered", StatusCategory::Waiting) }
}

fn pending() -> StatusDraft {
    StatusDraft {
        reasons: names(&["information", "confirmation"]),
        reason_required: true,
        on_customer_reply: to("open"),
        ..unresolved("pending", StatusCategory::Waiting)
    }
}

fn suspended() -> StatusDraft {
    StatusDraft {
        reasons: names(&["vendor", "defect", "third_party"]),
        reason_required: true,
        on_customer_reply: to("open"),
        ..unresolved("suspended", StatusCategory::OnHold)
    }
}

fn postponed() -> StatusDraft {
    StatusDraft {
        reasons: names(&["look_again", "customer_unavailable"]),
        reason_required: true,
        on_customer_reply: to("open"),
        on_agent_reply: to("answered"),
        on_take: to("in_progress"),
        ..unresolved("postponed", StatusCategory::OnHold)
    }
}

fn resolved() -> StatusDraft {
    StatusDraft {
        transitions: vec![Transition::to("closed")],
        on_customer_reply: to("open"),
        ..StatusDraft::new("resolved", StatusCategory::Resolved)
    }
}

/// A status from which staff may go to every other but New: a ticket is new only until
/// somebody has answered.
fn unresolved(name: &str, category: StatusCategory) -> StatusDraft {
    let others = [
        "open",
        "in_progress",
        "answered",
        "pending",
        "suspended",
        "postponed",
        "resolved",
        "closed",
    ];
    StatusDraft {
        transitions: others
            .into_iter()
            .filter(|other| *other != name)
            .map(Transition::to)
            .collect(),
        ..StatusDraft::new(name, category)
    }
}

fn to(status: &str) -> Option<StatusName> {
    Some(status.into())
}

fn names(reasons: &[&str]) -> Vec<ReasonName> {
    reasons.iter().map(|reason| (*reason).into()).collect()
}
