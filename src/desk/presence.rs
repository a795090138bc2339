//! Who is on a ticket: asking to write, looking on, leaving.

use chrono::{DateTime, Utc};

use super::flow::Flow;
use super::io::{Awaited, Direct, Io, at_once};
use super::reader::Reader;
use super::{Activity, AsyncDesk, Desk, DeskError};
use crate::decide::Refusal;
use crate::ids::{AgentId, Key, Revision, TicketId};
use crate::people::{Actor, Agent, Deed, Requester, Who, may};
use crate::presence::{Arrival, AsyncPresence, Doing, Presence, Present};
use crate::store::{AsyncStore, Store, StoreError};
use crate::ticket::Ticket;
use crate::time::after;

/// Who is on a ticket, as an agent who asks is told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attendance {
    /// Which ticket.
    pub ticket: TicketId,
    /// Its revision now: what [`Context::having_seen`](crate::Context::having_seen) takes with what
    /// is then written.
    pub seen: Revision,
    /// Who owns the ticket; `None`: nobody.
    pub assignee: Option<AgentId>,
    /// What the agent who asks is doing there, and until when; `None`: they are not there.
    pub own: Option<Present>,
    /// Everybody else who is there, in the order of their ids.
    pub others: Vec<Present>,
}

impl Attendance {
    /// Whether it is the agent who asks who writes.
    pub fn holds(&self) -> bool {
        self.own.is_some_and(|own| own.doing == Doing::Replying)
    }

    /// Who else writes; `None`: nobody does.
    pub fn replying(&self) -> Option<Present> {
        self.others.iter().find(|other| other.doing == Doing::Replying).copied()
    }
}

/// What an agent wants on a ticket.
#[derive(Clone, Copy)]
pub(super) enum Wish {
    Reply { take_over: bool },
    View,
    Leave,
    Look,
}

/// A presence of either kind, as [`Io`] is a store of either kind.
pub(super) trait Watch: Copy {
    fn put(
        &self,
        ticket: Key,
        arrival: Arrival,
    ) -> impl Future<Output = Result<Vec<Present>, StoreError>> + Send;

