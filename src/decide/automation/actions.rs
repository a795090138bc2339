//! What each action of a rule does: what the command of its kind does.

use std::sync::Arc;

use super::{Asked, Why, wording};
use crate::decide::blocks::Blocks;
use crate::decide::checks::{not_closed, unfinished, unknown};
use crate::decide::work::Work;
use crate::decide::{Counter, Refusal, Vocabulary, assignment, conversation, editing, lifecycle};
use crate::ids::AgentId;
use crate::people::Deed;
use crate::rules::{Action, Assignment, FieldChange, HostAction, ToStatus, Wording};
use crate::ticket::HostAsked;
use crate::ticket::command::{
    Assign, Close, Edit, Escalate, Note, Patch, Reply, Resolve, Resolving, SetStatus, Transfer,
};
use crate::workflow::StatusCategory;

/// What an action is, as permissions see it; asking something of others needs none.
pub(super) fn deed(action: &Action) -> Option<Deed> {
    Some(match action {
        Action::SetStatus(_) => Deed::SetStatus,
        Action::SetPriority(_)
        | Action::SetCategory(_)
        | Action::AddTag(_)
        | Action::RemoveTag(_)
        | Action::SetField(_)
        | Action::ClearField(_) => Deed::Edit,
        Action::Assign(assignment) if assignment.department.is_some() => Deed::Transfer,
        Action::Assign(_) | Action::Route(_) => Deed::Assign,
        Action::Escalate(_) => Deed::Escalate,
        Action::Note(_) => Deed::Note,
        Action::Reply(_) => Deed::Reply,
        Action::Notify(_) | Action::Host(_) => return None,
    })
}

/// Carries out an action, as whoever `work` is at work for. What is so already is not done again.
pub(super) fn carry_out(
    work: &mut Work<'_>,
    action: &Action,
    why: Why<'_>,
    asked: &mut Asked,
) -> Result<(), Refusal> {
    let edit = Edit::new(work.ticket.id());
    match action {
        Action::SetStatus(to) => set_status(work, to),
        Action::SetPriority(name) => {
            editing::edit(work, &Edit { priority: Some(name.clone()), ..edit })
        }
        Action::SetCategory(name) => {
            editing::edit(work, &Edit { category: Patch::Set(name.clone()), ..edit })
        }
        Action::AddTag(tag) => {
            editing::edit(work, &Edit { add_tags: [tag.clone()].into(), ..edit })
        }
        Action::RemoveTag(tag) => {
            editing::edit(work, &Edit { remove_tags: [tag.clone()].into(), ..edit })
        }
        Action::SetField(FieldChange { field, value }) => {
            let fields = [(field.clone(), Some(value.clone()))].into();
            editing::edit(work, &Edit { fields, ..edit })
        }
        Action::ClearField(field) => {
            editing::edit(work, &Edit { fields: [(field.clone(), None)].into(), ..edit })
        }
        Action::Assign(assignment) => assign(work, assignment),
        Action::Route(route) => {
            unfinished(work)?;
            work.route(route, why.rule.clone())
        }
        Action::Escalate(department) => {
            // It is there.
            if work.ticket.department() == Some(department) {
                return Ok(());
            }
            let reason = match work.cx.is_desk() {
                true => String::new(),
                false => why.rule.to_string(),
            };
            let (ticket, department) = (work.ticket.id(), department.clone());
            assignment::escalate(work, &Escalate { ticket, department, reason, agent: None })
        }
        Action::Note(text) => {
            let (text, refers) = wording::said(work, text, why.message)?;
            let note = Note::new(work.ticket.id(), text);
            conversation::note(work, &note)?;
            if refers {
                work.has_named_reference();
            }
            Ok(())
        }
        Action::Reply(text) => reply(work, text, why.message),
        Action::Notify(whom) => {
            asked.told.push(work.recipient(whom));
            asked.facts.notify.push(whom.clone());
            Ok(())
        }
        Action::Host(action) => ask(work, action, why.message, asked),
    }
}

