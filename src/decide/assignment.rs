//! Whose work a ticket is: owners, departments, tiers.

use std::sync::Arc;

use super::checks::{self, not_closed, reason};
use super::counted::{Given, Room, micros};
use super::decision::{Counter, Guard};
use super::step::Step;
use super::work::Work;
use super::{ChannelRoom, Refusal};
use crate::cause::Rule;
use crate::channel::{NoticeKind, Recipient};
use crate::ids::{AgentId, DepartmentName, Key};
use crate::people::{Agent, Deed, Role, Who};
use crate::ticket::command::{Assign, Escalate, Transfer};
use crate::ticket::{Burden, Moved, Ticket, TicketChange, Unassigning};
use crate::time::Instant;

/// Gives the ticket to an agent.
pub(super) fn assign(work: &mut Work<'_>, assign: &Assign) -> Result<(), Refusal> {
    not_closed(work)?;
    let department = work.ticket.department().cloned();
    if work.ticket.assignee() == Some(assign.agent) {
        return Ok(());
    }
    let over = may_own(work, assign.agent, department.as_ref(), assign.over_capacity)?;
    give(work, assign.agent, over);
    Ok(())
}

/// Gives the ticket back to its queue.
pub(super) fn unassign(work: &mut Work<'_>) -> Result<(), Refusal> {
    not_closed(work)?;
    if let Some(from) = work.ticket.assignee() {
        let (because, waits_since) = (Unassigning::ByHand, work.waits());
        work.record(TicketChange::Unassigned { from, because, waits_since }, None);
        let queue = work.queue();
        work.notify(NoticeKind::Queued, queue);
    }
    Ok(())
}

/// Takes the ticket for oneself.
pub(super) fn take(work: &mut Work<'_>) -> Result<(), Refusal> {
    let cx = work.cx;
    not_closed(work)?;
    let Who::Agent(agent) = cx.who else {
        return Err(Refusal::Forbidden { party: cx.party(), deed: Deed::Take.as_str() });
    };
    match work.ticket.assignee() {
        Some(by) if by != agent.id() => return Err(Refusal::AlreadyTaken { by }),
        Some(_) => {}
        None => {
            let department = work.ticket.department().cloned();
            let over = may_own(work, agent.id(), department.as_ref(), false)?;
            give(work, agent.id(), over);
        }
    }
    if let Some(to) = cx.settings.workflow().on_take(&work.ticket.status().name) {
        work.moved(work.move_to(to, Moved::Taken), Some(Rule::OnTake), None);
    } else if work.ticket.routing().take_by().is_some() {
        work.record(TicketChange::TakenUp, None);
    }
    Ok(())
}

/// Moves the ticket to another department.
pub(super) fn transfer(work: &mut Work<'_>, transfer: &Transfer) -> Result<(), Refusal> {
    not_closed(work)?;
    let to = checks::department(work.cx, &transfer.department)?;
    if work.ticket.department() == Some(&to) {
        // It is there: what remains is an assignment, if an agent is named.
        let to = |agent| Assign::new(transfer.ticket, agent);
        return transfer.agent.map_or(Ok(()), |agent| assign(work, &to(agent)));
    }
    let heir = heir(work, transfer.agent, &to)?;
    let from = work.ticket.department().cloned();
    work.record(TicketChange::Transferred { from, to }, None);
    hand_over(work, heir);
    Ok(())
}

/// Hands the ticket to a higher tier.
pub(super) fn escalate(work: &mut Work<'_>, escalate: &Escalate) -> Result<(), Refusal> {
    let cx = work.cx;
    checks::unfinished(work)?;
    let to = checks::department(cx, &escalate.department)?;
    let tier = |name: &DepartmentName| cx.settings.department(name).map_or(0, |known| known.tier);
    let (from_tier, to_tier) = (work.ticket.department().map_or(0, tier), tier(&to));
    if to_tier <= from_tier {
        return Err(Refusal::NotHigherTier { from: from_tier, to, tier: to_tier });
    }
    // Why a rule does it, the cause says.
    let (bytes, personal) = if cx.is_desk() && escalate.reason.is_empty() {
        (0, None)
    } else {
        let (bytes, personal) = reason(work, &escalate.reason)?;
        (bytes, Some(personal))
    };
    let heir = heir(work, escalate.agent, &to)?;
    let from = work.ticket.department().cloned();
    let change = TicketChange::Escalated { from, to, tier: to_tier, bytes };
    work.record(change, personal);
    hand_over(work, heir);
    Ok(())
}

