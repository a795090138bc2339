//! What an actor sees, as a condition: the same rule as that of one ticket, for listings.

use super::{Lexicon, Matcher, Place};
use crate::condition::{Condition, Fact};
use crate::ids::ContactId;
use crate::people::{AgentSight, CustomerSight, Role, Sight, Who};

/// Which tickets this actor may know of: true of a ticket exactly where
/// [`sees`](crate::people::sees) is.
pub(crate) fn sight(who: Who<'_>, policy: Sight) -> Condition {
    let every = Condition::all([]);
    match who {
        Who::Customer(customer) | Who::AutoResponder(customer) => {
            let own = Fact::Requester.is_in(customer.ids());
            match (policy.customers, customer.organisation()) {
                (CustomerSight::Own, _) | (CustomerSight::Organisation, None) => own,
                (CustomerSight::Organisation, Some(organisation)) => {
                    let theirs =
                        [Fact::Organisation.equals(organisation), Fact::Kind.equals("customer")];
                    Condition::any([own, Condition::all(theirs)])
                }
            }
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
        Who::Host | Who::System => every,
    }
}

/// The matcher of a sight. The departments that an agent works in count, also where the settings
/// have dropped one since.
pub(crate) fn sight_matcher(who: Who<'_>, policy: Sight) -> Option<Matcher> {
    let condition = sight(who, policy);
    let departments = match who {
        Who::Agent(agent) => agent.departments(),
        Who::Customer(_) | Who::Bot | Who::AutoResponder(_) | Who::Host | Who::System => &[],
    };
    condition.check(&Lexicon::of_departments(departments), Place::View).ok()
}

/// The matcher of what any of these contacts asked for, however many they are.
pub(crate) fn requesters_matcher(ids: impl Iterator<Item = ContactId>) -> Option<Matcher> {
    Fact::Requester.is_in(ids).check(&Lexicon::of_departments(&[]), Place::View).ok()
}
