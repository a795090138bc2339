//! A ticket while it is decided on: every change goes through the same `apply` that replays
//! histories, so that the head is the fold by construction.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::automation::Turn;
use super::counted::{Given, Room};
use super::decision::{Columns, CounterChange, Decision, Expected, Guard, Write};
use super::erasure::erasures;
use super::step::Step;
use super::{Cx, Refusal};
use crate::cause::{Cause, EventRef, Rule};
use crate::channel::Notice;
use crate::ids::{Key, Revision, TicketId};
use crate::personal::Personal;
use crate::record::{Change, Event, Head};
use crate::settings::ReopenClocks;
use crate::sla::policy::Audience;
use crate::sla::{Reported, Standing};
use crate::ticket::{Moved, Opened, Stamp, StatusChange, Ticket, TicketChange, Timers, armed};
use crate::time::Instant;
use crate::workflow::Status;

/// A ticket at work.
pub(super) struct Work<'a> {
    pub(super) cx: &'a Cx<'a>,
    pub(super) ticket: Ticket,
    /// The time that counts for this ticket.
    pub(super) now: Instant,
    /// The merged ticket that was named, where this is the one that goes on in its place.
    pub(super) addressed: Option<&'a Ticket>,
    pub(super) key: Key,
    expected: Expected,
    /// Above what its owner may not be lifted by this commit.
    pub(super) room: Room,
    /// When its owner was given it, where that is kept.
    pub(super) given: Option<Given>,
    /// What other tickets of this decision count for.
    pub(super) beside: Vec<CounterChange>,
    /// The ticket as it was loaded.
    pub(super) before: Option<&'a Ticket>,
    /// How many of the events the clocks have followed.
    pub(super) followed: usize,
    /// Where the ticket stood when they last did.
    pub(super) stood: Option<Standing>,
    /// Since when it waited then.
    pub(super) waited: Option<Instant>,
    /// What was told elsewhere of what comes to its clocks.
    pub(super) reported: Vec<(Audience, Reported)>,
    /// Whether the timers are those of the ticket as it is now.
    armed: bool,
    pub(super) cause: Arc<Cause>,
    pub(super) events: Vec<Event>,
    /// How many of the events are what was due before the command; it was not set off by them.
    pub(super) settled: usize,
    /// What happened that no rule has looked at yet.
    pub(super) turn: Turn,
    /// The instant of a timer, while rules carry out what follows from it.
    pub(super) dated: Option<Instant>,
    /// The events of its history whose payload goes.
    pub(super) erased: BTreeSet<Revision>,
    /// Other tickets that are written because of what is done to this one.
    pub(super) with: Vec<Work<'a>>,
    pub(super) out: Outgoing,
}

/// How far a decision on a ticket has come.
pub(super) struct Snapshot {
    ticket: Ticket,
    events: usize,
    notices: usize,
    trace: usize,
    room: Room,
    given: Option<Given>,
    armed: bool,
}

/// What a decision writes beside the tickets themselves.
#[derive(Default)]
pub(super) struct Outgoing {
    pub(super) guards: Vec<Guard>,
    pub(super) notices: Vec<Notice>,
    pub(super) trace: Vec<Step>,
}

impl<'a> Work<'a> {
    /// A ticket that exists.
    pub(super) fn on(cx: &'a Cx<'a>, ticket: &'a Ticket) -> Self {
        let now = cx.now.max(ticket.updated_at());
        let mut out = Outgoing::default();
        if now > cx.now {
            out.trace.push(Step::TimeRaised { claimed: cx.now, to: now });
        }
        Self {
            cx,
            now,
            addressed: None,
            key: Key::ticket(cx.desk, ticket.id()),
            expected: Expected::At(ticket.revision()),
            room: Room::default(),
            given: None,
            beside: Vec::new(),
            before: Some(ticket),
            followed: 0,
            stood: Some(ticket.standing()),
            waited: ticket.clocks_wait_since(),
            reported: Vec::new(),
            armed: false,
            cause: Arc::new(cx.cause(now)),
            events: Vec::with_capacity(2),
            settled: 0,
            turn: Turn::new(cx, Some(ticket)),
            dated: None,
            erased: BTreeSet::new(),
            with: Vec::new(),
            out,
            ticket: ticket.clone(),
        }
    }

