//! A proposed solution, as long as it waits for the customer's word.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::apply::Stamp;
use super::{Resolution, Ticket, TicketChange};
use crate::ids::{ResolutionCode, Revision};
use crate::people::Actor;
use crate::personal::Erasable;
use crate::time;

/// A solution that was proposed and waits for its customer's word:
/// [`ProposeSolution`](crate::command::ProposeSolution). It stands until the ticket's status
/// changes, for whatever reason; ended by a merge, it stands again once that is undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    revision: Revision,
    message: Revision,
    code: ResolutionCode,
    text: Erasable<Arc<str>>,
    by: Actor,
    #[serde(deserialize_with = "time::truncated")]
    at: DateTime<Utc>,
}

impl Proposal {
    /// Its event's place in the ticket's history.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// The place of the message in which it was put to the customer.
    pub fn message(&self) -> Revision {
        self.message
    }

    /// How the ticket ends if it is confirmed: a code from the settings' list of that time.
    pub fn code(&self) -> &ResolutionCode {
        &self.code
    }

    /// The same in words, which the customer does not see; empty where none were given.
    pub fn text(&self) -> &Erasable<Arc<str>> {
        &self.text
    }

    /// Who proposed it.
    pub fn by(&self) -> &Actor {
        &self.by
    }

    /// When.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }
}

impl Ticket {
    /// The solution that waits for the customer's word; `None`: none does.
    pub fn proposal(&self) -> Option<&Proposal> {
        self.details.proposal.as_deref()
    }

    /// A proposal is made, or answered.
    pub(super) fn confirming(&mut self, stamp: Stamp<'_>, change: &TicketChange) {
        match change {
            TicketChange::SolutionProposed { code, bytes: _, message } => {
                let text = stamp.personal.and_then(|personal| personal.text.clone());
                self.edit().proposal = Some(Box::new(Proposal {
                    revision: stamp.revision,
                    message: *message,
                    code: code.clone(),
                    text: text.into(),
                    by: stamp.cause.actor.clone(),
                    at: stamp.at,
                }));
            }
            TicketChange::SolutionConfirmed { code, proposed_by, .. } => {
                // Its words are the proposal's: erased there, they are erased here.
                let text = self.edit().proposal.take().map_or(Erasable::Erased, |it| it.text);
                self.edit().resolution = Some(Box::new(Resolution {
                    code: code.clone(),
                    text,
                    by: proposed_by.clone(),
                    at: stamp.at,
                    confirmed_by: Some(stamp.cause.actor.clone()),
                }));
            }
            TicketChange::SolutionRejected { heard } => {
                self.edit().proposal = None;
                self.wait(heard);
                self.last_asked_at = self.last_asked_at.max(Some(stamp.at));
            }
            _ => {}
        }
    }
}
