//! What a decision must see beside the ticket that is named: what is due, whose words are whose,
//! what waits for what.

use std::collections::BTreeSet;

use super::measure::{belonging_of, measuring};
use super::{Asking, Look, Needs, Passage, end_of};
use crate::decide::follow_ups::{Carrier, is_full, last_resort};
use crate::decide::{Call, who};
use crate::ids::{Key, TicketId};
use crate::people::{Author, Deed, may, sight};
use crate::record::Record;
use crate::ticket::command::{Redact, Split};
use crate::ticket::{MessageRef, Ticket, retention_falls_due};
use crate::time::Instant;

/// Words that are erased where they are, or, having been split off, on the ticket that shows them:
/// of whatever is one conversation with the ticket that is named.
pub(super) fn redacting(asking: &mut Asking<'_>, redact: &Redact) {
    let named = end_of(asking, redact.ticket);
    for MessageRef { ticket, revision } in &redact.messages {
        let end = end_of(asking, *ticket);
        let Some(source) = asking.loaded.ticket(asking.desk, *ticket) else { continue };
        let to = source.split_off_to(*revision);
        let shown = to.map_or(end, |to| end_of(asking, to));
        if *ticket == redact.ticket || end == named || shown == named {
            let whose = to.unwrap_or(*ticket);
            // Its words may be due to be erased with those of the one that goes on.
            settling(asking, shown);
            settling(asking, whose);
            asking.whole(whose);
        }
    }
}

/// The tickets whose words go with those of this one: what was merged into it, and into these,
/// with what is due on them.
pub(super) fn conversation(asking: &mut Asking<'_>, ticket: TicketId) {
    let loaded = asking.loaded;
    let mut open = vec![ticket];
    while let Some(id) = open.pop() {
        let Some(ticket) = loaded.ticket(asking.desk, id) else { continue };
        for member in ticket.merged() {
            asking.record(Key::ticket(asking.desk, member));
            if loaded.ticket(asking.desk, member).is_some_and(|member| !member.is_held()) {
                reminding(asking, member);
                asking.whole(member);
                open.push(member);
            }
        }
    }
}

/// A message that is split off: the history that it is in, and every ticket between that and the
/// one whose thread shows it.
pub(super) fn splitting(asking: &mut Asking<'_>, split: &Split) {
    asking.record(Key::ticket(asking.desk, split.id));
    let (mut at, end) = (split.message.ticket, end_of(asking, split.message.ticket));
    let source = asking.loaded.ticket(asking.desk, at);
    let Some(source) = source.filter(|_| end == split.ticket) else { return };
    if split.message.revision <= source.revision() {
        asking.whole(at);
        // Whose ticket the new one will be.
        let passage = Passage::whole(Key::ticket(asking.desk, at), source.revision());
        let events = asking.loaded.passage(passage).unwrap_or_default();
        let event = events.iter().find(|event| event.revision == split.message.revision);
        let message = event.and_then(|event| event.ticket_change()?.message());
        if let Some(Author::Customer(contact)) = message.map(|message| &message.author) {
            asking.contact(*contact);
            belonging_of(asking, *contact);
        }
    }
    // What is due on those that are written to comes before.
    while at != end {
        settling(asking, at);
        let known = asking.loaded.ticket(asking.desk, at);
        let Some(into) = known.and_then(|ticket| ticket.merged_into()) else { break };
        at = into;
    }
}

/// What may keep a ticket from being finished, where the settings say so; as it was at an instant
/// that has passed, where one is named.
pub(super) fn blocks(asking: &mut Asking<'_>, id: TicketId, at: Option<Instant>) {
    let loaded = asking.loaded;
    let settings = loaded.record(Key::settings(asking.desk)).and_then(Record::settings);
    let Some((ticket, settings)) = loaded.ticket(asking.desk, id).zip(settings) else { return };
    let mut look = Look::new(asking.desk, loaded, at);
    look.blocks(ticket, settings.close_blocks());
    let Needs { records, passages, .. } = look.missing;
    records.into_iter().for_each(|key| asking.record(key));
    passages.into_iter().for_each(|passage| asking.passage(passage));
}

/// The tickets above one, as far up as links may lead: one a round.
pub(super) fn ancestors(asking: &mut Asking<'_>, ticket: TicketId) {
    let settings = asking.loaded.record(Key::settings(asking.desk)).and_then(Record::settings);
    let depth = settings.map_or(0, |settings| settings.limits().link_depth);
    let mut above = Some(ticket);
    for _ in 0..depth {
        let Some(ticket) = above.and_then(|id| asking.loaded.ticket(asking.desk, id)) else {
            return;
        };
        above = ticket.parent();
        if let Some(parent) = above {
            asking.record(Key::ticket(asking.desk, parent));
        }
    }
}

