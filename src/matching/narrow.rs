//! What a condition says about the columns that stores keep indexes on.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Deadlines;
use super::lexicon::category_named;
use super::matcher::{Ask, Node, Probe, Typed};
use crate::condition::Fact;
use crate::ids::{AgentId, DepartmentName, OrganisationId};
use crate::people::{Follower, Requester};
use crate::subject::{ExternalRef, SubjectRef};
use crate::workflow::StatusCategory;

/// What every ticket that matches a condition has in the columns that stores keep indexes on, or
/// one of the [alternatives](super::Matcher::narrow) of it: a store fetches by it, and lets
/// [`Matcher::matches`](super::Matcher::matches) decide.
///
/// Necessary, not sufficient: `None` says nothing about a column, a set says that the value is
/// one of these.
///
/// ```
/// use helpdesk::matching::Place;
/// use helpdesk::{Condition, Settings, StatusCategory};
///
/// let text = "status in (open, pending) and assignee is missing and subject contains fire";
/// let condition: Condition = text.parse().unwrap();
/// let narrow = condition.check(&Settings::default().lexicon(), Place::View).unwrap().narrow();
/// assert_eq!(narrow.len(), 1);
/// assert_eq!(narrow[0].categories, Some([StatusCategory::Open, StatusCategory::Waiting].into()));
/// assert_eq!(narrow[0].assignees, Some([None].into()));
/// assert_eq!(narrow[0].departments, None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrow {
    /// The categories of their statuses.
    pub categories: Option<BTreeSet<StatusCategory>>,
    /// Who asks.
    pub requesters: Option<BTreeSet<Requester>>,
    /// Who owns them; `None` among these: nobody.
    pub assignees: Option<BTreeSet<Option<AgentId>>>,
    /// Whose queue they are in; `None` among these: that of none.
    pub departments: Option<BTreeSet<Option<DepartmentName>>>,
    /// Who follows them: at least one of these.
    pub followers: Option<BTreeSet<Follower>>,
    /// The organisation that their requester belonged to; `None` among these: none.
    pub organisations: Option<BTreeSet<Option<OrganisationId>>>,
    /// Which of the host's objects they are about: at least one of these.
    pub subjects: Option<BTreeSet<SubjectRef>>,
    /// What other systems call them: at least one of these.
    pub external_refs: Option<BTreeSet<ExternalRef>>,
    /// When what they are promised falls due.
    pub deadlines: Option<Deadlines>,
}

/// What a ticket has in the columns that stores keep indexes on: what
/// [`Narrow::admits`] is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indexed<'a> {
    /// The category of its status.
    pub category: StatusCategory,
    /// Who asks.
    pub requester: Requester,
    /// Who owns it.
    pub assignee: Option<AgentId>,
    /// Whose queue it is in.
    pub department: Option<&'a DepartmentName>,
    /// Who follows it.
    pub followers: &'a [Follower],
    /// The organisation that the requester belonged to.
    pub organisation: Option<OrganisationId>,
    /// Which of the host's objects it is about.
    pub subjects: &'a [SubjectRef],
    /// What other systems call it.
    pub external_refs: &'a [ExternalRef],
    /// The deadline that comes first, of what it is promised.
    pub sla_due_at: Option<DateTime<Utc>>,
}

impl Narrow {
    /// What says nothing.
    pub fn unrestricted() -> Self {
        Self::default()
    }

    /// Whether it says that nothing matches.
    pub(crate) fn is_impossible(&self) -> bool {
        self.categories.as_ref().is_some_and(BTreeSet::is_empty)
            || self.requesters.as_ref().is_some_and(BTreeSet::is_empty)
            || self.assignees.as_ref().is_some_and(BTreeSet::is_empty)
            || self.departments.as_ref().is_some_and(BTreeSet::is_empty)
            || self.followers.as_ref().is_some_and(BTreeSet::is_empty)
            || self.organisations.as_ref().is_some_and(BTreeSet::is_empty)
            || self.subjects.as_ref().is_some_and(BTreeSet::is_empty)
            || self.external_refs.as_ref().is_some_and(BTreeSet::is_empty)
            || self.deadlines.as_ref().is_some_and(Deadlines::is_impossible)
    }

    /// Whether it and another say something of the same columns.
    fn is_like(&self, other: &Self) -> bool {
        self.categories.is_some() == other.categories.is_some()
            && self.requesters.is_some() == other.requesters.is_some()
            && self.assignees.is_some() == other.assignees.is_some()
            && self.departments.is_some() == other.departments.is_some()
            && self.followers.is_some() == other.followers.is_some()
            && self.organisations.is_some() == other.organisations.is_some()
            && self.subjects.is_some() == other.subjects.is_some()
            && self.external_refs.is_some() == other.external_refs.is_some()
            && self.deadlines.is_some() == other.deadlines.is_some()
    }

