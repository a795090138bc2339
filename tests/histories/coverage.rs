//! What a run of histories came across, so that a generator that has gone dull is noticed.

use std::collections::BTreeMap;

use helpdesk::{Actor, Change, Event, TicketChange};

use super::service;

/// Every code but that of a desk without settings.
const REFUSALS: [&str; 66] = [
    "already_taken",
    "bad_condition",
    "bad_name",
    "blocked",
    "cannot_own",
    "cannot_see",
    "closed",
    "command_id_reused",
    "confirmation_off",
    "confirmation_required",
    "contact_merged",
    "desk_exists",
    "different_requesters",
    "domain_taken",
    "email_taken",
    "empty",
    "external_ref_taken",
    "field_invalid",
    "field_required",
    "finished",
    "forbidden",
    "has_parent",
    "id_taken",
    "identity_taken",
    "in_the_future",
    "internal",
    "into_internal",
    "limit_exceeded",
    "link_cycle",
    "link_to_itself",
    "merge_cycle",
    "merge_into_self",
    "merged",
    "needs_command",
    "no_proposal",
    "no_such_agent",
    "no_such_event",
    "no_such_organisation",
    "no_such_side",
    "no_such_todo",
    "no_transition",
    "not_a_message",
    "not_an_agent",
    "not_closed",
    "not_finished",
    "not_found",
    "not_higher_tier",
    "not_in_department",
    "not_later",
    "not_merged",
    "on_legal_hold",
    "open_children",
    "open_todos",
    "opening_message",
    "over_capacity",
    "owners_only",
    "reason_not_taken",
    "reason_required",
    "resolution_required",
    "sees_ticket",
    "spam",
    "still_worked_on",
    "stale_view",
    "still_active",
    "transition_forbidden",
    "unknown_name",
];

/// Everything that can happen to a ticket, a contact or an organisation.
const CHANGES: [&str; 112] = [
    "AccessGranted",
    "AccessGranted by late words",
    "AccessRevoked",
    "Assigned",
    "CategoryChanged",
    "Escalated",
    "FieldChanged",
    "FollowedUp",
    "FollowersChanged",
    "FollowersChanged by a customer",
    "followed up for another",
    "followed up for who asked",
    "Held",
    "ImpactChanged",
    "OpenAgeOverdue",
    "OpenAgeWarned",
    "Opened",
    "PriorityChanged",
    "redacted: Hand",
    "redacted: Request",
    "redacted: Retention",
    "ResolutionRecorded",
    "SubjectChanged",
    "TagsChanged",
    "TimersSet",
    "Transferred",
    "message: Note Neither",
    "message: Public Answers",
    "message: Public Asks",
    "message: Public Neither",
    "moved: AgentReplied",
    "moved: AutoClosed",
    "moved: ByHand",
    "moved: Closed",
    "moved: CustomerReplied",
    "moved: Postponed",
    "moved: Reopened",
    "moved: Resolved",
    "moved: Taken",
    "moved: Woken",
    "unassigned: AtCapacity",
    "unassigned: ByHand",
    "unassigned: NotEligible",
    "unassigned: Transferred",
    "contact: Absorbed",
    "contact: Blocked",
    "contact: Described",
    "contact: MergeUndone",
    "contact: MergedInto",
    "contact: Noted",
    "contact: Released",
    "contact: Unblocked",
    "organisation",
    "SolutionConfirmed",
    "SolutionProposed",
    "SolutionRejected",
    "SpamMarked: false",
    "SpamMarked: true",
    "moved: Confirmed",
    "moved: MarkedSpam",
    "moved: Proposed",
    "moved: Rejected",
    "moved: UnmarkedSpam",
    "AboutChanged",
    "ExternalRefsChanged",
    "Absorbed",
    "Absorbed: follow still",
    "Released: with followers",
    "FollowersLeft",
    "MergedInto",
    "MergedSplit",
    "MemberWrote",
    "Released",
    "ReleasedFrom",
    "SplitOff",
    "moved: Absorbed",
    "ClosingHeld",
    "Linked",
    "Reminded",
    "TodoAdded",
    "TodoMarked",
    "Unlinked",
    "contact: Erased",
    "SideClosed",
    "NotDelivered",
    "side: desk",
    "side: third party",
    "ClocksChanged",
    "clock: Started, still false",
    "clock: Started, still true",
    "clock: Paused",
    "clock: Resumed",
    "clock: Retargeted",
    "clock: Rebegun, first response",
    "clock: Rebegun, next response",
    "clock: Rebegun, first resolution",
    "clock: Rebegun, total resolution",
    "clock: total resolution anew",
    "clock: met",
    "clock: missed",
    "clock: void",
    "clock: Ended",
    "clock: Reopened",
    "clock: Warned",
    "clock: Missed",
    "clock: Escalated",
    "clock: Condensed, missed false",
    "clock: Condensed, missed true",
    "clock: promised anew",
    "clock: a remedy is due",
    "clock: a remedy is not due",
    "clock: internal",
];

