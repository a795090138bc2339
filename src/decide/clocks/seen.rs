//! What clocks see of what happens to a ticket.

use crate::people::Part;
use crate::record::Event;
use crate::sla::{Clock, ClockChange, Clocks, Ending, Happened, Metric, Standing, Terms};
use crate::ticket::{Brought, Message, Moved, Owed, Ticket, TicketChange, Visibility};
use crate::time::Instant;

/// Something that happened to a ticket, as its clocks see it.
#[derive(Clone)]
pub(super) enum Seen {
    Happened(Happened),
    /// It has a question more, which was asked then, and yields to others or not.
    Asked(Instant, bool),
    /// A question is elsewhere now; of the others the oldest was asked then.
    Left(Option<Instant>),
    /// It is to be resolved since earlier than was known.
    Owed(Owed),
    /// It is to be resolved since then at the earliest.
    Owes(Owed),
    /// It is taken up again, and its resolution counts anew.
    Anew(Standing),
    /// A question of then waits, which they may not have seen.
    Waits,
    /// It is back among the others.
    Back(Standing),
}

impl Seen {
    /// What they see of an event, each at its instant, of a ticket that stands so after it, and
    /// before it `waited` for an answer.
    pub(super) fn of(
        event: &Event,
        ticket: &Ticket,
        waited: Option<Instant>,
    ) -> Vec<(Instant, Self)> {
        let Some(change) = event.ticket_change() else { return Vec::new() };
        let (at, what) = match change {
            // Its question may be older than the ticket.
            TicketChange::Opened(opened) => match opened.message.occurred_at {
                Some(_) if opened.clocks_since_split => return Vec::new(),
                Some(said_at) if said_at < event.at && opened.message.part == Part::Asks => {
                    (event.at, Self::Asked(said_at, false))
                }
                Some(_) | None => return Vec::new(),
            },
            TicketChange::MessageAdded { message, heard } => {
                let Some(what) = spoken(message) else { return Vec::new() };
                let said_at = message.occurred_at.unwrap_or(event.at);
                let waits = heard.waiting_since;
                let asks = message.part == Part::Asks;
                // One that is logged late may have been answered since.
                if asks && waits.is_none_or(|since| since > said_at) {
                    return Vec::new();
                }
                // And an answer leaves a question open that was asked after it.
                let later = waits.filter(|since| !asks && *since > said_at);
                let later = later.map(|since| ticket.clocks_wait_since().unwrap_or(since));
                let later = later.map(|at| (at, Self::Happened(Happened::CustomerWrote)));
                return [(said_at, Self::Happened(what))].into_iter().chain(later).collect();
            }
            TicketChange::SolutionRejected { .. } => {
                (event.at, Self::Happened(Happened::CustomerWrote))
            }
            TicketChange::StatusChanged(change) => {
                let standing = Standing {
                    status: change.to.name.clone(),
                    reason: change.reason.clone(),
                    category: change.to.category,
                };
                let owes = (event.at, Self::Owes(owes(ticket)));
                // The mark itself does not say where the ticket stands after it.
                if change.because == Moved::UnmarkedSpam {
                    let waits = ticket.clocks_wait_since().map(|since| (since, Self::Waits));
                    let back = (event.at, Self::Back(standing));
                    return waits.into_iter().chain([back, owes]).collect();
                }
                let moved = match change.clocks_anew {
                    true => Self::Anew(standing),
                    false => Self::Happened(Happened::Moved(standing)),
                };
                // What was merged into finished work may have left it since.
                let from_done = change.from.category.is_done();
                return [(event.at, moved)].into_iter().chain(from_done.then_some(owes)).collect();
            }
            TicketChange::Assigned { .. } => (event.at, Self::Happened(Happened::Assigned)),
            TicketChange::ReleasedFrom { .. } => {
                // What it waits for may have been split off while it was away.
                let left = Some(Self::Left(ticket.clocks_wait_since()));
                let left = left.filter(|_| ticket.split_off_count() > 0);
                let seen = [Self::Back(ticket.standing())].into_iter().chain(left);
                return seen.map(|seen| (event.at, seen)).collect();
            }
            TicketChange::Absorbed(absorbed) => {
                let asked = absorbed.brings.map(|brought| {
                    let Brought { since, newest: _, yields, counts_from } = brought;
                    let since = counts_from.map_or(since, |from| from.max(since));
                    Self::Asked(since, yields)
                });
                let owed = absorbed.owed.map(Self::Owed);
                return asked.into_iter().chain(owed).map(|seen| (event.at, seen)).collect();
            }
            TicketChange::Released(_) => {
                let owes = Self::Owes(owes(ticket));
                let seen = left(ticket, waited).into_iter().chain([owes]);
                return seen.map(|seen| (event.at, seen)).collect();
            }
            TicketChange::SplitOff(_) | TicketChange::MergedSplit(_) => {
                let seen = left(ticket, waited).into_iter();
                return seen.map(|seen| (event.at, seen)).collect();
            }
            TicketChange::SpamMarked { .. }
            | TicketChange::AccessGranted { .. }
            | TicketChange::AccessRevoked { .. }
            | TicketChange::ResolutionRecorded { .. }
            | TicketChange::Unassigned { .. }
            | TicketChange::Routed(_)
            | TicketChange::TakenUp
            | TicketChange::Transferred { .. }
            | TicketChange::Escalated { .. }
            | TicketChange::SubjectChanged { .. }
            | TicketChange::CategoryChanged { .. }
            | TicketChange::TagsChanged { .. }
            | TicketChange::FieldChanged { .. }
            | TicketChange::PriorityChanged { .. }
            | TicketChange::ImpactChanged { .. }
            | TicketChange::FollowersChanged { .. }
            | TicketChange::FollowersLeft(_)
            | TicketChange::AboutChanged { .. }
            | TicketChange::ExternalRefsChanged { .. }
            | TicketChange::Linked { .. }
            | TicketChange::Unlinked { .. }
            | TicketChange::TodoAdded(_)
            | TicketChange::TodoMarked(_)
            | TicketChange::Reminded(_)
            | TicketChange::ClosingHeld { .. }
            | TicketChange::FollowedUp { .. }
            | TicketChange::MergedInto { .. }
            | TicketChange::MemberWrote { .. }
            | TicketChange::OpenAgeWarned
            | TicketChange::OpenAgeOverdue
            | TicketChange::TimersSet { .. }
            | TicketChange::Redacted { .. }
            | TicketChange::Held { .. }
            | TicketChange::SolutionProposed { .. }
            | TicketChange::SolutionConfirmed { .. }
            | TicketChange::SideSaid(_)
            | TicketChange::SideClosed { .. }
            | TicketChange::ClocksChanged(_)
            | TicketChange::RuleAsked(_)
            | TicketChange::ActionRefused { .. }
            | TicketChange::CascadeStopped { .. }
            | TicketChange::TimeRulesLookedAt(_)
            | TicketChange::NotDelivered(_) => return Vec::new(),
        };
        vec![(at, what)]
    }