    /// A ticket that comes to be.
    pub(super) fn opening(
        cx: &'a Cx<'a>,
        now: Instant,
        id: TicketId,
        opened: Opened,
        personal: Personal,
    ) -> Self {
        let cause = Arc::new(cx.cause(now));
        let revision = Revision(1);
        let stamp = Stamp { revision, at: now, cause: &cause, personal: Some(&personal) };
        let ticket = Ticket::opened(id, stamp, &opened);
        let event = Event {
            revision,
            at: now,
            cause: cause.clone(),
            change: Change::Ticket(TicketChange::Opened(Box::new(opened))),
            personal: Some(Box::new(personal)),
        };
        let mut work = Self {
            cx,
            now,
            addressed: None,
            key: Key::ticket(cx.desk, id),
            expected: Expected::New,
            room: Room::default(),
            given: None,
            beside: Vec::new(),
            before: None,
            followed: 0,
            stood: None,
            waited: None,
            reported: Vec::new(),
            armed: false,
            cause,
            events: vec![event],
            settled: 0,
            turn: Turn::default(),
            dated: None,
            erased: BTreeSet::new(),
            with: Vec::new(),
            out: Outgoing::default(),
            ticket,
        };
        work.rearm();
        work
    }

    /// What is due has been carried out; what follows is the command's own.
    pub(super) fn has_settled(&mut self) {
        self.settled = self.events.len();
    }

    /// Appends an event and applies it.
    pub(super) fn record(&mut self, change: TicketChange, personal: Option<Personal>) {
        let cause = self.cause.clone();
        self.record_at(self.now, cause, change, personal);
    }

    /// Appends an event that the last one set off by a rule.
    pub(super) fn record_by(&mut self, rule: Rule, change: TicketChange) {
        let parent = self.events.get(self.settled..).and_then(<[Event]>::last);
        let cause = Cause {
            rule: Some(rule),
            parent: parent
                .map(|event| EventRef { key: self.key, revision: event.revision })
                .or(self.cause.parent),
            depth: parent.map_or(self.cause.depth, |event| event.cause.depth.saturating_add(1)),
            ..(*self.cause).clone()
        };
        self.record_at(self.now, Arc::new(cause), change, None);
    }

    pub(super) fn record_at(
        &mut self,
        at: Instant,
        cause: Arc<Cause>,
        change: TicketChange,
        personal: Option<Personal>,
    ) {
        let event = Event {
            revision: self.ticket.revision().next(),
            at,
            cause,
            change: Change::Ticket(change),
            personal: personal.map(Box::new),
        };
        if let Change::Ticket(change) = &event.change {
            self.ticket.apply(event.stamp(), change);
        }
        self.events.push(event);
        self.armed = false;
    }

    /// The facts of a move from where the ticket is.
    pub(super) fn move_to(&self, to: Status, because: Moved) -> StatusChange {
        let from = self.ticket.status().clone();
        let reopens = from.category.is_done() && !to.category.is_done();
        // What comes back as it was is no reopening.
        let returns = matches!(because, Moved::UnmarkedSpam | Moved::Released);
        let anew = match self.cx.settings.clock_rules().reopen {
            ReopenClocks::Continue => false,
            ReopenClocks::Anew => reopens && !returns,
        };
        StatusChange {
            from,
            to,
            because,
            clocks_anew: anew,
            reason: None,
            until: None,
            returns_to_new: false,
            bytes: 0,
            timers: Timers::default(),
        }
    }

    /// Moves the ticket and arms its timers for where it is then.
    pub(super) fn moved(&mut self, change: StatusChange, by: Option<Rule>, text: Option<&str>) {
        self.trace(Step::Moved {
            from: change.from.name.clone(),
            to: change.to.name.clone(),
            because: change.because,
        });
        let change = TicketChange::StatusChanged(change);
        match by {
            Some(rule) => self.record_by(rule, change),
            None => {
                let personal =
                    text.map(|text| Personal { text: Some(text.into()), ..Personal::default() });
                self.record(change, personal);
            }
        }
        self.rearm();
    }

