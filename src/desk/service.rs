//! Service levels as somebody sees them: how the clocks of a ticket stand, and who had it meanwhile.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::flow::Flow;
use super::io::{Io, at_once};
use super::read::PAGE;
use super::reader::Reader;
use super::{Desk, DeskError};
use crate::decide::{Refusal, promised_of, recorded, recount};
use crate::ids::{AgentId, DepartmentName, Key, Revision, SlaLevelName, SlaPolicyName, TicketId};
use crate::people::{Actor, Sight};
use crate::record::{Event, Head, step};
use crate::sla::policy::Audience;
use crate::sla::{Clock, ClockStatus, Clocks, EntryState, Ledger, Metric, Terms};
use crate::store::Store;
use crate::ticket::{Promised, Ticket};
use crate::time::{Span, whole_micros};

/// What a ticket is promised, and how its clocks stand, as somebody sees it; [`Desk::service`] gives
/// one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Service {
    /// The policy that is the ticket's own. `None` where there is none, and to those who do not
    /// see everything of the ticket.
    pub policy: Option<SlaPolicyName>,
    /// The policy's step on the scale of service levels, to those who are told the policy.
    pub level: Option<SlaLevelName>,
    /// The clocks, by audience and metric. None of a ticket whose clocks rest: it was merged into
    /// another, or is spam.
    pub clocks: Vec<ServiceClock>,
}

impl Service {
    /// The clock of this metric, of what is promised to this audience.
    pub fn of(&self, audience: Audience, metric: Metric) -> Option<&ServiceClock> {
        self.clocks.iter().find(|it| it.audience == audience && it.status.metric == metric)
    }
}

/// Clocks, and by what they are measured.
type Measured = (Clocks, Arc<Terms>);

/// A clock of a ticket, as somebody sees it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServiceClock {
    /// To whom it is promised.
    pub audience: Audience,
    /// How it stands.
    pub status: ClockStatus,
    clocks: Arc<Measured>,
    now: DateTime<Utc>,
}

impl ServiceClock {
    /// What its time consists of: until now, or until it ended.
    pub fn ledger(&self) -> Option<Ledger> {
        let (clocks, terms) = &*self.clocks;
        clocks.ledger(terms, self.status.metric, self.now)
    }

    /// Why its deadline is the deadline, where it has one; of a clock that ended before it, until it
    /// ended.
    pub fn explained(&self) -> Option<Ledger> {
        let (clocks, terms) = &*self.clocks;
        clocks.ledger(terms, self.status.metric, self.status.due?)
    }
}

/// Who had a ticket for a part of the time that a clock ran; [`Desk::owners`] gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OwnerSlice {
    /// Its first instant.
    pub from: DateTime<Utc>,
    /// The instant at which the next one begins.
    pub to: DateTime<Utc>,
    /// Who owned the ticket; `None`: nobody.
    pub owner: Option<AgentId>,
    /// The department in which it was.
    pub department: Option<DepartmentName>,
    /// How much of the time counted on the clock.
    pub ran: Span,
}

