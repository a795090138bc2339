//! A desk for tests, with a clock that moves only when told.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Ids, monday};
use crate::store::{MemoryStore, Store};
use crate::{Actor, Context, Desk, DeskError, DeskId, Key, Outcome, Settings, Span, TicketId};

/// A desk for tests, with a clock that moves only when told, and then fires every wake on its
/// way.
///
/// It is a [`Desk`] with the present tense: [`context`](Self::context) says who acts *now*,
/// [`advance_by`](Self::advance_by) lets time pass as a good host does, waking the desk whenever
/// it asked to be woken.
///
/// ```
/// use helpdesk::command::{Open, Resolve};
/// use helpdesk::conformance::kit::TestDesk;
/// use helpdesk::{Actor, AgentProfile, Requester, Settings, Span};
///
/// let mut test = TestDesk::new(Settings::default())?;
/// let (maria, anna) = (test.ids.contact(), test.ids.agent());
/// test.desk().put_agent(test.context(&Actor::Host), anna, AgentProfile::new("Anna"))?;
///
/// let id = test.new_ticket();
/// let open = Open::new(id, Requester::Contact(maria), "The printer is on fire");
/// test.desk().open(test.context(&Actor::Customer(maria)), open)?;
/// test.desk().resolve(test.context(&Actor::Agent(anna)), Resolve::new(id, "solved"))?;
///
/// // Resolved tickets close by themselves after four days.
/// let happened = test.advance_by(Span::days(5))?;
/// assert_eq!(happened.len(), 1);
/// assert_eq!(happened[0].ticket().unwrap().status().name, "closed");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct TestDesk<S = MemoryStore> {
    desk: Desk<S>,
    now: DateTime<Utc>,
    /// Ids for whatever the test is about; the same ones in every run.
    pub ids: Ids,
}

impl TestDesk {
    /// A new desk with these settings, over a store in memory; Monday, 2 March 2026, 09:00 UTC.
    ///
    /// # Errors
    ///
    /// None that a store in memory gives.
    pub fn new(settings: Settings) -> Result<Self, DeskError> {
        Self::over(MemoryStore::new(), DeskId::from_u128(1), settings)
    }
}

impl<S: Store> TestDesk<S> {
    /// A new desk with these settings in this store; Monday, 2 March 2026, 09:00 UTC.
    ///
    /// # Errors
    ///
    /// As [`Desk::create`].
    pub fn over(store: S, id: DeskId, settings: Settings) -> Result<Self, DeskError> {
        let now = monday();
        Ok(Self::at(Desk::create(store, id, settings, now)?, now))
    }

    /// A desk that exists, at this instant.
    ///
    /// ```
    /// use helpdesk::conformance::kit::TestDesk;
    /// use helpdesk::store::MemoryStore;
    /// use helpdesk::{Desk, DeskId, Settings};
    ///
    /// let now = "2027-01-01T00:00:00Z".parse().unwrap();
    /// let desk = DeskId::from_u128(9);
    /// let desk = Desk::create(MemoryStore::new(), desk, Settings::default(), now)?;
    /// assert_eq!(TestDesk::at(desk, now).now(), now);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    pub fn at(desk: Desk<S>, now: DateTime<Utc>) -> Self {
        Self { desk, now, ids: Ids::seeded(1) }
    }

    /// The desk.
    pub fn desk(&self) -> &Desk<S> {
        &self.desk
    }

    /// The store that it works on.
    pub fn store(&self) -> &S {
        self.desk.store()
    }

    /// What time it is.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// This actor, acting now.
    pub fn context(&self, actor: &Actor) -> Context {
        actor.at(self.now)
    }

    /// The id of a ticket that comes in now.
    pub fn new_ticket(&mut self) -> TicketId {
        self.ids.ticket(self.now)
    }

    /// Lets time pass until this instant, as a good host does: wakes the desk whenever it asked
    /// to be woken, earliest first, each time at the instant that it asked for. What should have
    /// been done before is done now.
    ///
    /// Returns what happened, in order.
    ///
    /// ```
    /// use helpdesk::command::Open;
    /// use helpdesk::conformance::kit::{AdvanceError, TestDesk};
    /// use helpdesk::{Actor, Requester, Settings, Span};
    ///
    /// let mut test = TestDesk::new(Settings::default())?;
    /// let maria = test.ids.contact();
    /// let open = Open::new(test.new_ticket(), Requester::Contact(maria), "It burns");
    /// test.desk().open(test.context(&Actor::Customer(maria)), open)?;
    ///
    /// // Unresolved work is warned about on its third day, and flagged on the fifth.
    /// let friday_week = "2026-03-13T09:00:00Z".parse().unwrap();
    /// let happened = test.advance_to(friday_week)?;
    /// let days: Vec<String> = happened
    ///     .iter()
    ///     .flat_map(|outcome| outcome.all_events())
    ///     .map(|(_, event)| event.at.format("%A").to_string())
    ///     .collect();
    /// assert_eq!(days, ["Thursday", "Saturday"]);
    ///
    /// let back = test.advance_to(friday_week - chrono::TimeDelta::days(1)).unwrap_err();
    /// assert_eq!(back.to_string(), "time does not run backwards: it is 2026-03-13 09:00:00 UTC");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`AdvanceError`]; the clock then stands where it happened, and what was done before is
    /// done. Advancing again goes on from there: what failed comes again a minute later.
    pub fn advance_to(&mut self, until: DateTime<Utc>) -> Result<Vec<Outcome>, AdvanceError> {
        if until < self.now {
            return Err(AdvanceError::Backwards { now: self.now });
        }
        let mut happened = Vec::new();
        while let Some(wake) = self.desk.next_wake(self.now)?.filter(|wake| *wake <= until) {
            // A wake may have passed while nobody ticked.
            self.now = self.now.max(wake);
            let at = self.now;
            let ticked = self.desk.tick(at)?;
            // Nobody else ticks here: whatever woke has something to do. There may be more of it
            // than one tick takes on, so the next wake may be now again.
            let nothing = ticked.outcomes.is_empty() && ticked.failed.is_empty();
            let stuck = nothing || ticked.outcomes.iter().any(Outcome::is_no_op);
            happened.extend(ticked.outcomes);
            if let Some((key, error)) = ticked.failed.into_iter().next() {
                return Err(AdvanceError::Failed { at, key, error });
            }
            if stuck {
                return Err(AdvanceError::Stuck { at });
            }
        }
        self.now = until;
        Ok(happened)
    }

    /// Lets so much time pass: [`advance_to`](Self::advance_to), from now.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn advance_by(&mut self, span: Span) -> Result<Vec<Outcome>, AdvanceError> {
        let until = self.now.checked_add_signed(TimeDelta::microseconds(span.as_micros()));
        self.advance_to(until.unwrap_or(DateTime::<Utc>::MAX_UTC))
    }
}

/// Why time could not pass.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdvanceError {
    /// The instant lies behind the desk's clock.
    #[error("time does not run backwards: it is {now}")]
    Backwards {
        /// What time it is.
        now: DateTime<Utc>,
    },
    /// The store could not say what is due.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// What a ticket was to do by itself failed; the first, where there are several.
    #[error("{key} failed at {at}")]
    Failed {
        /// What time it was.
        at: DateTime<Utc>,
        /// Which record.
        key: Key,
        /// Why.
        #[source]
        error: DeskError,
    },
    /// The desk asked to be woken and had nothing to do: a store whose wakes are not those of its
    /// heads, which would ask again for ever.
    #[error("the desk asked to be woken at {at}, and had nothing to do")]
    Stuck {
        /// What time it was.
        at: DateTime<Utc>,
    },
}
