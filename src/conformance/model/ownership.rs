//! Whose work a ticket is in the model: owners, departments, tiers.

use super::{Model, ModelTicket, Step};
use crate::command::{Assign, Escalate, Transfer};
use crate::{Actor, AgentId, DepartmentName, StatusCategory};

impl Model {
    fn not_closed(&self, step: &mut Step<'_>, ticket: &ModelTicket) {
        step.require(ticket.category != StatusCategory::Closed, "closed");
    }

    /// Gives a ticket to an agent who may own it. To its owner it need not be given.
    fn give(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, agent: AgentId, over: bool) {
        if ticket.owner != Some(agent) {
            self.fits(step, ticket, agent, over);
            ticket.owner = Some(agent);
        }
    }

    fn fits(&self, step: &mut Step<'_>, ticket: &ModelTicket, agent: AgentId, over: bool) {
        let worker = self.is_worker(agent);
        step.require(worker, "cannot_own");
        let here = self.works_in(agent, ticket.department.as_ref());
        step.require(!worker || here, "not_in_department");
        // Finished work takes no room, and what somebody owns has its room already.
        let room = ticket.is_done() || ticket.owner == Some(agent) || self.has_room(agent);
        step.require(over || room, "over_capacity");
    }

    pub(super) fn assign(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, assign: &Assign) {
        self.not_closed(step, ticket);
        self.give(step, ticket, assign.agent, assign.over_capacity);
    }

    pub(super) fn unassign(&self, step: &mut Step<'_>, ticket: &mut ModelTicket) {
        self.not_closed(step, ticket);
        ticket.owner = None;
    }

    pub(super) fn take(&self, step: &mut Step<'_>, ticket: &mut ModelTicket) {
        self.not_closed(step, ticket);
        let Actor::Agent(agent) = *step.actor else { return };
        step.require(ticket.owner.is_none_or(|owner| owner == agent), "already_taken");
        self.give(step, ticket, agent, false);
        let rules = ticket.rules(&self.settings);
        if let Some(to) = rules.and_then(|rules| rules.on_take.clone()) {
            self.go(ticket, &to, step.now);
        }
    }

    pub(super) fn transfer(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        transfer: &Transfer,
    ) {
        self.not_closed(step, ticket);
        step.require(self.knows_department(&transfer.department), "unknown_name");
        if ticket.department.as_ref() == Some(&transfer.department) {
            if let Some(agent) = transfer.agent {
                self.give(step, ticket, agent, false);
            }
            return;
        }
        ticket.transferred += 1;
        self.hand_over(step, ticket, &transfer.department, transfer.agent);
    }

    pub(super) fn escalate(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        escalate: &Escalate,
    ) {
        self.why(step, &escalate.reason);
        step.require(!ticket.is_done(), "finished");
        let known = self.knows_department(&escalate.department);
        step.require(known, "unknown_name");
        let from = self.tier(ticket.department.as_ref());
        let higher = self.tier(Some(&escalate.department)) > from;
        step.require(!known || higher, "not_higher_tier");
        ticket.escalated += 1;
        ticket.words.come(step.now);
        self.hand_over(step, ticket, &escalate.department, escalate.agent);
    }

    fn hand_over(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        department: &DepartmentName,
        agent: Option<AgentId>,
    ) {
        ticket.department = Some(department.clone());
        // Even its owner must be able to own it there.
        if let Some(agent) = agent {
            self.fits(step, ticket, agent, false);
        }
        ticket.owner = agent;
    }
}
