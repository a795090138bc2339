//! What a ticket is about, and what other systems call it, which no two tickets share.

use std::collections::BTreeSet;

use super::checks::{bad_name, within};
use super::decision::{KeyChange, UniqueKey};
use super::work::Work;
use super::{Cx, Refusal, Vocabulary};
use crate::ids::{Key, TicketId, label_problem};
use crate::people::{Deed, Sight, sight};
use crate::subject::{About, ExternalRef, provider_problem, scope_problem, word_problem};
use crate::ticket::command::{Edit, Open};
use crate::ticket::{Ticket, TicketChange};

/// Whether a ticket may be opened with these subjects and external references.
pub(super) fn of_opening(cx: &Cx<'_>, open: &Open) -> Result<(), Refusal> {
    if !open.about.is_empty() {
        subjects(cx, open.about.iter(), open.about.len())?;
    }
    if !open.external_refs.is_empty() {
        if cx.may(Deed::Edit, None).is_err() {
            let deed = "attach external references";
            return Err(Refusal::Forbidden { party: cx.party(), deed });
        }
        references(cx, open.id, open.external_refs.iter(), open.external_refs.len())?;
    }
    Ok(())
}

/// What an edit attaches and detaches.
pub(super) fn edit(
    cx: &Cx<'_>,
    ticket: &Ticket,
    edit: &Edit,
) -> Result<Vec<TicketChange>, Refusal> {
    let mut changes = Vec::new();
    let current = ticket.about();
    let (added, removed) = differences(current, &edit.add_about, &edit.remove_about);
    // Where a limit was lowered since, a ticket has to come down to it only to get more.
    if !added.is_empty() {
        subjects(cx, added.iter(), current.len() + added.len() - removed.len())?;
    }
    if !added.is_empty() || !removed.is_empty() {
        changes.push(TicketChange::AboutChanged { added, removed });
    }
    let current = ticket.external_refs();
    let (added, removed) =
        differences(current, &edit.add_external_refs, &edit.remove_external_refs);
    if !added.is_empty() {
        let count = current.len() + added.len() - removed.len();
        references(cx, ticket.id(), added.iter(), count)?;
    }
    if !added.is_empty() || !removed.is_empty() {
        changes.push(TicketChange::ExternalRefsChanged { added, removed });
    }
    Ok(changes)
}

/// What is new of what is to come, and what is there of what is to go; what is in both lists comes.
fn differences<T: Ord + Clone>(
    current: &[T],
    come: &BTreeSet<T>,
    go: &BTreeSet<T>,
) -> (Vec<T>, Vec<T>) {
    let has = |item: &&T| current.binary_search(item).is_ok();
    let added = come.iter().filter(|item| !has(item)).cloned().collect();
    let gone = go.iter().filter(|item| has(item) && !come.contains(*item)).cloned().collect();
    (added, gone)
}

fn subjects<'a>(
    cx: &Cx<'_>,
    mut about: impl Iterator<Item = &'a About>,
    count: usize,
) -> Result<(), Refusal> {
    within("about", cx.settings.limits().about, count)?;
    about.try_for_each(|about| {
        named(Vocabulary::SubjectKind, about.subject.kind.as_str(), word_problem)?;
        if let Some(role) = &about.role {
            named(Vocabulary::SubjectRole, role.as_str(), word_problem)?;
        }
        id(cx, Vocabulary::SubjectId, &about.subject.id, label_problem)
    })
}

/// Whether these may be what this ticket is called elsewhere.
fn references<'a>(
    cx: &Cx<'_>,
    ticket: TicketId,
    references: impl Iterator<Item = &'a ExternalRef> + Clone,
    count: usize,
) -> Result<(), Refusal> {
    within("external_refs", cx.settings.limits().external_refs, count)?;
    for reference in references.clone() {
        named(Vocabulary::Provider, reference.provider.as_str(), provider_problem)?;
        id(cx, Vocabulary::ExternalScope, &reference.scope, scope_problem)?;
        id(cx, Vocabulary::ExternalId, &reference.id, label_problem)?;
    }
    for reference in references {
        let owner = cx.loaded.owner(&UniqueKey::from(reference.clone()));
        if let Some(owner) = owner.and_then(|owner| owner.as_ticket()).filter(|it| *it != ticket) {
            let owner = Some(owner).filter(|owner| may_know_of(cx, *owner));
            let reference = Box::new(reference.clone());
            return Err(Refusal::ExternalRefTaken { reference, owner });
        }
    }
    Ok(())
}

/// Whether the actor, who is none of those outside the desk, may know what this ticket is called
/// elsewhere: who sees all of the ticket does.
fn may_know_of(cx: &Cx<'_>, ticket: TicketId) -> bool {
    let ticket = cx.loaded.ticket(cx.desk, ticket);
    let policy = cx.settings.sight_policy();
    ticket.is_some_and(|ticket| sight(cx.who, ticket.sight(), policy) == Some(Sight::Full))
}

fn named(
    what: Vocabulary,
    name: &str,
    problem: impl Fn(&str) -> Option<&'static str>,
) -> Result<(), Refusal> {
    problem(name).map_or(Ok(()), |problem| Err(bad_name(what, name, problem)))
}

fn id(
    cx: &Cx<'_>,
    what: Vocabulary,
    id: &str,
    problem: impl Fn(&str) -> Option<&'static str>,
) -> Result<(), Refusal> {
    within("object_id_bytes", cx.settings.limits().object_id_bytes, id.len())?;
    named(what, id, problem)
}

/// What detaches everything from a ticket that is erased.
pub(super) fn detaching(ticket: &Ticket) -> Vec<TicketChange> {
    let (about, external_refs) = (ticket.about().to_vec(), ticket.external_refs().to_vec());
    let mut changes = Vec::new();
    if !about.is_empty() {
        changes.push(TicketChange::AboutChanged { added: Vec::new(), removed: about });
    }
    if !external_refs.is_empty() {
        let (added, removed) = (Vec::new(), external_refs);
        changes.push(TicketChange::ExternalRefsChanged { added, removed });
    }
    changes
}

impl Work<'_> {
    /// Which unique keys the ticket takes, and which it gives up: one function for every command,
    /// so that no key can come to differ from the ticket that has it.
    pub(super) fn changed_keys(&self, changes: &mut Vec<KeyChange>) {
        let key = Key::ticket(self.cx.desk, self.ticket.id());
        let before = self.loaded().map_or(&[][..], Ticket::external_refs);
        let after = self.ticket.external_refs();
        let gone = before.iter().filter(|it| after.binary_search(it).is_err());
        let unique = |it: &ExternalRef| UniqueKey::from(it.clone());
        changes.extend(gone.map(|it| KeyChange::Release(unique(it), key)));
        let come = after.iter().filter(|it| before.binary_search(it).is_err());
        changes.extend(come.map(|it| KeyChange::Take(unique(it), key)));
    }
}
