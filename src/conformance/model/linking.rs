//! Links between tickets in the model: T7 and L6.

use super::{Model, ModelTicket, Step};
use crate::command::{Link, Unlink};
use crate::{LinkKind, TicketId};

impl Model {
    pub(super) fn link(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, link: &Link) {
        let Some(mut other) = self.other_end(step, ticket, link.other) else { return };
        step.require(other.merged_into.is_none(), "merged");
        if !ticket.links.contains(&(link.kind, link.other)) {
            let most = self.settings.limits().links;
            self.at_most(step, ticket.links.len() + 1, most);
            self.at_most(step, other.links.len() + 1, most);
            match link.kind {
                LinkKind::ParentOf => self.place(step, ticket, &other),
                LinkKind::ChildOf => self.place(step, &other, ticket),
                _ => {}
            }
            ticket.links.insert((link.kind, link.other));
            other.links.insert((opposite(link.kind), link.ticket));
        }
        self.also(step, other, link.other);
    }

    pub(super) fn unlink(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, unlink: &Unlink) {
        let Some(mut other) = self.other_end(step, ticket, unlink.other) else { return };
        ticket.links.remove(&(unlink.kind, unlink.other));
        other.links.remove(&(opposite(unlink.kind), unlink.ticket));
        self.also(step, other, unlink.other);
    }

    /// The other ticket, with what was due on it done.
    fn other_end(
        &self,
        step: &mut Step<'_>,
        ticket: &ModelTicket,
        other: TicketId,
    ) -> Option<ModelTicket> {
        step.require(ticket.id != other, "link_to_itself");
        let seen = self
            .tickets
            .get(&other)
            .filter(|it| self.sees(step.actor, step.party, step.claimed, it));
        let Some(other) = seen else {
            step.require(false, "not_found");
            return None;
        };
        let mut other = step.part(other);
        let now = step.claimed.max(other.updated_at);
        let parts = self.settle(&mut other, now);
        self.keep_parts(step, parts);
        Some(other)
    }

    /// Has the other ticket written, too, if anything about it has changed.
    fn also(&self, step: &mut Step<'_>, mut other: ModelTicket, id: TicketId) {
        let before = self.tickets.get(&id);
        let now = step.claimed.max(other.updated_at);
        let linked = before.is_none_or(|before| before.links != other.links);
        let timers = other.timers;
        if linked {
            self.follow(&mut other, now, true);
        }
        other.arm(&self.settings);
        if linked || timers != other.timers {
            other.updated_at = now;
        }
        step.also.push(other);
    }

    /// Whether the child may come under the parent.
    fn place(&self, step: &mut Step<'_>, parent: &ModelTicket, child: &ModelTicket) {
        step.require(child.parent().is_none(), "has_parent");
        let mut line = vec![parent.id];
        while let Some(above) = line.last().and_then(|id| self.tickets.get(id)?.parent()) {
            line.push(above);
        }
        step.require(!line.contains(&child.id), "link_cycle");
        self.at_most(step, line.len(), self.settings.limits().link_depth);
    }
}

impl ModelTicket {
    /// The ticket that it is a part of.
    pub fn parent(&self) -> Option<TicketId> {
        self.links.iter().find(|(kind, _)| *kind == LinkKind::ChildOf).map(|(_, id)| *id)
    }
}

/// What the other ticket is to this one.
fn opposite(kind: LinkKind) -> LinkKind {
    let pairs = [
        (LinkKind::ParentOf, LinkKind::ChildOf),
        (LinkKind::DuplicateOf, LinkKind::DuplicatedBy),
        (LinkKind::CausedBy, LinkKind::Causes),
    ];
    let other = pairs.into_iter().find_map(|(one, two)| match kind {
        kind if kind == one => Some(two),
        kind if kind == two => Some(one),
        _ => None,
    });
    other.unwrap_or(kind)
}
