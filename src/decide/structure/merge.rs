//! Merging a ticket into another, and undoing that.

use super::Followed;
use super::leaving::leave;
use super::reports::{Passed, reported};
use crate::cause::Rule;
use crate::channel::NoticeKind;
use crate::decide::checks::{not_closed, within};
use crate::decide::work::Work;
use crate::decide::{Cx, Guard, Refusal, Step};
use crate::ids::{Key, Revision};
use crate::people::Requester;
use crate::settings::{MergeAcross, MergeClocks, MergeWaiting};
use crate::sla::Reported;
use crate::sla::policy::Audience;
use crate::ticket::command::Merge;
use crate::ticket::{
    Absorbed, Brought, Follower, Member, Moved, Owed, Released, StatusChange, Ticket, TicketChange,
    TicketKind, waiting,
};
use crate::workflow::{Landmark, StatusCategory};

/// Merges the ticket at work into another, which is given back.
pub(in crate::decide) fn merge<'a>(
    work: &mut Work<'a>,
    merge: &Merge,
) -> Result<Work<'a>, Refusal> {
    let cx = work.cx;
    let Followed { end, hops, .. } = cx.follow(cx.visible(merge.into)?)?;
    if !cx.sees(end) {
        return Err(Refusal::NotFound { ticket: merge.into });
    }
    if end.id() == work.ticket.id() {
        return Err(Refusal::MergeCycle { into: merge.into });
    }
    if work.ticket.is_spam() || end.is_spam() {
        return Err(Refusal::Spam);
    }
    match_requesters(cx, &work.ticket, end)?;
    let mut survivor = Work::on(cx, end);
    hops.into_iter().for_each(|hop| survivor.guard(hop));
    // Whose they are, and who comes to follow, rests on what is on record of them.
    let requesters = [work.ticket.requester(), end.requester()];
    requesters.into_iter().for_each(|requester| rest_on(&mut survivor, requester));
    survivor.settle()?;
    not_closed(&survivor)?;

    let ticket = &work.ticket;
    let brings = brings(&survivor, ticket);
    let (tickets, chain) = size(ticket);
    let limits = cx.settings.limits();
    within("merged", limits.merged, size(&survivor.ticket).0.saturating_add(tickets) as usize - 1)?;
    within("merge_chain", limits.merge_chain, chain.saturating_add(1) as usize)?;
    let come = followers(cx, ticket, &survivor.ticket);
    let follows = |follower: &Follower| survivor.ticket.followers().contains(follower);
    let (follow_still, followers): (Vec<_>, Vec<_>) = come.into_iter().partition(follows);
    if !followers.is_empty() {
        let all = survivor.ticket.followers().len() + followers.len();
        within("followers", limits.followers, all)?;
    }
    let mut absorbed = Absorbed {
        ticket: ticket.id(),
        waiting_since: None,
        brings,
        owed: owed(&survivor, ticket),
        cancels_closing: brings.is_some()
            && survivor.ticket.status().category == StatusCategory::Resolved,
        followers,
        follow_still,
        tickets,
        chain: chain.saturating_add(1),
    };
    let with = Member::of(&absorbed);
    let members = survivor.ticket.members().iter().chain([&with]);
    absorbed.waiting_since = waiting(survivor.ticket.own_waiting_since(), members);

    let to = cx.settings.workflow().landmark(Landmark::Closed);
    let status = work.move_to(to, Moved::Merged);
    work.trace(Step::Merged {
        ticket: work.ticket.id(),
        into: end.id(),
        brings: brings.map(|brings| brings.since),
        followers: absorbed.followers.clone(),
    });
    if work.ticket.proposal().is_some() {
        work.trace(Step::ProposalRests);
    }
    work.trace(moves(&status));
    work.record(TicketChange::MergedInto { into: end.id(), status }, None);
    work.rearm();
    survivor.reported = brought_with(work, &absorbed);
    survivor.record(TicketChange::Absorbed(absorbed), None);
    let at = survivor.ticket.revision();
    if brings.is_some() {
        // Whoever had the other one has room for this.
        work.tell_counted()?;
        ask(&mut survivor, at)?;
    }
    survivor.hold_as(&work.ticket);
    Ok(survivor)
}

/// The step of a move of status.
fn moves(status: &StatusChange) -> Step {
    let StatusChange { from, to, because, .. } = status;
    Step::Moved { from: from.name.clone(), to: to.name.clone(), because: *because }
}

