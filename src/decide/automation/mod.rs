//! What a desk's own rules do to a ticket.
//!
//! A **turn** is what one command, one timer, or one level of rules did. After each that changed the
//! ticket its triggers are looked at, in order; what they change is the next turn. Clocks follow
//! before triggers look, and again after what triggers changed.

mod actions;
mod macros;
mod time_rules;
mod triggers;
mod wording;

use std::sync::Arc;

pub(super) use macros::apply;

use super::step::Step;
use super::work::Work;
use super::{Cx, Refusal};
use crate::cause::{Cause, EventRef, Rule};
use crate::channel::{NoticeKind, Recipient};
use crate::ids::RuleName;
use crate::people::Actor;
use crate::personal::Personal;
use crate::record::{Change, Event};
use crate::rules::Action;
use crate::sla::policy::SlaAction;
use crate::ticket::{Intent, RuleAsked, Ticket, TicketChange};
use crate::time::Instant;

/// What happened to a ticket that no trigger has looked at yet.
#[derive(Default)]
pub(super) struct Turn {
    /// The ticket before it; `None`: it is opened, or there are no triggers.
    before: Option<Ticket>,
    /// The place of its first event among those of the decision.
    from: usize,
    /// Which triggers did something, level by level, since a command or a timer.
    levels: Vec<Vec<RuleName>>,
    /// Whether they were broken off.
    stopped: bool,
    /// Whether service levels had something done since clocks last followed.
    acted: bool,
}

impl Turn {
    /// The turn that begins with this ticket.
    pub(super) fn new(cx: &Cx<'_>, ticket: Option<&Ticket>) -> Self {
        let looks = !cx.settings.rules().triggers().is_empty();
        Self { before: ticket.filter(|_| looks).cloned(), ..Self::default() }
    }
}

/// Under what a rule carries out its actions.
#[derive(Clone, Copy)]
struct Why<'w> {
    rule: &'w Rule,
    /// What set it off.
    parent: Option<EventRef>,
    depth: u8,
    /// The instant of the timer by which it comes; `None`: it comes by the command.
    timer: Option<Instant>,
    /// The place of the message that set it off among the decision's events.
    message: Option<usize>,
}

/// As whom, when and why something is recorded.
struct Acting<'a> {
    cx: &'a Cx<'a>,
    now: Instant,
    cause: Arc<Cause>,
    addressed: Option<&'a Ticket>,
    dated: Option<Instant>,
}

/// What a rule asks of others.
#[derive(Default)]
struct Asked {
    facts: RuleAsked,
    values: Vec<Arc<str>>,
    told: Vec<Recipient>,
}

impl<'a> Work<'a> {
    /// Clocks and triggers follow what the command or the timer of this instant did, until nothing
    /// is left to follow. Ends the turn.
    pub(super) fn come_to_rest(&mut self, timer: Option<Instant>) -> Result<(), Refusal> {
        loop {
            match timer {
                Some(at) => self.follow_timer(at)?,
                None => self.follow_command()?,
            }
            let acted = std::mem::take(&mut self.turn.acted);
            if !self.run_triggers(timer)? && !acted {
                break;
            }
        }
        let looks = !self.cx.settings.rules().triggers().is_empty();
        let before = looks.then(|| self.ticket.clone());
        self.turn = Turn { before, from: self.events.len(), ..Turn::default() };
        Ok(())
    }

    /// Carries out what a warning or a level of escalation wants done, which the event that was
    /// recorded last states. Whom it wants told was told with it.
    pub(super) fn do_intents(&mut self, intents: &[Intent]) -> Result<(), Refusal> {
        let Some(event) = self.events.last() else { return Ok(()) };
        let (at, by_timer) = (event.at, event.cause.actor == Actor::System);
        let parent = Some(EventRef { key: self.key, revision: event.revision });
        let depth = event.cause.depth.saturating_add(1);
        let timer = by_timer.then_some(at);
        let why = Why { rule: &Rule::Sla, parent, depth, timer, message: None };
        for (place, intent) in intents.iter().enumerate() {
            let action = match &intent.action {
                SlaAction::Notify(_) => continue,
                SlaAction::RaisePriority(name) => {
                    let rank = self.cx.settings.priority(name).map(|priority| priority.rank);
                    if rank.is_some_and(|rank| rank <= self.ticket.priority().rank) {
                        continue;
                    }
                    Action::SetPriority(name.clone())
                }
                SlaAction::AddTag(tag) => Action::AddTag(tag.clone()),
                SlaAction::Escalate(department) => Action::Escalate(department.clone()),
            };
            let before = self.events.len();
            self.act(why, [(place, &action)])?;
            self.turn.acted |= self.events.len() > before;
        }
        Ok(())
    }

