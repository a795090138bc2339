//! Service levels on a ticket: what it is promised, and how its clocks stand.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::strict::HeadPromised;
use super::{ClocksChanged, Origin, Remedy, Ticket};
use crate::ids::{ContractName, CustomerGroupName, Revision, SlaLevelName, SlaPolicyName};
use crate::sla::policy::Audience;
use crate::sla::{
    Clock, ClockChange, Clocked, Clocks, Ending, Metric, OpenedBy, Standing, Verdict, copy,
};
use crate::time;

/// What a ticket is promised, and under which settings that was read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Promised {
    /// The policy that is its own; `None`: none matched, and nothing is promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<SlaPolicyName>,
    /// The policy's step on the scale of service levels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<SlaLevel>,
    /// The place of its priority on the scale of those settings, 0 to 99; the length of the scale,
    /// where it was not on it any more.
    pub priority: u8,
    /// The revision of the settings.
    pub settings: Revision,
    /// The customer group of the organisation of who asks, where any policy looks at that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<CustomerGroupName>,
    /// Its contract, where any policy looks at that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractName>,
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
    /// By what clocks that have ended were judged, where it was not what is promised now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    judged: Vec<Judged>,
    /// What is owed for misses of the last runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    owed: Vec<Owing>,
}

/// What is owed for a miss.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Owing {
    /// The deadline that was missed.
    #[serde(deserialize_with = "time::truncated")]
    pub(crate) due: DateTime<Utc>,
    pub(crate) remedy: Remedy,
}

impl Owing {
    /// Keeps what is owed up to date with a change of a clock: nothing is known of former runs.
    /// Gives back what is not owed after all: what was missed had come by the deadline.
    pub(crate) fn follow(
        owed: &mut Vec<Self>,
        audience: Audience,
        change: &ClockChange,
    ) -> Option<Remedy> {
        let of = |it: &Self| (it.remedy.audience, it.remedy.metric) == (audience, change.metric);
        match change.what {
            Clocked::Started { .. } => {
                owed.retain(|it| !of(it));
                None
            }
            Clocked::Ended { by: Ending::Fulfilled, .. } => {
                let place = owed.iter().position(|it| of(it) && change.at <= it.due)?;
                Some(owed.remove(place).remedy)
            }
            Clocked::Ended { .. }
            | Clocked::Paused
            | Clocked::Resumed { .. }
            | Clocked::Retargeted { .. }
            | Clocked::Rebegun { .. }
            | Clocked::Reopened { .. }
            | Clocked::Warned { .. }
            | Clocked::Missed
            | Clocked::Escalated { .. }
            | Clocked::Condensed { .. } => None,
        }
    }
}

/// By what a clock that has ended was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Judged {
    audience: Audience,
    metric: Metric,
    #[serde(deserialize_with = "HeadPromised::deserialize")]
    by: Promised,
}

impl TicketSla {
    fn of(&self, audience: Audience) -> &Vec<Clock> {
        match audience {
            Audience::Customer => &self.customer,
            Audience::Internal => &self.internal,
        }
    }

    /// Copies what an event states of the clocks of an audience, by what was promised until then.
    fn copy(&mut self, audience: Audience, changes: &[ClockChange], remedies: &[Remedy]) {
        // What was corrected just now.
        let mut corrected = None;
        for change in changes {
            Owing::follow(&mut self.owed, audience, change);
            let of = |it: &&Remedy| (it.audience, it.metric) == (audience, change.metric);
            let remedy = remedies.iter().find(of).filter(|_| change.what == Clocked::Missed);
            // It is owed for the first miss of a run.
            let owed = self.owed.iter().map(|it| &it.remedy).any(|it| of(&it));
            if let Some(remedy) = remedy.filter(|_| !owed) {
                self.owed.push(Owing { due: change.at, remedy: remedy.clone() });
            }
            let known = self.of(audience).iter().find(|it| it.metric() == change.metric);
            let had_ended = known.is_some_and(|it| it.ended().is_some());
            let clocks = match audience {
                Audience::Customer => &mut self.customer,
                Audience::Internal => &mut self.internal,
            };
            copy(clocks, *change);
            let anew = match change.what {
                // Where something told late parts what has ended, both parts are judged alike.
                Clocked::Started { .. } => corrected.take() != Some((change.metric, change.at)),
                Clocked::Ended { .. } => {
                    corrected = Some((change.metric, change.at)).filter(|_| had_ended);
                    false
                }
                Clocked::Reopened { .. } => true,
                Clocked::Paused
                | Clocked::Resumed { .. }
                | Clocked::Retargeted { .. }
                | Clocked::Rebegun { .. }
                | Clocked::Warned { .. }
                | Clocked::Missed
                | Clocked::Escalated { .. }
                | Clocked::Condensed { .. } => false,
            };
            if anew && !self.judged.is_empty() {
                self.judged.retain(|it| (it.audience, it.metric) != (audience, change.metric));
            }
        }
    }

