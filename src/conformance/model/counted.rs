//! Tickets that were promised nothing so far, in the model: S3 of the requirements. What they were
//! is remembered, and their clocks are counted from it once something is promised.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::clocks::Report;
use super::following::Following;
use super::service::{Seen, heard, judge, owe};
use super::{Model, ModelTicket};
use crate::sla::policy::Audience;
use crate::{ClockRules, ReasonName, StatusCategory, StatusName};

/// How a ticket was once, while it was promised nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    ticket: Arc<ModelTicket>,
    at: DateTime<Utc>,
    rules: ClockRules,
}

impl Model {
    /// Remembers how a ticket is that is promised nothing.
    pub(super) fn remember(&self, ticket: &mut ModelTicket, at: DateTime<Utc>) {
        let mut before = std::mem::take(&mut ticket.unpromised);
        let rules = self.settings.clock_rules();
        before.push(Snapshot { ticket: Arc::new(ticket.clone()), at, rules });
        ticket.unpromised = before;
    }

    /// Something was done to a ticket that is promised nothing. What is work again is promised what
    /// others are.
    pub(super) fn follow_unpromised(
        &self,
        ticket: &mut ModelTicket,
        now: DateTime<Utc>,
        anew: bool,
        reports: &[(Audience, Report)],
    ) {
        let was_done = ticket.unpromised.last().is_some_and(|before| before.ticket.is_done());
        self.remember(ticket, now);
        if anew && was_done {
            self.count(ticket, now, reports);
        }
    }

    /// Counts the clocks of unfinished work from what it was: what has ended was promised nothing.
    pub(super) fn count(
        &self,
        ticket: &mut ModelTicket,
        now: DateTime<Utc>,
        reports: &[(Audience, Report)],
    ) {
        if ticket.is_done() || ticket.rests() {
            return;
        }
        let Some(mut pledge) = self.pledged(ticket) else { return };
        for audience in self.promised_to() {
            let (policy, priority) = (pledge.policy.as_ref(), &pledge.priority);
            let terms = Self::terms(&self.settings, policy, priority, audience);
            let untold = terms.iter().map(|(metric, terms)| (*metric, terms.without_target()));
            let mut before = ticket.unpromised.iter();
            let Some(first) = before.next() else { return };
            let mut clocks = BTreeMap::new();
            let mut following = Following {
                clocks: &mut clocks,
                terms: untold.collect(),
                past: BTreeMap::new(),
                ticket: &first.ticket,
                standing: first.ticket.standing(),
                rules: first.rules,
                reports: Vec::new(),
                remedies: Vec::new(),
                withdrawn: Vec::new(),
            };
            following.opened(first.at, ticket.continued.get(&audience));
            let mut last = &*first.ticket;
            for then in before {
                let seen = Seen::of(last);
                let standing = last.standing();
                last = &then.ticket;
                if last.rests() {
                    continue;
                }
                following = Following { ticket: last, standing, rules: then.rules, ..following };
                for (at, what) in last.news(&seen, then.at) {
                    following.happens(at, what, then.at);
                }
            }
            following.reports = heard(reports, audience);
            following.turn_to(terms, now);
            pledge.wake = [pledge.wake, following.wake()].into_iter().flatten().min();
            let owed = std::mem::take(&mut following.remedies);
            let withdrawn = std::mem::take(&mut following.withdrawn);
            owe(&mut pledge.remedies, audience, owed);
            owe(&mut pledge.withdrawn, audience, withdrawn);
            judge(&mut clocks, &pledge.promise());
            pledge.clocks.insert(audience, clocks);
        }
        ticket.unpromised.clear();
        ticket.pledge = Some(Box::new(pledge));
    }
}

impl ModelTicket {
    fn standing(&self) -> (StatusName, Option<ReasonName>, StatusCategory) {
        (self.status.clone(), self.reason.clone(), self.category)
    }
}
