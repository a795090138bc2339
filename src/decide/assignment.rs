//! Whose work a ticket is: owners, departments, tiers.

use super::Refusal;
use super::checks::{self, not_closed, reason};
use super::decision::{Counter, Guard};
use super::step::Step;
use super::work::Work;
use crate::cause::Rule;
use crate::channel::{NoticeKind, Recipient};
use crate::ids::{AgentId, DepartmentName, Key};
use crate::people::{Deed, Role, Who};
use crate::ticket::command::{Assign, Escalate, Transfer};
use crate::ticket::{Moved, Ticket, TicketChange, Unassigning};

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
        let because = Unassigning::ByHand;
        work.record(TicketChange::Unassigned { from, because }, None);
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
    let status = work.ticket.status();
    if status.category.is_done() {
        return Err(Refusal::Finished { status: status.name.clone() });
    }
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
            let because = Unassigning::Transferred;
            work.record(TicketChange::Unassigned { from, because }, None);
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
    work.record(TicketChange::Assigned { to, from, over_capacity }, None);
    work.notify(NoticeKind::Assigned, Recipient::Agent(to));
}

/// Whether the agent may own a ticket of this department; gives their capacity.
fn eligible(
    work: &mut Work<'_>,
    id: AgentId,
    department: Option<&DepartmentName>,
) -> Result<Option<u32>, Refusal> {
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
    Ok(agent.capacity())
}

/// Whether the agent may own the ticket and has room; gives whether capacity is overridden.
fn may_own(
    work: &mut Work<'_>,
    id: AgentId,
    department: Option<&DepartmentName>,
    override_capacity: bool,
) -> Result<bool, Refusal> {
    let capacity = eligible(work, id, department)?;
    // Rules may have taken it from them just now.
    let had = work.before.and_then(Ticket::burdens) == Some(id);
    let load = work.cx.load(id) - i64::from(had);
    // Finished work takes up nobody's room.
    let burdens = !work.ticket.status().category.is_done();
    match capacity {
        Some(capacity) if burdens && load >= i64::from(capacity) => {
            if override_capacity {
                Ok(true)
            } else {
                Err(Refusal::OverCapacity { agent: id, load, capacity })
            }
        }
        capacity => {
            // Also where it may be exceeded: that would have to be recorded.
            work.hold_load_to(capacity);
            Ok(false)
        }
    }
}

impl Work<'_> {
    /// On reopening: the owner keeps the ticket if they may own it and have room.
    pub(super) fn settle_owner(&mut self) {
        self.settle_owner_beside(None);
    }

    /// As [`settle_owner`](Self::settle_owner), where the same decision has relieved somebody of
    /// another ticket.
    pub(super) fn settle_owner_beside(&mut self, freed: Option<AgentId>) {
        let Some(agent) = self.ticket.assignee() else { return };
        let key = Key::agent(self.cx.desk, agent);
        let record = self.cx.loaded.agent(self.cx.desk, agent);
        if let Some(record) = record {
            self.guard(Guard { key, revision: record.revision() });
        }
        let freed = i64::from(freed == Some(agent));
        let load = self.cx.loaded.counter(Counter::Load(agent)) - freed;
        let eligible = record.filter(|record| record.can_own(self.ticket.department()));
        let because = match eligible.map(|record| record.capacity()) {
            None => Unassigning::NotEligible,
            Some(Some(capacity)) if load >= i64::from(capacity) => Unassigning::AtCapacity,
            Some(capacity) => {
                self.hold_load_to(capacity);
                self.trace(Step::OwnerKept { agent });
                return;
            }
        };
        self.trace(Step::OwnerDropped { agent, because });
        self.record_by(Rule::OwnerOnReopen, TicketChange::Unassigned { from: agent, because });
    }
}
