//! Samples of side conversations.

use std::sync::Arc;

use helpdesk::{
    Actor, AttachmentFacts, Author, Change, ContactId, Event, Head, Key, Personal, Revision,
    SettingsDraft, SideId, SideSaid, SideStarted, TicketChange, fold,
};

use crate::samples::{ANNA, DESK, TICKET, bare_opening, event, plain};

const VENDOR: ContactId = ContactId::from_u128(0xc5);

fn said(side: u64, started: Option<u32>, author: Author, files: bool) -> TicketChange {
    let file = AttachmentFacts {
        media_type: "image/png".into(),
        bytes: 2_000,
        digest: None,
        key: "uploads/7".into(),
    };
    TicketChange::SideSaid(SideSaid {
        side: SideId(Revision(side)),
        started: started.map(|subject_bytes| SideStarted { with: VENDOR, subject_bytes }),
        author,
        bytes: 4,
        attachments: if files { vec![file] } else { Vec::new() },
    })
}

/// A ticket with two side conversations: one with a subject, which is answered, closed, and
/// answered again by a machine; and one without.
pub(crate) fn history() -> Vec<Event> {
    let vendor = Actor::Customer(VENDOR);
    let changes = [
        (Actor::Agent(ANNA), said(2, Some(7), Author::Agent(ANNA), true)),
        (vendor, said(2, None, Author::Customer(VENDOR), false)),
        (Actor::Agent(ANNA), TicketChange::SideClosed { side: SideId(Revision(2)) }),
        (Actor::AutoResponder(VENDOR), said(2, None, Author::AutoResponder(VENDOR), false)),
        (Actor::Bot("sorter".into()), said(6, Some(0), Author::Bot("sorter".into()), false)),
        (Actor::Host, said(6, None, Author::Host, false)),
    ];
    let mut history = vec![bare_opening()];
    for (place, (actor, change)) in changes.into_iter().enumerate() {
        let personal = change.side_said().map(|said| Personal {
            text: Some("Yes.".into()),
            subject: said.started.filter(|it| it.subject_bytes > 0).map(|_| "Model 7".into()),
            file_names: said.attachments.iter().map(|_| "fire.png".into()).collect(),
            ..Personal::default()
        });
        history.push(event(place as u64 + 2, plain(actor), Change::Ticket(change), personal));
    }
    history
}

/// Settings with another limit than the default, which settings do not say.
pub(crate) fn settings() -> Event {
    let mut draft = SettingsDraft::default();
    draft.limits.sides = 3;
    let change = Change::Settings(Arc::new(draft.build().unwrap()));
    event(1, plain(Actor::Host), change, None)
}

/// Heads with an open side conversation, a closed one, two; and with a subject that was erased.
pub(crate) fn heads() -> Vec<(Key, Head)> {
    let ticket = Key::ticket(DESK, TICKET);
    let lengths = [2, 4, 7];
    let mut heads: Vec<(Key, Head)> =
        lengths.map(|length| (ticket, fold(ticket, &history()[..length]).unwrap())).to_vec();
    let mut erased = history();
    erased[1].personal = None;
    heads.push((ticket, fold(ticket, &erased).unwrap()));
    heads
}
