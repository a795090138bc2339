//! What clocks see of what happens to a ticket.

use crate::people::Part;
use crate::record::Event;
use crate::sla::{Clock, ClockChange, Clocks, Ending, Happened, Metric, Standing, Terms};
use crate::ticket::{Brought, Message, Moved, Ticket, TicketChange, Visibility};
use crate::time::Instant;

/// Something that happened to a ticket, as its clocks see it.
#[derive(Clone)]
pub(super) enum Seen {
    Happened(Happened),
    /// It has a question more, which was asked then, and yields to others or not.
    Asked(Instant, bool),
    /// A question is elsewhere now; of the others the oldest was asked then.
    Left(Option<Instant>),
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
                // The mark itself does not say where the ticket stands after it.
                if change.because == Moved::UnmarkedSpam {
                    let waits = ticket.waiting_since().map(|since| (since, Self::Waits));
                    let back = (event.at, Self::Back(standing));
                    return waits.into_iter().chain([back]).collect();
                } else {
                    (event.at, Self::Happened(Happened::Moved(standing)))
                }
            }
            TicketChange::Assigned { .. } => (event.at, Self::Happened(Happened::Assigned)),
            TicketChange::ReleasedFrom { .. } => {
                // What it waits for may have been split off while it was away.
                let left = Some(Self::Left(ticket.waiting_since()));
                let left = left.filter(|_| ticket.split_off_count() > 0);
                let seen = [Self::Back(ticket.standing())].into_iter().chain(left);
                return seen.map(|seen| (event.at, seen)).collect();
            }
            TicketChange::Absorbed(absorbed) => match absorbed.brings {
                Some(Brought { since, yields, .. }) => (event.at, Self::Asked(since, yields)),
                None => return Vec::new(),
            },
            TicketChange::Released(_)
            | TicketChange::SplitOff(_)
            | TicketChange::MergedSplit(_) => match ticket.waiting_since() {
                // It was no question, or not the oldest.
                since if since == waited => return Vec::new(),
                since => (event.at, Self::Left(since)),
            },
            TicketChange::SpamMarked { .. }
            | TicketChange::AccessGranted { .. }
            | TicketChange::AccessRevoked { .. }
            | TicketChange::ResolutionRecorded { .. }
            | TicketChange::Unassigned { .. }
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
            | TicketChange::ClocksChanged(_) => return Vec::new(),
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
            Self::Waits if is_settled(clocks, at) => Vec::new(),
            Self::Waits => clocks.happened(terms, at, Happened::CustomerWrote),
            Self::Back(standing) => clocks.back(terms, at, standing),
        }
    }
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