    /// What is necessary where both are.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            categories: both(self.categories, other.categories),
            requesters: both(self.requesters, other.requesters),
            assignees: both(self.assignees, other.assignees),
            departments: both(self.departments, other.departments),
            // Both may be true by different followers: one of the two is all that can be said. So
            // of subjects, and of external references.
            followers: self.followers.or(other.followers),
            organisations: both(self.organisations, other.organisations),
            subjects: self.subjects.or(other.subjects),
            external_refs: self.external_refs.or(other.external_refs),
            deadlines: match (self.deadlines, other.deadlines) {
                (Some(one), Some(two)) => Some(one.and(two)),
                (one, two) => one.or(two),
            },
        }
    }

    /// What is necessary where one of them is.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            categories: either(self.categories, other.categories),
            requesters: either(self.requesters, other.requesters),
            assignees: either(self.assignees, other.assignees),
            departments: either(self.departments, other.departments),
            followers: either(self.followers, other.followers),
            organisations: either(self.organisations, other.organisations),
            subjects: either(self.subjects, other.subjects),
            external_refs: either(self.external_refs, other.external_refs),
            deadlines: self.deadlines.zip(other.deadlines).and_then(|(one, two)| one.or(two)),
        }
    }

    /// Whether a ticket with these may match.
    pub fn admits(&self, ticket: Indexed<'_>) -> bool {
        let Indexed {
            category,
            requester,
            assignee,
            department,
            followers,
            organisation,
            subjects,
            external_refs,
            sla_due_at,
        } = ticket;
        let in_department =
            |set: &BTreeSet<Option<DepartmentName>>| set.iter().any(|it| it.as_ref() == department);
        let followed = |set: &BTreeSet<Follower>| followers.iter().any(|who| set.contains(who));
        self.categories.as_ref().is_none_or(|set| set.contains(&category))
            && self.requesters.as_ref().is_none_or(|set| set.contains(&requester))
            && self.assignees.as_ref().is_none_or(|set| set.contains(&assignee))
            && self.departments.as_ref().is_none_or(in_department)
            && self.followers.as_ref().is_none_or(followed)
            && self.organisations.as_ref().is_none_or(|set| set.contains(&organisation))
            && self.subjects.as_ref().is_none_or(|set| subjects.iter().any(|it| set.contains(it)))
            && self
                .external_refs
                .as_ref()
                .is_none_or(|set| external_refs.iter().any(|it| set.contains(it)))
            && self.deadlines.is_none_or(|deadlines| deadlines.admits(sla_due_at))
    }
}

fn both<T: Ord>(one: Option<BTreeSet<T>>, two: Option<BTreeSet<T>>) -> Option<BTreeSet<T>> {
    match (one, two) {
        (Some(mut one), Some(two)) => {
            one.retain(|item| two.contains(item));
            Some(one)
        }
        (one, two) => one.or(two),
    }
}

fn either<T: Ord>(one: Option<BTreeSet<T>>, two: Option<BTreeSet<T>>) -> Option<BTreeSet<T>> {
    let (mut one, two) = one.zip(two)?;
    one.extend(two);
    Some(one)
}

/// The most alternatives; beyond them, what they have in common must do.
const MOST: usize = 8;

/// Who asks, and when.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// Who `me` is; `None`: nobody.
    pub(super) me: Option<AgentId>,
    /// From when ages are counted; `None`: that is not known yet.
    pub(super) now: Option<DateTime<Utc>>,
}

/// What is necessary for this to be true, when it is asked so: one of these. None: nothing matches.
pub(super) fn of(node: &Node, asked: Asked) -> Vec<Narrow> {
    necessary(node, true, asked)
}

/// What is necessary for this to be true, or else for it to be false.
fn necessary(node: &Node, truth: bool, asked: Asked) -> Vec<Narrow> {
    let each = |parts: &[Node], all: bool| {
        let parts = parts.iter().map(|part| necessary(part, truth, asked));
        if all {
            parts.fold(vec![Narrow::unrestricted()], |one, two| every(&one, &two))
        } else {
            parts.fold(Vec::new(), any)
        }
    };
    match node {
        Node::All(parts) => each(parts, truth),
        // Not any of them: none of each.
        Node::Any(parts) => each(parts, !truth),
        Node::Not(part) => necessary(part, !truth, asked),
        Node::Probe(probe) => any(Vec::new(), vec![of_probe(probe, truth, asked)]),
        Node::Made(program) => necessary(&program.node, truth, asked),
    }
}

/// What is necessary where one of these is, and one of those.
fn every(these: &[Narrow], those: &[Narrow]) -> Vec<Narrow> {
    let pairs = these.iter().flat_map(|one| those.iter().map(|two| one.clone().and(two.clone())));
    pairs.fold(Vec::new(), |found, pair| any(found, vec![pair]))
}