    /// States, in the opening or move that was recorded last, the timers that it arms.
    pub(super) fn rearm(&mut self) {
        let timers = armed(&self.ticket, self.cx.settings);
        let Some(Event { change: Change::Ticket(change), .. }) = self.events.last_mut() else {
            return;
        };
        if let Some(stated) = change.timers_mut() {
            *stated = timers;
            self.ticket.set_timers(timers);
            self.armed = true;
        }
    }

    pub(super) fn trace(&mut self, step: Step) {
        self.out.trace.push(step);
    }

    /// As it is by now, to go back to.
    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot {
            ticket: self.ticket.clone(),
            events: self.events.len(),
            notices: self.out.notices.len(),
            trace: self.out.trace.len(),
            room: self.room,
            given: self.given,
            armed: self.armed,
        }
    }

    /// As it was. What a decision rests on stays: that something cannot be done rests on it, too.
    pub(super) fn go_back(&mut self, to: Snapshot) {
        self.ticket = to.ticket;
        self.events.truncate(to.events);
        self.out.notices.truncate(to.notices);
        self.out.trace.truncate(to.trace);
        self.room = to.room;
        self.given = to.given;
        self.armed = to.armed;
    }

    /// The ticket as it was before; `None`: it is opened.
    pub(super) fn loaded(&self) -> Option<&'a Ticket> {
        self.before
    }

    /// This ticket as it was loaded, for a decision on another that rests on it.
    pub(super) fn as_loaded(&self) -> Guard {
        let revision = match self.expected {
            Expected::New => Revision::ZERO,
            Expected::At(revision) => revision,
        };
        Guard { key: self.key, revision }
    }

    pub(super) fn guard(&mut self, guard: Guard) {
        if guard.key != self.key && !self.out.guards.contains(&guard) {
            self.out.guards.push(guard);
        }
    }

    /// Records the timers that have come to differ from what the last event stated.
    fn state_timers(&mut self) {
        let timers = armed(&self.ticket, self.cx.settings);
        if timers == self.ticket.timers() {
            return;
        }
        // Whether the settings have changed since the timers were armed.
        let outdated =
            self.before.is_some_and(|ticket| ticket.timers() != armed(ticket, self.cx.settings));
        if outdated {
            self.trace(Step::Adopted { settings: self.cx.settings_revision });
            // Nothing on the ticket set this off.
            let cause = Cause { rule: Some(Rule::Adoption), ..(*self.cause).clone() };
            let change = TicketChange::TimersSet { timers };
            self.record_at(self.now, Arc::new(cause), change, None);
        } else {
            self.record(TicketChange::TimersSet { timers }, None);
        }
    }

    /// Brings what no event has stated yet up to date, and hands everything over.
    pub(super) fn finish(mut self, decision: &mut Decision) -> Result<(), Refusal> {
        self.beside.clone_from(&decision.counters);
        self.come_to_rest(None)?;
        self.route_if_needed()?;
        if !self.armed && !self.cx.is_tick() {
            self.state_timers();
        }
        self.count(&mut decision.counters)?;
        self.is_counted();
        self.changed_keys(&mut decision.keys);
        let Outgoing { guards, notices, trace } = self.out;
        hand_over(&mut decision.guards, guards);
        hand_over(&mut decision.notices, notices);
        hand_over(&mut decision.trace, trace);
        decision.erasures.extend(erasures(self.key, &self.ticket, self.erased));
        for part in self.with {
            part.finish(decision)?;
        }
        if !self.events.is_empty() {
            let head = Head::Ticket(Arc::new(self.ticket));
            let write = Write {
                key: self.key,
                expected: self.expected,
                events: self.events.into(),
                columns: Columns::of(&head),
                next_wake: head.next_wake(),
                head,
            };
            hand_over(&mut decision.writes, vec![write]);
        }
        Ok(())
    }
}

/// Most decisions are about one ticket, whose lists are then the decision's.
fn hand_over<T>(to: &mut Vec<T>, mut from: Vec<T>) {
    if to.is_empty() {
        *to = from;
    } else {
        to.append(&mut from);
    }
}
