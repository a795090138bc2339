//! Samples of guests: what was granted on a ticket, and taken back.

use std::sync::Arc;

use helpdesk::{
    Actor, Change, Event, FieldDef, FieldKind, Grant, GuestId, GuestRight, Party, Personal,
    SettingsDraft, TicketChange,
};

use crate::samples::{MARIA, bare_opening, event, monday, plain};

/// The rights that there are.
pub(crate) const RIGHTS: [GuestRight; 3] =
    [GuestRight::Status, GuestRight::View, GuestRight::Reply];

/// A ticket on which guests come and go, and one writes.
pub(crate) fn history() -> Vec<Event> {
    let guest = GuestId::from_u128(0x60);
    let grant = |guest, rights: &[GuestRight]| TicketChange::AccessGranted {
        grant: Grant {
            guest,
            contact: MARIA,
            rights: rights.iter().copied().collect(),
            until: monday() + chrono::TimeDelta::days(7),
        },
    };
    let changes = [
        grant(guest, &RIGHTS),
        grant(GuestId::from_u128(0x61), &RIGHTS[..1]),
        TicketChange::AccessRevoked { guest },
    ];
    let mut history = vec![bare_opening()];
    for (place, change) in changes.into_iter().enumerate() {
        let cause = plain(if place == 2 { Actor::Guest(guest) } else { Actor::Host });
        history.push(event(place as u64 + 2, cause, Change::Ticket(change), None::<Personal>));
    }
    history
}

/// Settings in which a guest may move a ticket, and customers see a field.
pub(crate) fn settings() -> Event {
    let mut draft = SettingsDraft::default();
    draft.workflow.statuses[1].transitions[0].by.push(Party::Guest);
    draft.fields = vec![FieldDef::new("order", FieldKind::Boolean).public()];
    let change = Change::Settings(Arc::new(draft.build().unwrap()));
    event(1, plain(Actor::Host), change, None)
}