impl<S: Store> Desk<S> {
    /// What a ticket is promised and how its clocks stand at `now`, as this actor sees it.
    ///
    /// On return: to those who see everything of the ticket, every clock, also of what is promised
    /// among ourselves; to the customer's side, what is promised to them. What has passed is seen
    /// as passed, whether somebody has ticked or not. `now` is to be at or after the ticket's last
    /// change.
    ///
    /// Of a metric that begins anew, such as the next response, it is the last run that stands here:
    /// a ticket keeps no other. How earlier ones ended is in its history, in the
    /// [`ClocksChanged`](crate::ClocksChanged) of each answer, as the last example shows.
    ///
    /// Reads the record; of a ticket on which so much has happened that it does not keep
    /// [all pauses](crate::Limits::clock_pauses) of its clocks, the whole history.
    ///
    /// # Examples
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::sla::policy::{Audience, Obligation, SlaPolicy};
    /// use helpdesk::sla::{ClockState, Metric};
    ///
    /// let mut draft = SettingsDraft::default();
    /// let answer = Obligation::new(Metric::FirstResponse).within(Span::hours(4));
    /// draft.sla_policies = vec![SlaPolicy::new("standard").obligation(answer)];
    /// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
    /// let second = TicketId::from_u128(2);
    /// desk.open(customer.at(now), Open::new(second, Requester::Contact(maria), "It smokes"))?;
    ///
    /// let later = now + TimeDelta::hours(3);
    /// let theirs = desk.service(&customer, later, second)?;
    /// assert_eq!((theirs.clocks.len(), theirs.policy.as_ref()), (1, None));
    /// let first = theirs.of(Audience::Customer, Metric::FirstResponse).unwrap();
    /// assert_eq!(first.status.state, ClockState::Running);
    /// assert_eq!(first.status.remaining, Some(Span::hours(1)));
    /// let explained = first.explained().unwrap();
    /// assert_eq!(explained.ran(), Span::hours(4), "it sums to the target");
    ///
    /// let ours = desk.service(&agent, later, second)?;
    /// assert_eq!(ours.policy.unwrap().as_str(), "standard");
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// How each of the answers so far was judged:
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::sla::policy::{Audience, Obligation, SlaPolicy};
    /// use helpdesk::sla::{Clocked, Metric, Verdict};
    ///
    /// let mut draft = SettingsDraft::default();
    /// let answer = Obligation::new(Metric::NextResponse).within(Span::hours(2));
    /// draft.sla_policies = vec![SlaPolicy::new("standard").obligation(answer)];
    /// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
    /// desk.adopt(now, None, 100)?;
    /// desk.reply(agent.at(now), Reply::new(id, "Unplug it."))?;
    /// for (asked, answered) in [(1, 2), (3, 8)] {
    ///     let at = |hours| now + TimeDelta::hours(hours);
    ///     desk.reply(customer.at(at(asked)), Reply::new(id, "And now?"))?;
    ///     desk.reply(agent.at(at(answered)), Reply::new(id, "Press any key."))?;
    /// }
    ///
    /// let history = desk.history(Key::ticket(desk.id(), id), Revision::ZERO, 1000)?;
    /// let mut judged = Vec::new();
    /// for change in history.iter().filter_map(Event::ticket_change) {
    ///     let TicketChange::ClocksChanged(changed) = change else { continue };
    ///     for change in changed.of(Audience::Customer) {
    ///         if let (Metric::NextResponse, Clocked::Ended { verdict, ran, .. }) =
    ///             (change.metric, change.what)
    ///         {
    ///             judged.extend(verdict.map(|verdict| (verdict, ran)));
    ///         }
    ///     }
    /// }
    /// let [first, second] = [(Verdict::Met, 1), (Verdict::Missed, 5)];
    /// assert_eq!(judged, [first, second].map(|(it, hours)| (it, Span::hours(hours))));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] where there is no such ticket, or the actor may not know of it;
    /// [`Refusal::Forbidden`] by those who see no more than its status;
    /// [`Refusal::NotAnAgent`]; [`Refusal::NoSuchDesk`]; [`DeskError::Store`].
    pub fn service(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
    ) -> Result<Service, DeskError> {
        at_once(self.flow().service(actor, now, ticket))
    }

    /// How the clocks would stand if what the settings in force promise of the ticket as it is now
    /// had been promised from the start: verdicts as judged now, where
    /// [`service`](Self::service) has them as they were judged then.
    ///
    /// Reads the whole history; nothing is recorded.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::sla::policy::{Audience, Obligation, SlaPolicy};
    /// use helpdesk::sla::{ClockState, Metric};
    ///
    /// desk.reply(agent.at(now + TimeDelta::hours(5)), Reply::new(id, "Unplug it."))?;
    /// let mut draft = SettingsDraft::default();
    /// let answer = Obligation::new(Metric::FirstResponse).within(Span::hours(4));
    /// draft.sla_policies = vec![SlaPolicy::new("standard").obligation(answer)];
    /// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
    ///
    /// let judged = desk.judged_now(&agent, now + TimeDelta::days(1), id)?;
    /// let first = judged.of(Audience::Customer, Metric::FirstResponse).unwrap();
    /// assert_eq!(first.status.state, ClockState::Missed);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`service`](Self::service), and [`Refusal::Forbidden`] by all who do not see everything
    /// of the ticket; [`DeskError::Replay`] where a newer build has written to its history.
    pub fn judged_now(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
    ) -> Result<Service, DeskError> {
        at_once(self.flow().judged_now(actor, now, ticket))
    }

