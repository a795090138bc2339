//! Samples of subjects and external references: what was attached to a ticket, and detached.

use std::sync::Arc;

use helpdesk::{
    About, Actor, Change, Event, ExternalRef, Opened, SettingsDraft, TicketChange, UniqueKey,
};

use crate::samples::{MARIA, bare_opening, event, plain};

fn references() -> [ExternalRef; 2] {
    [
        ExternalRef::new("jira", "acme.example.com", "OPS-17"),
        // Nowhere in particular; and an id may have anything in it.
        ExternalRef::new("shop", "", "4711:\"ü\"/1"),
    ]
}

/// A ticket that is opened with subjects and references, some of which go.
pub(crate) fn history() -> Vec<Event> {
    let about = [About::new("asset", "a:7/1"), About::new("order", "4711").role("disputed")];
    let mut opening = bare_opening();
    let Change::Ticket(TicketChange::Opened(opened)) = opening.change else {
        panic!("it opens a ticket")
    };
    opening.cause = Arc::new(plain(Actor::Customer(MARIA)));
    opening.change = Change::Ticket(TicketChange::Opened(Box::new(Opened {
        about: about.to_vec(),
        external_refs: references()[..1].to_vec(),
        ..*opened
    })));
    let changes = [
        TicketChange::AboutChanged {
            added: vec![About::new("order", "4712")],
            removed: about[..1].to_vec(),
        },
        TicketChange::ExternalRefsChanged {
            added: references()[1..].to_vec(),
            removed: references()[..1].to_vec(),
        },
    ];
    let mut history = vec![opening];
    for (place, change) in changes.into_iter().enumerate() {
        let change = Change::Ticket(change);
        history.push(event(place as u64 + 2, plain(Actor::Host), change, None));
    }
    history
}

/// Settings in which there may be few of them.
pub(crate) fn settings() -> Event {
    let mut draft = SettingsDraft::default();
    draft.limits.about = 5;
    draft.limits.external_refs = 2;
    draft.limits.object_id_bytes = 36;
    let change = Change::Settings(Arc::new(draft.build().unwrap()));
    event(1, plain(Actor::Host), change, None)
}

/// The keys that no two tickets have.
pub(crate) fn keys() -> Vec<UniqueKey> {
    references().map(UniqueKey::from).to_vec()
}
