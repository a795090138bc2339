//! What an actor sees, as a condition: the same rule as that of one ticket, for listings.

use super::{Lexicon, Matcher, Place};
use crate::condition::{Condition, Fact};
use crate::ids::{ContactId, DepartmentName, OrganisationId};
use crate::people::{AgentSight, CustomerSight, Role, SightPolicy, Who};

/// Which tickets this actor may know of: true of a ticket exactly where
/// [`sight`](crate::people::sight) gives some.
pub(crate) fn sight(who: Who<'_>, policy: SightPolicy) -> Condition {
    let every = Condition::all([]);
    match who {
        Who::Customer(customer) | Who::AutoResponder(customer) => {
            let own = Fact::Requester.is_in(customer.ids());
            let follows = |id: ContactId| Fact::Followers.contains(format!("contact:{id}"));
            let mut others: Vec<_> = customer.ids().map(follows).collect();
            if policy.customers == CustomerSight::Organisation {
                let theirs = |id| Fact::Organisation.equals(id);
                others.extend(customer.organisation().map(theirs));
            }
            let others = [Fact::Kind.equals("customer"), Condition::any(others)];
            Condition::any([own, Condition::all(others)])
        }
        Who::Agent(agent) => {
            let me = format!("agent:{}", agent.id());
            let own = [Fact::Assignee.equals(me.as_str()), Fact::Requester.equals(me)];
            match (agent.role(), policy.agents) {
                (Role::Owner | Role::Admin, _) => every,
                (Role::Restricted, _) => Condition::any(own),
                (Role::Agent | Role::Light, AgentSight::All) => every,
                (Role::Agent | Role::Light, AgentSight::OwnDepartments) => {
                    let departments = agent.departments().iter();
                    let theirs = departments.map(|name| name.as_str());
                    let queues = [Fact::Department.missing(), Fact::Department.is_in(theirs)];
                    Condition::any(own.into_iter().chain(queues))
                }
            }
        }
        Who::Bot => Fact::Kind.equals("customer"),
        // A guest comes to one ticket and lists none: the desk refuses it.
        Who::Guest(..) => Condition::any([]),
        Who::Host | Who::System => every,
    }
}

/// The matcher of a sight. The departments that an agent works in count, also where the settings
/// have dropped one since.
pub(crate) fn sight_matcher(who: Who<'_>, policy: SightPolicy) -> Option<Matcher> {
    let condition = sight(who, policy);
    let departments = match who {
        Who::Agent(agent) => agent.departments(),
        Who::Customer(_)
        | Who::Bot
        | Who::AutoResponder(_)
        | Who::Guest(..)
        | Who::Host
        | Who::System => &[],
    };
    condition.check(&Lexicon::of_departments(departments), Place::View).ok()
}

/// The matcher of what is in the queue of one of these departments, or of none.
pub(crate) fn works_matcher(departments: &[DepartmentName]) -> Option<Matcher> {
    let theirs = departments.iter().map(DepartmentName::as_str);
    let queues = Condition::any([Fact::Department.missing(), Fact::Department.is_in(theirs)]);
    queues.check(&Lexicon::of_departments(departments), Place::View).ok()
}

/// The matcher of what any of these contacts asked for, however many they are.
pub(crate) fn requesters_matcher(ids: impl Iterator<Item = ContactId>) -> Option<Matcher> {
    Fact::Requester.is_in(ids).check(&Lexicon::of_departments(&[]), Place::View).ok()
}

/// The matcher of what any of these contacts asked for and is on legal hold.
pub(crate) fn held_matcher(ids: impl Iterator<Item = ContactId>) -> Option<Matcher> {
    let held = Condition::all([Fact::Requester.is_in(ids), Fact::Held.equals(true)]);
    held.check(&Lexicon::of_departments(&[]), Place::View).ok()
}

/// The matcher of what any of these contacts asked for and what was merged into another.
pub(crate) fn merged_matcher(ids: impl Iterator<Item = ContactId>) -> Option<Matcher> {
    let merged = Condition::all([Fact::Requester.is_in(ids), Fact::MergedInto.present()]);
    merged.check(&Lexicon::of_departments(&[]), Place::View).ok()
}

/// The matcher of what any of these contacts asked for or follows, and of what any of these
/// organisations did.
pub(crate) fn person_matcher(
    ids: &[ContactId],
    organisations: impl Iterator<Item = OrganisationId>,
) -> Option<Matcher> {
    let own = Fact::Requester.is_in(ids.iter().copied());
    let follows = ids.iter().map(|id| Fact::Followers.contains(format!("contact:{id}")));
    let theirs = organisations.map(|id| Fact::Organisation.equals(id));
    let all = Condition::any([own].into_iter().chain(follows).chain(theirs));
    all.check(&Lexicon::of_departments(&[]), Place::View).ok()
}
