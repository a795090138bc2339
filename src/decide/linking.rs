//! Links between tickets: one event on each, and no ticket above itself.

use super::checks::within;
use super::decision::Guard;
use super::work::Work;
use super::{Cx, Refusal};
use crate::ids::{Key, TicketId};
use crate::ticket::command::{Link, Unlink};
use crate::ticket::{LinkKind, TicketChange, TicketLink};

/// Links two tickets. Gives back the other one.
pub(super) fn link<'a>(
    work: &mut Work<'a>,
    Link { ticket, kind, other }: &Link,
) -> Result<Work<'a>, Refusal> {
    let mut far = other_end(work, *ticket, *other)?;
    far.not_merged()?;
    let (kind, inverse) = (*kind, kind.inverse());
    if has(work, TicketLink { kind, to: *other }) {
        return Ok(far);
    }
    let limit = work.cx.settings.limits().links;
    for end in [&*work, &far] {
        within("links", limit, end.ticket.links().len() + 1)?;
    }
    match kind {
        LinkKind::ParentOf => under(work, &far)?,
        LinkKind::ChildOf => under(&mut far, work)?,
        LinkKind::Related
        | LinkKind::DuplicateOf
        | LinkKind::DuplicatedBy
        | LinkKind::CausedBy
        | LinkKind::Causes => {}
    }
    work.record(TicketChange::Linked { to: *other, kind }, None);
    far.record(TicketChange::Linked { to: *ticket, kind: inverse }, None);
    Ok(far)
}

/// Takes a link back. Gives back the other ticket.
pub(super) fn unlink<'a>(
    work: &mut Work<'a>,
    Unlink { ticket, kind, other }: &Unlink,
) -> Result<Work<'a>, Refusal> {
    let mut far = other_end(work, *ticket, *other)?;
    let (kind, inverse) = (*kind, kind.inverse());
    if has(work, TicketLink { kind, to: *other }) {
        work.record(TicketChange::Unlinked { to: *other, kind }, None);
        far.record(TicketChange::Unlinked { to: *ticket, kind: inverse }, None);
    }
    Ok(far)
}

fn has(work: &Work<'_>, link: TicketLink) -> bool {
    work.ticket.links().binary_search(&link).is_ok()
}

fn other_end<'a>(
    work: &mut Work<'a>,
    ticket: TicketId,
    other: TicketId,
) -> Result<Work<'a>, Refusal> {
    if ticket == other {
        return Err(Refusal::LinkToItself { ticket });
    }
    let mut far = work.part(work.cx.visible(other)?);
    far.settle()?;
    Ok(far)
}

/// Whether the child may come under this parent: it has none, and is not above it. That rests on
/// every ticket above the parent.
fn under(parent: &mut Work<'_>, child: &Work<'_>) -> Result<(), Refusal> {
    let cx = parent.cx;
    let child = (child.ticket.id(), child.ticket.parent());
    if child.1.is_some() {
        return Err(Refusal::HasParent { ticket: child.0 });
    }
    let limit = cx.settings.limits().link_depth;
    let mut depth = 1;
    let mut above = parent.ticket.parent();
    while let Some(ancestor) = above {
        if ancestor == child.0 {
            return Err(Refusal::LinkCycle { ticket: child.0 });
        }
        depth += 1;
        within("link_depth", limit, depth)?;
        let (guard, next) = hop(cx, ancestor)?;
        parent.guard(guard);
        above = next;
    }
    Ok(())
}

/// One ticket up: what it rests on, and where it leads.
fn hop(cx: &Cx<'_>, id: TicketId) -> Result<(Guard, Option<TicketId>), Refusal> {
    // A link leads to a ticket; one that is not there was not loaded.
    let ticket = cx.loaded.ticket(cx.desk, id).ok_or(Refusal::NotLoaded)?;
    let guard = Guard { key: Key::ticket(cx.desk, id), revision: ticket.revision() };
    Ok((guard, ticket.parent()))
}