    /// Who had the ticket while a clock ran, from its beginning until it ended, or until `now`:
    /// slices without gaps, whose parts that counted add up to what the clock shows.
    ///
    /// Reads the whole history. Empty where no clock of this metric ever began.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::sla::policy::{Audience, Obligation, SlaPolicy};
    /// use helpdesk::sla::Metric;
    ///
    /// let mut draft = SettingsDraft::default();
    /// let answer = Obligation::new(Metric::FirstResponse).within(Span::hours(4));
    /// draft.sla_policies = vec![SlaPolicy::new("standard").obligation(answer)];
    /// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
    /// desk.adopt(now, None, 100)?;
    /// desk.take(agent.at(now + TimeDelta::hours(1)), Take { ticket: id })?;
    ///
    /// let later = now + TimeDelta::hours(6);
    /// let owners = desk.owners(&agent, later, id, Audience::Customer, Metric::FirstResponse)?;
    /// let told: Vec<_> = owners.iter().map(|slice| (slice.owner, slice.ran)).collect();
    /// assert_eq!(told, [(None, Span::hours(1)), (Some(anna), Span::hours(5))]);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`judged_now`](Self::judged_now).
    pub fn owners(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
        audience: Audience,
        metric: Metric,
    ) -> Result<Vec<OwnerSlice>, DeskError> {
        at_once(self.flow().owners(actor, now, ticket, (audience, metric)))
    }
}

impl<I: Io> Flow<I> {
    pub(super) async fn service(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
    ) -> Result<Service, DeskError> {
        let reader = self.reader(actor, now).await?;
        let (record, sight) = self.seen(&reader, ticket).await?;
        if sight == Sight::Status {
            return Err(forbidden(&reader).into());
        }
        let Some(ticket) = record.ticket() else { return Ok(nothing()) };
        let full = sight == Sight::Full;
        let Some(promised) = ticket.promised() else { return Ok(nothing()) };
        // Why a clock shows what it shows, is told by all of its pauses.
        let history = match ticket.has_condensed_clocks() && !ticket.clocks_rest() {
            true => Some(self.whole_history(ticket).await?),
            false => None,
        };
        let mut service = Service {
            policy: promised.policy.clone().filter(|_| full),
            level: promised.level.as_ref().map(|level| level.name.clone()).filter(|_| full),
            clocks: Vec::new(),
        };
        let audiences = if full { &Audience::ALL[..] } else { &[Audience::Customer] };
        for audience in audiences.iter().copied().filter(|_| !ticket.clocks_rest()) {
            let Some(clocks) = ticket.clocks(audience) else { continue };
            let clocks = match &history {
                Some(history) => {
                    ticket.clocks_standing(ticket.standing(), recorded(history, audience))
                }
                None => clocks,
            };
            // Nearly always, all of them are measured by the same.
            let mut measures: Vec<(&Promised, Arc<Measured>)> = Vec::new();
            for metric in clocks.iter().map(Clock::metric) {
                let by = ticket.measured_by(audience, metric).unwrap_or(promised);
                let known = measures.iter().find(|(it, _)| *it == by);
                let measured = match known {
                    Some((_, measured)) => measured.clone(),
                    None => {
                        let terms = self.terms(&reader, by, audience).await?;
                        let measured = Arc::new((clocks.clone(), terms));
                        measures.push((by, measured.clone()));
                        measured
                    }
                };
                service.clocks.extend(clock(audience, metric, &measured, now));
            }
        }
        if !full {
            service.clocks.retain(|clock| clock.status.target.is_some());
        }
        Ok(service)
    }

    pub(super) async fn judged_now(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
    ) -> Result<Service, DeskError> {
        let reader = self.reader(actor, now).await?;
        let ticket = self.all_of(&reader, ticket).await?;
        let policies = reader.settings.sla_policies();
        let organisation = match ticket.organisation().filter(|_| policies.ask_for_customer()) {
            Some(id) => self.record(Key::organisation(self.id, id)).await?,
            None => None,
        };
        let organisation = organisation.as_ref().and_then(|record| record.organisation());
        let promise =
            promised_of(policies, &ticket, organisation.map(|it| &**it), whole_micros(now));
        let history = self.whole_history(&ticket).await?;
        let key = Key::ticket(self.id, ticket.id());
        let mut service = Service {
            policy: promise.map(|promise| promise.name().clone()),
            level: promise.and_then(|promise| promise.policy().level.clone()),
            clocks: Vec::new(),
        };
        let priority = reader.settings.place_of_priority(&ticket.priority().name);
        let internal = policies.have_internal();
        let had = |audience: &Audience| *audience == Audience::Customer || internal;
        for audience in Audience::ALL.into_iter().filter(had) {
            let terms = promise.map(|it| it.terms_at(audience, usize::from(priority)));
            let Some(terms) = terms.filter(|_| !ticket.clocks_rest()) else { continue };
            let counted = recount(key, &history, terms, audience).map_err(DeskError::Replay)?;
            let Some((clocks, _)) = counted else { continue };
            let measured = Arc::new((clocks, terms.clone()));
            let (clocks, _) = &*measured;
            let metrics = clocks.iter().map(Clock::metric);
            service.clocks.extend(metrics.filter_map(|it| clock(audience, it, &measured, now)));
        }
        Ok(service)
    }

