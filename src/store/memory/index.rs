//! Indexes over the columns of a desk's tickets, and the wheel of its wakes.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::hash::IdMap;
use super::queue::Queues;
use super::shelf::{Moving, Shelf, shift, shift_each};
use crate::decide::TicketColumns;
use crate::ids::{AgentId, DepartmentName, OrganisationId, TicketNumber};
use crate::matching::Narrow;
use crate::people::{Follower, Requester};
use crate::store::Lease;
use crate::subject::{ExternalRef, SubjectRef};
use crate::workflow::StatusCategory;

/// Which tickets stand under which value of which column. What is finished stands apart: there
/// is more and more of it, and most questions are not about it.
#[derive(Debug, Default)]
pub(super) struct Indexes {
    categories: IdMap<StatusCategory, Shelf>,
    requesters: IdMap<Requester, Shelf>,
    assignees: IdMap<(Option<AgentId>, Finished), Shelf>,
    departments: IdMap<(Option<DepartmentName>, Standing), Shelf>,
    followers: IdMap<Follower, Shelf>,
    organisations: IdMap<OrganisationId, Shelf>,
    subjects: IdMap<SubjectRef, Shelf>,
    external_refs: IdMap<ExternalRef, Shelf>,
    pub(super) queues: Queues,
}

type Finished = bool;

/// How far a department is with a ticket. Its queue is looked at all day, however many people
/// work there: what they have taken stands apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Standing {
    Queued,
    Taken,
    Finished,
}

impl Standing {
    const ALL: [Self; 3] = [Self::Queued, Self::Taken, Self::Finished];

    fn of(it: &TicketColumns) -> Self {
        match (it.category.is_done(), it.assignee) {
            (true, _) => Self::Finished,
            (false, None) => Self::Queued,
            (false, Some(_)) => Self::Taken,
        }
    }

    /// Whether what stands so may have one of these categories, and one of these owners.
    fn admitted(self, finished: &[Finished], owners: Option<&BTreeSet<Option<AgentId>>>) -> bool {
        let owned = match self {
            Self::Queued => owners.is_none_or(|owners| owners.contains(&None)),
            Self::Taken => owners.is_none_or(|owners| owners.iter().any(Option::is_some)),
            Self::Finished => true,
        };
        owned && finished.contains(&(self == Self::Finished))
    }
}