/// The agent who is to own the ticket in its new department, if one is named.
fn heir(
    work: &mut Work<'_>,
    agent: Option<AgentId>,
    department: &DepartmentName,
) -> Result<Option<(AgentId, bool)>, Refusal> {
    match agent {
        Some(agent) if work.ticket.assignee() == Some(agent) => {
            eligible(work, agent, Some(department)).map(|_| Some((agent, false)))
        }
        Some(agent) => {
            may_own(work, agent, Some(department), false).map(|over| Some((agent, over)))
        }
        None => Ok(None),
    }
}

/// After a change of department: the named agent owns it, or nobody does.
fn hand_over(work: &mut Work<'_>, heir: Option<(AgentId, bool)>) {
    // The queue is told of the change itself, which has the reason.
    let handed = work.ticket.revision();
    match (heir, work.ticket.assignee()) {
        (Some((agent, over)), _) => give(work, agent, over),
        (None, Some(from)) => {
            let (because, waits_since) = (Unassigning::Transferred, work.waits());
            work.record(TicketChange::Unassigned { from, because, waits_since }, None);
            let queue = work.queue();
            work.notify_of(handed, NoticeKind::Queued, queue);
        }
        (None, None) => {
            let queue = work.queue();
            work.notify(NoticeKind::Queued, queue);
        }
    }
}

/// Records the new owner, and tells them unless they did it themselves.
fn give(work: &mut Work<'_>, to: AgentId, over_capacity: bool) {
    let from = work.ticket.assignee();
    if from == Some(to) {
        return;
    }
    let burden = work.burden();
    let change = TicketChange::Assigned { to, from, over_capacity, burden, take_by: None };
    work.record(change, None);
    work.notify(NoticeKind::Assigned, Recipient::Agent(to));
}

/// Whether the agent may own a ticket of this department; gives the agent.
fn eligible<'a>(
    work: &mut Work<'a>,
    id: AgentId,
    department: Option<&DepartmentName>,
) -> Result<&'a Agent, Refusal> {
    let agent = work.cx.agent(id).ok_or(Refusal::CannotOwn { agent: id })?;
    if !agent.is_active() || agent.role() == Role::Light {
        return Err(Refusal::CannotOwn { agent: id });
    }
    if let Some(department) = department
        && !agent.works_in(department)
    {
        return Err(Refusal::NotInDepartment { agent: id, department: department.clone() });
    }
    let (key, revision) = (Key::agent(work.cx.desk, id), agent.revision());
    work.guard(Guard { key, revision });
    Ok(agent)
}

/// Whether the agent may own the ticket and has room; gives whether capacity is overridden.
fn may_own(
    work: &mut Work<'_>,
    id: AgentId,
    department: Option<&DepartmentName>,
    override_capacity: bool,
) -> Result<bool, Refusal> {
    let over = has_room(work, id, department, override_capacity)?;
    if work.cx.settings.routes().any {
        let before = work.cx.counter(Counter::Given(id))?;
        work.given = Some(Given { agent: id, before, at: micros(work.now).max(before) });
    }
    Ok(over)
}

fn has_room(
    work: &mut Work<'_>,
    id: AgentId,
    department: Option<&DepartmentName>,
    override_capacity: bool,
) -> Result<bool, Refusal> {
    let agent = eligible(work, id, department)?;
    // Finished work takes up nobody's room, until it is work again.
    if work.ticket.status().category.is_done() {
        return Ok(false);
    }
    // Rules may have taken it from them just now.
    let had = work.before.filter(|before| before.burdens() == Some(id)).map(Ticket::burden);
    match work.hold_room(agent, &work.burden(), had)? {
        Some(Lack { .. }) if override_capacity => {
            // Of whom rules gave it to before.
            work.room = Room::default();
            Ok(true)
        }
        Some(Lack { channel: None, load, most }) => {
            Err(Refusal::OverCapacity { agent: id, load, capacity: most })
        }
        Some(Lack { channel: Some(channel), load, most }) => {
            let room = ChannelRoom { agent: id, channel, open: load, most };
            Err(Refusal::OverChannelCapacity(room))
        }
        None => Ok(false),
    }
}

