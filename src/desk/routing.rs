//! Looking for owners of what waits: on demand, where somebody is there again, and why.

use std::collections::BTreeSet;
use std::ops::Range;

use chrono::{DateTime, Utc};

use super::flow::Flow;
use super::io::{Io, at_once};
use super::{AsyncDesk, Desk, DeskError, Outcome, Row};
use crate::condition::{Condition, Fact};
use crate::decide::{Call, Command, Context, Counter, Explained, explain};
use crate::ids::{DepartmentName, TicketId};
use crate::matching::{Cursor, Listing};
use crate::people::{Actor, Agent};
use crate::record::Record;
use crate::rules::Destination;
use crate::store::{AsyncStore, Store, Wanted};

/// How many tickets of a department are routed at a time for somebody who is there again.
const PAGE: usize = 50;

/// How often, before the rest is left to the host.
const PAGES: usize = 4;

/// A page of tickets that waited for owners, which were looked for.
#[derive(Debug)]
#[non_exhaustive]
pub struct RoutedWaiting {
    /// What changed, in the order of the tickets' numbers: most were given to somebody, some only
    /// moved, or wait until another instant. Those for which nothing changed are not among them.
    pub outcomes: Vec<Outcome>,
    /// What failed, and why. Routing the same page again tries again.
    pub failed: Vec<(TicketId, DeskError)>,
    /// What the next page comes after; `None`: there is no more.
    pub next: Option<Cursor>,
}

/// What became of what waited when an agent came to have room for it: in the queues of their
/// departments, of none, and of those whose routes overflow into theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backlog {
    /// The tickets that were given to somebody: mostly to that agent, or to whoever comes first by
    /// the rules.
    pub given: Vec<TicketId>,
    /// Those that routing failed for; routing what waits tries again.
    pub failed: Vec<TicketId>,
    /// How many still wait in the agent's departments and in none. `None`: the store could not say,
    /// and some may wait that could be routed.
    pub left: Option<u64>,
}

