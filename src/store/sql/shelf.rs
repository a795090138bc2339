//! Where tickets are looked for: under one value of one indexed column, all of a condition's
//! alternatives on as few such shelves as is known to leave little.

use super::{Mark, Standing};
use crate::ids::{AgentId, DepartmentName, OrganisationId};
use crate::matching::{Between, Deadlines, Narrow};
use crate::people::Requester;
use crate::workflow::StatusCategory;

/// The tickets of a desk that have one value in one column.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::store) enum Shelf {
    /// All there are.
    Everything,
    /// Those of one category.
    Category(StatusCategory),
    /// Those of one requester.
    Requester(Requester),
    /// Those of one agent or of nobody, finished or not.
    Assignee(Option<AgentId>, bool),
    /// Those of one department or of none, and how far it is with them.
    Department(Option<DepartmentName>, Standing),
    /// Those of one organisation.
    Organisation(OrganisationId),
    /// Those that stand under one of several values.
    Marked(Mark),
}

/// The shelves on which everything stands that one of these alternatives allows, none twice.
/// `None`: one says nothing of any column, but perhaps of the deadline.
pub(in crate::store) fn shelves(narrow: &[Narrow]) -> Option<Vec<Shelf>> {
    let mut found: Vec<Shelf> = Vec::new();
    for one in narrow {
        for shelf in shelves_of(one)? {
            if !found.contains(&shelf) {
                found.push(shelf);
            }
        }
    }
    Some(found)
}

/// The shelves on which everything stands.
#[cfg(feature = "sqlite")]
pub(in crate::store) fn everything(by_deadline: bool) -> Vec<Shelf> {
    if by_deadline {
        StatusCategory::ALL.map(Shelf::Category).into()
    } else {
        vec![Shelf::Everything]
    }
}

/// The shelves on which everything stands that this allows: those of the column that, on desks as
/// they are, leaves the least.
fn shelves_of(narrow: &Narrow) -> Option<Vec<Shelf>> {
    let Narrow {
        categories,
        requesters,
        assignees,
        departments,
        followers,
        organisations,
        subjects,
        external_refs,
        deadlines: _,
    } = narrow;
    let finished: Vec<bool> = [false, true]
        .into_iter()
        .filter(|done| {
            categories.as_ref().is_none_or(|set| set.iter().any(|it| it.is_done() == *done))
        })
        .collect();
    if let Some(set) = external_refs {
        return Some(set.iter().map(Mark::external).map(Shelf::Marked).collect());
    }
    if let Some(set) = subjects {
        return Some(set.iter().map(Mark::subject).map(Shelf::Marked).collect());
    }
    if let Some(set) = requesters {
        return Some(set.iter().copied().map(Shelf::Requester).collect());
    }
    if let Some(set) = followers {
        return Some(set.iter().copied().map(Mark::follower).map(Shelf::Marked).collect());
    }
    let owned = assignees.as_ref().map(|set| {
        let keys = set.iter().flat_map(|who| finished.iter().map(move |done| (who, *done)));
        keys.map(|(who, done)| Shelf::Assignee(*who, done)).collect()
    });
    let of_nobody = assignees.as_ref().is_some_and(|set| set.contains(&None));
    if owned.is_some() && !of_nobody {
        return owned;
    }
    if let Some(set) = organisations
        && let Some(ids) = set.iter().copied().collect::<Option<Vec<_>>>()
    {
        return Some(ids.into_iter().map(Shelf::Organisation).collect());
    }
    if let Some(set) = departments {
        let queued = assignees.as_ref().is_none_or(|owners| owners.contains(&None));
        let taken = assignees.as_ref().is_none_or(|owners| owners.iter().any(Option::is_some));
        let standings = [
            (Standing::Queued, queued && finished.contains(&false)),
            (Standing::Taken, taken && finished.contains(&false)),
            (Standing::Finished, finished.contains(&true)),
        ];
        let standings = standings.into_iter().filter_map(|(it, may_be)| may_be.then_some(it));
        let standings: Vec<Standing> = standings.collect();
        let keys = set.iter().flat_map(|name| standings.iter().map(move |it| (name, *it)));
        return Some(keys.map(|(name, it)| Shelf::Department(name.clone(), it)).collect());
    }
    owned.or_else(|| {
        categories.as_ref().map(|set| set.iter().copied().map(Shelf::Category).collect())
    })
}

/// What every alternative says of the deadline, taken together.
pub(in crate::store) fn deadlines(narrow: &[Narrow]) -> Deadlines {
    let open = Deadlines { between: Some(Between::default()), none: true };
    let all = narrow.iter().map(|one| one.deadlines.unwrap_or(open));
    all.reduce(|one, two| one.or(two).unwrap_or(open)).unwrap_or(open)
}
