//! What merging and splitting leave in a ticket's head: where it went, what came to it, what was
//! taken off it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::apply::merge_sorted;
use super::following::{Came, came_at_opening};
use super::strict::HeadStatus;
use super::{MessageRef, Proposal, Stamp, Ticket};
use crate::ids::{ReasonName, Revision, TicketId};
use crate::ticket::{Absorbed, Brought, MergedSplit, Opened, Released, SplitOff, StatusChange};
use crate::time::{self, Instant};
use crate::workflow::Status;

/// All of it; most tickets have none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Structure {
    merged: Option<Gone>,
    members: Vec<Member>,
    split_from: Option<Source>,
    split_off: Vec<Taken>,
    /// Who follows by which merge, and by nothing else, or did until they were taken off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) came: Vec<Came>,
    /// The follow-ups that somebody follows by merges only, as they followed this one; oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) lent_to: Vec<TicketId>,
    /// Since when its total resolution counts, where that began anew or goes on from another's.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    total_since: Option<DateTime<Utc>>,
}

impl Structure {
    /// That of a new ticket which was split off another, whose followers follow another by merges,
    /// or whose resolution goes on from another's.
    pub(super) fn opened(opened: &Opened) -> Option<Box<Self>> {
        let split_from = opened.split_from;
        let split_from =
            split_from.map(|MessageRef { ticket, revision }| Source { ticket, revision });
        let came = came_at_opening(opened);
        let total_since = opened.continues.iter().map(|(_, continued)| continued.since).min();
        let structure = Self { split_from, came, total_since, ..Self::default() };
        (structure != Self::default()).then(|| Box::new(structure))
    }
}

/// Where the first message of a ticket was said that was split off another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    ticket: TicketId,
    revision: Revision,
}

/// A message that was split off, and the ticket that shows it since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Taken {
    message: Revision,
    to: TicketId,
}

/// Where a merged ticket went, and how it stood, so that it can stand so again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Gone {
    into: TicketId,
    stood: Stood,
}

/// How a ticket stood when it was merged: everything that merging changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stood {
    #[serde(deserialize_with = "HeadStatus::deserialize")]
    pub(crate) status: Status,
    #[serde(deserialize_with = "time::truncated")]
    status_since: DateTime<Utc>,
    pub(crate) reason: Option<ReasonName>,
    #[serde(deserialize_with = "time::truncated_option")]
    waiting_since: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "time::truncated_option")]
    resolved_at: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "time::truncated_option")]
    closed_at: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "time::truncated_option")]
    pub(crate) postponed_until: Option<DateTime<Utc>>,
    pub(crate) returns_to_new: bool,
    auto_close_cancelled: bool,
    open_age_warned: bool,
    overdue: bool,
    /// The solution that waited for the customer's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proposal: Option<Box<Proposal>>,
}

/// A ticket that was merged into this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Member {
    pub(crate) ticket: TicketId,
    /// The questions that it brought, until all are answered: the oldest and the newest.
    #[serde(deserialize_with = "time::truncated_option")]
    since: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "time::truncated_option")]
    newest: Option<DateTime<Utc>>,
    yields: bool,
    /// The newest answer on the survivor that answered some of them.
    #[serde(deserialize_with = "time::truncated_option")]
    answered_at: Option<DateTime<Utc>>,
    /// Since when clocks count its questions, where that is not since they were asked.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    counts_from: Option<DateTime<Utc>>,
    /// Since when its first resolution and its total resolution count here.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    first_owed: Option<DateTime<Utc>>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    total_owed: Option<DateTime<Utc>>,
    /// How many tickets it stands for, and how long the longest chain to it is.
    pub(crate) tickets: u32,
    pub(crate) chain: u32,
}

