//! Whether a ticket is resolved on its customer's word.

use serde::{Deserialize, Serialize};

/// Whether solutions are proposed to customers, who confirm or reject them: see
/// [`ProposeSolution`](crate::command::ProposeSolution).
///
/// Where it is not [`Off`](Self::Off), the workflow says where a proposal waits
/// ([`Landmarks::proposed`](crate::Landmarks::proposed)).
///
/// No timer ends a proposal that nobody answers: the desk never closes unresolved work by itself.
/// An agent [closes](crate::command::Close) it, or a host's own rule does, by what conditions
/// know of it ([`Fact::ProposedAt`](crate::Fact::ProposedAt)).
///
/// ```
#[doc = include_str!("../example.txt")]
/// let mut draft = SettingsDraft::default();
/// draft.confirm_resolution = Confirmation::Required;
/// draft.workflow.landmarks.proposed =
///     Some(Proposed { status: "pending".into(), reason: Some("confirmation".into()) });
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
///
/// let refused = desk.resolve(agent.at(now), Resolve::new(id, "solved")).unwrap_err();
/// assert_eq!(refused.refusal(), Some(&Refusal::ConfirmationRequired));
///
/// let propose = ProposeSolution::new(id, "Unplug it.", "solved");
/// desk.propose_solution(agent.at(now), propose)?;
/// let confirmed = desk.confirm_solution(customer.at(now), ConfirmSolution { ticket: id })?;
/// assert_eq!(confirmed.ticket().unwrap().status().name, "resolved");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Confirmation {
    /// They are not. A proposal that was made before may still be answered.
    #[default]
    Off,
    /// Agents may propose a solution, or resolve a ticket themselves.
    Offered,
    /// Plain and restricted agents propose: they do not resolve a customer's unfinished ticket
    /// themselves. Owners, admins and the host may, and bots and customers where the workflow
    /// lets them. Closing, which says how it ended without the customer's word, is everybody's
    /// whom the workflow lets; and so is resolving an internal ticket.
    Required,
}

impl Confirmation {
    /// Whether it is off, which settings do not say.
    pub(super) fn is_off(&self) -> bool {
        *self == Self::Off
    }
}
