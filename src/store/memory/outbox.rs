//! A desk's outbox: of each ticket, at most the oldest unsettled notice may be claimed.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};

use super::hash::IdMap;
use crate::channel::Notice;
use crate::ids::{Revision, TicketId};
use crate::store::{Lease, Settlement};

#[derive(Debug, Default)]
pub(super) struct Outbox {
    queues: IdMap<TicketId, Queue>,
    /// Tickets with a notice.
    order: BTreeMap<Place, TicketId>,
    leases: u64,
}

/// The instant from which a ticket's oldest notice may be claimed; then, by that notice's age.
pub(super) type Place = (DateTime<Utc>, u64);

/// The notices of one ticket, oldest first, each with its age.
#[derive(Debug)]
struct Queue {
    notices: VecDeque<(u64, Notice)>,
    place: Place,
    lease: u64,
    attempts: u32,
}

/// A notice under a new lease.
pub(super) struct Leased {
    pub(super) notice: Notice,
    pub(super) lease: u64,
    pub(super) attempt: u32,
}

impl Outbox {
    /// Adds a notice; `age` is greater than that of every earlier one.
    pub(super) fn push(&mut self, age: u64, notice: Notice) {
        let ticket = notice.id.ticket;
        if let Some(queue) = self.queues.get_mut(&ticket) {
            queue.notices.push_back((age, notice));
            return;
        }
        let place = (DateTime::<Utc>::MIN_UTC, age);
        self.order.insert(place, ticket);
        // An answer often comes before the opening's notice is delivered.
        let mut notices = VecDeque::with_capacity(2);
        notices.push_back((age, notice));
        self.queues.insert(ticket, Queue { notices, place, lease: 0, attempts: 0 });
    }

    /// The tickets whose oldest notice may be claimed now.
    pub(super) fn ready(&self, now: DateTime<Utc>) -> impl Iterator<Item = (Place, TicketId)> {
        self.order.range(..=(now, u64::MAX)).map(|(place, ticket)| (*place, *ticket))
    }

    /// Claims the oldest notice of a ticket.
    pub(super) fn claim(&mut self, ticket: TicketId, lease: Lease) -> Option<Leased> {
        let queue = self.queues.get_mut(&ticket)?;
        let (_, notice) = queue.notices.front()?.clone();
        self.leases += 1;
        queue.lease = self.leases;
        queue.attempts += 1;
        self.order.remove(&queue.place);
        queue.place.0 = lease.until;
        self.order.insert(queue.place, ticket);
        Some(Leased { notice, lease: queue.lease, attempt: queue.attempts })
    }

    /// Drops the notices of these events of a ticket, also the one that is leased.
    pub(super) fn erase(&mut self, ticket: TicketId, erased: impl Fn(&Revision) -> bool) {
        let Some(queue) = self.queues.get_mut(&ticket) else { return };
        let oldest = queue.notices.front().map(|(age, _)| *age);
        queue.notices.retain(|(_, notice)| !erased(&notice.id.revision));
        let left = queue.notices.front().map(|(age, _)| *age);
        if left == oldest {
            return;
        }
        self.order.remove(&queue.place);
        queue.lease = 0;
        queue.attempts = 0;
        match left {
            Some(age) => {
                queue.place = (DateTime::<Utc>::MIN_UTC, age);
                self.order.insert(queue.place, ticket);
            }
            None => drop(self.queues.remove(&ticket)),
        }
    }

    pub(super) fn settle(&mut self, ticket: TicketId, lease: u64, settlement: Settlement) -> bool {
        let Some(queue) = self.queues.get_mut(&ticket) else { return false };
        if queue.lease != lease || queue.lease == 0 {
            return false;
        }
        self.order.remove(&queue.place);
        queue.lease = 0;
        match settlement {
            Settlement::Delivered | Settlement::GivenUp => {
                queue.notices.pop_front();
                queue.attempts = 0;
                let Some((age, _)) = queue.notices.front() else {
                    self.queues.remove(&ticket);
                    return true;
                };
                // The next one stands where its own age puts it: a busy ticket waits its turn.
                queue.place = (DateTime::<Utc>::MIN_UTC, *age);
            }
            Settlement::Retry(at) => queue.place.0 = at,
        }
        self.order.insert(queue.place, ticket);
        true
    }
}