impl Member {
    /// The member that this event tells of.
    pub(crate) fn of(absorbed: &Absorbed) -> Self {
        let Absorbed { ticket, tickets, chain, owed, .. } = *absorbed;
        let member = Self {
            ticket,
            since: None,
            newest: None,
            yields: false,
            answered_at: None,
            counts_from: None,
            first_owed: owed.and_then(|owed| owed.first),
            total_owed: owed.map(|owed| owed.total),
            tickets,
            chain,
        };
        member.asking(absorbed.brings)
    }

    /// The same member, with these questions.
    pub(crate) fn asking(self, brings: Option<Brought>) -> Self {
        Self {
            since: brings.map(|brings| brings.since),
            newest: brings.map(|brings| brings.newest),
            yields: brings.is_some_and(|brings| brings.yields),
            counts_from: brings.and_then(|brings| brings.counts_from),
            ..self
        }
    }

    /// What it brought, answered or not.
    pub(crate) fn brought(&self) -> Option<Brought> {
        let (since, newest) = self.since.zip(self.newest)?;
        let Self { yields, counts_from, .. } = *self;
        Some(Brought { since, newest, yields, counts_from })
    }

    /// Since when clocks count its open question.
    pub(crate) fn counts(&self) -> Option<Instant> {
        self.open().map(|since| self.counts_from.map_or(since, |from| from.max(since)))
    }

    /// The oldest of its questions that nobody has answered. Of several of which some were
    /// answered late, the newest is remembered, as everywhere.
    fn open(&self) -> Option<Instant> {
        let since = self.since?;
        match self.answered_at {
            Some(answered) if since <= answered => self.newest.filter(|newest| *newest > answered),
            Some(_) | None => Some(since),
        }
    }

    /// The same member, after an answer at this instant.
    fn answered(self, at: Instant) -> Self {
        match self.open() {
            Some(since) if since <= at => {
                Self { answered_at: self.answered_at.max(Some(at)), ..self }
            }
            Some(_) | None => self,
        }
    }
}

/// Since when a ticket waits, of its own questions and those of its members.
pub(crate) fn waiting<'m>(
    own: Option<Instant>,
    members: impl Iterator<Item = &'m Member> + Clone,
) -> Option<Instant> {
    oldest(own, members, Member::open)
}

fn oldest<'m>(
    own: Option<Instant>,
    members: impl Iterator<Item = &'m Member> + Clone,
    since: impl Fn(&Member) -> Option<Instant>,
) -> Option<Instant> {
    let open = |yields: bool| {
        let members = members.clone().filter(move |member| member.yields == yields);
        members.filter_map(&since).min()
    };
    [own, open(false)].into_iter().flatten().min().or_else(|| open(true))
}

impl Ticket {
    /// The ticket that this one was merged into: what is said on this one is recorded there, or,
    /// where that has been merged in its turn, at the [end](crate::Desk::survivor). `None`: it
    /// stands by itself.
    pub fn merged_into(&self) -> Option<TicketId> {
        self.structure()?.merged.as_ref().map(|gone| gone.into)
    }

    /// The tickets that were merged into this one, and not into one of these; oldest merge first.
    pub fn merged(&self) -> impl ExactSizeIterator<Item = TicketId> {
        self.members().iter().map(|member| member.ticket)
    }

    /// The message that this ticket begins with, in the history where it was said, if the ticket
    /// was split off another one.
    pub fn split_from(&self) -> Option<MessageRef> {
        let Source { ticket, revision } = self.structure()?.split_from?;
        Some(MessageRef { ticket, revision })
    }

    /// Whether this message of its history was split off: it is shown elsewhere.
    pub(crate) fn has_split_off(&self, message: Revision) -> bool {
        self.split_off_to(message).is_some()
    }

    /// The ticket whose words this message of its history is, where it was split off.
    pub(crate) fn split_off_to(&self, message: Revision) -> Option<TicketId> {
        let place = self.split_off().binary_search_by_key(&message, |taken| taken.message).ok()?;
        self.split_off().get(place).map(|taken| taken.to)
    }

    /// How many of its messages were split off.
    pub(crate) fn split_off_count(&self) -> usize {
        self.split_off().len()
    }

