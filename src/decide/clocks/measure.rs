//! What the clocks of a ticket are measured by, and by what those were judged that have ended.

use std::sync::Arc;

use super::super::Refusal;
use super::super::decision::Guard;
use super::super::work::Work;
use super::{customer_of, published, settings_of};
use crate::ids::Key;
use crate::settings::Settings;
use crate::sla::policy::{Audience, Customer, Obligation, Promise};
use crate::sla::{Metric, Terms};
use crate::ticket::{Promised, Scene, SlaLevel};

/// What the clocks of a ticket are measured by.
pub(super) struct Measure<'a> {
    pub(super) promised: Promised,
    promise: Option<&'a Promise>,
}

impl Measure<'_> {
    pub(super) fn terms(&self, audience: Audience) -> Arc<Terms> {
        let place = usize::from(self.promised.priority);
        self.promise.map(|it| it.terms_at(audience, place).clone()).unwrap_or_default()
    }

    pub(super) fn obligation(&self, metric: Metric, audience: Audience) -> Option<&Obligation> {
        self.promise.and_then(|it| it.policy().promises(metric, audience))
    }

    /// Whether these are the terms of the other, whatever they are called.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        Audience::ALL.iter().all(|audience| self.terms(*audience) == other.terms(*audience))
    }
}

impl<'a> Work<'a> {
    /// What the clocks are measured by since they last followed; `None`: there are none yet.
    pub(super) fn measured(&self) -> Result<Option<Measure<'a>>, Refusal> {
        self.ticket.promised().cloned().map(|promised| self.measure(promised)).transpose()
    }

    /// What was promised so.
    fn measure(&self, promised: Promised) -> Result<Measure<'a>, Refusal> {
        let policies = self.settings_then(&promised)?.sla_policies();
        let promise = promised.policy.as_ref().and_then(|name| policies.named(name));
        Ok(Measure { promised, promise })
    }

    /// The settings under which that was promised.
    fn settings_then(&self, promised: &Promised) -> Result<&'a Settings, Refusal> {
        let cx = self.cx;
        if promised.settings == cx.settings_revision {
            return Ok(cx.settings);
        }
        let passage = published(cx.desk, promised.settings);
        settings_of(cx.loaded, passage).ok_or(Refusal::NotLoaded)
    }

    /// These terms, and those by which clocks were judged that have ended under others.
    pub(super) fn judging(
        &self,
        terms: Arc<Terms>,
        audience: Audience,
    ) -> Result<Arc<Terms>, Refusal> {
        let Some(clocks) = self.ticket.clocks(audience) else { return Ok(terms) };
        let mut terms = terms;
        for (_, metric, by) in self.ticket.judged().filter(|(to, _, _)| *to == audience) {
            let judged = self.measure(by.clone())?.terms(audience);
            if let Some(ended) = clocks.of(metric) {
                terms = Arc::new(Terms::clone(&terms).judging(ended, &judged));
            }
        }
        Ok(terms)
    }

    /// These terms, and what was told elsewhere of what comes to these clocks.
    pub(super) fn reporting(&self, terms: Arc<Terms>, audience: Audience) -> Arc<Terms> {
        if self.reported.is_empty() {
            return terms;
        }
        let ours = self.reported.iter().filter(|(to, _)| *to == audience);
        Arc::new(Terms::clone(&terms).reporting(ours.map(|(_, reported)| *reported)))
    }

    /// What is promised of the ticket as it is now, under the settings in force.
    pub(super) fn promise(&mut self) -> Measure<'a> {
        let cx = self.cx;
        let policies = cx.settings.sla_policies();
        let organisation = self.ticket.organisation().filter(|_| policies.ask_for_customer());
        let organisation = organisation.and_then(|id| cx.loaded.organisation(cx.desk, id));
        if let Some(organisation) = organisation {
            let key = Key::organisation(cx.desk, organisation.id());
            self.guard(Guard { key, revision: organisation.revision() });
        }
        let customer = customer_of(organisation.map(|it| &**it));
        let promise = policies.of(&Scene::of(&self.ticket, self.now), customer);
        let promised = Promised {
            policy: promise.map(|promise| promise.name().clone()),
            level: promise.and_then(level),
            priority: cx.settings.place_of_priority(&self.ticket.priority().name),
            settings: cx.settings_revision,
            group: customer.group.cloned(),
            contract: customer.contract.cloned(),
        };
        Measure { promised, promise }
    }

    /// What the same settings promise of it since the ticket has changed by itself: to whom it was
    /// known to belong, so that it is the same whenever that is noticed.
    pub(super) fn promise_still(&self, promised: &Promised) -> Result<Measure<'a>, Refusal> {
        let settings = self.settings_then(promised)?;
        let policies = settings.sla_policies();
        let Promised { group, contract, .. } = promised;
        let customer = Customer { group: group.as_ref(), contract: contract.as_ref() };
        let promise = policies.of(&Scene::of(&self.ticket, self.now), customer);
        let promised = Promised {
            policy: promise.map(|promise| promise.name().clone()),
            level: promise.and_then(level),
            // Rules may have given it another.
            priority: settings.place_of_priority(&self.ticket.priority().name),
            ..promised.clone()
        };
        Ok(Measure { promised, promise })
    }
}

/// The step of a policy on the scale of service levels.
fn level(promise: &Promise) -> Option<SlaLevel> {
    let name = promise.policy().level.clone()?;
    Some(SlaLevel { name, rank: promise.rank()? })
}
