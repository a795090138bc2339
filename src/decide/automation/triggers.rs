//! Triggers look at what happened to a ticket, level by level.

use super::{Turn, Why};
use crate::cause::{Cause, Rule};
use crate::channel::{NoticeKind, Recipient};
use crate::decide::Refusal;
use crate::decide::step::Step;
use crate::decide::work::Work;
use crate::ids::RuleName;
use crate::record::Event;
use crate::ticket::{Scene, TicketChange, Visibility};
use crate::time::Instant;

impl<'a> Work<'a> {
    /// Triggers look at this turn, and at what they change, until nothing changes any more or they
    /// have set each other off too often. Says whether anything was recorded.
    pub(super) fn run_triggers(&mut self, timer: Option<Instant>) -> Result<bool, Refusal> {
        let settings = self.cx.settings;
        let mut ran = false;
        if settings.rules().triggers().is_empty() || !self.has_triggers() {
            return Ok(ran);
        }
        let depth = usize::try_from(settings.limits().cascade_depth).unwrap_or(usize::MAX);
        while !self.turn.stopped && self.has_changed() {
            if self.turn.levels.len() >= depth {
                self.turn.stopped = true;
                return Ok(self.break_off(timer) || ran);
            }
            let from = self.events.len();
            self.look(timer)?;
            ran |= self.events.len() > from;
        }
        Ok(ran)
    }

    /// What is part of another ticket sets nothing off, nor does what is said on spam.
    fn has_triggers(&self) -> bool {
        let was_spam = self.turn.before.as_ref().is_some_and(|before| before.is_spam());
        self.ticket.merged_into().is_none() && !(was_spam && self.ticket.is_spam())
    }

    fn has_changed(&self) -> bool {
        self.turn_events().any(sets_off)
    }

    fn turn_events(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.events.get(self.turn.from..).unwrap_or_default().iter()
    }

    /// One level: every trigger once at most, each seeing what those before it changed.
    fn look(&mut self, timer: Option<Instant>) -> Result<(), Refusal> {
        let triggers = self.cx.settings.rules().triggers();
        let level = self.turn.levels.len() + 1;
        // What rules write is nobody's word that they would answer.
        let message = if level == 1 { self.message_of_turn() } else { None };
        let parent = self.turn_events().rfind(|event| sets_off(event));
        let parent = parent.map(|event| self.reference(event));
        let (from, stood) = (self.events.len(), self.ticket.clone());
        let mut did = Vec::new();
        let mut place = 0;
        while let Some((at, trigger)) = triggers.next(&self.scene(message, timer), place) {
            place = at + 1;
            let rule = Rule::Trigger(trigger.name.clone());
            self.trace(Step::RuleMatched { rule: rule.clone() });
            let events = self.events.len();
            let depth = u8::try_from(level).unwrap_or(u8::MAX);
            let why = Why { rule: &rule, parent, depth, timer, message };
            self.act(why, trigger.then.iter().enumerate())?;
            if self.events.get(events..).is_some_and(|events| events.iter().any(sets_off)) {
                did.push(trigger.name.clone());
            }
            if trigger.stop {
                self.trace(Step::RulesStopped { by: rule });
                break;
            }
        }
        let mut levels = std::mem::take(&mut self.turn.levels);
        levels.push(did);
        self.turn = Turn { before: Some(stood), from, levels, ..Turn::default() };
        Ok(())
    }

