//! The order of work: queues of departments in parts, of which each is in that order by itself.
//!
//! What has one department, status, priority and service level is in the order of turns by its
//! deadline and, apart from that, by since when it waits: so each part is walked by two indexes.

use std::cmp::Ordering;

use chrono::DateTime;
use uuid::Uuid;

use crate::matching::{TurnPlace, Turns, Waiting, WorkOrder};

/// What has one status, priority and service level in one department, which of these is which: the
/// name of a part of a queue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct PartName {
    pub(in crate::store) department: String,
    pub(in crate::store) status: String,
    pub(in crate::store) priority: String,
    /// Empty: none.
    pub(in crate::store) level: String,
}

#[cfg(feature = "sqlite")]
impl PartName {
    /// What comes before every part of this department's queue: no status has an empty name.
    pub(in crate::store) fn nothing(department: &str) -> Self {
        let none = String::new;
        Self { department: department.to_owned(), status: none(), priority: none(), level: none() }
    }
}

/// A part of a queue, in the order of turns: where its walks begin, and which place what they come to
/// has.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Part {
    /// A place in it, for what all its places have in common.
    place: TurnPlace,
    /// From when a ticket waits until its turn, but for a deadline; in microseconds.
    patience: i64,
    /// Whether deadlines count.
    deadlines: bool,
    /// After which deadline, waiting and id what has a deadline is walked.
    due: (i64, i64, Option<Uuid>),
    /// After which waiting and id everything is walked.
    since: (i64, Option<Uuid>),
}

impl Part {
    /// The part of this name, from where the last page ended. `None`: nothing of it comes after that.
    pub(in crate::store) fn new(
        turns: &Turns,
        name: &PartName,
        after: Option<(TurnPlace, Uuid)>,
    ) -> Option<Self> {
        let priority = name.priority.as_str();
        let place = turns.place(Waiting {
            status: &name.status,
            priority,
            level: Some(name.level.as_str()).filter(|level| !level.is_empty()),
            since: DateTime::UNIX_EPOCH,
            sla_due_at: None,
        })?;
        let (patience, deadlines) = match turns.order() {
            WorkOrder::LongestUnanswered => (0, false),
            _ => (turns.patience(priority).as_micros(), true),
        };
        let (mut due, mut since) = ((i64::MIN, i64::MIN, None), (i64::MIN, None));
        if let Some((last, id)) = after.filter(|(last, _)| last.class() >= place.class()) {
            if last.class() > place.class() {
                return None;
            }
            let (at, began) = (last.at_micros(), last.at_micros().saturating_sub(patience));
            let priorities = place.below_highest_priority().cmp(&last.below_highest_priority());
            // Of the very instant: nothing, the rest, or everything.
            due = match priorities {
                Ordering::Less => (at.saturating_add(1), i64::MIN, None),
                Ordering::Equal => (at, last.since_micros(), Some(id)),
                Ordering::Greater => (at, i64::MIN, None),
            };
            since = match priorities.then(began.cmp(&last.since_micros())) {
                Ordering::Less => (began.saturating_add(1), None),
                Ordering::Equal => (began, Some(id)),
                Ordering::Greater => (began, None),
            };
        }
        Some(Self { place, patience, deadlines, due, since })
    }

    /// After which deadline, waiting and id what has a deadline is walked; `None`: deadlines do not
    /// count.
    pub(in crate::store) fn due(&self) -> Option<(i64, i64, Option<Uuid>)> {
        self.deadlines.then_some(self.due)
    }

    /// After which waiting and id everything is walked.
    pub(in crate::store) fn since(&self) -> (i64, Option<Uuid>) {
        self.since
    }

    /// The place of a ticket that was met by its deadline, and whether its turn comes by that, before
    /// it is met on the other road.
    pub(in crate::store) fn by_deadline(&self, due: i64, since: i64) -> (TurnPlace, bool) {
        (self.place.at(due, since), due <= since.saturating_add(self.patience))
    }

    /// The place of a ticket that was met by since when it waits, and whether its turn comes by that.
    pub(in crate::store) fn by_waiting(&self, since: i64, due: Option<i64>) -> (TurnPlace, bool) {
        let ends = since.saturating_add(self.patience);
        (self.place.at(ends, since), !self.deadlines || due.is_none_or(|due| due > ends))
    }
}
