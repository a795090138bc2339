//! Giving a ticket to the agent whom a strategy chooses.

use super::Refusal;
use super::assignment;
use super::work::Work;
use crate::cause::Rule;
use crate::rules::Route;
use crate::ticket::command::Transfer;

/// Gives the ticket to the agent whom the route chooses; where it finds nobody, the ticket waits in
/// the queue of the route's department.
pub(super) fn route(work: &mut Work<'_>, route: &Route, _rule: &Rule) -> Result<(), Refusal> {
    let ticket = work.ticket.id();
    let Some(department) = route.department.clone() else { return Ok(()) };
    assignment::transfer(work, &Transfer { ticket, department, agent: None })
}