/// What is necessary where one of all these is.
fn any(mut these: Vec<Narrow>, those: Vec<Narrow>) -> Vec<Narrow> {
    for one in those.into_iter().filter(|one| !one.is_impossible()) {
        // What is said of one column stays one alternative, and is exact; what is said of the
        // same columns says less when joined, and stays short.
        match these.iter_mut().find(|known| known.is_like(&one)) {
            Some(known) => *known = std::mem::take(known).or(one),
            None => these.push(one),
        }
    }
    if these.contains(&Narrow::unrestricted()) {
        // Beside everything, nothing else matters.
        return vec![Narrow::unrestricted()];
    }
    if these.len() > MOST {
        return these.into_iter().reduce(Narrow::or).into_iter().collect();
    }
    these
}

fn of_probe(probe: &Probe, truth: bool, Asked { me, now }: Asked) -> Narrow {
    let mut narrow = Narrow::unrestricted();
    // The values of which the fact is one, and those of which it is none.
    let (wanted, unwanted) = match (&probe.ask, truth) {
        (Ask::OneOf(values), true) | (Ask::NoneOf(values), false) => (Some(values), None),
        (Ask::NoneOf(values), true) | (Ask::OneOf(values), false) => (None, Some(values)),
        _ => (None, None),
    };
    let missing = matches!((&probe.ask, truth), (Ask::Missing, true) | (Ask::Present, false));
    match &probe.fact {
        Fact::StatusCategory => {
            let named = |values: &Vec<Typed>| -> BTreeSet<StatusCategory> {
                values.iter().filter_map(as_category).collect()
            };
            let but = unwanted.map(|values| {
                let named = named(values);
                StatusCategory::ALL.into_iter().filter(|known| !named.contains(known)).collect()
            });
            narrow.categories = wanted.map(named).or(but);
        }
        Fact::Status => {
            narrow.categories = wanted.map(|values| {
                let category = |value: &Typed| match value {
                    Typed::Status(status) => Some(status.category),
                    _ => None,
                };
                values.iter().filter_map(category).collect()
            });
        }
        Fact::Requester => {
            narrow.requesters =
                wanted.map(|values| values.iter().filter_map(|value| person(value, me)).collect());
        }
        Fact::Assignee if missing => narrow.assignees = Some([None].into()),
        Fact::Assignee => {
            let owner = |value: &Typed| match person(value, me)? {
                Requester::Agent(agent) => Some(Some(agent)),
                Requester::Contact(_) => None,
            };
            narrow.assignees = wanted.map(|values| values.iter().filter_map(owner).collect());
        }
        Fact::Department if missing => narrow.departments = Some([None].into()),
        Fact::Department => {
            let department = |value: &Typed| match value {
                Typed::Name(name) => Some(Some(DepartmentName::from(&**name))),
                _ => None,
            };
            narrow.departments =
                wanted.map(|values| values.iter().filter_map(department).collect());
        }
        Fact::Followers => {
            if let (Ask::Contains(value), true) = (&probe.ask, truth) {
                let follower = person(value, me).map(Follower::from);
                narrow.followers = Some(follower.into_iter().collect());
            }
        }
        Fact::Organisation if missing => narrow.organisations = Some([None].into()),
        Fact::Organisation => {
            let organisation = |value: &Typed| match value {
                Typed::Organisation(id) => Some(Some(*id)),
                _ => None,
            };
            narrow.organisations =
                wanted.map(|values| values.iter().filter_map(organisation).collect());
        }
        Fact::SlaDueAt => narrow.deadlines = Deadlines::of(&probe.ask, truth, now),
        // Any of a kind, a provider or a scope stands under no one value.
        Fact::About => {
            if let (Ask::Contains(Typed::Subject(sought)), true) = (&probe.ask, truth) {
                narrow.subjects = sought.subject().map(|subject| [subject].into());
            }
        }
        Fact::ExternalRefs => {
            if let (Ask::Contains(Typed::Reference(sought)), true) = (&probe.ask, truth) {
                narrow.external_refs = sought.reference().map(|reference| [reference].into());
            }
        }
        Fact::Queued => {
            let says = |values: Option<&Vec<Typed>>, queued: bool| {
                values.is_some_and(|values| values.contains(&Typed::Boolean(queued)))
            };
            let only_queued = match (wanted, unwanted) {
                (Some(_), _) => !says(wanted, false),
                (None, _) => says(unwanted, false),
            };
            if only_queued {
                let unfinished = StatusCategory::ALL.into_iter().filter(|known| !known.is_done());
                narrow.categories = Some(unfinished.collect());
                narrow.assignees = Some([None].into());
            }
        }
        _ => {}
    }
    narrow
}

fn as_category(value: &Typed) -> Option<StatusCategory> {
    match value {
        Typed::Name(name) => category_named(name),
        _ => None,
    }
}

fn person(value: &Typed, me: Option<AgentId>) -> Option<Requester> {
    match value {
        Typed::Person(person) => Some(*person),
        Typed::Me => me.map(Requester::Agent),
        _ => None,
    }
}