/// The decision holds only while the records are as they are by which this requester is known.
fn rest_on(work: &mut Work<'_>, requester: Requester) {
    let Requester::Contact(id) = requester else { return };
    let cx = work.cx;
    let into = cx.loaded.contact(cx.desk, id).and_then(|contact| contact.merged_into());
    for id in [id].into_iter().chain(into) {
        let record = cx.loaded.contact(cx.desk, id);
        let revision = record.map_or(Revision::ZERO, |contact| contact.revision());
        work.guard(Guard { key: Key::contact(cx.desk, id), revision });
    }
}

/// Whether what is said on the one may be read on the other.
fn match_requesters(cx: &Cx<'_>, ticket: &Ticket, into: &Ticket) -> Result<(), Refusal> {
    match (ticket.kind(), into.kind()) {
        (TicketKind::Internal, TicketKind::Customer) => return Ok(()),
        (TicketKind::Customer, TicketKind::Internal) => return Err(Refusal::IntoInternal),
        (TicketKind::Customer, TicketKind::Customer)
        | (TicketKind::Internal, TicketKind::Internal) => {}
    }
    let same = match (ticket.requester(), into.requester()) {
        // One person, however they were known.
        (Requester::Contact(one), Requester::Contact(other)) if one != other => {
            let person = |id| cx.loaded.survivor(cx.desk, id).map_or(id, |record| record.id());
            let colleagues = match cx.settings.merging().across {
                MergeAcross::SameRequester => false,
                MergeAcross::SameOrganisation => {
                    ticket.organisation().is_some() && ticket.organisation() == into.organisation()
                }
            };
            colleagues || person(one) == person(other)
        }
        (one, other) => one == other,
    };
    if same { Ok(()) } else { Err(Refusal::DifferentRequesters) }
}

/// What the ticket asks of those who work on the survivor. Finished work asks nothing any more,
/// nor does a note.
fn brings(survivor: &Work<'_>, ticket: &Ticket) -> Option<Brought> {
    if ticket.status().category.is_done() || ticket.kind() != survivor.ticket.kind() {
        return None;
    }
    let since = ticket.waiting_since()?;
    let newest = ticket.newest_question().unwrap_or(since);
    let yields = match survivor.cx.settings.merging().waiting {
        MergeWaiting::EarliestObligation => false,
        MergeWaiting::Survivor => true,
    };
    let counts_from = match survivor.cx.settings.clock_rules().merge {
        MergeClocks::EarliestObligation => None,
        MergeClocks::Survivors => Some(survivor.now),
    };
    Some(Brought { since, newest, yields, counts_from })
}

/// Since when the ticket is to be resolved that goes, where the survivor is since then. Nobody waits
/// for the end of finished work, and what comes to finished work takes it up again.
fn owed(survivor: &Work<'_>, ticket: &Ticket) -> Option<Owed> {
    let unfinished = |ticket: &Ticket| !ticket.status().category.is_done();
    let both = unfinished(ticket) && unfinished(&survivor.ticket);
    let alike = ticket.kind() == survivor.ticket.kind();
    match survivor.cx.settings.clock_rules().merge {
        MergeClocks::EarliestObligation if both && alike => {
            let resolved = ticket.reopen_count() > 0 || ticket.resolution().is_some();
            let first = Some(ticket.first_since()).filter(|_| !resolved);
            Some(Owed { first, total: ticket.total_since() })
        }
        MergeClocks::EarliestObligation | MergeClocks::Survivors => None,
    }
}

/// What was told of what a ticket brings.
fn brought_with(work: &Work<'_>, absorbed: &Absorbed) -> Vec<(Audience, Reported)> {
    let Some(ticket) = work.loaded() else { return Vec::new() };
    let began = ticket.clocks_wait_since();
    let question = began.zip(absorbed.brings).map(|(began, Brought { since, counts_from, .. })| {
        Passed::question(began, counts_from.map_or(since, |from| from.max(since)))
    });
    let first = absorbed.owed.and_then(|owed| owed.first).map(Passed::first_resolution);
    let total = absorbed.owed.map(|owed| Passed::total_resolution(owed.total));
    reported(&work.ticket, question.into_iter().chain(first).chain(total))
}

/// How many tickets a ticket stands for, and how long the longest chain to it is.
fn size(ticket: &Ticket) -> (u32, u32) {
    let members = ticket.members().iter();
    members.fold((1, 0), |(tickets, chain), member| {
        (u32::saturating_add(tickets, member.tickets), chain.max(member.chain))
    })
}

