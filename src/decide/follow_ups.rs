//! Who reads and hears of a follow-up, where somebody else than who asks writes too late, and which
//! follow-up takes their words.
//!
//! What they say belongs to the follow-up that they see. One that their words open, they come to
//! read as they read what it continues: by a copy, by a link, or as a colleague.

use std::sync::Arc;

use super::conversation::is_requester;
use super::{Cx, Loaded};
use crate::ids::DeskId;
use crate::people::{Author, Customer, Follower, Grant, Requester, SightPolicy, Who, sight};
use crate::settings::{MOST_CHAIN, Settings};
use crate::ticket::Ticket;

/// Whose eyes count where words come too late: those of who carries them, and of whom a guest
/// speaks for.
#[derive(Clone, Copy)]
pub(super) struct Carrier<'a> {
    who: Who<'a>,
    speaks_for: Option<Customer<'a>>,
    policy: SightPolicy,
}

impl<'a> Carrier<'a> {
    /// Who carries words to this ticket, the one that was named.
    pub(super) fn of(
        desk: DeskId,
        loaded: &'a Loaded,
        settings: &Settings,
        who: Who<'a>,
        named: &Ticket,
    ) -> Self {
        let grant = match who {
            Who::Guest(guest, now) => named.sight().grant(guest, now),
            _ => None,
        };
        let speaks_for = grant.map(|grant| {
            let record = loaded.survivor(desk, grant.contact).map(|contact| &**contact);
            Customer { id: grant.contact, record }
        });
        Self { who, speaks_for, policy: settings.sight_policy() }
    }

    /// The same, while it is decided on.
    pub(super) fn at(cx: &Cx<'a>, named: &Ticket) -> Self {
        Self::of(cx.desk, cx.loaded, cx.settings, cx.who, named)
    }

    pub(super) fn sees(&self, ticket: &Ticket) -> bool {
        let speaks_for = self.speaks_for.map(Who::Customer);
        let mut eyes = [Some(self.who), speaks_for].into_iter().flatten();
        eyes.any(|who| sight(who, ticket.sight(), self.policy).is_some())
    }
}

/// The latest follow-up that the carrier sees. Words that were led on to a ticket that they do not
/// see are led on to its latest.
pub(super) fn latest<'a>(cx: &Cx<'a>, ticket: &Ticket, carrier: Carrier<'a>) -> Option<&'a Ticket> {
    let led_on = !carrier.sees(ticket);
    let mut known = newest_first(cx.desk, cx.loaded, ticket);
    known.find(|follow_up| led_on || carrier.sees(follow_up))
}

/// Whether a ticket is followed up as often as it may be.
pub(super) fn is_full(settings: &Settings, ticket: &Ticket) -> bool {
    ticket.followed_up_by().len() >= settings.limits().follow_ups as usize
}

/// The follow-up that takes words for which there may be no new one, and the ticket where it went
/// on: the latest that the carrier sees, or else the latest; of those that somebody reads.
pub(super) fn last_resort<'a>(
    desk: DeskId,
    loaded: &'a Loaded,
    ticket: &Ticket,
    carrier: Carrier<'_>,
) -> Option<(&'a Ticket, &'a Ticket)> {
    let going_on = |follow_up: &'a Ticket| {
        let end = end_of(desk, loaded, follow_up)?;
        (continues(end, ticket) && !end.is_spam()).then_some((follow_up, end))
    };
    let all = || newest_first(desk, loaded, ticket).filter_map(going_on);
    all().find(|(follow_up, _)| carrier.sees(follow_up)).or_else(|| all().next())
}

/// Whether a ticket that a follow-up has become continues what that followed up: not where it has
/// been merged back, or into a ticket of another kind.
pub(super) fn continues(end: &Ticket, former: &Ticket) -> bool {
    end.id() != former.id() && end.kind() == former.kind()
}

fn newest_first<'a>(
    desk: DeskId,
    loaded: &'a Loaded,
    ticket: &Ticket,
) -> impl Iterator<Item = &'a Ticket> {
    let follow_ups = ticket.followed_up_by().iter().rev();
    follow_ups.filter_map(move |id| loaded.ticket(desk, *id)).map(Arc::as_ref)
}

fn end_of<'a>(desk: DeskId, loaded: &'a Loaded, ticket: &'a Ticket) -> Option<&'a Ticket> {
    let mut end = ticket;
    for _ in 0..=MOST_CHAIN {
        let Some(into) = end.merged_into() else { return Some(end) };
        end = loaded.ticket(desk, into)?;
    }
    None
}

/// Who comes to follow what continues a closed ticket, in order: whose words open it, if they do
/// not ask, under every id that follows that ticket. Or they could not read what they wrote, nor what
/// is answered. A colleague reads it without, for as long as they are one.
pub(super) fn come_to_follow(cx: &Cx<'_>, former: &Ticket, author: &Author) -> Vec<Follower> {
    let (Author::Customer(contact), Requester::Contact(_)) = (author, former.requester()) else {
        return Vec::new();
    };
    if is_requester(cx, author, former.requester()) {
        return Vec::new();
    }
    let record = cx.loaded.survivor(cx.desk, *contact).map(|contact| &**contact);
    let themselves = Customer { id: *contact, record };
    let theirs = |follower: &&Follower| themselves.follows(&[**follower]);
    let room = cx.settings.limits().followers as usize;
    former.followers().iter().filter(theirs).take(room).copied().collect()
}

/// What a guest whose words open what continues a closed ticket is granted there: what they were
/// granted on that one, and for as long.
pub(super) fn comes_in(cx: &Cx<'_>, former: &Ticket) -> Option<Grant> {
    let Who::Guest(guest, now) = cx.who else { return None };
    let grant = former.sight().grant(guest, now)?;
    (cx.settings.limits().guests > 0).then(|| grant.clone())
}
