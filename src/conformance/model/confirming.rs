//! Confirmed resolution in the model: L9 of the requirements. An agent proposes a solution, the
//! customer confirms (resolved) or rejects (open).

use chrono::{DateTime, Utc};

use super::ticket::status;
use super::{Model, ModelTicket, Step, Voice};
use crate::command::{ProposeSolution, RejectSolution};
use crate::{
    Actor, Confirmation, Event, Party, Requester, ResolutionCode, Revision, StatusCategory,
    TicketChange,
};

/// A solution that waits for the customer's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// How the ticket ends if it is one.
    pub code: ResolutionCode,
    /// The same in words.
    pub text: String,
    /// Who proposed it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// The event that has the words; only the desk knows it.
    pub(super) said: Revision,
    /// Whether the words were erased.
    pub(super) erased: bool,
}

impl Model {
    pub(super) fn propose(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        propose: &ProposeSolution,
    ) {
        let draft = self.settings.draft();
        // Nobody proposes to themselves.
        step.require(!self.asked(step.actor, ticket), "forbidden");
        self.words(step, &propose.text, &propose.attachments);
        self.on_channel(step, propose.channel.as_ref());
        self.codes(step, &propose.resolution);
        let landmark = draft.workflow.landmarks.proposed.as_ref();
        let landmark = landmark.filter(|_| draft.confirm_resolution != Confirmation::Off);
        let Some(proposed) = landmark else {
            step.require(false, "confirmation_off");
            return;
        };
        step.require(ticket.category != StatusCategory::Closed, "closed");
        step.require(ticket.category != StatusCategory::Resolved, "finished");
        if ticket.is_done() {
            return;
        }
        // What the customer's yes must not wait for.
        self.waits(step, ticket);
        let resolved = status(&self.settings, &draft.workflow.landmarks.resolved);
        for field in resolved.map(|resolved| &resolved.required_fields).into_iter().flatten() {
            step.require(ticket.fields.contains_key(field), "field_required");
        }
        ticket.channel = propose.channel.clone().unwrap_or_else(|| ticket.channel.clone());
        ticket.say(step.now, ticket.voice(step.actor), true, &step.text);
        ticket.words.come(step.now);
        if ticket.status != proposed.status {
            self.way(step, ticket, &proposed.status);
            self.go(ticket, &proposed.status, step.now);
        } else {
            step.require(step.edits(), "forbidden");
        }
        ticket.reason = proposed.reason.clone();
        ticket.offer = Some(Offer {
            code: propose.resolution.code.clone(),
            text: propose.resolution.text.clone(),
            by: step.actor.clone(),
            at: step.now,
            said: Revision::ZERO,
            erased: false,
        });
    }

    pub(super) fn confirm(&self, step: &mut Step<'_>, ticket: &mut ModelTicket) {
        let Some(offer) = ticket.offer.take() else {
            step.require(false, "no_proposal");
            return;
        };
        self.go(ticket, &self.settings.draft().workflow.landmarks.resolved, step.now);
        ticket.words.resolution = offer.said;
        ticket.words.resolution_erased = offer.erased;
        ticket.resolution = Some((offer.code, offer.text, offer.by, step.now));
        ticket.confirmed_by = Some(step.actor.clone());
    }

    pub(super) fn reject(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        reject: &RejectSolution,
    ) {
        step.require(ticket.offer.is_some(), "no_proposal");
        if let Some(text) = &reject.text {
            self.words(step, text, &[]);
            ticket.say(step.now, Voice::Asks, true, &step.text);
            ticket.words.come(step.now);
        }
        // With words or without, they wait for an answer.
        ticket.shake_head(step.now);
        self.go(ticket, &self.settings.draft().workflow.landmarks.reopened, step.now);
    }

    /// Whether an agent may say by themselves that it is solved.
    pub(super) fn unasked(&self, step: &mut Step<'_>, ticket: &ModelTicket) {
        let customers = matches!(ticket.requester, Requester::Contact(_));
        let asks = self.settings.confirm_resolution() == Confirmation::Required && customers;
        let plain = [Party::Agent, Party::RestrictedAgent].contains(&step.party);
        step.require(!(asks && plain), "confirmation_required");
    }
}

impl ModelTicket {
    /// Learns which event has the words of the proposal.
    pub(super) fn learn_offer(&mut self, event: &Event) {
        if let Some(TicketChange::SolutionProposed { .. }) = event.ticket_change()
            && let Some(offer) = &mut self.offer
        {
            offer.said = event.revision;
        }
    }
}