    pub(super) async fn owners(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        ticket: TicketId,
        (audience, metric): (Audience, Metric),
    ) -> Result<Vec<OwnerSlice>, DeskError> {
        let reader = self.reader(actor, now).await?;
        let head = self.all_of(&reader, ticket).await?;
        let service = self.service(actor, now, ticket).await?;
        let Some(clock) = service.of(audience, metric) else { return Ok(Vec::new()) };
        let ledger = clock.ledger();
        let key = Key::ticket(self.id, ticket);
        let (mut slices, mut at) = (Vec::<OwnerSlice>::new(), None);
        for event in &self.whole_history(&head).await? {
            at = Some(step(key, at, event).map_err(DeskError::Replay)?);
            let Some(Head::Ticket(ticket)) = &at else { continue };
            let (owner, department) = (ticket.assignee(), ticket.department().cloned());
            match slices.last_mut() {
                Some(last) if (last.owner, &last.department) == (owner, &department) => {}
                last => {
                    if let Some(last) = last {
                        last.to = event.at;
                    }
                    let (from, to) = (event.at, event.at);
                    slices.push(OwnerSlice { from, to, owner, department, ran: Span::ZERO });
                }
            }
        }
        let entries = ledger.as_ref().map_or(&[][..], Ledger::entries);
        let (Some(first), Some(end)) = (entries.first(), entries.last()) else {
            return Ok(Vec::new());
        };
        let (from, to) = (first.from, end.to);
        if let Some(last) = slices.last_mut() {
            last.to = last.to.max(to);
        }
        // A question may be older than its ticket, which nobody had then.
        if let Some(first) = slices.first_mut() {
            first.from = first.from.min(from);
        }
        slices.retain(|slice| slice.from < to && slice.to > from);
        for slice in &mut slices {
            (slice.from, slice.to) = (slice.from.max(from), slice.to.min(to));
            let ran = entries.iter().filter(|entry| entry.state == EntryState::Ran).map(|entry| {
                let (from, to) = (entry.from.max(slice.from), entry.to.min(slice.to));
                if from < to { Span::since(from, to) } else { Span::ZERO }
            });
            slice.ran = ran.fold(Span::ZERO, Span::and);
        }
        Ok(slices)
    }

    /// A ticket, to a reader who sees everything of it.
    async fn all_of(&self, reader: &Reader, ticket: TicketId) -> Result<Arc<Ticket>, DeskError> {
        let (record, sight) = self.seen(reader, ticket).await?;
        match record.ticket().filter(|_| sight == Sight::Full) {
            Some(ticket) => Ok(ticket.clone()),
            None => Err(forbidden(reader).into()),
        }
    }

    async fn whole_history(&self, ticket: &Ticket) -> Result<Vec<Event>, DeskError> {
        let key = Key::ticket(self.id, ticket.id());
        let mut history: Vec<Event> = Vec::new();
        loop {
            let after = history.last().map_or(Revision::ZERO, |event| event.revision);
            let page = self.io.history(key, after, PAGE).await?;
            // A store that does not go on is not asked without end.
            let done = page.len() < PAGE || page.last().is_none_or(|it| it.revision <= after);
            history.extend(page);
            if done {
                // What came since the head was read is not told half.
                history.retain(|event| event.revision <= ticket.revision());
                return Ok(history);
            }
        }
    }

    /// What was promised to an audience then.
    async fn terms(
        &self,
        reader: &Reader,
        promised: &Promised,
        audience: Audience,
    ) -> Result<Arc<Terms>, DeskError> {
        let settings = match promised.settings == reader.settings_revision {
            true => reader.settings.clone(),
            false => self.settings_at(promised.settings).await?,
        };
        let policies = settings.sla_policies();
        let promise = promised.policy.as_ref().and_then(|name| policies.named(name));
        let place = usize::from(promised.priority);
        Ok(promise.map(|it| it.terms_at(audience, place).clone()).unwrap_or_default())
    }
}

fn forbidden(reader: &Reader) -> Refusal {
    Refusal::Forbidden { party: reader.who().party(), deed: "look into service levels" }
}

fn nothing() -> Service {
    Service { policy: None, level: None, clocks: Vec::new() }
}

/// A clock, as it stands now.
fn clock(
    audience: Audience,
    metric: Metric,
    measured: &Arc<Measured>,
    now: DateTime<Utc>,
) -> Option<ServiceClock> {
    let (clocks, terms) = &**measured;
    let status = clocks.status(terms, metric, now)?;
    Some(ServiceClock { audience, status, clocks: measured.clone(), now })
}
