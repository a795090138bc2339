//! What a ticket does by itself: everything that is due comes before any command.

use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use super::Refusal;
use super::blocks::Blocks;
use super::step::Step;
use super::work::Work;
use crate::cause::{Cause, Rule};
use crate::channel::{NoticeKind, Recipient};
use crate::ticket::{Moved, RedactedBy, TicketChange, TimerKind, Timers, Unassigning};
use crate::time::Instant;
use crate::workflow::Landmark;

/// How often one command or tick looks at time rules of a ticket, beyond once for each that there is.
/// Rules that set each other's time may be due without end; what is left is due still, and the next goes
/// on.
const MOST_LOOKS: usize = 100;

impl Work<'_> {
    /// Carries out every timer that is due, in order, each dated by itself. Refused only where
    /// retention is due and the history that it erases from cannot be read.
    pub(super) fn settle(&mut self) -> Result<(), Refusal> {
        self.settle_within((Bound::Unbounded, Bound::Included(self.now)))?;
        self.has_settled();
        self.tell_counted()
    }

    fn settle_within(&mut self, time: (Bound<Instant>, Bound<Instant>)) -> Result<(), Refusal> {
        let mut looked = 0;
        let most = MOST_LOOKS.saturating_add(self.cx.settings.rules().time_rules().len());
        while let Some((timer, due)) = self.next_timer().filter(|(_, at)| time.contains(at)) {
            self.trace(Step::Settled { timer, due });
            // New settings may set a timer to before what the ticket has seen since.
            let at = due.max(self.ticket.updated_at());
            match timer {
                TimerKind::Wake => {
                    let to = if self.ticket.returns_to_new() {
                        Landmark::Initial
                    } else {
                        Landmark::Woken
                    };
                    self.fire_move(at, Rule::Wake, to, Moved::Woken);
                    self.notify_workers(NoticeKind::Woken);
                }
                TimerKind::AutoClose => {
                    let blocks = Blocks::at(self, due);
                    if blocks.any() {
                        let (children, todos) = (blocks.count(), blocks.todos);
                        let held = TicketChange::ClosingHeld { children, todos };
                        self.fire(at, Rule::AutoClose, held);
                        self.notify_workers(NoticeKind::ClosingHeld);
                    } else {
                        self.fire_move(at, Rule::AutoClose, Landmark::Closed, Moved::AutoClosed);
                    }
                }
                TimerKind::OpenAgeWarning => {
                    self.fire(at, Rule::OpenAge, TicketChange::OpenAgeWarned);
                    self.notify_workers(NoticeKind::OpenAgeWarning);
                }
                TimerKind::OpenAgeOverdue => {
                    self.fire(at, Rule::OpenAge, TicketChange::OpenAgeOverdue);
                    self.notify_workers(NoticeKind::OpenAgeOverdue);
                }
                TimerKind::Retention => {
                    self.forget(at)?;
                    for member in self.conversation()? {
                        let mut member = self.part(member);
                        member.settle_within((Bound::Unbounded, Bound::Excluded(due)))?;
                        if member.ticket.personal_since().is_some() {
                            member.forget(due.max(member.ticket.updated_at()))?;
                        }
                        // The other's time may be later than what the host says it is.
                        member.now = member.now.max(member.ticket.updated_at());
                        member.has_settled();
                        self.with_part(member);
                    }
                }
                TimerKind::Reminder => {
                    self.remind(due, |work, change| work.fire(at, Rule::Reminder, change));
                }
                TimerKind::Sla => self.tell_clocks(due, at)?,
                TimerKind::TimeRule => {
                    looked += 1;
                    self.look_at_time_rules(due, at)?;
                }
                TimerKind::Routing => self.take_away(at),
            }
            self.come_to_rest(Some(at))?;
            if looked >= most {
                break;
            }
        }
        Ok(())
    }

    /// The timer that fires next. Where nobody owns the ticket, routing looks for somebody after all
    /// else, and once: it chooses among those who are there then.
    fn next_timer(&self) -> Option<(TimerKind, Instant)> {
        let timers = self.ticket.timers();
        match self.ticket.assignee() {
            Some(_) => timers.next(),
            None => Timers { routing: None, ..timers }.next(),
        }
    }

    /// The owner, to whom a rule gave the ticket, did not begin in time.
    fn take_away(&mut self, at: Instant) {
        let Some(from) = self.ticket.assignee() else { return };
        let (because, waits_since) = (Unassigning::NotTaken, Some(at));
        self.fire(at, Rule::NotTaken, TicketChange::Unassigned { from, because, waits_since });
        let queue = self.queue();
        self.notify(NoticeKind::Queued, queue);
        self.notify(NoticeKind::NotTaken, Recipient::Agent(from));
    }

    /// Erases everything, the time for it having come.
    fn forget(&mut self, at: Instant) -> Result<(), Refusal> {
        let revisions = self.personal(|_| true)?;
        self.erase(&revisions)?;
        let change = TicketChange::Redacted { revisions, by: RedactedBy::Retention, bytes: 0 };
        // What it is called elsewhere stays its own: else whether another ticket may be called so
        // would depend on whether this timer has been noticed.
        self.fire(at, Rule::Retention, change);
        Ok(())
    }

    fn fire_move(&mut self, at: Instant, rule: Rule, to: Landmark, because: Moved) {
        let change = self.move_to(self.cx.settings.workflow().landmark(to), because);
        self.trace(Step::Moved {
            from: change.from.name.clone(),
            to: change.to.name.clone(),
            because,
        });
        self.fire(at, rule, TicketChange::StatusChanged(change));
        self.rearm();
    }

    pub(super) fn fire(&mut self, at: Instant, rule: Rule, change: TicketChange) {
        let cause = Cause { rule: Some(rule), ..self.cx.by_time() };
        self.record_at(at, Arc::new(cause), change, None);
    }
}