/// A ticket on which something is said: it may reopen, or, being closed for too long, be
/// continued by its latest follow-up that they see, which may reopen in its turn; and where it may
/// have no more of them, by any.
pub(super) fn listener(asking: &mut Asking<'_>, call: &Call, named: TicketId, ticket: TicketId) {
    former_owner(asking, ticket);
    let (desk, loaded) = (asking.desk, asking.loaded);
    let settings = loaded.record(Key::settings(desk)).and_then(Record::settings);
    let (Some(named), Some(ticket), Some(settings), Ok(who)) = (
        loaded.ticket(desk, named),
        loaded.ticket(desk, ticket),
        settings,
        who(desk, call, loaded),
    ) else {
        return;
    };
    if !ticket.status().category.is_done() {
        return;
    }
    let carrier = Carrier::of(desk, loaded, settings, who, named);
    let led_on = !carrier.sees(ticket);
    for id in ticket.followed_up_by().iter().rev() {
        let end = end_of(asking, *id);
        match loaded.ticket(desk, *id) {
            Some(follow_up) if !led_on && !carrier.sees(follow_up) => {}
            Some(_) => {
                settling(asking, end);
                former_owner(asking, end);
                break;
            }
            None => return,
        }
    }
    if is_full(settings, ticket) {
        for id in ticket.followed_up_by() {
            end_of(asking, *id);
        }
        if let Some((_, end)) = last_resort(desk, loaded, ticket, carrier) {
            settling(asking, end.id());
            former_owner(asking, end.id());
        }
    }
}

/// The follow-ups of the ticket that a merged one went into, theirs, and where these were merged
/// since: as far as somebody may follow them by that merge. None where the actor may not undo it.
pub(super) fn leaving(asking: &mut Asking<'_>, call: &Call, ticket: TicketId) {
    let (desk, loaded) = (asking.desk, asking.loaded);
    let known = |id: TicketId| loaded.ticket(desk, id);
    let settings = loaded.record(Key::settings(desk)).and_then(Record::settings);
    let merged = known(ticket);
    let survivor = merged.and_then(|ticket| ticket.merged_into()).and_then(known);
    let (Some(settings), Some(merged), Some(survivor), Ok(who)) =
        (settings, merged, survivor, who(desk, call, loaded))
    else {
        return;
    };
    let sees = |it: &Ticket| sight(who, it.sight(), settings.sight_policy()).is_some();
    let may_undo = sees(merged) && sees(survivor) && may(who.party(), Deed::Merge, false);
    if !may_undo || survivor.merged_into().is_some() {
        return;
    }
    let mut places: Vec<TicketId> = survivor.lent_to().to_vec();
    let mut seen: BTreeSet<TicketId> = BTreeSet::new();
    while let Some(id) = places.pop() {
        if !seen.insert(id) {
            continue;
        }
        asking.record(Key::ticket(asking.desk, id));
        let Some(place) = loaded.ticket(asking.desk, id) else { continue };
        places.extend(place.lent_to());
        if place.has_come_by_merge() {
            places.extend(place.merged_into());
            settling(asking, id);
            let end = end_of(asking, id);
            settling(asking, end);
        }
    }
}

/// A ticket on which what is due is carried out before a command. That may rest on others: on its
/// children and what was merged, where they keep it from closing, and on those who are to be
/// reminded; and where its retention is due, that erases from its history and from those of what was
/// merged into it, and what is left is folded anew.
pub(super) fn settling(asking: &mut Asking<'_>, id: TicketId) {
    let loaded = asking.loaded;
    let Some(ticket) = loaded.ticket(asking.desk, id) else { return };
    let now = asking.now.max(ticket.updated_at());
    if let Some(due) = ticket.timers().auto_close.filter(|due| *due <= now) {
        blocks(asking, id, Some(due));
    }
    reminding(asking, id);
    measuring(asking, id);
    let settings = loaded.record(Key::settings(asking.desk)).and_then(Record::settings);
    if settings.is_some_and(|settings| retention_falls_due(ticket, settings, now)) {
        asking.whole(id);
        conversation(asking, id);
    }
}

/// Who is to be reminded of what on a ticket by now.
pub(super) fn reminding(asking: &mut Asking<'_>, id: TicketId) {
    let loaded = asking.loaded;
    let Some(ticket) = loaded.ticket(asking.desk, id) else { return };
    let now = asking.now.max(ticket.updated_at());
    let reminders = || ticket.todos().iter().filter(|it| it.pending().is_some_and(|at| at <= now));
    if reminders().next().is_some() {
        // Whoever is to be reminded: its owner, or whose work the ticket is, or where it went on.
        let end = end_of(asking, id);
        let end = loaded.ticket(asking.desk, end).and_then(|end| end.assignee());
        let owners = reminders().filter_map(|todo| todo.owner());
        owners.chain(ticket.assignee()).chain(end).for_each(|owner| asking.agent(owner));
    }
}

/// Finished work that may reopen: its owner keeps it only if they still may, and have room.
pub(super) fn former_owner(asking: &mut Asking<'_>, ticket: TicketId) {
    let owner = asking
        .loaded
        .ticket(asking.desk, ticket)
        .filter(|ticket| ticket.status().category.is_done())
        .and_then(|ticket| ticket.assignee());
    if let Some(owner) = owner {
        asking.owner(owner);
    }
}
