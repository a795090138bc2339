//! Samples of what hangs together with a ticket, and of what is to be done about it.

use chrono::TimeDelta;
use helpdesk::{
    Actor, Author, Cause, Change, Channel, Event, Heard, LinkKind, Message, Part, Personal,
    Reminded, Revision, Rule, TicketChange, TicketId, Timers, TodoAdded, TodoId, TodoMarked,
    TodoState, Visibility,
};

use crate::samples::{ANNA, BEN, bare_opening, event, message, monday, plain};

pub(crate) const LINKS: [LinkKind; 7] = [
    LinkKind::ParentOf,
    LinkKind::ChildOf,
    LinkKind::Related,
    LinkKind::DuplicateOf,
    LinkKind::DuplicatedBy,
    LinkKind::CausedBy,
    LinkKind::Causes,
];

pub(crate) const TODO_STATES: [TodoState; 3] =
    [TodoState::Open, TodoState::Done, TodoState::Dropped];

/// A ticket to which all of it happens, in no order of reason.
pub(crate) fn history() -> Vec<Event> {
    let mut changes: Vec<(TicketChange, Option<Personal>)> = Vec::new();
    let other = |place: usize| TicketId::from_u128(0x80 + place as u128);
    for (place, kind) in LINKS.into_iter().enumerate() {
        changes.push((TicketChange::Linked { to: other(place), kind }, None));
    }
    changes.push((TicketChange::Unlinked { to: other(2), kind: LinkKind::Related }, None));
    let words = |text: &str| Some(Personal { text: Some(text.into()), ..Personal::default() });
    let note = Message {
        mentions: vec![ANNA, BEN],
        ..message(Author::Agent(ANNA), Part::Neither, Visibility::Note, Channel::Email)
    };
    let heard = Heard { waiting_since: Some(monday()), ..Heard::default() };
    changes.push((TicketChange::MessageAdded { message: note, heard }, words("See Ben's note")));
    let noon = Some(monday() + TimeDelta::hours(3));
    for (owner, remind_at) in [(None, None), (Some(BEN), noon), (None, noon)] {
        let added = TodoAdded { owner, remind_at, bytes: 4 };
        changes.push((TicketChange::TodoAdded(added), words("Call")));
    }
    let first = changes.len() as u64 - 1;
    let todo = |place| TodoId(Revision(first + place));
    let timers = Timers { reminder: noon, ..Timers::default() };
    changes.push((TicketChange::TimersSet { timers }, None));
    for state in TODO_STATES {
        let marked = TodoMarked { todo: todo(0), state, remind_at: None };
        changes.push((TicketChange::TodoMarked(marked), None));
    }
    let open = TodoMarked { todo: todo(1), state: TodoState::Open, remind_at: noon };
    changes.push((TicketChange::TodoMarked(open), None));
    for (place, next) in [(1, noon), (2, None)] {
        changes.push((TicketChange::Reminded(Reminded { todo: todo(place), next }), None));
    }
    changes.push((TicketChange::ClosingHeld { children: 2, todos: u32::MAX }, None));
    let events = changes.into_iter().enumerate().map(|(place, (change, personal))| {
        let cause = match &change {
            TicketChange::Reminded(_) => {
                Cause { rule: Some(Rule::Reminder), ..plain(Actor::System) }
            }
            _ => plain(Actor::Agent(ANNA)),
        };
        event(place as u64 + 2, cause, Change::Ticket(change), personal)
    });
    [bare_opening()].into_iter().chain(events).collect()
}
