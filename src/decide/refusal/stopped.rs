//! What is said of a macro that was stopped.

use super::Refusal;
use crate::ids::RuleName;

/// An action of a macro was refused, and nothing of the macro was done.
///
/// ```
#[doc = include_str!("../../example.txt")]
/// use helpdesk::rules::{Action, Assignment, Macro};
///
/// let mut draft = SettingsDraft::default();
/// draft.rules.macros.push(
///     Macro::new("to nobody")
///         .then(Action::AddTag("lost".into()))
///         .then(Action::Assign(Assignment::agent(AgentId::from_u128(404)))),
/// );
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
///
/// let error = desk.apply_macro(agent.at(now), ApplyMacro::new(id, "to nobody")).unwrap_err();
/// let Some(Refusal::MacroStopped(stopped)) = error.refusal() else { panic!("it is one") };
/// assert_eq!((stopped.action, stopped.because.code()), (1, "cannot_own"));
/// assert!(desk.ticket(id)?.unwrap().tags().is_empty());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the macro `{name}` cannot do `then[{action}]`: {because}")]
pub struct MacroStopped {
    /// The macro.
    pub name: RuleName,
    /// The action's place in the macro, from 0.
    pub action: u16,
    /// Why.
    pub because: Refusal,
}