    fn split_off(&self) -> &[Taken] {
        self.structure().map_or(&[], |structure| &structure.split_off)
    }

    pub(crate) fn has_members(&self) -> bool {
        !self.members().is_empty()
    }

    pub(crate) fn members(&self) -> &[Member] {
        self.structure().map_or(&[], |structure| &structure.members)
    }

    /// How it stood when it was merged, if it is.
    pub(crate) fn stood(&self) -> Option<&Stood> {
        self.structure()?.merged.as_ref().map(|gone| &gone.stood)
    }

    /// Since when it waits, without what was merged into it.
    pub(crate) fn own_waiting_since(&self) -> Option<Instant> {
        self.own_waiting_since
    }

    /// Since when it waits for an answer as its clocks count.
    pub(crate) fn clocks_wait_since(&self) -> Option<Instant> {
        match self.members() {
            [] => self.waiting_since,
            members => oldest(self.own_waiting_since, members.iter(), Member::counts),
        }
    }

    /// The same, or since when it did when it was merged.
    pub(crate) fn clocks_wait_since_or_did(&self) -> Option<Instant> {
        match self.members() {
            [] => self.waits_or_did(),
            _ => self.clocks_wait_since(),
        }
    }

    /// Since when its first resolution counts, whether or not it has come.
    pub(crate) fn first_since(&self) -> Instant {
        let owed = self.members().iter().filter_map(|member| member.first_owed);
        owed.fold(self.opened_at, Instant::min)
    }

    /// Since when its total resolution counts.
    pub(crate) fn total_since(&self) -> Instant {
        let own = self.structure().and_then(|structure| structure.total_since);
        let owed = self.members().iter().filter_map(|member| member.total_owed);
        owed.fold(own.unwrap_or(self.opened_at), Instant::min)
    }

    pub(super) fn begin_anew(&mut self, at: Instant) {
        self.edit_structure(|structure| structure.total_since = Some(at));
    }

    /// Since when it waits, or did when it was merged.
    pub(crate) fn waits_or_did(&self) -> Option<Instant> {
        self.stood().map_or(self.waiting_since, |stood| stood.waiting_since)
    }

    /// The newest question on it and on what was merged into it that may be unanswered.
    pub(crate) fn newest_question(&self) -> Option<Instant> {
        let members = self.members().iter().filter(|member| member.open().is_some());
        let own = self.last_asked_at.filter(|_| self.own_waiting_since.is_some());
        members.map(|member| member.newest).max().unwrap_or_default().max(own)
    }

    /// Since when it would wait, if its own question were this, and after an answer at this
    /// instant.
    pub(crate) fn would_wait(
        &self,
        own: Option<Instant>,
        answer: Option<Instant>,
    ) -> Option<Instant> {
        match (self.members(), answer) {
            ([], _) => own,
            (members, None) => waiting(own, members.iter()),
            (members, Some(at)) => {
                let members: Vec<Member> =
                    members.iter().map(|member| member.answered(at)).collect();
                waiting(own, members.iter())
            }
        }
    }

    pub(super) fn structure(&self) -> Option<&Structure> {
        self.extras().structure.as_deref()
    }

    /// Leaves no trace of what is no more.
    pub(super) fn edit_structure<T>(&mut self, change: impl FnOnce(&mut Structure) -> T) -> T {
        self.edit_extras(|extras| {
            let mut structure = extras.structure.take().unwrap_or_default();
            let result = change(&mut structure);
            extras.structure = Some(structure).filter(|it| **it != Structure::default());
            result
        })
    }

    pub(super) fn merge_into(&mut self, stamp: Stamp<'_>, into: TicketId, status: &StatusChange) {
        let stood = Stood {
            status: self.status.clone(),
            status_since: self.status_since,
            reason: self.details.reason.clone(),
            waiting_since: self.waiting_since,
            resolved_at: self.resolved_at,
            closed_at: self.closed_at,
            postponed_until: self.postponed_until,
            returns_to_new: self.returns_to_new,
            auto_close_cancelled: self.auto_close_cancelled,
            open_age_warned: self.open_age_warned,
            overdue: self.overdue,
            proposal: self.details.proposal.clone(),
        };
        self.edit_structure(|structure| structure.merged = Some(Gone { into, stood }));
        self.move_to(stamp, status);
        // Whoever waited waits for an answer on the other ticket.
        self.waiting_since = None;
    }

