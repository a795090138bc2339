//! Merging and undoing a merge in the model: T7 of the requirements.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{Faults, Model, ModelTicket, Step, Voice, only};
use crate::command::{Edit, Merge};
use crate::sla::Metric;
use crate::{
    Call, Command, Follower, MergeAcross, MergeClocks, MergeWaiting, Requester, StatusCategory,
    TicketId,
};

const RESPONSES: [Metric; 2] = [Metric::FirstResponse, Metric::NextResponse];

/// A ticket that was merged into another, as that one's books have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelMember {
    /// Which.
    pub ticket: TicketId,
    /// How much had been said on the survivor when it came.
    pub since: usize,
    /// When the questions were asked that were open when it came.
    pub questions: Vec<DateTime<Utc>>,
    /// Since when a desk's head remembers that they wait, answered since or not.
    pub asked_since: Option<DateTime<Utc>>,
    /// Whether they count only where the survivor has no open question of its own.
    pub yields: bool,
    /// Whether one of its questions was answered late.
    pub late: bool,
    /// Since when clocks count its questions, where that is not since they were asked.
    pub counts_from: Option<DateTime<Utc>>,
    /// Since when its first and its total resolution are owed on the survivor.
    pub owed: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    /// Who follows the survivor because it came, and for no other reason but another merge.
    pub brought: BTreeSet<Follower>,
}

impl ModelTicket {
    /// When the open questions were asked that this ticket waits with.
    pub(super) fn open_questions(&self) -> Vec<DateTime<Utc>> {
        let own = self.own_open();
        let of = |yields: bool| {
            let members = self.members.iter().filter(move |member| member.yields == yields);
            members.flat_map(|member| self.still_open(member))
        };
        let (firm, yielding): (Vec<_>, Vec<_>) = (of(false).collect(), of(true).collect());
        let counts: Vec<_> = own.into_iter().chain(firm).collect();
        match counts.iter().min().copied() {
            // What yields is older, and does not count, or is newer, and comes after.
            Some(oldest) => {
                let after = yielding.into_iter().filter(|at| *at >= oldest);
                counts.iter().copied().chain(after).collect()
            }
            None => yielding,
        }
    }

    /// Of a member's questions, those that no answer on this ticket has answered since it came.
    fn still_open(&self, member: &ModelMember) -> Vec<DateTime<Utc>> {
        let since = self.thread.get(member.since..).unwrap_or_default();
        let answers = since.iter().filter(|said| said.public && said.voice == Voice::Answers);
        let last = answers.map(|said| said.at).max();
        member.questions.iter().copied().filter(|asked| Some(*asked) > last).collect()
    }

    /// Since when a desk's head remembers that it waits.
    pub(super) fn remembered(&self) -> Option<DateTime<Utc>> {
        let of = |yields: bool| {
            let members = self.members.iter().filter(move |member| member.yields == yields);
            members.filter_map(|member| self.remembered_of(member)).min()
        };
        [self.asked_since, of(false)].into_iter().flatten().min().or_else(|| of(true))
    }

    /// Since when it waits as its clocks count.
    pub(super) fn counted(&self) -> Option<DateTime<Utc>> {
        let of = |yields: bool| {
            let members = self.members.iter().filter(move |member| member.yields == yields);
            let counted = members.filter_map(|member| {
                let since = self.remembered_of(member)?;
                Some(since.max(member.counts_from.unwrap_or(since)))
            });
            counted.min()
        };
        [self.asked_since, of(false)].into_iter().flatten().min().or_else(|| of(true))
    }

    /// Since when its first and its total resolution are owed: since the earliest of it and of what
    /// was merged into it.
    pub(super) fn owes(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        let (first, total): (Vec<_>, Vec<_>) = self.members.iter().map(|it| it.owed).unzip();
        let first = first.into_iter().flatten().fold(self.opened_at, Ord::min);
        let own = self.begun_anew.unwrap_or(self.opened_at);
        (first, total.into_iter().flatten().fold(own, Ord::min))
    }

