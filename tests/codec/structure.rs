//! Samples of merging and splitting.

use std::sync::Arc;

use chrono::TimeDelta;
use helpdesk::sla::Continued;
use helpdesk::sla::policy::Audience;
use helpdesk::{
    Absorbed, Actor, Author, Brought, Cause, Change, Channel, ClockRules, Event, FollowersLeft,
    Heard, MergeClocks, MergedSplit, Message, MessageRef, Moved, Opened, Owed, Part, Personal,
    Released, ReopenClocks, Revision, Rule, SettingsDraft, Span, SplitClocks, SplitOff,
    StatusCategory, StatusChange, TicketChange, TicketId, Timers, Visibility,
};

use crate::samples::{
    ANNA, FOLLOWERS, MARIA, event, message, monday, opened, plain, status, timers,
};

/// A ticket that others are merged into and split off, and that is merged itself.
pub(crate) fn history() -> Vec<Event> {
    let other = TicketId::from_u128(0x73);
    let at = |hours| monday() + TimeDelta::hours(hours);
    let brings = Some(Brought { since: at(1), newest: at(2), yields: false, counts_from: None });
    let absorbed = Absorbed {
        ticket: other,
        waiting_since: Some(monday()),
        brings,
        owed: None,
        cancels_closing: true,
        followers: FOLLOWERS.to_vec(),
        follow_still: Vec::new(),
        tickets: 3,
        chain: 2,
    };
    let bare = Absorbed {
        ticket: TicketId::from_u128(0x74),
        waiting_since: None,
        brings: None,
        owed: None,
        cancels_closing: false,
        followers: Vec::new(),
        follow_still: Vec::new(),
        tickets: 1,
        chain: 1,
    };
    let moved = |from: StatusCategory, to: StatusCategory, because| StatusChange {
        from: status(from.as_str(), from),
        to: status(to.as_str(), to),
        because,
        reason: None,
        until: None,
        returns_to_new: false,
        clocks_anew: false,
        bytes: 0,
        timers: Timers::default(),
    };
    let (new, open, closed) = (StatusCategory::New, StatusCategory::Open, StatusCategory::Closed);
    let late = Message {
        addressed_to: Some(other),
        ..message(Author::Customer(MARIA), Part::Asks, Visibility::Public, Channel::Email)
    };
    let heard = Heard { own_waiting_since: Some(at(3)), ..Heard::default() };
    let changes = vec![
        TicketChange::Opened(Box::new(opened())),
        TicketChange::Absorbed(absorbed),
        TicketChange::StatusChanged(moved(new, open, Moved::Absorbed)),
        TicketChange::Absorbed(bare),
        TicketChange::MessageAdded { message: late, heard },
        TicketChange::SplitOff(SplitOff {
            message: Revision(5),
            to: TicketId::from_u128(0x75),
            waiting_since: Some(at(1)),
            own_waiting_since: None,
            last_asked_at: Some(monday()),
        }),
        TicketChange::MergedSplit(MergedSplit {
            ticket: other,
            brings: Some(Brought { since: at(2), newest: at(2), yields: true, counts_from: None }),
            waiting_since: Some(at(2)),
        }),
        TicketChange::MergedInto {
            into: TicketId::from_u128(0x76),
            status: moved(open, closed, Moved::Merged),
        },
        TicketChange::ReleasedFrom {
            from: TicketId::from_u128(0x76),
            status: StatusChange { timers: timers(), ..moved(closed, open, Moved::Released) },
        },
        TicketChange::Released(Released {
            ticket: other,
            waiting_since: None,
            followers: Vec::new(),
        }),
        TicketChange::MemberWrote { ticket: other },
    ];
    let events = changes.into_iter().enumerate().map(|(place, change)| {
        let by_merge = matches!(change, TicketChange::StatusChanged(_));
        let rule = by_merge.then_some(Rule::OnMerge);
        let cause = Cause { rule, ..plain(Actor::Agent(ANNA)) };
        let text = Personal { text: Some("Unplug it.".into()), ..Personal::default() };
        let personal = change.message().is_some().then_some(text);
        event(place as u64 + 1, cause, Change::Ticket(change), personal)
    });
    events.collect()
}

/// Merges that bring followers who follow by another already, and take them back.
pub(crate) fn followers() -> Vec<Event> {
    let ticket = TicketId::from_u128(0x73);
    let absorbed = Absorbed {
        ticket,
        waiting_since: None,
        brings: None,
        owed: None,
        cancels_closing: false,
        followers: Vec::new(),
        follow_still: FOLLOWERS.to_vec(),
        tickets: 1,
        chain: 1,
    };
    let followers = FOLLOWERS.to_vec();
    let released = Released { ticket, waiting_since: None, followers };
    let changes = [TicketChange::Absorbed(absorbed), TicketChange::Released(released)];
    let event = |change| event(7, plain(Actor::Agent(ANNA)), Change::Ticket(change), None);
    changes.into_iter().map(event).collect()
}