/// Who comes to follow the survivor, in order, some of them by another merge already: not the person
/// who asks on it, by whichever id.
fn followers(cx: &Cx<'_>, ticket: &Ticket, survivor: &Ticket) -> Vec<Follower> {
    let stays_among_agents = ticket.kind() != survivor.kind();
    let asks = match survivor.requester() {
        Requester::Contact(contact) => cx.loaded.survivor(cx.desk, contact),
        Requester::Agent(_) => None,
    };
    let asks: Vec<Follower> =
        asks.iter().flat_map(|contact| contact.ids()).map(Follower::Contact).collect();
    let come = ticket.followers().iter().copied().chain([Follower::from(ticket.requester())]);
    let mut come: Vec<Follower> = come
        .filter(|follower| match follower {
            Follower::Contact(_) => !stays_among_agents,
            Follower::Agent(_) => true,
        })
        .filter(|follower| *follower != Follower::from(survivor.requester()))
        .filter(|follower| !asks.contains(follower))
        .filter(|it| !survivor.followers().contains(it) || survivor.follows_by_merge(it))
        .collect();
    come.sort_unstable();
    come.dedup();
    come
}

/// The survivor has a question more, as if its requester had asked it.
fn ask(survivor: &mut Work<'_>, absorbed: Revision) -> Result<(), Refusal> {
    let from = survivor.ticket.status().clone();
    if let Some(to) = survivor.cx.settings.workflow().on_customer_reply(&from) {
        survivor.moved(survivor.move_to(to, Moved::Absorbed), Some(Rule::OnMerge), None);
        if from.category.is_done() {
            survivor.settle_owner()?;
        }
    }
    let to = survivor.workers();
    survivor.notify_of(absorbed, NoticeKind::Merged, to);
    Ok(())
}

/// Undoes the merge of the ticket at work. The ticket that had gone on is given back.
pub(in crate::decide) fn undo<'a>(work: &mut Work<'a>) -> Result<Work<'a>, Refusal> {
    let cx = work.cx;
    let into = work.ticket.merged_into().ok_or(Refusal::NotMerged)?;
    let survivor = cx.loaded.ticket(cx.desk, into).filter(|survivor| cx.sees(survivor));
    // To who does not see that one, what was named is as good as gone.
    let survivor = survivor.ok_or(Refusal::NotFound { ticket: work.ticket.id() })?;
    if survivor.merged_into().is_some() {
        return Err(cx.merged(survivor));
    }
    let mut survivor = work.part(survivor);
    survivor.settle()?;

    let Some(stood) = work.ticket.stood() else { return Err(Refusal::NotMerged) };
    let status = StatusChange {
        reason: stood.reason.clone(),
        until: stood.postponed_until,
        returns_to_new: stood.returns_to_new,
        ..work.move_to(stood.status.clone(), Moved::Released)
    };
    work.reported = brought_back(&survivor.ticket, &work.ticket);
    let ticket = work.ticket.id();
    let staying = survivor.ticket.members().iter().filter(|member| member.ticket != ticket);
    let waiting_since = waiting(survivor.ticket.own_waiting_since(), staying);
    let followers = survivor.ticket.follow_by(ticket);
    let gone = followers.clone();
    work.trace(Step::Released { ticket, from: into, waiting_since, followers: gone });
    work.trace(moves(&status));
    work.record(TicketChange::ReleasedFrom { from: into, status }, None);
    work.rearm();
    if work.ticket.proposal().is_some() {
        work.trace(Step::ProposalReturns);
    }
    let returned = work.ticket.revision();
    if !work.ticket.status().category.is_done() {
        work.notify_workers_of_return(returned)?;
    }
    // It was part of a conversation that is on hold, and is so still.
    work.hold_as(&survivor.ticket);
    survivor.record(TicketChange::Released(Released { ticket, waiting_since, followers }), None);
    leave(work, &mut survivor)?;
    Ok(survivor)
}

/// What was told on the survivor of what is a ticket's own again.
fn brought_back(survivor: &Ticket, ticket: &Ticket) -> Vec<(Audience, Reported)> {
    let member = survivor.members().iter().find(|member| member.ticket == ticket.id());
    let Some(member) = member else { return Vec::new() };
    let since = ticket.clocks_wait_since_or_did();
    let question = member.counts().zip(since).map(|(began, since)| Passed::question(began, since));
    let [first, total] = [
        Passed::first_resolution(ticket.first_since()),
        Passed::total_resolution(ticket.total_since()),
    ];
    reported(survivor, question.into_iter().chain([first, total]))
}

impl Work<'_> {
    /// The ticket is work again: its owner keeps it, or loses it, and whose it is is told.
    fn notify_workers_of_return(&mut self, returned: Revision) -> Result<(), Refusal> {
        self.settle_owner()?;
        let to = self.workers();
        self.notify_of(returned, NoticeKind::Reopened, to);
        Ok(())
    }
}