    /// What was said last names the reference, which is not known yet.
    fn has_named_reference(&mut self) {
        let last = self.events.iter_mut().rev().find_map(|event| match &mut event.change {
            Change::Ticket(TicketChange::MessageAdded { message, .. }) => Some(message),
            _ => None,
        });
        if let Some(message) = last {
            message.names_reference = true;
        }
    }

    /// Carries out actions as the desk's own, each whole or not at all.
    fn act<'r>(
        &mut self,
        why: Why<'_>,
        actions: impl IntoIterator<Item = (usize, &'r Action)>,
    ) -> Result<(), Refusal> {
        let cause = Cause {
            rule: Some(why.rule.clone()),
            parent: why.parent,
            depth: why.depth,
            ..self.root(why.timer)
        };
        let desk = Acting {
            cx: self.cx.as_desk(),
            now: why.timer.unwrap_or(self.now),
            cause: Arc::new(cause),
            addressed: None,
            dated: why.timer,
        };
        let outside = self.swap(desk);
        let done = self.act_each(why, actions);
        self.swap(outside);
        done
    }

    fn act_each<'r>(
        &mut self,
        why: Why<'_>,
        actions: impl IntoIterator<Item = (usize, &'r Action)>,
    ) -> Result<(), Refusal> {
        let mut asked = Asked::default();
        for (place, action) in actions {
            let place = u16::try_from(place).unwrap_or(u16::MAX);
            if matches!(action, Action::Reply(_)) && self.answers_a_machine() {
                self.trace(Step::ReplyLeftOut { rule: why.rule.clone(), action: place });
                continue;
            }
            let (stood, events) = (self.snapshot(), self.events.len());
            match actions::carry_out(self, action, why, &mut asked) {
                Ok(()) if self.events.len() > events => {
                    self.trace(Step::ActionDone { rule: why.rule.clone(), action: place });
                }
                Ok(()) => {}
                // Nothing is refused yet.
                Err(Refusal::NotLoaded) => return Err(Refusal::NotLoaded),
                Err(refusal) => {
                    self.go_back(stood);
                    self.refuse(why.rule, place, refusal.code());
                }
            }
        }
        self.ask(asked);
        Ok(())
    }

    /// Whether an automatic message set this off: what is written to it may set off the next.
    fn answers_a_machine(&self) -> bool {
        matches!(self.cause.actor, Actor::AutoResponder(_))
    }

    fn refuse(&mut self, rule: &Rule, action: u16, code: &str) {
        let code: Arc<str> = code.into();
        self.trace(Step::ActionRefused { rule: rule.clone(), action, code: code.clone() });
        self.record(TicketChange::ActionRefused { action, code }, None);
        self.tell(NoticeKind::ActionRefused, Recipient::Desk);
    }

    /// Records what a rule asks of others, and tells whom it wants told.
    fn ask(&mut self, asked: Asked) {
        let Asked { facts, values, told } = asked;
        if facts == RuleAsked::default() {
            return;
        }
        let personal = Personal { values, ..Personal::default() };
        let personal = (!personal.values.is_empty()).then_some(personal);
        let host = !facts.host.is_empty();
        self.record(TicketChange::RuleAsked(facts), personal);
        if host {
            self.tell(NoticeKind::HostAction, Recipient::Desk);
        }
        for to in told {
            self.tell(NoticeKind::RuleNotice, to);
        }
    }

    /// The cause of what this turn began with.
    fn root(&self, timer: Option<Instant>) -> Cause {
        match timer {
            None => (*self.cause).clone(),
            Some(_) => self.cx.by_time(),
        }
    }

    /// Records as another, at another time; gives back as whom it was done before.
    fn swap(&mut self, acting: Acting<'a>) -> Acting<'a> {
        let Acting { cx, now, cause, addressed, dated } = acting;
        Acting {
            cx: std::mem::replace(&mut self.cx, cx),
            now: std::mem::replace(&mut self.now, now),
            cause: std::mem::replace(&mut self.cause, cause),
            addressed: std::mem::replace(&mut self.addressed, addressed),
            dated: std::mem::replace(&mut self.dated, dated),
        }
    }

    /// The event of this place among the decision's, as what may set off others.
    fn reference(&self, event: &Event) -> EventRef {
        EventRef { key: self.key, revision: event.revision }
    }
}