/// Who followed what follows up, by merges of what was followed up, and leaves.
pub(crate) fn leaving() -> Vec<Event> {
    let [ticket, other] = [0x73, 0x74].map(TicketId::from_u128);
    let by_merges = [ticket, other].map(|with| (FOLLOWERS[0], with)).to_vec();
    let opened = Opened {
        followers: FOLLOWERS.to_vec(),
        by_merges,
        follows: Some(TicketId::from_u128(0x70)),
        ..opened()
    };
    let followers = FOLLOWERS.to_vec();
    let none =
        FollowersLeft { ticket, followers: vec![], follow_still: vec![], left_before: vec![] };
    let left = FollowersLeft { followers, ..none.clone() };
    let still = FollowersLeft { follow_still: FOLLOWERS.to_vec(), ..none.clone() };
    let before = FollowersLeft { left_before: FOLLOWERS.to_vec(), ..none };
    let changes = [
        TicketChange::Opened(Box::new(opened)),
        TicketChange::FollowersLeft(left),
        TicketChange::FollowersLeft(still),
        TicketChange::FollowedUp { by: other, by_merges: true },
        TicketChange::FollowersLeft(before),
    ];
    let event = |change| event(7, plain(Actor::Agent(ANNA)), Change::Ticket(change), None);
    changes.into_iter().map(event).collect()
}

/// A ticket that was split off another: its words are there.
pub(crate) fn split_opening() -> Event {
    let said = MessageRef { ticket: TicketId::from_u128(0x74), revision: Revision(5) };
    let opened = Opened { split_from: Some(said), ..opened() };
    let change = Change::Ticket(TicketChange::Opened(Box::new(opened)));
    let personal = Personal { subject: Some("Printer".into()), ..Personal::default() };
    event(1, plain(Actor::Agent(ANNA)), change, Some(personal))
}

/// What clocks are told by the rules that are no defaults, and what two tickets owe together.
pub(crate) fn by_rules() -> Vec<Event> {
    let at = |hours| monday() + TimeDelta::hours(hours);
    let said = MessageRef { ticket: TicketId::from_u128(0x74), revision: Revision(5) };
    let opened = Opened { split_from: Some(said), clocks_since_split: true, ..opened() };
    let counts_from = Some(at(3));
    let absorbed = |ticket, first, brings| Absorbed {
        ticket: TicketId::from_u128(ticket),
        waiting_since: Some(at(1)),
        brings,
        owed: Some(Owed { first, total: at(2) }),
        cancels_closing: false,
        followers: Vec::new(),
        follow_still: Vec::new(),
        tickets: 1,
        chain: 1,
    };
    let brings = Some(Brought { since: at(1), newest: at(2), yields: false, counts_from });
    let reopened = StatusChange {
        from: status("closed", StatusCategory::Closed),
        to: status("open", StatusCategory::Open),
        because: Moved::Reopened,
        reason: None,
        until: None,
        returns_to_new: false,
        clocks_anew: true,
        bytes: 0,
        timers: Timers::default(),
    };
    let closed = StatusChange {
        from: status("new", StatusCategory::New),
        to: status("closed", StatusCategory::Closed),
        because: Moved::Closed,
        clocks_anew: false,
        ..reopened.clone()
    };
    let changes = [
        TicketChange::Opened(Box::new(opened)),
        TicketChange::StatusChanged(closed),
        TicketChange::StatusChanged(reopened),
        TicketChange::Absorbed(absorbed(0x75, Some(at(1)), None)),
        TicketChange::Absorbed(absorbed(0x76, None, brings)),
    ];
    let events = changes.into_iter().zip(1..).map(|(change, revision)| {
        event(revision, plain(Actor::Agent(ANNA)), Change::Ticket(change), None)
    });
    events.collect()
}

/// A follow-up whose total resolution goes on, to the customer and among ourselves.
pub(crate) fn continuing() -> Event {
    let continued = |hours, missed| Continued {
        since: monday() - TimeDelta::days(70),
        ran: Span::hours(hours),
        missed,
    };
    let continues =
        vec![(Audience::Customer, continued(3, false)), (Audience::Internal, continued(9, true))];
    let opened = Opened { follows: Some(TicketId::from_u128(0x74)), continues, ..opened() };
    let change = Change::Ticket(TicketChange::Opened(Box::new(opened)));
    let personal = Personal { subject: Some("Printer".into()), ..Personal::default() };
    event(1, plain(Actor::Agent(ANNA)), change, Some(personal))
}

/// Settings with rules of their own for clocks.
pub(crate) fn rules() -> Event {
    let clock_rules = ClockRules {
        merge: MergeClocks::Survivors,
        split: SplitClocks::SinceSplit,
        reopen: ReopenClocks::Anew,
        ..ClockRules::default()
    };
    let draft = SettingsDraft { clock_rules, ..SettingsDraft::default() };
    event(1, plain(Actor::Host), Change::Settings(Arc::new(draft.build().unwrap())), None)
}