    pub(super) fn stand_again(&mut self, status: &StatusChange) {
        let gone = self.edit_structure(|structure| structure.merged.take());
        let Some(Gone { stood, .. }) = gone else { return };
        self.status = stood.status;
        self.status_since = stood.status_since;
        let details = Arc::make_mut(&mut self.details);
        details.reason = stood.reason;
        details.proposal = stood.proposal;
        self.waiting_since = stood.waiting_since;
        self.resolved_at = stood.resolved_at;
        self.closed_at = stood.closed_at;
        self.postponed_until = stood.postponed_until;
        self.returns_to_new = stood.returns_to_new;
        self.auto_close_cancelled = stood.auto_close_cancelled;
        self.open_age_warned = stood.open_age_warned;
        self.overdue = stood.overdue;
        self.timers = status.timers;
    }

    pub(super) fn absorb(&mut self, absorbed: &Absorbed) {
        self.edit_structure(|structure| {
            structure.members.push(Member::of(absorbed));
            let Absorbed { ticket, followers, follow_still, .. } = absorbed;
            let come = followers.iter().chain(follow_still);
            structure.came.extend(come.map(|follower| Came::new(*ticket, *follower)));
            structure.came.sort_by_key(|came| (came.with, came.follower));
        });
        self.waiting_since = absorbed.waiting_since;
        self.auto_close_cancelled |= absorbed.cancels_closing;
        if !absorbed.followers.is_empty() {
            merge_sorted(&mut self.edit().followers, &absorbed.followers, &[]);
        }
    }

    pub(super) fn release(&mut self, released: &Released) {
        self.edit_structure(|structure| {
            structure.members.retain(|member| member.ticket != released.ticket);
            structure.came.retain(|came| came.with != released.ticket);
        });
        if !released.followers.is_empty() {
            merge_sorted(&mut self.edit().followers, &[], &released.followers);
        }
        self.waiting_since = released.waiting_since;
    }

    /// An answer at this instant answers what members have asked until then.
    pub(super) fn answer_members(&mut self, at: Instant) {
        let open = |member: &Member| member.open().is_some_and(|since| since <= at);
        if self.members().iter().any(open) {
            self.edit_structure(|structure| {
                for member in &mut structure.members {
                    *member = member.answered(at);
                }
            });
        }
    }

    pub(super) fn take_off(&mut self, split: &SplitOff) {
        self.messages = self.messages.saturating_sub(1);
        self.last_asked_at = split.last_asked_at;
        self.own_waiting_since = split.own_waiting_since;
        self.edit_structure(|structure| {
            let SplitOff { message, to, .. } = *split;
            let place = structure.split_off.binary_search_by_key(&message, |taken| taken.message);
            if let Err(place) = place {
                structure.split_off.insert(place, Taken { message, to });
            }
        });
        self.wait_since(split.waiting_since);
    }

    pub(super) fn member_asks(&mut self, split: &MergedSplit) {
        self.edit_structure(|structure| {
            let members = structure.members.iter_mut();
            for member in members.filter(|member| member.ticket == split.ticket) {
                *member = member.asking(split.brings);
            }
        });
        self.wait_since(split.waiting_since);
    }

    /// Since when it waits; of a merged ticket, since when it will once it stands again.
    fn wait_since(&mut self, waiting_since: Option<Instant>) {
        if self.merged_into().is_none() {
            self.waiting_since = waiting_since;
            return;
        }
        self.edit_structure(|structure| {
            if let Some(gone) = &mut structure.merged {
                gone.stood.waiting_since = waiting_since;
            }
        });
    }
}
