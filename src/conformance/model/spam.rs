//! Spam in the model: C10 of the requirements.

use super::{Model, ModelTicket, Step};
use crate::{Party, Requester, StatusCategory};

impl Model {
    pub(super) fn mark_spam(&self, step: &mut Step<'_>, ticket: &mut ModelTicket) {
        step.require(matches!(ticket.requester, Requester::Contact(_)), "internal");
        if !ticket.spam {
            ticket.spam = true;
            if ticket.category != StatusCategory::Closed {
                self.go(ticket, &self.settings.draft().workflow.landmarks.closed, step.now);
            }
        }
    }

    pub(super) fn unmark_spam(&self, step: &Step<'_>, ticket: &mut ModelTicket) {
        if ticket.spam {
            ticket.spam = false;
            let (reopened, anew) = (ticket.reopened, ticket.begun_anew);
            self.go(ticket, &self.settings.draft().workflow.landmarks.reopened, step.now);
            // It was a mistake, not a reopening.
            (ticket.reopened, ticket.begun_anew) = (reopened, anew);
        }
    }

    /// Nothing goes on with spam; its sender does not learn why.
    pub(super) fn not_spam(step: &mut Step<'_>, ticket: &ModelTicket) {
        let code = if step.party == Party::Customer { "forbidden" } else { "spam" };
        step.require(!ticket.spam, code);
    }
}