impl Indexes {
    /// Moves a ticket from where it stands to where it should; touches only what changed.
    pub(super) fn update<'c>(
        &mut self,
        (number, id): (TicketNumber, Uuid),
        before: Option<&'c TicketColumns>,
        after: Option<&'c TicketColumns>,
    ) {
        if before == after {
            return;
        }
        self.queues.update((number, id), before, after);
        let due = |it: Option<&TicketColumns>| Some(it?.sla_due_at?.timestamp_micros());
        let ticket = Moving { number, id, due: (due(before), due(after)) };
        let category = |it: &TicketColumns| it.category;
        shift(&mut self.categories, ticket, before.map(category), after.map(category));
        let requester = |it: &TicketColumns| it.requester;
        shift(&mut self.requesters, ticket, before.map(requester), after.map(requester));
        let assignee = |it: &TicketColumns| (it.assignee, it.category.is_done());
        shift(&mut self.assignees, ticket, before.map(assignee), after.map(assignee));
        let department = |it: &TicketColumns| (it.department.clone(), Standing::of(it));
        shift(&mut self.departments, ticket, before.map(department), after.map(department));
        // Tickets of no organisation are most of them: nobody asks for those by this index.
        let organisation = |it: &TicketColumns| it.organisation;
        shift(
            &mut self.organisations,
            ticket,
            before.and_then(organisation),
            after.and_then(organisation),
        );
        let followers = |it: Option<&'c TicketColumns>| it.map_or(&[][..], |it| &it.followers);
        shift_each(&mut self.followers, ticket, followers(before), followers(after));
        let subjects = |it: Option<&'c TicketColumns>| it.map_or(&[][..], |it| &it.subjects);
        shift_each(&mut self.subjects, ticket, subjects(before), subjects(after));
        let refs = |it: Option<&'c TicketColumns>| it.map_or(&[][..], |it| &it.external_refs);
        shift_each(&mut self.external_refs, ticket, refs(before), refs(after));
    }

    /// The shelves on which everything stands that one of these alternatives allows. `None`: one
    /// says nothing of any column, but perhaps of the deadline.
    pub(super) fn shelves(&self, narrow: &[Narrow]) -> Option<Vec<&Shelf>> {
        let found: Option<Vec<_>> = narrow.iter().map(|one| self.shelves_of(one)).collect();
        Some(found?.into_iter().flatten().collect())
    }

    /// The shelves on which everything stands.
    pub(super) fn everything(&self) -> Vec<&Shelf> {
        self.categories.values().collect()
    }

    /// The shelves on which everything stands that this allows: those of the column that leaves
    /// the least.
    fn shelves_of(&self, narrow: &Narrow) -> Option<Vec<&Shelf>> {
        let Narrow {
            categories,
            requesters,
            assignees,
            departments,
            followers,
            organisations,
            subjects,
            external_refs,
            deadlines,
        } = narrow;
        let finished: Vec<Finished> = [false, true]
            .into_iter()
            .filter(|done| {
                let wanted = |categories: &BTreeSet<StatusCategory>| {
                    categories.iter().any(|category| category.is_done() == *done)
                };
                categories.as_ref().is_none_or(wanted)
            })
            .collect();
        let by_category = categories
            .as_ref()
            .map(|set| set.iter().filter_map(|category| self.categories.get(category)).collect());
        let by_requester = requesters
            .as_ref()
            .map(|set| set.iter().filter_map(|asks| self.requesters.get(asks)).collect());
        let by_assignee = assignees.as_ref().map(|set| {
            let keys = set.iter().flat_map(|owner| finished.iter().map(|it| (*owner, *it)));
            keys.filter_map(|key| self.assignees.get(&key)).collect()
        });
        let by_department = departments.as_ref().map(|set| {
            let admitted = |standing: &Standing| standing.admitted(&finished, assignees.as_ref());
            let standings: Vec<Standing> = Standing::ALL.into_iter().filter(admitted).collect();
            let keys = set.iter().flat_map(|name| standings.iter().map(|it| (name.clone(), *it)));
            keys.filter_map(|key| self.departments.get(&key)).collect()
        });
        let by_follower = followers
            .as_ref()
            .map(|set| set.iter().filter_map(|who| self.followers.get(who)).collect());
        let by_organisation = organisations
            .as_ref()
            .and_then(|set| set.iter().copied().collect::<Option<Vec<OrganisationId>>>())
            .map(|ids| ids.iter().filter_map(|id| self.organisations.get(id)).collect());
        let by_subject = subjects
            .as_ref()
            .map(|set| set.iter().filter_map(|subject| self.subjects.get(subject)).collect());
        let by_ref = external_refs
            .as_ref()
            .map(|set| set.iter().filter_map(|it| self.external_refs.get(it)).collect());
        let plans: [Option<Vec<&Shelf>>; 8] = [
            by_category,
            by_requester,
            by_assignee,
            by_department,
            by_follower,
            by_organisation,
            by_subject,
            by_ref,
        ];
        let due = deadlines.is_some_and(|it| !it.none);
        let size =
            |shelves: &Vec<&Shelf>| shelves.iter().map(|shelf| shelf.len(due)).sum::<usize>();
        plans.into_iter().flatten().min_by_key(size)
    }
}

/// When each of a desk's records next does something by itself.
#[derive(Debug, Default)]
pub(super) struct Wakes {
    /// By the instant from which a wake may be leased: its own, or the end of its lease.
    order: BTreeSet<(DateTime<Utc>, usize)>,
}

/// What is armed of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wake {
    /// The instant under which it stands in the order.
    visible_at: DateTime<Utc>,
    /// When it is due.
    pub(super) at: DateTime<Utc>,
}

impl Wakes {
    /// Sets or clears the next wake of a record, and ends any lease on it.
    pub(super) fn set(&mut self, slot: usize, wake: &mut Option<Wake>, at: Option<DateTime<Utc>>) {
        let before = *wake;
        if before == at.map(|at| Wake { visible_at: at, at }) {
            return;
        }
        if let Some(wake) = before {
            self.order.remove(&(wake.visible_at, slot));
        }
        if let Some(at) = at {
            self.order.insert((at, slot));
        }
        *wake = at.map(|at| Wake { visible_at: at, at });
    }

    /// Puts a due wake off until its lease ends; never to before it is due.
    pub(super) fn lease(&mut self, slot: usize, wake: &mut Wake, lease: Lease) {
        self.order.remove(&(wake.visible_at, slot));
        wake.visible_at = lease.until.max(wake.at);
        self.order.insert((wake.visible_at, slot));
    }

    /// What may be leased, and when: earliest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (DateTime<Utc>, usize)> {
        self.order.iter().copied()
    }
}
