//! Every check that a workflow passes before any ticket lives by it.

use super::{
    Landmark, Landmarks, Proposed, Status, StatusCategory, StatusDraft, StatusRule, Workflow,
    WorkflowDraft,
};
use crate::ids::{FieldName, StatusName};
use crate::people::Party;
use crate::problem::{Mistake, Problems};

/// What a workflow's checks must know of the settings around it.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    /// The custom fields that there are.
    pub(crate) fields: &'a [FieldName],
    /// Whether resolved tickets close by themselves.
    pub(crate) auto_close: bool,
    /// Whether solutions are proposed to customers.
    pub(crate) confirms: bool,
}

/// Looks everything up and reports every mistake; the workflow is right only if none was.
pub(crate) fn check(draft: WorkflowDraft, around: Around<'_>, problems: &mut Problems) -> Workflow {
    let mut walk = Walk { draft: &draft, around, problems };
    walk.names();
    for (index, status) in draft.statuses.iter().enumerate() {
        walk.status(index, status);
    }
    walk.landmarks();
    walk.proposals();
    // What leads where means something only once every name is known.
    if walk.problems.none_below("workflow") {
        walk.ways();
    }
    looked_up(draft)
}

/// Reports every name without which a workflow cannot be looked up, and nothing else.
#[cfg(feature = "json")]
pub(crate) fn check_lookups(draft: WorkflowDraft, problems: &mut Problems) -> Workflow {
    let known = |name: &StatusName| draft.statuses.iter().any(|status| status.name == *name);
    for (index, status) in draft.statuses.iter().enumerate() {
        let moves = [
            ("on_customer_reply", &status.on_customer_reply),
            ("on_agent_reply", &status.on_agent_reply),
            ("on_take", &status.on_take),
        ];
        for (name, to) in moves {
            if let Some(to) = to.as_ref().filter(|to| !known(to)) {
                problems.at(format!("workflow.statuses[{index}].{name}"), unknown(to));
            }
        }
    }
    for (_, name, status) in draft.landmarks.all() {
        if !known(status) {
            problems.at(format!("workflow.landmarks.{name}"), unknown(status));
        }
    }
    if let Some(Proposed { status, .. }) = &draft.landmarks.proposed
        && !known(status)
    {
        problems.at("workflow.landmarks.proposed.status", unknown(status));
    }
    looked_up(draft)
}

/// The workflow with its references looked up; right only if every name is known.
fn looked_up(draft: WorkflowDraft) -> Workflow {
    let find = |name: &Option<StatusName>| {
        draft.statuses.iter().position(|status| Some(&status.name) == name.as_ref())
    };
    let statuses = draft
        .statuses
        .iter()
        .map(|status| StatusRule {
            status: Status { name: status.name.clone(), category: status.category },
            on_customer_reply: find(&status.on_customer_reply),
            on_agent_reply: find(&status.on_agent_reply),
            on_take: find(&status.on_take),
        })
        .collect();
    let proposed = draft.landmarks.proposed.as_ref();
    let proposed = proposed.and_then(|proposed| find(&Some(proposed.status.clone())));
    let landmarks =
        draft.landmarks.all().map(|(_, _, name)| find(&Some(name.clone())).unwrap_or_default());
    Workflow { statuses, landmarks, proposed, draft }
}

impl Landmarks {
    fn all(&self) -> [(Landmark, &'static str, &StatusName); 7] {
        // In the order of the enum, by which they are looked up.
        [
            (Landmark::Initial, "initial", &self.initial),
            (Landmark::Outreach, "outreach", &self.outreach),
            (Landmark::Postponed, "postponed", &self.postponed),
            (Landmark::Woken, "woken", &self.woken),
            (Landmark::Resolved, "resolved", &self.resolved),
            (Landmark::Closed, "closed", &self.closed),
            (Landmark::Reopened, "reopened", &self.reopened),
        ]
    }
}

struct Walk<'a> {
    draft: &'a WorkflowDraft,
    around: Around<'a>,
    problems: &'a mut Problems,
}

impl<'a> Walk<'a> {
    fn names(&mut self) {
        if self.draft.statuses.is_empty() {
            self.problems.at("workflow.statuses", Mistake::Empty { what: "status" });
        }
        self.problems.names(
            "status",
            self.draft.statuses.iter().map(|status| status.name.as_str()),
            |index| format!("workflow.statuses[{index}].name"),
        );
        self.problems.names(
            "reason",
            self.draft.reasons.iter().map(|reason| reason.name.as_str()),
            |index| format!("workflow.reasons[{index}].name"),
        );
    }