    fn remembered_of(&self, member: &ModelMember) -> Option<DateTime<Utc>> {
        let open = self.still_open(member);
        // Of several of which some were answered late, the newest is remembered.
        member.asked_since.filter(|since| open.contains(since)).or(open.into_iter().max())
    }

    /// The questions of this ticket itself after its last answer, as they were said.
    pub(super) fn own_open(&self) -> Vec<DateTime<Utc>> {
        let mut open = Vec::new();
        for said in self.conversation() {
            match said.voice {
                Voice::Asks => open.push(said.at),
                Voice::Answers => open.clear(),
                Voice::Neither => {}
            }
        }
        open
    }

    /// Whether an answer that was logged late answered some of a member's questions.
    pub(super) fn answered_members_late(&self) -> bool {
        self.members.iter().any(|member| {
            let open = self.still_open(member).len();
            member.late || (open > 0 && open < member.questions.len())
        })
    }

    pub(super) fn is_internal(&self) -> bool {
        matches!(self.requester, Requester::Agent(_))
    }

    /// Who follows only because of what was merged into this ticket, or into what it follows up.
    fn brought(&self) -> BTreeSet<Follower> {
        let lent = self.lent.iter().map(|(_, follower)| *follower);
        self.members.iter().flat_map(|member| &member.brought).copied().chain(lent).collect()
    }

    /// The merges by which somebody follows, where they follow by merges only.
    pub(super) fn brought_by(&self, follower: Follower) -> BTreeSet<TicketId> {
        let members = self.members.iter().filter(|member| member.brought.contains(&follower));
        let lent = self.lent.iter().filter(|(_, lent)| *lent == follower);
        members.map(|member| member.ticket).chain(lent.map(|(by, _)| *by)).collect()
    }

    /// Somebody is named as a follower: whatever a merge brought, this is by hand.
    pub(super) fn named(&mut self, follower: &Follower) {
        for member in &mut self.members {
            member.brought.remove(follower);
        }
        self.lent.retain(|(_, lent)| lent != follower);
        self.dropped.retain(|(_, dropped)| dropped != follower);
    }

    /// Somebody is taken off by hand: what they came to follow by following this, they follow still.
    pub(super) fn drop_follower(&mut self, follower: Follower) {
        let by = self.brought_by(follower);
        let mut dropped = std::mem::take(&mut self.dropped);
        dropped.extend(by.into_iter().map(|by| (by, follower)));
        self.named(&follower);
        self.dropped = dropped;
    }

    /// Whether any merge is known by which somebody follows, or did.
    fn knows_merge_of(&self, follower: Follower) -> bool {
        let dropped = self.dropped.iter().any(|(_, dropped)| *dropped == follower);
        dropped || !self.brought_by(follower).is_empty()
    }

    /// Whoever follows, does as on this ticket.
    fn take_following(&mut self, other: Self) {
        let Self { followers, members, lent, dropped, .. } = other;
        (self.followers, self.members) = (followers, members);
        (self.lent, self.dropped) = (lent, dropped);
    }

    /// How many messages were split off.
    pub(super) fn gone(&self) -> usize {
        self.thread.iter().filter(|said| said.gone).count()
    }
}

impl Model {
    /// The ticket at the end of a redirect.
    pub(super) fn end<'a>(&'a self, ticket: &'a ModelTicket) -> &'a ModelTicket {
        let into = ticket.merged_into.and_then(|into| self.tickets.get(&into));
        into.map_or(ticket, |into| self.end(into))
    }

