//! What the clocks of a ticket are measured by.

use super::Asking;
use crate::decide::clocks::published;
use crate::ids::{ContactId, Key, OrganisationId, TicketId};
use crate::record::Record;
use crate::sla::policy::Audience;
use crate::ticket::Ticket;
use crate::time::Instant;

/// The settings that were in force when a ticket's clocks last followed, and to whom its requester
/// belongs.
pub(super) fn measuring(asking: &mut Asking<'_>, id: TicketId) {
    let loaded = asking.loaded;
    let Some(ticket) = loaded.ticket(asking.desk, id) else { return };
    let settings = loaded.record(Key::settings(asking.desk));
    let revision = settings.map(|record| record.revision);
    belonging(asking, ticket.organisation());
    let Some(promised) = ticket.promised() else { return };
    if revision.is_some_and(|revision| revision != promised.settings) {
        asking.passage(published(asking.desk, promised.settings));
    }
}

/// Whether a ticket that has no clocks yet may be work again: it is finished, or part of another, or
/// spam, or will have been finished by now.
pub(super) fn may_be_back(ticket: &Ticket, now: Instant) -> bool {
    let now = now.max(ticket.updated_at());
    let closes = ticket.timers().auto_close.is_some_and(|due| due <= now);
    let away = closes || ticket.clocks_rest() || ticket.status().category.is_done();
    ticket.promised().is_none() && away
}

/// The settings by which clocks were judged that have ended since, where something is told late of
/// a ticket.
pub(super) fn correcting(asking: &mut Asking<'_>, id: TicketId) {
    let loaded = asking.loaded;
    let settings = loaded.record(Key::settings(asking.desk)).map(|record| record.revision);
    let (Some(settings), Some(ticket)) = (settings, loaded.ticket(asking.desk, id)) else {
        return;
    };
    for (_, _, by) in ticket.judged().filter(|(_, _, by)| by.settings != settings) {
        asking.passage(published(asking.desk, by.settings));
    }
}

/// What the clocks are counted from of a ticket that has none yet, where it is to adopt them.
pub(super) fn adopting(asking: &mut Asking<'_>, id: TicketId) {
    let settings = asking.loaded.record(Key::settings(asking.desk)).and_then(Record::settings);
    let (Some(settings), Some(ticket)) = (settings, asking.loaded.ticket(asking.desk, id)) else {
        return;
    };
    let policies = settings.sla_policies();
    let lacks = |audience| match audience {
        Audience::Customer => !policies.is_empty() && !ticket.has_clocks(audience),
        Audience::Internal => policies.have_internal() && !ticket.has_clocks(audience),
    };
    let rests = ticket.clocks_rest() || ticket.status().category.is_done();
    if !rests && Audience::ALL.into_iter().any(lacks) {
        asking.whole(id);
    }
}

/// The organisation of who asks, where a policy looks at it.
fn belonging(asking: &mut Asking<'_>, organisation: Option<OrganisationId>) {
    let settings = asking.loaded.record(Key::settings(asking.desk)).and_then(Record::settings);
    let looks = settings.is_some_and(|settings| settings.sla_policies().ask_for_customer());
    if let Some(organisation) = organisation.filter(|_| looks) {
        asking.record(Key::organisation(asking.desk, organisation));
    }
}

/// That of a contact who asks anew.
pub(super) fn belonging_of(asking: &mut Asking<'_>, contact: ContactId) {
    let contact = asking.loaded.survivor(asking.desk, contact);
    belonging(asking, contact.and_then(|contact| contact.organisation()));
}
