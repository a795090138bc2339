//! What becomes of late words in the model, and of tickets that are followed up: L5 of the
//! requirements.

use chrono::{DateTime, Utc};

use super::conversation::first_line;
use super::ticket::later;
use super::{Model, ModelTicket, Step, Voice};
use crate::command::FollowUp;
use crate::{Actor, Channel, Follower, Party, Reopening, Requester, StatusCategory, TicketId};

impl Model {
    /// Whether the ticket has been closed for too long to reopen on what the requester says.
    pub(super) fn is_gone(&self, ticket: &ModelTicket, said: DateTime<Utc>) -> bool {
        match (self.settings.reopening(), ticket.closed_at) {
            (Reopening::Within(span), Some(closed)) => said > later(closed, span),
            _ => false,
        }
    }

    /// What the requester says to a ticket that is gone goes to its latest follow-up, as if it
    /// had been sent there; where there is none, or that is gone as well, to a new one.
    pub(super) fn late(
        &self,
        step: &mut Step<'_>,
        ticket: &ModelTicket,
        occurred_at: Option<DateTime<Utc>>,
        channel: Option<Channel>,
    ) {
        // Only where whoever carries the words may know of it, or for whom a guest speaks. Who
        // does not see the old one is led on as they were led there.
        let speaks_for = match (step.actor, step.contact) {
            (Actor::Guest(_), Some(contact)) => Some(Actor::Customer(contact)),
            _ => None,
        };
        let (actor, party, claimed) = (step.actor, step.party, step.claimed);
        let sees = |it: &ModelTicket| {
            let other = speaks_for.as_ref();
            self.sees(actor, party, claimed, it)
                || other.is_some_and(|other| self.sees(other, Party::Customer, claimed, it))
        };
        let follow_ups: Vec<&ModelTicket> =
            ticket.followed_up_by.iter().rev().filter_map(|id| self.tickets.get(id)).collect();
        // It may have been merged since; where that leads back, or elsewhere, it is none. Nor does
        // anybody read what is said on spam.
        let takes = |latest: &ModelTicket| {
            let end = self.end(latest);
            let none = end.id == ticket.id || end.is_internal() != ticket.is_internal();
            (!none && !end.spam).then(|| end.clone())
        };
        let latest = follow_ups.iter().find(|it| sees(it) || !sees(ticket));
        if let Some(mut latest) = latest.and_then(|latest| takes(latest)) {
            let now = step.claimed.max(latest.updated_at);
            let _parts = self.settle(&mut latest, now);
            let said = occurred_at.unwrap_or(now);
            if !(latest.is_news(said) && self.is_gone(&latest, said)) {
                return self.join(step, latest.id, occurred_at, channel);
            }
        }
        // Where there are as many as there may be, one of them takes it.
        if ticket.followed_up_by.len() >= self.settings.limits().follow_ups as usize {
            let (theirs, others): (Vec<_>, Vec<_>) =
                follow_ups.into_iter().partition(|it| sees(it));
            if let Some(last) = theirs.into_iter().chain(others).find_map(takes) {
                return self.join(step, last.id, occurred_at, channel);
            }
        }
        // Who is blocked asks for nothing new, whoever writes it down.
        step.contact.into_iter().for_each(|contact| self.hears(step, contact));
        let channel = channel.unwrap_or_else(|| ticket.channel.clone());
        self.spin_off(step, ticket, occurred_at.unwrap_or(step.now), channel);
    }

    /// The requester's words are said on another ticket, as if they had been sent there in time.
    fn join(
        &self,
        step: &mut Step<'_>,
        to: TicketId,
        occurred_at: Option<DateTime<Utc>>,
        channel: Option<Channel>,
    ) {
        let Some(mut other) = self.tickets.get(&to).cloned() else { return };
        let now = step.now;
        step.now = step.claimed.max(other.updated_at);
        let parts = self.settle(&mut other, step.now);
        let said = occurred_at.unwrap_or(step.now);
        self.receive(step, &mut other, Voice::Asks, said, channel);
        other.updated_at = step.now;
        self.follow(&mut other, step.now, true);
        other.arm(&self.settings);
        step.now = now;
        self.keep_parts(step, parts);
        step.also.push(other);
    }

    pub(super) fn follow_up(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        follow_up: &FollowUp,
    ) {
        // A customer speaks for themselves; anybody else, for the one who asked.
        match (step.actor, ticket.requester) {
            (Actor::Customer(_), _) | (_, Requester::Agent(_)) => {}
            (_, Requester::Contact(contact)) => self.hears(step, contact),
        }
        self.words(step, &follow_up.text, &[]);
        self.on_channel(step, Some(&follow_up.channel));
        step.require(ticket.category == StatusCategory::Closed, "not_closed");
        Self::not_spam(step, ticket);
        step.require(!self.tickets.contains_key(&follow_up.id), "id_taken");
        self.spin_off(step, ticket, step.now, follow_up.channel.clone());
        step.unnamed = false;
        ticket.followed_up_by.push(follow_up.id);
        if let Some(opened) = &mut step.opens {
            opened.id = follow_up.id;
        }
    }

    /// Opens a ticket that follows up this one. The first words are the requester's.
    fn spin_off(
        &self,
        step: &mut Step<'_>,
        ticket: &ModelTicket,
        said: DateTime<Utc>,
        channel: Channel,
    ) {
        let limit = self.settings.limits().follow_ups;
        self.at_most(step, ticket.followed_up_by.len() + 1, limit);
        let mut subject = ticket.subject.clone();
        if subject.is_empty() {
            // It was erased; the new words have a first line of their own.
            subject = first_line(&step.text, self.settings.limits().subject_bytes);
        }
        let mut child =
            self.blank(ticket.id, ticket.requester, step.now, &ticket.priority, subject);
        child.follows = Some(ticket.id);
        child.organisation = ticket.organisation;
        child.channel = channel;
        child.department = ticket.department.clone();
        child.about = ticket.about.clone();
        child.impact = ticket.impact.clone();
        child.urgency = ticket.urgency.clone();
        child.subjects = ticket.subjects.clone();
        child.say(said, Voice::Asks, true, &step.text);
        // Who had a copy has one of what they wrote, too; a guest, the link; where there is room.
        let limits = self.settings.limits();
        if let (Some(contact), Requester::Contact(asker)) = (step.contact, ticket.requester) {
            let they = self.same_person(contact);
            let ids = they.iter().map(|id| Follower::Contact(*id));
            let copied = ids.filter(|id| ticket.followers.contains(id) && !they.contains(&asker));
            for copied in copied.take(limits.followers as usize) {
                child.followers.insert(copied);
                // By a merge only, if they have that copy by merges only.
                child.lent.extend(ticket.brought_by(copied).into_iter().map(|by| (by, copied)));
            }
        }
        if let Actor::Guest(guest) = step.actor
            && let Some(admission) = ticket.admission(*guest, step.claimed)
            && limits.guests >= 1
        {
            child.guests.insert(*guest, admission.clone());
        }
        child.continued = self.continued(ticket);
        child.begun_anew = child.continued.values().map(|(since, ..)| *since).min();
        self.begin_service(&mut child);
        child.arm(&self.settings);
        step.opens = Some(child);
        step.unnamed = true;
    }
}
