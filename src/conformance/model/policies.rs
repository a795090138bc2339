//! Which policy is a ticket's in the model: S3 of the requirements.

use super::{Model, ModelTicket};
use crate::condition::{Condition, Fact, Is, Literal};
use crate::sla::policy::SlaPolicy;
use crate::{ContractName, CustomerGroupName, Settings, SlaPolicyName};

impl Model {
    /// To whom a ticket belongs, where the settings in force look at that.
    pub(super) fn customer(
        &self,
        ticket: &ModelTicket,
    ) -> (Option<CustomerGroupName>, Option<ContractName>) {
        let mut policies = self.settings.draft().sla_policies.iter();
        let looks = policies.any(|it| !it.groups.is_empty() || !it.contracts.is_empty());
        let organisation = ticket.organisation.and_then(|id| self.organisations.get(&id));
        match organisation.filter(|_| looks) {
            Some(organisation) => (organisation.group.clone(), organisation.contract.clone()),
            None => (None, None),
        }
    }

    /// The first policy of some settings that is for the ticket of such a customer.
    pub(super) fn promise(
        settings: &Settings,
        (group, contract): &(Option<CustomerGroupName>, Option<ContractName>),
        ticket: &ModelTicket,
    ) -> Option<SlaPolicyName> {
        let is_for = |policy: &&SlaPolicy| {
            (policy.groups.is_empty() || group.iter().any(|it| policy.groups.contains(it)))
                && (policy.contracts.is_empty()
                    || contract.iter().any(|it| policy.contracts.contains(it)))
                && holds(settings, &policy.when, ticket)
        };
        settings.draft().sla_policies.iter().find(is_for).map(|policy| policy.name.clone())
    }
}

/// Whether a condition holds of a ticket. The model reads no more than what histories draw: the
/// department, the status, and a priority that is at least so high.
fn holds(settings: &Settings, condition: &Condition, ticket: &ModelTicket) -> bool {
    let holds = |part: &Condition| self::holds(settings, part, ticket);
    let test = match condition {
        Condition::All(parts) => return parts.iter().all(holds),
        Condition::Any(parts) => return parts.iter().any(holds),
        Condition::Not(part) => return !holds(part),
        Condition::Test(test) => test,
    };
    match (&test.fact, &test.is) {
        (Fact::Department, Is::Equal(Literal::Text(name))) => {
            ticket.department.as_ref().is_some_and(|it| it.as_str() == &**name)
        }
        (Fact::Status, Is::Equal(Literal::Text(name))) => ticket.status.as_str() == &**name,
        (Fact::Priority, Is::AtLeast(Literal::Text(name))) => {
            let rank =
                |name: &str| settings.draft().priorities.iter().position(|it| it.as_str() == name);
            rank(ticket.priority.as_str()) >= rank(name)
        }
        _ => false,
    }
}
