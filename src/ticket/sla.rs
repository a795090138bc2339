//! Service levels on a ticket: what it is promised, and how its clocks stand.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::strict::HeadPromised;
use super::{ClocksChanged, Origin, Ticket};
use crate::ids::{Revision, SlaLevelName, SlaPolicyName};
use crate::sla::policy::Audience;
use crate::sla::{Clock, Clocks, OpenedBy, Standing, Verdict, copy};

/// What a ticket is promised, and under which settings that was read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Promised {
    /// The policy that is its own; `None`: none matched, and nothing is promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<SlaPolicyName>,
    /// The policy's step on the scale of service levels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<SlaLevel>,
    /// The place of its priority on the scale of those settings, 0 to 99.
    pub priority: u8,
    /// The revision of the settings.
    pub settings: Revision,
}

/// A step of the scale of service levels; `rank` compares two.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SlaLevel {
    /// The step's name.
    pub name: SlaLevelName,
    /// Its place on the scale, 0 to 99: 0 is the lowest.
    pub rank: u8,
}

/// The service levels of a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TicketSla {
    #[serde(deserialize_with = "HeadPromised::deserialize")]
    promised: Promised,
    /// The last run of each metric that ever began.
    customer: Vec<Clock>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    internal: Vec<Clock>,
}

impl TicketSla {
    fn of(&self, audience: Audience) -> &Vec<Clock> {
        match audience {
            Audience::Customer => &self.customer,
            Audience::Internal => &self.internal,
        }
    }
}

impl Ticket {
    /// What it is promised; `None`: its desk had no SLA policies yet when it last changed.
    pub fn promised(&self) -> Option<&Promised> {
        self.sla.as_ref().map(|sla| &sla.promised)
    }

    /// The clocks of what is promised to an audience, as they were when the ticket last changed;
    /// `None`: there are none. Of a clock with many pauses the older ones are
    /// [condensed](Clock::condensed): [`Desk::service`](crate::Desk::service) has all.
    pub fn clocks(&self, audience: Audience) -> Option<Clocks> {
        let clocks = self.sla.as_ref()?.of(audience);
        (!clocks.is_empty()).then(|| self.clocks_standing(self.standing(), clocks.clone()))
    }

    /// The same, to go on with; without any yet, none have begun.
    pub(crate) fn clocks_so_far(&self, audience: Audience, standing: Standing) -> Clocks {
        let clocks = self.sla.as_ref().map(|sla| sla.of(audience).clone());
        self.clocks_standing(standing, clocks.unwrap_or_default())
    }

    /// Whether it does not keep all pauses of its clocks.
    pub(crate) fn has_condensed_clocks(&self) -> bool {
        self.all_clocks().any(|clock| clock.condensed().is_some())
    }

    /// These, of what stands so.
    pub(crate) fn clocks_standing(&self, standing: Standing, clocks: Vec<Clock>) -> Clocks {
        Clocks::standing(self.opened_at, self.opened_by(), standing, clocks)
    }

    pub(crate) fn opened_by(&self) -> OpenedBy {
        match self.origin {
            Origin::CustomerWrote => OpenedBy::Customer,
            Origin::AgentReachedOut => OpenedBy::Agent,
        }
    }

    /// Where it stands, as clocks see it.
    pub(crate) fn standing(&self) -> Standing {
        Standing {
            status: self.status.name.clone(),
            reason: self.reason().cloned(),
            category: self.status.category,
        }
    }

    /// Whether its clocks stand where they were until it is back: it was merged, or is spam.
    pub(crate) fn clocks_rest(&self) -> bool {
        self.spam || self.merged_into().is_some()
    }

    /// The deadline that comes first, of what is promised and has not ended; one that has passed
    /// too. `None` while all clocks rest: the ticket was merged into another, or is spam.
    pub fn sla_due_at(&self) -> Option<DateTime<Utc>> {
        let open = self.all_clocks().filter(|clock| clock.ended().is_none());
        open.filter_map(Clock::due).min().filter(|_| !self.clocks_rest())
    }

    /// Whether something that is promised has been missed, in the last run of its metric, as far as
    /// that has been noticed.
    pub fn has_missed(&self) -> bool {
        self.all_clocks().any(|clock| match clock.ended() {
            Some(ended) => ended.verdict == Some(Verdict::Missed),
            None => clock.told().missed(),
        })
    }

    fn all_clocks(&self) -> impl Iterator<Item = &Clock> {
        self.sla.iter().flat_map(|sla| sla.customer.iter().chain(&sla.internal))
    }

    /// Copies what an event states of its clocks.
    pub(super) fn clock(&mut self, changed: &ClocksChanged) {
        let ClocksChanged { promised, customer, internal, remedies: _, intents: _, wake } = changed;
        self.timers.sla = *wake;
        let first = || TicketSla {
            promised: Promised {
                policy: None,
                level: None,
                priority: self.priority.rank,
                settings: Revision::ZERO,
            },
            customer: Vec::new(),
            internal: Vec::new(),
        };
        let mut sla = self.sla.take().map_or_else(first, Arc::unwrap_or_clone);
        if let Some(promised) = promised {
            sla.promised = promised.clone();
        }
        for change in customer {
            copy(&mut sla.customer, *change);
        }
        for change in internal {
            copy(&mut sla.internal, *change);
        }
        self.sla = Some(Arc::new(sla));
    }
}
