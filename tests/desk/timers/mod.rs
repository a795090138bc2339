//! What tickets do by themselves, to the microsecond, whoever ticks and how often.

mod auto_close;
mod clocks;
mod new_settings;
mod open_age;
mod postponing;
mod ticking;

use crate::support::*;
use helpdesk::command::{Edit, LogConversation, Note, Postpone, Resolve, Resolving, SaidBy, Take};
use helpdesk::{
    Actor, Channel, Command, Event, Moved, NoticeKind, OpenAge, Recipient, Rule, SettingsDraft,
    Span, Step, TicketChange, TicketId, TimerKind,
};

/// The events that timers made, and when.
fn fired(desk: &TestDesk, id: TicketId) -> Vec<(At, TicketChange)> {
    let by_itself = |event: &Event| event.cause.actor == Actor::System;
    let history = desk.history(id);
    let events = history.into_iter().filter(by_itself);
    events.map(|event| (event.at, event.ticket_change().unwrap().clone())).collect()
}

fn moves(desk: &TestDesk, id: TicketId, why: Moved) -> Vec<(At, String)> {
    let events = fired(desk, id).into_iter();
    let moves = events.filter_map(|(at, change)| match change {
        TicketChange::StatusChanged(change) if change.because == why => {
            Some((at, change.to.name.to_string()))
        }
        _ => None,
    });
    moves.collect()
}
