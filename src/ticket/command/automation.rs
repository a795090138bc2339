//! What an agent does in one go, by a macro of the desk's rulebook.

use serde::{Deserialize, Serialize};

use crate::ids::{RuleName, TicketId};

/// Applies a [macro](crate::rules::Macro) to a ticket: all of its actions, in order, or none.
///
/// It is done as whoever applies it would do it by hand: with their permissions, and in their words,
/// so that a macro's reply answers and moves the status as theirs does. What is so already is not
/// done again. Every event names the macro ([`Cause::rule`](crate::Cause::rule)). Triggers see all
/// of it as one change.
///
/// All who work on tickets apply macros, but light agents.
///
/// # Refused
///
/// Beside what is [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Unknown`](crate::Refusal::Unknown): the settings in force have no such macro.
/// - [`MacroNotForThis`](crate::Refusal::MacroNotForThis): its condition does not hold of the ticket.
/// - [`MacroStopped`](crate::Refusal::MacroStopped): one of its actions is refused. It says which,
///   and why, as the command of that kind would be refused; and
///   [`NothingKnown`](crate::Refusal::NothingKnown) where a text asks for something that there is
///   none of.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// use helpdesk::rules::{Action, Macro, ToStatus};
///
/// let mut draft = SettingsDraft::default();
/// draft.rules.macros.push(
///     Macro::new("ask for the order")
///         .then(Action::Reply("Which order is {reference} about?".into()))
///         .then(Action::SetStatus(ToStatus::new("pending").reason("information")))
///         .then(Action::AddTag("orders".into())),
/// );
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
///
/// let asked = desk.apply_macro(agent.at(now), ApplyMacro::new(id, "ask for the order"))?;
/// let ticket = asked.ticket().unwrap();
/// assert_eq!(ticket.status().name, "pending");
/// assert_eq!(ticket.first_answered_at(), Some(now), "they are Anna's own words");
/// assert_eq!(ticket.tags(), ["orders"]);
///
/// let (_, event) = asked.all_events().next().unwrap();
/// assert_eq!(event.cause.rule, Some(Rule::Macro("ask for the order".into())));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplyMacro {
    /// The ticket.
    pub ticket: TicketId,
    /// The macro.
    pub name: RuleName,
}

impl ApplyMacro {
    /// This macro on this ticket.
    pub fn new(ticket: TicketId, name: impl Into<RuleName>) -> Self {
        Self { ticket, name: name.into() }
    }
}
