//! Service levels in the model: S2, S3, S5 and S11 of the requirements. What a ticket is promised
//! is looked for whenever somebody does something to it; its clocks follow by what is new on it.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::clocks::{ModelClock, ModelPromise, Report, Terms};
use super::following::{Following, New};
use super::ticket::Said;
use super::{Model, ModelTicket, Voice};
use crate::Settings;
use crate::sla::Metric;
use crate::sla::policy::Audience;
use crate::{
    AgentId, ContractName, CustomerGroupName, FollowUpClocks, PriorityName, ReasonName, Revision,
    SlaPolicyName, StatusCategory, StatusName, Ticket, TicketId,
};

/// What a ticket is promised, and how its clocks stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pledge {
    /// What its policy is, if any matched.
    pub policy: Option<SlaPolicyName>,
    /// By which priority it is measured.
    pub priority: PriorityName,
    /// Under which settings, by the number of their publishing.
    pub settings: Revision,
    /// To which group of customers who asks was known to belong, and under which contract.
    pub customer: (Option<CustomerGroupName>, Option<ContractName>),
    /// The last run of each metric that ever began, to each audience.
    pub clocks: BTreeMap<Audience, BTreeMap<Metric, ModelClock>>,
    /// When one of them next tells something.
    pub wake: Option<DateTime<Utc>>,
    /// How often a remedy came to be owed, for what.
    pub remedies: BTreeMap<Audience, BTreeMap<Metric, usize>>,
    /// How often it turned out that it was not.
    pub withdrawn: BTreeMap<Audience, BTreeMap<Metric, usize>>,
    /// What they have seen of the ticket.
    seen: Seen,
}

/// What clocks look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    said: usize,
    /// Which of it was split off.
    gone: usize,
    status: StatusName,
    reason: Option<ReasonName>,
    category: StatusCategory,
    owner: Option<AgentId>,
    /// What was merged into the ticket, and how many of its questions it has left.
    members: Vec<(TicketId, usize)>,
    rests: bool,
    merged: bool,
    waited: Option<DateTime<Utc>>,
}

/// What has ended just now was promised this.
pub(super) fn judge(clocks: &mut BTreeMap<Metric, ModelClock>, by: &ModelPromise) {
    for clock in clocks.values_mut().filter(|clock| !clock.is_open()) {
        clock.by.get_or_insert_with(|| by.clone());
    }
}

/// What was told elsewhere to this audience.
pub(super) fn heard(reports: &[(Audience, Report)], audience: Audience) -> Vec<Report> {
    let ours = reports.iter().filter(|(to, _)| *to == audience);
    ours.map(|(_, report)| report.clone()).collect()
}

/// Remedies are owed for these.
pub(super) fn owe(
    remedies: &mut BTreeMap<Audience, BTreeMap<Metric, usize>>,
    audience: Audience,
    owed: Vec<Metric>,
) {
    for metric in owed {
        *remedies.entry(audience).or_default().entry(metric).or_default() += 1;
    }
}

impl Pledge {
    pub(super) fn promise(&self) -> ModelPromise {
        (self.policy.clone(), self.priority.clone(), self.settings)
    }

    /// Whether an event would state anything of what became of the clocks since.
    pub(super) fn differs(&self, since: &Self) -> bool {
        self.clocks != since.clocks || self.wake != since.wake
    }
}

impl Seen {
    pub(super) fn of(ticket: &ModelTicket) -> Self {
        let members = ticket.members.iter();
        Self {
            said: ticket.thread.len(),
            gone: ticket.thread.iter().filter(|said| said.gone).count(),
            status: ticket.status.clone(),
            reason: ticket.reason.clone(),
            category: ticket.category,
            owner: ticket.owner,
            members: members.map(|member| (member.ticket, member.questions.len())).collect(),
            rests: ticket.rests(),
            merged: ticket.merged_into.is_some(),
            waited: ticket.counted(),
        }
    }
}

impl ModelTicket {
    /// Whether its clocks stand where they were until it is back.
    pub(super) fn rests(&self) -> bool {
        self.spam || self.merged_into.is_some()
    }

    /// When its clocks next tell something.
    pub(super) fn service_wake(&self) -> Option<DateTime<Utc>> {
        self.pledge.as_ref().filter(|_| !self.rests()).and_then(|pledge| pledge.wake)
    }

    fn is_answered(&self, asked: &Said) -> bool {
        let answers = self.thread.iter().filter(|said| said.public && said.voice == Voice::Answers);
        answers.into_iter().any(|said| said.at > asked.at)
    }

