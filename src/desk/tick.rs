//! Time passes: a desk says when something will happen by itself, and makes it happen then.

use chrono::{DateTime, Utc};

use super::flow::{Flow, TRIES};
use super::io::{Direct, Io, at_once};
use super::{Desk, DeskError, Outcome};
use crate::decide::Command;
use crate::ids::{DeskId, Key};
use crate::people::Actor;
use crate::store::{Lease, Scope, Store};
use crate::time::{Span, after};

/// How long a tick has for the records that it leases, before another may take them.
const LEASE: Span = Span::minutes(1);

/// How many records one tick takes on.
const BATCH: usize = 1000;

/// What came of a tick.
#[derive(Debug)]
#[non_exhaustive]
pub struct Ticked {
    /// What happened, record by record, earliest first.
    pub outcomes: Vec<Outcome>,
    /// What failed, and why. Each is tried again after a minute, and holds up nobody else.
    pub failed: Vec<(Key, DeskError)>,
    /// When to tick next; at or before now where there is more to do at once, and a minute from
    /// now where the store could not say. `None`: nothing will happen before another command is
    /// given.
    pub next_wake: Option<DateTime<Utc>>,
}

impl<S: Store> Desk<S> {
    /// Carries out what is due: returns postponed tickets, closes resolved ones, flags old
    /// ones, reminds, erases what was kept for long enough, tells what deadlines of service
    /// levels have come near or passed, and does what the desk's own [rules](crate::rules) make of the
    /// passing of time. At most a thousand tickets; `next_wake` says when to come back.
    ///
    /// Nothing depends on how often this runs: every command first carries out what is due on
    /// the ticket that it is about, dated by the instant at which it was due. Several processes
    /// may tick at once; each takes what the others have not.
    ///
    /// What depends on it is when people are told. A tick writes notices of what it did, in the same
    /// commits, and sends nothing: a [`relay`](Self::relay) afterwards does. So a warning that was due
    /// at noon, ticked at one, is dated noon and goes out at one. A tick that comes late does all
    /// that came due on a ticket meanwhile, in order and in one commit, such as a warning, the miss
    /// and a level after it; none is left out, and none comes twice. `now` should not be ahead of
    /// the hosts' clocks: what is due until then happens, and is not taken back.
    ///
    /// # Examples
    ///
    /// What a host's timer does: tick, then sleep until the next wake. Here a month passes in
    /// which nobody looks at a ticket:
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let end = now + TimeDelta::days(30);
    /// let mut happened = Vec::new();
    /// let mut wake = desk.next_wake(now)?;
    /// while let Some(at) = wake.filter(|at| *at <= end) {
    ///     let ticked = desk.tick(at)?;
    ///     assert!(ticked.failed.is_empty());
    ///     for outcome in &ticked.outcomes {
    ///         happened.extend(outcome.all_events().map(|(_, event)| event.at));
    ///     }
    ///     wake = ticked.next_wake;
    /// }
    /// assert_eq!(happened, [now + TimeDelta::days(3), now + TimeDelta::days(5)]);
    /// assert!(desk.ticket(id)?.unwrap().is_overdue());
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store could not say what is due. What fails for one
    /// ticket is in [`Ticked::failed`].
    pub fn tick(&self, now: DateTime<Utc>) -> Result<Ticked, DeskError> {
        at_once(self.flow().tick(Scope::One(self.id), now))
    }

    /// When to call [`tick`](Self::tick) next: a host sets one timer to it. `None`: nothing
    /// will happen before another command is given. Notices that are to be tried again have an
    /// instant of their own, [`Relayed::retry_at`](crate::Relayed::retry_at).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// // A ticket that stays unresolved is warned about on its third day.
    /// assert_eq!(desk.next_wake(now)?, Some(now + TimeDelta::days(3)));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`].
    pub fn next_wake(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, DeskError> {
        at_once(self.flow().next_wake(Scope::One(self.id), now))
    }

    /// Carries out what is due on every desk in the store, as [`tick`](Self::tick) does for
    /// one: for hosts with many tenants and one timer. At most a thousand tickets.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let other = Desk::create(desk.store(), DeskId::from_u128(2), Settings::default(), now)?;
    /// let theirs = Open::new(id, Requester::Contact(maria), "It burns here, too.");
    /// other.open(customer.at(now), theirs)?;
    ///
    /// let ticked = Desk::tick_all(desk.store(), now + TimeDelta::days(3))?;
    /// assert_eq!(ticked.outcomes.len(), 2, "a ticket of each desk is warned about");
    /// assert_eq!(ticked.next_wake, Some(now + TimeDelta::days(5)));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`tick`](Self::tick).
    pub fn tick_all(store: &S, now: DateTime<Utc>) -> Result<Ticked, DeskError> {
        at_once(every_desk(Direct(store)).tick(Scope::All, now))
    }
}

/// All desks of a store; each row that is due says whose it is.
pub(super) fn every_desk<I: Io>(io: I) -> Flow<I> {
    Flow { io, id: DeskId::from_u128(0), tries: TRIES }
}

impl<I: Io> Flow<I> {
    pub(super) async fn tick(&self, scope: Scope, now: DateTime<Utc>) -> Result<Ticked, DeskError> {
        let lease = Lease { until: after(now, LEASE), limit: BATCH };
        let due = self.io.due(scope, now, lease).await?;
        let mut ticked = Ticked { outcomes: Vec::new(), failed: Vec::new(), next_wake: None };
        if due.rows.is_empty() {
            ticked.next_wake = due.next;
            return Ok(ticked);
        }
        for row in due.rows {
            let Some(ticket) = row.key.as_ticket() else { continue };
            let call = Actor::System.at(now).call(Command::Tick(ticket));
            match (Self { id: row.key.desk, ..*self }).execute(&call).await {
                Ok(outcome) => ticked.outcomes.push(outcome),
                Err(error) => ticked.failed.push((row.key, error)),
            }
        }
        ticked.next_wake = match self.next_wake(scope, now).await {
            Ok(next) => next,
            // What was done is told all the same; the next tick finds out.
            Err(_) if !ticked.outcomes.is_empty() => Some(after(now, LEASE)),
            Err(error) => return Err(error),
        };
        Ok(ticked)
    }

    pub(super) async fn next_wake(
        &self,
        scope: Scope,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, DeskError> {
        let look = Lease { until: now, limit: 0 };
        Ok(self.io.due(scope, now, look).await?.next)
    }
}
