//! Policies with every name looked up: which one is a ticket's, and on which terms.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Audience, SlaPolicy};
use crate::ids::{ContractName, CustomerGroupName, PriorityName, SlaPolicyName};
use crate::matching::{Facts, Matcher, MatcherSet};
use crate::sla::{Clock, Metric, Terms};
use crate::time::whole_micros;

/// The policies of a desk, checked, in their order. Cheap to clone.
///
/// [`Settings::sla_policies`](crate::Settings::sla_policies) gives them; a thousand are asked at
/// little more than the cost of a few.
#[derive(Clone, Debug)]
pub struct Policies {
    promises: Arc<[Promise]>,
    /// Their conditions, in the same order.
    set: MatcherSet,
    internal: bool,
    customer: bool,
}

/// One policy of a desk, checked: what it promises, to whom, on which terms.
#[derive(Clone, Debug)]
pub struct Promise {
    pub(super) policy: SlaPolicy,
    pub(super) matcher: Matcher,
    pub(super) rank: Option<u8>,
    /// The desk's scale, lowest first.
    pub(super) priorities: Arc<[PriorityName]>,
    /// To the customer and among ourselves, for each priority of the scale, and for any other.
    pub(super) terms: [(Vec<Arc<Terms>>, Arc<Terms>); 2],
}

/// What a policy asks of the organisation of who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Customer<'a> {
    /// Its customer group.
    pub group: Option<&'a CustomerGroupName>,
    /// Its contract.
    pub contract: Option<&'a ContractName>,
}

impl Default for Policies {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Policies {
    pub(super) fn new(promises: Vec<Promise>) -> Self {
        let is_internal =
            |it: &SlaPolicy| it.obligations.iter().any(|it| it.audience == Audience::Internal);
        let asks = |it: &SlaPolicy| !it.groups.is_empty() || !it.contracts.is_empty();
        Self {
            internal: promises.iter().any(|promise| is_internal(&promise.policy)),
            customer: promises.iter().any(|promise| asks(&promise.policy)),
            set: MatcherSet::new(promises.iter().map(|promise| promise.matcher.clone())),
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
        let mut from = 0;
        loop {
            let place = self.set.next(ticket, from)?;
            let promise = self.promises.get(place)?;
            if promise.is_of(customer) {
                return Some(promise);
            }
            from = place.saturating_add(1);
        }
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

    /// What is promised to an audience at a priority; at one that is not on the desk's scale, what
    /// is promised whatever the priority.
    pub fn terms(&self, audience: Audience, priority: &PriorityName) -> &Arc<Terms> {
        let place = self.priorities.iter().position(|it| it == priority);
        self.terms_at(audience, place.unwrap_or(self.priorities.len()))
    }

    /// The same at a place of the scale.
    pub(crate) fn terms_at(&self, audience: Audience, place: usize) -> &Arc<Terms> {
        let [customer, internal] = &self.terms;
        let (of_scale, other) = match audience {
            Audience::Customer => customer,
            Audience::Internal => internal,
        };
        of_scale.get(place).unwrap_or(other)
    }

    /// By when this may be expected of a ticket that is opened, or asks, then: what an
    /// acknowledgement may say to the customer. Pauses move it, and another priority or policy; the
    /// clock of the ticket keeps the account. `None`: nothing is promised to them of this metric.
    /// How a host asks a ticket's own policy, and its clock, for
    /// [an acknowledgement](super#an-acknowledgement-by-when-we-answer) is told there.
    ///
    /// ```
    /// use helpdesk::sla::policy::{Obligation, SlaPolicy};
    /// use helpdesk::sla::Metric;
    /// use helpdesk::{Calendar, DeskCalendar, SettingsDraft, Span};
    ///
    /// let office: Calendar = "zone Etc/UTC; open mon-fri 09:00-17:00".parse()?;
    /// let answer =
    ///     Obligation::new(Metric::FirstResponse).within(Span::hours(4)).in_calendar("office");
    /// let settings = SettingsDraft {
    ///     calendars: vec![DeskCalendar::new("office", office.draft().clone())],
    ///     sla_policies: vec![SlaPolicy::new("standard").obligation(answer)],
    ///     ..SettingsDraft::default()
    /// }
    /// .build()?;
    /// let promise = settings.sla_policies().iter().next().unwrap();
    /// let friday = "2026-03-06T15:00:00Z".parse()?;
    /// let by = promise.expected(Metric::FirstResponse, &"medium".into(), friday);
    /// assert_eq!(by, Some("2026-03-09T11:00:00Z".parse()?), "two hours more on Monday");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn expected(
        &self,
        metric: Metric,
        priority: &PriorityName,
        asked_at: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let term = self.terms(Audience::Customer, priority).of(metric)?;
        Clock::begun(metric, 1, whole_micros(asked_at)).due_under(Some(term))
    }

    /// Whether it is for this ticket of this customer.
    pub fn is_for(&self, ticket: &impl Facts, customer: Customer<'_>) -> bool {
        self.is_of(customer) && self.matcher.matches(ticket)
    }

    /// Whether it is for tickets of this customer.
    pub(super) fn is_of(&self, customer: Customer<'_>) -> bool {
        let SlaPolicy { groups, contracts, .. } = &self.policy;
        let of_group = || customer.group.is_some_and(|group| groups.contains(group));
        let under = || customer.contract.is_some_and(|contract| contracts.contains(contract));
        (groups.is_empty() || of_group()) && (contracts.is_empty() || under())
    }
}
