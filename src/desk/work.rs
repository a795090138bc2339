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

/// How many tickets are looked at together to find one that fits, and that nobody else is about to
/// take.
const CANDIDATES: usize = 16;

/// How many that do not fit are tried before that is the answer.
const MOST_TRIED: usize = 64;

/// A ticket that may be handed out, as it was looked at.
struct Candidate {
    ticket: TicketId,
    revision: Revision,
    /// Whether something is due on it that it does by itself.
    due: bool,
}

/// The first tickets that an agent may be given, from some place on.
struct Candidates {
    all: Vec<Candidate>,
    /// The agent, where they see none of them.
    restricted: Option<AgentId>,
    /// What comes after them; `None`: there are no more.
    next: Option<Cursor>,
}

/// Why somebody was not given a ticket, and may yet get another.
enum Passed {
    /// Somebody was faster: the order of work may be another by now.
    Lost,
    /// They cannot have this one.
    Unfit(DeskError),
    /// What was due on it has ended it, or made it somebody else's.
    Gone,
}

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
    /// [`to_solve`](Self::to_solve) that they can have, and begins to work on it as [`Take`] does.
    ///
    /// Of agents who ask at once no two get the same ticket: whoever finds that somebody else was
    /// faster, or that the ticket has changed since it was looked at, gets the one after. So does who
    /// has no room for the first, as it is of a channel of which they can have no more, or is more work
    /// than they can have beside theirs; and where what is due on the first ends it, or makes it
    /// somebody else's. At most 64 are tried that the agent cannot have. `None`: nothing is to be
    /// solved, now, by this agent. With a command id ([`Context::once`]), asking
    /// again tells what was taken the first time, and takes no other.
    ///
    /// Whether the agent [takes work](crate::command::SetAvailability) is not asked: that is for rules, and this
    /// is the agent's own deed.
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
    ///   has no room for any that was tried; this is said of the first.
    /// - [`OverChannelCapacity`](crate::Refusal::OverChannelCapacity): likewise, and what the agent
    ///   lacks for the first is room for tickets of its channel.
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
        let (mut tries, mut tried) = (0, 0);
        let (mut after, mut lost, mut unfit) = (None, None, None);
        loop {
            let Candidates { all, restricted, next } = self.candidates(&context, after).await?;
            for candidate in all {
                if tried >= MOST_TRIED {
                    break;
                }
                let passed = match self.hand(&context, &candidate, restricted).await {
                    Ok(Some(taken)) => return Ok(Some(taken)),
                    Ok(None) => Passed::Gone,
                    // The same command came in twice at once, and the other was faster.
                    Err(error) if matches!(error.refusal(), Some(Refusal::CommandIdReused)) => {
                        let taken = self.taken_before(&context).await?;
                        return taken.map_or(Err(error), |taken| Ok(Some(taken)));
                    }
                    Err(error) => self.passed(error, &candidate).await?,
                };
                match passed {
                    Passed::Lost => lost = Some(candidate),
                    Passed::Gone => tried += 1,
                    // Every ticket is some work.
                    Passed::Unfit(error) if has_no_room_at_all(&error) => {
                        return Err(unfit.unwrap_or(error));
                    }
                    Passed::Unfit(error) => {
                        tried += 1;
                        unfit = unfit.or(Some(error));
                    }
                }
            }
            // Whoever lost one looks anew: what comes first may be another by now.
            let Some(Candidate { ticket, revision: expected, .. }) = lost.take() else {
                if next.is_none() || tried >= MOST_TRIED {
                    return unfit.map_or(Ok(None), Err);
                }
                after = next;
                continue;
            };
            tries += 1;
            if tries >= self.tries {
                let key = Key::ticket(self.id, ticket);
                let record = self.record(key).await?;
                let found = record.map_or(Revision::ZERO, |record| record.revision);
                let last = CommitError::Stale { key, expected, found };
                return Err(DeskError::Contended { tries, last });
            }
            (after, unfit, tried) = (None, None, 0);
        }
    }

    /// Why the agent was not given this ticket, if another may yet be theirs; or else the error.
    async fn passed(&self, error: DeskError, candidate: &Candidate) -> Result<Passed, DeskError> {
        match error.refusal() {
            Some(Refusal::StaleView { .. }) => Ok(Passed::Lost),
            Some(Refusal::OverCapacity { .. } | Refusal::OverChannelCapacity(_)) => {
                Ok(Passed::Unfit(error))
            }
            Some(
                Refusal::AlreadyTaken { .. }
                | Refusal::NotInDepartment { .. }
                | Refusal::Closed { .. }
                | Refusal::NotFound { .. },
            ) => {
                // If it is as it was, the refusal is for what is due, which nobody has recorded yet.
                let record = self.record(Key::ticket(self.id, candidate.ticket)).await?;
                let as_it_was = record.is_some_and(|record| record.revision == candidate.revision);
                Ok(if as_it_was { Passed::Gone } else { Passed::Lost })
            }
            _ => Err(error),
        }
    }

    /// The tickets that the agent may be given, from this place on, each as it was looked at.
    async fn candidates(
        &self,
        context: &Context,
        after: Option<Cursor>,
    ) -> Result<Candidates, DeskError> {
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
        let Some(mut query) = query else {
            return Ok(Candidates { all: Vec::new(), restricted, next: None });
        };
        query.limit = CANDIDATES;
        // Under settings that were published meanwhile, the order begins anew.
        query.after = after.and_then(|after| query.order.resume(&after).ok());
        let found = self.io.find(&query).await?;
        let last = found.last().filter(|_| found.len() == CANDIDATES);
        let next = last.and_then(|last| query.place(last)).map(|place| query.order.cursor(&place));
        let candidate = |record: &Record| {
            let timers = record.ticket()?.timers();
            Some(Candidate {
                ticket: record.key.as_ticket()?,
                revision: record.revision,
                due: timers.next().is_some_and(|(_, at)| at <= query.now),
            })
        };
        Ok(Candidates { all: found.iter().filter_map(candidate).collect(), restricted, next })
    }

    /// Has the agent take the ticket; one who does not see it yet is given it first. `None`: what was
    /// due on it has made it somebody else's.
    async fn hand(
        &self,
        context: &Context,
        candidate: &Candidate,
        restricted: Option<AgentId>,
    ) -> Result<Option<Outcome>, DeskError> {
        let Candidate { ticket, revision, due } = *candidate;
        let mut context = context.clone().having_seen(revision);
        let take = Command::Take(Take { ticket });
        let Some(agent) = restricted else {
            return self.execute(&context.call(take)).await.map(Some);
        };
        if due {
            // Or it would be taken from whom a rule gives it to in the same command.
            let tick = Actor::System.at(context.now).call(Command::Tick(ticket));
            let ticked = self.carry_out(&tick).await?;
            let Some(waits) = ticked.ticket().filter(|ticket| ticket.waits_for_owner()) else {
                return Ok(None);
            };
            context = context.having_seen(waits.revision());
        }
        let give = Context { actor: Actor::Host, ..context.clone() };
        let given = self.execute(&give.call(Command::Assign(Assign::new(ticket, agent)))).await?;
        if given.repeated {
            return Ok(Some(given));
        }
        let begin = Context { command_id: None, seen: None, ..context };
        let mut taken = match self.execute(&begin.call(take)).await {
            Ok(taken) => taken,
            // It is the agent's, whatever has happened to it since.
            Err(DeskError::Refused(_)) => return Ok(Some(given)),
            Err(error) => return Err(error),
        };
        taken.events.splice(0..0, given.events);
        Ok(Some(taken))
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

/// Whether this is of an agent who could not have the least ticket either.
fn has_no_room_at_all(error: &DeskError) -> bool {
    match error.refusal() {
        Some(Refusal::OverCapacity { load, capacity, .. }) => *load >= i64::from(*capacity),
        _ => false,
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
