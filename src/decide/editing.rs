//! What is known of a ticket: subject, category, tags, fields, priority, followers, what it is about
//! and what others call it.

use super::checks::{
    by_matrix, category, impact, priority, subject, tags, unknown, urgency, within,
};
use super::decision::Guard;
use super::work::Work;
use super::{Cx, Refusal, Vocabulary, agenda, subjects};
use crate::ids::{FieldName, Key, Tag};
use crate::people::{Customer, Deed, Who};
use crate::personal::{Erasable, Personal};
use crate::settings::FieldDef;
use crate::ticket::command::{Edit, Patch};
use crate::ticket::{Follower, PriorityBy, Ticket, TicketChange};
use crate::value::{FieldFact, FieldValue};

/// Edits a ticket: every part is checked before the first is recorded.
pub(super) fn edit(work: &mut Work<'_>, edit: &Edit) -> Result<(), Refusal> {
    let cx = work.cx;
    if let Who::Customer(customer) = cx.who {
        of_customer(work, customer, edit)?;
    }
    let ticket = &work.ticket;
    let mut changes = Vec::new();
    if let Some(wanted) = &edit.subject {
        let wanted = subject(cx, wanted)?;
        if ticket.subject().known() != Some(&wanted) {
            let bytes = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
            let personal = Personal { subject: Some(wanted), ..Personal::default() };
            changes.push((TicketChange::SubjectChanged { bytes }, Some(personal)));
        }
    }
    let to = patched(&edit.category, ticket.category(), |name| category(cx, name))?;
    if to.as_ref() != ticket.category() {
        let from = ticket.category().cloned();
        changes.push((TicketChange::CategoryChanged { from, to }, None));
    }
    if let Some(change) = edit_tags(cx, ticket.tags(), edit)? {
        changes.push((change, None));
    }
    for (field, value) in &edit.fields {
        changes.extend(edit_field(work, field, value.as_ref())?);
    }
    changes.extend(edit_priority(work, edit)?.into_iter().map(|change| (change, None)));
    if let Some(change) = edit_followers(cx, ticket, edit)? {
        changes.push((change, None));
    }
    let attached = subjects::edit(cx, ticket, edit)?;
    changes.extend(attached.into_iter().map(|change| (change, None)));
    let followers = ticket.followers().to_vec();
    agenda::follow(work, edit.follow.iter().filter(|who| !followers.contains(who)))?;
    for (change, personal) in changes {
        work.record(change, personal);
    }
    Ok(())
}

fn patched<T: Clone>(
    patch: &Patch<T>,
    current: Option<&T>,
    check: impl Fn(&T) -> Result<T, Refusal>,
) -> Result<Option<T>, Refusal> {
    match patch {
        Patch::Keep => Ok(current.cloned()),
        Patch::Set(value) => check(value).map(Some),
        Patch::Clear => Ok(None),
    }
}

fn edit_tags(cx: &Cx<'_>, current: &[Tag], edit: &Edit) -> Result<Option<TicketChange>, Refusal> {
    let has = |tag: &&Tag| current.binary_search(tag).is_ok();
    let added: Vec<Tag> = edit.add_tags.iter().filter(|tag| !has(tag)).cloned().collect();
    let removed: Vec<Tag> = edit
        .remove_tags
        .iter()
        .filter(|tag| has(tag) && !edit.add_tags.contains(*tag))
        .cloned()
        .collect();
    // Where a limit was lowered since, a ticket has to come down to it only to get more.
    if !added.is_empty() {
        tags(cx, added.iter(), current.len() + added.len() - removed.len())?;
    }
    let changes = !added.is_empty() || !removed.is_empty();
    Ok(changes.then_some(TicketChange::TagsChanged { added, removed }))
}

/// Whom a contact may name, who says who follows: not themselves any more; and who asks, a
/// colleague. Whether there is anybody else, they do not learn.
fn of_customer(work: &mut Work<'_>, customer: Customer<'_>, edit: &Edit) -> Result<(), Refusal> {
    let cx = work.cx;
    let asks = cx.asks(&work.ticket);
    let theirs = customer.organisation();
    let comes = |who: &Follower| match who {
        Follower::Contact(contact) => {
            let record = cx.loaded.contact(cx.desk, *contact);
            let standing = record.filter(|contact| contact.merged_into().is_none());
            asks && theirs.is_some() && standing.and_then(|it| it.organisation()) == theirs
        }
        Follower::Agent(_) => false,
    };
    let goes = |who: &Follower| match who {
        Follower::Contact(contact) => customer.is(*contact),
        Follower::Agent(_) => false,
    };
    if !(edit.follow.iter().all(comes) && edit.unfollow.iter().all(goes)) {
        return Err(Refusal::Forbidden { party: cx.party(), deed: Deed::Follow.as_str() });
    }
    // That they are colleagues rests on what is on record of each.
    let named = edit.follow.iter().filter_map(|who| match who {
        Follower::Contact(contact) => cx.loaded.contact(cx.desk, *contact),
        Follower::Agent(_) => None,
    });
    let own = cx.loaded.survivor(cx.desk, customer.id).filter(|_| !edit.follow.is_empty());
    for contact in named.chain(own) {
        let (key, revision) = (Key::contact(cx.desk, contact.id()), contact.revision());
        work.guard(Guard { key, revision });
    }
    Ok(())
}