/// Moves the ticket as the command does that leads there.
fn set_status(work: &mut Work<'_>, to: &ToStatus) -> Result<(), Refusal> {
    let ToStatus { status, reason, resolution } = to;
    let known = work.cx.settings.workflow().status(status.as_str());
    let category = known.map(|status| status.category);
    let category = category.ok_or_else(|| unknown(Vocabulary::Status, status.as_str()))?;
    let ticket = work.ticket.id();
    let is_there = work.ticket.status().name == *status;
    let resolution = resolution.clone().map(Resolving::new);
    match category {
        StatusCategory::Resolved | StatusCategory::Closed if is_there => Ok(()),
        StatusCategory::Resolved => {
            Blocks::are_loaded(work)?;
            let resolution = resolution.ok_or(Refusal::ResolutionRequired)?;
            lifecycle::resolve(work, &Resolve { ticket, resolution })
        }
        StatusCategory::Closed => {
            Blocks::are_loaded(work)?;
            // How it ended stands, where that is on record.
            let done = work.ticket.status().category.is_done();
            let resolution = resolution.filter(|_| !done);
            lifecycle::close(work, &Close { ticket, resolution })
        }
        StatusCategory::New
        | StatusCategory::Open
        | StatusCategory::Waiting
        | StatusCategory::OnHold => {
            let (status, reason) = (status.clone(), reason.clone());
            lifecycle::set_status(work, &SetStatus { ticket, status, reason })
        }
    }
}

fn assign(work: &mut Work<'_>, assignment: &Assignment) -> Result<(), Refusal> {
    let ticket = work.ticket.id();
    if let Some(agent) = assignment.agent {
        may_be_given(work, agent)?;
    }
    match (&assignment.department, assignment.agent) {
        (Some(department), agent) => {
            let department = department.clone();
            assignment::transfer(work, &Transfer { ticket, department, agent })
        }
        (None, Some(agent)) => assignment::assign(work, &Assign::new(ticket, agent)),
        (None, None) => Ok(()),
    }
}

/// What is looked at before an agent is given a ticket.
fn may_be_given(work: &Work<'_>, agent: AgentId) -> Result<(), Refusal> {
    work.cx.needed_agent(agent)?;
    let theirs = work.ticket.assignee() == Some(agent);
    if !theirs
        && work.cx.is_desk()
        && work.cx.agent(agent).is_some_and(|agent| !agent.is_available())
    {
        return Err(Refusal::Away { agent });
    }
    work.cx.counter(Counter::Load(agent)).map(|_| ())
}

fn reply(work: &mut Work<'_>, text: &Wording, message: Option<usize>) -> Result<(), Refusal> {
    not_closed(work)?;
    let (text, refers) = wording::said(work, text, message)?;
    let reply = Reply::new(work.ticket.id(), text);
    // On a ticket that is not closed nothing is opened that follows it up.
    conversation::reply(work, &reply)?;
    if refers {
        work.has_named_reference();
    }
    Ok(())
}

fn ask(
    work: &mut Work<'_>,
    action: &HostAction,
    message: Option<usize>,
    asked: &mut Asked,
) -> Result<(), Refusal> {
    let mut values: Vec<Arc<str>> = Vec::with_capacity(action.with.len());
    let mut references = Vec::new();
    for (name, text) in &action.with {
        let (value, refers) = wording::said(work, text, message)?;
        values.push(value.into());
        if refers {
            references.push(name.as_str().into());
        }
    }
    let first = u32::try_from(asked.values.len()).unwrap_or(u32::MAX);
    let with = action.with.keys().map(|name| Arc::from(name.as_str())).collect();
    asked.facts.host.push(HostAsked { name: action.name.clone(), with, first, references });
    asked.values.extend(values);
    Ok(())
}