    fn remove(
        &self,
        ticket: Key,
        agent: AgentId,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    fn list(
        &self,
        ticket: Key,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Vec<Present>, StoreError>> + Send;
}

impl<P: Presence + ?Sized> Watch for Direct<'_, P> {
    fn put(
        &self,
        ticket: Key,
        arrival: Arrival,
    ) -> impl Future<Output = Result<Vec<Present>, StoreError>> + Send {
        std::future::ready(self.0.put(ticket, arrival))
    }

    fn remove(
        &self,
        ticket: Key,
        agent: AgentId,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        std::future::ready(self.0.remove(ticket, agent))
    }

    fn list(
        &self,
        ticket: Key,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Vec<Present>, StoreError>> + Send {
        std::future::ready(self.0.list(ticket, now))
    }
}

impl<P: AsyncPresence + ?Sized> Watch for Awaited<'_, P> {
    fn put(
        &self,
        ticket: Key,
        arrival: Arrival,
    ) -> impl Future<Output = Result<Vec<Present>, StoreError>> + Send {
        self.0.put(ticket, arrival)
    }

    fn remove(
        &self,
        ticket: Key,
        agent: AgentId,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        self.0.remove(ticket, agent)
    }

    fn list(
        &self,
        ticket: Key,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Vec<Present>, StoreError>> + Send {
        self.0.list(ticket, now)
    }
}

/// Every verb of presence: one list for both kinds of desk.
macro_rules! for_each_presence_verb {
    ($make:ident) => {
        $make! {
            /// Asks to write to the customer: says, before a word is written, who else is on the
            /// ticket, and has the agent write where nobody else does.
            ///
            /// On return, if [`Attendance::holds`] is true, the agent is the one who writes, for as
            /// long as [`Limits::presence`](crate::Limits::presence) says, and asking again renews
            /// it. Otherwise [`Attendance::replying`] says who writes, and the agent looks on. Either
            /// way the answer has the revision to quote as seen. Nothing of this is in the ticket's
            /// history, and no reply is refused for want of it.
            ///
            /// A lease is on the ticket that is named. Where that was merged into another, it says
            /// nothing of who is on the other.
            ///
            /// ```
            #[doc = include_str!("../example.txt")]
            /// use helpdesk::presence::MemoryPresence;
            ///
            /// let presence = MemoryPresence::new();
            /// let ben = AgentId::from_u128(9);
            /// desk.put_agent(Actor::Host.at(now), ben, AgentProfile::new("Ben"))?;
            ///
            /// assert!(desk.begin_reply(&presence, &agent, now, id)?.holds());
            ///
            /// // Ben is told that Anna writes, and until when unless she renews it.
            /// let told = desk.begin_reply(&presence, &Actor::Agent(ben), now, id)?;
            /// assert!(!told.holds());
            /// let writes = told.replying().unwrap();
            /// assert_eq!((writes.agent, writes.until), (anna, now + TimeDelta::minutes(3)));
            ///
            /// // She writes what rests on what she saw, and leaves.
            /// let seen = desk.attendance(&presence, &agent, now, id)?.seen;
            /// desk.reply(agent.at(now).having_seen(seen), Reply::new(id, "Unplug it."))?;
            /// desk.leave(&presence, &agent, now, id)?;
            /// assert!(desk.begin_reply(&presence, &Actor::Agent(ben), now, id)?.holds());
            /// # Ok::<(), helpdesk::DeskError>(())
            /// ```
            ///
            /// # Errors
            ///
            /// Refused:
            ///
            /// - [`NotFound`](crate::Refusal::NotFound): there is no such ticket, or the actor may
            ///   not know of it.
            /// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but agents; and by light ones,
            ///   but on what they asked for.
            /// - [`NotAnAgent`](crate::Refusal::NotAnAgent), [`NoSuchDesk`](crate::Refusal::NoSuchDesk).
            ///
            /// And [`DeskError::Store`], of the presence too.
            begin_reply: Wish::Reply { take_over: false };
            /// Has the agent write, whoever else does: that agent looks on from now, and is told so
            /// when they ask again. Otherwise as [`begin_reply`](Self::begin_reply).
            ///
            /// # Errors
            ///
            /// As [`begin_reply`](Self::begin_reply).
            take_over_reply: Wish::Reply { take_over: true };
            /// Says that the agent looks at the ticket; where they were writing, that they no longer
            /// do. Asking again renews it.
            ///
            /// # Errors
            ///
            /// As [`begin_reply`](Self::begin_reply), but light agents may.
            view: Wish::View;
            /// Says that the agent is no longer there, and who is.
            ///
            /// # Errors
            ///
            /// As [`view`](Self::view).
            leave: Wish::Leave;
            /// Who is on the ticket, and nothing else: whoever asks is there, or not, as before.
            ///
            /// # Errors
            ///
            /// As [`view`](Self::view).
            attendance: Wish::Look;
        }
    };
}

macro_rules! verbs {
    ($($(#[$doc:meta])* $verb:ident: $wish:expr;)*) => {
        /// Who is on a ticket: see [`presence`](crate::presence).
        impl<S: Store> Desk<S> {$(
            $(#[$doc])*
            pub fn $verb(
                &self,
                presence: &(impl Presence + ?Sized),
                actor: &Actor,
                now: DateTime<Utc>,
                ticket: TicketId,
            ) -> Result<Attendance, DeskError> {
                at_once(self.flow().attend(Direct(presence), actor, now, (ticket, $wish)))
            }
        )*}
    };
}

macro_rules! async_verbs {
    ($($(#[$doc:meta])* $verb:ident: $wish:expr;)*) => {
        /// Who is on a ticket: see [`presence`](crate::presence).
        impl<S: AsyncStore> AsyncDesk<S> {$(
            #[doc = concat!("[`Desk::", stringify!($verb), "`], awaited.")]
            ///
            /// # Errors
            ///
            /// As there.
            pub async fn $verb(
                &self,
                presence: &(impl AsyncPresence + ?Sized),
                actor: &Actor,
                now: DateTime<Utc>,
                ticket: TicketId,
            ) -> Result<Attendance, DeskError> {
                self.flow().attend(Awaited(presence), actor, now, (ticket, $wish)).await
            }
        )*}
    };
}

for_each_presence_verb!(verbs);
for_each_presence_verb!(async_verbs);

impl<S: Store> Desk<S> {
    /// What has happened since the actor looked, where a command was refused for that
    /// ([`StaleView`](crate::Refusal::StaleView)); of any other refusal nothing.
    ///
    /// On return: the events after the revision that the actor had seen, as they see them
    /// ([`activity`](Self::activity)), oldest first, at most `limit`.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let seen = desk.ticket(id)?.unwrap().revision();
    /// desk.reply(customer.at(now), Reply::new(id, "It was the toaster."))?;
    ///
    /// let answer = Reply::new(id, "Unplug the printer.");
    /// let error = desk.reply(agent.at(now).having_seen(seen), answer).unwrap_err();
    /// let refusal = error.refusal().unwrap();
    /// assert_eq!(refusal.code(), "stale_view");
    /// let since = desk.since_seen(&agent, now, refusal, 20)?;
    /// let Activity::Full(event) = &since[0] else { panic!("she is an agent") };
    /// let words = event.personal.as_ref().unwrap().text.as_deref();
    /// assert_eq!(words, Some("It was the toaster."));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`activity`](Self::activity).
    pub fn since_seen(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        refusal: &Refusal,
        limit: usize,
    ) -> Result<Vec<Activity>, DeskError> {
        at_once(self.flow().since_seen(actor, now, refusal, limit))
    }
}

impl<S: AsyncStore> AsyncDesk<S> {
    /// What has happened since the actor looked: [`Desk::since_seen`].
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn since_seen(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        refusal: &Refusal,
        limit: usize,
    ) -> Result<Vec<Activity>, DeskError> {
        self.flow().since_seen(actor, now, refusal, limit).await
    }
}

impl<I: Io> Flow<I> {
    async fn attend(
        &self,
        watch: impl Watch,
        actor: &Actor,
        now: DateTime<Utc>,
        (id, wish): (TicketId, Wish),
    ) -> Result<Attendance, DeskError> {
        let reader = self.reader(actor, now).await?;
        let now = reader.now();
        let (record, _) = self.seen(&reader, id).await?;
        let ticket = record.ticket().ok_or(Refusal::NotFound { ticket: id })?;
        let agent = present(&reader, ticket, wish)?.id();
        let until = after(now, reader.settings.limits().presence);
        let arrives =
            |doing, take_over| Arrival { present: Present { agent, doing, until }, now, take_over };
        let there = match wish {
            Wish::Reply { take_over } => {
                watch.put(record.key, arrives(Doing::Replying, take_over)).await?
            }
            Wish::View => watch.put(record.key, arrives(Doing::Viewing, false)).await?,
            Wish::Leave => {
                watch.remove(record.key, agent).await?;
                watch.list(record.key, now).await?
            }
            Wish::Look => watch.list(record.key, now).await?,
        };
        let (own, others): (Vec<Present>, Vec<Present>) =
            there.into_iter().partition(|present| present.agent == agent);
        Ok(Attendance {
            ticket: id,
            seen: record.revision,
            assignee: ticket.assignee(),
            own: own.first().copied(),
            others,
        })
    }

    async fn since_seen(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        refusal: &Refusal,
        limit: usize,
    ) -> Result<Vec<Activity>, DeskError> {
        let Refusal::StaleView { key, seen, .. } = refusal else { return Ok(Vec::new()) };
        match key.as_ticket().filter(|_| key.desk == self.id) {
            Some(ticket) => self.activity(actor, now, ticket, *seen, limit).await,
            None => Ok(Vec::new()),
        }
    }
}

/// The agent who asks, if they may be there so.
fn present<'r>(reader: &'r Reader, ticket: &Ticket, wish: Wish) -> Result<&'r Agent, Refusal> {
    let who = reader.who();
    let refused = |deed| Err(Refusal::Forbidden { party: who.party(), deed });
    let Who::Agent(agent) = who else { return refused("be on a ticket") };
    let asks = ticket.requester() == Requester::Agent(agent.id());
    match wish {
        Wish::Reply { .. } if !may(who.party(), Deed::Reply, asks) => refused(Deed::Reply.as_str()),
        Wish::Reply { .. } | Wish::View | Wish::Leave | Wish::Look => Ok(agent),
    }
}
