//! What is personal in the model: T4 and D9 of the requirements. What was erased is gone, and
//! everything else is as it was.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::ticket::later;
use super::{Model, ModelTicket, Step};
use crate::command::{EraseTicket, Hold, Redact};
use crate::{
    AgentId, AgentProfile, Event, FieldFact, FieldName, Party, Revision, Role, Settings,
    StatusCategory, TicketChange,
};

/// What is personal on a ticket, by the event that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The events that still have a payload: when each took effect, and whether it is the reason
    /// for an erasure. Only the desk knows their revisions.
    there: BTreeMap<Revision, (DateTime<Utc>, bool)>,
    /// Since when there are words whose revision the desk has not told yet.
    coming: Option<DateTime<Utc>>,
    /// The last event that said what the subject is, how it ended, what a field holds.
    subject: Revision,
    pub(super) resolution: Revision,
    fields: BTreeMap<FieldName, Revision>,
    /// Whether the words of the last resolution are gone.
    pub(super) resolution_erased: bool,
    /// Fields that hold something that is gone.
    pub(super) erased_fields: BTreeSet<FieldName>,
}

impl Words {
    /// Of a ticket that is opened now.
    pub(super) fn from(now: DateTime<Utc>) -> Self {
        Self {
            there: BTreeMap::new(),
            coming: Some(now),
            subject: Revision::ZERO,
            resolution: Revision::ZERO,
            fields: BTreeMap::new(),
            resolution_erased: false,
            erased_fields: BTreeSet::new(),
        }
    }

    /// Something personal is recorded.
    pub(super) fn come(&mut self, now: DateTime<Utc>) {
        self.coming.get_or_insert(now);
    }

    /// Learns which event said last what a field holds, where that is personal.
    fn fill(&mut self, name: &FieldName, to: Option<&FieldFact>, revision: Revision) {
        match to {
            Some(FieldFact::Personal) => self.fields.insert(name.clone(), revision),
            Some(FieldFact::Value(_)) | None => self.fields.remove(name),
        };
    }

    /// Since when there is something personal.
    pub(super) fn since(&self) -> Option<DateTime<Utc>> {
        self.there.values().map(|(at, _)| *at).chain(self.coming).min()
    }
}

impl ModelTicket {
    /// Learns which events have what is personal.
    pub(super) fn learn_words<'e>(&mut self, events: impl Iterator<Item = &'e Event>) {
        self.words.coming = None;
        for event in events {
            self.learn_offer(event);
            self.learn_side(event);
            let words = &mut self.words;
            let revision = event.revision;
            let mut reason = false;
            match event.ticket_change() {
                Some(TicketChange::Opened(opened)) => {
                    words.subject = revision;
                    for (name, fact) in &opened.fields {
                        words.fill(name, Some(fact), revision);
                    }
                }
                Some(TicketChange::SubjectChanged { .. }) => words.subject = revision,
                Some(TicketChange::ResolutionRecorded { .. }) => words.resolution = revision,
                Some(TicketChange::FieldChanged { field, to }) => {
                    words.fill(field, to.as_ref(), revision);
                }
                Some(TicketChange::Redacted { .. }) => reason = true,
                _ => {}
            }
            if event.personal.is_some() {
                words.there.insert(revision, (event.at, reason));
            }
        }
    }

    /// Erases the words of those events that are chosen; says whether there were any. What the
    /// chosen events said last of the ticket is gone from it.
    pub(super) fn forget(&mut self, chosen: impl Fn((Revision, bool)) -> bool) -> bool {
        let there = self.words.there.iter();
        let gone: BTreeSet<Revision> = there
            .filter(|(revision, (_, reason))| chosen((**revision, *reason)))
            .map(|(revision, _)| *revision)
            .collect();
        for said in self.thread.iter_mut().filter(|said| gone.contains(&said.revision)) {
            said.text.clear();
        }
        for todo in &mut self.todos {
            if todo.id.is_some_and(|id| gone.contains(&id.0)) {
                todo.text.clear();
            }
        }
        self.forget_sides(|revision| gone.contains(&revision));
        let words = &mut self.words;
        words.there.retain(|revision, _| !gone.contains(revision));
        if gone.contains(&words.subject) {
            self.subject.clear();
        }
        if gone.contains(&words.resolution)
            && let Some((_, text, _, _)) = &mut self.resolution
        {
            text.clear();
            words.resolution_erased = true;
        }
        // That of a merged ticket waits to be made again.
        let stood = self.stood.as_mut().and_then(|stood| stood.offer.as_mut());
        let offers = self.offer.as_mut().into_iter().chain(stood);
        for offer in offers.filter(|offer| gone.contains(&offer.said)) {
            offer.text.clear();
            offer.erased = true;
        }
        for name in self.fields.keys() {
            if words.fields.get(name).is_some_and(|said| gone.contains(said)) {
                words.erased_fields.insert(name.clone());
            }
        }
        !gone.is_empty()
    }

    /// When what is personal goes by itself: so long after the closing, and after the first of it
    /// that came since all was erased.
    pub(super) fn kept_until(&self, settings: &Settings) -> Option<DateTime<Utc>> {
        let closed = self.category == StatusCategory::Closed && !self.held;
        let since = self.closed_at.filter(|_| closed)?.max(self.words.since()?);
        Some(later(since, settings.draft().retention?))
    }
}

impl Model {
    pub(super) fn redact(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, redact: &Redact) {
        step.require(!ticket.held, "on_legal_hold");
        step.require(!redact.messages.is_empty(), "empty");
        let there = |it: &Revision| (1..=ticket.revision.0).contains(&it.0);
        step.require(redact.messages.iter().all(there), "no_such_event");
        self.why(step, &redact.reason);
        if ticket.forget(|(revision, _)| redact.messages.contains(&revision)) {
            ticket.words.come(step.now);
        }
    }

    pub(super) fn erase_ticket(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        erase: &EraseTicket,
    ) {
        step.require(!ticket.held, "on_legal_hold");
        self.why(step, &erase.reason);
        // Why something was erased stays, or doing it twice would never end.
        let forgotten = ticket.forget(|(_, reason)| !reason);
        if ticket.detach() || forgotten {
            ticket.words.come(step.now);
        }
    }

    pub(super) fn hold(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, hold: &Hold) {
        self.why(step, &hold.reason);
        if ticket.held != hold.hold {
            ticket.held = hold.hold;
            ticket.words.come(step.now);
        }
    }

    pub(super) fn erase_agent(
        &self,
        step: &mut Step<'_>,
        id: AgentId,
    ) -> Option<(AgentId, AgentProfile)> {
        let known = self.agents.get(&id);
        step.require(known.is_some(), "no_such_agent");
        let profile = known?;
        let owners = matches!(step.party, Party::Owner | Party::Host);
        step.require(profile.role != Role::Owner || owners, "owners_only");
        step.require(profile.deactivated, "still_active");
        Some((id, AgentProfile { name: String::new(), email: None, ..profile.clone() }))
    }
}