fn edit_followers(
    cx: &Cx<'_>,
    ticket: &Ticket,
    edit: &Edit,
) -> Result<Option<TicketChange>, Refusal> {
    let current = ticket.followers();
    let has = |follower: &&Follower| current.binary_search(follower).is_ok();
    // Who follows by a merge only, follows from now on also when that is undone.
    let added = edit.follow.iter().filter(|who| !has(who) || ticket.follows_by_merge(who));
    let added: Vec<Follower> = added.copied().collect();
    let removed: Vec<Follower> = edit
        .unfollow
        .iter()
        .filter(|who| has(who) && !edit.follow.contains(*who))
        .copied()
        .collect();
    let new = added.iter().filter(|who| !has(who)).count();
    if new > 0 {
        let count = current.len() + new - removed.len();
        within("followers", cx.settings.limits().followers, count)?;
    }
    let changes = !added.is_empty() || !removed.is_empty();
    Ok(changes.then_some(TicketChange::FollowersChanged { added, removed }))
}

fn edit_field(
    work: &Work<'_>,
    field: &FieldName,
    value: Option<&FieldValue>,
) -> Result<Option<(TicketChange, Option<Personal>)>, Refusal> {
    let cx = work.cx;
    let current = work.ticket.field(field);
    let Some(value) = value else {
        // A field that the settings have dropped since can still be cleared.
        if current.is_none() && cx.settings.field(field).is_none() {
            return Err(unknown(Vocabulary::Field, field.as_str()));
        }
        let status = work.ticket.status();
        if cx.settings.workflow().required_fields(&status.name).contains(field) {
            return Err(Refusal::FieldRequired {
                status: status.name.clone(),
                field: field.clone(),
            });
        }
        let change = TicketChange::FieldChanged { field: field.clone(), to: None };
        return Ok(current.map(|_| (change, None)));
    };
    let mut fields = Fields::default();
    fields.set(cx, field, value)?;
    if current == Some(&Erasable::Known(value.clone())) {
        return Ok(None);
    }
    let to = fields.facts.pop().map(|(_, fact)| fact);
    let personal = (!fields.personal.is_empty())
        .then(|| Personal { fields: fields.personal, ..Personal::default() });
    Ok(Some((TicketChange::FieldChanged { field: field.clone(), to }, personal)))
}

fn edit_priority(work: &Work<'_>, edit: &Edit) -> Result<Vec<TicketChange>, Refusal> {
    let cx = work.cx;
    let ticket = &work.ticket;
    let mut changes = Vec::new();
    let to_impact = patched(&edit.impact, ticket.impact(), |name| impact(cx, name))?;
    let to_urgency = patched(&edit.urgency, ticket.urgency(), |name| urgency(cx, name))?;
    let rated = to_impact.as_ref() != ticket.impact() || to_urgency.as_ref() != ticket.urgency();
    let by_matrix = by_matrix(cx, to_impact.as_ref(), to_urgency.as_ref()).filter(|_| rated);
    if rated {
        changes.push(TicketChange::ImpactChanged { impact: to_impact, urgency: to_urgency });
    }
    let wanted = match &edit.priority {
        Some(name) => {
            let by = if cx.is_desk() { PriorityBy::Rule } else { PriorityBy::Hand };
            Some((priority(cx, name)?, by))
        }
        None => by_matrix.map(|priority| (priority, PriorityBy::Matrix)),
    };
    if let Some((to, by)) = wanted
        && to != *ticket.priority()
    {
        let from = ticket.priority().clone();
        changes.push(TicketChange::PriorityChanged { from, to, by });
    }
    Ok(changes)
}

/// Custom fields, split into facts and what is personal.
#[derive(Default)]
pub(super) struct Fields {
    pub(super) facts: Vec<(FieldName, FieldFact)>,
    pub(super) personal: Vec<(FieldName, FieldValue)>,
}

impl Fields {
    pub(super) fn set(
        &mut self,
        cx: &Cx<'_>,
        field: &FieldName,
        value: &FieldValue,
    ) -> Result<(), Refusal> {
        let def = cx.settings.field(field);
        self.put(def, field, value)
    }

    /// Sets a field of this definition; without one, there is no such field.
    pub(super) fn put(
        &mut self,
        def: Option<&FieldDef>,
        field: &FieldName,
        value: &FieldValue,
    ) -> Result<(), Refusal> {
        let def = def.ok_or_else(|| unknown(Vocabulary::Field, field.as_str()))?;
        def.kind
            .accepts(value)
            .map_err(|problem| Refusal::FieldInvalid { field: field.clone(), problem })?;
        let fact = if def.personal || matches!(value, FieldValue::Text(_)) {
            self.personal.push((field.clone(), value.clone()));
            FieldFact::Personal
        } else {
            FieldFact::Value(value.clone())
        };
        self.facts.push((field.clone(), fact));
        Ok(())
    }
}
