//! Moves by hand in the model: status, postponing, resolving, closing, reopening.

use chrono::{DateTime, Utc};

use super::ticket::status;
use super::{Model, ModelTicket, Step};
use crate::command::{Close, Postpone, Reopen, Resolve, Resolving, SetStatus};
use crate::{Party, ReasonName, StatusCategory, StatusName};

impl Model {
    /// Moves a ticket; where that reopens it, the owner keeps it or loses it.
    pub(super) fn go(&self, ticket: &mut ModelTicket, to: &StatusName, at: DateTime<Utc>) {
        let was_done = ticket.is_done();
        ticket.enter(&self.settings, to, at);
        if was_done && !ticket.is_done() {
            self.keep_or_lose(ticket);
        }
    }

    /// On a ticket that is work again, the owner keeps it or loses it.
    pub(super) fn keep_or_lose(&self, ticket: &mut ModelTicket) {
        ticket.owner = ticket.owner.filter(|owner| {
            // The model still counts this ticket as finished, so it takes no room yet.
            self.is_worker(*owner)
                && self.works_in(*owner, ticket.department.as_ref())
                && self.has_room(*owner)
        });
    }

    /// Whether the workflow lets this party move the ticket there, with what is filled in.
    pub(super) fn way(&self, step: &mut Step<'_>, ticket: &ModelTicket, to: &StatusName) {
        let rules = ticket.rules(&self.settings);
        let transition = rules
            .and_then(|rules| rules.transitions.iter().find(|transition| transition.to == *to));
        match transition {
            None => step.require(false, "no_transition"),
            Some(way) => {
                // Who asked may do here what a customer may on theirs.
                let asks = self.asked(step.actor, ticket) && way.by.contains(&Party::Customer);
                step.require(asks || way.by.contains(&step.party), "transition_forbidden");
            }
        }
        let required = status(&self.settings, to).map(|status| &status.required_fields);
        for field in required.into_iter().flatten() {
            step.require(ticket.fields.contains_key(field), "field_required");
        }
    }

    fn takes_reason(&self, step: &mut Step<'_>, to: &StatusName, reason: Option<&ReasonName>) {
        let Some(status) = status(&self.settings, to) else { return };
        match reason {
            None => step.require(!status.reason_required, "reason_required"),
            Some(reason) => {
                let known = &self.settings.draft().workflow.reasons;
                let known = known.iter().any(|known| known.name == *reason);
                step.require(known, "unknown_name");
                step.require(status.reasons.contains(reason), "reason_not_taken");
            }
        }
    }

    pub(super) fn set_status(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        set: &SetStatus,
    ) {
        step.require(ticket.category != StatusCategory::Closed, "closed");
        let Some(to) = status(&self.settings, &set.status) else {
            step.require(false, "unknown_name");
            return;
        };
        let by_name = !matches!(to.category, StatusCategory::Resolved | StatusCategory::Closed)
            && to.name != self.settings.draft().workflow.landmarks.postponed;
        step.require(by_name, "needs_command");
        if ticket.status == set.status {
            // Already there: all it may bring is another reason, which is an edit.
            if set.reason.is_some() && set.reason != ticket.reason {
                step.require(step.edits(), "forbidden");
                self.takes_reason(step, &set.status, set.reason.as_ref());
                ticket.reason = set.reason.clone();
                // It waits for something else now.
                ticket.offer = None;
            }
            return;
        }
        if by_name {
            self.way(step, ticket, &set.status);
            self.takes_reason(step, &set.status, set.reason.as_ref());
        }
        self.go(ticket, &set.status, step.now);
        ticket.reason = set.reason.clone();
    }

    pub(super) fn postpone(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        postpone: &Postpone,
    ) {
        let to = &self.settings.draft().workflow.landmarks.postponed;
        let until = DateTime::from_timestamp_micros(postpone.until.timestamp_micros())
            .unwrap_or(postpone.until);
        step.require(ticket.category != StatusCategory::Closed, "closed");
        step.require(until > step.now, "not_later");
        self.takes_reason(step, to, postpone.reason.as_ref());
        if ticket.status == *to {
            step.require(step.edits(), "forbidden");
        } else {
            self.way(step, ticket, to);
            let from_new = ticket.category == StatusCategory::New;
            self.go(ticket, to, step.now);
            ticket.postponed_from_new = from_new;
        }
        ticket.postponed_until = Some(until);
        ticket.reason = postpone.reason.clone();
    }