    /// What is new on the ticket, and when it happened.
    pub(super) fn news(&self, seen: &Seen, now: DateTime<Utc>) -> Vec<(DateTime<Utc>, New)> {
        let mut news = Vec::new();
        let said = self.thread.get(seen.said..).unwrap_or_default();
        for said in said.iter().filter(|said| said.public && !seen.rests) {
            match said.voice {
                Voice::Asks if self.is_answered(said) => {}
                Voice::Asks => news.push((said.at, New::Asks)),
                Voice::Answers => {
                    news.push((said.at, New::Answers));
                    let later = self.remembered().filter(|asked| *asked > said.at);
                    let later = later.and(self.counted());
                    news.extend(later.map(|asked| (asked, New::Asks)));
                }
                Voice::Neither => {}
            }
        }
        if self.owner.is_some() && self.owner != seen.owner {
            news.push((now, New::Assigned));
        }
        let gone = self.thread.iter().filter(|said| said.gone).count();
        let left = seen.members.iter().any(|(id, questions)| {
            let member = self.members.iter().find(|member| member.ticket == *id);
            member.is_none_or(|member| member.questions.len() != *questions)
        });
        let took = (gone != seen.gone || left) && self.counted() != seen.waited;
        if took || (seen.merged && gone > 0) {
            news.push((now, New::Goes(self.counted())));
        }
        let (first, total) = self.owes();
        let is_member = |id: &TicketId| self.members.iter().any(|member| member.ticket == *id);
        if !seen.members.iter().all(|(id, _)| is_member(id)) {
            news.push((now, New::OwesLess(first, total)));
        }
        for member in &self.members {
            let known = seen.members.iter().any(|(id, _)| *id == member.ticket);
            if known {
                continue;
            }
            if let Some(since) = member.asked_since {
                let since = since.max(member.counts_from.unwrap_or(since));
                news.push((now, New::Comes(since, member.yields)));
            }
            news.push((now, New::OwesMore(member.owed)));
        }
        let moved = self.status != seen.status
            || self.reason != seen.reason
            || self.category != seen.category;
        if seen.rests {
            let asked = self.counted().filter(|_| !seen.merged);
            news.extend(asked.map(|asked| (asked, New::Waits)));
            news.push((now, New::IsBack));
            news.push((now, New::OwesLess(first, total)));
        } else if moved {
            news.push((now, New::Moves));
            news.push((now, New::OwesLess(first, total)));
        }
        news
    }
}

impl ModelTicket {
    /// Whether it has no clocks yet, or has them towards all to whom something is promised. The
    /// model counts either all of them from what a ticket was, or none.
    pub fn has_all_clocks_or_none(&self, settings: &Settings) -> bool {
        let policies = &settings.draft().sla_policies;
        let internal = policies.iter().flat_map(|policy| &policy.obligations);
        let internal = internal.into_iter().any(|it| it.audience == Audience::Internal);
        let has = |pledge: &Pledge| pledge.clocks.contains_key(&Audience::Internal);
        !internal || self.pledge.as_ref().is_none_or(|pledge| has(pledge))
    }
}

impl Model {
    fn settings_of(&self, revision: Revision) -> &crate::Settings {
        let place = usize::try_from(revision.0).unwrap_or(usize::MAX).saturating_sub(1);
        self.published.get(place).unwrap_or(&self.settings)
    }

