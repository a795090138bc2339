//! The outbox: of each ticket, at most the oldest unsettled notice may be claimed.

use std::collections::{BTreeMap, HashMap, VecDeque};

use chrono::{DateTime, Utc};

use crate::channel::Notice;
use crate::ids::{Key, TicketNumber};
use crate::store::{Claimed, Lease, LeaseToken, Scope, Settlement};

#[derive(Debug, Default)]
pub(super) struct Outbox {
    queues: HashMap<Key, Queue>,
    /// Tickets with a notice, by the instant from which it may be claimed, then by age.
    order: BTreeMap<(DateTime<Utc>, u64), Key>,
    pushed: u64,
    leases: u64,
}

/// The notices of one ticket, oldest first.
#[derive(Debug)]
struct Queue {
    number: TicketNumber,
    notices: VecDeque<Notice>,
    place: (DateTime<Utc>, u64),
    lease: u64,
    attempts: u32,
}

impl Outbox {
    pub(super) fn push(&mut self, key: Key, number: TicketNumber, notice: Notice) {
        if let Some(queue) = self.queues.get_mut(&key) {
            queue.notices.push_back(notice);
            return;
        }
        self.pushed += 1;
        let place = (DateTime::<Utc>::MIN_UTC, self.pushed);
        self.order.insert(place, key);
        let notices = VecDeque::from([notice]);
        self.queues.insert(key, Queue { number, notices, place, lease: 0, attempts: 0 });
    }

    pub(super) fn claim(&mut self, scope: Scope, now: DateTime<Utc>, lease: Lease) -> Vec<Claimed> {
        let in_scope = |key: &Key| match scope {
            Scope::One(desk) => key.desk == desk,
            Scope::All => true,
        };
        let ready: Vec<((DateTime<Utc>, u64), Key)> = self
            .order
            .range(..=(now, u64::MAX))
            .filter(|(_, key)| in_scope(key))
            .take(lease.limit)
            .map(|(place, key)| (*place, *key))
            .collect();
        let mut claimed = Vec::with_capacity(ready.len());
        for (place, key) in ready {
            let Some(queue) = self.queues.get_mut(&key) else { continue };
            let Some(notice) = queue.notices.front().cloned() else { continue };
            self.leases += 1;
            queue.lease = self.leases;
            queue.attempts += 1;
            self.order.remove(&place);
            queue.place = (lease.until, place.1);
            self.order.insert(queue.place, key);
            claimed.push(Claimed {
                token: LeaseToken { key, lease: queue.lease },
                notice,
                number: queue.number,
                attempt: queue.attempts,
            });
        }
        claimed
    }

    pub(super) fn settle(&mut self, token: LeaseToken, settlement: Settlement) -> bool {
        let Some(queue) = self.queues.get_mut(&token.key) else { return false };
        if queue.lease != token.lease || queue.lease == 0 {
            return false;
        }
        self.order.remove(&queue.place);
        queue.lease = 0;
        let again = match settlement {
            Settlement::Delivered | Settlement::GivenUp => {
                queue.notices.pop_front();
                queue.attempts = 0;
                if queue.notices.is_empty() {
                    self.queues.remove(&token.key);
                    return true;
                }
                DateTime::<Utc>::MIN_UTC
            }
            Settlement::Retry(at) => at,
        };
        // The next notice of the ticket takes the place of the last one.
        queue.place.0 = again;
        self.order.insert(queue.place, token.key);
        true
    }
}
