//! Samples of solutions that are proposed, and of spam.

use std::sync::Arc;

use chrono::TimeDelta;
use helpdesk::{
    Actor, Change, Confirmation, Event, Head, Heard, Key, Moved, Personal, Proposed, Revision,
    SettingsDraft, Status, StatusCategory, StatusChange, TicketChange, TicketId, Timers, fold,
};

use crate::samples::{ANNA, DESK, MARIA, TICKET, bare_opening, event, monday, plain};

/// What moved tickets since the first golden lines were written.
pub(crate) const MOVES: [Moved; 5] =
    [Moved::Proposed, Moved::Confirmed, Moved::Rejected, Moved::MarkedSpam, Moved::UnmarkedSpam];

/// The policies that there are.
pub(crate) const POLICIES: [Confirmation; 3] =
    [Confirmation::Off, Confirmation::Offered, Confirmation::Required];

fn proposed(message: u64) -> TicketChange {
    TicketChange::SolutionProposed { code: "solved".into(), bytes: 9, message: Revision(message) }
}

/// A ticket of which a solution is proposed, rejected, proposed again and confirmed; and which is
/// taken for spam for a while.
pub(crate) fn history() -> Vec<Event> {
    let heard = Heard { waiting_since: Some(monday()), ..Heard::default() };
    let status = |name: &str, category| Status { name: name.into(), category };
    let confirmed = TicketChange::SolutionConfirmed {
        code: "solved".into(),
        proposed_by: Actor::Agent(ANNA),
        proposal: Revision(4),
    };
    let mut changes = vec![
        proposed(1),
        TicketChange::SolutionRejected { heard },
        proposed(2),
        confirmed,
        TicketChange::SpamMarked { spam: true },
        TicketChange::SpamMarked { spam: false },
    ];
    changes.extend(MOVES.map(|because| {
        TicketChange::StatusChanged(StatusChange {
            from: status("new", StatusCategory::New),
            to: status("closed", StatusCategory::Closed),
            because,
            reason: None,
            until: None,
            returns_to_new: false,
            clocks_anew: false,
            bytes: 0,
            timers: Timers { retention: Some(monday() + TimeDelta::days(9)), ..Timers::default() },
        })
    }));
    let mut history = vec![bare_opening()];
    for (place, change) in changes.into_iter().enumerate() {
        let customers = matches!(
            change,
            TicketChange::SolutionRejected { .. } | TicketChange::SolutionConfirmed { .. }
        );
        let actor = if customers { Actor::Customer(MARIA) } else { Actor::Agent(ANNA) };
        let words = matches!(change, TicketChange::SolutionProposed { .. });
        let text = words.then(|| "Unplugged".into());
        let personal = text.map(|text| Personal { text: Some(text), ..Personal::default() });
        history.push(event(place as u64 + 2, plain(actor), Change::Ticket(change), personal));
    }
    history
}

/// Settings of each policy but the first, which settings do not say.
pub(crate) fn settings() -> Vec<Event> {
    let drafts = POLICIES[1..].iter().zip([None, Some("confirmation".into())]);
    let drafts = drafts.map(|(policy, reason)| {
        let mut draft = SettingsDraft { confirm_resolution: *policy, ..SettingsDraft::default() };
        let status = if reason.is_some() { "pending" } else { "answered" }.into();
        draft.workflow.landmarks.proposed = Some(Proposed { status, reason });
        draft
    });
    let events = drafts.map(|draft| {
        let change = Change::Settings(Arc::new(draft.build().unwrap()));
        event(1, plain(Actor::Host), change, None)
    });
    events.collect()
}

/// A merged ticket on which a proposal waits for the merge to be undone.
pub(crate) fn merged() -> (Key, Head) {
    let ticket = Key::ticket(DESK, TICKET);
    let status = |name: &str, category| Status { name: name.into(), category };
    let merged = TicketChange::MergedInto {
        into: TicketId::from_u128(0x76),
        status: StatusChange {
            from: status("pending", StatusCategory::Waiting),
            to: status("closed", StatusCategory::Closed),
            because: Moved::Merged,
            reason: None,
            until: None,
            returns_to_new: false,
            clocks_anew: false,
            bytes: 0,
            timers: Timers::default(),
        },
    };
    let mut history = history();
    history.truncate(2);
    history.push(event(3, plain(Actor::Agent(ANNA)), Change::Ticket(merged), None));
    (ticket, fold(ticket, &history).unwrap())
}

/// Heads with a proposal, with a confirmed resolution, marked as spam.
pub(crate) fn heads() -> Vec<(Key, Head)> {
    let ticket = Key::ticket(DESK, TICKET);
    let lengths = [2, 5, 6];
    let mut heads: Vec<(Key, Head)> =
        lengths.map(|length| (ticket, fold(ticket, &history()[..length]).unwrap())).to_vec();
    let settings = Key::settings(DESK);
    heads.extend(self::settings().iter().map(|one| (settings, fold(settings, [one]).unwrap())));
    heads
}
