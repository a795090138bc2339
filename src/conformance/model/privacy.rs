//! What is personal in the model: T4 and D9 of the requirements. What was erased is gone, and
//! everything else is as it was.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::ticket::later;
use super::{Model, ModelTicket, Step};
use crate::command::{EraseTicket, Hold, Redact};
use crate::{
    AgentId, AgentProfile, Event, FieldFact, FieldName, MessageRef, Party, Revision, Role,
    Settings, StatusCategory, TicketChange, TicketId,
};

/// What is personal on a ticket, by the event that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The events that still have a payload, and whether it is the reason for an erasure. Only the
    /// desk knows their revisions.
    there: BTreeMap<Revision, bool>,
    /// Since when there have been words, in the ticket's own history or as part of its
    /// conversation, that no erasure of everything has come after.
    since: Option<DateTime<Utc>>,
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
            since: Some(now),
            subject: Revision::ZERO,
            resolution: Revision::ZERO,
            fields: BTreeMap::new(),
            resolution_erased: false,
            erased_fields: BTreeSet::new(),
        }
    }

    /// Something personal is recorded.
    pub(super) fn come(&mut self, now: DateTime<Utc>) {
        self.since.get_or_insert(now);
    }

    /// Everything went, its time having come.
    pub(super) fn gone(&mut self) {
        self.since = None;
    }

    /// Learns which event said last what a field holds, where that is personal.
    fn fill(&mut self, name: &FieldName, to: Option<&FieldFact>, revision: Revision) {
        match to {
            Some(FieldFact::Personal) => self.fields.insert(name.clone(), revision),
            Some(FieldFact::Value(_)) | None => self.fields.remove(name),
        };
    }

    /// Since when there may be something personal.
    pub fn since(&self) -> Option<DateTime<Utc>> {
        self.since
    }
}

impl ModelTicket {
    /// Learns which events have what is personal.
    pub(super) fn learn_words<'e>(&mut self, events: impl Iterator<Item = &'e Event>) {
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
                words.there.insert(revision, reason);
            }
        }
    }

    /// Erases the words of those events that are chosen; says whether there were any. What the
    /// chosen events said last of the ticket is gone from it.
    pub(super) fn forget(&mut self, chosen: impl Fn((Revision, bool)) -> bool) -> bool {
        let elsewhere = self.thread.iter().filter(|said| said.gone);
        let elsewhere: BTreeSet<Revision> = elsewhere.map(|said| said.revision).collect();
        let there = self.words.there.iter();
        let gone: BTreeSet<Revision> = there
            .filter(|(revision, reason)| chosen((**revision, **reason)))
            .map(|(revision, _)| *revision)
            // What was split off belongs to another ticket.
            .filter(|revision| !elsewhere.contains(revision))
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

    /// All of it goes because somebody asked for it. Why something was erased stays, or doing it
    /// twice would never end.
    fn forget_on_request(&mut self, now: DateTime<Utc>) -> bool {
        let forgotten = self.forget(|(_, reason)| !reason);
        let erased = self.detach() || forgotten;
        if erased {
            self.words.gone();
            self.words.come(now);
        }
        erased
    }

    /// When what is personal goes by itself: so long after the closing, and after the first of it
    /// that came since all was erased.
    pub(super) fn kept_until(&self, settings: &Settings) -> Option<DateTime<Utc>> {
        let closed = self.category == StatusCategory::Closed && !self.held;
        let since = self.closed_at.filter(|_| closed)?.max(self.words.since()?);
        Some(later(since, settings.draft().retention?))
    }
}

impl ModelTicket {
    /// All of it goes because the time has come for the ticket that it is part of.
    pub(super) fn forget_in_time(&mut self, due: DateTime<Utc>) {
        if self.words.since().is_some() {
            self.forget(|_| true);
            self.words.gone();
            self.updated_at = self.updated_at.max(due);
            self.revision.0 += 1;
        }
    }
}

impl Step<'_> {
    /// Another ticket, as far as the command has brought it.
    pub(super) fn part(&mut self, ticket: &ModelTicket) -> ModelTicket {
        let place = self.also.iter().position(|other| other.id == ticket.id);
        place.map_or_else(|| ticket.clone(), |place| self.also.remove(place))
    }
}

impl Model {
    /// Whether the words of an event are there: for those of a message that was split off that is
    /// for the ticket to say that shows it.
    pub fn has_words(&self, ticket: &ModelTicket, revision: Revision) -> bool {
        let shows = self.shows(ticket, revision);
        let shown = shows.is_none_or(|shows| shows.words.there.contains_key(&Revision(1)));
        ticket.words.there.contains_key(&revision) && shown
    }

    /// The ticket to which a message was split off.
    fn shows(&self, ticket: &ModelTicket, message: Revision) -> Option<&ModelTicket> {
        let said = MessageRef { ticket: ticket.id, revision: message };
        self.tickets.values().find(|other| other.split_from == Some(said))
    }

    /// What was merged into a ticket, and into that: all that its thread shows, but for what is
    /// held itself.
    pub(super) fn conversation(&self, ticket: &ModelTicket) -> Vec<&ModelTicket> {
        let members = ticket.members.iter().filter_map(|member| self.tickets.get(&member.ticket));
        let open = members.filter(|member| !member.held);
        open.flat_map(|member| [member].into_iter().chain(self.conversation(member))).collect()
    }

    /// Whether a hold protects a ticket: its own, or that of one that stands for it.
    fn is_protected(&self, ticket: &ModelTicket) -> bool {
        let above = ticket.merged_into.and_then(|into| self.tickets.get(&into));
        ticket.held || above.is_some_and(|above| self.is_protected(above))
    }

