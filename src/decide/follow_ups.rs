//! Who reads and hears of a follow-up, where somebody else than who asks writes too late.
//!
//! What they say belongs to the follow-up that they see. One that their words open, they follow.

use super::conversation::is_requester;
use super::{Cx, Loaded};
use crate::ids::DeskId;
use crate::people::{Author, Customer, Follower, Requester, Sight, Who, sight};
use crate::ticket::Ticket;

/// Whose eyes count where words on this ticket, the one that was named, come too late: those of who
/// carries them; of a guest, of the contact in whose name they write.
pub(super) fn carrier_of<'a>(
    desk: DeskId,
    loaded: &'a Loaded,
    who: Who<'a>,
    named: &Ticket,
) -> Who<'a> {
    let Who::Guest(guest, now) = who else { return who };
    named.sight().grant(guest, now).map_or(who, |grant| {
        let record = loaded.survivor(desk, grant.contact).map(|contact| &**contact);
        Who::Customer(Customer { id: grant.contact, record })
    })
}

/// The same, while it is decided on.
pub(super) fn carrier<'a>(cx: &Cx<'a>, named: &Ticket) -> Who<'a> {
    carrier_of(cx.desk, cx.loaded, cx.who, named)
}

/// The latest follow-up that the carrier sees. Words that were led on to a ticket that they do not
/// see are led on to its latest.
pub(super) fn latest<'a>(cx: &Cx<'a>, ticket: &Ticket, carrier: Who<'a>) -> Option<&'a Ticket> {
    let sees =
        |ticket: &Ticket| sight(carrier, ticket.sight(), cx.settings.sight_policy()).is_some();
    let led_on = !sees(ticket);
    let follow_ups = ticket.followed_up_by().iter().rev();
    let mut known = follow_ups.filter_map(|id| cx.loaded.ticket(cx.desk, *id));
    known.find(|follow_up| led_on || sees(follow_up)).map(|follow_up| &**follow_up)
}

/// Who comes to follow what continues a closed ticket: whose words open it, if they are not who
/// asks, and had it in sight. Or they could not read what they wrote, nor what is answered.
pub(super) fn comes_to_follow(cx: &Cx<'_>, former: &Ticket, author: &Author) -> Option<Follower> {
    let (Author::Customer(contact), Requester::Contact(_)) = (author, former.requester()) else {
        return None;
    };
    let record = cx.loaded.survivor(cx.desk, *contact).map(|contact| &**contact);
    let themselves = Who::Customer(Customer { id: *contact, record });
    // A guest has what they were granted in sight, whatever the contact has.
    let guest = matches!(cx.who, Who::Guest(..)).then_some(cx.who);
    let sees = [Some(themselves), guest]
        .into_iter()
        .flatten()
        .any(|who| sight(who, former.sight(), cx.settings.sight_policy()) >= Some(Sight::Public));
    let follows = sees && !is_requester(cx, author, former.requester());
    follows.then_some(Follower::Contact(*contact))
}
