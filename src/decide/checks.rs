//! What commands name and say, held against the settings: vocabulary, limits, texts.

use std::sync::Arc;

use super::work::Work;
use super::{Cx, Refusal, Vocabulary};
use crate::ids::{
    CategoryName, ContactId, DepartmentName, ImpactName, PriorityName, Tag, UrgencyName,
    label_problem, name_problem,
};
use crate::people::{Party, Requester, Who};
use crate::personal::Personal;
use crate::settings::{Confirmation, Priority};
use crate::ticket::Ticket;
use crate::workflow::StatusCategory;

/// Refuses what is beyond a limit; gives its size otherwise.
pub(super) fn within(limit: &'static str, allowed: u32, found: usize) -> Result<u32, Refusal> {
    match u32::try_from(found) {
        Ok(size) if size <= allowed => Ok(size),
        _ => Err(Refusal::LimitExceeded {
            limit,
            allowed: u64::from(allowed),
            found: u64::try_from(found).unwrap_or(u64::MAX),
        }),
    }
}

/// What keeps a text from being an address, if anything: its form is the host's business.
pub(super) fn address_problem(address: &str) -> Option<&'static str> {
    // The longest that mail can carry.
    if address.len() > 254 { Some("is longer than 254 bytes") } else { label_problem(address) }
}

/// Nobody hears a contact who is blocked: of contacts that were merged, the block of the one that
/// speaks for them counts.
pub(super) fn not_blocked(cx: &Cx<'_>, contact: ContactId) -> Result<(), Refusal> {
    match cx.loaded.survivor(cx.desk, contact) {
        Some(record) if record.is_blocked() => Err(Refusal::Blocked { contact }),
        Some(_) | None => Ok(()),
    }
}

/// Whoever is blocked asks for nothing on a ticket, themselves, by a machine or by a guest.
pub(super) fn not_from_blocked(cx: &Cx<'_>, ticket: &Ticket) -> Result<(), Refusal> {
    match cx.who {
        Who::Customer(customer) | Who::AutoResponder(customer) => not_blocked(cx, customer.id),
        Who::Guest(guest, now) => match ticket.sight().grant(guest, now) {
            Some(grant) => not_blocked(cx, grant.contact),
            None => Ok(()),
        },
        Who::Agent(_) | Who::Bot | Who::Host | Who::System => Ok(()),
    }
}

/// What keeps a text from being the name of a person or an organisation, if anything: it may be
/// longer than a name in settings.
pub(super) fn long_name_problem(name: &str) -> Option<&'static str> {
    if name.len() > 200 { Some("is longer than 200 bytes") } else { label_problem(name) }
}

/// A reason in words, which must be given.
pub(super) fn reason(work: &Work<'_>, text: &str) -> Result<(u32, Personal), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::Empty { what: "reason" });
    }
    let limit = work.cx.settings.limits().text_bytes;
    let bytes = within("text_bytes", limit, text.len())?;
    Ok((bytes, Personal { text: Some(text.into()), ..Personal::default() }))
}

/// Only unfinished work is given on.
pub(super) fn unfinished(work: &Work<'_>) -> Result<(), Refusal> {
    let status = work.ticket.status();
    if status.category.is_done() {
        return Err(Refusal::Finished { status: status.name.clone() });
    }
    Ok(())
}

/// Closed tickets are reopened first.
pub(super) fn not_closed(work: &Work<'_>) -> Result<(), Refusal> {
    match work.ticket.status() {
        status if status.category == StatusCategory::Closed => {
            Err(Refusal::Closed { status: status.name.clone() })
        }
        _ => Ok(()),
    }
}

pub(super) fn unknown(what: Vocabulary, name: &str) -> Refusal {
    Refusal::Unknown { what, name: shortened(name) }
}

pub(super) fn bad_name(what: Vocabulary, name: &str, problem: &'static str) -> Refusal {
    Refusal::BadName { what, name: shortened(name), problem }
}

fn shortened(name: &str) -> String {
    name.chars().take(80).collect()
}

pub(super) fn subject(cx: &Cx<'_>, subject: &str) -> Result<Arc<str>, Refusal> {
    let subject = subject.trim();
    if subject.is_empty() {
        return Err(Refusal::Empty { what: "subject" });
    }
    within("subject_bytes", cx.settings.limits().subject_bytes, subject.len())?;
    Ok(subject.into())
}

pub(super) fn tags<'a>(
    cx: &Cx<'_>,
    mut tags: impl Iterator<Item = &'a Tag>,
    count: usize,
) -> Result<(), Refusal> {
    within("tags", cx.settings.limits().tags, count)?;
    tags.try_for_each(|tag| match name_problem(tag.as_str()) {
        Some(problem) => Err(bad_name(Vocabulary::Tag, tag.as_str(), problem)),
        None => Ok(()),
    })
}

pub(super) fn department(cx: &Cx<'_>, name: &DepartmentName) -> Result<DepartmentName, Refusal> {
    let known = cx.settings.department(name);
    known
        .map(|department| department.name.clone())
        .ok_or_else(|| unknown(Vocabulary::Department, name.as_str()))
}

pub(super) fn category(cx: &Cx<'_>, name: &CategoryName) -> Result<CategoryName, Refusal> {
    let known = cx.settings.category(name).cloned();
    known.ok_or_else(|| unknown(Vocabulary::Category, name.as_str()))
}

pub(super) fn priority(cx: &Cx<'_>, name: &PriorityName) -> Result<Priority, Refusal> {
    cx.settings.priority(name).ok_or_else(|| unknown(Vocabulary::Priority, name.as_str()))
}

pub(super) fn impact(cx: &Cx<'_>, name: &ImpactName) -> Result<ImpactName, Refusal> {
    let scale = cx.settings.priority_matrix().map_or(&[][..], |matrix| &matrix.impacts);
    let known = scale.iter().find(|known| *known == name);
    known.cloned().ok_or_else(|| unknown(Vocabulary::Impact, name.as_str()))
}

pub(super) fn urgency(cx: &Cx<'_>, name: &UrgencyName) -> Result<UrgencyName, Refusal> {
    let scale = cx.settings.priority_matrix().map_or(&[][..], |matrix| &matrix.urgencies);
    let known = scale.iter().find(|known| *known == name);
    known.cloned().ok_or_else(|| unknown(Vocabulary::Urgency, name.as_str()))
}

/// The priority that the matrix gives, where both impact and urgency are known.
pub(super) fn by_matrix(
    cx: &Cx<'_>,
    impact: Option<&ImpactName>,
    urgency: Option<&UrgencyName>,
) -> Option<Priority> {
    let matrix = cx.settings.priority_matrix()?;
    cx.settings.priority(matrix.priority(impact?, urgency?)?)
}

/// Whether the customer's word is asked for, where this actor would resolve the ticket unasked.
pub(super) fn not_asked(work: &Work<'_>) -> Result<(), Refusal> {
    let required = work.cx.settings.confirm_resolution() == Confirmation::Required;
    let customers = matches!(work.ticket.requester(), Requester::Contact(_));
    // Those with authority over the desk may, or nothing could end without an answer; bots and
    // customers, where the workflow says so by name.
    let agents = matches!(work.cx.party(), Party::Agent | Party::RestrictedAgent);
    if required && customers && agents { Err(Refusal::ConfirmationRequired) } else { Ok(()) }
}
