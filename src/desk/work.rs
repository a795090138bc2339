//! What is to be solved next: the order of work as somebody may take from it, and its first, handed
//! out.

use chrono::{DateTime, Utc};

use super::flow::Flow;
use super::io::{Io, at_once};
use super::reader::Reader;
use super::shown::Row;
use super::{AsyncDesk, Desk, DeskError, Outcome};
use crate::decide::{Command, Context, Refusal};
use crate::digest::digest;
use crate::ids::{AgentId, DeskId, Key, Revision, TicketId};
use crate::matching::{Cursor, Order, Turn, sight_matcher, works_matcher};
use crate::people::{Actor, Deed, Role, Who, may};
use crate::record::Record;
use crate::store::{AsyncStore, CommitError, Query, Receipt, Store};
use crate::ticket::Scene;
use crate::ticket::command::{Assign, Take};
use crate::time::whole_micros;

/// A page of the order of work.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkPage {
    /// The tickets, whose turn it is first.
    pub entries: Vec<WorkEntry>,
    /// What the next page comes after; `None`: this is the last, or a page of none was asked for.
    pub next: Option<Cursor>,
}

/// A ticket in the order of work.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkEntry {
    /// The ticket.
    pub row: Row,
    /// Why it stands where it does.
    pub turn: Turn,
}

/// How many tickets are looked at to find one that nobody else is about to take.
const CANDIDATES: usize = 16;