    /// Has tickets written of which something was erased with another.
    pub(super) fn keep_parts(&self, step: &mut Step<'_>, parts: Vec<ModelTicket>) {
        for part in parts {
            if self.tickets.get(&part.id) != Some(&part) {
                self.keep_part(step, part, false);
            }
        }
    }

    pub(super) fn keep_part(&self, step: &mut Step<'_>, mut part: ModelTicket, now: bool) {
        let timers = part.timers;
        if now && !step.is_tick {
            let at = part.updated_at.max(step.claimed);
            self.follow(&mut part, at, true);
        }
        if !step.is_tick {
            part.arm(&self.settings);
        }
        if now || part.timers != timers {
            part.updated_at = part.updated_at.max(step.claimed);
        }
        step.also.push(part);
    }

    /// Where all is due to be erased of the ticket at the end of a redirect, that comes first.
    pub(super) fn settle_survivor(&self, step: &mut Step<'_>, ticket: &ModelTicket) {
        let mut end = self.end(ticket).clone();
        let words = end.words.since().is_some();
        let now = step.claimed.max(end.updated_at);
        let parts = self.settle(&mut end, now);
        if words && end.words.since().is_none() {
            self.keep_parts(step, parts);
            self.keep_part(step, end, false);
        }
    }

    /// What came to a merged ticket is kept as long as the conversation that it is part of.
    pub(super) fn keep_with_survivors(&self, step: &mut Step<'_>, ticket: &ModelTicket) {
        let mut above = ticket.merged_into.filter(|_| !ticket.held);
        above = above.filter(|_| ticket.words.since().is_some());
        while let Some(survivor) = above.and_then(|above| self.tickets.get(&above)) {
            above = survivor.merged_into;
            let mut survivor = step.part(survivor);
            let now = step.claimed.max(survivor.updated_at);
            let comes = survivor.words.since().is_none();
            if comes {
                let parts = self.settle(&mut survivor, now);
                self.keep_parts(step, parts);
                survivor.words.come(now);
            }
            if comes || self.tickets.get(&survivor.id) != Some(&survivor) {
                self.keep_part(step, survivor.clone(), comes);
            }
            // What is held is not erased with what is above it, nor what is beneath.
            above = above.filter(|_| !survivor.held);
        }
    }

    pub(super) fn redact(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, redact: &Redact) {
        step.require(!redact.messages.is_empty(), "empty");
        self.why(step, &redact.reason);
        // What is to go of each ticket: what was split off, of the one that shows it.
        let mut whose: BTreeMap<TicketId, BTreeSet<Revision>> = BTreeMap::new();
        for MessageRef { ticket: place, revision } in &redact.messages {
            let own = *place == ticket.id;
            let source = if own { Some(&*ticket) } else { self.tickets.get(place) };
            let shows = source.and_then(|source| self.shows(source, *revision));
            let together = |it: &ModelTicket| own || self.end(it).id == self.end(ticket).id;
            let ours = source.is_some_and(|it| together(it) || shows.is_some_and(together));
            step.require(ours, "not_a_message");
            let (id, said) = shows.map_or((*place, *revision), |it| (it.id, Revision(1)));
            whose.entry(id).or_default().insert(said);
        }
        for (id, said) in whose {
            let all_of =
                |part: &ModelTicket| said.iter().all(|it| (1..=part.revision.0).contains(&it.0));
            if id == ticket.id {
                step.require(all_of(ticket), "no_such_event");
                step.require(!self.is_protected(ticket), "on_legal_hold");
                if ticket.forget(|(revision, _)| said.contains(&revision)) {
                    ticket.words.come(step.now);
                }
                continue;
            }
            let Some(part) = self.tickets.get(&id) else { continue };
            step.require(!self.is_protected(part), "on_legal_hold");
            if part.merged_into.is_some() && self.end(part).id != self.end(ticket).id {
                self.settle_survivor(step, part);
            }
            let mut part = step.part(part);
            let now = step.claimed.max(part.updated_at);
            let parts = self.settle(&mut part, now);
            self.keep_parts(step, parts);
            step.require(all_of(&part), "no_such_event");
            let forgotten = part.forget(|(revision, _)| said.contains(&revision));
            if forgotten {
                part.words.come(now);
            }
            if forgotten || self.tickets.get(&part.id) != Some(&part) {
                self.keep_part(step, part, forgotten);
            }
        }
    }

    pub(super) fn erase_ticket(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        erase: &EraseTicket,
    ) {
        step.require(!self.is_protected(ticket), "on_legal_hold");
        self.why(step, &erase.reason);
        ticket.forget_on_request(step.now);
        for member in self.conversation(ticket) {
            let mut member = step.part(member);
            let now = step.claimed.max(member.updated_at);
            self.settle_alone(&mut member, now);
            let forgotten = member.forget_on_request(now);
            if forgotten || self.tickets.get(&member.id) != Some(&member) {
                self.keep_part(step, member, forgotten);
            }
        }
    }

    pub(super) fn hold(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, hold: &Hold) {
        self.why(step, &hold.reason);
        if ticket.held != hold.hold {
            ticket.held = hold.hold;
            ticket.words.come(step.now);
        }
        let mut above = ticket.merged_into.filter(|_| hold.hold);
        while let Some(survivor) = above.and_then(|above| self.tickets.get(&above)) {
            above = survivor.merged_into;
            if survivor.held {
                continue;
            }
            let mut survivor = step.part(survivor);
            let now = step.claimed.max(survivor.updated_at);
            let parts = self.settle(&mut survivor, now);
            self.keep_parts(step, parts);
            survivor.held = true;
            self.keep_part(step, survivor, true);
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
