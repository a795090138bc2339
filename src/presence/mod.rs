//! Who looks at a ticket and who writes on it, so that two do not answer at once.
//!
//! Presence is no part of a ticket: it is in no history, changes nothing, and ends by itself. An
//! agent who looks at a ticket or begins to write has a lease there, which counts until its end and
//! is renewed by asking again ([`Desk::begin_reply`](crate::Desk::begin_reply),
//! [`Desk::view`](crate::Desk::view)). Leases are kept in a [`Presence`] of the host's, beside the
//! store: [`MemoryPresence`] where one process serves the desk, a table or a cache that all
//! processes share where there are several.
//!
//! One agent writes at a time. Whoever asks while somebody else writes is told who, and looks on;
//! to write all the same is to [take over](crate::Desk::take_over_reply). What is written is not
//! held up by any of this: that an answer rests on what was last said is checked by
//! [`Context::having_seen`](crate::Context::having_seen).

mod memory;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use memory::MemoryPresence;

use crate::ids::{AgentId, Key};
use crate::store::{Inline, StoreError, StoreFuture};

/// What an agent is doing on a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Doing {
    /// Looking at it.
    Viewing,
    /// Writing to the customer; of a ticket one agent at a time.
    Replying,
}

/// An agent on a ticket, until a lease ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Present {
    /// Who.
    pub agent: AgentId,
    /// What they are doing.
    pub doing: Doing,
    /// Until when that counts, unless it is renewed; at that instant it no longer does.
    pub until: DateTime<Utc>,
}

impl Present {
    /// Whether it counts then.
    ///
    /// ```
    /// use helpdesk::AgentId;
    /// use helpdesk::presence::{Doing, Present};
    ///
    /// let until = "2026-03-02T09:03:00Z".parse().unwrap();
    /// let anna = Present { agent: AgentId::from_u128(8), doing: Doing::Viewing, until };
    /// assert!(anna.counts_at("2026-03-02T09:02:59.999999Z".parse().unwrap()));
    /// assert!(!anna.counts_at(until));
    /// ```
    pub fn counts_at(&self, now: DateTime<Utc>) -> bool {
        now < self.until
    }
}

/// An agent who comes to a ticket, or stays there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Who, doing what, until when.
    pub present: Present,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// Whether to write although somebody else does, who then looks on.
    pub take_over: bool,
}

impl Arrival {
    /// Changes who is on a ticket: the rule, for every place where leases are kept.
    ///
    /// Afterwards: who was there and whose lease counts, in the order of their ids, with the agent
    /// who arrives in the place of what they were before. Where they come to write and somebody else
    /// does, they look on; or, where they take over, everybody else does.
    ///
    /// ```
    /// use helpdesk::AgentId;
    /// use helpdesk::presence::{Arrival, Doing, Present};
    ///
    /// let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// let until = "2026-03-02T09:03:00Z".parse().unwrap();
    /// let writes = |n, take_over| {
    ///     let present = Present { agent: AgentId::from_u128(n), doing: Doing::Replying, until };
    ///     Arrival { present, now, take_over }
    /// };
    /// let mut there = Vec::new();
    /// let doing = |there: &[Present]| there.iter().map(|it| it.doing).collect::<Vec<_>>();
    ///
    /// writes(1, false).join(&mut there);
    /// writes(2, false).join(&mut there);
    /// assert_eq!(doing(&there), [Doing::Replying, Doing::Viewing]);
    /// writes(2, true).join(&mut there);
    /// assert_eq!(doing(&there), [Doing::Viewing, Doing::Replying]);
    /// ```
    pub fn join(&self, there: &mut Vec<Present>) {
        let mut arrives = self.present;
        there.retain(|other| other.counts_at(self.now) && other.agent != arrives.agent);
        if arrives.doing == Doing::Replying {
            for other in there.iter_mut().filter(|other| other.doing == Doing::Replying) {
                if self.take_over {
                    other.doing = Doing::Viewing;
                } else {
                    arrives.doing = Doing::Viewing;
                }
            }
        }
        if arrives.counts_at(self.now) {
            there.push(arrives);
        }
        there.sort_unstable_by_key(|present| present.agent);
    }
}

/// Where it is kept who is on which ticket. Hosts bring their own, or use [`MemoryPresence`].
///
/// May be called from several threads and processes at once, and reads no clock. What it loses, at
/// a restart or a failure, is renewed within minutes; nothing depends on it.
pub trait Presence {
    /// Has an agent come to a ticket, or stay there.
    ///
    /// On return: who is there, as [`Arrival::join`] makes it of who was there before, in one step:
    /// of two who come to write at once, one does and the other looks on.
    ///
    /// # Errors
    ///
    /// [`StoreError`] of [`Operation::Presence`](crate::store::Operation::Presence) where it could
    /// not answer; so of each method.
    fn put(&self, ticket: Key, arrival: Arrival) -> Result<Vec<Present>, StoreError>;

    /// Has an agent leave a ticket.
    ///
    /// On return: the agent is not there. Where they were not, nothing has changed.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn remove(&self, ticket: Key, agent: AgentId) -> Result<(), StoreError>;

    /// Who is on a ticket.
    ///
    /// On return: everybody there whose lease [counts](Present::counts_at), in the order of their
    /// ids.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn list(&self, ticket: Key, now: DateTime<Utc>) -> Result<Vec<Present>, StoreError>;
}

/// The same for a place that is awaited: [`Presence`] with futures. A presence that answers from
/// memory is one as [`Inline`].
pub trait AsyncPresence {
    /// Has an agent come to a ticket: [`Presence::put`].
    fn put(
        &self,
        ticket: Key,
        arrival: Arrival,
    ) -> StoreFuture<'_, Result<Vec<Present>, StoreError>>;

    /// Has an agent leave a ticket: [`Presence::remove`].
    fn remove(&self, ticket: Key, agent: AgentId) -> StoreFuture<'_, Result<(), StoreError>>;

    /// Who is on a ticket: [`Presence::list`].
    fn list(
        &self,
        ticket: Key,
        now: DateTime<Utc>,
    ) -> StoreFuture<'_, Result<Vec<Present>, StoreError>>;
}

impl<P: Presence> AsyncPresence for Inline<P> {
    fn put(
        &self,
        ticket: Key,
        arrival: Arrival,
    ) -> StoreFuture<'_, Result<Vec<Present>, StoreError>> {
        Box::pin(std::future::ready(self.0.put(ticket, arrival)))
    }

    fn remove(&self, ticket: Key, agent: AgentId) -> StoreFuture<'_, Result<(), StoreError>> {
        Box::pin(std::future::ready(self.0.remove(ticket, agent)))
    }

    fn list(
        &self,
        ticket: Key,
        now: DateTime<Utc>,
    ) -> StoreFuture<'_, Result<Vec<Present>, StoreError>> {
        Box::pin(std::future::ready(self.0.list(ticket, now)))
    }
}

macro_rules! forward {
    ($($through:ty),*) => {$(
        impl<P: Presence + ?Sized> Presence for $through {
            fn put(&self, ticket: Key, arrival: Arrival) -> Result<Vec<Present>, StoreError> {
                (**self).put(ticket, arrival)
            }

            fn remove(&self, ticket: Key, agent: AgentId) -> Result<(), StoreError> {
                (**self).remove(ticket, agent)
            }

            fn list(&self, ticket: Key, now: DateTime<Utc>) -> Result<Vec<Present>, StoreError> {
                (**self).list(ticket, now)
            }
        }
    )*};
}

forward!(&P, Box<P>, std::sync::Arc<P>);
