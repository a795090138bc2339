//! Policies with every name looked up: which one is a ticket's, and on which terms.

use std::sync::Arc;

use super::{Audience, SlaPolicy};
use crate::ids::{ContractName, CustomerGroupName, SlaPolicyName};
use crate::matching::{Facts, Matcher};
use crate::sla::Terms;

/// The policies of a desk, checked, in their order. Cheap to clone.
///
/// [`Settings::sla_policies`](crate::Settings::sla_policies) gives them; which is a ticket's
/// asks each in turn and allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    promises: Arc<[Promise]>,
    internal: bool,
    customer: bool,
}

/// One policy of a desk, checked: what it promises, to whom, on which terms.
#[derive(Clone, Debug)]
pub struct Promise {
    pub(super) policy: SlaPolicy,
    pub(super) matcher: Matcher,
    pub(super) rank: Option<u8>,
    /// To the customer and among ourselves, for each priority, lowest first.
    pub(super) terms: [Vec<Arc<Terms>>; 2],
}

/// What a policy asks of the organisation of who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Customer<'a> {
    /// Its customer group.
    pub group: Option<&'a CustomerGroupName>,
    /// Its contract.
    pub contract: Option<&'a ContractName>,
}

impl Policies {
    pub(super) fn new(promises: Vec<Promise>) -> Self {
        let is_internal =
            |it: &SlaPolicy| it.obligations.iter().any(|it| it.audience == Audience::Internal);
        let asks = |it: &SlaPolicy| !it.groups.is_empty() || !it.contracts.is_empty();
        Self {
            internal: promises.iter().any(|promise| is_internal(&promise.policy)),
            customer: promises.iter().any(|promise| asks(&promise.policy)),
            promises: promises.into(),
        }
    }

    /// Whether there are none: then nothing is measured.
    pub fn is_empty(&self) -> bool {
        self.promises.is_empty()
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Promise> {
        self.promises.iter()
    }

    /// The policy of this name.
    pub fn named(&self, name: &SlaPolicyName) -> Option<&Promise> {
        self.promises.iter().find(|promise| promise.policy.name == *name)
    }

    /// The first that matches.
    pub fn of(&self, ticket: &impl Facts, customer: Customer<'_>) -> Option<&Promise> {
        self.promises.iter().find(|promise| promise.is_for(ticket, customer))
    }

    /// Whether any promises something among ourselves.
    pub fn have_internal(&self) -> bool {
        self.internal
    }

    /// Whether any asks for the organisation of who asks.
    pub fn ask_for_customer(&self) -> bool {
        self.customer
    }
}

impl Promise {
    /// What the host wrote.
    pub fn policy(&self) -> &SlaPolicy {
        &self.policy
    }

    /// Its name.
    pub fn name(&self) -> &SlaPolicyName {
        &self.policy.name
    }

    /// The place of its level on the desk's scale, 0 being the lowest.
    pub fn rank(&self) -> Option<u8> {
        self.rank
    }

    /// What is promised to an audience at a priority, by its place on the desk's scale.
    pub fn terms(&self, audience: Audience, priority: u8) -> Option<&Arc<Terms>> {
        let [customer, internal] = &self.terms;
        let terms = match audience {
            Audience::Customer => customer,
            Audience::Internal => internal,
        };
        terms.get(usize::from(priority))
    }

    /// Whether it is for this ticket of this customer.
    pub fn is_for(&self, ticket: &impl Facts, customer: Customer<'_>) -> bool {
        let SlaPolicy { groups, contracts, .. } = &self.policy;
        let of_group = || customer.group.is_some_and(|group| groups.contains(group));
        let under = || customer.contract.is_some_and(|contract| contracts.contains(contract));
        (groups.is_empty() || of_group())
            && (contracts.is_empty() || under())
            && self.matcher.matches(ticket)
    }
}