    /// What becomes of clocks by it.
    pub(super) fn change(
        self,
        clocks: &mut Clocks,
        terms: &Terms,
        at: Instant,
    ) -> Vec<ClockChange> {
        match self {
            Self::Happened(what) => clocks.happened(terms, at, what),
            Self::Asked(since, yields) => clocks.asked(terms, at, since, yields),
            Self::Left(since) => clocks.left(terms, at, since),
            Self::Owed(owed) => clocks.owed(terms, at, resolutions(owed)),
            Self::Owes(owes) => clocks.owes(terms, at, resolutions(owes)),
            Self::Anew(standing) => clocks.taken_up_anew(terms, at, standing),
            Self::Waits if is_settled(clocks, at) => Vec::new(),
            Self::Waits => clocks.happened(terms, at, Happened::CustomerWrote),
            Self::Back(standing) => clocks.back(terms, at, standing),
        }
    }
}

/// What has become of its questions: nothing, where what went was none, or not the oldest.
fn left(ticket: &Ticket, waited: Option<Instant>) -> Option<Seen> {
    let since = ticket.clocks_wait_since();
    (since != waited).then_some(Seen::Left(since))
}

/// Since when a ticket is to be resolved, with what is merged into it.
fn owes(ticket: &Ticket) -> Owed {
    Owed { first: Some(ticket.first_since()), total: ticket.total_since() }
}

fn resolutions(owed: Owed) -> impl Iterator<Item = (Metric, Instant)> {
    let Owed { first, total } = owed;
    let first = first.map(|first| (Metric::FirstResolution, first));
    first.into_iter().chain([(Metric::TotalResolution, total)])
}

/// Whether they have seen a question of then, which was settled with the work.
fn is_settled(clocks: &Clocks, at: Instant) -> bool {
    let clock = clocks.of(Metric::NextResponse).filter(|clock| clock.started_at() == at);
    clock.and_then(Clock::ended).is_some_and(|ended| ended.by == Ending::Done)
}

/// What a message is to the clocks.
fn spoken(message: &Message) -> Option<Happened> {
    match (message.visibility, message.part) {
        (Visibility::Public, Part::Asks) => Some(Happened::CustomerWrote),
        (Visibility::Public, Part::Answers) => Some(Happened::AgentReplied),
        (Visibility::Public, Part::Neither) | (Visibility::Note, _) => None,
    }
}
