//! Samples of what was not delivered.

use helpdesk::{
    Actor, Change, Event, NotDelivered, NoticeId, NoticeKind, Personal, Revision, TicketChange,
};

use crate::samples::{TICKET, bare_opening, event, plain, recipients};

/// A ticket of which nobody was told: by a relay, and by the host, with and without words.
pub(crate) fn history() -> Vec<Event> {
    let kinds = [
        NoticeKind::ReplyToCustomer,
        NoticeKind::Assigned,
        NoticeKind::TicketOpened,
        NoticeKind::HostAction,
    ];
    let attempts = [12, 0, u32::MAX, 1];
    let said = ["550 no such user <maria@example.com>: \"für Ÿvonne\"\n", "", "", "410 Gone"];
    let mut history = vec![bare_opening()];
    for (place, to) in recipients().into_iter().enumerate() {
        let index = if place == 2 { u16::MAX } else { 0 };
        let change = TicketChange::NotDelivered(NotDelivered {
            notice: NoticeId { ticket: TICKET, revision: Revision(place as u64 + 1), index },
            kind: kinds[place],
            to,
            attempts: attempts[place],
            bytes: said[place].len() as u32,
        });
        let text = Some(said[place]).filter(|said| !said.is_empty());
        let personal = text.map(|text| Personal { text: Some(text.into()), ..Personal::default() });
        let actor = if attempts[place] == 0 { Actor::Host } else { Actor::System };
        let revision = place as u64 + 2;
        history.push(event(revision, plain(actor), Change::Ticket(change), personal));
    }
    history
}