impl<S: Store> Desk<S> {
    /// Looks for owners of the tickets that wait in a department's queue (`None`: in that of no
    /// department), a page at a time: at most `limit` of them (0 is taken as 1), those after the
    /// cursor, by their numbers, each by a commit of its own.
    ///
    /// The desk routes by itself what comes to wait, and what waits when an agent comes to be there.
    /// This is for what else has changed since around it: rules that were published, work that was
    /// finished, so that somebody has room again. It may stop anywhere, go on in another process,
    /// and begin anew. Where no rule is for a ticket, it stays as it is.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::rules::{Route, RoutingRule};
    ///
    /// let mut draft = SettingsDraft::default();
    /// draft.rules.routing = vec![RoutingRule::new("all", Route::default())];
    /// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
    ///
    /// let routed = desk.route_waiting(now, None, None, 100)?;
    /// assert_eq!(routed.outcomes[0].ticket().unwrap().assignee(), Some(anna));
    /// assert!(routed.failed.is_empty() && routed.next.is_none());
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CursorMismatch`](crate::Refusal::CursorMismatch): the cursor is of something else;
    /// [`BadCondition`](crate::Refusal::BadCondition) where the settings know no such department;
    /// [`DeskError::Store`] where the store could not list the tickets. What fails for one is in
    /// [`RoutedWaiting::failed`].
    pub fn route_waiting(
        &self,
        now: DateTime<Utc>,
        department: Option<DepartmentName>,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<RoutedWaiting, DeskError> {
        at_once(self.flow().route_waiting(now, department, after, limit))
    }

    /// Who would get a ticket if an owner were looked for now, and why: of the departments that are
    /// looked at, all who can have it and all who cannot, however many they are. Changes nothing.
    /// `None`: no rule is for the ticket.
    ///
    /// What was decided when a ticket was routed, and who had it then, this does not say: that is in its
    /// history, as [`Routed`](crate::Routed). Of a ticket that somebody has by now, waiting begins anew.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::rules::{Route, RoutingRule};
    ///
    /// let mut draft = SettingsDraft::default();
    /// draft.rules.routing = vec![RoutingRule::new("all", Route::default())];
    /// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
    /// let ben = AgentId::from_u128(9);
    /// desk.put_agent(Actor::Host.at(now), ben, AgentProfile::new("Ben"))?;
    /// let away = SetAvailability { agent: ben, available: false };
    /// desk.set_availability(Actor::Host.at(now), away)?;
    ///
    /// let explained = desk.explain_routing(now, id)?.unwrap();
    /// let decision = explained.decision.unwrap();
    /// assert_eq!((explained.rule.as_str(), decision.agent()), ("all", Some(anna)));
    /// assert_eq!(decision.dropped[0].to_string(), format!("{ben}: is not available"));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::Refusal::NotFound); [`DeskError::Store`].
    pub fn explain_routing(
        &self,
        now: DateTime<Utc>,
        ticket: TicketId,
    ) -> Result<Option<Explained>, DeskError> {
        at_once(self.flow().explain_routing(now, ticket))
    }
}

impl<S: AsyncStore> AsyncDesk<S> {
    /// Looks for an owner by the routing rules: [`Desk::route`].
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn route(&self, context: Context, ticket: TicketId) -> Result<Outcome, DeskError> {
        self.execute(&context.call(Command::Route(ticket))).await
    }

    /// Looks for owners of what waits: [`Desk::route_waiting`].
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn route_waiting(
        &self,
        now: DateTime<Utc>,
        department: Option<DepartmentName>,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<RoutedWaiting, DeskError> {
        self.flow().route_waiting(now, department, after, limit).await
    }

    /// Who would get a ticket, and why: [`Desk::explain_routing`].
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn explain_routing(
        &self,
        now: DateTime<Utc>,
        ticket: TicketId,
    ) -> Result<Option<Explained>, DeskError> {
        self.flow().explain_routing(now, ticket).await
    }
}

impl<I: Io> Flow<I> {
    pub(super) async fn route_waiting(
        &self,
        now: DateTime<Utc>,
        department: Option<DepartmentName>,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<RoutedWaiting, DeskError> {
        let there = match department {
            Some(name) => Fact::Department.equals(name.as_str()),
            None => Fact::Department.missing(),
        };
        let waiting = Condition::all([Fact::Queued.equals(true), there]);
        let mut listing = Listing::of(waiting).page(limit.max(1));
        listing.after = after;
        let page = self.find(&Actor::Host, now, &listing).await?;
        let mut routed =
            RoutedWaiting { outcomes: Vec::new(), failed: Vec::new(), next: page.next };
        for ticket in page.rows.iter().map(Row::id) {
            let call = Actor::System.at(now).call(Command::Route(ticket));
            match self.carry_out(&call).await {
                Ok(outcome) if outcome.is_no_op() => {}
                Ok(outcome) => routed.outcomes.push(outcome),
                Err(error) => routed.failed.push((ticket, error)),
            }
        }
        Ok(routed)
    }

    pub(super) async fn explain_routing(
        &self,
        now: DateTime<Utc>,
        ticket: TicketId,
    ) -> Result<Option<Explained>, DeskError> {
        let (_, explained) = self.loading(|loaded| explain(self.id, ticket, now, loaded)).await?;
        Ok(explained?)
    }

    /// What waits is looked at again once an agent is there for it. What was said of the agent
    /// stands, whatever comes of this.
    pub(super) async fn give_backlog(&self, call: &Call, outcome: &Outcome) -> Option<Backlog> {
        // Whoever carried it out before may have been stopped before this.
        if !outcome.routes() || outcome.is_no_op() {
            return None;
        }
        if !matches!(call.command, Command::SetAvailability(_) | Command::PutAgent { .. }) {
            return None;
        }
        let agent = outcome.records.iter().find_map(Record::agent)?;
        if !agent.can_own(None) || !agent.is_available() {
            return None;
        }
        // A page of each department, and so many more of all together.
        let (mut backlog, mut more) = (Backlog::default(), 1..PAGES);
        let departments: Vec<_> =
            agent.departments().iter().cloned().map(Some).chain([None]).collect();
        let Ok(others) = self.overflowing_into(agent).await else { return Some(backlog) };
        for department in departments.iter().chain(&others) {
            match self.route_for(agent, department, call.context.now, &mut more, &mut backlog).await
            {
                // A department that the settings have dropped has no queue to look at.
                Ok(()) | Err(DeskError::Refused(_)) => {}
                Err(_) => return Some(backlog),
            }
        }
        let queued = departments.into_iter().map(Counter::Queued);
        let found = self.io.load(self.id, &Wanted::counters(queued)).await;
        let left = |counters: Vec<i64>| counters.into_iter().map(|it| it.max(0).unsigned_abs());
        backlog.left = found.ok().map(|found| left(found.counters).sum());
        Some(backlog)
    }

    /// The other departments whose routes overflow into one of the agent's, in order, each once: what
    /// has waited there for long enough is for the agent, too.
    async fn overflowing_into(
        &self,
        agent: &Agent,
    ) -> Result<Vec<Option<DepartmentName>>, DeskError> {
        let settings = self.settings().await?;
        let mut from: BTreeSet<&DepartmentName> = BTreeSet::new();
        for rule in settings.rules().routing().rules() {
            let Destination::Route(route) = &rule.to else { continue };
            if !route.overflow.as_ref().is_some_and(|over| agent.works_in(&over.to)) {
                continue;
            }
            match &route.department {
                Some(department) => from.extend([department]),
                // It waits where it is, wherever that is.
                None => from.extend(settings.draft().departments.iter().map(|known| &known.name)),
            }
        }
        Ok(from.into_iter().filter(|name| !agent.works_in(name)).cloned().map(Some).collect())
    }

    /// Routes what waits in a department until the agent is full, or enough was looked at.
    async fn route_for(
        &self,
        agent: &Agent,
        department: &Option<DepartmentName>,
        now: DateTime<Utc>,
        more: &mut Range<usize>,
        backlog: &mut Backlog,
    ) -> Result<(), DeskError> {
        let mut after = None;
        while !self.is_full(agent).await? {
            let page = self.route_waiting(now, department.clone(), after, PAGE).await?;
            let given = page.outcomes.iter().filter_map(Outcome::ticket);
            let given = given.filter(|ticket| ticket.assignee().is_some());
            backlog.given.extend(given.map(|ticket| ticket.id()));
            backlog.failed.extend(page.failed.into_iter().map(|(ticket, _)| ticket));
            after = page.next;
            if after.is_none() || more.next().is_none() {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn is_full(&self, agent: &Agent) -> Result<bool, DeskError> {
        let Some(capacity) = agent.capacity() else { return Ok(false) };
        let wanted = Wanted::counters([Counter::Load(agent.id())]);
        let found = self.io.load(self.id, &wanted).await?;
        Ok(found.counters.first().is_some_and(|load| *load >= i64::from(capacity)))
    }
}