    fn find(&self, name: &StatusName) -> Option<&'a StatusDraft> {
        self.draft.statuses.iter().find(|status| status.name == *name)
    }

    fn status(&mut self, index: usize, status: &StatusDraft) {
        let path = format!("workflow.statuses[{index}]");
        self.reasons(&path, status);
        for (place, field) in status.required_fields.iter().enumerate() {
            if !self.around.fields.contains(field) {
                self.problems.at(
                    format!("{path}.required_fields[{place}]"),
                    Mistake::Unknown { what: "field", name: field.to_string() },
                );
            }
        }
        self.transitions(&path, status);
        let moves = [
            ("on_customer_reply", &status.on_customer_reply),
            ("on_agent_reply", &status.on_agent_reply),
            ("on_take", &status.on_take),
        ];
        for (name, to) in moves {
            if let Some(to) = to {
                self.reaction(&format!("{path}.{name}"), name, status, to);
            }
        }
    }

    fn reasons(&mut self, path: &str, status: &StatusDraft) {
        let waits = matches!(status.category, StatusCategory::Waiting | StatusCategory::OnHold);
        if !waits && (status.reason_required || !status.reasons.is_empty()) {
            self.problems.at(
                format!("{path}.reasons"),
                Mistake::NotHere { category: status.category.as_str(), what: "reasons" },
            );
        } else if status.reason_required && status.reasons.is_empty() {
            self.problems.at(format!("{path}.reasons"), Mistake::Empty { what: "reason" });
        }
        for (place, reason) in status.reasons.iter().enumerate() {
            if !self.draft.reasons.iter().any(|known| known.name == *reason) {
                self.problems.at(
                    format!("{path}.reasons[{place}]"),
                    Mistake::Unknown { what: "reason", name: reason.to_string() },
                );
            }
        }
    }

    fn transitions(&mut self, path: &str, status: &StatusDraft) {
        if status.category == StatusCategory::Closed && !status.transitions.is_empty() {
            let mistake = Mistake::NotHere {
                category: status.category.as_str(),
                what: "transitions: only reopening leads out of it",
            };
            self.problems.at(format!("{path}.transitions"), mistake);
            return;
        }
        for (place, transition) in status.transitions.iter().enumerate() {
            let path = format!("{path}.transitions[{place}]");
            // Light agents, auto-responders and timers move nothing by hand.
            let hands = [Party::LightAgent, Party::AutoResponder, Party::System];
            if transition.by.iter().all(|party| hands.contains(party)) {
                self.problems.at(format!("{path}.by"), Mistake::NobodyMay);
            }
            if status.transitions.iter().take(place).any(|other| other.to == transition.to) {
                let name = transition.to.to_string();
                self.problems.at(&path, Mistake::Twice { what: "transition to", name });
            }
            if transition.to == status.name {
                self.problems.at(format!("{path}.to"), Mistake::ToItself);
            }
            match self.find(&transition.to) {
                None => self.problems.at(format!("{path}.to"), unknown(&transition.to)),
                Some(to) if status.category.is_done() && !to.category.is_done() => {
                    self.problems.at(
                        format!("{path}.to"),
                        Mistake::NotHere {
                            category: status.category.as_str(),
                            what: "a transition to unfinished work: reopening leads there",
                        },
                    );
                }
                Some(_) => {}
            }
        }
    }

    /// A move that a message or a taking makes.
    fn reaction(&mut self, path: &str, name: &str, status: &StatusDraft, to: &StatusName) {
        if *to == status.name {
            self.problems.at(path, Mistake::ToItself);
        }
        let closed = status.category == StatusCategory::Closed;
        if closed || (status.category.is_done() && name != "on_customer_reply") {
            self.problems.at(
                path,
                Mistake::NotHere {
                    category: status.category.as_str(),
                    what: if closed {
                        "a move of its own: the reopening policy says what a reply does"
                    } else {
                        "this move: reopening is a command"
                    },
                },
            );
        }
        match self.find(to) {
            None => self.problems.at(path, unknown(to)),
            Some(to) if to.category.is_done() => self.problems.at(
                path,
                Mistake::WrongCategory {
                    status: to.name.to_string(),
                    found: to.category.as_str(),
                    expected: "unfinished: finishing records a resolution",
                },
            ),
            Some(to) if to.name == self.draft.landmarks.postponed => {
                self.problems.at(path, Mistake::NeverReturns { status: to.name.to_string() });
            }
            Some(to) => self.no_reason(path, to),
        }
    }

    fn no_reason(&mut self, path: &str, to: &StatusDraft) {
        if to.reason_required {
            self.problems.at(path, Mistake::ReasonOutOfReach { status: to.name.to_string() });
        }
    }

    fn landmarks(&mut self) {
        for (landmark, name, status) in self.draft.landmarks.all() {
            let path = format!("workflow.landmarks.{name}");
            let Some(status) = self.find(status) else {
                self.problems.at(path, unknown(status));
                continue;
            };
            let (fits, expected) = match landmark {
                Landmark::Initial => (status.category == StatusCategory::New, "new"),
                Landmark::Outreach => (
                    matches!(
                        status.category,
                        StatusCategory::Open | StatusCategory::Waiting | StatusCategory::OnHold
                    ),
                    "open, waiting or on hold",
                ),
                Landmark::Postponed => (status.category == StatusCategory::OnHold, "on hold"),
                Landmark::Woken | Landmark::Reopened => {
                    (status.category == StatusCategory::Open, "open")
                }
                Landmark::Resolved => (status.category == StatusCategory::Resolved, "resolved"),
                Landmark::Closed => (status.category == StatusCategory::Closed, "closed"),
            };
            if !fits {
                self.problems.at(
                    &path,
                    Mistake::WrongCategory {
                        status: status.name.to_string(),
                        found: status.category.as_str(),
                        expected,
                    },
                );
            }
            if landmark == Landmark::Outreach && status.name == self.draft.landmarks.postponed {
                self.problems.at(&path, Mistake::NeverReturns { status: status.name.to_string() });
            }
            // Postponing is done by hand, and resolving and closing take no reason at all.
            if matches!(
                landmark,
                Landmark::Initial | Landmark::Outreach | Landmark::Woken | Landmark::Reopened
            ) {
                self.no_reason(&path, status);
            }
        }
    }

    /// Where proposals wait: a status of their own or one that tickets wait in anyway.
    fn proposals(&mut self) {
        let path = "workflow.landmarks.proposed";
        let Some(Proposed { status, reason }) = &self.draft.landmarks.proposed else {
            if self.around.confirms {
                let what = "status for proposals, as `confirm_resolution` is on";
                self.problems.at(path, Mistake::Empty { what });
            }
            return;
        };
        let Some(status) = self.find(status) else {
            self.problems.at(format!("{path}.status"), unknown(status));
            return;
        };
        if status.category != StatusCategory::Waiting {
            let mistake = Mistake::WrongCategory {
                status: status.name.to_string(),
                found: status.category.as_str(),
                expected: "waiting",
            };
            self.problems.at(format!("{path}.status"), mistake);
        }
        match reason {
            Some(reason) if !status.reasons.contains(reason) => {
                let name = reason.to_string();
                let mistake = Mistake::Unknown { what: "reason of that status", name };
                self.problems.at(format!("{path}.reason"), mistake);
            }
            Some(_) => {}
            None => self.no_reason(&format!("{path}.reason"), status),
        }
    }

    /// Every status can be reached, can be left, and can come to a close.
    fn ways(&mut self) {
        let edges: Vec<Vec<usize>> =
            self.draft.statuses.iter().map(|status| self.ways_from(status)).collect();
        let landmarks = &self.draft.landmarks;
        let starts = [&landmarks.initial, &landmarks.outreach];
        let starts = starts.into_iter().filter_map(|name| self.index(name)).collect();
        let reached = reach(starts, &edges);
        let mut backwards = vec![Vec::new(); edges.len()];
        for (from, tos) in edges.iter().enumerate() {
            for to in tos {
                if let Some(froms) = backwards.get_mut(*to) {
                    froms.push(from);
                }
            }
        }
        let closed = self.draft.statuses.iter().enumerate();
        let closed = closed
            .filter(|(_, status)| status.category == StatusCategory::Closed)
            .map(|(index, _)| index)
            .collect();
        let closes = reach(closed, &backwards);
        for (index, status) in self.draft.statuses.iter().enumerate() {
            let path = format!("workflow.statuses[{index}]");
            let name = || status.name.to_string();
            if !reached.contains(&index) {
                self.problems.at(&path, Mistake::Unreachable { status: name() });
            }
            if edges.get(index).is_none_or(Vec::is_empty) {
                self.problems.at(&path, Mistake::NoExit { status: name() });
            } else if !closes.contains(&index) {
                self.problems.at(&path, Mistake::NeverCloses { status: name() });
            }
        }
    }

    fn index(&self, name: &StatusName) -> Option<usize> {
        self.draft.statuses.iter().position(|status| status.name == *name)
    }

    fn ways_from(&self, status: &StatusDraft) -> Vec<usize> {
        let landmarks = &self.draft.landmarks;
        // Resolving and closing lead to the landmarks and nowhere else.
        let finishes = [&landmarks.resolved, &landmarks.closed];
        let by_hand = status.transitions.iter().map(|transition| &transition.to);
        let by_hand = by_hand.filter(|to| {
            finishes.contains(to) || self.find(to).is_some_and(|to| !to.category.is_done())
        });
        let moves = [&status.on_customer_reply, &status.on_agent_reply, &status.on_take];
        let reactions = moves.into_iter().flatten();
        let reopening = status.category.is_done().then_some(&landmarks.reopened);
        let waking = (status.name == landmarks.postponed)
            .then_some([&landmarks.woken, &landmarks.initial])
            .into_iter()
            .flatten();
        let closing = (self.around.auto_close && status.category == StatusCategory::Resolved)
            .then_some(&landmarks.closed);
        by_hand
            .chain(closing)
            .chain(reactions)
            .chain(reopening)
            .chain(waking)
            .filter_map(|name| self.index(name))
            .collect()
    }
}

fn unknown(status: &StatusName) -> Mistake {
    Mistake::Unknown { what: "status", name: status.to_string() }
}

fn reach(mut todo: Vec<usize>, edges: &[Vec<usize>]) -> std::collections::BTreeSet<usize> {
    let mut seen = std::collections::BTreeSet::new();
    while let Some(index) = todo.pop() {
        if seen.insert(index) {
            todo.extend(edges.get(index).into_iter().flatten());
        }
    }
    seen
}