impl<S: Store> Desk<S> {
    /// Lists what is to be solved, in the order of work of the settings
    /// ([`ToSolve`](crate::ToSolve)), a page at a time.
    ///
    /// On return: the tickets that have a [turn](crate::matching::Turns) and that this agent sees and
    /// may take, which are those in the queues of their departments and of none; for the host, those
    /// of all queues. Each says why it stands where it does. Restricted agents see no queue, and get
    /// nothing but what they asked for themselves; what is to be solved is
    /// [handed](Self::take_next) to them. A store that keeps queues in order, as the one in memory
    /// does, reads as much as a page is long, however much waits.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::sla::{Metric, policy::Obligation};
    ///
    /// let answer = Obligation::new(Metric::FirstResponse).within(Span::hours(4));
    /// let mut draft = SettingsDraft::default();
    /// draft.sla_policies =
    ///     vec![SlaPolicy::new("phone").when(Fact::Channel.equals("phone")).obligation(answer)];
    /// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
    ///
    /// let (later, second) = (now + TimeDelta::hours(1), TicketId::from_u128(2));
    /// let open = Open::new(second, Requester::Contact(maria), "Now it smokes.");
    /// desk.open(Actor::Host.at(later), Open { channel: Channel::Phone, ..open })?;
    ///
    /// let page = desk.to_solve(&agent, later, None, 20)?;
    /// let why: Vec<String> = page
    ///     .entries
    ///     .iter()
    ///     .map(|entry| format!("{}: {}", entry.row.reference, entry.turn))
    ///     .collect();
    /// assert_eq!(
    ///     why,
    ///     [
    ///         "HD-2: an obligation is due at 2026-03-02T14:00:00Z; priority `medium`, `new`, \
    ///          waits since 2026-03-02T10:00:00Z",
    ///         "HD-1: the patience of `medium` ends at 2026-03-03T01:00:00Z; `new`, \
    ///          waits since 2026-03-02T09:00:00Z",
    ///     ]
    /// );
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Refused:
    ///
    /// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but agents who own tickets, and the
    ///   host. Light agents own none.
    /// - [`CursorMismatch`](crate::Refusal::CursorMismatch): the cursor is of another order of work;
    ///   the settings have changed.
    /// - [`NotAnAgent`](crate::Refusal::NotAnAgent), [`NoSuchDesk`](crate::Refusal::NoSuchDesk).
    ///
    /// And [`DeskError::Store`].
    pub fn to_solve(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<WorkPage, DeskError> {
        at_once(self.flow().work(actor, now, after, limit))
    }

    /// Takes the next ticket to solve for the agent who acts: the first of
    /// [`to_solve`](Self::to_solve), and begins to work on it as [`Take`] does.
    ///
    /// Of agents who ask at once no two get the same ticket: whoever finds that somebody else was
    /// faster, or that the ticket has changed since it was looked at, gets the one after. `None`:
    /// nothing is to be solved, now, by this agent. With a command id ([`Context::once`]), asking
    /// again tells what was taken the first time, and takes no other.
    ///
    /// A restricted agent sees no queue. What is first in those of their departments and of none is
    /// given to them in the name of the host ([`Assign`]), and then taken: in two commits, of which
    /// the command id names the first.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let taken = desk.take_next(agent.at(now).once(CommandId::from_u128(5)))?.unwrap();
    /// assert_eq!(taken.ticket().unwrap().assignee(), Some(anna));
    /// assert_eq!(taken.ticket().unwrap().status().name, "in_progress");
    ///
    /// assert_eq!(desk.take_next(agent.at(now))?, None);
    /// let again = desk.take_next(agent.at(now).once(CommandId::from_u128(5)))?.unwrap();
    /// assert!(again.repeated && again.reference() == taken.reference());
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Desk::execute`]; [`DeskError::Contended`] where all that was looked at changed before it
    /// could be taken, as often as the desk [tries](Desk::tries). Refused:
    ///
    /// - [`Forbidden`](crate::Refusal::Forbidden): by anyone but agents who own tickets.
    /// - [`OverCapacity`](crate::Refusal::OverCapacity): there is something to solve, and the agent
    ///   has no room.
    /// - [`CommandIdReused`](crate::Refusal::CommandIdReused): the command id is that of another
    ///   command.
    /// - [`NotAnAgent`](crate::Refusal::NotAnAgent), [`NoSuchDesk`](crate::Refusal::NoSuchDesk).
    pub fn take_next(&self, context: Context) -> Result<Option<Outcome>, DeskError> {
        at_once(self.flow().take_next(context))
    }
}

impl<S: AsyncStore> AsyncDesk<S> {
    /// Lists what is to be solved: [`Desk::to_solve`].
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn to_solve(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<WorkPage, DeskError> {
        self.flow().work(actor, now, after, limit).await
    }

    /// Takes the next ticket to solve: [`Desk::take_next`].
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn take_next(&self, context: Context) -> Result<Option<Outcome>, DeskError> {
        self.flow().take_next(context).await
    }
}

impl<I: Io> Flow<I> {
    pub(super) async fn work(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<WorkPage, DeskError> {
        let reader = self.reader(actor, now).await?;
        let who = reader.who();
        if !may(who.party(), Deed::Take, false) && !matches!(who, Who::Host | Who::System) {
            return Err(Refusal::Forbidden { party: who.party(), deed: Deed::Take.as_str() }.into());
        }
        let query = query(&reader, now, self.id, true).map(|mut query| {
            let resumed = after.map(|cursor| query.order.resume(cursor)).transpose();
            query.after = resumed.map_err(|_| Refusal::CursorMismatch)?;
            // One more tells whether there is another page.
            query.limit = limit.saturating_add(1);
            Ok::<Query, Refusal>(query)
        });
        let Some(query) = query.transpose()? else {
            return Ok(WorkPage { entries: Vec::new(), next: None });
        };
        let mut tickets = self.io.find(&query).await?;
        let more = tickets.len() > limit;
        tickets.truncate(limit);
        let last = tickets.last().filter(|_| more).and_then(|record| query.place(record));
        let next = last.map(|place| query.order.cursor(&place));
        let entry = |record: &Record| {
            let ticket = record.ticket()?;
            let turn = reader.settings.turns().turn(&Scene::of(ticket, query.now))?;
            let row = Row::of(record, reader.sight(ticket)?, &reader.settings)?;
            Some(WorkEntry { row, turn })
        };
        Ok(WorkPage { entries: tickets.iter().filter_map(entry).collect(), next })
    }

    pub(super) async fn take_next(&self, context: Context) -> Result<Option<Outcome>, DeskError> {
        if let Some(taken) = self.taken_before(&context).await? {
            return Ok(Some(taken));
        }
        let mut tries = 0;
        loop {
            tries += 1;
            let (waiting, restricted) = self.candidates(&context).await?;
            let mut lost = None;
            for (ticket, revision) in waiting {
                let context = context.clone().having_seen(revision);
                let error = match self.hand(context.clone(), ticket, restricted).await {
                    Ok(taken) => return Ok(Some(taken)),
                    Err(error) => error,
                };
                match error.refusal() {
                    // The same command came in twice at once, and the other was faster.
                    Some(Refusal::CommandIdReused) => {
                        return self
                            .taken_before(&context)
                            .await?
                            .map_or(Err(error), |it| Ok(Some(it)));
                    }
                    Some(
                        Refusal::StaleView { .. }
                        | Refusal::AlreadyTaken { .. }
                        | Refusal::NotInDepartment { .. }
                        | Refusal::NotFound { .. },
                    ) => lost = Some((ticket, revision)),
                    _ => return Err(error),
                }
            }
            let Some((ticket, expected)) = lost else { return Ok(None) };
            if tries >= self.tries {
                let key = Key::ticket(self.id, ticket);
                let record = self.record(key).await?;
                let found = record.map_or(Revision::ZERO, |record| record.revision);
                let last = CommitError::Stale { key, expected, found };
                return Err(DeskError::Contended { tries, last });
            }
        }
    }

    /// The first tickets that the agent may be given, each as it was looked at; and whether the
    /// agent sees none of them.
    async fn candidates(
        &self,
        context: &Context,
    ) -> Result<(Vec<(TicketId, Revision)>, Option<AgentId>), DeskError> {
        let reader = self.reader(&context.actor, context.now).await?;
        let who = reader.who();
        let Who::Agent(agent) = who else {
            return Err(Refusal::Forbidden { party: who.party(), deed: Deed::Take.as_str() }.into());
        };
        if !may(who.party(), Deed::Take, false) {
            return Err(Refusal::Forbidden { party: who.party(), deed: Deed::Take.as_str() }.into());
        }
        let restricted = (agent.role() == Role::Restricted).then(|| agent.id());
        let query = query(&reader, context.now, self.id, restricted.is_none());
        let Some(query) = query else { return Ok((Vec::new(), restricted)) };
        let found = self.io.find(&Query { limit: CANDIDATES, ..query }).await?;
        let looked_at = |record: &Record| Some((record.key.as_ticket()?, record.revision));
        Ok((found.iter().filter_map(looked_at).collect(), restricted))
    }

    /// Has the agent take the ticket; one who does not see it yet is given it first.
    async fn hand(
        &self,
        context: Context,
        ticket: TicketId,
        restricted: Option<AgentId>,
    ) -> Result<Outcome, DeskError> {
        let take = Command::Take(Take { ticket });
        let Some(agent) = restricted else { return self.execute(&context.call(take)).await };
        let give = Context { actor: Actor::Host, ..context.clone() };
        let given = self.execute(&give.call(Command::Assign(Assign::new(ticket, agent)))).await?;
        if given.repeated {
            return Ok(given);
        }
        let begin = Context { command_id: None, seen: None, ..context };
        let mut taken = match self.execute(&begin.call(take)).await {
            Ok(taken) => taken,
            // It is the agent's, whatever has happened to it since.
            Err(DeskError::Refused(_)) => return Ok(given),
            Err(error) => return Err(error),
        };
        taken.events.splice(0..0, given.events);
        Ok(taken)
    }

    /// What was taken by the command of this id; `None`: it has none, or was not carried out yet.
    async fn taken_before(&self, context: &Context) -> Result<Option<Outcome>, DeskError> {
        let Some(id) = context.command_id else { return Ok(None) };
        let Some(receipt) = self.io.receipt(self.id, id).await? else { return Ok(None) };
        match same_command(context, &receipt) {
            Some((actor, command)) => {
                let context = Context { actor, ..context.clone() };
                self.execute(&context.call(command)).await.map(Some)
            }
            None => Err(Refusal::CommandIdReused.into()),
        }
    }
}

/// The command that left this receipt, if it handed a ticket to the agent who acts.
fn same_command(context: &Context, receipt: &Receipt) -> Option<(Actor, Command)> {
    let tickets = receipt.touched.iter().filter_map(|touched| touched.key.as_ticket());
    let mut commands = tickets.flat_map(|ticket| {
        let take = (context.actor.clone(), Command::Take(Take { ticket }));
        let give = match context.actor {
            Actor::Agent(agent) => Some(Command::Assign(Assign::new(ticket, agent))),
            _ => None,
        };
        [take].into_iter().chain(give.map(|give| (Actor::Host, give)))
    });
    commands.find(|(actor, command)| digest(&(actor, command)) == Some(receipt.digest))
}

/// What a store is asked; `None`: this reader sees nothing at all.
fn query(reader: &Reader, now: DateTime<Utc>, desk: DeskId, by_sight: bool) -> Option<Query> {
    let who = reader.who();
    let sight = sight_matcher(who, reader.settings.sight_policy());
    let works = match who {
        Who::Agent(agent) => works_matcher(agent.departments()),
        _ => None,
    };
    let filter = match (sight.filter(|_| by_sight), works) {
        (Some(sight), Some(works)) => works.and(&sight),
        (one, two) => two.or(one)?,
    };
    let order = Order::of_turns(reader.settings.turns().clone());
    Some(Query { desk, filter, order, after: None, now: whole_micros(now), limit: 0 })
}
