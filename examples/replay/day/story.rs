//! The stories that the generated day is made of: what happens to a ticket, and how it ends.

/// One thing that somebody does on a ticket, or tries to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// An agent takes it; one without room is refused, and another takes it later.
    Take,
    /// Somebody takes it who is not its owner.
    TakeFromOwner,
    /// An agent answers.
    Answer,
    /// The requester writes.
    Ask,
    BotReply,
    AutoReply,
    Note,
    /// Impact, urgency, a category, a tag.
    Triage,
    /// The lead gives it to somebody.
    Assign,
    Unassign,
    TransferToBilling,
    Escalate,
    /// Back to the first line, which is not a higher tier.
    EscalateDown,
    Pend,
    PendWithoutReason,
    Suspend,
    SuspendForNoListedReason,
    /// For an hour.
    PostponeHour,
    /// Until the day after tomorrow.
    PostponeDays,
    PostponeIntoPast,
    /// By name, to the status it never returns to by hand.
    BackToNew,
    /// By name, to a status that has a command of its own.
    ResolveByName,
    Resolve,
    ResolveWithUnknownCode,
    Close,
    /// Unresolved, and without saying how it ended.
    CloseOutright,
    /// Unresolved, and saying how it ended.
    CloseSolved,
    Reopen,
    /// The requester asks for a new ticket after an old one.
    FollowUp,
    /// Another customer writes.
    StrangerAsks,
    CustomerNotes,
    ReaderAnswers,
    ReaderNotes,
    /// An answer to what the ticket was before.
    StaleAnswer,
    /// An answer that is sent, and sent again.
    AnswerTwice,
    EmptyAnswer,
    /// A phone call, logged afterwards: the requester's words.
    LogQuestion,
    /// And the agent's.
    LogAnswer,
    /// A call that has not been yet.
    LogFuture,
}

/// How a ticket comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// A customer writes.
    Customer,
    /// An agent writes to a customer.
    Outreach,
    /// An agent of the first line asks the second line.
    Internal,
}

/// What happens to a ticket in a day.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) name: &'static str,
    /// How often it happens, among the others.
    pub(super) weight: u32,
    pub(super) opening: Opening,
    pub(super) acts: &'static [Act],
    /// The status it ends the day in.
    pub(super) evening: &'static str,
    /// The status it is in when nothing will happen by itself any more.
    pub(super) at_rest: &'static str,
}

const fn story(
    name: &'static str,
    weight: u32,
    acts: &'static [Act],
    evening: &'static str,
    at_rest: &'static str,
) -> Story {
    Story { name, weight, opening: Opening::Customer, acts, evening, at_rest }
}

use Act::*;

/// The story that a follow-up ticket lives.
pub(super) const PLAIN: &Story =
    &story("answered and solved", 26, &[Take, Answer, Resolve], "resolved", "closed");

#[rustfmt::skip]
pub(super) const STORIES: [Story; 29] = [
    story("answered and solved", 26, &[Take, Answer, Resolve], "resolved", "closed"),
    story("asked back, twice", 14,
        &[Take, Answer, Ask, Answer, Ask, Answer, Resolve], "resolved", "closed"),
    story("nobody came to it", 4, &[Triage], "new", "new"),
    story("wrote again, nobody came", 3, &[Ask, AutoReply], "new", "new"),
    story("greeted by a bot", 8, &[BotReply, Triage, Take, Answer], "answered", "answered"),
    story("waits for the customer", 5,
        &[Take, PendWithoutReason, Pend, AutoReply], "pending", "pending"),
    story("waits for a vendor", 4,
        &[Take, Note, SuspendForNoListedReason, Suspend], "suspended", "suspended"),
    story("customer could not wait", 3, &[Take, Suspend, Ask], "open", "open"),
    story("put aside for an hour", 5, &[Take, PostponeIntoPast, PostponeHour], "open", "open"),
    story("put aside while new", 2, &[PostponeHour], "new", "new"),
    story("put aside for days", 3, &[Take, PostponeDays], "postponed", "open"),
    story("woken early", 3, &[Take, PostponeDays, Ask, Answer], "answered", "answered"),
    story("came back after resolve", 6,
        &[Take, Answer, Resolve, Ask, Answer, Resolve], "resolved", "closed"),
    story("came back after close", 4,
        &[Take, Answer, Resolve, Close, Ask, Take, Answer], "answered", "answered"),
    story("forgot to say something", 3,
        &[Take, Answer, Resolve, Close, Answer, Take, Reopen, Answer], "answered", "answered"),
    story("a new question after close", 2,
        &[Take, Answer, Resolve, FollowUp, Close, FollowUp], "closed", "closed"),
    story("wrong department", 6,
        &[Take, TransferToBilling, Take, Answer, Resolve], "resolved", "closed"),
    story("too hard for the first line", 6,
        &[Take, Answer, Ask, Escalate, EscalateDown, Take, Answer, Resolve], "resolved", "closed"),
    story("two agents, one ticket", 5, &[Take, TakeFromOwner, Answer], "answered", "answered"),
    story("handed around", 4,
        &[Assign, Unassign, Assign, Answer, Resolve, Reopen], "open", "open"),
    story("answered past each other", 4,
        &[Take, Ask, StaleAnswer, AnswerTwice, Resolve], "resolved", "closed"),
    story("a clumsy agent", 4,
        &[Take, BackToNew, ResolveByName, CloseOutright, ResolveWithUnknownCode, EmptyAnswer,
            Reopen, Answer],
        "answered", "answered"),
    story("not theirs", 4,
        &[StrangerAsks, CustomerNotes, ReaderAnswers, ReaderNotes, Take, Answer],
        "answered", "answered"),
    story("on the phone", 4,
        &[Take, LogFuture, LogQuestion, LogAnswer, Resolve], "resolved", "closed"),
    story("thanks after resolve", 3,
        &[Take, Answer, Resolve, AutoReply, Note, Answer], "resolved", "resolved"),
    story("solved at once", 3, &[CloseSolved], "closed", "closed"),
    story("everything twice", 3,
        &[Take, Take, Resolve, Resolve, Close, Close], "closed", "closed"),
    Story { opening: Opening::Outreach,
        ..story("an agent reaches out", 4, &[Ask, Take, Answer, Resolve], "resolved", "closed") },
    Story { opening: Opening::Internal,
        ..story("among colleagues", 3, &[Take, Answer, Ask, Answer, Resolve], "resolved", "closed") },
];

impl Story {
    /// How many tickets it opens beside its own.
    pub(super) fn follow_ups(&self) -> usize {
        // The first try comes too early, and is refused.
        usize::from(self.acts.contains(&FollowUp))
    }
}