/// What room an agent lacks for a ticket.
struct Lack {
    /// The channel, where the room that is lacking is that for its tickets.
    channel: Option<Arc<str>>,
    load: i64,
    most: u32,
}

impl Work<'_> {
    /// What the ticket is to whoever is given it now.
    pub(super) fn burden(&self) -> Burden {
        let channel: Arc<str> = self.ticket.channel().to_string().into();
        Burden { weight: self.cx.settings.weight_of(&channel), channel: Some(channel) }
    }

    /// Sees to it that this commit lifts the owner to be no further than they have room; gives what
    /// they lack for it, if anything. `freed`: the same decision has relieved them of this.
    fn hold_room(
        &mut self,
        agent: &Agent,
        burden: &Burden,
        freed: Option<&Burden>,
    ) -> Result<Option<Lack>, Refusal> {
        let id = agent.id();
        let relieved = freed.map_or(0, |freed| i64::from(freed.weight));
        let beside = self.counted_beside(&Counter::Load(id));
        let load = self.cx.loaded.counter(Counter::Load(id)) + beside - relieved;
        let capacity = agent.capacity();
        if let Some(most) = capacity
            && load.saturating_add(burden.weight.into()) > i64::from(most)
        {
            return Ok(Some(Lack { channel: None, load, most }));
        }
        let channel = burden.channel.as_ref();
        let most = channel.and_then(|channel| agent.channel_capacity().get(channel)).copied();
        if let (Some(channel), Some(most)) = (channel, most) {
            let open = self.cx.counter(Counter::Open(id, channel.clone()))?;
            let relieved = freed.is_some_and(|freed| freed.channel.as_ref() == Some(channel));
            let beside = self.counted_beside(&Counter::Open(id, channel.clone()));
            let open = open + beside - i64::from(relieved);
            if open >= i64::from(most) {
                return Ok(Some(Lack { channel: Some(channel.clone()), load: open, most }));
            }
        }
        // Also where it may be exceeded: that would have to be recorded.
        self.room = Room { capacity, most };
        Ok(None)
    }

    /// On reopening: the owner keeps the ticket if they may own it and have room.
    pub(super) fn settle_owner(&mut self) -> Result<(), Refusal> {
        let Some(agent) = self.ticket.assignee() else { return Ok(()) };
        // Rules may have finished it just now, and nobody knew that it would be taken up again.
        self.cx.needed_agent(agent)?;
        self.cx.counter(Counter::Load(agent))?;
        let key = Key::agent(self.cx.desk, agent);
        let record = self.cx.agent(agent);
        if let Some(record) = record {
            self.guard(Guard { key, revision: record.revision() });
        }
        let had = self.before.filter(|before| before.burdens() == Some(agent));
        let freed = had.map(Ticket::burden);
        let because = match record.filter(|record| record.can_own(self.ticket.department())) {
            None => Unassigning::NotEligible,
            Some(record) => {
                let burden = self.ticket.burden().clone();
                if self.hold_room(record, &burden, freed)?.is_none() {
                    self.trace(Step::OwnerKept { agent });
                    return Ok(());
                }
                Unassigning::AtCapacity
            }
        };
        self.trace(Step::OwnerDropped { agent, because });
        let change = TicketChange::Unassigned { from: agent, because, waits_since: self.waits() };
        self.record_by(Rule::OwnerOnReopen, change);
        Ok(())
    }

    /// Since when a ticket waits for an owner that loses the one it has: now, where rules look for
    /// another.
    pub(super) fn waits(&self) -> Option<Instant> {
        self.cx.settings.routes().any.then_some(self.now)
    }
}