    /// Another thing is promised now; what has ended goes on being judged by what was.
    fn promise(&mut self, promised: Promised) {
        let before = std::mem::replace(&mut self.promised, promised);
        for audience in Audience::ALL {
            for clock in self.of(audience).clone() {
                let metric = clock.metric();
                let kept = |it: &Judged| (it.audience, it.metric) == (audience, metric);
                if clock.ended().is_some() && !self.judged.iter().any(kept) {
                    self.judged.push(Judged { audience, metric, by: before.clone() });
                }
            }
        }
        self.judged.retain(|it| it.by != self.promised);
    }
}

impl Ticket {
    /// What it is promised; `None`: its desk had no SLA policies yet when it last changed.
    pub fn promised(&self) -> Option<&Promised> {
        self.sla.as_ref().map(|sla| &sla.promised)
    }

    /// By what the last run of a metric is measured: by what is promised now, or, where it has ended
    /// under an earlier promise, by that one, whose calendar its figures are of, and by which it is
    /// judged anew where something is told late. `None`: as [`promised`](Self::promised).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::sla::policy::{Audience, Obligation, SlaPolicy};
    /// use helpdesk::sla::Metric;
    ///
    /// let answer = Obligation::new(Metric::FirstResponse).within(Span::hours(4));
    /// let mut draft = SettingsDraft::default();
    /// draft.sla_policies = vec![SlaPolicy::new("standard").obligation(answer)];
    /// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
    /// desk.adopt(now, None, 100)?;
    /// desk.reply(agent.at(now), Reply::new(id, "Unplug it."))?;
    /// let edit = Edit { priority: Some("critical".into()), ..Edit::new(id) };
    /// desk.edit(agent.at(now), edit)?;
    ///
    /// let ticket = desk.ticket(id)?.unwrap();
    /// let by = |metric| ticket.measured_by(Audience::Customer, metric).unwrap().priority;
    /// assert_eq!(by(Metric::FirstResponse), 1, "it was medium when it was answered");
    /// assert_eq!(by(Metric::TotalResolution), 3);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    pub fn measured_by(&self, audience: Audience, metric: Metric) -> Option<&Promised> {
        let sla = self.sla.as_ref()?;
        let of = |it: &&Judged| (it.audience, it.metric) == (audience, metric);
        Some(sla.judged.iter().find(of).map_or(&sla.promised, |judged| &judged.by))
    }

    /// By what clocks were judged that have ended under an earlier promise.
    pub(crate) fn judged(&self) -> impl Iterator<Item = (Audience, Metric, &Promised)> {
        let judged = self.sla.iter().flat_map(|sla| &sla.judged);
        judged.map(|it| (it.audience, it.metric, &it.by))
    }

    /// What is owed for misses of the last runs of its clocks.
    pub(crate) fn owed(&self) -> &[Owing] {
        self.sla.as_ref().map_or(&[], |sla| &sla.owed)
    }

    /// The clocks of what is promised to an audience, as they were when the ticket last changed;
    /// `None`: there are none. Of a clock with many pauses the older ones are
    /// [condensed](Clock::condensed): [`Desk::service`](crate::Desk::service) has all.
    pub fn clocks(&self, audience: Audience) -> Option<Clocks> {
        let clocks = self.sla.as_ref()?.of(audience);
        (!clocks.is_empty()).then(|| self.clocks_standing(self.standing(), clocks.clone()))
    }

    pub(crate) fn has_clocks(&self, audience: Audience) -> bool {
        self.sla.as_ref().is_some_and(|sla| !sla.of(audience).is_empty())
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
        let ClocksChanged { promised, customer, internal, remedies, wake, .. } = changed;
        self.timers.sla = *wake;
        let first = || TicketSla {
            promised: Promised {
                policy: None,
                level: None,
                priority: self.priority.rank,
                settings: Revision::ZERO,
                group: None,
                contract: None,
            },
            customer: Vec::new(),
            internal: Vec::new(),
            judged: Vec::new(),
            owed: Vec::new(),
        };
        let begins = self.sla.is_none();
        let mut sla = self.sla.take().map_or_else(first, Arc::unwrap_or_clone);
        if let Some(promised) = promised.as_ref().filter(|_| begins) {
            sla.promised = promised.clone();
        }
        sla.copy(Audience::Customer, customer, remedies);
        sla.copy(Audience::Internal, internal, remedies);
        // What ends in the same event was judged by what was promised before it.
        if let Some(promised) = promised.as_ref().filter(|_| !begins) {
            sla.promise(promised.clone());
        }
        self.sla = Some(Arc::new(sla));
    }
}
