//! What tickets count for: one function for every counter, so that none can come to differ from the
//! tickets that it counts.

use super::Refusal;
use super::decision::{Counter, CounterChange};
use super::work::Work;
use crate::ids::{AgentId, DepartmentName};
use crate::record::Head;
use crate::ticket::{Burden, Ticket};
use crate::time::Instant;

/// What an unfinished ticket counts for.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Counted<'a> {
    owner: Option<AgentId>,
    burden: &'a Burden,
    department: Option<&'a DepartmentName>,
}

impl<'a> Counted<'a> {
    /// `None` for finished work, which burdens nobody.
    fn of(ticket: &'a Ticket) -> Option<Self> {
        (!ticket.status().category.is_done()).then(|| Self {
            owner: ticket.assignee(),
            burden: ticket.burden(),
            department: ticket.department(),
        })
    }
}

impl Counter {
    /// What a record counts for while this is its head, none of it twice: a ticket, while it is
    /// unfinished, for its department and its owner; nothing else for anything. The instants that
    /// [`Given`](Self::Given) and [`Freed`](Self::Freed) hold are no counts.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let ticket = |desk: &Desk<_>| desk.record(Key::ticket(desk.id(), id)).unwrap().unwrap();
    /// let counts = Counter::of(&ticket(&desk).head);
    /// assert_eq!(counts, [(Counter::Unfinished(None), 1), (Counter::Queued(None), 1)]);
    ///
    /// let resolve = Resolve { ticket: id, resolution: Resolving::new("solved") };
    /// desk.resolve(agent.at(now), resolve)?;
    /// assert_eq!(Counter::of(&ticket(&desk).head), []);
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    pub fn of(head: &Head) -> Vec<(Self, i64)> {
        let Head::Ticket(ticket) = head else { return Vec::new() };
        let Some(Counted { owner, burden, department }) = Counted::of(ticket) else {
            return Vec::new();
        };
        let mut counts = vec![(Self::Unfinished(department.cloned()), 1)];
        match owner {
            Some(agent) => {
                counts.push((Self::Load(agent), i64::from(burden.weight)));
                let channel = burden.channel.iter().cloned();
                counts.extend(channel.map(|channel| (Self::Open(agent, channel), 1)));
            }
            None => counts.push((Self::Queued(department.cloned()), 1)),
        }
        counts
    }
}

/// How much an owner to be may have at once: above that no commit may lift them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Room {
    /// Of all work; `None`: any amount.
    pub(super) capacity: Option<u32>,
    /// Tickets of this one's channel; `None`: any number.
    pub(super) most: Option<u32>,
}

/// Who is given a ticket, and when, as those count who take turns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    pub(super) agent: AgentId,
    /// When they were last given something, in microseconds.
    pub(super) before: i64,
    /// When they are given this.
    pub(super) at: i64,
}

impl Work<'_> {
    /// Whether no other ticket of this decision changes any counter, as far as is told.
    pub(super) fn is_alone(&self) -> bool {
        self.beside.is_empty() && self.cx.counted.borrow().is_empty()
    }

    /// By how much the other tickets of this decision change a counter: those that are done, and
    /// the others as far as they have told.
    pub(super) fn counted_beside(&self, counter: &Counter) -> i64 {
        let told = self.cx.counted.borrow();
        let told = told.iter().filter(|(key, _)| *key != self.key).map(|(_, change)| change);
        let all = self.beside.iter().chain(told).filter(|it| it.counter == *counter);
        let deltas = all.map(|it| it.delta);
        match counter {
            // Instants: the latest counts.
            Counter::Given(_) | Counter::Freed(_) => deltas.max().unwrap_or(0),
            _ => deltas.sum(),
        }
    }

    /// Tells the other tickets of this decision what this one has come to count for by now, so that
    /// none of them gives away what it has given away.
    pub(super) fn tell_counted(&self) -> Result<(), Refusal> {
        let mut changes = Vec::new();
        if !self.events.is_empty() {
            self.count(&mut changes)?;
        }
        self.is_counted();
        self.cx.counted.borrow_mut().extend(changes.into_iter().map(|change| (self.key, change)));
        Ok(())
    }

    /// What this ticket counts for is told by the decision, or anew.
    pub(super) fn is_counted(&self) {
        self.cx.counted.borrow_mut().retain(|(key, _)| *key != self.key);
    }

    /// What the ticket no longer counts for, and what it counts for now.
    pub(super) fn count(&self, changes: &mut Vec<CounterChange>) -> Result<(), Refusal> {
        let (before, after) = (self.before.and_then(Counted::of), Counted::of(&self.ticket));
        if before == after {
            return Ok(());
        }
        let earlier = changes.len();
        let mut change = |counter, delta, ceiling| {
            changes.push(CounterChange { counter, delta, ceiling });
        };
        let owned =
            |it: Option<Counted<'_>>| it.and_then(|it| Some((it.owner?, it.burden.clone())));
        let (from, to) = (owned(before), owned(after));
        let (giver, taker) = (from.as_ref().map(|it| it.0), to.as_ref().map(|it| it.0));
        if from != to {
            if let Some((agent, Burden { weight, channel })) = from {
                change(Counter::Load(agent), -i64::from(weight), None);
                let channel = channel.into_iter();
                channel.for_each(|channel| change(Counter::Open(agent, channel), -1, None));
            }
            if let Some((agent, Burden { weight, channel })) = to {
                let Room { capacity, most } = self.room;
                change(Counter::Load(agent), i64::from(weight), capacity.map(i64::from));
                let (channel, most) = (channel.into_iter(), most.map(i64::from));
                channel.for_each(|channel| change(Counter::Open(agent, channel), 1, most));
            }
        }
        let department = |it: Option<Counted<'_>>| it.map(|it| it.department.cloned());
        let (from, to) = (department(before), department(after));
        if from != to {
            from.into_iter().for_each(|name| change(Counter::Unfinished(name), -1, None));
            to.into_iter().for_each(|name| change(Counter::Unfinished(name), 1, None));
        }
        let queue = |it: Option<Counted<'_>>| department(it.filter(|it| it.owner.is_none()));
        let (from, to) = (queue(before), queue(after));
        if from != to {
            from.into_iter().for_each(|name| change(Counter::Queued(name), -1, None));
            to.into_iter().for_each(|name| change(Counter::Queued(name), 1, None));
        }
        if giver != taker {
            // One ticket a decision says it, of several that the same agent is given or loses.
            let told = |counter: &Counter| {
                changes.iter().take(earlier).any(|change| change.counter == *counter)
            };
            let mut stamps = Vec::new();
            if let Some(Given { agent, before, at }) = self.given
                && taker == Some(agent)
                && !told(&Counter::Given(agent))
            {
                stamps.extend(stamp(Counter::Given(agent), before, at));
            }
            if let Some(agent) = giver
                && self.cx.settings.routes().by_idleness
                && !told(&Counter::Freed(agent))
            {
                let before = self.cx.counter(Counter::Freed(agent))?;
                stamps.extend(stamp(Counter::Freed(agent), before, micros(self.now)));
            }
            changes.append(&mut stamps);
        }
        Ok(())
    }
}

/// Lifts a counter that holds an instant to a later one. The ceiling is that instant: of two who
/// would do so at once, one decides anew.
fn stamp(counter: Counter, before: i64, at: i64) -> Option<CounterChange> {
    let delta = at.saturating_sub(before);
    (delta > 0).then_some(CounterChange { counter, delta, ceiling: Some(at) })
}

/// An instant as a counter holds it.
pub(super) fn micros(at: Instant) -> i64 {
    at.timestamp_micros()
}