/// How often each thing happened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Coverage {
    pub(crate) histories: u64,
    pub(crate) steps: u64,
    pub(crate) events: u64,
    pub(crate) repeated: u64,
    pub(crate) no_ops: u64,
    pub(crate) ticks: u64,
    pub(crate) refusals: BTreeMap<&'static str, u64>,
    pub(crate) changes: BTreeMap<String, u64>,
}

impl Coverage {
    pub(crate) fn add(&mut self, other: &Self) {
        self.histories += other.histories;
        self.steps += other.steps;
        self.events += other.events;
        self.repeated += other.repeated;
        self.no_ops += other.no_ops;
        self.ticks += other.ticks;
        for (code, count) in &other.refusals {
            *self.refusals.entry(code).or_default() += count;
        }
        for (change, count) in &other.changes {
            *self.changes.entry(change.clone()).or_default() += count;
        }
    }

    /// Whether everything has happened that can happen: a law that is never put to the test
    /// is not tested.
    pub(crate) fn is_wide(&self) {
        let seen = |code: &str| self.refusals.get(code).copied().unwrap_or(0);
        let rare: Vec<_> = REFUSALS.iter().filter(|code| seen(code) < 100).collect();
        assert!(rare.is_empty(), "hardly ever refused with {rare:?}");
        let seen = |change: &str| self.changes.get(change).copied().unwrap_or(0);
        let rare: Vec<_> = CHANGES.iter().filter(|change| seen(change) < 25).collect();
        assert!(rare.is_empty(), "hardly ever happened: {rare:?}");
        assert!(self.repeated > 1_000 && self.no_ops > 1_000 && self.ticks > 10_000);
        let refused: u64 = self.refusals.values().sum();
        assert!(2 * refused < 3 * self.steps / 2, "{refused} of {} were refused", self.steps);
    }

    pub(crate) fn event(&mut self, event: &Event) {
        self.events += 1;
        let name = match &event.change {
            Change::Ticket(TicketChange::FollowersChanged { .. })
                if matches!(event.cause.actor, Actor::Customer(_)) =>
            {
                "FollowersChanged by a customer".to_owned()
            }
            Change::Ticket(TicketChange::AccessGranted { .. })
                if matches!(event.cause.actor, Actor::Guest(_)) =>
            {
                "AccessGranted by late words".to_owned()
            }
            Change::Ticket(change) => kind(change),
            Change::Agent(_) => "agent".to_owned(),
            Change::Contact(change) => format!("contact: {}", first_word(change)),
            Change::Organisation(_) => "organisation".to_owned(),
            Change::Settings(_) => "settings".to_owned(),
            other => format!("{other:?}"),
        };
        for name in service::kinds(event).into_iter().chain([name]) {
            *self.changes.entry(name).or_default() += 1;
        }
    }
}

fn kind(change: &TicketChange) -> String {
    match change {
        TicketChange::Opened(opened) if opened.follows.is_some() => {
            let whose = if opened.followers.is_empty() { "who asked" } else { "another" };
            format!("followed up for {whose}")
        }
        TicketChange::StatusChanged(moved) => format!("moved: {:?}", moved.because),
        TicketChange::MessageAdded { message, .. } => {
            format!("message: {:?} {:?}", message.visibility, message.part)
        }
        TicketChange::SpamMarked { spam } => format!("SpamMarked: {spam}"),
        TicketChange::SideSaid(said) => {
            let theirs = matches!(said.author, helpdesk::Author::Customer(_));
            format!("side: {}", if theirs { "third party" } else { "desk" })
        }
        TicketChange::Absorbed(absorbed) if !absorbed.follow_still.is_empty() => {
            "Absorbed: follow still".to_owned()
        }
        TicketChange::Released(released) if !released.followers.is_empty() => {
            "Released: with followers".to_owned()
        }
        TicketChange::Redacted { by, .. } => format!("redacted: {by:?}"),
        TicketChange::Unassigned { because, .. } => format!("unassigned: {because:?}"),
        change => first_word(change),
    }
}

fn first_word(change: &impl std::fmt::Debug) -> String {
    let name = format!("{change:?}");
    name.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}
