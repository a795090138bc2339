//! One command for many tickets, each with an outcome of its own.

use super::flow::Flow;
use super::io::{Io, at_once};
use super::{Desk, DeskError, Outcome, Row};
use crate::condition::{Condition, Fact, Sort};
use crate::decide::{Command, Context};
use crate::ids::{AgentId, TicketId};
use crate::matching::{Cursor, Listing};
use crate::store::Store;
use crate::ticket::command::{Assign, Unassign};

/// What came of a command for one ticket of many.
pub type Each = (TicketId, Result<Outcome, DeskError>);

/// To whom the work of an agent goes who leaves, or is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Heir {
    /// To nobody yet: each ticket back to the queue of its department.
    Queue,
    /// To this agent, within their capacity, as far as they work in the tickets' departments.
    Agent(AgentId),
}

/// A page of work that was handed over.
#[derive(Debug)]
#[non_exhaustive]
pub struct HandedOver {
    /// What came of it, ticket by ticket, in the order of their numbers. What was refused is
    /// still the agent's.
    pub each: Vec<Each>,
    /// What the next page comes after; `None`: there is no more.
    pub next: Option<Cursor>,
}

impl<S: Store> Desk<S> {
    /// Gives one command for many tickets, one after the other: what is refused for one, or fails,
    /// stops none of the others.
    ///
    /// Every ticket has a commit of its own. Where the context names the command
    /// ([`Context::once`]), each ticket's has a name made of that and the ticket, so that the same
    /// list can be sent again, and a longer one too. What the actor has seen
    /// ([`Context::having_seen`]) is of one ticket, and is not asked here.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let nowhere = TicketId::from_u128(0xdead);
    /// let each = desk.bulk(agent.at(now), [id, nowhere], |ticket| Take { ticket });
    /// let told: Vec<_> = each
    ///     .iter()
    ///     .map(|(ticket, result)| (*ticket, result.as_ref().map_err(DeskError::to_string).err()))
    ///     .collect();
    /// assert_eq!(told[0], (id, None));
    /// assert_eq!(told[1].1.as_deref().unwrap(), format!("there is no ticket `{nowhere}`"));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    pub fn bulk<C: Into<Command>>(
        &self,
        context: Context,
        tickets: impl IntoIterator<Item = TicketId>,
        command: impl FnMut(TicketId) -> C,
    ) -> Vec<Each> {
        at_once(self.flow().bulk(context, tickets, command))
    }

    /// Hands over the open work of an agent who leaves or is away, a page at a time.
    ///
    /// On return: of the unfinished tickets that the agent owns and that the actor sees, at most
    /// `limit`, those after the cursor, each given to the heir by a commit of its own. What the
    /// heir may not own or has no room for is refused, stays where it is, and can be handed to
    /// another, or to the queue.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// desk.take(agent.at(now), Take { ticket: id })?;
    /// let handed = desk.hand_over(Actor::Host.at(now), anna, Heir::Queue, None, 100)?;
    /// assert!(handed.each[0].1.is_ok() && handed.next.is_none());
    /// assert!(desk.ticket(id)?.unwrap().is_queued());
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Desk::find`], of the page; what fails for one ticket is in [`HandedOver::each`].
    pub fn hand_over(
        &self,
        context: Context,
        from: AgentId,
        to: Heir,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<HandedOver, DeskError> {
        at_once(self.flow().hand_over(context, from, to, after, limit))
    }
}

impl<I: Io> Flow<I> {
    pub(super) async fn bulk<C: Into<Command>>(
        &self,
        context: Context,
        tickets: impl IntoIterator<Item = TicketId>,
        mut command: impl FnMut(TicketId) -> C,
    ) -> Vec<Each> {
        let mut each = Vec::new();
        for ticket in tickets {
            let mut own = context.clone();
            own.command_id = own.command_id.map(|id| id.of(ticket));
            own.seen = None;
            each.push((ticket, self.execute(&own.call(command(ticket).into())).await));
        }
        each
    }

    pub(super) async fn hand_over(
        &self,
        context: Context,
        from: AgentId,
        to: Heir,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<HandedOver, DeskError> {
        let unfinished = Condition::not(Fact::StatusCategory.is_in(["resolved", "closed"]));
        let theirs = Condition::all([Fact::Assignee.equals(from), unfinished]);
        let mut listing = Listing::of(theirs).page(limit);
        listing.sort = vec![Sort::ascending(Fact::Number)];
        listing.after = after;
        let page = self.find(&context.actor, context.now, &listing).await?;
        let tickets = page.rows.iter().map(Row::id);
        let each = self.bulk(context, tickets, |ticket| match to {
            Heir::Queue => Command::Unassign(Unassign { ticket }),
            Heir::Agent(agent) => Command::Assign(Assign::new(ticket, agent)),
        });
        Ok(HandedOver { each: each.await, next: page.next })
    }
}
