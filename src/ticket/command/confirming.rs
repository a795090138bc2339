//! Solutions that are proposed to the customer, who confirms or rejects them.

use serde::{Deserialize, Serialize};

use super::Resolving;
use crate::ids::{ResolutionCode, TicketId};
use crate::ticket::{Attachment, Channel};

/// Proposes a solution to the customer: a public message, which answers as any other does, and
/// moves the ticket to where it [waits for their word](crate::Landmarks::proposed).
///
/// They [confirm](ConfirmSolution) it, and the ticket is resolved so; or
/// [reject](RejectSolution) it, and the ticket is open again. A proposal stands as long as the
/// ticket's status does not change. So it lapses by what else the customer says, where their
/// reply moves the ticket (an auto-reply never does); and an agent withdraws it by moving the
/// ticket elsewhere, by a reply that moves it, or by another proposal. On an internal ticket, the
/// asking agent plays the customer's part.
///
/// Where the policy is [`Required`](crate::Confirmation::Required), this is how an agent resolves
/// a customer's ticket. If nobody answers, it waits: somebody closes it by hand, or a host's own
/// rule does ([`Fact::ProposedAt`](crate::Fact::ProposedAt)); no timer of the desk's.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`ConfirmationOff`](crate::Refusal::ConfirmationOff): by the settings, nothing is proposed.
/// - [`Closed`](crate::Refusal::Closed), [`Finished`](crate::Refusal::Finished): on finished work.
/// - [`Forbidden`](crate::Refusal::Forbidden): by customers, guests, auto-responders and light
///   agents, and by who asked.
/// - [`NoTransition`](crate::Refusal::NoTransition),
///   [`TransitionForbidden`](crate::Refusal::TransitionForbidden): as [`SetStatus`](super::SetStatus),
///   to the status where proposals wait.
/// - [`FieldRequired`](crate::Refusal::FieldRequired): a field without a value that this status
///   requires, or the resolved one: the customer cannot fill it in.
/// - [`OpenChildren`](crate::Refusal::OpenChildren), [`OpenTodos`](crate::Refusal::OpenTodos),
///   [`StillWorkedOn`](crate::Refusal::StillWorkedOn): as [`Resolve`](super::Resolve).
/// - [`Empty`](crate::Refusal::Empty): no text and no attachment.
/// - [`Unknown`](crate::Refusal::Unknown): a resolution code that the settings do not know.
/// - [`BadName`](crate::Refusal::BadName): a channel of the host's own, under no proper name.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let mut draft = SettingsDraft::default();
/// draft.confirm_resolution = Confirmation::Offered;
/// draft.workflow.landmarks.proposed =
///     Some(Proposed { status: "pending".into(), reason: Some("confirmation".into()) });
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
///
/// let propose = ProposeSolution::new(id, "Print from the web page.", "workaround");
/// let proposed = desk.propose_solution(agent.at(now), propose)?;
/// let ticket = proposed.ticket().unwrap();
/// assert_eq!(ticket.status().name, "pending");
/// assert_eq!(ticket.proposal().unwrap().code().as_str(), "workaround");
/// assert_eq!(ticket.first_answered_at(), Some(now), "it is an answer");
///
/// // She is told what to try, and that her word is waited for.
/// let Shown::Public(hers) = desk.show(&customer, now, id)?.shown else { panic!("her ticket") };
/// assert_eq!(hers.proposed_at, Some(now));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProposeSolution {
    /// Which ticket.
    pub ticket: TicketId,
    /// How the message travels; `None`: as the last public message did.
    pub channel: Option<Channel>,
    /// What is said to the customer; empty only beside an attachment.
    pub text: String,
    /// The files that come with it; what they hold stays with the host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// How the ticket ends if the customer confirms; its words are for the colleagues.
    pub resolution: Resolving,
}

impl ProposeSolution {
    /// In these words to the customer, over the channel that the conversation is on; the ticket
    /// ends with this code.
    pub fn new(ticket: TicketId, text: impl Into<String>, code: impl Into<ResolutionCode>) -> Self {
        let resolution = Resolving::new(code);
        Self { ticket, channel: None, text: text.into(), attachments: Vec::new(), resolution }
    }
}

/// Confirms the solution that was proposed: the ticket is resolved, as it was proposed. The
/// [resolution](crate::Ticket::resolution) names who proposed it and who confirmed it.
///
/// Only who asked confirms: no contact with a copy, no guest, nobody in their name. To confirm
/// the very proposal that they looked at, say which view that was
/// ([`Context::having_seen`](crate::Context::having_seen)).
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but who asked.
/// - [`NoProposal`](crate::Refusal::NoProposal): no solution waits for their word: none was
///   proposed, or the ticket moved on since.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let mut draft = SettingsDraft::default();
/// draft.confirm_resolution = Confirmation::Offered;
/// draft.workflow.landmarks.proposed =
///     Some(Proposed { status: "pending".into(), reason: Some("confirmation".into()) });
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
///
/// let confirm = ConfirmSolution { ticket: id };
/// let refused = desk.confirm_solution(customer.at(now), confirm.clone()).unwrap_err();
/// assert_eq!(refused.to_string(), "no solution waits for confirmation: the ticket is `new`");
///
/// let propose = ProposeSolution::new(id, "Unplug it.", "solved");
/// desk.propose_solution(agent.at(now), propose)?;
/// let confirmed = desk.confirm_solution(customer.at(now), confirm)?;
/// let resolution = confirmed.ticket().unwrap().resolution().unwrap();
/// assert_eq!((resolution.by(), resolution.confirmed_by()), (&agent, Some(&customer)));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConfirmSolution {
    /// Which ticket.
    pub ticket: TicketId,
}

/// Rejects the solution that was proposed: the ticket goes where
/// [reopening leads](crate::Landmarks::reopened), and somebody waits for another answer.
///
/// Words beside it are a public message of the customer's. Without any, they are waiting all the
/// same. Only who asked rejects, as only they [confirm](ConfirmSolution).
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but who asked.
/// - [`NoProposal`](crate::Refusal::NoProposal): no solution waits for their word.
/// - [`Empty`](crate::Refusal::Empty): words with nothing in them; leave them out.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let mut draft = SettingsDraft::default();
/// draft.confirm_resolution = Confirmation::Offered;
/// draft.workflow.landmarks.proposed =
///     Some(Proposed { status: "pending".into(), reason: Some("confirmation".into()) });
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
///
/// let propose = ProposeSolution::new(id, "Unplug it.", "solved");
/// desk.propose_solution(agent.at(now), propose)?;
/// let reject = RejectSolution::new(id).because("It has no plug.");
/// let rejected = desk.reject_solution(customer.at(now), reject)?;
///
/// let ticket = rejected.ticket().unwrap();
/// assert_eq!(ticket.status().name, "open");
/// assert_eq!(ticket.waiting_since(), Some(now));
/// assert!(ticket.proposal().is_none());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RejectSolution {
    /// Which ticket.
    pub ticket: TicketId,
    /// Why, in the customer's words; `None`: they said nothing.
    pub text: Option<String>,
}

impl RejectSolution {
    /// Without words.
    pub fn new(ticket: TicketId) -> Self {
        Self { ticket, text: None }
    }

    /// The same, in these words.
    #[must_use]
    pub fn because(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }
}
