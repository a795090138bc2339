//! Presence in memory: for one process, and for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use super::{Arrival, Presence, Present};
use crate::ids::{AgentId, Key};
use crate::store::StoreError;

/// Presence in memory, where one process serves the desk. Clones share it; leases that have ended
/// take up no room.
///
/// ```
/// use helpdesk::presence::{Arrival, Doing, MemoryPresence, Presence, Present};
/// use helpdesk::{AgentId, DeskId, Key, TicketId};
///
/// let now = "2026-03-02T09:00:00Z".parse().unwrap();
/// let until = "2026-03-02T09:03:00Z".parse().unwrap();
/// let (presence, anna) = (MemoryPresence::new(), AgentId::from_u128(8));
/// let ticket = Key::ticket(DeskId::from_u128(1), TicketId::from_u128(1));
///
/// let present = Present { agent: anna, doing: Doing::Replying, until };
/// presence.put(ticket, Arrival { present, now, take_over: false })?;
/// assert_eq!(presence.list(ticket, now)?, [present]);
/// assert_eq!(presence.list(ticket, until)?, []);
/// # Ok::<(), helpdesk::store::StoreError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryPresence {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    tickets: BTreeMap<Key, Vec<Present>>,
    /// When something ends on which ticket: each ticket once, at the end of its first lease or
    /// before.
    ends: BTreeSet<(DateTime<Utc>, Key)>,
}

impl MemoryPresence {
    /// Nobody is anywhere.
    pub fn new() -> Self {
        Self::default()
    }

    /// On how many tickets somebody is, or was when anybody last came to one.
    pub fn tickets(&self) -> usize {
        self.state().tickets.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds the lock, so the state behind it is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Changes who is on a ticket, and when to look there again.
    fn change<T>(&mut self, ticket: Key, change: impl FnOnce(&mut Vec<Present>) -> T) -> T {
        let there = self.tickets.entry(ticket).or_default();
        if let Some(end) = first_end(there) {
            self.ends.remove(&(end, ticket));
        }
        let changed = change(there);
        match first_end(there) {
            Some(end) => drop(self.ends.insert((end, ticket))),
            None => drop(self.tickets.remove(&ticket)),
        }
        changed
    }

    fn forget_what_ended(&mut self, now: DateTime<Utc>) {
        while let Some((end, ticket)) = self.ends.first().copied()
            && end <= now
        {
            self.change(ticket, |there| there.retain(|present| present.counts_at(now)));
        }
    }
}

fn first_end(there: &[Present]) -> Option<DateTime<Utc>> {
    there.iter().map(|present| present.until).min()
}

impl Presence for MemoryPresence {
    fn put(&self, ticket: Key, arrival: Arrival) -> Result<Vec<Present>, StoreError> {
        let mut state = self.state();
        state.forget_what_ended(arrival.now);
        Ok(state.change(ticket, |there| {
            arrival.join(there);
            there.clone()
        }))
    }

    fn remove(&self, ticket: Key, agent: AgentId) -> Result<(), StoreError> {
        self.state().change(ticket, |there| there.retain(|present| present.agent != agent));
        Ok(())
    }

    fn list(&self, ticket: Key, now: DateTime<Utc>) -> Result<Vec<Present>, StoreError> {
        let state = self.state();
        let there = state.tickets.get(&ticket).into_iter().flatten();
        Ok(there.filter(|present| present.counts_at(now)).copied().collect())
    }
}