    pub(super) fn resolve(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, resolve: &Resolve) {
        step.require(ticket.category != StatusCategory::Closed, "closed");
        if ticket.category == StatusCategory::Resolved {
            // Saying more of finished work is an edit.
            step.require(step.edits(), "forbidden");
            // Where its closing was cancelled, it is resolved anew, if only to close.
            if ticket.auto_close_cancelled || !ticket.ended(&resolve.resolution) {
                self.waits(step, ticket);
            }
            if ticket.auto_close_cancelled {
                ticket.resolution = None;
            }
        } else {
            let to = &self.settings.draft().workflow.landmarks.resolved;
            if ticket.category != StatusCategory::Closed {
                self.unasked(step, ticket);
                self.way(step, ticket, to);
                self.waits(step, ticket);
            }
            self.go(ticket, to, step.now);
            ticket.resolution = None;
        }
        self.record(step, ticket, &resolve.resolution);
    }

    pub(super) fn close(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, close: &Close) {
        if ticket.category == StatusCategory::Closed {
            // How it ended is not rewritten.
            if let Some(resolution) = &close.resolution {
                let draft = self.settings.draft();
                let known = draft.resolution_codes.contains(&resolution.code);
                step.require(known, "unknown_name");
                self.at_most(step, resolution.text.len(), draft.limits.resolution_bytes);
                step.require(ticket.ended(resolution), "closed");
            }
            return;
        }
        let to = &self.settings.draft().workflow.landmarks.closed;
        self.way(step, ticket, to);
        self.waits(step, ticket);
        if !ticket.is_done() {
            step.require(close.resolution.is_some(), "resolution_required");
            ticket.resolution = None;
        }
        self.go(ticket, to, step.now);
        if let Some(resolution) = &close.resolution {
            self.record(step, ticket, resolution);
        }
    }

    /// Records how it ended, unless that is on record already. With another resolution it is
    /// resolved anew: the time to its closing starts again.
    fn record(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, resolving: &Resolving) {
        self.codes(step, resolving);
        if !ticket.ended(resolving) {
            ticket.confirmed_by = None;
            ticket.resolved_at = Some(step.now);
            ticket.auto_close_cancelled = false;
            ticket.words.resolution_erased = false;
            ticket.words.come(step.now);
            ticket.resolution = Some((
                resolving.code.clone(),
                resolving.text.clone(),
                step.actor.clone(),
                step.now,
            ));
        }
    }

    /// Checks how it ends.
    pub(super) fn codes(&self, step: &mut Step<'_>, resolving: &Resolving) {
        let draft = self.settings.draft();
        step.require(draft.resolution_codes.contains(&resolving.code), "unknown_name");
        self.at_most(step, resolving.text.len(), draft.limits.resolution_bytes);
    }

    pub(super) fn reopen(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, reopen: &Reopen) {
        self.why(step, &reopen.reason);
        step.require(ticket.is_done(), "not_finished");
        Self::not_spam(step, ticket);
        ticket.words.come(step.now);
        let to = &self.settings.draft().workflow.landmarks.reopened;
        self.go(ticket, to, step.now);
    }

    /// Checks a reason in words.
    pub(super) fn why(&self, step: &mut Step<'_>, reason: &str) {
        step.require(!reason.trim().is_empty(), "empty");
        self.at_most(step, reason.len(), self.settings.limits().text_bytes);
    }
}

impl ModelTicket {
    /// Whether this is how it ended, as far as is on record.
    fn ended(&self, resolving: &Resolving) -> bool {
        let recorded = self.resolution.as_ref();
        !self.words.resolution_erased
            && recorded.is_some_and(|(code, text, _, _)| {
                *code == resolving.code && *text == resolving.text
            })
    }
}

impl Step<'_> {
    /// Whether this party may say more of a ticket without moving it.
    pub(super) fn edits(&self) -> bool {
        Party::STAFF.contains(&self.party) || self.party == Party::Bot
    }
}