    /// What is promised of each metric.
    pub(super) fn terms<'s>(
        settings: &'s crate::Settings,
        policy: Option<&SlaPolicyName>,
        priority: &PriorityName,
        audience: Audience,
    ) -> BTreeMap<Metric, Terms<'s>> {
        let policies = &settings.draft().sla_policies;
        let policy = policies.iter().find(|it| Some(&it.name) == policy);
        let of = |metric| {
            let obligations = policy.iter().flat_map(|policy| &policy.obligations);
            let mut ours = obligations.filter(|it| it.audience == audience);
            Terms::of(settings, ours.find(|it| it.metric == metric), priority)
        };
        Metric::ALL.into_iter().map(|metric| (metric, of(metric))).collect()
    }

    /// How far total resolution had got on a ticket, where what follows it up goes on from there.
    pub(super) fn continued(
        &self,
        ticket: &ModelTicket,
    ) -> BTreeMap<Audience, (DateTime<Utc>, TimeDelta, bool)> {
        let goes_on = self.settings.clock_rules().follow_up == FollowUpClocks::Continue;
        let pledge = ticket.pledge.iter().filter(|_| goes_on);
        let clocks = pledge.flat_map(|pledge| &pledge.clocks);
        let ended = clocks.filter_map(|(audience, clocks)| {
            let clock = clocks.get(&Metric::TotalResolution)?;
            Some((*audience, (clock.began, clock.ended.as_ref()?.ran, clock.missed)))
        });
        ended.collect()
    }

    /// What the clocks of a ticket have told of what began then, and counts since then elsewhere.
    pub(super) fn reports(
        &self,
        ticket: &ModelTicket,
        metrics: &[Metric],
        began: DateTime<Utc>,
        since: DateTime<Utc>,
    ) -> Vec<(Audience, Report)> {
        let Some(pledge) = &ticket.pledge else { return Vec::new() };
        let (policy, priority, settings) = pledge.promise();
        let settings = self.settings_of(settings);
        let mut reports = Vec::new();
        for (audience, clocks) in &pledge.clocks {
            let terms = Self::terms(settings, policy.as_ref(), &priority, *audience);
            for clock in metrics.iter().filter_map(|metric| clocks.get(metric)) {
                let said = clock.missed || !clock.told.is_empty();
                if said && clock.is_open() && clock.began == began {
                    let due = terms.get(&clock.metric).and_then(|terms| clock.due(terms));
                    let (metric, missed) = (clock.metric, clock.missed);
                    reports.push((*audience, Report { metric, since, due, missed }));
                }
            }
        }
        reports
    }

    /// What was promised of each metric whose clock has ended, when it did.
    fn past(
        &self,
        clocks: &BTreeMap<Metric, ModelClock>,
        audience: Audience,
    ) -> BTreeMap<Metric, Terms<'_>> {
        let past = clocks.iter().filter_map(|(metric, clock)| {
            let (policy, priority, settings) = clock.by.as_ref()?;
            let settings = self.settings_of(*settings);
            let terms = Self::terms(settings, policy.as_ref(), priority, audience);
            Some((*metric, terms.get(metric).copied()?))
        });
        past.collect()
    }

    /// To whom the policies promise something.
    pub(super) fn promised_to(&self) -> Vec<Audience> {
        let policies = self.settings.draft().sla_policies.iter();
        let obligations: Vec<_> = policies.flat_map(|policy| &policy.obligations).collect();
        let internal = obligations.iter().any(|it| it.audience == Audience::Internal);
        let inside = internal.then_some(Audience::Internal);
        [Audience::Customer].into_iter().chain(inside).collect()
    }

    /// What a ticket is promised as it is now, without clocks; `None`: there are no policies.
    pub(super) fn pledged(&self, ticket: &ModelTicket) -> Option<Pledge> {
        let promises = !self.settings.draft().sla_policies.is_empty();
        promises.then(|| Pledge {
            policy: Self::promise(&self.settings, &self.customer(ticket), ticket),
            priority: ticket.priority.clone(),
            settings: Revision(self.published.len() as u64),
            customer: self.customer(ticket),
            clocks: BTreeMap::new(),
            wake: None,
            remedies: BTreeMap::new(),
            withdrawn: BTreeMap::new(),
            seen: Seen::of(ticket),
        })
    }

    /// A ticket was opened: its clocks begin, if anything is promised on this desk.
    pub(super) fn begin_service(&self, ticket: &mut ModelTicket) {
        let reports = std::mem::take(&mut ticket.reports);
        let Some(mut pledge) = self.pledged(ticket) else {
            return self.remember(ticket, ticket.opened_at);
        };
        let now = ticket.opened_at;
        for audience in self.promised_to() {
            let mut clocks = BTreeMap::new();
            let (policy, priority) = (pledge.policy.as_ref(), &pledge.priority);
            let mut following = Following {
                clocks: &mut clocks,
                terms: Self::terms(&self.settings, policy, priority, audience),
                past: BTreeMap::new(),
                ticket,
                standing: (ticket.status.clone(), ticket.reason.clone(), ticket.category),
                rules: self.settings.clock_rules(),
                reports: heard(&reports, audience),
                remedies: Vec::new(),
                withdrawn: Vec::new(),
            };
            following.opened(now, ticket.continued.get(&audience));
            following.tell(now);
            let owed = std::mem::take(&mut following.remedies);
            owe(&mut pledge.remedies, audience, owed);
            pledge.wake = [pledge.wake, following.wake()].into_iter().flatten().min();
            judge(&mut clocks, &pledge.promise());
            pledge.clocks.insert(audience, clocks);
        }
        ticket.pledge = Some(Box::new(pledge));
    }

    /// The clocks of a ticket follow what was done to it. `anew`: somebody did it, and what is
    /// promised is looked for in the settings in force; else in those that it has.
    pub(super) fn follow(&self, ticket: &mut ModelTicket, now: DateTime<Utc>, anew: bool) {
        let reports = std::mem::take(&mut ticket.reports);
        let Some(mut pledge) = ticket.pledge.take() else {
            return self.follow_unpromised(ticket, now, anew, &reports);
        };
        let seen = std::mem::replace(&mut pledge.seen, Seen::of(ticket));
        if !ticket.rests() {
            let news = ticket.news(&seen, now);
            let (policy, priority, under) = pledge.promise();
            let first = self.settings_of(under);
            if anew {
                pledge.customer = self.customer(ticket);
                pledge.priority = ticket.priority.clone();
                pledge.settings = Revision(self.published.len() as u64);
            }
            let settings = self.settings_of(pledge.settings);
            pledge.policy = Self::promise(settings, &pledge.customer, ticket);
            let last = self.settings_of(pledge.settings);
            let both = |audience| {
                let first = Self::terms(first, policy.as_ref(), &priority, audience);
                let last = Self::terms(last, pledge.policy.as_ref(), &pledge.priority, audience);
                (first, last)
            };
            let same = Audience::ALL.iter().all(|audience| {
                let (first, last) = both(*audience);
                first.values().zip(last.values()).all(|(first, last)| first.are(last))
            });
            let mut wakes = Vec::new();
            for (audience, clocks) in &mut pledge.clocks {
                let (terms, last) = both(*audience);
                let standing = (seen.status.clone(), seen.reason.clone(), seen.category);
                let rules = self.settings.clock_rules();
                let past = self.past(clocks, *audience);
                let (remedies, reports) = (Vec::new(), heard(&reports, *audience));
                let mut following = Following {
                    clocks,
                    terms,
                    past,
                    ticket,
                    standing,
                    rules,
                    reports,
                    remedies,
                    withdrawn: Vec::new(),
                };
                for (at, what) in &news {
                    following.happens(*at, *what, now);
                }
                if !same {
                    following.turn_to(last, now);
                }
                following.tell(now);
                wakes.extend(following.wake());
                owe(&mut pledge.remedies, *audience, following.remedies);
                owe(&mut pledge.withdrawn, *audience, following.withdrawn);
                judge(clocks, &(policy.clone(), priority.clone(), under));
            }
            pledge.wake = wakes.into_iter().min();
        }
        ticket.pledge = Some(pledge);
    }

    /// What the clocks tell by themselves at an instant.
    pub(super) fn tell(&self, ticket: &mut ModelTicket, due: DateTime<Utc>) {
        let Some(mut pledge) = ticket.pledge.take() else { return };
        let settings = self.settings_of(pledge.settings);
        let mut wakes = Vec::new();
        for (audience, clocks) in &mut pledge.clocks {
            let (policy, priority) = (pledge.policy.as_ref(), &pledge.priority);
            let terms = Self::terms(settings, policy, priority, *audience);
            let standing = (ticket.status.clone(), ticket.reason.clone(), ticket.category);
            let rules = self.settings.clock_rules();
            let (past, remedies, reports) = (BTreeMap::new(), Vec::new(), Vec::new());
            let mut following = Following {
                clocks,
                terms,
                past,
                ticket,
                standing,
                rules,
                reports,
                remedies,
                withdrawn: Vec::new(),
            };
            following.tell(due);
            wakes.extend(following.wake());
            owe(&mut pledge.remedies, *audience, following.remedies);
        }
        pledge.wake = wakes.into_iter().min();
        ticket.pledge = Some(pledge);
    }

    /// In what the service levels of a ticket of the desk differ.
    pub(super) fn service_differences(&self, model: &ModelTicket, ticket: &Ticket) -> Vec<String> {
        let promised = ticket.promised().map(|it| (it.policy.as_ref(), it.settings));
        let pledge = model.pledge.as_ref();
        let pledged = pledge.map(|it| (it.policy.as_ref(), it.settings));
        let mut differences = Vec::new();
        if promised != pledged {
            differences.push(format!("the desk promises {promised:?}, the model {pledged:?}"));
        }
        let Some(pledge) = pledge else { return differences };
        let settings = self.settings_of(pledge.settings);
        let promise = pledge.promise();
        for audience in Audience::ALL {
            let terms = Self::terms(settings, pledge.policy.as_ref(), &pledge.priority, audience);
            let desk = ticket.clocks(audience);
            let model = pledge.clocks.get(&audience);
            for metric in Metric::ALL {
                let desk = desk.as_ref().and_then(|clocks| clocks.of(metric));
                let model = model.and_then(|clocks| clocks.get(&metric));
                match (desk, model) {
                    (Some(desk), Some(model)) => {
                        let terms = terms.get(&metric).copied().unwrap_or_default();
                        let differs = model.differs(&terms, desk);
                        differences.extend(differs.map(|it| format!("{audience:?}, {it}")));
                        let by = ticket.measured_by(audience, metric);
                        let by = by.map(|by| (&by.policy, by.settings));
                        let model = model.by.as_ref().unwrap_or(&promise);
                        if by != Some((&model.0, model.2)) {
                            differences.push(format!(
                                "{audience:?}, {metric}: the desk judged by {by:?}, the model by {model:?}"
                            ));
                        }
                    }
                    (None, None) => {}
                    (desk, model) => differences
                        .push(format!("{audience:?}: the desk has {desk:?}, the model {model:?}")),
                }
            }
        }
        differences
    }
}