    /// The ticket as it is, and as it was before the turn.
    pub(super) fn scene(&self, message: Option<usize>, timer: Option<Instant>) -> Scene<'_> {
        let message = message.and_then(|place| self.events.get(place));
        let message = message.and_then(|event| {
            let text = event.personal.as_deref().and_then(|personal| personal.text.as_deref());
            Some((event.ticket_change()?.message()?, text))
        });
        let record = self.cx.loaded.record(self.key);
        Scene {
            ticket: &self.ticket,
            number: record.and_then(|record| record.number),
            before: self.turn.before.as_ref(),
            message,
            now: timer.unwrap_or(self.now),
        }
    }

    /// The place of what was said in this turn: of several, the first that is public.
    fn message_of_turn(&self) -> Option<usize> {
        let said = |event: &Event| {
            let by_hand = event.cause.rule.as_ref().is_none_or(|rule| !rule.is_desks_own());
            let message = event.ticket_change().and_then(TicketChange::message);
            message.filter(|_| by_hand).map(|message| message.visibility)
        };
        let public = self.turn_events().position(|it| said(it) == Some(Visibility::Public));
        let first = public.or_else(|| self.turn_events().position(|it| said(it).is_some()));
        first.map(|place| self.turn.from + place)
    }

    /// Records that triggers were broken off, if any would still match.
    fn break_off(&mut self, timer: Option<Instant>) -> bool {
        let triggers = self.cx.settings.rules().triggers();
        let Some(next) = triggers.first(&self.scene(None, timer)).map(|it| it.name.clone()) else {
            return false;
        };
        let rules = round(&self.turn.levels, &next);
        let depth = u8::try_from(self.turn.levels.len()).unwrap_or(u8::MAX);
        self.trace(Step::CascadeStopped { rules: rules.clone(), depth });
        let parent = self.turn_events().rfind(|event| sets_off(event));
        let cause = Cause {
            rule: Some(Rule::Trigger(next)),
            parent: parent.map(|event| self.reference(event)),
            depth,
            ..self.root(timer)
        };
        let change = TicketChange::CascadeStopped { rules, depth };
        self.record_at(timer.unwrap_or(self.now), cause.into(), change, None);
        self.tell(NoticeKind::CascadeStopped, Recipient::Desk);
        true
    }
}

/// The triggers that go round: what did something since the next one last did, each once, in order;
/// all of them where it has not.
fn round(levels: &[Vec<RuleName>], next: &RuleName) -> Vec<RuleName> {
    let from = levels.iter().rposition(|level| level.contains(next)).unwrap_or(0);
    let mut rules: Vec<RuleName> = Vec::new();
    for name in levels.get(from..).unwrap_or_default().iter().flatten() {
        if !rules.contains(name) {
            rules.push(name.clone());
        }
    }
    rules
}

/// Whether an event is a change of the ticket, which triggers look at.
fn sets_off(event: &Event) -> bool {
    event.ticket_change().is_some_and(|change| match change {
        TicketChange::ClocksChanged(_)
        | TicketChange::TimersSet { .. }
        | TicketChange::CascadeStopped { .. }
        | TicketChange::ActionRefused { .. }
        | TicketChange::RuleAsked(_)
        | TicketChange::TimeRulesLookedAt(_)
        | TicketChange::MemberWrote { .. }
        | TicketChange::Routed(_)
        | TicketChange::TakenUp
        // A rule whose own words are not delivered would set itself off, without end.
        | TicketChange::NotDelivered(_)
        | TicketChange::Redacted { .. } => false,
        TicketChange::Opened(_)
        | TicketChange::MessageAdded { .. }
        | TicketChange::AccessGranted { .. }
        | TicketChange::AccessRevoked { .. }
        | TicketChange::StatusChanged(_)
        | TicketChange::ResolutionRecorded { .. }
        | TicketChange::Assigned { .. }
        | TicketChange::Unassigned { .. }
        | TicketChange::Transferred { .. }
        | TicketChange::Escalated { .. }
        | TicketChange::SubjectChanged { .. }
        | TicketChange::CategoryChanged { .. }
        | TicketChange::TagsChanged { .. }
        | TicketChange::FieldChanged { .. }
        | TicketChange::PriorityChanged { .. }
        | TicketChange::ImpactChanged { .. }
        | TicketChange::FollowersChanged { .. }
        | TicketChange::AboutChanged { .. }
        | TicketChange::ExternalRefsChanged { .. }
        | TicketChange::Linked { .. }
        | TicketChange::Unlinked { .. }
        | TicketChange::TodoAdded(_)
        | TicketChange::TodoMarked(_)
        | TicketChange::Reminded(_)
        | TicketChange::ClosingHeld { .. }
        | TicketChange::FollowedUp { .. }
        | TicketChange::MergedInto { .. }
        | TicketChange::Absorbed(_)
        | TicketChange::ReleasedFrom { .. }
        | TicketChange::Released(_)
        | TicketChange::FollowersLeft(_)
        | TicketChange::SplitOff(_)
        | TicketChange::MergedSplit(_)
        | TicketChange::OpenAgeWarned
        | TicketChange::OpenAgeOverdue
        | TicketChange::Held { .. }
        | TicketChange::SolutionProposed { .. }
        | TicketChange::SolutionConfirmed { .. }
        | TicketChange::SolutionRejected { .. }
        | TicketChange::SpamMarked { .. }
        | TicketChange::SideSaid(_)
        | TicketChange::SideClosed { .. } => true,
    })
}
