//! Which tickets are to be solved next: what is served, in which order, and how long anything waits.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::SettingsDraft;
use crate::ids::{PriorityName, StatusName};
use crate::matching::{Turns, WorkOrder};
use crate::problem::{Mistake, Problems};
use crate::time::Span;
use crate::workflow::{StatusCategory, StatusDraft};

/// Which tickets of a queue are to be solved next, and in which order:
/// [`Desk::to_solve`](crate::Desk::to_solve) lists them, and
/// [`Desk::take_next`](crate::Desk::take_next) hands out the first.
///
/// Within a rank, and within a service level where these count, nothing starves: a ticket has one
/// instant, at the latest that at which the patience of its priority ends, and goes after those only
/// that have an earlier one. The instant stays while the ticket waits; what comes in has a later and
/// later one. Ranks and levels are served one after the other, however long others wait.
///
/// New settings count at once, for every ticket.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let mut draft = SettingsDraft::default();
/// draft.to_solve.statuses = vec![vec!["open".into()], vec!["new".into()]];
/// draft.to_solve.patience = [("high".into(), Span::minutes(30))].into();
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
///
/// let urgent = Open::new(TicketId::from_u128(2), Requester::Contact(maria), "Now it smokes.");
/// desk.open(Actor::Host.at(now), Open { priority: Some("high".into()), ..urgent })?;
/// let page = desk.to_solve(&agent, now, None, 10)?;
/// assert_eq!(
///     page.entries[0].turn.to_string(),
///     "the patience of `high` ends at 2026-03-02T09:30:00Z; `new` (rank 1), waits since \
///      2026-03-02T09:00:00Z"
/// );
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "an order of work: a map")]
pub struct ToSolve {
    /// The statuses that are served, in groups of one rank: all of the first group come before any
    /// of the second. Unfinished ones, each once. Default none: then those of the categories new
    /// and open, all of one rank.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<Vec<StatusName>>,
    /// In which order those of one rank are served. Default by the earliest obligation.
    pub order: WorkOrder,
    /// How long a ticket of this priority waits at most before it is its turn, but for those whose
    /// turn comes earlier, in calendar time; longer than nothing, at most 3,650 days. By default one
    /// hour for the highest priority, four times as long for each step below it, and at most three
    /// days: on the default scale 1, 4, 16 and 64 hours.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub patience: BTreeMap<PriorityName, Span>,
}

const LONGEST: Span = Span::days(3_650);

impl ToSolve {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The patience of a priority of which nothing is said, so many steps below the highest.
fn default_patience(below: usize) -> Span {
    let most = Span::days(3);
    // 4 to the 4th hours are more than that already.
    let steps = u32::try_from(below).map_or(4, |steps| steps.min(4));
    Span::hours(4_u32.pow(steps)).min(most)
}

pub(super) fn check(draft: &SettingsDraft, problems: &mut Problems) {
    let ToSolve { statuses, order: _, patience } = &draft.to_solve;
    let mut seen = BTreeSet::new();
    for (rank, group) in statuses.iter().enumerate() {
        if group.is_empty() {
            let path = format!("to_solve.statuses[{rank}]");
            problems.at(path, Mistake::Empty { what: "status" });
        }
        for (index, name) in group.iter().enumerate() {
            let known = draft.workflow.statuses.iter().find(|status| status.name == *name);
            let mistake = match known {
                None => Mistake::Unknown { what: "status", name: name.to_string() },
                Some(StatusDraft { category, .. }) if category.is_done() => {
                    Mistake::WrongCategory {
                        status: name.to_string(),
                        found: category.as_str(),
                        expected: "new, open, waiting or on_hold",
                    }
                }
                Some(_) if !seen.insert(name) => {
                    Mistake::Twice { what: "status", name: name.to_string() }
                }
                Some(_) => continue,
            };
            problems.at(format!("to_solve.statuses[{rank}][{index}]"), mistake);
        }
    }
    for (name, span) in patience {
        let path = format!("to_solve.patience.{name}");
        if !draft.priorities.contains(name) {
            let name = name.to_string();
            problems.at(path, Mistake::Unknown { what: "priority", name });
        } else if *span == Span::ZERO || *span > LONGEST {
            let (found, expected) = (span.to_string(), "longer than nothing, at most 3650 days");
            problems.at(path, Mistake::OutOfRange { found, expected });
        }
    }
}

/// The order of work, of settings which may be under their checks still.
pub(super) fn turns(draft: &SettingsDraft) -> Turns {
    let ToSolve { statuses, order, patience } = &draft.to_solve;
    let served = |status: &&StatusDraft| match status.category {
        StatusCategory::New | StatusCategory::Open => true,
        StatusCategory::Waiting
        | StatusCategory::OnHold
        | StatusCategory::Resolved
        | StatusCategory::Closed => false,
    };
    let by_default = || {
        let served = draft.workflow.statuses.iter().filter(served);
        served.map(|status| (status.name.clone(), 0)).collect()
    };
    let ranked = statuses.iter().enumerate().flat_map(|(rank, group)| {
        let rank = u16::try_from(rank).unwrap_or(u16::MAX);
        group.iter().map(move |name| (name.clone(), rank))
    });
    let statuses = if statuses.is_empty() { by_default() } else { ranked.collect() };
    let scale = draft.priorities.iter().enumerate();
    let priorities = scale.map(|(place, name)| {
        let below = draft.priorities.len().saturating_sub(place + 1);
        let span = patience.get(name).copied().unwrap_or_else(|| default_patience(below));
        // An earlier build may have accepted what this one does not.
        (name.clone(), span.clamp(Span::micros(1), LONGEST))
    });
    Turns::new(*order, statuses, priorities.collect(), draft.sla_levels.clone())
}