    /// The ticket that a command on a merged one works on: what is said goes to the end.
    pub(super) fn redirect<'a>(
        &'a self,
        step: &mut Step<'_>,
        named: &'a ModelTicket,
        Call { context, command }: &Call,
    ) -> Result<&'a ModelTicket, Faults> {
        match command {
            // What was seen of one ticket says nothing of another.
            Command::Reply(_) | Command::Note(_) | Command::LogConversation(_)
                if context.seen.is_some() =>
            {
                Err(only("merged"))
            }
            // Taking away leads nobody anywhere.
            Command::Edit(edit) if *edit == less(edit) => Ok(named),
            Command::Reply(_) | Command::Note(_) | Command::LogConversation(_) => {
                step.from_agents = named.is_internal();
                Ok(self.end(named))
            }
            // What is personal on it is there still, and so are its guests, to-dos and links.
            Command::Tick(_)
            | Command::Adopt(_)
            | Command::UndoMerge(_)
            | Command::Redact(_)
            | Command::EraseTicket(_)
            | Command::Hold(_)
            | Command::RevokeAccess(_)
            | Command::MarkTodo(_)
            | Command::Unlink(_)
            // What a third party answers late is not lost.
            | Command::ReplySide(_)
            | Command::CloseSide(_)
            | Command::ReportUndelivered(_) => Ok(named),
            _ => Err(only("merged")),
        }
    }

    /// The desk as it would be if there were no such ticket.
    fn without(&self, ticket: TicketId) -> Self {
        let mut desk = self.clone();
        desk.tickets.remove(&ticket);
        desk
    }

    /// How many tickets stand behind this one, itself included, and over how many merges.
    fn tree(&self, ticket: &ModelTicket) -> (usize, usize) {
        let members = ticket.members.iter().filter_map(|member| self.tickets.get(&member.ticket));
        members
            .map(|member| self.tree(member))
            .fold((1, 0), |(tickets, chain), member| (tickets + member.0, chain.max(member.1 + 1)))
    }

    /// Whether tickets of these two requesters go together.
    fn merges_across(&self, one: &ModelTicket, other: &ModelTicket) -> bool {
        let one_person = match (one.requester, other.requester) {
            (Requester::Contact(a), Requester::Contact(b)) => self.same_person(a).contains(&b),
            (a, b) => a == b,
        };
        let colleagues = self.settings.merging().across == MergeAcross::SameOrganisation
            && one.organisation.is_some()
            && one.organisation == other.organisation;
        one_person || colleagues
    }

    pub(super) fn merge(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, merge: &Merge) {
        let into = self.tickets.get(&merge.into);
        let into = into.filter(|into| self.sees(step.actor, step.party, step.claimed, into));
        let end = into.map(|into| self.end(into));
        let Some(end) = end.filter(|end| self.sees(step.actor, step.party, step.claimed, end))
        else {
            return step.require(false, "not_found");
        };
        if end.id == ticket.id {
            return step.require(false, "merge_cycle");
        }
        step.require(!ticket.spam && !end.spam, "spam");
        match (ticket.is_internal(), end.is_internal()) {
            (true, false) => {}
            (false, true) => step.require(false, "into_internal"),
            _ => step.require(self.merges_across(ticket, end), "different_requesters"),
        }
        let mut end = end.clone();
        let now = step.claimed.max(end.updated_at);
        let parts = self.settle(&mut end, now);
        self.keep_parts(step, parts);
        step.require(end.category != StatusCategory::Closed, "closed");
        let draft = self.settings.draft();
        let (tickets, chain) = self.tree(ticket);
        self.at_most(step, self.tree(&end).0 - 1 + tickets, draft.limits.merged);
        self.at_most(step, chain + 1, draft.limits.merge_chain);

        let same_kind = ticket.is_internal() == end.is_internal();
        let mut come: BTreeSet<Follower> = ticket.followers.clone();
        come.insert(match ticket.requester {
            Requester::Contact(contact) => Follower::Contact(contact),
            Requester::Agent(agent) => Follower::Agent(agent),
        });
        // Contacts do not come to read of what was among agents.
        come.retain(|follower| same_kind || matches!(follower, Follower::Agent(_)));
        // Nor does anybody follow what they ask for, by whichever id.
        match end.requester {
            Requester::Contact(contact) => {
                let asker = self.same_person(contact);
                come.retain(|it| !asker.iter().any(|id| *it == Follower::Contact(*id)));
            }
            Requester::Agent(agent) => {
                come.remove(&Follower::Agent(agent));
            }
        }
        let before = end.followers.len();
        // Who follows by themselves goes on to, whatever becomes of the merge.
        let brought = end.brought();
        come.retain(|it| !end.followers.contains(it) || brought.contains(it));
        end.followers.extend(&come);
        if end.followers.len() > before {
            self.at_most(step, end.followers.len(), draft.limits.followers);
        }

        // Only of unfinished work is anything asked, and not by what are notes there.
        let asks = same_kind && !ticket.is_done();
        let questions = if asks { ticket.open_questions() } else { Vec::new() };
        let asked_since = ticket.remembered().filter(|_| asks);
        let waits = !questions.is_empty();
        let earliest = draft.clock_rules.merge == MergeClocks::EarliestObligation;
        let (first, total) = ticket.owes();
        let resolved_before = ticket.reopened > 0 || ticket.resolution.is_some();
        let owed = asks && earliest && !end.is_done();
        let (began, earliest_asked) = (ticket.counted(), asked_since);
        if let Some((began, asked)) = began.zip(earliest_asked) {
            let since = if earliest { asked } else { asked.max(now) };
            end.reports.extend(self.reports(ticket, &RESPONSES, began, since));
        }
        if owed {
            if !resolved_before {
                let reports = self.reports(ticket, &[Metric::FirstResolution], first, first);
                end.reports.extend(reports);
            }
            end.reports.extend(self.reports(ticket, &[Metric::TotalResolution], total, total));
        }
        end.members.push(ModelMember {
            ticket: ticket.id,
            since: end.thread.len(),
            questions,
            asked_since,
            yields: waits && draft.merging.waiting == MergeWaiting::Survivor,
            counts_from: (!earliest).then_some(now),
            owed: (Some(first).filter(|_| owed && !resolved_before), owed.then_some(total)),
            late: waits && ticket.was_answered_late(),
            brought: come,
        });
        if waits {
            let to = end.rules(&self.settings).and_then(|rules| rules.on_customer_reply.clone());
            match to {
                // Who owned the one that goes has room for the other.
                Some(to) => self.without(ticket.id).go(&mut end, &to, now),
                None if end.category == StatusCategory::Resolved => end.auto_close_cancelled = true,
                None => {}
            }
        }
        // What was said on the one is said here now, and its hold comes with it.
        end.words.come(now);
        end.held |= ticket.held;
        end.updated_at = now;
        self.follow(&mut end, now, true);
        end.arm(&self.settings);

        ticket.stood = Some(Box::new(ticket.clone()));
        ticket.merged_into = Some(end.id);
        let closed = &draft.workflow.landmarks.closed;
        let since = Some(ticket.status_since).filter(|_| ticket.status == *closed);
        ticket.enter(&self.settings, closed, step.now);
        ticket.status_since = since.unwrap_or(ticket.status_since);
        step.also.push(end);
    }

    pub(super) fn undo_merge(&self, step: &mut Step<'_>, ticket: &mut ModelTicket) {
        let Some(into) = ticket.merged_into else { return step.require(false, "not_merged") };
        let survivor = self.tickets.get(&into);
        let survivor = survivor.filter(|it| self.sees(step.actor, step.party, step.claimed, it));
        let Some(mut survivor) = survivor.map(|survivor| step.part(survivor)) else {
            return step.require(false, "not_found");
        };
        step.require(survivor.merged_into.is_none(), "merged");
        let now = step.claimed.max(survivor.updated_at);
        let parts = self.settle(&mut survivor, now);
        self.keep_parts(step, parts);
        // It comes out of a conversation that is on hold.
        ticket.held |= survivor.held;
        let member = survivor.members.iter().find(|member| member.ticket == ticket.id);
        let counts = member.and_then(|member| {
            let since = survivor.remembered_of(member)?;
            Some(since.max(member.counts_from.unwrap_or(since)))
        });
        if let Some((began, since)) = counts.zip(ticket.counted()) {
            ticket.reports.extend(self.reports(&survivor, &RESPONSES, began, since));
        }
        let (first, total) = ticket.owes();
        for (metric, since) in [(Metric::FirstResolution, first), (Metric::TotalResolution, total)]
        {
            ticket.reports.extend(self.reports(&survivor, &[metric], since, since));
        }
        let before = survivor.brought();
        survivor.members.retain(|member| member.ticket != ticket.id);
        let after = survivor.brought();
        survivor.followers.retain(|it| !before.contains(it) || after.contains(it));
        survivor.updated_at = now;

        ticket.merged_into = None;
        if let Some(stood) = ticket.stood.take() {
            ticket.status = stood.status;
            ticket.category = stood.category;
            ticket.status_since = stood.status_since;
            ticket.reason = stood.reason;
            ticket.resolved_at = stood.resolved_at;
            ticket.closed_at = stood.closed_at;
            ticket.postponed_until = stood.postponed_until;
            ticket.postponed_from_new = stood.postponed_from_new;
            ticket.auto_close_cancelled = stood.auto_close_cancelled;
            ticket.warned = stood.warned;
            ticket.overdue = stood.overdue;
            ticket.offer = stood.offer;
        }
        if !ticket.is_done() {
            self.keep_or_lose(ticket);
        }
        self.leave(step, ticket, &mut survivor);
        self.follow(&mut survivor, now, true);
        survivor.arm(&self.settings);
        step.also.push(survivor);
    }

    /// A merge is undone: nobody follows by it any more, wherever they came to by it, nor what they
    /// follow only because they followed that.
    fn leave(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, survivor: &mut ModelTicket) {
        let mut desk = self.tickets.clone();
        desk.insert(ticket.id, ticket.clone());
        desk.insert(survivor.id, survivor.clone());
        let mut gone: Vec<(TicketId, Option<Follower>)> = vec![(ticket.id, None)];
        while let Some((by, who)) = gone.pop() {
            for other in desk.values_mut() {
                let before = other.brought();
                other
                    .lent
                    .retain(|(with, lent)| *with != by || who.is_some_and(|who| who != *lent));
                let members = other.members.iter_mut().filter(|member| member.ticket == by);
                for member in members {
                    member.brought.retain(|it| who.is_some_and(|who| who != *it));
                }
                for left in before.difference(&other.brought()) {
                    other.followers.remove(left);
                    gone.push((other.id, Some(*left)));
                }
                // Who had left by hand has nothing left to follow the rest by.
                let its = |(with, dropped): &(TicketId, Follower)| {
                    *with == by && who.is_none_or(|who| who == *dropped)
                };
                let (left, rest) = other.dropped.iter().copied().partition(its);
                let left: BTreeSet<(TicketId, Follower)> = left;
                other.dropped = rest;
                for (_, follower) in left {
                    if !other.knows_merge_of(follower) {
                        gone.push((other.id, Some(follower)));
                    }
                }
            }
        }
        for (id, other) in desk {
            let before = if id == ticket.id {
                &mut *ticket
            } else if id == survivor.id {
                &mut *survivor
            } else {
                let Some(known) = self.tickets.get(&id).filter(|known| **known != other) else {
                    continue;
                };
                let end = self.end(known).id;
                let settled = |id: TicketId| step.also.iter().any(|it| it.id == id);
                if end != id && end != survivor.id && !settled(end) {
                    self.settle_survivor(step, known);
                }
                let mut part = step.part(known);
                let now = step.claimed.max(part.updated_at);
                let parts = self.settle(&mut part, now);
                self.keep_parts(step, parts);
                part.take_following(other);
                self.keep_part(step, part, true);
                continue;
            };
            before.take_following(other);
        }
    }
}

/// What an edit takes away, and nothing else.
fn less(edit: &Edit) -> Edit {
    Edit {
        unfollow: edit.unfollow.clone(),
        remove_tags: edit.remove_tags.clone(),
        remove_about: edit.remove_about.clone(),
        remove_external_refs: edit.remove_external_refs.clone(),
        ..Edit::new(edit.ticket)
    }
}
